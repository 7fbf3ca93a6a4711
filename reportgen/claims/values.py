"""The value of a closed tree: an exact rational where it is one, otherwise a ball of complex numbers; matrices and tuples of them.

Limits come before work: exponents, factorials, the number of terms.  What has no value raises NoValue.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial, gcd, lcm, perm

from flint import acb, arb, ctx, fmpq

from ..expressions import Expr, Number, Operation, Symbol, replace, symbols
from .angles import FUNCTIONS, at_special_angle
from .arrays import (
    Matrix,
    NoValue,
    Scalar,
    Several,
    Value,
    _determinant,
    _matrix_power,
    _plus,
    _product,
    _rational_log,
    _root_of_rational,
    _scaled,
    as_acb,
    exact,
)

MAX_FACTORIAL = 20_000
MAX_POWER_BITS = 400_000
MAX_TERMS = 20_000
MAX_WORK_BITS = 20_000_000  # of the partial sums of one sum together
MAX_BALL_EXPONENT = 1 << 40
_ENTIRE = frozenset({"add", "neg", "mul", "sin", "cos", "exp"})  # integrands without a place where they are not analytic


def evaluate(
    tree: Expr, bits: int = 128, *, degrees: bool = True, literal: Callable[[Number], Scalar] | None = None, env: dict[Expr, Scalar] | None = None
) -> Value:
    """``degrees``: a degree sign outside of a trigonometric function is pi/180; where it is False the sign is passed over.

    ``literal`` gives the value of a number (for intervals); ``env`` that of a name.
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        return _Evaluation(degrees, literal, env or {}).value(tree)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise NoValue(str(error)) from None
    finally:
        ctx.prec = before


