"""What the template stage hands to the document: values shown on the page, and the text they stand in.

Inside the rendered text a shown value is a token: ``TOKEN_OPEN``, an id of letters a to z, ``TOKEN_CLOSE``.
Both delimiters are private-use characters, which no keyboard types and no reader of Markdown gives a meaning.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.diagnostics import Span

TOKEN_OPEN, TOKEN_CLOSE = "\uE000", "\uE001"
TOKEN = re.compile(f"{TOKEN_OPEN}([a-z]+){TOKEN_CLOSE}")


def token(name: str) -> str:
    """The token for the id ``name`` (letters a to z)."""
    return f"{TOKEN_OPEN}{name}{TOKEN_CLOSE}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One value shown at one place of the page."""

    entry: str                       # ledger entry it comes from, e.g. "kernel_size" (letters, digits, _)
    view: str                        # "", "steps", "decimal(6)", ...
    plain: str                       # text form, always present: "61,706"
    latex: str | None = None         # TeX math without delimiters; None: it is text (e.g. a verdict in words)
    blocks: tuple[dict[str, Any], ...] | None = None   # pandoc blocks for block views; only allowed alone in a paragraph
    alt: str = ""                    # the formula in words or plain text, for screen readers


@dataclass(frozen=True, slots=True)
class Rendered:
    """Pandoc Markdown with tokens, the values behind them, and where each piece of the text was written.

    ``origins`` is a sorted tuple of anchors ``(offset in text, file, line, column)``; from an anchor to the next one
    each character advances the column, and each line feed begins a new line at column 1.
    """

    text: str
    shown: Mapping[str, Shown]
    origins: tuple[tuple[int, str, int, int], ...]

    def span(self, offset: int, length: int = 0) -> Span:
        """The place in the author's file of the text at ``offset``."""
        at = bisect_right(self.origins, offset, key=lambda anchor: anchor[0]) - 1
        if at < 0:
            return Span(self.origins[0][1] if self.origins else "")
        start, file, line, column = self.origins[at]
        feeds = self.text.count("\n", start, offset)
        if feeds:
            line += feeds
            column = offset - self.text.rindex("\n", start, offset)
        else:
            column += offset - start
        return Span(file, line, column, length)
