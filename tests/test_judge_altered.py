"""Statements altered at random: no verdict on them is contradicted by the oracle, which shares nothing with the judge."""

from __future__ import annotations

import random

import pytest
import test_judge_equivalences
import test_judge_inequalities
import test_judge_numbers
import test_judge_sums
from judge_tables import altered, disagreement, verdict

from reportgen.expressions import parse, to_text

SUBJECTS = {"equivalences": test_judge_equivalences, "inequalities": test_judge_inequalities, "numbers": test_judge_numbers, "sums": test_judge_sums}
EACH = 150


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_altered_statements(subject, seed):
    order = random.Random(f"{subject}/{seed}")
    table = [row for row in SUBJECTS[subject].TRUE + SUBJECTS[subject].FALSE if "[[" not in row[0] and "norm" not in row[0] and "inf" not in row[0]]
    decided = 0
    for _ in range(EACH):
        row = order.choice(table)
        try:
            text = to_text(altered(parse(row[0], "plain"), order))
            parse(text, "plain")
        except ValueError:
            continue
        kept = tuple(a for a in row[1:] if order.random() < 0.8)
        found = verdict((text, *kept))
        if found.proved or found.refuted:
            decided += 1
            assert not disagreement((text, *kept), found, seed=seed), (text, kept, found)
    assert decided > EACH // 2      # a judge that decides nothing would pass for nothing
