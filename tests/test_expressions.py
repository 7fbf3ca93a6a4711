"""The parser and the canonical text: tables of formulas with their trees, refusals with their places, round trips of random trees."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.expressions import Number, Operation, ParseError, Symbol, count_nodes, digest, expr, op, parse, rational_value, replace, symbols, to_text
from reportgen.mathprint import to_latex

N, x, y, a, b, c = Number, *(Symbol(n) for n in "xyabc")
i, n, k = (Symbol(s) for s in "ink")


def neg(e):
    return op("neg", e)


# --- tables ---------------------------------------------------------------------------------------------------

PLAIN = [
    ("1", N("1")), ("0.20", N("0.20")), (".5", N("0.5")), ("x", x), ("alpha", Symbol("alpha")), ("y_hat", Symbol("y_hat")), ("Output", Symbol("Output")),
    ("-x", neg(x)), ("--x", neg(neg(x))), ("+x", x), ("a + b", op("add", a, b)), ("a - b", op("add", a, neg(b))), ("a - b + c", op("add", a, neg(b), c)),
    ("(a + b) + c", op("add", op("add", a, b), c)), ("a + (b + c)", op("add", a, op("add", b, c))), ("a*b*c", op("mul", a, b, c)),
    ("(a*b)*c", op("mul", op("mul", a, b), c)), ("2x", op("mul", N("2"), x)), ("2 x y", op("mul", N("2"), x, y)), ("a/b", op("div", a, b)),
    ("a/b/c", op("div", op("div", a, b), c)), ("a/b*c", op("mul", op("div", a, b), c)), ("a*b/c", op("div", op("mul", a, b), c)),
    ("-a/b", neg(op("div", a, b))), ("-a*b", neg(op("mul", a, b))), ("a*-b", op("mul", a, neg(b))), ("x^2", op("pow", x, N("2"))),
    ("x**2", op("pow", x, N("2"))), ("-x^2", neg(op("pow", x, N("2")))), ("(-x)^2", op("pow", neg(x), N("2"))), ("x^-2", op("pow", x, neg(N("2")))),
    ("x^y^2", op("pow", x, op("pow", y, N("2")))), ("(x^y)^2", op("pow", op("pow", x, y), N("2"))), ("2^x!", op("pow", N("2"), op("factorial", x))),
    ("x!", op("factorial", x)), ("x_1", op("index", x, 1)), ("x_i", op("index", x, i)), ("w[1, 2]", op("index", "w", 1, 2)), ("x[n+1]", op("index", x, op("add", n, 1))),
    ("x_1^2", op("pow", op("index", x, 1), N("2"))), ("f(x)", op("apply", "f", x)), ("f(x, y)", op("apply", "f", x, y)), ("F(x)", op("mul", "F", x)),
    ("sigma(z)", op("apply", "sigma", "z")), ("sqrt(x)", op("sqrt", x)), ("√x", op("sqrt", x)), ("ln(x)", op("ln", x)), ("log(x)", op("log", x)),
    ("log(x, 2)", op("log", x, 2)), ("log2(x)", op("log", x, 2)), ("log10 x", op("log", x, 10)), ("ln 2x", op("ln", op("mul", 2, x))), ("exp(-x)", op("exp", neg(x))),
    ("root(x, 3)", op("root", x, 3)), ("binomial(n, k)", op("binomial", n, k)), ("min(a, b)", op("min", a, b)), ("max(a, b, c)", op("max", a, b, c)),
    ("round(x, 6)", op("round", x, 6)), ("|x|", op("abs", x)), ("|x| + |y|", op("add", op("abs", x), op("abs", y))), ("norm(w, 1)", op("norm", "w", 1)),
    ("sum(x_i, i, 1, n)", op("sum", op("index", x, i), i, 1, n)), ("prod(k, k, 1, n)", op("prod", k, k, 1, n)), ("diff(x^2, x)", op("diff", op("pow", x, 2), x)),
    ("diff(y, x, 2)", op("diff", y, x, 2)), ("limit(1/x, x, inf)", op("limit", op("div", 1, x), x, "inf")), ("integral(x, x, 0, 1)", op("integral", x, x, 0, 1)),
    ("[1, 2]", op("matrix", op("row", 1), op("row", 2))), ("[[1, 2], [3, 4]]", op("matrix", op("row", 1, 2), op("row", 3, 4))), ("(1, 0, 0)", op("tuple", 1, 0, 0)),
    ("set(1, 2)", op("set", 1, 2)), ("set()", op("set")), ("cases(1, x > 0, 0)", op("cases", 1, op("gt", x, 0), 0)),
    ("x = 1", op("eq", x, 1)), ("x == 1", op("eq", x, 1)), ("x != 1", op("ne", x, 1)), ("x ≠ 1", op("ne", x, 1)), ("x <= 1", op("le", x, 1)), ("x ≥ 1", op("ge", x, 1)),
    ("pi ~= 3.14", op("approx", "pi", N("3.14"))), ("N in ZZ", op("element", "N", "ZZ")), ("a = b = c", op("and", op("eq", a, b), op("eq", b, c))),
    ("0 < x <= 1", op("and", op("lt", 0, x), op("le", x, 1))), ("a = b <=> b = a", op("iff", op("eq", a, b), op("eq", b, a))),
    ("a = b => b = a", op("implies", op("eq", a, b), op("eq", b, a))), ("x = 1 or x = 2", op("or", op("eq", x, 1), op("eq", x, 2))),
    ("x = 1 and y = 2", op("and", op("eq", x, 1), op("eq", y, 2))), ("not x = 1", op("not", op("eq", x, 1))), ("x²", op("pow", x, 2)), ("2π", op("mul", 2, "pi")),
    ("O = (N - F + 2P)/S + 1", op("eq", "O", op("add", op("div", op("add", "N", neg(Symbol("F")), op("mul", 2, "P")), "S"), 1))),
]

LATEX = [
    (r"\frac{1}{2}", op("div", 1, 2)), (r"\frac12", None), (r"\frac{1}{2} \cdot 3", op("mul", op("div", 1, 2), 3)), (r"x^{2}", op("pow", x, 2)), (r"x^2", op("pow", x, 2)),
    (r"x^{-1}", op("pow", x, neg(N("1")))), (r"ab", op("mul", a, b)), (r"2ab", op("mul", 2, a, b)), (r"\alpha", Symbol("alpha")), (r"\varepsilon", Symbol("epsilon")),
    (r"\sqrt{x}", op("sqrt", x)), (r"\sqrt[3]{x}", op("root", x, 3)), (r"\ln x", op("ln", x)), (r"\log_{2}(x)", op("log", x, 2)), (r"\log x", op("log", x)),
    (r"\sin^{2}(x)", op("pow", op("sin", x), 2)), (r"\arctan x", op("atan", x)), (r"x_{1}", op("index", x, 1)), (r"w_{ij}", op("index", "w", i, "j")), (r"w_{1, 2}", op("index", "w", 1, 2)),
    (r"\hat{y}", Symbol("y_hat")), (r"\bar{x}", Symbol("x_bar")), (r"\mathrm{Output}", Symbol("Output")), (r"F_{\mathrm{in}}", Symbol("F_in")), (r"F_{\text{c}}", op("index", "F", c)),
    (r"\left( a + b \right)^{2}", op("pow", op("add", a, b), 2)), (r"\left| x \right|", op("abs", x)), (r"\lvert x \rvert", op("abs", x)), (r"\lVert w \rVert_{1}", op("norm", "w", 1)),
    (r"\lfloor x \rfloor", op("floor", x)), (r"\lceil x \rceil", op("ceil", x)), (r"\binom{n}{k}", op("binomial", n, k)), (r"\sum_{i = 1}^{n} x_{i}", op("sum", op("index", x, i), i, 1, n)),
    (r"\prod_{k=1}^{n} k", op("prod", k, k, 1, n)), (r"\lim_{x \to \infty} x", op("limit", x, x, "inf")), (r"\lim_{x \to 0^{+}} x", op("limit", x, x, 0, 1)),
    (r"\frac{\mathrm{d}}{\mathrm{d}x} x^{2}", op("diff", op("pow", x, 2), x)), (r"\frac{d^2}{dx^2} f(x)", op("diff", op("apply", "f", x), x, 2)),
    (r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}", op("matrix", op("row", 1, 2), op("row", 3, 4))), (r"\begin{vmatrix}1\end{vmatrix}", op("det", op("matrix", op("row", 1)))),
    (r"\begin{cases}1 & x > 0 \\ 0\end{cases}", op("cases", 1, op("gt", x, 0), 0)), (r"A^{\top}", op("transpose", "A")), (r"a \times b", op("mul", a, b)), (r"a \div b", op("div", a, b)),
    (r"a \neq b", op("ne", a, b)), (r"a \le b", op("le", a, b)), (r"a \iff b", op("iff", a, b)), (r"a \implies b", op("implies", a, b)), (r"x \in \mathbb{R}", op("element", x, "RR")),
    (r"61{,}706", N("61706")), (r"61\,706", N("61706")), (r"\{1, 2\}", op("set", 1, 2)), (r"\{\}", op("set")), (r"\neg x = 1", op("not", op("eq", x, 1))), (r"\mathrm{e}^{x}", op("pow", "e", x)),
    (r"-F = S(O - 1 - 2P - N)", op("eq", neg(Symbol("F")), op("mul", "S", op("add", "O", neg(N("1")), neg(op("mul", 2, "P")), neg(Symbol("N")))))),
    (r"\frac{1}{3}\ln\frac{100}{9}", op("mul", op("div", 1, 3), op("ln", op("div", 100, 9)))),
]


@pytest.mark.parametrize("text, tree", PLAIN)
def test_plain(text, tree):
    assert parse(text, "plain") == tree
    assert parse(to_text(tree), "plain") == tree


@pytest.mark.parametrize("text, tree", [row for row in LATEX if row[1] is not None])
def test_latex(text, tree):
    assert parse(text, "latex") == tree
    assert parse(to_text(tree), "plain") == tree
    assert parse(to_latex(tree), "latex") == tree


REFUSED = [   # text, offset of the fault
    ("", 0), ("1 2", 2), ("x 2", 2), ("3.", 1), ("a +", 3), ("* a", 0), ("(a", 2), ("a)", 1), ("x^", 2), ("x_", 2), ("f(", 2), ("x'", 1), ("٣", 0), ("a;b", 1), ("[1,2", 4), ("[]", 1), ("()", 1),
    ("sum(x)", 6), ("min()", 4), ("log(x, 2, 3)", 12), ("a in", 4), ("x # y", 2), ("x\x00", 1), ("a_b_c", 3), ("diff(x, 2)", 10), ("integral(x, x, 0)", 17), ("tuple(1)", 8), ("apply(2, x)", 11),
    ("limit(x, x, 1, 2)", 17), ("matrix(1, 2)", 12), ("matrix(row(1), row(1, 2))", 25), ("[[1, 2], [3]]", 13), ("a = b <=> b = a <=> c", 16), ("and", 0), ("or = 1", 0),
    (r"\frac{1}", 8), (r"\foo{1}", 0), (r"\left( x \right]", 15), (r"x^12\alpha", 2), (r"\mathbb{2}", 8), (r"\mathbb{", 8), (r"\hat{2}", 6), (r"\text{}", 0), (r"x_{\text{a b}}", 3), (r"\begin{foo}1\end{foo}", 11),
    (r"\mathrm{max}", 12), (r"\begin{pmatrix}1&2\\3\end{pmatrix}", 34), (r"\lim_{x\to", 10), ("\\", 0), (r"\text{a", 0),
]


@pytest.mark.parametrize("text, offset", REFUSED)
def test_refusals_name_the_place(text, offset):
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert caught.value.offset == offset and caught.value.length >= 1 and caught.value.message


@pytest.mark.parametrize("text", [
    "(" * 5000 + "x", "-" * 5000 + "x", "not " * 4000 + "x = 1", "x" + "!" * 5000, "x" + "/2" * 5000, "2^" * 5000 + "2", "\\frac" * 3000 + "x", "|" * 3000 + "x", "ln " * 3000 + "x",
    "sqrt " * 3000 + "x", "\\sqrt" * 3000 + "x", "\\hat{" * 2000, "\\left(" * 2000, "[" * 5000, "{" * 5000, "f(" * 5000, "x_{" * 3000, "1" * 5000, "x+" * 15000, "sum(" * 4000])
def test_what_is_too_large_is_refused_and_does_not_crash(text):
    with pytest.raises(ParseError):
        parse(text)


def test_long_sums_are_read():
    text = " + ".join(["x"] * 4000)
    tree = parse(text)
    assert count_nodes(tree) == 4001 and to_text(tree) == text and parse(to_text(tree)) == tree


def test_nothing_is_evaluated_and_digits_are_kept():
    assert to_text(parse("1 + 1 - 0*x + 0.50")) == "1 + 1 - 0*x + 0.50"
    assert parse("0.50") != parse("0.5") and parse("0.50").value == parse("0.5").value == Fraction(1, 2)


def test_functions_are_named_by_the_caller():
    assert parse("F(x)", functions=("F",)) == op("apply", "F", x)
    assert parse("f(x)", functions=()) == op("mul", "f", x)


def test_values_of_literals():
    assert [rational_value(parse(t)) for t in ("3", "-3", "0.25", "1/4", "-1/4", "--1", "1/0", "x", "1 + 1")] \
        == [3, -3, Fraction(1, 4), Fraction(1, 4), Fraction(-1, 4), None, None, None, None]


def test_exact_things_only():
    for wrong in (0.5, True, None, 1j):
        with pytest.raises(TypeError):
            expr(wrong)
    assert expr(Fraction(-1, 3)) == neg(op("div", 1, 3))


def test_bound_names():
    tree = parse("sum(i*y, i, 1, n) + limit(t, t, a)")
    assert symbols(tree) == ("y", "n", "a")
    assert replace(tree, {i: N("3"), y: N("4")}) == parse("sum(i*4, i, 1, n) + limit(t, t, a)")


# --- random trees ---------------------------------------------------------------------------------------------

numbers = st.sampled_from(["0", "1", "2", "7", "10", "12", "0.5", "0.20", "61706", "1234567"]).map(Number)
names = st.sampled_from(["x", "y", "N", "F", "f", "g", "sigma", "lambda", "y_hat", "x_bar", "Output", "F_in", "pi", "e", "inf", "alpha_hat"]).map(Symbol)
letters = st.sampled_from(["i", "j", "k", "x", "t"]).map(Symbol)
indexed = st.builds(lambda base, ks: Operation("index", (base, *ks)), st.sampled_from(["x", "w", "y_hat", "lambda"]).map(Symbol),
                    st.lists(st.sampled_from(["1", "2", "12"]).map(Number) | letters, min_size=1, max_size=2))
leaves = numbers | names | indexed
ONE = ["sqrt", "exp", "ln", "abs", "floor", "ceil", "factorial", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh", "det", "norm", "log", "sign"]


def _larger(inner):
    def heads(*allowed, least, most):
        return st.builds(lambda h, args: Operation(h, tuple(args)), st.sampled_from(allowed), st.lists(inner, min_size=least, max_size=most))

    def relation(first, second):
        return st.builds(lambda h, p, q: Operation(h, (p, q)), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), first, second)

    return st.one_of(
        heads("add", "mul", least=2, most=4), heads("div", "pow", least=2, most=2), heads("neg", *ONE, least=1, most=1), heads("neg", "transpose", least=1, most=1),
        heads("log", "root", "binomial", least=2, most=2), heads("min", "max", least=1, most=3), heads("tuple", least=2, most=3), heads("set", least=0, most=2),
        st.builds(lambda f, args: Operation("apply", (Symbol(f), *args)), st.sampled_from(["f", "sigma"]), st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda h, body, v, p, q: Operation(h, (body, v, p, q)), st.sampled_from(["sum", "prod"]), inner, letters, inner, inner),
        st.builds(lambda body, v, order: Operation("diff", (body, v, *order)), inner, letters, st.sampled_from([(), (Number("2"),)])),
        st.builds(lambda body, v, at, side: Operation("limit", (body, v, at, *side)), inner, letters, leaves.filter(lambda e: e.__class__ is not Operation),
                  st.sampled_from([(), (Number("1"),), (neg(Number("1")),)])),
        st.builds(lambda entries: Operation("matrix", tuple(Operation("row", tuple(r)) for r in entries)),
                  st.integers(1, 2).flatmap(lambda w: st.lists(st.lists(inner, min_size=w, max_size=w), min_size=1, max_size=2))),
        st.builds(lambda p, q, r, s: Operation("cases", (p, Operation("gt", (q, r)), s)), inner, inner, inner, inner),
        relation(inner, inner).map(lambda r: Operation("cases", (Number("1"), r))),
    )


terms = st.recursive(leaves, _larger, max_leaves=8)
relations_ = st.builds(lambda h, p, q: Operation(h, (p, q)), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "approx", "element"]), terms, terms)
statements = st.recursive(relations_, lambda inner: st.one_of(
    st.builds(lambda h, args: Operation(h, tuple(args)), st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    st.builds(lambda h, p, q: Operation(h, (p, q)), st.sampled_from(["iff", "implies"]), inner, inner), inner.map(lambda p: Operation("not", (p,)))), max_leaves=4)


@settings(max_examples=400, deadline=None)
@given(terms | statements)
def test_text_reads_back(tree):
    assert parse(to_text(tree), "plain") == tree


@settings(max_examples=400, deadline=None)
@given(terms | statements)
def test_latex_reads_back(tree):
    assert parse(to_latex(tree), "latex") == tree


@settings(max_examples=150, deadline=None)
@given(terms, terms)
def test_digests_tell_trees_apart(first, second):
    assert (digest(first) == digest(second)) == (first == second)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="xyab12.+-*/^_()[]{}|!,=<>&\\ \tfracsqtlnim", max_size=40))
def test_any_text_is_read_or_refused_at_a_place_in_it(text):
    for syntax in ("plain", "latex"):
        try:
            tree = parse(text, syntax)
        except ParseError as error:
            assert 0 <= error.offset <= len(text) and error.length >= 1
        else:
            assert parse(to_text(tree), "plain") == tree
