"""What the tests of the judge share: rows of statements, and an oracle that evaluates trees by mpmath and shares nothing with the judge."""

from __future__ import annotations

import random


import mpmath
import pytest

from reportgen.expressions import Expr, Number, Operation, Symbol, is_op, parse, symbols, walk
from reportgen.judge import judge
from reportgen.obligation import Obligation, Status, Verdict

DIGITS = 40
CLOSE = mpmath.mpf(10) ** -14


def rows(table):
    return [pytest.param(row, id=" | ".join(row)[:100]) for row in table]


def verdict(row) -> Verdict:
    return judge(Obligation(parse(row[0], "plain"), tuple(parse(a, "plain") for a in row[1:])))


class NoValue(Exception):
    """No value at this point."""


class Unknown(Exception):
    """Nothing that this oracle evaluates, or too close to tell."""


_PLAIN = {"exp": mpmath.exp, "sin": mpmath.sin, "cos": mpmath.cos, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "atan": mpmath.atan, "abs": abs}


def value(e: Expr, at: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """The value of a tree.  Raises NoValue, Unknown."""
    if isinstance(e, Number):
        return mpmath.mpf(e.value.numerator) / e.value.denominator
    if isinstance(e, Symbol):
        if e.name in ("pi", "e"):
            return +getattr(mpmath, e.name)
        if e.name in at:
            return at[e.name]
        raise Unknown(e.name)
    head = e.head
    if head == "cases":
        for i in range(0, len(e.args) - 1, 2):
            if holds(e.args[i + 1], at):
                return value(e.args[i], at)
        if len(e.args) % 2:
            return value(e.args[-1], at)
        raise NoValue
    if head in ("sum", "prod"):
        low, high = (value(a, at) for a in e.args[2:])
        if not all(map(mpmath.isint, (low, high))) or high < low - 1:
            raise NoValue
        terms = [value(e.args[0], {**at, e.args[1].name: mpmath.mpf(k)}) for k in range(int(low), int(high) + 1)]
        return mpmath.fsum(terms) if head == "sum" else mpmath.fprod(terms)
    if head in ("limit", "integral", "diff", "apply", "index", "matrix", "tuple", "det", "norm", "inverse"):
        raise Unknown(head)
    v = [value(a, at) for a in e.args]
    if head in _PLAIN:
        return _PLAIN[head](v[0])
    if head == "add":
        return mpmath.fsum(v)
    if head == "neg":
        return -v[0]
    if head == "mul":
        return mpmath.fprod(v)
    if head in ("floor", "ceil"):
        near = mpmath.nint(v[0])
        return near if abs(v[0] - near) < CLOSE else getattr(mpmath, head)(v[0])
    if head in ("max", "min"):
        return (max if head == "max" else min)(v)
    return _partial(head, v)


def _partial(head: str, v: list) -> mpmath.mpf:
    """Functions with a domain."""
    def needs(condition: bool) -> None:
        if not condition:
            raise NoValue(head)

    if head == "div":
        needs(abs(v[1]) > CLOSE)
        return v[0] / v[1]
    if head == "pow":
        if abs(v[1] - mpmath.nint(v[1])) < CLOSE:
            needs(abs(v[0]) > CLOSE or v[1] > CLOSE)
            return v[0] ** int(mpmath.nint(v[1]))
        needs(v[0] > CLOSE)
        return v[0] ** v[1]
    if head == "sqrt":
        needs(v[0] > -CLOSE)
        return mpmath.sqrt(max(v[0], 0))
    if head == "root":
        needs(v[0] >= 0 or int(v[1]) % 2 == 1)
        return mpmath.sign(v[0]) * mpmath.root(abs(v[0]), int(v[1]))
    if head in ("ln", "log"):
        needs(all(x > CLOSE for x in v))
        needs(len(v) == 1 or abs(v[1] - 1) > CLOSE)
        return mpmath.log(v[0]) / (mpmath.log(v[1]) if len(v) == 2 else 1)
    if head in ("asin", "acos"):
        needs(abs(v[0]) <= 1 + CLOSE)
        return getattr(mpmath, head)(max(-1, min(1, v[0])))
    if head in ("tan", "sec", "cot", "csc"):
        above, below = {"tan": (mpmath.sin(v[0]), mpmath.cos(v[0])), "sec": (1, mpmath.cos(v[0])), "cot": (mpmath.cos(v[0]), mpmath.sin(v[0])),
                        "csc": (1, mpmath.sin(v[0]))}[head]
        needs(abs(below) > CLOSE)
        return above / below
    if head in ("factorial", "binomial"):
        needs(all(abs(x - mpmath.nint(x)) < CLOSE and x > -CLOSE for x in v))
        return getattr(mpmath, head)(*map(mpmath.nint, v))
    raise Unknown(head)


def holds(e: Expr, at: dict[str, mpmath.mpf]) -> bool:
    """Whether a statement holds; in a connective a relation without a value does not.  Raises NoValue, Unknown."""
    if e.head in ("and", "or", "iff", "implies", "not"):
        parts = []
        for a in e.args:
            try:
                parts.append(holds(a, at))
            except NoValue:
                parts.append(False)
        return {"and": all(parts), "or": any(parts), "not": not parts[0], "iff": parts[0] == parts[-1], "implies": not parts[0] or parts[-1]}[e.head]
    if e.head == "element":
        found = value(e.args[0], at)
        whole = abs(found - mpmath.nint(found)) < CLOSE
        return {"ZZ": whole, "NN": whole and found > -CLOSE, "RR": True, "QQ": True}[e.args[1].name]
    left, right = (value(a, at) for a in e.args)
    close = abs(left - right) <= CLOSE * max(1, abs(left), abs(right))
    if close and left != right and e.head in ("lt", "gt", "ne"):
        raise Unknown
    return {"eq": close, "ne": not close, "lt": left < right, "gt": left > right, "le": close or left < right, "ge": close or left > right}[e.head]


def disagreement(row, found: Verdict, points: int = 12, seed: int = 1) -> str:
    """Where the oracle contradicts a verdict; "" where it does not, or says nothing."""
    statement, assumptions = parse(row[0], "plain"), [parse(a, "plain") for a in row[1:]]
    names = sorted({n for part in (statement, *assumptions) for n in symbols(part)})
    with mpmath.workdps(DIGITS):
        if found.refuted:
            if names and not found.counterexample:
                return ""
            at = {n: mpmath.mpf(v.numerator) / v.denominator for n, v in found.counterexample}
            try:
                if holds(statement, at):
                    return f"holds at {found.counterexample}"
                return "" if all(holds(a, at) for a in assumptions) else f"an assumption fails at {found.counterexample}"
            except (NoValue, Unknown, ZeroDivisionError, OverflowError):
                return ""
        order = random.Random(seed)
        for _ in range(points if names else 1):
            at = {n: mpmath.mpf(order.randint(-6, 8)) if order.random() < 0.6 else mpmath.mpf(order.randint(-30, 30)) / 7 for n in names}
            try:
                if all(holds(c, at) for c in (*assumptions, *found.conditions)) and not holds(statement, at):
                    return f"fails at {at}"
            except (NoValue, Unknown, ZeroDivisionError, OverflowError):
                continue
    return ""


def is_proved(row) -> None:
    found = verdict(row)
    assert found.proved and found.strength and found.method and not found.counterexample, (row, found)
    assert not disagreement(row, found)


def is_refuted(row) -> None:
    found = verdict(row)
    assert found.refuted and found.method, (row, found)
    assert not disagreement(row, found)


def is_undecided(row) -> None:
    found = verdict(row)
    assert found.status is Status.UNDECIDED and found.reason, (row, found)


def altered(statement: Expr, order: random.Random) -> Expr:
    """The statement with one small change: a number, a sign, a relation, a connective, a function."""
    target = order.choice(list(walk(statement)))

    def changed(node: Expr) -> Expr:
        if isinstance(node, Number):
            return order.choice([Number(str(order.randint(0, 5))), Operation("neg", (node,))])
        if isinstance(node, Symbol):
            return node if node.name in ("pi", "e", "inf", "ZZ", "NN", "RR") else order.choice([Operation("neg", (node,)), Operation("add", (node, Number("1")))])
        for group in (("eq", "ne", "lt", "le", "gt", "ge"), ("iff", "implies"), ("and", "or"), ("sin", "cos", "exp", "abs", "atan", "sqrt")):
            if node.head in group:
                return Operation(order.choice(group), node.args)
        return node.args[0] if is_op(node, "neg") else node

    done = []

    def rebuilt(node: Expr, fixed: bool = False) -> Expr:
        if node is target and not done:
            done.append(node)
            return node if fixed else changed(node)
        if not isinstance(node, Operation):
            return node
        binds = node.head in ("sum", "prod", "integral", "limit", "diff")
        return Operation(node.head, tuple(rebuilt(a, binds and i == 1 or node.head in ("matrix", "row", "element", "apply")) for i, a in enumerate(node.args)))

    return rebuilt(statement)


