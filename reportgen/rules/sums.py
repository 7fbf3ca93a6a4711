"""Linearity of finite sums with symbolic bounds: ``sum(a + b) = sum(a) + sum(b)``, ``sum(c a) = c sum(a)``, ``sum_{i=1}^n c = n c``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..derivation import Derivation, Rule, RuleError, Step
from ..expressions import Expr, Operation, is_op, op, to_text
from ..expressions.tree import transform
from .forms import depends, sign_of
from .making import rule_factory
from .writing import ONE, ZERO, exact, factors_of, is_one, minus, over, plus, times


@rule_factory
def split_sum() -> Rule:
    """sum(a + b - c) -> sum(a) + sum(b) - sum(c)."""
    return partial(_everywhere, rule="split sum", caption="The sum of a sum is the sum of the sums", change=_split)


@rule_factory
def pull_constants() -> Rule:
    """sum(c a) -> c sum(a), sum(-a) -> -sum(a), sum(a/c) -> sum(a)/c for what does not depend on the index."""
    return partial(_everywhere, rule="pull constants", caption="What does not depend on the index comes out of the sum", change=_pull)


@rule_factory
def sum_of_constant() -> Rule:
    """sum_{i=a}^{b} c -> (b - a + 1) c; from 1 to n: n c.  Needs at least 0 terms."""
    return partial(_everywhere, rule="sum of a constant", caption="Equal terms: their number times the term", change=_constant)


@rule_factory
def linearity() -> Rule:
    """The three laws, in this order, until none applies: sum(-2(x_i - c)) -> -2 sum(x_i - c) -> -2(sum(x_i) - sum(c)) -> -2(sum(x_i) - n c)."""
    return _linearity


def _linearity(derivation: Derivation) -> Iterator[Step]:
    work, found = derivation, True
    while found:
        found = False
        for law in (pull_constants(), split_sum(), sum_of_constant()):
            try:
                work, found = work.then(law), True
                break
            except RuleError:
                continue
    if work is derivation:
        raise RuleError(f"linearity: no sum in {to_text(derivation.conclusion)} can be split, nor a constant taken out of one")
    yield from work.steps[len(derivation.steps):]


Change = Callable[[Operation, Derivation, dict[Expr, None]], Expr]


def _everywhere(derivation: Derivation, rule: str, caption: str, change: Change) -> Iterator[Step]:
    before = derivation.conclusion
    conditions: dict[Expr, None] = {}
    after = transform(before, lambda node: change(node, derivation, conditions) if is_op(node, "sum") else _open(node))
    if after == before:
        raise RuleError(f"{rule}: nothing to do in {to_text(before)}")
    yield Step(rule, before, after, (caption,), tuple(conditions))


def _open(node: Expr) -> Expr:
    """Products that came to stand inside products, and sums inside sums, are opened as one writes them."""
    if is_op(node, "mul") and any(is_op(a, "mul", "neg") for a in node.args):
        return times(*node.args)
    if is_op(node, "add") and any(is_op(a, "add") for a in node.args):
        return plus(*node.args)
    if is_op(node, "neg") and is_op(node.args[0], "neg"):
        return minus(node.args[0])
    return node


def _split(node: Operation, derivation: Derivation, conditions: dict[Expr, None]) -> Expr:
    body, *bounds = node.args
    if not is_op(body, "add"):
        return node
    return Operation("add", tuple(op("neg", op("sum", term.args[0], *bounds)) if is_op(term, "neg") else op("sum", term, *bounds) for term in body.args))


def _pull(node: Operation, derivation: Derivation, conditions: dict[Expr, None]) -> Expr:
    body, index, *limits = node.args
    if is_op(body, "neg"):
        return minus(_pull(op("sum", body.args[0], index, *limits), derivation, conditions))
    if is_op(body, "mul"):
        outside = [f for f in body.args if not depends(f, index)]
        inside = [f for f in body.args if depends(f, index)]
        return node if not outside or not inside else times(*outside, op("sum", times(*inside), index, *limits))
    if is_op(body, "div") and depends(body.args[0], index) and not depends(body.args[1], index):
        return over(op("sum", body.args[0], index, *limits), body.args[1])
    return node


def _constant(node: Operation, derivation: Derivation, conditions: dict[Expr, None]) -> Expr:
    body, index, low, high = node.args
    if depends(body, index):
        return node
    if is_one(low):
        count = high
    else:
        first = exact(low)
        count = plus(high, ONE) if first == 0 else plus(high, minus(low), ONE)
    if exact(count) is None and sign_of(count, derivation.assumptions) not in ("+", ">=", "0"):
        conditions.setdefault(op("ge", count, ZERO))
    return count if is_one(body) else times(*factors_of(count), body) if not is_op(count, "add") else op("mul", count, body)


__all__ = ["linearity", "pull_constants", "split_sum", "sum_of_constant"]
