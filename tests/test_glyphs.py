"""What pdfium is asked without a look at the kinds of arguments is what it says when it is asked with one."""

from __future__ import annotations

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from reportgen import outputs
from reportgen.readback import pdf
from reportgen.readback.glyphs import Glyphs, Pointer, descriptions, lines
from tests.document_sample import DETAILS, FIGURES, META, document


@pytest.fixture(scope="module")
def data() -> bytes:
    made = document("# One\n\nInline $x^2 + \\frac{1}{2}$ and 10^3^, $\\mathbb{R}$, $\\mathbf{4}$.\n\n$$ y = \\frac{a + 3}{4} $$\n\n"
                    "![A figure.](figure:losses){#fig:losses}\n\n| a | b |\n|---|---|\n| 5 | 7 |\n\n: Caption {#tbl:t}\n", ("1", "2", "3", "4", "5", "7", "10"))
    return outputs.write(made, META, FIGURES, DETAILS, "pdf")["report.pdf"]


def test_places_and_sizes(data: bytes) -> None:
    page = pypdfium2.PdfDocument(data)[0]
    text = page.get_textpage()
    found = Glyphs(ctypes.cast(text.raw, Pointer))
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    sizes = set()
    for index in range(text.count_chars()):
        if pdfium.FPDFText_IsGenerated(text.raw, index):
            continue
        pdfium.FPDFText_GetCharOrigin(text.raw, index, x, y)
        pdfium.FPDFText_GetMatrix(text.raw, index, matrix)
        size = pdfium.FPDFText_GetFontSize(text.raw, index) * (matrix.c ** 2 + matrix.d ** 2) ** 0.5
        assert found[index] == (x.value, y.value, pytest.approx(size)) and found.sizes[index] == pytest.approx(size)
        sizes.add(round(size, 1))
    assert len(sizes) > 4


def test_lines(data: bytes) -> None:
    page = pypdfium2.PdfDocument(data)[0]
    meant = []
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=4):
        left, bottom, right, top = item.get_bounds()
        if top - bottom < 2 and right - left > 2:
            meant.append((left, right, (top + bottom) / 2))
    found = lines(page.raw, frozenset())
    assert sorted(found) == sorted(meant) and len(found) > 4
    assert lines(page.raw, frozenset(ctypes.cast(item.raw, ctypes.c_void_p).value for item in page.get_objects(max_depth=4))) == []


def spoken(element: object) -> list[str]:
    length = pdfium.FPDF_StructElement_GetAltText(element, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDF_StructElement_GetAltText(element, buffer, length)
    children = (pdfium.FPDF_StructElement_GetChildAtIndex(element, k) for k in range(pdfium.FPDF_StructElement_CountChildren(element)))
    return [*filter(None, [buffer.raw.decode("utf-16-le").rstrip("\0")]), *(text for child in children if child for text in spoken(child))]


def test_descriptions(data: bytes, monkeypatch) -> None:
    page = pypdfium2.PdfDocument(data)[0]
    tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
    meant = [text for k in range(pdfium.FPDF_StructTree_CountChildren(tree)) for text in spoken(pdfium.FPDF_StructTree_GetChildAtIndex(tree, k))]
    pdfium.FPDF_StructTree_Close(tree)
    assert descriptions(page.raw) == meant and len(meant) > 4
    monkeypatch.setattr("reportgen.readback.glyphs._ROOM", 4)       # each is longer than that
    assert descriptions(page.raw) == meant


def test_without_its_colours_a_page_says_the_same(data: bytes, monkeypatch) -> None:
    assert pdf._PROFILE.search(data)
    without = pdf.sheets(data)
    monkeypatch.setattr(pdf, "_PROFILE", pdf.re.compile(rb"(?!)"))
    for one, other in zip(pdf.sheets(data), without, strict=True):
        assert (one.text, one.header, one.body, one.footer, one.said()) == (other.text, other.header, other.body, other.footer, other.said())
        assert [one._glyphs[k] for k in one.places if k >= 0] == [other._glyphs[k] for k in other.places if k >= 0]
