"""Corrections: what a submission states, where, what the judge says of it, what is right, and why.

A ``Correction`` points at pieces of the submission and asks up to two questions of the judge.  ``claim``: does it hold, as
it is written?  ``answer``: is it the answer that was asked for?  The two differ: ``10*10 + 10 = 110`` is true, and wrong as a
parameter count.  What the table says is the judge's word; where there is nothing to judge it says "in words".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .derivation import Caption, Claim, Derivation, Table, value_of
from .expressions import Expr, Number, Operation, is_op
from .obligation import Obligation, Verdict
from .submission import Piece

Judge = Callable[[Obligation], Verdict]

COLUMNS = ("Line", "It states", "Verdict", "What is right, and why")
WIDTHS = (10, 30, 16, 44)      # hundredths of the line


@dataclass(frozen=True, slots=True)
class Correction:
    """One row.

    ``pieces``: where it is stated, the first is the one that is quoted; ``stated``: how it is shown, a formula read from the
    submission or text (empty: the first piece's text, in quotation marks).  ``right`` and ``why`` are text with formulas in it;
    derivations stand for their conclusion; in the table ``why`` goes on from ``right`` and brings its own punctuation.
    ``answer`` is only looked at where the claim is not refuted.  ``word``: the checker's word for it, where the judge's two verdicts
    have none ("right, given line 3"); a judge that says otherwise has the last word.
    """

    pieces: tuple[Piece, ...]
    stated: Caption
    right: Caption
    why: Caption
    claim: Claim | None = None
    answer: Claim | None = None
    word: Caption = ()

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        asked = ((name, self.claim), (f"{name}/answer", self.answer))
        return tuple(o for label, claim in asked if claim is not None for o in claim.obligations(label))

    @property
    def lines(self) -> tuple[int, ...]:
        """Numbers of the lines it speaks of, each once, in order."""
        return tuple(sorted({piece.line for piece in self.pieces}))

    def verdict(self, judge: Judge | None = None) -> str:
        """The judge's word on it: "refuted", "right", "true, but not the answer", "wrong as an answer", "undecided: ...", "in words"."""
        judge = judge or _judge
        claim, answer = (None if c is None else judge(c.obligations("")[0]) for c in (self.claim, self.answer))
        return words_for(claim, answer)

    def shown(self, judge: Judge | None = None) -> Caption:
        """The verdict as it is shown: ``word`` where there is one, unless the judge refutes the very claim."""
        found = self.verdict(judge)
        return self.word if self.word and found != "refuted" else (found,)


@dataclass(frozen=True, slots=True)
class Corrections:
    """Rows in the order of the submission.  Whatever the judge finds of them is reported and fails no build: ``expect`` is "any"."""

    rows: tuple[Correction, ...]
    caption: str = ""
    expect: str = "any"

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        """``name/1``, and ``name/1/answer`` where the row asks whether this is the answer."""
        return tuple(o for number, row in enumerate(self.rows, start=1) for o in row.obligations(f"{name}/{number}"))

    def table(self, judge: Judge | None = None) -> Table:
        """The rows as a table; every cell is text with formulas in it."""
        rows = tuple((line_numbers(row.lines), row.stated, row.shown(judge), (*row.right, *row.why)) for row in self.rows)
        return Table(COLUMNS, rows, "llll", caption=self.caption, widths=WIDTHS)


def correction(*pieces: Piece, stated: object = None, claim: Claim | None = None, answer: Claim | None = None,
               right: object = "", why: object = "") -> Correction:
    """A row, with its parts as they are at hand: text, a formula, an answer, or a tuple of these."""
    if not pieces:
        raise ValueError("a correction points at a piece of the submission")
    quoted = (f"“{pieces[0].text}”",) if stated is None else mixed(stated)
    return Correction(tuple(pieces), quoted, mixed(right), mixed(why), claim, answer)


def mixed(parts: object) -> Caption:
    """Text with formulas in it, from text, a formula, anything with a value or a conclusion, or a tuple of these."""
    found = []
    for part in parts if isinstance(parts, tuple) else (parts,):
        if isinstance(part, Derivation):
            part = part.conclusion
        found.append(part if isinstance(part, str) else value_of(part))
    return tuple(p for p in found if p != "")


def line_numbers(lines: Iterable[int]) -> Caption:
    """Numbers of lines as text with formulas: neighbours joined, ``44–54, 56``."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][-1] == line - 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    out: list[str | Expr] = []
    for run in runs:
        out += [", "] * bool(out) + [Number(str(run[0]))]
        if len(run) > 1:
            out += ["–" if len(run) > 2 else ", ", Number(str(run[-1]))]
    return tuple(out)


def words_for(claim: Verdict | None, answer: Verdict | None = None) -> str:
    """Two verdicts in the words of the table."""
    if claim is None and answer is None:
        return "in words"
    if claim is not None and claim.refuted:
        return "refuted"
    for verdict in (claim, answer):
        if verdict is not None and not verdict.refuted and not verdict.proved:
            return f"undecided: {verdict.reason}"
    if answer is not None and answer.refuted:
        return "wrong as an answer" if claim is None else "true, but not the answer"
    return "right"


def same(stated: object, right: object, *, assume: Iterable[Expr] = ()) -> Claim:
    """The claim that what is stated is what is right, to be judged whichever way it comes out."""
    return Claim(Operation("eq", (value_of(stated), value_of(right))), tuple(assume), "any")


def right_side(value: Expr) -> Expr:
    """The right side of a stated equation, or the expression itself."""
    return value.args[1] if is_op(value, "eq") else value


def _judge(obligation: Obligation) -> Verdict:
    from .judge import judge

    return judge(obligation)


__all__ = ["Correction", "Corrections", "correction", "line_numbers", "mixed", "right_side", "same", "words_for"]
