"""A claimed vector beside the vector that an answer is, entry by entry, as people write vectors: with brackets side by side
``(1 + 2) (3 + 4)``, with each entry worked out or not, with the commas forgotten, with a bracket that is never closed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from ..diagnostics import Span
from ..expressions import Expr, ParseError, is_op, to_text
from ..submission import Piece, read_formula, terms_in
from .arrays import NoValue
from .values import evaluate

MAX_ENTRIES = 200
_TURNED = re.compile(r"\s*\^\s*\{?\s*(?:T|\\top|\\mathsf\{T\}|\\intercal)\s*\}?\s*\Z")
_NUMBER = re.compile(r"[-−+]?\s*\d[\d.]*")
_LIST = re.compile(rf"[\[(]\s*{_NUMBER.pattern}(?:\s*,\s*{_NUMBER.pattern})*\s*[\])]\Z")


def entries(text: str) -> tuple[list[Piece], bool]:
    """The entries of what the text puts in the place of a vector, and whether its commas are missing; none where it is no vector.

    Columns of the pieces count from the beginning of the text.
    """
    cut = text.find("=") + 1
    whole = Piece(text, Span("", 1, 1, len(text))).part(cut, len(text))
    turned = _TURNED.search(whole.text)
    bare = whole.part(0, turned.start()) if turned is not None else whole
    if _LIST.match(bare.text):
        return [whole.part(m.start(), m.end()) for m in _NUMBER.finditer(bare.text)][:MAX_ENTRIES], False
    found = [p for p in whole.sums() if p.text.strip("() ")]
    if len(found) > 1 and _only_between(whole, found):
        return found[:MAX_ENTRIES], False
    if turned is not None and "," not in bare.text and (side_by_side := _numbers_side_by_side(bare)):
        return side_by_side, True
    return [], False


def _only_between(whole: Piece, found: Sequence[Piece]) -> bool:
    """Nothing but brackets, blanks and marks stands between the entries: no sign of an operation."""
    rest, base = list(whole.text), whole.span.column
    for piece in found:
        begin = piece.span.column - base
        rest[begin : begin + len(piece.text)] = " " * len(piece.text)
    return not set("".join(rest).replace("\\left", "").replace("\\right", "")) - set(" ()[]{},;&$.\t\n\r^T\\")


def _numbers_side_by_side(piece: Piece) -> list[Piece]:
    """``(-40 - 40)``: a vector whose commas are missing."""
    inner = piece.text.strip()[1:-1]
    if not re.fullmatch(r"\s*(?:[-−+]\s*)?\d[\d.]*(?:(?:\s*[-−+]\s*|\s+)\d[\d.]*)+\s*", inner):
        return []
    return [piece.part(m.start(), m.end()) for m in _NUMBER.finditer(piece.text)][:MAX_ENTRIES]


def compare_vector(text: str, wanted: Sequence[Expr], columns: int, compared: Callable[[Expr, Expr], str], decimal: Callable[[Expr], str]) -> dict[str, object]:
    """``result`` "vector" with ``count``, ``asked_count``, ``commas`` (they are missing), ``whole`` (then: what it reads as), and
    for each entry: ``begin``, ``end``, ``text``, ``result``, ``claimed``, ``asked``, ``terms`` and the ``usual`` number of terms of the entries.

    ``columns``: how many products each entry is the sum of, 0 where that is not known.
    """
    pieces, commas = entries(text)
    if not pieces:
        return {"result": "unread", "reason": "no vector"}
    read: list[tuple[Piece, Expr]] = []
    try:
        read = [(piece, read_formula(piece.text)) for piece in pieces]
        for _, tree in read:
            evaluate(tree)  # each has a value
    except (ParseError, NoValue, RecursionError) as error:
        return {"result": "unread", "reason": str(error)}
    if len(read) == len(wanted) + 1 and read[0][0].text == "-1":
        read = read[1:]  # the size of a batch in front of a shape: any
    counts = Counter(terms_in(tree) for _, tree in read)
    usual = columns if counts[columns] else counts.most_common(1)[0][0]
    found = []
    for k, (piece, tree) in enumerate(read):
        if len(read) == len(wanted):
            result, asked = compared(tree, wanted[k]), wanted[k]
        else:  # which of them is missing is not known: it may be any
            asked = next((w for w in wanted if compared(tree, w) in ("right", "near")), wanted[min(k, len(wanted) - 1)])
            result = compared(tree, asked)
        begin = piece.span.column - 1
        found.append({
            "begin": begin, "end": begin + len(piece.text), "text": piece.text, "result": result, "claimed": decimal(tree), "asked": decimal(asked),
            "tree": to_text(tree), "wanted": to_text(asked), "terms": terms_in(tree) if is_op(tree, "add") else 0,
        })
    several = len(counts) > 1 and all(is_op(tree, "add") for _, tree in read)
    whole = ""
    if commas:
        try:
            whole = decimal(read_formula(text[pieces[0].span.column - 1 : pieces[-1].span.column - 1 + len(pieces[-1].text)]))
        except (ParseError, NoValue):
            pass
    return {"result": "vector", "count": len(read), "asked_count": len(wanted), "commas": commas, "whole": whole,
            "usual": usual if several else 0, "entries": found}
