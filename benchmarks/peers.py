"""The two-page job beside other tools that print computed reports: cold, nothing changed, one change, a variant.

    .venv/bin/python benchmarks/peers.py [ROUNDS]          (default 5)

The job is ``benchmarks/two_pages``: kernel sizes, a table of parameters, a convolution as a product, a cross-entropy, one figure.  The
other tools' seconds were measured on the same machine with the same job, each as its makers recommend (efficalc's HTML printed to
PDF by a browser); the least of ROUNDS is taken for each of ours.  A variant is one more in a run of several, for tools that make
several in a run, as R Markdown and reportgen do; what a command for a single one takes is told below the table.  Exit code 1 where
one of them is ahead in a column.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("cold", "nothing changed", "one change", "a variant")
PEERS = {"efficalc": (1.59, 1.48, 1.48, 1.63), "R Markdown": (1.74, 1.44, 1.44, 0.85), "handcalcs": (2.3, 1.7, 1.7, 2.0), "PythonTeX": (2.5, 0.07, 2.2, 2.9),
         "SageTeX": (3.8, 0.18, 4.0, 3.9), "nbconvert": (6.3, 6.0, 6.4, 6.1), "MyST": (6.7, 1.9, 6.7, 6.7)}
MORE = 10


def run(*arguments: str) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "reportgen", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    return taken


def least(rounds: int, measure: Callable[[int], float]) -> float:
    return min(measure(number) for number in range(rounds))


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="reportgen-peers-") as name:
        room = Path(name)
        report, out, givens = room / "two_pages", room / "out", room / "two_pages" / "givens.toml"
        shutil.copytree(ROOT / "benchmarks" / "two_pages", report)
        build = ("build", str(report), "--to", "pdf", "-o", str(out))
        text = givens.read_text(encoding="utf-8")

        def cold(number: int) -> float:
            shutil.rmtree(out, ignore_errors=True)
            return run(*build)

        def change(number: int) -> float:
            givens.write_text(text.replace("value = 32", f"value = {34 + 2 * number}"), encoding="utf-8")
            return run(*build)

        def variants(number: int, count: int) -> float:
            # variants that nobody has built before
            data = room / "students.csv"
            rows = [f"r{number}c{count}v{k},{30 + k},24,{5 + (k + number) % 5}" for k in range(count)]
            data.write_text("\n".join(["id,side,after_first,after_second", *rows, ""]), encoding="utf-8")
            return run("variants", str(report), "--data", str(data), "--parts", "solution", "-j", "1", "-o", str(room / "variants"))

        single = least(rounds, lambda number: variants(number, 1))
        more = (least(rounds, lambda number: variants(number, 1 + MORE)) - single) / MORE
        ours = (least(rounds, cold), least(rounds, lambda number: run(*build)), least(rounds, change), more)
    print("| seconds | " + " | ".join(COLUMNS) + " |\n| --- | ---: | ---: | ---: | ---: |")
    for tool, times in {"reportgen": ours, **PEERS}.items():
        print(f"| {tool} | " + " | ".join(f"{t:.2f}" for t in times) + " |")
    print(f"\na command for a single variant: {single:.2f} s")
    behind = [f"{tool} ({column})" for tool, times in PEERS.items() for column, mine, theirs in zip(COLUMNS, ours, times) if mine >= theirs]
    print("ahead of each in each column" if not behind else f"behind {', '.join(behind)}", f"(load {os.getloadavg()[0]:.1f})")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
