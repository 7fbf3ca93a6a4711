"""The core: it reads what the parser reads, accepts what is shown, and refuses false statements whatever certificate comes with them."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reportgen.core
from reportgen.core import Refused, check
from reportgen.core.reader import read
from reportgen.core.signs import NEG, POS, ZER, plus, roots_between, times, to_power
from reportgen.expressions import Expr, Number, Operation, Symbol, op, parse, to_text
from reportgen.judge import judge
from reportgen.judge.certificates import expression, tree_of
from reportgen.obligation import Obligation

HOME = Path(reportgen.core.__file__).parent


def accepts(statement: str, assumptions: list[str], certificate: dict) -> bool:
    """Whether the core shows the statement (a refutation is no proof)."""
    try:
        return not check(statement, assumptions, certificate).refuted
    except Refused:
        return False


# --- what it is made of -----------------------------------------------------------------------------------------

def test_the_core_imports_only_flint_and_the_standard_library():
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert all(alias.name.split(".")[0] in sys.stdlib_module_names for alias in node.names), path
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module.split(".")[0] in {*sys.stdlib_module_names, "flint"}, path
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, path
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import core\n"
            "print(core.check('(x + 1)^2 = x^2 + 2*x + 1', []).method, [m for m in sys.modules if m.split('.')[0] in ('reportgen', 'sympy')])")
    out = subprocess.run([sys.executable, "-c", code, str(HOME.parent)], capture_output=True, text=True, check=True, cwd="/").stdout
    assert out == "normal form []\n"      # without the package around it


# --- the reader -------------------------------------------------------------------------------------------------

names = st.sampled_from([Symbol(n) for n in ("x", "y", "N", "w_fit", "y_hat", "lambda", "pi", "e")])
numbers = st.sampled_from([Number(n) for n in ("0", "1", "2", "0.20", "17", "3.125")])
entries = st.builds(lambda x, i: Operation("index", (x, i)), st.sampled_from([Symbol("x"), Symbol("y_hat")]), st.sampled_from([Number("1"), Symbol("i")]))
values = st.recursive(names | numbers | entries, lambda inner: st.one_of(
    st.builds(lambda h, a, b: op(h, a, b), st.sampled_from(["add", "mul", "div", "pow", "root", "min", "binomial"]), inner, inner),
    st.builds(lambda h, a: op(h, a), st.sampled_from(["neg", "sqrt", "exp", "ln", "abs", "factorial", "sin", "transpose"]), inner),
    st.builds(lambda a, b, c: op("add", a, b, c), inner, inner, inner), st.builds(lambda a, b: Operation("apply", (Symbol("f"), a, b)), inner, inner),
    st.builds(lambda a, b: Operation("sum", (a, Symbol("i"), Number("1"), b)), inner, inner), st.builds(lambda a: Operation("diff", (a, Symbol("x"))), inner)), max_leaves=9)
relations = st.builds(lambda h, a, b: op(h, a, b), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "approx"]), values, values)
statements = st.recursive(relations, lambda inner: st.one_of(
    st.builds(lambda h, a, b: op(h, a, b), st.sampled_from(["and", "or", "iff", "implies"]), inner, inner), inner.map(lambda a: op("not", a))), max_leaves=4)


@settings(max_examples=250)
@given(statements | values)
def test_the_reader_reads_canonical_text_as_the_parser_does(e):
    text = to_text(e)
    assert read(text) == tree_of(parse(text, "plain"))


@pytest.mark.parametrize("text", ["", "x +", "a = b = c", "a <=> b <=> c", "2x", "x y", "a*-b", "x^2^3", "f(", "ln(x, 2)", "ln x", "x_", "x²", "\\frac{1}{2}", "1e5", ".5", "1.",
                                  "sum(x, 2, 1, 3)", "[[1, 2], [3]]", "[1, 2]", "(x", "x)", "not", "and x", "matrix(1)", "a ; b", "x__1", "9" * 4001, "٣"])
def test_what_is_no_canonical_text_is_refused(text):
    with pytest.raises(Refused):
        check(text, [])


# --- false statements with certificates made to look right --------------------------------------------------------

TRUE = [      # statement, assumptions, certificate: one of every kind
    ("(x + 1)^2 = x^2 + 2*x + 1", [], {}), ("x^2/x = x", [], {}), ("pi < 22/7", [], {"bits": 64}), ("round(pi, 4) = 3.1416", [], {}), ("2/3 ~= 0.67", [], {}),
    ("x = 1 and y = 2", ["x = 1", "y = 2"], {"parts": [{}, {}]}), ("x*y = 0 <=> x = 0 or y = 0", [], {}), ("x^2 + x > 0", ["x > 0"], {}),
    ("exp(z) < 1/2", ["z < -ln(2)"], {"by": "function", "of": "exp", "from": "z < -ln(2)"}), ("sqrt(3 + 2*sqrt(2)) = 1 + sqrt(2)", [], {"by": "function", "of": "2"}),
    ("exp(x) = 2 <=> x = ln(2)", [], {"by": "function", "of": "ln"}), ("x^3 = y^3 <=> x = y", [], {"by": "function", "of": "3", "turned": True}),
    ("exp(z)^2 > 3*exp(z)", ["z > ln(3)"], {"have": [["exp(z) > exp(ln(3))", {"by": "function", "of": "exp", "from": "z > ln(3)"}]]}),
    ("exp(2*z) - 2*exp(z) = 0 <=> z = ln(2)", [], {"by": "via", "via": "exp(z) = exp(ln(2))", "parts": [{}, {"by": "function", "of": "exp", "turned": True}]}),
    ("abs(x) >= x", [], {"by": "cases", "on": "x >= 0", "then": {}, "else": {}}),
    ("sum(k, k, 1, n) = n*(n + 1)/2", [], {"by": "induction", "base": {}, "step": {}}),
    ("integral(2*x, x) = x^2", [], {"by": "antiderivative", "proof": {}}), ("integral(2*x, x, 0, 3) = 9", [], {"by": "antiderivative", "F": "x^2"}),
    ("sin(2*x) = 2*sin(x)*cos(x)", [], {}), ("diff(root(x, 3), x) = 1/(3*root(x, 3)^2)", [], {}),
    ("x^(2/3) = (x^2)^(1/3)", [], {}),
]
REFUTED = [("x^2 > x", ["x >= 1"], {"point": [["x", "1"]]}), ("x^2/x < 5 <=> x < 5", [], {"point": [["x", "0"]]}), ("x^2/x < 5 <=> x < 5", [], {"point": [["x", "0"]]}), ("x = 2*y", ["x + y = 3"], {"point": [["x", "1"], ["y", "2"]]}), ("1 + 1 = 3", [], {})]
FALSE = [      # what a forger would write
    ("(x + 1)^2 = x^2 + 1", [], {}), ("x^2/x = x + 1", [], {}), ("pi < 3.14159", [], {"bits": 16}), ("round(pi, 4) = 3.1415", [], {}), ("round(5/2, 0) = 3", [], {}),
    ("x = 1 and y = 3", ["x = 1", "y = 2"], {"parts": [{}, {}]}), ("x*y = 0 <=> x = 0", [], {}), ("x*y = x*z <=> y = z", [], {}), ("x^2 + x > 0", [], {}),
    ("exp(z) > 1/2", ["z < -ln(2)"], {"by": "function", "of": "exp", "from": "z < -ln(2)"}), ("-x < 1", ["x < 1"], {"by": "function", "of": "exp", "from": "x < 1"}),
    ("-2 = 2", [], {"by": "function", "of": "2"}), ("x^2 = y^2 <=> x = y", [], {"by": "function", "of": "2", "turned": True}), ("x^2 = y^2 => x = y", [], {"by": "function", "of": "2", "turned": True}),
    ("0 = 1 <=> 0 = 0", [], {"by": "function", "of": "0"}), ("x = y <=> x^2 = y^2", [], {"by": "function", "of": "2"}), ("x = -1 <=> ln(x) = ln(-1)", [], {"by": "function", "of": "ln"}),
    ("exp(2*z) - 2*exp(z) = 0 <=> z = ln(3)", [], {"by": "via", "via": "exp(z) = exp(ln(3))", "parts": [{}, {"by": "function", "of": "exp", "turned": True}]}),
    ("x > 0", [], {"have": [["x >= 0", {}]]}), ("x = 3", [], {"have": [["x = 3", {}]]}), ("f(2) = 3", ["f(x)*1 = 3"], {"have": [["f(x) = 3", {}]]}), ("f(2) = f(1)", [], {"by": "cases", "on": "f(x) = 3", "then": {}, "else": {}}),
    ("abs(x) = x", [], {"by": "cases", "on": "x >= 0", "then": {}, "else": {}}), ("abs(x) = x", [], {"by": "cases", "on": "1/x > 0", "then": {}, "else": {}}), ("x/x = 2", [], {"by": "cases", "on": "x > x", "then": {}, "else": {}}),
    ("sum(k, k, 1, n) = n*(n + 2)/2", [], {"by": "induction", "base": {}, "step": {}}), ("sum(k, k, 1, n) = n*(n + 1)/2 + min(n, 4) - 1", ["n >= 5"], {"by": "induction", "base": {}, "step": {}}),
    ("sum(k, k, 1, n) = n*(n + 1)/2", ["n < 0"], {"by": "induction", "base": {}, "step": {}}),
    ("sqrt(x)^2 = x^2 - 2 <=> x = 2 or x = -1", [], {}), ("x + 1 = 0 => sqrt(x)^2 + 1 = 0", [], {}),
    ("sum(1, k, 1/2, n) = n + 1/2", ["n in ZZ", "n > 3"], {"by": "induction", "base": {}, "step": {}}),     # no whole number is reached from 1/2
    ("integral(2*x, x) = x^3", [], {"by": "antiderivative"}), ("integral(1/x^2, x, -1, 1) = -2", [], {"by": "antiderivative", "F": "-1/x"}), ("integral(2*x, x, 0, 3) = 8", [], {"by": "antiderivative", "F": "x^2"}),
    ("integral(1/x, x, 1, -1) = 0", [], {"by": "antiderivative", "F": "ln(abs(x))"}), ("integral(abs(x)/x, x, -1, 1) = 0", [], {"by": "antiderivative", "F": "abs(x)"}),
    ("sin(x) = sin(x/2)", [], {}), ("cos(1/x) = cos(1/(2*x))", [], {}), ("cos(x/2)^2 + sin(x)^2 = 1", [], {}), ("sqrt(x^2) = x", [], {}), ("sqrt(x)^2 = x + 1", [], {}), ("sqrt(x*y) = sqrt(x)*sqrt(y) + 1", [], {}), ("ln(x*y) = ln(x)*ln(y)", [], {}),
    ("1/0 = 1/0", [], {}), ("ln(-1) = ln(-1)", [], {}), ("0^0 = 1", [], {}), ("limit(1/x, x, 0) = 0", [], {}), ("limit(x, x, inf) = 5", [], {}), ("limit(exp(a*x), x, inf) = 0", [], {}), ("sum(x_i, i, 1, n) = 5*n", ["x_i = 5"], {}),
    ("diff(x^2, x) = 4", ["x = 3"], {}), ("diff(x*y, x) = y", ["y = x^2", "x = 2"], {}), ("diff(abs(x), x) = 1", [], {}), ("A = B", ["x^2 = -1"], {}), ("1 = 2", ["x > 1", "x < 0"], {}), ("x > 5", ["x > 6", "x < 2"], {}),
    ("x = 1", ["x = y", "y = x"], {}), ("x_1 = y_1", ["x = y"], {}), ("transpose(A*B) = transpose(B*A)", [], {}), ("x = 2 => x^2 = 5", [], {}), ("x = 1 => x/(x - 1) = 1/(x - 1)", [], {}), ("(x = 1 or x = 2) => x = 1", [], {"parts": [{}, {}]}),
    ("(x^2 - 2)/(x - sqrt(2)) = 0 <=> x = sqrt(2) or x = -sqrt(2)", [], {}), ("(x - 1)^2/(x - 1) >= 0 <=> x >= 1", [], {}), ("sin(x)/x = 0 <=> sin(x) = 0", [], {}),
    ("(x - 2)/ln(x - 1) = 0 <=> x = 2", [], {}), ("x - 1 = 1 - x <=> ln(x - 1) = ln(1 - x)", [], {"by": "function", "of": "ln"}), ("sqrt(x) < y <=> x < y^2", ["y > 0"], {}),
    ("sqrt(x - 5) = sqrt(2*x - 3) <=> x - 5 = 2*x - 3", [], {"by": "function", "of": "2"}), ("ln(x) = ln(y) <=> x = y", [], {"by": "function", "of": "exp"}),
    ("(x - sqrt(a))*(x + sqrt(a))/(x - sqrt(a)) = 0 <=> x^2 = a", ["a > 0"], {}), ("(x^2 + x*y + y^2)/x = 0 <=> x^2 + x*y + y^2 = 0", [], {}), ("x^2/x = x <=> x = x", [], {}),
    ("abs(abs(x) - 1) = abs(x) - 1", [], {}), ("max(a, b, c) = max(a, b)", [], {}),
    ("diff(sqrt(x), x) = 1/(2*sqrt(x))", ["x <= 0"], {}), ("diff(ln(x), x) = 1/x", ["x = -1"], {}), ("diff(ln(x), x) = 1/x", ["x < 0"], {}), ("ln(sin(x) - 2) = ln(sin(x) - 2)", [], {}),
    ("x > 5", ["x > 6", "x*y < 0", "y > 0"], {}), ("sum(k, k, m, n) = (n + m)*(n - m + 1)/2", ["m > n + 1"], {"by": "induction", "base": {}, "step": {}}),
    ("sum(x[k, bound], k, 1, n) = sum(x[bound, k], k, 1, n)", [], {}), ("sum(f(k, bound), k, 1, n) = sum(f(k, k), k, 1, n)", [], {}),      # no name that is read is the core's own
    ("vec([[1, 2]]) = vec([[1], [2]]) <=> [[1, 2]] = [[1], [2]]", [], {}), ("ln(x) + ln(-x) = ln(-x) + ln(x)", [], {}), ("2/3 ~= 0.67", ["x > 1", "x < 0"], {}),
    ("(x - 1/2)*factorial(x) = 0 <=> x = 1/2", [], {}), ("(x - 1/2)*(y[x]^2 + 1) = 0 <=> x = 1/2", [], {}), ("(x - 1/2)*sum(f(k), k, 1, x) = 0 <=> x = 1/2 or sum(f(k), k, 1, x) = 0", [], {}),
    ("x^3 = y <=> x = y^(1/3)", [], {}), ("x^(1/3) = -2 <=> x = -8", [], {}), ("integral(x^(1/3), x, -1, 1) = 0", [], {"by": "antiderivative", "F": "3*x^(4/3)/4"}),
    ("integral(1/(1 + x^2), x, -1, 1) = -pi/2", [], {"by": "antiderivative", "F": "-atan(1/x)"}), ("sum(k, k, 1, n) = n*(n + 1)/2 + floor(n/100)", [], {"by": "induction", "base": {}, "step": {}}),
    ("ln(x) = ln(x) + 1", ["x <= 0"], {"by": "cases", "on": "x > 0", "then": {}, "else": {}}), ("ln(-abs(x)) = 1", [], {"by": "cases", "on": "x >= 0", "then": {}, "else": {}}),
    ("x > 1 <=> -x > -1", [], {}), ("a*x > a*y <=> x > y", [], {}), ("x > 1 <=> 2*x >= 2", [], {}), ("x != 1 => x != 2", [], {}), ("[[1, 2]] = [[1, 2, 3]]", [], {}), ("[[1, 2], [3, 4]]*[[1, 2]] = [[1, 2]]", [], {}), ("(1, 2) = (1, 3)", [], {}),
]


@pytest.mark.parametrize("statement, assumptions, certificate", TRUE, ids=[t[0] for t in TRUE])
def test_one_certificate_of_every_kind_is_accepted(statement, assumptions, certificate):
    assert not check(statement, assumptions, certificate).refuted


@pytest.mark.parametrize("statement, assumptions", [
    ("x^3 = y <=> x = root(y, 3)", []), ("x^3 = y <=> x = y^(1/3)", ["y >= 0"]), ("vec(A) = vec(B) <=> A = B", []), ("vec(A) = vec([[1, 2]]) <=> A = [[1, 2]]", []), ("n*factorial(n) = 0 <=> n = 0", ["n in NN"]),
    ("sum(x_i, i, 1, n)/n = m <=> sum(x_i, i, 1, n) = n*m", ["n > 0"])])
def test_equivalences_between_sides_that_have_a_value_at_the_same_points(statement, assumptions):
    assert accepts(statement, assumptions, {})


@pytest.mark.parametrize("statement, assumptions, certificate", FALSE, ids=[f"{i} {t[0]}"[:70] for i, t in enumerate(FALSE)])
def test_false_statements_are_not_shown(statement, assumptions, certificate):
    assert not accepts(statement, assumptions, certificate)
    for rule in TRUE:      # nor with the certificate of any other
        assert not accepts(statement, assumptions, rule[2]), rule[2]


@pytest.mark.parametrize("statement, assumptions, certificate", [
    ("x = y <=> 1/x = 1/y", ["x > 0"], {"by": "function", "of": "-1"}), ("sum(n, k, 1, n) = n^2", [], {"by": "induction", "base": {}, "step": {}}),
    ("integral(2*x, x, 0, 3) = 9", [], {"by": "antiderivative", "F": "x^2 + x"}), ("abs(x) >= x", [], {"by": "cases", "on": "1/x > 0", "then": {}, "else": {}})])
def test_true_statements_that_their_certificates_do_not_show(statement, assumptions, certificate):
    assert not accepts(statement, assumptions, certificate)


@pytest.mark.parametrize("statement, assumptions, certificate", [
    ("x^2 > x", ["x >= 1"], {"point": [["x", "2"]]}), ("x^2 > x", ["x > 1"], {"point": [["x", "1"]]}), ("x^2 > x", ["x >= 1"], {"point": [["x", "1/2"]]}), ("x^2 > x", [], {"point": [["x", "1"], ["x", "2"]]}),
    ("x^2 > x", [], {"point": []}), ("1/x > x", [], {"point": [["x", "0"]]}), ("ln(x) < x", [], {"point": [["x", "-1"]]}), ("x = y", ["x = y"], {"point": [["x", "1"], ["y", "2"]]}), ("n = n + 1/2", ["n in ZZ"], {"point": [["n", "1/2"]]}),
    ("f(x) = x", [], {"point": [["x", "1"]]}), ("f(x) = x", [], {"point": [["f(x)", "2"], ["x", "1"]]}), ("pi = 3.5", [], {"point": [["pi", "3"]]}), ("x = x", [], {"point": [["x", "1"]]}), ("x = 2", [], {"point": [["x", "2/1"]]}), ("1 = 2", ["x = 1/0"], {}),
    ("1 = 2", ["x > 1", "x < 0"], {}), ("1 = 2", ["x > 1"], {}), ("x = 1", [], {"point": [["x", "1.5"]]}), ("x >= 0 => x/x = 1", [], {"point": [["x", "0"]]}),
    ("root(x, 3) = -2 <=> x = -8", [], {"point": [["x", "-8"]]}), ("2/3 ~= 0.66", ["x > 1", "x < 0"], {})])
def test_points_that_refute_nothing(statement, assumptions, certificate):
    try:
        assert not check(statement, assumptions, certificate).refuted
    except Refused:
        pass


@pytest.mark.parametrize("statement, assumptions, certificate", REFUTED)
def test_points_that_refute(statement, assumptions, certificate):
    assert check(statement, assumptions, certificate).refuted


def test_what_is_odd_in_a_certificate_is_refused_and_never_an_error():
    for odd in ({"by": "magic"}, {"by": 3}, {"have": 1}, {"have": [["x", {}]]}, {"parts": [{}]}, {"point": {"x": "1"}}, {"point": [["x", "1/0"]]}, {"bits": "many"}, {"bits": -1},
                {"by": "cases"}, {"by": "cases", "on": "x", "then": {}, "else": {}}, {"by": "induction"}, {"by": "via", "via": "x = 1", "parts": []}, {"by": "function"}, {"by": "function", "of": "ln"}):
        for statement in ("x > 0", "x = 1 and y = 1", "1 = 2 <=> x = 1", "sum(k, k, 1, n) = n"):
            try:
                assert check(statement, [], odd) is None
            except Refused:
                pass
    deep: dict = {}
    for _ in range(60):
        deep = {"by": "cases", "on": "x > 0", "then": deep, "else": deep}
    assert not accepts("x = 1", [], deep)


# --- every place of every certificate altered ---------------------------------------------------------------------

def alterations(value):
    """Small changes of a piece of JSON: (changed whole)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {k: v for k, v in value.items() if k != key}
            for new in alterations(inner):
                yield {**value, key: new}
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield value[:i] + value[i + 1:]
            for new in alterations(inner):
                yield value[:i] + [new] + value[i + 1:]
        if len(value) > 1:
            yield value[::-1]
    elif isinstance(value, str):
        for old, new in (("<", ">"), (">=", "<"), ("x", "y"), ("2", "3"), ("3", "2"), ("ln", "exp"), ("exp", "ln"), ("1", "2"), ("z", "x")):
            if old in value:
                yield value.replace(old, new, 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from (value + 1, 0, -value)


def negations(statement: str) -> list[str]:
    """Statements that are false where this one is true for all values."""
    found = [statement.replace(a, b, 1) for a, b in ((" = ", " != "), (" < ", " >= "), (" > ", " <= "), (" >= ", " < "), ("0.67", "0.66")) if a in statement and "<=>" not in statement and " and " not in statement]
    return found or [statement.replace("ln(2)", "ln(5)").replace("x = y", "x = -y").replace("or y = 0", "or y = 1").replace("y = 2", "y = 3")]


@pytest.mark.parametrize("statement, assumptions, certificate", TRUE, ids=[t[0] for t in TRUE])
def test_altered_certificates_show_the_same_statement_or_nothing(statement, assumptions, certificate):
    changed = list(alterations(certificate))
    assert changed or certificate in ({}, {"bits": 64})
    for new in changed:
        for false in negations(statement):
            assert not accepts(false, assumptions, new), (false, new)
        try:
            found = check(statement, assumptions, copy.deepcopy(new))
        except Refused:
            continue
        assert not found.refuted      # still a proof of the same statement
    for false in negations(statement):
        assert not accepts(false, assumptions, certificate), false


def test_altered_points_refute_only_where_the_statement_fails():
    for statement, assumptions, certificate in REFUTED[:2]:
        for new in alterations(certificate):
            try:
                found = check(statement, assumptions, new)
            except Refused:
                continue
            at = {name: Fraction(value) for name, value in new.get("point", [])}
            assert found.refuted and (at["x"] ** 2 <= at["x"] and at["x"] >= 1 if "y" not in at else at["x"] != 2 * at["y"] and at["x"] + at["y"] == 3)


# --- random statements --------------------------------------------------------------------------------------------

xs = [Symbol(n) for n in "xyz"]
polynomials = st.recursive(st.integers(0, 3).map(lambda v: Number(str(v))) | st.sampled_from(xs), lambda inner: st.one_of(
    st.builds(lambda h, a, b: op(h, a, b), st.sampled_from(["add", "mul"]), inner, inner), inner.map(lambda a: op("neg", a)),
    st.builds(lambda a, k: op("pow", a, k), inner, st.integers(1, 3)), inner.map(lambda a: op("abs", a)), st.builds(lambda a, b: op("div", a, b), inner, inner)), max_leaves=7)


def value(e: Expr, at: dict[str, Fraction]) -> Fraction | None:
    """The value at a point by Fractions alone; None where there is none."""
    if isinstance(e, Number):
        return e.value
    if isinstance(e, Symbol):
        return at[e.name]
    parts = [value(a, at) for a in e.args]
    if None in parts or e.head == "div" and parts[1] == 0:
        return None
    a, b = parts[0], parts[-1]
    return {"add": lambda: a + b, "mul": lambda: a * b, "neg": lambda: -a, "pow": lambda: a ** int(b), "abs": lambda: abs(a), "div": lambda: a / b}[e.head]()


@settings(max_examples=250)
@given(polynomials, polynomials, st.sampled_from(["eq", "le", "lt", "ne"]), st.lists(st.sampled_from(["x > 0", "y >= 1", "z < 0", "x < 2", "y <= 3", "z != -1"]), max_size=3, unique=True),
       st.sampled_from([t[2] for t in TRUE]), st.randoms(use_true_random=False))
def test_nothing_that_fails_at_a_point_is_shown(left, right, head, assumptions, certificate, order):
    statement = to_text(op(head, left, right))
    try:
        found = check(statement, assumptions, certificate)
    except Refused:
        return
    holds = {"eq": lambda a, b: a == b, "le": lambda a, b: a <= b, "lt": lambda a, b: a < b, "ne": lambda a, b: a != b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b}
    conditions = [expression(c) for c in found.conditions] + [parse(a) for a in assumptions]
    assert not found.refuted or not assumptions
    for _ in range(40):
        at = {n: Fraction(order.randint(-6, 6), order.randint(1, 3)) for n in "xyz"}
        sides = [(c.head, [value(a, at) for a in c.args]) for c in (*conditions, op(head, left, right))]
        if any(None in pair for _, pair in sides) or not all(holds[h](*pair) for h, pair in sides[:-1]):
            continue
        assert holds[head](*sides[-1][1]) != found.refuted, statement


@settings(max_examples=60)
@given(st.lists(st.fractions(-4, 4, max_denominator=3), min_size=1, max_size=4), st.fractions(-5, 5, max_denominator=4), st.fractions(-5, 5, max_denominator=4))
def test_roots_between_are_never_too_few(roots, low, high):
    from flint import fmpq, fmpq_poly
    low, high = (low, high) if low < high else (high - 1, low + 1)
    poly = fmpq_poly([2, 1, 1])
    for r in roots:
        poly *= fmpq_poly([fmpq(-r.numerator, r.denominator), 1])
    found = roots_between(poly, fmpq(low.numerator, low.denominator), fmpq(high.numerator, high.denominator))
    assert found == len({r for r in roots if low < r < high})


def test_signs_of_sums_products_and_powers_hold_every_sign_that_occurs():
    samples = {NEG: (-2, -1), ZER: (0,), POS: (1, 3)}
    of = {v: s for s, vs in samples.items() for v in vs}
    def sign(v):
        return POS if v > 0 else NEG if v < 0 else ZER
    for a in range(1, 8):
        for b in range(1, 8):
            pairs = [(u, v) for u in of for v in of if of[u] & a and of[v] & b]
            assert all(sign(u * v) & times(a, b) and sign(u + v) & plus(a, b) for u, v in pairs)
        assert all(sign(u ** k) & to_power(a, k) for u in of if of[u] & a for k in (1, 2, 3, 4))


# --- from the judge -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("statement, assumptions", [("x^2 > x", ["x > 1"]), ("x = 2 => x^2 = 5", []), ("sum(k, k, 1, n) = n^2", []), ("abs(x) >= x", []), ("e^(-z) = 2 <=> -z = ln(2)", [])])
def test_the_judges_verdicts_carry_what_the_core_accepts(statement, assumptions):
    obligation = Obligation(parse(statement), tuple(map(parse, assumptions)))
    found = judge(obligation)
    again = check(to_text(obligation.statement), [to_text(a) for a in obligation.assumptions], json.loads(found.certificate))
    assert (again.refuted, again.strength, again.method) == (found.refuted, found.strength, found.method)
    assert [expression(c) for c in again.conditions] == list(found.conditions)


def test_nine_in_ten_of_what_the_judge_decides_is_replayed():
    """Of the judge's own tables: what has no certificate that the core accepts is called "searched"."""
    from test_judge import FALSE as REFUTABLE
    from test_judge import TRUE as PROVABLE

    for rows, wanted in ((PROVABLE, "proved"), (REFUTABLE, "refuted")):
        found = [judge(Obligation(parse(row[0]), tuple(map(parse, row[1:])))) for row in rows]
        decided = [v for v in found if v.status.value == wanted]
        assert all(bool(v.certificate) == (v.strength in ("exact", "enclosure")) for v in decided)
        assert sum(bool(v.certificate) for v in decided) >= 0.9 * len(rows)
