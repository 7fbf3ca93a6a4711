"""The asymptotic expansion of a written expression at a point or at infinity, function by function.

Certifies what ``series`` says: the terms are exact, the rest is of the order given.  Every sign that is needed (of a leading
coefficient under a root, a logarithm, an absolute value) is shown from the assumptions or by balls, or the expansion is refused.
Sources: DLMF 4.6, 4.19, 4.24, 4.33 (power series); D. Gruntz 1996.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value
from . import enclosure
from .calculus import depends, differentiate, rational
from .exact import Field
from .forms import Quotient, Unsupported
from .series import ZERO, Algebra, Expansion, Weight, scaled

_LN = (Fraction(0), Fraction(0)), 1


class Expander:
    """Expands trees in ``x`` for one point: ``at`` is its normal form, or None at infinity; ``side`` is the direction of t."""

    def __init__(self, field: Field, x: Symbol, at: Quotient | None, side: int, length: int) -> None:
        self.field, self.x, self.length = field, x, length
        self.algebra = Algebra(field, length)
        one = Fraction(1)
        if at is None:
            self.variable = self.algebra.monomial((Fraction(0), -one), 0, field.constant(side))
        else:
            self.variable = self.algebra.add(self.algebra.constant(at), self.algebra.monomial((Fraction(0), one), 0, field.constant(side)))
        self.scale: Expansion | None = None      # g with G = exp(g), g going to +infinity
        self.seen: dict[Expr, Expansion] = {}

    def of(self, node: Expr) -> Expansion:
        if node not in self.seen:
            self.seen[node] = self._of(node)
        return self.seen[node]

    def _of(self, node: Expr) -> Expansion:
        a = self.algebra
        if node == self.x:
            return self.variable
        if not depends(node, self.x):
            return a.constant(self.field.normal(node))
        method = getattr(self, "_sign_" if node.head == "sign" else "_" + node.head, None)
        if method is None:
            raise Unsupported(f"the expansion of {node.head}")
        return method(*node.args)

    # --- arithmetic
    def _add(self, *args: Expr) -> Expansion:
        total = self.of(args[0])
        for term in args[1:]:
            total = self.algebra.add(total, self.of(term))
        return total

    def _neg(self, inner: Expr) -> Expansion:
        return self.algebra.neg(self.of(inner))

    def _mul(self, *args: Expr) -> Expansion:
        total = self.of(args[0])
        for factor in args[1:]:
            total = self.algebra.mul(total, self.of(factor))
        return total

    def _div(self, above: Expr, below: Expr) -> Expansion:
        return self.algebra.mul(self.of(above), self.algebra.inverse(self.of(below)))

    def _pow(self, base: Expr, exponent: Expr) -> Expansion:
        value = rational_value(exponent)
        if value is not None:
            return self.power(self.of(base), value, odd=False)
        if base == Symbol("e"):
            return self._exp(exponent)
        number = rational_value(base)
        if number is not None and number < 0:      # (-c)^n along the integers: a bounded factor and c^n
            size = self.exp(self.algebra.mul(self.of(exponent), self.ln(self.algebra.constant(-number))))
            return self.algebra.mul(self.bounded(Operation("pow", (base, exponent))), size)
        return self.exp(self.algebra.mul(self.of(exponent), self.ln(self.of(base))))

    def _sqrt(self, inner: Expr) -> Expansion:
        return self.power(self.of(inner), Fraction(1, 2), odd=False)

    def _root(self, inner: Expr, degree: Expr) -> Expansion:
        k = rational_value(degree)
        if k is None or k.denominator != 1 or not 2 <= k <= 12:
            raise Unsupported("a root of this degree")
        return self.power(self.of(inner), 1 / k, odd=bool(k % 2))

    def power(self, f: Expansion, r: Fraction, odd: bool) -> Expansion:
        """f^r; ``odd``: written as an odd root, which takes negative values too."""
        a = self.algebra
        if r.denominator == 1 and r >= 0:
            if r > 40:
                raise Unsupported("a high power")
            result = a.constant(1)
            for _ in range(int(r)):
                result = a.mul(result, f)
            return result
        if not f.terms and f.rest is None and r > 0:
            return f
        (weight, power), c, u = a.split(f)
        if r.denominator == 1:
            head = self.field.power(Quotient(c.den, c.num), -int(r), self.field.to_expr(c))
        else:
            sign = self._sign((weight, power), c)
            if odd and sign < 0:
                return a.neg(self.power(a.neg(f), r, odd))
            if sign < 0 or power:
                raise Unsupported("a root of something not positive")
            head = self.field.normal(Operation("pow", (self.field.to_expr(c), rational(r))))
        coefficients, binomial = [], Fraction(1)
        for j in range(a.count(u)):
            coefficients.append(self.field.constant(binomial))
            binomial = binomial * (r - j) / (j + 1)
        return a.mul(a.monomial(scaled(weight, r), int(power * r), head), a.powers(u, coefficients))

    def _sign(self, key: tuple[Weight, int], c: Quotient) -> int:
        """+1 or -1 as the leading term is positive or negative close to the point; ln t is negative there."""
        sign = self.algebra.sign(c)
        if sign not in ("+", "-"):
            raise Unsupported("a sign that is not known")
        return (1 if sign == "+" else -1) * (-1 if key[1] % 2 else 1)

    def sign(self, f: Expansion) -> int:
        """-1, 0, 1 close to the point; 0 only where f is exactly 0."""
        if not f.terms:
            if f.rest is None:
                return 0
            raise Unsupported("a sign that is not known")
        return self._sign(*self.algebra.lead(f))

    # --- exponentials and logarithms
    def _exp(self, inner: Expr) -> Expansion:
        return self.exp(self.of(inner))

    def exp(self, f: Expansion) -> Expansion:
        a, field = self.algebra, self.field
        if f.rest is not None and f.rest <= ZERO:
            raise Unsupported("the exponential of something not known well enough")
        large = {k: q for k, q in f.terms if k[0] < ZERO}
        result = a.constant(1)
        if large:
            result = a.monomial((-self._multiple_of_scale(a.make(large, None)), Fraction(0)))
        small = {k: q for k, q in f.terms if k[0] > ZERO}
        for (weight, power), q in f.terms:
            if weight == ZERO and power == 0:
                result = a.mul(result, a.constant(field._exponential(q)))
            elif weight == ZERO:
                rate = field.rational(field.lowest(field.reduced(q)))
                if power != 1 or rate is None:
                    raise Unsupported("the exponential of a power of a logarithm")
                result = a.mul(result, a.monomial((Fraction(0), rate)))
        u = a.make(small, f.rest)
        return a.mul(result, a.powers(u, [field.constant(Fraction(1, factorial(j))) for j in range(a.count(u))]))

    def _multiple_of_scale(self, g: Expansion) -> Fraction:
        """m with g = m * scale; the first divergent exponent sets the scale."""
        if any(self.algebra.unknown(q) for _, q in g.terms):
            raise Unsupported("the exponential of something unbounded")
        if g.terms[0][0][0][0] != 0:
            raise Unsupported("an exponential of an exponential")
        if self.scale is None:
            self.scale = g if self.sign(g) > 0 else self.algebra.neg(g)
        (key, c), (other, d) = g.terms[0], self.scale.terms[0]
        if key != other:
            raise Unsupported("exponentials of different growth")
        rate = self.field.rational(self.field.lowest(self.field.reduced(self.algebra.divided(c, d))))
        if rate is None or self.algebra.sub(g, self.algebra.mul(self.algebra.constant(rate), self.scale)).terms:
            raise Unsupported("exponentials of different growth")
        return rate

    def _ln(self, inner: Expr) -> Expansion:
        return self.ln(self.of(inner))

    def _log(self, inner: Expr, base: Expr | None = None) -> Expansion:
        top = self._ln(inner)
        return top if base is None else self.algebra.mul(top, self.algebra.inverse(self._ln(base)))

    def ln(self, f: Expansion) -> Expansion:
        a, field = self.algebra, self.field
        (weight, power), c, u = a.split(f)
        if power or self._sign((weight, power), c) < 0:
            raise Unsupported("the logarithm of a logarithm, or of something not positive")
        constant = field._logarithm(field.to_expr(c))
        if constant is None:
            raise Unsupported("the logarithm of something not positive")
        total = a.make({(ZERO, 0): constant, _LN: field.constant(weight[1])}, None)
        if weight[0]:
            total = a.sub(total, a.mul(a.constant(weight[0]), self.scale))
        return a.add(total, a.powers(u, [field.constant(0)] + [field.constant(Fraction((-1) ** (j + 1), j)) for j in range(1, a.count(u) + 1)]))

    # --- trigonometric functions
    def parts(self, f: Expansion) -> tuple[Quotient, Expansion] | None:
        """(limit, what goes to 0); None where f does not stay bounded."""
        if f.rest is not None and f.rest <= ZERO:
            raise Unsupported("a function of something not known well enough")
        if any(k[0] < ZERO or k[0] == ZERO and k[1] for k, _ in f.terms):
            return None
        limit = next((q for k, q in f.terms if k[0] == ZERO), self.field.constant(0))
        return limit, self.algebra.make({k: q for k, q in f.terms if k[0] > ZERO}, f.rest)

    def bounded(self, node: Expr) -> Expansion:
        """A name for something that stays bounded and of which nothing else is known."""
        name = Symbol(f"bounded {len(self.algebra.bounded)}")
        self.algebra.bounded.add(name)
        return self.algebra.constant(self.field.atom(("bounded", node), "opaque", name))

    def _circular(self, node: Operation) -> Expansion:
        found = self.parts(self.of(node.args[0]))
        if found is None or self.algebra.unknown(found[0]):
            return self.bounded(node)
        a, field = self.algebra, self.field
        at, u = found
        written = field.to_expr(at)
        sine, cosine = (field.normal(Operation(h, (written,))) for h in ("sin", "cos"))
        turns = [sine, cosine, field.neg(sine), field.neg(cosine)]
        start = 0 if node.head == "sin" else 1
        count = a.count(u) + 1
        return a.powers(u, [field.mul(turns[(start + j) % 4], field.constant(Fraction(1, factorial(j)))) for j in range(count)])

    def _sin(self, inner: Expr) -> Expansion:
        return self._circular(Operation("sin", (inner,)))

    def _cos(self, inner: Expr) -> Expansion:
        return self._circular(Operation("cos", (inner,)))

    def _quotient(self, above: Expr, below: Expr) -> Expansion:
        bottom = self.of(below)
        if any(self.algebra.unknown(q) for _, q in bottom.terms):
            raise Unsupported("a quotient of something that oscillates")
        return self.algebra.mul(self.of(above), self.algebra.inverse(bottom))

    def _tan(self, inner: Expr) -> Expansion:
        return self._quotient(Operation("sin", (inner,)), Operation("cos", (inner,)))

    def _cot(self, inner: Expr) -> Expansion:
        return self._quotient(Operation("cos", (inner,)), Operation("sin", (inner,)))

    def _sec(self, inner: Expr) -> Expansion:
        return self._quotient(Number("1"), Operation("cos", (inner,)))

    def _csc(self, inner: Expr) -> Expansion:
        return self._quotient(Number("1"), Operation("sin", (inner,)))

    def _sinh(self, inner: Expr) -> Expansion:
        a, f = self.algebra, self.of(inner)
        return a.mul(a.constant(Fraction(1, 2)), a.sub(self.exp(f), self.exp(a.neg(f))))

    def _cosh(self, inner: Expr) -> Expansion:
        a, f = self.algebra, self.of(inner)
        return a.mul(a.constant(Fraction(1, 2)), a.add(self.exp(f), self.exp(a.neg(f))))

    def _tanh(self, inner: Expr) -> Expansion:
        a = self.algebra
        return a.mul(self._sinh(inner), a.inverse(self._cosh(inner)))

    def _atan(self, inner: Expr) -> Expansion:
        return self.atan(self.of(inner))

    def atan(self, f: Expansion) -> Expansion:
        a, field = self.algebra, self.field
        found = self.parts(f)
        if found is None:      # atan f = +-pi/2 - atan(1/f)
            quarter = a.constant(field.mul(field.normal(Symbol("pi")), field.constant(Fraction(self.sign(f), 2))))
            return a.sub(quarter, self.atan(a.inverse(f)))
        at, u = found
        if a.unknown(at):
            raise Unsupported("the arc tangent of something that oscillates")
        if at.num != 0:        # atan(c + u) = atan c + atan(u/(1 + c^2 + c u)) for small u
            square = field.add(field.constant(1), field.mul(at, at))
            below = a.add(a.constant(square), a.mul(a.constant(at), u))
            moved = self.atan(a.mul(u, a.inverse(below)))
            return a.add(a.constant(field.normal(Operation("atan", (field.to_expr(at),)))), moved)
        count = a.count(u) + 1
        return a.powers(u, [field.constant(0 if j % 2 == 0 else Fraction((-1) ** (j // 2), j)) for j in range(count)])

    def _asin(self, inner: Expr) -> Expansion:
        a, f = self.algebra, self.of(inner)
        within = a.sub(a.constant(1), a.mul(f, f))
        if within.terms and within.terms[0][0] == (ZERO, 0):      # asin f = atan(f/sqrt(1 - f^2)) inside (-1, 1)
            return self.atan(a.mul(f, a.inverse(self.power(within, Fraction(1, 2), odd=False))))
        found = self.parts(f)
        if found is None or self.sign(within) < 0:
            raise Unsupported("an arc sine outside its domain")
        # asin f = +-(pi/2 - atan(sqrt(1 - f^2)/|f|)) close to +-1
        side = self.sign(f)
        quarter = a.constant(self.field.mul(self.field.normal(Symbol("pi")), self.field.constant(Fraction(side, 2))))
        return a.sub(quarter, self.atan(a.mul(self.power(within, Fraction(1, 2), odd=False), a.inverse(f))))

    def _acos(self, inner: Expr) -> Expansion:
        quarter = self.algebra.constant(self.field.mul(self.field.normal(Symbol("pi")), self.field.constant(Fraction(1, 2))))
        return self.algebra.sub(quarter, self._asin(inner))

    # --- pieces
    def _abs(self, inner: Expr) -> Expansion:
        f = self.of(inner)
        return self.algebra.neg(f) if self.sign(f) < 0 else f

    def _sign_(self, inner: Expr) -> Expansion:
        return self.algebra.constant(self.sign(self.of(inner)))

    def _floor(self, inner: Expr) -> Expansion:
        return self._whole(inner, up=False)

    def _ceil(self, inner: Expr) -> Expansion:
        return self._whole(inner, up=True)

    def _whole(self, inner: Expr, up: bool) -> Expansion:
        found = self.parts(self.of(inner))
        if found is None:
            raise Unsupported("a rounding of something unbounded")
        at, u = found
        value = self.field.rational(self.field.lowest(self.field.reduced(at)))
        if value is None:
            raise Unsupported("a rounding of something not rational")
        if value.denominator == 1:
            move = self.sign(u)
            return self.algebra.constant(value + (1 if up and move > 0 else -1 if not up and move < 0 else 0))
        return self.algebra.constant(enclosure.exact_function("ceil" if up else "floor", [value]))

    def _max(self, *args: Expr) -> Expansion:
        return self._extreme(args, 1)

    def _min(self, *args: Expr) -> Expansion:
        return self._extreme(args, -1)

    def _extreme(self, args: tuple[Expr, ...], side: int) -> Expansion:
        best = self.of(args[0])
        for other in map(self.of, args[1:]):
            if self.sign(self.algebra.sub(other, best)) * side > 0:
                best = other
        return best

    def _cases(self, *args: Expr) -> Expansion:
        for i in range(0, len(args) - 1, 2):
            if self.holds(args[i + 1]):
                return self.of(args[i])
        if len(args) % 2:
            return self.of(args[-1])
        raise Unsupported("a limit where no case holds")

    def holds(self, condition: Expr) -> bool:
        """Whether a condition holds for all t > 0 close to 0."""
        if is_op(condition, "and", "or"):
            parts = [self.holds(c) for c in condition.args]
            return all(parts) if condition.head == "and" else any(parts)
        if is_op(condition, "eq", "ne", "lt", "le", "gt", "ge"):
            found = self.sign(self.algebra.sub(*map(self.of, condition.args)))
            return found in {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}[condition.head]
        raise Unsupported("a case with such a condition")

    def _diff(self, *args: Expr) -> Expansion:
        taken = differentiate(Operation("diff", args))
        if taken is None:
            raise Unsupported("the expansion of an unknown function")
        return self.of(taken)

