"""The ledger: canonical JSON, the same bytes each time, judged again from its own text; whatever is altered is found."""

from __future__ import annotations

import copy
import json

import pytest

from reportgen.derivation import Value, claim, start
from reportgen.diagnostics import FindingsError, Span
from reportgen.expressions import Symbol, expr, parse
from reportgen.givens import Given
from reportgen.ledger import ORDER, Ledger, decimal_literal
from reportgen.ledger_records import canonical_digest
from reportgen.ledger_verify import read_records, verify
from reportgen.mathprint import LANGUAGE_STYLES
from reportgen.rules import evaluate, isolate, substitute
from reportgen.views import views


def filled() -> Ledger:
    ledger = Ledger()
    givens = {n: Given(n, expr(v), "px" if n == "N" else "", Symbol(n), "a test", Span("givens.toml", 1, 1)) for n, v in {"N": 32, "P": 0, "S": 1, "O": 28}.items()}
    for g in givens.values():
        ledger.add_given(g)
    answer = start("O = (N - F + 2*P)/S + 1", assume=["S > 0"]).then(isolate("F"), substitute(**givens), evaluate())
    ledger.add_answer("size", answer, ("N", "P", "S", "O"), Span("answers.py", 3))
    ledger.add_answer("third", Value(parse("1/3")), ("N",))
    ledger.add_answer("wrong", claim("x^2 = x", assume=["x > 0"], expect="any"))
    ledger.add_answer("parts", {"a": claim("1 + 1 = 2"), "b": claim("exp(x) > 0")})
    found = views(ledger, LANGUAGE_STYLES["en"])
    shown = found["third"].decimal(4)
    ledger.place(shown.entry, shown.view, shown.plain, Span("report.md", 7))
    return ledger


@pytest.fixture(scope="module")
def text() -> str:
    return filled().to_json(report="test")


def written(tmp_path, data) -> list:
    path = tmp_path / "ledger.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return list(verify(path).findings)


def test_canonical_and_the_same_each_time(text):
    data = json.loads(text)
    assert text == json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n" and text == filled().to_json(report="test")
    assert not any(isinstance(leaf, float) for leaf in leaves(data)) and data["digest"] == canonical_digest(data)


def test_an_untouched_ledger_verifies(tmp_path, text):
    assert written(tmp_path, text) == []


def test_records_stand_in_an_order_that_does_not_depend_on_the_page():
    """Roundings by name, what an answer uses in the order of the ledger and once."""
    ledger = filled()
    ledger.certify("third", parse("1/3"), 12)
    ledger.certify("third", parse("1/3"), 2)
    ledger.add_answer("more", Value(parse("2")), ("third", "O", "size", "N", "O", "submission"))
    body = ledger.body(report="test")
    assert [r["name"] for r in body["roundings"]] == ["third/decimal(12)", "third/decimal(2)", "third/decimal(4)"]
    assert body["answers"][-1]["uses"] == ["submission", "N", "O", "size", "third"]


def test_only_grows():
    ledger = filled()
    with pytest.raises(FindingsError) as caught:
        ledger.add_answer("size", Value(parse("1")))
    assert caught.value.findings[0].code == "answer-duplicate"


def test_counts_and_the_weakest():
    ledger = filled()
    assert ledger.weakest() in ORDER and ledger.weakest() == "exact"
    assert ledger.counts()["reported"] == 1 and not ledger.counts()["refuted"]
    assert [e.name for e in ledger.sources("size")] == ["N", "P", "S", "O"]
    assert ledger.findings() == ()
    ledger.add_answer("false", claim("1 = 2"))
    assert [f.code for f in ledger.findings()] == ["step-refuted"] and ledger.weakest() == "refuted"


def test_roundings_are_certified():
    ledger = filled()
    judged = ledger.certify("third", parse("2/3"), 2)
    assert judged.verdict.proved and judged.obligation.statement == parse("round(2/3, 2) = 0.67")
    with pytest.raises(FindingsError):
        ledger.certify("third", parse("x"), 2)
    with pytest.raises(FindingsError):
        ledger.certify("third", parse("1/0"), 2)


@pytest.mark.parametrize("value, places, shown", [("1/8", 2, "0.12"), ("-1/8", 2, "-0.12"), ("2", 3, "2.000"), ("-1/3", 0, "0"), ("1234567/1000", 1, "1234.6")])
def test_decimal_literals(value, places, shown):
    from reportgen.expressions import rational_value, to_text
    from reportgen.judge.enclosure import round_half_even
    rounded = round_half_even(rational_value(parse(value)), places)
    assert to_text(decimal_literal(rounded, places)) == shown


# --- alterations: test_replay walks over every place --------------------------------------------------------------

def leaves(data):
    if isinstance(data, (dict, list)):
        for inner in data.values() if isinstance(data, dict) else data:
            yield from leaves(inner)
    else:
        yield data


def test_a_record_taken_away_is_found(tmp_path, text):
    data = json.loads(text)
    for key in ("givens", "answers", "roundings", "shown"):
        changed = copy.deepcopy(data)
        changed[key].pop()
        assert written(tmp_path, changed), key


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 0}', '{"format": 99, "answers": []}', "\x00", "[" * 100000])
def test_what_is_no_ledger_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "ledger.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        read_records(path)
    assert caught.value.exit_code == 2 and caught.value.findings[0].code == "ledger-invalid"
    with pytest.raises(FindingsError):
        read_records(tmp_path / "nothing.json")


def test_json_is_written_as_python_writes_it():
    from reportgen.ledger import indented

    data = {"b": [1, "x", None, True, False, [], {}, {"a": "ä\n\"\\\u2028\x7f\x00", "": -1}], "a": {}, "c": [[["y"]], [], [0]], "z": {"k": [], "big": 10**30, "f": 0.5}}
    assert indented(data) == json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
