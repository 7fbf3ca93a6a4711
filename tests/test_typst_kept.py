"""Pages laid out one after the other by one compiler of Typst are byte for byte those of a compiler each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.diagnostics import FindingsError
from reportgen.outputs import Job, typst
from tests.document_sample import DETAILS, FIGURES, META, document

NUMBERS = ("1", "2", "3", "4", "5", "7")
PAGES = [document("# One\n\nA sentence, $x^2 + 1$.\n\nAnother one.\n", NUMBERS),
         document("# One\n\nA sentence, $x^2 + 3$.\n\n$$ y = 4 $$\n\nAnother one.\n", NUMBERS),
         document("# Two\n\n![A figure.](figure:losses){#fig:losses}\n\nSee @fig:losses.\n", NUMBERS),
         document("Nothing but this.\n", NUMBERS)]


def made(page, meta=META, figures=FIGURES) -> bytes:
    return typst.begin(Job(page, meta, figures, DETAILS))()["report.pdf"]


def other_figures() -> dict:
    drawing = FIGURES["losses"]
    altered = drawing.svg.replace(b"<defs>", b'<rect width="40" height="40" fill="#123456"/><defs>', 1)
    assert altered != drawing.svg
    return {**FIGURES, "losses": replace(drawing, svg=altered)}


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(typst, "_keeping", True)
    typst._own_folder.cache_clear()
    yield
    typst._own_folder.cache_clear()


def test_pages_of_one_compiler_are_those_of_one_each(monkeypatch, kept) -> None:
    jobs = [(PAGES[number], META, FIGURES) for number in (0, 1, 0, 2, 3, 2)]
    jobs += [(PAGES[2], META, other_figures()), (PAGES[2], META, FIGURES), (PAGES[1], replace(META, title="Another title", date="2020-02-02"), FIGURES)]
    together = [made(*job) for job in jobs]
    assert together[0] == together[2] != together[1] and together[3] == together[5] == together[7] != together[6]
    monkeypatch.setattr(typst, "_keeping", False)
    assert [made(*job) for job in jobs] == together


def test_a_page_that_fails_costs_the_next_one_nothing(monkeypatch, kept) -> None:
    before = made(PAGES[2])
    monkeypatch.setattr(typst, "source", lambda job: "#nothing-of-this-name")
    with pytest.raises(FindingsError) as caught:
        made(PAGES[0])
    assert [finding.code for finding in caught.value.findings] == ["engine-failed"]
    monkeypatch.undo()
    monkeypatch.setattr(typst, "_keeping", True)
    assert made(PAGES[2]) == before


def test_a_figure_of_an_earlier_page_is_gone(kept) -> None:
    import os
    made(PAGES[2])
    folder: Path = typst._own_folder(os.getpid()) / "figures"
    assert [path.name for path in folder.iterdir()] == ["losses.svg"]
    made(PAGES[0])
    assert not list(folder.iterdir())
