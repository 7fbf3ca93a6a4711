"""The side of ``reportgen.smt`` that loads z3: a question in on standard input, an answer out, in a process that can be killed.

Our tree becomes polynomial arithmetic: every value is a pair (numerator, denominator), so that nothing is divided.  Square roots are
names with their square, other functions are names with what is known of their signs (``exp(-z) > 0``).  What z3 says is a hint: it is
checked again by whoever asked.
"""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from typing import Any

import z3

from .expressions import Expr, Number, Operation, Symbol, is_op, parse, rational_value, to_text, walk

MAX_POWER = 12
MEMORY = 2 << 30   # bytes of address space
HIGH = 60          # values of whole numbers that are tried
_ORDER = {"lt": lambda a: a < 0, "le": lambda a: a <= 0, "gt": lambda a: a > 0, "ge": lambda a: a >= 0}


class Untranslatable(Exception):
    """z3 is not asked about this."""


class Translation:
    """Our tree as z3's.  ``scale``: None for real names, otherwise all names are whole numbers divided by it."""

    def __init__(self, integers: frozenset[str], scale: int | None = None) -> None:
        self.integers, self.scale = integers, scale
        self.names: dict[str, Any] = {}        # text of a name -> z3's constant
        self.side: list[Any] = []              # what is known of the fresh names, and what must hold for a value
        self.functions: dict[str, Any] = {}

    # --- values: (numerator, denominator)
    def value(self, e: Expr) -> tuple[Any, Any]:
        known = rational_value(e)
        if known is not None:
            return known.numerator, known.denominator
        if isinstance(e, Symbol):
            return self.constant(e.name) if e.name in ("pi", "e", "inf") else self.name(e)
        method = getattr(self, "_" + e.head, None)
        if method is not None:
            return method(*e.args)
        if e.head == "index" and all(isinstance(a, Number) for a in e.args[1:]):
            return self.name(e)
        if e.head in ("matrix", "row", "tuple", "set", "cases", "sum", "prod", "vec", "transpose", "inverse"):
            raise Untranslatable(e.head)
        return self.function(e)

    def name(self, e: Expr) -> tuple[Any, Any]:
        text = to_text(e)
        whole = text in self.integers
        if text not in self.names:
            make = z3.Int if whole or self.scale is not None else z3.Real
            self.names[text] = make(text)
        return self.names[text], 1 if whole else self.scale or 1

    def constant(self, name: str) -> tuple[Any, Any]:
        if name == "inf":
            raise Untranslatable("infinity")
        low, high = {"pi": ("3.14159", "3.14160"), "e": ("2.71828", "2.71829")}[name]
        c = self.fresh(name)
        self.side += [c > z3.RealVal(low), c < z3.RealVal(high)]
        return c, 1

    def fresh(self, key: str) -> Any:
        return self.functions.setdefault(key, z3.Real(f"f{len(self.functions)}"))

    def function(self, e: Operation) -> tuple[Any, Any]:
        c = self.fresh(to_text(e))
        if e.head == "exp":
            self.side.append(c > 0)
        elif e.head in ("sin", "cos"):
            s, k = (self.fresh(to_text(Operation(h, e.args))) for h in ("sin", "cos"))
            self.side.append(s * s + k * k == 1)
        elif e.head in ("cosh", "factorial"):
            self.side.append(c >= 1)
        return c, 1

    def _add(self, *terms: Expr) -> tuple[Any, Any]:
        num, den = self.value(terms[0])
        for term in terms[1:]:
            n, d = self.value(term)
            num, den = (num + n, den) if d is den or (isinstance(d, int) and d == den) else (num * d + n * den, den * d)
        return num, den

    def _neg(self, u: Expr) -> tuple[Any, Any]:
        n, d = self.value(u)
        return -n, d

    def _mul(self, *factors: Expr) -> tuple[Any, Any]:
        num, den = 1, 1
        for factor in factors:
            n, d = self.value(factor)
            num, den = num * n, den * d
        return num, den

    def _div(self, u: Expr, v: Expr) -> tuple[Any, Any]:
        (n, d), (m, c) = self.value(u), self.value(v)
        self.side.append(_relation("ne", m))
        return n * c, d * m

    def _pow(self, base: Expr, exponent: Expr) -> tuple[Any, Any]:
        k = rational_value(exponent)
        if k is None:
            if base == Symbol("e"):
                return self.function(Operation("exp", (exponent,)))
            return self.function(Operation("pow", (base, exponent)))
        if k == Fraction(1, 2):
            return self._sqrt(base)
        if k.denominator != 1 or abs(k) > MAX_POWER:
            return self.function(Operation("pow", (base, exponent)))
        n, d = self.value(base)
        num, den = 1, 1
        for _ in range(abs(int(k))):
            num, den = num * n, den * d
        if k <= 0:
            self.side.append(_relation("ne", n))
        return (num, den) if k >= 0 else (den, num)

    def _sqrt(self, u: Expr) -> tuple[Any, Any]:
        n, d = self.value(u)
        key = to_text(Operation("sqrt", (u,)))
        known = key in self.functions
        s = self.fresh(key)
        if not known:
            self.side += [s >= 0, s * s * d == n]
        return s, 1

    def _abs(self, u: Expr) -> tuple[Any, Any]:
        n, d = self.value(u)
        return z3.If(_relation("ge", n), n, -n), z3.If(_relation("ge", d), d, -d) if not isinstance(d, int) else d

    def _max(self, *args: Expr) -> tuple[Any, Any]:
        return self._extreme("ge", *args)

    def _min(self, *args: Expr) -> tuple[Any, Any]:
        return self._extreme("le", *args)

    def _extreme(self, head: str, *args: Expr) -> tuple[Any, Any]:
        num, den = self.value(args[0])
        for other in args[1:]:
            n, d = self.value(other)
            chosen = _compared(head, (num, den), (n, d))
            num, den = z3.If(chosen, num * d, n * den), den * d
        return num, den

    # --- truth
    def holds(self, e: Expr) -> Any:
        if not isinstance(e, Operation):
            raise Untranslatable("no statement")
        if e.head in ("and", "or", "not", "iff", "implies"):
            parts = [self.holds(a) for a in e.args]
            return {"and": z3.And, "or": z3.Or, "not": z3.Not, "implies": z3.Implies, "iff": lambda a, b: a == b}[e.head](*parts)
        if e.head == "element":
            return self._element(*e.args)
        if e.head in ("eq", "ne", *_ORDER):
            return _compared(e.head, self.value(e.args[0]), self.value(e.args[1]))
        raise Untranslatable(e.head)

    def _element(self, e: Expr, domain: Expr) -> Any:
        if is_op(domain, "set"):
            return z3.Or(*(_compared("eq", self.value(e), self.value(v)) for v in domain.args)) if domain.args else z3.BoolVal(False)
        n, d = self.value(e)
        if domain == Symbol("RR"):
            return z3.BoolVal(True)
        if not isinstance(domain, Symbol) or domain.name not in ("NN", "ZZ"):
            raise Untranslatable(to_text(domain))
        whole = z3.Int(f"w{len(self.side)}")
        found = z3.BoolVal(True) if isinstance(d, int) and d == 1 and not isinstance(n, int) and n.is_int() else n == whole * d
        return z3.And(found, _compared("ge", (n, d), (0, 1))) if domain.name == "NN" else found


