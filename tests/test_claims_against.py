"""Documents against the answers of a report: bound by table row and column, by name, by title; what is true and not the answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.claims.against import Key
from reportgen.claims.comparison import compare
from reportgen.claims.documents import Document
from reportgen.claims.marking import judge_document

HOMEWORK = Path(__file__).resolve().parents[1] / "reports" / "ai6126_hw1"

ANSWERS = '''
from reportgen.derivation import Table, Value, start
from reportgen.expressions import expr
from reportgen.rules import evaluate, substitute

def areas(side):
    return {"room": start("A = a^2", title="Room").then(substitute(a=side), evaluate()),
            "hall": start("A = 2*a", title="Hall").then(substitute(a=side), evaluate())}

def diagonal(side):
    return start("d = sqrt(2)*a").then(substitute(a=side))

def half():
    return start("h = 1/3")

def sizes(areas):
    return Table(("Place", "Area"), (("Room", areas["room"].value), ("Hall", areas["hall"].value), ("Total", expr(24))), "lr", True)
'''


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "report.toml").write_text('title = "T"\nauthor = "A"\ncourse = "C"\nlanguage = "en"\ndate = 2024-03-01\nformats = ["md"]\n[declared]\nnames = []\n')
    (folder / "givens.toml").write_text('[side]\nvalue = 4\nsymbol = "a"\nsource = "question 1"\n')
    (folder / "answers.py").write_text(ANSWERS)
    (folder / "report.md").write_text("{{ half }}\n")
    return Key.of(folder)


def marked(key, text):
    return [(j.line, j.column, j.verdict, j.code) for j in judge_document(Document("a.md", text.encode()), 1, key)]


@pytest.mark.parametrize(("text", "expected"), [
    ("$d = 5.657$", [(1, 2, "proved", "")]), ("$d = 4\\sqrt{2}$", [(1, 2, "proved", "")]), ("$d = 5.656$", [(1, 2, "undecided", "claim-near")]), ("$d = 6$", [(1, 2, "refuted", "claim-wrong-answer")]),
    ("Let $d = 6$.", [(1, 6, "no-claim", "no-claim")]), ("$d > 6$", [(1, 2, "no-claim", "no-claim")]),
    ("h = 1/3", [(1, 1, "proved", "")]), ("h = 0.33", [(1, 1, "proved", "")]), ("$$h = 2/6$$\n$$= 0.5$$", [(1, 3, "proved", ""), (2, 3, "refuted", "claim-refuted")]),
    # which of two areas: the title says it; without a title nothing is said
    ("The room:\n\nA = 16", [(3, 1, "proved", "")]), ("The hall:\n\nA = 16", [(3, 1, "refuted", "claim-wrong-answer")]), ("A = 16", [(1, 1, "no-claim", "no-claim")]),
    # rows and columns; the total rests on the wrong row
    ("Place\tArea\nRoom\t4*4 = 16\nHall\t5+4 = 9\nTotal\t25", [(2, 6, "proved", ""), (3, 6, "refuted", "claim-wrong-answer"), (4, 7, "proved", "claim-follow-up")]),
    ("| place | area |\n|--|--|\n| room | 16 |\n| hall | 8 |\n| total | 24 |", [(3, 10, "proved", ""), (4, 10, "proved", ""), (5, 11, "proved", "")]),
    ("Place\tWidth\nRoom\t5\nHall\t7", []), ("Place\tArea\nGarden\t5\nHall\t8", [(3, 6, "proved", "")])])
def test_bound_to_answers(key, text, expected):
    assert marked(key, text) == expected


def test_without_a_key_nothing_is_held_against_the_answer():
    assert [j.verdict for j in judge_document(Document("a.md", b"$d = 6$"))] == ["no-claim"]


def test_the_homework_against_its_report():
    done = subprocess.run([sys.executable, "-m", "reportgen", "check", "--against", str(HOMEWORK), str(HOMEWORK / "submission.md"), "--format", "json"], capture_output=True, text=True, check=False)
    found = {c["line"]: c for c in json.loads(done.stdout)["claims"]}
    assert done.returncode == 1
    assert (found[55]["code"], found[55]["left"], found[55]["right"], found[55]["column"]) == ("claim-wrong-answer", "110", "0", 25) and "true as arithmetic" in found[55]["reason"]
    assert (found[56]["code"], found[56]["left"], found[56]["right"], found[56]["given"]) == ("claim-follow-up", "61816", "61706", 55)
    assert (found[107]["code"], found[107]["given"], found[107]["right"]) == ("claim-follow-up", 96, "0.80265") and "J_bits, bce_bits is 1.15798" in found[107]["reason"]
    assert found[96]["code"] == "claim-wrong-answer" and "J_bits" in found[96]["reason"] and found[96]["right"] == "0.802649"
    refuted = [(c["line"], c["column"]) for c in json.loads(done.stdout)["claims"] if c["verdict"] == "refuted"]
    assert refuted == [(23, 1), (55, 25), (68, 3), (72, 3), (72, 121), (72, 141), (83, 3), (88, 3), (90, 3), (96, 3), (101, 3), (110, 3), (118, 104)]
    assert all(found[k]["verdict"] == "proved" for k in (29, 35, 41, *range(44, 55), 86, 118))


@pytest.mark.parametrize(("claim", "wanted", "result"), [
    ("x = 110", "0", "wrong"), ("0.8026", "1/3*ln(100/9)", "right"), ("0.8027", "1/3*ln(100/9)", "near"), ("= 2/4", "1/2", "right"), ("y + 1", "2", "unread"),
    ("{" * 500, "2", "unread"), ("9^{9^{9^9}}", "2", "unread")])
def test_comparison(claim, wanted, result):
    assert compare(claim, wanted, [])["result"] == result


def test_usage():
    for arguments in (["check", "--against", "nowhere", "a.md"], ["check", "--jsonl", "--against", str(HOMEWORK)]):
        assert subprocess.run([sys.executable, "-m", "reportgen", *arguments], capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 2


def test_a_name_that_has_other_values_in_the_report_is_not_held_against_anybody(key):
    assert marked(key, "The hall:\n\nA = 16") == [(3, 1, "refuted", "claim-wrong-answer")]
    assert marked(key, "$a = 4$") == [(1, 2, "no-claim", "no-claim")] and marked(key, "$a = 7$") == [(1, 2, "no-claim", "no-claim")]


def test_the_report_itself_holds_against_its_own_answers(tmp_path):
    subprocess.run([sys.executable, "-m", "reportgen", "build", str(HOMEWORK), "--to", "tex", "-o", str(tmp_path)], capture_output=True, check=True)
    done = subprocess.run([sys.executable, "-m", "reportgen", "check", "--against", str(HOMEWORK), str(tmp_path / HOMEWORK.name / "report.tex")], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and " 0 refuted" in done.stdout, done.stderr
