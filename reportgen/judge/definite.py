"""Definite integrals by the fundamental theorem: F' = f inside, and the limits of F at both ends.

The integrand is cut where an absolute value, a maximum, a rounding or a case changes.  On each piece F comes from
``antiderivatives``; that F' = f holds inside needs every divisor and every domain met to be shown there, and the ends may be
singular or infinite, since only limits are taken.  An end at which F grows without bound has no integral.  Over all of the line
(or half of it) the integral of exp(a x^2 + b x + c), a < 0, is Gauss's.  Sources: any calculus text; DLMF 7.7.
"""

from __future__ import annotations

from dataclasses import replace as with_changes

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, to_text, walk
from ..expressions.tree import add, expr, mul
from ..obligation import Verdict
from . import antiderivatives, calculus, limits, pieces, splitting
from .conditions import Facts
from .exact import Field
from .forms import Decide, Inconsistent, Overflow, Undefined, Unsupported

_CONTINUOUS = frozenset("add neg mul div pow root sqrt exp ln log abs min max sin cos tan cot sec csc asin acos atan sinh cosh tanh".split())
INF, MINUS_INF = Symbol("inf"), Operation("neg", (Symbol("inf"),))


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The verdict on the statement with its definite integrals exchanged for their values; None where one is not found."""
    nodes = [n for n in walk(statement) if is_op(n, "integral") and len(n.args) == 4]
    if not nodes or is_op(statement, "iff", "implies"):
        return None
    node = next(n for n in reversed(nodes) if not any(is_op(m, "integral") for a in n.args for m in walk(a)))
    value, texts = evaluate(node, assumptions, decide)
    found = decide(limits.replace_node(statement, node, value), assumptions)
    if found.proved:
        return with_changes(found, method=f"fundamental theorem; {found.method}", witness=(("antiderivative", "; ".join(texts)), *found.witness))
    return found if found.refuted else None


def evaluate(node: Operation, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, list[str]]:
    """The exact value of ``integral(f, x, a, b)`` and the antiderivatives used.  Raises Unsupported, Undefined."""
    body, x, low, high = node.args
    if not isinstance(x, Symbol) or any(calculus.mentions(end, x) for end in (low, high)):
        raise Unsupported("an integral in such a name")
    if any(is_op(n, "sum", "prod", "limit", "integral", "diff") for n in walk(body)):
        raise Unsupported("an integrand that binds names")
    marked = Symbol("variable of the integral")
    terms, texts = [], []
    parts = splitting.split(replace(body, {x: marked}), marked, low, high)
    whole: dict[Expr, antiderivatives.Found] = {}      # antiderivatives that hold on all of the line: one for all pieces alike
    for part, start, end in parts:
        value, text = _piece(part, marked, start, end, assumptions, decide, len(parts) > 1, whole)
        terms.append(value)
        texts.append(to_text(replace(text, {marked: x})))
    return add(*terms), list(dict.fromkeys(texts))


def _piece(body: Expr, x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...], decide: Decide, ordered: bool,
           whole: dict[Expr, antiderivatives.Found]) -> tuple[Expr, Expr]:
    """(value, antiderivative) on one piece; ``ordered``: its ends are known to be in order."""
    if body in whole:
        return _between_ends(whole[body], x, low, high, assumptions), whole[body].tree
    inside = _between(x, low, high) if ordered else _inside(x, low, high, assumptions, decide)
    if inside is None:      # ends of unknown order: nothing is known of what lies between
        inside = ()
    elif inside and is_op(inside[0], "not"):
        value, text = _piece(body, x, high, low, assumptions, decide, True, whole)
        return Operation("neg", (value,)), text
    given = (*assumptions, *inside)
    found = antiderivatives.find(body, x, given)
    if found is None:
        raise Unsupported("an integrand without an antiderivative here")
    slope = add(calculus.derivative(found.tree, x), *(mul(c, Operation("exp", (q,))) for c, q in found.gaussian))
    # F' = f where both have a value; what they need is shown for all x inside, without any condition left
    checked = decide(Operation("eq", (slope, body)), given)
    if not checked.proved or any(not _shown(c, x, given, decide) for c in (*checked.conditions, *_needed(body, given), *_needed(found.tree, given))):
        raise Unsupported("an integrand whose antiderivative is not shown on all of the interval")
    if pieces.continuous(body) and pieces.continuous(found.tree) and not found.gaussian:
        whole[body] = found
    return _between_ends(found, x, low, high, assumptions), found.tree


def _between_ends(found: antiderivatives.Found, x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...]) -> Expr:
    """F at the upper end minus F at the lower one, as limits from inside where F may be singular there."""
    gauss = [_gaussian(c, q, x, low, high, assumptions) for c, q in found.gaussian]
    ends = []
    for end, side in ((high, -1), (low, 1)):
        if end in (INF, MINUS_INF) or not pieces.continuous(found.tree):
            args = (found.tree, x, end) if end in (INF, MINUS_INF) else (found.tree, x, end, expr(side))
            value, conditions, _ = limits.evaluate(Operation("limit", args), assumptions)
            if conditions:
                raise Unsupported("an end of an integral with a condition")
            if any(n == INF for n in walk(value)):
                raise Undefined("an integral that does not converge")
        else:
            value = replace(found.tree, {x: end})
        ends.append(value)
    return add(ends[0], Operation("neg", (ends[1],)), *gauss)


def _needed(tree: Expr, given: tuple[Expr, ...]) -> list[Expr]:
    """What a tree needs to have a value, as relations."""
    from .conditions import open_conditions

    field = Field(64)
    Facts(field, given)
    field.normal(tree)
    return list(open_conditions(field, every=True))


def continuous_between(node: Operation, assumptions: tuple[Expr, ...], decide: Decide) -> bool:
    """Whether the integrand is shown to have a value at, and between, both ends, which are finite."""
    body, x, low, high = node.args
    if any(isinstance(n, Operation) and n.head not in _CONTINUOUS for n in walk(body)):
        return False
    marked = Symbol("variable of the integral")
    inside = _inside(marked, low, high, assumptions, decide)
    lower, upper = (low, high) if not inside or not is_op(inside[0], "not") else (high, low)
    given = assumptions if inside is None else (*assumptions, Operation("ge", (marked, lower)), Operation("le", (marked, upper)))
    try:
        return all(_shown(condition, marked, given, decide) for condition in _needed(replace(body, {x: marked}), given))
    except (Unsupported, Undefined, Inconsistent, Overflow):
        return False


def _shown(condition: Expr, x: Symbol, given: tuple[Expr, ...], decide: Decide) -> bool:
    found = decide(condition, given)
    return found.proved and not found.conditions


def _between(x: Symbol, low: Expr, high: Expr) -> tuple[Expr, ...]:
    return (*(() if low == MINUS_INF else (Operation("gt", (x, low)),)), *(() if high == INF else (Operation("lt", (x, high)),)))


def _inside(x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, ...] | None:
    """Assumptions that say x lies strictly between the ends; ``(not ...,)`` where the ends stand the other way round; None where unknown."""
    if low == INF or high == MINUS_INF:
        return (Operation("not", (Operation("eq", (low, low)),)),)
    if low == MINUS_INF or high == INF or decide(Operation("le", (low, high)), assumptions).proved:
        return _between(x, low, high)
    if decide(Operation("lt", (high, low)), assumptions).proved:
        return (Operation("not", (Operation("eq", (low, low)),)),)
    return None


def _gaussian(factor: Expr, exponent: Expr, x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...]) -> Expr:
    """factor times the integral of exp(exponent) over the line, or over half of it where the exponent is even about 0."""
    field = Field(32)
    Facts(field, assumptions)
    q = field.lowest(field.normal(exponent))
    place = field.index[("symbol", x.name)]
    parts: list[dict] = [{}, {}, {}]
    for e, c in (q.num / q.den.leading_coefficient()).to_dict().items():
        if e[place] > 2:
            raise Unsupported("the exponential of a cubic")
        parts[e[place]][e[:place] + (0,) + e[place + 1:]] = c
    c, b, a = (field.poly_expr(field.ctx.from_dict(p)) for p in parts)
    if field.facts.sign(field.ctx.from_dict(parts[2])) != "-":
        raise Undefined("an integral that does not converge")
    half = (low, high) in ((Number("0"), INF), (MINUS_INF, Number("0"))) and not parts[1]
    if (low, high) != (MINUS_INF, INF) and not half:
        raise Unsupported("the integral of exp(x^2) between such ends")
    top = Operation("exp", (add(c, Operation("neg", (Operation("div", (mul(b, b), mul(expr(4), a))),))),))
    value = mul(factor, Operation("sqrt", (Operation("div", (Symbol("pi"), Operation("neg", (a,)))),)), top)
    return Operation("div", (value, Number("2"))) if half else value
