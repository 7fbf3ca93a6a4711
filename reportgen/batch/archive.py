"""A report's folder as one piece of bytes, the same for the same files, and back."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from reportgen import __version__
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span

MOST_BYTES = 1 << 28
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LIBRARIES = ("sympy", "python-flint", "typst", "pypandoc_binary", "jinja2", "matplotlib", "numpy", "pypdfium2")


def pack(folder: Path, leave_out: Iterable[Path] = ()) -> bytes:
    """The files of a folder: all but hidden ones, Python's caches, and those to be left out.  Raises FindingsError (file-unreadable)."""
    left = {path.resolve() for path in leave_out}
    out = io.BytesIO()
    total = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(_files(folder)):
            if path.resolve() in left:
                continue
            try:
                data = path.read_bytes()
            except OSError as error:
                raise FindingsError(Finding("file-unreadable", f"{path.name} cannot be read: {error.strerror or error}", Span(str(path)))) from error
            total += len(data)
            if total > MOST_BYTES:
                raise FindingsError(Finding("file-unreadable", f"the report's folder holds more than {MOST_BYTES >> 20} MiB", Span(str(folder)),
                                            "keep what the report does not read elsewhere"), exit_code=EXIT_UNABLE)
            # stored, without times: the bytes are those of the files alone
            archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH), data)
    return out.getvalue()


def _files(folder: Path) -> Iterable[Path]:
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in names:
            if not name.startswith(".") and not name.endswith((".pyc", ".tmp")):
                yield Path(top) / name


def unpack(data: bytes, folder: Path) -> None:
    """The files of an archive below ``folder``.  Raises ValueError for a name that leads out of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"not a name inside the folder: {name!r}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(thing: object) -> str:
    """The digest of plain data."""
    return digest(json.dumps(thing, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


@cache
def tools() -> str:
    """A digest of the program and of all that has a say in its bytes: two machines agree where theirs are the same."""
    from reportgen.resources import templates_folder

    package = Path(__file__).resolve().parent.parent
    found: dict[str, str] = {"reportgen": __version__, "python": ".".join(map(str, sys.version_info[:2]))}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    for base, pattern in ((package, "**/*.py"), (package, "*.lua"), (templates_folder(), "layout/*"), (templates_folder(), "*.mplstyle")):
        for path in sorted(base.glob(pattern)):
            if path.is_file():
                found[path.relative_to(base).as_posix()] = digest(path.read_bytes())
    return digest_of(found)


__all__ = ["digest", "digest_of", "pack", "tools", "unpack"]
