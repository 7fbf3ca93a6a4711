"""Integrals: definite ones enclosed by ``acb.integral``, antiderivatives by differentiating, exact values by the fundamental theorem.

The enclosure evaluates the integrand on complex boxes and tells where it is not analytic, so that roots, logarithms and
absolute values are bisected and never stepped over.  Source: F. Johansson, "Numerical integration in arbitrary-precision
ball arithmetic", ICMS 2018.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import acb, arb, ctx, fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value
from .calculus import depends

MAX_EVALUATIONS = 8_000    # of an integrand: what is harder stays undecided
MAX_BITS = 256             # a statement with an integral is not pursued beyond this precision

_NAN = acb("nan")
_PLAIN = {"exp": acb.exp, "sin": acb.sin, "cos": acb.cos, "tan": acb.tan, "cot": acb.cot, "sec": acb.sec, "csc": acb.csc,
          "sinh": acb.sinh, "cosh": acb.cosh, "tanh": acb.tanh, "atan": acb.atan, "asin": acb.asin, "acos": acb.acos}
_CUT = frozenset({"atan", "asin", "acos"})     # branch cuts that the functions do not report themselves
_PIECEWISE = {"abs": acb.real_abs, "sign": acb.real_sgn, "floor": acb.real_floor, "ceil": acb.real_ceil}


class NotIntegrable(Exception):
    """The integrand has a part that cannot be evaluated on complex boxes."""


def enclosure(body: Expr, variable: Expr, low: arb, high: arb, env: Mapping[Expr, object], bits: int) -> arb | None:
    """A ball around the integral of a real integrand over [low, high]; None where none was found (a pole, too hard)."""
    before = ctx.prec
    ctx.prec = bits
    try:
        def integrand(z: acb, analytic: bool) -> acb:
            try:
                return _value(body, {**env, variable: z}, analytic)
            except NotIntegrable:      # an error must not cross into FLINT: no value, and so no enclosure
                return _NAN

        value = acb.integral(integrand, acb(low), acb(high), eval_limit=MAX_EVALUATIONS, depth_limit=2 * bits)
    except NotIntegrable:
        return None
    finally:
        ctx.prec = before
    return value.real if value.is_finite() and value.imag.contains(0) else None


def _value(expr: Expr, env: Mapping[Expr, object], analytic: bool) -> acb:
    if expr in env:
        found = env[expr]
        return found if isinstance(found, acb) else acb(arb(found) if isinstance(found, fmpq) else found)
    if isinstance(expr, Number):
        value = expr.value
        return acb(arb(fmpq(value.numerator, value.denominator)))
    if isinstance(expr, Symbol):
        if expr.name == "pi":
            return acb(arb.pi())
        if expr.name == "e":
            return acb(1).exp()
        raise NotIntegrable(expr.name)
    head, args = expr.head, [_value(a, env, analytic) for a in expr.args] if expr.head in _ARGUMENTS else []
    if head == "add":
        return sum(args[1:], args[0])
    if head == "neg":
        return -args[0]
    if head == "mul":
        product = args[0]
        for factor in args[1:]:
            product = product * factor
        return product
    if head == "div":
        return args[0] / args[1]
    if head == "pow":
        return _power(expr, args, analytic)
    if head == "sqrt":
        return args[0].sqrt(analytic=analytic)
    if head in ("ln", "log"):
        top = args[0].log(analytic=analytic)
        return top if len(args) == 1 else top / args[1].log(analytic=analytic)
    if head in _PIECEWISE:
        return _PIECEWISE[head](args[0], analytic=analytic)
    if head in ("max", "min") and len(args) == 2:
        return (acb.real_max if head == "max" else acb.real_min)(*args, analytic=analytic)
    if head in _PLAIN:
        if analytic and head in _CUT and not _off_the_cut(head, args[0]):
            return _NAN
        return _PLAIN[head](args[0])
    raise NotIntegrable(head)


_ARGUMENTS = frozenset({"add", "neg", "mul", "div", "pow", "sqrt", "ln", "log", "max", "min", *_PIECEWISE, *_PLAIN})


def _power(expr: Operation, args: list[acb], analytic: bool) -> acb:
    base, exponent = args
    if expr.args[0] == Symbol("e"):
        return exponent.exp()
    value = rational_value(expr.args[1])
    if value is not None and value.denominator == 1:
        return base ** int(value)
    return (exponent * base.log(analytic=analytic)).exp()


def _off_the_cut(head: str, z: acb) -> bool:
    """True where the box keeps away from the branch cut: outside [-1, 1] on the real axis, for atan on the imaginary axis."""
    if head == "atan":
        return bool(abs(z.imag) < 1) or not z.real.contains(0)
    return bool(abs(z.real) < 1) or not z.imag.contains(0)


# --- antiderivatives by rule ----------------------------------------------------------------------------------

def antiderivative(body: Expr, x: Expr) -> Expr | None:
    """An antiderivative of sums of constants times powers, exp, sin, cos of a linear argument, on an interval where the body is continuous.

    None for anything else.  Nothing is believed: the caller differentiates it.
    """
    one = Number("1")
    if not depends(body, x):
        return Operation("mul", (body, x))
    if body == x:
        return Operation("div", (Operation("pow", (x, Number("2"))), Number("2")))
    if not isinstance(body, Operation):
        return None
    head, args = body.head, body.args
    if head == "add":
        parts = [antiderivative(a, x) for a in args]
        return None if None in parts else Operation("add", tuple(parts))
    if head == "neg":
        part = antiderivative(args[0], x)
        return None if part is None else Operation("neg", (part,))
    if head == "mul":
        fixed, moving = [a for a in args if not depends(a, x)], [a for a in args if depends(a, x)]
        part = antiderivative(moving[0], x) if len(moving) == 1 else None
        return None if part is None else Operation("mul", (*fixed, part)) if fixed else part
    if head == "div" and not depends(args[1], x):
        part = antiderivative(args[0], x)
        return None if part is None else Operation("div", (part, args[1]))
    if head == "div" and not depends(args[0], x) and (rate := _slope(args[1], x)) is not None:
        return Operation("div", (Operation("mul", (args[0], Operation("ln", (Operation("abs", (args[1],)),)))), rate))
    if head == "pow" and not depends(args[1], x) and args[0] != Symbol("e") and (rate := _slope(args[0], x)) is not None:
        raised = Operation("add", (args[1], one))
        if rational_value(args[1]) == -1:
            return antiderivative(Operation("div", (one, args[0])), x)
        return Operation("div", (Operation("pow", (args[0], raised)), Operation("mul", (raised, rate))))
    inner = args[1] if head == "pow" and args[0] == Symbol("e") else args[0] if head in ("exp", "sin", "cos", "sqrt") else None
    rate = _slope(inner, x) if inner is not None else None
    if rate is None:
        return None
    if head == "sqrt":
        return antiderivative(Operation("pow", (inner, Operation("div", (one, Number("2"))))), x)
    outer = {"sin": Operation("neg", (Operation("cos", (inner,)),)), "cos": Operation("sin", (inner,))}.get(head, body)
    return Operation("div", (outer, rate))


def _slope(inner: Expr, x: Expr) -> Expr | None:
    """a of a linear expression a x + b; None for others."""
    if inner == x:
        return Number("1")
    if not isinstance(inner, Operation):
        return None
    if is_op(inner, "neg"):
        rate = _slope(inner.args[0], x)
        return None if rate is None else Operation("neg", (rate,))
    if is_op(inner, "mul"):
        moving = [a for a in inner.args if depends(a, x)]
        rate = _slope(moving[0], x) if len(moving) == 1 else None
        fixed = tuple(a for a in inner.args if not depends(a, x))
        return None if rate is None else Operation("mul", (*fixed, rate)) if fixed else rate
    if is_op(inner, "div") and not depends(inner.args[1], x):
        rate = _slope(inner.args[0], x)
        return None if rate is None else Operation("div", (rate, inner.args[1]))
    if is_op(inner, "add"):
        moving = [a for a in inner.args if depends(a, x)]
        return _slope(moving[0], x) if len(moving) == 1 else None
    return None
