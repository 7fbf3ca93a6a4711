"""The ledger: givens, answers, steps, verdicts, and every place where a value was shown.  It only grows.

Whatever reaches a page comes from here, and whatever is here was judged.  As JSON it is canonical (sorted keys, no
floats, no times), holds every statement as text that our parser reads, and can be judged again without the report.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from .derivation import Claim, Derivation, Step, Table, Value
from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, Number, Operation, ParseError, parse, to_text
from .obligation import Obligation, Verdict

FORMAT = 1
# Weakest first: what a report's weakest step is.
ORDER = ("refuted", "undecided", "agreed", "enclosure", "exact", "kernel")


@dataclass(frozen=True, slots=True)
class Judged:
    """An obligation with its verdict; ``expect`` is "proved", or "any" where the report only says what was found."""

    obligation: Obligation
    verdict: Verdict
    expect: str = "proved"
    rule: str = ""

    @property
    def strength(self) -> str:
        """One of ORDER: how strongly the statement is established."""
        if self.verdict.refuted:
            return "refuted"
        return self.verdict.strength or "undecided"


@dataclass(frozen=True, slots=True)
class Entry:
    """One given or answer.  ``uses`` are the entries that it was computed from; ``content`` is the thing itself (not in the JSON)."""

    name: str
    kind: str                # "given", "derivation", "claim", "value", "table", "corrections", "figure", "group"
    content: object
    value: Expr | None = None
    unit: str = ""
    source: str = ""
    uses: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A value on the page: which entry, which view, the text shown, and the template's place."""

    entry: str
    view: str
    text: str
    span: Span


