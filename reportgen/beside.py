"""A copy of this process that works beside it, and sends what it makes: for work that keeps one core busy while another one waits.

The copy (``fork``) has everything that this process has, so that nothing need be read or made again; it writes nothing but what
it sends, and is ended with the process that made it.  Where no copy can be made, or there is no core for it, ``possible`` says so.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from queue import SimpleQueue
from typing import Any, BinaryIO

from reportgen.reads import aside


def possible() -> bool:
    """Whether a copy of this process can be made, and there is a core for it."""
    return cores() > 1 and copies()


def copies() -> bool:
    """Whether a copy of this process can be made."""
    # macOS: what is begun in Apple's libraries before a fork does not survive it; nor does what another thread has locked
    return (hasattr(os, "fork") and sys.platform not in ("darwin", "emscripten", "wasi") and threading.active_count() == 1
            and threading.current_thread() is threading.main_thread())


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Beside:
    """The process beside this one.  ``work(send)`` runs there, at once; ``item`` gives what it sent, in order.

    With ``patient`` it lets others go first: what it makes is needed late.
    """

    def __init__(self, work: Callable[[Callable[[object], None]], None], *, patient: bool = False) -> None:
        _before_copying()
        ours, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(theirs)
            self._pipe = os.fdopen(ours, "rb")
            return
        try:
            os.close(ours)
            _end_with_parent()
            if patient:
                os.nice(5)
            gc.disable()
            _send_from(theirs, work)
        except BaseException:   # noqa: BLE001 - the other side sees that nothing comes any more
            pass
        finally:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stderr.flush()
            os._exit(0)     # nothing of the copy is tidied up: all of it belongs to the other process

    def item(self) -> Any:
        """What it sends next.  Raises EOFError where nothing comes any more."""
        try:
            return pickle.load(self._pipe)
        except (OSError, ValueError, AttributeError, pickle.UnpicklingError) as error:
            raise EOFError from error

    def has_said(self) -> bool:
        """Whether ``item`` would answer at once, or nearly so."""
        return bool(select.select([self._pipe], [], [], 0)[0])

    def close(self) -> None:
        """End the process, whatever it does."""
        pid, self.pid = self.pid, 0
        if pid:
            self._pipe.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


class Answering:
    """A copy of this process that answers what it is sent, with what is used of ``subprocess.Popen``.

    For a process that would have to begin by importing what this one has imported.  ``serve(source, sink)`` runs there; it may take
    ``memory`` bytes of address space beside what it begins with.
    """

    def __init__(self, serve: Callable[[BinaryIO, BinaryIO], None], memory: int) -> None:
        _before_copying()
        source, ours_in = os.pipe()
        ours_out, sink = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.close(source)
            os.close(sink)
            self.stdin, self.stdout = os.fdopen(ours_in, "wb", 0), os.fdopen(ours_out, "rb", 0)
            return
        code = 1
        try:
            os.close(ours_in)
            os.close(ours_out)
            _end_with_parent()
            nowhere = os.open(os.devnull, os.O_RDWR)
            for end in range(3):
                os.dup2(nowhere, end)
            limit_memory(_address_space() + memory)
            gc.freeze()     # what there is belongs to the other process
            with os.fdopen(source, "rb") as asked, os.fdopen(sink, "wb") as said:
                serve(asked, said)
            code = 0
        except BaseException:   # noqa: BLE001 - the other side sees that nothing comes any more
            pass
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        """How it ended, as ``Popen`` tells it; None while it runs."""
        self._ended(os.WNOHANG)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Until it has ended.  Raises subprocess.TimeoutExpired after so many seconds."""
        if timeout is None:
            self._ended(0)
        else:
            end = time.monotonic() + timeout
            while self.poll() is None:
                if time.monotonic() >= end:
                    raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
                time.sleep(0.005)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _ended(self, options: int) -> None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:       # somebody else has waited for it
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)


def limit_memory(size: int) -> None:
    """From now on this process has at most so many bytes of address space, and leaves no image of itself behind."""
    with contextlib.suppress(ImportError, OSError, ValueError):     # a system that has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Bytes of address space of this process, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _before_copying() -> None:
    _system_library()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()      # or both processes would write what is in it


def _send_from(end: int, work: Callable[[Callable[[object], None]], None]) -> None:
    """Work, and send; a thread sends, so that the work does not wait for the other process to have read what was sent before."""
    waiting: SimpleQueue[object] = SimpleQueue()
    last = object()

    def write() -> None:
        # nobody may be there to read any more
        with contextlib.suppress(OSError), os.fdopen(end, "wb") as pipe:
            while (item := waiting.get()) is not last:
                pickle.dump(item, pipe)
                pipe.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        work(waiting.put)
    finally:
        waiting.put(last)
        writer.join()


def _end_with_parent() -> None:
    """Where the system can do it: this process is ended with the one that made it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    library = _system_library()
    if library is not None:
        with contextlib.suppress(OSError, AttributeError):
            library.prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


@lru_cache(maxsize=1)
def _system_library() -> Any:
    """Asked for before a copy is made, so that it is imported once."""
    if sys.platform != "linux":
        return None
    import ctypes

    with contextlib.suppress(OSError):
        return ctypes.CDLL(None)
    return None


class Meanwhile:
    """A piece of work in a thread, for the time in which another one is busy outside of Python, or it is itself.

    Nothing that is read in it is noted as an input (``reads``): it works on what is known already.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._found: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        aside()
        try:
            self._found = work()
        except BaseException as error:      # noqa: BLE001 - told by ``result``
            self._error = error

    def wait(self) -> None:
        self._thread.join()

    def result(self) -> Any:
        """What the work came to, or raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._found
