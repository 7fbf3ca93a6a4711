"""Inequalities in one name between functions that are not algebraic: balls on small intervals, and signs of derivatives.

A function is positive on an interval where a ball says so on each of finitely many parts; or where its derivative has one sign and
its limit at the end from which it rises is not negative; or where both are so on the two sides of a point.  Factors whose sign
is known are taken out first.  Touching points are only accepted where the value there is shown to be zero or positive exactly.
Certifies the inequality for all x in the interval that the assumptions (and the domains, which become conditions) leave.
Sources: the mean value theorem; W. Tucker, "Validated Numerics" (bisection).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text, walk
from ..expressions.tree import add, expr
from ..obligation import Verdict, proved, refuted
from . import calculus, counterexample, enclosure, limits, realline, trigonometry
from .conditions import Facts, open_conditions
from .exact import Field
from .forms import Decide, Overflow, Undefined, Unsupported

MAX_BOXES = 250
MAX_DEPTH = 5
MAX_WORK = 40
_TAILS = [Fraction(v) for v in (1, 2, 4, 8, 20)]
_PLAIN = ("exp", "ln", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "pow", "sqrt", "root")


@dataclass(frozen=True, slots=True)
class Range:
    """An open interval; None is an infinity.  ``low_in``: the end itself belongs to what is claimed."""

    low: Expr | None
    high: Expr | None
    low_in: bool = False
    high_in: bool = False

    def facts(self, x: Symbol) -> tuple[Expr, ...]:
        out = () if self.low is None else (Operation("gt", (x, self.low)),)
        return out if self.high is None else (*out, Operation("lt", (x, self.high)))


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED or REFUTED for lt, le, gt, ge between functions of one name; None where this does not decide."""
    if not is_op(statement, "lt", "le", "gt", "ge") or not any(is_op(n, *_PLAIN) for n in walk(statement)):
        return None
    names = symbols(statement)
    if len(names) != 1 or any(is_op(n, *calculus.BINDERS, "apply", "index", "floor", "ceil", "cases", "matrix") for n in walk(statement)):
        return None
    x = Symbol(names[0])
    left, right = statement.args if statement.head in ("gt", "ge") else statement.args[::-1]
    f = add(left, Operation("neg", (right,)))
    strict = statement.head in ("gt", "lt")
    about = [a for a in assumptions if names[0] in symbols(a)]
    field = Field(48)
    field.angle_unit = trigonometry.unit(statement)
    Facts(field, assumptions)
    field.normal(f)
    conditions = [c for c in open_conditions(field, every=True) if is_op(c, "gt", "ge", "lt", "le")]
    spread = _range(x, [*about, *conditions])
    prover = _Prover(x, decide)
    point = prover.fails(f, spread, strict, assumptions)
    if point is not None:
        at = counterexample.Point({x: fmpq(point.numerator, point.denominator)})
        return refuted("exact", "counterexample", ((to_text(x), point),), counterexample.sides_at(statement, at))
    for end, inside in ((spread.low, spread.low_in), (spread.high, spread.high_in)):
        if inside and not decide(Operation("gt" if strict else "ge", (replace(f, {x: end}), Number("0"))), ()).proved:
            return None
    sign = prover.sign(f, spread, MAX_DEPTH)
    if sign != "+" and (strict or sign != ">="):
        return None
    listed = tuple(c for c in conditions if not decide(c, assumptions).proved)
    return proved("exact", "derivatives and balls on intervals", {"steps": "; ".join(prover.steps)}, listed)


def _range(x: Symbol, facts: list[Expr]) -> Range:
    """The interval that linear relations between x and numbers leave; other assumptions are not used."""
    from .relations import _bound

    found = Range(None, None)
    for fact in facts:
        if is_op(fact, "element") and fact.args[1] == Symbol("NN"):
            fact = Operation("ge", (x, Number("0")))
        if is_op(fact, "lt", "le") and is_op(fact.args[0], "abs") and fact.args[0].args[0] == x and not symbols(fact.args[1]):
            inside = fact.head == "le"
            found = _narrower(_narrower(found, fact.args[1], False, inside), Operation("neg", (fact.args[1],)), True, inside)
            continue
        if not is_op(fact, "lt", "le", "gt", "ge"):
            continue
        field = Field(24)
        try:
            bound = _bound(field, x, fact)
        except (Unsupported, Undefined, Overflow):
            continue
        if bound is not None:
            found = _narrower(found, bound[0], bound[1], fact.head in ("le", "ge"))
    return found


