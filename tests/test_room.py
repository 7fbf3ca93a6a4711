"""The room that formulas and tables take: what the writer is certain of is what Typst measures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typst

from reportgen import pandoc
from reportgen.document import Document
from reportgen.outputs import Job
from reportgen.outputs.room import FORMULA, LINE, TABLE, formula_height, formula_width, is_small, table_size
from reportgen.outputs.typst import compile_pdf, fonts, source
from reportgen.outputs.typstmath import finish, prepare
from reportgen.pandoctree import Node, math, para, string, words
from tests.document_sample import DETAILS, FIGURES, META, document

DEEP = r"\frac{\frac{\sqrt{\frac{a}{b}}}{1 + \frac{1}{1 + \frac{1}{x}}}}{\sum_{i = 1}^{n} \frac{x_{i}}{2}}"
FORMULAS = [
    "x", r"F_{\mathrm{in}}^{2} W_{1,2}^{3} M_{m}^{M} W W W W M M M M", r"\mathrm{W M W M W M W M}", r"\text{WWWWWWWW MMMMMMMM}", DEEP,
    r"\left(\frac{\mathrm{d}^{2}}{\mathrm{d}w^{2}}\right) \left[J(w) + \frac{\lambda}{2 m} w^{2}\right] = \lim_{x \to \infty} \sqrt[3]{\prod_{i=1}^{n} x_i}",
    r"\begin{pmatrix}1 & 0 & -1 \\ 20 & 30 & 41 \\ 1 & 2 & 3\end{pmatrix} \begin{pmatrix}\frac{1}{2} & 0 \\ 1 & \frac{1}{3} \\ 2 & 2\end{pmatrix}",
    r"\begin{aligned} x & = \frac{1}{2} && \text{Divide both sides by } S \\ & = 0.5 && \text{Evaluate } \\ & \approx 1 && \text{ (where } x > 0 \text{)}\end{aligned}",
    r"\begin{cases} 0 & x < 0 \\ \frac{x}{2} & x \ge 0\end{cases}", r"a \Longleftrightarrow b \Longrightarrow c \iff d \implies e \coloneqq f \quad\quad g \qquad h",
    r"61{,}706 + 17{,}280 = 78{,}986", r"\left\lceil \frac{n}{m} \right\rceil \lvert x \rvert \lfloor x \rfloor", r"\int_{0}^{1} \mathrm{e}^{-\frac{x^2}{2}} \, \mathrm{d}x"]


def measured(source_: str, tmp_path: Path) -> list:
    file = tmp_path / "report.typ"
    file.write_text(source_, encoding="utf-8")
    return json.loads(typst.Compiler(str(file), root=str(tmp_path), font_paths=fonts()).query("<size>", field="value"))


def test_formulas_take_no_more_room_than_the_bounds_say(tmp_path: Path) -> None:
    text = finish(pandoc.write([para([math(prepare(tex), display=True)]) for tex in FORMULAS], "typst"))
    head = ('#set text(font: "New Computer Modern", size: 10.5pt)\n#show math.equation: set text(font: "New Computer Modern Math")\n'
            "#show math.equation.where(block: true): it => context { let m = measure(it); [#metadata((m.width.pt(), m.height.pt())) <size>] }\n")
    sizes = measured(head + text, tmp_path)
    assert len(sizes) == len(FORMULAS)
    for (wide, high), tex in zip(sizes, FORMULAS):
        assert wide <= formula_width(tex), tex
        assert high <= formula_height(tex), tex


@pytest.mark.parametrize(("tex", "small"), [
    ("x = 1", True), (r"\frac{1}{2}", True), (r"\underbrace{x}_{y}", False), (r"\hspace{9cm} x", False), ("x + " * 40 + "y", False),
    (r"\begin{pmatrix}" + r"1 \\" * 12 + r"\end{pmatrix}", False), (r"\begin{pmatrix}" + r"1 \\" * 8 + r"1\end{pmatrix}", True)])
def test_what_is_small(tex: str, small: bool) -> None:
    assert is_small(tex) is small
    if small:
        assert formula_width(tex) <= LINE and formula_height(tex) <= FORMULA


def table(rows: int, cells: list[str], widths: list[float] | None = None, caption: str = "Rows") -> Node:
    def row(texts: list[str]) -> list:
        return [["", [], []], [[["", [], []], {"t": "AlignLeft"}, 1, 1, [{"t": "Plain", "c": (
            [math(text[1:-1])] if text.startswith("$") else words(text))}]] for text in texts]]
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidth", "c": w} if widths else {"t": "ColWidthDefault"}] for w in widths or cells]
    body = [["", [], []], 0, [], [row(cells) for _ in range(rows)]]
    return {"t": "Table", "c": [["", [], []], [None, [{"t": "Plain", "c": words(caption)}]], columns, [["", [], []], [row(["A"] * len(cells))]], [body],
                                [["", [], []], []]]}


LONG = "a sentence that is longer than its column and so takes several lines of it"
TABLES = [(table(8, ["one", "$x^2$"]), "short"), (table(3, ["WWWWWW MMMM WWW"] * 3), "short"), (table(11, ["one", "two"]), "short"), (table(14, ["one", "two"]), "measured"), (table(17, ["one", "two"]), "long"),
          (table(5, [LONG, "x"], [0.2, 0.8]), "long"), (table(1, [LONG, "x"], [0.2, 0.8]), "short"), (table(4, [LONG, LONG, LONG]), "measured"),
          (table(6, ["$\\begin{pmatrix}1 \\\\ 2\\end{pmatrix}$", "x"]), "measured"), (table(2, ["$\\underbrace{x}$", "x"]), "measured"),
          (table(2, ["$\\frac{1}{2}$", "x"]), "short")]


@pytest.mark.parametrize(("made", "size"), TABLES)
def test_what_is_certain_of_a_table(made: Node, size: str) -> None:
    assert table_size(made) == size


def test_what_is_certain_of_tables_is_what_typst_measures(tmp_path: Path) -> None:
    blocks = tuple(block for made, _ in TABLES for block in (made, para([string("x")])))
    text = source(Job(Document(blocks, (), (), (), ()), META, {}, {}))
    rule = ("#let short(body) = body\n#let long(body) = body\n#let measured(body) = body\n#show figure.where(kind: table): it => layout(size => "
            "[#metadata(measure(it, width: size.width).height.pt()) <size> #it])\n// --- title block")
    heights = measured(text.replace("// --- title block", rule), tmp_path)
    assert len(heights) == len(TABLES)
    for height, (_, size) in zip(heights, TABLES):
        assert size == "measured" or (height <= TABLE) == (size == "short"), (height, size)


def test_the_pages_are_those_of_a_document_that_is_all_measured(tmp_path: Path) -> None:
    text = source(Job(document(), META, FIGURES, DETAILS))
    head, _, body = text.partition("// --- title block")
    assert "#small(" in body and "#short[" in body
    (tmp_path / "figures").mkdir()
    for figure in FIGURES.values():
        (tmp_path / "figures" / f"{figure.name}.svg").write_bytes(figure.svg)
    pages = []
    for whole in (text, head + "// " + re.sub(r"^#(?:short|long)\[", "#measured[", body.replace("#small(", "#display("), flags=re.MULTILINE)):
        (tmp_path / "report.typ").write_text(whole, encoding="utf-8")
        pages.append(compile_pdf(tmp_path))
    assert pages[0] == pages[1]
