"""Assumptions: signs derived, side conditions discharged.

``Facts`` answers the sign of a polynomial from what is assumed.  A sign is only given where it is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import product

from flint import arb, fmpq, fmpq_mpoly

from ..expressions import Expr, Operation, Symbol, is_op, symbols, to_text
from . import calculus, enclosure, squares
from .exact import Field
from .forms import Inconsistent, Quotient, Undefined, Unsupported

BALLS = 8      # parts of an interval on which a sign is tried


# --- signs ----------------------------------------------------------------------------------------------------

_FLIP = {"+": "-", "-": "+", ">=": "<=", "<=": ">=", "0": "0", "!=": "!=", None: None}


class Facts:
    """What the assumptions say of signs, in one field."""

    def __init__(self, field: Field, assumptions: tuple[Expr, ...]) -> None:
        self.field = field
        self.known: list[tuple[fmpq_mpoly, str]] = []
        self.equations: list[fmpq_mpoly] = []
        self.asking: set[int] = set()
        self.lower: dict[int, Fraction] = {}
        self.upper: dict[int, Fraction] = {}
        field.facts = self
        for fact in assumptions:
            if is_op(fact, "element") and isinstance(fact.args[0], Symbol) and fact.args[1] in (Symbol("ZZ"), Symbol("NN")):
                field.integers.add(fact.args[0].name)
        for fact in assumptions:
            self._learn(fact)
        for i, low in self.lower.items():
            high = self.upper.get(i)
            if high is not None and (low > high or low == high and (self._strict(i, low, "lower") or self._strict(i, high, "upper"))):
                raise Inconsistent(f"{to_text(field.atoms[i].expr)} would be above {low} and below {high}")
        for poly in self.equations:
            if self.nonzero(poly):
                raise Inconsistent(f"{to_text(field.poly_expr(poly))} is never 0")

    def _learn(self, fact: Expr) -> None:
        if is_op(fact, "element") and fact.args[1] == Symbol("NN"):
            fact = Operation("ge", (fact.args[0], calculus.integer(0)))
        if not is_op(fact, "gt", "ge", "lt", "le", "ne", "eq"):
            return
        left, right = fact.args
        if fact.head in ("lt", "le"):
            left, right = right, left
        try:
            difference = self.field.lowest(self.field.reduced(self.field.sub(self.field.normal(left), self.field.normal(right))))
        except (Unsupported, Undefined):
            return     # an assumption that cannot be used proves nothing
        poly = difference.num
        if is_op(fact, "eq"):
            self.equations.append(poly)
            return
        if is_op(fact, "ne"):
            self._know(poly, "!=")
            return
        if not difference.den.is_constant():
            poly = difference.num * difference.den    # same sign as the quotient
        elif difference.den.leading_coefficient() < 0:
            poly = -poly
        self._know(poly, "+" if fact.head in ("gt", "lt") else ">=")

    def _know(self, poly: fmpq_mpoly, sign: str) -> None:
        if poly.is_constant() and (poly == 0 and sign != ">=" or poly != 0 and sign != "!=" and poly.leading_coefficient() < 0):
            raise Inconsistent("a number would have another sign")
        self.known.append((poly, sign))
        if sign != "!=":
            self._learn_bound(poly)
        if sign != ">=" and poly.total_degree() > 1:      # where a product is not zero no factor is
            self.known += [(f, "!=") for f, _ in poly.factor()[1] if f.total_degree() < poly.total_degree()]

    @contextmanager
    def supposing(self, conditions: list[tuple[Expr, fmpq_mpoly, str]]) -> Iterator[None]:
        """For a while: these hold as well."""
        before = self.known, self.lower, self.upper
        self.known, self.lower, self.upper = list(self.known), dict(self.lower), dict(self.upper)
        try:
            for _, poly, head in conditions:
                self._know(poly, {"ne": "!=", "gt": "+", "ge": ">="}[head])
            yield
        finally:
            self.known, self.lower, self.upper = before

    def _learn_bound(self, poly: fmpq_mpoly) -> None:
        """v >= a or v <= b from a linear polynomial in one atom."""
        used = [i for i, d in enumerate(poly.degrees()) if d > 0]
        if len(used) == 1 and poly.degrees()[used[0]] == 1:
            terms = poly.to_dict()
            slope = next(c for e, c in terms.items() if any(e))
            offset = next((c for e, c in terms.items() if not any(e)), fmpq(0))
            bound = -offset / slope
            bound = Fraction(int(bound.p), int(bound.q))
            i = used[0]
            if slope > 0:
                self.lower[i] = max(self.lower.get(i, bound), bound)
            else:
                self.upper[i] = min(self.upper.get(i, bound), bound)
        elif len(used) > 1 and poly.total_degree() < 4:
            self._learn_number(poly, used)

    def _learn_number(self, poly: fmpq_mpoly, used: list[int]) -> None:
        """x < pi/2 as x < 1.58: a bound that is no rational, widened to one."""
        names = [i for i in used if isinstance(self.field.atoms[i].expr, Symbol) and self.field.atoms[i].kind == "symbol"]
        if len(names) != 1 or any(symbols(self.field.atoms[i].expr) for i in used if i != names[0]):
            return
        i = names[0]
        terms = poly.to_dict()
        if max(e[i] for e in terms) > 1:
            return
        rest = self.field.ctx.from_dict({e: c for e, c in terms.items() if not e[i]})
        slope = self.field.ctx.from_dict({e[:i] + (0,) + e[i + 1:]: c for e, c in terms.items() if e[i]})
        try:
            rate, offset = (enclosure.to_arb(enclosure.evaluate(self.field.poly_expr(p), bits=96)) for p in (slope, rest))
        except enclosure.NoValue:
            return
        if not (rate > 0 or rate < 0):
            return
        ball = -offset / rate
        end = (ball.lower() if rate > 0 else ball.upper()).mid()
        man, power = end.man_exp()
        bound = Fraction(int(man)) * Fraction(2) ** int(power)
        if rate > 0:
            self.lower[i] = max(self.lower.get(i, bound), bound)
        else:
            self.upper[i] = min(self.upper.get(i, bound), bound)

    def sign(self, poly: fmpq_mpoly) -> str | None:
        """"+", "-", "0", ">=", "<=", "!=" where it is proved for all values that the assumptions allow, otherwise None."""
        if poly == 0:
            return "0"
        if poly.is_constant():
            return "+" if poly.leading_coefficient() > 0 else "-"
        if poly.total_degree() == 1:
            return self._factor_sign(poly)      # it has no factors
        content, factors = poly.factor()
        result = "+" if content > 0 else "-"
        for factor, exponent in factors:
            result = times(result, _to_power(self._factor_sign(factor), exponent))
            if result is None:
                return None
        return result

    def _factor_sign(self, factor: fmpq_mpoly, depth: int = 2) -> str | None:
        numeric = self._numeric_sign(factor)
        if numeric is not None:
            return numeric
        if len(factor) == 1 and factor.total_degree() == 1:
            place = factor.degrees().index(1)
            if self.field.atoms[place].kind in ("parity", "power"):
                return "!="
        weak = None
        for known, sign in self.known:
            scale = _multiple(factor, known)
            if scale is not None:
                found = sign if scale > 0 else _FLIP[sign]
                if found in ("+", "-"):
                    return found
                weak = found if weak is None or weak == found else self._both(weak, found)
        termwise = self._termwise(factor)
        if termwise in ("+", "-"):
            return termwise
        if weak in (">=", "<="):
            return weak
        other = termwise or (self._combined(factor, depth) if depth else None) or squares.sign(factor) or self._by_balls(factor)
        return other if weak is None or other in ("+", "-", "0") else self._both(weak, other) if other else weak

    def _by_balls(self, factor: fmpq_mpoly) -> str | None:
        """The sign of a function of one name that lies between two numbers: balls on a few parts of the interval."""
        used = [i for i, d in enumerate(factor.degrees()) if d]
        names = {n for i in used for n in symbols(self.field.atoms[i].expr)}
        if len(names) != 1 or all(self.field.atoms[i].kind == "symbol" for i in used):
            return None
        name, = names
        place = self.field.index.get(("symbol", name))
        low, high = self.lower.get(place), self.upper.get(place)
        if low is None or high is None or low >= high:
            return None
        tree, found = self.field.poly_expr(factor), set()
        for k in range(BALLS):
            middle, half = low + (high - low) * Fraction(2 * k + 1, 2 * BALLS), (high - low) / (2 * BALLS)
            ball = arb(arb(fmpq(middle.numerator, middle.denominator)), arb(fmpq(half.numerator, half.denominator)))
            try:
                order = enclosure.compare(enclosure.evaluate(tree, {Symbol(name): ball}), fmpq(0))
            except enclosure.NoValue:
                return None
            found.add(order)
            if len(found) > 1 or order is None:
                return None
        return {1: "+", -1: "-"}.get(found.pop())

    def whole_part(self, atom: fmpq_mpoly, inner: Quotient, up: bool) -> None:
        """What is known of floor(u) and ceil(u): u - 1 < floor(u) <= u <= ceil(u) < u + 1."""
        gap = (atom * inner.den - inner.num) if up else (inner.num - atom * inner.den)
        if inner.den.is_constant() and inner.den.leading_coefficient() > 0:
            self.known += [(gap, ">="), (inner.den - gap, "+")]

    def _combined(self, factor: fmpq_mpoly, depth: int) -> str | None:
        """A known part taken off so that one term goes, and the sign of the rest: r > 0 from r > d and d > 0."""
        terms = factor.to_dict()
        for known, sign in self.known:
            parts = known.to_dict()
            for shared in [m for m in parts if m in terms and any(m)] if sign != "!=" and len(parts) < 6 else []:
                scale = terms[shared] / parts[shared]
                rest = factor - known * scale
                if rest == 0:
                    continue
                part = sign if scale > 0 else _FLIP[sign]
                other = self._factor_sign(rest, depth - 1) if not rest.is_constant() else ("+" if rest.leading_coefficient() > 0 else "-")
                joined = _plus(part, other) if other not in (None, "!=") else None
                if joined is not None:
                    return joined
        return None

    @staticmethod
    def _both(first: str, second: str) -> str:
        """Two weak signs together: not zero and not negative is positive."""
        pair = {first, second}
        if pair == {"!=", ">="}:
            return "+"
        if pair == {"!=", "<="}:
            return "-"
        return "0" if pair == {">=", "<="} else first

    def _numeric_sign(self, factor: fmpq_mpoly) -> str | None:
        """The sign of a number such as ln 2 - 1, by balls."""
        used = [i for i, d in enumerate(factor.degrees()) if d]
        if any(symbols(self.field.atoms[i].expr) for i in used):
            return None
        try:
            value = enclosure.evaluate(self.field.poly_expr(factor), bits=256)
        except enclosure.NoValue:
            return None
        order = enclosure.compare(value, fmpq(0))
        return None if order is None else {1: "+", -1: "-", 0: "0"}[order]

    def _termwise(self, factor: fmpq_mpoly) -> str | None:
        """Every term of one sign, after shifting names with bounds: v = a + t or v = b - t with t >= 0."""
        used = [i for i, d in enumerate(factor.degrees()) if d]
        for i in used:      # a sine, a cosine, (-1)^n
            if i < len(self.field.atoms) and i not in self.lower and i not in self.upper and is_op(self.field.atoms[i].expr, "sin", "cos", "tanh"):
                self.lower[i], self.upper[i] = Fraction(-1), Fraction(1)
        choices = [[side for side, bounds in (("lower", self.lower), ("upper", self.upper)) if i in bounds] or ["none"] for i in used]
        if len(used) > 5:
            choices = [c[:1] for c in choices]
        for sides in product(*choices):
            found = self._shifted(factor, used, sides)
            if found is not None:
                return found
        return None

    def _shifted(self, factor: fmpq_mpoly, used: list[int], sides: tuple[str, ...]) -> str | None:
        images = list(self.field.gens)
        signs: dict[int, str | None] = {}
        for i, side in zip(used, sides):
            if side == "none":
                signs[i] = self._atom_sign(i)
            else:
                bound = self.lower[i] if side == "lower" else self.upper[i]
                shift = fmpq(bound.numerator, bound.denominator)
                images[i] = self.field.gens[i] + shift if side == "lower" else shift - self.field.gens[i]
                strict = self._strict(i, bound, side)
                signs[i] = "+" if strict else ">="
        shifted = factor if all(s == "none" for s in sides) else factor.compose(*images)
        total: str | None = None
        for exponents, coefficient in shifted.to_dict().items():
            term: str | None = "+" if coefficient > 0 else "-"
            for i in used:
                if exponents[i]:
                    term = times(term, _to_power(signs[i], exponents[i]))
            if term is None or term == "!=":
                return None
            total = term if total is None else _plus(total, term)
            if total is None:
                return None
        return total

    def _strict(self, i: int, bound: Fraction, side: str) -> bool:
        gap = self.field.gens[i] - fmpq(bound.numerator, bound.denominator)
        gap = gap if side == "lower" else -gap
        return any(sign == "+" and (scale := _multiple(gap, known)) is not None and scale > 0 for known, sign in self.known)

    def _inner_sign(self, i: int) -> str | None:
        """The sign of what stands under a root or inside an absolute value; None where that is being asked already."""
        if i in self.asking:
            return None
        self.asking.add(i)
        try:
            inner = self.field.atoms[i].relation[1]
            return self.sign(inner.num * inner.den)
        finally:
            self.asking.discard(i)

    def _atom_sign(self, i: int) -> str | None:
        atom = self.field.atoms[i]
        if atom.kind in ("exp", "constant"):
            return "+"
        if atom.kind == "root" and atom.relation is not None:
            radicand = self._inner_sign(i)
            return radicand if atom.relation[0] % 2 else "+" if radicand in ("+", "!=") else ">="
        if atom.kind == "abs":
            return "+" if self._inner_sign(i) in ("+", "!=") else ">="
        if atom.kind in ("parity", "power"):      # a power with a name in its exponent stands beside the condition that its base is not 0
            return "!="
        if is_op(atom.expr, "factorial"):
            return "+"      # where it has a value at all
        if atom.kind == "ln" and not symbols(atom.expr):
            return self._numeric_sign(self.field.gens[i])
        return None

    @contextmanager
    def at_least(self, place: int, bound: Fraction) -> Iterator[None]:
        """For a while: the atom at this place is at least the bound."""
        self.lower[place] = bound
        try:
            yield
        finally:
            del self.lower[place]

    def nonzero(self, factor: fmpq_mpoly) -> bool:
        return self.sign(factor) in ("+", "-", "!=")


def _multiple(a: fmpq_mpoly, b: fmpq_mpoly) -> fmpq | None:
    """c where a = c b for a rational c, otherwise None."""
    if b == 0 or len(a) != len(b):
        return None
    scale = a.leading_coefficient() / b.leading_coefficient()
    return scale if a == b * scale else None


def times(a: str | None, b: str | None) -> str | None:
    if a is None or b is None:
        return None
    if "0" in (a, b):
        return "0"
    if "!=" in (a, b):
        return "!=" if a in ("+", "-", "!=") and b in ("+", "-", "!=") else None
    negative = (a in ("-", "<=")) != (b in ("-", "<="))
    strict = a in ("+", "-") and b in ("+", "-")
    return ("-" if negative else "+") if strict else ("<=" if negative else ">=")


def _to_power(sign: str | None, exponent: int) -> str | None:
    if exponent % 2 == 0:
        return "+" if sign in ("+", "-", "!=") else "0" if sign == "0" else ">="
    return sign


def _plus(a: str, b: str) -> str | None:
    up, down = ("+", ">="), ("-", "<=")
    if a in up and b in up:
        return "+" if "+" in (a, b) else ">="
    if a in down and b in down:
        return "-" if "-" in (a, b) else "<="
    return a if b == "0" else b if a == "0" else None


# --- side conditions ------------------------------------------------------------------------------------------

EXCLUDED = {"ne": ("0",), "gt": ("-", "<=", "0"), "ge": ("-",)}
_SHOWN = {"ne": ("+", "-", "!="), "gt": ("+",), "ge": ("+", ">=", "0")}


def open_conditions(field: Field, every: bool = False) -> tuple[Expr, ...]:
    """The divisors and domains met in the field that the assumptions do not discharge, as relations.

    Those that the others imply are left out (``x^2 > 0`` and ``x != 0`` beside ``x > 0``), unless ``every`` one is asked for.
    """
    facts: Facts | None = field.facts
    met = [*((written, poly, "ne") for written, poly in field.divisors.items()),
           *((relation, q.num * q.den, head) for relation, (q, head) in field.requirements.items())]
    kept = []
    for condition in met:
        sign = facts.sign(condition[1]) if facts is not None else None
        if sign in EXCLUDED[condition[2]]:      # what is proved under it would be proved of nothing
            raise Undefined(f"{to_text(condition[0])} is excluded by the assumptions")
        if sign not in _SHOWN[condition[2]]:
            kept.append(condition)
    if len(kept) > 1 and facts is not None and not every:
        for condition in sorted(kept, key=lambda c: (c[1].total_degree(), len(c[1])), reverse=True):
            others = [c for c in kept if c is not condition]
            with facts.supposing(others):      # what these imply is implied by those that are left in the end
                if facts.sign(condition[1]) in _SHOWN[condition[2]]:
                    kept = others
    return tuple(dict.fromkeys(Operation("ne", (written, calculus.integer(0))) if head == "ne" else written for written, _, head in kept))


def as_difference(field: Field, relation: Expr) -> Quotient:
    """left - right of a relation as a normal form in lowest terms."""
    left, right = relation.args
    return field.lowest(field.reduced(field.sub(field.normal(left), field.normal(right))))
