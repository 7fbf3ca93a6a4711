"""Tables in documents of others, and what a row of totals asserts: that its columns add up.

Three ways of writing one are known: cells with tabulators between them, ``|`` between them, and LaTeX's ``tabular``.  Cells are
found by their places; a cell's amount is the number that its last sign of equality leads to, as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome

MAX_ROWS = 5_000
MAX_LINE = 5_000
MAX_DIGITS = 60

_TABULAR = re.compile(r"\\begin\{(tabular[xy]?|longtable|array)\*?\}")
_PIPE = re.compile(r"(?<!\\)\|")
_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfoot|addlinespace)(?![a-z])|\\c(?:line|midrule)(?:\([a-z]*\))?\{[^{}]*\}")
_DRESS = re.compile(r"\*\*|__|\\(?:textbf|mathbf|bf|boldsymbol|underline|text|mathrm|num|bfseries|boxed)(?![a-z])|[{}$]|\\[()]")
_TOTAL = re.compile(
    r"(?:(?:grand|sub|over-?all)[- ]?)?(?:totals?|sums?|summe|gesamt(?:summe|zahl)?|zwischensumme|insgesamt|somme|suma|totale?n?|totaal|altogether|Σ|∑)"
    r"(?:\s+\S{1,20}){0,2}\s*:?\Z",
    re.I,
)
_MENTIONED = re.compile(r"total|sum|gesamt|somme|altogether|Σ|∑", re.I)
_NOT_ADDED = re.compile(r"\bof which\b|\bthereof\b|\bdavon\b|\bincl|\bsum of (?:sq|res)|\bss\b|average|mean\b|\bper\b|\brate\b|\brank|\b(?:and|or) above", re.I)
_NO_SUM_COLUMN = re.compile(
    r"%|percent|average|mean\b|\bratio|\brate\b|score|accura|precision|recall|\bf1\b|\bper\b|price|year|\bage\b|unit|cumul|index|prob|std"
    r"|\bsd\b|error",
    re.I,
)
_NOTHING = frozenset({"", "-", "–", "—", "--", "---", "−", "n/a", "na", "none", "nil", "."})
_AMOUNT = re.compile(
    r"(?P<sign>[-−–+]?)\s*(?P<money>[$€£¥])?\s*(?P<sign2>[-−]?)"
    r"(?P<number>\d+(?:(?:[.,'’]|[ \u00a0\u202f\u2009]|\\,|\{,\})\d+)*)\s*(?P<unit>%|\\%|[€£¥]|[A-Za-z]{1,12}\.?)?\Z"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """``begin`` and ``end`` are offsets in the document; ``text`` is what stands there, without blanks at the ends."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells; the first row is the heading where ``headed``."""

    rows: tuple[tuple[Cell, ...], ...]
    headed: bool

    @property
    def begin(self) -> int:
        return self.rows[0][0].begin

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        return self.rows[1:] if self.headed else self.rows

    def heading(self, column: int) -> str:
        return bare(self.rows[0][column].text) if self.headed and column < len(self.rows[0]) else ""


@dataclass(frozen=True, slots=True)
class Total:
    """A cell in a row of totals, and the parts above it: ``parts`` as they are printed, ``marks`` True for parts that are totals themselves.

    ``across``: the parts beside it, where it is the total of its row (too).
    """

    cell: Cell
    parts: tuple[str, ...]
    marks: tuple[bool, ...]
    last: bool
    across: tuple[str, ...] = ()


def bare(text: str) -> str:
    """A cell's text without emphasis, dollars and braces."""
    return " ".join(_DRESS.sub("", text).split())


def is_total(label: str) -> bool:
    return _TOTAL.match(bare(label)) is not None


def mentions_total(text: str) -> bool:
    """Whether there can be a row of totals at all."""
    return _MENTIONED.search(text) is not None


def grids(text: str) -> Iterator[Grid]:
    """Every table of the text, in order of its kind: first those that are made of lines, then LaTeX's."""
    yield from _lined(text)
    yield from _tabulars(text)


def totals(grid: Grid) -> Iterator[Total]:
    """What the rows of totals assert, column by column, and a column of totals, row by row."""
    body = grid.body
    labels = [next((c.text for c in row if c.text.strip()), "") for row in body]
    marks = [is_total(label) for label in labels]
    rows = _row_totals(grid)
    yield from (total for total in rows.values() if not marks[_row_of(body, total.cell)])
    if not any(marks) or any(_NOT_ADDED.search(label) for label in labels):
        return
    width = max(len(row) for row in body)
    for column in range(1, width):
        if _NO_SUM_COLUMN.search(grid.heading(column)):
            continue
        for k, row in enumerate(body):
            if not marks[k] or column >= len(row) or not _is_amount(row[column].text):
                continue
            parts, kept = [], []
            for above, marked in zip(body[:k], marks[:k]):
                if column < len(above) and bare(above[column].text).lower() not in _NOTHING:
                    parts.append(above[column].text)
                    kept.append(marked)
            if len(parts) >= 2 and all(map(_is_amount, parts)):
                beside = rows.get(row[column].begin)
                yield Total(row[column], tuple(parts), tuple(kept), k == len(body) - 1, beside.across if beside is not None else ())


