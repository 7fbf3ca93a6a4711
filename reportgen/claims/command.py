"""``reportgen check``: what the command does; it returns its exit code and prints through the functions it is given."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable

from ..diagnostics import EXIT_CLEAN, EXIT_FINDINGS

FAIL_ON = ("refuted", "undecided", "never")


def check_records(show: Callable[[str], None], note: Callable[[str], None], *, jobs: int, fail_on: str) -> int:
    """Records on standard input, verdicts on standard output, one a line in the same order."""
    from .guard import judge_lines
    counts: Counter[str] = Counter()
    for found in judge_lines(sys.stdin.buffer, jobs):
        counts[str(found["verdict"])] += 1
        show(json.dumps(found, ensure_ascii=True))
    note(summary(counts))
    return exit_code(counts, fail_on)


def summary(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[v]} {v}" for v in ("proved", "refuted", "undecided", "no-claim"))


def exit_code(counts: Counter[str], fail_on: str) -> int:
    failing = {"refuted": ("refuted",), "undecided": ("refuted", "undecided"), "never": ()}[fail_on]
    return EXIT_FINDINGS if any(counts[v] for v in failing) else EXIT_CLEAN


def check_files(files, show, findings, *, jobs: int, form: str, fail_on: str, verbose: bool) -> int:
    raise NotImplementedError
