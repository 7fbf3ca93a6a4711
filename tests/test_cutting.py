"""Markdown read in pieces is what pandoc reads of the whole, whatever was read before."""

from __future__ import annotations

import json
import random

import pytest

from reportgen import pandoc
from reportgen.cutting import pieces
from reportgen.diagnostics import FindingsError

# what a section may hold; each must leave the next heading a heading, or the text in one piece
BLOCKS = [
    "A paragraph with $x$ and *emphasis*.\n", "- a\n- b\n", "- a\n\n- b\n\n    more\n", "1. a\n2. b\n", "> quoted\nlazy\n", "    code # no heading\n",
    "``` python\n# a comment\n\n# another\n```\n", "~~~~\n\n# inside\n\n```\n\n# inside\n~~~~\n", "::: {.box}\n\n# Inside\n\n:::\n", "::: box\n::: box\n\n## In\n\n:::\n:::\n",
    "$$\na = b\n$$\n", "$$a\n= b$$ {#eq:one}\n", "| a | b |\n|---|---|\n| c | d |\n\n: Caption {#tbl:one}\n", ": Caption\n\n| a |\n|---|\n| b |\n",
    "Term\n:   Definition\n\n    more\n", "| line\n| block\n", "---\n", "\\begin{center}\n\n# Inside\n\n\\end{center}\n", "See [One] and [there][one].\n",
    "An ``a ` b`` and a stray ` sign\n", "\"open quote\n", "Two dollars $ and $$ signs\n", "*open emphasis\n", "+---+---+\n| a | b |\n+---+---+\n", "Text\n-----\n", "\\\n",
    "![](figure:a)\n", "a^[a note, in line]\n", "", "\n\n", "<https://example.org>\n", "#no heading\n", "a < b\n", "See (@fig:one, right) and @fig:one.\n",
]
OTHERS = ["[one]: https://example.org\n", "a[^n]\n", "[^n]: a note\n", "(@) example\n", "(@good) example\n\nAs (@good) says\n", "<div>\n", "</div>\n", "<!-- a\n", "-->\n", "\n```\n", "*[HTML]: Hypertext\n"]
HEADINGS = ["# One\n", "## Two {#sec:two}\n", "### Three *with* $x$\n", "# One\n", "## One\n", "# Two 2\n", "# \ue000a\ue001\n", "####### seven\n", "# closed #\n"]


@pytest.fixture(autouse=True)
def nothing_kept():
    pandoc._kept.clear()
    pandoc._kept_size = 0
    pandoc._last.clear()


def whole(text: str) -> object:
    try:
        return json.loads(pandoc.read_markdown(text))["blocks"]
    except FindingsError as error:
        return error.findings[0].code


def in_pieces(text: str) -> object:
    try:
        return [block for piece in pandoc.read_in_pieces(text) for block in json.loads(piece)]
    except FindingsError as error:
        return error.findings[0].code


def written(chance: random.Random, blocks: list[str]) -> str:
    out = []
    for _ in range(chance.randint(1, 5)):
        out += [chance.choice(HEADINGS), "\n"] if chance.random() < 0.9 else []
        for _ in range(chance.randint(0, 3)):
            out += [chance.choice(blocks), chance.choice(["\n", "\n", "\n\n", ""])]
    return "".join(out)


def test_each_block_before_a_heading() -> None:
    for block in BLOCKS:
        text = f"# First\n\n{block}\n# Next\n\nend\n"
        assert "".join(pieces(text)) == text
        assert len(pieces(text)) == 2 or "$$ signs" in block, block      # what looks open keeps the text in one piece
        assert in_pieces(text) == whole(text), block


@pytest.mark.parametrize("seed", range(30))
def test_any_text_after_any_other(seed: int) -> None:
    chance = random.Random(seed)
    blocks = BLOCKS + (OTHERS if seed % 4 == 0 else [])
    for _ in range(6):      # each finds pieces of those before it kept
        text = written(chance, blocks)
        assert in_pieces(text) == whole(text), text


def test_only_the_piece_that_changed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    honest = pandoc.run
    monkeypatch.setattr(pandoc, "run", lambda arguments, text, **k: sent.append(text) or honest(arguments, text, **k))
    text = "before\n\n# One\n\none\n\n# Two\n\ntwo\n\n# Three\n\n- three\n"
    assert len(pieces(text)) == 4 and len(in_pieces(text)) == 7
    changed = text.replace("two", "other words")
    sent.clear()
    assert in_pieces(changed)[4] == {"t": "Para", "c": [{"t": "Str", "c": "other"}, {"t": "Space"}, {"t": "Str", "c": "words"}]}
    assert sent == ["# Two\n\nother words\n\n"]
    in_pieces(text)
    assert len(sent) == 1


@pytest.mark.parametrize("text", ["# One\n\na\n\n# One\n\nb\n", "a[^n]\n\n# One\n\n[^n]: note\n", "[a]\n\n# One\n\n[a]: https://example.org\n"])
def test_what_a_heading_or_a_word_means_may_stand_elsewhere(text: str) -> None:
    for _ in range(2):
        assert len(pandoc.read_in_pieces(text)) == 1 and in_pieces(text) == whole(text)
