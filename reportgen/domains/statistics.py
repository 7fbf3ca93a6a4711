"""Mean, median and variance of exact data, each with its steps: formula, the sum written out, the values, the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..derivation import Derivation, RuleError, start, value_of
from ..expressions import Expr, op, parse, to_text
from ..rules.arithmetic import entries_of, evaluate, expand_sum, substitute, substitute_vector
from ..rules.writing import exact

Data = "Sequence | Expr | object"   # of exact values: int, Fraction, Expr, givens, answers


_LISTED = 20        # more values than this are not listed in a caption


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


# --- mean, median, variance -----------------------------------------------------------------------------------

def mean(data: Data, *, name: str = "x_bar", letter: str = "x", unit: str = "") -> Derivation:
    """The mean, (1/n) sum x_i: formula, the sum written out, the values, the result.  ``unit``: of the data, and so of the mean."""
    values = entries(data)
    work = start(op("eq", name, op("mul", parse("1/n"), _sum(op("index", letter, "i")))), title="Mean", unit=unit)
    return work.then(substitute(n=len(values)), expand_sum(limit=max(60, len(values))), substitute_vector(letter, _column(values)), evaluate())


def variance(data: Data, *, unbiased: bool = False, name: str = "v", letter: str = "x", mean_name: str = "x_bar", unit: str = "") -> Derivation:
    """The variance, (1/n) sum (x_i - x_bar)^2, or over n - 1 where ``unbiased``; x_bar is the mean of the same data, worked out with ``mean``.

    ``unit``: of the variance, that is the data's squared.

    Raises RuleError for one value where n - 1 would divide.
    """
    values = entries(data)
    if unbiased and len(values) < 2:
        raise RuleError("variance: the unbiased variance needs at least 2 values, there is 1")
    centre = mean(values).value
    deviation = op("pow", op("add", op("index", letter, "i"), op("neg", mean_name)), 2)
    work = start(op("eq", name, op("mul", parse("1/(n - 1)" if unbiased else "1/n"), _sum(deviation))), title="Variance", unit=unit)
    return work.then(substitute({"n": len(values), mean_name: centre}), expand_sum(limit=max(60, len(values))),
                     substitute_vector(letter, _column(values)), evaluate())


def median(data: Data, *, name: str = "x_tilde", letter: str = "y", unit: str = "") -> Derivation:
    """The median: the middle value of the data in order, or the mean of the two middle ones.

    y_1, y_2... are the values in order, and the caption lists them: x_3, the third measured, is seldom y_3.  ``unit``: of the data.
    """
    values = in_order(data)
    k, odd = (len(values) + 1) // 2, len(values) % 2
    middle = op("index", letter, k)
    formula = middle if odd else op("div", op("add", middle, op("index", letter, k + 1)), 2)
    used = {f"{letter}_{k}": values[k - 1]} | ({} if odd else {f"{letter}_{k + 1}": values[k]})
    begun = start(op("eq", name, formula), title="Median", unit=unit)
    (put_in,) = substitute(used)(begun)
    row = [piece for value in values[:_LISTED] for piece in (", ", value)][1:]
    more = " and so on" if len(values) > _LISTED else ""
    put_in = replace(put_in, caption=("In order the values are ", *row, f"{more}, so substitute ", *put_in.caption[1:]))
    return replace(begun, steps=(put_in,)).then(evaluate())


def _sum(body: Expr) -> Expr:
    return op("sum", body, "i", 1, "n")


def _column(values: Sequence[Expr]) -> Expr:
    return op("tuple", *values)


__all__ = ["entries", "in_order", "mean", "median", "variance"]
