"""What a computed number opens to: how it was derived, how strongly that is established, and from which givens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import worked
from .derivation import Claim, Derivation, Table
from .expressions import Expr, Operation, Symbol, is_op
from .ledger import Entry, Ledger
from .mathprint import NumberStyle, to_latex
from .pandoctree import Node, math, para, words
from .views import open_conditions
from .wording import unit_latex, verdict_text


def details(ledger: Ledger, style: NumberStyle, entries: tuple[str, ...]) -> Mapping[str, tuple[Node, ...]]:
    """For each entry shown: blocks that explain it, made when they are asked for: only some formats show them."""
    return _Details(ledger, style, tuple(name for name in entries if name in ledger.entries))


class _Details(Mapping[str, tuple[Node, ...]]):
    def __init__(self, ledger: Ledger, style: NumberStyle, names: tuple[str, ...]) -> None:
        self._ledger, self._style, self._names = ledger, style, dict.fromkeys(names)
        self._roundings = tuple(ledger.roundings.values())      # of the page as it is now: another one may certify more
        self._made: dict[str, tuple[Node, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Node, ...]:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = tuple(self._blocks(self._ledger.entries[name]))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _blocks(self, entry: Entry) -> Iterator[Node]:
        content, style = entry.content, self._style
        if entry.kind == "given":
            yield para(words(f"Given: {entry.source}."))
            return
        if isinstance(content, Derivation):
            yield from worked.steps_blocks(content, style, open_conditions=open_conditions(entry))
        elif isinstance(content, Claim):
            yield para([math(to_latex(content.statement, style), display=True)])
            if content.assumptions:
                yield para([*words("where "), math(",\\ ".join(to_latex(a, style) for a in content.assumptions))])
        judged = [*entry.judged, *(j for j in self._roundings if j.obligation.name.startswith(entry.name + "/"))]
        if judged:
            yield para(words(verdict_text(judged).capitalize() + "."))
        elif isinstance(content, Table):
            yield para(words("A table: each number in it opens to its own derivation where it has one."))
        sources = list(self._ledger.sources(entry.name))
        if sources:
            yield para(words("From the givens"))
            yield {"t": "BulletList", "c": [[{"t": "Plain", "c": list(_source(given, style))}] for given in sources]}


def _source(given: Entry, style: NumberStyle) -> Iterator[Node]:
    """``N = 32 px: assignment, question 1``."""
    symbol = given.content.symbol
    value = to_latex(_in_a_row(given.value), style)
    if isinstance(symbol, Symbol) and "_" in symbol.name and len(symbol.name.partition("_")[0]) > 2:
        # no symbol of mathematics but a name of the program
        yield from words(symbol.name.replace("_", " ") + " = ")
        yield math(value + unit_latex(given.unit))
    else:
        yield math(to_latex(Operation("eq", (symbol, _in_a_row(given.value))), style) + unit_latex(given.unit))
    yield from words(f": {given.source}")


def _in_a_row(value: Expr) -> Expr:
    """A column of numbers as (1, 32, 32), which takes no more than its line."""
    if isinstance(value, Operation) and is_op(value, "matrix") and len(value.args) > 1:
        rows = [row.args for row in value.args if isinstance(row, Operation)]
        if len(rows) == len(value.args) and all(len(row) == 1 for row in rows):
            return Operation("tuple", tuple(row[0] for row in rows))
    return value
