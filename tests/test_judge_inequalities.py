"""Inequalities: squares, cells, balls and derivatives, half-angles, induction."""

from __future__ import annotations

import pytest
from judge_tables import is_proved, is_refuted, is_undecided, rows

TRUE = [
    ("sin(x) <= 1",),
    ("cos(x) >= -1",),
    ("abs(sin(x)) <= 1",),
    ("ln(x) <= x - 1", "x > 0"),
    ("ln(x) <= x - 1",),
    ("exp(x) >= 1 + x",),
    ("floor(x) <= x",),
    ("x < floor(x) + 1",),
    ("floor(x) <= x < floor(x) + 1",),
    ("ceil(x) >= x",),
    ("(x + y)/2 >= sqrt(x*y)", "x >= 0", "y >= 0"),
    ("(x + y + z)/3 >= root(x*y*z, 3)", "x > 0", "y > 0", "z > 0"),
    ("(a*x + b*y)^2 <= (a^2 + b^2)*(x^2 + y^2)",),
    ("(a*x + b*y + c*z)^2 <= (a^2 + b^2 + c^2)*(x^2 + y^2 + z^2)",),
    ("x^2 + y^2 + z^2 >= x*y + y*z + z*x",),
    ("x^4 + y^4 >= x^3*y + x*y^3",),
    ("x^2 + x*y + y^2 >= 0",),
    ("x^4 - 2*x^2*y^2 + y^4 >= 0",),
    ("x^3 + y^3 >= x^2*y + x*y^2", "x >= 0", "y >= 0"),
    ("x^3 + y^3 + z^3 >= 3*x*y*z", "x >= 0", "y >= 0", "z >= 0"),
    ("x/y + y/x >= 2", "x > 0", "y > 0"),
    ("1/x + 1/y >= 4/(x + y)", "x > 0", "y > 0"),
    ("sin(x) < x", "x > 0"),
    ("sin(x) <= x", "x >= 0"),
    ("cos(x) >= 1 - x^2/2",),
    ("abs(x + y) <= abs(x) + abs(y)",),
    ("abs(abs(x) - abs(y)) <= abs(x - y)",),
    ("ln(1 + x) < x", "x > 0"),
    ("exp(x) > x^2", "x > 0"),
    ("sin(x) > 0", "x > 0", "x < 3"),
    ("exp(x) < 3", "x >= 0", "x <= 1"),
    ("x^x >= 1/2", "x >= 1/4", "x <= 1"),
    ("tan(x) > x", "x > 0", "x < 3/2"),
    ("atan(x) < x", "x > 0"),
    ("x - x^3/6 < sin(x)", "x > 0"),
    ("sqrt(1 + x) <= 1 + x/2", "x >= 0"),
    ("sqrt(x^2 + 1) > x",),
    ("x/(1 + x) <= ln(1 + x)", "x >= 0"),
    ("max(x, y) >= (x + y)/2",),
    ("cosh(x) >= 1",),
    ("tanh(x) < 1",),
    ("atan(x) < pi/2",),
    ("sin(x)*cos(x) <= 1/2",),
    ("sin(x) + cos(x) <= sqrt(2)",),
    ("(1 + x)^3 >= 1 + 3*x", "x >= -1"),
    ("(1 + x)^n >= 1 + n*x", "x >= 0", "n in NN"),
    ("2^n > n", "n in NN"),
    ("n! >= 2^(n-1)", "n in NN", "n >= 1"),
    ("n^2 >= n", "n in ZZ"),
    ("x*exp(-x) <= exp(-1)",),
    ("-p*ln(p) - (1-p)*ln(1-p) <= ln(2)", "p > 0", "p < 1"),
    ("p*(1 - p) <= 1/4",),
    ("x*ln(x) >= -1/e", "x > 0"),
    ("x^4 - 4*x + 3 >= 0",),
    ("x^2*y^2 + x^2 + y^2 + 1 >= 4*x*y",),
    ("1/(1+exp(-x)) <= 1/2 + x/4", "x >= 0"),
    ("ln(1+exp(x)) > x",),
    ("ln(1 + exp(x)) > 0",),
    ("ln(1+exp(x)) >= max(0, x)",),
]

FALSE = [
    ("x^y > 0", "x < 0"),
    ("sin(x) < 1",),
    ("sin(x) <= 1/2",),
    ("ln(x) <= x - 2",),
    ("exp(x) >= 1 + 2*x",),
    ("floor(x) < x",),
    ("x <= floor(x) + 1/2",),
    ("(x+y)/2 >= sqrt(x*y) + 1", "x >= 0", "y >= 0"),
    ("(x + y)/2 <= sqrt(x*y)", "x >= 0", "y >= 0"),
    ("x^2 + y^2 + z^2 > x*y + y*z + z*x",),
    ("x^4 + y^4 > x^3*y + x*y^3",),
    ("x^3 + y^3 >= x^2*y + x*y^2",),
    ("x/y + y/x >= 2", "x != 0", "y != 0"),
    ("sin(x) < x",),
    ("abs(x+y) < abs(x) + abs(y)",),
    ("exp(x) > x^2",),
    ("sin(x) > 0", "x > 0", "x < 4"),
    ("exp(x) < 27/10", "x >= 0", "x <= 1"),
    ("tan(x) > x", "x > 0"),
    ("sqrt(1+x) <= 1 + x/2 - 1/100", "x >= 0"),
    ("(1+x)^3 >= 1 + 3*x",),
    ("2^n > n^2", "n in NN"),
    ("n! >= 2^n", "n in NN"),
    ("x*exp(-x) <= 1/3",),
    ("sin(x) + cos(x) <= 7/5",),
    ("x^2 - 2*x*y + y^2 > 0",),
    ("cosh(x) > 1",),
    ("x^2 + x*y - y^2 >= 0",),
]

UNDECIDED = [      # without a value, without a meaning that all agree on, or beyond the methods: never the wrong verdict
    ("f(x) > 0",), ("sin(x) + sin(sqrt(2)*x) < 2",), ("ln(x) < 0", "x < 0"), ("sqrt(-1) < 1",), ("limit(sin(x), x, inf) <= 1",),
]


@pytest.mark.parametrize("row", rows(TRUE))
def test_true_statements_are_proved(row):
    is_proved(row)


@pytest.mark.parametrize("row", rows(FALSE))
def test_false_statements_are_refuted(row):
    is_refuted(row)


@pytest.mark.parametrize("row", rows(UNDECIDED))
def test_the_rest_stays_undecided(row):
    is_undecided(row)
