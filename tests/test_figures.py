"""Figures: the same bytes every time, in the report's style, closed afterwards, and their typed numbers found."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pytest

from reportgen.diagnostics import FindingsError
from reportgen.figures import Figure, audit_texts, draw, is_figure, page_style


def simple():
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0.0, 0.5, 12345.678], label="loss $L_2$")
    axes.set_title("Loss, m = 7")
    axes.set_xlabel(r"$\sigma(z)$ at $z = 3$")
    axes.annotate("peak 0.25", (1, 0.5))
    axes.text(0, 0, "hidden 99", visible=False)
    axes.legend(title="Conv2d-1")
    return figure


@pytest.fixture
def pyplot():
    with page_style():
        import matplotlib.pyplot as plt
        yield plt
        plt.close("all")


def test_draw(pyplot):
    drawn = draw("losses", simple())
    assert isinstance(drawn, Figure) and drawn.name == "losses"
    assert drawn.svg.startswith(b"<?xml") and b"</svg>" in drawn.svg and drawn.pdf.startswith(b"%PDF-")
    assert set(drawn.texts) == {"loss $L_2$", "Loss, m = 7", r"$\sigma(z)$ at $z = 3$", "peak 0.25", "Conv2d-1"}
    assert pyplot.get_fignums() == []


def test_same_bytes(pyplot):
    first, second = draw("losses", simple()), draw("losses", simple())
    assert first == second
    for text in (first.svg, first.pdf):
        assert not re.search(rb"20\d\d-\d\d-\d\dT|/CreationDate|/ModDate|[Mm]atplotlib v|<dc:date>", text)


PROGRAM = """
import hashlib, sys
sys.path.insert(0, "tests")
from reportgen.figures import draw, page_style
with page_style():
    from test_figures import simple
    drawn = draw("losses", simple())
print(hashlib.sha256(drawn.svg + drawn.pdf).hexdigest())
"""


def test_same_bytes_in_another_process_with_other_settings(tmp_path):
    """Neither the hash seed, the clock, nor the user's own matplotlibrc shows."""
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\nbackend: TkAgg\n")
    seen = set()
    for seed, date, config in (("1", "0", None), ("2", "1700000000", str(tmp_path))):
        environment = dict(os.environ, PYTHONHASHSEED=seed, SOURCE_DATE_EPOCH=date)
        if config:
            environment |= {"MPLCONFIGDIR": config, "MPLBACKEND": "TkAgg"}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
        seen.add(done.stdout)
    assert len(seen) == 1


def test_no_text_is_left_to_the_reader_s_fonts(pyplot):
    assert b"<text" not in draw("losses", simple()).svg


def test_ids_of_two_figures_differ(pyplot):
    def clips(name):
        return set(re.findall(rb'<clipPath id="(.*?)"', draw(name, simple()).svg))
    assert clips("a") and not clips("a") & clips("b")


def test_style_is_the_report_s_whatever_was_set_before(pyplot):
    import matplotlib

    matplotlib.rcParams["font.size"] = 33
    with page_style():
        assert matplotlib.rcParams["font.size"] == 10
        assert matplotlib.rcParams["font.family"] == ["serif"]
        assert matplotlib.get_backend().lower() == "agg"
        figure = pyplot.figure()
        matplotlib.rcParams["font.size"] = 44
    assert figure.number not in pyplot.get_fignums()  # closed with the room
    assert matplotlib.rcParams["font.size"] == 33


def test_environment_is_put_back():
    before = dict(os.environ)
    with page_style():
        assert os.environ["MPLBACKEND"] == "Agg"
    assert dict(os.environ) == before


def test_a_style_without_matplotlib_does_not_import_it():
    code = "import sys\nfrom reportgen.figures import page_style, is_figure\nwith page_style(): pass\n" \
           "assert not is_figure(3)\nassert 'matplotlib' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_is_figure(pyplot):
    assert is_figure(pyplot.figure()) and not is_figure(pyplot) and not is_figure("figure")


