"""Definite integrals by the fundamental theorem: F' = f inside, and the limits of F at both ends.

The integrand is cut where an absolute value, a maximum, a rounding or a case changes.  On each piece F comes from
``antiderivatives``; that F' = f holds inside needs every divisor and every domain met to be shown there, and the ends may be
singular or infinite, since only limits are taken.  An end at which F grows without bound has no integral.  Over all of the line
(or half of it) the integral of exp(a x^2 + b x + c), a < 0, is Gauss's.  Sources: any calculus text; DLMF 7.7.
"""

from __future__ import annotations

from dataclasses import replace as with_changes
from fractions import Fraction

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text, walk
from ..expressions.tree import add, expr, mul
from ..obligation import Verdict
from . import antiderivatives, calculus, enclosure, limits, realline
from .conditions import Facts
from .exact import Field
from .forms import Decide, Undefined, Unsupported

MAX_PIECES = 24
_PIECEWISE = ("abs", "max", "min", "sign", "floor", "ceil", "cases")
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
    if not isinstance(x, Symbol) or any(calculus.depends(end, x) for end in (low, high)):
        raise Unsupported("an integral in such a name")
    if any(is_op(n, "sum", "prod", "limit", "integral", "diff") for n in walk(body)):
        raise Unsupported("an integrand that binds names")
    marked = Symbol("variable of the integral")
    pieces = _pieces(replace(body, {x: marked}), marked, low, high)
    terms, texts = [], []
    for part, start, end in pieces:
        value, text = _piece(part, marked, start, end, assumptions, decide)
        terms.append(value)
        texts.append(to_text(replace(text, {marked: x})))
    return add(*terms), list(dict.fromkeys(texts))


def _piece(body: Expr, x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, Expr]:
    """(value, antiderivative) on one piece."""
    inside = _inside(x, low, high, assumptions, decide)
    if inside is None:      # ends of unknown order: nothing is known of what lies between
        inside = ()
    elif inside and is_op(inside[0], "not"):
        value, text = _piece(body, x, high, low, assumptions, decide)
        return Operation("neg", (value,)), text
    given = (*assumptions, *inside)
    found = antiderivatives.find(body, x, given)
    if found is None:
        raise Unsupported("an integrand without an antiderivative here")
    gauss = [_gaussian(c, q, x, low, high, assumptions) for c, q in found.gaussian]
    slope = add(calculus.derivative(found.tree, x), *(mul(c, Operation("exp", (q,))) for c, q in found.gaussian))
    # F' = f where both have a value; what they need is shown for all x inside, without any condition left
    checked = decide(Operation("eq", (slope, body)), given)
    if not checked.proved or any(not _shown(c, x, given, decide) for c in (*checked.conditions, *_needed(body, given), *_needed(found.tree, given))):
        raise Unsupported("an integrand whose antiderivative is not shown on all of the interval")
    ends = []
    for end, side in ((high, -1), (low, 1)):
        if any(is_op(n, "ln", "abs") or n.head in ("div", "pow", "root", "sqrt", "exp", "asin", "atan") for n in walk(found.tree) if isinstance(n, Operation)) \
                or end in (INF, MINUS_INF):
            args = (found.tree, x, end) if end in (INF, MINUS_INF) else (found.tree, x, end, expr(side))
            value, conditions, _ = limits.evaluate(Operation("limit", args), assumptions)
            if conditions:
                raise Unsupported("an end of an integral with a condition")
            if any(n == INF for n in walk(value)):
                raise Undefined("an integral that does not converge")
        else:
            value = replace(found.tree, {x: end})
        ends.append(value)
    return add(ends[0], Operation("neg", (ends[1],)), *gauss), found.tree


def _needed(tree: Expr, given: tuple[Expr, ...]) -> list[Expr]:
    """What a tree needs to have a value, as relations."""
    from .conditions import open_conditions

    field = Field(64)
    Facts(field, given)
    field.normal(tree)
    return list(open_conditions(field, every=True))


def _shown(condition: Expr, x: Symbol, given: tuple[Expr, ...], decide: Decide) -> bool:
    found = decide(condition, given)
    return found.proved and not found.conditions


def _inside(x: Symbol, low: Expr, high: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, ...] | None:
    """Assumptions that say x lies strictly between the ends; ``(not ...,)`` where the ends stand the other way round; None where unknown."""
    above = () if low == MINUS_INF else (Operation("gt", (x, low)),)
    below = () if high == INF else (Operation("lt", (x, high)),)
    if low == INF or high == MINUS_INF:
        return (Operation("not", (Operation("eq", (low, low)),)),)
    if not above or not below or decide(Operation("le", (low, high)), assumptions).proved:
        return (*above, *below)
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


