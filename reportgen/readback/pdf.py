"""A PDF read glyph by glyph: what its numerals are, and whether each one stands where its role puts it.

The text comes from pdfium.  Digits belong to one numeral only if they stand on one line, in one size, side by side: so 10²
is not 102.  Superscripts, subscripts and fractions are checked by where the glyphs are, each against what was meant.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from reportgen.readback.drawings import Shape, drawings
from reportgen.readback.glyphs import Glyph, Glyphs, Pointer, calls, descriptions, lines
from reportgen.readback.numerals import Numeral, in_text, in_words, plain_digits, split

_BREAK = "\x1f"     # as white as a space
_DIGITS = frozenset("0123456789.,²³¹")
_OPERATORS = frozenset("∑∏∐∫∮⋂⋃⋀⋁")
_EDGE = 72.0        # points; what is nearer to the upper edge is the header
_FOOT = 60.0
_SAMPLE = 61        # every so many characters are asked for one by one, too
_HYPHEN = 0xFFFE    # at the end of a line; asked for by itself it is 2
_NEAR, _FAR = 16, 120    # glyphs that are looked at for the one that a script stands at
_AFTER = 6          # the same, where it comes after the script
_BEFORE = 24        # characters that hold as many, most of the time
_BLANK = frozenset(" \r\n" + _BREAK)
_PIECE = 0.05       # points
_SHORTER = 0.3      # points; a bar within another is shorter by at least that
_SIDE_BY_SIDE = re.compile("[0-9.,²³¹][\0 \r\n]*(?=[0-9.,²³¹])")
_WIDE = re.compile("[\U00010000-\U0010ffff]")
_PROFILE = re.compile(rb"\[/ICCBased \d{1,9} 0 R\]")
_HALF = re.compile("[\ud800-\udfff]")


class Sheet:
    """One page: its text with breaks where something does not touch, its numerals, and its figures (by name, with those of
    ``known``); what stands in a figure is not the page's."""

    def __init__(self, page: Any, number: int, known: Mapping[Shape, str] | None = None) -> None:
        self._page, self.number, self._calls = page, number, calls()
        self._text = page.get_textpage()
        self._raw = ctypes.cast(self._text.raw, Pointer)
        self._glyphs = Glyphs(self._raw)
        self.height = page.get_height()
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
        """``text``: the page's, with a break between digits that do not touch; ``places``: for each character pdfium's index of it."""
        out: list[str] = []
        places: list[int] = []
        text, index = self._all_characters()
        at = 0
        for match in _SIDE_BY_SIDE.finditer(text):
            start, end = match.span()
            # pdfium's own spaces and line breaks are guesses, and wrong ones near scripts: what touches is one numeral
            if end > start + 1 and any(text[k] != "\0" and not self._calls.generated(self._raw, index[k]) for k in range(start + 1, end)):
                continue
            touch = self._touch(index[start], index[end])
            if touch and end == start + 1:
                continue
            out.append(text[at:start + 1])
            places += index[at:start + 1]
            if not touch:
                out.append(_BREAK)
                places.append(-1)
            at = end
        out.append(text[at:])
        places += index[at:]
        self.text, self.places = "".join(out).replace("\0", _BREAK), places

    def _all_characters(self) -> tuple[str, Sequence[int]]:
        """The page's characters with plain digits, those in figures as NUL, and for each pdfium's index of it (of its second half,
        where it has two)."""
        raw, get, count = self._raw, self._calls.unicode, self._text.count_chars()
        codes = (ctypes.c_ushort * (count + 1))()
        written = self._calls.text(raw, 0, count, codes)
        if written == count + 1 and all(codes[k] == get(raw, k) or codes[k] == _HYPHEN for k in range(0, count, _SAMPLE)):
            text = bytes(codes)[:2 * count].decode("utf-16-le", "surrogatepass").replace(chr(_HYPHEN), "\2")
        else:       # pdfium leaves out of its text what it has no letter for: then one by one
            text = "".join(chr(get(raw, k)) for k in range(count)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        index: Sequence[int] = range(count)
        if len(text) != count:
            if _HALF.search(text):
                raise ValueError("a character of its text has lost its other half")
            whole: list[int] = []
            at = 0
            for halves, match in enumerate(_WIDE.finditer(text)):
                whole += range(at + halves, match.start() + halves)
                at = match.start() + 1
                whole.append(at + halves)
            index = [*whole, *range(at + count - len(text), count)]
        if self._drawn:
            text = "".join("\0" if self._calls.text_object(raw, k) in self._drawn else character for k, character in zip(index, text))
        return plain_digits(text), index

    def _touch(self, one: int, two: int) -> bool:
        (x, y, size), (next_x, next_y, next_size) = self._glyphs[one], self._glyphs[two]
        return abs(y - next_y) < 0.03 * size and abs(size - next_size) < 0.03 * size and 0 < next_x - x < (0.665 if size > 6 else 0.76) * size

    def _numerals(self) -> None:
        self.roots = 0
        last, at = -1, 0.0      # where the last root ended, and stood: TeX makes a very tall one of pieces, one above the other
        for text, role, start, end in in_text(self.text):
            if text == "√":
                # pdfium gives a tall root its place by its own lights; how many there are is what is known
                x = self._glyphs[self.places[start]][0]
                self.roots += not (last == start and abs(x - at) < _PIECE)
                last, at = end, x
                continue
            numeral = Numeral(text, role, at=start, end=end, page=self.number)
            y = self._glyphs[self.places[start]][1]
            part = self.header if y > self.height - _EDGE else self.footer if y < _FOOT else self.body
            part += split(numeral)

    # --- roles

    @cached_property
    def _bars(self) -> list[tuple[float, float, float]]:
        """(left, right, height) of the thin horizontal lines."""
        return lines(self._page.raw, self._drawn)

    def stands(self, numeral: Numeral, role: str) -> bool:
        """Whether a numeral of this page stands where its role puts it."""
        here = self._glyphs[self.places[numeral.at]]
        fractions = [part for part in role.split() if part in ("num", "den")]
        outer, _, role = role.rpartition(" ")
        if numeral.role:
            return numeral.role == role     # a raised or lowered sign of its own: ² and ₁
        if len(fractions) > 1 and not self._nested(here, fractions):
            return False
        if role == "num" and outer.endswith("sup") and not any(rise > 0 for rise in self._rises(numeral.at, near=False)):
            return False
        if role in ("num", "den"):
            return bool(self._over(here, role))
        if role in ("sup", "sub"):
            up = 1 if role == "sup" else -1
            # what a script in a fraction stands at is in the fraction too
            part = outer.rpartition(" ")[2]
            bars = self._over(here, part) if part in ("num", "den") else []
            edge = min(bar[0] for bar in bars) - 1 if bars else -1e9
            return any(up * rise > 0 for rise in self._rises(numeral.at, near=False, edge=edge)) or up * self._rise_before(numeral) > 0
        # above and below in a binomial or at a root nothing is measured
        return bool(role) or not self._rises(numeral.at, near=True)

    def _rise_before(self, numeral: Numeral) -> float:
        """How much higher a numeral is than what follows it in the text and stands before or below it on the page: TeX sets
        the upper limit of a sum before the sign, and a letter with an accent after its script."""
        here_x, here_y, here_size = self._glyphs[self.places[numeral.at]]
        blank, left = False, _AFTER
        for at in range(numeral.end, len(self.places)):
            before, blank = blank, self.text[at] in _BLANK
            left -= not (before and blank)      # what is white counts once
            if left < 0:
                break
            if blank:
                continue
            x, y, size = self._glyphs[self.places[at]]
            rise, gap = (here_y - y) / size, (here_x - x) / size
            least = -0.6 if self.text[at] in _OPERATORS else 0.2
            if size > 1.2 * here_size and 0.05 < abs(rise) < 2 and least < gap < 1.5:
                return rise
        return 0.0

    def _over(self, here: Glyph, role: str) -> list[tuple[float, float, float]]:
        """The fraction bars that a glyph stands above ("num") or below ("den")."""
        up = 1 if role == "num" else -1
        x, y, size = here
        return [bar for bar in self._bars if bar[0] - 1 <= x <= bar[1] + 1 and -2 < up * (y - bar[2]) < 4 * max(size, 10)]

    def _nested(self, here: Glyph, roles: Sequence[str]) -> bool:
        """Whether a glyph stands above or below bars each of which is within the one before, shorter, and on the glyph's side of it:
        in a/(b/c) the bar between a and b is the longer one, in (a/b)/c the one between b and c."""
        last = self._over_first(here, roles[0])
        for outer, inner in zip(roles, roles[1:]):
            up = 1 if outer == "num" else -1
            last = [(left, right, y) for left, right, y in self._over_first(here, inner) if any(
                a - 1 <= left and right <= b + 1 and right - left < b - a - _SHORTER and up * (y - height) > 0 for a, b, height in last)]
        return bool(last)

    def _over_first(self, here: Glyph, role: str) -> list[tuple[float, float, float]]:
        """The bars of ``_over`` before which there is no longer one: what a longer one parts a glyph from, it is not in."""
        bars = sorted((bar for bar in self._over(here, role) if (here[1] > bar[2]) == (role == "num")), key=lambda bar: abs(here[1] - bar[2]))
        return [bar for k, bar in enumerate(bars) if all(b - a <= bar[1] - bar[0] + _SHORTER for a, b, _ in bars[:k])]

    def _rises(self, at: int, near: bool, edge: float = -1e9) -> list[float]:
        """How much higher the numeral is than the glyph that it stands at: the nearest larger one before it, or (in the
        smallest size, which has no smaller one) the one right before it; with ``near`` only what a reader would see as a script.
        What stands to the left of ``edge`` is not looked at."""
        text, places, glyphs = self.text, self.places, self._glyphs
        first, here_y, here_size = glyphs[places[at]]
        found: list[float] = []
        begin = max(0, at - _BEFORE)
        if near and (not begin or len("".join(text[begin:at].split())) >= _NEAR) and (
                max(map(glyphs.sizes.__getitem__, places[begin:at]), default=0.0) <= 1.2 * here_size):
            return found        # what follows would find nothing larger either
        run = True
        left = _NEAR if near else _FAR
        for back in range(at - 1, -1, -1):
            if text[back] in _BLANK or text[back] == "√":       # a root has a height of its own
                continue
            x, y, size = glyphs[places[back]]
            if run and abs(y - here_y) < 0.1 * here_size and abs(size - here_size) < 0.04 * here_size:
                first = x
            else:
                if not near and size <= 1.2 * here_size and x < first:
                    first = x       # a long exponent: what stands before it is what its first glyph stands at
                if x < edge:
                    return found
                if run and not near and abs(size - here_size) < 0.04 * here_size and here_size < 8 and abs(here_y - y) > 0.05 * size:
                    found.append((here_y - y) / size)
                run = False
                if size > 1.2 * here_size:
                    rise, gap = (here_y - y) / size, (first - x) / size
                    if near:
                        return [rise] if 0.1 < abs(rise) < 0.8 and 0.2 < gap < 1.3 else []
                    if 0.02 < abs(rise) < 40 and -6 < gap < 3:
                        found.append(rise)
                    return found
            left -= 1
            if not left:
                break
        return found

    # --- what is read aloud

    def said(self) -> list[str]:
        """The descriptions of formulas and pictures, in the order of the tags; one that is on two pages is on both."""
        return descriptions(self._page.raw)

    def around(self, numeral: Numeral) -> str:
        """The words around a numeral."""
        start, end = max(0, numeral.at - 30), numeral.end + 30
        words = re.sub(rf"[\s{_BREAK}]+", " ", self.text[start:end])
        return words.strip()


def sheets(data: bytes, known: Mapping[Shape, str] | None = None) -> list[Sheet]:
    """The pages of a PDF; ``known`` are the figures that may be on them."""
    import pypdfium2
    # What its colours mean exactly is of no use here, and pdfium takes longer over that than over the text of a page.
    document = pypdfium2.PdfDocument(_PROFILE.sub(lambda match: b"[/DeviceRGB".ljust(len(match[0]) - 1) + b"]", data))
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
