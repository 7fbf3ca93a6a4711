"""Documents that somebody else wrote, as a stream of claims with their places.

Markdown, LaTeX and plain text are scanned once, in linear time: code, comments and links are passed over, formulas are found
by their delimiters, arithmetic in plain text by its signs.  Nothing is included, expanded without limit or executed.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from . import phrases, tables
from .macros import expanded, macros_of, within
from .pdftext import STACKED, read_pdf, tidied
from .quotes import around, attributed, quoted_tables
from .standing import standing

MAX_BYTES = 64 << 20
MAX_SEGMENT = 20_000
MAX_PLAIN = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column from 1, and the length on that line; ``page`` of a PDF, whose lines are counted on their page."""

    line: int
    column: int
    length: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A piece that asserts something: ``text`` as it is to be read, ``form``, what stands around it, its place.

    ``form``: "math", "plain" (arithmetic between words), "standing" (a line that is an equation) or "total" (a cell in a row of
    totals, with what it is the total of), "stacked" (a line of a formula in two dimensions, in a PDF).  ``begin`` and ``end`` are
    offsets in the document.  ``going_on``: the row as it stands, where it begins with a relation and ``text`` has been given the side before it.
    """

    text: str
    form: str
    context: str
    place: Place
    begin: int = 0
    end: int = 0
    total: tables.Total | None = None
    going_on: str = ""


_ENVIRONMENTS = "equation|align|gather|multline|eqnarray|alignat|flalign|displaymath|math|aligned|gathered|split|dmath"
_OPEN = re.compile(
    r"\\begin\{(?P<env>[A-Za-z]+)\*?\}|(?P<display>\$\$|\\\[|\\\()|(?P<dollar>\$)|(?P<ticks>`+|~{3,})|(?P<comment><!--)|<(?P<tag>script|style)\b|(?P<link>\]\(|https?://)|\\.",
    re.I | re.S,
)
_MATH_ENVIRONMENT = re.compile(rf"(?:{_ENVIRONMENTS})\Z")
_VERBATIM = frozenset({"verbatim", "lstlisting", "minted", "comment"})
_DOLLAR = re.compile(r"\$(?![\s$])((?:[^$\\\n]|\\.|\n(?![ \t]*\n)){1,2000}?)(?<![\s\\])\$(?!\d)")
_LINK = re.compile(r"\]\([^()\s]{0,2000}\)|https?://[^\s$]{0,2000}", re.I)
_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_TEX_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_RELATION = re.compile(r"=|\\approx|\\le(?:q|qslant)?(?![a-z])|\\ge(?:q|qslant)?(?![a-z])|<|>|≈|≤|≥|\\equiv")
_NAMED = re.compile(r"[A-Za-z](?:_\w|_\{[^{}]*\})?\s*=")
_CONTINUED = re.compile(r"[-+−*/]|\\(?:cdot|times|pm|div|quad|qquad)(?![a-z])")
_UNFINISHED = re.compile(r"(?:[-+−*/(]|\\(?:cdot|times|pm|div))\s*$")
_NUMBER = r"(?:\$ ?)?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?: \d{3}\b)*%?!?"
_PLAIN = re.compile(rf"(?P<claim>(?:[-−(\[]\s*)*{_NUMBER}(?:[ \t]*(?:[-+−–*/×÷·^()\[\]]|x(?=[ \t]*[\d($])|=|≈|≤|≥|<=|>=)+[ \t]*(?:{_NUMBER})?)*[)\]]*)")


class Document:
    """``text`` as it was decoded (bytes that are no UTF-8 become a replacement mark); ``claims()`` finds what it asserts.

    ``missing`` says what could not be read ("" if all was).
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.pages: list[int] = []  # where the pages of a PDF begin
        self.missing = ""
        if data.startswith(b"%PDF-") or name.lower().endswith(".pdf"):
            self._read_pdf(data)
        else:
            self.text = data[:MAX_BYTES].decode("utf-8", "replace")
            if len(data) > MAX_BYTES:
                self.missing = "is too long; its end was not read"
            elif "\ufffd" in self.text:
                self.missing = "holds bytes that are no UTF-8; they are passed over"
        self.latex = name.lower().endswith((".tex", ".ltx", ".latex"))
        self.starts = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", self.text))]
        self.macros: dict[str, tuple[int, str]] = {}
        self._quoted: tuple[tuple[int, int], ...] | None = None
        self.extra: list[Found] = []  # what somebody else found in it, in order

    def _read_pdf(self, data: bytes) -> None:
        found = read_pdf(data)
        pages = [tidied(page) for page in found.pages]
        self.text = "".join(pages)
        self.pages = [0, *accumulate(map(len, pages))][: len(pages)]
        self.missing = found.missing

    def lines(self) -> list[tuple[int, int, str]]:
        """(page, number, text) of each line; a PDF's lines are counted on their page."""
        found = []
        for k in range(1, len(self.starts) + 1):
            start = self.starts[k - 1]
            page = bisect_right(self.pages, start)
            first = bisect_right(self.starts, self.pages[page - 1]) - 1 if page else 0
            found.append((page, k - first, self.line(k)))
        return found[:-1] if found and not found[-1][2] else found

    def source(self, place: Place) -> str:
        """The line that a place is in."""
        first = bisect_right(self.starts, self.pages[place.page - 1]) - 1 if place.page else 0
        return self.line(first + place.line)

    def line(self, number: int) -> str:
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def place(self, begin: int, end: int) -> Place:
        number = bisect_right(self.starts, begin)
        start = self.starts[number - 1]
        stop = min(end, self.starts[number] - 1 if number < len(self.starts) else len(self.text))
        page = bisect_right(self.pages, begin)
        first = bisect_right(self.starts, self.pages[page - 1]) - 1 if page else 0
        return Place(number - first, begin - start + 1, max(1, stop - begin), page)

    def claims(self) -> Iterator[Found]:
        """Every claim in the order of the document."""
        text = self.text
        if self.latex:
            text = _TEX_COMMENT.sub(_blank, text)
            begin = text.find("\\begin{document}")
            self.macros = macros_of(text)
            if begin >= 0:
                text = " " * begin + text[begin:]
        yield from heapq.merge(self._written(text), self._totals(text), self.extra, key=lambda found: found.begin)

    def _written(self, text: str) -> Iterator[Found]:
        """Formulas and arithmetic."""
        position = 0
        for begin, end, inner in _joined(text):
            if begin < position:
                continue
            if inner is not None and text[begin] == "$" != text[begin + 1 : begin + 2] and (line := self._line_around(text, begin, position)) is not None:
                yield from self.plain(text, position, line.begin)
                yield line
                position = text.find("\n", begin)
                position = len(text) if position < 0 else position
                continue
            yield from self.plain(text, position, begin)
            if inner is not None:
                yield from self.math(text, *inner)
            position = end
        yield from self.plain(text, position, len(text))

    def quotes(self, begin: int) -> bool:
        """Whether the document only reports there what somebody else states."""
        if self._quoted is None:
            self._quoted = quoted_tables(self.text)
        return any(a <= begin < b for a, b in self._quoted) or attributed(self.text, begin)

    def displays(self) -> Iterator[tuple[int, int]]:
        """(begin, end) of what stands in each display."""
        for begin, _, inner in _spans(self.text):
            if inner is not None and (self.text[begin : begin + 2] in ("$$", "\\[") or self.text.startswith("\\begin", begin)):
                formula = self.text[slice(*inner)]
                yield inner[0] + len(formula) - len(formula.lstrip()), inner[0] + len(formula.rstrip())

    def _totals(self, text: str) -> Iterator[Found]:
        """Cells in rows of totals, outside of code."""
        if not tables.mentions_total(text):
            return
        passed = [(b, e) for b, e, inner in _spans(text) if inner is None and "\n" in text[b:e]]
        starts = [b for b, _ in passed]
        for grid in tables.grids(text):
            k = bisect_right(starts, grid.begin) - 1
            if k >= 0 and grid.begin < passed[k][1]:
                continue
            for total in sorted(tables.totals(grid), key=lambda t: t.cell.begin):
                cell = total.cell
                yield Found(cell.text, "total", cell.text, self.place(cell.begin, cell.end), cell.begin, cell.end, total)

    def _line_around(self, text: str, place: int, position: int) -> Found | None:
        """The line around a formula, where all of it is one equation."""
        begin = text.rfind("\n", max(0, place - 400), place) + 1
        if begin < position or place - begin >= 400:
            return None
        end = text.find("\n", place, place + 400)
        line = text[begin : end if end >= 0 else place + 400].rstrip("\r")
        if "=" not in re.sub(r"\$[^$]*\$", "", line):
            return None
        return self.standing(line, begin)

    def standing(self, line: str, offset: int) -> Found | None:
        """A line that is an equation and nothing else."""
        found = standing(line)
        if found is None:
            return None
        begin, end, formula = found
        return Found(formula, "standing", line, self.place(offset + begin, offset + end), offset + begin, offset + end)

    # --- formulas
    def math(self, text: str, begin: int, end: int) -> Iterator[Found]:
        if end - begin > MAX_SEGMENT:
            return
        context = around(text, begin, end)
        begin, end = within(text, begin, end, self.macros)
        rows: list[tuple[int, int, str]] = []
        for start, stop in _rows(text, begin, end):
            piece = _named_event(text[start:stop].replace("$$", "  "))  # of displays that are one formula
            lead = len(piece) - len(piece.lstrip(" \t\r\n&"))
            piece = piece.strip(" \t\r\n&")
            if not piece:
                continue
            if rows and (_CONTINUED.match(piece) or _UNFINISHED.search(rows[-1][2])) and not (piece[0] in "-−" and _RELATION.search(piece)):
                rows[-1] = (rows[-1][0], rows[-1][1], f"{rows[-1][2]} {piece}")      # a sum broken over two lines
            else:
                rows.append((start + lead, start + lead + len(piece), piece))
        before = ""
        for start, stop, piece in rows:
            goes_on = _RELATION.match(piece)
            if mentions_relation(piece) and (before or not goes_on or piece[0] == "="):
                whole = expanded(f"{before} {piece}" if goes_on and before else piece, self.macros)
                yield Found(whole, "math", context, self.place(start, stop), start, stop, None, piece if goes_on else "")
            before = "" if piece[0] in "-−" and not goes_on else _last_side(piece)

    # --- plain text
    def plain(self, text: str, begin: int, end: int) -> Iterator[Found]:
        place = text.find("=", begin, end)
        while 0 <= place < end:
            start = text.rfind("\n", begin, place) + 1
            start = max(start, begin)
            stop = text.find("\n", place, end)
            stop = end if stop < 0 else stop
            line = text[start : min(stop, start + MAX_SEGMENT)]
            if line.endswith(STACKED):
                if re.search(r"\d", line):
                    yield Found(line[:-1].strip(), "stacked", line[:-1], self.place(start, stop - 1), start, stop - 1)
                place = text.find("=", stop, end)
                continue
            whole = (start == 0 or text[start - 1] == "\n") and (stop == len(text) or text[stop] == "\n")
            alone = self.standing(line.rstrip("\r"), start) if whole else None
            if alone is not None and _NAMED.match(alone.text):
                yield alone
                place = text.find("=", stop, end)
                continue
            for cell in re.finditer(r"[^\t|]+" if line.count("|") > 2 or line.lstrip().startswith("|") else r"[^\t]+", line):
                if "=" in cell.group():
                    for found in self.arithmetic(cell.group(), start + cell.start()):
                        alone = None
                        yield found
            if alone is not None:
                yield alone
            place = text.find("=", stop, end)

    def arithmetic(self, line: str, offset: int) -> Iterator[Found]:
        """Arithmetic between words: ``so 3*21 = 63 years``."""
        spans = list(phrases.find(line))
        for begin, end in spans:
            yield Found(line[begin:end], "plain", line, self.place(offset + begin, offset + end), offset + begin, offset + end)
        if spans:
            return
        for match in _PLAIN.finditer(line) if len(line) <= MAX_PLAIN else ():
            text, start = match["claim"], match.start()
            if "=" not in text and "≈" not in text:
                continue
            before, after = line[:start].rstrip(), line[match.end() :]
            if re.match(r"\s*(?:[+*/^_×÷·]|[-−–]\s*[A-Za-z(]|=|[A-Za-z](?![A-Za-z])|\\|\()", after) or text.rstrip().endswith(tuple("+-*/^×÷·=≈(−–")):
                text = _without_last(text)
            if (
                start
                and (line[start - 1].isalnum() or line[start - 1] in "._^\\{}")
                or re.search(r"[-+*/^×÷·<>≤≥]$|(?:^|[^A-Za-z])[b-zB-HJ-Z]$", before)
                or text[:1] in "-−"
                and before[-1:].isalnum()
                or before.endswith(")")
            ):
                head, sign, text = text.partition("=")
                start += len(head) + len(sign)
            while text and (text[-1] in " ,.([{-+*/^" or text.count(")") > text.count("(") and text[-1] == ")"):
                text = text[:-1]
            lead = len(text) - len(text.lstrip())
            text = text.strip()
            if "=" not in text and "≈" not in text or not re.search(r"\d\s*[)%!]*\s*[-+−*/×÷·x^!%(]", text):
                continue
            begin = offset + start + lead
            yield Found(text, "plain", line, self.place(begin, begin + len(text)), begin, begin + len(text))


