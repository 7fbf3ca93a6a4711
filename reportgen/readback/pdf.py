"""A PDF read glyph by glyph: what its numerals are, and whether each one stands where its role puts it.

The text comes from pdfium.  Digits belong to one numeral only if they stand on one line, in one size, side by side: so 10²
is not 102.  Superscripts, subscripts and fractions are checked by where the glyphs are, each against what was meant.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from reportgen.readback.drawings import Shape, address, drawings
from reportgen.readback.numerals import Numeral, in_text, in_words, plain_digits, split

_BREAK = "\ufffc"
_DIGITS = frozenset("0123456789.,²³¹")
_OPERATORS = frozenset("∑∏∐∫∮⋂⋃⋀⋁")
_EDGE = 72.0        # points; what is nearer to the upper edge is the header
_FOOT = 60.0
_SAMPLE = 61        # every so many characters are asked for one by one, too
_HYPHEN = 0xFFFE    # at the end of a line; asked for by itself it is 2
_DEEP = 4           # forms inside forms
_SPECIAL = re.compile("\0|[ \r\n]+|[0-9.,²³¹]+")


class Glyph(NamedTuple):
    """Where a glyph stands: the origin, in points from the lower left corner, and its size."""

    x: float
    y: float
    size: float


class Sheet:
    """One page: its text with breaks where something does not touch, its numerals, and its figures (by name, with those of
    ``known``); what stands in a figure is not the page's."""

    def __init__(self, page: Any, number: int, known: Mapping[Shape, str] | None = None) -> None:
        import pypdfium2.raw as pdfium
        self._pdfium, self._page, self.number = pdfium, page, number
        self._text = page.get_textpage()
        self.height = page.get_height()
        self._glyphs: dict[int, Glyph] = {}
        self._x, self._y, self._matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
        self.figures: list[str] = []
        self._drawn: frozenset[int] = frozenset()
        for drawing in drawings(page, self._text) if known else ():
            if drawing.shape in known:
                self.figures.append(known[drawing.shape])
                self._drawn |= drawing.objects
        self._characters()
        self.body: list[Numeral] = []
        self.header: list[Numeral] = []
        self.footer: list[Numeral] = []
        self._numerals()

    def _characters(self) -> None:
        out: list[str] = []
        places: list[int] = []      # index of the glyph in pdfium's count
        raw, made = self._text.raw, self._pdfium.FPDFText_IsGenerated
        text, index = self._all_characters()
        at, before, gap = 0, "", False

        def keep(start: int, end: int) -> None:
            nonlocal before, gap
            if gap and out:
                out.append(_BREAK)
                places.append(-1)
            out.append(text[start:end])
            places.extend(index[start:end])
            before, gap = text[end - 1], False

        for match in _SPECIAL.finditer(text):
            start, end = match.span()
            if start > at:
                keep(at, start)
            at = end
            if text[start] == "\0":         # it stands in a figure
                gap = True
            elif text[start] in " \r\n":
                for k in range(start, end):
                    if made(raw, index[k]):
                        gap = True
                    else:
                        keep(k, k + 1)
            else:
                for k in range(start, end):
                    if before in _DIGITS:
                        # pdfium's own spaces and line breaks are guesses, and wrong ones near scripts: what touches is one numeral
                        gap = not self._touch(places[-1], index[k])
                    keep(k, k + 1)
        if at < len(text):
            keep(at, len(text))
        self.text, self.places = "".join(out), places

    def _all_characters(self) -> tuple[str, Sequence[int]]:
        """The page's characters with plain digits, those in figures as NUL, and for each pdfium's index of it (of its second half,
        where it has two)."""
        raw, count = self._text.raw, self._text.count_chars()
        codes: Sequence[int] = (ctypes.c_ushort * (count + 1))()
        written = self._pdfium.FPDFText_GetText(raw, 0, count, codes)
        get = self._pdfium.FPDFText_GetUnicode
        if written == count + 1 and all(codes[k] == get(raw, k) or codes[k] == _HYPHEN for k in range(0, count, _SAMPLE)):
            text = bytes(codes)[:2 * count].decode("utf-16-le", "surrogatepass").replace(chr(_HYPHEN), "\2")
        else:       # pdfium leaves out of its text what it has no letter for: then one by one
            codes = [get(raw, k) for k in range(count)]
            text = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        index: Sequence[int] = range(count)
        if len(text) != count:
            index = [k for k in range(count) if not 0xD800 <= codes[k] < 0xDC00]
            if len(index) != len(text):
                raise ValueError("a character of its text has lost its other half")
        if self._drawn:
            text = "".join("\0" if address(self._pdfium.FPDFText_GetTextObject(raw, k)) in self._drawn else character
                           for k, character in zip(index, text))
        return plain_digits(text), index

    def _touch(self, one: int, two: int) -> bool:
        a, b = self.glyph(one), self.glyph(two)
        return abs(a.y - b.y) < 0.03 * a.size and abs(a.size - b.size) < 0.03 * a.size and 0 < b.x - a.x < (0.665 if a.size > 6 else 0.76) * a.size

    def glyph(self, index: int) -> Glyph:
        """Where the glyph with pdfium's ``index`` stands."""
        found = self._glyphs.get(index)
        if found is None:
            raw, x, y, matrix = self._text.raw, self._x, self._y, self._matrix
            self._pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
            self._pdfium.FPDFText_GetMatrix(raw, index, matrix)
            size = self._pdfium.FPDFText_GetFontSize(raw, index) * (matrix.c ** 2 + matrix.d ** 2) ** 0.5
            found = self._glyphs[index] = Glyph(x.value, y.value, size)
        return found

    def _numerals(self) -> None:
        self.roots = 0
        for text, role, start, end in in_text(self.text):
            if text == "√":
                # pdfium gives a tall root its place by its own lights; how many there are is what is known
                self.roots += 1
                continue
            numeral = Numeral(text, role, at=start, end=end, page=self.number)
            y = self.glyph(self.places[start]).y
            part = self.header if y > self.height - _EDGE else self.footer if y < _FOOT else self.body
            part += split(numeral)

    # --- roles

    @cached_property
    def _bars(self) -> list[tuple[float, float, float]]:
        """(left, right, height) of the thin horizontal lines."""
        pdfium, found = self._pdfium, []
        edges = [ctypes.c_float() for _ in range(4)]
        for item in _paths(pdfium, self._page.raw):
            if self._drawn and address(item) in self._drawn:
                continue
            if pdfium.FPDFPageObj_GetBounds(item, *edges):
                left, bottom, right, top = (edge.value for edge in edges)
                if top - bottom < 2 and right - left > 2:
                    found.append((left, right, (top + bottom) / 2))
        return found

    def stands(self, numeral: Numeral, role: str) -> bool:
        """Whether a numeral of this page stands where its role puts it."""
        here = self.glyph(self.places[numeral.at])
        outer, _, role = role.rpartition(" ")
        if numeral.role:
            return numeral.role == role     # a raised or lowered sign of its own: ² and ₁
        if role == "num" and outer.endswith("sup") and not any(rise > 0 for rise in self._rises(numeral.at, near=False)):
            return False
        if role in ("num", "den"):
            return bool(self._over(here, role))
        if role in ("sup", "sub"):
            up = 1 if role == "sup" else -1
            # what a script in a fraction stands at is in the fraction too
            part = outer.rpartition(" ")[2]
            bars = self._over(here, part) if part in ("num", "den") else []
            edge = min(bars, key=lambda bar: abs(here.y - bar[2]))[0] - 1 if bars else -1e9
            return any(up * rise > 0 for rise in self._rises(numeral.at, near=False, edge=edge)) or up * self._rise_before(numeral) > 0
        # above and below in a binomial or at a root nothing is measured
        return bool(role) or not self._rises(numeral.at, near=True)

    def _rise_before(self, numeral: Numeral) -> float:
        """How much higher a numeral is than what follows it in the text and stands before or below it on the page: TeX sets
        the upper limit of a sum before the sign, and a letter with an accent after its script."""
        here = self.glyph(self.places[numeral.at])
        for at in range(numeral.end, min(numeral.end + 6, len(self.places))):
            if self.places[at] >= 0:
                glyph = self.glyph(self.places[at])
                rise, gap = (here.y - glyph.y) / glyph.size, (here.x - glyph.x) / glyph.size
                least = -0.6 if self.text[at] in _OPERATORS else 0.2
                if glyph.size > 1.2 * here.size and 0.05 < abs(rise) < 2 and least < gap < 1.5:
                    return rise
        return 0.0

    def _over(self, here: Glyph, role: str) -> list[tuple[float, float, float]]:
        """The fraction bars that a glyph stands above ("num") or below ("den")."""
        up = 1 if role == "num" else -1
        return [bar for bar in self._bars if bar[0] - 1 <= here.x <= bar[1] + 1 and -2 < up * (here.y - bar[2]) < 4 * max(here.size, 10)]

    def _rises(self, at: int, near: bool, edge: float = -1e9) -> list[float]:
        """How much higher the numeral is than the glyph that it stands at: the nearest larger one before it, or (in the
        smallest size, which has no smaller one) the one right before it; with ``near`` only what a reader would see as a script.
        What stands to the left of ``edge`` is not looked at."""
        here = self.glyph(self.places[at])
        found: list[float] = []
        first, run = here, True
        back, seen = at - 1, 0
        while back >= 0 and seen < (16 if near else 60):
            place = self.places[back]
            if place >= 0 and self.text[back] != " ":
                seen += 1
                glyph = self.glyph(place)
                if run and abs(glyph.y - here.y) < 0.1 * here.size and abs(glyph.size - here.size) < 0.04 * here.size:
                    first = glyph
                    back -= 1
                    continue
                rise, gap = (here.y - glyph.y) / glyph.size, (first.x - glyph.x) / glyph.size
                if glyph.x < edge:
                    return found
                if run and not near and abs(glyph.size - here.size) < 0.04 * here.size and here.size < 8 and abs(rise) > 0.05:
                    found.append(rise)
                run = False
                if glyph.size > 1.2 * here.size:
                    if near:
                        return [rise] if 0.1 < abs(rise) < 0.8 and 0.2 < gap < 1.3 else []
                    if 0.02 < abs(rise) < 40 and -6 < gap < 3:
                        found.append(rise)
                    return found
            back -= 1
        return found

    # --- what is read aloud

    def said(self) -> list[str]:
        """The descriptions of formulas and pictures, in the order of the tags; one that is on two pages is on both."""
        pdfium = self._pdfium
        tree = pdfium.FPDF_StructTree_GetForPage(self._page.raw)
        if not tree:
            return []
        found: list[str] = []
        try:
            stack = [pdfium.FPDF_StructTree_GetChildAtIndex(tree, k) for k in reversed(range(pdfium.FPDF_StructTree_CountChildren(tree)))]
            while stack:
                element = stack.pop()
                if not element:
                    continue
                length = pdfium.FPDF_StructElement_GetAltText(element, None, 0)
                if length > 2:
                    buffer = ctypes.create_string_buffer(length)
                    pdfium.FPDF_StructElement_GetAltText(element, buffer, length)
                    found.append(buffer.raw.decode("utf-16-le").rstrip("\0"))
                stack += [pdfium.FPDF_StructElement_GetChildAtIndex(element, k)
                          for k in reversed(range(pdfium.FPDF_StructElement_CountChildren(element)))]
        finally:
            pdfium.FPDF_StructTree_Close(tree)
        return found

    def around(self, numeral: Numeral) -> str:
        """The words around a numeral."""
        start, end = max(0, numeral.at - 30), numeral.end + 30
        words = re.sub(rf"[\s{_BREAK}]+", " ", self.text[start:end])
        return words.strip()


