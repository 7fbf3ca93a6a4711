"""Questions 3 to 5 of the homework: every derived value by another route, every obligation judged.

The other routes share nothing with the rules: Fractions and sums by hand, finite differences in numpy, balls in python-flint,
simulated batches counted exactly.
"""

from __future__ import annotations

import itertools
import math
import re
from fractions import Fraction
from functools import partial
from pathlib import Path

import flint
import numpy as np
import pytest

from reportgen.answers import load
from reportgen.derivation import Claim, Derivation, Table
from reportgen.expressions import is_op, parse, rational_value, rows_of, to_text
from reportgen.givens import read_givens
from reportgen.judge import enclosure, judge
from reportgen.obligation import Obligation

FOLDER = Path(__file__).parent.parent / "reports" / "ai6126_hw1"
FILES = ("answers_q3.py", "answers_q4.py", "answers_q5.py")


def _load() -> tuple[dict[str, object], dict[str, object]]:
    givens = read_givens(FOLDER / "givens.toml")
    graph = load(FOLDER / "answers.py", {**givens, "submission": None, "marks": None})      # not needed by these answers
    own = [a.name for a in graph.answers if Path(a.span.file).name in FILES]
    found = graph.evaluate(givens, lambda answer, result: result, only=own)
    return givens, {name: found[name] for name in own}


GIVENS, ANSWERS = _load()


def given(name: str) -> Fraction:
    return rational_value(GIVENS[name].value)


def vector(name: str) -> list[Fraction]:
    return [rational_value(row[0]) for row in rows_of(GIVENS[name].value)]


def answer(name: str) -> object:
    found = ANSWERS
    for part in name.split("."):
        found = found[part]
    return found


def exact(name: str) -> Fraction:
    """The rational value of an answer, in closed form or not."""
    value = enclosure.evaluate(answer(name).value)
    assert isinstance(value, flint.fmpq), f"{name} = {to_text(answer(name).value)} is not rational"
    return Fraction(int(value.p), int(value.q))


def at(expression: object, **values: float) -> float:
    """An expression of this report as a float, by Python's own arithmetic."""
    e = parse(expression) if isinstance(expression, str) else expression
    return _float(e, {**values, "e": math.e, "pi": math.pi})


def _float(e, names) -> float:
    if rational_value(e) is not None:
        return float(rational_value(e))
    if not hasattr(e, "head"):
        return names[e.name]
    if e.head == "apply":
        assert e.args[0].name == "sigma"
        return 1/(1 + math.exp(-_float(e.args[1], names)))
    if e.head == "index":
        return names[f"{e.args[0].name}_{to_text(e.args[1])}"]
    args = [_float(a, names) for a in e.args]
    return {"add": lambda: math.fsum(args), "neg": lambda: -args[0], "mul": lambda: math.prod(args), "div": lambda: args[0]/args[1],
            "pow": lambda: args[0]**args[1], "sqrt": lambda: math.sqrt(args[0]), "ln": lambda: math.log(args[0]), "abs": lambda: abs(args[0]),
            "log": lambda: math.log(args[0], args[1]), "exp": lambda: math.exp(args[0]), "ceil": lambda: math.ceil(args[0])}[e.head]()


# --- everything is judged -------------------------------------------------------------------------------------------------

def obligations() -> list[Obligation]:
    def of(name: str, content: object) -> list[Obligation]:
        if isinstance(content, dict):
            return [o for key, part in content.items() for o in of(f"{name}.{key}", part)]
        return list(content.obligations(name)) if hasattr(content, "obligations") else []

    return [o for name, content in ANSWERS.items() for o in of(name, content)]


@pytest.mark.parametrize("obligation", obligations(), ids=lambda o: o.name)
def test_every_obligation_is_proved(obligation):
    verdict = judge(obligation)
    assert verdict.proved, f"{obligation}: {verdict.status} {verdict.reason} {verdict.counterexample}"


def test_there_is_something_to_judge():
    assert len(obligations()) > 250


@pytest.mark.parametrize("file", ["sections/q3.md", "sections/q4.md", "sections/q5.md"])
def test_no_digit_is_typed(file):
    text = (FOLDER / file).read_text(encoding="utf-8")
    text = re.sub(r"\{\{.*?\}\}|\{#[^}]*\}|@[a-z]+:[\w-]+|\(figure:[^)]*\)", "", text)
    text = re.sub(r"\bL[12]\b|x_1\b", "", text)
    assert not re.findall(r"\d", text)


