"""``reportgen watch``: build, serve, wait for a change, build again, until somebody ends it.

The process stays warm: what was imported, Typst's compiler and what it remembers.  That a file has changed is noticed by looking at
sizes and dates often and at contents now and then; what is then to be done is decided by digests alone, as in any build.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reportgen import digests, pandoc
from reportgen.build import BuildResult, build
from reportgen.buildcommand import Log
from reportgen.diagnostics import EXIT_CLEAN, Finding, FindingsError, describe
from reportgen.serving import Board, Server

PAUSE = 0.15            # seconds between two looks at sizes and dates
SETTLED = 0.04          # an editor that writes a file in two steps is given so long for the second
CONTENTS = 2.0          # seconds between two looks at contents
_MOST = 50_000_000      # bytes that such a look may read


def watch(folder: Path, out: Path, targets: Sequence[str] | None, log: Log, say: Callable[[str], None], *, engine: str = "typst", strict: bool = False,
          port: int = 0, opened: Callable[[str], object] | None = None) -> int:
    """Until interrupted; then 0.  ``targets``: what to build beside HTML; ``opened`` is called with the page's address.

    Raises FindingsError (usage) where the port cannot be served.
    """
    name = folder.resolve().name
    formats = ["html", *(t for t in targets or () if t != "html")]
    pandoc.keep()
    board = Board()
    server = Server(out, board, port)
    server.begin()
    try:
        say(f"{name}: {server.url}  (Ctrl-C ends)")
        _show(board, out, (), working=True)
        if opened is not None:
            opened(server.url)
        inputs: tuple[str, ...] = ()
        while True:
            seen = Look(folder, inputs)
            board.tell(working=True)
            result, findings = _attempt(name, folder, out, formats, log, engine, strict)
            if result is not None:
                inputs = result.inputs or inputs
            _show(board, out, findings, working=False)
            seen.until_changed(inputs)
    except KeyboardInterrupt:
        return EXIT_CLEAN
    finally:
        server.end()


def _attempt(name: str, folder: Path, out: Path, formats: Sequence[str], log: Log, engine: str, strict: bool) -> tuple[BuildResult | None, tuple[Finding, ...]]:
    log.start(name)
    try:
        result = build(folder, formats, out, engine=engine, strict=strict, cache="use", on_event=log.event)
    except FindingsError as error:
        log.failed(name, error)
        return None, error.findings
    except Exception as error:      # a fault of ours is shown like a finding; the next change may not meet it
        failure = FindingsError(Finding("internal", f"an error in reportgen itself: {type(error).__name__}: {error}"))
        log.failed(name, failure)
        return None, failure.findings
    log.done(name, result)
    return result, result.findings


def _show(board: Board, out: Path, findings: Sequence[Finding], *, working: bool) -> None:
    page = digests.file_digest(str(out / "report.html"))
    board.tell(html="" if page == digests.ABSENT else page, working=working,
               findings=[{"severity": finding.severity, "text": describe(finding)} for finding in findings])


class Look:
    """What the inputs looked like at a moment: the report's folder as a whole, the layouts, and inputs that lie elsewhere."""

    def __init__(self, folder: Path, inputs: Sequence[str]) -> None:
        self.folder = str(folder)
        self._elsewhere = [name for name in inputs if os.path.isabs(name)]
        self._dates = self._look()
        self._contents = self._read()

    def until_changed(self, inputs: Sequence[str]) -> None:
        """Return when something has changed since this look was made, and has been quiet for a moment."""
        added = [name for name in inputs if os.path.isabs(name) and name not in self._elsewhere]
        if added:
            self._elsewhere += added
            self._dates = self._look()
            self._contents = self._read()
        read = time.monotonic()
        while True:
            dates = self._look()
            if dates != self._dates:
                while True:
                    time.sleep(SETTLED)
                    again = self._look()
                    if again == dates:
                        return
                    dates = again
            if time.monotonic() - read > CONTENTS:
                if self._read() != self._contents:
                    return
                read = time.monotonic()
            time.sleep(PAUSE)

    def _files(self) -> list[str]:
        layouts = digests.layouts_folder()
        return [*(f"{self.folder}/{name}" for name in digests.tree(self.folder)), *(f"{layouts}/{name}" for name in digests.layouts_names()),
                *(name for name in self._elsewhere if not name.endswith("/"))]

    def _look(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for name in self._files():
            try:
                status = os.stat(name)
            except OSError:
                found[name] = ()
            else:
                found[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def _read(self) -> dict[str, str]:
        if sum(parts[1] for parts in self._dates.values() if parts) > _MOST:
            return {}
        return {name: digests.file_digest(name) for name in self._files()}


__all__ = ["Look", "watch"]
