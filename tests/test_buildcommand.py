"""What a build tells programs: JSON lines, and rules for make that a real make obeys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reportgen.buildcommand import make_name
from reportgen.cli import run
from reportgen.resources import templates_folder

MAKE = shutil.which("make")
OURSELVES = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}     # these tests may be run by make


@pytest.fixture
def report(tmp_path, monkeypatch):
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


def records(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


# --- JSON lines -----------------------------------------------------------------------------------------------------

def test_json_lines_of_a_build(report, cli):
    code, out, err = cli("build", "--to", "md,html", "--log-format", "json")
    said = records(out)
    assert (code, err) == (0, "") and [r["event"] for r in said] == ["start", "target", "target", "target", "done"]
    assert all(r["report"] == "car" for r in said)
    assert [(r["target"], r["status"], r["path"], r["files"]) for r in said[1:4]] == [
        (name, "built", path, [path]) for name, path in (("ledger", "build/car/ledger.json"), ("md", "build/car/report.md"), ("html", "build/car/report.html"))]
    assert all(isinstance(r["seconds"], float) for r in said[1:]) and said[-1]["exit_code"] == 0 and said[-1]["findings"] == 0
    _, out, _ = cli("build", "--to", "md", "--log-format", "json")
    assert [(r["status"], r["cause"], r["files"]) for r in records(out)[1:3]] == [("unchanged", "", [])] * 2


def test_json_lines_of_findings(report, cli):
    text = (report / "report.md").read_text()
    (report / "report.md").write_text(text.replace("{{ v }}", "{{ speed }}"))
    code, out, err = cli("build", "--log-format", "json")
    said = records(out)
    assert (code, err) == (1, "") and [r["event"] for r in said] == ["start", "finding", "failed"]
    finding = said[1]
    assert finding["code"] == "template-undefined" and finding["severity"] == "error" and finding["file"].endswith("car/report.md") and finding["line"] == 3
    assert said[2]["exit_code"] == 1 and said[2]["findings"] == 1


# --- dependency files -------------------------------------------------------------------------------------------------

def rules(text: str) -> dict[str, set[str]]:
    """What make itself makes of a dependency file: target -> prerequisites."""
    done = subprocess.run([MAKE, "-npq", "-f", "-", "--no-builtin-rules"], input="all:\n" + text, capture_output=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        if ":" in line and not line.startswith(("#", "\t", " ", ".")):
            target, _, rest = line.partition(":")
            found[target] = set(rest.split())
    return found


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
def test_every_input_is_a_dependency(report, cli):
    (report / "part.md").write_text("More words.\n")
    (report / "helpers.py").write_text("NAME = 1\n")
    with (report / "report.md").open("a") as handle:
        handle.write("\n{% include 'part.md' %}\n")
    with (report / "answers.py").open("a") as handle:
        handle.write("\n\nimport helpers\n")
    assert cli("build", "--to", "md", "--depfile", "build/car.d")[0] == 0
    found = rules(Path("build/car.d").read_text())
    expected = {f"reports/car/{name}" for name in ("answers.py", "givens.toml", "report.toml", "report.md", "part.md", "helpers.py")}
    for target in ("build/car/ledger.json", "build/car/report.md"):
        assert expected <= found[target] and {os.path.basename(n) for n in found[target] - expected} <= set(os.listdir(templates_folder() / "layout")) | {"report.mplstyle"}
    assert all(found[name] == set() for name in expected)       # an input that goes away is no error of make


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
def test_a_makefile_builds_what_must_be_built(report, tmp_path):
    (tmp_path / "Makefile").write_text("build/car/report.md:\n\t@echo building\n\t@$(REPORTGEN) build -q car --to md --depfile build/car.d\n\t@touch $@\n-include build/car.d\n")
    surroundings = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p), REPORTGEN=f"{sys.executable} -m reportgen")

    def made() -> bool:
        done = subprocess.run([MAKE], cwd=tmp_path, env=surroundings, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return "building" in done.stdout

    assert made() and not made()
    for number, name in enumerate(("givens.toml", "answers.py", "report.md", "report.toml")):
        later = time.time() + 1000 * (number + 1)
        os.utime(tmp_path / "build/car/report.md", (later, later))
        os.utime(report / name, (later + 500, later + 500))
        assert made(), name


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
@pytest.mark.parametrize("name", ["plain.md", "two words.md", "a#b.md", "cost$.md", "50%.md", "ünï.md", "a:b.md", "back\\slash.md", "$(shell echo bad).md"])
def test_names_as_make_reads_them(tmp_path, name):
    (tmp_path / name).write_text("")
    (tmp_path / "Makefile").write_text(f"all: {make_name(name)}\n\t@echo made\n")
    done = subprocess.run([MAKE], cwd=tmp_path, env=OURSELVES, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "made\n"), done.stderr
    (tmp_path / name).unlink()
    done = subprocess.run([MAKE], cwd=tmp_path, env=OURSELVES, capture_output=True, text=True)
    assert done.returncode == 2 and "No rule to make target" in done.stderr
    with (tmp_path / "Makefile").open("a") as handle:
        handle.write(f"{make_name(name, target=True)}:\n")         # as a target: it may be gone
    done = subprocess.run([MAKE], cwd=tmp_path, env=OURSELVES, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "made\n"), done.stderr


def test_a_failed_build_writes_no_dependencies(report, cli):
    (report / "givens.toml").write_text("[")
    assert cli("build", "--depfile", "car.d")[0] == 1 and not Path("car.d").exists()
    assert cli("build", "--depfile", "nowhere/\0/car.d")[0] == 1
