"""From an obligation to the statement of a Coq lemma: generated from the obligation and its side conditions alone.

The lemma says: for all values of the names, if the assumptions and the side conditions hold, then every part of the
statement has a value and the statement is true.  Coq's division, logarithm and roots are total functions, so "has a
value" (no divisor is zero, no logarithm of a number that is not positive, the derivative exists) is said in so many
words and has to be proved with the rest.

Names are numbered and spelled anew from letters and digits, so that no name of a report is ever Coq text.
Real numbers throughout; a name in the bound of a sum is an integer; ``f(x) = ...`` among the assumptions is a local
definition; an unknown function is a function of which nothing is known but that it has the derivatives that are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, replace, symbols, walk
from ..obligation import Obligation
from .writer import MAX_TERMS, Unwritten, Writer


@dataclass(frozen=True, slots=True)
class Lemma:
    """A statement and what its proof may refer to: ``binders`` and ``hypotheses`` in the order in which they are introduced."""

    obligation: Obligation
    conditions: tuple[Expr, ...]
    statement: str
    binders: tuple[str, ...]
    hypotheses: tuple[tuple[str, Expr | None], ...]
    parts: tuple[str, ...]                    # what must have a value
    goal: Expr                                # the statement without what was made a hypothesis, finite sums written out
    writer: Writer


# --- parts ----------------------------------------------------------------------------------------------------

def file_name(text: str) -> str:
    """A name of a report as the name of a Coq file."""
    clean = re.sub(r"[^A-Za-z0-9]", "_", text)
    return clean if clean[:1].isalpha() else f"report_{clean}"


def _flat(facts: Iterable[Expr]) -> list[Expr]:
    out: list[Expr] = []
    for fact in facts:
        out.extend(_flat(fact.args) if is_op(fact, "and") else [fact])
    return out


def _written_out(expr: Expr) -> Expr:
    """Sums and products between literal bounds as sums and products of their terms."""
    if not isinstance(expr, Operation):
        return expr
    args = tuple(_written_out(a) for a in expr.args)
    expr = Operation(expr.head, args)
    if expr.head in ("sum", "prod"):
        body, index, low, high = args
        first, last = rational_value(low), rational_value(high)
        if first is not None and last is not None and first.denominator == last.denominator == 1:
            if not 0 <= last - first < MAX_TERMS:
                raise Unwritten("an empty or very long sum")
            if any(is_op(n, "sum", "prod", "diff", "limit", "integral") for n in walk(body)):
                if any(n == index for m in walk(body) if is_op(m, "sum", "prod", "diff", "limit", "integral") for n in m.args[1:2]):
                    raise Unwritten("a sum that binds its index twice")
            terms = tuple(replace(body, {index: _integer(k)}) for k in range(int(first), int(last) + 1))
            return terms[0] if len(terms) == 1 else Operation("add" if expr.head == "sum" else "mul", terms)
    return expr


def _integer(value: int) -> Expr:
    return Number(str(value)) if value >= 0 else Operation("neg", (Number(str(-value)),))


# --- the lemma ------------------------------------------------------------------------------------------------

def lemma_of(obligation: Obligation, conditions: Iterable[Expr] = ()) -> Lemma:
    """The lemma for an obligation; ``conditions`` are the side conditions of its verdict.  Raises Unwritten."""
    conditions = tuple(conditions)
    assumptions = [_written_out(a) for a in _flat((*obligation.assumptions, *conditions))]
    goal = _written_out(obligation.statement)
    while is_op(goal, "implies"):
        assumptions += _flat([goal.args[0]])
        goal = goal.args[1]
    assumptions, goal = _matrices_put_in(assumptions, goal)
    everything = (*assumptions, goal)
    functions = _definitions(assumptions)
    writer = Writer(functions, _integers(everything), _sequences(everything), _shapes(goal))
    for name in writer.shapes:
        if any(name in symbols(a) for a in assumptions):
            raise Unwritten("a matrix among the assumptions")
    hypotheses: list[tuple[str, Expr | None]] = []
    lets: list[str] = []
    for fact in assumptions:
        if is_op(fact, "eq") and is_op(fact.args[0], "apply") and functions.get(fact.args[0].args[0].name) == (fact.args[0].args[1:], fact.args[1]):
            parameters, body = fact.args[0].args[1:], fact.args[1]
            if any(is_op(n, "sum", "prod", "diff", "limit", "integral") for n in walk(body)):
                raise Unwritten("a function defined by a sum or derivative")
            if any(is_op(n, "apply") for n in walk(body)):
                raise Unwritten("a function defined by another")
            env = {p.name: (writer.fresh(p.name), "R") for p in parameters}
            name = writer.name(("function", fact.args[0].args[0].name, len(parameters)), fact.args[0].args[0].name,
                               " -> ".join(["R"] * (len(parameters) + 1)))
            lets.append(f"let {name} := fun {' '.join(t for t, _ in env.values())} : R => {writer.term(body, env)} in")
            continue
        for text in writer.defined(fact):
            hypotheses.append((text, None))
        hypotheses.append((writer.prop(fact), fact))
    known = {text for text, _ in hypotheses}
    parts = tuple(d for d in dict.fromkeys(_renamed(d) for d in writer.defined(goal)) if d not in known)
    main = writer.prop(goal)
    smooth = []
    for function, depth in writer.derived.items():
        name = writer.name(("function", function, 1), function, "R -> R")
        smooth += [(f"(forall t : R, ex_derive_n {name} {k} t)", None) for k in range(1, depth + 1)]
    hypotheses = [(t, f) for t, f in dict.fromkeys(smooth + hypotheses) if t != "True"]
    let_names = {text.split()[1] for text in lets}
    binders = tuple(n for n in writer.kinds if n not in let_names)
    lines = []
    if binders:
        lines.append("forall " + " ".join(f"({n} : {writer.kinds[n]})" for n in binders) + ",")
    lines += lets
    lines += [f"{text} ->" for text, _ in hypotheses]
    lines.append(" /\\ ".join([*parts, main]))
    return Lemma(obligation, conditions, "\n  ".join(lines), (*binders, *(text.split()[1] for text in lets)), tuple(hypotheses), parts, goal, writer)


def _renamed(text: str) -> str:
    """Bound names numbered from 1 in each proposition, so that equal ones are equal text."""
    table: dict[str, str] = {}
    return re.sub(r"\bb\d+_(\w*)", lambda m: table.setdefault(m[0], f"b{len(table) + 1}_{m[1]}"), text)


def _definitions(assumptions: list[Expr]) -> dict[str, tuple[tuple[Expr, ...], Expr]]:
    """``f(x) = body`` where the body uses every parameter; ``f(x) = 3`` only speaks of f at one point."""
    found: dict[str, tuple[tuple[Expr, ...], Expr]] = {}
    for fact in assumptions:
        if not (is_op(fact, "eq") and is_op(fact.args[0], "apply")):
            continue
        function, *parameters = fact.args[0].args
        body = fact.args[1]
        if not isinstance(function, Symbol) or function.name in found or not all(isinstance(p, Symbol) for p in parameters):
            continue
        if len(set(parameters)) == len(parameters) and all(p.name in symbols(body) for p in parameters):
            found[function.name] = (tuple(parameters), body)
    return found


def _integers(everything: Iterable[Expr]) -> frozenset[str]:
    """Names in the bounds of sums, and names that are places in a sequence."""
    everything = tuple(everything)
    sequences = _sequences(everything)
    found: set[str] = set()
    for statement in everything:
        bound = {n.args[1].name for n in walk(statement) if is_op(n, "sum", "prod") and isinstance(n.args[1], Symbol)}
        for node in walk(statement):
            places = node.args[2:] if is_op(node, "sum", "prod") else ()
            if is_op(node, "index") and isinstance(node.args[0], Symbol) and node.args[0].name in sequences:
                places = node.args[1:]
            found.update(s for p in places for s in symbols(p) if s not in bound)
    return frozenset(found)


def _sequences(everything: Iterable[Expr]) -> frozenset[str]:
    """Names whose index is that of a sum; any other indexed name, such as k_h, is a name of its own (which claims no less)."""
    found: set[str] = set()

    def visit(node: Expr, bound: frozenset[str]) -> None:
        if not isinstance(node, Operation):
            return
        if is_op(node, "index") and isinstance(node.args[0], Symbol) and any(isinstance(n, Symbol) and n.name in bound for i in node.args[1:] for n in walk(i)):
            found.add(node.args[0].name)
        inner = bound | {node.args[1].name} if is_op(node, "sum", "prod") and isinstance(node.args[1], Symbol) else bound
        for argument in node.args:
            visit(argument, inner)

    for statement in everything:
        visit(statement, frozenset())
    return frozenset(found)


def _shapes(goal: Expr) -> dict[str, tuple[int, int]]:
    """A name that is set equal to a matrix has its shape."""
    found: dict[str, tuple[int, int]] = {}
    for node in walk(goal):
        if is_op(node, "eq"):
            for name, other in (node.args, node.args[::-1]):
                if isinstance(name, Symbol) and is_op(other, "matrix"):
                    shape = len(other.args), len(other.args[0].args)
                    if found.setdefault(name.name, shape) != shape:
                        raise Unwritten("a name for matrices of different shapes")
    return found


def _matrices_put_in(assumptions: list[Expr], goal: Expr) -> tuple[list[Expr], Expr]:
    """``W = [[...]]`` among the assumptions is put in: the matrix stands where its name stood."""
    values = {f.args[0]: f.args[1] for f in reversed(assumptions) if is_op(f, "eq") and isinstance(f.args[0], Symbol) and is_op(f.args[1], "matrix", "tuple")}
    if not values:
        return assumptions, goal
    rest = [f for f in assumptions if not (is_op(f, "eq") and values.get(f.args[0]) == f.args[1])]
    if any(is_op(n, "sum", "prod", "diff", "limit", "integral") for e in (*rest, goal) for n in walk(e)):
        raise Unwritten("a matrix by name beside sums or derivatives")
    return [replace(f, values) for f in rest], replace(goal, values)
