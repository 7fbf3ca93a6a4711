"""The rounding rule against an oracle in fractions: half a unit of the last place, cut off, one unit off, intermediate results."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.claims.chains import judge_text

WHOLE = st.integers(1, 9999)


def shown(units: int, places: int) -> str:
    """The decimal of so many units of the last place."""
    sign, digits = "-" if units < 0 else "", str(abs(units)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def wanted(exact: Fraction, units: int, places: int) -> str:
    """What the rule says of ``exact = units * 10^-places``, without looking at the checker."""
    unit = Fraction(1, 10**places)
    gap = abs(exact - units * unit)
    if gap <= unit / 2:
        # very few figures: 0.1 for 0.055 is within half a unit, and no value that anybody works with
        return "proved" if not gap or not units or gap / max(abs(exact), abs(units * unit)) <= Fraction(1, 20) else "undecided"
    if (exact / unit).denominator == 1:
        return "refuted"  # it needs no rounding at these places
    return "undecided" if gap < 3 * unit / 2 else "refuted"


@given(WHOLE, WHOLE, st.integers(1, 5), st.integers(-4, 4))
@settings(max_examples=250, deadline=None)
def test_a_quotient_and_its_decimal(p, q, places, off):
    exact = Fraction(p, q)
    units = floor(exact * 10**places) + off
    if units <= 0:
        return
    found = judge_text(f"\\frac{{{p}}}{{{q}}} = {shown(units, places)}")
    assert found.verdict == wanted(exact, units, places), found
    if found.verdict == "undecided":
        assert found.code == "claim-near"


@given(WHOLE, WHOLE, st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_cut_off_is_a_weaker_finding(p, q, places):
    exact = Fraction(p, q)
    cut = floor(exact * 10**places)
    if cut <= 0 or exact * 10**places - cut <= Fraction(1, 2):
        return
    found = judge_text(f"{p} / {q} = {shown(cut, places)}")
    assert (found.verdict, found.code) == ("undecided", "claim-near") and "cut off" in found.reason


@given(WHOLE, WHOLE, st.integers(2, 60), st.integers(2, 4), st.integers(-400, 400))
@settings(max_examples=150, deadline=None)
def test_an_intermediate_result_carries_its_interval(p, q, factor, places, off):
    """x ~ d, d * m = e: right where e is the product of what is printed, or the rounding of the product of some value that is printed so."""
    exact, unit = Fraction(p, q), Fraction(1, 10**places)
    units = round(exact / unit)
    if units < 100 or (exact / unit).denominator == 1:
        return
    result = units * factor + off
    if result <= 0:
        return
    chain = judge_text(f"\\frac{{{p}}}{{{q}}} \\times {factor} \\approx {shown(units, places)} \\times {factor} = {shown(result, places)}")
    printed, through = result * unit, units * factor * unit
    if printed == through or abs(exact * factor - printed) <= unit / 2:
        assert chain.verdict == "proved", chain
    elif abs(printed - through) < factor * unit / 2:  # inside of the interval that the intermediate result carries
        assert (chain.verdict, chain.code) == ("undecided", "claim-near"), chain
    elif abs(printed - through) > factor * unit / 2 + 2 * unit and abs(printed / through - 1) > Fraction(1, 20):
        assert chain.verdict == "refuted", chain


@given(st.integers(1, 99999), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_tie_may_go_either_way(n, places):
    half = Fraction(2 * n + 1, 2 * 10**places)
    for units in (n, n + 1):
        expected = "proved" if abs(half - Fraction(units, 10**places)) / half <= Fraction(1, 20) else "undecided"
        assert judge_text(f"\\frac{{{half.numerator}}}{{{half.denominator}}} = {shown(units, places)}").verdict == expected
