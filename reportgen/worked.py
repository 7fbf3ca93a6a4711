"""A derivation as it stands on the page: lines aligned at the relation, what was done beside them, side conditions with it.

Where a line and its reason do not fit side by side, each reason becomes a sentence above its line.
"""

from __future__ import annotations

from .derivation import Caption, Derivation, Step, Table
from .expressions import Expr, Operation, is_relation
from .mathprint import NumberStyle, to_latex
from .pandoctree import Node, math, para, string, words
from .texlayout import LINE, width

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


def rows(derivation: Derivation, style: NumberStyle) -> list[tuple[str, str]]:
    """(left, rest) of each line for an alignment; a left side that repeats is left out, as one writes by hand."""
    found: list[tuple[str, str]] = []
    previous: Expr | None = None
    for line in lines(derivation):
        left, rest = relation_parts(line, style)
        if is_relation(line):
            repeated = previous is not None and is_relation(previous) and previous.args[0] == line.args[0] and previous.head == line.head
            found.append(("" if repeated else left, rest))
        else:
            chained = previous is not None and not _is_statement(line)
            found.append(("", f"= {rest}" if chained else rest))
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


def caption_latex(caption: Caption, style: NumberStyle) -> str:
    return "".join(f"\\text{{{_escaped(piece)}}}" if isinstance(piece, str) else to_latex(piece, style) for piece in caption)


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "#$%&_{}" else "" if c in "\\^~" else c for c in text)


def step_caption(step: Step) -> Caption:
    """The step's caption with its side conditions: ("Multiply both sides by ", S, " (", S ≠ 0, ")")."""
    if not step.conditions:
        return step.caption
    pieces: list[str | Expr] = [*step.caption, " ("]
    for i, condition in enumerate(step.conditions):
        pieces += [", ", condition] if i else [condition]
    return (*pieces, ")")


def steps_blocks(derivation: Derivation, style: NumberStyle, *, reasons: bool = True) -> tuple[Node, ...]:
    """The worked lines as pandoc blocks."""
    aligned = rows(derivation, style)
    captions: list[Caption] = [(), *(step_caption(s) for s in derivation.steps)]
    texts = [caption_latex(c, style) if reasons else "" for c in captions]
    left = max((width(a) for a, _ in aligned), default=0)
    right = max((width(b) for _, b in aligned), default=0)
    widest = left + right + (_GAP + max(map(width, texts)) if any(texts) else 0)
    if widest <= LINE - 4 or not any(texts):
        body = " \\\\\n".join(f"{a} & {b}" + (f" && {t}" if t else "") for (a, b), t in zip(aligned, texts))
        return (para([math(f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}", display=True)]),)
    return _stacked(aligned, captions, style)


def _stacked(aligned: list[tuple[str, str]], captions: list[Caption], style: NumberStyle) -> tuple[Node, ...]:
    blocks: list[Node] = []
    current_left = ""
    for (left, rest), caption in zip(aligned, captions):
        current_left = left or current_left
        if caption:
            blocks.append(para([*caption_inlines(caption, style), string(":")]))
        blocks.append(para([math(f"{current_left} {rest}".strip(), display=True)]))
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
