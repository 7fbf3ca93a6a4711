"""Relations whose two sides are one strictly increasing function of something: exp(u) < exp(v) says u < v.

exp, atan, sinh, tanh and odd powers or roots increase on all of the line; ln and sqrt where they have a value, which must be
shown from the assumptions; |u| and |v|, and even powers, compare as the squares of u and v.  Certifies that the relation and
its reduced form hold at the same points; what is reduced is judged again.
"""

from __future__ import annotations

from ..expressions import Expr, Number, Operation, Symbol, is_op, is_relation, rational_value, transform
from ..obligation import Verdict
from .forms import Decide

_ALWAYS = frozenset({"exp", "atan", "sinh", "tanh"})
_WITHIN = {"ln": "gt", "sqrt": "ge"}


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The verdict on the statement with such relations reduced; None where there is none."""
    def changed(node: Expr) -> Expr:
        return _reduced(node, assumptions, decide) if is_relation(node) else node

    simpler = transform(statement, changed)
    return None if simpler == statement else decide(simpler, assumptions)


def _reduced(relation: Operation, assumptions: tuple[Expr, ...], decide: Decide) -> Expr:
    left, right = relation.args
    if not (isinstance(left, Operation) and isinstance(right, Operation)):
        return relation
    if left.head == right.head and left.head in _ALWAYS:
        return Operation(relation.head, (left.args[0], right.args[0]))
    if left.head == right.head and left.head in _WITHIN:
        zero = Number("0")
        if all(decide(Operation(_WITHIN[left.head], (side.args[0], zero)), assumptions).proved for side in (left, right)):
            return Operation(relation.head, (left.args[0], right.args[0]))
        return relation
    if left.head == right.head == "abs":
        return Operation(relation.head, tuple(Operation("pow", (side.args[0], Number("2"))) for side in (left, right)))
    if left.head == right.head == "pow":
        exponents = [rational_value(side.args[1]) for side in (left, right)]
        if exponents[0] is not None and exponents[0] == exponents[1] and exponents[0] > 0 and exponents[0].denominator == 1 and exponents[0] % 2:
            return Operation(relation.head, (left.args[0], right.args[0]))
        base = rational_value(left.args[0])
        if left.args[0] == right.args[0] and (base is not None and base > 1 or left.args[0] == Symbol("e")):
            return Operation(relation.head, (left.args[1], right.args[1]))
    if is_op(left, "root") and is_op(right, "root") and left.args[1] == right.args[1]:
        degree = rational_value(left.args[1])
        if degree is not None and degree.denominator == 1 and degree % 2:
            return Operation(relation.head, (left.args[0], right.args[0]))
    return relation
