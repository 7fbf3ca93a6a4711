"""A scanner for the TeX of formulas: its tokens, its groups, and which numerals in it a reader sees as numbers.

It knows just enough of TeX to tell a number from structure: ``\\hspace{2em}`` and the columns of an array are
structure, ``x_1`` is a name, ``2P``, ``x^2`` and ``\\log_{10}`` hold numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|%|\s+|\uE000[a-z]+\uE001|.", re.DOTALL)
# groups of digits: 61{,}706 and 61\,706 are one number
NUMERAL = re.compile(r"\d+(?:(?:\{,\}|\\,|\u202f|,)\d{3}(?!\d))*(?:(?:\.|\{,\}|,(?=\d))\d+)?|\.\d+|[²³¹¼-¾⁰⁴-⁹₀-₉⅐-ↈ①-⓿❶-➓]+")

GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega "
    "ell hbar imath jmath".split())
# what is put on or around a letter and leaves it a single-letter name
DRESS = frozenset(
    "hat widehat bar overline tilde widetilde vec dot ddot underline check breve acute grave mathring "
    "mathbf mathrm mathit mathsf mathtt mathcal mathscr mathbb mathfrak boldsymbol bm pmb symbf symbfup".split())
WORDS = frozenset("text textrm textbf textit texttt textsf textnormal mbox hbox operatorname operatorname* mathrm "
                  "mathtt mathsf mathit mathbf".split())
# dimensions and other arguments that are not on the page: command -> number of groups to leave out
STRUCTURE = {"hspace": 1, "hspace*": 1, "vspace": 1, "vspace*": 1, "mspace": 1, "rule": 2, "raisebox": 1, "label": 1,
             "color": 1, "textcolor": 1, "fontsize": 2, "setlength": 2, "phantom": 1, "hphantom": 1, "vphantom": 1}
SKIPS = frozenset({"kern", "mkern", "mskip", "hskip", "vskip"})
COLUMNS = frozenset({"array", "alignedat", "alignat", "alignat*", "tabular", "subarray"})
# what a formula has no use for, and an engine might obey
FORBIDDEN = frozenset(
    "input include includegraphics openin openout read write immediate special catcode def edef gdef xdef let futurelet "
    "newcommand renewcommand providecommand csname endcsname expandafter directlua latelua luaexec luadirect "
    "usepackage RequirePackage documentclass begingroup endgroup loop repeat newwrite newread jobname everymath "
    "everypar output shipout scantokens InputIfFileExists IfFileExists lowercase uppercase href url pdfobj pdfliteral "
    "NewDocumentCommand newenvironment AtEndDocument errmessage message".split())


class Token(NamedTuple):
    """A piece of TeX: ``kind`` is "command", "value" (a shown value), "space" or the character itself."""

    kind: str
    text: str
    start: int
    name: str = ""      # the name of a command, without its backslash

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def command(name: str) -> Token:
    """A command that stands nowhere in the source."""
    return Token("command", "\\" + name, -1, name)


def tokens(tex: str) -> list[Token]:
    """The tokens of ``tex``, white space included."""
    return list(_tokens(tex))


@lru_cache(maxsize=2048)    # a formula is measured, audited, written and read back, by several formats
def _tokens(tex: str) -> tuple[Token, ...]:
    out = []
    at = 0
    for text in TOKEN.findall(tex):
        if len(text) == 1:
            out.append(Token("space" if text.isspace() else text, text, at))
        elif text[0] == "\\":
            out.append(Token("command", text, at, text[1:]))
        else:
            out.append(Token("value" if text[0] == "\uE000" else "space", text, at))
        at += len(text)
    return tuple(out)


def faults(tex: str) -> Iterator[tuple[int, int, str]]:
    """What may not stand in a formula: (start, length, why)."""
    depth, opened = 0, []
    environments: list[str] = []
    pieces = tokens(tex)
    for index, piece in enumerate(pieces):
        if piece.kind == "{":
            depth += 1
            opened.append(piece.start)
        elif piece.kind == "}":
            depth -= 1
            if depth < 0:
                yield piece.start, 1, "a closing brace without an opening one"
                return
            opened.pop()
        elif piece.kind == "%":
            yield piece.start, 1, "a comment sign; write \\% for per cent"
        elif piece.kind == "command" and piece.name.rstrip("*") in FORBIDDEN:
            yield piece.start, len(piece.text), f"the command {piece.text}, which is none of mathematics"
        elif piece.name in ("begin", "end"):
            name = _group_text(tex, pieces, index + 1)
            if piece.name == "begin":
                environments.append(name)
            elif not environments or environments.pop() != name:
                yield piece.start, len(piece.text), f"\\end{{{name}}} without its \\begin"
                return
        elif piece.kind == "^" and index + 1 < len(pieces) and pieces[index + 1].kind == "^":
            yield piece.start, 2, "a doubled ^"
    if opened:
        yield opened[-1], 1, "an opening brace without a closing one"
    if environments:
        yield 0, len(tex), f"\\begin{{{environments[-1]}}} without its \\end"


def group_end(pieces: list[Token], at: int) -> int:
    """The index after the group (or single token) that begins at ``at``; spaces before it are passed over."""
    at = skip_space(pieces, at)
    if at >= len(pieces):
        return at
    if pieces[at].kind != "{":
        return at + 1
    depth = 0
    while at < len(pieces):
        depth += {"{": 1, "}": -1}.get(pieces[at].kind, 0)
        at += 1
        if depth == 0:
            break
    return at


def skip_space(pieces: list[Token], at: int) -> int:
    while at < len(pieces) and pieces[at].kind == "space":
        at += 1
    return at


def _group_text(tex: str, pieces: list[Token], at: int) -> str:
    at = skip_space(pieces, at)
    end = group_end(pieces, at)
    if at >= len(pieces):
        return ""
    text = tex[pieces[at].start:pieces[end - 1].end]
    return text[1:-1] if text.startswith("{") else text


def numerals(tex: str, in_text: Callable[[str], Iterator[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    """(start, end) of the numerals of a formula that are numbers to a reader.

    ``in_text`` finds them in a piece of plain text, for what stands inside ``\\text`` and its like.
    """
    pieces = tokens(tex)
    at, letter = 0, False   # letter: the last nucleus is a single-letter name, so that a subscript is its label
    while at < len(pieces):
        piece = pieces[at]
        kind = piece.kind
        if kind == "space":
            at += 1
        elif kind == "_":
            start, end = skip_space(pieces, at + 1), group_end(pieces, at + 1)
            if letter and _is_label(pieces[start:end]):
                at = end
            else:
                # look inside: the group's tokens follow in the ordinary way
                at += 1
                if start < len(pieces) and pieces[start].kind != "{":
                    yield from _single(tex, pieces, start)
                    at = end
        elif kind == "^":
            at += 1
            start = skip_space(pieces, at)
            if start < len(pieces) and pieces[start].kind != "{":
                yield from _single(tex, pieces, start)
                at = group_end(pieces, at)
            elif start < len(pieces):
                end = group_end(pieces, start)
                inner = tex[pieces[start].end:pieces[end - 1].start]
                for first, last in numerals(inner, in_text):
                    yield pieces[start].end + first, pieces[start].end + last
                at = end    # the nucleus stays the same: x^2_1
        elif kind == "command":
            name = piece.name
            if name in SKIPS:
                match = re.compile(r"\s*-?[\d.]*\s*[a-z]{0,2}").match(tex, piece.end)
                at = _token_at(pieces, match.end() if match else piece.end)
                letter = False
            elif name in STRUCTURE:
                at += 1
                for _ in range(STRUCTURE[name]):
                    at = _optional(pieces, at)
                    at = group_end(pieces, at)
                letter = False
            elif name == "\\":
                at = _optional(pieces, at + 1)
                letter = False
            elif name in ("begin", "end"):
                environment = _group_text(tex, pieces, at + 1)
                at = group_end(pieces, at + 1)
                if name == "begin" and environment in COLUMNS:
                    at = _optional(pieces, at)
                    at = group_end(pieces, at)
                letter = False
            elif (name in WORDS or name in DRESS) and _is_group(pieces, at + 1):
                start = skip_space(pieces, at + 1)
                end = group_end(pieces, at + 1)
                inner = tex[pieces[start].end:pieces[end - 1].start]
                found = in_text(inner) if name in WORDS else numerals(inner, in_text)
                for first, last in found:
                    yield pieces[start].end + first, pieces[start].end + last
                letter = name in DRESS and _is_letter(inner)
                at = end
            elif name in DRESS:     # \hat y
                start = skip_space(pieces, at + 1)
                if start < len(pieces):
                    yield from _single(tex, pieces, start)
                    letter = _is_letter(pieces[start].text)
                at = start + 1
            else:
                letter = name in GREEK
                at += 1
        elif kind == "{":
            end = group_end(pieces, at)
            inner = tex[piece.end:pieces[end - 1].start]
            if _is_letter(inner):
                letter, at = True, end
            else:
                letter = False
                at += 1
        elif kind.isalpha():
            letter = True
            at += 1
        elif kind == "'":
            at += 1
        else:
            letter = False
            match = NUMERAL.match(tex, piece.start) if (kind.isnumeric() or kind == ".") else None
            if match:
                yield match.start(), match.end()
                at = _token_at(pieces, match.end())
            else:
                at += 1


def _single(tex: str, pieces: list[Token], at: int) -> Iterator[tuple[int, int]]:
    """The numeral of an argument without braces, as in ``x^2`` and ``\\frac12``."""
    if pieces[at].text[0].isnumeric():
        yield pieces[at].start, pieces[at].end


def _is_group(pieces: list[Token], at: int) -> bool:
    at = skip_space(pieces, at)
    return at < len(pieces) and pieces[at].kind == "{"


def _is_letter(tex: str) -> bool:
    tex = tex.strip()
    while True:
        match = re.fullmatch(r"\\([A-Za-z]+)\s*\{(.*)\}", tex, re.DOTALL)
        if not match or match.group(1) not in DRESS:
            break
        tex = match.group(2).strip()
    return (len(tex) == 1 and tex.isalpha()) or (tex[:1] == "\\" and tex[1:] in GREEK)


def _is_label(pieces: list[Token]) -> bool:
    """Whether a subscript is a label: letters, digits and commas, no arithmetic and no shown value."""
    return all(piece.kind in ("{", "}", ",", "'", "space") or piece.kind.isalnum() and piece.kind != "command"
               and piece.kind != "value" or piece.name in GREEK or piece.name in (",", "mathrm", "text")
               for piece in pieces)


def _optional(pieces: list[Token], at: int) -> int:
    """The index after an optional argument in brackets that holds a dimension or a position, if one follows."""
    start = at
    if start < len(pieces) and pieces[start].kind == "[":
        for end in range(start, len(pieces)):
            if pieces[end].kind == "]":
                inner = "".join(piece.text for piece in pieces[start + 1:end])
                if re.fullmatch(r"\s*(-?[\d.]+\s*(pt|em|ex|mm|cm|in|mu|bp|pc)|[tbc])\s*", inner):
                    return end + 1
                return at
    return at


def _token_at(pieces: list[Token], offset: int) -> int:
    for index, piece in enumerate(pieces):
        if piece.start >= offset:
            return index
    return len(pieces)
