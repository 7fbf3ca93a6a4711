"""Implication is not equivalence: the solutions that a step gains or loses, for equations in one name.

``sqrt(x + 2) = x`` squared has one solution more, x = -1.  Candidates are the rational and radical roots of the polynomials behind
both equations (roots and absolute values eliminated by resultants, factors of degree one and two, pure powers); which of the two
equations a candidate solves is decided by putting it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mpoly, fmpq_poly

from .expressions import Expr, Operation, Symbol, expr, is_op, rational_value, replace, symbols
from .judge import enclosure, judge, signs
from .judge.conditions import Facts
from .judge.definitions import prepare
from .judge.exact import Field
from .judge.forms import prime_factors
from .obligation import Obligation
from .right_when import NOTHING

MAX_DEGREE = 64


@dataclass(frozen=True, slots=True)
class Changed:
    """The solutions of an equation that another one does not have.

    ``extra``: of ``after`` and not of ``before``; ``lost``: of ``before`` and not of ``after``; each was put into both.
    ``complete``: there are no others (all real roots of both were found, and every one was decided).
    """

    name: Symbol
    extra: tuple[Expr, ...] = ()
    lost: tuple[Expr, ...] = ()
    complete: bool = False


def changed_solutions(before: Expr, after: Expr, assumptions: tuple[Expr, ...] = ()) -> Changed | None:
    """What happens to the solutions from ``before`` to ``after``, two equations (or some joined by ``or``) in one name.

    Values that the assumptions exclude are no solutions.  None where the equations are not of this kind.
    """
    try:
        prepared = prepare(Obligation(Operation("iff", (before, after)), assumptions))
        before, after = prepared.statement.args
    except NOTHING:
        return None
    names = symbols(prepared.statement)
    if len(names) != 1 or prepared.inconsistent is not None or not all(is_op(p, "eq") for side in (before, after) for p in _parts(side)):
        return None
    name = Symbol(names[0])
    facts = tuple(a for a in prepared.assumptions if symbols(a) == names)
    complete = len(facts) == len(prepared.assumptions)
    candidates: dict[Fraction | str, Expr] = {}
    for part in (*_parts(before), *_parts(after)):
        found, all_found = _candidates(part, name, facts)
        complete = complete and all_found
        candidates.update({str(rational_value(c) if rational_value(c) is not None else c): c for c in found})
    extra, lost = [], []
    for value in sorted(candidates.values(), key=_size):
        allowed = [_solves(fact, name, value) for fact in facts]
        if False in allowed:
            continue
        was, now = _solves(before, name, value), _solves(after, name, value)
        if None in (was, now, *allowed):
            complete = False
        elif was != now:
            (extra if now else lost).append(value)
    return Changed(name, tuple(extra), tuple(lost), complete)


def _parts(side: Expr) -> tuple[Expr, ...]:
    return side.args if is_op(side, "or") else (side,)


def _size(value: Expr) -> float:
    return float(enclosure.to_arb(enclosure.evaluate(value)).mid())


def _solves(relation: Expr, name: Symbol, value: Expr) -> bool | None:
    """Whether the value solves the relation; where a side has no value it does not."""
    at = replace(relation, {name: value})
    if is_op(at, "or"):
        found = [_solves(part, name, value) for part in relation.args]
        return True if True in found else None if None in found else False
    for side in at.args if not is_op(at, "element") else ():
        try:
            enclosure.evaluate(side, bits=256)
        except enclosure.Undefined:
            return False
        except enclosure.NoValue:
            return None
    verdict = judge(Obligation(at))
    return True if verdict.proved and not verdict.conditions else False if verdict.refuted else None


# --- candidates -----------------------------------------------------------------------------------------------

def _candidates(equation: Expr, name: Symbol, facts: tuple[Expr, ...]) -> tuple[list[Expr], bool]:
    """Values among which the solutions are, and whether all real ones are."""
    try:
        field = Field(48)
        Facts(field, facts)
        left, right = (field.normal(a) for a in equation.args)
        polys = [field.reduced(field.sub(left, right)).num]
        # where a divisor vanishes is no solution here, and may be one of the other equation: x^2/x = 1, x^2 = x
        polys += list(field.divisors.values())
        place = field.index.get(("symbol", name.name))
        one = [p for p in (_eliminated(field, q, place) for q in polys if not q.is_constant()) if p is not None]
        complete = len(one) == sum(not q.is_constant() for q in polys)
    except NOTHING:
        return [], False
    found: list[Expr] = []
    for poly in one:
        for factor, _ in poly.factor()[1]:
            roots, all_of_them = _roots(factor)
            found += roots
            complete = complete and all_of_them
    return found, complete


def _eliminated(field: Field, poly: fmpq_mpoly, place: int | None) -> fmpq_poly | None:
    """A polynomial in the name alone that vanishes where poly does; None where there is none (an exponential, say)."""
    if place is None:
        return None
    for i in range(len(field.atoms) - 1, -1, -1):
        if i == place or not poly.degrees()[i]:
            continue
        relation = field.atoms[i].relation
        if relation is None:
            return None
        k, inner = relation
        poly = (field.gens[i] ** k * inner.den - inner.num).resultant(poly, i)
        if poly == 0 or max(poly.degrees()) > MAX_DEGREE:
            return None
    coefficients: dict[int, fmpq] = {}
    for exponents, coefficient in poly.to_dict().items():
        if any(e for j, e in enumerate(exponents) if j != place):
            return None
        coefficients[exponents[place]] = coefficient
    return fmpq_poly([coefficients.get(k, fmpq(0)) for k in range(max(coefficients) + 1)])


def _roots(factor: fmpq_poly) -> tuple[list[Expr], bool]:
    """The real roots of an irreducible factor where they are rational or radicals of rationals, and whether they are all of them."""
    degree = factor.degree()
    c = [Fraction(int(factor[i].p), int(factor[i].q)) for i in range(degree + 1)]
    if degree == 1:
        return [expr(-c[0] / c[1])], True
    if degree == 2:
        discriminant = c[1] ** 2 - 4 * c[0] * c[2]
        if discriminant < 0:
            return [], True
        middle, half = -c[1] / (2 * c[2]), _root(discriminant / (4 * c[2] ** 2), 2)
        return [_plus(middle, Operation("neg", (half,))), _plus(middle, half)], True
    if not any(c[1:-1]):      # c x^n = d
        power = -c[0] / c[-1]
        if degree % 2:
            root = _root(abs(power), degree)
            return [root if power > 0 else Operation("neg", (root,))], True
        if power < 0:
            return [], True
        root = _root(power, degree)
        return [Operation("neg", (root,)), root], True
    return [], signs.roots_in(factor, None, None) == 0


def _root(value: Fraction, degree: int) -> Expr:
    """The root of a positive rational, its whole part taken out: sqrt(8/9) is 2*sqrt(2)/3."""
    outside, inside = Fraction(1), 1
    for prime, exponent in prime_factors(value):
        whole, rest = divmod(exponent, degree)
        outside, inside = outside * Fraction(prime) ** whole, inside * prime ** rest
    root = Operation("sqrt", (expr(inside),)) if degree == 2 else Operation("root", (expr(inside), expr(degree)))
    if inside == 1:
        return expr(outside)
    above = root if outside.numerator == 1 else Operation("mul", (expr(outside.numerator), root))
    return above if outside.denominator == 1 else Operation("div", (above, expr(outside.denominator)))


def _plus(middle: Fraction, rest: Expr) -> Expr:
    return rest if middle == 0 else Operation("add", (expr(middle), rest))


def equations(name: Symbol, values: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """``x = -1`` for each value."""
    return tuple(Operation("eq", (name, value)) for value in values)


def findings(relation: Expr, assumptions: tuple[Expr, ...] = ()) -> Iterator[tuple[str, Expr]]:
    """("extra" or "lost", x = value) for ``before => after`` or ``before <=> after``."""
    if is_op(relation, "iff", "implies"):
        changed = changed_solutions(*relation.args, assumptions)
        if changed is not None:
            yield from (("extra", e) for e in equations(changed.name, changed.extra))
            yield from (("lost", e) for e in equations(changed.name, changed.lost))


__all__ = ["Changed", "changed_solutions", "equations", "findings"]
