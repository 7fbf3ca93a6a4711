"""A claimed formula with names against the formula of an answer.

Letters may differ, an index may be left out as people do (``\\sum y`` for ``\\sum_i y_i``), a limit may be missing; what had to be
supplied is said.  Without their indices both formulas speak of sequences whose members are alike: where they differ even
then, the claimed one is wrong.  Where it is wrong, small changes are tried that make it right: they are the reason that is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from ..expressions import CONSTANTS, Expr, Number, Operation, ParseError, Symbol, is_op, parse, symbols, to_text, walk
from ..expressions import replace as exchange
from ..obligation import Obligation, Verdict
from ..submission import read_formula

MAX_LETTERS = 3
MAX_MAPS = 24
MAX_LOOKED_FOR = 4  # names for which the judge finds a point by itself
FRESH = ("k", "K")  # what a sum without limits runs over

# (what is supplied, where it is missing, how): before a formula can be read
_SUPPLIED: tuple[tuple[str, str, str], ...] = (
    ("the lower limit of the sum", r"\\sum_\{?([a-z])\}?(?=\s*\^)", r"\\sum_{\1=1}"),
    ("the index of the sum", r"\\sum_\{?1\}?(?=\s*\^)", r"\\sum_{i=1}"),
    ("the limits of the sum", r"\\sum(?!\s*_)", rf"\\sum_{{{FRESH[0]}=1}}^{{{FRESH[1]}}}"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A claimed formula as it was read, and what was supplied so that it could be."""

    tree: Expr
    supplied: tuple[str, ...]


def read_claimed(text: str) -> Reading:
    """The last side of what is claimed.  Raises ParseError."""
    said = []
    for what, pattern, replacement in _SUPPLIED:
        text, count = re.subn(pattern, replacement, text)
        if count:
            said.append(what)
    tree = read_formula(text)
    while is_op(tree, "eq", "approx"):
        tree = tree.args[-1]
    return Reading(tree, tuple(said))


def compare_formula(claim: str, wanted: Sequence[str]) -> dict[str, object]:
    """What the claimed formula is beside those that an answer goes through (in plain text; the first is the one to be told).

    ``result``: "right", "letters" (right where two of its letters mean one thing), "wrong" or "unread"; with ``stated`` and
    ``asked`` as text, ``supplied``, ``why`` (the changes that make it right), ``letters`` (its letters and those of the answer),
    ``statement`` and ``assume`` as text, for the judge of the ledger.
    """
    try:
        reading = read_claimed(claim)
        answers = [_plain(parse(text, "plain")) for text in wanted]
    except (ParseError, RecursionError) as error:
        return {"result": "unread", "reason": str(error)}
    mine = _plain(reading.tree)
    if not _names(mine):
        return {"result": "unread", "reason": "no names"}
    common = {"stated": to_text(reading.tree), "supplied": reading.supplied}
    nearest = sorted(zip(wanted, answers), key=lambda pair: len(_names(pair[1]) ^ _names(mine)))
    refuted: list[tuple[str, Expr, list[dict[str, str]]]] = []
    possible = 0
    for text, answer in nearest:
        maps, verdicts = list(_maps(mine, answer)), []
        for letters in maps:
            verdicts.append(verdict := _judged(mine, answer, letters))
            if verdict.proved:
                merged = _merged(letters, mine)
                return {"result": "letters" if merged else "right", "asked": _right_side(text), "letters": letters, "merged": merged, **common}
        possible += bool(maps)
        if maps and all(v.refuted for v in verdicts):
            refuted.append((text, answer, maps))
    if len(refuted) < possible:
        refuted = [r for r in refuted if _names(mine) <= _names(r[1])]  # another of them may be meant, which has other names
    for text, answer, maps in refuted:
        for why, changed in _changes(mine, answer):
            for letters in maps:
                if _judged(changed, answer, letters).proved:
                    return {"result": "wrong", "asked": _right_side(text), "letters": letters, "merged": _merged(letters, mine), "why": why,
                            **_for_the_ledger(mine, answer, letters), **common}
    for text, answer, maps in refuted:
        own, shared = _names(mine) - _names(answer), _names(mine) & _names(answer)
        if len(own) <= len(shared):  # otherwise it speaks of something else
            return {"result": "wrong", "asked": _right_side(text), "letters": maps[0], "merged": (), "why": (),
                    **_for_the_ledger(mine, answer, maps[0]), **common}
    return {"result": "unread", "reason": "no formula of the answer has these names"}