class _Evaluation:
    def __init__(self, degrees: bool, literal: Callable[[Number], Scalar] | None, env: dict[Expr, Scalar], terms: int = 1) -> None:
        self.degrees = degrees
        self.literal = literal
        self.env = env
        self.terms = terms  # of the sums around this place, multiplied

    def value(self, tree: Expr) -> Value:
        if self.env and tree in self.env:
            return self.env[tree]
        if isinstance(tree, Number):
            if self.literal is not None:
                return self.literal(tree)
            text = tree.text
            return fmpq(int(text)) if text.isdigit() else exact(tree.value)
        if isinstance(tree, Symbol):
            if tree.name == "pi":
                return acb(arb.pi())
            if tree.name == "e":
                return acb(arb.const_e())
            if tree.name in ("i", "I"):
                return acb(0, 1)
            raise NoValue(f"{tree.name} has no value")
        method = _METHODS.get(tree.head)
        if method is None:
            raise NoValue(f"no value for {tree.head}")
        return method(self, *tree.args)

    def scalar(self, tree: Expr) -> Scalar:
        value = self.value(tree)
        if isinstance(value, (Matrix, Several)):
            raise NoValue("a list where a number is needed")
        return value

    def real(self, tree: Expr) -> fmpq | arb:
        value = self.scalar(tree)
        if isinstance(value, fmpq):
            return value
        if value.imag != 0:
            raise NoValue("not a real number")
        return value.real

    def whole(self, tree: Expr) -> int:
        value = self.scalar(tree)
        if not isinstance(value, fmpq) or value.q != 1:
            raise NoValue("not a whole number")
        return int(value.p)

    # --- arithmetic
    def add(self, *terms: Expr) -> Value:
        total = self.value(terms[0])
        for term in terms[1:]:
            total = _plus(total, self.value(term))
        return total

    def neg(self, inner: Expr) -> Value:
        return _scaled(self.value(inner), fmpq(-1))

    def mul(self, *factors: Expr) -> Value:
        total = self.value(factors[0])
        for factor in factors[1:]:
            total = _product(total, self.value(factor))
        return total

    def div(self, top: Expr, below: Expr) -> Value:
        divisor = self.scalar(below)
        if isinstance(divisor, fmpq):
            if divisor == 0:
                raise NoValue("a division by zero")
            return _scaled(self.value(top), 1 / divisor)
        if divisor.contains(acb(0)):
            raise NoValue("a division by what may be zero")
        return _scaled(self.value(top), 1 / divisor)

    def pow(self, base: Expr, exponent: Expr) -> Value:
        power = self.scalar(exponent)
        below = self.value(base)
        if isinstance(below, Matrix):
            return _matrix_power(below, power)
        if isinstance(below, Several):
            raise NoValue("a power of a list")
        if isinstance(power, fmpq) and power.q == 1:
            k = int(power.p)
            if isinstance(below, fmpq):
                if below == 0 and k <= 0:
                    raise NoValue("0 to a power that is not positive")
                if below in (0, 1, -1) or (max(int(below.p).bit_length(), int(below.q).bit_length()) - 1) * abs(k) <= MAX_POWER_BITS:
                    if below in (0, 1, -1):
                        return fmpq(1) if below == 1 or (below == -1 and k % 2 == 0) else below
                    return below**k
                if abs(k) > MAX_BALL_EXPONENT:
                    raise NoValue("a number too large")
                return acb(arb(below) ** k)
            if abs(k) > MAX_BALL_EXPONENT:
                raise NoValue("a number too large")
            if k < 0 and below.contains(acb(0)):
                raise NoValue("a division by what may be zero")
            return below**k
        if base == Symbol("e"):
            return as_acb(power).exp()
        if isinstance(below, fmpq):
            if below == 0:
                if isinstance(power, fmpq) and power > 0:
                    return fmpq(0)
                raise NoValue("a power of zero")
            if isinstance(power, fmpq):
                if below < 0:
                    raise NoValue("a broken power of a negative number")
                found = _root_of_rational(below, int(power.q)) if power.q < 200 else None
                if found is not None and abs(int(power.p)) * max(int(found.p).bit_length(), int(found.q).bit_length()) <= MAX_POWER_BITS:
                    return found ** int(power.p)
            elif below < 0:
                raise NoValue("a broken power of a negative number")
            return as_acb(below) ** as_acb(power)
        if below.imag != 0 or not below.real > 0:
            raise NoValue("a broken power of what is not positive")
        return below ** as_acb(power)

    # --- roots and absolute values
    def sqrt(self, inner: Expr) -> Value:
        value = self.scalar(inner)
        if isinstance(value, fmpq):
            root = _root_of_rational(abs(value), 2)
            if value >= 0:
                return root if root is not None else acb(arb(value).sqrt())
            return acb(0, arb(root) if root is not None else arb(-value).sqrt())
        return value.sqrt()

    def root(self, inner: Expr, degree: Expr) -> Value:
        value, n = self.scalar(inner), self.whole(degree)
        if not 1 <= n <= 1000:
            raise NoValue("a root of this degree")
        if isinstance(value, fmpq):
            if value < 0 and n % 2 == 0:
                raise NoValue("an even root of a negative number")
            root = _root_of_rational(abs(value), n)
            found: Scalar = root if root is not None else acb(arb(abs(value)).root(n))
            return -found if value < 0 else found
        if value.imag == 0 and value.real >= 0:
            return acb(value.real.root(n))
        if value.imag == 0 and value.real < 0 and n % 2:
            return acb(-((-value.real).root(n)))
        raise NoValue("a root of a complex number")

    def abs(self, inner: Expr) -> Value:
        if isinstance(inner, Operation) and inner.head == "matrix":
            return self.det(inner)
        value = self.value(inner)
        if isinstance(value, (Matrix, Several)):
            return self.norm(inner)
        return abs(value) if isinstance(value, fmpq) else acb(abs(value))

    def norm(self, inner: Expr, *_: Expr) -> Value:
        value = self.value(inner)
        entries = (
            value
            if isinstance(value, Several)
            else [x for row in value for x in row]
            if isinstance(value, Matrix) and 1 in (len(value), len(value[0]))
            else None
        )
        if entries is None:
            raise NoValue("a norm")
        total = fmpq(0)
        for x in entries:
            total = total + x * x
        if isinstance(total, fmpq):
            root = _root_of_rational(total, 2)
            return root if root is not None else acb(arb(total).sqrt())
        return total.sqrt()

    # --- functions
    def function(self, head: str, inner: Expr) -> Value:
        value = self.scalar(inner)
        if isinstance(value, fmpq) and value == 0:
            if head in ("sin", "tan", "asin", "atan", "sinh", "tanh"):
                return fmpq(0)
            if head in ("cos", "cosh", "exp", "sec"):
                return fmpq(1)
        if head in ("sin", "cos", "tan", "cot", "sec", "csc"):
            found = at_special_angle(head, inner, self.degrees)
            if found is not None:
                return found
        ball = as_acb(value)
        if head == "ln":
            if isinstance(value, fmpq) and value == 1:
                return fmpq(0)
            if ball.imag != 0 or not ball.real > 0:
                raise NoValue("a logarithm of what is not positive")
        if head in ("asin", "acos") and not (ball.imag == 0 and abs(ball.real) < 1):
            if isinstance(value, fmpq) and abs(value) == 1:
                angle = arb.pi() / 2 if head == "asin" else arb(0) if value == 1 else arb.pi()
                return acb(angle if head == "acos" or value == 1 else -angle)
            raise NoValue(f"{head} outside of -1 to 1")
        result = FUNCTIONS[head](ball)
        if not result.is_finite():
            raise NoValue(f"{head} has no value here")
        return result

    def log(self, argument: Expr, base: Expr | None = None) -> Value:
        top = self.function("ln", argument)
        if base is None or base == Symbol("e"):
            return top
        a, b = self.scalar(argument), self.scalar(base)
        if isinstance(a, fmpq) and isinstance(b, fmpq):
            found = _rational_log(a, b)
            if found is not None:
                return found
        below = as_acb(self.function("ln", base))
        if below.contains(acb(0)):
            raise NoValue("a logarithm to base 1")
        return as_acb(top) / below

    def floor(self, inner: Expr) -> Value:
        return self._rounded(inner, "floor")

    def ceil(self, inner: Expr) -> Value:
        return self._rounded(inner, "ceil")

    def _rounded(self, inner: Expr, head: str) -> Value:
        value = self.real(inner)
        if isinstance(value, fmpq):
            return fmpq(value.floor() if head == "floor" else value.ceil())
        whole = (value.floor() if head == "floor" else value.ceil()).unique_fmpz()
        if whole is None:
            raise NoValue("a ball that reaches over a whole number")
        return fmpq(whole)

    def factorial(self, inner: Expr) -> Value:
        n = self.whole(inner)
        if not 0 <= n <= MAX_FACTORIAL:
            raise NoValue(f"a factorial beyond {MAX_FACTORIAL}")
        return fmpq(factorial(n))

    def binomial(self, top: Expr, below: Expr) -> Value:
        n, k = self.whole(top), self.whole(below)
        if not 0 <= n <= MAX_FACTORIAL or k < 0:
            raise NoValue("a binomial coefficient of these")
        return fmpq(comb(n, k))

    def max(self, *args: Expr) -> Value:
        return self._extreme(args, lambda a, b: a > b)

    def min(self, *args: Expr) -> Value:
        return self._extreme(args, lambda a, b: a < b)

    def _extreme(self, args: tuple[Expr, ...], better: Callable[[Scalar, Scalar], bool]) -> Value:
        values = [self.real(a) for a in args]
        best = values[0]
        for other in values[1:]:
            if better(other, best):
                best = other
            elif not better(best, other) and not (isinstance(best, fmpq) and best == other):
                raise NoValue("an extreme that the balls do not decide")
        return best if isinstance(best, fmpq) else acb(best)

    # --- big operators
    def sum(self, body: Expr, index: Expr, lower: Expr, upper: Expr) -> Value:
        return self._big(body, index, lower, upper, fmpq(0), _plus)

    def prod(self, body: Expr, index: Expr, lower: Expr, upper: Expr) -> Value:
        return self._big(body, index, lower, upper, fmpq(1), _product)

    def _big(self, body: Expr, index: Expr, lower: Expr, upper: Expr, total: Value, join: Callable[[Value, Value], Value]) -> Value:
        if upper == Symbol("inf"):
            from .series import endless

            return endless(self, body, index, lower)
        first, last = self.whole(lower), self.whole(upper)
        terms = self.terms * max(1, last - first + 1)
        if terms > MAX_TERMS:
            raise NoValue(f"more than {MAX_TERMS} terms")
        work = 0
        for k in range(first, last + 1):
            inner = _Evaluation(self.degrees, self.literal, {**self.env, index: fmpq(k)}, terms)
            total = join(total, inner.value(body))
            if isinstance(total, fmpq):
                work += int(total.p).bit_length()
                if work > MAX_WORK_BITS:
                    raise NoValue("numbers too large to be added up")
        return total

    # --- lists
    def matrix(self, *rows: Expr) -> Value:
        return Matrix(tuple(self.scalar(a) for a in row.args) for row in rows)

    def tuple(self, *items: Expr) -> Value:
        return Several(self.scalar(a) for a in items)

    def transpose(self, inner: Expr) -> Value:
        value = self.value(inner)
        if not isinstance(value, Matrix):
            raise NoValue("the transpose of a number")
        return Matrix(zip(*value))

    def det(self, inner: Expr) -> Value:
        value = self.value(inner)
        if not isinstance(value, Matrix) or len(value) != len(value[0]) or len(value) > 6:
            raise NoValue("a determinant")
        return _determinant(value)

    def apply(self, name: Expr, *args: Expr) -> Value:
        method = _NAMED.get(name.name) if isinstance(name, Symbol) else None
        if method is None:
            raise NoValue(f"the function {getattr(name, 'name', '?')} is not known")
        return method(self, *args)

    def cut(self, inner: Expr) -> Value:
        return self.value(inner)

    def percent(self, inner: Expr) -> Value:
        return _scaled(self.value(inner), fmpq(1, 100))

    def degree(self, inner: Expr) -> Value:
        value = self.value(inner)
        return _scaled(value, acb(arb.pi() / 180)) if self.degrees else value

    def gcd(self, *args: Expr) -> Value:
        return fmpq(gcd(*(self.whole(a) for a in args)))

    def lcm(self, *args: Expr) -> Value:
        return fmpq(lcm(*(self.whole(a) for a in args)))

    def mod(self, a: Expr, b: Expr) -> Value:
        divisor = self.whole(b)
        if divisor == 0:
            raise NoValue("a remainder by zero")
        return fmpq(self.whole(a) % divisor)

    def round(self, inner: Expr, places: Expr | None = None) -> Value:
        k = 0 if places is None else self.whole(places)
        if abs(k) > 30:
            raise NoValue("a rounding to this place")
        scaled = self.real(inner) * 10**k
        if isinstance(scaled, fmpq):
            if (2 * scaled).q == 1 and scaled.q != 1:
                raise NoValue("a tie of a rounding")
            return fmpq((scaled + fmpq(1, 2)).floor()) / fmpq(10) ** k
        whole = (scaled + arb("0.5")).floor().unique_fmpz()
        if whole is None:
            raise NoValue("a ball that reaches over a tie")
        return fmpq(whole) / fmpq(10) ** k

    def remainder(self, quotient: Expr, rest: Expr) -> Value:
        return self.value(quotient)

    def permutations(self, a: Expr, b: Expr) -> Value:
        n, k = self.whole(a), self.whole(b)
        if not 0 <= k <= n <= MAX_FACTORIAL:
            raise NoValue("permutations of these")
        return fmpq(perm(n, k))

    def doublefactorial(self, inner: Expr) -> Value:
        n, total = self.whole(inner), 1
        if not 0 <= n <= 3000:
            raise NoValue("a double factorial of this")
        for k in range(n, 0, -2):
            total *= k
        return fmpq(total)

    def conj(self, inner: Expr) -> Value:
        value = self.scalar(inner)
        return value if isinstance(value, fmpq) else acb(value.real, -value.imag)

    def re(self, inner: Expr) -> Value:
        value = self.scalar(inner)
        return value if isinstance(value, fmpq) else acb(value.real)

    def im(self, inner: Expr) -> Value:
        value = self.scalar(inner)
        return fmpq(0) if isinstance(value, fmpq) else acb(value.imag)

    def cross(self, a: Expr, b: Expr) -> Value:
        x, y = self.value(a), self.value(b)
        u, v = (m if isinstance(m, Several) else [r[0] for r in m] if isinstance(m, Matrix) and len(m[0]) == 1 else [] for m in (x, y))
        if len(u) != 3 or len(v) != 3:
            raise NoValue("a cross product of these")
        out = [_plus(_scaled(v[(i + 2) % 3], u[(i + 1) % 3]), _scaled(_scaled(v[(i + 1) % 3], u[(i + 2) % 3]), fmpq(-1))) for i in range(3)]
        return Several(out) if isinstance(x, Several) else Matrix((c,) for c in out)

    def cis(self, inner: Expr) -> Value:
        angle = as_acb(self.scalar(inner))
        return (angle * acb(0, 1)).exp()

    def series(self, *terms: Expr) -> Value:
        from .series import total

        return total(self, terms, product=False)

    def product(self, *factors: Expr) -> Value:
        from .series import total

        return total(self, factors, product=True)

    def integral(self, body: Expr, variable: Expr, *bounds: Expr) -> Value:
        if len(bounds) != 2 or not _entire(body):
            raise NoValue("an integral")
        return acb.integral(
            lambda z, _: as_acb(_Evaluation(self.degrees, self.literal, {**self.env, variable: z}).scalar(body)), *(as_acb(self.scalar(b)) for b in bounds)
        )


