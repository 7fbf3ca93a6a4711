"""A document with its marks beside its lines, as a page for a browser and as a PDF by Typst.

All that comes from the document is put in as text: escaped in HTML, as data that Typst reads in the PDF.  A document of more than
MAX_LINES lines is shown where there is something to see, with a few lines around it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .formats import Judged, summary

MAX_LINES = 3_000
AROUND = 2
_CLASSES = {"proved": "right", "refuted": "wrong", "undecided": "open", "no-claim": ""}
_HEADS = {"right": "right", "wrong": "wrong", "near": "nearly", "given": "right, given", "open": "undecided", "unread": "not read", "missing": "missing"}

Lines = Mapping[str, Sequence[tuple[int, int, str]]]  # by document: (page, number, text)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number (with its page, in a PDF), its text cut where a mark begins or ends, and what is said of it.

    ``pieces``: (text, class); ``notes``: (class, text).  A row with the number 0 stands for lines that are left out.
    """

    page: int
    number: int
    pieces: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def kind(judged: Judged) -> str:
    """The class of a mark; "" where nothing is to be seen."""
    if judged.code == "claim-follow-up":
        return "given"
    if judged.code in ("claim-near", "claim-working"):
        return "near"
    return "unread" if judged.code == "claim-unreadable" else _CLASSES[judged.verdict]


def rows(lines: Sequence[tuple[int, int, str]], found: Sequence[Judged]) -> list[Row]:
    """``lines``: (page, number, text) of a document."""
    by_place: dict[tuple[int, int], list[Judged]] = {}
    for judged in found:
        if kind(judged):
            by_place.setdefault((judged.page, judged.line), []).append(judged)
    shown = None
    if len(lines) > MAX_LINES:
        marked = [k for k, (page, number, _) in enumerate(lines) if (page, number) in by_place]
        shown = {near for k in marked for near in range(k - AROUND, k + AROUND + 1)}
    out: list[Row] = []
    for k, (page, number, text) in enumerate(lines):
        if shown is not None and k not in shown:
            if not out or out[-1].number:
                out.append(Row(page, 0))
            continue
        here = by_place.get((page, number), [])
        out.append(Row(page, number, _pieces(text, here), _notes(here)))
    return out


def note(judged: Judged) -> str:
    """What is said beside the line, behind the head of its kind."""
    reason = judged.reason
    for begins in ("wrong as an answer: ", "right, given ", "does not follow"):
        if reason.startswith(begins):
            return reason if begins.startswith("does") else reason.removeprefix(begins)
    return reason


def _notes(here: Sequence[Judged]) -> tuple[tuple[str, str], ...]:
    """One note for each mark; what is right on a line is told together."""
    right = [j for j in here if kind(j) == "right"]
    told = [(kind(j), note(j)) for j in here if kind(j) != "right"]
    if right:
        told.insert(0, ("right", note(right[0]) if len(right) == 1 else f"{len(right)} statements"))
    return tuple(told)


def _pieces(text: str, here: Sequence[Judged]) -> tuple[tuple[str, str], ...]:
    """The line cut into marked and unmarked parts; a mark within another one is seen."""
    classes = [""] * len(text)
    for judged in sorted(here, key=lambda j: -j.length):
        begin = judged.column - 1
        for k in range(begin, min(len(text), begin + judged.length)):
            classes[k] = kind(judged)
    found: list[tuple[str, str]] = []
    begin = 0
    for k in range(1, len(text) + 1):
        if k == len(text) or classes[k] != classes[begin]:
            found.append((text[begin:k], classes[begin]))
            begin = k
    return tuple(found)


# --- HTML

