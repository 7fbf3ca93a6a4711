"""Sums of polynomials in their index exchanged for polynomials in their bounds, the innermost first, so that sums of sums are decided.

sum(k^p, k, a, b) = (B(b + 1) - B(a))/(p + 1) with the Bernoulli polynomial B of degree p + 1.  Certifies a statement for whole
bounds with b >= a, which is the verdict's condition unless it is assumed.  Source: DLMF 24.4.7.
"""

from __future__ import annotations

from dataclasses import replace as with_changes

from flint import fmpq, fmpq_poly

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, symbols, walk
from ..expressions.tree import add, expr, mul
from ..obligation import Verdict
from .conditions import Facts
from .enclosure import as_fraction
from .exact import Field
from .forms import Decide, Quotient
from .limits import INF, replace_node

MAX_POWER = 12


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The verdict on the statement without sums of polynomials; None where it has none."""
    if not is_op(statement, "eq", "lt", "le", "gt", "ge", "ne"):
        return None
    conditions: list[Expr] = []
    changed = statement
    for _ in range(6):
        node = next((n for n in reversed(list(walk(changed))) if is_op(n, "sum") and INF not in n.args and symbols(n.args[3])
                     and not any(is_op(m, "sum", "prod") for m in walk(n.args[0]))), None)
        if node is None:
            break
        closed = _closed(node, assumptions)
        if closed is None:
            return None
        bound = {m.args[1] for m in walk(changed) if is_op(m, "sum", "prod") and m != node}
        close = (m for m in walk(changed) if is_op(m, "diff", "integral") or is_op(m, "limit") and INF not in walk(m.args[2]))
        if any(m.args[1] in walk(node.args[3]) for m in close):
            return None     # whole numbers have no numbers close to them
        changed = replace_node(changed, node, closed)
        for condition in (Operation("element", (node.args[3], Symbol("ZZ"))), Operation("ge", (node.args[3], node.args[2]))):
            # a bound of an outer sum runs over the whole numbers from its own lower bound on
            if not any(Symbol(name) in bound for name in symbols(condition)):
                conditions.append(condition)
            elif is_op(condition, "ge") and not _runs_above(condition, statement):
                return None
    if changed == statement:
        return None
    conditions = [c for c in dict.fromkeys(conditions) if c not in assumptions and not _assumed(c, assumptions, decide)]
    found = decide(changed, (*assumptions, *conditions))
    if found.refuted:
        return found if not conditions else None
    if not found.proved:
        return None
    return with_changes(found, method=f"sums of powers; {found.method}", conditions=tuple(dict.fromkeys((*conditions, *found.conditions))))


def _assumed(condition: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> bool:
    if is_op(condition, "element"):
        return any(is_op(a, "element") and a.args[0] == condition.args[0] and a.args[1] in (Symbol("ZZ"), Symbol("NN")) for a in assumptions)
    return decide(condition, assumptions).proved


def _runs_above(condition: Operation, statement: Expr) -> bool:
    """i >= 1 where i is the index of an outer sum from 1 on."""
    upper, lower = condition.args
    return any(is_op(n, "sum") and n.args[1] == upper and n.args[2] == lower for n in walk(statement))


def _closed(node: Operation, assumptions: tuple[Expr, ...]) -> Expr | None:
    body, index, lower, upper = node.args
    if not isinstance(index, Symbol) or (first := rational_value(lower)) is not None and first.denominator != 1:
        return None     # a sum from 1/2 on has no value
    field = Field(48)
    Facts(field, assumptions)
    q = field.lowest(field.reduced(field.normal(body)))
    place = field.index.get(("symbol", index.name))
    moving = [i for i, a in enumerate(field.atoms) if index.name in symbols(a.expr)]
    if any(i != place and (q.num.degrees()[i] or q.den.degrees()[i]) for i in moving) or place is not None and q.den.degrees()[place] or field.divisors:
        return None
    parts: dict[int, dict] = {}
    for e, c in q.num.to_dict().items():
        power = e[place] if place is not None else 0
        parts.setdefault(power, {})[tuple(0 if i == place else k for i, k in enumerate(e))] = c
    if max(parts, default=0) > MAX_POWER:
        return None
    after = add(upper, Number("1"))
    terms = [Number("0")]
    for power, rest in parts.items():
        outside = field.to_expr(Quotient(field.ctx.from_dict(rest), q.den))
        polynomial = fmpq_poly.bernoulli_poly(power + 1) / (power + 1)
        terms.append(mul(outside, add(_at(polynomial, after), Operation("neg", (_at(polynomial, lower),)))))
    return add(*terms) if len(terms) > 1 else terms[0]


def _at(polynomial: fmpq_poly, point: Expr) -> Expr:
    value = rational_value(point)
    if value is not None:
        return expr(as_fraction(fmpq(polynomial(fmpq(value.numerator, value.denominator)))))
    terms = [mul(expr(as_fraction(c)), Operation("pow", (point, expr(k)))) if k else expr(as_fraction(c)) for k, c in enumerate(polynomial.coeffs()) if c != 0]
    return add(*terms)
