"""A ledger with one place changed fails, and the place is named - also where whoever changed it made a new digest."""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path

import pytest

from reportgen import ledger_verify
from reportgen.build import build
from reportgen.cli import run
from reportgen.corrections import Correction, Corrections
from reportgen.derivation import Table, Value, claim, start
from reportgen.deriving import derive
from reportgen.diagnostics import FindingsError, Span
from reportgen.expressions import op, parse
from reportgen.figures import Figure
from reportgen.givens import Given
from reportgen.judge import certificates
from reportgen.judge_worker import shared
from reportgen.ledger import Ledger
from reportgen.ledger_files import differences
from reportgen.ledger_records import canonical_digest
from reportgen.mathprint import style_for
from reportgen.page import ledger_bytes, make_page
from reportgen.resources import templates_folder
from reportgen.rules import apply_to_both_sides, check_solutions, evaluate, isolate, substitute
from reportgen.rules.signs import sign_table
from reportgen.verifying import verify
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
ALL = {name: claim(s, assume=a) for name, (s, a) in CLAIMS.items()} | {name: claim(s, assume=a, expect="any") for name, (s, a) in REPORTED.items()}
HERE = Span("report.md", 1)


def recorded(answers, shown, givens=(), by_coq=()):
    """The data of a ledger: (name, content, uses) of its answers, (entry, view) of what is shown; Coq accepted some answers."""
    ledger = Ledger()
    for given in givens:
        ledger.add_given(given)
    for name, content, uses in answers:
        ledger.add_answer(name, content, uses)
    ledger.raise_to({(j.obligation.statement, j.obligation.assumptions): "8.16.1" for name in by_coq for j in ledger.entries[name].judged})
    context = Context(ledger, style_for("en"))
    for name, view in shown:
        ledger.place(name, *ledger_verify.text_of(context, name, view), HERE)
    return json.loads(ledger.to_json(report="small"))


@pytest.fixture(scope="module")
def complete():
    """A small ledger with every kind of record."""
    n = Given("n", parse("7"), "", parse("n"), "the problem", HERE)
    y = Given("y", parse("sqrt(2)"), "m", parse("y"), "measured", HERE)
    twice = start("t = 2n + 1").then(substitute(n=n), evaluate())
    squared = start("sqrt(x) = x - 2").then(apply_to_both_sides("square"), isolate("x"), check_solutions())
    rows = (("twice", twice), (("the root of ", parse("2")), Rounded(y, 3)), ("none", None))
    corrections = Corrections((Correction((), ("the sum",), ("2",), (), claim("1 + 1 = 3", expect="any"), claim("3 = 2", expect="any")),))
    answers = [("twice", twice, ["n"]), ("squared", squared, []),
               ("both", {"first": start("q = r/2").then(substitute(r=twice), evaluate()), "second": Value(parse("1/8"))}, ["twice"]),
               ("stated", Value(parse("15"), "px", parse("3*5 = 15")), []), ("table", Table(("what", "value"), rows), ["y", "twice"]),
               ("signs", sign_table("x - 1", "x"), []), ("picture", Figure("picture", b"", b"", ()), ["n"]), ("corrected", corrections, []),
               *((name, ALL[name], []) for name in ("ball", "wrong", "open"))]
    shown = [("n", ""), ("n", "name"), ("y", "decimal(3)"), ("y", "percent(0)"), ("y", ""), ("y", "name"), ("twice", "steps"), ("twice", "where"),
             ("squared", "steps(compact)"), ("wrong", "counterexample"), ("wrong", "left"), ("table", ""), ("corrected", ""), ("report", "weakest"),
             ("report", "strengths"), ("twice", ""), ("squared", ""), ("both.first", ""), ("both.second", ""), ("stated", "")]
    return recorded(answers, shown, (n, y), by_coq=("stated",))


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
    """Every small change of a leaf: a digit, a sign, a letter, a word, a truth value, its type."""
    if isinstance(value, bool):
        return [not value, int(value), str(value)]
    if value is None:
        return ["x", False]
    if isinstance(value, int):
        return [value + 1, -value - 1, str(value), bool(value)]
    found = []
    digits, letters = list(re.finditer(r"\d", value)), list(re.finditer(r"[a-z]", value, re.I))
    for match in {m.start(): m for m in digits[:1] + digits[-1:]}.values():
        found.append(value[:match.start()] + str((int(match[0]) + 1) % 10) + value[match.end():])
    for match in letters[:1]:
        found.append(value[:match.start()] + ("b" if match[0] == "a" else "a") + value[match.end():])
    for old, new in (("+", "-"), (" - ", " + "), (" = ", " != "), ("proved", "refuted"), ("refuted", "proved"), ("exact", "enclosure"), ("enclosure", "exact")):
        if old in value:
            found.append(value.replace(old, new, 1))
    return [*(found or [value + "x"]), [value]]


