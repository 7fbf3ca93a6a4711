"""The links of a chain: the values of its sides, and whether one link holds."""

from __future__ import annotations

from fractions import Fraction

from flint import acb, fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, transform, walk
from ..obligation import Obligation
from . import measured, nearness, rounding, series, unit_sense, zero
from .arrays import Matrix, NoValue, Several, Value, as_acb, fraction
from .outcome import PROVED, REFUTED, UNDECIDED, Outcome
from .reading import Side
from .values import evaluate


_TOO_MUCH = ("numbers too large", "more than", "a factorial beyond")  # reasons for which the judge need not be asked either


class Chain:
    """The values of the sides, computed once."""

    def __init__(self, sides: list[Side], degrees: bool, named: frozenset[str] = frozenset(), difference: bool = False) -> None:
        """``named``: letters that have a value in the document; ``difference``: of temperatures, as the words say."""
        self.sides = sides
        self.degrees = degrees
        self.named = named
        self.difference = difference
        self.values: dict[int, Value] = {}
        self.rounded: frozenset[str] = frozenset()  # literals that are roundings of what stands before them

    def value(self, k: int, bits: int = 128) -> Value:
        if bits != 128:
            return evaluate(self.sides[k].tree, bits, degrees=self.degrees)
        if k not in self.values:
            self.values[k] = evaluate(self.sides[k].tree, 128, degrees=self.degrees)
        return self.values[k]

    def link(self, k: int, rel: str, modulus: Expr | None) -> Outcome:
        """The outcome of link ``k``: of the quantities, where units stand on both sides, otherwise of the numbers."""
        found = self.numbers(k, rel, modulus)
        noted = [side.measured is not None for side in self.sides[k : k + 2]]
        if not any(noted) or modulus is not None:
            return found
        return measured.judged(self, k, rel, found) if all(noted) else measured.as_number(self, k, rel, found)

    def numbers(self, k: int, rel: str, modulus: Expr | None) -> Outcome:
        a, b = self.sides[k].tree, self.sides[k + 1].tree
        try:
            x, y = self.value(k), self.value(k + 1)
            if any(isinstance(v, acb) and not v.is_finite() for v in (x, y)):
                raise NoValue("a number too large")
        except NoValue as error:
            return self.without_value(a, b, rel, str(error))
        if isinstance(x, (Matrix, Several)) or isinstance(y, (Matrix, Several)):
            return self.lists(x, y, rel, a, b)
        if is_op(b, "apply") and b.args[0] == Symbol("remainder"):
            return _with_remainder(a, b)
        if rel == "congruent" or rel == "eq" and modulus is not None:
            return congruent(x, y, modulus)
        if rel in ("lt", "le", "gt", "ge"):
            return self.order(k, x, y, rel)
        for cut, value in ((b, x), (a, y)):
            if rounding.is_cut(cut) and rounding.cuts(value, cut):
                self.rounded |= rounding.decimals(cut)
                return Outcome(PROVED, "the first figures of the exact value")
        same = self.same(x, y, a, b)
        if same:
            self.rounded |= rounding.decimals(b) & self.rounded
            return Outcome(PROVED, same)
        if same is None:
            return Outcome(UNDECIDED, "both sides agree as far as they were computed, but no proof was found", "claim-agreed")
        return self.unequal(k, rel, x, y)

    def without_value(self, a: Expr, b: Expr, rel: str, why: str) -> Outcome:
        if rel == "eq" and a == b:
            return Outcome(PROVED, "both sides are written alike")
        if rel in ("eq", "le", "ge") and not why.startswith(_TOO_MUCH) and normal_forms(a, b):
            return Outcome(PROVED, "normal forms")
        return Outcome(UNDECIDED, why, "claim-unsupported")

    def same(self, x: fmpq | acb, y: fmpq | acb, a: Expr, b: Expr) -> str | None | bool:
        """How equality was proved; False where the values differ; None where that is open."""
        if isinstance(x, fmpq) and isinstance(y, fmpq):
            return "exact arithmetic" if x == y else False
        if not as_acb(x).overlaps(as_acb(y)):
            return False
        if zero.is_zero(zero.rewritten(Operation("add", (a, Operation("neg", (b,)))), self.degrees), self.degrees):
            return "a bound on algebraic numbers"
        if normal_forms(a, b):
            return "normal forms"
        for bits in (1024, 8192):
            try:
                if not as_acb(evaluate(a, bits, degrees=self.degrees)).overlaps(as_acb(evaluate(b, bits, degrees=self.degrees))):
                    return False
            except NoValue:
                break
        return None

    def lists(self, x: Value, y: Value, rel: str, a: Expr, b: Expr) -> Outcome:
        entries = [flat(v) for v in (x, y)]
        if (
            rel not in ("eq", "approx")
            or None in entries
            or len(entries[0]) != len(entries[1])
            or (isinstance(x, Matrix) and isinstance(y, Matrix) and len(x) != len(y))
        ):
            return Outcome(UNDECIDED, "things of different shape", "claim-unsupported")
        open_ = False
        for p, q in zip(*entries):
            if isinstance(p, fmpq) and isinstance(q, fmpq):
                if p != q:
                    return Outcome(REFUTED, f"{short(p)} is not {short(q)}", "claim-refuted", sides=(short(p), short(q)))
            elif not as_acb(p).overlaps(as_acb(q)):
                return Outcome(REFUTED, f"{short(p)} is not {short(q)}", "claim-refuted", sides=(short(p), short(q)))
            else:
                open_ = True
        if not open_:
            return Outcome(PROVED, "exact arithmetic, entry by entry")
        if isinstance(a, Operation) and isinstance(b, Operation) and a.head == b.head == "tuple":
            pairs = list(zip(a.args, b.args))
        elif isinstance(a, Operation) and isinstance(b, Operation) and a.head == b.head == "matrix":
            pairs = [(p, q) for r, s in zip(a.args, b.args) for p, q in zip(r.args, s.args)]
        else:
            pairs = []
        if pairs and all(zero.is_zero(Operation("add", (p, Operation("neg", (q,)))), self.degrees) or normal_forms(p, q) for p, q in pairs):
            return Outcome(PROVED, "a bound on algebraic numbers, entry by entry")
        return Outcome(UNDECIDED, "the entries agree to 38 digits, but no proof was found", "claim-agreed")

    def order(self, k: int, x: fmpq | acb, y: fmpq | acb, rel: str) -> Outcome:
        if isinstance(x, acb) and x.imag != 0 or isinstance(y, acb) and y.imag != 0:
            return Outcome(UNDECIDED, "complex numbers have no order", "claim-unsupported")
        p, q = (v if isinstance(v, fmpq) else v.real for v in (x, y))
        if rel in ("gt", "ge"):
            p, q = q, p
        if p < q or rel in ("le", "ge") and isinstance(p, fmpq) and isinstance(q, fmpq) and p == q:
            return Outcome(PROVED, "the order of the values")
        if p > q or rel in ("lt", "gt") and isinstance(p, fmpq) and isinstance(q, fmpq) and p == q:
            return Outcome(REFUTED, f"{short(x)} and {short(y)} are in the other order", "claim-refuted", sides=(short(x), short(y)))
        same = self.same(x, y, self.sides[k].tree, self.sides[k + 1].tree)
        if same:
            return Outcome(PROVED, same) if rel in ("le", "ge") else Outcome(REFUTED, "both sides are equal", "claim-refuted", sides=(short(x), short(y)))
        return Outcome(UNDECIDED, "the order was not decided", "claim-agreed")

    # --- values that differ
    def unequal(self, k: int, rel: str, x: fmpq | acb, y: fmpq | acb) -> Outcome:
        a, b = self.sides[k].tree, self.sides[k + 1].tree
        if self.is_rounding(k, rel):
            if rel == "eq" and rounding.relative(x, y) > nearness.FAR:
                return Outcome(UNDECIDED, "a rounding to very few figures, called equal", "claim-near", sides=(short(x), short(y)))
            return Outcome(PROVED, "the rounding of the exact value")
        if (hundred := nearness.in_percent(a, b, x)) is not None:
            return Outcome(PROVED, "percent as a unit") if hundred else Outcome(UNDECIDED, "percent as a unit, roughly", "claim-near")
        sides = (short(x), short(y))
        if nearness.hundredfold(a, b, x, y):
            return Outcome(UNDECIDED, "percent as a unit", "claim-near", sides=sides)
        near = nearness.near(self.sides[k], self.sides[k + 1], rel, x, y, self.rounded, self.degrees)
        if near:
            return Outcome(UNDECIDED, near, "claim-near", sides=sides)
        units = set(self.sides[k].units) | set(self.sides[k + 1].units)
        if not series.settled(a) or not series.settled(b):
            return Outcome(UNDECIDED, "dots whose law is not settled", "claim-ambiguous", sides=sides)
        if unit_sense.may_name_a_unit(self.sides[k], self.sides[k + 1]):
            return Outcome(UNDECIDED, "a number with a unit and a number", "claim-units", sides=sides)
        if "~unit" in units:
            return Outcome(UNDECIDED, "units that were taken for 1", "claim-units", sides=sides)
        if (
            self.sides[k].units
            and self.sides[k + 1].units
            and not unit_sense.agree(self.sides[k].units, self.sides[k + 1].units)
            and (unit_sense.may_convert(self.sides[k], self.sides[k + 1]) or rounding.relative(x, y) < 0.02)
        ):
            return Outcome(UNDECIDED, f"units that may convert: {', '.join(sorted(units)[:4])}", "claim-units", sides=sides)
        return Outcome(REFUTED, f"{sides[0]} is not {sides[1]}", "claim-refuted", sides=sides)

    def is_rounding(self, k: int, rel: str) -> bool:
        """Side k + 1 rounds one of the sides before it, or side k rounds side k + 1."""
        b = self.sides[k + 1].tree
        new = rounding.decimals(b) - rounding.decimals(self.sides[k].tree)
        shown = rounding.printed(b)
        if shown is not None and not shown.decimal and rel == "approx":
            x = self.values[k]
            unit = Fraction(1)
            while shown.value and (shown.value / (unit * 10)).denominator == 1 and shown.value:
                unit *= 10
            if rounding.rounds_to(x, rounding.Printed(shown.value, unit, True)):
                self.rounded |= {n.text for n in walk(b) if isinstance(n, Number)}
                return True
        if new:
            ball = None
            for j in range(k, -1, -1):
                x = self.values.get(j)
                if x is None or isinstance(x, (Matrix, Several)):
                    continue
                if shown is not None:
                    held = rounding.rounds_to(x, shown)
                elif sum(isinstance(n, Number) and "." in n.text for n in walk(b)) > 1:
                    continue  # 0.3 + 0.006 is a sum of what it says, not a rounding of something
                else:
                    if ball is None:
                        new -= rounding.exact_ones(self.sides[k].tree, new, self.degrees)
                        ball = rounding.interval(b, new, self.degrees)
                    held = ball is not None and bool(ball.contains(as_acb(x)))
                if held:
                    self.rounded |= new
                    return True
        old = rounding.decimals(self.sides[k].tree) - rounding.decimals(b)
        before = rounding.printed(self.sides[k].tree)
        if before is not None and before.decimal and not new and k == 0:  # 0.333 = 1/3
            if rounding.rounds_to(self.values[k + 1], before):
                self.rounded |= old
                return True
        return False


