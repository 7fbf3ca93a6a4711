"""When a printed decimal is right: it is the rounding of the exact value to its last place.

A decimal that is printed as a result carries its half unit forward.  What is no rounding but lies close (cut off, or one unit
off in the last place, or explained by figures that were rounded before) is a finding of its own, weaker than refuted.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import acb, arb, ctx, fmpq

from ..expressions import Expr, Number, Operation, Symbol, symbols, walk
from .arrays import NoValue, Scalar, as_acb, exact, fraction
from .values import evaluate

MIN_FIGURES = 3  # a decimal of fewer figures is taken as it stands, not as a rounded one


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it is printed: its value, the unit of its last place, and whether it has a decimal point."""

    value: Fraction
    unit: Fraction
    decimal: bool


def printed(tree: Expr) -> Printed | None:
    """The side as one printed number (with a sign, a percent sign, a power of ten), otherwise None."""
    if isinstance(tree, Number):
        whole, dot, part = tree.text.partition(".")
        return Printed(tree.value, Fraction(1, 10 ** len(part)), bool(dot))
    if not isinstance(tree, Operation):
        return None
    if tree.head == "neg":
        inner = printed(tree.args[0])
        return None if inner is None else Printed(-inner.value, inner.unit, inner.decimal)
    if is_cut(tree):
        return printed(tree.args[1])
    if tree.head == "apply" and tree.args[0] == Symbol("percent"):
        inner = printed(tree.args[1])
        return None if inner is None else Printed(inner.value / 100, inner.unit / 100, inner.decimal)
    if (
        tree.head == "mul"
        and len(tree.args) == 2
        and isinstance(tree.args[1], Operation)
        and tree.args[1].head == "pow"
        and tree.args[1].args[0] == Number("10")
    ):
        inner = printed(tree.args[0])
        try:
            scale = evaluate(tree.args[1])
        except NoValue:
            return None
        if inner is not None and isinstance(scale, fmpq):
            k = fraction(scale)
            return Printed(inner.value * k, inner.unit * k, inner.decimal or k >= 1)
    return None


def is_cut(tree: Expr) -> bool:
    """``1.414...``: the first figures of a number."""
    return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == Symbol("cut")


def cuts(value: Scalar, tree: Expr) -> bool:
    """Whether the figures before the dots are the first ones of the value, or its rounding."""
    shown = printed(tree)
    if shown is None:
        return False
    start, end = exact(shown.value), exact(shown.value + shown.unit)
    ball = as_acb(value)
    return rounds_to(value, shown) or ball.imag == 0 and bool(ball.real >= arb(start)) and bool(ball.real < arb(end))


def decimals(tree: Expr) -> frozenset[str]:
    """The decimal literals of the tree as they are typed."""
    return frozenset(node.text for node in walk(tree) if isinstance(node, Number) and "." in node.text)


def exact_ones(tree: Expr, literals: frozenset[str], degrees: bool) -> frozenset[str]:
    """The literals that are the exact value of a part of the tree (1.5 for 18/12): those are no roundings."""
    wanted = {Number(t).value: t for t in literals}
    found = set()
    for node in walk(tree):
        if isinstance(node, Operation) and len(found) < len(literals) and not symbols(node):
            try:
                value = evaluate(node, degrees=degrees)
            except NoValue:
                continue
            if isinstance(value, fmpq) and fraction(value) in wanted:
                found.add(wanted[fraction(value)])
    return frozenset(found)


def interval(tree: Expr, rounded: frozenset[str], degrees: bool, bits: int = 128, inner: bool = False) -> acb | None:
    """The ball of the tree where each of the literals may be off by half a unit of its last place (``inner``: by less than half);
    None where it has no value."""
    half = Fraction(4999, 10000) if inner else Fraction(1, 2)

    def literal(node: Number) -> Scalar:
        if node.text not in rounded:
            return exact(node.value)
        places = len(node.text.partition(".")[2])
        return acb(arb(exact(node.value), exact(half / 10**places)))

    try:
        value = evaluate(tree, bits, degrees=degrees, literal=literal)
    except NoValue:
        return None
    return as_acb(value) if isinstance(value, (fmpq, acb)) else None


def rounds_to(value: Scalar, shown: Printed) -> bool:
    """Whether the value lies within half a unit of the last printed place (a tie may go either way)."""
    half = exact(shown.unit / 2)
    centre = exact(shown.value)
    if isinstance(value, fmpq):
        return abs(value - centre) <= half
    before = ctx.prec
    ctx.prec = 192
    try:
        return value.imag == 0 and bool(abs(value.real - centre) < half)
    finally:
        ctx.prec = before


def figures(text: str) -> int:
    return len(text.replace(".", "").strip("0")) if "." not in text else len(text.replace(".", "").lstrip("0"))


def terminates(value: Scalar, unit: Fraction) -> bool:
    """Whether the exact value needs no rounding at this unit."""
    return isinstance(value, fmpq) and (fraction(value) / unit).denominator == 1


def relative(a: Scalar, b: Scalar) -> float:
    """|a - b| / max(|a|, |b|), roughly: only for telling near from far."""
    x, y = as_acb(a), as_acb(b)
    size = max(abs(complex(x)), abs(complex(y)))
    return abs(complex(x - y)) / size if size else 0.0


def overlaps(a: acb, b: acb) -> bool:
    return bool(a.overlaps(b))
