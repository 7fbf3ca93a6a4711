"""What is said of values and verdicts, in words: numerals as text, units, verdicts, where a value comes from."""

from __future__ import annotations

import re
from fractions import Fraction

from .drawing import entries
from .expressions import Expr, Number, Operation, expr, is_op, parse, rational_value, to_text, transform
from .ledger import ORDER, Judged, Ledger
from .mathprint import NumberStyle, numeral, to_latex
from .obligation import Obligation
from .shown import Shown

STRENGTH_MEANINGS = {
    "kernel": "a proof assistant's kernel checked the proof",
    "exact": "decided by normal forms in exact arithmetic",
    "enclosure": "balls that enclose the values prove it",
    "searched": "found by the judge's search; the core could not replay it",
    "agreed": "sampled at many points; agreement is no proof",
    "undecided": "neither proved nor refuted",
    "refuted": "a point was found at which the statement fails",
    "reported": "statements of the submission, judged to report on them",
}


def counterexample_shown(name: str, point: tuple[tuple[str, Fraction], ...], style: NumberStyle) -> Shown:
    equations = [Operation("eq", (parse(n, "plain"), expr(v))) for n, v in point]
    return Shown(name, "counterexample", ", ".join(map(to_text, equations)), ",\\ ".join(to_latex(e, style) for e in equations))


def right_when_shown(name: str, obligation: Obligation, style: NumberStyle) -> Shown:
    """Where a refuted claim is right after all, as the judge has proved it.  Raises AttributeError where there is nothing to say."""
    from .right_when import right_exactly_when, words

    found = right_exactly_when(obligation)
    if not found:
        raise AttributeError(f"{name}: nothing is proved of where it is right after all")
    return Shown(name, "right_when", words(found), "\\ \\text{or}\\ ".join(to_latex(e, style) for e in found), None, words(found))


def verdict_text(judged: list[Judged]) -> str:
    """The verdicts of an entry in words; the weakest counts."""
    if not judged:
        return "given"
    weakest = min(judged, key=lambda j: ORDER.index(j.strength))
    if weakest.strength == "refuted":
        return "refuted"
    if weakest.strength in ("undecided", "agreed"):
        return f"undecided ({weakest.verdict.reason})" + ("; sampling agrees" if weakest.strength == "agreed" else "")
    return f"proved ({weakest.strength})" if len(judged) == 1 else f"all {len(judged)} steps proved ({weakest.strength})"


def where_text(ledger: Ledger, name: str, style: NumberStyle) -> str:
    """``N = 32 (assignment, question 1), v = 20 m/s (assignment, question 1)``."""
    return ", ".join(f"{to_text(e.content.symbol)} = {_vector_text(e.value, style)}{unit_plain(e.unit)} ({e.source})" for e in ledger.sources(name))


def plain_text(value: Expr, style: NumberStyle) -> str:
    """A value as text: numerals with the language's separators, a true minus sign; other expressions as formulas."""
    if isinstance(value, Number):
        return numeral(value.text, style)
    if is_op(value, "neg") and isinstance(value.args[0], Number):
        return "\u2212" + numeral(value.args[0].text, style)
    return to_text(value)


def exact_form(value: Expr) -> Expr:
    """A decimal literal as a fraction in lowest terms; other forms as they are."""
    number = rational_value(value)
    if number is not None:
        return expr(number)
    return transform(value, lambda node: expr(node.value) if isinstance(node, Number) and "." in node.text else node)


def _vector_text(value: Expr, style: NumberStyle) -> str:
    """A vector as one lists it, (1.62, 1.75); anything else as ``plain_text``."""
    found = entries(value)
    if found is None or not all(isinstance(e, Number) or is_op(e, "neg") for e in found):
        return plain_text(value, style)
    return f"({('; ' if style.decimal == ',' else ', ').join(plain_text(e, style) for e in found)})"


def unit_plain(unit: str) -> str:
    """The unit as text behind a value: a space that does not break, and a dot between factors."""
    return unit if unit in ("", "%") else "\u00a0" + unit.replace("*", "·")


def unit_latex(unit: str) -> str:
    if unit == "%":
        return "\\%"
    if not unit:
        return ""
    # m/s^2: powers are set as powers, the rest as text; kN*m: a dot between factors
    parts = re.split(r"\^(-?\d+)", unit.replace("*", "·"))
    text = ["\\text{" + "".join("\\" + c if c in "#$%&_{}" else c for c in part) + "}" if part else "" for part in parts[::2]]
    return "\\," + "".join(t + "^{" + p + "}" for t, p in zip(text, parts[1::2], strict=False)) + (text[-1] if len(parts) % 2 else "")
