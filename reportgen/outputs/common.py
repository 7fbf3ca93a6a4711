"""What several writers do to the tree before pandoc writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from reportgen.pandoctree import Node, pair, rewrite

# 61{,}706 in one piece: MathML and Typst would set the comma as punctuation, with a space after it
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:(?:\{,\}|\\,)\d{3})+(?!\d)(?:(?:\.|\{,\})\d+)?|\d+\{,\}\d+")


def one_piece_numbers(tex: str) -> str:
    """TeX in which numbers with separators are text, for converters that know no ``{,}``."""
    return _GROUPED.sub(lambda match: "\\text{" + match.group().replace("{,}", ",").replace("\\,", "\u202f") + "}", tex)


def unwrapped(node: Node) -> list[Node] | None:
    """The inside of a value or formula span, of a block view, and of any other Span or Div that is only a name."""
    if node["t"] in ("Span", "Div"):
        return list(node["c"][1])
    return None


def formulas(blocks: list[Node], display: Callable[[str, str, str, str, str], Node],
             inline: Callable[[str, str], Node | list[Node]]) -> list[Node]:
    """The blocks with each formula replaced.

    ``display(tex, label, number, alt, entries)`` answers a block for a display formula's paragraph; ``inline(tex, alt)`` answers
    inlines.  Values' alt texts are passed on; a formula of the author has its TeX.
    """
    def spanned(node: Node) -> Node | list[Node] | None:
        """The formula of a span with its alt text; None for any other node."""
        attributes, inside = node["c"]
        if len(inside) == 1 and inside[0]["t"] == "Math" and inside[0]["c"][0]["t"] == "InlineMath":
            tex = inside[0]["c"][1]
            made = inline(tex, pair(attributes, "alt") or tex)
            return {"t": "Span", "c": [attributes, made if isinstance(made, list) else [made]]}
        return None

    def walk(tree: Any) -> Any:
        """From the root down: what the functions answered may hold formulas, and stays as it is."""
        out: list[Any] = []
        changed = False
        for item in tree:
            new: Any = item
            if isinstance(item, dict):
                tag, content = item.get("t"), item.get("c")
                if content is None or type(content) is str:
                    out.append(item)
                    continue
                found: Node | list[Node] | None = None
                if tag == "Para" and len(content) == 1 and content[0]["t"] == "Span" and "display" in content[0]["c"][0][1]:
                    attributes, inside = content[0]["c"]
                    found = display(inside[0]["c"][1], attributes[0], pair(attributes, "number"), pair(attributes, "alt"),
                                    pair(attributes, "entries"))
                elif tag == "Span":
                    found = spanned(item)
                elif tag == "Math" and content[0]["t"] == "InlineMath":
                    found = inline(content[1], " ".join(content[1].split()))
                if found is not None:
                    changed = True
                    out.extend(found) if isinstance(found, list) else out.append(found)
                    continue
                if isinstance(content, (list, tuple)):
                    walked = walk(content)
                    if walked is not content:
                        new = {**item, "c": walked}
            elif item and isinstance(item, (list, tuple)):
                new = walk(item)
            changed = changed or new is not item
            out.append(new)
        return out if changed else tree

    return walk(blocks)


def shifted(blocks: list[Node], by: int) -> list[Node]:
    """The blocks with all headings moved down by some levels."""
    def change(node: Node) -> Node | None:
        if node["t"] == "Header":
            return {"t": "Header", "c": [min(6, node["c"][0] + by), *node["c"][1:]]}
        return None
    return rewrite(blocks, change, ("Header",))


def with_images(blocks: list[Node], address: Callable[[str], str]) -> list[Node]:
    """The blocks with the addresses of figure functions replaced."""
    def change(node: Node) -> Node | None:
        if node["t"] == "Image" and node["c"][2][0].startswith("figure:"):
            attributes, inlines, (target, title) = node["c"]
            return {"t": "Image", "c": [attributes, inlines, [address(target.removeprefix("figure:")), title]]}
        return None
    return rewrite(blocks, change, ("Image",))


def breaks_kept(tex: str) -> str:
    """TeX without empty lines, which end a formula in TeX and in Markdown."""
    return "\n".join(line for line in tex.strip().split("\n") if line.strip())
