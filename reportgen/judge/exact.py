"""Normal forms in exact arithmetic: a written tree as a quotient of two polynomials over the rationals (FLINT).

The variables ("atoms") are symbols and what cannot be taken apart further: the logarithm of a prime, the exponential of
a monomial, a root, an unknown function of a normal form.  Two trees with the same normal form are equal wherever the
divisors met on the way are not zero; those divisors are collected in ``Field.divisors``.  No SymPy anywhere.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, prod

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from ..expressions import Expr, Number, Operation, Symbol, rational_value, symbols, to_text
from . import calculus, enclosure, inverse_trig, parity, sums, trigonometry
from .exponentials import Exponentials
from .forms import Atom, Overflow, Quotient, Undefined, Unsupported, prime_factors

MAX_EXPONENT = 400        # of a polynomial power; larger ones are not expanded
MAX_TERMS = 20_000        # of a polynomial
MAX_PRODUCT = 4_000_000   # terms of two factors, multiplied
MAX_WORK = 50_000         # operations of one statement


@lru_cache(maxsize=16)
def _ring(size: int) -> tuple[fmpq_mpoly_ctx, tuple[fmpq_mpoly, ...], fmpq_mpoly, fmpq_mpoly]:
    """The polynomials in so many variables, which all fields of this size share: (context, variables, 0, 1)."""
    ctx = fmpq_mpoly_ctx.get([f"a{i}" for i in range(size)], Ordering.lex)
    return ctx, ctx.gens(), ctx.constant(0), ctx.constant(1)


class Field(Exponentials):
    """The normal forms of one obligation.  ``size`` is the number of atoms there is room for."""

    def __init__(self, size: int = 16) -> None:
        self.ctx, self.gens, self.zero, self.one = _ring(size)
        self.atoms: list[Atom] = []
        self.index: dict[object, int] = {}
        self.divisors: dict[Expr, fmpq_mpoly] = {}               # written divisor -> polynomial that must not be zero
        self.requirements: dict[Expr, tuple[Quotient, str]] = {}  # relation needed for a value -> (its left side minus right, sign needed)
        self.work = 0                                             # operations brought to normal form
        self.depth = 0                                            # of nested symbolic sums
        self.angle_unit = 1                                       # base angles are monomials over this number
        self.integers: set[str] = set()                           # names that are whole numbers
        self.minimal: dict[int, list[int]] = {}                   # place of an algebraic atom -> a polynomial that it solves, lowest first
        self.facts = None        # set by conditions.Facts: answers sign(poly)

    # --- atoms
    def atom(self, key: object, kind: str, expr: Expr, relation: tuple[int, Quotient] | None = None) -> Quotient:
        if key not in self.index:
            if len(self.atoms) == len(self.gens):
                raise Overflow
            self.index[key] = len(self.atoms)
            self.atoms.append(Atom(kind, expr, relation))
        return Quotient(self.gens[self.index[key]], self.one)

    def constant(self, value: Fraction | int) -> Quotient:
        if value == 0:
            return Quotient(self.zero, self.one)
        return Quotient(self.ctx.constant(fmpq(value.numerator, value.denominator)), self.one)

    def key(self, q: Quotient) -> tuple[str, str]:
        """Equal for equal functions: the quotient in lowest terms with a monic denominator, as text."""
        q = self.lowest(self.reduced(q))
        return str(q.num), str(q.den)

    def lowest(self, q: Quotient) -> Quotient:
        num, den = q.num, q.den
        if num == 0:
            return Quotient(self.zero, self.one)
        if not den.is_constant():
            common = num.gcd(den)
            if not common.is_constant():
                num, den = num / common, den / common
        lead = den.leading_coefficient()
        return Quotient(num / lead, den / lead)

    # --- arithmetic
    def add(self, a: Quotient, b: Quotient) -> Quotient:
        if a.den == b.den:
            return self._bounded(a.num + b.num, a.den)
        _affordable((a.num, b.den), (b.num, a.den), (a.den, b.den))
        return self._bounded(a.num * b.den + b.num * a.den, a.den * b.den)

    def neg(self, a: Quotient) -> Quotient:
        return Quotient(-a.num, a.den)

    def sub(self, a: Quotient, b: Quotient) -> Quotient:
        return self.add(a, self.neg(b))

    def mul(self, a: Quotient, b: Quotient) -> Quotient:
        _affordable((a.num, b.num), (a.den, b.den))
        return self._bounded(a.num * b.num, a.den * b.den)

    def div(self, a: Quotient, b: Quotient, divisor: Expr) -> Quotient:
        """a / b; the divisor as written is remembered as a side condition unless it is a non-zero number."""
        num = self.reduced(b).num
        if num == 0:
            raise Undefined(f"division by zero: {to_text(divisor)}")
        if not num.is_constant():
            self.divisors.setdefault(divisor, num)
        _affordable((a.num, b.den), (a.den, b.num))
        return self._bounded(a.num * b.den, a.den * b.num)

    def power(self, a: Quotient, k: int, base: Expr) -> Quotient:
        if abs(k) > MAX_EXPONENT and not (a.num.is_constant() and a.den.is_constant()) or abs(k) > 100_000:
            raise Unsupported(f"a power with exponent {k}")
        if a.num.is_constant() and abs(k) > MAX_EXPONENT:
            value = a.num.leading_coefficient() if a.num != 0 else fmpq(0)
            if (int(value.p).bit_length() + int(value.q).bit_length()) * abs(k) > 400_000:
                raise Unsupported(f"a power with exponent {k}")
        for poly in (a.num, a.den):      # before anything is multiplied out: memory is not given back
            if len(poly) > 1 and comb(abs(k) + len(poly) - 1, abs(k)) > MAX_TERMS and prod(d * abs(k) + 1 for d in poly.degrees()) > MAX_TERMS:
                raise Unsupported("an expression with too many terms")
        if k >= 0:
            return self._bounded(a.num ** k, a.den ** k)
        return self.div(Quotient(self.one, self.one), self.power(a, -k, base), base)

    def _bounded(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Quotient:
        if len(num) > 60 and not den.is_constant():
            q = self.lowest(Quotient(num, den))
            num, den = q.num, q.den
        if len(num) > MAX_TERMS or len(den) > MAX_TERMS:
            raise Unsupported("an expression with too many terms")
        return Quotient(num, den)

    def reduced(self, q: Quotient) -> Quotient:
        """The numerator with every root atom's powers lowered by its relation s**k = a/b (b is not zero: it is a den)."""
        num, den = q.num, q.den
        for i in range(len(self.atoms) - 1, -1, -1):
            relation = self.atoms[i].relation
            if relation is None or num.degrees()[i] < relation[0]:
                continue
            k, value = relation
            top = num.degrees()[i] // k
            parts: dict[int, dict] = {}
            for exponents, coefficient in num.to_dict().items():
                q_, r = divmod(exponents[i], k)
                parts.setdefault(q_, {})[exponents[:i] + (r,) + exponents[i + 1:]] = coefficient
            num = self.zero
            for q_, terms in parts.items():
                num += self.ctx.from_dict(terms) * value.num ** q_ * value.den ** (top - q_)
            den = den * value.den ** top
        return Quotient(num, den)

    def is_zero(self, q: Quotient) -> bool:
        return self.reduced(q).num == 0

    # --- the normal form
    def normal(self, expr: Expr) -> Quotient:
        """The normal form.  Raises Unsupported, or Undefined where the expression has no value."""
        if isinstance(expr, Number):
            return self.constant(expr.value)
        if isinstance(expr, Symbol):
            return self._symbol(expr)
        self.work += 1
        if self.work > MAX_WORK:
            raise Unsupported("an expression with too many parts")
        method = getattr(self, "_" + expr.head, None)
        if method is not None:
            return method(expr)
        return self._function(expr)

    def _symbol(self, expr: Symbol) -> Quotient:
        if expr.name == "e":
            return self._exponential(self.constant(1))
        if expr.name == "inf":
            raise Unsupported("infinity as a number")
        return self.atom(("symbol", expr.name), "constant" if expr.name == "pi" else "symbol", expr)

    def _add(self, expr: Operation) -> Quotient:
        total = self.normal(expr.args[0])
        for term in expr.args[1:]:
            total = self.add(total, self.normal(term))
        return total

    def _neg(self, expr: Operation) -> Quotient:
        return self.neg(self.normal(expr.args[0]))

    def _mul(self, expr: Operation) -> Quotient:
        product = self.normal(expr.args[0])
        for factor in expr.args[1:]:
            product = self.mul(product, self.normal(factor))
        return product

    def _div(self, expr: Operation) -> Quotient:
        return self.div(self.normal(expr.args[0]), self.normal(expr.args[1]), expr.args[1])

    def _pow(self, expr: Operation) -> Quotient:
        base, exponent = expr.args
        power = self.normal(exponent)
        rational = self.rational(power)
        if base == Symbol("e"):
            return self._exponential(power)
        if rational is None:
            whole = parity.power(self, base, power)
            if whole is not None:
                return whole
            logarithm = self._logarithm(base)
            if logarithm is None:
                return self._function(expr)
            return self._exponential(self.mul(power, logarithm))
        if rational.denominator == 1:
            below = self.normal(base)
            if rational == 0:
                if self.is_zero(below):
                    raise Unsupported("0 to the power 0")
                self.div(below, below, base)      # x^0 is 1 where x is not 0
            return self.power(below, int(rational), base)
        root = self._root_of(base, rational.denominator)
        return self.power(root, rational.numerator, base)

    def _sqrt(self, expr: Operation) -> Quotient:
        return self._root_of(expr.args[0], 2)

    def _root(self, expr: Operation) -> Quotient:
        degree = rational_value(expr.args[1])
        if degree is None or degree.denominator != 1 or not 2 <= degree <= 20:
            raise Unsupported("a root of this degree")
        return self._root_of(expr.args[0], int(degree), real=True)

    def _root_of(self, base: Expr, k: int, real: bool = False) -> Quotient:
        """The k-th root.  Roots of rationals go by primes; of a symbolic base the whole is one atom with its relation.

        ``real``: written as a root, so that an odd one of a negative number is the negative real root; a power with the exponent
        1/3 of a negative number has no agreed meaning and gets none.
        """
        q = self.lowest(self.reduced(self.normal(base)))
        value = self.rational(q)
        if value is not None:
            if value < 0:
                if real and k % 2:
                    return self.neg(self._rational_root(-value, k))
                raise Unsupported("a root of a negative number") if k % 2 else Undefined(f"an even root of the negative number {to_text(base)}")
            return self._rational_root(value, k)
        if k % 2 == 1 and not real and not symbols(base) and self.sign(q) != "+":
            raise Unsupported("a root of what may be a negative number")
        if k % 2 == 0 or not real:
            self.require("ge", base, q)
        radicand, outside = self._taken_out(q, k, every=real and k % 2 == 1)
        if radicand.num == 1 and radicand.den == 1:
            return outside
        atom = self.atom(("root", k, *self.key(radicand)), "root", Operation("root", (self.to_expr(radicand), Number(str(k)))), (k, radicand))
        return self.mul(outside, atom)

    def require(self, head: str, written: Expr, q: Quotient) -> None:
        """Remember ``written > 0`` or ``written >= 0``: without it the expression has no real value."""
        if self.sign(q) not in (("+", ">=", "0") if head == "ge" else ("+",)):
            self.requirements.setdefault(Operation(head, (written, Number("0"))), (q, head))

    def _taken_out(self, q: Quotient, k: int, every: bool = False) -> tuple[Quotient, Quotient]:
        """(radicand, factor outside): numbers and the factors that are known to be positive get roots of their own.

        ``every``: an odd real root, which is multiplicative whatever the signs are.
        """
        inside, outside = self.constant(1), self.constant(1)
        for poly, over in ((q.num, False), (q.den, True)):
            content, factors = poly.factor()
            number = Fraction(int(content.p), int(content.q))
            root = self._rational_root(abs(number), k)
            parts = [(root, True)]
            if number < 0 and every:
                outside = self.neg(outside)
            elif number < 0:
                inside = self.neg(inside)
            for factor, exponent in factors:
                sign = self.facts.sign(factor) if self.facts is not None else None
                outside_part = every or sign in ("+", ">=", "-", "<=")
                if sign in ("-", "<="):
                    factor = -factor
                    if exponent % 2:
                        inside, outside = (inside, self.neg(outside)) if every else (self.neg(inside), outside)
                base = Quotient(factor, self.one)
                if outside_part:
                    whole, rest = divmod(exponent, k)
                    value = Quotient(factor ** whole, self.one)
                    if rest:
                        atom = self.atom(("root", k, *self.key(base)), "root", Operation("root", (self.to_expr(base), Number(str(k)))), (k, base))
                        value = self.mul(value, Quotient(atom.num ** rest, self.one))
                else:
                    value = Quotient(factor ** exponent, self.one)
                parts.append((value, outside_part))
            for value, is_outside in parts:
                value = Quotient(value.den, value.num) if over else value
                if is_outside:
                    outside = self.mul(outside, value)
                else:
                    inside = self.mul(inside, value)
        return inside, outside

    def _rational_root(self, value: Fraction, k: int) -> Quotient:
        if value == 0:
            return self.constant(0)
        result = self.constant(1)
        for prime, exponent in prime_factors(value):
            whole, rest = divmod(exponent, k)
            result = self.mul(result, self.constant(Fraction(prime) ** whole))
            if rest:
                atom = self.atom(("root", k, prime), "root", Operation("root", (Number(str(prime)), Number(str(k)))), (k, self.constant(prime)))
                result = self.mul(result, self.power(atom, rest, Number(str(prime))))
        return result

    # --- functions
    def _abs(self, expr: Operation) -> Quotient:
        inner = self.reduced(self.normal(expr.args[0]))
        sign = self.sign(inner)
        if sign in ("+", ">=", "0"):
            return inner
        if sign in ("-", "<="):
            return self.neg(inner)
        lowest = self.lowest(inner)
        key = min(self.key(lowest), self.key(self.neg(lowest)))    # |u| = |-u|
        return self.atom(("abs", *key), "abs", expr, (2, self.mul(lowest, lowest)))

    def _cases(self, expr: Operation) -> Quotient:
        """The piece that holds, where all conditions up to it are about numbers."""
        for i in range(0, len(expr.args) - 1, 2):
            held = None if symbols(expr.args[i + 1]) else enclosure.holds(expr.args[i + 1])
            if held is None:
                raise Unsupported("cases as a number")
            if held:
                return self.normal(expr.args[i])
        if len(expr.args) % 2:
            return self.normal(expr.args[-1])
        raise Undefined("no case holds")

    def _sum(self, expr: Operation) -> Quotient:
        return sums.total(self, expr)

    def _prod(self, expr: Operation) -> Quotient:
        return sums.product(self, expr)

    def _diff(self, expr: Operation) -> Quotient:
        derivative = calculus.differentiate(expr)
        if derivative is not None:
            self.normal(expr.args[0])      # where the function has no value it has no derivative: its side conditions are met here
        return self._function(expr) if derivative is None else self.normal(derivative)

    def _limit(self, expr: Operation) -> Quotient:
        return calculus.limit(self, expr)

    def _factorial(self, expr: Operation) -> Quotient:
        """(n + c)! as (n + 1)...(n + c) n! for an integer c: factorials of neighbours share one atom."""
        q = self.lowest(self.reduced(self.normal(expr.args[0])))
        if (value := self.rational(q)) is not None and (value < 0 or value.denominator != 1):
            raise Undefined(f"the factorial of {value}")
        if value is not None or not q.den.is_constant():
            return self._function(expr)
        constant = next((c for e, c in q.num.to_dict().items() if not any(e)), fmpq(0)) / q.den.leading_coefficient()
        if constant.q != 1 or abs(int(constant.p)) > MAX_EXPONENT:
            return self._function(expr)
        shift = int(constant.p)
        base = self.sub(q, self.constant(shift))
        written = self.to_expr(base)
        result = self.atom(("factorial", *self.key(base)), "opaque", Operation("factorial", (written,)))
        self.require("ge", expr.args[0], q)
        for k in range(1, shift + 1):
            result = self.mul(result, self.add(base, self.constant(k)))
        for k in range(0, -shift):
            factor = self.sub(base, self.constant(k))
            result = self.div(result, factor, self.to_expr(factor))
        return result

    def _binomial(self, expr: Operation) -> Quotient:
        n, k = expr.args
        if None not in (self.rational(self.normal(n)), self.rational(self.normal(k))):
            return self._function(expr)
        chosen = Operation("factorial", (Operation("add", (n, Operation("neg", (k,)))),))
        below = Operation("mul", (Operation("factorial", (k,)), chosen))
        return self.normal(Operation("div", (Operation("factorial", (n,)), below)))

    def _index(self, expr: Operation) -> Quotient:
        base = expr.args[0]
        if not isinstance(base, Symbol):
            raise Unsupported("an index on an expression")
        keys = tuple(self.key(self.normal(a)) for a in expr.args[1:])
        return self.atom(("index", base.name, keys), "symbol", expr)

    def _sin(self, expr: Operation) -> Quotient:
        return trigonometry.function(self, expr)

    _cos = _tan = _cot = _sec = _csc = _sin

    def _sinh(self, expr: Operation) -> Quotient:
        return self._hyperbolic(expr)[0]

    def _cosh(self, expr: Operation) -> Quotient:
        return self._hyperbolic(expr)[1]

    def _tanh(self, expr: Operation) -> Quotient:
        sinh, cosh = self._hyperbolic(expr)
        return Quotient(sinh.num * cosh.den, sinh.den * cosh.num)     # cosh has no zero: no condition

    def _hyperbolic(self, expr: Operation) -> tuple[Quotient, Quotient]:
        """(sinh, cosh) by exponentials."""
        up = self._exponential(self.normal(expr.args[0]))
        down = Quotient(up.den, up.num)
        half = self.constant(Fraction(1, 2))
        return self.mul(half, self.sub(up, down)), self.mul(half, self.add(up, down))

    def _function(self, expr: Operation) -> Quotient:
        """A function of rationals that has a rational value is computed; any other is an atom named by its arguments' normal forms."""
        if expr.head in ("matrix", "row", "tuple", "set", "cases") or expr.head in ("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "iff", "implies"):
            raise Unsupported(f"{expr.head} as a number")
        if expr.head in ("transpose", "inverse", "vec"):      # names of matrices do not commute: no normal form
            raise Unsupported(f"{expr.head} of something whose entries are not known")
        if expr.head in ("norm", "det"):
            return self.atom((expr.head, to_text(expr)), "opaque", expr)
        if expr.head == "apply":
            keys = tuple(self.key(self.normal(a)) for a in expr.args[1:])
            return self.atom(("apply", to_text(expr.args[0]), keys), "opaque", expr)
        if expr.head in ("diff", "limit", "integral"):
            return self.atom((expr.head, to_text(expr)), "opaque", expr)
        if expr.head in ("floor", "ceil"):
            return self._whole(expr)
        if expr.head in ("asin", "acos", "atan"):
            return inverse_trig.function(self, expr)
        arguments = [self.reduced(self.normal(a)) for a in expr.args]
        values = [self.rational(a) for a in arguments]
        if None not in values:
            exact = enclosure.exact_function(expr.head, values)
            if exact is not None:
                return self.constant(exact)
        return self.atom((expr.head, tuple(self.key(a) for a in arguments)), "opaque", expr)

    def _whole(self, expr: Operation) -> Quotient:
        """floor or ceil: of rationals computed; whole parts go out, floor(u + 2) = floor(u) + 2; ceil(u) = -floor(-u)."""
        u = self.lowest(self.reduced(self.normal(expr.args[0])))
        if expr.head == "ceil":
            return self.neg(self._floor_of(self.neg(u)))
        return self._floor_of(u)

    def _floor_of(self, u: Quotient) -> Quotient:
        value = self.rational(u)
        if value is not None:
            return self.constant(value.numerator // value.denominator)
        outside = self.zero
        if u.den.is_constant():
            terms = (u.num / u.den.leading_coefficient()).to_dict()
            outside = self.ctx.from_dict({e: c for e, c in terms.items() if c.q == 1 and parity.whole_monomial(self, e)})
        inner = self.lowest(self.sub(u, Quotient(outside, self.one)))
        if inner.num == 0:
            return Quotient(outside, self.one)
        value = self.rational(inner)
        if value is not None:
            return self.add(Quotient(outside, self.one), self.constant(value.numerator // value.denominator))
        known = ("floor", *self.key(inner)) in self.index
        atom = self.atom(("floor", *self.key(inner)), "opaque", Operation("floor", (self.to_expr(inner),)))
        if not known and self.facts is not None:
            self.facts.whole_part(atom.num, inner, up=False)
        return self.add(Quotient(outside, self.one), atom)

    # --- asking
    def rational(self, q: Quotient) -> Fraction | None:
        """The value of a constant normal form; None where it has atoms."""
        if q.num.is_constant() and q.den.is_constant():
            if q.num == 0:
                return Fraction(0)
            value = q.num.leading_coefficient() / q.den.leading_coefficient()
            return Fraction(int(value.p), int(value.q))
        return None

    def sign(self, q: Quotient) -> str | None:
        """"+", "-", "0", ">=", "<=", "!=" or None (unknown)."""
        value = self.rational(q)
        if value is not None:
            return "+" if value > 0 else "-" if value < 0 else "0"
        if self.facts is None:
            return None
        return self.facts.sign(q.num * q.den)

    def to_expr(self, q: Quotient) -> Expr:
        """The normal form as a tree, for messages and for substitution."""
        num = self.poly_expr(q.num)
        return num if q.den == 1 else Operation("div", (num, self.poly_expr(q.den)))

    def poly_expr(self, poly: fmpq_mpoly) -> Expr:
        terms: list[Expr] = []
        for exponents, coefficient in poly.to_dict().items():
            factors: list[Expr] = []
            size = Fraction(abs(int(coefficient.p)), int(coefficient.q))
            if size != 1 or not any(exponents):
                factors.append(calculus.rational(size))
            for i, e in enumerate(exponents):
                if e:
                    base = self.atoms[i].expr
                    factors.append(base if e == 1 else Operation("pow", (base, Number(str(e)))))
            term = factors[0] if len(factors) == 1 else Operation("mul", tuple(factors))
            terms.append(Operation("neg", (term,)) if coefficient < 0 else term)
        if not terms:
            return Number("0")
        return terms[0] if len(terms) == 1 else Operation("add", tuple(terms))


def _affordable(*pairs: tuple[fmpq_mpoly, fmpq_mpoly]) -> None:
    for a, b in pairs:
        if len(a) * len(b) > MAX_PRODUCT:
            raise Unsupported("an expression with too many terms")
