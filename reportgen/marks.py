"""A submission, marked by the checker against the answers of its report: the corrections of that report are made from this.

``Marks`` is what an answer's function receives as its parameter ``marks``.  The checker needs the report's other answers, so every
answer that needs ``marks`` is derived after all the others, and none of them is in the key.  Nothing is chosen by line or by value:
a mark is found by the heading it stands under, by its code and by the answer that it was held against.

    def corrections_q1(marks):
        return marks.corrections("Question 1", remark(": this layer has no weights.", on="layer_table"))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .beside import possible
from .corrections import Correction, Corrections, correction, mixed, same
from .derivation import Caption, Claim
from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, Number, Operation, ParseError, Symbol, is_op, is_relation, op, parse, symbols
from .submission import Piece, Submission, read_formula

if TYPE_CHECKING:
    from .claims.against import Key
    from .claims.documents import Document
    from .claims.formats import Judged
    from .claims.known import Known
    from .ledger import Entry

SECONDS = 30.0  # for one claim; a build is not hurried by strangers
TOLD = frozenset({"claim-refuted", "claim-step", "claim-total", "claim-wrong-answer", "claim-near", "claim-working", "claim-follow-up"})


@dataclass(frozen=True, slots=True)
class Remark:
    """What the report's author says of a finding, or of words of the submission where there is nothing to judge.

    ``on``: the name of the answer that the claim was held against; ``code``: of the finding, "" for any; ``quote``: words of the
    submission instead, to the letter.
    """

    on: str
    text: Caption
    code: str = ""
    quote: str = ""


def remark(*text: object, on: str = "", code: str = "", quote: str = "") -> Remark:
    """A remark, its text as it is at hand: words, formulas, answers."""
    if bool(on or code) == bool(quote):
        raise ValueError("a remark is on a finding, or quotes the submission")
    return Remark(on, mixed(text), code, quote)


@dataclass(frozen=True, slots=True)
class Mark:
    """One claim of the submission with what the checker says of it."""

    judged: Judged
    pieces: tuple[Piece, ...]

    @property
    def piece(self) -> Piece:
        """The piece on the first of its lines."""
        return self.pieces[0]

    @property
    def line(self) -> int:
        return self.piece.line

    @property
    def code(self) -> str:
        return self.judged.code

    @property
    def name(self) -> str:
        """Of the answer that it was held against, "" for none."""
        return self.judged.beside.name if self.judged.beside is not None else ""

    @property
    def formula(self) -> Expr:
        """What is claimed, as it was read (where something had to be supplied, with it).

        Raises FindingsError (correction-unread) where it is no formula.
        """
        beside = self.judged.beside
        found = parse(beside.stated, "plain") if beside is not None and beside.stated and beside.supplied else _read(self.judged)
        if found is None:
            raise _unread(self.piece.span, f"{self.piece.text!r} cannot be read as a formula")
        return found


class Marks:
    """The claims of a submission in order; ``entries`` gives the answers that there are when the marks are first asked for,
    ``known`` what was found of claims before, ``meanwhile`` is other work for the time in which they are judged."""

    def __init__(self, submission: Submission, entries: Callable[[], Iterable[Entry]], known: Known | None = None,
                 meanwhile: Sequence[Callable[[], object]] = ()) -> None:
        from .claims.known import Known

        self.submission = submission
        self._entries = entries
        self._known = known or Known()
        self._meanwhile = meanwhile

    @cached_property
    def key(self) -> Key:
        from .claims.against import Key

        return Key(self._entries())

    @cached_property
    def all(self) -> tuple[Mark, ...]:
        from .claims.documents import Document
        from .claims.marking import judge_document

        document = Document(str(self.submission.path), self.submission.raw)
        # a second worker is made at once where it is a copy of this process; otherwise it would begin when the first one is done
        found = judge_document(document, 2 if possible() else 1, self.key, SECONDS, self._known, self._meanwhile)
        return tuple(Mark(judged, self._pieces(judged, document)) for judged in found)

    def _pieces(self, judged: Judged, document: Document) -> tuple[Piece, ...]:
        """Where it stands, line by line."""
        first = self.submission.line(judged.line).part(judged.column - 1, judged.column - 1 + judged.length)
        last = document.place(max(judged.begin, judged.end - 1), judged.end).line
        return (first, *(self.submission.line(k) for k in range(judged.line + 1, last + 1) if self.submission.lines[k - 1].strip()))

    def under(self, heading: str) -> tuple[Mark, ...]:
        """The marks below the heading that begins with these words, up to the next heading that begins with the same word.

        Raises FindingsError (correction-unread) where there is no such heading.
        """
        first, last = self._lines_under(heading)
        return tuple(m for m in self.all if first <= m.line < last)

    def _lines_under(self, heading: str) -> tuple[int, int]:
        if not heading:
            return 1, len(self.submission) + 1
        first_word = heading.split()[0]
        heads = [(k, text.lstrip("# ").strip()) for k, text in enumerate(self.submission.lines, start=1) if text.startswith("#")]
        places = [k for k, text in heads if re.match(rf"{re.escape(heading)}(?!\w)", text)]
        if not places:
            raise _unread(Span(str(self.submission.path)), f"{self.submission.path.name} has no heading {heading!r}")
        later = [k for k, text in heads if k > places[0] and re.match(rf"{re.escape(first_word)}(?!\w)", text)]
        return places[0], min(later, default=len(self.submission) + 1)

    def one(self, code: str, heading: str = "", of: str = "", that: Callable[[Mark], object] = lambda mark: True) -> Mark:
        """The first mark with this code, of this answer, that is so.  Raises FindingsError (correction-unread) where there is none."""
        for mark in self.under(heading):
            if mark.code == code and of in ("", mark.name) and that(mark):
                return mark
        raise _unread(Span(str(self.submission.path)), f"no claim {'under ' + heading if heading else 'of the submission'} is marked {code}"
                      + (f" of {of}" if of else ""))

    def before(self, mark: Mark) -> Mark:
        """The line from which a wrong step does not follow, or on whose mistake a right one rests."""
        wanted = mark.judged.after or mark.judged.given
        for other in self.all:
            if other.line == wanted:
                return other
        raise _unread(mark.piece.span, "the line does not rest on another")

    # --- the table
    def corrections(self, heading: str, *remarks: Remark, caption: str = "") -> Corrections:
        """A row for each thing that was found under the heading, one for all that is right, and the author's remarks.

        Raises FindingsError (correction-unread) for a remark on something that was not found.
        """
        first, last = self._lines_under(heading)
        rows: list[tuple[tuple[int, int], Correction]] = []
        marks = self.under(heading)
        waiting = list(remarks)
        for told in _together(m for m in marks if m.code in TOLD):
            said = next((r for r in waiting if not r.quote and r.on in ("", told[0].name) and r.code in ("", told[0].code)), None)
            if said is not None:
                waiting.remove(said)
            rows.append((_place(told[0]), self._row(told, said.text if said is not None else ())))
        for words, some in (("right", [m for m in marks if m.judged.verdict == "proved" and m.code not in TOLD]),
                            ("not judged", [m for m in marks if m.judged.verdict == "no-claim"]),
                            ("not decided", [m for m in marks if m.judged.verdict == "undecided" and m.code not in TOLD])):
            if some:
                rows.append((_place(some[0]), self._summed(words, some)))
        for told in waiting:
            if not told.quote:
                raise _unread(Span(str(self.submission.path), first), f"the remark on {told.on or told.code} is on nothing that was found under {heading!r}",
                              f"found: {', '.join(sorted({m.name or m.code for m in marks if m.code in TOLD})) or 'nothing'}")
            piece = self._quoted(told.quote, first, last)
            rows.append(((piece.line, piece.span.column), correction(piece, right=told.text)))
        return Corrections(tuple(row for _, row in sorted(rows, key=lambda pair: pair[0])), caption)

    def _quoted(self, words: str, first: int, last: int) -> Piece:
        for number in range(first, last):
            begin = self.submission.lines[number - 1].find(words)
            if begin >= 0:
                return self.submission.line(number).part(begin, begin + len(words))
        raise _unread(Span(str(self.submission.path), first), f"{self.submission.path.name} does not say {words!r} there", "has the document changed?")

    def _row(self, marks: Sequence[Mark], said: Caption) -> Correction:
        """What was found of one claim, or of claims with the same fault."""
        from .marked_words import of_the_others, right_and_why, stated, verdict

        mark = marks[0]
        claim, answer = self.asked(mark)
        right, why = right_and_why(self, mark)
        why = (*why, *of_the_others(marks))
        return Correction(tuple(p for m in marks for p in m.pieces), stated(self, mark), right, (*why, *said), claim, answer, verdict(mark))

    def asked(self, mark: Mark) -> tuple[Claim | None, Claim | None]:
        """What the ledger's judge is asked: does it hold as it is written, and is it the answer?"""
        judged, beside = mark.judged, mark.judged.beside
        from .marked_words import number

        claim = answer = None
        if judged.code == "claim-step":
            before, here = (_read(m.judged) for m in (self.before(mark), mark))
            if before is not None and here is not None:
                names = sorted(set(symbols(before)) | set(symbols(here)))
                claim = Claim(op("iff", before, here), tuple(Operation("ge", (Symbol(n), Number("1"))) for n in names), "any")
        elif judged.code == "claim-total":
            claim = same(number(judged.left), number(judged.right))
        elif judged.code in ("claim-refuted", "claim-wrong-answer") or judged.verdict == "proved":
            own = _read(judged)
            parts = () if own is None else own.args if is_op(own, "and") else (own,)
            judgeable = tuple(p for p in parts if is_relation(p) and (not symbols(p) or judged.reason == "an identity"))
            if judgeable:
                names = sorted({n for p in judgeable for n in symbols(p)})
                positive = tuple(Operation("gt", (Symbol(n), Number("0"))) for n in names)
                claim = Claim(judgeable[0] if len(judgeable) == 1 else Operation("and", judgeable), positive, "any")
        if beside is not None:
            if beside.statement:
                answer = Claim(parse(beside.statement, "plain"), tuple(parse(a, "plain") for a in beside.assume), "any")
            elif beside.counts and beside.counts[0] != beside.counts[1]:
                answer = same(Number(str(beside.counts[0])), Number(str(beside.counts[1])))
            elif beside.stated and beside.asked and self.closed(beside.asked):
                literal = parse(beside.stated, "plain")
                asked = parse(beside.asked, "plain")
                answer = Claim(op("approx" if _is_decimal(literal) else "eq", asked, literal), (), "any")
        return claim, answer

    @staticmethod
    def closed(text: str) -> bool:
        return not symbols(parse(text, "plain"))

    def _summed(self, words: str, marks: Sequence[Mark]) -> Correction:
        """All claims with one verdict, as one row."""
        from .marked_words import stated

        count = Number(str(len(marks)))
        lines = tuple(p for m in marks for p in m.pieces)
        shown = stated(self, marks[0]) if len(marks) == 1 else (count, " statements")
        if words == "right":
            asked = [c for m in marks for c in self.asked(m) if c is not None]
            equations = tuple(dict.fromkeys(c.statement for c in asked))
            assumed = tuple(dict.fromkeys(a for c in asked for a in c.assumptions))
            claim = Claim(equations[0] if len(equations) == 1 else Operation("and", equations), assumed, "any") if equations else None
            text = "as stated, and as asked" if any(m.name for m in marks) else "as stated"
            return Correction(lines, shown, (text,), (), claim, None, () if claim is not None else ("right",))
        what = {"not judged": "formulas that only set something up", "not decided": "what could not be read, or not be decided"}[words]
        return Correction(lines, shown, (what,), (), None, None, (words,))


