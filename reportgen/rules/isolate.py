"""Solving a relation for one name by inverse operations, one a step, as one does at the blackboard.

The name is brought to the left; then whatever was done to it last is undone first.  Each move says what it does to both sides,
under which condition, and which way an inequality sign turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ..derivation import Derivation, Rule, RuleError, Step, name_of
from ..expressions import Expr, Number, Operation, add, is_op, is_relation, mul, op, rational_value, to_text, walk
from .forms import INEQUALITIES, ZERO, denominators, depends, factors_of, known_facts, negated, nonzero, occurrences, quotient, terms_of, total
from .inverses import INVERSES, Move, Sides, Stuck, move_terms, scale, undo
from .making import rule_factory
from .polynomial import collected, least_common, terms

MAX_MOVES = 60
_PERIODIC = ("sin", "cos", "tan", "cot", "sec", "csc")

@rule_factory
def isolate(name: str | Expr) -> Rule:
    """An equation or inequality solved for one name by inverse operations, one a step.

        O = (N - F + 2P)/S + 1   isolate("F")   ->   ...   ->   F = N + 2P - S(O - 1)     where S != 0

    Divisors must not be zero (printed), or must have a known sign in an inequality: ``start(..., assume=["S > 0"])``.
    x^2 = a gives x = sqrt(a) where x >= 0 is assumed, otherwise two solutions joined by "or"; sin(b) = y gives b = asin(y) where
    0 <= b and b <= pi/2, say, are assumed.  A name that occurs several
    times is collected first.  Where no inverse operation leads on, a solution that SymPy finds is stated as one step (rule
    "solve") for the judge to prove.
    Raises RuleError where the name does not occur, or no way leads to it.
    """
    wanted = name_of(name)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        return isolation_steps(derivation.conclusion, wanted, derivation.assumptions, known_facts(derivation))

    return rule


def isolation_steps(current: Expr, name: Expr, assumed: Sequence[Expr] = (), facts: Sequence[Expr] = ()) -> tuple[Step, ...]:
    """The steps of ``isolate``; ``assumed`` holds throughout, ``facts`` came up on the way here (signs, domains).

    A step that relies on a fact says so in its ``given``, so that it can be judged by itself.
    """
    branches = _branches(current)
    if not depends(current, name):
        raise RuleError(f"isolate: {to_text(name)} does not occur in {to_text(current)}")
    known, steps = list(dict.fromkeys((*assumed, *facts))), []
    for _ in range(MAX_MOVES):
        moves = [_move(branch, name, known) for branch in branches]
        done = [move for move in moves if move is not None]
        if not done:
            return tuple(steps)
        joint = current.head if is_op(current, "or", "and") else None
        after_parts = [branch if move is None else move.after for branch, move in zip(branches, moves, strict=True)]
        after = after_parts[0] if joint is None else Operation(joint, tuple(
            part for a in after_parts for part in (a.args if is_op(a, joint) else (a,))))
        captions = list(dict.fromkeys(move.caption for move in done))
        caption = captions[0] if len(captions) == 1 else tuple(part for i, c in enumerate(captions) for part in (("; " if i else ""), *c) if part)
        conditions = tuple(dict.fromkeys(c for move in done for c in move.conditions))
        relied = () if moves == _moves_without(branches, name, assumed) else tuple(f for f in known if f not in assumed)
        steps.append(Step(done[0].rule, current, after, caption, conditions, relied, link="equivalent"))
        known.extend(conditions)
        current, branches = after, _branches(after)
    raise RuleError(f"isolate: no way to {to_text(name)} was found in {MAX_MOVES} moves")


def _move(branch: Operation, name: Expr, facts: Sequence[Expr]) -> Move | None:
    return None if _solved(branch, name) or not depends(branch, name) else _next_move(branch, name, facts)


def _moves_without(branches: list[Expr], name: Expr, assumed: Sequence[Expr]) -> list[Move | None] | None:
    """The moves as they are with the assumptions alone; None where they cannot be made."""
    try:
        return [_move(branch, name, assumed) for branch in branches]
    except RuleError:
        return None


def _branches(value: Expr) -> list[Expr]:
    if is_op(value, "or", "and") and all(is_relation(a) for a in value.args):
        return list(value.args)
    if is_relation(value) and value.head != "approx":
        return [value]
    raise RuleError(f"isolate: {to_text(value)} is no equation or inequality")


def _solved(relation: Operation, name: Expr) -> bool:
    return relation.args[0] == name and not depends(relation.args[1], name)


def _next_move(relation: Operation, name: Expr, facts: Sequence[Expr]) -> Move:
    left, right = relation.args
    if not depends(left, name) and occurrences(right, name) == 1 and _under_the_bar(right, name):
        # S in O - 1 = N/S, or g in T = 2 pi sqrt(L/g), comes out on the left by itself
        with suppress(Stuck):
            mirrored = undo(Sides(INEQUALITIES.get(relation.head, relation.head), right, left, tuple(facts)), name)
            if is_relation(mirrored.after):
                head = mirrored.after.head
                return replace(mirrored, after=Operation(INEQUALITIES.get(head, head), mirrored.after.args[::-1]))
    if not depends(left, name):
        turned = Operation(INEQUALITIES.get(relation.head, relation.head), (right, left))
        return Move(turned, ("Swap the sides, so that ", name, " stands on the left"))
    try:
        if depends(right, name) or not _in_one_place(left, name):
            return _gather(relation, name, facts)
        return undo(Sides(relation.head, left, right, tuple(facts)), name)
    except Stuck as stuck:
        return _search(relation, name, str(stuck))


def _in_one_place(value: Expr, name: Expr) -> bool:
    """True where one argument alone holds the name, so that what was done to it last can be undone: sqrt(x + 3x)."""
    return isinstance(value, Operation) and sum(depends(a, name) for a in value.args) == 1


def _under_the_bar(value: Expr, name: Expr) -> bool:
    """True where undoing what was done last, step by step, brings the name from under one bar to the other side."""
    bars = 0
    while isinstance(value, Operation) and value.head in INVERSES and value != name:
        inside = [a for a in value.args if depends(a, name)]
        bars += is_op(value, "div") and inside[0] is value.args[1]
        value = inside[0]
    return bars == 1


# --- the name occurs more than once -----------------------------------------------------------------------------------

def _gather(relation: Operation, name: Expr, facts: Sequence[Expr]) -> Move:
    """The next move where the name occurs several times: clear fractions, bring it to the left, collect, factor out."""
    r = Sides(relation.head, *relation.args, tuple(facts))
    if relation.head == "ne":
        raise Stuck("the name occurs several times in an inequation")
    below = list(dict.fromkeys(d for side in relation.args for d in denominators(side) if depends(d, name)))
    if below:
        return _clear(r, name, below)
    left, right = terms(r.left).merged(), terms(r.right).merged()
    try:
        powers = {**left.by_power(name), **right.by_power(name)}
    except RuleError as error:
        raise Stuck(str(error)) from None
    if max(powers) > 1 or min(powers) < 0:
        difference = terms(add(r.left, negated(r.right))).by_power(name)
        if max(difference, default=0) > 1 or min(difference, default=0) < 0:
            raise Stuck("the name occurs to a higher power")
    if depends(r.right, name):
        return _to_the_left(r, name)
    return _factor_out(r, name)


def _clear(r: Sides, name: Expr, below: list[Expr]) -> Move:
    common = below[0] if len(below) == 1 else least_common(below)
    sides = []
    for side in (r.left, r.right):
        sides.append(add(*[quotient([common, t]) if not is_op(t, "add") else mul(common, t) for t in terms_of(side)]))
    if any(depends(d, name) for side in sides for d in denominators(side)):
        raise Stuck("the name stands in a nested denominator")
    move = scale(replace(r, right=ZERO), r.left, common, "Multiply both sides by ")
    head = move.after.head
    return Move(Operation(head, tuple(sides)), move.caption, move.conditions)


def _to_the_left(r: Sides, name: Expr) -> Move:
    """Brackets that hold the name are opened first; then its terms go to the left and all others to the right."""
    opened = [_opened(side, name) for side in (r.left, r.right)]
    if opened != [r.left, r.right]:
        return r.to(opened[0], opened[1], "Multiply out")
    moved = [t for t in terms_of(r.right) if depends(t, name)]
    away = [t for t in terms_of(r.left) if not depends(t, name)]
    kept = [t for t in terms_of(r.left) if depends(t, name)]
    stay = [t for t in terms_of(r.right) if not depends(t, name)]
    caption = ("Bring the terms with ", name, " to the left", *((", the others to the right",) if away else ()))
    left = terms(add(*kept, *map(negated, moved))).merged()
    if len(left.parts) < len(kept) + len(moved) and not left.parts:
        raise RuleError(f"isolate: {to_text(name)} cancels out of {to_text(op('eq', r.left, r.right))}")
    return Move(Operation(r.head, (add(*kept, *map(negated, moved)), total([*stay, *map(negated, away)]))), caption)


def _opened(side: Expr, name: Expr) -> Expr:
    """The side as a sum in which every term holds the name as a factor or not at all."""
    out = []
    for term in terms_of(side):
        inner = term.args[0] if is_op(term, "neg") else term
        tangled = depends(inner, name) and any(is_op(f, "add") and depends(f, name) for f in
                                               (*factors_of(inner), *(factors_of(inner.args[0]) if is_op(inner, "div") else ())))
        out.extend(terms_of(terms(term).merged().expr()) if tangled else (term,))
    return add(*out)


def _factor_out(r: Sides, name: Expr) -> Move:
    opened = _opened(r.left, name)
    if opened != r.left:
        return r.to(opened, r.right, "Multiply out")
    parts = terms_of(r.left)
    if any(not depends(t, name) for t in parts):
        return move_terms(r, [t for t in parts if depends(t, name)], [t for t in parts if not depends(t, name)], r.right)
    after = collected(r.left, name)
    if not depends(after, name):
        raise RuleError(f"isolate: {to_text(name)} cancels out of {to_text(Operation(r.head, (r.left, r.right)))}")
    if after == r.left:
        raise Stuck("the terms could not be collected")
    words = ("Combine the terms with ", name) if occurrences(after, name) == 1 and not is_op(after, "mul") or isinstance(
        factors_of(after)[0], Number) else ("Factor out ", name)
    return r.to(after, r.right, *words)


# --- a search, for the judge to prove ------------------------------------------------------------------------------------

def _search(relation: Operation, name: Expr, why: str) -> Move:
    """A solution that SymPy finds, stated in one step.  Raises RuleError where there is none to state."""
    if any(is_op(node, *_PERIODIC) and depends(node, name) for node in walk(relation)):
        why += "; it has periodic solutions, which are not stated in one line"
    refusal = RuleError(f"isolate: {to_text(relation)} could not be solved for {to_text(name)} by inverse operations ({why}), nor by a search")
    if relation.head != "eq" or "periodic" in why:
        raise refusal
    from ..sympy_bridge import BridgeError, solutions
    try:
        found = solutions(relation, name)
    except BridgeError:
        raise refusal from None
    if not found:
        raise refusal
    conditions = nonzero(*(d for part in (*relation.args, *found) for d in denominators(part)))
    conditions += tuple(dict.fromkeys(op("ge", node.args[0], 0) for part in found for node in walk(part)
                                      if is_op(node, "sqrt") and rational_value(node.args[0]) is None))
    equations = tuple(op("eq", name, value) for value in found)
    after = equations[0] if len(equations) == 1 else Operation("or", equations)
    return Move(after, ("Solve for ", name), conditions, "solve")
