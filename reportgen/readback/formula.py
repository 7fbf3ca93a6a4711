"""Formulas as trees, read from TeX or MathML, and the sequence of their numerals in the order of each format.

``Order`` says how a format runs through a formula: TeX source as it is written, a page of Typst column by column
through a matrix and with superscripts before subscripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from reportgen.readback.numerals import in_text, plain_digits
from reportgen.texscan import COLUMNS, SKIPS, STRUCTURE, WORDS, Token, group_end, skip_space, tokens

_NUMBER = re.compile(r"\d+(?:\{,\}\d+)*(?:\.\d+)?|\.\d+")
_FRACTIONS = frozenset("frac dfrac tfrac cfrac binom dbinom tbinom".split())
_ABOVE = {"overset": "sup", "stackrel": "sup", "underset": "sub"}
_SIGNS = {"-": "−", "−": "−", "+": "+", "±": "±", "∓": "∓"}
_NAMED_SIGNS = {"pm": "±", "mp": "∓"}
_NOT_SHOWN = {**STRUCTURE, "tag": 0}
_DELIMITED = frozenset("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr".split())
_COLUMN_MAJOR = frozenset("pmatrix bmatrix Bmatrix vmatrix Vmatrix matrix smallmatrix array".split())
_CELLS = _COLUMN_MAJOR | frozenset("cases dcases rcases".split())


@dataclass(slots=True)
class Box:
    """A part of a formula: ``kind`` is "leaf", "row", "script", "fraction", "root", "grid"."""

    kind: str
    parts: list[Box | None] = field(default_factory=list)
    text: str = ""
    at: int = -1
    end: int = -1
    role: str = ""
    grid: list[list[Box]] = field(default_factory=list)
    name: str = ""


class Order(NamedTuple):
    """How a format runs through a formula."""

    scripts: str = "written"     # "written", "sub" (subscript first) or "sup"
    columns: bool = False        # matrices column by column
    overset: str = "written"     # "written": what stands above comes first; "after": after its base
    cells: bool = False          # what stands in a matrix has the role "cell": it is on no line of text


def _leaf(text: str, at: int, end: int, role: str = "") -> Box:
    return Box("leaf", text=text, at=at, end=end, role=role)


def numerals(box: Box | None, order: Order, role: str = "") -> Iterator[tuple[str, str, int, int]]:
    """(numeral, role, start, end) of a formula, in the order of a format."""
    if box is None:
        return
    if box.kind == "leaf":
        yield box.text, _inside(role, box.role), box.at, box.end
    elif box.kind == "row":
        for part in box.parts:
            yield from numerals(part, order, role)
    elif box.kind == "script":
        base, *scripts = box.parts
        if box.name == "overset" and order.overset == "written":
            yield from numerals(scripts[0], order, _inside(role, scripts[0].role if scripts[0] else ""))
            yield from numerals(base, order, role)
            return
        yield from numerals(base, order, role)
        if order.scripts != "written":
            scripts.sort(key=lambda part: part is not None and part.role != order.scripts)
        for part in scripts:
            if part is not None:
                yield from numerals(part, order, _inside(role, part.role))
    elif box.kind == "fraction":
        above, below = ("top", "low") if box.name == "binom" else ("num", "den")
        yield from numerals(box.parts[0], order, _inside(role, above))
        yield from numerals(box.parts[1], order, _inside(role, below))
    elif box.kind == "root":
        yield "√", role, box.at, box.end
        yield from numerals(box.parts[0], order, _inside(role, "index"))
        yield from numerals(box.parts[1], order, role)
    elif box.kind == "grid":
        rows = box.grid
        if order.cells and box.name in _CELLS:
            role = role or "cell"
        if order.columns and box.name in _COLUMN_MAJOR:
            rows = [[row[k] for row in rows if k < len(row)] for k in range(max(map(len, rows), default=0))]
        for row in rows:
            for cell in row:
                yield from numerals(cell, order, role)


def _inside(outer: str, inner: str) -> str:
    """The role of what stands inside something that has one: an exponent's denominator is "sup den"."""
    return f"{outer} {inner}" if outer and inner else outer or inner


# --- TeX ------------------------------------------------------------------------------------------------------

def read_tex(tex: str) -> Box:
    """The tree of a formula in TeX."""
    return _Tex(tex).row(tokens(tex))


@lru_cache(maxsize=4096)
def tex_numerals(tex: str, order: Order, role: str = "") -> tuple[tuple[str, str, int, int], ...]:
    """(numeral, role, start, end) of a formula in TeX; a report shows many formulas more than once."""
    return tuple(numerals(read_tex(tex), order, role))


