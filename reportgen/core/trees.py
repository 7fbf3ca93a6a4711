"""Trees: the names in them, values put in for names, derivatives by rule."""

from __future__ import annotations

from functools import lru_cache

from flint import fmpq

from .reader import Tree, read

CONSTANTS = frozenset({"pi", "e", "inf"})
LEAVES = frozenset({"number", "name"})
BINDERS = frozenset({"sum", "prod", "limit", "integral"})      # (body, name, ...): the name means nothing outside; an antiderivative binds none
ZERO, ONE, E, PI = ("number", "0"), ("number", "1"), ("name", "e"), ("name", "pi")
MAX_ROUNDS = 30


class Refused(Exception):
    """The certificate does not show the statement; the message says what is missing."""


class Undefined(Refused):
    """A part of the statement certainly has no value."""


@lru_cache(maxsize=4096)
def literal(text: str) -> fmpq:
    """The value of a decimal literal."""
    whole, _, part = text.partition(".")
    return fmpq(int(whole + part), 10 ** len(part))


def rational_tree(value: fmpq) -> Tree:
    """A rational as a tree: 3, -3, 1/3 or -(1/3)."""
    size = ("number", str(abs(value.p))) if value.q == 1 else ("div", ("number", str(abs(value.p))), ("number", str(value.q)))
    return size if value >= 0 else ("neg", size)


def rational_of(tree: Tree) -> fmpq | None:
    """The value of a number, its negation, or a quotient of two numbers; None for all else."""
    if tree[0] == "number":
        return literal(tree[1])
    if tree[0] == "neg" and tree[1][0] != "neg":
        inner = rational_of(tree[1])
        return None if inner is None else -inner
    if tree[0] == "div" and tree[1][0] == tree[2][0] == "number" and literal(tree[2][1]) != 0:
        return literal(tree[1][1]) / literal(tree[2][1])
    return None


def walk(tree: Tree):
    """The tree and all trees below it."""
    yield tree
    if tree[0] not in LEAVES:
        for part in tree[1:]:
            yield from walk(part)


def contains(tree: Tree, part: Tree) -> bool:
    return any(node == part for node in walk(tree))


def binds(tree: Tree) -> bool:
    return tree[0] in BINDERS and len(tree) > 3


@lru_cache(maxsize=4096)
def free(tree: Tree) -> frozenset[str]:
    """The names that a statement is about: no constants, no bound names, no names of functions and sets."""
    head = tree[0]
    if head in LEAVES:
        return frozenset({tree[1]}) - CONSTANTS if head == "name" else frozenset()
    if head == "element":
        return free(tree[1])
    parts = [free(part) for part in tree[2 if head == "apply" else 1:]]
    if binds(tree):
        parts[0] -= {tree[2][1]}
        del parts[1]
    return frozenset().union(*parts)


# --- values for names -----------------------------------------------------------------------------------------

def put(tree: Tree, values: dict[Tree, Tree], renaming: bool = False) -> Tree:
    """Values for free names and entries, once.  Where a value would be captured by a bound name it is refused.

    A derivative comes before the value of its variable: in ``diff(f, x)`` names that stand for something in x go in first, then the
    derivative is taken, then x goes in.  ``renaming``: the values are the arguments of a function, which stand for nothing in x.
    """
    head = tree[0]
    if head in ("name", "index") and tree in values:
        return values[tree]
    if head in LEAVES:
        return tree
    if head == "index":
        base = values.get(tree[1], tree[1])
        if base[0] != "name" and rational_of(base) is None or base[0] == "name" and base != tree[1] and not renaming:
            raise Refused(f"entries of {tree[1][1]}, which has a value of its own")
        return ("index", base if base[0] == "name" else tree[1], *(put(part, values, renaming) for part in tree[2:]))
    if head == "apply":
        return ("apply", tree[1], *(put(part, values, renaming) for part in tree[2:]))
    if head == "diff" or head in BINDERS:
        body, name = tree[1:3]
        inner = {k: v for k, v in values.items() if k != name}
        used = [k for k in inner if contains(body, k)]
        if binds(tree) and any(contains(k, name) or contains(inner[k], name) for k in used) or renaming and any(contains(inner[k], name) for k in used):
            raise Refused(f"a value that uses the bound name {name[1]}")
        if binds(tree):
            return (head, put(body, inner, renaming), name, *(put(part, values, renaming) for part in tree[3:]))
        body = settled(body, inner) if used and not renaming else put(body, inner, renaming)
        if name not in values:
            return (head, body, name, *tree[3:])
        taken = None if head == "integral" else derivative_of(("diff", body, name, *tree[3:]))
        if taken is None or any(node[0] in ("diff", "integral") and node[2] == name for node in walk(taken)):
            raise Refused(f"a value for {name[1]} in {head}")
        return put(taken, values, renaming)
    return (head, *(put(part, values, renaming) for part in tree[1:]))


def settled(tree: Tree, values: dict[Tree, Tree], functions: dict[str, tuple[tuple, Tree]] = {}) -> Tree:  # noqa: B006 - never changed
    """Values put in until nothing changes.  Refused where they need each other in a circle."""
    for _ in range(MAX_ROUNDS if values or functions else 0):
        changed = put(_applied(tree, functions) if functions else tree, values)
        if changed == tree:
            return tree
        tree = changed
    if values or functions:
        raise Refused("definitions that need each other in a circle")
    return tree


