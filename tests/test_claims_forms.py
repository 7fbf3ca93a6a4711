"""The forms in which people write claims: what stands around them, words that count, units, percent, dots, lists; and steps of several statements."""

from __future__ import annotations

import pytest

from reportgen.claims.chains import judge_text
from reportgen.claims.steps import judge_lines

TRUE = r"""
69 + 10 = 79 \quad \blacksquare
=> 69 + 18 = 87
Thus 47 + 75 = 122
27 + 77 = \underline{104}
13 + 54 = **67**
\begin{align*}58 + 50 &= 108\end{align*}
41 + 14 = 55 (in total)
67 + 44 = 111 and so on
Step 1: 4 * 6 = 24
x = 3: 2(3) + 1 = 7
a) 5 + 6 = 11
(3/25)*100 = 12%
266 / 365 = 0.728...
1.4142... = \sqrt{2}
3 dozen eggs * 12 eggs/dozen = 36 eggs
24 / 12 = 2 dozen
365 \equiv 1 \pmod 13
365 ≡ 1 (mod 13)
log_10(10000) = 4
29 squared = 841
595 divided by 7 = 85
twice 17 = 34
half of 56 = 28
69 + 70 equals 139
27.5 kg × 7.6 m/s^2 = 209 N
(29.6\,\text{kg})(2\,\text{m/s^2}) = 59.2\,\text{N}
a = \frac{6-10}{2} = -2\,{\rm m/s^2}
26' x 19' = 494 sq ft
10⁻² = 0.01
10¹² = 1000000000000
50 minutes = 3000 seconds
72 \text{ km/h} = 20 \text{ m/s}
25^\circ C = 77^\circ F
\int_0^2 3x^2 \, dx = 8
""".strip().splitlines()
FALSE = r"""
Thus 47 + 75 = 123
13 + 54 = **68**
(3/25)*100 = 13%
266 / 365 = 0.732...
3 dozen eggs * 12 eggs/dozen = 37 eggs
858 miles / 11 hours = 83 mph
44 kg × 2.8 m/s² = 135.52 N
9.97 + 14 = 23.98
17.5 - 95.8 = -80
365 \equiv 2 \pmod 13
(7+4)*(18÷12)*8**3 = 11*1.5*511
595 divided by 7 = 86
\int_0^2 3x^2 \, dx = 9
""".strip().splitlines()
OPEN = r"""
- 5 + 6 = 11
3 score = 60
1/30 = 0.03
3:30 pm + 2 hours = 5:30 pm
""".strip().splitlines()


@pytest.mark.parametrize(("verdict", "claim"), [(v, c) for v, cs in (("proved", TRUE), ("refuted", FALSE), ("undecided", OPEN)) for c in cs])
def test_forms(verdict, claim):
    outcome = judge_text(claim)
    assert outcome.verdict == verdict, outcome


@pytest.mark.parametrize("wrong", ["9 is false", "9 or 8", "9 less 1", "9 (2)", "9 hundred"])
def test_words_that_change_a_claim_are_not_passed_over(wrong):
    assert judge_text(f"5 + 3 = {wrong}").verdict != "proved"
    assert judge_text(f"5 + 4 = {wrong}").verdict != "proved"


@pytest.mark.parametrize(("lines", "verdict", "step"), [
    (["x + y = 17, \\quad x - y = 1", "2x = 18", "x = 9", "y = 8"], "proved", None),
    (["x + y = 17, \\quad x - y = 1", "2x = 20", "x = 9", "y = 8"], "refuted", 1),
    (["x + y = 17, \\quad x - y = 1", "2x = 18", "x = 18"], "refuted", 2),
    (["t^2 + 6t + 8 = 0", "t = -2 \\text{ and } t = -4"], "proved", None),
    (["t^2 + 6t + 8 = 0", "t = -2, -4"], "proved", None),
    (["t^2 + 6t + 8 = 0", "t \\in \\{-1, -4\\}"], "refuted", 1),
    (["(x + 3)^2 = 144", "x + 3 = \\pm 12", "x = 3 \\pm 12"], "refuted", 2),
    (["S_{5} = \\frac{5}{2}(2 \\cdot 20 + 4 \\cdot 7)", "S_{5} = 170"], "proved", None),
    (["S_{5} = \\frac{5}{2}(2 \\cdot 20 + 4 \\cdot 7)", "S_{5} = 171"], "refuted", 1),
    (["\\sqrt{x + 18} = 2", "x + 18 = 5"], "refuted", 1),
    (["5^{x - 5} = 125", "5^{x - 5} = 5^4"], "refuted", 1),
    (["-8x < -47", "x < \\frac{47}{8}"], "refuted", 1),
    (["x^2 + 2x + 7 = 0", "x^2 + 2x + 1 = -7"], "refuted", 1),
    (["\\int_0^2 x^2 \\, dx", "= \\left[\\frac{x^3}{3}\\right]_0^2", "= \\frac{8}{3}"], "proved", None),
    (["\\int_0^2 x^2 \\, dx", "= \\frac{1}{2} \\cdot 2^3"], "refuted", 1),
    (["y = 5x + 3", "x = 7", "y = 38"], "proved", None),
])
def test_steps_of_several_statements(lines, verdict, step):
    outcome = judge_lines(lines)
    assert (outcome.verdict, outcome.step) == (verdict, step), outcome


@pytest.mark.parametrize(("claim", "verdict"), [
    ("80 + 5% = 84", "undecided"), ("80 + 5% = 85", "refuted"), ("arctan(1) = 45 degrees", "proved"), ("7 + 8 = 3 \\pmod{12}", "proved"),
    ("7 + 8 = 4 \\pmod{12}", "refuted"), ("15 / 4 = 3 R 3", "proved"), ("15 / 4 = 3 R 2", "refuted"), ("15 % 4 = 3", "proved"), ("15 % 4 = 2", "refuted"), ("6.77 * 96.4 * 6 = 3916.768", "refuted")])
def test_signs_that_mean_several_things(claim, verdict):
    assert judge_text(claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"3\,\mathrm{h} + 45\,\mathrm{min} = 3.75\,\mathrm{h}", "proved"), (r"3\,\mathrm{h} + 45\,\mathrm{min} = 3.45\,\mathrm{h}", "refuted"),
    (r"72\,\mathrm{km/h} = 20\,\mathrm{m/s}", "proved"), (r"72\,\mathrm{km/h} = 72\,\mathrm{m/s}", "refuted"),
    (r"0\,\mathrm{km/h} = 0\,\mathrm{m/s}", "proved"), (r"5\,\mathrm{min} = 5\,\mathrm{minutes}", "proved")])
def test_units_of_two_sizes_in_a_formula(claim, verdict):
    from reportgen.claims.chains import judge_in_document

    assert judge_in_document(claim, "", True).verdict == verdict
