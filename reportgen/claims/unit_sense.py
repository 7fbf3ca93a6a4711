"""Do the units of two sides belong together, so that no conversion stands between their numbers?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from flint import fmpq

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


def converts(before: Side, after: Side, x: object, y: object) -> bool:
    """``1.5 hours = 90 minutes``: single numbers with units of one kind, equal in it."""
    if rounding.printed(before.tree) is None or rounding.printed(after.tree) is None or not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return False
    a, b = _size(before.units), _size(after.units)
    return a is not None and b is not None and a[0] == b[0] and x * rounding.exact(a[1]) == y * rounding.exact(b[1])


def may_name_a_unit(before: Side, after: Side) -> bool:
    """``3 score = 60``: single numbers on both sides, and a word that may stand for a number."""
    return bool(before.units or after.units) and rounding.printed(before.tree) is not None and rounding.printed(after.tree) is not None
