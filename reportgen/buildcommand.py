"""The command ``build``: reports one after the other, told as lines for people or as JSON lines for programs, and dependency files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from reportgen import quick
from reportgen.bookkeeping import FIRST
from reportgen.build import BuildResult, Target, build
from reportgen.diagnostics import EXIT_CLEAN, Finding, FindingsError
from reportgen.events import Event, finding_record


class Log(Protocol):
    """What is told of a build while it goes on."""

    def start(self, report: str) -> None: ...
    def event(self, event: Event) -> None: ...
    def done(self, report: str, result: BuildResult) -> None: ...
    def failed(self, report: str, error: FindingsError) -> None: ...


class Lines:
    """For people: one line a target on standard output, findings on standard error."""

    def __init__(self, terminal: Any) -> None:
        self.terminal = terminal

    def start(self, report: str) -> None:
        pass

    def event(self, event: Event) -> None:
        self.terminal.say(target_line(event.report, event.target) if event.target is not None else f"{event.report}  {event.event}: {event.cause}")

    def done(self, report: str, result: BuildResult) -> None:
        for path in (path for target in result.targets for path in target.files):
            self.terminal.note(f"  wrote {path}")
        self.terminal.findings(result.findings)
        self.terminal.say(f"{report}: {result.counts}")

    def failed(self, report: str, error: FindingsError) -> None:
        self.terminal.findings(error.findings)
        self.terminal.say(f"{report}  failed: nothing was written")


class JsonLines:
    """For programs: a JSON object a line on standard output, and nothing else anywhere.

    ``{"event": "start" | "waiting" | "target" | "finding" | "done" | "failed", "report": NAME, ...}``.  A target has ``target``, ``status``
    (built, unchanged, failed), ``seconds``, ``path``, ``cause`` (empty where it was not made) and ``files`` (those whose bytes changed); a finding
    has ``code``, ``severity``, ``message``, ``hint`` and, where it has a place, ``file``, ``line``, ``column``, ``length``; done and failed have
    ``exit_code``, ``seconds`` and how many ``findings`` there were, done has ``counts``.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._began = 0.0

    def _say(self, event: str, report: str, **parts: Any) -> None:
        self._show(json.dumps({"event": event, "report": report, **parts}, ensure_ascii=False))

    def start(self, report: str) -> None:
        self._began = time.perf_counter()
        self._say("start", report)

    def event(self, event: Event) -> None:
        target = event.target
        if target is None:
            self._say(event.event, event.report, cause=event.cause)
        else:
            self._say("target", event.report, target=target.name, status=target.status, seconds=round(target.seconds, 4), path=str(target.path),
                      cause=target.cause, files=[str(path) for path in target.files])

    def _end(self, event: str, report: str, findings: Sequence[Finding], code: int, **parts: Any) -> None:
        for finding in findings:
            self._say("finding", report, **finding_record(finding))
        self._say(event, report, exit_code=code, seconds=round(time.perf_counter() - self._began, 4), findings=len(findings), **parts)

    def done(self, report: str, result: BuildResult) -> None:
        self._end("done", report, result.findings, result.exit_code, counts=result.counts)

    def failed(self, report: str, error: FindingsError) -> None:
        self._end("failed", report, error.findings, error.exit_code)


def target_line(report: str, target: Target) -> str:
    """``car  pdf  built  0.52 s  build/car/report.pdf  (given v: 20 m/s -> 25 m/s)``."""
    because = f"  ({target.cause})" if target.cause not in ("", *FIRST) and target.status != "failed" else ""
    return quick.line(report, target.name, target.status, target.seconds, str(target.path)) + because


def build_reports(folders: Sequence[Path], out_of: Callable[[Path], Path], targets: Sequence[str] | None, log: Log, *, engine: str, strict: bool,
                  cache: str, depfile: str | None = None, kernel: bool = False, trace: Callable[[FindingsError], None] = lambda error: None) -> int:
    """Build each report; one that fails does not keep the others from being built.  The worst exit code of all."""
    code = EXIT_CLEAN
    built: list[tuple[Path, BuildResult]] = []
    for folder in folders:
        name = folder.resolve().name
        log.start(name)
        try:
            result = build(folder, targets, out_of(folder), engine=engine, strict=strict, cache=cache, kernel=kernel, on_event=log.event)
        except FindingsError as error:
            trace(error)
            log.failed(name, error)
            code = max(code, error.exit_code)
            continue
        log.done(name, result)
        built.append((folder, result))
        code = max(code, result.exit_code)
    if depfile is not None and len(built) == len(folders):
        from reportgen.files import write_file

        write_file(Path(depfile), dependencies(built).encode("utf-8", "surrogateescape"))
    return code


# --- dependency files -------------------------------------------------------------------------------------------

def dependencies(built: Sequence[tuple[Path, BuildResult]]) -> str:
    """What make should know: each main output rests on each input; an input that goes away is no error, as with ``gcc -MP``."""
    from reportgen import digests

    out: list[str] = []
    everything: dict[str, None] = {}
    layouts = digests.layouts_folder()
    for folder, result in built:
        names = {target.name for target in result.targets}
        inputs = [str(folder / name) for name in result.inputs if not name.endswith("/")]
        inputs += [f"{layouts}/{name}" for name in digests.layouts() if digests.layout_target(name) in ("", *names)]
        inputs = [name for name in inputs if not any(c in name for c in ";\t\n")]      # make has no way to write these
        everything |= dict.fromkeys(inputs)
        out.append(" ".join(make_name(str(target.path), target=True) for target in result.targets) + ":"
                   + "".join(f" \\\n  {make_name(name)}" for name in inputs) + "\n")
    out += [f"{make_name(name, target=True)}:\n" for name in everything]
    return "\n".join(out)


def make_name(name: str, *, target: bool = False) -> str:
    """A file's name as make reads it: blanks, ``#``, ``:``, ``$`` and, in a target, ``%`` escaped."""
    escaped = ""
    for char in name:
        if char in " #:" or char == "%" and target:
            # a backslash stands for itself, but before these
            escaped += "\\" * (len(escaped) - len(escaped.rstrip("\\")) + 1) + char
        else:
            escaped += "$$" if char == "$" else char
    return escaped


__all__ = ["JsonLines", "Lines", "Log", "build_reports", "dependencies", "make_name", "target_line"]
