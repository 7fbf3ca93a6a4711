"""The read-back: clean files pass, and each alteration that changes a numeral, a sign or an exponent is found."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from reportgen import outputs
from reportgen.diagnostics import FindingsError
from reportgen.document import Document, read
from reportgen.figures import Figure, page_style
from reportgen.outputs import Job
from reportgen.outputs import typst as typst_writer
from reportgen.readback import check
from reportgen.readback.formula import Order, tex_numerals
from reportgen.readback.numerals import PAGE, Numeral, align, in_text
from tests.document_sample import DETAILS, FIGURES, META, document, rendered

needs_tex = pytest.mark.skipif(shutil.which("latexmk") is None or shutil.which("lualatex") is None, reason="latexmk and lualatex are not installed")
TARGETS = ("pdf", "html", "tex", "md")

MATRICES = r"""$$ \begin{vmatrix} 1 & 2 \\ 3 & 4\end{vmatrix} + \begin{matrix} 6 & 7 \\ 8 & 9\end{matrix} + \left[\begin{array}{c|c} 10 & 11 \\ \hline 12 & 13\end{array}\right]
+ \left\{\begin{array}{ll} 14 & x > 15 \\ 16 & x<17\end{array}\right. + \begin{dcases} 18 & x^2 \\ 19 & y\end{dcases} $$

$$ J = -\frac{1}{3}\left(\left(\sum_{i = 1}^{20} x_i^2 + 21 \, \ln(1 - 22)\right) + \left(\sum_{i = 2}^{30} y_i^3 + 31 \, \ln(1 - 32)\right)
+ \left(\sum_{i = 3}^{40} z_i^4 + 41 \, \ln(1 - 42)\right) - \hat{w}_1^{43} - \hat{v}_2\right) $$
"""

# every way in which a numeral can stand in a formula
FORMULAS = r"""# Formulas {#sec:a}

Inline $x^2 + x_1^{-3} + \frac{1}{2} + \frac{a^2-3}{4b} + \sqrt[3]{5} + 10^{-6}$ and $\sum_{i=1}^{10} i$ and $e^{-\frac{3}{4}}$ and 10^2^, H~2~O, x².

$$ \sum_{i=1}^{10} \frac{-1 + \frac{2}{3}}{4} x_{12}^{34} + \begin{pmatrix} 1 & 2 \\ 3 & 4\end{pmatrix} - \binom{5}{6} + \overset{7}{=} \underbrace{8}_{9} {}$$ {#eq:x}

$$ \begin{aligned} y &= \begin{cases} 1 & x > 0 \\ -4 & x<2\end{cases} \\ z &= \log_{10} 2 + f'(3) + 0.5 + 1{,}234 + \left(\frac{1}{\sqrt{3}}\right)^{2} \end{aligned} $$

3. third, −5 and 61,706
4. fourth

   - nested 7 `code 8`

| head 1 | two $y_3$ |
|---|---|
| 5 | $-6$ |
| 0.75 | −8.25 |

: Caption 9 {#tbl:t}

See @tbl:t, @eq:x and a note.[^a] **2**7

[^a]: The note has 100 and $x^3$.
"""


@cache
def formulas() -> Document:
    return document(FORMULAS, tuple(sorted(set(re.findall(r"\d+(?:[.,]\d+)*", FORMULAS)) | {"x²", "27", "1{,}234"})))


@cache
def matrices() -> Document:
    return document(MATRICES, tuple(sorted(set(re.findall(r"\d+", MATRICES)))))


@cache
def sample() -> Document:
    return document()


def files_of(made: Document, target: str) -> dict[str, bytes]:
    return outputs.write(made, META, FIGURES, DETAILS, target)


def passes(made: Document, target: str, files: dict[str, bytes]) -> bool:
    try:
        check(made, META, FIGURES, DETAILS, target, "typst", files)
    except FindingsError as error:
        assert {finding.code for finding in error.findings} <= {"numeral-altered", "numeral-missing", "numeral-untraced"}
        return False
    return True


# --- clean files

@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("made", [sample, formulas], ids=["sample", "formulas"])
def test_clean_files_pass(made, target: str) -> None:
    traced = check(made(), META, FIGURES, DETAILS, target, "typst", files_of(made(), target))
    assert sum(traced.values()) > 80 and (made is formulas or traced["value"] > 100)


@pytest.mark.parametrize("target", TARGETS)
def test_matrices_and_broken_brackets_pass(target: str) -> None:
    files = files_of(matrices(), target)
    assert sum(check(matrices(), META, FIGURES, DETAILS, target, "typst", files).values()) > 50
    if target == "tex":
        assert b"\\biggl(" in files["report.tex"] and b"\\biggr)" in files["report.tex"]


# --- PDFs by LaTeX, which hold figures with their texts

def plotted(name: str, label: str) -> Figure:
    from matplotlib.figure import Figure as Plot

    from reportgen.figures import draw
    with page_style():
        plot = Plot(figsize=(3, 2))
        axes = plot.subplots()
        axes.plot([0, 1, 2], [0, 10, 40], marker="o")
        axes.set_xlabel(label)
        return draw(name, plot)


@needs_tex
def test_a_pdf_by_latex_with_figures_is_read_back() -> None:
    figures = {"one": plotted("one", "steps 7"), "two": plotted("two", "steps 8")}
    text = MATRICES + "\n" + FORMULAS + "\n![First of 2](figure:one){#fig:one}\n\nBetween 3 and 4.\n\n![Second of 2](figure:two){#fig:two width=50%}\n\n![](figure:one) has 5.\n"
    made = read(rendered(text), declared=sorted({*re.findall(r"\d+(?:[.,]\d+)*", text), "x²", "27", "1{,}234"}), figures=figures, report=META)
    data = outputs.write(made, META, figures, {}, "pdf", "latexmk")["report.pdf"]
    assert sum(check(made, META, figures, {}, "pdf", "latexmk", {"report.pdf": data}).values()) > 120
    # the same PDF where other figures were drawn, and where other ones are shown
    for others, codes in (({**figures, "two": plotted("two", "steps 9")}, {"numeral-altered", "numeral-untraced"}),
                          ({"one": figures["two"], "two": figures["one"]}, {"numeral-altered", "numeral-untraced"})):
        with pytest.raises(FindingsError) as caught:
            check(made, META, others, {}, "pdf", "latexmk", {"report.pdf": data})
        assert {finding.code for finding in caught.value.findings} <= codes
        assert any("the figure" in finding.message for finding in caught.value.findings)


def test_the_starter_passes() -> None:
    from reportgen.build import derive, make_page
    page = make_page(derive(Path("templates/starter")))
    for target in TARGETS:
        files = outputs.write(page.document, page.derived.meta, page.derived.figures, page.details, target)
        assert check(page.document, page.derived.meta, page.derived.figures, page.details, target, "typst", files)["value"] > 50


def test_a_table_over_pages_and_notes_pass() -> None:
    rows = "\n".join(f"| row {i} | {i * 37} | $x_{{{i}}}^2$ |" for i in range(90))
    text = f"# One\n\nA note.[^a]\n\n| head 1 | two^2^ | $y_3$ |\n|---|---|---|\n{rows}\n\n: Caption {{#tbl:long}}\n\nEnd.[^b]\n\n# Two\n\n[^a]: Has 100.\n\n[^b]: Has 200.\n"
    made = document(text, tuple(dict.fromkeys(re.findall(r"\d+", text))))
    for target in TARGETS:
        assert passes(made, target, files_of(made, target)), target


# --- alterations of sources

_MARKS = re.compile(r"\d|−|(?<=[ ({=^])-(?=[ \d])|(?<=\d)\.(?=\d)|\^(?=\{?-?\d|\(- \d)|(?<=\d),(?=\d)|(?<=\d)\{,\}(?=\d)")


def alterations(source: str, start: int, stop: int) -> Iterator[tuple[int, str, str]]:
    """(place, altered source, kind) for each digit, sign, decimal point, comma and exponent of a source."""
    for match in _MARKS.finditer(source, start, stop):
        at, mark = match.start(), match.group()
        before, after = source[:at], source[match.end():]
        if mark.isdecimal():
            yield at, before + str((int(mark) + 3) % 10) + after, "digit"
        elif mark in "−-":
            yield at, before + "+" + after, "plus for minus"
            yield at, before + " " + after, "lost minus"
        elif mark == ".":
            yield at, before + after, "lost point"
            yield at, before + after[0] + "." + after[1:], "moved point"
        elif mark == "^":
            yield at, before + "_" + after, "lowered exponent"
            yield at, before + " " + after, "lost exponent"
        else:
            yield at, before + after, "lost comma"


# digits that nobody sees: lengths, shades, anchors, attributes
_NOT_SHOWN = {
    "md": re.compile(r"\]\(#[^)]*\)|<a id=\"[^\"]*\">|^ *- |^\[\^", re.MULTILINE),
    "tex": re.compile(r"\\color\{[^}]*\}|\\fitted\{[^}]*\}|\\includegraphics\[width=[^,]*|\\(?:label|hyperref)[\[{][^\]}]*|\\setcounter\{enumi\}\{\d\}|\\real\{[\d.]*\}"),
    "html": re.compile(r"<(?!ol)[^>]*>|&#\d+;"),
    "typ": re.compile(r"columns: \d|width: \d+%|^ *- ", re.MULTILINE),
}


def hidden(source: str, kind: str) -> set[int]:
    return {at for match in _NOT_SHOWN[kind].finditer(source) for at in range(*match.span())}


@pytest.mark.parametrize("target", ["html", "tex", "md"])
@pytest.mark.parametrize("made", [sample, formulas], ids=["sample", "formulas"])
def test_every_altered_numeral_of_a_source_is_found(made, target: str) -> None:
    files = files_of(made(), target)
    source = files[f"report.{target}"].decode()
    start = {"html": source.find("<body"), "tex": source.find("\\begin{document}"), "md": 0}[target]
    # of the boxes, which are alike, the first
    stop = next((match.start() for number, match in enumerate(re.finditer("<div popover", source)) if number == 1), len(source))
    unseen = hidden(source, target)
    if target == "html":
        unseen |= {at for match in re.finditer(r"<svg.*?</svg>", source, re.DOTALL) for at in range(*match.span())}
    tried, missed = 0, []
    every = 4 if target == "html" and made is sample else 1
    for number, (at, altered, kind) in enumerate(alterations(source, start, stop)):
        if at in unseen or (number % every and kind == "digit"):
            continue
        tried += 1
        if passes(made(), target, {**files, f"report.{target}": altered.encode()}):
            missed.append((kind, source[max(0, at - 20):at + 10]))
    assert not missed and tried > 60


def test_every_altered_numeral_of_the_typst_source_is_found(tmp_path: Path) -> None:
    made = formulas()
    source = typst_writer.source(Job(made, META, FIGURES, DETAILS))
    start = source.find("= 1 Formulas") - 2
    assert start > 0
    unseen = hidden(source, "typ")
    tried, missed = 0, []
    for number, (at, altered, kind) in enumerate(alterations(source, start, len(source))):
        if at in unseen or (number % 3 and kind == "digit"):
            continue
        (tmp_path / "report.typ").write_text(altered, encoding="utf-8")
        try:
            pdf = typst_writer.compile_pdf(tmp_path, META.date)
        except FindingsError:
            continue        # that is no Typst any more
        tried += 1
        if passes(made, "pdf", {"report.pdf": pdf}):
            missed.append((kind, source[max(0, at - 20):at + 10]))
    assert not missed and tried > 80


@pytest.mark.parametrize(("target", "old", "new"), [
    ("md", "10<sup>2</sup>", "102"), ("md", "x^2", "x2"), ("md", "\\frac{1}{2}", "12"), ("md", "\\frac{1}{2}", "\\frac{2}{1}"),
    ("md", "−8.25", "8.25"), ("md", "61,706", "6,1706"), ("md", "e^{-\\frac{3}{4}}", "e-\\frac{3}{4}"),
    ("tex", "10\\textsuperscript{2}", "102"), ("tex", "\\binom{5}{6}", "\\binom{6}{5}"), ("tex", "\\sqrt[3]{5}", "3\\sqrt{5}"), ("tex", "\\sqrt{3}", "{3}"),
    ("html", "10<sup>2</sup>", "102"), ("html", "<mfrac><mn>1</mn><mn>2</mn></mfrac>", "<mn>1</mn><mn>2</mn>"),
    ("html", "<msup><mi>x</mi><mn>2</mn></msup>", "<msub><mi>x</mi><mn>2</mn></msub>"), ("html", "x²", "x2"), ("html", '<ol start="3"', '<ol start="2"')])
def test_altered_structure_is_found(target: str, old: str, new: str) -> None:
    made = formulas()
    files = files_of(made, target)
    source = files[f"report.{target}"].decode()
    assert old in source
    assert not passes(made, target, {**files, f"report.{target}": source.replace(old, new, 1).encode()})


@pytest.mark.parametrize(("target", "old", "new"), [
    ("md", "Inline $", "Inline   $"), ("md", "See ", "See\n"), ("tex", "Inline ", "Inline\n  "), ("tex", " + ", "  +  "), ("tex", "\\end{document}", "\n\n\\end{document}"),
    ("html", "Inline ", "Inline \n "), ("html", "<mo>+</mo>", "<mo>+</mo> "), ("html", "</main>", "\n</main>")])
def test_white_space_is_not_flagged(target: str, old: str, new: str) -> None:
    made = formulas()
    files = files_of(made, target)
    source = files[f"report.{target}"].decode()
    assert old in source
    assert passes(made, target, {**files, f"report.{target}": source.replace(old, new).encode()})


def test_what_is_added_or_taken_away_is_found() -> None:
    made = sample()
    files = files_of(made, "html")
    page = files["report.html"].decode()
    for altered in (page.replace("</main>", "<p>7</p></main>"), page.replace("61,706", "", 1), page.replace("<svg", "<svg><text>5</text></svg><svg", 1)):
        assert not passes(made, "html", {"report.html": altered.encode()})
    for target, name in (("tex", "figures/losses.pdf"), ("md", "figures/losses.svg")):
        files = files_of(made, target)
        assert not passes(made, target, {**files, name: files[name] + b" "})


# --- alterations of a finished PDF

def altered_pdfs(data: bytes, *, lowered: float = 0) -> Iterator[tuple[str, bytes]]:
    """The PDF written again as it is, then with each object of text that holds a digit taken away (or set lower)."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    def saved(document) -> bytes:
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    whole = pypdfium2.PdfDocument(data)
    yield "", saved(whole)
    for page_number in range(len(whole)):
        for index, text in enumerate(texts_of(whole[page_number])):
            if not any(character.isdecimal() for character in text) or (lowered and not text.strip().isdecimal()):
                continue
            document = pypdfium2.PdfDocument(data)
            page = document[page_number]
            item = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1))[index]
            if lowered:
                pdfium.FPDFPageObj_Transform(item.raw, 1, 0, 0, 1, 0, -lowered)
            else:
                page.remove_obj(item)
            page.gen_content()
            yield text, saved(document)


def texts_of(page) -> list[str]:
    """The text of each object of text."""
    import ctypes

    import pypdfium2.raw as pdfium
    textpage, found = page.get_textpage(), []
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1):
        length = pdfium.FPDFTextObj_GetText(item.raw, textpage.raw, None, 0)
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFTextObj_GetText(item.raw, textpage.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
        found.append(buffer.raw.decode("utf-16-le", "replace").rstrip("\0"))
    return found


def test_a_finished_pdf_without_one_of_its_numerals_is_found() -> None:
    made = formulas()
    results = [(text, passes(made, "pdf", {"report.pdf": altered})) for text, altered in altered_pdfs(files_of(made, "pdf")["report.pdf"])]
    assert results[0] == ("", True) and not [text for text, passed in results[1:] if passed] and len(results) > 60


def test_an_exponent_that_came_down_in_a_finished_pdf_is_found() -> None:
    made = document("Powers $x^2$, $y^{34}$, $10^5$ and $\\frac{a^6}{b^7}$.\n", ("2", "34", "5", "6", "7", "10"))
    rise = 3.85     # of an exponent of the text, in points
    results = [(text, passes(made, "pdf", {"report.pdf": altered})) for text, altered in altered_pdfs(files_of(made, "pdf")["report.pdf"], lowered=rise)]
    exponents = {text.strip(): passed for text, passed in results if text.strip() in ("2", "5")}
    assert results[0] == ("", True) and exponents == {"2": False, "5": False}


# which bar is the outer one: a/(b/c) and (a/b)/c, and deeper
NESTED = [r"\frac{2}{\frac{3}{5}}", r"\frac{\frac{2}{3}}{5}", r"\frac{2}{\frac{\frac{3}{5}}{7}}", r"\frac{2}{\frac{3}{\frac{5}{7}}}", r"\frac{\frac{2}{\frac{3}{5}}}{7}",
          r"\frac{\frac{\frac{2}{3}}{5}}{7}", r"\frac{\frac{2}{3}}{\frac{5}{7}}", r"\frac{2x + \frac{3}{5}}{7}", r"\frac{x^{\frac{2}{3}}}{\frac{5}{7}}"]


def nested_pdf(tex: str, folder: Path, engine: str) -> tuple[Document, dict[str, bytes]]:
    made = document(f"$${tex}$$\n\nand ${tex}$ in a line\n", ("2", "3", "5", "7"))
    return made, outputs.write(made, META, FIGURES, DETAILS, "pdf", engine)


@pytest.mark.parametrize("engine", ["typst", pytest.param("latexmk", marks=pytest.mark.skipif(not shutil.which("latexmk"), reason="latexmk is not installed"))])
def test_the_outer_bar_of_a_fraction_is_the_outer_one(tmp_path: Path, engine: str) -> None:
    made = [nested_pdf(tex, tmp_path, engine) for tex in (NESTED if engine == "typst" else NESTED[:4])]
    for one, (meant, _) in enumerate(made):
        for other, (_, files) in enumerate(made):
            try:
                check(meant, META, FIGURES, DETAILS, "pdf", engine, files)
                assert one == other, (NESTED[one], NESTED[other])
            except FindingsError as error:
                assert one != other, (NESTED[one], error.findings)


# Formulas whose numerals stand far from what they are raised over, or beside a root, which has a height of its own.
ODD = [r"e^{-\frac{1}{2}x + 3x^2 + 5y + 7}", r"e^{a_1 x_1 + a_2 x_2 + a_3 x_3 + a_5 x_5 + 7}", r"e^{-\frac{1}{2}\sum_{i=1}^{5} 2 x_i^2 + 3}", r"x^{3 + \sum_{i=1}^{7} 5}",
       r"2^{\frac{x}{3} + \frac{x}{5} + \frac{x}{7} + 9 x y z + 8}", r"\frac{x^{\sqrt{8}}}{x^{\sqrt{8}}}", r"\frac{7}{\frac{x^{\sqrt{2}}}{9}}", r"x^{\ln \sum_{i=1}^{7} 5}",
       r"\sqrt{\frac{\frac{\frac{8}{x}}{\frac{2}{9}}}{\frac{x}{5} + 7}}", r"x^{x^{\sqrt{5}}}", r"\frac{\sqrt{\frac{2}{3}}}{\sqrt{5}}"]


@pytest.mark.parametrize("engine", ["typst", pytest.param("latexmk", marks=pytest.mark.skipif(not shutil.which("latexmk"), reason="latexmk is not installed"))])
def test_odd_formulas_pass(engine: str) -> None:
    made = document("".join(f"Before\n\n$${tex}$$\n\nand ${tex}$ in a line.\n\n" for tex in ODD), tuple("12356789"))
    assert sum(check(made, META, FIGURES, DETAILS, "pdf", engine, outputs.write(made, META, FIGURES, DETAILS, "pdf", engine)).values()) > 80


# --- what a finding says

def test_findings_say_where() -> None:
    made = sample()
    files = files_of(made, "md")
    source = files["report.md"].decode()
    with pytest.raises(FindingsError) as caught:
        check(made, META, FIGURES, DETAILS, "md", "typst", {**files, "report.md": source.replace("|     61,706 |", "|     61,707 |").encode()})
    finding, = caught.value.findings
    assert finding.code == "numeral-altered" and "61,707 stands where 61,706 (of total) belongs" in finding.message
    line = next(number for number, text in enumerate(source.split("\n"), start=1) if text.startswith("| Conv2d-1"))
    assert finding.span.line == line and finding.span.column == source.split("\n")[line - 1].index("61,706") + 1


def test_findings_of_a_pdf_name_the_page(tmp_path: Path) -> None:
    made = formulas()
    source = typst_writer.source(Job(made, META, FIGURES, DETAILS)).replace("61,706", "61,707", 1)
    (tmp_path / "report.typ").write_text(source, encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        check(made, META, FIGURES, DETAILS, "pdf", "typst", {"report.pdf": typst_writer.compile_pdf(tmp_path, META.date)})
    assert "page 1: 707 stands where 706 belongs" in caught.value.findings[0].message and "third, −5" in caught.value.findings[0].message


def test_an_altered_file_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.build import build
    (tmp_path / "report.md").write_text("the last good one")
    honest = outputs.begin
    monkeypatch.setattr(outputs, "begin", lambda *a, **k: lambda: {n: d.replace(b"2", b"3") for n, d in honest(*a, **k)().items()})
    result = build(Path("templates/starter"), ["md"], tmp_path)
    assert result.exit_code == 1 and {f.code for f in result.findings} & {"numeral-altered"}
    assert (tmp_path / "report.md").read_text() == "the last good one"


# --- the parts

@pytest.mark.parametrize(("text", "expected"), [
    ("61,706 and −40", ["61,706", "−", "40"]), ("Conv2d-1", ["2", "1"]), ("-5, 3-4", ["−", "5", "3", "4"]), ("x² and 10⁻³", ["2 sup", "10", "− sup", "3 sup"]),
    ("1.5.", ["1.5"]), ("𝟏", ["1"]), ("no numeral", [])])
def test_numerals_of_text(text: str, expected: list[str]) -> None:
    assert [f"{found} {role}".strip() for found, role, _, _ in in_text(text)] == expected


@pytest.mark.parametrize(("tex", "order", "expected"), [
    (r"x_1^{-2}", Order(), ["1 sub", "− sup", "2 sup"]), (r"x_1^{-2}", Order("sup"), ["− sup", "2 sup", "1 sub"]), (r"\frac12", Order(), ["1 num", "2 den"]),
    (r"10^23", Order(), ["10", "2 sup", "3"]), (r"61{,}706", Order(), ["61,706"]), (r"e^{\frac{1}{2}}", Order(), ["1 sup num", "2 sup den"]),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", Order(columns=True), ["1", "3", "2", "4"]), (r"\left.5\right)", Order(), ["5"]), (r"\hspace{2em}3", Order(), ["3"]),
    (r"\begin{array}{cc} 1 \\[2pt] 2\end{array}", Order(), ["1", "2"]), (r"\text{Conv2d-1}", Order(), ["2", "1"]), (r"\sqrt[3]{5}", Order(), ["√", "3 index", "5"])])
def test_numerals_of_formulas(tex: str, order: Order, expected: list[str]) -> None:
    assert [f"{found} {role}".strip() for found, role, _, _ in tex_numerals(tex, order)] == expected


def numbers(text: str) -> list[Numeral]:
    return [Numeral(word) for word in text.split()]


@pytest.mark.parametrize(("meant", "found", "differences"), [
    ("1 2 3", "1 2 3", []), ("1 2 3", "1 3", [("2", None)]), ("1 3", "1 2 3", [(None, "2")]), ("1 2 3", "1 9 3", [("2", "9")]), ("", "1", [(None, "1")]),
    ("1 2", "2 1", [("1", None), (None, "1")]), (f"1 {PAGE} 2", "1 17 2", [])])
def test_alignment(meant: str, found: str, differences: list) -> None:
    result = align(numbers(meant), numbers(found))
    told = [(d.meant.text if d.meant else None, d.found.text if d.found else None) for d in result.differences]
    assert sorted(told, key=str) == sorted(differences, key=str)
