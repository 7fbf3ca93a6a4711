"""The submission: a document somebody else wrote, read as lines whose text is never changed.

Everything that is said about a submission points into it: a ``Piece`` is a stretch of one line, with its place, and where it
is a formula with its tree.  A piece is found by line and by what surrounds it (a table cell, a formula between dollars, a
pattern), never by typing again what it says; where the line does not hold it, the finding is ``correction-unread``.

    submission = Submission(path)
    submission.cell(55, 3)                              # third cell of the table row in line 55
    submission.math(60, 2)                              # second formula of line 60
    submission.stated(23)                               # the whole line, read as a formula
    submission.stated(56, r"[0-9][0-9 ]+$")             # what the pattern matches (its group 1, where it has one)

Lines, columns, cells and formulas are counted from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, ParseError, is_op, parse


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line: ``text`` as it stands and ``span``, its place."""

    text: str
    span: Span

    @property
    def line(self) -> int:
        return self.span.line

    def formula(self, *, without: str = "", repair: Mapping[str, str] | None = None, syntax: str = "auto") -> Expr:
        """The piece as a formula; see ``read_formula``.  Raises FindingsError (correction-unread) where it is none."""
        try:
            return read_formula(self.text, without=without, repair=repair, syntax=syntax)
        except ParseError as error:
            raise _unread(self.span, f"{self.text!r} cannot be read as a formula: {error.message}",
                          "state what has to be repaired, or take a smaller piece") from error

    def sums(self) -> tuple["Piece", ...]:
        """The bracketed sums ``(a + b + ...)`` of the piece, outermost first met, left to right; brackets without a partner are passed over.

        Brackets that hold no plus or minus of their own, such as the product ``(-1 \\times 10)`` or a list of other brackets, are no sums.
        """
        found, opened = [], []
        for place, char in enumerate(self.text):
            if char == "(":
                opened.append(place)
            elif char == ")" and opened:
                begin = opened.pop()
                inner = self.text[begin + 1:place]
                if _adds(inner):
                    found.append((begin, place + 1))
        outermost = [pair for pair in found if not any(a < pair[0] and pair[1] < b for a, b in found)]
        return tuple(self.part(a, b) for a, b in sorted(outermost))

    def part(self, begin: int, end: int) -> "Piece":
        """The characters ``begin`` to ``end`` (counted from 0) of the piece, blanks at both ends left out."""
        text = self.text[begin:end]
        lead = len(text) - len(text.lstrip())
        text = text.strip()
        return Piece(text, Span(self.span.file, self.span.line, self.span.column + begin + lead, len(text)))

    def unclosed(self) -> int:
        """Brackets of all kinds that are opened and not closed (negative: closed and not opened); ``\\left[`` counts as ``[``."""
        return sum(self.text.count(c) for c in "([{") - sum(self.text.count(c) for c in ")]}")


