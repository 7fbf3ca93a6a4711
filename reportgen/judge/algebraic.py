"""Is a closed expression in radicals and cosines of rational multiples of pi zero?  Decided by a root bound: exact, no guess from digits.

The root atoms are eliminated one after the other by resultants, which gives a polynomial that has the value for a
root.  Its non-zero roots keep a distance from zero (Cauchy's bound); a ball that is nearer proves the value to be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flint import arb, fmpq, fmpq_mpoly

from ..expressions import Expr, symbols
from . import enclosure
from .exact import Field
from .forms import Quotient

MAX_DEGREE = 256
MAX_BITS = 20_000


def is_zero(field: Field, q: Quotient, values: Callable[[int], Mapping[Expr, arb]] | None = None) -> bool | None:
    """True or False for an element of a field of real radicals; None where other atoms occur or the degree is too high.

    ``values``: enclosures, at so many bits, of names that stand for algebraic numbers (whose minimal polynomials the field holds).
    """
    poly = field.reduced(q).num
    if poly == 0:
        return True
    used = [i for i, d in enumerate(poly.degrees()) if d]
    if not used or any((field.atoms[i].relation is None and i not in field.minimal) or values is None and symbols(field.atoms[i].expr) for i in used):
        return None
    if len(field.atoms) >= len(field.gens):
        return None
    fresh = len(field.gens) - 1      # a variable of the context that no atom has
    annihilating = _annihilating(field, poly, fresh)
    if annihilating is None:
        return None
    bound = _nearest_root(annihilating)
    value = field.poly_expr(poly)
    bits = 128
    while bits <= MAX_BITS:
        try:
            ball = enclosure.to_arb(enclosure.evaluate(value, values(bits) if values is not None else {}, bits=bits))
        except enclosure.NoValue:
            return None
        if not ball.contains(0):
            return False
        if abs(ball) < arb(bound):
            return True
        bits *= 2
    return None


def _annihilating(field: Field, poly: fmpq_mpoly, fresh: int) -> list[fmpq] | None:
    """Coefficients, lowest first, of a polynomial with the value of poly for a root."""
    current = field.gens[fresh] - poly
    for i in range(len(field.atoms) - 1, -1, -1):
        relation = field.atoms[i].relation
        if not current.degrees()[i]:
            continue
        if i in field.minimal:
            minimal, k = sum((c * field.gens[i] ** e for e, c in enumerate(field.minimal[i])), field.zero), len(field.minimal[i]) - 1
        elif relation is None:
            return None
        else:
            k, inner = relation
            minimal = field.gens[i] ** k * inner.den - inner.num
        if current.degrees()[fresh] * k > MAX_DEGREE:
            return None
        current = minimal.resultant(current, i)
        if current == 0:
            return None
    out: dict[int, fmpq] = {}
    for exponents, coefficient in current.to_dict().items():
        if any(e for j, e in enumerate(exponents) if j != fresh):
            return None
        out[exponents[fresh]] = coefficient
    return [out.get(k, fmpq(0)) for k in range(max(out) + 1)]


def _nearest_root(coefficients: list[fmpq]) -> fmpq:
    """A positive lower bound of |root| over the non-zero roots: |c0| / (|c0| + max |ci|), c0 the lowest coefficient that is not zero."""
    rest = coefficients[next(i for i, c in enumerate(coefficients) if c != 0):]
    if len(rest) == 1:
        return fmpq(1)     # no other root at all
    return abs(rest[0]) / (abs(rest[0]) + max(abs(c) for c in rest[1:]))