# --- pieces ---------------------------------------------------------------------------------------------------

def _pieces(body: Expr, x: Symbol, low: Expr, high: Expr) -> list[tuple[Expr, Expr, Expr]]:
    """(integrand, from, to), the integrand free of absolute values and the like; ends that have names are not cut between."""
    if not any(is_op(n, *_PIECEWISE) for n in walk(body)):
        return [(body, low, high)]
    if any(symbols(end) for end in (low, high)):
        raise Unsupported("a piecewise integrand between ends that are no numbers")
    ends = [None if end in (INF, MINUS_INF) else enclosure.evaluate(end, bits=256) for end in (low, high)]
    if None not in ends and not enclosure.to_arb(ends[0]) < enclosure.to_arb(ends[1]):
        raise Unsupported("a piecewise integrand between ends of unknown order")
    cuts = sorted(((enclosure.to_arb(enclosure.evaluate(c, bits=256)), c) for c in _changes(body, x, ends)), key=lambda p: float(p[0].mid()))
    marks: list[tuple[object, Expr]] = [(ends[0], low)]
    for ball, written in cuts:
        last = marks[-1][0]
        if last is not None and not ball > enclosure.to_arb(last):
            if ball < enclosure.to_arb(last) or rational_equal(written, marks[-1][1]):
                continue
            raise Unsupported("points of change that are not told apart")
        if ends[1] is not None and not ball < enclosure.to_arb(ends[1]):
            if ball > enclosure.to_arb(ends[1]) or rational_equal(written, high):
                continue
            raise Unsupported("points of change that are not told apart")
        marks.append((ball, written))
    marks.append((ends[1], high))
    if len(marks) > MAX_PIECES:
        raise Unsupported("an integrand with too many pieces")
    out = []
    for (start, a), (end, b) in zip(marks, marks[1:]):
        if start is None and end is None:
            middle = fmpq(0)
        elif start is None:
            middle = enclosure.to_arb(end) - 1
        elif end is None:
            middle = enclosure.to_arb(start) + 1
        else:
            middle = (enclosure.to_arb(start) + enclosure.to_arb(end)) / 2
        point = realline._fraction(enclosure.to_arb(middle))
        out.append((_plain(body, {x: fmpq(point.numerator, point.denominator)}), a, b))
    return out


def rational_equal(a: Expr, b: Expr) -> bool:
    """True where two closed trees have one normal form."""
    field = Field(24)
    return field.is_zero(field.sub(field.normal(a), field.normal(b)))


def _changes(body: Expr, x: Symbol, ends: list) -> list[Expr]:
    """Points at which an absolute value, a maximum, a rounding or a case may change, as trees."""
    found: dict[Expr, None] = {}
    for node in walk(body):
        if is_op(node, "abs", "sign"):
            found |= dict.fromkeys(_zeros(node.args[0], x, ends))
        elif is_op(node, "max", "min"):
            for i, a in enumerate(node.args):
                for b in node.args[i + 1:]:
                    found |= dict.fromkeys(_zeros(add(a, Operation("neg", (b,))), x, ends))
        elif is_op(node, "floor", "ceil"):
            found |= dict.fromkeys(_jumps(node.args[0], x, ends))
        elif is_op(node, "cases"):
            for condition in node.args[1::2]:
                for part in walk(condition):
                    if is_op(part, "eq", "ne", "lt", "le", "gt", "ge"):
                        found |= dict.fromkeys(_zeros(add(part.args[0], Operation("neg", (part.args[1],))), x, ends))
    return list(found)


