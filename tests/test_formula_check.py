"""Closed formulas between dollars, signs before values, numbers in the texts of answers, and solutions gained by a one-way step."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reportgen import build
from reportgen.diagnostics import FindingsError

STARTER = Path(__file__).parent.parent / "templates" / "starter"


def report(tmp_path: Path, template: str = "", answers: str = "") -> Path:
    folder = tmp_path / "report"
    shutil.copytree(STARTER, folder)
    for name, more in (("report.md", template), ("answers.py", answers)):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + "\n" + more + "\n", encoding="utf-8")
    return folder


def findings(folder: Path, tmp_path: Path) -> list[tuple[str, int]]:
    """(code, line) of each finding of a build; the line counts from the end of the file's original text."""
    try:
        result = build.build(folder, ["md"], tmp_path / "out")
    except FindingsError as error:
        return [(f.code, f.span.line if f.span else 0) for f in error.findings if f.severity == "error"]
    assert result.exit_code == 0
    return []


def first_new_line(name: str) -> int:
    return (STARTER / name).read_text(encoding="utf-8").count("\n") + 2


@pytest.mark.parametrize("text", [
    r"${{ v.value }} \cdot {{ t.value }} = {{ d.value }}$",
    r"$$ {{ v.value }} > {{ d.value }} $$",
    r"$x = {{ v.value }} + {{ v.value }} = {{ d.value }}$",
    r"${{ latest_reaction.exact }} \approx {{ v.decimal(3) }}$",
    r"$\frac{ {{ v.value }} }{ {{ a.value }} } = {{ reserve.value }}$",
    "at -{{ v }} it goes backwards",
    "(\u2212{{ v }})",
])
def test_a_false_formula_of_true_values_is_found(tmp_path: Path, text: str) -> None:
    found = findings(report(tmp_path, text), tmp_path)
    assert found and found[0] == ("typed-sign" if "$" not in text else "formula-false", first_new_line("report.md"))


@pytest.mark.parametrize("text", [
    r"$s = {{ v.value }} \cdot {{ t.value }}$",
    r"${{ v.value }} < {{ d.value }}$",
    r"${{ latest_reaction.exact }} = {{ latest_reaction.decimal(2) }}$",
    r"${{ latest_reaction.exact }} \approx {{ latest_reaction.decimal(1) }}$",
    "- {{ v }} is an item of a list",
    "from {{ t }}\u2013{{ v }} and {{ v.value }}-{{ d.value }}",
])
def test_true_formulas_and_lists_pass(tmp_path: Path, text: str) -> None:
    assert findings(report(tmp_path, text), tmp_path) == []


@pytest.mark.parametrize("answers", [
    'from reportgen.derivation import Table\n\ndef extra(v):\n    return Table(("a", "b"), (("typed 7", v),))',
    'from reportgen.derivation import Table\n\ndef extra(v):\n    return Table(("a", "col 5"), (("x", v),))',
    'from reportgen.derivation import Table\n\ndef extra(v):\n    return Table(("a", "b"), (("x", v),), caption="cap 12")',
    'from reportgen.rules import rewrite\n\ndef extra(v):\n    return start("y = 2*x + x").then(rewrite("3*x", "Sort, which costs 99 euros"))',
])
def test_numbers_typed_into_texts_of_answers_are_found(tmp_path: Path, answers: str) -> None:
    assert [code for code, _ in findings(report(tmp_path, "", answers), tmp_path)] == ["typed-number"]


def test_a_value_may_stand_in_the_text_of_an_answer(tmp_path: Path) -> None:
    answers = 'from reportgen.derivation import Table\n\ndef extra(v):\n    return Table(("Conv2d-1", "b"), (("at 20 m/s", v),), caption="up to 20")'
    assert findings(report(tmp_path, "{{ extra.table }}", answers), tmp_path) == []


SQUARED = '''
from reportgen.rules import apply_to_both_sides, check_solutions, quadratic_formula, rewrite

def roots():
    squared = start("sqrt(x) = x - 2").then(apply_to_both_sides("square"), rewrite("x = x^2 - 4*x + 4"), rewrite("x^2 - 5*x + 4 = 0"))
    return squared.then(quadratic_formula("x"){more})
'''


def test_a_solution_gained_by_squaring_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        build.build(report(tmp_path, "", SQUARED.format(more="")), ["md"], tmp_path / "out")
    finding = next(f for f in caught.value.findings if f.severity == "error")
    assert finding.code == "step-refuted" and "x = 1" in finding.message and "check_solutions" in finding.hint


def test_a_gained_solution_is_dropped_when_it_is_tried(tmp_path: Path) -> None:
    folder = report(tmp_path, "{{ roots.steps }}", SQUARED.format(more=", check_solutions()"))
    derived = build.derive(folder, draw=False)
    assert derived.ledger.findings() == ()
    entry = derived.ledger.entries["roots"]
    assert str(entry.value.text) == "4"
    assert findings(folder, tmp_path) == []
    page = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "direction only" in page and "x & = 4" in page


def test_a_joined_line_has_no_left_side(tmp_path: Path) -> None:
    answers = ('from reportgen.rules import quadratic_formula\n\ndef roots():\n'
               '    return start("a*x^2 + b*x + c = 0").then(substitute(a=2, b=-3, c=-2), quadratic_formula("x"))')
    folder = report(tmp_path, "{{ roots.steps }}", answers)
    assert findings(folder, tmp_path) == []
    lines = (tmp_path / "out" / "report.md").read_text(encoding="utf-8").splitlines()
    joined = [line for line in lines if "or" in line and "x =" in line]
    assert joined and all(line.replace("&", " ").split("x =")[0].strip(" $") == "" for line in joined)
