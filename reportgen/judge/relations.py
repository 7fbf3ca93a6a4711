"""Single relations, equivalences and implications in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mpoly, fmpq_poly

from ..expressions import Expr, Number, Operation, Symbol, is_op, replace, symbols, to_text
from ..obligation import Verdict, proved
from . import algebraic, calculus, enclosure, integrals, signs
from .conditions import EXCLUDED, Facts, as_difference, open_conditions, times
from .exact import Field
from .forms import Quotient, Undefined, Unsupported
from .matrices import is_matrix, matrix_normal

_NEEDED = {"gt": ("+",), "ge": ("+", ">=", "0"), "ne": ("+", "-", "!=")}


# --- equations ------------------------------------------------------------------------------------------------

def equation(field: Field, facts: Facts, statement: Expr) -> Verdict | None:
    """PROVED where both sides have one normal form (entry by entry for matrices and tuples); None where this does not prove it."""
    left, right = statement.args
    if is_op(left, "tuple", "row") and is_op(right, "tuple", "row") and len(left.args) == len(right.args):
        parts = [equation(field, facts, Operation("eq", pair)) for pair in zip(left.args, right.args)]
        return None if None in parts else proved("exact", "normal forms entry by entry", {"entries": str(len(parts))}, open_conditions(field))
    if is_matrix(left) or is_matrix(right):
        rows, others = matrix_normal(field, left), matrix_normal(field, right)
        if (len(rows), len(rows[0])) != (len(others), len(others[0])):
            raise Undefined(f"a {len(rows)}×{len(rows[0])} and a {len(others)}×{len(others[0])} matrix")
        if all(field.is_zero(field.sub(a, b)) for r, s in zip(rows, others) for a, b in zip(r, s)):
            return proved("exact", "matrix entries by normal form", {"shape": f"{len(rows)}×{len(rows[0])}"}, open_conditions(field))
        return None
    ours, theirs = field.normal(left), field.normal(right)
    difference = field.lowest(field.reduced(field.sub(ours, theirs)))
    if difference.num == 0:
        witness = {"normal form": to_text(field.to_expr(field.lowest(field.reduced(theirs))))}
        return proved("exact", "normal form", witness, open_conditions(field))
    if algebraic.is_zero(field, difference):
        return proved("exact", "radicals, by a bound on the roots", {"difference": to_text(field.to_expr(difference))}, open_conditions(field))
    for given in facts.equations:
        if given != 0 and _covers(facts, given, difference.num):
            return proved("exact", "normal form modulo an assumed equation", {"equation": to_text(field.poly_expr(given))}, open_conditions(field))
    return None


def _covers(facts: Facts, given: fmpq_mpoly, wanted: fmpq_mpoly) -> bool:
    """given = 0 implies wanted = 0: every factor of given is never zero or divides wanted."""
    _, factors = given.factor()
    return all(facts.nonzero(f) or divmod(wanted, f)[1] == 0 for f, _ in factors)


def integral(field: Field, statement: Expr, decide) -> Verdict | None:
    """``integral(f, x) = F`` where dF/dx = f; ``integral(f, x, a, b) = v`` where a rule's F has F(b) - F(a) = v and f is continuous on [a, b]."""
    for left, right in (statement.args, statement.args[::-1]):
        if not is_op(left, "integral") or is_op(right, "integral"):
            continue
        body, x = left.args[:2]
        if len(left.args) == 2:
            check = Operation("eq", (Operation("diff", (right, x)), body))
            inner = decide(check) if calculus.depends(right, x) else None
            if inner is not None and inner.proved:
                return proved(inner.strength, "derivative of the antiderivative", {"derivative": to_text(check)}, inner.conditions)
            if inner is not None and inner.refuted:
                return inner
            continue
        low, high = left.args[2:]
        found = integrals.antiderivative(body, x)
        if found is None or symbols(low) or symbols(high):
            continue
        checks = [Operation("eq", (Operation("diff", (found, x)), body)),
                  Operation("eq", (Operation("add", (replace(found, {x: high}), Operation("neg", (replace(found, {x: low}),)))), right))]
        try:     # a finite enclosure over [a, b] shows that the integrand is continuous there
            enclosure.evaluate(left, bits=64)
        except enclosure.NoValue:
            continue
        verdicts = [decide(c) for c in checks]
        if all(v.proved and v.strength == "exact" for v in verdicts):
            return proved("exact", "fundamental theorem", {"antiderivative": to_text(found)}, verdicts[1].conditions)
    return None


