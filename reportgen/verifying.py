"""A built report's ledger judged again: every obligation, from the file alone; and held against what lies beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, Finding, Span


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """A table of obligations by strength, what was found, and the exit code."""

    table: str
    findings: tuple[Finding, ...]
    exit_code: int


def verify(out: Path, *, strict: bool = False, kernel: bool = False, keep: str | None = None, name: str | None = None, inputs: Path | None = None,
           engine: str = "typst") -> VerifyResult:
    """Judge every obligation of ``out/ledger.json`` again, without the report; with ``kernel`` by Coq, too.

    A ledger in which nothing is wrong is held against the finished files in ``out``, and with ``inputs``, the report's folder,
    against what is derived and rendered (by ``engine``) from there.  ``name``: the report that it must be of.  ``keep``: a folder
    for the Coq theory.  Raises FindingsError where the ledger is missing or is none (exit code 2), or the report can't be built.
    """
    from reportgen import ledger_files, ledger_verify
    from reportgen.wording import STRENGTH_MEANINGS

    path = out / "ledger.json"
    data = ledger_verify.read_records(path)
    verification = ledger_verify.verify_records(data, str(path), strict=strict)
    if name is not None and data.get("report") != name:
        message = f"report: this is the ledger of {data.get('report')!r}, not of {name!r}"
        verification = verification.with_findings(Finding("ledger-mismatch", message, Span(str(path))))
    if not verification.failed and verification.ledger is not None:
        beside = ledger_files.files_beside(out, data, verification.ledger)
        beside += ledger_files.from_inputs(inputs, out, data, verification.ledger, engine=engine, strict=strict) if inputs is not None else []
        verification = verification.with_findings(*beside)
    told: list[str] = []
    if kernel:
        from reportgen.kernel.verification import raised

        verification, line = raised(verification, keep=Path(keep) if keep else None, name=out.name)
        told += [line] if line else []
    elif verification.by_coq:
        told.append(f"{len(verification.by_coq):>6}  are written as accepted by Coq's kernel, too: --kernel asks it again")
    counts = verification.counts()
    lines = [f"{counts[name]:>6}  {name:<10} {words}" for name, words in STRENGTH_MEANINGS.items() if counts[name]]
    lines += [f"{sum(counts.values()):>6}  in all, {verification.replayed()} of them replayed by the core from their certificates", *told]
    return VerifyResult("\n".join(lines), verification.findings, EXIT_FINDINGS if verification.failed else EXIT_CLEAN)
