"""Corrections: the verdict of a row is the judge's, whatever the author expected."""

from __future__ import annotations

import pytest
from reportgen.corrections import Corrections, correction, line_numbers, mixed, right_side, same, words_for
from reportgen.derivation import Claim, start
from reportgen.expressions import Number, op, parse, to_text
from reportgen.obligation import Obligation, proved, refuted, undecided
from reportgen.rules import evaluate
from reportgen.submission import Submission


@pytest.fixture
def submission(tmp_path):
    path = tmp_path / "submission.md"
    path.write_text("1 + 1 = 2\n1 + 1 = 3\n10 + 10 = 20\nf is nice\n")
    return Submission(path)


def claimed(piece, *assume):
    return Claim(piece.formula(), tuple(map(parse, assume)), "any")


def shown(parts):
    return "".join(p if isinstance(p, str) else to_text(p) for p in parts)


def test_the_verdicts_are_the_judges(submission):
    first, second, third, fourth = (submission.line(k) for k in (1, 2, 3, 4))
    rows = (
        correction(first, stated=first.formula(), claim=claimed(first), right="the same"),
        correction(second, stated=second.formula(), claim=claimed(second), right=Number("2"), why=(", because ", parse("1 + 1 = 2"))),
        correction(third, stated=third.formula(), claim=claimed(third), answer=same(right_side(third.formula()), Number("21")), right=Number("21")),
        correction(third, stated=third.formula(), answer=same(right_side(third.formula()), Number("21")), right=Number("21")),
        correction(fourth, right="a matter of taste"))
    corrections = Corrections(rows, "A caption")
    table = corrections.table()
    assert [shown(row[2]) for row in table.rows] == ["right", "refuted", "true, but not the answer", "wrong as an answer", "in words"]
    assert [shown(row[0]) for row in table.rows] == ["1", "2", "3", "3", "4"]
    assert [shown(row[1]) for row in table.rows] == ["1 + 1 = 2", "1 + 1 = 3", "10 + 10 = 20", "10 + 10 = 20", "“f is nice”"]
    assert shown(table.rows[1][3]) == "2, because 1 + 1 = 2"
    assert len({len(row) for row in table.rows} | {len(table.columns), len(table.widths)}) == 1 and sum(table.widths) == 100
    assert [o.name for o in corrections.obligations("c")] == ["c/1", "c/2", "c/3", "c/3/answer", "c/4/answer"]
    assert corrections.expect == "any"          # a refuted claim of somebody else's fails no build


def test_another_judge_is_another_verdict(submission):
    row = correction(submission.line(1), claim=claimed(submission.line(1)))
    asked = []

    def contrary(obligation: Obligation):
        asked.append(obligation.statement)
        return refuted("exact", "test")

    assert row.verdict(contrary) == "refuted" and asked == [parse("1 + 1 = 2")]
    assert row.verdict() == "right"


@pytest.mark.parametrize(("claim", "answer", "words"), [
    (None, None, "in words"),
    (proved("exact", "m"), None, "right"),
    (None, proved("exact", "m"), "right"),
    (refuted("exact", "m"), None, "refuted"),
    (refuted("exact", "m"), proved("exact", "m"), "refuted"),
    (proved("exact", "m"), refuted("exact", "m"), "true, but not the answer"),
    (None, refuted("exact", "m"), "wrong as an answer"),
    (undecided("timeout"), None, "undecided: timeout"),
    (undecided("timeout", agreed=True), None, "undecided: timeout"),       # agreement is never called right
    (proved("exact", "m"), undecided("gave up"), "undecided: gave up"),
    (undecided("gave up"), refuted("exact", "m"), "undecided: gave up"),
])
def test_words(claim, answer, words):
    assert words_for(claim, answer) == words


@pytest.mark.parametrize(("lines", "text"), [((3,), "3"), ((3, 4), "3, 4"), ((3, 4, 5), "3–5"), ((1, 3, 4, 5, 9, 10), "1, 3–5, 9, 10"), ((), "")])
def test_line_numbers(lines, text):
    assert shown(line_numbers(lines)) == text


def test_parts_as_they_are_at_hand(submission):
    derivation = start("x = 1 + 1").then(evaluate())
    assert mixed(("so ", derivation, "", op("add", 1, 2))) == ("so ", parse("x = 2"), parse("1 + 2"))
    assert mixed("") == ()
    with pytest.raises(TypeError):
        mixed((0.5,))
    with pytest.raises(ValueError, match="points at a piece"):
        correction(right="nowhere")
    both = correction(submission.line(3), submission.line(1), submission.line(3))
    assert both.lines == (1, 3)
