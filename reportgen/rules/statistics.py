"""Exact statistics with steps: mean, median, variance; sums of absolute deviations; variances of what a mini-batch estimates.

Laws that enter as facts are named where they are used: Var(a X) = a^2 Var(X); the variance of a sum of independent variables is the
sum of their variances; Cochran's theorem (1934) for the sample variance of normal values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from ..derivation import Caption, Claim, Derivation, Rule, RuleError, Step, formula_of, side_of_work, start, value_of
from ..expressions import Expr, Number, Symbol, add, expr, op, parse, rational_value, replace, to_text
from ..obligation import Obligation
from .arithmetic import entries_of, evaluate, expand_sum, substitute, substitute_vector
from .calculus import derivative_of, differentiate
from .isolate import isolate
from .sums import linearity
from .writing import exact

Data = "Sequence[int | Fraction | Expr] | Expr | object"


# --- data -----------------------------------------------------------------------------------------------------

def entries(data: Data) -> tuple[Expr, ...]:
    """The values of a vector (a given, an answer, a matrix of one column) or of a sequence, as expressions.

    Raises RuleError where there is none or one of them is not exact.
    """
    if isinstance(data, (list, tuple)):
        found = tuple(value_of(value) for value in data)
    else:
        found = entries_of(value_of(data))
    if not found:
        raise RuleError("statistics: there are no data")
    bad = next((value for value in found if exact(value) is None), None)
    if bad is not None:
        raise RuleError(f"statistics: {to_text(bad)} is not an exact number")
    return found


def in_order(data: Data) -> tuple[Expr, ...]:
    """The values from the smallest to the largest, written as they are."""
    return tuple(sorted(entries(data), key=exact))


def order_claim(data: Data) -> Claim:
    """x_1 <= x_2 <= ... for the values in order, to be judged."""
    values = in_order(data)
    links = [op("le", a, b) for a, b in zip(values, values[1:])]
    return Claim(op("and", *links) if len(links) > 1 else links[0] if links else op("le", values[0], values[0]))


def become(formula: "str | Expr | int", caption: "str | Caption", *, given: Iterable["str | Expr"] = (),
           conditions: Iterable["str | Expr"] = ()) -> Rule:
    """The expression (or right side) in another written form; the judge says whether it is the same."""
    text = (caption,) if isinstance(caption, str) else caption
    return partial(_become, new=formula_of(formula), caption=text, given=tuple(map(formula_of, given)), conditions=tuple(map(formula_of, conditions)))


def _become(derivation: Derivation, new: Expr, caption: Caption, given: tuple[Expr, ...], conditions: tuple[Expr, ...]) -> tuple[Step, ...]:
    _, put = side_of_work(derivation.conclusion)
    return (Step("rewrite", derivation.conclusion, put(new), caption, conditions, given),)


# --- mean, median, variance -----------------------------------------------------------------------------------

def mean(data: Data, *, name: str = "x_bar", letter: str = "x") -> Derivation:
    """(1/n) sum x_i: formula, the sum written out, the values, the result."""
    values = entries(data)
    work = start(op("eq", name, op("mul", parse("1/n"), _sum(op("index", letter, "i")))), title="Mean")
    return work.then(substitute(n=len(values)), expand_sum(limit=max(60, len(values))), substitute_vector(letter, _column(values)), evaluate())


def variance(data: Data, *, unbiased: bool = False, name: str = "v", letter: str = "x", mean_name: str = "x_bar") -> Derivation:
    """(1/n) sum (x_i - x_bar)^2, or over n - 1 where ``unbiased``; x_bar is the mean of the same data, worked out with ``mean``.

    Raises RuleError for one value where n - 1 would divide.
    """
    values = entries(data)
    if unbiased and len(values) < 2:
        raise RuleError("variance: the unbiased variance needs at least 2 values, there is 1")
    centre = mean(values).value
    deviation = op("pow", op("add", op("index", letter, "i"), op("neg", mean_name)), 2)
    work = start(op("eq", name, op("mul", parse("1/(n - 1)" if unbiased else "1/n"), _sum(deviation))), title="Variance")
    return work.then(substitute({"n": len(values), mean_name: centre}), expand_sum(limit=max(60, len(values))),
                     substitute_vector(letter, _column(values)), evaluate())


def median(data: Data, *, name: str = "x_tilde", letter: str = "x") -> Derivation:
    """The middle value of the data in order, or the mean of the two middle ones; x_1, x_2... are the values in order (``order_claim``)."""
    values = in_order(data)
    k, odd = (len(values) + 1) // 2, len(values) % 2
    middle = op("index", letter, k)
    formula = middle if odd else op("div", op("add", middle, op("index", letter, k + 1)), 2)
    used = {f"{letter}_{k}": values[k - 1]} | ({} if odd else {f"{letter}_{k + 1}": values[k]})
    return start(op("eq", name, formula), title="Median").then(substitute(used), evaluate())


def _sum(body: Expr) -> Expr:
    return op("sum", body, "i", 1, "n")


def _column(values: Sequence[Expr]) -> Expr:
    return op("tuple", *values)


# --- sum of absolute deviations -------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Piece:
    """The sum of |x_i - c| between two neighbouring values: a straight line.

    ``low``, ``high``: the ends of the gap, None for no end; ``below``: how many values lie at or below it; ``slope``: below - (n - below),
    derived; ``line``: slope*c + constant; ``claim``: that the sum equals the line there.
    """

    low: Expr | None
    high: Expr | None
    below: int
    slope: Derivation
    line: Expr
    claim: Claim

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        return (*self.slope.obligations(f"{name}/slope"), *self.claim.obligations(f"{name}/line"))


def absolute_deviations(data: Data, *, name: str = "c") -> Expr:
    """|x_1 - c| + |x_2 - c| + ... with the data in place."""
    return add(*(op("abs", op("add", value, op("neg", name))) for value in entries(data)))


def deviation_pieces(data: Data, *, name: str = "c") -> tuple[Piece, ...]:
    """The pieces from left to right.  The slope rises by 2 at each value: it is negative while k < n - k, and the median is where it turns."""
    values, total = in_order(data), absolute_deviations(data, name=name)
    ends: list[Expr | None] = [None, *{exact(v): v for v in values}.values(), None]
    pieces = []
    for low, high in zip(ends, ends[1:]):
        k = sum(1 for v in values if low is not None and exact(v) <= exact(low))
        slope = start("s = k - (n - k)", title="Slope").then(substitute(k=k, n=len(values)), evaluate())
        constant = sum((exact(v) for v in values[k:]), Fraction(0)) - sum((exact(v) for v in values[:k]), Fraction(0))
        line = _line(2 * k - len(values), constant, name)
        inside = tuple(op("le", a, b) for a, b in ((low, expr(name)), (expr(name), high)) if a is not None and b is not None)
        pieces.append(Piece(low, high, k, slope, line, Claim(op("eq", total, line), inside)))
    return tuple(pieces)


def _line(slope: int, constant: Fraction, name: str) -> Expr:
    if slope == 0:
        return expr(constant)
    size = expr(name) if abs(slope) == 1 else op("mul", abs(slope), name)
    first = op("neg", size) if slope < 0 else size
    if constant == 0:
        return first
    return op("add", first, op("neg", expr(-constant)) if constant < 0 else expr(constant))


def minimising_interval(data: Data) -> tuple[Expr, Expr]:
    """The c at which the sum of absolute deviations is least: from the lower to the upper middle value (equal for an odd number of values)."""
    values = in_order(data)
    return values[(len(values) - 1) // 2], values[len(values) // 2]


def mean_minimises(*, sum_name: str = "S") -> dict[str, Derivation]:
    """That the mean minimises S = sum (x_i - c)^2: "derivative" (dS/dc), "zero" (where it vanishes), "second" (the second derivative, 2n > 0)."""
    formula = f"{sum_name} = sum((x_i - c)^2, i, 1, n)"
    first = derivative_of(formula, "c", assume=["n > 0"], title="Derivative of the sum of squares").then(linearity())
    zero = start(op("eq", first.value, 0), assume=["n > 0"], title="Where the derivative is 0").then(isolate("c"))
    # diff(S, c, 2) is the derivative of what "derivative" ends with
    second = start(op("eq", op("diff", sum_name, "c", 2), op("diff", parse("-2*(sum(x_i, i, 1, n) - n*c)"), "c")), assume=["n > 0"],
                   title="Second derivative")
    return {"derivative": first, "zero": zero, "second": second.then(differentiate())}


# --- what a mini-batch estimates ------------------------------------------------------------------------------

def variance_of_mean(*, size: str = "m") -> Derivation:
    """Var(x_bar) = sigma^2/m for independent values of variance sigma^2, from x_bar = S/m.

    Laws used: Var(a X) = a^2 Var(X) (the formula it begins with); Var(S) is the sum of the variances, as the values are independent.
    """
    total = op("eq", op("apply", "Var", "S"), op("sum", parse("sigma^2"), "i", 1, size))
    work = start(f"Var(x_bar) = (1/{size})^2*Var(S)", assume=[f"{size} > 0"], title="Variance of the mean of a batch")
    return work.then(become(f"(1/{size})^2*sum(sigma^2, i, 1, {size})", "The values are independent: their variances add up", given=[total]),
                     linearity(), become(f"sigma^2/{size}", "Cancel"))


def fourth_moment() -> dict[str, Derivation]:
    """E[Z^4] = 3 for a standard normal Z: its moment generating function M = exp(t^2/2) differentiated four times, at t = 0.

    Keys "first" to "fourth" (each begins with what the one before ended with) and "value".
    """
    found: dict[str, Derivation] = {}
    before = parse("exp(t^2/2)")
    forms = {"first": "t*exp(t^2/2)", "second": "(t^2 + 1)*exp(t^2/2)", "third": "(t^3 + 3*t)*exp(t^2/2)", "fourth": "(t^4 + 6*t^2 + 3)*exp(t^2/2)"}
    for order, (key, form) in enumerate(forms.items(), start=1):
        marks = ("t",) if order == 1 else ("t", order)
        work = start(op("eq", op("diff", "M", *marks), op("diff", before, "t")), title=f"The {key} derivative").then(differentiate(detail="short"))
        found[key] = work if work.value == parse(form) else work.then(become(form, "Collect"))
        before = parse(form)
    at_zero = replace(before, {Symbol("t"): Number("0")})
    found["value"] = start(op("eq", op("apply", "E", parse("Z^4")), at_zero), title="The fourth derivative at 0 is the fourth moment").then(
        become(3, ("As ", parse("exp(0) = 1"))))
    return found


def variance_of_variance(*, unbiased: bool = False, size: str = "m") -> Derivation:
    """The variance of a batch's variance v for independent normal values: 2 (m - 1) sigma^4/m^2, or 2 sigma^4/(m - 1) for the unbiased v.

    Cochran's theorem: v is sigma^2/m (unbiased: sigma^2/(m - 1)) times Q, a sum of m - 1 squares of independent standard normal
    variables.  Each square has the variance E[Z^4] - E[Z^2]^2 = 3 - 1 (see ``fourth_moment``).
    """
    below, least = (f"({size} - 1)", 1) if unbiased else (size, 0)
    total = op("eq", op("apply", "Var", "Q"), op("sum", parse("3 - 1^2"), "i", 1, parse(f"{size} - 1")))
    front = f"(sigma^2/{below})^2"
    last = f"2*sigma^4/({size} - 1)" if unbiased else f"2*({size} - 1)*sigma^4/{size}^2"
    work = start(f"Var(v) = {front}*Var(Q)", assume=[f"{size} > {least}" if unbiased else f"{size} >= 1"],
                 title="Variance of the unbiased batch variance" if unbiased else "Variance of the batch variance")
    return work.then(become(f"{front}*sum(3 - 1^2, i, 1, {size} - 1)", "The squares are independent: their variances add up", given=[total]),
                     become(f"{front}*sum(2, i, 1, {size} - 1)", ("The variance of a square is ", parse("apply(E, Z^4) - apply(E, Z^2)^2"))),
                     linearity(), become(last, "Cancel and arrange"))


def one_class_probability(share: object | None = None, size: object | None = None) -> Derivation:
    """The probability p^m + (1 - p)^m that all m independent examples of a batch are of one class, p being the share of one of two classes.

    Raises RuleError where p is not between 0 and 1 or m is no whole number from 1 on.
    """
    work = start("P = p^m + (1 - p)^m", title="A batch of one class only")
    used: dict[str, Expr] = {}
    if share is not None:
        used["p"] = value_of(share)
        value = exact(used["p"])
        if value is None or not 0 <= value <= 1:
            raise RuleError(f"one class: p = {to_text(used['p'])} is not between 0 and 1")
    if size is not None:
        used["m"] = value_of(size)
        count = rational_value(used["m"])
        if count is None or count.denominator != 1 or count < 1:
            raise RuleError(f"one class: m = {to_text(used['m'])} is no whole number from 1 on")
    if used:
        work = work.then(substitute(used))
    return work.then(evaluate()) if len(used) == 2 else work


__all__ = ["Piece", "absolute_deviations", "become", "deviation_pieces", "entries", "fourth_moment", "in_order", "mean", "mean_minimises", "median",
           "minimising_interval", "one_class_probability", "order_claim", "variance", "variance_of_mean", "variance_of_variance"]
