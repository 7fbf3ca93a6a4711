"""What is to be judged and what was found: data only.

An obligation is a relation (or ``iff``/``implies`` between relations) and the assumptions under which it must hold
for all values of its free symbols.  Assumptions are relations too: ``N = 32`` fixes a value, ``S > 0`` a sign,
``N in ZZ`` a domain.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from .expressions import Expr, to_text


class Status(Enum):
    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


# Strengths of a certificate, weakest first.  "" stands with UNDECIDED where not even sampling agrees.
STRENGTHS = ("", "agreed", "searched", "enclosure", "exact", "kernel")


@dataclass(frozen=True, slots=True)
class Obligation:
    """``statement`` must hold under ``assumptions``; ``name`` says where it comes from, such as ``kernel_size/3``."""

    statement: Expr
    assumptions: tuple[Expr, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        given = ", ".join(to_text(a) for a in self.assumptions)
        return to_text(self.statement) + (f"  given {given}" if given else "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found.

    ``strength``: "exact", "enclosure", "kernel" with a verdict whose ``certificate`` the core accepts; "searched" with one that the
    judge's search found and the core could not replay; "agreed" only with UNDECIDED (sampling agrees, no proof).
    ``certificate``: what the core accepts, as canonical JSON ("{}" where the statement's form decides by itself); "" for none.
    ``witness``: what someone else needs to check it again, as (name, text) pairs.
    ``conditions``: side conditions met on the way that the assumptions do not discharge (``S != 0``).
    ``counterexample``: values of the symbols at which the statement fails, with both sides' values in ``sides``.
    ``reason``: why it is undecided ("timeout", "unsupported: ...", "gave up: ...").
    """

    status: Status
    strength: str = ""
    method: str = ""
    witness: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Expr, ...] = ()
    counterexample: tuple[tuple[str, Fraction], ...] = ()
    sides: tuple[str, str] = ("", "")
    reason: str = ""
    certificate: str = ""

    def __post_init__(self) -> None:
        if self.strength not in STRENGTHS:
            raise ValueError(f"unknown strength {self.strength!r}")
        if self.status is Status.PROVED and self.strength in ("", "agreed"):
            raise ValueError("agreement is no proof")

    @property
    def proved(self) -> bool:
        return self.status is Status.PROVED

    @property
    def refuted(self) -> bool:
        return self.status is Status.REFUTED


def proved(strength: str, method: str, witness: dict[str, str] | None = None, conditions: tuple[Expr, ...] = ()) -> Verdict:
    return Verdict(Status.PROVED, strength, method, tuple((witness or {}).items()), conditions)


def refuted(strength: str, method: str, counterexample: tuple[tuple[str, Fraction], ...] = (), sides: tuple[str, str] = ("", ""),
            witness: dict[str, str] | None = None) -> Verdict:
    return Verdict(Status.REFUTED, strength, method, tuple((witness or {}).items()), (), counterexample, sides)


def undecided(reason: str, *, agreed: bool = False, witness: dict[str, str] | None = None) -> Verdict:
    return Verdict(Status.UNDECIDED, "agreed" if agreed else "", "sampling" if agreed else "", tuple((witness or {}).items()), reason=reason)
