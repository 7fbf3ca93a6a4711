"""Systems judged part by part, and angles in a range: true, false and open ones."""

from __future__ import annotations

import pytest

from reportgen.expressions import parse
from reportgen.judge import judge
from reportgen.obligation import Obligation

TRUE = [
    ("sin(b) = y <=> b = asin(y)", "b >= -pi/2", "b <= pi/2", "y >= -1", "y <= 1"),
    ("sin(b) = 1/2 <=> b = pi/6", "b >= 0", "b <= pi/2"),
    ("tan(b) = 3/4 <=> b = atan(3/4)", "b > -pi/2", "b < pi/2"),
    ("cos(b) = -1/2 <=> b = 2*pi/3", "b >= 0", "b <= pi"),
    ("cos(b) = y => b = acos(y)", "b >= 0", "b <= pi"),
    ("x = 2 and y = x + 1 <=> x = 2 and y = 3",),
    ("x > 2 and y = x + 1 <=> x > 2 and y - 1 = x",),
    ("y = (1 - a*b)/(a + 1) and x = b + y <=> y = (1 - a*b)/(a + 1) and x = b + (1 - a*b)/(a + 1)", "a != -1"),
    ("x > 1 and y > 2 => x*y > 2",),
]
NOT_PROVED = [
    ("sin(b) = 1/2 <=> b = pi/6",),
    ("sin(b) = 1/2 <=> b = pi/6", "b >= 0", "b <= pi"),
    ("sin(b) = 1/2 <=> b = 5*pi/6", "b >= 0", "b <= pi/2"),
    ("cos(b) = 1/2 <=> b = pi/3", "b >= -pi/2", "b <= pi/2"),
    ("tan(b) = 1 <=> b = pi/4", "b >= 0", "b <= pi"),
    ("x = 2 and y = x + 1 <=> x = 2 and y = 4",),
    ("x > 2 and y = x + 1 <=> x > 2 and y > 3",),
    ("x > 1 and y > 2 => x*y > 3",),
    ("x = 2 and y = x + 1 <=> y = 3",),
]


@pytest.mark.parametrize("row", TRUE, ids=lambda r: "; ".join(r))
def test_proved(row):
    statement, *assumptions = map(parse, row)
    verdict = judge(Obligation(statement, tuple(assumptions), "t"))
    assert verdict.proved, verdict.reason


@pytest.mark.parametrize("row", NOT_PROVED, ids=lambda r: "; ".join(r))
def test_never_proved(row):
    statement, *assumptions = map(parse, row)
    assert not judge(Obligation(statement, tuple(assumptions), "t")).proved
