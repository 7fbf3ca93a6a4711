"""Questions 1 and 2 of the homework, and the verdicts on the submission, each value by another route than the report's."""

from __future__ import annotations

import ast
import re
import shutil
from fractions import Fraction
from math import log, log2
from pathlib import Path

import numpy as np
import pytest
from reportgen.deriving import derive
from reportgen.expressions import Number, Operation, rational_value, rows_of, to_text
from reportgen.judge import judge
from reportgen.marks import Marks
from reportgen.submission import Submission

FOLDER = Path(__file__).parent.parent / "reports" / "ai6126_hw1"
FILES = ("answers_q1", "answers_q2", "answers_q6")

X = np.array([[10, 10, 0, 0]] * 4)
K = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
# name: (in, out, kernel) by hand
CONVOLUTIONS = {"conv1": (1, 6, 5), "conv4": (6, 16, 5), "conv7": (16, 120, 5)}


@pytest.fixture(scope="module")
def report():
    return contents(FOLDER)


def contents(folder):
    derived = derive(folder, draw=False)
    names = [a.name for a in derived.graph.answers if Path(a.span.file).stem in FILES]
    return {"names": names, **{name: derived.ledger.entries[name].content for name in names}}


def expression(value):
    return value if isinstance(value, Number | Operation) else value.value


def number(value) -> Fraction:
    found = rational_value(expression(value))
    assert found is not None, value
    return found


def array(value):
    value = expression(value)
    if getattr(value, "head", "") == "eq":
        value = value.args[1]
    return np.array([[int(number(entry)) for entry in row] for row in rows_of(value)])


def correlate(image, kernel):
    height, width = (n - k + 1 for n, k in zip(image.shape, kernel.shape))
    return np.array([[(image[i:i + kernel.shape[0], j:j + kernel.shape[1]] * kernel).sum() for j in range(width)] for i in range(height)])


# --- everything is judged -----------------------------------------------------------------------------------------

def parts(name, content):
    if isinstance(content, dict):
        for key, part in content.items():
            yield from parts(f"{name}.{key}", part)
    elif hasattr(content, "obligations"):  # a figure has none
        yield name, content


def test_every_obligation_is_proved(report):
    """All that must hold is proved, and exactly: nothing of these answers needs an interval."""
    weak = []
    for name in report["names"]:
        for full, content in parts(name, report[name]):
            if getattr(content, "expect", "proved") == "proved":
                weak += [(o.name, v.status) for o in content.obligations(full) if not (v := judge(o)).proved]
    assert weak == []


# --- question 1 ---------------------------------------------------------------------------------------------------

