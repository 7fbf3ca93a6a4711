"""Small makers and walkers for pandoc's JSON tree (https://hackage.haskell.org/package/pandoc-types)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

Node = dict[str, Any]
SPACE: Node = {"t": "Space"}

# inline nodes that only wrap other inlines: their tag -> where the inlines are in "c"
WRAPPERS = {"Emph": None, "Underline": None, "Strong": None, "Strikeout": None, "Superscript": None,
            "Subscript": None, "SmallCaps": None, "Quoted": 1, "Span": 1, "Link": 1}


def attributes(id: str = "", classes: Sequence[str] = (), **pairs: str) -> list[Any]:
    """A pandoc attribute triple; an underscore in a name becomes a hyphen, an empty value is left out."""
    return [id, list(classes), [[name.replace("_", "-"), value] for name, value in pairs.items() if value]]


def words(text: str) -> list[Node]:
    """A sentence as Str and Space nodes."""
    out: list[Node] = []
    for index, part in enumerate(text.split(" ")):
        if index:
            out.append(SPACE)
        if part:
            out.append({"t": "Str", "c": part})
    return out


def string(text: str) -> Node:
    return {"t": "Str", "c": text}


def math(tex: str, display: bool = False) -> Node:
    return {"t": "Math", "c": [{"t": "DisplayMath" if display else "InlineMath"}, tex]}


def span(inlines: Iterable[Node], id: str = "", classes: Sequence[str] = (), **pairs: str) -> Node:
    return {"t": "Span", "c": [attributes(id, classes, **pairs), list(inlines)]}


def div(blocks: Iterable[Node], id: str = "", classes: Sequence[str] = (), **pairs: str) -> Node:
    return {"t": "Div", "c": [attributes(id, classes, **pairs), list(blocks)]}


def para(inlines: Iterable[Node]) -> Node:
    return {"t": "Para", "c": list(inlines)}


def link(inlines: Iterable[Node], target: str, classes: Sequence[str] = ()) -> Node:
    return {"t": "Link", "c": [attributes(classes=classes), list(inlines), [target, ""]]}


def raw(format: str, text: str) -> Node:
    return {"t": "RawInline", "c": [format, text]}


def raw_block(format: str, text: str) -> Node:
    return {"t": "RawBlock", "c": [format, text]}


def pair(node_attributes: list[Any], name: str, default: str = "") -> str:
    """The value of a key of an attribute triple."""
    return next((value for key, value in node_attributes[2] if key == name), default)


def nodes(tree: Any) -> Iterator[Node]:
    """Every node of a tree or list of trees, in document order, parents first."""
    # A stack, not recursion: depth is the author's.
    stack = [tree]
    while stack:
        item = stack.pop()
        kind = item.__class__
        if kind is dict:
            if "t" in item:
                yield item
                content = item.get("c")
                if content is not None and content.__class__ is not str:
                    stack.append(content)
            else:
                stack.extend(reversed(list(item.values())))
        elif kind is list or kind is tuple:
            stack += [inner for inner in item[::-1] if inner and inner.__class__ is not str]


Change = Callable[[Node], "Node | list[Node] | None"]


def rewrite(tree: Any, change: Change, tags: Collection[str] | None = None) -> Any:
    """The tree after each node was given to ``change`` from the leaves up; what did not change is shared with the old tree.

    ``change`` answers None (keep), a node, or a list of nodes that takes its place in the list around it.  With ``tags`` it
    is asked about nodes of these only.
    """
    asked = None if tags is None else frozenset(tags)

    def inside(content: Any) -> Any:
        kind = content.__class__
        if kind is list or kind is tuple:
            return of_list(content)
        if kind is dict:
            there = content.get("c")
            new = inside(there)
            return content if new is there else {**content, "c": new}
        return content

    def of_list(items: Any) -> Any:
        out: list[Any] | None = None        # made with the first change
        for index, item in enumerate(items):
            new: Any = item
            kind = item.__class__
            if kind is dict:
                content = item.get("c")
                # Text, spaces and the like have nothing inside; most nodes are such leaves.
                if content is not None and content.__class__ is not str:
                    there = inside(content)
                    if there is not content:
                        new = {**item, "c": there}
                tag = item.get("t")
                if tag is not None and (asked is None or tag in asked):
                    changed = change(new)
                    if changed is not None:
                        if changed.__class__ is list:
                            out = list(items[:index]) if out is None else out
                            out += changed
                            continue
                        new = changed
            elif item and (kind is list or kind is tuple):
                new = of_list(item)
            if out is not None:
                out.append(new)
            elif new is not item:
                out = [*items[:index], new]
        return items if out is None else out

    return inside(tree)


def plain_text(inlines: Any) -> str:
    """The text of inlines; a formula counts with its alt text if it has one, else with its TeX source."""
    out: list[str] = []
    for node in inlines:
        tag = node["t"]
        if tag in ("Str",):
            out.append(node["c"])
        elif tag in ("Space", "SoftBreak", "LineBreak"):
            out.append(" ")
        elif tag == "Code":
            out.append(node["c"][1])
        elif tag == "Math":
            out.append(node["c"][1])
        elif tag == "Span" and pair(node["c"][0], "alt"):
            out.append(pair(node["c"][0], "alt"))
        elif tag == "Quoted":
            open_, close = ("\u2018", "\u2019") if node["c"][0]["t"] == "SingleQuote" else ("\u201c", "\u201d")
            out.append(open_ + plain_text(node["c"][1]) + close)
        elif tag in WRAPPERS:
            at = WRAPPERS[tag]
            out.append(plain_text(node["c"] if at is None else node["c"][at]))
        elif tag in ("Cite", "Image"):
            out.append(plain_text(node["c"][1]))
    return "".join(out)
