"""Figures on the pages of a PDF: each is compared, object by object, with how it was drawn.

A TeX engine takes a figure in as it is, as a form with texts of its own, wherever these fall in the order of the page's
text.  Typst draws outlines, which hold no numerals.  A form that agrees with no figure is no figure: its numerals stay
those of the page, and come from nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.figures import Figure

_DEEP = 8       # forms inside forms; matplotlib's markers are one deep
Shape = tuple[Any, ...]


class Drawing:
    """A form on a page that holds text: where its texts and lines are in memory, and what it shows."""

    def __init__(self, page: Any, textpage: Any, item: Any) -> None:
        self.shape = tuple(_shapes(page, textpage, item.raw))
        self.objects = frozenset(_addresses(page, item.raw))

    @property
    def has_text(self) -> bool:
        return _has_text(self.shape)


def drawings(page: Any, textpage: Any) -> list[Drawing]:
    """The forms of a page that hold text."""
    import pypdfium2.raw as pdfium
    found = [Drawing(page, textpage, item) for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_FORM], max_depth=1)]
    return [drawing for drawing in found if drawing.has_text]


def drawn(figures: Mapping[str, Figure]) -> dict[Shape, str]:
    """What each figure with texts shows, read from its own PDF -> its name."""
    import pypdfium2
    out = {}
    for name, figure in figures.items():
        document = pypdfium2.PdfDocument(figure.pdf)
        page = document[0]
        shape = tuple(_shapes(page, page.get_textpage(), None))
        if _has_text(shape):
            out[shape] = name
    return out


def address(pointer: Any) -> int:
    """An object of a page as pdfium knows it; 0 for none."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def _objects(page: Any, form: Any) -> Iterator[Any]:
    return page.get_objects(form=form, max_depth=1)


def _addresses(page: Any, form: Any, depth: int = 0) -> Iterator[int]:
    import pypdfium2.raw as pdfium
    for item in _objects(page, form):
        yield address(item.raw)
        if item.type == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEP:
            yield from _addresses(page, item.raw, depth + 1)


def _shapes(page: Any, textpage: Any, form: Any, depth: int = 0) -> Iterator[Shape]:
    """What stands in a form (or on the whole page), in its own coordinates: texts, lines, pictures, forms."""
    import pypdfium2.raw as pdfium
    for item in _objects(page, form):
        place = tuple(round(number, 2) for number in item.get_matrix().get())
        if item.type == pdfium.FPDF_PAGEOBJ_TEXT:
            size = ctypes.c_float()
            pdfium.FPDFTextObj_GetFontSize(item.raw, size)
            yield "text", _text(item.raw, textpage), place, round(size.value, 2)
        elif item.type == pdfium.FPDF_PAGEOBJ_PATH:
            yield "lines", place, tuple(_segments(item.raw))
        elif item.type == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEP:
            yield "form", place, tuple(_shapes(page, textpage, item.raw, depth + 1))
        else:
            yield "other", item.type, place


def _text(item: Any, textpage: Any) -> str:
    import pypdfium2.raw as pdfium
    length = pdfium.FPDFTextObj_GetText(item, textpage.raw, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(item, textpage.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    # spaces are pdfium's guesses, and depend on what stands around
    return "".join(buffer.raw.decode("utf-16-le", "replace").rstrip("\0").split())


def _segments(item: Any) -> Iterator[Shape]:
    import pypdfium2.raw as pdfium
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(item)):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        yield pdfium.FPDFPathSegment_GetType(segment), round(x.value, 1), round(y.value, 1)


def _has_text(shape: Shape) -> bool:
    return any(part[0] == "text" and part[1] or part[0] == "form" and _has_text(part[2]) for part in shape)
