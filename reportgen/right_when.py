"""When a wrong equation is right after all: the factors of the difference, and the judge's word that it is right exactly there.

``-F = S(O - 1 - 2P - N)`` is not what ``O = (N - F + 2P)/S + 1`` gives, except where S = 1 or N + 2P = 0.  A name in which both
equations are linear is eliminated, what is left is factored, and a factor that can vanish becomes an alternative.  This module
only proposes: an answer is given where the judge proves it, and it is empty where there is none, or none was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import gcd, lcm

from flint import fmpq_mpoly

from .expressions import Expr, Operation, Symbol, expr, is_op, symbols, to_text, walk
from .judge import judge
from .judge.conditions import Facts, open_conditions
from .judge.definitions import prepare
from .judge.exact import Field
from .judge.forms import Inconsistent, Overflow, Undefined, Unsupported
from .obligation import Obligation

MAX_FACTORS = 6
MAX_PROPOSALS = 6      # each costs the judge a few questions
MAX_TERMS = 200
NOTHING = (Unsupported, Undefined, Overflow, Inconsistent, RecursionError, ArithmeticError, ValueError)

Factors = tuple[fmpq_mpoly, ...]


def right_exactly_when(obligation: Obligation) -> tuple[Expr, ...]:
    """Relations such that the refuted statement is right where one of them holds and, beside that, nowhere.

    The statement is an equation, or ``iff``/``implies`` between two.  An equation is right at a point where its sides are equal; an
    equivalence where a solution of either side solves the other, an implication where a solution of the first solves the second.
    ``a != 0`` says that the statement is proved where a is not zero, and refuted under a = 0.
    All of it is proved by the judge, under the obligation's assumptions and away from the statement's own divisors.
    """
    try:
        prepared = prepare(obligation)
        if prepared.inconsistent is not None:
            return ()
        return next(_Search(prepared.statement, prepared.assumptions).answers(), ())
    except NOTHING:
        return ()


class _Search:
    def __init__(self, statement: Expr, assumptions: tuple[Expr, ...]) -> None:
        self.statement = statement
        self.sides = statement.args if is_op(statement, "iff", "implies") else (statement,)
        if not all(is_op(s, "eq") for s in self.sides):
            raise Unsupported("a statement that is no equation and does not join two")
        self.field = Field(48)
        Facts(self.field, assumptions)
        self.polys = [self._difference(s) for s in self.sides]
        self.own = open_conditions(self.field)      # what the statement itself needs to have a value
        self.assumptions = tuple(dict.fromkeys((*assumptions, *self.own)))
        self.facts = Facts(self.field, self.assumptions)

    def _difference(self, equation: Expr) -> fmpq_mpoly:
        left, right = (self.field.normal(a) for a in equation.args)
        return self.field.lowest(self.field.reduced(self.field.sub(left, right))).num

    def answers(self) -> Iterator[tuple[Expr, ...]]:
        """Proposals that the judge has proved, the shortest first."""
        if len(self.sides) == 1:
            yield from self._where_equal()
            yield from self._by_sign()
        else:
            yield from self._where_both()
            yield from self._where_not_cancelled()

    # --- one equation
    def _where_equal(self) -> Iterator[tuple[Expr, ...]]:
        poly, = self.polys
        factors = self._vanishing(poly)
        if len(factors) == 1 and any(self.field.atoms[i].kind != "symbol" for i, d in enumerate(poly.degrees()) if d):
            return      # the equation again, in other words
        either, alternatives = self._either(factors)
        if factors and either != self.statement and self._proved(Operation("iff", (self.statement, either))):
            yield alternatives

    def _by_sign(self) -> Iterator[tuple[Expr, ...]]:
        """|x| = x where x >= 0, and nowhere else."""
        if not any(is_op(node, "abs", "sqrt", "root", "pow", "max", "min", "sign") for node in walk(self.statement)):
            return
        for name in symbols(self.statement)[:4]:
            for head, other in (("ge", "lt"), ("le", "gt"), ("gt", "le"), ("lt", "ge")):
                here, there = (Operation(h, (Symbol(name), expr(0))) for h in (head, other))
                if self._proved(self.statement, here) and self._proved(Operation("ne", self.statement.args), there):
                    yield (here,)

    # --- two equations: where a factor of what is left vanishes
    def _where_both(self) -> Iterator[tuple[Expr, ...]]:
        first, second = self.polys
        proposals: list[tuple[Factors, int]] = []
        for place, atom in enumerate(self.field.atoms):
            if atom.kind == "symbol" and isinstance(atom.expr, Symbol) and first.degrees()[place] == second.degrees()[place] == 1:
                left = first.resultant(second, place)
                factors = self._vanishing(left) if left != 0 else ()
                if factors and all(factors != f for f, _ in proposals):
                    proposals.append((factors, place))
        for factors, place in sorted(proposals, key=lambda p: sum(len(f) + sum(f.degrees()) for f in p[0]))[:MAX_PROPOSALS]:
            either, alternatives = self._either(factors)
            if self._right_exactly(either, alternatives, place):
                yield alternatives

    def _right_exactly(self, either: Expr, alternatives: tuple[Expr, ...], place: int) -> bool:
        """Under one side the other holds just where an alternative does, and the statement is proved where one does."""
        first, second = self.sides
        ways = ((first, second, self.polys[0]), (second, first, self.polys[1]))
        for given, wanted, poly in ways if is_op(self.statement, "iff") else ways[:1]:
            solved = self._solved(poly, place)
            if not self._proved(Operation("iff", (given, solved))) or not self._proved(Operation("iff", (wanted, either)), solved):
                return False
        return all(self._proved(self.statement, a) for a in alternatives)

    def _solved(self, poly: fmpq_mpoly, place: int) -> Expr:
        """c1 v + c0 = 0 as v = -c0/c1."""
        c1 = poly.derivative(place)
        c0 = poly - c1 * self.field.gens[place]
        value = self.field.poly_expr(-c0) if c1 == 1 else Operation("div", (self.field.poly_expr(-c0), self.field.poly_expr(c1)))
        return Operation("eq", (self.field.atoms[place].expr, value))

    # --- two equations: a factor was cancelled; a x = a y is x = y where a is not zero
    def _where_not_cancelled(self) -> Iterator[tuple[Expr, ...]]:
        first, second = self.polys
        if first == 0 or second == 0 or len(symbols(self.statement)) < 2:     # of one name, solutions that are gained or lost say it better
            return
        common = first.gcd(second)
        if common.is_constant():
            return
        lost = list(self._vanishing(first / common))
        if is_op(self.statement, "iff"):
            lost += self._vanishing(second / common)
        if not 0 < len(lost) <= MAX_FACTORS or len({str(f) for f in lost}) != len(lost):
            return
        zero = [equation_of(self.field, f) for f in lost]
        needed = tuple(Operation("ne", e.args) for e in zero)
        if self._proved(self.statement, *needed) and all(judge(Obligation(self.statement, (*self.assumptions, e))).refuted for e in zero):
            yield (needed[0] if len(needed) == 1 else Operation("and", needed),)

    # --- factors
    def _vanishing(self, poly: fmpq_mpoly) -> Factors:
        """The irreducible factors that can be zero; none where there are too many to be of use."""
        if poly == 0 or len(poly) > MAX_TERMS:
            return ()
        factors = tuple(f for f, _ in poly.factor()[1] if not self.facts.nonzero(f) and not self._never_zero(f))
        # short ones first, then in the order in which the statement names what they are made of
        def size(f: fmpq_mpoly) -> tuple[int, int, int, list[int]]:
            return sum(map(bool, f.degrees())), len(f), f.total_degree(), [-d for d in f.degrees()]

        return tuple(sorted(factors, key=size)) if len(factors) <= MAX_FACTORS else ()

    def _never_zero(self, factor: fmpq_mpoly) -> bool:
        """Judged after the square is completed: a^2 + a b + b^2 is (t^2 + 3 b^2)/4 with t = 2 a + b.  What is shown is then assumed."""
        field = self.field
        for place, atom in enumerate(field.atoms):
            if factor.degrees()[place] != 2 or not isinstance(atom.expr, Symbol):
                continue
            twice = factor.derivative(place).derivative(place)
            if not twice.is_constant():
                continue
            middle = factor.derivative(place) - twice * field.gens[place]
            fresh = Symbol("t" if "t" not in symbols(self.statement) else "t_0")
            centre = Operation("div", (Operation("add", (fresh, Operation("neg", (field.poly_expr(middle),)))), field.poly_expr(twice)))
            never = Operation("ne", (field.poly_expr(factor), expr(0)))
            if all(self._proved(never, Operation("eq", (atom.expr, centre)), *case) for case in self._sign_cases()):
                self.assumptions = (*self.assumptions, never)
                return True
        return False

    def _sign_cases(self) -> list[tuple[Expr, ...]]:
        """Names that are assumed not to be zero, the first two of them, above and below it."""
        nonzero = [a for a in self.assumptions if is_op(a, "ne") and isinstance(a.args[0], Symbol) and a.args[1] == expr(0)][:2]
        return list(product(*((Operation("gt", a.args), Operation("lt", a.args)) for a in nonzero)))

    def _either(self, factors: Factors) -> tuple[Expr, tuple[Expr, ...]]:
        alternatives = tuple(equation_of(self.field, f) for f in factors)
        return (Operation("or", alternatives) if len(alternatives) > 1 else alternatives[0] if alternatives else self.statement), alternatives

    def _proved(self, statement: Expr, *given: Expr) -> bool:
        """Proved exactly, and where it has a condition beside the statement's own, that one too."""
        assumptions = (*self.assumptions, *given)
        verdict = judge(Obligation(statement, assumptions))
        return verdict.proved and verdict.strength == "exact" and all(
            c in self.own or (v := judge(Obligation(c, assumptions))).proved and not v.conditions for c in verdict.conditions)


def equation_of(field: Field, poly: fmpq_mpoly) -> Expr:
    """poly = 0 with whole coefficients, the first term positive, and the number on the right: ``S = 1``, ``N + 2 P = 0``."""
    terms = poly.to_dict()
    common = lcm(*(int(c.q) for c in terms.values()))
    poly = poly * common / gcd(*(int((c * common).p) for c in terms.values()))
    if poly.leading_coefficient() < 0:
        poly = -poly
    number = next((c for e, c in poly.to_dict().items() if not any(e)), None)
    rest = poly if number is None else poly - number
    return Operation("eq", (field.poly_expr(rest), expr(0 if number is None else -int(number.p))))


def words(alternatives: tuple[Expr, ...]) -> str:
    """``S = 1 or N + 2*P = 0``."""
    return " or ".join(map(to_text, alternatives))


__all__ = ["equation_of", "right_exactly_when", "words"]
