"""What ``reportgen explain`` and ``reportgen values`` say: a report's answers as text, from its ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reportgen.deriving import Derived, derive
from reportgen.catalogue import aligned as _columns
from reportgen.config import did_you_mean
from reportgen.derivation import Claim, Derivation, Step, Table
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.expressions import Expr, to_text
from reportgen.ledger import ORDER, Entry, Judged, Ledger, finding_of

WIDTH = 64  # longer values are cut in the table of values; --json and explain have them whole


def explain(folder: Path, name: str) -> tuple[str, tuple[Finding, ...]]:
    """How ``name`` came about, and what the judge found in it.

    ``name`` is a given, an answer, or a part of one ("layers.first").  Raises FindingsError (usage) for an unknown name.
    """
    derived = derive(folder, [name.split(".")[0]], draw=False)
    ledger = derived.ledger
    if name not in ledger.entries:
        raise FindingsError(Finding("usage", f"{name.split('.')[0]} has no part {name!r}", hint=did_you_mean(name, ledger.entries)),
                            exit_code=EXIT_UNABLE)
    entry = ledger.entries[name]
    lines = [_headline(entry), *_place(entry)]
    if doc := _doc(derived, name):
        lines += ["", *("  " + line for line in doc.splitlines())]
    lines += ["", *_body(entry, ledger)]
    sources = ledger.sources(name)
    if sources:
        lines += ["", "Rests on", *_columns([(f"  {s.name}", f"= {_value(s)}", s.source, str(s.span or "")) for s in sources])]
    return "\n".join(lines), tuple(f for j in entry.judged if (f := finding_of(j, j.place or entry.span)) is not None)


def values(folder: Path, *, as_json: bool = False) -> tuple[str, tuple[Finding, ...]]:
    """Every given and answer, as a table or as JSON, and what the judge found."""
    ledger = derive(folder, draw=False).ledger
    entries = ledger.entries.values()
    if as_json:
        return json.dumps({"givens": [_record(e) for e in entries if e.kind == "given"],
                           "answers": [_record(e) for e in entries if e.kind != "given"]}, indent=2, ensure_ascii=False), ledger.findings()
    rows = [("name", "value", "kind", "judged", "source")]
    for entry in entries:
        value = _value(entry)
        rows.append((entry.name, value if len(value) <= WIDTH else value[:WIDTH - 3] + "...", entry.kind, _strength(entry),
                     entry.source or ", ".join(entry.uses)))
    return "\n".join(_columns(rows)), ledger.findings()


# --- pieces ---------------------------------------------------------------------------------------------------

def _headline(entry: Entry) -> str:
    value = _value(entry)
    return f"{entry.name} = {value}" if value else f"{entry.name}: {entry.kind}"


def _place(entry: Entry) -> list[str]:
    what = "given" if entry.kind == "given" else f"{entry.kind}, {_strength(entry) or 'nothing to judge'}"
    return [f"  {what}" + (f", {entry.span}" if entry.span else "")]


def _doc(derived: Derived, name: str) -> str:
    try:
        return derived.graph[name].doc
    except KeyError:
        return ""


def _body(entry: Entry, ledger: Ledger) -> list[str]:
    content = entry.content
    if entry.kind == "given":
        return [f"Source: {entry.source}"]
    if isinstance(content, Derivation):
        return _derivation(content, entry, {j.obligation.name: j for j in entry.judged})
    if isinstance(content, Claim):
        found = [f"    {line}" for j in entry.judged for line in (_verdict(j), *_remarks(j))]
        return [f"  {to_text(content.statement)}", *_under(content.assumptions, "assuming"), *found]
    if isinstance(content, Table):
        rows = [tuple(_cell(c) for c in content.columns), *(tuple(_cell(c) for c in row) for row in content.rows)]
        return [*_columns([tuple("  " + c for c in row) for row in rows]), "", *_judged_lines(entry)]
    if isinstance(content, Mapping):
        return ["Its parts:", *_columns([(f"  {entry.name}.{key}", _headline(ledger.entries[f"{entry.name}.{key}"]).partition(" = ")[2])
                                         for key in content])]
    return _judged_lines(entry) or [f"Made from {', '.join(entry.uses) or 'nothing'}; nothing was derived."]


def _derivation(content: Derivation, entry: Entry, judged: Mapping[str, Judged]) -> list[str]:
    lines = [f"  {to_text(content.start)}", *_under(content.assumptions, "assuming")]

    def show(steps: Iterable[Step], prefix: str, indent: str) -> Iterator[str]:
        for number, step in enumerate(steps, start=1):
            label = f"{prefix}{number}"
            verdict = judged.get(f"{entry.name}/{label}")
            yield ""
            yield f"{indent}{label}. {_caption(step)}  [{step.rule}]"
            yield f"{indent}   {to_text(step.after)}"
            yield from (indent + " " + line for line in _under(step.conditions, "provided that"))
            if verdict is not None:
                yield f"{indent}   {_verdict(verdict)}"
                yield from (f"{indent}   {remark}" for remark in _remarks(verdict))
            yield from show(step.substeps, f"{label}.", indent + "   ")

    return [*lines, *show(content.steps, "", "  ")]


def _under(conditions: Iterable[Expr], word: str) -> list[str]:
    written = ", ".join(to_text(c) for c in conditions)
    return [f"  {word} {written}"] if written else []


def _caption(step: Step) -> str:
    return "".join(part if isinstance(part, str) else to_text(part) for part in step.caption) or step.rule


def _verdict(judged: Judged) -> str:
    verdict = judged.verdict
    if verdict.proved:
        text = f"proved ({verdict.strength}, {verdict.method})"
        conditions = ", ".join(to_text(c) for c in verdict.conditions)
        return text + (f" where {conditions}" if conditions else "")
    if verdict.refuted:
        point = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
        sides = f": {verdict.sides[0]} against {verdict.sides[1]}" if verdict.sides[0] else ""
        return "refuted" + (f" at {point}" if point else "") + sides
    return f"undecided: {verdict.reason}" + (" (sampling agrees)" if verdict.strength == "agreed" else "")


def _remarks(judged: Judged) -> list[str]:
    """When it is right after all, solutions gained and lost, what z3 adds."""
    from reportgen.remarks import remarks

    return list(remarks(judged.obligation, judged.verdict))


def _judged_lines(entry: Entry) -> list[str]:
    return [line for j in entry.judged for line in (f"  {to_text(j.obligation.statement)}", f"    {_verdict(j)}", "")][:-1]


def _cell(cell: object) -> str:
    value = getattr(cell, "value", cell)
    return to_text(value) if isinstance(value, Expr) else str(value)


def _value(entry: Entry) -> str:
    if entry.value is None:
        return ""
    return to_text(entry.value) + (f" {entry.unit}" if entry.unit else "")


def _strength(entry: Entry) -> str:
    """The weakest of an entry's verdicts, or "" where it has none."""
    return min((j.strength for j in entry.judged), key=ORDER.index, default="")


def _record(entry: Entry) -> dict[str, object]:
    record: dict[str, object] = {"name": entry.name, "value": to_text(entry.value) if entry.value is not None else None, "unit": entry.unit}
    if entry.kind == "given":
        return record | {"symbol": to_text(entry.content.symbol), "source": entry.source}  # type: ignore[attr-defined]
    return record | {"kind": entry.kind, "uses": list(entry.uses), "strength": _strength(entry)}
