"""The written form of mathematics: a small frozen tree that keeps the author's order and never evaluates.

Three kinds of node: ``Number`` (an unsigned decimal literal as it was typed), ``Symbol`` and ``Operation``
(a head from ``HEADS`` and its arguments).  ``a - b`` is ``add(a, neg(b))``, ``-2`` is ``neg(2)``, ``1/2`` is
``div(1, 2)``: nothing is folded, so that a formula prints as it was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

# head -> (least, most) number of arguments; None: no upper bound
HEADS: dict[str, tuple[int, int | None]] = {
    # arithmetic
    "add": (2, None), "neg": (1, 1), "mul": (2, None), "div": (2, 2), "pow": (2, 2),
    # functions of one argument
    **dict.fromkeys((
        "sqrt", "exp", "ln", "abs", "sign", "floor", "ceil", "factorial",
        "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh",
        "transpose", "det", "inverse", "vec"), (1, 1)),
    "norm": (1, 2),   # norm(w, p); without p the Euclidean norm
    # log(x) is the natural logarithm written "log"; log(x, b) has base b; root(x, n); binomial(n, k); round(x, d)
    "log": (1, 2), "root": (2, 2), "binomial": (2, 2), "min": (1, None), "max": (1, None), "round": (2, 2),
    # names with arguments: index(x, i) is x_i; apply(f, x) is f(x)
    "index": (2, None), "apply": (2, None),
    # big operators: (body, index, from, to)
    "sum": (4, 4), "prod": (4, 4),
    # calculus: diff(f, x[, n]); limit(f, x, a[, +1/-1 side]); integral(f, x[, a, b])
    "diff": (2, 3), "limit": (3, 4), "integral": (2, 4),
    # collections: matrix(row, row, ...), row(a, b, ...), tuple, set; cases(e1, c1, e2, c2, ...[, otherwise])
    "matrix": (1, None), "row": (1, None), "tuple": (1, None), "set": (0, None), "cases": (2, None),
    # relations
    "eq": (2, 2), "ne": (2, 2), "lt": (2, 2), "le": (2, 2), "gt": (2, 2), "ge": (2, 2), "approx": (2, 2),
    "element": (2, 2),
    # logic
    "and": (2, None), "or": (2, None), "not": (1, 1), "iff": (2, 2), "implies": (2, 2),
}

RELATIONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "approx"})
FUNCTIONS_OF_ONE = frozenset({
    "sqrt", "exp", "ln", "abs", "sign", "floor", "ceil", "sin", "cos", "tan", "cot", "sec", "csc",
    "asin", "acos", "atan", "sinh", "cosh", "tanh", "transpose", "det", "inverse", "vec", "norm"})
CONSTANTS = frozenset({"pi", "e", "inf"})


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned decimal literal, kept as typed: ``Number("0.20")`` has the value 1/5 and prints as 0.20."""

    text: str

    def __post_init__(self) -> None:
        whole, dot, part = self.text.partition(".")
        digits = whole + part
        if not (digits.isascii() and digits.isdigit() and whole and (part or not dot)):
            raise ValueError(f"not a decimal literal: {self.text!r}")

    @property
    def value(self) -> Fraction:
        return _literal_value(self.text)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: ``N``, ``lambda``, ``y_hat``, ``Output``.  ``pi``, ``e`` and ``inf`` are constants."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A head from HEADS applied to arguments, in the order in which they were written."""

    head: str
    args: tuple["Expr", ...]
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        # computed once: trees are keys everywhere, and hashing from the leaves each time would be quadratic
        object.__setattr__(self, "_hash", hash((self.head, self.args)))
        try:
            least, most = HEADS[self.head]
        except KeyError:
            raise ValueError(f"unknown head {self.head!r}") from None
        if len(self.args) < least or (most is not None and len(self.args) > most):
            raise ValueError(f"{self.head} takes {least} to {most} arguments, got {len(self.args)}")

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not Operation:
            return NotImplemented
        return self._hash == other._hash and self.head == other.head and self.args == other.args  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[object, ...]:
        return Operation, (self.head, self.args)     # the hash of a text differs from process to process


Expr = Number | Symbol | Operation


@lru_cache(maxsize=4096)
def _literal_value(text: str) -> Fraction:
    whole, _, part = text.partition(".")
    # Fraction(str) is bound by Python's 4,300-digit limit on int(); the parser's own limit on digits comes first.
    return Fraction(int(whole + part), 10 ** len(part))


# --- building -------------------------------------------------------------------------------------------------

def op(head: str, *args: "Expr | int | Fraction | str") -> Operation:
    """``op("add", "x", 1)``: an Operation whose arguments are made by ``expr``."""
    return Operation(head, tuple(expr(a) for a in args))


def expr(value: "Expr | int | Fraction | str") -> "Expr":
    """An Expr from an Expr, an int, a Fraction, or the name of a symbol (no parsing: see parser.parse).

    Raises TypeError for floats: a float is not an exact number.
    """
    if isinstance(value, (Number, Symbol, Operation)):
        return value
    if isinstance(value, bool):
        raise TypeError("a truth value is not a number")
    if isinstance(value, int):
        return Number(str(value)) if value >= 0 else Operation("neg", (Number(str(-value)),))
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return expr(value.numerator)
        quotient = Operation("div", (Number(str(abs(value.numerator))), Number(str(value.denominator))))
        return quotient if value >= 0 else Operation("neg", (quotient,))
    if isinstance(value, str):
        return Symbol(value)
    raise TypeError(f"{type(value).__name__} is not exact; write an int, a Fraction or a formula as text")


