"""Claims that stand together: equations one under another, the sections they are in, names that were given a value.

Works on the stream of what a document asserts, with a bounded look at what came before; nothing here reads mathematics.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from .documents import Document, Found

MAX_GROUP = 60
MAX_REMEMBERED = 40
_FOLLOWS = (
    r"so|thus|hence|therefore|consequently|giving|which gives|this gives|we get|we obtain|this means|it follows that|i\.e\."
    r"|⇒|⇔|∴|\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|therefore)"
)
_BETWEEN = re.compile(
    rf"(?:[\s$&#>*.,;:\\]|\\[\[\]()]|\\(?:begin|end)\{{[a-z]+\*?\}}|\\q?quad|\\(?:tag|label)\{{[^{{}}]*\}}|\\nonumber|then|(?P<joined>{_FOLLOWS}))*\Z",
    re.I,
)
_SECTION = re.compile(
    r"^(?:#{1,6}\s(?![^\n]*=)|\\(?:sub)*(?:section|chapter|paragraph)\b|\\begin\{(?:problem|exercise|question|example|solution|proof|theorem|lemma)\}"
    r"|\W{0,3}(?:question|problem|exercise|example|aufgabe|task|part|solution|case)\b[^\n]{0,60}$)",
    re.I | re.M,
)
_GIVEN = re.compile(r"\b(?:let|set|take|put|where|given|with|choose|substituting|plugging in)\s*(?:that\s*)?[$\\(]*\s*\Z", re.I)
_DEFINITION = re.compile(
    r"\s*(?P<name>\\?[A-Za-z]+(?:_\{?\w{1,3}\}?)?)\s*(?P<sign>:=|=|\\coloneqq|:\s*=)\s*"
    r"(?P<value>[-+−\d.,/\s\\]*(?:\\d?frac\{-?\d+\}\{\d+\})?)\s*[.,;]?\s*"
)
_NAMED = re.compile(r"[\s&$]*([A-Za-z])\s*:?=")
_NAME = re.compile(
    r"\\(?P<greek>alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|rho|sigma|tau|phi|omega)(?![a-z])"
    r"|\\[A-Za-z]+(?:\{[A-Za-z]+\*?\})?|(?P<letter>[A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Member:
    """A claim as one of a group: whether a word such as "so" joins it to the one before, and what was said earlier of its names.

    ``values``: names of it to which the document gave a value, if it gave one to all; otherwise those that stood before a sign of equality, with
    nothing; ``defines``: it does that itself; ``section`` counts headings.
    """

    found: Found
    joined: bool = False
    known: bool = False
    values: tuple[tuple[str, str], ...] = ()
    defines: bool = False
    section: int = 0

    @property
    def line(self) -> str:
        """The row as it stands in its group."""
        return self.found.going_on or self.found.text


@dataclass(slots=True)
class _Section:
    """What a section has said so far: equations with their names, names with a value."""

    number: int = -1
    spoken: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)    # what stood alone before a sign of equality


def groups(document: Document) -> Iterator[tuple[Member, ...]]:
    """The document's claims in order, those that stand one under another together."""
    text = document.text
    starts = [m.start() for m in _SECTION.finditer(text)]
    section, number = _Section(), 0
    group: list[Member] = []
    for found in document.claims():
        here = bisect_right(starts, found.begin)
        between = _BETWEEN.match(text, group[-1].found.end, found.begin) if group and found.begin - group[-1].found.end < 120 else None
        together = (
            between is not None and between.end() == found.begin and len(group) < MAX_GROUP and {found.form, group[-1].found.form} <= {"math", "standing"}
        )
        if group and not together:
            yield tuple(group)
            group, number = [], number + 1
        if here != section.number:
            section = _Section(here)
        names = _names(found.text)
        known = len(names) > 1 and any(names & others and owner != number for owner, others in section.spoken)
        joined = bool(together and between and between["joined"])
        values = tuple((n, section.values[n]) for n in sorted(names)) if names and names <= section.values.keys() else tuple(
            (n, "") for n in sorted(names & section.named))
        if (alone := _NAMED.match(found.text)) is not None:
            section.named.add(alone[1])
        defined = _defined(text, found)
        if defined is not None:
            section.values[defined[0]] = defined[1]
        elif len(names) == 1 and (plain := _DEFINITION.fullmatch(found.text)) is not None:
            name = plain["name"].strip("\\")
            if section.values.get(name, plain["value"].strip()) != plain["value"].strip():
                del section.values[name]  # said again, otherwise
        if names:
            section.spoken = [*section.spoken[-MAX_REMEMBERED:], (number, names)]
        group.append(Member(found, joined, known, values if defined is None else (), defined is not None, here))
    if group:
        yield tuple(group)


def _names(text: str) -> frozenset[str]:
    text = re.sub(r"\\text\{([^{}]*)\}", lambda m: m[1][:1], text[:2000])
    return frozenset(m["greek"] or m["letter"] for m in _NAME.finditer(text) if m["greek"] or m["letter"])


def _defined(text: str, found: Found) -> tuple[str, str] | None:
    """(name, value) where the claim gives a value to a name in so many words: ``let x = 3``, ``x := 3``."""
    match = _DEFINITION.fullmatch(found.text) if len(found.text) < 80 else None
    if match is None or not re.search(r"\d", match["value"]):
        return None
    if match["sign"] == "=" and not _GIVEN.search(text, max(0, found.begin - 40), found.begin):
        return None
    return match["name"].strip("\\"), match["value"].strip()