def _relation(head: str, value: Any) -> Any:
    """``value head 0``; numbers are decided at once."""
    found = value != 0 if head == "ne" else value == 0 if head == "eq" else _ORDER[head](value)
    return z3.BoolVal(found) if isinstance(found, bool) else found


def _compared(head: str, left: tuple[Any, Any], right: tuple[Any, Any]) -> Any:
    difference = left[0] * right[1] - right[0] * left[1]
    if head in ("eq", "ne"):
        return _relation(head, difference)
    below = left[1] * right[1]
    return _relation(head, difference if isinstance(below, int) and below > 0 else difference * below)


# --- questions ------------------------------------------------------------------------------------------------

def answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"point": _point, "implied": _implied, "combination": _combination}[question["task"]](question)
    except (Untranslatable, z3.Z3Exception, ArithmeticError) as error:
        return {"answer": "unknown", "reason": str(error)}


def _point(question: dict[str, Any]) -> dict[str, Any]:
    """Values at which the assumptions hold and the statement does not: whole and not negative first, the sum of their sizes least."""
    statement, assumptions = _read(question)
    integers = _integers(assumptions)
    deadline = time.monotonic() + question["milliseconds"] / 1000
    # none negative; any; halves, thirds and tenths
    for scale, low in ((1, 0), (1, -HIGH), (2, -HIGH), (3, -HIGH), (10, -HIGH)):
        translation = Translation(integers, scale)
        wanted = [*map(translation.holds, assumptions), z3.Not(translation.holds(statement)), *translation.side]
        names = list(translation.names.values())
        bounds = [bound for n in names for bound in (n >= low, n <= HIGH)]
        found = _smallest([*wanted, *bounds], names, deadline, plain=not translation.functions)
        if found is not None:
            return {"answer": "sat", "point": _values(found, translation)}
    translation = Translation(integers)
    solver = z3.Solver()
    solver.add(*map(translation.holds, assumptions), z3.Not(translation.holds(statement)), *translation.side)
    found = _checked(solver, deadline)
    if found == z3.sat:
        return {"answer": "sat", "point": _values(solver.model(), translation)}
    return {"answer": str(found)}


