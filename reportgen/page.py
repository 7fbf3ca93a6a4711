"""From the ledger to finished files: the template, the document, and one format after the other.  Nothing is put in place here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen import __version__
from reportgen.diagnostics import Finding, FindingsError

if TYPE_CHECKING:
    from reportgen.deriving import Derived
    from reportgen.document import Document


@dataclass(frozen=True, slots=True)
class Page:
    """A report up to its document, ready for the writers."""

    derived: Derived
    document: Document
    details: Mapping[str, tuple[dict[str, Any], ...]]
    warnings: tuple[Finding, ...]


def make_page(derived: Derived, *, strict: bool = False, template: str = "report.md", part: str = "",
              names: Mapping[str, object] | None = None) -> Page:
    """The document of a derived report; ``part``: one document of a variant (``template.PARTS``), ``names``: views beside the ledger's.

    Raises FindingsError: a step is refuted (or undecided under ``strict``), a figure or a text shows a number that comes from no
    value, the template or the document has findings.
    """
    from reportgen import details, document, views
    from reportgen import template as templates
    from reportgen.answer_audit import figure_findings, text_findings
    from reportgen.formula_check import formula_findings
    from reportgen.mathprint import style_for
    from reportgen.shown import TOKEN
    from reportgen.variants.view import VariantView

    ledger, meta = derived.ledger, derived.meta
    names = names if names is not None else {"variant": VariantView()}
    findings = list(ledger.findings(strict=strict))
    for name in derived.figures:
        findings += figure_findings(ledger.entries[name], ledger, meta.declared)
    for entry in ledger.entries.values():
        findings += text_findings(entry, ledger, meta.declared)
    warnings = _stop_at_errors(findings)
    style = style_for(meta.language)
    rendered = templates.render(meta.folder, {**views.views(ledger, style), **names}, template, part)
    for match in TOKEN.finditer(rendered.text):
        shown = rendered.shown[match[1]]
        if shown.entry not in names:
            ledger.place(shown.entry, shown.view, shown.plain, rendered.span(match.start()))
    _stop_at_errors(formula_findings(rendered))
    read = document.read(rendered, declared=meta.declared, figures=derived.figures, report=meta, ties=ledger.ties)
    return Page(derived, read, details.details(ledger, style, read.entries), (*warnings, *read.warnings))


def ledger_bytes(page: Page) -> bytes:
    """ledger.json: what was derived and judged, and where it stands on this page."""
    meta = page.derived.meta
    return page.derived.ledger.to_json(report=meta.name, language=meta.language, version=__version__).encode()


def make_target(page: Page, target: str, engine: str = "typst") -> dict[str, bytes]:
    """The finished files of a format, once each of their numerals is traced.

    Raises FindingsError: what the writer raises, and numeral-altered, numeral-untraced, numeral-missing from reading them again.
    """
    from reportgen import outputs, readback

    given = (page.document, page.derived.meta, page.derived.figures, page.details, target, engine)
    files = outputs.write(*given)
    readback.check(*given, files)
    return files


def _stop_at_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The warnings among the findings.  Raises FindingsError with all of them where one is an error."""
    findings = tuple(findings)
    if any(f.severity == "error" for f in findings):
        raise FindingsError(*findings)
    return findings
