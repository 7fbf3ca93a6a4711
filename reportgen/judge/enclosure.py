"""Ball arithmetic: certain enclosures of closed expressions, roundings that are proved, values at points.

A value is an exact rational (``fmpq``) as long as the operations allow it and a ball (``arb``) from there on; a ball
contains the true value, always.  Source: F. Johansson, "Arb", IEEE Trans. Computers 66 (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

from flint import arb, ctx, fmpq, fmpz

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols
from . import calculus, integrals
from .forms import Unsupported

MAX_BITS = 1 << 16        # precision at which a decision is given up
MAX_FACTORIAL = 5_000
MAX_POWER_BITS = 200_000  # size of an exact power; beyond it a ball is used
MAX_TERMS = 100_000
MAX_PLACES = 4_000        # decimals of a rounding: what is written must be read again
MAX_WORK = 100_000        # nodes visited for one value


class NoValue(Exception):
    """No value at this point: division by zero, a logarithm of something not positive, an unknown name; the message says which."""


class Undefined(NoValue):
    """Certainly no value: an exact zero divisor, the logarithm or even root of an exact number out of its domain."""


Value = fmpq | arb
Rational = fmpq


def evaluate(expr: Expr, env: Mapping[Expr, Value] = {}, bits: int = 64) -> Value:  # noqa: B006 - never changed
    """The value of a closed expression, or of one whose names are in env.

    Raises NoValue where it has none, or where the ball cannot exclude that it has none at this precision.
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        return _Evaluator(env).value(expr)
    finally:
        ctx.prec = before


def as_fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


@lru_cache(maxsize=4096)
def literal(text: str) -> Rational:
    """The value of a decimal literal."""
    value = Number(text).value
    return fmpq(value.numerator, value.denominator)


def to_arb(value: Value) -> arb:
    return value if isinstance(value, arb) else arb(value)


