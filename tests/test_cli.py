"""The command line: exit codes, streams, help, messages."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pytest

from reportgen import __version__
from reportgen.cli import Terminal, run
from reportgen.diagnostics import Finding, Span

COMMANDS = ("build", "watch", "why", "verify", "explain", "values", "new", "doctor")


@pytest.fixture
def cli(capsys, tmp_path, monkeypatch):
    """Run the command line in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def call(*arguments):
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


# --- help and usage ---------------------------------------------------------------------------------------------

def test_version(cli):
    assert cli("--version") == (0, f"reportgen {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), *((c,) for c in COMMANDS)])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_everywhere(cli, arguments, option):
    code, out, err = cli(*arguments, option)
    assert code == 0 and err == "" and out.startswith("usage: reportgen") and "exit codes" in out
    for option in ("--quiet", "--verbose", "--color", "--debug"):
        assert option in out


def test_help_names_every_command(cli):
    _, out, _ = cli("--help")
    assert all(re.search(rf"^ +{c} ", out, re.MULTILINE) for c in COMMANDS)


def test_help_and_version_import_nothing_heavy():
    code = "import sys\nfrom reportgen.cli import run\nrun(['--version'])\nrun(['build', '--help'])\n" \
           "heavy = {'sympy', 'numpy', 'matplotlib', 'jinja2', 'flint', 'pypandoc', 'typst', 'subprocess', 'difflib'} & set(sys.modules)\n" \
           "assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(("arguments", "piece", "hint"), [
    ((), "required: COMMAND", "reportgen --help"),
    (("bild",), "there is no command 'bild'", "did you mean build?"),
    (("frobnicate",), "there is no command 'frobnicate'", "reportgen --help"),
    (("build", "--too", "pdf"), "--too", "reportgen"),
    (("build", "--to", "docx"), "'docx' is not a format; known: pdf, tex, md, html", "reportgen build --help"),
    (("build", "--to", ","), "no format", "reportgen build --help"),
    (("build", "--engine", "latexmkk"), "there is no engine 'latexmkk'", "did you mean latexmk?"),
    (("build", "-q", "-v"), "not allowed with", "reportgen build --help"),
    (("build", "--out"), "expected one argument", "reportgen build --help"),
    (("verify",), "required: REPORT", "reportgen verify --help"),
    (("explain", "x"), "'x' is no code of a finding, no rule, no view and no field", "explain REPORT ANSWER"),
    (("explain", "isolat"), "'isolat' is no code", "did you mean isolate?"),
    (("test",), "make test runs the tests", ""),
    (("preview",), "there is no command 'preview': reportgen watch REPORT builds on each change", ""),
    (("watch",), "required: REPORT", "reportgen watch --help"),
    (("watch", "x", "--port", "99999"), "'99999' is not a port from 0 to 65535", "reportgen watch --help"),
    (("why",), "required: REPORT", "reportgen why --help"),
    (("build", "--log-format", "xml"), "there is no log-format 'xml'", "reportgen build --help"),
    (("clean",), "make clean", ""),
    (("why", "size"), "there is no report 'size'", "reportgen new DIR"),
    (("init",), "reportgen new DIR", ""),
    (("help",), "reportgen --help", ""),
    (("explain",), "required: REPORT", "reportgen explain --help"),
    (("values", "a", "b"), "unrecognized arguments: b", "reportgen"),
    (("--colour", "build"), "--colour", "reportgen"),
])
def test_wrong_usage(cli, arguments, piece, hint):
    code, out, err = cli(*arguments)
    assert code == 2 and out == ""
    assert err.startswith("error[usage]: ") and piece in err and hint in err


# --- reports that are not there ---------------------------------------------------------------------------------

def test_nothing_to_build_is_never_0(cli):
    code, out, err = cli("build")
    assert code == 2 and out == "" and "error[nothing-built]" in err and "reportgen new" in err


