"""Values of closed trees, or of trees at a point: an exact rational (``fmpq``) as long as that is possible, then a ball (``arb``).

A ball contains the true value, always: F. Johansson, "Arb", IEEE Trans. Computers 66 (2017).  What has no value raises NoValue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from math import comb, factorial

from flint import acb, arb, ctx, fmpq, fmpz

from .reader import Tree
from .trees import E, LEAVES, Refused, derivative_of, free, literal, put, rational_tree

MAX_BITS = 1 << 16          # of precision
MAX_POWER_BITS = 200_000    # of an exact number; a ball beyond
MAX_FACTORIAL = 5_000
MAX_TERMS = 100_000         # of a sum
MAX_PLACES = 4_000          # of a rounding
MAX_WORK = 200_000          # nodes visited for one statement
MAX_EVALUATIONS = 8_000     # of an integrand

Value = fmpq | arb
COMPARED = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}


class NoValue(Refused):
    """No value here, or none that balls of this precision show."""


class Excluded(NoValue):
    """Certainly no value: an exact zero below, an exact number out of a domain."""


class At:
    """Values at a point: ``env`` has the values of names, entries and functions.  ``exact`` is False once a ball was needed."""

    def __init__(self, env: dict[Tree, fmpq] | None = None) -> None:
        self.env, self.exact, self.work = env or {}, True, 0

    def value(self, tree: Tree) -> Value:
        """Raises NoValue."""
        head = tree[0]
        if head == "number":
            return literal(tree[1])
        self.work += 1
        if self.work > MAX_WORK:
            raise NoValue("too much work")
        if head == "add":
            total = self.value(tree[1])
            for part in tree[2:]:
                total = total + self.value(part)
            return total
        if head == "neg":
            return -self.value(tree[1])
        if head == "mul":
            total = self.value(tree[1])
            for part in tree[2:]:
                total = total * self.value(part)
            return total
        if head in ("name", "index", "apply"):
            return self._named(tree)
        method = getattr(self, "_" + head, None)
        if method is not None:
            return method(*tree[1:])
        if head in _FUNCTIONS:
            return self._function(head, self.value(tree[1]))
        raise NoValue(f"no value for {head}")

    def ball(self, value: Value) -> arb:
        self.exact = False
        return value if isinstance(value, arb) else arb(value)

    def _named(self, tree: Tree) -> Value:
        if tree[0] == "index":
            tree = ("index", tree[1], *(rational_tree(self.whole(part)) for part in tree[2:]))
        if tree in self.env:
            return self.env[tree]
        if tree == E:
            return self.ball(fmpq(1)).exp()
        if tree == ("name", "pi"):
            self.exact = False
            return arb.pi()
        raise NoValue(f"no value for {tree[1]}")

    def whole(self, tree: Tree) -> fmpq:
        value = self.value(tree)
        if not isinstance(value, fmpq) or value.q != 1:
            raise NoValue("not a whole number")
        return value

    # --- arithmetic
    def nonzero(self, value: Value) -> Value:
        if isinstance(value, fmpq) and value == 0:
            raise Excluded("division by zero")
        if isinstance(value, arb) and value.contains(0):
            raise NoValue("perhaps a division by zero")
        return value

    def _div(self, above: Tree, below: Tree) -> Value:
        return self.value(above) / self.nonzero(self.value(below))

    def _pow(self, base: Tree, exponent: Tree) -> Value:
        power = self.value(exponent)
        if base == E:
            return self.ball(power).exp()
        below = self.value(base)
        if isinstance(power, fmpq) and power.q == 1:
            k = int(power.p)
            if k <= 0:
                self.nonzero(below)      # 0^0 has no value either
            if isinstance(below, fmpq) and (int(below.p).bit_length() + int(below.q).bit_length()) * abs(k) > MAX_POWER_BITS:
                below = self.ball(below)
            if abs(k) >= 1 << 60:
                raise NoValue("a number too large")
            return below ** k
        if not below > 0:
            raise NoValue("a power of something not positive")
        return self.ball(below) ** self.ball(power)

    def _sqrt(self, inner: Tree) -> Value:
        return self._root(inner, ("number", "2"))

    def _root(self, inner: Tree, degree: Tree) -> Value:
        value, n = self.value(inner), int(self.whole(degree).p)
        if not 0 < n <= MAX_TERMS:
            raise NoValue("a root of this degree")
        if not value >= 0:
            raise (Excluded if isinstance(value, fmpq) and n % 2 == 0 else NoValue)("a root of a negative number")
        if isinstance(value, fmpq) and n == 2:
            above, below = fmpz(value.p).isqrt(), fmpz(value.q).isqrt()
            if above * above == value.p and below * below == value.q:
                return fmpq(above, below)
        return self.ball(value).root(n)

    def _abs(self, inner: Tree) -> Value:
        return abs(self.value(inner))

    def _function(self, head: str, value: Value) -> Value:
        if head == "ln" and not value > 0:
            raise (Excluded if isinstance(value, fmpq) else NoValue)("a logarithm of something not positive")
        if isinstance(value, fmpq) and (head == "ln" and value == 1 or value == 0 and head in ("sin", "tan", "asin", "atan", "sinh", "tanh")):
            return fmpq(0)
        if isinstance(value, fmpq) and value == 0 and head in ("exp", "cos", "cosh"):
            return fmpq(1)
        result = _FUNCTIONS[head](self.ball(value))
        if not result.is_finite():
            raise NoValue(f"no value for {head} here")
        return result

    def _log(self, argument: Tree, base: Tree | None = None) -> Value:
        top = self._function("ln", self.value(argument))
        return top if base is None else top / self.nonzero(self._function("ln", self.value(base)))

    # --- whole numbers, choices
    def _floor(self, inner: Tree) -> Value:
        value = self.value(inner)
        whole = value.floor() if isinstance(value, fmpq) else value.floor().unique_fmpz()
        if whole is None:
            raise NoValue("the ball reaches over a whole number")
        return fmpq(whole)

    def _ceil(self, inner: Tree) -> Value:
        return -self._floor(("neg", inner))

    def _sign(self, inner: Tree) -> Value:
        return fmpq(self.order(self.value(inner), fmpq(0)))

    def _factorial(self, inner: Tree) -> Value:
        n = self.whole(inner)
        if not 0 <= n <= MAX_FACTORIAL:
            raise NoValue("a factorial")
        return fmpq(factorial(int(n.p)))

    def _binomial(self, above: Tree, below: Tree) -> Value:
        n, k = self.whole(above), self.whole(below)
        if not 0 <= n <= MAX_FACTORIAL or k < 0:
            raise NoValue("a binomial coefficient")
        return fmpq(comb(int(n.p), int(k.p)))

    def _round(self, inner: Tree, places: Tree) -> Value:
        rounded = rounding(self.value(inner), self.places(places))
        if rounded is None:
            raise NoValue("the ball reaches over the boundary of a rounding cell")
        return rounded

    def places(self, tree: Tree) -> int:
        number = self.whole(tree)
        if not 0 <= number <= MAX_PLACES:
            raise NoValue("the number of decimal places")
        return int(number.p)

    def _min(self, *parts: Tree) -> Value:
        return -self._max(*(("neg", part) for part in parts))

    def _max(self, *parts: Tree) -> Value:
        def larger(a: Value, b: Value) -> Value:
            return max(a, b) if isinstance(a, fmpq) and isinstance(b, fmpq) else self.ball(a).max(self.ball(b))
        return reduce(larger, map(self.value, parts))

    def _cases(self, *parts: Tree) -> Value:
        for piece, condition in zip(parts[::2], parts[1::2]):
            held = self.holds(condition)
            if held is None:
                raise NoValue("a case whose condition is open")
            if held:
                return self.value(piece)
        if len(parts) % 2 == 0:
            raise NoValue("no case holds")
        return self.value(parts[-1])

    # --- sums, derivatives, integrals
    def _sum(self, *parts: Tree) -> Value:
        return reduce(lambda a, b: self._short(a + b), self._terms(*parts), fmpq(0))

    def _prod(self, *parts: Tree) -> Value:
        return reduce(lambda a, b: self._short(a * b), self._terms(*parts), fmpq(1))

    def _short(self, value: Value) -> Value:
        long = isinstance(value, fmpq) and max(abs(value.p), value.q).bit_length() > MAX_POWER_BITS
        return self.ball(value) if long else value

    def _terms(self, body: Tree, index: Tree, lower: Tree, upper: Tree) -> Iterator[Value]:
        first, last = int(self.whole(lower).p), int(self.whole(upper).p)
        # an empty sum ends one before it begins; where a name is a bound nobody means that
        if last - first > MAX_TERMS or last < first - (0 if free(lower) or free(upper) else 1):
            raise NoValue("a sum with these bounds")
        for i in range(first, last + 1):
            yield self.value(put(body, {index: rational_tree(fmpq(i))}))

    def _diff(self, *parts: Tree) -> Value:
        taken = derivative_of(("diff", *parts))
        if taken is None:
            raise NoValue("the derivative of an unknown function")
        return self.value(taken)

    def _integral(self, body: Tree, name: Tree, *ends: Tree) -> Value:
        """A ball around the integral: the integrand on complex boxes, bisected where it is not analytic.  F. Johansson, ICMS 2018."""
        low, high = (self.ball(self.value(end)) for end in ends)
        def integrand(z: acb, analytic: bool) -> acb:
            try:
                return _on_box(body, {**self.env, name: z}, analytic)
            except Refused:      # no error may cross into FLINT
                return acb("nan")
        found = acb.integral(integrand, acb(low), acb(high), eval_limit=MAX_EVALUATIONS, depth_limit=2 * ctx.prec)
        if not (found.is_finite() and found.imag.contains(0)):
            raise NoValue("the integral could not be enclosed")
        return found.real

    # --- truth
    def order(self, left: Value, right: Value) -> int:
        """-1, 0, 1 as left is less, equal, greater.  Raises NoValue where the balls do not decide it."""
        if not (isinstance(left, fmpq) and isinstance(right, fmpq)):
            with ctx.workprec(_bits_of(left, right)):
                left, right = self.ball(left) - right, fmpq(0)
        if left > right:
            return 1
        if left < right:
            return -1
        if isinstance(left, arb):
            raise NoValue("the balls do not decide it")
        return 0

    def holds(self, tree: Tree) -> bool | None:
        """Whether a statement holds; None where it has no value or the balls do not decide it."""
        head, parts = tree[0], tree[1:]
        if head in ("and", "or"):
            found = [self.holds(part) for part in parts]
            decisive = head == "or"
            return decisive if decisive in found else None if None in found else not decisive
        if head == "not":
            inner = self.holds(parts[0])
            return None if inner is None else not inner
        if head in ("iff", "implies"):
            left, right = (self._of_relation(part) for part in parts)
            if head == "implies" and (left is False or right is True):
                return True
            return None if None in (left, right) else left == right if head == "iff" else False
        try:
            if head == "element":
                return self._element(*parts)
            if head in COMPARED:
                if head == "eq" and any(is_matrix(part) or part[0] == "tuple" for part in parts):
                    return self._equal_entries(*parts)
                return self.order(self.value(parts[0]), self.value(parts[1])) in COMPARED[head]
        except NoValue:
            pass
        return None

    def _of_relation(self, tree: Tree) -> bool | None:
        """``holds``; with one name a side that certainly has no value holds nowhere: a solution gained or lost is a solution."""
        if len([name for name in self.env if name[0] == "name"]) == 1 and tree[0] in COMPARED:
            for side in tree[1:]:
                try:
                    self.value(side)
                except Excluded:
                    return False
                except NoValue:
                    pass
        return self.holds(tree)

    def _equal_entries(self, left: Tree, right: Tree) -> bool | None:
        sides = [[[*side[1:]]] if side[0] == "tuple" else entries(side, lambda tree: tree, _WRITTEN) for side in (left, right)]
        if [len(row) for row in sides[0]] != [len(row) for row in sides[1]]:
            return False if left[0] == right[0] == "tuple" else None
        found = [self.holds(("eq", a, b)) for rows in zip(*sides) for a, b in zip(*rows)]
        return False if False in found else None if None in found else True

    def _element(self, tree: Tree, domain: Tree) -> bool | None:
        if domain[0] == "set":
            return self.holds(("or", *(("eq", tree, part) for part in domain[1:]))) if len(domain) > 1 else None
        value = self.value(tree)
        if domain == ("name", "RR"):
            return True
        known = domain[1] if isinstance(value, fmpq) and domain[0] == "name" else None
        return {"QQ": True, "ZZ": value.q == 1, "NN": value.q == 1 and value >= 0}.get(known) if known else None


_FUNCTIONS: dict[str, Callable] = {head: getattr(arb, {"ln": "log"}.get(head, head)) for head in (
    "exp", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh")}


# --- roundings ------------------------------------------------------------------------------------------------

def rounding(value: Value, places: int) -> fmpq | None:
    """The rounding to so many decimals that every number in the value has, ties to the even digit; None where a ball reaches further."""
    scale = fmpz(10) ** places
    if isinstance(value, fmpq):
        scaled = value * scale
        whole = (scaled + fmpq(1, 2)).floor()
        return fmpq(whole - (1 if scaled + fmpq(1, 2) == whole and whole % 2 else 0)) / scale
    with ctx.workprec(_bits_of(value)):
        whole = (value * scale + fmpq(1, 2)).floor().unique_fmpz()
        if whole is None:
            return None
        rest = value * scale - whole
        # strictly inside the cell: a tie, which another rule decides, is excluded
        return fmpq(whole) / scale if rest > -fmpq(1, 2) and rest < fmpq(1, 2) else None


def _bits_of(*values: Value) -> int:
    """Bits enough not to widen these balls by arithmetic on them."""
    return max(64, *(min(abs(v.rel_accuracy_bits()), 2 * MAX_BITS) + 64 for v in values if isinstance(v, arb)))


# --- integrands on complex boxes ------------------------------------------------------------------------------

_ON_BOX = {"abs": "real_abs", "sign": "real_sgn", "floor": "real_floor", "ceil": "real_ceil", "sqrt": "sqrt", "ln": "log",
           "max": "real_max", "min": "real_min"}


def _on_box(tree: Tree, env: dict, analytic: bool) -> acb:
    """The value on a box; with ``analytic`` not finite unless the function is analytic there."""
    head = tree[0]
    if tree in env or head in LEAVES:
        found = env[tree] if tree in env else At().value(tree)
        return found if isinstance(found, acb) else acb(arb(found))
    if head == "pow" and tree[1] == E:
        return _on_box(tree[2], env, analytic).exp()
    args = [_on_box(part, env, analytic) for part in tree[1:]]
    if head in ("add", "mul", "div"):
        return reduce({"add": acb.__add__, "mul": acb.__mul__, "div": acb.__truediv__}[head], args)
    if head == "neg":
        return -args[0]
    if head == "pow":
        whole = tree[2][0] == "number" and literal(tree[2][1]).q == 1
        return args[0] ** int(literal(tree[2][1]).p) if whole else (args[1] * args[0].log(analytic=analytic)).exp()
    if head == "log":
        return args[0].log(analytic=analytic) / (args[1].log(analytic=analytic) if len(args) > 1 else 1)
    if head in _ON_BOX and len(args) == (2 if head in ("max", "min") else 1):
        return getattr(acb, _ON_BOX[head])(*args, analytic=analytic)
    if head in _FUNCTIONS:
        z = args[0]      # atan, asin and acos do not tell where their cuts are
        off = bool(abs(z.imag) < 1) or not z.real.contains(0) if head == "atan" else bool(abs(z.real) < 1) or not z.imag.contains(0)
        return acb("nan") if analytic and head in ("atan", "asin", "acos") and not off else getattr(acb, head)(z)
    raise NoValue(head)


# --- matrices -------------------------------------------------------------------------------------------------

_WRITTEN = (lambda a, b: ("add", a, b), lambda a, b: ("mul", a, b), lambda a: ("neg", a), lambda a, b: ("div", a, b))


def is_matrix(tree: Tree) -> bool:
    return tree[0] == "matrix" or tree[0] in ("add", "neg", "mul", "transpose", "pow", "div", "vec") and any(map(is_matrix, tree[1:]))


def entries(tree: Tree, scalar: Callable, arithmetic: tuple) -> list[list]:
    """The entries of a matrix-valued tree, by ``scalar`` and the (add, mul, neg, div) of its values; ``vec`` stacks rows.

    Raises Refused where shapes do not fit.
    """
    add, mul, neg, div = arithmetic
    head, parts = tree[0], tree[1:]
    def of(part: Tree) -> list[list]:
        return entries(part, scalar, arithmetic)

    def product(a: list[list], b: list[list]) -> list[list]:
        if len(a[0]) != len(b):
            raise Refused("a product of matrices whose shapes do not fit")
        return [[reduce(add, (mul(left, b[k][j]) for k, left in enumerate(row))) for j in range(len(b[0]))] for row in a]

    def total(a: list[list], b: list[list]) -> list[list]:
        if (len(a), len(a[0])) != (len(b), len(b[0])):
            raise Refused("a sum of matrices whose shapes do not fit")
        return [[add(left, right) for left, right in zip(*rows)] for rows in zip(a, b)]

    if head == "matrix":
        return [[scalar(cell) for cell in row[1:]] for row in parts]
    if head == "add":
        return reduce(total, map(of, parts))
    if head == "neg":
        return [[neg(cell) for cell in row] for row in of(parts[0])]
    if head == "transpose":
        return [list(row) for row in zip(*of(parts[0]))]
    if head == "vec":
        return [[cell] for row in of(parts[0]) for cell in row]
    if head == "div" and not is_matrix(parts[1]):
        below = scalar(parts[1])
        return [[div(cell, below) for cell in row] for row in of(parts[0])]
    if head == "pow" and parts[1][0] == "number" and literal(parts[1][1]) in range(1, 51):
        return reduce(product, [of(parts[0])] * int(literal(parts[1][1]).p))
    if head == "mul":
        factors = [scalar(part) for part in parts if not is_matrix(part)]
        whole = reduce(product, [of(part) for part in parts if is_matrix(part)])
        return [[mul(reduce(mul, factors), cell) for cell in row] for row in whole] if factors else whole
    raise Refused(f"the matrix operation {head}")