def _together(marks: Iterable[Mark]) -> list[tuple[Mark, ...]]:
    """Claims with one fault are told together: the same reason, or all that follows from one line."""
    found: list[list[Mark]] = []
    for mark in marks:
        for group in found:
            other = group[0]
            same_rest = mark.code == "claim-follow-up" and other.code == mark.code and other.judged.given == mark.judged.given and (
                other.name == mark.name or not other.judged.right and not mark.judged.right)
            same_fault = mark.code == other.code and mark.judged.reason == other.judged.reason and mark.code != "claim-follow-up"
            same_why = mark.judged.beside is not None and other.judged.beside is not None and mark.judged.beside.why != () and (
                mark.judged.beside.why, mark.judged.beside.stated, mark.name) == (other.judged.beside.why, other.judged.beside.stated, other.name)
            same_words = mark.name != "" and (mark.code, mark.name, mark.judged.text) == (other.code, other.name, other.judged.text)
            if same_rest or same_fault or same_why or same_words:
                group.append(mark)
                break
        else:
            found.append([mark])
    return [tuple(group) for group in found]


def _is_decimal(tree: Expr) -> bool:
    return isinstance(tree, Number) and "." in tree.text or is_op(tree, "neg") and _is_decimal(tree.args[0])


def _place(mark: Mark) -> tuple[int, int]:
    return mark.line, mark.piece.span.column


def _read(judged: Judged) -> Expr | None:
    """The claim as a formula; a heading's words before it (``Output for Conv2d-1 =``) are one name."""
    text = judged.text
    if (label := re.match(r"\s*([A-Z][A-Za-z]+) (?:for|of|in|at) [\w ,-]{1,40}?\s*(?==)", text)) is not None:
        text = label[1] + text[label.end() :]
    try:
        return read_formula(text)
    except (ParseError, RecursionError, ValueError):
        return None


def _unread(span: Span, message: str, hint: str = "") -> FindingsError:
    return FindingsError(Finding("correction-unread", message, span, hint))


__all__ = ["Mark", "Marks", "Remark", "remark"]
