"""The wheel holds what it must; the lock, the bounds and the doctor agree with each other."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import reportgen
from reportgen import doctor
from reportgen.resources import templates_folder

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text):
    name, bound = re.fullmatch(r"([\w.-]+)>=([\d.]+)", text).groups()
    return canonical(name), bound


LOCKED = {canonical(n): v for n, v in re.findall(r"^([\w.-]+)==(\S+)$", LOCK, re.MULTILINE)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="the build backend is in the lock, not in the runtime")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
                    "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True, text=True)
    (found,) = folder.glob("reportgen-*.whl")
    return found


def test_wheel_carries_the_templates_and_every_module(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert f"reportgen/templates/{path.relative_to(ROOT / 'templates').as_posix()}" in inside
    for path in (ROOT / "reportgen").rglob("*.py"):
        assert path.relative_to(ROOT).as_posix() in inside
    assert not [name for name in inside if name.startswith(("tests/", "reports/", "templates/", "build/"))]


def test_installed_from_the_wheel_it_finds_its_templates(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = "import reportgen.resources as r, reportgen.starter as s; print(r.templates_folder()); s.new('mine')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "site" / "reportgen" / "templates")
    assert (tmp_path / "mine" / "answers.py").is_file()


def test_console_script(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
        assert "reportgen = reportgen.__main__:main" in archive.read(name).decode()


def test_every_dependency_has_a_lower_bound_and_is_locked_above_it():
    # "smt" is not installed by make: its tests are skipped where it is missing
    extras = [r for name, group in PROJECT["optional-dependencies"].items() for r in group if not r.startswith("reportgen") and name not in ("smt", "cluster")]
    for text in [*PROJECT["dependencies"], *extras]:
        name, bound = requirement(text)
        assert doctor._numbers(LOCKED[name]) >= doctor._numbers(bound), name


def test_the_lock_is_closed():
    """Everything that a locked package needs here is locked as well, in the version that is installed."""
    for name, version in LOCKED.items():
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        if importlib.metadata.version(name) != version:
            continue  # not run from make's environment
        for need in needs:
            if ";" not in need:
                assert canonical(re.match(r"[\w.-]+", need)[0]) in LOCKED, (name, need)


def test_the_lock_holds_exact_versions_only():
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(LOCKED) and "file:" not in LOCK and "reportgen" not in LOCKED


def test_the_doctor_knows_the_same_bounds():
    bounds = dict(requirement(text) for text in PROJECT["dependencies"])
    assert {canonical(name): oldest for name, _, oldest, _ in doctor.PACKAGES} == bounds
    optional = dict(requirement(text) for extra in ("smt", "cluster") for text in PROJECT["optional-dependencies"][extra])
    assert {canonical(name): oldest for name, _, oldest, _ in doctor.OPTIONAL_PACKAGES} == optional
    assert PROJECT["requires-python"] == ">=" + ".".join(map(str, doctor.OLDEST_PYTHON))


def test_package_docstring_tells_the_flows_in_under_30_lines():
    assert len(reportgen.__doc__.splitlines()) < 30
    for word in ("givens", "derivation", "ledger", "submission", "judge"):
        assert word in reportgen.__doc__


def test_no_module_is_too_long():
    lengths = {path.relative_to(ROOT).as_posix(): path.read_bytes().count(b"\n") for path in (ROOT / "reportgen").rglob("*.py")}
    too_long = {name: lines for name, lines in lengths.items() if lines > 500}
    assert not too_long


def test_starter_is_in_the_templates():
    assert {p.name for p in (templates_folder() / "starter").iterdir() if p.is_file()} == {
        "report.toml", "givens.toml", "answers.py", "report.md"}


def test_make_knows_no_newer_syntax_than_3_81():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for newer in ("&:", ".ONESHELL", ".RECIPEPREFIX", "$(file ", "!=", "::=", "$(let ", "$(intcmp "):
        assert newer not in text, newer


def test_scripts_are_sound():
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_what_must_be_trusted_is_small_and_said_in_one_place():
    """Lines that are not blank, docstrings and comments included."""
    from reportgen.core import MODULES

    home = ROOT / "reportgen" / "core"
    assert {path.stem for path in home.glob("*.py")} == set(MODULES)
    lines = [line for name in MODULES for line in (home / f"{name}.py").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 1500 and max(map(len, lines)) <= 145
    told = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("### What must be trusted")[2].partition("###")[0]
    assert re.findall(r"^\| `core/(\w+)`", told, re.MULTILINE) == list(MODULES)
