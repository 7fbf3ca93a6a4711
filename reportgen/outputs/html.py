"""One HTML file that needs nothing else: MathML, figures as SVG inside it, and no script.

Each computed number is a button; the browser itself opens what it stands for (the ``popover`` attribute).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from reportgen import pandoc
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.document import displays
from reportgen.outputs import svg
from reportgen.outputs.common import breaks_kept, formulas, one_piece_numbers, shifted
from reportgen.pandoctree import Node, div, link, math, nodes, pair, plain_text, raw, raw_block, rewrite, span
from reportgen.resources import layout
from reportgen.texlayout import width

if TYPE_CHECKING:
    from reportgen.outputs import Job

_LONG = 34.0    # an inline formula wider than this scrolls on a narrow page
_SHORT = 22     # a cell with no more characters than this is not broken into lines
_DENSE = 78.0   # a display formula wider than this is set a little smaller, and smaller again from ``_TIGHT`` on
_TIGHT = 84.0
_NUMBER_ROOM = 8.0      # what "(12)" takes of the line
_BOLD = re.compile(r"\\mathbf\{([A-Za-z0-9]+)\}|\\mathbf ([A-Za-z])")


def begin(job: Job) -> Callable[[], dict[str, bytes]]:
    """``report.html``, into which figures are written: nothing can be done before them."""
    return lambda: _write(job)


def _write(job: Job) -> dict[str, bytes]:
    writer = _Writer(job)
    try:
        styles = layout("report.css").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise FindingsError(Finding("file-missing", f"the page layout report.css cannot be read: {error.strerror}"),
                            exit_code=EXIT_UNABLE) from error
    blocks = writer.page()
    meta = {**job.variables(), "styles": {"t": "MetaInlines", "c": [raw("html", styles)]}}
    contents = writer.contents()
    if contents:
        meta["contents"] = {"t": "MetaBlocks", "c": [contents]}
    text = pandoc.write_in_parts(blocks, "html5", raw="html", meta=meta, template=layout("report.html"), formulas=True,
                                 options=["--mathml", "--syntax-highlighting=none", "--email-obfuscation=none"])
    text = re.sub(r"<th(?=[ >])", '<th scope="col"', text)
    # a number with separators; as text it would be set close to the sign before it
    text = re.sub(r"<mtext[^<>]*>(\d[\d.,\u202f]*)</mtext>", r"<mn>\1</mn>", text)
    return {"report.html": _BUTTON.sub(_kept_together, text).encode("utf-8")}


_BUTTON = re.compile(r'(\(?)(<button type="button" class="value".*?</button>)([,.;:)!?]*)', re.DOTALL)


def _kept_together(match: re.Match[str]) -> str:
    """A button with the signs that touch it: the line is not broken between them."""
    before, button, after = match.groups()
    if not (before or after) or 'class="long"' in button:
        return match.group()
    return f'<span class="keep">{match.group()}</span>'


class _Writer:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.groups: dict[str, tuple[str, ...]] = {}     # id of a popover that offers several values -> their entries
        self.drawn: dict[str, int] = {}                  # figure -> how often it was drawn, for ids
        self.buttons = True

    # --- the page

    def page(self) -> list[Node]:
        blocks = self._computed(shifted(list(self.job.document.blocks), 1))
        return [*blocks, *self._popovers()]

    def _computed(self, blocks: list[Node], buttons: bool = True) -> list[Node]:
        self.buttons = buttons
        blocks = rewrite(blocks, self._buttons, ("Link", "Span"))
        blocks = formulas(blocks, self._display, _inline)
        return rewrite(blocks, self._blocks, ("Figure", "Table", "Image", "Div", "Span"))

    def _buttons(self, node: Node) -> Node | list[Node] | None:
        """Values and formulas with values become buttons; inside a link they stay what they were."""
        if node["t"] == "Link":
            return rewrite([node], lambda inner: [] if _is_button(inner) else None)[0]
        if node["t"] != "Span" or not self.buttons:
            return None
        attributes, inside = node["c"]
        entries = [name for name in (pair(attributes, "entries") or pair(attributes, "entry")).split()
                   if name in self.job.details]
        if not entries or not ({"value", "formula"} & set(attributes[1])):
            return None
        if inside and inside[0]["t"] == "Math" and inside[0]["c"][0]["t"] == "DisplayMath":
            return None
        kept = {"t": "Span", "c": [["", ["content"], [p for p in attributes[2] if p[0] == "alt"]], inside]}
        if inside and inside[0]["t"] != "Math" and len(inside) > 1 and len(plain_text(inside)) > 14:
            # a button does not break across lines; words do
            return [kept, raw("html", self._why(entries, small=True))]
        return [raw("html", f'<button type="button" class="value" popovertarget="{self._target(entries)}">'), kept,
                raw("html", "</button>")]

    def _target(self, entries: list[str]) -> str:
        entries = list(dict.fromkeys(entries))
        if len(entries) == 1:
            return f"why-{entries[0]}"
        name = "why-" + "--".join(entries)
        self.groups[name] = tuple(entries)
        return name

    def _why(self, entries: list[str], small: bool = False) -> str:
        label = escape(self.job.words["details"])
        return (f'<button type="button" class="why{" small" if small else ""}" popovertarget="{self._target(entries)}" aria-label="{label}" '
                f'title="{label}">?</button>')

    def _display(self, tex: str, name: str, number: str, alt: str, entries: str = "") -> Node:
        # words take less room than the estimate says, letters with subscripts more
        need = width(tex) + (_NUMBER_ROOM if number or "&&" not in tex else 0.0)
        dense = " tight" if need > _TIGHT else " dense" if need > _DENSE else ""
        inside: list[Node] = [raw("html", f'<div class="wide{dense}">'), math(for_mathml(breaks_kept(tex)), display=True), raw("html", "</div>")]
        if number:
            inside.append(span([{"t": "Str", "c": f"({number})"}], classes=["number"]))
        known = [entry for entry in entries.split() if entry in self.job.details] if self.buttons else []
        if known:
            inside.append(raw("html", self._why(known)))
        return {"t": "Div", "c": [[name, ["display"], []], [{"t": "Plain", "c": inside}]]}

    def _blocks(self, node: Node) -> Node | list[Node] | None:
        tag = node["t"]
        if tag == "Figure":
            return self._figure(node)
        if tag == "Table":
            return [raw_block("html", '<div class="table wide">'), _short_cells(node), raw_block("html", "</div>")]
        if tag == "Image":
            return raw("html", self._svg(node))
        if tag == "Div" and "value-block" in node["c"][0][1]:
            entry = pair(node["c"][0], "entry")
            more = []
            if entry in self.job.details and self.buttons:
                more = [raw_block("html", f'<p class="more">{self._why([entry])}</p>')]
            return {"t": "Div", "c": [["", ["value-block"], []], [*node["c"][1], *more]]}
        if tag == "Span":
            attributes, inside = node["c"]
            if {"value", "formula", "content"} & set(attributes[1]):
                return inside
        return None

    def _svg(self, node: Node) -> str:
        attributes, inlines, (address, _) = node["c"]
        name = address.removeprefix("figure:")
        times = self.drawn[name] = self.drawn.get(name, 0) + 1
        text = svg.inline(self.job.figures[name].svg, f"figure-{name}" + (f"-{times}" if times > 1 else ""),
                          pair(attributes, "alt") or plain_text(inlines))
        size = pair(attributes, "width")
        if re.fullmatch(r"[\d.]+(%|px|em|rem|cm|mm|in)", size):
            text = text.replace("<svg", f'<svg style="width:{size}"', 1)
        return text

    def _figure(self, node: Node) -> Node:
        attributes, caption, inside = node["c"]
        drawing = [item for item in nodes(inside) if item["t"] == "RawInline"]
        card = raw_block("html", '<div class="card">' + "".join(item["c"][1] for item in drawing) + "</div>")
        return {"t": "Figure", "c": [[attributes[0], [], []], caption, [card]]}

    # --- contents and details

    def contents(self) -> Node | None:
        """The headings of the two upper levels as a list of links."""
        headers = [node for node in nodes(self.job.document.blocks) if node["t"] == "Header"]
        if not headers:
            return None
        top = min(header["c"][0] for header in headers)
        items: list[list[Node]] = []
        for header in headers:
            level, (name, _, _), inlines = header["c"]
            if level > top + 1 or not name:
                continue
            inlines = rewrite(inlines, lambda node: node["c"][1] if node["t"] in ("Span", "Link") else (
                [] if node["t"] == "Note" else None))
            inlines = rewrite(inlines, lambda node: math(for_mathml(node["c"][1])) if node["t"] == "Math" else None)
            entry: Node = {"t": "Plain", "c": [link(inlines, f"#{name}")]}
            if level == top or not items:
                items.append([entry])
            elif len(items[-1]) == 1:
                items[-1].append({"t": "BulletList", "c": [[entry]]})
            else:
                items[-1][1]["c"].append([entry])
        return {"t": "BulletList", "c": items}

    def _popovers(self) -> list[Node]:
        shown = {entry for entry in self.job.document.entries if entry in self.job.details}
        out: list[Node] = []
        for entry in (name for name in self.job.document.entries if name in shown):
            title = entry.replace("_", " ")
            out.append(self._box(f"why-{entry}", title, self._computed(displays(self.job.details[entry]), buttons=False)))
        for name, entries in self.groups.items():
            choice = "".join(f'<li><button type="button" popovertarget="why-{entry}">{escape(entry.replace("_", " "))}</button></li>'
                             for entry in entries)
            out.append(self._box(name, self.job.words["values"], [raw_block("html", f'<ul class="choice">{choice}</ul>')]))
        return out

    def _box(self, id_: str, title: str, blocks: list[Node]) -> Node:
        close = escape(self.job.words["close"])
        head = raw_block("html", f'<div class="head"><span id="{id_}-title">{escape(title)}</span>'
                                 f'<button type="button" popovertarget="{id_}" popovertargetaction="hide">{close}</button></div>')
        return div([raw_block("html", f'<div popover id="{id_}" role="dialog" aria-labelledby="{id_}-title">'), head, *blocks,
                    raw_block("html", "</div>")])


def _short_cells(table: Node) -> Node:
    """The table with a class on cells that need not break: Conv2d-1 stays in one piece on a phone."""
    attributes, caption, columns, head, bodies, foot = table["c"]

    def row(item: list) -> list:
        cells = []
        for cell in item[1]:
            (name, classes, pairs), *rest = cell
            text = "".join(plain_text(block["c"]) for block in cell[4] if block["t"] in ("Plain", "Para"))
            short = len(text) <= _SHORT and len(cell[4]) <= 1
            cells.append([[name, [*classes, "short"] if short else classes, pairs], *rest])
        return [item[0], cells]

    bodies = [[body[0], body[1], [row(item) for item in body[2]], [row(item) for item in body[3]]] for body in bodies]
    return {"t": "Table", "c": [attributes, caption, columns, head, bodies, foot]}


def _is_button(node: Node) -> bool:
    return node["t"] == "RawInline" and ('<button' in node["c"][1] or node["c"][1] == "</button>")


def _inline(tex: str, alt: str) -> Node:
    made = math(for_mathml(tex))
    return span([made], classes=["long"]) if width(tex) > _LONG else made


_NAMED = "ln|log|exp|sin|cos|tan|max|min|det|arg"
_BEFORE = re.compile(rf"(?<=[\w)}}])\s*\\({_NAMED})(?![A-Za-z])")
_AFTER = re.compile(rf"\\({_NAMED})(?![A-Za-z])\s*(_\{{[^{{}}]*\}}|_\w)?\s*(?=\w|\\(?!left|right|big|Big|,|;|quad|cdot|times|\\))")


def for_mathml(tex: str) -> str:
    """TeX from which pandoc's converter makes MathML as it is meant."""
    # \mathbf would come out slanted; && leaves no space before the second column
    tex = tex.replace("{dcases}", "{cases}")
    tex = _BOLD.sub(lambda match: "\\textbf{" + (match.group(1) or match.group(2)) + "}", one_piece_numbers(tex))
    # TeX sets a thin space around the names of functions; the converter does not
    tex = _AFTER.sub(lambda match: f"\\{match.group(1)}{match.group(2) or ''}\\,", tex)
    tex = _BEFORE.sub(lambda match: f"\\,\\{match.group(1)}", tex)
    return re.sub(r"&\s*&", r"&& \\quad ", tex)