def _paths(pdfium: Any, page: Any) -> Iterator[Any]:
    """The lines and outlines of a page, also those in forms."""
    waiting = [(pdfium.FPDFPage_GetObject(page, k), 1) for k in reversed(range(pdfium.FPDFPage_CountObjects(page)))]
    while waiting:
        item, depth = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            yield item
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEP:
            waiting += [(pdfium.FPDFFormObj_GetObject(item, k), depth + 1) for k in reversed(range(pdfium.FPDFFormObj_CountObjects(item)))]


def sheets(data: bytes, known: Mapping[Shape, str] | None = None) -> list[Sheet]:
    """The pages of a PDF; ``known`` are the figures that may be on them."""
    import pypdfium2
    document = pypdfium2.PdfDocument(data)
    return [Sheet(document[index], index + 1, known) for index in range(len(document))]


def read_aloud(pages: list[Sheet], meant: list[Numeral]) -> list[Numeral]:
    """The numerals of all descriptions.

    What ends a page and begins the next one may be one formula on two pages, or the same formula twice: the reading that
    agrees with what was meant is taken, if there is one.
    """
    readings: list[list[Numeral]] = [[]]
    last = ""
    for sheet in pages:
        words = sheet.said()
        pieces = [[Numeral(text, page=sheet.number) for text in in_words(one)] for one in words]
        whole = [numeral for piece in pieces for numeral in piece]
        if words and words[0] == last and pieces[0]:
            readings = [reading + rest for reading in readings for rest in (whole[len(pieces[0]):], whole)]
            readings = [one for one in readings if [n.key for n in one] == [n.key for n in meant[:len(one)]]][:8] or readings[:1]
        else:
            readings = [reading + whole for reading in readings]
        last = words[-1] if words else last
    return min(readings, key=lambda reading: [n.key for n in reading] != [n.key for n in meant])
