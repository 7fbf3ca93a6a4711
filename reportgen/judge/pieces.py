"""Derivatives of functions given by pieces: inside each piece by the rules, at a join by the definition.

D cases(f, c, g) is f' where c holds around the point and g' where its negation does; a condition between continuous sides holds
around a point where it holds strictly.  At a given point the derivative is the limit of (f(a + h) - f(a))/h, which is judged as
any other limit: from both sides, so that a kink has none.
"""

from __future__ import annotations

from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, replace, walk
from .forms import Unsupported

PIECEWISE = ("cases", "max", "min", "sign", "floor", "ceil", "abs")
_STRICT = {"lt": "lt", "le": "lt", "gt": "gt", "ge": "gt", "ne": "ne"}
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_CONTINUOUS = frozenset({"add", "mul", "neg", "exp", "sin", "cos", "atan", "sinh", "cosh", "tanh", "abs"})


def has_pieces(body: Expr) -> bool:
    return any(is_op(node, *PIECEWISE) for node in walk(body))


def continuous(body: Expr) -> bool:
    """True for what is continuous for all values of its names: no divisor but a number, no root, no logarithm, no step.

    An integral between finite bounds is, where its bounds and its function are.
    """
    for node in walk(body):
        if is_op(node, "integral") and len(node.args) == 4 and not any(part == Symbol("inf") for part in walk(node)):
            continue
        if isinstance(node, Operation) and node.head not in _CONTINUOUS:
            exponent = rational_value(node.args[1]) if node.head in ("pow", "div") else None
            whole = node.head == "pow" and exponent is not None and exponent.denominator == 1 and exponent > 0
            if not (whole or node.head == "div" and exponent or node.head == "pow" and node.args[0] == Symbol("e")):
                return False
    return True


def derivative(u: Operation, x: Expr) -> Expr:
    """The derivative inside the pieces; where none holds strictly there is no value.  Raises Unsupported."""
    from . import calculus

    zero = Number("0")
    if u.head in ("max", "min"):
        if len(u.args) > 2:
            return derivative(Operation(u.head, (Operation(u.head, u.args[:2]), *u.args[2:])), x)
        a, b = u.args
        above, below = (calculus.derivative(part, x) for part in (u.args if u.head == "max" else (b, a)))
        return _two(above, Operation("gt", (a, b)), below, Operation("lt", (a, b)))
    if u.head == "sign":
        return Operation("cases", (zero, Operation("ne", (u.args[0], zero))))
    if u.head in ("floor", "ceil"):
        return Operation("cases", (zero, Operation("ne", (u.args[0], u))))
    args = u.args
    if len(args) == 1:
        return calculus.derivative(args[0], x)
    value, condition, *rest = args
    inside, outside = _interior(condition), _interior(_negation(condition))
    taken = calculus.derivative(value, x)
    if not rest:
        if inside is None:
            raise Unsupported("the derivative of a single point")
        return Operation("cases", (taken, inside))
    other = derivative(Operation("cases", tuple(rest)), x) if len(rest) > 1 else calculus.derivative(rest[0], x)
    if inside is None and outside is None:
        raise Unsupported("a derivative by pieces without an inside")
    if inside is None:
        return Operation("cases", (other, outside))
    return Operation("cases", (taken, inside)) if outside is None else _two(taken, inside, other, outside)


def _two(first: Expr, condition: Expr, second: Expr, other: Expr) -> Expr:
    return Operation("cases", (first, condition, Operation("cases", (second, other))))


def _negation(condition: Expr) -> Expr:
    if is_op(condition, "and", "or"):
        return Operation("or" if condition.head == "and" else "and", tuple(map(_negation, condition.args)))
    if is_op(condition, *_OPPOSITE):
        return Operation(_OPPOSITE[condition.head], condition.args)
    raise Unsupported("a case with such a condition")


def _interior(condition: Expr) -> Expr | None:
    """A condition under which this one holds all around; None where it holds nowhere around (an equation)."""
    if is_op(condition, "and", "or"):
        parts = [_interior(c) for c in condition.args]
        if condition.head == "and":
            return None if None in parts else Operation("and", tuple(parts))
        parts = [p for p in parts if p is not None]
        return None if not parts else parts[0] if len(parts) == 1 else Operation("or", tuple(parts))
    if is_op(condition, "eq"):
        return None
    if is_op(condition, *_STRICT):
        return Operation(_STRICT[condition.head], condition.args)
    raise Unsupported("a case with such a condition")


def derivative_at(node: Operation, point: Expr) -> Expr:
    """``diff(f, x[, n])`` at a point, by the definition.  Raises Unsupported for orders above 4."""
    from . import calculus

    body, x = node.args[:2]
    order = rational_value(node.args[2]) if len(node.args) == 3 else Fraction(1)
    if order is None or order.denominator != 1 or not 1 <= order <= 4:
        raise Unsupported("a derivative of this order")
    if order == 1:
        at, beside = replace(body, {x: point}), body
    else:
        at = derivative_at(Operation("diff", (body, x, calculus.integer(int(order) - 1))), point)
        beside = body
        for _ in range(int(order) - 1):
            beside = calculus.derivative(beside, x)
    h = Symbol(f"h{int(order)} of the derivative")
    moved = replace(beside, {x: Operation("add", (point, h))})
    quotient = Operation("div", (Operation("add", (moved, Operation("neg", (at,)))), h))
    return Operation("limit", (quotient, h, Number("0")))
