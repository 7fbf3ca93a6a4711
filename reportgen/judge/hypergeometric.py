"""Sums of hypergeometric terms: binomial sums by a certificate of Wilf and Zeilberger, infinite sums by telescoping or a known series.

A finite sum T(n) of F(n, k) whose terms hold n: a rational R(n, k) with F(n+1, k) - q(n) F(n, k) = G(n, k+1) - G(n, k), G = R F, shows
T(n+1) = q(n) T(n) once the terms at the ends are counted; q is S(n+1)/S(n) for the value S(n) that is claimed.  An infinite sum:
a rational R(k) with G(k+1) - G(k) = F(k) gives lim G - G(a); where F(k+1)/F(k) is that of exp, cos, sin or of a zeta value, the
sum is that function's.  R is found by linear algebra and then only has to be put in.  Sources: M. Petkovsek, H. Wilf, D. Zeilberger,
"A = B", chapters 5 to 7; DLMF 4.2, 4.19, 25.6.
"""

from __future__ import annotations

from dataclasses import replace as with_changes

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, parse, replace, symbols, to_text, walk
from ..expressions.tree import add, expr
from ..obligation import Verdict, proved
from . import enclosure, limits
from .conditions import Facts, open_conditions
from .exact import Field
from .forms import Decide, Overflow, Quotient, Undefined, Unsupported
from .limits import INF, replace_node

MAX_DEGREE = 3      # of the unknown polynomial in k
ZZ, NN, ONE = Symbol("ZZ"), Symbol("NN"), Number("1")

