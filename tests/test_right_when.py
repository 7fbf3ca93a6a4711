"""When a wrong equation is right after all: what is named is proved, and nothing is named where nothing is."""

from __future__ import annotations

import pytest

from reportgen.expressions import Operation, parse, to_text
from reportgen.judge import judge
from reportgen.obligation import Obligation
from reportgen.right_when import right_exactly_when, words

SIZE = "O = (N - F + 2P)/S + 1"
WRONG = "-F = S(O - 1 - 2P - N)"


def ask(statement: str, *assumptions: str) -> str:
    return words(right_exactly_when(Obligation(parse(statement), tuple(map(parse, assumptions)))))


@pytest.mark.parametrize(("statement", "assumptions", "expected"), [
    (f"{SIZE} <=> {WRONG}", (), "S = 1 or N + 2*P = 0"),
    (f"{WRONG} <=> {SIZE}", ("S > 0",), "S = 1 or 2*P + N = 0"),
    (f"{SIZE} => {WRONG}", ("S != 0",), "S = 1 or N + 2*P = 0"),
    (f"{SIZE} <=> {WRONG}", ("N >= 1", "P >= 0", "S >= 1"), "S = 1"),           # a size is positive
    ("(a + b)^2 = a^2 + b^2", (), "a = 0 or b = 0"),
    ("(a + b)^2 = a^2 + b^2", ("a > 0",), "b = 0"),
    ("k/(a + b) = k/a + k/b", (), "k = 0"),                                     # a^2 + a b + b^2 is never 0
    ("y = 2x + 1 <=> y = 3x + 1", (), "x = 0"),
    ("y = m x + c <=> x = y/m + c", (), "c = 0 or m = -1"),
    ("a/b = c <=> a = b/c", ("c > 0",), "c = 1"),
    ("s = v t + a t^2 <=> s = v t + a t^2/2", (), "t = 0 or a = 0"),
    ("a x = a y <=> x = y", (), "a != 0"),
    ("a x = a y => x = y", (), "a != 0"),
    ("a x = a y => x = y", ("a = 3",), ""),                                     # right as it stands: there is nothing to say
    ("sqrt(x^2) = x", (), "x >= 0"),
    ("abs(x) = -x", (), "x <= 0"),
])
def test_named(statement, assumptions, expected):
    assert ask(statement, *assumptions) == expected


@pytest.mark.parametrize("statement", [
    "1/(a + b) = 1/a + 1/b",         # never, for real numbers
    "x^2 + 1 = 0", "x = 1 => x = 2", "sin(x) = 0", "ln(a*b) = ln(a)*ln(b)", "exp(a + b) = exp(a) + exp(b)",
    "N >= 2 => F = 2", "x > 1", "[[a, b], [c, d]] = [[1, 0], [0, 1]]", "x^2 = 4 <=> x = 2",
])
def test_nothing_named(statement):
    assert ask(statement) == ""


def test_contradicting_assumptions_give_nothing():
    assert ask(f"{SIZE} <=> {WRONG}", "1 = 2") == ""


@pytest.mark.parametrize(("statement", "assumptions"), [(f"{SIZE} <=> {WRONG}", ("S > 0",)), ("y = m x + c <=> x = y/m + c", ("m != 0",))])
def test_the_judge_agrees_on_each_side(statement, assumptions):
    """Where an alternative holds the statement is proved; where none does, one equation excludes the other."""
    alternatives = right_exactly_when(Obligation(parse(statement), tuple(map(parse, assumptions))))
    given = tuple(map(parse, assumptions))
    for alternative in alternatives:
        assert judge(Obligation(parse(statement), (*given, alternative))).proved
    first, second = parse(statement).args
    assert judge(Obligation(Operation("iff", (second, Operation("or", alternatives))), (first, *given))).proved


def test_what_is_named_reads_back():
    for alternative in right_exactly_when(Obligation(parse(f"{SIZE} <=> {WRONG}"))):
        assert parse(to_text(alternative)) == alternative