# --- question 3 -------------------------------------------------------------------------------------------------------------

def sigmoid(z):
    return 1/(1 + np.exp(-z))


def squared(z, y):
    return (sigmoid(z) - y)**2


def cross_entropy(z, y):
    return -(y*np.log(sigmoid(z)) + (1 - y)*np.log(1 - sigmoid(z)))


def slope(f, z, h=1e-5):
    return (f(z + h) - f(z - h))/(2*h)


def curvature(f, z, h=1e-3):
    return (f(z + h) - 2*f(z) + f(z - h))/h**2


POINTS = [-4.0, -1.5, -0.6, 0.0, 0.3, 1.1, 3.0]


@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize("y", [0, 1])
def test_slopes_and_curvatures_against_finite_differences(z, y):
    assert at(answer("sigmoid_slope").value, z=z) == pytest.approx(slope(sigmoid, z), abs=1e-8)
    for name, loss in (("mse", squared), ("bce", cross_entropy)):
        one = partial(loss, y=y)
        assert at(answer(f"{name}_slope").value, z=z, y=y) == pytest.approx(slope(one, z), abs=1e-8)
        assert at(answer(f"{name}_curvature").value, z=z, y=y) == pytest.approx(curvature(one, z), abs=1e-6)
    factored = answer("mse_curvature_odd" if y else "mse_curvature_rounded").value
    assert at(factored, z=z) == pytest.approx(curvature(partial(squared, y=y), z), abs=1e-6)


def test_the_curvature_changes_sign_where_it_is_said_to():
    for name, y, before in (("inflection_odd", 1, -1), ("inflection_rounded", 0, 1)):
        z = at(answer(name).value)
        assert z == pytest.approx(-math.log(2) if y else math.log(2), abs=1e-15)
        assert np.sign(curvature(lambda t, y=y: squared(t, y), z - 0.05)) == before
        assert np.sign(curvature(lambda t, y=y: squared(t, y), z + 0.05)) == -before
        # in exact arithmetic: with u = e^-z the factor 3 sigma - 1 (or 2 - 3 sigma) vanishes at u = 2 (or 1/2)
        u = Fraction(2) if y else Fraction(1, 2)
        sigma = 1/(1 + u)
        assert (3*sigma - 1 if y else 2 - 3*sigma) == 0


def test_the_squared_error_is_not_convex_by_a_chord():
    """At z = -ln 2, -ln 8, -ln 32 the loss is rational; its middle value lies above the chord."""
    low, middle, high = ((Fraction(k, 1 + k))**2 for k in (2, 8, 32))
    assert middle > (low + high)/2


def test_table_of_signs_says_what_was_judged():
    rows = answer("mse_signs").rows
    for label, where, bends in rows:
        at_zero = where.head == "eq"
        z = at(where.args[1]) + {"lt": -0.4, "gt": 0.4, "eq": 0}[where.head]
        bend = curvature(lambda t, y=(1 if label == "odd-shaped" else 0): squared(t, y), z)
        assert abs(bend) < 1e-6 if at_zero else bends == ("up" if bend > 0 else "down")


def test_limits_of_the_slopes():
    for name, z in (("mse_wrong", -40), ("mse_right", 40)):
        assert float(exact(f"slope_limits.{name}")) == pytest.approx(2*(sigmoid(z) - 1)*sigmoid(z)*(1 - sigmoid(z)), abs=1e-12)
    assert exact("slope_limits.bce_wrong") == -1 and sigmoid(-40) - 1 == pytest.approx(-1)
    assert exact("slope_limits.bce_right") == 0 and sigmoid(40) - 1 == pytest.approx(0)


def test_steepest_slope_of_the_squared_error():
    assert exact("steepest") == Fraction(-8, 27)
    z = np.linspace(-10, 10, 20001)
    slopes = 2*(sigmoid(z) - 1)*sigmoid(z)*(1 - sigmoid(z))
    assert slopes.min() == pytest.approx(-8/27, abs=1e-7)
    assert z[slopes.argmin()] == pytest.approx(-math.log(2), abs=1e-3)


