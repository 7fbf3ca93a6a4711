"""How a careful person writes a result down: small sums, products and powers put together without clutter.

These builders fold only what nobody would write out (``0 + x``, ``1 x``, ``-(-x)``, ``x^1``).  They search nothing and reorder
nothing but the sign and a numeral in front; whatever a rule builds with them is a step that the judge decides.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from ..expressions import Expr, Number, Operation, Symbol, expr, is_op, op, rational_value

ZERO, ONE = Number("0"), Number("1")
_MAX_BITS = 100_000   # of an exact power: beyond it a number is no longer something to show


def exact(value: Expr) -> Fraction | None:
    """The value of a closed expression of rational arithmetic (sums, products, quotients, integer powers, floor...), else None."""
    if isinstance(value, Number):
        return value.value
    if isinstance(value, Symbol):
        return None
    head, args = value.head, value.args
    if head not in ("add", "neg", "mul", "div", "pow", "floor", "ceil", "abs", "min", "max", "sign"):
        return None
    parts = []
    for argument in args:
        part = exact(argument)
        if part is None:
            return None
        parts.append(part)
    if head == "add":
        return sum(parts, Fraction(0))
    if head == "mul":
        product = Fraction(1)
        for part in parts:
            product *= part
        return product
    if head == "div":
        return parts[0] / parts[1] if parts[1] else None
    if head == "pow":
        return _power(parts[0], parts[1])
    return {"neg": lambda a: -a, "floor": lambda a: Fraction(floor(a)), "ceil": lambda a: Fraction(ceil(a)), "abs": abs,
            "sign": lambda a: Fraction((a > 0) - (a < 0)), "min": lambda *a: min(a), "max": lambda *a: max(a)}[head](*parts)


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or (base == 0 and exponent <= 0):
        return None
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    return base ** exponent.numerator if size * abs(exponent.numerator) <= _MAX_BITS else None


def is_zero(value: Expr) -> bool:
    return exact(value) == 0


def is_one(value: Expr) -> bool:
    return exact(value) == 1


def unsigned(value: Expr) -> tuple[bool, Expr]:
    """Whether the expression is written with a minus sign in front, and the expression without it."""
    minus = False
    while is_op(value, "neg"):
        minus, value = not minus, value.args[0]
    if is_op(value, "mul") and is_op(value.args[0], "neg"):
        inner, rest = unsigned(value.args[0])
        return minus != inner, times(rest, *value.args[1:])
    if is_op(value, "div") and is_op(value.args[0], "neg"):
        inner, rest = unsigned(value.args[0])
        return minus != inner, over(rest, value.args[1])
    return minus, value


def minus(value: Expr) -> Expr:
    """-value, without -0 and without two signs; a sum gets brackets, not new signs."""
    negative, rest = unsigned(value)
    if is_zero(rest):
        return ZERO
    return rest if negative else op("neg", rest)


def plus(*terms: Expr) -> Expr:
    """The sum of the terms in their order, zeros left out, sums inside opened."""
    flat: list[Expr] = []
    for term in terms:
        for part in (term.args if is_op(term, "add") else (term,)):
            if not is_zero(part):
                negative, rest = unsigned(part)
                flat.append(op("neg", rest) if negative else rest)
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Operation("add", tuple(flat))


def times(*factors: Expr) -> Expr:
    """The product in the order given: signs and numerals are gathered in front, ones left out, products inside opened.

    A quotient with numerator 1 stays a factor; ``1/2`` and ``3`` in front become ``3/2``.
    """
    negative, coefficient, rest = False, Fraction(1), []

    def visit(factor: Expr) -> None:
        nonlocal negative, coefficient
        sign, factor = unsigned(factor)
        negative ^= sign
        value = rational_value(factor)
        if value is not None:
            coefficient *= value
        elif is_op(factor, "mul"):
            for part in factor.args:
                visit(part)
        else:
            rest.append(factor)

    for factor in factors:
        visit(factor)
    if coefficient == 0:
        return ZERO
    if coefficient < 0:
        negative, coefficient = not negative, -coefficient
    parts = ([] if coefficient == 1 and rest else [expr(coefficient)]) + rest
    product = parts[0] if len(parts) == 1 else Operation("mul", tuple(parts))
    return op("neg", product) if negative else product


def over(top: Expr, bottom: Expr) -> Expr:
    """top/bottom with the sign in front; a denominator of 1 is left out, two numerals become a fraction in lowest terms."""
    negative, top = unsigned(top)
    if is_zero(top) and not is_zero(bottom):
        return ZERO
    value, by = rational_value(top), rational_value(bottom)
    if value is not None and by:
        quotient = expr(value / by)
    elif by == 1:
        quotient = top
    else:
        quotient = op("div", top, bottom)
    return minus(quotient) if negative else quotient


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent; an exponent of 1 is left out, an exponent of 0 gives 1."""
    value = exact(exponent)
    if value == 1:
        return base
    if value == 0:
        return ONE
    return op("pow", base, expr(value) if value is not None else exponent)


def terms_of(value: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, each with its sign; anything else is its own single term."""
    return value.args if is_op(value, "add") else (value,)


def factors_of(value: Expr) -> tuple[Expr, ...]:
    return value.args if is_op(value, "mul") else (value,)
