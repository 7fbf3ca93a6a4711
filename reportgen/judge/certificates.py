"""From what the search found to a certificate that the core accepts.

Nothing here is believed: whatever is proposed, ``core.check`` accepts it or it does not.  What it does not accept keeps the
verdict of the search under a strength of its own, "searched".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from ..core import Accepted, Refused, check
from ..expressions import Expr, Number, Operation, Symbol, is_op, parse, symbols, to_text, walk
from ..expressions import replace as put
from ..obligation import Obligation, Status, Verdict
from . import cases
from .definitions import prepare
from .counterexample import Point, _solved, free_names, sides_at

Certificate = dict[str, Any]
Judge = Callable[[Obligation], Verdict]
MAX_CASES = 8      # assumptions beyond which no further case is opened
_POWERS = ("ln", "exp", "2", "3", "4", "5")
_TURNED: tuple[Certificate, ...] = ({}, {"turned": True})
_E = Symbol("e")


def tree_of(value: Expr) -> tuple:
    """What the core reads in the text of a tree of ours."""
    if isinstance(value, Operation):
        return (value.head, *map(tree_of, value.args))
    return ("number", value.text) if isinstance(value, Number) else ("name", value.name)


def accepted(statement: str | tuple, assumptions: Sequence[str | tuple], certificate: Certificate) -> Verdict | None:
    """The verdict that the core accepts with this certificate, its witness and sides as text; None where it accepts none."""
    try:
        found = check(statement, assumptions, certificate)
    except Refused:
        return None
    point = tuple((name, Fraction(value)) for name, value in certificate.get("point", ()))
    witness, sides = _shown_values(found)
    if point:
        sides = _sides_at(statement, assumptions, point)
    return Verdict(Status.REFUTED if found.refuted else Status.PROVED, found.strength, found.method, witness,
                   tuple(expression(c) for c in found.conditions), point, sides if found.refuted else ("", ""), certificate=written(certificate))


def _shown_values(found: Accepted) -> tuple[tuple[tuple[str, str], ...], tuple[str, str]]:
    """(witness, sides) of a closed relation or of a rounding."""
    bits = (("bits", str(found.bits)),) if found.bits else ()
    if len(found.values) == 2:
        left, right = (_text(v, 20) for v in found.values)
        return (("left", left), ("right", right), *bits), tuple(_text(v, 12, radius=False) for v in found.values)
    if len(found.values) != 4:
        return bits, ("", "")
    value, rounded, shown, places = found.values[0], *(Fraction(int(v.p), int(v.q)) for v in found.values[1:])
    digits, half = int(places), Fraction(1, 2 * 10 ** int(places))
    cell = f"{decimal(rounded - half, digits + 1)} to {decimal(rounded + half, digits + 1)}"
    enclosure = _text(value, digits + 12 + int(abs(rounded)).bit_length() // 3)
    tie = (("tie", "half even"),) if not found.bits and abs(Fraction(enclosure) - rounded) == half else ()
    witness = (("enclosure", enclosure), ("places", str(digits)), ("rounding", decimal(rounded, digits)), ("cell", cell), *bits, *tie)
    return witness, (decimal(rounded, digits), decimal(shown, digits) if (shown * 10 ** digits).denominator == 1 else str(shown))


def _text(value: object, digits: int, radius: bool = True) -> str:
    return value.str(digits, radius=radius) if isinstance(value, arb) else str(value)


def decimal(value: Fraction, places: int) -> str:
    """A rational whose decimal expansion ends after so many places."""
    digits = str(abs(value) * 10 ** places).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + (digits[:-places] + "." + digits[-places:] if places else digits)


def _sides_at(statement: str, assumptions: Sequence[str], point: tuple[tuple[str, Fraction], ...]) -> tuple[str, str]:
    """The values of both sides where the statement fails."""
    prepared = prepare(Obligation(parse(statement, "plain"), tuple(parse(a, "plain") for a in assumptions)))
    return sides_at(prepared.statement, Point({parse(n, "plain"): fmpq(v.numerator, v.denominator) for n, v in point}))


def written(certificate: Certificate) -> str:
    return json.dumps(certificate, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if certificate else "{}"


def expression(tree: tuple) -> Expr:
    """A tree of the core as one of ours."""
    if tree[0] == "number":
        return Number(tree[1])
    if tree[0] == "name":
        return Symbol(tree[1])
    if tree[0] == "root" and tree[2] == ("number", "2"):
        return Operation("sqrt", (expression(tree[1]),))
    return Operation(tree[0], tuple(expression(part) for part in tree[1:]))


def at_hand(obligation: Obligation) -> Verdict | None:
    """PROVED where exponentials or logarithms of both sides, or of the bounds of names, show the statement: cheaper than a search."""
    statement, assumptions = obligation.statement, obligation.assumptions
    if not is_op(statement, "iff", "lt", "le", "gt", "ge") or not any(
            node == _E or is_op(node, "exp", "ln") for part in (statement, *assumptions) for node in walk(part)):
        return None
    trees = tree_of(statement), [tree_of(a) for a in assumptions]
    proposals = _by_exponentials(assumptions)
    if is_op(statement, "iff"):
        proposals = (c for turned in _TURNED for c in (*_by_a_root(statement, turned), *_by_powers(statement, turned, 2)))
    found = (accepted(*trees, certificate) for certificate in proposals)
    return next((verdict for verdict in found if verdict is not None and verdict.proved), None)


def certified(obligation: Obligation, verdict: Verdict, judge: Judge) -> Verdict:
    """The verdict with a certificate that the core accepts, or with the strength "searched"."""
    texts = to_text(obligation.statement), tuple(to_text(a) for a in obligation.assumptions)
    for certificate in _proposals(obligation, verdict, judge):
        found = accepted(*texts, certificate)
        if found is not None and found.status is verdict.status:
            return found
    return replace(verdict, strength="searched")


def _proposals(obligation: Obligation, verdict: Verdict, judge: Judge) -> Iterator[Certificate]:
    if verdict.refuted:
        yield {"point": [[name, str(value)] for name, value in verdict.counterexample]}
        return
    statement, assumptions, method = obligation.statement, obligation.assumptions, verdict.method

    def inner(goal: Expr, given: tuple[Expr, ...] = assumptions) -> Certificate | None:
        found = judge(Obligation(goal, given))
        return json.loads(found.certificate) if found.proved and found.certificate else None

    if is_op(statement, "and"):
        yield from _together([inner(part) for part in statement.args])
    elif is_op(statement, "eq") and all(is_op(side, "tuple") for side in statement.args):
        yield from _together([inner(Operation("eq", pair)) for pair in zip(*(side.args for side in statement.args))])
    elif is_op(statement, "implies"):
        premise, conclusion = statement.args
        premises = premise.args if is_op(premise, "or") else (premise,)
        found = [inner(conclusion, (p, *assumptions)) for p in premises]
        if None not in found:
            yield {"parts": found}
            yield found[0]
    yield from _by_cases(statement, assumptions, inner)
    if method == "induction":
        yield from _by_induction(statement, assumptions, inner)
    if "integral" in to_text(statement):
        antiderivative = dict(verdict.witness).get("antiderivative")
        yield {"by": "antiderivative"} | ({"F": antiderivative} if antiderivative else {})
        if method == "derivative of the antiderivative":
            yield {"by": "antiderivative", "proof": inner(parse(dict(verdict.witness)["derivative"], "plain")) or {}}
    for turned in _TURNED if is_op(statement, "iff") else _TURNED[:1]:
        if is_op(statement, "iff"):
            yield from _by_a_root(statement, turned)
        yield from _by_powers(statement, turned)
    yield from _by_exponentials(assumptions)
    yield from _by_solving(assumptions)


def _by_powers(statement: Expr, turned: Certificate, count: int = len(_POWERS)) -> Iterator[Certificate]:
    """One function of both sides; of an equation a power."""
    for of in _POWERS[:count] if is_op(statement, "iff", "implies") else _POWERS[2:] if is_op(statement, "eq") else ():
        yield {"by": "function", "of": of} | turned


def _by_a_root(statement: Operation, turned: Certificate) -> Iterator[Certificate]:
    """An equation in exp(z) against z = c, by way of exp(z) = exp(c)."""
    solution = statement.args[0 if turned else 1]
    if is_op(solution, "eq") and isinstance(solution.args[0], Symbol):
        lifted = Operation("eq", tuple(Operation("exp", (side,)) for side in solution.args))
        steps = [{}, {"by": "function", "of": "exp", "turned": True}]
        yield {"by": "via", "via": to_text(lifted), "parts": [{"by": "function", "of": "exp"}, {}] if turned else steps}


def _together(parts: list[Certificate | None]) -> Iterator[Certificate]:
    if None not in parts:
        yield {"parts": parts}


def _by_cases(statement: Expr, assumptions: tuple[Expr, ...], inner) -> Iterator[Certificate]:
    found = cases.split(statement)
    if found is None:
        return
    condition, _ = found
    if condition in assumptions or cases.negation(condition) in assumptions or len(assumptions) > MAX_CASES:      # split there already
        return
    proofs = []
    for case in (condition, cases.negation(condition)):
        shown = inner(statement, (*assumptions, case))
        proofs.append(shown or {})      # nothing is needed for a case that cannot occur
    yield {"by": "cases", "on": to_text(condition), "then": proofs[0], "else": proofs[1]}


def _by_induction(statement: Expr, assumptions: tuple[Expr, ...], inner) -> Iterator[Certificate]:
    for left, closed in (statement.args, statement.args[::-1]):
        if is_op(left, "sum", "prod") and isinstance(left.args[3], Symbol):
            body, index, lower, n = left.args
            others = tuple(a for a in assumptions if n.name not in symbols(a))
            one = Number("1")
            before = Operation("add", (n, Operation("neg", (one,))))
            base = inner(Operation("eq", (put(closed, {n: lower}), put(body, {index: lower}))), others)
            combined = Operation("add" if left.head == "sum" else "mul", (put(closed, {n: before}), put(body, {index: n})))
            step = inner(Operation("eq", (closed, combined)), (*others, Operation("ge", (n, Operation("add", (lower, one))))))
            if base is not None and step is not None:
                yield {"by": "induction", "base": base, "step": step}


def _by_exponentials(assumptions: tuple[Expr, ...]) -> Iterator[Certificate]:
    """Bounds of a name as bounds of its exponential."""
    bounds = []
    for fact in assumptions:
        if is_op(fact, "lt", "le", "gt", "ge") and any(isinstance(side, Symbol) for side in fact.args):
            lifted = Operation(fact.head, tuple(Operation("exp", (side,)) for side in fact.args))
            bounds.append([to_text(lifted), {"by": "function", "of": "exp", "from": to_text(fact)}])
    if bounds:
        yield {"have": bounds}


def _by_solving(assumptions: tuple[Expr, ...]) -> Iterator[Certificate]:
    """An assumed equation that is linear in a name, solved for it and put in."""
    for fact in assumptions:
        solved = _solved(fact, free_names(fact)) if is_op(fact, "eq") and not isinstance(fact.args[0], Symbol) else None
        if solved is not None:
            name, rest, slope = solved
            yield {"have": [[to_text(Operation("eq", (name, Operation("neg", (Operation("div", (rest, slope)),))))), {}]]}


__all__ = ["accepted", "certified", "expression", "tree_of", "written"]
