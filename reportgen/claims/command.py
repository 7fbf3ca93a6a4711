"""``reportgen check``: what the command does; it returns its exit code and prints through the functions it is given."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError, Span
from . import formats, sheet
from .documents import Document
from .formats import Judged
from .marking import judge_document

if TYPE_CHECKING:
    from .against import Key

FAIL_ON = ("refuted", "undecided", "never")


def check_records(show: Callable[[str], None], note: Callable[[str], None], *, jobs: int, fail_on: str) -> int:
    """Records on standard input, verdicts on standard output, one a line in the same order."""
    from .guard import judge_lines

    counts: Counter[str] = Counter()
    for found in judge_lines(sys.stdin.buffer, jobs):
        counts[str(found["verdict"])] += 1
        show(json.dumps(found, ensure_ascii=True))
    note(formats.summary(counts))
    return exit_code(counts, fail_on)


def exit_code(counts: Counter[str], fail_on: str) -> int:
    failing = {"refuted": ("refuted",), "undecided": ("refuted", "undecided"), "never": ()}[fail_on]
    return EXIT_FINDINGS if any(counts[v] for v in failing) else EXIT_CLEAN


def check_files(
    files: Sequence[str],
    show: Callable[[str], None],
    report: Callable[[Iterable[Finding]], None],
    *,
    jobs: int,
    form: str,
    fail_on: str,
    verbose: bool,
    key: Key | None = None,
    out: Path | None = None,
) -> int:
    """Each file's claims, judged; findings as they are met with ``text``, everything at the end with the other formats.

    ``out``: a file for what would be shown.  Raises FindingsError (usage, output-failed, engine-missing, engine-failed).
    """
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise FindingsError(Finding("usage", "a PDF is not shown on a terminal", hint="add -o marked.pdf"), exit_code=EXIT_UNABLE)
    counts: Counter[str] = Counter()
    kept: list[Judged] = []
    pages: dict[str, list[tuple[int, int, str]]] = {}
    stated: set[tuple[str, str]] = set()
    unable = False
    for name in files:
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            report(
                [
                    Finding(
                        "file-missing" if missing else "file-unreadable",
                        f"{name} " + ("is not there" if missing else f"cannot be read: {error.strerror}"),
                        Span(name),
                    )
                ]
            )
            unable = True
            continue
        document = Document(name, data)
        if document.missing:
            report([Finding("file-unreadable", f"{name} {document.missing}", Span(name), severity="warning")])
            unable = unable or not document.text.strip()
        if form in sheet.FORMATS:
            pages[name] = document.lines()
        for judged in judge_document(document, jobs, key):
            if judged.beside is not None:
                stated.add((judged.beside.name, judged.beside.label))
            counts[judged.verdict] += 1
            counts["rests"] += judged.code == "claim-follow-up"
            counts["unread"] += judged.code == "claim-unreadable"
            if form == "text":
                finding = _finding(judged, verbose)
                if finding is not None:
                    report([finding])
            else:
                kept.append(judged)
    missing = key.missing(stated) if key is not None and not unable else []
    if form == "text":
        if missing:
            report([Finding("claim-missing", f"not stated in {', '.join(files)}: {text}", severity="warning") for text in missing])
        written: str | bytes = f"{', '.join(files)}: {formats.summary(counts)}"
    elif form in sheet.FORMATS:
        written = sheet.FORMATS[form](kept, counts, pages, missing)
    else:
        written = formats.FORMATS[form](kept, counts)
    _put(written, show, out)
    return EXIT_UNABLE if unable else exit_code(counts, fail_on)


def _put(written: str | bytes, show: Callable[[str], None], out: Path | None) -> None:
    if out is not None:
        from ..files import write_files

        write_files(out.parent, {out.name: written.encode() + b"\n" if isinstance(written, str) else written})
    elif isinstance(written, str):
        show(written)
    else:
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()


def _finding(judged: Judged, verbose: bool) -> Finding | None:
    """What is told on the terminal: mistakes and what rests on them, roundings; with ``verbose`` what was not decided, too."""
    if judged.level == "note" and not (verbose and judged.verdict == "undecided"):
        return None
    text, severity = _short(judged.text), "error" if judged.verdict == "refuted" else "warning"
    message = {
        "claim-refuted": f"{text} is wrong: {judged.reason}",
        "claim-step": f"{text} {judged.reason}",
        "claim-total": f"the total {text} is wrong: {judged.reason}",
    }.get(judged.code, f"{text}: {judged.reason}")
    hint = ""
    if judged.beside is not None and judged.beside.counts:
        hint = f"the answer has {judged.beside.counts[1]} entries" if judged.left else "put commas between the entries"
    elif judged.left and judged.code == "claim-wrong-answer":
        hint = f"claimed {judged.left}, the answer is {judged.right}"
    elif judged.left and judged.code == "claim-follow-up":
        hint = f"claimed {judged.left}, the answer is {judged.right}; correct line {judged.given}, and then this one"
    elif judged.left and judged.code == "claim-total":
        hint = f"write {judged.left}, or look for the cell that is wrong"
    elif judged.left:
        hint = f"the left side is {judged.left}, the right side is {judged.right}"
    file = f"{judged.file}, page {judged.page}" if judged.page else judged.file
    return Finding(judged.code, message, Span(file, judged.line, judged.column, judged.length), hint, severity, judged.source)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
