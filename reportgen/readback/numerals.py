"""Numerals as a reader sees them, on the page that was meant and on the page that was made, and how the two are compared.

A numeral is a run of digits with its separators, or a sign (minus, plus, root); it has a role: where it stands in a
formula, from the outside in (``sup``, ``sub den``; "" for the line itself).  So 10² and 102 are different sequences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PAGE = "#"      # a page number in the contents: any number, looked at again when the pages are known
MOST = 400      # more differences than this are not told one by one

_HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOW = "₀₁₂₃₄₅₆₇₈₉"
# Python's re looks for its beginning only where a pattern begins with a class: so the first character, and then what it begins.
# A hyphen is a sign only where no word or number stands before it: Conv2d-1, 10-12.
_SINGLE = "¼-¾⅐-ↈ①-⓿❶-➓−±∓+√"
_TEXT = re.compile(rf"[\d⁻{_HIGH}₋{_LOW}{_SINGLE}\-‐‑](?:(?<=\d)\d*(?:[.,]\d+)*|(?<=[⁻{_HIGH}])[⁻{_HIGH}]*|(?<=[₋{_LOW}])[₋{_LOW}]*"
                   rf"|(?<=[{_SINGLE}])|(?<=[-‐‑])(?<![\w\-‐‑–)].)(?=\.?\d))")
# bold, sans serif, ... digits of mathematics
_ALPHABETS = re.compile("[\U0001D7CE-\U0001D7FF]")


class Numeral(NamedTuple):
    """One numeral or sign: what it is, its role, what it comes from, and where it was found."""

    text: str
    role: str = ""
    kind: str = "text"      # "value", "text" (a name or a declared number), "furniture", "page"
    entry: str = ""         # the ledger's entry, for a value
    at: int = -1            # where it was found: an offset, or the index of a glyph
    end: int = -1
    page: int = 0
    heading: int = -1       # for what is meant: the heading that it begins, or whose page it is
    glued: bool = False     # a comma joins it to the numeral before it (on pages, where numerals are split at commas)

    @property
    def key(self) -> str:
        return f"{self.text} {self.role}" if self.role else self.text

    @property
    def place(self) -> str:
        """The innermost role."""
        return self.role.rpartition(" ")[2]

    def __str__(self) -> str:
        words = {"sup": "superscript ", "sub": "subscript "}
        return words.get(self.place, "") + self.text


def plain_digits(text: str) -> str:
    """The text with the digits of mathematical alphabets as plain ones; no place moves."""
    return text if text.isascii() else _ALPHABETS.sub(lambda match: chr(ord("0") + (ord(match.group()) - 0x1D7CE) % 10), text)


def in_text(text: str, role: str = "") -> Iterator[tuple[str, str, int, int]]:
    """(numeral, role, start, end) of plain text."""
    text = plain_digits(text)
    for match in _TEXT.finditer(text):
        found = match.group()
        if found[0] in _HIGH or found[0] == "⁻":
            yield from _parts(unicodedata.normalize("NFKC", found), "sup", match.start())
        elif found[0] in _LOW or found[0] == "₋":
            yield from _parts(unicodedata.normalize("NFKC", found), "sub", match.start())
        elif found in "-‐‑":
            yield "−", role, match.start(), match.end()
        else:
            yield found, role, match.start(), match.end()


def in_words(text: str) -> Iterator[str]:
    """The numerals and operators of a formula in words or in source form (x^2 - 3), as a description has it."""
    return iter(re.findall(r"\d+(?:[.,]\d+)*|[-−+±∓^_/√²³]", plain_digits(text)))


def _parts(text: str, role: str, start: int) -> Iterator[tuple[str, str, int, int]]:
    for match in re.finditer(r"\d+|[−-]", text):
        yield ("−" if match.group() in "−-" else match.group()), role, start + match.start(), start + match.end()


def split(numeral: Numeral) -> list[Numeral]:
    """The numeral in pieces at its commas: whether a comma parts or groups is seen from the gap, not from the sign."""
    if "," not in numeral.text:
        return [numeral]
    out, at = [], numeral.at
    for index, text in enumerate(numeral.text.split(",")):
        place = (at, at + len(text)) if numeral.at >= 0 else (-1, -1)
        out.append(numeral._replace(text=text, at=place[0], end=place[1], heading=-1 if index else numeral.heading, glued=index > 0))
        at += len(text) + 1
    return out


# --- comparing ------------------------------------------------------------------------------------------------

class Difference(NamedTuple):
    """What was meant and what was found: None where there is nothing; ``after`` is how far both agreed in what was found."""

    meant: Numeral | None
    found: Numeral | None
    after: int


class Alignment(NamedTuple):
    """``pairs`` of indices (meant, found) that agree, in order; the differences; whether there were too many to tell."""

    pairs: tuple[tuple[int, int], ...]
    differences: tuple[Difference, ...]
    cut: bool = False


def align(meant: Sequence[Numeral], found: Sequence[Numeral], *, roles: bool = True) -> Alignment:
    """The shortest way from what was meant to what was found (E. W. Myers, An O(ND) difference algorithm, 1986).

    No difference is ever overlooked: the sequences agree only if they are equal item by item.  Without ``roles`` the
    texts alone are compared.
    """
    a, b = [item.key if roles else item.text for item in meant], [item.key if roles else item.text for item in found]
    start = 0
    for one, other in zip(a, b):
        if one != other and not _same(one, other):
            break
        start += 1
    if start == len(a) == len(b):
        return Alignment(tuple((i, i) for i in range(start)), ())
    end = 0
    while end < min(len(a), len(b)) - start and _same(a[len(a) - 1 - end], b[len(b) - 1 - end]):
        end += 1
    middle, cut = _shortest(a[start:len(a) - end], b[start:len(b) - end])
    pairs = [(i, i) for i in range(start)]
    pairs += [(i + start, j + start) for i, j in middle]
    pairs += [(len(a) - k, len(b) - k) for k in range(end, 0, -1)]
    return Alignment(tuple(pairs), tuple(_differences(meant, found, pairs)), cut)


def _same(meant: str, found: str) -> bool:
    return meant == found or (meant == PAGE and found.isdigit())


def _shortest(a: list[str], b: list[str]) -> tuple[list[tuple[int, int]], bool]:
    """The pairs of a longest common subsequence; of a beginning only, where the sequences differ too much."""
    furthest: dict[int, int] = {1: 0}
    trail: list[dict[int, int]] = []
    for distance in range(len(a) + len(b) + 1):
        trail.append(dict(furthest))
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (k != distance and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < len(a) and x - k < len(b) and _same(a[x], b[x - k]):
                x += 1
            furthest[k] = x
            if x >= len(a) and x - k >= len(b):
                return _way_back(trail, len(a), len(b), distance), False
        if distance > MOST:
            return [], True
    return [], True


def _way_back(trail: list[dict[int, int]], x: int, y: int, distance: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for d in range(distance, -1, -1):
        furthest, k = trail[d], x - y
        down = k == -d or (k != d and furthest[k - 1] < furthest[k + 1])
        before = k + 1 if down else k - 1
        old_x = furthest[before] if d else 0
        old_y = old_x - before if d else 0
        while x > old_x and y > old_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = old_x, old_y
    return pairs[::-1]


def _differences(meant: Sequence[Numeral], found: Sequence[Numeral], pairs: list[tuple[int, int]]) -> Iterator[Difference]:
    i = j = 0
    for to_i, to_j in [*pairs, (len(meant), len(found))]:
        # what is missing and what is too much at the same place is one numeral that was altered
        for k in range(max(to_i - i, to_j - j)):
            yield Difference(meant[i + k] if i + k < to_i else None, found[j + k] if j + k < to_j else None, min(j + k, to_j))
        i, j = to_i + 1, to_j + 1
