"""A step that only implies: the solutions it gains or loses, each put into both equations."""

from __future__ import annotations

import pytest

from reportgen.expressions import parse, to_text
from reportgen.solutions import changed_solutions, findings

CASES = [
    # before, after, assumptions, extra, lost, all of them
    ("sqrt(x + 2) = x", "x + 2 = x^2", (), ["-1"], [], True),
    ("x = sqrt(3 - 2x)", "x^2 = 3 - 2x", (), ["-3"], [], True),
    ("sqrt(x) = -3", "x = 9", (), ["9"], [], True),
    ("abs(x - 1) = 2x", "(x - 1)^2 = 4x^2", (), ["-1"], [], True),
    ("sqrt(x + 5) + sqrt(x) = 5", "x = 4", (), [], [], True),
    ("sqrt(2x + 3) - sqrt(x - 2) = 2", "x = 3", (), [], ["11"], True),
    ("x^2 = x", "x = 1", (), [], ["0"], True),                                # divided by x
    ("x^2 = 4", "x = 2", (), [], ["-2"], True),
    ("x^2 = 4", "x = 2", ("x > 0",), [], [], True),                           # the assumption excludes it
    ("x^2 = 4", "x = 2", ("x in NN",), [], [], True),
    ("x^2 = 2x + 1", "x = 1 + sqrt(2)", (), [], ["1 - sqrt(2)"], True),
    ("x^2 = 8/9", "x = 2sqrt(2)/3", (), [], ["-2*sqrt(2)/3"], True),
    ("x^4 = 2", "x = root(2, 4)", (), [], ["-root(2, 4)"], True),
    ("x^3 = 2", "x = root(2, 3)", (), [], [], True),
    ("(x^2 - 1)/(x - 1) = 0", "x^2 - 1 = 0", (), ["1"], [], True),            # multiplied by x - 1
    ("x/(x - 1) = 1/(x - 1)", "x = 1", (), ["1"], [], True),
    ("x^2 = 5x - 6", "x = 2 or x = 3", (), [], [], True),
    ("ln(x) + ln(x - 1) = ln(2)", "x(x - 1) = 2", (), ["-1"], [], False),     # found, but not known to be all
    ("x^5 - x - 1 = 0", "x = 1", (), ["1"], [], False),
    ("sin(x) = 0", "x = 0", (), [], [], False),
    ("a x^2 = a", "x = 1", ("a = 3",), [], ["-1"], True),
]


@pytest.mark.parametrize(("before", "after", "assumptions", "extra", "lost", "complete"), CASES)
def test_changed(before, after, assumptions, extra, lost, complete):
    found = changed_solutions(parse(before), parse(after), tuple(map(parse, assumptions)))
    assert found is not None
    assert ([to_text(v) for v in found.extra], [to_text(v) for v in found.lost], found.complete) == (extra, lost, complete)


@pytest.mark.parametrize(("before", "after"), [("x = y", "x^2 = y^2"), ("x > 1", "x^2 > 1"), ("2 = 2", "4 = 4"), ("[[x]] = [[1]]", "x > 1")])
def test_of_another_kind(before, after):
    assert changed_solutions(parse(before), parse(after)) is None


def test_as_relations():
    assert [(kind, to_text(e)) for kind, e in findings(parse("sqrt(x + 2) = x => x + 2 = x^2"))] == [("extra", "x = -1")]
    assert list(findings(parse("x = 1"))) == []
