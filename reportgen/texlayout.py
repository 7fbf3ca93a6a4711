"""Formulas that fit on the line: an estimate of the width of TeX, and breaks at relations, then at plus and minus, then
at those inside the widest brackets.

Only whether a line is broken depends on the estimate; the engines measure, and scale down what is still too wide.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reportgen.texscan import DRESS, GREEK, WORDS, Token, command, group_end, skip_space, tokens

RELATIONS = frozenset(
    "le leq ge geq ne neq lt gt approx equiv sim propto in to mapsto iff implies Leftrightarrow Rightarrow "
    "Longleftrightarrow Longrightarrow coloneqq".split())
_BINARY = frozenset("cdot times pm mp div cup cap circ land lor ast".split())
_FRACTIONS = frozenset("frac dfrac tfrac binom".split())
_SILENT = frozenset("left right middle big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits".split())
_SPACES = {"quad": 2.0, "qquad": 4.0, ",": 0.3, ";": 0.6, ":": 0.5, "!": -0.3, " ": 0.6}
_FUNCTIONS = frozenset("ln log exp sin cos tan lim max min sup inf det arg sum prod int".split())
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
LINE = 74.0     # how many average characters of mathematics fit on the printed line


@lru_cache(maxsize=4096)
def width(tex: str) -> float:
    """The width of a formula in average characters (about half an em)."""
    return _width(tokens(tex))


_KNOWN = (RELATIONS | _BINARY | _FRACTIONS | _SILENT | _FUNCTIONS | DRESS | WORDS | GREEK | frozenset(_SPACES)
          | frozenset("begin end \\ sqrt partial infty ldots cdots dots vdots ddots top bot forall exists neg lvert rvert lVert rVert "
                      "lfloor rfloor lceil rceil { } % # & _ $ colon mid".split()))


@lru_cache(maxsize=2048)
def known(tex: str) -> bool:
    """Whether all commands of a formula are ones whose width is known, so that the estimate cannot be far off."""
    return all(piece.kind != "command" or piece.name in _KNOWN for piece in tokens(tex))


def _width(pieces: list[Token]) -> float:
    total, at = 0.0, 0
    while at < len(pieces):
        piece = pieces[at]
        name = piece.name
        if piece.kind in ("space", "{", "}", "&"):
            at += 1
        elif piece.kind in ("_", "^"):
            end = group_end(pieces, at + 1)
            total += 0.7 * _width(pieces[at + 1:end])
            # a superscript right after a subscript stands above it
            at = end
        elif piece.kind == "command":
            if name in _FRACTIONS:
                middle = group_end(pieces, at + 1)
                end = group_end(pieces, middle)
                total += 0.6 + max(_width(pieces[at + 1:middle]), _width(pieces[middle:end]))
                at = end
            elif name == "begin":
                end = _environment_end(pieces, at)
                total += _environment(pieces[at:end])
                at = end
            elif name in WORDS and name not in DRESS:
                end = group_end(pieces, at + 1)
                total += 0.85 * sum(len(piece.text) for piece in pieces[at + 1:end] if piece.kind not in "{}")
                at = end
            else:
                if name in _SPACES:
                    total += _SPACES[name]
                elif name in _SILENT or name in DRESS:
                    pass
                elif name in RELATIONS or name in _BINARY:
                    total += 2.6 if name in RELATIONS else 2.0
                elif name in _FUNCTIONS:
                    total += len(name) + 0.4
                else:
                    total += 1.1
                at += 1
        else:
            total += 2.4 if piece.kind in "=<>" else 2.2 if piece.kind in "+-" else 0.55 if piece.kind in ",.;:'|()[]" else 1.05
            at += 1
    return total


def _environment_end(pieces: list[Token], at: int) -> int:
    depth = 0
    while at < len(pieces):
        depth += {"begin": 1, "end": -1}.get(pieces[at].name, 0)
        at += 1
        if depth == 0:
            return group_end(pieces, at)
    return at


def _environment(pieces: list[Token]) -> float:
    """The width of ``\\begin ... \\end``: its columns, each as wide as its widest cell."""
    start = group_end(pieces, 1)
    if "".join(piece.text for piece in pieces[1:start]) in ("{array}", "{alignedat}"):
        start = group_end(pieces, start)
    end = max((index for index, piece in enumerate(pieces) if piece.name == "end"), default=len(pieces))
    columns: list[float] = []
    for row in split(pieces[start:end], lambda piece: piece.name == "\\"):
        for index, cell in enumerate(split(row, lambda piece: piece.kind == "&")):
            columns += [0.0] * (index + 1 - len(columns))
            columns[index] = max(columns[index], _width(cell))
    return sum(columns) + 1.9 * max(0, len(columns) - 1) + 2


def split(pieces: list[Token], at_sign) -> list[list[Token]]:  # noqa: ANN001 - Callable[[Token], bool]
    """The parts between the signs at the top level (outside groups and environments)."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for piece in pieces:
        if piece.kind == "{" or piece.name == "begin":
            depth += 1
        elif piece.kind == "}" or piece.name == "end":
            depth -= 1
        if depth == 0 and at_sign(piece):
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


