"""A document marked: every claim with its verdict and its place, the first wrong line and what only follows from it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator

from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED
from .documents import Document, doubted
from .formats import Judged
from .groups import Member, groups

_OPEN = frozenset({"an equation with names", "a definition", "nothing is asserted"})  # what the lines around may settle
_CODES = {REFUTED: "claim-refuted", UNDECIDED: "claim-undecided"}


def judge_document(document: Document, jobs: int = 1) -> Iterator[Judged]:
    """The document's claims with their verdicts, in order."""
    from .guard import judge_lines

    waiting: deque[tuple[Member, ...]] = deque()

    def requests() -> Iterator[bytes]:
        for group in groups(document):
            waiting.append(group)
            for member in group:
                yield _request(member)
            if len(group) > 1:
                lines = [(m.line, m.joined, m.known) for m in group]
                yield json.dumps({"id": 0, "form": "group", "lines": lines}).encode()

    answers = judge_lines(requests(), jobs)
    for first in answers:
        group = waiting.popleft()
        own = [first, *(next(answers) for _ in group[1:])]
        together = next(answers).get("group") if len(group) > 1 else None
        yield from _marked(document, group, own, together)


def _request(member: Member) -> bytes:
    found = member.found
    record: dict[str, object] = {"id": 0, "form": "definition" if member.defines else found.form, "claim": found.text, "text": found.context}
    if member.values:
        record["values"] = dict(member.values)
    if found.total is not None:
        record["total"] = (found.total.parts, found.total.marks, found.total.last)
    return json.dumps(record).encode()


def _marked(document: Document, group: tuple[Member, ...], own: list[dict], together: list[dict] | None) -> Iterator[Judged]:
    """A group's claims: each by itself first; what that leaves open, by the line before."""
    final: list[Judged] = []
    for k, (member, answer) in enumerate(zip(group, own)):
        found, rests = member.found, None
        if together is not None and k < len(together) and answer["verdict"] == NO_CLAIM and answer["reason"] in _OPEN:
            other = together[k]
            around = document.text[max(0, found.begin - 160) : found.end + 120]
            if other["verdict"] != NO_CLAIM and not (other["verdict"] == REFUTED and doubted(around)):
                answer, rests = other, other["rests"]
        code, reason = str(answer.get("code") or _CODES.get(str(answer["verdict"]), "")), str(answer["reason"])
        if code not in ("", "no-claim", "claim-refuted", "claim-near", "claim-unreadable", "claim-total", "claim-step"):
            code = _CODES.get(str(answer["verdict"]), "")
        given = 0
        if rests is not None and answer["verdict"] == PROVED and final[rests].verdict == REFUTED:
            given = final[rests].line
            code, reason = "claim-follow-up", f"right, given line {given}"
        elif code == "claim-step" and k:
            reason = reason.replace("the line before", f"line {final[k - 1].line}", 1)
        sides = answer.get("sides") or ("", "")
        place = found.place
        final.append(
            Judged(
                document.name, place.line, place.column, place.length, found.going_on or found.text, document.line(place.line),
                str(answer["verdict"]), code, reason, str(sides[0]), str(sides[1]), given,
            )
        )
    yield from final