class _Evaluator:
    def __init__(self, env: Mapping[Expr, Value]) -> None:
        self.env = env
        self.work = 0

    def value(self, expr: Expr) -> Value:
        self.work += 1
        if self.work > MAX_WORK:
            raise NoValue("too much work for one value")
        if isinstance(expr, Number):
            return literal(expr.text)
        # only names have values of their own: asking for everything else would cost more than evaluating it
        if (isinstance(expr, Symbol) or expr.head in ("index", "apply")) and expr in self.env:
            return self.env[expr]
        if isinstance(expr, Symbol):
            if expr.name == "pi":
                return arb.pi()
            if expr.name == "e":
                return arb(1).exp()
            raise NoValue(f"no value for {expr.name}")
        method = getattr(self, "_" + expr.head, None)
        if method is not None:
            return method(*expr.args)
        if expr.head in _BALL_FUNCTIONS:
            return self.ball_function(expr.head, expr.args[0])
        if expr.head in ("matrix", "row", "tuple", "set", "apply", "limit"):
            raise NoValue(f"no value for {expr.head}")
        values = [self.value(a) for a in expr.args]
        if all(isinstance(v, fmpq) for v in values):
            exact = exact_function(expr.head, [Fraction(int(v.p), int(v.q)) for v in values])
            if exact is not None:
                return fmpq(exact.numerator, exact.denominator)
        raise NoValue(f"no value for {expr.head}")

    # --- arithmetic
    def _add(self, *terms: Expr) -> Value:
        total = self.value(terms[0])
        for term in terms[1:]:
            total = total + self.value(term)
        return total

    def _neg(self, inner: Expr) -> Value:
        return -self.value(inner)

    def _mul(self, *factors: Expr) -> Value:
        product = self.value(factors[0])
        for factor in factors[1:]:
            product = product * self.value(factor)
        return product

    def _div(self, above: Expr, below: Expr) -> Value:
        divisor = self.value(below)
        if isinstance(divisor, fmpq) and divisor == 0:
            raise Undefined("division by zero")
        if isinstance(divisor, arb) and divisor.contains(0):
            raise NoValue("division by zero")
        return self.value(above) / divisor

    def _pow(self, base: Expr, exponent: Expr) -> Value:
        power = self.value(exponent)
        if base == Symbol("e"):
            return to_arb(power).exp()
        below = self.value(base)
        if isinstance(power, fmpq) and power.q == 1:
            k = int(power.p)
            if k < 0 and (below == 0 or isinstance(below, arb) and below.contains(0)):
                raise NoValue("division by zero")
            if k == 0 and (below == 0 or isinstance(below, arb) and below.contains(0)):
                raise NoValue("0 to the power 0")
            if isinstance(below, fmpq):
                size = (int(below.p).bit_length() + int(below.q).bit_length()) * abs(k)
                if size > MAX_POWER_BITS:
                    return arb(below) ** k if abs(k) < 1 << 60 else self._too_large()
                return below ** k
            return below ** k
        if isinstance(power, fmpq) and isinstance(below, fmpq) and abs(power.p) < 1000:
            root = self.exact_root(below, int(power.q))
            if root is not None:
                return root ** int(power.p)
        ball = to_arb(below)
        if isinstance(power, fmpq) and int(power.q) % 2 == 1 and ball < 0:
            raise NoValue("a root of a negative number")
        if not ball > 0:
            raise NoValue("a power of something not positive")
        return ball ** to_arb(power)

    def _too_large(self) -> Value:
        raise NoValue("a number too large")

    def _sqrt(self, inner: Expr) -> Value:
        value = self.value(inner)
        if isinstance(value, fmpq):
            if value < 0:
                raise Undefined("a square root of a negative number")
            p, q = fmpz(value.p).isqrt(), fmpz(value.q).isqrt()
            if p * p == value.p and q * q == value.q:
                return fmpq(p, q)
            return arb(value).sqrt()
        if not value >= 0:
            raise NoValue("a square root of a negative number")
        return value.sqrt()

    def _root(self, inner: Expr, degree: Expr) -> Value:
        value, n = to_arb(self.value(inner)), self.value(degree)
        if not (isinstance(n, fmpq) and n.q == 1 and 0 < n <= MAX_TERMS):
            raise NoValue("a root")
        if value < 0 and n.p % 2:      # written as a root, an odd one of a negative number is negative
            return -(-value).root(int(n.p))
        if not value >= 0:
            raise (Undefined if value < 0 else NoValue)("an even root of a negative number")
        return self.exact_root(self.value(inner), int(n.p)) or value.root(int(n.p))

    @staticmethod
    def exact_root(value: Value, n: int) -> fmpq | None:
        """The n-th root of a rational where it is rational too and not 0; None otherwise."""
        if not isinstance(value, fmpq) or value <= 0 or n > 64:
            return None
        p, q = fmpz(value.p).root(n), fmpz(value.q).root(n)
        return fmpq(p, q) if p ** n == value.p and q ** n == value.q else None

    def _abs(self, inner: Expr) -> Value:
        value = self.value(inner)
        return abs(value)

    # --- functions
    def ball_function(self, head: str, argument: Expr) -> Value:
        value = self.value(argument)
        if head == "ln":
            if value == 1:
                return fmpq(0)
            if to_arb(value) <= 0:
                raise Undefined("a logarithm of something not positive")
            if not to_arb(value) > 0:
                raise NoValue("a logarithm of something that may not be positive")
        if value == 0 and isinstance(value, fmpq):
            if head in ("sin", "tan", "asin", "atan", "sinh", "tanh"):
                return fmpq(0)
            if head in ("exp", "cos", "cosh"):
                return fmpq(1)
        result = _BALL_FUNCTIONS[head](to_arb(value))
        if not result.is_finite():
            raise NoValue(f"no value for {head} here")
        return result

    def _log(self, argument: Expr, base: Expr | None = None) -> Value:
        top = self.ball_function("ln", argument)
        if base is None:
            return top
        below = self.ball_function("ln", base)
        if below == 0 or isinstance(below, arb) and below.contains(0):
            raise NoValue("a logarithm to base 1")
        return top / below

    def _floor(self, inner: Expr) -> Value:
        return self._whole(inner, "floor")

    def _ceil(self, inner: Expr) -> Value:
        return self._whole(inner, "ceil")

    def _whole(self, inner: Expr, head: str) -> Value:
        value = self.value(inner)
        if isinstance(value, fmpq):
            return fmpq(value.floor() if head == "floor" else value.ceil())
        whole = (value.floor() if head == "floor" else value.ceil()).unique_fmpz()
        if whole is None:
            raise NoValue("the ball reaches over an integer")
        return fmpq(whole)

    def _round(self, inner: Expr, places: Expr) -> Value:
        digits = self.value(places)
        if not (isinstance(digits, fmpq) and digits.q == 1 and 0 <= digits <= MAX_PLACES):
            raise NoValue("the number of decimal places")
        rounded = round_value(self.value(inner), int(digits.p))
        if rounded is None:
            raise NoValue("the ball reaches over a rounding boundary")
        return fmpq(rounded.numerator, rounded.denominator)

    def _min(self, *args: Expr) -> Value:
        return self._extreme(args, lambda a, b: a < b, lambda a, b: a.min(b))

    def _max(self, *args: Expr) -> Value:
        return self._extreme(args, lambda a, b: a > b, lambda a, b: a.max(b))

    def _extreme(self, args, better, of_balls) -> Value:
        best = self.value(args[0])
        for other in (self.value(a) for a in args[1:]):
            if isinstance(best, fmpq) and isinstance(other, fmpq):
                best = other if better(other, best) else best
            else:
                best = of_balls(to_arb(best), to_arb(other))
        return best

    def _cases(self, *args: Expr) -> Value:
        for i in range(0, len(args) - 1, 2):
            held = holds(args[i + 1], self.env)
            if held is None:
                raise NoValue("a case whose condition is open")
            if held:
                return self.value(args[i])
        if len(args) % 2:
            return self.value(args[-1])
        raise NoValue("no case holds")

    # --- sums
    def _sum(self, body: Expr, index: Expr, lower: Expr, upper: Expr) -> Value:
        total: Value = fmpq(0)
        for term in self.terms(body, index, lower, upper):
            total = _not_too_exact(total + term)
        return total

    def _prod(self, body: Expr, index: Expr, lower: Expr, upper: Expr) -> Value:
        total: Value = fmpq(1)
        for term in self.terms(body, index, lower, upper):
            total = _not_too_exact(total * term)
        return total

    def terms(self, body: Expr, index: Expr, lower: Expr, upper: Expr):
        first, last = self.value(lower), self.value(upper)
        if not all(isinstance(b, fmpq) and b.q == 1 for b in (first, last)) or last - first > MAX_TERMS:
            raise NoValue("the bounds of a sum")
        # an empty sum ends one before it begins; where a name is a bound nobody means that, and below it nobody ever does
        if last < first - 1 or (last < first and (symbols(lower) or symbols(upper))):
            raise NoValue("a sum that ends before it begins")
        for i in range(int(first.p), int(last.p) + 1):
            number = Number(str(i)) if i >= 0 else Operation("neg", (Number(str(-i)),))
            # names such as x_i become x_1, which env may know; the index itself is replaced everywhere
            yield self.value(replace(body, {index: number}))

    def _integral(self, *args: Expr) -> Value:
        if len(args) != 4:
            raise NoValue("an antiderivative")
        low, high = (to_arb(self.value(a)) for a in args[2:])
        found = integrals.enclosure(args[0], args[1], low, high, dict(self.env), ctx.prec)
        if found is None:
            raise NoValue("the integral could not be enclosed")
        return found

    def _diff(self, *args: Expr) -> Value:
        try:
            taken = calculus.differentiate(Operation("diff", args))
        except Unsupported as error:
            raise NoValue(str(error)) from None
        if taken is None:
            raise NoValue("the derivative of an unknown function")
        return self.value(taken)

    def _index(self, *args: Expr) -> Value:
        known = Operation("index", (args[0], *(self._literal(a) for a in args[1:])))
        if known in self.env:
            return self.env[known]
        raise NoValue("no value for an indexed name")

    def _literal(self, expr: Expr) -> Expr:
        value = self.value(expr)
        if isinstance(value, fmpq) and value.q == 1:
            return Number(str(value.p)) if value >= 0 else Operation("neg", (Number(str(-value.p)),))
        raise NoValue("an index that is no integer")


