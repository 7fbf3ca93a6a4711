"""What a pass of arithmetic has done, and how its caption says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..expressions import Expr

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
    """What a pass has done so far."""

    kinds: set[str] = field(default_factory=set)
    conditions: list[Expr] = field(default_factory=list)
    refuse_conditions: bool = False


def caption_of(kinds: set[str]) -> str:
    """The kinds of work as a sentence: ``Multiply and subtract``."""
    if {"add", "subtract"} & kinds:
        kinds = kinds - {"combine"}
    words = [text for kind, text in KINDS.items() if kind in kinds and not (kind == "neutral" and len(kinds) > 1)]
    if not words:
        return "Evaluate"
    text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    return text[0].upper() + text[1:]
