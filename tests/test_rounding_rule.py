"""Where a value halfway between two decimals goes: a report chooses, the page says so, and the ledger can be judged again."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from reportgen.build import build, verify
from reportgen.diagnostics import FindingsError

VALUES = {"a": "2.5", "b": "-0.125", "c": "2.4", "d": "3.5", "f": "0.45"}
SHOWN = (("a", 0), ("b", 2), ("c", 0), ("d", 0), ("f", 1))


def report(folder: Path, rule: str, shown: tuple[tuple[str, int], ...] = SHOWN) -> Path:
    folder.mkdir()
    (folder / "report.toml").write_text(f'title = "Ties"\nrounding = "{rule}"\nformats = ["md"]\n')
    (folder / "givens.toml").write_text("".join(f'[{n}]\nvalue = "{v}"\nsource = "a table"\n' for n, v in VALUES.items()))
    (folder / "answers.py").write_text("def third():\n    from reportgen.expressions import parse\n    return parse('1/3')\n")
    (folder / "report.md").write_text("; ".join(f"{{{{ {n}.decimal({k}) }}}}" for n, k in shown) + "\n")
    return folder


@pytest.mark.parametrize("rule, mode, words", [
    ("half-even", ROUND_HALF_EVEN, "even last digit"),
    ("half-up", ROUND_HALF_UP, "away from zero"),
])
def test_ties_by_the_decimal_module(tmp_path, rule, mode, words):
    folder, out = report(tmp_path / "ties", rule), tmp_path / "out"
    assert build(folder, None, out).exit_code == 0
    text = (out / "report.md").read_text(encoding="utf-8")
    expected = "; ".join(str(Decimal(VALUES[n]).quantize(Decimal(1).scaleb(-k), mode)).replace("-", "−") for n, k in SHOWN)
    assert expected in text
    assert words in text
    assert verify(out).exit_code == 0


def test_without_a_tie_no_rule_is_stated(tmp_path):
    out = tmp_path / "out"
    build(report(tmp_path / "none", "half-up", (("c", 0), ("third", 3))), None, out)
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "2; 0.333" in text and "halfway" not in text


@pytest.mark.parametrize("change", [{"rounding": "half-even"}, {"rounding": "down"}, {"rounding": None}])
def test_the_rule_of_a_ledger_cannot_be_exchanged(tmp_path, change):
    from reportgen.ledger_records import canonical_digest

    out = tmp_path / "out"
    build(report(tmp_path / "ties", "half-up"), None, out)
    data = json.loads((out / "ledger.json").read_text(encoding="utf-8"))
    data.update(change)
    data["digest"] = canonical_digest(data)
    (out / "ledger.json").write_text(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    assert verify(out).exit_code == 1


def test_an_unknown_rule_is_a_finding(tmp_path):
    with pytest.raises(FindingsError) as caught:
        build(report(tmp_path / "ties", "bankers"), None, tmp_path / "out")
    assert [f.code for f in caught.value.findings] == ["config-invalid"]
    assert "half-even, half-up" in caught.value.findings[0].hint
