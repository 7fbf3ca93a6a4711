"""The read-back: the numerals of a finished file are read again, and each one must be one that the document put there.

    document, metadata -> expected (what must be there) --.
    finished bytes -> page / sources / pdf (what is there) +-> align -> findings

Nothing is written until this has passed.  A numeral that was altered, lost, moved or added on the way through a writer
or an engine is a finding with its page or line; so are a lost minus sign, a moved decimal point, and an exponent that
came down to the line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError, Span
from reportgen.document import Document
from reportgen.pandoctree import Node
from reportgen.readback.expected import Apart, Expected, Part, expected
from reportgen.readback.numerals import MOST, PAGE, Difference, Numeral, align, split

if TYPE_CHECKING:
    from reportgen.config import ReportMeta
    from reportgen.figures import Figure
    from reportgen.readback.page import Read
    from reportgen.readback.pdf import Sheet

_TOLD = 20      # findings for one file; more of them have one cause


def check(document: Document, meta: ReportMeta, figures: Mapping[str, Figure], details: Mapping[str, Sequence[Node]], target: str, engine: str,
          files: Mapping[str, bytes], wanted: Expected | None = None) -> dict[str, int]:
    """How many numerals of the finished ``files`` of a format were traced, by kind (value, text, furniture, page).

    ``wanted``: what ``expected`` says of this document and format, where that is known already.
    Raises FindingsError: numeral-altered, numeral-untraced, numeral-missing; engine-missing where a PDF cannot be read.
    """
    wanted = wanted or expected(document, meta, details, target, engine)
    if target == "pdf":
        traced, findings = _pdf(files["report.pdf"], wanted, figures if engine == "latexmk" else {})
    else:
        traced, findings = _source(files[f"report.{target}"].decode("utf-8"), wanted, target)
        findings += _pictures(files, figures, wanted.figures, target)
    if findings:
        told = findings[:_TOLD]
        if len(findings) > _TOLD:
            told.append(Finding("numeral-altered", f"and {len(findings) - _TOLD} more in {_name(target)}", Span(_name(target))))
        raise FindingsError(*told)
    return _counts(traced)


def _name(target: str) -> str:
    # not the name of the file in place: that one is the last good one, and its lines are others
    return f"new report.{target}"


def _counts(numerals: Sequence[Numeral]) -> dict[str, int]:
    counts = dict.fromkeys(("value", "text", "furniture", "page"), 0)
    for numeral in numerals:
        counts[numeral.kind] += 1
    return counts


# --- sources: HTML, LaTeX, Markdown -----------------------------------------------------------------------------

def _source(source: str, wanted: Expected, target: str) -> tuple[list[Numeral], list[Finding]]:
    parts: Mapping[str, Read]
    if target == "html":
        from reportgen.readback.page import Page
        parts = Page(source).parts
    else:
        from reportgen.readback import sources
        parts = {"text": (sources.latex if target == "tex" else sources.markdown)(source)}
    lines = [0, *(match.end() for match in re.finditer("\n", source))]
    traced: list[Numeral] = []
    findings: list[Finding] = []
    known = set(wanted.parts)
    for name, part in wanted.parts.items():
        read = parts.get(name)
        for meant, found in ((part.seen, read.seen if read else []), (part.said, read.said if read else [])):
            result = align(meant, found)
            traced += [meant[i] for i, _ in result.pairs]
            findings += [_told(difference, _place(source, lines, difference, found, target)) for difference in result.differences]
    for name, read in parts.items():
        if name not in known and not _is_choice(name, known):
            findings += [_told(Difference(None, numeral, 0), _place(source, lines, Difference(None, numeral, 0), read.seen, target)) for numeral in read.seen]
    return traced, findings


def _is_choice(name: str, known: set[str]) -> bool:
    """Whether a box only offers several other boxes, by the names of their entries."""
    return name.startswith("why-") and all(f"why-{entry}" in known for entry in name.removeprefix("why-").split("--"))


def _place(source: str, lines: list[int], difference: Difference, found: Sequence[Numeral], target: str) -> tuple[str, Span]:
    """(the words around, the place) of a difference."""
    if difference.found is not None:
        at, length = difference.found.at, difference.found.end - difference.found.at
    else:
        at, length = (found[difference.after - 1].end if difference.after else found[0].at if found else 0), 0
    line = bisect_right(lines, at)
    words = source[max(lines[line - 1], at - 30):at + length + 30].split("\n")[0]
    return f'"{words.strip()}"', Span(_name(target), line, at - lines[line - 1] + 1, length)


def _told(difference: Difference, place: tuple[str, Span]) -> Finding:
    words, span = place
    meant, found = difference.meant, difference.found
    hint = "this is a fault of a writer or an engine, not of the report; the last good file stays in place"
    if meant is None:
        return Finding("numeral-untraced", f"{found} comes from no value and no text of the report: {words}", span, hint=hint)
    whence = f" (of {meant.entry})" if meant.entry else ""
    if found is None:
        return Finding("numeral-missing", f"{meant}{whence} is missing after {words}", span, hint=hint)
    return Finding("numeral-altered", f"{found} stands where {meant}{whence} belongs: {words}", span, hint=hint)


def _pictures(files: Mapping[str, bytes], figures: Mapping[str, Figure], shown: Sequence[str], target: str) -> list[Finding]:
    """Figures are delivered as they were drawn: their numerals were traced when they were, and are outlines since."""
    findings = []
    if target == "html":
        meant = {name: _outlines(b"".join(_DRAWING.findall(figures[name].svg))) for name in shown}
        there = [_outlines(drawing) for drawing in _DRAWING.findall(files["report.html"])]
        altered = [name for name, outlines in meant.items() if outlines not in there]
        if any(outlines not in meant.values() for outlines in there):
            findings.append(Finding("numeral-untraced", "a drawing on the page is no figure of the report", Span(_name(target))))
    else:
        ending = "pdf" if target == "tex" else "svg"
        altered = [name for name in shown if files.get(f"figures/{name}.{ending}") != getattr(figures[name], ending)]
    findings += [Finding("numeral-altered", f"the figure {name} is not as it was drawn", Span(_name(target))) for name in altered]
    return findings


_DRAWING = re.compile(rb"<svg\b.*?</svg>", re.DOTALL)
_GROUND = re.compile(rb"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<title.*?</title>", re.DOTALL)
_SHAPES = re.compile(rb'\b(?:d|x|y|x1|x2|y1|y2|cx|cy|points|transform)="[^"]*"|(?<=>)[^<>]*\d[^<>]*(?=</t)')


def _outlines(drawing: bytes) -> bytes:
    """What a drawing shows, without the names of its parts."""
    return b"\n".join(match.group() for match in _SHAPES.finditer(_GROUND.sub(b"", drawing)))


# --- PDF ----------------------------------------------------------------------------------------------------------

def _pdf(data: bytes, wanted: Expected, figures: Mapping[str, Figure]) -> tuple[list[Numeral], list[Finding]]:
    try:
        from reportgen.readback.drawings import drawn
        from reportgen.readback.pdf import read_aloud, sheets
        known = drawn({name: figures[name] for name in wanted.figures if name in figures})
        pages = sheets(data, known)
    except ImportError as error:
        raise FindingsError(Finding("engine-missing", "pypdfium2 is not installed, with which a finished PDF is read again",
                                    hint="type: python -m pip install pypdfium2"), exit_code=EXIT_UNABLE) from error
    except Exception as error:      # pdfium's own errors have no common base
        raise FindingsError(Finding("engine-failed", f"the finished PDF cannot be read: {error}", Span(_name("pdf")))) from error
    whole = wanted.parts["text"].seen
    meant = [piece for numeral in whole for piece in _pieces(numeral)]
    index = _moved(whole)
    apart = [Apart(index[a.index], index[a.until] if a.until >= 0 else -1, [p for n in a.seen for p in _pieces(n)], a.note) for a in wanted.apart]
    found = [numeral for sheet in pages for numeral in sheet.body]
    if apart:
        meant = _with_apart(meant, found, apart)
    result = align(meant, found, roles=False)
    findings = [_told_on_page(difference, found, pages) for difference in result.differences]
    for i, j in result.pairs:
        want, have = meant[i], found[j]
        sheet = pages[have.page - 1]
        if want.glued and not have.glued:
            findings.append(_told_on_page(Difference(want._replace(text="," + want.text), have, j), found, pages))
        elif want.kind in ("value", "text") and not sheet.stands(have, want.role):
            findings.append(Finding("numeral-altered", f"page {have.page}: {want} does not stand where it should, {_WHERE[want.place]}: "
                                    f'"{sheet.around(have)}"', Span(_name("pdf"))))
    roots = sum(numeral.text == "√" for numeral in [*whole, *(numeral for a in wanted.apart for numeral in a.seen if a.note)])
    if roots != sum(sheet.roots for sheet in pages):
        findings.append(Finding("numeral-altered", f"the pages show {sum(sheet.roots for sheet in pages)} roots where {roots} belong", Span(_name("pdf"))))
    aloud = wanted.parts["text"].said
    if aloud:
        said = read_aloud(pages, aloud)
        findings += [_told(difference, ("a description of a formula or picture", Span(_name("pdf")))) for difference in align(aloud, said).differences]
    findings += _figures(pages, [name for name in wanted.pictures if name in known.values()])
    findings += _furniture(pages, wanted)
    findings += _contents(meant, found, result.pairs)
    return [meant[i] for i, _ in result.pairs], findings


_WHERE = {"sup": "above the line", "sub": "below the line", "num": "above a fraction bar", "den": "below a fraction bar", "": "on the line",
          "top": "above", "low": "below", "cell": "in a matrix", "index": "at a root"}


def _pieces(numeral: Numeral) -> list[Numeral]:
    """A numeral as pages are compared: split at its commas; roots are only counted."""
    return [] if numeral.text == "√" else split(numeral)


def _moved(numerals: Sequence[Numeral]) -> list[int]:
    """Index of each numeral -> its index among the pieces."""
    out, at = [], 0
    for numeral in numerals:
        out.append(at)
        at += len(_pieces(numeral))
    return out


def _with_apart(meant: list[Numeral], found: list[Numeral], apart: Sequence[Apart]) -> list[Numeral]:
    """What was meant, with footnotes at the end of their pages and the heads of tables repeated where a page begins."""
    page = _pages_of(meant, found)
    # what stands at the foot of a page must not be taken for the beginning of the next one
    page = _pages_of(meant, _without_notes(found, apart, page))
    inserted: list[tuple[int, int, list[Numeral]]] = []
    for what in apart:
        if what.note:
            end = what.index
            while end < len(meant) and page[end] <= page[what.index]:
                end += 1
            inserted.append((end, 0, what.seen))
        else:
            inserted += [(i, 1, what.seen) for i in range(what.index, min(what.until + 1, len(meant))) if i and page[i] > page[i - 1]]
    out: list[Numeral] = []
    at = 0
    for place, _, seen in sorted(inserted, key=lambda one: (one[0], one[1])):
        out += meant[at:place]
        out += seen
        at = place
    return out + meant[at:]


def _pages_of(meant: Sequence[Numeral], found: Sequence[Numeral]) -> list[int]:
    """The page of each numeral that was meant, as far as can be seen; where one is missing, that of the one before it."""
    page: list[int] = [0] * len(meant)
    for i, j in align(meant, found, roles=False).pairs:
        page[i] = found[j].page
    last = 0
    for i, number in enumerate(page):
        last = page[i] = max(number, last)
    return page


def _without_notes(found: Sequence[Numeral], apart: Sequence[Apart], page: Sequence[int]) -> list[Numeral]:
    """What was found without the notes with which pages end."""
    notes: dict[int, list[str]] = {}
    for what in apart:
        if what.note:
            notes.setdefault(page[what.index], []).extend(numeral.text for numeral in what.seen)
    out: list[Numeral] = []
    for number, numerals in groupby(found, key=lambda numeral: numeral.page):
        there, foot = list(numerals), notes.get(number, [])
        ends = bool(foot) and [numeral.text for numeral in there[-len(foot):]] == foot
        out += there[:-len(foot)] if ends else there
    return out


def _told_on_page(difference: Difference, found: Sequence[Numeral], pages: Sequence[Sheet]) -> Finding:
    near = difference.found or (found[difference.after - 1] if difference.after else found[0] if found else None)
    if near is None:
        return _told(difference, ("the beginning", Span(_name("pdf"))))
    told = _told(difference, (f'"{pages[near.page - 1].around(near)}"', Span(_name("pdf"))))
    return Finding(told.code, f"page {near.page}: {told.message}", told.span, told.hint)


def _figures(pages: Sequence[Sheet], meant: Sequence[str]) -> Iterator[Finding]:
    """Figures with texts stand on the pages as they were drawn, in their order."""
    there = [(name, sheet.number) for sheet in pages for name in sheet.figures]
    result = align([Numeral(name) for name in meant], [Numeral(name, page=page) for name, page in there])
    for difference in result.differences:
        if difference.meant is not None:
            yield Finding("numeral-altered", f"the figure {difference.meant.text} is not as it was drawn, or not in its place", Span(_name("pdf")))
        elif difference.found is not None:
            yield Finding("numeral-untraced", f"page {difference.found.page}: the figure {difference.found.text} is here once too often", Span(_name("pdf")))


def _furniture(pages: Sequence[Sheet], wanted: Expected) -> Iterator[Finding]:
    """Headers hold the title and the course, or nothing; footers the page and how many there are."""
    header = [text for numeral in wanted.header for text in numeral.text.split(",")]
    for sheet in pages:
        if [numeral.text for numeral in sheet.header] != (header if sheet.number > 1 else []):
            yield Finding("numeral-altered", f"page {sheet.number}: the header shows other numerals than the title and the course have", Span(_name("pdf")))
        if [numeral.text for numeral in sheet.footer] != [str(sheet.number), str(len(pages))]:
            yield Finding("numeral-altered", f"page {sheet.number}: the footer does not show page {sheet.number} of {len(pages)}", Span(_name("pdf")))


def _contents(meant: Sequence[Numeral], found: Sequence[Numeral], pairs: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """The contents name the page on which a heading stands; for a heading without numerals, one that is possible."""
    stands = {meant[i].heading: found[j].page for i, j in pairs if meant[i].heading >= 0 and meant[i].kind != "page"}
    last = max((numeral.page for numeral in found), default=1)
    before = 1
    for i, j in pairs:
        if meant[i].kind != "page":
            continue
        number, page = int(found[j].text), stands.get(meant[i].heading)
        if number != page if page else not before <= number <= last:
            belongs = page or f"a number from {before} to {last}"
            yield Finding("numeral-altered", f"page {found[j].page}: the contents name page {number}, where {belongs} belongs", Span(_name("pdf")))
        before = max(before, number)


__all__ = ["MOST", "PAGE", "Expected", "Part", "check", "expected"]
