"""Exact values of sine, cosine and tangent at multiples of 30 and 45 degrees, and the angles that belong to such values."""

from __future__ import annotations

from fractions import Fraction

from ..derivation import RuleError
from ..expressions import Expr, Number, Operation, Symbol, expr, is_op, op, parse, rational_value
from .writing import over, times

PI = Symbol("pi")
_HALF = Fraction(1, 2)
_SINES = {Fraction(0): "0", Fraction(1, 6): "1/2", Fraction(1, 4): "sqrt(2)/2", Fraction(1, 3): "sqrt(3)/2", _HALF: "1"}
_TANGENTS = {Fraction(0): "0", Fraction(1, 6): "sqrt(3)/3", Fraction(1, 4): "1", Fraction(1, 3): "sqrt(3)"}


def multiple_of_pi(angle: Expr) -> Fraction | None:
    """r where the angle is written as r pi (0, pi, -pi/6, 3*pi/4, (2/3)*pi), None for anything else."""
    if angle == PI:
        return Fraction(1)
    value = rational_value(angle)
    if value is not None:
        return Fraction(0) if value == 0 else None
    if is_op(angle, "neg"):
        inner = multiple_of_pi(angle.args[0])
        return None if inner is None else -inner
    if is_op(angle, "div"):
        above, below = multiple_of_pi(angle.args[0]), rational_value(angle.args[1])
        return above / below if above is not None and below else None
    if is_op(angle, "mul") and angle.args.count(PI) == 1:
        product = Fraction(1)
        for factor in angle.args:
            part = Fraction(1) if factor == PI else rational_value(factor)
            if part is None:
                return None
            product *= part
        return product
    return None


def sine(turn: Fraction) -> Expr | None:
    """sin(turn pi) where it is a multiple of 30 or 45 degrees."""
    turn %= 2
    negative, turn = turn >= 1, turn % 1
    text = _SINES.get(min(turn, 1 - turn))
    return None if text is None else _signed(text, negative)


def cosine(turn: Fraction) -> Expr | None:
    """cos(turn pi)."""
    return sine(turn + _HALF)


def tangent(turn: Fraction) -> Expr | None:
    """tan(turn pi).  Raises RuleError where the tangent has no value."""
    turn %= 1
    if turn == _HALF:
        raise RuleError("evaluate: the tangent has no value at odd multiples of pi/2")
    text = _TANGENTS.get(min(turn, 1 - turn))
    return None if text is None else _signed(text, turn > _HALF)


def special_angle(head: str, value: Expr) -> Expr | None:
    """asin, acos or atan of one of these values, between -pi/2 and pi/2 (acos: between 0 and pi)."""
    table = _TANGENTS if head == "atan" else _SINES
    negative = is_op(value, "neg")
    bare = value.args[0] if negative else value
    turn = next((t for t, text in table.items() if parse(text) == bare), None)
    if turn is None:
        return None
    turn = -turn if negative else turn
    return _of_pi(_HALF - turn if head == "acos" else turn)


def _of_pi(turn: Fraction) -> Expr:
    if turn == 0:
        return Number("0")
    size = over(times(expr(abs(turn.numerator)), PI), expr(turn.denominator))
    return op("neg", size) if turn < 0 else size


def _signed(text: str, negative: bool) -> Expr:
    value = parse(text)
    return Operation("neg", (value,)) if negative and text != "0" else value