def nodes(value, path=()):
    """(path, value) of the whole, and of all below it."""
    yield path, value
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nodes(inner, (*path, key))


def changes(value):
    """(what is done, the value afterwards): each leaf altered, items dropped, doubled, exchanged, keys added, taken away."""
    if isinstance(value, dict):
        yield "added unknown", {**value, "unknown": "x"}
        for key in value:
            yield f"removed {key}", {k: v for k, v in value.items() if k != key}
    elif isinstance(value, list):
        for i in range(len(value)):
            yield f"dropped {i}", value[:i] + value[i + 1:]
            yield f"doubled {i}", value[:i + 1] + value[i:]
            if i + 1 < len(value) and value[i] != value[i + 1]:
                yield f"exchanged {i}", [*value[:i], value[i + 1], value[i], *value[i + 2:]]
        yield "type", {"0": value}
    else:
        for new in altered(value):
            yield f"altered to {new!r}", new


def put(data, path, value):
    """The data with another value at a place; what is not on the way there is shared."""
    if not path:
        return value
    found = copy.copy(data)
    found[path[0]] = put(data[path[0]], path[1:], value)
    return found


def mutations(data):
    """(path, what was done, changed ledger) for every place of a ledger but its digest, which is made again."""
    for path, value in nodes(data):
        if path == ("digest",):
            continue
        for what, new in changes(value):
            if (path, what) != ((), "removed digest"):
                yield path, what, put(data, path, new)


def owners(data, path):
    """The names of the records that hold a place."""
    at, found = data, []
    for key in path:
        if isinstance(at, dict):
            found += [at[k] for k in ("name", "entry") if isinstance(at.get(k), str)]
        at = at[key]
    if isinstance(at, dict):
        found += [at[k] for k in ("name", "entry") if isinstance(at.get(k), str)]
    return found


# What no file can know of itself, and why.  ``ledger_files`` asks the finished files and the report's inputs, which know all of it.
UNKNOWN = {
    r"givens\[\d+\]\.source: altered to '": "what the author says of where a number comes from; nothing follows from it",
    r"givens: exchanged \d+": "the order of two givens, where nothing rests on both",
    r"answers: exchanged \d+": "the order of two answers, where none rests on the other",
    r"answers\[\d+\]\.uses: dropped \d+": "the parameters of a function: what it puts in by name is noticed, and not what it only looks at",
    r"answers: dropped 8|answers\[8\]\.name: altered to '": "the picture: nothing was judged of it, and nothing rests on it",
    r"shown\[\d+\]\.(file|line): altered": "the template's file and line: another file, another line",
    r"shown: (dropped|doubled|exchanged) \d+": "how often and in which order the page shows what the ledger has",
    r"answers\[\d+\]\.obligations\[0\]\.coq: altered to '\d": "which version of Coq accepted it; verify --kernel asks Coq, and no file is believed",
    r"report: altered to '": "the report's name; verify is told which report it is asked about",
}


def told(data):
    """The errors that the file alone gives rise to."""
    try:
        return [f.message for f in verified(data).findings if f.severity == "error"]
    except FindingsError as error:
        return [f.message for f in error.findings]


def place(path):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def names_of(data, path, what):
    """The names of the records that a change concerns, of which one must be told; of what the ledger says of itself the key."""
    kind, _, item = what.partition(" ")
    moved = {"dropped": (0,), "doubled": (0,), "exchanged": (0, 1)}.get(kind)
    found = owners(data, path) if moved is None else [name for by in moved for name in owners(data, (*path, int(item) + by))]
    found += [name.partition(".")[0] for name in found]     # or the group of which it is a part
    if kind == "dropped" and path == ("answers",):      # nobody knows the name of what is not there: the sums tell
        found.append("strengths")
    return found or [str(path[0]) if path else item]


