"""What the ledger holds as plain data, and back: everything that a reader of ledger.json needs to build the entries again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .derivation import Claim, Derivation, Step, Table, Value
from .diagnostics import Span
from .expressions import Expr, is_op, parse, to_text
from .obligation import Obligation


LINKS = ("equivalent", "implies", "equal")
EXPECTED = ("proved", "any")
MAX_PLACES = 10_000     # decimals, as the views have it


def canonical_digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of the data without its own digest."""
    kept = {k: v for k, v in body.items() if k != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def kind_of(content: object) -> str:
    for kind, types in (("derivation", Derivation), ("claim", Claim), ("value", Value), ("table", Table), ("group", Mapping)):
        if isinstance(content, types):
            return kind
    # of a class made from another the first one's name: a figure that is still being drawn is a figure
    name = [c.__name__ for c in type(content).__mro__ if c is not object][-1].lower()
    return name if name in ("corrections", "figure") else "claims"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer of another kind (corrections, a figure), as far as the ledger records it: the statements that were judged."""

    claims: tuple[Obligation, ...]
    expects: Mapping[str, str]

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return self.claims


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer of which nothing was judged, such as a figure."""


# --- there ------------------------------------------------------------------------------------------------------

def texts(values: Sequence[Expr]) -> list[str]:
    return [to_text(v) for v in values]


def content_record(content: object, name: str = "") -> dict[str, Any]:
    """The content of an answer as data; what only concerns its looks is left out."""
    if isinstance(content, Derivation):
        return {"start": to_text(content.start), "assumptions": texts(content.assumptions), "steps": [_step_record(s) for s in content.steps],
                "conclusion": to_text(content.conclusion)}
    if isinstance(content, Claim):
        return {"statement": to_text(content.statement), "assumptions": texts(content.assumptions), "expected": content.expect}
    if isinstance(content, Value):
        return {"statement": None if content.statement is None else to_text(content.statement), "assumptions": texts(content.assumptions)}
    if isinstance(content, Table):
        return {"rows": [[_cell_record(cell) for cell in row] for row in content.rows]}
    if isinstance(content, Mapping):
        return {"parts": list(content)}
    if hasattr(content, "obligations"):
        expects = getattr(content, "expects", {})
        return {"claims": [{"name": o.name, "statement": to_text(o.statement), "assumptions": texts(o.assumptions),
                            "expected": expects.get(o.name, getattr(content, "expect", "proved"))} for o in content.obligations(name)]}
    return {}


def _step_record(step: Step) -> dict[str, Any]:
    return {"rule": step.rule, "before": to_text(step.before), "after": to_text(step.after), "conditions": texts(step.conditions),
            "given": texts(step.given), "link": step.link,
            "check": "" if step.check is None else to_text(step.check), "substeps": [_step_record(s) for s in step.substeps]}


def _cell_record(cell: object) -> Any:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, Derivation):
        return {"derivation": content_record(cell)}
    if isinstance(cell, tuple) and not hasattr(cell, "value"):
        return {"caption": [piece if isinstance(piece, str) else {"value": to_text(piece)} for piece in cell]}
    if hasattr(cell, "plain"):
        return {"shown": cell.plain}
    from .derivation import value_of

    places = getattr(cell, "places", None)
    record: dict[str, Any] = {"value": to_text(value_of(cell.value if places is not None else cell))}
    if places is not None:
        record["places"] = places
    if hasattr(cell, "obligations"):
        record["claims"] = [{"statement": to_text(o.statement), "assumptions": texts(o.assumptions)} for o in cell.obligations("")]
    return record


def facts(steps: Sequence[Step]) -> Iterator[Expr]:
    """The equations that the steps put in, such as ``N = 32``."""
    for step in steps:
        yield from (g for g in step.given if is_op(g, "eq"))
        yield from facts(step.substeps)


def rules_by_obligation(content: object, name: str) -> dict[str, str]:
    """The rule behind each obligation of a derivation, or of those in a table."""
    found: dict[str, str] = {}
    if isinstance(content, Table):
        for i, row in enumerate(content.rows, start=1):
            for j, cell in enumerate(row, start=1):
                found |= rules_by_obligation(cell, f"{name}[{i},{j}]")
    if not isinstance(content, Derivation):
        return found

    def collect(steps: tuple[Step, ...], prefix: str) -> None:
        for number, step in enumerate(steps, start=1):
            found[f"{prefix}{number}"] = step.rule
            collect(step.substeps, f"{prefix}{number}.")

    collect(content.steps, name + "/")
    return found


