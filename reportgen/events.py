"""What happens in a build, as values: the command line turns them into lines for people or for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.build import Target
    from reportgen.diagnostics import Finding


@dataclass(frozen=True, slots=True)
class Event:
    """``event``: "target" (one format is finished); ``findings``: what was found while it was made."""

    event: str
    report: str = ""
    target: Target | None = None
    findings: tuple[Finding, ...] = ()
