"""A pandoc that stays: for many documents from one process, of which each costs only its own work.

Four fifths of what pandoc takes for a report of two pages is beginning: the program, the tables of its TeX reader, the
page layout.  ``pandoc lua`` runs a loop that reads a document and writes it, by the same library and with the same bytes
(a test compares them).  It has no script of the report's, reads no files, and its warnings are failures as everywhere.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.diagnostics import Finding, FindingsError

LOOP = Path(__file__).with_suffix(".lua")
MOST = 2000     # documents by one process: whatever it gathers does not grow without end
# What the options of the command line are called as options of the library.
OPTIONS: Mapping[str, tuple[str, Any]] = {
    "--mathml": ("html_math_method", "mathml"), "--syntax-highlighting=none": ("highlight_method", "none"),
    "--email-obfuscation=none": ("email_obfuscation", "none")}


class Kept:
    """One such process.  It is begun with the first document, and anew where it has died or been at it for long."""

    def __init__(self, executable: str, timeout: float) -> None:
        self.executable, self.timeout = executable, timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._done = 0
        self._read = b""

    def write(self, tree: str, to: str, layout: str | None, options: Mapping[str, Any]) -> tuple[str, str]:
        """(the document, what pandoc warned of).  Raises FindingsError (engine-failed) where it does not answer."""
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None or self._done >= MOST:
            self._begin()
        self._done += 1
        asked = json.dumps({"to": to, "layout": layout is not None, "options": dict(options)})
        pieces = [piece.encode() for piece in (asked, layout or "", tree)]
        deadline = time.monotonic() + self.timeout
        try:
            self._send(b"".join(b"%d\n%s" % (len(piece), piece) for piece in pieces), deadline)
            said, text = self._frame(deadline), self._frame(deadline)
        except BaseException:     # half an answer must not be taken for the next one
            self.close()
            raise
        return text.decode(), said.decode("utf-8", "replace")

    def close(self) -> None:
        process, self._process = self._process, None
        self._read = b""
        if process is not None and self._owner == os.getpid():
            process.stdin.close()       # it ends by itself, and takes what it made away
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def _begin(self) -> None:
        self.close()
        self._process = subprocess.Popen([self.executable, "lua", str(LOOP)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                         bufsize=0, start_new_session=True)
        os.set_blocking(self._process.stdin.fileno(), False)
        self._owner, self._done, self._read = os.getpid(), 0, b""

    def _wait(self, stream: Any, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise FindingsError(Finding("engine-failed", f"pandoc did not answer within {self.timeout:g} seconds"))

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._process.stdin, selectors.EVENT_WRITE, deadline)
            try:
                view = view[os.write(self._process.stdin.fileno(), view[:1 << 16]):]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise FindingsError(Finding("engine-failed", "pandoc ended in the middle of its work")) from None

    def _frame(self, deadline: float) -> bytes:
        while b"\n" not in self._read:
            self._more(deadline)
        line, _, self._read = self._read.partition(b"\n")
        pieces, size = [self._read], len(self._read)
        while size < int(line):
            self._read = b""
            self._more(deadline)
            pieces.append(self._read)
            size += len(self._read)
        whole = b"".join(pieces)
        self._read = whole[int(line):]
        return whole[:int(line)]

    def _more(self, deadline: float) -> None:
        self._wait(self._process.stdout, selectors.EVENT_READ, deadline)
        data = os.read(self._process.stdout.fileno(), 1 << 18)
        if not data:
            raise FindingsError(Finding("engine-failed", "pandoc ended in the middle of its work"))
        self._read += data


_kept: dict[str, Kept] = {}


def kept(executable: str, timeout: float) -> Kept:
    """The one of this process; it ends with it."""
    if executable not in _kept:
        _kept[executable] = Kept(executable, timeout)
        atexit.register(_kept[executable].close)
    return _kept[executable]


__all__ = ["Kept", "OPTIONS", "kept"]
