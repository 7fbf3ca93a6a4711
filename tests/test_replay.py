"""A ledger with one place changed fails, and the place is named - also where whoever changed it made a new digest."""

from __future__ import annotations

import copy
import json
import re
import shutil

import pytest

from reportgen import ledger_verify
from reportgen.deriving import derive
from reportgen.derivation import Table, Value, claim, start
from reportgen.diagnostics import Span
from reportgen.expressions import op, parse
from reportgen.givens import Given
from reportgen.judge_worker import shared
from reportgen.ledger import Ledger
from reportgen.ledger_records import canonical_digest
from reportgen.mathprint import style_for
from reportgen.page import make_page
from reportgen.resources import templates_folder
from reportgen.rules import evaluate, isolate, substitute
from reportgen.views import Context, Rounded

# What the judge finds of each: every method, every strength, refuted and undecided ones.
CLAIMS = {
    "identity": ("(x + 1)^2 = x^2 + 2x + 1", []), "quotient": ("(x^2 - 1)/(x - 1) = x + 1", []), "numbers": ("1/3 + 1/6 = 1/2", []),
    "ball": ("exp(1) < 2.7183", []), "rounding": ("pi ~= 3.14159", []), "tie": ("round(1/8, 2) = 0.12", []), "sign": ("x^2 + x > 0", ["x > 0"]),
    "sturm": ("x^2 - x + 1 > 0", []), "matrix": ("[[1, 2], [3, 4]]*[1, 1] = [3, 7]", []), "derivative": ("diff(x^3, x) = 3x^2", []),
    "induction": ("sum(k, k, 1, n) = n*(n + 1)/2", []), "cases": ("abs(x) >= x", []), "radicals": ("sqrt(5 + 2*sqrt(6)) = sqrt(2) + sqrt(3)", []),
    "zeros": ("2x = 4 <=> x = 2", []), "modulo": ("a^2 - b^2 = 0", ["a*a = b*b"]), "integral": ("integral(x^2, x, 0, 1) = 1/3", []),
    "logs": ("ln(a*b) = ln(a) + ln(b)", ["a > 0", "b > 0"]),
}
REPORTED = {"wrong": ("O = (N - F + 2P)/S + 1 <=> -F = S*(O - 1 - 2P - N)", ["S > 0"]), "false": ("1 + 1 = 3", []),
            "sampled": ("integral(1/(sqrt(2) + cos(x)), x, 0, 2*pi) = 2*pi", []), "open": ("f(x) = f(y)", []), "off": ("pi ~= 3.15", [])}


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    """The starter report's ledger, as a build writes it."""
    folder = tmp_path_factory.mktemp("starter")
    shutil.copytree(templates_folder() / "starter", folder, dirs_exist_ok=True)
    return json.loads(make_page(derive(folder)).derived.ledger.to_json(report="starter", language="en"))


@pytest.fixture(scope="module")
def every_method():
    """A small ledger with all that a ledger can hold."""
    ledger = Ledger()
    here = Span("report.md", 1)
    n = Given("n", parse("7"), "", parse("n"), "the problem", here)
    y = Given("y", parse("sqrt(2)"), "m", parse("y"), "measured", here)
    for given in (n, y):
        ledger.add_given(given)
    twice = start("t = 2n + 1").then(substitute(n=n), evaluate())
    ledger.add_answer("twice", twice, ["n"])
    ledger.add_answer("solved", start("a = b*c + 1", assume=["b != 0"]).then(isolate("c")))
    ledger.add_answer("both", {"first": start("q = r/2").then(substitute(r=twice), evaluate()), "second": Value(parse("1/8"))}, ["twice"])
    ledger.add_answer("stated", Value(parse("15"), "px", parse("3*5 = 15")))
    ledger.add_answer("table", Table(("what", "value"), (("twice", twice), ("root", Rounded(y, 3)), ("none", None))), ["twice", "y"])
    for name, (statement, assumptions) in CLAIMS.items():
        ledger.add_answer(name, claim(statement, assume=assumptions))
    for name, (statement, assumptions) in REPORTED.items():
        ledger.add_answer(name, claim(statement, assume=assumptions, expect="any"))
    context = Context(ledger, style_for("en"))
    for name, view in (("n", ""), ("y", "decimal(3)"), ("y", "percent(0)"), ("y", ""), ("y", "name"), ("twice", "steps"), ("twice", "where"), ("solved", "conditions"),
                       ("both.first", "line(1)"), ("wrong", "counterexample"), ("wrong", "left"), ("table", "cell(1,2)"), ("table", "table"),
                       ("ball", "strength"), ("report", "weakest"), ("twice", ""), ("solved", ""), ("both.first", ""), ("both.second", "exact"),
                       ("both.second", ""), ("stated", "")):
        ledger.place(name, view, ledger_verify._text_of(context, name, view), here)
    return json.loads(ledger.to_json(report="small", language="en"))


class Remembering:
    """A worker that judges each statement once in all these tests."""

    def __init__(self):
        self.tickets = {}

    def submit(self, obligation):
        key = (obligation.statement, obligation.assumptions)
        if key not in self.tickets:
            self.tickets[key] = shared().submit(obligation)
        return self.tickets[key]


WORKER = Remembering()


def verified(data):
    data["digest"] = canonical_digest(data)
    return ledger_verify.verify_records(data, "ledger.json", worker=WORKER)