def _entire(tree: Expr) -> bool:
    """Analytic everywhere, as far as the heads show it."""
    if not isinstance(tree, Operation):
        return True
    if tree.head == "div":
        return _entire(tree.args[0]) and not symbols(tree.args[1])
    if tree.head == "pow":
        whole = isinstance(tree.args[1], Number) and tree.args[1].text.isdigit()
        return _entire(tree.args[0]) and whole or tree.args[0] == Symbol("e") and _entire(tree.args[1])
    return tree.head in _ENTIRE and all(_entire(a) for a in tree.args)


_METHODS: dict[str, Callable[..., Value]] = {
    **{
        name: getattr(_Evaluation, name)
        for name in (
            "add neg mul div pow sqrt root abs norm log floor ceil factorial binomial "
            "max min sum prod matrix tuple transpose det apply integral"
        ).split()
    },
    **{name: (lambda self, inner, head=name: self.function(head, inner)) for name in FUNCTIONS},
}
_NAMED: dict[str, Callable[..., Value]] = {
    name: getattr(_Evaluation, name)
    for name in "cut percent degree gcd lcm mod round remainder permutations doublefactorial conj re im cis cross series product".split()
}


def contains_name(tree: Expr, name: str) -> bool:
    return replace(tree, {Symbol(name): Number("0")}) != tree
