"""The laws of logarithms: where they apply, under which conditions, and where they must not."""

from __future__ import annotations

from math import isclose, log

import pytest

from reportgen.derivation import RuleError, start
from reportgen.expressions import is_op, parse, rational_value, to_text, walk
from reportgen.judge import judge
from reportgen.rules.logarithms import (change_base, collect_base, combine_logs, expand_logs, log_inverse, log_of_one, log_of_power,
                                        log_of_product, log_of_quotient)

APPLIES = [
    (log_of_product(), "ln(a*b)", "ln(a) + ln(b)", {"a > 0", "b > 0"}),
    (log_of_product(), "y = ln(2*x) + 1", "y = ln(2) + ln(x) + 1", {"x > 0"}),
    (log_of_product(), "log(a*b*c, 2)", "log(a, 2) + log(b, 2) + log(c, 2)", {"a > 0", "b > 0", "c > 0"}),
    (log_of_product(), "ln(exp(x)*e^y)", "ln(exp(x)) + ln(e^y)", set()),
    (log_of_quotient(), "ln(a/b)", "ln(a) - ln(b)", {"a > 0", "b > 0"}),
    (log_of_quotient(), "ln(1/5)", "-ln(5)", set()),
    (log_of_power(), "ln(x^n)", "n*ln(x)", {"x > 0"}),
    (log_of_power(), "ln(sqrt(x))", "1/2*ln(x)", {"x > 0"}),
    (log_of_power(), "log(2^x, 3)", "x*log(2, 3)", set()),
    (log_of_power(), "ln(x^(-1))", "-ln(x)", {"x > 0"}),
    (log_of_one(), "ln(1) + ln(e) + log(2, 2) + log(1, 7)", "0 + 1 + 1 + 0", set()),
    (log_inverse(), "ln(e^x) + ln(exp(y))", "x + y", set()),
    (log_inverse(), "e^(ln(x)) + exp(ln(y))", "x + y", {"x > 0", "y > 0"}),
    (log_inverse(), "2^log(x, 2)", "x", {"x > 0"}),
    (expand_logs(), "ln(a*b^2/c)", "ln(a) + 2*ln(b) - ln(c)", {"a > 0", "b > 0", "c > 0"}),
    (combine_logs(), "-ln(1/5) - ln(1/2) - ln(9/10)", "ln(100/9)", set()),
    (combine_logs(), "a*ln(x) + b*ln(y)", "ln(x^a*y^b)", {"x > 0", "y > 0"}),
    (combine_logs(), "ln(x) - ln(y)", "ln(x/y)", {"x > 0", "y > 0"}),
    (combine_logs(), "J = 1/3*(-ln(0.2) - ln(0.5) - ln(0.9))", "J = 1/3*ln(100/9)", set()),
    (combine_logs(), "2*log(3, 2) - log(9, 2) + x", "log(1, 2) + x", set()),
    (change_base(), "log(x, 2)", "ln(x)/ln(2)", {"x > 0"}),
    (change_base(2), "ln(5)", "ln(2)*log(5, 2)", set()),
    (change_base(10), "log(5, 2)", "log(5, 10)/log(2, 10)", set()),
    (change_base("b"), "ln(5)", "ln(b)*log(5, b)", {"b > 0", "b != 1"}),
    (collect_base(), "ln(x)/ln(2)", "log(x, 2)", {"x > 0"}),
    (collect_base(), "log(5, 10)/log(2, 10)", "log(5, 2)", set()),
]

