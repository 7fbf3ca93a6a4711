"""Answers as plain data and back, whole: with captions, titles and looks, so that a page made of them has the same bytes.

The data is a JSON list of *things*; each thing is a list of a tag and of values, and may point at things before it:

    ["N", "0.20"]  ["S", "y_hat"]  ["O", "add", 3, 5]      a number, a symbol, an operation on things 3 and 5
    ["T", 1, 2, 3]                                          a tuple of things
    ["I", 7]  ["F", "1/3"]  ["D", "key", 4]                 an integer, a fraction, a dictionary
    ["=", 2]                                                the value itself once more, where it would not be the last
    ["Derivation", 8, 9, 10, "m", ""]                       an object of this class: its fields in order

A value is null, true, false, a text, or the index of a thing.  The last thing is the answer.  Places of the author's calls are no
part of the content; they stand in a list of their own, ``[file, definition, line in it, column, length]``.  Only the classes
of ``CLASSES`` are written and made: reading such data runs no code of whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any

from .corrections import Correction, Corrections
from .derivation import Claim, Derivation, Rounded, Step, Table, Value
from .diagnostics import Span
from .expressions import Number, Operation
from .expressions.tree import Symbol
from .givens import Given
from .submission import Piece

CLASSES: dict[str, type] = {c.__name__: c for c in (Claim, Correction, Corrections, Derivation, Given, Piece, Rounded, Span, Step, Table, Value)}
_FIELDS = {name: tuple(f.name for f in fields(c) if f.init) for name, c in CLASSES.items()}
# Fields that tell where the author wrote something; they change when lines are put in above, and the content does not.
_PLACES = {("Step", "place"), ("Given", "span")}
Place = list[Any]


class Unknown(ValueError):
    """Something of a class that is not written."""


def encode(content: object, place: Callable[[Span], Place]) -> tuple[list[Any], list[Place]]:
    """The content as things and places.  Raises Unknown for what is no combination of our own frozen classes."""
    writer = _Writer(place)
    last = writer.value(content)
    if not isinstance(last, int) or isinstance(last, bool) or last != len(writer.things) - 1:
        writer.things.append(["=", last])       # a bare text, or a thing met before
    return writer.things, writer.places


class _Writer:
    def __init__(self, place: Callable[[Span], Place]) -> None:
        self.things: list[Any] = []
        self.places: list[Place] = []
        self._place = place
        self._same: dict[tuple[Any, ...], int] = {}
        self._known: dict[object, int] = {}

    def value(self, x: Any) -> Any:
        if x is None or x is True or x is False or type(x) is str:
            return x
        kind = type(x)
        if kind in (Number, Symbol, Operation):
            return self._expr(x)
        if kind is tuple:
            return self._thing("T", *(self.value(item) for item in x))
        if kind is int:
            return self._thing("I", x)
        if kind is Fraction:
            return self._thing("F", str(x))
        if kind is dict and all(type(key) is str for key in x):
            return self._thing("D", *(part for key, item in x.items() for part in (key, self.value(item))))
        if CLASSES.get(kind.__name__) is not kind:
            raise Unknown(f"a {kind.__module__}.{kind.__qualname__}")
        name, values = kind.__name__, []
        for field in _FIELDS[name]:
            item = getattr(x, field)
            if (name, field) in _PLACES:
                values.append(None if item is None else self._placed(item))
            else:
                values.append(self.value(item))
        return self._thing(name, *values)

    def _expr(self, x: Any) -> int:
        found = self._known.get(x)
        if found is None:
            if type(x) is Number:
                thing = ["N", x.text]
            elif type(x) is Symbol:
                thing = ["S", x.name]
            else:
                thing = ["O", x.head, *[self._expr(a) for a in x.args]]
            self.things.append(thing)
            found = self._known[x] = len(self.things) - 1
        return found

    def _placed(self, span: Span) -> int:
        self.places.append(self._place(span))
        self.things.append(["@", len(self.places) - 1])
        return len(self.things) - 1

    def _thing(self, *parts: Any) -> int:
        # True == 1 == an index: the types are part of what must be the same
        key = tuple((type(p), p) for p in parts)
        found = self._same.get(key)
        if found is None:
            self.things.append(list(parts))
            found = self._same[key] = len(self.things) - 1
        return found


def decode(things: Sequence[Any], places: Sequence[Place], span: Callable[[Place], Span]) -> Any:
    """The content of such data.  Raises ValueError, TypeError, KeyError or IndexError for what is none."""
    made: list[Any] = []

    def value(x: Any) -> Any:
        if type(x) is int:
            if not 0 <= x < len(made):
                raise ValueError("a thing that points forwards")
            return made[x]
        if x is None or type(x) in (bool, str):
            return x
        raise ValueError("no value")

    for thing in things:
        tag, *parts = thing
        if tag == "O":
            made.append(Operation(parts[0], tuple([made[i] for i in parts[1:]])))
        elif tag == "N":
            made.append(Number(parts[0]))
        elif tag == "S":
            made.append(Symbol(parts[0]))
        elif tag == "T":
            made.append(tuple([value(p) for p in parts]))
        elif tag == "=":
            made.append(value(parts[0]))
        elif tag == "@":
            made.append(span(places[parts[0]]))
        elif tag == "I":
            made.append(int(parts[0]))
        elif tag == "F":
            made.append(Fraction(parts[0]))
        elif tag == "D":
            made.append({str(key): value(item) for key, item in zip(parts[::2], parts[1::2], strict=True)})
        else:
            made.append(CLASSES[tag](**dict(zip(_FIELDS[tag], map(value, parts), strict=True))))
    return made[-1]


__all__ = ["CLASSES", "Place", "Unknown", "decode", "encode"]
