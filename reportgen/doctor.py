"""What is installed, what is missing, and what to type to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from reportgen import __version__
from reportgen.diagnostics import FindingsError

OLDEST_PYTHON = (3, 11)
TIMEOUT = 20  # seconds for a program to tell its version

# distribution, module, oldest version (as in pyproject.toml), what it is for
PACKAGES = (
    ("sympy", "sympy", "1.13", "searches for derivations"),
    ("python-flint", "flint", "0.7", "judges them"),
    ("jinja2", "jinja2", "3.1.4", "templates"),
    ("numpy", "numpy", "1.26", "data of figures"),
    ("matplotlib", "matplotlib", "3.9", "figures"),
    ("pypandoc_binary", "pypandoc", "1.15", "pandoc: Markdown, LaTeX, HTML"),
    ("typst", "typst", "0.14", "Typst: PDF"),
    ("pypdfium2", "pypdfium2", "4.30", "reads the finished PDF again"),
)
OPTIONAL_PACKAGES = (
    ("z3-solver", "z3", "4.13", "counterexamples and side conditions in reportgen explain"),
    ("distributed", "distributed", "2024.8", "variants on a Dask cluster: reportgen variants --scheduler"),
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that only some work needs; ``debian`` and ``homebrew`` are what to type to get it."""

    names: tuple[str, ...]
    purpose: str
    debian: str
    homebrew: str


_TEX_DEBIAN = ("apt-get install latexmk texlive-latex-base texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended "
               "texlive-luatex lmodern")
_TEX_MAC = "brew install --cask mactex-no-gui"
PROGRAMS = (
    Program(("latexmk",), "PDF with --engine latexmk", _TEX_DEBIAN, _TEX_MAC),
    Program(("pdflatex",), "compiling report.tex yourself", _TEX_DEBIAN, _TEX_MAC),
    Program(("lualatex",), "compiling report.tex yourself", _TEX_DEBIAN, _TEX_MAC),
    Program(("chromium", "chromium-browser", "google-chrome"), "the browser tests of the HTML", "apt-get install chromium",
            "brew install --cask chromium"),
    Program(("coqc",), "reportgen verify --kernel", "apt-get install --no-install-recommends coq libcoq-interval libcoq-coquelicot", "brew install opam"
            " && opam install coq coq-interval coq-coquelicot"),
    Program(("pdftotext",), "tests that read the PDF", "apt-get install poppler-utils", "brew install poppler"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing looked for.  ``version`` is empty where it is missing; ``remedy`` is what to type."""

    name: str
    version: str
    purpose: str
    remedy: str = ""
    required: bool = True

    @property
    def good(self) -> bool:
        return not self.remedy


@dataclass(frozen=True, slots=True)
class Examination:
    """All rows; ``sound``: everything that is required is there."""

    rows: tuple[Row, ...]

    @property
    def sound(self) -> bool:
        return all(row.good for row in self.rows if row.required)

    @property
    def text(self) -> str:
        names = max(len(row.name) for row in self.rows)
        versions = max(len(row.version or "missing") for row in self.rows)
        lines = [f"reportgen {__version__} on {platform.system()} {platform.machine()}"]
        for required in (True, False):
            lines += ["", "needed" if required else "optional"]
            for row in self.rows:
                if row.required == required:
                    state = "ok" if row.good else "!!" if required else "--"
                    lines.append(f"  {state}  {row.name:<{names}}  {row.version or 'missing':<{versions}}  {row.purpose}")
                    if row.remedy:
                        lines.append(f"      {'type:':<{names}}  {row.remedy}")
        lines += ["", "Everything needed is there." if self.sound else "Something that is needed is missing."]
        return "\n".join(lines)


def examine() -> Examination:
    """Look for everything: Python, packages, the two embedded engines, optional programs."""
    rows = [_python(), *(_package(*row) for row in PACKAGES), _pandoc(), _templates()]
    optional = (*(_package(*row, required=False) for row in OPTIONAL_PACKAGES), *(_program(p) for p in PROGRAMS))
    return Examination((*rows, *optional))


def _python() -> Row:
    version = platform.python_version()
    good = sys.version_info >= OLDEST_PYTHON
    return Row("python", version, sys.executable, "" if good else f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")


def _package(distribution: str, module: str, oldest: str, purpose: str, required: bool = True) -> Row:
    remedy = f"{sys.executable} -m pip install '{distribution}>={oldest}'"
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return Row(distribution, "", purpose, remedy, required)
    if importlib.util.find_spec(module) is None:
        return Row(distribution, version, f"{purpose} (installed, but {module} cannot be imported)", remedy, required)
    if _numbers(version) < _numbers(oldest):
        return Row(distribution, version, f"{purpose} (older than {oldest})", remedy, required)
    return Row(distribution, version, purpose, required=required)


def _pandoc() -> Row:
    from reportgen import pandoc

    try:
        path = pandoc.executable()
    except FindingsError as error:
        return Row("pandoc", "", "reads the report, writes LaTeX and HTML", error.findings[0].hint.removeprefix("type: "))
    version = _version_of(path)
    return Row("pandoc", version, path, "" if version else f"{sys.executable} -m pip install --force-reinstall pypandoc_binary")


def _templates() -> Row:
    from reportgen.resources import templates_folder

    try:
        return Row("templates", __version__, str(templates_folder()))
    except FileNotFoundError:
        return Row("templates", "", "page layouts", f"{sys.executable} -m pip install --force-reinstall reportgen")


def _program(program: Program) -> Row:
    for name in program.names:
        path = shutil.which(name)
        if path:
            return Row(name, _version_of(path) or "found", program.purpose, required=False)
    remedy = program.homebrew if sys.platform == "darwin" else f"sudo {program.debian}"
    return Row(program.names[0], "", program.purpose, remedy, required=False)


def _version_of(path: str) -> str:
    """The version that a program tells, or "" where it does not start or tells none."""
    for option in ("--version", "-v"):
        try:
            done = subprocess.run([path, option], capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        found = re.search(rb"\d+(?:\.\d+)+[a-z]?", done.stdout + done.stderr)
        if found and done.returncode in (0, 99):  # pdftotext -v used to end with 99
            return found[0].decode()
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
