"""What is kept between builds beside the trace: derived answers, verdicts with their certificates, figures.

One JSON file under a seal, and the figures' bytes in files named by their digest, in ``build/.cache/NAME``.  Everything in it can be
made again; a file that is cut short, altered, from another version or another user is told from a good one by its seal, and is then as
good as none.  What may be believed of a good one is decided elsewhere: an answer is taken only where the digests of all that it was
made from are what they are now, a verdict only for the statement whose digest it is filed under.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen import digests, trace
from reportgen.files import write_files

TITLE = "reportgen-cache-1"
FILE = "answers.json"


class Cache:
    """The folder of what is kept for one folder of outputs."""

    def __init__(self, out: Path) -> None:
        self.folder = Path(trace.folder_of(str(out)))

    def load(self) -> tuple[dict[str, Any] | None, str]:
        """What is kept, and "", or None and the reason why there is nothing."""
        path = self.folder / FILE
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None, "nothing was kept yet"
        except OSError as error:
            return None, f"the cache cannot be read: {error.strerror}"
        body = digests.unsealed(TITLE, data)
        if body is None:
            return None, "the cache is cut short, altered, of another version or of another user"
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return None, "the cache cannot be read"
        return (found, "") if isinstance(found, dict) else (None, "the cache cannot be read")

    def figure(self, digest: str) -> bytes | None:
        """The bytes of this digest, or None where they are not there, or not whole."""
        try:
            data = (self.folder / "figures" / digest).read_bytes()
        except OSError:
            return None
        return data if digests.digest(data) == digest else None

    def save(self, kept: Mapping[str, Any], figures: Mapping[str, bytes], lines: trace.Lines) -> bool:
        """Keep all this in place of what was there; False where it cannot be, which is no fault of the build."""
        body = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8", "surrogatepass")
        data, said = digests.sealed(TITLE, body), trace.text(lines)
        if not data or not said:
            return False
        from reportgen.diagnostics import FindingsError

        try:
            write_files(self.folder, {**{f"figures/{name}": found for name, found in figures.items()}, FILE: data, trace.FILE: said}, lasting=False)
        except FindingsError:
            return False
        with contextlib.suppress(OSError):
            for path in (self.folder / "figures").iterdir():
                if path.name not in figures:
                    path.unlink()
        return True
