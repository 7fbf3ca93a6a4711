"""Correct writing that looks wrong to a careless reader: each class with a sibling that is wrong and must be refuted."""

from __future__ import annotations

import pytest
from reportgen.claims.documents import Document
from reportgen.claims.marking import judge_document


def refuted(text: str, name: str = "a.md") -> list[str]:
    return [j.text for j in judge_document(Document(name, text.encode())) if j.verdict == "refuted"]


# (what it is, what is right or not meant, its wrong sibling)
CASES = [
    ("a quotation with its author", "The student wrote:\n\n> $\\frac12 + \\frac13 = \\frac25$\n\nThat is not so.", "The sum is\n\n> $\\frac12 + \\frac13 = \\frac25$\n\nas above."),
    ("what a submission states", "The submission states $2 + 2 = 5$ there.", "We state $2 + 2 = 5$ there."),
    ("a table of statements", "| Line | It states | Verdict |\n|--|--|--|\n| 3 | $2 + 2 = 5$ | refuted |", "| Line | Term | Name |\n|--|--|--|\n| 3 | $2 + 2 = 5$ | x |"),
    ("a contradiction", "Suppose $1 = 2$. Then adding one gives $1 + 1 = 3$. Hence $2 + 1 = 5$, a contradiction.", "Take the sum. Then adding one gives $1 + 1 = 3$. Hence all is well."),
    ("a mistake that is named", "A common mistake is $\\sqrt{9 + 16} = 3 + 4 = 7$.", "One has $\\sqrt{9 + 16} = 3 + 4 = 7$."),
    ("words in another sentence", "Suppose a sample is given. We get $4.8/6 = 0.8$.", "Suppose a sample is given. We get $4.8/6 = 0.9$."),
    ("another arithmetic", "So $7^{-1} = 8$ in $\\mathbb{Z}_{11}$.", "So $7^{-1} = 8$ here."),
    ("another base", "In binary 1 + 1 = 10 and 101 + 11 = 1000.", "Counting 1 + 1 = 10 and so on."),
    ("a section's number", "7.8  x + 12 = 3x\n     12 = 2x\n     x = 6", "     x + 12 = 3x\n     12 = 3x\n     x = 4"),
    ("a quantity in another unit", "1 MiB = 1024*1024 = 1048576 bytes", "1 MiB = 1024*1024 = 1048577 bytes"),
    ("a machine's arithmetic", "0.1 + 0.2 = 0.30000000000000004 in floating point", "0.1 + 0.2 = 0.30000000004 in floating point"),
    ("the probability of an event", "$P(X = 2) = 10 \\cdot 0.09 = 0.9$", "$P(X = 2) = 10 \\cdot 0.09 = 0.8$"),
    ("words beside a step", "$$\\begin{aligned} a &= 32 - 27 && \\text{Put in } N = 32 \\\\ &= 5 \\end{aligned}$$", "$$\\begin{aligned} a &= 32 - 27 && \\text{Put in } N = 32 \\\\ &= 6 \\end{aligned}$$"),
    ("several words beside a step", "$$\\begin{aligned} F & = 32 - 27 && \\text{With }N = 32\\text{ and }O = 28 \\\\ & = 5 \\\\ {} && O = 28 \\end{aligned}$$",
     "$$\\begin{aligned} F & = 32 - 27 && \\text{With }N = 32\\text{ and }O = 28 \\\\ & = 6 \\end{aligned}$$"),
    ("two columns of equations", "$$\\begin{aligned} 1 + 1 &= 2 && 2 + 2 = 4 \\end{aligned}$$", "$$\\begin{aligned} 1 + 1 &= 2 && 2 + 2 = 5 \\end{aligned}$$"),
    ("a name after words", "= 32 + 2 · 0 − 1(28 − 1) Substitute N = 32, P = 0", "so 32 + 2 · 0 − 1(28 − 1) = 32"),
    ("an equation's number", "$$2 \\cdot 3 = 6 \\tag{7}$$", "$$2 \\cdot 3 = 7 \\tag{7}$$"),
    ("display over two displays", "$$x = ((1 + 2)$$\n\n$$(3 + 4))$$", "$$x = (1 + 2) = 4$$"),
]


@pytest.mark.parametrize(("right", "wrong"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_right_and_wrong(right, wrong):
    assert refuted(right) == [] and refuted(wrong) != []


@pytest.mark.parametrize(("right", "wrong"), [
    ("$\\SI{2.5}{h} = 2.5 \\cdot 60 = \\SI{150}{min}$", "$\\num{2.5e2} + 1 = 252$"), ("$\\qty{3}{m} + \\qty{4}{m} = \\qty{7}{m}$", "$\\qty{3}{m} + \\qty{4}{m} = \\qty{8}{m}$"),
    ("\\newcommand{\\dd}{\\,\\mathrm{d}}\\begin{document}$\\int_0^1 2x \\dd x = 1$", "\\newcommand{\\dd}{\\,\\mathrm{d}}\\begin{document}$\\int_0^1 2x \\dd x = 2$")])
def test_latex(right, wrong):
    assert refuted(right, "a.tex") == [] and refuted(wrong, "a.tex") != []


def test_a_macro_that_only_sets_a_formula():
    head = "\\newcommand{\\fit}[2]{\\sbox0{$#2$}\\ifdim\\wd0>#1 \\resizebox{#1}{!}{$#2$}\\else #2\\fi}\\begin{document}"
    row = "\\[\\fit{3em}{\\begin{aligned} a &= 2 + 3 \\\\ &= %d \\end{aligned}}\\]"
    assert refuted(head + row % 5, "a.tex") == [] and refuted(head + row % 6, "a.tex") != []


def test_an_identity_is_proved():
    (judged,) = judge_document(Document("a.md", b"$(a + b)^2 = a^2 + 2ab + b^2$"))
    assert (judged.verdict, judged.reason) == ("proved", "an identity")
    (judged,) = judge_document(Document("a.md", b"$(a + b)^2 = a^2 + b^2$"))
    assert judged.verdict == "no-claim"       # it may define or ask for something


ROWS = "| | Q1 | Q2 | Q3 | Total |\n|--|--|--|--|--|\n| North | 10 | 12 | 14 | 36 |\n| South | 5 | 6 | 7 | {} |\n| West | 1 | 1 | 1 | 3 |\n| Total | 16 | 19 | 22 | 57 |"


def test_a_column_of_totals():
    assert refuted(ROWS.format(18)) == [] and refuted(ROWS.format(19)) == ["19"]
    # price, quantity and total: no sums, and nothing is said
    assert refuted("| Item | Price | Quantity | Total |\n|--|--|--|--|\n| A | 2 | 5 | 10 |\n| B | 3 | 4 | 12 |\n| C | 1 | 2 | 3 |") == []


def test_cells_over_several_columns():
    table = "\\begin{{document}}\\begin{{tabular}}{{lrr}} \\multicolumn{{3}}{{c}}{{Costs}} \\\\ Item & Jan & Feb \\\\ A & 10 & 20 \\\\ B & 5 & 7 \\\\ \\multicolumn{{1}}{{l}}{{Total}} & 15 & {} \\end{{tabular}}"
    assert refuted(table.format(27), "a.tex") == [] and refuted(table.format(28), "a.tex") == ["28"]
