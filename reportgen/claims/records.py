"""One record in, one verdict out: what ``reportgen check --jsonl`` does with a line."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import islice

from . import chains, pairs, steps
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome
from .documents import Document

MAX_CLAIMS = 500      # of one text


def judge_record(record: Mapping[str, object]) -> dict[str, object]:
    """``id``, ``verdict``, ``reason``, ``wrong_step`` where a sequence is refuted, ``ms``.  A ``label`` is never read."""
    begin = time.perf_counter()
    outcome = _judged(record)
    result: dict[str, object] = {"id": record.get("id"), "verdict": outcome.verdict, "reason": outcome.reason}
    if outcome.step is not None:
        result["wrong_step"] = outcome.step
    if "form" in record:
        result["code"], result["sides"] = outcome.code, outcome.sides
    result["ms"] = round((time.perf_counter() - begin) * 1000, 3)
    return result


def _in_text(text: str) -> Outcome:
    """A text without the piece that asserts something: all that is found in it, the gravest verdict first."""
    found = list(islice(Document("text.md", text.encode("utf-8", "replace")).claims(), MAX_CLAIMS))
    if not found:
        return chains.judge_text(text)
    outcomes = [chains.judge_in_document(f.text, f.context, f.form == "math") for f in found]
    for verdict in (REFUTED, UNDECIDED, PROVED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return outcomes[0]


def _judged(record: Mapping[str, object]) -> Outcome:
    lines, left, right = record.get("lines"), record.get("lhs"), record.get("rhs")
    try:
        if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
            return steps.judge_lines(lines)
        if isinstance(left, str) and isinstance(right, str):
            return pairs.judge_pair(left, right)
        claim, text = record.get("claim"), record.get("text")
        form = record.get("form")
        if isinstance(claim, str) and form in ("math", "plain"):
            return chains.judge_in_document(claim, text if isinstance(text, str) else "", form == "math")
        if isinstance(claim, str):
            return chains.judge_text(claim, text if isinstance(text, str) else "")
        if isinstance(text, str):
            return _in_text(text)
    except RecursionError:
        return Outcome(UNDECIDED, "nested too deeply", "claim-unreadable")
    return Outcome(NO_CLAIM, "the record has neither a text nor lines nor two sides", "no-claim")
