"""An answer key: the answers of a report, and which of them a claim in somebody's document states.

A claim is bound by the row and the column of a table, by the name on its left side, and where several answers have that name,
or a formula has none, by the title that was mentioned last before it.  What cannot be bound is not held against anybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..expressions import Expr, Number, is_op, symbols, to_text
from . import tables
from .against_names import plain_name
from .documents import Document, Found, mentions_relation
from .groups import Member

if TYPE_CHECKING:
    from ..derivation import Derivation
    from ..ledger import Entry

_NAME = re.compile(r"\s*(?P<name>[^=<>≤≥≈&]{1,60}?)\s*(?:&\s*)?(?:=|\\approx(?![a-z])|≈)")
_INTRODUCED = re.compile(r"(?:=|≈|:|\b(?:is|are|by|as|becomes))\s*[:*_]*\s*\Z")
_LIST = re.compile(r"[\[(]\s*[-−]?\d[^\[\]()]*[\])]\Z")
_CONTEXT = 400
_TITLE_NEAR = 200
MAX_EARLIER = 6
MAX_MISSING = 20  # more answers that nobody asked for by name are only counted


@dataclass(frozen=True, slots=True)
class Answer:
    """``label`` is what a reader is told, ``value`` its formula in plain text ("" where it is a formula with names).

    ``formulas``: what it goes through, as far as there are names in it; ``columns``: of a vector that is a matrix times a vector,
    how many products each entry is the sum of; ``facts``: names and the values that were put in for them.
    """

    name: str
    symbol: str
    title: str
    value: str
    formulas: tuple[str, ...] = ()
    columns: int = 0
    unit: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        symbol = re.sub(r"\*?apply\((\w+), ?(\w+)\)", r" \1(\2)", self.symbol).strip()
        inside = f"{symbol}, {self.name}" if symbol and symbol != self.name else self.name
        return f"{self.title} ({inside})" if self.title else inside


@dataclass(frozen=True, slots=True)
class Bound:
    """The answer that a claim states; ``grid`` and ``column`` where it stands in a table, ``total`` where it is a total there.

    ``senses``: other values that the name has in the report, none of which is held against anybody; ``chain``: which chain of
    equations it is in, and ``earlier``, the sides of that chain before it; ``tentative``: the name has other values, and only what is
    right is said; ``named``: what the document stated of other answers before, (plain symbol, line of text).
    """

    answer: Answer
    grid: int = -1
    column: int = -1
    total: bool = False
    senses: tuple[str, ...] = ()
    chain: int = 0
    earlier: tuple[str, ...] = ()
    tentative: bool = False
    named: tuple[tuple[str, str], ...] = ()


class Key:
    """The answers of a report by what binds a claim to them."""

    def __init__(self, entries: Iterable[Entry], asked: Collection[str] | None = None) -> None:
        """``entries`` are a ledger's; those that speak of a document that is corrected are no answers.  ``asked``: names, None where nobody said."""
        self.asked = asked
        self.columns: dict[str, dict[str, list[Answer]]] = {}  # of each table: the cells that are numbers, by heading
        self.symbols: dict[str, list[Answer]] = {}
        self.titled: list[Answer] = []
        self.cells: dict[tuple[str, str], Answer | None] = {}
        self.all: list[tuple[str, str]] = []
        self.senses: dict[str, set[str]] = {}  # values that were put in for a name somewhere in the report
        about_it: set[str] = {"submission", "marks"}
        for entry in entries:
            if about_it & {u.split(".")[0] for u in entry.uses}:
                about_it.add(entry.name.split(".")[0])
            else:
                self._enter(entry)

    @classmethod
    def of(cls, folder: Path) -> Key:
        """The key of a report.  Derives it; raises FindingsError where that fails."""
        from ..deriving import derive
        from ..variants.spec import read_spec

        derived = derive(folder, draw=False, documents=False)
        asked = read_spec(folder, derived.givens, derived.graph.order).asked if (folder / "variants.toml").is_file() else None
        return cls(derived.ledger.entries.values(), asked)

    def _enter(self, entry: Entry) -> None:
        from ..derivation import Derivation, Table, Value
        from ..ledger_records import facts

        content = entry.content
        if isinstance(content, Table):
            self._table(entry.name, content)
        if isinstance(content, Derivation):
            for fact in facts(content.steps):
                self._sense(*fact.args)
        if entry.kind == "given":
            self._sense(content.symbol, entry.value)  # type: ignore[attr-defined]
            return
        if entry.value is None:
            return
        name, value, columns = None, entry.value, 0
        if isinstance(content, Derivation) and is_op(content.conclusion, "eq"):
            name = content.name
        elif isinstance(content, Value) and is_op(value, "eq"):
            name, value = value.args
            columns = _columns(content.statement)
        symbol = to_text(name) if isinstance(name, Expr) else ""
        closed = not symbols(value)
        formulas = _formulas(content, name) if isinstance(content, Derivation) and name is not None else ()
        if not closed and not formulas:
            return
        answer = Answer(entry.name, symbol, getattr(content, "title", ""), to_text(value) if closed else "", formulas, columns, entry.unit, _facts(content))
        if closed:
            self.all.append((answer.label, answer.value))
        if symbol:
            self.symbols.setdefault(plain_name(symbol), []).append(answer)
        if answer.title and formulas:
            self.titled.append(answer)

    def missing(self, stated: Collection[tuple[str, str]]) -> list[str]:
        """What the claims of a document, by (name, label) of their answers, leave out of what is asked, one text a thing."""
        names, found = {name for name, _ in stated}, []
        if self.asked is not None:
            left = [a for answers in self.symbols.values() for a in answers if a.name in self.asked and a.name not in names]
        else:
            left = [a for answers in self.symbols.values() for a in answers if a.value and a.name not in names]
        left.sort(key=lambda a: a.name)
        if len(left) > MAX_MISSING and self.asked is None:
            found.append(f"{len(left)} named answers of the report; name those that are asked in variants.toml, under [asked]")
        else:
            found += [f"{a.label} = {a.value}" if a.value else a.label for a in left]
        for name, columns in self.columns.items():
            for rows in columns.values():
                labels = {a.label for a in rows}
                if any((name, label) in stated for label in labels):
                    found += [f"{a.label} = {a.value}" for a in rows if (name, a.label) not in stated]
        return found

    @property
    def units(self) -> dict[str, str]:
        """Units of answers by label."""
        return {a.label: a.unit for answers in self.symbols.values() for a in answers if a.unit}

    @property
    def by_label(self) -> dict[str, Answer]:
        return {a.label: a for answers in self.symbols.values() for a in answers}

    def _sense(self, name: Expr, value: Expr) -> None:
        if not symbols(value):
            self.senses.setdefault(plain_name(to_text(name)), set()).add(to_text(value))

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
                if isinstance(value, Number) or is_op(value, "neg", "div"):
                    self.columns.setdefault(name, {}).setdefault(where[1], []).append(answer)
                if known is not None and known.value != answer.value:
                    self.cells[where] = None  # two tables disagree: they speak of different things

    # --- documents
    def places(self, document: Document) -> list[tuple[int, int, Bound]]:
        """(begin, end, answer) for each cell that has one, and each formula that a title says what it is, in order.

        Sets the document's ``extra`` to those among them that assert nothing by themselves.
        """
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
                    if "=" not in cell.text and not total and (tables.amount(cell.text) is not None or _LIST.match(tables.bare(cell.text))):
                        extra.append(Found(tables.bare(cell.text), "cell", cell.text, document.place(cell.begin, cell.end), cell.begin, cell.end))
        for begin, end in document.displays() if self.titled else ():
            text = document.text[begin:end]
            answer = None if mentions_relation(text) else self._titled(document.text, begin)
            if answer is not None:
                found.append((begin, end, Bound(answer)))
                extra.append(Found(text, "formula", text, document.place(begin, end), begin, end))
        found.sort(key=lambda item: item[0])
        document.extra = sorted(extra, key=lambda f: f.begin)
        return found

    def _titled(self, text: str, begin: int) -> Answer | None:
        """The answer whose title is mentioned last before a formula that is introduced: ``The cost of model A is:``."""
        around = re.sub(r"[$\\\[(\s]+\Z", "", text[max(0, begin - _TITLE_NEAR) : begin])
        if not _INTRODUCED.search(around):
            return None
        places: dict[int, list[Answer]] = {}
        for answer in self.titled:
            title = r"\s+".join(map(re.escape, answer.title.split()))
            for match in re.finditer(rf"(?<!\w){title}(?!\w)", around, re.I):
                places.setdefault(match.end(), []).append(answer)
        found = places[max(places)] if places else []
        return found[0] if len({a.formulas for a in found}) == 1 else None


