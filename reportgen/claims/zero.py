"""Proof that a closed algebraic expression is zero, by a separation bound.

Every expression of integers, ``+ - * /``, radicals and roots of unity is U/L with algebraic integers U and L; u and l bound all
their conjugates, D the degree.  A U that is not zero has a norm of at least 1, so that |U/L| >= 1/(u^(D-1) l).  A ball
smaller than that which holds zero is therefore zero (Burnikel, Fleischer, Mehlhorn, Schirra 2000, for complex conjugates).
pi is transcendental: an expression in which it stands is a rational function of it, zero where it is zero at more points
than the degree of its numerator.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm, log2

from flint import acb, arb, ctx, fmpq

from ..expressions import Expr, Number, Operation, Symbol, replace, walk
from .angles import angle_turns
from .arrays import NoValue, fraction
from .values import evaluate

MAX_DEGREE = 4_096
MAX_BITS = 60_000
MAX_PI_DEGREE = 12


class Unbounded(Exception):
    """The expression is not of the kind that has a bound here."""


@dataclass(slots=True)
class _Bound:
    """log2 of u and of l."""

    u: float
    l: float  # noqa: E741


def is_zero(tree: Expr, degrees: bool = True) -> bool:
    """True where the tree is proved to be zero; False says nothing."""
    try:
        count = _pi_degree(tree)
        if count is None:
            return _is_zero(tree, degrees)
        top, _ = count
        if top > MAX_PI_DEGREE:
            return False
        zeros, k = 0, 1
        while zeros <= top:
            k += 1
            if k > 3 * MAX_PI_DEGREE + 4:
                return False
            try:
                if not _is_zero(_with_pi(tree, k), degrees):
                    return False
            except NoValue:
                continue
            zeros += 1
        return True
    except (Unbounded, NoValue, OverflowError, ValueError):
        return False


def rewritten(tree: Expr, degrees: bool = True) -> Expr:
    """Inverse functions as the angles that they are, powers of e with imaginary angles as cosine and sine; each change is proved."""
    if not isinstance(tree, Operation):
        return tree
    args = tuple(rewritten(a, degrees) for a in tree.args)
    tree = tree if args == tree.args else Operation(tree.head, args)
    if tree.head in ("asin", "acos", "atan"):
        return _angle(tree, degrees)
    if tree.head == "pow" and args[0] == Symbol("e") or tree.head == "exp":
        angle = _without_i(args[-1])
        if angle is not None and angle_turns(angle, degrees) is not None:
            return Operation("add", (Operation("cos", (angle,)), Operation("mul", (Symbol("i"), Operation("sin", (angle,))))))
    if tree.head == "apply" and args[0] == Symbol("cis"):
        return Operation("add", (Operation("cos", (args[1],)), Operation("mul", (Symbol("i"), Operation("sin", (args[1],))))))
    return tree


def _without_i(tree: Expr) -> Expr | None:
    """t where the tree is i t, written as a product, a quotient or a negation."""
    if tree == Symbol("i"):
        return Number("1")
    if not isinstance(tree, Operation):
        return None
    if tree.head == "neg":
        inner = _without_i(tree.args[0])
        return None if inner is None else Operation("neg", (inner,))
    if tree.head == "div":
        inner = _without_i(tree.args[0])
        return None if inner is None else Operation("div", (inner, tree.args[1]))
    if tree.head == "mul" and sum(Symbol("i") in walk(a) for a in tree.args) == 1:
        parts = [_without_i(a) if Symbol("i") in walk(a) else a for a in tree.args]
        return None if None in parts else Operation("mul", tuple(p for p in parts if p is not None))
    return None


_OF_INVERSE = {"asin": "sin", "acos": "cos", "atan": "tan"}


def _angle(tree: Operation, degrees: bool) -> Expr:
    """asin x as r pi where sin(r pi) = x and r pi lies in the range of asin; asin(sin t) as t moved by whole turns of pi."""
    head, x = tree.head, tree.args[0]
    low, high = (Fraction(0), Fraction(1)) if head == "acos" else (Fraction(-1, 2), Fraction(1, 2))
    try:
        value = evaluate(tree, 128, degrees=degrees)
    except NoValue:
        return tree
    if not isinstance(value, acb):
        return tree
    near = Fraction(str(float(value.real.mid() / arb.pi().mid()))).limit_denominator(360)
    inverse = _OF_INVERSE[head]
    if low <= near <= high and not (head == "atan" and abs(near) == Fraction(1, 2)):
        angle = Operation("mul", (_number(near), Symbol("pi")))
        if is_zero(Operation("add", (Operation(inverse, (angle,)), Operation("neg", (x,)))), degrees):
            return angle
    if isinstance(x, Operation) and x.head == inverse:
        t = x.args[0]
        for k in range(-8, 9):
            moved = Operation("add", (t, Operation("mul", (_number(Fraction(k)), Symbol("pi")))))
            if head == "asin" and k % 2:
                moved = Operation("neg", (moved,))
            for candidate in (moved, Operation("neg", (moved,))) if head == "acos" else (moved,):
                if head == "acos" and k % 2:
                    continue
                try:
                    place = evaluate(candidate, 128, degrees=degrees)
                except NoValue:
                    continue
                if (
                    isinstance(place, acb)
                    and place.imag == 0
                    and place.real > arb.pi() * arb(fmpq(low.numerator, low.denominator))
                    and place.real < arb.pi() * arb(fmpq(high.numerator, high.denominator))
                ):
                    return candidate
    return tree


def _number(value: Fraction) -> Expr:
    whole = Number(str(abs(value.numerator)))
    part: Expr = whole if value.denominator == 1 else Operation("div", (whole, Number(str(value.denominator))))
    return Operation("neg", (part,)) if value < 0 else part


def _with_pi(tree: Expr, k: int) -> Expr:
    """pi outside of angles is replaced by a number; angles keep theirs."""
    if tree == Symbol("pi"):
        return Number(str(k))
    if not isinstance(tree, Operation):
        return tree
    if tree.head in _TRIGONOMETRIC or tree.head == "apply" and tree.args[0] == Symbol("cis"):
        return tree
    if tree.head == "apply" and tree.args[0] == Symbol("degree"):
        return Operation("div", (Operation("mul", (_with_pi(tree.args[1], k), Number(str(k)))), Number("180")))
    return Operation(tree.head, tuple(_with_pi(a, k) for a in tree.args))


_TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})


def _pi_degree(tree: Expr) -> tuple[int, int] | None:
    """(degree of the numerator, of the denominator) in pi; None where pi does not stand outside of angles.  Raises Unbounded."""
    if isinstance(tree, Symbol):
        return (1, 0) if tree.name == "pi" else None
    if isinstance(tree, Number) or tree.head in _TRIGONOMETRIC:
        return None
    if tree.head == "apply" and tree.args[0] == Symbol("degree"):
        inner = _pi_degree(tree.args[1]) or (0, 0)
        return inner[0] + 1, inner[1]
    parts = [_pi_degree(a) for a in tree.args]
    if all(p is None for p in parts):
        return None
    known = [p or (0, 0) for p in parts]
    if tree.head == "neg":
        return known[0]
    if tree.head == "add":
        top, below = known[0]
        for a, b in known[1:]:
            top, below = max(top + b, a + below), below + b
        return top, below
    if tree.head == "mul":
        return sum(a for a, _ in known), sum(b for _, b in known)
    if tree.head == "div":
        return known[0][0] + known[1][1], known[0][1] + known[1][0]
    if tree.head == "pow" and parts[1] is None:
        k = _rational(tree.args[1])
        if k is not None and k.denominator == 1 and abs(k) <= MAX_PI_DEGREE:
            a, b = known[0]
            return (a * int(k), b * int(k)) if k >= 0 else (b * -int(k), a * -int(k))
    raise Unbounded


def _rational(tree: Expr) -> Fraction | None:
    try:
        value = evaluate(tree, 64)
    except NoValue:
        return None
    return fraction(value) if isinstance(value, fmpq) else None


def _is_zero(tree: Expr, degrees: bool) -> bool:
    walker = _Walker(degrees)
    bound = walker.bound(tree)
    degree = _phi(walker.order)
    for radical in walker.radicals.values():
        degree *= radical
        if degree > MAX_DEGREE:
            raise Unbounded
    if walker.conjugated:
        degree *= degree
    if degree > MAX_DEGREE:
        raise Unbounded
    need = int((degree - 1) * bound.u + bound.l) + 8
    if need > MAX_BITS:
        raise Unbounded
    value = evaluate(tree, need + 128, degrees=degrees)
    if isinstance(value, fmpq):
        return value == 0
    if not isinstance(value, acb):
        return False
    before = ctx.prec
    ctx.prec = need + 128
    try:
        return bool(value.contains(acb(0))) and bool(abs(value) < (fmpq(1, 1 << need)))
    finally:
        ctx.prec = before


class _Walker:
    def __init__(self, degrees: bool) -> None:
        self.degrees = degrees
        self.radicals: dict[Expr, int] = {}
        self.order = 1
        self.conjugated = False

    def bound(self, tree: Expr) -> _Bound:
        if isinstance(tree, Symbol):
            if tree.name in ("i", "I"):
                self.order = lcm(self.order, 4)
                return _Bound(0.0, 0.0)
            raise Unbounded
        if isinstance(tree, Number):
            return _of_rational(tree.value)
        head, args = tree.head, tree.args
        if head == "add":
            total = self.bound(args[0])
            for a in args[1:]:
                b = self.bound(a)
                total = _Bound(_log_sum(total.u + b.l, total.l + b.u), total.l + b.l)
            return total
        if head == "neg":
            return self.bound(args[0])
        if head == "mul":
            parts = [self.bound(a) for a in args]
            return _Bound(sum(p.u for p in parts), sum(p.l for p in parts))
        if head == "div":
            a, b = self.bound(args[0]), self.bound(args[1])
            return _Bound(a.u + b.l, a.l + b.u)
        if head in ("sqrt", "root"):
            k = 2 if head == "sqrt" else _rational(args[1])
            return self.radical(args[0], k)
        if head == "pow":
            power = _rational(args[1])
            if power is None or abs(power) > 10_000 or power.denominator > 100:
                raise Unbounded
            inner = self.radical(args[0], power.denominator) if power.denominator > 1 else self.bound(args[0])
            k = abs(int(power.numerator))
            return _Bound(inner.u * k, inner.l * k) if power >= 0 else _Bound(inner.l * k, inner.u * k)
        if head in _TRIGONOMETRIC:
            turns = angle_turns(args[0], self.degrees)
            if turns is None:
                raise Unbounded
            self.order = lcm(self.order, 4, (2 * turns.denominator) // gcd(2 * turns.denominator, turns.numerator or 1) if turns else 1, 2 * turns.denominator)
            # sine and cosine are (z +- 1/z) / 2: u = l = 2; the others are quotients of two such
            return _Bound(1.0, 1.0) if head in ("sin", "cos") else _Bound(2.0, 2.0)
        if head == "abs":
            inner = self.bound(args[0])
            self.conjugated = True
            self.radicals[Operation("sqrt", (tree,))] = 4  # of U and of L
            return inner
        if head == "apply" and args[0] in (Symbol("conj"), Symbol("percent")):
            inner = self.bound(args[1])
            if args[0] == Symbol("percent"):
                return _Bound(inner.u, inner.l + 7.0)
            self.conjugated = True
            return inner
        if not any(isinstance(node, Symbol) and node.name in ("pi", "e") for node in walk(tree)):
            value = _rational(tree)
            if value is not None:
                return _of_rational(value)
        raise Unbounded

    def radical(self, inner: Expr, k: Fraction | int | None) -> _Bound:
        if k is None or k != int(k) or not 2 <= k <= 100:
            raise Unbounded
        k = int(k)
        value = _rational(inner)
        b = self.bound(inner)
        if value is None or not _perfect(value, k):
            self.radicals[Operation("root", (inner, Number(str(k))))] = k
        if value is not None and value < 0:
            self.order = lcm(self.order, 4 * k)
        if b.u >= b.l:
            return _Bound((b.u + (k - 1) * b.l) / k, b.l)
        return _Bound(b.u, ((k - 1) * b.u + b.l) / k)


def _perfect(value: Fraction, k: int) -> bool:
    from .arrays import _root_of_rational, exact

    return value >= 0 and _root_of_rational(exact(value), k) is not None


def _of_rational(value: Fraction) -> _Bound:
    return _Bound(_log(abs(value.numerator)), _log(value.denominator))


def _log(n: int) -> float:
    """A bound from above of log2 n, at least 0."""
    return float(n.bit_length()) if n > 1 << 50 else log2(n) * (1 + 1e-12) + 1e-9 if n > 1 else 0.0


def _log_sum(a: float, b: float) -> float:
    """A bound from above of log2(2^a + 2^b)."""
    high, low = max(a, b), min(a, b)
    return high + log2(1 + 2.0 ** max(low - high, -60)) + 1e-9


def _phi(n: int) -> int:
    result, p, m = n, 2, n
    while p * p <= m:
        if m % p == 0:
            while m % p == 0:
                m //= p
            result -= result // p
        p += 1
    return result - result // m if m > 1 else result


__all__ = ["is_zero", "replace"]
