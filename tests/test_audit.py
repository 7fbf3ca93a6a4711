"""Typed numerals: every one is found at its line and column, and names are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.audit import Declared, Marks, math_numerals, text_numerals
from reportgen.diagnostics import FindingsError, Span
from reportgen.shown import Rendered
from tests.document_sample import document


def typed(text: str, declared: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    """(numeral, line, column) of the findings of a document."""
    try:
        document(text, declared)
    except FindingsError as error:
        assert {finding.code for finding in error.findings} == {"typed-number"}
        lines = text.split("\n")
        out = []
        for finding in error.findings:
            span = finding.span
            assert span is not None and span.file == "report.md" and span.line and span.column
            out.append((lines[span.line - 1][span.column - 1:span.column - 1 + span.length], span.line, span.column))
        return out
    return []


MUST_FIND = [
    ("Seven is 7.", [("7", 1, 10)]),
    ("A &#52;1 and 41 and &#x34;&#49; here", [("&#52;1", 1, 3), ("41", 1, 14), ("&#x34;&#49;", 1, 21)]),
    ("a\n\nb 61 706 c", [("61", 3, 3), ("706", 3, 6)]),
    ("It is 61,706 or 1.5.", [("61,706", 1, 7), ("1.5", 1, 17)]),
    ("# Heading 3", [("3", 1, 11)]),
    ("Pages 3-5 and 3--5", [("3", 1, 7), ("5", 1, 9), ("3", 1, 15), ("5", 1, 18)]),
    ("| a | b |\n|---|---|\n| 4 | x |\n\n: Caption 9", [("4", 3, 3), ("9", 5, 11)]),
    ("![Caption 5](figure:losses)", [("5", 1, 11)]),
    ('![Caption](figure:losses){alt="two 5 curves"}', [("5", 1, 36)]),
    ("[link 5](https://example.org/2024)", [("5", 1, 7)]),
    ('[link](https://example.org/2024 "title 5")', [("5", 1, 40)]),
    ("`code 5`", [("5", 1, 7)]),
    ("```\nx = 5\n```", [("5", 2, 5)]),
    ("a note[^1]\n\n[^1]: It says 5.", [("5", 3, 15)]),
    ("1. first\n2. second 5", [("5", 2, 11)]),
    ("- **bold 5** and *it 6*", [("5", 1, 10), ("6", 1, 22)]),
    ("> quoted 5", [("5", 1, 10)]),
    ("5 5 5", [("5", 1, 1), ("5", 1, 3), ("5", 1, 5)]),
    ("a 5 and 15 and 5", [("5", 1, 3), ("15", 1, 9), ("5", 1, 16)]),
    ("$20 and $30", [("20", 1, 2), ("30", 1, 10)]),
    ("the 2nd of 5x5 in 3D", [("2", 1, 5), ("5", 1, 12), ("5", 1, 14), ("3", 1, 19)]),
    ("so (5) x16", [("5", 1, 5), ("16", 1, 9)]),
    ("32px", [("32", 1, 1)]),
    ("x^2^ and m²", [("2", 1, 3), ("²", 1, 11)]),
    ("½ of ٣", [("½", 1, 1), ("٣", 1, 6)]),
    ("term\n:   meaning 5", [("5", 2, 13)]),
    ("MaxPool2d -3", [("3", 1, 12)]),
    ("$2P$", [("2", 1, 2)]),
    ("$x^2$ and $x^{12}$", [("2", 1, 4), ("12", 1, 15)]),
    (r"$\frac{1}{2}$ $\frac12$", [("1", 1, 8), ("2", 1, 11), ("12", 1, 21)]),
    (r"$\log_{10} x$", [("10", 1, 8)]),
    (r"$x_{i+1}$ $\sum_{i=1}^{n}$", [("1", 1, 7), ("1", 1, 20)]),
    (r"$\text{about 5}$", [("5", 1, 14)]),
    (r"$\sqrt[3]{x}$", [("3", 1, 8)]),
    (r"$x-1$", [("1", 1, 4)]),
    ("$$\na = 5\n$$", [("5", 2, 5)]),
    (r"$\hspace{2em} 5$", [("5", 1, 15)]),
    (r"$\begin{array}{c} 5 \\[2pt] 6 \end{array}$", [("5", 1, 19), ("6", 1, 29)]),

]


@pytest.mark.parametrize(("text", "expected"), MUST_FIND, ids=[text for text, _ in MUST_FIND])
def test_typed_numerals_are_found(text: str, expected: list[tuple[str, int, int]]) -> None:
    found = typed(text)
    if r"\frac12" in text:
        # TeX reads \frac12 as a half; the finding names the digits as they were typed
        assert [(numeral, column) for numeral, _, column in found] == [(n, c) for n, _, c in expected]
    else:
        assert found == expected


def test_a_numeral_without_a_place_is_still_found() -> None:
    with pytest.raises(FindingsError) as caught:
        document("Five is &#53; here.", ())
    assert [finding.code for finding in caught.value.findings] == ["typed-number"]
    assert caught.value.findings[0].span is not None


MUST_PASS = [
    "Conv2d-1, ReLU-2, AI6126, L2, UTF-8, LogSoftmax-12, Q1, v1.2 and H~2~O",
    "1. first\n2. second\n\n(3) third",
    "[text](https://example.org/2024/05)",
    "![Caption](figure:losses){width=80%}",
    "<https://example.org/5>",
    "seven of nine",
    r"$x_1 + w_{12} + \ell_2 + L_1 + \hat{y}_3 + \mathbf{x}_{10} + y_{i,2} + x'_1$",
    r"$a\hspace{2em}b\kern3pt c\rule{1em}{2em}$",
    r"$$\begin{array}{c@{\hspace{2pt}}c} a & b \\[4pt] c & d \end{array}$$",
    r"$\text{Conv2d-1} \to \mathrm{L2}$",
    "## Heading {#sec:q1 .c3}\n\nSee @sec:q1.",
    "<!-- 5 is a comment -->\n\ntext",
    "The side is @side@, with $N = @side@$.",
    "(@)  an example",
]


@pytest.mark.parametrize("text", MUST_PASS)
def test_names_and_structure_are_no_numbers(text: str) -> None:
    assert typed(text) == []


@pytest.mark.parametrize(("text", "declared", "left"), [
    ("In 1989 and 1990", ("1989",), ["1990"]),
    ("Question 3 and 3", ("Question 3",), ["3"]),
    ("Question\n3", ("Question 3",), []),
    ("19890 and 1989.5", ("1989",), ["19890", "1989.5"]),
    ("a 3×3 kernel", ("3×3",), []),
    (r"a $3 \times 3$ kernel", ("3×3",), []),
    ("2 and 12 and 2.5", ("2",), ["12", "2.5"]),
])
def test_declared_literals(text: str, declared: tuple[str, ...], left: list[str]) -> None:
    assert [numeral for numeral, _, _ in typed(text, declared)] == left


def test_declared_uses_are_counted() -> None:
    declared = Declared(("1989", "Question 3"))
    for text in ("In 1989 and 1989", "Question 3"):
        declared.exempt(text, text_numerals(text))
    assert declared.used == {"1989": 2, "Question 3": 1}


def test_places_follow_the_anchors_of_includes() -> None:
    text = "one\ntwo 5\nthree 6"
    rendered = Rendered(text, {}, ((0, "report.md", 10, 1), (text.index("three"), "part.md", 3, 7)))
    assert rendered.span(text.index("5"), 1) == Span("report.md", 11, 5, 1)
    assert rendered.span(text.index("6"), 1) == Span("part.md", 3, 13, 1)


@given(st.text(st.sampled_from("ab 01259.-_$\n*`|#>[](){}\\^~"), max_size=80))
@settings(max_examples=200, deadline=None)
def test_marks_come_back(text: str) -> None:
    marks = Marks(text)
    assert marks.plain(marks.marked) == text and len(marks.marked) == len(text)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_the_scanners_end(text: str) -> None:
    for start, end in [*math_numerals(text), *text_numerals(text)]:
        assert 0 <= start < end <= len(text)


@given(st.lists(st.integers(0, 99999), min_size=1, max_size=30), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_each_typed_number_of_a_long_text_has_its_place(numbers: list[int], style: int) -> None:
    frames = ["word {} word", "- item {}", "**{}**", "text $a = {}$"]
    text = "\n\n".join(frames[(style + index) % 4].format(number) for index, number in enumerate(numbers))
    assert [(numeral, line) for numeral, line, _ in typed(text)] == [
        (str(number), 1 + 2 * index) for index, number in enumerate(numbers)]
