"""Solutions tried in the equation that they should solve: after a step in one direction only, some may have been gained."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import Caption, Derivation, Rule, RuleError, Step
from ..expressions import Expr, Operation, Symbol, is_op, replace, symbols, to_text
from ..judge import judge
from ..obligation import Obligation
from .forms import listed
from .making import rule_factory


@rule_factory
def check_solutions() -> Rule:
    """``x = 4 or x = 1`` after squaring ``sqrt(x) = x - 2``: 1 is tried in the first equation and dropped.

    A solution that contradicts what is assumed of the name is dropped, too: ``x = 2 or x = -3`` with ``assume=["x > 0"]``.
    Raises RuleError where the conclusion is no list of solutions, where one cannot be decided, and where none is left.
    """
    return _check


def _check(derivation: Derivation) -> Iterator[Step]:
    conclusion = derivation.conclusion
    solutions = conclusion.args if is_op(conclusion, "or") else (conclusion,)
    if not is_op(derivation.start, "eq") or not all(is_op(s, "eq") and isinstance(s.args[0], Symbol) for s in solutions):
        raise RuleError("check_solutions tries solutions such as x = 4 in the equation that the derivation began with")
    facts = tuple(dict.fromkeys((*derivation.assumptions, *(g for s in derivation.steps for g in s.given))))
    kept, dropped, outside, tried = [], [], [], []
    for solution in solutions:
        broken = _broken(solution, derivation.assumptions)
        if broken is not None:
            outside.append((solution, broken[0]))
            tried.append(broken[1])
            continue
        put_in = replace(derivation.start, {solution.args[0]: solution.args[1]})
        verdict = judge(Obligation(put_in, facts))
        if not (verdict.proved or verdict.refuted):
            raise RuleError(f"whether {to_text(solution)} solves the first equation could not be decided: {verdict.reason}")
        (kept if verdict.proved else dropped).append(solution)
        tried.append(put_in if verdict.proved else Operation("ne", put_in.args))
    if not kept:
        raise RuleError("none of the solutions solves the first equation" + (" and agrees with what is assumed" if outside else ""))
    after = kept[0] if len(kept) == 1 else Operation("or", tuple(kept))
    check = tried[0] if len(tried) == 1 else Operation("and", tuple(tried))
    yield Step("check solutions", conclusion, after, _caption(dropped, outside), given=facts[len(derivation.assumptions):], check=check)


_NOT = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt", "ne": "eq"}


def _broken(solution: Expr, assumptions: tuple[Expr, ...]) -> tuple[Expr, Expr] | None:
    """(the assumption, what is true in its place) where an assumption about the name alone is false of the solution."""
    name, value = solution.args
    if symbols(value):
        return None
    for fact in assumptions:
        if isinstance(fact, Operation) and fact.head in _NOT and set(symbols(fact)) == {name.name}:
            instead = Operation(_NOT[fact.head], replace(fact, {name: value}).args)
            if judge(Obligation(instead, ())).proved:
                return fact, instead
    return None


def _caption(dropped: list[Expr], outside: list[tuple[Expr, Expr]]) -> Caption:
    left_out = [piece for solution, fact in outside for piece in ("; leave out ", solution, ", which contradicts ", fact)]
    if dropped:
        return ("Tried in the first equation: ", *listed(dropped), " does not solve it" if len(dropped) == 1 else " do not solve it", *left_out)
    if left_out:
        return ("Leave out ", *left_out[1:])
    return ("Tried in the first equation: it holds",)
