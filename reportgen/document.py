"""The document: read once into pandoc's tree, audited once, numbered once, and handed to every writer.

Beyond pandoc's own nodes the tree holds what ``substitution`` describes, and:

- a display formula stands alone in a Para, in a Span ``display`` with the pairs ``number`` (if it has one) and ``alt``;
- headings begin with a Span ``number``, captions of figures and tables too ("Figure 1.");
- a reference is a Link of the class ``reference`` to ``#label``;
- the image of a figure function has the address ``figure:NAME``;
- the last block is a Div ``declared-note`` that says how many numbers are declared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from reportgen import pandoc
from reportgen.audit import Audit, Declared, Marks, declared_counts
from reportgen.columns import align_tables
from reportgen.crossref import Label, Numbering, caption, wording
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.pandoctree import Node, div, nodes, pair, para, rewrite, span, words
from reportgen.shown import Rendered
from reportgen.substitution import Substitution
from reportgen.texlayout import LINE, fit, signs_after_words

if TYPE_CHECKING:
    from reportgen.config import ReportMeta
    from reportgen.figures import Figure

_NUMBER_ROOM = 6.0     # what "(12)" takes of the line, in characters of mathematics
_COMMENT = re.compile(r"\s*(<!--.*?-->\s*)+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """A document for the writers; see the module for what is in the tree."""

    blocks: tuple[Node, ...]
    labels: tuple[Label, ...]
    shown: tuple[tuple[str, str], ...]         # (entry, view) of each value shown, in the order of the page
    declared: tuple[tuple[str, int], ...]      # (literal, how often)
    figures: tuple[str, ...]                   # figure functions shown, in the order of the page
    warnings: tuple[Finding, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """The ledger entries that are shown, each once."""
        return tuple(dict.fromkeys(entry for entry, _ in self.shown))

    @property
    def declared_count(self) -> int:
        """How many declared names and numbers stand in the text, each as often as it does."""
        return sum(times for _, times in self.declared)


def read(rendered: Rendered, *, declared: Sequence[str], figures: Mapping[str, Figure] | Sequence[str],
         report: ReportMeta, ties: str = "") -> Document:
    """The document of a rendered template.  ``ties``: the rule to be stated, "half-even" or "half-up", where a tie was rounded.

    Raises FindingsError with all the findings: typed-number, raw-markup, formula-unreadable, reference-unknown,
    label-duplicate, figure-missing, template-forbidden; engine-missing or engine-failed from pandoc.
    """
    marks = Marks(rendered.text)
    source = pandoc.read_in_pieces(marks.marked)
    declarations = Declared(tuple(declared))
    audit = Audit(rendered, marks, declarations)
    for piece in source:
        audit.blocks(json.loads(piece))

    blocks = [block for piece in source for block in json.loads(marks.plain(piece))]
    substitution = Substitution(rendered)
    blocks = substitution.blocks(_without_comments(blocks))
    language = wording(report.language)
    numbering = Numbering(language, lambda name, times: _place(rendered, name, times))
    blocks = _Numbered(numbering).blocks(blocks)
    blocks = rewrite(blocks, numbering.resolve, ("Cite",))
    blocks = align_tables(blocks, language["point"])

    shown_figures: dict[str, None] = {}
    missing = []
    for node in nodes(blocks):
        if node["t"] == "Image":
            address = node["c"][2][0]
            name = address.removeprefix("figure:")
            if name == address or name not in figures:
                missing.append(_no_figure(rendered, address, figures))
            shown_figures[name] = None

    findings = [*audit.findings, *substitution.findings, *numbering.findings, *missing]
    if findings:
        raise FindingsError(*sorted(findings, key=lambda f: (f.span or Span(""), f.code, f.message)))
    counts = declared_counts(declarations)
    blocks.append(_note(counts, language, ties))
    return Document(tuple(blocks), tuple(numbering.labels.values()), tuple(substitution.shown), counts, tuple(shown_figures),
                    tuple(_unused(declared, counts, report)))


def displays(blocks: Sequence[Node]) -> list[Node]:
    """Trusted blocks (such as the details of a value) with their display formulas set apart as in a document."""
    return align_tables(_Numbered(Numbering(wording("en"), lambda name, times: None), plain=True).blocks(list(blocks)))


def _without_comments(blocks: list[Node]) -> list[Node]:
    def change(node: Node) -> list[Node] | None:
        return [] if _COMMENT.fullmatch(node["c"][1]) else None
    return rewrite(blocks, change, ("RawInline", "RawBlock"))


class _Numbered:
    """Numbers the headings, formulas, figures and tables of a tree, in document order."""

    def __init__(self, numbering: Numbering, plain: bool = False) -> None:
        self.numbering = numbering
        self.plain = plain      # no numbers: only formulas are set apart
        self.top = 1

    def blocks(self, blocks: list[Node]) -> list[Node]:
        self.top = min((node["c"][0] for node in nodes(blocks) if node["t"] == "Header"), default=1)
        return self._list(blocks)

    def _list(self, blocks: list[Node]) -> list[Node]:
        out: list[Node] = []
        for block in blocks:
            out += self._block(block)
        return out

    def _block(self, block: Node) -> list[Node]:
        tag, content = block["t"], block.get("c")
        if self.plain and tag in ("Header", "Figure", "Table"):
            return [block]
        if tag == "Header":
            return [self.numbering.heading(block, self.top)]
        if tag in ("Para", "Plain"):
            return self._paragraph(tag, content)
        if tag in ("Div", "BlockQuote"):
            if tag == "Div":
                if content[0][0].startswith("tbl:"):     # a label around a table that a value brings is that table's
                    return self._list(_labelled_table(content[0][0], content[1]))
                return [{"t": tag, "c": [content[0], self._list(content[1])]}]
            return [{"t": tag, "c": self._list(content)}]
        if tag == "BulletList":
            return [{"t": tag, "c": [self._list(item) for item in content]}]
        if tag == "OrderedList":
            return [{"t": tag, "c": [content[0], [self._list(item) for item in content[1]]]}]
        if tag == "DefinitionList":
            return [{"t": tag, "c": [[term, [self._list(item) for item in items]] for term, items in content]}]
        if tag == "Figure":
            attributes, (short, said), inside = content
            if said or attributes[0]:
                number = self.numbering.take("fig", attributes[0])
                said = caption(self.numbering.words, "fig", number, said)
            return [{"t": tag, "c": [attributes, [short, said], inside]}]
        if tag == "Table":
            attributes, (short, said), *rest = content
            if said or attributes[0]:
                number = self.numbering.take("tbl", attributes[0])
                said = caption(self.numbering.words, "tbl", number, said)
            return [{"t": tag, "c": [attributes, [short, said], *rest]}]
        return [block]

    def _paragraph(self, tag: str, inlines: list[Node]) -> list[Node]:
        """The paragraph, cut so that each display formula stands alone."""
        if not any(_display(node) for node in inlines):
            return [{"t": tag, "c": inlines}]
        out: list[Node] = []
        text: list[Node] = []
        rest = list(inlines)

        def flush() -> None:
            while text and text[0]["t"] in ("Space", "SoftBreak", "LineBreak"):
                text.pop(0)
            while text and text[-1]["t"] in ("Space", "SoftBreak", "LineBreak"):
                text.pop()
            if text:
                out.append(para(text))
                text.clear()

        while rest:
            node = rest.pop(0)
            formula = _display(node)
            if formula is None:
                text.append(node)
                continue
            flush()
            tex, name, alt, entries = formula
            if not name:
                name, rest = _label_after(rest)
            number = self.numbering.take("eq", name) if name and not self.plain else ""
            fitted = fit(signs_after_words(tex), LINE - _NUMBER_ROOM if number else LINE)
            display = {"t": "Math", "c": [{"t": "DisplayMath"}, fitted.strip()]}
            out.append(para([span([display], id=name, classes=["display"], number=number,
                                  alt=alt or " ".join(tex.split()), entries=entries)]))
        flush()
        return out


def _labelled_table(name: str, blocks: list[Node]) -> list[Node]:
    """The blocks with the label on the first table in them that has none."""
    taken: list[str] = []

    def change(node: Node) -> Node | None:
        if taken or node["t"] != "Table" or node["c"][0][0]:
            return None
        taken.append(name)
        (_, classes, pairs), *rest = node["c"]
        return {"t": "Table", "c": [[name, classes, pairs], *rest]}
    return rewrite(blocks, change)


def _display(node: Node) -> tuple[str, str, str, str] | None:
    """(TeX, label, alt, entries) of a display formula, bare or in a span with a label or values; else None."""
    name = alt = entries = ""
    while node["t"] == "Span" and len(node["c"][1]) == 1:
        attributes = node["c"][0]
        name = name or attributes[0]
        alt = alt or pair(attributes, "alt")
        entries = entries or pair(attributes, "entries") or pair(attributes, "entry")
        node = node["c"][1][0]
    if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath":
        return node["c"][1], name if name.startswith("eq:") else "", alt, entries
    return None


def _label_after(rest: list[Node]) -> tuple[str, list[Node]]:
    """The label that follows a formula, and what follows the label."""
    at = 0
    while at < len(rest) and rest[at]["t"] in ("Space", "SoftBreak"):
        at += 1
    if at < len(rest) and rest[at]["t"] == "Str":
        found = re.match(r"\{#(eq:[^}\s]+)\}", rest[at]["c"])
        if found:
            left = rest[at]["c"][found.end():]
            return found.group(1), ([{"t": "Str", "c": left}] if left else []) + rest[at + 1:]
    return "", rest


def _place(rendered: Rendered, name: str, times: int) -> Span | None:
    """Where ``#label`` or ``@label`` stands for the nth time."""
    sought = name if name.startswith("@") else "#" + name
    pattern = re.compile(re.escape(sought) + r"(?![\w:-])", re.IGNORECASE)
    for count, match in enumerate(pattern.finditer(rendered.text), start=1):
        if count == times:
            return rendered.span(match.start(), len(sought))
    return None


