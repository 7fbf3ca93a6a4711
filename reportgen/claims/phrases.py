"""Arithmetic in a sentence: ``There are 3 cages x 5 guinea pigs/cage = 15 guinea pigs in the shop``.

A clause is cut into numbers, signs and words.  A side goes from number to number as long as a sign, or a word that means one,
stands between them; the words around it are units or prose.  A side with a name in it ends the claim there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .tokens import FUNCTION_WORDS

MAX_LINE = 30_000
MAX_PIECES = 400  # of one clause
MAX_QUANTITIES = 12  # pieces of ``1 dozen = 12 eggs``: in a longer clause a single number is told, not worked out
MAX_UNIT_WORDS = 3  # that are taken along after a number

_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d/])(?:\.\d+)?|\d+,\d\d(?![\d,])|0[xX][0-9A-Fa-f]+(?!\w)"
    r"|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?![\w.]))?[½¼¾⅓-⅞]?|\.\d+|[½¼¾⅓-⅞]"
)
_PIECE = re.compile(
    r"(?P<note><<[^<>]{0,200}>>)"
    rf"|(?P<number>(?:\\?[$€£] ?|R[se] ?\.? ?(?=\d))?(?:{_DIGITS})(?: ?\\?[%°](?! ?[\d(]))?(?:(?:st|nd|rd|th)\b)?)"
    r"|(?P<money>\\?[$€£])"
    r"|(?P<rel><=|>=|≤|≥|≈|=)"
    r"|(?P<op>\*\*|->|=>|//|[-+−–*×✕÷·⋅/^!√∛π%°₀₁₂₃₄₅₆₇₈₉²³⁰¹⁴⁵⁶⁷⁸⁹⁻]|\\times|\\cdot|\\div)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<word>[^\W\d_½¼¾⅓-⅞²³⁰¹⁴-⁹₀-₉]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<stop>[;:?]|\.(?!\d)|,)"
    r"|(?P<other>\S)",
)
_MARK = re.compile(r"\s*(?:>>>|=>|[-*•→⇒∴]|\(?(?:[A-Za-z]|[ivx]{1,4}|\d{1,2})\)|\d{1,2}\.(?!\d))\s+")
_BINARY = frozenset({"+", "-", "−", "–", "*", "**", "×", "✕", "÷", "·", "⋅", "/", "//", "^", "%", "\\times", "\\cdot", "\\div"})
_MINUS = frozenset("-−–")
_RAISED = frozenset("²³⁰¹⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉^")
_SIGN_WORDS = frozenset({"times", "plus", "minus", "x", "X", "of", "per", "over", "divided", "multiplied", "by", "mod", "choose", "C", "P"})
_FUNCTIONS = (FUNCTION_WORDS - {"mod", "choose", "round", "det", "pi"}) | {"C", "P"}
_UNITS = frozenset("m s g h l L N J W V A K F C kg km cm mm mi ft in oz lb hr hrs min sec ml mL g kJ kW Hz mol Pa Ω M mph kph".split())
_NO_UNIT = frozenset(
    """and so which because since that who for from with when where while then thus but or if as to is are was were be at into each every he she it they
    we you i a an the this these those his her their its left remaining after before total more less fewer in on of by""".split()
)
_PARTS = frozenset(
    tuple(pair.split("/"))
    for pair in """feet/inches foot/inches ft/in hour/minutes hours/minutes hr/min h/min minutes/seconds minute/seconds min/sec min/s m/s pounds/ounces
    pound/ounces lb/oz lbs/oz years/months year/months weeks/days""".split()
)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A side in the text, whether something is worked out in it, and whether a unit stands on it."""

    begin: int
    end: int
    worked: bool
    named: bool


