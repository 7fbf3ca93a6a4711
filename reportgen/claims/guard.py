"""Judging in processes that are ended on time and memory: what strangers send can neither hang nor fill this machine.

Each worker reads one request a line on its standard input and writes one answer a line.  It stays alive between requests, so
that a claim costs what judging it costs; one that exceeds ``LIMIT_SECONDS`` or ``LIMIT_BYTES`` is ended and replaced.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from ..beside import Answering, copies, limit_memory
from ..diagnostics import EXIT_UNABLE, Finding, FindingsError

LIMIT_SECONDS = 1.5
START_SECONDS = 20.0  # for a new worker's imports
LIMIT_BYTES = 1 << 30
MAX_LINE = 1 << 20  # bytes of one record
WINDOW = 256  # requests on their way for each worker
MAX_FAILED = 3
AHEAD = 32  # requests that a worker has been sent at most
AHEAD_BYTES = 1 << 14  # of these; less than a pipe holds, so that sending them never waits


class Worker:
    """One process.  ``pending``: what it was sent and has not answered, the first is what it works on since ``began``."""

    def __init__(self, seconds: float, *, copy: bool = False) -> None:
        self.seconds = seconds
        self.process = _copy() if copy else _program()
        self.buffer = b""
        self.pending: deque[tuple[int, bytes]] = deque()
        self.sent = 0  # bytes of what is pending
        self.began = 0.0
        self.fresh = True  # until it says that its imports are done: then its time begins

    def has_room(self, line: bytes) -> bool:
        return not self.pending or len(self.pending) < AHEAD and self.sent + len(line) < AHEAD_BYTES

    def send(self, number: int, line: bytes) -> None:
        if not self.pending:
            self.began = time.monotonic()
        self.pending.append((number, line))
        self.sent += len(line)
        assert self.process.stdin is not None
        try:
            view = memoryview(line + b"\n")
            while view:
                view = view[self.process.stdin.write(view) :]
        except BrokenPipeError:
            pass  # the answer's end of file will tell

    def deadline(self) -> float:
        return self.began + (START_SECONDS if self.fresh else self.seconds)

    def answers(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Number, request and answer of what has been answered since.  Raises EOFError where the process has ended."""
        assert self.process.stdout is not None
        chunk = os.read(self.process.stdout.fileno(), 1 << 16)
        if not chunk:
            raise EOFError
        *whole, self.buffer = (self.buffer + chunk).split(b"\n")
        self.began = time.monotonic() if whole else self.began
        for line in whole:
            if self.fresh:
                self.fresh = False
            elif self.pending:
                number, request = self.pending.popleft()
                self.sent -= len(request)
                yield number, request, line

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def _program() -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "SYSTEMROOT")}
    return subprocess.Popen([sys.executable, "-m", "reportgen.claims.guard"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env=environment, bufsize=0)


def _copy() -> Answering:
    """A copy of this process, which has the most of what the other one would have to import."""
    from . import records  # noqa: F401

    return Answering(serve, LIMIT_BYTES)


_spare: list[Worker] = []  # one that nobody uses
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_spare.clear)  # it is the other process's


def ready() -> None:
    """Have a worker begin with its imports: it will be needed soon, and where ``copies`` can be made it is better one of these."""
    if not _spare:
        _spare.append(Worker(LIMIT_SECONDS))


@atexit.register
def _end_spare() -> None:
    while _spare:
        _spare.pop().end()


def _taken(seconds: float) -> Worker:
    """The spare worker, or a new one."""
    while _spare:
        worker = _spare.pop()
        if worker.process.poll() is None:
            worker.seconds = seconds
            return worker
        worker.end()
    return Worker(seconds, copy=copies())


