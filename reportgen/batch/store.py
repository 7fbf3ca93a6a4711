"""Where deliveries are kept.  A record says which files a variant has, with their digests, and from what it was made.

The record is written last: what it names is complete, and what is not named by one is built again.  Nothing is synced to the
disk file by file; after a power cut the digests tell what is whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.batch.archive import digest
from reportgen.batch.delivery import Delivery, finding_data, finding_from
from reportgen.diagnostics import Finding, FindingsError
from reportgen.files import output_failed

RECORDS = "records"


class Store:
    """The deliveries in a folder; each id is taken once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._taken: dict[str, str] = {}

    def finished(self, id_: str, key: str) -> Delivery | None:
        """The delivery that is here already: made from what ``key`` stands for, each file with its digest; without the files' bytes."""
        record = self._record(id_)
        if record is None or record.get("key") != key:
            return None
        try:
            for path, wanted in record["files"].items():
                if digest((self.folder / path).read_bytes()) != wanted:
                    return None
            return Delivery(id_, {}, record["row"], tuple(map(finding_from, record["findings"])))
        except (OSError, KeyError, TypeError, AttributeError):
            return None

    def put(self, delivery: Delivery, key: str) -> None:
        """Keep a delivery.  The same once more changes nothing.  Raises FindingsError (delivery-altered, output-failed)."""
        files = {path: digest(data) for path, data in delivery.files.items()}
        name = json.dumps(files, sort_keys=True)
        if delivery.id in self._taken:
            if self._taken[delivery.id] != name:
                raise FindingsError(Finding("delivery-altered", f"{delivery.id} arrived twice, with different files"))
            return
        before = (self._record(delivery.id) or {}).get("files", {})
        record = {"key": key, "files": files, "row": delivery.row, "findings": [finding_data(f) for f in delivery.findings]}
        for path, data in delivery.files.items():
            _write(self.folder / path, data)
        _write(self._path(delivery.id), (json.dumps(record, ensure_ascii=False) + "\n").encode())
        for path in before:      # of an earlier plan
            if path not in files:
                with contextlib.suppress(OSError):
                    (self.folder / path).unlink()
        self._taken[delivery.id] = name

    def text(self, name: str, text: str) -> Path:
        """Write a text beside the deliveries."""
        _write(self.folder / name, text.encode())
        return self.folder / name

    def others(self, ids: Mapping[str, object]) -> list[str]:
        """Ids that have a record here and are not among ``ids``."""
        return sorted(path.stem for path in (self.folder / RECORDS).glob("*.json") if path.stem not in ids)

    def _path(self, id_: str) -> Path:
        return self.folder / RECORDS / f"{id_}.json"

    def _record(self, id_: str) -> dict[str, Any] | None:
        try:
            found = json.loads(self._path(id_).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise output_failed(error, path) from error


__all__ = ["Store"]