# --- inequalities ---------------------------------------------------------------------------------------------

def inequality(field: Field, facts: Facts, statement: Expr, assumptions: tuple[Expr, ...]) -> Verdict | None:
    """PROVED where the sign of the difference follows from the assumptions; None where it does not."""
    head, (left, right) = statement.head, statement.args
    if head in ("lt", "le"):
        head, left, right = {"lt": "gt", "le": "ge"}[head], right, left
    difference = field.lowest(field.reduced(field.sub(field.normal(left), field.normal(right))))
    # where there is a value, no divisor is zero: a denominator that is not negative is positive
    below = {">=": "+", "<=": "-"}.get(known := facts.sign(difference.den), known)
    found = times(facts.sign(difference.num), below) if difference.num != 0 else "0"
    if found in _NEEDED[head]:
        return proved("exact", "signs of the factors", {"sign": found, "difference": to_text(field.to_expr(difference))}, open_conditions(field))
    return _univariate(field, facts, head, difference, assumptions)


def _univariate(field: Field, facts: Facts, head: str, q: Quotient, assumptions: tuple[Expr, ...]) -> Verdict | None:
    """Sturm's theorem where one atom occurs: a name, or the exponential of one."""
    used = [i for i, (d, e) in enumerate(zip(q.num.degrees(), q.den.degrees())) if d or e]
    if len(used) != 1:
        return None
    i = used[0]
    atom = field.atoms[i]
    if atom.kind == "symbol":
        name, is_exp = atom.expr, False
    elif atom.kind == "exp" and isinstance(atom.expr.args[0], Symbol):
        name, is_exp = atom.expr.args[0], True
    else:
        return None
    low, high, low_in, high_in = interval(field, facts, name, is_exp, assumptions)
    if low is not None and high is not None and low >= high:
        return None
    num, den = _one_variable(q.num, i), _one_variable(q.den, i)
    if signs.sign_on(den, low, high) is None:
        return None
    wanted = num * den
    ends = [signs.value_sign(wanted, e) for e, inside in ((low, low_in), (high, high_in)) if e is not None and inside]
    if head == "ge":      # even roots do not change the sign
        _, factors = q.num.factor()
        odd = field.one
        for factor, exponent in factors:
            odd = odd * factor if exponent % 2 else odd
        content = 1 if q.num.factor()[0] > 0 else -1
        inner = signs.sign_on(_one_variable(odd, i) * den * content, low, high)
        if inner != 1 or any(e < 0 for e in ends):
            return None
    else:
        inner = signs.sign_on(wanted, low, high)
        if inner is None or inner == 0 or (head == "gt" and (inner < 0 or any(e <= 0 for e in ends))) or (head == "ne" and 0 in ends):
            return None
    variable = f"exp({to_text(name)})" if is_exp else to_text(name)
    witness = {"variable": variable, "interval": f"{'-inf' if low is None else low} to {'inf' if high is None else high}",
               "polynomial": to_text(field.poly_expr(q.num * q.den))}
    return proved("exact", "no root in the interval (Sturm)", witness, open_conditions(field))


def _one_variable(poly: fmpq_mpoly, i: int) -> fmpq_poly:
    out: dict[int, fmpq] = {e[i]: c for e, c in poly.to_dict().items()}
    return fmpq_poly([out.get(k, fmpq(0)) for k in range(max(out, default=0) + 1)])


