"""What z3 adds: points and certificates that are checked again; whatever it says wrongly is not believed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from fractions import Fraction

import pytest
from flint import fmpq

from reportgen import smt
from reportgen.derivation import claim
from reportgen.expressions import Operation, is_op, parse, to_text
from reportgen.judge import enclosure, judge
from reportgen.ledger import Judged
from reportgen.obligation import Obligation, Status, undecided
from reportgen.remarks import remarks

needs_z3 = pytest.mark.skipif(not smt.installed(), reason="z3 is not installed")
SIZE = "O = (N - F + 2P)/S + 1"
WRONG = "-F = S(O - 1 - 2P - N)"


def obligation(statement: str, *assumptions: str) -> Obligation:
    return Obligation(parse(statement), tuple(map(parse, assumptions)))


def point(verdict) -> dict[str, str]:
    return {n: str(v) for n, v in verdict.counterexample}


# --- counterexamples ------------------------------------------------------------------------------------------

@needs_z3
@pytest.mark.parametrize(("statement", "assumptions", "expected"), [
    (f"{SIZE} <=> {WRONG}", (), {"N": "1", "F": "1", "P": "0", "S": "2", "O": "1"}),
    (f"{SIZE} <=> {WRONG}", ("N in NN", "F in NN", "P in NN", "S in NN", "O in NN", "S >= 1"), {"N": "1", "F": "1", "P": "0", "S": "2", "O": "1"}),
    ("x^2 >= x", (), {"x": "1/2"}),                                              # no whole number does
    ("x < 30", ("x*x = 31*x",), {"x": "31"}),
    ("3x + 5y != 47", ("x >= 5", "y >= 3"), {"x": "9", "y": "4"}),
    ("x*y*z < 1000", ("x <= 15", "y <= 15", "z <= 15", "x > 0", "y > 0", "z > 0"), {"x": "10", "y": "10", "z": "10"}),
    ("w = 2v", ("v = u + 3/10", "u >= 1/2", "w > 0", "w in ZZ", "u in ZZ"), {"v": "13/10", "u": "1", "w": "1"}),
    ("x > -1", ("x < 0",), {"x": "-1"}),
])
def test_a_teachers_choice(statement, assumptions, expected):
    found = smt.counterexample(obligation(statement, *assumptions))
    assert found is not None and point(found) == expected
    assert found.refuted and found.sides != ("", "")


@needs_z3
def test_the_point_refutes_by_itself():
    """With the values as assumptions the judge refutes the statement without z3."""
    asked = obligation("a^2 + b^2 = c^2 => c <= 20", "a in NN", "b in NN", "c in NN", "a >= 1", "b >= 1")
    assert judge(asked).status is Status.UNDECIDED
    found = smt.improved(asked, judge(asked))
    values = tuple(parse(f"{n} = {v}") for n, v in found.counterexample)
    assert judge(Obligation(asked.statement, values)).refuted
    assert all(enclosure.holds(a, {parse(n): fmpq(v.numerator, v.denominator) for n, v in found.counterexample}) for a in asked.assumptions)


@needs_z3
@pytest.mark.parametrize(("statement", "assumptions"), [
    ("x^2 >= x", ("x in ZZ",)), ("x^2 + 1 > 0", ()), ("(x + y)^2 = x^2 + 2x*y + y^2", ()), (f"{SIZE} => {SIZE}", ()),
    ("x > 0", ("x > 1",)), ("1/x != 0", ()), ("[[x, 0], [0, 1]] = [[1, 0], [0, x]]", ()), ("x = 1", ("1 = 2",)), ("exp(x) > 0", ()),
])
def test_none_where_there_is_none_or_it_cannot_be_asked(statement, assumptions):
    assert smt.counterexample(obligation(statement, *assumptions)) is None


def test_what_is_good_stays(monkeypatch):
    monkeypatch.setattr(smt, "_ask", lambda *_: pytest.fail("z3 was asked"))
    for asked in (obligation("x + x = 2x"), obligation("x + x = 3x")):
        verdict = judge(asked)
        assert smt.improved(asked, verdict) is verdict


@needs_z3
def test_a_simpler_one_is_taken():
    asked = obligation("x*y != 12", "x >= 1", "y >= 1")
    ugly = smt.refuted("exact", "counterexample", (("x", Fraction(5, 2)), ("y", Fraction(24, 5))), ("12", "12"))
    assert sorted(point(smt.improved(asked, ugly)).values()) == ["3", "4"]


@pytest.mark.parametrize("answer", [
    {"answer": "sat", "point": {"x": "2"}},        # not where the assumption holds
    {"answer": "sat", "point": {"x": "7"}},        # the statement is true there
    {"answer": "sat", "point": {}},
    {"answer": "sat", "point": {"y": "1"}},
    {"answer": "sat", "point": {"x": "1/0"}},
])
def test_a_wrong_point_is_not_believed(monkeypatch, answer):
    monkeypatch.setattr(smt, "_ask", lambda *_: dict(answer))
    assert smt.counterexample(obligation("x != 5", "x > 3")) is None


# --- side conditions ------------------------------------------------------------------------------------------

@needs_z3
@pytest.mark.parametrize(("condition", "assumptions"), [
    ("S*(N + 1) != 0", ("S >= 1", "N >= 1")),
    ("x^2 + x*y + y^2 + 1 != 0", ()),
    ("x^2 + x*y + y^2 != 0", ("x != 0",)),
    ("-x^2 - 1 != 0", ()),
    ("x*y - z*w > 0", ("x > z", "z > 0", "y > w", "w > 0")),
    ("n*m - 1 > 0", ("n in NN", "m in NN", "n > 1", "m > 1")),
    ("a*b + 1 >= a + b", ("a >= 1", "b >= 1")),
    ("x + y > 1", ("x + y = 2",)),
    ("x < 3", ("x <= y", "y < 3")),
    ("exp(-z) + y^2 != 0", ()),
])
def test_discharged_with_a_certificate(condition, assumptions):
    found, = smt.discharge([parse(condition)], tuple(map(parse, assumptions)))
    assert found.discharged and found.implied
    assert judge(Obligation(found.certificate, tuple(a for a in map(parse, assumptions) if is_op(a, "eq")))).proved
    assert smt.remaining([parse(condition)], tuple(map(parse, assumptions))) == ()


@needs_z3
def test_without_a_certificate_it_stays():
    condition = parse("x^2 - 2 != 0")      # true for whole numbers, and no sum of squares says so
    found, = smt.discharge([condition], (parse("x in ZZ"),))
    assert found.implied and not found.discharged and "stays" in smt.said(found)
    assert smt.remaining([condition], (parse("x in ZZ"),)) == (condition,)


@needs_z3
@pytest.mark.parametrize(("condition", "assumptions"), [("x - 1 != 0", ("x > 0",)), ("x + y > 0", ("x > -1", "y > 0")), ("x*y > 0", ("x >= 0", "y > 0"))])
def test_what_does_not_follow_is_shown_a_point(condition, assumptions):
    found, = smt.discharge([parse(condition)], tuple(map(parse, assumptions)))
    assert not found.discharged and not found.implied and found.fails_at
    values = {parse(n): fmpq(v.numerator, v.denominator) for n, v in found.fails_at}
    assert enclosure.holds(parse(condition), values) is False
    assert all(enclosure.holds(parse(a), values) for a in assumptions)


@pytest.mark.parametrize("weights", [["-1", "1"], ["1", "-1"], ["0", "0"], ["1", "2"], ["1/2", "1"]])
def test_wrong_weights_are_not_believed(monkeypatch, weights):
    """x > -1 does not give x > 0, whatever weights are claimed."""
    def lie(question, _):
        if question["task"] == "implied":
            return {"answer": "unsat"}
        return {"answer": "sat", "weights": weights + ["0"] * (len(question["rows"]) - len(weights))}

    monkeypatch.setattr(smt, "_ask", lie)
    found, = smt.discharge([parse("x > 0")], (parse("x > -1"),))
    assert not found.discharged


# --- the process ----------------------------------------------------------------------------------------------

def test_without_z3_all_is_as_it_was(monkeypatch):
    monkeypatch.setattr(smt, "installed", lambda: False)
    asked = obligation("x^2 + y^2 != 25^2", "x > 20", "y > 10")
    assert smt.counterexample(asked) is None
    verdict = undecided("gave up")
    assert smt.improved(asked, verdict) is verdict
    conditions = (parse("S*(N + 1) != 0"),)
    assert smt.remaining(conditions, (parse("S >= 1"), parse("N >= 1"))) == conditions


@needs_z3
def test_the_time_limit_holds():
    asked = obligation("a^3 + b^3 != c^3 + d^3 + 4", "a > 100", "b > 100", "c > 100", "d > 100", "a in ZZ", "b in ZZ", "c in ZZ", "d in ZZ")
    began = time.monotonic()
    assert smt.counterexample(asked, seconds=0.3) is None
    assert time.monotonic() - began < 3


def test_the_judge_does_not_know_of_it():
    code = ("import sys, reportgen.judge, reportgen.judge_worker, reportgen.ledger, reportgen.right_when, reportgen.solutions;"
            "sys.exit(any(m == 'z3' or m.startswith('reportgen.smt') for m in sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- what is said ---------------------------------------------------------------------------------------------

def said(statement: str, *assumptions: str) -> list[str]:
    asked = obligation(statement, *assumptions)
    return list(remarks(asked, judge(asked)))


def test_remarks_need_no_z3(monkeypatch):
    monkeypatch.setattr(smt, "installed", lambda: False)
    assert said(f"{SIZE} <=> {WRONG}", "S > 0") == ["right exactly where S = 1 or N + 2*P = 0"]
    assert said("sqrt(x + 2) = x => x + 2 = x^2") == ["the second equation gains x = -1, which the first does not have"]
    assert said("x^2 = x <=> x = 1") == ["the second equation loses x = 0, which the first has"]
    assert said("x + x = 2x") == []


@needs_z3
def test_remarks_with_z3():
    found = said("x*(a*b - c*d)/(a*b - c*d) = x", "a > c", "c > 0", "b > d", "d > 0")
    assert found == ["a*b - c*d != 0 follows from the assumptions: a*b - c*d = (a - c)*(b - d) + (a - c)*d + c*(b - d)"]
    (proposed,) = said("x^2 + y^2 != 1105", "x > 20", "y > 0", "y < 10")
    point = re.fullmatch(r"fails at x = (\S+), y = (\S+): 1105 against 1105 \(z3 proposed the point; it was evaluated\)", proposed)
    x, y = map(Fraction, point.groups())
    assert x > 20 and 0 < y < 10 and x**2 + y**2 == 1105


def test_the_view(monkeypatch):
    from reportgen.ledger import Ledger
    from reportgen.mathprint import style_for
    from reportgen.views import views

    ledger = Ledger()
    ledger.add_answer("wrong", claim(Operation("iff", (parse(SIZE), parse(WRONG))), assume=["S > 0"], expect="any"))
    ledger.add_answer("right", claim("x + x = 2x"))
    found = views(ledger, style_for("en"))
    assert found["wrong"].right_when.plain == "S = 1 or N + 2*P = 0"
    assert "\\text{or}" in found["wrong"].right_when.latex
    with pytest.raises(AttributeError, match="right after all"):
        _ = found["right"].right_when


def test_explain_says_it():
    from reportgen.explain import _body
    from reportgen.ledger import Ledger

    ledger = Ledger()
    entry = ledger.add_answer("wrong", claim("(a + b)^2 = a^2 + b^2", expect="any"))
    assert isinstance(entry.judged[0], Judged)
    assert any("right exactly where a = 0 or b = 0" in line for line in _body(entry, ledger))
    assert to_text(entry.content.statement) in _body(entry, ledger)[0]
