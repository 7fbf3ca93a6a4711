"""Every view of every kind of answer: text, TeX, blocks, what is certified, and what is refused."""

from __future__ import annotations

import pytest

from reportgen.derivation import Table, Value, claim, start
from reportgen.diagnostics import FindingsError, Span
from reportgen.expressions import Symbol, expr, parse
from reportgen.givens import Given
from reportgen.ledger import Ledger
from reportgen.mathprint import LANGUAGE_STYLES
from reportgen.rules import evaluate, isolate, substitute
from reportgen.shown import Shown
from reportgen.views import Rounded, views


@pytest.fixture(scope="module")
def ledger():
    ledger = Ledger()
    values = {"N": expr(32), "P": expr(0), "S": expr(1), "O": expr(28), "rate": parse("0.20"), "big": parse("61706"), "W": parse("[[1, 2], [3, 4]]")}
    givens = {n: Given(n, v, {"N": "px", "rate": "%"}.get(n, ""), Symbol(n), f"source of {n}", Span("givens.toml", 1, 1)) for n, v in values.items()}
    for g in givens.values():
        ledger.add_given(g)
    size = start("O = (N - F + 2*P)/S + 1", assume=["S > 0"]).then(isolate("F"), substitute(**{n: givens[n] for n in "NPSO"}), evaluate())
    ledger.add_answer("size", size, ("N", "P", "S", "O"))
    ledger.add_answer("tie", Value(parse("1/8")))
    ledger.add_answer("minus", Value(parse("-1/3")))
    ledger.add_answer("root", Value(parse("sqrt(2)")))
    ledger.add_answer("wrong", claim("x^2 = x", assume=["x > 0"], expect="any"))
    ledger.add_answer("right", claim("x/x = 1"))
    ledger.add_answer("open", claim("f(2) = 3", expect="any"))
    ledger.add_answer("layers", {"a": Value(parse("1")), "b": Value(parse("2"))})
    ledger.add_answer("grid", Table(("Name", "Value"), (("one", parse("1/3")), ("two", Rounded(parse("2/3"), 3))), "ld", caption="A table"))
    return ledger


@pytest.fixture(scope="module")
def names(ledger):
    return views(ledger, LANGUAGE_STYLES["en"])


PLAIN = [   # view, plain text, TeX (None: not looked at)
    ("N", "32\u00a0px", None), ("N.value", "32", "32"), ("N.unit", "px", None), ("N.symbol", "N", "N"), ("N.name", "N", "N"), ("N.source", "source of N", None), ("big", "61,706", "61{,}706"),
    ("rate.value", "0.20", "0.20"), ("rate.exact", "1/5", r"\frac{1}{5}"), ("tie", "1/8", r"\frac{1}{8}"), ("tie.decimal(2)", "0.12", "0.12"), ("tie.decimal(3)", "0.125", "0.125"), ("tie.decimal(5)", "0.12500", "0.12500"),
    ("tie.decimal(0)", "0", "0"), ("minus.decimal(4)", "−0.3333", "-0.3333"), ("minus.percent(1)", "−33.3%", None), ("root.decimal(20)", "1.41421356237309504880", None), ("root", "sqrt(2)", None), ("root.exact", "sqrt(2)", r"\sqrt{2}"),
    ("size", "5", "5"), ("size.conclusion", "F = 5", "F = 5"), ("size.name", "F", "F"), ("size.equation", "F = 5", "F = 5"), ("size.line(-1)", "F = 5", "F = 5"), ("size.strength", "exact", None),
    ("size.formula", None, r"O = \frac{N - F + 2 P}{S} + 1"), ("size.line(0)", None, r"O = \frac{N - F + 2 P}{S} + 1"), ("wrong.verdict", "refuted", None), ("right.verdict", "proved (exact)", None),
    ("wrong.statement", None, "x^{2} = x"), ("wrong.counterexample", "x = 2", "x = 2"), ("wrong.left", "4", "4"), ("wrong.right", "2", "2"), ("wrong.assumptions", "x > 0", "x > 0"),
    ("layers.a", "1", "1"), ("layers.b.value", "2", "2"), ("grid.cell(1, 1)", "one", None), ("grid.cell(1, 2)", "1/3", r"\frac{1}{3}"), ("report.weakest", None, None), ("W.value", None, r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}"),
]


def look(names, text) -> Shown:
    found = eval(text, {"__builtins__": {}}, dict(names))      # noqa: S307 - the table above
    return found._show() if hasattr(type(found), "_show") else found


@pytest.mark.parametrize("text, plain, latex", PLAIN, ids=[r[0] for r in PLAIN])
def test_view(names, text, plain, latex):
    found = look(names, text)
    assert isinstance(found, Shown) and found.entry in (text.split(".")[0], "layers.a", "layers.b")
    assert plain is None or found.plain == plain
    assert latex is None or found.latex == latex
    assert isinstance(found.plain, str) and isinstance(found.alt, str)


