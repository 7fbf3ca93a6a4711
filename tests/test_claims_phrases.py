"""Arithmetic in sentences, quantities in several units, formulas before their numbers."""

from __future__ import annotations

import pytest

from reportgen.claims.chains import judge_in_document, judge_text
from reportgen.claims.pairs import judge_pair
from reportgen.claims.phrases import find
from reportgen.claims.steps import judge_lines


@pytest.mark.parametrize(("line", "expected"), [
    ("There are 3 cages x 5 guinea pigs/cage = 15 guinea pigs in the shop.", ["3 cages x 5 guinea pigs/cage = 15 guinea pigs"]),
    ("10 minutes for 5 miles means 10 minutes / 5 miles = 2 minutes/mile", ["10 minutes / 5 miles = 2 minutes/mile"]),
    ("KE = ½mv² = 0.5 × 1200 × 25² = 375000 J", ["0.5 × 1200 × 25² = 375000 J"]),
    ("Width = x + 12 = 4 + 12 = 16 feet.", ["4 + 12 = 16 feet"]),
    ("so 16 + 5 = 21 and 21/3 = 7.", ["16 + 5 = 21", "21/3 = 7"]),
    ("20% of $80 = 0.20 × 80 = $16", ["20% of $80 = 0.20 × 80 = $16"]),
    ("the cost is 2-1 = $<<2-1=1.50>>1.50 per scoop", ["2-1 = $<<2-1=1.50>>1.50 per scoop"]),
    ("3 2/5 + 1 4/5 = 26/5 = 5 1/5", ["3 2/5 + 1 4/5 = 26/5 = 5 1/5"]),
    ("(iii) 2³ × 2² = 2⁵ = 32", ["2³ × 2² = 2⁵ = 32"]),
    ("30 bricks at $1 each = 30 * $1.00 = $30", ["30 * $1.00 = $30"]),
    ("v = u + at = 12 + 3×4 = 24 m/s, say 25", ["12 + 3×4 = 24 m/s"]),
    ("where 2x + 3 = 7", []), ("5x + 1 = 3 + x", []), ("as n - 5 = 3 we", []), ("in base b2 + 1 = 4", []), ("the answer = 5", []), ("f(2) + 1 = 3", [])])
def test_the_pieces_of_a_sentence(line, expected):
    assert [line[begin:end] for begin, end in find(line)] == expected


@pytest.mark.parametrize(("claim", "verdict"), [
    ("2 hours = 2*60 = 120 minutes", "proved"), ("2 hours = 2*60 = 130 minutes", "refuted"), ("2 hours = 2*50 = 100 minutes", "refuted"),
    ("3 hours + 30 minutes = 3.5 hours", "proved"), ("3 hours + 30 minutes = 4.5 hours", "refuted"), ("3 hours × 60 = 180 minutes", "proved"),
    ("3 hours × 60 = 190 minutes", "refuted"), ("5 feet 4 inches = 64 inches", "proved"), ("5 feet 4 inches = 74 inches", "refuted"),
    ("6 feet - 2 feet 6 inches = 3 feet 6 inches", "proved"), ("20 minutes * 60 mph = 20 miles", "proved"), ("3 feet * 24 inches = 6 sq feet", "proved"),
    ("1.5 L - 300 mL = 1.2 L", "proved"), ("900 kilometers = (0.6) * 900 = 540 miles", "undecided"), ("90 min = 1.5 h", "proved")])
def test_quantities_in_several_units(claim, verdict):
    assert judge_text(claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    ("V = \\pi r^2 h = \\pi \\cdot 3^2 \\cdot 10 = 90\\pi", "proved"), ("V = \\pi r^2 h = \\pi \\cdot 3^2 \\cdot 10 = 80\\pi", "refuted"),
    ("x + 12 = 4 + 12 = 16", "proved"), ("x + 12 = 4 + 12 = 17", "refuted"), ("2x + 2 = 16", "no-claim"), ("x + 1 = 2x = 4", "no-claim"),
    ("(3+2i)(1-i) = 5 - i", "proved"), ("(3+2i)(1-i) = 3 - 3i + 2i - 2i^2 = 9 - i", "refuted"), ("3i + 2 = 11", "no-claim"), ("\\prod_{i=1}^{5} i = 120", "proved")])
