"""Values of closed trees, or of trees at a point: an exact rational (``fmpq``) while that is possible, then a ball (``arb``).

A ball contains the true value, always: F. Johansson, "Arb", IEEE Trans. Computers 66 (2017).  What has no value raises NoValue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from math import factorial
from operator import add, mul

from flint import arb, ctx, fmpq, fmpz

from .reader import Refused, Tree, refuse_if
from .trees import E, PI, derivative_of, free, literal, put, rational_tree

MAX_BITS, MAX_PLACES, MAX_TERMS, _MAX_POWER_BITS, _MAX_FACTORIAL, _MAX_WORK = 1 << 16, 4_000, 100_000, 200_000, 5_000, 60_000
_HALF = fmpq(1, 2)

Value = fmpq | arb
COMPARED = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}


class NoValue(Refused):
    """No value here, or none that balls of this precision show."""


class Undefined(NoValue):
    """There is no value."""


class At:
    """Values at a point: ``env`` has the values of names and entries.  ``exact`` is False once a ball was needed."""

    def __init__(self, env: Mapping[Tree, Value] = {}) -> None:  # noqa: B006 - never changed
        self.env, self.exact, self.work, self.compared = env, True, 0, ()

    def value(self, tree: Tree) -> Value:
        """Raises NoValue."""
        head = tree[0]
        if head == "number":
            return literal(tree[1])
        self.work += 1
        refuse_if(self.work > _MAX_WORK, "too much work", NoValue)
        if head in _VALUES:
            return _VALUES[head](self, *tree[1:])
        if head in ("name", "index"):
            return self._named(tree)
        if head == "diff" and (taken := derivative_of(tree)) is not None:
            return self.value(taken)
        if head in ("abs", "root", "exp", "ln", "sin", "cos", "asin", "atan", "floor", "sign", "round", "factorial"):
            return self.function(head, *map(self.value, tree[1:]))
        raise NoValue(f"no value for {head}")

    def ball(self, value: Value) -> arb:
        self.exact = False
        return arb(value) if isinstance(value, fmpq) else value

    def whole(self, value: Value, least: int, most: int) -> int:
        """A value that is a whole number within these bounds."""
        refuse_if(not isinstance(value, fmpq) or value.q != 1 or not least <= value <= most, "no whole number within the bounds", NoValue)
        return int(value.p)

    def nonzero(self, value: Value) -> Value:
        if value == 0 or isinstance(value, arb) and value.contains(0):
            raise (Undefined if isinstance(value, fmpq) else NoValue)("perhaps a division by zero")
        return value

    def _named(self, tree: Tree) -> Value:
        if tree[0] == "index":
            tree = (*tree[:2], *(rational_tree(fmpq(self.whole(self.value(part), -MAX_TERMS, MAX_TERMS))) for part in tree[2:]))
        if tree in self.env:
            return self.env[tree]
        refuse_if(tree not in (E, PI), "no value for a name", NoValue)
        return self.ball(arb(1).exp() if tree == E else arb.pi())

    def _power(self, base: Tree, exponent: Tree) -> Value:
        power = self.value(exponent)
        if base == E:
            return self.function("exp", power)
        below = self.value(base)
        if not isinstance(power, fmpq) or power.q != 1:
            return self.function("exp", power * self.function("ln", below))
        k = int(power.p)
        if k <= 0:
            self.nonzero(below)      # 0^0 has no value either
        refuse_if(abs(k) >= 1 << 60, "a number too large", NoValue)
        long = isinstance(below, fmpq) and (int(below.p).bit_length() + int(below.q).bit_length()) * abs(k) > _MAX_POWER_BITS
        return (self.ball(below) if long else below) ** k

    def function(self, head: str, value: Value, *more: Value) -> Value:
        exact = isinstance(value, fmpq)
        if head in ("abs", "sign"):
            return abs(value) if head == "abs" else fmpq(self.order(value, fmpq(0)))
        if head in ("floor", "round"):
            places = self.whole(more[0], 0, MAX_PLACES) if head == "round" else None
            found = rounding(value, places) if places is not None else value.floor() if exact else value.floor().unique_fmpz()
            refuse_if(found is None, "the ball reaches over the boundary of a cell", NoValue)
            return fmpq(found)
        if head == "factorial":
            return fmpq(factorial(self.whole(value, 0, _MAX_FACTORIAL)))
        n = self.whole(more[0], 1, MAX_TERMS) if head == "root" else 0
        if n % 2 and value < 0:
            return -self.function(head, -value, *more)
        if head == "ln" and not value > 0 or head == "root" and not value >= 0:
            raise (Undefined if value < 0 or exact else NoValue)(f"no value for {head} here")
        if exact and value == (1 if head == "ln" else 0):
            return fmpq(head in ("exp", "cos"))
        if exact and n == 2:
            above, below = fmpz(value.p).isqrt(), fmpz(value.q).isqrt()
            if above * above == value.p and below * below == value.q:
                return fmpq(above, below)
        result = self.ball(value).root(n) if n else getattr(self.ball(value), "log" if head == "ln" else head)()
        refuse_if(not result.is_finite(), f"no value for {head} here", NoValue)
        return result

    def _short(self, value: Value) -> Value:
        long = isinstance(value, fmpq) and max(abs(value.p), value.q).bit_length() > _MAX_POWER_BITS
        return self.ball(value) if long else value

    def _terms(self, body: Tree, index: Tree, lower: Tree, upper: Tree) -> Iterator[Value]:
        first = self.whole(self.value(lower), -MAX_TERMS, MAX_TERMS)
        # an empty sum ends one before it begins; where a name is a bound nobody means that
        last = self.whole(self.value(upper), first if free(lower) or free(upper) else first - 1, first + MAX_TERMS)
        for i in range(first, last + 1):
            yield self.value(put(body, {index: rational_tree(fmpq(i))}))

    def order(self, left: Value, right: Value) -> int:
        """-1, 0, 1 as left is less, equal, greater.  Raises NoValue where the balls do not decide it."""
        self.compared = left, right      # what was compared last
        if not (isinstance(left, fmpq) and isinstance(right, fmpq)):
            with ctx.workprec(_bits_of(left, right)):
                left, right = self.ball(left) - right, fmpq(0)
        if left > right or left < right:
            return 1 if left > right else -1
        refuse_if(isinstance(left, arb), "the balls do not decide it", NoValue)
        return 0

    def holds(self, tree: Tree, missing: bool | None = None) -> bool | None:
        """Whether a statement holds; ``missing`` where a side has no value (of solutions in one name False); None where it is not decided."""
        head, parts = tree[0], tree[1:]
        if head in ("and", "or"):
            return _joined([self.holds(part, missing) for part in parts], head == "or")
        if head == "not":
            return {True: False, False: True}.get(self.holds(parts[0]))
        if head in ("iff", "implies"):
            missing = False if len(self.env) == 1 and (head == "iff" or {part[0] for part in parts} <= {"eq", "or"}) else None
            left, right = (self.holds(part, missing) for part in parts)
            if head == "implies" and (left is False or right is True):
                return True
            return None if None in (left, right) else left == right if head == "iff" else False
        try:
            if head == "element":
                return self._element(*parts)
            if head == "eq" and any(is_matrix(part) or part[0] == "tuple" for part in parts):
                return self._equal_entries(*parts)
            if head in COMPARED:
                return self.order(self.value(parts[0]), self.value(parts[1])) in COMPARED[head]
        except Undefined:
            return missing
        except NoValue:
            pass
        return None

    def _equal_entries(self, left: Tree, right: Tree) -> bool | None:
        sides = [[list(side[1:])] if side[0] == "tuple" else entries(side, lambda tree: tree, _WRITTEN) for side in (left, right)]
        if [len(row) for row in sides[0]] != [len(row) for row in sides[1]]:
            return False if left[0] == right[0] == "tuple" else None
        return _joined([self.holds(("eq", a, b)) for rows in zip(*sides) for a, b in zip(*rows)], False)

    def _element(self, tree: Tree, domain: Tree) -> bool | None:
        value = self.value(tree)
        rational = isinstance(value, fmpq)
        known = {"RR": True, "QQ": True, "ZZ": value.q == 1, "NN": value.q == 1 and value >= 0} if rational else {"RR": True}
        return known.get(domain[1]) if domain[0] == "name" else None


_VALUES = {      # head -> the value at a point, from the arguments
    "add": lambda at, *parts: reduce(add, map(at.value, parts)), "neg": lambda at, u: -at.value(u), "pow": At._power,
    "mul": lambda at, *parts: reduce(mul, map(at.value, parts)), "div": lambda at, u, v: at.value(u) / at.nonzero(at.value(v)),
    "sum": lambda at, *parts: reduce(lambda a, b: at._short(a + b), at._terms(*parts), fmpq(0)),
    "prod": lambda at, *parts: reduce(lambda a, b: at._short(a * b), at._terms(*parts), fmpq(1))}


def _joined(found: list[bool | None], decisive: bool) -> bool | None:
    """Truth of a disjunction (``decisive`` True) or of a conjunction."""
    return decisive if decisive in found else None if None in found else not decisive


def rounding(value: Value, places: int) -> fmpq | None:
    """The rounding to so many decimals that every number in the value has, ties to even; None where a ball reaches further."""
    scale = fmpz(10) ** places
    if isinstance(value, fmpq):
        up = value * scale + _HALF
        return fmpq(up.floor() - (1 if up.q == 1 and up.p % 2 else 0)) / scale
    with ctx.workprec(_bits_of(value)):
        whole = (value * scale + _HALF).floor().unique_fmpz()
        # strictly inside the cell: a tie, which another rule decides, is excluded
        return fmpq(whole) / scale if whole is not None and abs(value * scale - whole) < _HALF else None


def _bits_of(*values: Value) -> int:
    """Bits enough not to widen these balls by arithmetic on them."""
    return max(64, *(min(abs(v.rel_accuracy_bits()), 2 * MAX_BITS) + 64 for v in values if isinstance(v, arb)))
_WRITTEN = (lambda a, b: ("add", a, b), lambda a, b: ("mul", a, b), lambda a: ("neg", a), lambda a, b: ("div", a, b))
_BUILT = frozenset({"add", "neg", "mul", "div", "pow", "transpose", "vec"})


def is_matrix(tree: Tree) -> bool:
    return tree[0] == "matrix" or tree[0] in _BUILT and any(map(is_matrix, tree[1:]))


def entries(tree: Tree, scalar: Callable, arithmetic: tuple) -> list[list]:
    """The entries of a matrix-valued tree, by ``scalar`` and the (add, mul, neg, div) of its values.  Refused where shapes do not fit."""
    plus, times, minus, over = arithmetic
    head, parts = tree[0], tree[1:]
    inner = [entries(part, scalar, arithmetic) if is_matrix(part) else scalar(part) for part in parts[:0 if head in ("matrix", "pow") else None]]
    matrices = [part for part in inner if isinstance(part, list)]

    def product(a: list[list], b: list[list]) -> list[list]:
        refuse_if(len(a[0]) != len(b), "a product of matrices whose shapes do not fit")
        return [[reduce(plus, (times(left, b[k][j]) for k, left in enumerate(row))) for j in range(len(b[0]))] for row in a]

    if head == "matrix":
        return [[scalar(cell) for cell in row[1:]] for row in parts]
    if head == "pow":
        return reduce(product, [entries(parts[0], scalar, arithmetic)] * At().whole(At().value(parts[1]), 1, 50))
    if head == "add":
        refuse_if(len(matrices) < len(inner) or len({(len(m), len(m[0])) for m in matrices}) > 1, "a sum of matrices whose shapes do not fit")
        return [[reduce(plus, cells) for cells in zip(*rows)] for rows in zip(*inner)]
    if head == "mul":
        factors, whole = [part for part in inner if not isinstance(part, list)], reduce(product, matrices)
        return [[reduce(times, factors, cell) for cell in row] for row in whole]
    if head == "transpose":
        return [list(row) for row in zip(*inner[0])]
    if head == "vec":
        return [[cell] for row in inner[0] for cell in row]
    if head == "neg" or head == "div" and len(matrices) == 1 and inner[0] is matrices[0]:
        return [[minus(cell) if head == "neg" else over(cell, inner[1]) for cell in row] for row in inner[0]]
    raise Refused(f"the matrix operation {head}")
