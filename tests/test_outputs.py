"""The outputs, read back: text and tags of the PDF, the LaTeX by its engines, the HTML by a parser and by Chromium."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reportgen import outputs, pandoc
from reportgen.diagnostics import FindingsError
from reportgen.document import Document
from reportgen.outputs import svg
from reportgen.outputs.common import one_piece_numbers
from reportgen.outputs.html import for_mathml
from reportgen.outputs.latex import compile_pdf as compile_tex
from reportgen.outputs.markdown import safe
from reportgen.outputs.typst import compile_pdf
from reportgen.outputs.typstmath import finish, prepare
from reportgen.pandoctree import math, para
from reportgen.readback import check
from tests.document_sample import DETAILS, FIGURES, META, SVG, document

ROWS = [("pdf", "typst"), ("tex", "typst"), ("md", "typst"), ("html", "typst")]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def made() -> Document:
    return document()


def written(made: Document, target: str, engine: str = "typst") -> dict[str, bytes]:
    return outputs.write(made, META, FIGURES, DETAILS, target, engine)


def text_of(made: Document, target: str) -> str:
    return written(made, target)[f"report.{target}"].decode()


@pytest.mark.parametrize(("target", "engine"), ROWS)
def test_the_same_document_gives_the_same_bytes(made: Document, target: str, engine: str) -> None:
    assert written(made, target, engine) == written(document(), target, engine)


@pytest.mark.parametrize(("target", "files"), [
    ("pdf", {"report.pdf"}), ("tex", {"report.tex", "figures/losses.pdf"}), ("md", {"report.md", "figures/losses.svg"}),
    ("html", {"report.html"})])
def test_the_files_of_each_format(made: Document, target: str, files: set[str]) -> None:
    assert set(written(made, target)) == files


@pytest.mark.parametrize(("target", "engine"), [("docx", "typst"), ("pdf", "word")])
def test_unknown_formats_and_engines(made: Document, target: str, engine: str) -> None:
    with pytest.raises(FindingsError) as caught:
        written(made, target, engine)
    assert caught.value.findings[0].code == "usage" and caught.value.exit_code == 2


# --- PDF

def test_the_pdf_has_text_tags_metadata_and_links(made: Document) -> None:
    import pypdfium2
    import pypdfium2.raw as pdfium
    pdf = pypdfium2.PdfDocument(written(made, "pdf")["report.pdf"])
    text = " ".join("".join(page.get_textpage().get_text_range() for page in pdf).split())
    for piece in ("A title & more", "With a subtitle", "Contents", "Question 1. A network", "1.1 Output of 32 pixels", "Table 1. Values such as 61,706",
                  "Figure 1. Losses with 0.802649", "Equation (1)", "One numeral on these pages is declared", "refuted: the right value is 61,706"):
        assert piece in text, piece
    meta = pdf.get_metadata_dict()
    assert meta["Title"] == "A title & more" and meta["Author"] == "A. Student" and meta["Keywords"] == "AI6126"
    assert meta["CreationDate"].startswith("D:20240301")
    assert pdfium.FPDFCatalog_IsTagged(pdf.raw)
    assert [entry.get_title() for entry in pdf.get_toc()][:2] == ["Question 1. A network", "1.1 Output of 32 pixels"]


def test_nothing_of_the_pdf_stands_outside_the_margins(made: Document) -> None:
    import pypdfium2
    for page in pypdfium2.PdfDocument(written(made, "pdf")["report.pdf"]):
        width = page.get_width()
        for item in page.get_objects(max_depth=4):
            left, _, right, _ = item.get_bounds() if hasattr(item, "get_bounds") else item.get_pos()
            if right - left > 1:
                assert left > 60 and right < width - 60, (left, right)


def test_typst_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "inside"
    folder.mkdir()
    for source in ('#read("../secret.txt")', f'#read("{tmp_path}/secret.txt")', '#import "@preview/example:0.1.0": *'):
        (folder / "report.typ").write_text(source)
        with pytest.raises(FindingsError) as caught:
            compile_pdf(folder)
        assert caught.value.findings[0].code == "engine-failed"


def test_a_warning_of_typst_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text('#set text(font: "No such font")\nx')
    with pytest.raises(FindingsError) as caught:
        compile_pdf(tmp_path)
    assert "no such font" in caught.value.findings[0].message


def test_a_formula_that_pandoc_cannot_convert_is_a_failure() -> None:
    odd = document("$\\nosuchcommand{x}$", ())
    with pytest.raises(FindingsError) as caught:
        outputs.write(odd, META, FIGURES, {}, "html")
    assert caught.value.findings[0].code == "engine-failed" and "nosuchcommand" in caught.value.findings[0].message


@pytest.mark.parametrize(("tex", "expected"), [
    (r"\begin{cases} 1 & x \\ 2 & y\end{cases}", "cases(delim: \"{\", 1 & quad x, 2 & quad y)"),
    (r"\begin{dcases} 1 & x \\ 2 & y\end{dcases}", "cases(delim: \"{\", 1 & quad x, 2 & quad y)"),
    (r"\left\{\begin{array}{ll} 1 & x \\ 2 & y\end{array}\right.", "cases(delim: \"{\", 1 & quad x, 2 & quad y)"),
    (r"\begin{vmatrix} 1 & 2 \\ 3 & 4\end{vmatrix}", "mat(delim: \"|\", 1, 2; 3, 4)"),
    (r"\begin{Vmatrix} 1 & 2 \\ 3 & 4\end{Vmatrix}", "mat(delim: \"‖\", 1, 2; 3, 4)"),
    (r"\begin{matrix} 6 & 7 \\ 8 & 9\end{matrix}", "mat(delim: #none, 6, 7; 8, 9)"),
    (r"\begin{array}{rr} 6 & 7 \\ 8 & 9\end{array}", "mat(delim: #none, align: #right, 6, 7; 8, 9)"),
    (r"\left(\begin{array}{c|c} 6 & 7 \\ \hline 8 & 9\end{array}\right)", "mat(delim: \"(\", augment: #(hline: (1,), vline: (1,)), 6, 7; 8, 9)"),
    (r"\begin{vmatrix} \begin{smallmatrix} 1 & 2\end{smallmatrix} & \\ & 4\end{vmatrix}", "mat(delim: \"|\", mat(delim: #none, 1, 2), ; #none, 4)"),
    (r"\begin{aligned} a &= (b \\ &\qquad \quad + c - d) \\ & - e \end{aligned}", "a & = \\( b\\ & #h(2em) quad + med c - d \\)\\ & - e"),
    (r"\biggl( x \biggr)", "stretch(\\(, size: #240%) x stretch(\\), size: #240%)"),
    (r"\Bigl\{ x \Bigr]", "stretch(\\{, size: #180%) x stretch(\\], size: #180%)")])
def test_formulas_in_typst(tex: str, expected: str, tmp_path: Path) -> None:
    made = finish(pandoc.write([para([math(prepare(tex), display=True)])], "typst")).strip()
    assert " ".join(made.split()) == f"$ {expected} $"
    (tmp_path / "report.typ").write_text(made, encoding="utf-8")
    assert compile_pdf(tmp_path).startswith(b"%PDF")


# --- LaTeX

@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_the_latex_compiles_without_warnings(made: Document, engine: str, tmp_path: Path) -> None:
    if shutil.which(engine) is None or shutil.which("latexmk") is None:
        pytest.skip(f"{engine} and latexmk are not installed")
    for name, content in written(made, "tex").items():
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    first = compile_tex(tmp_path, engine, META.date)
    assert first.startswith(b"%PDF")
    for leftover in tmp_path.glob("report.[!t]*"):
        leftover.unlink()
    assert compile_tex(tmp_path, engine, META.date) == first


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_tex_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.tex").write_text("secret")
    (folder / "report.tex").write_text("\\documentclass{article}\\begin{document}\\input{../secret}\\end{document}")
    with pytest.raises(FindingsError) as caught:
        compile_tex(folder, "pdflatex")
    assert caught.value.findings[0].code == "engine-failed"


def test_a_missing_tex_engine_is_said(made: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(FindingsError) as caught:
        written(made, "pdf", "latexmk")
    assert caught.value.findings[0].code == "engine-missing" and caught.value.exit_code == 2
    assert "Typst" in caught.value.findings[0].hint


def test_the_latex_source(made: Document) -> None:
    text = text_of(made, "tex")
    assert "\\tag{1}\\label{eq:size}" in text and "\\hyperref[eq:size]{Equation" in text
    assert "\\includegraphics" in text and "figures/losses.pdf" in text
    assert "A title \\& more" in text and "\n\n%display" not in text


# --- Markdown

def test_the_markdown_is_for_github(made: Document) -> None:
    text = text_of(made, "md")
    assert text.startswith("# A title & more\n")
    assert "$N = 32$" in text and "$$\nO = \\frac{N-F+2P}{S}+1\n\\tag{1}\n$$" in text
    assert "| Conv2d-1 |" in text and "![A curve that ends at one third](figures/losses.svg)" in text
    assert '<a id="eq-size"></a>' in text and "[Equation (1)](#eq-size)" in text.replace("\u00a0", " ")
    assert "[Section 1.1](#11-output-of-32-pixels)" in text.replace("\u00a0", " ")
    assert set(re.findall(r"<(\w+)", text)) <= {"a"}


@pytest.mark.parametrize(("tex", "expected"), [
    (r"\{x\}", r"\lbrace x\rbrace "), (r"a\,b", r"a\thinspace b"), (r"a \\ b", r"a \\ b"), (r"5\%", r"5\\%"), (r"\|x\|", r"\Vert x\Vert "),
    ("a<b", r"a\lt b"), (r"\alpha_1", r"\alpha_1")])
def test_formulas_safe_on_github(tex: str, expected: str) -> None:
    assert safe(tex) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("so $x_i$, and", "so $x_i$, and"), ("($x_i$)", "($`x_i`$)"), ("a–$x$", "a–$`x`$"), ("$x$-axis", "$x$-axis"), ("$x$\u2060y", None),
    ("*so $x$*", "*so $`x`$*"), ("**$x$ is**", "**$`x`$ is**"), ("$\\hat{y}_{1}$ or", "$`\\hat{y}_{1}`$ or"), ("so $c_\\mathrm{out}$", "so $c_\\mathrm{out}$"),
    ("so $\\{x\\}$", "so $\\lbrace x\\rbrace$"), ("so $a<b$", "so $a\\lt b$"), ("so $\\hat{y}_{k} < b$", "so $`\\hat{y}_{k} < b`$"), ("so $w^*$", "so $`w^*`$"),
    ("so $[a](b)$", "so $`[a](b)`$"), ("| a |\n|---|\n| $w^* \\| x$ |", "| $`w^* \\Vert x`$ |"), ("$$ \\hat{y}_{k} \\, \\{ w \\} $$", "```math\n\\hat{y}_{k} \\, \\{ w \\}\n```"),
    ("$$ y_{k} \\, \\{ w \\} $$", "$$\ny_{k} \\thinspace  \\lbrace  w \\rbrace \n$$")])
def test_formulas_between_words_on_github(text: str, expected: str | None) -> None:
    made = document(text + "\n", ("1",))
    files = written(made, "md")
    if expected is not None:
        assert expected in files["report.md"].decode()
    assert "\n\n" not in "".join(re.findall(r"\$\$.*?\$\$", files["report.md"].decode(), re.DOTALL))
    assert check(made, META, FIGURES, {}, "md", "typst", files)


def test_bars_do_not_end_a_cell_of_a_pipe_table() -> None:
    made = document("| a |\n|---|\n| $\\|x\\| + b$ |\n", ())
    row = next(line for line in text_of(made, "md").split("\n") if "Vert" in line)
    assert row.count("|") == 2


# --- HTML

class Page(html.parser.HTMLParser):
    VOID = frozenset("meta link br hr img input path rect use col".split())

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.nested: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag in ("button", "a"):
            self.nested += [(outer, tag) for outer in self.open if outer in ("button", "a")]
        if tag == "div":
            self.nested += [("p", "div") for outer in self.open if outer == "p"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open and self.open.pop() == tag, tag


def test_the_html_is_well_formed_and_accessible(made: Document) -> None:
    text = text_of(made, "html")
    page = Page(text)
    assert page.open == [] and page.nested == []
    assert len(page.ids) == len(set(page.ids))
    names = [tag for tag, _ in page.tags]
    assert "script" not in names and {"header", "nav", "main", "math", "svg"} <= set(names) and names.count("h1") == 1
    assert ("html", {"lang": "en"}) in page.tags
    assert all(values.get("scope") == "col" for tag, values in page.tags if tag == "th")
    targets = {values["popovertarget"] for tag, values in page.tags if tag == "button" and values.get("popovertargetaction") is None}
    assert {"why-input_size", "why-total", "why-kernel_size"} <= targets <= set(page.ids)
    hrefs = {str(values["href"])[1:] for tag, values in page.tags if tag == "a" and str(values.get("href", "")).startswith("#")}
    assert hrefs <= set(page.ids)
    assert not re.search(r'(?:src|href)="(?!#|https://example\.org)', text)
    assert "<title id=\"figure-losses-title\">A curve that ends at one third</title>" in text


def test_ids_inside_figures_are_their_own() -> None:
    one, two = svg.inline(SVG, "a", "x"), svg.inline(SVG, "b", "<y>")
    assert not set(re.findall(r'id="([^"]+)"', one)) & set(re.findall(r'id="([^"]+)"', two))
    assert "url(#a-p1)" in one and 'href="#b-curve"' in two and "&lt;y&gt;" in two and "<?xml" not in one


def test_numbers_stay_in_one_piece() -> None:
    assert one_piece_numbers("61{,}706.5 + 1{,}000") == "\\text{61,706.5} + \\text{1,000}"
    assert for_mathml(r"1\ln 0.2\ln(x)\mathbf{W}") == r"1\,\ln\,0.2\,\ln(x)\textbf{W}"


def test_signs_stay_with_their_numbers() -> None:
    text = text_of(document("A side (@side@) of @side@, or @total@ in all.\n", ()), "html")
    kept = re.findall(r'<span class="keep">(.*?)</span>(?= |</p>)', text.split("<main")[1].split("<div popover")[0])
    assert [re.sub("<[^>]*>", "", re.sub("<annotation.*?</annotation>", "", one)) for one in kept] == ["(32)", "32,"]


def in_chromium(tmp_path: Path, page: str, script: str, width: int = 1000) -> dict:
    """What the script's expression is in the page, opened in a frame of the given width."""
    page = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (tmp_path / "frame.html").write_text(
        f"<!DOCTYPE html><iframe id=f src=page.html style='width:{width}px;height:800px;border:0'></iframe><pre id=out></pre><script>"
        "document.getElementById('f').onload = e => { const w = e.target.contentWindow, document = w.document;"
        f"window.document.getElementById('out').textContent = JSON.stringify((() => {{ {script} }})()); }}</script>", encoding="utf-8")
    done = subprocess.run([str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--virtual-time-budget=3000",
                           f"--user-data-dir={tmp_path}/profile", "--dump-dom", (tmp_path / "frame.html").as_uri()],
                          capture_output=True, text=True, timeout=60, check=False)
    match = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match and match.group(1), done.stderr[-500:]
    return json.loads(html.unescape(match.group(1)))


