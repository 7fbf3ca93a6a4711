"""Do the units of two sides belong together, so that no conversion stands between their numbers?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import fmpq

from ..expressions import Number, walk

from . import rounding
from .reading import Side

# a word that stands for others put together
_MADE_OF = {
    "mph": ("mile", "hour"),
    "kph": ("km", "h"),
    "kmh": ("km", "h"),
    "fps": ("feet", "second"),
    "rpm": ("revolution", "minute"),
    "mpg": ("mile", "gallon"),
}
_LIKE = {
    "ω": "ohm", "ohm": "ohm", "volt": "v", "amp": "a", "ampere": "a", "newton": "n", "joule": "j", "watt": "w", "kelvin": "k", "mole": "mol",
    "hr": "hour", "h": "hour", "min": "minute", "s": "second", "sec": "second",
    "foot": "feet", "ft": "feet", "mile": "mile", "mi": "mile", "inche": "inch", "boxe": "box",
}
_BASE = frozenset({"kg", "m", "second", "n", "j", "w", "pa", "v", "a", "c", "k", "mol", "hz", "ohm"})  # these go together without a factor
_DERIVED = frozenset({"n", "j", "w", "pa", "v", "c", "ohm", "hz"})


def _parts(words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        for part in re.split(r"[\s/*·^{}0-9.-]+|per\b", word.lower()):
            name = part.rstrip("s") if len(part) > 2 else part
            found.update(_LIKE.get(p, p) for p in _MADE_OF.get(name, (name,)) if p)
    return found


def agree(before: Iterable[str], after: Iterable[str]) -> bool:
    """One of the last side's units stands on the side before, in singular or plural, alone or in another; or all are SI units."""
    first, last = _parts(before), _parts(after)
    if any(_kind(u) and any(_kind(v) == _kind(u) for v in first) for u in last - first):
        return False  # hours on one side, minutes on the other
    return bool(first & last) or first <= _BASE and last <= _BASE and bool(last & _DERIVED)


_SIZES = {
    "time": {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800},
    "length": {"m": 1, "meter": 1, "metre": 1, "km": 1000, "kilometer": 1000, "cm": Fraction(1, 100), "centimeter": Fraction(1, 100), "mm": Fraction(1, 1000)},
    "imperial length": {"inch": 1, "inches": 1, "feet": 12, "yard": 36, "yd": 36, "mile": 63360},
    "mass": {"g": 1, "gram": 1, "kg": 1000, "kilogram": 1000, "mg": Fraction(1, 1000)},
    "imperial mass": {"ounce": 1, "oz": 1, "pound": 16, "lb": 16},
    "volume": {"l": 1, "liter": 1, "litre": 1, "ml": Fraction(1, 1000), "milliliter": Fraction(1, 1000)},
    "imperial volume": {"cup": 1, "pint": 2, "quart": 4, "gallon": 16},
    "years": {"month": 1, "year": 12},
}


def size_of(word: str) -> tuple[str, Fraction] | None:
    """What the word measures, and how many of the base of that kind it is: ``hours`` is 3,600 of time."""
    word = word.strip(" .,;()\\")
    if word.lower() in _MADE_OF:
        top, under = (size_of(w) for w in _MADE_OF[word.lower()])
        return None if top is None or under is None else (f"{top[0]}/{under[0]}", top[1] / under[1])
    if len(word) == 1:
        word = _SHORT.get(word, "")
    name = word.lower() if len(word) <= 2 else word.lower().rstrip("s")
    name = "inch" if name == "in" else _LIKE.get(name, name)
    for kind, sizes in _SIZES.items():
        if name in sizes:
            return kind, Fraction(sizes[name])
    return None


_SHORT = {"h": "hour", "s": "second", "m": "m", "g": "g", "L": "l"}


def in_other_units(sides: Sequence[Side]) -> bool:
    """``2 hours = 2*60 = 120 minutes``: what stands first is a quantity, and the rest works it out in another unit."""
    if len(sides) < 3 or not sides[0].units or "$" in sides[0].text or agree(sides[0].units, sides[1].units):
        return False
    first = rounding.printed(sides[0].tree)
    return first is not None and rounding.printed(sides[1].tree) is None and any(isinstance(n, Number) and n.value == first.value for n in walk(sides[1].tree))


