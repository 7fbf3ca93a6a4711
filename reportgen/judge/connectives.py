"""Systems part by part, and equations solved by an inverse trigonometric function.

``A and B <=> C and D`` holds where C and D follow from A and B, and A and B from C and D; equations such as ``y = x + 1`` are put
in.  On [-pi/2, pi/2] the sine takes each value once (the cosine on [0, pi], the tangent on (-pi/2, pi/2)), so that there
sin(u) = v and u = c say the same wherever sin(c) = v and c lies there, too.
Certifies equivalences and implications; each part is judged by itself.
"""

from __future__ import annotations

from ..expressions import Expr, Number, Operation, Symbol, is_op, op, rational_value, replace, symbols, to_text, walk
from ..obligation import Verdict, proved, refuted
from .forms import Decide

_PI = Symbol("pi")
_QUARTER = op("div", _PI, 2)
_RANGES: dict[str, tuple[str, Expr, Expr, str]] = {      # function -> its inverse, the ends of its range, whether the ends belong to it
    "sin": ("asin", op("neg", _QUARTER), _QUARTER, "le"),
    "cos": ("acos", Number("0"), _PI, "le"),
    "tan": ("atan", op("neg", _QUARTER), _QUARTER, "lt"),
}


def part_by_part(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED where every part of one side follows from the other side; None where one does not, or where there is no "and"."""
    if not is_op(statement, "iff", "implies") or not any(is_op(a, "and") for a in statement.args) or any(is_op(a, "or", "not") for a in statement.args):
        return None
    first, second = statement.args
    conditions: dict[Expr, None] = {}
    for given, wanted in ((first, second), (second, first)) if statement.head == "iff" else ((first, second),):
        known = set(given.args if is_op(given, "and") else (given,))
        for part in wanted.args if is_op(wanted, "and") else (wanted,):
            if part in known:
                continue
            verdict = decide(Operation("implies", (given, part)), assumptions)
            if not verdict.proved:
                return None
            conditions.update(dict.fromkeys(verdict.conditions))
    return proved("exact", "part by part", {}, tuple(conditions))


def inverse_functions(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED for ``sin(u) = v <=> u = c`` (or =>) under assumptions that keep u where the sine takes each value once."""
    if not is_op(statement, "iff", "implies") or not all(is_op(a, "eq") for a in statement.args):
        return None
    for left, right in (statement.args, statement.args[::-1]):
        for function, value in (left.args, left.args[::-1]):
            if not is_op(function, *_RANGES):
                continue
            for argument, angle in (right.args, right.args[::-1]):
                if argument == function.args[0]:
                    found = _unique(function, value, angle, assumptions, decide)
                    if found is not None:
                        return found
    return None


def _unique(function: Operation, value: Expr, angle: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    inverse, low, high, within = _RANGES[function.head]
    inside = [Operation(within, pair) for u in (function.args[0], angle) if not is_op(u, inverse) for pair in ((low, u), (u, high))]
    conditions: dict[Expr, None] = {}
    for part in (*inside, Operation("eq", (Operation(function.head, (angle,)), value))):
        verdict = decide(part, assumptions)
        if not verdict.proved:
            return None
        conditions.update(dict.fromkeys(verdict.conditions))
    return proved("exact", "one angle in the range", {"range": f"of {inverse}"}, tuple(conditions))


def at_values(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """REFUTED where c of ``x = c`` on one side, or -c, 1/c beside a logarithm, c + 2 pi beside an angle, solves one side and not the other."""
    names = symbols(statement)
    if not is_op(statement, "iff", "implies") or len(names) != 1 or any(symbols(a) != names for a in assumptions):
        return None
    x = Symbol(names[0])
    values = dict.fromkeys(n.args[1] for n in walk(statement) if is_op(n, "eq") and n.args[0] == x and not symbols(n.args[1]))
    heads = {node.head for node in walk(statement) if isinstance(node, Operation)}
    tried = [v for c in values if rational_value(c) is None for v in (c, op("neg", c), *([op("div", 1, c)] if heads & {"ln", "log"} else ()))]
    for value in tried + [op("add", c, op("mul", 2, _PI)) for c in values if heads & {"sin", "cos", "tan", "cot"}]:
        put = {x: value}
        if not all(_holds(decide(replace(a, put), ())) for a in assumptions):
            continue
        first, second = (decide(replace(side, put), ()) for side in statement.args)
        if _holds(first) and second.refuted or is_op(statement, "iff") and _holds(second) and first.refuted:
            return refuted("exact", "a value put in", witness={"fails at": to_text(Operation("eq", (x, value)))})
    return None


def _holds(found: Verdict) -> bool:
    return found.proved and not found.conditions
