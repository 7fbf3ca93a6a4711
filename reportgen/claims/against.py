"""An answer key: the answers of a report, and which of them a claim in somebody's document states.

A claim is bound by the row and the column of a table, by the name on its left side, and where several answers have that name
by the title that was mentioned last before it.  What cannot be bound is not held against anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..expressions import Expr, is_op, symbols, to_text
from . import tables
from .documents import Document, Found
from .groups import Member

_NAMED = re.compile(r"\s*(?P<name>\\?[A-Za-z]+(?:\{[A-Za-z]+\})?(?:_(?:\{[^{}=]{1,20}\}|\w))?)\s*(?:&\s*)?(?:=|\\approx|≈)(?P<rest>.*)", re.S)
_CONTEXT = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """``label`` is what a reader is told, ``value`` its formula in plain text."""

    name: str
    symbol: str
    title: str
    value: str

    @property
    def label(self) -> str:
        inside = f"{self.symbol}, {self.name}" if self.symbol and self.symbol != self.name else self.name
        return f"{self.title} ({inside})" if self.title else inside


@dataclass(frozen=True, slots=True)
class Bound:
    """The answer that a claim states; ``grid`` and ``column`` where it stands in a table, ``total`` where it is a total there;
    ``senses``: other values that the name has in the report, none of which is held against anybody."""

    answer: Answer
    grid: int = -1
    column: int = -1
    total: bool = False
    senses: tuple[str, ...] = ()


class Key:
    """The answers of a report by what binds a claim to them."""

    def __init__(self, folder: Path) -> None:
        """Derives the report.  Raises FindingsError where that fails."""
        from ..deriving import derive
        from ..derivation import Derivation, Table
        from ..ledger_records import facts

        self.symbols: dict[str, list[Answer]] = {}
        self.cells: dict[tuple[str, str], Answer | None] = {}
        self.all: list[tuple[str, str]] = []
        self.senses: dict[str, set[str]] = {}  # values that were put in for a name somewhere in the report
        about_it: set[str] = {"submission"}  # what speaks of a document that is corrected is no answer
        for entry in derive(folder, draw=False).ledger.entries.values():
            content = entry.content
            if about_it & {u.split(".")[0] for u in entry.uses}:
                about_it.add(entry.name.split(".")[0])
                continue
            if isinstance(content, Table):
                self._table(entry.name, content)
            if isinstance(content, Derivation):
                for fact in facts(content.steps):
                    self._sense(*fact.args)
            if entry.kind == "given":
                self._sense(content.symbol, entry.value)
            if entry.kind == "given" or entry.value is None or symbols(entry.value):
                continue
            name = getattr(content, "name", None) if isinstance(content, Derivation) else None
            symbol = to_text(name) if isinstance(name, Expr) and is_op(getattr(content, "conclusion", None), "eq") else ""
            answer = Answer(entry.name, symbol, getattr(content, "title", ""), to_text(entry.value))
            self.all.append((answer.label, answer.value))
            if symbol:
                self.symbols.setdefault(_plain(symbol), []).append(answer)

    def _sense(self, name: Expr, value: Expr) -> None:
        if not symbols(value):
            self.senses.setdefault(_plain(to_text(name)), set()).add(to_text(value))

    def _table(self, name: str, table) -> None:
        headings = [c if isinstance(c, str) else to_text(c) for c in table.columns]
        for row in table.rows:
            label = row[0] if isinstance(row[0], str) else ""
            for heading, cell in zip(headings[1:], row[1:]):
                value = getattr(cell, "value", cell)
                if not isinstance(value, Expr):
                    from fractions import Fraction

                    from ..expressions import expr

                    if not isinstance(value, (int, Fraction)):
                        continue
                    value = expr(value)
                if not label or symbols(value):
                    continue
                where = (_row(label), _words(heading))
                answer = Answer(name, "", f"{label}, {heading}", to_text(value))
                known = self.cells.setdefault(where, answer)
                if known is not None and known.value != answer.value:
                    self.cells[where] = None  # two tables disagree: they speak of different things

    # --- documents
    def places(self, document: Document) -> list[tuple[int, int, Bound]]:
        """(begin, end, answer) for each cell that has one, in order; sets the document's ``extra`` to bare numbers among them."""
        found, extra = [], []
        for number, grid in enumerate(tables.grids(document.text)):
            for row in grid.body:
                if not row or not row[0].text:
                    continue
                for column, cell in enumerate(row[1:], start=1):
                    answer = self.cells.get((_row(row[0].text), _words(grid.heading(column))))
                    if answer is None or not cell.text:
                        continue
                    total = tables.is_total(row[0].text)
                    found.append((cell.begin, cell.end, Bound(answer, number, column, total)))
                    if "=" not in cell.text and not total and tables.amount(cell.text) is not None:
                        extra.append(Found(tables.bare(cell.text), "cell", cell.text, document.place(cell.begin, cell.end), cell.begin, cell.end))
        found.sort(key=lambda item: item[0])
        document.extra = sorted(extra, key=lambda f: f.begin)
        return found