class _Tex:
    def __init__(self, tex: str) -> None:
        self.tex = tex

    def row(self, pieces: list[Token]) -> Box:
        """What stands side by side; ``&`` and ``\\\\`` outside an environment only part it."""
        out: list[Box | None] = []
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            if piece.kind in ("_", "^"):
                at = self._script(pieces, at, out)
                continue
            made, at = self._one(pieces, at)
            if made is not None:
                out.append(made)
        return Box("row", out)

    def _script(self, pieces: list[Token], at: int, out: list[Box | None]) -> int:
        role = "sup" if pieces[at].kind == "^" else "sub"
        inside, at = self._argument(pieces, at + 1)
        inside.role = role
        inside = Box("row", [inside], role=role)
        before = out.pop() if out else None
        if before is not None and before.kind == "script" and before.name != "overset" and all(
                part is not None and part.role != role for part in before.parts[1:]):
            before.parts.append(inside)
            out.append(before)
        else:
            out.append(Box("script", [before, inside]))
        return at

    def _argument(self, pieces: list[Token], at: int) -> tuple[Box, int]:
        """An argument of a command or script: a group, or one token (of a number: one digit)."""
        at = skip_space(pieces, at)
        if at >= len(pieces):
            return Box("row"), at
        if pieces[at].kind == "{":
            end = group_end(pieces, at)
            return self.row(pieces[at + 1:end - 1]), end
        if pieces[at].kind.isdigit():
            return Box("row", [self._here(pieces[at].text, pieces[at])]), at + 1
        made, at = self._one(pieces, at)
        return Box("row", [made]), at

    def _here(self, text: str, piece: Token, end: int = -1) -> Box:
        return _leaf(text, piece.start, (end if end >= 0 else piece.end))

    def _one(self, pieces: list[Token], at: int) -> tuple[Box | None, int]:
        """The box that begins at ``at`` (None if it shows no numeral), and what follows it."""
        piece = pieces[at]
        kind = piece.kind
        if kind == "{":
            end = group_end(pieces, at)
            return self.row(pieces[at + 1:end - 1]), end
        if kind == "command":
            return self._command(pieces, at)
        if kind in _SIGNS:
            return self._here(_SIGNS[kind], piece), at + 1
        if kind.isdecimal() or kind == ".":
            # the text of these tokens alone: a number does not run on past the end of its group
            last = pieces[-1].end
            match = _NUMBER.match(self.tex, piece.start, last)
            if match:
                while at < len(pieces) and pieces[at].start < match.end():
                    at += 1
                return self._here(match.group().replace("{,}", ","), piece, match.end()), at
            return None, at + 1
        if kind == "space" or kind == "}":
            return None, at + 1
        found = [_leaf(text, piece.start, piece.end, role) for text, role, _, _ in in_text(piece.text)]
        # what is no numeral stays as a box, for a script to stand at
        return Box("row", list(found)), at + 1

    def _command(self, pieces: list[Token], at: int) -> tuple[Box | None, int]:
        name = pieces[at].name
        if name in _NAMED_SIGNS:
            return self._here(_NAMED_SIGNS[name], pieces[at]), at + 1
        if name in _FRACTIONS:
            above, next_ = self._argument(pieces, at + 1)
            below, next_ = self._argument(pieces, next_)
            return Box("fraction", [above, below], name="binom" if "binom" in name else ""), next_
        if name == "sqrt":
            return self._root(pieces, at)
        if name in _ABOVE:
            above, next_ = self._argument(pieces, at + 1)
            base, next_ = self._argument(pieces, next_)
            return Box("script", [base, Box("row", [above], role=_ABOVE[name])], name="overset"), next_
        if name == "begin":
            return self._environment(pieces, at)
        if name in WORDS:
            start = skip_space(pieces, at + 1)
            if start < len(pieces) and pieces[start].kind == "{":
                end = group_end(pieces, start)
                inner = self.tex[pieces[start].end:pieces[end - 1].start]
                place = pieces[start].end
                if name.startswith("math"):
                    return self.row(pieces[start + 1:end - 1]), end
                return Box("row", [_leaf(text, place + first, place + last, role) for text, role, first, last in in_text(_unescaped(inner))]), end
            return None, at + 1
        if name in _NOT_SHOWN:
            at += 1
            for _ in range(_NOT_SHOWN[name]):
                at = group_end(pieces, _after_option(pieces, at))
            return None, at
        if name in SKIPS:
            match = re.compile(r"\s*-?[\d.]*\s*[a-z]{0,2}").match(self.tex, pieces[at].end)
            stop = match.end() if match else pieces[at].end
            at += 1
            while at < len(pieces) and pieces[at].start < stop:
                at += 1
            return None, at
        if name in _DELIMITED:
            at = skip_space(pieces, at + 1)
            return (Box("row") if name.startswith(("right", "big")) else None), at + 1
        if name == "\\":
            return None, _after_option(pieces, at + 1)
        if name == "end":
            return None, group_end(pieces, at + 1)
        return Box("row"), at + 1

    def _root(self, pieces: list[Token], at: int) -> tuple[Box, int]:
        sign, index = pieces[at], None
        at = skip_space(pieces, at + 1)
        if at < len(pieces) and pieces[at].kind == "[":
            end = at
            while end < len(pieces) and pieces[end].kind != "]":
                end += 1
            index, at = self.row(pieces[at + 1:end]), end + 1
        body, at = self._argument(pieces, at)
        return Box("root", [index, body], at=sign.start, end=sign.end), at

    def _environment(self, pieces: list[Token], at: int) -> tuple[Box, int]:
        start = group_end(pieces, at + 1)
        name = "".join(piece.text for piece in pieces[at + 1:start]).strip(" {}")
        if name.rstrip("*") in COLUMNS or name in COLUMNS:
            start = group_end(pieces, _after_option(pieces, start))
        begin, depth, end = at, 1, start
        while end < len(pieces):
            depth += {"begin": 1, "end": -1}.get(pieces[end].name, 0)
            if depth == 0:
                break
            end += 1
        rows: list[list[Box]] = [[]]
        cell: list[Token] = []
        depth = braces = 0
        index = start
        while index < end:
            piece = pieces[index]
            depth += {"begin": 1, "end": -1}.get(piece.name, 0)
            braces += {"{": 1, "}": -1}.get(piece.kind, 0)
            if depth == braces == 0 and (piece.kind == "&" or piece.name == "\\"):
                rows[-1].append(self.row(cell))
                cell = []
                index += 1
                if piece.name == "\\":
                    rows.append([])
                    index = _after_option(pieces, index)
                continue
            cell.append(piece)
            index += 1
        rows[-1].append(self.row(cell))
        after = group_end(pieces, end + 1)
        if _ends(pieces[:begin], ["\\left", "\\{"]) and _ends(pieces[after:after + 4][::-1], [".", "\\right"]):
            name = "cases"      # an array with a brace on the left alone
        return Box("grid", grid=rows, name=name.rstrip("*")), after


