"""Trees: the names in them, values put in for names, functions defined by others, derivatives by rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from flint import fmpq

from .reader import Refused, Tree, read, refuse_if

CONSTANTS = frozenset({"pi", "e", "inf"})
LEAVES = frozenset({"number", "name"})
ZERO, ONE, E, PI, INF = ("number", "0"), ("number", "1"), ("name", "e"), ("name", "pi"), ("name", "inf")
_BINDERS = frozenset({"sum", "prod", "limit", "integral"})
_MAX_ROUNDS, _MAX_NODES = 30, 30_000


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


def walk(tree: Tree) -> list[Tree]:
    """The tree and all trees below it."""
    found = [tree]
    for node in found:
        found += () if node[0] in LEAVES else node[1:]
    return found


def contains(tree: Tree, part: Tree) -> bool:
    return tree == part or tree[0] not in LEAVES and any(contains(branch, part) for branch in tree[1:])


def binds(tree: Tree) -> bool:
    """True for (head, body, name, ...) outside of which the name means nothing; an antiderivative and a derivative bind none."""
    return tree[0] in _BINDERS and len(tree) > 3


def free(tree: Tree) -> frozenset[str]:
    """The names that a statement is about: no constants, no bound names, no names of functions and sets."""
    found, waiting = set(), [tree]
    for node in waiting:
        head = node[0]
        if head == "name":
            found.add(node[1])
        elif binds(node):
            found |= free(node[1]) - {node[2][1]}
            waiting += node[3:]
        elif head != "number":
            waiting += node[1:2] if head == "element" else node[2:] if head == "apply" else node[1:]
    return frozenset(found - CONSTANTS)


def put(tree: Tree, values: dict[Tree, Tree], renaming: bool = False) -> Tree:
    """Values for free names and entries, once; refused where a bound name would capture one.

    In ``diff(f, x)`` names that stand for something in x go in first, then the derivative is taken, then x goes in.
    """
    head = tree[0]
    if head in ("name", "index") and tree in values:
        return values[tree]
    if head in LEAVES:
        return tree
    if head == "index":
        base = values.get(tree[1], tree[1])
        refuse_if(rational_of(base) is None if base[0] != "name" else base != tree[1] and not renaming, f"entries of {tree[1][1]}")
        return ("index", base if base[0] == "name" else tree[1], *(put(part, values, renaming) for part in tree[2:]))
    if head == "apply":
        return ("apply", tree[1], *(put(part, values, renaming) for part in tree[2:]))
    if head != "diff" and head not in _BINDERS:
        return (head, *(put(part, values, renaming) for part in tree[1:]))
    body, name = tree[1:3]
    inner = {k: v for k, v in values.items() if k != name}
    used = [k for k in inner if contains(body, k)]
    if any(contains(inner[k], name) and (renaming or binds(tree)) or binds(tree) and contains(k, name) for k in used):
        raise Refused(f"a value that uses the bound name {name[1]}")
    if binds(tree):
        return (head, put(body, inner, renaming), name, *(put(part, values, renaming) for part in tree[3:]))
    tree = (head, put(body, inner, True) if renaming else settled(body, inner), name, *tree[3:])
    if name not in values:
        return tree
    taken = None if head == "integral" else derivative_of(tree)
    refuse_if(taken is None or any(node[0] in ("diff", "integral") and node[2] == name for node in walk(taken)), f"a value for {name[1]}")
    return put(taken, values, renaming)


def settled(tree: Tree, values: dict[Tree, Tree], functions: Mapping[str, tuple[tuple, Tree]] = MappingProxyType({})) -> Tree:
    """Values put in until nothing changes.  Refused where they need each other in a circle."""
    if not values and not functions:
        return tree
    for _ in range(_MAX_ROUNDS):
        changed = put(_applied(tree, functions) if functions else tree, values)
        if changed == tree:
            return tree
        tree = changed
    raise Refused("definitions that need each other in a circle")


def _applied(tree: Tree, functions: dict[str, tuple[tuple, Tree]], bound: frozenset[str] = frozenset()) -> Tree:
    """Every f(a) exchanged for the body of f at a."""
    if tree[0] in LEAVES or len(tree) == 1:
        return tree
    inside = bound | {tree[2][1]} if binds(tree) else bound
    tree = (tree[0], _applied(tree[1], functions, inside), *(_applied(part, functions, bound) for part in tree[2:]))
    if tree[0] != "apply" or len(functions.get(tree[1][1], ((), ()))[0]) != len(tree) - 2:
        return tree
    names, body = functions[tree[1][1]]
    refuse_if((free(body) - {name[1] for name in names}) & bound, "a function that uses a bound name")
    return put(body, dict(zip(names, tree[2:])), renaming=True)
def simpler(tree: Tree) -> Tree:
    """The tree with the functions of ``_DEFINED`` exchanged for what defines them."""
    if tree[0] in LEAVES:
        return tree
    parts = [part if part[0] in LEAVES else simpler(part) for part in tree[1:]]
    while tree[0] in ("max", "min") and len(parts) > 2:
        parts[:2] = [simpler((tree[0], *parts[:2]))]
    call, body = _DEFINED.get((tree[0], len(parts)), (None, None))
    return (tree[0], *parts) if call is None else put(body, dict(zip(call[1:], parts)))


def _table(rows: dict[str, str]) -> dict[tuple[str, int], tuple[Tree, Tree]]:
    return {(read(call)[0], len(read(call)) - 1): (read(call), simpler(read(text))) for call, text in rows.items()}

_DEFINED: dict[tuple[str, int], tuple[Tree, Tree]] = {}
_DEFINED |= _table({
    "sqrt(u)": "root(u, 2)", "log(u)": "ln(u)", "log(u, v)": "ln(u)/ln(v)", "ceil(u)": "-floor(-u)",
    "max(u, v)": "(u + v + abs(u - v))/2", "min(u, v)": "(u + v - abs(u - v))/2", "acos(u)": "pi/2 - asin(u)",
    "tan(u)": "sin(u)/cos(u)", "cot(u)": "cos(u)/sin(u)", "sec(u)": "1/cos(u)", "csc(u)": "1/sin(u)",
    "sinh(u)": "(exp(u) - exp(-u))/2", "cosh(u)": "(exp(u) + exp(-u))/2", "tanh(u)": "(exp(u) - exp(-u))/(exp(u) + exp(-u))",
    "binomial(u, v)": "factorial(u)/(factorial(v)*factorial(u - v))"})
# derivatives by u, to which u' is multiplied
_OUTER = _table({"exp(u)": "exp(u)", "ln(u)": "1/u", "sin(u)": "cos(u)", "cos(u)": "-sin(u)", "abs(u)": "u/abs(u)",
                 "asin(u)": "1/root(1 - u^2, 2)", "atan(u)": "1/(1 + u^2)"})


def derivative_of(tree: Tree) -> Tree | None:
    """What ``diff(f, x[, n])`` stands for; None where f is a name or a function of which nothing is known."""
    body, x = tree[1:3]
    order = rational_of(tree[3]) if len(tree) == 4 else fmpq(1)
    refuse_if(x[1] in CONSTANTS or order is None or order.q != 1 or not 1 <= order <= 12, "a derivative of this kind")
    if body != x and body[0] in ("name", "index", "apply"):
        return None
    for _ in range(int(order.p)):
        refuse_if(len(walk(body := derivative(body, x))) > _MAX_NODES, "a derivative with too many parts")
    logarithm = any(node[0] == "ln" for node in walk(tree[1]))      # 1/x is no derivative of ln x where x is negative
    return ("add", body, ("mul", ZERO, tree[1])) if logarithm else body


def _perhaps_same(node: Tree, x: Tree) -> bool:
    """True for w_i beside w_j or w_1: one letter, and no two numbers in one place that differ."""
    pairs = [(rational_of(a), rational_of(b)) for a, b in zip(node[2:], x[2:])]
    return node != x and node[:2] == x[:2] and len(node) == len(x) and not any(None not in pair and pair[0] != pair[1] for pair in pairs)


def derivative(u: Tree, x: Tree) -> Tree:
    """du/dx; other names are constants.  Where there is none, the result has no value: a divisor or a logarithm comes in."""
    refuse_if(x[0] == "index" and any(_perhaps_same(node, x) for node in walk(u)), "a derivative by an entry that may be another one")
    if u == x or not contains(u, x):
        return ONE if u == x else ZERO
    head, parts = u[0], u[1:]
    if head in ("add", "neg"):
        return (head, *(derivative(part, x) for part in parts))
    if head == "mul":
        return ("add", ZERO, *(("mul", *parts[:i], derivative(part, x), *parts[i + 1:]) for i, part in enumerate(parts) if contains(part, x)))
    if head == "div":
        return derivative(("mul", parts[0], ("pow", parts[1], ("neg", ONE))), x)
    if head in ("pow", "root"):
        base, exponent = parts if head == "pow" else (parts[0], ("div", ONE, parts[1]))
        if base == E:
            return ("mul", u, derivative(exponent, x))
        if contains(exponent, x):      # u^v = exp(v ln u)
            return ("mul", u, derivative(("mul", exponent, ("ln", base)), x))
        value = rational_of(exponent)
        if value == 1:
            return derivative(base, x)
        if head == "root" and value is not None and value.q % 2:      # an odd root has a value everywhere, a power has not
            return ("div", ("mul", u, derivative(base, x)), ("mul", parts[1], base))
        lowered = ("add", exponent, ("neg", ONE)) if value is None else rational_tree(value - 1)
        return ("mul", exponent, ("pow", base, lowered), derivative(base, x))
    if head == "sum" and not any(contains(part, x) for part in parts[1:]):
        return ("sum", derivative(parts[0], x), *parts[1:])
    if head == "diff":
        if (inner := derivative_of(u)) is not None:
            return derivative(inner, x)
        if parts[1] == x:      # one order more of an unknown function
            return ("diff", parts[0], x, ("number", str(int(rational_of(u[3]).p) + 1 if len(u) == 4 else 2)))
    if head == "apply" and parts[1:] == (x,):
        return ("diff", u, x)
    if (head, 1) in _OUTER:
        call, outer = _OUTER[head, 1]
        return ("mul", put(outer, {call[1]: parts[0]}), derivative(parts[0], x))
    raise Refused(f"the derivative of {head}")
