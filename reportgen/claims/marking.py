"""A document marked: every claim with its verdict and its place, the first wrong line and what only follows from it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED
from .documents import Document, doubted
from .formats import Judged
from .groups import Member, groups

if TYPE_CHECKING:
    from .against import Bound, Key

_OPEN = frozenset({"an equation with names", "a definition", "nothing is asserted"})  # what the lines around may settle
_CODES = {REFUTED: "claim-refuted", UNDECIDED: "claim-undecided"}


def judge_document(document: Document, jobs: int = 1, key: Key | None = None) -> Iterator[Judged]:
    """The document's claims with their verdicts, in order; with a key also whether they are the answers that were asked for."""
    from .guard import judge_lines

    waiting: deque[tuple[tuple[Member, ...], list[Bound | None]]] = deque()
    binder = None
    if key is not None:
        from .against import Binder

        binder = Binder(key, document)

    def requests() -> Iterator[bytes]:
        for group in groups(document):
            bounds = list(binder.bound(group)) if binder is not None else []
            waiting.append((group, bounds))
            for member in group:
                yield _request(member)
            if len(group) > 1:
                lines = [(m.line, m.joined, m.known) for m in group]
                yield json.dumps({"id": 0, "form": "group", "lines": lines}).encode()
            for member, bound in zip(group, bounds):
                if bound is not None and key is not None:
                    record = {"id": 0, "form": "compare", "claim": member.line, "wanted": bound.answer.value, "senses": bound.senses, "others": key.all}
                    yield json.dumps(record).encode()

    answers = judge_lines(requests(), jobs)
    differences: dict[tuple[int, int], list[tuple[int, Fraction]]] = {}
    for first in answers:
        group, bounds = waiting.popleft()
        own = [first, *(next(answers) for _ in group[1:])]
        together = next(answers).get("group") if len(group) > 1 else None
        for k, judged in enumerate(_marked(document, group, own, together)):
            bound = bounds[k] if bounds else None
            yield judged if bound is None else _answered(judged, group[k], bound, next(answers), differences)


def _answered(judged: Judged, member: Member, bound: Bound, compared: dict, differences: dict[tuple[int, int], list[tuple[int, Fraction]]]) -> Judged:
    """The claim beside the answer that it states."""
    answer, result = bound.answer, compared.get("result")
    if result not in ("right", "near", "wrong"):
        return judged
    asked = str(compared["asked"])
    if result == "right":
        if judged.verdict == NO_CLAIM:
            return replace(judged, verdict=PROVED, code="", reason=f"the answer: {answer.label}")
        return replace(judged, reason=f"{judged.reason}; it is the answer, {answer.label}")
    if judged.verdict == REFUTED:
        return replace(judged, reason=f"{judged.reason}; the answer is {asked} ({answer.label})")
    if result == "near":
        return replace(judged, verdict=UNDECIDED, code="claim-near", reason=f"nearly the answer, {answer.label}, which is {asked} to these places")
    claimed = str(compared["claimed"])
    gap = _gap(claimed, asked)
    if bound.grid >= 0 and gap is not None:
        earlier = differences.setdefault((bound.grid, bound.column), [])
        if bound.total and earlier and sum(d for _, d in earlier) == gap:
            lines = ", ".join(str(line) for line, _ in earlier)
            reason = f"{judged.reason}, right given line {lines}; the answer is {asked} ({answer.label})"
            return replace(judged, code="claim-follow-up", reason=reason, left=claimed, right=asked, given=earlier[0][0])
        earlier.append((judged.line, gap))
    true = "true as arithmetic, and " if judged.verdict == PROVED else ""
    like = "; ".join(f"{label} is {value} to these places" for label, value in compared.get("like", ()))
    reason = f"{true}wrong as an answer: {answer.label} is {asked}, not {claimed}" + (f"; but {like}" if like else "")
    return replace(judged, verdict=REFUTED, code="claim-wrong-answer", reason=reason, left=claimed, right=asked)


def _gap(claimed: str, asked: str) -> Fraction | None:
    try:
        return Fraction(claimed) - Fraction(asked)
    except (ValueError, ZeroDivisionError):
        return None


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
        written = document.text[found.begin : found.end] if found.form == "standing" else found.going_on or found.text
        final.append(
            Judged(
                document.name, place.line, place.column, place.length, written, document.source(place),
                str(answer["verdict"]), code, reason, str(sides[0]), str(sides[1]), given, place.page,
            )
        )
    yield from final
