"""Equations with names, one under another: does each follow from the one before?

``steps`` judges sequences that are known to be derivations.  In somebody's document nothing says so: equations that stand
together may be a system, a list of exercises, or a formula and numbers put into it.  A line is refuted here only where it
shows that it rearranges the line before; what follows from a wrong line is right, given that line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, expr, is_op, symbols, walk
from ..expressions import replace as exchange
from ..judge import judge
from ..obligation import Obligation
from . import steps
from .arrays import NoValue
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome, _short, is_name, judge_reading, plain
from .reading import Reading, Side, Unreadable, read
from .values import evaluate

MAX_LINES = 60
_WITH_NAMES = Outcome(NO_CLAIM, "an equation with names", "no-claim")
_STRANGE = re.compile(
    r"\\(?:mathbf|vec|mathbb|mathcal|hat|bar|dots|ldots|cdots|partial|nabla|mid|otimes|oplus|wedge|prime|circ|pmod|bmod|equiv)(?![a-z])"
    r"|'|…|\.\.\.|O\(|\bd[xyt]\b|\\begin"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a group: its text, whether a word such as "so" joins it to the line before, whether earlier lines speak of its names."""

    text: str
    joined: bool = False
    known: bool = False


def judge_group(lines: Sequence[Line]) -> list[tuple[Outcome, int | None]]:
    """For each line its outcome, and the line (from 0) on whose mistake it rests, if any."""
    if len(lines) > MAX_LINES:
        return [(_WITH_NAMES, None)] * len(lines)
    lines, words = _lettered(lines)
    group = _Group(lines)
    return [_worded(group.judged(k), words) for k in range(len(lines))]


def _lettered(lines: Sequence[Line]) -> tuple[list[Line], dict[str, str]]:
    """The lines with a letter for each word that stands as a name, and the words by letter."""
    everything = " ".join(line.text for line in lines)
    free = iter(c for c in "QWVYXHGJLUZKTRMBDAqwvhgjuzk" if c not in everything)
    letters: dict[str, str] = {}
    for word in re.findall(r"\\text\{([^{}]*)\}", everything):
        if word not in letters and (letter := next(free, None)) is not None:
            letters[word] = letter

    def letter(match: re.Match[str]) -> str:
        return f" {letters[match[1]]} " if match[1] in letters else match[0]

    new = [replace(line, text=re.sub(r"\\text\{([^{}]*)\}", letter, line.text)) for line in lines]
    return new, {letter: word for word, letter in letters.items()}


def _worded(found: tuple[Outcome, int | None], words: dict[str, str]) -> tuple[Outcome, int | None]:
    outcome, rests = found
    reason = re.sub(r"\b[A-Za-z]\b", lambda m: words.get(m[0], m[0]), outcome.reason) if words else outcome.reason
    return replace(outcome, reason=reason) if reason != outcome.reason else outcome, rests


