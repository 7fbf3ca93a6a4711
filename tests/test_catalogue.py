"""The lists of rules and views: every example runs and is proved, nothing is missing, README.md says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import reportgen.rules
from reportgen import catalogue, views
from reportgen.derivation import start
from reportgen.expressions import parse, to_text
from reportgen.judge import judge

README = Path(__file__).parents[1] / "README.md"
W = parse("[[3], [4]]")


def run(call: str, derivation):
    names = {name: getattr(reportgen.rules, name) for name in reportgen.rules.__all__}
    return derivation.then(*eval(f"({call},)", {"__builtins__": {}}, {**names, "w": W}))      # noqa: S307 - the catalogue's own


@pytest.mark.parametrize("example", [e for e in catalogue.rules() if e.rule not in catalogue.NO_RULES], ids=lambda e: e.rule)
def test_every_example_is_true(example):
    assert example.call.startswith(example.rule + "(")
    derivation = start(example.start or example.before, assume=example.assume)
    if example.lead:
        derivation = run(example.lead, derivation)
    assert derivation.conclusion == parse(example.before)
    led = len(derivation.steps)
    derivation = run(example.call, derivation)
    assert derivation.conclusion == parse(example.after)
    stated = [to_text(c) for s in derivation.steps[led:] for c in s.conditions if to_text(c) not in ("u != 0",)]
    assert list(dict.fromkeys(stated)) == (example.conditions.split(", ") if example.conditions else [])
    for obligation in derivation.obligations(example.rule):
        assert judge(obligation).proved, obligation


def test_every_rule_is_there():
    assert sorted(e.rule for e in catalogue.rules()) == sorted(reportgen.rules.__all__)
    assert all(getattr(reportgen.rules, name).__doc__ for name in reportgen.rules.__all__)


KINDS = {"every given and answer": (views.View,), "values: givens, derivations, Value": (views.ValueView,), "derivations": (views.DerivationView,),
         "claims": (views.ClaimView,), "tables and corrections": (views.TableView, views.CorrectionsView), "report": (views.ReportView,)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_is_there(kind):
    own = {name for cls in KINDS[kind] for name in vars(cls) if not name.startswith("_")}
    assert {v.view for v in catalogue.VIEWS[kind] if v.view} == own
    assert set(KINDS) == set(catalogue.VIEWS)


@pytest.mark.parametrize(("mark", "table"), [("rules", catalogue.readme_rules), ("views", catalogue.readme_views)])
def test_the_readme_has_the_same_tables(mark, table, request):
    """``pytest --accept tests/test_catalogue.py`` puts them in."""
    before, begin, rest = README.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")
    found, end, after = rest.partition(f"\n<!-- end of {mark} -->")
    assert begin and end
    if request.config.getoption("--accept") and found != table():
        README.write_text(before + begin + table() + end + after, encoding="utf-8")
        found = table()
    assert found == table()


def test_what_a_field_knows_is_explained():
    from reportgen.explain_word import explain_word

    listed = explain_word("statistics")
    assert all(name in listed for name in ("mean", "median", "variance", "from reportgen.domains.statistics import"))
    assert "unbiased=False" in explain_word("variance") and "reportgen.domains.statistics import variance" in explain_word("variance")
    assert "toeplitz" in explain_word("convolution") and "size_derivation" in explain_word("neural")