def places_by_obligation(content: object, name: str) -> dict[str, Span]:
    """The author's call behind each obligation of a derivation, or of those in a table."""
    found: dict[str, Span] = {}
    if isinstance(content, Table):
        for i, row in enumerate(content.rows, start=1):
            for j, cell in enumerate(row, start=1):
                found |= places_by_obligation(cell, f"{name}[{i},{j}]")
    if not isinstance(content, Derivation):
        return found

    def collect(steps: tuple[Step, ...], prefix: str) -> None:
        for number, step in enumerate(steps, start=1):
            if step.place is not None:
                found[f"{prefix}{number}"] = step.place
            collect(step.substeps, f"{prefix}{number}.")

    collect(content.steps, name + "/")
    return found


# --- and back ---------------------------------------------------------------------------------------------------

def read(text: str) -> Expr:
    return parse(text, "plain")


def read_all(values: Sequence[str]) -> tuple[Expr, ...]:
    return tuple(read(v) for v in values)


def content_from(record: Mapping[str, Any]) -> object:
    """The content of an answer from its record.  Raises KeyError, TypeError, ValueError (ParseError) for what is none."""
    kind = record["kind"]
    if kind == "derivation":
        return _derivation(record, record["unit"])
    if kind == "claim":
        return Claim(read(record["statement"]), read_all(record["assumptions"]), _expected(record))
    if kind == "value":
        statement = None if record["statement"] is None else read(record["statement"])
        return Value(read(record["value"]), record["unit"], statement, read_all(record["assumptions"]))
    if kind == "table":
        rows = tuple(tuple(_cell(cell) for cell in row) for row in record["rows"])
        return Table(tuple("" for _ in (rows[0] if rows else ())), rows)
    if kind == "group":
        return dict.fromkeys(record["parts"])
    if kind == "figure":
        return Plain()
    if kind not in ("corrections", "claims"):
        raise ValueError(f"no kind {kind!r}")
    claims = record["claims"]
    for claim in claims:
        if claim["name"] != record["name"] and not claim["name"].startswith((record["name"] + "/", record["name"] + "[")):
            raise ValueError(f"{claim['name']!r} is no name of one of its claims")
    return Recorded(tuple(Obligation(read(c["statement"]), read_all(c["assumptions"]), c["name"]) for c in claims),
                    {c["name"]: _expected(c) for c in claims})


def _expected(record: Mapping[str, Any]) -> str:
    if record["expected"] not in EXPECTED:
        raise ValueError(f"{record['expected']!r} is not what can be expected of a claim")
    return record["expected"]


def _derivation(record: Mapping[str, Any], unit: str) -> Derivation:
    at = start = read(record["start"])
    steps = tuple(_step(s) for s in record["steps"])
    for number, step in enumerate(steps, start=1):
        if step.before != at:
            raise ValueError(f"step {number} begins with {to_text(step.before)}, and the line before it is {to_text(at)}")
        at = step.after
    return Derivation(start, steps, read_all(record["assumptions"]), unit)


def _step(record: Mapping[str, Any]) -> Step:
    if record["link"] not in LINKS:
        raise ValueError(f"no link {record['link']!r}")
    return Step(record["rule"], read(record["before"]), read(record["after"]), (), read_all(record["conditions"]), read_all(record["given"]),
                tuple(_step(s) for s in record["substeps"]), record["link"], parse(record["check"], "plain") if record["check"] else None)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value in a table, with what was judged of it."""

    value: Expr
    claims: tuple[Obligation, ...] = ()

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return tuple(Obligation(o.statement, o.assumptions, name) for o in self.claims)


@dataclass(frozen=True, slots=True)
class _Rounded:
    value: Expr
    places: int


def _cell(record: Any) -> object:
    if record is None or isinstance(record, str):
        return record
    if "derivation" in record:
        return _derivation(record["derivation"], "")
    if "caption" in record:
        return tuple(piece if isinstance(piece, str) else read(piece["value"]) for piece in record["caption"])
    if "shown" in record:
        return record["shown"]
    value = read(record["value"])
    if "places" in record:
        if type(record["places"]) is not int or not 0 <= record["places"] <= MAX_PLACES:
            raise ValueError(f"{record['places']!r} is no number of decimals")
        return _Rounded(value, record["places"])
    if "claims" in record:
        return _Cell(value, tuple(Obligation(read(c["statement"]), read_all(c["assumptions"])) for c in record["claims"]))
    return value
