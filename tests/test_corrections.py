"""Corrections: the verdict of a row is the judge's, whatever the author expected."""

from __future__ import annotations

import pytest
from reportgen.corrections import Corrections, correction, line_numbers, mixed, right_side, same, words_for
from reportgen.derivation import Claim, start
from reportgen.deriving import derive
from reportgen.diagnostics import FindingsError
from reportgen.expressions import Number, op, parse, to_text
from reportgen.marks import remark
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


# --- corrections made from marks

KEY = '''
from reportgen.derivation import start
from reportgen.rules import evaluate, substitute
from reportgen.marks import remark

def area(a):
    return start("A = a^2").then(substitute(a=a), evaluate())

def volume(area, a):
    return start("V = A*a").then(substitute(A=area, a=a), evaluate())

def notes(marks):
    return marks.corrections("Question 1", remark(" Squares have four equal sides.", on="area"), remark("a good idea", quote="I multiply"), caption="One.")

def first_wrong(marks):
    return marks.one("claim-wrong-answer").formula
'''
MARKED = "# Question 1\n\nI multiply the sides.\n\n$A = 4 \\cdot 3 = 12$\n\n$V = 12 \\cdot 4 = 48$\n\n# Question 2\n\n$2 + 2 = 5$ and $3 + 3 = 6$\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "report.toml").write_text('title = "T"\nlanguage = "en"\nformats = ["md"]\n')
    (tmp_path / "givens.toml").write_text('[a]\nvalue = 4\nsource = "the sheet"\n')
    (tmp_path / "answers.py").write_text(KEY)
    (tmp_path / "report.md").write_text("{{ notes.table }}\n")
    (tmp_path / "submission.md").write_text(MARKED)
    return tmp_path


def rows(content):
    return [(shown(line_numbers(row.lines)), shown(row.shown()), shown((*row.right, *row.why))) for row in content.rows]


def test_corrections_are_what_the_checker_finds(folder):
    derived = derive(folder, draw=False)
    assert rows(derived.ledger.entries["notes"].content) == [
        ("3", "in words", "a good idea"), ("5", "true, but not the answer", "16 Squares have four equal sides."), ("7", "right, given line 5", "64. The mistake is that of line 5.")]
    assert to_text(derived.ledger.entries["first_wrong"].value) == "A = 4*3 and 4*3 = 12"
    asked = {to_text(j.obligation.statement): (j.verdict.proved, j.verdict.refuted) for j in derived.ledger.entries["notes"].judged}
    assert asked == {"4*3 = 12": (True, False), "16 = 12": (False, True), "64 = 48": (False, True), "12*4 = 48": (True, False)}
    assert derive(folder, draw=False, documents=False).ledger.entries.keys() == {"a", "area", "volume"}


def test_what_needs_the_marks_comes_last_whatever_its_place(folder):
    (folder / "answers.py").write_text("def early(marks):\n    return marks.corrections('Question 2')\n" + KEY)
    derived = derive(folder, ["early"], draw=False)
    assert list(derived.ledger.entries)[:3] == ["a", "area", "volume"] and "notes" not in derived.ledger.entries
    assert [row[:2] for row in rows(derived.ledger.entries["early"].content)] == [("11", "refuted"), ("11", "right")]


@pytest.mark.parametrize(("call", "says"), [
    ("marks.corrections('Question 3')", "no heading"), ("marks.corrections('Question 1', remark('x', on='volumes'))", "on nothing"),
    ("marks.corrections('Question 1', remark('x', quote='I divide'))", "does not say"), ("marks.one('claim-step').formula", "is marked claim-step")])
def test_a_remark_on_nothing_is_a_finding(folder, call, says):
    (folder / "answers.py").write_text(f"from reportgen.marks import remark\n\ndef area(a):\n    return a\n\ndef wrong(marks):\n    return {call}\n")
    with pytest.raises(FindingsError) as caught:
        derive(folder, draw=False)
    assert [(f.code, says in f.message) for f in caught.value.findings] == [("correction-unread", True)]


def test_a_remark_says_what_it_is_on():
    with pytest.raises(ValueError):
        remark("x")
    with pytest.raises(ValueError):
        remark("x", on="area", quote="I multiply")
