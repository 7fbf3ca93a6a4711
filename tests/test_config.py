"""report.toml: what is accepted, and where each wrong entry is shown."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, strategies as st

from reportgen.config import FORMATS, read_config
from reportgen.diagnostics import FindingsError
from reportgen.toml_places import places


def config(tmp_path, text):
    (tmp_path / "report.toml").write_text(text, encoding="utf-8")
    return read_config(tmp_path)


def wrong(tmp_path, text):
    with pytest.raises(FindingsError) as caught:
        config(tmp_path, text)
    return caught.value.findings


def test_everything(tmp_path):
    meta = config(tmp_path, """
title = "Homework"
subtitle = "corrected"
author = "A. Student"
course = "AI6126"
language = "de-CH"
date = 2024-03-01
formats = ["html", "pdf"]

[declared]
names = [
    "LeNet-5",  # a name
    "CS231n",
]
""")
    assert meta.title == "Homework" and meta.subtitle == "corrected" and meta.author == "A. Student"
    assert meta.course == "AI6126" and meta.language == "de-CH" and meta.date == "2024-03-01"
    assert meta.formats == ("pdf", "html")  # always in one order
    assert meta.declared == ("LeNet-5", "CS231n")
    assert meta.name == tmp_path.name and meta.folder == tmp_path


def test_defaults(tmp_path):
    meta = config(tmp_path, 'title = "T"\n')
    assert (meta.language, meta.date, meta.formats, meta.declared) == ("en", "", FORMATS, ())


def test_the_languages_are_those_that_have_words(tmp_path):
    from reportgen.config import LANGUAGES
    from reportgen.crossref import LANGUAGES as WORDS
    from reportgen.mathprint import LANGUAGE_STYLES

    assert set(LANGUAGES) == set(WORDS) == set(LANGUAGE_STYLES)
    finding, = wrong(tmp_path, 'title = "T"\nlanguage = "xx"')
    assert finding.code == "config-invalid" and "'xx'" in finding.message and "en, de, fr, es" in finding.hint and finding.span.line == 2


def test_date_as_text(tmp_path):
    assert config(tmp_path, 'title = "T"\ndate = "2024-02-29"').date == "2024-02-29"


@pytest.mark.parametrize(("text", "line", "column", "piece"), [
    ('titel = "T"\ntitle = "T"', 1, 1, "'titel'"),
    ('title = 3', 1, 9, "an integer"),
    ('author = "x"', 0, 0, "needs a title"),
    ('title = "  "', 1, 9, "needs a title"),
    ('title = "T"\nlanguage = "English"', 2, 12, "language code"),
    ('title = "T"\ndate = "2023-02-29"', 2, 8, "is not a date"),
    ('title = "T"\ndate = 2024-03-01T10:00:00', 2, 8, "a date or time"),
    ('title = "T"\ndate = "next week"', 2, 8, "is not a date"),
    ('title = "T"\nformats = "pdf"', 2, 11, "a text"),
    ('title = "T"\nformats = []', 2, 11, "nothing would be built"),
    ('title = "T"\nformats = [\n  "pdf",\n  "docx"]', 4, 3, "'docx' is not a format"),
    ('title = "T"\nformats = ["pdf", 3]', 2, 19, "not a format"),
    ('title = "T"\nformats = ["pdf", "pdf"]', 2, 19, "there twice"),
    ('title = "T"\ndeclared = ["x1"]', 2, 12, "declared is a table"),
    ('title = "T"\n[declared]\nname = ["x1"]', 3, 1, "declared.name"),
    ('title = "T"\n[declared]\nnames = ["x1", 2]', 3, 16, "an integer"),
    ('title = "T"\n[declared]\nnames = ["x1", ""]', 3, 16, "empty"),
    ('title = "T"\ndeclared.names = ["x1", "x1"]', 2, 25, "twice"),
    ('title = "T"\ndeclared = { names = "x1" }', 2, 22, "a list of texts"),
    ('title = "T\n', 1, 11, "not TOML"),
    ('title = "T"\ntitle = "U"', 2, 12, "not TOML"),
    ('title = "T"\ndate = ' + "9" * 5000, 0, 0, "not TOML"),
])
def test_wrong(tmp_path, text, line, column, piece):
    (finding,) = wrong(tmp_path, text)
    assert finding.code == "config-invalid"
    assert piece in finding.message
    assert (finding.span.line, finding.span.column) == (line, column)
    assert finding.span.file.endswith("report.toml")


def test_all_findings_at_once(tmp_path):
    findings = wrong(tmp_path, 'title = 1\nauthor = 2\nlanguage = "xx-"\nfoo = 1\n')
    assert [f.span.line for f in findings] == [1, 2, 3, 4]


def test_hint_names_the_nearest(tmp_path):
    (finding,) = wrong(tmp_path, 'title = "T"\nfromats = ["pdf"]')
    assert finding.hint == "did you mean formats?"


def test_missing_file(tmp_path):
    with pytest.raises(FindingsError) as caught:
        read_config(tmp_path)
    assert caught.value.findings[0].code == "file-missing"


def test_not_utf8(tmp_path):
    (tmp_path / "report.toml").write_bytes(b'title = "T"\nauthor = "\xe9"\n')
    with pytest.raises(FindingsError) as caught:
        read_config(tmp_path)
    (finding,) = caught.value.findings
    assert finding.code == "file-unreadable" and finding.span.line == 2 and "0xe9" in finding.message


def test_byte_order_mark_and_crlf(tmp_path):
    (tmp_path / "report.toml").write_bytes(b'\xef\xbb\xbftitle = "T"\r\n\r\nauthor = 3\r\n')
    with pytest.raises(FindingsError) as caught:
        read_config(tmp_path)
    (finding,) = caught.value.findings
    assert (finding.span.line, finding.span.column) == (3, 10)


# --- places: every path of the parsed table has one, and it holds that value ------------------------------------

AWKWARD = r'''
# comment with "quotes" and [brackets]
a = 1
"b c" = 'literal \ text'
"q\"k" = "escaped \" quote # no comment"
d.e . "f.g" = [ 1, [ 2, "]" ], # comment ]
   { h = 3, i.j = """
