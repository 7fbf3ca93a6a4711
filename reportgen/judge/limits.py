"""Limits by asymptotic expansions: a limit in a statement is exchanged for its value, and the rest is judged again.

A limit from both sides needs the same value from both.  One that is infinite is only compared with inf or -inf, or refutes a
finite value.  Certifies the value for all names that satisfy the assumptions and the conditions listed; a function that only
stays bounded, as sin(1/x) at 0, has no part in a value.
"""

from __future__ import annotations

from dataclasses import replace as with_changes

from ..expressions import Expr, Operation, Symbol, is_op, rational_value, replace, to_text, walk
from ..obligation import Verdict, proved, refuted
from .calculus import depends
from .conditions import Facts, open_conditions
from .exact import Field
from .expand import Expander
from .forms import Decide, Quotient, Undefined, Unsupported
from .series import ZERO, Expansion

LENGTHS = (4, 8, 16)
INF = Symbol("inf")


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The verdict on the statement with its limits exchanged for their values; None where a limit is not found."""
    nodes = [n for n in walk(statement) if is_op(n, "limit")]
    if not nodes or is_op(statement, "iff", "implies"):
        return None
    innermost = next(n for n in reversed(nodes) if not any(is_op(m, "limit") for m in walk(n.args[0])))
    value, conditions, text = evaluate(innermost, assumptions)
    witness = {"limit": f"{to_text(innermost)} = {to_text(value)}", "expansion": text}
    if value in (INF, Operation("neg", (INF,))):
        if not is_op(statement, "eq") or innermost not in statement.args:
            return None
        other = statement.args[1] if statement.args[0] == innermost else statement.args[0]
        if other == value:
            return proved("exact", "asymptotic expansion", witness, conditions)
        if other in (INF, Operation("neg", (INF,))) or not any(n == INF for n in walk(other)):
            return None if conditions else refuted("exact", "asymptotic expansion", sides=(to_text(value), to_text(other)), witness=witness)
        return None
    if is_op(statement, "eq") and innermost in statement.args:
        other = statement.args[1] if statement.args[0] == innermost else statement.args[0]
        if other in (INF, Operation("neg", (INF,))):
            return None if conditions else refuted("exact", "asymptotic expansion", sides=(to_text(value), to_text(other)), witness=witness)
    found = decide(replace_node(statement, innermost, value), assumptions)
    if found.proved:
        return with_changes(found, method=f"asymptotic expansion; {found.method}", witness=(*witness.items(), *found.witness),
                            conditions=tuple(dict.fromkeys((*conditions, *found.conditions))))
    return found if found.refuted and not conditions else None


def replace_node(tree: Expr, node: Expr, value: Expr) -> Expr:
    """The tree with one node exchanged wherever it occurs."""
    if tree == node:
        return value
    if not isinstance(tree, Operation):
        return tree
    return Operation(tree.head, tuple(replace_node(a, node, value) for a in tree.args))


def evaluate(node: Operation, assumptions: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...], str]:
    """(value, side conditions, leading terms as text) of ``limit(f, x, a[, side])``; the value may be inf or its negative.

    Raises Unsupported, Undefined where the two sides differ.
    """
    body, x, point = node.args[:3]
    if not isinstance(x, Symbol) or depends(point, x) or any(is_op(n, "integral", "sum", "prod", "limit") and n.args[1] == x for n in walk(body)):
        raise Unsupported("a limit in such a name")
    end = point.args[0] if is_op(point, "neg") else point
    given = rational_value(node.args[3]) if len(node.args) == 4 else None
    if len(node.args) == 4 and given is None:
        raise Unsupported("a limit from a side that is not said")
    sides = [-1 if is_op(point, "neg") else 1] if end == INF else [1, -1] if given is None or given == 0 else [1 if given > 0 else -1]
    found = [_one_sided(body, x, None if end == INF else point, side, assumptions) for side in sides]
    value, conditions, text = found[0]
    for other, more, _ in found[1:]:
        if not _same(value, other, assumptions):
            raise Undefined("the limits from the two sides are not shown to be equal")
        conditions = tuple(dict.fromkeys((*conditions, *more)))
    return value, conditions, text


def _same(a: Expr, b: Expr, assumptions: tuple[Expr, ...]) -> bool:
    infinite = [any(n == INF for n in walk(v)) for v in (a, b)]
    if any(infinite):
        return a == b
    field = Field(32)
    Facts(field, assumptions)
    from . import algebraic

    difference = field.sub(field.normal(a), field.normal(b))
    return field.is_zero(difference) or algebraic.is_zero(field, difference) is True


def _one_sided(body: Expr, x: Symbol, point: Expr | None, side: int, assumptions: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...], str]:
    marked = Symbol("variable of the limit")      # what is assumed of a free name says nothing about a bound one
    for length in LENGTHS:
        field = Field(48)
        Facts(field, assumptions)
        expander = Expander(field, marked, None if point is None else field.normal(point), side, length)
        f = expander.of(replace(body, {x: marked}))
        if f.rest is None or f.rest > ZERO:
            break
    else:
        raise Unsupported("a limit whose expansion is too short")
    value = _value(expander, f)
    if any(depends(c, marked) for c in (*field.divisors, *field.requirements)):
        raise Unsupported("a limit with a condition on its variable")
    written = value if isinstance(value, (Symbol, Operation)) else field.to_expr(field.lowest(field.reduced(value)))
    return written, open_conditions(field), _text(field, f)


def _value(expander: Expander, f: Expansion) -> Expr | Quotient:
    for (weight, power), q in f.terms:
        if weight > ZERO:
            break
        if expander.algebra.unknown(q):
            raise Unsupported("the limit of something that may oscillate")
        if weight == ZERO and power == 0:
            return q
        if weight == ZERO and power < 0:
            continue
        return INF if expander._sign((weight, power), q) > 0 else Operation("neg", (INF,))
    return expander.field.constant(0)


def _text(field: Field, f: Expansion) -> str:
    """The first terms, with t for the distance to the point (or the reciprocal of x)."""
    parts = []
    for ((n, e), k), q in f.terms[:3]:
        parts.append(f"({to_text(field.to_expr(q))})" + (f" G^{-n}" if n else "") + (f" t^{e}" if e else "") + (f" ln(t)^{k}" if k else ""))
    rest = "" if f.rest is None else f" + O(t^{f.rest[1]})" if not f.rest[0] else " + smaller than any power of t"
    return (" + ".join(parts) or "0") + rest