@dataclass(slots=True)
class Ledger:
    """Grows by ``add_given``, ``add_answer``, ``certify`` and ``place``; nothing is changed or taken away."""

    entries: dict[str, Entry] = field(default_factory=dict)
    roundings: dict[str, Judged] = field(default_factory=dict)
    placements: list[Placement] = field(default_factory=list)
    _verdicts: dict[tuple[Expr, tuple[Expr, ...]], Verdict] = field(default_factory=dict)

    # --- growing
    def add_given(self, given: Any) -> Entry:
        return self._add(Entry(given.name, "given", given, given.value, given.unit, given.source, span=given.span))

    def add_answer(self, name: str, content: object, uses: Iterable[str] = (), span: Span | None = None) -> Entry:
        """Judge the obligations of an answer and enter it.  A mapping enters one entry a key, ``name.key``."""
        uses = tuple(uses)
        if isinstance(content, Mapping):
            for key, part in content.items():
                self.add_answer(f"{name}.{key}", part, uses, span)
            return self._add(Entry(name, "group", content, uses=uses, span=span))
        rules = _rules_by_obligation(content, name)
        expect = getattr(content, "expect", "proved")
        judged = tuple(Judged(o, self.judge(o), getattr(content, "expects", {}).get(o.name, expect), rules.get(o.name, ""))
                       for o in (content.obligations(name) if hasattr(content, "obligations") else ()))
        value = getattr(content, "value", None) if isinstance(content, (Derivation, Value)) else None
        return self._add(Entry(name, _kind(content), content, value, getattr(content, "unit", ""), uses=uses, judged=judged, span=span))

    def _add(self, entry: Entry) -> Entry:
        if entry.name in self.entries:
            raise FindingsError(Finding("answer-duplicate", f"{entry.name} is already in the ledger", entry.span))
        self.entries[entry.name] = entry
        return entry

    def judge(self, obligation: Obligation) -> Verdict:
        """The judge's verdict; one statement under one set of assumptions is judged once."""
        from .judge import judge

        key = (obligation.statement, obligation.assumptions)
        if key not in self._verdicts:
            self._verdicts[key] = judge(obligation)
        return self._verdicts[key]

    def certify(self, name: str, value: Expr, places: int) -> Judged:
        """The rounding of a value to ``places`` decimals (ties to the even digit), as an obligation that was judged.

        Raises FindingsError (rounding-undecided) where the judge can't prove it.
        """
        key = f"{name}/round {places}: {to_text(value)}"
        if key not in self.roundings:
            shown = rounded_literal(name, value, places)
            statement = Operation("eq", (Operation("round", (value, Number(str(places)))), shown))
            obligation = Obligation(statement, (), f"{name}/decimal({places})")
            verdict = self.judge(obligation)
            if not verdict.proved:
                raise FindingsError(Finding("rounding-undecided", f"{to_text(value)} to {places} places: {verdict.reason or 'refuted'}"))
            self.roundings[key] = Judged(obligation, verdict)
        return self.roundings[key]

    def place(self, entry: str, view: str, text: str, span: Span) -> None:
        self.placements.append(Placement(entry, view, text, span))

    # --- asking
    def all_judged(self) -> list[Judged]:
        return [j for e in self.entries.values() for j in e.judged] + list(self.roundings.values())

    def counts(self) -> Counter[str]:
        """How many obligations have each strength of ORDER (refuted ones that were only reported on are "reported")."""
        return Counter(j.strength if j.expect == "proved" else "reported" for j in self.all_judged())

    def weakest(self) -> str:
        """The weakest strength of all that must be proved; "exact" for a ledger without obligations."""
        found = [j.strength for j in self.all_judged() if j.expect == "proved"]
        return min(found, key=ORDER.index, default="exact")

    def sources(self, name: str) -> list[Entry]:
        """The givens that an entry rests on, directly or through other answers, in the order of the ledger."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            entry = self.entries.get(current) or self.entries.get(current.split(".")[0])
            if entry is None or entry.name in seen:
                continue
            seen.add(entry.name)
            waiting.extend(entry.uses)
        return [e for e in self.entries.values() if e.name in seen and e.kind == "given" and e.name != name]

    def findings(self, *, strict: bool = False) -> tuple[Finding, ...]:
        """Refuted steps as errors; undecided ones as warnings, or as errors under ``strict``."""
        return tuple(f for e in self.entries.values() for j in e.judged if (f := finding_of(j, e.span, strict)) is not None)

    # --- JSON
    def to_json(self, **about: str) -> str:
        """Canonical JSON; ``about`` are strings such as the report's name and the tool's version."""
        body = {
            "format": FORMAT, **about,
            "givens": [_given_record(e) for e in self.entries.values() if e.kind == "given"],
            "answers": [_answer_record(e) for e in self.entries.values() if e.kind not in ("given",)],
            "roundings": [judged_record(j) for j in self.roundings.values()],
            "shown": [{"entry": p.entry, "view": p.view, "text": p.text, "file": Path(p.span.file).name if p.span.file else "", "line": p.span.line}
                      for p in self.placements],
        }
        body["digest"] = _digest(body)
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def rounded_literal(name: str, value: Expr, places: int) -> Expr:
    """The decimal literal that a value rounds to, with its zeros kept.

    Raises FindingsError (rounding-undecided).
    """
    from .judge import enclosure

    try:
        found = enclosure.certified_round(value, places)
    except enclosure.NoValue as error:
        raise FindingsError(Finding("rounding-undecided", f"{name} has no decimal value: {error}",
                                    hint="show it exactly, or take a value without free names")) from None
    if found is None:
        raise FindingsError(Finding("rounding-undecided", f"{name} to {places} places: no ball lies in one rounding cell"))
    return decimal_literal(found[0], places)


def decimal_literal(value: Fraction, places: int) -> Expr:
    """A rational whose decimal expansion ends after ``places`` digits as a literal with exactly so many decimals."""
    digits = str(abs(value) * 10 ** places).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    number = Number(text)
    return Operation("neg", (number,)) if value < 0 else number


def finding_of(judged: Judged, span: Span | None, strict: bool = False) -> Finding | None:
    """A refuted step with both sides and the witness, an undecided one with its reason; None for what is proved."""
    verdict, name = judged.verdict, judged.obligation.name
    if judged.expect != "proved" or verdict.proved:
        return None
    statement = to_text(judged.obligation.statement)
    if verdict.refuted:
        point = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
        sides = f": the sides are {verdict.sides[0]} and {verdict.sides[1]}" if verdict.sides[0] else ""
        return Finding("step-refuted", f"{name} does not hold{' at ' + point if point else ''}{sides}", span, f"the step states {statement}")
    reason = verdict.reason + (" (sampling agrees)" if verdict.strength == "agreed" else "")
    return Finding("step-undecided", f"{name} could not be decided: {reason}", span, f"the step states {statement}", "error" if strict else "warning")


def _kind(content: object) -> str:
    for kind, types in (("derivation", Derivation), ("claim", Claim), ("value", Value), ("table", Table)):
        if isinstance(content, types):
            return kind
    return type(content).__name__.lower()


def _rules_by_obligation(content: object, name: str) -> dict[str, str]:
    if not isinstance(content, Derivation):
        return {}
    found: dict[str, str] = {}

    def collect(steps: tuple[Step, ...], prefix: str) -> None:
        for number, step in enumerate(steps, start=1):
            found[f"{prefix}{number}"] = step.rule
            collect(step.substeps, f"{prefix}{number}.")

    collect(content.steps, name + "/")
    return found


# --- records --------------------------------------------------------------------------------------------------

def _given_record(entry: Entry) -> dict[str, Any]:
    return {"name": entry.name, "symbol": to_text(entry.content.symbol), "value": to_text(entry.value), "unit": entry.unit, "source": entry.source}


def _answer_record(entry: Entry) -> dict[str, Any]:
    record: dict[str, Any] = {"name": entry.name, "kind": entry.kind, "unit": entry.unit, "uses": list(entry.uses),
                              "obligations": [judged_record(j) for j in entry.judged]}
    if entry.value is not None:
        record["value"] = to_text(entry.value)
    if isinstance(entry.content, Derivation):
        record["start"] = to_text(entry.content.start)
        record["conclusion"] = to_text(entry.content.conclusion)
    return record


def judged_record(judged: Judged) -> dict[str, Any]:
    """An obligation and its verdict as JSON data."""
    obligation, verdict = judged.obligation, judged.verdict
    return {
        "name": obligation.name, "statement": to_text(obligation.statement), "assumptions": [to_text(a) for a in obligation.assumptions],
        "rule": judged.rule, "expect": judged.expect, "status": verdict.status.value, "strength": verdict.strength, "method": verdict.method,
        "witness": dict(verdict.witness), "conditions": [to_text(c) for c in verdict.conditions],
        "counterexample": {n: str(v) for n, v in verdict.counterexample}, "sides": list(verdict.sides), "reason": verdict.reason,
    }


def _digest(body: Mapping[str, Any]) -> str:
    kept = {k: v for k, v in body.items() if k != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


# --- reading again --------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Verification:
    """What judging a ledger's own text again gave: the new verdicts in order, and what disagrees with what is written."""

    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]

    def counts(self) -> Counter[str]:
        return Counter(j.strength if j.expect == "proved" else "reported" for j in self.judged)