def test_formulas_before_their_numbers(claim, verdict):
    assert judge_in_document(claim, claim, True).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    ("17 // 5 = 3", "proved"), ("17 // 5 = 4", "refuted"), ("0x1F = 31", "proved"), ("0b101 + 1 = 6", "proved"), ("log10(1000) = 3", "proved"), ("log2(8) = 4", "refuted"),
    ("10 choose 4 = 210", "proved"), ("1½ + 2¼ = 3¾", "proved"), ("Rs. 500 + Rs 300 = Rs 800", "proved"), ("1.0×10⁻¹⁴ / 2.5×10⁻⁴ = 4.0×10⁻¹¹", "proved"),
    ("1.0×10⁻¹⁴ / 2.5×10⁻⁴ = 5.0×10⁻¹¹", "refuted"), ("\\pm\\sqrt{49} = \\pm 7", "proved"), ("\\pm\\sqrt{49} = \\pm 8", "refuted"), ("\\sqrt{144} = \\pm 12", "undecided"),
    ("Half of 48 is 48/2 = 24", "proved"), ("Half of 48 is 48/2 = 25", "refuted"), ("6 - 4 = 2 and 2 * 3 = 6", "proved"), ("6 - 4 = 2, 2 * 3 = 7", "refuted"),
    ("25% of 80 is 20, so x + 80 - 20 = 60", "undecided"), ("2 + 2 = 4 is false", "undecided"), ("LHS = 2(5) + 3 = 13 = RHS", "proved"), ("3 + 4 = seven", "proved"),
    ("(18/24) * 100% = 75", "undecided"), ("25% 80 = 20", "undecided")])
def test_notation_of_programs_sentences_and_words(claim, verdict):
    assert judge_text(claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    ("13 * 7 = 91 minutes = 1 hour and 31 minutes", "proved"), ("90 / 60 = 1.5 hours = 1 hour 30 minutes", "proved"), ("90 / 60 = 1.6 hours = 1 hour 36 minutes", "refuted"),
    ("100 minutes = 1.67 hours", "proved"), ("90 km/h = 25 m/s", "proved"), ("90 km/h = 65 m/s", "refuted"), ("1 mile = 1.6 km", "proved"), ("1 mile = 1.8 km", "refuted"),
    ("\\sqrt{2 \\times 9.81 \\times 15} = 17.2 \\text{ m s}^{-1}", "proved"), ("6.4g/32g mol-1 = 0.2 mol", "proved"), ("0.05 mol ÷ 0.25 dm3 = 0.2 mol/dm3", "proved"),
    ("0.05 mol ÷ 0.25 dm3 = 0.4 mol/dm3", "refuted"), ("2/3 ÷ 4/9 = 18/12 = 3/2", "proved"), ("2/3 ÷ 4/9 = 3/4", "refuted"), ("12 ÷ 2/3 = 2", "proved"),
    ("∛64 = 4", "proved"), ("¼ + ⅛ = ⅜", "proved"), ("round(3.6) = 4", "proved"), ("round(2.345, 1) = 2.4", "refuted"), ("round(2.5) = 3", "undecided"),
    ("100 / 80 * 1200 = Rs . 1500 / -", "proved"), ("[ 22 / 7 * 14 * 14 ] sq . ft . = 616 sq . ft .", "proved"), ("3\\ \\Omega + 4\\ \\Omega = 7\\ \\Omega", "proved"),
    ("36 + 47 = \\color{red}{83}", "proved"), ("36 + 47 = \\color{red}{84}", "refuted"), ("\\sqrt{LC} = \\sqrt{4} = 2", "proved")])
