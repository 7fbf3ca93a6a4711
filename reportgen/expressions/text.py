"""The canonical plain text of a tree: ``parse(to_text(e)) == e`` for every tree that the parser can make."""

from __future__ import annotations

import re
from functools import lru_cache

from .parser import DEFAULT_FUNCTIONS
from .tree import FUNCTIONS_OF_ONE, Expr, Number, Operation, Symbol

# binding strength of what an expression is made with; higher binds tighter
_IFF, _IMPLIES, _OR, _AND, _NOT, _RELATION, _SUM, _SIGN, _PRODUCT, _POWER, _ATOM = range(11)
_LEVEL = {"iff": _IFF, "implies": _IMPLIES, "or": _OR, "and": _AND, "not": _NOT, "add": _SUM, "neg": _SIGN, "mul": _PRODUCT,
          "div": _PRODUCT, "pow": _POWER, "factorial": _POWER}
_SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "approx": "~=", "element": "in"}
_SIMPLE_INDEX = re.compile(r"[A-Za-z]|\d+")


def to_text(value: Expr) -> str:
    """The tree as plain text that the parser reads back as the same tree."""
    return _text(value)[0]


def _text(value: Expr) -> tuple[str, int]:
    if isinstance(value, Number):
        return value.text, _ATOM
    if isinstance(value, Symbol):
        return value.name, _ATOM
    return _operation(value)


@lru_cache(maxsize=1 << 12)     # a ledger writes the same tree as a step's end, the next one's beginning, and what was judged
def _operation(value: Operation) -> tuple[str, int]:
    head, args = value.head, value.args
    if head in _SIGNS:
        return f"{_at(args[0], _SUM)} {_SIGNS[head]} {_at(args[1], _SUM)}", _RELATION
    if head in ("iff", "implies"):
        sign = "<=>" if head == "iff" else "=>"
        level = _LEVEL[head]
        return f"{_at(args[0], level + 1)} {sign} {_at(args[1], level + 1)}", level
    if head in ("and", "or"):
        level = _LEVEL[head]
        return f" {head} ".join(_at(a, level + 1) for a in args), level
    if head == "not":
        return f"not {_at(args[0], _RELATION)}", _NOT
    if head == "add":
        parts = [_at(args[0], _SIGN)]
        for term in args[1:]:
            minus = isinstance(term, Operation) and term.head == "neg"
            parts.append(("- " if minus else "+ ") + _at(term.args[0] if minus else term, _PRODUCT))
        return " ".join(parts), _SUM
    if head == "neg":
        return "-" + _at(args[0], _PRODUCT), _SIGN
    if head == "mul":
        # a quotient first (or a power) reads back as it is: a/b*c is (a/b)*c; a product first would be flattened
        first = f"({_text(args[0])[0]})" if _is(args[0], "mul") else _at(args[0], _PRODUCT)
        return "*".join([first, *(_at(a, _POWER) for a in args[1:])]), _PRODUCT
    if head == "div":
        return f"{_at(args[0], _PRODUCT)}/{_at(args[1], _POWER)}", _PRODUCT
    if head == "pow":
        return f"{_at(args[0], _ATOM)}^{_at(args[1], _ATOM)}", _POWER
    if head == "factorial":
        return f"{_at(args[0], _ATOM)}!", _POWER
    return _call(head, args), _ATOM


def _call(head: str, args: tuple[Expr, ...]) -> str:
    if head in FUNCTIONS_OF_ONE or head == "log":
        return f"{head}({_list(args)})"
    if head == "index" and isinstance(args[0], Symbol) and "_" not in args[0].name:
        subscript = _text(args[1])[0]
        if len(args) == 2 and _SIMPLE_INDEX.fullmatch(subscript):
            return f"{args[0].name}_{subscript}"
        return f"{args[0].name}[{_list(args[1:])}]"
    if head == "index" and isinstance(args[0], Symbol):
        return f"{args[0].name}[{_list(args[1:])}]"
    if head == "apply" and isinstance(args[0], Symbol) and args[0].name in DEFAULT_FUNCTIONS:
        return f"{args[0].name}({_list(args[1:])})"
    if head == "matrix":
        return "[" + ", ".join("[" + _list(row.args) + "]" for row in args) + "]"
    if head == "tuple" and len(args) > 1:
        return f"({_list(args)})"
    return f"{head}({_list(args)})"


def _list(args: tuple[Expr, ...]) -> str:
    return ", ".join(_text(a)[0] for a in args)


def _at(value: Expr, level: int) -> str:
    """The text of value, in brackets where it binds looser than level."""
    text, strength = _text(value)
    return text if strength >= level else f"({text})"


def _is(value: Expr, head: str) -> bool:
    return isinstance(value, Operation) and value.head == head


