"""Definitions among the assumptions put in: an obligation as the statement with every defined name and function replaced."""

from __future__ import annotations

from dataclasses import dataclass

from ..expressions import Expr, Operation, Symbol, is_op, rational_value, symbols, to_text, walk
from ..obligation import Obligation
from . import calculus, enclosure, pieces
from .forms import Unsupported

MAX_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Prepared:
    """The statement and the remaining assumptions after every definition was put in; ``inconsistent`` names a false one."""

    statement: Expr
    assumptions: tuple[Expr, ...]
    definitions: tuple[Expr, ...]
    inconsistent: Expr | None = None


def prepare(obligation: Obligation, functions_too: bool = True) -> Prepared:
    """Equations ``name = expression`` and ``f(x) = expression`` among the assumptions are put into all else.

    A name that is defined twice keeps its second equation as an assumption, which must then hold.  ``functions_too`` is False
    where an equation is a premise: there ``f(x) = 0`` speaks of one x and defines nothing.
    """
    values: dict[Expr, Expr] = {}
    functions: dict[str, tuple[tuple[Expr, ...], Expr]] = {}
    rest: list[Expr] = []
    definitions: list[Expr] = []
    for fact in _flat(obligation.assumptions):
        if is_op(fact, "eq"):
            left, right = fact.args
            if (isinstance(left, Symbol) or is_op(left, "index")) and left not in values and not calculus.depends(right, left) and left not in _CONSTANTS:
                values[left] = right
                definitions.append(fact)
                continue
            if functions_too and is_op(left, "apply") and all(isinstance(a, Symbol) for a in left.args) and left.args[0].name not in functions \
                    and len(set(left.args)) == len(left.args) and not _applies(right, left.args[0]):
                functions[left.args[0].name] = (left.args[1:], right)
                definitions.append(fact)
                continue
        rest.append(fact)

    def put_in(expr: Expr) -> Expr:
        if not definitions:
            return expr
        for _ in range(MAX_ROUNDS):
            changed = _applied(expr, functions) if functions else expr
            changed = _replace_free(changed, values)
            if changed == expr:
                return expr
            expr = changed
        raise Unsupported("definitions that need each other in a circle")

    statement = put_in(obligation.statement)
    remaining, inconsistent = [], None
    for fact in rest:
        fact = put_in(fact)
        if not symbols(fact):
            held = enclosure.holds(fact)
            if held is False:
                inconsistent = fact
            if held is True:
                continue
        remaining.append(fact)
    return Prepared(statement, tuple(remaining), tuple(definitions), inconsistent)


_CONSTANTS = frozenset({Symbol("pi"), Symbol("e"), Symbol("inf")})


def _flat(facts: tuple[Expr, ...]) -> list[Expr]:
    out: list[Expr] = []
    for fact in facts:
        out.extend(_flat(fact.args) if is_op(fact, "and") else [fact])
    return out


def _applies(expr: Expr, function: Expr) -> bool:
    return any(is_op(node, "apply") and node.args[0] == function for node in walk(expr))


def _applied(expr: Expr, functions: dict[str, tuple[tuple[Expr, ...], Expr]], bound: frozenset[Expr] = frozenset()) -> Expr:
    """Every f(a) exchanged for the body of f with a put in.  A body that uses a name bound where it would stand is refused."""
    if not isinstance(expr, Operation):
        return expr
    inside = bound | {expr.args[1]} if expr.head in _CAPTURING else bound
    args = (_applied(expr.args[0], functions, inside), *(_applied(a, functions, bound) for a in expr.args[1:])) if expr.args else ()
    expr = expr if args == expr.args else Operation(expr.head, args)
    if is_op(expr, "apply") and isinstance(expr.args[0], Symbol) and expr.args[0].name in functions:
        parameters, body = functions[expr.args[0].name]
        if len(parameters) == len(expr.args) - 1:
            own = set(symbols(body)) - {p.name for p in parameters if isinstance(p, Symbol)}
            if any(isinstance(b, Symbol) and b.name in own for b in bound):
                raise Unsupported("a function that uses a bound name")
            return _replace_free(body, dict(zip(parameters, expr.args[1:])), renaming=True)
    return expr


_CAPTURING = frozenset({"sum", "prod", "limit", "integral"})


def _replace_free(expr: Expr, values: dict[Expr, Expr], renaming: bool = False) -> Expr:
    """Values for names, not inside what the name binds.

    A value that holds the bound name would be captured: that is refused.  A derivative needs its variable: diff(f, z) at z = 2 is
    the derivative first and the value afterwards, so the variable stays and the value waits until the derivative is taken; names
    that depend on z are then put in before.  ``renaming``: the values are a function's arguments.
    """
    if expr in values:
        return values[expr]
    if not isinstance(expr, Operation):
        return expr
    if expr.head in _CAPTURING or expr.head == "diff":
        bound = expr.args[1]
        inner = {k: v for k, v in values.items() if k != bound}
        if expr.head != "diff" and any(calculus.depends(k, bound) and calculus.depends(expr.args[0], k) for k in inner):
            raise Unsupported(f"an entry whose index {to_text(bound)} is free here and bound there")
        captured = any(calculus.depends(v, bound) and calculus.depends(expr.args[0], k) for k, v in inner.items())
        if captured and (expr.head != "diff" or renaming):
            raise Unsupported(f"a value that uses the bound name {to_text(bound)}")
        if expr.head == "diff" and bound in values:
            if captured or any(calculus.depends(expr.args[0], k) and isinstance(k, Symbol) and _reaches(v, bound, inner) for k, v in inner.items()):
                return Operation("diff", (_replace_free(expr.args[0], inner), *expr.args[1:]))
            if pieces.has_pieces(expr.args[0]) and not symbols(values[bound]):
                return pieces.derivative_at(Operation("diff", (_replace_free(expr.args[0], inner), *expr.args[1:])), values[bound])
            taken = calculus.differentiate(expr)
            return expr if taken is None else _replace_free(taken, values)
        args = (_replace_free(expr.args[0], inner, renaming), bound, *(_replace_free(a, values, renaming) for a in expr.args[2:]))
    elif expr.head == "apply":
        args = (expr.args[0], *(_replace_free(a, values, renaming) for a in expr.args[1:]))
    elif expr.head == "index":
        base = values.get(expr.args[0], expr.args[0])
        if base != expr.args[0] and not (renaming and isinstance(base, Symbol)):
            if rational_value(base) is None:
                raise Unsupported(f"entries of {to_text(expr.args[0])}, which has a value of its own")
            base = expr.args[0]     # a number has no entries: x_1 is a name of its own
        args = (base, *(_replace_free(a, values, renaming) for a in expr.args[1:]))
    else:
        args = tuple(_replace_free(a, values, renaming) for a in expr.args)
    return expr if args == expr.args else Operation(expr.head, args)


def _reaches(value: Expr, name: Expr, values: dict[Expr, Expr]) -> bool:
    """True where the value has the name in it once all values are put in."""
    for _ in range(MAX_ROUNDS):
        if calculus.depends(value, name):
            return True
        further = _replace_free(value, values)
        if further == value:
            return False
        value = further
    raise Unsupported("definitions that need each other in a circle")
