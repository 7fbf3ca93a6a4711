"""What a template says with values: a closed formula between dollars must hold, and no sign is typed before a value.

Each value on a page is right by itself; ``$ {{ v }} \\cdot {{ t }} = {{ d }} $`` can still be false.  Where such a formula is
a relation between numbers, the judge decides it like any other.  What cannot be read, or has names in it, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from .diagnostics import Finding
from .expressions import Expr, ParseError, is_op, is_relation, parse, symbols, to_text
from .obligation import Obligation, Verdict
from .shown import TOKEN, TOKEN_CLOSE, TOKEN_OPEN, Rendered, Shown

_MATH = re.compile(r"\$\$(?P<display>[^$]+)\$\$|(?<![\\$\w])\$(?![\s$])(?P<inline>[^$]+?)(?<![\s\\])\$(?!\d)")
_SIGNED = re.compile(rf"(?:^|(?<=[\s(\[]))[-\u2212\u2013](?={TOKEN_OPEN})", re.MULTILINE)
_AFTER_OPERATOR = re.compile(r"(?:[-+*/^_]|\\cdot|\\times)\s*\{?\s*$")


def formula_findings(rendered: Rendered, judge: Callable[[Obligation], Verdict] | None = None) -> tuple[Finding, ...]:
    """formula-false for each closed relation that is refuted, typed-sign for each sign before a value in running text.

    ``judge``: who is asked, such as a ledger; None: the judge in this process.
    """
    if judge is None:
        from .judge import judge
    findings = []
    text = rendered.text
    formulas = [m for m in _MATH.finditer(text) if TOKEN_OPEN in m.group()]
    for match in formulas:
        group = "display" if match["display"] is not None else "inline"
        for relation in _closed_relations(_written_out(match[group], rendered.shown)):
            verdict = judge(Obligation(relation))
            if verdict.refuted:
                sides = f": the sides are {verdict.sides[0]} and {verdict.sides[1]}" if verdict.sides[0] else ""
                place = rendered.span(match.start(group) + len(match[group]) - len(match[group].lstrip()))
                findings.append(Finding("formula-false", f"the formula says {to_text(relation)}, which does not hold{sides}", place,
                                        "compute the right side as an answer, or correct the formula"))
    inside = [(m.start(), m.end()) for m in _MATH.finditer(text)]
    for match in _SIGNED.finditer(text):
        value = TOKEN.match(text, match.end())
        if value and rendered.shown[value[1]].plain[:1].isdigit() and not any(a <= match.start() < b for a, b in inside):
            findings.append(Finding("typed-sign", f"a minus is typed before the value {rendered.shown[value[1]].plain}", rendered.span(match.start(), 1),
                                    "compute the negative value as an answer"))
    return tuple(findings)


def _written_out(tex: str, shown: Mapping[str, Shown]) -> str:
    """The formula with its values; a negative value after an operator is in brackets, as the page sets it."""
    out, at = "", 0
    for match in TOKEN.finditer(tex):
        out += tex[at:match.start()]
        value = shown[match[1]].latex
        if value is None:
            return ""
        out += f"({value})" if value.startswith("-") and _AFTER_OPERATOR.search(out) else value
        at = match.end()
    return out + tex[at:]


def _closed_relations(tex: str) -> Iterator[Expr]:
    """The relations between numbers in a formula: of a chain, the links that have no names."""
    cleaned = tex.replace(TOKEN_CLOSE, "").strip().rstrip(".,;")
    if not cleaned:
        return
    try:
        statement = parse(cleaned, "latex")
    except ParseError:
        return
    for link in statement.args if is_op(statement, "and") else (statement,):
        if is_relation(link) and not symbols(link):
            yield link
