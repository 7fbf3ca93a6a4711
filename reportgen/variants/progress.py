"""``variants`` on a terminal: a bar there, lines elsewhere, and the failures at the end."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.reports import find_report
from reportgen.variants.command import Wanted, build_variants

_WIDTH = 30
_EVERY = 0.1        # seconds between two states of the bar
_TOLD = 20          # failing variants whose findings are told


class Bar:
    """How far it is: one line that changes on a terminal, else a line at each tenth."""

    def __init__(self, say: Any, stream: TextIO) -> None:
        self._say, self._stream = say, stream
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._start = time.monotonic()
        self._last = 0.0
        self._tenth = 0
        self._drawn = False

    def __call__(self, done: int, total: int, failed: int) -> None:
        now = time.monotonic()
        if self.live:
            if now - self._last >= _EVERY or done == total:
                self._last = now
                self._draw(done, total, failed, now - self._start)
        elif done * 10 // total > self._tenth:
            self._tenth = done * 10 // total
            self._say(f"{done} of {total}" + (f", {failed} failed" if failed else ""))

    def _draw(self, done: int, total: int, failed: int, seconds: float) -> None:
        full = _WIDTH * done // total
        left = seconds / done * (total - done)
        text = f"[{'#' * full}{'.' * (_WIDTH - full)}] {done}/{total}" + (f", {failed} failed" if failed else "") + f", {_duration(left)} to go"
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the bar away, so that something else can be written."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def run_variants(options: argparse.Namespace, terminal: Any) -> int:
    """The command; ``terminal`` is the command line's."""
    _check(options)
    folder = find_report(options.report)
    out = Path(options.out if options.out is not None else "build") / folder.resolve().name / "variants"
    wanted = Wanted(Path(options.data) if options.data else None, options.id, options.seed, options.count, options.stress, options.parts, options.to,
                    options.engine, options.strict, options.jobs or _processors(), options.scheduler or "")
    bar = Bar(terminal.say, sys.stderr)
    quiet = terminal.verbosity < 0

    def say(text: str) -> None:
        bar.clear()
        terminal.say(text)

    def tell(findings: Sequence[Finding]) -> None:
        bar.clear()
        terminal.findings(findings)

    try:
        outcome = build_variants(folder, out, wanted, say=say, tell=tell, progress=(lambda done, total, failed: None) if quiet else bar)
    finally:
        bar.clear()
    for delivery in outcome.failed[:_TOLD] if not options.stress else ():
        terminal.findings([Finding("variant-failed", f"{delivery.id} was not built; its findings follow")])
        terminal.findings(delivery.findings)
    if outcome.failed and not options.stress:
        names = ", ".join(delivery.id for delivery in outcome.failed[:_TOLD])
        more = len(outcome.failed) - _TOLD
        terminal.findings([Finding("variant-failed", f"{len(outcome.failed)} not built: {names}" + (f" and {more} more" if more > 0 else ""),
                                   hint="what is built stays; type the command again when they are mended")])
    return outcome.exit_code


def _check(options: argparse.Namespace) -> None:
    wrong = ""
    if options.stress and (options.data or options.count):
        wrong = "--stress draws variants of its own, and takes no --data and no --count"
    elif options.data and options.count:
        wrong = "--data says how many variants there are, and takes no --count"
    elif options.scheduler and options.jobs:
        wrong = "--scheduler says where the work is done, and takes no --jobs"
    if wrong:
        raise FindingsError(Finding("usage", wrong, hint="type: reportgen variants --help"), exit_code=EXIT_UNABLE)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
