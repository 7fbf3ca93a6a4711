"""What several writers do to the tree before pandoc writes it."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    def change(node: Node) -> Node | list[Node] | None:
        if node["t"] == "Para" and len(node["c"]) == 1 and node["c"][0]["t"] == "Span":
            attributes, inside = node["c"][0]["c"]
            if "display" in attributes[1]:
                return keep(display(inside[0]["c"][1], attributes[0], pair(attributes, "number"), pair(attributes, "alt"),
                                    pair(attributes, "entries")))
        if node["t"] == "Span" and len(node["c"][1]) == 1 and node["c"][1][0]["t"] == "Math":
            attributes, inside = node["c"]
            if inside[0]["c"][0]["t"] == "InlineMath":
                made = inline(inside[0]["c"][1], pair(attributes, "alt") or inside[0]["c"][1])
                return {"t": "Span", "c": [attributes, [keep(made)]]}
        return None

    # Formulas inside a span are given their span's alt text first; what is left then has none.  What the functions
    # answered is set apart meanwhile, for it may hold formulas itself.
    kept: list[Node] = []

    def keep(made: Node | list[Node]) -> Node:
        kept.append({"t": "Kept", "c": made if isinstance(made, list) else [made]})
        return {"t": "Kept", "c": len(kept) - 1}

    def rest(node: Node) -> Node | list[Node] | None:
        if node["t"] == "Math" and node["c"][0]["t"] == "InlineMath":
            return inline(node["c"][1], " ".join(node["c"][1].split()))
        return None

    def back(node: Node) -> list[Node] | None:
        return kept[node["c"]]["c"] if node["t"] == "Kept" else None
    return rewrite(rewrite(rewrite(blocks, change), rest), back)


def shifted(blocks: list[Node], by: int) -> list[Node]:
    """The blocks with all headings moved down by some levels."""
    def change(node: Node) -> Node | None:
        if node["t"] == "Header":
            return {"t": "Header", "c": [min(6, node["c"][0] + by), *node["c"][1:]]}
        return None
    return rewrite(blocks, change)


def with_images(blocks: list[Node], address: Callable[[str], str]) -> list[Node]:
    """The blocks with the addresses of figure functions replaced."""
    def change(node: Node) -> Node | None:
        if node["t"] == "Image" and node["c"][2][0].startswith("figure:"):
            attributes, inlines, (target, title) = node["c"]
            return {"t": "Image", "c": [attributes, inlines, [address(target.removeprefix("figure:")), title]]}
        return None
    return rewrite(blocks, change)


def breaks_kept(tex: str) -> str:
    """TeX without empty lines, which end a formula in TeX and in Markdown."""
    return "\n".join(line for line in tex.strip().split("\n") if line.strip())