class Submission:
    """A document as lines.  ``path`` is the file, ``lines`` its lines without their ends, ``raw`` its bytes as they are.

    Raises FindingsError: file-missing, file-unreadable.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self.raw = self.path.read_bytes()
            text = self.raw.decode("utf-8")
        except FileNotFoundError:
            raise FindingsError(Finding("file-missing", f"{self.path.name} is not there", Span(str(self.path)))) from None
        except UnicodeDecodeError as error:
            raise FindingsError(Finding("file-unreadable", f"{self.path.name} is not UTF-8 at byte {error.start}", Span(str(self.path)))) from None
        except OSError as error:
            raise FindingsError(Finding("file-unreadable", f"{self.path.name} cannot be read: {error.strerror}", Span(str(self.path)))) from None
        # not splitlines: form feeds and the like stand inside a line, and the numbers must be an editor's
        lines = re.split(r"\r\n|\n|\r", text)
        self.lines = tuple(lines[:-1] if lines[-1] == "" else lines)

    def __len__(self) -> int:
        return len(self.lines)

    # --- pieces
    def line(self, number: int) -> Piece:
        """The whole line.  Raises FindingsError (correction-unread) where the document has no such line."""
        if not 1 <= number <= len(self.lines):
            raise _unread(Span(str(self.path)), f"{self.path.name} has {len(self.lines)} lines, and no line {number}", "has the document changed?")
        text = self.lines[number - 1]
        return Piece(text, Span(str(self.path), number, 1, len(text)))

    def cell(self, number: int, k: int) -> Piece:
        """The k-th cell of the tab-separated table row in the line, blanks at both ends and dollars around it left out."""
        whole = self.line(number)
        cells = [match.span() for match in re.finditer(r"[^\t]*", whole.text) if match.start() == 0 or whole.text[match.start() - 1] == "\t"]
        if not 1 <= k <= len(cells) or len(cells) == 1:
            what = "is no table row" if len(cells) == 1 else f"has {len(cells)} cells"
            raise _unread(whole.span, f"line {number} of {self.path.name} {what}; cell {k} was to be read: {_short(whole.text)}")
        return _bare(whole.part(*cells[k - 1]))

    def math(self, number: int, k: int = 1) -> Piece:
        """The k-th formula between ``$..$`` or ``$$..$$`` of the line, without the dollars."""
        whole = self.line(number)
        found = [match.span(2) for match in re.finditer(r"(\$\$?)((?:[^$\\]|\\.)+)\1", whole.text)]
        if not 1 <= k <= len(found):
            raise _unread(whole.span, f"line {number} of {self.path.name} has {len(found)} formulas; formula {k} was to be read: {_short(whole.text)}")
        return whole.part(*found[k - 1])

    def stated(self, number: int, pattern: str = "", *, cell: int = 0, math: int = 0) -> Piece:
        """The piece of a line: of its ``cell`` or ``math`` formula or all of it, what ``pattern`` matches there (its group 1, where it has one).

        Raises FindingsError (correction-unread) where the line holds no such piece.
        """
        where = self.cell(number, cell) if cell else self.math(number, math) if math else self.line(number)
        if not pattern:
            return where
        match = re.search(pattern, where.text)
        if match is None:
            raise _unread(where.span, f"line {number} of {self.path.name} does not hold {pattern!r}: {_short(where.text)}", "has the document changed?")
        group = 1 if match.re.groups and match.group(1) is not None else 0
        return where.part(*match.span(group))

    def find(self, pattern: str) -> Span:
        """The first place that the pattern matches, over all lines.  Raises FindingsError (correction-unread) where there is none."""
        for number, text in enumerate(self.lines, start=1):
            match = re.search(pattern, text)
            if match:
                return Span(str(self.path), number, match.start() + 1, match.end() - match.start())
        raise _unread(Span(str(self.path)), f"{self.path.name} nowhere holds {pattern!r}")


# --- formulas as people and scanners write them ------------------------------------------------------------------

# (pattern, replacement): what a careful reader sees past.  None of them changes a value.
_TOLERATED: tuple[tuple[str, str], ...] = (
    (r"\$+", " "),                                              # a formula in the middle of a line
    (r"^\s*=\s*", ""),                                          # a line that goes on from the one before
    (r"(?<!\d)(\d{1,3})((?: \d{3})+)(?!\d)", r"\1\2"),          # 48 120: the blanks go in _number
    (r"(?<=[\d)])\s*[x×]\s*(?=[\d(])", "*"),                    # 5x5 x1
    (r"\|\|(\s*\w+\s*)\|\|", r"\\|\1\\|"),                      # ||w|| is a norm
)


def read_formula(text: str, *, without: str = "", repair: Mapping[str, str] | None = None, syntax: str = "auto") -> Expr:
    """The tree of a formula from a document.

    Tolerated: dollars, a leading ``=``, ``48 120`` for a number, ``5x5 x1`` for products, ``||w||`` for a norm, words as names
    (``Output``).  ``without`` is a pattern that is taken out first (``" for Conv2d-1"``); ``repair`` replaces patterns, for what
    cannot be read as it stands.  Raises ParseError.
    """
    if without:
        text = re.sub(without, "", text)
    for pattern, replacement in (repair or {}).items():
        text = re.sub(pattern, replacement, text)
    for pattern, replacement in _TOLERATED:
        text = re.sub(pattern, _number if replacement == r"\1\2" else replacement, text)
    latex = syntax == "latex" or (syntax == "auto" and ("\\" in text or "{" in text))
    if latex:
        text = re.sub(r"(?<!sqrt)(\\left|\\right)?\s*([\[\]])", lambda m: (m.group(1) or "") + "()"[m.group(2) == "]"], text)
        text = _WORDS.sub(_word, text)
    return parse(text.strip(), "latex" if latex else syntax)


def terms_in(value: Expr) -> int:
    """How many terms a written sum has; ``3(0)`` and ``3*0`` stand for three zeros, as people abbreviate them."""
    if is_op(value, "add"):
        return sum(terms_in(term) for term in value.args)
    if is_op(value, "mul") and len(value.args) == 2:
        count, term = (getattr(a, "value", None) for a in value.args)
        if term == 0 and count is not None and count.denominator == 1:
            return int(count)
    return 1


# commands, subscripts and the names inside \text{...} stay; what is left of two letters and more is a word
_WORDS = re.compile(r"\\(?:text\w*|math\w+|operatorname\*?|begin|end)\{[^}]*\}|\\[A-Za-z]+|_\{[^}]*\}|[A-Za-z]{2,}")


def _word(match: re.Match[str]) -> str:
    """In TeX a word would be a product of its letters."""
    if match.group()[0] in "\\_":
        return match.group()
    return f"\\{match.group()}" if match.group() in ("log", "ln", "exp", "sin", "cos", "tan", "max", "min") else rf"\text{{{match.group()}}}"


def _number(match: re.Match[str]) -> str:
    return match.group(1) + match.group(2).replace(" ", "")


def _adds(text: str) -> bool:
    """True where a plus or a minus between two terms stands outside all brackets of the text."""
    depth, before = 0, ""
    for char in text:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char in "+-" and depth == 0 and before not in ("", "(", "+", "-"):
            return True
        if not char.isspace():
            before = char
    return False


def _bare(piece: Piece) -> Piece:
    inner = re.fullmatch(r"\$\$?((?:[^$\\]|\\.)+)\$\$?", piece.text)
    return piece.part(*inner.span(1)) if inner else piece


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _unread(span: Span, message: str, hint: str = "") -> FindingsError:
    return FindingsError(Finding("correction-unread", message, span, hint))


__all__ = ["Piece", "Submission", "read_formula", "terms_in"]
