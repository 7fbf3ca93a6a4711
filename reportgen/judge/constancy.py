"""Identities whose two sides have one derivative on an interval and one value at a point of it; sums of arc tangents that are numbers.

The difference of the sides has the derivative 0 (by normal forms) everywhere inside, so it is constant there, and it is 0 at one
point; ends that belong to the interval are judged by themselves.  A sum of rational multiples of pi, arc sines and arc tangents
is 0 where the product of the corresponding complex numbers of modulus 1 is exactly 1 and a ball puts the sum within (-6, 6).
Certifies equations.  Sources: the mean value theorem; Machin's formulas.
"""

from __future__ import annotations

from math import lcm

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text, walk
from ..expressions.tree import add
from ..obligation import Verdict, proved
from . import algebraic, analysis, calculus, enclosure, inverse_trig, trigonometry
from .conditions import Facts, open_conditions
from .exact import Field
from .forms import Decide, Overflow, Quotient, Undefined, Unsupported

MAX_MULTIPLE = 64
MAX_POINTS = 4
_HEADS = ("asin", "acos", "atan", "ln", "log", "abs", "integral")


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED for an equation that these show; None for all others."""
    if not is_op(statement, "eq") or not any(is_op(n, *_HEADS) for n in walk(statement)) or any(is_op(a, "matrix", "tuple") for a in statement.args):
        return None
    names = symbols(statement)
    if not names:
        return _angles(statement)
    for name in names:
        try:
            found = _constant(statement, Symbol(name), assumptions, decide)
        except (Unsupported, Undefined, Overflow, enclosure.NoValue):
            continue
        if found is not None:
            return found
    return None


def _constant(statement: Operation, x: Symbol, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    difference = add(statement.args[0], Operation("neg", (statement.args[1],)))
    about = [a for a in assumptions if x.name in symbols(a)]
    others = tuple(a for a in assumptions if x.name not in symbols(a))
    slope = calculus.derivative(difference, x)
    field = Field(64)
    field.angle_unit = trigonometry.unit(Operation("eq", (difference, Number("0"))))
    Facts(field, ())
    field.normal(difference)
    if calculus.binds(statement, x):
        return None
    domain = [c for c in open_conditions(field, every=True) if x.name in symbols(c)]
    spread = analysis._range(x, [*about, *domain])
    prover = analysis._Prover(x, decide)
    inside = (*others, *spread.facts(x), *_signs_inside(field, slope, x, spread, prover))
    field = Field(64)
    field.angle_unit = trigonometry.unit(Operation("eq", (slope, Number("0"))))
    Facts(field, inside)
    if not field.is_zero(field.normal(slope)):
        return None
    field.normal(difference)
    if open_conditions(field):      # somewhere inside there may be no value, or no derivative
        return None
    point = None
    for at in prover.samples(spread, 4)[:MAX_POINTS]:
        here = decide(replace(statement, {x: calculus.rational(at)}), others)
        if here.refuted:
            return None
        if here.proved and not here.conditions and here.strength != "enclosure":
            point = at
            break
    if point is None:
        return None
    for end, belongs in ((spread.low, spread.low_in), (spread.high, spread.high_in)):
        if belongs:
            at_end = decide(replace(statement, {x: end}), others)
            if not at_end.proved or at_end.conditions:
                return None
    listed = tuple(c for c in domain if not decide(c, assumptions).proved)
    witness = {"derivative": "0", "interval": analysis._text(spread), "point": f"{to_text(x)} = {point}"}
    return proved("exact", "one derivative, one value", witness, listed)


def _signs_inside(field: Field, slope: Expr, x: Symbol, spread: analysis.Range, prover: analysis._Prover) -> list[Expr]:
    """The signs of sines and cosines on the interval, as facts: sin(x) > 0 for 0 < x < 3."""
    known = []
    try:
        field.normal(slope)
    except (Undefined, Unsupported):
        return []
    for atom in field.atoms:
        if is_op(atom.expr, "sin", "cos") and symbols(atom.expr) == (x.name,):
            try:
                sign = prover.sign(atom.expr, spread, 2)
            except (Unsupported, Undefined, Overflow, enclosure.NoValue):
                continue
            if sign in ("+", "-"):
                known.append(Operation("gt" if sign == "+" else "lt", (atom.expr, Number("0"))))
    return known


def _angles(statement: Operation) -> Verdict | None:
    field = Field(48)
    Facts(field, ())
    q = field.lowest(field.reduced(field.sub(field.normal(statement.args[0]), field.normal(statement.args[1]))))
    if not q.den.is_constant() or q.num == 0:
        return None
    terms = (q.num / q.den.leading_coefficient()).to_dict()
    scale = lcm(*(int(c.q) for c in terms.values()))
    product: tuple[Quotient, Quotient] = (field.constant(1), field.constant(0))
    for exponents, coefficient in terms.items():
        multiple = int(coefficient * scale)
        at = [i for i, e in enumerate(exponents) if e]
        if len(at) != 1 or exponents[at[0]] != 1 or abs(multiple) > MAX_MULTIPLE * scale:
            return None
        if field.atoms[at[0]].expr == Symbol("pi"):
            pair = (field.constant(-1), field.constant(0))
        else:
            found = inverse_trig.pair(field, exponents)
            if found is None:
                return None
            pair = found
        product = trigonometry._sum(field, product, trigonometry._multiple_of(field, pair, multiple))
    real, imaginary = (field.lowest(field.reduced(part)) for part in product)
    if not (field.is_zero(imaginary) or algebraic.is_zero(field, imaginary) is True) or field.sign(real) != "+":
        return None
    try:
        ball = enclosure.to_arb(enclosure.evaluate(field.to_expr(q), bits=128)) * scale
    except enclosure.NoValue:
        return None
    if not abs(ball) < fmpq(6):
        return None
    return proved("exact", "product of numbers of modulus 1", {"angle": to_text(field.to_expr(q)), "times": str(scale)}, open_conditions(field))
