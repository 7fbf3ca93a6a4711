"""Kernel proofs, the strongest level and an optional one: obligations as Coq lemmas, checked by coqc and coqchk.

An obligation counts as kernel-checked only if Coq accepted the lemma that ``lemma.py`` writes for it.  What must be
trusted for that: ``lemma.py`` and ``writer.py`` and the definitions at the top of ``prelude.v`` (the lemma says what the obligation says),
``coq.py``, and Coq with its libraries.  ``tactics.py`` need not be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..expressions import Expr, to_text
from ..obligation import Obligation
from .coq import Failed, Missing


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one obligation: ``checked``, or the ``reason`` why it is not."""

    obligation: Obligation
    checked: bool
    reason: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All results in order, the clean theory as text, the axioms that it rests on, and the time of each phase."""

    results: tuple[Result, ...]
    theory: str = ""
    axioms: tuple[str, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    version: str = ""

    @property
    def count(self) -> int:
        return sum(r.checked for r in self.results)


def check(items: Iterable[Obligation | tuple[Obligation, tuple[Expr, ...]]], *, seconds: float = 900, each: int = 20) -> Report:
    """Try to prove every obligation (with the side conditions of its verdict) in Coq.

    Equal obligations are proved once.  Raises coq.Missing where Coq is not installed, coq.Failed where the theory as a
    whole is not accepted or the time is over.
    """
    from . import coq, lemma, tactics

    pairs = [(i, ()) if isinstance(i, Obligation) else i for i in items]
    version = coq.version()
    entries: list[coq.Entry] = []
    places: dict[object, int] = {}
    unwritten: dict[object, str] = {}
    for obligation, conditions in pairs:
        key = (obligation.statement, obligation.assumptions, conditions)
        if key in places or key in unwritten:
            continue
        try:
            written = lemma.lemma_of(obligation, conditions)
            scripts = tactics.scripts(written)
        except (lemma.Unwritten, RecursionError) as error:
            unwritten[key] = f"not written as a lemma: {error}"
            continue
        places[key] = len(entries)
        entries.append(coq.Entry(written.statement, scripts, f"{obligation.name}: {to_text(obligation.statement)}"))
    found = coq.check(entries, seconds=seconds, each=each)
    results = []
    for obligation, conditions in pairs:
        key = (obligation.statement, obligation.assumptions, conditions)
        place = places.get(key)
        if place is None:
            results.append(Result(obligation, False, unwritten[key]))
        else:
            results.append(Result(obligation, place in found.proved, found.failed.get(place, ""), entries[place].statement))
    return Report(tuple(results), found.text, found.axioms, tuple(found.seconds.items()), version)


__all__ = ["Failed", "Missing", "Report", "Result", "check"]