def altered(value):
    """Every small change of a value: a digit, a sign, a word."""
    if isinstance(value, bool) or value is None:
        return ["x"]
    if isinstance(value, int):
        return [value + 1]
    if not value:
        return ["x"]
    found = []
    for match in list(re.finditer(r"\d", value))[:2]:
        found.append(value[:match.start()] + str((int(match[0]) + 1) % 10) + value[match.end():])
    for old, new in (("+", "-"), (" - ", " + "), (" = ", " != "), ("proved", "refuted"), ("refuted", "proved"), ("exact", "enclosure"), ("enclosure", "exact")):
        if old in value:
            found.append(value.replace(old, new, 1))
    return found or [value + "x"]


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value


def mutations(data):
    """(path, changed ledger): every leaf changed, every item of a list or mapping taken away."""
    for path, value in leaves(data):
        # where a value stood in the template is no statement, and two fields say of what and by whom the file is
        if path[0] in ("digest", "report", "language") or path[-1] in ("file", "line"):
            continue
        for new in altered(value):
            changed = copy.deepcopy(data)
            at = changed
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = new
            yield path, new, changed


def owner(data, path):
    """The name of the obligation, entry or view that holds a place."""
    at, names = data, []
    for key in path[:-1]:
        at = at[key]
        if isinstance(at, dict) and ("name" in at or "entry" in at):
            names.append(at.get("name", at.get("entry")))
    return names


def check_all(data, allowed=()):
    missed, unnamed = [], []
    for path, new, changed in mutations(data):
        try:
            findings = verified(changed).findings
        except ledger_verify.FindingsError as error:
            findings = error.findings
        errors = [f for f in findings if f.severity == "error"]
        if not errors:
            missed.append((path, new))
            continue
        names = {*owner(data, path), *owner(changed, path)}
        if names and path[-1] != "name" and not any(n in f.message for n in names for f in errors):
            unnamed.append((path, new, errors[0].message))
    missed = [m for m in missed if m[0][-1] not in allowed]
    assert not missed and not unnamed, f"{len(missed)} missed: {missed[:8]}; {len(unnamed)} not named: {unnamed[:8]}"


def test_the_ledgers_verify_as_they_are(starter, every_method):
    assert verified(copy.deepcopy(starter)).findings == ()
    again = verified(copy.deepcopy(every_method))
    assert again.findings == ()
    assert {j.strength for j in again.judged} >= {"exact", "enclosure", "agreed", "undecided", "refuted"}
    methods = {j.verdict.method.split(" by ")[0].split(";")[0] for j in again.judged}
    assert len(methods) >= 14, methods


def test_every_place_of_the_starters_ledger(starter):
    # what a given's source says is only seen where the page shows it; the starter shows no sources
    check_all(starter, allowed=("source", "version"))


def test_every_place_of_a_ledger_with_all_methods(every_method):
    check_all(every_method, allowed=("source",))


def test_a_change_without_a_new_digest(starter):
    changed = copy.deepcopy(starter)
    changed["givens"][0]["source"] = "somebody else"
    assert any("digest" in f.message for f in ledger_verify.verify_records(changed).findings)


@pytest.mark.parametrize("key", ["answers", "givens", "roundings"])
def test_an_entry_taken_away(every_method, key):
    for place, record in enumerate(every_method[key]):
        if record.get("kind") == "group":      # its parts are entries of their own: it says nothing itself
            continue
        changed = copy.deepcopy(every_method)
        del changed[key][place]
        assert verified(changed).findings, record


def test_a_step_taken_away_or_repeated(starter):
    for answer in range(len(starter["answers"])):
        for step in range(len(starter["answers"][answer]["steps"])):
            for change in ("del", "twice"):
                changed = copy.deepcopy(starter)
                record = changed["answers"][answer]
                if change == "del":
                    del record["steps"][step], record["obligations"][step]
                else:
                    record["steps"].insert(step, record["steps"][step])
                assert any(record["name"] in f.message for f in verified(changed).findings)


def test_certificates_carry_their_witness(every_method):
    by_name = {o["name"]: o for a in every_method["answers"] for o in a["obligations"]}
    assert by_name["identity"]["certificate"] == {} and by_name["quotient"]["conditions"] == ["x - 1 != 0"]
    assert {"enclosure", "bits", "cell"} <= set(by_name["rounding"]["witness"])
    assert {"left", "right", "bits"} <= set(by_name["ball"]["witness"])
    assert by_name["wrong"]["counterexample"] and all(by_name["wrong"]["sides"])
    for name, record in by_name.items():
        assert (record["certificate"] is None) == (record["status"] == "undecided"), name


@pytest.mark.parametrize("statement, by", [("round(pi, 2) = 3.15", "off"), ("f(x) = f(x)", "open")])
def test_a_forger_cannot_write_a_verdict_for_another_statement(every_method, statement, by):
    changed = copy.deepcopy(every_method)
    record = next(o for a in changed["answers"] for o in a["obligations"] if o["name"] == by)
    record.update(statement=statement, status="proved", strength="exact", reason="")
    assert any(by in f.message for f in verified(changed).findings)


def test_the_helpers_change_something():
    assert altered("x + 1 = 12")[:2] == ["x + 2 = 12", "x + 1 = 22"] and altered("exact") == ["enclosure"]
    assert op("eq", "x", 1) == parse("x = 1")
