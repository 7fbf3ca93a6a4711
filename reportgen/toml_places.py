"""Where in a TOML text a key or a value stands: ``tomllib`` gives values and no places.

``places(text)`` walks the text once and notes, for every path of keys and list indices such as
``("w", "value", 1, 2)``, the place of the key and of the value.  The text must be one that ``tomllib`` accepts;
on any other text the walk ends early and what it has found so far is returned.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.diagnostics import Span

Path = tuple["str | int", ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#]+(?: [0-9:.]+[^\s,\]}#]*)?")  # a date and a time may stand apart by one space
_DECODE_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Offsets of keys and values by path; ``key`` and ``value`` answer with the nearest place that is known."""

    text: str
    keys: Mapping[Path, tuple[int, int]]
    values: Mapping[Path, tuple[int, int]]

    def key(self, file: str, path: Path) -> Span:
        """The place of the key at ``path``, or of its value, or of the nearest table above it."""
        return self._nearest(file, path, (self.keys, self.values))

    def value(self, file: str, path: Path) -> Span:
        """The place of the value at ``path``, or of its key, or of the nearest table above it."""
        return self._nearest(file, path, (self.values, self.keys))

    def _nearest(self, file: str, path: Path, tables: tuple[Mapping[Path, tuple[int, int]], ...]) -> Span:
        while path:
            for table in tables:
                if path in table:
                    return span_at(self.text, file, *table[path])
            path = path[:-1]
        return Span(file)


def span_at(text: str, file: str, offset: int, length: int) -> Span:
    """The Span of ``length`` characters from ``offset``, cut at the end of the first line."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return Span(file, text.count("\n", 0, offset) + 1, offset - start + 1, max(1, min(length, end - offset)))


def decode_error(error: ValueError, text: str, file: str) -> tuple[str, Span]:
    """What ``tomllib`` says is wrong, without the place in its wording, and that place as a Span."""
    message = str(error)
    place = _DECODE_PLACE.search(message)
    if place is None:
        return message, Span(file)
    message = message[: place.start()]
    if place[1] is None:  # the end of the document: the last line that is not blank
        return message, span_at(text, file, len(text.rstrip()), 1)
    return message, Span(file, int(place[1]), int(place[2]), 1)


def places(text: str) -> Places:
    """The places of all keys and values in a TOML text."""
    walker = _Walker(text.replace("\r\n", " \n"))  # tomllib reads CRLF as one line end; offsets stay the same
    try:
        walker.document()
    except (_Lost, RecursionError):
        pass
    return Places(walker.text, walker.keys, walker.values)


class _Lost(Exception):
    """The text is not what the walker expects; tomllib has a better message for it."""


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[Path, tuple[int, int]] = {}
        self.values: dict[Path, tuple[int, int]] = {}
        self.counts: dict[Path, int] = {}  # arrays of tables: how many tables so far

    # -- small steps

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def blanks(self, *, lines: bool) -> None:
        """Skip spaces and tabs; with ``lines`` also line ends and comments."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t" or (lines and character == "\n"):
                self.at += 1
            elif lines and character == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def expect(self, what: str) -> None:
        if not self.text.startswith(what, self.at):
            raise _Lost
        self.at += len(what)

    # -- the grammar

    def document(self) -> None:
        table: Path = ()
        while True:
            self.blanks(lines=True)
            if self.at >= len(self.text):
                return
            table = self.header() if self.peek() == "[" else self.pair(table) or table

    def header(self) -> Path:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path: Path = ()
        parts = self.dotted_key()
        for number, (name, start, length) in enumerate(parts, start=1):
            path = (*path, name)
            self.keys.setdefault(path, (start, length))
            last = number == len(parts)
            if last and many:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
                self.keys.setdefault(path, (start, length))
        self.expect("]]" if many else "]")
        return path

    def pair(self, table: Path) -> None:
        path = table
        for name, start, length in self.dotted_key():
            path = (*path, name)
            self.keys.setdefault(path, (start, length))
        self.expect("=")
        self.blanks(lines=False)
        self.value(path)

    def dotted_key(self) -> list[tuple[str, int, int]]:
        parts: list[tuple[str, int, int]] = []
        while True:
            self.blanks(lines=False)
            start = self.at
            if self.peek() in ('"', "'"):
                self.string()
                # tomllib reads the escapes, so that the name is the one that its result has
                name = str(tomllib.loads("k = " + self.text[start : self.at])["k"])
            else:
                bare = _BARE_KEY.match(self.text, self.at)
                if bare is None:
                    raise _Lost
                name = bare[0]
                self.at = bare.end()
            parts.append((name, start, self.at - start))
            self.blanks(lines=False)
            if self.peek() != ".":
                return parts
            self.at += 1

    def value(self, path: Path) -> None:
        start = self.at
        first = self.peek()
        if first in ('"', "'"):
            self.string()
        elif first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        else:
            scalar = _SCALAR.match(self.text, self.at)
            if scalar is None:
                raise _Lost
            self.at = scalar.end()
        self.values.setdefault(path, (start, self.at - start))

    def array(self, path: Path) -> None:
        self.expect("[")
        index = 0
        while True:
            self.blanks(lines=True)
            if self.peek() == "]":
                self.at += 1
                return
            self.value((*path, index))
            index += 1
            self.blanks(lines=True)
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "]":
                raise _Lost

    def inline_table(self, path: Path) -> None:
        self.expect("{")
        while True:
            self.blanks(lines=True)
            if self.peek() == "}":
                self.at += 1
                return
            self.pair(path)
            self.blanks(lines=True)
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "}":
                raise _Lost

    def string(self) -> None:
        quote = self.peek()
        if self.text.startswith(quote * 3, self.at):
            self._long_string(quote)
            return
        self.at += 1
        while True:
            character = self.peek()
            if character in ("", "\n"):
                raise _Lost
            self.at += 2 if character == "\\" and quote == '"' else 1
            if character == quote:
                return

    def _long_string(self, quote: str) -> None:
        self.at += 3
        while not self.text.startswith(quote * 3, self.at):
            if self.at >= len(self.text):
                raise _Lost
            self.at += 2 if self.peek() == "\\" and quote == '"' else 1
        self.at += 3
        for _ in range(2):  # up to two quotes may stand before the closing three
            if self.peek() == quote:
                self.at += 1