@needs_chromium
@pytest.mark.parametrize("width", [360, 1000])
def test_the_page_does_not_scroll_sideways(made: Document, tmp_path: Path, width: int) -> None:
    found = in_chromium(tmp_path, text_of(made, "html"), """
        const page = document.documentElement, wide = document.querySelector('#eq\\\\:wide .wide');
        return {scroll: page.scrollWidth, client: page.clientWidth, inner: wide.scrollWidth > wide.clientWidth};""", width)
    assert found["scroll"] <= found["client"] <= width
    if width == 360:
        assert found["inner"]


@needs_chromium
def test_each_number_opens(made: Document, tmp_path: Path) -> None:
    found = in_chromium(tmp_path, text_of(made, "html"), """
        const out = {shown: 0, hidden: 0, total: 0};
        for (const button of document.querySelectorAll('main button[popovertarget]:not([popovertargetaction])')) {
          if (button.closest('[popover]')) continue;
          out.total += 1;
          const box = document.getElementById(button.getAttribute('popovertarget'));
          if (!box.checkVisibility()) out.hidden += 1;
          button.click();
          if (box.matches(':popover-open') && box.checkVisibility()) out.shown += 1;
          box.hidePopover();
        }
        return out;""")
    assert found["total"] > 8 and found["shown"] == found["hidden"] == found["total"]


