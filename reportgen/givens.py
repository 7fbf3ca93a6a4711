"""givens.toml: every number that enters a report, exact, with its unit and its source.

    [N]
    value = 32                          # an integer, or an exact text: "0.2", "1/3", "sqrt(2)", "2*pi"
    unit = "px"                         # may be left out
    source = "assignment, question 1"

    [y_pred]
    value = ["0.2", "0.5", "0.1"]       # a list is a column vector, a list of lists is a matrix, row by row
    symbol = "y_hat"                    # how formulas write it: plain text or LaTeX; left out: as the name
    source = "assignment, question 3"
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from pathlib import Path

from reportgen.config import did_you_mean, kind, load_toml
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.drawing import Drawable
from reportgen.expressions import (CONSTANTS, Expr, Operation, ParseError, Symbol, column, expr, is_op, matrix, parse, rows_of,
                                   symbols, walk)
from reportgen.toml_places import Places, places

_KEYS = ("value", "unit", "symbol", "source")
# Names that a template or a formula already gives a meaning.
RESERVED = frozenset({"report", "submission", "marks", "variant", "true", "false", "none", "loop", "self", "super", "caller", "varargs", "kwargs"}) | CONSTANTS
_UNIT = re.compile(r"[^\W\d_](?:[^\W_]|[ ./*·^()°µΩ⁻²³-])*|[%‰°€$£]|°[CF]|1/[^\W\d_]+")
_SCIENTIFIC = re.compile(r"\d[eE][+-]?\d")
_HEADS = frozenset({
    "add", "neg", "mul", "div", "pow", "sqrt", "exp", "ln", "log", "abs", "sign", "floor", "ceil", "factorial", "sin", "cos",
    "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh", "root", "binomial", "min", "max"})


@dataclass(frozen=True, slots=True)
class Given(Drawable):
    """A named exact quantity.  ``value`` has no free symbols; ``symbol`` is a Symbol or an index (x_1)."""

    name: str
    value: Expr
    unit: str
    symbol: Expr
    source: str
    span: Span


def read_givens(path: Path) -> dict[str, Given]:
    """The givens of a file in its order.

    Raises FindingsError with all findings at once: file-missing, file-unreadable, given-invalid, given-source.
    """
    text, table = load_toml(path, "given-invalid")
    reader = _Reader(path, places(text))
    givens: dict[str, Given] = {}
    for name, entry in table.items():
        given = reader.given(name, entry)
        if given is not None:
            givens[name] = given
    if reader.findings:
        raise FindingsError(*sorted(reader.findings, key=lambda finding: finding.span))
    return givens


class _Reader:
    def __init__(self, path: Path, where: Places) -> None:
        self.file = str(path)
        self.short = path.name
        self.where = where
        self.findings: list[Finding] = []

    # -- findings

    def wrong(self, path: tuple[str | int, ...], message: str, hint: str = "", *, code: str = "given-invalid",
              span: Span | None = None) -> None:
        self.findings.append(Finding(code, f"{self.short}: {_written(path)}: {message}",
                                     span or self.where.value(self.file, path), hint))

    def inside(self, path: tuple[str | int, ...], text: str, offset: int, length: int) -> Span:
        """The place of a piece of a text value; of the whole value where escapes have moved the piece."""
        span = self.where.value(self.file, path)
        start, size = self.where.values.get(path, (0, 0))
        if self.where.text[start + 1 : start + size - 1] != text:
            return span
        return Span(self.file, span.line, span.column + 1 + offset, max(1, length))

    # -- one entry

    def given(self, name: str, entry: object) -> Given | None:
        before = len(self.findings)
        self.name(name)
        if not isinstance(entry, dict):
            self.wrong((name,), "a given is a table with a value and a source",
                       f"write [{name}], then value = {_example(entry)} and source = \"...\" on lines of their own")
            return None
        for key in entry:
            if key not in _KEYS:
                self.wrong((name, key), f"a given has no {key!r}", did_you_mean(key, _KEYS),
                           span=self.where.key(self.file, (name, key)))
        value = self.value((name, "value"), entry)
        unit = self.text(name, entry, "unit")
        if unit and not _UNIT.fullmatch(unit):
            self.wrong((name, "unit"), f"{clipped(unit)!r} is no unit", 'write letters, powers and quotients: unit = "m/s^2"')
        symbol = self.symbol(name, entry)
        source = self.text(name, entry, "source")
        if not source.strip() and isinstance(entry.get("source", ""), str):
            self.wrong((name, "source"), "the source is missing: where does this number come from?",
                       'write source = "assignment, question 1"', code="given-source",
                       span=self.where.key(self.file, (name, "source")))
        if len(self.findings) > before or value is None or symbol is None:
            return None
        return Given(name, value, unit, symbol, source, self.where.value(self.file, (name, "value")))

    def name(self, name: str) -> None:
        problem, hint = "", ""
        if keyword.iskeyword(name):
            problem, hint = "is a word of Python, so no answer could name it", f'write [{name}_] and symbol = "{name}"'
            if name == "lambda":
                hint = 'write [lam] and symbol = "\\\\lambda"'
        elif name in RESERVED:
            problem, hint = "already has a meaning in formulas or templates", "give it another name and a symbol"
        elif not (name.isidentifier() and name.isascii()):
            problem, hint = "cannot be a parameter's name: use letters, digits and _", "put other signs into symbol"
        elif name.startswith("_"):
            problem, hint = "begins with _, which answers.py keeps for its own helpers", f"write [{name.lstrip('_')}]"
        if problem:
            self.wrong((name,), f"the name {name!r} {problem}", hint, span=self.where.key(self.file, (name,)))

    def text(self, name: str, entry: dict[str, object], key: str) -> str:
        value = entry.get(key, "")
        if isinstance(value, str):
            return value
        self.wrong((name, key), f"{key} is a text, not {kind(value)}", f'write {key} = "{value}"',
                   code="given-source" if key == "source" else "given-invalid")
        return ""

    def symbol(self, name: str, entry: dict[str, object]) -> Expr | None:
        path = (name, "symbol")
        if "symbol" not in entry:
            try:
                default = parse(name, "plain")
            except ParseError:
                return Symbol(name)
            return default if _is_name(default) else Symbol(name)
        text = self.text(name, entry, "symbol")
        if not text:
            if isinstance(entry["symbol"], str):
                self.wrong(path, "the symbol is empty", "leave the line out to use the name")
            return None
        try:
            symbol = parse(text)
        except ParseError as error:
            self.wrong(path, f"{clipped(text)!r} is no symbol: {clipped(error.message, 200)}",
                       span=self.inside(path, text, error.offset, error.length))
            return None
        if not _is_name(symbol) or (isinstance(symbol, Symbol) and symbol.name in CONSTANTS):
            self.wrong(path, f"{clipped(text)!r} is no symbol that could stand for a quantity",
                       'write a name such as "S", "y_hat", "x_1" or "\\\\lambda"')
            return None
        return symbol

    # -- values

    def value(self, path: tuple[str | int, ...], entry: dict[str, object]) -> Expr | None:
        if "value" not in entry:
            self.wrong(path, "the value is missing", "write value = 32, or an exact text such as value = \"0.2\"")
            return None
        value = entry["value"]
        if not isinstance(value, list):
            return self.scalar(path, value)
        shown = path[:-1]  # lists are named w[1][2], as one would write them, with indices from 0 as in TOML
        if not value:
            self.wrong(path, "the list is empty", 'write value = ["0.2", "0.5"]')
            return None
        if all(isinstance(row, list) for row in value):
            return self.matrix(path, value)
        if any(isinstance(row, list) for row in value):
            odd = next(i for i, row in enumerate(value) if isinstance(row, list) != isinstance(value[0], list))
            self.wrong((*path, odd), f"{_written((*shown, odd))} is {kind(value[odd])}, {_written((*shown, 0))} is {kind(value[0])}",
                       "a vector is a list of numbers, a matrix a list of lists")
            return None
        entries = [self.scalar((*path, i), item, whole=False) for i, item in enumerate(value)]
        return None if None in entries else column([e for e in entries if e is not None])

    def matrix(self, path: tuple[str | int, ...], value: list[list[object]]) -> Expr | None:
        width = len(value[0])
        rows: list[list[Expr]] = []
        good = True
        for i, row in enumerate(value):
            if len(row) != width or not row:
                self.wrong((*path, i), f"row {i} has {_entries(len(row))}, row 0 has {_entries(width)}" if len(row) != width
                           else f"row {i} is empty", "the rows of a matrix have one length")
                good = False
            entries = [self.scalar((*path, i, j), item, whole=False) for j, item in enumerate(row)]
            good = good and None not in entries
            rows.append([e for e in entries if e is not None])
        return matrix(rows) if good else None

    def scalar(self, path: tuple[str | int, ...], value: object, *, whole: bool = True) -> Expr | None:
        if isinstance(value, float):
            written = self.where.text[slice(*_range(self.where.values.get(path)))] or repr(value)
            exact = format(Decimal(repr(value)), "f") if "e" in written.lower() else written.replace("_", "")
            hint = f'write value = "{exact}"' if whole else f'write "{exact}"'
            self.wrong(path, f"{clipped(written)} is a float, which is not exact", hint if isfinite(value) else "")
        elif isinstance(value, bool) or not isinstance(value, (int, str)):
            self.wrong(path, f"a value is an exact number, not {kind(value)}", 'write an integer, or a text such as "0.2"')
        elif isinstance(value, int):
            return expr(value)
        else:
            return self.exact(path, value, whole)
        return None

    def exact(self, path: tuple[str | int, ...], text: str, whole: bool) -> Expr | None:
        try:
            return exact_value(text, whole=whole)
        except InexactText as error:
            self.wrong(path, str(error), error.hint, span=self.inside(path, text, error.offset, error.length) if error.length else None)
            return None


class InexactText(ValueError):
    """A text that is no exact value: why, what to type, and the piece that is at fault (``length`` 0: all of it)."""

    def __init__(self, message: str, hint: str, offset: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.hint, self.offset, self.length = hint, offset, length


def exact_value(text: str, *, whole: bool = True) -> Expr:
    """The exact quantity that a text such as "0.2", "1/3" or "sqrt(2)" is; a matrix, too, where ``whole``.  Raises InexactText."""
    scientific = _SCIENTIFIC.search(text)
    if scientific:
        raise InexactText(f"{clipped(text)!r}: powers of ten are written out", 'write "0.001", or "2*10^(-3)"', scientific.start(), len(scientific[0]))
    try:
        value = parse(text)
    except (ParseError, RecursionError) as error:
        message = error.message if isinstance(error, ParseError) else "it is nested too deeply"
        raise InexactText(f"{clipped(text)!r} is no exact number: {clipped(message, 200)}", 'write a number, or a text such as "1/3" or "sqrt(2)"',
                          getattr(error, "offset", 0), max(1, getattr(error, "length", len(text)))) from None
    problem = _not_exact(value, whole)
    if problem:
        raise InexactText(f"{clipped(text)!r} {clipped(problem, 200)}", 'write an exact number such as "0.2", "1/3" or "2*pi"')
    return value


def _not_exact(value: Expr, whole: bool) -> str:
    """Why ``value`` is not one exact quantity, or ""; a matrix written as text is one where ``whole``."""
    if whole and is_op(value, "matrix"):
        return next(filter(None, (_not_exact(item, False) for row in rows_of(value) for item in row)), "")
    names = symbols(value)
    if names:
        return f"names {', '.join(names)}, which {'has' if len(names) == 1 else 'have'} no value here"
    for node in walk(value):
        if isinstance(node, Operation) and node.head not in _HEADS:
            return "is not one number"
        if node == Symbol("inf"):
            return "is not finite"
    try:
        _rational(value)
    except ZeroDivisionError:
        return "divides by zero"
    except _Undefined as error:
        return f"is undefined: {error}"
    return ""


class _Undefined(Exception):
    """A function was asked for a value outside its domain."""


def _rational(value: Expr) -> Fraction | None:
    """The value where it is rational and cheap to find, else None.

    Raises ZeroDivisionError or _Undefined where a part has no value.  Irrational parts are None and not looked into.
    """
    if not isinstance(value, Operation):
        return value.value if not isinstance(value, Symbol) else None
    parts = [_rational(a) for a in value.args]
    first = parts[0]
    if first is not None:
        if (value.head == "sqrt" and first < 0) or (value.head in ("ln", "log") and first <= 0):
            raise _Undefined(f"{value.head} of {first}")
        if value.head == "factorial" and (first < 0 or first.denominator != 1):
            raise _Undefined(f"factorial of {first}")
    if value.head == "div" and parts[1] == 0:
        raise ZeroDivisionError
    if None in parts:
        return None
    if value.head == "add":
        return sum(parts, Fraction())
    if value.head == "neg":
        return -first
    if value.head == "mul":
        product = Fraction(1)
        for part in parts:
            product *= part
        return product
    if value.head == "div":
        return first / parts[1]
    if value.head == "pow" and parts[1].denominator == 1 and abs(parts[1]) <= 1000:
        return first ** int(parts[1])
    if value.head == "pow" and first == 0 and parts[1] < 0:
        raise ZeroDivisionError
    return None


def clipped(text: str, most: int = 60) -> str:
    """A text for a headline: its ends, where it is long."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"


def _is_name(value: Expr) -> bool:
    return isinstance(value, Symbol) or (is_op(value, "index") and isinstance(value.args[0], Symbol))


def _written(path: tuple[str | int, ...]) -> str:
    """``("w", "value", 1, 2)`` as ``w[1][2]``; ``("w", "unit")`` as ``w.unit``."""
    parts = [p for p in path if p != "value"] if len(path) > 2 else list(path)
    if len(path) == 2 and path[1] == "value":
        parts = [path[0]]
    out = str(parts[0])
    for part in parts[1:]:
        out += f"[{part}]" if isinstance(part, int) else f".{part}"
    return out


def _range(place: tuple[int, int] | None) -> tuple[int, int]:
    return (0, 0) if place is None else (place[0], place[0] + place[1])


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _example(entry: object) -> str:
    return str(entry) if isinstance(entry, int) and not isinstance(entry, bool) else f'"{entry}"'
