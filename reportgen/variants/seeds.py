"""Drawn values: each from the base seed, the student's id, the given's name and the attempt, by SHA-256 and nothing else.

So a student's values do not depend on who else is in the list, in which order, or on the machine.  An attempt that breaks a
rule is refused, and the next one is drawn.  Only "no two alike" looks at others: who holds a place in the record of
attempts (``seeds.csv``) keeps it, and newcomers give way to them; among newcomers the order is that of a digest of
the id, never that of the rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.config import read_text
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.expressions import Expr, matrix, to_text
from reportgen.variants.spec import Draw

ATTEMPTS = 1000     # after that the rules are taken to leave nothing
_HEAD = ("id", "attempt", "drawn")


def numbers(seed: int, student: str, given: str, attempt: int) -> Iterator[int]:
    """An endless stream of whole numbers from 0 to 2^256 - 1, fixed by its four keys."""
    key = "\0".join(("reportgen variants 1", str(seed), student, given, str(attempt))).encode()
    count = 0
    while True:
        yield int.from_bytes(hashlib.sha256(key + b"\0" + str(count).encode()).digest())
        count += 1


def below(stream: Iterator[int], total: int) -> int:
    """A whole number from 0 to ``total`` - 1, each with the same chance: what would tip the balance is drawn again."""
    fair = (1 << 256) - (1 << 256) % total
    return next(n for n in stream if n < fair) % total


def draw(how: Draw, seed: int, student: str, attempt: int) -> Expr:
    """The value of a given for a student at an attempt."""
    from bisect import bisect_right

    stream = numbers(seed, student, how.name, attempt)

    def one() -> Expr:
        return how.values[bisect_right(how.upto, below(stream, how.total))]
    if not how.shape:
        return one()
    rows, columns = how.shape if len(how.shape) == 2 else (how.shape[0], 1)
    return matrix([[one() for _ in range(columns)] for _ in range(rows)])


def row(draws: Iterable[Draw], seed: int, student: str, attempt: int) -> dict[str, Expr]:
    return {how.name: draw(how, seed, student, attempt) for how in draws}


def digest(values: Mapping[str, Expr]) -> str:
    """A short name of drawn or given values; two students are alike where theirs are the same."""
    text = "\n".join(f"{name}={to_text(value)}" for name, value in sorted(values.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a student got: at which attempt, the values, and why the attempts before were refused."""

    student: str
    attempt: int
    values: Mapping[str, Expr]
    refused: tuple[str, ...] = ()


# Why the values of a student are refused, or "".
Check = Callable[[str, Mapping[str, Expr]], str]


def settle(draws: Iterable[Draw], seed: int, students: Iterable[str], check: Check, *, distinct: bool = False,
           held: Mapping[str, tuple[int, str]] | None = None,
           fixed: Mapping[str, Mapping[str, Expr]] | None = None) -> Iterator[Drawn | tuple[str, str]]:
    """For each student what was drawn, or (student, why nothing could be).

    ``fixed``: values that a student has from data, which take part in ``check`` and in being alike.  ``held``: attempts
    of an earlier run with the digest of what they drew; one that no longer draws the same is forgotten.
    """
    draws, fixed, held = tuple(draws), fixed or {}, held or {}

    def values(student: str, attempt: int) -> dict[str, Expr]:
        return {**row(draws, seed, student, attempt), **fixed.get(student, {})}

    keeps = {s: held[s][0] for s in students if s in held and digest(values(s, held[s][0])) == held[s][1]}
    first = sorted(keeps, key=_turn)
    later = sorted((s for s in students if s not in keeps), key=_turn)
    taken: dict[str, str] = {}
    for student in (*first, *later):
        refused: list[str] = []
        for attempt in range(keeps.get(student, 0), ATTEMPTS):
            found = values(student, attempt)
            name = digest(found)
            reason = (f"alike {taken[name]}" if distinct and name in taken else "") or check(student, found)
            if not reason:
                taken[name] = student
                yield Drawn(student, attempt, found, tuple(refused))
                break
            refused.append(reason)
            if not draws:     # nothing would be another the next time
                yield student, reason
                break
        else:
            yield student, f"none of {ATTEMPTS} draws keeps the rules; the last: {refused[-1]}"


def _turn(student: str) -> bytes:
    return hashlib.sha256(student.encode()).digest()


# --- the record of attempts -----------------------------------------------------------------------------------

def read_held(path: Path) -> dict[str, tuple[int, str]]:
    """The attempts by student, from a ``seeds.csv``; empty where there is none.  Raises FindingsError (variants-invalid)."""
    if not path.exists():
        return {}
    found: dict[str, tuple[int, str]] = {}
    rows = csv.reader(io.StringIO(read_text(path)))
    for number, cells in enumerate(rows, start=1):
        if number == 1 and tuple(cells) == _HEAD:
            continue
        if number == 1 or len(cells) != 3 or not (cells[1].isascii() and cells[1].isdigit()):
            raise FindingsError(Finding("variants-invalid", f"row {number} of {path.name} is no attempt of a student", Span(str(path), number),
                                        "put the file back as it was, or delete it to draw anew"))
        found[cells[0]] = (int(cells[1]), cells[2])
    return found


def held_text(drawn: Iterable[Drawn]) -> str:
    """``seeds.csv``: a line a student, by id."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows((d.student, d.attempt, digest(d.values)) for d in sorted(drawn, key=lambda d: d.student))
    return out.getvalue()


__all__ = ["ATTEMPTS", "Drawn", "below", "digest", "draw", "held_text", "numbers", "read_held", "row", "settle"]
