"""Normal forms: a tree as a quotient of two polynomials over the rationals (FLINT) in atoms.

Atoms are names and what is not taken apart: the logarithm of a prime, the exponential of a monomial, a root, an unknown function.
Two trees with one normal form are equal wherever both have a value and what is recorded in ``Field.needs`` holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from math import comb, lcm, prod

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz

from .reader import Tree
from .signs import ANY, NEG, POS, ZER, Signs
from .trees import E, ONE, PI, ZERO, Refused, Undefined, contains, derivative_of, free, put, rational_of, rational_tree, walk
from .values import At, NoValue

Quotient = tuple[fmpq_mpoly, fmpq_mpoly]

MAX_TERMS, MAX_PRODUCT, MAX_WORK, MAX_SUM = 20_000, 4_000_000, 50_000, 2_000
MAX_EXPONENT, MAX_POWER_BITS, MAX_FACTORED_BITS, MAX_MULTIPLE = 400, 400_000, 128, 40
TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")


class Overflow(Exception):
    """More atoms than the ring has variables: begin again with a larger one."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A variable of the normal form: what it stands for; for a root ``(k, quotient)`` with atom^k = quotient; the signs it can have."""

    tree: Tree
    relation: tuple[int, Quotient] | None
    signs: int


@lru_cache(maxsize=16)
def _ring(size: int):
    ctx = fmpq_mpoly_ctx.get([f"a{i}" for i in range(size)], Ordering.lex)
    return ctx, ctx.gens(), ctx.constant(0), ctx.constant(1)