def add(*terms: "Expr") -> "Expr":
    """The sum of the terms as written: one term is itself, none is 0; nothing is evaluated or flattened."""
    if not terms:
        return Number("0")
    return terms[0] if len(terms) == 1 else Operation("add", terms)


def mul(*factors: "Expr") -> "Expr":
    """The product of the factors as written: one factor is itself, none is 1."""
    if not factors:
        return Number("1")
    return factors[0] if len(factors) == 1 else Operation("mul", factors)


def matrix(rows: "list[list[Expr]] | tuple[tuple[Expr, ...], ...]") -> Operation:
    """A matrix from its rows.  Raises ValueError where rows differ in length."""
    if len({len(r) for r in rows}) != 1:
        raise ValueError("the rows of a matrix have one length")
    return Operation("matrix", tuple(Operation("row", tuple(r)) for r in rows))


def column(entries: "list[Expr] | tuple[Expr, ...]") -> Operation:
    """A column vector: a matrix of one column."""
    return matrix([[entry] for entry in entries])


def rows_of(value: "Expr") -> tuple[tuple["Expr", ...], ...]:
    """The rows of a matrix.  Raises TypeError for anything else."""
    if not is_op(value, "matrix"):
        raise TypeError("not a matrix")
    return tuple(r.args for r in value.args)


# --- asking ---------------------------------------------------------------------------------------------------

def is_op(value: object, *heads: str) -> bool:
    """True where value is an Operation with one of these heads."""
    return isinstance(value, Operation) and value.head in heads


def is_relation(value: object) -> bool:
    return isinstance(value, Operation) and value.head in RELATIONS


def rational_value(value: "Expr") -> Fraction | None:
    """The value of a literal: a number, its negation, or a quotient of two integers such as -1/4; otherwise None."""
    if isinstance(value, Number):
        return value.value
    if is_op(value, "neg"):
        inner = rational_value(value.args[0])
        return None if inner is None or is_op(value.args[0], "neg") else -inner
    if is_op(value, "div") and all(isinstance(a, Number) for a in value.args) and value.args[1].value:
        return value.args[0].value / value.args[1].value
    return None


def is_negative_literal(value: "Expr") -> bool:
    """True for -2 or -1/3 as written."""
    return is_op(value, "neg") and rational_value(value) is not None


def walk(value: "Expr") -> Iterator["Expr"]:
    """The node and everything below it, before its arguments, left to right."""
    stack = [value]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Operation):
            stack.extend(reversed(node.args))


@lru_cache(maxsize=4096)
def symbols(value: "Expr") -> tuple[str, ...]:
    """Names of the free symbols in order of first appearance; constants, bound indices and applied names are left out."""
    found: dict[str, None] = {}

    def visit(node: Expr, bound: frozenset[str]) -> None:
        if isinstance(node, Symbol):
            if node.name not in CONSTANTS and node.name not in bound:
                found.setdefault(node.name)
        elif isinstance(node, Operation):
            if node.head in ("sum", "prod") and isinstance(node.args[1], Symbol):
                visit(node.args[0], bound | {node.args[1].name})
                for limit in node.args[2:]:
                    visit(limit, bound)
            elif node.head == "limit" or (node.head == "integral" and len(node.args) == 4):
                visit(node.args[0], bound | {node.args[1].name} if isinstance(node.args[1], Symbol) else bound)
                for limit in node.args[2:]:
                    visit(limit, bound)
            elif node.head == "apply":
                for argument in node.args[1:]:
                    visit(argument, bound)
            elif node.head == "element":
                visit(node.args[0], bound)
            else:
                for argument in node.args:
                    visit(argument, bound)

    visit(value, frozenset())
    return tuple(found)


def contains(value: "Expr", part: "Expr") -> bool:
    return any(node == part for node in walk(value))


def count_nodes(value: "Expr") -> int:
    return sum(1 for _ in walk(value))


# --- changing (always a new tree) -----------------------------------------------------------------------------

def replace(value: "Expr", mapping: Mapping["Expr", "Expr"]) -> "Expr":
    """The tree with every node that is a key of mapping exchanged, outermost first; replacements are not searched again.

    Bound indices of sums and products are left alone.
    """
    if value in mapping:
        return mapping[value]
    if not isinstance(value, Operation):
        return value
    if value.head in ("sum", "prod", "limit") and value.args[1] in mapping:
        inner = {k: v for k, v in mapping.items() if k != value.args[1]}
        args = (replace(value.args[0], inner), value.args[1], *(replace(a, mapping) for a in value.args[2:]))
    elif value.head == "apply":
        args = (value.args[0], *(replace(a, mapping) for a in value.args[1:]))
    else:
        args = tuple(replace(a, mapping) for a in value.args)
    return value if args == value.args else Operation(value.head, args)


def transform(value: "Expr", change: Callable[["Expr"], "Expr"]) -> "Expr":
    """The tree rebuilt from its leaves upwards, ``change`` applied to every node after its arguments."""
    if isinstance(value, Operation):
        args = tuple(transform(a, change) for a in value.args)
        value = value if args == value.args else Operation(value.head, args)
    return change(value)


# --- identity -------------------------------------------------------------------------------------------------

def digest(value: "Expr") -> str:
    """SHA-256 of the structure, in hexadecimal: equal trees, equal digests, on every machine."""
    state = hashlib.sha256()
    for node in walk(value):
        if isinstance(node, Operation):
            state.update(f"O{node.head}/{len(node.args)};".encode())
        else:
            tag, text = ("N", node.text) if isinstance(node, Number) else ("S", node.name)
            state.update(f"{tag}{len(text)}:{text};".encode())
    return state.hexdigest()
