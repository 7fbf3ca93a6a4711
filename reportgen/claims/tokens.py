"""The text of a claim, plain or LaTeX as people write it, into tokens.

Kinds of token: ``number`` (digits as a Fraction literal in Expr's notation), ``letter``, ``word``, ``command`` (without its
backslash), ``text`` (the content of ``\\text{...}``), ``op``.  Money signs, spacing and Markdown marks make no token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LENGTH = 6_000  # characters of one claim
MAX_DIGITS = 1_000  # of one number
MAX_TOKENS = 3_000


class Unreadable(ValueError):
    """The text is no claim that the reader knows: the message says what stands in the way."""


@dataclass(slots=True)
class Token:
    """``glued``: no space before it.  ``spelled``: how the grammar names it, "" for numbers and texts."""

    kind: str
    text: str
    glued: bool = False
    start: int = 0
    end: int = 0
    spelled: str = ""

    def __post_init__(self) -> None:
        if self.kind == "command":
            self.spelled = "\\" + self.text
        elif self.kind in ("op", "letter", "word"):
            self.spelled = self.text


_CHARACTERS = {
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "﹣": "-",
    "×": "*",
    "✕": "*",
    "✖": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "•": "*",
    "∗": "*",
    "÷": " \\div ",
    "∕": "/",
    "⁄": "/",
    "≤": " \\le ",
    "≥": " \\ge ",
    "⩽": " \\le ",
    "⩾": " \\ge ",
    "≠": " \\ne ",
    "≈": " \\approx ",
    "≃": " \\approx ",
    "≅": " \\approx ",
    "≡": " \\equiv ",
    "→": " \\to ",
    "⇒": " \\implies ",
    "⟹": " \\implies ",
    "⇔": " \\iff ",
    "∞": " \\infty ",
    "π": " \\pi ",
    "√": " \\surd ",
    "∛": " \\cbrt ",
    "°": "^\\circ ",
    "º": "^\\circ ",
    "²": "^{2}",
    "³": "^{3}",
    "¹": "^{1}",
    "⁴": "^{4}",
    "⁵": "^{5}",
    "⁶": "^{6}",
    "⁷": "^{7}",
    "⁸": "^{8}",
    "⁹": "^{9}",
    "⁰": "^{0}",
    "∈": " \\in ",
    "∪": " \\cup ",
    "∩": " \\cap ",
    "⌊": " \\lfloor ",
    "⌋": " \\rfloor ",
    "⌈": " \\lceil ",
    "⌉": " \\rceil ",
    "…": " \\dots ",
    "±": " \\pm ",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u2007": " ",
    "½": "{\\frac{1}{2}}",
    "¼": "{\\frac{1}{4}}",
    "¾": "{\\frac{3}{4}}",
    "⅓": "{\\frac{1}{3}}",
    "⅔": "{\\frac{2}{3}}",
    "⅕": "{\\frac{1}{5}}",
    "⅛": "{\\frac{1}{8}}",
    "⅜": "{\\frac{3}{8}}",
    "⅝": "{\\frac{5}{8}}",
    "⅞": "{\\frac{7}{8}}",
    "⅖": "{\\frac{2}{5}}",
    "⅗": "{\\frac{3}{5}}",
    "⅘": "{\\frac{4}{5}}",
    "⅙": "{\\frac{1}{6}}",
    "⅚": "{\\frac{5}{6}}",
    "⅑": "{\\frac{1}{9}}",
    "⅒": "{\\frac{1}{10}}",
    "θ": " \\theta ",
    "α": " \\alpha ",
    "β": " \\beta ",
    "φ": " \\varphi ",
    "λ": " \\lambda ",
    "μ": " \\mu ",
    "σ": " \\sigma ",
    "γ": " \\gamma ",
    "ω": " \\omega ",
    "Δ": " \\Delta ",
    "∑": " \\sum ",
    "’": "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "\u200b": "",
    "\ufeff": "",
    "₀": "_{0}",
    "₁": "_{1}",
    "₂": "_{2}",
    "₃": "_{3}",
    "₄": "_{4}",
    "₅": "_{5}",
    "₆": "_{6}",
    "₇": "_{7}",
    "₈": "_{8}",
    "₉": "_{9}",
}
_CHARACTER = re.compile("[" + "".join(_CHARACTERS) + "]")
_MIXED = re.compile("(?<=\\d) ?([½¼¾⅓⅔⅕⅛⅜⅝⅞⅖⅗⅘⅙⅚⅑⅒])")  # 2½
_HEX = re.compile(r"0[xX](?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{1,40}(?![0-9A-Za-z])|0b[01]{1,200}(?![0-9A-Za-z])")
_ANNOTATION = re.compile(r"<<[^<>]{0,200}>>")  # the calculator notes of a well-known collection
_SKIP = re.compile(
    r"(?:\s|\\[,;:! >]|\\(?:quad|qquad|displaystyle|textstyle|scriptstyle|limits|nolimits|left|right|middle|bigg?[lrm]?|Bigg?[lrm]?"
    r"|hspace\*?\{[^{}]*\}|vspace\*?\{[^{}]*\}"
    r"|phantom\{[^{}]*\}|nonumber|notag|hfill|hline|mathstrut|strut|allowbreak|thinspace|medspace|negthinspace|displaylimits"
    r"|label\{[^{}]*\}|tag\*?\{[^{}]*\})(?![A-Za-z])|~|[$€£]|\\\$|\\\(|\\\)|\\\[(?=\D)|\\\]|[\"`])+"
)
_THOUSANDS = re.compile(
    r"(?!0\D)(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d{1,3}(?:(?:\{,\}|\\,|\\ |,\\! ?|\{,\\!\}| \{,\} ?)\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?: \d{3})+(?![\d/]|\.\d{4})(?:\.\d+)?)"
)
_RECURRING = re.compile(r"(\d*)\.(\d*)\\(?:overline|bar|dot|overbar)\s*\{?(\d+)\}?")
_TAIL = re.compile(r"(\d*)\.(\d*?)(\d{1,6}?)\3+ ?(?:\.\.\.|\\(?:l|c)?dots(?![A-Za-z]))")  # 0.333...
_NUMBER = re.compile(r"\d+(?:\{\.\}\d+|\.\d+)?(?:[eE][+-]?\d{1,3}(?![\dA-Za-z.]))?|\.\d+")
_DECIMAL_COMMA = re.compile(r"(?:0(?:,|\{,\})\d+|\d+(?:,|\{,\})(?:\d{1,2}|\d{4,}))(?![\d,.])")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?|\\([{}|%#&_\\^'\"])")
_WORD = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*\.?(?=[\s,;:)}$]|$|[^A-Za-z])")
_TEXTS = frozenset(
    {
        "text",
        "mathrm",
        "textrm",
        "textbf",
        "textit",
        "mathbf",
        "mathit",
        "mathsf",
        "operatorname",
        "mbox",
        "hbox",
        "mathop",
        "emph",
        "textnormal",
        "rm",
        "bf",
        "textsf",
        "boldsymbol",
        "bm",
        "texttt",
        "mathtt",
        "underline",
        "mathcal",
        "mathbb",
    }
)
_OPS = (
    "<=>",
    "<->",
    "**",
    "//",
    "==",
    "=>",
    "->",
    "<=",
    ">=",
    "!=",
    "~=",
    "...",
    "..",
    "=",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "^",
    "_",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    "!",
    ";",
    ":",
    "&",
    "%",
    "'",
    "?",
    ".",
    "#",
    "@",
)
FUNCTION_WORDS = frozenset(
    {
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "log",
        "ln",
        "exp",
        "sqrt",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "gcd",
        "lcm",
        "max",
        "min",
        "floor",
        "ceil",
        "abs",
        "mod",
        "det",
        "binom",
        "pi",
        "cbrt",
        "round",
        "lg",
        "cis",
        "GCD",
        "LCM",
        "HCF",
        "GCF",
        "hcf",
        "choose",
    }
)
_LETTER_WORD = re.compile("|".join(sorted(FUNCTION_WORDS, key=len, reverse=True)))
_CALLS = ("gcd", "lcm", "max", "min", "C", "P", "}", "GCD", "LCM", "HCF", "GCF", "hcf")


def normalize(text: str) -> str:
    """Characters of mathematics as the commands they stand for; calculator notes and Markdown emphasis left out."""
    if len(text) > MAX_LENGTH:
        raise Unreadable(f"longer than {MAX_LENGTH} characters")
    text = _ANNOTATION.sub("", text)
    if not text.isascii():
        text = _MIXED.sub(lambda m: _CHARACTERS[m.group(1)][1:-1], text)
    return _CHARACTER.sub(lambda m: _CHARACTERS[m.group()], text)


def tokenize(text: str, letters: bool) -> list[Token]:
    """Tokens of normalized text.  ``letters``: a run of letters is a product of names (LaTeX), not a word.  Raises Unreadable."""
    tokens: list[Token] = []
    position, end, glued = 0, len(text), False
    stack: list[str] = []  # open brackets: "call" where a comma separates arguments

    def push(kind: str, value: str, stop: int) -> None:
        nonlocal position, glued
        tokens.append(Token(kind, value, glued, position, stop))
        position, glued = stop, True

    while position < end:
        blank = _SKIP.match(text, position)
        if blank:
            glued = glued and not any(c.isspace() for c in blank.group())
            position = blank.end()
            continue
        if len(tokens) > MAX_TOKENS:
            raise Unreadable("too many pieces")
        char = text[position]
        if char.isdigit() or (
            char == "."
            and position + 1 < end
            and (text[position + 1].isdigit() or text.startswith("\\over", position + 1) or text.startswith("\\bar", position + 1))
        ):
            if char == "0" and not letters and (coded := _HEX.match(text, position)):
                push("number", str(int(coded.group(), 0)), coded.end())
                continue
            if _number(text, position, letters, tokens, stack, push):
                continue
        if char.isascii() and char.isalpha():
            _letters(text, position, letters, tokens, push)
        elif char == "\\":
            _command(text, position, push)
            if tokens[-1].kind == "op" and tokens[-1].text == "\\{" or tokens[-1].text == "langle":
                stack.append("call")
            elif tokens[-1].text in ("\\}", "rangle") and stack:
                stack.pop()
        else:
            for op in _OPS:
                if text.startswith(op, position):
                    break
            else:
                if char.isalpha() and not letters:  # a unit: Ω, µ
                    push("letter", char, position + 1)
                    continue
                raise Unreadable(f"the character {char!r}")
            if op in "([{":
                before = tokens[-1].text if tokens else ""
                stack.append("call" if before in _CALLS[:-1] or (op == "[" and before == "lcm") else op)
            elif op in ")]}" and stack:
                stack.pop()
            push("op", op, position + len(op))
    return tokens


def _number(text: str, position: int, letters: bool, tokens: list[Token], stack: list[str], push) -> bool:
    """One number token; False where a dot turns out to be no number."""
    recurring = _RECURRING.match(text, position) or _TAIL.match(text, position)
    if recurring:
        whole, fixed, period = recurring.groups()
        push("recurring", f"{whole or 0}.{fixed}.{period}", recurring.end())
        return True
    in_call = bool(stack) and (stack[-1] == "call" or letters and stack[-1] in "([")
    script = bool(tokens) and tokens[-1].kind == "op" and tokens[-1].text in "^_" and position and text[position - 1] in "^_"
    match = None if script else _THOUSANDS.match(text, position)
    if match and in_call and re.search(r"\d,\d", match.group()):
        match = None
    if match is None and not in_call and not stack and not script and not (tokens and tokens[-1].text == ","):
        match = _DECIMAL_COMMA.match(text, position)
        if match:
            push("number", match.group().replace("{,}", ".").replace(",", "."), match.end())
            return True
    match = match or _NUMBER.match(text, position)
    if match is None:
        return False
    digits = re.sub(r"[^\d.eE+-]", "", match.group())
    if len(digits) > MAX_DIGITS:
        raise Unreadable(f"a number of {len(digits)} digits")
    if not digits.isascii():
        raise Unreadable("digits that are not 0 to 9")
    push("number", "0" + digits if digits.startswith(".") else digits, match.end())
    return True


def _letters(text: str, position: int, letters: bool, tokens: list[Token], push) -> None:
    word = _WORD.match(text, position)
    if letters:
        function = _LETTER_WORD.match(text, position)
        if function and (position == 0 or text[position - 1] != "\\"):
            push("command", function.group(), function.end())
        elif word and word.group().rstrip(".") in ("and", "or", "mod"):
            push("text", word.group().rstrip("."), position + len(word.group().rstrip(".")))
        else:
            push("letter", text[position], position + 1)
        return
    found = word.group().rstrip(".") if word else text[position]
    minutes = found == "min" and not text[position + 3 : position + 8].lstrip().startswith(("(", "{", "\\{", "["))
    kind = "command" if found in FUNCTION_WORDS and not minutes else "letter" if len(found) == 1 else "word"
    push(kind, found, position + len(found))


def _command(text: str, position: int, push) -> None:
    match = _COMMAND.match(text, position)
    if match is None:
        raise Unreadable("a backslash without a command")
    name = match.group(1)
    if name is None:
        push("op", "\\" + match.group(2) if match.group(2) in "{}|\\" else match.group(2), match.end())
        return
    if name in _TEXTS:
        place = match.end()
        while place < len(text) and text[place] == " ":
            place += 1
        if place < len(text) and text[place] == "{":
            close = matching(text, place)
            push("text", text[place + 1 : close].strip(), close + 1)
            return
        push("space", name, match.end())
        return
    if name in ("begin", "end"):
        close = text.find("}", match.end())
        if close < 0 or not text.startswith("{", match.end()):
            raise Unreadable(f"\\{name} without its name")
        push("begin" if name == "begin" else "close", text[match.end() + 1 : close].strip("* "), close + 1)
        return
    push("command", name, match.end())


def matching(text: str, opened: int) -> int:
    """The place of the brace that closes the one at ``opened``.  Raises Unreadable where there is none."""
    depth = 0
    for place in range(opened, len(text)):
        if text[place] == "{" and (place == 0 or text[place - 1] != "\\"):
            depth += 1
        elif text[place] == "}" and text[place - 1] != "\\":
            depth -= 1
            if depth == 0:
                return place
    raise Unreadable("a brace that is not closed")