def same_quantity(before: Side, after: Side) -> bool | None:
    """Whether two printed quantities are the same; None where the sizes of their units are not known."""
    p, q = rounding.printed(before.tree), rounding.printed(after.tree)
    a, b = _size(before.units), _size(after.units)
    if p is None or q is None or a is None or b is None or a[0] != b[0]:
        return None
    if p.value * a[1] == q.value * b[1]:
        return True
    return None if p.decimal or q.decimal else False


_RAISED = re.compile(r"sq|cub|\^|²|³")


def _sizes(side: Side) -> set[tuple[str, Fraction]]:
    words = {word for unit in side.units for word in _MADE_OF.get(unit.lstrip("/").lower(), (unit.lstrip("/"),))}
    return {size for word in words if (size := size_of(word)) is not None}


def several_sizes(sides: Sequence[Side]) -> bool:
    """Hours and minutes, feet and inches: units of one kind in several sizes."""
    found = {size for side in sides for size in _sizes(side)}
    return len(found) > len({kind for kind, _ in found})


def all_sized(sides: Sequence[Side]) -> bool:
    """Each side is a quantity of one and the same kind, and none is an area or a volume of it."""
    found = [_sizes(side) for side in sides]
    return all(found) and len({kind for sizes in found for kind, _ in sizes}) == 1 and not raised(sides)


_COUNTED = frozenset(
    """dozen pair couple score gross half quarter dime nickel penny pennie cent dollar buck percent pct decade centurie century fortnight
    month year week day kilo ton tonne ream case deg °c °f k celsius fahrenheit kelvin set""".split()
)


def may_convert(before: Side, after: Side) -> bool:
    """Whether a conversion may stand between the units of two sides: sizes of one kind, names of a number of things, a unit that is new."""
    words = _parts((*before.units, *after.units))
    if words & _COUNTED or any(word.rstrip("s") in _COUNTED for word in words) or several_sizes((before, after)):
        return True
    new = {kind for kind, _ in _sizes(after)} - {kind for kind, _ in _sizes(before)}
    return bool(new)


def raised(sides: Sequence[Side]) -> bool:
    return any(_RAISED.search(side.text) for side in sides)


def _kind(name: str) -> str:
    return next((kind for kind, sizes in _SIZES.items() if name in sizes), "").removeprefix("imperial ")


def _size(words: Iterable[str]) -> tuple[tuple[str, ...], Fraction] | None:
    """What is measured and in which size of it, where each word is a unit of the table (the second one, after "/", below)."""
    kinds, size = [], Fraction(1)
    for place, word in enumerate(w for unit in words for w in unit.lower().replace("per ", "/").split("/") if w):
        name = word if len(word) <= 2 else word.rstrip("s")
        name = _LIKE.get(name, name)
        found = next(((kind, sizes[name]) for kind, sizes in _SIZES.items() if name in sizes), None)
        if found is None or place > 1:
            return None
        kinds.append(found[0])
        size = size * found[1] if place == 0 else size / found[1]
    return (tuple(kinds), size) if kinds else None


def converts(before: Side, after: Side, x: object, y: object) -> bool | None:
    """``1.5 hours = 90 minutes``, ``100 minutes = 1.67 hours``: single numbers with units of one kind, equal in it; None where that is not known."""
    shown = rounding.printed(after.tree)
    if rounding.printed(before.tree) is None or shown is None or not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return None
    a, b = _size(before.units), _size(after.units)
    if a is None or b is None or a[0] != b[0] or a[1] == b[1]:
        return None
    in_its_unit = x * rounding.exact(a[1] / b[1])
    if in_its_unit == y or shown.decimal and rounding.rounds_to(in_its_unit, shown):
        return True
    return False if rounding.relative(in_its_unit, y) > 0.02 else None


def may_name_a_unit(before: Side, after: Side) -> bool:
    """``3 score = 60``: single numbers on both sides, and a word that may stand for a number."""
    return bool(before.units or after.units) and rounding.printed(before.tree) is not None and rounding.printed(after.tree) is not None
