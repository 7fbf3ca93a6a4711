"""Names under roots exchanged for powers: x = x'^k makes every k-th root of x a polynomial in x'.

For an even k this covers exactly the values x >= 0, which must be assumed or be needed for a value; for an odd one all values.
Certifies that the statement holds for all x where the one in x' holds for all x' (>= 0); refutes nothing.
"""

from __future__ import annotations

from dataclasses import replace as with_changes
from math import lcm

from ..expressions import Expr, Number, Operation, Symbol, is_op, is_relation, rational_value, replace, symbols, to_text, walk
from ..obligation import Verdict
from .forms import Decide

MAX_DEGREE = 12


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED by powers in place of the names under roots; None where there are none or this does not prove it."""
    if not is_relation(statement) or is_op(statement, "approx"):
        return None
    degrees: dict[str, int] = {}
    even: set[str] = set()
    for node in walk(statement):
        degree = _degree(node)
        if degree is not None and 2 <= degree <= MAX_DEGREE and symbols(node.args[0]) and _product(node.args[0], degree):
            for name in symbols(node.args[0]):
                degrees[name] = lcm(degrees.get(name, 1), degree)
                if degree % 2 == 0 or not is_op(node, "root"):
                    even.add(name)
    if not degrees or max(degrees.values()) > MAX_DEGREE:
        return None
    zero = Number("0")
    for name in even:
        # what stands under an even root need not be positive name by name: x y >= 0 also for two negative numbers
        if not decide(Operation("ge", (Symbol(name), zero)), assumptions).proved:
            return None
    put = {Symbol(n): Operation("pow", (Symbol(n), Number(str(k)))) for n, k in degrees.items()}
    known = tuple(Operation("ge", (Symbol(n), zero)) for n in degrees if degrees[n] % 2 == 0 or n in even
                  or Operation("gt", (Symbol(n), zero)) in assumptions or Operation("ge", (Symbol(n), zero)) in assumptions)
    found = decide(replace(statement, put), (*known, *(replace(a, put) for a in assumptions if not is_op(a, "element"))))
    if not found.proved or found.conditions:
        return None
    witness = (*found.witness, ("with", ", ".join(f"{n} = {to_text(v)}" for n, v in ((to_text(s), e) for s, e in put.items()))))
    return with_changes(found, method=f"powers for names under roots; {found.method}", witness=witness)


def _degree(node: Expr) -> int | None:
    if is_op(node, "sqrt"):
        return 2
    if is_op(node, "root"):
        value = rational_value(node.args[1])
        return int(value) if value is not None and value.denominator == 1 else None
    if is_op(node, "pow"):
        value = rational_value(node.args[1])
        return value.denominator if value is not None and value.denominator > 1 else None
    return None


def _product(node: Expr, degree: int) -> bool:
    """True for products and quotients of names and numbers that are no powers of this degree already."""
    if is_op(node, "mul", "div"):
        return all(_product(a, degree) for a in node.args)
    if is_op(node, "pow"):
        exponent = rational_value(node.args[1])
        return isinstance(node.args[0], Symbol) and exponent is not None and exponent % degree != 0
    return isinstance(node, (Symbol, Number))
