"""From a report's folder to its outputs: the phases in order, and what came of them.

    config, givens -> answers -> judge and ledger -> template -> document -> outputs -> files

Each phase collects all its findings before it stops the build.  Nothing is written until everything before the
outputs has succeeded; each output is written as a whole or not at all, and the last good one stays until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import __version__
from reportgen.config import ReportMeta, did_you_mean, read_config
from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError
from reportgen.givens import Given, read_givens

if TYPE_CHECKING:
    from reportgen.answers import Answer, AnswerGraph
    from reportgen.document import Document
    from reportgen.figures import Figure
    from reportgen.ledger import Ledger

REPORTS = Path("reports")


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


# --- finding reports ------------------------------------------------------------------------------------------

def known_reports() -> tuple[Path, ...]:
    """The reports under ``reports/``, by name."""
    return tuple(sorted(path.parent for path in REPORTS.glob("*/report.toml")))


def find_report(name: str) -> Path:
    """The folder of a report, from its path or its name under ``reports/``.

    Raises FindingsError (usage) with the reports that there are.
    """
    for folder in (Path(name), REPORTS / name):
        if folder.is_dir() and (folder / "report.toml").is_file():
            return folder
    names = [folder.name for folder in known_reports()]
    hint = f"reports here: {', '.join(names)}" if names else "type: reportgen new DIR"
    near = did_you_mean(name, names)
    if near.startswith("did"):
        hint = f"{near} ({hint})"
    message = f"{name} holds no report.toml" if Path(name).is_dir() else f"there is no report {name!r}"
    raise FindingsError(Finding("usage", message, hint=hint), exit_code=EXIT_UNABLE)


def find_reports(names: Sequence[str]) -> tuple[Path, ...]:
    """The reports named, or all under ``reports/``.  Raises FindingsError (usage, nothing-built)."""
    if not names:
        found = known_reports()
        if not found:
            raise FindingsError(Finding("nothing-built", f"there is no report under {REPORTS}/", hint=f"type: reportgen new {REPORTS}/NAME"),
                                exit_code=EXIT_UNABLE)
        return found
    folders: dict[str, Path] = {}
    for name in names:
        folder = find_report(name)
        other = folders.setdefault(folder.resolve().name, folder)
        if other.resolve() != folder.resolve():
            raise FindingsError(Finding("usage", f"{other} and {folder} have one name, and would overwrite each other's outputs",
                                        hint="build them one by one with different --out"), exit_code=EXIT_UNABLE)
    return tuple(folders.values())


# --- deriving -------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Derived:
    """A report up to its ledger: everything but the page."""

    meta: ReportMeta
    givens: Mapping[str, Given]
    graph: AnswerGraph
    ledger: Ledger
    figures: Mapping[str, Figure]


def derive(folder: Path, only: Iterable[str] | None = None, *, draw: bool = True) -> Derived:
    """Read the report, run its answers and judge every step.  With ``only``, no more than these and what they need.

    Raises FindingsError where something could not be read or run.  What the judge found is in the ledger.
    """
    from reportgen import answers, figures
    from reportgen.ledger import Ledger

    meta, givens = _collect(lambda: read_config(folder), lambda: read_givens(folder / "givens.toml"))
    ledger = Ledger()
    for given in givens.values():
        ledger.add_given(given)
    drawn: dict[str, Figure] = {}

    def enter(answer: Answer, result: object) -> object:
        content = result
        if figures.is_figure(result):
            content = figures.draw(answer.name, result) if draw else figures.leave(answer.name, result)
            drawn[answer.name] = content
        else:
            result = content = _checked(answer, result)
        ledger.add_answer(answer.name, content, [p.name for p in answer.parameters], answer.span)
        return result

    with figures.page_style():
        known: dict[str, object] = {**givens, **_documents(folder)}
        graph = answers.load(folder / "answers.py", known)
        wanted = None if only is None else [_known(name, [*givens, *graph.order]) for name in only]
        graph.evaluate(known, enter, wanted)
    return Derived(meta, givens, graph, ledger, drawn)


def _documents(folder: Path) -> dict[str, object]:
    """What a report's answers can name beside its givens: ``submission``, where there is a document to be corrected."""
    path = folder / "submission.md"
    if not path.is_file():
        return {}
    from reportgen.submission import Submission

    return {"submission": Submission(path)}


