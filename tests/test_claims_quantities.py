"""Quantities: units read and multiplied exactly, both sides of a link in one unit, dimensions, temperatures, letters that may be names."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.claims.chains import judge_in_document, judge_text
from reportgen.claims.documents import Document
from reportgen.claims.marking import judge_document
from reportgen.claims.pairs import judge_pair
from reportgen.claims.quantities import named, spelled
from reportgen.claims.unit_reading import unit_at

PROVED = r"""
3 kN = 3000 N
1 bar = 100 kPa = 10^5 Pa
1 kWh = 3.6 MJ = 3600 kJ
5 mph = 8.05 km/h
100 km/h = 27.8 m/s
2 Pa = 2 N/m^2
1 psi = 6.895 kPa
5 px/s = 300 px/min
F = 5 kg * 9.81 m/s^2 = 49.05 N
E = 0.5 * 2 kg * (3 m/s)^2 = 9 J
P = 230 V * 10 A = 2.3 kW
v = 36 km / 0.5 h = 72 km/h = 20 m/s
Q = 0.5 kg * 4180 J/(kg·°C) * 20 °C = 41.8 kJ
p = 500 N / 0.25 m² = 2000 Pa = 2 kPa
σ = 10 kN / 50 mm^2 = 200 N/mm^2 = 200 MPa
c = n/V = 0.5 mol / 250 mL = 2 mol/L
U = R I = 100 Ω * 50 mA = 5 V
5 µF * 12 V = 60 µC
f = 1 / 0.02 s = 50 Hz
1/2 h = 30 min
a = (72 km/h - 36 km/h) / 5 s = 2 m/s^2
v = sqrt(2 g h) = sqrt(2 * 9.81 m/s^2 * 5 m) = 9.9 m/s
A = 1/2 b h = 1/2 * 4 cm * 3 cm = 6 cm^2
2 h 30 min = 150 min
6 ft 2 in = 1.88 m
3000 rpm = 50 Hz
3000 rpm = 314.16 rad/s
20 °C = 293.15 K
-40 °C = -40 °F
ΔT = 20 °C = 20 K
25 °C - 20 °C = 5 K
50 g / 0.2 kg = 0.25
2 cats * 4 legs/cat = 8 legs
60 mph * 2 = 120 miles
8 hours * 15 dollars = 120 dollars
150 minutes / 60 = 2.5 hours
90 km/h / 3.6 = 25 m/s
5 km > 3000 m
1 eV = 1.602 × 10^-19 J
12 kg·m/s = 12 N·s
10 m/s = 10 ms^-1
3 MB/s * 20 s = 60 MB
$5\,\mathrm{N/m} = 0.05\,\mathrm{N/cm}$
$F = 5\,\mathrm{kg} \cdot 9.81\,\frac{\mathrm{m}}{\mathrm{s}^2} = 49.05\,\mathrm{N}$
$E = \frac{1}{2} \cdot 2\,\text{kg} \cdot (3\,\text{m\,s}^{-1})^2 = 9\,\text{J}$
$20\,^{\circ}\text{C} = 68\,^{\circ}\text{F}$
$5\,\mathrm{k\Omega} = 5000\,\Omega$
3 \text{ min} \cdot \frac{60 \text{ s}}{\text{min}} = 180 \text{ s}
\SI{20}{\metre\per\second} = \SI{72}{\kilo\metre\per\hour}
1\,\mu\mathrm m = 10^{-6}\,\mathrm m = 10^{-3}\,\mathrm{mm}
1{,}0\ \text{kN} - 0{,}913\ \text{kN} = 0{,}087\ \text{kN}
R = \frac{1\text{ atm} \times 22.4\text{ L}}{1\text{ mol} \times 273.15\text{ K}} \approx 0.0820\text{ L atm K}^{-1}\text{ mol}^{-1}
0.1 \text{ mol} \times 8.314 \text{ J/(mol K)} \times \ln\left(\frac{5.0 \text{ L}}{2.0 \text{ L}}\right) = 0.762 \text{ J/K}
500 mg / (250 mg/5 mL) = 10 mL
3 nautical miles = 5.556 km
1.93 GB / 120 GB/s = 16.1 ms
30 days * 24 hours * 60 minutes * 60 seconds = 2592000 seconds
""".strip().splitlines()
REFUTED = r"""
3 kN = 300 N
1 kWh = 3.6 kJ
5 mph = 9 km/h
100 km/h = 28.7 m/s
5 N/m = 5 N/cm
2 kPa = 2 N/m^2
5 mol/L = 5 mmol/L
7 J/kg = 7 J/g
5 kN·m = 5 N·m
5 m/s = 5 km/h
5 px/s = 5 px/min
5 items/hour = 5 items/day
F = 5 kg * 9.81 m/s^2 = 49.05 kN
F = 5 kg * 9.81 m/s^2 = 49.05 J
P = 230 V * 10 A = 2300 J
P = 230 V * 10 A = 2.3 W
v = 36 km / 0.5 h = 72 km/h = 72 m/s
sqrt(2 * 9.81 m/s^2 * 20 m) = 19.8 m
R = 12 V / 3 mA = 4 Ω
F = k x = 200 N/m * 5 cm = 1000 N
1 m^2 = 100 cm^2
2 m * 3 m = 6 m
2 h 30 min = 2.3 h
20 °C = 300 K
5 kg = 5 m/s
3 m + 20 cm = 3.02 m
5 km < 3000 m
12 km/h * 30 min = 360 km
2500 mAh × 3.7 V = 9250 Wh
100 Mbit/s = 100 MB/s
$5\,\frac{\text{N}}{\text{m}} = 5\,\frac{\text{N}}{\text{cm}}$
$I = \frac{U}{R} = \frac{12\,\mathrm{V}}{4\,\mathrm{k\Omega}} = 3\,\mathrm{A}$
""".strip().splitlines()
UNDECIDED = r"""
20 °C = 20 K
25 C = 298.15 K
25 C = 77 F
1 GB = 1024 MB
1 gallon = 4.546 L
1 year = 365 days
5 apples = 5 pears
5 zorks/m = 5 zorgs/m
5 kg apples = 5 kg pears
2 g = 4 h
2a = 4b
3m = 5s
v = 60 km/h * 2 = 120 km
100 km/h × 1000 m / 3600 s = 27.78 m/s
392.5 kg × 9.81 = 3850.425 N
5 m + 3 s = 8 m
50 g / 0.2 kg = 250
900 kilometers = (0.6) * 900 = 540 miles
12 boys + 15 girls = 27 students
1 hp = 746 W
""".strip().splitlines()


@pytest.mark.parametrize(("verdict", "claim"), [(v, c) for v, cs in (("proved", PROVED), ("refuted", REFUTED), ("undecided", UNDECIDED)) for c in cs])
def test_statements(verdict, claim):
    outcome = judge_text(claim)
    assert outcome.verdict == verdict, outcome


@pytest.mark.parametrize(("claim", "reason"), [
    ("5 N/m = 5 N/cm", "5 N/m is 0.05 N/cm, not 5 N/cm"), ("E = 5 N * 2 m = 10 m/s", "m/s is no unit of energy"), ("5 kg = 5 m/s", "m/s is no unit of mass"),
    ("20 °C = 300 K", "20 °C is 293.15 K, not 300 K"), ("3 m + 20 cm = 3.02 m", "3.2 m is not 3.02 m"), ("20 °C = 20 K", "right for a difference of temperatures"),
    ("25 C = 298.15 K", "right if C stands for °C there"), ("3 kN = 3000 N", "the units convert")])
def test_what_is_said(claim, reason):
    assert judge_text(claim).reason == reason


# sizes by hand, from what the units are made of
@pytest.mark.parametrize(("text", "base", "size"), [
    ("N/cm", "kg/s^2", 100), ("kJ/(kg*K)", "m^2/(K·s^2)", 1000), ("J/kg*K", "m^2/(K·s^2)", 1), ("km per hour", "m/s", Fraction(1000, 3600)),
    ("\\mathrm{kg\\,m^2\\,s^{-2}}", "m^2·kg/s^2", 1), ("sq ft", "m^2", Fraction("0.3048") ** 2), ("\\frac{\\text{g}}{\\text{cm}^3}", "kg/m^3", 1000),
    ("mmol/L", "mol/m^3", 1), ("kWh", "m^2·kg/s^2", 3_600_000), ("L/min", "m^3/s", Fraction(1, 60_000)), ("\\text{m\\,s}^{-1}", "m/s", 1), ("mph", "m/s", Fraction("0.44704"))])
def test_a_unit_in_the_base(text, base, size):
    found = unit_at(text, 0)
    assert found is not None and found.end == len(text) and (spelled(found.unit.dims), found.unit.factor) == (base, size)


@pytest.mark.parametrize("text", ["b h", "mgh", "x + 1", "frobs", "\\text{if } x", "(2 + 3)", "V_1", "am", "in total", "min(3, 4)"])
def test_what_is_no_unit(text):
    assert unit_at(text, 0) is None


@pytest.mark.parametrize(("text", "rest"), [("m / 2 s", " / 2 s"), ("kg * g * h", " * g * h"), ("m x 3", " x 3"), ("s and 3 m", " and 3 m"), ("km/h of wind", " of wind")])
def test_where_a_unit_ends(text, rest):
    found = unit_at(text, 0)
    assert found is not None and text[found.end :] == rest


def test_sizes_without_bounds_are_no_units():
    bomb = "km"
    for _ in range(7):
        bomb = f"\\text{{{bomb}}}^9"
    assert judge_text(f"5 {bomb} = 5 \\text{{m}}").verdict != "proved"


_NAMES = ("m", "km", "cm", "mm", "kg", "g", "N", "kN", "J", "MJ", "Pa", "kPa", "V", "mV", "L", "mL", "min", "h", "mol", "mmol", "ft", "lb")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.integers(1, 999), st.integers(1, 999))
def test_a_quotient_against_fractions(top, below, other, count, claimed):
    """``count top/below = claimed other/below``, judged in fractions of the sizes in the table."""
    a, b = named(top), named(other)
    found = judge_text(f"{count} {top}/{below} = {claimed} {other}/{below}").verdict
    if a.dims != b.dims:
        assert found != "proved"
    else:
        assert found == "proved" if count * a.factor == claimed * b.factor else found in ("refuted", "undecided")


@pytest.mark.parametrize(("claim", "typeset", "known", "verdict"), [
    (r"5\,m = 500\,cm", True, "", "proved"), (r"5\,m = 50\,cm", True, "", "refuted"), ("5 m = 500 cm", True, "", "proved"), ("5 m = 10 s", True, "", "no-claim"),
    (r"5\,m = 500\,cm", True, "m", "no-claim"), ("v = 36 km/h = 36 m/s", True, "", "no-claim"), ("v = 36 km/h = 36 m/s", False, "", "refuted"),
    ("2 m = 10 s", False, "", "no-claim"), (r"5\,\mathrm{m} = 5\,\mathrm{s}", True, "", "refuted"), (r"2\,m + 3\,s = 5", True, "", "no-claim")])
def test_letters_in_formulas(claim, typeset, known, verdict):
    assert judge_in_document(claim, "", True, frozenset(known), typeset).verdict == verdict


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("$5\\,\\text{N/m}$", "$5\\,\\text{N/cm}$", "refuted"), ("2 hours", "120 minutes", "proved"), ("$3\\,\\text{m}^2$", "$3\\,\\text{m}$", "refuted"),
    ("5 miles", "8.05 km", "proved"), ("5 km", "5", "proved"), ("$20$ cm", "$20\\text{ centimeters}$", "proved"), ("5m", "5s", "undecided")])
def test_answers_in_other_units(left, right, verdict):
    assert judge_pair(left, right).verdict == verdict


def test_in_a_document():
    text = """The stiffness is $k = 5\\,\\mathrm{N/m} = 5\\,\\mathrm{N/cm}$.

3 kN = 300 N

v = 36 km/h = 10 m/s

The car drives 5 m/s * 10 s = 50 m in this time.

$$
\\begin{aligned}
E &= \\frac12 \\cdot 2\\,\\text{kg} \\cdot (3\\,\\text{m/s})^2 \\\\
  &= 9\\,\\text{J} \\\\
  &= 9\\,\\text{N}
\\end{aligned}
$$

m = 4

So $5\\,m = 20$, and $2\\,m = 8\\,s$.
"""
    found = {j.line: j.verdict for j in judge_document(Document("a.md", text.encode())) if j.verdict in ("proved", "refuted")}
    assert found == {1: "refuted", 3: "refuted", 5: "proved", 7: "proved", 12: "proved", 13: "refuted", 19: "proved"}
