"""What was found of a document's claims before: only what is asked anew is judged.

The answer to a request is a function of its bytes.  A comparison names all other answers of the report, and looks at them only
where the claim is wrong; where it did not, the answer holds whatever they are.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

MOST = 20_000
_FLEETING = ("gave up", "internal")     # what another run might find otherwise


class Known:
    """The answers to requests by digest; ``asked`` are those of this run, for the next one."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self._kept = {name: found for name, found in (kept or {}).items() if isinstance(found, dict)}
        self.asked: dict[str, dict] = {}

    def get(self, request: bytes) -> dict | None:
        for name in _names(request):
            if (found := self._kept.get(name)) is not None:
                self.asked[name] = found
                return found
        return None

    def learn(self, request: bytes, answer: dict) -> None:
        if str(answer.get("reason", "")).startswith(_FLEETING):
            return
        names = _names(request)
        name = names[0] if "like" in answer else names[-1]
        self.asked[name] = self._kept[name] = {key: value for key, value in answer.items() if key != "ms"}
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]


def judge_new(requests: Iterable[bytes], judge: Callable[[Iterable[bytes]], Iterator[dict]], known: Known) -> Iterator[dict]:
    """The answers in the order of the requests; ``judge`` is given those that are not known, and answers in their order."""
    waiting: deque[bytes | dict] = deque()

    def new() -> Iterator[bytes]:
        for request in requests:
            found = known.get(request)
            waiting.append(request if found is None else found)
            if found is None:
                yield request

    def those_known() -> Iterator[dict]:
        while waiting and isinstance(waiting[0], dict):
            yield waiting.popleft()     # type: ignore[misc]

    for answer in judge(new()):
        yield from those_known()
        known.learn(waiting.popleft(), answer)      # type: ignore[arg-type]
        yield answer
    yield from those_known()


def _names(request: bytes) -> list[str]:
    """The digest of a request, and of a comparison also the one without the other answers."""
    found = [hashlib.sha256(request).hexdigest()[:32]]
    record = json.loads(request)
    if record.get("form") == "compare":
        record["others"] = []
        found.append(hashlib.sha256(json.dumps(record).encode()).hexdigest()[:32])
    return found


__all__ = ["Known", "judge_new"]