@pytest.mark.parametrize("text", ["size.steps", "size.steps('compact')", "grid.table", "report.strengths"])
def test_block_views(names, text):
    found = look(names, text)
    assert found.blocks and all(isinstance(b, dict) and "t" in b for b in found.blocks) and found.plain


def test_assumptions_of_a_derivation(names):
    assert look(names, "size.assumptions").latex == "S > 0" and look(names, "size.assumptions").plain == "S > 0"
    assert look(names, "size.conditions").plain == "none"      # S != 0 is assumed already


def test_chain_and_substitution(names):
    chain = look(names, "size.chain")
    assert chain.latex.startswith(r"O = \frac{N - F + 2 P}{S} + 1") and "F = 32" in chain.latex and chain.latex.endswith("= 5")
    assert "32" in look(names, "size.substitution").latex


def test_conditions_and_sources(names):
    assert look(names, "right.conditions").latex == "x \\neq 0"
    where = look(names, "size.where").plain
    assert all(f"source of {n}" in where for n in "NPSO") and "rate" not in where


REFUSED = ["tie.decimal(-1)", "tie.decimal(True)", "tie.decimal('2')", "tie.decimal(20000)", "tie.steps", "size.line(99)", "size.steps('loud')", "right.counterexample", "open.counterexample", "right.left", "grid.cell(9, 1)",
           "grid.cell('a', 1)", "layers.c", "layers._parts", "tie.name", "N.formula", "W.decimal(2)"]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(names, text):
    with pytest.raises((AttributeError, FindingsError)):
        found = look(names, text)
        assert text != "layers._parts" or not isinstance(found, Shown)
        raise AttributeError if text == "layers._parts" else AssertionError(found)


def test_what_is_shown_rounded_is_in_the_ledger(ledger, names):
    look(names, "root.decimal(7)")
    found = [j for j in ledger.roundings.values() if j.obligation.name == "root/decimal(7)"]
    assert len(found) == 1 and found[0].verdict.proved and found[0].obligation.statement == parse("round(sqrt(2), 7) = 1.4142136")


@pytest.mark.parametrize("language, expected", [("en", "61,706"), ("de", "61\u202f706"), ("fr", "61\u202f706")])
def test_numerals_follow_the_language(ledger, language, expected):
    assert look(views(ledger, LANGUAGE_STYLES[language]), "big").plain == expected


def test_groups_are_iterated_in_order(names):
    assert [v.value.plain for v in names["layers"]] == ["1", "2"] and len(names["layers"]) == 2


@pytest.mark.parametrize("language, plain, latex", [
    ("en", "1.62, 1.75, \u22122\u00a0kN\u00b7m", "1.62,\\ 1.75,\\ -2\\,\\text{kN\u00b7m}"),
    ("de", "1,62; 1,75; \u22122\u00a0kN\u00b7m", "1{,}62;\\ 1{,}75;\\ -2\\,\\text{kN\u00b7m}")])
def test_a_vector_as_a_list_in_a_sentence(language, plain, latex):
    ledger = Ledger()
    ledger.add_given(Given("h", parse("[1.62, 1.75, -2]"), "kN*m", Symbol("h"), "measured", Span("givens.toml", 1, 1)))
    ledger.add_given(Given("n", parse("3"), "m", Symbol("n"), "counted", Span("givens.toml", 1, 1)))
    ledger.add_answer("total", start("t = n").then(substitute(n=3)), ("n",))
    found = views(ledger, LANGUAGE_STYLES[language])
    assert (found["h"].list.plain, found["h"].list.latex, found["h"].list.alt) == (plain, latex, "1.62, 1.75, -2 kN*m")
    assert found["h"].unit.plain == "kN\u00b7m" and found["total"].where.plain == "n = 3\u00a0m (counted)"
    with pytest.raises(AttributeError, match="n is no vector"):
        found["n"].list  # noqa: B018


def test_each_solution_of_a_system_has_the_unit():
    ledger = Ledger()
    ledger.add_answer("both", start("I_1 = 2 and I_2 = 1/3", unit="A"))
    found = views(ledger, LANGUAGE_STYLES["en"])["both"]._show()
    assert (found.plain, found.latex) == ("I_1 = 2\u00a0A and I_2 = 1/3\u00a0A", "I_{1} = 2\\,\\text{A} \\text{ and } I_{2} = \\frac{1}{3}\\,\\text{A}")


def test_a_vector_among_the_sources_is_a_list():
    ledger = Ledger()
    ledger.add_given(Given("h", parse("[1.5, -2]"), "m", Symbol("h"), "measured", Span("givens.toml", 1, 1)))
    ledger.add_answer("first", start("a = h_1").then(substitute({"h_1": parse("1.5")})), ("h",))
    assert views(ledger, LANGUAGE_STYLES["de"])["first"].where.plain == "h = (1,5; \u22122)\u00a0m (measured)"