def judge_lines(lines: Iterable[bytes], jobs: int = 1, seconds: float = LIMIT_SECONDS, *, spare: bool = False,
                meanwhile: Sequence[Callable[[], object]] = ()) -> Iterator[dict]:
    """The answers in the order of the lines; memory stays flat however many there are.

    ``spare``: where there will be more to judge soon, a worker that has begun already is used, and one is kept for the next time.
    ``meanwhile``: small pieces of other work, done as long as this process would only wait.
    """
    todo = deque(meanwhile)
    selector = selectors.DefaultSelector()
    workers: list[Worker] = []
    source = enumerate(lines)
    again: deque[tuple[int, bytes]] = deque()  # what was sent to a worker that was ended over another record
    done: dict[int, dict] = {}
    next_out, exhausted, sent = 0, False, 0
    failed = 0  # workers in a row that ended before they could begin
    held: tuple[int, bytes] | None = None  # a record for which no worker has room yet

    def start() -> Worker:
        worker = _taken(seconds) if spare else Worker(seconds)
        selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
        workers.append(worker)
        return worker

    def stop(worker: Worker) -> None:
        selector.unregister(worker.process.stdout)
        workers.remove(worker)
        worker.end()

    def lost(worker: Worker, reason: str) -> None:
        if worker.pending:
            number, line = worker.pending.popleft()
            done[number] = {"id": _id_of(line), "verdict": "undecided", "reason": reason, "ms": round((time.monotonic() - worker.began) * 1000, 1)}
            again.extendleft(reversed(worker.pending))
        stop(worker)

    def placed(number: int, line: bytes) -> bool:
        free = [w for w in workers if w.has_room(line)]
        if len(workers) < max(1, jobs) and not any(not w.pending for w in free):
            free.append(start())
        if not free:
            return False
        min(free, key=lambda w: len(w.pending)).send(number, line)
        return True

    try:
        while True:
            while again and placed(*again[0]):
                again.popleft()
            while not again and (held is not None or not exhausted and sent - next_out < WINDOW * max(1, jobs)):
                if held is None:
                    try:
                        number, line = next(source)
                    except StopIteration:
                        exhausted = True
                        break
                    sent = number + 1
                    if not line.strip():
                        done[number] = {}
                        continue
                    if len(line) > MAX_LINE:
                        done[number] = {"id": None, "verdict": "undecided", "reason": f"record {number + 1} is longer than {MAX_LINE} bytes", "ms": 0.0}
                        continue
                    held = number, line.replace(b"\r", b" ").strip(b"\n ")
                if not placed(*held):
                    break
                held = None
            while next_out in done:
                answer = done.pop(next_out)
                next_out += 1
                if answer:
                    yield answer
            busy = [w for w in workers if w.pending]
            if not busy:
                if exhausted and held is None and not again:
                    return
                continue
            wait = max(0.0, min(w.deadline() for w in busy) - time.monotonic())
            heard = selector.select(0.0 if todo else wait)
            if todo and not heard:
                todo.popleft()()
                continue
            for key, _ in heard:
                worker = key.data
                if worker not in workers:
                    continue
                try:
                    for number, line, found in worker.answers():
                        done[number], failed = _read(line, found), 0
                except EOFError:
                    failed += worker.fresh
                    if failed > MAX_FAILED:
                        text = f"{sys.executable} -m reportgen.claims.guard cannot be started"
                        raise FindingsError(Finding("engine-failed", text, hint="run that command and see what it says"), exit_code=EXIT_UNABLE) from None
                    lost(worker, "gave up: memory, or the process ended")
            now = time.monotonic()
            for worker in [w for w in workers if w.pending and w.deadline() <= now]:
                lost(worker, f"gave up: longer than {seconds:g} seconds")
    finally:
        for worker in list(workers):
            if spare and not _spare and not worker.pending and not worker.buffer:
                selector.unregister(worker.process.stdout)
                _spare.append(worker)
            else:
                stop(worker)
        selector.close()


def _read(line: bytes, found: bytes) -> dict:
    try:
        return json.loads(found)
    except ValueError:
        return {"id": _id_of(line), "verdict": "undecided", "reason": "gave up: no answer", "ms": 0.0}


def _id_of(line: bytes) -> object:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record.get("id") if isinstance(record, dict) else None


# --- the worker's side


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Read requests and answer them until the input ends."""
    from .records import judge_record

    answer(b'{"claim": "\\\\sin 20^\\\\circ + 1/3 = 2"}', judge_record)  # what is imported at first use is imported now
    sink.write(b"ready\n")
    sink.flush()
    for line in source:
        sink.write(answer(line, judge_record).encode("utf-8") + b"\n")
        sink.flush()


def answer(line: bytes, judge_record) -> str:
    """The answer to one request as JSON.  Nothing that a line holds raises."""
    identifier: object = None
    try:
        record = json.loads(line.decode("utf-8", "replace"))
        if not isinstance(record, dict):
            raise ValueError("no object")
        identifier = record.get("id")
        found = judge_record(record)
    except MemoryError:
        found = {"id": identifier, "verdict": "undecided", "reason": "gave up: memory", "ms": 0.0}
    except RecursionError:
        found = {"id": identifier, "verdict": "undecided", "reason": "gave up: nested too deeply", "ms": 0.0}
    except ValueError as error:
        found = {"id": identifier, "verdict": "undecided", "reason": f"the record cannot be read: {str(error)[:200]}", "ms": 0.0}
    except Exception as error:  # a fault of ours must not cost the other records their verdicts
        found = {"id": identifier, "verdict": "undecided", "reason": f"internal: {type(error).__name__}: {str(error)[:200]}", "ms": 0.0}
    try:
        return json.dumps(found, ensure_ascii=True)
    except (ValueError, RecursionError):
        return json.dumps({"id": None, "verdict": "undecided", "reason": "the record's id cannot be written", "ms": 0.0})


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(LIMIT_BYTES)
    serve(sys.stdin.buffer, sys.stdout.buffer)
