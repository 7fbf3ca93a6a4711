"""A built report's ledger judged again: every obligation, from the file alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, Finding


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """A table of obligations by strength, what was found, and the exit code."""

    table: str
    findings: tuple[Finding, ...]
    exit_code: int


def verify(out: Path, *, strict: bool = False, kernel: bool = False, keep: str | None = None) -> VerifyResult:
    """Judge every obligation of ``out/ledger.json`` again, without the report; with ``kernel`` by Coq, too.

    ``keep``: a folder for the Coq theory.  Raises FindingsError where the ledger is missing or is none (exit code 2).
    """
    from reportgen import ledger_verify
    from reportgen.wording import STRENGTH_MEANINGS

    verification = ledger_verify.verify(out / "ledger.json", strict=strict)
    told: list[str] = []
    if kernel:
        from reportgen.kernel.verification import raised

        verification, line = raised(verification, keep=Path(keep) if keep else None, name=out.name)
        told += [line] if line else []
    counts = verification.counts()
    lines = [f"{counts[name]:>6}  {name:<10} {words}" for name, words in STRENGTH_MEANINGS.items() if counts[name]]
    lines += [f"{sum(counts.values()):>6}  in all, {verification.replayed()} of them replayed by the core from their certificates", *told]
    failed = any(f.severity == "error" for f in verification.findings)
    return VerifyResult("\n".join(lines), verification.findings, EXIT_FINDINGS if failed else EXIT_CLEAN)