two " quotes "" inside \
   """ }, ]
when = 1979-05-27 07:32:00Z
hex = 0xde_ad
neg = -inf

[table.sub] # comment
k = """"quoted""""
l = @@@'single@@@
[[many]]
n = 1
[[many]]
n = 2
[many.deep]
o = true
[[many.list]]
p = 1
[[many.list]]
p = 1.5e3
[x."y.z"]
"" = []
'''.replace("@@@", "'" * 3)


def paths(value, path=()):
    yield path, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(item, (*path, key))


def test_places_of_awkward_text():
    found = places(AWKWARD)
    table = tomllib.loads(AWKWARD)
    leaves = 0
    for path, value in paths(table):
        if path and not isinstance(value, dict) and not (isinstance(value, list) and value and isinstance(value[0], dict)):
            start, length = found.values[path]
            assert tomllib.loads("v = " + AWKWARD[start:start + length])["v"] == value, path
            leaves += 1
    assert leaves > 15


keys = st.text("ab-_1", min_size=1, max_size=3) | st.text('a."\\# é', max_size=3)
leaves = st.integers() | st.booleans() | st.text('a"\'\\#][}{,=\n é', max_size=6)
tables = st.dictionaries(keys, st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
                                            max_leaves=8), max_size=4)


def written(value):
    """A value as TOML, inline, with comments and line ends where they may stand."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\\n' else c for c in value) + '"'
    if isinstance(value, list):
        return "[ # a ]\n" + "".join(f"  {written(item)} ,\n" for item in value) + "]"
    return "{ " + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + " }"


@given(tables)
def test_places_of_any_table(table):
    text = "".join(f"{written(key)}\t= {written(value)} # ]\n" for key, value in table.items())
    assert tomllib.loads(text) == table
    found = places(text)
    for path, value in paths(table):
        if path:
            start, length = found.values[path]
            assert tomllib.loads("v = " + text[start:start + length])["v"] == value


@pytest.mark.parametrize("text", ["[", "a = [", "a = {", 'a = "', "a = '''", "a", "= 1", "[[a]", "a = 1 b", "]" * 50, "a = " + "[" * 5000])
def test_places_of_broken_text_never_raises(text):
    places(text)
