"""Do the units of two sides belong together, so that no conversion stands between their numbers?"""

from __future__ import annotations

import re
from collections.abc import Iterable

# a word that stands for others put together
_MADE_OF = {
    "mph": ("mile", "hour"),
    "kph": ("km", "h"),
    "kmh": ("km", "h"),
    "fps": ("feet", "second"),
    "rpm": ("revolution", "minute"),
    "mpg": ("mile", "gallon"),
}
_LIKE = {"hr": "hour", "h": "hour", "min": "minute", "s": "second", "sec": "second", "foot": "feet", "ft": "feet", "mile": "mile", "mi": "mile", "inche": "inch", "boxe": "box"}
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
    return bool(first & last) or first <= _BASE and last <= _BASE and bool(last & _DERIVED)
