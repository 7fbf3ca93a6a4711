"""``reportgen variants``: one report a row, resumable, with failures listed at the end."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reportgen.batch.archive import pack
from reportgen.cli import run
from reportgen.deriving import derive, open_report
from reportgen.diagnostics import FindingsError
from reportgen.expressions import parse, to_text
from reportgen.variants import stress
from reportgen.variants.command import Wanted, build_variants
from reportgen.variants.data import Record
from reportgen.variants.make import Plan, make
from reportgen.variants.shared import Shared
from tests.variants_sample import ANSWERS, TEMPLATE, sample

ROOT = Path(__file__).resolve().parent.parent
DRAWS = '''distinct = true
hold = ["v > 5", "braking in ZZ"]

[asked]
distance = 1

[draw]
v = { integers = [1, 40] }
a = { choices = [2, 4, 5, 8] }
'''
ROWS = "id,name,v,t\ns1,Ann,20,0.8\ns2,Bob,30,0.25\ns3,Cem,25,0.5\n"


@pytest.fixture
def report(tmp_path):
    return sample(tmp_path / "braking", variants=DRAWS)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def sheet_of(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((out / "teachers/marking.csv").open(encoding="utf-8")))


def students(tmp_path, text=ROWS) -> Path:
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_report_a_row(report, tmp_path, capsys):
    (report / "variants.toml").unlink()
    assert run(["variants", str(report), "--data", str(students(tmp_path)), "--to", "md", "-o", str(tmp_path / "out"), "-j", "1"]) == 0
    out = tmp_path / "out/braking/variants"
    assert sorted(tree(out)) == sorted([f"students/s{i}/questions.md" for i in (1, 2, 3)] + [f"teachers/s{i}/{n}" for i in (1, 2, 3) for n in (
        "solution.md", "key.md", "ledger.json")] + [f"records/s{i}.json" for i in (1, 2, 3)] + ["teachers/marking.csv"])
    # s = v*t + v^2/16, by hand: 16 + 25; 7.5 + 56.25; 12.5 + 39.0625
    assert [row["distance exact"] for row in sheet_of(out)] == ["41", "255/4", "825/16"]
    for row, value in zip(sheet_of(out), ("41", "63.75", "51.5625")):
        key = (out / f"teachers/{row['id']}/key.md").read_text()
        assert row["name"] in key and value in key
    said = capsys.readouterr()
    assert "3 built, 0 unchanged, 0 failed" in said.out and said.err == ""


def test_bad_rows_are_told_and_the_others_built(report, tmp_path, capsys):
    data = students(tmp_path, ROWS + "s4,Dan,fast,1\ns5,,25,\ns1,Eve,21,1\n")
    assert run(["variants", str(report), "--data", str(data), "--to", "md", "-o", str(tmp_path / "out"), "-j", "1"]) == 1
    said = capsys.readouterr()
    rows = sheet_of(tmp_path / "out/braking/variants")
    assert [r["id"] for r in rows] == ["s1"]     # v^2/16 is whole for 20 alone, of those that can be read
    assert [line for line in said.err.split("\n") if line.startswith("error")] == [
        "error[variant-cell]: row 5, column v: 'fast' names fast, which has no value here", "error[variant-cell]: row 6, column t: the cell is empty",
        "error[variant-duplicate]: row 7, column id: the id s1 is that of row 2",
        'error[variant-refused]: row 3, s2: the rule "braking in ZZ" is broken: 225/4 in ZZ is false',
        'error[variant-refused]: row 4, s3: the rule "braking in ZZ" is broken: 625/16 in ZZ is false']


def test_drawn_variants_keep_the_rules_and_are_told(report, tmp_path):
    out = tmp_path / "out"
    said: list[str] = []
    outcome = build_variants(report, out, Wanted(seed=3, count=8, formats=("md",)), say=said.append)
    assert outcome.exit_code == 0 and outcome.built == 8
    rows = sheet_of(out)
    assert [r["id"] for r in rows] == [f"v{i}" for i in range(1, 9)]
    assert all(int(r["v"]) > 5 and int(r["v"]) ** 2 % (2 * int(r["a"])) == 0 for r in rows) and len({(r["v"], r["a"]) for r in rows}) == 8
    for r in rows:      # the answer by hand, from the drawn values
        from fractions import Fraction
        value = Fraction(r["v"]) * Fraction(4, 5) + Fraction(r["v"]) ** 2 / (2 * Fraction(r["a"]))
        assert Fraction(r["distance exact"]) == value and abs(Fraction(r["distance rounded"]) - value) <= Fraction(1, 20)
    assert re.match(r"\d+ draws refused: .*by \"(v > 5|braking in ZZ)\"", said[0])
    # two more students change nothing of those that were there
    before = tree(out)
    again = build_variants(report, out, Wanted(seed=3, count=10, formats=("md",)))
    assert (again.built, again.unchanged) == (2, 8)
    after = tree(out)
    assert all(after[name] == data for name, data in before.items() if not name.endswith(".csv"))
    assert sheet_of(out)[:8] == rows


def test_draws_beside_data(report, tmp_path):
    out = tmp_path / "out"
    data = students(tmp_path, "id,name,v\ns1,Ann,20\ns2,Bob,12\n")
    build_variants(report, out, Wanted(data=data, seed=1, formats=("md",)))
    assert [r["v"] for r in sheet_of(out)] == ["20", "12"] and all(int(r["v"]) ** 2 % (2 * int(r["a"])) == 0 for r in sheet_of(out))
    first = sheet_of(out)
    students(tmp_path, "id,name,v\ns9,Zoe,8\ns2,Bob,12\ns1,Ann,20\n")
    build_variants(report, out, Wanted(data=data, seed=1, formats=("md",)))
    assert sorted(sheet_of(out), key=lambda r: r["id"])[:2] == first and [r["id"] for r in sheet_of(out)] == ["s9", "s2", "s1"]


@pytest.mark.parametrize("options, says", [
    ([], "nothing to make variants from"), (["--count", "3"], "all the variants would be alike"), (["--data", "nowhere.csv"], "there is no file nowhere.csv"),
    (["--stress", "3", "--count", "3"], "--stress draws variants of its own"), (["--count", "3", "--seed", "1", "--parts", "answers"], "no part 'answers'"),
    (["--count", "0", "--seed", "1"], "not a number from 1"), (["--seed", "x"], "not a whole number"),
])
def test_wrong_usage(report, tmp_path, capsys, options, says):
    assert run(["variants", str(report), *options, "-o", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_failures_are_listed_at_the_end(tmp_path, capsys):
    answers = ANSWERS + '''

def slow(v):
    from reportgen.derivation import start
    from reportgen.expressions import rational_value
    if rational_value(v.value) == 25:
        raise RuntimeError("twenty-five")
    return v.value
'''
    report = sample(tmp_path / "braking", answers=answers)
    assert run(["variants", str(report), "--data", str(students(tmp_path)), "--to", "md", "-o", str(tmp_path / "out"), "-j", "1"]) == 1
    said = capsys.readouterr()
    assert "2 built, 0 unchanged, 1 failed" in said.out
    assert "error[answers-failed]: slow: RuntimeError: twenty-five" in said.err and f"--> {report}/answers.py" in said.err
    assert said.err.rstrip().split("\n")[-2].startswith("error[variant-failed]: 1 not built: s3")
    assert [r["id"] for r in sheet_of(tmp_path / "out/braking/variants")] == ["s1", "s2"]


# --- what is finished stays -----------------------------------------------------------------------------------

def test_only_what_changed_is_built_again(report, tmp_path):
    (report / "variants.toml").unlink()
    out, data = tmp_path / "out", students(tmp_path)
    wanted = Wanted(data=data, formats=("md",))
    assert build_variants(report, out, wanted).built == 3
    first = tree(out)
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*.md")}
    assert (build_variants(report, out, wanted).unchanged, tree(out)) == (3, first)
    assert stamps == {p: p.stat().st_mtime_ns for p in out.rglob("*.md")}
    students(tmp_path, ROWS.replace("Bob,30", "Bob,31"))
    assert build_variants(report, out, wanted).built == 1
    students(tmp_path)
    (out / "students/s1/questions.md").write_text("altered")
    (out / "teachers/s2/key.md").unlink()
    (out / "records/s3.json").write_text("{cut")
    assert build_variants(report, out, wanted).built == 3 and tree(out) == first
    (report / "report.md").write_text(TEMPLATE + "\nGood luck.\n")
    assert build_variants(report, out, wanted).built == 3
    assert build_variants(report, out, Wanted(data=data, formats=("md",), parts=("questions",))).built == 3
    assert not list(out.rglob("solution.md"))      # what an earlier plan made is gone with it
    students(tmp_path, "id,name,v\ns1,Ann,20\n")
    said: list[str] = []
    build_variants(report, out, wanted, say=said.append)
    assert any("2 variants" in line and "earlier list: s2, s3" in line for line in said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_was(report, tmp_path, number):
    (report / "variants.toml").unlink()
    data = students(tmp_path, "id,name,v\n" + "".join(f"s{i:02d},N,{i}\n" for i in range(1, 15)))
    out = tmp_path / "out/braking/variants"
    command = [sys.executable, "-m", "reportgen", "variants", str(report), "--data", str(data), "--to", "md", "--parts", "key", "-o", str(tmp_path / "out"), "-j", "1"]
    wanted = Wanted(data=data, formats=("md",), parts=("key",))
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    deadline = time.monotonic() + 60
    while len(list(out.glob("records/*.json"))) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (2 if number == signal.SIGINT else -9) and (number != signal.SIGINT or "interrupted" in err), err
    finished = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in out.glob("records/*.json")}
    assert 3 <= len(finished) < 14
    outcome = build_variants(report, out, wanted)
    assert outcome.built + outcome.unchanged == 14 and outcome.unchanged >= len(finished) - 1
    assert sum(p.stat().st_mtime_ns == stamp for p, (stamp, _) in finished.items()) >= len(finished) - 1
    whole = tmp_path / "whole"
    build_variants(report, whole, wanted)
    assert {n: d for n, d in tree(out).items() if not n.endswith(".tmp")} == tree(whole)


def test_progress_is_lines_without_a_terminal_and_a_bar_on_one(report, tmp_path):
    import io

    from reportgen.variants.progress import Bar

    class Terminal(io.StringIO):
        def isatty(self):
            return True
    lines: list[str] = []
    bar = Bar(lines.append, io.StringIO())
    for done in range(1, 101):
        bar(done, 100, done // 50)
    assert lines == [f"{n} of 100" + (f", {n // 50} failed" if n >= 50 else "") for n in range(10, 101, 10)]
    screen = Terminal()
    live = Bar(lines.append, screen)
    live(1, 4, 0)
    live(4, 4, 1)
    assert len(lines) == 10 and screen.getvalue().startswith("\r\x1b[K[#######....") and "4/4, 1 failed" in screen.getvalue()
    live.clear()
    assert screen.getvalue().endswith("\r\x1b[K")


# --- no state passes ------------------------------------------------------------------------------------------

STATEFUL = ANSWERS + '''
import numpy as np
_seen = []


def noise(v):
    _seen.append(1)
    return len(_seen)


def picture(v):
    import matplotlib
    from matplotlib.figure import Figure
    import matplotlib.pyplot as plt
    plt.rcParams["lines.linewidth"] = plt.rcParams["lines.linewidth"] + 1
    plt.plot([0, float(v)])         # a figure left open
    np.random.rand()
    figure = plt.figure(figsize=(2, 1))
    figure.add_subplot().plot([0, float(v)], [0, len(plt.get_fignums())])
    return figure
'''


def test_a_variants_bytes_are_its_own(tmp_path):
    template = TEMPLATE + "\n{{ noise }}\n\n![The speed](figure:picture)\n"
    folder = sample(tmp_path / "braking", answers=STATEFUL, template=template)
    plan = Plan((), ("pdf", "html"))
    records = [Record(f"s{i}", {"name": f"N{i}"}, {"v": str(10 + i)}) for i in range(3)]
    alone = {}
    script = ("import sys, json; from pathlib import Path; from reportgen.deriving import open_report; from reportgen.variants.make import Plan, make\n"
              "from reportgen.variants.data import Record; import hashlib\n"
              "i = sys.argv[2]; made = make(open_report(Path(sys.argv[1])), Plan((), ('pdf', 'html')), Record('s' + i, {'name': 'N' + i}, {'v': str(10 + int(i))}))\n"
              "print(json.dumps({n: hashlib.sha256(d).hexdigest() for n, d in made.files.items()}))")
    done = subprocess.run([sys.executable, "-c", script, str(folder), "1"], cwd=ROOT, capture_output=True, text=True, check=True)
    alone = json.loads(done.stdout)
    report = open_report(folder)
    for order in ((0, 1, 2), (2, 1, 0), (1, 1, 1)):
        shared = Shared(folder)
        for memory in (None, shared):
            made = {k: make(report, plan, records[k], memory).files for k in order}
            assert {n: hashlib.sha256(d).hexdigest() for n, d in made[1].items()} == alone, order


def test_what_no_variant_changes_is_worked_out_once_with_the_same_bytes(tmp_path):
    counted = ANSWERS + '''

def braking_at(v, a):
    return start("c = v/a").then(substitute(v=v, a=a), evaluate())


def always(t):
    import os
    with open(os.environ["COUNT"], "a") as file:
        file.write("x")
    return t.value


def picture(t):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, float(t)])
    return figure


def own(v, always):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, float(v)])
    return figure
'''
    folder = sample(tmp_path / "braking", answers=counted, template=TEMPLATE + "\n{{ always }}\n\n![One](figure:picture)\n\n![Two](figure:own)\n")
    report, plan, shared = open_report(folder), Plan((), ("pdf", "md", "tex")), Shared(folder)
    records = [Record(f"s{i}", {"name": "N"}, {"v": str(10 + i)}) for i in range(4)] + [Record("s9", {"name": "N"}, {"v": "12", "t": "2"})]
    count = tmp_path / "count"
    os.environ["COUNT"] = str(count)
    try:
        alone = [make(report, plan, r).files for r in records]
        assert count.read_text() == "x" * 5
        together = [make(report, plan, r, shared).files for r in records]
        assert count.read_text() == "x" * 7      # once for the four, and once for the one that has its own t
    finally:
        del os.environ["COUNT"]
    assert together == alone
    assert alone[0]["reports/s0/figures/own.svg"] != alone[1]["reports/s1/figures/own.svg"]
    assert alone[0]["reports/s0/figures/picture.svg"] == alone[1]["reports/s1/figures/picture.svg"] != alone[4]["reports/s9/figures/picture.svg"]


# --- stress ---------------------------------------------------------------------------------------------------

FRAGILE = ANSWERS + '''

def ratio(v, t):
    return start("q = 1/(v - 7)").then(substitute(v=v), evaluate())
'''


def test_stress_lists_every_failing_variant_and_makes_it_smaller(tmp_path, capsys):
    draws = 'hold = ["v > 3"]\n[draw]\nv = { integers = [1, 10] }\nt = { integers = [1, 3] }\n'
    report = sample(tmp_path / "braking", answers=FRAGILE, variants=draws)
    assert run(["variants", str(report), "--stress", "40", "--seed", "2", "-j", "1", "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().out
    failing = re.findall(r"^(v\d+) fails with v = (\d+)   \(and t = \d\)$", said, re.MULTILINE)
    assert failing and {v for _, v in failing} == {"7"}
    from reportgen.variants import seeds
    from reportgen.variants.spec import read_spec
    spec = read_spec(report, open_report(report).givens, ("distance", "braking", "ratio"))
    expected = []
    for i in range(1, 41):       # which of them drew 7, found out by drawing again
        values = next(v for k in range(100) if int(to_text((v := seeds.row(spec.draws, 2, f"v{i}", k))["v"])) > 3)
        expected += [f"v{i}"] if to_text(values["v"]) == "7" else []
    assert sorted(v for v, _ in failing) == sorted(expected)
    assert "40 variants derived and judged in" in said and f"{len(expected)} failing" in said and not (tmp_path / "out").exists()


def test_stress_counts_refuted_steps_and_passes_clean_reports(tmp_path, capsys):
    wrong = ANSWERS + '''

def always(v):
    from reportgen.derivation import claim
    return claim("v^2 > 200", assume=[f"v = {v.value.text}"])
'''
    draws = "[draw]\nv = { integers = [10, 20] }\n"
    report = open_report(sample(tmp_path / "braking", answers=wrong, variants=draws))
    # 14^2 = 196, 15^2 = 225
    assert stress.examine(report, Record("a", {}, {"v": "14"})).failed and not stress.examine(report, Record("a", {}, {"v": "15"})).failed
    clean = sample(tmp_path / "clean", variants=draws)
    assert run(["variants", str(clean), "--stress", "5", "-j", "1"]) == 0
    assert re.search(r"0 failing; steps: \d+ exact$", capsys.readouterr().out.strip())


def test_the_archive_is_that_of_the_files_alone(report, tmp_path):
    first = pack(report, [report / "variants.toml"])
    (report / "__pycache__").mkdir()
    (report / "__pycache__/x.pyc").write_bytes(b"x")
    (report / ".hidden").write_text("x")
    os.utime(report / "report.md", (1, 1))
    (report / "variants.toml").write_text("")
    assert pack(report, [report / "variants.toml"]) == first
    (report / "report.md").write_text(TEMPLATE + " ")
    assert pack(report, [report / "variants.toml"]) != first


def test_degenerate_draws_are_refused(tmp_path):
    draws = 'hold = ["ratio > -100"]\n[draw]\nv = { choices = [7, 8] }\n'
    report = sample(tmp_path / "braking", answers=FRAGILE, variants=draws)
    said: list[str] = []
    outcome = build_variants(report, tmp_path / "out", Wanted(seed=1, count=6, formats=("md",)), say=said.append)
    assert outcome.built == 6 and {r["v"] for r in sheet_of(tmp_path / "out")} == {"8"} and "refused" in said[0]
    with pytest.raises(FindingsError):
        derive(open_report(report), overrides={"v": __import__("dataclasses").replace(open_report(report).givens["v"], value=parse("7"))})
