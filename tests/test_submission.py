"""Reading a submission: pieces with their places, formulas as people and scanners write them, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportgen.diagnostics import FindingsError
from reportgen.expressions import ParseError, parse, to_text
from reportgen.submission import Submission, read_formula, terms_in

HOMEWORK = Path(__file__).parent.parent / "reports" / "ai6126_hw1" / "submission.md"

TEXT = ("Size = $\\frac{N - F}{S}$ + 1\n"
        "\n"
        "-F = S(Size - 1)\r\n"
        "Conv2d-1\t[-1, 6, 14 ,14]\t(5x5 x1+1) x 6 = 156\n"
        "Total\t-\t61 816\n"
        "It gives $a = 1$ and $$b = 2$$ and costs \\$5.\n"
        "$$((-1 \\times 10) + 3(0)) (4(0) + (-2 \\times 10)) ((7) ((1 + 2) - 3)$$\n"
        "form\x0cfeed")


@pytest.fixture
def submission(tmp_path):
    path = tmp_path / "submission.md"
    path.write_bytes(TEXT.encode())
    return Submission(path)


def refused(call) -> str:
    with pytest.raises(FindingsError) as caught:
        call()
    (finding,) = caught.value.findings
    assert finding.code == "correction-unread"
    assert finding.span is not None
    return finding.message


def test_bytes_and_lines_are_as_they_are(submission):
    assert submission.raw == TEXT.encode()
    assert len(submission) == 8                     # \r\n ends a line, a form feed does not
    assert submission.line(3).text == "-F = S(Size - 1)"
    assert submission.line(8).text == "form\x0cfeed"
    before = HOMEWORK.read_bytes()
    homework = Submission(HOMEWORK)
    assert homework.raw == before and len(homework) == before.count(b"\n") + (not before.endswith(b"\n"))


@pytest.mark.parametrize(("take", "text", "line", "column"), [
    (lambda s: s.line(1), "Size = $\\frac{N - F}{S}$ + 1", 1, 1),
    (lambda s: s.cell(4, 1), "Conv2d-1", 4, 1),
    (lambda s: s.cell(4, 2), "[-1, 6, 14 ,14]", 4, 10),
    (lambda s: s.cell(5, 3), "61 816", 5, 9),
    (lambda s: s.math(6), "a = 1", 6, 11),
    (lambda s: s.math(6, 2), "b = 2", 6, 24),
    (lambda s: s.stated(4, r"= (\d+)", cell=3), "156", 4, 43),
    (lambda s: s.stated(3, r"S\(.*\)"), "S(Size - 1)", 3, 6),
    (lambda s: s.stated(6, r"= (.*)", math=2), "2", 6, 28),
])
def test_pieces_have_their_places(submission, take, text, line, column):
    piece = take(submission)
    assert (piece.text, piece.span.line, piece.span.column, piece.span.length) == (text, line, column, len(text))
    assert submission.line(line).text[column - 1:column - 1 + len(text)] == text


def test_find(submission):
    span = submission.find(r"61 \d+")
    assert (span.line, span.column, span.length) == (5, 9, 6)
    assert "nowhere" in refused(lambda: submission.find("62 816"))


@pytest.mark.parametrize(("call", "said"), [
    (lambda s: s.line(9), "8 lines"), (lambda s: s.line(0), "no line 0"),
    (lambda s: s.cell(3, 1), "no table row"), (lambda s: s.cell(4, 4), "has 3 cells"),
    (lambda s: s.math(3), "0 formulas"), (lambda s: s.math(6, 3), "2 formulas"),
    (lambda s: s.stated(5, r"61 817", cell=3), "does not hold"),
    (lambda s: s.line(6).formula(), "cannot be read as a formula"),
])
def test_what_is_not_there_is_a_finding(submission, call, said):
    assert said in refused(lambda: call(submission))


def test_a_missing_or_unreadable_file(tmp_path):
    for name, content, code in (("none.md", None, "file-missing"), ("latin.md", "é".encode("latin-1"), "file-unreadable")):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(FindingsError) as caught:
            Submission(path)
        assert caught.value.findings[0].code == code


@pytest.mark.parametrize(("text", "meant"), [
    ("48 120", "48120"),
    ("1 048 120", "1048120"),
    ("(5x5 x1+1) x 6 = 156", "(5*5*1 + 1)*6 = 156"),
    ("(5x5x16+1) x120 = 48 120", "(5*5*16 + 1)*120 = 48120"),
    ("[-1, 6, 14 ,14]", "[-1, 6, 14, 14]"),
    ("-F = 1(28 - 1 - 2(0) - 32)", "-F = 1*(28 - 1 - 2*0 - 32)"),
    ("-F = S(Output - 1 - 2P - N)", "-F = S*(Output - 1 - 2*P - N)"),
    ("Output =  $\\frac{N - F + 2P}{S}$  + 1", "Output = (N - F + 2*P)/S + 1"),
    ("= 1.15797", "1.15797"),
    ("log_2(x) = \\frac{log_{10}(x)}{log_{10}(2)}", "log(x, 2) = log(x, 10)/log(2, 10)"),
    ("= -\\frac{1}{3} \\left[ -2.3219 + (-1) \\right]", "-1/3*(-2.3219 + (-1))"),
    ("||w||_2^2", "norm(w, 2)^2"),
    ("w_{ij} + 2x", "w[i, j] + 2*x"),
    ("x + 1", "x + 1"),           # a name x is no product sign
])
def test_formulas_as_people_write_them(text, meant):
    assert to_text(read_formula(text)) == to_text(parse(meant))


@pytest.mark.parametrize("text", ["", "x 2", "12 34", "(1 + 2", "a = = b", "48 12"])
def test_what_is_no_formula_stays_none(text):
    with pytest.raises(ParseError):
        read_formula(text)


def test_what_is_taken_out_and_repaired():
    assert read_formula("Output for Conv2d-1 = 2 + 1", without=r" for Conv2d-\d") == parse("Output = 2 + 1")
    assert read_formula(r"\sum_{i}^{N} y", repair={r"\\sum_\{i\}": r"\\sum_{i=1}"}) == parse("sum(y, i, 1, N)")


def test_bracketed_sums_and_their_terms(submission):
    found = submission.math(7).sums()
    assert [piece.text for piece in found] == ["((-1 \\times 10) + 3(0))", "(4(0) + (-2 \\times 10))", "((1 + 2) - 3)"]
    assert [terms_in(piece.formula()) for piece in found] == [4, 5, 3]
    assert submission.math(7).unclosed() == 1
    for piece in found:
        assert submission.line(7).text[piece.span.column - 1:][:len(piece.text)] == piece.text


@pytest.mark.parametrize(("formula", "count"), [("a", 1), ("a + b", 2), ("3*0", 3), ("3*0 + 4*0 + 5", 8), ("3*2", 1), ("x*0", 1), ("(a + b) + c", 3)])
def test_terms(formula, count):
    assert terms_in(parse(formula)) == count
