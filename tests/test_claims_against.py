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


# --- mistakes of every kind, in another order and with the numbering of other people

EXERCISES = '''
from reportgen.derivation import Table, Value, start
from reportgen.expressions import expr, op, parse
from reportgen.rules import evaluate, substitute

def hypotenuse(a, b):
    return start("c = sqrt(a^2 + b^2)", title="Question 1a").then(substitute(a=a, b=b), evaluate())

def area(a, b):
    return start("A = a*b/2", title="Question 1b").then(substitute(a=a, b=b), evaluate())

def entropy(p):
    return start("H = -(p*ln(p) + (1 - p)*ln(1 - p))", unit="nats").then(substitute(p=p))

def entropy_bits(entropy):
    return start(op("eq", "H_bits", op("div", entropy.value, parse("ln(2)"))), unit="bits")

def share(p):
    return start("s = 1 - p").then(substitute(p=p), evaluate())

def energy(m):
    return start("E = m*g*h", unit="J").then(substitute(m=m, g=parse("9.81"), h=12), evaluate())

def loss(energy):
    return start("L = E/2", unit="J").then(substitute(E=energy), evaluate())

def change():
    return start("D = 3 - 11").then(evaluate())

def force():
    return Value(op("eq", "r", parse("[[7], [1], [3]]")))

def spread():
    return start("V = sum((x_i - c)^2, i, 1, n)/n", title="The variance")

def costs():
    return Table(("Item", "Amount"), (("Bolt", expr(24)), ("Nut", expr(12)), ("Washer", expr(9)), ("Total", expr(45))), "lr", True)
'''


@pytest.fixture(scope="module")
def exercises(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exercises")
    (folder / "report.toml").write_text('title = "T"\nlanguage = "en"\nformats = ["md"]\n')
    (folder / "givens.toml").write_text("".join(f'[{n}]\nvalue = {v}\nsource = "q"\n' for n, v in (("a", "3"), ("b", "4"), ("p", '"1/8"'), ("m", '"2.5"'))))
    (folder / "answers.py").write_text(EXERCISES)
    (folder / "report.md").write_text("{{ area }}\n")
    return Key.of(folder)


RIGHT = ["Q1a: $c = 5$", "1b) A = 6 square metres", "Q2 (a): H = 0.3768 nats", "$H = 0.5436$ bits", "2b) s = 7/8", "(b) s = 87.5%", "s = 0.875", "$s = 0.88$", "E = 294.3 J", "$E = 294.3\\ \\mathrm{J}$",
         "4b) D = 3 - 11 = -8", "$r = (7, 1, 3)$", "$r = (7, 1, 3)^T$", "The variance is $$\\frac{1}{n} \\sum_{i=1}^{n} (x_i - c)^2$$", "The variance is $$\\frac{1}{N} \\sum_{j}^{N} (x_j - c)^2$$",
         "L = 147.15 J"]
WRONG = [("$A = 3 \\cdot 4 = 12$", "claim-wrong-answer", "true as arithmetic"), ("H = 0.3768 bits", "claim-wrong-answer", "its unit is nats"), ("$H = 0.5436$ nats", "claim-wrong-answer", "H_bits"),
         ("$D = 8$", "claim-wrong-answer", "-8, not 8"), ("$c = 3 + 4 = 5$", "claim-refuted", "it is the answer"), ("$r = (7, 1, 4)$", "claim-wrong-answer", "entry 3"), ("$r = (7, 1)$", "claim-wrong-answer", "3 entries, not 2"),
         ("E = 300 J", "claim-wrong-answer", "294.3, not 300"), ("The variance is $$\\sum_{i=1}^{n} (x_i - c)$$", "claim-wrong-answer", "is sum((x_i - c)^2")]
NEARLY = [("$H = 0.376$", "claim-near"), ("E = 294 J", "claim-near"), ("$r = (7 1 3)^T$", "claim-working")]


@pytest.mark.parametrize("text", RIGHT)
def test_right_in_whatever_form(exercises, text):
    assert [(j.verdict, j.code) for j in judge_document(Document("a.md", text.encode()), 1, exercises)] == [("proved", "")]


@pytest.mark.parametrize(("text", "code", "says"), WRONG)
def test_wrong_answers(exercises, text, code, says):
    (found,) = [j for j in judge_document(Document("a.md", text.encode()), 1, exercises) if j.verdict == "refuted"]
    assert found.code == code and says in found.reason


@pytest.mark.parametrize(("text", "code"), NEARLY)
def test_nearly_right(exercises, text, code):
    assert [j.code for j in judge_document(Document("a.md", text.encode()), 1, exercises)] == [code]


def test_what_follows_from_a_wrong_answer(exercises):
    text = "E = 300 J\n\n$L = 300/2 = 150$ J\n\nIn another place $L = 151$."
    assert [(j.line, j.verdict, j.code, j.given) for j in judge_document(Document("a.md", text.encode()), 1, exercises)] == [
        (1, "refuted", "claim-wrong-answer", 0), (3, "proved", "claim-follow-up", 1), (5, "refuted", "claim-wrong-answer", 0)]


def test_what_is_missing(exercises):
    text = "$c = 5$\n\n| Item | Amount |\n|--|--|\n| Nut | 12 |\n| Bolt | 26 |\n| Total | 38 |"
    found = list(judge_document(Document("a.md", text.encode()), 1, exercises))
    assert [(j.line, j.verdict, j.given) for j in found] == [(1, "proved", 0), (5, "proved", 0), (6, "refuted", 0), (7, "proved", 6)]
    missing = exercises.missing({(j.beside.name, j.beside.label) for j in found if j.beside})
    assert "Washer, Amount (costs) = 9" in missing and not [m for m in missing if m.startswith(("Nut", "Bolt", "Question 1a"))] and "D, change = -8" in missing
