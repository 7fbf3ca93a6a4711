"""Tokens become what they stand for: formulas and words in text, TeX in formulas, blocks in a paragraph of their own.

A value in the tree is a Span of the class ``value`` with the pairs ``entry``, ``view`` and ``alt``; a formula with
values in it is a Span ``formula`` with the pairs ``entries`` and ``alt``; a block view is a Div ``value-block``.
"""

from __future__ import annotations

import re
from typing import Any

from reportgen.diagnostics import Finding
from reportgen.pandoctree import Node, div, math, plain_text, rewrite, span, words
from reportgen.shown import TOKEN, Rendered, Shown
from reportgen.texlayout import RELATIONS
from reportgen.texscan import tokens

_SPECIAL = str.maketrans({character: "\\" + character for character in "#$%&_{}"} | {"\\": "\\backslash ", "~": "\\sim ", "^": "\\wedge "})


# a command that takes what follows for its argument
_ARGUMENT = re.compile(r"\\(sqrt(\[[^\]]*\])?|frac|dfrac|tfrac|binom|hat|bar|vec|tilde|overline|underline|widehat|boxed|"
                       r"math[a-z]+|boldsymbol|text[a-z]*|operatorname|(?:[dt]?frac|binom)\s*\{[^{}]*\})$")
_NUMBER = re.compile(r"[-−+]?\d[\d.,\u202f\u00a0']*(?:%|\u00a0?[A-Za-zµ°€$]{1,6})?")


