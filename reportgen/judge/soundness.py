"""What a proof must show beside its relation: that there is something of which it speaks.

The search exchanges integrals for names, proves under conditions, and cancels.  A statement is called proved only where the integrals
in it have values, where some values of the names can satisfy the assumptions and the conditions together, and where an
equivalence loses no solution to a condition.  Nothing here makes a verdict stronger.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from flint import fmpq

from ..core.check import counted_alike, field_of, nothing_lost
from ..core.normal import Overflow as TooMany
from ..core.reader import Refused, Tree, read
from ..core.signs import Inconsistent as Contradiction
from ..core.trees import ONE, simpler
from ..expressions import Expr, Number, Operation, Symbol, is_op, symbols, to_text, walk
from ..obligation import Obligation, Verdict, undecided
from . import cases, cells, counterexample, definite, enclosure, pieces
from .certificates import expression, tree_of
from .definitions import prepare
from .forms import Decide, Inconsistent, Overflow, Undefined, Unsupported

POINTS = 80      # at which assumptions are tried before it is asked whether they contradict each other
_FIRST = [Fraction(v) for v in ("1", "2", "-1", "1/2", "0", "3", "-1/2", "10")]
_SOMETHING = Operation("eq", (Number("0"), Number("0")))
_ORDERED = ("lt", "le", "gt", "ge")
_COUNTED = ("factorial", "binomial", "sum", "prod", "index")      # without a value unless something is a whole number


def confirmed(verdict: Verdict, statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict:
    """The verdict of the search, or UNDECIDED with the reason where it is a proof of nothing."""
    if not verdict.proved:
        return verdict
    for node in walk(statement):
        if is_op(node, "integral") and len(node.args) == 4 and not has_value(node, assumptions, decide):
            return undecided(f"without a value: nothing shows that {to_text(node)} has one")
    if not loses_nothing(statement, assumptions, verdict.conditions):
        return undecided("gave up: one side may have no value at a solution of the other")
    if verdict.conditions and excluded((*assumptions, *verdict.conditions)):
        return undecided(f"without a value: the assumptions exclude {' and '.join(map(to_text, verdict.conditions))}")
    return verdict


def loses_nothing(statement: Expr, assumptions: tuple[Expr, ...], conditions: tuple[Expr, ...]) -> bool:
    """Of an equivalence, or an implication of equations: whether the conditions leave no solution of one side out."""
    if not is_op(statement, "iff", "implies") or not conditions and not any(is_op(node, *_COUNTED) for node in walk(statement)):
        return True
    if is_op(statement, "implies") and not all(is_op(side, "eq", "or") for side in statement.args):
        return True      # the premise is one assumption more
    try:
        goal, *given = (simpler(tree_of(part)) for part in (statement, *assumptions))
        (nothing_lost if conditions else counted_alike)(field_of(goal, given), *goal)
    except (Refused, TooMany):
        return False
    return True


@lru_cache(maxsize=256)
def excluded(facts: tuple[Expr, ...]) -> bool:
    """Whether it is shown that no values satisfy all of these."""
    try:
        prepared = prepare(Obligation(_SOMETHING, facts))
    except Unsupported:
        return False
    if prepared.inconsistent is not None:
        return True
    facts = prepared.assumptions
    names = counterexample.free_names(*facts)
    entries = dict.fromkeys(node for fact in facts for node in walk(fact) if counterexample.Point.is_entry(node))
    for choice in islice(counterexample.graded(len(names) + len(entries), _FIRST), POINTS):
        point = counterexample.Point({place: fmpq(value.numerator, value.denominator) for place, value in zip((*names, *entries), choice)})
        if all(enclosure.holds(fact, point) is True for fact in facts):
            return False
    try:
        field_of(ONE, [simpler(tree_of(fact)) for fact in facts])
    except Contradiction:
        return True
    except (Refused, TooMany):
        pass
    for fact in facts:
        if is_op(fact, *_ORDERED, "ne"):
            from . import decided      # which asks this module at its end

            if decided(cases.negation(fact), tuple(other for other in facts if other != fact)):
                return True
    return any(_never(tuple(fact for fact in facts if symbols(fact) == (name.name,))) for name in names)


def _never(facts: tuple[Expr, ...]) -> bool:
    """Whether no value of the one name satisfies these."""
    kept = [fact for fact in facts if not is_op(fact, "element")]
    whole = tuple(fact for fact in facts if is_op(fact, "element"))
    if not kept:
        return False
    found = cells.prove(Operation("not", (kept[0] if len(kept) == 1 else Operation("and", tuple(kept)),)), whole)
    return found is not None and found.proved and not found.conditions


def contradictory(assumptions: Sequence[str | Tree], conditions: tuple[Expr, ...] = (), every: bool = True) -> bool:
    """Whether assumptions (texts, or what the core reads in them) contradict each other or the conditions.

    Unless ``every``, bounds of single names are left out: the core compares them by itself.
    """
    if len(assumptions) + len(conditions) < 2:
        return False
    trees = [read(fact) if isinstance(fact, str) else fact for fact in assumptions]
    if not (every or conditions) and all(fact[0] not in _ORDERED or {side[0] for side in fact[1:]} == {"name", "number"} for fact in trees) \
            and not any(fact[0] == "element" for fact in trees):
        return False
    return excluded((*map(expression, trees), *conditions))


def has_value(node: Operation, assumptions: tuple[Expr, ...], decide: Decide) -> bool:
    """Whether a definite integral is shown to have a value; of a function of which nothing is known that is assumed."""
    body, x, low, high = node.args
    finite = not any(end in (definite.INF, definite.MINUS_INF) for end in (low, high))
    if any(is_op(n, "apply") for n in walk(body)) or finite and pieces.continuous(body):
        return True
    try:
        if finite and not symbols(node):
            enclosure.evaluate(node, bits=64)
            return True
    except enclosure.NoValue:
        pass
    try:
        definite.evaluate(node, assumptions, decide)
        return True
    except (Unsupported, Inconsistent, Overflow, enclosure.NoValue):
        return finite and isinstance(x, Symbol) and definite.continuous_between(node, assumptions, decide)
    except Undefined:
        return False