_SIGN_AFTER_WORDS = re.compile(r"(\\text\{[^{}]*?)\s*\}\s*-\s*(\d+(?:\.\d+)?)(?![\d{])")


def signs_after_words(tex: str) -> str:
    """``\\text{multiply by } -1`` with the minus of a number, not that of a difference."""
    return _SIGN_AFTER_WORDS.sub(lambda match: f"{match.group(1)} −{match.group(2)}}}", tex)


def _text(pieces: list[Token]) -> str:
    return "".join(piece.text for piece in pieces).strip()


@lru_cache(maxsize=2048)
def fit(tex: str, line: float = LINE) -> str:
    """The formula with line breaks where it is wider than the line; else as it was."""
    pieces = tokens(tex.strip())
    if not pieces:
        return tex
    if pieces[0].name == "begin" and _environment_end(pieces, 0) >= len(pieces):
        return _fit_rows(tex, pieces, line)
    if any(piece.name == "\\" for piece in pieces) and not any(piece.name == "begin" for piece in pieces):
        return tex
    if _width(pieces) <= line:
        return tex
    parts = _at_relations(pieces)
    if len(parts) == 1:
        rows = _at_signs(pieces, line)
        if len(rows) == 1:
            return tex
        return _aligned([f"& {_text(row)}" if index == 0 else f"&\\quad {_text(row)}" for index, row in enumerate(rows)])
    left = parts[0]
    indent = _width(left)
    if indent > line / 2:
        # a long left side: the relations stand under its beginning
        lines = ["& " + _text(left)]
        for part in parts[1:]:
            lines += _broken(part, line - 4, "&\\quad ", "&\\qquad\\quad ")
        return _aligned(lines) if len(lines) > 1 else tex
    lines = []
    for index, part in enumerate(parts[1:]):
        lines += _broken(part, line - indent, (_text(left) + " &") if index == 0 else "&", "&\\qquad ")
    return _aligned(lines) if len(lines) > 1 else tex


def _broken(part: list[Token], line: float, first: str, following: str) -> list[str]:
    rows = _at_signs(part, line)
    return [(first if index == 0 else following) + _text(row) for index, row in enumerate(rows)]


