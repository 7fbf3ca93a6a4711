"""The strict template: Jinja in a sandbox, through whose gate only the ledger's own values pass.

A plain string, a float, a computed number or an undefined name is a finding at the template's line.  Every shown value
becomes a token in the Markdown; every piece of the author's own text keeps its place, so that later findings about the
rendered text point to the author's line and column.

Comments are written ``{* ... *}``, because ``{#`` begins a label in Markdown.
"""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MethodType

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.ext import Extension
from jinja2.lexer import Token as JinjaToken
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .catalogue import VIEWS
from .diagnostics import Finding, FindingsError, Span
from .shown import Rendered, Shown, token

PARTS = ("questions", "solution", "key")      # the documents of a variant; all but the first are for teachers
_OPEN, _CLOSE = "\ue010", "\ue011"       # around the number of an anchor; removed before anyone else sees the text
_ANCHOR = re.compile(f"{_OPEN}([a-z]+){_CLOSE}")
_RESERVED = re.compile("[\ue000\ue001\ue010\ue011]")


class PlainValue(Exception):
    """Something that is not a value of the ledger reached the gate: ``what`` it is, the ``word`` to look for, and a hint."""

    def __init__(self, what: str, word: str = "{{", hint: str = "make it a given in givens.toml or an answer in answers.py") -> None:
        super().__init__(what)
        self.word = word
        self.hint = hint


class _Undefined(StrictUndefined):
    """Undefined names and views; the message keeps what the view itself said (which views there are)."""


@dataclass(slots=True)
class _Anchors:
    """Where each piece of the author's text was written, by the name of its anchor."""

    places: list[tuple[str, int, int]]

    def mark(self, file: str, line: int, column: int) -> str:
        self.places.append((file, line, column))
        return f"{_OPEN}{letters(len(self.places) - 1)}{_CLOSE}"


def letters(number: int) -> str:
    """0, 1, ..., 25, 26 as a, b, ..., z, ba: digits never stand in a token."""
    out = ""
    while True:
        number, rest = divmod(number, 26)
        out = chr(ord("a") + rest) + out
        if not number:
            return out


def _number(name: str) -> int:
    value = 0
    for c in name:
        value = value * 26 + ord(c) - ord("a")
    return value


class _PlacesExtension(Extension):
    """Puts an anchor before every piece of template text."""

    def __init__(self, environment) -> None:
        super().__init__(environment)
        self.sources: dict[str, str] = {}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        self.sources[filename or ""] = source.replace("\r\n", "\n")
        return source

    def filter_stream(self, stream):
        file = stream.filename or ""
        source = self.sources.get(file, "")
        cursor = 0
        for item in stream:
            if item.type == "data":
                # the text stands in the source as it is; searched forwards, because white space around tags was cut
                at = source.find(item.value, cursor)
                if at >= 0:
                    line = source.count("\n", 0, at) + 1
                    column = at - source.rfind("\n", 0, at)
                    cursor = at + len(item.value)
                else:
                    line, column = item.lineno, 1
                yield JinjaToken(item.lineno, "data", self.environment.anchors.mark(file, line, column) + item.value)
            else:
                yield item


class _OnlyExtension(Extension):
    """``{% only solution, key %} ... {% endonly %}``: what stands in some documents of a variant, and is not even run for the others."""

    tags = {"only"}     # noqa: RUF012 - as jinja2 has it

    def parse(self, parser):
        line = next(parser.stream).lineno
        names = []
        while parser.stream.current.type != "block_end":
            if names:
                parser.stream.expect("comma")
            word = parser.stream.expect("name")
            if word.value not in PARTS:
                raise TemplateSyntaxError(f"there is no document {word.value!r}; known: {', '.join(PARTS)}", word.lineno, parser.name, parser.filename)
            names.append(word.value)
        if not names:
            raise TemplateSyntaxError(f"only needs the documents in which the text stands: {', '.join(PARTS)}", line, parser.name, parser.filename)
        body = parser.parse_statements(("name:endonly",), drop_needle=True)
        return nodes.If(self.call_method("shows", [nodes.Const(tuple(names))]), body, [], [], lineno=line)

    def shows(self, names: tuple[str, ...]) -> bool:
        return not self.environment.part or self.environment.part in names


