"""What did not change does not run, what did runs, and the outputs are those of a build that knows nothing of an earlier one."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen import digests, trace
from reportgen.build import build
from reportgen.cache import TITLE, Cache
from reportgen.cli import run
from reportgen.diagnostics import FindingsError

ANSWERS = '''"""Four answers and a figure; each says when it runs."""

import sys
from fractions import Fraction

import helpers
from helpers import double
from reportgen.derivation import Table, start
from reportgen.rules import evaluate, substitute

STEPS = 2


def _note(name):
    print("ran", name, file=sys.stderr)


def area(a, b):
    _note("area")
    return start("A = a*b", unit="m^2").then(substitute(a=a, b=b), evaluate())


def perimeter(a, b):
    _note("perimeter")
    return start("P = 2*(a + b)").then(substitute(a=a, b=b), evaluate())


def price(area, cost):
    """What it costs."""
    _note("price")
    return start("K = A*c").then(substitute(A=area, c=cost), evaluate())


def parity(area):
    _note("parity")
    return area.value if False else Fraction(STEPS)


def after_parity(parity):
    _note("after_parity")
    return double(parity)


def sides(a, b):
    _note("sides")
    return Table(("side", "length"), (("first", a), ("second", b)), caption="The sides")
'''
HELPERS = '''"""A module beside answers.py."""

from fractions import Fraction


def double(value):
    return Fraction(2 * int(value.value.text))


def unused():
    return 1
'''
PLOT = '''

def plot(a, b):
    _note("plot")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot([float(a), float(b)], [0, 1])
    axes.set_title("sides")
    return figure
'''
GIVENS = "".join(f'[{name}]\nvalue = {value}\nsource = "the problem"\n\n' for name, value in (("a", 3), ("b", 4), ("cost", '"9/10"'), ("idle", 7)))
TEMPLATE = "# Areas\n\nFirst {{ area }}.\n\n{{ perimeter.steps }}\n\n{% include 'part.md' %}\n"
PART = "Then {{ price }}, {{ price.decimal(3) }}, {{ parity }}, {{ after_parity }} and the rest.\n\n{{ sides.table }}\n"
ALL = {"area", "perimeter", "price", "parity", "after_parity", "sides"}


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_report(tmp_path / "reports" / "plot")


def make_report(folder: Path, *, plot: bool = False) -> Path:
    folder.mkdir(parents=True)
    for name, text in (("answers.py", ANSWERS + PLOT * plot), ("helpers.py", HELPERS), ("givens.toml", GIVENS), ("part.md", PART),
                       ("report.md", TEMPLATE + "\n![The plot](figure:plot)\n" * plot), ("report.toml", 'title = "Areas"\nformats = ["md", "html"]\n')):
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def built(report, capfd):
    """Build the report as the command line does: (result, names of the answers whose functions ran)."""
    def call(targets=("md",), **options):
        capfd.readouterr()
        result = build(report, targets, Path("build/plot"), **{"cache": "use", **options})
        return result, set(ran(capfd.readouterr().err))
    return call


def ran(text: str) -> list[str]:
    return [line.removeprefix("ran ") for line in text.splitlines() if line.startswith("ran ")]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def outputs(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and ".cache" not in p.parts}


def causes(result) -> dict[str, str]:
    return {target.name: target.cause for target in result.targets}


# --- what runs ------------------------------------------------------------------------------------------------------

def test_nothing_changed_runs_nothing(report, built):
    first, names = built()
    assert names == ALL and [t.status for t in first.targets] == ["built", "built"]
    before = outputs(Path("build"))
    kept = {p: p.stat().st_mtime_ns for p in Path("build").rglob("*") if p.is_file() and p.name != "lock"}
    again, names = built()
    assert names == set() and [t.status for t in again.targets] == ["unchanged", "unchanged"] and causes(again) == {"ledger": "", "md": ""}
    assert outputs(Path("build")) == before and {p: p.stat().st_mtime_ns for p in kept} == kept       # not even what is kept is written again
    assert again.counts.endswith("0 files written") and again.counts.split(";")[0] == first.counts.split(";")[0]


def test_a_build_with_nothing_to_do_imports_nothing(report, built):
    built()
    code = ("import sys\nfrom reportgen.__main__ import work\nbefore = set(sys.modules)\ncode = work(['build', 'plot', '--to', 'md'])\n"
            "loaded = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
            "heavy = loaded & {'sympy', 'jinja2', 'flint', 'subprocess', 'json', 're', 'argparse', 'dataclasses', 'pathlib', 'numpy', 'hashlib', 'typing'}\n"
            "sys.exit(code or (f'imported: {heavy}' if heavy else 0))")
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert [line.split()[:3] for line in done.stdout.splitlines()[:-1]] == [["plot", "ledger", "unchanged"], ["plot", "md", "unchanged"]]
    assert done.stdout.splitlines()[-1].endswith("0 files written")


@pytest.mark.parametrize(("file", "old", "new", "expected"), [
    ("report.md", "First", "Firstly", set()),                                     # a sentence
    ("part.md", "and the rest", "and what is left", set()),                       # in a file that is included
    ("givens.toml", "value = 3", "value = 5", {"area", "perimeter", "price", "parity", "sides"}),      # parity comes out as it was: what follows stays
    ("givens.toml", '"9/10"', '"4/5"', {"price"}),
    ("givens.toml", "value = 7", "value = 8", set()),                             # nobody asks for it
    ("givens.toml", "[a]", "# a comment\n[a]", set()),
    ("answers.py", '"""What it costs."""', '"""What it costs in all."""', {"price"}),
    ("answers.py", "STEPS = 2", "STEPS = 3", {"parity", "after_parity"}),         # a constant
    ("answers.py", "STEPS = 2", "# a comment\nSTEPS = 2", set()),                 # places move, nothing else
    ("answers.py", 'print("ran", name', 'print("ran",  name', ALL),               # a helper that all call
    ("helpers.py", "return Fraction(2", "return Fraction(1 + 1)*Fraction(1", {"after_parity"}),       # a module beside answers.py
    ("helpers.py", "return 1", "return 2", ALL),        # "import helpers" alone: all that holds the module may reach all of it
])
def test_only_what_must_runs(report, built, file, old, new, expected):
    if "return 1" in old:
        edit(report / "answers.py", "def _note(name):\n", "def _note(name):\n    helpers.unused()\n")
    else:
        edit(report / "answers.py", "import helpers\n", "")
    built()
    edit(report / file, old, new)
    result, names = built()
    assert names == expected
    assert outputs(Path("build/plot")) == cold(report, result)


def cold(report: Path, result, targets=("md",)) -> dict[str, bytes]:
    """The outputs of the same inputs where nothing is known of an earlier build."""
    assert result.exit_code == 0
    build(report, targets, Path("fresh/plot"), cache="off")
    return outputs(Path("fresh/plot"))


def test_the_content_decides_not_the_clock(report, built):
    built()
    path = report / "givens.toml"
    before = path.stat()
    edit(path, "value = 3", "value = 6")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))         # the same size, the same date
    result, names = built()
    assert "area" in names and result.targets[0].status == "built"
    for name in report.iterdir():
        os.utime(name, (2e9, 2e9))                                       # dates in the future
    assert built()[1] == set()
    for name in [*report.iterdir(), *Path("build/plot").iterdir()]:
        os.utime(name, (0, 0))                                           # and a clock that was set back
    result, names = built()
    assert names == set() and {t.status for t in result.targets} == {"unchanged"}


def test_files_that_a_function_reads_are_inputs(report, built):
    edit(report / "answers.py", "def sides(a, b):\n", "def sides(a, b):\n    from pathlib import Path\n    open(Path(__file__).parent / 'data' / 'x.csv').close()\n")
    (report / "data").mkdir()
    (report / "data" / "x.csv").write_text("1,2\n")
    built()
    (report / "data" / "x.csv").write_text("1,3\n")
    assert built()[1] == {"sides"}
    (report / "data" / "x.csv").unlink()            # a vanished input
    with pytest.raises(FindingsError) as caught:
        built()
    assert "x.csv" in caught.value.findings[0].message


@pytest.mark.parametrize("name", ["two words.md", "tab\there.md", "line\nfeed.md", "back\\slash.md", "back\\tslash.md", "ünï.md", "a;b#c.md"])
def test_names_of_any_kind(report, built, name):
    assert trace.meant(trace.written(name)) == name and not any(c in trace.written(name) for c in "\t\n")
    (report / name).write_text("Some words.\n")
    edit(report / "report.md", "{% include 'part.md' %}", f"{{% include {json.dumps(name, ensure_ascii=False)} %}}")
    built()
    assert trace.unchanged(str(report), "build/plot", ["md"]) is not None
    (report / name).write_text("Other words.\n")
    result, names = built()
    assert names == set() and "line 1" in causes(result)["md"] and b"Other words" in (Path("build/plot") / "report.md").read_bytes()


def test_a_module_outside_the_folder_is_an_input(report, built, tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "outside_of_all.py").write_text("NAME = 'first'\n")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    edit(report / "answers.py", "import helpers\n", "from outside_of_all import NAME\n")
    edit(report / "answers.py", '"The sides"', 'f"The {NAME} sides"')
    built()
    (tmp_path / "lib" / "outside_of_all.py").write_text("NAME = 'other'\n")
    result, names = built()
    assert "sides" in names and b"The other sides" in (Path("build/plot") / "report.md").read_bytes()


def test_a_new_part_of_answers_and_a_module_that_shadows(report, built):
    built()
    (report / "answers_more.py").write_text("def more(a):\n    return a.value\n")
    result, names = built()
    assert names == set() and json.loads((Path("build/plot") / "ledger.json").read_text())["answers"][-1]["name"] == "more"
    (report / "fractions.py").write_text("Fraction = int\n")
    assert built()[1] == {"parity", "after_parity"}       # "from fractions import Fraction" means another module now


def test_a_given_that_comes_or_goes_is_held_against_the_answers(report, built):
    built()
    (report / "givens.toml").write_text(GIVENS + '[price]\nvalue = 1\nsource = "the problem"\n')
    with pytest.raises(FindingsError) as caught:
        built()
    assert {f.code for f in caught.value.findings} == {"answer-duplicate"}
    (report / "givens.toml").write_text(GIVENS.replace("[cost]", "[costs]"))
    with pytest.raises(FindingsError) as caught:
        built()
    assert {f.code for f in caught.value.findings} == {"answer-unknown"}
    (report / "givens.toml").write_text(GIVENS)
    assert built()[1] == set()


def test_places_in_messages_are_those_of_the_files_as_they_are(report, built):
    edit(report / "answers.py", "def price(", "def unsure(a):\n    from reportgen.derivation import claim\n    return claim(CLAIM)\n\n\nCLAIM = \"x^2 = x\"\n\n\ndef price(")
    with pytest.raises(FindingsError) as caught:
        built()
    first = caught.value.findings[0].span
    edit(report / "answers.py", "def area(", "# one\n# two\ndef area(")
    with pytest.raises(FindingsError) as caught:
        built()
    second = caught.value.findings[0].span
    assert caught.value.findings[0].code == "step-refuted" and (second.file, second.line, second.column) == (first.file, first.line + 2, first.column)
    edit(report / "report.md", "First", "Firstly")
    with pytest.raises(FindingsError) as caught:
        built()
    assert caught.value.findings[0].span == second


def test_state_between_answers_makes_all_or_none_run(report, built):
    edit(report / "answers.py", "STEPS = 2", "STEPS = 2\nSEEN = []")
    edit(report / "answers.py", '    _note("area")', '    _note("area")\n    SEEN.append(1)')
    edit(report / "answers.py", "Fraction(STEPS)", "Fraction(len(SEEN))")
    built()
    edit(report / "givens.toml", '"9/10"', '"4/5"')
    result, names = built()
    assert names == ALL and outputs(Path("build/plot")) == cold(report, result)


def test_a_figure_is_kept_whole(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    report = make_report(tmp_path / "reports" / "plot", plot=True)
    build(report, ["md", "tex"], Path("build/plot"), cache="use")
    assert "plot" in ran(capfd.readouterr().err)
    edit(report / "report.md", "First", "Firstly")
    result = build(report, ["md", "tex"], Path("build/plot"), cache="use")
    assert (ran(capfd.readouterr().err), causes(result)["md"]) == ([], "report.md line 3") and {p for p in outputs(Path("build/plot")) if "figures" in p}
    assert outputs(Path("build/plot")) == cold(report, result, ["md", "tex"])
    for path in Path("build/.cache/plot/figures").iterdir():
        path.write_bytes(path.read_bytes()[:-100])              # cut short: drawn again
    edit(report / "report.md", "Firstly", "First")
    capfd.readouterr()
    result = build(report, ["md", "tex"], Path("build/plot"), cache="use")
    assert ran(capfd.readouterr().err) == ["plot"] and outputs(Path("build/plot")) == cold(report, result, ["md", "tex"])


def test_a_failing_page_does_not_lose_what_was_derived(report, built):
    edit(report / "report.md", "First", "First {{ nobody }}")
    with pytest.raises(FindingsError):
        built()
    edit(report / "report.md", "First {{ nobody }}", "First")
    assert built()[1] == set()


# --- targets --------------------------------------------------------------------------------------------------------

def test_a_target_is_made_where_its_own_inputs_changed(report, built, monkeypatch, tmp_path):
    built(("md", "html"))
    layouts = tmp_path / "templates"
    shutil.copytree(digests.layouts_folder(), layouts)
    (layouts / "layout" / "report.css").write_text((layouts / "layout" / "report.css").read_text() + "\n/* more */\n")
    monkeypatch.setattr(digests, "layouts_folder", lambda: str(layouts))
    result, names = built(("md", "html"))
    assert names == set() and {n: bool(c) for n, c in causes(result).items()} == {"ledger": False, "md": False, "html": True}
    assert causes(result)["html"].startswith("layout layout/report.css line")


def test_outputs_that_were_altered_or_lost_are_made_again(report, built):
    built(("md", "html"))
    before = outputs(Path("build/plot"))
    (Path("build/plot") / "report.md").write_text("something else")
    (Path("build/plot") / "report.html").unlink()
    result, names = built(("md", "html"))
    assert names == set() and outputs(Path("build/plot")) == before
    assert causes(result) == {"ledger": "", "md": "report.md was changed since it was written", "html": "report.html is missing"}


def test_the_order_of_the_givens_is_an_input(report, built):
    built(("md", "html"))
    path = Path(report) / "givens.toml"
    first, *others = re.split(r"(?m)^(?=\[)", path.read_text())
    path.write_text(first + "\n".join(reversed(others)))
    result, names = built(("md", "html"))
    assert names == set() and "the order of the givens changed" in causes(result)["ledger"]
    kept = outputs(Path("build/plot"))
    shutil.rmtree("build")
    built(("md", "html"))
    assert outputs(Path("build/plot")) == kept


def test_another_format_later(report, built):
    built(("md",))
    edit(report / "givens.toml", "value = 3", "value = 5")
    result, names = built(("html",))
    assert "area" in names
    result, names = built(("md",))
    assert names == set() and causes(result)["md"] == "given a: 3 -> 5"


def test_overrides_are_inputs(report, built):
    from dataclasses import replace

    from reportgen.deriving import open_report
    from reportgen.expressions import parse

    built()
    given_a = open_report(report).givens["a"]
    result, names = built(overrides={"a": replace(given_a, value=parse("10"))})
    assert "area" in names and "given a: 3 -> 10" in causes(result)["md"]
    result, names = built()
    assert "area" in names and "given a: 10 -> 3" in causes(result)["md"]


# --- tools ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("tool", "runs", "remade"), [("sympy", True, False), ("typst", False, False), ("jinja2", False, True), ("python_flint", True, True)])
def test_versions_of_tools_are_inputs(report, built, monkeypatch, tool, runs, remade):
    before = digests.installed()
    built()
    monkeypatch.setattr(digests, "installed", lambda: {**before, tool: "99.0"})
    result, names = built()
    assert (names == ALL) is runs and bool(names) is runs
    if remade or runs:
        assert causes(result)["md"] == f"{tool} {before[tool]} -> 99.0"
    assert bool(causes(result)["md"]) is (remade or runs)


def test_the_package_itself_the_locale_and_the_options_are_inputs(report, built, monkeypatch):
    built()
    monkeypatch.setattr(digests, "_own", "0" * 40)
    result, names = built()
    assert names == ALL and causes(result)["md"] == "reportgen itself changed" and built()[1] == set()
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    result, names = built()
    assert names == ALL and causes(result)["md"].endswith(" -> de_DE.UTF-8")
    result, names = built(strict=True)
    assert names == set() and "strict: False -> True" in causes(result)["md"]


# --- what is kept is not believed ------------------------------------------------------------------------------------

def forge(change) -> None:
    """Change what is kept, and compute every digest in it again as far as one can without the key."""
    path = Path("build/.cache/plot/answers.json")
    head, _, body = path.read_bytes().partition(b"\n")
    data = change(json.loads(body))
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(head + b"\n" + body)


def altered_value(data):
    text = json.dumps(data["answers"]["parity"]).replace('["N", "2"]', '["N", "77"]')
    assert "77" in text
    data["answers"]["parity"] = json.loads(text)
    return data


@pytest.mark.parametrize("damage", ["value", "verdict", "seal", "cut", "empty", "not json", "version", "key", "bytes"])
def test_an_altered_cache_is_noticed_and_made_again(report, built, monkeypatch, tmp_path, damage):
    built()
    before = outputs(Path("build/plot"))
    path = Path("build/.cache/plot/answers.json")
    data = path.read_bytes()
    if damage == "value":
        forge(altered_value)
    elif damage == "verdict":
        forge(lambda kept: {**kept, "verdicts": {name: {**v, "strength": "kernel"} for name, v in kept["verdicts"].items()}})
    elif damage == "seal":
        body = data.partition(b"\n")[2].replace(b'["N","2"]', b'["N","7"]')
        path.write_bytes(f"{TITLE} {digests.blake2b(body, digest_size=32).hexdigest()}\n".encode() + body)      # a digest without the key
    elif damage == "version":
        path.write_bytes(data.replace(TITLE.encode(), b"reportgen-cache-0", 1))
    elif damage == "key":
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "somebody"))
    else:
        path.write_bytes({"cut": data[:-20], "empty": b"", "not json": b"{", "bytes": bytes(random.Random(1).randbytes(999))}[damage])
    edit(report / "report.md", "First", "Firstly")
    result, names = built()
    assert names == ALL and "the cache is cut short, altered" in causes(result)["md"]
    assert outputs(Path("build/plot")) == cold(report, result) and b"77" not in b"".join(outputs(Path("build/plot")).values())
    edit(report / "report.md", "Firstly", "First")
    assert built()[1] == set() and outputs(Path("build/plot")) == before


def test_a_trace_that_was_altered_is_not_believed(report, built):
    built()
    path = Path("build/.cache/plot/trace")
    (Path("build/plot") / "report.md").write_text("forged")
    lines = path.read_text().split("\n")
    lines = ["\t".join([*line.split("\t")[:3], digests.digest(b"forged")]) if line.startswith("output\tmd\treport.md") else line for line in lines]
    path.write_text("\n".join(lines))
    assert trace.read("build/plot") == []
    built()
    assert (Path("build/plot") / "report.md").read_bytes() != b"forged"


def test_a_kept_value_without_its_verdict_is_judged(report, built, monkeypatch):
    """A cache that is sealed and says something false: what an answer states is judged where no verdict is filed under it."""
    built()
    cache = Cache(Path("build/plot"))
    kept, _ = cache.load()
    text = json.dumps(kept["answers"]["area"]).replace('["N", "12"]', '["N", "13"]')
    assert "13" in text
    kept["answers"]["area"] = json.loads(text)
    (cache.folder / "answers.json").write_bytes(digests.sealed(TITLE, json.dumps(kept).encode()))
    edit(report / "report.md", "First", "Firstly")
    with pytest.raises(FindingsError) as caught:
        built()
    assert {f.code for f in caught.value.findings} == {"step-refuted"}


def test_without_a_place_for_the_key_nothing_is_kept(report, built, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert built()[1] == ALL and not Path("build/.cache/plot/answers.json").exists()
    result, names = built()
    assert names == ALL and result.exit_code == 0


def test_no_cache_runs_everything(report, built):
    built()
    result, names = built(cache="renew")
    assert names == ALL and {t.status for t in result.targets} == {"unchanged"}
    assert built()[1] == set()
    built(cache="off")


# --- the same bytes --------------------------------------------------------------------------------------------------

EDITS = [
    ("givens.toml", r"value = 3", "value = 5"), ("givens.toml", "value = 5", "value = 3"), ("givens.toml", '"9/10"', '"4/5"'),
    ("givens.toml", '"4/5"', '"9/10"'), ("givens.toml", "[a]\n", "[a]\nunit = \"m\"\n"), ("givens.toml", "value = 4", "value = 6"),
    ("report.md", "First", "At first"), ("report.md", "{{ area }}", "{{ area.exact }}"), ("report.md", "{{ area.exact }}", "{{ area }}"),
    ("report.md", "{% include 'part.md' %}", "{% include 'other.md' %}"), ("report.md", "{% include 'other.md' %}", "{% include 'part.md' %}"),
    ("part.md", "decimal(3)", "decimal(5)"), ("part.md", "decimal(5)", "decimal(3)"), ("part.md", "Then", "Thereafter"),
    ("part.md", "{{ parity }}", "{{ parity.verdict }}"), ("answers.py", "STEPS = 2", "STEPS = 3"), ("answers.py", "STEPS = 3", "STEPS = 2"),
    ("answers.py", "\n\n\ndef perimeter", "\n\n\n# moved\n\ndef perimeter"), ("answers.py", "2*(a + b)", "2*a + 2*b"), ("answers.py", "def price", "\ndef price"),
    ("answers.py", '"The sides"', '"Both sides"'), ("answers.py", "return double(parity)", "return double(parity) + 1"),
    ("helpers.py", "2 * int", "3 * int"), ("helpers.py", "3 * int", "2 * int"), ("report.toml", '"Areas"', '"Areas again"'),
    ("report.toml", "formats", 'language = "de"\nformats'), ("report.md", "{{ area }}", "{{ aria }}"), ("report.md", "{{ aria }}", "{{ area }}"),
    ("answers.py", "K = A*c", "K = A*c + "), ("answers.py", "K = A*c + ", "K = A*c"), ("part.md", "the rest", "the 3 rest"), ("part.md", "the 3 rest", "the rest"), ("report.md", "# Areas", "{* hidden *}\n# Areas"),
]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from(range(len(EDITS))), min_size=1, max_size=3), min_size=2, max_size=4))
def test_any_edits_give_the_bytes_of_a_cold_build(tmp_path_factory, rounds):
    base = tmp_path_factory.mktemp("edits")
    report = make_report(base / "reports" / "plot")
    shutil.copy(report / "part.md", report / "other.md")
    edit(report / "other.md", "Then", "Otherwise")
    build(report, ["md", "html"], base / "warm" / "plot", cache="use")
    for number, chosen in enumerate(rounds):
        for index in chosen:
            file, old, new = EDITS[index]
            text = (report / file).read_text()
            (report / file).write_text(text.replace(old, new, 1))
        elsewhere = base / f"copy{number}" / "plot"         # another folder, too
        shutil.copytree(report, elsewhere)
        before = outputs(base / "warm" / "plot")
        warm, fresh = (told(folder, out, cache) for folder, out, cache in (
            (report, base / "warm" / "plot", "use"), (elsewhere, base / f"cold{number}" / "plot", "off")))
        assert warm == fresh
        assert outputs(base / "warm" / "plot") == (before if fresh else outputs(base / f"cold{number}" / "plot"))


def told(folder: Path, out: Path, cache: str) -> list[tuple[str, str, object]]:
    """What is wrong, with its place in the folder; nothing where all was built."""
    try:
        assert build(folder, ["md", "html"], out, cache=cache).exit_code == 0
    except FindingsError as error:
        return [(f.code, f.message.replace(str(folder), ""), f.span and (Path(f.span.file).name, f.span.line, f.span.column)) for f in error.findings]
    return []


def test_a_moved_folder_needs_nothing(report, built, tmp_path, capfd):
    built()
    shutil.copytree(tmp_path / "reports", tmp_path / "far" / "reports")
    shutil.copytree(tmp_path / "build", tmp_path / "far" / "build")
    capfd.readouterr()
    build(tmp_path / "far" / "reports" / "plot", ["md"], tmp_path / "far" / "build" / "plot", cache="use")
    assert ran(capfd.readouterr().err) == []


# --- why ------------------------------------------------------------------------------------------------------------

@pytest.fixture
def cli(capsys):
    def call(*arguments):
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err
    return call


def test_why_before_and_after(report, cli):
    assert cli("why", "plot", "report.md")[1].splitlines() == ["plot report.md", "  now: would be made: nothing was kept yet"]
    cli("build", "-q")
    code, out, err = cli("why", "plot", "report.md")
    assert (code, err) == (0, "") and out.splitlines()[1:] == ["  last build: made: nothing was kept yet", "  now: nothing to do, nothing has changed"]


@pytest.mark.parametrize(("file", "old", "new", "target", "said"), [
    ("givens.toml", '"9/10"', '"4/5"', "report.md", "given cost: 9/10 -> 4/5"),
    ("givens.toml", '"9/10"', '"4/5"', "price", "given cost: 9/10 -> 4/5"),
    ("givens.toml", "value = 3", "value = 5", "price", "given a: 3 -> 5 (for area)"),
    ("givens.toml", "value = 3\n", 'value = 3\nunit = "m"\n', "md", "given a: 3 -> 3 m"),
    ("givens.toml", '"the problem"', '"page 2"', "md", "given a: its unit, symbol or source changed; given b: "),
    ("report.md", "First", "Firstly", "html", "report.md line 3"),
    ("part.md", "Then", "Later", "report.md", "part.md line 1"),
    ("report.toml", '"Areas"', '"More"', "md", "report.toml line 1"),
    ("answers.py", "K = A*c", "K = c*A", "price", "answers.py: function price changed"),
    ("answers.py", "STEPS = 2", "STEPS = 3", "parity", "answers.py: constant STEPS changed"),
    ("helpers.py", "2 * int", "3 * int", "after_parity", "helpers.py: function double changed"),
    ("answers.py", "K = A*c", "K = c*A", "ledger.json", "answers.py: function price changed"),
])
def test_why_names_the_input(report, cli, file, old, new, target, said):
    cli("build", "-q")
    edit(report / file, old, new)
    code, out, _ = cli("why", "plot", target)
    assert code == 0 and f"  now: would be made: {said}" in out, out
    cli("build", "-q")
    code, out, _ = cli("why", "plot", target)
    assert "  now: nothing to do" in out
    assert f"made: {said.split(' (for')[0].split(';')[0]}" in out or "came out" in out or "answer area changed" in out, out


def test_why_of_what_did_not_need_to_run(report, cli):
    cli("build", "-q")
    edit(report / "givens.toml", '"9/10"', '"4/5"')
    assert "nothing to do" in cli("why", "plot", "perimeter")[1]
    cli("build", "-q")
    assert "  last build: left as it was; made before that: nothing was kept yet" in cli("why", "plot", "perimeter")[1]


def test_why_of_tools_and_of_nothing(report, cli, monkeypatch):
    cli("build", "-q", "--to", "md")
    installed = digests.installed()
    monkeypatch.setattr(digests, "installed", lambda: {**installed, "jinja2": "99"})
    assert f"would be made: jinja2 {installed['jinja2']} -> 99" in cli("why", "plot", "md")[1]
    assert "it was never built" in cli("why", "plot", "html")[1]
    code, out, err = cli("why", "plot", "prise")
    assert code == 2 and out == "" and "did you mean price?" in err
    assert cli("why", "plot")[1].count("now:") == 3


def test_causes_stand_in_the_lines_of_a_build(report, cli):
    _, out, _ = cli("build")
    assert "(" not in out
    edit(report / "givens.toml", '"9/10"', '"4/5"')
    _, out, _ = cli("build")
    assert out.splitlines()[0].endswith("build/plot/ledger.json  (given cost: 9/10 -> 4/5)")
