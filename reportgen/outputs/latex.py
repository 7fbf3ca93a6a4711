"""LaTeX that stands alone, and the PDF that a TeX engine makes of it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import pandoc
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.outputs.common import breaks_kept, formulas, unwrapped, with_images
from reportgen.pandoctree import Node, math, raw_block, rewrite
from reportgen.resources import layout

if TYPE_CHECKING:
    from reportgen.outputs import Job

TIMEOUT = 300
_MARK = "%display"
_WARNING = re.compile(r"^(?:LaTeX|Package [\w-]+|Class [\w-]+)(?: \w+)? Warning: .*|^(?:Overfull \\[hv]box) .*|^Missing character: .*",
                      re.MULTILINE)


def begin(job: Job) -> Callable[[], dict[str, bytes]]:
    """``report.tex`` and ``figures/*.pdf``."""
    text = source(job).encode("utf-8")
    return lambda: {"report.tex": text, **{f"figures/{figure.name}.pdf": figure.pdf for figure in job.shown_figures}}


def source(job: Job) -> str:
    """The LaTeX source; figures are read from ``figures/``."""
    blocks = with_images(list(job.document.blocks), lambda name: f"figures/{name}.pdf")
    blocks = formulas(blocks, _display, lambda tex, alt: math(tex))

    def change(node: Node) -> Node | list[Node] | None:
        if node["t"] == "Div" and "declared-note" in node["c"][0][1]:
            return [raw_block("latex", "\\begin{declarednote}"), *node["c"][1], raw_block("latex", "\\end{declarednote}")]
        if node["t"] == "Image":
            attributes, *rest = node["c"]
            kept = [[name, value] for name, value in attributes[2] if name in ("width", "height", "alt")]
            return {"t": "Image", "c": [["", [], kept], *rest]}
        return unwrapped(node)

    text = pandoc.write(rewrite(blocks, change, ("Div", "Image", "Span")), "latex", meta=job.variables(), template=layout("report.tex"))
    # A display formula belongs to the paragraph before it: an empty line there would be set as an empty line.
    return re.sub(rf"\n\n{_MARK}\n", "\n", text).replace(f"{_MARK}\n", "")


def _display(tex: str, name: str, number: str, alt: str, entries: str) -> Node:
    # the number and as much again on the other side of a centred formula
    room = "3.2em" if number else "0pt"
    inside = f"\\fitted{{{room}}}{{{breaks_kept(tex)}}}"
    if not number:
        return raw_block("latex", f"{_MARK}\n\\[{inside}\\]")
    label = f"\\label{{{name}}}" if name else ""
    return raw_block("latex", f"{_MARK}\n\\begin{{equation}}\\tag{{{number}}}{label}\n{inside}\n\\end{{equation}}")


def begin_pdf(job: Job) -> Callable[[], dict[str, bytes]]:
    """``report.pdf`` by latexmk and lualatex (pdflatex where it is missing).

    Raises FindingsError: engine-missing (exit code 2), engine-failed for an error or a warning of TeX.
    """
    engine = next((name for name in ("lualatex", "pdflatex") if shutil.which(name)), None)
    if engine is None or shutil.which("latexmk") is None:
        missing = "latexmk" if engine else "a TeX engine"
        raise FindingsError(Finding(
            "engine-missing", f"{missing} is not installed",
            hint="leave out --engine to use Typst, or install TeX Live: apt-get install latexmk texlive-latex-extra "
                 "texlive-luatex lmodern, or brew install --cask mactex"), exit_code=EXIT_UNABLE)
    files = begin(job)

    def finish() -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="reportgen-") as name:
            folder = Path(name)
            for path, content in files().items():
                target = folder / path
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
            return {"report.pdf": compile_pdf(folder, engine, job.meta.date)}
    return finish


_WANTS_RERUN = re.compile(r"Rerun to get|Rerun LaTeX|has changed\. Rerun")


def compile_pdf(folder: Path, engine: str, date: str = "") -> bytes:
    """The PDF of ``folder/report.tex``; TeX runs without a shell and can neither read nor write outside the folder."""
    from reportgen.outputs.typst import _moment
    environment = {**os.environ, "openin_any": "p", "openout_any": "p", "shell_escape": "f",
                   "SOURCE_DATE_EPOCH": str(_moment(date)), "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    option = "-pdflua" if engine == "lualatex" else "-pdf"
    # -norc: no latexmkrc of the user or the folder is run; it could hold any Perl
    command = ["latexmk", "-norc", option, "-halt-on-error", "-interaction=nonstopmode", "-file-line-error",
               "-no-shell-escape", "-silent", "report.tex"]
    log_file = folder / "report.log"
    for forced in ([], ["-g"], ["-g"]):
        try:
            done = _run(command[:-1] + forced + command[-1:], folder, environment)
        except subprocess.TimeoutExpired as error:
            raise FindingsError(Finding("engine-failed", f"{engine} did not end within {TIMEOUT} seconds")) from error
        except OSError as error:
            raise FindingsError(Finding("engine-missing", f"latexmk could not be started: {error.strerror}"),
                                exit_code=EXIT_UNABLE) from error
        log = log_file.read_text(encoding="utf-8", errors="replace") if log_file.exists() else ""
        # latexmk goes by the times of files, and a quick run can look like none: TeX itself says whether it wants another
        if done.returncode or not _WANTS_RERUN.search(log):
            break
    pdf = folder / "report.pdf"
    if done.returncode or not pdf.exists():
        faults = re.findall(r"^(?:\./)?report\.tex:\d+: .*|^! .*", log, re.MULTILINE)
        said = faults[0] if faults else done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise FindingsError(Finding("engine-failed", f"{engine}: {said or f'exit code {done.returncode}'}"))
    warnings = [match for match in _WARNING.findall(log) if not _small(match)]
    if warnings:
        raise FindingsError(*(Finding("engine-failed", f"{engine} warns: {warning}") for warning in dict.fromkeys(warnings)))
    return pdf.read_bytes()


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run a program that starts others, and end them all where it takes too long or the work is interrupted."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except BaseException:
        # latexmk's TeX would go on without it: the whole group ends, and then its pipes close
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _small(warning: str) -> bool:
    match = re.match(r"Overfull \\[hv]box \(([\d.]+)pt", warning)
    return bool(match) and float(match.group(1)) < 1
