"""Inverse operations: what undoes a sum, a product, a power, a logarithm... on both sides of a relation.

Each function takes the sides of a relation whose left side holds the name once, and returns the next line, its caption and
its conditions.  The table INVERSES at the end says which head is undone by which.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..derivation import RuleError
from ..expressions import Expr, Number, Operation, Symbol, add, is_op, mul, op, rational_value, to_text
from .angles import multiple_of_pi
from .forms import (INEQUALITIES, ONE, TWO, ZERO, denominators, depends, factors_of, is_decimal, is_negative, listed, negated, nonzero, number,
                    opposite, product, quotient, sign_of, terms_of, total)
from .polynomial import over_common_denominator
from .roots import exact_root

_MINUS_ONE = op("neg", 1)
_E = Symbol("e")


@dataclass(frozen=True, slots=True)
class Move:
    """What one inverse operation makes of a relation; ``after`` may be joined by ``or``/``and``."""

    after: Expr
    caption: tuple[object, ...]
    conditions: tuple[Expr, ...] = ()
    rule: str = "isolate"


class Stuck(RuleError):
    """No inverse operation leads on; a search may."""


@dataclass(frozen=True, slots=True)
class Sides:
    head: str
    left: Expr
    right: Expr
    facts: tuple[Expr, ...]

    def to(self, left: Expr, right: Expr, *caption: object, conditions: tuple[Expr, ...] = (), turn: bool = False) -> Move:
        head = INEQUALITIES.get(self.head, self.head) if turn else self.head
        return Move(Operation(head, (left, right)), caption, conditions)

    @property
    def ordered(self) -> bool:
        return self.head in INEQUALITIES

    def sign(self, value: Expr) -> str | None:
        return sign_of(value, self.facts)


# --- undoing what was done last -------------------------------------------------------------------------------------

def undo(r: Sides, name: Expr) -> Move:
    """One inverse operation on a left side in which the name occurs once."""
    left = r.left
    method = INVERSES.get(left.head) if isinstance(left, Operation) else None
    if method is None:
        what = f"{left.head}(...)" if isinstance(left, Operation) else to_text(left)
        raise Stuck(f"no inverse operation is known for {what}")
    return method(r, name)


def _undo_add(r: Sides, name: Expr) -> Move:
    moved = [t for t in terms_of(r.left) if not depends(t, name)]
    kept = [t for t in terms_of(r.left) if depends(t, name)]
    return move_terms(r, kept, moved, r.right)


def move_terms(r: Sides, kept: list[Expr], moved: list[Expr], right: Expr) -> Move:
    taken = [t for t in moved if not is_negative(t)]
    given = [negated(t) for t in moved if is_negative(t)]
    if taken and given:
        caption = ("Subtract ", *listed(taken), " and add ", *listed(given), " on both sides")
    elif taken:
        caption = ("Subtract ", *listed(taken), " from both sides")
    else:
        caption = ("Add ", *listed(given), " to both sides")
    return r.to(add(*kept), total([right, *map(negated, moved)]), *caption)


def _undo_neg(r: Sides, name: Expr) -> Move:
    factors = factors_of(r.left.args[0])
    literal = rational_value(factors[0])
    if len(factors) > 1 and literal is not None:
        if literal.denominator == 1 or not is_op(factors[0], "div"):
            return scale(r, mul(*factors[1:]), negated(factors[0]), "Divide both sides by ")
        return scale(r, mul(*factors[1:]), number(-1 / literal), "Multiply both sides by ")
    return r.to(r.left.args[0], opposite(r.right), "Multiply both sides by ", _MINUS_ONE, *_turning(r), turn=r.ordered)


def _turning(r: Sides) -> tuple[object, ...]:
    return ("; the inequality sign turns",) if r.ordered else ()


def _undo_mul(r: Sides, name: Expr) -> Move:
    factors = factors_of(r.left)
    inside = [f for f in factors if depends(f, name)]
    outside = [f for f in factors if not depends(f, name)]
    literal = rational_value(outside[0]) if len(outside) == 1 else None
    if literal is not None and literal.denominator != 1 and is_op(outside[0], "div"):
        return scale(r, mul(*inside), number(1 / literal), "Multiply both sides by ")
    return scale(r, mul(*inside), mul(*outside), "Divide both sides by ")


def scale(r: Sides, left: Expr, by: Expr, words: str) -> Move:
    """Both sides multiplied or divided by an expression that must not be 0, and whose sign must be known in an inequality."""
    turn = False
    if r.ordered:
        sign = r.sign(by)
        if sign not in ("+", "-"):
            raise RuleError(f"isolate: the sign of {to_text(by)} is not known, so the inequality cannot be "
                            f"{'divided' if words.startswith('Divide') else 'multiplied'} by it; assume \"{to_text(by)} > 0\" or \"{to_text(by)} < 0\"")
        turn = sign == "-"
    elif rational_value(by) == 0:
        raise RuleError(f"isolate: {to_text(r.left)} = {to_text(r.right)} would need a division by 0")
    dividing = words.startswith("Divide")
    right = quotient([r.right], [by]) if dividing else product(by, r.right)
    conditions = () if r.ordered else nonzero(by)
    return r.to(left, right, words, by, *(("; the inequality sign turns",) if turn else ()), conditions=conditions, turn=turn)


def _undo_div(r: Sides, name: Expr) -> Move:
    above, below = r.left.args
    if not depends(below, name):
        return scale(r, above, below, "Multiply both sides by ")
    if depends(above, name):
        raise Stuck("the name stands above and below the fraction bar")
    if r.ordered:
        return scale(r, above, below, "Multiply both sides by ")
    if is_op(r.right, "add") and any(is_op(t, "div") and rational_value(t) is None for t in map(_bare, r.right.args)):
        return r.to(r.left, over_common_denominator(r.right), "Bring the right side to a common denominator",
                    conditions=nonzero(*denominators(r.right)))
    right = product(r.right, below)
    if right == ZERO:
        raise RuleError(f"isolate: {to_text(r.left)} = 0 has no solution in {to_text(name)} unless {to_text(above)} = 0")
    return r.to(above, right, "Multiply both sides by ", below, conditions=nonzero(below))


def _bare(term: Expr) -> Expr:
    return term.args[0] if is_op(term, "neg") else term


def _undo_pow(r: Sides, name: Expr) -> Move:
    base, power = r.left.args
    if depends(power, name):
        return _undo_exponential(r, base, power)
    exponent = rational_value(power)
    if exponent is None:
        return _symbolic_power(r, base, power)
    if exponent < 0:
        inverse = base if exponent == -1 else Operation("pow", (base, number(-exponent)))
        return r.to(Operation("div", (ONE, inverse)), r.right, "Write the negative power as a fraction", conditions=nonzero(base))
    if exponent.denominator != 1:
        return _fractional_power(r, base, exponent)
    degree = exponent.numerator
    if degree % 2:
        return r.to(base, root_of(r.right, degree), "Take the ", *_ordinal(degree), " root of both sides")
    return _even_power(r, base, degree)


def _even_power(r: Sides, base: Expr, degree: int) -> Move:
    literal = rational_value(r.right)
    if literal is not None and literal < 0 and not r.ordered and r.head == "eq":
        raise RuleError(f"isolate: {to_text(r.left)} = {to_text(r.right)} has no real solution")
    if r.head == "ne":
        raise Stuck("an even power that differs from something")
    conditions = () if literal is not None and literal >= 0 else (op("ge", r.right, 0),)
    root = root_of(r.right, degree)
    words = ("Take the ", *_ordinal(degree), " root of both sides")
    known = r.sign(base)
    if known in ("+", ">="):
        return r.to(base, root, *words, "; ", op("ge", base, 0), conditions=conditions)
    if known in ("-", "<=") and not r.ordered:
        return r.to(base, negated(root), *words, "; ", op("le", base, 0), conditions=conditions)
    if r.ordered:
        if literal is not None and literal < 0:
            raise Stuck("the right side is negative")
        outer = r.head in ("gt", "ge")
        lower, upper = Operation(INEQUALITIES[r.head], (base, negated(root))), Operation(r.head, (base, root))
        return Move(op("or" if outer else "and", lower, upper), words, conditions)
    if root == ZERO:
        return r.to(base, ZERO, *words)
    return Move(op("or", op("eq", base, root), op("eq", base, negated(root))), words, conditions)


def _fractional_power(r: Sides, base: Expr, exponent: Fraction) -> Move:
    if r.sign(base) not in ("+", ">="):
        raise RuleError(f"isolate: {to_text(r.left)} needs {to_text(base)} >= 0; assume it")
    return r.to(base, _power(r.right, number(1 / exponent)), "Raise both sides to the power of ", number(1 / exponent), conditions=_at_least_zero(r))


def _symbolic_power(r: Sides, base: Expr, power: Expr) -> Move:
    if r.sign(base) != "+":
        raise RuleError(f"isolate: undoing the power {to_text(power)} needs {to_text(base)} > 0; assume it")
    if r.ordered:
        raise Stuck("an inequality with a power that is a name")
    return r.to(base, _power(r.right, quotient([ONE], [power])), "Raise both sides to the power of ", quotient([ONE], [power]),
                conditions=(*nonzero(power), op("gt", r.right, 0)))


def _nothing_to_solve(r: Sides, why: str) -> RuleError:
    what = "there is no real solution" if r.head == "eq" else "the relation holds always or never"
    return RuleError(f"isolate: {what}, because {to_text(r.right)} {why}")


def _at_least_zero(r: Sides) -> tuple[Expr, ...]:
    value, literal = r.right, rational_value(r.right)
    if literal is not None and literal < 0:
        raise _nothing_to_solve(r, "is negative")
    return () if literal is not None else (op("ge", value, 0),)


def _above_zero(r: Sides) -> tuple[Expr, ...]:
    value, literal = r.right, rational_value(r.right)
    if literal is not None and literal <= 0:
        raise _nothing_to_solve(r, "is not positive")
    return () if literal is not None or value == _E or is_op(value, "exp") else (op("gt", value, 0),)


def _undo_exponential(r: Sides, base: Expr, power: Expr) -> Move:
    if depends(base, power) or r.head == "ne":
        raise Stuck("the name stands in base and exponent")
    conditions = _above_zero(r)
    if base == _E:
        return r.to(power, _ln(r.right), "Take the natural logarithm of both sides", conditions=conditions)
    literal = rational_value(base)
    if literal is not None and (literal <= 0 or literal == 1):
        raise RuleError(f"isolate: {to_text(r.left)} cannot be solved for its exponent")
    if literal is None and r.ordered:
        raise Stuck("an inequality with a base that is a name")
    conditions += () if literal is not None else (op("gt", base, 0),)
    return r.to(mul(power, op("ln", base)), _ln(r.right), "Take the natural logarithm of both sides; ",
                op("eq", op("ln", r.left), mul(power, op("ln", base))), conditions=conditions)


def _undo_exp(r: Sides, name: Expr) -> Move:
    return r.to(r.left.args[0], _ln(r.right), "Take the natural logarithm of both sides", conditions=_above_zero(r))


def _undo_ln(r: Sides, name: Expr) -> Move:
    inner = r.left.args[0]
    if len(r.left.args) == 2:
        base = r.left.args[1]
        literal = rational_value(base)
        if depends(base, name):
            raise Stuck("the name stands in the base of the logarithm")
        if literal is None and r.ordered:
            raise Stuck("a base whose size is not known")
        conditions = (op("gt", inner, 0),) + (() if literal is not None else (op("gt", base, 0), op("ne", base, 1)))
        return r.to(inner, _power(base, r.right), "Raise ", base, " to the power of both sides", conditions=conditions,
                    turn=r.ordered and literal is not None and literal < 1)
    return r.to(inner, _exp(r.right), "Apply the exponential function to both sides", conditions=(op("gt", inner, 0),))


def _undo_sqrt(r: Sides, name: Expr) -> Move:
    inner = r.left.args[0]
    conditions = _at_least_zero(r)
    if r.ordered:
        conditions += (op("ge", inner, 0),)
    return r.to(inner, _power(r.right, TWO), "Square both sides", conditions=conditions)


def _undo_root(r: Sides, name: Expr) -> Move:
    inner, degree = r.left.args
    known = rational_value(degree)
    if known is None or known.denominator != 1 or known < 2:
        raise Stuck("a root whose degree is not a number")
    conditions: tuple[Expr, ...] = ()
    if known % 2 == 0:
        conditions = _at_least_zero(r) + ((op("ge", inner, 0),) if r.ordered else ())
    return r.to(inner, _power(r.right, degree), "Raise both sides to the power of ", degree, conditions=conditions)


def _undo_abs(r: Sides, name: Expr) -> Move:
    inner = r.left.args[0]
    known = r.sign(inner)
    if known in ("+", ">="):
        return r.to(inner, r.right, "Leave out the absolute value; ", op("ge", inner, 0))
    if r.head == "ne":
        raise Stuck("an absolute value that differs from something")
    if r.ordered:
        if r.head in ("lt", "le"):
            both = op("and", Operation(INEQUALITIES[r.head], (inner, negated(r.right))), Operation(r.head, (inner, r.right)))
            return Move(both, ("Split the absolute value",))
        either = op("or", Operation(INEQUALITIES[r.head], (inner, negated(r.right))), Operation(r.head, (inner, r.right)))
        return Move(either, ("Split the absolute value",))
    conditions = _at_least_zero(r)
    if r.right == ZERO:
        return r.to(inner, ZERO, "An absolute value is zero only at zero")
    return Move(op("or", op("eq", inner, r.right), op("eq", inner, negated(r.right))), ("Split the absolute value",), conditions)


_INVERSE_ANGLES = {      # function -> its inverse, its name, the range as multiples of pi, whether the ends belong to it
    "sin": ("asin", "sine", Fraction(-1, 2), Fraction(1, 2), True),
    "cos": ("acos", "cosine", Fraction(0), Fraction(1), True),
    "tan": ("atan", "tangent", Fraction(-1, 2), Fraction(1, 2), False),
}


def _undo_angle(r: Sides, name: Expr) -> Move:
    """sin(b) = y where b is assumed to lie in a range in which the sine takes each value once."""
    inner = r.left.args[0]
    inverse, word, low, high, closed = _INVERSE_ANGLES[r.left.head]
    if r.head != "eq":
        raise Stuck("a trigonometric inequality")
    if not _known_between(inner, low, high, closed, r.facts):
        sign = "<=" if closed else "<"
        ends = {Fraction(-1, 2): "-pi/2", Fraction(0): "0", Fraction(1, 2): "pi/2", Fraction(1): "pi"}
        raise RuleError(f"isolate: {to_text(r.left)} takes each value many times; assume the range of the angle, at most "
                        f"\"{ends[low]} {sign} {to_text(inner)}\" and \"{to_text(inner)} {sign} {ends[high]}\"")
    literal = rational_value(r.right)
    if literal is not None and abs(literal) > 1 and inverse != "atan":
        raise _nothing_to_solve(r, "is not between -1 and 1")
    bounded = inverse != "atan" and literal is None
    conditions = (op("ge", r.right, -1), op("le", r.right, 1)) if bounded else ()
    return r.to(inner, Operation(inverse, (r.right,)), f"Take the inverse {word} of both sides", conditions=conditions)


def _known_between(angle: Expr, low: Fraction, high: Fraction, closed: bool, facts: tuple[Expr, ...]) -> bool:
    """Do the facts put the angle between these multiples of pi?"""
    above = below = False
    for fact in (part for f in facts for part in (f.args if is_op(f, "and") else (f,)) if is_op(part, *INEQUALITIES)):
        for head, side, bound in ((fact.head, *fact.args), (INEQUALITIES[fact.head], *fact.args[::-1])):
            turn = multiple_of_pi(bound) if side == angle else None
            if turn is None:
                continue
            strict = closed or head in ("gt", "lt")
            above = above or (head in ("gt", "ge") and (turn > low or turn == low and strict))
            below = below or (head in ("lt", "le") and (turn < high or turn == high and strict))
    return above and below


INVERSES = {"add": _undo_add, "neg": _undo_neg, "mul": _undo_mul, "div": _undo_div, "pow": _undo_pow, "exp": _undo_exp, "ln": _undo_ln, "log": _undo_ln,
         "sin": _undo_angle, "cos": _undo_angle, "tan": _undo_angle, "sqrt": _undo_sqrt, "root": _undo_root, "abs": _undo_abs}


def _ordinal(degree: int) -> tuple[str, ...]:
    words = {2: "square", 3: "cube"}
    return (words.get(degree, f"{degree}{'st' if degree % 10 == 1 and degree != 11 else 'th'}"),)


def root_of(value: Expr, degree: int) -> Expr:
    """The root of a value: a number where it comes out, sqrt or root otherwise; an odd root of -a is minus the root of a."""
    literal = rational_value(value)
    if literal is not None:
        root = exact_root(literal, degree)
        if root is not None:
            return number(root, is_decimal(value))
    if degree % 2 and is_op(value, "neg"):
        return negated(root_of(value.args[0], degree))
    if degree == 2:
        return Operation("sqrt", (value,))
    return Operation("root", (value, number(degree)))


def _power(base: Expr, power: Expr) -> Expr:
    """The power as one writes it: of a numeral its value, of a product or quotient of plain factors theirs, T^2/(4 pi^2)."""
    literal, exponent = rational_value(base), rational_value(power)
    whole = exponent is not None and exponent.denominator == 1 and 0 < exponent <= 20
    if literal is not None and whole:
        return number(literal**exponent.numerator, is_decimal(base))
    if whole and is_op(base, "mul", "div") and all(map(_plain, base.args)):
        return Operation(base.head, tuple(_power(part, power) for part in base.args))
    return base if power == ONE else Operation("pow", (base, power))


def _plain(value: Expr) -> bool:
    """A name, a numeral without a sign, or a product or quotient of such."""
    if is_op(value, "mul", "div", "index"):
        return all(map(_plain, value.args))
    return isinstance(value, (Number, Symbol))


def _ln(value: Expr) -> Expr:
    if value == ONE:
        return ZERO
    if value == _E:
        return ONE
    return value.args[0] if is_op(value, "exp") else Operation("ln", (value,))


def _exp(value: Expr) -> Expr:
    if value == ZERO:
        return ONE
    return Operation("exp", (value,))
