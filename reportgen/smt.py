"""What z3 can add to the judge, where it is installed (``pip install 'reportgen[smt]'``): hints, never verdicts.

z3 runs in a process that is killed when its time is over.  A point that it proposes refutes a statement only after the judge's own
evaluation finds the assumptions true and the statement false there.  A side condition that it finds implied is taken as implied only
with a certificate: the condition as a sum of products of the assumptions and of squares, which the judge proves to be an identity.
Without z3, and where it finds nothing, everything is as the judge left it.  The judge and the ledger never depend on this module.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from flint import fmpq, fmpq_mpoly

from .expressions import Expr, Number, Operation, Symbol, add, expr, is_op, parse, symbols, to_text
from .judge import enclosure, judge
from .judge.conditions import Facts
from .judge.definitions import prepare
from .judge.counterexample import Point, add_definitions, sides_at
from .judge.exact import Field
from .judge.forms import Inconsistent, Overflow, Undefined, Unsupported
from .obligation import Obligation, Verdict, refuted

SECONDS = 4.0            # for one question, z3's start included
NICE = 12                # a counterexample of whole numbers from 0 to this is left as it is
MAX_SQUARED = 10         # monomials of which squares are made
MAX_PRODUCTS = 400
_NOTHING = (Unsupported, Undefined, Overflow, Inconsistent, RecursionError, ArithmeticError, ValueError)


def installed() -> bool:
    return importlib.util.find_spec("z3") is not None


def _ask(question: dict[str, Any], seconds: float) -> dict[str, Any]:
    """z3's answer; {"answer": "unknown"} where it is not installed, takes too long or breaks."""
    if not installed():
        return {"answer": "unknown", "reason": "z3 is not installed"}
    question["milliseconds"] = max(100, int(seconds * 700))
    try:
        done = subprocess.run([sys.executable, "-m", "reportgen.smt_process"], input=json.dumps(question).encode(), capture_output=True,
                              timeout=seconds, env=_environment(), check=False, start_new_session=True)
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"answer": "unknown", "reason": "timeout"}
    except (OSError, ValueError):
        return {"answer": "unknown", "reason": "z3's process failed"}


def _environment() -> dict[str, str]:
    """So that the process finds the same package."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return {**os.environ, "PYTHONPATH": os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])}


def _question(task: str, statement: Expr, assumptions: Sequence[Expr]) -> dict[str, Any]:
    return {"task": task, "statement": to_text(statement), "assumptions": [to_text(a) for a in assumptions]}


# --- counterexamples ------------------------------------------------------------------------------------------

def improved(obligation: Obligation, verdict: Verdict, seconds: float = SECONDS) -> Verdict:
    """The verdict, with a counterexample where it was undecided and z3 proposes one that holds, or with a simpler one than it had.

    What is proved stays as it is, and so does a counterexample of small whole numbers that are not negative.
    """
    if verdict.proved or verdict.refuted and (not verdict.counterexample or _is_nice(verdict.counterexample)):
        return verdict
    found = counterexample(obligation, seconds)
    if found is None or verdict.refuted and _ugliness(found.counterexample) >= _ugliness(verdict.counterexample):
        return verdict
    return found


def counterexample(obligation: Obligation, seconds: float = SECONDS) -> Verdict | None:
    """REFUTED at a point that z3 proposes and the judge's evaluation confirms; None where there is no such point."""
    try:
        prepared = prepare(obligation)
        if prepared.inconsistent is not None:
            return None
        answer = _ask(_question("point", prepared.statement, prepared.assumptions), seconds)
        if answer["answer"] != "sat":
            return None
        point = Point({parse(name, "plain"): _fmpq(Fraction(value)) for name, value in answer["point"].items()})
        if not all(enclosure.holds(a, point) is True for a in prepared.assumptions) or enclosure.holds(prepared.statement, point) is not False:
            return None
        sides = sides_at(prepared.statement, point)
        add_definitions(point, prepared.definitions)
    except _NOTHING:
        return None
    order = {Symbol(n): i for i, n in enumerate(dict.fromkeys(n for s in (*obligation.assumptions, obligation.statement) for n in symbols(s)))}
    named = sorted(point.items(), key=lambda item: order.get(item[0], len(order)))
    return refuted("exact", "counterexample proposed by z3, evaluated", tuple((to_text(n), Fraction(int(v.p), int(v.q))) for n, v in named), sides)


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _is_nice(point: tuple[tuple[str, Fraction], ...]) -> bool:
    return all(v.denominator == 1 and 0 <= v <= NICE for _, v in point)


def _ugliness(point: tuple[tuple[str, Fraction], ...]) -> tuple[int, int, Fraction]:
    values = [v for _, v in point]
    return sum(v.denominator != 1 for v in values), sum(v < 0 for v in values), sum(map(abs, values), Fraction(0))


