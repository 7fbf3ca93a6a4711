"""Isolating a name, both sides, brackets and fractions, the quadratic formula, signs: where the rules apply, and where they must not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reportgen.derivation import Derivation, RuleError, Step, start
from reportgen.expressions import Expr, Number, Symbol, is_op, op, parse, symbols, to_text
from reportgen.judge import judge
from reportgen.mathprint import to_latex
from reportgen.rules import (add_both_sides, apply_to_both_sides, cancel, collect, divide_both_sides, expand, factor, isolate, multiply_both_sides,
                             quadratic_formula, rewrite, sign_table, simplify_to, substitute, subtract_both_sides, swap_sides, together)
from reportgen.rules.polynomial import least_common, over_common_denominator, terms


def lines(derivation: Derivation) -> list[str]:
    return [to_text(step.after) for step in derivation.steps]


def captions(derivation: Derivation) -> list[str]:
    return ["".join(part if isinstance(part, str) else to_text(part) for part in step.caption) for step in derivation.steps]


def conditions(derivation: Derivation) -> list[str]:
    return list(dict.fromkeys(to_text(c) for step in derivation.steps for c in step.conditions))


def all_proved(derivation: Derivation) -> None:
    for obligation in derivation.obligations("test"):
        verdict = judge(obligation)
        assert verdict.proved, f"{obligation}: {verdict}"


def none_refuted(derivation: Derivation) -> None:
    for obligation in derivation.obligations("test"):
        verdict = judge(obligation)
        assert not verdict.refuted, f"{obligation}: {verdict}"


def value_at(value: Expr, at: dict[str, Fraction]) -> Fraction:
    """The value at a point, worked out here and not by the package.  Raises ZeroDivisionError."""
    if isinstance(value, Number):
        return Fraction(value.text)
    if isinstance(value, Symbol):
        return at[value.name]
    if value.head == "index":
        return at[to_text(value)]
    parts = [value_at(a, at) for a in value.args]
    if value.head == "add":
        return sum(parts, Fraction(0))
    if value.head == "mul":
        out = Fraction(1)
        for part in parts:
            out *= part
        return out
    if value.head == "div":
        return parts[0] / parts[1]
    if value.head == "pow":
        return parts[0] ** int(parts[1])
    if value.head == "neg":
        return -parts[0]
    raise AssertionError(value.head)


# --- isolate ------------------------------------------------------------------------------------------------------------

def test_the_kernel_size_as_one_teaches_it() -> None:
    derivation = start("O = (N - F + 2P)/S + 1").then(isolate("F"))
    assert [to_latex(step.after) for step in derivation.steps] == [
        r"\frac{N - F + 2 P}{S} + 1 = O",
        r"\frac{N - F + 2 P}{S} = O - 1",
        r"N - F + 2 P = S (O - 1)",
        r"-F = S (O - 1) - N - 2 P",
        r"F = N + 2 P - S (O - 1)"]
    assert captions(derivation) == ["Swap the sides, so that F stands on the left", "Subtract 1 from both sides", "Multiply both sides by S",
                                    "Subtract N and 2*P from both sides", "Multiply both sides by -1"]
    assert conditions(derivation) == ["S != 0"]
    all_proved(derivation)


ISOLATED = [   # relation, name, assumptions, what comes out, conditions
    ("O = (N - F + 2P)/S + 1", "S", [], "S = (N - F + 2*P)/(O - 1)", ["S != 0", "O != 1"]),
    ("O = (N - F + 2P)/S + 1", "P", [], "P = (S*(O - 1) - N + F)/2", ["S != 0"]),
    ("O = (N - F + 2P)/S + 1", "N", [], "N = S*(O - 1) + F - 2*P", ["S != 0"]),
    ("y = 2x + 1", "x", [], "x = (y - 1)/2", []),
    ("3x - 4 = 11", "x", [], "x = 5", []),
    ("-2x + 3 = 7", "x", [], "x = -2", []),
    ("1 - 2x = y", "x", [], "x = (1 - y)/2", []),
    ("x/2 + 1 = 5", "x", [], "x = 8", []),
    ("(2/3)*x = y", "x", [], "x = 3*y/2", []),
    ("0.5x = 2", "x", [], "x = 4", []),
    ("2/x = 3", "x", [], "x = 2/3", ["x != 0"]),
    ("1/x + 1/y = 1/z", "x", [], "x = z*y/(y - z)", ["z != 0", "y != 0", "x != 0", "y != z"]),
    ("a x + b = c x + d", "x", [], "x = (d - b)/(a - c)", ["a != c"]),
    ("2(x + 3) = 10", "x", [], "x = 2", []),
    ("3(x + 1) - 2(x - 4) = 5x", "x", [], "x = 11/4", []),
    ("x/3 + x/2 = 5", "x", [], "x = 6", []),
    ("(x + 1)/(x - 1) = y", "x", [], "x = (y + 1)/(y - 1)", ["x != 1", "y != 1"]),
    ("a/(x + b) = c", "x", [], "x = a/c - b", ["x + b != 0", "c != 0"]),
    ("(x - 1)^2 = 4", "x", [], "x = 3 or x = -1", []),
    ("x^2 = a", "x", [], "x = sqrt(a) or x = -sqrt(a)", ["a >= 0"]),
    ("x^2 = a", "x", ["x >= 0"], "x = sqrt(a)", ["a >= 0"]),
    ("x^2 = a", "x", ["x < 0"], "x = -sqrt(a)", ["a >= 0"]),
    ("x^2 = 0", "x", [], "x = 0", []),
    ("x^3 = -8", "x", [], "x = -2", []),
    ("x^(-2) = 1/4", "x", [], "x = 2 or x = -2", ["x != 0"]),
    ("exp(2x) = 5", "x", [], "x = ln(5)/2", []),
    ("exp(2x) = a", "x", [], "x = ln(a)/2", ["a > 0"]),
    ("2^x = 8", "x", [], "x = ln(8)/ln(2)", []),
    ("ln(x) = 2", "x", [], "x = exp(2)", ["x > 0"]),
    ("log(x, 2) = 5", "x", [], "x = 32", ["x > 0"]),
    ("sqrt(x - 1) = 3", "x", [], "x = 10", []),
    ("sqrt(x) = a", "x", [], "x = a^2", ["a >= 0"]),
    ("T = 2*pi*sqrt(L/g)", "g", ["T > 0", "L > 0", "g > 0"], "g = 4*pi^2*L/T^2", []),
    ("y = sqrt(a/(x + b))", "x", ["y > 0"], "x = a/y^2 - b", ["x + b != 0"]),
    ("y = (3/x)^3", "x", ["y > 0", "x > 0"], "x = 3/root(y, 3)", ["root(y, 3) != 0"]),
    ("sqrt(x) = a/(2b)", "x", ["a > 0", "b > 0"], "x = a^2/(4*b^2)", []),
    ("n_1*sin(a) = n_2*sin(b)", "b", ["b >= 0", "b <= pi/2", "n_2 > 0"], "b = asin(n_1*sin(a)/n_2)", ["n_1*sin(a)/n_2 >= -1", "n_1*sin(a)/n_2 <= 1"]),
    ("tan(t) = 3/4", "t", ["-pi/2 < t", "t < pi/2"], "t = atan(3/4)", []),
    ("cos(2x) = 1/2", "x", ["0 <= 2x", "2x <= pi"], "x = acos(1/2)/2", []),
    ("abs(x - 1) = 2", "x", [], "x = 3 or x = -1", []),
    ("abs(x) = a", "x", ["x > 0"], "x = a", []),
    ("y = 1/(1 + exp(-x))", "x", [], "x = -ln(1/y - 1)", ["y != 0", "1/y - 1 > 0"]),
    ("x_1 + x_2 = s", "x_1", [], "x_1 = s - x_2", []),
    ("x^2 + 3x + 2 = 0", "x", [], "x = -2 or x = -1", []),
    # inequalities
    ("-2x + 3 < 7", "x", [], "x > -2", []),
    ("3 > x + 1", "x", [], "x < 2", []),
    ("S*x > 1", "x", ["S > 0"], "x > 1/S", []),
    ("S*x > 1", "x", ["S < 0"], "x < 1/S", []),
    ("1/x < 2", "x", ["x > 0"], "x > 1/2", []),
    ("x^2 < 9", "x", [], "x > -3 and x < 3", []),
    ("x^2 >= 9", "x", [], "x <= -3 or x >= 3", []),
    ("x^2 < a", "x", ["x >= 0"], "x < sqrt(a)", ["a >= 0"]),
    ("exp(z) < 1/2", "z", [], "z < ln(1/2)", []),
    ("abs(x) < 2", "x", [], "x > -2 and x < 2", []),
    ("2x != 6", "x", [], "x != 3", []),
    ("2/x != 3", "x", [], "x != 2/3", ["x != 0"]),
    ("(1/2)^x < a", "x", [], "x > ln(a)/ln(1/2)", ["a > 0"]),
]


@pytest.mark.parametrize(("relation", "name", "assumed", "expected", "needed"), ISOLATED, ids=[f"{r[0]} for {r[1]} {r[2]}" for r in ISOLATED])
def test_isolate(relation: str, name: str, assumed: list[str], expected: str, needed: list[str]) -> None:
    derivation = start(relation, assume=assumed).then(isolate(name))
    assert to_text(derivation.conclusion) == expected
    assert conditions(derivation) == needed
    none_refuted(derivation)
    if not any(word in relation for word in ("abs", "log(", "exp(z)", ")^x")) and "^2 <" not in relation and "^2 >" not in relation and assumed != ["x < 0"]:
        all_proved(derivation)


@pytest.mark.parametrize(("relation", "name", "assumed", "says"), [
    ("y = 2x", "z", [], "does not occur"),
    ("sin(x) = 1/2", "x", [], "assume the range of the angle, at most \"-pi/2 <= x\""),
    ("cos(x) = 1/2", "x", ["x >= 0", "x <= 2*pi"], "assume the range"),
    ("tan(x) = 1", "x", ["-pi/2 <= x", "x <= pi/2"], "-pi/2 < x"),
    ("cos(x) = 3/2", "x", ["x >= 0", "x <= pi"], "not between -1 and 1"),
    ("2x", "x", [], "no equation"),
    ("2x = x + x + 1", "x", [], "cancels out"),
    ("x^2 = -4", "x", [], "no real solution"),
    ("sqrt(x) = -1", "x", [], "no real solution"),
    ("abs(x) = -1", "x", [], "no real solution"),
    ("exp(x) = -1", "x", [], "no real solution"),
    ("exp(x) = 0", "x", [], "no real solution"),
    ("exp(x) > -1", "x", [], "always or never"),
    ("0*x = 1", "x", [], "division by 0"),
    ("1/x = 0", "x", [], "no solution"),
    ("sin(x) = 1", "x", [], "many times"),
    ("x + sin(x) = 1", "x", [], "could not be solved"),
    ("x^5 - x - 1 = 0", "x", [], "could not be solved"),
    ("S*x > 1", "x", [], "sign of S"),
    ("1/x < 2", "x", [], "sign of x"),
    ("1^x = 1", "x", [], "cannot be solved"),
    ("a^x = b", "a", [], "assume"),
    ("x ~= 3.14", "x", [], "no equation"),
])
def test_isolate_refuses(relation: str, name: str, assumed: list[str], says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(relation, assume=assumed).then(isolate(name))


def test_an_inequality_turns_and_says_so() -> None:
    derivation = start("-2x < 4").then(isolate("x"))
    assert lines(derivation) == ["x > -2"] and "turns" in captions(derivation)[0]


def test_a_searched_solution_is_one_step_named_solve() -> None:
    derivation = start("x^2 + 3x + 2 = 0").then(isolate("x"))
    assert [step.rule for step in derivation.steps] == ["solve"]
    all_proved(derivation)


FALSE_STEPS = [
    ("O - 1 = (N - F + 2P)/S", "-F = S*(O - 1 - 2P - N)", ["S != 0"]),     # the wrong rearrangement
    ("2x = 6", "x = 4", []), ("x - 1 = 2", "x = 1", []), ("-2x < 4", "x < -2", []), ("x^2 = 4", "x = 2", []), ("x^2 = x", "x = 1", []),
    ("(a + b)^2 = c", "a^2 + b^2 = c", []),
    ("1/x + 1/y = 1", "x + y = 1", ["x != 0", "y != 0"]),
]


@pytest.mark.parametrize(("before", "after", "where"), FALSE_STEPS)
def test_false_steps_are_refuted(before: str, after: str, where: list[str]) -> None:
    step = Step("isolate", parse(before), parse(after), conditions=tuple(parse(c) for c in where), link="equivalent")
    assert judge(step.obligation((), "t")).refuted


_coefficients = st.integers(-9, 9)


@settings(max_examples=120, deadline=None)
@given(st.lists(_coefficients, min_size=4, max_size=4), st.integers(1, 6), st.integers(1, 6), st.lists(st.integers(-7, 7), min_size=2, max_size=2))
def test_isolated_linear_relations_are_satisfied(k: list[int], p: int, q: int, at: list[int]) -> None:
    a, b, c, d = k
    left = op("add", op("mul", a, "x"), op("div", op("add", "y", b), p))
    right = op("add", op("mul", c, op("add", "x", op("neg", "z"))), op("div", d, q))
    assume(a != c and a and c)
    derivation = start(op("eq", left, right)).then(isolate("x"))
    last = derivation.conclusion
    assert is_op(last, "eq") and last.args[0] == Symbol("x") and "x" not in symbols(last.args[1])
    point = {"y": Fraction(at[0]), "z": Fraction(at[1], 3)}
    point["x"] = value_at(last.args[1], point)
    assert value_at(left, point) == value_at(right, point)
    for step in derivation.steps:      # the solution satisfies every line
        assert value_at(step.after.args[0], point) == value_at(step.after.args[1], point)
    all_proved(derivation)


@settings(max_examples=120, deadline=None)
@given(st.lists(_coefficients, min_size=4, max_size=4), st.integers(-7, 7))
def test_isolated_rational_relations_are_satisfied(k: list[int], at: int) -> None:
    """y = (a x + b)/(c x + d) for x."""
    a, b, c, d = k
    assume(c and a * d != b * c and a)
    relation = op("eq", "y", op("div", op("add", op("mul", a, "x"), b), op("add", op("mul", c, "x"), d)))
    derivation = start(relation).then(isolate("x"))
    point = {"y": Fraction(at, 2)}
    try:
        point["x"] = value_at(derivation.value, point)
        value = value_at(relation.args[1], point)
    except ZeroDivisionError:
        assume(False)
    assert value == point["y"]
    none_refuted(derivation)


# --- both sides -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("relation", "rule", "assumed", "expected", "needed"), [
    ("x - 3 = y", add_both_sides(3), [], "x = y + 3", []),
    ("x + a + 3 = y", subtract_both_sides("a + 3"), [], "x = y - a - 3", []),
    ("x/S + 1 = y", multiply_both_sides("S"), [], "x + S = S*y", ["S != 0"]),
    ("S*x = y", divide_both_sides("S"), [], "x = y/S", ["S != 0"]),
    ("2x = y", divide_both_sides(2), [], "x = y/2", []),
    ("-2x > b", divide_both_sides(-2), [], "x < -b/2", []),
    ("x < y", multiply_both_sides("a"), ["a < 0"], "a*x > a*y", []),
    ("a < b", swap_sides(), [], "b > a", []),
    ("y = exp(x)", apply_to_both_sides("ln"), [], "ln(y) = ln(exp(x))", ["y > 0"]),
    ("x = sqrt(y)", apply_to_both_sides("square"), [], "x^2 = sqrt(y)^2", []),
])
def test_both_sides(relation: str, rule, assumed: list[str], expected: str, needed: list[str]) -> None:
    derivation = start(relation, assume=assumed).then(rule)
    assert lines(derivation) == [expected]
    assert conditions(derivation) == needed
    all_proved(derivation)


@pytest.mark.parametrize(("relation", "rule", "says"), [
    ("x + 1", add_both_sides(3), "needs an equation"), ("x = 1", multiply_both_sides(0), "zero"), ("x < y", multiply_both_sides("a"), "sign of a"),
    ("x < y", apply_to_both_sides("square"), "order"), ("x != y", apply_to_both_sides("square"), "equal"), ("x", swap_sides(), "needs an equation")])
def test_both_sides_refuse(relation: str, rule, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(relation).then(rule)


def test_an_unknown_function_is_refused_at_once() -> None:
    with pytest.raises(RuleError, match="gamma"):
        apply_to_both_sides("gamma")


# --- sums, products, fractions ----------------------------------------------------------------------------------------------

REWRITTEN = [
    (expand(), "(x + 1)*(x + 2)", ["x^2 + 2*x + x + 2", "x^2 + 3*x + 2"], []),
    (expand(), "y = (a + b)^2 - a^2", ["y = a^2 + a*b + a*b + b^2 - a^2", "y = 2*a*b + b^2"], []),
    (expand(), "x^2 + 2*x + x", ["x^2 + 3*x"], []),
    (expand(), "x*(1/x + 1)", ["1 + x"], ["x != 0"]),
    (expand(), "-(a - b)", ["b - a"], []),
    (collect("x"), "a*x + b*x + c", ["x*(a + b) + c"], []),
    (collect("x"), "y = a*x + x^2 + 3*x", ["y = x^2 + x*(a + 3)"], []),
    (factor(), "x^2 - 1", ["(x + 1)*(x - 1)"], []),
    (factor(), "x^2 + 3*x + 2 = 0", ["(x + 1)*(x + 2) = 0"], []),
    (factor(), "a*b + a*c", ["a*(b + c)"], []),
    (cancel(), "(x^2 - 1)/(x - 1)", ["x + 1"], ["x != 1"]),
    (cancel(), "y = (2*a*b)/(4*a)", ["y = b/2"], ["a != 0"]),
    (together(), "1/x + 1/y", ["(y + x)/(x*y)"], ["x != 0", "y != 0"]),
    (together(), "y = 1/(2*x) + 1/(3*x)", ["y = 5/(6*x)"], ["x != 0"]),
    (together(), "1 - 1/(1 + u)", ["u/(1 + u)"], ["u != -1"]),
    (together(), "1/(x*(x + 1)) - 1/x", ["-1/(x + 1)"], ["x != 0", "x != -1"]),
    (rewrite("(x + 1)^2 - 1", "Complete the square"), "y = x^2 + 2*x", ["y = (x + 1)^2 - 1"], []),
    (simplify_to("x*(x + 2)"), "y = x^2 + 2*x", ["y = x*(x + 2)"], []),
    (rewrite("x^2 = 1", link="implies"), "x = 1", ["x^2 = 1"], []),
    (rewrite("x", where=["y != 0"]), "x*y/y", ["x"], ["y != 0"]),
]


@pytest.mark.parametrize(("rule", "text", "expected", "needed"), REWRITTEN, ids=[r[1] for r in REWRITTEN])
def test_rewriting_rules(rule, text: str, expected: list[str], needed: list[str]) -> None:
    derivation = start(text).then(rule)
    assert lines(derivation) == expected
    assert conditions(derivation) == needed
    all_proved(derivation)


@pytest.mark.parametrize(("rule", "text", "says"), [
    (expand(), "x + 1", "nothing to multiply"), (expand(), "(a + b)^200", "too long"), (collect("x"), "a + b", "does not occur"),
    (collect("x"), "sin(x) + x", "inside a function"),
    (collect("x"), "a*x + b", "already"), (factor(), "x^2 + 1", "does not factor"), (factor(), "x", "does not factor"),
    (cancel(), "(x + 1)/(x - 1)", "no common factor"),
    (cancel(), "x + 1", "no common factor"), (together(), "x + 1", "no sum of fractions"), (rewrite("x"), "x", "already"),
    (rewrite("x = 1"), "x + 1", "relation")])
def test_rewriting_rules_refuse(rule, text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(text).then(rule)


def test_a_false_statement_of_the_author_is_refuted() -> None:
    derivation = start("y = x^2").then(rewrite("x^3"))
    assert [judge(o).refuted for o in derivation.obligations("t")] == [True]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_coefficients, st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=4),
       st.lists(st.tuples(_coefficients, st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3), st.integers(-5, 5), st.integers(1, 5))
def test_multiplying_out_keeps_the_value(left: list, right: list, x: int, y: int) -> None:
    def polynomial(parts: list) -> Expr:
        built = [op("mul", c, op("pow", "x", i), op("pow", "y", j)) for c, i, j in parts]
        return built[0] if len(built) == 1 else op("add", *built)
    value = op("mul", polynomial(left), polynomial(right))
    point = {"x": Fraction(x, 3), "y": Fraction(y, 2)}
    found = terms(value)
    assert value_at(found.expr(), point) == value_at(value, point) == value_at(found.merged().expr(), point)


def test_common_denominators() -> None:
    assert to_text(least_common([parse("2*x"), parse("3*x^2"), parse("x*(x + 1)")])) == "6*x^2*(x + 1)"
    assert to_text(over_common_denominator(parse("a/b - c/d"))) == "(d*a - b*c)/(b*d)"


# --- the quadratic formula ------------------------------------------------------------------------------------------------------

def test_the_quadratic_formula_step_by_step() -> None:
    derivation = start("x^2 + 5x + 6 = 0").then(quadratic_formula("x"))
    assert lines(derivation)[0] == "x = (-5 + sqrt(1))/(2*1) or x = (-5 - sqrt(1))/(2*1)"
    assert lines(derivation)[-1] == "x = -2 or x = -3"
    assert [to_text(s.after) for s in derivation.steps[0].substeps] == ["5^2 - 4*1*6", "25 - 24", "1"]
    all_proved(derivation)


@pytest.mark.parametrize(("text", "expected", "needed"), [
    ("x^2 = 2", "x = sqrt(2) or x = -sqrt(2)", []),
    ("x^2 - 2x + 1 = 0", "x = 1", []),
    ("2x^2 = 3x + 1", "x = (3 + sqrt(17))/4 or x = (3 - sqrt(17))/4", []),
    ("x(x - 1) = 6", "x = 3 or x = -2", []),
    ("x^2/2 - x = 3/2", "x = 3 or x = -1", []),
    ("x^2 + 2x - 4 = 0", "x = -1 + sqrt(5) or x = -1 - sqrt(5)", []),
    ("a*x^2 + b*x + c = 0", "x = (-b + sqrt(b^2 - 4*a*c))/(2*a) or x = (-b - sqrt(b^2 - 4*a*c))/(2*a)", ["a != 0", "b^2 - 4*a*c >= 0"]),
    ("x^2 + 2k*x = 1", "x = (-2*k + sqrt(4*k^2 + 4))/2 or x = (-2*k - sqrt(4*k^2 + 4))/2", []),
])
def test_quadratic_formula(text: str, expected: str, needed: list[str]) -> None:
    derivation = start(text).then(quadratic_formula("x"))
    assert to_text(derivation.conclusion) == expected
    assert conditions(derivation) == needed
    all_proved(derivation)


@pytest.mark.parametrize(("text", "says"), [("x^2 + x + 1 = 0", "no real solution"), ("x + 1 = 0", "not quadratic"), ("x^3 = x", "not quadratic"),
    ("x^2 < 1", "no equation"),
                                            ("1/x + x^2 = 0", "not quadratic"), ("x^2 + sin(x) = 0", "inside a function"),
                                            ("x^2 = x^2 + x", "not quadratic")])
def test_quadratic_formula_refuses(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(text).then(quadratic_formula("x"))


# --- signs ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "name", "assumed", "zeros", "poles", "signs"), [
    ("exp(z)*(2*exp(z) - 1)", "z", [], ["-ln(2)"], [], [-1, 1]),
    ("2*exp(2z)*(2 - exp(z))/(1 + exp(z))^4", "z", [], ["ln(2)"], [], [1, -1]),
    ("(1/(1 + exp(-z)))*(1 - 1/(1 + exp(-z)))", "z", [], [], [], [1]),
    ("(x - 1)/(x + 2)", "x", [], ["1"], ["-2"], [1, -1, 1]),
    ("(x^2 - 1)/(x - 1)", "x", [], ["-1"], ["1"], [-1, 1, 1]),
    ("x^3 - x", "x", ["x > 0"], ["1"], [], [-1, 1]),
    ("x^2 + 1", "x", [], [], [], [1]),
    ("(x - 1/2)^2", "x", [], ["1/2"], [], [1, 1]),
    ("-5", "x", [], [], [], [-1]),
])
def test_sign_table(text: str, name: str, assumed: list[str], zeros: list[str], poles: list[str], signs: list[int]) -> None:
    found = sign_table(text, name, assumed)
    assert [to_text(z) for z in found.zeros] == zeros
    assert [to_text(p) for p in found.poles] == poles
    assert [i.sign for i in found.intervals] == signs
    for obligation in found.obligations("signs"):
        assert judge(obligation).proved, obligation
    for claim in found.claims[: len(signs)]:       # the other way round is refuted
        turned = replace(claim, statement=op({"gt": "le", "lt": "ge"}[claim.statement.head], *claim.statement.args))
        assert not judge(turned.obligations("t")[0]).proved
    assert len(found.table.rows) == 2 * len(signs) - 1


def test_irrational_zeros_are_located_exactly() -> None:
    found = sign_table("x^2 - 2", "x")
    assert [to_text(z) for z in found.zeros] == ["-sqrt(2)", "sqrt(2)"] and [i.sign for i in found.intervals] == [1, -1, 1]
    assert [to_text(c) for c in found.changes] == ["-sqrt(2)", "sqrt(2)"]
    assert not any(judge(o).refuted for o in found.obligations("t"))


@pytest.mark.parametrize(("text", "assumed", "says"), [
    ("sin(x)", [], "rational"), ("x - x", [], "zero everywhere"), ("a*x", [], "depends on a"), ("x^5 - x - 1", [], "exactly"),
    ("x + exp(x)", [], "rational"),
    ("x", ["x > 1", "x < 0"], "no interval")])
def test_sign_table_refuses(text: str, assumed: list[str], says: str) -> None:
    with pytest.raises(RuleError, match=says):
        sign_table(text, "x", assumed)


def test_rules_work_one_after_the_other() -> None:
    derivation = start("O = (N - F + 2P)/S + 1", assume=["S > 0"]).then(isolate("F"), substitute(N=32, P=0, S=1, O=28))
    assert lines(derivation)[-1] == "F = 32 + 2*0 - 1*(28 - 1)"
    all_proved(derivation)


def test_a_step_says_which_earlier_condition_it_relies_on() -> None:
    derivation = start("ln(x) = a").then(apply_to_both_sides("exp"), rewrite("x = exp(a)", where=["x > 0"]),
                                         rewrite("x^2 = b", link="implies", given=["exp(a)^2 = b"]), isolate("x"))
    last = derivation.steps[-1]
    assert to_text(last.after) == "x = sqrt(b)" and parse("x > 0") in last.given
    assert not judge(last.obligation((), "t")).refuted
    squared = start("x^2 = a").then(isolate("x")).steps[-1]
    assert squared.given == ()
