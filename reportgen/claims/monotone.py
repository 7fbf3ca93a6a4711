"""Equations in one name whose sides are strictly monotone: ``2^x = 8``, ``\\log_2 x = 5``, ``\\sqrt{x} = 3``: one solution at most."""

from __future__ import annotations

from flint import acb, fmpq

from ..expressions import Expr, Number, Operation, Symbol, replace, symbols
from . import zero
from .arrays import NoValue, as_acb
from .values import evaluate


def solved(given: Expr, wanted: Expr) -> bool | None:
    """True: ``wanted`` names the one solution of ``given``.  False: ``given`` has one and it is another.  None: not of this kind."""
    names = symbols(given)
    if len(names) != 1 or symbols(wanted) != names or not _transcendental(given):
        return None
    name = Symbol(names[0])
    value = _solution(wanted, name)
    if value is None or symbols(value):
        return None
    left, right = _direction(given.args[0], name), _direction(given.args[1], name)
    if left is None or right is None or left == right or left * right > 0:
        return None
    gap = Operation("add", (given.args[0], Operation("neg", (given.args[1],))))
    at = replace(gap, {name: value})
    try:
        found = evaluate(at)
    except NoValue:
        return None
    if isinstance(found, fmpq) and found == 0:
        return True
    if not isinstance(found, (fmpq, acb)):
        return None
    if as_acb(found).contains(acb(0)):
        if zero.is_zero(zero.rewritten(at)):
            return True
        from .links import normal_forms

        return True if normal_forms(at, Number("0")) else None
    return False if _changes_sign(gap, name) else None


def apart(given: Expr, wanted: Expr) -> bool:
    """``A = 125`` and then ``A = 5^4``: one side is kept, the other got another value, and ``given`` has a solution."""
    names = symbols(given)
    if len(names) != 1 or given.args[0] != wanted.args[0] or symbols(given.args[1]) or symbols(wanted.args[1]):
        return False
    try:
        x, y = evaluate(given.args[1]), evaluate(wanted.args[1])
    except NoValue:
        return False
    if not isinstance(x, fmpq) or not isinstance(y, fmpq) or x == y or _direction(given.args[0], Symbol(names[0])) is None:
        return False
    return _changes_sign(Operation("add", (given.args[0], Operation("neg", (given.args[1],)))), Symbol(names[0]))


def _transcendental(tree: Expr) -> bool:
    return isinstance(tree, Operation) and (
        tree.head in ("sqrt", "root", "log", "ln", "exp") or tree.head == "pow" and bool(symbols(tree.args[1])) or any(_transcendental(a) for a in tree.args)
    )


def _solution(wanted: Expr, name: Symbol) -> Expr | None:
    """The closed tree that the equation gives the name, where it is linear in it."""
    left, right = wanted.args
    if left == name:
        return right
    if right == name:
        return left
    gap = Operation("add", (left, Operation("neg", (right,))))
    try:
        values = [evaluate(gap, env={name: fmpq(k)}) for k in (0, 1, 2)]
    except NoValue:
        return None
    if not all(isinstance(v, fmpq) for v in values) or values[2] - values[1] != values[1] - values[0] or values[1] == values[0] or _transcendental(gap):
        return None
    if not _linear(gap, name):
        return None
    from .arrays import fraction
    from .reading import number

    return number(fraction(-values[0] / (values[1] - values[0])))


def _linear(tree: Expr, name: Symbol) -> bool:
    if not symbols(tree) or tree == name:
        return True
    if not isinstance(tree, Operation):
        return False
    if tree.head in ("add", "neg"):
        return all(_linear(a, name) for a in tree.args)
    if tree.head == "mul":
        return sum(bool(symbols(a)) for a in tree.args) == 1 and all(_linear(a, name) for a in tree.args)
    return tree.head == "div" and not symbols(tree.args[1]) and _linear(tree.args[0], name)


def _sign(tree: Expr) -> int | None:
    try:
        value = evaluate(tree)
    except NoValue:
        return None
    if isinstance(value, fmpq):
        return (value > 0) - (value < 0)
    if isinstance(value, acb) and value.imag == 0:
        return 1 if value.real > 0 else -1 if value.real < 0 else None
    return None


def _direction(tree: Expr, name: Symbol) -> int | None:
    """1 rising, -1 falling, 0 constant, strictly and continuously wherever it is defined, an interval; None where that is not seen."""
    if name.name not in symbols(tree):
        return 0
    if tree == name:
        return 1
    if not isinstance(tree, Operation):
        return None
    head, args = tree.head, tree.args
    if head == "add":
        parts = {_direction(a, name) for a in args} - {0}
        return parts.pop() if len(parts) == 1 else None
    if head == "neg":
        inner = _direction(args[0], name)
        return None if inner is None else -inner
    if head in ("sqrt", "exp", "ln") or head == "root" and not symbols(args[1]):
        return _direction(args[0], name)
    if head == "log" and (len(args) == 1 or not symbols(args[1])):
        inner = _direction(args[0], name)
        side = 1 if len(args) == 1 else _sign(Operation("add", (args[1], Operation("neg", (Number("1"),)))))
        return None if inner is None or not side else inner * side
    if head == "mul":
        factor, inner = 1, None
        for a in args:
            if symbols(a):
                if inner is not None:
                    return None
                inner = _direction(a, name)
            else:
                sign = _sign(a)
                if not sign:
                    return None
                factor *= sign
        return None if inner is None else inner * factor
    if head == "div" and not symbols(args[1]):
        inner, sign = _direction(args[0], name), _sign(args[1])
        return None if inner is None or not sign else inner * sign
    if head == "pow" and not symbols(args[0]):
        inner = _direction(args[1], name)
        base = _sign(args[0])
        side = _sign(Operation("add", (args[0], Operation("neg", (Number("1"),)))))
        return None if inner is None or base != 1 or not side else inner * side
    return None


def _changes_sign(gap: Expr, name: Symbol) -> bool:
    """Two places where the continuous difference has other signs: it has a zero between them."""
    signs = set()
    for k in (fmpq(0), *(fmpq(s * 10 ** max(e, 0), 10 ** max(-e, 0)) for e in range(-6, 7) for s in (1, -1)), *map(fmpq, range(-60, 61))):
        try:
            value = evaluate(gap, env={name: k})
        except NoValue:
            continue
        if isinstance(value, fmpq):
            signs.add((value > 0) - (value < 0))
        elif isinstance(value, acb) and value.imag == 0:
            if value.real > 0:
                signs.add(1)
            elif value.real < 0:
                signs.add(-1)
    return {1, -1} <= signs or 0 in signs
