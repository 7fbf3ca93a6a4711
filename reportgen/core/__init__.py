"""The part of the judge that must be trusted, and all of it: ``MODULES``, the standard library, and FLINT through python-flint.

It searches nothing and imports nothing else of reportgen.  ``python -m reportgen.core LEDGER`` replays every certificate of a ledger.
"""

from .check import Accepted, check
from .reader import Refused

MODULES = ("reader", "trees", "values", "signs", "normal", "check", "__main__", "__init__")

__all__ = ["MODULES", "Accepted", "Refused", "check"]
