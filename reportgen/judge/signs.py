"""The sign of a univariate polynomial on an interval, by Sturm's theorem in exact arithmetic.

Source: S. Basu, R. Pollack, M.-F. Roy, "Algorithms in Real Algebraic Geometry", theorem 2.50 (Sturm).
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq, fmpq_poly


def sturm_chain(poly: fmpq_poly) -> list[fmpq_poly]:
    chain = [poly, poly.derivative()]
    while chain[-1] != 0:
        remainder = -(chain[-2] % chain[-1])
        if remainder == 0:
            break
        chain.append(remainder)
    return [p for p in chain if p != 0]


def _value(poly: fmpq_poly, at: Fraction | None, up: bool) -> int:
    """Sign of poly at a rational, or at the infinity named by ``up`` where ``at`` is None."""
    if at is not None:
        value = poly(fmpq(at.numerator, at.denominator))
    else:
        value = poly[poly.degree()]
        if not up and poly.degree() % 2:
            value = -value
    return (value > 0) - (value < 0)


def _variations(chain: list[fmpq_poly], at: Fraction | None, up: bool) -> int:
    signs = [s for p in chain if (s := _value(p, at, up))]
    return sum(1 for a, b in zip(signs, signs[1:]) if a != b)


def roots_in(poly: fmpq_poly, low: Fraction | None, high: Fraction | None) -> int:
    """The number of distinct real roots in the open interval (low, high); None is an infinity.  poly is not zero."""
    if poly.degree() <= 0:
        return 0
    squarefree = poly / poly.gcd(poly.derivative())
    for end in (low, high):      # a root at an end is divided out: it lies outside the open interval
        if end is not None and _value(squarefree, end, True) == 0:
            squarefree = squarefree / fmpq_poly([fmpq(-end.numerator, end.denominator), 1])
    if squarefree.degree() <= 0:
        return 0
    chain = sturm_chain(squarefree)
    return _variations(chain, low, False) - _variations(chain, high, True)


def sign_on(poly: fmpq_poly, low: Fraction | None, high: Fraction | None) -> int | None:
    """+1 or -1 where the polynomial has that sign on all of the open interval, 0 where it is zero everywhere, otherwise None.

    Raises ValueError for an empty interval.
    """
    if low is not None and high is not None and low >= high:
        raise ValueError("an empty interval")
    if poly == 0:
        return 0
    if roots_in(poly, low, high):
        return None
    if low is None and high is None:
        middle = Fraction(0)
    elif low is None:
        middle = high - 1
    elif high is None:
        middle = low + 1
    else:
        middle = (low + high) / 2
    return _value(poly, middle, True) or None


def value_sign(poly: fmpq_poly, at: Fraction) -> int:
    return _value(poly, at, True)
