"""What happens in a build, as values: the command line turns them into lines for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.diagnostics import Finding, Span

if TYPE_CHECKING:
    from reportgen.build import Target


@dataclass(frozen=True, slots=True)
class Event:
    """``event``: "target" (one format is finished), "waiting" (for another build of the same outputs, or for Coq).

    ``findings``: what was found while the target was made; ``cause``: what is waited for.
    """

    event: str
    report: str = ""
    target: Target | None = None
    findings: tuple[Finding, ...] = ()
    cause: str = ""


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding as JSON data."""
    span = finding.span
    record: dict[str, Any] = {"code": finding.code, "severity": finding.severity, "message": finding.message, "hint": finding.hint}
    if span is not None:
        record |= {"file": span.file, "line": span.line, "column": span.column, "length": span.length}
    return record


def write_warnings(findings: Iterable[Finding], folder: Path) -> str:
    """Findings as one line of JSON, to be told again by a build that has nothing to do; files of the folder without its name."""
    records = []
    for finding in findings:
        record = finding_record(finding)
        if finding.span is not None and Path(finding.span.file).is_relative_to(folder):
            record |= {"file": Path(finding.span.file).relative_to(folder).as_posix(), "inside": True}
        records.append(record)
    return json.dumps(records, ensure_ascii=True)


def read_warnings(text: str, folder: Path) -> tuple[Finding, ...]:
    """The findings of such a line."""
    found = []
    for record in json.loads(text) if text else ():
        span = None
        if "file" in record:
            file = str(folder / record["file"]) if record.get("inside") else record["file"]
            span = Span(file, record["line"], record["column"], record["length"])
        found.append(Finding(record["code"], record["message"], span, record["hint"], record["severity"]))
    return tuple(found)
