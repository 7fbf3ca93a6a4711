"""The judge in a process of its own, which can be killed: a time limit that holds, and a limit on memory.

Plain data goes in and out, a line an obligation: the canonical text of the statement and of its assumptions there, the verdict as
the ledger writes it back.  What is judged is therefore the text that the ledger holds, read by the parser, and no object of
whoever derived it.  An obligation that takes too long costs its own verdict (UNDECIDED, "timeout"), and no other.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, BinaryIO

from .beside import Answering, copies, limit_memory
from .expressions import ParseError, parse, to_text
from .obligation import Obligation, Status, Verdict, undecided

SECONDS = 10.0           # for one obligation
START_SECONDS = 60.0     # for the process to begin: a busy machine is no fault of a statement
MEMORY = 2 << 30         # bytes of address space
RENEW = 20_000           # obligations by one process: some KB of each stay in the libraries beneath
_READ = 1 << 16
_AT_ONCE = 1 << 11       # bytes that are worth waking the process for
_ABORTED = (-6, -9, 134, 137)     # how FLINT ends where it gets no memory, and how the system ends what takes too much


# --- verdicts as data -------------------------------------------------------------------------------------------

def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON data: what the ledger writes of it."""
    return {"status": verdict.status.value, "strength": verdict.strength, "method": verdict.method, "witness": dict(verdict.witness),
            "conditions": [to_text(c) for c in verdict.conditions], "counterexample": {n: str(v) for n, v in verdict.counterexample},
            "sides": list(verdict.sides), "reason": verdict.reason,
            "certificate": json.loads(verdict.certificate) if verdict.certificate else None}


