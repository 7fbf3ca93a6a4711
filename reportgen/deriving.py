"""From a report's folder to its ledger: what is read, run and judged, before there is any page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.config import ReportMeta, did_you_mean, read_config
from reportgen.diagnostics import EXIT_CLEAN, EXIT_UNABLE, Finding, FindingsError
from reportgen.givens import Given, read_givens

if TYPE_CHECKING:
    from reportgen.answers import Answer, AnswerGraph
    from reportgen.claims.known import Known
    from reportgen.figures import Figure
    from reportgen.incremental import Memory
    from reportgen.variants.shared import Shared
    from reportgen.ledger import Ledger
    from reportgen.studio import Send, Studio


@dataclass(frozen=True, slots=True)
class Report:
    """What a report's folder says before anything is derived; one of these serves any number of derivations."""

    meta: ReportMeta
    givens: Mapping[str, Given]

    @property
    def folder(self) -> Path:
        return self.meta.folder


@dataclass(frozen=True, slots=True)
class Derived:
    """A report up to its ledger: everything but the page."""

    meta: ReportMeta
    givens: Mapping[str, Given]
    graph: AnswerGraph
    ledger: Ledger
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Recalled:
    """The content of an answer that was kept from an earlier build, where its function would have returned it."""

    content: object


def open_report(folder: Path) -> Report:
    """Read report.toml and givens.toml.  Raises FindingsError with the findings of both."""
    return Report(*_collect(lambda: read_config(folder), lambda: read_givens(folder / "givens.toml")))


def derive(source: Path | Report, only: Iterable[str] | None = None, *, draw: bool = True, documents: bool = True,
           overrides: Mapping[str, Given] | None = None, memory: Memory | Shared | None = None, beside: bool = False, pdf: bool = True,
           meanwhile: Sequence[Callable[[], object]] = ()) -> Derived:
    """Run a report's answers and judge every step.  With ``only``, no more than these and what they need.

    What speaks of the submission, marked against the other answers, comes last; with ``documents`` False it is left out.
    ``overrides`` stand in place of givens of the same names.  Nothing passes from one call to the next, the author's files run
    anew each time; but for ``memory``, which gives answers whose inputs have not changed.  With ``beside``, figures are drawn by a
    process beside this one while this one goes on (``studio``); ``pdf`` False: as SVG only.
    ``meanwhile`` is other work, in small pieces, that may be done whenever there would be nothing but waiting.  Raises FindingsError where something could
    not be read or run.  What the judge found is in the ledger.
    """
    from reportgen import answers, figures
    from reportgen.beside import copies
    from reportgen.ledger import Ledger

    report = source if isinstance(source, Report) else open_report(source)
    for name in overrides or {}:
        _known(name, list(report.givens))
    givens = {**report.givens, **(overrides or {})}
    ledger = Ledger(rounding=report.meta.rounding)
    if memory is not None:
        ledger.known, ledger.known_rounding = memory.verdicts, memory.rounding
    for given in givens.values():
        ledger.add_given(given)
    drawn: dict[str, Figure] = {}
    results: dict[str, object] = {}
    studio = _studio(lambda names, send: draw_beside(names, send)) if draw and beside else None

    def enter(answer: Answer, result: object) -> object:
        content: object = result
        if isinstance(result, Recalled):
            result = content = result.content
            if isinstance(content, figures.Figure):
                drawn[answer.name] = content
        elif isinstance(result, figures.Figure):
            drawn[answer.name] = result     # it comes from the studio
        elif figures.is_figure(result):
            content = figures.draw(answer.name, result, pdf=pdf) if draw else figures.leave(answer.name, result)
            drawn[answer.name] = content
        else:
            result = content = _checked(answer, result)
        if studio is None or not studio.inside:     # in the studio nothing is judged: that is done here
            ledger.add_answer(answer.name, content, [p.name for p in answer.parameters], answer.span)
        if memory is not None:
            memory.learn(answer, content)
        results[answer.name] = result
        return result

    def draw_beside(names: list[str], send: Send) -> None:
        from reportgen.reads import inputs, recording

        for name in names:
            try:
                with recording() as seen:
                    graph.evaluate({**known, **results}, enter, [name])
            except FindingsError as error:
                send(name, error.findings)
                continue
            found = drawn.get(name) or Finding("answer-kind", f"{name} is shown as a figure, and its function returns none", graph[name].span,
                                               "return a matplotlib figure")
            send(name, (found,) if isinstance(found, Finding) else (found, frozenset(inputs(seen, str(report.folder)))))

    if beside and (memory is None or memory.reason):    # nothing was kept: there will be steps to be judged
        from reportgen.judge_worker import shared

        shared().begin()
    with figures.page_style():
        known: dict[str, object] = {**givens, **_documents(report.folder, ledger, memory.claims if memory is not None else None, meanwhile)}
        adopt = studio.adopt if studio is not None else lambda graph: graph
        graph = (adopt(answers.load(report.folder / "answers.py", known)) if memory is None else memory.graph(known, adopt)).last("marks")
        if "marks" in known and draw and not copies() and (memory is None or memory.due()):
            from reportgen.claims import guard

            guard.ready()
        wanted = None if only is None else [_known(name, [*givens, *graph.order]) for name in only]
        about_it = graph.needing("marks" if documents else "submission", "marks")
        if not documents or wanted is not None and not about_it.isdisjoint(graph.closure(wanted)):
            others = [name for name in graph.order if name not in about_it]  # the marks need them all
            wanted = [name for name in wanted or () if documents or name not in about_it] + others
        graph.evaluate(known, enter, wanted)
    return Derived(report.meta, givens, graph, ledger, drawn)


def _studio(work: Callable[[list[str], Send], None]) -> Studio | None:
    from reportgen.beside import possible
    from reportgen.studio import Studio

    return Studio(work) if possible() else None


def _documents(folder: Path, ledger: Ledger, known: Known | None, meanwhile: Sequence[Callable[[], object]]) -> dict[str, object]:
    """What a report's answers can name beside its givens, where there is a document to be corrected.

    ``submission``, and ``marks``: what the checker says of it, held against the answers that are in the ledger when it is first asked.
    """
    path = folder / "submission.md"
    if not path.is_file():
        return {}
    from reportgen.marks import Marks
    from reportgen.submission import Submission

    submission = Submission(path)
    return {"submission": submission, "marks": Marks(submission, ledger.entries.values, known, meanwhile)}


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