def _not_too_exact(value: Value) -> Value:
    """The value, as a ball where it has become very long."""
    if isinstance(value, fmpq) and max(abs(value.p), value.q).bit_length() > MAX_POWER_BITS:
        return arb(value)
    return value


_BALL_FUNCTIONS = {
    "exp": arb.exp, "ln": arb.log, "sin": arb.sin, "cos": arb.cos, "tan": arb.tan, "cot": arb.cot, "sec": arb.sec, "csc": arb.csc,
    "asin": arb.asin, "acos": arb.acos, "atan": arb.atan, "sinh": arb.sinh, "cosh": arb.cosh, "tanh": arb.tanh,
}


def exact_function(head: str, values: list[Fraction]) -> Fraction | None:
    """The value of floor, ceil, sign, abs, factorial, binomial, min, max or round at rationals; None where it is not rational."""
    first = values[0]
    if head == "floor":
        return Fraction(first.numerator // first.denominator)
    if head == "ceil":
        return Fraction(-(-first.numerator // first.denominator))
    if head == "sign":
        return Fraction((first > 0) - (first < 0))
    if head == "abs":
        return abs(first)
    if head == "factorial" and first.denominator == 1 and 0 <= first <= MAX_FACTORIAL:
        return Fraction(factorial(int(first)))
    if head == "binomial" and all(v.denominator == 1 for v in values) and 0 <= values[0] <= MAX_FACTORIAL and 0 <= values[1]:
        return Fraction(comb(int(values[0]), int(values[1])))
    if head == "min":
        return min(values)
    if head == "max":
        return max(values)
    if head == "round" and values[1].denominator == 1 and 0 <= values[1] <= MAX_PLACES:
        return round_half_even(first, int(values[1]))
    return None


# --- roundings ------------------------------------------------------------------------------------------------

def round_half_even(value: Fraction, places: int) -> Fraction:
    """The rational rounded to ``places`` decimals, ties to the even digit."""
    scale = 10 ** places
    return Fraction(round(value * scale), scale)


def round_value(value: Value, places: int) -> Fraction | None:
    """The one rounding that every number in the value has; None where the ball reaches over the boundary of a rounding cell."""
    if isinstance(value, fmpq):
        return round_half_even(Fraction(int(value.p), int(value.q)), places)
    scale = fmpz(10) ** places
    half = arb(fmpq(1, 2))
    with ctx.workprec(_precision_of(value)):
        whole = (value * scale + half).floor().unique_fmpz()
        if whole is None:
            return None
        rest = value * scale - whole
        # strictly inside the cell: a tie, which another rule decides, is excluded
        return Fraction(int(whole), int(scale)) if rest > -half and rest < half else None


def _precision_of(*values: Value) -> int:
    """Bits enough not to widen these balls by arithmetic on them."""
    return max(64, *(min(abs(v.rel_accuracy_bits()), 2 * MAX_BITS) + 64 for v in values if isinstance(v, arb)))


def certified_round(expr: Expr, places: int, env: Mapping[Expr, Value] = {}) -> tuple[Fraction, str, int] | None:  # noqa: B006
    """(rounding, enclosure as text, bits) of a closed expression, the precision raised until one cell holds the ball.

    None where no precision up to MAX_BITS does (a tie of something not rational, or a value that cannot be computed).
    Raises NoValue where the expression has no value.
    """
    bits = 64 + int(places * 3.4)
    while bits <= MAX_BITS:
        try:
            value = evaluate(expr, env, bits)
        except NoValue:
            if bits * 4 > MAX_BITS:
                raise
            bits *= 4
            continue
        rounded = round_value(value, places)
        if rounded is not None:
            if isinstance(value, fmpq):
                return rounded, str(value), 0
            # all digits before the point, and enough behind it to see that the ball lies inside the cell
            return rounded, value.str(places + 12 + int(abs(rounded)).bit_length() // 3), bits
        bits *= 2
    return None


# --- truth at a point -----------------------------------------------------------------------------------------

def compare(left: Value, right: Value) -> int | None:
    """-1, 0, 1 as left is less, equal, greater; None where the balls do not decide it."""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return (left > right) - (left < right)
    with ctx.workprec(_precision_of(left, right)):
        difference = to_arb(left) - to_arb(right)
    if difference > 0:
        return 1
    if difference < 0:
        return -1
    return None


_HOLDS = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}


def holds(statement: Expr, env: Mapping[Expr, Value] = {}, bits: int = 128) -> bool | None:  # noqa: B006
    """Whether a statement holds where all its names have values; None where it has no value or the balls do not decide."""
    if not isinstance(statement, Operation):
        return None
    head, args = statement.head, statement.args
    if head in ("and", "or"):
        parts = [holds(a, env, bits) for a in args]
        decisive = head == "or"
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if head == "not":
        inner = holds(args[0], env, bits)
        return None if inner is None else not inner
    if head in ("iff", "implies"):
        # with one name a relation without a value holds nowhere: a solution gained or lost is a solution
        alone = sum(isinstance(k, Symbol) for k in env) == 1
        left, right = (_false_where_undefined(a, env, bits) if alone else holds(a, env, bits) for a in args)
        if head == "implies":
            return True if left is False or right is True else None if None in (left, right) else False
        return None if None in (left, right) else left == right
    if head == "element":
        return _in_set(args[0], args[1], env, bits)
    if head not in _HOLDS:
        return None
    try:
        order = compare(evaluate(args[0], env, bits), evaluate(args[1], env, bits))
    except NoValue:
        return None
    if order is None:
        return None
    return order in _HOLDS[head]


def _false_where_undefined(statement: Expr, env: Mapping[Expr, Value], bits: int) -> bool | None:
    """``holds``, and False where a side certainly has no value."""
    if is_op(statement, *_HOLDS):
        for side in statement.args:
            try:
                evaluate(side, env, bits)
            except Undefined:
                return False
            except NoValue:
                pass
    return holds(statement, env, bits)


def _in_set(name: Expr, domain: Expr, env: Mapping[Expr, Value], bits: int) -> bool | None:
    if is_op(domain, "set"):
        return holds(Operation("or", tuple(Operation("eq", (name, a)) for a in domain.args)), env, bits) if len(domain.args) > 1 else None
    if not isinstance(domain, Symbol):
        return None
    try:
        value = evaluate(name, env, bits)
    except NoValue:
        return None
    if domain.name == "RR":
        return True
    if not isinstance(value, fmpq):
        return None
    if domain.name == "QQ":
        return True
    return value.q == 1 and (domain.name == "ZZ" or domain.name == "NN" and value >= 0)