@pytest.mark.parametrize("tex, typst", [
    (r"\frac{I}{\frac{h}{2}}", "frac(I, frac(h, 2))"),
    (r"\frac{\frac{a}{b}}{\frac{c}{d}}", "frac(frac(a, b), frac(c, d))"),
    (r"\dfrac{a}{{\dfrac{b}{\tfrac{c}{d}}}}", "frac(a, frac(b, frac(c, d)))"),
    (r"\frac1{\frac{b}{c}}", "frac(1, frac(b, c))"),
    (r"\frac\alpha\beta", "frac(alpha, beta)"),
    (r"\frac12", "frac(1, 2)"),
    (r"\frac{1}{2}^{2}", "frac(1, 2)^2"),
    (r"e^{-\frac{x}{\frac{y}{z}}}", "e^(- frac(x, frac(y, z)))"),
    (r"\frac{a,b}{\{c\}}", r"frac(a \, b, { c })"),
    (r"\frac{a/b}{c}", r"frac(a \/ b, c)"),
])
def test_what_is_below_a_bar_stays_below_it(tex: str, typst: str) -> None:
    """Pandoc writes a/(b/c) as ``a / b / c``, which Typst reads as (a/b)/c: another value."""
    made = finish(pandoc.run(["-f", "markdown", "-t", "typst"], f"$${prepare(tex)}$$"))
    assert re.sub(r" +(?=\))", "", made.strip().strip("$").strip()) == typst


def test_a_quotient_of_quotients_as_typst_sets_it() -> None:
    """The PDF of I/(h/2) is that of Typst's own frac(I, frac(h, 2)), not of frac(frac(I, h), 2)."""
    import typst

    def picture(formula: str) -> bytes:
        return typst.compile(f"#set page(width: auto, height: auto)\n$ {formula} $".encode(), format="svg")

    made = finish(pandoc.run(["-f", "markdown", "-t", "typst"], f"$${prepare(chr(92) + 'frac{I}{' + chr(92) + 'frac{h}{2}}')}$$")).strip().strip("$")
    assert picture(made) == picture("frac(I, frac(h, 2))") != picture("frac(frac(I, h), 2)")


@pytest.mark.parametrize("tex, spaced", [
    (r"\text{ of }x\text{ is }\sin x", True), (r"\text{ is }-\tau", True), (r"\text{ and }\sum_{i} x", True),
    (r"\text{ is }y", False), (r"\text{ is }\sinus", False), (r"a\text{,}-b", False)])
def test_words_before_functions_and_signs_have_the_space_of_a_word(tex: str, spaced: bool) -> None:
    assert (r"\ \;" in prepare(tex)) is spaced
