"""``python -m reportgen.core LEDGER``: every certificate of a ledger.json replayed, and what has none counted apart."""

import json
import sys
from collections import Counter
from pathlib import Path

from .check import check
from .reader import Refused, read
from .trees import simpler


def replay(record: dict) -> str:
    """How strongly the core shows what a record says, or that it has no certificate; "FAILED" where its certificate shows something else."""
    if record["certificate"] is None:
        return f"not replayed: {record['strength'] or record['status']}"
    try:
        found = check(record["statement"], record["assumptions"], record["certificate"])
        shown = "refuted" if found.refuted else "proved", found.strength, found.conditions
        if shown != (record["status"], record["strength"], tuple(simpler(read(condition)) for condition in record["conditions"])):
            raise Refused(f"shown is {shown[0]}, {shown[1]}, under {len(shown[2])} conditions")
    except Refused as error:
        print(f"{record['name']}: {error}")
        return "FAILED"
    return f"{shown[0]}, {shown[1]}"


if __name__ == "__main__":
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    counts = Counter(map(replay, [record for answer in data["answers"] for record in answer["obligations"]] + data["roundings"]))
    print(*(f"{count:>6}  {what}" for what, count in counts.most_common()), sep="\n")
    sys.exit("FAILED" in counts)
