"""Tables with totals, equations one under another, names with values: verdict, line and column of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.claims.documents import Document
from reportgen.claims.marking import judge_document
from reportgen.claims.tables import amount, grids

HOMEWORK = Path(__file__).resolve().parents[1] / "reports" / "ai6126_hw1" / "submission.md"


def marked(text: str, name: str = "a.md") -> list[tuple[int, int, str, str]]:
    return [(j.line, j.column, j.verdict, j.code) for j in judge_document(Document(name, text.encode()))]


# --- totals


@pytest.mark.parametrize(("text", "expected"), [
    ("| a | n |\n|---|--:|\n| x | 3 |\n| y | 4 |\n| **Total** | 7 |\n", [(5, 15, "proved", "")]),
    ("| a | n |\n|---|--:|\n| x | 3 |\n| y | $4$ |\n| Total | 8 |\n", [(5, 11, "refuted", "claim-total")]),
    ("a\tn\nx\t1,50\ny\t2,25\nSumme\t3,75", [(4, 7, "proved", "")]),
    ("x\t3\ny\t2*2 = 4\nSum\t8", [(2, 3, "proved", ""), (3, 5, "refuted", "claim-total")]),
    ("\\begin{tabular}{lr}\n\\hline a & 1 \\\\\nb & 2 \\\\ \\hline\nTotal & 4\\\\\n\\end{tabular}", [(4, 9, "refuted", "claim-total")]),
    ("x\t48 120\ny\t10 164\nTotal\t58 284", [(3, 7, "proved", "")]),
    ("x\t$1,200.50\ny\t$99.50\nTotal\t$1,300.00", [(3, 7, "proved", "")]),
    ("x\t33.3\ny\t33.3\nz\t33.3\nTotal\t100", [(4, 7, "undecided", "claim-near")]),
    ("x\t1\ny\t2\nSubtotal\t3\nz\t4\nTotal\t7", [(3, 10, "proved", ""), (5, 7, "proved", "")]),
    # a mean, words, other units, code: nothing is said
    ("x\t0.8\ny\t0.9\nTotal\t0.85", [(3, 7, "undecided", "claim-undecided")]),
    ("x\tone\ny\t2\nTotal\t3", []), ("x\t1\ny\t2\nMean\t9", []), ("a\tAccuracy\nx\t1\ny\t2\nTotal\t9", []), ("```\nx\t1\ny\t2\nTotal\t9\n```", []),
    ("x\t3\nof which y\t2\nTotal\t9", []), ("x\t3 kg\ny\t2 m\nTotal\t9 m", [(3, 7, "no-claim", "no-claim")])])
def test_totals(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("**61 816**", 61816), ("$1{,}000$", 1000), ("1,000", 1000), ("(5x5+1) x 2 = 52", 52), ("−4", -4), ("7 €", 7), ("1,5", None), ("x", None), ("1-2", None)])
def test_amounts(text, value):
    found = amount(text)
    assert (found and found[0]) == value


def test_a_long_table_and_a_wide_line_are_read_in_linear_time():
    assert len(next(grids("a\t1\n" * 4000)).rows) == 4000
    assert list(grids("1\t" * 100_000)) == []


# --- lines


def test_the_homework():
    found = {j.line: j for j in judge_document(Document("s.md", HOMEWORK.read_bytes()))}
    wrong = found[23]
    assert (wrong.verdict, wrong.code, wrong.column, wrong.length) == ("refuted", "claim-step", 1, 27)
    assert "line 21" in wrong.reason and "F = 1" in wrong.reason and (wrong.left, wrong.right) == ("-1", "-4")
    assert [found[k].code for k in (25, 27, 29)] == ["claim-follow-up"] * 3 and all(found[k].given == 23 for k in (25, 27, 29))
    assert found[35].verdict == found[41].verdict == "proved"
    assert found[56].verdict == "proved" and found[56].column == 20 and "61816" in found[56].reason
    assert {j.line for j in found.values() if j.verdict == "refuted"} == {23}


@pytest.mark.parametrize(("text", "expected"), [
    ("$$2x + 3 = 9$$\n$$2x = 12$$\n$$x = 6$$", [(1, 3, "no-claim", "no-claim"), (2, 3, "refuted", "claim-step"), (3, 3, "proved", "claim-follow-up")]),
    ("2x + 3 = 9\n\n2x = 6\n\nx = 3", [(1, 1, "no-claim", "no-claim"), (3, 1, "proved", ""), (5, 1, "proved", "")]),
    ("\\begin{align}\n(x+1)^2 &= (x+1)(x+1) \\\\\n&= x^2 + 2x + 2\n\\end{align}", [(2, 1, "proved", ""), (3, 2, "refuted", "claim-refuted")]),
    ("$$y = 2x + 3z$$\n$$2x = y + 3z$$", [(1, 3, "no-claim", "no-claim"), (2, 3, "refuted", "claim-step")]),
    ("So $2x = 4$, hence $x = 3$.", [(1, 5, "no-claim", "no-claim"), (1, 21, "refuted", "claim-step")])])
def test_lines_that_follow_or_not(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize("text", [
    "$$x + y = 5$$\n$$x - y = 1$$", "2x + 3y = 5\n3x + 2y = 5", "x + 1 = 3\n\nx = 2\n\nx + 5 = 9\n\nx = 4", "$x^2 = 9$, so $x = 3$.", "$$x^2 = y$$\n$$x = \\sqrt{y}$$", "x = 3\nx = -3",
    "$$E = mc^2$$\n$$E = 18$$", "We know $x + y = 5$.\n\n\\begin{align}x^2 + y^2 &= (x + y)^2 - 2xy\\\\ &= 25 - 2xy\\end{align}", "$A \\vec x = b$\n$b = 2A \\vec x$", "n = 4\nm = n\nn = m + 1",
    "$$F(x) = x^2$$\n$$F(x) = x^3$$", "a = 1\nb = 2\na + b = c"])
def test_no_false_alarm(text):
    assert "refuted" not in [v for _, _, v, _ in marked(text)]


@pytest.mark.parametrize(("text", "verdict"), [
    ("Let $x = 3$. Then $2x + 1 = 7$.", "proved"), ("Let $x = 3$. Then $2x + 1 = 9$.", "refuted"), ("We set $x := 3$, so $x^2 = 9$.", "proved"), ("If $x = 3$ we get $2x + 1 = 9$", "refuted"),
    ("Let $x = 3$.\n\n## Next\n\nSolve $2x + 1 = 9$", "no-claim"), ("Let $x = 3$. Let $x = 4$. Then $2x + 1 = 9$.", "proved"), ("Let $x = 3$. Suppose that $2x = 9$", "no-claim")])
def test_names_with_values(text, verdict):
    assert marked(text)[-1][2] == verdict


@pytest.mark.parametrize("chain, meant", [
    ("16+5 = 21/3 = 7", "16+5 = 21 and then 21/3 = 7"),
    ("3*4 = 12+5 = 17-2 = 15", "3*4 = 12 and then 12+5 = 17 and then 17-2 = 15"),
    ("2 + 2 = 4 + 1 = 6", ""), ("16 + 5 = 22/2 = 11", ""), ("3*4 = 12+5 = 18", ""),
])
def test_equals_signs_that_run_on(chain: str, meant: str) -> None:
    """Wrong as an equation; where each step is right by itself the marker says so."""
    from reportgen.claims.chains import judge_text

    outcome = judge_text(chain)
    assert outcome.verdict == "refuted"
    assert (f"an equals sign runs on: each step is right by itself, {meant}" in outcome.reason) is bool(meant)
