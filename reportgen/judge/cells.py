"""Statements in one name, decided on all of the line: relations between polynomials, roots, absolute values, minima and maxima.

The zeros of every side and of everything that a value needs (divisors, radicands) cut the line into finitely many points and
open intervals.  On each cell every relation has one truth, found exactly at a point and at a sample on an interval; a
connective is then true on a cell or not.  exp and ln come in by x = ln t, x = exp u, or where a side is a sum of logarithms.
Certifies statements over all real values of the name, and over all integers where it is assumed to be one; a relation whose
side has no value holds nowhere.  Source: Collins, see ``realline``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from flint import arb, fmpq, fmpq_mpoly, fmpq_poly

from ..expressions import Expr, Number, Operation, Symbol, is_op, is_relation, replace, symbols, to_text, transform, walk
from ..obligation import Verdict, proved, refuted
from . import algebraic, enclosure, realline
from .conditions import Facts
from .exact import Field
from .forms import Overflow, Quotient, Undefined, Unsupported
from .realline import Cell, Interval, Point

SIZE = 32
MAX_ROUNDS = 4
MAX_BITS = 2048
MAX_INTEGERS = 400
_HOLDS = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}
_NICE = [Fraction(v) for v in "1 2 3 4 5 0 -1 -2 -3 -4 -5 1/2 -1/2 1/3 3/2 -3/2 1/4 6 7 8 9 10 -10".split()]


@dataclass(frozen=True, slots=True)
class Side:
    """A relation as ``tree head 0`` with a tree in x, roots and absolute values, and what must hold for it to have a value."""

    head: str
    tree: Expr
    domain: tuple[tuple[Expr, str, Expr], ...]      # tree, "gt", "ge" or "ne", and the condition as written


def prove(statement: Expr, assumptions: tuple[Expr, ...], _decide: object = None) -> Verdict | None:
    """PROVED or REFUTED where every relation is algebraic in one name; None for others."""
    names = symbols(statement)
    if len(names) != 1 or not _connected(statement) or is_op(statement, "eq"):
        return None
    x = Symbol(names[0])
    used = [a for a in assumptions if symbols(a) == names]
    kept = [a for a in used if _connected(a) or is_op(a, "element")]
    whole = any(is_op(a, "element") and a.args[0] == x and a.args[1] in (Symbol("ZZ"), Symbol("NN")) for a in kept)
    kept = [Operation("ge", (x, Number("0"))) if is_op(a, "element") and a.args[1] == Symbol("NN") else a for a in kept]
    kept = [a for a in kept if not is_op(a, "element")]
    # refuting needs all assumptions; what this method cannot use may forbid the point
    closed = [a for a in assumptions if not symbols(a)]
    usable = [a for a in used if _connected(a) or is_op(a, "element")]
    complete = all(enclosure.holds(a) is True for a in closed) and len(assumptions) == len(closed) + len(usable)
    for form in _substitutions(statement, kept, x, whole):
        try:
            return _Line(*form, whole, complete).verdict(x)
        except (Unsupported, Undefined, Overflow, enclosure.NoValue):
            continue
    return None


def _connected(statement: Expr) -> bool:
    if is_op(statement, "and", "or", "iff", "implies", "not"):
        return all(_connected(a) for a in statement.args)
    return is_relation(statement) and not is_op(statement, "approx") and not any(
        is_op(n, "matrix", "tuple", "sum", "prod", "integral", "limit", "diff", "apply", "index", "cases", "floor", "ceil", "round") for n in walk(statement))


def _substitutions(statement: Expr, assumptions: list[Expr], x: Symbol, whole: bool) -> Iterator[tuple[Expr, list[Expr], str]]:
    yield statement, assumptions, ""
    parts = [statement, *assumptions]
    nodes = [n for part in parts for n in walk(part)]
    if not whole and any(is_op(n, "exp", "sinh", "cosh", "tanh") or is_op(n, "pow") and symbols(n.args[1]) for n in nodes):
        put = {x: Operation("ln", (x,))}
        yield replace(statement, put), [Operation("gt", (x, Number("0"))), *(replace(a, put) for a in assumptions)], "ln"
    bases = {n.args[0] for n in nodes if is_op(n, "pow") and symbols(n.args[1]) and isinstance(n.args[0], Number) and n.args[0].value > 1}
    if not whole and len(bases) == 1:
        put = {x: Operation("div", (Operation("ln", (x,)), Operation("ln", (*bases,))))}
        yield replace(statement, put), [Operation("gt", (x, Number("0"))), *(replace(a, put) for a in assumptions)], "ln"
    if not whole and any(is_op(n, "ln", "log") for n in nodes):
        put = {x: Operation("exp", (x,))}
        yield replace(statement, put), [replace(a, put) for a in assumptions], "exp"


def _maxima(node: Expr) -> Expr:
    """max and min by absolute values: max(a, b) = (a + b + |a - b|)/2."""
    if is_op(node, "max", "min"):
        total = node.args[0]
        for other in node.args[1:]:
            gap: Expr = Operation("abs", (Operation("add", (total, Operation("neg", (other,)))),))
            gap = gap if node.head == "max" else Operation("neg", (gap,))
            total = Operation("div", (Operation("add", (total, other, gap)), Number("2")))
        return total
    return node


class _Line:
    def __init__(self, statement: Expr, assumptions: list[Expr], put_in: str, whole: bool, complete: bool) -> None:
        self.put_in, self.whole, self.complete = put_in, whole, complete
        self.statement, self.assumptions = transform(statement, _maxima), [transform(a, _maxima) for a in assumptions]
        self.sides: dict[Expr, Side] = {}
        self.x = next(Symbol(n) for part in (statement, *assumptions) for n in symbols(part))
        positive = tuple(a for a in assumptions[:1] if put_in == "ln")
        for part in (self.statement, *self.assumptions):
            for node in walk(part):
                if is_relation(node) and node not in self.sides:
                    self.sides[node] = self._side(node, () if part in positive else positive)
        self.trees = list(dict.fromkeys(t for s in self.sides.values() for t in (s.tree, *(d[0] for d in s.domain))))
        self.polynomials: set[tuple[int, ...]] = set()
        self._find_polynomials()

    # --- relations
    def _side(self, relation: Expr, facts: tuple[Expr, ...]) -> Side:
        field = Field(SIZE)
        Facts(field, facts)
        q = field.lowest(field.reduced(field.sub(field.normal(relation.args[0]), field.normal(relation.args[1]))))
        domain = [(field.poly_expr(p), "ne", Operation("ne", (written, Number("0")))) for written, p in field.divisors.items() if not field.facts.nonzero(p)]
        domain += [(field.poly_expr(r.num * r.den), head, written) for written, (r, head) in field.requirements.items()]
        logarithms = [i for i, atom in enumerate(field.atoms) if atom.kind == "ln" and (q.num.degrees()[i] or q.den.degrees()[i])]
        tree = self._without_logarithms(field, q, logarithms) if logarithms else field.poly_expr(q.num * q.den)
        for part in (tree, *(d[0] for d in domain)):
            if any(is_op(n, "ln", "exp", "sin", "cos", "asin", "atan") or n in (Symbol("pi"), Symbol("e")) for n in walk(part)):
                raise Unsupported("a function that is not algebraic")
        return Side(relation.head, tree, tuple(domain))

    @staticmethod
    def _without_logarithms(field: Field, q: Quotient, places: list[int]) -> Expr:
        """A sum of rational multiples of logarithms compared with 0: the product of the powers compared with 1."""
        up, down, rates = [], [], {}
        below = {"+": 1, "-": -1}.get(field.facts.sign(q.den))      # such as ln 2: only its sign counts
        if below is None:
            raise Unsupported("logarithms in a quotient")
        for exponents, coefficient in (q.num * below).to_dict().items():
            at = [i for i, e in enumerate(exponents) if e]
            if len(at) != 1 or at[0] not in places or exponents[at[0]] != 1:
                raise Unsupported("logarithms beside something else")
            rates[at[0]] = coefficient
        scale = lcm(*(int(c.q) for c in rates.values()))
        for place, rate in rates.items():
            power = int(rate * scale)
            (up if power > 0 else down).append(Operation("pow", (field.atoms[place].expr.args[0], Number(str(abs(power))))))
        products = [Number("1") if not part else part[0] if len(part) == 1 else Operation("mul", tuple(part)) for part in (up, down)]
        inner = Field(SIZE)
        Facts(inner, ())
        difference = inner.lowest(inner.reduced(inner.sub(inner.normal(products[0]), inner.normal(products[1]))))
        return inner.poly_expr(difference.num * difference.den)

    # --- critical points
    def _find_polynomials(self) -> None:
        for _ in range(MAX_ROUNDS):
            found, whole = set(self.polynomials), True
            for cell in realline.cut(self.polynomials):
                if isinstance(cell, Interval):
                    for tree in self.trees:
                        polys, complete = self._critical(tree, cell)
                        whole = whole and complete
                        for poly in polys:
                            found |= realline.factors(poly)
            if found == self.polynomials:
                if not whole:
                    raise Unsupported("an expression that vanishes on a part of the line")
                return
            self.polynomials = found
        raise Unsupported("too many roots inside each other")

    def _on(self, cell: Interval) -> Field:
        """A field in which the signs of all polynomials on the cell are known."""
        field = Field(SIZE)
        facts = Facts(field, ())
        x = field.normal(self.x).num
        for coefficients in self.polynomials:
            poly, value = field.zero, Fraction(0)
            for k, c in enumerate(coefficients):
                poly, value = poly + c * x ** k, value + c * cell.sample ** k
            facts._know(poly if value > 0 else -poly, "+")
        return field

    def _critical(self, tree: Expr, cell: Interval) -> tuple[list[fmpq_poly], bool]:
        """Polynomials whose roots hold every zero of the tree in the cell and of what stands under its roots; whether that is all."""
        field = self._on(cell)
        q = field.reduced(field.normal(tree))
        place = field.index[("symbol", self.x.name)]
        polys: list[fmpq_poly] = []
        whole = True
        used = {i for i, d in enumerate(q.num.degrees()) if d > 0}
        for i in range(len(field.atoms) - 1, -1, -1):
            atom = field.atoms[i]
            if i == place:
                continue
            if atom.relation is None:
                if i in used:
                    raise Unsupported("a function that is not algebraic")
                continue
            inner = atom.relation[1]
            used |= {j for part in (inner.num, inner.den) for j, d in enumerate(part.degrees()) if d > 0}
            for part in (inner.num, inner.den):
                found = _eliminated(field, part, place)
                whole = whole and found is not None
                polys += [found] if found is not None else []
        if q.num != 0:
            found = _eliminated(field, q.num, place)
            whole = whole and found is not None
            polys += [found] if found is not None else []
        return polys, whole

    # --- truth on a cell
    def _sign(self, tree: Expr, cell: Cell) -> int:
        """-1, 0 or 1, exactly."""
        if isinstance(cell, Interval):
            field = self._on(cell)
            if field.is_zero(field.normal(tree)):
                return 0
            at = {self.x: fmpq(cell.sample.numerator, cell.sample.denominator)}
            return _ball_sign(tree, lambda bits: at)
        written = cell.written()
        field = Field(SIZE)
        Facts(field, ())
        if written is not None:
            q = field.lowest(field.reduced(field.normal(replace(tree, {self.x: written}))))
            value = field.rational(q)
            if value is not None:
                return (value > 0) - (value < 0)
            if algebraic.is_zero(field, q):
                return 0
            return _ball_sign(field.poly_expr(q.num * q.den), lambda bits: {})
        at = field.normal(self.x)
        field.minimal[field.gens.index(at.num)] = list(cell.coefficients)
        q = field.lowest(field.reduced(field.normal(tree)))
        if q.num == 0:
            return 0

        def values(bits: int) -> dict[Expr, arb]:
            return {self.x: cell.ball(bits)}

        zero = algebraic.is_zero(field, q, values)
        if zero is None:
            raise Unsupported("a value at an algebraic number")
        return 0 if zero else _ball_sign(field.poly_expr(q.num * q.den), values)

    def _defined(self, side: Side, cell: Cell) -> Expr | None:
        """The first condition that fails on the cell; None where the relation has a value."""
        for tree, head, written in side.domain:
            sign = self._sign(tree, cell)
            if sign == 0 and head != "ge" or sign < 0 and head != "ne":
                return written
        return None

    def _missing(self, cell: Cell) -> Expr | None:
        """A condition that fails on the cell for some relation of the statement."""
        return next(filter(None, (self._defined(self.sides[n], cell) for n in walk(self.statement) if is_relation(n))), None)

    def truth(self, node: Expr, cell: Cell) -> bool:
        """Whether a connective holds on a cell; a relation without a value does not."""
        if is_relation(node):
            side = self.sides[node]
            return self._defined(side, cell) is None and self._sign(side.tree, cell) in _HOLDS[node.head]
        parts = [self.truth(a, cell) for a in node.args]
        if node.head == "not":
            inner = node.args[0]
            if any(is_relation(n) and self._defined(self.sides[n], cell) is not None for n in walk(inner)):
                raise Unsupported("the negation of a statement without a value")
            return not parts[0]
        return {"and": all(parts), "or": any(parts), "iff": parts[0] == parts[-1], "implies": not parts[0] or parts[-1]}[node.head]

    # --- all cells
    def verdict(self, x: Symbol) -> Verdict | None:
        cells = realline.cut(self.polynomials)
        failing, conditions, holding = [], [], 0
        for cell in cells:
            if self.whole and isinstance(cell, Point) and (cell.rational() is None or cell.rational().denominator != 1):
                continue
            if not all(self.truth(a, cell) for a in self.assumptions):
                continue
            if is_relation(self.statement):
                missing = self._defined(self.sides[self.statement], cell)
                if missing is not None:
                    conditions.append(missing)
                    continue
            if self.truth(self.statement, cell):
                holding += 1
            elif is_op(self.statement, "or") and (missing := self._missing(cell)):
                conditions.append(missing)      # nothing is said of points at which a part has no value
            elif not self.whole or _integers(cell) != []:
                failing.append(cell)
        cuts = [c for c in cells if isinstance(c, Point)]
        witness = {"points": ", ".join(map(realline.text, cuts)) or "none", "cells": str(len(cells))}
        if self.put_in:
            witness["with"] = f"{to_text(x)} = {self.put_in}({to_text(x)})"
        if not failing:
            if not holding:
                return None
            if self.put_in and conditions:      # written in the name that was put in
                return None
            return proved("exact", "cells of the line", witness, tuple(dict.fromkeys(conditions)))
        if not self.complete:
            return None
        if not self.put_in:
            witness["fails at"] = realline.text(failing[0])
        if is_op(self.statement, "iff") and not self.put_in:
            witness |= self._lost_and_gained(failing)
        value = self._nice(failing)
        if value is None or self.put_in:
            return refuted("exact", "cells of the line", witness=witness)
        from .counterexample import Point as Values
        from .counterexample import sides_at

        at = Values({x: fmpq(value.numerator, value.denominator)})
        return refuted("exact", "counterexample", ((to_text(x), value),), sides_at(self.statement, at), witness)

    def _lost_and_gained(self, failing: list[Cell]) -> dict[str, str]:
        first = [(self.truth(self.statement.args[0], c), realline.text(c)) for c in failing]
        lost, gained = (", ".join(t for held, t in first if held == side) for side in (True, False))
        return ({"lost": lost} if lost else {}) | ({"gained": gained} if gained else {})

    def _nice(self, failing: list[Cell]) -> Fraction | None:
        """A value at which the statement fails, as a teacher would choose it."""
        for value in _NICE:
            if (not self.whole or value.denominator == 1) and any(realline.inside(cell, value) for cell in failing):
                return value
        for cell in failing:
            if self.whole:
                found = _integers(cell)
                if found:
                    return min(found, key=lambda v: (abs(v), v < 0))
            elif isinstance(cell, Interval) or cell.rational() is not None:
                return cell.sample if isinstance(cell, Interval) else cell.rational()
        return None


def _integers(cell: Cell) -> list[Fraction] | None:
    """Integers in a cell, at least one where there is one; None for an interval too long to look through."""
    if isinstance(cell, Point):
        value = cell.rational()
        return [value] if value is not None and value.denominator == 1 else []
    if cell.low is None and cell.high is None:
        return [Fraction(1)]
    with_end = cell.low if cell.low is not None else cell.high
    start = int(float(with_end.ball(64).mid()))
    near = [Fraction(start + k) for k in range(-2, 3)]
    found = [v for v in near if realline.inside(cell, v)]
    if found or cell.low is None or cell.high is None:
        return found
    return []      # the end nearest to it has none, and an open interval without one there has none at all


def _eliminated(field: Field, poly: fmpq_mpoly, place: int) -> fmpq_poly | None:
    """A polynomial in x alone that is zero wherever poly is; None where the roots cancel identically."""
    for i in range(len(field.atoms) - 1, -1, -1):
        if i != place and poly.degrees()[i]:
            relation = field.atoms[i].relation
            if relation is None:
                raise Unsupported("a function that is not algebraic")
            k, inner = relation
            poly = (field.gens[i] ** k * inner.den - inner.num).resultant(poly, i)
            if poly == 0:
                return None
            if poly.total_degree() > realline.MAX_DEGREE:
                raise Unsupported("a polynomial of high degree")
    out = {e[place]: c for e, c in poly.to_dict().items()}
    return fmpq_poly([out.get(k, fmpq(0)) for k in range(max(out, default=0) + 1)])


def _ball_sign(tree: Expr, values) -> int:
    """The sign of a value that is known not to be zero."""
    bits = 64
    while bits <= MAX_BITS:
        try:
            order = enclosure.compare(enclosure.evaluate(tree, values(bits), bits), fmpq(0))
        except enclosure.Undefined:
            raise
        except enclosure.NoValue:
            order = None
        if order:
            return order
        bits *= 2
    raise Unsupported("a sign that balls do not show")
