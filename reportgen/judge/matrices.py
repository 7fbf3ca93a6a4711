"""Matrix-valued trees entry by entry, each entry in normal form."""

from __future__ import annotations

from ..expressions import Expr, Number, is_op
from .exact import Field
from .forms import Quotient, Undefined, Unsupported


def is_matrix(expr: Expr) -> bool:
    """True where the tree has a matrix for its value."""
    if is_op(expr, "matrix"):
        return True
    if is_op(expr, "add", "neg", "mul", "transpose", "pow", "div", "inverse", "vec"):
        return any(is_matrix(a) for a in expr.args)
    return False


def matrix_normal(field: Field, expr: Expr) -> list[list[Quotient]]:
    """A matrix-valued tree entry by entry.  ``vec`` stacks rows (row-major).  Raises Unsupported, Undefined where shapes differ."""
    if is_op(expr, "matrix"):
        if not all(is_op(row, "row") for row in expr.args) or len({len(row.args) for row in expr.args}) != 1:
            raise Unsupported("a matrix whose rows differ in length")
        return [[field.normal(c) for c in row.args] for row in expr.args]
    if is_op(expr, "add"):
        total = matrix_normal(field, expr.args[0])
        for term in expr.args[1:]:
            other = matrix_normal(field, term)
            if (len(other), len(other[0])) != (len(total), len(total[0])):
                raise Undefined("a sum of matrices of different shapes")
            total = [[field.add(a, b) for a, b in zip(r, s)] for r, s in zip(total, other)]
        return total
    if is_op(expr, "neg"):
        return [[field.neg(a) for a in r] for r in matrix_normal(field, expr.args[0])]
    if is_op(expr, "transpose"):
        return [list(r) for r in zip(*matrix_normal(field, expr.args[0]))]
    if is_op(expr, "vec"):
        return [[a] for r in matrix_normal(field, expr.args[0]) for a in r]
    if is_op(expr, "div") and not is_matrix(expr.args[1]):
        below = field.normal(expr.args[1])
        return [[field.div(a, below, expr.args[1]) for a in r] for r in matrix_normal(field, expr.args[0])]
    if is_op(expr, "pow") and isinstance(expr.args[1], Number):
        power = expr.args[1].value
        if power.denominator == 1 and 1 <= power <= 50:
            base = matrix_normal(field, expr.args[0])
            result = base
            for _ in range(int(power) - 1):
                result = _matrix_product(field, result, base)
            return result
    if is_op(expr, "mul"):
        result: list[list[Quotient]] | Quotient = field.constant(1)
        for factor in expr.args:
            value = matrix_normal(field, factor) if is_matrix(factor) else field.normal(factor)
            if isinstance(result, Quotient):
                result = field.mul(result, value) if isinstance(value, Quotient) else [[field.mul(result, a) for a in r] for r in value]
            elif isinstance(value, Quotient):
                result = [[field.mul(a, value) for a in r] for r in result]
            else:
                result = _matrix_product(field, result, value)
        if isinstance(result, Quotient):
            raise Unsupported("a number beside a matrix")
        return result
    raise Unsupported(f"the matrix operation {getattr(expr, 'head', 'symbol')}")


def _matrix_product(field: Field, a: list[list[Quotient]], b: list[list[Quotient]]) -> list[list[Quotient]]:
    if len(a[0]) != len(b):
        raise Undefined(f"a product of a {len(a)}×{len(a[0])} and a {len(b)}×{len(b[0])} matrix")
    out = []
    for row in a:
        line = []
        for j in range(len(b[0])):
            total = field.constant(0)
            for k, left in enumerate(row):
                total = field.add(total, field.mul(left, b[k][j]))
            line.append(total)
        out.append(line)
    return out
