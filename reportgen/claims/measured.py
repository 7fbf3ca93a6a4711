"""Quantities on both sides of a link: compared exactly, in one unit.

Where both sides measure the same, the numbers are compared in one unit: equal, a rounding, or wrong.  Where they measure different things a
single quantity is wrong; what is worked out may leave units out, as people do (``60 mph * 2 = 120 miles``), and is wrong only where nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from flint import fmpq

from ..expressions import Number, Operation, Symbol
from . import rounding, unit_sense
from .arrays import NoValue, as_acb
from .dimensions import NotMeasured, Quantity, quantity, scaled
from .outcome import PROVED, REFUTED, UNDECIDED, Outcome
from .quantities import Unit, dims_of, kind, spelled
from .reading import Side, number
from .values import evaluate

if TYPE_CHECKING:
    from .links import Chain

MAX_BARE = 8        # numbers without a unit that are tried as a conversion
ROUGH = 0.04        # 0.6 for the miles of a kilometre
_TIME = (("T", Fraction(1)),)
_TEMPERATURE = (("K", Fraction(1)),)
_CLEAR = frozenset("msNJWVAK")      # letters that are units more often than names, behind a number
_GLUED = re.compile(r"\d[A-Za-z]\W*$")
_ONE_SIDE = Outcome(UNDECIDED, "a conversion by a rounded number", "claim-units")


def judged(chain: Chain, k: int, rel: str, found: Outcome) -> Outcome:
    """The outcome of the link, given that of the numbers alone; units stand on both sides."""
    first = _Link(chain, k, rel, found, {}).outcome()
    if first.verdict == PROVED:
        return first
    several = [unit for unit in dict.fromkeys((*chain.sides[k].measures, *chain.sides[k + 1].measures)) if unit.others]
    senses = [{unit: other} for unit in several for other in unit.others]       # 25 C: coulombs, or degrees
    senses += [{unit: unit.others[0] for unit in several}] if len(several) > 1 else []
    for chosen in senses:
        if _Link(chain, k, rel, found, chosen).outcome().verdict == PROVED:
            told = ", ".join(f"{unit.text} stands for {other.text if other.text != unit.text else 'something else'}" for unit, other in chosen.items())
            return Outcome(UNDECIDED, f"right if {told} there", "claim-units", sides=first.sides)
    return first


def as_number(chain: Chain, k: int, rel: str, found: Outcome) -> Outcome:
    """Units on one side only: ``50 g / 0.2 kg = 0.25`` is a number; everything else is taken by its numbers."""
    before, after = chain.sides[k], chain.sides[k + 1]
    try:
        q = quantity(before if before.measured is not None else after, {})
    except NotMeasured:
        return found
    if q.dims or len({(unit.dims, unit.factor) for unit in q.units}) == len({unit.dims for unit in q.units}):
        return found
    sides = [replace(side, tree=q.tree, measured=None) if side.measured is not None else side for side in (before, after)]
    sized = type(chain)(sides, chain.degrees).link(0, rel, None)
    if sized.verdict == REFUTED and found.verdict == PROVED:
        return Outcome(UNDECIDED, "units of several sizes in a number", "claim-units", sides=sized.sides)
    return sized


def same(before: Side, after: Side, degrees: bool, chain: type[Chain]) -> Outcome | None:
    """Whether two quantities are the same, with a worked conversion between them; None where their units say nothing of it."""
    try:
        a, b = quantity(before, {}), quantity(after, {})
        if a.dims != b.dims or not b.physical:
            return None
        found = chain([before, after], degrees).link(0, "eq", None)
        if found.verdict == REFUTED and rounding.relative(evaluate(a.tree), evaluate(b.tree)) < ROUGH:  # type: ignore[arg-type]
            return replace(_ONE_SIDE, sides=found.sides)
    except (NotMeasured, NoValue):
        return None
    return found


class _Link:
    """One link in one sense of its units (``chosen``: others than the usual ones)."""

    def __init__(self, chain: Chain, k: int, rel: str, found: Outcome, chosen: Mapping[Unit, Unit]) -> None:
        self.chain, self.k, self.rel, self.found, self.chosen = chain, k, rel, found, chosen
        self.before, self.after = chain.sides[k], chain.sides[k + 1]

    def outcome(self) -> Outcome:
        try:
            a, b = quantity(self.before, self.chosen), quantity(self.after, self.chosen)
        except NotMeasured as error:
            if error.wrong and self.found.verdict == PROVED:
                return Outcome(UNDECIDED, str(error), "claim-units")
            return self.by_words(str(error))
        a, b = _turns(a, b), _turns(b, a)
        if not a.physical and not b.physical or a.things != b.things:
            return self.by_words()
        labels = [unit_sense.parts(side.labels) for side in (self.before, self.after)]
        if all(labels) and not labels[0] & labels[1]:
            return self.by_words()      # 5 kg apples, 5 kg pears
        if a.physical != b.physical:
            return self.of_other_kinds(a, b)
        warm = {(unit.factor, unit.offset) for unit in (*a.units, *b.units) if unit.dims == _TEMPERATURE}
        if any(offset for _, offset in warm) and (len(warm) > 1 or b.physical != _TEMPERATURE):
            return self.temperatures(a, b)
        return self.of_one_kind(a, b)

    # --- words
    def by_words(self, why: str = "", whole: bool = True) -> Outcome:
        """What the numbers say, unless the words on both sides do not belong together."""
        found = self.found
        if found.verdict != PROVED:
            return found
        if rounding.printed(self.before.tree) is not None and rounding.printed(self.after.tree) is not None:
            alike = unit_sense.named_alike(self.before.units, self.after.units)
        else:
            alike = unit_sense.agree(self.before.units, self.after.units, whole)
        if alike:
            return found
        words = [" ".join(side.units)[:60] for side in (self.before, self.after)]
        return Outcome(UNDECIDED, why or f"units that may differ: {words[0]} and {words[1]}", "claim-units")

    # --- the same dimension
    def of_one_kind(self, a: Quantity, b: Quantity, zeros: bool = False) -> Outcome:
        """``zeros``: temperatures count from the zeros of their scales."""
        outcome, unit = self.compared(a, b, zeros), b.unit or a.unit
        if outcome.verdict == PROVED:
            new = self.found.verdict != PROVED and outcome.reason == "exact arithmetic"
            return replace(outcome, reason="the units convert") if new else outcome
        name = unit.text if unit is not None else spelled(b.dims)
        left, right = (f"{_decimal(side)} {name}" if side else "" for side in outcome.sides)
        if self.found.verdict == PROVED and not zeros:
            by = _conversion(a, b)
            if by is not False:     # 3 hours * 60 = 180 minutes
                return self.found if by else replace(_ONE_SIDE, sides=(left, right))
        why = outcome.reason
        if outcome.verdict == REFUTED and self.rel in ("eq", "approx"):
            converted = a.unit is not None and a.unit.text != name
            why = f"{_value(self.before, a.unit.text)} is {left}, not {right}" if converted else f"{left} is not {right}"  # type: ignore[union-attr]
        elif outcome.verdict == REFUTED:
            why = f"{left} and {right} are in the other order"
        return replace(outcome, reason=why, sides=(left, right))

    def compared(self, a: Quantity, b: Quantity, zeros: bool) -> Outcome:
        """Both sides, and what stands before them, in the unit of the last; or of the first, which may be the rounded one."""
        outcome = self.in_unit(b.unit or a.unit, b, zeros, a)
        if outcome.verdict != PROVED and not self.k and a.unit is not None and b.unit is not None and a.unit.factor != b.unit.factor:
            other = self.in_unit(a.unit, b, zeros, a)
            return other if other.verdict == PROVED else outcome
        return outcome

    def in_unit(self, unit: Unit | None, b: Quantity, zeros: bool, a: Quantity) -> Outcome:
        factor, zero = (unit.factor, unit.offset if zeros else Fraction(0)) if unit is not None else (Fraction(1), Fraction(0))

        def told(side: Side, q: Quantity) -> Side:
            moved = q.zero - zero if zeros and q.zero is not None else 0
            if moved:
                return Side(scaled(Operation("add", (q.tree, number(moved))), 1 / factor), side.text)
            return Side(scaled(q.tree, 1 / factor) if q.unit is None else scaled(q.count, q.unit.factor / factor), side.text)

        sides = []
        for side in self.chain.sides[: self.k]:
            try:
                q = quantity(side, self.chosen)
            except NotMeasured:
                continue
            if q.dims == b.dims:
                sides.append(told(side, q))
        pair = type(self.chain)([*sides, told(self.before, a), told(self.after, b)], self.chain.degrees)
        pair.rounded = self.chain.rounded
        try:
            for k in range(len(sides)):
                pair.value(k)       # b may be the rounding of any of them
        except NoValue as error:
            return Outcome(UNDECIDED, str(error), "claim-unsupported")
        outcome = pair.link(len(sides), self.rel, None)
        if outcome.verdict == PROVED:
            self.chain.rounded |= pair.rounded
        return outcome

    # --- other dimensions
    def of_other_kinds(self, a: Quantity, b: Quantity) -> Outcome:
        left, right = (q.unit.text if q.unit is not None else spelled(q.dims) for q in (a, b))
        doubt = Outcome(UNDECIDED, f"{left} and {right} measure different things, unless something is left out", "claim-units")
        single, right_numbers = a.unit is not None and b.unit is not None, self.found.verdict == PROVED
        if any("year" in dict(q.dims) for q in (a, b)):
            days = "how many days a year or a month has"
            return replace(doubt, reason=days) if single else self.by_words(days)
        if self.may_be_names(a, b):
            return replace(doubt, reason=f"letters that may be names or units: {left} and {right}")
        if self.rel not in ("eq", "approx"):
            return doubt
        if not single:
            if right_numbers and any(unit.worded for unit in (*a.units, *b.units)):
                return self.by_words(whole=not (a.bare or b.bare))      # 8 hours * 15 dollars = 120 dollars
            if right_numbers and (a.bare or b.bare or _left_out(a, b)) or self.found.verdict == UNDECIDED:
                return doubt
        why = f"{left} and {right} measure different things"
        if name := kind(a.physical):
            why = f"{right} is no unit of {name}"
        elif name := kind(b.physical):
            why = f"{left} is no unit of {name}"
        return Outcome(REFUTED, why, "claim-refuted", sides=(_value(self.before, left), _value(self.after, right)))

    def may_be_names(self, a: Quantity, b: Quantity) -> bool:
        """A letter that the document gives a value; one letter behind the number of each side, and one that names have more often, or without a space."""
        if any(unit.letter and unit.text in self.chain.named for unit in (*a.units, *b.units)):
            return True
        letters = [q.unit.text for q in (a, b) if q.unit is not None and q.unit.letter]
        return len(letters) == 2 and (not set(letters) <= _CLEAR or any(_GLUED.search(side.text) for side in (self.before, self.after)))

    # --- temperatures
    def temperatures(self, a: Quantity, b: Quantity) -> Outcome:
        """°C and °F with other degrees: of a difference, or from their zeros."""
        open_ = Outcome(UNDECIDED, "degrees of a temperature, or of a difference", "claim-units")
        difference = self.of_one_kind(a, b)
        if b.physical != _TEMPERATURE:
            return difference if difference.verdict in (PROVED, self.found.verdict) else open_
        if a.zero is not None and a.zero == b.zero or self.chain.difference:
            return difference
        absolute = self.of_one_kind(a, b, zeros=True) if a.zero is not None and b.zero is not None else None
        if absolute is not None and absolute.verdict == PROVED:
            return absolute
        if difference.verdict == PROVED:
            return replace(open_, reason="right for a difference of temperatures")
        return absolute if absolute is not None and a.unit is not None and b.unit is not None else open_


def _turns(q: Quantity, other: Quantity) -> Quantity:
    """Turns as the radians of the other side, and then both as numbers."""
    mine, turned = dict(q.dims), q
    if not {"turn", "radian"} & mine.keys():
        return q
    if "turn" in mine and dict(other.dims).get("radian") == mine["turn"]:
        angle = Operation("pow", (Operation("mul", (Number("2"), Symbol("pi"))), number(mine["turn"])))
        tree = Operation("mul", (q.tree, angle))
        turned = replace(q, tree=tree, unit=None, count=tree)
    return replace(turned, dims=tuple((name, power) for name, power in q.dims if name not in ("turn", "radian")))


def _conversion(a: Quantity, b: Quantity) -> bool | None:
    """The numbers without a unit turn the one unit into the other: ``3 hours * 60 = 180 minutes``.  None where they nearly do."""
    bare = (*a.bare, *((tree, -power) for tree, power in b.bare))[:MAX_BARE]
    try:
        values = [evaluate(tree) for tree, _ in bare]
        x, y = evaluate(a.tree), evaluate(b.tree)
    except NoValue:
        return False
    if not all(isinstance(v, fmpq) and v for v in (x, y, *values)):
        return False
    wanted, rough = x / y, False  # type: ignore[operator]
    factors = [value if power > 0 else 1 / value for value, (_, power) in zip(values, bare)]  # type: ignore[operator]
    for taken in product((False, True), repeat=len(factors)):
        made = fmpq(1)
        for factor, used in zip(factors, taken):
            made = made * factor if used else made
        if made == wanted:
            return True
        rough = rough or made != 1 and rounding.relative(as_acb(made), as_acb(wanted)) < ROUGH
    return None if rough else False


def _left_out(a: Quantity, b: Quantity) -> bool:
    """``5 d * 3 h = 15 h``, ``90 km/h * 1000 m / 3600 s = 25 m/s``: the dimensions differ by a unit that only counts, or is converted."""
    for unit in (*a.units, *b.units):
        if dims_of((a.physical, 1), (b.physical, -1)) in (unit.dims, dims_of((unit.dims, -1))):
            converted = b.unit is not None and unit.dims == b.unit.dims and unit.factor != b.unit.factor
            if unit.dims == _TIME or converted:
                return True
    return False


def _value(side: Side, unit: str) -> str:
    from .links import short

    try:
        return f"{_decimal(short(evaluate(side.tree)))} {unit}"  # type: ignore[arg-type]
    except NoValue:
        return unit


def _decimal(value: str) -> str:
    """``1/20`` as 0.05, ``25/9`` to six figures: what is shown beside a unit."""
    return f"{float(Fraction(value)):.6g}" if "/" in value and "..." not in value else value
