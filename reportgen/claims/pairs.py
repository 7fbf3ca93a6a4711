"""Is one answer an acceptable form of another?  ``10`` and ``Answer \\( (9+1) \\)``, ``\\pm 2`` and ``\\{-2, 2\\}``, ``x > 5`` and ``(5, \\infty)``.

An answer is taken out of its text (what is boxed, what is called final, the last formula), read, and compared by what it is:
a value, a list, a set, an interval, a matrix, a relation, words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..expressions import Expr, Number, Operation, Symbol, symbols
from ..judge import judge
from ..obligation import Obligation
from . import rounding, zero
from .chains import PROVED, REFUTED, UNDECIDED, Outcome, plain
from .reading import Reading, Unreadable, read
from .tokens import matching
from .values import NoValue, as_acb, evaluate
from .values import Matrix, Several

MAX_TEXT = 40_000
MAX_ITEMS = 200
_FINAL = re.compile(r"final answer is[:\s]*(.+?)\.?\s*I hope", re.S | re.I)
_ANSWER = re.compile(r"(?:answer|result|solution)\s*(?:is|:|=)\s*:?\s*\**\s*(.+?)\s*\**\s*\.?\s*$", re.I)
_MATH = re.compile(r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|(?<!\\)\$(?P<c>(?:[^$\\]|\\.)+)(?<!\\)\$|\\\((?P<d>.+?)\\\)|\\begin\{(?P<n>equation|align|gather)\*?\}(?P<e>.+?)\\end\{(?P=n)\*?\}", re.S)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{")
_PLAIN = re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?\s*(?:\\?%|percent|pct)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """``kind``: value, list, set, range, relation, text.  ``items``: values, or for a range (low, low in, high, high in) pieces."""

    kind: str
    items: tuple = ()
    words: str = ""


def judge_pair(left: str, right: str) -> Outcome:
    """Whether ``right`` is an acceptable form of ``left``."""
    if len(left) > MAX_TEXT or len(right) > MAX_TEXT:
        return Outcome(UNDECIDED, "too long", "claim-unreadable")
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
    for outcome in outcomes:
        if outcome.verdict == UNDECIDED:
            return outcome
    return outcomes[0]


# --- from the text to the answer

def answer_text(text: str) -> str:
    """The part of the text that is the answer."""
    final = _FINAL.findall(text)
    if final:
        return _unwrapped(final[-1])
    boxed = _all_boxed(text)
    if boxed:
        return ", ".join(boxed)
    formulas = [next(g for g in (m["a"], m["b"], m["c"], m["d"], m["e"]) if g is not None) for m in _MATH.finditer(text)]
    if formulas:
        return formulas[-1]
    said = _ANSWER.search(text.strip())
    if said and len(said[1]) < 200:
        return said[1]
    return text


def _unwrapped(text: str) -> str:
    found = _MATH.fullmatch(text.strip().rstrip("."))
    return next(g for g in (found["a"], found["b"], found["c"], found["d"], found["e"]) if g is not None) if found else text


def _all_boxed(text: str) -> list[str]:
    """The contents of the last cluster of boxes: boxes with only a little between them belong together."""
    found: list[tuple[int, int, str]] = []
    for match in _BOXED.finditer(text):
        if found and match.start() < found[-1][1]:
            continue
        try:
            close = matching(text, match.end() - 1)
        except Unreadable:
            close = len(text)
        found.append((match.start(), close, text[match.end():close]))
    if not found:
        return []
    cluster = [found[-1]]
    for item in reversed(found[:-1]):
        between = text[item[1] + 1:cluster[0][0]]
        if len(between) > 12 or not re.fullmatch(r"[\s,;$]*(?:and|or|\\text\{\s*(?:and|or)\s*\}|\\quad|\\,)?[\s,;$]*", between):
            break
        cluster.insert(0, item)
    return [item[2] for item in cluster]


def _forms(text: str) -> list[Answer]:
    """The readings of an answer, the likeliest first."""
    core = answer_text(text).strip()
    core = re.sub(r"\\(?:\(|\)|\[|\])|\\end\{align\*?\}|\\begin\{align\*?\}|\\(?:displaystyle|left|right|large|Large)(?![A-Za-z])", " ", core) if not _has_brackets(core) else core
    core = core.strip().strip("$").strip()
    core = re.sub(r"(?:\s|[.,;:]|\\[,;!]|\\\\|\$)+$", "", core)
    out: list[Answer] = []
    for piece in (core, _after_words(core)):
        if piece is None:
            continue
        for reader in (_read_whole, _read_list):
            try:
                found = reader(piece)
            except (Unreadable, NoValue):
                continue
            if found is not None and found not in out:
                out.append(found)
        if out:
            break
    if not out and "=" in core:            # what cannot be read before the last sign of equality
        try:
            last = _read_whole(core.rpartition("=")[2])
        except (Unreadable, NoValue):
            last = None
        if last is not None:
            out.append(last)
    words = _words(core)
    if words and (not out or all(a.kind == "value" and _only_letters(a.items[0]) for a in out)):
        out.append(Answer("text", (), words))
    return out


def _has_brackets(core: str) -> bool:
    return False


def _after_words(core: str) -> str | None:
    """The number or formula that a sentence ends on."""
    found = _PLAIN.findall(core)
    return found[-1] if found and not re.search(r"\\[a-zA-Z]", core) else None


def _words(core: str) -> str:
    plain_text = re.sub(r"\\(?:text|mathrm|textbf|mathbf|textit|mathit|mbox)\s*\{([^{}]*)\}", r"\1", core)
    if re.search(r"[\\^_=<>+*/]", plain_text):
        return ""
    word = re.sub(r"[\s().,$*{}'\"]", "", plain_text).lower()
    return word if word and any(c.isalpha() for c in word) else ""


def _only_letters(tree: object) -> bool:
    return isinstance(tree, Symbol) or isinstance(tree, Operation) and tree.head == "mul" and all(_only_letters(a) for a in tree.args) or isinstance(tree, Operation) and tree.head == "apply" \
        and all(_only_letters(a) for a in tree.args)


_TRAILING_UNIT = re.compile(r"(?:\\,|\\ |\\;|~|\s)*\\(?:text|mathrm|mbox|textbf)\s*\{[^{}\d]*\}(?:\^\{?[23]\}?)?\s*\.?\s*$")
_PERCENT_WORDS = re.compile(r"(?<=[\d}])\s*(?:\\(?:text|mathrm)\{\s*)?(?:pct|percent|per cent)\.?(?:\s*\})?\s*$")


def _prepared(piece: str) -> str:
    piece = _PERCENT_WORDS.sub(r"\\%", piece.strip())
    found = _TRAILING_UNIT.search(piece)
    if found and found.start() > 0 and not re.search(r"\{\s*(?:and|or|if|mod)\b", found.group()):
        piece = piece[:found.start()]
    return piece.replace("\\$", "")


def _read_whole(piece: str) -> Answer | None:
    return _of_reading(read(_prepared(piece), letters=True))


def _read_list(piece: str) -> Answer | None:
    """Answers with commas or "and" between them: ``-5, 14/3``; ``x = 1 \\text{ or } x = 2``."""
    parts = [p for p in _split(piece) if p.strip()]
    if not 1 < len(parts) <= MAX_ITEMS:
        return None
    items = []
    for part in parts:
        found = _of_reading(read(_prepared(part), letters=True))
        if found is None or found.kind == "relation" or found.kind == "text":
            return None
        items.extend(found.items if found.kind in ("value", "set") else [found])
    return Answer("set", tuple(items))


def _split(piece: str) -> list[str]:
    piece = re.sub(r"\\text\s*\{\s*,?\s*(?:and|or)\s*,?\s*\}|\s(?:and|or)\s|\\quad|\\qquad|;", ",", piece)
    parts, depth, begin = [], 0, 0
    for place, char in enumerate(piece):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            if piece[place - 1:place] == "{" or re.match(r",(?:\\!)?\d{3}(?!\d)", piece[place:]) and re.search(r"(?<!\d)\d{1,3}$", piece[begin:place]):
                continue
            parts.append(piece[begin:place])
            begin = place + 1
    return [*parts, piece[begin:]]


def _of_reading(reading: Reading) -> Answer | None:
    sides, rels = [s.tree for s in reading.sides], reading.rels
    if not rels:
        return _of_tree(sides[0])
    if rels[-1] == "element" and len(rels) == 1:
        return _of_tree(sides[1])
    if all(r in ("eq", "approx") for r in rels):
        if len(rels) > 1 or _is_label(sides[0]) and not (symbols(sides[-1]) and not isinstance(sides[0], Symbol)):
            found = _of_tree(sides[-1])
            if found is not None and len(rels) == 1 and isinstance(sides[0], Symbol) and found.kind == "value" and symbols(found.items[0]):
                return Answer("relation", (Operation("eq", (sides[0], sides[1])),))
            return found
        return Answer("relation", (Operation("eq", (sides[0], sides[-1])),)) if None not in sides else None
    if all(r in ("lt", "le", "gt", "ge") for r in rels) and None not in sides:
        found = _range_of(sides, rels)
        if found is not None:
            return found
        parts = tuple(Operation(r, (a, b)) for a, r, b in zip(sides, rels, sides[1:]))
        return Answer("relation", (parts[0] if len(parts) == 1 else Operation("and", parts),))
    return None


def _is_label(tree: Expr | None) -> bool:
    """What stands before ``=`` only to say what is answered: a name, a tuple of names, a length |AB|, a ratio, a function of x."""
    if tree is None or isinstance(tree, Symbol):
        return True
    if not isinstance(tree, Operation):
        return False
    if tree.head in ("index", "tuple", "abs", "div", "mul", "apply") and not any(isinstance(n, Number) for n in _outside_index(tree)):
        return True
    return False


def _outside_index(tree: Expr):
    if isinstance(tree, Operation):
        if tree.head == "index":
            return
        for a in tree.args:
            yield from _outside_index(a)
    else:
        yield tree


def _of_tree(tree: Expr | None) -> Answer | None:
    if tree is None:
        return None
    if isinstance(tree, Operation):
        if tree.head == "set":
            items: list = []
            for a in tree.args:
                inner = _of_tree(a)
                items.extend(inner.items if inner is not None and inner.kind == "set" and isinstance(a, Operation) and a.head != "set" else [a])
            return Answer("set", tuple(items))
        if tree.head == "tuple":
            return Answer("list", tree.args)
        if tree.head == "apply" and tree.args[0].name.startswith("interval"):
            low, high = tree.args[1:]
            kind = tree.args[0].name[-2:]
            return Answer("range", ((low, kind[0] == "c", high, kind[1] == "c"),))
        if tree.head == "apply" and tree.args[0].name == "cup":
            parts = [_as_range(_of_tree(a)) for a in tree.args[1:]]
            if None not in parts:
                return Answer("range", tuple(p for part in parts for p in part.items))
            both = [_of_tree(a) for a in tree.args[1:]]
            if all(b is not None and b.kind == "set" for b in both):
                return Answer("set", tuple(x for b in both for x in b.items))
            return None
        if _has_pm(tree):
            return Answer("set", (_with_sign(tree, 1), _with_sign(tree, -1)))
    return Answer("value", (tree,))


def _has_pm(tree: Expr) -> bool:
    return isinstance(tree, Operation) and (tree.head == "apply" and tree.args[0] == Symbol("pm") or any(_has_pm(a) for a in tree.args))


def _with_sign(tree: Expr, sign: int) -> Expr:
    if not isinstance(tree, Operation):
        return tree
    if tree.head == "apply" and tree.args[0] == Symbol("pm"):
        inner = _with_sign(tree.args[1], sign)
        return inner if sign > 0 else Operation("neg", (inner,))
    return Operation(tree.head, tuple(_with_sign(a, sign) for a in tree.args))


def _range_of(sides: Sequence[Expr], rels: Sequence[str]) -> Answer | None:
    """``x > 5``, ``-1 < x \\le 1`` as a range of the one name."""
    inf = Symbol("inf")
    if len(rels) == 1:
        a, b = sides
        rel = rels[0]
        if isinstance(b, Symbol) and b != inf and not symbols(a):
            a, b, rel = b, a, {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}[rel]
        if not isinstance(a, Symbol) or symbols(b):
            return None
        if rel in ("gt", "ge"):
            return Answer("range", ((b, rel == "ge", inf, False),))
        return Answer("range", ((Operation("neg", (inf,)), False, b, rel == "le"),))
    if len(rels) == 2 and isinstance(sides[1], Symbol) and not symbols(sides[0]) and not symbols(sides[2]):
        if set(rels) <= {"lt", "le"}:
            return Answer("range", ((sides[0], rels[0] == "le", sides[2], rels[1] == "le"),))
        if set(rels) <= {"gt", "ge"}:
            return Answer("range", ((sides[2], rels[1] == "ge", sides[0], rels[0] == "ge"),))
    return None


def _as_range(answer: Answer | None) -> Answer | None:
    """A pair in round brackets as an open interval, a set as its points."""
    if answer is None or answer.kind == "range":
        return answer
    if answer.kind == "list" and len(answer.items) == 2:
        return Answer("range", ((answer.items[0], False, answer.items[1], False),))
    if answer.kind == "set":
        return Answer("range", tuple((a, True, a, True) for a in answer.items))
    return None


# --- comparison

def compare(a: Answer, b: Answer) -> Outcome:
    """PROVED where the answers are the same thing, REFUTED where they certainly are not."""
    kinds = {a.kind, b.kind}
    if a.kind == b.kind == "text":
        return Outcome(PROVED, "the same words") if a.words == b.words else Outcome(REFUTED if _short_choice(a, b) else UNDECIDED, "other words", "claim-refuted")
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
        return found if found.verdict == PROVED else Outcome(UNDECIDED, "a list and a set", "claim-unsupported") if _matched(list(a.items), list(b.items)).verdict != REFUTED else found
    return _matched(list(a.items), list(b.items))


def _short_choice(a: Answer, b: Answer) -> bool:
    return len(a.words) == 1 == len(b.words)


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
        return Outcome(PROVED, "the same product") if same_word else Outcome(UNDECIDED, "words", "claim-unsupported") if len(_letters_of(x)) > 1 else Outcome(REFUTED, "other names", "claim-refuted")
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
        return found if found.verdict != REFUTED or all(d is not t for d, t in zip(degrees, (x, y))) else Outcome(UNDECIDED, "degrees and a number", "claim-units")
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
        x, y = (p.items[0].args[1] if p.kind == "relation" and isinstance(p.items[0], Operation) and p.items[0].head == "eq" else p.items[0] if p.kind == "value" else None for p in (a, b))
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
