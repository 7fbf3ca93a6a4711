"""Two values that differ: may rounding explain it?  What it may explain is neither proved nor refuted."""

from __future__ import annotations

import re
from fractions import Fraction

from flint import acb, fmpq

from ..expressions import Expr, Number, Operation, Symbol, walk
from . import rounding
from .arrays import as_acb
from .reading import Side

NEAR = 0.02  # a relative distance that careless rounding may explain: never refuted on its own, never proved
FAR = 0.05  # a relative distance that only a rounding to one figure has


def near(before: Side, after: Side, rel: str, x: fmpq | acb, y: fmpq | acb, rounded: frozenset[str], degrees: bool) -> str:
    """Why the difference may be no mistake: cut off, one unit off, rounded figures, a rough "about"; "" where nothing explains it."""
    a, b = before.tree, after.tree
    shown = rounding.printed(b)
    both_whole = isinstance(x, fmpq) and isinstance(y, fmpq) and x.q == 1 and y.q == 1
    if shown is not None and shown.decimal and shown.unit <= Fraction(1, 10**15) and rounding.relative(x, y) < 1e-15:
        return "as a machine's arithmetic has it"
    if shown is not None and shown.decimal and not rounding.terminates(x, shown.unit):
        gap = abs(as_acb(x) - as_acb(y))
        if gap < rounding.exact(shown.unit * 3 / 2):
            return "cut off, or one unit off in the last place"
    carried = frozenset(t for t in rounding.decimals(a) if rounding.figures(t) >= rounding.MIN_FIGURES) | (rounding.decimals(a) & rounded)
    if carried and not both_whole and (carried & rounded or not _worked_exactly(x, y, shown, b)):
        p = rounding.interval(a, carried, degrees, inner=True)
        q = rounding.interval(b, rounding.decimals(b), degrees, inner=True)
        if p is not None and q is not None and rounding.overlaps(p, q):
            return "explained by figures that were rounded before"
    if rel == "approx" and isinstance(y, fmpq) and y.q == 1 and y > 0 and isinstance(x, (fmpq, acb)) and _few_figures(int(y.p), x):
        return "a rough rounding"
    if rel == "approx" and rounding.relative(x, y) <= NEAR:
        return "roughly equal, but not a rounding"
    if shown is not None and not shown.decimal and not (isinstance(x, fmpq) and x.q == 1):
        if rounding.rounds_to(x, shown) and (rel == "approx" or _is_quotient(a) or rounding.relative(x, y) <= NEAR):
            return "rounded to a whole number without saying so"
        if isinstance(a, Operation) and a.head == "div" and ("\\div" in before.text or "÷" in before.text) and 0 < float_gap(x, y) < 1:
            return "the whole part of a quotient"
    return ""


def _few_figures(whole: int, value: fmpq | acb) -> bool:
    """1024 is about 10^3: the whole number is the rounding of the value to its last figure that is not zero."""
    text = str(whole) if whole.bit_length() < 2000 else "1"
    unit = 10 ** (len(text) - len(text.rstrip("0")))
    return rounding.rounds_to(value, rounding.Printed(Fraction(whole), Fraction(unit), True))


def _is_quotient(tree: Expr) -> bool:
    """A division, or a product with one: people count whole things with it."""
    return isinstance(tree, Operation) and (tree.head == "div" or tree.head in ("mul", "neg") and any(_is_quotient(t) for t in tree.args))


def _worked_exactly(x: fmpq | acb, y: fmpq | acb, shown: rounding.Printed | None, b: Expr) -> bool:
    """The result is a fraction, or has exactly the three or more decimals that the exact value has: nobody rounded here."""
    if not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return False
    if shown is None:
        return not rounding.decimals(b) and y.q != 1 and any(int(y.q) % p == 0 for p in (3, 7, 11, 13))
    return shown.unit <= Fraction(1, 1000) and rounding.terminates(x, shown.unit) and not rounding.terminates(x, shown.unit * 10)


def hundredfold(a: Expr, b: Expr, x: fmpq | acb, y: fmpq | acb) -> bool:
    """``(18/24) * 100% = 75``: the sign was written and its hundredth not meant."""
    whole = Operation("apply", (Symbol("percent"), Number("100")))
    return (whole in walk(a) and as_acb(y).overlaps(as_acb(x) * 100)) or (whole in walk(b) and as_acb(x).overlaps(as_acb(y) * 100))


def in_percent(a: Expr, b: Expr, x: fmpq | acb) -> bool | None:
    """``3/25 * 100 = 12%``: the factor 100 is there and the sign names a unit.  True where that holds, False where it nearly does."""
    if isinstance(b, Operation) and b.head == "neg":
        return in_percent(a, b.args[0], -x)
    if not (isinstance(b, Operation) and b.head == "apply" and b.args[0] == Symbol("percent")) or Number("100") not in walk(a):
        return None
    shown = rounding.printed(b.args[1])
    if shown is None:
        return None
    if rounding.rounds_to(x, shown) if shown.decimal else x == rounding.exact(shown.value):
        return True
    return False if rounding.relative(x, rounding.exact(shown.value)) <= NEAR else None


_ROUNDED = re.compile(r"\b(?:round|nearest|whole number|approximat|estimat|about\b|almost\b|roughly\b)", re.I)


def said_rounded(context: str, sides: tuple[str, str]) -> bool:
    """The words around the claim speak of rounding, and the values lie within one of each other."""
    if not context or not _ROUNDED.search(context):
        return False
    try:
        return abs(Fraction(sides[0]) - Fraction(sides[1])) < 1
    except (ValueError, ZeroDivisionError):
        return False


def float_gap(x: fmpq | acb, y: fmpq | acb) -> float:
    """x - y, roughly; what is not real counts as far away."""
    found = complex(as_acb(x) - as_acb(y))
    return found.real if not found.imag else float("inf")
