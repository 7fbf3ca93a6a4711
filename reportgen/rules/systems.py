"""Systems of linear equations, solved by substitution as one does by hand: solve for one name, put it into the others, go back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..derivation import Caption, Derivation, Rule, RuleError, Step, name_of
from ..expressions import Expr, Operation, is_op, rational_value, replace, symbols, to_text, walk
from ..sympy_bridge import searched
from .evaluation import fully
from .forms import denominators, depends, known_facts, listed
from .isolate import isolation_steps
from .making import rule_factory
from .polynomial import terms


@rule_factory
def solve_system(*names: str | Expr) -> Rule:
    """Equations joined by "and", linear in the names, solved for all of them.

        2x + 3y = 7 and x - y = 1   solve_system("x", "y")   ->   ...   ->   x = 2 and y = 1

    Divisors that hold names must not be zero (printed).
    Raises RuleError where the conclusion is no such system, where a name does not occur or is not determined, and where the
    equations contradict each other.
    """
    wanted = tuple(map(name_of, names))
    if not wanted or len(set(wanted)) < len(wanted):
        raise RuleError("solve_system needs names, each once: solve_system(\"x\", \"y\")")

    def rule(derivation: Derivation) -> Iterator[Step]:
        at = derivation.conclusion
        if not is_op(at, "and") or not all(is_op(part, "eq") for part in at.args):
            raise RuleError(f"solve_system: {to_text(at)} is no system of equations joined by \"and\"")
        for name in wanted:
            if not depends(at, name):
                raise RuleError(f"solve_system: {to_text(name)} does not occur in {to_text(at)}")
        yield from _System(list(at.args), [*derivation.assumptions, *known_facts(derivation)]).solve(wanted)

    return rule


@rule_factory
def take(name: str | Expr) -> Rule:
    """One solution of a system by itself, to be rounded or used in another answer.

        x = 2 and y = 1   take("y")   ->   y = 1

    Raises RuleError where the conclusion does not say ``name = ...`` among statements joined by "and".
    """
    wanted = name_of(name)

    def rule(derivation: Derivation) -> Iterator[Step]:
        at = derivation.conclusion
        found = [part for part in at.args if is_op(part, "eq") and part.args[0] == wanted] if is_op(at, "and") else []
        if not found:
            raise RuleError(f"take: {to_text(at)} does not say {to_text(wanted)} = ... among statements joined by \"and\"",
                            hint="use solve_system(...) first")
        yield Step("take", at, found[0], ("Of these, the one for ", wanted), link="implies")

    return rule


def _tidied(side: Expr) -> Expr:
    """Multiplied out and combined; where names stand under a bar one fraction in lowest terms, which SymPy finds."""
    plain = fully(terms(side).merged().expr())
    if not any(rational_value(d) is None for d in denominators(plain)):
        return plain
    from sympy import factor

    return searched(plain, factor)


@dataclass(slots=True)
class _System:
    """The equations as they are now; ``solved`` holds the places of those that say ``name = ...`` already."""

    equations: list[Expr]
    facts: list[Expr]
    solved: dict[Expr, int] = field(default_factory=dict)
    met: list[Expr] = field(default_factory=list)      # conditions of the steps so far

    def solve(self, names: Sequence[Expr]) -> Iterator[Step]:
        for name in names:
            at = self._place_for(name)
            equation = self.equations[at]
            steps = isolation_steps(equation, name, self.facts)
            conditions = tuple(dict.fromkeys(c for s in steps for c in s.conditions))
            self.solved[name] = at
            if steps:
                solution = steps[-1].after
                if any(is_op(d, "div") for below in denominators(solution.args[1]) for d in walk(below)):
                    solution = Operation("eq", (name, _tidied(solution.args[1])))
                yield self._step({at: solution}, ("Solve ", equation, " for ", name), conditions)
                self.facts.extend(conditions)
                self.met.extend(conditions)
                yield from self._worked_out()
            rest = [k for k in self._open() if depends(self.equations[k], name)]
            yield from self._put_in(name, rest)
            yield from self._without_tautologies()
        for name in reversed(names):
            yield from self._put_in(name, [k for n, k in self.solved.items() if n != name and depends(self.equations[k], name)])
        ordered = [self.equations[self.solved[name]] for name in names]
        if ordered != self.equations:
            yield self._step(dict(enumerate(ordered)), ("Put in order",))

    def _open(self) -> list[int]:
        return [k for k in range(len(self.equations)) if k not in self.solved.values()]

    def _place_for(self, name: Expr) -> int:
        """The open equation in which the name is easiest to solve for: with a coefficient 1 or -1, a number, anything."""
        def effort(place: int) -> tuple[int, int]:
            left, right = self.equations[place].args
            powers = terms(Operation("add", (left, Operation("neg", (right,))))).by_power(name)
            if max(powers) > 1 or min(powers) < 0:
                raise RuleError(f"solve_system: {to_text(self.equations[place])} is not linear in {to_text(name)}")
            known = rational_value(fully(powers[1]))
            return (2 if known is None else 0 if abs(known) == 1 else 1), place

        places = [k for k in self._open() if depends(self.equations[k], name)]
        if not places:
            raise RuleError(f"solve_system: the equations do not determine {to_text(name)}")
        return min(map(effort, places))[1]

    def _put_in(self, name: Expr, places: Sequence[int]) -> Iterator[Step]:
        """``name = ...`` put into the equations at these places, and those tidied."""
        if not places:
            return
        fact = self.equations[self.solved[name]]
        put = {k: replace(self.equations[k], {name: fact.args[1]}) for k in places}
        yield self._step(put, ("Put ", fact, " in"))
        tidied = {k: Operation("eq", tuple(map(_tidied, put[k].args))) for k in places}
        if tidied != put:
            yield self._step(tidied, ("Multiply out and combine",))

    def _worked_out(self) -> Iterator[Step]:
        """The arithmetic that is left in a solution's side, such as ``x = (12.5*36/2 + 40)/6``, done."""
        done = {k: Operation("eq", (equation.args[0], fully(equation.args[1]))) for k, equation in enumerate(self.equations)
                if k in self.solved.values() and not symbols(equation.args[1])}
        changed = {k: equation for k, equation in done.items() if equation != self.equations[k]}
        if changed:
            yield self._step(changed, ("Work the numbers out",))

    def _without_tautologies(self) -> Iterator[Step]:
        """An equation that has become 0 = 0 is left out.  Raises RuleError for one such as 0 = 1."""
        empty = [k for k in self._open() if all(rational_value(side) is not None for side in self.equations[k].args)]
        for k in empty:
            left, right = map(rational_value, self.equations[k].args)
            if left != right:
                raise RuleError(f"solve_system: the equations contradict each other: {to_text(self.equations[k])} comes up, so there is no solution")
        if empty:
            kept = [k for k in range(len(self.equations)) if k not in empty]
            before, left_out = self._joined(), [self.equations[k] for k in empty]
            self.equations = [self.equations[k] for k in kept]
            self.solved = {name: kept.index(k) for name, k in self.solved.items()}
            yield Step("solve_system", before, self._joined(), ("Leave out ", *listed(left_out)), given=tuple(self.met), link="equivalent")

    def _joined(self) -> Expr:
        return self.equations[0] if len(self.equations) == 1 else Operation("and", tuple(self.equations))

    def _step(self, changes: dict[int, Expr], caption: Caption, conditions: tuple[Expr, ...] = ()) -> Step:
        before = self._joined()
        for place, equation in changes.items():
            self.equations[place] = equation
        return Step("solve_system", before, self._joined(), caption, conditions, tuple(self.met), link="equivalent")
