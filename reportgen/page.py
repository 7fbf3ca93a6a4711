"""From the ledger to finished files: the template, the document, and one format after the other.  Nothing is put in place here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reportgen import __version__
from reportgen.diagnostics import Finding, FindingsError

if TYPE_CHECKING:
    from reportgen.deriving import Derived
    from reportgen.document import Document

# what making a page imports, in this order
PARTS = ("reportgen.views", "reportgen.answer_audit", "jinja2", "reportgen.template", "reportgen.formula_check", "reportgen.document", "reportgen.details",
         "reportgen.outputs", "reportgen.readback")


@dataclass(frozen=True, slots=True)
class Page:
    """A report up to its document, ready for the writers."""

    derived: Derived
    document: Document
    details: Mapping[str, tuple[dict[str, Any], ...]]
    warnings: tuple[Finding, ...]

    def figures_are_drawn(self) -> bool:
        """Whether nobody has to wait for one."""
        from reportgen import studio

        return all(studio.is_drawn(figure) for figure in self.derived.figures.values())


def make_page(derived: Derived, *, strict: bool = False, template: str = "report.md", part: str = "",
              names: Mapping[str, object] | None = None, figures: bool = True) -> Page:
    """The document of a derived report; ``part``: one document of a variant (``template.PARTS``), ``names``: views beside the ledger's.

    With ``figures`` False, figures may still be drawn meanwhile: whoever calls asks ``check_figures`` before anything is put in place.
    Raises FindingsError: a step is refuted (or undecided under ``strict``), a figure or a text shows a number that comes from no
    value, the template or the document has findings.
    """
    from reportgen.variants.view import VariantView

    try:
        page = _page(derived, strict, template, part, names if names is not None else {"variant": VariantView()})
    except FindingsError as error:
        raise FindingsError(*error.findings, *figure_findings(derived), exit_code=error.exit_code) from error
    if figures:
        check_figures(derived)
    return page


def _page(derived: Derived, strict: bool, template: str, part: str, names: Mapping[str, object]) -> Page:
    from reportgen import details, document, views
    from reportgen import template as templates
    from reportgen.answer_audit import text_findings
    from reportgen.formula_check import formula_findings
    from reportgen.mathprint import style_for
    from reportgen.shown import TOKEN

    ledger, meta = derived.ledger, derived.meta
    style = style_for(meta.language)
    # what needs no verdict, or few, comes while the judge is still at work; what it found is told first all the same
    texts = [finding for entry in ledger.entries.values() for finding in text_findings(entry, ledger, meta.declared)]
    try:
        rendered = templates.render(meta.folder, {**views.views(ledger, style), **names}, template, part)
    except FindingsError:
        _stop_at_errors([*ledger.findings(strict=strict), *texts])
        raise
    warnings = _stop_at_errors([*ledger.findings(strict=strict), *texts])
    for match in TOKEN.finditer(rendered.text):
        shown = rendered.shown[match[1]]
        if shown.entry not in names:
            ledger.place(shown.entry, shown.view, shown.plain, rendered.span(match.start()))
    _stop_at_errors(formula_findings(rendered, ledger.judge))
    read = document.read(rendered, declared=meta.declared, figures=derived.figures, report=meta, ties=ledger.ties)
    return Page(derived, read, details.details(ledger, style, read.entries), (*warnings, *read.warnings))


def figure_findings(derived: Derived) -> tuple[Finding, ...]:
    """What is wrong with the figures: drawing failed, or a text shows a number that comes from no value.  Waits for them."""
    from reportgen import answer_audit

    findings: list[Finding] = []
    for name in derived.figures:
        try:
            findings += answer_audit.figure_findings(derived.ledger.entries[name], derived.ledger, derived.meta.declared)
        except FindingsError as error:
            findings += (f if f.span is not None else replace(f, span=derived.graph[name].span) for f in error.findings)
    return tuple(findings)


def check_figures(derived: Derived) -> None:
    """Raises FindingsError where something is wrong with a figure."""
    if findings := figure_findings(derived):
        raise FindingsError(*findings)


def ledger_bytes(page: Page) -> bytes:
    """ledger.json: what was derived and judged, and where it stands on this page."""
    meta = page.derived.meta
    return page.derived.ledger.to_json(report=meta.name, language=meta.language, version=__version__).encode()


def make_target(page: Page, target: str, engine: str = "typst") -> dict[str, bytes]:
    """The finished files of a format, once each of their numerals is traced.

    Raises FindingsError: what the writer raises, and numeral-altered, numeral-untraced, numeral-missing from reading them again.
    """
    return begin_target(page, target, engine)()


class Begun:
    """A format of which all is done that needs no figures; to call it does the rest, and gives the files."""

    def __init__(self, finish: Callable[[], dict[str, bytes]], expect: Callable[[], Any], check: Callable[[dict[str, bytes], Any], None]) -> None:
        self._finish, self._expect, self._check = finish, expect, check
        self._going = False

    def go_on(self) -> None:
        """Once the figures are drawn: have a thread do what is not Python's, and do here what goes with it.  No process may be begun from now on."""
        from reportgen.beside import Meanwhile

        if not self._going:
            self._going, self._finish = True, Meanwhile(self._finish).result
            with suppress(FindingsError):       # told when it is this format's turn
                wanted = self._expect()
                self._expect = lambda: wanted

    def __call__(self) -> dict[str, bytes]:
        wanted = self._expect()
        files = self._finish()
        self._check(files, wanted)
        return files


def begin_target(page: Page, target: str, engine: str = "typst", *, alone: bool = False) -> Begun:
    """What can be done of ``make_target`` before the figures are drawn.

    ``alone``: no process will be begun beside this one before the rest is done.
    """
    from reportgen import outputs, readback

    given = (page.document, page.derived.meta, page.derived.figures, page.details, target, engine)
    begun = Begun(outputs.begin(*given), lambda: readback.expected(page.document, page.derived.meta, page.details, target, engine),
                  lambda files, wanted: readback.check(*given, files, wanted))
    if alone and target == "pdf" and page.figures_are_drawn():
        begun.go_on()
    return begun


def _stop_at_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The warnings among the findings.  Raises FindingsError with all of them where one is an error."""
    findings = tuple(findings)
    if any(f.severity == "error" for f in findings):
        raise FindingsError(*findings)
    return findings