@pytest.mark.parametrize("command", [("build",), ("verify",), ("values",)])
def test_unknown_report_lists_the_known(cli, tmp_path, command):
    for name in ("alpha", "beta"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "report.toml").write_text('title = "T"\n')
    (tmp_path / "reports" / "notes").mkdir()
    code, out, err = cli(*command, "alpa")
    assert code == 2 and out == "" and "there is no report 'alpa'" in err
    assert "did you mean alpha?" in err
    code, out, err = cli(*command, "zzz")
    assert code == 2 and "reports here: alpha, beta" in err and "notes" not in err


# --- new --------------------------------------------------------------------------------------------------------

def test_new(cli, tmp_path):
    code, out, err = cli("new", "mine")
    assert code == 0 and err == "" and "reportgen build mine" in out
    assert {p.name for p in (tmp_path / "mine").iterdir()} == {"report.toml", "givens.toml", "answers.py", "report.md"}


def test_what_new_says_to_type_can_be_typed(cli):
    code, out, _ = cli("new", "1 bad/näme")
    assert code == 0 and out.endswith("type: reportgen build '1 bad/näme'\n")


def test_new_refuses_a_folder_that_is_not_empty(cli, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.md").write_text("precious")
    code, out, err = cli("new", "mine")
    assert code == 2 and out == "" and "mine is not empty" in err
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["report.md"]
    assert (tmp_path / "mine" / "report.md").read_text() == "precious"


def test_new_takes_an_empty_folder_and_refuses_a_file(cli, tmp_path):
    (tmp_path / "empty").mkdir()
    assert cli("new", "empty")[0] == 0
    (tmp_path / "file").write_text("x")
    code, _, err = cli("new", "file")
    assert code == 2 and "is a file" in err
    code, _, err = cli("new", "file/inside")
    assert code == 2 and "error[output-failed]" in err


def test_explain_a_code(cli):
    code, out, err = cli("explain", "typed-number")
    assert (code, err) == (0, "") and out.startswith("typed-number: a number was typed\n\n") and "[declared]" in out


def test_explain_rules_and_views(cli):
    code, out, err = cli("explain", "rules")
    assert (code, err) == (0, "") and "quadratic_formula(" in out and "O = N/S + 1" in out and "S != 0" in out
    code, out, err = cli("explain", "views")
    assert (code, err) == (0, "") and "{{ x.decimal(2) }}" in out and "![caption](figure:name)" in out
    code, out, _ = cli("explain", "isolate")
    assert code == 0 and out.startswith("isolate(name)\n") and "from reportgen.rules import isolate" in out
    code, out, _ = cli("explain", "conditions")
    assert code == 0 and out.count("{{ x.conditions }}") == 2
    code, out, _ = cli("explain", "codes")
    assert code == 0 and "typed-number" in out


def test_a_command_that_exists_is_not_explained_away():
    from reportgen.cli import ELSEWHERE, _parser

    commands = next(a.choices for a in _parser()._actions if a.choices and "build" in a.choices)
    assert not set(ELSEWHERE) & set(commands)


# --- doctor -----------------------------------------------------------------------------------------------------

def test_doctor(cli):
    code, out, err = cli("doctor")
    assert code == 0 and err == ""
    for name in ("python", "sympy", "python-flint", "pandoc", "typst", "latexmk", "chromium"):
        assert name in out
    assert "Everything needed is there." in out


def test_doctor_says_what_to_type(cli, monkeypatch):
    from reportgen import doctor

    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor, "PACKAGES", (("sympy", "sympy", "99.0", "x"), ("no-such-thing", "nothing", "1.0", "x")))
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    code, out, _ = cli("doctor")
    assert code == 2 and "missing" in out
    assert "older than 99.0" in out and "pip install 'no-such-thing>=1.0'" in out
    assert "sudo apt-get install chromium" in out and "apt-get install latexmk" in out
    monkeypatch.setattr(doctor.sys, "platform", "darwin")
    assert "brew install poppler" in cli("doctor")[1]


