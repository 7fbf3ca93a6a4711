"""Where a statement fails although what was said before holds: linear systems with one solution, inequalities in one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import fmpq, fmpq_mat

from ..expressions import Expr, Operation, Symbol, is_op, symbols
from . import points
from .arrays import NoValue
from .values import evaluate

MAX_EQUATIONS = 8
_PROBES = [fmpq(k) for k in range(-12, 13)] + [fmpq(s * k) for k in (50, 1000) for s in (1, -1)]
_STEPS = [fmpq(0)] + [fmpq(s * p, q) for p, q in ((1, 1000), (1, 10), (1, 1), (10, 1)) for s in (1, -1)]


def solution(facts: Sequence[Expr]) -> dict[Expr, fmpq] | None:
    """The one solution of linear equations; None where there is another number of them or one is not linear."""
    equations = [e for f in facts for e in (f.args if is_op(f, "and") else (f,))]
    if not 1 <= len(equations) <= MAX_EQUATIONS or not all(is_op(e, "eq") for e in equations):
        return None
    names = sorted({n for e in equations for n in symbols(e)})
    if not 1 <= len(names) <= len(equations):
        return None
    rows = []
    for e in equations:
        numerator = points.polynomial(Operation("add", (e.args[0], Operation("neg", (e.args[1],)))), names)
        if numerator is None or any(sum(int(k) for k in powers) > 1 for powers in numerator.to_dict()):
            return None
        row = [fmpq(0)] * (len(names) + 1)
        for powers, coefficient in numerator.to_dict().items():
            row[next((i for i, k in enumerate(powers) if int(k)), len(names))] = coefficient
        rows.append(row)
    reduced, rank = fmpq_mat(rows).rref()
    if rank != len(names) or any(reduced[i, i] != 1 for i in range(rank)):
        return None
    point = {Symbol(n): -reduced[i, len(names)] for i, n in enumerate(names)}
    return point if all(holds(e, point) for e in equations) else None


def holds(statement: Expr, point: dict[Expr, fmpq]) -> bool | None:
    """Exactly, with rational values; None where that is not to be had."""
    if is_op(statement, "and", "or"):
        found = [holds(s, point) for s in statement.args]
        strong = is_op(statement, "or")
        return strong if strong in found else None if None in found else not strong
    if not is_op(statement, "eq", "lt", "le", "gt", "ge"):
        return None
    try:
        x, y = (evaluate(a, env=dict(point)) for a in statement.args)
    except NoValue:
        return None
    if not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return None
    return {"eq": x == y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y}[statement.head]


def _probes(*statements: Expr) -> Iterator[fmpq]:
    for statement in statements:
        for side in statement.args:
            if not symbols(side):
                try:
                    centre = evaluate(side)
                except NoValue:
                    continue
                if isinstance(centre, fmpq):
                    yield from (centre + step for step in _STEPS)
    yield from _PROBES


def violated(given: Expr, wanted: Expr) -> dict[Expr, fmpq] | None:
    """A rational value of the one name at which the inequality ``given`` holds and the inequality ``wanted`` does not."""
    names = symbols(given)
    if len(names) != 1 or symbols(wanted) != names or not all(is_op(s, "lt", "le", "gt", "ge") for s in (given, wanted)):
        return None
    for value in _probes(wanted, given):
        point = {Symbol(names[0]): value}
        if holds(given, point) is True and holds(wanted, point) is False:
            return point
    return None
