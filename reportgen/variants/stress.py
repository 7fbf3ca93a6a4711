"""Random variants derived and judged without a page, and what their failures have in common.

A failing variant is told by its givens, and made smaller: each given that was drawn is set back to the value of givens.toml
where the variant still fails, so that what is left is what it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reportgen.batch.delivery import Delivery
from reportgen.deriving import Report, derive
from reportgen.diagnostics import Finding, FindingsError
from reportgen.variants.data import Record, override

MOST_TRIES = 60     # derivations for making one failure smaller


def examine(report: Report, record: Record, *, strict: bool = False) -> Delivery:
    """Derive and judge one variant.  Its row says how strong each verdict was; errors are told with the least givens that it takes."""
    findings, strengths = _found(report, record, strict)
    errors = [f for f in findings if f.severity == "error"]
    row: dict[str, Any] = {"id": record.id, "values": dict(record.values), "strengths": strengths}
    if errors:
        row["least"] = dict(_smaller(report, record, errors[0].code, strict).values)
    return Delivery(record.id, {}, row, tuple(findings))


def _found(report: Report, record: Record, strict: bool) -> tuple[tuple[Finding, ...], dict[str, int]]:
    given = override(report.givens, record)
    try:
        ledger = derive(report, draw=False, overrides={name: given[name] for name in record.values}).ledger
        return ledger.findings(strict=strict), dict(ledger.counts())
    except FindingsError as error:
        return error.findings, {}


def _smaller(report: Report, record: Record, code: str, strict: bool) -> Record:
    """The record with as few values of its own as fail in the same way."""
    tries = 0
    values = dict(record.values)
    for name in list(values):
        if len(values) == 1 or tries >= MOST_TRIES:
            break
        fewer = {k: v for k, v in values.items() if k != name}
        tries += 1
        found, _ = _found(report, Record(record.id, record.texts, fewer), strict)
        if any(f.code == code and f.severity == "error" for f in found):
            values = fewer
    return Record(record.id, record.texts, values)


def summary(rows: Iterable[Mapping[str, Any]]) -> str:
    """How many steps of all variants were judged how."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row.get("strengths", {}))
    return ", ".join(f"{number} {strength}" for strength, number in counts.most_common()) or "nothing to judge"


def told(row: Mapping[str, Any]) -> str:
    """The givens of a failing variant in one line: those that it takes, and the others behind them."""
    least = row.get("least", row["values"])
    others = {name: value for name, value in row["values"].items() if name not in least}
    text = ", ".join(f"{name} = {value}" for name, value in least.items())
    return text + (f"   (and {', '.join(f'{name} = {value}' for name, value in others.items())})" if others else "")


__all__ = ["examine", "summary", "told"]