def find(line: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each claim of the line."""
    if "=" not in line and "≈" not in line or len(line) > MAX_LINE:
        return
    clause: list[_Piece] = []
    depth = 0
    for piece in _pieces(line):
        depth = max(0, depth + (piece.kind == "open") - (piece.kind == "close"))
        if piece.kind == "stop" and not (depth and piece.text == ","):
            yield from _claims(clause)
            clause, depth = [], 0
        else:
            clause.append(piece)
    yield from _claims(clause)


def _pieces(line: str) -> Iterator[_Piece]:
    mark = _MARK.match(line)
    for match in _PIECE.finditer(line, mark.end() if mark else 0):
        kind = match.lastgroup or "other"
        if kind not in ("note", "money"):
            yield _Piece(kind, match.group(), match.start(), match.end())


def _claims(clause: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    if not any(p.kind == "rel" for p in clause) or len(clause) > MAX_PIECES:
        return
    sides: list[list[_Piece]] = [[]]
    for piece in clause:
        if piece.kind == "rel":
            sides.append([])
        else:
            sides[-1].append(piece)
    spans: list[_Span | None] = []  # None ends a claim
    for k, side in enumerate(sides):
        runs = _runs(side)
        if not runs:
            spans.append(None)
        elif k == 0:
            first = _span(side, runs[-1])
            tail = first is not None and first.begin != clause[0].begin  # after other words: a single number is theirs, and so is what they go on from
            tail = tail or first is not None and not first.worked and len(clause) > MAX_QUANTITIES
            spans.append(None if tail and not (first.worked and _only_units(side[runs[-1][1] + 1 :])) else first)  # type: ignore[union-attr,index]
        elif k == len(sides) - 1:
            spans.append(_span(side, runs[0]))
        elif len(runs) == 1 and runs[0] is not None and _only_units(side[runs[0][1] + 1 :]):
            spans.append(_span(side, runs[0]))
        else:  # 2 + 3 = 5 and 5 * 4 = 20
            spans += [_span(side, runs[0]), None, _span(side, runs[-1]) if len(runs) > 1 else None]
    chain: list[_Span] = []
    for span in (*spans, None):
        if span is not None:
            chain.append(span)
            continue
        if len(chain) > 1 and (any(s.worked for s in chain) or all(s.named for s in chain)):
            yield chain[0].begin, chain[-1].end
        chain = []


def _runs(side: Sequence[_Piece]) -> list[tuple[int, int] | None]:
    """The stretches of the side that one expression may be, first and last piece of each; None for one with a name in it."""
    runs: list[tuple[int, int] | None] = []
    start = last = -1  # first piece of the stretch, and its last number, bracket or sign
    joined = named = False  # a sign stands since the last number
    depth = 0
    for k, piece in enumerate(side):
        kind, text = piece.kind, piece.text
        glued = k > 0 and side[k - 1].end == piece.begin
        after = side[k + 1] if k + 1 < len(side) else None
        if text in ("√", "∛", "π") or kind == "word" and text in _FUNCTIONS and after is not None and (
            after.kind == "open" and after.begin == piece.end or len(text) > 1 and (after.kind == "number" or after.text in _RAISED)
        ):
            kind = "number"
        if kind in ("number", "open"):
            if start < 0 or not (joined or depth or glued and side[k - 1].kind != "word" or _follows(side, k, last)):
                if start >= 0:
                    runs.append(None if named else (start, last))
                start, depth, named = k, 0, _incomplete(side, k)
                if k and side[k - 1].text in _MINUS and not named and glued:
                    start = k - 1
            depth += kind == "open"
            last, joined = k, kind == "open" or text in _FUNCTIONS
        elif kind == "close" and start >= 0:
            depth = max(0, depth - 1)
            last, joined = k, False
        elif kind == "op" and start >= 0:
            if text not in _BINARY:
                last = k
            else:
                joined, named = True, named or after is None
        elif kind == "word" and start >= 0:
            if text in _SIGN_WORDS and after is not None and after.kind in ("number", "open"):
                joined = True
            elif text not in _UNITS and (len(text) == 1 and text not in ("a", "A", "I") and (glued or joined) or glued and side[k - 1].kind != "op"):
                named = True
            elif joined and side[k - 1].kind != "word" and side[k - 1].text != "/":
                named = True
        elif kind == "other":
            named = True
    if start >= 0:
        runs.append(None if named or depth else (start, last))
    return runs


def _follows(side: Sequence[_Piece], k: int, last: int) -> bool:
    """What goes on without a sign: ``300(.30)``, ``3 2/5``, ``5 feet 4 inches``."""
    joined = k - last == 3 and side[k - 1].text == "and"  # 1 hour and 31 minutes
    if (joined or k - last == 2) and k + 1 < len(side) and (side[last + 1].text, side[k + 1].text) in _PARTS:
        return True
    if k - last != 1:
        return False
    if side[k].kind == "open" or side[last].kind == "close":
        return True
    return side[last].text.isdigit() and side[k].text.isdigit() and k + 2 < len(side) and side[k + 1].text == "/" and side[k + 2].kind == "number"


def _incomplete(side: Sequence[_Piece], k: int) -> bool:
    """Something that counts stands before the first number: ``x + 5``, ``n^2``, ``x2``."""
    if k == 0:
        return False
    before, first = side[k - 1], side[k]
    if before.text in _MINUS and before.end == first.begin:  # is -5
        if k == 1:
            return False
        word = side[k - 2]
        return word.kind != "word" or word.end == before.begin or len(word.text) == 1 and word.text not in ("a", "A", "I")
    if before.text in _MINUS and k == 1:
        return False
    return before.kind in ("op", "other", "close") or before.kind == "word" and before.end == first.begin


def _only_units(rest: Sequence[_Piece]) -> bool:
    if any(a.text[:1].isupper() and len(a.text) > 3 and len(b.text) == 1 for a, b in zip(rest, rest[1:])):
        return False  # "Substitute N = 32": a name, and not newtons
    return not any(p.kind == "word" and not (p.text in _UNITS or len(p.text) > 1 and p.text.lower() not in _NO_UNIT) for p in rest)


def _is_unit(word: str, last: bool) -> bool:
    """Whether the word may belong to the number before it; ``in`` only at the end of the side."""
    if word in _UNITS:
        return word != "in" or last
    return word.lower() not in _NO_UNIT and (word not in _SIGN_WORDS or word == "per")


def _span(side: Sequence[_Piece], run: tuple[int, int] | None) -> _Span | None:
    """The stretch with the units after it."""
    if run is None:
        return None
    first, final = run
    inside = side[first : final + 1]
    worked = any(p.kind == "op" and p.text != "°" or p.kind in ("word", "open") for p in inside)
    end, taken = side[final].end, 0
    for k in range(final + 1, len(side)):
        piece = side[k]
        if piece.kind == "word" and taken < MAX_UNIT_WORDS and _is_unit(piece.text, k + 1 == len(side)):
            taken += 1
        elif not (piece.text == "/" and k + 1 < len(side) and side[k + 1].kind == "word"):
            break
        else:
            continue
        end = piece.end
    return _Span(side[first].begin, end, worked, taken > 0)