def flat(value: Value) -> list | None:
    if isinstance(value, Several):
        return list(value)
    if isinstance(value, Matrix):
        return [x for row in value for x in row]
    return None


def short(value: Value) -> str:
    if isinstance(value, fmpq):
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > 10_000:      # str would refuse it
            return as_acb(value).str(12, radius=False)
        whole = str(fraction(value))
        return whole if len(whole) <= 40 else whole[:20] + "..." + whole[-10:]
    if isinstance(value, acb):
        return value.str(12, radius=False)
    return "(" + ", ".join(short(v) for v in (flat(value) or [])) + ")"


def _with_remainder(a: Expr, b: Operation) -> Outcome:
    """``15 / 4 = 3 R 3``: 15 is 4 times 3 and 3, and 3 is less than 4."""
    quotient, rest = int(b.args[1].text), int(b.args[2].text)  # type: ignore[union-attr]
    top, under = (evaluate(part) for part in a.args) if is_op(a, "div") else (None, None)  # type: ignore[union-attr]
    if not isinstance(top, fmpq) or not isinstance(under, fmpq) or under <= 0 or top.q != 1 or under.q != 1:
        return Outcome(UNDECIDED, "a remainder of what is no division of whole numbers", "claim-unsupported")
    found = divmod(int(top.p), int(under.p))
    if found == (quotient, rest):
        return Outcome(PROVED, "exact arithmetic")
    sides = (f"{found[0]} remainder {found[1]}", f"{quotient} remainder {rest}")
    return Outcome(REFUTED, f"{sides[0]} is not {sides[1]}", "claim-refuted", sides=sides)