class _Loader(BaseLoader):
    """Templates of the report's folder only."""

    def __init__(self, folder: Path, read: dict[str, str]) -> None:
        self.folder = folder
        self.read = read      # by the path as messages show it: below the folder as the user wrote it

    def get_source(self, environment, template: str):
        path = self.folder / template
        if not path.resolve().is_relative_to(self.folder.resolve()) or not path.is_file():
            raise TemplateNotFound(template)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FindingsError(Finding("file-unreadable", f"{template} cannot be read: {error}", Span(str(path)))) from None
        found = _RESERVED.search(text)
        if found:
            raise FindingsError(Finding("template-forbidden", "a private-use character stands in the text", _place(str(path), text, found.start()),
                                        "delete it: it is invisible and has a meaning inside reportgen"))
        self.read[str(path)] = text
        return text, str(path), lambda: _text_of(path) == text


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


_EXAMPLES = {v.view: v.call for group in VIEWS.values() for v in group if v.call.endswith(")")}
_KINDS = {int: "a number", float: "a float", str: "a text", bool: "true or false", type(None): "none"}


class _Gate:
    """Turns what ``{{ }}`` holds into a token, and refuses everything else."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.names: dict[Shown, str] = {}

    def __call__(self, value: object) -> str:
        show = getattr(type(value), "_show", None)
        if show is not None:
            value = value._show()
        if isinstance(value, StrictUndefined):
            str(value)      # raises with the name
        if isinstance(value, MethodType):
            name = value.__func__.__name__
            raise PlainValue(f"the view {name} without its brackets", "." + name, f"write {_EXAMPLES.get(name, name + '()')}")
        if not isinstance(value, Shown):
            raise PlainValue(_KINDS.get(type(value)) or f"a plain {type(value).__name__}")
        name = letters(len(self.shown))
        self.shown[name] = value
        return token(name)


@lru_cache(maxsize=4)     # variants of a report are rendered again and again; a file that changed is read and compiled anew
def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """The sandbox of a report's folder; ``gate`` and ``part`` are set for each document."""
    environment = ImmutableSandboxedEnvironment(
        loader=_Loader(folder, {}), undefined=_Undefined, finalize=lambda value: environment.gate(value), autoescape=False, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, comment_start_string="{*", comment_end_string="*}", extensions=[_PlacesExtension, _OnlyExtension])
    environment.anchors = _Anchors([])
    environment.globals.clear()       # no range, dict, lipsum: a template computes nothing
    environment.filters.clear()       # nor does it change text: upper would turn tokens into something else, length counts
    return environment


def render(folder: Path, names: Mapping[str, object], template: str = "report.md", part: str = "") -> Rendered:
    """The template of a report's folder rendered to pandoc Markdown with tokens.

    ``names`` are the views; ``part`` is one of PARTS, or "" for a document with all of them.
    Raises FindingsError: template-syntax, template-undefined, template-plain-text,
    template-forbidden, file-missing, rounding-undecided, each at the template's line.
    """
    environment = _environment(folder)
    gate = environment.gate = _Gate()
    environment.part = part
    anchors, read = environment.anchors, environment.loader.read
    path = str(folder / template)
    try:
        text = environment.get_template(template).render(**names)
    except TemplateSyntaxError as error:
        raise FindingsError(_syntax(error, read, path)) from None
    except RecursionError:
        raise FindingsError(Finding("template-forbidden", "a file is included in itself", Span(path))) from None
    except TemplateNotFound as error:
        raise FindingsError(Finding("file-missing", f"there is no template {error.name}", _where(error, read, path, str(error.name)),
                                    "includes name files of the report's folder")) from None
    except UndefinedError as error:
        raise FindingsError(_undefined(error, names, read, path)) from None
    except PlainValue as error:
        raise FindingsError(Finding("template-plain-text", f"{error} stands where a value of the ledger is needed", _where(error, read, path, error.word),
                                    error.hint)) from None
    except TypeError as error:
        message, hint = _type_error(str(error))
        raise FindingsError(Finding("template-forbidden", message, _where(error, read, path, "{{"), hint)) from None
    except (SecurityError, AttributeError, TemplateError, KeyError) as error:
        raise FindingsError(Finding("template-forbidden", f"{error}", _where(error, read, path, "{{"))) from None
    except FindingsError as error:
        place = _where(error, read, path, "{{")
        raise FindingsError(*(Finding(f.code, f.message, f.span or place, f.hint, f.severity) for f in error.findings)) from None
    return _located(text, gate.shown, anchors, path)