class Binder:
    """Which answer each claim of one document states; claims come in the document's order."""

    def __init__(self, key: Key, document: Document) -> None:
        self.key = key
        self.text = document.text
        self.cells = key.places(document)
        self.next = 0
        self.chain = ("", -1)  # the name that stood before the last chain, and its section
        self.number = 0
        self.sides: list[str] = []
        self.named: dict[str, str] = {}
        self.last = ""

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
                self.number, self.sides = self.number + 1, []
            elif not member.line.lstrip(" &").startswith("=") or not self._goes_on(member):
                open_chain = ""
                self.chain = ("", -1)
            self.last = member.line
            stated = open_chain and not member.defines and member.found.form != "total"
            bound = self._by_symbol(open_chain, group[0].found.begin, member.found) if stated else None
            if bound is not None and name and last[name] != k and not bound.answer.value.startswith(("[", "(")):
                bound = None  # of numbers that one name has one after the other the last one counts
            if bound is not None:
                facts = {plain_name(name) for name, _ in bound.answer.facts}
                named = tuple((n, text) for n, text in self.named.items() if n in facts)
                bound = replace(bound, chain=self.number, earlier=tuple(self.sides[-MAX_EARLIER:]), named=named)
            yield bound
            if bound is not None:
                self.sides.append(member.line)
                self.named[plain_name(bound.answer.symbol)] = member.line

    def _goes_on(self, member: Member) -> bool:
        """Whether the row goes on from the last claim, and not from a row that states nothing by itself."""
        found = member.found
        before = found.text.removesuffix(found.going_on).strip() if found.going_on else ""
        return not before or self.last.rstrip(" .,;").endswith(before)

    def _name(self, member: Member) -> str:
        """What stands before the first sign of equality, where it is a name."""
        match = _NAME.match(member.line) if member.found.form in ("math", "standing") else None
        name = plain_name(match["name"]) if match else ""
        return name if name.lstrip("-−") in self.key.symbols or re.fullmatch(r"[A-Za-z]\w*", name) else ""

    def _cell(self, found: Found) -> Bound | None:
        while self.next < len(self.cells) and self.cells[self.next][1] <= found.begin:
            self.next += 1
        if self.next < len(self.cells) and self.cells[self.next][0] <= found.begin:
            return self.cells[self.next][2]
        return None

    def _by_symbol(self, name: str, first: int, found: Found) -> Bound | None:
        if name[:1] in "-−" and (other := self._by_symbol(name[1:], first, found)) is not None:
            minus = replace(other.answer, value=f"-({other.answer.value})", formulas=())
            return replace(other, answer=minus, senses=tuple(f"-({s})" for s in other.senses)) if other.answer.value else None
        answers, senses = self.key.symbols.get(name, []), self.key.senses.get(name, set())
        closed = [a for a in answers if a.value]
        formulas = tuple(dict.fromkeys(f for a in answers for f in a.formulas))
        if len({a.value for a in closed} | senses) > 1:
            around = _row(self.text[max(0, first - _CONTEXT) : found.end])
            places = [(around.rfind(_row(a.title)), a) for a in closed if a.title and _row(a.title) in around]
            if not places:
                return Bound(closed[0], tentative=True) if len(closed) == 1 else None
            closed = [max(places, key=lambda p: p[0])[1]]
            formulas = closed[0].formulas
        if not closed and not formulas:
            return None
        answer = replace(closed[0] if closed else answers[0], formulas=formulas)
        return Bound(answer, senses=tuple(sorted(senses - {answer.value})))


