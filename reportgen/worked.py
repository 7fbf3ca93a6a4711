"""A derivation as it stands on the page: lines aligned at the relation, what was done beside them, side conditions with it.

Where a line and its reason do not fit side by side, each reason becomes a sentence above its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType

from .derivation import Caption, Derivation, Step, Table
from .expressions import Expr, Operation, is_op, is_relation
from .mathprint import NumberStyle, to_latex
from .pandoctree import Node, math, para, string, words
from .texlayout import LINE, width

_LEAST_ROOM = 20.0   # for a reason beside its line
_GAP = 4.0       # between a line and its reason, in characters of mathematics


def lines(derivation: Derivation) -> tuple[Expr, ...]:
    """The start and what each step made of it."""
    return (derivation.start, *(step.after for step in derivation.steps))


def relation_parts(line: Expr, style: NumberStyle) -> tuple[str, str]:
    """(left side, relation sign and right side) as TeX; an expression or a joined statement has no left side."""
    if is_relation(line):
        left, right = line.args
        whole = to_latex(line, style)
        shown_left = to_latex(Operation(line.head, (left, left)), style)
        sign_at = len(shown_left) - len(to_latex(left, style))
        prefix = shown_left[:sign_at].rstrip()
        left_tex = to_latex(left, style)
        if whole.startswith(left_tex):
            return left_tex, whole[len(left_tex):].strip()
        return prefix, whole
    return "", to_latex(line, style)


@dataclass(frozen=True, slots=True)
class Row:
    """A line as TeX: ``left`` and ``rest`` for an alignment at the relation, ``whole`` for a line that stands alone."""

    left: str
    rest: str
    whole: str


def rows(derivation: Derivation, style: NumberStyle) -> list[Row]:
    """The lines; in an alignment a left side that repeats is left out, as one writes by hand."""
    found: list[Row] = []
    previous: Expr | None = None
    for line in lines(derivation):
        left, rest = relation_parts(line, style)
        if is_relation(line):
            repeated = previous is not None and is_relation(previous) and previous.args[0] == line.args[0] and previous.head == line.head
            found.append(Row("" if repeated else left, rest, to_latex(line, style)))
        else:
            chained = previous is not None and not _is_statement(line)
            shown = f"= {rest}" if chained else rest
            found.append(Row("", shown, shown))
        previous = line
    return found


def _is_statement(line: Expr) -> bool:
    return isinstance(line, Operation) and line.head in ("and", "or", "not", "iff", "implies")


def caption_inlines(caption: Caption, style: NumberStyle) -> list[Node]:
    """A caption as pandoc inlines, its formulas as math."""
    out: list[Node] = []
    for piece in caption:
        if isinstance(piece, str):
            out += words(piece)
        else:
            out.append(math(to_latex(piece, style)))
    return out


def caption_lines(caption: Caption, style: NumberStyle, room: float) -> list[str]:
    """The caption as TeX in lines no wider than ``room``, broken between words; a formula is never broken."""
    words_: list[tuple[str, bool]] = []      # (TeX, does a space stand before it)
    for piece in caption:
        if isinstance(piece, str):
            parts = piece.split(" ")
            for k, part in enumerate(parts):
                if part:
                    words_.append((f"\\text{{{_escaped(part)}}}", k > 0))
                elif k == len(parts) - 1 and k > 0:
                    words_.append(("", True))
        else:
            words_.append((to_latex(piece, style), False))
    chunks: list[str] = []       # what must stay together
    space = True
    for tex, spaced in words_:
        if not tex:
            space = True
        elif spaced or space or not chunks:
            chunks.append(tex)
            space = False
        else:
            chunks[-1] += tex
    whole = width("\\text{ }".join(chunks))
    if whole > room:
        room = min(room, 1.2 * whole / ceil(whole / room))     # lines of about one length, no last word alone
    lines_: list[str] = []
    for chunk in chunks:
        joined = f"{lines_[-1]}\\text{{ }}{chunk}" if lines_ else chunk
        if lines_ and width(joined) <= room:
            lines_[-1] = joined
        else:
            lines_.append(chunk)
    return [_merged(line) for line in lines_]


_NEIGHBOURS = re.compile(r"(\\text\{[^{}]*)\}\\text\{")


def _merged(tex: str) -> str:
    """Neighbouring pieces of text as one: ``\\text{a}\\text{ }\\text{b}`` is ``\\text{a b}``."""
    while (merged := _NEIGHBOURS.sub(r"\1", tex)) != tex:
        tex = merged
    return tex


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "#$%&_{}" else "" if c in "\\^~" else c for c in text)


def step_caption(step: Step, more: tuple[Expr, ...] = ()) -> Caption:
    """The step's caption with its side conditions: ("Multiply both sides by ", S, " (", S ≠ 0, ")")."""
    conditions = tuple(dict.fromkeys((*step.conditions, *more)))
    part = is_op(step.before, "and") and step.after in step.before.args     # that a part says less than the whole needs no word
    caption = (*step.caption, " (in this direction only)") if step.link == "implies" and not part else step.caption
    if not conditions:
        return caption
    pieces: list[str | Expr] = [*caption, " ("]
    for i, condition in enumerate(conditions):
        pieces += [", ", condition] if i else [condition]
    return (*pieces, ")")


