"""Names as people write them, and one spelling for each."""

from __future__ import annotations

import re


def plain_name(symbol: str) -> str:
    """``J_{\\mathrm{bits}}`` and ``J_bits`` are one name; ``\\hat{y}`` is y_hat, ``||w||_1`` is norm(w, 1)."""
    symbol = re.sub(r"\\hat\s*\{?(\w)\}?", r"\1_hat", symbol)
    symbol = re.sub(r"\\(?:text|mathrm|operatorname|mathit|mathbf|boldsymbol|bm|left|right)(?![a-z])|\*|\\cdot(?![a-z])", "", symbol)
    symbol = re.sub(r"apply\((\w+), ?([^()]*)\)", r"\1(\2)", symbol)
    symbol = re.sub(r"(?:\\\||\|\|)\s*(\w+)\s*(?:\\\||\|\|)_\{?(\w)\}?", r"norm(\1,\2)", symbol)
    return re.sub(r"[\\{}\s]", "", symbol)
