"""Exact values as machine numbers, for figures only: ``float(v)``, ``numpy.asarray(w)``, ``axes.plot(x, y)``.

A float never comes back: no given, answer or template takes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .expressions import Expr, is_op, matrix, rational_value, rows_of, to_text

if TYPE_CHECKING:
    import numpy

MAX_BITS = 1 << 14


class Drawable:
    """What has an exact ``value`` and can be drawn: givens, derivations, values."""

    __slots__ = ()

    def __float__(self) -> float:
        """The float nearest to the value.  Raises TypeError for a matrix or a formula with free names."""
        return nearest_float(self.value)  # type: ignore[attr-defined]

    def __len__(self) -> int:
        """How many entries a vector has, or rows a matrix.  Raises TypeError for a number."""
        return len(self._parts("len()"))

    def __bool__(self) -> bool:
        return True     # as before it had a length: a vector in a condition is no question about its entries

    def __iter__(self) -> Iterator[Expr]:
        """A vector's entries, a matrix's rows, exact.  Raises TypeError for a number."""
        return iter(self._parts("a loop"))

    def __getitem__(self, at: int) -> Expr:
        """The entry (of a matrix: the row) at a place, counted from 0 as in every list of Python; ``w_1`` is ``w[0]``."""
        return self._parts("[...]")[at]

    def _parts(self, what: str) -> tuple[Expr, ...]:
        found = entries(self.value)     # type: ignore[attr-defined]
        if found is None:
            raise TypeError(f"{_clipped(self.value)} has no entries for {what}: it is neither a vector nor a matrix")   # type: ignore[attr-defined]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> "numpy.ndarray":
        """The value for numpy: a number, a vector (of a matrix with one column), or a matrix."""
        import numpy

        value = self.value  # type: ignore[attr-defined]
        if is_op(value, "matrix"):
            rows = [[nearest_float(entry) for entry in row] for row in rows_of(value)]
            return numpy.array([row[0] for row in rows] if len(rows[0]) == 1 else rows, dtype)
        if is_op(value, "tuple"):
            return numpy.array([nearest_float(entry) for entry in value.args], dtype)
        return numpy.array(nearest_float(value), dtype)

    def _sympy_(self) -> Any:
        """Exact for SymPy, which would otherwise take the float."""
        from .sympy_bridge import to_sympy

        return to_sympy(self.value)  # type: ignore[attr-defined]


def entries(value: Expr) -> tuple[Expr, ...] | None:
    """The entries of a column or a tuple, the rows of another matrix; None for what is neither."""
    if is_op(value, "matrix"):
        rows = rows_of(value)
        return tuple(row[0] for row in rows) if len(rows[0]) == 1 else rows[0] if len(rows) == 1 else tuple(matrix([row]) for row in rows)
    return value.args if is_op(value, "tuple") else None


def nearest_float(value: Expr) -> float:
    """The float nearest to a closed expression, by a ball that holds no other.

    Raises TypeError where the expression is no number.
    """
    exact = rational_value(value)
    if exact is not None:
        return float(exact)
    from .judge import enclosure

    if is_op(value, "matrix", "tuple", "set", "eq", "cases"):
        raise TypeError(f"{_clipped(value)} is not one number")
    bits = 128
    while bits <= MAX_BITS:
        try:
            found = enclosure.evaluate(value, bits=bits)
        except enclosure.NoValue as error:
            raise TypeError(f"{_clipped(value)} is not one number: {error}") from None
        if isinstance(found, enclosure.Rational):
            return float(enclosure.as_fraction(found))
        if found.is_finite():
            middle, radius = found.mid().fmpq(), found.rad().fmpq()     # both exact
            low, high = (float(enclosure.as_fraction(end)) for end in (middle - radius, middle + radius))
            if low == high:
                return low + 0.0     # never -0.0
        bits *= 2
    raise TypeError(f"{_clipped(value)} could not be told from its neighbours")


def _clipped(value: Expr) -> str:
    text = to_text(value)
    return text if len(text) <= 60 else text[:57] + "..."


__all__ = ["Drawable", "nearest_float"]
