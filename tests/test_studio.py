"""The studio: figures drawn by a process beside this one are those that are drawn here, and what goes wrong there is told here."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from reportgen.build import build
from reportgen.deriving import Derived, derive
from reportgen.diagnostics import FindingsError
from reportgen.studio import Coming, is_drawn

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no copy of a process can be made here")


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on one core, and beside threads that other tests have left."""
    monkeypatch.setattr("reportgen.beside.possible", lambda: True)

FILES = {
    "report.toml": 'title = "Figures"\nauthor = "A"\nlanguage = "en"\nformats = ["md"]\n[declared]\nnames = []\n',
    "givens.toml": '[a]\nvalue = "3"\nsource = "the exercise"\n[b]\nvalue = "4"\nsource = "the exercise"\n',
    "report.md": "The sum is {{ total }}.\n\n![One](figure:one)\n\n![Two](figure:two)\n",
    "answers.py": '''from pathlib import Path

from reportgen.derivation import start
from reportgen.rules import evaluate, substitute


def total(a, b):
    return start("s = a + b").then(substitute(a=a, b=b), evaluate())


def _axes():
    from matplotlib.figure import Figure
    return Figure().subplots()


def one(total):
    axes = _axes()
    axes.plot([0, 1], [0, float(total)])
    axes.set_title(Path(__file__).with_name("words.txt").read_text())
    return axes.figure


def two(a):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots()
    axes.bar(["x"], [float(a)])
    return figure
''', "words.txt": "A line"}