# --- how things are said ----------------------------------------------------------------------------------------

FINDING = Finding("given-invalid", "wrong: 0.5", Span("nowhere.toml", 3, 4), "write it")
WARNING = Finding("step-undecided", "unsure", severity="warning")


@pytest.mark.parametrize(("color", "environment", "tty", "colored"), [
    ("auto", {}, True, True),
    ("auto", {}, False, False),
    ("auto", {"NO_COLOR": "1"}, True, False),
    ("auto", {"NO_COLOR": ""}, True, True),
    ("auto", {"TERM": "dumb"}, True, False),
    ("always", {"NO_COLOR": "1"}, False, True),
    ("never", {}, True, False),
])
def test_color(monkeypatch, color, environment, tty, colored):
    class Stream(io.StringIO):
        def isatty(self):
            return tty

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    Terminal(0, color).findings([FINDING])
    assert ("\x1b[" in stream.getvalue()) is colored
    plain = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
    assert plain == "error[given-invalid]: wrong: 0.5\n  --> nowhere.toml:3:4\n  hint: write it\n"


def test_a_long_line_is_cut_around_the_place(tmp_path):
    from reportgen.diagnostics import LONGEST_LINE, describe

    (tmp_path / "f").write_text("a" * 3000 + "BAD" + "b" * 3000)
    shown, carets = describe(Finding("given-invalid", "m", Span(str(tmp_path / "f"), 1, 3001, 3))).split("\n")[3:5]
    assert len(shown) < LONGEST_LINE + 20 and shown[carets.index("^"):][:3] == "BAD" and carets.count("^") == 3


def test_quiet_leaves_out_warnings_and_progress_but_not_errors(capsys):
    terminal = Terminal(-1)
    terminal.say("progress")
    terminal.note("remark")
    terminal.findings([WARNING, FINDING])
    said = capsys.readouterr()
    assert said.out == "" and "unsure" not in said.err and "wrong: 0.5" in said.err


def test_internal_error(cli, monkeypatch):
    from reportgen import starter

    def broken(folder):
        raise RuntimeError("oh")

    monkeypatch.setattr(starter, "new", broken)
    code, out, err = cli("new", "x")
    assert code == 2 and out == "" and "error[internal]: an error in reportgen itself: RuntimeError: oh" in err
    assert "Traceback" not in err and "--debug" in err
    with pytest.raises(RuntimeError):
        cli("--debug", "new", "x")


def test_interrupt(cli, monkeypatch):
    from reportgen import starter

    def interrupted(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(starter, "new", interrupted)
    code, out, err = cli("new", "x")
    assert code == 2 and out == "" and "error[interrupted]" in err and "Traceback" not in err


def test_a_reader_that_leaves_early_is_no_error():
    done = subprocess.run(f"{sys.executable} -m reportgen doctor | head -n 1; exit ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash",
                          capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("reportgen")


@pytest.mark.parametrize(("watched", "arguments"), [(False, ("explain", "typed-number")), (False, ("explain", "no-such-thing")), (True, ("explain", "typed-number"))])
def test_the_process_ends_with_the_command(cli, watched, arguments):
    """At once, with the exit code, with all that was said, and after what was registered for the end; but not under a profiler."""
    code = ("import atexit, sys\nfrom reportgen.__main__ import main\natexit.register(print, 'registered')\n"
            f"sys.argv = ['reportgen', *{arguments}]\n{'sys.setprofile(lambda *_: None)' if watched else ''}\nfound = main()\nprint('here')\nsys.exit(found)")
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"], capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"})
    expected, out, err = cli(*arguments)
    assert (done.returncode, done.stderr) == (expected, err) and expected in (0, 2)
    assert done.stdout == out + ("here\n" if watched else "") + "registered\n"


def test_what_cannot_be_said_is_no_success():
    done = subprocess.run(f"{sys.executable} -m reportgen --help > /dev/full", shell=True, capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"})
    assert done.returncode != 0