def _spans(text: str) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """(begin, end, formula inside or None for what is passed over): code, comments, links, formulas, in one pass.

    The next place of each closing mark is looked for once, so that a million openings without a closing cost no more than one.
    """
    ahead: dict[str, int] = {}

    def closing(mark: str, place: int, pattern: re.Pattern[str] | None = None) -> int:
        known = ahead.get(mark, -2)
        if known != -1 and known < place:
            if pattern is None:
                known = text.find(mark, place)
            else:
                match = pattern.search(text, place)
                known = match.start() if match else -1
            ahead[mark] = known
        return known

    place = 0
    while (opened := _OPEN.search(text, place)) is not None:
        begin, place = opened.span()
        if (environment := opened["env"]) is not None:
            skipped = environment in _VERBATIM
            if environment == "alignat" and (columns := re.compile(r"\s*\{\d{1,2}\}").match(text, place)) is not None:
                place = columns.end()
            if not skipped and not _MATH_ENVIRONMENT.match(environment):
                continue
            mark = re.compile(rf"\\end\{{{environment}\*?\}}")
            stop = closing(f"\\end{{{environment}}}", place, mark)
            if stop >= 0:
                end = text.index("}", stop) + 1
                yield begin, end, None if skipped else (place, stop)
                place = end
        elif (mark := opened["display"]) is not None:
            stop = closing(_CLOSERS[mark], place)
            if stop >= 0:
                yield begin, stop + 2, (place, stop)
                place = stop + 2
        elif opened["dollar"]:
            match = _DOLLAR.match(text, begin)
            if match:
                yield begin, match.end(), match.span(1)
                place = match.end()
        elif (ticks := opened["ticks"]) is not None:
            line_start = text.rfind("\n", max(0, begin - 4), begin) + 1 if begin else 0
            fenced = len(ticks) >= 3 and begin - line_start < 4 and not text[line_start:begin].strip(" ") and (line_start > 0 or begin < 4)
            if fenced:
                line_end = text.find("\n", place)
                stop = closing("\n" + ticks[:3], line_end) if line_end >= 0 else -1
                if stop >= 0:
                    formula = text[place:line_end].strip().startswith("math")
                    end = stop + 1 + len(ticks)
                    yield begin, end, (line_end + 1, stop + 1) if formula else None
                    place = end
            elif ticks[0] == "`":
                stop = text.find(ticks, place, place + 2000)
                if stop >= 0 and "\n\n" not in text[place:stop]:
                    yield begin, stop + len(ticks), None
                    place = stop + len(ticks)
        elif opened["comment"]:
            stop = closing("-->", place)
            if stop >= 0:
                yield begin, stop + 3, None
                place = stop + 3
        elif (tag := opened["tag"]) is not None:
            stop = closing("</" + tag.lower(), place, re.compile("</" + tag, re.I))
            if stop >= 0:
                yield begin, stop, None
                place = stop
        elif opened["link"]:
            match = _LINK.match(text, begin)
            if match:
                yield begin, match.end(), None
                place = match.end()


