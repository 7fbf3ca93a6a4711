"""What was found in documents, written for machines: JSON, SARIF, JUnit, GitHub annotations.  Pages for people are in ``sheet``."""

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
            **({"answer": j.beside.label} if j.beside is not None else {}),
            **({"page": j.page} if j.page else {}),
        }
        for j in found
    ]
    summed = {v: counts[v] for v in (*VERDICTS, "unread", "rests")}
    return json.dumps({"version": __version__, "claims": claims, "summary": summed}, ensure_ascii=False, indent=1)


def as_sarif(found: Sequence[Judged], counts: Counter[str]) -> str:
    """SARIF 2.1.0; columns count UTF-16 code units, which is what editors and GitHub take them for."""
    shown = [j for j in found if j.level != "note"]
    rules = sorted({j.code for j in shown})
    results = []
    for j in shown:
        begin, end = (1 + _utf16(j.source[: j.column - 1]), 1 + _utf16(j.source[: j.column - 1 + j.length]))
        region = {"startLine": j.line, "startColumn": begin, "endColumn": max(end, begin + 1), "snippet": {"text": j.text}}
        result = {
            "ruleId": j.code,
            "ruleIndex": rules.index(j.code),
            "level": j.level,
            "message": {"text": j.reason + (f" (page {j.page})" if j.page else "")},
            "locations": [_location(j.file, region)],
        }
        related = [(j.given, "the mistake that it rests on"), (j.after, "the line from which it should follow")]
        if any(line for line, _ in related):
            result["relatedLocations"] = [{**_location(j.file, {"startLine": line}), "message": {"text": text}} for line, text in related if line]
        results.append(result)
    driver = {
        "name": "reportgen",
        "version": __version__,
        "rules": [{"id": r, "shortDescription": {"text": CODES[r][0]}, "fullDescription": {"text": CODES[r][1]}} for r in rules],
    }
    summed = {v: counts[v] for v in (*VERDICTS, "unread", "rests")}
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results, "properties": summed}
    return json.dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _location(file: str, region: dict[str, object]) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": region}}


def _uri(name: str) -> str:
    """A reference relative to where the command ran, or a file URI."""
    from pathlib import Path
    from urllib.parse import quote

    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(name.replace("\\", "/"))


def as_junit(found: Sequence[Judged], counts: Counter[str]) -> str:
    """One suite a file, one case a claim: refuted ones fail, undecided ones and those without a claim are skipped."""
    files: dict[str, list[Judged]] = {}
    for j in found:
        files.setdefault(j.file, []).append(j)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="reportgen check"{_sums(found)}>']
    for file, here in files.items():
        lines.append(f' <testsuite name="{_attribute(file)}"{_sums(here)}>')
        for j in here:
            place = f"{j.page}:{j.line}:{j.column}" if j.page else f"{j.line}:{j.column}"
            name = f'  <testcase classname="{_attribute(file)}" name="{_attribute(f"{place} {j.text}")}" time="0"'
            if j.verdict == "proved":
                lines.append(name + "/>")
            elif j.verdict == "refuted":
                lines.append(f'{name}><failure type="{j.code}" message="{_attribute(j.reason)}">{_attribute(j.source)}</failure></testcase>')
            else:
                lines.append(f'{name}><skipped message="{_attribute(j.reason)}"/></testcase>')
        lines.append(" </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _sums(found: Sequence[Judged]) -> str:
    verdicts = Counter(j.verdict for j in found)
    skipped = verdicts["undecided"] + verdicts["no-claim"]
    return f' tests="{len(found)}" failures="{verdicts["refuted"]}" errors="0" skipped="{skipped}" time="0"'


_UNSHOWN = "\ufffe\uffff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x7f"  # no characters, and marks of direction


def _attribute(text: str) -> str:
    """Text for an XML attribute or element; characters that XML does not know become a mark."""
    return escape(
        "".join(c if c >= " " and c not in _UNSHOWN and not "\ud800" <= c <= "\udfff" else "\ufffd" if c not in "\t\n\r" else " " for c in text),
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


FORMATS: dict[str, Callable[[Sequence[Judged], Counter[str]], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}
