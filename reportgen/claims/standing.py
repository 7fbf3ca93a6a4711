"""Lines that are an equation and nothing else, written without dollars or with only a part of them between dollars.

``Output for Conv2d-1 = $\\frac{N - F + 2P}{S}$ + 1`` is one: a name of several words is called by its first one afterwards.
"""

from __future__ import annotations

import re

MAX_LINE = 300
_MARKUP = re.compile(
    r"\s*(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+|\*\*\(?\d{1,2}[.)]\*\*\s+"
    r"|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+|\d{1,2}(?:\.\d{1,2}){1,3}(?:\.\s+|\s{2,}))?\**\s*"
)
# Q2 (b):  2b)  Question 3(a).  Part b:
_QUESTION = re.compile(
    r"\s*\**(?:(?:Q|Ex|Question|Exercise|Problem|Task|Part|Answer|Aufgabe)\.?\s*)?\(?(?:\d{1,2}\s*\.?\s*\(?[a-z]\)?|\d{1,2}|[a-z])\)?\s*[.:)]\**\s+"
    r"|\s*\**(?:Q|Question|Exercise|Problem|Task|Aufgabe)\.?\s*\d{1,2}\s*(?:\([a-z]\)|[a-z])\**\s+", re.I)
_QUANTITY = re.compile(r"(?P<side>[^=≈]{1,60}[=≈][^=≈]*\d)(?P<unit>\s+[A-Za-zµΩ°][\w/^²³·µΩ°]*(?:\s+[A-Za-z]+){0,2})\Z")
_DEFINES = re.compile(r"\$?[A-Za-z]\w?\s*:=[^=:]*\Z")
_LEAD = re.compile(r"(?:so|thus|hence|therefore|then|⇒|=>|∴)[,:]?\s+", re.I)
_LABEL = re.compile(r"(?P<name>[A-Z][A-Za-z]*)(?: (?:for|of|in|at|from|to) [\w ,-]{1,40})?\s*(?==)")
_FORMULA = re.compile(r"[A-Za-z:\\\d+−–*/^_(){}\[\]=<>≤≥≈·×÷.,!%'\s-]+")
_WORD = re.compile(r"\\[A-Za-z]+|_\{[^{}]*\}|[A-Za-z]{2,}")
_FUNCTIONS = frozenset("sin cos tan cot sec csc log ln exp sqrt max min lim".split())
_PROSE = frozenset("is are so the and or if we in of to as at by it be an for not then with that this from has".split())


def standing(line: str) -> tuple[int, int, str] | None:
    """(begin, end, formula) of the equation that the line is, as offsets in it; None where it is none.

    Words of two letters and more become ``\\text{...}``.
    """
    if len(line) > MAX_LINE or not ("=" in line or "≈" in line) or "\t" in line or "`" in line or "|" in line or "://" in line or "$$" in line:
        return None
    begin = _MARKUP.match(line).end()  # type: ignore[union-attr]
    if (question := _QUESTION.match(line)) is not None and re.match(r"\$?\\?[A-Za-z]", line[question.end() :]):
        begin = max(begin, question.end())
    if (joined := _LEAD.match(line, begin)) is not None:
        begin = joined.end()
    body = line[begin:].rstrip().rstrip("*").rstrip()
    if body.endswith((".", ",", ";")):
        body = body[:-1].rstrip()
    if "$" not in body and (quantity := _QUANTITY.match(body)) is not None and not _PROSE & set(re.findall(r"[a-z]+", quantity["unit"])):
        body = quantity["side"].rstrip()
    end = begin + len(body)
    if re.search(r"[A-Za-z$)]\.\s+\S", body):
        return None  # several sentences
    if body.count("$") % 2 or re.search(r"==|!=|=>|<=|>=", body) or ":=" in body and not _DEFINES.match(body):
        return None
    formula = body.replace("$", " ")
    label = _LABEL.match(formula)
    if label is not None and len(label["name"]) > 1:
        formula = f"{label['name']} {formula[label.end():]}"
    if not _FORMULA.fullmatch(formula) or re.search(r"(?<!\\)\b[A-Za-z]{2,}\s+[A-Za-z]{2,}|\d\s+[A-Za-z]{4,}", formula):
        return None
    left, _, right = re.sub(r"≈", "=", formula).partition("=")
    if not right.strip() or not re.search(r"[\dA-Za-z]", right) or _PROSE & set(re.findall(r"[a-z]+", formula)):
        return None
    return begin, end, _WORD.sub(_word, formula).strip()


def _word(match: re.Match[str]) -> str:
    word = match.group()
    if word[0] in "\\_":
        return word
    return f"\\{word}" if word in _FUNCTIONS else f"\\text{{{word}}}"
