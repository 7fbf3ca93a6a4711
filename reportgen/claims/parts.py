"""Lines that say several things: ``x + y = 5, x - y = 1`` (all of them), ``x = 2, x = 3`` or ``x = 2, 3`` (one of them)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..expressions import Expr, Number, Operation, Symbol, is_op, symbols, transform

_BREAK = re.compile(r"[,;]|\\(?:text|mathrm|textrm)\s*\{[\s,]*and[\s,]*\}|\\qquad|\\quad|\\land(?![A-Za-z])|\\wedge(?![A-Za-z])|(?<=\s)and(?=\s)")
_SPACE = re.compile(r"^(?:\s|\\[,; ]|\\q?quad(?![A-Za-z]))*|(?:\s|\\[,; ]|\\q?quad(?![A-Za-z])|[.,;])*$")
_ASSERTS = re.compile(r"=|<|>|\\[lg]e|\\in(?![A-Za-z])|\\approx")


def split(line: str) -> list[str]:
    """The pieces between commas, "and" and wide spaces that stand in no bracket; a single piece where the line is one statement."""
    depth, begin, pieces = 0, 0, []
    k = 0
    while k < len(line):
        if line[k] in "([{":
            depth += 1
        elif line[k] in ")]}":
            depth -= 1
        match = _BREAK.match(line, k) if depth == 0 else None
        if match and not (match.group() == "," and line[k - 1 : k].isdigit() and re.match(r"\d{3}(?!\d)", line[k + 1 :])):
            pieces.append(line[begin:k])
            k = begin = match.end()
        else:
            k += 1
    pieces.append(line[begin:])
    found = [p for p in (_SPACE.sub("", piece) for piece in pieces) if p]
    if len(found) < 2 or not _ASSERTS.search(found[0]):
        return [line]
    return found


def together(pieces: Sequence[str], statement: Callable[[str], Expr], value: Callable[[str], Sequence[Expr]]) -> Expr | None:
    """The statement that the pieces make; None where it is not clear how they belong together."""
    found: list[Expr] = []
    for piece in pieces:
        if _ASSERTS.search(piece):
            said = statement(piece)
            found += said.args if is_op(said, "or") and all(_is_value(s) for s in said.args) else [said]
        elif found and is_op(found[0], "eq") and isinstance(found[0].args[0], Symbol):
            found += [Operation("eq", (found[0].args[0], v)) for v in value(piece)]
        else:
            return None
    return joined(found)


def _is_value(tree: Expr) -> bool:
    return is_op(tree, "eq") and isinstance(tree.args[0], Symbol) and not symbols(tree.args[1])


def instance(general: Expr, special: Expr) -> bool:
    """``120 = 5 * 6 * h`` after ``V = l * w * h``: numbers in the place of some of the names, and of each the same everywhere."""
    values: dict[Symbol, Expr] = {}

    def match(a: Expr, b: Expr) -> bool:
        if isinstance(a, Symbol) and not symbols(b):
            return values.setdefault(a, b) == b
        if isinstance(a, Operation) and isinstance(b, Operation):
            return a.head == b.head and len(a.args) == len(b.args) and all(match(p, q) for p, q in zip(a.args, b.args))
        return a == b

    return bool(symbols(special)) and is_op(general, "eq") and match(general, special) and bool(values) and not {s.name for s in values} & set(symbols(special))


def joined(found: Sequence[Expr]) -> Expr:
    names = {f.args[0] for f in found} if all(is_op(f, "eq") and isinstance(f.args[0], Symbol) and not symbols(f.args[1]) for f in found) else set()
    if len(found) > 1 and len(names) == 1:
        return Operation("or", tuple(found))
    if len(found) == 1:
        return found[0]
    flat = [part for f in found for part in (f.args if is_op(f, "and") else (f,))]
    return Operation("and", tuple(flat))


def of_set(name: Expr, tree: Expr) -> Expr | None:
    """``x in {2, 3}`` as ``x = 2 or x = 3``."""
    if not is_op(tree, "set") or not tree.args or symbols(tree):
        return None
    return joined([Operation("eq", (name, a)) for a in tree.args])


def sequences(lines: Sequence[str]) -> frozenset[str]:
    """Names that carry an index with a letter somewhere: ``a_n``, ``x_{k+1}``."""
    return frozenset(m[1] for line in lines for m in re.finditer(r"([A-Za-z])_(?:\{[^{}]*[A-Za-z][^{}]*\}|[A-Za-z])", line))


def named(tree: Expr, sequences: frozenset[str]) -> Expr:
    """``S_{22}`` as a name of its own: with a number below it is one thing, where S is no sequence."""

    def change(node: Expr) -> Expr:
        if not is_op(node, "index") or len(node.args) != 2 or not isinstance(node.args[0], Symbol) or node.args[0].name in sequences:
            return node
        if isinstance(node.args[1], Number) and node.args[1].text.isdigit():
            return Symbol(f"{node.args[0].name}_{node.args[1].text}")
        return node

    return transform(tree, change)