_STYLE = """body{font-family:sans-serif;margin:1.5em auto;max-width:80em;padding:0 1em;color:#222}
table{border-collapse:collapse;width:100%;table-layout:fixed}col.n{width:4.5em}col.m{width:32%}
td,th{padding:.1em .5em;text-align:left;vertical-align:top}td.n,th.n{color:#777;text-align:right}
td.t{font-family:monospace;white-space:pre-wrap;overflow-wrap:anywhere;border-right:1px solid #ddd}
td.m{font-size:.9em;overflow-wrap:anywhere}td.m p{margin:.1em 0;padding-left:.5em;border-left:3px solid #aaa}tr.gap td{text-align:center;color:#777}
mark{background:#eee;color:inherit;border-bottom:2px solid #aaa}
mark.right{background:#dff3df;border-color:#3a8a3a}mark.wrong{background:#fbd5d5;border-color:#c22}
mark.near,mark.given{background:#fdeec9;border-color:#c80}mark.open,mark.unread{background:#e8e8f4;border-color:#77a}
td.m p.right{border-color:#3a8a3a}td.m p.wrong{border-color:#c22}td.m p.near,td.m p.given{border-color:#c80}td.m p.open,td.m p.unread{border-color:#77a}
@media (prefers-color-scheme:dark){body{background:#1c1c1c;color:#ddd}mark{color:#111}td.t{border-color:#444}}"""


def html(found: Sequence[Judged], counts: Counter[str], documents: Lines, missing: Sequence[str] = ()) -> str:
    """The page."""
    out = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Marked: {escape(', '.join(documents))}</title><style>{_STYLE}</style></head><body><h1>Marked</h1><p>{escape(summary(counts))}</p>"
    ]
    out += [f"<p>Not stated: {escape(text)}</p>" for text in missing]
    for name, lines in documents.items():
        out.append(f"<h2>{escape(name)}</h2><table><colgroup><col class=\"n\"><col><col class=\"m\"></colgroup>"
                   '<thead><tr><th class="n">Line</th><th>Text</th><th>Mark</th></tr></thead><tbody>')
        for row in rows(lines, [j for j in found if j.file == name]):
            if not row.number:
                out.append('<tr class="gap"><td colspan="3">…</td></tr>')
                continue
            text = "".join(f'<mark class="{c}">{escape(t)}</mark>' if c else escape(t) for t, c in row.pieces)
            notes = "".join(f'<p class="{c}"><strong>{_HEADS[c]}</strong>: {escape(t)}</p>' for c, t in row.notes)
            place = f"{row.page}:{row.number}" if row.page else str(row.number)
            out.append(f'<tr><td class="n">{place}</td><td class="t">{text}</td><td class="m">{notes}</td></tr>')
        out.append("</tbody></table>")
    return _plain("\n".join(out) + "</body></html>")


# --- PDF


def pdf(found: Sequence[Judged], counts: Counter[str], documents: Lines, missing: Sequence[str] = ()) -> bytes:
    """The same as a PDF.  Raises FindingsError (engine-missing, engine-failed)."""
    from ..outputs.typst import compile_pdf
    from ..resources import layout

    files = [
        {
            "name": _plain(name),
            "rows": [
                {
                    "place": (f"{row.page}:{row.number}" if row.page else str(row.number)) if row.number else "",
                    "pieces": [[_breakable(t), c] for t, c in row.pieces],
                    "notes": [[c, _HEADS[c], _plain(t)] for c, t in row.notes],
                }
                for row in rows(lines, [j for j in found if j.file == name])
            ],
        }
        for name, lines in documents.items()
    ]
    data = {"summary": summary(counts), "missing": [_plain(m) for m in missing], "files": files}
    with tempfile.TemporaryDirectory(prefix="reportgen-") as name:
        folder = Path(name)
        (folder / "marks.json").write_text(json.dumps(data), encoding="utf-8")
        (folder / "report.typ").write_text(layout("marks.typ").read_text(encoding="utf-8"), encoding="utf-8")
        return compile_pdf(folder)


def _plain(text: str) -> str:
    """Without control characters, surrogates and marks of direction."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]", "\ufffd", text)


def _breakable(text: str) -> str:
    """A line of the document may break behind signs and in long words; tabs are blanks."""
    text = _plain(text.replace("\t", "    "))
    return re.sub(r"([\\{}()=+\-*/,;_^|&]|\w{24})", "\\1\u200b", text)


FORMATS: dict[str, Callable[[Sequence[Judged], Counter[str], Lines, Sequence[str]], str | bytes]] = {"html": html, "pdf": pdf}
