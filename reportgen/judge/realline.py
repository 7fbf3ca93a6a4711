"""The real line cut at the roots of polynomials: exact points, open intervals between them, and signs on both.

Points are real roots of irreducible polynomials over the integers, isolated by FLINT's certified root finder; two different
irreducible polynomials have no root in common, so that rising precision always puts the points in order.
Source: G. E. Collins' cylindrical algebraic decomposition, in one dimension (Basu, Pollack, Roy, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd

from flint import arb, ctx, fmpq, fmpq_poly, fmpz_poly

from ..expressions import Expr, Operation
from .calculus import integer, rational
from .forms import Unsupported, prime_factors

MAX_DEGREE = 60
MAX_POINTS = 120
MAX_BITS = 4096


@dataclass(frozen=True, slots=True)
class Point:
    """The ``order``-th real root (from 0, upwards) of an irreducible polynomial with these integer coefficients, lowest first."""

    coefficients: tuple[int, ...]
    order: int

    def rational(self) -> Fraction | None:
        return Fraction(-self.coefficients[0], self.coefficients[1]) if len(self.coefficients) == 2 else None

    def ball(self, bits: int) -> arb:
        return real_roots(self.coefficients, bits)[self.order]

    def written(self) -> Expr | None:
        """As a literal or with one square root; None for higher degrees."""
        value = self.rational()
        if value is not None:
            return rational(value)
        if len(self.coefficients) != 3:
            return None
        c, b, a = self.coefficients if self.coefficients[2] > 0 else tuple(-k for k in self.coefficients)
        outside, inside = 1, b * b - 4 * a * c
        for prime, exponent in prime_factors(Fraction(inside)):
            outside, inside = outside * prime ** (exponent // 2), inside // prime ** (exponent // 2 * 2)
        shared = gcd(gcd(b, outside), 2 * a)
        b, outside, below = -b // shared, outside // shared, 2 * a // shared
        root: Expr = Operation("sqrt", (integer(inside),))
        root = root if outside == 1 else Operation("mul", (integer(outside), root))
        root = root if self.order == 1 else Operation("neg", (root,))
        above = Operation("add", (integer(b), root)) if b else root
        return above if below == 1 else Operation("div", (above, integer(below)))


@dataclass(frozen=True, slots=True)
class Interval:
    """The open interval between two neighbouring points; None is an infinity.  ``sample`` lies in it."""

    low: Point | None
    high: Point | None
    sample: Fraction


Cell = Point | Interval


@lru_cache(maxsize=1024)
def real_roots(coefficients: tuple[int, ...], bits: int) -> tuple[arb, ...]:
    """Enclosures of the real roots of an irreducible polynomial, in order."""
    if len(coefficients) == 2:
        with ctx.workprec(bits):
            return (arb(fmpq(-coefficients[0], coefficients[1])),)
    if len(coefficients) - 1 > MAX_DEGREE:
        raise Unsupported("a polynomial of high degree")
    with ctx.workprec(bits):
        found = [z.real for z, _ in fmpz_poly(list(coefficients)).complex_roots() if z.imag == 0]
    return tuple(sorted(found, key=lambda r: r.mid()))


def factors(poly: fmpq_poly) -> set[tuple[int, ...]]:
    """The irreducible factors of positive degree, as integer coefficients, lowest first."""
    if poly.degree() > MAX_DEGREE:
        raise Unsupported("a polynomial of high degree")
    return {tuple(int(c) for c in f.coeffs()) for f, _ in poly.numer().factor()[1] if f.degree() > 0}


def cut(polynomials: set[tuple[int, ...]]) -> list[Cell]:
    """Cells of the line from left to right: interval, point, interval, ..."""
    points = [Point(p, i) for p in sorted(polynomials) for i in range(len(real_roots(p, 64)))]
    if len(points) > MAX_POINTS:
        raise Unsupported("too many points on the line")
    bits = 64
    while True:
        balls = sorted(((p.ball(bits), p) for p in points), key=lambda pair: pair[0].mid())
        if all(a[0] < b[0] for a, b in zip(balls, balls[1:])):
            break
        bits *= 2
        if bits > MAX_BITS:
            raise Unsupported("points that lie too close together")
    ordered = [p for _, p in balls]
    ends: list[Point | None] = [None, *ordered, None]
    cells: list[Cell] = []
    for low, high in zip(ends, ends[1:]):
        cells.append(Interval(low, high, between(low, high)))
        if high is not None:
            cells.append(high)
    return cells


def between(low: Point | None, high: Point | None) -> Fraction:
    """The simplest rational strictly between two points: the least denominator, then the least size."""
    bits = 64
    while bits <= MAX_BITS:
        below = None if low is None else _fraction(low.ball(bits).upper()) if low.rational() is None else low.rational()
        above = None if high is None else _fraction(high.ball(bits).lower()) if high.rational() is None else high.rational()
        if below is None or above is None or below < above:
            return simplest(below, above)
        bits *= 2
    raise Unsupported("points that lie too close together")


def _fraction(end: arb) -> Fraction:
    man, exp = end.mid().man_exp()
    return Fraction(int(man)) * Fraction(2) ** int(exp)


def simplest(low: Fraction | None, high: Fraction | None) -> Fraction:
    """The rational of least denominator strictly between two bounds (Stern and Brocot); None is an infinity."""
    if (low is None or low < 0) and (high is None or high > 0):
        if low is None and high is None or high is None and low < 1 or low is not None and high is not None and high > 1:
            return Fraction(1)
        return Fraction(0)
    if high is not None and high <= 0:
        return -simplest(-high, None if low is None else -low)
    whole = low.numerator // low.denominator + 1      # the least integer above low
    if high is None or whole < high:
        return Fraction(whole)
    floor = whole - 1
    inner = simplest(1 / (high - floor), None if low == floor else 1 / (low - floor))
    return floor + 1 / inner


def inside(cell: Cell, value: Fraction) -> bool:
    """Whether a rational lies in a cell."""
    if isinstance(cell, Point):
        return cell.rational() == value
    return (cell.low is None or order(cell.low, value) < 0) and (cell.high is None or order(cell.high, value) > 0)


def order(point: Point, value: Fraction) -> int:
    """-1, 0, 1 as the point is below, at or above a rational."""
    exact = point.rational()
    if exact is not None:
        return (exact > value) - (exact < value)
    bits = 64
    while bits <= MAX_BITS:      # irrational: never equal
        ball = point.ball(bits)
        other = fmpq(value.numerator, value.denominator)
        if ball < other:
            return -1
        if ball > other:
            return 1
        bits *= 2
    raise Unsupported("a point that lies too close to a number")


def text(cell: Cell) -> str:
    """For witnesses and messages: 2, sqrt(5), (-inf, 2)."""
    from ..expressions import to_text

    if isinstance(cell, Interval):
        return f"({'-inf' if cell.low is None else text(cell.low)}, {'inf' if cell.high is None else text(cell.high)})"
    written = cell.written()
    return to_text(written) if written is not None else f"root {cell.order + 1} of {list(cell.coefficients)}"


