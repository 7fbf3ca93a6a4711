"""Text into tokens, for plain formulas (``S*(O - 1)``) and for LaTeX (``S\\left(O-1\\right)``).

Both syntaxes give one stream of tokens, so that there is one grammar (parser.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .tree import FUNCTIONS_OF_ONE

MAX_LENGTH = 20_000   # characters of one formula
MAX_DIGITS = 4_000    # of one number: below Python's own limit on int(text)


class ParseError(ValueError):
    """A text is not a formula: ``message``, and the place as ``offset`` and ``length`` in the text."""

    def __init__(self, message: str, offset: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length


@dataclass(frozen=True, slots=True)
class Token:
    kind: str      # number, name, function, command, op, text, end
    text: str
    offset: int
    length: int
    glued: bool    # no space between the token before and this one


GREEK = frozenset("""alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma
    tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell""".split())

# names that are read as functions where an argument follows
WORD_FUNCTIONS = {**{name: name for name in FUNCTIONS_OF_ONE}, "log": "log", "log2": "log2", "log10": "log10",
                  "arcsin": "asin", "arccos": "acos", "arctan": "atan", "tg": "tan"}
# heads that are written head(arg, arg) in plain text
CALL_HEADS = frozenset({"root", "binomial", "min", "max", "round", "apply", "sum", "prod", "diff", "limit", "integral",
                        "tuple", "set", "cases", "index", "factorial", "row", "matrix"})

_SPACE = re.compile(r"(?:\s|\\[,;:! >]|\\q?quad(?![A-Za-z])|~|\\(?:left|right|displaystyle|textstyle|limits|nolimits|bigl?|bigr?|Bigl?|Bigr?)(?![A-Za-z]))+")
_PLAIN_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_LATEX_NUMBER = re.compile(r"\d{1,3}(?:(?:\\,|\{,\})\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\{?[.]\}?\d+)?|\.\d+")
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]+(?![A-Za-z0-9]))*")
_COMMAND = re.compile(r"\\([A-Za-z]+\*?|[{}|\\])")
_OPS = ("<=>", "<->", "=>", "<=", ">=", "!=", "==", "**", "->", "~=", "=", "<", ">", "+", "-", "*", "/", "^", "_", "(", ")",
        "[", "]", "{", "}", ",", "|", "!", ";", "&")
_UNICODE = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~=", "⇔": "<=>", "⇒": "=>",
            "∞": "\\infty", "π": "\\pi", "√": "\\sqrt", "²": "^2", "³": "^3", "∈": "\\in", "σ": "\\sigma", "λ": "\\lambda", "η": "\\eta",
            "μ": "\\mu", "ε": "\\varepsilon", "δ": "\\delta", "α": "\\alpha", "β": "\\beta", "θ": "\\theta"}
_TEXT_COMMANDS = frozenset({"text", "mathrm", "operatorname", "mathit", "textrm", "textit", "mathbf", "mathsf", "operatorname*"})


def is_latex(text: str) -> bool:
    """True where the text looks like LaTeX: it has a command or a braced group."""
    return "\\" in text or "{" in text


def tokenize(text: str, latex: bool) -> list[Token]:
    """The tokens of the text, an ``end`` token last.

    Raises ParseError at a character that no formula has, and where the text or a number is too long.
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(f"the formula has {len(text)} characters; {MAX_LENGTH} are the most", MAX_LENGTH, 1)
    tokens: list[Token] = []
    position, end = 0, len(text)
    space = _SPACE if latex else _PLAIN_SPACE
    number = _LATEX_NUMBER if latex else _NUMBER
    glued = False

    def push(kind: str, value: str, length: int) -> None:
        nonlocal position, glued
        tokens.append(Token(kind, value, position, length, glued))
        position += length
        glued = True

    while position < end:
        blank = space.match(text, position)
        if blank:
            position, glued = blank.end(), False
            continue
        char = text[position]
        if char.isdecimal() or (char == "." and number.match(text, position)):
            match = number.match(text, position)
            if match is None:   # a digit that is not ASCII
                raise ParseError(f"the character {char!r} has no place in a formula", position)
            literal = match.group().replace("\\,", "").replace("{,}", "").replace("{", "").replace("}", "")
            if not literal.isascii():
                raise ParseError(f"the character {char!r} has no place in a formula", position)
            if len(literal) > MAX_DIGITS:
                raise ParseError(f"the number has {len(literal)} digits; {MAX_DIGITS} are the most", position, len(match.group()))
            push("number", "0" + literal if literal.startswith(".") else literal, len(match.group()))
        elif char.isascii() and char.isalpha():
            if latex:
                push("name", char, 1)
            else:
                word = PLAIN_NAME.match(text, position).group()
                kind = "function" if word in WORD_FUNCTIONS or word in CALL_HEADS else "name"
                push(kind, word, len(word))
        elif char == "\\" and latex:
            _push_command(text, position, push)
        elif char in _UNICODE:
            _push_unicode(_UNICODE[char], push)
        else:
            for symbol in _OPS:
                if text.startswith(symbol, position):
                    push("op", symbol, len(symbol))
                    break
            else:
                raise ParseError(f"the character {char!r} has no place in a formula", position)
    tokens.append(Token("end", "", end, 0, False))
    return tokens


def _push_command(text: str, position: int, push) -> None:
    match = _COMMAND.match(text, position)
    if match is None:
        raise ParseError("a backslash without a command", position)
    name = match.group(1)
    if name in _TEXT_COMMANDS and text.startswith("{", match.end()):
        close = text.find("}", match.end())
        if close < 0:
            raise ParseError(f"\\{name} has no closing brace", position, len(match.group()))
        push("text", text[match.end() + 1:close].strip(), close + 1 - position)
    elif name in ("begin", "end") and text.startswith("{", match.end()):
        close = text.find("}", match.end())
        if close < 0:
            raise ParseError(f"\\{name} has no closing brace", position, len(match.group()))
        push("command", name + ":" + text[match.end() + 1:close].strip(), close + 1 - position)
    else:
        push("command", name, len(match.group()))


def _push_unicode(meaning: str, push) -> None:
    """A mathematical character becomes the tokens it stands for; the first of them has its length, the others have none."""
    if meaning.startswith("\\"):
        push("command", meaning[1:], 1)
    elif meaning.startswith("^"):
        push("op", "^", 1)
        push("number", meaning[1:], 0)
    else:
        push("op", meaning, 1)