def unnoticed(data, notice):
    """(changes that ``notice`` tells nothing of, those of which it names no record, how many were tried)."""
    missed, unnamed, tried = [], [], 0
    for path, what, changed in mutations(data):
        tried += 1
        found = notice(changed)
        if not found:
            missed.append(f"{place(path)}: {what}")
        elif what in ("removed name", "removed entry") or what.startswith("added"):
            continue        # a record without a name is told by its place, an unknown key by its own name
        elif path[-1:] not in (("name",), ("entry",)) and not any(n in message for n in names_of(data, path, what) for message in found):
            unnamed.append((place(path), what, found[0]))
    return missed, unnamed, tried


def test_the_ledger_verifies_as_it_is(complete):
    assert verified(copy.deepcopy(complete)).findings == ()
    kinds = {record["kind"] for record in complete["answers"]}
    assert kinds == {"derivation", "claim", "value", "table", "group", "figure", "corrections", "claims"}
    assert {j.strength for j in verified(copy.deepcopy(complete)).judged} >= {"exact", "enclosure", "undecided", "refuted"}


def test_every_place_of_a_ledger(complete, monkeypatch):
    known = {}

    def once(*asked):       # the core, each question once
        key = json.dumps(asked, sort_keys=True)
        if key not in known:
            known[key] = (certificates.accepted(*asked), asked[2].idle())
        asked[2].idle = lambda: known[key][1]
        return known[key][0]

    monkeypatch.setattr(ledger_verify, "accepted", once)
    missed, unnamed, tried = unnoticed(complete, told)
    stray = [m for m in missed if not any(re.match(pattern, m) for pattern in UNKNOWN)]
    assert tried > 2500 and not stray and not unnamed, f"{len(stray)} missed: {stray[:8]}; {len(unnamed)} not named: {unnamed[:8]}"
    assert [pattern for pattern in UNKNOWN if not any(re.match(pattern, m) for m in missed)] == []


@pytest.mark.parametrize("name", ALL)
def test_every_place_of_a_verdict(name):
    data = recorded([(name, ALL[name], [])], [])
    assert told(copy.deepcopy(data)) == []
    missed, unnamed, _ = unnoticed(data, told)
    # the order in which a point's values are named says nothing, and the page would show it
    assert [m for m in missed if not re.match(r"report: altered to '|answers\[0\]\.obligations\[0\]\.certificate\.point: exchanged", m)] == []
    assert unnamed == []


def test_every_method_is_among_them():
    judged = [verified(recorded([(name, content, [])], [])).judged[0] for name, content in ALL.items()]
    methods = {j.verdict.method.split(" by ")[0].split(";")[0] for j in judged}
    assert len(methods) >= 14, methods
    assert {j.strength for j in judged} >= {"exact", "enclosure", "agreed", "undecided", "refuted"}


@pytest.mark.parametrize("text, what", [
    ('{"format": 4, "format": 4}', "twice"), ('{"format": 4, "givens": [{"name": "a", "name": "b"}]}', "twice"),
    ('{"format": 4.0}', "4.0"), ('{"format": 4, "x": NaN}', "NaN")])
def test_what_json_would_hide(tmp_path, text, what):
    (tmp_path / "ledger.json").write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError, match=what):
        ledger_verify.read_records(tmp_path / "ledger.json")


def test_a_change_without_a_new_digest(complete):
    changed = copy.deepcopy(complete)
    changed["givens"][0]["source"] = "somebody else"
    assert any("digest" in f.message for f in ledger_verify.verify_records(changed).findings)


def test_a_certificate_holds_nothing_that_the_core_does_not_ask_for(complete):
    for more in ({"unknown": 1}, {"turned": True}, {"have": [["1 < 2", {"bits": 64, "of": "ln"}]]}):
        changed = copy.deepcopy(complete)
        record = next(o for a in changed["answers"] for o in a["obligations"] if o["name"] == "twice/2")
        assert record["certificate"] == {}
        record["certificate"] = more
        assert any("twice/2" in message for message in told(changed))


def test_certificates_carry_their_witness():
    by_name = {name: recorded([(name, content, [])], [])["answers"][0]["obligations"][0] for name, content in ALL.items()}
    assert by_name["identity"]["certificate"] == {} and by_name["quotient"]["conditions"] == ["x - 1 != 0"]
    assert {"enclosure", "bits", "cell"} <= set(by_name["rounding"]["witness"])
    assert {"left", "right", "bits"} <= set(by_name["ball"]["witness"])
    assert by_name["wrong"]["counterexample"] and all(by_name["wrong"]["sides"])
    for name, record in by_name.items():
        assert (record["certificate"] is None) == (record["status"] == "undecided"), name