def _known(name: str, known: Sequence[str]) -> str:
    """The name itself.  Raises FindingsError (usage) where there is none such."""
    if name in known:
        return name
    raise FindingsError(Finding("usage", f"there is no given or answer {name!r}",
                                hint=did_you_mean(name, known) or "type: reportgen values REPORT, to see them all"), exit_code=EXIT_UNABLE)


def _checked(answer: Answer, result: object) -> object:
    """An answer as the ledger takes it.  Raises FindingsError (answer-kind) for floats, texts and other strangers."""
    from reportgen.derivation import Value, value_of

    if isinstance(result, Mapping):
        return {key: _checked(answer, part) for key, part in result.items()}
    if hasattr(result, "obligations"):
        return result
    try:
        return Value(value_of(result))
    except (TypeError, ValueError) as error:
        what = "nothing: is a return missing?" if result is None else f"{_article(type(result).__name__)}, which is no exact answer"
        raise FindingsError(Finding("answer-kind", f"{answer.name} returns {what}", answer.span,
                                    "return a derivation, an exact value, a table or a matplotlib figure")) from error


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _collect(*steps: Callable[[], object]) -> list[Any]:
    """The results of independent steps.  Raises FindingsError with the findings of all that failed."""
    results: list[Any] = []
    findings: list[Finding] = []
    code = EXIT_CLEAN
    for step in steps:
        try:
            results.append(step())
        except FindingsError as error:
            findings.extend(error.findings)
            code = max(code, error.exit_code)
    if findings:
        raise FindingsError(*findings, exit_code=code)
    return results


# --- building -------------------------------------------------------------------------------------------------

def build(folder: Path, targets: Sequence[str] | None, out: Path, *, engine: str = "typst", strict: bool = False,
          on_target: Callable[[Target], None] = lambda target: None) -> BuildResult:
    """Build a report into the folder ``out``; ``targets`` are formats, None what report.toml says.

    ``on_target`` is called as each target is finished.  Raises FindingsError where nothing was written: an input is
    wrong, a step is refuted (or undecided under ``strict``), the template or the document has findings.  A format that
    fails is in the result, and the others are written.
    """
    from reportgen import outputs
    from reportgen.files import write_files

    start = time.perf_counter()
    page = _page(folder, strict)
    ledger = page.derived.ledger
    findings = list(page.warnings)
    done: list[Target] = []
    code = EXIT_CLEAN

    def finish(name: str, main: str, make: Callable[[], dict[str, bytes]], start: float) -> None:
        nonlocal code
        status, changed = "failed", ()
        try:
            changed = write_files(out, make())
            status = "built" if changed else "unchanged"
        except FindingsError as error:
            findings.extend(error.findings)
            code = max(code, error.exit_code)
        done.append(Target(name, out / main, time.perf_counter() - start, status, changed))
        on_target(done[-1])

    # The time of the first line is that of everything before it: deriving, judging, reading the document.
    finish("ledger", "ledger.json", lambda: {"ledger.json": ledger.to_json(
        report=page.derived.meta.name, language=page.derived.meta.language, version=__version__).encode()}, start)
    for target in targets or page.derived.meta.formats:
        finish(target, f"report.{target}", lambda target=target: _read_back(page, target, engine, outputs.write(
            page.document, page.derived.meta, page.derived.figures, page.details, target, engine)), time.perf_counter())
    counts = _counts(ledger, page.document.declared_count, sum(len(target.files) for target in done))
    return BuildResult(tuple(done), counts, tuple(findings), code)