def _joined(text: str) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """The spans, with a display whose brackets are not closed and the displays without a relation right behind it as one."""
    held: tuple[int, int, tuple[int, int]] | None = None
    for begin, end, inner in _spans(text):
        if held is not None:
            goes_on = inner is not None and text.startswith("$$", begin) and not text[held[1] : begin].strip() and end - held[0] < MAX_SEGMENT
            if goes_on and not mentions_relation(text[slice(*inner)]):  # type: ignore[misc]
                held = (held[0], end, (held[2][0], inner[1]))  # type: ignore[index]
                continue
            yield held
            held = None
        if inner is not None and text.startswith("$$", begin) and inner[1] - inner[0] < MAX_SEGMENT and _is_open(text[slice(*inner)]):
            held = (begin, end, inner)
        else:
            yield begin, end, inner
    if held is not None:
        yield held


_OF_AN_EVENT = re.compile(r"((?:\\(?:mathbb|mathrm|operatorname)\{)?(?:P|Pr|E)\}?)\s*(?:\\left)?\((?:[^()]|\([^()]*\)){1,80}\)\s*(?==|\\approx|≈)")
_NUMBERED = re.compile(r"\\(?:tag|label)\*?\s*\{[^{}]*\}\s*\Z")


def _named_event(row: str) -> str:
    """A row of a formula with the probability of an event as a name, and without its number."""
    if (event := _OF_AN_EVENT.match(row)) is not None and _RELATION.search(event[0]):
        row = event[1] + " " * (event.end() - len(event[1])) + row[event.end() :]  # P(X = 2) is a name
    return _NUMBERED.sub("", row) if "\\tag" in row or "\\label" in row else row


