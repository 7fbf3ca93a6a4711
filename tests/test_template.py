"""The gate of the template: what is refused, and where; what passes becomes a token whose place in the author's file is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.derivation import Table, Value, claim, start
from reportgen.diagnostics import FindingsError, Span
from reportgen.expressions import Symbol, expr, parse
from reportgen.figures import Figure
from reportgen.givens import Given
from reportgen.ledger import Ledger
from reportgen.mathprint import LANGUAGE_STYLES
from reportgen.rules import evaluate, isolate, substitute
from reportgen.shown import TOKEN
from reportgen.template import letters, render
from reportgen.views import views


@pytest.fixture(scope="module")
def names():
    ledger = Ledger()
    givens = {n: Given(n, expr(v), "px" if n == "N" else "", Symbol(n), "a test", Span("givens.toml", 1, 1)) for n, v in {"N": 32, "P": 0, "S": 1, "O": 28}.items()}
    for g in givens.values():
        ledger.add_given(g)
    ledger.add_answer("size", start("O = (N - F + 2*P)/S + 1", assume=["S > 0"]).then(isolate("F"), substitute(**givens), evaluate()), ("N", "P", "S", "O"))
    ledger.add_answer("third", Value(parse("1/3")))
    ledger.add_answer("wrong", claim("x^2 = x", assume=["x > 0"], expect="any"))
    ledger.add_answer("layers", {"conv1": Value(parse("156")), "conv2": Value(parse("2416"))})
    ledger.add_answer("grid", Table(("Layer", "Parameters"), (("conv1", parse("156")), ("conv2", parse("2416"))), "lr", caption="Sizes"))
    ledger.add_answer("picture", Figure("picture", b"", b"", ()))
    return views(ledger, LANGUAGE_STYLES["en"])


def rendered(tmp_path, names, text, **files):
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return render(tmp_path, names)


def plain(result) -> str:
    return TOKEN.sub(lambda m: result.shown[m.group(1)].plain, result.text)


# --- what passes ----------------------------------------------------------------------------------------------

PASSES = [
    ("N is {{ N }}.", "N is 32\u00a0px."), ("{{ N.value }}", "32"), ("{{ third }} {{ third.decimal(4) }} {{ third.percent(1) }}", "1/3 0.3333 33.3%"), ("{{ size.conclusion }}", "F = 5"),
    ("{% for layer in layers %}{{ layer.value }};{% endfor %}", "156;2416;"), ("{{ layers.conv1 }}", "156"), ("{% if third %}yes{% endif %}", "yes"), ("{* a comment *}text", "text"),
    ("{{ wrong.verdict }}", "refuted"), ("{{ grid.cell(1, 2) }}", "156"), ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"), ("# Title {#sec:one}", "# Title {#sec:one}"), ("$$ {{ size.formula }} $$ {#eq:a}", None),
    ("{%- if true -%} a {%- endif -%}", "a"), ("{{ report.weakest }}", "exact"), ("no values", "no values"), ("", ""), ("ünïcödé {{ N.value }} ∑", "ünïcödé 32 ∑"),
]


@pytest.mark.parametrize("text, expected", PASSES)
def test_values_pass(tmp_path, names, text, expected):
    result = rendered(tmp_path, names, text)
    assert expected is None or plain(result) == expected or expected in plain(result)
    assert set(TOKEN.findall(result.text)) == set(result.shown)


def test_includes(tmp_path, names):
    result = rendered(tmp_path, names, 'a\n{% include "sections/q1.md" %}\nb', **{"sections__q1.md": "one {{ N.value }}\n\ntwo\n"})
    assert plain(result).split() == ["a", "one", "32", "two", "b"]
    place = result.span(result.text.index("two"))
    assert place.file.endswith("sections/q1.md") and (place.line, place.column) == (3, 1)
    place = result.span(result.text.rindex("b"))
    assert place.file.endswith("report.md") and (place.line, place.column) == (3, 1)


def test_every_character_of_the_author_keeps_its_line_and_column(tmp_path, names):
    text = "# Head\n\nFirst {{ N }} and 7 here.\n{% for l in layers %}\nItem {{ l }} with 8.\n{% endfor %}\n\n  Last {{ third }}: 9\r\nend 4\n"
    result = rendered(tmp_path, names, text.replace("\r\n", "\n"))
    lines = text.replace("\r\n", "\n").split("\n")
    for digit in "7894":
        for offset in (i for i, c in enumerate(result.text) if c == digit):
            place = result.span(offset)
            assert lines[place.line - 1][place.column - 1] == digit, (digit, place)
    assert result.text.count("8") == 2


def test_the_same_text_at_two_places_is_told_apart(tmp_path, names):
    text = "x 5 {{ N }} x 5 {{ N }} x 5 \n"
    result = rendered(tmp_path, names, text)
    columns = [result.span(i).column for i, c in enumerate(result.text) if c == "5"]
    assert columns == [i + 1 for i, c in enumerate(text) if c == "5"]


def test_tokens_are_letters():
    assert [letters(n) for n in (0, 25, 26, 27, 700)] == ["a", "z", "ba", "bb", "bay"] and len({letters(n) for n in range(2000)}) == 2000


# --- what is refused ------------------------------------------------------------------------------------------

REFUSED = [   # text, code, line, column (0: not known)
    ("a\n{{ 'text' }}", "template-plain-text", 2, 1), ("{{ 5 }}", "template-plain-text", 1, 1), ("a\n\nb {{ 0.5 }}", "template-plain-text", 3, 3), ("{{ [N] }}", "template-plain-text", 1, 1),
    ("{{ N.value.plain }}", "template-plain-text", 1, 1), ("{{ N.value.plain | int + 1 }}", None, 1, 0), ("{{ true }}", "template-plain-text", 1, 1), ("{{ none }}", "template-plain-text", 1, 1),
    ("{{ layers | length }}", None, 1, 0), ("{% for l in layers %}{{ loop.index }}{% endfor %}", "template-plain-text", 1, 0), ("{{ 'a' ~ N.value }}", None, 1, 0), ("{{ N.value ~ '' }}", None, 1, 0),
    ("{{ N.value.plain + '1' }}", None, 1, 0), ("{{ 1 + 1 }}", "template-plain-text", 1, 1), ("{% set a = 5 %}{{ a }}", "template-plain-text", 1, 0), ("{% set a %}5{% endset %}{{ a }}", "template-plain-text", 1, 0),
    ("{% macro m() %}5{% endmacro %}{{ m() }}", "template-plain-text", 1, 0), ("{{ NN }}", "template-undefined", 1, 4), ("a\n{{ sise.steps }}", "template-undefined", 2, 4), ("{{ N.nothing }}", "template-undefined", 1, 0),
    ("{{ third.steps }}", "template-undefined", 1, 0), ("{{ layers.conv9 }}", "template-undefined", 1, 0), ("{{ layers['conv9'] }}", None, 1, 0), ("{{ layers }}", None, 1, 0),
    ("{{ third.decimal }}", "template-plain-text", 1, 9), ("{{ third.decimal(0.5) }}", None, 1, 0), ("{{ third.decimal(-1) }}", None, 1, 0), ("{{ third.decimal('2') }}", None, 1, 0), ("{{ third.decimal(99999) }}", None, 1, 0),
    ("{{ size.line(99) }}", None, 1, 0), ("{{ grid.cell(9, 9) }}", None, 1, 0), ("{{ size.steps('loud') }}", None, 1, 0), ("{{ range(3) }}", "template-undefined", 1, 0), ("{{ dict() }}", "template-undefined", 1, 0),
    ("{{ lipsum() }}", "template-undefined", 1, 0), ("{{ cycler }}", "template-undefined", 1, 4), ("{{ self }}", None, 1, 0), ("{{ N.__class__ }}", None, 1, 0), ("{{ N._entry }}", None, 1, 0), ("{{ N._context.ledger }}", None, 1, 0),
    ("{{ N.value.__class__('N', '', '7') }}", None, 1, 0), ("{{ ''.__class__.__mro__ }}", None, 1, 0), ("{{ N.value.__init__.__globals__ }}", None, 1, 0), ("{{ N['_entry'] }}", None, 1, 0), ("{{ N | attr('_entry') }}", None, 1, 0),
    ("{{ layers._parts }}", None, 1, 0), ("{{ '%s' % N }}", None, 1, 0), ("{{ '{0._entry}'.format(N) }}", None, 1, 0), ("{{ third.decimal.__func__ }}", None, 1, 0),
    ("{{ third.decimal }} {{ N.value }}", "template-plain-text", 1, 9), ("a {{ N | round }}", "template-syntax", 1, 10), ("{{ picture }}", "template-plain-text", 1, 0), ("{{ picture.svg }}", "template-plain-text", 1, 0),
    ("{% if x", "template-syntax", 1, 0), ("a\n{% for %}", "template-syntax", 2, 0), ("{{ }}", "template-syntax", 1, 0), ("{% endif %}", "template-syntax", 1, 0), ("a\n{{ N", "template-syntax", 2, 0), ("{% unknown %}", "template-syntax", 1, 0),
    ("{% filter upper %}{{ N }}{% endfilter %}", "template-syntax", 1, 0), ("{% filter length %}abcde{% endfilter %}", "template-syntax", 1, 0), ("a {% include 'none.md' %}", "file-missing", 1, 0), ("{% include '../secret.md' %}", "file-missing", 1, 0),
    ("{% include '/etc/passwd' %}", "file-missing", 1, 0), ("{% extends 'none.md' %}", "file-missing", 1, 0), ("a\ue000b", "template-forbidden", 1, 2), ("x\ny \ue011", "template-forbidden", 2, 3),
]


@pytest.mark.parametrize("text, code, line, column", REFUSED, ids=[r[0][:60] for r in REFUSED])
def test_refused(tmp_path, names, text, code, line, column):
    (tmp_path.parent / "secret.md").write_text("secret")
    with pytest.raises(FindingsError) as caught:
        rendered(tmp_path, names, text)
    finding = caught.value.findings[0]
    assert code is None or finding.code == code, finding
    assert finding.span is not None and finding.span.file.endswith("report.md") and finding.span.line == line, finding
    assert not column or finding.span.column == column, finding
    assert finding.message


def test_a_fault_in_an_included_file_is_found_there(tmp_path, names):
    for content, code in (("fine\n\n{{ nothing }}", "template-undefined"), ("\n\n{{ 5 }}", "template-plain-text"), ("\n\n{% if %}", "template-syntax")):
        with pytest.raises(FindingsError) as caught:
            rendered(tmp_path, names, '{% include "part.md" %}', **{"part.md": content})
        finding = caught.value.findings[0]
        assert finding.code == code and finding.span.file.endswith("part.md") and finding.span.line == 3


def test_a_symlink_does_not_lead_out(tmp_path, names):
    outside = tmp_path.parent / "outside.md"
    outside.write_text("secret")
    (tmp_path / "link.md").symlink_to(outside)
    with pytest.raises(FindingsError) as caught:
        rendered(tmp_path, names, '{% include "link.md" %}')
    assert caught.value.findings[0].code == "file-missing"


def test_bytes_that_are_no_text(tmp_path, names):
    (tmp_path / "report.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FindingsError) as caught:
        render(tmp_path, names)
    assert caught.value.findings[0].code == "file-unreadable"


def test_close_names_are_offered(tmp_path, names):
    with pytest.raises(FindingsError) as caught:
        rendered(tmp_path, names, "{{ thrid }}")
    assert "third" in caught.value.findings[0].hint


@pytest.mark.parametrize("text, message, hint", [
    ("{{ picture }}", "picture is a figure", "write ![caption](figure:picture){#fig:picture}"),
    ("{{ third.decimal }}", "the view decimal without its brackets", "write decimal(2)"), ("{{ third.percent }}", "percent", "write percent(1)"),
    ("{{ third.decimal() }}", "decimal", "write decimal(2)"), ("{{ N.source() }}", "without brackets", "{{ x.formula }}"),
    ("{{ N + 1 }}", "a template computes nothing", "answers.py"), ("{{ N > 1 }}", "a template computes nothing", "answers.py"),
    ("{% for i in range(3) %}{% endfor %}", "there is no range in a template", "{% for d in group %}"),
    ("{{ third | round }}", "there is no filter round", "{{ x.decimal(2) }}"), ("{{ 5 }}", "a number stands", "make it a given"),
    ("{{ third.steps }}", "no view steps", "steps is a view of derivations"), ("{{ third.decimals }}", "no view decimals", "did you mean decimal?"),
    ("{{ layers }}", "layers is a group", "{{ layers.conv1 }}, {{ layers.conv2 }}"),
    ("{{ zzz }}", "zzz is neither", "the names are: N, O, P, S, grid, layers, picture, report, size, third, wrong"),
])
def test_messages_say_what_to_type(tmp_path, names, text, message, hint):
    with pytest.raises(FindingsError) as caught:
        rendered(tmp_path, names, text)
    finding = caught.value.findings[0]
    assert message in finding.message and hint in finding.hint, finding


def test_places_are_as_the_folder_was_named(tmp_path, names, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.md").write_text("7 {{ N }}")
    assert render(Path("mine"), names).span(0).file == "mine/report.md"
    (tmp_path / "mine" / "report.md").write_text("\n{{ nothing }}")
    with pytest.raises(FindingsError) as caught:
        render(Path("mine"), names)
    assert caught.value.findings[0].span == Span("mine/report.md", 2, 4, 7)


def test_an_include_of_itself_ends(tmp_path, names):
    with pytest.raises(FindingsError):
        rendered(tmp_path, names, '{% include "report.md" %}')
