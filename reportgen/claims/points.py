"""Points at which an identity or an implication fails: found by sampling, believed only where exact arithmetic or balls say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flint import Ordering, acb, arb, fmpq, fmpq_mpoly_ctx, fmpq_poly

from ..expressions import Expr, Number, Operation, Symbol, is_op, count_nodes, symbols, walk
from .arrays import Matrix, NoValue, Scalar, Several, as_acb
from .values import evaluate

WHOLE_NAMES = frozenset("nkmjN")  # names that usually stand for whole numbers get whole values
_VALUES = [Fraction(*v) for v in ((2, 3), (3, 1), (5, 7), (7, 2), (11, 5), (1, 2), (13, 3), (4, 9))]
_WHOLE = (3, 5, 2, 7, 4, 6, 9, 8)
_ROUNDS = 5
MAX_NAMES = 8
MAX_POLY_DEGREE = 40
MAX_POLY_TERMS = 3_000

Point = dict[Expr, Scalar]


def points(names: Sequence[str]):
    """A few points with positive coordinates, all different."""
    for k in range(_ROUNDS):
        yield {Symbol(n): fmpq(_WHOLE[(i * 3 + k) % 8]) if n in WHOLE_NAMES else _fmpq(_VALUES[(i * 3 + k * 2 + k // 2) % 8]) for i, n in enumerate(names)}


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _scalar(tree: Expr, point: Mapping[Expr, Scalar]) -> Scalar | None:
    try:
        value = evaluate(tree, 128, env=dict(point))
    except NoValue:
        return None
    return None if isinstance(value, (Matrix, Several)) else value


def failing(before: Expr, after: Expr, domain: Sequence[Expr]) -> tuple[Point, Scalar, Scalar] | None:
    """A point of the domain at which both sides have values and differ; what stands before must be real there."""
    names = list(dict.fromkeys((*symbols(before), *symbols(after))))
    names = [n for n in names if n not in ("i", "I")]
    if not names or len(names) > MAX_NAMES:
        return None
    imaginary = any(Symbol(n) in walk(before) for n in ("i", "I")) and not any(
        isinstance(n, Operation) and n.head in ("sqrt", "root", "log", "ln") for t in (before, after) for n in walk(t)
    )
    for point in points(names):
        x, y = _scalar(before, point), _scalar(after, point)
        if x is None or y is None or not all(_holds(d, point) for d in domain):
            continue
        if isinstance(x, fmpq) and isinstance(y, fmpq):
            if x != y:
                return point, x, y
        elif not as_acb(x).overlaps(as_acb(y)) and (isinstance(x, fmpq) or x.imag == 0 or imaginary):
            return point, x, y
    return None


def _holds(condition: Expr, point: Mapping[Expr, Scalar]) -> bool:
    x, y = (_scalar(a, point) for a in condition.args)
    if x is None or y is None:
        return False
    p, q = (v if isinstance(v, fmpq) else v.real if v.imag == 0 else None for v in (x, y))
    if p is None or q is None:
        return False
    return bool(p > q or condition.head == "ge" and (isinstance(p, fmpq) and p == q or not p < q))


def shown(point: Mapping[Expr, Scalar]) -> str:
    return ", ".join(f"{n.name} = {v if isinstance(v, fmpq) else v.str(8, radius=False)}" for n, v in point.items())


# --- implications between equations


def unfollowed(given: Expr, wanted: Expr, domain: Sequence[Expr]) -> tuple[Point, Scalar] | None:
    """A solution of the equation ``given`` (names as rationals, the last by certified roots) at which ``wanted`` is false.

    Each of them may be a choice of equations.
    """
    if is_op(given, "or"):
        found = (unfollowed(g, wanted, domain) for g in given.args if is_op(g, "eq"))
        return next((f for f in found if f is not None), None)
    choices = wanted.args if is_op(wanted, "or") else (wanted,)
    if not all(is_op(w, "eq") for w in choices):
        return None
    names = [n for n in symbols(given) if n not in ("i", "I")]
    rest = [n for n in symbols(wanted) if n not in names]
    if not names or rest or len(names) > MAX_NAMES:
        return None
    difference = polynomial(Operation("add", (given.args[0], Operation("neg", (given.args[1],)))), names)
    if difference is None:
        return None
    num = difference
    gaps = [Operation("add", (w.args[0], Operation("neg", (w.args[1],)))) for w in choices]
    order = sorted(range(len(names)), key=lambda i: (num.degrees()[i] == 0, num.degrees()[i]))
    for base in points(names):
        solved = order[0]
        if num.degrees()[solved] == 0:
            return None
        coefficients: dict[int, fmpq] = {}
        for exponents, coefficient in num.to_dict().items():
            term = coefficient
            for j, e in enumerate(exponents):
                if j != solved and e:
                    term = term * base[Symbol(names[j])] ** int(e)
            coefficients[int(exponents[solved])] = coefficients.get(int(exponents[solved]), fmpq(0)) + term
        degree = max(coefficients)
        if degree > MAX_POLY_DEGREE:
            return None
        poly = fmpq_poly([coefficients.get(k, fmpq(0)) for k in range(degree + 1)])
        for root in _real_roots(poly) or (_complex_roots(poly) if len(names) == 1 and not domain else []):
            point = {**base, Symbol(names[solved]): root}
            x, y = _scalar(given.args[0], point), _scalar(given.args[1], point)
            if x is None or y is None or not all(_holds(d, point) for d in domain):
                continue
            values = [_scalar(gap, point) for gap in gaps]
            if all(isinstance(v, fmpq) and v != 0 or isinstance(v, acb) and not v.contains(acb(0)) for v in values):
                return point, values[0]
    return None


def _real_roots(poly: fmpq_poly) -> list[Scalar]:
    """The rational roots exactly, the other real roots as balls."""
    if poly.degree() < 1:
        return []
    found: list[Scalar] = []
    _, factors = poly.numer().factor()
    for factor, _ in factors:
        if factor.degree() == 1:
            found.append(fmpq(-int(factor[0]), int(factor[1])))
        elif factor.degree() <= 12:
            try:
                roots = factor.complex_roots()
            except (ValueError, ArithmeticError):
                continue
            found += [acb(r.real) for r, _ in roots if r.imag == 0]
    return found


def _complex_roots(poly: fmpq_poly) -> list[Scalar]:
    """Of an equation without real solutions: what follows from it must hold for these."""
    try:
        return [root for root, _ in poly.numer().complex_roots()] if 2 <= poly.degree() <= 12 else []
    except (ValueError, ArithmeticError):
        return []


def polynomial(tree: Expr, names: Sequence[str]):
    """The numerator of a rational function of the names; None for anything else or what is too large."""
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(names))], Ordering.lex)
    gens = {Symbol(n): context.gen(i) for i, n in enumerate(names)}
    try:
        num, _ = _quotient(tree, gens, context)
    except (NoValue, ZeroDivisionError, OverflowError):
        return None
    return num if num != 0 else None


def _quotient(tree: Expr, gens: Mapping[Expr, object], context):
    if isinstance(tree, Number):
        v = tree.value
        return context.constant(fmpq(v.numerator, v.denominator)), context.constant(1)
    if tree in gens:
        return gens[tree], context.constant(1)
    if not isinstance(tree, Operation):
        raise NoValue("not rational")
    if tree.head == "add":
        num, den = _quotient(tree.args[0], gens, context)
        for a in tree.args[1:]:
            p, q = _quotient(a, gens, context)
            num, den = (num + p, den) if den == q else _small(num * q + p * den, den * q)
        return num, den
    if tree.head == "neg":
        num, den = _quotient(tree.args[0], gens, context)
        return -num, den
    if tree.head == "mul":
        num, den = context.constant(1), context.constant(1)
        for a in tree.args:
            p, q = _quotient(a, gens, context)
            num, den = _small(num * p, den * q)
        return num, den
    if tree.head == "div":
        (a, b), (c, d) = (_quotient(x, gens, context) for x in tree.args)
        if c == 0:
            raise NoValue("a division by zero")
        return _small(a * d, b * c)
    if tree.head == "pow":
        k = evaluate(tree.args[1])
        if isinstance(k, fmpq) and k.q == 1 and abs(k) <= 24:
            num, den = _quotient(tree.args[0], gens, context)
            if k < 0:
                if num == 0:
                    raise NoValue("a division by zero")
                num, den = den, num
            return _small(num ** abs(int(k.p)), den ** abs(int(k.p)))
    raise NoValue("not rational")


def _small(num, den):
    if len(num) > MAX_POLY_TERMS or len(den) > MAX_POLY_TERMS or max((*num.degrees(), *den.degrees()), default=0) > 200:
        raise NoValue("too large")
    return num, den


def identical(before: Expr, after: Expr) -> bool:
    """Both sides are one rational function of their names (and of i, where i^2 = -1)."""
    found = _generators(before, after)
    if found is None:
        return False
    context, gens = found
    try:
        num, den = _quotient(Operation("add", (before, Operation("neg", (after,)))), gens, context)
        if Symbol("i") in gens:
            unit = gens[Symbol("i")] ** 2 + 1
            if divmod(den, unit)[1] == 0:
                return False
            num = divmod(num, unit)[1]
        num = _without_squares(num, gens, context)
    except (NoValue, ZeroDivisionError, OverflowError):
        return False
    return num == 0


def _generators(*trees: Expr):
    """A context with one generator for each name and for each part that is not rational, such as sqrt(x) or P(4)."""
    atoms: dict[Expr, None] = {}

    def collect(tree: Expr) -> None:
        if isinstance(tree, Number):
            return
        if isinstance(tree, Symbol) or tree.head not in ("add", "neg", "mul", "div", "pow") or tree.head == "pow" and not _whole_exponent(tree.args[1]):
            atoms.setdefault(tree)
            if isinstance(tree, Operation) and tree.head == "sqrt":
                collect(tree.args[0])
            return
        for a in tree.args:
            collect(a)

    for tree in trees:
        collect(tree)
    if not atoms or len(atoms) > 2 * MAX_NAMES:
        return None
    # square roots first, the larger before the smaller: division by s^2 - f then leaves no s^2
    ordered = sorted(atoms, key=lambda a: (not _is_root(a), -count_nodes(a)))
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(ordered))], Ordering.lex)
    return context, {atom: context.gen(i) for i, atom in enumerate(ordered)}


def _is_root(tree: Expr) -> bool:
    return isinstance(tree, Operation) and tree.head == "sqrt"


def _without_squares(num, gens: Mapping[Expr, object], context):
    """The polynomial with the square of every square root replaced by what stands under it."""
    for atom, gen in gens.items():
        if _is_root(atom):
            inner, den = _quotient(atom.args[0], gens, context)
            if den.is_constant():
                num = divmod(num, gen**2 - inner / den.leading_coefficient())[1]
    return num


def _whole_exponent(tree: Expr) -> bool:
    try:
        value = evaluate(tree)
    except NoValue:
        return False
    return isinstance(value, fmpq) and value.q == 1 and abs(value) <= 24


def proportional(given: Expr, wanted: Expr) -> bool:
    """The differences of the sides are one function up to a factor that is a number: the equations are equivalent where both are defined."""
    found = _generators(given.args[0], given.args[1], wanted.args[0], wanted.args[1])
    if found is None or Symbol("i") in found[1]:
        return False
    context, gens = found
    try:
        (a, b), (c, d) = (_quotient(Operation("add", (e.args[0], Operation("neg", (e.args[1],)))), gens, context) for e in (given, wanted))
        if a == 0 or c == 0:
            return False
        a, c = (_without_squares(t, gens, context) for t in (a, c))
        if a == 0 or c == 0:
            return False
        p, q = (a, c) if b == d else (_small(a * d, b * d)[0], _small(c * b, b * d)[0])
    except (NoValue, ZeroDivisionError, OverflowError):
        return False
    return len(p) == len(q) and p * q.leading_coefficient() == q * p.leading_coefficient()


__all__ = ["arb", "failing", "proportional", "shown", "unfollowed"]
