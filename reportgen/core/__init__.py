"""The part of the judge that must be trusted."""

from .check import Accepted, check
from .reader import Refused

__all__ = ["Accepted", "Refused", "check"]
