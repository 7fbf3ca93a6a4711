"""Documents that somebody else wrote, as a stream of claims with their places.

Markdown, LaTeX and plain text are scanned once, in linear time: code, comments and links are passed over, formulas are found
by their delimiters, arithmetic in plain text by its signs.  Nothing is included, expanded without limit or executed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 64 << 20
MAX_SEGMENT = 20_000
MAX_MACROS = 200
MAX_EXPANDED = 20_000
MAX_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column from 1, and the length on that line."""

    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Found:
    """A piece that asserts something: ``text`` as it is to be read, ``form`` ("math" or "plain"), what stands around it, its place."""

    text: str
    form: str
    context: str
    place: Place


_ENVIRONMENTS = "equation|align|gather|multline|eqnarray|alignat|flalign|displaymath|math|aligned|gathered|split|dmath"
_MASK = re.compile(
    r"(?P<code>^(?P<fence>`{3,}|~{3,})(?!\s*math\b)[^\n]*\n(?:.*?\n)??(?P=fence)[ \t]*$)|(?P<comment><!--.*?-->)"
    r"|(?P<verbatim>\\begin\{(?P<v>verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{(?P=v)\*?\})"
    r"|(?P<inline>(?<!`)`[^`\n]+`(?!`))|(?P<link>\]\([^()\s]*\)|https?://\S+)|(?P<script><(?P<s>script|style)\b.*?</(?P=s)\s*>)",
    re.S | re.M | re.I,
)
_TEX_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_MATH = re.compile(
    r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|\\\((?P<c>.+?)\\\)|\\begin\{(?P<n>" + _ENVIRONMENTS + r")\*?\}(?P<d>.+?)\\end\{(?P=n)\*?\}"
    r"|^`{3,}[ \t]*math[^\n]*\n(?P<e>.+?)^`{3,}|(?<![\\$])\$(?![\s$])(?P<f>(?:[^$\\\n]|\\.|\n(?!\s*\n)){1,2000}?)(?<![\s\\])\$(?!\d)",
    re.S | re.M,
)
_MACRO = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?\\(?P<name>[A-Za-z]+)\}?\s*(?:\[(?P<count>[1-9])\])?\s*\{"
    r"|\\def\s*\\(?P<name2>[A-Za-z]+)(?P<parameters>(?:#\d)*)\s*\{|\\DeclareMathOperator\*?\s*\{\\(?P<operator>[A-Za-z]+)\}\s*\{"
)
_NUMBER = r"(?:\$ ?)?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?: \d{3}\b)*%?!?"
_PLAIN = re.compile(rf"(?P<claim>(?:[-−(\[]\s*)*{_NUMBER}(?:[ \t]*(?:[-+−–*/×÷·^()\[\]]|x(?=[ \t]*[\d($])|=|≈|≤|≥|<=|>=)+[ \t]*(?:{_NUMBER})?)*[)\]]*)")
_DENIALS = re.compile(
    r"contradict|absurd|impossible|not possible|\bfalse\b|\bwrong\b|incorrect|mistake|\berror\b|not true|cannot be|can't be|fallacy|suppose"
    r"|assume|pretend|\bnot equal|doesn't|does not|custom|define[sd]?\b",
    re.I,
)


