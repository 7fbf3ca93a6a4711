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
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.audit import Declared, math_numerals, text_numerals
from reportgen.diagnostics import Finding, FindingsError
from reportgen.resources import templates_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.text import Text


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure: its bytes (none in a format that nobody asked for), and its texts but for tick labels that matplotlib made from the data."""

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
                stack.enter_context(_style())
            yield
    finally:
        for key, value in saved.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        for number in _open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)


@contextlib.contextmanager
def _style() -> Iterator[None]:
    """The report's style and nothing else: what another report, or the user's matplotlibrc, has set does not show in it."""
    import matplotlib

    settings = matplotlib.rcParams
    before = {name: value for name, value in dict.items(settings) if not name.startswith("backend")}
    try:
        # past the checks, which take longer than a figure's function: these values have been through them
        dict.update(settings, {name: list(value) if isinstance(value, list) else value for name, value in _settings()})
        yield
    finally:
        dict.update(settings, before)


@lru_cache(maxsize=1)
def _settings() -> tuple[tuple[str, object], ...]:
    """Every setting of the report's style, read once; but for the window system, which is no style's business."""
    import matplotlib

    # not matplotlib.style, which reads all the styles that there are
    return tuple((name, value) for name, value in dict.items(matplotlib.rc_params_from_file(style_file())) if not name.startswith("backend"))


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def draw(name: str, figure: MatplotlibFigure, *, pdf: bool = True) -> Figure:
    """The figure as SVG and, where ``pdf`` asks for it, as PDF, closed afterwards.

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
            svg, page = io.BytesIO(), io.BytesIO()
            # No dates, no versions: the same input gives the same bytes.
            _save(figure, svg, format="svg", metadata={"Date": None, "Creator": None})
            if pdf:
                _save(figure, page, format="pdf", metadata={"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None})
            texts = collect_texts(figure)
        except Exception as error:
            message = str(error).strip().split("\n")[0] or type(error).__name__
            raise FindingsError(Finding("figure-failed", f"the figure {name} could not be drawn: {message}")) from error
        finally:
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close(figure)
    return Figure(name, svg.getvalue(), page.getvalue(), texts)


def _save(figure: MatplotlibFigure, file: io.BytesIO, **options: object) -> None:
    """``savefig``, but drawn once where it draws twice: matplotlib has a figure laid out by drawing it with nothing to draw on, and
    then draws it.  The layout is the first thing that ``Figure.draw`` does; here it is the only one, the first time."""

    def lay_out(renderer: object) -> None:
        del figure.draw
        if figure.axes:
            with contextlib.suppress(ValueError):   # as Figure.draw does
                engine.execute(figure)

    import matplotlib

    engine = figure.get_layout_engine()
    if engine is None or matplotlib.rcParams["savefig.bbox"] is not None:
        figure.savefig(file, **options)
        return
    figure.draw = lay_out
    try:
        figure.savefig(file, **options)
    finally:
        vars(figure).pop("draw", None)


def leave(name: str, figure: MatplotlibFigure) -> Figure:
    """The figure closed without being drawn, for work that needs no picture."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return Figure(name, b"", b"", ())


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

    for axis in figure.findobj(Axis):
        yield axis.get_offset_text()
        for minor, formatter in ((False, axis.get_major_formatter()), (True, axis.get_minor_formatter())):
            if not _is_written_by_hand(formatter):
                for tick in axis.get_minor_ticks() if minor else axis.get_major_ticks():
                    yield from (tick.label1, tick.label2)


def _is_written_by_hand(formatter: object) -> bool:
    """True where tick labels are the author's words: names of categories, or labels set one by one."""
    if type(formatter).__name__ in ("FixedFormatter", "StrCategoryFormatter"):
        return True
    # set_ticks(places, labels) makes a FuncFormatter that looks the labels up in a dictionary
    function = getattr(formatter, "func", None)
    return getattr(getattr(function, "func", None), "__name__", "") == "_format_with_dict"


# --- the audit ------------------------------------------------------------------------------------------------

_MATH = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


def audit_texts(texts: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """The numerals in ``texts`` that equal none of those in ``allowed``, each once, as written.

    What is a numeral and what is part of a name is decided as in the prose.  ``allowed`` holds texts of values and
    declared names; a declared name is exempt as a whole.  Numerals are compared as exact numbers: 61,706 is 61706,
    and 0.40 is 0.4.
    """
    allowed = tuple(allowed)
    declared = Declared(allowed)
    values = {value for text in allowed for numeral, _, _ in _numerals(text) for value in _readings(numeral)}
    found: dict[str, None] = {}
    for text in texts:
        for numeral, piece, span in _numerals(text):
            if not values.isdisjoint(_readings(numeral)) or not declared.exempt(piece, [span], math=piece is not text):
                continue
            found.setdefault(numeral)
    return tuple(found)


def _numerals(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Each numeral of a figure's text, the piece it stands in, and where; ``$...$`` is matplotlib's math."""
    spans = [(m.start(), m.end(), m[1]) for m in _MATH.finditer(text)]
    for start, end in text_numerals(text):
        if not any(a <= start < b for a, b, _ in spans):
            yield text[start:end], text, (start, end)
    for _, _, tex in spans:
        for start, end in math_numerals(tex):
            yield tex[start:end], tex, (start, end)


def _readings(numeral: str) -> frozenset[Fraction | str]:
    """The numbers that a numeral can mean: 1,234 is a thousand or, in other languages, one and a bit."""
    plain = re.sub(r"[\s{}]|\\\\,", "", numeral)
    readings: set[Fraction | str] = set()
    if _GROUPED.fullmatch(plain):
        readings.add(Fraction(re.sub(r"[.,]", "", plain)))
    point = max(plain.rfind("."), plain.rfind(","))
    whole, part = (plain[:point], plain[point + 1:]) if point >= 0 else (plain, "")
    digits = re.sub(r"[.,]", "", whole) + part
    if digits.isascii() and digits.isdigit():
        readings.add(Fraction(int(digits), 10 ** len(part)))
    return frozenset(readings or {numeral})