def _applied(tree: Tree, functions: dict[str, tuple[tuple, Tree]], bound: frozenset[str] = frozenset()) -> Tree:
    """Every f(a) exchanged for the body of f at a."""
    if tree[0] in LEAVES:
        return tree
    inside = bound | {tree[2][1]} if binds(tree) else bound
    tree = (tree[0], _applied(tree[1], functions, inside), *(_applied(part, functions, bound) for part in tree[2:])) if len(tree) > 1 else tree
    if tree[0] == "apply" and tree[1][1] in functions:
        names, body = functions[tree[1][1]]
        if len(names) == len(tree) - 2:
            if (free(body) - {name[1] for name in names}) & bound:
                raise Refused("a function that uses a bound name")
            return put(body, dict(zip(names, tree[2:])), renaming=True)
    return tree


# --- derivatives ----------------------------------------------------------------------------------------------

# f(u): the derivative by u; u' is multiplied to it
_OUTER = {head: read(text) for head, text in {
    "exp": "exp(u)", "ln": "1/u", "sqrt": "1/(2*sqrt(u))", "sin": "cos(u)", "cos": "-sin(u)", "tan": "1/cos(u)^2", "cot": "-1/sin(u)^2",
    "sec": "sin(u)/cos(u)^2", "csc": "-cos(u)/sin(u)^2", "sinh": "cosh(u)", "cosh": "sinh(u)", "tanh": "1/cosh(u)^2",
    "asin": "1/sqrt(1 - u^2)", "acos": "-1/sqrt(1 - u^2)", "atan": "1/(1 + u^2)", "abs": "u/abs(u)"}.items()}
_U = ("name", "u")


def derivative_of(tree: Tree) -> Tree | None:
    """What ``diff(f, x[, n])`` stands for; None where f is a name or a function of which nothing is known."""
    body, x = tree[1:3]
    order = rational_of(tree[3]) if len(tree) == 4 else fmpq(1)
    if x[1] in CONSTANTS or order is None or order.q != 1 or not 1 <= order <= 12:
        raise Refused("a derivative of this kind")
    if body != x and body[0] in ("name", "index", "apply"):
        return None
    for _ in range(int(order.p)):
        body = derivative(body, x)
    return body


def _perhaps_same(node: Tree, x: Tree) -> bool:
    """True for w_i beside w_j or w_1: one letter, and no two numbers in one place that differ."""
    if node == x or node[0] != "index" or node[1] != x[1] or len(node) != len(x):
        return False
    pairs = [(rational_of(a), rational_of(b)) for a, b in zip(node[2:], x[2:])]
    return not any(a is not None and b is not None and a != b for a, b in pairs)


def derivative(u: Tree, x: Tree) -> Tree:
    """du/dx; other names are constants.  Where a divisor or a logarithm comes in, the function has no derivative where it has no value."""
    if u == x:
        return ONE
    if x[0] == "index" and any(_perhaps_same(node, x) for node in walk(u)):
        raise Refused("a derivative by one of several entries that may be the same")
    if not contains(u, x):
        return ZERO
    head, parts = u[0], u[1:]
    if head in ("add", "neg"):
        return (head, *(derivative(part, x) for part in parts))
    if head == "mul":
        terms = [("mul", *parts[:i], derivative(part, x), *parts[i + 1:]) for i, part in enumerate(parts) if contains(part, x)]
        return terms[0] if len(terms) == 1 else ("add", *terms)
    if head == "div":
        above, below = parts
        if not contains(below, x):
            return ("div", derivative(above, x), below)
        top = ("add", ("mul", derivative(above, x), below), ("neg", ("mul", above, derivative(below, x))))
        return ("div", top, ("pow", below, ("number", "2")))
    if head in ("pow", "root"):
        base, exponent = parts if head == "pow" else (parts[0], ("div", ONE, parts[1]))
        if not contains(exponent, x):
            value = rational_of(exponent)
            if value == 1:
                return derivative(base, x)
            lowered = ("add", exponent, ("neg", ONE)) if value is None else rational_tree(value - 1)
            return ("mul", exponent, ("pow", base, lowered), derivative(base, x))
        if base == E:
            return ("mul", u, derivative(exponent, x))
        return ("mul", u, derivative(("mul", exponent, ("ln", base)), x))     # u^v = exp(v ln u)
    if head == "log":
        return derivative(("ln", parts[0]) if len(parts) == 1 else ("div", ("ln", parts[0]), ("ln", parts[1])), x)
    if head == "sum" and not any(contains(part, x) for part in parts[1:]):
        return ("sum", derivative(parts[0], x), *parts[1:])
    if head == "diff":
        inner = derivative_of(u)
        if inner is not None:
            return derivative(inner, x)
        if parts[1] == x:      # one order more of an unknown function
            return ("diff", parts[0], x, ("number", str(int(rational_of(u[3]).p) + 1 if len(u) == 4 else 2)))
    if head == "apply" and parts[1:] == (x,):
        return ("diff", u, x)
    if head in _OUTER:
        return ("mul", put(_OUTER[head], {_U: parts[0]}), derivative(parts[0], x))
    raise Refused(f"the derivative of {head}")
