"""Angles that are rational multiples of pi, and the rational values of sine, cosine and tangent there."""

from __future__ import annotations

from fractions import Fraction

from flint import acb, arb, fmpq

from ..expressions import Expr, Number, Operation, Symbol
from .arrays import NoValue, Scalar, exact, fraction

FUNCTIONS = {
    "exp": acb.exp,
    "ln": acb.log,
    "sin": acb.sin,
    "cos": acb.cos,
    "tan": acb.tan,
    "cot": acb.cot,
    "sec": acb.sec,
    "csc": acb.csc,
    "asin": acb.asin,
    "acos": acb.acos,
    "atan": acb.atan,
    "sinh": acb.sinh,
    "cosh": acb.cosh,
    "tanh": acb.tanh,
}


def angle_turns(tree: Expr, degrees: bool = True) -> Fraction | None:
    """The angle as a rational multiple of pi, where it is written as one."""
    if isinstance(tree, Symbol):
        return Fraction(1) if tree.name == "pi" else None
    if isinstance(tree, Number):
        return Fraction(0) if tree.value == 0 else None
    head, args = tree.head, tree.args
    if head == "neg":
        inner = angle_turns(args[0], degrees)
        return None if inner is None else -inner
    if head == "add":
        parts = [angle_turns(a, degrees) for a in args]
        return None if None in parts else sum(parts, Fraction(0))
    if head == "apply" and args[0] == Symbol("degree"):
        value = _rational(args[1])
        return None if value is None else value / 180
    if head == "mul":
        total, seen = Fraction(1), False
        for a in args:
            turn = None if seen else angle_turns(a, degrees)
            if turn is not None and _rational(a) is None:
                total *= turn
                seen = True
            else:
                value = _rational(a)
                if value is None:
                    return None
                total *= value
        return total if seen else None
    if head == "div":
        top, below = angle_turns(args[0], degrees), _rational(args[1])
        return None if top is None or not below else top / below
    return None


def _rational(tree: Expr) -> Fraction | None:
    from .values import evaluate

    if isinstance(tree, Number):
        return tree.value
    if (
        isinstance(tree, Operation)
        and tree.head in ("neg", "add", "mul", "div")
        or isinstance(tree, Operation)
        and tree.head == "pow"
        and all(isinstance(a, Number) and len(a.text) < 3 for a in tree.args)
    ):
        try:
            value = evaluate(tree)
        except NoValue:
            return None
        return fraction(value) if isinstance(value, fmpq) else None
    return None


_QUARTER = {
    "sin": (0, 1, 0, -1),
    "cos": (1, 0, -1, 0),
    "tan": (0, None, 0, None),
    "cot": (None, 0, None, 0),
    "sec": (1, None, -1, None),
    "csc": (None, 1, None, -1),
}
_TWELFTH = {
    ("sin", 1): (1, 2),
    ("sin", 5): (1, 2),
    ("sin", 7): (-1, 2),
    ("sin", 11): (-1, 2),
    ("cos", 2): (1, 2),
    ("cos", 10): (1, 2),
    ("cos", 4): (-1, 2),
    ("cos", 8): (-1, 2),
}


def at_special_angle(head: str, argument: Expr, degrees: bool) -> Scalar | None:
    """Rational values of sine, cosine and tangent at multiples of a right angle, of 30 and of 45 degrees."""
    turns = angle_turns(argument, degrees)
    if turns is None:
        return None
    if (turns * 2).denominator == 1:
        found = _QUARTER[head][int(turns * 2) % 4]
        if found is None:
            raise NoValue(f"{head} has no value here")
        return fmpq(found)
    if (turns * 6).denominator == 1 and (head, int(turns * 6) % 12) in _TWELFTH:
        return fmpq(*_TWELFTH[head, int(turns * 6) % 12])
    if (turns * 4).denominator == 1 and head in ("tan", "cot"):
        return fmpq(1 if int(turns * 4) % 4 == 1 else -1)
    # the angle reduced exactly, so that large angles lose nothing
    return FUNCTIONS[head](acb(arb.pi() * arb(exact(turns % 2))))
