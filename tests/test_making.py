"""What all rules share: conditions that are assumed are left out, and floats for figures are the nearest ones."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.derivation import Value, start
from reportgen.drawing import nearest_float
from reportgen.expressions import expr, parse, to_text
from reportgen.judge import judge
from reportgen.rules import divide_both_sides, expand_logs, isolate
from reportgen.rules.making import implied


@pytest.mark.parametrize("condition, assumptions, expected", [
    ("v != 0", ["v > 0"], True), ("v != 0", ["v < 0"], True), ("v != 0", ["v >= 0"], False), ("v != 0", ["v >= 1"], True), ("v != 0", ["0 < v"], True),
    ("v != 0", ["u > 0"], False), ("v*w != 0", ["v > 0", "w < 0"], True), ("v*w != 0", ["v > 0"], False), ("v > 0", ["v >= 1"], True), ("v > 0", ["v >= 0"], False),
    ("v > 1", ["v >= 1"], False), ("v >= 1", ["v > 1"], True), ("v >= 1", ["v >= 1"], True), ("v != 1", ["v > 1"], True), ("v != 1", ["v > 0"], False), ("v != 1", ["v < 1"], True),
    ("v < 2", ["v < 1"], True), ("v < 1", ["v < 2"], False), ("v <= 1", ["v = 1"], True), ("a != b", ["a > b"], True), ("a != b", ["b > a"], True), ("a != b", ["a >= b"], False),
    ("a > b", ["b < a"], True), ("a > b", ["a < b"], False), ("v > 0", ["v > 0 and w > 0"], True), ("v^2 >= 0", [], True), ("3 > v", ["v < 2"], True),
])
def test_implied(condition, assumptions, expected):
    found = implied(parse(condition), [parse(a) for a in assumptions])
    assert found is expected
    if found:       # and it is so
        from reportgen.obligation import Obligation

        assert judge(Obligation(parse(condition), tuple(parse(a) for a in assumptions))).proved


def test_conditions_that_are_assumed_are_left_out():
    def stated(formula, assume, *rules):
        return [to_text(c) for s in start(formula, assume=assume).then(*rules).steps for c in s.conditions]

    assert stated("d = v*t", [], isolate("t")) == ["v != 0"]
    assert stated("d = v*t", ["v > 0"], isolate("t")) == []
    assert stated("v*w*t = d", ["v > 0"], divide_both_sides("v*w")) == ["w != 0"]
    assert stated("ln(a*b)", ["a > 0", "b > 0"], expand_logs()) == []


def test_what_is_left_out_is_still_proved():
    derivation = start("d = v*t + v^2/(2*a)", assume=["a > 0", "v > 0"]).then(isolate("t"))
    assert all(judge(o).proved and not judge(o).conditions for o in derivation.obligations("x"))


@given(st.fractions())
def test_the_nearest_float_of_a_rational(value):
    assert nearest_float(expr(value)) == float(value)


@given(st.integers(1, 10**9))
def test_the_nearest_float_of_a_root(value):
    found = nearest_float(parse(f"sqrt({value})"))
    import math
    for other in (math.nextafter(found, 0), math.nextafter(found, math.inf)):
        middle = (Fraction(found) + Fraction(other)) / 2
        assert (middle ** 2 < value) == (other < found) or middle ** 2 == value


@pytest.mark.parametrize("text", ["x", "[[1, 2]]", "ln(0)", "x = 1", "f(2)"])
def test_what_is_no_number(text):
    with pytest.raises(TypeError):
        nearest_float(parse(text))


def test_derivations_and_values_can_be_drawn():
    assert float(start("x = 1/4")) == 0.25 and float(Value(parse("2^10"))) == 1024.0
