"""Sums, products, powers and factorials with a whole number n in them: true for all n from a first one on, by induction.

Every sum or product up to something like n, n - 1 or 2n is a name for itself; from n to n + 1 it gains the terms that are new.
An equation is judged at the first n (or few) and then for n + 1 with the equation for n as an assumption.  An inequality is carried
from n to n + 1 by a factor or a term: if left(n + 1) = c left(n) with c >= 0, then c right(n) >= right(n + 1) is enough.
Certifies the statement for all integers from the first one on; which these are stands in the verdict's condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text, transform, walk
from ..expressions.tree import add, expr
from ..obligation import Verdict, proved
from . import calculus
from .conditions import Facts
from .exact import Field
from .forms import Decide, Overflow, Undefined, Unsupported

MAX_STEP = 4      # new terms from n to n + 1
ZZ = Symbol("ZZ")
_INSIDE = " of an induction"      # in the names that stand for n and for the sums; no parsed name has spaces


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED by induction on one of the names that stand in a bound of a sum, or are whole; None where this does not prove it."""
    if not is_op(statement, "eq", "lt", "le", "gt", "ge") or any(is_op(a, "matrix", "tuple") for a in statement.args) \
            or any(is_op(node, "integral", "limit", "diff") for node in walk(statement)):
        return None
    for n in _candidates(statement, assumptions):
        try:
            found = _Induction(statement, assumptions, n, decide).verdict()
        except (Unsupported, Undefined, Overflow):
            continue
        if found is not None:
            return found
    return None


def _candidates(statement: Expr, assumptions: tuple[Expr, ...]) -> list[Symbol]:
    bounds = {name for node in walk(statement) if is_op(node, "sum", "prod") for name in symbols(node.args[3])}
    whole = {a.args[0].name for a in assumptions if is_op(a, "element") and isinstance(a.args[0], Symbol) and a.args[1] in (ZZ, Symbol("NN"))}
    powers = {name for node in walk(statement) if is_op(node, "pow") for name in symbols(node.args[1])}
    powers |= {name for node in walk(statement) if is_op(node, "factorial", "binomial") for name in symbols(node)}
    bound = {node.args[1] for node in walk(statement) if is_op(node, *calculus.BINDERS)}
    names = [Symbol(name) for name in symbols(statement) if name in bounds or name in whole and name in powers]
    # what stands inside an induction already is not begun again
    return [n for n in names if n not in bound] if not any(_INSIDE in name for name in symbols(statement)) else []


@dataclass(frozen=True, slots=True)
class Grown:
    """A sum or product with n in its bounds: a name for it, and the terms that it gains from n to n + 1."""

    node: Operation
    name: Symbol
    gained: tuple[Expr, ...]
    start: Expr | None      # the first n from which on it has a term; None where that is not seen


