"""Markdown cut at its headings, where pandoc reads each piece as it would in the whole.

A heading that begins a line after an empty one ends whatever stood before it; but for what may span headings (code, fenced divs,
environments of TeX, HTML), and but for what speaks of another place of the text (footnotes, addresses given elsewhere, examples that are
numbered through).  A text with anything of the kind that is not plainly closed stays in one piece.
"""

from __future__ import annotations

import re

# what is defined in one place and used in another, and markup that has an end somewhere
_ELSEWHERE = re.compile(r"\[\^|\(@[\w-]*\)|^ {0,3}\[[^\]\n]+\]:|^\*\[|<(?!https?:|mailto:)[A-Za-z/!?]", re.MULTILINE)
# a definition below makes it a term
_HEADING = re.compile(r"(?<=\n\n)#{1,6}[ \t]+\S[^\n]*(?!\n[ \t]*\n? {0,3}[:~])(?=\n|\Z)")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}|:{3,})[ \t]*(.*)$", re.MULTILINE)
_ENVIRONMENT = re.compile(r"\\(begin|end)\{")


def pieces(text: str) -> list[str]:
    """The pieces, which are the text when they are joined; each but the first begins with a heading."""
    if "\r" in text or _ELSEWHERE.search(text):
        return [text]
    out, begin = [], 0
    for match in _HEADING.finditer(text):
        if _is_closed(text[begin:match.start()]):
            out.append(text[begin:match.start()])
            begin = match.start()
    return [*out, text[begin:]]


def _is_closed(piece: str) -> bool:
    """Whether all that is begun in it ends in it."""
    fence, divs = "", 0
    for match in _FENCE.finditer(piece):
        sign, rest = match[1], match[2].strip()
        if fence:
            if sign[0] == fence[0] and len(sign) >= len(fence) and not rest:
                fence = ""
        elif sign[0] == ":":
            divs += 1 if rest.strip(":").strip() else -1
            if divs < 0:
                return False
        else:
            fence = sign
    opened = sum(1 if match[1] == "begin" else -1 for match in _ENVIRONMENT.finditer(piece))
    return not fence and not divs and not opened and piece.count("$$") % 2 == 0


__all__ = ["pieces"]