@pytest.mark.parametrize("statement, by", [("round(pi, 2) = 3.15", "wrong"), ("f(x) = f(x)", "open")])
def test_a_forger_cannot_write_a_verdict_for_another_statement(complete, statement, by):
    changed = copy.deepcopy(complete)
    record = next(o for a in changed["answers"] for o in a["obligations"] if o["name"] == by)
    record.update(statement=statement, status="proved", strength="exact", reason="")
    assert any(by in message for message in told(changed))


# --- the files beside it, and the inputs --------------------------------------------------------------------------

@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    """The starter report, built: its folder and the folder of its outputs."""
    folder = tmp_path_factory.mktemp("reports") / "starter"
    shutil.copytree(templates_folder() / "starter", folder)
    out = tmp_path_factory.mktemp("build") / "starter"
    assert build(folder, None, out).exit_code == 0
    return folder, out


@pytest.fixture
def built(starter, tmp_path):
    """A copy of its outputs, to be altered."""
    shutil.copytree(starter[1], tmp_path / "starter")
    return starter[0], tmp_path / "starter"


def rewrite(out, change):
    """The ledger changed and with a digest that fits."""
    data = json.loads((out / "ledger.json").read_text(encoding="utf-8"))
    change(data)
    data["digest"] = canonical_digest(data)
    (out / "ledger.json").write_text(json.dumps(data), encoding="utf-8")


def messages(result):
    return [f.message for f in result.findings if f.severity == "error"]


def test_what_was_built_verifies_against_everything(starter, capsys):
    folder, out = starter
    assert messages(verify(out, name="starter", inputs=folder)) == []
    assert run(["verify", str(folder), "--out", str(out.parent), "--inputs"]) == 0
    capsys.readouterr()


def test_with_its_inputs_every_change_is_noticed(starter):
    again = json.loads(ledger_bytes(make_page(derive(starter[0]))))
    data = json.loads((starter[1] / "ledger.json").read_text(encoding="utf-8"))
    missed, unnamed, tried = unnoticed(data, lambda changed: list(differences(changed, again)))
    assert tried > 1500 and missed == [] and unnamed == []
    assert list(differences(data, again)) == []


