"""What is found of a claim."""

from __future__ import annotations

from dataclasses import dataclass

PROVED, REFUTED, UNDECIDED, NO_CLAIM = "proved", "refuted", "undecided", "no-claim"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict`` and ``reason``; ``code`` names the finding; ``link`` the first wrong link of a chain, ``step`` the first wrong line."""

    verdict: str
    reason: str = ""
    code: str = ""
    link: int | None = None
    step: int | None = None
    sides: tuple[str, str] = ("", "")
