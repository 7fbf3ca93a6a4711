"""Proof by cases: absolute values, minima, maxima, signs and piecewise definitions, one open condition after the other."""

from __future__ import annotations

from collections.abc import Callable

from ..expressions import Expr, Number, Operation, count_nodes, is_op, symbols, transform, walk
from ..obligation import Verdict
from . import calculus
from .forms import Unsupported

MAX_SPLITS = 5

_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
Decide = Callable[[Expr, tuple[Expr, ...]], Verdict]


def split(statement: Expr) -> tuple[Expr, Callable[[bool], Expr]] | None:
    """(condition, statement given that it holds or not) for the first part of the statement that has two cases; None without one."""
    statement = transform(statement, _derived)
    bound = {node.args[1] for node in walk(statement) if is_op(node, "sum", "prod", "diff", "limit", "integral")}
    for node in sorted(walk(statement), key=count_nodes):      # the simplest condition first: it may settle the others
        found = _cases_of(node)
        if found is not None and not any(name in walk(found[0]) for name in bound) and symbols(found[0]):
            condition, forms = found
            return condition, lambda holds, node=node, forms=forms: _with(statement, node, forms[0] if holds else forms[1])
    return None


def _derived(node: Expr) -> Expr:
    """A derivative taken, so that its variable is free and can be split on."""
    if not is_op(node, "diff"):
        return node
    try:
        return calculus.differentiate(node) or node
    except Unsupported:
        return node


def _cases_of(node: Expr) -> tuple[Expr, tuple[Expr, Expr]] | None:
    zero = Number("0")
    if is_op(node, "abs"):
        u, = node.args
        return Operation("ge", (u, zero)), (u, Operation("neg", (u,)))
    if is_op(node, "max", "min") and len(node.args) == 2:
        a, b = node.args
        larger, smaller = (a, b) if node.head == "max" else (b, a)
        return Operation("ge", (a, b)), (larger, smaller)
    if is_op(node, "sign"):
        u, = node.args
        return Operation("gt", (u, zero)), (Number("1"), Operation("cases", (zero, Operation("eq", (u, zero)), Operation("neg", (Number("1"),)))))
    if is_op(node, "cases") and is_op(node.args[1], *_OPPOSITE):
        rest = node.args[2:]
        nothing = Operation("div", (Number("1"), zero))      # where no case holds there is no value
        other = rest[0] if len(rest) == 1 else Operation("cases", rest) if len(rest) > 1 else nothing
        return node.args[1], (node.args[0], other)
    return None


def _with(statement: Expr, node: Expr, form: Expr) -> Expr:
    return transform(statement, lambda part: form if part == node else part)


def negation(condition: Expr) -> Expr:
    return Operation(_OPPOSITE[condition.head], condition.args)
