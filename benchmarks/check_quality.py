"""How well `reportgen check --jsonl` judges labelled claims: the shares that count, by half, and every miss on request.

    python benchmarks/check_quality.py [--folder ../shared/practice] [--half A|B] [--misses] [--text-only]

The records are split in two halves by a digest of their id, so that one half can stay unseen while the other is looked at.
The label is only read here, never by the checker.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from pathlib import Path

GOALS = {
    ("numeric", True, "proved"): (">=", 95.0),
    ("numeric", True, "refuted"): ("<=", 0.5),
    ("numeric", False, "refuted"): (">=", 97.0),
    ("numeric", False, "proved"): ("<=", 0.3),
}


def half_of(identifier: str) -> str:
    return "A" if hashlib.sha256(identifier.encode()).digest()[0] % 2 == 0 else "B"


def group_of(kind: str) -> str:
    return {"math_verify_test": "pairs", "identity_chain": "steps", "equation_steps": "steps"}.get(kind, "numeric")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "practice")
    parser.add_argument("--half", choices=("A", "B"))
    parser.add_argument("--text-only", action="store_true", help="leave out the claim: the checker finds it in the text")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    from reportgen.claims.records import judge_record
    from reportgen.claims.chains import judge_text

    judge_text("1/3 + sqrt(2) = 2")  # imports are not a claim's time

    rows = []
    for path in sorted(options.folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            label, wrong = record.pop("label"), record.pop("wrong_step", None)
            if label is None or options.half and half_of(record["id"]) != options.half:
                continue
            for key in ("sides", "rels", "features", "basis", "why"):
                record.pop(key, None)
            if options.text_only and "claim" in record:
                del record["claim"]
            begin = time.perf_counter()
            found = judge_record(record)
            rows.append((record, label, wrong, found, (time.perf_counter() - begin) * 1000))
    bad = False
    for group in ("numeric", "pairs", "steps"):
        for half in ("A", "B", "all"):
            chosen = [r for r in rows if group_of(r[0]["kind"]) == group and (half == "all" or half_of(r[0]["id"]) == half)]
            if chosen:
                bad |= report(group, half, chosen)
    times = sorted(r[4] for r in rows)
    print(f"\n{len(rows)} claims: median {statistics.median(times):.2f} ms, 99 % {times[int(len(times) * 0.99)]:.1f} ms, longest {times[-1]:.1f} ms")
    if options.misses:
        for record, label, wrong, found, ms in rows:
            wanted = "proved" if label else "refuted"
            if found["verdict"] != wanted or (wrong is not None and found.get("wrong_step") != wrong):
                print(
                    f"\n{record['id']} [{record['kind']}] label {label} {'' if wrong is None else wrong}"
                    f" -> {found['verdict']} {found.get('wrong_step', '')} {found['reason']} ({ms:.1f} ms)"
                )
                print(
                    "   ",
                    record.get("lines")
                    or (
                        record.get("lhs"),
                        record.get("rhs"),
                    )[:2]
                    if "lines" in record or "lhs" in record
                    else record.get("claim"),
                )
    return 1 if bad else 0


def report(group: str, half: str, chosen: list) -> bool:
    bad = False
    if group == "numeric":
        for label in (True, False):
            of = [r for r in chosen if r[1] is label]
            if of:
                shares = {v: 100 * sum(r[3]["verdict"] == v for r in of) / len(of) for v in ("proved", "refuted", "undecided", "no-claim")}
                print(f"numeric {str(label).lower():5} {half:3} {len(of):4}: " + ", ".join(f"{v} {share:.1f} %" for v, share in shares.items()))
                for (_, wanted, verdict), (way, limit) in GOALS.items():
                    if wanted is label:
                        bad |= half == "all" and (shares[verdict] < limit if way == ">=" else shares[verdict] > limit)
        return bad
    decided = [r for r in chosen if r[3]["verdict"] in ("proved", "refuted")]
    wrong = [r for r in decided if (r[3]["verdict"] == "proved") is not r[1]]
    text = f"{group:7}       {half:3} {len(chosen):4}: decided {100 * len(decided) / len(chosen):.1f} %, decided wrongly {100 * len(wrong) / len(chosen):.1f} %"
    bad |= half == "all" and (len(decided) < 0.9 * len(chosen) or len(wrong) > 0.01 * len(chosen))
    if group == "steps":
        refuted = [r for r in chosen if r[3]["verdict"] == "refuted" and not r[1]]
        named = sum(r[3].get("wrong_step") == r[2] for r in refuted)
        text += f", first wrong step named in {100 * named / max(1, len(refuted)):.1f} % of {len(refuted)}"
        bad |= half == "all" and named < 0.95 * len(refuted)
    print(text)
    return bad


if __name__ == "__main__":
    sys.exit(main())
