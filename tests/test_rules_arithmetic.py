"""Substitution, sums written out, arithmetic in steps: the lines as a careful person writes them, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.derivation import Derivation, RuleError, start
from reportgen.expressions import Expr, Number, Operation, column, expr, is_op, op, parse, to_text, walk
from reportgen.judge import judge
from reportgen.mathprint import to_latex
from reportgen.rules import evaluate, expand_sum, substitute, substitute_vector
from reportgen.rules.evaluation import fully
from reportgen.rules.forms import depends, negated, number, quotient, sign_of, total


def lines(derivation: Derivation) -> list[str]:
    return [to_text(step.after) for step in derivation.steps]


def caption(step) -> str:
    return "".join(part if isinstance(part, str) else to_text(part) for part in step.caption)


def all_proved(derivation: Derivation) -> None:
    for obligation in derivation.obligations("test"):
        verdict = judge(obligation)
        assert verdict.proved, f"{obligation}: {verdict}"


# --- evaluate: one level a line ---------------------------------------------------------------------------------------

EVALUATED = [
    ("32 + 2*0 - 1*(28 - 1)", ["32 + 0 - 27", "5"]),
    ("(1*5^2 + 1)*6", ["(25 + 1)*6", "26*6", "156"]),
    ("(32 - 5 + 2*0)/1 + 1", ["(32 - 5 + 0)/1 + 1", "27 + 1", "28"]),
    ("(1 + 2)*(3 + 4) - 5*2", ["3*7 - 10", "21 - 10", "11"]),
    ("1/2 + 1/3", ["3/6 + 2/6", "5/6"]),
    ("1/2 + 1/6 - 1/3", ["3/6 + 1/6 - 2/6", "2/6", "1/3"]),
    ("1/2 - 1/2", ["0"]),
    ("4/6", ["2/3"]),
    ("6/3", ["2"]),
    ("2/(3/4)", ["2*(4/3)", "8/3"]),
    ("(2/3)*(3/4)", ["6/12", "1/2"]),
    ("0.2 + 0.5*0.1", ["0.2 + 0.05", "0.25"]),
    ("0.10 + 0.20", ["0.3"]),
    ("1/0.3", ["10/3"]),
    ("0.5*(1/3)", ["1/6"]),
    ("1.5^2", ["2.25"]),
    ("2^(-3)", ["1/8"]),
    ("(-2)^3", ["-8"]),
    ("8^(2/3)", ["4"]),
    ("sqrt(9/4)", ["3/2"]),
    ("sqrt(8)", ["2*sqrt(2)"]),
    ("root(27, 3)", ["3"]),
    ("abs(-3) + floor(-7/2) + ceil(7/2)", ["3 - 4 + 4", "3"]),
    ("5!/(2!*3!)", ["120/(2*6)", "120/12", "10"]),
    ("binomial(5, 2)", ["10"]),
    ("max(1, 2/3) - min(1, 2/3)", ["1 - 2/3", "3/3 - 2/3", "1/3"]),
    ("log(8, 2) + ln(1)", ["3 + 0", "3"]),
    ("-(-3)", ["3"]),
    ("a - (-3)", ["a + 3"]),
    ("x + 3 + 4", ["x + 7"]),
    ("2*x + 0*y + 1*z", ["2*x + z"]),
    ("x*2*3", ["6*x"]),
    ("(2*x)/4", ["x/2"]),
    ("(-2 + 2*sqrt(5))/2", ["-1 + sqrt(5)"]),
    ("x^(2 - 1)", ["x^1", "x"]),
    ("y = 2*3 + 1", ["y = 6 + 1", "y = 7"]),
    ("[[1 + 1, 2*3], [1, 0]]", ["[[2, 6], [1, 0]]"]),
    ("ln(exp(x))", ["x"]),
    ("1 - 0", ["1"]),
    ("sqrt(50) + sqrt(8)", ["5*sqrt(2) + 2*sqrt(2)", "7*sqrt(2)"]),
    ("2*sqrt(3) - sqrt(12)", ["2*sqrt(3) - 2*sqrt(3)", "0"]),
    ("5*sqrt(3)/2 - x - sqrt(3)/3", ["13*sqrt(3)/6 - x"]),
    ("pi/3 + pi/6", ["pi/2"]),
    ("20*cos(pi/6)", ["20*(sqrt(3)/2)", "20*sqrt(3)/2", "10*sqrt(3)"]),
    ("sin(2*pi/3) + cos(pi)", ["sqrt(3)/2 - 1"]),
    ("tan(-pi/4)", ["-1"]),
    ("acos(-1/2) + asin(0)", ["2*pi/3"]),
    ("4*pi^2/3.5*0.002", ["0.008*pi^2/3.5"]),
    ("(2*ln(2)/ln(3))*(1/2)", ["ln(2)/ln(3)"]),
    ("0*ln(2) + (1 - 0)*ln(1 - 0.5)", ["1*ln(0.5)", "ln(0.5)"]),
    ("floor((32 + 2*0 - 5)/2) + 1", ["floor((32 + 0 - 5)/2) + 1", "floor(27/2) + 1", "13 + 1", "14"]),
]


@pytest.mark.parametrize("head", ["sin", "cos", "tan"])
def test_values_at_special_angles(head: str) -> None:
    for twelfth in range(-30, 31):
        if head == "tan" and twelfth % 12 == 6:
            continue
        value = fully(parse(f"{head}({twelfth}*pi/12)"))
        if twelfth % 2 == 0 or twelfth % 3 == 0:
            assert not any(is_op(node, head) for node in walk(value))
        shown = eval(to_text(value).replace("^", "**"), {"sqrt": math.sqrt, "pi": math.pi, "sin": math.sin, "cos": math.cos, "tan": math.tan})
        assert math.isclose(shown, getattr(math, head)(twelfth*math.pi/12), abs_tol=1e-12)


def test_the_tangent_of_a_right_angle_has_no_value() -> None:
    with pytest.raises(RuleError, match="tangent"):
        start("tan(pi/2)").then(evaluate())


@pytest.mark.parametrize(("text", "expected"), EVALUATED)
def test_evaluate_writes_these_lines(text: str, expected: list[str]) -> None:
    derivation = start(text).then(evaluate())
    assert lines(derivation) == expected
    all_proved(derivation)


@pytest.mark.parametrize("text", ["x", "2", "1/3", "-2/3", "0.25", "sqrt(2)", "ln(2)", "x + y", "2*x", "x^2", "x_1 + x_2", "root(-27, 3)"])
def test_nothing_to_evaluate_is_no_step(text: str) -> None:
    assert start(text).then(evaluate()).steps == ()


@pytest.mark.parametrize(("text", "says"), [
    ("x/0", "division by zero"), ("1/(2 - 2)", "division by zero"), ("0^(-1)", "division by zero"), ("0^0", "0^0"), ("sqrt(-4)", "real"),
    ("root(-4, 2)", "real"), ("ln(0)", "real"), ("ln(-1)", "real"), ("9^9^9^9", "digits"), ("2000!", "too long"), ("(-1)!", "whole"),
    ("(1/2)!", "whole"),
    ("(10^3000)*(10^3000)", "digits")])
def test_evaluate_refuses(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says.replace("^", r"\^")):
        start(text).then(evaluate())


@pytest.mark.parametrize(("text", "conditions"), [("0/x", ["x != 0"]), ("x^0", ["x != 0"]), ("0*(1/x)", ["x != 0"]), ("exp(ln(x))", ["x > 0"]),
    ("0*x", [])])
def test_conditions_of_a_step_are_stated(text: str, conditions: list[str]) -> None:
    steps = start(text).then(evaluate()).steps
    assert [to_text(c) for step in steps for c in step.conditions] == conditions


def test_under_a_sum_no_condition_on_the_index_is_made() -> None:
    assert start("sum(0/i, i, 0, n)").then(evaluate()).steps == ()


def test_short_is_two_steps_with_the_long_way_inside() -> None:
    derivation = start("(1*5^2 + 1)*6").then(evaluate("short"))
    assert lines(derivation) == ["26*6", "156"]
    assert len(derivation.steps[0].substeps) == 2
    all_proved(derivation)
    with pytest.raises(RuleError, match="full"):
        evaluate("long")


def test_captions_say_what_was_done() -> None:
    steps = start("32 + 2*0 - 1*(28 - 1)").then(evaluate()).steps
    assert [caption(s) for s in steps] == ["Multiply and subtract", "Add and subtract"]


_numbers = st.integers(-12, 12)


@st.composite
def arithmetic(draw, depth: int = 3) -> tuple[Expr, Fraction]:
    """A random expression of numbers, and its value worked out beside it."""
    if depth == 0 or draw(st.booleans()):
        n, d = draw(_numbers), draw(st.integers(1, 6))
        kind = draw(st.sampled_from(["int", "fraction", "decimal"]))
        if kind == "decimal":
            value = Fraction(n, 10)
            return number(value, True), value
        value = Fraction(n, d if kind == "fraction" else 1)
        written = op("div", abs(n), d) if kind == "fraction" else expr(abs(n))
        return (op("neg", written) if n < 0 else written), value
    head = draw(st.sampled_from(["add", "mul", "div", "neg", "pow", "abs"]))
    a, x = draw(arithmetic(depth - 1))
    if head in ("neg", "abs"):
        return op(head, a), -x if head == "neg" else abs(x)
    if head == "pow":
        k = draw(st.integers(1, 3))
        return op("pow", a, k), x**k
    b, y = draw(arithmetic(depth - 1))
    if head == "div":
        return (op("div", a, b), x / y) if y else (op("add", a, b), x + y)
    return op(head, a, b), x + y if head == "add" else x * y


@settings(max_examples=150, deadline=None)
@given(arithmetic())
def test_evaluate_agrees_with_fractions(pair: tuple[Expr, Fraction]) -> None:
    value, expected = pair
    derivation = start(value).then(evaluate())
    assert literal(derivation.conclusion) == expected
    at = value
    for step in derivation.steps:      # every line has the value of the first
        assert step.before == at
        assert literal(step.after) == expected
        at = step.after


def literal(value: Expr) -> Fraction:
    """The value of a closed expression, worked out here and not by the package."""
    if isinstance(value, Number):
        return Fraction(value.text)
    parts = [literal(a) for a in value.args]
    if value.head == "add":
        return sum(parts, Fraction(0))
    if value.head == "mul":
        out = Fraction(1)
        for p in parts:
            out *= p
        return out
    if value.head == "div":
        return parts[0] / parts[1]
    if value.head == "pow":
        return parts[0] ** int(parts[1])
    return {"neg": lambda x: -x, "abs": abs}[value.head](parts[0])


# --- substitute -----------------------------------------------------------------------------------------------------

class _Given:
    def __init__(self, symbol: str, value: object) -> None:
        self.symbol, self.value = parse(symbol), expr(value)


SUBSTITUTED = [
    ("F = N + 2P - S(O - 1)", {"N": 32, "P": 0, "S": 1, "O": 28}, "F = 32 + 2*0 - 1*(28 - 1)"),
    ("2P", {"P": -3}, "2*(-3)"),
    ("a - P", {"P": -3}, "a - (-3)"),
    ("P^2", {"P": -3}, "(-3)^2"),
    ("x^2", {"x": Fraction(1, 2)}, "(1/2)^2"),
    ("x*y", {"y": parse("2*3")}, "x*2*3"),
    ("a - x", {"x": parse("b + c")}, "a - (b + c)"),
    ("x_1 + x_2", {"x_1": 4}, "4 + x_2"),
    ("y_hat*2", {"y_hat": parse("0.2")}, "0.2*2"),
    ("sum(x_i, i, 1, n)", {"n": 3}, "sum(x_i, i, 1, 3)"),
    ("f(x) = x^2", {"x": 3}, "f(3) = 3^2"),
    ("limit(x, x, a) + x", {"x": 2}, "limit(x, x, a) + 2"),
]


@pytest.mark.parametrize(("text", "values", "expected"), SUBSTITUTED)
def test_substitute_writes_the_values_in_place(text: str, values: dict[str, object], expected: str) -> None:
    derivation = start(text).then(substitute(values))
    assert lines(derivation) == [expected]


def test_substitute_is_one_step_with_its_facts_and_caption() -> None:
    derivation = start("O = (N - F + 2P)/S + 1").then(substitute(N=32, F=5, P=0, S=1))
    (step,) = derivation.steps
    assert caption(step) == "Substitute N = 32, F = 5, P = 0 and S = 1"
    assert [to_text(g) for g in step.given] == ["N = 32", "F = 5", "P = 0", "S = 1"]
    assert to_latex(step.after) == r"O = \frac{32 - 5 + 2 \cdot 0}{1} + 1"
    all_proved(derivation)


def test_substitute_takes_things_that_know_their_name() -> None:
    kernel = start("F = 2 + 3").then(evaluate())
    derivation = start("n = F^2 + b").then(substitute(kernel, _Given("b", 1)))
    assert lines(derivation) == ["n = 5^2 + 1"]
    assert lines(start("n = F^2").then(substitute(F=kernel))) == ["n = 5^2"]


@pytest.mark.parametrize(("text", "values", "says"), [
    ("x + 1", {"y": 2}, "y does not occur"), ("sum(x_i, i, 1, 3)", {"x_1": 2}, "write the sum out"), ("x_1 + 1", {"x": 2}, "does not occur")])
def test_substitute_refuses_names_that_do_not_occur(text: str, values: dict[str, object], says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(text).then(substitute(values))


def test_substitute_refuses_what_is_not_exact() -> None:
    with pytest.raises(TypeError):
        substitute(x=0.5)
    with pytest.raises(TypeError):
        substitute(x="1/2")
    with pytest.raises(RuleError):
        substitute()
    with pytest.raises(RuleError, match="not a name"):
        substitute({"x + 1": 2})


def test_a_false_substitution_is_refuted() -> None:
    from dataclasses import replace

    step = start("y = x + 1").then(substitute(x=2)).steps[0]
    assert judge(replace(step, after=parse("y = 2 + 2")).obligation((), "t")).refuted


# --- sums and vectors -------------------------------------------------------------------------------------------------

EXPANDED = [
    ("sum(x_i^2, i, 1, 3)", "x_1^2 + x_2^2 + x_3^2"),
    ("sum(i^2, i, 1, 3)", "1^2 + 2^2 + 3^2"),
    ("(1/n)*sum(x_i - m, i, 1, 2)", "1/n*((x_1 - m) + (x_2 - m))"),
    ("a + sum(x_i, i, 0, 1)", "a + x_0 + x_1"),
    ("a - sum(x_i, i, 0, 1)", "a - (x_0 + x_1)"),
    ("prod(x_i, i, 1, 3)", "x_1*x_2*x_3"),
    ("sum(x[i + 1], i, 1, 2)", "x_2 + x_3"),
    ("sum(c, i, 1, 2)", "c + c"),
    ("sum(x_i, i, 3, 2)", "0"),
    ("prod(x_i, i, 3, 2)", "1"),
    ("sum(sum(w[i, j], j, 1, 2), i, 1, 2)", "sum(w[1, j], j, 1, 2) + sum(w[2, j], j, 1, 2)"),
]


@pytest.mark.parametrize(("text", "expected"), EXPANDED)
def test_expand_sum_writes_it_out(text: str, expected: str) -> None:
    derivation = start(text).then(expand_sum())
    assert derivation.conclusion == parse(expected)


@pytest.mark.parametrize(("text", "says"), [("x + 1", "no sum"), ("sum(x_i, i, 1, n)", "whole numbers"), ("sum(i, i, 1, 1000)", "1000 terms"),
                                            ("sum(i, i, 1, 5/2)", "whole numbers")])
def test_expand_sum_refuses(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(text).then(expand_sum())


def test_the_mean_of_squares_from_formula_to_result() -> None:
    data = column([expr(1), expr(-2), expr(4)])
    derivation = start("s = (1/n)*sum((x_i - m)^2, i, 1, n)").then(
        substitute(n=3), expand_sum(), substitute_vector("x", data), substitute(m=1), evaluate())
    assert derivation.value == expr(6)
    all_proved(derivation)


@pytest.mark.parametrize(("text", "vector", "says"), [
    ("x_1 + x_4", "[1, 2, 3]", "outside"), ("x + 1", "[1, 2]", "no x"), ("x_1", "[[1, 2], [3, 4]]", "not a vector")])
def test_substitute_vector_refuses(text: str, vector: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        start(text).then(substitute_vector("x", parse(vector)))


# --- forms ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("above", "below", "expected"), [
    (["S", "O - 1"], [], "S*(O - 1)"), (["O - 1", "S"], [], "S*(O - 1)"), (["2", "3*y"], [], "6*y"), (["S", "a/S"], [], "a"), (["y"], ["0.5"], "2*y"),
    (["a - b"], ["-2"], "(b - a)/2"), (["-x", "y"], [], "-x*y"), (["0", "x"], [], "0"), (["-y - 1"], ["1 - y"], "(y + 1)/(y - 1)"),
    (["1/2", "x"], ["3"], "x/6")])
def test_quotient_is_tidy(above: list[str], below: list[str], expected: str) -> None:
    assert to_text(quotient([parse(a) for a in above], [parse(b) for b in below])) == expected


@pytest.mark.parametrize(("text", "assume", "expected"), [
    ("3", [], "+"), ("-1/2", [], "-"), ("x", [], None), ("x", ["x > 0"], "+"), ("x", ["0 > x"], "-"), ("x", ["x >= 0"], ">="),
    ("x*y", ["x > 0", "y < 0"], "-"),
    ("x^2", [], ">="), ("exp(x) + 1", [], "+"), ("x - y", ["x > 0", "y < 0"], "+"), ("x - y", ["x > 0", "y > 0"], None), ("x", ["x = -3"], "-"),
    ("x", ["x > -1"], None),
    ("-x/y", ["x > 0", "y > 0"], "-"), ("sqrt(x)", [], ">="), ("x^3", [], None), ("x - 1", ["x - 1 > 0"], "+")])
def test_sign_of(text: str, assume: list[str], expected: str | None) -> None:
    assert sign_of(parse(text), [parse(a) for a in assume]) == expected


def test_small_forms() -> None:
    assert to_text(total([parse("a"), parse("3"), parse("-1")])) == "a + 2"
    assert to_text(negated(parse("-2*x"))) == "2*x"
    assert depends(parse("x_1 + y"), parse("x_1")) and not depends(parse("x_1"), parse("x"))
    assert not depends(Operation("sum", (parse("i"), parse("i"), parse("1"), parse("n"))), parse("i"))


@pytest.mark.parametrize("written, expected", [
    ("12.5*6^2/8", ["12.5*36/8", "450/8", "56.25"]), ("-(12.5*2)/4", ["-25/4", "-6.25"]), ("0.5/3", ["1/6"]),
    ("12*6^2/64", ["12*36/64", "432/64", "27/4"]), ("x^(1/2)*0.5*2 + 3/4", ["x^(1/2) + 3/4"])])
def test_what_comes_of_decimals_is_a_decimal(written, expected):
    """12.5 kN/m on 6 m bend with 56.25 kN m, though 12.5*36 is a whole number; fractions of whole numbers stay fractions."""
    work = start(written).then(evaluate())
    assert [to_text(step.after) for step in work.steps] == expected
    for obligation in work.obligations("t"):
        assert judge(obligation).proved


@pytest.mark.parametrize("value, facts, sign", [
    ("1 - p", ["p < 1"], "+"), ("1 - p", ["p <= 1"], ">="), ("p - 1", ["p < 1"], "-"), ("1 - p", ["1 > p"], "+"), ("1 - p", ["p < 2"], None),
    ("U - u", ["u < U and u > 0"], "+"), ("1 - p - q", ["p + q < 1"], "+"), ("1 - p", ["p > 0"], None),
    ("ln(1 - p)", ["p > 0", "p < 1"], "-"), ("ln(1 - p)", ["p > 0"], None), ("ln(1 + p)", ["p > 0"], "+"), ("ln(1 - p)", ["p < 1"], None)])
def test_the_sign_of_a_difference_that_is_assumed(value, facts, sign):
    """A condition that an assumption states in other words is not printed again."""
    assert sign_of(parse(value), [parse(fact) for fact in facts]) == sign