def _aligned(lines: list[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _fit_rows(tex: str, pieces: list[Token], line: float) -> str:
    """An ``aligned`` of which some rows are too wide: those are broken at plus and minus, in their widest cell."""
    start = group_end(pieces, 1)
    name = "".join(piece.text for piece in pieces[1:start])
    if name not in ("{aligned}", "{align*}", "{split}"):
        return tex
    end = max(index for index, piece in enumerate(pieces) if piece.name == "end")
    rows = [split(row, lambda piece: piece.kind == "&")
            for row in split(pieces[start:end], lambda piece: piece.name == "\\")]
    columns = max(len(row) for row in rows)
    widths = [max((_width(row[column]) for row in rows if column < len(row)), default=0.0) for column in range(columns)]
    if sum(widths) + 3 * (columns > 2) <= line or columns < 2:
        return tex
    reasons = sum(widths[2:])
    room = max(line - widths[0] - reasons - 4, line * 0.4)
    out = []
    for row in rows:
        if len(row) < 2 or _width(row[1]) <= room:
            out.append(" & ".join(_text(cell) for cell in row))
            continue
        chunks = [piece for part in _at_relations(row[1]) if part for piece in _at_signs(part, room)]
        for index, chunk in enumerate(chunks):
            begins = index == 0 or _is_relation(chunk[skip_space(chunk, 0)])
            cells = [_text(row[0]) if index == 0 else "", ("" if begins else "\\qquad ") + _text(chunk)]
            out.append(" & ".join(cells + [_text(cell) for cell in row[2:]] if index == 0 else cells))
    return "\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}"


def _is_relation(piece: Token) -> bool:
    return piece.kind in ("=", "<", ">") or piece.name in RELATIONS


def _cut(pieces: list[Token], sign) -> list[list[Token]]:  # noqa: ANN001 - Callable[[Token, Token | None], bool]
    """The parts of a formula, each but the first beginning with a sign at the top level (outside brackets too)."""
    parts: list[list[Token]] = [[]]
    depth, before = 0, None
    for piece in pieces:
        if piece.kind in _OPEN or piece.name in ("begin", "left", "lfloor", "lceil"):
            depth += 1
        elif piece.kind in _CLOSE or piece.name in ("end", "right", "rfloor", "rceil"):
            depth -= 1
        # \left( and \right) count twice and cancel; \left. does not count its point
        if depth <= 0 and parts[-1] and sign(piece, before):
            parts.append([])
        parts[-1].append(piece)
        if piece.kind != "space":
            before = piece
    return parts


def _at_relations(pieces: list[Token]) -> list[list[Token]]:
    return _cut(pieces, lambda piece, before: before is not None and _is_relation(piece))


def _at_signs(pieces: list[Token], line: float) -> list[list[Token]]:
    """Rows no wider than the line, as far as breaks before plus, minus and the multiplication sign allow it."""
    def sign(piece: Token, before: Token | None) -> bool:
        return (piece.kind in ("+", "-") and before is not None and before.kind not in (*_OPEN, "=", "<", ">", ",", "&", "^", "_")
                and before.name not in RELATIONS and before.name not in _BINARY)
    parts = _cut(pieces, sign)
    if len(parts) == 1:
        parts = _cut(pieces, lambda piece, before: before is not None and piece.name in ("times", "cdot"))
    rows: list[list[Token]] = [list(parts[0])]
    for part in parts[1:]:
        if _width(rows[-1]) + _width(part) <= line:
            rows[-1] += part
        else:
            rows.append(list(part))
    return [inner for row in rows for inner in (_in_brackets(row, line) if _width(row) > line else [row])]


# --- inside brackets

def _in_brackets(pieces: list[Token], line: float) -> list[list[Token]]:
    """A row too wide for the line in rows that are broken inside its widest brackets; as it is where that cannot be."""
    for opened, closed in sorted(_brackets(pieces), key=lambda pair: -_width(pieces[pair[0][1]:pair[1][0]])):
        first, inside, last = pieces[:opened[0]], pieces[opened[1]:closed[0]], pieces[closed[1]:]
        rows = _at_signs(inside, max(line - _width(first) - 2, line * 0.5))
        if len(rows) == 1:
            continue
        # \left and \right cannot stand on two lines: brackets of one size do
        size = _bracket_size(inside) if pieces[opened[0]].name == "left" else ""
        begin, end = (_bracket(pieces[slice(*side)], size and size + letter) for side, letter in ((opened, "l"), (closed, "r")))
        rows[0] = first + begin + rows[0]
        rows[1:] = [[command("quad"), Token("space", " ", -1), *row] for row in rows[1:]]
        rows[-1] = rows[-1] + end + last
        return rows
    return [pieces]


def _brackets(pieces: list[Token]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The outermost pairs of brackets: (start, end) of the opening one and of the closing one."""
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    open_: list[tuple[int, int, bool]] = []
    at = 0
    while at < len(pieces):
        piece, start = pieces[at], at
        at += 1
        if piece.kind in ("_", "^"):
            at = group_end(pieces, at)
        elif piece.kind == "{":
            at = group_end(pieces, start)
        elif piece.name == "begin":
            at = _environment_end(pieces, start)
        elif piece.name in ("left", "right"):
            at = skip_space(pieces, at) + 1
        opens = piece.name == "left" or piece.kind in ("(", "[")
        if opens:
            open_.append((start, at, piece.name == "left"))
        elif (piece.name == "right" or piece.kind in (")", "]")) and open_:
            begin = open_.pop()
            if not open_ and begin[2] == (piece.name == "right"):
                found.append(((begin[0], begin[1]), (start, at)))
    return found


def _bracket(pieces: list[Token], size: str) -> list[Token]:
    if not size:
        return list(pieces)
    return [] if pieces[-1].kind == "." else [command(size), pieces[-1]]


def _bracket_size(inside: list[Token]) -> str:
    names = {piece.name for piece in inside}
    if names & {"sum", "prod", "int", "begin"}:
        return "bigg"
    return "Big" if names & (_FRACTIONS | {"left"}) else "big"
