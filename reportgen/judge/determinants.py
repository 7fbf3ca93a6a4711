"""Determinants, inverses and norms of explicit matrices written out as trees, so that every other method reads plain entries.

det by expansion along the first row (numbers: FLINT's exact elimination), the inverse as adjugate over determinant, which
puts det(A) != 0 among the side conditions; norm(w) of a vector as the root of the sum of squares.  Relations between
matrices become relations between entries.  Certifies nothing itself: what is written out is then judged.
"""

from __future__ import annotations

from flint import fmpq, fmpq_mat

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, transform, walk
from ..expressions.tree import expr as literal
from .calculus import rational
from .forms import Undefined, Unsupported
from .matrices import is_matrix

MAX_SYMBOLIC = 5      # rows of a matrix with names in it whose determinant is written out
MAX_NUMERIC = 60
Rows = list[list[Expr]]


def needs_writing_out(statement: Expr) -> bool:
    """True where the statement holds det, norm, inverse or a power of an explicit matrix, or a matrix equation inside a connective."""
    connective = is_op(statement, "iff", "implies", "and", "or", "not")
    return any(is_op(n, "det", "norm", "inverse") and (is_matrix(n.args[0]) or is_op(n.args[0], "tuple"))
               or is_op(n, "pow") and is_matrix(n.args[0]) and not (isinstance(n.args[1], Number) and n.args[1].value)
               or connective and is_op(n, "eq", "ne") and (is_matrix(n.args[0]) or is_matrix(n.args[1])) for n in walk(statement))


def written_out(statement: Expr) -> Expr:
    """The statement with its matrix functions written out.  Raises Unsupported, Undefined (shapes, a singular matrix of numbers)."""
    return transform(statement, _scalar)


def _scalar(node: Expr) -> Expr:
    if is_op(node, "det") and is_matrix(node.args[0]):
        return determinant(entries(node.args[0]))
    if is_op(node, "norm") and (is_matrix(node.args[0]) or is_op(node.args[0], "tuple")):
        return _norm(node)
    if is_op(node, "eq", "ne") and (is_matrix(node.args[0]) or is_matrix(node.args[1])):
        left, right = (entries(a) if is_matrix(a) else None for a in node.args)
        if left is None or right is None or (len(left), len(left[0])) != (len(right), len(right[0])):
            raise Undefined("an equation of matrices of different shapes")
        parts = tuple(Operation(node.head, pair) for r, s in zip(left, right) for pair in zip(r, s))
        return parts[0] if len(parts) == 1 else Operation("and" if node.head == "eq" else "or", parts)
    return node


def _sum(terms: list[Expr]) -> Expr:
    kept = [t for t in terms if t != Number("0")]
    return Number("0") if not kept else kept[0] if len(kept) == 1 else Operation("add", tuple(kept))


def _product(a: Expr, b: Expr) -> Expr:
    zero, one = Number("0"), Number("1")
    if a == zero and _total(b) or b == zero and _total(a):
        return zero
    return b if a == one else a if b == one else Operation("mul", (a, b))


_TOTAL = frozenset({"add", "mul", "neg", "sin", "cos", "exp", "abs", "index", "apply"})


def _total(value: Expr) -> bool:
    """True where the tree has a value for all values of its names: only then may 0 times it be dropped."""
    return all(not isinstance(n, Operation) or n.head in _TOTAL or n.head == "pow" and isinstance(n.args[1], Number) and n.args[1].value.denominator == 1
               and n.args[1].value > 0 or n.head == "div" and isinstance(n.args[1], Number) and n.args[1].value != 0 for n in walk(value))


def _neg(a: Expr) -> Expr:
    return a.args[0] if is_op(a, "neg") else a if a == Number("0") else Operation("neg", (a,))


def entries(value: Expr) -> Rows:
    """The entries of a matrix-valued tree, as trees.  Raises Unsupported, Undefined."""
    if is_op(value, "matrix"):
        if not all(is_op(row, "row") for row in value.args) or len({len(row.args) for row in value.args}) != 1:
            raise Unsupported("a matrix whose rows differ in length")
        return [[transform(c, _scalar) for c in row.args] for row in value.args]
    if is_op(value, "add"):
        parts = [entries(a) for a in value.args]
        if len({(len(p), len(p[0])) for p in parts}) != 1:
            raise Undefined("a sum of matrices of different shapes")
        return [[_sum([p[i][j] for p in parts]) for j in range(len(parts[0][0]))] for i in range(len(parts[0]))]
    if is_op(value, "neg"):
        return [[_neg(c) for c in row] for row in entries(value.args[0])]
    if is_op(value, "transpose"):
        return [list(r) for r in zip(*entries(value.args[0]))]
    if is_op(value, "vec"):
        return [[c] for row in entries(value.args[0]) for c in row]
    if is_op(value, "inverse"):
        return inverse(entries(value.args[0]))
    if is_op(value, "div") and not is_matrix(value.args[1]):
        below = transform(value.args[1], _scalar)
        return [[Operation("div", (c, below)) for c in row] for row in entries(value.args[0])]
    if is_op(value, "mul"):
        result: Rows | Expr = Number("1")
        for factor in value.args:
            result = _times(result, entries(factor) if is_matrix(factor) else transform(factor, _scalar))
        return result if isinstance(result, list) else [[result]]
    if is_op(value, "pow"):
        return _power(entries(value.args[0]), rational_value(value.args[1]))
    raise Unsupported(f"the matrix operation {getattr(value, 'head', 'symbol')}")


