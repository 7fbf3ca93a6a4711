"""Connectives of relations in several names, decided by the signs of the irreducible factors of their differences.

Every factor is negative, zero or positive; what the assumptions say of it is kept, every other combination is gone through, and
each relation is then true or false.  A statement that is true for all combinations is true.  One direction only: factors are
taken as independent of each other, so that a combination at which the statement fails may not occur, and refutes nothing.
"""

from __future__ import annotations

from itertools import product
from math import prod

from flint import fmpq_mpoly

from ..expressions import Expr, is_op, is_relation, to_text, walk
from ..obligation import Verdict, proved
from .conditions import Facts
from .exact import Field
from .forms import Decide, Quotient

MAX_COMBINATIONS = 3_000
_HOLDS = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}
_ALLOWED = {"+": (1,), "-": (-1,), "0": (0,), ">=": (0, 1), "<=": (-1, 0), "!=": (-1, 1), None: (-1, 0, 1)}


def prove(statement: Expr, assumptions: tuple[Expr, ...], _decide: Decide) -> Verdict | None:
    """PROVED where all combinations of signs agree with the statement; None otherwise."""
    if not is_op(statement, "iff", "implies", "or") or not _plain(statement):
        return None
    return _Signs(statement, assumptions).verdict()


def _plain(node: Expr) -> bool:
    if is_op(node, "and", "or", "iff", "implies", "not"):
        return all(map(_plain, node.args))
    return is_relation(node) and not is_op(node, "approx") and not any(is_op(a, "matrix", "tuple") for a in node.args)


class _Signs:
    def __init__(self, statement: Expr, assumptions: tuple[Expr, ...]) -> None:
        self.statement = statement
        self.field = Field(48)
        self.facts = Facts(self.field, assumptions)
        self.factors: list[fmpq_mpoly] = []
        self.relations: dict[Expr, tuple[int, list[tuple[int, int]]]] = {}      # content's sign and (factor, exponent)
        self.needed: dict[Expr, list[tuple[str, int, list[tuple[int, int]]]]] = {}
        self.constraints = [a for a in assumptions if _plain(a) and not is_relation(a)]
        for part in (statement, *self.constraints):
            for node in walk(part):
                if is_relation(node) and node not in self.relations:
                    self._read(node)

    def _read(self, relation: Expr) -> None:
        field = self.field
        divisors, field.divisors = field.divisors, {}
        requirements, field.requirements = field.requirements, {}
        q = field.lowest(field.reduced(field.sub(field.normal(relation.args[0]), field.normal(relation.args[1]))))
        self.relations[relation] = self._split(q)
        self.needed[relation] = [("ne", *self._split(Quotient(p, field.one))) for p in field.divisors.values()]
        self.needed[relation] += [(head, *self._split(r)) for r, head in field.requirements.values()]
        field.divisors, field.requirements = divisors, requirements

    def _split(self, q: Quotient) -> tuple[int, list[tuple[int, int]]]:
        poly = self.field.reduced(Quotient(q.num * q.den, self.field.one)).num
        if poly == 0:
            return 0, []
        content, parts = poly.factor()
        sign, found = (1 if content > 0 else -1), []
        for factor, exponent in parts:
            place = next((i for i, f in enumerate(self.factors) if f == factor or f == -factor), None)
            if place is None:
                place = len(self.factors)
                self.factors.append(factor)
            elif self.factors[place] == -factor and exponent % 2:
                sign = -sign
            found.append((place, exponent))
        return sign, found

    def _value(self, parts: tuple[int, list[tuple[int, int]]], signs: tuple[int, ...]) -> int:
        sign, factors = parts
        return sign * prod(signs[i] ** e for i, e in factors)

    def _truth(self, node: Expr, signs: tuple[int, ...]) -> bool | None:
        if is_relation(node):
            for head, *parts in self.needed[node]:
                value = self._value(tuple(parts), signs)
                if value == 0 and head != "ge" or value < 0 and head != "ne":
                    return False
            return self._value(self.relations[node], signs) in _HOLDS[node.head]
        parts = [self._truth(a, signs) for a in node.args]
        if node.head == "not":
            return not parts[0]
        return {"and": all(parts), "or": any(parts), "iff": parts[0] == parts[-1], "implies": not parts[0] or parts[-1]}[node.head]

    def verdict(self) -> Verdict | None:
        if any(is_op(n, "not") for part in (self.statement, *self.constraints) for n in walk(part)) and any(self.needed.values()):
            return None
        choices = [_ALLOWED[self.facts.sign(f)] for f in self.factors]
        if prod(map(len, choices)) > MAX_COMBINATIONS:
            return None
        count = 0
        for signs in product(*choices):
            if all(self._truth(c, signs) for c in self.constraints):
                count += 1
                if not self._truth(self.statement, signs):
                    return None
        if not count:
            return None
        factors = "; ".join(to_text(self.field.poly_expr(f)) for f in self.factors)
        return proved("exact", "signs of the factors, case by case", {"factors": factors, "cases": str(count)})
