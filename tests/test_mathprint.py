"""Formulas as TeX: in the order written, brackets where they are needed, numerals in the style of the language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.expressions import Number, Operation, parse
from reportgen.mathprint import LANGUAGE_STYLES, NumberStyle, numeral, style_for, symbol_latex, to_latex

CASES = [
    ("a + b - c", "a + b - c"), ("b + a", "b + a"), ("-x", "-x"), ("-(a + b)", "-(a + b)"), ("a - (b - c)", "a - (b - c)"), ("a - (-b)", "a - (-b)"), ("-(-x)", "-(-x)"), ("2*P", "2 P"), ("2*3", r"2 \cdot 3"),
    ("x*2", r"x \cdot 2"), ("a*b*c", "a b c"), ("a*(b*c)", "a (b c)"), ("(a + b)*c", "(a + b) c"), ("a*(-b)", "a (-b)"), ("N/S", r"\frac{N}{S}"), ("(a + b)/2", r"\frac{a + b}{2}"),
    ("1/2*3/4", None), ("a/b/c", r"\frac{\frac{a}{b}}{c}"), ("x^2", "x^{2}"), ("(-x)^2", "(-x)^{2}"), ("-x^2", "-x^{2}"), ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"), ("2^(-1)", "2^{-1}"), ("x^y^2", "x^{y^{2}}"),
    ("(x^y)^2", r"\left(x^{y}\right)^{2}"), ("e^x", r"\mathrm{e}^{x}"), ("sqrt(x + 1)", r"\sqrt{x + 1}"), ("root(x, 3)", r"\sqrt[3]{x}"), ("ln(2)", r"\ln 2"), ("ln(x + 1)", r"\ln(x + 1)"), ("log(x, 2)", r"\log_{2} x"),
    ("exp(-z)", r"\exp(-z)"), ("sin(x)^2", r"\sin^{2}(x)"), ("abs(x)", r"\lvert x \rvert"), ("norm(w, 1)", r"\lVert w \rVert_{1}"), ("floor(x/2)", r"\left\lfloor \frac{x}{2} \right\rfloor"), ("x!", "x!"), ("(-x)!", "(-x)!"),
    ("binomial(n, k)", r"\binom{n}{k}"), ("x_1", "x_{1}"), ("w[1, 2]", "w_{1, 2}"), ("y_hat", r"\hat{y}"), ("F_in", r"F_{\mathrm{in}}"), ("lambda", r"\lambda"), ("Output", r"\mathrm{Output}"), ("f(x)", "f(x)"),
    ("S*(O - 1)", "S (O - 1)"), ("Output*x", r"\mathrm{Output} \cdot x"), ("sum(x_i, i, 1, n)", r"\sum_{i = 1}^{n} x_{i}"), ("sum(a + b, i, 1, n)", r"\sum_{i = 1}^{n} (a + b)"), ("prod(k, k, 1, n)", r"\prod_{k = 1}^{n} k"),
    ("diff(f(x), x)", r"\frac{\mathrm{d}}{\mathrm{d}x} f(x)"), ("diff(x^2, x, 2)", r"\frac{\mathrm{d}^{2}}{\mathrm{d}x^{2}} \left[x^{2}\right]"), ("limit(1/x, x, inf)", r"\lim_{x \to \infty} \frac{1}{x}"),
    ("limit(x, x, 0, -1)", r"\lim_{x \to 0^{-}} x"), ("[[1, 2], [3, 4]]", r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}"), ("(1, 0)", "(1, 0)"), ("set(1)", r"\left\{1\right\}"), ("transpose(A)", r"A^{\top}"),
    ("x = 1", "x = 1"), ("x != 1", r"x \neq 1"), ("x <= 1", r"x \le 1"), ("pi ~= 3.14", r"\pi \approx 3.14"), ("n in ZZ", r"n \in \mathbb{Z}"), ("x = 1 or x = 2", r"x = 1 \text{ or } x = 2"),
    ("x = 1 <=> 2*x = 2", r"x = 1 \iff 2 x = 2"), ("not (x = 1)", r"\neg x = 1"), ("a*diff(f(x), x)", None), ("a*sum(x_i, i, 1, n)*b", None), ("ln(x)*y", None), ("2*sqrt(2)", r"2 \sqrt{2}"),
    ("1/3*ln(100/9)", None), ("x*(1/2)", None), ("5*(1/2)", None), ("e*x", None), ("f*(a + b)", None), ("sigma*(a + b)", None), ("61706", "61{,}706"), ("1234", "1234"), ("0.50", "0.50"),
]


@pytest.mark.parametrize("text, latex", CASES)
def test_printed(text, latex):
    tree = parse(text, "plain")
    shown = to_latex(tree)
    assert latex is None or shown == latex
    assert parse(shown, "latex") == tree, shown


def test_a_mixed_number_is_never_printed():
    for text in ("5*(1/2)", "2*(1/3)*x", "x^2*(1/2)"):
        assert "\\cdot" in to_latex(parse(text)), text


@pytest.mark.parametrize("language, plain, tex", [
    ("en", "1,234,567.50", "1{,}234{,}567.50"), ("en-GB", "1,234,567.50", "1{,}234{,}567.50"), ("de", "1\u202f234\u202f567,50", r"1\,234\,567{,}50"), ("fr", "1\u202f234\u202f567,50", r"1\,234\,567{,}50"),
    ("xx", "1,234,567.50", "1{,}234{,}567.50")])
def test_numerals_by_language(language, plain, tex):
    style = style_for(language)
    assert numeral("1234567.50", style) == plain and numeral("1234567.50", style, tex=True) == tex


def test_groups_begin_at_five_digits():
    assert [numeral(n) for n in ("999", "1000", "9999", "10000", "0.123456")] == ["999", "1000", "9999", "10,000", "0.123456"]
    assert numeral("1000", NumberStyle(group_from=4)) == "1,000"


@given(st.integers(0, 10 ** 15), st.text("0123456789", max_size=8), st.sampled_from(list(LANGUAGE_STYLES)))
def test_no_digit_is_lost(whole, part, language):
    text = f"{whole}.{part}" if part else str(whole)
    style = LANGUAGE_STYLES[language]
    back = numeral(text, style).replace(style.thousands, "").replace(style.decimal, ".")
    assert back == text


@pytest.mark.parametrize("language", ["en"])
def test_english_numerals_read_back(language):
    for text in ("61706", "1234567.250", "0.20", "12345"):
        assert parse(to_latex(Number(text), LANGUAGE_STYLES[language]), "latex") == Number(text)


@pytest.mark.parametrize("name, tex", [("x", "x"), ("alpha", r"\alpha"), ("alpha_hat", r"\hat{\alpha}"), ("x_bar_in", r"\bar{x}_{\mathrm{in}}"), ("inf", r"\infty"), ("RR", r"\mathbb{R}"), ("e", r"\mathrm{e}"), ("pi", r"\pi")])
def test_names(name, tex):
    assert symbol_latex(name) == tex


def test_nothing_is_sorted_or_combined():
    tree = Operation("add", (Number("2"), Number("1"), parse("0*x"), parse("x")))
    assert to_latex(tree) == "2 + 1 + 0 x + x"


def test_a_factorial_keeps_the_function_before_it_in_brackets() -> None:
    """``\\ln 0!`` would be read as the logarithm of a factorial."""
    tree = parse("ln(5)!", "plain")
    assert parse(to_latex(tree), "latex") == tree
    assert to_latex(tree) == r"(\ln 5)!"