class Document:
    """``text`` as it was decoded (bytes that are no UTF-8 become a replacement mark); ``claims()`` finds what it asserts."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.truncated = len(data) > MAX_BYTES
        self.text = data[:MAX_BYTES].decode("utf-8", "replace")
        self.broken = "\ufffd" in self.text
        self.latex = name.lower().endswith((".tex", ".ltx", ".latex"))
        self.starts = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", self.text))]
        self.macros: dict[str, tuple[int, str]] = {}

    def line(self, number: int) -> str:
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def place(self, begin: int, end: int) -> Place:
        number = bisect_right(self.starts, begin)
        start = self.starts[number - 1]
        stop = min(end, self.starts[number] - 1 if number < len(self.starts) else len(self.text))
        return Place(number, begin - start + 1, max(1, stop - begin))

    def claims(self) -> Iterator[Found]:
        """Every claim in the order of the document."""
        masked = _MASK.sub(_blank, self.text)
        if self.latex:
            masked = _TEX_COMMENT.sub(_blank, masked)
            begin = masked.find("\\begin{document}")
            self.macros = _macros(masked)
            if begin >= 0:
                masked = " " * begin + masked[begin:]
        position = 0
        for match in _MATH.finditer(masked):
            yield from self.plain(masked, position, match.start())
            group = next(g for g in "abcdef" if match[g] is not None)
            yield from self.math(masked, *match.span(group))
            position = match.end()
        yield from self.plain(masked, position, len(masked))

    # --- formulas
    def math(self, text: str, begin: int, end: int) -> Iterator[Found]:
        if end - begin > MAX_SEGMENT:
            return
        context = text[max(0, begin - 160) : end + 120]
        for start, stop in _rows(text, begin, end):
            piece = text[start:stop]
            lead = len(piece) - len(piece.lstrip(" \t\r\n&"))
            piece = piece.strip(" \t\r\n&")
            if not re.search(r"=|\\approx|\\le|\\ge|<|>|≈|≤|≥|\\equiv", piece):
                continue
            yield Found(expanded(piece, self.macros), "math", context, self.place(start + lead, start + lead + len(piece)))

    # --- plain text
    def plain(self, text: str, begin: int, end: int) -> Iterator[Found]:
        place = text.find("=", begin, end)
        while 0 <= place < end:
            start = text.rfind("\n", begin, place) + 1
            start = max(start, begin)
            stop = text.find("\n", place, end)
            stop = end if stop < 0 else stop
            line = text[start : min(stop, start + MAX_SEGMENT)]
            for cell in re.finditer(r"[^\t|]+" if line.count("|") > 2 or line.lstrip().startswith("|") else r"[^\t]+", line):
                if "=" in cell.group():
                    yield from self.arithmetic(cell.group(), start + cell.start())
            place = text.find("=", stop, end)

    def arithmetic(self, line: str, offset: int) -> Iterator[Found]:
        """Arithmetic between words: ``so 3*21 = 63 years``."""
        for match in _PLAIN.finditer(line):
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
            yield Found(text, "plain", line, self.place(offset + start + lead, offset + start + lead + len(text)))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n\r]", " ", match.group())


def _without_last(text: str) -> str:
    """The claim without its last side, which goes on in a way that is not plain arithmetic."""
    return re.split(r"(?:=|≈|<=|>=|≤|≥)(?!.*(?:=|≈|≤|≥))", text)[0] if re.search(r"=.*=", text) else ""


def _rows(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The rows of a formula: split at ``\\\\``, at wide spaces and at words between formulas, outside of braces and matrices."""
    depth = nested = 0
    start = place = begin
    pattern = re.compile(
        r"\\begin\{[^}]*\}|\\end\{[^}]*\}|\\\\(?:\[[^\]]*\])?|\\q?quad(?![A-Za-z])|\\text\{\s*,?\s*(?:and|or|so|thus|hence|then)\s*,?\s*\}|[{}]|;"
    )
    for match in pattern.finditer(text, begin, end):
        word = match.group()
        if word == "{":
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
    place = end
    yield start, place


# --- macros


def _macros(text: str) -> dict[str, tuple[int, str]]:
    """``\\newcommand`` and ``\\def`` with their bodies; only the first MAX_MACROS, only short ones."""
    found: dict[str, tuple[int, str]] = {}
    for match in _MACRO.finditer(text):
        if len(found) >= MAX_MACROS:
            break
        depth, place = 1, match.end()
        while place < len(text) and depth and place - match.end() < 500:
            depth += (text[place] == "{") - (text[place] == "}")
            place += 1
        if depth:
            continue
        body = text[match.end() : place - 1]
        name = match["name"] or match["name2"] or match["operator"]
        count = int(match["count"] or 0) if match["name"] else len(match["parameters"] or "") // 2
        found[name] = (count, f"\\operatorname{{{body}}}" if match["operator"] else body)
    return found


def expanded(text: str, macros: dict[str, tuple[int, str]]) -> str:
    """The text with the document's macros put in, a few rounds deep and up to a length: a bomb stays what it is."""
    for _ in range(MAX_ROUNDS):
        if not macros:
            return text
        out, place, changed = [], 0, False
        for match in re.finditer(r"\\([A-Za-z]+)", text):
            if match.start() < place or match.group(1) not in macros:
                continue
            count, body = macros[match.group(1)]
            arguments, end = _arguments(text, match.end(), count)
            if arguments is None:
                continue
            for k, argument in enumerate(arguments, start=1):
                body = body.replace(f"#{k}", argument)
            out += [text[place : match.start()], "{" + body + "}" if len(body) > 1 and count == 0 and not re.search(r"[=<>&]", body) else body]
            place, changed = end, True
            if sum(map(len, out)) > MAX_EXPANDED:
                return text
        if not changed:
            return text
        text = "".join(out) + text[place:]
        if len(text) > MAX_EXPANDED:
            return text[:MAX_EXPANDED]
    return text


def _arguments(text: str, place: int, count: int) -> tuple[list[str] | None, int]:
    found = []
    for _ in range(count):
        while place < len(text) and text[place].isspace():
            place += 1
        if place >= len(text):
            return None, place
        if text[place] != "{":
            found.append(text[place])
            place += 1
            continue
        depth, begin = 0, place
        while place < len(text):
            depth += (text[place] == "{") - (text[place] == "}")
            place += 1
            if depth == 0:
                break
        if depth:
            return None, place
        found.append(text[begin + 1 : place - 1])
    return found, place


def doubted(context: str) -> bool:
    """Whether words around a claim say that it need not be meant."""
    return _DENIALS.search(context) is not None