def _right_side(text: str) -> str:
    tree = parse(text, "plain")
    return to_text(tree.args[1] if is_op(tree, "eq") else tree)


# --- names


def _plain(tree: Expr) -> Expr:
    """Without indices that run, a norm of what has lost its index as its size, one spelling of the natural logarithm."""
    while is_op(tree, "eq", "approx"):
        tree = tree.args[-1]
    running = {node.args[1] for node in walk(tree) if is_op(node, "sum")}

    def bare(node: Expr) -> Expr:
        if isinstance(node, Operation):
            node = Operation(node.head, tuple(map(bare, node.args)))
            if node.head == "index" and len(node.args) == 2 and node.args[1] in running:
                return node.args[0]
            if node.head == "norm":
                return Operation("abs", node.args[:1])
            if node.head == "log" and len(node.args) == 1:
                return Operation("ln", node.args)
        return node

    return bare(tree)


def _names(tree: Expr) -> frozenset[str]:
    running = {node.args[1].name for node in walk(tree) if is_op(node, "sum") and isinstance(node.args[1], Symbol)}
    return frozenset(symbols(tree)) - CONSTANTS - running


def _counts(tree: Expr) -> frozenset[str]:
    """Names that say how many: upper limits of sums."""
    return frozenset(node.args[3].name for node in walk(tree) if is_op(node, "sum") and isinstance(node.args[3], Symbol))


def _maps(mine: Expr, answer: Expr) -> Iterator[dict[str, str]]:
    """Which letters of the answer the letters stand for that only the claim has; counts are counts."""
    own, theirs = sorted(_names(mine) - _names(answer)), sorted(_names(answer))
    if len(own) > MAX_LETTERS:
        return
    unused = [n for n in theirs if n not in _names(mine)]
    choices = []
    for name in own:
        same_kind = [n for n in theirs if (n in _counts(answer)) == (name in _counts(mine))]
        choices.append(sorted(same_kind, key=lambda n: n not in unused))
    found = [dict(zip(own, picked)) for picked in product(*choices)]
    found.sort(key=lambda m: len(set(m.values())) < len(m))
    yield from found[:MAX_MAPS]


def _merged(letters: dict[str, str], mine: Expr) -> tuple[str, ...]:
    """Letters of the claim that stand for one thing, ``N = m``."""
    whole = {n: letters.get(n, n) for n in sorted(_names(mine))}
    found = []
    for a, b in combinations(whole, 2):
        if whole[a] == whole[b] and FRESH[1] not in (a, b):
            found.append(f"{b} = {a}")
    return tuple(found)


# --- judging


def _statement(mine: Expr, answer: Expr, letters: dict[str, str]) -> tuple[Expr, tuple[Expr, ...]]:
    """The equation of both, and what it takes for granted: logarithms have values, counts are counts."""
    mine = exchange(mine, {Symbol(a): Symbol(b) for a, b in letters.items()})
    statement = Operation("eq", (mine, answer))
    assume: dict[Expr, None] = {}
    for node in walk(statement):
        if is_op(node, "ln", "log") and symbols(node.args[0]):
            assume[Operation("gt", (node.args[0], Number("0")))] = None
    for name in sorted(_counts(mine) | _counts(answer)):
        assume[Operation("element", (Symbol(name), Symbol("ZZ")))] = None
        assume[Operation("ge", (Symbol(name), Number("1")))] = None
    return statement, tuple(assume)


def judge(obligation: Obligation) -> Verdict:
    from ..judge import judge as the_judge

    return the_judge(obligation)


