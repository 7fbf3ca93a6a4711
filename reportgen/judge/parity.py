"""Powers with whole exponents that have names in them, and angles that are whole multiples of pi.

Names are whole where an assumption says so (``n in ZZ``) or a sum runs over them.  (-1)^n is an atom whose square is 1;
x^(n + 2) is x^2 times the atom x^n, with x != 0 as a side condition; cos(n pi) = (-1)^n and sin(n pi) = 0.
Source: the laws of powers for whole exponents, which need no sign of the base.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..expressions import Expr, Operation, Symbol
from .calculus import integer, rational
from .forms import Quotient

if TYPE_CHECKING:
    from .exact import Field


def whole_monomial(field: Field, exponents: tuple[int, ...], without: str = "") -> bool:
    """True where every name in the monomial is whole (``without``: one atom that is left out, such as pi)."""
    for i, e in enumerate(exponents):
        if e and not (isinstance(field.atoms[i].expr, Symbol) and (field.atoms[i].expr.name in field.integers or field.atoms[i].expr.name == without)):
            return False
    return True


def whole_terms(field: Field, q: Quotient) -> dict[tuple[int, ...], int] | None:
    """{monomial: coefficient} of a normal form that is whole for all its names' values; None where that is not known."""
    q = field.lowest(field.reduced(q))
    if not q.den.is_constant():
        return None
    terms: dict[tuple[int, ...], int] = {}
    for exponents, coefficient in (q.num / q.den.leading_coefficient()).to_dict().items():
        if coefficient.q != 1 or not whole_monomial(field, exponents):
            return None
        terms[exponents] = int(coefficient.p)
    return terms


def sign_atom(field: Field, exponents: tuple[int, ...]) -> Quotient:
    """(-1)^m for a whole monomial m; its square is 1."""
    exponents = tuple(min(e, 1) for e in exponents)      # m and its radical are even together
    written = field.to_expr(Quotient(field.ctx.from_dict({exponents: 1}), field.one))
    return field.atom(("parity", exponents), "parity", Operation("pow", (integer(-1), written)), (2, field.constant(1)))


def sign_power(field: Field, terms: dict[tuple[int, ...], int]) -> Quotient:
    """(-1)^q."""
    result = field.constant(1)
    for exponents, coefficient in terms.items():
        if coefficient % 2:
            result = field.mul(result, sign_atom(field, exponents) if any(exponents) else field.constant(-1))
    return field.reduced(result)


def power(field: Field, base: Expr, exponent: Quotient) -> Quotient | None:
    """base^exponent for a whole exponent with names and a base that is not known to be positive; None where this does not apply."""
    if not field.integers:
        return None
    terms = whole_terms(field, exponent)
    if terms is None:
        return None
    below = field.lowest(field.reduced(field.normal(base)))
    if below.num == 0 or field.sign(below) == "+":
        return None
    if field.rational(below) is None:
        field.div(below, below, base)      # 0^n is left out: the base is not zero
    result = field.constant(1)
    for poly, side in ((below.num, 1), (below.den, -1)):
        content, factors = poly.factor()
        number = Fraction(int(content.p), int(content.q))
        if number < 0:
            result = field.mul(result, sign_power(field, terms))
        if abs(number) != 1:
            logarithm = field._logarithm(rational(abs(number)))
            result = field.mul(result, field._exponential(field.mul(field.mul(field.constant(side), exponent), logarithm)))
        for factor, multiplicity in factors:
            q = Quotient(factor, field.one)
            written = field.to_expr(q)
            if field.sign(q) == "+":
                logarithm = field.mul(field.constant(side * multiplicity), field._logarithm(written))
                result = field.mul(result, field._exponential(field.mul(exponent, logarithm)))
                continue
            for exponents, coefficient in terms.items():
                if not any(exponents):
                    part = field.power(q, abs(coefficient * multiplicity), written)
                else:
                    monomial = field.to_expr(Quotient(field.ctx.from_dict({exponents: 1}), field.one))
                    atom = field.atom(("power", *field.key(q), exponents), "power", Operation("pow", (written, monomial)))
                    part = field.power(atom, abs(coefficient * multiplicity), written)
                result = field.mul(result, part if coefficient * side > 0 else Quotient(part.den, part.num))
    return result


def half_turns(field: Field, exponents: tuple[int, ...], rate: Fraction) -> tuple[Quotient, Quotient] | None:
    """(cosine, sine) of rate * pi * m for a whole monomial m, where the monomial given is pi * m; None where this does not apply."""
    if not field.integers or rate.denominator != 1:
        return None
    place = field.index.get(("symbol", "pi"))
    if place is None or exponents[place] != 1 or not whole_monomial(field, exponents, "pi"):
        return None
    rest = tuple(0 if i == place else e for i, e in enumerate(exponents))
    return sign_power(field, {rest: int(rate)}), field.constant(0)
