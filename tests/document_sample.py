"""A small rendered template for the tests of the document and its outputs; ``@name@`` stands for a shown value."""

from __future__ import annotations

import io
import re
from pathlib import Path

from reportgen.config import ReportMeta
from reportgen.document import Document, read
from reportgen.figures import Figure
from reportgen.pandoctree import math, para, words
from reportgen.shown import Rendered, Shown, token

STEPS = r"""\begin{aligned}
O &= \frac{N - F + 2P}{S} + 1 && \text{the output size} \\
F &= N + 2P - S(O - 1) && \text{multiply both sides by } -1
\end{aligned}"""
WIDE = "W = \\begin{bmatrix}\n" + r" \\ ".join(" & ".join(["w_{11}", "w_{12}", "0", "0"] * 6) for _ in range(4)) + "\n\\end{bmatrix}"

VALUES = {
    "side": Shown("input_size", "", "32", "32", alt="32"),
    "total": Shown("total", "", "61,706", "61{,}706"),
    "minus": Shown("minus", "", "-40", "-40", alt="minus 40"),
    "third": Shown("third", "", "1/3", r"\frac{1}{3}", alt="one third"),
    "mean": Shown("bce", "decimal(6)", "0.802649", "0.802649"),
    "verdict": Shown("claim", "verdict", "refuted: the right value is 61,706"),
    "size": Shown("size_formula", "formula", "O = (N-F+2P)/S+1", r"O = \frac{N-F+2P}{S}+1"),
    "steps": Shown("kernel_size", "steps", "steps", blocks=(para([math(STEPS, True)]),)),
    "wide": Shown("toeplitz", "", "W", blocks=(para([math(WIDE, True)]),)),
}

SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80pt" height="40pt"
 viewBox="0 0 80 40"><defs><clipPath id="p1"><rect x="0" y="0" width="80" height="40"/></clipPath></defs>
<g clip-path="url(#p1)"><path id="curve" d="M 0 0 L 80 40" stroke="#000000"/><use xlink:href="#curve"/></g></svg>"""


def _one_page() -> bytes:
    import pypdfium2
    made, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    made.new_page(80, 40)
    made.save(out)
    return out.getvalue()


PDF = _one_page()
FIGURES = {"losses": Figure("losses", SVG, PDF, ())}
META = ReportMeta(Path("reports/sample"), "sample", "A title & more", "With a subtitle", "A. Student", "AI6126", "en", "2024-03-01")
DETAILS = {name: (para(words("From the assignment; strength exact.")), para([math(STEPS, True)]))
           for name in ("input_size", "total", "minus", "third", "bce", "claim", "kernel_size", "toeplitz")}

TEXT = r"""# A network {#sec:net .question}

The side is $N = @side@$ px; @eq:size gives the rest, see @fig:loss, @tbl:all and [@eq:size; @eq:wide].

## Output of @side@ pixels {#sec:out}

$$ @size@ $$ {#eq:size}

Solved step by step (@verdict@):

@steps@

| layer    | parameters | mean    |
|----------|------------|---------|
| Conv2d-1 | @total@    | @mean@  |
| Conv2d-4 | @minus@    | @side@  |

: Values such as @total@ {#tbl:all}

# A matrix {.question #sec:matrix}

@wide@ {#eq:wide}

![Losses with @mean@](figure:losses){#fig:loss width=60% alt="A curve that ends at @third@"}

The code `side = @side@`, a [link](https://example.org) and a note.[^n] The year 1989 stands here, see @sec:out.

[^n]: It holds **@total@**.
"""


def rendered(text: str, values: dict[str, Shown] = VALUES, file: str = "report.md") -> Rendered:
    """The text with ``@name@`` as tokens; places are those of the text with tokens."""
    text = re.sub(r"@([a-z]+)@", lambda match: token(match.group(1)) if match.group(1) in values else match.group(), text)
    return Rendered(text, values, ((0, file, 1, 1),))


def document(text: str = TEXT, declared: tuple[str, ...] = ("1989",), values: dict[str, Shown] = VALUES) -> Document:
    return read(rendered(text, values), declared=declared, figures=FIGURES, report=META)