def congruent(x: Value, y: Value, modulus: Expr | None) -> Outcome:
    if modulus is None or not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return Outcome(UNDECIDED, "a congruence without its modulus", "claim-unsupported")
    m = evaluate(modulus)
    if not isinstance(m, fmpq) or m.q != 1 or m == 0:
        return Outcome(UNDECIDED, "a modulus that is no whole number", "claim-unsupported")
    difference = fraction(x - y)
    from math import gcd

    if gcd(difference.denominator, int(m.p)) != 1:
        return Outcome(UNDECIDED, "no inverse", "claim-unsupported")
    if difference.numerator % int(m.p) == 0:
        return Outcome(PROVED, "exact arithmetic")
    return Outcome(REFUTED, f"{short(x)} and {short(y)} differ modulo {m}", "claim-refuted", sides=(short(x), short(y)))


def normal_forms(a: Expr, b: Expr) -> bool:
    """The judge's normal forms prove a = b."""
    try:
        statement = Operation("eq", (plain(a), plain(b)))
    except NoValue:
        return False
    from ..judge import judge

    return judge(Obligation(statement)).proved


def plain(tree: Expr, imaginary: bool = False) -> Expr:
    """The tree in the judge's words; ``imaginary``: i may stand in it (the judge must then not see it).  Raises NoValue for what it has no word for."""

    def change(node: Expr) -> Expr:
        if isinstance(node, Operation) and node.head == "apply" and len(node.args[0].name) > 1:
            name, args = node.args[0].name, node.args[1:]
            if name == "percent":
                return Operation("div", (args[0], Number("100")))
            if name == "degree":
                return Operation("div", (Operation("mul", (args[0], Symbol("pi"))), Number("180")))
            raise NoValue(f"{name} is not known to the judge")
        if isinstance(node, Symbol) and node.name in ("i", "I") and not imaginary:
            raise NoValue("a complex number")
        return node

    return transform(tree, change)