def _no_figure(rendered: Rendered, address: str, figures: Mapping[str, Any] | Sequence[str]) -> Finding:
    import difflib
    at = rendered.text.find(address)
    span_ = rendered.span(at, len(address)) if at >= 0 else None
    name = PurePosixPath(address.removeprefix("figure:")).stem
    near = difflib.get_close_matches(name, list(figures), n=1)
    known = ", ".join(sorted(figures)) or "none"
    hint = f"write figure:{near[0]}" if near else f"figures are functions of answers.py ({known}), shown as ![caption](figure:name)"
    return Finding("figure-missing", f"there is no figure {address}", span_, hint=hint)


def _note(counts: Sequence[tuple[str, int]], language: Mapping[str, str], ties: str) -> Node:
    total = sum(times for _, times in counts)
    rule = " " + language[ties] if ties else ""
    if not total:
        return div([para(words(language["none declared"] + rule))], classes=["declared-note"])
    listed = ", ".join(f"“{literal}”" + (f" ({times}×)" if times > 1 else "") for literal, times in counts)
    sentence = language["one declared" if total == 1 else "declared"].format(count=total, listed=listed)
    return div([para(words(sentence + rule))], classes=["declared-note"])


def _unused(declared: Sequence[str], counts: Sequence[tuple[str, int]], report: ReportMeta) -> list[Finding]:
    used = {literal for literal, _ in counts}
    file = str(report.folder / "report.toml")
    return [Finding("config-invalid", f"\"{literal}\" is declared and stands nowhere in the text", Span(file),
                    hint="remove it from [declared]", severity="warning")
            for literal in dict.fromkeys(declared) if literal not in used and any(c.isnumeric() for c in literal)]
