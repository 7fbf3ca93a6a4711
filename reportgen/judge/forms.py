"""The parts that normal forms are made of, and what can go wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from flint import fmpq_mpoly, fmpz

from ..expressions import Expr
from ..obligation import Verdict

# judges what a method reduces a statement to; a method is (statement, assumptions, decide) -> Verdict or None
Decide = Callable[[Expr, tuple[Expr, ...]], Verdict]
Method = Callable[[Expr, tuple[Expr, ...], Decide], "Verdict | None"]

MAX_FACTORED_BITS = 128   # integers under a root or logarithm are factored up to this size


class Unsupported(Exception):
    """The judge has no rule for this; the message says for what.  Never a verdict on the statement."""


class Undefined(Exception):
    """The expression has no value: a division by zero, the logarithm of a negative number."""


class Inconsistent(Exception):
    """The assumptions contradict each other: anything would follow."""


class Overflow(Exception):
    """More atoms than the context has variables: the field is made again, larger."""


class Quotient(NamedTuple):      # made by the thousand: a tuple costs a third of a frozen dataclass
    """num / den, polynomials in one context; den is not the zero polynomial."""

    num: fmpq_mpoly
    den: fmpq_mpoly


@dataclass(frozen=True, slots=True)
class Atom:
    """A variable of the normal form: ``expr`` is what it stands for.

    ``relation``: for a root, (k, q) with atom**k = q; None otherwise.  ``kind``: "symbol", "exp", "ln", "root", "abs", "constant", "opaque".
    """

    kind: str
    expr: Expr
    relation: tuple[int, Quotient] | None = None


def prime_factors(value: Fraction) -> list[tuple[int, int]]:
    """Prime factors of a positive rational with exponents (negative for the denominator).

    Raises Unsupported above MAX_FACTORED_BITS: factoring must not hang.
    """
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_FACTORED_BITS:
        raise Unsupported("the factors of a very large number")
    parts: dict[int, int] = {}
    for number, side in ((value.numerator, 1), (value.denominator, -1)):
        if number > 1:
            for prime, exponent in fmpz(number).factor():
                parts[int(prime)] = parts.get(int(prime), 0) + int(exponent) * side
    return sorted(parts.items())
