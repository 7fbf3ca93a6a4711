"""Sequences of lines: does each line follow from the one before?

A line that begins with ``=`` (or another relation) goes on from the last side before it; a line that is an equation of its
own must follow from the equation before, for all values of the names for which that one has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..expressions import Expr, Number, Operation, Symbol, symbols, to_text, walk
from ..judge import judge
from ..obligation import Obligation, Verdict
from . import points, rounding
from .chains import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome, _short, plain
from .reading import Reading, Side, Unreadable, read
from .values import NoValue

MAX_LINES = 200
_LEADING = re.compile(r"^[\s&$]*(?:\\quad|\\;|\\,|\\ )*\s*(?P<relation>=|\\approx|≈|\\le(?:q|qslant)?(?![a-z])|\\ge(?:q|qslant)?(?![a-z])|≤|≥|<|>|\\implies|\\Rightarrow|\\Longrightarrow|\\iff|\\Leftrightarrow|⇒|⇔|=>|\\therefore|\\to(?![a-z]))\s*&?")
_BARE_LOG = re.compile(r"\\log(?!\s*_)(?![A-Za-z])")
_RELATION = {"=": "eq", "≈": "approx", "<": "lt", ">": "gt", "≤": "le", "≥": "ge"}


def judge_lines(lines: Sequence[str]) -> Outcome:
    """``step`` is the first line that does not follow; undecided where a line could not be judged and none was found wrong."""
    outcome = _judge_lines(lines, frozenset())
    if outcome.verdict != PROVED and any(_BARE_LOG.search(line) for line in lines):       # log may be to base 10
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
    last: tuple[Expr, ...] = ()          # the statement or, alone, the expression before
    sides: tuple[Expr, ...] = ()
    rels: tuple[str, ...] = ()
    seen: list[Expr] = []
    checked = False
    variables = _variables(lines)
    for number, line in enumerate(lines):
        try:
            lead, reading = _read(line, variables, other)
            trees = tuple(plain(s.tree, imaginary=True) if s.tree is not None else _none() for s in reading.sides)
        except (Unreadable, NoValue) as error:
            worst = worst or Outcome(UNDECIDED, f"line {number + 1} cannot be read: {error}", "claim-unreadable")
            sides, rels = (), ()
            continue
        new_rels = reading.rels
        if number == 0 or not sides:
            outcome = None
            if number == 0 and new_rels and not lead and not any(symbols(t) for t in trees):
                outcome = _statement_alone(trees, new_rels)
        elif lead in ("eq", "approx", "lt", "le", "gt", "ge"):
            outcome = _linked(sides[-1], lead, trees[0], seen)
            if outcome is None or outcome.verdict == PROVED:
                outcome = _inner(trees, new_rels, seen) or outcome
            trees, new_rels = (sides[0] if rels or True else sides[-1], *trees), ("eq" if lead == "eq" else lead, *new_rels)
            trees = (*sides[:-1], sides[-1], *trees[1:])
            new_rels = (*rels, lead, *reading.rels)
        elif not new_rels and not rels:
            outcome = _linked(sides[-1], "eq", trees[0], seen)
        elif not new_rels:
            outcome = Outcome(UNDECIDED, f"line {number + 1} asserts nothing", "claim-unreadable")
        else:
            outcome = _follows(sides, rels, trees, new_rels, seen)
        if outcome is not None:
            checked = True
            if outcome.verdict == REFUTED:
                return Outcome(REFUTED, f"line {number + 1}: {outcome.reason}", outcome.code or "claim-refuted", step=number, sides=outcome.sides)
            if outcome.verdict == UNDECIDED and worst is None:
                worst = Outcome(UNDECIDED, f"line {number + 1}: {outcome.reason}", outcome.code)
        sides, rels = trees, new_rels
        seen.extend(trees)
    del last
    if worst is not None:
        return worst
    return Outcome(PROVED, "every line follows from the one before") if checked else Outcome(NO_CLAIM, "a single line", "no-claim")


def _none() -> Expr:
    raise Unreadable("words where an expression was expected")


def _variables(lines: Sequence[str]) -> frozenset[str]:
    """Letters that stand somewhere without a bracket after them: those are no functions."""
    return frozenset(m.group(1) for line in lines for m in re.finditer(r"(?<![A-Za-z\\])([a-zA-Z])(?!\s*(?:\\left\s*)?\()", re.sub(r"\\[A-Za-z]+", lambda c: "\\" * len(c.group()), line)))


def _read(line: str, variables: frozenset[str], other: frozenset[str]) -> tuple[str, Reading]:
    """The relation with which the line begins ("" for none) and the rest of it."""
    lead = ""
    while (match := _LEADING.match(line)) is not None:
        word = match["relation"]
        line = line[match.end():]
        if word in _RELATION:
            lead = _RELATION[word]
        elif word.startswith(("\\le", "\\ge", "\\approx")):
            lead = {"\\le": "le", "\\ge": "ge", "\\ap": "approx"}[word[:3]]
        else:
            continue
        break
    return lead, read(line, letters=True, variables=variables, other=other)


def _statement(trees: Sequence[Expr], rels: Sequence[str]) -> Expr:
    """The chain as one statement.  Raises NoValue for relations that the judge does not know."""
    if any(r not in ("eq", "lt", "le", "gt", "ge", "approx") for r in rels):
        raise NoValue("a relation that is not judged here")
    parts = tuple(Operation("eq" if r == "approx" else r, (a, b)) for a, r, b in zip(trees, rels, trees[1:]))
    return parts[0] if len(parts) == 1 else Operation("and", parts)


def _statement_alone(trees: Sequence[Expr], rels: Sequence[str]) -> Outcome | None:
    del trees, rels
    return None        # the first line is what is given


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
            return Outcome(REFUTED, f"{to_text(after)} is not {to_text(before)} (at {points.shown(found[0])}: {values[0]} and {values[1]})"[:400], "claim-refuted", sides=values)
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
    return any(isinstance(n, Operation) and (n.head in ("sqrt", "root", "ln", "log", "abs") or n.head == "pow" and not _is_whole(n.args[1])) for t in trees for n in walk(t))


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

def _follows(sides: Sequence[Expr], rels: Sequence[str], trees: Sequence[Expr], new_rels: Sequence[str], seen: Sequence[Expr]) -> Outcome:
    if not rels:
        return Outcome(UNDECIDED, "an equation after an expression", "claim-unsupported")
    try:
        given, wanted = _statement(sides, rels), _statement(trees, new_rels)
    except NoValue as error:
        return Outcome(UNDECIDED, str(error), "claim-unsupported")
    if given == wanted:
        return Outcome(PROVED, "written alike")
    old, new = set(symbols(given)), set(symbols(wanted))
    if _imaginary(given, wanted):
        return Outcome(UNDECIDED, "complex numbers with names", "claim-unsupported")
    if not new and not old:
        return Outcome(UNDECIDED, "statements without names", "claim-unsupported") if not (v := judge(Obligation(wanted))).refuted else _not_following(v, given, wanted)
    if new - old:
        return Outcome(UNDECIDED, f"the new name {sorted(new - old)[0]}", "claim-open")
    domain = _domain(*sides)
    if len(rels) == 1 == len(new_rels) and rels[0] == new_rels[0] == "eq":
        if points.proportional(given, wanted):
            return Outcome(PROVED, "one equation up to a factor")
        failing = points.unfollowed(given, wanted, domain)
        if failing is not None:
            if any(_has_new_decimals(t, given) for t in trees):
                return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
            return Outcome(REFUTED, f"{to_text(wanted)} does not follow from {to_text(given)} (at {points.shown(failing[0])})"[:400], "claim-refuted")
        verdict = judge(Obligation(Operation("iff", (given, wanted)), domain))
        if verdict.proved:
            return Outcome(PROVED, verdict.method)
    verdict = judge(Obligation(Operation("implies", (given, wanted)), domain))
    if verdict.proved:
        return Outcome(PROVED, verdict.method)
    if verdict.refuted:
        if any(_has_new_decimals(t, given) for t in trees) or "approx" in (*rels, *new_rels):
            return Outcome(UNDECIDED, "a rounding in a line with names", "claim-near")
        return _not_following(verdict, given, wanted)
    return Outcome(UNDECIDED, verdict.reason or "no proof and no counterexample", "claim-agreed")


def _not_following(verdict: Verdict, given: Expr, wanted: Expr) -> Outcome:
    at = ", ".join(f"{n} = {v}" for n, v in verdict.counterexample)
    return Outcome(REFUTED, (f"{to_text(wanted)} does not follow from {to_text(given)}" + (f" (at {at})" if at else ""))[:400], "claim-refuted", sides=verdict.sides)
