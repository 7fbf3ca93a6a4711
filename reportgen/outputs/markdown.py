"""Markdown that renders on GitHub: formulas between dollar signs, pipe tables, figures as SVG files beside it.

What it relies on (docs.github.com, "Writing mathematical expressions"; github/markup 1742; nschloe/markdown-math-acid-test):

- ``$...$`` is a formula only between spaces or line ends, or before a sign of punctuation; elsewhere it is written
  ``$`...`$``, which may stand after anything but a letter or digit.
- Markdown is read first: ``\\{`` loses its backslash, ``_`` after a sign and ``*`` can open emphasis, ``[a](b)`` is a link, ``<`` a
  tag.  Commands with letters stand for the first and the last; a formula with one of the others is written with backticks, a
  display formula as a block of code in the language ``math``.  There nothing but the formula is read.
- ``|`` ends a cell of a table, also inside a formula; an empty line ends a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from reportgen import pandoc
from reportgen.outputs.common import breaks_kept, formulas, shifted, unwrapped, with_images
from reportgen.pandoctree import Node, nodes, para, plain_text, raw, raw_block, rewrite, words

if TYPE_CHECKING:
    from reportgen.outputs import Job

# GitHub reads the text as Markdown before it reads the formula: there a backslash before punctuation is an escape.
_PUNCTUATION = {"\\{": "\\lbrace ", "\\}": "\\rbrace ", "\\,": "\\thinspace ", "\\;": "\\thickspace ", "\\:": "\\medspace ",
                "\\!": "\\negthinspace ", "\\|": "\\Vert ", "\\%": "\\\\%", "\\#": "\\\\#", "\\&": "\\\\&", "\\_": "\\\\_",
                "\\$": "\\\\$"}
_ESCAPE = re.compile(r"\\\\|\\[^A-Za-z\s]")


def begin(job: Job) -> Callable[[], dict[str, bytes]]:
    """``report.md`` and ``figures/*.svg``."""
    blocks = shifted(list(job.document.blocks), 1)
    anchors = _slugs(blocks, job.meta.title)
    wanted = {node["c"][2][0][1:] for node in nodes(blocks) if node["t"] == "Link" and "reference" in node["c"][0][1]}
    targets = {name: anchors.get(name) or name.replace(":", "-") for name in wanted}

    def anchor(name: str) -> list[Node]:
        return [raw("html", f'<a id="{targets[name]}"></a>')] if name in wanted and name not in anchors else []

    bare: dict[str, str] = {}       # an inline formula between dollar signs -> its TeX

    def display(tex: str, name: str, number: str, alt: str, entries: str) -> Node:
        tag = f"\n\\tag{{{number}}}" if number else ""
        text = f"```math\n{breaks_kept(tex)}{tag}\n```" if is_marked(tex) else f"$$\n{safe(breaks_kept(tex))}{tag}\n$$"
        if anchor(name):
            text = f'<a id="{targets[name]}"></a>\n\n{text}'
        return raw_block("markdown", text)

    def inline(tex: str, alt: str) -> Node:
        text = "$" + " ".join(safe(tex).split()) + "$"
        bare[text] = " ".join(tex.split())
        return raw("markdown", text)

    blocks = _tables_without_bars(blocks)
    blocks = formulas(blocks, display, inline)
    blocks = with_images(blocks, lambda name: f"figures/{name}.svg")

    def change(node: Node) -> Node | list[Node] | None:
        tag = node["t"]
        if tag == "Link" and "reference" in node["c"][0][1]:
            attributes, inlines, (target, title) = node["c"]
            return {"t": "Link", "c": [["", [], []], inlines, ["#" + targets[target[1:]], title]]}
        if tag == "Header":
            level, (name, _, _), inlines = node["c"]
            return [*(para([one]) for one in anchor(name)), {"t": "Header", "c": [level, ["", [], []], inlines]}]
        if tag == "Figure":
            attributes, (_, said), inside = node["c"]
            images = [item for item in nodes(inside) if item["t"] == "Image"]
            out = [para([*anchor(attributes[0]), *images])]
            return out + [para([{"t": "Emph", "c": block["c"]}]) if block["t"] == "Plain" else block for block in said]
        if tag == "Table":
            attributes, (_, said), *rest = node["c"]
            out = [para([*anchor(attributes[0]), {"t": "Emph", "c": block["c"]}]) if block["t"] == "Plain" else block
                   for block in said]
            return [*out, {"t": "Table", "c": [["", [], []], [None, []], *rest]}]
        if tag == "Image":
            return {"t": "Image", "c": [["", [], []], *node["c"][1:]]}
        if tag == "Div" and "declared-note" in node["c"][0][1]:
            return [{"t": "HorizontalRule"}, *({"t": "Para", "c": [{"t": "Emph", "c": block["c"]}]} for block in node["c"][1])]
        return unwrapped(node)

    blocks = _front(job) + rewrite(blocks, change, ("Link", "Header", "Figure", "Table", "Image", "Div", "Span"))
    _with_backticks(blocks, bare)
    text = pandoc.write(blocks, _DIALECT).encode("utf-8")
    return lambda: {"report.md": text, **{f"figures/{figure.name}.svg": figure.svg for figure in job.shown_figures}}


_DIALECT = "gfm+tex_math_dollars-tex_math_gfm-smart"


def safe(tex: str) -> str:
    """TeX that means on GitHub what it means elsewhere."""
    return _ESCAPE.sub(lambda match: _PUNCTUATION.get(match.group(), match.group()), tex).replace("<", "\\lt ").replace(">", "\\gt ")


_MARKED = re.compile(r"(?<![A-Za-z0-9])_(?=\S)|\*|~|\]\s*\(|`|!\[")


def is_marked(tex: str) -> bool:
    """Whether Markdown could take a part of the formula for its own: emphasis, a link, code."""
    return bool(_MARKED.search(tex))


def _with_backticks(tree: Any, bare: Mapping[str, str], inside: str = "") -> None:
    """Formulas between dollar signs and backticks, where dollar signs alone would not do; ``inside`` is the sign around."""
    if isinstance(tree, dict):
        sign = "*" if tree.get("t") in ("Emph", "Strong", "Strikeout", "Link", "Quoted", "Superscript", "Subscript") else ""
        _with_backticks(tree.get("c"), bare, sign)
    elif isinstance(tree, list):
        for index, node in enumerate(tree):
            tex = bare.get(node["c"][1]) if isinstance(node, dict) and node.get("t") == "RawInline" else None
            if tex is None:
                _with_backticks(node, bare, inside)
                continue
            before = _edge(tree[index - 1], -1) if index else inside
            after = _edge(tree[index + 1], 0) if index + 1 < len(tree) else inside
            if "`" not in tex and (is_marked(tex) or before.strip() or after.isalnum() or after in ("*", "_", "$")):
                node["c"][1] = f"$`{tex}`$"


def _edge(node: Node, at: int) -> str:
    """The last (-1) or first (0) sign of an inline."""
    if node["t"] == "Str":
        return node["c"][at:][:1]
    return " " if node["t"] in ("Space", "SoftBreak", "LineBreak") else "$" if node["t"] == "RawInline" and node["c"][1][:1] == "$" else "*"


def _tables_without_bars(blocks: list[Node]) -> list[Node]:
    """A bar in a formula would end the cell of a pipe table."""
    def bars(node: Node) -> Node | None:
        if node["t"] == "Math":
            tex = node["c"][1].replace("\\|", "\\Vert ").replace("|", "\\vert ")
            return {"t": "Math", "c": [node["c"][0], tex]}
        return None

    def change(node: Node) -> Node | None:
        return {"t": "Table", "c": rewrite(node["c"], bars, ("Math",))} if node["t"] == "Table" else None
    return rewrite(blocks, change, ("Table",))


def _slugs(blocks: list[Node], title: str) -> dict[str, str]:
    """Label of a heading -> the anchor that GitHub makes from its text."""
    seen: dict[str, int] = {_slug(title): 1}
    out = {}
    for node in nodes(blocks):
        if node["t"] == "Header":
            # The anchor of a heading with a formula is GitHub's secret; such a heading gets one of ours.
            if any(item["t"] == "Math" for item in nodes(node["c"][2])):
                continue
            slug = _slug(plain_text_of_heading(node["c"][2]))
            times = seen.get(slug, 0)
            seen[slug] = times + 1
            out[node["c"][1][0]] = slug if not times else f"{slug}-{times}"
    return out


def plain_text_of_heading(inlines: list[Node]) -> str:
    """The text from which GitHub makes the anchor: formulas with their TeX."""
    def change(node: Node) -> list[Node] | None:
        return list(node["c"][1]) if node["t"] == "Span" else None
    return plain_text(rewrite(inlines, change))


def _slug(text: str) -> str:
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def _front(job: Job) -> list[Node]:
    meta = job.variables()
    out: list[Node] = [{"t": "Header", "c": [1, ["", [], []], words(meta["title"])]}]
    if "subtitle" in meta:
        out.append(para([{"t": "Strong", "c": words(meta["subtitle"])}]))
    line = " · ".join(meta[name] for name in ("course", "author", "date") if name in meta)
    if line:
        out.append(para(words(line)))
    return out


