"""Exact statistics and losses, against Python's statistics module, sums by hand, enumeration and NumPy."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.derivation import RuleError, start
from reportgen.domains import losses
from reportgen.expressions import expr, is_op, op, parse, rational_value, to_text
from reportgen.judge import judge
from reportgen.obligation import Obligation
from reportgen.rules.statistics import (become, deviation_pieces, entries, fourth_moment, in_order, mean, mean_minimises, median,
                                        minimising_interval, one_class_probability, order_claim, variance, variance_of_mean,
                                        variance_of_variance)
from reportgen.rules.writing import exact


def assert_judged(thing):
    for obligation in thing.obligations("t"):
        verdict = judge(obligation)
        assert verdict.proved, f"{obligation}: {verdict.status} {verdict.reason}"


values = st.lists(st.fractions(-20, 20, max_denominator=6), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(values)
def test_mean_median_variance_by_the_standard_library(data):
    assert exact(mean(data).value) == statistics.mean(data)
    assert exact(median(data).value) == statistics.median(data)
    assert exact(variance(data).value) == statistics.pvariance(data)
    if len(data) > 1:
        assert exact(variance(data, unbiased=True).value) == statistics.variance(data)
    assert_judged(order_claim(data))


def test_the_steps_of_a_mean():
    work = mean([1, 2, 3, 4, 100])
    assert to_text(work.start) == "x_bar = 1/n*sum(x_i, i, 1, n)"
    assert [to_text(s.after) for s in work.steps][:3] == ["x_bar = 1/5*sum(x_i, i, 1, 5)", "x_bar = 1/5*(x_1 + x_2 + x_3 + x_4 + x_5)",
                                                          "x_bar = 1/5*(1 + 2 + 3 + 4 + 100)"]
    assert_judged(work)
    assert_judged(variance([1, 2, 3, 4, 100]))
    assert_judged(median([4, 1, 3, 2]))


def test_many_values():
    assert to_text(mean(list(range(1, 101))).value) == "101/2"


def test_data_are_read_from_vectors():
    assert entries(parse("[1, 2.5, 1/3]")) == (parse("1"), parse("2.5"), parse("1/3"))
    assert entries(parse("(1, 2)")) == (parse("1"), parse("2"))
    assert [to_text(v) for v in in_order([3, Fraction(1, 2), -1])] == ["-1", "1/2", "3"]


@pytest.mark.parametrize("make, message", [
    (lambda: mean([]), "no data"),
    (lambda: mean([parse("a")]), "not an exact number"),
    (lambda: mean(parse("x")), "not a vector"),
    (lambda: variance([3], unbiased=True), "at least 2 values"),
    (lambda: one_class_probability(Fraction(3, 2), 4), "not between 0 and 1"),
    (lambda: one_class_probability(Fraction(1, 2), 0), "whole number"),
    (lambda: one_class_probability(Fraction(1, 2), Fraction(1, 2)), "whole number"),
])
def test_wrong_data_are_refused(make, message):
    with pytest.raises(RuleError, match=message):
        make()


@pytest.mark.parametrize("data", [[0.5], ["3"], [True]])
def test_floats_and_texts_are_no_data(data):
    with pytest.raises(TypeError):
        mean(data)


# --- absolute deviations --------------------------------------------------------------------------------------

@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5))
def test_pieces_are_the_sum_of_absolute_deviations(data):
    pieces = deviation_pieces(data)
    for piece in pieces:
        low = exact(piece.low) if piece.low is not None else exact(piece.high) - 3
        high = exact(piece.high) if piece.high is not None else exact(piece.low) + 3
        for c in (low, (low + high) / 2, high):
            assert exact(start(piece.line).then(*([_put(c)] if not exact(piece.line) and exact(piece.line) != 0 else [])).conclusion) == sum(abs(x - c) for x in data)
        assert exact(piece.slope.value) == 2 * piece.below - len(data)
        assert_judged(piece)
    low, high = (exact(v) for v in minimising_interval(data))
    best = min(sum(abs(x - c) for x in data) for c in data)
    assert all(sum(abs(x - c) for x in data) == best for c in (low, (low + high) / 2, high))


def _put(c):
    from reportgen.rules.arithmetic import substitute
    return substitute(c=expr(c))


def test_the_mean_minimises():
    parts = mean_minimises()
    assert to_text(parts["derivative"].conclusion) == "diff(S, c) = -2*(sum(x_i, i, 1, n) - n*c)"
    assert to_text(parts["zero"].conclusion) == "c = sum(x_i, i, 1, n)/n"
    assert to_text(parts["second"].conclusion) == "diff(S, c, 2) = 2*n"
    for part in parts.values():
        assert_judged(part)


# --- batches --------------------------------------------------------------------------------------------------

def test_variance_of_the_batch_mean_by_enumeration():
    work = variance_of_mean()
    assert to_text(work.conclusion) == "Var(x_bar) = sigma^2/m"
    assert_judged(work)
    faces = [1, 2, 5]      # all batches of m draws, equally likely
    for m in (1, 2, 3):
        means = [Fraction(sum(b), m) for b in itertools.product(faces, repeat=m)]
        assert statistics.pvariance(means) == statistics.pvariance(map(Fraction, faces)) / m


def test_fourth_moment_by_the_known_integral():
    parts = fourth_moment()
    assert to_text(parts["value"].value) == "3"
    for part in parts.values():
        assert_judged(part)
    h, total = 0.001, 0.0
    for k in range(-10000, 10000):
        z = (k + 0.5) * h
        total += z ** 4 * math.exp(-z * z / 2) * h
    assert math.isclose(total / math.sqrt(2 * math.pi), 3, rel_tol=1e-6)


def test_variance_of_the_batch_variance():
    biased, unbiased = variance_of_variance(), variance_of_variance(unbiased=True)
    assert to_text(biased.value) == "2*(m - 1)*sigma^4/m^2"
    assert to_text(unbiased.value) == "2*sigma^4/(m - 1)"
    assert_judged(biased)
    assert_judged(unbiased)


@pytest.mark.parametrize("p, m", [(Fraction(1, 2), 2), (Fraction(1, 3), 4), (Fraction(9, 10), 3), (Fraction(0), 2), (Fraction(1), 1)])
def test_one_class_by_enumeration(p, m):
    work = one_class_probability(p, m)
    chance = sum(math.prod(p if label else 1 - p for label in batch) for batch in itertools.product((0, 1), repeat=m) if len(set(batch)) == 1)
    assert exact(work.value) == chance if m > 1 else exact(work.value) == 1
    assert_judged(work)
    assert to_text(one_class_probability().value) == "p^m + (1 - p)^m"


def test_another_form_is_judged():
    wrong = start("(a + b)^2").then(become("a^2 + b^2", "Square"))
    assert judge(wrong.obligations("t")[0]).refuted


# --- losses ---------------------------------------------------------------------------------------------------

def test_the_homework_cross_entropy():
    data = [1, 0, 0], [parse("0.2"), parse("0.5"), parse("0.1")]
    nats, bits = losses.mean_cross_entropy_of(*data), losses.mean_cross_entropy_of(*data, base=2)
    assert to_text(nats.conclusion) == "J = 1/3*ln(100/9)"
    assert to_text(bits.conclusion) == "J = 1/3*log(100/9, 2)"
    assert math.isclose(-(math.log(0.2) + math.log(0.5) + math.log(0.9)) / 3, math.log(100 / 9) / 3)
    assert_judged(nats)
    assert_judged(bits)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 19).map(lambda k: Fraction(k, 20))), min_size=2, max_size=4))
def test_cross_entropy_by_hand(pairs):
    labels, predictions = [y for y, _ in pairs], [p for _, p in pairs]
    work = losses.mean_cross_entropy_of(labels, predictions)
    product = math.prod(p if y else 1 - p for y, p in pairs)
    assert is_op(work.value, "mul") and work.value.args[1] == parse(f"ln({expr_text(1 / product)})")
    assert rational_value(work.value.args[0]) == Fraction(1, len(pairs))


def test_one_example():
    work = losses.mean_cross_entropy_of([1], [Fraction(1, 5)])
    assert to_text(work.conclusion) == "J = -ln(1/5)"
    assert_judged(work)


def expr_text(value):
    return to_text(expr(value))


@pytest.mark.parametrize("labels, predictions, message", [
    ([1, 0], [Fraction(1, 2)], "2 labels, but 1 predictions"),
    ([2], [Fraction(1, 2)], "labels are 0 or 1"),
    ([1], [Fraction(1)], "between 0 and 1"),
    ([0], [Fraction(0)], "between 0 and 1"),
])
def test_wrong_predictions_are_refused(labels, predictions, message):
    with pytest.raises(RuleError, match=message):
        losses.mean_cross_entropy_of(labels, predictions)


@pytest.mark.parametrize("make, value", [
    (losses.cross_entropy_from_likelihood, "-(y*ln(y_hat) + (1 - y)*ln(1 - y_hat))"),
    (losses.cross_entropy_gradient, "sigma(z) - y"),
    (losses.squared_error_gradient, "2*(sigma(z) - y)*sigma(z)*(1 - sigma(z))"),
    (losses.squared_error_curvature, "2*sigma(z)*(1 - sigma(z))*(-3*sigma(z)^2 + 2*(1 + y)*sigma(z) - y)"),
    (losses.cross_entropy_curvature, "sigma(z)*(1 - sigma(z))"),
    (losses.vanishing_gradient, "0"),
    (lambda: losses.vanishing_gradient(0), "0"),
    (losses.penalty_gradient, "lambda/m*w"),
    (losses.weight_decay_step, "(1 - eta*lambda/m)*w - eta*g"),
    (lambda: losses.weight_decay_example(Fraction(1, 2), parse("0.1"), parse("0.1"), 2, 10), "0.48"),
])
def test_loss_derivations(make, value):
    work = make()
    assert to_text(work.value) == value
    assert_judged(work)


def test_huber_joins_both_losses_smoothly():
    """At |r| = delta both pieces and both slopes agree, and the outer piece is the absolute loss moved and scaled."""
    inner, _, outer, _ = losses.huber("r", "delta").args
    facts = (parse("r = delta"), parse("delta > 0"))
    assert judge(Obligation(op("eq", inner, outer), facts)).proved
    slopes = [op("diff", piece, "r") for piece in (inner, losses.huber("r", "delta").args[2])]
    for slope, value in zip(slopes, ("r", "delta")):
        assert judge(Obligation(op("eq", slope, value), (parse("r > 0"),))).proved
