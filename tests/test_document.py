"""The document's tree: values in every place, numbers of things, references, tables and long formulas."""

from __future__ import annotations

import re

import pytest

from reportgen.diagnostics import FindingsError
from reportgen.document import Document
from reportgen.pandoctree import math, nodes, plain_text
from reportgen.shown import Shown
from reportgen.substitution import _fitted
from reportgen.texlayout import LINE, fit, width
from tests.document_sample import VALUES, document


def codes(text: str, **values: Shown) -> list[tuple[str, int, int]]:
    with pytest.raises(FindingsError) as caught:
        document(text, ("1989",), {**VALUES, **values})
    return [(f.code, f.span.line if f.span else 0, f.span.column if f.span else 0) for f in caught.value.findings]


def tex(made: Document) -> list[str]:
    return [node["c"][1] for node in nodes(made.blocks) if node["t"] == "Math"]


def links(made: Document) -> list[tuple[str, str]]:
    return [(plain_text(node["c"][1]), node["c"][2][0]) for node in nodes(made.blocks) if node["t"] == "Link"]


def test_the_sample_is_numbered_and_linked() -> None:
    made = document()
    assert [(label.name, label.number) for label in made.labels] == [
        ("sec:net", "1"), ("sec:out", "1.1"), ("eq:size", "1"), ("tbl:all", "1"), ("sec:matrix", "2"), ("eq:wide", "2"),
        ("fig:loss", "1")]
    assert links(made) == [
        ("Equation\u00a0(1)", "#eq:size"), ("Figure\u00a01", "#fig:loss"), ("Table\u00a01", "#tbl:all"),
        ("(1)", "#eq:size"), ("(2)", "#eq:wide"), ("link", "https://example.org"), ("Section\u00a01.1", "#sec:out")]
    assert made.declared == (("1989", 1),) and made.declared_count == 1
    assert made.figures == ("losses",)
    assert made.entries[:2] == ("input_size", "size_formula") and "kernel_size" in made.entries
    assert "\uE000" not in str(made.blocks)
    assert plain_text(made.blocks[-1]["c"][1][0]["c"]) == "One numeral on these pages is declared in report.toml and was not computed: “1989”."


def test_the_same_text_gives_the_same_document() -> None:
    assert document() == document()


def test_a_value_in_each_place() -> None:
    made = document("# About @side@\n\n*@side@* `n = @side@` $2x$ $x_@side@$ [@total@](https://example.org \"@side@\")\n\n```\n@total@\n```\n\n"
                    '![@side@ in a caption](figure:losses){alt="@third@ of it"}\n\n| a |\n|---|\n| @minus@ |\n\n: C @side@\n', ("2",))
    text = str(made.blocks)
    assert "n = 32" in text and "x_{32}" in text and "'61,706'" in text
    assert "'one'" in text or "1/3 of it" in text
    assert "−40" in text


