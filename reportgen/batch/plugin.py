"""A Dask worker unpacks the report when it begins, whenever that is."""

from __future__ import annotations

from pathlib import Path

from distributed import Worker, WorkerPlugin

from reportgen.batch import work
from reportgen.batch.archive import digest


class Unpacked(WorkerPlugin):
    """Brings a report's archive to each worker."""

    def __init__(self, archive: bytes, name: str) -> None:
        self.archive, self.folder = archive, name
        self.key = digest(archive)
        self.name = f"reportgen-{self.key[:16]}"     # Dask's: one plugin of a name

    def setup(self, worker: Worker) -> None:
        work.archived(self.archive, self.folder, Path(worker.local_directory))      # Dask takes it away with the worker
