"""How much room formulas and tables take on Typst's page at most, and at least: where that decides, Typst need not measure.

Measuring is a layout of its own, and a third of the time of a report.  All lengths are in points; the bounds are wide of
what Typst measures, and what lies between them is measured.
"""

from __future__ import annotations

import re
from math import ceil

from reportgen.pandoctree import Node, nodes, plain_text
from reportgen.texlayout import known, width

LINE = 453.0            # the page's 16 cm
FORMULA = 227.0         # a formula no higher than 8 cm stays in one piece (report.typ, display)
TABLE = 255.0           # and a table no higher than 9 cm (measured)
_CHARACTER = 7.2        # of ``texlayout.width``; Typst takes 4.1 to 6.5
_CHARACTER_OF_TEXT = 6.0
_LINE_OF_FORMULA = 22.0
_INSET = 14.0           # on both sides of a cell
_TALL = re.compile(r"\\(?:[dtc]?frac|[dt]?binom|sqrt|sum|prod|int|lim|overset|underset|stackrel)(?![A-Za-z])")
_ROW = re.compile(r"\\\\(?![A-Za-z])")


def formula_height(tex: str) -> float:
    """No formula of known commands is higher: its rows one below the other, and all that is tall in one row."""
    return _LINE_OF_FORMULA * (len(_ROW.findall(tex)) + 1) + 18.0 * len(_TALL.findall(tex))


def formula_width(tex: str) -> float:
    """No formula of known commands is wider."""
    return _CHARACTER * width(tex) + _wide(tex)


def _wide(text: str) -> float:
    """What letters take more that are wider than the average ones: a text can be all of them."""
    return 5.0 * sum(map(text.count, "MW@—%")) + 2.0 * sum(map(text.count, "mw"))


def is_small(tex: str) -> bool:
    """Whether a display formula certainly fits on its line and is no higher than what is kept in one piece."""
    return known(tex) and formula_width(tex) <= LINE and formula_height(tex) <= FORMULA


def table_size(table: Node) -> str:
    """"short" for a table that certainly is no higher than ``TABLE``, "long" for one that certainly is, else "measured"."""
    _, (_, said), columns, head, bodies, foot = table["c"]
    rows = [[_Cell(cell) for cell in row[1]]
            for part in (head[1], *(rows for body in bodies for rows in (body[2], body[3])), foot[1]) for row in part]
    if any(len(row) != len(columns) or not all(cell.plain for cell in row) for row in rows):
        return "measured"
    widest = [max((row[k].width for row in rows), default=0.0) + _INSET for k in range(len(columns))]
    fixed = [column[1]["t"] == "ColWidth" for column in columns]
    if any(fixed):
        rooms = [column[1].get("c", 0.0) * LINE - _INSET for column in columns]
    elif sum(widest) <= LINE:
        rooms = widest
    else:       # a column gets its share at least, where it needs it
        rooms = [LINE / len(columns) - _INSET] * len(columns)
    if min(rooms, default=0.0) <= 0.0:
        return "measured"
    caption = sum(ceil(_CHARACTER_OF_TEXT * len(plain_text(block.get("c", []))) / (0.9 * LINE)) for block in said)
    if 30.0 + 14.0 * caption + sum(max(cell.most(room) for cell, room in zip(row, rooms)) for row in rows if row) <= TABLE:
        return "short"
    # how wide columns become that settle it among themselves is not known: then each row has one line at least
    known_rooms = rooms if all(fixed) else [LINE] * len(columns)
    if sum(max(cell.least(room) for cell, room in zip(row, known_rooms)) for row in rows if row) > TABLE:
        return "long"
    return "measured"


class _Cell:
    """What a cell takes: its width in one line at most, and its height."""

    def __init__(self, cell: list) -> None:
        blocks = cell[4]
        formulas = [node["c"][1] for node in nodes(blocks) if node["t"] == "Math"]
        self.plain = (cell[2] == cell[3] == 1 and len(blocks) <= 1 and all(block["t"] in ("Plain", "Para") for block in blocks)
                      and all(known(tex) for tex in formulas))
        text = "".join(plain_text([inline]) for block in blocks for inline in block.get("c", []) if not any(
            node["t"] == "Math" for node in nodes(inline))) if self.plain else ""
        self.width = _CHARACTER_OF_TEXT * len(text) + _wide(text) + sum(map(formula_width, formulas))
        self.tall = sum(formula_height(tex) - _LINE_OF_FORMULA for tex in formulas)
        self.slim = 4.0 * len(text)

    def most(self, room: float) -> float:
        """The height in a column of so much room at most: lines break a word early."""
        count = ceil(self.width / room)
        return 16.0 + 14.0 * (count - (count <= 1)) + self.tall

    def least(self, room: float) -> float:
        return 15.0 + 12.0 * max(0, ceil(self.slim / room) - 1)
