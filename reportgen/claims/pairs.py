"""Is one answer an acceptable form of another?  ``10`` and ``Answer \\( (9+1) \\)``, ``\\pm 2`` and ``\\{-2, 2\\}``, ``x > 5`` and ``(5, \\infty)``.

An answer is taken out of its text (what is boxed, what is called final, the last formula), read, and compared by what it is:
a value, a list, a set, an interval, a matrix, a relation, words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..expressions import Expr, Operation, Symbol, symbols
from ..judge import judge
from ..obligation import Obligation
from . import rounding, zero
from .answerforms import Answer, _as_range, _forms, _of_tree, _only_letters, answer_text
from .arrays import Matrix, NoValue, Several, as_acb
from .chains import PROVED, REFUTED, UNDECIDED, Outcome, plain
from .links import Chain
from .reading import Reading, Unreadable, read
from .values import evaluate

_ANSWER_WORDS = frozenset("yes no true false odd even increasing decreasing positive negative always never sometimes convergent divergent".split())
MAX_TEXT = 40_000


def judge_pair(left: str, right: str) -> Outcome:
    """Whether ``right`` is an acceptable form of ``left``."""
    if len(left) > MAX_TEXT or len(right) > MAX_TEXT:
        return Outcome(UNDECIDED, "too long", "claim-unreadable")
    if (outcome := _quantities(left, right)) is not None:
        return outcome
    if _bare(left) and _bare(left) == _bare(right):
        return Outcome(PROVED, "written alike")
    firsts, seconds = _forms(left), _forms(right)
    if not firsts or not seconds:
        return Outcome(UNDECIDED, "no answer was found in the text", "claim-unreadable")
    outcomes = []
    for a in firsts:
        for b in seconds:
            outcome = compare(a, b)
            if outcome.verdict == PROVED:
                return outcome
            outcomes.append(outcome)
    if firsts[-1].kind == seconds[-1].kind == "text":
        return outcomes[-1]
    for outcome in outcomes:
        if outcome.verdict == UNDECIDED:
            return outcome
    return outcomes[0]


def _quantities(left: str, right: str) -> Outcome | None:
    """Two quantities in different units, each with a size: ``5 km``, ``5000 m``; None for everything else."""
    try:
        sides = [read(text.strip(" .$")).sides for text in (left, right)]
    except Unreadable:
        return None
    a, b = sides[0][0], sides[1][0]
    if any(len(s) != 1 or s[0].measured is None or not all(u.known for u in s[0].measures) for s in sides) or a.units == b.units:
        return None
    found = Chain([a, b], True).link(0, "eq", None)
    return found if found.verdict in (PROVED, REFUTED) else None


# --- comparison


def _bare(text: str) -> str:
    """The answer without blanks, delimiters and styles."""
    return re.sub(r"\\(?:left|right|displaystyle|[,;!: ()\[\]])|[\s$.]", "", answer_text(text))


def _as_list(answer: Answer) -> Answer:
    """A single column or row as the list of its entries."""
    tree = answer.items[0] if answer.kind == "value" else None
    if isinstance(tree, Operation) and tree.head == "matrix":
        if len(tree.args) == 1:
            return Answer("list", tree.args[0].args)
        if all(len(row.args) == 1 for row in tree.args):
            return Answer("list", tuple(row.args[0] for row in tree.args))
    return answer


def compare(a: Answer, b: Answer) -> Outcome:
    """PROVED where the answers are the same thing, REFUTED where they certainly are not."""
    if "list" in (a.kind, b.kind):
        a, b = _as_list(a), _as_list(b)
    kinds = {a.kind, b.kind}
    if a.kind == b.kind == "text":
        return (
            Outcome(PROVED, "the same words") if a.words == b.words else Outcome(REFUTED if _short_choice(a, b) else UNDECIDED, "other words", "claim-refuted")
        )
    if "text" in kinds:
        return Outcome(UNDECIDED, "words and mathematics", "claim-unsupported")
    if "range" in kinds:
        x, y = _as_range(a), _as_range(b)
        if x is None or y is None:
            return Outcome(UNDECIDED if "relation" in kinds else REFUTED, "a range and something else", "claim-refuted")
        return _ranges(x, y)
    if "relation" in kinds:
        return _relations(a, b)
    if kinds == {"value"}:
        return same(a.items[0], b.items[0])
    if len(a.items) != len(b.items):
        if "set" in kinds and kinds <= {"set", "value", "list"}:
            x, y = (_distinct(p) if p.kind != "list" else list(p.items) for p in (a, b))
            if len(x) == len(y):
                return _matched(x, y)
        if kinds <= {"set", "list", "value"}:
            return Outcome(REFUTED, f"{len(a.items)} and {len(b.items)} values", "claim-refuted")
        return Outcome(UNDECIDED, "things of different shape", "claim-unsupported")
    if kinds == {"list"}:
        return _in_order(a.items, b.items)
    if "list" in kinds and kinds == {"list", "set"}:
        found = _in_order(a.items, b.items)
        return (
            found
            if found.verdict == PROVED
            else Outcome(UNDECIDED, "a list and a set", "claim-unsupported")
            if _matched(list(a.items), list(b.items)).verdict != REFUTED
            else found
        )
    return _matched(list(a.items), list(b.items))


def _short_choice(a: Answer, b: Answer) -> bool:
    return len(a.words) == 1 == len(b.words) or a.words in _ANSWER_WORDS and b.words in _ANSWER_WORDS


def _distinct(answer: Answer) -> list:
    out: list = []
    for item in answer.items:
        if not any(_same_item(item, other).verdict == PROVED for other in out):
            out.append(item)
    return out


def _same_item(x: object, y: object) -> Outcome:
    if isinstance(x, Answer) or isinstance(y, Answer):
        p = x if isinstance(x, Answer) else _of_tree(x)
        q = y if isinstance(y, Answer) else _of_tree(y)
        return compare(p, q) if p is not None and q is not None else Outcome(UNDECIDED, "things of different shape", "claim-unsupported")
    p, q = _of_tree(x), _of_tree(y)
    if p is not None and q is not None and (p.kind, q.kind) != ("value", "value"):
        return compare(p, q)
    return same(x, y)


def _in_order(xs: Sequence, ys: Sequence) -> Outcome:
    outcomes = [_same_item(x, y) for x, y in zip(xs, ys)]
    for verdict in (REFUTED, UNDECIDED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return Outcome(PROVED, "equal, part by part")


def _matched(xs: list, ys: list) -> Outcome:
    """A set: each of xs has its own partner among ys."""
    doubt = None
    rest = list(ys)
    for x in xs:
        outcomes = [_same_item(x, y) for y in rest]
        hit = next((i for i, o in enumerate(outcomes) if o.verdict == PROVED), None)
        if hit is None:
            maybe = next((i for i, o in enumerate(outcomes) if o.verdict == UNDECIDED), None)
            if maybe is None:
                return Outcome(REFUTED, "a value without its partner", "claim-refuted")
            doubt = doubt or outcomes[maybe]
            hit = maybe
        rest.pop(hit)
    return doubt or Outcome(PROVED, "equal as sets")


def same(x: Expr, y: Expr) -> Outcome:
    """Equality of two values; with names, for all values of the names."""
    if x == y:
        return Outcome(PROVED, "written alike")
    if not symbols_of(x) and not symbols_of(y):
        return _same_closed(x, y)
    if _only_letters(x) and _only_letters(y):
        same_word = sorted(_letters_of(x)) == sorted(_letters_of(y))
        return (
            Outcome(PROVED, "the same product")
            if same_word
            else Outcome(UNDECIDED, "words", "claim-unsupported")
            if len(_letters_of(x)) > 1
            else Outcome(REFUTED, "other names", "claim-refuted")
        )
    try:
        verdict = judge(Obligation(Operation("eq", (plain(x), plain(y)))))
    except NoValue as error:
        return Outcome(UNDECIDED, str(error), "claim-unsupported")
    if verdict.proved:
        return Outcome(PROVED, verdict.method)
    if verdict.refuted:
        if set(symbols(x)) != set(symbols(y)) and not (set(symbols(x)) & set(symbols(y))) and symbols(x) and symbols(y):
            return Outcome(UNDECIDED, "other names", "claim-open")
        return Outcome(REFUTED, "different at a point", "claim-refuted", sides=verdict.sides)
    return Outcome(UNDECIDED, verdict.reason, "claim-agreed")


def symbols_of(tree: Expr) -> tuple[str, ...]:
    return tuple(n for n in symbols(tree) if n not in ("i", "I"))


def _letters_of(tree: Expr) -> list[str]:
    return [tree.name.removeprefix("text_")] if isinstance(tree, Symbol) else [n for a in tree.args for n in _letters_of(a)]


def _same_closed(x: Expr, y: Expr) -> Outcome:
    from .chains import judge_reading
    from .reading import Side

    if x == Symbol("inf") or y == Symbol("inf") or Operation("neg", (Symbol("inf"),)) in (x, y):
        return Outcome(REFUTED, "infinite and finite", "claim-refuted")
    degrees = [_without_degree(t) for t in (x, y)]
    if any(d is not t for d, t in zip(degrees, (x, y))):
        found = _same_closed(*degrees)
        if found.verdict == REFUTED and judge_reading(Reading((Side(x, ""), Side(y, "")), ("eq",), degrees=True)).verdict == PROVED:
            return Outcome(PROVED, "degrees as an angle")
        return (
            found if found.verdict != REFUTED or all(d is not t for d, t in zip(degrees, (x, y))) else Outcome(UNDECIDED, "degrees and a number", "claim-units")
        )
    outcome = judge_reading(Reading((Side(x, ""), Side(y, "")), ("eq",)))
    if outcome.verdict == PROVED and outcome.reason.startswith("the rounding"):
        return Outcome(UNDECIDED, "a rounding of the other", "claim-near")
    if outcome.verdict == REFUTED and _percent(x) != _percent(y):
        p, q = (t.args[1] if _percent(t) else t for t in (x, y))
        if _same_closed(p, q).verdict == PROVED:
            return Outcome(UNDECIDED, "a percent sign on one side only", "claim-units")
    return outcome


def _percent(tree: Expr) -> bool:
    return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == Symbol("percent")


def _without_degree(tree: Expr) -> Expr:
    return tree.args[1] if isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == Symbol("degree") else tree


def _ranges(a: Answer, b: Answer) -> Outcome:
    x, y = _merged(a.items), _merged(b.items)
    if x is None or y is None:
        return Outcome(UNDECIDED, "ends whose order is open", "claim-unsupported")
    if len(x) != len(y):
        return Outcome(REFUTED, "other pieces", "claim-refuted")
    doubt = None
    for p, q in zip(x, y):
        for end in (0, 2):
            found = same(p[end], q[end])
            if found.verdict == REFUTED:
                return found
            if found.verdict == UNDECIDED:
                doubt = found
            elif p[end + 1] != q[end + 1]:
                return Outcome(REFUTED, "an end that belongs to one only", "claim-refuted")
    return doubt or Outcome(PROVED, "equal ranges")


def _merged(pieces: Sequence[tuple]) -> list[tuple] | None:
    """The pieces in the order of their lower ends; touching ones joined."""
    try:
        keyed = sorted(((_float(p[0]), _float(p[2]), p) for p in pieces), key=lambda k: (k[0], k[1]))
    except NoValue:
        return None
    out: list[tuple[float, float, tuple]] = []
    for low, high, p in keyed:
        if out and (low < out[-1][1] or low == out[-1][1] and (p[1] or out[-1][2][3])):
            before = out[-1]
            if high > before[1]:
                out[-1] = (before[0], high, (before[2][0], before[2][1], p[2], p[3]))
            elif high == before[1]:
                out[-1] = (before[0], high, (before[2][0], before[2][1], p[2], p[3] or before[2][3]))
            if low == before[0] and p[1]:
                q = out[-1][2]
                out[-1] = (out[-1][0], out[-1][1], (q[0], True, q[2], q[3]))
        else:
            out.append((low, high, p))
    return [p for _, _, p in out]


def _float(tree: Expr) -> float:
    if tree == Symbol("inf"):
        return float("inf")
    if tree == Operation("neg", (Symbol("inf"),)):
        return float("-inf")
    value = evaluate(tree)
    if isinstance(value, (Matrix, Several)):
        raise NoValue("a list")
    return complex(as_acb(value)).real


def _relations(a: Answer, b: Answer) -> Outcome:
    if a.kind != b.kind:
        x, y = (
            p.items[0].args[1]
            if p.kind == "relation" and isinstance(p.items[0], Operation) and p.items[0].head == "eq"
            else p.items[0]
            if p.kind == "value"
            else None
            for p in (a, b)
        )
        if x is not None and y is not None and same(x, y).verdict == PROVED:
            return Outcome(PROVED, "the value of the equation's right side")
        return Outcome(UNDECIDED, "an equation and something else", "claim-unsupported")
    p, q = a.items[0], b.items[0]
    if p == q or _sorted(p) == _sorted(q):
        return Outcome(PROVED, "written alike, up to order")
    if p.head == "eq" == q.head and p.args[0] == q.args[0]:
        found = same(p.args[1], q.args[1])
        if found.verdict == PROVED:
            return found
    try:
        verdict = judge(Obligation(Operation("iff", (plain(p), plain(q)))))
    except NoValue as error:
        return Outcome(UNDECIDED, str(error), "claim-unsupported")
    if verdict.proved:
        return Outcome(PROVED, verdict.method)
    if verdict.refuted and set(symbols(p)) == set(symbols(q)):
        return Outcome(REFUTED, "not equivalent", "claim-refuted", sides=verdict.sides)
    return Outcome(UNDECIDED, verdict.reason or "other names", "claim-agreed")


def _sorted(tree: Expr) -> object:
    """The tree with sums and products in one order: only for telling that two are the same up to order."""
    if not isinstance(tree, Operation):
        return repr(tree)
    parts = [_sorted(a) for a in tree.args]
    if tree.head in ("add", "mul", "eq"):
        parts.sort(key=repr)
    return (tree.head, *parts)


__all__ = ["Answer", "answer_text", "compare", "judge_pair", "rounding", "zero"]
