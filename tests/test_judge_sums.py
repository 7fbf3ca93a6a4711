"""Sums and products with symbolic and infinite bounds."""

from __future__ import annotations

import pytest
from judge_tables import is_proved, is_refuted, is_undecided, rows

TRUE = [
    ("sum(k, k, 1, n) = n*(n+1)/2",),
    ("sum(k^2, k, 1, n) = n*(n+1)*(2*n+1)/6",),
    ("sum(binomial(n, k), k, 0, n) = 2^n", "n in NN"),
    ("sum(k*binomial(n,k), k, 0, n) = n*2^(n-1)", "n in NN", "n >= 1"),
    ("sum(1/(k*(k+1)), k, 1, n) = n/(n+1)",),
    ("sum(k*x^k, k, 0, n) = x*(1 - (n+1)*x^n + n*x^(n+1))/(1-x)^2", "x > 0", "x != 1"),
    ("sum(x^k, k, 0, n) = (1 - x^(n+1))/(1 - x)", "x != 1"),
    ("sum(x^k, k, 0, inf) = 1/(1-x)", "abs(x) < 1"),
    ("sum(1/2^k, k, 0, inf) = 2",),
    ("sum(1/2^k, k, 1, inf) = 1",),
    ("sum((-1)^k*binomial(n,k), k, 0, n) = 0", "n in NN", "n >= 1"),
    ("sum(binomial(n,k)^2, k, 0, n) = binomial(2*n, n)", "n in NN"),
    ("sum(binomial(n,k)*x^k*y^(n-k), k, 0, n) = (x+y)^n", "n in NN"),
    ("prod(k, k, 1, n) = factorial(n)", "n in NN", "n >= 1"),
    ("prod((k+1)/k, k, 1, n) = n + 1",),
    ("prod(1 - 1/k^2, k, 2, n) = (n+1)/(2*n)",),
    ("prod(2, k, 1, n) = 2^n", "n in NN"),
    ("prod(c*k, k, 1, n) = c^n*factorial(n)", "n in NN", "n >= 1"),
    ("sum(1/(k*(k+1)), k, 1, inf) = 1",),
    ("sum(1/k!, k, 0, inf) = e",),
    ("sum(x^k/k!, k, 0, inf) = exp(x)",),
    ("sum(1/k^2, k, 1, inf) = pi^2/6",),
    ("sum((2*k-1), k, 1, n) = n^2",),
    ("sum(binomial(k, 2), k, 2, n) = binomial(n+1, 3)", "n in NN", "n >= 2"),
    ("sum(ln(k), k, 1, n) = ln(factorial(n))", "n in NN", "n >= 1"),
    ("sum((-1)^k*k, k, 1, 2*n) = n", "n in NN", "n >= 1"),
    ("sum(sin(k*x), k, 1, n) = sin(n*x/2)*sin((n+1)*x/2)/sin(x/2)", "n in NN"),
    ("sum(k*k!, k, 1, n) = (n+1)! - 1",),
    ("sum(2^k, k, 0, n-1) = 2^n - 1",),
    ("sum(k, k, 1, n) + sum(k, k, 1, n) = n*(n+1)",),
    ("sum(k, k, 1, 2*n) = n*(2*n+1)",),
    ("sum(k^2, k, 0, n-1) = (n-1)*n*(2*n-1)/6",),
    ("sum(k, k, m, n) = (n-m+1)*(n+m)/2", "n >= m"),
    ("sum(x_i - x_{i-1}, i, 1, n) = x_n - x_0",),
    ("sum(a + b*k, k, 0, n) = (n+1)*(2*a + b*n)/2",),
    ("sum(sum(1, j, 1, i), i, 1, n) = n*(n+1)/2",),
    ("sum(sum(i*j, j, 1, n), i, 1, n) = n^2*(n+1)^2/4",),
    ("sum(k/2^k, k, 1, n) = 2 - (n+2)/2^n",),
    ("sum(x_i, i, 1, n) = x_1 + sum(x_i, i, 2, n)",),
    ("sum(x^k, k, 0, inf) = 1/(1-x)",),
]

FALSE = [
    ("sum(k, k, 1, n) = n^2/2",),
    ("sum(k^2, k, 1, n) = n^3/3",),
    ("sum(binomial(n,k), k, 0, n) = 2^n - 1", "n in NN"),
    ("sum(k*binomial(n,k), k, 0, n) = n*2^n", "n in NN"),
    ("sum(1/(k*(k+1)), k, 1, n) = 1",),
    ("sum(x^k, k, 0, inf) = 1/(1-x) + 1", "abs(x) < 1"),
    ("sum(1/2^k, k, 0, inf) = 1",),
    ("prod(k, k, 1, n) = factorial(n+1)", "n in NN"),
    ("prod((k+1)/k, k, 1, n) = n",),
    ("sum(k, k, 1, 2*n) = n*(n+1)",),
    ("sum(1/k^2, k, 1, inf) = pi^2/7",),
    ("sum(binomial(n,k)^2, k, 0, n) = 2^n", "n in NN"),
]

UNDECIDED = [      # without a value, without a meaning that all agree on, or beyond the methods: never the wrong verdict
    ("sum(k^2*binomial(n,k), k, 0, n) = n*(n+1)*2^(n-2)", "n in NN", "n >= 2"),
    ("sum(1/k, k, 1, inf) = 5",),
    ("sum((-1)^k, k, 0, inf) = 1/2",),
    # what must hold for a value to exist is excluded
    ("sum(x^k, k, 0, inf) = 1/(1-x)", "x > 1"), ("sum(x^k, k, 0, inf) = 1/(1-x)", "x < -1"), ("sum(x^k, k, 0, inf) = 1/(1-x)", "x^2 > 1"),
    ("sum(x^k, k, 0, inf) = 1/(1-x)", "abs(x) > 1"), ("sum(x^k, k, 0, inf) - sum(x^k, k, 0, inf) = 0", "x > 1"), ("0*sum(1/k, k, 1, inf) = 0",),
    ("sum(k, k, m, n) = (n+m)*(n-m+1)/2", "m > n+1"), ("sum(binomial(n,k), k, 0, n) = 2^n", "n < 0"), ("sum(k*binomial(n,k), k, 0, n) = n*2^(n-1)", "n < 0"),
    ("sum(k, k, 1/2, n) = n*(n + 1)/2 + 1/8",), ("sum(1, k, 1/2, n) = n + 1/2", "n in ZZ", "n > 3"),      # from 1/2 on there is no whole number n
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
