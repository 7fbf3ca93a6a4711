"""The homework's Markdown and LaTeX against golden files.  A change that is meant: ``make accept``, and read the difference in git."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from reportgen import build

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "ai6126_hw1"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("golden")
    result = build.build(ROOT / "reports" / "ai6126_hw1", ["md", "tex"], out)
    assert result.exit_code == 0
    return out


@pytest.mark.parametrize("name", ["report.md", "report.tex"])
def test_golden(outputs: Path, name: str, request: pytest.FixtureRequest) -> None:
    made = (outputs / name).read_text(encoding="utf-8")
    golden = GOLDEN / name
    if request.config.getoption("--accept"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    kept = golden.read_text(encoding="utf-8") if golden.is_file() else ""
    difference = "\n".join(difflib.unified_diff(kept.splitlines(), made.splitlines(), f"golden/{name}", name, lineterm="", n=1))
    assert made == kept, f"run `make accept` if this is meant:\n{difference[:4000]}"