def _zeros(inner: Expr, x: Symbol, ends: list) -> list[Expr]:
    """All zeros of the inner expression: the roots of a polynomial, or of the sine or cosine of a linear one."""
    if any(is_op(n, *_PIECEWISE) for n in walk(inner)):
        raise Unsupported("one absolute value inside another")
    if is_op(inner, "neg"):
        return _zeros(inner.args[0], x, ends)
    if is_op(inner, "mul"):
        return [z for factor in inner.args if calculus.depends(factor, x) for z in _zeros(factor, x, ends)]
    if is_op(inner, "sin", "cos"):
        return _turns(inner, x, ends)
    if is_op(inner, "ln"):
        return _zeros(add(inner.args[0], Operation("neg", (Number("1"),))), x, ends) + _zeros(inner.args[0], x, ends)
    if is_op(inner, "exp"):
        return []
    field = Field(24)
    q = field.lowest(field.reduced(field.normal(inner)))
    place = field.index.get(("symbol", x.name))
    out: list[Expr] = []
    for poly in (q.num, q.den):
        if any(d and i != place for i, d in enumerate(poly.degrees())):
            raise Unsupported("points of change that are not known")
        if place is not None and poly.degrees()[place]:
            from .relations import _one_variable

            for cell in realline.cut(realline.factors(_one_variable(poly, place))):
                if isinstance(cell, realline.Point):
                    written = cell.written()
                    if written is None:
                        raise Unsupported("points of change that are roots of a high degree")
                    out.append(written)
    return out


def _linear(inner: Expr, x: Symbol) -> tuple[Fraction, Expr]:
    """(a, b) of a x + b with a rational a; b may hold pi."""
    field = Field(24)
    q = field.lowest(field.reduced(field.normal(inner)))
    place = field.index.get(("symbol", x.name))
    if place is None or not q.den.is_constant() or q.num.degrees()[place] != 1:
        raise Unsupported("points of change that are not known")
    slope, rest = None, {}
    for e, c in (q.num / q.den.leading_coefficient()).to_dict().items():
        if e[place]:
            if sum(e) != 1:
                raise Unsupported("points of change that are not known")
            slope = enclosure.as_fraction(c)
        else:
            rest[e] = c
    return slope, field.poly_expr(field.ctx.from_dict(rest))


def _turns(inner: Operation, x: Symbol, ends: list) -> list[Expr]:
    """Zeros of sin(a x + b) or cos(a x + b) between finite ends: a x + b = m pi, or half a turn more."""
    slope, offset = _linear(inner.args[0], x)
    shift = Fraction(0) if inner.head == "sin" else Fraction(1, 2)
    return _levels(slope, offset, ends, lambda m: mul(expr(m + shift), Symbol("pi")), 3.14159)


def _jumps(inner: Expr, x: Symbol, ends: list) -> list[Expr]:
    """Where a x + b is an integer, between finite ends."""
    slope, offset = _linear(inner, x)
    return _levels(slope, offset, ends, lambda m: expr(Fraction(m)), 1.0)


def _levels(slope: Fraction, offset: Expr, ends: list, level, size: float) -> list[Expr]:
    if None in ends:
        raise Unsupported("infinitely many points of change")
    shift = float(enclosure.to_arb(enclosure.evaluate(offset)).mid())
    values = sorted((float(slope) * float(enclosure.to_arb(e).mid()) + shift) / size for e in ends)
    if values[1] - values[0] > 4 * MAX_PIECES:
        raise Unsupported("too many points of change")
    return [Operation("div", (add(level(m), Operation("neg", (offset,))), expr(slope))) for m in range(int(values[0]) - 2, int(values[1]) + 3)]


def _plain(node: Expr, at: dict[Expr, fmpq]) -> Expr:
    """The tree without absolute values and the like, as it is around a point where nothing changes."""
    if not isinstance(node, Operation):
        return node
    if is_op(node, "cases"):
        for i in range(0, len(node.args) - 1, 2):
            held = enclosure.holds(node.args[i + 1], at, 256)
            if held is None:
                raise Unsupported("a case whose condition is open")
            if held:
                return _plain(node.args[i], at)
        if len(node.args) % 2:
            return _plain(node.args[-1], at)
        raise Unsupported("an integrand where no case holds")
    if is_op(node, "floor", "ceil", "sign"):
        value = enclosure.evaluate(node, at, 256) if node.head != "sign" else fmpq(_sign(node.args[0], at))
        return calculus.rational(enclosure.as_fraction(value))
    args = tuple(_plain(a, at) for a in node.args)
    if is_op(node, "abs"):
        return args[0] if _sign(args[0], at) > 0 else Operation("neg", args)
    if is_op(node, "max", "min"):
        best = args[0]
        for other in args[1:]:
            if _sign(add(other, Operation("neg", (best,))), at) * (1 if node.head == "max" else -1) > 0:
                best = other
        return best
    return Operation(node.head, args)


def _sign(inner: Expr, at: dict[Expr, fmpq]) -> int:
    found = enclosure.compare(enclosure.evaluate(inner, at, 256), fmpq(0))
    if found is None:
        raise Unsupported("a sign that is not shown")
    return found


