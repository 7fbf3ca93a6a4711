"""Polynomials that are never negative: squares completed one variable after the other, over the rationals.

p = A v^2 + B v + C is not negative wherever A and 4AC - B^2 are not; where A vanishes it is not negative by continuity, since the
zeros of a polynomial other than 0 lie nowhere dense.  For a quadratic form this is the decomposition L D L^T of its matrix; in
one variable Sturm's theorem decides.  All variables range over all real numbers.  Source: G. Golub, C. Van Loan, "Matrix
Computations", 4.1 (LDL^T); Basu, Pollack, Roy, theorem 2.50.
"""

from __future__ import annotations

from flint import fmpq, fmpq_mpoly, fmpq_poly

from . import signs

MAX_TERMS = 60
MAX_DEGREE = 12
MAX_WORK = 60       # polynomials looked at for one question


class _GaveUp(Exception):
    """Too much work."""


def sign(poly: fmpq_mpoly) -> str | None:
    """"+" or ">=" where the polynomial is positive or not negative for all real values, "-" or "<=" likewise, otherwise None."""
    if len(poly) > MAX_TERMS or poly.total_degree() > MAX_DEGREE or any(d % 2 for d in poly.degrees()):
        return None
    if poly.leading_coefficient() < 0:
        found = sign(-poly)
        return {"+": "-", ">=": "<="}.get(found) if found else None
    try:
        if _never(poly, True, [0]):
            return "+"
        return ">=" if _never(poly, False, [0]) else None
    except _GaveUp:
        return None


def _used(poly: fmpq_mpoly) -> list[int]:
    return [i for i, d in enumerate(poly.degrees()) if d]


def _never(poly: fmpq_mpoly, strict: bool, work: list[int]) -> bool:
    """Never negative; with ``strict`` never zero either."""
    work[0] += 1
    if work[0] > MAX_WORK:
        raise _GaveUp
    if poly == 0:
        return not strict
    if poly.is_constant():
        return poly.leading_coefficient() > 0
    degrees = poly.degrees()
    if any(d % 2 for d in degrees) or len(poly) > 4 * MAX_TERMS:
        return False
    terms = poly.to_dict()
    if all(c > 0 and not any(k % 2 for k in e) for e, c in terms.items()):
        return not strict or any(not any(e) for e in terms)
    used = _used(poly)
    if len(used) == 1:
        return _univariate(poly, used[0], strict)
    if not strict:
        content, factors = poly.factor()
        odd = [f for f, e in factors if e % 2]
        if len(factors) > 1 or len(odd) < len(factors):
            rest = poly.context().constant(1 if content > 0 else -1)
            for f in odd:
                rest = rest * f
            if len(odd) == 1 or not odd:
                return _never(rest, False, work)
            if all(_never(f, False, work) or _never(-f, False, work) for f in odd):
                flips = sum(not _never(f, False, work) for f in odd)
                return (content > 0) == (flips % 2 == 0)
            poly, terms, degrees = rest, rest.to_dict(), rest.degrees()
    if not strict and len({sum(e) for e in terms}) == 1:      # homogeneous of even degree: away from v = 0, v = 1 is no loss
        v = used[-1]
        one: dict[tuple[int, ...], fmpq] = {}
        for e, c in terms.items():
            key = e[:v] + (0,) + e[v + 1:]
            one[key] = one.get(key, fmpq(0)) + c
        if sum(next(iter(terms))) % 2 == 0 and _never(poly.context().from_dict(one), False, work):
            return True
    for v in used:
        if degrees[v] == 2:
            a, b, c = _quadratic(poly, v)
            if _never(a, strict, work) and _never(4 * a * c - b * b, strict, work):
                return True
    return False


def _quadratic(poly: fmpq_mpoly, v: int) -> tuple[fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]:
    """(A, B, C) of A v^2 + B v + C."""
    parts: list[dict] = [{}, {}, {}]
    for e, c in poly.to_dict().items():
        parts[e[v]][e[:v] + (0,) + e[v + 1:]] = c
    ring = poly.context()
    return ring.from_dict(parts[2]), ring.from_dict(parts[1]), ring.from_dict(parts[0])


def _univariate(poly: fmpq_mpoly, i: int, strict: bool) -> bool:
    coefficients: dict[int, fmpq] = {e[i]: c for e, c in poly.to_dict().items()}
    p = fmpq_poly([coefficients.get(k, fmpq(0)) for k in range(max(coefficients) + 1)])
    if not strict:      # roots of even order change no sign
        content, factors = p.factor()
        rest = fmpq_poly([1 if content > 0 else -1])
        for f, e in factors:
            if e % 2:
                rest = rest * f
        p = rest
    return signs.sign_on(p, None, None) == 1


def zeros(poly: fmpq_mpoly) -> list[fmpq_mpoly]:
    """Polynomials that all vanish wherever poly does: the squares that it is a sum of, with positive rational weights; [] if it is none."""
    if poly.leading_coefficient() < 0:
        poly = -poly
    rest, out = poly, []
    while rest != 0 and len(out) < 8:
        if rest.is_constant():
            # a sum of squares and a positive number has no zero: every polynomial vanishes on nothing
            return [poly.context().constant(1)] if rest.leading_coefficient() > 0 else []
        degrees = rest.degrees()
        terms = rest.to_dict()
        if all(c > 0 and not any(k % 2 for k in e) for e, c in terms.items()):
            return out + [poly.context().from_dict({tuple(k // 2 for k in e): 1}) for e in terms]
        for v in _used(rest):
            if degrees[v] == 2:
                a, b, c = _quadratic(rest, v)
                if a.is_constant() and a.leading_coefficient() > 0:
                    out.append(2 * a * poly.context().gens()[v] + b)
                    rest = 4 * a * c - b * b
                    break
        else:
            return []
    return out if rest == 0 and out else []
