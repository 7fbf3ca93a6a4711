"""Why a target or an answer was made the last time, and whether it would be now: the input that changed, by name and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError

if TYPE_CHECKING:
    from reportgen.answers import Answer, AnswerGraph
    from reportgen.bookkeeping import Books, Facts
    from reportgen.incremental import Memory

MOST = 6        # reasons in one sentence


def differences(before: Mapping[str, Facts], now: Mapping[str, Facts]) -> str:
    """What changed between two snapshots, in words: causes first, and only where there are none what came out differently."""
    causes = list(dict.fromkeys([*_changed(before.get("leaves", {}), now.get("leaves", {})),
                                 *_changed(before.get("key", {}), now.get("key", {}), results=False)]))
    causes = causes or list(_changed(before.get("key", {}), now.get("key", {})))
    return listed(causes)


def listed(causes: list[str]) -> str:
    more = f"; and {len(causes) - MOST} more" if len(causes) > MOST else ""
    return "; ".join(causes[:MOST]) + more


def _changed(before: Mapping[str, list[str]], now: Mapping[str, list[str]], *, results: bool = True) -> Iterator[str]:
    for name in dict.fromkeys((*now, *before)):
        was, is_now = before.get(name), now.get(name)
        if (was or [None])[0] == (is_now or [None])[0]:
            continue
        kind, _, what = name.partition(" ")
        if kind == "answer" and not results or name == "causes":
            continue
        yield _sentence(kind, what, was, is_now)


def _sentence(kind: str, what: str, was: list[str] | None, now: list[str] | None) -> str:
    how = "is new" if was is None else "is gone" if now is None else "changed"
    if kind == "given":
        if was and now:
            return f"given {what}: {was[1]} -> {now[1]}" if was[1] != now[1] else f"given {what}: its unit, symbol or source changed"
        return f"given {what} {how}"
    if kind in ("file", "layout"):
        place = _lines((was or ["", ""])[1], (now or ["", ""])[1])
        return f"{'layout ' if kind == 'layout' else ''}{what}{place}" + ("" if place else f" {how}")
    if kind == "tool":
        if what == "reportgen":
            return "reportgen itself changed"
        old, new = ((value or ["", "none"])[1].split(" (")[0] for value in (was, now))
        return f"{what} {old} -> {new}"
    if kind == "option":
        return f"{'--' if what in ('strict', 'kernel') else ''}{what}: {(was or ['', 'none'])[1]} -> {(now or ['', 'none'])[1]}"
    if kind == "code":
        return f"{what} {how}"
    if kind == "givens":
        return "the order of the givens changed"
    if kind == "names":
        return "a file came into the report's folder, or went"
    return f"{kind} {what} {how}".strip()


def _lines(was: str, now: str) -> str:
    """`` line 12`` or `` lines 12-14`` of the present file, from the digests of lines; "" where they are not known."""
    old, new = was.split(), now.split()
    if not old or not new or old == new:
        return ""
    first = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    behind = next((i for i, (a, b) in enumerate(zip(reversed(old), reversed(new))) if a != b), min(len(old), len(new)))
    last = max(first, len(new) - 1 - min(behind, len(new) - first, len(old) - first))
    return f" line {first + 1}" if last == first else f" lines {first + 1}-{last + 1}"




# --- the command ------------------------------------------------------------------------------------------------

def why(folder: Path, out: Path, target: str | None = None) -> str:
    """Why a format ("pdf", "report.pdf"), the ledger or an answer was made the last time, and whether it would be now.

    Without a target, all of them that a build made.  Raises FindingsError (usage) for an unknown target, and where an input
    cannot be read.
    """
    from reportgen.bookkeeping import Books
    from reportgen.deriving import open_report
    from reportgen.trace import main_file

    report = open_report(folder)
    engine, strict, template, kernel = _options(out)
    books = Books(folder, out, engine, strict, template, kernel=kernel)
    graph = books.memory.survey({**report.givens, **dict.fromkeys(("submission", "marks"), None)})
    formats = {name: main_file(name) for name in ("ledger", *report.meta.formats, *books.before)}
    names = {file: name for name, file in formats.items()} | {name: name for name in formats}
    if target is None:
        return "\n".join(_of_target(books, report.meta.name, name, formats[name]) for name in formats)
    if target in names:
        return _of_target(books, report.meta.name, names[target], formats[names[target]])
    known = {a.name: a for a in graph.answers}
    if target.split(".")[0] in known:
        return _of_answer(books.memory, graph, report.meta.name, known[target.split(".")[0]])
    from reportgen.config import did_you_mean

    raise FindingsError(Finding("usage", f"{report.meta.name} makes no {target!r}", hint=did_you_mean(target, [*names, *known])
                                or "type: reportgen why REPORT, to see all files that it makes"), exit_code=EXIT_UNABLE)


def _options(out: Path) -> tuple[str, bool, str, str]:
    """What the last build was asked for."""
    from reportgen import trace

    asked = {parts[1]: parts[2] for parts in trace.read(str(out)) if parts[0] == "option"}
    return asked.get("engine", "typst"), asked.get("strict") == "True", asked.get("template", "report.md"), asked.get("kernel", "")


def _of_target(books: Books, report: str, name: str, file: str) -> str:
    record = books.before.get(name)
    if record is None:
        return _said(report, file, "", books.memory.reason or "it was never built")
    return _said(report, file, _last(record.get("now", ""), record.get("because", "")), books.why(name, books.survey))


def _of_answer(memory: Memory, graph: AnswerGraph, report: str, answer: Answer) -> str:
    record: Any = memory.before.get("answers", {}).get(answer.name)
    if not isinstance(record, dict):
        return _said(report, answer.name, "", memory.reason or "it is new")
    return _said(report, answer.name, _last(memory.before.get("runs", {}).get(answer.name, ""), record.get("because", "")),
                 listed(_causes(memory, {a.name: a for a in graph.answers}, answer)))


def _causes(memory: Memory, known: Mapping[str, Answer], answer: Answer) -> list[str]:
    """What changed of all that an answer rests on, its own first."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [answer]
    while waiting:
        current = waiting.pop(0)
        if current.name in seen:
            continue
        seen.add(current.name)
        because = memory.why(current)
        if because:
            found.setdefault(because if current is answer else f"{because} (for {current.name})")
        waiting += [known[p.name] for p in current.parameters if p.name in known]
    return list(found)


def _last(ran: str, because: str) -> str:
    return f"made: {ran}" if ran else f"left as it was; made before that: {because}"


def _said(report: str, what: str, last: str, now: str) -> str:
    return "\n".join([f"{report} {what}", *([f"  last build: {last}"] if last else []),
                      f"  now: would be made: {now}" if now else "  now: nothing to do, nothing has changed"])
