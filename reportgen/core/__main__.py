"""``python -m reportgen.core LEDGER``: every certificate of a ledger.json replayed, and what has none counted apart."""

import json
import sys
from collections import Counter

from .check import check
from .reader import Refused, read
from .trees import simpler


def replay(record: dict) -> str:
    """How strongly the core shows what a record says, or that it has no certificate.  Raises Refused where its certificate shows less."""
    if record["certificate"] is None:
        return f"not replayed: {record['strength'] or record['status']}"
    found = check(record["statement"], record["assumptions"], record["certificate"])
    shown = "refuted" if found.refuted else "proved", found.strength, found.conditions
    if shown != (record["status"], record["strength"], tuple(simpler(read(condition)) for condition in record["conditions"])):
        raise Refused(f"shown is {shown[0]}, {shown[1]}, under {len(shown[2])} conditions")
    return f"{shown[0]}, {shown[1]}"


def main(path: str) -> int:
    """Print how many statements are shown how strongly, and those that are not, by name."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    counts = Counter()
    for record in [record for answer in data["answers"] for record in answer["obligations"]] + data["roundings"]:
        try:
            counts[replay(record)] += 1
        except Refused as error:
            counts["FAILED"] += 1
            print(f"{record['name']}: {error}")
    print(*(f"{count:>6}  {what}" for what, count in counts.most_common()), sep="\n")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