def interval(field: Field, facts: Facts, name: Expr, is_exp: bool, assumptions: tuple[Expr, ...]) -> tuple[Fraction | None, Fraction | None, bool, bool]:
    """(low, high, low belongs, high belongs) of the name (or of its exponential) under the assumptions.

    A bound that is not rational is widened to a rational: what holds on the wider interval holds on the narrower.
    """
    low, high, low_in, high_in = (Fraction(0), None, False, False) if is_exp else (None, None, False, False)
    for fact in assumptions:
        if not is_op(fact, "lt", "le", "gt", "ge"):
            continue
        side = _bound(field, name, fact)
        if side is None:
            continue
        bound, is_lower = side
        strict = fact.head in ("lt", "gt")
        value = _rational_bound(field, Operation("exp", (bound,)) if is_exp else bound, is_lower)
        if value is None:
            continue
        if is_lower and (low is None or value > low or (value == low and strict)):
            low, low_in = value, not strict
        if not is_lower and (high is None or value < high or (value == high and strict)):
            high, high_in = value, not strict
    return low, high, low_in, high_in


def _bound(field: Field, name: Expr, fact: Expr) -> tuple[Expr, bool] | None:
    """(bound, is it a lower one) where the fact is linear in the name with numbers beside it."""
    try:
        q = as_difference(field, fact)
    except (Unsupported, Undefined):
        return None
    place = field.index.get(("symbol", name.name)) if isinstance(name, Symbol) else None
    if place is None or not q.den.is_constant() or q.num.degrees()[place] != 1:
        return None
    slope, rest = None, {}
    for exponents, coefficient in (q.num / q.den.leading_coefficient()).to_dict().items():
        if exponents[place]:
            if sum(exponents) != 1:
                return None
            slope = coefficient
        else:
            rest[exponents] = coefficient
    offset = field.to_expr(Quotient(field.ctx.from_dict(rest) / -slope, field.one))
    if symbols(offset):
        return None
    # l - r = slope*name + ..., and the fact says its sign
    return offset, (fact.head in ("gt", "ge")) == (slope > 0)


def _rational_bound(field: Field, bound: Expr, is_lower: bool) -> Fraction | None:
    try:
        value = field.rational(field.lowest(field.reduced(field.normal(bound))))
        if value is not None:
            return value
        ball = enclosure.to_arb(enclosure.evaluate(bound, bits=128))
    except (Unsupported, Undefined, enclosure.NoValue):
        return None
    end = (ball.lower() if is_lower else ball.upper()).mid()
    man, exp = end.man_exp()
    return Fraction(int(man)) * Fraction(2) ** int(exp)


# --- equivalence and implication ------------------------------------------------------------------------------

def equivalence(field: Field, facts: Facts, first: Expr, second: Expr) -> Verdict | None:
    """PROVED where both relations have the same solutions under the assumptions, if conditions that are left lose none (``soundness``)."""
    if is_op(first, "eq") and all(is_op(a, "vec") for a in first.args) and is_op(second, "eq") \
            and tuple(a.args[0] for a in first.args) == second.args and not all(map(is_matrix, second.args)):
        # a name that stands for a matrix has the shape of what it is set equal to; on matrices of one shape vec is one to one
        return proved("exact", "vec is one to one")
    if is_op(first, "eq", "or") and is_op(second, "eq", "or"):
        a, b = _solutions(field, first), _solutions(field, second)
        if a is not None and b is not None and _contained(facts, a, b) and _contained(facts, b, a):
            return proved("exact", "same zero set", _zero_witness(field, a.poly, b.poly), open_conditions(field))
        return _exponential_roots(field, facts, first, second) or _exponential_roots(field, facts, second, first) \
            or _by_function(field, facts, first, second) or _by_function(field, facts, second, first)
    if is_op(first, "lt", "le", "gt", "ge") and is_op(second, "lt", "le", "gt", "ge"):
        return _same_inequality(field, facts, first, second)
    if is_op(first, "ne") and is_op(second, "ne"):
        return equivalence(field, facts, Operation("eq", first.args), Operation("eq", second.args))
    return None


