"""Points at which a statement fails, smallest first, and points at which it is sampled.  Each point is checked by evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm
from time import monotonic
from zlib import crc32

from flint import arb, fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, is_relation, parse, symbols, to_text, walk
from ..expressions import expr as literal
from ..obligation import Obligation
from . import enclosure
from .definitions import prepare
from .exact import Field
from .forms import Overflow, Undefined, Unsupported

SECONDS = 1.5        # a stop for what the budget below misjudges; the budget itself depends on the statement alone, not on the machine
POINTS = 3_000       # looked at for a small statement
WORK = 60_000        # nodes evaluated; a sum, product or integral counts for many
_SMALL = [Fraction(v) for v in (1, 0, 2, 3, 4, 5)]
_WIDE = [Fraction(v) for v in ("1", "2", "3", "0", "-1", "1/2", "-2", "1/3", "5", "7/3", "-3/2", "1/10", "9/10")]


class Point(dict):
    """Values of names.  Entries of indexed names (``x_3``) get values of their own when they are asked for."""

    seed = 0
    signed = False

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self.is_entry(key)

    @staticmethod
    def is_entry(key: object) -> bool:
        return is_op(key, "index") and all(isinstance(a, Number) for a in key.args[1:])

    def __missing__(self, key: Expr) -> fmpq:
        if not self.is_entry(key):
            raise KeyError(key)
        mixed = crc32(f"{self.seed}:{to_text(key)}".encode())
        if self.signed:
            self[key] = fmpq(mixed % 7 - 3)
            return self[key]
        self[key] = fmpq(mixed % 23 + 1, mixed // 23 % 7 + 1)    # positive: sums of logarithms have values there
        return self[key]


@dataclass(frozen=True, slots=True)
class Counterexample:
    point: tuple[tuple[str, Fraction], ...]
    sides: tuple[str, str]


def free_names(*statements: Expr) -> list[Symbol]:
    """Names that need values, in order of appearance; the base of an indexed name does not."""
    bases = {node.args[0] for s in statements for node in walk(s) if is_op(node, "index")}
    found: dict[Symbol, None] = {}
    for statement in statements:
        for name in symbols(statement):
            if Symbol(name) not in bases:
                found.setdefault(Symbol(name))
    return list(found)


def graded(count: int, values: list[Fraction]) -> Iterator[tuple[Fraction, ...]]:
    """Tuples of values, those with early entries of the list first."""
    if count == 0:
        yield ()
        return
    common = lcm(*(v.denominator for v in values))
    size = [int(v * common) for v in values]      # whole numbers in the same order, which compare faster
    for level in range(len(values)):
        places = (p for p in product(range(level + 1), repeat=count) if level in p)
        if (level + 1) ** count <= POINTS:        # the smallest first, where a level is small enough to be sorted
            places = sorted(places, key=lambda p: (sum(abs(size[i]) for i in p), [size[i] for i in p]))
        yield from (tuple(values[i] for i in p) for p in places)


def search(statement: Expr, assumptions: tuple[Expr, ...], constraint: Expr | None = None, depth: int = 0) -> Counterexample | None:
    """A point that satisfies the assumptions (and the constraint) and at which the statement is false; None where none is found.

    ``constraint``: an equation that must hold at the point; it is solved for a name in which it is linear.
    ``depth``: how often the statement was reduced to another; each time a quarter of the points is left.
    """
    deadline = monotonic() + SECONDS
    wanted = assumptions if constraint is None else (*assumptions, constraint)
    limit = max(12, _budget(statement, *wanted) >> 2*depth)
    names = free_names(statement, *wanted)
    solved = None
    for equation in ([constraint] if constraint is not None else [a for a in assumptions if is_op(a, "eq")]):
        solved = solved or _solved(equation, names)
    if solved is not None:
        names = [n for n in names if n != solved[0]]
    fallback: Counterexample | None = None
    for values in filter(None, (_SMALL, _WIDE, [] if depth else _from_the_statement(statement, *wanted))):
        for tried, choice in enumerate(graded(len(names), values)):
            if tried >= limit or monotonic() > deadline:
                break
            point = Point({n: fmpq(v.numerator, v.denominator) for n, v in zip(names, choice)})
            if solved is not None and not _complete(point, solved):
                continue
            if any(enclosure.holds(a, point) is not True for a in wanted):
                continue
            if enclosure.holds(statement, point) is not False:
                continue
            if values is not _SMALL or all(v.q == 1 and v >= 0 for v in point.values() if isinstance(v, fmpq)):
                return _described(point, statement)
            fallback = fallback or _described(point, statement)
        if fallback is not None:
            return fallback
    return None if depth else _signed_entries(statement, wanted, names, solved)


def _from_the_statement(*statements: Expr) -> list[Fraction]:
    """Values that large numbers in a statement suggest: themselves, their neighbours and negatives, the divisors of whole ones."""
    found: dict[Fraction, None] = {}
    for node in (n for s in statements for n in walk(s) if isinstance(n, Number) and n.value > 5):
        c = node.value
        if c.denominator == 1 and c < 10_000:
            found |= dict.fromkeys(Fraction(d) for d in range(2, int(c)) if c % d == 0)
        found |= dict.fromkeys((c, c + 1, c - 1, -c, -c - 1))
        if len(found) > 12:
            break
    return list(found)[:16]


def add_definitions(point: Point, definitions: tuple[Expr, ...]) -> None:
    """The exact values of the names that were put in, added to the point."""
    for definition in reversed(definitions):      # a later definition may use an earlier one's name
        name, value = definition.args
        if not is_op(name, "apply") and not is_op(value, "matrix", "tuple"):
            try:
                found = enclosure.evaluate(value, point)
            except enclosure.NoValue:
                continue
            if isinstance(found, fmpq):
                point[name] = found


def _budget(*statements: Expr) -> int:
    """How many points are looked at."""
    nodes = [node for s in statements for node in walk(s)]
    heavy = sum(400 if node.head == "integral" else 40 for node in nodes if is_op(node, "sum", "prod", "integral", "diff"))
    return max(60, min(POINTS, WORK // (len(nodes) + heavy)))


def _signed_entries(statement: Expr, wanted: tuple[Expr, ...], names: list[Symbol], solved: tuple[Symbol, Expr, Expr] | None) -> Counterexample | None:
    """Small whole values of both signs for the entries of indexed names, which are positive elsewhere: ``|x_1| = x_1`` fails only there."""
    if not any(is_op(node, "index") for part in (statement, *wanted) for node in walk(part)):
        return None
    for seed in range(24):
        for choice in graded(len(names), _SMALL[:2]):
            point = Point({n: fmpq(int(v)) for n, v in zip(names, choice)})
            point.seed, point.signed = seed, True
            if (solved is None or _complete(point, solved)) and all(enclosure.holds(a, point) is True for a in wanted) \
                    and enclosure.holds(statement, point) is False:
                return _described(point, statement)
    return None


def _solved(equation: Expr, names: list[Symbol]) -> tuple[Symbol, Expr, Expr] | None:
    """(name, c0, c1) with c1*name + c0 = 0, the last name in which the equation is linear."""
    field = _field(equation)
    if field is None:
        return None
    field, poly = field
    for name in reversed(names):
        place = field.index.get(("symbol", name.name))
        if place is not None and poly.degrees()[place] == 1:
            c1, c0 = {}, {}
            for exponents, coefficient in poly.to_dict().items():
                (c1 if exponents[place] else c0)[exponents[:place] + (0,) + exponents[place + 1:]] = coefficient
            parts = [field.poly_expr(field.ctx.from_dict(c)) for c in (c0, c1)]
            if not any(name in walk(p) for p in parts):
                return name, parts[0], parts[1]
    return None


def _field(equation: Expr):
    if not is_op(equation, "eq"):
        return None
    field = Field(48)
    try:
        return field, field.lowest(field.sub(field.normal(equation.args[0]), field.normal(equation.args[1]))).num
    except (Unsupported, Undefined, Overflow):     # too many atoms: no solved form, nothing more
        return None


def _complete(point: Point, solved: tuple[Symbol, Expr, Expr]) -> bool:
    name, c0, c1 = solved
    try:
        slope, offset = enclosure.evaluate(c1, point), enclosure.evaluate(c0, point)
    except enclosure.NoValue:
        return False
    if not isinstance(slope, fmpq) or not isinstance(offset, fmpq) or slope == 0:
        return False
    point[name] = -offset / slope
    return True


def _described(point: Point, statement: Expr) -> Counterexample:
    named = tuple((to_text(n), Fraction(int(v.p), int(v.q))) for n, v in point.items() if isinstance(v, fmpq))
    return Counterexample(named, sides_at(statement, point))


def sides_at(statement: Expr, point: Point) -> tuple[str, str]:
    """Both sides' values, of the first relation in the statement that fails there."""
    relation = _failing(statement, point)
    if relation is None:
        return "", ""
    out = []
    for side in relation.args:
        try:
            value = enclosure.evaluate(side, point, 96)
            out.append(str(value) if isinstance(value, fmpq) else value.str(12, radius=False))
        except enclosure.NoValue:
            out.append("no value")
    return out[0], out[1]


