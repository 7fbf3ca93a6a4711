"""givens.toml: exact quantities only, each with a source; every wrong entry with its place and path."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.diagnostics import FindingsError
from reportgen.expressions import Operation, Symbol, column, expr, op, parse, rational_value, rows_of, to_text
from reportgen.givens import read_givens

SOURCE = 'source = "assignment"\n'


def givens(tmp_path, text):
    (tmp_path / "givens.toml").write_text(text, encoding="utf-8")
    return read_givens(tmp_path / "givens.toml")


def one(tmp_path, value, name="x"):
    return givens(tmp_path, f"[{name}]\nvalue = {value}\n{SOURCE}")[name]


def wrong(tmp_path, text):
    with pytest.raises(FindingsError) as caught:
        givens(tmp_path, text)
    return caught.value.findings


@pytest.mark.parametrize(("written", "tree"), [
    ("32", expr(32)),
    ("-3", expr(-3)),
    ("0", expr(0)),
    ('"0.20"', parse("0.20")),  # the zero at the end is kept
    ('"1/3"', op("div", 1, 3)),
    ('"-1/4"', parse("-1/4")),
    ('"sqrt(2)"', op("sqrt", 2)),
    ('"2*pi"', op("mul", 2, Symbol("pi"))),
    ('"10^(-3)"', parse("10^(-3)")),
    ('"ln(2)"', op("ln", 2)),
    ('"\\\\frac{1}{2}"', op("div", 1, 2)),
    ("[1, 0, \"1/2\"]", column([expr(1), expr(0), op("div", 1, 2)])),
    ("[[1, 2], [3, -4]]", parse("[[1, 2], [3, -4]]")),
    ("[[1],\n [2], # second\n]", column([expr(1), expr(2)])),
    ('"[[1, 2], [3, 4]]"', parse("[[1, 2], [3, 4]]")),
    ("0x10", expr(16)),
    ("1_000", expr(1000)),
])
def test_values(tmp_path, written, tree):
    assert one(tmp_path, written).value == tree


def test_decimal_text_is_exact(tmp_path):
    assert rational_value(one(tmp_path, '"0.2"').value) == Fraction(1, 5)


@pytest.mark.parametrize("value", ['"' + "(" * 3000 + '"', '"' + "x+" * 3000 + 'x"', "1" * 900 + ".5", '"' + "9" * 5000 + 'e3"'])
def test_long_givens_are_not_echoed_whole(tmp_path, value):
    finding, = wrong(tmp_path, f"[x]\nvalue = {value}\n{SOURCE}")
    assert len(finding.message) < 300


def test_givens_can_be_drawn(tmp_path):
    import math

    import numpy as np

    assert float(one(tmp_path, '"0.2"')) == 0.2 and float(one(tmp_path, '"sqrt(2)"')) == math.sqrt(2) and float(one(tmp_path, '"-pi"')) == -math.pi
    assert np.asarray(one(tmp_path, "[1, \"1/2\"]")).tolist() == [1.0, 0.5]
    assert np.asarray(one(tmp_path, "[[1, 2], [3, 4]]")).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert np.linspace(0, one(tmp_path, "3"), 4).tolist() == [0, 1, 2, 3]
    with pytest.raises(TypeError, match="not one number"):
        float(one(tmp_path, "[1, 2]"))


def test_sympy_takes_the_exact_value(tmp_path):
    import sympy

    assert sympy.Symbol("x") * one(tmp_path, '"0.2"') == sympy.Symbol("x") / 5


def test_whole_entry(tmp_path):
    given = givens(tmp_path, '# top\n[N]\nvalue = 32\nunit = "px"\nsymbol = "N_0"\nsource = "question 1"\n')["N"]
    assert (given.name, given.unit, given.source) == ("N", "px", "question 1")
    assert given.symbol == op("index", "N", 0)
    assert (given.span.line, given.span.column, given.span.length) == (3, 9, 2)


@pytest.mark.parametrize(("name", "line", "symbol"), [
    ("N", "", Symbol("N")),
    ("learning_rate", "", Symbol("learning_rate")),
    ("x_1", "", op("index", "x", 1)),
    ("lam", 'symbol = "\\\\lambda"', Symbol("lambda")),
    ("y_pred", 'symbol = "y_hat"', Symbol("y_hat")),
    ("y_pred", 'symbol = "\\\\hat{y}"', Symbol("y_hat")),
    ("stride", 'symbol = "S"', Symbol("S")),
])
def test_symbols(tmp_path, name, line, symbol):
    assert givens(tmp_path, f"[{name}]\nvalue = 1\n{line}\n{SOURCE}")[name].symbol == symbol


@pytest.mark.parametrize("unit", ["", "px", "m/s^2", "m/s²", "%", "°C", "kg·m²", "1/s", "Nm", "parameters", "bits per example", "µm", "€"])
def test_units(tmp_path, unit):
    assert givens(tmp_path, f'[x]\nvalue = 1\nunit = "{unit}"\n{SOURCE}')["x"].unit == unit


def test_order_is_the_file_s(tmp_path):
    text = "".join(f"[{name}]\nvalue = 1\n{SOURCE}" for name in ("z", "a", "m"))
    assert list(givens(tmp_path, text)) == ["z", "a", "m"]


def test_empty_file(tmp_path):
    assert givens(tmp_path, "") == {}


def test_matrix_is_row_by_row(tmp_path):
    assert [[rational_value(e) for e in row] for row in rows_of(one(tmp_path, "[[1, 2, 3], [4, 5, 6]]").value)] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(("value", "path", "column_", "piece", "hint"), [
    # floats
    ("0.2", "x:", 9, "float", 'value = "0.2"'),
    ("0.20", "x:", 9, "0.20 is a float", 'value = "0.20"'),
    ("1e-3", "x:", 9, "float", 'value = "0.001"'),
    ("inf", "x:", 9, "float", ""),
    ("nan", "x:", 9, "float", ""),
    ("[1, 0.5]", "x[1]", 13, "float", 'write "0.5"'),
    ("[[1, 2], [3, 2.50]]", "x[1][1]", 22, "2.50 is a float", 'write "2.50"'),
    # other kinds
    ("true", "x:", 9, "truth value", ""),
    ("2024-01-01", "x:", 9, "date", ""),
    ("{ a = 1 }", "x:", 9, "a table", ""),
    ("[[1, false]]", "x[0][1]", 14, "truth value", ""),
    ("[{ a = 1 }]", "x[0]", 10, "a table", ""),
    # shapes
    ("[]", "x:", 9, "empty", ""),
    ("[[]]", "x[0]", 10, "empty", ""),
    ("[[1, 2], [3]]", "x[1]", 18, "row 1 has 1 entry, row 0 has 2 entries", ""),
    ("[[1, 2], 3]", "x[1]", 18, "x[1] is an integer, x[0] is a list", ""),
    ("[1, [2]]", "x[1]", 13, "x[1] is a list", ""),
    ("[[[1]]]", "x[0][0]", 11, "a list", ""),
    # texts that are no exact number
    ('""', "x:", 10, "no exact number", ""),
    ('"1 +"', "x:", 13, "no exact number", ""),
    ('"one"', "x:", 9, "names one", ""),
    ('"2*y"', "x:", 9, "names y", ""),
    ('"a + b"', "x:", 9, "names a, b, which have no value", ""),
    ('"1e-3"', "x:", 10, "powers of ten", "10^(-3)"),
    ('"2E5"', "x:", 10, "powers of ten", ""),
    ('"x = 3"', "x:", 9, "names x", ""),
    ('"1 = 1"', "x:", 9, "not one number", ""),
    ('"1 < 2"', "x:", 9, "not one number", ""),
    ('"(1, 2)"', "x:", 9, "not one number", ""),
    ('"sum(i, i, 1, 3)"', "x:", 9, "not one number", ""),
    ('"inf"', "x:", 9, "not finite", ""),
    ('["[[1, 2]]"]', "x[0]", 10, "not one number", ""),
    ('"[[1, y], [2, 3]]"', "x:", 9, "names y", ""),
    # texts without a value
    ('"1/0"', "x:", 9, "divides by zero", ""),
    ('"1/(2 - 2)"', "x:", 9, "divides by zero", ""),
    ('"pi/(1/2 - 0.5)"', "x:", 9, "divides by zero", ""),
    ('"0^(-1)"', "x:", 9, "divides by zero", ""),
    ('"sqrt(-2)"', "x:", 9, "undefined: sqrt of -2", ""),
    ('"ln(0)"', "x:", 9, "undefined: ln of 0", ""),
    ('"1 + ln(1 - 3)"', "x:", 9, "undefined", ""),
    ('"(-1)!"', "x:", 9, "undefined: factorial", ""),
    ('["1", "1/0"]', "x[1]", 15, "divides by zero", ""),
    ('"' + "(" * 5000 + '"', "x:", None, "no exact number", ""),
])
def test_wrong_values(tmp_path, value, path, column_, piece, hint):
    (finding,) = wrong(tmp_path, f"[x]\nvalue = {value}\n{SOURCE}")
    assert finding.code == "given-invalid"
    assert finding.message.startswith(f"givens.toml: {path}")
    assert piece in finding.message
    assert finding.span.line == 2
    if column_ is not None:
        assert finding.span.column == column_
    assert hint in finding.hint


@pytest.mark.parametrize(("text", "code", "line", "column_", "piece"), [
    ("[x]\nvalue = 1\n", "given-source", 1, 2, "source is missing"),
    ('[x]\nvalue = 1\nsource = ""\n', "given-source", 3, 1, "source is missing"),
    ("[x]\nvalue = 1\nsource = 3\n", "given-source", 3, 10, "source is a text"),
    (f"[x]\n{SOURCE}", "given-invalid", 1, 2, "value is missing"),
    (f"[x]\nvalue = 1\nunits = \"m\"\n{SOURCE}", "given-invalid", 3, 1, "no 'units'"),
    (f"[x]\nvalue = 1\nunit = 3\n{SOURCE}", "given-invalid", 3, 8, "unit is a text"),
    (f'[x]\nvalue = 1\nunit = "\\\\alpha"\n{SOURCE}', "given-invalid", 3, 8, "is no unit"),
    (f'[x]\nvalue = 1\nunit = "{{m}}"\n{SOURCE}', "given-invalid", 3, 8, "is no unit"),
    (f'[x]\nvalue = 1\nunit = "32"\n{SOURCE}', "given-invalid", 3, 8, "is no unit"),
    (f"[x]\nvalue = 1\nsymbol = 3\n{SOURCE}", "given-invalid", 3, 10, "symbol is a text"),
    (f'[x]\nvalue = 1\nsymbol = ""\n{SOURCE}', "given-invalid", 3, 10, "symbol is empty"),
    (f'[x]\nvalue = 1\nsymbol = "2x"\n{SOURCE}', "given-invalid", 3, 10, "no symbol that could stand"),
    (f'[x]\nvalue = 1\nsymbol = "a + b"\n{SOURCE}', "given-invalid", 3, 10, "no symbol that could stand"),
    (f'[x]\nvalue = 1\nsymbol = "pi"\n{SOURCE}', "given-invalid", 3, 10, "no symbol that could stand"),
    (f'[x]\nvalue = 1\nsymbol = "3"\n{SOURCE}', "given-invalid", 3, 10, "no symbol that could stand"),
    (f'[x]\nvalue = 1\nsymbol = "a )"\n{SOURCE}', "given-invalid", 3, 13, "is no symbol"),
    ("x = 3\n", "given-invalid", 1, 5, "a given is a table"),
    ("x = [1, 2]\n", "given-invalid", 1, 5, "a given is a table"),
    (f"[lambda]\nvalue = 1\n{SOURCE}", "given-invalid", 1, 2, "a word of Python"),
    (f"[class]\nvalue = 1\n{SOURCE}", "given-invalid", 1, 2, "a word of Python"),
    (f"[pi]\nvalue = 3\n{SOURCE}", "given-invalid", 1, 2, "already has a meaning"),
    (f"[loop]\nvalue = 3\n{SOURCE}", "given-invalid", 1, 2, "already has a meaning"),
    (f"[1x]\nvalue = 3\n{SOURCE}", "given-invalid", 1, 2, "cannot be a parameter's name"),
    (f"[a-b]\nvalue = 3\n{SOURCE}", "given-invalid", 1, 2, "cannot be a parameter's name"),
    (f'["ä"]\nvalue = 3\n{SOURCE}', "given-invalid", 1, 2, "cannot be a parameter's name"),
    (f"[_x]\nvalue = 3\n{SOURCE}", "given-invalid", 1, 2, "begins with _"),
    (f"[x]\nvalue = 1\n{SOURCE}[x]\nvalue = 2\n{SOURCE}", "given-invalid", 4, 3, "not TOML"),
    ("[x]\nvalue = 1/3\n", "given-invalid", 2, 10, "not TOML"),
])
def test_wrong_entries(tmp_path, text, code, line, column_, piece):
    finding = next(f for f in wrong(tmp_path, text) if f.code == code)
    assert piece in finding.message
    assert (finding.span.line, finding.span.column) == (line, column_)


def test_all_findings_at_once_in_the_order_of_the_file(tmp_path):
    findings = wrong(tmp_path, '[a]\nvalue = 0.5\n[b]\nvalue = [[1, "1/0"], [true, "x"]]\nsource = "s"\n')
    assert [(f.code, f.span.line) for f in findings] == [
        ("given-source", 1), ("given-invalid", 2), ("given-invalid", 4), ("given-invalid", 4), ("given-invalid", 4)]
    assert [f.message.split(": ")[1] for f in findings[2:]] == ["b[0][1]", "b[1][0]", "b[1][1]"]


def test_missing(tmp_path):
    with pytest.raises(FindingsError) as caught:
        read_givens(tmp_path / "givens.toml")
    assert caught.value.findings[0].code == "file-missing"


def test_a_given_is_frozen(tmp_path):
    given = one(tmp_path, "1")
    with pytest.raises(AttributeError):
        given.value = expr(2)
    assert isinstance(one(tmp_path, "[1]").value, Operation)


def test_a_vector_has_entries_and_a_matrix_rows(tmp_path):
    vector, grid, number = one(tmp_path, '["0.5", 2]'), one(tmp_path, "[[1, 2], [3, 4]]"), one(tmp_path, "0")
    assert (len(vector), [to_text(e) for e in vector], to_text(vector[1])) == (2, ["0.5", "2"], "2")
    assert [to_text(row) for row in grid] == ["[[1, 2]]", "[[3, 4]]"]
    assert vector and number      # a given is something, whatever it holds
    for ask in (len, list, lambda g: g[0]):
        with pytest.raises(TypeError, match="neither a vector nor a matrix"):
            ask(number)
