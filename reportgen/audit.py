"""The audit of typed numerals: each numeral of a document that comes from no value, with its line and column.

Pandoc's tree has no places.  So before pandoc reads the text, each digit is exchanged for a letter of a script that
no report uses; the letter says which digit it was and, together with its neighbours, where it stood.  Pandoc carries the
letters through untouched, whatever it does to the text around them, and they are exchanged back afterwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from reportgen import texscan
from reportgen.diagnostics import Finding, Span
from reportgen.pandoctree import WRAPPERS
from reportgen.shown import Rendered

# Letters (so that identifiers stay identifiers) of single width (so that grid tables stay in their columns) that are no
# digits (so that nothing turns into a list): cuneiform signs and Egyptian hieroglyphs.
_SCRIPT = [*range(0x12000, 0x12398), *range(0x13000, 0x1342E)]

_MARKED = re.compile(f"[{chr(_SCRIPT[0])}-{chr(_SCRIPT[-1])}]")
_DIGIT = re.compile("[0-9]")

# Digits that have a meaning for pandoc's reader and therefore stay: list markers, numeric entities, and a digit after
# a dollar sign (which decides whether the sign opens or closes a formula).
_SYNTAX = re.compile(r"^[ \t>]*(?:[-*+:~][ \t]+)*\(?\d+[.)](?=\s)|&#[xX]?[0-9A-Fa-f]+;|(?<=\$)\d+|^\s*\[\^[^\]\s]+\]:|\[\^[^\]\s]+\]",
                     re.MULTILINE)

_OTHER_NUMERALS = "²³¹¼½¾⁰⁴-⁹⅐-ↈ①-⓿❶-➓"
NUMERAL = re.compile(rf"\d+(?:[.,\u202f\u00a0\u2009]\d+)*|[{_OTHER_NUMERALS}]+|[₀-₉]+")
_LETTER = rf"(?![{_OTHER_NUMERALS}₀-₉])[^\W\d_]"
_WORD = rf"(?:(?![{_OTHER_NUMERALS}])\w)"
# a word that starts with a letter, and what hyphens and underscores join to it: Conv2d-1, AI6126, L2, UTF-8, v1.2
NAME = re.compile(rf"(?<![\w.,])(?:{_LETTER})(?:{_WORD}*\d(?:\.\d+)+(?![\w-])|{_WORD}*(?:[-\u2010\u2011]{_WORD}+)*)")
_TIMES = re.compile(r"(?:\d|\)|\uE001)\s*$")
_BREAK = "\ufffc"   # what stands in flowing text for a formula, code or an image: never part of a word


@lru_cache(maxsize=4)
def _letters(used: frozenset[str]) -> tuple[list[list[str]], dict[str, str]]:
    """The letters that stand for each digit in a text that has itself those that are ``used``, and the digit of each."""
    letters = [chr(code) for code in _SCRIPT if chr(code) not in used]
    share = len(letters) // 10
    groups = [letters[digit * share:(digit + 1) * share] for digit in range(10)]
    return groups, {letter: str(digit) for digit, group in enumerate(groups) for letter in group}


class Marks:
    """The exchange of digits for letters, and the way back."""

    def __init__(self, text: str) -> None:
        self.text = text
        groups, self._digit = _letters(frozenset(_MARKED.findall(text)))
        share = len(groups[0])
        self._places: dict[str, list[int]] = {}
        kept = {at for match in _SYNTAX.finditer(text) for at in range(*match.span())}
        seen = [0] * 10

        def letter(match: re.Match[str]) -> str:
            if match.start() in kept:
                return match[0]
            digit = ord(match[0]) - 48
            letter = groups[digit][seen[digit] % share]
            seen[digit] += 1
            self._places.setdefault(letter, []).append(match.start())
            return letter
        self.marked = _DIGIT.sub(letter, text)

    def plain(self, marked: str) -> str:
        """The text with its digits."""
        return _MARKED.sub(lambda match: self._digit.get(match[0], match[0]), marked)

    def place(self, marked: str, at: int, near: int) -> int | None:
        """Where the character at ``at`` of a marked string stands in the text: the place nearest to ``near``."""
        places = self._places.get(marked[at])
        if not places:
            return None
        after = bisect_left(places, near)
        return min(places[max(0, after - 1):after + 1], key=lambda place: abs(place - near))


@dataclass(slots=True)
class Declared:
    """The literal strings of report.toml that may stand in the text, and how often each one did."""

    literals: Sequence[str]
    used: Counter[str] = field(default_factory=Counter)
    _text: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    _math: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # The longest first, so that "Question 3" is not counted as "3".
        for literal in sorted({text for text in self.literals if text.strip()}, key=lambda text: (-len(text), text)):
            self._text.append((literal, _literal(literal, math=False)))
            self._math.append((literal, _literal(literal, math=True)))

    def exempt(self, text: str, found: list[tuple[int, int]], *, math: bool = False) -> list[tuple[int, int]]:
        """The numerals that no declared literal covers."""
        left = list(found)
        for literal, pattern in self._math if math else self._text:
            for match in pattern.finditer(text):
                rest = [(start, end) for start, end in left if not (match.start() <= start and end <= match.end())]
                if len(rest) < len(left):
                    self.used[literal] += 1
                    left = rest
            if not left:
                break
        return left


def _literal(literal: str, *, math: bool) -> re.Pattern[str]:
    signs = {"×": r"(?:×|\\times\s*)", "·": r"(?:·|\\cdot\s*)", "−": "[−-]", "-": "[-−\u2010\u2011]", "±": r"(?:±|\\pm\s*)"}
    parts = []
    for character in literal.strip():
        if character.isspace():
            parts.append(r"\s+" if not math else r"\s*")
        else:
            parts.append(signs.get(character) or re.escape(character))
            if math:
                parts.append(r"\s*")
    body = "".join(parts)
    before = r"(?<![^\W_])" if literal.strip()[0].isalnum() and not math else ""
    after = r"(?![^\W_])" if literal.strip()[-1].isalnum() and not math else ""
    return re.compile(before + body + after)


def text_numerals(text: str) -> list[tuple[int, int]]:
    """(start, end) of the numerals of plain text that are not part of a name."""
    found = [match.span() for match in NUMERAL.finditer(text)]
    if not found:
        return []
    names = []
    for match in NAME.finditer(text):
        # "(5x5) x16": an x between numbers is a sign, not a name
        if re.fullmatch(r"x\d+", match.group()) and _TIMES.search(text[:match.start()]):
            continue
        names.append(match.span())
    return [(start, end) for start, end in found if not any(a <= start and end <= b for a, b in names)]


def math_numerals(tex: str) -> list[tuple[int, int]]:
    """(start, end) of the numerals of a formula that are numbers to a reader."""
    return list(texscan.numerals(tex, lambda inner: iter(text_numerals(inner))))


class Audit:
    """One walk over the marked tree: findings for typed numerals, raw markup and faulty formulas."""

    def __init__(self, rendered: Rendered, marks: Marks, declared: Declared) -> None:
        self.rendered, self.marks, self.declared = rendered, marks, declared
        self.findings: list[Finding] = []
        self._near = 0
        self._captions: list[Any] = []

    # --- walking

    def blocks(self, blocks: Any) -> None:
        for block in blocks:
            self._block(block)

    def _block(self, block: dict[str, Any]) -> None:
        tag, content = block["t"], block.get("c")
        if tag in ("Para", "Plain"):
            self.inlines(content)
        elif tag == "Header":
            self._attributes(content[1])
            self.inlines(content[2])
        elif tag == "CodeBlock":
            self._attributes(content[0])
            self._text(content[1])
        elif tag == "RawBlock":
            self._raw(content)
        elif tag == "LineBlock":
            for line in content:
                self.inlines(line)
        elif tag == "BlockQuote":
            self.blocks(content)
        elif tag == "BulletList":
            for item in content:
                self.blocks(item)
        elif tag == "OrderedList":
            for item in content[1]:
                self.blocks(item)
        elif tag == "DefinitionList":
            for term, definitions in content:
                self.inlines(term)
                for definition in definitions:
                    self.blocks(definition)
        elif tag == "Div":
            self._attributes(content[0])
            self.blocks(content[1])
        elif tag == "Figure":
            attributes, caption, inside = content
            self._attributes(attributes)
            self._caption(caption)
            for node in inside:
                # Pandoc repeats the caption as the image's description; it is audited once.
                self._block(node)
        elif tag == "Table":
            attributes, caption, _, head, bodies, foot = content
            self._attributes(attributes)
            # In the text the caption usually follows; places are found by nearness either way.
            for row in head[1]:
                self._row(row)
            for body in bodies:
                for row in [*body[2], *body[3]]:
                    self._row(row)
            for row in foot[1]:
                self._row(row)
            self._caption(caption)

    def _row(self, row: Any) -> None:
        for cell in row[1]:
            self._attributes(cell[0])
            self.blocks(cell[4])

    def _caption(self, caption: Any) -> None:
        self._captions.append(caption[1])
        self.blocks(caption[1])

    def inlines(self, inlines: Any) -> None:
        """A run of flowing text, with what is set apart inside it (formulas, code, notes) in its own right."""
        flow: list[str] = []
        self._flow(inlines, flow)
        self._text("".join(flow))

    def _flow(self, inlines: Any, flow: list[str]) -> None:
        for node in inlines:
            tag, content = node["t"], node.get("c")
            if tag == "Str":
                flow.append(content)
            elif tag in ("Space", "SoftBreak", "LineBreak"):
                flow.append(" ")
            elif tag == "Superscript":
                flow.append(_BREAK)
                self._flow(content, flow)
            elif tag in WRAPPERS:
                at = WRAPPERS[tag]
                if tag in ("Span", "Link"):
                    self._attributes(content[0])
                if tag == "Link":
                    self._target(content[2])
                    if {"uri", "email"} & set(content[0][1]):
                        flow.append(_BREAK)     # an address that is its own text
                        continue
                self._flow(content if at is None else content[at], flow)
            else:
                flow.append(_BREAK)
                # what was collected is older: audit it first so that places move forward
                self._text("".join(flow))
                if tag == "Math":
                    self._math(content[1])
                elif tag == "Code":
                    self._attributes(content[0])
                    self._text(content[1])
                elif tag == "Image":
                    self._attributes(content[0])
                    self._target(content[2])
                    if content[1] and not self._is_caption(content[1]):
                        self.inlines(content[1])
                elif tag == "Note":
                    self.blocks(content)
                elif tag == "RawInline":
                    self._raw(content)
                flow.clear()
                flow.append(_BREAK)

    def _is_caption(self, inlines: Any) -> bool:
        return any(len(blocks) == 1 and blocks[0].get("c") == inlines for blocks in self._captions)

    # --- judging

    def _text(self, marked: str) -> None:
        text = self.marks.plain(marked)
        found = text_numerals(text)
        if found:
            for start, end in self.declared.exempt(text, found):
                self._typed(marked, text, start, end)
        self._advance(marked)

    def _math(self, marked: str) -> None:
        text = self.marks.plain(marked)
        for start, length, why in texscan.faults(text):
            self.findings.append(Finding(
                "formula-unreadable", f"the formula holds {why}", self._locate(marked, text, start, max(1, length))))
        found = math_numerals(text)
        if found:
            for start, end in self.declared.exempt(text, found, math=True):
                self._typed(marked, text, start, end)
        self._advance(marked)

    def _typed(self, marked: str, text: str, start: int, end: int) -> None:
        numeral = text[start:end]
        self.findings.append(Finding(
            "typed-number", f"the number {numeral} is typed in the text and comes from no value",
            self._locate(marked, text, start, end - start),
            hint=f"make it a given or an answer and write {{{{ its_name }}}}; or, if it is a name, declare \"{numeral}\" "
                 "with the words around it under [declared] in report.toml"))

    def _attributes(self, attributes: Any) -> None:
        for name, marked in attributes[2]:
            if name.startswith("on") or name in ("style", "srcdoc", "popover", "popovertarget"):
                self.findings.append(Finding(
                    "raw-markup", f"the attribute {name} is not allowed", self._search(name),
                    hint="remove the attribute; layouts are in the templates folder"))
            elif name in ("alt", "title", "aria-label", "caption"):
                self._text(marked)

    def _target(self, target: Any) -> None:
        address, title = target
        scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", self.marks.plain(address))
        if scheme and scheme.group(1).lower() not in ("http", "https", "mailto", "figure"):
            self.findings.append(Finding(
                "raw-markup", f"a link may not begin with {scheme.group(1)}:", self._search(address),
                hint="use http, https or mailto, or a label of this report"))
        if title:
            self._text(title)

    def _raw(self, content: Any) -> None:
        format, marked = content
        text = self.marks.plain(marked)
        if format == "html" and re.fullmatch(r"\s*(<!--.*?-->\s*)+", text, re.DOTALL):
            return    # a comment of the author: it is not on the page
        first = marked.strip().split("\n")[0]
        shown = self.marks.plain(first)
        span = self._search(first)
        self.findings.append(Finding(
            "raw-markup", f"raw {format} is not allowed: {shown if len(shown) <= 60 else shown[:57] + '...'}", span,
            hint="write it in Markdown; formulas go between $ signs; a sign is kept as it is with a backslash before it"))

    # --- places

    def _advance(self, marked: str) -> None:
        for at in range(len(marked) - 1, -1, -1):
            place = self.marks.place(marked, at, self._near)
            if place is not None:
                self._near = place
                return

    def _locate(self, marked: str, text: str, start: int, length: int) -> Span:
        # A marked digit gives its own place; anything else in the piece is counted from the nearest one that has a place
        # and whose neighbourhood agrees with the text there.
        place = self.marks.place(marked, start, self._near) if start < len(marked) else None
        if place is not None:
            self._near = place
            return self.rendered.span(place, length)
        source = self.rendered.text
        written = _as_entities(source, text[start:start + length], self._near)
        if written is not None:
            self._near = written[0]
            return self.rendered.span(written[0], written[1] - written[0])
        for reach in (30, 12, 4, 0):
            before = text[max(0, start - reach):start].rpartition(_BREAK)[2]
            after = text[start:start + length + reach].partition(_BREAK)[0]
            found = _nearest(source, before + after, self._near, whole=after[:length])
            if found is not None:
                self._near = found + len(before)
                return self.rendered.span(self._near, length)
        return Span(self.rendered.span(0).file)

    def _search(self, marked: str) -> Span:
        """The place of a piece that stands in the text as it is."""
        found = self.marks.marked.find(marked, max(0, self._near - 1))
        if found < 0:
            found = self.marks.marked.find(marked)
        if found < 0:
            return Span(self.rendered.span(0).file)
        self._near = found + len(marked)
        return self.rendered.span(found, len(marked))


def _as_entities(source: str, numeral: str, near: int) -> tuple[int, int] | None:
    """Where a numeral stands some of whose signs are written by their number: ``&#52;1`` is 41."""
    if "&#" not in source:
        return None
    pattern = "".join(rf"(?:{re.escape(c)}|&#0*{ord(c)};|&#[xX]0*{ord(c):x};)" for c in numeral)
    found = [match.span() for match in re.finditer(pattern, source, re.IGNORECASE) if "&" in match[0]]
    return min(found, key=lambda span: (span[0] <= near, abs(span[0] - near)), default=None)     # the walk goes forward


def _nearest(source: str, piece: str, near: int, *, whole: str) -> int | None:
    """The occurrence of ``piece`` nearest to ``near``; a numeral must not be a part of a longer one."""
    best = None
    at = source.find(piece)
    while at >= 0:
        start = at + piece.index(whole)
        cut = (whole[:1].isdigit() and source[start - 1:start].isdigit()) or (
            whole[-1:].isdigit() and source[start + len(whole):start + len(whole) + 1].isdigit())
        if not cut and (best is None or abs(at - near) < abs(best - near)):
            best = at
        at = source.find(piece, at + 1)
    return best


def declared_counts(declared: Declared) -> tuple[tuple[str, int], ...]:
    """(literal, how often it stood in the text) for those that did, sorted."""
    return tuple(sorted(declared.used.items()))
