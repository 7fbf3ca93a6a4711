"""The ledger: givens, answers, steps, verdicts, and every place where a value was shown.  It only grows.

Whatever reaches a page comes from here, and whatever is here was judged.  As JSON it is canonical (sorted keys, no
floats, no times), holds every statement as text that our parser reads, and can be judged again without the report.
The judge works in a process of its own while the answers are derived: an obligation is handed over when it is entered, and its
verdict is waited for when somebody asks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .derivation import Derivation, Value
from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, Number, Operation, to_text
from .judge_worker import Ticket, verdict_record
from .ledger_records import canonical_digest, content_record, facts, kind_of, places_by_obligation, rules_by_obligation, texts
from .obligation import Obligation, Verdict

if TYPE_CHECKING:
    from .judge_worker import JudgeWorker

FORMAT = 4
# Weakest first: what a report's weakest step is.
ORDER = ("refuted", "undecided", "agreed", "searched", "enclosure", "exact", "kernel")


@dataclass(frozen=True, slots=True)
class Judged:
    """An obligation with its verdict; ``expect`` is "proved", or "any" where the report only says what was found.

    ``coq``: the version of Coq whose kernel accepted a proof of the same statement, beside the judge; "" where it was not asked, or did not.
    """

    obligation: Obligation
    found: Verdict | Ticket
    expect: str = "proved"
    rule: str = ""
    place: Span | None = None       # the author's call of the rule
    coq: str = ""

    @property
    def verdict(self) -> Verdict:
        """What the judge found; waits for it where it is not known yet."""
        return self.found.verdict() if isinstance(self.found, Ticket) else self.found

    @property
    def strength(self) -> str:
        """One of ORDER: how strongly the statement is established."""
        if self.verdict.refuted:
            return "refuted"
        return "kernel" if self.coq and self.verdict.proved else self.verdict.strength or "undecided"


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
    worker: JudgeWorker | None = None      # None: the one of this process
    rounding: str = "half-even"            # where ties go: to the even digit, or with "half-up" away from zero
    known: Callable[[Obligation], Verdict | None] = lambda obligation: None      # verdicts of an earlier build, by what they are about
    known_rounding: Callable[[Expr, int, str], Expr | None] = lambda value, places, rule: None       # its statements, by value, places and rule
    coq: dict[tuple[Expr, tuple[Expr, ...]], str] = field(default_factory=dict)     # the version whose kernel accepted this, by statement and assumptions
    _verdicts: dict[tuple[Expr, tuple[Expr, ...]], Ticket] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    def beside(self) -> Ledger:
        """The same entries for another document: what one shows has no influence on the other."""
        return replace(self, roundings={}, placements=[])

    # --- growing
    def add_given(self, given: Any) -> Entry:
        return self._add(Entry(given.name, "given", given, given.value, given.unit, given.source, span=given.span))

    def add_answer(self, name: str, content: object, uses: Iterable[str] = (), span: Span | None = None) -> Entry:
        """Enter an answer and have its obligations judged.  A mapping enters one entry a key, ``name.key``."""
        uses = tuple(uses)
        if isinstance(content, Mapping):
            for key, part in content.items():
                self.add_answer(f"{name}.{key}", part, uses, span)
            return self._add(Entry(name, "group", content, uses=uses, span=span))
        rules, places = rules_by_obligation(content, name), places_by_obligation(content, name)
        expect = getattr(content, "expect", "proved")
        judged = tuple(self.judged(o, getattr(content, "expects", {}).get(o.name, expect), rules.get(o.name, ""), places.get(o.name))
                       for o in (content.obligations(name) if hasattr(content, "obligations") else ()))
        value, unit = (content.value, content.unit) if isinstance(content, (Derivation, Value)) else (None, "")
        return self._add(Entry(name, kind_of(content), content, value, unit, uses=uses, judged=judged, span=span))

    def _add(self, entry: Entry) -> Entry:
        if entry.name in self.entries:
            raise FindingsError(Finding("answer-duplicate", f"{entry.name} is already in the ledger", entry.span))
        self.entries[entry.name] = entry
        self._places[entry.name] = len(self._places)
        return entry

    def judged(self, obligation: Obligation, expect: str = "proved", rule: str = "", place: Span | None = None) -> Judged:
        """The obligation with what the judge will find, and what Coq's kernel has said of it."""
        return Judged(obligation, self.ask(obligation), expect, rule, place, self.coq.get((obligation.statement, obligation.assumptions), ""))

    def raise_to(self, coq: Mapping[tuple[Expr, tuple[Expr, ...]], str]) -> None:
        """Take down what Coq's kernel has accepted, of what is entered and of what will be: no verdict changes, strengths rise."""
        self.coq |= coq
        for name, entry in self.entries.items():
            if entry.judged:
                self.entries[name] = replace(entry, judged=tuple(self.judged(j.obligation, j.expect, j.rule, j.place) for j in entry.judged))

    def ask(self, obligation: Obligation) -> Ticket:
        """Hand an obligation to the judge, without waiting; one statement under one set of assumptions is judged once."""
        from .judge_worker import settled, shared

        key = (obligation.statement, obligation.assumptions)
        if key not in self._verdicts:
            found = self.known(obligation)
            self._verdicts[key] = settled(obligation, found) if found is not None else (self.worker or shared()).submit(obligation)
        return self._verdicts[key]

    def judge(self, obligation: Obligation) -> Verdict:
        """The judge's verdict."""
        return self.ask(obligation).verdict()

    def certify(self, name: str, value: Expr, places: int) -> Judged:
        """The rounding of a value to ``places`` decimals, as an obligation that was judged: round(value, places) = shown, where ties
        go to the even digit.  Where they go away from zero a tie is stated as what it is: value + 0.5 = shown, for no decimals.

        Raises FindingsError (rounding-undecided) where the judge can't prove it.
        """
        key = f"{name}/round {places}: {to_text(value)}"
        if key not in self.roundings:
            # what an earlier build stated of this value; it is judged like anything else
            statement = self.known_rounding(value, places, self.rounding) or self._rounding(name, value, places)
            obligation = Obligation(statement, (), f"{name}/decimal({places})")
            verdict = self.judge(obligation)
            if not verdict.proved:
                raise FindingsError(Finding("rounding-undecided", f"{to_text(value)} to {places} places: {verdict.reason or 'refuted'}"))
            self.roundings[key] = self.judged(obligation)
        return self.roundings[key]

    def _rounding(self, name: str, value: Expr, places: int) -> Expr:
        shown = rounded_literal(name, value, places)
        tie = tie_of(value, places) if self.rounding == "half-up" else None
        if tie is None:
            return Operation("eq", (Operation("round", (value, Number(str(places)))), shown))
        half = Fraction(1 if tie > 0 else -1, 2 * 10 ** places)
        return Operation("eq", (Operation("add", (value, decimal_literal(half, places + 1))), decimal_literal(tie + half, places)))

    @property
    def ties(self) -> str:
        """The rule for ties, where one was rounded; "" where none was."""
        tied = any(judged.obligation.statement.args[0].head == "add" or dict(judged.verdict.witness).get("tie") for judged in self.roundings.values()
                   if isinstance(judged.obligation.statement, Operation) and isinstance(judged.obligation.statement.args[0], Operation))
        return self.rounding if tied else ""

    def place(self, entry: str, view: str, text: str, span: Span) -> None:
        self.placements.append(Placement(entry, view, text, span))

    # --- asking
    def verdicts(self) -> list[tuple[Obligation, Verdict]]:
        """Whatever was judged for this ledger, each statement under its assumptions once; waits for what is not known yet."""
        return [(ticket.obligation, ticket.verdict()) for ticket in self._verdicts.values()]

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
        return tuple(f for e in self.entries.values() for j in e.judged if (f := finding_of(j, j.place or e.span, strict)) is not None)

    # --- JSON
    def body(self, *, report: str = "", language: str = "en", version: str = __version__) -> dict[str, Any]:
        """All of it as data, for the report of this name, in this language, as this version of reportgen writes it."""
        return {
            "format": FORMAT, "report": report, "language": language, "version": version, "rounding": self.rounding,
            "givens": [given_record(e) for e in self.entries.values() if e.kind == "given"],
            "answers": [self.answer_record(e) for e in self.entries.values() if e.kind != "given"],
            "roundings": [judged_record(j) for j in sorted(self.roundings.values(), key=lambda j: j.obligation.name)],
            "shown": [{"entry": p.entry, "view": p.view, "text": p.text, "file": Path(p.span.file).name if p.span.file else "", "line": p.span.line}
                      for p in self.placements],
            "strengths": dict(sorted(self.counts().items())), "weakest": self.weakest(),
        }

    def to_json(self, **about: str) -> str:
        """Canonical JSON: sorted keys, and a digest of all the rest.  ``about``: as ``body`` takes it."""
        body = self.body(**about)
        body["digest"] = canonical_digest(body)
        return indented(body) + "\n"

    def answer_record(self, entry: Entry) -> dict[str, Any]:
        """An answer, where its numbers come from, and its obligations with their verdicts."""
        record: dict[str, Any] = {"name": entry.name, "kind": entry.kind, "unit": entry.unit, "uses": self.in_order(entry.uses),
                                  "obligations": [judged_record(j) for j in entry.judged], **content_record(entry.content, entry.name)}
        if entry.value is not None:
            record["value"] = to_text(entry.value)
        if isinstance(entry.content, Derivation):
            record["sources"] = self.fact_sources(entry)
        return record

    def fact_sources(self, entry: Entry) -> dict[str, str]:
        """By fact that a derivation puts in (``N = 32``): the entry that has this value, the one of that name first."""
        used = [e for name in self.in_order(entry.uses) for e in self._parts(name) if e.value is not None]
        found: dict[str, str] = {}
        for fact in facts(entry.content.steps):
            name, value = fact.args
            same = [(e, getattr(e.content, "symbol", getattr(e.content, "name", None))) for e in used if e.value == value]
            same.sort(key=lambda pair: pair[1] != name)
            for e, symbol in same[:1]:
                found[to_text(fact)] = e.name if symbol is None or symbol == name else f"{e.name}, there {to_text(symbol)}"
        return found

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Each name once, in the order of the ledger; what is no entry (the submission) comes first, by name."""
        return sorted(dict.fromkeys(names), key=lambda name: (self._places.get(name, -1), name))

    def _parts(self, name: str) -> list[Entry]:
        entry = self.entries.get(name)
        if entry is None or entry.kind != "group":
            return [] if entry is None else [entry]
        return [part for key in entry.content for part in self._parts(f"{name}.{key}")]


def indented(thing: Any, line: str = "\n") -> str:
    """``json.dumps(thing, indent=1, sort_keys=True, ensure_ascii=False)`` of plain data with text keys, in a third of the time."""
    if isinstance(thing, str):
        return encode_basestring(thing)
    inner = line + " "
    if isinstance(thing, dict):
        if not thing:
            return "{}"
        pairs = [f"{encode_basestring(key)}: {encode_basestring(value) if type(value) is str else indented(value, inner)}"
                 for key, value in sorted(thing.items())]
        return "{" + inner + f",{inner}".join(pairs) + line + "}"
    if isinstance(thing, list):
        if not thing:
            return "[]"
        return "[" + inner + f",{inner}".join([encode_basestring(item) if type(item) is str else indented(item, inner) for item in thing]) + line + "]"
    return _PLAIN[thing] if thing is None or isinstance(thing, bool) else repr(thing) if isinstance(thing, int) else json.dumps(thing)


_PLAIN = {None: "null", True: "true", False: "false"}


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


def tie_of(value: Expr, places: int) -> Fraction | None:
    """The value where it lies exactly between two decimals with so many places, else None."""
    from flint import fmpq

    from .judge import enclosure

    known = enclosure.evaluate(value)
    if not isinstance(known, fmpq):
        return None
    exact = Fraction(int(known.p), int(known.q))
    return exact if (2 * exact * 10 ** places).denominator == 1 and (exact * 10 ** places).denominator == 2 else None


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
        if name.endswith("/solutions"):
            return Finding("step-refuted", f"{name}: {point or 'a solution'} does not solve the equation that the derivation began with{sides}", span,
                           "a step held in one direction only and gained it: end the derivation with check_solutions()")
        return Finding("step-refuted", f"{name} does not hold{' at ' + point if point else ''}{sides}", span, f"the step states {statement}")
    reason = verdict.reason + (" (sampling agrees)" if verdict.strength == "agreed" else "")
    return Finding("step-undecided", f"{name} could not be decided: {reason}", span, f"the step states {statement}", "error" if strict else "warning")


# --- records --------------------------------------------------------------------------------------------------

def given_record(entry: Entry) -> dict[str, Any]:
    return {"name": entry.name, "symbol": to_text(entry.content.symbol), "value": to_text(entry.value), "unit": entry.unit, "source": entry.source}


def judged_record(judged: Judged) -> dict[str, Any]:
    """An obligation and its verdict as JSON data."""
    obligation = judged.obligation
    return {"name": obligation.name, "statement": to_text(obligation.statement), "assumptions": texts(obligation.assumptions),
            "rule": judged.rule, "expect": judged.expect, "coq": judged.coq if judged.verdict.proved else "", **verdict_record(judged.verdict)}


__all__ = ["Entry", "FORMAT", "Judged", "Ledger", "ORDER", "Placement", "decimal_literal", "finding_of", "judged_record", "rounded_literal"]
