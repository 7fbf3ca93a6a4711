"""A delivery: the files of one variant with their digests, in bytes that anybody can read without running anything.

    reportgen delivery 1, and the SHA-256 of all that follows
    {"id": ..., "files": [{"path": ..., "size": ..., "sha256": ...}], "row": ..., "findings": [...]}
    the bytes of the files, one after the other
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from reportgen.batch.archive import digest
from reportgen.diagnostics import Finding, FindingsError, Span

_FIRST = b"reportgen delivery 1 "


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one record: files by path, a line of data, and findings; with an error among them there are no files."""

    id: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        return any(f.severity == "error" for f in self.findings)


def encode(delivery: Delivery) -> bytes:
    head = {"id": delivery.id, "row": delivery.row, "findings": [finding_data(f) for f in delivery.findings],
            "files": [{"path": path, "size": len(data), "sha256": digest(data)} for path, data in delivery.files.items()]}
    rest = b"".join([json.dumps(head).encode(), b"\n", *delivery.files.values()])
    return b"".join([_FIRST, digest(rest).encode(), b"\n", rest])


def decode(data: bytes, expected: str) -> Delivery:
    """The delivery for the record ``expected``, each file compared with its digest.  Raises FindingsError (delivery-altered)."""
    try:
        first, rest = data.split(b"\n", 1)
        if first != _FIRST + digest(rest).encode():
            raise ValueError("it is not as it was sent")
        head_line, content = rest.split(b"\n", 1)
        head = json.loads(head_line)
        if head["id"] != expected:
            raise ValueError("it is not what was asked for")
        files: dict[str, bytes] = {}
        at = 0
        for entry in head["files"]:
            path = PurePosixPath(entry["path"])
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ValueError(f"{entry['path']!r} leads out of the folder")
            piece = content[at:at + entry["size"]]
            at += entry["size"]
            if digest(piece) != entry["sha256"]:
                raise ValueError(f"{entry['path']} does not have the digest that was named")
            files[entry["path"]] = piece
        if at != len(content):
            raise ValueError("it holds more than it names")
        return Delivery(head["id"], files, head["row"], tuple(map(finding_from, head["findings"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FindingsError(Finding("delivery-altered", f"the delivery for {expected} cannot be taken: {error}",
                                    hint="run the command again: only what is missing is built")) from None


# --- findings as data -----------------------------------------------------------------------------------------

def finding_data(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {"code": finding.code, "message": finding.message, "hint": finding.hint, "severity": finding.severity, "source": finding.source,
            "span": None if span is None else [span.file, span.line, span.column, span.length]}


def finding_from(data: Mapping[str, Any]) -> Finding:
    return Finding(data["code"], data["message"], None if data["span"] is None else Span(*data["span"]), data["hint"], data["severity"], data["source"])


def moved(findings: Iterable[Finding], here: Path, there: Path) -> tuple[Finding, ...]:
    """The findings with places below the folder ``here`` named as below ``there``: a worker works in a copy."""
    def place(span: Span | None) -> Span | None:
        if span is None or not span.file:
            return span
        path = Path(span.file)
        return replace(span, file=str(there / path.relative_to(here))) if path.is_relative_to(here) else span
    return tuple(replace(f, span=place(f.span), message=f.message.replace(str(here), str(there))) for f in findings)


__all__ = ["Delivery", "decode", "encode", "finding_data", "finding_from", "moved"]
