"""Rule, step, derivation: how an answer is worked out, in the order in which a careful person writes it.

A derivation begins with a formula (a relation such as ``O = (N - F + 2P)/S + 1``, or an expression) and grows by
rules.  A rule is a callable that looks at the derivation and returns the next steps; each step begins where the last
ended.  Nothing here believes a rule: every step states the obligation that the judge must decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from .diagnostics import Span
from .drawing import Drawable
from .expressions import Expr, Operation, is_op, is_relation, parse, symbols
from .expressions.tree import Symbol
from .obligation import Obligation


class RuleError(ValueError):
    """A rule cannot be applied: the message names the rule, the expression, and what to do instead.

    ``place``: where the author called for the rule, ``hint``: what to type.
    """

    def __init__(self, message: str = "", *, place: Span | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.hint = hint


MAKE_IT_A_GIVEN = "make it a given in givens.toml, with its source, and name it as a parameter"

# A caption is text with formulas in it: ("Subtract ", Number("1"), " from both sides").
Caption = tuple["str | Expr", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One rewrite: ``before`` becomes ``after`` by ``rule``.

    ``link``: "equivalent" (both directions), "implies" (only forwards), "equal" (two expressions).
    ``conditions``: what must hold for the step (``S != 0``), printed with it.
    ``given``: facts that the step uses beside the derivation's assumptions, such as ``N = 32`` in a substitution.
    ``check``: what the judge is asked in place of the link, for a step that is justified by trying each solution.
    ``place``: the author's call of the rule.
    """

    rule: str
    before: Expr
    after: Expr
    caption: Caption = ()
    conditions: tuple[Expr, ...] = ()
    given: tuple[Expr, ...] = ()
    substeps: tuple["Step", ...] = ()
    link: str = ""
    check: Expr | None = None
    place: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.link:
            object.__setattr__(self, "link", "equivalent" if is_relation(self.before) else "equal")

    @property
    def statement(self) -> Expr:
        """What the judge is asked.  Where one side of a relation stays, the other sides must be equal: that is stronger and simpler."""
        before, after = self.before, self.after
        if self.check is not None:
            return self.check
        if self.link == "equal":
            return Operation("eq", (before, after))
        if self.link == "implies":
            return Operation("implies", (before, after))
        if is_relation(before) and is_relation(after) and before.head == after.head and before.args[0] == after.args[0]:
            return Operation("eq", (before.args[1], after.args[1]))
        return Operation("iff", (before, after))

    def obligation(self, assumptions: tuple[Expr, ...], name: str) -> Obligation:
        return Obligation(self.statement, (*assumptions, *self.given, *self.conditions), name)


class HasValue(Protocol):
    """A given or an answer: anything with an exact value."""

    @property
    def value(self) -> Expr: ...


@dataclass(frozen=True, slots=True)
class Derivation(Drawable):
    """A start, the steps in order, and the assumptions under which they hold.

    ``facts`` are stated without steps (a definition or a law that the derivation takes as true); they are printed and are
    assumptions of every step.  ``unit`` belongs to the value.
    """

    start: Expr
    steps: tuple[Step, ...] = ()
    assumptions: tuple[Expr, ...] = ()
    unit: str = ""
    title: str = ""

    @property
    def conclusion(self) -> Expr:
        return self.steps[-1].after if self.steps else self.start

    @property
    def value(self) -> Expr:
        """What was derived: the right side of the concluding equation, or the concluding expression."""
        last = self.conclusion
        return last.args[1] if is_op(last, "eq") else last

    @property
    def name(self) -> Expr | None:
        """The left side of the concluding equation, or None for an expression."""
        last = self.conclusion
        return last.args[0] if is_op(last, "eq") else None

    def then(self, *rules: "Rule") -> "Derivation":
        """The derivation grown by the rules, one after the other.

        Raises RuleError where a rule cannot be applied, or where its steps do not begin where the derivation ends.
        """
        grown = self
        for rule in rules:
            steps = tuple(rule(grown))
            at = grown.conclusion
            for step in steps:
                if step.before != at:
                    raise RuleError(f"the step {step.rule!r} does not begin where the last one ended")
                at = step.after
            grown = replace(grown, steps=grown.steps + steps)
        return grown

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        """One obligation a step, named ``name/1``, ``name/2``..., substeps ``name/2.1``.

        Where a step held in one direction only and what it may have gained was not tried afterwards, one more,
        ``name/solutions``: the conclusion must solve the first equation.
        """
        found: list[Obligation] = []

        def collect(steps: Sequence[Step], prefix: str) -> None:
            for number, step in enumerate(steps, start=1):
                found.append(step.obligation(self.assumptions, f"{prefix}{number}"))
                collect(step.substeps, f"{prefix}{number}.")

        collect(self.steps, name + "/")
        if self.unchecked_solutions:
            facts = (g for step in self.steps for g in (*step.given, *step.conditions))
            tried = Operation("implies", (self.conclusion, self.start))
            found.append(Obligation(tried, tuple(dict.fromkeys((*self.assumptions, *facts))), name + "/solutions"))
        return tuple(found)

    @property
    def unchecked_solutions(self) -> bool:
        """True where an equation was solved for a name by a step that holds in one direction only, and the solutions were not tried."""
        if not is_op(self.start, "eq"):
            return False
        solutions = self.conclusion.args if is_op(self.conclusion, "or") else (self.conclusion,)
        solved = all(is_op(s, "eq") and isinstance(s.args[0], Symbol) and s.args[0].name not in symbols(s.args[1]) for s in solutions)
        one_way = False
        for step in self.steps:
            one_way = (one_way or step.link == "implies") and step.check is None
        return solved and one_way and solutions[0].args[0].name in symbols(self.start)