def _row_of(body: Sequence[Sequence[Cell]], cell: Cell) -> int:
    return next(k for k, row in enumerate(body) if cell in row)


def _row_totals(grid: Grid) -> dict[int, Total]:
    """By its place each cell of a last column of totals that is the sum of the cells beside it in most rows.

    ``price | quantity | total`` is no such column: there the rows do not add up.
    """
    column = len(grid.rows[0]) - 1 if grid.headed else 0
    if column < 3 or not is_total(grid.heading(column)):
        return {}
    found, right = {}, 0
    for row in grid.body:
        parts = tuple(c.text for c in row[1:column] if bare(c.text).lower() not in _NOTHING)
        if len(row) == column + 1 and len(parts) >= 2 and all(map(_is_amount, parts)) and _is_amount(row[column].text):
            found[row[column].begin] = Total(row[column], (), (), True, parts)
            right += judge_total(row[column].text, (), (), True, parts).verdict == PROVED
    return found if right >= 2 and 3 * right >= 2 * len(found) else {}


# --- amounts


def amount(text: str, comma: bool = False) -> tuple[Fraction, int, str] | None:
    """(value, places after the point, unit) of a cell, or None; ``comma``: it is the comma that stands before decimals."""
    text = re.split(r"=|≈|\\approx", bare(text))[-1].strip().rstrip(".")
    if len(text) > 2 * MAX_DIGITS:
        return None
    match = _AMOUNT.match(text)
    if match is None:
        return None
    number = re.sub(r"[ '’\u00a0\u202f\u2009]|\\,|\{|\}", "", match["number"].replace("{,}", ","))
    if comma:
        number = number.replace(".", "").replace(",", ".")
    elif "," in number:
        if not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d\d)*,\d{3}(?:\.\d+)?", number):
            return None
        number = number.replace(",", "")
    if not re.fullmatch(r"\d+(?:\.\d+)?", number):
        return None
    negative = (match["sign"] + match["sign2"]).strip("+") != ""
    value = Fraction(number)
    places = len(number.partition(".")[2])
    return (-value if negative else value), places, match["money"] or match["unit"] or ""


def _is_amount(text: str) -> bool:
    return amount(text) is not None or amount(text, True) is not None


def judge_total(cell: str, parts: Sequence[str], marks: Sequence[bool], last: bool, across: Sequence[str] = ()) -> Outcome:
    """Do the parts add up to the cell, or those beside it?  Parts that are totals themselves stand for what is above them."""
    if across:
        beside = _judge_sum(cell, across, [False] * len(across), True, "row")
        if beside.verdict == PROVED or not parts:
            return beside
    return _judge_sum(cell, parts, marks, last, "column")


def _judge_sum(cell: str, parts: Sequence[str], marks: Sequence[bool], last: bool, line: str) -> Outcome:
    comma = any(re.search(r"\d,\d{1,2}(?!\d)|\.\d{3},\d", p) for p in (*parts, cell)) and not any(re.search(r"\d\.\d{1,2}(?!\d)", p) for p in (*parts, cell))
    claimed, read = amount(cell, comma), [amount(p, comma) for p in parts]
    if claimed is None or None in read:
        return Outcome(NO_CLAIM, "a cell that is no number", "no-claim")
    found: list[tuple[Fraction, int, str]] = [r for r in read if r is not None]
    units = {r[2].lower() for r in (*found, claimed) if r[2]}
    if len(units) > 1:
        return Outcome(NO_CLAIM, "different units in one column", "no-claim")
    value = claimed[0]
    plain = [r[0] for r, marked in zip(found, marks) if not marked]
    since = len(marks) - next((k for k, marked in enumerate(reversed(marks)) if marked), len(marks))
    sums = [sum(plain, Fraction(0)), sum((r[0] for r in found[since:]), Fraction(0)), sum((r[0] for r, marked in zip(found, marks) if marked), Fraction(0))]
    if value in sums[: 3 if any(marks) else 1]:
        return Outcome(PROVED, f"the {line} adds up to {_shown(value)}", sides=(_shown(value), _shown(value)))
    if not last:
        return Outcome(NO_CLAIM, "a total within a table", "no-claim")
    total = sums[0]
    sides = (_shown(total), _shown(value))
    places = max(r[1] for r in (*found, claimed))
    slack = Fraction(len(found) + 1, 2 * 10**places)
    if (places > 0 or "%" in units) and any(abs(value - s) <= slack for s in sums):
        return Outcome(UNDECIDED, f"the parts add up to {sides[0]}: roundings, perhaps", "claim-near", sides=sides)
    values = [r[0] for r in found]
    if sum(v != 0 for v in values) < 2 or any(v < 0 for v in values) or min(v for v in values) <= value <= max(values):
        return Outcome(UNDECIDED, f"the parts add up to {sides[0]}, but it may be no sum that is meant", "claim-open", sides=sides)
    if any(marks):
        return Outcome(UNDECIDED, f"the parts add up to {sides[0]}; there are totals among them", "claim-open", sides=sides)
    return Outcome(REFUTED, f"the {line} adds up to {sides[0]}, not {sides[1]}", "claim-total", sides=sides)


