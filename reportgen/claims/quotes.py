"""Whether a document means what stands there: words of doubt around a claim, tables of statements, sentences that say whose it is.

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


# --- words of doubt

_DENIALS = re.compile(
    r"contradict|absurd|impossible|not possible|\bfalse\b|\bwrong\b|incorrect|mistake|(?<!standard )(?<!margin of )(?<!percent )(?<!relative )\berror\b"
    r"|not true|cannot be|can't be|fallacy|suppose|assume|pretend|\bnot equal|doesn't|does not|custom|define[sd]?\b",
    re.I,
)
_END = re.compile(r"[.!?][\"”)*_]*\s+(?=[A-Z\\$*_\[(])|\n[ \t]*\n")
_LEADS_ON = re.compile(r"[:,;]\s*\Z|\b(?:that|is|then|so|get|write|to)\s*\Z", re.I)
_COMMENT = re.compile(r"\s*(?:this|that|which|it|but|however|wrong|false|no\b|not\b|of course|indeed)\b", re.I)
_ABSURD = re.compile(r"contradict|absurd|impossible|fallacy", re.I)
_ASSUMED = re.compile(r"suppose|assume|pretend|\bif\b", re.I)
_OTHER_ARITHMETIC = re.compile(
    r"\\mathbb\{?[ZF]\}?\s*(?:_|/)|\bmodulo\b|\bin base\b|\bbase[- ](?:two|2|8|16)\b|\bin binary\b|\bin hexadecimal\b|\bGF\(|\bfinite field", re.I)


def around(text: str, begin: int, end: int) -> str:
    """The sentence that a formula stands in, and the next one where it speaks of it: ``This is wrong.``"""
    before = text[max(0, begin - 160) : begin]
    start = 0
    for cut in _END.finditer(before):
        leads_on = "\n" in cut.group() and (not before[cut.end() :].strip(" \t\n$\\[(") and _LEADS_ON.search(before[: cut.start()]))
        if not leads_on:
            start = cut.end()
    after = text[end : end + 120]
    cuts = list(_END.finditer(after))
    stop = cuts[0].end() if cuts else len(after)
    if cuts and _COMMENT.match(after, stop):
        stop = cuts[1].end() if len(cuts) > 1 else len(after)
    return before[start:] + text[begin:end] + after[:stop]


def doubted(context: str) -> bool:
    """Whether words around a claim say that it need not be meant."""
    return _DENIALS.search(context) is not None


def led_to_absurdity(text: str, begin: int, end: int) -> bool:
    """Whether the paragraph supposes something and ends in a contradiction."""
    first = text.rfind("\n\n", max(0, begin - 600), begin)
    last = text.find("\n\n", end, end + 600)
    paragraph = text[max(first, begin - 600, 0) : last if last >= 0 else end + 600]
    place = begin - max(first, begin - 600, 0)
    return _ASSUMED.search(paragraph[:place]) is not None and _ABSURD.search(paragraph[place:]) is not None


def in_another_arithmetic(text: str, begin: int, end: int) -> bool:
    """Whether the line around a claim, and not the claim itself, says that it counts modulo something or in another base."""
    first = max(text.rfind("\n", 0, begin) + 1, begin - 100)
    return _OTHER_ARITHMETIC.search(text, first, begin) is not None or _OTHER_ARITHMETIC.search(text[end : end + 60].split("\n")[0]) is not None
