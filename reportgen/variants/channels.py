"""The channels of a finished file: everything in it that says something, seen or not.

Of a PDF: its pages, every string of its objects (metadata, bookmarks, descriptions, notes), its XMP, what is attached.  Of HTML:
what is seen, attributes, comments, scripts, data addresses.  Of other texts: the source, and its comments.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Channel:
    """A named text.  ``plain``: it is prose, in which a single word tells; ``numerals``: a number in it comes from the report."""

    name: str
    text: str
    plain: bool = True
    numerals: bool = False


def channels(name: str, data: bytes) -> Iterator[Channel]:
    """The channels of a file, by the ending of its name."""
    ending = name.rpartition(".")[2]
    if ending == "pdf":
        yield from _pdf(data)
    elif ending == "html":
        yield from _html(data.decode("utf-8"))
    elif ending == "svg":
        yield Channel("the source", html.unescape(data.decode("utf-8")), plain=False)
    elif ending in ("md", "tex"):
        text = data.decode("utf-8")
        yield Channel("the text", html.unescape(text), plain=ending == "md")
        comments = re.findall(r"<!--(.*?)-->", text, re.DOTALL) if ending == "md" else re.findall(r"(?<!\\)%(.+)", text)
        yield Channel("a comment", "\n".join(comments), numerals=True)
    else:
        yield Channel("the content", data.decode("utf-8", "replace"), plain=False)


# --- HTML -----------------------------------------------------------------------------------------------------

_SPEAKING = re.compile(r"title|alt|alttext|content|value|placeholder|label|summary|aria-(label|description|valuetext|roledescription)|data-.*|xlink:title|name")
_DATA = re.compile(r"data:[\w/+.-]*;base64,([A-Za-z0-9+/=\s]+)")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.spoken: list[str] = []
        self.other: list[str] = []
        self.comments: list[str] = []
        self.scripts: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag if tag in ("script", "style") else ""
        if tag not in ("span", "em", "strong", "a", "sub", "sup", "mi", "mn", "mo", "mtext"):
            self.seen.append("\n")
        for name, value in attrs:
            if tag == "meta" and name == "content" and dict(attrs).get("name") in ("viewport", "generator", "color-scheme", "theme-color"):
                continue
            (self.spoken if _SPEAKING.fullmatch(name) else self.other).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._in == "script" else self.other if self._in == "style" else self.seen).append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.comments.append(decl)

    def handle_pi(self, data: str) -> None:
        self.comments.append(data)


def _html(text: str) -> Iterator[Channel]:
    page = _Page()
    page.feed(text)
    page.close()
    yield Channel("the text", "".join(page.seen))
    yield Channel("an attribute", "\n".join(page.spoken), numerals=True)
    yield Channel("an attribute", "\n".join(page.other), plain=False)
    yield Channel("a comment", "\n".join(page.comments), numerals=True)
    yield Channel("a script", "\n".join(page.scripts), numerals=True)
    for found in _DATA.findall(text):
        try:
            yield Channel("a data address", base64.b64decode(found).decode("utf-8", "replace"), plain=False)
        except (binascii.Error, ValueError):
            continue


# --- PDF ------------------------------------------------------------------------------------------------------

_STREAM = re.compile(rb"<<(?P<head>(?:(?!endobj|stream).){0,2000}?)>>\s*stream\r?\n(?P<data>.*?)\r?\n?endstream", re.DOTALL)
_STRING = re.compile(rb"/(\w+)\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
# What every PDF of an engine has: times, engines, fonts, languages.
_FURNITURE = frozenset({"Producer", "Creator", "CreationDate", "ModDate", "Registry", "Ordering", "FontFamily", "Lang", "ID", "OutputConditionIdentifier",
                        "OutputCondition", "RegistryName", "CharSet", "FontName", "BaseFont", "Panose", "Info", "CheckSum", "ID0", "DA"})
_XMP_FURNITURE = re.compile(
    r"<(xmp:(?:CreateDate|ModifyDate|CreatorTool|MetadataDate)|pdf:\w+|pdf[a-z]+id:\w+|xmpMM:\w+|xmpTPg:\w+|dc:language|dc:format|dc:date)\b.*?</\1>",
    re.DOTALL)
_LIMIT = 1 << 24    # bytes of one stream


def _pdf(data: bytes) -> Iterator[Channel]:
    yield Channel("the pages", _pages(data))
    outside = _STREAM.sub(b" ", data)
    strings: list[str] = []
    xmp: list[str] = []
    attached: list[str] = []
    for source in (outside, *(content for head, content in _streams(data) if _speaks(head))):
        strings += [_decoded(value) for key, value in _STRING.findall(source) if key.decode() not in _FURNITURE]
    for head, content in _streams(data):
        if b"/Metadata" in head:
            text = _XMP_FURNITURE.sub(" ", content.decode("utf-8", "replace"))
            xmp.append(html.unescape(re.sub(r"<[^<>]*>", "\n", text)))
        elif b"/EmbeddedFile" in head:
            attached.append(content.decode("utf-8", "replace"))
    yield Channel("the metadata", "\n".join(strings), numerals=True)
    yield Channel("the XMP metadata", "\n".join(xmp), numerals=True)
    yield Channel("an attachment", "\n".join(attached), numerals=True)


def _pages(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
        return "\n".join(texts)
    finally:
        document.close()


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(dictionary, content) of each stream, unpacked where it is packed as PDF writers do."""
    for match in _STREAM.finditer(data):
        content = match["data"]
        if b"FlateDecode" in match["head"]:
            try:
                content = zlib.decompressobj().decompress(content, _LIMIT)
            except zlib.error:
                continue
        yield match["head"], content


def _speaks(head: bytes) -> bool:
    """Whether a stream's strings can say something: not those of fonts, images and colours."""
    return not any(word in head for word in (b"/FontFile", b"CIDFontType0C", b"/Type1C", b"/Image", b"/Length1", b"/N 1", b"/N 3", b"/CMap"))


def _decoded(value: bytes) -> str:
    if value[:1] == b"<":
        digits = re.sub(rb"\s", b"", value[1:-1])
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        raw = _ESCAPE.sub(_escaped, value[1:-1])
    if raw[:2] == b"\xfe\xff":
        return raw[2:].decode("utf-16-be", "replace")
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")


def _escaped(match: re.Match[bytes]) -> bytes:
    found = match[1]
    if found.isdigit():
        return bytes([int(found, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(found, found if found in b"()\\" else b"")


__all__ = ["Channel", "channels"]
