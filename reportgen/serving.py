"""The pages of ``watch``: a small server on the loopback address, for this machine's browsers and for the files of one folder only.

The report is served as it was written, inside a frame; the page around it hears of each build (server-sent events), loads the report
again, and shows findings over the last good one.  A request that names another host than this address is refused, so that no page of
another site can reach in through a name that it points here.
"""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.resources import templates_folder

ADDRESS = "127.0.0.1"
BEAT = 5.0          # seconds between signs of life to a page that hears nothing else
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".pdf": "application/pdf",
          ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".md": "text/plain; charset=utf-8", ".tex": "text/plain; charset=utf-8"}
_PAGE = {"/": "page.html", "/-/watch.js": "watch.js", "/-/watch.css": "watch.css"}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


class Board:
    """What all pages are told: a state, and a number that grows with each change of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._state: dict[str, object] = {"html": "", "working": True, "findings": []}
        self._number = 0
        self._closed = False

    def tell(self, **parts: object) -> None:
        with self._changed:
            self._state = {**self._state, **parts}
            self._number += 1
            self._changed.notify_all()

    def script(self) -> bytes:
        """The state as a script, for a page that is opened: it shows all at once, before it hears of any event."""
        with self._changed:
            return f"const first = {json.dumps(self._state, ensure_ascii=True)};\n".encode()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str | None]:
        """The next state after this number, as JSON; None where there is none for a while.  Raises StopIteration when all is over."""
        with self._changed:
            if self._number == number and not self._closed:
                self._changed.wait(BEAT)
            if self._closed:
                raise StopIteration
            return self._number, None if self._number == number else json.dumps(self._state, ensure_ascii=True)


class Server(ThreadingHTTPServer):
    """Begun in a thread of its own; ``url`` is where."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, board: Board, port: int = 0) -> None:
        self.folder, self.board = folder, board
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise FindingsError(Finding("usage", f"port {port} cannot be served: {(error.strerror or str(error)).lower()}",
                                        hint="leave --port out, and a free one is taken"), exit_code=EXIT_UNABLE) from error
        self.url = f"http://{ADDRESS}:{self.server_port}/"
        self.hosts = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.board.close()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "reportgen"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        if self.headers.get("Host", "") not in self.server.hosts:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        path = unquote(urlsplit(self.path).path, errors="replace")
        if path == "/-/events":
            self._events(body)
        elif path == "/-/state.js":
            self._bytes(self.server.board.script(), _TYPES[".js"], body, _POLICY)
        elif path in _PAGE:
            self._file(templates_folder() / "watch" / _PAGE[path], body, _POLICY)
        else:
            found = self._inside(path)
            if found is None:
                self._refuse(HTTPStatus.NOT_FOUND)
            else:
                self._file(found, body, "")

    def _inside(self, path: str) -> Path | None:
        """The file of the folder of outputs that a path names; None for any other, hidden ones and links to elsewhere."""
        parts = path.removeprefix("/").split("/")
        if any(not part or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
            return None
        home = self.server.folder.resolve()
        found = home.joinpath(*parts)
        try:
            return found if found.is_file() and found.resolve().is_relative_to(home) else None
        except OSError:
            return None

    def _file(self, path: Path, body: bool, policy: str) -> None:
        try:
            data = path.read_bytes()
        except OSError:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        self._bytes(data, _TYPES.get(path.suffix, "application/octet-stream"), body, policy or "frame-ancestors 'self'")

    def _bytes(self, data: bytes, kind: str, body: bool, policy: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self._safe(policy)
        if body:
            self.wfile.write(data)

    def _events(self, body: bool) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self._safe(_POLICY)
        number = -1
        try:
            while body:
                number, state = self.server.board.after(number)
                self.wfile.write(b": still here\n\n" if state is None else f"data: {state}\n\n".encode())
                self.wfile.flush()
        except (StopIteration, ConnectionError):
            pass

    def _safe(self, policy: str) -> None:
        for name, value in (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                            ("Cross-Origin-Resource-Policy", "same-origin"), ("Content-Security-Policy", policy)):
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: HTTPStatus) -> None:
        data = f"{status.value} {status.phrase}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self._safe("default-src 'none'")
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is for findings."""


__all__ = ["ADDRESS", "Board", "Server"]