def implication(field: Field, facts: Facts, first: Expr, second: Expr) -> Verdict | None:
    """PROVED where every solution of the first equation solves the second."""
    if is_op(first, "eq", "or") and is_op(second, "eq", "or"):
        a, b = _solutions(field, first), _solutions(field, second)
        if a is not None and b is not None and _contained(facts, a, b):
            return proved("exact", "zero set contained", _zero_witness(field, a.poly, b.poly), open_conditions(field))
        return _by_function(field, facts, first, second, both=False)
    return None


def _zero_set(field: Field, relation: Expr) -> fmpq_mpoly | None:
    """The polynomial whose zeros (away from the divisors) are the solutions of an equation, or of equations joined by ``or``."""
    if is_op(relation, "or"):
        parts = [_zero_set(field, a) for a in relation.args]
        if None in parts:
            return None
        product = field.one
        for part in parts:
            product = product * part
        return field.reduced(Quotient(product, field.one)).num
    if not is_op(relation, "eq") or is_matrix(relation.args[0]) or is_matrix(relation.args[1]):
        return None
    return as_difference(field, relation).num


@dataclass(frozen=True, slots=True)
class Solutions:
    """The solutions of an equation: the zeros of ``poly`` at which none of its own ``divisors`` is zero and its ``domains`` have their signs."""

    poly: fmpq_mpoly
    divisors: tuple[fmpq_mpoly, ...]
    domains: tuple[tuple[fmpq_mpoly, str], ...]

    def excludes(self, facts: Facts, factor: fmpq_mpoly) -> bool:
        """Wherever the factor is zero, a logarithm or root has no value."""
        return any(facts.sign(divmod(p, factor)[1]) in EXCLUDED[head] for p, head in self.domains)


def _solutions(field: Field, relation: Expr) -> Solutions | None:
    everything, field.divisors = field.divisors, {}
    every_domain, field.requirements = field.requirements, {}
    try:
        poly = _zero_set(field, relation)
        own = tuple(field.divisors.values())
        domains = tuple((q.num * q.den, head) for q, head in field.requirements.values())
    finally:
        field.divisors = everything | field.divisors
        field.requirements = every_domain | field.requirements
    return None if poly is None else Solutions(poly, own, domains)


def _contained(facts: Facts, a: Solutions, b: Solutions) -> bool:
    """Every solution of a is one of b, up to points where a divisor of b happens to be zero too.

    A whole family of solutions that a divisor of b excludes is lost, and then this is False: x = 1 does not give x/(x - 1) = 1/(x - 1).
    """
    def divides(f: fmpq_mpoly, others: tuple[fmpq_mpoly, ...]) -> bool:
        return any(d != 0 and divmod(d, f)[1] == 0 for d in others)

    if a.poly == 0:
        return b.poly == 0
    for factor, _ in a.poly.factor()[1]:
        if facts.nonzero(factor) or divides(factor, a.divisors) or a.excludes(facts, factor):
            continue
        if divides(factor, b.divisors) or b.excludes(facts, factor) or divmod(b.poly, factor)[1] != 0:
            return False
    return True


def _zero_witness(field: Field, p: fmpq_mpoly, q: fmpq_mpoly) -> dict[str, str]:
    return {"first": to_text(field.poly_expr(p)) + " = 0", "second": to_text(field.poly_expr(q)) + " = 0"}


