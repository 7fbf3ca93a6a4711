"""Do the words of two sides belong together, where they are not all units that have a size?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..expressions import Number, walk

from . import rounding
from .quantities import Unit, named, singular, units_in
from .reading import Side
from .unit_table import NOT_COUNTED

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


def parts(words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        for part in re.split(r"[\s/*·^{}()0-9.-]+|per\b", word.lower()):
            name = part.rstrip("s") if len(part) > 2 else part
            found.update(_LIKE.get(p, p) for p in _MADE_OF.get(name, (name,)) if p)
    return found


def agree(before: Iterable[str], after: Iterable[str], whole: bool = True) -> bool:
    """One of the last side's units stands on the side before, in singular or plural, alone or in another; or all are SI units.

    ``whole``: and no other one measures what one of the side before does.
    """
    first, last = parts(before), parts(after)
    if whole and any((unit := named(u)) is not None and any((v := named(w)) is not None and v.dims == unit.dims for w in first) for u in last - first):
        return False  # hours on one side, minutes on the other
    return bool(first & last) or first <= _BASE and last <= _BASE and bool(last & _DERIVED)


def named_alike(before: Iterable[str], after: Iterable[str]) -> bool:
    """The same words, in singular or plural."""

    def words(units: Iterable[str]) -> list[str]:
        found = [_LIKE.get(singular(w), singular(w)) for unit in units for w in re.split(r"[\s/*·]+", unit.lower()) if w and w not in NOT_COUNTED]
        return sorted(found)

    return words(before) == words(after)


def in_other_units(sides: Sequence[Side]) -> bool:
    """``2 hours = 2*60 = 120 minutes``: what stands first is a quantity, and the rest works it out in another unit."""
    if len(sides) < 3 or not sides[0].units or "$" in sides[0].text or agree(sides[0].units, sides[1].units):
        return False
    first = rounding.printed(sides[0].tree)
    if first is None or rounding.printed(sides[1].tree) is not None:
        return False
    return first.value == 1 or any(isinstance(n, Number) and n.value == first.value for n in walk(sides[1].tree))


_COUNTED = frozenset(
    """dozen pair couple score gross half quarter dime nickel penny pennie cent dollar buck percent pct decade centurie century fortnight
    month year week day kilo ton tonne ream case deg °c °f k celsius fahrenheit kelvin set""".split()
)


def may_convert(before: Side, after: Side) -> bool:
    """Whether a conversion may stand between the words of two sides: sizes of one kind, names of a number of things, a unit that is new."""
    words = parts((*before.units, *after.units))
    if words & _COUNTED or any(word.rstrip("s") in _COUNTED for word in words):
        return True
    first, last = _known(before), _known(after)
    kinds = {unit.dims for unit in (*first, *last)}
    return len({(unit.dims, unit.factor) for unit in (*first, *last)}) > len(kinds) or bool({u.dims for u in last} - {u.dims for u in first})


def _known(side: Side) -> list[Unit]:
    return [unit for word in side.units for unit in units_in(word)]


def may_name_a_unit(before: Side, after: Side) -> bool:
    """``3 score = 60``: single numbers on both sides, and a word that may stand for a number."""
    return bool(before.units or after.units) and rounding.printed(before.tree) is not None and rounding.printed(after.tree) is not None