@dataclass(frozen=True, slots=True)
class _Page:
    """A report up to its document, ready for the writers."""

    derived: Derived
    document: Document
    details: Mapping[str, tuple[dict[str, Any], ...]]
    warnings: tuple[Finding, ...]


def _page(folder: Path, strict: bool) -> _Page:
    from reportgen import details, document, template, views
    from reportgen.answer_audit import figure_findings, text_findings
    from reportgen.formula_check import formula_findings
    from reportgen.mathprint import style_for
    from reportgen.shown import TOKEN

    derived = derive(folder)
    ledger, meta = derived.ledger, derived.meta
    findings = list(ledger.findings(strict=strict))
    for name in derived.figures:
        findings += figure_findings(ledger.entries[name], ledger, meta.declared)
    for entry in ledger.entries.values():
        findings += text_findings(entry, ledger, meta.declared)
    warnings = _stop_at_errors(findings)
    style = style_for(meta.language)
    rendered = template.render(folder, views.views(ledger, style))
    for match in TOKEN.finditer(rendered.text):
        shown = rendered.shown[match[1]]
        ledger.place(shown.entry, shown.view, shown.plain, rendered.span(match.start()))
    _stop_at_errors(formula_findings(rendered))
    read = document.read(rendered, declared=meta.declared, figures=derived.figures, report=meta)
    return _Page(derived, read, details.details(ledger, style, read.entries), (*warnings, *read.warnings))


def _read_back(page: _Page, target: str, engine: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The finished files of a format, once each of their numerals is traced.

    Raises FindingsError (numeral-altered, numeral-untraced, numeral-missing); nothing of the format is put in place then.
    """
    from reportgen import readback

    readback.check(page.document, page.derived.meta, page.derived.figures, page.details, target, engine, files)
    return files


def _stop_at_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The warnings among the findings.  Raises FindingsError with all of them where one is an error."""
    findings = tuple(findings)
    if any(f.severity == "error" for f in findings):
        raise FindingsError(*findings)
    return findings


def _counts(ledger: Ledger, declared: int, written: int) -> Counts:
    from reportgen.ledger import ORDER

    strengths = ledger.counts()
    proved = tuple((name, strengths[name]) for name in reversed(ORDER) if name not in ("agreed", "undecided", "refuted") and strengths[name])
    derived = sum(1 for e in ledger.entries.values() if e.kind not in ("given", "group", "figure"))
    return Counts(derived, proved, strengths["undecided"] + strengths["agreed"], strengths["agreed"], strengths["reported"], declared, written)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


# --- verifying ------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class VerifyResult:
    """A table of obligations by strength, what was found, and the exit code."""

    table: str
    findings: tuple[Finding, ...]
    exit_code: int


def verify(out: Path, *, strict: bool = False, kernel: bool = False, keep: str | None = None) -> VerifyResult:
    """Judge every obligation of ``out/ledger.json`` again, without the report; with ``kernel`` by Coq, too.

    ``keep``: a folder for the Coq theory.  Raises FindingsError where the ledger is missing or is none (exit code 2).
    """
    from reportgen import ledger_verify
    from reportgen.wording import STRENGTH_MEANINGS

    verification = ledger_verify.verify(out / "ledger.json", strict=strict)
    told: list[str] = []
    if kernel:
        from reportgen.kernel.verification import raised

        verification, line = raised(verification, keep=Path(keep) if keep else None, name=out.name)
        told += [line] if line else []
    counts = verification.counts()
    lines = [f"{counts[name]:>6}  {name:<10} {words}" for name, words in STRENGTH_MEANINGS.items() if counts[name]]
    lines += [f"{sum(counts.values()):>6}  in all", *told]
    failed = any(f.severity == "error" for f in verification.findings)
    return VerifyResult("\n".join(lines), verification.findings, EXIT_FINDINGS if failed else EXIT_CLEAN)
