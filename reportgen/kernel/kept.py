"""Kernel levels for a build: each proved obligation is asked of Coq once, and the answer is kept beside the build's cache, under its seal.

What is kept says of a lemma, by the digest of Coq's version, the prelude, the lemma's text and the proofs that are tried, that Coq accepted it,
or why not.  The lemma is generated anew each time, so an answer never passes to another statement.  It is believed as the rest of the cache is: only
under the seal of whoever builds, and never by ``verify --kernel``, which asks Coq of every lemma again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import digests, trace
from ..diagnostics import Finding, FindingsError
from ..expressions import Expr
from ..ledger import Judged
from .coq import Failed, Missing

TITLE = "reportgen-kernel-1"
FILE = "kernel.json"
_NAMED = 8      # obligations without a proof that are told by name
Key = tuple[Expr, tuple[Expr, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: the version of Coq by (statement, assumptions) of what it accepted, how many lemmas it was asked now, what there is to tell."""

    accepted: dict[Key, str]
    asked: int = 0
    findings: tuple[Finding, ...] = ()


def installed() -> str:
    """The version of Coq, or "none" where it or a library is missing: an input of the build."""
    from . import coq

    try:
        return coq.version()
    except Missing:
        return "none"


def ask(judged: Iterable[Judged], out: Path | None, *, renew: bool = False, seconds: float = 1800,
        waiting: Callable[[int], None] = lambda number: None) -> Asked:
    """Which of the proved obligations Coq's kernel accepts.

    ``out``: the folder of outputs whose cache keeps the answers (None: nothing is kept); ``renew``: Coq is asked of all of them;
    ``waiting`` hears how many lemmas Coq is asked.  Where Coq is missing or fails as a whole nothing is accepted, and a warning says why.
    """
    from . import check, coq, lemma, tactics

    try:
        version = coq.version()
    except Missing as error:
        missing, _, hint = str(error).partition("; ")
        return Asked({}, findings=(Finding("engine-missing", f"no obligation was checked by a kernel: {missing}", hint=hint, severity="warning"),))
    wanted = {(j.obligation.statement, j.obligation.assumptions): j for j in judged if j.verdict.proved}
    before = {} if renew or out is None else _read(out)
    said: dict[str, str] = {}       # by lemma: "" where it was accepted
    lemmas: dict[Key, str] = {}
    prelude = coq.prelude()
    for key, one in wanted.items():
        try:
            written = lemma.lemma_of(one.obligation, one.verdict.conditions)
            tries = tactics.scripts(written)
        except (lemma.Unwritten, RecursionError):
            continue
        lemmas[key] = digests.digest_of_texts(version, prelude, written.statement, *tries)
        if lemmas[key] in before:
            said[lemmas[key]] = before[lemmas[key]]
    new = {lemmas[key]: (one.obligation, one.verdict.conditions) for key, one in wanted.items() if key in lemmas and lemmas[key] not in said}
    if new:
        waiting(len(new))
        try:
            found = check(new.values(), seconds=seconds)
        except Failed as error:
            return Asked({}, len(new), (Finding("kernel-failed", f"no obligation counts as checked by a kernel: {error}", severity="warning"),))
        said |= {name: "" if result.checked else result.reason for name, result in zip(new, found.results, strict=True)}
        if out is not None:
            _write(out, said)
    accepted = {key: version for key in wanted if said.get(lemmas.get(key, ""), "not written") == ""}
    return Asked(accepted, len(new), _told([one for key, one in wanted.items() if key not in accepted], len(wanted)))


def _told(left: list[Judged], of: int) -> tuple[Finding, ...]:
    if not left:
        return ()
    names = ", ".join(one.obligation.name for one in left[:_NAMED]) + (f" and {len(left) - _NAMED} more" if len(left) > _NAMED else "")
    return (Finding("kernel-unproved", f"{len(left)} of {of} proved statements are not checked by the kernel: {names}",
                    hint="their strength stays as it was; reportgen verify --kernel says why", severity="warning"),)


def _read(out: Path) -> dict[str, str]:
    """What is kept; nothing where there is none, or none that can be believed."""
    try:
        body = digests.unsealed(TITLE, (Path(trace.folder_of(str(out))) / FILE).read_bytes())
        found = json.loads(body) if body is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(out: Path, said: dict[str, str]) -> None:
    """Keep it, where that is possible: that it is not is no fault of the build."""
    from ..files import write_files

    data = digests.sealed(TITLE, json.dumps(said, sort_keys=True).encode())
    if data:
        try:
            write_files(Path(trace.folder_of(str(out))), {FILE: data}, lasting=False)
        except FindingsError:
            pass


__all__ = ["Asked", "ask", "installed"]
