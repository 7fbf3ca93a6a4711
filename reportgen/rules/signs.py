"""Where an expression of one name is positive, negative and zero: found by a search, decided by the judge.

The search (SymPy) locates zeros and poles of a rational expression in x, or in u = e^x, exactly.  Every interval and every zero
becomes a claim of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..derivation import Claim, RuleError, Table, formula_of, name_of
from ..expressions import Expr, Operation, Symbol, is_op, is_relation, op, replace, symbols, to_text, walk
from ..obligation import Obligation
from .evaluation import fully
from .forms import INEQUALITIES, ONE

_SIGN_HEADS = {1: "gt", -1: "lt", 0: "eq"}
_WORDS = {1: "positive", -1: "negative", 0: "zero"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A piece of the line: the conditions on the name (none: everywhere), and the sign there (1 or -1)."""

    conditions: tuple[Expr, ...]
    sign: int

    @property
    def condition(self) -> Expr | None:
        """The conditions as one statement; None for the whole line."""
        if not self.conditions:
            return None
        return self.conditions[0] if len(self.conditions) == 1 else Operation("and", self.conditions)


@dataclass(frozen=True, slots=True)
class SignAnalysis:
    """The sign of ``expression`` as its one name runs over the line, left to right.

    ``zeros`` and ``poles`` are exact and increasing; ``intervals`` lie between them.  ``claims`` say it all, for the judge.
    """

    expression: Expr
    name: Expr
    zeros: tuple[Expr, ...]
    poles: tuple[Expr, ...]
    intervals: tuple[Interval, ...]
    assumptions: tuple[Expr, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """f < 0 under z < -ln 2, f = 0 under z = -ln 2...: one claim an interval and a zero."""
        between = [Claim(op(_SIGN_HEADS[i.sign], self.expression, 0), (*self.assumptions, *i.conditions)) for i in self.intervals]
        at_zero = [Claim(op("eq", self.expression, 0), (*self.assumptions, op("eq", self.name, zero))) for zero in self.zeros]
        return (*between, *at_zero)

    @property
    def changes(self) -> tuple[Expr, ...]:
        """The zeros and poles at which the sign changes."""
        points = sorted((*self.zeros, *self.poles), key=lambda p: self._order().index(p))
        return tuple(p for p, left, right in zip(points, self.intervals, self.intervals[1:], strict=False) if left.sign != right.sign)

    def _order(self) -> list[Expr]:
        """Zeros and poles from left to right, as the intervals name them."""
        return [next(c.args[1] for c in i.conditions if is_op(c, "lt")) for i in self.intervals[:-1]]

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return tuple(Obligation(c.statement, c.assumptions, f"{name}/{k}") for k, c in enumerate(self.claims, start=1))

    @property
    def table(self) -> Table:
        """Intervals and zeros from left to right, the sign in words and as a relation."""
        points = [*self._order()]
        rows: list[tuple[object, ...]] = []
        for k, interval in enumerate(self.intervals):
            rows.append((interval.condition or "everywhere", _WORDS[interval.sign], op(_SIGN_HEADS[interval.sign], self.expression, 0)))
            if k < len(points):
                zero = points[k] in self.zeros
                rows.append((op("eq", self.name, points[k]), "zero" if zero else "not defined", op("eq", self.expression, 0) if zero else ""))
        return Table((self.name, "sign", self.expression), tuple(rows), "lll")


def sign_table(expression: object, name: str | Expr, assume: Iterable[object] = ()) -> SignAnalysis:
    """The sign of an expression that is rational in one name, or rational in its exponential.

        e^z (2 e^z - 1)   ->   negative for z < -ln 2, zero at z = -ln 2, positive for z > -ln 2

    ``assume`` may bound the name (``z > 0``): only what lies inside is looked at.
    Raises RuleError where the expression has another free name, is zero everywhere, or its zeros cannot be found exactly.
    """
    value, wanted = formula_of(expression), name_of(name)
    facts = tuple(formula_of(a) for a in assume)
    others = [s for s in symbols(value) if Symbol(s) not in symbols_of(wanted)]
    if others:
        raise RuleError(f"sign_table: {to_text(value)} also depends on {', '.join(others)}; substitute first")
    import sympy as sp

    from ..sympy_bridge import BridgeError, from_sympy, real_zeros, symbol_of, to_sympy

    x = symbol_of(wanted)
    try:
        obj = sp.cancel(sp.together(to_sympy(value)))
        zeros, poles = real_zeros(sp.numer(sp.together(obj)), x), real_zeros(sp.denom(sp.together(to_sympy(value))), x)
        lower, upper = _bounds(sp, facts, wanted)
    except BridgeError as error:
        raise RuleError(f"sign_table: {error}") from None
    zeros = [z for z in zeros if z not in poles]
    inside = sorted({p for p in (*zeros, *poles) if lower < p < upper}, key=lambda p: p.evalf(40))
    ends = [lower, *inside, upper]
    written = {p: _readable(from_sympy(p)) for p in inside}
    intervals = []
    for left, right in zip(ends, ends[1:], strict=False):
        sign = sp.sign(obj.subs(x, _between(sp, left, right)).evalf(40))
        if sign not in (1, -1):
            raise RuleError(f"sign_table: the sign of {to_text(value)} could not be found between {left} and {right}")
        conditions = tuple(op(head, wanted, written[end]) for head, end in (("gt", left), ("lt", right)) if end in written)
        intervals.append(Interval(conditions, int(sign)))
    return SignAnalysis(value, wanted, tuple(written[p] for p in inside if p in zeros), tuple(written[p] for p in inside if p in poles),
                        tuple(intervals), facts)


def symbols_of(name: Expr) -> tuple[Expr, ...]:
    return tuple(node for node in walk(name) if isinstance(node, Symbol))


def _readable(value: Expr) -> Expr:
    """ln(1/2) is written -ln 2."""
    flipped: dict[Expr, Expr] = {}
    for node in walk(value):
        if is_op(node, "ln") and is_op(node.args[0], "div") and node.args[0].args[0] == ONE:
            flipped[node] = Operation("neg", (Operation("ln", (node.args[0].args[1],)),))
    return fully(replace(value, flipped)) if flipped else value


def _bounds(sp, facts: tuple[Expr, ...], name: Expr):
    """The largest lower and the smallest upper bound that the assumptions state for the name."""
    from ..sympy_bridge import to_sympy

    lower, upper = -sp.oo, sp.oo
    for fact in facts:
        if not is_relation(fact) or fact.head not in INEQUALITIES:
            continue
        left, right, head = *fact.args, fact.head
        if right == name:
            left, right, head = right, left, INEQUALITIES[head]
        if left != name or symbols(right):
            continue
        bound = to_sympy(right)
        if head in ("gt", "ge"):
            lower = max(lower, bound)
        else:
            upper = min(upper, bound)
    if not lower < upper:
        raise RuleError("sign_table: the assumptions leave no interval")
    return lower, upper


def _between(sp, left, right):
    """A rational point inside the interval."""
    if left == -sp.oo and right == sp.oo:
        return sp.Integer(0)
    if left == -sp.oo:
        return sp.floor(right) - 1
    if right == sp.oo:
        return sp.floor(left) + 1
    return sp.Rational(str(((left + right) / 2).evalf(30)))


__all__ = ["Interval", "SignAnalysis", "sign_table"]
