"""One record in, one verdict out: what ``reportgen check --jsonl`` does with a line."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from itertools import islice

from ..expressions import symbols
from . import chains, pairs, steps
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome
from .documents import Document
from .quantities import named
from .reading import Unreadable, read_expression

MAX_CLAIMS = 500      # of one text


def judge_record(record: Mapping[str, object]) -> dict[str, object]:
    """``id``, ``verdict``, ``reason``, ``wrong_step`` where a sequence is refuted, ``ms``.  A ``label`` is never read."""
    begin = time.perf_counter()
    if record.get("form") == "group":
        return _group(record, begin)
    if record.get("form") == "compare":
        from .comparison import compare

        others = [(str(a), str(b)) for a, b in record["others"]]  # type: ignore[union-attr]
        found = compare(
            str(record["claim"]), str(record["wanted"]), others, [str(s) for s in record.get("senses") or ()],  # type: ignore[attr-defined]
            formulas=[str(f) for f in record.get("formulas") or ()], earlier=[str(e) for e in record.get("earlier") or ()],  # type: ignore[attr-defined]
            columns=int(record.get("columns") or 0),  # type: ignore[call-overload]
            facts=[(str(a), str(b)) for a, b in record.get("facts") or ()], named=[(str(a), str(b)) for a, b in record.get("named") or ()],  # type: ignore[attr-defined]
        )
        return {"id": None, "verdict": NO_CLAIM, "reason": "", **found}
    outcome = _judged(record)
    result: dict[str, object] = {"id": record.get("id"), "verdict": outcome.verdict, "reason": outcome.reason}
    if outcome.step is not None:
        result["wrong_step"] = outcome.step
    if "form" in record:
        result["code"], result["sides"] = outcome.code, outcome.sides
    result["ms"] = round((time.perf_counter() - begin) * 1000, 3)
    return result


def _group(record: Mapping[str, object], begin: float) -> dict[str, object]:
    """Equations that stand together in a document: one outcome a line, and the line on whose mistake it rests."""
    from .rearranged import Line, judge_group

    found = judge_group([Line(str(text), bool(joined), bool(known)) for text, joined, known in record["lines"]])  # type: ignore[union-attr]
    answers = [{"verdict": o.verdict, "reason": o.reason, "code": o.code, "sides": o.sides, "rests": rests} for o, rests in found]
    return {"id": record.get("id"), "verdict": NO_CLAIM, "reason": "", "group": answers, "ms": round((time.perf_counter() - begin) * 1000, 3)}


def _in_document(record: Mapping[str, object], claim: str, context: str) -> Outcome:
    """A claim that a scanner found; ``values``: what the document said of its names, "" where it is only known to have said something."""
    form, values = record.get("form"), record.get("values")
    if form == "total":
        from .tables import judge_total

        parts, marks, last, across = record["total"]  # type: ignore[misc]
        return judge_total(claim, parts, marks, last, across)
    if form == "stacked":
        return Outcome(UNDECIDED, "a formula in two dimensions: the text of a PDF does not say how it is laid out", "claim-unreadable")
    if form in ("definition", "cell", "formula"):
        return Outcome(NO_CLAIM, {"definition": "a definition", "cell": "a number", "formula": "nothing is asserted"}[form], "no-claim")
    known = frozenset(values) if isinstance(values, dict) else frozenset()
    outcome = chains.judge_in_document(claim, context, form in ("math", "standing"), known, form == "math")
    if outcome.verdict == REFUTED and form == "plain" and (rest := _without_quantity(claim)):
        outcome = chains.judge_in_document(rest, context, False) if "=" in rest else Outcome(NO_CLAIM, "a quantity in other units", "no-claim")
    if outcome.verdict == NO_CLAIM and outcome.reason == "an equation with names" and form == "math" and _is_identity(claim):
        return Outcome(PROVED, "an identity")
    given = isinstance(values, dict) and bool(values) and all(values.values())
    if outcome.verdict == NO_CLAIM and outcome.reason in ("an equation with names", "a definition") and given:
        from .quotes import doubted
        from .rearranged import with_values

        found = with_values(claim, values)
        return outcome if found.verdict == REFUTED and doubted(context) else found
    return outcome


def _without_quantity(claim: str) -> str:
    """``1 block = 1024*1024 = 1048576 bytes`` without its first side: a quantity in a unit that is not known, and that the last side has not."""
    match = re.match(r"\s*\d[\d.,]*\s*(?P<unit>[A-Za-z]{1,8})\s*=(?P<rest>.*)", claim, re.S)
    if match is None or named(match["unit"]) is not None or re.search(rf"(?<![A-Za-z]){match['unit']}(?![A-Za-z])", match["rest"]):
        return ""
    return match["rest"].strip()


def _is_identity(claim: str) -> bool:
    """Whether the two sides of an equation in one set of names are the same for all their values."""
    left, sign, right = claim.partition("=")
    if not sign or "=" in right or not 3 < len(claim) < 400:
        return False
    try:
        a, b = (read_expression(side.strip(" &.,;")) for side in (left, right))
    except Unreadable:
        return False
    names = set(symbols(a))
    return bool(names) and names == set(symbols(b)) and a != b and pairs.same(a, b).verdict == PROVED


def _in_text(text: str) -> Outcome:
    """A text without the piece that asserts something: all that is found in it, the gravest verdict first."""
    claims = Document("text.md", text.encode("utf-8", "replace")).claims()
    found = list(islice((f for f in claims if f.form in ("math", "plain") and not f.text.startswith("=")), MAX_CLAIMS))
    if not found:
        return chains.judge_text(text)
    outcomes = [chains.judge_in_document(f.text, f.context, f.form == "math") for f in found]
    for verdict in (REFUTED, UNDECIDED, PROVED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return outcomes[0]


def _judged(record: Mapping[str, object]) -> Outcome:
    lines, left, right = record.get("lines"), record.get("lhs"), record.get("rhs")
    try:
        if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
            return steps.judge_lines(lines)
        if isinstance(left, str) and isinstance(right, str):
            return pairs.judge_pair(left, right)
        claim, text = record.get("claim"), record.get("text")
        form = record.get("form")
        if isinstance(claim, str) and form in ("math", "plain", "standing", "total", "definition", "cell", "formula", "stacked"):
            return _in_document(record, claim, text if isinstance(text, str) else "")
        if isinstance(claim, str):
            return chains.judge_text(claim, text if isinstance(text, str) else "")
        if isinstance(text, str):
            return _in_text(text)
    except RecursionError:
        return Outcome(UNDECIDED, "nested too deeply", "claim-unreadable")
    return Outcome(NO_CLAIM, "the record has neither a text nor lines nor two sides", "no-claim")
