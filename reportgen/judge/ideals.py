"""Systems of equations: their solutions are those of other systems, by Gröbner bases over the rationals.

Every ``or`` of ``and`` of equations is a union of zero sets.  One lies in another where, for every choice of one polynomial from
each system on the right, the product vanishes on the left: it, or a power of it, reduces to 0 by a Gröbner basis.  On the left
a factor that is not zero is left out, the others are cases, and a sum of squares that is zero makes each square zero.
Source: D. Cox, J. Little, D. O'Shea, "Ideals, Varieties, and Algorithms", chapters 2 and 4.
"""

from __future__ import annotations

from itertools import product
from math import lcm

from flint import Ordering, fmpq_mpoly, fmpz_mpoly_ctx, fmpz_mpoly_vec

from ..expressions import Expr, is_op, to_text
from ..obligation import Verdict, proved
from . import squares
from .conditions import Facts, as_difference, open_conditions
from .exact import Field
from .forms import Decide, Unsupported

MAX_SYSTEMS = 8
MAX_CASES = 24
LIMITS = (40, 200, 2_000)      # polynomials, terms of one, bits of a coefficient: what is larger is given up

System = tuple[fmpq_mpoly, ...]


def prove(statement: Expr, assumptions: tuple[Expr, ...], _decide: Decide) -> Verdict | None:
    """PROVED where the zero sets are equal (iff) or contained (implies, or a single equation under assumed ones); None otherwise."""
    if not is_op(statement, "iff", "implies", "eq"):
        return None
    field = Field(32)
    facts = Facts(field, assumptions)
    given = tuple(p for p in facts.equations if p != 0)
    if is_op(statement, "eq"):
        if len(given) < 1 or any(is_op(a, "matrix", "tuple") for a in statement.args):
            return None
        first, second, heads = [()], _systems(field, statement), ("implies",)
    else:
        if not any(is_op(a, "and", "or") for a in statement.args) and not given:
            return None
        first, second = (_systems(field, a) for a in statement.args)
        heads = ("implies", "converse") if is_op(statement, "iff") else ("implies",)
    if first is None or second is None or any(d for r, (d, _) in field.requirements.items() if field.sign(d) not in ("+", ">=", "0")):
        return None
    if any(facts.sign(p) not in ("+", "-", "!=") for p in field.divisors.values()):
        return None      # a solution may be lost where a divisor is zero
    for head in heads:
        left, right = (first, second) if head == "implies" else (second, first)
        if not all(_contained(field, facts, (*given, *system), right) for system in left):
            return None
    witness = {"first": _text(field, first), "second": _text(field, second)} | ({"given": _text(field, [given])} if given else {})
    return proved("exact", "zero sets by Gröbner bases", witness, open_conditions(field))


def _text(field: Field, systems: list[System]) -> str:
    return " or ".join("{" + ", ".join(to_text(field.poly_expr(p)) for p in s) + "} = 0" for s in systems)


def _systems(field: Field, node: Expr) -> list[System] | None:
    """The disjunctive form of equations joined by and/or; None where something else occurs."""
    if is_op(node, "eq") and not any(is_op(a, "matrix", "tuple") for a in node.args):
        return [(as_difference(field, node).num,)]
    if is_op(node, "or"):
        parts = [_systems(field, a) for a in node.args]
        return None if None in parts else [s for p in parts for s in p][:MAX_SYSTEMS + 1]
    if is_op(node, "and"):
        parts = [_systems(field, a) for a in node.args]
        if None in parts:
            return None
        joined = [tuple(p for s in choice for p in s) for choice in product(*parts)]
        return joined if len(joined) <= MAX_SYSTEMS else None
    return None


def _contained(field: Field, facts: Facts, system: System, others: list[System]) -> bool:
    """Every real solution of the system solves one of the others."""
    cases = _cases(field, facts, system)
    if cases is None:
        return False
    for case in cases:
        basis = _basis(field, case)
        if basis is None:
            return False
        for choice in product(*others):
            wanted = field.one
            for poly in choice:
                wanted = wanted * poly
            if not any(_reduces(field, wanted ** k, basis) for k in (1, 2)):
                return False
    return True


def _cases(field: Field, facts: Facts, system: System) -> list[System] | None:
    """The system with its polynomials factored, one factor of each a case; factors that are never zero are left out."""
    system = tuple(p for p in system if p != 0)
    # a root or an absolute value is not free: its relation holds as well
    relations = tuple(field.gens[i] ** a.relation[0] * a.relation[1].den - a.relation[1].num for i, a in enumerate(field.atoms)
                      if a.relation is not None and any(p.degrees()[i] for p in system))
    choices: list[list[System]] = []
    for poly in (*system, *relations):
        options: list[System] = []
        for factor, _ in poly.factor()[1]:
            if facts.sign(factor) in ("+", "-", "!="):
                continue
            zeros = squares.zeros(factor)
            options.append(tuple(zeros) if zeros else (factor,))
        choices.append(options)
    count = 1
    for options in choices:
        count *= len(options)
    if count > MAX_CASES:
        return None
    return [tuple(p for s in choice for p in s) for choice in product(*choices)]      # no option at all: no solution, no case


def _basis(field: Field, system: System) -> list[fmpq_mpoly] | None:
    if not system:
        return []
    used = [i for i in range(len(field.gens)) if any(p.degrees()[i] for p in system)]
    if len(used) > 6 or any(p.total_degree() > 8 for p in system):
        return None
    ring = fmpz_mpoly_ctx.get([f"v{i}" for i in used], Ordering.lex)
    vector = []
    for poly in system:
        terms = poly.to_dict()
        scale = lcm(*(int(c.q) for c in terms.values()))
        vector.append(ring.from_dict({tuple(e[i] for i in used): int(c * scale) for e, c in terms.items()}))
    try:
        found = fmpz_mpoly_vec(vector, ring).buchberger_naive(limits=LIMITS)
        vec, complete = found if isinstance(found, tuple) else (found, True)
    except (ValueError, ArithmeticError, RuntimeError):
        raise Unsupported("a Gröbner basis that grows too large") from None
    if not complete:
        return None
    size = len(field.gens)

    def back(e: tuple[int, ...]) -> tuple[int, ...]:
        out = [0] * size
        for i, v in zip(used, e):
            out[i] = v
        return tuple(out)

    return [field.ctx.from_dict({back(e): int(c) for e, c in p.to_dict().items()}) for p in vec if p != 0]


def _reduces(field: Field, poly: fmpq_mpoly, basis: list[fmpq_mpoly]) -> bool:
    """True where poly is a combination of the basis: division leaves 0."""
    leads = [next(iter(g.terms())) for g in basis]
    steps = 0
    while poly != 0:
        exponents, coefficient = next(iter(poly.terms()))
        steps += 1
        if steps > 2_000 or len(poly) > 4_000:
            raise Unsupported("a division that takes too long")
        for g, (lead, c) in zip(basis, leads):
            if all(a >= b for a, b in zip(exponents, lead)):
                poly = poly - g * field.ctx.from_dict({tuple(a - b for a, b in zip(exponents, lead)): coefficient / c})
                break
        else:
            return False      # a leading term that no basis element divides: not in the ideal
    return True
