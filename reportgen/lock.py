"""One build at a time for one folder of outputs: who comes second waits, and not for ever.

The lock is the system's own (``flock``) on ``.cache/NAME/lock``, which ends with the process that holds it, however that ends.  The
file holds the holder's process id: for the message while somebody waits, and as the lock itself on file systems that have none;
a process id there that no process has is a stale lock, and is taken over.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from reportgen import trace
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span
from reportgen.files import output_failed

try:
    import fcntl
except ImportError:     # Windows
    fcntl = None        # type: ignore[assignment]

WAIT = 60.0             # seconds until somebody who waits is told that he waits in vain
_PAUSE = 0.05
_LOOKS = 4              # who has just taken the lock is given so many pauses to write down who it is
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


@contextlib.contextmanager
def held(out: Path, wait: float = WAIT, on_wait: Callable[[str], None] = lambda holder: None) -> Iterator[None]:
    """The lock of the outputs in ``out``; ``on_wait`` hears once who holds it, where somebody does.

    Raises FindingsError: locked (exit code 2) after ``wait`` seconds, output-failed where the folder cannot be written.
    """
    path = Path(trace.folder_of(str(out))) / "lock"
    handle = _open(path)
    _open_here.add(handle)
    try:
        deadline = time.monotonic() + wait
        looks = 0
        told = False
        while not _take(handle, path):
            pid = _pid(path)
            holder = f"process {pid}" if pid is not None else "another process"
            looks += 1
            if not told and (pid is not None or looks > _LOOKS):
                told = True
                on_wait(holder)
            if time.monotonic() >= deadline:
                raise FindingsError(Finding("locked", f"{out} is being built by {holder}, which has not finished in {wait:g} seconds", Span(str(path)),
                                            "wait for it or end it, then build again"), exit_code=EXIT_UNABLE)
            time.sleep(_PAUSE)
        with contextlib.suppress(OSError):      # on a full disk the lock holds all the same
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
    finally:
        _open_here.discard(handle)
        if fcntl is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


# A process that is forked while the lock is held must not hold it on when this one has ended.
_open_here: set[int] = set()


def _forget() -> None:
    for handle in _open_here:
        with contextlib.suppress(OSError):
            os.close(handle)
    _open_here.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError as error:
        raise output_failed(error, path) from error


def _take(handle: int, path: Path) -> bool:
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                return False
    pid = _pid(path)
    return pid is None or pid == os.getpid() or not _alive(pid)


def _pid(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True         # it is somebody else's
    return True


__all__ = ["WAIT", "held"]