# ratio F(k+1)/F(k) of a series from k = a on: its sum over its first term.  In order: ratio, a, sum/first, needed.
_SERIES = (("z/(k + 1)", "0", "exp(z)", ""), ("-z^2/((2*k + 1)*(2*k + 2))", "0", "cos(z)", ""), ("-z^2/((2*k + 2)*(2*k + 3))", "0", "sin(z)/z", ""),
           ("z^2/((2*k + 1)*(2*k + 2))", "0", "cosh(z)", ""), ("(k/(k + 1))^2", "1", "pi^2/6", ""), ("(k/(k + 1))^4", "1", "pi^4/90", ""),
           ("-k/(k + 1)", "1", "ln(2)", ""), ("-(2*k + 1)/(2*k + 3)", "0", "pi/4", ""), ("z*k/(k + 1)", "1", "-ln(1 - z)/z", "abs(z) < 1"))


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The verdict on a statement with an infinite sum, or on the value of a binomial sum; None where there is no certificate."""
    if is_op(statement, "iff", "implies"):
        return None
    for node in walk(statement):
        if is_op(node, "sum") and node.args[3] == INF:
            return _infinite(statement, node, assumptions, decide)
    if is_op(statement, "eq"):
        for left, right in (statement.args, statement.args[::-1]):
            if is_op(left, "sum") and not any(is_op(n, "sum") for n in walk(right)):
                return _finite(left, right, assumptions, decide)
    return None


def _field(assumptions: tuple[Expr, ...]) -> Field:
    field = Field(48)
    Facts(field, assumptions)
    return field


def _ratio(field: Field, term: Expr, name: Symbol) -> Quotient:
    """term(name + 1)/term(name) in lowest terms."""
    here, there = field.normal(term), field.normal(replace(term, {name: add(name, ONE)}))
    return field.lowest(field.reduced(field.div(there, here, term)))


def _solve(field: Field, k: Symbol, wanted: Quotient, ratio: Quotient, below: Quotient, free: Quotient | None) -> tuple[Quotient, Quotient | None] | None:
    """R = P(k)/below with R(k+1) ratio - R(k) = wanted (+ x free for an unknown x): (R, x); None where there is no such P."""
    place = field.gens.index(field.normal(k).num)
    shift = list(field.gens)
    shift[place] = field.gens[place] + 1

    def moved(q: Quotient) -> Quotient:
        return Quotient(q.num.compose(*shift), q.den.compose(*shift))

    if any(i != place and name_in(field, i, k) and (q.num.degrees()[i] or q.den.degrees()[i])
           for q in (wanted, ratio, below) for i in range(len(field.atoms))):
        raise Unsupported("a ratio that is not rational")
    basis = [Quotient(field.gens[place] ** j, field.one) for j in range(MAX_DEGREE + 1)]
    parts = [field.mul(b, Quotient(below.den, below.num)) for b in basis]
    columns = [field.lowest(field.sub(field.mul(moved(p), ratio), p)) for p in parts]
    columns += ([field.neg(free)] if free is not None else []) + [wanted]
    common = field.one
    for q in columns:
        common = common * (q.den / common.gcd(q.den))
    rows: dict[int, list[dict]] = {}
    for number, q in enumerate(columns):
        for e, c in (q.num * (common / q.den)).to_dict().items():
            rows.setdefault(e[place], [{} for _ in columns])[number][e[:place] + (0,) + e[place + 1:]] = c
    lines = [[Quotient(field.ctx.from_dict(part), field.one) for part in line] for line in rows.values()]
    values = eliminate(field, lines)
    if values is None:
        return None
    total = field.constant(0)
    for value, part in zip(values, parts):
        total = field.add(total, field.mul(value, part))
    return field.lowest(total), values[len(parts)] if free is not None else None


def name_in(field: Field, i: int, k: Symbol) -> bool:
    return k.name in symbols(field.atoms[i].expr)


def eliminate(field: Field, lines: list[list[Quotient]]) -> list[Quotient] | None:
    """A solution of linear equations, each a line with its right side last; None where there is none."""
    unknowns = len(lines[0]) - 1
    pivots: list[tuple[int, list[Quotient]]] = []

    def minus(line: list[Quotient], pivot: list[Quotient], by: Quotient) -> list[Quotient]:
        return line if by.num == 0 else [field.lowest(field.sub(a, field.mul(by, b))) for a, b in zip(line, pivot)]

    for column in range(unknowns):
        at = next((i for i, line in enumerate(lines) if line[column].num != 0), None)
        if at is None:
            continue
        pivot = lines.pop(at)
        lead = pivot[column]
        pivot = [field.lowest(Quotient(q.num * lead.den, q.den * lead.num)) for q in pivot]      # a generic n: checked when R is put in
        pivots = [(c, minus(line, pivot, line[column])) for c, line in pivots] + [(column, pivot)]
        lines = [minus(line, pivot, line[column]) for line in lines]
    if any(line[unknowns].num != 0 for line in lines):
        return None
    values = [field.constant(0)] * unknowns
    for column, line in pivots:
        values[column] = line[unknowns]
    return values


# --- finite sums whose terms hold n ---------------------------------------------------------------------------

def _finite(node: Operation, closed: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    body, k, lower, upper = node.args
    if not isinstance(upper, Symbol) or not isinstance(k, Symbol) or upper.name not in symbols(body) or upper.name in symbols(lower):
        return None
    n = upper
    starts = [f.args[1] for f in assumptions if is_op(f, "ge") and f.args[0] == n and isinstance(f.args[1], Number)] + [lower]
    start = max(starts, key=lambda s: s.value) if all(isinstance(s, Number) for s in starts) else None
    if start is None:
        return None
    others = tuple(a for a in assumptions if n.name not in symbols(a))
    for later in range(3):
        first = expr(start.value + later)
        given = (*others, *(Operation("element", (v, ZZ)) for v in (n, k)), Operation("ge", (n, first)))
        found = _certificate(body, k, lower, n, closed, given, decide)
        if found is None:
            continue
        bases = []
        for j in range(later + 1):
            at = expr(start.value + j)
            bases.append(decide(Operation("eq", (replace(node, {n: at}), replace(closed, {n: at}))), others))
        if not all(b.proved and b.strength == "exact" for b in bases):
            return None
        conditions, text = found
        known = any(is_op(a, "element") and a.args[0] == n and a.args[1] in (ZZ, NN) for a in assumptions)
        above = known and decide(Operation("ge", (n, start)), assumptions).proved
        whole = Operation("and", (Operation("element", (n, ZZ)), Operation("ge", (n, start))))
        conditions = (*(() if above else (whole,)), *(c for b in bases for c in b.conditions), *conditions)
        return proved("exact", "Wilf-Zeilberger certificate", {"R": text, "base": to_text(start)}, tuple(dict.fromkeys(conditions)))
    return None


def _certificate(body: Expr, k: Symbol, lower: Expr, n: Symbol, closed: Expr, given: tuple[Expr, ...], decide: Decide) -> tuple[tuple[Expr, ...], str] | None:
    """(conditions without n and k, R as text) where T(n+1) = q T(n) is shown for all n given."""
    between = (*given, Operation("ge", (k, lower)), Operation("le", (k, n)))
    field = _field(between)
    next_n, next_k = _ratio(field, body, n), _ratio(field, body, k)
    zero = field.is_zero(field.normal(closed))
    q = None if zero else _ratio(field, closed, n)
    wanted = next_n if q is None else field.lowest(field.sub(next_n, q))
    below = Quotient(next_n.den, field.one)
    solved = _solve(field, k, wanted, next_k, below, field.constant(1) if q is None else None)
    if solved is None:
        return None
    r, x = solved
    q = q if q is not None else field.neg(x)
    # G at k and k + 1 must have a value for lower <= k < n
    inner = (*given, Operation("ge", (k, lower)), Operation("le", (k, add(n, expr(-1)))))
    divisor = field.poly_expr(r.den)
    for tree in (divisor, replace(divisor, {k: add(k, ONE)})):
        shown = decide(Operation("ne", (tree, Number("0"))), inner)
        if not shown.proved or shown.conditions:
            return None
    written, factor = field.to_expr(r), field.to_expr(field.lowest(q))
    identity = Operation("eq", (add(replace(body, {n: add(n, ONE)}), Operation("neg", (Operation("mul", (factor, body)),))),
                                add(Operation("mul", (replace(written, {k: add(k, ONE)}), replace(body, {k: add(k, ONE)}))),
                                    Operation("neg", (Operation("mul", (written, body)),)))))
    checked = decide(identity, inner)
    if not checked.proved or checked.strength != "exact":
        return None

    def g(at: Expr) -> Expr:
        return Operation("mul", (replace(written, {k: at}), replace(body, {k: at})))

    new = replace(body, {n: add(n, ONE)})
    last = Operation("mul", (factor, replace(body, {k: n})))
    ends = [g(n), Operation("neg", (g(lower),)), replace(new, {k: n}), replace(new, {k: add(n, ONE)}), Operation("neg", (last,))]
    balance = decide(Operation("eq", (add(*ends), Number("0"))), given)
    recurrence = decide(Operation("eq", (replace(closed, {n: add(n, ONE)}), Operation("mul", (factor, closed)))), given)
    if not all(v.proved and v.strength == "exact" for v in (balance, recurrence)):
        return None
    conditions = dict.fromkeys(c for v in (checked, balance, recurrence) for c in v.conditions)
    if any({n.name, k.name} & set(symbols(c)) for c in conditions):
        return None
    return tuple(conditions), to_text(written)


# --- infinite sums --------------------------------------------------------------------------------------------

def _infinite(statement: Expr, node: Operation, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    body, k, lower, _ = node.args
    if not isinstance(k, Symbol) or not isinstance(lower, Number) or lower.value.denominator != 1:
        return None
    if k.name in {name for a in assumptions for name in symbols(a)}:
        return None
    found = _telescoped(body, k, lower, assumptions, decide) or _known(body, k, lower, assumptions, decide)
    if found is None:
        return None
    value, conditions, text = found
    verdict = decide(replace_node(statement, node, value), assumptions)
    if verdict.proved:
        return with_changes(verdict, method=f"infinite sum; {verdict.method}", witness=(("sum", text), *verdict.witness),
                            conditions=tuple(dict.fromkeys((*conditions, *verdict.conditions))))
    if verdict.refuted and conditions:      # the point must be one at which the value found is the sum's
        point = {parse(name, "plain"): fmpq(v.numerator, v.denominator) for name, v in verdict.counterexample}
        return verdict if point and all(enclosure.holds(c, point) is True for c in conditions) else None
    return verdict if verdict.refuted else None


def _from(k: Symbol, lower: Expr) -> tuple[Expr, ...]:
    return Operation("element", (k, ZZ)), Operation("ge", (k, lower))


def _telescoped(body: Expr, k: Symbol, lower: Number, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, tuple[Expr, ...], str] | None:
    """(sum, conditions, G) where G(k + 1) - G(k) is the term and G has a limit."""
    given = (*assumptions, *_from(k, lower))
    try:
        field = _field(given)
        ratio = _ratio(field, body, k)
        solved = None
        for below in (Quotient(field.one, field.one), Quotient(field.normal(body).den, field.one)):
            solved = solved or _solve(field, k, field.constant(1), ratio, below, None)
    except (Unsupported, Undefined, Overflow):
        return None
    if solved is None:
        return None
    written = field.to_expr(solved[0])
    g = Operation("mul", (written, body))
    below = Operation("ne", (field.poly_expr(solved[0].den), Number("0")))
    divisor = decide(below, given)
    needed = () if divisor.proved and not divisor.conditions else (below,)
    identity = decide(Operation("eq", (add(replace(g, {k: add(k, ONE)}), Operation("neg", (g,))), body)), given)
    if not identity.proved or any(k.name in symbols(c) for c in (*needed, *identity.conditions)):
        return None
    at_end = _limit(g, k, ratio, field, assumptions, decide)
    if at_end is None:
        return None
    value = add(at_end[0], Operation("neg", (replace(g, {k: lower}),)))
    return value, (*needed, *identity.conditions, *at_end[1]), to_text(g)


def _limit(g: Expr, k: Symbol, ratio: Quotient, field: Field, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, tuple[Expr, ...]] | None:
    """The limit of G as k grows, and a condition: 0 where G(k+1)/G(k) tends to something of modulus below 1, otherwise by an expansion."""
    tends = None
    try:
        tends, conditions, _ = limits.evaluate(Operation("limit", (field.to_expr(ratio), k, INF)), assumptions)
    except (Unsupported, Undefined, Overflow):
        conditions = ()
    if tends is not None and not conditions and not any(n == INF for n in walk(tends)):
        # the factor R of G = R F is rational in k: it changes no ratio in the limit
        below = Operation("lt", (Operation("abs", (tends,)), ONE))
        if below in assumptions or (size := decide(below, assumptions)).proved and not size.conditions:
            return Number("0"), ()
        if symbols(tends):
            return Number("0"), (below,)
        if not decide(Operation("eq", (tends, ONE)), assumptions).proved:
            return None
    try:
        value, conditions, _ = limits.evaluate(Operation("limit", (g, k, INF)), assumptions)
    except (Unsupported, Undefined, Overflow):
        return None
    return None if conditions or any(n == INF for n in walk(value)) else (value, ())


def _known(body: Expr, k: Symbol, lower: Number, assumptions: tuple[Expr, ...], decide: Decide) -> tuple[Expr, tuple[Expr, ...], str] | None:
    """(sum, conditions, name) by the table of series, matched by the ratio of neighbouring terms."""
    field = _field((*assumptions, *_from(k, lower)))
    try:
        ratio = _ratio(field, body, k)
    except (Unsupported, Undefined, Overflow):
        return None
    if any(k.name in symbols(c) for c in open_conditions(field)):
        return None
    for shape, start, total, needed in _SERIES:
        if parse(start, "plain") != lower:
            continue
        z = _matched(field, ratio, parse(shape, "plain"), k)
        if z is None:
            continue
        put = {Symbol("z"): z}
        condition = replace(parse(needed, "plain"), put) if needed else None
        if condition is not None:
            shown = decide(condition, assumptions)
            if not shown.proved or shown.conditions:
                continue
        value = Operation("mul", (replace(body, {k: lower}), replace(parse(total, "plain"), put)))
        return value, tuple(c for c in open_conditions(field)), f"ratio {to_text(field.to_expr(ratio))}"
    return None


def _matched(field: Field, ratio: Quotient, shape: Expr, k: Symbol) -> Expr | None:
    """A z with which the ratio has this shape: a name, a number or a monomial; None where there is none."""
    written = replace(shape, {Symbol("k"): k})
    if Symbol("z") not in set(walk(written)):
        return ONE if field.is_zero(field.sub(field.normal(written), ratio)) else None
    unit = field.normal(replace(written, {Symbol("z"): ONE}))
    scale = field.lowest(Quotient(ratio.num * unit.den, ratio.den * unit.num))
    tree = field.to_expr(scale)
    if k.name in symbols(tree):
        return None
    square = any(is_op(n, "pow") and n.args[0] == Symbol("z") for n in walk(shape))
    if not square:
        return tree
    root = field._root_of(Operation("abs", (tree,)), 2) if field.sign(scale) in ("+", ">=") else None
    if root is None:
        return None
    written_root = field.to_expr(field.lowest(root))
    return written_root if field.is_zero(field.sub(field.mul(root, root), scale)) else None
