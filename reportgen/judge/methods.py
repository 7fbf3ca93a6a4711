"""The methods that are tried where normal forms do not decide, in order: each names what it applies to and certifies it in its own module.

A method is ``(statement, assumptions, decide) -> Verdict | None``: PROVED and REFUTED are final, None means that it does not
apply or did not find a certificate.  ``decide`` judges what a method reduces the statement to; how deep it may go is counted.
"""

from __future__ import annotations

from ..expressions import Expr
from ..obligation import Verdict
from . import (
    analysis,
    cells,
    circle,
    closed_sums,
    connectives,
    constancy,
    definite,
    determinants,
    enclosure,
    hypergeometric,
    ideals,
    induction,
    limits,
    monotone,
    roots,
    sign_cases,
)
from .forms import Decide, Method, Overflow, Undefined, Unsupported

MAX_DEPTH = 7


def _written_out(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """det, inverse and norm of explicit matrices, and matrix equations inside connectives, as relations between entries."""
    if not any(determinants.needs_writing_out(part) for part in (statement, *assumptions)):
        return None
    return decide(determinants.written_out(statement), tuple(determinants.written_out(a) for a in assumptions))


METHODS: tuple[Method, ...] = (
    _written_out,              # matrix functions as entries
    induction.prove,           # sums, products and powers with a whole number n
    closed_sums.prove,         # sums of powers as polynomials
    hypergeometric.prove,      # binomial and infinite sums
    limits.prove,              # limits by expansions
    definite.prove,            # definite integrals by antiderivatives
    connectives.inverse_functions,      # sin(u) = v as u = c in its range
    monotone.prove,            # exp(u) < exp(v) as u < v
    cells.prove,               # one name: the line in cells
    sign_cases.prove,          # several names: signs of factors
    ideals.prove,              # systems of equations
    connectives.part_by_part,           # systems, one part after the other
    connectives.at_values,     # x = -e beside x = e
    roots.prove,               # x = x'^k under roots
    circle.prove,              # one angle: tan of its half
    constancy.prove,           # one derivative and one value
    analysis.prove,            # balls and derivatives
)


def attempt(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """The first verdict that a method reaches; None where none does."""
    for method in METHODS:
        try:
            found = method(statement, assumptions, decide)
        except (Unsupported, Undefined, Overflow, enclosure.NoValue):
            continue
        if found is not None and (found.proved or found.refuted):
            return found
    return None
