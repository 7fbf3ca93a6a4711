"""Inverse trigonometric functions in normal form: odd ones with their sign taken out, acos by asin, the values that have radicals.

acos(u) = pi/2 - asin(u) on [-1, 1]; asin(-u) = -asin(u), atan(-u) = -atan(u).  An angle asin(u) or atan(u) has the cosine
sqrt(1 - u^2) or 1/sqrt(1 + u^2), never negative: the ranges are [-pi/2, pi/2] and (-pi/2, pi/2).  Source: DLMF 4.23, 4.24.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from ..expressions import Expr, Number, Operation, Symbol, is_op, parse, symbols
from .forms import Quotient

if TYPE_CHECKING:
    from .exact import Field

# value -> multiple of pi
_ASIN = (("1", "1/2"), ("1/2", "1/6"), ("sqrt(2)/2", "1/4"), ("sqrt(3)/2", "1/3"), ("(sqrt(6) - sqrt(2))/4", "1/12"),
         ("(sqrt(6) + sqrt(2))/4", "5/12"), ("(sqrt(5) - 1)/4", "1/10"), ("(sqrt(5) + 1)/4", "3/10"))
_ATAN = (("1", "1/4"), ("sqrt(3)", "1/3"), ("sqrt(3)/3", "1/6"), ("2 - sqrt(3)", "1/12"), ("2 + sqrt(3)", "5/12"), ("sqrt(2) - 1", "1/8"),
         ("sqrt(2) + 1", "3/8"))


@lru_cache(maxsize=2)
def _table(head: str) -> tuple[tuple[Expr, Fraction], ...]:
    return tuple((parse(value, "plain"), Fraction(rate)) for value, rate in (_ASIN if head == "asin" else _ATAN))


def function(field: Field, expr: Operation) -> Quotient:
    """asin, acos or atan; outside [-1, 1] an arc sine has no value, which is a requirement."""
    u = field.lowest(field.reduced(field.normal(expr.args[0])))
    if expr.head in ("asin", "acos"):
        within = field.sub(field.constant(1), field.mul(u, u))
        field.require("ge", field.to_expr(field.lowest(within)), within)
    if expr.head == "acos":
        quarter = field.mul(field.normal(Symbol("pi")), field.constant(Fraction(1, 2)))
        return field.sub(quarter, _odd(field, "asin", u))
    return _odd(field, expr.head, u)


def _odd(field: Field, head: str, u: Quotient) -> Quotient:
    if u.num == 0:
        return u
    if u.num.leading_coefficient() < 0:
        return field.neg(_odd(field, head, field.neg(u)))
    written = field.to_expr(u)
    if not symbols(written):
        for value, rate in _table(head):
            if (value == Number("1")) == (field.rational(u) == 1):
                for sign in (1, -1):
                    if field.is_zero(field.sub(u, field.mul(field.constant(sign), field.normal(value)))):
                        return field.mul(field.normal(Symbol("pi")), field.constant(sign * rate))
    return field.atom((head, *field.key(u)), "opaque", Operation(head, (written,)))


def pair(field: Field, exponents: tuple[int, ...]) -> tuple[Quotient, Quotient] | None:
    """(cosine, sine) of the angle asin(u) or atan(u) where the monomial is that atom alone; None for others."""
    places = [i for i, e in enumerate(exponents) if e]
    if len(places) != 1 or exponents[places[0]] != 1:
        return None
    expr = field.atoms[places[0]].expr
    if not is_op(expr, "asin", "atan"):
        return None
    u = field.normal(expr.args[0])
    square = Operation("pow", (expr.args[0], Number("2")))
    if expr.head == "asin":
        return field.normal(Operation("sqrt", (Operation("add", (Number("1"), Operation("neg", (square,)))),))), u
    below = Operation("sqrt", (Operation("add", (Number("1"), square)),))
    root = field.normal(below)
    return Quotient(root.den, root.num), field.mul(u, Quotient(root.den, root.num))     # 1 + u^2 has no zero: no condition
