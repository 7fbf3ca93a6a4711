"""TeX made ready for pandoc's conversion to Typst, and what pandoc made of it mended.

What pandoc has no Typst for (a matrix without brackets, the columns and rules of an array) is said by a mark in the first
cell, which ``finish`` makes arguments of ``mat`` of.
"""

from __future__ import annotations

import re

from reportgen.outputs.common import one_piece_numbers

_WORDS = re.compile(r"\\text\{\s*([^{}]*?)\s*\}")
_INNERMOST = re.compile(r"\\begin\{(\w+\*?)\}((?:(?!\\begin\{|\\end\{).)*?)\\end\{\1\}", re.DOTALL)
_COLUMN_SPEC = re.compile(r"\s*(?:\[[tcb]\])?\{([^{}]*)\}")
_LEFT = re.compile(r"\\left\s*(\\?\S)\s*\Z")
_RIGHT = re.compile(r"\s*\\right\s*(\\?\S)")
_FRACTION = re.compile(r"\\[dtc]?frac(?![A-Za-z])")
# what Typst sets closer to words than a name (functions, sums), and a sign that has nothing before it
_CLOSE = re.compile(r"\s*(?:-|\\(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|ln|log|exp|lim|min|max|det|sum|prod)(?![A-Za-z]))")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_TOKEN = re.compile(r"\s*(\\(?:[A-Za-z]+|.)|\S)", re.DOTALL)
_HLINE = re.compile(r"\\hline(?![A-Za-z])")
# delimiters that pandoc makes one matrix of, with what stands between
_PAIRS = {("(", ")"), ("[", "]"), ("\\{", "\\}"), ("|", "|"), ("\\|", "\\|")}
_PLAIN = frozenset("matrix smallmatrix array".split())
_KEPT = 0xE100      # stands, with what follows, for environments that are done
_MARK = "\uE010"
_MARKED = re.compile(rf'mat\(delim: "([^"]*)", upright\("{_MARK}(b?)([lcr]?)((?:v\d+)*)((?:h\d+)*)"\) ?')

_SCALED = re.compile(r"#scale\(x: (\d+)%, y: \1%\)\[(\\.|[^\\\]]+)\]")
_ROW_SIGN = re.compile(r"(&\s*\\q?quad\s+(?:\\q?quad\s+)*[+-])(?=\s)")
_SIDES = {"l": "left", "c": "center", "r": "right"}


def prepare(tex: str) -> str:
    """TeX from which pandoc makes Typst as it is meant."""
    tex = _fractions(_WORDS.sub(_words, one_piece_numbers(tex)))
    if tex.count("\\lvert") == tex.count("\\rvert"):
        # as a pair of delimiters; a lone bar would get the spaces of a relation
        tex = tex.replace("\\lvert", "\\left| ").replace("\\rvert", "\\right| ")
    # a sign at the beginning of a broken row is one between two terms
    tex = _ROW_SIGN.sub(r"\1\\:", tex)
    # Typst sets nothing between the columns of &&
    return _environments(re.sub(r"&\s*&", "&& \\\\quad ", tex))


def finish(source: str) -> str:
    """Typst as pandoc wrote it, with the marks of ``prepare`` as arguments."""
    source = _SCALED.sub(_stretched, source)
    return _MARKED.sub(_arguments, source).replace('mat(delim: "||"', 'mat(delim: "‖"')


def _fractions(tex: str) -> str:
    """Every denominator with an empty group behind it.

    Pandoc writes a short fraction as ``a / b``, and a/(b/c) as ``a / b / c``, which Typst reads as (a/b)/c; so it does with an
    exponent behind a fraction.  With the group it writes ``frac(a, b)``, which says what belongs to what.
    """
    at = 0
    while (match := _FRACTION.search(tex, at)) is not None:
        at = match.end()
        begin = _argument_end(tex, at)
        end = _argument_end(tex, begin)
        below = tex[begin:end].strip()
        inside = below[1:-1] if below.startswith("{") else below
        tex = f"{tex[:begin]}{{{inside}{{}}}}{tex[end:]}"
    return tex


def _argument_end(tex: str, at: int) -> int:
    """The place behind the argument that begins at ``at``: a group in braces, a command, or one character."""
    token = _TOKEN.match(tex, at)
    if token is None:
        return len(tex)
    if token[1] != "{":
        return token.end()
    depth = 0
    for match in _BRACE.finditer(tex, token.start(1)):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    return len(tex)


