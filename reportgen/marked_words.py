"""Marks in the words of a report's corrections: what is stated, the verdict, what is right and why.

Every number is a formula's, so that it is set and traced as all others are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .derivation import Caption
from .expressions import Expr, Number, Operation, ParseError, count_nodes, op, parse, symbols

if TYPE_CHECKING:
    from .marks import Mark, Marks

WIDE = 40  # nodes of a formula that a cell takes


def verdict(mark: Mark) -> Caption:
    """The words for it, where they are others than those of the judge's verdicts."""
    judged = mark.judged
    if judged.code == "claim-follow-up":
        return ("right, given line ", Number(str(judged.given)))
    return {"claim-near": ("nearly right",), "claim-working": ("right, but not as written",)}.get(judged.code, ())


def stated(marks: Marks, mark: Mark) -> Caption:
    """The claim as it is shown: a formula where it is not too large, otherwise what kind of thing it is."""
    judged, beside = mark.judged, mark.judged.beside
    if beside is not None and beside.counts:
        return ("a vector with ", Number(str(beside.counts[0])), " entries")
    if beside is not None and beside.terms:
        return ("an entry that is a sum of ", Number(str(beside.terms[0])), " terms")
    supplied = ("read as ",) if beside is not None and beside.supplied else ()
    tree = formula_of(mark)
    if tree is not None and count_nodes(tree) <= WIDE:
        return (*supplied, tree)
    if judged.left and beside is not None and beside.stated:
        return (*supplied, "a formula with the value ", number(judged.left))
    return (f"“{mark.piece.text}”",)


def formula_of(mark: Mark) -> Expr | None:
    from .marks import _read

    beside = mark.judged.beside
    if beside is not None and beside.stated and (beside.supplied or beside.statement or symbols(parse(beside.stated, "plain"))):
        return parse(beside.stated, "plain")
    found = _read(mark.judged)
    if found is None and beside is not None and beside.stated:
        return parse(beside.stated, "plain")
    return found


def right_and_why(marks: Marks, mark: Mark) -> tuple[Caption, Caption]:
    """What is right, and why, as text with formulas."""
    judged, beside = mark.judged, mark.judged.beside
    if judged.code == "claim-step":
        return _step(marks, mark)
    if judged.code == "claim-follow-up" and not judged.right:
        return ("the same, once line ", Number(str(judged.given)), " is taken as it stands",), ()
    if beside is None:
        if judged.left:
            return (number(judged.left),), (": the two sides are ", number(judged.left), " and ", number(judged.right), ".")
        return _with_numbers(judged.reason), ()
    why: list[str | Expr] = []
    if beside.counts:
        stated_count, asked = (Number(str(c)) for c in beside.counts)
        if beside.counts[0] != beside.counts[1]:
            return (asked, " entries"), (": ", parse(beside.asked, "plain"), ".")
        reads = (". Without commas they read as a sum, which is ", number(beside.whole), ".") if beside.whole else (". Commas are missing.",)
        return ("the same ", stated_count, " numbers"), reads
    if beside.terms:
        own, others = (Number(str(t)) for t in beside.terms)
        why += [": it has ", own, " terms, where the others have ", others, "."]
        if judged.code == "claim-working":
            return ("the sum is ", parse(beside.asked, "plain"), " all the same"), tuple(why)
        return (parse(beside.asked, "plain"),), (": the sum as written is ", number(judged.left), "; ", *why[1:])
    if beside.statement:
        return _formula(marks, mark)
    asked = parse(beside.asked, "plain")
    right: Caption = (asked,) if count_nodes(asked) == 1 or judged.right == beside.asked or not judged.right else (op("approx", asked, number(judged.right)),)
    if beside.sums and judged.code == "claim-follow-up":
        return right, (". The mistake is that of line ", Number(str(judged.given)), ".")
    if beside.sums:
        why.append(". A sign of summation before what does not depend on its index multiplies it; without these signs the formula is ")
    elif beside.like:
        why.append(". It is ")
        if _is_rounded(beside.like[0][1], judged.left):
            why.append("nearly ")
    if beside.like:
        label, value = beside.like[0]
        other = marks.key.by_label.get(label)
        if other is not None and other.symbol:
            why.append(op("approx" if "." in value else "eq", parse(other.symbol, "plain"), number(value)))
            why += [", ", parse(other.value, "plain")] if not other.symbol.startswith(beside.name) else []
        else:
            why += [number(value), f" ({label})"]
        why.append(".")
    why += [f"{'' if why else '. '}{' ' if why else ''}{said[0].upper()}{said[1:]}." for said in beside.supplied]
    if judged.code == "claim-follow-up":
        why = [". The mistake is that of line ", Number(str(judged.given)), *(why or ["."])]
    return right, tuple(why)


