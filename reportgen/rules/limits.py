"""Limits of quotients of polynomials in x, or in e^x: the new variable u goes to 0, where the value can be put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..derivation import Caption, RuleError
from ..expressions import Expr, Operation, Symbol, contains, expr, is_op, op, replace, symbols, to_text, walk
from ..expressions.tree import transform
from .forms import depends, sign_of
from .writing import ONE, ZERO, exact, is_zero, minus, over, plus, power, times

E, INF = Symbol("e"), Symbol("inf")
Laurent = dict[int, Expr]     # power of u -> coefficient, zeros left out
Found = tuple[Caption, Expr, tuple[Expr, ...]]


def steps_of(limit: Operation, facts: Sequence[Expr] = ()) -> Iterator[Found]:
    """(caption, what the limit becomes, conditions), one after the other.

    ``facts`` say which sign the names in an exponent have.  Raises RuleError where this method does not reach.
    """
    body, x, point = limit.args[:3]
    if point in (INF, op("neg", INF)):
        body, x, caption = _to_zero(body, x, point == INF, facts)
        point = ZERO
        yield caption, op("limit", body, x, ZERO, 1), ()
    if not depends(body, x):
        yield ("The limit of a constant",), body, ()
        return
    value = _neat_at(body, x, point)
    if value is None:
        if point != ZERO:
            raise RuleError(f"limit: a denominator of {to_text(body)} is 0 at {to_text(point)}; factor and cancel first")
        body = _cancelled(body, x)
        yield ("Multiply numerator and denominator by a power of ", x, " and cancel"), op("limit", body, x, ZERO, 1), (op("ne", x, ZERO),)
        value = _neat_at(body, x, point)
        if value is None:
            raise RuleError(f"limit: {to_text(body)} has no finite limit at 0")
    written = replace(body, {x: point})
    yield ("Put ", op("eq", x, point), " in"), written, ()
    if value != written:
        yield ("Work it out",), value, ()


def _to_zero(body: Expr, x: Expr, upwards: bool, facts: Sequence[Expr]) -> tuple[Expr, Expr, Caption]:
    """The body in u, which goes to 0 from above as x goes to plus or minus infinity."""
    powers = [node for node in walk(body) if (is_op(node, "exp") or (is_op(node, "pow") and node.args[0] == E)) and depends(node, x)]
    u = Symbol(next(letter for letter in ("u", "t", "s", "v") if letter not in symbols(body)))
    then = ("; then ", u, " goes to ", ZERO, " from above")
    if not powers:
        return replace(body, {x: over(ONE, u) if upwards else minus(over(ONE, u))}), u, \
            ("Let ", op("eq", x, over(ONE, u) if upwards else minus(over(ONE, u))), *then)

    decaying = _decaying(powers, x, upwards, facts)
    if decaying is not None:
        after = replace(body, dict.fromkeys(powers, u))
        if depends(after, x):
            raise RuleError(f"limit: {to_text(x)} occurs both in an exponent and outside; this method knows one or the other")
        return after, u, ("Let ", op("eq", u, decaying), *then)

    def change(node: Expr) -> Expr:
        if node not in powers:
            return node
        times_x = _multiple(node.args[-1], x)
        if times_x is None:
            raise RuleError(f"limit: the exponent {to_text(node.args[-1])} is not a whole multiple of {to_text(x)}, nor is it known to fall without bound",
                            hint="if the names in it are positive, say so: start(..., assume=[\"tau > 0\"])")
        n = -times_x if upwards else times_x
        return power(u, expr(n)) if n > 0 else over(ONE, power(u, expr(-n)))

    after = transform(body, change)
    if depends(after, x):
        raise RuleError(f"limit: {to_text(x)} occurs both in an exponent and outside; this method knows one or the other")
    return after, u, ("Let ", op("eq", u, op("pow", E, op("neg", x) if upwards else x)), *then)


def _decaying(powers: Sequence[Expr], x: Expr, upwards: bool, facts: Sequence[Expr]) -> Expr | None:
    """The one power there is, as e^(-t/tau) with tau > 0, where it goes to 0 and its exponent is no whole multiple of x."""
    (exponent, *others) = dict.fromkeys(node.args[-1] for node in powers)
    if others or _multiple(exponent, x) is not None:
        return None
    found = _laurent(exponent, x)
    if found is None or set(found[0]) != {1} or set(found[1]) != {0}:
        return None
    return powers[0] if sign_of(over(found[0][1], found[1][0]), facts) == ("-" if upwards else "+") else None


def _multiple(exponent: Expr, x: Expr) -> int | None:
    """n where the exponent is n x, n a whole number that is not 0."""
    found = _laurent(exponent, x)
    if found is None or set(found[0]) != {1} or set(found[1]) != {0}:
        return None
    value = exact(over(found[0][1], found[1][0]))
    return int(value) if value is not None and value.denominator == 1 else None


def _neat_at(body: Expr, x: Expr, point: Expr) -> Expr | None:
    """The value at the point, tidied; None where a denominator becomes 0."""
    from .calculus import neat

    written = replace(body, {x: point})
    for node in walk(written):
        if is_op(node, "div") and _vanishes(node.args[1]):
            return None
        if is_op(node, "pow") and (exact(node.args[1]) or 0) < 0 and _vanishes(node.args[0]):
            return None
    return neat(written, closed=True)


def _vanishes(value: Expr) -> bool:
    from .calculus import neat
    return any(is_op(n, "div") and is_zero(n.args[1]) for n in walk(value)) or is_zero(neat(value))


# --- quotients of polynomials in u ----------------------------------------------------------------------------

def _cancelled(body: Expr, u: Expr) -> Expr:
    """The body as one quotient of polynomials in u, without a common power of u; lowest powers last, as one writes polynomials."""
    found = _laurent(body, u)
    if found is None or not found[1]:
        raise RuleError(f"limit: {to_text(body)} is not a quotient of polynomials in {to_text(u)}")
    top, bottom = found
    if not top:
        return ZERO
    shift = min(min(top), min(bottom))
    return over(_polynomial(top, u, shift), _polynomial(bottom, u, shift))


def _polynomial(poly: Laurent, u: Expr, shift: int) -> Expr:
    """Highest power first, unless a minus sign would then stand in front."""
    falling = sorted(poly, reverse=True)
    order = falling if not is_op(poly[falling[0]], "neg") else falling[::-1]
    return plus(*(times(poly[k], power(u, expr(k - shift))) for k in order))


def _laurent(value: Expr, u: Expr) -> tuple[Laurent, Laurent] | None:
    """(numerator, denominator) as polynomials in u (negative powers allowed); None for anything else."""
    if value == u:
        return {1: ONE}, {0: ONE}
    if not contains(value, u):
        return ({} if is_zero(value) else {0: value}), {0: ONE}
    if not isinstance(value, Operation):
        return None
    parts = [_laurent(a, u) for a in value.args]
    if value.head == "pow" and parts[0] is not None:
        n = exact(value.args[1])
        if n is None or n.denominator != 1 or abs(n) > 40:
            return None
        base = parts[0] if n > 0 else parts[0][::-1]
        out: tuple[Laurent, Laurent] = ({0: ONE}, {0: ONE})
        for _ in range(abs(int(n))):
            out = _product(out[0], base[0]), _product(out[1], base[1])
        return out
    if any(p is None for p in parts):
        return None
    if value.head == "neg":
        return {k: minus(c) for k, c in parts[0][0].items()}, parts[0][1]
    if value.head == "div":
        (a, b), (c, d) = parts
        return _product(a, d), _product(b, c)
    if value.head == "mul":
        out = parts[0]
        for part in parts[1:]:
            out = _product(out[0], part[0]), _product(out[1], part[1])
        return out
    if value.head == "add":
        out = parts[0]
        for top, bottom in parts[1:]:
            if out[1] == bottom:
                out = _added(out[0], top), bottom
            else:
                out = _added(_product(out[0], bottom), _product(top, out[1])), _product(out[1], bottom)
        return out
    return None


def _added(a: Laurent, b: Laurent) -> Laurent:
    out = {k: plus(a.get(k, ZERO), b.get(k, ZERO)) for k in a.keys() | b.keys()}
    return _folded(out)


def _product(a: Laurent, b: Laurent) -> Laurent:
    out: Laurent = {}
    for i, c in a.items():
        for j, d in b.items():
            out[i + j] = plus(out.get(i + j, ZERO), times(c, d))
    return _folded(out)


def _folded(poly: Laurent) -> Laurent:
    """Numerals worked out, zeros left out."""
    values = {k: (c, exact(c)) for k, c in poly.items()}
    return {k: c if v is None else expr(v) for k, (c, v) in values.items() if v != 0}
