"""The rows of a CSV file as typed overrides: a column overrides the given of its name, checked as givens.toml is.

A cell that is wrong is a finding with its row and column, and costs its own row only.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reportgen.config import did_you_mean, read_text
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span
from reportgen.expressions import Expr, is_op, parse, rows_of, to_text
from reportgen.givens import Given, InexactText, clipped, exact_value
from reportgen.variants.spec import Spec

MOST_TEXT = 200     # characters of a text cell
# Names a folder on each system, and can begin no formula in a spreadsheet.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")     # letters of some languages are joined by these


@dataclass(frozen=True, slots=True)
class Record:
    """One variant as plain data: all that its report is made from, beside the report's own files."""

    id: str
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)     # given -> exact text

    def data(self) -> dict[str, object]:
        return {"id": self.id, "texts": dict(self.texts), "values": dict(self.values)}


def record_from(data: Mapping[str, object]) -> Record:
    """The record of such data."""
    return Record(str(data["id"]), dict(data["texts"]), dict(data["values"]))


def override(givens: Mapping[str, Given], record: Record) -> dict[str, Given]:
    """The givens of a variant; those with a value of their own say so in their source."""
    found = dict(givens)
    for name, text in record.values.items():
        given = givens[name]
        found[name] = replace(given, value=parse(text, "plain"), source=f"{given.source}; for {record.id}")
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: its number in the file (the head is row 1), and its values as trees."""

    number: int
    id: str
    texts: Mapping[str, str]
    values: Mapping[str, Expr]
    span: Span

    def record(self) -> Record:
        return record_of(self.id, self.texts, self.values)


def record_of(id_: str, texts: Mapping[str, str], values: Mapping[str, Expr]) -> Record:
    return Record(id_, dict(texts), {name: to_text(value) for name, value in sorted(values.items())})


def read_rows(path: Path, givens: Mapping[str, Given], spec: Spec, id_column: str = "id") -> tuple[list[Row], list[Finding]]:
    """The good rows in order, and what is wrong with the others.

    Raises FindingsError where no row can be used: file-missing, variant-column, and variant-cell for a file without rows.
    """
    if not path.is_file():
        raise FindingsError(Finding("file-missing", f"there is no file {path}", Span(str(path))), exit_code=EXIT_UNABLE)
    text = read_text(path)
    reader = _Reader(path, givens, spec, id_column)
    rows = list(reader.rows(text))
    if not rows and not reader.findings:
        raise FindingsError(Finding("variant-cell", f"{path.name} has a head and no rows", Span(str(path), 1)))
    return rows, reader.findings


class _Reader:
    def __init__(self, path: Path, givens: Mapping[str, Given], spec: Spec, id_column: str) -> None:
        self.path, self.file = path, str(path)
        self.givens, self.spec, self.id_column = givens, spec, id_column
        self.findings: list[Finding] = []

    def rows(self, text: str) -> Iterator[Row]:
        lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
        number, at = 0, 1
        head: list[str] = []
        seen: dict[str, int] = {}
        try:
            for cells in lines:
                number += 1
                line, at = at, lines.line_num + 1
                if number == 1:
                    head = self.head([cell.strip() for cell in cells])
                elif any(cell.strip() for cell in cells):
                    row = self.row(number, Span(self.file, line), head, cells)
                    if row is not None and self.fresh(row, seen):
                        yield row
        except csv.Error as error:
            self.wrong(number + 1, Span(self.file, at), "", f"the rest of the file is no CSV: {error}")
        if not head:
            raise FindingsError(Finding("variant-column", f"{self.path.name} is empty", Span(self.file), "its first row names the columns"))

    def head(self, names: list[str]) -> list[str]:
        """The names of the columns.  Raises FindingsError (variant-column) with all that is wrong with them."""
        wrong = []
        known = [self.id_column, *self.givens, *self.spec.texts]
        for index, name in enumerate(names):
            where = f"column {index + 1} of {self.path.name}"
            if not name:
                wrong.append((f"{where} has no name", "name a given, or delete the column"))
            elif name in names[:index]:
                wrong.append((f"{where} is called {clipped(name)!r}, as column {names.index(name) + 1} is", "delete one of them"))
            elif name not in known:
                near = did_you_mean(name, known)
                more = f' (or list it in variants.toml: texts = ["{name}"])' if name.isidentifier() else ""
                wrong.append((f"{where} is called {clipped(name)!r}, which is no given", (near or "delete the column") + more))
        if self.id_column not in names:
            near = did_you_mean(self.id_column, names)
            wrong.append((f"{self.path.name} has no column {self.id_column!r}", near or "add it, or type --id COLUMN"))
        if wrong:
            raise FindingsError(*(Finding("variant-column", message, Span(self.file, 1), hint) for message, hint in wrong))
        return names

    def wrong(self, number: int, span: Span, column: str, message: str, hint: str = "", code: str = "variant-cell") -> None:
        place = f"row {number}" + (f", column {column}" if column else "")
        self.findings.append(Finding(code, f"{place}: {message}", span, hint))

    def fresh(self, row: Row, seen: dict[str, int]) -> bool:
        first = seen.setdefault(row.id.casefold(), row.number)
        if first != row.number:
            self.wrong(row.number, row.span, self.id_column, f"the id {row.id} is that of row {first}", "give each row an id of its own", "variant-duplicate")
        return first == row.number

    def row(self, number: int, span: Span, head: list[str], cells: list[str]) -> Row | None:
        before = len(self.findings)
        if len(cells) != len(head):
            self.wrong(number, span, "", f"{len(cells)} cells, the head has {len(head)}", "put a cell with the separator in it between quotes")
            return None
        texts: dict[str, str] = {}
        values: dict[str, Expr] = {}
        id_ = ""
        for name, cell in zip(head, cells):
            text = unicodedata.normalize("NFC", cell.strip())
            if name == self.id_column:
                id_ = self.id(number, span, text)
            elif name in self.givens:
                value = self.value(number, span, name, text)
                if value is not None:
                    values[name] = value
            else:
                texts[name] = self.text(number, span, name, text)
        return Row(number, id_, texts, values, span) if len(self.findings) == before else None

    def id(self, number: int, span: Span, text: str) -> str:
        problem = id_problem(text)
        if problem:
            self.wrong(number, span, self.id_column, problem, "use letters a to z, digits and . _ - + @, beginning with a letter or digit")
        return text

    def text(self, number: int, span: Span, name: str, text: str) -> str:
        odd = next((c for c in text if unicodedata.category(c) in _UNSEEN and c not in _JOINERS), "")
        if odd:
            self.wrong(number, span, name, f"the text has an invisible sign (U+{ord(odd):04X})", "delete it")
        elif len(text) > MOST_TEXT:
            self.wrong(number, span, name, f"the text has {len(text)} characters, more than {MOST_TEXT}")
        return text

    def value(self, number: int, span: Span, name: str, text: str) -> Expr | None:
        given = self.givens[name]
        if not text:
            self.wrong(number, span, name, "the cell is empty", f"write a value such as {to_text(given.value)}, or delete the column")
            return None
        bare = text.removesuffix(given.unit).rstrip() if given.unit and text.endswith(given.unit) else text
        try:
            value = exact_value(bare)
        except InexactText as error:
            hint = error.hint.replace("value = ", "")
            if given.unit and re.search(r"[A-Za-zµ°Ω%€$£]\S*$", bare):
                hint = f"the unit is {given.unit}, and may be left out"
            elif re.fullmatch(r"[+-]?\d+,\d+", bare):
                hint = f"write {bare.replace(',', '.')}"
            self.wrong(number, span, name, str(error), hint)
            return None
        if is_op(value, "matrix") != is_op(given.value, "matrix"):
            meant = "a vector or matrix" if is_op(given.value, "matrix") else "one number"
            self.wrong(number, span, name, f"{clipped(text)!r} is not {meant}, as {name} is in givens.toml", f"write a value such as {to_text(given.value)}")
            return None
        if is_op(value, "matrix") and (one := len(rows_of(given.value)[0])) != len(rows_of(value)[0]):
            self.wrong(number, span, name, f"the rows of {clipped(text)!r} have {len(rows_of(value)[0])} entries, those of {name} in givens.toml {one}")
            return None
        outside = out_of_range(value, self.spec, name)
        if outside:
            self.wrong(number, span, name, outside)
            return None
        return value


def out_of_range(value: Expr, spec: Spec, name: str) -> str:
    """Why a value is not in its range, or ""."""
    from reportgen.judge import enclosure

    if name not in (spec.ranges or {}):
        return ""
    low, high = spec.ranges[name]
    for item in ([e for row in rows_of(value) for e in row] if is_op(value, "matrix") else [value]):
        try:
            ball = enclosure.evaluate(item, bits=256)
        except enclosure.NoValue as error:
            return f"{to_text(item)} has no value: {error}"
        # None: the ball touches the end, which is then an end that the range has
        if enclosure.compare(ball, _fmpq(low)) == -1 or enclosure.compare(ball, _fmpq(high)) == 1:
            return f"{to_text(item)} is not in the range from {low} to {high}"
    return ""


def _fmpq(value):
    from reportgen.judge import enclosure
    return enclosure.Rational(value.numerator, value.denominator)


def id_problem(text: str) -> str:
    """Why a text cannot be an id, or ""."""
    if not text:
        return "the id is empty"
    if not _ID.fullmatch(text) or text.endswith(".") or _DEVICE.fullmatch(text):
        return f"{clipped(text)!r} cannot be an id, which also names a folder"
    return ""


def _delimiter(text: str) -> str:
    """The separator: what most often stands in the first line outside quotes, of comma, semicolon and tab."""
    first = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t", key=first.count)


def numbered(count: int) -> Iterable[str]:
    """Ids for variants without data: v1, v2...; a larger count leaves the first ones as they are."""
    return (f"v{number}" for number in range(1, count + 1))


__all__ = ["Record", "Row", "id_problem", "numbered", "out_of_range", "override", "read_rows", "record_from", "record_of"]
