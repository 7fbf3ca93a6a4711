"""Matrices, row by row: products written out before they are added up, transposes, and images as vectors.

``vec`` stacks the rows of a matrix one under the other (row-major, as arrays lie in memory in C and NumPy), so that
``vec([[1, 2], [3, 4]])`` is the column 1, 2, 3, 4.  Every rule works on the expression, or on the right side of an equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..derivation import Derivation, Rule, RuleError, Step, side_of_work
from ..expressions import Expr, Operation, column, expr, is_op, matrix, mul, op, rows_of, to_text
from ..expressions.tree import add, transform
from .making import rule_factory
from .writing import ZERO, exact, is_one, is_zero, plus, times

Entries = tuple[tuple[Expr, ...], ...]


# --- data -----------------------------------------------------------------------------------------------------

def shape_of(value: Expr) -> tuple[int, int]:
    """(rows, columns) of a matrix.  Raises TypeError for anything else."""
    rows = rows_of(value)
    return len(rows), len(rows[0])


# Which products of a row are written: "keep" all of them, "skip" those with a literal 0 of the left matrix, or skip
# those whose place (row, column), counted from 0, is in this set and holds a 0.
Zeros = str | frozenset[tuple[int, int]]


def written_product(row: tuple[Expr, ...], entries: tuple[Expr, ...], *, zeros: Zeros = "keep", number: int = 0) -> Expr:
    """The sum ``a_1*b_1 + a_2*b_2 + ...`` as written, nothing evaluated; ``number`` is the row's, for a set of places to skip.

    Where nothing is left the result is 0.
    """
    def skipped(place: int, factor: Expr) -> bool:
        return zeros != "keep" and is_zero(factor) and (zeros == "skip" or (number, place) in zeros)

    return add(*(mul(a, b) for place, (a, b) in enumerate(zip(row, entries, strict=True)) if not skipped(place, a)))


def vec_of(value: Expr) -> Operation:
    """The rows of a matrix under one another, as a column (row-major)."""
    return column([entry for row in rows_of(value) for entry in row])


def reshaped(value: Expr, rows: int, columns: int) -> Operation:
    """The entries of a matrix or vector, read row by row, laid out again as rows x columns.  Raises ValueError where they do not fit."""
    entries = [entry for row in rows_of(value) for entry in row]
    if rows * columns != len(entries):
        raise ValueError(f"{len(entries)} entries do not make a {rows} by {columns} matrix, which has {rows * columns}")
    return matrix([entries[i * columns:(i + 1) * columns] for i in range(rows)])


def transposed(value: Expr) -> Operation:
    return matrix([list(entries) for entries in zip(*rows_of(value))])


def named_matrix(name: str, rows: int, columns: int) -> Operation:
    """The matrix with the entries ``name_{i,j}``, counted from 1."""
    return matrix([[op("index", name, i, j) for j in range(1, columns + 1)] for i in range(1, rows + 1)])


def map_entries(value: Expr, change: Callable[[Expr], Expr]) -> Operation:
    return matrix([[change(entry) for entry in row] for row in rows_of(value)])


# --- rules ----------------------------------------------------------------------------------------------------

@rule_factory
def multiply_matrix_vector(*, zeros: Zeros = "keep") -> Rule:
    """Write a matrix times a column row by row: ``[[a, b], [c, d]]*[x, y]`` -> ``[a*x + b*y, c*x + d*y]``.

    ``zeros="skip"`` leaves out the products with a zero of the matrix (a sparse matrix has many), a set of places only
    the zeros at those places.  Each row is a substep.
    """
    return partial(_multiply, zeros=_checked(zeros), vector=True)


@rule_factory
def matrix_product(*, zeros: Zeros = "keep") -> Rule:
    """Write the first product of two neighbouring matrices out: the entry (i, j) is row i times column j, as a sum."""
    return partial(_multiply, zeros=_checked(zeros), vector=False)


def _checked(zeros: Zeros) -> Zeros:
    if isinstance(zeros, str) and zeros not in ("keep", "skip"):
        raise ValueError(f'zeros is "keep", "skip" or a set of places, not {zeros!r}')
    return zeros


def _multiply(derivation: Derivation, zeros: Zeros, vector: bool) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    rule = "multiply matrix and vector" if vector else "multiply matrices"
    if not is_op(here, "mul"):
        raise RuleError(f"{rule}: there is no product in {to_text(here)}")
    i = next((i for i, pair in enumerate(zip(here.args, here.args[1:])) if all(is_op(a, "matrix") for a in pair)), None)
    if i is None:
        raise RuleError(f"{rule}: no two matrices stand side by side in {_short(here)}")
    left, right = here.args[i:i + 2]
    (height, inner), (other, width) = shape_of(left), shape_of(right)
    if inner != other:
        raise RuleError(f"{rule}: the left matrix has {inner} columns, the right one {other} rows")
    if vector and width != 1:
        raise RuleError(f"{rule}: the right matrix has {width} columns, a vector has 1; use matrix_product()")
    columns = tuple(zip(*rows_of(right)))
    out: Entries = tuple(tuple(written_product(row, entries, zeros=zeros, number=n) for entries in columns) for n, row in enumerate(rows_of(left)))
    caption = ("Multiply each row of the matrix by the vector",) if vector else ("Multiply each row of the left matrix by each column of the right one",)
    if zeros == "skip" and any(is_zero(a) for row in rows_of(left) for a in row):
        caption += ("; products with a zero of the matrix are left out",)
    elif zeros not in ("keep", "skip", frozenset()):
        caption += ("; the zeros that belong to the matrix's pattern are left out",)
    substeps = tuple(Step("multiply row", mul(matrix([row]), right), matrix([out[n]]), ("Row ", expr(n + 1))) for n, row in enumerate(rows_of(left))) \
        if height > 1 else ()
    result = mul(*here.args[:i], matrix(out), *here.args[i + 2:])
    yield Step("multiply matrix and vector" if vector else "multiply matrices", derivation.conclusion, put(result), caption, substeps=substeps)


@rule_factory
def evaluate_entries() -> Rule:
    """Work the entries of a matrix out (or one sum of products): first every product, then every sum.

    Entries with names are tidied, not solved.
    """
    return _evaluate_entries


def _evaluate_entries(derivation: Derivation) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    each = map_entries if is_op(here, "matrix") else lambda value, change: change(value)
    products = each(here, _products)
    sums = each(products, _sums)
    at = derivation.conclusion
    if products != here:
        yield Step("evaluate products", at, put(products), ("Work out each product",))
        at = put(products)
    if sums != products:
        yield Step("evaluate sums", at, put(sums), (_adding_up(here),))
    if sums == here:
        raise RuleError(f"evaluate entries: there is nothing to work out in {_short(here)}")


def _adding_up(value: Expr) -> str:
    if not is_op(value, "matrix"):
        return "Add up"
    return "Add up each row" if shape_of(value)[1] == 1 else "Add up each entry"


def _products(entry: Expr) -> Expr:
    if is_op(entry, "add"):
        return add(*(_products(term) for term in entry.args))
    if is_op(entry, "mul", "neg", "div", "pow"):
        value = exact(entry)
        return times(*entry.args) if value is None and is_op(entry, "mul") else entry if value is None else expr(value)
    return entry


def _sums(entry: Expr) -> Expr:
    if not is_op(entry, "add"):
        return entry
    value = exact(entry)
    return expr(value) if value is not None else plus(*entry.args)


@rule_factory
def add_matrices() -> Rule:
    """Add matrices of one shape entry by entry: the sums are written, not evaluated."""
    return _add_matrices


def _add_matrices(derivation: Derivation) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    terms = here.args if is_op(here, "add") else ()
    bare = [t.args[0] if is_op(t, "neg") else t for t in terms]
    if not terms or not all(is_op(t, "matrix") for t in bare):
        raise RuleError(f"add matrices: {_short(here)} is not a sum of matrices")
    shapes = {shape_of(t) for t in bare}
    if len(shapes) > 1:
        raise RuleError("add matrices: the shapes differ: " + ", ".join(f"{r} by {c}" for r, c in sorted(shapes)))
    rows = [rows_of(t) for t in bare]
    height, width = shapes.pop()
    out = matrix([[add(*(op("neg", r[i][j]) if is_op(t, "neg") else r[i][j] for t, r in zip(terms, rows)))
                   for j in range(width)] for i in range(height)])
    yield Step("add matrices", derivation.conclusion, put(out), ("Add entry by entry",))


@rule_factory
def scale_matrix() -> Rule:
    """Multiply every entry of a matrix by the factor in front of it."""
    return _scale_matrix


def _scale_matrix(derivation: Derivation) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    if not is_op(here, "mul") or len(here.args) != 2 or not is_op(here.args[1], "matrix") or _has_matrix(here.args[0]):
        raise RuleError(f"scale matrix: {_short(here)} is not a number or name times a matrix")
    factor, what = here.args
    out = map_entries(what, lambda entry: ZERO if is_zero(entry) else factor if is_one(entry) else mul(factor, entry))
    yield Step("scale matrix", derivation.conclusion, put(out), ("Multiply every entry by ", factor))


@rule_factory
def transpose() -> Rule:
    """Exchange rows and columns where ``transpose`` stands before a matrix."""
    return partial(_unary, head="transpose", change=transposed, rule="transpose", caption="Rows become columns")


@rule_factory
def vec() -> Rule:
    """Stack the rows where ``vec`` stands before a matrix (row-major)."""
    return partial(_unary, head="vec", change=vec_of, rule="vec", caption="Write the rows under one another")


def _unary(derivation: Derivation, head: str, change: Callable[[Expr], Expr], rule: str, caption: str) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    out = transform(here, lambda node: change(node.args[0]) if is_op(node, head) and is_op(node.args[0], "matrix") else node)
    if out == here:
        raise RuleError(f"{rule}: no {head} of a matrix in {_short(here)}")
    yield Step(rule, derivation.conclusion, put(out), (caption,))


@rule_factory
def reshape(rows: int, columns: int) -> Rule:
    """From ``vec(Y) = column`` to ``Y = matrix``: the entries laid out row by row again.

    ``vec`` loses nothing once the shape is known, so both directions hold for a rows x columns matrix Y.
    """
    return partial(_reshape, rows=rows, columns=columns)


def _reshape(derivation: Derivation, rows: int, columns: int) -> Iterator[Step]:
    now = derivation.conclusion
    if not (is_op(now, "eq") and is_op(now.args[0], "vec") and is_op(now.args[1], "matrix") and shape_of(now.args[1])[1] == 1):
        raise RuleError("reshape: the derivation should have reached vec(Y) = column")
    try:
        laid = reshaped(now.args[1], rows, columns)
    except ValueError as error:
        raise RuleError(f"reshape: {error}") from None
    name = now.args[0].args[0]
    written = op("eq", now.args[0], op("vec", laid))
    yield Step("vec", now, written, ("The column holds the rows of a ", expr(rows), " by ", expr(columns), " matrix"))
    yield Step("reshape", written, op("eq", name, laid), ("Two matrices of one shape with the same vec are equal",))


def _has_matrix(value: Expr) -> bool:
    return is_op(value, "matrix") or (isinstance(value, Operation) and any(_has_matrix(a) for a in value.args))


def _short(value: Expr) -> str:
    text = to_text(value)
    return text if len(text) <= 80 else text[:77] + "..."