def test_table_of_slopes():
    for (s, mse, bce, ratio), p in zip(answer("slopes").rows, vector("confidences"), strict=True):
        values = [rational_value(c.value) for c in (s, mse, bce, ratio)]
        assert values == [p, 2*(p - 1)*p*(1 - p), p - 1, 2*p*(1 - p)]


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.93])
def test_one_example(y, p):
    likelihood = p if y else 1 - p
    assert at(answer("likelihood").value, y=y, y_hat=p) == pytest.approx(likelihood)
    assert at(answer("bce_one").value, y=y, y_hat=p) == pytest.approx(-math.log(likelihood))
    case = "odd" if y else "rounded"
    assert at(answer(f"likelihood_cases.{case}").value, y_hat=p) == pytest.approx(likelihood)
    assert at(answer(f"bce_cases.{case}").value, y_hat=p) == pytest.approx(-math.log(likelihood))


def test_mean_of_three_by_balls():
    """Straight from the definition in 300-bit balls; the digits are those of the page."""
    flint.ctx.prec, before = 300, flint.ctx.prec
    try:
        total = flint.arb(0)
        for y, p in zip(vector("labels"), vector("predictions"), strict=True):
            chance = p if y else 1 - p
            total -= (flint.arb(chance.numerator)/chance.denominator).log()
        nats, bits = total/3, total/3/flint.arb(2).log()
        for name, ball in (("bce_nats", nats), ("bce_bits", bits)):
            assert ball.overlaps(enclosure.to_arb(enclosure.evaluate(answer(name).value, bits=300)))
        assert nats.str(6, radius=False) == "0.802649" and bits.str(7, radius=False) == "1.157977"
    finally:
        flint.ctx.prec = before
    assert to_text(answer("bce_nats").value) == "1/3*ln(100/9)"
    assert to_text(answer("bce_bits").value) == "1/3*log(100/9, 2)"


def test_terms_of_the_mean():
    table = answer("bce_terms")
    assert table.total
    nats = [rational_value(row[4].value) for row in table.rows]
    bits = [rational_value(row[5].value) for row in table.rows]
    expected = [-math.log(0.2), -math.log(0.5), -math.log(0.9)]
    assert [float(v) for v in nats[:3]] == [round(v, 6) for v in expected]
    assert [float(v) for v in bits[:3]] == [round(v/math.log(2), 6) for v in expected]
    assert (float(nats[3]), float(bits[3])) == (0.802649, 1.157977)
    # the rounded terms add up to the rounded mean, to within half a unit of each
    assert abs(sum(nats[:3])/3 - nats[3]) <= Fraction(1, 10**6)


def test_step_with_the_penalty():
    eta, lam, m, w, g = (given(n) for n in ("eta", "lam", "m_train", "w_now", "slope_now"))
    assert exact("shrink") == 1 - eta*lam/m == Fraction(99, 100)
    assert exact("worked_b") == w - eta*g == Fraction(197, 100)
    assert exact("worked_a") == w - eta*(g + lam/m*w) == Fraction(195, 100)


def test_step_formula_against_a_finite_difference():
    """For J(w) = (w - 1)^4 the derived step equals w - eta d/dw [J + lambda/(2m) w^2]."""
    eta, lam, m, w = 0.1, 5.0, 50.0, 2.3
    cost = lambda v: (v - 1)**4 + lam/(2*m)*v**2  # noqa: E731
    data_slope = slope(lambda v: (v - 1)**4, w)
    assert (1 - eta*lam/m)*w - eta*data_slope == pytest.approx(w - eta*slope(cost, w))
    assert to_text(answer("step_a").conclusion) == "(1 - eta*lambda/m)*w - eta*diff(apply(J, w), w)"


def test_half_life():
    rho, steps = exact("shrink"), exact("half_life_steps")
    assert rho**int(steps) < Fraction(1, 2) <= rho**int(steps - 1)
    assert at(answer("half_life").value) == pytest.approx(math.log(0.5)/math.log(0.99))


def test_resting_point():
    a, fit, lam, m, eta = (given(n) for n in ("pull", "w_rest", "lam", "m_train", "eta"))
    rest = exact("resting_point_here")
    assert a*(rest - fit) + lam/m*rest == 0
    w = float(given("w_now"))
    for _ in range(2000):
        w -= float(eta)*(float(a)*(w - float(fit)) + float(lam/m)*w)
    assert w == pytest.approx(float(rest))


# --- question 4 -------------------------------------------------------------------------------------------------------------