class Field(Signs):
    """The normal forms of one statement.  ``needs``: relation -> (polynomial, signs it must have), for a value to exist."""

    def __init__(self, size: int, statement: Tree) -> None:
        super().__init__()
        self.ctx, self.gens, self.zero, self.one = _ring(size)
        self.atoms: list[Atom] = []
        self.index: dict[object, int] = {}
        self.needs: dict[Tree, tuple[fmpq_mpoly, int]] = {}
        self.work = self.depth = 0
        self.angle = 1      # base angles are monomials over this number
        if any(node[0] in TRIGONOMETRIC for node in walk(statement)):
            self.angle = self._common_angle(statement)

    # --- quotients
    def constant(self, value: fmpq | int) -> Quotient:
        return self.ctx.constant(fmpq(value)), self.one

    def atom(self, key: object, tree: Tree, relation: tuple[int, Quotient] | None = None, signs: int = ANY) -> Quotient:
        if key not in self.index:
            if len(self.atoms) == len(self.gens):
                raise Overflow
            self.index[key] = len(self.atoms)
            self.atoms.append(Atom(tree, relation, signs))
        return self.gens[self.index[key]], self.one

    def key(self, q: Quotient) -> tuple[str, str]:
        """Equal for equal functions."""
        num, den = self.lowest(q)
        return str(num), str(den)

    def add(self, a: Quotient, b: Quotient) -> Quotient:
        if a[1] == b[1]:
            return self._bounded(a[0] + b[0], a[1])
        _affordable(a[0], b[1]), _affordable(b[0], a[1]), _affordable(a[1], b[1])
        return self._bounded(a[0] * b[1] + b[0] * a[1], a[1] * b[1])

    def neg(self, a: Quotient) -> Quotient:
        return -a[0], a[1]

    def sub(self, a: Quotient, b: Quotient) -> Quotient:
        return self.add(a, self.neg(b))

    def mul(self, a: Quotient, b: Quotient) -> Quotient:
        _affordable(a[0], b[0]), _affordable(a[1], b[1])
        return self._bounded(a[0] * b[0], a[1] * b[1])

    def div(self, a: Quotient, b: Quotient, written: Tree | None = None) -> Quotient:
        """a / b, where the divisor must not be zero."""
        num = self.reduced(b)[0]
        if num == 0:
            raise Undefined("division by zero")
        if not num.is_constant():
            self.needs.setdefault(("ne", self.tree(b) if written is None else written, ZERO), (num, NEG | POS))
        return self.mul(a, (b[1], b[0]))

    def power(self, a: Quotient, k: int, written: Tree | None = None) -> Quotient:
        if k < 0:
            return self.div((self.one, self.one), self.power(a, -k), written)
        value = self.rational(a)
        if value is not None and (int(value.p).bit_length() + int(value.q).bit_length()) * k > MAX_POWER_BITS or value is None and k > MAX_EXPONENT:
            raise Refused(f"a power with exponent {k}")
        for poly in a:      # before anything is multiplied out
            if len(poly) > 1 and comb(k + len(poly) - 1, k) > MAX_TERMS and prod(d * k + 1 for d in poly.degrees()) > MAX_TERMS:
                raise Refused("an expression with too many terms")
        return self._bounded(a[0] ** k, a[1] ** k)

    def _bounded(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Quotient:
        if len(num) > 60 and not den.is_constant():
            num, den = self._cancelled(num, den)
        if len(num) > MAX_TERMS or len(den) > MAX_TERMS:
            raise Refused("an expression with too many terms")
        return num, den

    def _cancelled(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Quotient:
        if num == 0:
            return self.zero, self.one
        if not den.is_constant() and not (common := num.gcd(den)).is_constant():
            num, den = num / common, den / common
        lead = den.leading_coefficient()
        return num / lead, den / lead

    def reduced(self, q: Quotient) -> Quotient:
        """The powers of roots in the numerator lowered by their relations."""
        num, den = q
        for i in range(len(self.atoms) - 1, -1, -1):
            relation = self.atoms[i].relation
            if relation is None or num.degrees()[i] < relation[0]:
                continue
            k, (above, below) = relation
            top, parts = num.degrees()[i] // k, {}
            for exponents, coefficient in num.to_dict().items():
                times, rest = divmod(exponents[i], k)
                parts.setdefault(times, {})[exponents[:i] + (rest,) + exponents[i + 1:]] = coefficient
            num = sum((self.ctx.from_dict(terms) * above ** times * below ** (top - times) for times, terms in parts.items()), self.zero)
            den = den * below ** top
        return num, den

    def lowest(self, q: Quotient) -> Quotient:
        """Reduced, in lowest terms, the denominator monic."""
        return self._cancelled(*self.reduced(q))

    def rational(self, q: Quotient) -> fmpq | None:
        """The value of a constant; None where there are atoms."""
        if not (q[0].is_constant() and q[1].is_constant()):
            return None
        return q[0].leading_coefficient() / q[1].leading_coefficient() if q[0] != 0 else fmpq(0)

    def difference(self, relation: Tree) -> Quotient:
        """Left minus right, in lowest terms."""
        return self.lowest(self.sub(self.normal(relation[1]), self.normal(relation[2])))

    def sign_of(self, q: Quotient) -> int:
        return self.sign(self.reduced(q)[0] * q[1])

    def require(self, head: str, written: Tree, q: Quotient) -> None:
        """The relation of ``written`` to zero must hold for a value to exist."""
        signs = POS if head == "gt" else POS | ZER
        if self.sign_of(q) & ~signs:
            self.needs.setdefault((head, written, ZERO), (self.reduced(q)[0] * q[1], signs))

    def open_conditions(self) -> tuple[Tree, ...]:
        """What is needed and does not follow from the assumptions; what the others imply is left out."""
        kept = {r: need for r, need in self.needs.items() if self.sign(need[0]) & ~need[1]}
        for relation in sorted(kept, key=lambda r: (kept[r][0].total_degree(), len(kept[r][0])), reverse=True):
            others = [need for r, need in kept.items() if r != relation]
            if others:
                before = self.facts, self.low, self.high
                self.facts, self.low, self.high = list(self.facts), dict(self.low), dict(self.high)
                for poly, signs in others:
                    self.know(poly, signs)
                if not self.sign(kept[relation][0]) & ~kept[relation][1]:
                    del kept[relation]
                self.facts, self.low, self.high = before
        return tuple(sorted(kept, key=lambda r: r[0] != "ne"))

    # --- back to trees
    def tree(self, q: Quotient) -> Tree:
        above = self.polynomial(q[0])
        return above if q[1] == 1 else ("div", above, self.polynomial(q[1]))

    def polynomial(self, poly: fmpq_mpoly) -> Tree:
        terms: list[Tree] = []
        for exponents, coefficient in poly.to_dict().items():
            factors = [] if abs(coefficient) == 1 and any(exponents) else [rational_tree(abs(coefficient))]
            factors += [self.atoms[i].tree if e == 1 else ("pow", self.atoms[i].tree, ("number", str(e))) for i, e in enumerate(exponents) if e]
            term = factors[0] if len(factors) == 1 else ("mul", *factors)
            terms.append(("neg", term) if coefficient < 0 else term)
        return ZERO if not terms else terms[0] if len(terms) == 1 else ("add", *terms)

    def monomials(self, poly: fmpq_mpoly):
        """(coefficient, monomial as a quotient, exponents) of every term."""
        for exponents, coefficient in poly.to_dict().items():
            yield coefficient, (self.ctx.from_dict({exponents: 1}), self.one), exponents

    # --- the normal form
    def normal(self, tree: Tree) -> Quotient:
        """Raises Refused, and Undefined where there is no value."""
        head = tree[0]
        if head == "number":
            return self.constant(rational_of(tree))
        if head == "name":
            if tree == E:
                return self.exponential(self.constant(1))
            if tree[1] == "inf":
                raise Refused("infinity as a number")
            return self.atom(tree, tree, signs=POS if tree == PI else ANY)
        self.work += 1
        if self.work > MAX_WORK:
            raise Refused("an expression with too many parts")
        if head in ("add", "mul"):
            return reduce(self.add if head == "add" else self.mul, map(self.normal, tree[1:]))
        if head == "neg":
            return self.neg(self.normal(tree[1]))
        if head == "div":
            return self.div(self.normal(tree[1]), self.normal(tree[2]), tree[2])
        method = getattr(self, "_" + head, None)
        return self._opaque(tree) if method is None else method(tree)

    def _opaque(self, tree: Tree) -> Quotient:
        """A function of numbers that is a rational is computed; any other is an atom, named by the normal forms of its arguments."""
        head = tree[0]
        if head in ("floor", "ceil", "round", "factorial", "binomial", "sign") and not free(tree):
            try:
                at = At()
                value = at.value(tree)
                if at.exact:
                    return self.constant(value)
            except NoValue:
                pass
        if head not in ("index", "apply", "asin", "acos", "atan", "floor", "ceil", "round", "factorial", "sign"):
            raise Refused(f"{head} in a normal form")
        first = 2 if head in ("index", "apply") else 1
        arguments = [self.normal(part) for part in tree[first:]]
        if head in ("asin", "acos"):
            within = self.sub(self.constant(1), self.mul(arguments[0], arguments[0]))
            self.require("ge", self.tree(self.lowest(within)), within)
        return self.atom((head, tree[1:first], *map(self.key, arguments)), tree)

    def _pow(self, tree: Tree) -> Quotient:
        base, exponent = tree[1:]
        power = self.lowest(self.normal(exponent))
        if base == E:
            return self.exponential(power)
        rate = self.rational(power)
        if rate is None:      # u^v = exp(v ln u)
            return self.exponential(self.mul(power, self.logarithm(self.normal(base), base)))
        below = self.normal(base)
        if rate == 0:      # x^0 is 1 where x is not 0
            return self.div(below, below, base)
        if rate.q == 1:
            return self.power(below, int(rate.p), base)
        return self.power(self.root(below, int(rate.q), base), int(rate.p), base)

    def _sqrt(self, tree: Tree) -> Quotient:
        return self.root(self.normal(tree[1]), 2, tree[1])

    def _root(self, tree: Tree) -> Quotient:
        degree = rational_of(tree[2])
        if degree is None or degree.q != 1 or not 2 <= degree <= 20:
            raise Refused("a root of this degree")
        return self.root(self.normal(tree[1]), int(degree.p), tree[1])

    def _abs(self, tree: Tree) -> Quotient:
        inner = self.lowest(self.normal(tree[1]))
        return self.root(self.mul(inner, inner), 2, tree[1])

    def _max(self, tree: Tree) -> Quotient:
        def larger(a: Quotient, b: Quotient) -> Quotient:      # max(a, b) = (a + b + |a - b|)/2
            apart = self.lowest(self.sub(a, b))
            return self.mul(self.constant(fmpq(1, 2)), self.add(self.add(a, b), self.root(self.mul(apart, apart), 2, ZERO)))
        return reduce(larger, map(self.normal, tree[1:]))

    def _min(self, tree: Tree) -> Quotient:
        return self.neg(self._max(("max", *(("neg", part) for part in tree[1:]))))

    def _cases(self, tree: Tree) -> Quotient:
        """The piece whose condition holds, those before it failing, as the signs show."""
        for piece, condition in zip(tree[1::2], tree[2::2]):
            if condition[0] not in ALLOWED:
                break
            signs, allowed = self.sign_of(self.difference(condition)), ALLOWED[condition[0]]
            if not signs & ~allowed:
                return self.normal(piece)
            if signs & allowed:
                break
        else:
            if len(tree) % 2 == 0:
                return self.normal(tree[-1])
        raise Refused("cases whose conditions are open")

    def root(self, q: Quotient, k: int, written: Tree) -> Quotient:
        """The k-th root: of numbers by primes; factors of known sign, and even powers as absolute values, have roots of their own."""
        q = self.lowest(q)
        value = self.rational(q)
        if value == 0:
            return q
        if value is not None and value < 0:
            raise Refused("an odd root of a negative number") if k % 2 else Undefined("an even root of a negative number")
        if k % 2 == 0 and value is None:
            self.require("ge", written, q)
        content, parts = self.factors(q)
        outside, inside, flips = self._prime_root(abs(content), k), self.constant(1), content < 0
        unknown: list[tuple[fmpq_mpoly, int]] = []
        for factor, exponent in parts:
            signs = POS if k % 2 else self.sign(factor)
            if not signs & POS:
                factor, flips = -factor, flips ^ exponent % 2
            if signs & POS and signs & NEG:
                unknown.append((factor, exponent))
                continue
            whole, rest = divmod(exponent, k)
            outside = self.mul(outside, self._to((factor, self.one), whole))
            if rest:
                base = (factor, self.one)
                outside = self.mul(outside, self.power(self._root_atom(base, k), rest))
        if all(exponent % k == 0 for _, exponent in unknown):
            for factor, exponent in unknown:      # only where k is even: the root of f^k is |f|
                outside = self.mul(outside, self._to(self._root_atom((factor ** 2, self.one), 2), exponent // k))
        else:
            inside = reduce(self.mul, (self._to((factor, self.one), exponent) for factor, exponent in unknown), inside)
        if flips:
            inside = self.neg(inside)
        return outside if inside == self.constant(1) else self.mul(outside, self._root_atom(inside, k))

    def _to(self, q: Quotient, k: int) -> Quotient:
        """A power of what is not zero where k is negative."""
        num, den = self.power(q, abs(k))
        return (num, den) if k >= 0 else (den, num)

    def _root_atom(self, q: Quotient, k: int) -> Quotient:
        tree = self.tree(q)
        return self.atom(("root", k, *self.key(q)), ("root", tree, ("number", str(k))), (k, q), POS | ZER if k % 2 == 0 else ANY)

    def factors(self, q: Quotient) -> tuple[fmpq, list[tuple[fmpq_mpoly, int]]]:
        """(content, factors with exponents), multiplied out to check them."""
        (a, above), (b, below) = (poly.factor() for poly in q)
        for poly, content, parts in ((q[0], a, above), (q[1], b, below)):
            if poly != reduce(lambda x, y: x * y, (f ** int(e) for f, e in parts), self.one) * content:
                raise Refused("factors that do not multiply out")
        return fmpq(a) / fmpq(b), [(f, int(e)) for f, e in above] + [(f, -int(e)) for f, e in below]

    def _prime_root(self, value: fmpq, k: int) -> Quotient:
        result = self.constant(1)
        for prime, exponent in primes(value):
            whole, rest = divmod(exponent, k)
            result = self.mul(result, self.constant(fmpq(prime) ** whole))
            if rest:
                result = self.mul(result, self.power(self._root_atom(self.constant(prime), k), rest))
        return result

    # --- exponentials and logarithms
    def _exp(self, tree: Tree) -> Quotient:
        return self.exponential(self.normal(tree[1]))

    def exponential(self, q: Quotient) -> Quotient:
        """One factor a monomial: exp(a + 2b) = exp(a) exp(b)^2; exp(n ln p) = p^n; exp(m/3)^3 = exp(m)."""
        num, den = self.lowest(q)
        if not den.is_constant():
            if num.leading_coefficient() < 0:
                up = self.exponential((-num, den))
                return up[1], up[0]
            return self.atom(("exp", *self.key((num, den))), ("exp", self.tree((num, den))), signs=POS)
        result = self.constant(1)
        for rate, monomial, exponents in self.monomials(num):
            place = [i for i, e in enumerate(exponents) if e]
            if len(place) == 1 and exponents[place[0]] == 1 and self.atoms[place[0]].tree[0] == "ln":
                base = self.normal(self.atoms[place[0]].tree[1])
                base = base if rate.q == 1 else self.root(base, int(rate.q), self.atoms[place[0]].tree[1])
            else:
                written = self.tree(monomial)
                base = self.atom(("exp", exponents), ("exp", written), signs=POS)
                if rate.q != 1:
                    part = ("exp", ("div", written, ("number", str(rate.q))))
                    base = self.atom(("exp", exponents, int(rate.q)), part, (int(rate.q), base), POS)
            result = self.mul(result, self._to(base, int(rate.p)))
        return result

    def _ln(self, tree: Tree) -> Quotient:
        return self.logarithm(self.normal(tree[1]), tree[1])

    def _log(self, tree: Tree) -> Quotient:
        top = self._ln(tree)
        return top if len(tree) == 2 else self.div(top, self.logarithm(self.normal(tree[2]), tree[2]), ("ln", tree[2]))

    def logarithm(self, q: Quotient, written: Tree) -> Quotient:
        """A sum over primes and over factors that are known to be positive; of anything else one atom."""
        q = self.lowest(q)
        value = self.rational(q)
        if value is not None and value <= 0:
            raise Undefined("a logarithm of something not positive")
        content, parts = self.factors(q)
        signs = [self.sign(factor) for factor, _ in parts]
        if any(s not in (NEG, POS) for s in signs) or (content < 0) ^ sum(e for (_, e), s in zip(parts, signs) if s == NEG) % 2:
            self.require("gt", written, q)
            return self.atom(("ln", *self.key(q)), ("ln", self.tree(q)))
        total = self.constant(0)
        for prime, exponent in primes(abs(content)):
            tree = ("ln", ("number", str(prime)))
            total = self.add(total, self.mul(self.constant(exponent), self.atom(tree, tree, signs=POS)))
        for (factor, exponent), sign in zip(parts, signs):
            total = self.add(total, self.mul(self.constant(exponent), self._ln_of_factor(factor if sign == POS else -factor)))
        return total

    def _ln_of_factor(self, factor: fmpq_mpoly) -> Quotient:
        if factor in self.gens[:len(self.atoms)]:
            atom = self.atoms[self.gens.index(factor)]
            if atom.tree[0] == "exp":
                return self.normal(atom.tree[1])
            if atom.relation is not None and self.sign_of(atom.relation[1]) == POS:
                return self.mul(self.constant(fmpq(1, atom.relation[0])), self.logarithm(atom.relation[1], atom.tree[1]))
        q = (factor, self.one)
        return self.atom(("ln", *self.key(q)), ("ln", self.tree(q)))

    def _sinh(self, tree: Tree) -> Quotient:
        up = self._exp(tree)
        change = self.sub if tree[0] == "sinh" else self.add
        return self.mul(self.constant(fmpq(1, 2)), change(up, (up[1], up[0])))

    _cosh = _sinh

    def _tanh(self, tree: Tree) -> Quotient:
        above, below = self._sinh(("sinh", tree[1])), self._sinh(("cosh", tree[1]))
        return self.mul(above, (below[1], below[0]))     # cosh has no zero

    # --- sines and cosines: polynomials in those of base angles, s^2 = 1 - c^2
    def _common_angle(self, statement: Tree) -> int:
        found, scratch = 1, Field(len(self.gens), ONE)
        for node in walk(statement):
            if node[0] in TRIGONOMETRIC:
                try:
                    num, den = scratch.lowest(scratch.normal(node[1]))
                except Refused:
                    continue
                if den.is_constant():
                    found = lcm(found, *(int(c.q) for c in num.coeffs()))
        return found if found <= 24 else 1

    def _sin(self, tree: Tree) -> Quotient:
        num, den = self.lowest(self.normal(tree[1]))
        cosine, sine = self.constant(1), self.constant(0)
        if not den.is_constant():
            cosine, sine = self._base_angle((num, den))
        else:
            for rate, monomial, _ in self.monomials(num):
                turned = rate * (12 if 12 % rate.q == 0 else 10) if self.tree(monomial) == PI and (12 % rate.q == 0 or 10 % rate.q == 0) else None
                if turned is not None:      # of pi: 1/12 and 1/10 have radicals
                    base = tuple(self.normal(part) for part in (_PI_12 if 12 % rate.q == 0 else _PI_10))
                    turned = fmpq(int(turned.p) % (24 if 12 % rate.q == 0 else 20))
                else:
                    base, turned = self._base_angle(self.mul(monomial, self.constant(fmpq(1, self.angle)))), rate * self.angle
                if turned.q != 1 or abs(turned) > MAX_MULTIPLE:
                    raise Refused("such a multiple of an angle")
                c, s = base if turned >= 0 else (base[0], self.neg(base[1]))
                for _ in range(abs(int(turned.p))):      # addition theorems
                    cosine, sine = (self.reduced(self.sub(self.mul(cosine, c), self.mul(sine, s))),
                                    self.reduced(self.add(self.mul(sine, c), self.mul(cosine, s))))
        one = self.constant(1)
        above, below, written = {"sin": (sine, one, ""), "cos": (cosine, one, ""), "tan": (sine, cosine, "cos"), "cot": (cosine, sine, "sin"),
                                 "sec": (one, cosine, "cos"), "csc": (one, sine, "sin")}[tree[0]]
        return self.div(above, below, (written, tree[1])) if written else above

    _cos = _tan = _cot = _sec = _csc = _sin

    def _base_angle(self, q: Quotient) -> tuple[Quotient, Quotient]:
        if q[0].leading_coefficient() < 0:
            cosine, sine = self._base_angle(self.neg(q))
            return cosine, self.neg(sine)
        written, key = self.tree(q), self.key(q)
        cosine = self.atom(("cos", *key), ("cos", written))
        return cosine, self.atom(("sin", *key), ("sin", written), (2, self.sub(self.constant(1), self.mul(cosine, cosine))))

    # --- whole numbers
    def _factorial(self, tree: Tree) -> Quotient:
        """(n + c)! = (n + 1)...(n + c) n!: factorials of neighbours share one atom."""
        num, den = q = self.lowest(self.normal(tree[1]))
        shift = next((c for c, _, e in self.monomials(num) if not any(e)), fmpq(0))
        if self.rational(q) is not None or not den.is_constant() or shift.q != 1 or abs(shift) > MAX_EXPONENT:
            return self._opaque(tree)
        base = self.sub(q, self.constant(shift))
        result = self.atom(("factorial", *self.key(base)), ("factorial", self.tree(base)), signs=POS)
        self.require("ge", tree[1], q)
        for k in range(1, int(shift.p) + 1):
            result = self.mul(result, self.add(base, self.constant(k)))
        for k in range(-int(shift.p)):
            result = self.div(result, self.sub(base, self.constant(k)))
        return result

    def _binomial(self, tree: Tree) -> Quotient:
        n, k = tree[1:]
        if not free(tree):
            return self._opaque(tree)
        below = ("mul", ("factorial", k), ("factorial", ("add", n, ("neg", k))))
        return self.normal(("div", ("factorial", n), below))

    def _diff(self, tree: Tree) -> Quotient:
        taken = derivative_of(tree)
        if taken is None:
            return self.atom(tree, tree)
        self.normal(tree[1])      # where the function has no value it has no derivative
        return self.normal(taken)

    # --- sums
    def _sum(self, tree: Tree) -> Quotient:
        """Written out between whole numbers; between names by linearity, every monomial that depends on the index being an atom."""
        head, body, index, lower, upper = tree
        ends = [self.normal(lower), self.normal(upper)]
        first, last = map(self.rational, ends)
        if first is not None and last is not None:
            if first.q != 1 or last.q != 1 or not -1 <= last - first < MAX_SUM:
                raise Refused("a sum with these bounds")
            terms = (self.normal(put(body, {index: rational_tree(fmpq(i))})) for i in range(int(first.p), int(last.p) + 1))
            return reduce(self.add if head == "sum" else self.mul, terms, self.constant(0 if head == "sum" else 1))
        if head == "prod" or any(end is not None and end.q != 1 for end in (first, last)):
            raise Refused("a sum or product with these bounds")
        marked, before = ("name", f"index {self.depth}"), set(self.needs)      # no name that is read has a space
        self.depth += 1
        q = self.lowest(self.normal(put(body, {index: marked})))
        self.depth -= 1
        self._discharge(marked, first, before)
        bounds = (*self.key(ends[0]), *self.key(ends[1]))
        inside = {i for i, atom in enumerate(self.atoms) if contains(atom.tree, marked)}
        if any(q[1].degrees()[i] for i in inside):      # only a number goes out
            lead = q[0].leading_coefficient()
            part = (q[0] / lead, q[1])
            atom = self.atom(("sum", *self.key(part), *bounds), ("sum", put(self.tree(part), {marked: index}), index, lower, upper))
            return atom[0] * lead, atom[1]
        total, count = self.constant(0), self.add(self.sub(ends[1], ends[0]), self.constant(1))
        for coefficient, _, exponents in self.monomials(q[0]):
            fixed = tuple(0 if i in inside else e for i, e in enumerate(exponents))
            varying = tuple(e if i in inside else 0 for i, e in enumerate(exponents))
            if any(varying):      # one key at every depth of nesting
                written = put(self.polynomial(self.ctx.from_dict({varying: 1})), {marked: ("name", "index")})
                bound = frozenset((put(self.atoms[i].tree, {marked: ("name", "index")}), e) for i, e in enumerate(varying) if e)
                part = self.atom(("sum", bound, *bounds), ("sum", put(written, {("name", "index"): index}), index, lower, upper))
            else:      # the number of terms; an empty sum ends one before it begins
                self.require("ge", ("add", upper, ("neg", lower), ONE), count)
                part = count
            total = self.add(total, self.mul((self.ctx.from_dict({fixed: coefficient}), self.one), part))
        return self.mul(total, (self.one, q[1]))

    _prod = _sum

    def _discharge(self, marked: Tree, first: fmpq | None, before: set[Tree]) -> None:
        """What the terms need must hold for every index from the lower bound on."""
        for relation in [r for r in self.needs if r not in before and contains(r, marked)]:
            poly, signs = self.needs.pop(relation)
            place = self.index.get(marked)
            if first is None or place is None:
                raise Refused("a sum whose terms may have no value")
            self.low[place] = (first, True)
            shown = not self.sign(poly) & ~signs
            del self.low[place]
            if not shown:
                raise Refused("a sum whose terms may have no value")

    # --- limits
    def _limit(self, tree: Tree) -> Quotient:
        """Of a quotient of polynomials in x and exp(x): at infinity by the leading terms, at a number by continuity in lowest terms."""
        body, name, point = tree[1:4]
        if any(node[0] == "cases" for node in walk(body)):
            raise Refused("the limit of cases")
        marked, before = ("name", f"limit {self.depth}"), set(self.needs)      # what is assumed of a free name says nothing of a bound one
        self.depth += 1
        num, den = q = self.lowest(self.normal(put(body, {name: marked})))
        self.depth -= 1
        inside = {i: atom.tree for i, atom in enumerate(self.atoms) if contains(atom.tree, marked)}
        simple = {i: tree == marked for i, tree in inside.items() if tree in (marked, ("exp", marked))}     # place -> is it x itself
        if any(num.degrees()[i] or den.degrees()[i] for i in inside if i not in simple):
            raise Refused("the limit of this kind of expression")
        self._near(marked, inside, set(simple), before)
        infinite = point[0] == "name" and point[1] == "inf" or point == ("neg", ("name", "inf"))
        if not infinite:
            return self.normal(put(self.tree(q), {marked: point}))
        up = point[0] == "name"
        if num == 0:
            return q

        def leading(poly: fmpq_mpoly) -> tuple[tuple[int, int], fmpq_mpoly]:
            def growth(e: tuple) -> tuple[int, int]:      # the power of exp(x) first, then that of x
                return sum((e[i] if up else -e[i]) for i, is_x in simple.items() if not is_x), sum(e[i] for i, is_x in simple.items() if is_x)
            terms = poly.to_dict()
            top = max(map(growth, terms))
            return top, self.ctx.from_dict({tuple(0 if i in simple else k for i, k in enumerate(e)): c if up or top[1] % 2 == 0 else -c
                                            for e, c in terms.items() if growth(e) == top})
        (top, above), (bottom, below) = leading(num), leading(den)
        if top > bottom:
            raise Refused("an infinite limit")
        result = self.div((above, self.one), (below, self.one))
        return self.constant(0) if top < bottom else result

    def _near(self, marked: Tree, inside: dict, simple: set[int], before: set[Tree]) -> None:
        """Divisors in x and exp(x) that are not zero throughout have no zero close to the point, beside the point itself."""
        for relation in [r for r in self.needs if r not in before and contains(r, marked)]:
            for factor, _ in self.factors((self.needs.pop(relation)[0], self.one))[1]:
                used = [i for i in inside if factor.degrees()[i]]
                parts: dict[tuple, dict] = {}
                for exponents, coefficient in factor.to_dict().items():
                    rest = tuple(0 if i in used else e for i, e in enumerate(exponents))
                    parts.setdefault(tuple(exponents[i] for i in used), {})[rest] = coefficient
                if not used:
                    self.needs.setdefault(("ne", self.polynomial(factor), ZERO), (factor, NEG | POS))
                elif relation[0] != "ne" or not set(used) <= simple or all(self.sign(self.ctx.from_dict(p)) & ZER for p in parts.values()):
                    raise Refused("the limit of an expression that may have no value")


ALLOWED = {"gt": POS, "ge": POS | ZER, "ne": POS | NEG, "lt": NEG, "le": NEG | ZER, "eq": ZER}
_PI_12 = (("div", ("add", ("sqrt", ("number", "6")), ("sqrt", ("number", "2"))), ("number", "4")),
          ("div", ("add", ("sqrt", ("number", "6")), ("neg", ("sqrt", ("number", "2")))), ("number", "4")))
_ROOT_5 = ("sqrt", ("number", "5"))
_PI_10 = (("div", ("sqrt", ("add", ("number", "10"), ("mul", ("number", "2"), _ROOT_5))), ("number", "4")),
          ("div", ("add", _ROOT_5, ("neg", ONE)), ("number", "4")))


def primes(value: fmpq) -> list[tuple[int, int]]:
    """Primes of a positive rational with exponents.  Refused where the number is too long to be factored."""
    if max(int(value.p).bit_length(), int(value.q).bit_length()) > MAX_FACTORED_BITS:
        raise Refused("the factors of a very large number")
    found = {}
    for number, side in ((value.p, 1), (value.q, -1)):
        if number > 1:
            for prime, exponent in fmpz(number).factor():
                found[int(prime)] = found.get(int(prime), 0) + int(exponent) * side
    return sorted(found.items())


def _affordable(a: fmpq_mpoly, b: fmpq_mpoly) -> None:
    if len(a) * len(b) > MAX_PRODUCT:
        raise Refused("an expression with too many terms")
