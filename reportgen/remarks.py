"""What else can be said of a judged statement: when it is right after all, which solutions were gained or lost, what z3 adds.

For the reader of ``reportgen explain``.  Nothing here changes a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import smt
from .expressions import Expr, is_op, symbols, to_text
from .obligation import Obligation, Verdict
from .right_when import right_exactly_when, words
from .solutions import changed_solutions, equations


def remarks(obligation: Obligation, verdict: Verdict) -> Iterator[str]:
    """One sentence each."""
    yield from _solutions(obligation)
    if verdict.refuted:
        alternatives = right_exactly_when(obligation)
        if alternatives:
            yield f"right exactly where {words(alternatives)}"
    if smt.installed() and not verdict.proved:
        found = smt.improved(obligation, verdict)
        if found is not verdict:
            point = ", ".join(f"{n} = {v}" for n, v in found.counterexample)
            yield f"fails at {point}: {found.sides[0]} against {found.sides[1]} (z3 proposed the point; it was evaluated)"
    if smt.installed() and verdict.conditions:
        for discharge in smt.discharge(verdict.conditions, obligation.assumptions):
            if discharge.discharged or discharge.implied:
                yield smt.said(discharge)


def _solutions(obligation: Obligation) -> Iterator[str]:
    statement = obligation.statement
    if not is_op(statement, "iff", "implies") or len(symbols(statement)) > 6:
        return
    changed = changed_solutions(*statement.args, obligation.assumptions)
    if changed is not None:
        if changed.extra:
            yield f"the second equation gains {_listed(equations(changed.name, changed.extra))}, which the first does not have"
        if changed.lost:
            yield f"the second equation loses {_listed(equations(changed.name, changed.lost))}, which the first has"


def _listed(found: tuple[Expr, ...]) -> str:
    return " and ".join(map(to_text, found))


__all__ = ["remarks"]
