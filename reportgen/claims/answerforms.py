"""The answer that a text gives: what is boxed, what is called final, the last formula; and what kind of thing it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..expressions import Expr, Number, Operation, Symbol, symbols
from .arrays import NoValue
from .reading import Reading, Unreadable, read
from .tokens import matching

MAX_ITEMS = 200
MAX_ANSWER = 4_000  # characters of an answer, without the text around it
_FINAL = re.compile(r"final answer is[:\s]*(.+?)\.?\s*I hope", re.S | re.I)
_ANSWER = re.compile(r"(?:answer|result|solution|option|choice)\s*(?:is|:|=)\s*:?\s*\**\s*(.+?)\s*\**\s*\.?\s*$", re.I)
_MATH = re.compile(
    r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|(?<!\\)\$(?P<c>(?:[^$\\]|\\.)+)(?<!\\)\$|\\\((?P<d>.+?)\\\)|\\begin\{(?P<n>equation|align|gather)\*?\}(?P<e>.+?)\\end\{(?P=n)\*?\}",
    re.S,
)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{")
_PLAIN = re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?\s*(?:\\?%|percent|pct)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """``kind``: value, list, set, range, relation, text.  ``items``: values, or for a range (low, low in, high, high in) pieces."""

    kind: str
    items: tuple = ()
    words: str = ""


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
        return ", ".join(_last_cluster(text)) if len(formulas) > 1 else formulas[-1]
    said = _ANSWER.search(text.strip())
    if said and len(said[1]) < 200:
        return said[1]
    return text


def _last_cluster(text: str) -> list[str]:
    """The last formula and those before it that only "and", "or" or a comma part from it."""
    found = list(_MATH.finditer(text))
    kept = [found[-1]]
    for match in reversed(found[:-1]):
        if not re.fullmatch(r"\s*,?\s*(?:and|or)?\s*", text[match.end() : kept[0].start()]):
            break
        kept.insert(0, match)
    return [next(g for g in (m["a"], m["b"], m["c"], m["d"], m["e"]) if g is not None) for m in kept]


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
        found.append((match.start(), close, text[match.end() : close]))
    if not found:
        return []
    cluster = [found[-1]]
    for item in reversed(found[:-1]):
        between = text[item[1] + 1 : cluster[0][0]]
        if len(between) > 12 or not re.fullmatch(r"[\s,;$]*(?:and|or|\\text\{\s*(?:and|or)\s*\}|\\quad|\\,)?[\s,;$]*", between):
            break
        cluster.insert(0, item)
    return [item[2] for item in cluster]


_REALS = re.compile(r"\\(?:mathbb|mathbf|Bbb)\s*(?:\{R\}|R)|\\text\{all real numbers\}|^all real numbers$")
_TEXT_NUMBER = re.compile(r"^\\(?:text|mathrm|textbf)\s*\{\s*([-−]?\\?\$?\d[\d,./]*\s*[A-Za-z ]*)\}$")  # \text{5 hours}


def _forms(text: str) -> list[Answer]:
    """The readings of an answer, the likeliest first."""
    core = answer_text(text).strip()
    if len(core) > MAX_ANSWER:
        return []
    core = (
        re.sub(r"\\(?:\(|\)|\[|\])|\\end\{align\*?\}|\\begin\{align\*?\}|\\(?:displaystyle|left|right|large|Large)(?![A-Za-z])", " ", core)
        if not _has_brackets(core)
        else core
    )
    core = _REALS.sub(r"(-\\infty,\\infty)", _TEXT_NUMBER.sub(r"\1", core.strip().strip("$").strip()))
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
    if not out and "=" in core:  # what cannot be read before the last sign of equality
        try:
            last = _read_whole(core.rpartition("=")[2])
        except (Unreadable, NoValue):
            last = None
        if last is not None:
            out.append(last)
    words = _words(core)
    a_word = re.match(r"[a-z]{3,}\d*$", words) and not re.fullmatch(r"(?:sin|cos|tan|log|sqrt|abc|xyz)\d*", words)
    if words and (not out or a_word or all(a.kind == "value" and _only_letters(a.items[0]) for a in out)):
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
    return word if word and word not in ("i", "e") and any(c.isalpha() for c in word) else ""


def _only_letters(tree: object) -> bool:
    return (
        isinstance(tree, Symbol)
        or isinstance(tree, Operation)
        and tree.head == "mul"
        and all(_only_letters(a) for a in tree.args)
        or isinstance(tree, Operation)
        and tree.head == "apply"
        and all(_only_letters(a) for a in tree.args)
    )


_TRAILING_UNIT = re.compile(r"(?:\\,|\\ |\\;|~|\s)*\\(?:text|mathrm|mbox|textbf)\s*\{[^{}\d]*\}(?:\^\{?[23]\}?)?\s*\.?\s*$")
_PERCENT_WORDS = re.compile(r"(?<=[\d}])\s*(?:\\(?:text|mathrm)\{\s*)?(?:pct|percent|per cent)\.?(?:\s*\})?\s*$")


_PLAIN_UNIT = re.compile(r"(?P<number>[-−]?\s*\\?\$?[\d.,/ ]*\d%?)\s*(?!(?:and|or|pi|sqrt|mod|times)\b)[A-Za-z]{2,}(?: [A-Za-z]+)*\.?")


def _prepared(piece: str) -> str:
    if (unit := _PLAIN_UNIT.fullmatch(piece.strip())) and not _PERCENT_WORDS.search(piece):
        return unit["number"].replace("\\$", "")
    piece = _PERCENT_WORDS.sub(r"\\%", piece.strip())
    found = _TRAILING_UNIT.search(piece)
    if found and found.start() > 0 and not re.search(r"\{\s*(?:and|or|if|mod)\b", found.group()):
        piece = piece[: found.start()]
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
            if piece[place - 1 : place] == "{" or re.match(r",(?:\\!)?\d{3}(?!\d)", piece[place:]) and re.search(r"(?<!\d)\d{1,3}$", piece[begin:place]):
                continue
            parts.append(piece[begin:place])
            begin = place + 1
    return [*parts, piece[begin:]]


def _of_reading(reading: Reading) -> Answer | None:
    sides, rels = [s.tree for s in reading.sides], reading.rels
    if not rels:
        return _of_tree(sides[0])
    if rels == ("congruent",) and reading.modulus is not None and sides[1] is not None:
        return Answer("list", (Operation("apply", (Symbol("mod"), sides[1], reading.modulus)), reading.modulus))
    if rels[-1] == "element" and len(rels) == 1:
        return _of_tree(sides[1])
    if all(r in ("eq", "approx") for r in rels):
        turned = len(rels) == 1 and isinstance(sides[1], Symbol) and sides[0] is not None and not symbols(sides[0])  # 5 = x
        if len(rels) > 1 or turned or _is_label(sides[0]) and not (symbols(sides[-1]) and not isinstance(sides[0], Symbol)):
            if turned:
                sides = sides[::-1]
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
        parts = [_as_range(a) if isinstance(a, Answer) else Answer("range", ((a, True, a, True),)) for a in answer.items]
        return None if None in parts else Answer("range", tuple(p for part in parts for p in part.items))  # type: ignore[union-attr]
    return None
