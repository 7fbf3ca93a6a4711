"""Mean, median and variance with steps, against Python's statistics module."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.derivation import RuleError
from reportgen.domains.statistics import entries, in_order, mean, median, variance
from reportgen.expressions import parse, to_text
from reportgen.judge import judge
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
])
def test_wrong_data_are_refused(make, message):
    with pytest.raises(RuleError, match=message):
        make()


@pytest.mark.parametrize("data", [[0.5], ["3"], [True]])
def test_floats_and_texts_are_no_data(data):
    with pytest.raises(TypeError):
        mean(data)


def test_the_caption_of_a_median_lists_the_values_in_order():
    """y_3 = 12 is the third in order; x_3 = 9 was the third measured, and the page may say so of the mean."""
    work = median([12, 15, 9, 18, 11, 13], unit="m")
    caption = "".join(piece if isinstance(piece, str) else to_text(piece) for piece in work.steps[0].caption)
    assert caption == "In order the values are 9, 11, 12, 13, 15, 18, so substitute y_3 = 12 and y_4 = 13"
    assert to_text(work.start) == "x_tilde = (y_3 + y_4)/2" and work.unit == "m"
    long = "".join(piece for piece in median(list(range(1, 100))).steps[0].caption if isinstance(piece, str))
    assert "and so on, so substitute" in long


def test_a_unit_of_the_data():
    assert (mean([1, 2], unit="m").unit, variance([1, 2], unit="m^2").unit) == ("m", "m^2")