def _is_open(formula: str) -> bool:
    """More brackets are opened than closed."""
    return "=" in formula and formula.count("(") + formula.count("[") > formula.count(")") + formula.count("]")


def mentions_relation(formula: str) -> bool:
    """Whether a relation stands outside of subscripts and superscripts."""
    return _RELATION.search(re.sub(r"[_^]\s*\{[^{}]*\}", "", formula)) is not None


def _last_side(piece: str) -> str:
    """What stands after the last relation outside of braces: the next row may go on from it."""
    depth, cut = 0, 0
    for match in re.finditer(r"[{}]|=|\\approx|\\le(?:q|qslant)?(?![a-z])|\\ge(?:q|qslant)?(?![a-z])|<|>|≈|≤|≥", piece):
        depth += (match.group() == "{") - (match.group() == "}")
        if depth == 0 and match.group() not in "{}":
            cut = match.end()
    return piece[cut:].strip(" ,.&")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n\r]", " ", match.group())


def _without_last(text: str) -> str:
    """The claim without its last side, which goes on in a way that is not plain arithmetic."""
    return re.split(r"(?:=|≈|<=|>=|≤|≥)(?!.*(?:=|≈|≤|≥))", text)[0] if re.search(r"=.*=", text) else ""


def _rows(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The rows of a formula: split at ``\\\\``, at wide spaces and at words between formulas, outside of braces and matrices.

    Words beside a row, ``a &= b && \\text{as } c = 1``, belong to none.
    """
    depth = nested = 0
    start = begin
    beside = False
    pattern = re.compile(
        r"(?P<beside>(?:\{\}\s*)?&\s*(?:&\s*)?(?:\\q?quad\s*)*\\(?:text|mbox|textrm|textit)(?=\s*\{)|\{\}\s*&\s*&)|&\s*&|"
        r"\\begin\{[^}]*\}|\\end\{[^}]*\}|\\\\(?:\[[^\]]*\])?|\\q?quad(?![A-Za-z])|\\text\{\s*,?\s*(?:and|or|so|thus|hence|then)\s*,?\s*\}|[{}]|;"
    )
    for match in pattern.finditer(text, begin, end):
        word = match.group()
        if beside:  # up to the end of the row
            if word.startswith(("\\\\", "\\end")) and depth <= 0:
                start, beside = match.end(), False
            depth += (word == "{") - (word == "}")
        elif match["beside"] is not None and depth <= 0 and nested == 0 and (text[start : match.start()].strip() or word.count("&") > 1):
            yield start, match.start()
            beside = True
        elif word == "{":
            depth += 1
        elif word == "}":
            depth -= 1
        elif word.startswith("\\begin"):
            nested += not re.match(r"\\begin\{(?:" + _ENVIRONMENTS + r")\*?\}", word)
            if nested == 0:
                start = match.end()
        elif word.startswith("\\end"):
            if nested == 0:
                yield start, match.start()
                start = match.end()
            nested = max(0, nested - 1)
        elif depth <= 0 and nested == 0:
            yield start, match.start()
            start = match.end()
    if not beside:
        yield start, end
