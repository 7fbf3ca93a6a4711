"""The part of the reader for units: behind a number they are noted in the tree, ``apply(unit, value, which)``, and taken out of it for counting."""

from __future__ import annotations

from ..expressions import Expr, Number, Operation, Symbol, transform
from .quantities import ONE, Unit, named, times
from .reading import _Reader, call
from .unit_reading import Read, counted, unit_at

_UNIT, _PARTS = Symbol("unit"), Symbol("parts")
_BEGINS = frozenset("frac dfrac tfrac cfrac sfrac nicefrac mu Omega ohm degree cancel bcancel xcancel per si unit".split())
_CLOSED = frozenset({")", "]", "}", "\\}", "|"})


def is_unit(tree: Expr) -> bool:
    return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == _UNIT


def is_parts(tree: Expr) -> bool:
    """``5 feet 4 inches``: a sum that has no value without its units."""
    return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == _PARTS


def which(tree: Operation) -> int:
    """The number of the unit among those of the claim."""
    return int(tree.args[2].text)  # type: ignore[union-attr]


def without(tree: Expr) -> Expr:
    """The tree of the numbers alone."""
    return transform(tree, lambda node: node.args[1] if is_unit(node) else node)  # type: ignore[union-attr]


def measured(r: _Reader, value: Expr, unit: Unit) -> Expr:
    r.measures.append(unit)
    return call("unit", value, Number(str(len(r.measures) - 1)))


def of_a_unit(r: _Reader, value: Expr) -> bool:
    """The value has a unit already: words behind it tell of what it is."""
    return is_unit(value) and r.measures[which(value)].known or is_parts(value)  # type: ignore[arg-type]


def attached(r: _Reader, value: Expr) -> Expr | None:
    """The value with the unit that stands here; None where there is none."""
    found = _here(r, r.place)
    if found is None:
        return None
    _pass(r, found)
    if is_unit(value):      # px, and then /s
        before = r.measures[which(value)]  # type: ignore[arg-type]
        r.measures[which(value)] = times(before, found.unit, 1, before.text + found.unit.text)  # type: ignore[arg-type]
        return value
    result = measured(r, value, found.unit)
    first, parts = found.unit, [result]
    while (second := _part(r, first)) is not None:      # 5 feet 4 inches, 1 hour and 31 minutes
        r.place += r.here.text == "and"
        digits = r.literal(r.here.text)
        r.place += 1
        _pass(r, second)
        parts.append(measured(r, digits, second.unit))
        first = second.unit
    return result if len(parts) == 1 else call("parts", *parts)


def lone(r: _Reader) -> Expr | None:
    """A unit in the place of a number is 1 of it: ``\\frac{60\\,\\text{s}}{\\text{min}}``."""
    found = unit_at(r.text, r.here.start)
    if found is None or found.plain and r.letters or found.unit.letter or not _ends_here(r, found):
        return None
    _pass(r, found)
    return measured(r, Number("1"), found.unit)


def of_things(r: _Reader, value: Expr, words: list[str]) -> Expr:
    """The value with words that are no units: they count something.  What follows a unit tells of what it is."""
    if of_a_unit(r, value):
        r.labels += words
        return value
    return measured(r, value, counted(words))


def under(r: _Reader, value: Expr, word: str) -> Expr:
    """The value over words that are no units."""
    return measured(r, value, times(ONE, counted([word]), -1, "/" + word))


def goes_on(r: _Reader) -> bool:
    """``/hour``, ``per plant``: a unit under a bar stands here."""
    return (r.at("/") or r.here.text in ("per", "slash")) and unit_at(r.text, r.here.start) is not None


def _here(r: _Reader, place: int) -> Read | None:
    token = r.tokens[place] if place < len(r.tokens) else r.end
    before = r.tokens[place - 1] if place else r.end
    kind, text = token.kind, token.text
    behind = before.kind in ("number", "recurring", "word") or before.text in _CLOSED or before.spelled == "\\pi"       # "million" is a word
    if kind == "text":
        if before.kind in ("text", "space") or "=" in text:
            return None
    elif kind == "space":       # \\mathrm m
        if not behind:
            return None
    elif kind == "command":
        if text not in _BEGINS or not (behind or before.kind == "space"):
            return None
    elif kind == "op":
        if text not in ("^", "/", "(", "'") or text in "^'" and not behind or text == "'" and r.letters or text == "(" and before.kind != "number":
            return None
        if text == "^" and not r.text.startswith(("\\circ", "\\degree", "{"), token.end) and not r.text[token.end :].lstrip().startswith("\\"):
            return None
    elif kind == "word":
        if not behind and text != "per":
            return None
    elif kind != "letter" or not behind or text in "lO" and token.glued:
        return None
    found = unit_at(r.text, token.start)
    if found is None or not _ends_here(r, found) or text == "/" and before.kind == "end":
        return None
    if not r.letters or not found.plain:
        return found
    if before.kind != "number" and before.text not in ")}" or before.end == token.start:
        return None     # in a formula letters are names, unless a space stands between a number and them
    r.choices.add("letter-units" if "\\" in r.text[before.end : token.start] or "~" in r.text[before.end : token.start] else "spaced-letter-units")
    return found if "letter-units" in r.other else None


def _ends_here(r: _Reader, found: Read) -> bool:
    """A token ends where the unit does."""
    place = r.place
    while place < len(r.tokens) and r.tokens[place].start < found.end:
        place += 1
    return place > r.place and r.tokens[place - 1].end <= found.end


def _pass(r: _Reader, found: Read) -> None:
    while r.here.kind != "end" and r.here.start < found.end:
        r.place += 1
    r.units.append(found.unit.text)


def _part(r: _Reader, first: Unit) -> Read | None:
    """A number with a smaller unit of the same kind follows."""
    k = 1 if r.here.text == "and" else 0
    if r.ahead(k).kind != "number" or r.ahead(k + 1).kind not in ("letter", "word", "text", "op") or "/" in first.text:
        return None
    found = unit_at(r.text, r.ahead(k + 1).start)
    if found is None or r.letters and found.plain and "letter-units" not in r.other:
        return None
    unit = found.unit
    if unit.text == "m" and first.text in ("h", "hr") and (minutes := named("min")) is not None:
        unit = minutes
    smaller = unit.dims == first.dims and unit.factor < first.factor and not unit.offset
    return Read(unit, found.end, found.plain) if smaller else None


def fractions_of_a_unit(r: _Reader, factors: list[Expr], heads: list[str]) -> tuple[list[Expr], list[str]]:
    """``2/3 hour``: the unit belongs to the fraction, or stands below its bar with the 3 (a choice)."""
    for k in range(len(heads) - 1, -1, -1):
        top, under = factors[k], factors[k + 1]
        if heads[k] == "/" and isinstance(top, Number) and is_unit(under) and isinstance(under.args[1], Number):  # type: ignore[union-attr]
            r.choices.add("fraction-of-a-unit")
            if "fraction-of-a-unit" not in r.other:
                whole = call("unit", Operation("div", (top, under.args[1])), under.args[2])  # type: ignore[union-attr]
                factors, heads = [*factors[:k], whole, *factors[k + 2 :]], [*heads[:k], *heads[k + 1 :]]
    return factors, heads


__all__ = ["attached", "fractions_of_a_unit", "goes_on", "is_parts", "is_unit", "lone", "measured", "of_a_unit", "of_things", "under", "which", "without"]
