"""A claimed value against the answer that was asked for: right, right as a rounding, nearly, wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flint import acb, fmpq

from ..expressions import Expr, ParseError, parse
from . import rounding
from .arrays import Matrix, NoValue, Several, Value, as_acb
from .chains import _Chain, _flat, _short, free_names
from .reading import Side, Unreadable, read
from .values import evaluate

RIGHT, NEAR, WRONG, UNREAD = "right", "near", "wrong", "unread"
MAX_OTHERS = 1_000
MIN_FIGURES = 4  # a shorter number is like too many others


def compare(claim: str, wanted: str, others: Sequence[tuple[str, str]], senses: Sequence[str] = ()) -> dict[str, object]:
    """What the last side of the claim is against ``wanted`` (a formula in plain text).

    Where it is wrong, ``like`` names those of the ``others`` (label, value) that it nearly is, each with the rounding to its places.
    """
    try:
        side = _last_side(claim)
        value, asked = _finite(evaluate(side)), _value(wanted)
    except (Unreadable, NoValue, ParseError, RecursionError) as error:
        return {"result": UNREAD, "reason": str(error)}
    result = _compared(side, value, wanted)
    if result == WRONG and any(_compared(side, value, sense) in (RIGHT, NEAR) for sense in senses):
        return {"result": UNREAD, "reason": "the name has this value elsewhere"}
    found: dict[str, object] = {"result": result, "claimed": _decimal(value, side), "asked": _decimal(asked, side)}
    if result == WRONG and (shown := rounding.printed(side)) is not None and len(str(shown.value.numerator).strip("0")) >= MIN_FIGURES:
        like = []
        for label, text in others[:MAX_OTHERS]:
            try:
                other, near = _value(text), _compared(side, value, text) in (RIGHT, NEAR)
            except (NoValue, ParseError, RecursionError):
                continue
            if near:
                like.append((label, _decimal(other, side)))
        found["like"] = like[:3]
    return found


def _last_side(claim: str) -> Expr:
    side = read(claim.lstrip("=& "), letters=True).sides[-1].tree
    if side is None or free_names(side):
        raise Unreadable("no number")
    return side


@lru_cache(maxsize=4_096)
def _value(text: str) -> Value:
    return _finite(evaluate(parse(text, "plain")))


def _finite(value: Value) -> Value:
    if any(isinstance(v, acb) and not v.is_finite() for v in (_flat(value) or [value])):
        raise NoValue("a number too large")
    return value


def _compared(side: Expr, value: Value, wanted: str) -> str:
    asked = _value(wanted)
    if isinstance(value, (Matrix, Several)) or isinstance(asked, (Matrix, Several)):
        a, b = _flat(value), _flat(asked)
        if a is None or b is None or len(a) != len(b):
            return UNREAD
        if any(not as_acb(p).overlaps(as_acb(q)) for p, q in zip(a, b)):
            return WRONG
        return RIGHT if all(isinstance(p, fmpq) and isinstance(q, fmpq) for p, q in zip(a, b)) else UNREAD
    tree = parse(wanted, "plain")
    same = _Chain([Side(side, ""), Side(tree, "")], True).same(value, asked, side, tree)
    if same is None:
        return UNREAD  # they agree as far as they were computed, and no proof was found
    if same:
        return RIGHT
    shown = rounding.printed(side)
    if shown is None or not shown.decimal:
        return WRONG
    if rounding.rounds_to(asked, shown):
        return RIGHT
    gap = abs((as_acb(asked) - as_acb(value)).real)
    return NEAR if gap < as_acb(fmpq(shown.unit.numerator, shown.unit.denominator)).real else WRONG


def _decimal(value: Value, side: Expr) -> str:
    """The value as it would be printed in the place of ``side``: whole numbers as such, others to as many places, or six."""
    if isinstance(value, fmpq) and value.q <= 1000 and (value.q == 1 or rounding.printed(side) is None):
        return _short(value)
    if isinstance(value, (fmpq, acb)) and as_acb(value).imag == 0:
        shown = rounding.printed(side)
        places = len(str(shown.unit.denominator)) - 1 if shown is not None and shown.decimal else 6
        nearest = (as_acb(value).real * 10**places + as_acb(fmpq(1, 2)).real).floor().unique_fmpz()
        if nearest is not None and abs(nearest) < 10**30:
            digits = str(abs(int(nearest))).rjust(places + 1, "0")
            return ("-" if nearest < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return _short(value)
