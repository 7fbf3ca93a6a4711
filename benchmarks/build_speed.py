"""How long a build of the homework takes, as ratios to ``python -c "import sympy"`` in the same run.

    .venv/bin/python benchmarks/build_speed.py [ROUNDS] [REPORT]

Each row is the least of some rounds: the others are the same work and what else the machine did.  The aims are for two idle
cores.  Columns: seconds, ratio, aim, seconds of processor time of all processes together.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "reports" / "ai6126_hw1"
# As a person's shell has it, and as an installed package is: its modules are compiled once, as those of SymPy are.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
# A sentence of the homework, and a given of which a part of it depends; each is changed to and fro.
SENTENCE = ("**The question.** A network in the manner of LeNet", "**The question.** A network in the manner of LeNet-like ones")
GIVEN = ("[w_now]\nvalue = 2\n", "[w_now]\nvalue = 3\n")


class Work:
    """A copy of the report, built as a person would."""

    def __init__(self, folder: Path, report: Path) -> None:
        self.report, self.out = folder / report.name, folder / "out"
        shutil.copytree(report, self.report)
        self.turn = 0

    def build(self, *options: str) -> None:
        done = subprocess.run([sys.executable, "-m", "reportgen", "-q", "build", str(self.report), "--out", str(self.out), *options],
                              cwd=self.out.parent, env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"the build failed:\n{done.stderr}")

    def clear(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)

    def change(self, pair: tuple[str, str]) -> None:
        """Put the other text of the pair in place of the one that is there."""
        for path in sorted(self.report.rglob("*")):
            text = path.read_text(encoding="utf-8") if path.suffix in (".md", ".toml") else ""
            old, new = pair if pair[1] not in text else pair[::-1]
            if old in text:
                path.write_text(text.replace(old, new, 1), encoding="utf-8")
                return
        sys.exit(f"{pair[0]!r} stands nowhere in {self.report}")


def measured(before: Callable[[], None], what: Callable[[], None]) -> tuple[float, float]:
    """(seconds, seconds of processor time) of one run."""
    before()
    used = _used()
    start = time.perf_counter()
    what()
    return time.perf_counter() - start, _used() - used


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def sympy() -> None:
    subprocess.run([sys.executable, "-c", "import sympy"], env=ENVIRONMENT, check=True)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    report = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else REPORT
    with tempfile.TemporaryDirectory(prefix="reportgen-speed-") as name:
        work = Work(Path(name), report)
        rows: list[tuple[str, float, Callable[[], None], Callable[[], None]]] = [
            ("import sympy", 1.0, lambda: None, sympy),
            ("cold, PDF", 3.0, work.clear, lambda: work.build("--to", "pdf")),
            ("cold, four formats", 4.0, work.clear, lambda: work.build("--to", "pdf,tex,md,html")),
            ("nothing changed", 0.1, lambda: None, lambda: work.build("--to", "pdf")),
            ("a sentence, PDF", 0.6, lambda: work.change(SENTENCE), lambda: work.build("--to", "pdf")),
            ("a given, PDF", 2.0, lambda: work.change(GIVEN), lambda: work.build("--to", "pdf")),
        ]
        best: dict[str, tuple[float, float]] = {}
        for _ in range(rounds):
            for label, _, before, what in rows:
                found = measured(before, what)
                best[label] = min(found, best.get(label, found))
                if label == "cold, four formats":
                    work.build("--to", "pdf")       # what follows begins where a person stands who builds the PDF
        base = best["import sympy"][0]
        print(f"{'':22}{'seconds':>9}{'ratio':>8}{'aim':>7}{'CPU':>8}")
        for label, aim, *_ in rows:
            seconds, used = best[label]
            print(f"{label:22}{seconds:9.3f}{seconds / base:8.2f}{aim:7.1f}{used:8.2f}")
        return 0 if all(best[label][0] / base <= aim for label, aim, *_ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
