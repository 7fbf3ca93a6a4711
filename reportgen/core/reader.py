"""The canonical plain text of statements into trees of tuples: strict, and nothing else is read.

A tree is ``("number", "0.20")``, ``("name", "x")`` or ``(head, argument, ...)``.  What is written is kept: ``a - b`` is
``("add", a, ("neg", b))``.  Sums, products, ``and`` and ``or`` take any number of parts; a minus takes the product behind it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf

Tree = tuple

MAX_LENGTH, MAX_DIGITS = 20_000, 4_000
# sign -> (how tightly it binds, head)
_INFIX = {"<=>": (1, "iff"), "=>": (2, "implies"), "or": (3, "or"), "and": (4, "and"), "=": (6, "eq"), "!=": (6, "ne"), "<": (6, "lt"),
          "<=": (6, "le"), ">": (6, "gt"), ">=": (6, "ge"), "~=": (6, "approx"), "in": (6, "element"), "+": (7, "add"), "-": (7, "add"),
          "*": (8, "mul"), "/": (8, "div"), "^": (9, "pow")}
_NOT, _MINUS, _SINGLE = 5, 8, (1, 2, 6, 9)      # levels at which nothing follows a second time: no a = b = c
_CALLS = {      # head -> (least, most) arguments
    **dict.fromkeys("sqrt exp ln abs sign floor ceil factorial sin cos tan cot sec csc asin acos atan sinh cosh tanh vec".split(), (1, 1)),
    **dict.fromkeys("transpose det inverse".split(), (1, 1)), **dict.fromkeys("root binomial round".split(), (2, 2)), "set": (0, inf),
    **dict.fromkeys("min max matrix row".split(), (1, inf)), **dict.fromkeys("index apply tuple cases".split(), (2, inf)),
    "norm": (1, 2), "log": (1, 2), "sum": (4, 4), "prod": (4, 4), "diff": (2, 3), "limit": (3, 4), "integral": (2, 4)}
_APPLIED = frozenset({"f", "g", "h", "sigma", "Var", "Cov", "Pr"})      # names that are functions before a bracket
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]+)*|<=>|=>|<=|>=|!=|~=|[-+*/^!=<>()\[\],_]")


class Refused(Exception):
    """The text is no statement, or the certificate does not show it; the message says what is missing."""


def refuse_if(missing: object, what: str, kind: type[Refused] = Refused) -> None:
    if missing:
        raise kind(what)


@lru_cache(maxsize=4096)
def read(text: str) -> Tree:
    """The tree of a text.  Raises Refused."""
    tokens = _TOKEN.findall(text)
    if len(text) > MAX_LENGTH or max(map(len, tokens), default=0) > MAX_DIGITS or "".join(tokens) != "".join(text.split()):
        raise Refused(f"characters that no statement has, or too many: {text[:60]!r}")
    reader = _Reader(tokens)
    tree = reader.joined(0)
    reader.expect("")
    return tree


class _Reader:

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = [*tokens, ""], 0

    def accept(self, token: str) -> bool:
        found = self.tokens[self.at] == token
        self.at += found
        return found

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise Refused(f"{self.tokens[self.at]!r} after {' '.join(self.tokens[max(0, self.at - 5):self.at])!r}")

    def joined(self, least: int) -> Tree:
        """What is joined by signs that bind at least so tightly."""
        if least <= _NOT and self.accept("not"):
            left = ("not", self.joined(_NOT))
        elif least <= _MINUS and self.accept("-"):
            left = ("neg", self.joined(_MINUS))
        else:
            left = self.atom()
        made, last = "", inf
        while least <= (found := _INFIX.get(self.tokens[self.at], (-1, "")))[0]:
            (level, head), minus = found, self.accept("-")
            if not minus:
                self.at += 1
            if level == last and level in _SINGLE:
                self.expect("")
            right = ("neg", self.joined(level + 1)) if minus else self.joined(level + 1)
            left = (*left, right) if head == made and head in ("add", "mul", "and", "or") else (head, left, right)
            made, last = head, level
        return left

    def atom(self) -> Tree:
        tree = self.primary()
        while self.accept("!"):
            tree = ("factorial", tree)
        return tree

    def primary(self) -> Tree:
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
            return ("number", token)
        if token in _CALLS:
            self.expect("(")
            return self.checked((token, *(() if token == "set" and self.accept(")") else self.listed(")"))))
        if not token[:1].isalpha() or token in ("and", "or", "not", "in"):
            self.at -= 1
            self.expect("a number, a name or a bracket")
        if self.accept("_"):
            index = self.tokens[self.at]
            self.at += 1
            if index.isdigit() or len(index) == 1 and index.isalpha():
                return ("index", ("name", token), ("number" if index.isdigit() else "name", index))
            self.expect("an index")
        if self.accept("["):
            return ("index", ("name", token), *self.listed("]"))
        return ("apply", ("name", token), *self.listed(")")) if token in _APPLIED and self.accept("(") else ("name", token)

    def listed(self, closer: str) -> list[Tree]:
        items = [self.joined(0)]
        while self.accept(","):
            items.append(self.joined(0))
        self.expect(closer)
        return items

    def checked(self, tree: Tree) -> Tree:
        head, count = tree[0], len(tree) - 1
        good = _CALLS[head][0] <= count <= _CALLS[head][1] and not (head == "integral" and count == 3)
        if good and head in ("sum", "prod", "limit", "integral", "diff"):
            good = tree[2][0] == "name" or head == "diff" and tree[2][0] == "index"
        elif good and head in ("index", "apply"):
            good = tree[1][0] == "name"
        elif good and head == "matrix":
            good = all(row[0] == "row" for row in tree[1:]) and len({len(row) for row in tree[1:]}) == 1
        if not good or head == "limit" and count == 4 and tree[4] not in (("number", "1"), ("neg", ("number", "1"))):
            raise Refused(f"{head} does not take these {count} arguments")
        return tree
