"""User macros of LaTeX documents: read without executing anything, put in a few rounds deep and up to a length."""

from __future__ import annotations

import re

MAX_MACROS = 200
MAX_EXPANDED = 20_000
MAX_ROUNDS = 4
# siunitx: numbers and units as they are set
UNITS = {
    "SI": (2, "#1\\,\\mathrm{#2}"), "qty": (2, "#1\\,\\mathrm{#2}"), "num": (1, "#1"), "ang": (1, "#1^\\circ"),
    "si": (1, "\\mathrm{#1}"), "unit": (1, "\\mathrm{#1}"),
}
_EXPONENT = re.compile(r"(\\(?:SI|qty|num)\s*\{\s*[-+]?[\d.]+)[eE]([-+]?\d{1,3})\s*\}")
_TYPESETTING = re.compile(r"\\(?:[shvmf]?box|sbox|usebox|if[a-z]+|dimen|advance|relax|expandafter|csname|resizebox|scalebox|hfill|vskip|hskip|the)(?![a-z])")
_UPRIGHT_D = re.compile(r"(?:\\[,;:! ]|\s)*\\(?:mathrm|text|operatorname|mathop)\s*\{d\}\s*\Z")
_MACRO = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?\\(?P<name>[A-Za-z]+)\}?\s*(?:\[(?P<count>[1-9])\])?\s*\{"
    r"|\\def\s*\\(?P<name2>[A-Za-z]+)(?P<parameters>(?:#\d)*)\s*\{|\\DeclareMathOperator\*?\s*\{\\(?P<operator>[A-Za-z]+)\}\s*\{"
)


def macros_of(text: str) -> dict[str, tuple[int, str]]:
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
        if _TYPESETTING.search(body):
            body = f"#{count}" if count else ""  # how something is set, and not what it says: the last argument
        if count == 0 and _UPRIGHT_D.match(body):
            body = "d"  # a differential
        found[name] = (count, f"\\operatorname{{{body}}}" if match["operator"] else body)
    return found


def expanded(text: str, macros: dict[str, tuple[int, str]]) -> str:
    """The text with the document's macros put in, a few rounds deep and up to a length: a bomb stays what it is."""
    if any(f"\\{name}{{" in text for name in UNITS):
        text = _EXPONENT.sub(r"\1 \\times 10^{\2}}", text)
        macros = {**UNITS, **macros}
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


def within(text: str, begin: int, end: int, macros: dict[str, tuple[int, str]]) -> tuple[int, int]:
    """The formula inside of a macro that only says how it is set, where it is all there is."""
    match = re.compile(r"\s*\\([A-Za-z]+)").match(text, begin, end)
    if match is None or match[1] not in macros or macros[match[1]][1] != f"#{macros[match[1]][0]}":
        return begin, end
    place = match.end()
    for _ in range(macros[match[1]][0]):
        opened = text.find("{", place, end)
        if opened < 0 or text[place:opened].strip():
            return begin, end
        depth, place = 0, opened
        while place < end:
            depth += (text[place] == "{") - (text[place] == "}")
            place += 1
            if depth == 0:
                break
    return (opened + 1, place - 1) if not re.sub(r"\\(?:tag|label)\*?\{[^{}]*\}|[\s.,;]", "", text[place:end]) else (begin, end)