def _smallest(wanted: list[Any], names: list[Any], deadline: float, plain: bool) -> Any:
    """A model with the least sum of sizes, a zero counted as one (0 hides mistakes); the best found in time, or None.

    By bounds that grow and then shrink: z3's Optimize took seconds where this takes hundredths.
    """
    solver = z3.Tactic("qfnia").solver() if plain and names else z3.Solver()
    solver.add(*wanted)
    cost = z3.Sum([z3.If(n > 0, n, z3.If(n < 0, -n, 1)) for n in names]) if names else z3.IntVal(0)
    best = None
    for bound in (2, 4, 8, HIGH):
        solver.push()
        solver.add(cost <= bound * len(names))
        while _checked(solver, deadline) == z3.sat:
            best = solver.model()
            solver.add(cost < best.eval(cost, model_completion=True))
        solver.pop()
        if best is not None:
            return best
    return None


def _checked(solver: Any, deadline: float) -> Any:
    left = deadline - time.monotonic()
    if left <= 0:
        return z3.unknown
    solver.set("timeout", max(1, int(left * 1000)))
    return solver.check()


def _implied(question: dict[str, Any]) -> dict[str, Any]:
    """Whether z3 finds that the assumptions imply the statement; if it finds not, where."""
    statement, assumptions = _read(question)
    translation = Translation(_integers(assumptions))
    solver = z3.Solver()
    solver.set("timeout", int(question["milliseconds"]))
    solver.add(*map(translation.holds, assumptions), z3.Not(translation.holds(statement)), *translation.side)
    return {"answer": str(solver.check())}


def _combination(question: dict[str, Any]) -> dict[str, Any]:
    """Weights that are not negative with which the rows add up to the target; those of ``strict`` rows are not all zero."""
    rows = [{int(m): Fraction(c) for m, c in row.items()} for row in question["rows"]]
    target = {int(m): Fraction(c) for m, c in question["target"].items()}
    weights = [z3.Real(f"w{i}") for i in range(len(rows))]
    free = set(question["free"])
    deadline = time.monotonic() + question["milliseconds"] / 1000
    for count in question["stages"]:      # few and simple parts first
        solver = z3.SolverFor("QF_LRA")
        solver.add(*(w >= 0 for i, w in enumerate(weights) if i not in free))
        for monomial in {m for row in (*rows[:count], target) for m in row}:
            terms = [weights[i] * z3.RealVal(str(row[monomial])) for i, row in enumerate(rows[:count]) if monomial in row]
            solver.add((z3.Sum(terms) if terms else z3.RealVal(0)) == z3.RealVal(str(target.get(monomial, Fraction(0)))))
        if question["strict"]:
            solver.add(z3.Sum([weights[i] for i in question["strict"] if i < count]) > 0)
        if _checked(solver, deadline) == z3.sat:
            model = solver.model()
            found = [_fraction(model.eval(w, model_completion=True)) for w in weights[:count]]
            return {"answer": "sat", "weights": [str(w) for w in found] + ["0"] * (len(rows) - count)}
    return {"answer": "unknown"}


def _read(question: dict[str, Any]) -> tuple[Expr, list[Expr]]:
    return parse(question["statement"], "plain"), [parse(a, "plain") for a in question["assumptions"]]


def _integers(assumptions: list[Expr]) -> frozenset[str]:
    return frozenset(to_text(a.args[0]) for a in assumptions if is_op(a, "element") and a.args[1] in (Symbol("NN"), Symbol("ZZ"))
                     and (isinstance(a.args[0], Symbol) or is_op(a.args[0], "index") and not any(is_op(n, "add") for n in walk(a.args[0]))))


def _values(model: Any, translation: Translation) -> dict[str, str]:
    """The rational values of a model; names whose value is irrational are left out."""
    found: dict[str, str] = {}
    for text, constant in translation.names.items():
        value = _fraction(model.eval(constant, model_completion=True))
        if value is not None:
            found[text] = str(value if text in translation.integers else value / (translation.scale or 1))
    return found


def _fraction(value: Any) -> Fraction | None:
    if z3.is_int_value(value):
        return Fraction(value.as_long())
    return Fraction(value.numerator_as_long(), value.denominator_as_long()) if z3.is_rational_value(value) else None


def limit_memory(size: int) -> None:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):      # a system that has no such limit
        pass


if __name__ == "__main__":
    limit_memory(MEMORY)
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
