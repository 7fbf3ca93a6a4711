"""The one door to Coq: a theory goes out, the numbers of the lemmas that the kernel checked come back.

First a pass that only finds out which proofs work: each is tried under a time limit, and a lemma that resists is
admitted by a marked axiom.  Then a clean theory with the proved lemmas alone is compiled by coqc, checked by coqchk, and
its assumptions are read: nothing but the standard axioms of the real numbers is accepted.  Everything happens in a
private folder; the programs run in a process group of their own, which is killed when time is up.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REMEDY = "sudo apt-get install --no-install-recommends coq libcoq-interval libcoq-coquelicot"
LIBRARIES = ("Coquelicot", "Interval")
# The axioms of Coq's real numbers and of functions with equal values; what Coq's own floating point (used by Interval) declares.
AXIOMS = frozenset({
    "ClassicalDedekindReals.sig_not_dec", "ClassicalDedekindReals.sig_forall_dec", "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic", "ClassicalEpsilon.constructive_indefinite_description", "Eqdep.Eq_rect_eq.eq_rect_eq",
})
_PRIMITIVE = re.compile(r"(PrimFloat|FloatAxioms|PrimInt63|Uint63Axioms|Uint63|Sint63Axioms|FloatOps)\.")
THEORY = "ReportgenTheory"


class Missing(Exception):
    """Coq or one of its libraries is not installed; the message says what to type."""


class Failed(Exception):
    """Coq ran and the theory as a whole was not accepted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A lemma's statement, the scripts that may prove it, and a comment."""

    statement: str
    scripts: tuple[str, ...]
    comment: str = ""


@dataclass(slots=True)
class Checked:
    """``proved``: place -> script that the kernel accepted; ``failed``: place -> reason; ``text``: the clean theory."""

    proved: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    axioms: tuple[str, ...] = ()
    text: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


def version() -> str:
    """The version of coqc.  Raises Missing."""
    for program in ("coqc", "coqchk"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed; type: {REMEDY}")
    done = _run(["coqc", "-where"], Path("/"), 30)
    where = Path(done[1].strip())
    for library in LIBRARIES:
        if not (where / "user-contrib" / library).is_dir():
            raise Missing(f"the Coq library {library} is not installed; type: {REMEDY}")
    found = re.search(r"\d+(\.\d+)+", _run(["coqc", "--version"], Path("/"), 30)[1])
    return found[0] if found else "unknown"


def check(entries: Sequence[Entry], *, seconds: float = 600, each: int = 10, jobs: int = 2) -> Checked:
    """Which of the lemmas Coq's kernel accepts.  Raises Missing, Failed (also when the time for all is over)."""
    version()
    result = Checked()
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="reportgen-coq-") as folder:
        started = time.monotonic()
        found = _find(entries, Path(folder), deadline, each, jobs)
        result.seconds["find"] = time.monotonic() - started
        for place, entry in enumerate(entries):
            if place not in found:
                result.failed[place] = "no proof was found" if entry.scripts else "there is no script for it"
        started = time.monotonic()
        while True:
            result.text = _clean(entries, found)
            refused = _compile(Path(folder), result, deadline)
            if refused is None:
                break
            # a proof that only just found its way in time the first time
            found.pop(refused)
            result.failed[refused] = "its proof was not accepted a second time"
        result.seconds["check"] = time.monotonic() - started
    result.proved = {place: entries[place].scripts[number] for place, number in sorted(found.items())}
    return result


# --- finding --------------------------------------------------------------------------------------------------

