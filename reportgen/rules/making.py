"""What all rules have in common: their steps know the author's line, and state no condition that is assumed already."""

from __future__ import annotations

import functools
import linecache
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import ParamSpec

from ..derivation import Derivation, Rule, RuleError, Step
from ..diagnostics import Span
from ..expressions import Expr, Operation, is_op, rational_value
from .forms import INEQUALITIES, sign_of

_PACKAGE = str(Path(__file__).resolve().parents[1])
_DEPTH = 30     # frames of ours, at most, between a rule and the author's line

P = ParamSpec("P")


def rule_factory(make: Callable[P, Rule]) -> Callable[P, Rule]:
    """A decorator for functions that make rules: ``isolate("F")``.

    What the rule raises and the steps that it makes get the place of the author's call; conditions that the
    derivation's assumptions imply (S != 0 where S > 0 is assumed) are left out.
    """
    @functools.wraps(make)
    def factory(*args: P.args, **kwargs: P.kwargs) -> Rule:
        place = author_place()
        rule = make(*args, **kwargs)

        @functools.wraps(rule)
        def placed(derivation: Derivation, **options: object) -> tuple[Step, ...]:     # options: of rules that use each other
            try:
                return tuple(_finished(step, place, derivation.assumptions) for step in rule(derivation, **options))
            except RuleError as error:
                error.place = place or error.place     # the outermost rule is the one that the author called
                raise

        return placed

    return factory


def _finished(step: Step, place: Span | None, assumptions: tuple[Expr, ...]) -> Step:
    return replace(step, place=place or step.place, conditions=tuple(c for c in step.conditions if not implied(c, assumptions)),
                   substeps=tuple(_finished(s, place, assumptions) for s in step.substeps))


def author_place() -> Span | None:
    """The call that is being made in the first file outside this package; None where there is none."""
    frame = sys._getframe(1)
    for _ in range(_DEPTH):
        if frame is None:
            return None
        file = frame.f_code.co_filename
        if not file.startswith(_PACKAGE):
            line, end, column, stop = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (frame.f_lineno, None, None, None))
            if line is None or column is None or stop is None or end != line:
                return Span(file, line or frame.f_lineno)
            linecache.checkcache(file)
            raw = linecache.getline(file, line).encode()      # Python counts bytes, we count characters
            start = len(raw[:column].decode(errors="replace"))
            return Span(file, line, start + 1, max(1, len(raw[column:stop].decode(errors="replace"))))
        frame = frame.f_back
    return None


def implied(condition: Expr, assumptions: Iterable[Expr]) -> bool:
    """True where an assumption says it: x != 0 follows from x > 0, x > 0 from x >= 1.  False where it is not seen to follow."""
    known = tuple(part for fact in assumptions for part in (fact.args if is_op(fact, "and") else (fact,)))
    if condition in known:
        return True
    if is_op(condition, "and"):
        return all(implied(part, known) for part in condition.args)
    if not is_op(condition, "ne", "lt", "le", "gt", "ge"):
        return False
    head, (left, right) = condition.head, condition.args
    if Operation(INEQUALITIES.get(head, head), (right, left)) in known:
        return True
    if rational_value(right) is None:
        if rational_value(left) is None:
            return any(is_op(fact, "lt", "gt") and set(fact.args) == {left, right} for fact in known) if head == "ne" else False
        left, right, head = right, left, INEQUALITIES.get(head, head)
        return implied(Operation(head, (left, right)), known) if rational_value(left) is None else False
    if rational_value(right) == 0:
        return sign_of(left, known) in {"ne": ("+", "-"), "gt": ("+",), "lt": ("-",), "ge": ("+", ">=", "0"), "le": ("-", "<=", "0")}[head]
    return _bounded(left, head, right, known)


def _bounded(name: Expr, head: str, bound: Expr, known: tuple[Expr, ...]) -> bool:
    """The same for another bound than zero: the fact is moved so that the bound is zero, if it speaks of this name."""
    limit = rational_value(bound)
    for fact in known:
        if not is_op(fact, "lt", "le", "gt", "ge", "eq"):
            continue
        (first, second), kind = fact.args, fact.head
        if second == name:
            first, second, kind = second, first, INEQUALITIES.get(kind, kind)
        stated = rational_value(second)
        if first != name or stated is None or limit is None:
            continue
        above = kind in ("gt", "eq", "ge") and (stated > limit or (kind == "gt" and stated == limit))
        below = kind in ("lt", "eq", "le") and (stated < limit or (kind == "lt" and stated == limit))
        at_least = kind in ("gt", "eq", "ge") and stated >= limit
        at_most = kind in ("lt", "eq", "le") and stated <= limit
        if {"ne": above or below, "gt": above, "lt": below, "ge": at_least, "le": at_most}[head]:
            return True
    return False


__all__ = ["author_place", "implied", "rule_factory"]