class _Induction:
    def __init__(self, statement: Operation, assumptions: tuple[Expr, ...], n: Symbol, decide: Decide) -> None:
        self.n, self.decide = n, decide
        self.statement, self.assumptions = statement, assumptions
        self.others = tuple(a for a in assumptions if n.name not in symbols(a))
        self.about = tuple(a for a in assumptions if n.name in symbols(a))
        sides = [self._flat(side) for side in statement.args]
        self.left, self.right = sides
        nodes = dict.fromkeys(node for side in sides for node in walk(side)
                              if is_op(node, "sum", "prod") and n.name in symbols(node))
        self.grown = [self._grown(node, k) for k, node in enumerate(nodes)]

    def _flat(self, side: Expr) -> Expr:
        """Nested sums taken apart by linearity, so that no summand holds n."""
        if not any(is_op(node, "sum") and self.n.name in symbols(node.args[0]) for node in walk(side)):
            return side
        field = Field(48)
        Facts(field, (*self.assumptions, Operation("element", (self.n, ZZ))))
        flat = field.to_expr(field.lowest(field.reduced(field.normal(side))))
        if field.divisors:
            raise Unsupported("a sum with n among its terms")
        return flat

    def _grown(self, node: Operation, k: int) -> Grown:
        body, index, lower, upper = node.args
        if self.n.name in symbols(body) or self.n.name in symbols(lower) or index == self.n:
            raise Unsupported("a sum with n among its terms")
        step = self._number(add(replace(upper, {self.n: add(self.n, Number("1"))}), Operation("neg", (upper,))))
        if step is None or step.denominator != 1 or not 0 < step <= MAX_STEP:
            raise Unsupported("a sum that does not grow with n")
        gained = tuple(replace(body, {index: add(upper, expr(j))}) for j in range(1, int(step) + 1))
        offset = self._number(add(upper, Operation("neg", (Operation("mul", (expr(step), self.n)),))))
        start = None
        if step == 1 and offset is not None:
            start = lower if offset == 0 else add(lower, expr(-offset))
            value = self._number(start)
            start = expr(value) if value is not None else start
        elif offset is not None and (low := self._number(lower)) is not None:
            start = expr(Fraction(-((offset - low) // step)))
        return Grown(node, Symbol(f"S{k + 1}{_INSIDE}"), gained, start)

    @staticmethod
    def _number(tree: Expr) -> Fraction | None:
        field = Field(24)
        return field.rational(field.lowest(field.reduced(field.normal(tree))))

    # --- from n to n + 1
    def _named(self, side: Expr) -> Expr:
        return replace(side, {g.node: g.name for g in self.grown})

    def _next(self, side: Expr) -> Expr:
        """The side for n + 1, with the names for what the sums were at n."""
        put: dict[Expr, Expr] = {}
        for g in self.grown:
            put[g.node] = Operation("add" if g.node.head == "sum" else "mul", (g.name, *g.gained))
        # the gained terms are written for n + 1 already: n moves only outside of the sums
        return _moved(side, put, {self.n: add(self.n, Number("1"))})

    def _first(self) -> tuple[Expr, bool] | None:
        """(first n, whether it is a number): from the sums' bounds and from what is assumed of n."""
        starts = [g.start for g in self.grown]
        if None in starts:
            return None
        numbers = [v for v in map(self._number, starts) if v is not None]
        if len(numbers) < len(starts):
            return (starts[0], False) if len(set(starts)) == 1 else None
        for fact in self.about:
            if is_op(fact, "element") and fact.args == (self.n, Symbol("NN")):
                numbers.append(Fraction(0))
            if is_op(fact, "ge", "gt") and fact.args[0] == self.n and (v := self._number(fact.args[1])) is not None:
                numbers.append(Fraction(v.numerator // v.denominator + 1) if fact.head == "gt" or v.denominator != 1 else v)
        if not numbers:
            return None
        return expr(max(numbers)), True

    def verdict(self) -> Verdict | None:
        first = self._first()
        if first is None:
            return None
        start, numeric = first
        if self.about:      # raises Inconsistent where no n from the first one on is allowed
            self.decide(Operation("eq", (self.n, self.n)), (*self.assumptions, Operation("ge", (self.n, start))))
        for later in range(3 if numeric and self.grown == [] else 2 if numeric else 1):
            beyond = add(start, expr(later)) if later else start
            step = self._step((*self.others, Operation("element", (self.n, ZZ)), Operation("ge", (self.n, beyond))))
            if step is not None:
                bases = [self.decide(self._at(add(start, expr(j)) if j else start), self.others) for j in range(later + 1)]
                if all(b.proved and b.strength == "exact" for b in bases):
                    return self._proved(start, bases, step)
                return None
        return None

    def _at(self, value: Expr) -> Expr:
        number = self._number(value)
        value = expr(number) if number is not None else value
        return Operation(self.statement.head, tuple(_put_in(side, self.n, value) for side in (self.left, self.right)))

    def _step(self, given: tuple[Expr, ...]) -> tuple[Verdict, str] | None:
        inside = {self.n: Symbol(self.n.name + _INSIDE)}
        before = replace(self._named(self.left), inside), replace(self._named(self.right), inside)
        after = replace(self._next(self.left), inside), replace(self._next(self.right), inside)
        given = tuple(replace(g, inside) for g in given)
        if self.statement.head == "eq":
            if isinstance(before[0], Symbol) or isinstance(before[1], Symbol):
                name, value = before if isinstance(before[0], Symbol) else before[::-1]
                after, hypothesis = tuple(replace(side, {name: value}) for side in after), ()
            else:
                hypothesis = (Operation("eq", before),)
            found = self.decide(Operation("eq", after), (*hypothesis, *given))
            return (found, to_text(Operation("eq", after))) if self._usable(found) else None
        return self._inequality(before, after, given)

    def _usable(self, found: Verdict) -> bool:
        names = {self.n.name, self.n.name + _INSIDE, *(g.name.name for g in self.grown)}
        return found.proved and found.strength == "exact" and not any(names & set(symbols(c)) for c in found.conditions)

    def _inequality(self, before: tuple[Expr, Expr], after: tuple[Expr, Expr], given: tuple[Expr, ...]) -> tuple[Verdict, str] | None:
        head = self.statement.head
        weak = {"lt": "le", "gt": "ge"}.get(head, head)
        zero = Number("0")
        for side in (0, 1):
            factor = self._ratio(after[side], before[side], given)
            if factor is not None:
                positive = self.decide(Operation("gt", (factor, zero)), given)
                carried = Operation("mul", (factor, before[1 - side]))
                pair = (carried, after[1 - side]) if side == 0 else (after[1 - side], carried)
                found = self.decide(Operation(weak, pair), given)
                if self._usable(positive) and self._usable(found) and not positive.conditions:
                    return found, to_text(Operation(weak, pair))
        left_gain, right_gain = (add(a, Operation("neg", (b,))) for a, b in zip(after, before))
        found = self.decide(Operation(weak, (left_gain, right_gain)), given)
        return (found, to_text(Operation(weak, (left_gain, right_gain)))) if self._usable(found) else None

    def _ratio(self, after: Expr, before: Expr, given: tuple[Expr, ...]) -> Expr | None:
        field = Field(32)
        Facts(field, given)
        try:
            top, bottom = field.normal(after), field.normal(before)
            ratio = field.lowest(field.reduced(field.div(top, bottom, before)))
        except (Unsupported, Undefined):
            return None
        written = field.to_expr(ratio)
        simple = len(ratio.num) <= 4 and len(ratio.den) <= 4
        return written if simple and not any(is_op(n, "pow") and self.n.name + _INSIDE in symbols(n.args[1]) for n in walk(written)) else None

    def _proved(self, start: Expr, bases: list[Verdict], step: tuple[Verdict, str]) -> Verdict:
        found, text = step
        witness = {"base": to_text(self._at(start)), "step": text}
        whole = Operation("and", (Operation("element", (self.n, ZZ)), Operation("ge", (self.n, start))))
        known = any(is_op(a, "element") and a.args[0] == self.n and a.args[1] in (ZZ, Symbol("NN")) for a in self.about)
        above = known and self.decide(Operation("ge", (self.n, start)), self.assumptions).proved
        conditions = (*(() if above else (whole,)), *(c for b in bases for c in b.conditions), *found.conditions)
        return proved("exact", "induction", witness, tuple(dict.fromkeys(conditions)))


def _moved(tree: Expr, sums: dict[Expr, Expr], names: dict[Expr, Expr]) -> Expr:
    """Sums exchanged as given, names elsewhere."""
    if tree in sums:
        return sums[tree]
    if tree in names:
        return names[tree]
    if not isinstance(tree, Operation):
        return tree
    return Operation(tree.head, tuple(_moved(a, sums, names) for a in tree.args))


def _put_in(tree: Expr, name: Symbol, value: Expr) -> Expr:
    """The tree at a value of n; sums of few terms between symbolic bounds (from m to m) are written out."""
    def few(node: Expr) -> Expr:
        if not is_op(node, "sum", "prod"):
            return node
        body, index, lower, upper = node.args
        if not symbols(lower) and not symbols(upper):
            return node
        count = _Induction._number(add(upper, Operation("neg", (lower,))))
        if count is None or count.denominator != 1 or not 0 <= count <= MAX_STEP:
            return node
        parts = [replace(body, {index: add(lower, expr(j)) if j else lower}) for j in range(int(count) + 1)]
        return parts[0] if len(parts) == 1 else Operation("add" if node.head == "sum" else "mul", tuple(parts))

    return transform(replace(tree, {name: value}), few)
