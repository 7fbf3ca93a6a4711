"""What a worker does: a report's archive, unpacked once in a process; a plan and a record as JSON; a delivery as bytes."""

from __future__ import annotations

import atexit
import gc
import json
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from reportgen.batch.archive import digest, tools, unpack
from reportgen.batch.delivery import Delivery, encode, moved
from reportgen.diagnostics import Finding, FindingsError

# One at a time in a process: matplotlib's settings, Python's streams and the engines are the process's own.
_turn = threading.Lock()
_unpacked: dict[str, Path] = {}     # archive's digest -> its folder here
_opened: dict[str, Any] = {}        # archive's digest -> what was read of it
_WARM = 3                           # variants after which all that stays is there
_made = 0


def archived(data: bytes, name: str, room: Path | None = None) -> str:
    """Unpack an archive, once in a process, into a folder called ``name`` below ``room``; its digest.

    Without a room the folder is a temporary one, which goes when this process ends.
    """
    key = digest(data)
    with _turn:
        if key not in _unpacked:
            home = Path(tempfile.mkdtemp(prefix="reportgen-batch-", dir=room))
            if room is None:
                atexit.register(shutil.rmtree, home, ignore_errors=True)
            unpack(data, home / name)
            _unpacked[key] = home / name
    return key


def place(key: str) -> Path:
    """Where an archive was unpacked."""
    return _unpacked[key]


def adopt(key: str, folder: Path) -> None:
    """Use what another process of this machine unpacked, and will take away."""
    _unpacked[key] = folder


def deliver(key: str, there: str, plan: str, record: str, tool_digest: str) -> bytes:
    """The delivery for a record (JSON) of the archive ``key``; whatever goes wrong is among its findings.

    ``there`` is the folder that places in findings are named by.  Raises KeyError where the archive is not here.
    """
    with _turn:
        folder = _unpacked[key]
        data = json.loads(record)
        try:
            if tool_digest != tools():
                raise FindingsError(Finding("executor-missing", "a worker has another version of reportgen, or of a library that it uses",
                                            hint="install the same versions everywhere: python -m pip install -r requirements.lock"))
            done = _done(key, folder, json.loads(plan), data)
        except FindingsError as error:
            done = Delivery(data["id"], findings=error.findings)
        except Exception as error:     # one variant must not cost the others theirs
            done = Delivery(data["id"], findings=(Finding("internal", f"an error in reportgen itself: {type(error).__name__}: {error}"),))
        return encode(Delivery(done.id, {} if done.failed else done.files, done.row, moved(done.findings, folder, Path(there))))


def _done(key: str, folder: Path, plan: dict[str, Any], data: dict[str, Any]) -> Delivery:
    from reportgen import pandoc
    from reportgen.deriving import open_report
    from reportgen.outputs import typst
    from reportgen.variants.data import record_from
    from reportgen.variants.shared import Shared

    if key not in _opened:
        _opened[key] = open_report(folder), Shared(folder)
        pandoc.keep()
        typst.keep()
        # a variant makes many objects that live as long as it does: looking through them less often saves a tenth of the time
        gc.set_threshold(50_000, 20, 100)
    report, shared = _opened[key]
    record = record_from(data)
    if plan.get("stress"):
        from reportgen.variants.stress import examine

        return examine(report, record, strict=plan["strict"])
    from reportgen.variants.make import make, plan_from

    made = make(report, plan_from(plan), record, shared)
    _settle()
    return Delivery(record.id, made.files, made.row, made.warnings)


def _settle() -> None:
    """Once: what is there after the first variants stays, and need not be looked through for garbage again."""
    global _made
    _made += 1
    if _made == _WARM:
        gc.collect()
        gc.freeze()


__all__ = ["adopt", "archived", "deliver", "place"]
