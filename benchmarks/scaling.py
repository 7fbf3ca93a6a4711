"""Time and memory of reports with 10, 100, 1,000 and 10,000 computed values, and their plot.

    .venv/bin/python benchmarks/scaling.py [MOST]          (default 10000)

Each report is built to PDF by a command of its own without a cache: a value is a sum of two products, derived with its steps, judged,
shown on the page, and read back from the PDF.  Prints a table, writes ``benchmarks/scaling.svg``, and exits with 1 where the time of a
value grows by more than half from 1,000 values to 10,000 (what a report costs at least, by then, is small beside them).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10, 100, 1000, 10_000)
PLOT = Path(__file__).with_name("scaling.svg")
ROWS = 20       # values of a table


def write_report(folder: Path, size: int) -> None:
    """A report with so many computed values, in tables of twenty."""
    folder.mkdir()
    (folder / "report.toml").write_text('title = "Many values"\nlanguage = "en"\ndate = 2024-03-01\nformats = ["pdf"]\n')
    (folder / "givens.toml").write_text('[a]\nvalue = 3\nsource = "this benchmark"\n\n[b]\nvalue = "0.7"\nsource = "this benchmark"\n')
    (folder / "answers.py").write_text(f'''from reportgen.derivation import Table, start
from reportgen.expressions import expr
from reportgen.rules import evaluate, substitute


def values(a, b):
    return {{f"v{{k}}": start("y = k*a + b*k^2").then(substitute(k=expr(k), a=a, b=b), evaluate()) for k in range(1, {size} + 1)}}


def tables(values):
    found = list(values.values())
    return {{f"t{{i}}": Table(("k", "y"), tuple((expr(i + j + 1), value) for j, value in enumerate(found[i:i + {ROWS}])), "rr")
            for i in range(0, len(found), {ROWS})}}
''')
    (folder / "report.md").write_text("# Values\n\n{% for t in tables %}\n{{ t }}\n\n{% endfor %}\n")


def build(folder: Path, out: Path) -> dict[str, float]:
    """Seconds by the clock, seconds of processor time, and MiB of the largest process of one build."""
    command = [sys.executable, "-m", "reportgen", "build", str(folder), "--to", "pdf", "--no-cache", "-o", str(out)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(["/usr/bin/env", "python3", "-c", _WATCH, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    return {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "mib": float(done.stdout.split()[-1])}


# The largest that the build's process became; its helpers (judge, pandoc) are counted with it where they are larger.
_WATCH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(code)
"""


def plot(found: dict[int, dict[str, float]]) -> None:
    from matplotlib.figure import Figure

    sys.path.insert(0, str(ROOT))
    from reportgen.figures import page_style
    with page_style():
        figure = Figure(figsize=(7.2, 2.8), layout="constrained")
        sizes = list(found)
        for place, (key, label) in enumerate((("cpu", "processor time in s"), ("mib", "largest process in MiB")), start=1):
            axes = figure.add_subplot(1, 2, place)
            axes.loglog(sizes, [found[size][key] for size in sizes], "o-")
            last = found[sizes[-1]][key]
            axes.loglog(sizes[-2:], [last * size / sizes[-1] for size in sizes[-2:]], "--", color="grey", label="in proportion")
            axes.set_xlabel("computed values")
            axes.set_ylabel(label)
            axes.legend(frameon=False)
        figure.savefig(PLOT, metadata={"Date": None})


def main() -> int:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    found: dict[int, dict[str, float]] = {}
    print("| computed values | seconds | processor seconds | ms a value | largest process |\n| ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory(prefix="reportgen-scaling-") as name:
        for size in (s for s in SIZES if s <= most):
            write_report(Path(name) / f"values_{size}", size)
            found[size] = build(Path(name) / f"values_{size}", Path(name) / "out")
            one = found[size]
            print(f"| {size:,} | {one['wall']:.1f} | {one['cpu']:.1f} | {1000 * one['cpu'] / size:.1f} | {one['mib']:.0f} MiB |", flush=True)
    plot(found)
    print(json.dumps(found), f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    if most < SIZES[-1]:
        return 0
    return 0 if found[10_000]["cpu"] / 10 <= 1.5 * found[1000]["cpu"] else 1


if __name__ == "__main__":
    sys.exit(main())