class Substitution:
    """Replaces the tokens of a tree; collects the entries shown, in order, and findings."""

    def __init__(self, rendered: Rendered) -> None:
        self.rendered = rendered
        self.shown: list[tuple[str, str]] = []
        self.findings: list[Finding] = []

    def blocks(self, blocks: list[Node]) -> list[Node]:
        """The blocks without tokens."""
        return self._replace(blocks)

    def _value(self, name: str) -> Shown:
        value = self.rendered.shown[name]
        self.shown.append((value.entry, value.view))
        return value

    def _replace(self, tree: Any, plain: bool = False) -> Any:
        if isinstance(tree, str):
            # attributes, addresses, code: the text form
            return TOKEN.sub(lambda match: self._value(match.group(1)).plain, tree) if "\uE000" in tree else tree
        if isinstance(tree, list):
            out: list[Any] = []
            for item in tree:
                if isinstance(item, dict) and "t" in item:
                    new = self._node(item, plain)
                    out.extend(new) if isinstance(new, list) else out.append(new)
                else:
                    out.append(self._replace(item, plain))
            return out
        if isinstance(tree, dict):
            return {key: self._replace(value, plain) for key, value in tree.items()}
        return tree

    def _node(self, node: Node, plain: bool) -> Node | list[Node]:
        tag = node["t"]
        if tag in ("Para", "Plain"):
            alone = self._block_view(node["c"])
            if alone is not None:
                return alone
        if tag == "DefinitionList":
            return self._captioned(node)
        if tag == "Str" and "\uE000" in node["c"]:
            return self._string(node["c"], plain)
        if tag == "Math" and "\uE000" in node["c"][1]:
            return self._math(node, plain)
        if tag == "Image":
            attributes, inlines, target = node["c"]
            # The description of an image is text for every format, whatever stands in it.
            described = words(plain_text(self._replace(inlines, True)))
            return {"t": "Image", "c": [self._replace(attributes), described, self._replace(target)]}
        if "c" not in node:
            return node
        return {"t": tag, "c": self._replace(node["c"], plain)}

    def _block_view(self, inlines: list[Node]) -> list[Node] | None:
        """The blocks of a paragraph that is nothing but a block view and, perhaps, a label for its last formula."""
        if not inlines or inlines[0]["t"] != "Str":
            return None
        match = TOKEN.fullmatch(inlines[0]["c"])
        if not match or self.rendered.shown[match.group(1)].blocks is None:
            return None
        label = ""
        if len(inlines) == 3 and inlines[1]["t"] in ("Space", "SoftBreak") and inlines[2]["t"] == "Str":
            found = re.fullmatch(r"\{#(eq:[^}\s]+)\}", inlines[2]["c"])
            label = found.group(1) if found else ""
        if len(inlines) > 1 and not label:
            return None
        value = self._value(match.group(1))
        blocks = list(value.blocks or ())
        if label:
            blocks = _label_last(blocks, label)
        return [div(blocks, classes=["value-block"], entry=value.entry, view=value.view)]

    def _captioned(self, node: Node) -> list[Node]:
        """A block view with ``: Caption {#tbl:label}`` below it, which pandoc reads as a term and its definition."""
        out: list[Node] = []
        for term, definitions in node["c"]:
            view = self._block_view(term)
            if view is None or len(definitions) != 1 or len(definitions[0]) != 1:
                item = [self._replace(term), self._replace(definitions)]
                if out and out[-1]["t"] == "DefinitionList":
                    out[-1]["c"].append(item)
                else:
                    out.append({"t": "DefinitionList", "c": [item]})
                continue
            said, label = _label_of(self._replace(definitions[0][0]["c"]))
            out += rewrite_first_table(view, said, label)
        return out

    def _string(self, text: str, plain: bool) -> list[Node]:
        out: list[Node] = []
        at = 0
        for match in TOKEN.finditer(text):
            if match.start() > at:
                out.append({"t": "Str", "c": text[at:match.start()]})
            value = self._value(match.group(1))
            if value.blocks is not None and value.latex is None:
                offset = self.rendered.text.find(match.group())
                self.findings.append(Finding(
                    "template-forbidden", f"{_name(value)} is made of paragraphs and stands inside a line",
                    self.rendered.span(max(offset, 0)),
                    hint=f"put {{{{ {_name(value)} }}}} into a paragraph of its own, with an empty line before and after it"))
            if plain:
                out += words(value.alt or value.plain)
            else:
                # A bare number is set in the font of its text: in bold, in headings and in tables too.
                in_text = value.latex is None or _NUMBER.fullmatch(value.plain)
                inside = words(_minus(value.plain)) if in_text else [math(value.latex or "")]
                out.append(span(inside, classes=["value"], entry=value.entry, view=value.view, alt=value.alt or value.plain))
            at = match.end()
        if at < len(text):
            out.append({"t": "Str", "c": text[at:]})
        return out

    def _math(self, node: Node, plain: bool) -> Node | list[Node]:
        kind, tex = node["c"]
        entries: dict[str, None] = {}
        out, spoken, at = [], [], 0
        for match in TOKEN.finditer(tex):
            value = self._value(match.group(1))
            entries[value.entry] = None
            out.append(tex[at:match.start()])
            spoken += [tex[at:match.start()], value.alt or value.plain]
            latex = value.latex if value.latex is not None else "\\text{" + value.plain.translate(_SPECIAL) + "}"
            out.append(_fitted(latex, "".join(out), tex[match.end():]))
            at = match.end()
        out.append(tex[at:])
        spoken.append(tex[at:])
        alt = " ".join("".join(spoken).split())
        if plain:
            return words(alt)
        return span([{"t": "Math", "c": [kind, "".join(out)]}], classes=["formula"], entries=" ".join(entries), alt=alt)


def _minus(text: str) -> str:
    return "−" + text[1:] if re.match(r"-\d", text) else text


def _name(value: Shown) -> str:
    return value.entry + (f".{value.view}" if value.view else "")


def _label_of(inlines: list[Node]) -> tuple[list[Node], str]:
    """The inlines of a caption without the label at their end, and the label."""
    if inlines and inlines[-1]["t"] == "Str":
        found = re.fullmatch(r"\{#(tbl:[^}\s]+)\}", inlines[-1]["c"])
        if found:
            return inlines[:-2], found.group(1)
    return inlines, ""


