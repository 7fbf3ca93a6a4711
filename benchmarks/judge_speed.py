"""How fast the judge is, as ratios within one run: ``python benchmarks/judge_speed.py [LEDGER]``.

Times are of the processor, so that a busy machine matters little; each is the best of several.  Exit code 1 where a goal is missed.
LEDGER is the ledger.json of the homework; without it the homework is derived first.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# 15 nodes: a quotient of roots, exponentials and logarithms
EXPRESSION = "(exp(sqrt(2)) + ln(3)*sin(1))/(pi + sqrt(5)^3)"
IDENTITY = ("N - ((O - 1)*S + F) + 2P = 0 <=> O = (N - F + 2P)/S + 1", ("S > 0",))
JUDGE_ALL = """
import json, resource, sys, time
data = json.load(open(sys.argv[1]))
from reportgen.expressions import parse
from reportgen.obligation import Obligation
records = [r for a in data["answers"] for r in a["obligations"]] + data["roundings"]
asked = {Obligation(parse(r["statement"], "plain"), tuple(parse(a, "plain") for a in r["assumptions"])) for r in records}
began = time.process_time()
from reportgen.judge import judge
imported = time.process_time() - began
began = time.process_time()
for obligation in asked:
    judge(obligation)
print(len(asked), time.process_time() - began, imported)
"""
IMPORT = "import time; began = time.process_time(); import sympy; print(1, time.process_time() - began, 0)"


def best(work: Callable[[], object], repeat: int = 7, times: int = 1) -> float:
    """Processor seconds of one call, the least of several measurements."""
    found = []
    for _ in range(repeat):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times)
    return min(found)


def in_fresh_process(code: str, *args: str, repeat: int = 7) -> tuple[int, float, float]:
    """(what it counts, processor seconds of the work, those of importing for it), the least of several."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=True, env=environment).stdout.split()
            for _ in range(repeat)]
    return int(runs[0][0]), min(float(work) for _, work, _ in runs), min(float(imported) for _, _, imported in runs)


def homework() -> Path:
    from reportgen.deriving import derive

    path = ROOT / "build" / "judge_speed.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(derive(ROOT / "reports" / "ai6126_hw1", draw=False).ledger.to_json(), encoding="utf-8")
    return path


def main() -> int:
    ledger = Path(sys.argv[1]) if len(sys.argv) > 1 else homework()
    import sympy

    from reportgen.expressions import count_nodes, parse
    from reportgen.expressions.tree import Number, Operation
    from reportgen.judge import enclosure, judge
    from reportgen.obligation import Obligation
    from reportgen.sympy_bridge import to_sympy

    expression = parse(EXPRESSION)
    theirs = to_sympy(expression)
    missed = False
    print(f"{'what':<58} {'judge':>10} {'SymPy':>10} {'ratio':>8} {'goal':>8}")

    def line(what: str, ours: float, other: float | None, goal: float | None = None, limit: bool = False) -> None:
        """A ratio that must be at least the goal, or with ``limit`` a time that must be at most the goal."""
        nonlocal missed
        ratio = other / ours if other is not None else None
        good = goal is None or (ours <= goal if limit else ratio >= goal)
        missed |= not good
        print(f"{what:<58} {ours * 1e3:>7.3f} ms {'' if other is None else f'{other * 1e3:.3f} ms':>10} {'' if ratio is None else f'{ratio:.1f}':>8} "
              f"{'' if goal is None else f'{goal * 1e3:.0f} ms' if limit else f'{goal:.0f}':>8}{'' if good else '   MISSED'}")

    def evaluated(digits: int) -> object:
        sympy.core.cache.clear_cache()
        return sympy.N(theirs, digits)

    for digits, goal in ((50, 5.0), (1000, 30.0)):
        rounded, _, _ = enclosure.certified_round(expression, digits)
        from reportgen.ledger import decimal_literal

        statement = Operation("eq", (Operation("round", (expression, Number(str(digits)))), decimal_literal(rounded, digits)))
        assert judge(Obligation(statement)).proved
        times = 20 if digits == 50 else 5
        ours = best(lambda digits=digits: enclosure.certified_round(expression, digits), times=times)
        other = best(lambda digits=digits: evaluated(digits), times=times)
        line(f"certify a decimal of {count_nodes(expression)} nodes, {digits} digits", ours, other, goal)
        whole = best(lambda statement=statement: judge(Obligation(statement)), times=times)
        line("   the same as an obligation with its witness", whole, other)
    statement = Obligation(parse(IDENTITY[0]), tuple(parse(a) for a in IDENTITY[1]))
    assert judge(statement).proved
    line("a rational identity of the homework", best(lambda: judge(statement), times=20), None, 0.002, limit=True)
    count, ours, imported = in_fresh_process(JUDGE_ALL, str(ledger))
    _, other, _ = in_fresh_process(IMPORT)
    line(f"the homework, {count} obligations, against import sympy", ours, other, 1.0)
    line("   with importing the judge and FLINT", ours + imported, other)
    print(f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
