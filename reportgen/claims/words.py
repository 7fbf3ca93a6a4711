"""Words in a claim: units, scales such as "million", words that mean an operation, words that end the reading."""

from __future__ import annotations

import re
from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol
from . import measures
from .reading import Unreadable, _Reader, call, number
from .tokens import FUNCTION_WORDS
from .vocabulary import TEXT_FUNCTIONS

_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
    "cents": Fraction(1, 100),
    "cent": Fraction(1, 100),
    "percent": Fraction(1, 100),
    "pct": Fraction(1, 100),
}
_DOUBTFUL = frozenset(
    {
        "am",
        "pm",
        "half",
        "twice",
        "double",
        "triple",
        "third",
        "thirds",
        "quarter",
        "quarters",
        "plus",
        "minus",
        "more",
        "less",
        "remainder",
        "mod",
        "modulo",
        "squared",
        "cubed",
        "to",
        "r",
        "R",
        "and",
        "or",
        "if",
        "not",
        "is",
        "are",
        "where",
        "so",
        "than",
        "base",
        "root",
        "square root",
        "divided",
        "over",
    }
)


_UNIT_POWER = re.compile(r"(?<=[A-Za-z])\^?\{?-?[1-3]\}?(?![\d.])")
_DOZEN_AS_UNIT = re.compile(r"(?<![\d.,])12(?![\d.,]*\d)|/\s*dozen|per dozen")
_POWERS = {"squared": "2", "cubed": "3"}
_EQUALS = frozenset({"equals", "equal"})


def relation(r: "_Reader") -> str:
    """``equals``, ``equal to``: a sign of equality in words, passed over; "" for any other word."""
    if r.here.text not in _EQUALS:
        return ""
    r.place += 2 if r.ahead().text == "to" else 1
    return "eq"


def added_percent(r: "_Reader", terms: list[Expr], term: Expr) -> Expr:
    """``80 + 5%`` may mean 80 and 5 % of it, as a pocket calculator takes it: a choice."""

    def is_percent(tree: Expr) -> bool:
        return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == Symbol("percent")

    if not terms or not is_percent(term) or any(is_percent(t) for t in terms):
        return term
    r.choices.add("added-percent")
    if "added-percent" not in r.other:
        return term
    return Operation("mul", (terms[0] if len(terms) == 1 else Operation("add", tuple(terms)), term))


def unit_below(r: "_Reader") -> bool:
    """``/day``, ``/ \\text{kg}``: a unit under the bar is passed over; True where there was one."""
    after = r.ahead()
    if (
        after.kind == "word"
        and after.text not in FUNCTION_WORDS
        or after.kind == "text"
        and after.text not in TEXT_FUNCTIONS
        and not any(c.isdigit() for c in after.text)
        or after.kind == "letter"
        and not r.letters
        and after.text not in "iexXCP"
        and (r.ahead(2).text not in ("(", "^", "_") or bool(r.units) and after.text in "sm" and r.ahead(2).text == "^" and _small_power(r, 3))
    ):
        r.place += 2
        unit_power(r)
        unit_words(r)
        r.units.append("/" + after.text)
        return True
    return False


def units_after(r: "_Reader", value: Expr) -> Expr | None:
    """The value with the unit words after it taken in; None where the words mean something else."""
    token = r.here
    word = token.text.strip().rstrip(".")
    if token.kind == "letter":
        if word in "rR" and (found := _with_remainder(r, value)) is not None:
            return found
        if word in "OoIl" and token.glued:
            raise Unreadable(f"the letter {word!r}, which may be a digit")
        coulombs = word == "C" and r.ahead().kind != "number" and not r.starts(r.ahead())
        name = word in "ie" or word == "j" and token.glued or word in "CP" and not coulombs or r.ahead().text in ("(", "^", "_") and word not in "mscgkh"
        if name or word in "xX" and r.times_sign():
            return None
        if r.ahead().kind == "letter" and r.ahead().text not in "aACIPxX" and not r.ahead().glued:
            return None     # 1/2 b h: names one beside another
        r.place += 1
        if r.here.kind == "number":
            raise Unreadable(f"a number after {word!r}")
        r.units.append(word)
        unit_power(r)
        return measures.of_things(r, value, [word])
    lowered = word.lower().strip(" ,;()\\")
    if lowered in _REMAINDER and (found := _with_remainder(r, value)) is not None:
        return found
    if word in TEXT_FUNCTIONS and not _is_minutes(r, 1) or lowered in ("times", "of", "x") and r.starts(r.ahead()):
        return None
    if lowered in ("plus", "minus") or lowered == "divided" and r.ahead().text == "by" and r.starts(r.ahead(2)) or lowered in _EQUALS:
        return None
    if lowered in _POWERS:
        r.place += 1
        return Operation("pow", (value, Number(_POWERS[lowered])))
    if lowered in ("degree", "degrees") and token.kind == "word":
        r.place += 1
        r.degrees = True
        return call("degree", value)
    if lowered in _SCALES:
        r.place += 1
        scale = _SCALES[lowered]
        if lowered == "dozen" and _DOZEN_AS_UNIT.search(r.text):
            r.choices.add("dozen")
            if "dozen" in r.other:
                r.units.append("dozen")
                return value
        if scale == Fraction(1, 100) and lowered in ("percent", "pct"):
            return call("percent", value)
        if lowered.startswith("cent"):
            r.units.append("cents")
            r.choices.add("cents")
            return Operation("div", (value, Number("100"))) if "cents" in r.other else value
        return Operation("mul", (value, number(scale)))
    if token.kind == "text" and any(c.isdigit() for c in _UNIT_POWER.sub("", token.text)):
        raise Unreadable(f"a number inside words: {token.text[:40]!r}")
    if lowered in _DOUBTFUL:
        raise Unreadable(f"the word {lowered!r}")
    if token.kind == "text" and any(w in _DOUBTFUL for w in lowered.split()):
        raise Unreadable(f"the words {lowered[:40]!r}")
    known = len(r.units)
    unit_words(r)
    return measures.of_things(r, value, r.units[known:])