class _Group:
    """The lines read so far, the last statement and its first mistake."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.variables = steps._variables([line.text for line in lines])
        self.sides: tuple[Expr, ...] = ()
        self.statement: Expr | None = None
        self.wrong: int | None = None
        self.seen: list[tuple[Expr, int | None]] = []
        self.before_chain = 0  # how many statements were there when the chain of the last sides began

    def judged(self, k: int) -> tuple[Outcome, int | None]:
        """The outcome of line k, and the mistake that it rests on."""
        line = self.lines[k]
        try:
            lead, rest = steps._lead(line.text)
            if lead not in ("", "eq", "approx", "lt", "le", "gt", "ge") or steps._SEVERAL.search(rest):
                raise Unreadable("a line of another kind")
            reading = read(rest, letters=True, variables=self.variables)
            if any(s.tree is None for s in reading.sides):
                raise Unreadable("words where an expression was expected")
            trees = tuple(plain(s.tree, imaginary=True) for s in reading.sides)
        except (Unreadable, NoValue, RecursionError):
            self.sides, self.statement, self.wrong = (), None, None
            return _WITH_NAMES, None
        found = self.linked(lead, trees, reading.rels, line) if lead else self.followed(trees, reading.rels, line, k)
        outcome, rests = found
        if outcome.verdict == REFUTED:
            self.wrong = k
        elif outcome is _WITH_NAMES:
            self.wrong = rests
        else:
            self.wrong = rests = rests if rests is not None else None
        if lead and self.sides:
            self.sides = (*self.sides, *trees)
        else:
            self.sides = trees
            self.before_chain = len(self.seen)
            rels = reading.rels
            self.statement = steps._statement(trees, rels) if rels and all(r in ("eq", "approx", "lt", "le", "gt", "ge") for r in rels) else None
        if self.statement is not None:
            self.seen.append((self.statement, self.wrong))
        return outcome, rests

    # --- "= ..." under a side
    def linked(self, lead: str, trees: tuple[Expr, ...], rels: tuple[str, ...], line: Line) -> tuple[Outcome, int | None]:
        if not self.sides:
            return _WITH_NAMES, None
        before, outcome, rests = self.sides[-1], None, self.wrong
        for rel, after in zip((lead, *rels), trees):
            found = self.link(before, rel, after, line)
            if found.verdict == REFUTED:
                return found, None
            outcome = found if outcome is None or found.verdict != PROVED else outcome
            before = after
        assert outcome is not None
        return outcome, rests

    def link(self, before: Expr, rel: str, after: Expr, line: Line) -> Outcome:
        names = _names(before)
        if not names and not _names(after):
            return judge_reading(Reading((Side(before, ""), Side(after, "")), (rel,)))
        try:
            found = steps._linked(before, rel, after, [])
        except NoValue:
            return _WITH_NAMES
        if found.verdict == PROVED:
            return found
        if found.verdict == REFUTED and names == _names(after) and not is_name(before) and not is_name(after):
            if line.known or len(names) > 1 and any(names & _names(fact) for fact, _ in self.seen[: self.before_chain]):
                return Outcome(UNDECIDED, "no identity; it may rest on what was said before", "claim-open")
            if not _STRANGE.search(line.text) and rel == "eq":
                return found
        return _WITH_NAMES

    # --- an equation under an equation
    def followed(self, trees: tuple[Expr, ...], rels: tuple[str, ...], line: Line, k: int) -> tuple[Outcome, int | None]:
        given, before = self.statement, self.wrong
        if len(trees) > 2:
            inner = [self.link(a, r, b, line) for a, r, b in zip(trees[1:], rels[1:], trees[2:])]
            wrong = next((f for f in inner if f.verdict == REFUTED), None)
            if wrong is not None:
                return wrong, None
        if given is None or not is_op(given, "eq") or rels != ("eq",):
            return _WITH_NAMES, None
        wanted = Operation("eq", trees)
        for earlier, rests in reversed(self.seen):
            if _is_instance(earlier, wanted):
                rests = rests if rests is not None else None
                return (Outcome(PROVED, "values put into the line before") if rests is not None else _WITH_NAMES), rests
        if not _names(wanted) or not _names(given):
            return _WITH_NAMES, None
        if not _names(wanted) <= _names(given):
            return _WITH_NAMES, None
        try:
            found = steps._follows(given, wanted, steps._domain(*given.args))
        except (NoValue, Unreadable):
            return _WITH_NAMES, None
        if found.verdict == PROVED:
            return found, before
        if found.verdict == REFUTED and self.rearranges(given, wanted, line):
            if line.known:
                return Outcome(UNDECIDED, "does not follow from the line before alone", "claim-open"), None
            return self.settled(given, wanted, found), None
        return _WITH_NAMES, None

    @staticmethod
    def settled(given: Expr, wanted: Expr, found: Outcome) -> Outcome:
        """Refuted, unless the line picks one of the solutions or is right where all names are positive."""
        try:
            if steps._follows(wanted, given, steps._domain(*wanted.args)).verdict == PROVED:
                return Outcome(UNDECIDED, "one of the solutions of the line before", "claim-domain")
        except (NoValue, Unreadable):
            pass
        positive = tuple(Operation("gt", (Symbol(n), Number("0"))) for n in sorted(_names(given)))
        verdict = judge(Obligation(Operation("implies", (given, wanted)), positive))
        if verdict.proved and steps._has_roots(given, wanted):
            return Outcome(UNDECIDED, "right for positive values only, perhaps", "claim-domain")
        return _with_point(given, wanted, found)

    def rearranges(self, given: Expr, wanted: Expr, line: Line) -> bool:
        """Whether ``wanted`` shows that it is meant to say the same as ``given``."""
        names = _names(given)
        if names != _names(wanted) or _STRANGE.search(line.text):
            return False
        if line.joined:
            return True
        if len(names) == 1:
            left, right = given.args
            return not (is_name(left) and not symbols(right) and _is_literal(right)) and not (is_name(left) and symbols(right))
        if not any(isinstance(side, Operation) for side in given.args):
            return False
        return _leaves(given) == _leaves(wanted) and _shape(given) != _shape(wanted)


def _names(tree: Expr) -> frozenset[str]:
    return frozenset(symbols(tree)) - CONSTANTS - {"i", "I"}


def _is_literal(tree: Expr) -> bool:
    if is_op(tree, "neg"):
        tree = tree.args[0]
    return isinstance(tree, Number) or is_op(tree, "div") and all(isinstance(a, Number) for a in tree.args)


def _leaves(tree: Expr) -> Counter[str]:
    return Counter(n.name for n in walk(tree) if isinstance(n, Symbol))


def _shape(tree: Expr) -> tuple[frozenset[str], frozenset[str], bool]:
    """Which names stand on which side, and whether a name stands alone on the left."""
    left, right = tree.args
    return frozenset(symbols(left)), frozenset(symbols(right)), is_name(left)


def _is_instance(pattern: Expr, tree: Expr) -> bool:
    """``tree`` is ``pattern`` with closed values in the place of some of its names."""
    values: dict[str, Expr] = {}

    def matches(a: Expr, b: Expr) -> bool:
        if isinstance(a, Symbol):
            if a == b:
                return True
            return not symbols(b) and values.setdefault(a.name, b) == b
        if isinstance(a, Number) or isinstance(b, (Number, Symbol)):
            return a == b
        return a.head == b.head and len(a.args) == len(b.args) and all(map(matches, a.args, b.args))

    return pattern != tree and matches(pattern, tree) and bool(values)


def _with_point(given: Expr, wanted: Expr, found: Outcome) -> Outcome:
    """The outcome with a point at which the first line holds and the second does not, and both sides of the second there."""
    positive = tuple(Operation("gt", (Symbol(n), Number("0"))) for n in sorted(_names(given)))
    for assumed in (positive, ()):
        verdict = judge(Obligation(Operation("implies", (given, wanted)), assumed))
        if verdict.refuted and verdict.counterexample:
            break
    else:
        return found
    point = {Symbol(n): expr(v) for n, v in verdict.counterexample}
    try:
        sides = tuple(_short(evaluate(exchange(side, point))) for side in wanted.args)
    except NoValue:
        return found
    at = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
    reason = f"does not follow from the line before: with {at} that one holds, and here the sides are {sides[0]} and {sides[1]}"
    return Outcome(REFUTED, reason[:500], "claim-step", sides=(sides[0], sides[1]))


# --- names that have been given a value


def with_values(claim: str, values: dict[str, str]) -> Outcome:
    """The verdict on an equation in names to which the document gave values, such as ``let x = 3``."""
    try:
        reading = read(claim, letters=True, variables=frozenset(values))
        known = {}
        for name, text in values.items():
            found = read(text, letters=True)
            if found.rels or found.sides[0].tree is None or symbols(found.sides[0].tree):
                return _WITH_NAMES
            known[Symbol(name)] = found.sides[0].tree
    except (Unreadable, RecursionError):
        return _WITH_NAMES
    if any(s.tree is None for s in reading.sides) or not reading.rels:
        return _WITH_NAMES
    sides = tuple(Side(exchange(s.tree, known), s.text, s.units) for s in reading.sides)
    if any(_names(s.tree) for s in sides) or is_name(reading.sides[0].tree) and len(sides) == 2:
        return _WITH_NAMES
    outcome = judge_reading(Reading(sides, reading.rels, reading.choices, reading.modulus, reading.degrees))
    told = ", ".join(f"{n} = {t}" for n, t in sorted(values.items()))
    return Outcome(outcome.verdict, f"{outcome.reason} (with {told})", outcome.code, sides=outcome.sides)


__all__ = ["Line", "judge_group", "with_values"]
