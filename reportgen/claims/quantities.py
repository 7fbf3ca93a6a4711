"""Units as people write them, in exact arithmetic: ``kN·m``, ``\\frac{\\text{J}}{\\text{kg\\,K}}``, ``km per hour``, ``legs/cat``.

A unit is what it measures (exponents of the SI base units and of counted things, such as px or cats) and how many of that base it is.
``unit_reading`` reads one from a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from .unit_table import ALTERNATIVES, KINDS, SI, Entry, entry

Dims = tuple[tuple[str, Fraction], ...]
COUNTED = "#"       # begins the name of a counted thing
MAX_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """``dims``: exponents, sorted; ``factor``: how many of the base it is; ``offset``: what its zero is in kelvin.

    ``letter``: one letter as names are written, too; ``worded``: a word of the language stands in it, which may only tell what is counted;
    ``others``: what it may stand for besides.
    """

    dims: Dims
    factor: Fraction
    text: str
    offset: Fraction = Fraction(0)
    letter: bool = False
    worded: bool = False
    others: tuple[Unit, ...] = ()

    @property
    def known(self) -> bool:
        """Something in it has a size of its own."""
        return any(not name.startswith(COUNTED) for name, _ in self.dims)


def dims_of(*parts: tuple[Dims, int | Fraction]) -> Dims:
    """The product of powers of what is measured."""
    total: dict[str, Fraction] = {}
    for dims, power in parts:
        for name, exponent in dims:
            total[name] = total.get(name, Fraction(0)) + exponent * power
    return tuple(sorted((name, exponent) for name, exponent in total.items() if exponent))


def times(a: Unit, b: Unit, power: int = 1, text: str = "", deep: bool = True) -> Unit:
    """``a * b^power``.  A degree of temperature in a product is one of a difference."""
    others: tuple[Unit, ...] = ()
    if deep:    # a letter means what it usually does, where it stands with others
        others = (*(times(o, b, power, text, False) for o in a.others if not a.letter), *(times(a, o, power, text, False) for o in b.others if not b.letter))
    return Unit(dims_of((a.dims, 1), (b.dims, power)), a.factor * b.factor**power, text, worded=a.worded or b.worded, others=others[:MAX_OTHERS])


ONE = Unit((), Fraction(1), "")


def named(word: str, letter: bool = False) -> Unit | None:
    """The unit that goes by this name: ``km``, ``hours``, ``Kwh``; None for what is none.  ``letter``: it is one letter, alone."""
    found = entry(word)
    if found is None:
        return None
    names = [word, word.lower().rstrip("s"), *([f"bare {word}"] if letter else [])]
    others = dict.fromkeys(other for name in names for other in ALTERNATIVES.get(name, ()))
    return replace(_of(found, word), letter=letter, others=tuple(_of(entry(other), other) for other in others))  # type: ignore[arg-type]


def _of(found: Entry, text: str) -> Unit:
    dims, factor, offset, worded = found
    return Unit(tuple(sorted((name, Fraction(power)) for name, power in dims)), factor, text, offset, worded=worded)


def kind(dims: Dims) -> str:
    """``force``, ``energy``; "" for what has no name of its own here."""
    return KINDS.get(" ".join(f"{name}{power if power != 1 else ''}" for name, power in dims), "")


def spelled(dims: Dims) -> str:
    """``kg·m^2/s^2``: the unit of the base with these exponents."""
    top = [SI.get(name, name.lstrip(COUNTED)) + (f"^{power}" if power != 1 else "") for name, power in dims if power > 0]
    below = [SI.get(name, name.lstrip(COUNTED)) + (f"^{-power}" if power != -1 else "") for name, power in dims if power < 0]
    return "·".join(top or ["1"]) + ("/" + ("·".join(below) if len(below) == 1 else f"({'·'.join(below)})") if below else "")


def singular(word: str) -> str:
    """``boxes`` is of ``box``: only for telling whether two words are the same."""
    for ending, ends in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("sses", "ss")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + ends
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word


def units_in(words: str) -> Iterator[Unit]:
    """The units that go by one of the words."""
    for word in re.findall(r"[A-Za-zµΩ°]+", words):
        if (unit := named(word)) is not None:
            yield unit