def steps_blocks(derivation: Derivation, style: NumberStyle, *, reasons: bool = True,
                 open_conditions: Mapping[int, tuple[Expr, ...]] = MappingProxyType({})) -> tuple[Node, ...]:
    """The worked lines as pandoc blocks.

    ``open_conditions``: by step number from 1, side conditions that the judge met beyond those that the step states.
    """
    aligned = rows(derivation, style)
    pairs = [(row.left, row.rest) for row in aligned]
    captions = _captions(derivation, open_conditions)
    left = max((width(a) for a, _ in pairs), default=0)
    right = max((width(b) for _, b in pairs), default=0)
    room = LINE - 4 - left - right - _GAP
    if not reasons or not any(captions):
        return (_aligned([f"{a} & {b}" for a, b in pairs]),)
    if room < _LEAST_ROOM:
        return _stacked(aligned, captions, style)
    out: list[str] = []
    for (a, b), caption in zip(pairs, captions):
        first, *others = caption_lines(caption, style, room) or [""]
        out.append(f"{a} & {b}" + (f" && {first}" if first else ""))
        out += [f"& {{}} && {other}" for other in others]     # {}: an empty cell that nobody takes for a gap
    return (_aligned(out),)


def _captions(derivation: Derivation, open_conditions: Mapping[int, tuple[Expr, ...]]) -> list[Caption]:
    """A caption a line, none for the start.  A condition that some step states, or that stood already, is not repeated."""
    printed = {c for step in derivation.steps for c in step.conditions}
    captions: list[Caption] = [()]
    for number, step in enumerate(derivation.steps, start=1):
        more = tuple(c for c in open_conditions.get(number, ()) if c not in printed)
        printed.update(more)
        captions.append(step_caption(step, more))
    return captions


def _aligned(rows_: list[str]) -> Node:
    body = " \\\\\n".join(rows_)
    return para([math(f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}", display=True)])


def _stacked(aligned: list[Row], captions: list[Caption], style: NumberStyle) -> tuple[Node, ...]:
    blocks: list[Node] = []
    for row, caption in zip(aligned, captions):
        if caption:
            blocks.append(para([*caption_inlines(caption, style), string(":")]))
        blocks.append(para([math(row.whole, display=True)]))
    return tuple(blocks)


# --- tables ---------------------------------------------------------------------------------------------------

_ALIGN = {"l": "AlignLeft", "r": "AlignRight", "c": "AlignCenter", "d": "AlignRight", "": "AlignDefault"}


def table_block(table: Table, style: NumberStyle, cell) -> Node:
    """A table as a pandoc Table; ``cell(thing, i, j)`` makes the inlines of a cell that is not text."""
    count = len(table.columns)
    align = (table.align + "l" * count)[:count] if table.align else "l" * count

    def as_cell(thing: object, column: int, row: int) -> list:
        if isinstance(thing, str):
            inlines = words(thing)
        else:
            inlines = cell(thing, row, column)
        return [["", [], []], {"t": _ALIGN[align[column]]}, 1, 1, [{"t": "Plain", "c": inlines}] if inlines else []]

    def as_row(things, number: int) -> list:
        classes = ["total"] if table.total and number == len(table.rows) else []
        return [["", classes, []], [as_cell(t, c, number) for c, t in enumerate(things)]]

    head = [["", [], []], [[["", [], []], [as_cell(c, k, 0) for k, c in enumerate(table.columns)]]]]
    body = [["", [], []], 0, [], [as_row(r, n) for n, r in enumerate(table.rows, start=1)]]
    caption = [None, [{"t": "Plain", "c": words(table.caption)}] if table.caption else []]
    widths = [{"t": "ColWidth", "c": w / 100} for w in table.widths] or [{"t": "ColWidthDefault"}] * count
    specs = [[{"t": _ALIGN[a]}, width] for a, width in zip(align, widths, strict=True)]
    return {"t": "Table", "c": [["", ["total"] if table.total else [], []], caption, specs, head, [body], [["", [], []], []]]}
