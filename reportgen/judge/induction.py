"""Sums and products with a symbolic upper bound: equal for every integer n from the lower bound on, by induction on n."""

from __future__ import annotations

from collections.abc import Callable

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text
from ..obligation import Verdict, proved

Decide = Callable[[Expr, tuple[Expr, ...]], Verdict]


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """``sum(f(k), k, a, n) = g(n)``: g(a) = f(a) and g(n) - g(n-1) = f(n); for a product the quotient.  None where this does not prove it.

    The verdict's condition says from which n on it holds: for integers n >= a.
    """
    if not is_op(statement, "eq"):
        return None
    for left, right in (statement.args, statement.args[::-1]):
        if is_op(left, "sum", "prod"):
            body, index, lower, upper = left.args
            if isinstance(upper, Symbol) and upper.name not in symbols(lower) and upper.name not in symbols(body) and not is_op(right, "sum", "prod"):
                return _by_induction(left.head, body, index, lower, upper, right, assumptions, decide)
    return None


def _by_induction(head: str, body: Expr, index: Expr, lower: Expr, n: Symbol, closed: Expr, assumptions: tuple[Expr, ...],
                  decide: Decide) -> Verdict | None:
    before = Operation("add", (n, Operation("neg", (Number("1"),))))
    at_start = Operation("eq", (replace(closed, {n: lower}), replace(body, {index: lower})))
    previous, last = replace(closed, {n: before}), replace(body, {index: n})
    step = Operation("eq", (closed, Operation("add" if head == "sum" else "mul", (previous, last))))
    # from the second term on: n - 1 is then at least the lower bound
    beyond = Operation("ge", (n, Operation("add", (lower, Number("1")))))
    # what is assumed of n holds for the last n only, not on the way to it
    about_others = tuple(a for a in assumptions if n.name not in symbols(a))
    if about_others != assumptions:      # raises Inconsistent where no n from the lower bound on is allowed
        decide(Operation("eq", (n, n)), (*assumptions, Operation("ge", (n, lower))))
    base, inductive = decide(at_start, about_others), decide(step, (*about_others, beyond))
    if not (base.proved and inductive.proved) or base.strength != "exact" or inductive.strength != "exact":
        return None
    if any(n.name in symbols(c) for c in inductive.conditions):      # a step that is missing for one n breaks the chain
        return None
    witness = {"base": to_text(at_start), "step": to_text(step)}
    whole = Operation("and", (Operation("element", (n, Symbol("ZZ"))), Operation("ge", (n, lower))))
    conditions = tuple(dict.fromkeys((whole, *base.conditions, *inductive.conditions)))
    return proved("exact", "induction", witness, conditions)
