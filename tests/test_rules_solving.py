"""Linear systems by substitution and integrals by the fundamental theorem, against exact elimination and Simpson's rule."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reportgen.derivation import RuleError, start
from reportgen.expressions import add, expr, is_op, op, rational_value, to_text
from reportgen.judge import judge
from reportgen.rules import check_solutions, evaluate, evaluate_limit, integrate, isolate, quadratic_formula, solve_system, take


def assert_judged(work):
    for obligation in work.obligations("t"):
        verdict = judge(obligation)
        assert verdict.proved, f"{obligation}: {verdict.status} {verdict.reason}"


# --- systems --------------------------------------------------------------------------------------------------

small = st.integers(-4, 4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(small, min_size=3, max_size=3), min_size=3, max_size=3), st.lists(small, min_size=3, max_size=3))
def test_three_equations_by_exact_elimination(rows, right):
    matrix = fmpq_mat(rows)
    names = ("x", "y", "z")
    assume(matrix.det() != 0 and all(any(row) for row in rows))
    expected = matrix.solve(fmpq_mat([[b] for b in right]))
    equations = [op("eq", add(*(op("mul", expr(c), n) for c, n in zip(row, names) if c)), expr(b)) for row, b in zip(rows, right)]
    work = start(op("and", *equations)).then(solve_system(*names))
    found = [rational_value(part.args[1]) for part in work.conclusion.args]
    assert [part.args[0].name for part in work.conclusion.args] == list(names)
    assert found == [Fraction(int(expected[k, 0].p), int(expected[k, 0].q)) for k in range(3)]
    assert all(fmpq(v.numerator, v.denominator) == expected[k, 0] for k, v in enumerate(found))


def test_each_step_of_a_system_is_judged():
    work = start("2x + 3y = 7 and x - y = 1").then(solve_system("x", "y"))
    assert [to_text(s.after) for s in work.steps][:3] == ["2*x + 3*y = 7 and x = 1 + y", "2*(1 + y) + 3*y = 7 and x = 1 + y", "2 + 5*y = 7 and x = 1 + y"]
    assert to_text(work.conclusion) == "x = 2 and y = 1"
    assert_judged(work)
    assert_judged(start("x + y + z = 6 and 2x - y + z = 3 and x + 2y - 3z = -4").then(solve_system("x", "y", "z")))


def test_one_equation_too_many_is_left_out_or_contradicts():
    work = start("x + y = 3 and x - y = 1 and 2x = 4").then(solve_system("x", "y"))
    assert to_text(work.conclusion) == "x = 2 and y = 1"
    assert_judged(work)
    with pytest.raises(RuleError, match="contradict"):
        start("x + y = 3 and x - y = 1 and 2x = 5").then(solve_system("x", "y"))


def test_coefficients_with_names():
    work = start("a*x + y = 1 and x - y = b").then(solve_system("x", "y"))
    assert to_text(work.conclusion) == "x = (b + 1)/(1 + a) and y = (1 - a*b)/(a + 1)"
    assert [to_text(c) for s in work.steps for c in s.conditions] == ["a != -1"]


@pytest.mark.parametrize("system, names, message", [
    ("x*y = 3 and x^2 - y = 1", ("x", "y"), "not linear"),
    ("x + y = 3", ("x", "y"), "no system"),
    ("x + y = 3 and x < 1", ("x", "y"), "no system"),
    ("x + y = 3 and 2x + 2y = 6", ("x", "y"), "do not determine y"),
    ("x + y = 3 and x - y = 1", ("x", "z"), "z does not occur"),
])
def test_no_system(system, names, message):
    with pytest.raises(RuleError, match=message):
        start(system).then(solve_system(*names))


# --- integrals ------------------------------------------------------------------------------------------------

def simpson(function, low, high, parts=2000):
    h = (high - low)/parts
    return h/3*sum((1 if k in (0, parts) else 4 if k % 2 else 2)*function(low + k*h) for k in range(parts + 1))


@pytest.mark.parametrize("integrand, function, low, high", [
    ("3*x^2", lambda x: 3*x**2, 0, 2),
    ("x*exp(-x)", lambda x: x*math.exp(-x), 0, 2),
    ("1/x", lambda x: 1/x, 1, 3),
    ("ln(x)", math.log, 1, 3),
    ("1/(1 + x^2)", lambda x: 1/(1 + x*x), 0, 1),
    ("cos(x)^2", lambda x: math.cos(x)**2, 0, 1),
    ("x/(x^2 + 1)", lambda x: x/(x*x + 1), 0, 2),
    ("(2*x + 1)^3", lambda x: (2*x + 1)**3, -1, 1),
    ("2^x", lambda x: 2**x, 0, 3),
])
def test_definite_integrals_by_quadrature(integrand, function, low, high):
    work = start(f"A = integral({integrand}, x, {low}, {high})").then(integrate())
    assert_judged(work)
    text = to_text(work.value).replace("^", "**")
    value = eval(text, {"exp": math.exp, "ln": math.log, "atan": math.atan, "cos": math.cos, "sin": math.sin, "sqrt": math.sqrt})
    assert math.isclose(value, simpson(function, low, high), rel_tol=1e-9)


def test_the_lines_of_an_integral():
    work = start("integral(3*x^2, x, 0, 2)").then(integrate(), evaluate())
    assert [to_text(s.after) for s in work.steps] == ["2^3 - 0^3", "8 - 0", "8"]
    assert_judged(work)


@pytest.mark.parametrize("integral, result", [
    ("integral(2*x + 3, x)", "x^2 + 3*x + C"),
    ("integral(1/x, x)", "ln(abs(x)) + C"),
    ("integral(x*ln(x), x)", "x^2*ln(x)/2 - x^2/4 + C"),
    ("C = integral(cos(t), t)", "C = sin(t) + K"),
    ("integral(a*x^2 + b, x, 0, L)", "(a*L^3/3 + L*b) - (a*0^3/3 + 0*b)"),
    ("integral(integral(x*y, x, 0, 1), y, 0, 2)", "2^2/4 - 0^2/4"),
    ("integral(exp(-t), t, 0, inf)", "limit(-exp(-t), t, inf) + exp(-0)"),
])
def test_antiderivatives(integral, result):
    work = start(integral).then(integrate())
    assert to_text(work.conclusion) == result
    assert_judged(work)


@pytest.mark.parametrize("integral, message", [
    ("integral(exp(-x^2), x, 0, 1)", "no antiderivative"), ("integral(abs(x), x, -1, 2)", "no antiderivative"), ("x^2", "no integral")])
def test_integrals_that_are_refused(integral, message):
    with pytest.raises(RuleError, match=message):
        start(integral).then(integrate())


def test_a_pole_inside_is_not_stepped_over():
    work = start("integral(1/x^2, x, -1, 1)").then(integrate())
    assert not judge(work.obligations("t")[0]).proved      # -2 by the formula; the integral has no value


def test_a_wrong_antiderivative_is_refuted():
    from reportgen.rules import rewrite

    work = start("integral(x^2, x, 0, 3)").then(rewrite("3^3/2 - 0^3/2"))
    assert judge(work.obligations("t")[0]).refuted
    assert not is_op(work.value, "integral")


def test_solutions_are_worked_out_and_can_be_taken():
    """Sums of moments leave arithmetic in a solution: it is done, and one of the two can be rounded by itself."""
    work = start("A + B = 12.5*6 + 20 and B*6 = 12.5*6^2/2 + 20*2").then(solve_system("A", "B"))
    assert to_text(work.conclusion) == "A = 305/6 and B = 265/6"
    alone = work.then(take("B"))
    assert (to_text(alone.conclusion), rational_value(alone.value)) == ("B = 265/6", Fraction(265, 6))
    assert_judged(alone)
    with pytest.raises(RuleError, match="does not say C"):
        work.then(take("C"))
    with pytest.raises(RuleError, match="does not say x"):
        start("x = 2").then(take("x"))


def test_a_solution_that_contradicts_an_assumption_is_left_out():
    work = start("x^2 + x - 6 = 0", assume=["x > 0"]).then(quadratic_formula("x"))
    assert to_text(work.conclusion) == "x = 2 or x = -3"
    checked = work.then(check_solutions())
    said = "".join(piece if isinstance(piece, str) else to_text(piece) for piece in checked.steps[-1].caption)
    assert (to_text(checked.conclusion), said) == ("x = 2", "Leave out x = -3, which contradicts x > 0")
    assert_judged(checked)
    with pytest.raises(RuleError, match="none of the solutions"):
        start("x^2 + x - 6 = 0", assume=["x > 2"]).then(quadratic_formula("x"), check_solutions())
    kept = start("x^2 + x - 6 = 0", assume=["x > -5"]).then(quadratic_formula("x"), check_solutions())
    assert to_text(kept.conclusion) == "x = 2 or x = -3"


@pytest.mark.parametrize("integral, facts, expected", [
    ("Q = integral(I_0*exp(-t/tau), t, 0, inf)", ["tau > 0"], "Q = I_0*tau"),
    ("Q = integral(lam*exp(-lam*x), x, 0, inf)", ["lam > 0"], "Q = 1"),
    ("Q = integral(exp(x/s), x, -inf, 0)", ["s > 0"], "Q = s"),
    ("Q = integral(exp(x/2), x, -inf, 0)", [], "Q = 2"),
    ("Q = integral(1/x^2, x, 1, inf)", [], "Q = 1")])
def test_an_integral_to_infinity_comes_to_an_end(integral, facts, expected):
    work = start(integral, assume=facts).then(integrate(), evaluate_limit(), evaluate())
    assert to_text(work.conclusion) == expected
    assert_judged(work)


def test_a_limit_whose_sign_is_open_says_what_to_assume():
    with pytest.raises(RuleError, match="nor is it known to fall") as caught:
        start("Q = integral(exp(-t/tau), t, 0, inf)").then(integrate(), evaluate_limit())
    assert "assume" in caught.value.hint


def test_what_is_assumed_in_other_words_is_no_condition_again():
    work = start("1 - (1 - p)^m = q", assume=["p > 0", "p < 1", "q < 1"]).then(isolate("m"))
    assert to_text(work.conclusion) == "m = ln(1 - q)/ln(1 - p)"
    assert not any(step.conditions for step in work.steps)
    assert_judged(work)
