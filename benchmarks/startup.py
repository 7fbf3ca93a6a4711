"""How long ``reportgen --help`` and ``--version`` take, as a ratio to ``python -c "import jinja2"``.

    .venv/bin/python benchmarks/startup.py [ROUNDS]

The least time of each is compared: the others are the same work and what else the machine did.  The aim is a ratio under 2.
"""

from __future__ import annotations

import subprocess
import sys
import time

AIM = 2.0
BASE = [sys.executable, "-c", "import jinja2"]
COMMANDS = {option: [sys.executable, "-m", "reportgen", option] for option in ("--help", "--version")}


def least(command: list[str], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    base = least(BASE, rounds)
    print(f"{'import jinja2':<12} {base * 1000:6.1f} ms")
    worst = 0.0
    for name, command in COMMANDS.items():
        taken = least(command, rounds)
        worst = max(worst, taken / base)
        print(f"{name:<13} {taken * 1000:6.1f} ms   {taken / base:.2f} of it")
    return 0 if worst < AIM else 1


if __name__ == "__main__":
    sys.exit(main())
