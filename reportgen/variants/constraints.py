"""Rules of variants.toml, decided exactly: values are put in by structure, and the judge decides the closed statement.

A rule that has no value (a division by zero, a root of a negative number) does not hold: such values are degenerate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from reportgen.expressions import Expr, Number, ParseError, Symbol, is_op, parse, rows_of, to_text
from reportgen.expressions.tree import replace, symbols, walk

SETS = frozenset({"ZZ", "QQ", "RR", "NN"})


@lru_cache(maxsize=4096)
def tree_of(name: str) -> Expr:
    """A name as formulas write it: ``x_1`` is an index."""
    try:
        found = parse(name, "plain")
    except ParseError:
        return Symbol(name)
    return found if isinstance(found, Symbol) or is_op(found, "index") else Symbol(name)


def names_in(statement: Expr, known: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(which of the known names stand in a statement, which other names do)."""
    trees = {tree_of(name): name for name in known}
    found: dict[str, None] = {}
    for node in walk(statement):
        if node in trees:
            found.setdefault(trees[node])
        elif is_op(node, "index") and node.args[0] in trees:
            found.setdefault(trees[node.args[0]])
    inside = {symbol for name in found for symbol in symbols(tree_of(name))}
    return tuple(found), tuple(s for s in symbols(statement) if s not in inside and s not in found and s not in SETS)


def closed(statement: Expr, values: Mapping[str, Expr]) -> Expr:
    """The statement with values in place of names; ``w_2`` is the second entry of a vector w, ``A_{1,2}`` an entry of a matrix."""
    parts = {tree_of(name): value for name, value in values.items()}
    for node in walk(statement):
        if is_op(node, "index") and node not in parts and is_op(parts.get(node.args[0]), "matrix"):
            entry = _entry(parts[node.args[0]], node.args[1:])
            if entry is not None:
                parts[node] = entry
    return replace(statement, parts)


def _entry(value: Expr, indices: tuple[Expr, ...]) -> Expr | None:
    rows = rows_of(value)
    numbers = [int(i.value) for i in indices if isinstance(i, Number) and i.value.denominator == 1]
    if len(numbers) != len(indices) or not 1 <= len(numbers) <= 2:
        return None
    row, column = (numbers[0], 1) if len(numbers) == 1 and len(rows[0]) == 1 else (1, numbers[0]) if len(numbers) == 1 else numbers
    return rows[row - 1][column - 1] if 1 <= row <= len(rows) and 1 <= column <= len(rows[0]) else None


def broken(statement: Expr, values: Mapping[str, Expr]) -> str:
    """Why a rule does not hold at these values, or "" where it does: the judge has proved it."""
    from reportgen.judge import judge
    from reportgen.obligation import Obligation

    put_in = closed(statement, values)
    if is_op(put_in, "not"):     # the judge says of "not a" what it says of a, the other way round
        verdict = judge(Obligation(put_in.args[0]))
        proved, refuted = verdict.refuted, verdict.proved
    else:
        verdict = judge(Obligation(put_in))
        proved, refuted = verdict.proved, verdict.refuted
    if proved:
        return ""
    text = to_text(put_in)
    return f"{text} is false" if refuted else f"{text} cannot be decided: {verdict.reason or 'it has no value'}"


__all__ = ["broken", "closed", "names_in", "tree_of"]
