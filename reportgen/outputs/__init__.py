"""The outputs: one row of a table for each format, from a document to named bytes.

Nothing here writes into the report or the build folder: ``write`` answers bytes, and the caller puts them in place.
The same document gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from reportgen.crossref import wording
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.document import Document
from reportgen.pandoctree import Node

if TYPE_CHECKING:
    from reportgen.config import ReportMeta
    from reportgen.figures import Figure

Details = Mapping[str, tuple[Node, ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer gets."""

    document: Document
    meta: ReportMeta
    figures: Mapping[str, Figure]
    details: Details = field(default_factory=dict)

    @property
    def words(self) -> Mapping[str, str]:
        """The words of the report's language."""
        return wording(self.meta.language)

    @property
    def shown_figures(self) -> list[Figure]:
        return [self.figures[name] for name in self.document.figures]

    def variables(self) -> dict[str, Any]:
        """The metadata that every page layout may use; pandoc escapes each for its format."""
        meta, words = self.meta, self.words
        values = {"title": meta.title, "subtitle": meta.subtitle, "author": meta.author, "course": meta.course,
                  "lang": meta.language, "date": long_date(meta.date, words), "isodate": meta.date,
                  **{"word-" + name: words[name] for name in ("contents", "skip", "page", "of", "close")}}
        return {name: value for name, value in values.items() if value}


Files = dict[str, bytes]
# format -> engine -> "module:function" of a writer: it does what it can without the figures, and answers a function that does the
# rest; the first engine is the default
FORMATS: dict[str, dict[str, str]] = {
    "pdf": {"typst": "typst:begin", "latexmk": "latex:begin_pdf"},
    "tex": {"": "latex:begin"},
    "md": {"": "markdown:begin"},
    "html": {"": "html:begin"},
}


def write(document: Document, meta: ReportMeta, figures: Mapping[str, Figure], details: Details, target: str,
          engine: str = "typst") -> Files:
    """The files of one format: relative name -> bytes, ``report.<target>`` first, then figures it needs beside it.

    Raises FindingsError: engine-missing (exit code 2), engine-failed; usage for an unknown format or engine.
    """
    return begin(document, meta, figures, details, target, engine)()


def begin(document: Document, meta: ReportMeta, figures: Mapping[str, Figure], details: Details, target: str,
          engine: str = "typst") -> Callable[[], Files]:
    """What can be done of ``write`` before the figures are drawn, and a function that does the rest; both raise FindingsError."""
    engines = FORMATS.get(target)
    if engines is None:
        raise FindingsError(Finding("usage", f"there is no format {target}", hint=f"formats: {', '.join(FORMATS)}"),
                            exit_code=EXIT_UNABLE)
    row = engines.get(engine) if target == "pdf" else engines[""]
    if row is None:
        raise FindingsError(Finding("usage", f"there is no engine {engine}", hint=f"engines: {', '.join(engines)}"),
                            exit_code=EXIT_UNABLE)
    module, _, function = row.partition(":")
    writer: Callable[[Job], Callable[[], Files]] = getattr(import_module(f"reportgen.outputs.{module}"), function)
    return writer(Job(document, meta, figures, details))


def prepare(targets: Collection[str], engine: str) -> None:
    """Import what these formats need, while something else waits; what is missing is told when it is needed."""
    with suppress(ImportError):
        import_module("reportgen.readback")
        if "pdf" in targets:
            import_module("reportgen.readback.pdf")
            import_module("pypdfium2")
            if engine == "typst":
                import_module("reportgen.outputs.typst").fonts()


def long_date(date: str, words: Mapping[str, str]) -> str:
    """An ISO date as the language writes it; anything else as it is."""
    parts = date.split("-")
    months = words["months"].split()
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or not 1 <= int(parts[1]) <= 12:
        return date
    return words["date"].format(day=int(parts[2]), month=months[int(parts[1]) - 1], year=parts[0])
