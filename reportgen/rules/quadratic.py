"""The quadratic formula, as it is written by hand: coefficients, discriminant, formula, values."""

from __future__ import annotations

from ..derivation import Derivation, Rule, RuleError, Step, name_of
from ..expressions import Expr, Operation, Symbol, add, expr, is_op, mul, op, rational_value, symbols, to_text
from .arithmetic import evaluation_steps, place
from .evaluation import fully
from .forms import ZERO, denominators, depends, link_of, negated, nonzero
from .making import rule_factory
from .polynomial import collected, terms

_LETTERS = (("a", "b", "c", "D"), ("A", "B", "C", "D"), ("p", "q", "r", "d"), ("alpha", "beta", "gamma", "delta"))


@rule_factory
def quadratic_formula(name: str | Expr) -> Rule:
    """a x^2 + b x + c = 0 solved by the formula: standard form, coefficients and discriminant (substeps), formula, arithmetic.

        x^2 + 5x + 6 = 0   ->   x = (-5 + sqrt(1))/(2*1) or x = (-5 - sqrt(1))/(2*1)   ->   ...   ->   x = -2 or x = -3

    With names as coefficients the conditions a != 0 and D >= 0 are printed.
    Raises RuleError where the equation is not quadratic in the name, and where the discriminant is negative (no real solution).
    """
    wanted = name_of(name)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        if not is_op(before, "eq"):
            raise RuleError(f"quadratic_formula: {to_text(before)} is no equation")
        standard = _standard_form(before, wanted)
        steps: list[Step] = []
        if standard != before:
            steps.append(Step("standard_form", before, standard, ("Bring everything to the left, in falling powers of ", wanted),
                              nonzero(*denominators(before)), link="equivalent"))
        powers = terms(standard.args[0]).by_power(wanted)
        a, b, c = (powers.get(k, ZERO) for k in (2, 1, 0))
        steps.extend(_formula(standard, wanted, a, b, c))
        return (*steps, *evaluation_steps(steps[-1].after))

    return rule


def _standard_form(equation: Operation, name: Expr) -> Operation:
    left, right = equation.args
    try:
        whole = collected(left if right == ZERO else add(left, negated(right)), name)
        powers = terms(whole).by_power(name)
    except RuleError as error:
        raise RuleError(f"quadratic_formula: {to_text(equation)}: {error}") from None
    if max(powers, default=0) != 2 or min(powers) < 0:
        raise RuleError(f"quadratic_formula: {to_text(equation)} is not quadratic in {to_text(name)}")
    same = right == ZERO and len(whole.args if is_op(whole, "add") else (whole,)) == len(left.args if is_op(left, "add") else (left,))
    return equation if same and not _needs_order(left, name) else Operation("eq", (whole, ZERO))


def _needs_order(left: Expr, name: Expr) -> bool:
    """True where the powers do not fall from left to right, or a bracket is still closed."""
    parts = left.args if is_op(left, "add") else (left,)
    degrees = [terms(p).degree(name) for p in parts]
    return degrees != sorted(degrees, reverse=True) or any(depends(p, name) and len(terms(p).merged().parts) > 1 and not is_op(p, "mul") for p in parts)


def _formula(equation: Operation, name: Expr, a: Expr, b: Expr, c: Expr) -> list[Step]:
    taken = set(symbols(equation))
    letters = next((row for row in _LETTERS if not taken & set(row)), None)
    numeric = all(rational_value(k) is not None for k in (a, b, c))
    in_place = add(op("pow", b, 2), op("neg", mul(expr(4), a, c)))
    value = fully(in_place) if numeric else terms(in_place).merged().expr()
    known = rational_value(value)
    if known is not None and known < 0:
        raise RuleError(f"quadratic_formula: {to_text(equation)} has no real solution, because its discriminant is {to_text(value)}")
    substeps: tuple[Step, ...] = ()
    caption: tuple[object, ...] = ("Quadratic formula with the discriminant ", value)
    if (a, b, c) == (Symbol("a"), Symbol("b"), Symbol("c")):
        caption = ("Quadratic formula with the discriminant ", value)
    elif letters is not None:
        la, lb, lc, ld = (Symbol(letter) for letter in letters)
        general = add(op("pow", lb, 2), op("neg", mul(expr(4), la, lc)))
        facts = tuple(op("eq", k, v) for k, v in ((la, a), (lb, b), (lc, c)))
        filled = place(general, {la: a, lb: b, lc: c})
        discriminant = Step("discriminant", general, filled, ("Discriminant ", op("eq", ld, general), " with ", facts[0], ", ", facts[1], " and ", facts[2]),
                            given=facts, link="equal")
        if numeric:
            rest = evaluation_steps(filled)
        else:
            rest = (Step("expand", filled, value, ("Simplify",), link="equal"),) if value != filled else ()
        substeps = (discriminant, *rest)
        caption = ("Quadratic formula with ", facts[0], ", ", facts[1], ", ", facts[2], " and the discriminant ", op("eq", ld, value))
    conditions = nonzero(a) + (() if known is not None else (op("ge", value, 0),))
    below = mul(expr(2), a)
    if known == 0:
        after: Expr = op("eq", name, op("div", _minus(b), below))
    else:
        root = op("sqrt", value)
        after = op("or", op("eq", name, op("div", _sum(b, root), below)), op("eq", name, op("div", _sum(b, op("neg", root)), below)))
    return [Step("quadratic_formula", equation, after, caption, conditions, substeps=substeps, link=link_of(equation))]


def _minus(b: Expr) -> Expr:
    """-b in place: -5, -(-5)."""
    return ZERO if b == ZERO else Operation("neg", (b,))


def _sum(b: Expr, root: Expr) -> Expr:
    return root if b == ZERO else add(_minus(b), root)
