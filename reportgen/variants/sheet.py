"""The marking sheet: a line a student, with the givens, and each answer asked, exact and rounded.

As CSV it goes into a spreadsheet, which takes a cell that begins with ``=`` for a formula: such cells begin with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reportgen.expressions import Expr, Operation, is_op, rational_value, rows_of, to_text
from reportgen.diagnostics import FindingsError
from reportgen.givens import Given
from reportgen.ledger import Ledger
from reportgen.variants.data import Record

PLACES = 6      # decimals of an answer whose places nobody said
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Signs with which spreadsheets begin a formula, also in their wide forms, and what they drop before they look.
_ACTIVE = re.compile(r"[\s'\"]*[=+\-@|%＝＋－＠]|[\t\r\n]")


def row(record: Record, ledger: Ledger, givens: Mapping[str, Given], asked: Mapping[str, int | None]) -> dict[str, Any]:
    """One line as data.  The rounded value of each answer is certified by the judge; "" where it has none."""
    answers = {name: _answer(ledger, name, digits) for name, digits in asked.items()}
    return {"id": record.id, "texts": dict(record.texts), "givens": {name: _written(ledger.entries[name].value, to_text) for name in givens},
            "answers": {name: list(pair) for name, pair in answers.items()}}


def _answer(ledger: Ledger, name: str, digits: int | None) -> tuple[str, str]:
    entry = ledger.entries[name]
    if entry.value is None:     # a claim: whether it is true
        return (entry.judged[0].verdict.status.value if entry.kind == "claim" else "", "")
    from reportgen.wording import exact_form

    try:
        exact = _written(exact_form(entry.value), to_text)
    except (ValueError, TypeError):
        exact = _written(entry.value, to_text)
    return exact, _rounded(ledger, name, entry.value, digits)


def _written(value: Expr, item: Callable[[Expr], str]) -> str:
    """As givens.toml has it: a vector as [16, 8], a matrix as [[1, 2], [3, 4]], anything else by ``item``."""
    if not is_op(value, "matrix"):
        return item(value)
    rows = [", ".join(map(item, row)) for row in rows_of(value)]
    return "[" + ", ".join(rows if all(len(row) == 1 for row in rows_of(value)) else [f"[{row}]" for row in rows]) + "]"


def _rounded(ledger: Ledger, name: str, value: Expr, digits: int | None) -> str:
    if is_op(value, "matrix"):
        return _written(value, lambda item: _rounded(ledger, name, item, digits))
    places = digits
    if places is None:
        number = rational_value(value)
        places = 0 if number is not None and number.denominator == 1 else PLACES
    try:
        # a ledger of its own: the sheet shows more than the page, and the page's ledger holds what the page shows
        judged = ledger.beside().certify(name, value, places)
    except FindingsError:
        return ""
    shown = judged.obligation.statement
    assert isinstance(shown, Operation)
    return to_text(shown.args[1])


def text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The sheet as CSV, all cells between quotes; columns in the order in which they were first met."""
    rows = list(rows)
    texts = list(dict.fromkeys(name for r in rows for name in r["texts"]))
    givens = list(dict.fromkeys(name for r in rows for name in r["givens"]))
    answers = list(dict.fromkeys(name for r in rows for name in r["answers"]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["id", *texts, *givens, *(f"{name} {what}" for name in answers for what in ("exact", "rounded"))])
    for r in rows:
        cells = [r["id"], *(r["texts"].get(n, "") for n in texts), *(r["givens"].get(n, "") for n in givens),
                 *(cell for n in answers for cell in r["answers"].get(n, ("", "")))]
        writer.writerow(map(harmless, cells))
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; plain numbers stay numbers."""
    if _NUMBER.fullmatch(cell) or not _ACTIVE.match(cell):
        return cell
    return "'" + cell


__all__ = ["harmless", "row", "text"]
