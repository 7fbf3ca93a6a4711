"""Data, draws, rules and the sheet of variants: without a page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from fractions import Fraction

import pytest

from reportgen.deriving import open_report
from reportgen.diagnostics import FindingsError
from reportgen.expressions import parse, rational_value, to_text
from reportgen.givens import read_givens
from reportgen.variants import seeds, sheet
from reportgen.variants.constraints import broken, names_in
from reportgen.variants.data import Record, id_problem, override, read_rows, record_from
from reportgen.variants.spec import Spec, read_spec
from tests.variants_sample import GIVENS, sample

VECTORS = GIVENS + '''
[w]
value = [1, 2, 3]
source = "sheet: weights"

[A]
value = [[1, 2], [3, 4]]
source = "sheet: a matrix"

[x_1]
value = 5
source = "sheet: a coordinate"
'''


@pytest.fixture
def givens(tmp_path):
    (tmp_path / "givens.toml").write_text(VECTORS, encoding="utf-8")
    return read_givens(tmp_path / "givens.toml")


def rows_of(tmp_path, givens, text, spec=None, **more):
    path = tmp_path / "students.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rows(path, givens, spec or Spec(), **more)


# --- data -----------------------------------------------------------------------------------------------------

def test_cells_are_exact_and_typed(tmp_path, givens):
    rows, findings = rows_of(tmp_path, givens, 'id,name,v,t,w\ns1,Zoë Å,25,0.75,"[4, 5, 6]"\ns2,"O\'Neil, Jo",1/3,sqrt(2),"[1/2, 0, -3]"\n')
    assert findings == []
    assert [(r.id, r.texts["name"], to_text(r.values["v"]), to_text(r.values["t"]), to_text(r.values["w"])) for r in rows] == [
        ("s1", "Zoë Å", "25", "0.75", "[[4], [5], [6]]"), ("s2", "O'Neil, Jo", "1/3", "sqrt(2)", "[[1/2], [0], [-3]]")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_a_byte_order_mark(tmp_path, givens, separator):
    rows, findings = rows_of(tmp_path, givens, b"\xef\xbb\xbf" + separator.join(["id", "v"]).encode() + b"\r\n" + separator.join(["s1", "7"]).encode() + b"\r\n\r\n")
    assert not findings and [(r.id, to_text(r.values["v"])) for r in rows] == [("s1", "7")]


def test_a_unit_may_stand_in_a_cell_if_it_is_the_givens(tmp_path, givens):
    rows, findings = rows_of(tmp_path, givens, "id,v\ns1,25 m/s\ns2,25 km/h\ns3,25m/s\n")
    assert [r.id for r in rows] == ["s1", "s3"]
    assert [f.code for f in findings] == ["variant-cell"] and "row 3, column v" in findings[0].message and "the unit is m/s" in findings[0].hint


@pytest.mark.parametrize("cell, says", [
    ("", "the cell is empty"), ("   ", "the cell is empty"), ("abc", "names abc"), ("1e3", "powers of ten"), ("1/0", "divides by zero"), ('"0,2"', ""),
    ("0.1.2", "no exact number"), ("=1+1", "no exact number"), ("inf", "not finite"), ("1 < 2", "not one number"), ('"[1, 2]"', "is not one number"),
    ("ln(0)", "undefined"), ("__import__('os')", ""), ("2" * 3, None), ("-0.50", None), ("2*pi", None),
])
def test_a_bad_cell_costs_its_row_only(tmp_path, givens, cell, says):
    rows, findings = rows_of(tmp_path, givens, f"id,v\nbefore,1\nodd,{cell}\nafter,2\n")
    if says is None:
        assert not findings and [r.id for r in rows] == ["before", "odd", "after"]
        return
    assert [r.id for r in rows] == ["before", "after"]
    (finding,) = findings
    assert finding.code == "variant-cell" and finding.message.startswith("row 3, column v: ") and says in finding.message and finding.span.line == 3


def test_all_bad_cells_are_told_with_their_lines(tmp_path, givens):
    text = 'id,name,v,t\ns1,"two\nlines",1,x\ns2,B,,\nS2,C,1,1\ns3,D,1,1,9\ns4,E\ns2,F,1,1\n'
    rows, findings = rows_of(tmp_path, givens, text)
    assert [r.id for r in rows] == ["S2"]
    told = [(f.code, f.message.split(":")[0], f.span.line) for f in findings]
    assert told == [("variant-cell", "row 2, column name", 2), ("variant-cell", "row 2, column t", 2), ("variant-cell", "row 3, column v", 4),
                    ("variant-cell", "row 3, column t", 4), ("variant-cell", "row 5", 6), ("variant-cell", "row 6", 7), ("variant-duplicate", "row 7, column id", 8)]


@pytest.mark.parametrize("head, says", [
    ("id,speed", "called 'speed'"), ("id,v,v", "as column 2 is"), ("id,,v", "has no name"), ("v,t", "no column 'id'"), ("id,V", "called 'V'"), ("", "is empty"),
])
def test_columns(tmp_path, givens, head, says):
    with pytest.raises(FindingsError) as caught:
        rows_of(tmp_path, givens, head + ("\ns1,1,1\n" if head else ""))
    assert {f.code for f in caught.value.findings} == {"variant-column"} and any(says in f.message for f in caught.value.findings)


def test_another_id_column_and_texts(tmp_path, givens):
    rows, findings = rows_of(tmp_path, givens, "matric,group,v\ns1,A,3\n", Spec(texts=("name", "group")), id_column="matric")
    assert not findings and rows[0].id == "s1" and rows[0].texts == {"group": "A"}


@pytest.mark.parametrize("text, good", [
    ("s1", True), ("2024-001", True), ("jo@uni.example", True), ("a" * 64, True), ("", False), (".", False), ("..", False), ("../x", False), ("a/b", False),
    ("a\\b", False), ("CON", False), ("nul.txt", False), ("-rf", False), ("=cmd", False), ("a" * 65, False), ("Zoë", False), ("a b", False), ("a.", False),
])
def test_ids_name_folders(text, good):
    assert (id_problem(text) == "") is good


@pytest.mark.parametrize("text", ["a\x07b", "a\u202eb", "a\ue000b", "a\u200bb", "x" * 201])
def test_texts_have_nothing_invisible(tmp_path, givens, text):
    rows, findings = rows_of(tmp_path, givens, f"id,name\ns1,{text}\n")
    assert rows == [] and findings[0].message.startswith("row 2, column name: ")


def test_ranges(tmp_path, givens):
    spec = Spec(ranges={"v": (Fraction(1), Fraction(2)), "w": (Fraction(0), Fraction(9))})
    rows, findings = rows_of(tmp_path, givens, 'id,v,w\na,1,"[1, 2, 3]"\nb,sqrt(2),"[0, 9, 1]"\nc,sqrt(5),"[1, 1, 1]"\nd,2,"[1, 10, 1]"\ne,2,"[9]"\n', spec)
    assert [r.id for r in rows] == ["a", "b", "e"]
    assert [f.message for f in findings] == ["row 4, column v: sqrt(5) is not in the range from 1 to 2", "row 5, column w: 10 is not in the range from 0 to 9"]


def test_kinds_must_fit(tmp_path, givens):
    rows, findings = rows_of(tmp_path, givens, 'id,w,A\na,3,"[[1, 2], [3, 4]]"\nb,"[1, 2]","[[1, 2]]"\nc,"[[1, 2], [3, 4]]","[[1, 2], [3, 4]]"\nd,"[1]","[1, 2]"\n')
    assert [r.id for r in rows] == ["b"]
    assert [f.message.split(":")[0] for f in findings] == ["row 2, column w", "row 4, column w", "row 5, column A"]


def test_a_record_is_plain_data_and_overrides(givens):
    record = Record("s1", {"name": "Zoë"}, {"v": "1/3"})
    assert record_from(record.data()) == record
    found = override(givens, record)
    assert to_text(found["v"].value) == "1/3" and found["v"].unit == "m/s" and "s1" in found["v"].source
    assert found["t"] is givens["t"]


# --- variants.toml --------------------------------------------------------------------------------------------

def spec_of(tmp_path, givens, text, answers=("distance", "braking")):
    (tmp_path / "variants.toml").write_text(text, encoding="utf-8")
    return read_spec(tmp_path, givens, answers)


def values(how):
    return [to_text(v) for v in how.values]


def test_draws(tmp_path, givens):
    spec = spec_of(tmp_path, givens, '''[draw]
v = { integers = [10, 30], step = 5, except = [20] }
t = { decimals = ["0.5", "0.8"], step = "0.1" }
a = { choices = [2, "1/3", "sqrt(2)"], weights = [3, 0, 1] }
w = { integers = [-1, 1], shape = [3] }
''')
    by = {d.name: d for d in spec.draws}
    assert values(by["v"]) == ["10", "15", "25", "30"] and by["v"].upto == (1, 2, 3, 4)
    assert values(by["t"]) == ["0.5", "0.6", "0.7", "0.8"]
    assert values(by["a"]) == ["2", "sqrt(2)"] and by["a"].upto == (3, 4)
    assert by["w"].shape == (3,) and values(by["w"]) == ["-1", "0", "1"]


def test_a_normal_distribution_on_a_grid(tmp_path, givens):
    (how,) = spec_of(tmp_path, givens, '[draw]\nv = { normal = ["10", "2"], step = "0.5", within = ["4", "16"] }').draws
    grid = [rational_value(v) for v in how.values]
    chances = [b - a for a, b in zip((0, *how.upto), how.upto)]
    assert grid == [Fraction(8 + k, 2) for k in range(25)]
    assert chances == chances[::-1] and max(chances) == chances[12] == 2**40
    # density at one standard deviation against the mean: exp(-1/2) = 0.6065306597126334...
    assert chances[12 + 4] == int(Fraction("0.606530659712633423603799534991") * 2**40)
    mean = sum(x * c for x, c in zip(grid, chances)) / Fraction(sum(chances))
    assert mean == 10


@pytest.mark.parametrize("text, says", [
    ("[draw]\nspeed = { integers = [1, 2] }", "speed is no given"), ("[draw]\nv = { integers = [2, 1] }", "above the greatest"),
    ("[draw]\nv = { integers = [1, 9], step = 0 }", "greater than zero"), ('[draw]\nv = { integers = ["0.5", 2] }', "whole number"),
    ("[draw]\nv = { integers = [1, 100000000] }", "more than 1000000"), ('[draw]\nv = { decimals = ["0", "1"] }', "need a step"),
    ("[draw]\nv = { integers = [1, 2], choices = [1] }", "one of integers"), ("[draw]\nv = { uniform = [1, 2] }", "one of integers"),
    ("[draw]\nv = { choices = [] }", "nothing to choose"), ("[draw]\nv = { choices = [1, 2], weights = [1] }", "one a choice"),
    ("[draw]\nv = { choices = [0.5] }", "not a float"), ("[draw]\nv = { integers = [1, 2], except = [1, 2] }", "nothing to choose"),
    ("[draw]\nv = { integers = [1, 2], within = [1, 2] }", "has no 'within'"), ('[draw]\nv = { normal = ["1", "-1"], step = "1" }', "above zero"),
    ('hold = ["v <"]', "no statement"), ('hold = ["v + t"]', "states nothing"), ('hold = ["v < speed"]', "names speed"), ('hold = ["1 < 2"]', "names no given"),
    ("hold = [3]", "a rule is a text"), ("hold = 3", "hold is a list"), ("asked = { speed = 2 }", "speed is no answer"), ("asked = { distance = -1 }", "decimal places"),
    ("texts = [\"v\"]", "a given"), ("texts = [\"a b\"]", "cannot be"), ("distinct = 1", "true or false"), ("range = { v = [1] }", "least and a greatest"),
    ("range = { q = [1, 2] }", "q is no given"), ("hodl = []", "no entry called 'hodl'"), ("[draw]\nw = { integers = [0, 1], shape = 3 }", "a shape is"),
])
def test_what_is_wrong_is_told_at_its_place(tmp_path, givens, text, says):
    with pytest.raises(FindingsError) as caught:
        spec_of(tmp_path, givens, text)
    assert all(f.code == "variants-invalid" and f.span.line >= 1 for f in caught.value.findings)
    assert any(says in f.message for f in caught.value.findings), [f.message for f in caught.value.findings]


def test_no_file_is_no_spec(tmp_path, givens):
    assert read_spec(tmp_path, givens, ()) == Spec()


# --- rules ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("rule, known, holds", [
    ("size in ZZ", {"size": "27/3"}, True), ("size in ZZ", {"size": "27/2"}, False), ("p < q", {"p": "1", "q": "2"}, True), ("p < q", {"p": "2", "q": "2"}, False),
    ("p < q < 3", {"p": "1", "q": "5/2"}, True), ("p < q and q < 2", {"p": "1", "q": "5/2"}, False), ("p = 1 or q = 1", {"p": "3", "q": "1"}, True),
    ("not p = q", {"p": "1", "q": "2"}, True), ("not p = q", {"p": "2", "q": "4/2"}, False), ("p != q", {"p": "0.5", "q": "1/2"}, False),
    ("p^2 < 2", {"p": "sqrt(2)"}, False), ("p^2 <= 2", {"p": "sqrt(2)"}, True), ("1/p < 5", {"p": "0"}, False), ("sqrt(p) >= 0", {"p": "-1"}, False),
    ("w_2 > w_1", {"w": "[1, 2, 3]"}, True), ("w_4 > 0", {"w": "[1, 2, 3]"}, False), ("A_{1,2} = 2", {"A": "[[1, 2], [3, 4]]"}, True),
    ("x_1 > 4", {"x_1": "5"}, True), ("ln(p) > 1", {"p": "2.718"}, False), ("ln(p) > 1", {"p": "2.719"}, True),
])
def test_rules_are_decided_exactly(rule, known, holds):
    assert (broken(parse(rule), {name: parse(value, "plain") for name, value in known.items()}) == "") is holds


def test_names_in_a_rule():
    assert names_in(parse("w_2 > size/x_1"), ["w", "size", "x_1", "v"]) == (("w", "size", "x_1"), ())
    assert names_in(parse("w_2 > size*q"), ["w"]) == (("w",), ("size", "q"))


# --- draws ----------------------------------------------------------------------------------------------------

def draws_of(tmp_path, givens, text):
    return spec_of(tmp_path, givens, "[draw]\n" + text).draws


def settled(draws, students, seed=1, **more):
    more.setdefault("check", lambda student, found: "")
    found = list(seeds.settle(draws, seed, students, **more))
    return {d.student: {n: to_text(v) for n, v in d.values.items()} for d in found if isinstance(d, seeds.Drawn)}, found


def test_a_students_values_survive_everybody_else(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 1000] }\nt = { integers = [1, 1000] }")
    few, _ = settled(draws, ["ann", "bob"])
    many, _ = settled(draws, ["zed", "bob", "eve", "ann", "tom"])
    assert few == {name: many[name] for name in few}
    other, _ = settled(draws, ["ann", "bob"], seed=2)
    assert other["ann"] != few["ann"] and few["ann"] != few["bob"] and few["ann"]["v"] != few["ann"]["t"]
    one, _ = settled(draws_of(tmp_path, givens, "t = { integers = [1, 1000] }"), ["ann"])
    assert one["ann"]["t"] == few["ann"]["t"]       # taking a draw away leaves the others


def test_the_values_of_this_version_stay(tmp_path, givens):
    """What was drawn once must come out in ten years: these were written down, and computed by hand from SHA-256."""
    import hashlib

    (how,) = draws_of(tmp_path, givens, "v = { integers = [0, 999] }")
    text = b"reportgen variants 1\0" + b"7\0ann\0v\0" + b"0" + b"\0" + b"0"
    assert to_text(seeds.draw(how, 7, "ann", 0)) == str(int(hashlib.sha256(text).hexdigest(), 16) % 1000)


def test_draws_are_fair(tmp_path, givens):
    (how,) = draws_of(tmp_path, givens, "v = { choices = [1, 2, 3], weights = [1, 2, 3] }")
    counts = Counter(to_text(seeds.draw(how, 1, f"s{i}", 0)) for i in range(6000))
    # standard deviations are 29, 37 and 39: six of them
    assert abs(counts["1"] - 1000) < 180 and abs(counts["2"] - 2000) < 220 and abs(counts["3"] - 3000) < 240
    assert [seeds.below(iter([2**256 - 1, 5]), 3)] == [5 % 3]     # 2^256 - 1 is the one number that would tip thirds


def test_refused_attempts_are_counted_and_told(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 10] }")

    def even(student, found):
        return "" if rational_value(found["v"]) % 2 == 0 else "odd"
    chosen, found = settled(draws, [f"s{i}" for i in range(40)], check=even)
    assert all(int(v["v"]) % 2 == 0 for v in chosen.values()) and len(chosen) == 40
    for d in found:
        assert d.refused == ("odd",) * d.attempt
        assert all(rational_value(seeds.row(draws, 1, d.student, k)["v"]) % 2 for k in range(d.attempt))
    _, found = settled(draws, ["s1"], check=lambda student, values: "never")
    assert found == [("s1", f"none of {seeds.ATTEMPTS} draws keeps the rules; the last: never")]


def test_no_two_alike(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 12] }")
    students = [f"s{i}" for i in range(12)]
    chosen, found = settled(draws, students, distinct=True)
    assert sorted(int(v["v"]) for v in chosen.values()) == list(range(1, 13))
    again, _ = settled(draws, students[::-1], distinct=True)
    assert again == chosen          # the order of the rows has no say
    _, found = settled(draws, [*students, "s12"], distinct=True)
    assert [d[0] for d in found if not isinstance(d, seeds.Drawn)] and sum(isinstance(d, seeds.Drawn) for d in found) == 12


def test_a_newcomer_gives_way_to_who_was_there(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 30] }")
    old = [f"s{i}" for i in range(15)]
    before, found = settled(draws, old, distinct=True)
    (tmp_path / "seeds.csv").write_text(seeds.held_text(found))
    held = seeds.read_held(tmp_path / "seeds.csv")
    moved = 0
    for start in range(15, 30):
        newcomers = [f"s{i}" for i in range(start, start + 10)]
        after, _ = settled(draws, [*newcomers, *old], distinct=True, held=held)
        assert {name: after[name] for name in old} == before and len({v["v"] for v in after.values()}) == 25
        free, _ = settled(draws, [*newcomers, *old], distinct=True)
        moved += {name: free[name] for name in old} != before
    assert moved        # without the record some newcomer would have gone first: the record is what keeps them
    fewer, _ = settled(draws, old[3:], distinct=True, held=held)
    assert fewer == {name: before[name] for name in old[3:]}


def test_a_record_of_attempts_that_draws_no_longer_the_same_is_forgotten(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 30] }")
    assert settled(draws, ["s1"], held={"s1": (4, "0" * 16)})[0] == settled(draws, ["s1"])[0]
    (tmp_path / "seeds.csv").write_text("id,attempt,drawn\ns1,x,y\n")
    with pytest.raises(FindingsError):
        seeds.read_held(tmp_path / "seeds.csv")


def test_values_of_cells_take_part(tmp_path, givens):
    draws = draws_of(tmp_path, givens, "v = { integers = [1, 3] }")
    fixed = {"a": {"t": parse("1")}, "b": {"t": parse("2")}}
    chosen, _ = settled(draws, ["a", "b"], fixed=fixed, check=lambda s, found: "" if found["v"] != found["t"] else "alike")
    assert chosen["a"]["v"] != "1" and chosen["b"]["v"] != "2" and chosen["a"]["t"] == "1"
    assert settled((), ["a", "b"], fixed={"a": {"t": parse("1")}, "b": {"t": parse("1")}}, distinct=True)[1][1][1].startswith("alike ")


# --- the sheet ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-A1", "@SUM(1)", "\t=1", " =1", "'=1", '"=1', "|calc", "%0A=1", "＝1+1", "-1+cmd|' /C calc'!A0", "-sqrt(2)"])
def test_no_cell_is_a_formula(cell):
    assert sheet.harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["1", "-1", "-0.50", "sqrt(2)", "Zoë", "a=b", "", "s1"])
def test_plain_cells_stay(cell):
    assert sheet.harmless(cell) == cell


def test_the_sheet_as_csv():
    rows = [{"id": "s1", "texts": {"name": '=HYPERLINK("x";"y")'}, "givens": {"v": "-1/2"}, "answers": {"s": ["-sqrt(2)", "-1.414"]}},
            {"id": "s2", "texts": {}, "givens": {"v": "3"}, "answers": {"s": ["3", "3.000"], "b": ["1", "1"]}}]
    read = list(csv.reader(io.StringIO(sheet.text(rows))))
    assert read[0] == ["id", "name", "v", "s exact", "s rounded", "b exact", "b rounded"]
    assert read[1] == ["s1", "'=HYPERLINK(\"x\";\"y\")", "'-1/2", "'-sqrt(2)", "-1.414", "", ""]
    assert read[2] == ["s2", "", "3", "3", "3.000", "1", "1"]


def test_answers_of_the_sheet_are_exact_and_certified(tmp_path):
    from reportgen.variants.make import Plan, make

    report = open_report(sample(tmp_path / "braking"))
    made = make(report, Plan((), ("md",), asked={"distance": 2, "braking": 0}), Record("s1", {}, {"v": "7", "a": "3"}))
    # s = 7*0.8 + 49/6 = 5.6 + 8.1666... = 413/30, b = 49/6
    assert made.row["answers"] == {"distance": ["413/30", "13.77"], "braking": ["49/6", "8"]}
    assert made.row["givens"] == {"v": "7", "t": "0.8", "a": "3"}


def test_vectors_on_the_marking_sheet_are_written_as_in_givens():
    from reportgen.expressions import parse, to_text
    from reportgen.variants.sheet import _written

    assert _written(parse("[16, 8]"), to_text) == "[16, 8]"
    assert _written(parse("[[1, 1/2], [3, 4]]"), to_text) == "[[1, 1/2], [3, 4]]"
    assert _written(parse("1/3"), to_text) == "1/3"
