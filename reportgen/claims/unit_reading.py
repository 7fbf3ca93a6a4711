"""A unit read from a text, plain or LaTeX; what stands behind it is left to the caller."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from .quantities import COUNTED, ONE, Unit, named, singular, times
from .tokens import Unreadable, matching
from .unit_table import COMMANDS, NOT_COUNTED, WORD_PREFIXES

MAX_LENGTH = 200
MAX_DEPTH = 8
MAX_BITS = 4_000     # of the size of a power
_GAP = re.compile(r"(?:\s|\\[,;:! ]|~|\$|\\(?:thinspace|left|right)(?![A-Za-z])|\{\})*")
_GROUP = re.compile(r"\\(?:mathrm|mathsf|mathit|mathbf|mathop|text|textrm|textit|textsf|textnormal|mbox|operatorname|unit|si|[bx]?cancel)\*?\s*\{")
_LONE = re.compile(r"\\(?:mathrm|mathsf|text|rm)\s+([A-Za-z])(?![A-Za-z])")
_FRACTION = re.compile(r"\\(?:d|t|c|s|nice)?frac\s*(?=\{)")
_DEGREES = re.compile(
    r"(?:\^\s*(?:\{\s*\\(?:circ|degree)\s*\}|\\(?:circ|degree)(?![A-Za-z]))|\\degree(?![A-Za-z]))\s*(?:\\[,;:! ]\s*)?"
    r"(?:\\(?:mathrm|text)\s*\{\s*([CF])\s*\}|([CF])(?![A-Za-z]))"
)
_OHM = re.compile(r"(?P<prefix>[kMGmµun]|\\mu\s*)?\s*(?:[ΩΩ]|\\(?:Omega|ohm)(?![A-Za-z]))")
_MICRO = re.compile(r"(?:\\mu(?![A-Za-z])\s*|µ)(?:\\(?:mathrm|text)\s*\{\s*([A-Za-z]{1,3})\s*\}|(?:\\mathrm\s+)?([A-Za-z]{1,3})(?![A-Za-z]))")
_RUN = re.compile(r"(?:mm Hg|nautical miles?)(?![A-Za-z])|[A-Za-zÅ]+")
_COMMAND = re.compile(r"\\(?:(?P<prefix>" + "|".join(WORD_PREFIXES) + r")\s*\\)?(?P<name>[A-Za-z]+)")
_SQUARE = re.compile(r"(sq(?:uare)?|cu(?:bic)?)\b\.?\s+(?=[A-Za-z])|\\(square|cubic)(?![a-z])\s*")
_POWER = re.compile(
    r"\s*(?:\^\s*(?:\{\s*([-+]?\d)\s*\}|\(\s*(-?\d)\s*\)|(-?\d)(?![\d.]))|\*\*\s*(-?\d)(?![\d.]))|(-\d)(?![\d.A-Za-z])"
    r"|\s+(squared|cubed)\b|\s*\\(squared|cubed)(?![a-z])"
)
_GLUED = re.compile(r"([23])(?![\d.,A-Za-z])")      # m2, s2
_OVER = re.compile(r"/(?!/)|per\b|\\per(?![A-Za-z])|\\slash(?![A-Za-z])")
_DOT = re.compile(r"\*(?!\*)|\\(?:cdot|times|ast|cdotp)(?![A-Za-z])|-(?=[A-Za-z])|\\?\.(?=[A-Za-z])")
_COUNT = re.compile(r"[A-Za-z][a-z]+(?:-[a-z]+)*")
_CALLED = re.compile(r"\s*[_'\[]|\s*\\(?:left|in)\b")     # behind a letter that is a name
_LEFT = frozenset("NJWVACK")       # letters after which another may stand as a unit, too: N m, V A
_RIGHT = {"*": frozenset("msKANVJ"), " ": frozenset("msKA")}


@dataclass(frozen=True, slots=True)
class Read:
    """A unit, where it ends in the text, and whether letters that might be names stand in it, without \\text or the like."""

    unit: Unit
    end: int
    plain: bool
    last: Unit | None = None    # of several without brackets: a power behind them is the last one's
    rest: Unit = ONE


def unit_at(text: str, place: int) -> Read | None:
    """The unit that begins there (``/`` and ``per`` may come first); None where there is none, or letters one beside another."""
    return _Text(text, min(len(text), place + MAX_LENGTH), False).product(place, 0)


class _Text:
    """``wrapped``: in \\text{...}, where letters are no names."""

    def __init__(self, text: str, stop: int, wrapped: bool) -> None:
        self.text, self.stop, self.wrapped = text, stop, wrapped

    def gap(self, place: int) -> int:
        return _GAP.match(self.text, place, self.stop).end()  # type: ignore[union-attr]

    def product(self, place: int, depth: int) -> Read | None:
        """Powers, products and quotients, as far as they go."""
        unit, end, plain, over = ONE, place, False, False
        last: Read | None = None
        rest = ONE
        without: Unit | None = None      # the same, where what follows a quotient stands on top again: J/kg·K may be (J/kg)·K
        while depth <= MAX_DEPTH:
            begin = self.gap(end) if last else end
            joined, alone = " ", False
            if (sign := _OVER.match(self.text, begin, self.stop)) is not None:
                joined, over, alone = "/", True, sign[0] == "\\per"
            elif last and (sign := _DOT.match(self.text, begin, self.stop)) is not None:
                joined = "*"
            begin = self.gap(sign.end()) if sign else begin
            found = self.power(begin, depth, joined == "/")
            if found is None:
                break
            if last and joined != "/" and not self.joins(unit, last, found, joined):
                if joined == " " and found.unit.letter and found.unit.text not in "axXC":
                    return None     # 1/2 b h
                break
            if over and joined != "/" and not alone:
                without = times(unit, found.unit) if without is None else times(without, found.unit)
            text = f"{unit.text}{joined.replace('*', '·') if last or over else ''}{found.unit.text}"
            rest, unit = unit, times(unit, found.unit, -1 if over else 1, text) if last or over else found.unit
            tail = times(ONE, found.unit, -1, found.unit.text) if over else found.unit
            last, end, plain, over = found, found.end, plain or found.plain, over and not alone
        if last is None:
            return None
        if without is not None:
            unit = replace(unit, others=(*unit.others, without))
        return Read(unit, end, plain, tail if rest is not ONE else None, rest)

    def joins(self, so_far: Unit, before: Read, after: Read, joined: str) -> bool:
        """Whether the unit goes on with it: one letter alone may be a name that is multiplied."""
        if not after.plain:
            return True
        if not after.unit.known:
            return False
        name = after.unit.text
        if "-" in name:
            return True     # s^-1
        if len(name.rstrip("^23")) == 1:
            if before.plain and len(before.unit.text) == 1 and before.unit.text not in _LEFT:
                return False
            return name[0] in _RIGHT[joined] or name == "h" and before.unit.text[-1:] in "WAk"
        return joined != " " or so_far.known and so_far.worded == after.unit.worded

    def power(self, place: int, depth: int, below: bool) -> Read | None:
        square = _SQUARE.match(self.text, place, self.stop)
        found = self.atom(square.end() if square else place, depth, below)
        if found is None:
            return None
        exponent, end, raised = {"s": 2, "c": 3}[(square[1] or square[2])[0]] if square else 1, found.end, _POWER.match(self.text, found.end, self.stop)
        if raised is None and found.plain and (found.unit.text[-1:] == "m" or found.unit.text in ("s", "ft", "in", "yd")):
            raised = _GLUED.match(self.text, end, self.stop)
        if raised is not None:
            digits = next(group for group in raised.groups() if group)
            exponent, end = exponent * ({"squared": 2, "cubed": 3}.get(digits) or int(digits)), raised.end()
        if exponent == 1:
            return Read(found.unit, end, found.plain)
        if not exponent:
            return None
        size = found.unit.factor
        if max(size.numerator, size.denominator).bit_length() * abs(exponent) > MAX_BITS:
            return None
        text = f"{found.unit.text}^{exponent}"
        unit = times(ONE, found.unit, exponent, text) if found.last is None else times(found.rest, found.last, exponent, text)
        if found.unit.text == "ms" and exponent < 0:        # ms^{-1} is m/s, written closely
            closely = times(named("m"), named("s"), exponent, unit.text)  # type: ignore[arg-type]
            unit = replace(closely, others=(unit,))
        return Read(unit, end, found.plain)

    def atom(self, place: int, depth: int, below: bool) -> Read | None:
        text = self.text
        if (group := _GROUP.match(text, place, self.stop)) is not None:
            return self.group(group.end() - 1, depth, True)
        if (fraction := _FRACTION.match(text, place, self.stop)) is not None:
            top = self.group(fraction.end(), depth, self.wrapped)
            under = self.group(top.end, depth, self.wrapped) if top is not None and text.startswith("{", top.end) else None
            if top is None or under is None:
                return None
            return Read(times(top.unit, under.unit, -1, f"{top.unit.text}/{under.unit.text}"), under.end, top.plain or under.plain)
        if text.startswith("(", place):
            inner = self.product(self.gap(place + 1), depth + 1)
            end = self.gap(inner.end) if inner is not None else -1
            if inner is None or inner.unit.letter or not inner.unit.known or not text.startswith(")", end):
                return None
            return Read(replace(inner.unit, text=f"({inner.unit.text})"), end + 1, inner.plain)
        if (found := _DEGREES.match(text, place, self.stop)) is not None:
            return self.read("°" + (found[1] or found[2]), found.end())
        if (found := _OHM.match(text, place, self.stop)) is not None:
            return self.read((found["prefix"] or "").strip().replace("\\mu", "µ") + "ohm", found.end())
        if (found := _MICRO.match(text, place, self.stop)) is not None:
            return self.read("µ" + (found[1] or found[2]), found.end())
        if (found := _LONE.match(text, place, self.stop)) is not None:
            return self.read(found[1], found.end())
        if text.startswith("'", place) and text[place - 1 : place].isdigit():
            return self.read("ft", place + 1)
        if text.startswith("\\", place):
            return self.command(place)
        run = _RUN.match(text, place, self.stop)
        return None if run is None else self.letters(run, below)

    @staticmethod
    def read(name: str, end: int) -> Read | None:
        unit = named(name)
        return None if unit is None else Read(unit, end, False)

    def letters(self, run: re.Match[str], below: bool) -> Read | None:
        """Symbols and words.  ``below``: they stand under a bar, where any word is a thing that is counted."""
        name, end = run[0].replace(" ", ""), run.end()
        unit = named(name, len(name) == 1 and not self.wrapped)
        if unit is not None and self.fits(name, end):
            return None if unit.letter and _CALLED.match(self.text, end, self.stop) else Read(unit, end, not self.wrapped)
        count = _COUNT.match(self.text, run.start(), self.stop)
        if not below or count is None or count[0].lower() in NOT_COUNTED or self.text.startswith("(", count.end()):
            return None
        return Read(counted([count[0]]), count.end(), not self.wrapped)

    def fits(self, name: str, end: int) -> bool:
        """Whether the word can be the unit of that name here: ``in`` and ``min`` are other words, too."""
        rest = self.text[end : end + 12].lstrip(" $")
        if name == "in":
            return not rest[:1].isalpha() or rest[:1] in "xX" and not rest[1:2].isalpha()
        if name == "min":
            return not rest.startswith(("(", "{", "\\{", "["))
        if name == "C" and not self.wrapped:
            return not rest[:1].isdigit() and not rest.startswith("(")
        return True

    def command(self, place: int) -> Read | None:
        """``\\kilo\\gram``, ``\\metre`` of siunitx."""
        found = _COMMAND.match(self.text, place, self.stop)
        if found is None or found["name"] not in COMMANDS:
            return None
        return self.read((found["prefix"] or "") + COMMANDS[found["name"]], found.end())

    def group(self, opened: int, depth: int, wrapped: bool) -> Read | None:
        """What stands in braces, if all of it is a unit."""
        try:
            close = matching(self.text, opened)
        except Unreadable:
            return None
        if close > self.stop or depth > MAX_DEPTH:
            return None
        inner = _Text(self.text, close, wrapped)
        found = inner.product(inner.gap(opened + 1), depth + 1)
        if found is None or self.text[found.end : close].strip(" .~\\,;$"):
            return None
        return replace(found, end=close + 1, plain=found.plain and not wrapped)


def counted(words: list[str]) -> Unit:
    """``guinea pigs``: a product of the things that the words name."""
    several = [word for text in words for word in re.split(r"[\s,;]+", text.lower()) if word]
    names = [singular(word) for word in several if word not in NOT_COUNTED or len(several) == len(word) == 1]
    dims = tuple(sorted((COUNTED + name, Fraction(names.count(name))) for name in set(names)))
    return Unit(dims, Fraction(1), " ".join(words), worded=True)
