"""``reportgen new``: a small working report to begin from."""

from __future__ import annotations

from pathlib import Path

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span
from reportgen.files import output_failed, write_files
from reportgen.resources import templates_folder

_LEFT_OUT = ("__pycache__",)


def new(folder: str | Path) -> Path:
    """Copy the starter report into ``folder``, which must be empty or not there yet.

    Raises FindingsError (usage, output-failed).
    """
    folder = Path(folder)
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise FindingsError(Finding("usage", f"{folder} is not empty, and nothing in it is overwritten", Span(str(folder)),
                                        "choose another name"), exit_code=EXIT_UNABLE)
        if folder.exists() and not folder.is_dir():
            raise FindingsError(Finding("usage", f"{folder} is a file", Span(str(folder)), "choose another name"),
                                exit_code=EXIT_UNABLE)
    except OSError as error:
        raise output_failed(error, folder) from error
    source = templates_folder() / "starter"
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(source.rglob("*"))
             if path.is_file() and not set(path.parts) & set(_LEFT_OUT)}
    write_files(folder, files)
    return folder
