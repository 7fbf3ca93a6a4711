"""What a pass of arithmetic has done, how its caption says so, and what a number in its last form is."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from ..expressions import Expr, Number, is_op
from .forms import ZERO, is_decimal, number

# kinds of work, in the order in which a caption names them
KINDS = {"index": "work out the index", "power": "work out the power", "root": "take the root",
         "logarithm": "work out the logarithm", "factorial": "work out the factorial",
         "binomial": "work out the binomial coefficient", "abs": "leave out the absolute value", "floor": "round down", "ceil": "round up",
         "extreme": "compare the values", "function": "evaluate the function",
         "reciprocal": "multiply by the reciprocal", "multiply": "multiply", "divide": "divide", "cancel": "reduce the fraction",
         "common": "bring to a common denominator", "sign": "resolve the signs", "add": "add", "subtract": "subtract",
         "combine": "combine the numbers", "neutral": "leave out zeros and ones"}


@dataclass(slots=True)
class Work:
    """What a pass has done so far.

    ``decimal``: the author wrote a decimal where the arithmetic began, so that a quotient that comes out as a decimal is written as one.
    """

    kinds: set[str] = field(default_factory=set)
    conditions: list[Expr] = field(default_factory=list)
    refuse_conditions: bool = False
    decimal: bool = False


def caption_of(kinds: set[str]) -> str:
    """The kinds of work as a sentence: ``Multiply and subtract``."""
    if {"add", "subtract"} & kinds:
        kinds = kinds - {"combine"}
    words = [text for kind, text in KINDS.items() if kind in kinds and not (kind == "neutral" and len(kinds) > 1)]
    if not words:
        return "Evaluate"
    text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    return text[0].upper() + text[1:]


def is_final(value: Expr) -> bool:
    """True for a number in its last form: 3, -3, 0.5, 2/3 in lowest terms."""
    if is_op(value, "neg"):
        return not is_op(value.args[0], "neg") and value.args[0] != ZERO and is_final(value.args[0])
    if is_op(value, "div"):
        a, b = value.args
        return isinstance(a, Number) and isinstance(b, Number) and "." not in a.text + b.text and _lowest(a.value, b.value)
    return isinstance(value, Number)


def _lowest(above: Fraction, below: Fraction) -> bool:
    return below > 1 and above != 0 and Fraction(above, below).denominator == below


def worked_out(kind: str, work: Work, result: Fraction, *sources: Expr) -> Expr:
    work.kinds.add(kind)
    return number(result, work.decimal or any(is_decimal(s) for s in sources))
