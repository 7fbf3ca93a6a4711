"""One variant from its record: derived and judged once, written as each of its documents, and looked through for leaks.

Everything comes from the report's folder, the plan and the record; nothing is written here, and nothing stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reportgen.deriving import Derived, Report, derive
from reportgen.diagnostics import Finding, FindingsError
from reportgen.ledger import Ledger
from reportgen.page import Page, ledger_bytes, make_page, make_target
from reportgen.template import PARTS
from reportgen.variants import leaks, sheet
from reportgen.variants.data import Record, override
from reportgen.variants.shared import Shared
from reportgen.variants.view import VariantView

STUDENTS = PARTS[:1]
# What a document of a variant is called, below the title.
_WORDS = {"en": ("Question paper", "Worked solution", "Answer key"), "de": ("Aufgaben", "Musterlösung", "Kurzlösung"),
          "fr": ("Énoncé", "Corrigé", "Réponses"), "es": ("Enunciado", "Solución", "Respuestas")}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of each variant.  ``parts`` empty: one document, the whole report."""

    parts: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("pdf",)
    engine: str = "typst"
    strict: bool = False
    asked: Mapping[str, int] | None = None

    def data(self) -> dict[str, Any]:
        return {"parts": list(self.parts), "formats": list(self.formats), "engine": self.engine, "strict": self.strict,
                "asked": None if self.asked is None else dict(self.asked)}


def plan_from(data: Mapping[str, Any]) -> Plan:
    """The plan of such data."""
    asked = data["asked"]
    return Plan(tuple(data["parts"]), tuple(data["formats"]), data["engine"], data["strict"], None if asked is None else dict(asked))


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a variant by their path, its line of the marking sheet, and what was noticed."""

    files: Mapping[str, bytes]
    row: Mapping[str, Any]
    warnings: tuple[Finding, ...] = field(default=())


def make(report: Report, plan: Plan, record: Record, shared: Shared | None = None) -> Made:
    """The files of one variant; ``shared`` holds what those before it have in common with it.

    Raises FindingsError with all that is wrong with it: what a build raises, and variant-leak.
    """
    given = override(report.givens, record)
    pdf = "tex" in plan.formats or plan.engine != "typst"      # only TeX wants figures as PDF
    derived = derive(report, overrides={name: given[name] for name in record.values}, pdf=pdf,
                     memory=None if shared is None else shared.of(record.values, pdf=pdf))
    names = {"variant": VariantView({"id": record.id, **record.texts})}
    files: dict[str, bytes] = {}
    pages: dict[str, Page] = {}
    for part in plan.parts or ("",):
        pages[part] = _page(derived, plan, part, record, names)
    asked = leaks.asked_of(derived, plan.asked, names) if plan.parts else _asked_in(derived, plan)
    guard = leaks.Guard(derived, asked, names) if set(plan.parts) & set(STUDENTS) else None
    for part, page in pages.items():
        if guard is not None and part in STUDENTS:
            guard.document(page.document)
        for target in plan.formats:
            made = make_target(page, target, plan.engine)
            if guard is not None and part in STUDENTS:
                guard.files(page, target, plan.engine, made)
            files |= {f"{_folder(part)}/{record.id}/{_named(name, part)}": data for name, data in made.items()}
    whole = replace(next(iter(pages.values())), derived=replace(derived, ledger=_merged(derived.ledger, pages.values())))
    files[f"{_folder('solution') if plan.parts else _folder('')}/{record.id}/ledger.json"] = ledger_bytes(whole)
    if shared is not None:
        shared.judged(derived.ledger)
    told = leaks.open_answers(derived, names) if guard is not None and plan.asked is None else ()
    warnings = tuple(dict.fromkeys((*(w for page in pages.values() for w in page.warnings if not (plan.parts and w.code == "config-invalid")), *told)))
    return Made(files, sheet.row(record, derived.ledger, report.givens, asked), warnings)


def _folder(part: str) -> str:
    return "reports" if not part else "students" if part in STUDENTS else "teachers"


def _named(name: str, part: str) -> str:
    """``report.pdf`` of the question paper is ``questions.pdf``."""
    return name.replace("report.", f"{part}.", 1) if part and name.startswith("report.") else name


def _page(derived: Derived, plan: Plan, part: str, record: Record, names: Mapping[str, object]) -> Page:
    meta = derived.meta
    # Each document has a ledger of its own for what it shows: what another document shows has no influence on it.
    own = derived.ledger.beside()
    who = f"{record.texts['name']} ({record.id})" if record.texts.get("name") else record.id
    words = _WORDS.get(meta.language[:2], _WORDS["en"])
    subtitle = " · ".join(filter(None, (meta.subtitle, words[PARTS.index(part)] if part else "", who)))
    page = make_page(replace(derived, ledger=own, meta=replace(meta, subtitle=subtitle)), strict=plan.strict, part=part, names=names)
    if part in STUDENTS:
        # what a number opens to would show how it was derived
        details = {name: blocks for name, blocks in page.details.items() if derived.ledger.entries[name].kind == "given"}
        page = replace(page, details=details)
    return page


def _merged(ledger: Ledger, pages: Iterable[Page]) -> Ledger:
    """The ledger with what all the documents show."""
    whole = ledger.beside()
    for page in pages:
        whole.roundings.update(page.derived.ledger.roundings)
        whole.placements += page.derived.ledger.placements
    return whole


def _asked_in(derived: Derived, plan: Plan) -> Mapping[str, int | None]:
    """Of a report without parts: the answers of variants.toml, or every one that has a value."""
    if plan.asked is not None:
        return leaks.known(derived, plan.asked)
    return {e.name: None for e in derived.ledger.entries.values() if leaks.has_result(e)}


def check_part(parts: Iterable[str]) -> None:
    """Raises FindingsError (usage) for a part that there is not."""
    for part in parts:
        if part not in PARTS:
            raise FindingsError(Finding("usage", f"there is no part {part!r}", hint=f"known: {', '.join(PARTS)}"), exit_code=2)