def of_the_others(marks: Sequence[Mark]) -> Caption:
    """What had to be supplied for the claims that are told together with the first."""
    found: list[str | Expr] = []
    for mark in marks[1:]:
        beside = mark.judged.beside
        if beside is not None and beside.supplied and beside.supplied != marks[0].judged.beside.supplied:  # type: ignore[union-attr]
            found += [" In line ", Number(str(mark.line)), " ", ", and ".join(beside.supplied), "."]
    return tuple(found)


def _is_rounded(value: str, claimed: str) -> bool:
    """Whether the other answer is not what is claimed, but one unit or so off."""
    return value != claimed


def _step(marks: Marks, mark: Mark) -> tuple[Caption, Caption]:
    """A line that does not follow: a point where the line before holds and it does not."""
    judged = mark.judged
    match = re.search(r"with (.*?) that one holds, and here the sides are (.*?) and (.*)", judged.reason)
    if match is None:
        return _with_numbers(judged.reason), ()
    point: list[str | Expr] = []
    for part in match[1].split(", "):
        name, _, value = part.partition(" = ")
        point += [", "] * bool(point) + [op("eq", parse(name, "plain"), number(value))]
    return ("it does not follow from line ", Number(str(judged.after))), (
        ": with ", *point, " that one holds, and here the sides are ", number(match[2]), " and ", number(match[3]), ".")


def _formula(marks: Marks, mark: Mark) -> tuple[Caption, Caption]:
    """A formula that is not the answer's."""
    beside = mark.judged.beside
    assert beside is not None
    why: list[str | Expr] = []
    for k, said in enumerate(beside.why):
        why += [": " if k == 0 else "; and ", *_with_numbers(said)]
    if beside.merged:
        why += [". Besides, " if why else ": ", *_equations(beside.merged), ": one letter should do for both"]
    for own, ours in () if beside.merged else (letters.split(" = ") for letters in beside.letters):
        why += [". The submission's ", parse(own, "plain"), " is ", parse(ours, "plain"), " here"]
    if beside.supplied:
        why += [". Supplied, so that it could be read: ", *_listed(beside.supplied)]
    return (parse(beside.asked, "plain"),), (*why, ".")


def _listed(items: tuple[str, ...]) -> list[str | Expr]:
    return [" and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]]


def _equations(texts: tuple[str, ...]) -> list[str | Expr]:
    found: list[str | Expr] = []
    for text in texts:
        found += [", "] * bool(found) + [parse(text, "plain")]
    return found


def number(text: str) -> Expr:
    """A number as the checker writes it: -40, 1.15797, 2/3; anything else as text in a formula.  Raises ParseError."""
    text = text.strip().replace("−", "-")
    if re.fullmatch(r"-\d+(?:\.\d+)?", text):
        return Operation("neg", (Number(text[1:]),))
    return Number(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else parse(text, "plain")


def _with_numbers(text: str) -> Caption:
    """Text with its numbers as formulas."""
    found: list[str | Expr] = []
    for k, part in enumerate(re.split(r"((?<![\w.])-?\d+(?:\.\d+)?(?:/\d+)?(?![\w]))", text)):
        try:
            found.append(number(part) if k % 2 else part)
        except ParseError:
            found.append(part)
    return tuple(p for p in found if p != "")