def test_files_in_which_values_stand_everywhere_verify(tmp_path):
    """In footnotes, headings, tables, links, exponents, code; grouped and with a decimal comma; more than a page of a table."""
    folder = tmp_path / "probe"
    folder.mkdir()
    givens = {"n": "1234567", "x": '"-0.125"', "k": "3", "w": '["1.5", "2", "-3"]', "r": '"sqrt(2)"'}
    texts = {
        "report.toml": 'title = "Probe 7"\nlanguage = "de"\ncourse = "K 12"\ndate = 2024-03-01\n',
        "givens.toml": "".join(f'[{name}]\nvalue = {value}\nsource = "question 4"\n' for name, value in givens.items()),
        "answers.py": "from reportgen.derivation import Rounded, Table, claim, start\nfrom reportgen.rules import evaluate, substitute\n"
                      'def s(n, k):\n    return start("s = n*k + n/k", unit="kN*m").then(substitute(n=n, k=k), evaluate())\n'
                      'def z(x):\n    return start("z = x^2 - 2*x").then(substitute(x=x), evaluate())\n'
                      'def bad():\n    return claim("a^2 = a", assume=["a > 0"], expect="any")\n'
                      "def t(n, x, s, r):\n    rows = [(\"row\", v) for v in [n, x, s, r]*15]\n"
                      '    return Table(("what", "value"), (*rows, ("rounded", Rounded(r, 5))), "lr", caption="values")\n',
        "report.md": "{{ n }} is $n = {{ n }}$, $b^{ {{ k }} }$, $\\frac{ {{ n }} }{ {{ k }} }$[^a], `{{ k }}`, [{{ n }}](https://example.org), **{{ x }}**, "
                     "{{ x.decimal(2) }}, {{ x.percent(1) }}.\n\n[^a]: A note: {{ s }}, {{ r.decimal(10) }}, {{ w }}, {{ w.list }}, {{ w.where }}.\n\n"
                     "# Part {{ k }} {#sec:a}\n\n{{ s.steps }}\n\n{{ s.chain }} {{ s.where }} {{ s.equation }}\n\n| a | b |\n|---|---|\n| {{ n }} | {{ s }} |\n\n"
                     "{{ t }}\n\n{{ bad }} {{ bad.counterexample }} {{ bad.left }} {{ bad.right_when }}\n\n{{ z.steps }}\n\n- {{ z }}\n- {{ z.decimal(0) }}\n\n"
                     "{{ report.strengths }}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert build(folder, None, tmp_path / "out").exit_code == 0
    assert messages(verify(tmp_path / "out")) == []
    rewrite(tmp_path / "out", lambda data: data["shown"].extend([r for r in data["shown"] if r["entry"] == "t"]))
    assert len(messages(verify(tmp_path / "out"))) == 4      # a table twice: in none of the files


@pytest.mark.parametrize("change, name", [
    (lambda data: data["givens"][0].update(source="the problem"), "v"), (lambda data: data["answers"][0]["uses"].append("d"), "stopping_distance"),
    (lambda data: data["shown"].pop(3), "a"), (lambda data: data["shown"][2].update(line=9), "t"),
    (lambda data: data.update(language="en-GB"), "language"),
])
def test_what_the_file_cannot_know_the_inputs_do(built, change, name):
    folder, out = built
    rewrite(out, change)
    assert messages(verify(out, inputs=folder))
    for file in out.glob("report.*"):
        file.unlink()
    assert messages(verify(out)) == []
    assert any(re.search(rf"\b{name}\b", message) for message in messages(verify(out, inputs=folder)))


def test_the_ledger_of_another_build_is_not_the_one_of_these_files(built, tmp_path):
    """A given is changed and only the ledger built: each file beside it is told, by name."""
    folder, out = built
    other = shutil.copytree(folder, tmp_path / "other" / "starter")
    givens = (other / "givens.toml").read_text(encoding="utf-8")
    (other / "givens.toml").write_text(givens.replace("value = 20", "value = 22"), encoding="utf-8")
    (out / "ledger.json").write_bytes(ledger_bytes(make_page(derive(other))))
    found = verify(out).findings
    assert {f.code for f in found} == {"output-differs"} and verify(out).exit_code == 1
    assert {Path(f.span.file).name for f in found} == {"report.pdf", "report.tex", "report.md", "report.html"}
    assert any("stopping_distance.steps" in f.message for f in found)
    assert any(re.search(r"\bv\b", message) for message in messages(verify(out, inputs=folder)))


@pytest.mark.parametrize("change, what", [
    (lambda data: data["shown"].extend(data["shown"][5:6] * 9), "stopping_distance.steps"), (lambda data: data.update(language="en-GB"), "language"),
    (lambda data: [data["shown"].remove(r) for r in data["shown"][:] if r["entry"] == "reserve"], "reserve"),
])
def test_finished_files_bind_what_was_shown(built, change, what):
    rewrite(built[1], change)
    assert any(what in message for message in messages(verify(built[1])))


@pytest.mark.parametrize("file, old, new", [("report.md", "41", "14"), ("report.html", ">41<", ">47<"), ("report.tex", "41", "40")])
def test_a_finished_file_that_was_altered(built, file, old, new):
    folder, out = built
    text = (out / file).read_text(encoding="utf-8")
    assert old in text
    (out / file).write_text(text.replace(old, new), encoding="utf-8")
    assert any(file in message and "41" in message for message in messages(verify(out)))
    (out / file).write_text(text + " ", encoding="utf-8")     # nothing that shows
    assert messages(verify(out)) == []
    assert messages(verify(out, inputs=folder)) == [f"{file} is not the file that the report's inputs give"]


def test_a_file_that_cannot_be_read_shows_nothing(built):
    (built[1] / "report.pdf").write_bytes(b"%PDF-1.7 cut short")
    assert any("report.pdf does not show" in message for message in messages(verify(built[1])))


def test_the_ledger_of_another_report(built, capsys):
    folder, out = built
    rewrite(out, lambda data: data.update(report="another"))
    assert any("another" in message for message in messages(verify(out, name="starter")))
    assert run(["verify", str(folder), "--out", str(out.parent)]) == 1
    assert "not of 'starter'" in capsys.readouterr().err
    assert run(["verify", str(folder), "--out", str(out.parent), "--engine", "typst"]) == 2


def test_the_helpers_change_something():
    assert altered("x + 1 = 12")[:2] == ["x + 2 = 12", "x + 1 = 13"] and altered(True) == [False, 1, "True"] and altered("")[0] == "x"
    assert {what for what, _ in changes({"a": [1, 2]})} == {"added unknown", "removed a"}
    assert [new for _, new in changes([1, 2])] == [[2], [1, 1, 2], [2, 1], [1], [1, 2, 2], {"0": [1, 2]}]
    assert op("eq", "x", 1) == parse("x = 1")
