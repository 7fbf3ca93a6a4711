"""An integrand cut where an absolute value, a maximum, a sign, a rounding or a case changes.

The points of change are the zeros of polynomials (exact, as radicals), the angles at which a sine or cosine has a given value, and the
points at which a linear expression is whole.  Between two neighbouring ones nothing changes, so that one point in the middle, by
balls, says which piece holds.  Raises Unsupported where the points are not known.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, symbols, walk
from ..expressions.tree import add, expr, mul
from . import calculus, enclosure, realline
from .exact import Field
from .forms import Unsupported

MAX_PIECES = 24
_PIECEWISE = ("abs", "max", "min", "sign", "floor", "ceil", "cases")
_ENDLESS = (Symbol("inf"), Operation("neg", (Symbol("inf"),)))


def split(body: Expr, x: Symbol, low: Expr, high: Expr) -> list[tuple[Expr, Expr, Expr]]:
    """(integrand, from, to), the integrand free of absolute values and the like; ends that have names are not cut between."""
    if not any(is_op(n, *_PIECEWISE) for n in walk(body)):
        return [(body, low, high)]
    if any(symbols(end) for end in (low, high)):
        raise Unsupported("a piecewise integrand between ends that are no numbers")
    ends = [None if end in _ENDLESS else enclosure.evaluate(end, bits=256) for end in (low, high)]
    if None not in ends and not enclosure.to_arb(ends[0]) < enclosure.to_arb(ends[1]):
        raise Unsupported("a piecewise integrand between ends of unknown order")
    cuts = sorted(((enclosure.to_arb(enclosure.evaluate(c, bits=256)), c) for c in _changes(body, x, ends)), key=lambda p: float(p[0].mid()))
    marks: list[tuple[object, Expr]] = [(ends[0], low)]
    for ball, written in cuts:
        last = marks[-1][0]
        if last is not None and not ball > enclosure.to_arb(last):
            if ball < enclosure.to_arb(last) or _same(written, marks[-1][1]):
                continue
            raise Unsupported("points of change that are not told apart")
        if ends[1] is not None and not ball < enclosure.to_arb(ends[1]):
            if ball > enclosure.to_arb(ends[1]) or _same(written, high):
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


def _same(a: Expr, b: Expr) -> bool:
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
    if is_op(inner, "add"):
        rest = [a for a in inner.args if a not in (Number("0"), Operation("neg", (Number("0"),)))]
        if len(rest) < len(inner.args):
            return _zeros(add(*rest), x, ends)
        moving = [a for a in rest if calculus.depends(a, x)]
        turned = moving[0].args[0] if is_op(moving[0], "neg") else moving[0]
        if len(moving) == 1 and is_op(turned, "sin", "cos"):
            level = add(*(a for a in rest if not calculus.depends(a, x)))
            return _levels_of(turned, level if turned is not moving[0] else Operation("neg", (level,)), x, ends)
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


def _levels_of(inner: Operation, level: Expr, x: Symbol, ends: list) -> list[Expr]:
    """Where sin or cos of a x + b has a value c: two families of angles, a whole turn apart."""
    size = enclosure.evaluate(level, bits=128)
    if not (size > -1 and size < 1):
        if size > 1 or size < -1:
            return []
        raise Unsupported("a level at which a sine turns")
    slope, offset = _linear(inner.args[0], x)
    first = Operation("asin" if inner.head == "sin" else "acos", (level,))
    second = add(Symbol("pi"), Operation("neg", (first,))) if inner.head == "sin" else Operation("neg", (first,))
    turn = mul(expr(2), Symbol("pi"))
    return [z for start in (first, second) for z in _levels(slope, offset, ends, lambda m, start=start: add(start, mul(expr(m), turn)), 6.28318)]


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
