"""Pages written in parts are those that pandoc writes as a whole, and a part is written once."""

from __future__ import annotations

import itertools
import json

import pytest

from reportgen import pandoc
from reportgen.resources import layout

SINK = r"""
# One $x^2$ {#sec:one}

A paragraph with $x^2$, *emphasis*, `code`, [a link](https://example.org "title"), "quotes" -- and $\frac{1}{2}$ again: $x^2$.

$$\begin{aligned} a & = b \\ & = c\end{aligned}$$

- one
- two

1. three
2. four with $x^2$

- loose

- list

> A quotation

    code block

``` python
x = 1
```

| line
| block

Term
:   Definition

| a | b |
|---|--:|
| $x^2$ | 1 |

: A table {#tbl:one}

-----

![](nowhere.svg)

![A figure](nowhere.svg)

::: {.box #id}
Inside $x^2$
:::

## Two

Last - 1. not a list

= no heading

\(x\)
"""
TARGETS = [("typst", "typst", "report.typ", [], False),
           ("html5", "html", "report.html", ["--mathml", "--syntax-highlighting=none", "--email-obfuscation=none"], True)]


@pytest.fixture(autouse=True)
def nothing_kept():
    pandoc._kept.clear()
    pandoc._kept_size = 0
    pandoc._last.clear()


def sink() -> list:
    return json.loads(pandoc.read_markdown(SINK))["blocks"]


@pytest.mark.parametrize(("to", "raw", "template", "options", "formulas"), TARGETS)
def test_parts_make_the_whole(to: str, raw: str, template: str, options: list[str], formulas: bool) -> None:
    blocks = sink()
    meta = {"title": "T", "lang": "en"}
    # each kind of block beside each other kind, and beside itself
    pairs = [block for pair in itertools.product(blocks, blocks) for block in pair]
    for chosen in ([], blocks[:1], blocks, blocks[::-1], pairs):
        for _ in range(2):
            made = pandoc.write_in_parts(chosen, to, raw=raw, meta=meta, template=layout(template), options=options, formulas=formulas)
            assert made == pandoc.write(chosen, to, meta=meta, template=layout(template), options=options)


def test_footnotes_are_written_as_a_whole() -> None:
    blocks = json.loads(pandoc.read_markdown("One^[first note]\n\nTwo^[second note]\n"))["blocks"]
    assert pandoc.write_in_parts(blocks, "html5", raw="html") == pandoc.write(blocks, "html5") and not pandoc._kept


def test_a_part_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    honest = pandoc.run
    monkeypatch.setattr(pandoc, "_keeping", False)      # another test of this process may have begun to
    monkeypatch.setattr(pandoc, "run", lambda arguments, text, **k: sent.append(text) or honest(arguments, text, **k))
    blocks = sink()
    first = pandoc.write_in_parts(blocks, "typst", raw="typst")
    said = len(sent)
    assert pandoc.write_in_parts(blocks, "typst", raw="typst") == first and len(sent) == said
    blocks[1] = {"t": "Para", "c": [{"t": "Str", "c": "changed"}]}
    assert "changed" in pandoc.write_in_parts(blocks, "typst", raw="typst")
    assert "changed" in sent[-1] and "Definition" not in sent[-1]
    # another format, option, template or title is another text
    plain, mathml = ([*pandoc.write_in_parts(blocks[2:3], "html5", raw="html", options=options)] for options in (["--mathjax"], ["--mathml"]))
    assert plain != mathml
    titled = [pandoc.write_in_parts(blocks[:1], "typst", raw="typst", meta={"title": title}, template=layout("report.typ")) for title in "AB"]
    assert titled[0].replace("title[A]", "title[B]") != titled[0] and titled[0] != titled[1]


def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_MOST", 1000)
    for k in range(30):
        blocks = [{"t": "Para", "c": [{"t": "Str", "c": chr(97 + k % 26) * 100}]}, {"t": "Para", "c": [{"t": "Str", "c": "x"}]}]
        assert pandoc.write_in_parts(blocks, "typst", raw="typst") == pandoc.write(blocks, "typst")
        assert sum(map(len, pandoc._kept.values())) == pandoc._kept_size <= 1000


def test_what_is_kept_for_later_is_the_last_page_of_each_format(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = sink()
    pandoc.write_in_parts(blocks, "typst", raw="typst")
    whole = pandoc.write_in_parts(blocks[:2], "typst", raw="typst")
    page = pandoc.write_in_parts(blocks[:3], "html5", raw="html", options=["--mathml"], formulas=True)
    later = pandoc.kept()
    assert len(later) < len(pandoc._kept)
    pandoc._kept.clear()
    pandoc._last.clear()
    pandoc.take(later)
    monkeypatch.setattr(pandoc, "run", lambda *a, **k: pytest.fail("it was written before"))
    assert pandoc.write_in_parts(blocks[:2], "typst", raw="typst") == whole
    assert set(pandoc.kept()) == set(later)     # of HTML no page was made since
    assert pandoc.write_in_parts(blocks[:3], "html5", raw="html", options=["--mathml"], formulas=True) == page


def test_a_formula_that_cannot_be_converted_is_a_failure_each_time() -> None:
    blocks = [{"t": "Para", "c": [{"t": "Math", "c": [{"t": "InlineMath"}, "\\nonsense{"]}]}]
    for _ in range(2):
        with pytest.raises(pandoc.FindingsError, match="nonsense"):
            pandoc.write_in_parts(blocks, "html5", raw="html", options=["--mathml"], formulas=True)