def _times(a: Rows | Expr, b: Rows | Expr) -> Rows | Expr:
    if isinstance(a, list) and isinstance(b, list):
        if len(a[0]) != len(b):
            raise Undefined(f"a product of a {len(a)}×{len(a[0])} and a {len(b)}×{len(b[0])} matrix")
        return [[_sum([_product(x, b[k][j]) for k, x in enumerate(row)]) for j in range(len(b[0]))] for row in a]
    if isinstance(a, list):
        return [[_product(x, b) for x in row] for row in a]
    if isinstance(b, list):
        return [[_product(a, x) for x in row] for row in b]
    return _product(a, b)


def _power(base: Rows, exponent: object) -> Rows:
    if exponent is None or exponent.denominator != 1 or abs(exponent) > 12 or len(base) != len(base[0]):
        raise Unsupported("this power of a matrix")
    if exponent < 0:
        base = inverse(base)
    result: Rows = [[Number(str(int(i == j))) for j in range(len(base))] for i in range(len(base))]
    for _ in range(abs(int(exponent))):
        result = _folded(_times(result, base))
    return result


def _folded(rows: Rows) -> Rows:
    """Entries that are numbers as one literal, so that powers of a matrix of numbers stay small."""
    values = [[_number(c) for c in row] for row in rows]
    return [[c if v is None else literal(v) for c, v in zip(r, vs)] for r, vs in zip(rows, values)]


def _number(value: Expr):
    """The value of sums, products and quotients of literals; None where names or functions occur."""
    known = rational_value(value)
    if known is not None or not is_op(value, "add", "mul", "neg", "div"):
        return known
    parts = [_number(a) for a in value.args]
    if None in parts:
        return None
    total = parts[0]
    for part in parts[1:]:
        if value.head == "div" and part == 0:
            return None
        total = total + part if value.head == "add" else total * part if value.head == "mul" else total / part
    return -total if value.head == "neg" else total


def _numeric(rows: Rows) -> fmpq_mat | None:
    values = [[_number(c) for c in row] for row in rows]
    if any(v is None for row in values for v in row):
        return None
    return fmpq_mat([[fmpq(v.numerator, v.denominator) for v in row] for row in values])


def _square(rows: Rows) -> None:
    if len(rows) != len(rows[0]):
        raise Undefined(f"the determinant of a {len(rows)}×{len(rows[0])} matrix")


def determinant(rows: Rows) -> Expr:
    """det as a tree.  Raises Unsupported for large matrices with names, Undefined where the matrix is not square."""
    _square(rows)
    numbers = _numeric(rows) if len(rows) <= MAX_NUMERIC else None
    if numbers is not None:
        value = numbers.det()
        return rational_tree(value)
    if len(rows) > MAX_SYMBOLIC and sum(c != Number("0") for row in rows for c in row) > 3 * len(rows):
        raise Unsupported("the determinant of a large matrix with names in it")
    return _expanded(rows)


def _expanded(rows: Rows) -> Expr:
    if len(rows) == 1:
        return rows[0][0]
    terms = []
    for j, entry in enumerate(rows[0]):
        if entry != Number("0") or not all(_total(c) for row in rows[1:] for c in row):
            term = _product(entry, _expanded([row[:j] + row[j + 1:] for row in rows[1:]]))
            terms.append(_neg(term) if j % 2 else term)
    return _sum(terms)


def inverse(rows: Rows) -> Rows:
    """The inverse: its entries are cofactors over det, a divisor.  Raises Undefined for a singular matrix of numbers."""
    _square(rows)
    numbers = _numeric(rows) if len(rows) <= MAX_NUMERIC else None
    if numbers is not None:
        if numbers.det() == 0:
            raise Undefined("the inverse of a singular matrix")
        found = numbers.inv()
        return [[rational_tree(found[i, j]) for j in range(len(rows))] for i in range(len(rows))]
    if len(rows) > 4:
        raise Unsupported("the inverse of a large matrix with names in it")
    below = _expanded(rows)
    size = len(rows)
    if size == 1:
        return [[Operation("div", (Number("1"), rows[0][0]))]]

    def cofactor(i: int, j: int) -> Expr:
        minor = _expanded([[c for k, c in enumerate(row) if k != j] for m, row in enumerate(rows) if m != i])
        return _neg(minor) if (i + j) % 2 else minor

    return [[Operation("div", (cofactor(j, i), below)) for j in range(size)] for i in range(size)]


def rational_tree(value: fmpq) -> Expr:
    from .enclosure import as_fraction

    return rational(as_fraction(value))


def _norm(node: Operation) -> Expr:
    inner = node.args[0]
    if is_op(inner, "tuple"):
        parts = [transform(c, _scalar) for c in inner.args]
    else:
        rows = entries(inner)
        if len(rows) > 1 and len(rows[0]) > 1:
            raise Unsupported("a norm of a matrix: which one is not said")
        parts = [c for row in rows for c in row]
    if len(node.args) == 2 and node.args[1] == Symbol("inf"):
        sizes = tuple(Operation("abs", (c,)) for c in parts)
        return sizes[0] if len(sizes) == 1 else Operation("max", sizes)
    power = Number("2") if len(node.args) == 1 else node.args[1]
    if power == Number("2"):
        return Operation("sqrt", (_sum([Operation("pow", (c, power)) for c in parts]),))
    if power == Number("1"):
        return _sum([Operation("abs", (c,)) for c in parts])
    raise Unsupported("this norm")
