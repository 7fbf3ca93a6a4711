"""HTML read as a reader sees it: text by text, MathML as formulas, what is hidden from the eye but read aloud apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from reportgen.readback.expected import SHAPES
from reportgen.readback.formula import Element, numerals, read_mathml, tex_numerals
from reportgen.readback.numerals import Numeral, in_text

# The file is our own and well-formed; the library's parser, made for any page, takes four times as long.
_PIECE = re.compile(r"<!--.*?-->|<!DOCTYPE[^>]*>|<(?P<close>/?)(?P<tag>[A-Za-z][\w:-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|[^<]+|<", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_VOID = frozenset("meta link br hr img input col wbr".split())
_SILENT = frozenset("script style".split())
# what does not part the text around it
_INLINE = frozenset("span a em strong b i code u s del small mark button q abbr cite".split())
_ORDER = SHAPES["html"].formulas


@dataclass(slots=True)
class Read:
    """The numerals of one part of a file."""

    seen: list[Numeral] = field(default_factory=list)
    said: list[Numeral] = field(default_factory=list)


class Page:
    """``parts``: the numerals by part: head, front, contents, text, notes, and each box by its id; places are offsets."""

    def __init__(self, source: str) -> None:
        self.parts: dict[str, Read] = {name: Read() for name in ("head", "front", "contents", "text", "notes")}
        self._stack: list[tuple[str, str]] = []      # (tag, the part that was before it)
        self._part = "head"
        self._flow: list[tuple[str, int]] = []
        self._roles: list[str] = [""]
        self._math: list[Element] = []
        self._lists: list[int] = []
        self._silent = self._picture = 0
        for match in _PIECE.finditer(source):
            tag = match["tag"]
            if tag is None:
                if not match.group().startswith(("<!--", "<!DOCTYPE")):
                    self._data(unescape(match.group()) if "&" in match.group() else match.group(), match.start())
            elif match["close"]:
                self._end(tag.lower())
            else:
                tag = tag.lower()
                self._begin(tag, match["rest"], match.start())
                if match["rest"].endswith("/") and tag not in _VOID:
                    self._end(tag)
        self._flush()

    def _read(self) -> Read:
        return self.parts.setdefault(self._part, Read())

    def _flush(self) -> None:
        if not self._flow:
            return
        flow, self._flow = self._flow, []
        seen = self._read().seen
        at = k = 0
        for found, role, start, end in in_text("".join(text for text, _ in flow), self._roles[-1]):
            while at + len(flow[k][0]) <= start:
                at += len(flow[k][0])
                k += 1
            place = flow[k][1] + start - at
            seen.append(Numeral(found, role, at=place, end=place + end - start))

    def _begin(self, tag: str, rest: str, at: int) -> None:
        if self._math or tag == "math":
            if tag == "math":
                self._flush()
            element = Element(tag, at=at, text="binom" if tag == "mfrac" and 'linethickness="0"' in rest else "")
            if self._math:
                self._math[-1].children.append(element)
            self._math.append(element)
            return
        if tag not in _INLINE:
            self._flush()
        if self._picture and tag not in ("svg", "title"):
            self._stack.append((tag, self._part))
            return
        values = {name: unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(rest)} if rest else {}
        if tag in _VOID:
            if values.get("alt"):
                self._said(values["alt"], at)
            elif tag == "meta" and values.get("name") in ("author", "keywords", "dcterms.date"):
                self._said(values.get("content", ""), at)
            return
        self._stack.append((tag, self._part))
        if tag in _SILENT:
            self._silent += 1
        elif tag in ("header", "nav", "main"):
            self._part = {"header": "front", "nav": "contents", "main": "text"}[tag]
        elif "popover" in values:
            self._part = values.get("id", "")
        elif tag in ("aside", "section") and values.get("id") == "footnotes":
            self._part = "notes"
        elif tag in ("sup", "sub"):
            self._roles.append(tag)
        elif tag == "svg":
            self._picture += 1
        elif tag == "time":
            self._said(values.get("datetime", ""), at)
        elif tag in ("ol", "ul"):
            counted = tag == "ol" and values.get("type", "1") == "1"
            self._lists.append(int(values.get("start", "1")) if counted else -1)
        elif tag == "li" and self._lists and self._lists[-1] >= 0:
            self._read().seen.append(Numeral(str(self._lists[-1]), at=at, end=at))
            self._lists[-1] += 1

    def _end(self, tag: str) -> None:
        if self._math:
            while self._math[-1].name != tag and len(self._math) > 1:
                self._math.pop()
            done = self._math.pop()
            if done.name == "annotation":
                self._read().said += [Numeral(found, role, at=done.at + start, end=done.at + end)
                                      for found, role, start, end in tex_numerals(done.text, _ORDER, self._roles[-1])]
            if not self._math:
                self._read().seen += [Numeral(found, role, at=start, end=end)
                                      for found, role, start, end in numerals(read_mathml(done), _ORDER, self._roles[-1])]
            return
        if tag in _VOID:
            return
        if tag not in _INLINE:
            self._flush()
        while self._stack:
            opened, before = self._stack.pop()
            if before != self._part:
                self._flush()
                self._part = before
            if opened in _SILENT:
                self._silent -= 1
            elif opened in ("sup", "sub"):
                self._roles.pop()
            elif opened == "svg":
                self._picture -= 1
            elif opened in ("ol", "ul") and self._lists:
                self._lists.pop()
            if opened == tag:
                break

    def _data(self, data: str, at: int) -> None:
        if self._math:
            element = self._math[-1]
            if not element.text:
                element.at = at
            element.text += data
        elif self._silent:
            return
        elif self._picture and self._stack[-1][0] == "title":
            self._said(data, at)
        elif not self._picture:
            # the text of a drawing is compared with the drawing, as a whole
            self._flow.append((data, at))

    def _said(self, text: str, at: int) -> None:
        self._read().said += [Numeral(found, role, at=at, end=at) for found, role, _, _ in in_text(text)]
