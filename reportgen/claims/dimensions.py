"""What a side of a claim measures, and its value in SI base units as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, symbols, walk
from . import rounding
from .arrays import NoValue
from .measures import is_parts, is_unit, which, without
from .quantities import COUNTED, Dims, Unit, dims_of
from .reading import Side, number
from .values import evaluate


class NotMeasured(Exception):
    """The side has no dimension: names, functions of quantities; ``wrong``: terms of several kinds."""

    def __init__(self, why: str, wrong: bool = False) -> None:
        super().__init__(why)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Quantity:
    """``tree`` in SI base units, ``dims``; ``zero``: what the zeros of its temperatures add in kelvin, None where that is open;
    ``unit`` and ``count`` of a single quantity; ``units`` in it; ``bare``: factors without a unit, with their exponents."""

    tree: Expr
    dims: Dims
    zero: Fraction | None
    unit: Unit | None
    count: Expr
    units: tuple[Unit, ...]
    bare: tuple[tuple[Expr, int], ...]

    @property
    def physical(self) -> Dims:
        return physical(self.dims)

    @property
    def things(self) -> Dims:
        return tuple((name, power) for name, power in self.dims if name.startswith(COUNTED))


def quantity(side: Side, chosen: Mapping[Unit, Unit]) -> Quantity:
    """What the side measures.  ``chosen``: another sense of a unit.  Raises NotMeasured."""
    if side.measured is None:
        raise NotMeasured("no unit")
    units = tuple(chosen.get(unit, unit) for unit in side.measures)
    whole = side.measured
    if isinstance(whole, Operation) and whole.head == "neg" and is_unit(whole.args[0]):       # -40 °C
        whole = Operation("apply", (whole.args[0].args[0], Operation("neg", (whole.args[0].args[1],)), whole.args[0].args[2]))  # type: ignore[union-attr]
    tree, dims, zero = _Sizes(units).of(whole)
    single = is_unit(whole) and rounding.printed(without(whole)) is not None
    unit = units[which(whole)] if single else None  # type: ignore[arg-type]
    return Quantity(tree, dims, zero, unit, without(whole) if single else tree, units, tuple(_bare(whole, 1)))


def _bare(tree: Expr, power: int) -> Iterator[tuple[Expr, int]]:
    """The factors of the side that have no unit."""
    if is_unit(tree) and not is_unit(tree.args[1]):  # type: ignore[union-attr]
        inner = tree.args[1]  # type: ignore[union-attr]
        if isinstance(inner, Operation) and inner.head in ("mul", "div", "add"):       # (2*60) min
            yield from _bare(inner, power)
    elif isinstance(tree, Operation) and tree.head in ("mul", "div", "neg"):
        for k, arg in enumerate(tree.args):
            yield from _bare(arg, -power if tree.head == "div" and k else power)
    elif not symbols(tree) and not any(is_unit(node) or is_parts(node) for node in walk(tree)):
        yield tree, power


class _Sizes:
    """The value of a side in SI base units, as a tree, and its dimension."""

    def __init__(self, units: tuple[Unit, ...]) -> None:
        self.units = units

    def of(self, tree: Expr) -> tuple[Expr, Dims, Fraction | None]:
        if isinstance(tree, Number):
            return tree, (), Fraction(0)
        if isinstance(tree, Symbol):
            if tree.name in CONSTANTS and tree.name not in ("i", "I"):
                return tree, (), Fraction(0)
            raise NotMeasured(f"{tree.name} without a value")
        if is_unit(tree):
            inner, dims, _ = self.of(tree.args[1])
            unit = self.units[which(tree)]
            return scaled(inner, unit.factor), dims_of((dims, 1), (unit.dims, 1)), unit.offset
        parts = [self.of(arg) for arg in tree.args[tree.head == "apply" :]]
        trees, dims = [p[0] for p in parts], [p[1] for p in parts]
        if tree.head in ("add", "neg", "abs", "max", "min") or is_parts(tree):
            return self.sum(tree, trees, dims, [p[2] for p in parts])
        zero = Fraction(0) if all(p[2] == 0 for p in parts) else None
        if tree.head == "mul":
            return Operation("mul", tuple(trees)), dims_of(*((d, 1) for d in dims)), zero
        if tree.head == "div":
            return Operation("div", tuple(trees)), dims_of((dims[0], 1), (dims[1], -1)), zero
        if tree.head in ("sqrt", "root", "pow"):
            return Operation(tree.head, tuple(trees)), dims_of((dims[0], self.exponent(tree, dims))), zero
        if tree.head == "apply" and tree.args[0].name == "cut":  # type: ignore[union-attr]
            return trees[0], dims[0], zero
        if tree.head == "apply" and tree.args[0].name in ("percent", "degree"):  # type: ignore[union-attr]
            return Operation("apply", (tree.args[0], *trees)), dims[0], zero
        if any(dims):
            raise NotMeasured(f"{tree.head} of a quantity")
        return Operation(tree.head, (*tree.args[: tree.head == "apply"], *trees)), (), Fraction(0)

    @staticmethod
    def exponent(tree: Operation, dims: list[Dims]) -> Fraction:
        if not dims[0]:
            return Fraction(0)
        if tree.head == "sqrt":
            return Fraction(1, 2)
        try:
            power = evaluate(without(tree.args[1]))
        except NoValue as error:
            raise NotMeasured(str(error)) from None
        if not isinstance(power, fmpq) or power == 0 or abs(power) > 12 or dims[1]:
            raise NotMeasured("a power that is no small number")
        return Fraction(int(power.q), int(power.p)) if tree.head == "root" else Fraction(int(power.p), int(power.q))

    @staticmethod
    def sum(tree: Operation, trees: list[Expr], dims: list[Dims], zeros: list[Fraction | None]) -> tuple[Expr, Dims, Fraction | None]:
        if any(physical(d) != physical(dims[0]) for d in dims):
            raise NotMeasured("terms of several kinds" if all(dims) else "a term without a unit", wrong=all(dims))
        things = {name for d in dims for name, _ in d if name.startswith(COUNTED)}
        total = dims[0] if len(set(dims)) == 1 else (*physical(dims[0]), (COUNTED + " and ".join(sorted(things)), Fraction(1)))      # boys and girls
        if is_parts(tree) or tree.head == "add":
            return Operation("add", tuple(trees)), total, None if None in zeros else sum(zeros, Fraction(0))  # type: ignore[arg-type]
        zero = zeros[0] if len(trees) == 1 else Fraction(0) if not any(zeros) else None
        return Operation(tree.head, tuple(trees)), total, -zero if tree.head == "neg" and zero is not None else zero


def physical(dims: Dims) -> Dims:
    """The dimension without the things that are counted."""
    return tuple((name, power) for name, power in dims if not name.startswith(COUNTED))


def scaled(tree: Expr, factor: Fraction) -> Expr:
    return tree if factor == 1 else Operation("mul", (tree, number(factor)))
