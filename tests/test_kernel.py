"""Kernel proofs: true statements of each kind are checked by Coq, false ones never are, and no name becomes Coq text.

All lemmas stand in one theory: Coq starts twice for the whole module.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from hashlib import blake2b
from pathlib import Path

import pytest

from reportgen import trace
from reportgen.build import build, verify
from reportgen.expressions import Number, Operation, Symbol, op, parse
from reportgen.judge import judge
from reportgen.kernel import Missing, check, coq
from reportgen.kernel.lemma import Unwritten, lemma_of
from reportgen.ledger import Judged
from reportgen.ledger_records import canonical_digest
from reportgen.obligation import Obligation
from reportgen.resources import templates_folder

SIGMA = "sigma(z) = 1/(1 + e^(-z))"

# statement, assumptions, side conditions (separated by ;)
TRUE = {
    "integers": ("(5*5*1 + 1)*6 = 156", "", ""),
    "decimals": ("0.1 + 0.2 = 3/10", "", ""),
    "values": ("N + 2*P - S*(O - 1) = 5", "N = 32; P = 0; S = 1; O = 28", ""),
    "rational identity": ("(N^2 - 1)/(N - 1) = N + 1", "", "N - 1 != 0"),
    "field": ("1/a + 1/b = (a + b)/(a*b)", "a > 0; b > 0", ""),
    "equivalence": ("O = (N - F + 2*P)/S + 1 <=> F = N + 2*P - S*(O - 1)", "S > 0", ""),
    "equivalence linear": ("-F = S*(O - 1) - N - 2*P <=> F = N + 2*P - S*(O - 1)", "", ""),
    "two roots": ("x^2 = 4 <=> x = 2 or x = -2", "", ""),
    "implication": ("x = 2 => x^2 = 4", "", ""),
    "linear arithmetic": ("2*k - n <= -1", "n = 2*r + 1; k <= r", ""),
    "inequality": ("u^2 > u", "u > 1", ""),
    "sum of squares": ("2*x*y <= x^2 + y^2", "", ""),
    "floor": ("floor((32 - 5 + 2*0)/2) + 1 = 14", "", ""),
    "floor of names": ("floor((H - k_h)/s_h) + 1 = 28", "H = 32; k_h = 5; s_h = 1", ""),
    "ceiling of a logarithm": ("ceil(ln(1/2)/ln(0.99)) = 69", "", ""),
    "binomial": ("binomial(5, 2) = 5!/(2!*3!)", "", ""),
    "matrix product": ("[[a, b], [c, d]]*[[1, 2], [3, 4]] = [[a + 3*b, 2*a + 4*b], [c + 3*d, 2*c + 4*d]]", "", ""),
    "transpose and vec": ("vec(transpose([[1, 2], [3, 4]])) = [[1], [3], [2], [4]]", "", ""),
    "tuple": ("(2*3, 28) = (6, 28)", "", ""),
    "finite sum": ("sum(i^2, i, 1, 10) = 385", "", ""),
    "sum with a name": ("sum((x_i - c)^2, i, 1, n) = sum(x_i^2, i, 1, n) - 2*c*sum(x_i, i, 1, n) + n*c^2", "n >= 1", ""),
    "logarithms": ("ln(a*b/c) = ln(a) + ln(b) - ln(c)", "a > 0; b > 0; c > 0", ""),
    "logarithm of a power": ("ln(100/9) = 2*ln(10) - 2*ln(3)", "", ""),
    "exponentials": ("e^(a + b)*e^(-b) = e^a", "", ""),
    "sigmoid": ("e^(-z)/(1 + e^(-z))^2 = sigma(z)*(1 - sigma(z))", SIGMA, ""),
    "root": ("sqrt(w^2) = w", "w > 0", ""),
    "absolute value": ("abs(2 - c) + abs(c - 5) = 3", "c > 2; c < 5", ""),
    "rounding down": ("round(ln(2), 6) = 0.693147", "", ""),
    "rounding up": ("round(sqrt(2/3), 3) = 0.816", "", ""),
    "rounding to many places": ("round(pi, 30) = 3.141592653589793238462643383280", "", ""),
    "tie to the even digit": ("round(1/8, 2) = 0.12", "", ""),
    "approximation": ("log(0.2, 2) ~= -2.3219", "", ""),
    "derivative": ("diff(x^3*e^(-x), x) = (3*x^2 - x^3)*e^(-x)", "", ""),
    "derivative of a logarithm": ("diff(ln(x), x) = 1/x", "x > 0", ""),
    "derivative at a point": ("diff(x^2, x) = 6", "x = 3", ""),
    "derivative of a definition": ("diff(sigma(z), z) = sigma(z)*(1 - sigma(z))", SIGMA, ""),
    "derivative of an absolute value": ("diff(abs(r), r) = -1", "r < 0", ""),
    "second derivative": ("diff(e^(t^2/2), t, 2) = (t^2 + 1)*e^(t^2/2)", "", ""),
    "second derivative nearby": ("diff(ln(x), x, 2) = -1/x^2", "x > 0", ""),
    "convexity": ("diff(-ln(sigma(z)), z, 2) > 0", SIGMA, ""),
    "limit at infinity": ("limit(sigma(z) - 1, z, inf) = 0", SIGMA, ""),
    "limit at minus infinity": ("limit(2*(sigma(z) - 1)*sigma(z)*(1 - sigma(z)), z, -inf) = 0", SIGMA, ""),
    "limit from one side": ("limit(-1/(1 + u), u, 0, 1) = -1/(1 + 0)", "", ""),
    "two limits": ("limit(sigma(z) - 1, z, -inf) = limit(-1/(1 + u), u, 0, 1)", SIGMA, ""),
    "unknown function": ("diff(f(w) + w^2, w) = diff(f(w), w) + 2*w", "", ""),
}

FALSE = {
    "wrong sign": ("-F = S*(O - 1) - N - 2*P <=> F = N + 2*P + S*(O - 1)", "", ""),
    "the homework's slip": ("O = (N - F + 2*P)/S + 1 <=> -F = S*(O - 1 - 2*P - N)", "S >= 1; N >= 1; F >= 1; P >= 0; O >= 1", ""),
    "wrong sum": ("156 + 2416 + 48120 + 10164 + 850 = 61707", "", ""),
    "wrong product": ("151*16 = 2461", "", ""),
    "missing side condition": ("(N^2 - 1)/(N - 1) = N + 1", "", ""),
    "division by zero": ("1/(x - x) = 1/(x - x)", "", ""),
    "zero divided by zero": ("0/0 = 0", "", ""),
    "logarithm without a value": ("ln(x^2) = 2*ln(x)", "", ""),
    "logarithm of a negative number": ("ln(-1) = 0", "", ""),
    "root of a negative number": ("sqrt(-4) = 0", "", ""),
    "root with the wrong sign": ("sqrt(w^2) = w", "", ""),
    "wrong rounding digit": ("round(ln(2), 6) = 0.693148", "", ""),
    "rounding cut off": ("round(sqrt(2/3), 3) = 0.817", "", ""),
    "tie to the odd digit": ("round(1/8, 2) = 0.13", "", ""),
    "wrong approximation": ("1/3*log(100/9, 2) ~= 1.15797", "", ""),
    "wrong derivative": ("diff(x^3, x) = 3*x", "", ""),
    "chain rule forgotten": ("diff(e^(2*x), x) = e^(2*x)", "", ""),
    "derivative where there is none": ("diff(ln(x), x) = 1/x", "", ""),
    "derivative at a corner": ("diff(abs(r), r) = 0", "r = 0", ""),
    "derivative after the value": ("diff(x^2, x) = 0", "x = 3", ""),
    "lost root": ("x^2 = 4 <=> x = 2", "", ""),
    "squaring": ("x = 2 <=> x^2 = 4", "", ""),
    "strict for weak": ("(x - 1)^2 > 0", "", ""),
    "inequality turned": ("u^2 < u", "u > 1", ""),
    "inequality without its condition": ("1/x < 1", "x > 0", ""),
    "floor": ("floor(27/2) = 14", "", ""),
    "floor of a negative number": ("floor(-1/2) = 0", "", ""),
    "one entry of a matrix": ("[[1, 2], [3, 4]]*[[1], [1]] = [[3], [8]]", "", ""),
    "matrices do not commute": ("[[a, b], [c, d]]*[[0, 1], [1, 0]] = [[0, 1], [1, 0]]*[[a, b], [c, d]]", "", ""),
    "bracket of a sum": ("sum(x_i, i, 1, n) + c = sum(x_i + c, i, 1, n)", "n >= 2", ""),
    "sum one short": ("sum(i, i, 1, 10) = 45", "", ""),
    "wrong limit": ("limit(sigma(z), z, inf) = 0", SIGMA, ""),
    "limit at the wrong end": ("limit(sigma(z), z, -inf) = 1", SIGMA, ""),
    "limits of different values": ("limit(sigma(z), z, -inf) = limit(sigma(z), z, inf)", SIGMA, ""),
    "power of zero": ("x^0 = 1", "", ""),
    "not convex": ("diff((sigma(z) - 1)^2, z, 2) > 0", SIGMA, ""),
}
EXPECTED_UNPROVED: set[str] = set()


def obligation(name: str, row: tuple[str, str, str]) -> tuple[Obligation, tuple]:
    statement, assumptions, conditions = row
    given = tuple(parse(a, "plain") for a in assumptions.split(";") if a.strip())
    return Obligation(parse(statement, "plain"), given, name), tuple(parse(c, "plain") for c in conditions.split(";") if c.strip())


@pytest.fixture(scope="module")
def coq_there():
    try:
        return coq.version()
    except Missing as error:
        pytest.skip(f"Coq: {error}")


@pytest.fixture(scope="module")
def theory(coq_there):
    """Everything in one theory."""
    items = [obligation("true: " + n, r) for n, r in TRUE.items()] + [obligation("false: " + n, r) for n, r in FALSE.items()]
    return check(items, each=3, seconds=300)


@pytest.fixture(scope="module")
def results(theory):
    return {r.obligation.name: r for r in theory.results}


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_are_checked(results, name):
    found = results["true: " + name]
    assert found.checked, f"{found.reason}\n{found.statement}"


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refused(results, name):
    assert not results["false: " + name].checked, results["false: " + name].statement


def test_the_theory_holds_only_what_was_proved(theory):
    assert theory.count == sum(n in {r.obligation.name.removeprefix("true: ") for r in theory.results if r.checked} for n in TRUE)
    assert "reportgen_gap" not in theory.theory and "Admitted" not in theory.theory and "Axiom" not in theory.theory
    assert len(re.findall(r"^Lemma ob_", theory.theory, re.M)) == theory.count
    assert "ClassicalDedekindReals.sig_forall_dec" in theory.axioms
    assert all(a in coq.AXIOMS or coq._PRIMITIVE.match(a) for a in theory.axioms)


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_not_proved_by_the_judge_either(name):
    """The two judges never contradict each other on these."""
    wrong, _ = obligation(name, FALSE[name])
    if FALSE[name][2] == "" and name not in ("missing side condition", "derivative where there is none", "logarithm without a value", "power of zero"):
        verdict = judge(wrong)
        assert not verdict.proved or verdict.conditions


# --- the statement --------------------------------------------------------------------------------------------

def statement(text: str, *assumptions: str, conditions: tuple[str, ...] = ()) -> str:
    return lemma_of(Obligation(parse(text, "plain"), tuple(parse(a, "plain") for a in assumptions)), [parse(c, "plain") for c in conditions]).statement


def test_side_conditions_are_hypotheses():
    written = statement("(N^2 - 1)/(N - 1) = N + 1", conditions=("N - 1 != 0",))
    assert "((v0_N - 1) <> 0) ->" in written


def test_every_divisor_must_have_a_value():
    assert "(v0_b <> 0) /\\" in statement("a/b = a/b")


def test_definitions_are_local_functions():
    assert "let v0_sigma := fun b1_z : R => (1 / (1 + (exp (- b1_z)))) in" in statement("sigma(z) > 0", SIGMA)


def test_a_value_at_one_point_defines_no_function():
    assert "let" not in statement("f(z) = s", "f(z) = s")


def test_ties_are_part_of_rounding():
    assert "rounds_to (1 / 8) (12) 100" in statement("round(1/8, 2) = 0.12")


@pytest.mark.parametrize("text", ["integral(x, x, 0, 1) = 1/2", "round(x, 2) + 1 = 2", "sign(x) = 1", "20000! = 1"])
def test_what_cannot_be_written_is_refused(text):
    with pytest.raises(Unwritten):
        statement(text)


# --- names ----------------------------------------------------------------------------------------------------

NASTY = ["True", "forall", "x. Qed. Axiom cheat : False. (*", '"', "*) Admitted. (*", "R", "exp", "λ", "x'", "a b", "0", "", "ob_0", "v0_x", "b1_z", "H0", "IZR\nAxiom"]


@pytest.mark.parametrize("name", NASTY)
def test_names_never_become_coq_text(name):
    x = Symbol(name)
    written = lemma_of(Obligation(Operation("eq", (op("add", x, 1), op("add", 1, x))), (Operation("gt", (op("index", x, 1), Number("0"))),), name))
    for token in re.findall(r"\bv\d+_\w*", written.statement):
        assert re.fullmatch(r"v\d+_[A-Za-z0-9]*", token)
    rest = re.sub(r"\bv\d+_[A-Za-z0-9]*", "", written.statement)
    assert set(re.findall(r"[A-Za-z_]\w*", rest)) <= {"forall", "R"}
    assert not set('"*.\'') & set(rest)


def test_different_names_stay_different():
    first, second = (lemma_of(Obligation(op("eq", a, b))).statement for a, b in ((Symbol("x'"), Symbol("x")), (Symbol("λ"), Symbol("μ"))))
    for text in (first, second):
        left, right = re.search(r"\((\w+) = (\w+)\)", text).groups()
        assert left != right


@pytest.mark.parametrize("text", ["*) Axiom a : False. (*", 'a "', "(* (*", "*)", "a\nb"])
def test_comments_cannot_be_left(text):
    safe = coq.comment_text(text)
    assert "*" not in safe and '"' not in safe and "\n" not in safe


def test_nasty_names_are_checked_like_others(coq_there):
    items = [Obligation(Operation("eq", (op("add", Symbol(n), 1), op("add", 1, Symbol(n)))), (), f"true {n}") for n in NASTY]
    items += [Obligation(Operation("eq", (op("add", Symbol(n), 1), op("add", 2, Symbol(n)))), (), f"*) false {n} (*") for n in NASTY]
    found = check(items, each=3, seconds=120)
    assert [r.checked for r in found.results] == [True] * len(NASTY) + [False] * len(NASTY)


# --- the door to Coq ------------------------------------------------------------------------------------------

def test_statements_that_coq_refuses_do_not_take_others_with_them(coq_there):
    entries = [coq.Entry("1 = 1", ("reflexivity",)), coq.Entry("nonsense text", ("reflexivity",)), coq.Entry("2 = 2", ("reflexivity",)),
               coq.Entry("1 = 2", ("reflexivity", "lra")), coq.Entry("3 = 3", ("fail", "reflexivity")), coq.Entry("4 = ", ("reflexivity",)),
               coq.Entry("5 = 5", ("let rec loop := loop in loop",)), coq.Entry("6 = 6", ("reflexivity",))]
    found = coq.check(entries, each=2, seconds=120)
    assert sorted(found.proved) == [0, 2, 4, 7]
    assert found.proved[4] == "reflexivity"


def test_an_axiom_is_noticed(coq_there, monkeypatch):
    bad = coq.prelude() + "\nAxiom cheat : forall P : Prop, P.\n"
    monkeypatch.setattr(coq, "prelude", lambda: bad)
    with pytest.raises(coq.Failed, match="cheat"):
        coq.check([coq.Entry("1 = 2", ("apply cheat",))], each=2, seconds=60)


def test_time_is_limited(coq_there):
    with pytest.raises(coq.Failed, match="time"):
        coq.check([coq.Entry("1 = 1", ("reflexivity",))], seconds=0)


def test_missing_coq_says_what_to_type(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Missing, match="apt-get install"):
        check([obligation("x", TRUE["integers"])])


# --- verify ---------------------------------------------------------------------------------------------------

def judged_pair():
    right, _ = obligation("good/1", TRUE["integers"])
    wrong, _ = obligation("bad/1", FALSE["wrong sum"])
    hard, _ = obligation("hard/1", ("x = x", "x in QQ", ""))
    return tuple(Judged(o, judge(o), "proved", "") for o in (right, wrong, hard))


def test_only_what_coq_accepted_is_raised(coq_there, tmp_path):
    from reportgen.kernel.verification import raised
    from reportgen.ledger_verify import Verification

    verification, line = raised(Verification(judged_pair(), ()), keep=tmp_path / "proofs", name="my-report")
    assert [j.strength for j in verification.judged] == ["kernel", "refuted", "exact"]
    assert [(f.code, f.severity) for f in verification.findings] == [("kernel-unproved", "warning")]
    assert "hard/1" in verification.findings[0].message
    assert "1 of 2" in line
    assert "Lemma ob_0" in (tmp_path / "proofs" / "my_report.v").read_text(encoding="utf-8")


def test_without_coq_the_lower_level_is_shown(monkeypatch):
    from reportgen.kernel.verification import raised
    from reportgen.ledger_verify import Verification

    monkeypatch.setattr(shutil, "which", lambda name: None)
    verification, line = raised(Verification(judged_pair(), ()), keep=Path("/nowhere"))
    assert [j.strength for j in verification.judged] == ["exact", "refuted", "exact"]
    assert [f.code for f in verification.findings] == ["engine-missing"]
    assert "apt-get install" in verification.findings[0].hint
    assert line == ""


@pytest.mark.slow
def test_nine_in_ten_obligations_of_the_homework(coq_there):
    """Every proved obligation of the homework goes to Coq; which ones resist is in the message."""
    if not os.environ.get("REPORTGEN_REQUIRE_ALL"):
        pytest.skip("Coq proves for minutes; set REPORTGEN_REQUIRE_ALL=1 to run it")
    from reportgen.build import derive

    ledger = derive(Path(__file__).parent.parent / "reports" / "ai6126_hw1", draw=False).ledger
    proved = [j for entry in ledger.entries.values() for j in entry.judged if j.verdict.proved]
    report = check([(j.obligation, j.verdict.conditions) for j in proved], seconds=480, each=20)
    resisted = [f"{r.obligation.name}: {r.reason}" for r in report.results if not r.checked]
    assert len(proved) > 500
    assert report.count >= 0.9*len(proved), resisted


# --- the level on the page --------------------------------------------------------------------------------------

@pytest.fixture
def report(tmp_path):
    """The starter report, which shows how strong it is."""
    folder = tmp_path / "reports" / "car"
    shutil.copytree(templates_folder() / "starter", folder)
    with (folder / "report.md").open("a", encoding="utf-8") as file:
        file.write("\nAt least {{ report.weakest }}; the way: {{ stopping_distance.strength }}.\n\n{{ report.strengths }}\n")
    return folder


@pytest.fixture
def acting(monkeypatch):
    """Coq played by a list: ``refused`` are pieces of statements that it does not accept, ``asked`` the statements of each run."""
    class Acting:
        refused: tuple[str, ...] = ()
        asked: list[list[str]] = []  # noqa: RUF012
        version = "8.16.1"

        def check(self, entries, **limits):
            self.asked.append([e.statement for e in entries])
            bad = {i for i, e in enumerate(entries) if any(piece in e.statement for piece in self.refused)}
            return coq.Checked({i: "field" for i in range(len(entries)) if i not in bad}, dict.fromkeys(bad, "no proof was found"), (), "theory")

    found = Acting()
    found.asked = []
    monkeypatch.setattr(coq, "version", lambda: found.version)
    monkeypatch.setattr(coq, "check", found.check)
    return found


def made(report, out, **options):
    result = build(report, ["md"], out, **{"cache": "use", "kernel": True, **options})
    assert result.exit_code == 0
    return result, json.loads((out / "ledger.json").read_text(encoding="utf-8")), (out / "report.md").read_text(encoding="utf-8")


STATEMENTS = 13     # of the starter report: its steps and their parts, each once


def test_a_build_shows_what_coq_accepted(report, acting, tmp_path):
    out = tmp_path / "build" / "car"
    _, plain, page = made(report, out, kernel=False)
    assert plain["strengths"] == {"exact": STATEMENTS} and "At least exact" in page and acting.asked == []
    result, raised_, page = made(report, out)
    assert raised_["strengths"] == {"kernel": STATEMENTS} and "At least kernel; the way: kernel." in page and "13 kernel" in result.counts
    assert {t.cause for t in result.targets} == {"--kernel: none -> 8.16.1"}
    assert [len(run) for run in acting.asked] == [STATEMENTS]
    # what the core has found stands in the ledger as it was
    for before, after in zip(plain["answers"], raised_["answers"], strict=True):
        for one, other in zip(before["obligations"], after["obligations"], strict=True):
            assert other["coq"] == "8.16.1" and {**other, "coq": ""} == one
    assert {t.status for t in made(report, out)[0].targets} == {"unchanged"} and len(acting.asked) == 1
    assert {t.cause for t in made(report, out, kernel=False)[0].targets} == {"--kernel: 8.16.1 -> none"}
    assert made(report, out, kernel=False)[1] == plain


def test_the_same_bytes_from_what_was_kept_and_without(report, acting, tmp_path):
    for name in ("one", "other"):
        made(report, tmp_path / name / "car", cache="off" if name == "other" else "use")
    made(report, tmp_path / "one" / "car", cache="renew")
    assert [len(run) for run in acting.asked] == [STATEMENTS]*3
    for file in ("ledger.json", "report.md"):
        assert (tmp_path / "one" / "car" / file).read_bytes() == (tmp_path / "other" / "car" / file).read_bytes()


def test_only_new_lemmas_are_asked(report, acting, tmp_path):
    out = tmp_path / "build" / "car"
    acting.refused = ("48",)
    made(report, out)
    givens = report / "givens.toml"
    givens.write_text(givens.read_text(encoding="utf-8").replace("value = 48", "value = 50"), encoding="utf-8")
    made(report, out)
    assert 0 < len(acting.asked[1]) < STATEMENTS and all("50" in s or s not in acting.asked[0] for s in acting.asked[1])
    assert not set(acting.asked[0]) & set(acting.asked[1])


def test_what_is_not_accepted_keeps_its_level(report, acting, tmp_path):
    acting.refused = ("48",)
    result, data, page = made(report, tmp_path / "build" / "car")
    obligations = [o for a in data["answers"] for o in a["obligations"]]
    left = [o["name"] for o in obligations if not o["coq"]]
    assert left and all("48" in o["statement"] + str(o["assumptions"]) for o in obligations if not o["coq"])
    assert data["strengths"] == {"exact": len(left), "kernel": STATEMENTS - len(left)} and data["weakest"] == "exact" and "At least exact; the way: kernel" in page
    told = [f for f in result.findings if f.code == "kernel-unproved"]
    assert len(told) == 1 and told[0].severity == "warning" and all(name in told[0].message for name in left[:8])
    assert [f.code for f in made(report, tmp_path / "build" / "car")[0].findings] == ["kernel-unproved"]     # told again
    assert len(acting.asked) == 1


@pytest.mark.parametrize("change", ["body", "seal", "key"])
def test_what_was_kept_and_altered_is_not_believed(report, acting, tmp_path, monkeypatch, change):
    out = tmp_path / "build" / "car"
    acting.refused = ("48",)
    _, data, _ = made(report, out)
    path = Path(trace.folder_of(str(out))) / "kernel.json"
    head, _, body = path.read_bytes().partition(b"\n")
    better = body.replace(b'"no proof was found"', b'""')
    assert better != body
    if change == "seal":        # with a digest, as one makes it who has no key
        head = f"reportgen-kernel-1 {blake2b(better, digest_size=32).hexdigest()}".encode()
    path.write_bytes(head + b"\n" + better)
    if change == "key":
        path.write_bytes(head + b"\n" + body)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "somebody"))
    (report / "report.md").write_text((report / "report.md").read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    again = made(report, out)[1]
    assert [len(run) for run in acting.asked] == [STATEMENTS, STATEMENTS] and again["strengths"] == data["strengths"]


def test_without_coq_a_build_shows_the_lower_level(report, acting, tmp_path, monkeypatch):
    out = tmp_path / "build" / "car"

    def missing():
        raise Missing("coqc is not installed; type: apt-get install coq")

    with monkeypatch.context() as patched:
        patched.setattr(coq, "version", missing)
        result, data, page = made(report, out)
    assert [(f.code, f.severity) for f in result.findings] == [("engine-missing", "warning")] and "apt-get" in result.findings[0].hint
    assert data["strengths"] == {"exact": STATEMENTS} and "At least exact" in page
    assert {t.cause for t in made(report, out)[0].targets} == {"--kernel: none -> 8.16.1"}


def test_a_kernel_that_fails_as_a_whole_raises_nothing(report, acting, tmp_path, monkeypatch):
    def failing(entries, **limits):
        raise coq.Failed("the time for all proofs is over")

    monkeypatch.setattr(coq, "check", failing)
    result, data, _ = made(report, tmp_path / "build" / "car")
    assert [(f.code, f.severity) for f in result.findings] == [("kernel-failed", "warning")] and data["strengths"] == {"exact": STATEMENTS}
    assert not (Path(trace.folder_of(str(tmp_path / "build" / "car"))) / "kernel.json").exists()


def test_verify_believes_no_level_that_is_only_written(report, acting, tmp_path):
    out = tmp_path / "build" / "car"
    made(report, out)
    plain = verify(out, inputs=report)
    assert plain.exit_code == 0 and "13  exact" in plain.table and "13  kernel" not in plain.table and "--kernel asks it again" in plain.table
    assert "13  kernel" in verify(out, kernel=True).table
    acting.refused = ("48",)        # what is kept is not asked
    found = verify(out, kernel=True)
    wrong = [f for f in found.findings if f.severity == "error"]
    assert found.exit_code == 1 and {f.code for f in wrong} == {"ledger-mismatch"} and len(wrong) == len([f for f in found.findings if f.code == "kernel-unproved"])
    assert any("latest_reaction/" in f.message for f in wrong)


def test_a_level_that_somebody_writes_into_the_ledger(report, acting, tmp_path):
    out = tmp_path / "build" / "car"
    _, data, _ = made(report, out, kernel=False)
    for wrong in ("yes", "8.16.1"):
        data["answers"][0]["obligations"][0]["coq"] = wrong
        data["digest"] = canonical_digest(data)
        (out / "ledger.json").write_text(json.dumps(data), encoding="utf-8")
        assert any("strengths" in f.message or "stopping_distance" in f.message for f in verify(out).findings)
    data["strengths"] = {"exact": STATEMENTS - 1, "kernel": 1}
    data["digest"] = canonical_digest(data)
    (out / "ledger.json").write_text(json.dumps(data), encoding="utf-8")
    acting.refused = ("",)
    assert "1  are written as accepted by Coq's kernel" in verify(out).table and "kernel  " not in verify(out).table
    assert verify(out, kernel=True).exit_code == 1
