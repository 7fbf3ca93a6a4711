"""Rules of algebra: both sides at once, multiplying out, factoring, fractions, and a next form that the author states."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..derivation import Caption, Derivation, Rule, RuleError, Step, formula_of, name_of
from ..expressions import Expr, Operation, add, count_nodes, is_op, is_relation, op, rational_value, to_text
from .forms import (CONNECTIVES, INEQUALITIES, ZERO, denominators, depends, known_facts, link_of, map_sides, negated, nonzero, product, quotient,
                    relation_of, relied_on, sign_of, terms_of, total)
from .making import rule_factory
from .polynomial import MAX_POLYNOMIAL_TERMS, collected, over_common_denominator, terms

MAX_SHOWN_TERMS = 12    # a product with more terms than this is shown with like terms combined at once


# --- both sides -------------------------------------------------------------------------------------------------------

@rule_factory
def add_both_sides(what: object) -> Rule:
    """The same added to both sides: ``x - 3 = y`` with 3 -> ``x = y + 3``."""
    return _shift("add_both_sides", what, "Add ", " to both sides", lambda e: e)


@rule_factory
def subtract_both_sides(what: object) -> Rule:
    """The same subtracted from both sides: ``x + 3 = y`` with 3 -> ``x = y - 3``."""
    return _shift("subtract_both_sides", what, "Subtract ", " from both sides", negated)


def _shift(name: str, what: object, before: str, after: str, sign: Callable[[Expr], Expr]) -> Rule:
    amount = formula_of(what)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        relation = relation_of(derivation, name)
        changed = terms_of(sign(amount)) if is_op(amount, "add") and sign is not negated else [sign(t) for t in terms_of(amount)]
        sides = tuple(without_opposites([*terms_of(side), *changed]) for side in relation.args)
        return (Step(name, relation, Operation(relation.head, sides), (before, amount, after)),)

    return rule


def without_opposites(parts: Iterable[Expr]) -> Expr:
    """The sum of the terms; t and -t leave, plain numbers are combined."""
    kept: list[Expr] = []
    for part in parts:
        if negated(part) in kept and rational_value(part) is None:
            kept.remove(negated(part))
        else:
            kept.append(part)
    return total(kept)


@rule_factory
def multiply_both_sides(by: object) -> Rule:
    """Both sides times the same; it must not be 0 (printed), and in an inequality its sign must be known.

        x/S = y   multiply_both_sides("S")   ->   x = S y     where S != 0
    """
    return _scale("multiply_both_sides", by, "Multiply both sides by ", lambda side, amount: _times(amount, side))


@rule_factory
def divide_both_sides(by: object) -> Rule:
    """Both sides divided by the same; it must not be 0 (printed), and in an inequality its sign must be known."""
    return _scale("divide_both_sides", by, "Divide both sides by ", lambda side, amount: quotient([side], [amount]))


def _times(amount: Expr, side: Expr) -> Expr:
    if is_op(side, "add") and any(is_op(t, "div") or (is_op(t, "neg") and is_op(t.args[0], "div")) for t in side.args):
        return add(*[part for t in side.args for part in terms_of(product(amount, t))])     # the fractions vanish term by term
    return product(amount, side)


def _scale(name: str, by: object, words: str, change: Callable[[Expr, Expr], Expr]) -> Rule:
    amount = formula_of(by)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        relation = relation_of(derivation, name)
        if rational_value(amount) == 0:
            raise RuleError(f"{name}: zero is no factor for both sides, because the step could not be taken back")
        head, conditions, caption, facts = relation.head, nonzero(amount), (words, amount), ()
        if head in INEQUALITIES:
            sign = sign_of(amount, known_facts(derivation))
            if sign not in ("+", "-"):
                raise RuleError(f"{name}: the sign of {to_text(amount)} is not known; assume \"{to_text(amount)} > 0\" or \"{to_text(amount)} < 0\"")
            conditions, facts = (), relied_on(derivation, amount)
            if sign == "-":
                head, caption = INEQUALITIES[head], (words, amount, "; the inequality sign turns")
        return (Step(name, relation, Operation(head, tuple(change(side, amount) for side in relation.args)), caption, conditions, facts),)

    return rule


@rule_factory
def swap_sides() -> Rule:
    """``a = b`` -> ``b = a``; ``a < b`` -> ``b > a``."""
    def rule(derivation: Derivation) -> tuple[Step, ...]:
        relation = relation_of(derivation, "swap_sides")
        left, right = relation.args
        return (Step("swap_sides", relation, Operation(INEQUALITIES.get(relation.head, relation.head), (right, left)), ("Swap the sides",)),)

    return rule


# function -> (what the caption says, what must hold of each side, whether the step can be taken back)
_APPLIED: dict[str, tuple[str, str, bool]] = {
    "ln": ("Take the natural logarithm of both sides", "gt", True),
    "exp": ("Apply the exponential function to both sides", "", True),
    "sqrt": ("Take the square root of both sides", "ge", True),
    "square": ("Square both sides", "", False),
    "abs": ("Take the absolute value of both sides", "", False),
    "sin": ("Take the sine of both sides", "", False), "cos": ("Take the cosine of both sides", "", False),
}


@rule_factory
def apply_to_both_sides(function: str) -> Rule:
    """A function of both sides: "ln", "exp", "sqrt" (equivalent, under conditions), "square", "abs", "sin", "cos" (only forwards).

        y = exp(x)   apply_to_both_sides("ln")   ->   ln(y) = ln(exp(x))     where y > 0

    Raises RuleError for other functions, and for an inequality where the function does not keep the order.
    """
    if function not in _APPLIED:
        raise RuleError(f"apply_to_both_sides: {function!r} is not one of {', '.join(_APPLIED)}")
    words, needed, back = _APPLIED[function]

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        relation = relation_of(derivation, "apply_to_both_sides")
        if relation.head in INEQUALITIES and not back:
            raise RuleError(f"apply_to_both_sides: {function} does not keep the order of an inequality")
        if relation.head == "ne" and not back:
            raise RuleError(f"apply_to_both_sides: {function} can make different things equal")
        facts = known_facts(derivation)
        met = ("+",) if needed == "gt" else ("+", ">=", "0")
        conditions = tuple(op(needed, side, 0) for side in relation.args if needed and sign_of(side, facts) not in met)
        relied = tuple(dict.fromkeys(f for side in relation.args for f in relied_on(derivation, side))) if needed else ()
        sides = tuple(op("pow", side, 2) if function == "square" else op(function, side) for side in relation.args)
        return (Step("apply_to_both_sides", relation, Operation(relation.head, sides), (words,), conditions, relied, link="equivalent" if back else "implies"),)

    return rule


# --- sums and products --------------------------------------------------------------------------------------------------

@rule_factory
def expand() -> Rule:
    """Brackets multiplied out, then like terms combined (two steps where both happen).

        (x + 1)(x + 2)   ->   x^2 + 2x + x + 2   ->   x^2 + 3x + 2

    Raises RuleError where there is nothing to multiply out or to combine.
    """
    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        conditions = nonzero(*denominators(before)) if _vanishing(before) else ()
        opened = map_sides(before, _opened)
        merged = map_sides(before, _merged)
        steps = []
        if opened != before and opened != merged and _size(opened) <= MAX_SHOWN_TERMS:
            steps.append(Step("expand", before, opened, ("Multiply out",), conditions, link=link_of(before)))
        if merged != opened or not steps:
            at = steps[-1].after if steps else before
            words = "Combine like terms" if steps or not _has_brackets(before) else "Multiply out"
            if merged != at:
                steps.append(Step("expand", at, merged, (words,), conditions if not steps else (), link=link_of(before)))
        if not steps:
            raise RuleError(f"expand: there is nothing to multiply out in {to_text(before)}")
        return tuple(steps)

    return rule


def _opened(side: Expr) -> Expr:
    found = terms(side)
    return found.expr() if len(found.parts) <= MAX_POLYNOMIAL_TERMS and found.parts else ZERO if not found.parts else side


def _merged(side: Expr) -> Expr:
    after = terms(side).merged().expr()
    return side if after == side else after


def _size(statement: Expr) -> int:
    return max(len(terms_of(side)) for side in _sides(statement))


def _sides(statement: Expr) -> tuple[Expr, ...]:
    if is_relation(statement) or is_op(statement, *CONNECTIVES):
        return tuple(side for a in statement.args for side in _sides(a))
    return (statement,)


def _has_brackets(statement: Expr) -> bool:
    def bracket(value: Expr) -> bool:
        if not isinstance(value, Operation):
            return False
        if value.head in ("mul", "div", "pow", "neg") and any(is_op(a, "add") for a in value.args):
            return True
        return value.head in ("mul", "div", "pow", "neg", "add") and any(bracket(a) for a in value.args)
    return any(bracket(side) for side in _sides(statement))


def _vanishing(before: Expr) -> bool:
    """True where multiplying out makes a denominator disappear: x (1/x) -> 1 needs x != 0."""
    after = map_sides(before, _merged)
    return set(denominators(after)) != set(denominators(before))


@rule_factory
def collect(name: str | Expr) -> Rule:
    """Powers of one name gathered, highest first: ``a x + b x + c`` -> ``x (a + b) + c``.

    Raises RuleError where the name does not occur, or stands inside a function.
    """
    wanted = name_of(name)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        if not any(depends(side, wanted) for side in _sides(before)):
            raise RuleError(f"collect: {to_text(wanted)} does not occur in {to_text(before)}")
        after = map_sides(before, lambda side: collected(side, wanted) if depends(side, wanted) else side)
        if after == before:
            raise RuleError(f"collect: {to_text(before)} is collected already")
        return (Step("collect", before, after, ("Collect the terms with ", wanted), link=link_of(before)),)

    return rule


@rule_factory
def factor() -> Rule:
    """Sums as products: ``x^2 - 1`` -> ``(x - 1)(x + 1)``.  SymPy searches; the judge proves.

    Raises RuleError where nothing factors.
    """
    return _searching("factor", "factor", "Factor", "does not factor over the rational numbers")


@rule_factory
def cancel() -> Rule:
    """Common factors cancelled: ``(x^2 - 1)/(x - 1)`` -> ``x + 1`` where ``x != 1``.  Every denominator met is a condition.

    Raises RuleError where nothing cancels.
    """
    return _searching("cancel", "cancel", "Cancel the common factor", "has no common factor to cancel", fractions=True)


def _searching(rule_name: str, search: str, words: str, refusal: str, fractions: bool = False) -> Rule:
    def rule(derivation: Derivation) -> tuple[Step, ...]:
        import sympy

        from ..sympy_bridge import BridgeError, searched

        before = derivation.conclusion

        def change(side: Expr) -> Expr:
            if not isinstance(side, Operation) or (fractions and not list(denominators(side))):
                return side
            try:
                found = searched(side, getattr(sympy, search))
            except BridgeError as error:
                raise RuleError(f"{rule_name}: {error}") from None
            if terms(found).merged().expr() == found and is_op(found, "add") and not fractions:
                return side       # still a sum: only the order of terms would change
            return found

        after = map_sides(before, change)
        if after == before or (fractions and len(set(denominators(after))) >= len(set(denominators(before))) and _same_size(before, after)):
            raise RuleError(f"{rule_name}: {to_text(before)} {refusal}")
        conditions = nonzero(*denominators(before))
        return (Step(rule_name, before, after, (words,), conditions, link=link_of(before)),)

    return rule


def _same_size(before: Expr, after: Expr) -> bool:
    return count_nodes(after) >= count_nodes(before)


@rule_factory
def together() -> Rule:
    """A sum of fractions as one fraction: ``1/x + 1/y`` -> ``(y + x)/(x y)``.  The denominators are conditions.

    Raises RuleError where there is no sum of fractions.
    """
    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        after = map_sides(before, lambda side: over_common_denominator(side) if is_op(side, "add") else side)
        if after == before:
            raise RuleError(f"together: there is no sum of fractions in {to_text(before)}")
        return (Step("together", before, after, ("Bring to a common denominator",), nonzero(*denominators(before)), link=link_of(before)),)

    return rule


# --- the author states the next form --------------------------------------------------------------------------------------

@rule_factory
def rewrite(target: object, caption: "str | Caption" = "", rule_name: str = "rewrite", *, where: Iterable[object] = (),
            given: Iterable[object] = (), link: str = "") -> Rule:
    """The next form as the author states it (text, LaTeX, an expression); the judge must prove it.

    A relation replaces the whole statement; an expression replaces the right side of a relation, or the expression.  ``where``
    are side conditions that are printed, ``given`` facts that the step uses; ``link="implies"`` for a step that only leads forwards.

        (1/n) * sum(...)   rewrite("m", "Definition of the mean", given=["m = ..."])   ->   m
    """
    goal = formula_of(target)
    words: Caption = (caption,) if isinstance(caption, str) and caption else tuple(caption) if caption else ("Rewrite",)
    conditions, facts = tuple(formula_of(c) for c in where), tuple(formula_of(g) for g in given)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        whole = is_relation(goal) or is_op(goal, *CONNECTIVES)
        if whole and link_of(before) == "equal":
            raise RuleError(f"{rule_name}: {to_text(before)} is an expression, and {to_text(goal)} is a relation")
        if not whole and is_relation(before):
            after: Expr = Operation(before.head, (before.args[0], goal))
        elif not whole and link_of(before) == "equivalent":
            raise RuleError(f"{rule_name}: state the whole of {to_text(before)} in its next form")
        else:
            after = goal
        if after == before:
            raise RuleError(f"{rule_name}: {to_text(before)} has this form already")
        return (Step(rule_name, before, after, words, conditions, facts, link=link or link_of(before)),)

    return rule


@rule_factory
def simplify_to(target: object, caption: "str | Caption" = "Simplify", *, where: Iterable[object] = ()) -> Rule:
    """``rewrite`` under the name "simplify": the author states the simpler form, the judge proves it."""
    return rewrite(target, caption, "simplify", where=where)


__all__ = ["add_both_sides", "apply_to_both_sides", "cancel", "collect", "divide_both_sides", "expand", "factor", "multiply_both_sides", "rewrite",
           "simplify_to", "subtract_both_sides", "swap_sides", "together", "without_opposites"]
