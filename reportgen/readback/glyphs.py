"""pdfium asked for the glyphs of a page, many at one go: a page has thousands, and ctypes takes longer over the kinds of a
call's arguments than pdfium over its answer."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from math import hypot
from typing import Any

# Where a glyph stands: x and y of its origin, in points from the lower left corner, and its size.
Glyph = tuple[float, float, float]
_DEEP = 4           # forms inside forms
_ROOM = 1024        # bytes of a description; a longer one is asked for again


class Pointer(ctypes.c_void_p):
    """What pdfium calls something by (of a result that is ``c_void_p`` itself, ctypes makes a number)."""


class Calls:
    """Functions of pdfium without the kinds of their arguments: these must be pointers, small whole numbers, or references."""

    def __init__(self) -> None:
        import pypdfium2.raw as pdfium
        number = ctypes.c_int

        def bare(function: Any, result: Any) -> Any:
            return ctypes.PYFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value)
        self.text = bare(pdfium.FPDFText_GetText, number)
        self.unicode = bare(pdfium.FPDFText_GetUnicode, ctypes.c_uint)
        self.generated = bare(pdfium.FPDFText_IsGenerated, number)
        self.origin = bare(pdfium.FPDFText_GetCharOrigin, number)
        self.matrix = bare(pdfium.FPDFText_GetMatrix, number)
        self.font_size = bare(pdfium.FPDFText_GetFontSize, ctypes.c_double)
        self.text_object = bare(pdfium.FPDFText_GetTextObject, ctypes.c_void_p)
        self.page_object = bare(pdfium.FPDFPage_GetObject, Pointer)
        self.page_objects = bare(pdfium.FPDFPage_CountObjects, number)
        self.form_object = bare(pdfium.FPDFFormObj_GetObject, Pointer)
        self.form_objects = bare(pdfium.FPDFFormObj_CountObjects, number)
        self.kind = bare(pdfium.FPDFPageObj_GetType, number)
        self.bounds = bare(pdfium.FPDFPageObj_GetBounds, number)
        self.alternative = bare(pdfium.FPDF_StructElement_GetAltText, ctypes.c_ulong)
        self.children = bare(pdfium.FPDF_StructElement_CountChildren, number)
        self.child = bare(pdfium.FPDF_StructElement_GetChildAtIndex, ctypes.c_void_p)
        self.path, self.form, self.new_matrix = pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FS_MATRIX


@cache
def calls() -> Calls:
    """Those of this process."""
    return Calls()


class Sizes(dict[int, float]):
    """The sizes of the glyphs of a page by pdfium's index (-1, a break, has none), each asked for when it is looked up."""

    def __init__(self, text: Pointer) -> None:
        super().__init__({-1: 0.0})
        self._text, self._matrix_of, self._font_size = text, calls().matrix, calls().font_size
        self._matrix = calls().new_matrix()
        self._set = ctypes.byref(self._matrix)

    def __missing__(self, index: int) -> float:
        self._matrix_of(self._text, index, self._set)
        size = self[index] = self._font_size(self._text, index) * hypot(self._matrix.c, self._matrix.d)
        return size


class Glyphs(dict[int, Glyph]):
    """Where the glyphs of a page stand, likewise."""

    def __init__(self, text: Pointer) -> None:
        super().__init__()
        self.sizes = Sizes(text)
        self._text, self._origin = text, calls().origin
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._set = ctypes.byref(self._x), ctypes.byref(self._y)

    def __missing__(self, index: int) -> Glyph:
        self._origin(self._text, index, *self._set)
        found = self[index] = (self._x.value, self._y.value, self.sizes[index])
        return found


def paths(page: Any) -> Iterator[Pointer]:
    """The lines and outlines of a page, also those in forms."""
    ask = calls()
    waiting = [(map(ask.page_object, repeat(page), range(ask.page_objects(page))), 1)]
    while waiting:
        items, depth = waiting.pop()
        there = list(items)
        for item, kind in zip(there, map(ask.kind, there)):
            if kind == ask.path:
                yield item
            elif kind == ask.form and depth < _DEEP:
                waiting.append((map(ask.form_object, repeat(item), range(ask.form_objects(item))), depth + 1))


def lines(page: Any, without: frozenset[int]) -> list[tuple[float, float, float]]:
    """(left, right, height) of the thin horizontal lines of a page, but for some objects."""
    bounds, found = calls().bounds, []
    edges = [ctypes.c_float() for _ in range(4)]
    left, bottom, right, top = edges
    references = [ctypes.byref(edge) for edge in edges]
    for item in paths(page):
        if without and item.value in without:
            continue
        if bounds(item, *references) and top.value - bottom.value < 2 and right.value - left.value > 2:
            found.append((left.value, right.value, (top.value + bottom.value) / 2))
    return found


def descriptions(page: Any) -> list[str]:
    """What is read aloud in place of formulas and pictures, in the order of the tags."""
    import pypdfium2.raw as pdfium
    ask = calls()
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return []
    found: list[str] = []
    buffer, room = ctypes.create_string_buffer(_ROOM), _ROOM
    try:
        waiting = [ctypes.cast(pdfium.FPDF_StructTree_GetChildAtIndex(tree, k), ctypes.c_void_p).value
                   for k in range(pdfium.FPDF_StructTree_CountChildren(tree) - 1, -1, -1)]
        while waiting:
            address = waiting.pop()
            if not address:     # no element but glyphs
                continue
            element = Pointer(address)
            length = ask.alternative(element, buffer, room)
            if length > room:
                buffer, room = ctypes.create_string_buffer(length), length
                ask.alternative(element, buffer, room)
            if length > 2:
                found.append(buffer[:length].decode("utf-16-le").rstrip("\0"))
            waiting += map(ask.child, repeat(element), range(ask.children(element) - 1, -1, -1))
    finally:
        pdfium.FPDF_StructTree_Close(tree)
    return found


__all__ = ["Glyph", "Glyphs", "Pointer", "calls", "descriptions", "lines"]
