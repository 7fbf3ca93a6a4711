"""Asymptotic expansions in exact arithmetic: sums of c G^-n t^e ln(t)^k as t goes to 0 from above, with a known order of the rest.

x is a + t, a - t, 1/t or -1/t.  G is one exponential that grows faster than any power of 1/t (exp(1/t), exp of x itself); a
weight is (n, e), compared by n first.  A coefficient is a normal form; it may hold names that stand for something bounded, such
as sin(1/t).  ``rest`` is a weight such that everything left out is of that weight or smaller, up to powers of ln t.
Source: D. Gruntz, "On computing limits in a symbolic manipulation system", ETH 1996, restricted to one exponential scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..expressions import Symbol
from . import algebraic
from .calculus import depends
from .exact import Field
from .forms import Quotient, Unsupported

MAX_TERMS = 200
Weight = tuple[Fraction, Fraction]
Key = tuple[Weight, int]      # weight and power of ln t

ZERO: Weight = (Fraction(0), Fraction(0))


def plus(a: Weight, b: Weight) -> Weight:
    return a[0] + b[0], a[1] + b[1]


def scaled(a: Weight, k: Fraction | int) -> Weight:
    return a[0] * k, a[1] * k


@dataclass(frozen=True, slots=True)
class Expansion:
    """``terms``: coefficients that are not known to be zero; ``rest``: None where nothing is left out."""

    terms: tuple[tuple[Key, Quotient], ...]
    rest: Weight | None = None


class Algebra:
    """Arithmetic with expansions whose coefficients lie in one field."""

    def __init__(self, field: Field, length: int) -> None:
        self.field, self.length = field, length
        self.bounded: set[Symbol] = set()      # names of what is only known to be bounded

    # --- coefficients
    def zero(self, q: Quotient) -> bool:
        return self.field.is_zero(q) or algebraic.is_zero(self.field, q) is True

    def sign(self, q: Quotient) -> str | None:
        if self.unknown(q):
            return None
        return self.field.sign(self.field.lowest(self.field.reduced(q)))

    def unknown(self, q: Quotient) -> bool:
        """True where something that is only known to be bounded occurs, also inside a function."""
        return bool(self.bounded) and any((q.num.degrees()[i] > 0 or q.den.degrees()[i] > 0) and any(depends(atom.expr, b) for b in self.bounded)
                                          for i, atom in enumerate(self.field.atoms))

    # --- building
    def make(self, terms: dict[Key, Quotient], rest: Weight | None) -> Expansion:
        kept = [(k, self.field.lowest(self.field.reduced(q))) for k, q in terms.items() if rest is None or k[0] < rest]
        kept = [(k, q) for k, q in kept if q.num != 0 and not self.zero(q)]
        if len(kept) > MAX_TERMS:
            raise Unsupported("an expansion with too many terms")
        return Expansion(tuple(sorted(kept, key=lambda p: (p[0][0], -p[0][1]))), rest)

    def constant(self, q: Quotient | Fraction | int) -> Expansion:
        q = q if isinstance(q, Quotient) else self.field.constant(q)
        return self.make({(ZERO, 0): q}, None)

    def monomial(self, weight: Weight, power: int = 0, coefficient: Quotient | None = None) -> Expansion:
        return self.make({(weight, power): coefficient if coefficient is not None else self.field.constant(1)}, None)

    # --- arithmetic
    def add(self, a: Expansion, b: Expansion) -> Expansion:
        terms = dict(a.terms)
        for key, q in b.terms:
            terms[key] = self.field.add(terms[key], q) if key in terms else q
        return self.make(terms, _least(a.rest, b.rest))

    def neg(self, a: Expansion) -> Expansion:
        return Expansion(tuple((k, self.field.neg(q)) for k, q in a.terms), a.rest)

    def sub(self, a: Expansion, b: Expansion) -> Expansion:
        return self.add(a, self.neg(b))

    def mul(self, a: Expansion, b: Expansion) -> Expansion:
        rest = None
        for one, other in ((a, b), (b, a)):
            if one.rest is not None:
                lead = other.terms[0][0][0] if other.terms else other.rest
                if lead is None:      # times an exact zero
                    return self.constant(0)
                rest = _least(rest, plus(one.rest, lead))
        terms: dict[Key, Quotient] = {}
        for (wa, ka), qa in a.terms:
            for (wb, kb), qb in b.terms:
                key = plus(wa, wb), ka + kb
                if rest is None or key[0] < rest:
                    product = self.field.mul(qa, qb)
                    terms[key] = self.field.add(terms[key], product) if key in terms else product
        return self._cut(self.make(terms, rest))

    def _cut(self, a: Expansion) -> Expansion:
        """An inexact expansion with no more powers than the length asks for."""
        if a.rest is None or not a.terms:
            return a
        top = plus(a.terms[0][0][0], (Fraction(0), Fraction(self.length)))
        if a.rest <= top:
            return a
        return Expansion(tuple(t for t in a.terms if t[0][0] < top), top)

    def lead(self, a: Expansion) -> tuple[Key, Quotient]:
        """The leading term, shown not to be zero.  Raises Unsupported where that is not shown, or where only the rest is known."""
        if not a.terms:
            raise Unsupported("the leading term of an expansion that is not known")
        (weight, power), q = a.terms[0]
        if self.sign(q) not in ("+", "-", "!="):
            raise Unsupported("a leading coefficient that may be zero")
        return (weight, power), q

    def split(self, a: Expansion) -> tuple[Key, Quotient, Expansion]:
        """(key, c, u) with a = c * key * (1 + u) and u of positive weight."""
        (weight, power), c = self.lead(a)
        if any(k[0] == weight and k[1] != power for k, _ in a.terms):
            raise Unsupported("several powers of a logarithm in a leading term")
        terms = {(plus(w, scaled(weight, -1)), k - power): self.divided(q, c) for (w, k), q in a.terms[1:]}
        rest = None if a.rest is None else plus(a.rest, scaled(weight, -1))
        return (weight, power), c, self.make(terms, rest)

    def divided(self, q: Quotient, c: Quotient) -> Quotient:
        return self.field.div(q, c, self.field.to_expr(c))

    def powers(self, u: Expansion, coefficients: list[Quotient]) -> Expansion:
        """sum of coefficients[j] u^j for an infinite power series of which these are the first; u is of positive weight."""
        if not u.terms and u.rest is None:
            return self.constant(coefficients[0])
        least = u.terms[0][0][0] if u.terms else u.rest
        if least <= ZERO:
            raise Unsupported("a power series at a point that is not 0")
        total = self.constant(coefficients[-1])
        for c in reversed(coefficients[:-1]):
            total = self.add(self.mul(total, u), self.constant(c))
        cap = _least(scaled(least, len(coefficients)), (Fraction(0), Fraction(self.length)) if least[0] == 0 else None)
        return self.make(dict(total.terms), _least(total.rest, cap))

    def inverse(self, a: Expansion) -> Expansion:
        (weight, power), c, u = self.split(a)
        series = self.powers(u, [self.field.constant((-1) ** j) for j in range(self.count(u))])
        return self.mul(self.monomial(scaled(weight, -1), -power, self.divided(self.field.constant(1), c)), series)

    def count(self, u: Expansion) -> int:
        """How many powers of u are worth computing."""
        least = u.terms[0][0][0] if u.terms else u.rest
        if least is None or least <= ZERO or least[0] > 0:
            return 2
        return min(40, int(self.length / least[1]) + 1)


def _least(a: Weight | None, b: Weight | None) -> Weight | None:
    return b if a is None else a if b is None else min(a, b)