# --- side conditions ------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Discharge:
    """A side condition beside the assumptions.

    ``certificate``: an equation that the judge has proved; its right side is a sum of products of the assumptions and squares, with
    positive weights (over a positive divisor, where there is one), so that the condition follows.  Without one the condition stays,
    whatever z3 finds: ``implied`` is only its word.
    ``fails_at``: a point that the assumptions allow and at which the condition is false, checked by evaluation.
    """

    condition: Expr
    certificate: Expr | None = None
    implied: bool = False
    fails_at: tuple[tuple[str, Fraction], ...] = ()

    @property
    def discharged(self) -> bool:
        return self.certificate is not None


def discharge(conditions: Sequence[Expr], assumptions: Sequence[Expr], seconds: float = SECONDS) -> tuple[Discharge, ...]:
    """For each side condition: a certificate that the assumptions imply it, where z3 helps to find one."""
    return tuple(_discharged(c, tuple(assumptions), seconds) for c in conditions)


def remaining(conditions: Sequence[Expr], assumptions: Sequence[Expr], seconds: float = SECONDS) -> tuple[Expr, ...]:
    """The conditions for which there is no certificate."""
    return tuple(d.condition for d in discharge(conditions, assumptions, seconds) if not d.discharged)


def _discharged(condition: Expr, assumptions: tuple[Expr, ...], seconds: float) -> Discharge:
    try:
        prepared = prepare(Obligation(condition, assumptions))
    except _NOTHING:
        return Discharge(condition)
    answer = _ask(_question("implied", prepared.statement, prepared.assumptions), seconds)
    if answer["answer"] == "sat":
        found = counterexample(Obligation(condition, assumptions), seconds)
        return Discharge(condition, fails_at=found.counterexample if found is not None else ())
    if answer["answer"] != "unsat":
        return Discharge(condition)
    try:
        return Discharge(condition, _certificate(prepared.statement, prepared.assumptions, seconds), implied=True)
    except _NOTHING:
        return Discharge(condition, implied=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """A polynomial that is positive (``strict``), not negative, or zero (``free``: of any weight), and how it is written."""

    poly: fmpq_mpoly
    written: Expr
    strict: bool = False
    free: bool = False


def _certificate(condition: Expr, assumptions: tuple[Expr, ...], seconds: float) -> Expr | None:
    """left - right of the condition (or right - left) as such a sum: an equation that the judge proves; None where none is found."""
    if not is_op(condition, "ne", "gt", "ge", "lt", "le"):
        return None
    field = Field(32)
    facts = Facts(field, assumptions)
    left, right = condition.args
    ways = {"ne": ((left, right), (right, left)), "gt": ((left, right),), "ge": ((left, right),)}.get(condition.head, ((right, left),))
    for above, below in ways:
        written = above if below == Number("0") else Operation("neg", (below,)) if above == Number("0") else _minus(above, below)
        goal = field.lowest(field.reduced(field.normal(written)))
        if facts.sign(goal.den) != "+":
            return None
        target = goal.num
        parts, stages = _parts(field, assumptions, target)
        weights = _weights(parts, stages, target, condition.head not in ("ge", "le"), seconds)
        if weights is None:
            continue
        chosen = [(w, p) for w, p in zip(weights, parts, strict=True) if w]
        # z3 is not believed: the signs of the weights here, the identity by the judge
        positive = all(w > 0 or p.free for w, p in chosen) and (condition.head in ("ge", "le") or any(p.strict and w > 0 for w, p in chosen))
        total = add(*(_weighted(w, p.written) for w, p in chosen))
        identity = Operation("eq", (written, total if goal.den == 1 else Operation("div", (total, field.poly_expr(goal.den)))))
        verdict = judge(Obligation(identity, tuple(a for a in assumptions if is_op(a, "eq"))))
        if positive and verdict.proved and verdict.strength == "exact" and not verdict.conditions:
            return identity
    return None


def _weighted(weight: Fraction, written: Expr) -> Expr:
    if weight == 1:
        return written
    return expr(weight) if written == Number("1") else Operation("mul", (expr(weight), written))


def _minus(a: Expr, b: Expr) -> Expr:
    return Operation("add", (a, Operation("neg", (b,))))


def _parts(field: Field, assumptions: tuple[Expr, ...], target: fmpq_mpoly) -> tuple[list[_Part], list[int]]:
    """1, the assumptions, products of two of them, squares of monomials and of their sums and differences, and these times assumptions.

    With them how many are tried first, then, and last: short certificates are found before long ones.
    """
    known: list[_Part] = []
    whole = {a.args[0] for a in assumptions if is_op(a, "element") and a.args[1] in (Symbol("ZZ"), Symbol("NN"))}
    for fact in assumptions:
        if is_op(fact, "element") and fact.args[1] == Symbol("NN"):
            fact = Operation("ge", (fact.args[0], Number("0")))
        if not is_op(fact, "gt", "ge", "lt", "le", "ne", "eq"):
            continue
        a, b = fact.args if not is_op(fact, "lt", "le") else fact.args[::-1]
        written = a if b == Number("0") else _minus(a, b)
        q = field.normal(written)
        if not q.den.is_constant():
            continue
        poly = q.num / q.den.leading_coefficient()
        if is_op(fact, "ne"):
            known.append(_Part(poly * poly, _square(written), strict=True))
        elif is_op(fact, "gt", "lt") and {a, b} <= whole | {Number(str(k)) for k in range(10)}:      # above a whole number: at least one more
            known.append(_Part(poly - 1, _minus(written, Number("1"))))
        else:
            known.append(_Part(poly, written, strict=is_op(fact, "gt", "lt"), free=is_op(fact, "eq")))
    used = [i for i, atom in enumerate(field.atoms) if any(p.degrees()[i] for p in (target, *(k.poly for k in known)))]
    known += [_Part(field.gens[i], field.atoms[i].expr, strict=True) for i in used if field.atoms[i].kind == "exp"]
    parts = [_Part(field.one, Number("1"), strict=True), *known]
    stages = [len(parts)]
    parts += [_Part(a.poly * b.poly, Operation("mul", (a.written, b.written)), a.strict and b.strict)
              for a, b in combinations_with_replacement(known, 2) if not (a.free or b.free)]
    stages.append(len(parts))
    half = max(1, (target.total_degree() + 1) // 2)
    squares = _squares(field, used, half)
    parts += squares
    stages.append(len(parts))
    parts += [_Part(s.poly * k.poly, Operation("mul", (k.written, s.written))) for k in known if not k.free for s in squares
              if s.poly.total_degree() + k.poly.total_degree() <= target.total_degree()]
    parts += [_Part(k.poly * field.gens[i], Operation("mul", (field.atoms[i].expr, k.written)), free=True) for k in known if k.free for i in used]
    return parts[:MAX_PRODUCTS], [*(n for n in stages if n < MAX_PRODUCTS), min(len(parts), MAX_PRODUCTS)]


def _square(written: Expr) -> Expr:
    return Operation("pow", (written, Number("2")))


def _squares(field: Field, used: list[int], degree: int) -> list[_Part]:
    """(m + n)^2 and (m - n)^2 for monomials m, n: with positive weights they give the squares of diagonally dominant forms."""
    monomials = [(field.one, Number("1"))]
    for size in range(1, degree + 1):
        for places in combinations_with_replacement(used, size):
            poly, factors = field.one, []
            for i in places:
                poly, factors = poly * field.gens[i], [*factors, field.atoms[i].expr]
            monomials.append((poly, factors[0] if size == 1 else Operation("mul", tuple(factors))))
    monomials = monomials[:MAX_SQUARED]
    found = [_Part(p * p, _square(w)) for p, w in monomials[1:]]
    for i, (p, a) in enumerate(monomials):
        for q, b in monomials[i + 1:]:
            found += [_Part((p + q) ** 2, _square(Operation("add", (a, b)))), _Part((p - q) ** 2, _square(_minus(a, b)))]
    return found


def _weights(parts: list[_Part], stages: list[int], target: fmpq_mpoly, strict: bool, seconds: float) -> list[Fraction] | None:
    """Weights with which the parts add up to the target: a linear question, which z3 answers in exact rationals."""
    numbers: dict[tuple[int, ...], int] = {}

    def row(poly: fmpq_mpoly) -> dict[int, str]:
        return {numbers.setdefault(e, len(numbers)): str(c) for e, c in poly.to_dict().items()}

    question = {"task": "combination", "target": row(target), "rows": [row(p.poly) for p in parts], "stages": stages,
                "free": [i for i, p in enumerate(parts) if p.free], "strict": [i for i, p in enumerate(parts) if p.strict] if strict else []}
    answer = _ask(question, seconds)
    return [Fraction(w) for w in answer["weights"]] if answer["answer"] == "sat" else None


def said(found: Discharge) -> str:
    """What is to be said of it in one line."""
    condition = to_text(found.condition)
    if found.certificate is not None:
        return f"{condition} follows from the assumptions: {to_text(found.certificate)}"
    if found.fails_at:
        return f"{condition} does not follow: it fails at " + ", ".join(f"{n} = {v}" for n, v in found.fails_at)
    return f"{condition}: z3 finds that the assumptions imply it; there is no certificate, so it stays" if found.implied else f"{condition} stays"


__all__ = ["Discharge", "counterexample", "discharge", "improved", "installed", "remaining", "said"]
