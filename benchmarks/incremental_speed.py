"""What a build costs that has little to do: nothing changed, a changed sentence, a changed given; and the same while ``watch`` keeps the process warm.

    python benchmarks/incremental_speed.py [REPORT] [--given NAME] [--sentence WORD] [--runs N] [--to FORMATS]

Each figure is the least of N runs, and a ratio to ``python -c "import sympy"`` in the same run; the runs of all are taken in turns.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))
os.environ["PYTHONPATH"] = os.pathsep.join([str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])])


def timed(*command: str, cwd: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def other_value(text: str, name: str, number: int) -> str:
    """givens.toml with another value of one given: a number that was not there before."""
    head, found, rest = text.partition(f"[{name}]")
    if not found:
        raise SystemExit(f"there is no given {name}")
    value = re.search(r"^value = (.*)$", rest, re.MULTILINE)
    new = f'"0.{number + 11}"' if '"' in value[1] else str(int(value[1]) + number + 1)
    return head + found + rest[:value.start()] + f"value = {new}" + rest[value.end():]


def measure(report: Path, given: str, word: str, runs: int, formats: str) -> dict[str, float]:
    """Seconds by name, the least of all runs."""
    best: dict[str, float] = {}

    def keep(name: str, seconds: float) -> None:
        best[name] = min(seconds, best.get(name, seconds))

    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folder = base / "reports" / report.name
        shutil.copytree(report, folder)
        template = next(path for path in sorted(folder.rglob("*.md")) if word in path.read_text() and path.name != "submission.md")
        # what the installed command does; ``python -m`` takes 3 ms longer
        build = [sys.executable, "-c", "import sys; from reportgen.__main__ import main; sys.exit(main())", "build", report.name, "--to", formats]
        subprocess.run(build, cwd=base, check=True, stdout=subprocess.DEVNULL)
        givens, text = (folder / "givens.toml").read_text(), template.read_text()
        for number in range(runs):
            keep("import sympy", timed(sys.executable, "-c", "import sympy", cwd=base))
            keep("bare Python", timed(sys.executable, "-c", "pass", cwd=base))
            keep("nothing changed", timed(*build, cwd=base))
            template.write_text(text.replace(word, f"{word} {'abcdefghijklmnopqrstuvwxyz'[number % 26]}", 1))
            keep("a changed sentence", timed(*build, cwd=base))
            template.write_text(text)
            (folder / "givens.toml").write_text(other_value(givens, given, number))
            keep("a changed given", timed(*build, cwd=base))
            (folder / "givens.toml").write_text(givens)
            subprocess.run(build, cwd=base, check=True, stdout=subprocess.DEVNULL)
        warm(best, keep, folder, base, template, given, word, runs, formats)
    return best


def warm(best: dict[str, float], keep, folder: Path, base: Path, template: Path, given: str, word: str, runs: int, formats: str) -> None:
    """The same in one process, as ``watch`` does it."""
    from reportgen.build import build

    out = base / "warm" / folder.name
    givens, text = (folder / "givens.toml").read_text(), template.read_text()

    def timed_build() -> float:
        began = time.perf_counter()
        result = build(folder, formats.split(","), out, cache="use")
        if result.exit_code:
            raise SystemExit(f"the build failed: {result.findings}")
        return time.perf_counter() - began

    timed_build()
    for number in range(runs):
        keep("import sympy", timed(sys.executable, "-c", "import sympy", cwd=base))
        keep("warm: nothing changed", timed_build())
        template.write_text(text.replace(word, f"{word} {'abcdefghijklmnopqrstuvwxyz'[number % 26]}", 1))
        keep("warm: a changed sentence", timed_build())
        template.write_text(text)
        (folder / "givens.toml").write_text(other_value(givens, given, number))
        keep("warm: a changed given", timed_build())
        (folder / "givens.toml").write_text(givens)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", nargs="?", default=str(HOME / "reports" / "ai6126_hw1"))
    parser.add_argument("--given", default="eta")
    parser.add_argument("--sentence", default="which", help="a word of the template that gets another one behind it")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--to", default="pdf")
    options = parser.parse_args()
    found = measure(Path(options.report), options.given, options.sentence, options.runs, options.to)
    unit = found["import sympy"]
    for name, seconds in found.items():
        print(f"{name:<28} {seconds:7.3f} s  {seconds / unit:6.2f} x import sympy")


if __name__ == "__main__":
    main()