def _words(match: re.Match[str]) -> str:
    """Words without the spaces at their ends, their outer punctuation outside: Typst sets "v = 20, t" closed up."""
    whole = match.group(0)[len("\\text{"):-1]
    parts = re.fullmatch(r"(\s*)([,;.:)\]]*)(.*?)([(\[]*)(\s*)", whole, re.DOTALL)
    if parts is None or not whole.strip():
        return match.group()
    _, before, inside, after, _ = parts.groups()
    # the space after a comma between formulas: Typst's own and as much again make a word's
    out = before + ("\\," if before and not inside and whole[-1:].isspace() else "")
    if inside.strip():
        out += "\\text{" + inside.strip() + "}"
    if whole[-1:].isspace() and _CLOSE.match(match.string, match.end()):
        out += "\\ \\;"      # a space of a word, and what keeps a minus sign from standing between two terms
    if after:
        out += "\\ " + after if inside[-1:].isspace() or whole[:1].isspace() else after
    return out


def _environments(tex: str) -> str:
    """Each environment, from the inside out."""
    done: list[str] = []
    while (match := _INNERMOST.search(tex)) is not None:
        start, end = match.span()
        name, body = match.groups()
        left, right = _LEFT.search(tex[:start]), _RIGHT.match(tex, end)
        pair = (left.group(1), right.group(1)) if left and right else ("", "")
        if name in ("array", "matrix") and left and right and pair == ("\\{", "."):
            name, body = "cases", _COLUMN_SPEC.sub("", body, count=1) if name == "array" else body
            start, end = left.start(), right.end()
        if name in ("cases", "dcases"):
            # Typst sets what stands after & right at what stands before it
            made = "\\begin{cases}" + re.sub(r"(?<!\\)&", r"&\\quad ", body) + "\\end{cases}"
        elif name == "vmatrix":
            made = f"\\left|\\begin{{matrix}}{body}\\end{{matrix}}\\right|"
        elif name in _PLAIN:
            made = _plain(name, body, pair in _PAIRS)
        else:
            made = match.group()
        tex = tex[:start] + chr(_KEPT + len(done)) + tex[end:]
        done.append(made)
    for index in range(len(done) - 1, -1, -1):
        tex = tex.replace(chr(_KEPT + index), done[index])
    return tex


def _plain(name: str, body: str, delimited: bool) -> str:
    mark = "" if delimited else "b"
    if name == "array":
        spec = _COLUMN_SPEC.match(body)
        columns = spec.group(1) if spec else ""
        body = body[spec.end():] if spec else body
        letters = re.sub(r"[^lcr]", "", columns)
        mark += letters[:1] if len(set(letters)) == 1 and letters[0] != "c" else ""
        bars = [len(re.sub(r"[^lcr]", "", columns[:match.start()])) for match in re.finditer(r"\|", columns)]
        mark += "".join(f"v{at}" for at in bars if 0 < at < len(letters))
        rows = body.split("\\\\")
        mark += "".join(f"h{at}" for at, row in enumerate(rows) if at and _HLINE.match(row.strip()) and _HLINE.sub("", row).strip())
        body = _HLINE.sub("", body)
    inside = f"\\text{{{_MARK}{mark}}}{body}" if mark else body
    return f"\\begin{{matrix}}{inside}\\end{{matrix}}" if delimited else f"\\begin{{pmatrix}}{inside}\\end{{pmatrix}}"


def _arguments(match: re.Match[str]) -> str:
    delimiter, bare, alignment, bars, rules = match.groups()
    out = "mat(delim: #none, " if bare else f'mat(delim: "{delimiter}", '
    if alignment:
        out += f"align: #{_SIDES[alignment]}, "
    lines = [f"{name}: ({', '.join(re.findall(r'[0-9]+', at))},)" for name, at in (("hline", rules), ("vline", bars)) if at]
    return out + (f"augment: #({', '.join(lines)}), " if lines else "")


def _stretched(match: re.Match[str]) -> str:
    """A big bracket as a bracket of mathematics, not as an enlarged picture of one."""
    size, sign = match.groups()
    return f"stretch({chr(92) + sign if sign in '{}' else sign}, size: #{size}%)"
