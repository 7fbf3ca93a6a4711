"""Sequences of lines: does each line follow from the one before?

A line that begins with ``=`` (or another relation) goes on from the last side before it; a line that is an equation of its
own must follow from the equation before, for all values of the names for which that one has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..expressions import Expr, Number, Operation, Symbol, is_op, symbols, to_text, walk
from ..judge import judge
from ..obligation import Obligation, Verdict
from . import monotone, parts, points, rounding, systems
from .answerforms import _has_pm, _with_sign
from .arrays import NoValue
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome, _short, is_name, plain
from .reading import Reading, Side, Unreadable, read, read_expression

MAX_LINES = 200
_LESS = "it follows, but says less than the line before"
_LEADING = re.compile(
    r"^[\s&$]*(?:\\quad|\\;|\\,|\\ )*\s*(?P<relation>=|\\approx|≈|\\le(?:q|qslant)?(?![a-z])|\\ge(?:q|qslant)?(?![a-z])|≤|≥|<|>|\\implies"
    r"|\\Rightarrow|\\Longrightarrow|\\iff|\\Leftrightarrow|⇒|⇔|=>|\\therefore|\\to(?![a-z]))\s*&?"
)
_OR = re.compile(r"\\(?:text|mathrm|textrm)\s*\{\s*,?\s*or\s*,?\s*\}|\\lor(?![A-Za-z])|\\vee(?![A-Za-z])|\bor\b")
_SEVERAL = re.compile(_OR.pattern + r"|\\pm|±")
_BARE_LOG = re.compile(r"\\log(?!\s*_)(?![A-Za-z])")
_RELATION = {"=": "eq", "≈": "approx", "<": "lt", ">": "gt", "≤": "le", "≥": "ge"}


def judge_lines(lines: Sequence[str]) -> Outcome:
    """``step`` is the first line that does not follow; undecided where a line could not be judged and none was found wrong."""
    outcome = _judge_lines(lines, frozenset())
    if outcome.verdict != PROVED and any(_BARE_LOG.search(line) for line in lines):  # log may be to base 10
        other = _judge_lines(lines, frozenset({"log-10"}))
        if other.verdict == PROVED or outcome.verdict == REFUTED and other.verdict == UNDECIDED:
            return other
        if other.verdict == REFUTED and outcome.verdict == REFUTED and (other.step or 0) > (outcome.step or 0):
            return other
    return outcome


def _judge_lines(lines: Sequence[str], other: frozenset[str]) -> Outcome:
    if len(lines) > MAX_LINES:
        return Outcome(UNDECIDED, f"more than {MAX_LINES} lines", "claim-unreadable")
    worst: Outcome | None = None
    checked = False
    state = _State(_variables(lines), other, parts.sequences(lines))
    for number, line in enumerate(lines):
        state.number = number
        try:
            outcome = state.line(line)
        except (Unreadable, NoValue) as error:
            outcome = Outcome(UNDECIDED, f"cannot be read: {error}", "claim-unreadable")
            state.lose()
        if outcome is None:
            continue
        checked = True
        if outcome.verdict == REFUTED:
            number, outcome = state.held or (number, outcome)
            return Outcome(REFUTED, f"line {number + 1}: {outcome.reason}", outcome.code or "claim-refuted", step=number, sides=outcome.sides)
        if outcome.verdict == UNDECIDED and worst is None:
            worst = Outcome(UNDECIDED, f"line {number + 1}: {outcome.reason}", outcome.code)
    if state.held is not None:
        number, outcome = state.held
        return Outcome(REFUTED, f"line {number + 1}: {outcome.reason}", outcome.code or "claim-refuted", step=number, sides=outcome.sides)
    if worst is not None:
        return worst
    return Outcome(PROVED, "every line follows from the one before") if checked else Outcome(NO_CLAIM, "a single line", "no-claim")


class _State:
    """What the lines so far have said: the last chain, all statements, and whether each was equivalent to the one before."""

    def __init__(self, variables: frozenset[str], other: frozenset[str], sequences: frozenset[str] = frozenset()) -> None:
        self.variables = variables
        self.sequences = sequences
        self.other = other
        self.sides: tuple[Expr, ...] = ()
        self.rels: tuple[str, ...] = ()
        self.statement: Expr | None = None
        self.facts: list[Expr] = []
        self.equivalent = True
        self.seen: list[Expr] = []
        self.number = 0
        self.given: list[Expr] = []  # the first lines, as long as nothing was made of them
        self.held: tuple[int, Outcome] | None = None  # a line that does not follow, unless it proves to be given too

    def lose(self) -> None:
        """A line could not be read: what follows cannot be held against it."""
        self.sides, self.rels, self.statement, self.equivalent = (), (), None, False

    def line(self, line: str) -> Outcome | None:
        """The outcome of one more line; None where it is only given or defined.  Raises Unreadable and NoValue."""
        lead, rest = _lead(line)
        if not lead and _SEVERAL.search(rest) and (_OR.search(rest) or len(parts.split(rest)) < 2):
            return self.follow((), (), self.several(rest))
        pieces = parts.split(rest)
        if len(pieces) > 1 and lead not in ("eq", "approx", "lt", "le", "gt", "ge"):
            statement = parts.together(pieces, self.piece, self.value)
            if statement is None:
                raise Unreadable("pieces that do not go together")
            return self.follow((), (), statement)
        reading = read(rest, letters=True, variables=self.variables, other=self.other)
        if any(s.tree is None for s in reading.sides):
            raise Unreadable("words where an expression was expected")
        trees = tuple(parts.named(plain(s.tree, imaginary=True), self.sequences) for s in reading.sides)
        if reading.rels == ("element",) and (statement := parts.of_set(*trees)) is not None:
            return self.follow((), (), statement)
        if not self.sides and self.statement is None:
            if lead:
                raise Unreadable("a relation without what stands before it")
            self.take(trees, reading.rels, _statement(trees, reading.rels) if reading.rels else None)
            self.given = list(self.facts)
            return None
        if lead in ("eq", "approx", "lt", "le", "gt", "ge"):
            if not self.sides:
                raise Unreadable("a relation without what stands before it")
            outcome = _linked(self.sides[-1], lead, trees[0], self.seen)
            if outcome.verdict == PROVED:
                outcome = _inner(trees, reading.rels, self.seen) or outcome
            trees, rels = (*self.sides, *trees), (*self.rels, lead, *reading.rels)
            statement = _statement(trees, rels) if self.rels else None
            self.take(trees, rels if self.rels else (), statement)
            if not self.rels:
                self.sides = trees[-1:]
            return outcome
        if not reading.rels:
            if self.rels or not self.sides:
                raise Unreadable("asserts nothing")
            outcome = _linked(self.sides[-1], "eq", trees[0], self.seen)
            self.take(trees, (), None)
            return outcome
        return self.follow(trees, reading.rels, _statement(trees, reading.rels))

    def piece(self, text: str) -> Expr:
        """One of several statements of a line."""
        if _SEVERAL.search(text):
            return self.several(text)
        reading = read(text, letters=True, variables=self.variables, other=self.other)
        if not reading.rels or any(s.tree is None for s in reading.sides):
            raise Unreadable("a piece that says nothing")
        return _statement([parts.named(plain(s.tree, imaginary=True), self.sequences) for s in reading.sides], reading.rels)

    def value(self, text: str) -> list[Expr]:
        """The value, or the two of a double sign."""
        tree = read_expression(text, letters=True, other=self.other)
        return [plain(_with_sign(tree, sign)) for sign in ((1, -1) if _has_pm(tree) else (1,))]

    def several(self, line: str) -> Expr:
        """``x = 2 or x = 3``, ``x = \\pm 3`` as one statement."""
        found = []
        for part in _OR.split(line):
            reading = read(part.strip(" ,;."), letters=True, variables=self.variables, other=self.other)
            if any(s.tree is None for s in reading.sides):
                raise Unreadable("words where an expression was expected")
            trees = [s.tree for s in reading.sides]
            if not reading.rels:  # x = 2 or 3
                if not found or found[-1].head != "eq":
                    raise Unreadable("a part without a relation")
                found.append(Operation("eq", (found[-1].args[0], plain(trees[0]))))
                continue
            signs = (1, -1) if any(_has_pm(t) for t in trees) else (1,)
            found += [_statement([plain(_with_sign(t, sign)) for t in trees], reading.rels) for sign in signs]
        return found[0] if len(found) == 1 else Operation("or", tuple(found))

    def take(self, trees: tuple[Expr, ...], rels: tuple[str, ...], statement: Expr | None) -> None:
        self.sides, self.rels, self.statement = trees, rels, statement
        self.seen.extend(trees)
        if statement is not None:
            self.facts.append(statement)

    def follow(self, trees: tuple[Expr, ...], rels: tuple[str, ...], wanted: Expr) -> Outcome | None:
        given = self.statement
        if given is None:
            if self.sides:
                raise Unreadable("an equation after an expression")
            self.take(trees, rels, wanted)
            self.given = [wanted]
            return None
        if parts.instance(given, wanted):
            self.equivalent = False  # numbers are put in
            self.take(trees, rels, wanted)
            return None
        old = {n for fact in self.facts for n in symbols(fact)}
        if set(symbols(wanted)) - old:
            if (
                is_op(wanted, "eq")
                and is_name(wanted.args[0])
                and wanted.args[0] not in set(walk(Operation("and", (given, given))))
                and not set(symbols(wanted.args[1])) - old
            ):
                self.equivalent = False  # a definition
                self.take(trees, rels, wanted)
                return None
            outcome = Outcome(UNDECIDED, f"the new name {sorted(set(symbols(wanted)) - old)[0]}", "claim-open")
        else:
            outcome = _follows(given, wanted, _domain(*given.args) if isinstance(given, Operation) else ())
            if outcome.verdict == REFUTED and _is_added(given, wanted):
                if self.given == self.facts and len(self.facts) == 1:  # a formula, and a value to put in
                    self.equivalent = False
                    self.given.append(wanted)
                    self.take(trees, rels, wanted)
                    return None
                outcome = Outcome(UNDECIDED, "it may be a further condition", "claim-open")
            if outcome.verdict == REFUTED and self.given == self.facts and self.held is None and len(old) > 1 and _is_of_several(wanted):
                self.held = (self.number, outcome)
                self.given.append(wanted)
                self.equivalent = False
                self.take(trees, rels, wanted)
                return None
            if outcome.verdict != PROVED and not (self.equivalent and outcome.verdict == REFUTED) and outcome.reason != _LESS:
                outcome = self.by_all(wanted, outcome)
            if self.held is not None and outcome.verdict == PROVED and self.needs_all(wanted):
                self.held = None
        self.equivalent = self.equivalent and outcome.code == "equivalent"
        self.take(trees, rels, wanted)
        return outcome

    def needs_all(self, wanted: Expr) -> bool:
        """It follows from the first lines together, and from none of them alone: then all of them were given."""
        return len(self.given) > 1 and all(_follows(g, wanted, ()).verdict != PROVED for g in self.given)

    def by_all(self, wanted: Expr, alone: Outcome) -> Outcome:
        """The line need not follow from the last one alone: all that was said before counts."""
        if len(self.facts) < 2 or len(self.facts) > 12 or _imaginary(wanted):
            return alone
        verdict = judge(Obligation(wanted, tuple(self.facts)))
        if verdict.proved:
            return Outcome(PROVED, verdict.method)
        if not _has_new_decimals(wanted, Operation("and", tuple(self.facts))):
            point = systems.solution(self.facts)
            if point is not None and systems.holds(wanted, point) is False:
                return Outcome(REFUTED, f"{to_text(wanted)} does not follow from what was said before (at {points.shown(point)})"[:400], "claim-refuted")
        if verdict.refuted:
            return alone if alone.verdict == REFUTED else Outcome(UNDECIDED, "does not follow, it seems", "claim-agreed")
        return Outcome(UNDECIDED, "does not follow from the line before alone", "claim-open") if alone.verdict == REFUTED else alone


def _variables(lines: Sequence[str]) -> frozenset[str]:
    """Letters that stand somewhere without a bracket after them: those are no functions."""
    return frozenset(
        m.group(1)
        for line in lines
        for m in re.finditer(r"(?<![A-Za-z\\])([a-zA-Z])(?!\s*(?:\\left\s*)?\()", re.sub(r"\\[A-Za-z]+", lambda c: "\\" * len(c.group()), line))
    )


def _lead(line: str) -> tuple[str, str]:
    """The relation with which the line begins ("" for none) and the rest of it."""
    while (match := _LEADING.match(line)) is not None:
        word = match["relation"]
        line = line[match.end() :]
        if word in _RELATION:
            return _RELATION[word], line
        if word.startswith(("\\le", "\\ge", "\\approx")):
            return {"\\le": "le", "\\ge": "ge", "\\ap": "approx"}[word[:3]], line
    return "", line


def _statement(trees: Sequence[Expr], rels: Sequence[str]) -> Expr:
    """The chain as one statement.  Raises NoValue for relations that the judge does not know."""
    if any(r not in ("eq", "lt", "le", "gt", "ge", "approx") for r in rels):
        raise NoValue("a relation that is not judged here")
    parts = tuple(Operation("eq" if r == "approx" else r, (a, b)) for a, r, b in zip(trees, rels, trees[1:]))
    return parts[0] if len(parts) == 1 else Operation("and", parts)


def _inner(trees: Sequence[Expr], rels: Sequence[str], seen: Sequence[Expr]) -> Outcome | None:
    for k, rel in enumerate(rels):
        outcome = _linked(trees[k], rel, trees[k + 1], seen)
        if outcome is not None and outcome.verdict != PROVED:
            return outcome
    return None


# --- identities


def _linked(before: Expr, rel: str, after: Expr, seen: Sequence[Expr]) -> Outcome:
    """``before rel after`` for all values for which what stands before has a meaning."""
    if before == after and rel in ("eq", "le", "ge"):
        return Outcome(PROVED, "written alike")
    if not {*symbols(before), *symbols(after)} - {"i", "I"}:
        return _closed(before, rel, after)
    try:
        statement = _statement((before, after), (rel,))
    except NoValue as error:
        return Outcome(UNDECIDED, str(error), "claim-unsupported")
    domain = _domain(before, *seen)
    if rel == "eq":
        if points.identical(before, after):
            return Outcome(PROVED, "one rational function")
        found = points.failing(before, after, domain)
        if found is not None:
            if _has_new_decimals(after, before) and rounding.relative(found[1], found[2]) < 0.05:
                return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
            values = tuple(_short(v) for v in found[1:])
            return Outcome(
                REFUTED,
                f"{to_text(after)} is not {to_text(before)} (at {points.shown(found[0])}: {values[0]} and {values[1]})"[:400],
                "claim-refuted",
                sides=values,
            )
    if _imaginary(before, after):
        return Outcome(UNDECIDED, "complex numbers with names", "claim-unsupported")
    verdict = judge(Obligation(statement, domain))
    if verdict.proved:
        return Outcome(PROVED, verdict.method)
    if verdict.refuted:
        if _has_new_decimals(after, before) or rel == "approx":
            return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
        positive = tuple(Operation("gt", (Symbol(n), Number("0"))) for n in symbols(statement))
        if _has_roots(before, after) and not judge(Obligation(statement, (*domain, *positive))).refuted:
            return Outcome(UNDECIDED, "right for positive values only, perhaps", "claim-domain")
        return _wrong(verdict, before, after)
    both = _domain(before, after, *seen)
    if len(both) > len(domain) and judge(Obligation(statement, both)).proved:
        return Outcome(PROVED, "wherever both sides have a meaning")
    return Outcome(UNDECIDED, verdict.reason or "no proof and no counterexample", "claim-agreed")


def _imaginary(*trees: Expr) -> bool:
    return any(Symbol(n) in walk(t) for t in trees for n in ("i", "I"))


def _closed(before: Expr, rel: str, after: Expr) -> Outcome:
    from .chains import judge_reading

    return judge_reading(Reading((Side(before, to_text(before)), Side(after, to_text(after))), (rel,)))


def _wrong(verdict: Verdict, before: Expr, after: Expr) -> Outcome:
    at = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
    text = f"{to_text(after)} is not {to_text(before)}" + (f" (at {at}: {verdict.sides[0]} and {verdict.sides[1]})" if at else "")
    return Outcome(REFUTED, text[:400], "claim-refuted", sides=verdict.sides)


def _has_roots(*trees: Expr) -> bool:
    return any(
        isinstance(n, Operation) and (n.head in ("sqrt", "root", "ln", "log", "abs") or n.head == "pow" and not _is_whole(n.args[1]))
        for t in trees
        for n in walk(t)
    )


def _is_whole(tree: Expr) -> bool:
    if isinstance(tree, Operation) and tree.head == "neg":
        tree = tree.args[0]
    return isinstance(tree, Number) and tree.text.isdigit()


def _has_new_decimals(after: Expr, before: Expr) -> bool:
    return bool(rounding.decimals(after) - rounding.decimals(before))


def _domain(*trees: Expr) -> tuple[Expr, ...]:
    """What must hold for the trees to have real values: radicands not negative, arguments of logarithms positive."""
    found: dict[Expr, None] = {}
    zero = Number("0")
    for tree in trees:
        for node in walk(tree):
            if not isinstance(node, Operation) or not symbols(node):
                continue
            if node.head == "sqrt" and symbols(node.args[0]):
                found.setdefault(Operation("ge", (node.args[0], zero)))
            elif node.head == "root" and isinstance(node.args[1], Number) and node.args[1].text.isdigit() and int(node.args[1].text) % 2 == 0:
                found.setdefault(Operation("ge", (node.args[0], zero)))
            elif node.head in ("ln", "log") and symbols(node.args[0]):
                found.setdefault(Operation("gt", (node.args[0], zero)))
            elif node.head == "pow" and isinstance(node.args[1], Operation) and node.args[1].head == "div" and symbols(node.args[0]):
                found.setdefault(Operation("ge", (node.args[0], zero)))
    return tuple(found)[:8]


# --- equations


def _follows(given: Expr, wanted: Expr, domain: tuple[Expr, ...]) -> Outcome:
    """Whether ``wanted`` follows from ``given`` alone; code "equivalent" where the two are."""
    if given == wanted:
        return Outcome(PROVED, "written alike", "equivalent")
    if _imaginary(given, wanted):
        return Outcome(UNDECIDED, "complex numbers with names", "claim-unsupported")
    closed = not symbols(wanted)
    if closed:
        return (
            Outcome(UNDECIDED, "a statement without names", "claim-unsupported")
            if not (v := judge(Obligation(wanted))).refuted or symbols(given)
            else _not_following(v, given, wanted)
        )
    if _instances(given) != _instances(wanted):
        verdict = judge(Obligation(wanted, (given,)))
        return Outcome(PROVED, verdict.method) if verdict.proved else Outcome(UNDECIDED, "an unknown function at other places", "claim-open")
    rounded = any("." in t for t in rounding.decimals(wanted) - rounding.decimals(given))
    single = is_op(given, "eq") and is_op(wanted, "eq")
    rounded = rounded and not (single and _far(given, wanted))
    point = systems.violated(given, wanted)
    if point is None and is_op(given, "and") and (solved := systems.solution([given])) is not None and systems.holds(wanted, solved) is False:
        point = solved
    if point is not None and not rounded:
        return Outcome(REFUTED, f"{to_text(wanted)} does not follow from {to_text(given)} (at {points.shown(point)})"[:400], "claim-refuted")
    if not single and is_op(given, "eq", "or") and is_op(wanted, "eq", "or"):
        failing = points.unfollowed(given, wanted, domain)
        if failing is not None and not rounded:
            return Outcome(REFUTED, f"{to_text(wanted)} does not follow from {to_text(given)} (at {points.shown(failing[0])})"[:400], "claim-refuted")
    if single:
        if points.proportional(given, wanted):
            return Outcome(PROVED, "one equation up to a factor", "equivalent")
        found = monotone.solved(given, wanted)
        if found is not None:
            if found:
                return Outcome(PROVED, "a strictly monotone equation and its solution", "equivalent")
            return (
                Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
                if rounded
                else Outcome(REFUTED, f"{to_text(wanted)} does not solve {to_text(given)}"[:400], "claim-refuted")
            )
        if not rounded and monotone.apart(given, wanted):
            return Outcome(REFUTED, f"{to_text(wanted)} does not follow from {to_text(given)}"[:400], "claim-refuted")
        failing = points.unfollowed(given, wanted, domain)
        if failing is not None:
            if rounded:
                return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
            return Outcome(REFUTED, f"{to_text(wanted)} does not follow from {to_text(given)} (at {points.shown(failing[0])})"[:400], "claim-refuted")
    if not is_op(given, "and") and not is_op(wanted, "and"):
        verdict = judge(Obligation(Operation("iff", (given, wanted)), domain))
        if verdict.proved:
            return Outcome(PROVED, verdict.method, "equivalent")
    verdict = judge(Obligation(Operation("implies", (given, wanted)), domain))
    if verdict.proved:
        if _is_bound(given) and _is_bound(wanted) and len(symbols(given)) == 1 == len(symbols(wanted)):
            return Outcome(UNDECIDED, _LESS, "claim-open")
        return Outcome(PROVED, verdict.method)
    if verdict.refuted:
        return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near") if rounded else _not_following(verdict, given, wanted)
    return Outcome(UNDECIDED, verdict.reason or "no proof and no counterexample", "claim-agreed")


def _is_of_several(tree: Expr) -> bool:
    return is_op(tree, "eq") and len(symbols(tree)) > 1


def _far(given: Expr, wanted: Expr) -> bool:
    """Linear equations in one name, with roots that no rounding of figures explains."""
    first, second = systems.solution([given]), systems.solution([wanted])
    if first is None or second is None or first.keys() != second.keys() or len(first) != 1:
        return False
    (x,), (y,) = first.values(), second.values()
    return rounding.relative(x, y) > 0.05


def _is_bound(tree: Expr) -> bool:
    return is_op(tree, "lt", "le", "gt", "ge")


def _is_added(given: Expr, wanted: Expr) -> bool:
    """``x = 7`` after ``y = 5x + 3``: a value for one of the names, which what is given leaves open."""
    if not (is_op(wanted, "eq") and isinstance(wanted.args[0], Symbol) and not symbols(wanted.args[1])):
        return False
    others = [n for n in symbols(given) if n != wanted.args[0].name]
    return is_op(given, "eq") and isinstance(given.args[0], Symbol) and given.args[0].name in others and wanted.args[0].name in symbols(given.args[1])


def _instances(tree: Expr) -> frozenset[Expr]:
    """Unknown functions and sequences at the places where they stand."""
    return frozenset(n for n in walk(tree) if is_op(n, "apply", "index"))


def _not_following(verdict: Verdict, given: Expr, wanted: Expr) -> Outcome:
    at = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
    return Outcome(
        REFUTED, (f"{to_text(wanted)} does not follow from {to_text(given)}" + (f" (at {at})" if at else ""))[:400], "claim-refuted", sides=verdict.sides
    )
