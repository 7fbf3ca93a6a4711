"""What was found in documents, written for people and for machines: text, JSON, SARIF, JUnit, GitHub annotations, HTML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from .. import __version__
from ..diagnostics import CODES

VERDICTS = ("proved", "refuted", "undecided", "no-claim")
_WARNED = frozenset({"claim-near", "claim-follow-up", "claim-working"})


@dataclass(frozen=True, slots=True)
class Beside:
    """What a claim was held against.  Formulas are plain text.

    ``name`` and ``label`` of the answer, what was ``asked`` and what was ``stated``, as read; ``supplied``: what was missing so that
    it could be read; ``why``: the changes that make it right; ``merged``: letters that mean one thing; ``letters``: its letters
    and the answer's; ``statement`` under ``assume``: for the judge of a ledger; ``like``: other answers (label, value) that it is, ``sums``:
    once signs of summation are left out; of a vector its ``entries`` and ``counts`` (stated, asked), of an entry its ``terms`` (its own, the others').
    """

    name: str
    label: str
    asked: str
    stated: str
    supplied: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    statement: str = ""
    assume: tuple[str, ...] = ()
    like: tuple[tuple[str, str], ...] = ()
    sums: bool = False
    entries: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim of a document with its verdict; ``left`` and ``right`` are the values where they differ."""

    file: str
    line: int
    column: int
    length: int
    text: str
    source: str
    verdict: str
    code: str
    reason: str
    left: str = ""
    right: str = ""
    given: int = 0  # the line on whose mistake it rests
    page: int = 0  # of a PDF; lines are counted on their page
    begin: int = 0  # offsets in the document
    end: int = 0
    after: int = 0  # the line from which it does not follow
    beside: Beside | None = None

    @property
    def level(self) -> str:
        """SARIF's words: "error" for what is refuted, "warning" for what is told besides, "note" for the rest."""
        return "error" if self.verdict == "refuted" else "warning" if self.code in _WARNED else "note"


def summary(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[v]} {v}" for v in VERDICTS) + f"; {counts['unread']} could not be read" + (
        f"; {counts['rests']} of the proved rest on a mistake" if counts["rests"] else ""
    )


def as_json(found: Sequence[Judged], counts: Counter[str]) -> str:
    claims = [
        {
            "file": j.file,
            "line": j.line,
            "column": j.column,
            "length": j.length,
            "text": j.text,
            "verdict": j.verdict,
            "code": j.code,
            "reason": j.reason,
            **({"left": j.left, "right": j.right} if j.left else {}),
            **({"given": j.given} if j.given else {}),
            **({"page": j.page} if j.page else {}),
        }
        for j in found
    ]
    summed = {v: counts[v] for v in (*VERDICTS, "unread", "rests")}
    return json.dumps({"version": __version__, "claims": claims, "summary": summed}, ensure_ascii=False, indent=1)


def as_sarif(found: Sequence[Judged], counts: Counter[str]) -> str:
    shown = [j for j in found if j.level != "note"]
    rules = sorted({j.code for j in shown})
    results = []
    for j in shown:
        region = {"startLine": j.line, "startColumn": j.column, "endColumn": j.column + j.length, "snippet": {"text": j.text}}
        result = {
            "ruleId": j.code,
            "ruleIndex": rules.index(j.code),
            "level": j.level,
            "message": {"text": j.reason + (f" (page {j.page})" if j.page else "")},
            "locations": [_location(j.file, region)],
        }
        if j.given:
            result["relatedLocations"] = [{**_location(j.file, {"startLine": j.given}), "message": {"text": "the mistake that it rests on"}}]
        results.append(result)
    run = {
        "tool": {
            "driver": {
                "name": "reportgen",
                "version": __version__,
                "rules": [{"id": r, "shortDescription": {"text": CODES[r][0]}, "fullDescription": {"text": CODES[r][1]}} for r in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {v: counts[v] for v in (*VERDICTS, "unread", "rests")},
    }
    return json.dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _location(file: str, region: dict[str, object]) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": region}}


def _uri(name: str) -> str:
    from urllib.parse import quote

    return quote(name.replace("\\", "/"))


def as_junit(found: Sequence[Judged], counts: Counter[str]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="reportgen check" tests="{sum(counts[v] for v in VERDICTS)}" failures="{counts["refuted"]}"'
        f' skipped="{counts["undecided"] + counts["no-claim"]}" errors="0">',
    ]
    for j in found:
        name = f'<testcase classname="{_attribute(j.file)}" name="{_attribute(f"{j.line}:{j.column} {j.text}")}"'
        if j.verdict == "proved":
            lines.append(name + "/>")
        else:
            tag = "failure" if j.verdict == "refuted" else "skipped"
            lines.append(f'{name}><{tag} message="{_attribute(j.reason)}"/></testcase>')
    return "\n".join([*lines, "</testsuite>"])


def _attribute(text: str) -> str:
    """Text for an XML attribute; characters that XML does not know become a mark."""
    return escape(
        "".join(c if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff" else "\ufffd" if c not in "\t\n\r" else " " for c in text),
        quote=True,
    )


def as_github(found: Sequence[Judged], counts: Counter[str]) -> str:
    def data(text: str, more: bool = False) -> str:
        text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        return text.replace(":", "%3A").replace(",", "%2C") if more else text

    return "\n".join(
        f"::{j.level} file={data(j.file, True)},line={j.line},col={j.column}"
        f",endColumn={j.column + j.length},title={data(CODES[j.code][0], True)}"
        f"::{data(j.reason)}"
        for j in found
        if j.level != "note"
    )


def as_html(found: Sequence[Judged], counts: Counter[str]) -> str:
    rows = []
    for j in found:
        begin, end = j.column - 1, j.column - 1 + j.length
        marked = escape(j.source[:begin]) + "<mark>" + escape(j.source[begin:end]) + "</mark>" + escape(j.source[end:])
        rows.append(
            f'<tr class="{j.verdict}"><td>{escape(j.file)}:{j.line}</td><td><code>{marked}</code></td><td>{j.verdict}</td><td>{escape(j.reason)}</td></tr>'
        )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Claims</title>'
        '<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}'
        ''
        "td,th{border-bottom:1px solid #ccc;padding:.3em .6em;text-align:left;vertical-align:top}code{white-space:pre-wrap}mark{background:#eee}"
        ".refuted mark{background:#f9c6c6}.proved mark{background:#d3f0d3}</style></head><body><h1>Claims</h1><p>"
        + escape(summary(counts))
        + "</p><table><thead><tr><th>Place</th><th>Line</th><th>Verdict</th><th>Why</th></tr></thead><tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table></body></html>"
    )


FORMATS: dict[str, Callable[[Sequence[Judged], Counter[str]], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
    "html": as_html,
}