def test_tick_labels_from_data_are_exempt_and_written_ones_are_not(pyplot):
    figure, axes = pyplot.subplots()
    axes.bar(["Linear-9", "layer 5"], [1, 2])
    axes.set_yticks([0, 1], ["none", "17"])
    assert set(draw("bars", figure).texts) == {"Linear-9", "layer 5", "none", "17"}
    figure, axes = pyplot.subplots()
    axes.semilogy([1, 2], [1e-8, 1e8])
    figure.colorbar(axes.scatter([1, 2], [1, 2], c=[10, 20]))
    assert draw("logs", figure).texts == ()


@pytest.mark.parametrize("break_it", [
    lambda axes: axes.set_title("$\\nosuchcommand$"),
    lambda axes: axes.set_title("\U00012000"),  # no glyph: a warning, and a box on the page
    lambda axes: axes.set_title("${$"),
])
def test_faulty_figure(pyplot, break_it):
    figure, axes = pyplot.subplots()
    break_it(axes)
    with pytest.raises(FindingsError) as caught:
        draw("broken", figure)
    (finding,) = caught.value.findings
    assert finding.code == "figure-failed" and "broken" in finding.message
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("text", [
    "Loss of L2 and Conv2d-1", "$x_1$ and $w_{12}$", "AI6126", "loss", "", "$L_2$", "UTF-8",
])
def test_names_are_no_numbers(text):
    assert audit_texts([text], ()) == ()


@pytest.mark.parametrize(("text", "found"), [
    ("m = 7", ("7",)),
    ("peak 0.25 of 3", ("0.25", "3")),
    ("$z = 3$", ("3",)),
    ("$2P$", ("2",)),
    ("$x^{17}$ and 4", ("4", "17")),
    ("17 twice, 17", ("17",)),
    ("61,706", ("61,706",)),
    ("50%", ("50",)),
    ("−3", ("3",)),
])
def test_typed_numbers_are_found(text, found):
    assert set(audit_texts([text], ())) == set(found) and len(audit_texts([text], ())) == len(found)


@pytest.mark.parametrize(("text", "allowed"), [
    ("m = 7", {"7"}),
    ("0.40", {"0.4"}),
    ("61706 parameters", {"61,706"}),
    ("61,706 parameters", {"61706"}),
    ("$\\eta = 0.1$", {"0.1"}),
    ("1/3", {"1/3"}),
    ("ISO 216 paper", {"ISO 216"}),
])
def test_allowed(text, allowed):
    assert audit_texts([text], allowed) == ()


@pytest.mark.parametrize(("text", "allowed"), [
    ("0.41", {"0.4"}),
    ("6170", {"61706"}),
    ("216", {"ISO 217"}),
    ("72", {"7", "2"}),
    ("1.5", {"15"}),
])
def test_not_allowed(text, allowed):
    assert audit_texts([text], allowed) == (text,)


@pytest.mark.parametrize("layout", ["constrained", "compressed", "tight", "none"])
def test_a_figure_is_drawn_once_for_each_format_and_is_what_matplotlib_saves(pyplot, layout):
    import matplotlib

    def made():
        figure, (left, right) = pyplot.subplots(1, 2, layout=layout)
        left.imshow([[1, 2], [3, 4]])
        left.set_ylabel("rows")
        right.semilogy([1, 1e6], label="steep")
        right.legend()
        figure.suptitle("Two")
        return figure

    figure, seen = made(), []
    figure.patch.draw = lambda renderer, draw=figure.patch.draw: (seen.append(type(renderer).__name__), draw(renderer))
    drawn = draw("two", figure)
    assert len(seen) == 2 and "draw" not in vars(figure)
    with page_style(), matplotlib.rc_context({"svg.hashsalt": "reportgen two"}):
        other, svg, pdf = made(), io.BytesIO(), io.BytesIO()
        other.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        other.savefig(pdf, format="pdf", metadata={"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None})
    assert (drawn.svg, drawn.pdf) == (svg.getvalue(), pdf.getvalue())
