"""report.toml: what a report is called, in which language and formats it comes, and which names are declared.

    title = "Homework 1, worked and corrected"
    subtitle = ""                           # everything but the title may be left out
    author = "A. Student"
    course = "AI6126"
    language = "en"
    date = 2024-03-01                       # an input: nothing else says what day it is
    formats = ["pdf", "tex", "md", "html"]
    rounding = "half-even"                  # where ties go: 2.5 to 2; with "half-up" to 3, and -2.5 to -3

    [declared]
    names = ["LeNet-5", "CS231n"]           # texts with numerals that are no numbers of this report
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reportgen.diagnostics import EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError, Span
from reportgen.toml_places import Places, decode_error, places

FORMATS = ("pdf", "tex", "md", "html")
LANGUAGES = ("en", "de", "fr", "es")     # those of crossref.LANGUAGES, which is not imported for this alone
ROUNDINGS = ("half-even", "half-up")     # where ties go: to the even digit, away from zero
_TEXTS = ("title", "subtitle", "author", "course", "language", "date")
_KEYS = (*_TEXTS, "formats", "rounding", "declared")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class ReportMeta:
    """What report.toml says.  ``date`` is an ISO date ("2024-03-01") or empty; ``folder`` is the report's folder."""

    folder: Path
    name: str
    title: str
    subtitle: str = ""
    author: str = ""
    course: str = ""
    language: str = "en"
    date: str = ""
    formats: tuple[str, ...] = FORMATS
    declared: tuple[str, ...] = ()
    rounding: str = ROUNDINGS[0]


def read_config(folder: Path) -> ReportMeta:
    """The ReportMeta of the report in ``folder``.

    Raises FindingsError: file-missing, file-unreadable or config-invalid, all that are wrong at once.
    """
    path = folder / "report.toml"
    text, table = load_toml(path, "config-invalid")
    reader = _Reader(str(path), places(text))
    values = {key: reader.text(table, key) for key in _TEXTS if key != "date"}
    if not values["title"].strip():
        reader.wrong(("title",), "a report needs a title", 'write title = "..."')
    language = values["language"] or "en"
    if not _LANGUAGE.fullmatch(language):
        reader.wrong(("language",), f"{language!r} is no language code", 'write language = "en"')
    elif language.partition("-")[0] not in LANGUAGES:
        reader.wrong(("language",), f"there are no words for the language {language!r}", f"known: {', '.join(LANGUAGES)}; texts of steps are English in each")
    date = reader.date(table)
    formats = reader.formats(table)
    declared = reader.declared(table)
    rounding = table.get("rounding", ROUNDINGS[0])
    if rounding not in ROUNDINGS:
        reader.wrong(("rounding",), f"{rounding!r} is no rule for ties", f"known: {', '.join(ROUNDINGS)}")
    for key in table:
        if key not in _KEYS:
            reader.unknown((key,), key, _KEYS)
    if reader.findings:
        raise FindingsError(*reader.findings)
    return ReportMeta(
        folder=folder, name=folder.resolve().name, title=values["title"], subtitle=values["subtitle"],
        author=values["author"], course=values["course"], language=language, date=date,
        formats=formats, declared=declared, rounding=rounding)


def load_toml(path: Path, code: str) -> tuple[str, dict[str, object]]:
    """The text of a TOML file and its table.  Raises FindingsError: file-missing, file-unreadable, or ``code``."""
    text = read_text(path)
    try:
        return text, tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or an integer that is too long for int()
        message, span = decode_error(error, text, str(path))
        raise FindingsError(Finding(code, f"{path.name} is not TOML: {message}", span)) from error
    except RecursionError as error:
        raise FindingsError(Finding(code, f"{path.name} is nested too deeply", Span(str(path)))) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.  Raises FindingsError: file-missing or file-unreadable."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FindingsError(Finding("file-missing", f"there is no file {path.name} in {path.parent}", Span(str(path))),
                            exit_code=EXIT_FINDINGS if path.parent.is_dir() else EXIT_UNABLE) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FindingsError(Finding("file-unreadable", f"{path.name} is not UTF-8 text: byte {error.start} is "
                                    f"0x{error.object[error.start]:02x}", Span(str(path), line),
                                    "save it as UTF-8")) from error
    except OSError as error:
        raise FindingsError(Finding("file-unreadable", f"{path.name} cannot be read: {error.strerror or error}",
                                    Span(str(path)))) from error


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known name, or with all of them where none is near and they are few."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if not near:  # the same letters in another case are near, whatever difflib thinks of short names
        near = [k for k in known if k.casefold() == name.casefold()][:1]
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= 12 else ""


