"""Signs of polynomials under assumptions: a set of -, 0, + that surely holds the sign, wherever the assumptions hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product

from flint import ctx, fmpq, fmpq_mpoly, fmpq_poly

from .reader import Refused, Tree, refuse_if
from .values import At, NoValue

NEG, ZER, POS = DECIDED = 1, 2, 4
ANY = NEG | ZER | POS
ALLOWED = {"gt": POS, "ge": POS | ZER, "lt": NEG, "le": NEG | ZER, "ne": NEG | POS, "eq": ZER}      # of left minus right


def flipped(signs: int) -> int:
    return signs & ZER | (POS if signs & NEG else 0) | (NEG if signs & POS else 0)


def times(a: int, b: int) -> int:
    return (a | b) & ZER | (b & (POS | NEG) if a & POS else 0) | (flipped(b) & (POS | NEG) if a & NEG else 0)


def plus(a: int, b: int) -> int:
    opposite = a & POS and b & NEG or a & NEG and b & POS
    return (a | b) & (POS | NEG) | (ZER if opposite or a & b & ZER else 0)


def to_power(signs: int, exponent: int) -> int:
    return signs if exponent % 2 else signs & ZER | (POS if signs & (POS | NEG) else 0)


class Inconsistent(Refused):
    """The assumptions contradict each other: nothing is shown from them."""


@contextmanager
def supposed() -> Iterator[None]:
    """What is supposed here may contradict the assumptions, which do not contradict each other: no Inconsistent comes out."""
    try:
        yield
    except Inconsistent as error:
        raise Refused(str(error)) from None


class Signs:
    """Mixed into Field (normal.py): what the assumptions say."""

    def __init__(self) -> None:
        self.facts: list[tuple[fmpq_mpoly, int]] = []      # a polynomial and the signs that it can have
        self.equations: list[fmpq_mpoly] = []              # polynomials that are zero
        self.low: dict[int, tuple[fmpq, bool]] = {}        # of an atom: (bound, does it belong)
        self.high: dict[int, tuple[fmpq, bool]] = {}
        self.whole: set[Tree] = set()                      # what is a whole number

    def learn(self, relation: Tree) -> None:
        """Take an assumption in.  What cannot be used says nothing.  Raises Inconsistent."""
        for part in relation[1:] if relation[0] == "and" else ():
            self.learn(part)
        if relation[0] == "element" and relation[2] in (("name", "ZZ"), ("name", "NN")):
            self.whole.add(relation[1])
            relation = ("ge" if relation[2][1] == "NN" else "whole", relation[1], ("number", "0"))
        if relation[0] not in ALLOWED:
            return
        try:
            num, den = self.difference(relation)
        except Inconsistent:
            raise
        except Refused:
            return
        if relation[0] == "eq":
            self.equations.append(num)
        else:
            self.know(num if relation[0] == "ne" or den.is_constant() else num * den, ALLOWED[relation[0]])

    def know(self, poly: fmpq_mpoly, signs: int) -> None:
        self.facts.append((poly, signs))
        if not signs & ZER and poly.total_degree() > 1:      # where a product is not zero no factor is
            self.facts += [(factor, NEG | POS) for factor, _ in poly.factor()[1] if factor.total_degree() < poly.total_degree()]
        used = [i for i, degree in enumerate(poly.degrees()) if degree]
        if signs == NEG | POS or len(used) != 1 or poly.total_degree() != 1:
            return
        i, coefficients = used[0], {sum(e): c for e, c in poly.to_dict().items()}
        bound, closed = -coefficients.get(0, fmpq(0)) / coefficients[1], bool(signs & ZER)
        if (coefficients[1] > 0) == bool(signs & POS):
            self.low[i] = max(self.low.get(i, (bound, closed)), (bound, closed), key=lambda b: (b[0], not b[1]))
        else:
            self.high[i] = min(self.high.get(i, (bound, closed)), (bound, closed))

    @contextmanager
    def supposing(self, facts: Iterable[tuple[fmpq_mpoly, int]]) -> Iterator[None]:
        """For a while: these polynomials have these signs as well."""
        before = self.facts, self.low, self.high
        self.facts, self.low, self.high = list(self.facts), dict(self.low), dict(self.high)
        for fact in facts:
            self.know(*fact)
        with supposed():
            yield
        self.facts, self.low, self.high = before

    def consistent(self) -> None:
        """Raises Inconsistent where a bound lies beyond another, or a polynomial never has its sign."""
        for i in self.low.keys() & self.high.keys():
            (low, low_in), (high, high_in) = self.low[i], self.high[i]
            refuse_if(low > high or low == high and not (low_in and high_in), "the assumptions leave no value", Inconsistent)
        for poly, signs in (*((poly, ZER) for poly in self.equations), *self.facts):
            if poly.total_degree() != 1 or len(poly) > 2 or signs in (ZER, NEG | POS):
                apart = [i for i, degree in enumerate(poly.degrees()) if degree > 0]
                by_atoms = self._by_terms(poly, {i: self._of_atom(i) for i in apart}) & self._shifted(poly, apart)
                refuse_if(not self.sign(poly) & by_atoms & signs, "the assumptions contradict each other", Inconsistent)

    def sign(self, poly: fmpq_mpoly) -> int:
        """The signs that a polynomial can have."""
        if poly.is_constant():
            return _sign(poly.leading_coefficient() if poly != 0 else fmpq(0))
        found = self._whole(poly)
        if found in DECIDED or poly.total_degree() == 1:
            return found
        content, factors = self.factors((poly, self.one))
        if len(factors) > 1 or factors[0][1] > 1:
            signs = POS if content > 0 else NEG
            for factor, exponent in factors:
                signs = times(signs, to_power(self._whole(factor), exponent))
            found &= signs
        return self._possible(found)

    def _possible(self, signs: int) -> int:
        refuse_if(not signs, "the assumptions leave no sign", Inconsistent)
        return signs

    def _whole(self, poly: fmpq_mpoly) -> int:
        """Of a polynomial as it stands: by what is known of it, term by term, or by its roots."""
        found, lead, size = ANY, poly.leading_coefficient(), len(poly)
        for known, signs in self.facts:
            if abs(len(known) - size) < 2:      # x - y is what is known of x - y - 1, and 1
                scale = lead / known.leading_coefficient()
                rest = poly - known * scale
                if rest.is_constant():
                    found &= plus(signs if scale > 0 else flipped(signs), _sign(rest.leading_coefficient() if rest != 0 else fmpq(0)))
        if found in DECIDED:
            return found
        used = [i for i, degree in enumerate(poly.degrees()) if degree]
        found &= self._by_terms(poly, {i: self._of_atom(i) for i in used})
        if found in DECIDED:
            return found
        if not any(self.atoms[i].named for i in used):
            return self._possible(found & self._of_number(poly))
        found &= self._shifted(poly, used)
        if found not in DECIDED and len(used) == 1 and poly.total_degree() > 1:
            found &= self._by_roots(poly, used[0])
        return self._possible(found)

    def _by_terms(self, poly: fmpq_mpoly, signs: dict[int, int]) -> int:
        total = ZER
        for exponents, coefficient in poly.to_dict().items():
            term = POS if coefficient > 0 else NEG
            for i in signs:
                term = times(term, to_power(signs[i], exponents[i])) if exponents[i] else term
            total = plus(total, term)
        return total

    def _of_atom(self, i: int) -> int:
        atom, found = self.atoms[i], self.atoms[i].signs
        if atom.tree[0] == "root" and atom.relation is not None:
            found &= self.sign_of(atom.relation[1])
        if i in self.low and self.low[i][0] >= 0:
            found &= POS | (ZER if self.low[i] == (0, True) else 0)
        if i in self.high and self.high[i][0] <= 0:
            found &= NEG | (ZER if self.high[i] == (0, True) else 0)
        for known, signs in self.facts:
            if len(known) == 1 and known == self.gens[i]:
                found &= signs
        return found

    def _of_number(self, poly: fmpq_mpoly) -> int:
        """Such as ln 2 - 1: by a ball."""
        with ctx.workprec(256):
            try:
                return _sign(At().order(At().value(self.polynomial(poly)), fmpq(0)))
            except NoValue:
                return ANY

    def _shifted(self, poly: fmpq_mpoly, used: list[int]) -> int:
        """Term by term once an atom with a bound is the bound plus or minus something that is not negative."""
        sides = [[(bounds[i], sign) for bounds, sign in ((self.low, 1), (self.high, -1)) if i in bounds] or [None] for i in used]
        found = ANY
        for chosen in product(*sides) if len(used) <= 5 else [tuple(side[0] for side in sides)]:
            if not any(chosen):
                break
            images, signs = list(self.gens), {i: self._of_atom(i) for i in used}
            for i, side in zip(used, chosen):
                if side is not None:
                    (bound, closed), direction = side
                    images[i], signs[i] = self.gens[i] * direction + bound, POS | (ZER if closed else 0)
            found &= self._by_terms(poly.compose(*images), signs)
        return found

    def _by_roots(self, poly: fmpq_mpoly, i: int) -> int:
        """Of a polynomial in one atom: by Sturm's theorem on the interval in which the atom lies."""
        one, low, high = univariate(poly, i), self.low.get(i), self.high.get(i)
        if self.atoms[i].tree[0] == "exp" and (low is None or low[0] < 0):
            low = (fmpq(0), False)
        a, b = (None if bound is None else bound[0] for bound in (low, high))
        if roots_between(one, a, b):
            return ANY
        inside = (a + b) / 2 if None not in (a, b) else a + 1 if a is not None else b - 1 if b is not None else fmpq(0)
        return sum({_sign(one(at)) for at in (inside, *(bound[0] for bound in (low, high) if bound is not None and bound[1]))})


def _sign(value: fmpq | int) -> int:
    return POS if value > 0 else NEG if value < 0 else ZER


def univariate(poly: fmpq_mpoly, i: int) -> fmpq_poly:
    found = {e[i]: c for e, c in poly.to_dict().items()}
    return fmpq_poly([found.get(k, fmpq(0)) for k in range(max(found, default=0) + 1)])


def roots_between(poly: fmpq_poly, low: fmpq | None, high: fmpq | None) -> int:
    """At least the number of real roots in the open interval, which FLINT isolates; None is an infinity."""
    for end in (low, high):
        while end is not None and poly(end) == 0:
            poly = poly / fmpq_poly([-end, 1])
    real = [root.real for root, _ in poly.numer().complex_roots() if root.imag.contains(0)] if poly.degree() > 0 else []
    return sum(not (low is not None and root < low or high is not None and root > high) for root in real)