def _formulas(derivation: Derivation, name: Expr) -> tuple[str, ...]:
    """What the name is, line by line, as long as there are other names in it."""
    lines = [derivation.start, *(step.after for step in derivation.steps)]
    found = dict.fromkeys(to_text(line) for line in lines if is_op(line, "eq") and line.args[0] == name and symbols(line.args[1]))
    return tuple(found)


def _facts(content: object) -> tuple[tuple[str, str], ...]:
    """What a derivation puts in."""
    from ..derivation import Derivation
    from ..ledger_records import facts

    return tuple((to_text(f.args[0]), to_text(f.args[1])) for f in facts(content.steps)) if isinstance(content, Derivation) else ()


def _columns(statement: Expr | None) -> int:
    """How many products an entry of ``matrix * vector = ...`` is the sum of."""
    left = statement.args[0] if is_op(statement, "eq") else None
    if is_op(left, "mul") and len(left.args) == 2 and all(is_op(part, "matrix") for part in left.args):
        return len(left.args[0].args[0].args)
    return 0


def _row(label: str) -> str:
    """A row's label without what scanners and writers change; all words for a total are one."""
    if len(label) < 60 and tables.is_total(label):
        return "total"
    return re.sub(r"[\W_]+", "", tables.bare(label)).lower()


def _words(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.lower()))