class _Reader:
    """Takes entries out of the table and collects what is wrong with them."""

    def __init__(self, file: str, where: Places) -> None:
        self.file = file
        self.where = where
        self.findings: list[Finding] = []

    def wrong(self, path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        self.findings.append(Finding("config-invalid", message, self.where.value(self.file, path), hint))

    def unknown(self, path: tuple[str | int, ...], key: str, known: Iterable[str]) -> None:
        self.findings.append(Finding("config-invalid", f"report.toml has no entry called {key!r}",
                                     self.where.key(self.file, path), did_you_mean(key, known)))

    def text(self, table: dict[str, object], key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value
        self.wrong((key,), f"{key} is a text, not {kind(value)}", f'write {key} = "..."')
        return "-" if key == "title" else ""  # one finding an entry: a wrong title is not also an empty one

    def date(self, table: dict[str, object]) -> str:
        value = table.get("date", "")
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value.isoformat()
        if value == "":
            return ""
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value).isoformat()
            except ValueError:
                self.wrong(("date",), f"{value!r} is not a date", "write date = 2024-03-01 (year, month, day)")
                return ""
        self.wrong(("date",), f"date is a date, not {kind(value)}", "write date = 2024-03-01 (year, month, day)")
        return ""

    def formats(self, table: dict[str, object]) -> tuple[str, ...]:
        value = table.get("formats", list(FORMATS))
        if not isinstance(value, list):
            self.wrong(("formats",), f"formats is a list, not {kind(value)}", 'write formats = ["pdf", "html"]')
            return FORMATS
        if not value:
            self.wrong(("formats",), "formats is empty, so nothing would be built", 'write formats = ["pdf", "html"]')
        for index, item in enumerate(value):
            if item not in FORMATS:
                self.wrong(("formats", index), f"{item!r} is not a format",
                           did_you_mean(item, FORMATS) if isinstance(item, str) else f"known: {', '.join(FORMATS)}")
            elif item in value[:index]:
                self.wrong(("formats", index), f"the format {item!r} is there twice")
        return tuple(item for item in FORMATS if item in value)

    def declared(self, table: dict[str, object]) -> tuple[str, ...]:
        value = table.get("declared", {})
        if not isinstance(value, dict):
            self.wrong(("declared",), f"declared is a table, not {kind(value)}", 'write [declared] and names = ["..."]')
            return ()
        for key in value:
            if key != "names":
                self.unknown(("declared", key), f"declared.{key}", ("declared.names",))
        names = value.get("names", [])
        if not isinstance(names, list):
            self.wrong(("declared", "names"), f"names is a list of texts, not {kind(names)}", 'write names = ["..."]')
            return ()
        for index, item in enumerate(names):
            path = ("declared", "names", index)
            if not isinstance(item, str):
                self.wrong(path, f"a declared name is a text, not {kind(item)}", f'write "{item}"')
            elif not item.strip():
                self.wrong(path, "a declared name is empty")
            elif item in names[:index]:
                self.wrong(path, f"{item!r} is declared twice")
        return tuple(item for item in names if isinstance(item, str))


def kind(value: object) -> str:
    """What a TOML value is, in words: "an integer", "a list"."""
    if isinstance(value, bool):
        return "a truth value"
    for types, words in (((int,), "an integer"), ((float,), "a float"), ((str,), "a text"), ((list,), "a list"),
                         ((dict,), "a table"), ((datetime.datetime, datetime.date, datetime.time), "a date or time")):
        if isinstance(value, types):
            return words
    return type(value).__name__