CLEAN = [Fraction(v) for v in (2, 3, 5, 6, 9)]
WITH = [*CLEAN, Fraction(80)]
GRID = [Fraction(k, 10) for k in range(0, 1001)]


def test_the_data_are_those_of_the_givens():
    assert vector("measurements") == CLEAN and given("outlier") == WITH[-1]


def test_mean_and_median_by_search():
    for suffix, data in (("clean", CLEAN), ("outlier", WITH)):
        squares, sizes = (min(GRID, key=lambda c: sum((x - c)**2 for x in data)), min(sum(abs(x - c) for x in data) for c in GRID))
        assert exact(f"mean_{suffix}") == squares == Fraction(sum(data), len(data))
        assert sum(abs(x - exact(f"median_{suffix}")) for x in data) == sizes
        assert float(exact(f"median_{suffix}")) == np.median([float(x) for x in data])
    assert exact("mean_shift") == Fraction(25, 2) and exact("median_shift") == Fraction(1, 2)


def test_squared_cost_by_finite_differences_and_by_hand():
    c, n = Fraction(7, 3), len(WITH)
    cost = lambda v: sum((x - v)**2 for x in WITH)  # noqa: E731
    by_hand = -2*(sum(WITH) - n*c)
    assert (cost(c + Fraction(1, 1000)) - cost(c - Fraction(1, 1000)))/Fraction(2, 1000) == by_hand   # exact for a parabola
    assert to_text(answer("l2_slope").value) == "-2*(sum(x_i, i, 1, n) - n*c)"
    assert to_text(answer("l2_minimiser").conclusion) == "c = sum(x_i, i, 1, n)/n"
    assert to_text(answer("l2_curvature").value) == "2*n"
    mean = Fraction(sum(WITH), n)
    assert cost(c) == cost(mean) + n*(c - mean)**2


@pytest.mark.parametrize(("name", "data"), [("gaps_clean", CLEAN), ("gaps_outlier", WITH)])
def test_slopes_on_the_gaps_by_differences(name, data):
    ends = [data[0] - 2, *data, data[-1] + 2]
    rows = answer(name).rows
    assert len(rows) == len(data) + 1
    for (_, below, above, found), low, high in zip(rows, ends, ends[1:], strict=False):
        c, h = (low + high)/2, (high - low)/4
        cost = lambda v: sum(abs(x - v) for x in data)  # noqa: E731
        assert (cost(c + h) - cost(c - h))/(2*h) == rational_value(found.value)
        assert (rational_value(below), rational_value(above)) == (sum(x < c for x in data), sum(x > c for x in data))


def huber_of(r, d):
    return r*r/2 if abs(r) <= d else d*abs(r) - d*d/2


def test_huber_by_search_and_by_balance():
    d = given("delta")
    for suffix, data in (("clean", CLEAN), ("outlier", WITH)):
        c = exact(f"huber_{suffix}")
        assert sum(max(-d, min(d, x - c)) for x in data) == 0
        assert c == min(GRID, key=lambda v: sum(huber_of(x - v, d) for x in data))
    assert exact("median_shift") < exact("huber_shift") == Fraction(4, 5) < exact("mean_shift")


@pytest.mark.parametrize("r", [-3.0, -0.7, 0.4, 2.5])
def test_slopes_of_the_losses_by_finite_differences(r):
    d = 1.0
    assert at(answer("slopes_of_losses.l2").value, r=r) == pytest.approx(slope(lambda v: v**2, r))
    assert at(answer(f"slopes_of_losses.l1_{'above' if r > 0 else 'below'}").value) == np.sign(r) == pytest.approx(slope(abs, r))
    piece = "near" if abs(r) <= d else "above" if r > d else "below"
    assert at(answer(f"huber_slopes.{piece}").value, r=r, delta=d) == pytest.approx(slope(lambda v: huber_of(v, d), r))


def test_huber_joins():
    d = Fraction(3, 2)
    for sign in (1, -1):
        assert d*abs(sign*d) - d*d/2 == (sign*d)**2/2
    pieces = answer("huber").value
    assert is_op(pieces, "cases") and to_text(pieces.args[0]) == "r^2/2" and to_text(pieces.args[2]) == "delta*abs(r) - delta^2/2"


