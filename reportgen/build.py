"""From a report's folder to its outputs: the phases in order, and what came of them.

    config, givens -> answers -> judge and ledger -> template -> document -> outputs -> files

Each phase collects all its findings before it stops the build.  Nothing is written until everything before the
outputs has succeeded; each output is written as a whole or not at all, and the last good one stays until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.config import ReportMeta, did_you_mean
from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError

REPORTS = Path("reports")


@dataclass(frozen=True, slots=True)
class Target:
    """One line of a build: a format (or "ledger"), its main file, the time it took, "built", "unchanged" or "failed"."""

    name: str
    path: Path
    seconds: float
    status: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What was derived, judged, declared and written."""

    derived: int = 0
    judged: tuple[tuple[str, int], ...] = ()  # (strength, how many), strongest first
    undecided: int = 0
    declared: int = 0
    files: int = 0

    def __str__(self) -> str:
        steps = ", ".join(f"{number} {strength}" for strength, number in self.judged) or "none"
        return (f"{self.derived} derived; steps judged: {steps}; {self.undecided} undecided; "
                f"{_plural(self.declared, 'declared number')}; {_plural(self.files, 'file')} written")


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build came to; ``exit_code`` is 0 only if every target was built and nothing was found."""

    targets: tuple[Target, ...]
    counts: Counts
    findings: tuple[Finding, ...]
    exit_code: int


# --- finding reports ------------------------------------------------------------------------------------------

def known_reports() -> tuple[Path, ...]:
    """The reports under ``reports/``, by name."""
    return tuple(sorted(path.parent for path in REPORTS.glob("*/report.toml")))


def find_report(name: str) -> Path:
    """The folder of a report, from its path or its name under ``reports/``.

    Raises FindingsError (usage) with the reports that there are.
    """
    for folder in (Path(name), REPORTS / name):
        if folder.is_dir() and (folder / "report.toml").is_file():
            return folder
    names = [folder.name for folder in known_reports()]
    hint = f"reports here: {', '.join(names)}" if names else "type: reportgen new DIR"
    near = did_you_mean(name, names)
    if near.startswith("did"):
        hint = f"{near} ({hint})"
    message = f"{name} holds no report.toml" if Path(name).is_dir() else f"there is no report {name!r}"
    raise FindingsError(Finding("usage", message, hint=hint), exit_code=EXIT_UNABLE)


def find_reports(names: Sequence[str]) -> tuple[Path, ...]:
    """The reports named, or all under ``reports/``.  Raises FindingsError (usage, nothing-built)."""
    if not names:
        found = known_reports()
        if not found:
            raise FindingsError(Finding("nothing-built", f"there is no report under {REPORTS}/", hint=f"type: reportgen new {REPORTS}/NAME"),
                                exit_code=EXIT_UNABLE)
        return found
    folders: dict[str, Path] = {}
    for name in names:
        folder = find_report(name)
        other = folders.setdefault(folder.resolve().name, folder)
        if other.resolve() != folder.resolve():
            raise FindingsError(Finding("usage", f"{other} and {folder} have one name, and would overwrite each other's outputs",
                                        hint="build them one by one with different --out"), exit_code=EXIT_UNABLE)
    return tuple(folders.values())
