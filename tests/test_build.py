"""From a folder to outputs, through the command line: what is written, what stays when something is wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from reportgen import files
from reportgen.cli import run
from reportgen.ledger import FORMAT
from reportgen.resources import templates_folder

FORMATS = ("html", "md", "pdf", "tex")
ALL = sorted(["ledger.json", *(f"report.{f}" for f in FORMATS)])


@pytest.fixture
def report(tmp_path, monkeypatch):
    """The starter report under reports/car, in an otherwise empty working folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(templates_folder() / "starter", tmp_path / "reports" / "car")
    return tmp_path / "reports" / "car"


@pytest.fixture
def cli(capsys):
    def call(*arguments):
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(folder):
    """The outputs by name, without what is kept for the next build."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and ".cache" not in p.parts}


# --- what works -------------------------------------------------------------------------------------------------

def test_starter_builds_clean_in_every_format(report, cli, tmp_path):
    code, out, err = cli("build")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[:3] for line in lines[:-1]] == [["car", name, "built"] for name in ("ledger", "pdf", "tex", "md", "html")]
    assert lines[-1].startswith("car: 3 derived; steps judged: ") and "0 undecided" in lines[-1] and "5 files written" in lines[-1]
    assert sorted(contents(tmp_path / "build" / "car")) == ALL
    assert sorted(p.name for p in report.iterdir()) == ["answers.py", "givens.toml", "report.md", "report.toml"]  # nothing left behind


def test_second_build_changes_nothing(report, cli, tmp_path):
    cli("build")
    before = contents(tmp_path / "build")
    code, out, _ = cli("build")
    assert code == 0 and out.count("unchanged") == 5 and "0 files written" in out
    assert contents(tmp_path / "build") == before


def test_same_bytes_in_another_place_and_process(report, tmp_path):
    other = tmp_path / "elsewhere" / "deep"
    shutil.copytree(report, other / "reports" / "car")
    for folder, seed, zone in ((tmp_path, "1", "UTC"), (other, "2", "Asia/Tokyo")):
        environment = dict(os.environ, PYTHONHASHSEED=seed, TZ=zone, PYTHONPATH=os.pathsep.join(sys.path))
        subprocess.run([sys.executable, "-m", "reportgen", "build", "-q"], cwd=folder, env=environment, check=True)
    assert contents(tmp_path / "build") == contents(other / "build")


def test_to_out_and_path(report, cli, tmp_path):
    code, out, _ = cli("build", "reports/car/", "--to", "html,md", "--out", "elsewhere")
    assert code == 0 and [line.split()[1] for line in out.splitlines()[:-1]] == ["ledger", "md", "html"]
    assert sorted(contents(tmp_path / "elsewhere" / "car")) == ["ledger.json", "report.html", "report.md"]


def test_formats_of_the_report(report, cli, tmp_path):
    edit(report / "report.toml", '["pdf", "tex", "md", "html"]', '["md"]')
    assert cli("build", "car")[0] == 0
    assert sorted(contents(tmp_path / "build" / "car")) == ["ledger.json", "report.md"]


def test_quiet(report, cli):
    assert cli("build", "-q", "--to", "md") == (0, "", "")
    assert cli("-q", "build", "--to", "md") == (0, "", "")


def test_verbose_names_each_file_on_standard_error(report, cli):
    _, out, err = cli("build", "-v", "--to", "md")
    assert err.splitlines() == ["  wrote build/car/ledger.json", "  wrote build/car/report.md"]
    assert "wrote" not in out


def test_every_report_by_default_and_the_worst_exit_code(report, cli, tmp_path):
    shutil.copytree(report, tmp_path / "reports" / "bad")
    edit(tmp_path / "reports" / "bad" / "givens.toml", "value = 20", "value = 20.5")
    code, out, err = cli("build", "--to", "md")
    assert code == 1 and "error[given-invalid]" in err
    assert (tmp_path / "build" / "car" / "report.md").exists()  # one bad report does not keep the others from being built
    assert not (tmp_path / "build" / "bad").exists()


def test_two_reports_of_one_name_are_refused(report, cli, tmp_path):
    shutil.copytree(report, tmp_path / "other" / "car")
    code, _, err = cli("build", "car", "other/car")
    assert code == 2 and "overwrite each other" in err
    assert cli("build", "car", "reports/car", "--to", "md")[0] == 0  # the same one twice is no matter


# --- verify, explain, values ------------------------------------------------------------------------------------

def test_verify(report, cli):
    cli("build", "--to", "md")
    code, out, err = cli("verify", "car")
    assert (code, err) == (0, "") and "exact" in out and "in all" in out


def test_verify_before_build(report, cli):
    code, out, err = cli("verify", "car")
    assert code == 2 and out == "" and "run reportgen build first" in err


@pytest.mark.parametrize(("old", "new", "code", "piece"), [
    ('"s = 41"', '"s = 42"', 1, "digest"),
    ('"statement": "20*0.8 + 20^2/(2*8) = 16 + 400/16"', '"statement": "20*0.8 + 20^2/(2*8) = 16 + 400/15"', 1, "its certificate does not show its statement"),
    ('"strength": "exact"', '"strength": "kernel"', 1, "ledger-mismatch"),
    (f'"format": {FORMAT}', '"format": 99', 2, "ledger-invalid"),
    ("{", "", 2, "ledger-invalid"),
])
def test_verify_notices_a_changed_ledger(report, cli, tmp_path, old, new, code, piece):
    cli("build", "--to", "md")
    path = tmp_path / "build" / "car" / "ledger.json"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found, _, err = cli("verify", "car")
    assert found == code and piece in err


def test_verify_needs_no_report_beyond_its_name(report, cli):
    cli("build", "--to", "md")
    (report / "answers.py").write_text("raise RuntimeError\n")
    assert cli("verify", "car")[0] == 0


def test_explain(report, cli):
    code, out, err = cli("explain", "car", "latest_reaction")
    assert (code, err) == (0, "")
    for piece in ("latest_reaction = 23/20 s", "d = v*t + v^2/(2*a)", "assuming a > 0, v > 0", "both sides by v",
                  "[isolate]", "[substitute]", "proved (exact", "the problem: the car's speed", "givens.toml:5:9"):
        assert piece in out, piece
    assert "v != 0" not in out      # it is assumed
    assert cli("explain", "car", "v")[1].splitlines()[0] == "v = 20 m/s"


def test_explain_runs_only_what_it_needs(report, cli):
    with (report / "answers.py").open("a") as handle:
        handle.write("\ndef broken(v):\n    raise ValueError\n")
    assert cli("explain", "car", "reserve")[0] == 0
    assert cli("values", "car")[0] == 1


def test_explain_unknown(report, cli):
    code, out, err = cli("explain", "car", "latest_reactoin")
    assert code == 2 and out == "" and "did you mean latest_reaction?" in err


def test_values(report, cli):
    code, out, err = cli("values", "car")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["name", "v", "t", "a", "d", "stopping_distance", "reserve", "latest_reaction"]


def test_values_as_json(report, cli):
    with (report / "answers.py").open("a") as handle:
        handle.write("\ndef noisy(v):\n    print('to the wrong stream')\n    return v.value\n")
    code, out, err = cli("values", "car", "--json")
    assert code == 0 and err == "to the wrong stream\n"
    data = json.loads(out)
    assert data["givens"][1] == {"name": "t", "value": "0.8", "unit": "s", "symbol": "t", "source": "the problem: the driver's reaction time"}
    answers = {a["name"]: a for a in data["answers"]}
    assert answers["reserve"] == {"name": "reserve", "value": "7", "unit": "m", "kind": "derivation", "uses": ["d", "stopping_distance"],
                                  "strength": "exact"}
    assert answers["noisy"]["value"] == "20"


# --- bad input: a finding, and the last good outputs stay -------------------------------------------------------

REFUTED = '''
def wrong(v):
    from dataclasses import replace
    from reportgen.expressions import parse
    good = start("w = 2*v").then(substitute(v=v), evaluate())
    return replace(good, steps=(*good.steps[:-1], replace(good.steps[-1], after=parse("w = 41"))))
'''
UNDECIDED = '''
def unsure(v):
    from reportgen.derivation import claim
    return claim("x^y + y^x > 1", assume=["x > 0", "y > 0"])     # true, and proved by nothing that the judge knows
'''


@pytest.mark.parametrize(("file", "old", "new", "code", "finding", "place"), [
    ("report.toml", 'language = "en"', "language = 3", 1, "config-invalid", "report.toml:5:12"),
    ("report.toml", "title =", "titel =", 1, "config-invalid", "report.toml:1:1"),
    ("givens.toml", "value = 20", "value = 20.0", 1, "given-invalid", "givens.toml:5:9"),
    ("givens.toml", 'source = "the problem: the car\'s speed"', "", 1, "given-source", "givens.toml:4:2"),
    ("givens.toml", "[v]", "[v", 1, "given-invalid", "givens.toml:4:3"),
    ("answers.py", "def reserve(d, stopping_distance)", "def reserve(d, stoping_distance)", 1, "answer-unknown", "answers.py:12:16"),
    ("answers.py", "def reserve(d, stopping_distance)", "def reserve(reserve)", 1, "answer-cycle", "answers.py:12:13"),
    ("answers.py", "def reserve(", "def stopping_distance(", 1, "answer-duplicate", "answers.py:12:5"),
    ("answers.py", "s = v*t + ", "s = v*t + )", 1, "formula-unreadable", "answers.py:9:"),
    ("answers.py", 'isolate("t")', 'isolate("q")', 1, "rule-not-applicable", "answers.py:19:"),
    ("answers.py", '"""What is left of the distance to the obstacle."""', "return 0.5", 1, "answer-kind", "answers.py:12:5"),
    ("answers.py", '"""What is left of the distance to the obstacle."""', "return 'seven'", 1, "answer-kind", "answers.py:12:5"),
    ("answers.py", '"""What is left of the distance to the obstacle."""', "return", 1, "answer-kind", "answers.py:12:5"),
    ("answers.py", '"""What is left of the distance to the obstacle."""', "return {'a': 1.5}", 1, "answer-kind", "answers.py:12:5"),
    ("answers.py", '"""What is left of the distance to the obstacle."""', "1/0", 1, "answers-failed", "answers.py:13:5"),
    ("answers.py", "def reserve", REFUTED + "\ndef reserve", 1, "step-refuted", "answers.py:16:51"),
    ("report.md", "{{ v }}", "{{ velocity }}", 1, "template-undefined", "report.md:3:"),
    ("report.md", "{{ v }}", "{{ v.nosuchview }}", 1, "template-undefined", "report.md:3:"),
    ("report.md", "{{ v }}", "{{ 20 }}", 1, "template-plain-text", "report.md:3"),
    ("report.md", "{{ v }}", "{{ 'x' }}", 1, "template-plain-text", "report.md:3"),
    ("report.md", "{{ v }}", "{{ v", 1, "template-syntax", "report.md:3"),
    ("report.md", "{{ v }}", "{{ v.__class__ }}", 1, "template-", "report.md:3"),
    ("report.md", "{{ v }}", "20 m/s", 1, "typed-number", "report.md:3:15"),
    ("report.md", "@sec:distance", "@sec:nowhere", 1, "reference-unknown", "report.md:12:46"),
    ("report.md", "# The time to react", "![A plot](figure:plot){#fig:plot}", 1, "figure-missing", "report.md:10:"),
])
def test_bad_input_keeps_the_last_good_outputs(report, cli, tmp_path, file, old, new, code, finding, place):
    assert cli("build", "-q")[0] == 0
    before = contents(tmp_path / "build")
    edit(report / file, old, new)
    found, out, err = cli("build")
    assert found == code and f"error[{finding}" in err and place in err
    assert "Traceback" not in err and "built" not in out
    assert contents(tmp_path / "build") == before


@pytest.mark.parametrize("file", ["givens.toml", "answers.py", "report.md"])
def test_missing_or_unreadable_file(report, cli, tmp_path, file):
    cli("build", "-q")
    before = contents(tmp_path / "build")
    (report / file).write_bytes(b"\xff\xfe bad")
    code, _, err = cli("build")
    assert code == 1 and "error[file-unreadable]" in err and file in err
    (report / file).unlink()
    code, _, err = cli("build")
    assert code == 1 and "error[file-missing]" in err and file in err
    assert contents(tmp_path / "build") == before


def test_a_refuted_step_shows_both_sides(report, cli):
    edit(report / "answers.py", "def reserve", REFUTED + "\ndef reserve")
    _, _, err = cli("build")
    assert "wrong/2 does not hold" in err and "40" in err and "41" in err


def test_all_findings_of_a_phase_at_once(report, cli):
    edit(report / "report.toml", 'author = ""', "author = 3")
    edit(report / "givens.toml", "value = 20", "value = 20.0")
    _, _, err = cli("build")
    assert "config-invalid" in err and "given-invalid" in err


def test_undecided_is_a_warning_and_under_strict_an_error(report, cli, tmp_path):
    edit(report / "answers.py", "def reserve", UNDECIDED + "\ndef reserve")
    code, out, err = cli("build", "--to", "md")
    assert code == 0 and "warning[step-undecided]" in err and "; 1 undecided" in out
    before = contents(tmp_path / "build")
    code, out, err = cli("build", "--to", "md", "--strict")
    assert code == 1 and "error[step-undecided]" in err and "built" not in out
    assert contents(tmp_path / "build") == before
    assert cli("verify", "car")[0] == 0
    assert cli("verify", "car", "--strict")[0] == 1


def test_disk_full(report, cli, tmp_path, monkeypatch):
    cli("build", "-q")
    before = contents(tmp_path / "build")
    edit(report / "givens.toml", "value = 20", "value = 16")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    code, out, err = cli("build")
    assert code == 2 and "the disk is full" in err and "failed" in out and "Traceback" not in err
    assert contents(tmp_path / "build") == before


def test_one_failing_format_does_not_keep_the_others_from_being_written(report, cli, tmp_path):
    (tmp_path / "build" / "car" / "report.tex").mkdir(parents=True)
    code, out, err = cli("build")
    assert code == 2 and "error[output-failed]" in err
    assert [line.split()[1:3] for line in out.splitlines()[:-1]] == [
        ["ledger", "built"], ["pdf", "built"], ["tex", "failed"], ["md", "built"], ["html", "built"]]


def test_missing_engine(report, cli, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    code, out, err = cli("build", "--to", "pdf,md", "--engine", "latexmk")
    assert code == 2 and "error[engine-missing]" in err and "failed" in out
    assert (tmp_path / "build" / "car" / "report.md").exists() and not (tmp_path / "build" / "car" / "report.pdf").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_while_building(report, tmp_path, number):
    (report / "answers.py").write_text("import sys, time\ndef slow(v):\n    print('started', file=sys.stderr, flush=True)\n    time.sleep(60)\n")
    # a shell that runs the tests in the background hands down an interrupt that is ignored
    process = subprocess.Popen([sys.executable, "-m", "reportgen", "build"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    assert process.stderr.readline() == "started\n"
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 2 and time.monotonic() - began < 10
    assert "error[interrupted]" in err and "Traceback" not in err and out == ""
    assert not (tmp_path / "build" / "car").exists()


# --- figures ----------------------------------------------------------------------------------------------------

FIGURE = '''
def plot(v, t, stopping_distance):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    axes.set_title({title})
    return figure
'''


def with_figure(report, title):
    with (report / "answers.py").open("a") as handle:
        handle.write(FIGURE.replace("{title}", title))
    with (report / "report.md").open("a") as handle:
        handle.write("\n![The way over the time](figure:plot){#fig:plot}\n")


@pytest.mark.parametrize("title", [
    '"no number"', '"at v = 20"', '"reaction 0.8 s, $t = 0.8$"', '"stops after 41 m"', '"Conv2d-1"', '"with 400/16"', '"about 41.0"',
])
def test_figures_may_show_what_they_were_given(report, cli, tmp_path, title):
    with_figure(report, title)
    code, _, err = cli("build")
    assert (code, err) == (0, "")
    assert {"figures/plot.svg"} & set(contents(tmp_path / "build" / "car"))


@pytest.mark.parametrize(("title", "numeral"), [('"brakes with 8"', "8"), ('"v = 21"', "21"), ('"$t = 0.9$"', "0.9"), ('"42 m"', "42")])
def test_a_number_in_a_figure_that_comes_from_no_value(report, cli, title, numeral):
    if numeral == "8":
        title = '"brakes with 48"'  # d: the report has it, but the function was not given it
        numeral = "48"
    with_figure(report, title)
    code, _, err = cli("build")
    assert code == 1 and "error[figure-number]" in err and f"shows {numeral}," in err


def test_a_figure_that_cannot_be_drawn(report, cli):
    with_figure(report, '"$\\\\nosuchcommand$"')
    code, _, err = cli("build")
    assert code == 1 and "error[figure-failed]" in err and "answers.py" in err
