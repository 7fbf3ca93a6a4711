"""The strongest level for a ledger that was judged: which of its obligations the kernel checked, and what to say of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..diagnostics import EXIT_UNABLE, Finding, FindingsError
from ..ledger import Judged
from ..ledger_verify import Verification
from ..obligation import Status
from .coq import Failed, Missing


def raised(verification: Verification, *, keep: Path | None = None, name: str = "report", seconds: float = 1800) -> tuple[Verification, str]:
    """The verification with strength "kernel" where Coq's kernel accepted an obligation, and a line that tells of the run.

    Only what the judge has proved, or what sampling agrees with, is tried: so no lemma holds merely because its
    assumptions contradict each other.  Where Coq is missing or fails as a whole, nothing is raised and one finding says
    why.  With ``keep``, the theory that was checked is written to ``keep/name.v``.
    """
    from . import check

    judged = verification.judged
    places = [i for i, j in enumerate(judged) if j.verdict.proved or j.verdict.strength == "agreed"]
    try:
        report = check([(judged[i].obligation, judged[i].verdict.conditions) for i in places], seconds=seconds)
    except Missing as error:
        missing, _, hint = str(error).partition("; ")
        return _with(verification, judged, Finding("engine-missing", f"no obligation was checked by a kernel: {missing}", hint=hint)), ""
    except Failed as error:
        return _with(verification, judged, Finding("kernel-failed", f"no obligation counts as checked by a kernel: {error}")), ""
    result = list(judged)
    findings: list[Finding] = []
    for place, found in zip(places, report.results, strict=True):
        if found.checked:
            verdict = replace(judged[place].verdict, status=Status.PROVED, strength="kernel", method="Coq's kernel (coqc, coqchk)", reason="")
            result[place] = replace(judged[place], found=verdict)
        else:
            findings.append(Finding("kernel-unproved", f"{found.obligation.name} is not checked by the kernel: {found.reason}",
                                    hint=f"its strength stays: {judged[place].strength}", severity="warning"))
            if found.obligation.name in verification.by_coq:
                told = f"{found.obligation.name} is written as accepted by Coq's kernel, and Coq {report.version} does not accept it"
                findings.append(Finding("ledger-mismatch", told, hint="run reportgen build --kernel again"))
    if keep is not None:
        _keep(keep, name, report.theory)
    axioms = [a for a in report.axioms if not a.startswith(("Prim", "Float", "Uint", "Sint"))]
    line = (f"Coq {report.version}: {report.count} of {len(places)} obligations checked; they rest on the axioms of the real numbers"
            f" ({', '.join(axioms) or 'none'}{'' if len(axioms) == len(report.axioms) else ', and on the primitive floating-point numbers'})")
    return _with(verification, result, *findings), line


def _with(verification: Verification, judged: Sequence[Judged], *findings: Finding) -> Verification:
    """What sampling only agreed with and the kernel has proved is undecided no more."""
    now = {j.obligation.name for j in judged if j.strength == "kernel"}
    kept = [f for f in verification.findings if not (f.code == "step-undecided" and f.message.partition(" could not be decided")[0] in now)]
    return replace(verification, judged=tuple(judged), findings=(*kept, *findings))


def _keep(folder: Path, name: str, theory: str) -> None:
    """Write the theory.  Raises FindingsError (output-failed)."""
    from .lemma import file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{file_name(name)}.v").write_text(theory, encoding="utf-8")
    except OSError as error:
        raise FindingsError(Finding("output-failed", f"the theory cannot be written to {folder}: {error}"), exit_code=EXIT_UNABLE) from None


__all__ = ["raised"]