def read_records(path: Path) -> dict[str, Any]:
    """The data of a ledger.json.  Raises FindingsError (ledger-invalid, file-missing)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FindingsError(Finding("file-missing", f"there is no ledger at {path}", hint="run reportgen build first"), exit_code=2) from None
    except (OSError, ValueError, RecursionError) as error:
        raise FindingsError(Finding("ledger-invalid", f"{path} cannot be read: {error}", hint="run reportgen build again"), exit_code=2) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FindingsError(Finding("ledger-invalid", f"{path} is not a ledger of this version", hint="run reportgen build again"), exit_code=2)
    return data


def verify(path: Path, *, strict: bool = False) -> Verification:
    """Judge every obligation of a ledger.json again, from the file's own text, and compare with what it says.

    Raises FindingsError where the file cannot be read; disagreements are findings (ledger-mismatch) that name the obligation.
    """
    from .judge import judge

    data = read_records(path)
    place = Span(str(path))
    findings: list[Finding] = []
    if data.get("digest") != _digest(data):
        findings.append(Finding("ledger-mismatch", "the ledger was changed after it was written: its digest does not fit its text", place,
                                "run reportgen build again"))
    judged: list[Judged] = []
    try:
        for record in _records(data):
            obligation = Obligation(parse(record["statement"], "plain"), tuple(parse(a, "plain") for a in record["assumptions"]), record["name"])
            again = Judged(obligation, judge(obligation), record["expect"], record["rule"])
            judged.append(again)
            findings += _compared(record, again, place)
            found = finding_of(again, place, strict)
            findings += [found] if found else []
    except (KeyError, TypeError, AttributeError, ParseError) as error:
        findings.append(Finding("ledger-invalid", f"an obligation cannot be read: {error!r}", place, "run reportgen build again"))
    return Verification(tuple(judged), tuple(findings))


def _records(data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for answer in data["answers"]:
        yield from answer["obligations"]
    yield from data["roundings"]


def _compared(record: Mapping[str, Any], again: Judged, place: Span) -> list[Finding]:
    """Every field of the verdict that is not what judging again gives."""
    fresh = judged_record(again)
    return [Finding("ledger-mismatch", f"{record['name']}: {key} is written as {record.get(key)!r}, judged again it is {fresh[key]!r}", place)
            for key in fresh if record.get(key) != fresh[key]]


__all__ = ["Entry", "Judged", "Ledger", "ORDER", "Placement", "Verification", "decimal_literal", "judged_record", "read_records",
           "rounded_literal", "verify"]
