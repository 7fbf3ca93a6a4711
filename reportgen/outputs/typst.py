"""PDF by Typst, tagged, with the fonts inside the typst wheel: the same bytes on each machine."""

from __future__ import annotations

import atexit
import datetime
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import pandoc
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.outputs.common import breaks_kept, formulas, unwrapped
from reportgen.outputs.room import is_small, table_size
from reportgen.outputs.typstmath import finish, prepare
from reportgen.pandoctree import Node, math, nodes, pair, para, plain_text, raw, raw_block, rewrite
from reportgen.resources import layout

if TYPE_CHECKING:
    from reportgen.outputs import Job

# PDF 1.7 needs a moment of creation; a report without a date is made at the beginning of 1980, as in reproducible builds.
_NO_DATE = 315532800


_last: tuple[str, tuple[str, ...]] = ("", ())     # the source of the last page, and its figures


def begin(job: Job) -> Callable[[], dict[str, bytes]]:
    """``report.pdf``."""
    global _last
    text = source(job)
    _last = text, tuple(job.document.figures)

    def finish() -> dict[str, bytes]:
        figures = {figure.name: figure.svg for figure in job.shown_figures}
        if _keeping:
            return {"report.pdf": compile_pdf(_laid_out(_own_folder(os.getpid()), text, figures), job.meta.date)}
        with tempfile.TemporaryDirectory(prefix="reportgen-") as name:
            return {"report.pdf": compile_pdf(_laid_out(Path(name), text, figures), job.meta.date)}
    return finish


_keeping = False


def keep() -> None:
    """From now on this process lays out all its pages in one folder, with one compiler: right where many are made of one report.

    Such a compiler reads of a page what differs from the page before it.
    """
    global _keeping
    _keeping = True