REFUSES = [
    (log_of_product(), "ln(a + b)", "no logarithm of a product"),
    (log_of_product(), "ln((-2)*(-3))", "-2 is not"),
    (log_of_product(), "a*b", "no logarithm of a product"),
    (log_of_quotient(), "ln((-1)/(-2))", "-1 is not"),
    (log_of_quotient(), "ln(a)/ln(b)", "no logarithm of a quotient"),
    (log_of_power(), "ln(x)^2", "no logarithm of a power"),
    (log_of_power(), "ln((-3)^2)", "-3 is not"),
    (log_of_one(), "ln(2)", "no logarithm of 1"),
    (log_inverse(), "ln(2^x)", "no logarithm of a power of its base"),
    (log_inverse(), "2^ln(x)", "no logarithm of a power of its base"),
    (expand_logs(), "ln(a + b)", "no product, quotient or power"),
    (combine_logs(), "ln(2) + log(3, 2)", "no two logarithms of one base"),
    (combine_logs(), "ln(2)*ln(3)", "no two logarithms"),
    (combine_logs(), "ln(x)*ln(y) + 1", "no two logarithms"),
    (combine_logs(), "ln(4/8)", "no two logarithms"),
    (change_base(2), "log(x, 2)", "no logarithm of another base"),
    (collect_base(), "ln(x)/log(2, 10)", "no quotient"),
    (collect_base(), "ln(x)/ln(1)", "divides nothing"),
]


@pytest.mark.parametrize("rule, before, after, conditions", APPLIES)
def test_law_applies(rule, before, after, conditions):
    work = start(before).then(rule)
    assert to_text(work.conclusion) == after
    assert {to_text(c) for s in work.steps for c in s.conditions} == conditions


@pytest.mark.parametrize("rule, before, message", REFUSES)
def test_law_refuses(rule, before, message):
    with pytest.raises(RuleError, match=message):
        start(before).then(rule)


@pytest.mark.parametrize("base", [0, 1, -2])
def test_no_such_base(base):
    with pytest.raises(RuleError, match="no base"):
        change_base(base)


def test_the_homework_in_readable_steps():
    work = start("-ln(1/5) - ln(1/2) - ln(9/10)").then(combine_logs())
    assert [to_text(s.after) for s in work.steps] == ["ln(5) + ln(2) + ln(10/9)", "ln(5*2*(10/9))", "ln(100/9)"]


def test_a_known_sign_is_no_condition():
    work = start("ln(a*b)", assume=["a > 0"]).then(log_of_product())
    assert [to_text(c) for c in work.steps[0].conditions] == ["b > 0"]


def number(value, env):
    """By Python's own floats: another route than the rules'."""
    if rational_value(value) is not None:
        return float(rational_value(value))
    if not hasattr(value, "head"):
        return {"e": 2.718281828459045, **env}[value.name]
    args = [number(a, env) for a in value.args]
    if value.head in ("ln", "log"):
        return log(*args)
    if value.head == "mul":
        out = 1.0
        for a in args:
            out *= a
        return out
    return {"add": lambda *a: sum(a), "neg": lambda a: -a, "div": lambda a, b: a / b, "pow": lambda a, b: a ** b, "sqrt": lambda a: a ** 0.5,
            "exp": lambda a: 2.718281828459045 ** a, "eq": lambda a, b: b}[value.head](*args)


@pytest.mark.parametrize("rule, before, after, conditions", APPLIES)
def test_every_step_keeps_the_value(rule, before, after, conditions):
    env = {"a": 1.5, "b": 2.25, "c": 0.75, "n": 3.0, "x": 1.75, "y": 0.5, "J": 0.0}
    work = start(before).then(rule)
    for step in work.steps:
        assert isclose(number(step.before, env), number(step.after, env), rel_tol=1e-12, abs_tol=1e-12)
        assert not any(is_op(n, "add") and any(is_op(t, "add") for t in n.args) for n in walk(step.after))


@pytest.mark.parametrize("rule, before, after, conditions", APPLIES)
def test_the_judge_proves_every_step(rule, before, after, conditions):
    for obligation in start(before).then(rule).obligations("t"):
        assert judge(obligation).proved, str(obligation)


def test_parse_is_the_way_in():
    assert start(parse("ln(x*y)")).then(log_of_product()).steps
