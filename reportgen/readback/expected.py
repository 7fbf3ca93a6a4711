"""What a finished file must show: the numerals of the audited tree, in the order in which a format shows them.

It is made from the document and the metadata alone; no writer has seen it, and nothing in it comes from an output.
A format's own order is one row of ``SHAPES``; where it disagreed with what a writer does, the read-back would fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from reportgen.crossref import wording
from reportgen.document import Document, displays
from reportgen.outputs import long_date
from reportgen.pandoctree import WRAPPERS, Node, pair, plain_text
from reportgen.readback.formula import Order, tex_numerals
from reportgen.readback.numerals import PAGE, Numeral, in_text, in_words

if TYPE_CHECKING:
    from reportgen.config import ReportMeta


class Shape(NamedTuple):
    """In which order a format shows what is in the tree."""

    formulas: Order
    number_first: bool = False      # an equation's number stands before the equation
    notes: str = "end"              # footnotes: "here", at the "end", or "apart" at the foot of the page
    marks: bool = True              # the marks of footnotes and the numbers of lists are in the file
    heads: int = 1                  # how often the head of a table with a caption stands in the file
    aloud: str = ""                 # formulas are in the file again, to be read aloud: "tex", or the "words" of the tree
    described: bool = True          # the descriptions of pictures are in the file
    contents: str = ""              # "": made by the engine, not in the file; "links"; "pages": with page numbers


SHAPES: dict[str, Shape] = {
    "tex": Shape(Order(), number_first=True, notes="here", marks=False, heads=2),
    "md": Shape(Order()),
    "html": Shape(Order("sub", overset="after"), aloud="tex", contents="links"),
    "pdf typst": Shape(Order("sup", columns=True, overset="after", cells=True), notes="apart", aloud="words", contents="pages"),
    "pdf latexmk": Shape(Order("sup", cells=True), notes="apart", described=False, contents="pages"),
}


@dataclass(slots=True)
class Part:
    """A part of a file that is compared by itself: what is seen, what is only said (descriptions of pictures, of formulas)."""

    seen: list[Numeral] = field(default_factory=list)
    said: list[Numeral] = field(default_factory=list)


@dataclass(slots=True)
class Apart:
    """What stands where the page ends: the note that belongs to the numeral ``index``, the head of a table over two pages."""

    index: int                      # notes: of the mark; heads: of the first numeral of the body
    until: int                      # heads: of the last numeral of the body
    seen: list[Numeral]
    note: bool


@dataclass(slots=True)
class Expected:
    """The parts of a file by name, in order; what stands apart; headings of the contents."""

    parts: dict[str, Part]
    apart: list[Apart]
    header: list[Numeral]
    figures: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()      # the figures in the order of the text, each as often as it is shown


def expected(document: Document, meta: ReportMeta, details: Mapping[str, Sequence[Node]], target: str, engine: str = "") -> Expected:
    """What the files of ``target`` must show."""
    shape = SHAPES[f"pdf {engine}" if target == "pdf" else target]
    front = _front(meta)
    body = Builder(shape)
    if shape.contents:
        contents = _contents(document, shape)
    if target == "html":
        front.said += [Numeral(found, role) for found, role, _, _ in in_text(meta.date)]
        parts = {"head": _head(meta), "front": front, "contents": contents, "text": body.part}
        body.blocks(document.blocks)
        for entry in document.entries:
            if entry in details:
                box = Builder(shape)
                box.kind = "value"
                box.text(entry.replace("_", " "))
                box.flush()
                box.value = entry
                box.blocks(displays(details[entry]))
                parts[f"why-{entry}"] = box.part
        parts["notes"] = _notes(body)
        return Expected(parts, [], [], document.figures)
    body.part.seen += front.seen
    if shape.contents:
        body.part.seen += contents.seen
        body.part.said += contents.said
    body.blocks(document.blocks)
    if shape.notes == "end":
        body.part.seen += _notes(body).seen
    header = [Numeral(*found[:2], "furniture") for text in (meta.title, meta.course) for found in in_text(text)]
    return Expected({"text": body.part}, body.apart, header, document.figures, tuple(body.pictures))


def _front(meta: ReportMeta) -> Part:
    date = long_date(meta.date, wording(meta.language))
    return Part([Numeral(found, role, "furniture") for text in (meta.title, meta.subtitle, meta.course, meta.author, date)
                 for found, role, _, _ in in_text(text)])


def _head(meta: ReportMeta) -> Part:
    """The head of an HTML page: its title, and what only programs read."""
    said = [Numeral(found, role, "furniture") for text in (meta.author, meta.date, meta.course) for found, role, _, _ in in_text(text)]
    return Part([Numeral(found, role, "furniture") for found, role, _, _ in in_text(meta.title)], said)


def _contents(document: Document, shape: Shape) -> Part:
    headings = list(_headings(document.blocks))
    top = min((block["c"][0] for block in headings), default=1)
    builder = Builder(shape)
    builder.contents = True
    for number, heading in enumerate(headings):
        level, attributes, inlines = heading["c"]
        if level <= (top + 1 if shape.contents == "links" else 2) and (attributes[0] or shape.contents == "pages"):
            builder.inlines(inlines)
            builder.flush()
            if shape.contents == "pages":
                builder.part.seen.append(Numeral(PAGE, "", "page", heading=number))
    return builder.part


def _headings(blocks: Iterable[Node]) -> Iterable[Node]:
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif block["t"] == "Div":
            yield from _headings(block["c"][1])


def _notes(builder: Builder) -> Part:
    """The footnotes at the end of a file, each with its number."""
    whole = Part()
    for number, blocks in enumerate(builder.waiting, start=1):
        note = Builder(builder.shape)
        note.blocks(blocks)
        whole.seen += [Numeral(str(number), "", "furniture"), *note.part.seen]
        whole.said += note.part.said
    return whole


class Builder:
    """One walk over the tree, in the order of a format."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.part = Part()
        self.apart: list[Apart] = []
        self.pictures: list[str] = []
        self.waiting: list[Any] = []        # blocks of footnotes, for the end
        self.kind, self.value = "text", ""
        self.role = ""
        self.contents = False
        self.headings = 0
        self._flow: list[tuple[str, str, str]] = []     # (text, kind, entry)

    # --- flowing text

    def text(self, text: str) -> None:
        self._flow.append((text, "value" if self.value else self.kind, self.value))

    def flush(self) -> None:
        """The numerals of the text so far; what follows is not joined to it."""
        if not self._flow:
            return
        whole = "".join(text for text, _, _ in self._flow)
        places, at = [], 0
        for text, kind, entry in self._flow:
            at += len(text)
            places.append((at, kind, entry))
        self._flow.clear()
        k = 0
        for found, role, start, _ in in_text(whole, self.role):
            while places[k][0] <= start:
                k += 1
            self.part.seen.append(Numeral(found, role, places[k][1], places[k][2]))

    def _furniture(self, text: str, role: str = "") -> None:
        self.flush()
        self.part.seen.append(Numeral(text, role, "furniture"))

    def _said(self, text: str) -> None:
        if self.shape.described and (not self.contents or self.shape.contents == "pages"):
            if self.shape.aloud == "words":
                self.part.said += map(Numeral, in_words(text))
            else:
                self.part.said += [Numeral(found, role) for found, role, _, _ in in_text(text)]

    def formula(self, tex: str, alt: str = "") -> None:
        """The numerals of a formula, and of what is said of it."""
        self.flush()
        entry = self.value
        made = [Numeral(found, role, "value" if entry else "text", entry)
                for found, role, _, _ in tex_numerals(tex, self.shape.formulas, self.role)]
        self.part.seen += made
        if self.shape.aloud == "tex":
            self.part.said += made
        elif self.shape.aloud:
            self._said(alt or tex)

    def inlines(self, inlines: Iterable[Node]) -> None:
        for node in inlines:
            self._inline(node)

    def _inline(self, node: Node) -> None:
        tag, content = node["t"], node.get("c")
        if tag == "Str":
            self.text(content)
        elif tag in ("Space", "SoftBreak", "LineBreak"):
            self.text(" ")
        elif tag == "Math":
            self.formula(content[1])
        elif tag == "Code":
            self.text(content[1])
        elif tag in ("Superscript", "Subscript"):
            self.flush()
            outer, self.role = self.role, "sup" if tag == "Superscript" else "sub"
            self.inlines(content)
            self.flush()
            self.role = outer
        elif tag == "Span":
            attributes, inside = content
            outer, self.value = self.value, pair(attributes, "entry") or pair(attributes, "entries") or self.value
            number = pair(attributes, "number") if "display" in attributes[1] else ""
            if number and self.shape.number_first:
                self._furniture(number)
            if len(inside) == 1 and inside[0]["t"] == "Math":
                self.formula(inside[0]["c"][1], pair(attributes, "alt"))
            else:
                self.inlines(inside)
            if number and not self.shape.number_first:
                self._furniture(number)
            self.value = outer
        elif tag == "Image":
            attributes, inlines, (target, _) = content
            self.flush()
            self.pictures.append(target.removeprefix("figure:"))
            self._said(pair(attributes, "alt") or plain_text(inlines))
        elif tag == "Note":
            self._note(content)
        elif tag == "Cite":
            self.inlines(content[1])
        elif tag in WRAPPERS:
            at = WRAPPERS[tag]
            self.inlines(content if at is None else content[at])

    def _note(self, blocks: Any) -> None:
        if self.contents:
            return
        self.flush()
        if self.shape.notes == "here":
            self.blocks(blocks)
            return
        self.waiting.append(blocks)
        number = str(len(self.waiting))
        self._furniture(number, "sup")
        if self.shape.notes == "apart":
            note = Builder(self.shape)
            note.blocks(blocks)
            self.part.said += note.part.said
            mark = Numeral(number, "", "furniture")
            self.apart.append(Apart(len(self.part.seen) - 1, -1, [mark, *note.part.seen], True))

    # --- blocks

    def blocks(self, blocks: Iterable[Node]) -> None:
        for block in blocks:
            self._block(block)
            self.flush()

    def _block(self, block: Node) -> None:
        tag, content = block["t"], block.get("c")
        if tag in ("Para", "Plain"):
            self.inlines(content)
        elif tag == "Header":
            first = len(self.part.seen)
            self.inlines(content[2])
            self.flush()
            if len(self.part.seen) > first:
                self.part.seen[first] = self.part.seen[first]._replace(heading=self.headings)
            self.headings += 1
        elif tag == "CodeBlock":
            self.text(content[1])
        elif tag == "LineBlock":
            for line in content:
                self.inlines(line)
                self.flush()
        elif tag == "BlockQuote":
            self.blocks(content)
        elif tag == "BulletList":
            for item in content:
                self.blocks(item)
        elif tag == "OrderedList":
            self._numbered_list(content)
        elif tag == "DefinitionList":
            for term, definitions in content:
                self.inlines(term)
                self.flush()
                for definition in definitions:
                    self.blocks(definition)
        elif tag == "Div":
            outer, self.value = self.value, pair(content[0], "entry") or self.value
            self.blocks(content[1])
            self.value = outer
        elif tag == "Figure":
            self.blocks(content[2])
            self.blocks(content[1][1])
        elif tag == "Table":
            self._table(content)

    def _numbered_list(self, content: Any) -> None:
        (start, style, _), items = content
        # Markdown knows no other numbers of lists
        decimal = style["t"] in ("Decimal", "DefaultStyle", "Example") or self.shape is SHAPES["md"]
        for number, item in enumerate(items, start=start):
            if self.shape.marks and decimal:
                self._furniture(str(number))
            self.blocks(item)

    def _table(self, content: Any) -> None:
        _, (_, said), _, head, bodies, foot = content
        self.blocks(said)
        first = len(self.part.seen)
        self._rows(head[1])
        begin = len(self.part.seen)
        if said:
            for _ in range(self.shape.heads - 1):
                self._rows(head[1])
        for body in bodies:
            self._rows([*body[2], *body[3]])
        self._rows(foot[1])
        if self.shape.notes == "apart" and begin > first:
            self.apart.append(Apart(begin, len(self.part.seen) - 1, self.part.seen[first:begin], False))

    def _rows(self, rows: Any) -> None:
        for row in rows:
            for cell in row[1]:
                self.blocks(cell[4])