def test_table_of_shifts():
    found = {row[0].split(":")[0]: [rational_value(c.value) for c in row[1:]] for row in answer("shifts").rows}
    assert found == {"squared": [5, Fraction(35, 2), Fraction(25, 2)], "Huber": [5, Fraction(29, 5), Fraction(4, 5)], "absolute": [5, Fraction(11, 2), Fraction(1, 2)]}


def test_noise_densities():
    r, s, b = 1.3, 0.8, 0.6
    assert at(answer("noise.gauss").value, r=r, s=s) == pytest.approx(-math.log(math.exp(-r*r/2/s/s)/(s*math.sqrt(2*math.pi))))
    assert at(answer("noise.laplace").value, r=r, b=b) == pytest.approx(-math.log(math.exp(-abs(r)/b)/(2*b)))


# --- question 5 -------------------------------------------------------------------------------------------------------------

def test_variance_of_the_mean_by_enumeration():
    """All batches of three values drawn from {0, 1, 5}: exact mean and variance of the batch means."""
    values, m = [Fraction(0), Fraction(1), Fraction(5)], 3
    mu = Fraction(sum(values), 3)
    spread = sum((v - mu)**2 for v in values)/3
    means = [sum(batch)/m for batch in itertools.product(values, repeat=m)]
    assert sum((b - mu)**2 for b in means)/len(means) == spread/m
    assert to_text(answer("mean_noise").conclusion) == "sigma^2/m"


def test_mean_of_the_batch_variance_by_enumeration():
    """E(sigma_B^2) = (m - 1)/m sigma^2 holds for any distribution: again all batches of three."""
    values, m = [Fraction(0), Fraction(1), Fraction(5)], 3
    mu = Fraction(sum(values), 3)
    spread = sum((v - mu)**2 for v in values)/3
    variances = [sum((x - sum(batch)/m)**2 for x in batch)/m for batch in itertools.product(values, repeat=m)]
    assert sum(variances)/len(variances) == spread*Fraction(m - 1, m)
    assert at(answer("variance_mean").value, m=m, sigma=1.0) == pytest.approx((m - 1)/m)


