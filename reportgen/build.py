"""From a report's folder to its outputs: the phases in order, and what came of them.

    config, givens -> answers -> judge and ledger -> template -> document -> outputs -> files
    [open_report]     [derive                   ]    [make_page         ]    [make_target]

Each phase collects all its findings before it stops the build.  Nothing is written until everything before the
outputs has succeeded; each output is written as a whole or not at all, and the last good one stays until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.deriving import Derived, Report, derive, open_report
from reportgen.diagnostics import EXIT_CLEAN, Finding, FindingsError
from reportgen.events import Event
from reportgen.page import Page, ledger_bytes, make_page, make_target
from reportgen.reports import REPORTS, find_report, find_reports, known_reports
from reportgen.verifying import VerifyResult, verify

if TYPE_CHECKING:
    from reportgen.givens import Given
    from reportgen.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Target:
    """One line of a build: a format (or "ledger"), its main file, the time it took, "built", "unchanged" or "failed".

    ``files`` are those whose bytes have changed.
    """

    name: str
    path: Path
    seconds: float
    status: str
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What was derived, judged, declared and written."""

    derived: int = 0
    judged: tuple[tuple[str, int], ...] = ()  # (strength, how many) of what was proved, strongest first
    undecided: int = 0
    agreed: int = 0  # those of the undecided where sampling agrees, which is no proof
    reported: int = 0  # somebody's claims, of which the report only says what was found
    declared: int = 0
    files: int = 0

    def __str__(self) -> str:
        steps = ", ".join(f"{number} {strength}" for strength, number in self.judged) or "none"
        undecided = f"{self.undecided} undecided" + (f" ({self.agreed} agreed)" if self.agreed else "")
        reported = f"; {_plural(self.reported, 'claim')} reported on" if self.reported else ""
        return (f"{self.derived} derived; steps judged: {steps}; {undecided}{reported}; "
                f"{_plural(self.declared, 'declared number')}; {_plural(self.files, 'file')} written")


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build came to; ``exit_code`` is 0 only if every target was built and nothing was found."""

    targets: tuple[Target, ...]
    counts: Counts
    findings: tuple[Finding, ...]
    exit_code: int


def build(source: Path | Report, targets: Sequence[str] | None, out: Path, *, engine: str = "typst", strict: bool = False,
          overrides: Mapping[str, Given] | None = None, template: str = "report.md",
          on_event: Callable[[Event], None] = lambda event: None) -> BuildResult:
    """Build a report into the folder ``out``; ``targets`` are formats, None what report.toml says.

    ``overrides`` stand in place of givens of the same names.  ``on_event`` hears of each target as it is finished.  May be called
    any number of times in one process; nothing passes from one call to the next.  Raises FindingsError where nothing was
    written: an input is wrong, a step is refuted (or undecided under ``strict``), the template or the document has findings.  A
    format that fails is in the result, and the others are written.
    """
    from reportgen.files import write_files

    start = time.perf_counter()
    report = source if isinstance(source, Report) else open_report(source)
    page = make_page(derive(report, overrides=overrides), strict=strict, template=template)
    findings = list(page.warnings)
    done: list[Target] = []
    code = EXIT_CLEAN

    def finish(name: str, main: str, make: Callable[[], dict[str, bytes]], start: float) -> None:
        nonlocal code
        status, changed, found = "failed", (), ()
        try:
            changed = write_files(out, make())
            status = "built" if changed else "unchanged"
        except FindingsError as error:
            found = error.findings
            findings.extend(found)
            code = max(code, error.exit_code)
        done.append(Target(name, out / main, time.perf_counter() - start, status, changed))
        on_event(Event("target", report.meta.name, done[-1], found))

    # The time of the first line is that of everything before it: deriving, judging, reading the document.
    finish("ledger", "ledger.json", lambda: {"ledger.json": ledger_bytes(page)}, start)
    for target in targets or report.meta.formats:
        finish(target, f"report.{target}", lambda target=target: make_target(page, target, engine), time.perf_counter())
    counts = _counts(page.derived.ledger, page.document.declared_count, sum(len(target.files) for target in done))
    return BuildResult(tuple(done), counts, tuple(findings), code)


def _counts(ledger: Ledger, declared: int, written: int) -> Counts:
    from reportgen.ledger import ORDER

    strengths = ledger.counts()
    proved = tuple((name, strengths[name]) for name in reversed(ORDER) if name not in ("agreed", "undecided", "refuted") and strengths[name])
    derived = sum(1 for e in ledger.entries.values() if e.kind not in ("given", "group", "figure"))
    return Counts(derived, proved, strengths["undecided"] + strengths["agreed"], strengths["agreed"], strengths["reported"], declared, written)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


__all__ = ["REPORTS", "BuildResult", "Counts", "Derived", "Page", "Report", "Target", "VerifyResult", "build", "derive", "find_report", "find_reports",
           "known_reports", "ledger_bytes", "make_page", "make_target", "open_report", "verify"]
