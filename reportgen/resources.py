"""Where the files that come with the package are: page layouts and the starter report."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def templates_folder() -> Path:
    """The ``templates`` folder: inside the package when installed, beside it in a checkout.

    Raises FileNotFoundError if neither is there (a damaged installation).
    """
    # A checkout wins: a stale copy left inside the package by a build must not shadow the edited one.
    for folder in (_PACKAGE.parent / "templates", _PACKAGE / "templates"):
        if (folder / "layout").is_dir():
            return folder
    raise FileNotFoundError(f"the folder templates/layout is missing beside {_PACKAGE} and inside it")


def layout(name: str) -> Path:
    """The file ``templates/layout/<name>``."""
    return templates_folder() / "layout" / name
