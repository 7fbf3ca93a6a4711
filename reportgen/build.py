"""From a report's folder to its outputs: the phases in order, and what came of them.

    config, givens -> answers -> judge and ledger -> template -> document -> outputs -> files
    [open_report]     [derive                   ]    [make_page         ]    [make_target]

Each phase collects all its findings before it stops the build.  Nothing is written until everything before the
outputs has succeeded; each output is written as a whole or not at all, and the last good one stays until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import trace
from reportgen.bookkeeping import Books
from reportgen.beside import Meanwhile
from reportgen.deriving import Derived, Report, derive, open_report
from reportgen.diagnostics import EXIT_CLEAN, Finding, FindingsError
from reportgen.events import Event, read_warnings, write_warnings
from reportgen.files import clean_up, no_room_told, write_files
from reportgen.lock import WAIT, held
from reportgen.page import PARTS, Begun, Page, check_figures, ledger_bytes, make_page, make_target
from reportgen.sharing import begin, shared
from reportgen.reports import REPORTS, find_report, find_reports, known_reports
from reportgen.verifying import VerifyResult, verify

if TYPE_CHECKING:
    from reportgen.givens import Given
    from reportgen.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Target:
    """One line of a build: a format (or "ledger"), its main file, the time it took, "built", "unchanged" or "failed".

    ``files`` are those whose bytes have changed, ``cause`` is why it was made: empty where it was not, or where nobody asked.
    """

    name: str
    path: Path
    seconds: float
    status: str
    files: tuple[Path, ...] = ()
    cause: str = ""


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
    counts: str         # of ``Counts``, in words
    findings: tuple[Finding, ...]
    exit_code: int
    inputs: tuple[str, ...] = ()    # with a cache: the files it rests on, relative to the report's folder or by their full path


def build(source: Path | Report, targets: Sequence[str] | None, out: Path, *, engine: str = "typst", strict: bool = False,
          overrides: Mapping[str, Given] | None = None, template: str = "report.md", cache: str = "off", wait: float = WAIT, kernel: bool = False,
          on_event: Callable[[Event], None] = lambda event: None) -> BuildResult:
    """Build a report into the folder ``out``; ``targets`` are formats, None what report.toml says.

    ``overrides`` stand in place of givens of the same names.  ``on_event`` hears of each target as it is finished.  May be called
    any number of times in one process; nothing passes from one call to the next but what ``cache`` says: "use" runs only what
    must run and keeps what the next build can take, "renew" runs everything and keeps it, "off" keeps nothing.  With a cache, one
    build at a time works on ``out``, and another waits for up to ``wait`` seconds.  With ``kernel``, Coq is asked of every proved statement
    too, and what it accepts is shown as such; where it is missing, a warning says so and the levels are the judge's.

    Raises FindingsError where nothing was written: an input is wrong, a step is refuted (or undecided under ``strict``), the
    template or the document has findings; locked.  A format that fails is in the result, and the others are written.
    """
    start = time.perf_counter()
    if cache == "off":
        return _Build(source, targets, out, engine, strict, overrides, template, None, on_event, start, kernel).run()
    name = source.meta.name if isinstance(source, Report) else source.resolve().name
    folder = source.folder if isinstance(source, Report) else source
    coq = _coq() if kernel else ""
    with held(out, wait, lambda holder: on_event(Event("waiting", name, cause=f"{out} is being built by {holder}"))):
        kept = Path(trace.folder_of(str(out)))
        for place in (out, out / "figures", kept, kept / "figures"):
            clean_up(place)
        if cache == "use" and not overrides:
            same = trace.unchanged(str(folder), str(out), targets, engine, strict, template, trace.common(engine, strict, template, coq))
            if same is not None:
                return _nothing_to_do(name, out, same, on_event, start)
        books = Books(folder, out, engine, strict, template, renew=cache == "renew", overridden=bool(overrides), kernel=coq)
        with no_room_told(out):
            return _Build(source, targets, out, engine, strict, overrides, template, books, on_event, start, kernel, cache == "renew").run()


def _coq() -> str:
    from reportgen.kernel import kept

    return kept.installed()


def _nothing_to_do(name: str, out: Path, same: trace.Unchanged, on_event: Callable[[Event], None], start: float) -> BuildResult:
    """Every input and every output is as it was."""
    done = []
    for target, file in same.targets:
        now = time.perf_counter()
        done.append(Target(target, out / file, now - start, "unchanged"))
        on_event(Event("target", name, done[-1]))
        start = now
    return BuildResult(tuple(done), same.said.get("counts", ""), read_warnings(same.said.get("warnings", ""), Path(same.folder)), EXIT_CLEAN,
                       tuple(same.inputs))


class _Build:
    """One build: what is asked for, and what has come of it so far."""

    def __init__(self, source: Path | Report, targets: Sequence[str] | None, out: Path, engine: str, strict: bool,
                 overrides: Mapping[str, Given] | None, template: str, books: Books | None, on_event: Callable[[Event], None], start: float,
                 kernel: bool = False, renew: bool = False) -> None:
        self.source, self.targets, self.out, self.engine, self.strict = source, targets, out, engine, strict
        self.overrides, self.template, self.books, self.on_event = overrides, template, books, on_event
        self.kernel, self.renew = kernel, renew
        self.last = start       # when the last target was finished: the first one's time is that of everything before it, too
        self.done: list[Target] = []
        self.findings: list[Finding] = []
        self.code = EXIT_CLEAN

    def run(self) -> BuildResult:
        report = self.source if isinstance(self.source, Report) else open_report(self.source)
        self.name = report.meta.name
        names = ["ledger", *(self.targets or report.meta.formats)]
        pdf = "tex" in names or self.engine != "typst"      # the only ones that take figures as PDF
        if self.books is not None:
            self.books.memory.pdf = pdf
        derived = derive(report, overrides=self.overrides, memory=self.books.memory if self.books else None, beside=True, pdf=pdf,
                         meanwhile=[lambda name=name: import_module(name) for name in PARTS])
        if self.books is None:
            return self._make(derived, dict.fromkeys(names, ""))
        try:
            whys = {name: self.books.why(name) for name in names}
            if not any(whys.values()):
                return self._stand(names)
            self.books.say("formats", " ".join(report.meta.formats))
            try:
                return self._make(derived, whys)
            except FindingsError:
                for name, why in whys.items():
                    self.books.failed(name, why)
                raise
        finally:
            self.books.close(derived)

    def _stand(self, names: Sequence[str]) -> BuildResult:
        """Inputs have changed, and none of them in a way that shows."""
        for name in names:
            self.books.stands(name)
            self._finished(name, "unchanged", ())
        return BuildResult(tuple(self.done), self.books.said("counts"), read_warnings(self.books.said("warnings"), self.books.folder), EXIT_CLEAN,
                           tuple(self.books.inputs()))

    def _make(self, derived: Derived, whys: Mapping[str, str]) -> BuildResult:
        with self.books.reading() if self.books else nullcontext():
            wanted = [name for name, why in whys.items() if name != "ledger" and (why or self.books is None)]
            ready = Meanwhile(lambda: self._prepare(wanted))
            try:
                raised = self._raised(derived) if self.kernel else ()
                page = make_page(derived, strict=self.strict, template=self.template, figures=False)
            finally:
                ready.wait()
            # while figures are drawn
            begun = begin(page, wanted, self.engine)
            check_figures(derived)
            makes = shared(page, wanted, self.engine, begun)
            if isinstance(pdf := begun.get("pdf"), Begun):      # a thread lays it out while this one tidies up
                pdf.go_on()
        warnings = (*page.warnings, *raised)
        self.findings += warnings
        for name, why in whys.items():
            if self.books is not None and not why:
                self.books.stands(name)
                self._finished(name, "unchanged", ())
            else:
                self._target(page, name, why, makes.get(name))
            if self.books is not None and name == "ledger":
                self.books.foresee(derived)
        counts = _counts(page.derived.ledger, page.document.declared_count, sum(len(target.files) for target in self.done))
        if self.books is not None:
            self.books.say("counts", str(replace(counts, files=0)))
            self.books.say("warnings", write_warnings(warnings, self.books.folder))
        return BuildResult(tuple(self.done), str(counts), tuple(self.findings), self.code, tuple(self.books.inputs()) if self.books else ())

    def _prepare(self, wanted: Sequence[str]) -> None:
        """What can be made ready for the writers of these formats while the page is made."""
        from reportgen.outputs import prepare

        prepare(wanted, self.engine)
        if self.books is not None:
            self.books.warm(wanted)

    def _raised(self, derived: Derived) -> tuple[Finding, ...]:
        """Have Coq asked of all that is proved, and the ledger say what it accepted; what there is to tell of the others."""
        from reportgen.kernel import kept

        # a page of its own, for what it rounds
        first = make_page(replace(derived, ledger=derived.ledger.beside()), strict=self.strict, template=self.template, figures=False)
        asked = kept.ask(first.derived.ledger.all_judged(), self.out if self.books is not None else None, renew=self.renew,
                         waiting=lambda number: self.on_event(Event("waiting", self.name, cause=f"Coq is asked of {_plural(number, 'statement')}")))
        derived.ledger.raise_to(asked.accepted)
        return asked.findings

    def _target(self, page: Page, name: str, why: str, make: Callable[[], dict[str, bytes]] | None) -> None:
        try:
            with no_room_told(self.out / trace.main_file(name)), self.books.reading() if self.books else nullcontext():
                files = {"ledger.json": ledger_bytes(page)} if make is None else make()
            changed = write_files(self.out, files)
        except FindingsError as error:
            self.findings += error.findings
            self.code = max(self.code, error.exit_code)
            if self.books is not None:
                self.books.failed(name, why)
            self._finished(name, "failed", (), why, error.findings)
            return
        if self.books is not None:
            self.books.made(name, files, why)
        self._finished(name, "built" if changed else "unchanged", changed, why)

    def _finished(self, name: str, status: str, files: tuple[Path, ...], why: str = "", findings: tuple[Finding, ...] = ()) -> None:
        now = time.perf_counter()
        self.done.append(Target(name, self.out / trace.main_file(name), now - self.last, status, files, why))
        self.last = now
        self.on_event(Event("target", self.name, self.done[-1], findings))


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
