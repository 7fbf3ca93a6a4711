"""How many two-page variants a core makes in a second, whether memory stays flat, and what a second core brings.

    .venv/bin/python benchmarks/variants_speed.py [COUNT]          (default 1000; 200 for the two processes)

A variant is the worked solution of ``benchmarks/two_pages`` with values of its own: derived, judged, rendered to PDF, read back, and
delivered with digests.  A core's seconds are the processor time of all processes together (this one, the judge, pandoc), so that
what another core does meanwhile is counted, too.  Two rows: with a figure that each variant draws for itself, and with one that no
variant changes.  Memory is that of the three processes, every tenth of the way.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from reportgen.batch import archive, work  # noqa: E402
from reportgen.batch.delivery import decode  # noqa: E402
from reportgen.batch.executors import Job, Processes  # noqa: E402
from reportgen.deriving import open_report  # noqa: E402
from reportgen.variants import seeds  # noqa: E402
from reportgen.variants.command import _answers  # noqa: E402
from reportgen.variants.data import record_of  # noqa: E402
from reportgen.variants.make import Plan  # noqa: E402
from reportgen.variants.spec import read_spec  # noqa: E402

REPORT = ROOT / "benchmarks" / "two_pages"
AIM, SPEEDUP, WARM = 20.0, 1.8, 10
_TICK = os.sysconf("SC_CLK_TCK")


def family() -> list[int]:
    """This process and those below it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def seconds() -> float:
    """Processor time of the family, with what has ended."""
    total = 0.0
    for pid in family():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / _TICK
    return total


def memory() -> float:
    """MiB that the family has for itself."""
    total = 0
    for pid in family():
        total += sum(int(line.split()[1]) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Private_"))
    return total / 1024


def job(own_figure: bool, count: int) -> tuple[Job, list[dict]]:
    """The report as an archive, and records with drawn values that keep the rules about givens."""
    report = open_report(REPORT)
    spec = read_spec(REPORT, report.givens, _answers(report))
    draws = [d for d in spec.draws if own_figure or d.name != "predictions"]
    plan = Plan(("solution",), ("pdf",), asked=spec.asked)
    records: list[dict] = []
    number = 0
    while len(records) < count:
        number += 1
        values = seeds.row(draws, 1, f"v{number}", 0)
        # the rules of the answers, by hand: kernels of at least three pixels
        side, first, second = (int(values[name].text) for name in ("side", "after_first", "after_second"))
        if side - first >= 2 and first // 2 - second >= 2:
            records.append(record_of(f"v{number}", {}, values).data())
    return Job(archive.pack(REPORT), REPORT, plan.data()), records


def one_core(own_figure: bool, count: int) -> tuple[float, list[float]]:
    """(PDFs a second of processor time, memory along the way) for ``count`` variants, after a few to warm up."""
    task, records = job(own_figure, count + WARM)
    key = work.archived(task.archive, task.name)

    def make(record: dict) -> None:
        delivery = decode(work.deliver(*task.arguments(key, record)), record["id"])
        assert not delivery.failed, delivery.findings
        assert delivery.files[f"teachers/{record['id']}/solution.pdf"].startswith(b"%PDF")
    for record in records[:WARM]:
        make(record)
    before, memories = seconds(), [memory()]
    for number, record in enumerate(records[WARM:], start=1):
        make(record)
        if number % max(1, count // 10) == 0:
            memories.append(memory())
    return count / (seconds() - before), memories


def walls(count: int) -> dict[int, float]:
    """Seconds by the clock for the same variants with one process and with two, the processes' beginning left out."""
    task, records = job(False, count + 4 * WARM)
    found = {}
    for jobs in (1, 2):
        deliveries = Processes(jobs).run(task, records)
        for _ in range(4 * WARM):
            next(deliveries)
        start = time.perf_counter()
        assert sum(not d.failed for d in deliveries) == count
        found[jobs] = time.perf_counter() - start
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    result: dict[str, object] = {"count": count}
    good = True
    for own in (True, False):
        rate, memories = one_core(own, count)
        name = "a figure of its own" if own else "a figure that all share"
        slope = (memories[-1] - memories[len(memories) // 2]) / (count / 2) * 1000
        print(f"{name:<24} {rate:5.1f} PDFs a second of a core (aim {AIM:.0f}); memory {memories[0]:.0f} MiB at the start, "
              f"{memories[len(memories) // 2]:.0f} halfway, {memories[-1]:.0f} at the end: {slope:+.2f} KiB a variant in the second half", flush=True)
        result[name] = {"rate": rate, "memory": memories}
        good = good and (own or rate >= AIM)
    times = walls(min(count, 200))
    ratio = times[1] / times[2]
    print(f"one process {times[1]:.2f} s, two {times[2]:.2f} s: {ratio:.2f} times as fast (aim {SPEEDUP}), with {os.getloadavg()[0]:.1f} other work going on")
    result["walls"] = times
    print(json.dumps(result), file=sys.stderr)
    return 0 if good and ratio >= SPEEDUP else 1


if __name__ == "__main__":
    sys.exit(main())