def report(folder: Path, **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {**FILES, **{name.replace("_", "."): text for name, text in changed.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def coming(derived: Derived) -> dict[str, Coming]:
    return {name: figure for name, figure in derived.figures.items() if isinstance(figure, Coming)}


def test_figures_are_the_same_wherever_they_are_drawn(tmp_path: Path) -> None:
    folder = report(tmp_path / "r")
    beside, here = derive(folder, beside=True), derive(folder)
    assert set(coming(beside)) == {"one", "two"} and not coming(here)
    for name, figure in beside.figures.items():
        assert (figure.svg, figure.pdf, figure.texts) == (here.figures[name].svg, here.figures[name].pdf, here.figures[name].texts)
        assert figure.svg.startswith(b"<?xml") and figure.pdf.startswith(b"%PDF")
    assert beside.figures["one"].reads == {"words.txt"} and beside.figures["one"].texts == ("A line",)
    assert list(beside.ledger.entries) == list(here.ledger.entries)


def test_a_format_that_nobody_asked_for_is_not_drawn(tmp_path: Path) -> None:
    folder = report(tmp_path / "r")
    for figure in derive(folder, beside=True, pdf=False).figures.values():
        assert figure.pdf == b"" and figure.svg == derive(folder, pdf=False).figures[figure.name].svg


@pytest.mark.parametrize(("old", "new"), [
    ("def two(a):", "def three(two):\n    return two\n\n\ndef two(a):"),                   # another answer needs it
    ("def two(a):", "_seen = []\n\n\ndef two(a):\n    _seen.append(a)"),                 # it keeps something for the next call
])
def test_what_could_make_a_difference_is_drawn_here(tmp_path: Path, old: str, new: str) -> None:
    folder = report(tmp_path / "r", answers_py=FILES["answers.py"].replace(old, new))
    try:
        found = coming(derive(folder, beside=True))
    except FindingsError as error:      # a figure is nothing that another answer can return; what counts is where it was drawn
        assert "three" in str(error)
        return
    assert "two" not in found


def test_what_is_not_shown_as_a_figure_is_run_here(tmp_path: Path) -> None:
    folder = report(tmp_path / "r", report_md="{{ total }}\n\n![One](figure:one)\n")
    assert set(coming(derive(folder, beside=True))) == {"one"}


@pytest.mark.parametrize(("old", "new", "code", "said"), [
    ('axes.bar(["x"], [float(a)])', "1/0", "answers-failed", "division"),
    ('axes.bar(["x"], [float(a)])', 'axes.set_title("$\\\\nothing$")', "figure-failed", "nothing"),
    ("    return figure\n", "    return a\n", "answer-kind", "returns none"),
    ('axes.bar(["x"], [float(a)])', 'axes.set_title("17 of them")', "figure-number", "17"),
    ('axes.bar(["x"], [float(a)])', "import os; os.kill(os.getpid(), 9)", "figure-failed", "ended"),
])
def test_what_goes_wrong_there_is_told_here(tmp_path: Path, old: str, new: str, code: str, said: str) -> None:
    folder = report(tmp_path / "r", answers_py=FILES["answers.py"].replace(old, new))
    with pytest.raises(FindingsError) as caught:
        build(folder, None, tmp_path / "out")
    found, *others = caught.value.findings
    assert all(other.code == code for other in others)      # a process that is killed may take another figure with it
    assert found.code == code and said in found.message and found.span.file == str(folder / "answers.py")
    assert not (tmp_path / "out" / "ledger.json").exists() and not (tmp_path / "out" / "report.md").exists()


def test_findings_of_the_page_and_of_a_figure_are_told_together(tmp_path: Path) -> None:
    folder = report(tmp_path / "r", answers_py=FILES["answers.py"].replace('axes.bar(["x"], [float(a)])', "1/0"),
                    report_md="There are 12.\n\n![One](figure:one)\n\n![Two](figure:two)\n")
    with pytest.raises(FindingsError) as caught:
        build(folder, None, tmp_path / "out")
    assert {f.code for f in caught.value.findings} == {"typed-number", "answers-failed"}


def test_where_no_copy_can_be_made_all_is_done_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.beside.possible", lambda: False)
    monkeypatch.setattr("reportgen.sharing.possible", lambda: False)
    folder = report(tmp_path / "r")
    assert not coming(derive(folder, beside=True))
    assert build(folder, ["md", "html"], tmp_path / "here").exit_code == 0
    monkeypatch.undo()
    assert build(folder, ["md", "html"], tmp_path / "beside").exit_code == 0
    for path in (tmp_path / "here").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "beside" / path.relative_to(tmp_path / "here")).read_bytes()


def test_no_process_is_left(tmp_path: Path) -> None:
    derived = derive(report(tmp_path / "r"), beside=True)
    figure = derived.figures["two"]
    studio, pid = figure._studio, figure._studio._process.pid
    os.kill(pid, 0)
    assert figure.svg
    studio.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


def test_whether_a_figure_has_come_is_told_without_waiting(tmp_path: Path) -> None:
    slow = FILES["answers.py"].replace("    figure, axes = plt.subplots()\n", "    import os, time\n    while not os.path.exists('go'):\n        time.sleep(0.01)\n"
                                       "    figure, axes = plt.subplots()\n")
    folder = report(tmp_path / "r", answers_py=slow.replace("'go'", repr(str(tmp_path / "go"))))
    derived = derive(folder, beside=True)
    assert derived.figures["one"].svg and is_drawn(derived.figures["one"]) and not is_drawn(derived.figures["two"])
    (tmp_path / "go").touch()
    assert derived.figures["two"].svg and is_drawn(derived.figures["two"])


def test_a_figure_that_never_comes_is_not_waited_for(tmp_path: Path) -> None:
    derived = derive(report(tmp_path / "r", answers_py=FILES["answers.py"].replace('axes.bar(["x"], [float(a)])', "import os; os.kill(os.getpid(), 9)")),
                     beside=True)
    with pytest.raises(FindingsError):
        assert derived.figures["two"].svg
    assert is_drawn(derived.figures["two"])


def test_formats_are_begun_as_long_as_figures_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one always, others while there is a figure to come, but for those that can do nothing without them."""
    from reportgen import sharing, studio
    from reportgen.page import make_page

    page = make_page(derive(report(tmp_path / "r")))
    names = ["tex", "html", "md", "pdf"]
    assert set(sharing.begin(page, names, "typst")) == {"tex"}
    monkeypatch.setattr(studio, "is_drawn", lambda figure: False)
    assert set(sharing.begin(page, names, "typst")) == {"tex", "md", "pdf"}
    assert sharing.begin(page, [], "typst") == {}
