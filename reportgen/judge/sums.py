"""Finite sums and products in normal form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..expressions import Expr, Number, Operation, Symbol, replace, to_text
from . import calculus
from .forms import Quotient, Undefined, Unsupported

if TYPE_CHECKING:
    from .exact import Field

MAX_TERMS = 2_000    # of a sum that is written out


def total(field: Field, expr: Operation) -> Quotient:
    """A finite sum: written out between integer bounds, by linearity between symbolic ones."""
    body, index, lower, upper = expr.args
    bounds = field.rational(field.normal(lower)), field.rational(field.normal(upper))
    if any(b is not None and b.denominator != 1 for b in bounds):
        raise Undefined("a sum whose bounds are no integers")
    if None not in bounds:
        first, last = int(bounds[0]), int(bounds[1])
        if last < first - 1:
            raise Undefined("a sum that ends before it begins")
        if last - first >= MAX_TERMS:
            raise Unsupported(f"a sum of {last - first + 1} terms")
        result = field.constant(0)
        for i in range(first, last + 1):
            result = field.add(result, field.normal(replace(body, {index: calculus.integer(i)})))
        return result
    return _symbolic(field, expr)


def _symbolic(field: Field, expr: Operation) -> Quotient:
    """Linearity: the body as a polynomial; what does not depend on the index goes out, each monomial that does is an atom."""
    body, index, lower, upper = expr.args
    marked = Symbol(f"index {field.depth}")    # no parsed name has spaces, and nested sums have different ones: no clash
    field.integers.add(marked.name)
    field.depth += 1
    before = set(field.divisors) | set(field.requirements)
    q = field.lowest(field.reduced(field.normal(replace(body, {index: marked}))))
    field.depth -= 1
    _discharge_inside(field, marked, lower, before)
    dependent = {i for i, atom in enumerate(field.atoms) if calculus.depends(atom.expr, marked)}
    if any(q.den.degrees()[i] for i in dependent):
        lead = q.num.leading_coefficient()      # a number goes out even where the body cannot be taken apart
        key = ("sum", *field.key(Quotient(q.num / lead, q.den)), *field.key(field.normal(lower)), *field.key(field.normal(upper)))
        written = Operation("sum", (replace(field.to_expr(Quotient(q.num / lead, q.den)), {marked: index}), index, lower, upper))
        atom = field.atom(key, "opaque", written)
        return Quotient(atom.num * lead, atom.den)
    inner: dict[tuple[int, ...], dict] = {}
    for exponents, coefficient in q.num.to_dict().items():
        varying = tuple(e if i in dependent else 0 for i, e in enumerate(exponents))
        fixed = tuple(0 if i in dependent else e for i, e in enumerate(exponents))
        inner.setdefault(varying, {})[fixed] = coefficient
    limits = field.normal(lower), field.normal(upper)
    count = field.add(field.sub(limits[1], limits[0]), field.constant(1))
    result = field.constant(0)
    for varying, terms in inner.items():
        outside = Quotient(field.ctx.from_dict(terms), field.one)
        if any(varying):
            monomial = field.to_expr(Quotient(field.ctx.from_dict({varying: 1}), field.one))
            # the same key at every depth of nesting: the bound index has one name in it
            bound = frozenset((to_text(replace(field.atoms[i].expr, {marked: Symbol("index of the sum")})), e) for i, e in enumerate(varying) if e)
            part = field.atom(("sum", bound, *field.key(limits[0]), *field.key(limits[1])), "opaque",
                             Operation("sum", (replace(monomial, {marked: index}), index, lower, upper)))
        else:
            # the number of terms; an empty sum has upper = lower - 1
            field.require("ge", Operation("add", (upper, Operation("neg", (lower,)), Number("1"))), count)
            part = count
        result = field.add(result, field.mul(outside, part))
    return field.mul(result, Quotient(field.one, q.den))


def product(field: Field, expr: Operation) -> Quotient:
    """A finite product between integer bounds.  Raises Unsupported for symbolic bounds."""
    body, index, lower, upper = expr.args
    bounds = field.rational(field.normal(lower)), field.rational(field.normal(upper))
    if None in bounds or any(b.denominator != 1 for b in bounds) or not -1 <= bounds[1] - bounds[0] < MAX_TERMS:
        raise Unsupported("a product with symbolic bounds")
    result = field.constant(1)
    for i in range(int(bounds[0]), int(bounds[1]) + 1):
        result = field.mul(result, field.normal(replace(body, {index: calculus.integer(i)})))
    return result


def _discharge_inside(field: Field, marked: Symbol, lower: Expr, before: set[Expr]) -> None:
    """Divisors and domains of the body must hold for every index from the lower bound on.  Raises Unsupported where that is not shown."""
    place = field.index[("symbol", marked.name)] if ("symbol", marked.name) in field.index else None
    first = field.rational(field.normal(lower))
    inside = [w for w in (*field.divisors, *field.requirements) if w not in before and calculus.depends(w, marked)]
    if not inside:
        return
    if field.facts is None or place is None or first is None:
        raise Unsupported("a sum whose terms may have no value")
    with field.facts.at_least(place, first):
        for written in inside:
            if written in field.divisors:
                shown = field.facts.nonzero(field.divisors.pop(written))
            else:
                quotient, head = field.requirements.pop(written)
                shown = field.sign(quotient) in (("+", ">=", "0") if head == "ge" else ("+",))
            if not shown:
                raise Unsupported("a sum whose terms may have no value")