def rewrite_first_table(blocks: list[Node], said: list[Node], label: str) -> list[Node]:
    """The blocks with a caption and a label at their first table; if there is none, the caption is a paragraph."""
    done = False

    def change(node: Node) -> Node | None:
        nonlocal done
        if node["t"] != "Table" or done:
            return None
        done = True
        attributes, caption, *rest = node["c"]     # a label alone leaves the table its own caption
        return {"t": "Table", "c": [[label, *attributes[1:]], [None, [{"t": "Plain", "c": said}]] if said else caption, *rest]}

    out = rewrite(blocks, change)
    return out if done else [*out, {"t": "Para", "c": said}]


def _label_last(blocks: list[Node], label: str) -> list[Node]:
    """The blocks with the label at their last display formula."""
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block["t"] in ("Para", "Plain"):
            for at in range(len(block["c"]) - 1, -1, -1):
                inline = block["c"][at]
                if inline["t"] == "Math" and inline["c"][0]["t"] == "DisplayMath":
                    inlines = [*block["c"]]
                    inlines[at] = span([inline], id=label)
                    return [*blocks[:index], {"t": block["t"], "c": inlines}, *blocks[index + 1:]]
        elif block["t"] == "Div":
            inner = _label_last(block["c"][1], label)
            if inner is not block["c"][1]:
                return [*blocks[:index], {"t": "Div", "c": [block["c"][0], inner]}, *blocks[index + 1:]]
    return blocks


def _fitted(latex: str, before: str, after: str) -> str:
    """TeX for a value inside a formula: with braces where it is an argument, with parentheses where it is an operand
    that would otherwise be read otherwise (``2`` and ``-3`` side by side; ``1/3`` squared; ``a - `` and ``b + c``)."""
    left = before.rstrip()
    if left.endswith(("^", "_")):
        return "{" + latex + "}"
    signs = _top_level(latex)
    relation = "relation" in signs
    if not relation:
        powered = after.lstrip().startswith("^")
        simple = re.fullmatch(r"[\d.{},\\ ]*\d|[A-Za-z]|\\[A-Za-z]+", latex.strip()) is not None
        if powered and not simple:
            return _in_parentheses(latex)
        if left and _is_operand_place(left) and latex.lstrip().startswith(("-", "+")):
            return _in_parentheses(latex)
        if "sum" in signs and (_binds(left) or re.match(r"\s*(\\cdot|\\times|/|\\left\(|\(|[\dA-Za-z])", after)):
            return _in_parentheses(latex)
    if _ARGUMENT.search(left):
        return "{" + latex + "}"
    if re.search(r"\\[A-Za-z]+$", before):
        return " " + latex
    # digits typed or shown on both sides must not grow together
    if left[-1:].isdigit() and latex[:1].isdigit():
        return "\\cdot " + latex
    return latex


def _in_parentheses(latex: str) -> str:
    tall = re.search(r"\\(d?frac|sum|prod|int|binom|begin)(?![A-Za-z])|\^", latex)
    return f"\\left({latex}\\right)" if tall else f"({latex})"


def _top_level(latex: str) -> set[str]:
    depth, found = 0, set()
    for index, piece in enumerate(tokens(latex)):
        if piece.kind in ("{", "(", "[") or piece.name in ("left", "begin"):
            depth += 1
        elif piece.kind in ("}", ")", "]") or piece.name in ("right", "end"):
            depth -= 1
        elif depth == 0 and index and (piece.kind in "+-" or piece.name == "pm"):
            found.add("sum")
        elif depth == 0 and (piece.kind in ("=", "<", ">") or piece.name in RELATIONS):
            found.add("relation")
    return found


def _is_operand_place(left: str) -> bool:
    """Whether a sign after this text would look like an operation, or stand beside another one."""
    if left.endswith(("=", "<", ">", "(", "[", "{", ",", ";", "&", "|", "\\\\", ":")):
        return False
    command = re.search(r"\\([A-Za-z]+)$", left)
    return not command or (command.group(1) not in RELATIONS and command.group(1) not in ("left", "bigl", "quad", "qquad", "frac"))


def _binds(left: str) -> bool:
    return bool(re.search(r"(-|/|\\cdot|\\times|[\dA-Za-z)])$", left)) and not re.search(
        r"\\(?!cdot$|times$)[A-Za-z]+$", left)
