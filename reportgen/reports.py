"""Which reports there are, and where: a report is a folder with a report.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError

REPORTS = Path("reports")


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
    from reportgen.config import did_you_mean

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
