"""Figures: what a function of answers.py draws with matplotlib, as SVG and PDF bytes that are the same every time.

``page_style()`` is the room in which answers.py is loaded and run: no display, the report's own style instead of
the user's, and no figure left open behind it.  ``draw`` renders a figure and collects its texts, so that a number in
a title or label can be traced as one in the prose is.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.diagnostics import Finding, FindingsError
from reportgen.resources import templates_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.text import Text


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure: its bytes, and its texts but for tick labels that matplotlib made from the data."""

    name: str
    svg: bytes
    pdf: bytes
    texts: tuple[str, ...]


def is_figure(value: object) -> bool:
    """True for a matplotlib figure; asking does not import matplotlib."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def style_file() -> Path:
    return templates_folder() / "report.mplstyle"


@contextlib.contextmanager
def page_style() -> Iterator[None]:
    """Figures made inside have the report's style and no window, whether matplotlib is imported before or inside.

    Asking for the style does not import matplotlib: a report without figures need not wait for it.
    """
    changed = {"MPLBACKEND": "Agg", "MATPLOTLIBRC": str(style_file())}
    saved = {key: os.environ.get(key) for key in changed}
    os.environ.update(changed)
    before = _open_figures()
    try:
        with contextlib.ExitStack() as stack:
            if "matplotlib" in sys.modules:
                import matplotlib.style
                # after_reset: what another report, or the user's matplotlibrc, has set must not show in this one
                stack.enter_context(matplotlib.style.context(style_file(), after_reset=True))
            yield
    finally:
        for key, value in saved.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        for number in _open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def draw(name: str, figure: MatplotlibFigure) -> Figure:
    """The figure as SVG and PDF, closed afterwards.

    Raises FindingsError (figure-failed): drawing raised an error, or matplotlib warned (a sign that it has no glyph
    for would be missing on the page).
    """
    import matplotlib

    # The style settles what is decided when a figure is drawn; what was decided when it was made stays.
    with page_style(), warnings.catch_warnings(), matplotlib.rc_context({"svg.hashsalt": f"reportgen {name}"}):
        warnings.simplefilter("error")
        # Deprecations are between matplotlib and the libraries that it uses; the page is none the worse.
        for harmless in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", harmless)
        try:
            svg, pdf = io.BytesIO(), io.BytesIO()
            # No dates, no versions: the same input gives the same bytes.
            figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
            figure.savefig(pdf, format="pdf", metadata={"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None})
            texts = collect_texts(figure)
        except Exception as error:
            message = str(error).strip().split("\n")[0] or type(error).__name__
            raise FindingsError(Finding("figure-failed", f"the figure {name} could not be drawn: {message}")) from error
        finally:
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close(figure)
    return Figure(name, svg.getvalue(), pdf.getvalue(), texts)


def collect_texts(figure: MatplotlibFigure) -> tuple[str, ...]:
    """The visible texts of a drawn figure, each once, in the order of the drawing.

    Tick labels that matplotlib makes from the data are left out; tick labels that the author set are not.
    """
    from matplotlib.text import Text

    computed = {id(text) for text in _computed_labels(figure)}
    found: dict[str, None] = {}
    for text in figure.findobj(Text):
        content = text.get_text().strip()
        if content and text.get_visible() and id(text) not in computed:
            found.setdefault(content)
    return tuple(found)


def _computed_labels(figure: MatplotlibFigure) -> Iterator[Text]:
    from matplotlib.axis import Axis
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    for axis in figure.findobj(Axis):
        yield axis.get_offset_text()
        for minor, formatter in ((False, axis.get_major_formatter()), (True, axis.get_minor_formatter())):
            # Names of categories and labels set by hand are the author's words; FuncFormatter gets its numbers from the data.
            written = isinstance(formatter, FixedFormatter) or type(formatter).__name__ == "StrCategoryFormatter"
            if not written or isinstance(formatter, FuncFormatter):
                for tick in axis.get_minor_ticks() if minor else axis.get_major_ticks():
                    yield from (tick.label1, tick.label2)


# --- the audit ------------------------------------------------------------------------------------------------

# In a name a digit touches a letter (Conv2d-1, L2, x1), or a hyphen joins it to a word of two letters and more (Linear-9).
_NAME = re.compile(r"\\[A-Za-z]+|[^\W\d_]+\d[\w-]*|[^\W\d_]{2,}-\d+\b|[^\W\d_]+(?:_\d+)+")
_SUBSCRIPT = re.compile(r"_(?:\{[^{}]*\}|\w)")
_NUMERAL = re.compile(r"\d+(?:[,\u00a0\u202f\u2009]\d{3})*(?:\.\d+)?|\.\d+")
_MATH = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)


def numerals(text: str) -> tuple[str, ...]:
    """The numerals in a figure's text that are no part of a name, as written; ``$...$`` is matplotlib's math."""
    found: list[str] = []
    at = 0
    for math in _MATH.finditer(text):
        found += _NUMERAL.findall(_NAME.sub(" ", text[at : math.start()]))
        # {,} is TeX's thousands separator
        found += _NUMERAL.findall(_NAME.sub(" ", _SUBSCRIPT.sub(" ", math[1].replace("{,}", ","))))
        at = math.end()
    return (*found, *_NUMERAL.findall(_NAME.sub(" ", text[at:])))


def audit_texts(texts: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """The numerals in ``texts`` that equal none of those in ``allowed``, each once, as written.

    ``allowed`` holds texts of values and declared names; a text that is declared as a whole is not looked into.
    Numerals are compared as exact numbers: 61,706 is 61706, and 0.40 is 0.4.
    """
    allowed = set(allowed)
    values = {_value(numeral) for text in allowed for numeral in numerals(text)}
    found: dict[str, None] = {}
    for text in texts:
        for name in sorted((a for a in allowed if numerals(a) and not _NUMERAL.fullmatch(a)), key=len, reverse=True):
            text = text.replace(name, " ")
        for numeral in numerals(text):
            if _value(numeral) not in values:
                found.setdefault(numeral)
    return tuple(found)


def _value(numeral: str) -> Fraction:
    return Fraction(re.sub(r"[,\s]", "", numeral))
