"""``x = \\pm 3``: a side that says two things, one with each sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..expressions import Expr, Operation, Symbol, transform, walk
from .outcome import PROVED, REFUTED, UNDECIDED, Outcome
from .reading import Side


def _is_both(node: Expr) -> bool:
    return isinstance(node, Operation) and node.head == "apply" and node.args[0] == Symbol("pm")


def has_both(sides: Sequence[Side]) -> bool:
    return any(side.tree is not None and any(_is_both(n) for n in walk(side.tree)) for side in sides)


def _with(side: Side, minus: bool) -> Side:
    def change(node: Expr) -> Expr:
        return (Operation("neg", (node.args[1],)) if minus else node.args[1]) if _is_both(node) else node  # type: ignore[union-attr]

    return replace(side, tree=transform(side.tree, change), measured=None)


def judge(sides: Sequence[Side], rels: Sequence[str], one: Callable[[list[Side]], Outcome]) -> Outcome:
    """Sides with one double sign each, told apart: both signs must hold, or each the other's on one side."""
    if any(rel not in ("eq", "approx") for rel in rels) or any(s.tree is None or sum(_is_both(n) for n in walk(s.tree)) != 1 for s in sides):
        return Outcome(UNDECIDED, "a double sign on one side", "claim-unsupported")
    if len(sides) > 2:
        parts = [judge(sides[k : k + 2], rels[k : k + 1], one) for k in range(len(rels))]
        for verdict in (REFUTED, UNDECIDED):
            for k, part in enumerate(parts):
                if part.verdict == verdict:
                    return replace(part, link=k)
        return parts[0]
    left, right = sides
    found = [[one([_with(left, a), _with(right, b)]) for b in (False, True)] for a in (False, True)]
    straight, crossed = (found[0][0], found[1][1]), (found[0][1], found[1][0])
    for pair in (straight, crossed):
        if all(o.verdict == PROVED for o in pair):
            return Outcome(PROVED, pair[0].reason)
    if all(any(o.verdict == REFUTED for o in pair) for pair in (straight, crossed)):
        return next(o for o in straight if o.verdict == REFUTED) if any(o.verdict == REFUTED for o in straight) else crossed[0]
    return Outcome(UNDECIDED, "a double sign", "claim-unsupported")