def test_units_and_signs_of_homework(claim, verdict):
    assert judge_text(claim).verdict == verdict


def test_a_number_beside_a_matrix_is_no_fault():
    assert judge_pair("$90^\\circ$", "$\\begin{pmatrix} 3 \\\\ 2 \\end{pmatrix}$").verdict in ("refuted", "undecided")


def test_events_have_no_value_of_their_own():
    assert judge_in_document("P(Z < 1.5) = 0.5 + 0.4332 = 0.9332", "", True).verdict == "proved"
    assert judge_in_document("P(A|B) = \\frac{0.12}{0.30} = 0.5", "", True).verdict == "refuted"


@pytest.mark.parametrize(("lines", "verdict", "step"), [
    (["x + y = 10", "x - y = 4", "2x = 14", "x = 7", "y = 3"], "proved", None),
    (["x + y = 10", "x - y = 4", "x = 8"], "refuted", 1),  # nothing follows from both: the second line is held against the first
    (["(q+4)(p+3) = 44", "q(p+3) + 4(p+3) = 45", "pq + 3q + 4p + 12 = 44"], "refuted", 1),
    (["y = 2x + 1", "3x + y = 11", "3x + 2x + 1 = 11", "5x = 10", "x = 2", "y = 5"], "proved", None),
    (["V = lwh", "120 = 5 \\cdot 6 \\cdot h", "120 = 30h", "h = 4"], "proved", None),
    (["V = lwh", "120 = 5 \\cdot 6 \\cdot h", "120 = 30h", "h = 5"], "refuted", 3),
    (["y = 5x - 4", "x = -6", "y = 5 \\cdot (-6) - 4", "y = -34"], "proved", None), (["y = 5x - 4", "x = -6", "y = 5 \\cdot (-6) - 4", "y = -33"], "refuted", 3),
    (["x^4 - 13x^2 + 36 = 0", "(x^2 - 4)(x^2 - 9) = 0", "x = \\pm 2, \\pm 3"], "proved", None),
    (["0.5x + 1.2 = 3.7", "0.5x = 2.5", "x = 5"], "proved", None), (["0.5x + 1.2 = 3.7", "0.4x = 2.5", "x = 5"], "refuted", 1),
    (["-2x + 1 \\le 9", "-2x \\le 8", "x \\ge -7"], "undecided", None), (["-2x + 1 \\le 9", "-2x \\le 8", "x \\ge -3"], "refuted", 2),
    (["t^2 + 3t = 18", "(t - 3)(t + 6) = 0", "t = 3 \\quad\\text{or}\\quad t = -6"], "proved", None), (["\\ln(x) = 3", "x = e^3"], "proved", None)])
def test_systems_values_put_in_and_double_signs(lines, verdict, step):
    found = judge_lines(lines)
    assert (found.verdict, found.step) == (verdict, step)


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("$(-\\infty,-2)\\cup(2,\\infty)$", "$x<-2 \\text{ or } x>2$", "proved"), ("$(-\\infty,-2)\\cup(2,\\infty)$", "$x<-2 \\text{ or } x>3$", "refuted"),
    ("C", "The correct option is \\textbf{(C)}", "proved"), ("C", "The correct option is \\textbf{(D)}", "refuted"), ("$\\text{5 hours}$", "5", "proved"),
    ("$n \\equiv 3 \\pmod 7$", "$n \\equiv 10 \\pmod 7$", "proved"), ("$n \\equiv 3 \\pmod 7$", "$n \\equiv 3 \\pmod 9$", "refuted"), ("$\\mathbb{R}$", "$(-\\infty,\\infty)$", "proved")])
def test_answers_as_ranges_options_and_residues(left, right, verdict):
    assert judge_pair(left, right).verdict == verdict
