"""Roots, logarithms, factorials and other functions of numbers: what each comes to where that is a number or an exact closed form."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb, factorial

from ..derivation import RuleError
from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, to_text
from .angles import cosine, multiple_of_pi, sine, special_angle, tangent
from .forms import MAX_DIGITS, ONE, ZERO, number
from .roots import exact_root, square_factor
from .work import Work, is_final, worked_out

MAX_FACTORIAL = 1_000
_E = Symbol("e")


def _sqrt(value: Operation, work: Work) -> Expr | None:
    inner = value.args[0]
    if not is_final(inner):
        return None
    known = rational_value(inner)
    if known < 0:
        raise RuleError(f"evaluate: {to_text(value)} is not a real number")
    root = exact_root(known, 2)
    if root is not None:
        return worked_out("root", work, root, inner)
    if known.denominator == 1:
        outside = square_factor(known.numerator)
        if outside > 1:
            work.kinds.add("root")
            return Operation("mul", (number(outside), Operation("sqrt", (number(known / outside**2),))))
    return None


def _root(value: Operation, work: Work) -> Expr | None:
    inner, degree = value.args
    if not (is_final(inner) and isinstance(degree, Number) and "." not in degree.text and 2 <= degree.value <= 1_000):
        return None
    known = rational_value(inner)
    if known < 0 and degree.value % 2 == 0:
        raise RuleError(f"evaluate: {to_text(value)} is not a real number")
    if known < 0:
        return None      # whether an odd root of a negative number has a value is a convention that is not taken for granted
    root = exact_root(known, int(degree.value))
    return None if root is None else worked_out("root", work, root, inner)


def _log(value: Operation, work: Work) -> Expr | None:
    """ln 1, ln e, log_b of a power of b."""
    inner = value.args[0]
    base = value.args[1] if len(value.args) == 2 else _E
    if rational_value(inner) is not None and rational_value(inner) <= 0:
        raise RuleError(f"evaluate: {to_text(value)} is not a real number")
    result: Fraction | None = None
    if inner == ONE:
        result = Fraction(0)
    elif inner == base:
        result = Fraction(1)
    elif base == _E and is_op(inner, "exp"):
        work.kinds.add("logarithm")
        return inner.args[0]
    elif is_op(inner, "pow") and inner.args[0] == base and is_final(inner.args[1]):
        result = rational_value(inner.args[1])
    elif is_final(inner) and is_final(base) and rational_value(base) > 1:
        result = _exponent(rational_value(inner), rational_value(base))
    return None if result is None else worked_out("logarithm", work, result)


def _exponent(value: Fraction, base: Fraction) -> Fraction | None:
    """k with base^k = value for an integer k, or None."""
    sign = 1 if value >= 1 else -1
    power, count, target = base, 1, value if sign > 0 else 1 / value
    while power < target and count < MAX_DIGITS:
        power, count = power * base, count + 1
    return Fraction(sign * count) if power == target else None


def _exp(value: Operation, work: Work) -> Expr | None:
    if value.args[0] == ZERO:
        return worked_out("function", work, Fraction(1))
    if is_op(value.args[0], "ln") and not work.refuse_conditions:
        work.kinds.add("function")
        work.conditions.append(Operation("gt", (value.args[0].args[0], ZERO)))
        return value.args[0].args[0]
    return None


def _of_one(function: Callable[[Fraction], Fraction], kind: str = "function") -> Callable[[Operation, Work], Expr | None]:
    def rule(value: Operation, work: Work) -> Expr | None:
        if not is_final(value.args[0]):
            return None
        return worked_out(kind, work, function(rational_value(value.args[0])), value.args[0])
    return rule


def _whole(value: Expr) -> int | None:
    known = rational_value(value) if is_final(value) else None
    return int(known) if known is not None and known.denominator == 1 else None


def _factorial(value: Operation, work: Work) -> Expr | None:
    if not is_final(value.args[0]):
        return None
    n = _whole(value.args[0])
    if n is None or n < 0:
        raise RuleError(f"evaluate: {to_text(value)} is defined for whole numbers from 0 on")
    if n > MAX_FACTORIAL:
        raise RuleError(f"evaluate: {to_text(value)} is too long to write; {MAX_FACTORIAL}! is the most")
    return worked_out("factorial", work, Fraction(factorial(n)))


def _binomial(value: Operation, work: Work) -> Expr | None:
    n, k = (_whole(a) for a in value.args)
    if n is None or k is None or n < 0:
        return None
    if n > 10 * MAX_FACTORIAL:
        raise RuleError(f"evaluate: {to_text(value)} is too long to write; {10 * MAX_FACTORIAL} is the most above")
    return worked_out("binomial", work, Fraction(comb(n, k) if k >= 0 else 0))


def _extreme(choose: Callable[[list[Fraction]], Fraction]) -> Callable[[Operation, Work], Expr | None]:
    def rule(value: Operation, work: Work) -> Expr | None:
        if not all(is_final(a) for a in value.args):
            return None
        best = choose([rational_value(a) for a in value.args])
        work.kinds.add("extreme")
        return next(a for a in value.args if rational_value(a) == best)
    return rule


def _at_angle(function: Callable[[Fraction], Expr | None]) -> Callable[[Operation, Work], Expr | None]:
    """The exact value at a multiple of 30 or 45 degrees."""
    def rule(value: Operation, work: Work) -> Expr | None:
        turn = multiple_of_pi(value.args[0])
        found = None if turn is None else function(turn)
        if found is not None:
            work.kinds.add("function")
        return found
    return rule


def _angle_of(value: Operation, work: Work) -> Expr | None:
    found = special_angle(value.head, value.args[0])
    if found is not None:
        work.kinds.add("function")
    return found


FUNCTIONS: dict[str, Callable[[Operation, Work], Expr | None]] = {
    "sqrt": _sqrt, "root": _root, "ln": _log, "log": _log, "exp": _exp,
    "abs": _of_one(abs, "abs"), "sign": _of_one(lambda x: Fraction((x > 0) - (x < 0))),
    "floor": _of_one(lambda x: Fraction(x.numerator // x.denominator), "floor"),
    "ceil": _of_one(lambda x: Fraction(-(-x.numerator // x.denominator)), "ceil"),
    "sin": _at_angle(sine), "cos": _at_angle(cosine), "tan": _at_angle(tangent), "asin": _angle_of, "acos": _angle_of, "atan": _angle_of,
    "factorial": _factorial, "binomial": _binomial, "min": _extreme(min), "max": _extreme(max),
}