def _judged(mine: Expr, answer: Expr, letters: dict[str, str]) -> Verdict:
    """Evaluated at one point first: most of what is wrong is wrong there, and the judge need not look for another one."""
    statement, assume = _statement(mine, answer, letters)
    point = _point(statement)
    if all(judge(Obligation(exchange(a, point))).proved for a in assume):
        found = judge(Obligation(exchange(statement, point)))
        if found.refuted:
            return found
    return judge(Obligation(statement, assume))


def _point(statement: Expr) -> dict[Expr, Expr]:
    """One point for all names: 2 for counts, 1/3 for what stands under a logarithm, 1, 1/2, 1/3 ... for the others."""
    inside = {name for node in walk(statement) if is_op(node, "ln", "log") for name in symbols(node.args[0])}
    others = iter(range(1, 100))
    found: dict[Expr, Expr] = {}
    for name in sorted(_names(statement)):
        if name in _counts(statement):
            found[Symbol(name)] = Number("2")
        else:
            found[Symbol(name)] = Operation("div", (Number("1"), Number("3" if name in inside else str(next(others)))))
    return found


def _for_the_ledger(mine: Expr, answer: Expr, letters: dict[str, str]) -> dict[str, object]:
    """The statement, and what it is judged under: where it has many names, a point at which it fails is among the assumptions."""
    statement, assume = _statement(mine, answer, letters)
    if len(_names(statement)) > MAX_LOOKED_FOR:
        assume = tuple(Operation("eq", pair) for pair in _point(statement).items())
    return {"statement": to_text(statement), "assume": [to_text(a) for a in assume]}


# --- what makes a wrong formula right


def _changes(mine: Expr, answer: Expr) -> Iterator[tuple[tuple[str, ...], Expr]]:
    """Each small change alone, then two together, with its reason."""
    for changes in (*((c,) for c in _CHANGES), *combinations(_CHANGES, 2)):
        changed, said = mine, []
        for change in changes:
            found = change(changed, answer)
            if found is None or found[1] == changed:
                break
            said.append(found[0])
            changed = found[1]
        else:
            yield tuple(said), changed


def _bracketed(mine: Expr, answer: Expr) -> tuple[str, Expr] | None:
    """The terms behind a sum belong into it."""
    for node in walk(mine):
        if not is_op(node, "add"):
            continue
        for k, term in enumerate(node.args[:-1]):
            inner = next((n for n in walk(term) if is_op(n, "sum")), None)
            if inner is None:
                continue
            following = node.args[k + 1 : k + 2]
            whole = Operation("sum", (Operation("add", (inner.args[0], *following)), *inner.args[1:]))
            grown = exchange(term, {inner: whole})
            rest = (*node.args[:k], grown, *node.args[k + 2 :])
            whole = rest[0] if len(rest) == 1 else Operation("add", rest)
            return "without brackets the sum ends before the next sign of addition", exchange(mine, {node: whole})
    return None


def _first_index(mine: Expr, answer: Expr) -> tuple[str, Expr] | None:
    """A sum that begins elsewhere."""
    wanted = next((n.args[2] for n in walk(answer) if is_op(n, "sum")), None)
    wrong = next((n for n in walk(mine) if is_op(n, "sum") and n.args[2] != wanted), None)
    if wanted is None or wrong is None:
        return None
    right = Operation("sum", (*wrong.args[:2], wanted, wrong.args[3]))
    return f"the sum begins at {to_text(wrong.args[2])} instead of {to_text(wanted)}", exchange(mine, {wrong: right})


def _sign(mine: Expr, answer: Expr) -> tuple[str, Expr]:
    return "the sign is the other way round", Operation("neg", (mine,))


def _sizes(mine: Expr, answer: Expr) -> tuple[str, Expr] | None:
    """Absolute values that are left out."""
    inner = {n.args[0] for n in walk(answer) if is_op(n, "abs")}
    return ("without absolute values, terms of opposite signs cancel", exchange(mine, {i: Operation("abs", (i,)) for i in inner})) if inner else None


_CHANGES: tuple[Callable[[Expr, Expr], tuple[str, Expr] | None], ...] = (_bracketed, _first_index, _sizes, _sign)