def _find(entries: Sequence[Entry], folder: Path, deadline: float, each: int, jobs: int) -> dict[int, int]:
    """place -> number of the script that works."""
    from concurrent.futures import ThreadPoolExecutor

    places = [p for p, e in enumerate(entries) if e.scripts]
    jobs = max(1, min(jobs, (len(places) + 39) // 40))
    parts = [places[k::jobs] for k in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(lambda k: _find_part(entries, parts[k], folder / f"find{k}", deadline, each), range(len(parts))))
    return {p: n for part in found for p, n in part.items()}


def _find_part(entries: Sequence[Entry], places: list[int], folder: Path, deadline: float, each: int) -> dict[int, int]:
    """A statement that Coq does not accept, or a proof that cannot be stopped, ends a run: it is left out and the rest is tried again."""
    folder.mkdir()
    found: dict[int, int] = {}
    waiting = list(places)
    while waiting:
        lines = [prelude(), "Axiom reportgen_gap : forall P : Prop, P."]
        for place in waiting:
            entry = entries[place]
            tries = " | ".join(f"(timeout {each} (solve [{s}]); idtac \"PROVED {place} {k}\")" for k, s in enumerate(entry.scripts))
            lines.append(f"Lemma ob_{place} :\n  {entry.statement}.\nProof. idtac \"TRYING {place}\". first [{tries} | apply reportgen_gap]. Qed.")
        (folder / "Find.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
        left = deadline - time.monotonic()
        if left <= 0:
            raise Failed("the time for all proofs is over")
        code, out, _ = _run(["coqc", "-q", "-noglob", "-w", "none", "Find.v"], folder, left)
        found.update((int(m[1]), int(m[2])) for m in re.finditer(r"^PROVED (\d+) (\d+)$", out, re.M))
        if code == 0:
            break
        tried = [int(m[1]) for m in re.finditer(r"^TRYING (\d+)$", out, re.M)]
        if not tried and code is not None:
            # the first statement of this run is not accepted, or the prelude is not
            bad = waiting[0]
        else:
            bad = tried[-1] if tried else waiting[0]
            if bad in found and code is not None:
                after = waiting.index(bad) + 1
                closing = _statement_refused(folder)
                if closing and after < len(waiting):
                    bad = waiting[after]
                else:
                    found.pop(bad)
            elif code is not None and _statement_refused(folder):
                after = waiting.index(bad) + 1
                bad = waiting[after] if after < len(waiting) else bad
        found.pop(bad, None)
        waiting = waiting[waiting.index(bad) + 1:]
    return found


def _statement_refused(folder: Path) -> bool:
    """Whether the error of the last run is in a statement (a line with Lemma above the place), not in a proof."""
    log = (folder / "log").read_text(encoding="utf-8") if (folder / "log").is_file() else ""
    place = re.findall(r"line (\d+), characters", log)
    if not place:
        return False
    lines = (folder / "Find.v").read_text(encoding="utf-8").split("\n")
    return not lines[int(place[-1]) - 1].startswith("Proof.")


# --- the clean theory -----------------------------------------------------------------------------------------

def _clean(entries: Sequence[Entry], found: Mapping[int, int]) -> str:
    lines = [prelude()]
    for place, number in sorted(found.items()):
        entry = entries[place]
        lines.append(f"(* {comment_text(entry.comment)} *)\nLemma ob_{place} :\n  {entry.statement}.\nProof. {entry.scripts[number]}. Qed.\n")
    if found:
        lines.append("Definition everything := (" + ", ".join(f"ob_{p}" for p in sorted(found)) + ", I).")
        lines.append("Print Assumptions everything.")
    return "\n".join(lines) + "\n"


def _compile(folder: Path, result: Checked, deadline: float) -> int | None:
    """Check the theory; the place of a lemma that coqc refuses, None where all is accepted.  Raises Failed."""
    (folder / f"{THEORY}.v").write_text(result.text, encoding="utf-8")
    code, out, errors = _run(["coqc", "-q", "-noglob", "-w", "none", f"{THEORY}.v"], folder, deadline - time.monotonic())
    place = re.search(r"line (\d+), characters", errors)
    if code not in (0, None) and place:
        above = "\n".join(result.text.split("\n")[:int(place[1])])
        lemmas = re.findall(r"^Lemma ob_(\d+) :", above, re.M)
        if lemmas:
            return int(lemmas[-1])
    if code is None:
        raise Failed("the time for all proofs is over")
    if code != 0:
        raise Failed(f"coqc does not accept the theory: {errors.strip()[-600:]}")
    # an entry begins at the left margin; what its type needs more lines for is indented
    result.axioms = tuple(sorted({m[1] for m in re.finditer(r"^([^\s:]+)", out.partition("Axioms:")[2], re.M)}))
    strange = [a for a in result.axioms if a not in AXIOMS and not _PRIMITIVE.match(a)]
    if strange or ("Axioms:" not in out and "Closed under the global context" not in out and "everything" in result.text):
        raise Failed(f"the theory rests on more than the axioms of the real numbers: {', '.join(strange) or 'unknown'}")
    code, _, errors = _run(["coqchk", "-silent", "-norec", THEORY], folder, deadline - time.monotonic())
    if code != 0:
        raise Failed(f"coqchk does not accept the theory: {errors.strip()[-600:]}")
    return None


def prelude() -> str:
    return (Path(__file__).parent / "prelude.v").read_text(encoding="utf-8")


def comment_text(text: str) -> str:
    """A text that cannot end a comment, begin one, or begin a string."""
    return re.sub(r"[^A-Za-z0-9_ .,;:=<>+\-/^()\[\]|{}!×]", "?", text.replace("*", "×").replace("\n", " "))[:400]


# --- processes ------------------------------------------------------------------------------------------------

def _run(command: list[str], folder: Path, seconds: float) -> tuple[int | None, str, str]:
    """(exit code or None where it was killed, standard output, standard error).  The whole process group ends with it."""
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")} | {"LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, encoding="utf-8", errors="replace", start_new_session=True)
    try:
        out, errors = process.communicate(timeout=max(0.1, seconds))
        code: int | None = process.returncode
    except subprocess.TimeoutExpired:
        _kill(process)
        out, errors = process.communicate()
        code = None
    except BaseException:
        _kill(process)
        raise
    if folder != Path("/"):
        (folder / "log").write_text(out + errors, encoding="utf-8")
    return code, out, errors


def _kill(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