def test_kernels_and_pools(report):
    assert {key: number(d) for key, d in report["kernels"].items()} == {"conv1": 32 - 28 + 1, "conv4": 14 - 10 + 1, "conv7": 5 - 1 + 1}
    assert {key: number(d) for key, d in report["pools"].items()} == {"pool3": 28 // 14, "pool6": 10 // 5}
    assert to_text(report["kernel_size"].conclusion) == "F = N + 2*P - S*(O - 1)"
    captions = [step.rule for step in report["kernel_size"].steps]
    assert len(captions) >= 4          # one operation a step
    assert [to_text(c) for step in report["kernel_size"].steps for c in step.conditions] == ["S != 0"]


def test_parameters(report):
    counts = {key: number(d) for key, d in report["network"].items()}
    by_hand = {key: (k * k * c + 1) * o for key, (c, o, k) in CONVOLUTIONS.items()} | {"linear9": 120 * 84 + 84, "linear11": 84 * 10 + 10}
    assert {key: n for key, n in counts.items() if n} == by_hand
    assert len(counts) == 12 and [k for k, n in counts.items() if not n] == ["relu2", "pool3", "relu5", "pool6", "relu8", "relu10", "logsoftmax12"]
    assert number(report["total"]) == sum(by_hand.values()) == 61706
    assert number(report["largest_share"]) == Fraction(by_hand["conv7"], 61706)
    table = report["layer_table"].rows
    assert [row[0] for row in table][:3] == ["Conv2d-1", "ReLU-2", "MaxPool2d-3"] and table[-1][0] == "Total"
    assert sum(number(row[3]) for row in table[:-1]) == number(table[-1][3])


def test_shapes(report):
    size = 32
    heights = []
    for kernel, stride in ((5, 1), (2, 2), (5, 1), (2, 2), (5, 1)):
        size = (size - kernel) // stride + 1
        heights.append(size)
    assert [number(d) for d in report["sizes"].values()] == heights == [28, 14, 10, 5, 1]


# --- question 2 ---------------------------------------------------------------------------------------------------

def test_the_output(report):
    assert (array(report["product"]) == correlate(X, K)).all()
    assert (array(report["output"]) == -40).all() and array(report["output"]).shape == (2, 2)
    assert (array(report["true_convolution"]) == correlate(X, K[::-1, ::-1])).all()
    assert (array(report["flipped"]) == K[::-1, ::-1]).all()
    assert [number(d) for d in report["rows"].values()] == list(correlate(X, K).ravel())
    assert (array(report["column_sums"]) == K.sum(axis=0)).all()


def test_the_matrix(report):
    W = array(report["W"])
    by_hand = np.zeros((4, 16), int)
    for r in range(4):
        for a in range(3):
            for b in range(3):
                by_hand[r, (r // 2 + a) * 4 + r % 2 + b] = K[a, b]
    assert (W == by_hand).all()
    assert (W @ X.ravel() == correlate(X, K).ravel()).all()
    assert (array(report["vec_x"])[:, 0] == X.ravel()).all()
    assert number(report["pattern_places"]) == 4 * 9 and number(report["filling"]) == Fraction(9, 16)
    assert [len(d.start.args[1].args) for d in report["rows"].values()] == [9] * 4
    assert [len(d.start.args[1].args) for d in report["rows_in_full"].values()] == [16] * 4


def test_the_structure(report):
    assert to_text(report["layout"].value) == "W = [[T_1, T_2, T_3, 0], [0, T_1, T_2, T_3]]"
    assert to_text(report["blocks"]["T2"].value) == "T_2 = [[w[2, 1], w[2, 2], w[2, 3], 0], [0, w[2, 1], w[2, 2], w[2, 3]]]"
    assert len(report["blocks"]) == 3
    # W is no Toeplitz matrix as a whole, and the prose says so
    W = array(report["W"])
    assert any(W[i, j] != W[i - 1, j - 1] for i in range(1, 4) for j in range(1, 16))


def test_the_cyclic_product(report):
    image, out = np.pad(X, ((0, 2), (0, 2)), mode="wrap"), array(report["cyclic"])
    assert (out == correlate(image, K)).all()
    assert (out[:2, :2] == correlate(X, K)).all()
    rows = [int(number(k)) - 1 for k in report["C_rows_kept"].value.args]
    C = np.array([np.roll(np.pad(K, ((0, 1), (0, 1))), (i, j), (0, 1)).ravel() for i in range(4) for j in range(4)])
    assert (C[rows] == array(report["W"])).all()


# --- the submission -----------------------------------------------------------------------------------------------

# name: (line, verdict) of each row
VERDICTS = {
    "corrections_q1": [(21, "not judged"), (23, "refuted"), (25, "right, given line 23"), (33, "right"), (55, "true, but not the answer"), (56, "right, given line 55")],
    "corrections_q2": [(66, "in words"), (68, "wrong as an answer"), (68, "right, but not as written"), (72, "wrong as an answer"), (72, "wrong as an answer"),
                       (74, "right, but not as written")],
    "corrections_q3": [(80, "in words"), (83, "wrong as an answer"), (86, "right"), (88, "wrong as an answer"), (90, "wrong as an answer"), (92, "right, given line 90"),
                       (96, "wrong as an answer"), (101, "wrong as an answer"), (103, "in words"), (107, "right, given line 96"), (110, "wrong as an answer"),
                       *[(112, "in words")] * 5, (114, "in words")],
    "corrections_q4": [(118, "wrong as an answer"), (118, "right"), *[(118, "in words")] * 3],
    "corrections_q5": [(122, "in words"), (123, "in words"), (124, "in words"), (124, "in words")],
}


def words(caption):
    return "".join(p if isinstance(p, str) else to_text(p) for p in caption)


def verdicts(report):
    return {name: [(row.pieces[0].line, words(row.shown())) for row in report[name].rows] for name in VERDICTS}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_on_the_submission(report, name):
    assert verdicts(report)[name] == VERDICTS[name]


def test_what_the_rows_say(report):
    said = {(row.pieces[0].line, words(row.shown())): words((*row.right, *row.why)) for name in VERDICTS for row in report[name].rows}
    assert said[56, "right, given line 55"].startswith("61706") and said[55, "true, but not the answer"].startswith("0: ")
    assert "12 terms, where the others have 16" in said[68, "right, but not as written"] and said[68, "wrong as an answer"].startswith("4 entries")
    assert "which is -160" in said[74, "right, but not as written"]
    assert "without brackets the sum ends" in said[83, "wrong as an answer"] and "begins at 2 instead of 1" in said[88, "wrong as an answer"]
    assert "J_bits ~= 1.157977" in said[90, "wrong as an answer"] and "A bracket is never closed" in said[90, "wrong as an answer"]
    assert "m = N: one letter should do" in said[101, "wrong as an answer"] and "J_bits ~= 1.15798" in said[107, "right, given line 96"]
    assert "without absolute values" in said[118, "wrong as an answer"]
    rows = {line for name in VERDICTS for row in report[name].rows for line in row.lines}
    assert {25, 27, 29, 33, 35, 39, 41, *range(44, 57), 90, 92, 94} <= rows


def test_the_rearrangement(report):
    (obligation,) = report["rearrangement"].obligations("r")
    verdict = judge(obligation)
    point = dict(verdict.counterexample)
    assert verdict.refuted and point["S"] == 2
    n, f, p, s, o = (point[k] for k in ("N", "F", "P", "S", "Output"))
    assert o == (n - f + 2 * p) / s + 1                                   # the equation holds there ...
    assert -f != s * (o - 1 - 2 * p - n)                                  # ... and the rearrangement does not
    assert verdict.sides == (str(-f), str(s * (o - 1 - 2 * p - n)))
    for n, p, s, o in ((n, p, s, o) for n in range(5) for p in range(3) for s in (1, 2, 3) for o in (1, 2, 3)):
        f = n + 2 * p - s * (o - 1)
        assert (-f == s * (o - 1 - 2 * p - n)) == (s == 1 or n + 2 * p == 0)


def test_stated_values_are_read(report):
    """What the rows quote stands in the lines that they name."""
    lines = (FOLDER / "submission.md").read_text().split("\n")
    for name in VERDICTS:
        for row in report[name].rows:
            for piece in row.pieces:
                assert lines[piece.line - 1][piece.span.column - 1:][:piece.span.length] == piece.text


def test_every_line_of_the_submission_is_spoken_of(report):
    """"Line by line": what is no heading, no label and no question of the assignment stands in a row."""
    passed_over = r"#+ (Question|Contents)|\*\*Question|Output for Conv2d-\d:$|Layer \(type\)|\(5 marks\)|Perform convolution|i+\) *(BCE =)?$|For model|iv\)|The cost function"
    lines = (FOLDER / "submission.md").read_text().split("\n")
    first = lines.index("## Question 1")
    wanted = {k for k, text in enumerate(lines, start=1) if k > first and text.strip() and not re.match(passed_over, text.strip())}
    spoken = {line for name in VERDICTS for row in report[name].rows for line in row.lines}
    assert wanted - spoken == set()


def test_quotations_are_verbatim():
    """What stands in quotation marks in the prose and in the rows is in the submission, but for a few words that are the report's own."""
    own = {"convolution", "odd-shaped", "subtract the same from both sides", "circulant", "converge", "odd-shaped,"}
    text = " ".join((FOLDER / "submission.md").read_text().split())
    text = text + text.lower()                        # a quotation may begin in the middle of ours
    quoted = []
    for path in [FOLDER / "report.md", *(FOLDER / "sections").glob("*.md"), FOLDER / "answers_q6.py"]:
        source = path.read_text()
        if path.suffix == ".md":
            source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{[#.][^}]*\}", "", source)
            quoted += re.findall(r'"([^"]*)"', source)
        quoted += re.findall("“([^”{]*)”", source)
    found = {" ".join(quotation.split()) for quotation in quoted} - own
    assert len(found) > 8 and {quotation for quotation in found if quotation not in text} == set()


def test_what_was_supplied_is_said(report):
    """A formula that was repaired before it could be read is not shown as if it stood there."""
    rows = [row for name in VERDICTS for row in report[name].rows if "Supplied" in words(row.why) or "never closed" in words(row.why)]
    assert {row.pieces[0].line for row in rows} == {83, 90, 92, 101, 118}
    assert all(row.stated[0].startswith("read as") for row in rows if row.pieces[0].line != 92)


def test_nothing_is_picked_by_line_or_by_value():
    source = (FOLDER / "answers_q6.py").read_text()
    numbers = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True]
    assert set(numbers) <= {0, 1} and "Submission" not in source and "submission." not in re.sub('""".*?"""', "", source, flags=re.S).replace('of the submission."', "")
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    quotes = [k.value.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) for k in node.keywords if k.arg == "quote"]
    assert len(quotes) > 12 and not [t for t in texts if t not in quotes and not t.startswith("Question ") and re.search(r"\d{2}", t)]


def test_the_last_digit():
    bits = log2(100 / 9) / 3
    assert f"{bits:.5f}" == "1.15798" and f"{log(100 / 9) / 3:.6f}" == "0.802649"
    assert f"{(2.3219 + 1 + 0.152) / 3:.5f}" == "1.15797"


def test_line_90_as_it_stands(report):
    assert to_text(report["written_bits"].conclusion) == "J = -1/3*(3*log(0.2, 2) + log(0.5, 2) + log(0.9, 2))"
    strictly = -(3 * log2(0.2) + log2(0.5) + log2(0.9)) / 3
    row = next(row for row in report["corrections_q3"].rows if row.lines == (90,))
    verdict = judge(row.answer.obligations("c")[0])
    assert verdict.refuted
    assert [float(side) for side in verdict.sides] == pytest.approx([log(100 / 9) / 3, strictly])


CHANGED = [
    (55, "(10 \\times 10) + 10 = 110", "0", "corrections_q1", {(55, "true, but not the answer"), (56, "right, given line 55")}, {(56, "refuted")}),
    (56, "61 816", "61 817", "corrections_q1", {(56, "right, given line 55")}, {(56, "refuted")}),
    (74, "-40 - 40 -", "-40 - 41 -", "corrections_q2", {(74, "right, but not as written")}, {(74, "not judged"), (74, "wrong as an answer")}),
    (107, "1.15797", "1.15798", "corrections_q3", {(107, "right, given line 96")}, {(107, "wrong as an answer")}),
]


@pytest.mark.parametrize(("line", "old", "new", "name", "gone", "come"), CHANGED)
def test_another_submission_gets_other_verdicts(tmp_path, report, line, old, new, name, gone, come):
    """A changed line changes what is found, and nothing else does."""
    folder = tmp_path / "report"
    shutil.copytree(FOLDER, folder)
    text = (folder / "submission.md").read_text().split("\n")
    assert old in text[line - 1]
    text[line - 1] = text[line - 1].replace(old, new)
    (folder / "submission.md").write_text("\n".join(text))
    marks = Marks(Submission(folder / "submission.md"), lambda: derive(FOLDER, draw=False, documents=False).ledger.entries.values())
    heading = {"corrections_q1": "Question 1", "corrections_q2": "Question 2", "corrections_q3": "Question 3"}[name]
    found = {(row.pieces[0].line, words(row.shown())) for row in marks.corrections(heading).rows}
    before = {pair for pair in VERDICTS[name] if pair[1] != "in words"}
    assert before - found >= gone and found - before >= come
    assert {at for at, _ in before ^ found} <= {line, 56, 33, 44}
