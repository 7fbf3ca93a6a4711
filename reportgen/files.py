"""Writing files so that nothing is lost: a temporary name in the same folder, then a rename.

Until the rename the old file is untouched; after it the new one is complete.  A set of files is first written to
temporary names as a whole, so that a full disk in the middle of it changes nothing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span

_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room and build again"),
    errno.EDQUOT: ("your quota on this disk is used up", "make room and build again"),
    errno.EFBIG: ("files may not become so large here", "raise the limit (ulimit -f) and build again"),
    errno.EROFS: ("the file system is read-only", "choose another folder with --out"),
    errno.EACCES: ("permission denied", "choose another folder with --out, or change the folder's permissions"),
    errno.EPERM: ("permission denied", "choose another folder with --out, or change the folder's permissions"),
    errno.EISDIR: ("a folder of that name is in the way", "move it away, or choose another folder with --out"),
    errno.ENOTDIR: ("a file is where a folder should be", "move it away, or choose another folder with --out"),
    errno.EEXIST: ("a file is where a folder should be", "move it away, or choose another folder with --out"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter folder with --out"),
}


def write_file(path: Path, data: bytes) -> bool:
    """Write one file; True where its bytes have changed.  Raises FindingsError (output-failed); the old file then stays."""
    return bool(write_files(path.parent, {path.name: data}))


def write_files(folder: Path, files: Mapping[str, bytes], *, lasting: bool = True) -> tuple[Path, ...]:
    """Write a set of files, names relative to ``folder`` with ``/``, and return the paths whose bytes have changed.

    A file that already has these bytes is left alone, so that its date tells when it last changed.  Raises
    FindingsError (output-failed): every old file then stays, unless renaming itself failed halfway, which the message says.
    The first file is put in place last: where it is new, all that belongs to it is.  ``lasting``: down to the disk before it is
    renamed, so that a power cut loses nothing; what can be made again does without.
    """
    waiting: list[tuple[Path, Path]] = []  # temporary name, final name
    path = folder
    changed: list[Path] = []
    try:
        for name, data in files.items():
            path = folder / _relative(name)
            if path.is_symlink():
                path = path.resolve()  # a link stays a link: what it points to is written
            if _same(path, data):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            waiting.append((_write_temporary(path, data, lasting), path))
        for temporary, path in reversed(waiting):
            os.replace(temporary, path)
            changed.append(path)
        for parent in {path.parent for path in changed} if lasting else ():
            _sync_folder(parent)
    except OSError as error:
        raise output_failed(error, path, changed) from error
    finally:
        for temporary, _ in waiting:  # after a rename there is nothing left to remove
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return tuple(reversed(changed))


def output_failed(error: OSError, path: Path, changed: Iterable[Path] = ()) -> FindingsError:
    """The finding for a file that could not be written, with the reason in words."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
    done = [p.name for p in changed]
    state = f"; {', '.join(done)} had been renewed before" if done else "; the last good file is still in place" \
        if path.exists() else ""
    return FindingsError(Finding("output-failed", f"{path.name} could not be written: {reason}{state}", Span(str(path)), hint),
                         exit_code=EXIT_UNABLE)


_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")


def clean_up(folder: Path) -> None:
    """Remove files that a killed process has left half written in a folder that no other process writes to."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name):
                path.unlink()


@contextlib.contextmanager
def no_room_told(path: Path) -> Iterator[None]:
    """Where a file for the work in between cannot be written for want of room, that is said of ``path``, which it was for.

    Raises FindingsError (output-failed).
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
            raise
        raise output_failed(error, path) from error


def _write_temporary(path: Path, data: bytes, lasting: bool) -> Path:
    """Write ``data`` under a fresh name beside ``path``, down to the disk; on any failure nothing is left behind."""
    while True:
        temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
        try:
            # Not tempfile: its files are private to the user, and these are meant to be read by others as the umask says.
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            break
        except FileExistsError:
            continue
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if lasting:
                os.fsync(stream.fileno())
    except BaseException:  # an interrupt too
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    """Make the renames last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _relative(name: str) -> PurePosixPath:
    """``name`` as a path inside the folder.  Raises ValueError for one that leads out of it."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"not a name inside the output folder: {name!r}")
    return path