def _narrower(spread: Range, bound: Expr, is_lower: bool, inside: bool) -> Range:
    old = spread.low if is_lower else spread.high
    if old is not None:
        order = enclosure.compare(enclosure.evaluate(bound, bits=256), enclosure.evaluate(old, bits=256))
        if order is None or (order < 0) == is_lower and order:
            return spread
        if order == 0:
            inside = inside and (spread.low_in if is_lower else spread.high_in)
    return Range(bound, spread.high, inside, spread.high_in) if is_lower else Range(spread.low, bound, spread.low_in, inside)


class _Prover:
    def __init__(self, x: Symbol, decide: Decide) -> None:
        self.x, self.decide = x, decide
        self.steps: list[str] = []
        self.work = 0

    # --- points
    def samples(self, spread: Range, count: int = 24) -> list[Fraction]:
        """Rationals inside, simple ones first."""
        low = None if spread.low is None else float(enclosure.to_arb(enclosure.evaluate(spread.low, bits=64)).mid())
        high = None if spread.high is None else float(enclosure.to_arb(enclosure.evaluate(spread.high, bits=64)).mid())
        nice = [Fraction(v) for v in ("1", "2", "3", "1/2", "0", "-1", "-2", "-3", "5", "10", "1/10", "-1/2", "100", "-10", "1/100")]
        if low is not None and high is not None:
            step = (high - low) / (count + 1)
            nice += [Fraction(low + (k + 1) * step).limit_denominator(max(10, int(10 / step) if step else 10)) for k in range(count)]
        elif low is not None:
            nice += [Fraction(low).limit_denominator(1000) + Fraction(k, 8) * (1 + k) for k in range(1, count)]
        elif high is not None:
            nice += [Fraction(high).limit_denominator(1000) - Fraction(k, 8) * (1 + k) for k in range(1, count)]
        else:
            nice += [Fraction(k * abs(k), 7) for k in range(-count // 2, count // 2)]
        return [v for v in dict.fromkeys(nice) if self._in(v, spread)]

    def _in(self, value: Fraction, spread: Range) -> bool:
        at = fmpq(value.numerator, value.denominator)
        below = spread.low is None or enclosure.compare(enclosure.evaluate(spread.low, bits=128), at) == -1
        return below and (spread.high is None or enclosure.compare(enclosure.evaluate(spread.high, bits=128), at) == 1)

    def value(self, f: Expr, at: Fraction) -> int | None:
        try:
            return enclosure.compare(enclosure.evaluate(f, {self.x: fmpq(at.numerator, at.denominator)}, 128), fmpq(0))
        except enclosure.NoValue:
            return None

    def fails(self, f: Expr, spread: Range, strict: bool, assumptions: tuple[Expr, ...]) -> Fraction | None:
        """A point at which f is certainly not what is claimed and every assumption certainly holds."""
        for at in self.samples(spread):
            sign = self.value(f, at)
            if sign is not None and (sign < 0 or strict and sign == 0):
                env = {self.x: fmpq(at.numerator, at.denominator)}
                if all(enclosure.holds(a, env) is True for a in assumptions):
                    return at
        return None

    # --- signs on an interval
    def sign(self, f: Expr, spread: Range, depth: int) -> str | None:
        """"+", "-", ">=", "<=" on all of the open interval, or None."""
        self.work += 1
        if self.work > MAX_WORK:
            raise Unsupported("an inequality that takes too long")
        field = Field(48)
        field.angle_unit = trigonometry.unit(Operation("eq", (f, Number("0"))))
        facts = Facts(field, spread.facts(self.x))
        q = field.lowest(field.reduced(field.normal(f)))
        if any(is_op(c, "gt", "ge", "ne") for c in open_conditions(field)):
            return None      # no value somewhere inside
        if q.num == 0:
            return ">="
        total, open_factors = "+", []
        for poly in (q.num, q.den):
            content, factors = poly.factor()
            total = _times(total, "+" if content > 0 else "-")
            for factor, exponent in factors:
                known = facts.sign(factor)
                if known is None and exponent % 2:
                    open_factors.append(field.poly_expr(factor))
                elif known is None or known == "!=":
                    total = _times(total, "+" if known == "!=" and exponent % 2 == 0 else ">=" if exponent % 2 == 0 else None)
                elif known == "0":
                    return ">="
                else:
                    total = _times(total, known if exponent % 2 else "+" if known in ("+", "-") else ">=")
        if len(open_factors) > 2:
            return None
        for tree in open_factors:
            total = _times(total, self._one(tree, spread, depth) if total is not None else None)
        return total

    def _one(self, g: Expr, spread: Range, depth: int) -> str | None:
        """The sign of one factor: guessed at a point, then shown."""
        guesses = {s for at in self.samples(spread, 8) if (s := self.value(g, at))}
        if len(guesses) != 1:
            return None
        guess, = guesses
        if guess < 0:
            return {"+": "-", ">=": "<="}.get(self._positive(Operation("neg", (g,)), spread, depth))
        return self._positive(g, spread, depth)

    def _positive(self, g: Expr, spread: Range, depth: int) -> str | None:
        """"+" or ">=" where g is positive or not negative inside."""
        if spread.low is not None and spread.high is not None and self._boxes(g, spread):
            self.steps.append(f"{to_text(g)} > 0 on {_text(spread)} by balls")
            return "+"
        if depth <= 0:
            return None
        slope = self._slope(g, spread)
        if slope is None:
            return None
        direction = self.sign(slope, spread, depth - 1)
        if direction is not None:
            end = spread.low if direction in ("+", ">=") else spread.high
            at_end = self._at_end(g, end, low=direction in ("+", ">="))
            if at_end is not None:
                self.steps.append(f"{to_text(g)} rises from {at_end} at an end of {_text(spread)}")
                # a derivative that is not 0 throughout has isolated zeros only (it is analytic): the function rises strictly
                strictly = direction in ("+", "-") or self._analytic(slope) and any(self.value(slope, at) for at in self.samples(spread, 4))
                return "+" if strictly or at_end == "+" else ">="
            return None
        near = self._near_ends(g, slope, spread)
        if near:
            self.steps.append(f"{to_text(g)} > 0 on {_text(spread)} by balls, by its derivative close to the ends")
            return "+"
        return self._split(g, slope, spread, depth)

    @staticmethod
    def _analytic(tree: Expr) -> bool:
        return not any(is_op(n, "abs", "sign", "max", "min", "floor", "ceil", "round", "cases", "root", "sqrt") for n in walk(tree))

    def _near_ends(self, g: Expr, slope: Expr, spread: Range) -> bool:
        """Positive inside a bounded interval: the slope has one sign close to an end at which g is 0, balls do the rest."""
        if spread.low is None or spread.high is None:
            return False
        ends = [self._at_end(g, spread.low, True), self._at_end(g, spread.high, False)]
        if None in ends:
            return False
        low, high = (realline._fraction(enclosure.to_arb(enclosure.evaluate(e, bits=64)).mid()) for e in (spread.low, spread.high))
        for k in (3, 6):
            step = (high - low) / 2 ** k
            inner_low, inner_high = (expr(v.limit_denominator(1 << 20)) for v in (low + step, high - step))
            middle = Range(spread.low if ends[0] == "+" else inner_low, spread.high if ends[1] == "+" else inner_high)
            if ends[0] == "0" and not self._boxes(slope, Range(spread.low, inner_low)):
                continue
            if ends[1] == "0" and not self._boxes(Operation("neg", (slope,)), Range(inner_high, spread.high)):
                continue
            if self._boxes(g, middle):
                return True
        return False

    def _slope(self, g: Expr, spread: Range) -> Expr | None:
        field = Field(48)
        taken = calculus.derivative(g, self.x)
        field.angle_unit = trigonometry.unit(Operation("eq", (taken, Number("0"))))
        Facts(field, spread.facts(self.x))
        return field.to_expr(field.lowest(field.reduced(field.normal(taken))))

    def _at_end(self, g: Expr, end: Expr | None, low: bool) -> str | None:
        """"+" or "0" as the limit at an end is positive (or infinite) or 0; None otherwise."""
        if end is None:
            point: Expr = Operation("neg", (limits.INF,)) if low else limits.INF
            args: tuple[Expr, ...] = (g, self.x, point)
        else:
            args = (g, self.x, end, expr(1 if low else -1))
        try:
            value, conditions, _ = limits.evaluate(Operation("limit", args), ())
        except (Unsupported, Undefined, Overflow, enclosure.NoValue):
            return None
        if conditions:
            return None
        if any(n == limits.INF for n in walk(value)):
            return "+" if value == limits.INF else None
        if value == Number("0"):
            return "0"
        zero = Number("0")
        if self.decide(Operation("gt", (value, zero)), ()).proved:
            return "+"
        return "0" if self.decide(Operation("eq", (value, zero)), ()).proved else None

    def _split(self, g: Expr, slope: Expr, spread: Range, depth: int) -> str | None:
        """Both sides of a point: where the slope changes its sign, or far out towards infinity."""
        for c in self._turning(slope, spread):
            parts = [Range(spread.low, c), Range(c, spread.high)]
            here = self._closed_sign(replace(g, {self.x: c}))
            if here is None:
                continue
            found = [self._positive(g, part, depth - 1) for part in parts]
            if None not in found:
                return "+" if here == "+" and found == ["+", "+"] else ">="
        if spread.high is None or spread.low is None:
            for tail in _TAILS:
                at = tail if spread.high is None else -tail
                if self._in(at, spread) and self.value(g, at) == 1:
                    parts = [Range(spread.low, expr(at)), Range(expr(at), spread.high)]
                    found = [self._positive(g, part, depth - 1) for part in parts]
                    if None not in found:
                        return "+" if found == ["+", "+"] else ">="
        return None

    def _closed_sign(self, value: Expr) -> str | None:
        zero = Number("0")
        if self.decide(Operation("gt", (value, zero)), ()).proved:
            return "+"
        return "0" if self.decide(Operation("eq", (value, zero)), ()).proved else None

    def _turning(self, slope: Expr, spread: Range) -> list[Expr]:
        """Points at which the slope changes its sign: recognized numbers first, then rationals close by."""
        points = sorted(self.samples(spread))
        at = {p: self.value(slope, p) for p in points}
        found: list[Expr] = []
        if (spread.low is None or spread.high is None) and sum(at[a] != at[b] for a, b in zip(points, points[1:])) > 4:
            return []      # it swings for ever
        for a, b in zip(points, points[1:]):
            if len(found) > 1:
                break
            signs = at[a], at[b]
            if not signs[0] and a not in points[:1]:
                found.append(expr(a))
            if None not in signs and signs[0] * signs[1] < 0:
                low, high = a, b
                for _ in range(50):
                    middle = ((low + high) / 2).limit_denominator(10 ** 15)
                    sign = self.value(slope, middle)
                    if not sign:
                        low = high = middle
                        break
                    low, high = (middle, high) if sign == signs[0] else (low, middle)
                found.append(_recognized(float(low)))
        return found[:2]

    def _boxes(self, g: Expr, spread: Range) -> bool:
        """True where finitely many balls show that g is positive on the closed interval."""
        ends = [enclosure.to_arb(enclosure.evaluate(e, bits=64)) for e in (spread.low, spread.high)]
        low, high = realline._fraction(ends[0].lower()), realline._fraction(ends[1].upper())
        stack, used = [(low, high)], 0
        while stack:
            a, b = stack.pop()
            used += 1
            if used > MAX_BOXES:
                return False
            middle, half = (a + b) / 2, (b - a) / 2
            ball = arb(arb(fmpq(middle.numerator, middle.denominator)), arb(fmpq(half.numerator, half.denominator)))
            try:
                value = enclosure.to_arb(enclosure.evaluate(g, {self.x: ball}, 64))
            except enclosure.NoValue:
                value = None
            if value is not None and value > 0:
                continue
            if value is not None and value <= 0 or half < Fraction(high - low, 1 << 12):
                return False
            stack += [(middle, b), (a, middle)]
        return True


def _recognized(value: float) -> Expr:
    """A simple number very close to a float; otherwise the rational itself with few digits."""
    simple = Fraction(value).limit_denominator(60)
    if abs(float(simple) - value) < 1e-11:
        return expr(simple)
    pi, e = Symbol("pi"), Symbol("e")
    for written, size in ((pi, 3.141592653589793), (e, 2.718281828459045), (Operation("div", (Number("1"), e)), 0.36787944117144233),
                          (Operation("ln", (Number("2"),)), 0.6931471805599453), (Operation("ln", (Number("3"),)), 1.0986122886681098),
                          (Operation("sqrt", (Number("2"),)), 1.4142135623730951), (Operation("sqrt", (Number("3"),)), 1.7320508075688772)):
        ratio = Fraction(value / size).limit_denominator(24)
        if ratio and abs(float(ratio) * size - value) < 1e-11:
            return written if ratio == 1 else Operation("mul", (expr(ratio), written))
    return expr(Fraction(value).limit_denominator(1000))


def _times(a: str | None, b: str | None) -> str | None:
    from .conditions import times

    return times(a, b)


def _text(spread: Range) -> str:
    return f"({'-inf' if spread.low is None else to_text(spread.low)}, {'inf' if spread.high is None else to_text(spread.high)})"


