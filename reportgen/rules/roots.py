"""Roots that come out exactly, found with whole numbers only."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The real root where it is rational, otherwise None; for an even degree the one that is not negative."""
    if value < 0:
        inner = exact_root(-value, degree) if degree % 2 else None
        return None if inner is None else -inner
    above, below = _integer_root(value.numerator, degree), _integer_root(value.denominator, degree)
    return None if above is None or below is None else Fraction(above, below)


def _integer_root(value: int, degree: int) -> int | None:
    if value < 2:
        return value
    if degree > value.bit_length():
        return None
    guess = isqrt(value) if degree == 2 else _newton(value, degree)
    return guess if guess**degree == value else None


def _newton(value: int, degree: int) -> int:
    guess = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def square_factor(value: int) -> int:
    """The largest number whose square divides value, found by trial up to 1,000."""
    outside, step = 1, 2
    while step * step <= value and step <= 1_000:
        while value % (step * step) == 0:
            value, outside = value // (step * step), outside * step
        step += 1
    return outside