def failing_at(obligation: Obligation, values: tuple[tuple[str, Fraction], ...]) -> Expr | None:
    """The relation that fails at a point, with the values in place; None where none does."""
    point = tuple(Operation("eq", (parse(name, "plain"), literal(value))) for name, value in values)
    prepared = prepare(Obligation(obligation.statement, (*point, *obligation.assumptions)))
    return _failing(prepared.statement, Point())


def _failing(statement: Expr, point: Point) -> Expr | None:
    if is_relation(statement):
        return statement if enclosure.holds(statement, point) is False else None
    if isinstance(statement, Operation) and statement.head in ("and", "or", "not", "iff", "implies"):
        for part in reversed(statement.args):
            found = _failing(part, point)
            if found is not None:
                return found
    return None


def sample(statement: Expr, assumptions: tuple[Expr, ...], wanted: int = 24) -> int:
    """How many pseudo-random points agree with the statement (up to a ball's width); 0 where one does not, or fewer than half are usable."""
    if is_op(statement, "ne", "not"):
        return 0      # that no point chosen by chance is a solution says nothing
    names = free_names(statement, *assumptions)
    if not names and not any(is_op(node, "index") for node in walk(statement)):
        # one number against another: a second look would see the same, so this one is close
        return 1 if _agrees(statement, Point(), 1024, "1e-250") else 0
    agreed = 0
    deadline = monotonic() + SECONDS
    for seed in range(4 * wanted):
        if monotonic() > deadline:
            break
        point = Point()
        point.seed = seed
        for n in names:
            mixed = crc32(f"{seed}/{n.name}".encode())
            whole = any(is_op(a, "element") and a.args[0] == n for a in assumptions)
            point[n] = fmpq(mixed % 12 + 1) if whole else fmpq(mixed % 97 - 20 * (seed % 2), mixed // 97 % 13 + 7)
        if any(enclosure.holds(a, point) is False for a in assumptions):
            continue
        agrees = _agrees(statement, point)
        if agrees is False:
            return 0
        if agrees is None:
            continue
        agreed += 1
        if agreed >= wanted:
            return agreed
    return agreed if agreed >= wanted // 2 else 0


def _agrees(statement: Expr, point: Point, bits: int = 192, near: str = "1e-30") -> bool | None:
    """Whether a point agrees with the statement; None where it says nothing: no value, or an implication whose premise fails."""
    if is_op(statement, "eq"):
        try:
            left, right = (enclosure.to_arb(enclosure.evaluate(a, point, bits)) for a in statement.args)
            difference = left - right
        except enclosure.NoValue:
            return None
        return bool(difference.contains(0)) and bool(abs(difference) < arb(near))
    if is_op(statement, "iff", "implies") and enclosure.holds(statement.args[0], point) is not True:
        return None      # two false sides agree on nothing
    return enclosure.holds(statement, point)