_LENGTHS = frozenset({"m", "cm", "mm", "km", "dm", "ft", "in", "yd"})
_REMAINDER = frozenset({"r", "remainder", "rem", "with remainder", "with a remainder of", "remainder of"})


def _with_remainder(r: "_Reader", value: Expr) -> Expr | None:
    """``3 R 3``, ``3 remainder 3``: a quotient with its remainder."""
    if not isinstance(value, Number) or not value.text.isdigit() or r.ahead().kind != "number" or not r.ahead().text.isdigit():
        return None
    after = r.ahead(2)
    if after.kind not in ("end", "word", "text") and after.text not in (".", ",", ";"):
        return None
    r.place += 2
    return call("remainder", value, Number(r.tokens[r.place - 1].text))


def unit_words(r: "_Reader") -> None:
    """Words up to the next thing that counts."""
    while True:
        token = r.here
        if token.kind in ("word", "text"):
            word = token.text.strip().rstrip(".")
            lowered = word.lower()
            if token.kind == "text" and (any(c.isdigit() for c in _UNIT_POWER.sub("", word)) or word in TEXT_FUNCTIONS and not _is_minutes(r, 1)):
                return
            if lowered in ("times", "of", "x", "plus", "minus") and r.starts(r.ahead()) or lowered in _EQUALS:
                return
            if measures.goes_on(r):
                return
            if lowered in _DOUBTFUL and lowered != "to":
                raise Unreadable(f"the word {lowered!r}")
            r.units.append(lowered.strip(" ,;()\\"))
            r.place += 1
            unit_power(r)
        elif token.kind == "letter" and not r.letters and r.units and token.text in "as" and not token.glued:
            r.place += 1
        elif token.text == "/" and token.kind == "op" and r.ahead().kind in ("word", "text") and not any(c.isdigit() for c in r.ahead().text):
            if measures.goes_on(r):
                return
            r.place += 1
        else:
            return


def _small_power(r: "_Reader", k: int) -> bool:
    return r.ahead(k).text in ("2", "3") or r.ahead(k).text == "{" and r.ahead(k + 1).text in ("2", "3") and r.ahead(k + 2).text == "}"


def _is_minutes(r: "_Reader", k: int) -> bool:
    """``min`` without arguments is a unit."""
    return r.ahead(k - 1).text.strip() == "min" and r.ahead(k).text not in ("(", "{", "[", "\\{", "_")


def unit_power(r: "_Reader") -> None:
    """``m^2``, ``s^{-1}``, ``dm3``, ``mol-1``, ``g°C``: passed over with the unit."""
    k = 1 if r.at("^") else 0
    brace = k and r.ahead(k).text == "{"
    k += 1 if brace else 0
    minus = bool(r.ahead(k).text == "-" and (k or r.ahead(k).glued and r.ahead(k + 1).glued))
    k += minus
    digit = r.ahead(k)
    before = r.tokens[r.place - 1]
    if digit.kind == "number" and len(digit.text) == 1 and digit.text in "123" and (not brace or r.ahead(k + 1).text == "}"):
        short = before.kind in ("word", "letter") and len(before.text) <= 3 and digit.glued and not (r.ahead(k + 1).glued and r.starts(r.ahead(k + 1)))
        if k > minus or short and (minus or before.text in _LENGTHS):
            r.place += k + (2 if brace else 1)
            return
    if r.at("^") and r.degree_next() and before.text in ("g", "kg", "mol", "J"):
        r.degree()