@cache
def _own_folder(process: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="reportgen-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def last() -> tuple[str, tuple[str, ...]]:
    """The source of the last page that this process has made, and the names of its figures, for ``warm`` in a process that comes later."""
    return _last


def warm(text: str, figures: Mapping[str, bytes]) -> None:
    """Have Typst lay out an earlier page of the report, while this process is busy with the next one.

    Typst remembers what it laid out by what it was given, so of the next page only what differs is laid out.  What comes of this
    page is nobody's; a process that has made a page already has no need of it.
    """
    if _last[0] or not text:
        return
    import typst

    with tempfile.TemporaryDirectory(prefix="reportgen-") as name, suppress(typst.TypstError):
        _compiler(_laid_out(Path(name), text, figures)).query("<nothing>")


def _laid_out(folder: Path, text: str, figures: Mapping[str, bytes]) -> Path:
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for other in {path.stem for path in (folder / "figures").iterdir()} - figures.keys():
        (folder / "figures" / f"{other}.svg").unlink()
    for name, svg in figures.items():
        (folder / "figures" / f"{name}.svg").write_bytes(svg)
    (folder / "report.typ").write_text(text, encoding="utf-8", newline="\n")
    return folder


def compile_pdf(folder: Path, date: str = "") -> bytes:
    """The PDF of ``folder/report.typ``; nothing outside the folder can be read.

    Raises FindingsError: engine-missing (exit code 2), engine-failed.
    """
    try:
        import typst
    except ImportError as error:
        raise FindingsError(Finding("engine-missing", "Typst is not installed", hint="type: python -m pip install typst"),
                            exit_code=EXIT_UNABLE) from error
    try:
        compiler = _own_compiler(folder) if _keeping and folder == _own_folder(os.getpid()) else _compiler(folder)
        try:
            # PDF/UA: readable aloud.  A text that cannot be (a level of headings left out) is delivered tagged all the same.
            pdf, warnings = compiler.compile_with_warnings(format="pdf", timestamp=_moment(date), pdf_standards=["ua-1"])
        except typst.TypstError:
            pdf, warnings = compiler.compile_with_warnings(format="pdf", timestamp=_moment(date))
    except typst.TypstError as error:
        hints = "; ".join(getattr(error, "hints", None) or ())
        raise FindingsError(Finding("engine-failed", f"Typst: {getattr(error, 'message', error)}", hint=hints)) from error
    if warnings:
        raise FindingsError(*(Finding("engine-failed", f"Typst warns: {getattr(warning, 'message', warning)}",
                                      hint="; ".join(getattr(warning, "hints", None) or ())) for warning in warnings))
    return bytes(pdf)


def _compiler(folder: Path) -> Any:
    import typst
    return typst.Compiler(str(folder / "report.typ"), root=str(folder), font_paths=fonts(), package_path=str(folder), package_cache_path=str(folder))


_own_compiler = cache(_compiler)


@cache
def fonts() -> Any:
    """The fonts inside the wheel, loaded once in a process."""
    import typst
    return typst.Fonts(include_system_fonts=False)


def _moment(date: str) -> int:
    try:
        day = datetime.datetime.fromisoformat(date)
    except ValueError:
        return _NO_DATE
    return int(day.replace(tzinfo=datetime.UTC).timestamp())


def source(job: Job) -> str:
    """The Typst source of the report; figures are read from ``figures/``."""
    blocks = formulas(list(job.document.blocks), _display, _inline)

    def change(node: Node) -> Node | list[Node] | None:
        tag = node["t"]
        if tag == "Figure":
            return _figure(node)
        if tag == "Image":
            return raw("typst", "#box(" + _image(node) + ");")
        if tag == "Table" and node["c"][1][1]:
            return [raw_block("typst", f"#{table_size(node)}["), node, raw_block("typst", "]")]
        if tag == "Div" and "declared-note" in node["c"][0][1]:
            return [raw_block("typst", "#declared["), *node["c"][1], raw_block("typst", "]")]
        return unwrapped(node)

    meta = job.variables()
    try:
        day = datetime.date.fromisoformat(job.meta.date)
        meta["typstdate"] = {"t": "MetaInlines", "c": [
            raw("typst", f"datetime(year: {day.year}, month: {day.month}, day: {day.day})")]}
    except ValueError:
        pass
    meta["typstlang"] = job.meta.language.split("-")[0]
    blocks = _led_in(rewrite(blocks, change, ("Figure", "Image", "Table", "Div", "Span")))
    return finish(pandoc.write_in_parts(blocks, "typst", raw="typst", meta=meta, template=layout("report.typ")))


def _led_in(blocks: list[Node]) -> list[Node]:
    """The blocks with each sentence that leads to a display formula kept on the formula's page."""
    out: list[Node] = []
    for block, following in zip(blocks, [*blocks[1:], None]):
        leads = block["t"] == "Para" and not _is_display(block) and following is not None and _is_display(following)
        out += [raw_block("typst", "#leadin["), block, raw_block("typst", "]")] if leads else [block]
    return out


def _is_display(block: Node) -> bool:
    first = block["c"][0] if block["t"] == "Para" and block["c"] else None
    return first is not None and first["t"] == "RawInline" and first["c"][1].startswith(("#display(", "#small("))


def quoted(text: str) -> str:
    """A Typst string literal."""
    # JSON's escapes for quotes, backslashes and line feeds are Typst's; other controls cannot occur in a document
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _display(tex: str, name: str, number: str, alt: str, entries: str) -> Node:
    function, arguments = "display", [quoted(alt or tex)]
    if number:
        arguments.append(f"number: {quoted(number)}")
    if name:
        arguments.append(f"name: {quoted(name)}")
    if len(arguments) == 1 and is_small(tex):
        function = "small"
    return para([raw("typst", f"#{function}({', '.join(arguments)})["), math(prepare(breaks_kept(tex)), display=True),
                 raw("typst", "];")])


def _inline(tex: str, alt: str) -> list[Node]:
    # the semicolon ends the call: a bracket that follows in the text must not become an argument
    return [raw("typst", f"#formula({quoted(alt)})["), math(prepare(tex)), raw("typst", "];")]


def _image(node: Node) -> str:
    attributes, inlines, (address, _) = node["c"]
    alt = pair(attributes, "alt") or plain_text(inlines)
    width = pair(attributes, "width")
    size = f", width: {width}" if _is_length(width) else ""
    return f'image({quoted("figures/" + address.removeprefix("figure:") + ".svg")}, alt: {quoted(alt)}{size})'


def _is_length(text: str) -> bool:
    number = text.rstrip("%abcdefghijklmnopqrstuvwxyz")
    return bool(number) and number.replace(".", "", 1).isdigit() and text[len(number):] in ("%", "cm", "mm", "in", "pt", "em")


def _figure(node: Node) -> list[Node]:
    attributes, (_, said), inside = node["c"]
    images = [item for item in nodes(inside) if item["t"] == "RawInline" or item["t"] == "Image"]
    code = ", ".join(item["c"][1].removeprefix("#box(").removesuffix(");") for item in images if item["t"] == "RawInline")
    inlines = [inline for block in said for inline in block.get("c", [])]
    label = f" <{attributes[0]}>" if attributes[0] else ""
    return [para([raw("typst", f"#figure({code}, caption: ["), *inlines, raw("typst", f"], kind: image){label}")])]