Rule = Callable[[Derivation], Iterable[Step]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement to be judged as it stands, without steps: for theorems of one line, and for what somebody else claimed.

    ``expect``: "proved" (anything else fails the build), or "any" (the report says what was found; used for corrections).
    """

    statement: Expr
    assumptions: tuple[Expr, ...] = ()
    expect: str = "proved"

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return (Obligation(self.statement, self.assumptions, name),)


@dataclass(frozen=True, slots=True)
class Value(Drawable):
    """An exact value given without steps of its own; ``statement`` (if any) is what the judge must prove of it."""

    value: Expr
    unit: str = ""
    statement: Expr | None = None
    assumptions: tuple[Expr, ...] = ()

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return () if self.statement is None else (Obligation(self.statement, self.assumptions, name),)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of values: ``columns`` are headings; a cell is text (a label), an Expr, or anything with a value.

    ``align``: one of "l", "r", "d" (on the decimal), "c" a column; ``total``: the last row is a total, set off by a rule.
    ``widths``: of the columns, in hundredths of the line (empty: as wide as they need to be).
    Cells that are derivations bring their obligations with them.
    """

    columns: tuple["str | Expr", ...]
    rows: tuple[tuple[object, ...], ...]
    align: str = ""
    total: bool = False
    caption: str = ""
    widths: tuple[int, ...] = ()

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        found: list[Obligation] = []
        for i, row in enumerate(self.rows, start=1):
            for j, cell in enumerate(row, start=1):
                if hasattr(cell, "obligations"):
                    found.extend(cell.obligations(f"{name}[{i},{j}]"))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Rounded:
    """In a table's cell: a value to be shown as a certified decimal."""

    value: object
    places: int


def start(formula: "str | Expr | HasValue", *, assume: "Iterable[str | Expr]" = (), unit: str = "", title: str = "") -> Derivation:
    """A derivation that begins with a formula: text, LaTeX, an expression, another derivation's conclusion, or a SymPy object.

    Raises ParseError where the text is no formula.
    """
    return Derivation(formula_of(formula), (), tuple(formula_of(a) for a in assume), unit, title)


def formula_of(formula: object) -> Expr:
    """Text, Expr, Derivation (its conclusion), a given or value, an int or Fraction, or a SymPy object as an Expr."""
    if isinstance(formula, str):
        return parse(formula)
    if isinstance(formula, Derivation):
        return formula.conclusion
    return value_of(formula)


def value_of(thing: object) -> Expr:
    """The exact value of a given, an answer, an Expr, an int, a Fraction or a SymPy object.

    Raises TypeError for floats and strings: they are not exact values.
    """
    from .expressions import expr

    value = getattr(thing, "value", thing)
    if isinstance(thing, Expr):
        return thing
    if isinstance(value, str):
        raise TypeError(f"{value!r} is text, not an exact value")
    if type(value).__module__.split(".")[0] == "sympy":
        from .sympy_bridge import from_sympy
        return from_sympy(value)
    return expr(value)


def claim(statement: "str | Expr", *, assume: "Iterable[str | Expr]" = (), expect: str = "proved") -> Claim:
    """A statement for the judge: ``claim("W*v = r")``, ``claim("a <=> b", assume=["S > 0"])``."""
    return Claim(formula_of(statement), tuple(formula_of(a) for a in assume), expect)


def name_of(text: "str | Expr") -> Expr:
    """A name as written in formulas: "F", "x_1", "y_hat".  Raises RuleError where the text is no name."""
    value = parse(text) if isinstance(text, str) else text
    if not (isinstance(value, Symbol) or is_op(value, "index", "apply")):
        raise RuleError(f"{text!r} is not a name")
    return value


def side_of_work(current: Expr) -> tuple[Expr, Callable[[Expr], Expr]]:
    """The part that a rewriting rule works on, and how to put it back.

    Of an equation or inequality whose left side is a name it is the right side; an expression is itself.
    """
    if is_relation(current):
        left, right = current.args
        return right, lambda new: Operation(current.head, (left, new))
    return current, lambda new: new


__all__ = ["MAKE_IT_A_GIVEN", "Caption", "Claim", "Derivation", "Rounded", "Rule", "RuleError", "Step", "Table", "Value", "claim", "formula_of", "name_of",
           "side_of_work", "start", "value_of"]
