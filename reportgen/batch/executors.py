"""Where the work is done: in this process, in processes of this machine, or on a Dask cluster.  One interface.

``run(job, records)`` answers one delivery for each record, in any order, each exactly once.  A worker that dies costs its
work a new try; what kills worker after worker is a finding of its own record.
"""

from __future__ import annotations

import json
import multiprocessing
import secrets
import signal
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reportgen.batch import work
from reportgen.batch.archive import digest_of, tools
from reportgen.batch.delivery import Delivery, decode
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError

TRIES = 3       # of a record whose workers die
RENEW = 1000    # records by one process: what its libraries gather does not grow without end
AHEAD = 4       # records on their way for each worker: memory stays flat however many there are
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What all records have in common: the report as an archive, its folder's name, and the plan as data."""

    archive: bytes
    folder: Path
    plan: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    def arguments(self, key: str, record: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
        return key, str(self.folder), json.dumps(self.plan), json.dumps(record), tools()


class Executor(Protocol):
    """Answers one delivery a record.  Raises FindingsError (executor-missing) where it cannot begin."""

    def run(self, job: Job, records: Iterable[Mapping[str, Any]]) -> Iterator[Delivery]: ...


def _lost(record: Mapping[str, Any]) -> Delivery:
    return Delivery(record["id"], findings=(Finding("variant-failed", f"{record['id']}: the worker died {TRIES} times while it worked on this variant",
                                                    hint="the system ends what takes too much memory: look at this variant's values"),))


def _taken(data: bytes, record: Mapping[str, Any]) -> Delivery:
    try:
        return decode(data, record["id"])
    except FindingsError as error:
        return Delivery(record["id"], findings=error.findings)


# --- this process ---------------------------------------------------------------------------------------------

class Inline:
    """One after the other, here."""

    def run(self, job: Job, records: Iterable[Mapping[str, Any]]) -> Iterator[Delivery]:
        key = work.archived(job.archive, job.name)
        for record in records:
            yield _taken(work.deliver(*job.arguments(key, record)), record)


# --- processes of this machine --------------------------------------------------------------------------------

class Processes:
    """``jobs`` processes, each begun anew: none inherits threads or open engines.  They share one copy of the report's folder."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._key = ""

    def run(self, job: Job, records: Iterable[Mapping[str, Any]]) -> Iterator[Delivery]:
        self._key = work.archived(job.archive, job.name)
        again: list[tuple[Mapping[str, Any], int]] = []     # records whose worker died, with how often
        source = iter(records)
        pool = self._pool(self.jobs)
        waiting: dict[Future[bytes], Mapping[str, Any]] = {}
        try:
            while True:
                for record in source:
                    waiting[self._submit(pool, job, record)] = record
                    if len(waiting) >= AHEAD * self.jobs:
                        break
                if not waiting:
                    break
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    record = waiting.pop(future)
                    try:
                        yield _taken(future.result(), record)
                    except BrokenExecutor:
                        again.append((record, 1))
                if again and any(isinstance(f.exception(), BrokenExecutor) for f in done):
                    # which of those on their way killed it is not known: each is tried again by itself
                    again += [(record, 1) for record in waiting.values()]
                    waiting.clear()
                    _end(pool)
                    for record, tries in again:
                        yield self._alone(job, record, tries)
                    again.clear()
                    pool = self._pool(self.jobs)
        finally:
            _end(pool)

    def _alone(self, job: Job, record: Mapping[str, Any], tries: int) -> Delivery:
        while tries < TRIES:
            pool = self._pool(1)
            try:
                return _taken(self._submit(pool, job, record).result(), record)
            except BrokenExecutor:
                tries += 1
            finally:
                _end(pool)
        return _lost(record)

    def _pool(self, jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._key, work.place(self._key)),
                                   max_tasks_per_child=RENEW)

    def _submit(self, pool: ProcessPoolExecutor, job: Job, record: Mapping[str, Any]) -> Future[bytes]:
        try:
            return pool.submit(work.deliver, *job.arguments(self._key, record))
        except BrokenExecutor as error:     # it broke between two records
            future: Future[bytes] = Future()
            future.set_exception(error)
            return future


def _begin(key: str, folder: Path) -> None:
    """A worker's first act.  An interrupt is for whoever started it, who ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work.adopt(key, folder)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers now, also those in the middle of something."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()


# --- a cluster ------------------------------------------------------------------------------------------------

class Dask:
    """The workers of a Dask scheduler.  They have the same reportgen installed; the report comes to them as an archive."""

    def __init__(self, scheduler: str) -> None:
        self.scheduler = scheduler

    def run(self, job: Job, records: Iterable[Mapping[str, Any]]) -> Iterator[Delivery]:
        client = self._client()
        try:
            from distributed import as_completed

            from reportgen.batch.plugin import Unpacked

            plugin = Unpacked(job.archive, job.name)
            client.register_plugin(plugin)      # new workers get it, too
            run = secrets.token_hex(4)
            source = iter(records)
            waiting: dict[str, Mapping[str, Any]] = {}
            # no answers of an earlier run are asked for: a key is this run's own
            completed = as_completed(loop=client.loop, with_results=True, raise_errors=False)
            while True:
                for record in source:
                    key = f"reportgen-{run}-{digest_of(dict(record))[:16]}"
                    waiting[key] = record
                    completed.add(client.submit(work.deliver, *job.arguments(plugin.key, record), key=key, pure=False, retries=TRIES))
                    if len(waiting) >= AHEAD * max(1, sum(client.nthreads().values())):
                        break
                if not waiting:
                    return
                future, result = next(completed)
                record = waiting.pop(future.key)
                if isinstance(result, bytes):
                    yield _taken(result, record)
                else:
                    yield self._failed(future, record)
                future.release()
        finally:
            client.close()

    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise FindingsError(Finding("executor-missing", "Dask is not installed", hint='type: python -m pip install "reportgen[cluster]"'),
                                exit_code=EXIT_UNABLE) from error
        try:
            client = Client(self.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise FindingsError(Finding("executor-missing", f"no Dask scheduler answers at {self.scheduler}",
                                        hint="type: dask scheduler, and on each machine: dask worker tcp://HOST:8786 --nthreads 1"),
                                exit_code=EXIT_UNABLE) from error
        with suppress(TimeoutError):      # workers that were started a moment ago
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        if not client.nthreads():
            client.close()
            raise FindingsError(Finding("executor-missing", f"the scheduler at {self.scheduler} has no workers",
                                        hint="on each machine type: dask worker tcp://HOST:8786 --nthreads 1"), exit_code=EXIT_UNABLE)
        return client

    @staticmethod
    def _failed(future: Any, record: Mapping[str, Any]) -> Delivery:
        error = future.exception() if future.status == "error" else None
        if type(error).__name__ == "KilledWorker":
            return _lost(record)
        what = f"{type(error).__name__}: {error}" if error is not None else f"the cluster gave it up ({future.status})"
        return Delivery(record["id"], findings=(Finding("variant-failed", f"{record['id']}: {what}"),))


__all__ = ["Dask", "Executor", "Inline", "Job", "Processes"]
