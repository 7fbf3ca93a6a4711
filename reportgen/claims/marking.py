"""A document marked: every claim with its verdict and its place, the first wrong line and what only follows from it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from . import asked_units
from .against_names import plain_name as _plain
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED
from .documents import Document, Found, Place
from .formats import Beside, Judged
from .formulas import FRESH
from .groups import Member, groups
from .quotes import around, doubted, in_another_arithmetic, led_to_absurdity

if TYPE_CHECKING:
    from .against import Bound, Key
    from .known import Known

_OPEN = frozenset({"an equation with names", "a definition", "nothing is asserted"})  # what the lines around may settle
_CODES = {REFUTED: "claim-refuted", UNDECIDED: "claim-undecided"}


def judge_document(document: Document, jobs: int = 1, key: Key | None = None, seconds: float = 0.0, known: Known | None = None,
                   meanwhile: Sequence[Callable[[], object]] = ()) -> Iterator[Judged]:
    """The document's claims with their verdicts, in order; with a key also whether they are the answers that were asked for.

    ``seconds`` for one claim (0: as many as strangers get); ``known``: what was found before is not asked again;
    ``meanwhile``: other work for the time in which this process waits.
    """
    from .guard import LIMIT_SECONDS, judge_lines
    from .known import judge_new

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
                    yield _comparison(member, bound, key)

    limit = seconds or LIMIT_SECONDS
    answers = judge_lines(requests(), jobs, limit) if known is None else \
        judge_new(requests(), lambda new: judge_lines(new, jobs, limit, spare=True, meanwhile=meanwhile), known)
    sheet = _Sheet(document, key.units if key is not None else {})
    for first in answers:
        group, bounds = waiting.popleft()
        own = [first, *(next(answers) for _ in group[1:])]
        together = next(answers).get("group") if len(group) > 1 else None
        for k, judged in enumerate(_marked(document, group, own, together)):
            bound = bounds[k] if bounds else None
            if bound is None:
                yield judged
            else:
                yield from sheet.answered(judged, group[k], bound, next(answers))


def _comparison(member: Member, bound: Bound, key: Key) -> bytes:
    answer = bound.answer
    return json.dumps({
        "id": 0, "form": "compare", "claim": member.line, "wanted": answer.value, "senses": bound.senses, "others": key.all,
        "formulas": answer.formulas, "earlier": bound.earlier, "columns": answer.columns, "facts": answer.facts if bound.named else (), "named": bound.named,
    }).encode()


class _Sheet:
    """What was found so far of a document that is held against answers: differences in columns, wrong lines of chains."""

    def __init__(self, document: Document, units: Mapping[str, str]) -> None:
        self.document = document
        self.units = units  # of answers, by label
        self.wrong: dict[str, int] = {}  # the line of the last wrong statement of an answer, by symbol
        self.differences: dict[tuple[int, int], list[tuple[int, Fraction]]] = {}
        self.chains: dict[int, list[int]] = {}  # of each bound claim of a chain: the line of the mistake in it, or 0

    def answered(self, judged: Judged, member: Member, bound: Bound, compared: dict) -> Iterator[Judged]:
        """The claim beside the answer that it states; of a vector also its entries, where something is to be said of them."""
        result = compared.get("result")
        if result != "right" and self.document.quotes(member.found.begin):
            yield judged  # somebody else's answer
            return
        if result == "vector":
            yield from self.entries(judged, bound, compared)
            return
        chain = self.chains.setdefault(bound.chain, []) if bound.chain else []
        marked = self.formula(judged, bound, compared) if "stated" in compared else self.value(judged, bound, compared, chain)
        chain.append(marked.line if marked.verdict == REFUTED else marked.given)
        yield marked

    def value(self, judged: Judged, bound: Bound, compared: dict, chain: list[int]) -> Judged:
        """A number."""
        answer, result = bound.answer, compared.get("result")
        if result not in ("right", "near", "wrong"):
            return judged
        asked, claimed = str(compared["asked"]), str(compared["claimed"])
        beside = Beside(answer.name, answer.label, answer.value, str(compared.get("tree", "")), tuple(compared.get("repaired") or ()))
        judged = replace(judged, beside=beside)
        if bound.tentative and result != "right":
            return replace(judged, beside=None)
        unit, asked_unit = asked_units.stated(self.document.text, judged.begin, judged.end), asked_units.known(answer.unit)
        if result == "right" and unit and asked_unit and unit != asked_unit and judged.verdict != REFUTED:
            reason = f"the value is that of {answer.label}, and its unit is {answer.unit}, not {unit}"
            return replace(judged, verdict=REFUTED, code="claim-wrong-answer", reason=reason, left=f"{claimed} {unit}", right=f"{asked} {answer.unit}")
        other = next((label for label, _ in compared.get("like") or () if unit and asked_units.known(self.units.get(str(label), "")) == unit), None)
        if other is not None and result == "wrong" and unit != asked_unit and judged.verdict != REFUTED:
            return replace(judged, verdict=PROVED, code="", reason=f"the answer in another unit: {other}")
        if result == "right":
            if judged.verdict == NO_CLAIM:
                return replace(judged, verdict=PROVED, code="", reason=f"the answer: {answer.label}")
            return replace(judged, reason=f"{judged.reason}; it is the answer, {answer.label}")
        if judged.verdict == REFUTED:
            return replace(judged, reason=f"{judged.reason}; the answer is {asked} ({answer.label})")
        if result == "near":
            reason = f"nearly the answer, {answer.label}, which is {asked} to these places"
            return replace(judged, verdict=UNDECIDED, code="claim-near", reason=reason, left=claimed, right=asked)
        like = tuple((str(label), str(value)) for label, value in compared.get("like") or ())
        judged = replace(judged, beside=replace(beside, like=like, sums=bool(compared.get("sums"))))
        rests = [chain[k] for k in compared.get("same_as") or () if k < len(chain) and chain[k]]
        rests += sorted({self.wrong[name] for name in compared.get("rests_on") or () if name in self.wrong})
        gap = _gap(claimed, asked)
        if bound.grid >= 0 and gap is not None:
            earlier = self.differences.setdefault((bound.grid, bound.column), [])
            if bound.total and earlier and (judged.verdict == PROVED or sum(d for _, d in earlier) == gap):
                return self.follows(judged, [line for line, _ in earlier], f"{judged.reason}, ", asked, claimed, answer.label)
            earlier.append((judged.line, gap))
        self.wrong[_plain(answer.symbol)] = judged.line
        if rests:
            return self.follows(judged, rests[-1:], "", asked, claimed, answer.label)
        true = "true as arithmetic, and " if judged.verdict == PROVED else ""
        reason = f"{true}wrong as an answer: {answer.label} is {asked}, not {claimed}{_other_answers(judged.beside)}"
        read_as = "".join(f"; {said}" for said in beside.supplied)
        return replace(judged, verdict=REFUTED, code="claim-wrong-answer", reason=reason + read_as, left=claimed, right=asked)

    def follows(self, judged: Judged, lines: list[int], before: str, asked: str, claimed: str, label: str) -> Judged:
        said = ", ".join(map(str, lines))
        reason = f"{before}right, given line {said}; the answer is {asked} ({label}){_other_answers(judged.beside)}"
        return replace(judged, verdict=PROVED, code="claim-follow-up", reason=reason, left=claimed, right=asked, given=lines[0])

    def formula(self, judged: Judged, bound: Bound, compared: dict) -> Judged:
        """A formula with names."""
        answer, result = bound.answer, compared["result"]
        letters = tuple(f"{a} = {b}" for a, b in (compared.get("letters") or {}).items() if a != FRESH[1])
        beside = Beside(
            answer.name, answer.label, str(compared.get("asked", "")), str(compared["stated"]), tuple(compared["supplied"]), tuple(compared.get("why") or ()),
            tuple(compared.get("merged") or ()), letters, str(compared.get("statement", "")), tuple(compared.get("assume") or ()),
        )
        judged = replace(judged, beside=beside)
        supplied = f"; supplied: {', '.join(beside.supplied)}" if beside.supplied else ""
        if result == "right":
            return replace(judged, verdict=PROVED, code="", reason=f"the formula of the answer, {answer.label}{supplied}")
        merged = f"right where {' and '.join(beside.merged)}: one letter should do for both" if beside.merged else ""
        if result == "letters":
            return replace(judged, verdict=UNDECIDED, code="claim-near", reason=f"the formula of {answer.label}, {merged}{supplied}")
        if result != "wrong" or judged.verdict == REFUTED:
            return judged
        why = f": {', and '.join(beside.why)}" if beside.why else ""
        reason = f"wrong as an answer: {answer.label} is {beside.asked}{why}{supplied}" + (f"; besides, {merged}" if merged else "")
        return replace(judged, verdict=REFUTED, code="claim-wrong-answer", reason=reason)

    def entries(self, judged: Judged, bound: Bound, compared: dict) -> Iterator[Judged]:
        """A vector as a whole first, then each entry that is wrong, or right with another working than the others."""
        answer, count, asked = bound.answer, int(compared["count"]), int(compared["asked_count"])
        found = [self.entry(judged, bound, k, entry, int(compared["usual"])) for k, entry in enumerate(compared["entries"], start=1)]
        wrong = [f for f in found if f is not None and f.verdict == REFUTED]
        all_of_it = tuple(str(e["tree"]) for e in compared["entries"])
        judged = replace(judged, beside=Beside(answer.name, answer.label, answer.value, "", entries=all_of_it, counts=(count, asked)))
        if count != asked:
            reason = f"wrong as an answer: {answer.label} has {asked} entries, not {count}"
            yield replace(judged, verdict=REFUTED, code="claim-wrong-answer", reason=reason, left=str(count), right=str(asked))
        elif wrong:
            yield replace(judged, verdict=NO_CLAIM, code="no-claim", reason=f"a vector of which {len(wrong)} of {count} entries are wrong")
        elif compared["commas"]:
            whole = f", and it reads as a sum, which is {compared['whole']}" if compared["whole"] else ""
            yield replace(judged, verdict=UNDECIDED, code="claim-working", reason=f"the entries of the answer, {answer.label}, but without commas{whole}",
                          beside=replace(judged.beside, whole=str(compared["whole"])))
        else:
            yield replace(judged, verdict=PROVED, code="", reason=f"the answer: {answer.label}")
        yield from (f for f in found if f is not None)

    def entry(self, whole: Judged, bound: Bound, k: int, entry: dict, usual: int) -> Judged | None:
        """One entry, where something is to be said of it."""
        answer, wrong, odd = bound.answer, entry["result"] == "wrong", usual and entry["terms"] != usual
        if not wrong and not odd:
            return None
        beside = Beside(answer.name, answer.label, str(entry["wanted"]), str(entry["tree"]), terms=(int(entry["terms"]), usual) if odd else ())
        begin, end = whole.begin + entry["begin"], whole.begin + entry["end"]
        place = Place(whole.line, whole.column, whole.length, whole.page)
        if self.document.text[begin:end].replace("$$", "  ") == entry["text"]:
            place = self.document.place(begin, end)
        odd_terms = f"{entry['terms']} terms, where the others have {usual}"
        marked = replace(
            whole, line=place.line, column=place.column, length=place.length, source=self.document.source(place), text=str(entry["text"]), beside=beside,
            begin=begin, end=end, left=str(entry["claimed"]), right=str(entry["asked"]),
        )
        if wrong:
            reason = f"wrong as an answer: entry {k} of {answer.label} is {entry['asked']}, not {entry['claimed']}" + (f"; it has {odd_terms}" if odd else "")
            return replace(marked, verdict=REFUTED, code="claim-wrong-answer", reason=reason)
        return replace(marked, verdict=UNDECIDED, code="claim-working", left="", right="",
                       reason=f"entry {k} of {answer.label} is {entry['asked']}, and that is its sum; but it has {odd_terms}")


def _other_answers(beside: Beside | None) -> str:
    if beside is None or not beside.like:
        return ""
    said = "; ".join(f"{label} is {value} to these places" if label else f"that is {value}" for label, value in beside.like)
    sums = "without the signs of summation before what does not depend on their index, which multiply it, it is another: " if beside.sums else ""
    return f"; but {sums}{said}"


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
        record["total"] = (found.total.parts, found.total.marks, found.total.last, found.total.across)
    return json.dumps(record).encode()


def _excused(document: Document, found: Found) -> str:
    """Why what is wrong there is not held against the document; "" where it is."""
    if document.quotes(found.begin):
        return "said to be somebody else's statement"
    if led_to_absurdity(document.text, found.begin, found.end):
        return "a contradiction is drawn from it"
    return "another arithmetic is meant" if in_another_arithmetic(document.text, found.begin, found.end) else ""


def _marked(document: Document, group: tuple[Member, ...], own: list[dict], together: list[dict] | None) -> Iterator[Judged]:
    """A group's claims: each by itself first; what that leaves open, by the line before."""
    final: list[Judged] = []
    for k, (member, answer) in enumerate(zip(group, own)):
        found, rests = member.found, None
        if together is not None and k < len(together) and answer["verdict"] == NO_CLAIM and answer["reason"] in _OPEN:
            other = together[k]
            context = around(document.text, found.begin, found.end)
            if other["verdict"] != NO_CLAIM and not (other["verdict"] == REFUTED and doubted(context)):
                answer, rests = other, other["rests"]
        if answer["verdict"] == REFUTED and found.form != "total" and (why := _excused(document, found)):
            answer, rests = {"verdict": NO_CLAIM, "reason": why, "code": "no-claim"}, None
        code, reason = str(answer.get("code") or _CODES.get(str(answer["verdict"]), "")), str(answer["reason"])
        if code not in ("", "no-claim", "claim-refuted", "claim-near", "claim-unreadable", "claim-total", "claim-step"):
            code = _CODES.get(str(answer["verdict"]), "")
        given = after = 0
        if rests is not None and answer["verdict"] == PROVED and final[rests].verdict == REFUTED:
            given = final[rests].line
            code, reason = "claim-follow-up", f"right, given line {given}"
        elif code == "claim-step" and k:
            after = final[k - 1].line
            reason = reason.replace("the line before", f"line {after}", 1)
        sides = answer.get("sides") or ("", "")
        place = found.place
        written = document.text[found.begin : found.end] if found.form == "standing" else found.going_on or found.text
        final.append(
            Judged(
                document.name, place.line, place.column, place.length, written, document.source(place),
                str(answer["verdict"]), code, reason, str(sides[0]), str(sides[1]), given, place.page, begin=found.begin, end=found.end, after=after,
            )
        )
    yield from final