def test_moments_by_power_series():
    """e^(t^2/2) = sum t^(2k)/(2^k k!): the n-th moment is n! times the coefficient of t^n."""
    moment = lambda n: Fraction(math.factorial(n), 2**(n//2)*math.factorial(n//2))  # noqa: E731
    assert (exact("second_moment"), exact("fourth_moment")) == (moment(2), moment(4)) == (1, 3)
    assert exact("square_noise") == moment(4) - moment(2)**2
    series = flint.fmpq_series([0, 0, flint.fmpq(1, 2)]).exp()
    for name, order in (("second_derivative", 2), ("fourth_derivative", 4)):
        derived = series
        for _ in range(order):
            derived = derived.derivative()
        assert at(answer(name).value, t=0.0) == pytest.approx(float(Fraction(str(derived[0]))))


@pytest.mark.parametrize("m", [2, 3, 8])
def test_variance_of_the_batch_variance_by_moments(m):
    """The general formula mu_4 (m-1)^2/m^3 - sigma^4 (m-1)(m-3)/m^3 with mu_4 = 3 sigma^4."""
    by_moments = Fraction(3*(m - 1)**2 - (m - 1)*(m - 3), m**3)
    assert by_moments == Fraction(2*(m - 1), m*m)
    assert at(answer("variance_noise").value, m=m, sigma=1.0) == pytest.approx(float(by_moments))
    assert at(answer("relative_noise").value, m=m) == pytest.approx(math.sqrt(float(by_moments))/((m - 1)/m))


def test_variance_of_the_batch_variance_by_simulation():
    draws = np.random.default_rng(6126).normal(size=(200_000, 4)).var(axis=1)
    assert draws.var() == pytest.approx(at(answer("variance_noise").value, m=4, sigma=1.0), rel=0.03)


def test_one_class_by_enumeration():
    p, m = given("share_odd"), int(given("small_batch"))
    total = Fraction(0)
    for batch in itertools.product((0, 1), repeat=m):
        if len(set(batch)) == 1:
            total += math.prod(p if label else 1 - p for label in batch)
    assert exact("one_class_small") == total == Fraction(2482, 10_000)


def test_updates_by_counting_batches():
    n, m = int(given("images")), int(given("small_batch"))
    assert exact("updates_small") == sum(1 for _ in range(0, n, m))


def test_batch_table():
    n, p = int(given("images")), float(given("share_odd"))
    for row, m in zip(answer("batch_table").rows, map(int, vector("batch_sizes")), strict=True):
        below = isinstance(row[3], tuple)             # too small to be shown: "< " and the last place
        assert row[2] != "undefined" or m == 1
        cells = [None if isinstance(c, str | tuple) else float(rational_value(c.value)) for c in row]
        assert cells[0] == m and cells[1] == round(1/math.sqrt(m), 3)
        assert cells[2] == (None if m == 1 else round(math.sqrt(2/(m - 1)), 3))
        chance = p**m + (1 - p)**m
        if below:
            assert row[3][0] == "< " and chance < float(row[3][1].value) == 1e-6 and f"{chance:.6f}" == "0.000000"
        else:
            assert cells[3] == pytest.approx(chance, abs=5.1e-7) and cells[3] > 0
        assert cells[4] == -(-n//m)


def test_relative_noise_at_two_sizes():
    for key, size in (("small", "small_batch"), ("large", "large_batch")):
        assert at(answer(f"relative_at.{key}").value) == pytest.approx(math.sqrt(2/(float(given(size)) - 1)))


def test_batch_of_one_and_of_two_by_arithmetic():
    def normalised(batch, epsilon):
        mean = sum(batch)/Fraction(len(batch))
        variance = sum((x - mean)**2 for x in batch)/len(batch)
        return [(x - mean)/_root(variance + epsilon) for x in batch]

    for x in (Fraction(-7), Fraction(0), Fraction(22, 7)):
        assert normalised([x], Fraction(1, 4)) == [exact("single_output")] == [0]
    assert normalised([Fraction(5), Fraction(2)], Fraction(0)) == [exact("pair_output"), -exact("pair_output")] == [1, -1]
    assert to_text(answer("single_layer").conclusion) == "y_1 = beta"
    assert to_text(answer("single_mean").conclusion) == "mu_B = x_1" and exact("single_variance") == 0


def _root(value: Fraction) -> Fraction:
    above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
    assert above**2 == value.numerator and below**2 == value.denominator
    return Fraction(above, below)


# --- what must fail ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("statement", "assumptions"), [
    ("diff((sigma(z) - 1)^2, z, 2) > 0", ["sigma(z) = 1/(1 + e^(-z))"]),                                # convex everywhere
    ("diff((sigma(z) - 1)^2, z, 2) < 0", ["sigma(z) = 1/(1 + e^(-z))", "z < 0"]),                       # the wrong boundary
    ("diff((sigma(z) - 1)^2, z, 2) = 0 <=> z = -ln(3)", ["sigma(z) = 1/(1 + e^(-z))"]),
    ("limit(sigma(z) - 1, z, -inf) = 0", ["sigma(z) = 1/(1 + e^(-z))"]),
    ("round(1/3*log(100/9, 2), 5) = 1.15797", []),                                                       # the submission's rounding
    ("1/3*ln(100/9) = 1/3*log(100/9, 2)", []),                                                           # nats are not bits
    ("diff(lambda/(2*m)*w^2, w) = 2*lambda/m*w", ["m > 0", "lambda > 0", "w > 0"]),
    ("diff(f(w) + w^2, w) = diff(f(w), w)", ["w > 0"]),                                                  # f is any function
    ("diff(f(w)*w, w, 2) = diff(f(w), w, 2)*w + diff(f(w), w)", []),
    ("diff(e^(t^2/2), t, 4) = 4", ["t = 0"]),
    ("delta*abs(r) - delta^2 = r^2/2", ["delta > 0", "r = delta"]),                                      # a Huber loss with a jump
    ("(1/m)^2*sum(sigma^2, i, 1, m) = sigma^2/m^2", ["m = 3", "sigma > 0"]),
])
def test_false_statements_are_not_proved(statement, assumptions):
    verdict = judge(Obligation(parse(statement), tuple(parse(a) for a in assumptions)))
    assert not verdict.proved


def test_answers_are_of_the_kinds_that_the_ledger_knows():
    from matplotlib.figure import Figure

    for name, content in ANSWERS.items():
        parts = content.values() if isinstance(content, dict) else [content]
        for part in parts:
            assert isinstance(part, (Derivation, Claim, Table, Figure)) or hasattr(part, "value"), name