def _exponential_roots(field: Field, facts: Facts, first: Expr, second: Expr) -> Verdict | None:
    """An equation in exp(z) alone against ``z = c`` (or several joined by ``or``): its positive roots are exactly the exp(c)."""
    claimed = second.args if is_op(second, "or") else (second,)
    name = claimed[0].args[0]
    if any(not is_op(c, "eq") or c.args[0] != name for c in claimed) or not isinstance(name, Symbol):
        return None
    p = _zero_set(field, first)
    used = [i for i, d in enumerate(p.degrees()) if d] if p is not None else []
    if len(used) != 1 or field.atoms[used[0]].kind != "exp" or field.atoms[used[0]].expr.args[0] != name:
        return None
    poly = _one_variable(p, used[0])
    points = {field.rational(field.lowest(field.reduced(field.normal(Operation("exp", (c.args[1],)))))) for c in claimed}
    if None in points or any(signs.value_sign(poly, v) for v in points) or signs.roots_in(poly, Fraction(0), None) != len(points):
        return None
    return proved("exact", "all positive roots in exp (Sturm)", {"roots": ", ".join(str(v) for v in sorted(points))}, open_conditions(field))


def _same_inequality(field: Field, facts: Facts, first: Expr, second: Expr) -> Verdict | None:
    def oriented(relation: Expr) -> tuple[Quotient, bool]:
        q = as_difference(field, relation)
        return (q if relation.head in ("gt", "ge") else field.neg(q)), relation.head in ("gt", "lt")

    (a, strict), (b, also_strict) = oriented(first), oriented(second)
    if strict != also_strict or a.num == 0 or b.num == 0:
        return None
    ratio = field.lowest(Quotient(b.num * a.den, b.den * a.num))
    if facts.sign(ratio.num * ratio.den) == "+":
        return proved("exact", "differences in a positive ratio", {"ratio": to_text(field.to_expr(ratio))}, open_conditions(field))
    return None


def _by_function(field: Field, facts: Facts, first: Expr, second: Expr, both: bool = True) -> Verdict | None:
    """The second equation is an injective function of both sides of the first: ln, exp, an odd power, or a power of non-negative sides."""
    if not (is_op(first, "eq") and is_op(second, "eq")):
        return None
    (u, v), (fu, fv) = first.args, second.args
    candidates = ["ln", "exp"] + [Number(str(k)) for k in (2, 3, 4, 5)]
    met = dict(field.requirements), dict(field.divisors)
    for function in candidates:
        # what a candidate that failed would have needed (x > 0 for ln x) is no condition of the statement
        for record, kept in zip((field.requirements, field.divisors), met):
            record.clear()
            record.update(kept)
        try:
            signs_of = {field.sign(field.normal(u)), field.sign(field.normal(v))}
            if function == "ln" and "+" not in signs_of:
                continue        # equal sides are both positive as soon as one of them is
            even = isinstance(function, Number) and function.value % 2 == 0
            if even and both and not {"+", ">=", "0"} >= signs_of:
                continue
            images = [Operation("pow", (side, function)) if isinstance(function, Number) else Operation(function, (side,)) for side in (u, v)]
            if all(_equal(field, a, b) for a, b in zip(images, (fu, fv))):
                name = f"power {function.text}" if isinstance(function, Number) else function
                return proved("exact", f"{name} of both sides", {"function": name}, open_conditions(field))
        except (Unsupported, Undefined):
            continue
    for record, kept in zip((field.requirements, field.divisors), met):
        record.clear()
        record.update(kept)
    return None


def differing_entries(field: Field, statement: Expr) -> list[Expr]:
    """Of an equation of matrices or tuples that was not proved: the entries that may differ, as equations; none where it is neither."""
    left, right = statement.args
    if is_op(left, "tuple") and is_op(right, "tuple") and len(left.args) == len(right.args):
        pairs = [(field.normal(a), field.normal(b)) for a, b in zip(left.args, right.args)]
    elif is_matrix(left) or is_matrix(right):
        pairs = [p for r, s in zip(matrix_normal(field, left), matrix_normal(field, right)) for p in zip(r, s)]
    else:
        return []
    return [Operation("eq", (field.to_expr(field.lowest(a)), field.to_expr(field.lowest(b))))
            for a, b in pairs if not field.is_zero(field.sub(a, b))]


def _equal(field: Field, a: Expr, b: Expr) -> bool:
    return field.is_zero(field.sub(field.normal(a), field.normal(b)))