def _shown(value: Fraction) -> str:
    """As a decimal where it is one."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(value) * 10**places).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


# --- finding them


def _lined(text: str) -> Iterator[Grid]:
    rows: list[tuple[Cell, ...]] = []
    kind, headed, position = "", False, 0

    def closed() -> Iterator[Grid]:
        if len(rows) > 1:
            yield Grid(tuple(rows), headed or kind == "tab" and not any(amount(c.text) for c in rows[0][1:]))

    for match in re.finditer(r"[^\n]*\n|[^\n]+\Z", text):
        line, position = match.group().rstrip("\r\n"), match.start()
        here = ""
        if len(line) <= MAX_LINE:
            here = "tab" if "\t" in line.strip() else "pipe" if "|" in line and (line.lstrip().startswith("|") or len(_PIPE.findall(line)) > 1) else ""
        if here != kind or len(rows) >= MAX_ROWS:
            yield from closed()
            rows, kind, headed = [], here, False
        if not here:
            continue
        if here == "pipe" and re.fullmatch(r"[\s|:+-]+", line):
            headed = len(rows) == 1
            continue
        rows.append(_cells(line, position, "\t" if here == "tab" else "|"))
    yield from closed()


def _cells(line: str, offset: int, mark: str) -> tuple[Cell, ...]:
    begin, end = 0, len(line)
    if mark == "|":
        begin = len(line) - len(line.lstrip())
        begin += line[begin : begin + 1] == "|"
        end = len(line.rstrip())
        end -= line[end - 1 : end] == "|" and line[end - 2 : end - 1] != "\\"
        cuts = [m.start() for m in _PIPE.finditer(line, begin, end)]
    else:
        cuts = [k for k, c in enumerate(line) if c == "\t"]
    edges = [begin - 1, *cuts, end]
    return tuple(_cell(line, a + 1, b, offset) for a, b in zip(edges, edges[1:]))


def _cell(text: str, begin: int, end: int, offset: int) -> Cell:
    piece = text[begin:end]
    lead = len(piece) - len(piece.lstrip())
    piece = piece.strip()
    return Cell(piece, offset + begin + lead, offset + begin + lead + len(piece))


def _tabulars(text: str) -> Iterator[Grid]:
    place = 0
    while (opened := _TABULAR.search(text, place)) is not None:
        place = opened.end()
        if opened.group(1) == "array":
            continue
        end = text.find(f"\\end{{{opened.group(1)}", place)
        if end < 0:
            return
        if end - place <= MAX_LINE * 40:
            body = _RULES.sub(lambda m: " " * len(m.group()), text[place:end])
            rows, begin = [], _after_columns(body)
            for row in re.finditer(r"\\\\(?:\[[^\]]*\])?|\Z", body):
                if body[begin : row.start()].strip() and len(rows) < MAX_ROWS:
                    cuts = [m.start() for m in re.compile(r"(?<!\\)&").finditer(body, begin, row.start())]
                    edges = [begin - 1, *cuts, row.start()]
                    rows.append(tuple(_cell(body, a + 1, b, place) for a, b in zip(edges, edges[1:])))
                begin = row.end()
            rows = [row for row in map(_spread, rows) if not any("\\multirow" in c.text for c in row)]
            rows = [row for row in rows if len(row) == 1 or sum(bool(c.text) for c in row) > 1 or not row[0].text]  # a heading over all columns
            if len(rows) > 1:
                yield Grid(tuple(rows), not any(amount(c.text) for c in rows[0][1:]))
        place = end


_MULTICOLUMN = re.compile(r"\\multicolumn\s*\{\s*(\d{1,2})\s*\}\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*\{(.*)\}\s*\Z", re.S)


def _spread(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row in which a cell over several columns is followed by empty ones."""
    found: list[Cell] = []
    for cell in row:
        match = _MULTICOLUMN.match(cell.text)
        if match is None:
            found.append(cell)
            continue
        begin = cell.begin + match.start(2)
        found.append(_cell(match[2], 0, len(match[2]), begin))
        found += [Cell("", cell.end, cell.end)] * (int(match[1]) - 1)
    return tuple(found)


def _after_columns(body: str) -> int:
    """Behind ``{lrr}`` (and ``{\\textwidth}`` or ``[t]`` before it)."""
    match = re.match(r"(?:\s*\[[^\]]*\])?(?:\s*\{(?:[^{}]|\{[^{}]*\})*\}){1,2}", body)
    return match.end() if match else 0
