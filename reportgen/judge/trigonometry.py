"""Trigonometric functions in normal form: polynomials in the cosine and sine of base angles, with s² = 1 − c².

An angle is a sum of rational multiples of monomials; multiples and sums are expanded by (c + is)^k and the addition
theorems, rational multiples of π by their radicals.  Sound for all real angles; complete for polynomial identities in
sin and cos of the base angles.  Source: any table of addition theorems; e.g. DLMF 4.21.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from flint import fmpz_poly

from ..expressions import Expr, Number, Operation, Symbol, is_op, walk
from . import inverse_trig, parity
from .forms import Overflow, Quotient, Undefined, Unsupported

if TYPE_CHECKING:
    from .exact import Field

HEADS = ("sin", "cos", "tan", "cot", "sec", "csc")
MAX_MULTIPLE = 40
MAX_MINIMAL = 60      # denominator of a multiple of pi whose cosine gets its minimal polynomial

Pair = tuple[Quotient, Quotient]     # (cosine, sine)


def unit(statement: Expr) -> int:
    """The common denominator of the coefficients in all angles of a statement: base angles are monomials over it."""
    from .exact import Field

    found = 1
    for node in walk(statement):
        if is_op(node, *HEADS):
            scratch = Field(24)
            try:
                angle = scratch.lowest(scratch.reduced(scratch.normal(node.args[0])))
            except (Unsupported, Undefined, Overflow):
                continue
            if angle.den.is_constant():
                for coefficient in (angle.num / angle.den.leading_coefficient()).coeffs():
                    found = lcm(found, int(coefficient.q))
    return found if found <= 24 else 1


def function(field: Field, expr: Operation) -> Quotient:
    """sin, cos, tan, cot, sec or csc of an angle in normal form; divisors become side conditions."""
    cosine, sine = _pair(field, expr.args[0])
    if expr.head == "cos":
        return cosine
    if expr.head == "sin":
        return sine
    one = field.constant(1)
    above, below, written = {"tan": (sine, cosine, "cos"), "cot": (cosine, sine, "sin"), "sec": (one, cosine, "cos"), "csc": (one, sine, "sin")}[expr.head]
    return field.div(above, below, Operation(written, expr.args))


def _pair(field: Field, angle: Expr) -> Pair:
    q = field.lowest(field.reduced(field.normal(angle)))
    result: Pair = (field.constant(1), field.constant(0))
    if not q.den.is_constant():
        return _multiple(field, _base(field, q), 1)
    for exponents, coefficient in (q.num / q.den.leading_coefficient()).to_dict().items():
        rate = Fraction(int(coefficient.p), int(coefficient.q))
        monomial = Quotient(field.ctx.from_dict({exponents: 1}), field.one)
        inverse = inverse_trig.pair(field, exponents) if rate.denominator == 1 else None
        turns = parity.half_turns(field, exponents, rate)
        if field.to_expr(monomial) == Symbol("pi"):
            part = _of_pi(field, rate)
        elif inverse is not None:
            part = _multiple(field, inverse, int(rate))
        elif turns is not None:
            part = turns
        else:
            multiple = rate * field.angle_unit
            if multiple.denominator != 1:
                raise Unsupported("angles with many different denominators")
            part = _multiple(field, _base(field, field.mul(monomial, field.constant(Fraction(1, field.angle_unit)))), int(multiple))
        result = _sum(field, result, part)
    return result


def _base(field: Field, q: Quotient) -> Pair:
    """The atoms cos and sin of a base angle, its sign taken out of the sine."""
    negative = q.num.leading_coefficient() < 0
    if negative:
        q = field.neg(q)
    written = field.to_expr(q)
    key = field.key(q)
    cosine = field.atom(("cos", *key), "opaque", Operation("cos", (written,)))
    square = field.sub(field.constant(1), field.mul(cosine, cosine))
    sine = field.atom(("sin", *key), "opaque", Operation("sin", (written,)), (2, square))
    return cosine, field.neg(sine) if negative else sine


def _sum(field: Field, a: Pair, b: Pair) -> Pair:
    return (field.sub(field.mul(a[0], b[0]), field.mul(a[1], b[1])), field.add(field.mul(a[1], b[0]), field.mul(a[0], b[1])))


def _multiple(field: Field, base: Pair, k: int) -> Pair:
    """(cos kθ, sin kθ) of an angle with names."""
    if abs(k) > MAX_MULTIPLE:
        raise Unsupported(f"{k} times an angle")
    return _multiple_of(field, base, k)


def _multiple_of(field: Field, base: Pair, k: int) -> Pair:
    """(cos kθ, sin kθ) by repeated squaring of cos θ + i sin θ."""
    result: Pair = (field.constant(1), field.constant(0))
    power = base if k >= 0 else (base[0], field.neg(base[1]))
    k = abs(k)
    while k:
        if k & 1:
            result = tuple(field.reduced(part) for part in _sum(field, result, power))
        power = tuple(field.reduced(part) for part in _sum(field, power, power))
        k >>= 1
    return result


def _of_pi(field: Field, rate: Fraction) -> Pair:
    """cos and sin of a rational multiple of π; denominators that divide 24 or 5 have radicals, others a base angle."""
    rate %= 2

    def value(expr: Expr) -> Quotient:
        return field.normal(expr)

    half = Fraction(1, 2)

    def root(n: int) -> Expr:
        return Operation("sqrt", (Number(str(n)),))

    known: dict[int, Pair] = {}
    if rate.denominator in (1, 2):
        quarter = int(rate * 2)
        return field.constant((1, 0, -1, 0)[quarter]), field.constant((0, 1, 0, -1)[quarter])
    if rate.denominator in (3, 6):
        known[rate.denominator] = (field.mul(field.constant(half), value(root(3))), field.constant(half)) if rate.denominator == 6 else \
            (field.constant(half), field.mul(field.constant(half), value(root(3))))
    elif rate.denominator == 4:
        both = field.mul(field.constant(half), value(root(2)))
        known[4] = (both, both)
    elif rate.denominator == 12:
        return _sum(field, _of_pi(field, rate - Fraction(1, 4)), _of_pi(field, Fraction(1, 4)))
    elif rate.denominator == 5:
        cosine = field.mul(field.constant(Fraction(1, 4)), field.add(field.constant(1), value(root(5))))
        inner = Operation("add", (Number("10"), Operation("neg", (Operation("mul", (Number("2"), root(5))),))))
        known[5] = (cosine, field.mul(field.constant(Fraction(1, 4)), value(Operation("sqrt", (inner,)))))
    elif rate.denominator == 10:
        # rate = 1/2 - k/5: cos and sin change places
        cosine, sine = _of_pi(field, Fraction(1, 2) - rate)
        return sine, cosine
    if rate.denominator in known:
        return _multiple(field, known[rate.denominator], rate.numerator)
    pi = field.mul(field.normal(Symbol("pi")), field.constant(Fraction(1, rate.denominator)))
    base = _base(field, pi)
    place = field.gens.index(base[0].num)
    if place not in field.minimal and rate.denominator <= MAX_MINIMAL:
        # of 2 cos(2 pi/n) with n twice the denominator; 2^k c^k for the powers of the cosine itself
        field.minimal[place] = [int(c) * 2 ** k for k, c in enumerate(fmpz_poly.cos_minpoly(2 * rate.denominator).coeffs())]
    return _multiple(field, base, rate.numerator)
