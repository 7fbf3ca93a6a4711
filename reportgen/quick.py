"""A build with nothing to do, answered before anything else is imported.

Only the plain form of the command is understood here (reports, ``--to``, ``--out``, ``--engine``, ``--strict``, ``-q``, ``-v``), and
only "all is as it was" is answered; everything else is left to ``cli``, which says the same in the same words.
"""

from __future__ import annotations

import os
import sys
import time

from reportgen import trace

_VALUES = {"--to": "to", "--out": "out", "-o": "out", "--engine": "engine"}
_FORMATS = ("pdf", "tex", "md", "html")


def run(arguments: list[str]) -> int | None:
    """0 where every report named is as the last build left it, and said so; None where somebody else must look."""
    if "build" not in arguments[:2]:
        return None
    options = _options(arguments)
    if options is None:
        return None
    began = time.perf_counter()
    folders = _folders(options["reports"])
    present = trace.common(options["engine"], options["strict"])
    found = []
    for folder in folders:
        name = os.path.basename(os.path.realpath(folder))
        out = os.path.join(options["out"], name)
        same = trace.unchanged(folder, out, options["to"], options["engine"], options["strict"], present=present)
        if same is None:
            return None
        found.append((name, out, same))
    if not found or len({name for name, _, _ in found}) < len(found):
        return None
    for name, out, same in found:
        _say(name, out, same, options["quiet"], began)
        began = time.perf_counter()
    return 0


def line(report: str, target: str, status: str, seconds: float, path: str) -> str:
    """What is said of one target."""
    return f"{report}  {target:<6}  {status:<9}  {seconds:6.2f} s  {path}"


def _options(arguments: list[str]) -> dict | None:
    options: dict = {"reports": [], "to": None, "out": "build", "engine": "typst", "strict": False, "quiet": False}
    rest = iter(arguments)
    command = False
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in _VALUES:
            value = value if equals else next(rest, "")
            if not command or not value or value.startswith("-") or (equals and not argument.startswith("--")):
                return None
            options[_VALUES[name]] = value
        elif argument in ("-q", "--quiet"):
            options["quiet"] = True
        elif argument == "--strict" and command:
            options["strict"] = True
        elif argument == "build" and not command:
            command = True
        elif command and not argument.startswith("-"):
            options["reports"].append(argument)
        else:
            return None
    if not command:
        return None
    if options["to"] is not None:
        wanted = [part.strip() for part in options["to"].split(",")]
        if not all(part in _FORMATS for part in wanted):
            return None
        options["to"] = [f for f in _FORMATS if f in wanted]
    parts = options["out"].split("/")
    options["out"] = ("/" if not parts[0] else "") + "/".join(p for p in parts if p not in ("", ".")) or "."
    return options


def _folders(names: list[str]) -> list[str]:
    if not names:
        try:
            names = sorted(os.listdir("reports"))
        except OSError:
            return []
        return [os.path.join("reports", n) for n in names if os.path.isfile(os.path.join("reports", n, "report.toml"))]
    found = []
    for name in names:
        folder = next((f for f in (name, os.path.join("reports", name)) if os.path.isfile(os.path.join(f, "report.toml"))), "")
        if not folder:
            return []
        found.append(folder)
    return found


def _say(name: str, out: str, same: trace.Unchanged, quiet: bool, began: float) -> None:
    if not quiet:
        lines = []
        for target, file in same.targets:
            now = time.perf_counter()
            lines.append(line(name, target, "unchanged", now - began, os.path.join(out, file)))
            began = now
        _print(lines)
    warnings = same.said.get("warnings", "[]")
    if warnings != "[]" and not quiet:
        from pathlib import Path

        from reportgen.cli import Terminal
        from reportgen.events import read_warnings

        Terminal().findings(read_warnings(warnings, Path(same.folder)))
    if not quiet:
        _print([f"{name}: {same.said.get('counts', '')}"])


def _print(lines: list[str]) -> None:
    try:
        sys.stdout.reconfigure(errors="backslashreplace")
        print("\n".join(lines), flush=True)
    except (BrokenPipeError, AttributeError):       # the reader has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