def _ends(pieces: list[Token], words: list[str]) -> bool:
    """Whether these are the last words, but for spaces."""
    return [piece.text for piece in pieces if piece.kind != "space"][-len(words):] == words


def _after_option(pieces: list[Token], at: int) -> int:
    """What follows an optional dimension or position in brackets: ``\\\\[2pt]``."""
    if at < len(pieces) and pieces[at].kind == "[":
        for end in range(at, len(pieces)):
            if pieces[end].kind == "]":
                inner = "".join(piece.text for piece in pieces[at + 1:end])
                return end + 1 if re.fullmatch(r"\s*(-?[\d.]+\s*(pt|em|ex|mm|cm|in|mu|bp|pc)|[tbc])\s*", inner) else at
    return at


_ESCAPES = re.compile(r"\\([#$%&_{} ,;!:])|\\[A-Za-z]+")


def _unescaped(text: str) -> str:
    """Text inside a formula with its escapes blanked, so that places stay."""
    return _ESCAPES.sub(lambda match: " " * (len(match.group()) - 1) + (match.group(1) or " "), text)


# --- MathML ---------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Element:
    """An element of MathML as the parser of the page leaves it; ``text`` is the text of a leaf, ``at`` its place."""

    name: str
    children: list[Element] = field(default_factory=list)
    text: str = ""
    at: int = -1


_LEAVES = frozenset("mi mn mo mtext ms".split())


def read_mathml(element: Element) -> Box:
    """The tree of a formula in MathML."""
    name, children = element.name, element.children
    if name in _LEAVES:
        text = element.text
        at = element.at
        if name == "mo" or name == "mi":
            sign = _SIGNS.get(text.strip())
            return Box("row", [_leaf(sign, at, at + len(text))] if sign else _words(text, at))
        if name == "mn":
            plain = plain_digits(text).strip()
            return Box("row", [_leaf(plain, at, at + len(text))] if _NUMBER.fullmatch(plain) else _words(text, at))
        return Box("row", _words(text, at))
    if name in ("annotation", "annotation-xml", "mphantom", "mspace"):
        return Box("row")
    if name in ("msup", "msub", "mover", "munder", "msubsup", "munderover") and len(children) >= 2:
        roles = {"msup": ["sup"], "mover": ["sup"], "msub": ["sub"], "munder": ["sub"]}.get(name, ["sub", "sup"])
        parts = [Box("row", [read_mathml(child)], role=role) for child, role in zip(children[1:], roles)]
        return Box("script", [read_mathml(children[0]), *parts])
    if name == "mfrac" and len(children) == 2:
        return Box("fraction", [read_mathml(children[0]), read_mathml(children[1])], name=element.text.strip())
    if name == "msqrt":
        return Box("root", [None, Box("row", [read_mathml(child) for child in children])], at=element.at, end=element.at)
    if name == "mroot" and len(children) == 2:
        return Box("root", [read_mathml(children[1]), read_mathml(children[0])], at=element.at, end=element.at)
    return Box("row", [read_mathml(child) for child in children])


def _words(text: str, at: int) -> list[Box | None]:
    return [_leaf(found, at + first, at + last, role) for found, role, first, last in in_text(text)]