def _located(text: str, shown: Mapping[str, Shown], anchors: _Anchors, path: str) -> Rendered:
    """The text without anchors, and the anchors as origins; a value before all text stands at the beginning of the template."""
    out: list[str] = []
    origins: list[tuple[int, str, int, int]] = [(0, path, 1, 1)]
    at = length = 0
    for match in _ANCHOR.finditer(text):
        piece = text[at:match.start()]
        out.append(piece)
        length += len(piece)
        origins.append((length, *anchors.places[_number(match.group(1))]))
        at = match.end()
    out.append(text[at:])
    return Rendered("".join(out), dict(shown), tuple(origins))


# --- places ---------------------------------------------------------------------------------------------------

def _where(error: BaseException, read: Mapping[str, str], path: str, word: str) -> Span:
    """The template's line that an error came from; Jinja puts the template's own lines into the traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in read]
    return _in_line(read, frames[-1].filename, frames[-1].lineno or 0, word) if frames else Span(path)


def _in_line(read: Mapping[str, str], file: str, number: int, word: str) -> Span:
    """The place of a word in a line, or of the line where the word is not in it exactly once."""
    lines = read.get(file, "").splitlines()
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    found = [m.start() for m in re.finditer(re.escape(word) + (r"\b" if word[-1:].isalnum() else ""), line)]
    return Span(file, number, found[0] + 1, len(word)) if len(found) == 1 else Span(file, number)


def _place(file: str, text: str, offset: int) -> Span:
    return Span(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), 1)


def _undefined(error: UndefinedError, names: Mapping[str, object], read: Mapping[str, str], path: str) -> Finding:
    message = str(error)
    found = re.search(r"'([^']+)' is undefined", message)
    if found:
        name = found.group(1)
        if name in _COMPUTING:
            return Finding("template-undefined", f"there is no {name} in a template, which computes nothing", _where(error, read, path, name),
                           "a loop goes over a group: {% for d in group %}{{ d }}{% endfor %}")
        close = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else _all_names(names)
        return Finding("template-undefined", f"{name} is neither a given nor an answer", _where(error, read, path, name), hint)
    found = re.search(r"has no attribute '([^']+)'", message)
    if found:
        name = found.group(1)
        return Finding("template-undefined", f"this value has no view {name}", _where(error, read, path, "." + name),
                       _view_hint(name))
    return Finding("template-undefined", message, _where(error, read, path, "{{"))


_COMPUTING = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace"})
MOST_NAMES = 60     # in a hint


def _all_names(names: Mapping[str, object]) -> str:
    known = sorted(names)
    more = f", and {len(known) - MOST_NAMES} more: reportgen values REPORT lists them" if len(known) > MOST_NAMES else ""
    return "the names are: " + ", ".join(known[:MOST_NAMES]) + more


def _view_hint(name: str) -> str:
    known = list(dict.fromkeys(v.view for group in VIEWS.values() for v in group if v.view))
    if name in known:
        kinds = [kind for kind, group in VIEWS.items() if any(v.view == name for v in group)]
        return f"{name} is a view of {', '.join(kinds)}; type: reportgen explain views"
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else "type: reportgen explain views"


def _syntax(error: TemplateSyntaxError, read: Mapping[str, str], path: str) -> Finding:
    """What Jinja says of a template that it cannot read, and where; filters are named as what they are."""
    message = (error.message or "not a template").rstrip(".")
    file = error.filename or path
    found = re.search(r"No (filter|test) named '([^']+)'", message)
    if found:
        hint = {"round": "a certified rounding is a view: {{ x.decimal(2) }}", "length": "count in answers.py"}.get(found[2], "type: reportgen explain views")
        place = _in_line(read, file, error.lineno, found[2])
        return Finding("template-syntax", f"there is no {found[1]} {found[2]}: a template shows values and changes none", place, hint)
    hint = "comments are written {* ... *}" if "{#" in message else ""
    return Finding("template-syntax", message, Span(file, error.lineno), hint)


def _type_error(message: str) -> tuple[str, str]:
    """Python's message, or one for a reader who has never seen Python, and a hint."""
    if "unsupported operand" in message or "can only concatenate" in message or "not supported between" in message:
        return "a template computes nothing", "compute it in answers.py, as an answer of its own, and show that"
    called = re.search(r"(\w+)\(\) (missing|takes|got)", message)
    if called:
        return f"the view {called[1]} is called with other arguments than it has", f"write {_EXAMPLES.get(called[1], called[1])}"
    called = re.search(r"'Shown' object is not callable", message)
    return ("a view without arguments stands without brackets", "write {{ x.formula }}, not {{ x.formula() }}") if called else (message, "")
