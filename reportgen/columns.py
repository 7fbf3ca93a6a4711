"""Columns of numbers, aligned on the decimal in every format.

A column whose cells are all numbers is set flush right, and each cell is filled up with spaces of the width of a digit
(and of the decimal sign), so that the decimal signs stand one above the other.  The numbers themselves are not touched.
"""

from __future__ import annotations

import re

from reportgen.pandoctree import Node, rewrite

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
_NUMBER = re.compile(r"[−+-]?\d+(?:[,.\u202f\u00a0'\u2009]\d{3}(?!\d))*(?:([.,])\d+)?")
_LATEX = (("{,}", ","), ("\\,", "\u202f"), ("{.}", "."), ("-", "−"), ("\\;", "\u202f"))


def align_tables(blocks: list[Node], point: str = ".") -> list[Node]:
    """The blocks with the numeric columns of their tables aligned; ``point`` is the language's decimal sign."""
    return rewrite(blocks, lambda node: _align(node, point), ("Table",))


def _align(table: Node, point: str) -> Node:
    attributes, caption, columns, head, bodies, foot = table["c"]
    rows = [row for body in bodies for row in (*body[2], *body[3])] + list(foot[1])
    columns = [list(column) for column in columns]
    for index in range(len(columns)):
        if columns[index][0]["t"] == "AlignDefault":
            columns[index][0] = {"t": "AlignLeft"}      # some formats would take the alignment from around the table
        cells = [row[1][index] for row in rows if index < len(row[1])]
        if len(cells) < len(rows) or any(cell[2] != 1 or cell[3] != 1 for cell in cells):
            continue
        texts = [_number_of(cell[4]) for cell in cells]
        numbers = [text for text in texts if text]
        # empty cells and dashes may stand in a column of numbers; a few words too, where the author sets it flush right
        few = columns[index][0]["t"] == "AlignRight" and 3 * len(numbers) >= 2 * len(texts)
        if not numbers or (any(text is None for text in texts) and not few):
            continue
        columns[index][0] = {"t": "AlignRight"}
        decimals = [_decimals(text, point) for text in texts]
        most = max(decimals)
        for cell, text, places in zip(cells, texts, decimals, strict=True):
            cell[1] = {"t": "AlignDefault"}
            if text is not None and text and most:
                padding = (POINT_SPACE if places == 0 else "") + FIGURE_SPACE * (most - places)
                if padding:
                    _pad(cell[4][0]["c"], padding)
            if text:
                _straighten(cell[4][0]["c"], text)
        for row in head[1]:
            if index < len(row[1]):
                row[1][index][1] = {"t": "AlignDefault"}
    return {"t": "Table", "c": [attributes, caption, columns, head, bodies, foot]}


def _number_of(blocks: list[Node]) -> str | None:
    """The number that is all of a cell; "" for an empty cell or a dash; None for anything else."""
    if not blocks:
        return ""
    if len(blocks) != 1 or blocks[0]["t"] not in ("Plain", "Para"):
        return None
    node = _only(blocks[0]["c"])
    if node is None:
        return None if blocks[0]["c"] else ""
    text = node["c"] if node["t"] == "Str" else node["c"][1].strip()
    if node["t"] == "Math":
        for tex, sign in _LATEX:
            text = text.replace(tex, sign)
    if text in ("-", "–", "—"):
        return ""
    return text if _NUMBER.fullmatch(text) else None


def _only(inlines: list[Node]) -> Node | None:
    """The one Str or Math of the inlines, inside spans and emphasis; None if there is more."""
    while len(inlines) == 1:
        node = inlines[0]
        if node["t"] in ("Str", "Math"):
            return node
        if node["t"] == "Span":
            inlines = node["c"][1]
        elif node["t"] in ("Strong", "Emph"):
            inlines = node["c"]
        else:
            return None
    return None


def _pad(inlines: list[Node], padding: str) -> None:
    inlines.append({"t": "Str", "c": padding})


def _straighten(inlines: list[Node], text: str) -> None:
    """A number in mathematics becomes the same number in text, so that all digits of the column are of one width."""
    node = _only([inlines[0]])
    if node is not None and node["t"] == "Math":
        node["t"], node["c"] = "Str", text


def _decimals(text: str | None, point: str) -> int:
    if not text:
        return 0
    _, sign, part = text.rpartition(point)
    return len(part) if sign and part.isdigit() else 0
