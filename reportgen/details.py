"""What a computed number opens to: how it was derived, how strongly that is established, and from which givens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import worked
from .derivation import Claim, Derivation, Table
from .expressions import Expr, Operation, Symbol, is_op
from .ledger import Entry, Ledger
from .mathprint import NumberStyle, to_latex
from .pandoctree import Node, math, para, words
from .views import _judged as judged_of
from .views import open_conditions
from .wording import unit_latex, verdict_text


def details(ledger: Ledger, style: NumberStyle, entries: tuple[str, ...]) -> Mapping[str, tuple[Node, ...]]:
    """For each entry shown: blocks that explain it."""
    return {name: tuple(_blocks(ledger, style, ledger.entries[name])) for name in entries if name in ledger.entries}


def _blocks(ledger: Ledger, style: NumberStyle, entry: Entry) -> Iterator[Node]:
    content = entry.content
    if entry.kind == "given":
        yield para(words(f"Given: {entry.source}."))
        return
    if isinstance(content, Derivation):
        yield from worked.steps_blocks(content, style, open_conditions=open_conditions(entry))
    elif isinstance(content, Claim):
        yield para([math(to_latex(content.statement, style), display=True)])
        if content.assumptions:
            yield para([*words("where "), math(",\\ ".join(to_latex(a, style) for a in content.assumptions))])
    judged = judged_of(ledger, entry)
    if judged:
        yield para(words(verdict_text(judged).capitalize() + "."))
    elif isinstance(content, Table):
        yield para(words("A table: each number in it opens to its own derivation where it has one."))
    sources = list(ledger.sources(entry.name))
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