class Binder:
    """Which answer each claim of one document states; claims come in the document's order."""

    def __init__(self, key: Key, document: Document) -> None:
        self.key = key
        self.text = document.text
        self.cells = key.places(document)
        self.next = 0
        self.chain = ("", -1)  # the name that stood before the last chain, and its section

    def bound(self, group: tuple[Member, ...]) -> Iterator[Bound | None]:
        """For each claim of a group the answer that it states, or None."""
        last = {self._name(m): k for k, m in enumerate(group) if self._name(m)}
        open_chain = self.chain[0] if self.chain[1] == group[0].section else ""
        for k, member in enumerate(group):
            cell = self._cell(member.found)
            if cell is not None:
                yield cell
                continue
            name = self._name(member)
            if name:
                open_chain = name
                self.chain = (name, member.section)
            elif not member.line.lstrip(" &").startswith("="):
                open_chain = ""
            follows = k + 1 < len(group) and group[k + 1].line.lstrip(" &").startswith("=")
            final = not follows and (not name or last[name] == k) and not member.defines and member.found.form != "total"
            yield self._by_symbol(open_chain, group[0].found.begin, member.found) if open_chain and final else None

    @staticmethod
    def _name(member: Member) -> str:
        match = _NAMED.match(member.line) if member.found.form in ("math", "standing") else None
        return _plain(match["name"]) if match else ""

    def _cell(self, found: Found) -> Bound | None:
        while self.next < len(self.cells) and self.cells[self.next][1] <= found.begin:
            self.next += 1
        if self.next < len(self.cells) and self.cells[self.next][0] <= found.begin:
            return self.cells[self.next][2]
        return None

    def _by_symbol(self, name: str, first: int, found: Found) -> Bound | None:
        answers, senses = self.key.symbols.get(name, []), self.key.senses.get(name, set())
        values = {a.value for a in answers} | senses
        if len(answers) > 1 or len(values) > 1:
            around = _row(self.text[max(0, first - _CONTEXT) : found.end])
            places = [(around.rfind(_row(a.title)), a) for a in answers if a.title and _row(a.title) in around]
            if places:
                answers = [max(places, key=lambda p: p[0])[1]]
            elif len(values) > 1:
                answers = []
        return Bound(answers[0], senses=tuple(sorted(senses - {answers[0].value}))) if answers else None


def _plain(symbol: str) -> str:
    """``J_{\\mathrm{bits}}`` and ``J_bits`` are one name; ``\\hat{y}`` is y_hat."""
    symbol = re.sub(r"\\hat\s*\{?(\w)\}?", r"\1_hat", symbol)
    symbol = re.sub(r"\\(?:text|mathrm|operatorname|mathit)(?![a-z])", "", symbol)
    return re.sub(r"[\\{}\s]", "", symbol)


def _row(label: str) -> str:
    """A row's label without what scanners and writers change; all words for a total are one."""
    if len(label) < 60 and tables.is_total(label):
        return "total"
    return re.sub(r"[\W_]+", "", tables.bare(label)).lower()


def _words(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.lower()))
