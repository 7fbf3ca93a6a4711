"""Where a document only reports what somebody else states: tables of statements, sentences that say whose statement it is.

What is wrong there is not held against the document.
"""

from __future__ import annotations

import re

from . import tables

# Words that say whose statement it is; people in word problems get, make and have things, documents and markers' pupils state them.
_ATTRIBUTED = re.compile(
    r"\b(?:submission|homework|answer sheet|student|pupil|candidate|textbook|calculator|draft|manuscript|first version)s?(?:'s)?"
    r"(?:\s+(?:answer|solution|work|version|proof|line|text|result))?\s+(?:\w+ly\s+)?(?:then\s+)?"
    r"(?:says?|said|states?|stated|claims?|claimed|writes|wrote|has written|makes of it|made of it|concludes?|concluded|goes on|went on|asserts?|puts?)\b"
    r"|\b(?:as|what|where) the (?:submission|student|candidate) (?:has|had|put|wrote|writes)\b"
    r"|\b(?:taken at its word|read as it stands|so-called proof|common (?:error|slip|mistake) is)\b",
    re.I,
)
_SENTENCE = re.compile(r"[.!?](?=\s+[A-Z\\$])|\n\s*\n(?!\s*(?:\$\$|\\\[|\\begin|>|```))")
_OF_STATEMENTS = re.compile(
    r"\b(?:verdict|mistakes?|claim(?:ed|s)?|it stat(?:es|ed)|stated|true or false|(?:student|submission|candidate|pupil)(?:'s)? (?:answer|version|line|text))\b"
    r"|\b(?:correct|right|true|valid)\?\s*\Z", re.I)


def quoted_tables(text: str) -> tuple[tuple[int, int], ...]:
    """Where tables are that speak of statements: their headings say "verdict", "claimed", "correct?" ..."""
    found = []
    for grid in tables.grids(text):
        if grid.headed and any(_OF_STATEMENTS.search(tables.bare(cell.text)) for cell in grid.rows[0]):
            found.append((grid.begin, max(cell.end for row in grid.rows for cell in row)))
    return tuple(sorted(found))


def attributed(text: str, begin: int) -> bool:
    """Whether the sentence before a place, with the displays in it, says that somebody else states what stands there."""
    before = text[max(0, begin - 400) : begin]
    cuts = [m.end() for m in _SENTENCE.finditer(before)]
    return _ATTRIBUTED.search(before, cuts[-1] if cuts else 0) is not None
