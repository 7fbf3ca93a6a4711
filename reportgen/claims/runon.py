"""Equals signs that run on: ``16 + 5 = 21/3 = 7`` means 16 + 5 = 21 and then 21/3 = 7.

As an equation it is wrong, and it stays refuted; but a marker says what was meant, and that each step is right.
"""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from ..expressions import Expr, Number, Operation
from ..judge import enclosure
from .outcome import Outcome
from .reading import Side


def told(outcome: Outcome, sides: list[Side], rels: list[str]) -> Outcome:
    """The outcome of a refuted chain with the steps that were meant, where every one of them is right."""
    if len(sides) < 3 or any(rel != "eq" for rel in rels):
        return outcome
    values = [_value(side.tree) for side in sides]
    if None in values:
        return outcome
    meant = [sides[0].text.strip()]
    for before, side in zip(values, sides[1:]):
        first = _first(side.tree) if side is not sides[-1] else side.tree
        if _value(first) != before:
            return outcome
        meant.append(side.text.strip())
    steps = [f"{a} = {first.text}" for a, first in zip(meant, map(_first, (s.tree for s in sides[1:-1]))) if first is not None]
    steps.append(f"{meant[-2]} = {meant[-1]}")
    return replace(outcome, reason=f"{outcome.reason}; an equals sign runs on: each step is right by itself, {' and then '.join(steps)}")


def _first(tree: Expr | None) -> Number | None:
    """The number with which a computation begins: 21 in 21/3 + 1; None for a number alone."""
    if not isinstance(tree, Operation) or tree.head not in ("add", "mul", "div"):
        return None
    inner = tree.args[0]
    return inner if isinstance(inner, Number) else _first(inner)


def _value(tree: Expr | None) -> fmpq | None:
    if tree is None:
        return None
    try:
        found = enclosure.evaluate(tree)
    except (enclosure.NoValue, ArithmeticError, ValueError, RecursionError):
        return None
    return found if isinstance(found, fmpq) else None
