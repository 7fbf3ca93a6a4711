"""Normal forms: a tree as a quotient of two polynomials over the rationals (FLINT) in atoms.

Atoms are names and what is not taken apart: the logarithm of a prime, the exponential of a monomial, a root, an unknown function.
Two trees with one normal form are equal wherever both have a value and what is recorded in ``Field.needs`` holds.
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache, reduce
from math import comb, gcd, lcm, prod
from operator import mul
from typing import NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz

from .reader import Refused, Tree, read, refuse_if
from .signs import ALLOWED, ANY, NEG, POS, ZER, Signs
from .trees import E, INF, ONE, PI, ZERO, contains, derivative_of, free, literal, put, rational_tree, simpler
from .values import At

Quotient = tuple[fmpq_mpoly, fmpq_mpoly]

_MAX_TERMS, _MAX_WORK, _MAX_SUM, _MAX_MULTIPLE = 4_000, 20_000, 2_000, 40      # products of two are at most 16 million
_MAX_EXPONENT, _MAX_POWER_BITS, _MAX_FACTORED_BITS = 400, 400_000, 128


class Overflow(Exception):
    """More atoms than the ring has variables: begin again with a larger one."""


class Atom(NamedTuple):
    """A variable: what it stands for; for a root ``(k, quotient)`` with atom^k = quotient; the signs that it can have; has it names."""

    tree: Tree
    relation: tuple[int, Quotient] | None
    signs: int
    named: bool


@lru_cache(maxsize=16)
def _ring(size: int):
    ctx = fmpq_mpoly_ctx.get([f"a{i}" for i in range(size)], Ordering.lex)
    return ctx, ctx.gens(), ctx.constant(0), ctx.constant(1)


@lru_cache(maxsize=1024)
def _number(size: int, text: str) -> Quotient:
    ctx, _, _, one = _ring(size)
    return ctx.constant(literal(text)), one


class Field(Signs):
    """The normal forms of one statement.  ``needs``: relation -> (polynomial, signs it must have), for a value to exist."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.ctx, self.gens, self.zero, self.one = _ring(size)
        self.atoms: list[Atom] = []
        self.index: dict[object, int] = {}
        self.related: list[int] = []      # the atoms with a relation, the last first
        self.needs: dict[Tree, tuple[fmpq_mpoly, int]] = {}
        self.work = self.depth = 0

    def constant(self, value: fmpq | int) -> Quotient:
        return self.ctx.constant(fmpq(value)), self.one

    def atom(self, key: object, tree: Tree, relation: tuple[int, Quotient] | None = None, signs: int = ANY) -> Quotient:
        if key not in self.index:
            if len(self.atoms) == len(self.gens):
                raise Overflow
            self.index[key] = place = len(self.atoms)
            self.atoms.append(Atom(tree, relation, signs, bool(free(tree))))
            self.related[:0] = (place,) if relation is not None else ()
            if tree[0] in ("sin", "cos"):
                self.low[place], self.high[place] = (fmpq(-1), True), (fmpq(1), True)
        return self.gens[self.index[key]], self.one

    def key(self, q: Quotient) -> tuple[str, str]:
        """Equal for equal functions."""
        num, den = self.lowest(q)
        return str(num), "1" if den == self.one else str(den)

    def add(self, a: Quotient, b: Quotient) -> Quotient:
        if a[1] == b[1]:
            return self.bounded(a[0] + b[0], a[1])
        return self.bounded(a[0] * b[1] + b[0] * a[1], a[1] * b[1])

    def neg(self, a: Quotient) -> Quotient:
        return -a[0], a[1]

    def sub(self, a: Quotient, b: Quotient) -> Quotient:
        return self.add(a, self.neg(b))

    def mul(self, a: Quotient, b: Quotient) -> Quotient:
        below = b[1] if a[1] == self.one else a[1] if b[1] == self.one else a[1] * b[1]
        return self.bounded(a[0] * b[0], below)

    def div(self, a: Quotient, b: Quotient, written: Tree | None = None) -> Quotient:
        """a / b, where the divisor must not be zero."""
        num = self.reduced(b)[0]
        refuse_if(num == 0, "division by zero")
        if not num.is_constant():
            self.needs.setdefault(("ne", self.tree(b) if written is None else written, ZERO), (num, NEG | POS))
        return self.mul(a, (b[1], b[0]))

    def power(self, a: Quotient, k: int, written: Tree | None = None) -> Quotient:
        if k < 0:
            return self.div((self.one, self.one), self.power(a, -k), written)
        if k == 1:
            return a
        value = self.rational(a)
        if k > (_MAX_EXPONENT if value is None else _MAX_POWER_BITS // (int(value.p).bit_length() + int(value.q).bit_length())):
            raise Refused(f"a power with exponent {k}")
        for poly in a:      # before anything is multiplied out
            if len(poly) > 1 and comb(k + len(poly) - 1, k) > _MAX_TERMS and prod(d * k + 1 for d in poly.degrees()) > _MAX_TERMS:
                raise Refused("an expression with too many terms")
        return self.bounded(a[0] ** k, a[1] ** k)

    def bounded(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Quotient:
        if len(num) > 60 and not den.is_constant():
            num, den = self._cancelled(num, den)
        refuse_if(len(num) > _MAX_TERMS or len(den) > _MAX_TERMS, "an expression with too many terms")
        return num, den

    def _cancelled(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Quotient:
        if num == 0 or den == self.one:
            return num, self.one
        if not den.is_constant() and not (common := num.gcd(den)).is_constant():
            num, den = num / common, den / common
        lead = den.leading_coefficient()
        return num / lead, den / lead

    def reduced(self, q: Quotient) -> Quotient:
        """The powers of roots in the numerator lowered by their relations."""
        num, den = q
        for i in self.related:
            (k, (above, below)), degree = self.atoms[i].relation, num.degrees()[i]
            if degree < k:
                continue
            top, parts = degree // k, {}
            for exponents, coefficient in num.to_dict().items():
                times, rest = divmod(exponents[i], k)
                parts.setdefault(times, {})[exponents[:i] + (rest,) + exponents[i + 1:]] = coefficient
            lowered = (self.ctx.from_dict(terms) * above ** times * below ** (top - times) for times, terms in parts.items())
            num = sum(lowered, self.zero)
            den = den * below ** top
        return num, den

    def lowest(self, q: Quotient) -> Quotient:
        """Reduced, in lowest terms, the denominator monic."""
        return self._cancelled(*self.reduced(q))

    def rational(self, q: Quotient) -> fmpq | None:
        """The value of a constant; None where there are atoms."""
        if len(q[0]) > 1 or len(q[1]) > 1 or not (q[0].is_constant() and q[1].is_constant()):
            return None
        return q[0].leading_coefficient() / q[1].leading_coefficient() if q[0] != 0 else fmpq(0)

    def factors(self, q: Quotient) -> tuple[fmpq, list[tuple[fmpq_mpoly, int]]]:
        """(content, factors with exponents), multiplied out to check them."""
        (a, above), (b, below) = map(self._factored, q)
        return a / b, above + [(factor, -e) for factor, e in below]

    def _factored(self, poly: fmpq_mpoly) -> tuple[fmpq, list[tuple[fmpq_mpoly, int]]]:
        if len(poly) == 1:
            used = () if poly.is_constant() else enumerate(poly.degrees())
            return poly.leading_coefficient(), [(self.gens[i], int(e)) for i, e in used if e]
        if poly.total_degree() == 1:
            lead, parts = poly.leading_coefficient(), poly.coeffs()
            content = fmpq(gcd(*(int(c.p) for c in parts)) * (1 if lead > 0 else -1), lcm(*(int(c.q) for c in parts)))
            return content, [(poly / content, 1)]
        content, parts = poly.factor()
        refuse_if(poly != reduce(mul, (f ** int(e) for f, e in parts), self.one) * content, "factors that do not multiply out")
        return fmpq(content), [(f, int(e)) for f, e in parts]

    def _all_factors(self, q: Quotient) -> tuple[bool, list[tuple[fmpq_mpoly, int]]]:
        """(is the content negative, the primes of its size and the factors with exponents)."""
        content, parts = self.factors(q)
        return content < 0, [(self.ctx.constant(prime), e) for prime, e in _primes(abs(content))] + parts

    def difference(self, relation: Tree) -> Quotient:
        """Left minus right, in lowest terms."""
        return self.lowest(self.sub(self.normal(relation[1]), self.normal(relation[2])))

    def sign_of(self, q: Quotient) -> int:
        return self.sign(self.reduced(q)[0] * q[1])

    def require(self, head: str, written: Tree, q: Quotient) -> None:
        """The relation of ``written`` to zero must hold for a value to exist."""
        signs = self.sign_of(q)
        refuse_if(not signs & ALLOWED[head], "a part that never has a value")
        if signs & ~ALLOWED[head]:
            self.needs.setdefault((head, written, ZERO), (self.reduced(q)[0] * q[1], ALLOWED[head]))

    def open_conditions(self) -> tuple[Tree, ...]:
        """What is needed and does not follow from the assumptions; what the others imply is left out."""
        kept = {r: need for r, need in self.needs.items() if self.sign(need[0]) & ~need[1]}
        for relation in sorted(kept, key=lambda r: (-kept[r][0].total_degree(), -len(kept[r][0]))) if len(kept) > 1 else ():
            with self.supposing(need for other, need in kept.items() if other != relation):
                if not self.sign(kept[relation][0]) & ~kept[relation][1]:
                    del kept[relation]
        return tuple(sorted(kept, key=lambda r: r[0] != "ne"))

    def tree(self, q: Quotient) -> Tree:
        above = self.polynomial(q[0])
        return above if q[1] == 1 else ("div", above, self.polynomial(q[1]))

    def polynomial(self, poly: fmpq_mpoly) -> Tree:
        terms: list[Tree] = []
        for exponents, coefficient in poly.to_dict().items():
            factors = [] if abs(coefficient) == 1 and any(exponents) else [rational_tree(abs(coefficient))]
            powers = [(self.atoms[i].tree, e) for i, e in enumerate(exponents) if e]
            factors += [tree if e == 1 else ("pow", tree, ("number", str(e))) for tree, e in powers]
            term = factors[0] if len(factors) == 1 else ("mul", *factors)
            terms.append(("neg", term) if coefficient < 0 else term)
        return ZERO if not terms else terms[0] if len(terms) == 1 else ("add", *terms)

    def monomials(self, poly: fmpq_mpoly):
        """(coefficient, monomial as a quotient, exponents) of every term."""
        for exponents, coefficient in poly.to_dict().items():
            yield coefficient, (self.ctx.from_dict({exponents: 1}), self.one), exponents

    def normal(self, tree: Tree) -> Quotient:
        """Raises Refused where there is none, and where the tree certainly has no value."""
        head = tree[0]
        if head == "number":
            return _number(len(self.gens), tree[1])
        self.work += 1
        refuse_if(self.work > _MAX_WORK or tree == INF, "an expression with too many parts, or infinity as a number")
        if head == "name":
            return self.exponential(self.constant(1)) if tree == E else self.atom(tree, tree, signs=POS if tree == PI else ANY)
        if head == "diff" and (taken := derivative_of(tree)) is not None:
            self.normal(tree[1])      # where the function has no value it has no derivative
            return self.normal(taken)
        if head in _FORMS:
            return _FORMS[head](self, *tree[1:])
        return self.atom(tree, tree) if head == "diff" else self._opaque(tree)

    def _absolute(self, tree: Tree) -> Quotient:
        inner = self.lowest(self.normal(tree))
        signs = self.sign_of(inner)
        both = signs & NEG and signs & POS
        return self.root(self.mul(inner, inner), 2) if both else self.neg(inner) if signs & NEG else inner

    def _opaque(self, tree: Tree) -> Quotient:
        """A function of numbers that is rational is computed; any other is an atom, named by the normal forms of its arguments."""
        head = tree[0]
        refuse_if(head not in ("index", "apply", "asin", "atan", "floor", "round", "factorial", "sign"), f"{head} in a normal form")
        if head in ("floor", "round", "factorial", "sign") and not free(tree):
            at = At()
            value = at.value(tree)
            if at.exact:
                return self.constant(value)
        first = 2 if head in ("index", "apply") else 1
        arguments = [self.lowest(self.normal(part)) for part in tree[first:]]
        if head == "asin":
            within = self.lowest(self.sub(self.constant(1), self.mul(arguments[0], arguments[0])))
            self.require("ge", self.tree(within), within)
        if head == "factorial":      # (n + 1)! = (n + 1) n!
            self.require("ge", tree[1], arguments[0])
            shift = next((c for c, _, e in self.monomials(arguments[0][0]) if not any(e)), 0) if arguments[0][1] == 1 else 0
            if shift in range(1, _MAX_EXPONENT):
                return self.mul(arguments[0], self._opaque((head, self.tree(self.sub(arguments[0], self.constant(1))))))
        return self.atom((head, tree[1:first], *map(self.key, arguments)), tree, signs=POS if head == "factorial" else ANY)

    def _power(self, base: Tree, exponent: Tree) -> Quotient:
        power = self.lowest(self.normal(exponent))
        rate = self.rational(power)
        if base == E:
            return self.exponential(power)
        below = self.normal(base)
        if rate is None:      # u^v = exp(v ln u)
            return self.exponential(self.mul(power, self.logarithm(below, base)))
        if rate == 0:      # x^0 is 1 where x is not 0
            return self.div(below, below, base)
        return self.power(below if rate.q == 1 else self.root(below, int(rate.q), base), int(rate.p), base)

    def root(self, q: Quotient, k: int, written: Tree | None = None) -> Quotient:
        """The k-th root: of numbers by primes; factors of known sign, and |f| for even powers of f, have roots of their own."""
        q = self.lowest(q)
        value = self.rational(q)
        if value == 0:
            return q
        refuse_if(value is not None and value < 0, "a root of a negative number")
        if value is None and written is not None:      # a square needs no more, and an odd root nothing
            self.require("ge", written, q)
        flips, parts = self._all_factors(q)
        outside, unknown = self.constant(1), []
        for factor, exponent in parts:
            signs = POS if k % 2 else self.sign(factor)
            if not signs & POS:
                factor, flips = -factor, flips ^ exponent % 2
            if signs & POS and signs & NEG:
                unknown.append((factor, exponent))
            else:
                whole, rest = divmod(exponent, k)
                outside = self.mul(outside, self._to((factor, self.one), whole))
                outside = self.mul(outside, self.power(self._root_atom((factor, self.one), k), rest)) if rest else outside
        if flips or any(exponent % k for _, exponent in unknown):
            powers = (self._to((factor, self.one), exponent) for factor, exponent in unknown)
            return self.mul(outside, self._root_atom(reduce(self.mul, powers, self.constant(-1 if flips else 1)), k))
        for factor, exponent in unknown:      # only where k is even: the root of f^k is |f|
            outside = self.mul(outside, self._to(self._root_atom((factor ** 2, self.one), 2), exponent // k))
        return outside

    def _to(self, q: Quotient, k: int) -> Quotient:
        """A power of what is not zero where k is negative."""
        num, den = self.power(q, abs(k))
        return (num, den) if k >= 0 else (den, num)

    def _root_atom(self, q: Quotient, k: int) -> Quotient:
        tree = ("root", self.tree(q), ("number", str(k)))
        return self.atom(("root", k, *self.key(q)), tree, (k, q), POS | ZER if k % 2 == 0 else ANY)

    def exponential(self, q: Quotient) -> Quotient:
        """One factor a monomial: exp(a + 2b) = exp(a) exp(b)^2; exp(n ln p) = p^n; exp(m/3)^3 = exp(m)."""
        num, den = self.lowest(q)
        if not den.is_constant():
            if num.leading_coefficient() < 0:
                return self.exponential((-num, den))[::-1]
            return self.atom(("exp", *self.key((num, den))), ("exp", self.tree((num, den))), signs=POS)
        result = self.constant(1)
        for rate, monomial, exponents in self.monomials(num):
            written, q = self.tree(monomial), ("number", str(rate.q))
            if written[0] == "ln":
                base = self._power(written[1], ("div", ONE, q))
            else:
                base = self.atom(("exp", exponents), ("exp", written), signs=POS)
                if rate.q != 1:
                    base = self.atom(("exp", exponents, int(rate.q)), ("exp", ("div", written, q)), (int(rate.q), base), POS)
            result = self.mul(result, self._to(base, int(rate.p)))
        return result

    def logarithm(self, q: Quotient, written: Tree) -> Quotient:
        """A sum over primes and over factors that are known to be positive; of anything else one atom."""
        q = self.lowest(q)
        value = self.rational(q)
        refuse_if(value is not None and value <= 0, "a logarithm of something not positive")
        negative, parts = self._all_factors(q)
        signs = [self.sign(factor) for factor, _ in parts]
        if any(s not in (NEG, POS) for s in signs) or negative ^ sum(e for (_, e), s in zip(parts, signs) if s == NEG) % 2:
            self.require("gt", written, q)
            return self.atom(("ln", *self.key(q)), ("ln", self.tree(q)))
        total = self.constant(0)
        for (factor, exponent), sign in zip(parts, signs):
            factor = factor if sign == POS else -factor
            atom = self.atoms[self.gens.index(factor)] if factor in self.gens else None
            if atom is not None and atom.tree[0] == "exp":
                part = self.normal(atom.tree[1])
            elif atom is not None and atom.relation is not None and self.sign_of(atom.relation[1]) == POS:
                part = self.mul(self.constant(fmpq(1, atom.relation[0])), self.logarithm(atom.relation[1], atom.tree[1]))
            else:
                part = self.atom(("ln", *self.key((factor, self.one))), ("ln", self.polynomial(factor)))
            total = self.add(total, self.mul(self.constant(exponent), part))
        return total

    def _turned(self, q: Quotient) -> tuple[Quotient, Quotient]:
        """(cos, sin) of a sum of multiples of base angles by the addition theorems; pi/12 and pi/10 have radicals."""
        cosine, sine = self.constant(1), self.constant(0)
        for rate, monomial, _ in self.monomials(q[0]) if q[1] == 1 else ((fmpq(1), q, ()),):
            part = next((n for n in _OF_PI if n % rate.q == 0), None) if self.tree(monomial) == PI else None
            base = tuple(map(self.normal, _OF_PI[part])) if part else self._base_angle(self.mul(monomial, self.constant(1 / fmpq(rate.q))))
            times = fmpq(int((rate * part).p) % (2 * part)) if part else fmpq(rate.p)
            refuse_if(abs(times) > _MAX_MULTIPLE, "such a multiple of an angle")
            c, s = base[0], base[1] if times >= 0 else self.neg(base[1])
            for _ in range(abs(int(times.p))):
                cosine, sine = (self.reduced(self.sub(self.mul(cosine, c), self.mul(sine, s))),
                                self.reduced(self.add(self.mul(sine, c), self.mul(cosine, s))))
        return cosine, sine

    def _base_angle(self, q: Quotient) -> tuple[Quotient, Quotient]:
        if q[0].leading_coefficient() < 0:
            cosine, sine = self._base_angle(self.neg(q))
            return cosine, self.neg(sine)
        written, key = self.tree(q), self.key(q)
        cosine = self.atom(("cos", *key), ("cos", written))
        return cosine, self.atom(("sin", *key), ("sin", written), (2, self.sub(self.constant(1), self.mul(cosine, cosine))))

    def _marked(self, body: Tree, name: Tree) -> tuple[Tree, Quotient, dict[Tree, tuple[fmpq_mpoly, int]], dict[int, Tree]]:
        """(a name of its own, the body's normal form with it, what that needs, the atoms that depend on it)."""
        marked, before = ("name", f"bound {self.depth}"), set(self.needs)      # no name that is read has a space
        self.depth += 1
        q = self.lowest(self.normal(put(body, {name: marked})))
        self.depth -= 1
        needs = {r: self.needs.pop(r) for r in list(self.needs) if r not in before and contains(r, marked)}
        return marked, q, needs, {i: atom.tree for i, atom in enumerate(self.atoms) if contains(atom.tree, marked)}

    def _sum(self, head: str, body: Tree, index: Tree, lower: Tree, upper: Tree) -> Quotient:
        """Written out between whole numbers; between names by linearity: each monomial that depends on the index is an atom."""
        ends = [self.normal(lower), self.normal(upper)]
        first, last = map(self.rational, ends)
        if any(end is not None and end.q != 1 for end in (first, last)) or head == "prod" and None in (first, last):
            raise Refused("a sum or product with these bounds")
        if first is not None and last is not None:
            refuse_if(not -1 <= last - first < _MAX_SUM, "a sum of so many terms")
            terms = (self.normal(put(body, {index: rational_tree(fmpq(i))})) for i in range(int(first.p), int(last.p) + 1))
            return reduce(self.add if head == "sum" else self.mul, terms, self.constant(head == "prod"))
        marked, q, needs, inside = self._marked(body, index)
        with self.supposing([(self.normal(marked)[0] - first, POS | ZER)] if needs and first is not None else ()):      # for every index
            missing = needs and first is None or any(self.sign(poly) & ~signs for poly, signs in needs.values())
        refuse_if(missing, "a sum whose terms may have no value")
        bounds = (*self.key(ends[0]), *self.key(ends[1]))
        refuse_if(any(q[1].degrees()[i] for i in inside), "a sum of quotients in its index")
        total, count = self.constant(0), self.add(self.sub(ends[1], ends[0]), self.constant(1))
        for varying, fixed in self._taken_apart(q[0], inside).items():
            part = count
            if any(varying):      # one key at every depth of nesting
                bound = frozenset((put(self.atoms[i].tree, {marked: ("name", "bound here")}), e) for i, e in enumerate(varying) if e)
                written = put(self.polynomial(self.ctx.from_dict({varying: 1})), {marked: index})
                part = self.atom(("sum", bound, *bounds), ("sum", written, index, lower, upper))
            else:      # the number of terms; an empty sum ends one before it begins
                self.require("ge", ("add", upper, ("neg", lower), ONE), count)
            total = self.add(total, self.mul((fixed, self.one), part))
        return self.mul(total, (self.one, q[1]))

    def _limit(self, body: Tree, name: Tree, point: Tree, _side: Tree = ZERO) -> Quotient:
        """Of a quotient of polynomials in x and exp(x): at infinity by leading terms, at a number by continuity in lowest terms."""
        if point == ("neg", INF):
            body, point = put(body, {name: ("neg", name)}), INF
        marked, q, needs, inside = self._marked(body, name)
        simple = [i for i, tree in inside.items() if tree in (marked, ("exp", marked))]
        for relation, (poly, _) in needs.items():      # a divisor that is not zero throughout has no zero close beside the point
            refuse_if(relation[0] != "ne" or any(poly.degrees()[i] for i in inside if i not in simple), "the limit of what may have no value")
            coefficients = list(self._taken_apart(poly, inside).values())
            if all(self.sign(c) & ZER for c in coefficients):
                self.needs.setdefault(("ne", self.polynomial(coefficients[0]), ZERO), (coefficients[0], NEG | POS))
        refuse_if(any(q[0].degrees()[i] or q[1].degrees()[i] for i in inside if i not in simple), "the limit of this kind of expression")
        if point != INF:
            return self.normal(put(self.tree(q), {marked: point}))
        (top, above), (bottom, below) = (self._leading(poly, inside, marked) for poly in q)
        refuse_if(q[0] != 0 and top > bottom, "an infinite limit")
        result = self.div((above, self.one), (below, self.one))
        return self.constant(0) if q[0] != 0 and top < bottom else result

    def _leading(self, poly: fmpq_mpoly, inside: dict[int, Tree], marked: Tree) -> tuple[tuple, fmpq_mpoly]:
        """The growth of a polynomial in x and exp(x), the power of exp(x) and that of x, and the coefficient of what grows so."""
        parts = {(sum(e[i] for i in inside if inside[i] != marked), sum(e[i] for i in inside if inside[i] == marked)): coefficient
                 for e, coefficient in self._taken_apart(poly, inside).items()}
        return max(parts.items(), key=lambda part: part[0], default=((0, 0), self.zero))

    def _taken_apart(self, poly: fmpq_mpoly, inside: Container[int]) -> dict[tuple, fmpq_mpoly]:
        """The coefficients of a polynomial in these atoms, by the exponents of the atoms."""
        parts: dict[tuple, dict] = {}
        for exponents, coefficient in poly.to_dict().items():
            varying = tuple(e if i in inside else 0 for i, e in enumerate(exponents))
            parts.setdefault(varying, {})[tuple(e - v for e, v in zip(exponents, varying))] = coefficient
        return {varying: self.ctx.from_dict(part) for varying, part in parts.items()}

_FORMS = {      # head -> the normal form by the field, from the arguments
    "add": lambda field, *parts: reduce(field.add, map(field.normal, parts)), "neg": lambda field, u: field.neg(field.normal(u)),
    "mul": lambda field, *parts: reduce(field.mul, map(field.normal, parts)), "exp": lambda field, u: field.exponential(field.normal(u)),
    "div": lambda field, u, v: field.div(field.normal(u), field.normal(v), v), "ln": lambda field, u: field.logarithm(field.normal(u), u),
    "root": lambda field, u, n: field.root(field.normal(u), k := At().whole(At().value(n), 2, 20), None if k % 2 else u),
    "pow": Field._power, "cos": lambda field, u: field._turned(field.lowest(field.normal(u)))[0], "abs": Field._absolute, "limit": Field._limit,
    "sin": lambda field, u: field._turned(field.lowest(field.normal(u)))[1],
    "sum": lambda field, *parts: field._sum("sum", *parts), "prod": lambda field, *parts: field._sum("prod", *parts)}
# n -> cosine and sine of pi/n
_OF_PI = {n: tuple(simpler(read(text)) for text in texts) for n, texts in {
    12: ("(sqrt(6) + sqrt(2))/4", "(sqrt(6) - sqrt(2))/4"), 10: ("sqrt(10 + 2*sqrt(5))/4", "(sqrt(5) - 1)/4")}.items()}


def _primes(value: fmpq) -> list[tuple[int, int]]:
    """Primes of a positive rational with exponents.  Refused where the number is too long to be factored."""
    refuse_if(max(int(value.p).bit_length(), int(value.q).bit_length()) > _MAX_FACTORED_BITS, "the factors of a very large number")
    sides = (value.p, 1), (value.q, -1)
    return sorted((int(prime), int(exponent) * side) for number, side in sides if number > 1 for prime, exponent in fmpz(number).factor())
