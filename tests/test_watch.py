"""``watch`` as a browser meets it: a real process, a real client, and what only strangers would ask for."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reportgen.diagnostics import FindingsError
from reportgen.resources import templates_folder
from reportgen.serving import Board, Server


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class Watched:
    """A ``reportgen watch`` at work on the starter report."""

    def __init__(self, base: Path, *options: str) -> None:
        self.report = base / "reports" / "car"
        shutil.copytree(templates_folder() / "starter", self.report)
        self.build = base / "build" / "car"
        self.errors = (base / "errors").open("w+")
        self.process = subprocess.Popen([sys.executable, "-m", "reportgen", "watch", "car", *options], cwd=base, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p)),
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        first = self.process.stdout.readline()
        assert first.startswith("car: http://127.0.0.1:"), first
        self.port = int(first.split("/")[2].split(":")[1])
        self._events = None

    def ask(self, path: str, *, host: str | None = None, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True)
            if host != "":
                connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def until(self, holds) -> dict:
        """The first state told to pages for which this holds."""
        if self._events is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._connection.request("GET", "/-/events")
            self._events = self._connection.getresponse()
            assert self._events.getheader("Content-Type").startswith("text/event-stream")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            line = self._events.readline().decode()
            if line.startswith("data: "):
                state = json.loads(line.removeprefix("data: "))
                if holds(state):
                    return state
        raise AssertionError("this was never told")

    def settled(self, **expected) -> dict:
        return self.until(lambda state: not state["working"] and all(bool(state[k]) is v for k, v in expected.items()))

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        if self.process.poll() is None:
            self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=30)
        self.errors.seek(0)
        return self.process.returncode, out, self.errors.read()


@pytest.fixture
def watch(tmp_path):
    begun: list[Watched] = []

    def begin(*options: str) -> Watched:
        begun.append(Watched(tmp_path, *options))
        return begun[-1]
    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        one.errors.close()


def test_a_page_follows_its_report(watch):
    w = watch()
    first = w.settled(html=True, findings=False)
    status, page, headers = w.ask("/")
    assert status == 200 and b'<script src="/-/watch.js"' in page and "script-src 'self'" in headers["Content-Security-Policy"]
    status, html, headers = w.ask("/report.html")
    assert (status, html) == (200, (w.build / "report.html").read_bytes()) and headers["Cache-Control"] == "no-store"      # served as it was written
    assert b"watch.js" not in html and "20" in html.decode()

    edit(w.report / "givens.toml", "value = 20", "value = 25")       # a given
    second = w.until(lambda state: state["html"] not in ("", first["html"]) and not state["working"])
    assert second["findings"] == [] and w.ask("/report.html")[1] == (w.build / "report.html").read_bytes() != html

    edit(w.report / "report.md", "{{ v }}", "{{ speed }} <script>alert()</script>")      # a finding: the last good page stays
    third = w.settled(findings=True)
    assert third["html"] == second["html"]
    finding, = third["findings"]
    assert finding["severity"] == "error" and "speed is neither a given nor an answer" in finding["text"] and "<script>alert()" in finding["text"]
    assert w.ask("/report.html")[0] == 200

    edit(w.report / "report.md", "{{ speed }} <script>alert()</script>", "{{ v }}")
    fourth = w.settled(findings=False)
    assert fourth["html"] == second["html"]

    time.sleep(0.3)
    code, out, err = w.end()
    assert code == 0 and "Traceback" not in err
    assert "(given v: 20 m/s -> 25 m/s)" in out and "error[template-undefined]: speed is neither" in err
    assert not list(w.build.parent.rglob("*.tmp"))


def test_pdf_on_request_and_a_polite_end(watch):
    w = watch("--to", "pdf")
    w.settled(html=True)
    status, data, headers = w.ask("/report.pdf")
    assert status == 200 and data.startswith(b"%PDF") and headers["Content-Type"] == "application/pdf"
    assert w.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(("path", "status"), [
    ("/ledger.json", 200), ("/nothing", 404), ("/../../reports/car/givens.toml", 404), ("/%2e%2e/%2e%2e/reports/car/givens.toml", 404), ("/.cache/car/trace", 404),
    ("//etc/passwd", 404), ("/%2fetc%2fpasswd", 404), ("/link", 404), ("/.hidden", 404), ("/report.html%00.txt", 404), ("/-/../ledger.json", 404),
    ("/..%5c..%5cx", 404), ("/", 200), ("/-/watch.js", 200), ("/-/state.js", 200), ("/-/watch.css", 200), ("/-/page.html", 404), ("/figures", 404), ("/ledger.json?x=1#y", 200),
])
def test_only_files_of_the_build_folder(served, path, status):
    assert served(path)[0] == status


@pytest.mark.parametrize(("host", "status"), [
    ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("127.0.0.1", 403), ("evil.example", 403), ("evil.example:{port}", 403), ("", 403),
    ("127.0.0.1.evil.example:{port}", 403), ("127.0.0.1:1", 403), ("[::1]:{port}", 403),
])
def test_only_this_host(served, host, status):
    assert served("/", host)[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT"])
def test_nothing_but_reading(served, method):
    assert served("/", None, method)[0] == 501


def test_heads_without_bodies_and_headers_everywhere(served):
    status, body, headers = served("/", None, "HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 100
    for path in ("/", "/ledger.json", "/nothing"):
        headers = served(path)[2]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers and headers["Cache-Control"] == "no-store"


@pytest.fixture
def served(tmp_path):
    """A server for a folder with a file, a hidden one, a folder and a link to elsewhere; asked as a client does."""
    folder = tmp_path / "car"
    (folder / "figures").mkdir(parents=True)
    (folder / "ledger.json").write_text("{}")
    (folder / ".hidden").write_text("secret")
    (tmp_path / "elsewhere").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    server = Server(folder, Board())
    server.begin()

    def ask(path: str, host: str | None = None, method: str = "GET"):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", (host or "127.0.0.1:{port}").format(port=server.server_port))
        connection.endheaders()
        answer = connection.getresponse()
        found = answer.status, answer.read(), dict(answer.getheaders())
        connection.close()
        return found
    yield ask
    server.end()


def test_only_the_loopback_address(tmp_path):
    server = Server(tmp_path, Board())
    try:
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(FindingsError) as caught:
            Server(tmp_path, Board(), server.server_port)
        assert f"port {server.server_port} cannot be served: address already in use" in caught.value.findings[0].message and caught.value.exit_code == 2
    finally:
        server.server_close()


def test_every_page_hears_the_last_word(tmp_path):
    board = Board()
    number, state = board.after(-1)
    assert json.loads(state)["working"] is True
    board.tell(working=False)
    board.tell(html="x")
    number, state = board.after(number)
    assert json.loads(state) == {"html": "x", "working": False, "findings": []}      # what lies between is not told one by one
    board.close()
    with pytest.raises(StopIteration):
        board.after(number)


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_shows_findings_as_text(watch):
    w = watch()
    w.settled(html=True, findings=False)
    edit(w.report / "report.md", "{{ v }}", "{{ speed }} <script>document.title='broken'</script>")
    w.settled(findings=True)
    done = subprocess.run([CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--timeout=60000", "--dump-dom", f"http://127.0.0.1:{w.port}/"],
                          capture_output=True, text=True, timeout=200)
    page = done.stdout
    if "<html" not in page:
        pytest.skip("the browser does not start here")
    assert '<section id="findings"' in page and 'id="findings" role="alert" aria-live="assertive" class=""' in page      # it is not hidden
    assert "speed is neither a given nor an answer" in page and "&lt;script&gt;document.title" in page and "<title>broken" not in page