def verdict_from(record: Mapping[str, Any]) -> Verdict:
    """The verdict of such data.  Raises KeyError, TypeError, ValueError for data that is none."""
    left, right = record["sides"]
    certificate = record["certificate"]
    return Verdict(Status(record["status"]), record["strength"], record["method"], tuple(record["witness"].items()),
                   tuple(parse(c, "plain") for c in record["conditions"]),
                   tuple((n, Fraction(v)) for n, v in record["counterexample"].items()), (left, right), record["reason"],
                   "" if certificate is None else json.dumps(certificate, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


# --- the side of the caller -------------------------------------------------------------------------------------

class Ticket:
    """A verdict to come: ``verdict()`` waits for it."""

    __slots__ = ("obligation", "_worker", "_verdict")

    def __init__(self, obligation: Obligation, worker: JudgeWorker | None) -> None:
        self.obligation = obligation
        self._worker = worker
        self._verdict: Verdict | None = None

    def verdict(self) -> Verdict:
        if self._verdict is None:
            self._worker.wait(self)
        return self._verdict

    def settle(self, verdict: Verdict) -> None:
        self._verdict, self._worker = verdict, None

    @property
    def settled(self) -> bool:
        return self._verdict is not None


def settled(obligation: Obligation, verdict: Verdict) -> Ticket:
    """A ticket whose verdict is there already."""
    ticket = Ticket(obligation, None)
    ticket.settle(verdict)
    return ticket


class JudgeWorker:
    """Obligations in, verdicts out, in order, while the caller does something else.

    The process is started with the first obligation, killed where one takes longer than ``seconds`` or ends the process, and
    started again for those that wait.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.restarts = 0
        self._judged = 0      # by the process that there is
        self._process: subprocess.Popen[bytes] | Answering | None = None
        self._ready = False
        self._waiting: deque[Ticket] = deque()
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._since = 0.0     # when the process last said something, or got its first obligation after a pause

    def begin(self) -> None:
        """Start the process, where it is known that there will be work: as a copy of this one, which has imported what it needs."""
        if self._process is None:
            self._start(copy=copies())

    def submit(self, obligation: Obligation) -> Ticket:
        """Hand an obligation over and return at once."""
        ticket = Ticket(obligation, self)
        if self._judged >= RENEW and not self._waiting:
            self._kill()
        if self._process is None:
            self._start()
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(ticket)
        self._outgoing += _line(obligation)
        if len(self._outgoing) >= _AT_ONCE or len(self._waiting) == 1:
            self._pump(0.0)
        return ticket

    def judge(self, obligation: Obligation) -> Verdict:
        return self.submit(obligation).verdict()

    def wait(self, ticket: Ticket) -> None:
        """Until this ticket is settled: at most ``seconds`` for each obligation before it and for itself."""
        while not ticket.settled:
            if not self._waiting:
                raise RuntimeError("a ticket that no worker has")
            allowed = self.seconds if self._ready else START_SECONDS
            # at least one look: the process may have answered while the caller was busy
            gone = not self._pump(max(0.0, self._since + allowed - time.monotonic()))
            late = time.monotonic() >= self._since + allowed
            if not ticket.settled and (gone or late):
                self._give_up(self._fate(late and not gone))

    def close(self) -> None:
        """End the process; what still waits is undecided."""
        self._kill()
        while self._waiting:
            self._waiting.popleft().settle(undecided("gave up: the judge was stopped"))

    # --- the process
    def _start(self, *, copy: bool = False) -> None:
        if copy:
            import reportgen.judge  # noqa: F401 - the rules import it, too: once is enough for both processes

            self._process = Answering(serve, self.memory)
        else:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([_home(), *filter(None, [os.environ.get("PYTHONPATH")])])}
            self._process = subprocess.Popen([sys.executable, "-m", "reportgen.judge_worker", str(self.memory)], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, env=environment, start_new_session=True)
        for stream in (self._process.stdin, self._process.stdout):
            os.set_blocking(stream.fileno(), False)
        self._ready, self._since, self._judged = False, time.monotonic(), 0
        self._outgoing.clear()
        self._incoming.clear()

    def _kill(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        ended = process.poll()
        if ended is None:
            process.kill()
        for stream in (process.stdin, process.stdout):
            stream.close()
        process.wait()
        return ended

    def _fate(self, late: bool) -> str:
        """Why the first obligation gets no verdict; the process is ended."""
        if not late:     # it closed its output by itself: let it finish dying, to learn how
            try:
                self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                pass
        began = self._ready
        ended = self._kill()
        if late:
            return "timeout" if began else "gave up: the judge's process did not begin"
        return "memory" if ended in _ABORTED else f"gave up: the judge's process ended with {ended}"

    def _give_up(self, reason: str) -> None:
        self._waiting.popleft().settle(undecided(reason))
        self.restarts += 1
        if self._waiting:
            self._start()
            for ticket in self._waiting:
                self._outgoing += _line(ticket.obligation)

    def _pump(self, seconds: float) -> bool:
        """Write and read what can be, waiting so long for the first of it; False where the process is gone."""
        process = self._process
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if self._outgoing:
                selector.register(process.stdin, selectors.EVENT_WRITE)
            events = selector.select(seconds)
        alive = True
        for key, _ in events:
            if key.fileobj is process.stdin:
                try:
                    del self._outgoing[:os.write(process.stdin.fileno(), self._outgoing[:_READ])]
                except BlockingIOError:
                    pass
                except OSError:     # it died: what it said before is still to be read
                    self._outgoing.clear()
            else:
                alive = self._read(process.stdout) and alive
        return alive

    def _read(self, stream: BinaryIO) -> bool:
        try:
            data = os.read(stream.fileno(), _READ)
        except BlockingIOError:
            return True
        if not data:
            return False
        self._incoming += data
        self._since = time.monotonic()
        *lines, rest = bytes(self._incoming).split(b"\n")
        self._incoming[:] = rest
        for line in lines:
            if not self._ready:
                self._ready = True      # its first line says that it has begun
                continue
            self._judged += 1
            self._waiting.popleft().settle(verdict_from(json.loads(line)))
        return True


def _line(obligation: Obligation) -> bytes:
    texts = [to_text(obligation.statement), *(to_text(a) for a in obligation.assumptions)]
    return json.dumps(texts, ensure_ascii=False).encode() + b"\n"


def _home() -> str:
    """The folder that holds the package, so that the process finds the same one."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


_shared: JudgeWorker | None = None


def shared() -> JudgeWorker:
    """The worker of this process, begun on first use and ended with it.  A process that was forked gets its own."""
    global _shared
    if _shared is None or _owner != os.getpid():
        _new_shared()
    return _shared


_owner = 0


def _new_shared() -> None:
    global _shared, _owner
    _shared, _owner = JudgeWorker(), os.getpid()
    atexit.register(_shared._kill)


# --- the side of the process ------------------------------------------------------------------------------------

def judge_text(texts: Iterable[str]) -> Verdict:
    """The verdict on a statement and its assumptions as text; whatever goes wrong is a reason, never an exception."""
    from .judge import certified, core_verdict

    try:
        first, *others = texts
        found = core_verdict(first, others)
        if found is not None:
            return found
        statement, *assumptions = (parse(text, "plain") for text in texts)
        return certified(Obligation(statement, tuple(assumptions)))
    except ParseError as error:
        return undecided(f"unsupported: its text cannot be read back: {error}")
    except MemoryError:
        return undecided("memory")
    except Exception as error:     # an error in the judge decides nothing
        return undecided(f"gave up: {type(error).__name__} in the judge")


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """A verdict a line, until the caller goes."""
    import reportgen.judge  # noqa: F401 - its cost is no part of the first obligation

    sink.write(b"ready\n")
    sink.flush()
    for line in source:
        answer = json.dumps(verdict_record(judge_text(json.loads(line))), ensure_ascii=False)
        sink.write(answer.encode() + b"\n")
        sink.flush()


if __name__ == "__main__":
    limit_memory(int(sys.argv[1]))
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
