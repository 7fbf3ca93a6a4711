"""How fast the checker is: beside Math-Verify on the same claims in one run, over several processes, and on a long document.

    python benchmarks/check_speed.py [--math-verify PYTHON] [--folder FOLDER] [--sections N] [--claims N]

PYTHON is that of an environment with ``math-verify`` in it (``pip install math-verify``); without it that part is skipped.  The claims
are the closed ones of FOLDER/*.jsonl, first against last side, which both tools can be asked.  Times are of the processor and ratios
within one run.  The document has N sections (20,000 of them are about 1,000 pages); its memory is compared with that of a tenth of it.
Exit code 1 where a goal is missed: 20 times Math-Verify's median and 99th percentile, start-up without SymPy, flat memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMES_FASTER = 20
OURS = """
import json, sys, time
from reportgen.claims.records import judge_record
judge_record({"claim": "\\\\sin 20^\\\\circ + 1/3 = 2"})
assert "sympy" not in sys.modules
for line in sys.stdin:
    record = json.loads(line)
    begin = time.process_time()
    found = judge_record({"claim": record["claim"]} if "claim" in record else record)
    print((time.process_time() - begin) * 1000, found["verdict"])
"""
THEIRS = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from math_verify import parse, verify
verify(parse("$1/3$"), parse("$2$"))
for line in sys.stdin:
    record = json.loads(line)
    begin = time.process_time()
    try:
        same = verify(parse("$" + record["lhs"].strip("$") + "$"), parse("$" + record["rhs"].strip("$") + "$"))
    except Exception:
        same = None
    print((time.process_time() - begin) * 1000, same)
"""
SECTION = {
    "md": """## Part {k}

There are {a} boxes with {b} pens each, so {a} x {b} = {ab} pens.  We get ${a} + {b} = {sum}$ and $\\frac{{{a}}}{{{b}}} \\approx {q}$.

| item | price |
|------|------:|
| pens | {a} |
| ink | {b} |
| total | {sum} |

Some words that say nothing of numbers, as long as a line of a book is.

""",
    "tex": """\\section{{Part {k}}}
% {a} + {b} = 0
There are ${a}$ boxes.
\\begin{{align*}}
({a} + {b})^2 &= {sum}^2 \\\\
&= {square}
\\end{{align*}}
Hence \\({a} \\cdot {b} = {ab}\\).

""",
    "txt": """{k}. {a} boxes with {b} pens each: {a} * {b} = {ab} pens.
   Then {ab} - {a} = {less}, and half of {ab} is {ab}/2 = {half}.

""",
}


def section(form: str, k: int) -> str:
    a, b = k % 97 + 3, k % 89 + 7
    values = {"a": a, "b": b, "ab": a * b, "sum": a + b, "q": f"{a / b:.3f}", "square": (a + b) ** 2, "less": a * b - a, "half": f"{a * b / 2:g}"}
    return SECTION[form].format(k=k, **values)


def claims_of(folder: Path) -> list[dict]:
    """Closed claims and pairs as ``claim`` with its first and last side."""
    out = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if "sides" in record:
                out.append({"claim": record["claim"], "lhs": record["sides"][0], "rhs": record["sides"][-1]})
            elif "lhs" in record:
                out.append({"lhs": record["lhs"], "rhs": record["rhs"]})
    return out


def timed(python: str, program: str, lines: str, path: str = "") -> list[float]:
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([python, "-c", program], input=lines, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{python} failed: {done.stderr[-400:]}")
    return sorted(float(line.split()[0]) for line in done.stdout.splitlines())


def middle(times: list[float]) -> tuple[float, float]:
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def check(arguments: list[str], data: bytes | None = None) -> tuple[float, float, float, str]:
    """Seconds by the clock and of the processors, the most memory (MB) of one process of a run of the command, and what it printed."""
    program = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'reportgen', 'check', *sys.argv[1:]], stdin=sys.stdin, capture_output=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)\nprint(done.stdout.decode()[-300:])"
    )
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, *arguments], input=data, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    took = time.perf_counter() - begin
    numbers, _, rest = done.stdout.decode().partition("\n")
    memory, processor = map(float, numbers.split())
    return took, processor, memory, rest.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--math-verify", metavar="PYTHON")
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "practice")
    parser.add_argument("--sections", type=int, default=20_000)
    parser.add_argument("--claims", type=int, default=20_000)
    options = parser.parse_args()
    missed = []
    records = claims_of(options.folder)
    lines = "".join(json.dumps(r) + "\n" for r in records)
    ours = middle(timed(sys.executable, OURS, lines, str(ROOT)))
    print(f"{len(records)} claims: median {ours[0]:.2f} ms, 99 % {ours[1]:.1f} ms; SymPy is not imported")
    if options.math_verify is None:
        print("Math-Verify: skipped; name an environment's Python with --math-verify")
    else:
        theirs = middle(timed(options.math_verify, THEIRS, lines))
        ratios = [t / o for t, o in zip(theirs, ours)]
        print(f"Math-Verify: median {theirs[0]:.1f} ms, 99 % {theirs[1]:.0f} ms: {ratios[0]:.0f} and {ratios[1]:.0f} times as long")
        if min(ratios) < TIMES_FASTER:
            missed.append(f"less than {TIMES_FASTER} times as fast as Math-Verify")
    many = [r for r in records if "claim" in r]
    data = "".join(json.dumps({"id": k, "claim": many[k % len(many)]["claim"]}) + "\n" for k in range(options.claims)).encode()
    seconds = [min(check(["--jsonl", "-j", str(jobs)], data)[0] for _ in range(2)) for jobs in (1, 2)]
    print(f"{options.claims} records: {seconds[0]:.1f} s in one process, {seconds[1]:.1f} s in two ({seconds[0] / seconds[1]:.2f} times as fast)")
    with tempfile.TemporaryDirectory() as folder:
        for form in SECTION:
            used = []
            for count in (options.sections // 10, options.sections):
                path = Path(folder) / f"long.{form}"
                path.write_text("".join(section(form, k) for k in range(count)), encoding="utf-8")
                used.append((count, path.read_text(encoding="utf-8").count("\n"), *check([str(path), "-j", "2"])))
            (*_, small, _), (count, height, took, processor, large, said) = used
            print(f"{form}: {count} sections, {height} lines: {took:.1f} s ({processor:.1f} s of processors), {large:.0f} MB (a tenth: {small:.0f} MB)")
            print(f"    {said.splitlines()[-1][-90:]}")
            if large > 2 * small + 64:
                missed.append(f"{form}: memory grows with the document")
    for text in missed:
        print("missed:", text)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
