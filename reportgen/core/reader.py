"""The canonical plain text of statements into trees of tuples: strict, and nothing else is read.

A tree is ``("number", "0.20")``, ``("name", "x")`` or ``(head, argument, ...)`` with a head from ``ARITY``.  What is written
is kept: ``a - b`` is ``("add", a, ("neg", b))``.  Loosest first: ``<=>``, ``=>``, ``or``, ``and``, ``not``, relations, sums,
products and quotients from left to right, powers and factorials, calls.  A minus takes the product behind it.
"""

from __future__ import annotations

import re
from functools import lru_cache

Tree = tuple

MAX_LENGTH = 20_000
MAX_DIGITS = 4_000
# head -> (least, most) arguments
ARITY: dict[str, tuple[int, float]] = {
    **dict.fromkeys(("add", "mul"), (2, float("inf"))), **dict.fromkeys(("div", "pow"), (2, 2)), "neg": (1, 1), "factorial": (1, 1),
    **dict.fromkeys(("sqrt", "exp", "ln", "abs", "sign", "floor", "ceil", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan",
                     "sinh", "cosh", "tanh", "transpose", "det", "inverse", "vec"), (1, 1)),
    "norm": (1, 2), "log": (1, 2), "root": (2, 2), "binomial": (2, 2), "min": (1, float("inf")), "max": (1, float("inf")), "round": (2, 2),
    "index": (2, float("inf")), "apply": (2, float("inf")), "sum": (4, 4), "prod": (4, 4), "diff": (2, 3), "limit": (3, 4), "integral": (2, 4),
    "matrix": (1, float("inf")), "row": (1, float("inf")), "tuple": (2, float("inf")), "set": (0, float("inf")), "cases": (2, float("inf")),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "approx", "element"), (2, 2)),
    "and": (2, float("inf")), "or": (2, float("inf")), "not": (1, 1), "iff": (2, 2), "implies": (2, 2),
}
RELATIONS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~=": "approx", "in": "element"}
_WRITTEN_AS_SIGNS = frozenset({"add", "mul", "div", "pow", "neg", "and", "or", "not", "iff", "implies", *RELATIONS.values()})
_CALLS = frozenset(ARITY) - _WRITTEN_AS_SIGNS
_APPLIED = frozenset({"f", "g", "h", "sigma", "Var", "Cov", "Pr"})      # names that are functions before a bracket
_BINDING = frozenset({"sum", "prod", "limit", "integral", "diff"})
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]+)*|<=>|=>|<=|>=|!=|~=|[-+*/^!=<>()\[\],_])", re.ASCII)


class Malformed(ValueError):
    """The text is no statement; the message says where."""


@lru_cache(maxsize=4096)
def read(text: str) -> Tree:
    """The tree of a text.  Raises Malformed."""
    if len(text) > MAX_LENGTH:
        raise Malformed(f"more than {MAX_LENGTH} characters")
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Malformed(f"character {at + 1} of {text[:60]!r}")
        tokens.append(match[1])
        at = match.end()
    reader = _Reader(tokens)
    try:
        tree = reader.joined(0)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    if reader.at < len(tokens):
        raise reader.wrong()
    return tree


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = [*tokens, ""], 0

    def wrong(self) -> Malformed:
        return Malformed(f"{self.tokens[self.at]!r} after {' '.join(self.tokens[max(0, self.at - 5):self.at])!r}")

    def accept(self, token: str) -> bool:
        if self.tokens[self.at] != token:
            return False
        self.at += 1
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise self.wrong()

    def joined(self, level: int) -> Tree:
        """``<=>`` (level 0), ``=>``, ``or``, ``and`` (3) of what binds tighter."""
        first = self.joined(level + 1) if level < 3 else self.negated()
        if level < 2:
            if self.accept(("<=>", "=>")[level]):
                return (("iff", "implies")[level], first, self.joined(level + 1))
            return first
        word, parts = ("or", "and")[level - 2], [first]
        while self.accept(word):
            parts.append(self.joined(level + 1) if level < 3 else self.negated())
        return first if len(parts) == 1 else (word, *parts)

    def negated(self) -> Tree:
        if self.accept("not"):
            return ("not", self.negated())
        left = self.sum()
        head = RELATIONS.get(self.tokens[self.at])
        if head is None:
            return left
        self.at += 1
        return (head, left, self.sum())

    def sum(self) -> Tree:
        terms = [self.signed()]
        while self.tokens[self.at] in ("+", "-"):
            terms.append(("neg", self.signed()) if self.accept("-") else self.signed() if self.accept("+") else None)
        return terms[0] if len(terms) == 1 else ("add", *terms)

    def signed(self) -> Tree:
        return ("neg", self.signed()) if self.accept("-") else self.product()

    def product(self) -> Tree:
        current, is_product = self.power(), False
        while True:
            if self.accept("*"):
                factor = self.power()
                current, is_product = ((*current, factor) if is_product else ("mul", current, factor)), True
            elif self.accept("/"):
                current, is_product = ("div", current, self.power()), False
            else:
                return current

    def power(self) -> Tree:
        base = self.atom()
        while self.accept("!"):
            base = ("factorial", base)
        return ("pow", base, self.atom()) if self.accept("^") else base

    def atom(self) -> Tree:
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":
            inside = self.listed(")")
            return inside[0] if len(inside) == 1 else ("tuple", *inside)
        if token == "[":
            rows = []
            while not rows or self.accept(","):
                self.expect("[")
                rows.append(("row", *self.listed("]")))
            self.expect("]")
            return self.checked(("matrix", *rows))
        if token[:1].isdigit():
            if len(token) > MAX_DIGITS:
                raise Malformed(f"a number of more than {MAX_DIGITS} digits")
            return ("number", token)
        if token in _CALLS:
            self.expect("(")
            return self.checked((token, *(() if token == "set" and self.accept(")") else self.listed(")"))))
        if not token[:1].isalpha() or token in _WRITTEN_AS_SIGNS or token in RELATIONS:
            self.at -= 1
            raise self.wrong()
        if self.accept("_"):
            index = self.tokens[self.at]
            self.at += 1
            if not (index.isdigit() or len(index) == 1 and index.isalpha()):
                raise self.wrong()
            return ("index", ("name", token), ("number" if index.isdigit() else "name", index))
        if self.accept("["):
            return ("index", ("name", token), *self.listed("]"))
        if token in _APPLIED and self.accept("("):
            return ("apply", ("name", token), *self.listed(")"))
        return ("name", token)

    def listed(self, closer: str) -> list[Tree]:
        items = [self.joined(0)]
        while self.accept(","):
            items.append(self.joined(0))
        self.expect(closer)
        return items

    def checked(self, tree: Tree) -> Tree:
        head, count = tree[0], len(tree) - 1
        least, most = ARITY[head]
        good = least <= count <= most
        if good and head in _BINDING:
            good = tree[2][0] == "name" or head == "diff" and tree[2][0] == "index"
        if good and head in ("index", "apply"):
            good = tree[1][0] == "name"
        if good and head == "integral":
            good = count != 3
        if good and head == "limit" and count == 4:
            good = tree[4] in (("number", "1"), ("neg", ("number", "1")))
        if good and head == "matrix":
            good = all(row[0] == "row" for row in tree[1:]) and len({len(row) for row in tree[1:]}) == 1
        if not good:
            raise Malformed(f"{head} does not take these {count} arguments")
        return tree