@pytest.mark.parametrize(("text", "expected"), [
    ("See @eq:none.", [("reference-unknown", 1, 5)]),
    ("See @fig:a and @fig:b.", [("reference-unknown", 1, 5), ("reference-unknown", 1, 16)]),
    ("# A {#sec:a}\n\n# B {#sec:a}", [("label-duplicate", 3, 6)]),
    ("$$ a $$ {#eq:a}\n\n$$ b $$ {#eq:a}", [("label-duplicate", 3, 10)]),
    ("![x](figure:lossess)", [("figure-missing", 1, 6)]),
    ("![x](picture.png)", [("figure-missing", 1, 6)]),
    ("a <b>bold</b>", [("raw-markup", 1, 3), ("raw-markup", 1, 10)]),
    ("a\n\n<script>alert()</script>", [("raw-markup", 3, 1)]),
    ("a \\input{/etc/passwd} b", [("raw-markup", 1, 3)]),
    ("`#read()`{=typst}", [("raw-markup", 1, 2)]),
    ("[x](javascript:alert)", [("raw-markup", 1, 5)]),
    ("[x]{onclick=alert}", [("raw-markup", 1, 5)]),
    ('[x]{style="position:fixed"}', [("raw-markup", 1, 5)]),
    (r"$\input{x}$", [("formula-unreadable", 1, 2)]),
    (r"$a \directlua{x}$", [("formula-unreadable", 1, 4)]),
    (r"$\frac{a}{b$", [("formula-unreadable", 1, 10)]),
    (r"$a} b$", [("formula-unreadable", 1, 3)]),
    (r"$a^^b$", [("formula-unreadable", 1, 3)]),
    ("inside @steps@ a line", [("template-forbidden", 1, 8)]),
    ("5 and @eq:x", [("typed-number", 1, 1), ("reference-unknown", 1, 7)]),
])
def test_findings_have_places(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert codes(text) == expected


def test_all_findings_come_at_once_in_the_order_of_the_text() -> None:
    assert codes("A 7.\n\n<b>x\n\nSee @eq:q.\n\n![y](figure:none)") == [
        ("typed-number", 1, 3), ("raw-markup", 3, 1), ("reference-unknown", 5, 5), ("figure-missing", 7, 6)]


@pytest.mark.parametrize(("text", "expected"), [
    ("$a - @minus@$", "a - (-40)"), ("$@minus@ + a$", "-40 + a"), ("$a = @minus@$", "a = -40"), ("$a \\cdot @minus@$", "a \\cdot (-40)"),
    ("$@third@^n$", "\\left(\\frac{1}{3}\\right)^n"), ("$@side@^n$", "32^n"), ("$x^@third@$", "x^{\\frac{1}{3}}"),
    ("$\\sqrt@third@$", "\\sqrt{\\frac{1}{3}}"), ("$\\approx@side@$", "\\approx 32"), ("$f(@minus@)$", "f(-40)"),
    ("$@side@@side@$", "32\\cdot 32"), ("$a \\cdot @sum@$", "a \\cdot (x + y)"), ("$a = @sum@$", "a = x + y"), ("$a - @sum@$", "a - (x + y)"),
])
def test_a_value_in_a_formula_keeps_its_meaning(text: str, expected: str) -> None:
    values = {**VALUES, "sum": Shown("s", "", "x + y", "x + y")}
    assert tex(document(text, (), values)) == [expected]


def test_words_in_a_formula_are_escaped() -> None:
    assert tex(document("$a @w@$", (), {"w": Shown("w", "", "50% of {x}", None)})) == ["a \\text{50\\% of \\{x\\}}"]


def test_parentheses_are_not_put_round_a_relation() -> None:
    assert _fitted("a = b", "x \\iff ", "") == "a = b"


def test_numbers_stand_under_their_decimal_signs() -> None:
    made = document("| a | b |\n|---|---|\n| @total@ | @mean@ |\n| @minus@ | @side@ |\n\n: C\n")
    table = next(node for node in nodes(made.blocks) if node["t"] == "Table")
    assert [column[0]["t"] for column in table["c"][2]] == ["AlignRight", "AlignRight"]
    cells = [[plain_text([n for n in nodes(cell[4]) if n["t"] == "Str"]) for cell in row[1]] for row in table["c"][4][0][3]]
    assert cells == [["61,706", "0.802649"], ["−40", "32\u2008" + "\u2007" * 6]]


def test_a_caption_below_a_block_view() -> None:
    table = {"t": "Table", "c": [["", [], []], [None, []], [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]], [["", [], []], []],
             [[["", [], []], 0, [], [[["", [], []], [[["", [], []], {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": [math("x")]}]]]]]]],
             [["", [], []], []]]}
    made = document("See @tbl:t.\n\n@t@\n\n: The caption {#tbl:t}\n\nText.", (), {"t": Shown("t", "table", "t", blocks=(table,))})
    assert links(made) == [("Table\u00a01", "#tbl:t")]
    assert any(node["t"] == "Table" and plain_text(node["c"][1][1][0]["c"]) == "Table 1. The caption" for node in nodes(made.blocks))
    own = {"t": "Table", "c": [table["c"][0], [None, [{"t": "Plain", "c": [{"t": "Str", "c": "Measured"}]}]], *table["c"][2:]]}
    made = document("See @tbl:t.\n\n@t@\n\n: {#tbl:t}\n\nText.", (), {"t": Shown("t", "table", "t", blocks=(own,))})
    assert any(node["t"] == "Table" and plain_text(node["c"][1][1][0]["c"]) == "Table 1. Measured" for node in nodes(made.blocks))


def test_languages_have_the_same_words() -> None:
    from reportgen.crossref import LANGUAGES
    assert {frozenset(words) for words in LANGUAGES.values()} == {frozenset(LANGUAGES["en"])}


def test_a_long_formula_breaks_at_its_relations() -> None:
    long = " = ".join(["J"] + ["a + b \\cdot c + \\ln x + y + z + u + v"] * 4)
    assert width(long) > LINE
    assert fit(long).count("\\\\") == 3 and fit(long).count("&=") == 4


def test_a_short_formula_stays() -> None:
    assert fit("a = b + c") == "a = b + c"


def test_a_formula_without_relations_breaks_at_signs() -> None:
    long = " + ".join(f"x_{{{index}}} \\cdot y_{{{index}}}" for index in range(40))
    rows = fit(long).split("\\\\")
    assert len(rows) > 1 and all(width(row.replace("&", "")) < LINE * 1.2 for row in rows)


def test_a_matrix_is_not_cut() -> None:
    wide = "W = \\begin{bmatrix}" + " & ".join(["w_{11}"] * 40) + "\\end{bmatrix}"
    assert fit(wide) == wide


@pytest.mark.parametrize(("tex", "begins", "ends"), [
    (r"J = -\frac{1}{3}\left(%s\right)", r"\Bigl(", r"\Bigr)"), (r"J = 2(%s)", "2(", ")"), (r"J = \left[\left(%s\right) \cdot 2\right]^2", r"\Bigl[\bigl(", r"\Bigr]^2")])
def test_brackets_wider_than_the_line_are_broken_inside(tex: str, begins: str, ends: str) -> None:
    terms = [rf"\left(1 - x_{{{i}}}\right) y_{{{i}}}" for i in range(12)] if "frac" in tex else [f"x_{{{i}}} y_{{{i}}}" for i in range(30)]
    made = fit(tex % " + ".join(terms))
    rows = made.split("\\\\")
    assert len(rows) > 1 and max(map(width, rows)) <= LINE + 6
    assert begins in rows[0] and rows[-1].removesuffix("\n\\end{aligned}").endswith(ends)
    assert made.count("\\left") == made.count("\\right") and re.sub(r"\\qquad|\\quad|\\\\|&|\s|\\[bB]ig+[lr]|\\left|\\right|\\(begin|end)\{aligned\}", "", made) == \
        re.sub(r"\s|\\left|\\right", "", tex % " + ".join(terms))


def test_a_few_words_in_a_column_of_numbers() -> None:
    table = "| m | noise |\n|---|-----:|\n| a | none |\n| b | $1.5$ |\n| c | 0.25 |\n| d | 3 |\n"
    made = document(table, ("1.5", "0.25", "3"))
    cells = [plain_text(node["c"]) for node in nodes(list(made.blocks)) if node["t"] == "Plain"]
    assert not any(node["t"] == "Math" for node in nodes(list(made.blocks)))
    assert [cell for cell in cells if cell[:1].isdigit() or cell == "none"] == ["none", "1.5\u2007", "0.25", "3\u2008\u2007\u2007"]
