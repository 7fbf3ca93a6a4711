"""Convolution in two dimensions as a matrix product, for any kernel, input, stride, padding and dilation.

A convolutional layer computes the cross-correlation (PyTorch's documentation of ``Conv2d``; Dumoulin and Visin, "A guide to
convolution arithmetic for deep learning", 2016)

    y[i, j] = sum over a, b of  w[a, b] * x[i*s_h + a*d_h - p_h,  j*s_w + b*d_w - p_w],

where x is 0 outside the image.  What signal processing calls convolution flips the kernel in both directions first: ``flip``.
As y depends linearly on x, ``vec(y) = W vec(x)`` with one row of W for each output and one column for each pixel; ``vec`` stacks
rows.  With stride 1 and no padding W is a doubly blocked Toeplitz matrix: its blocks repeat along block diagonals, and every block
is itself constant along its diagonals (Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 9.1).

Kernels and images are matrices of exact expressions, numbers or names, or givens and answers with such a value; indices in this
module count from 0, names from 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..derivation import Derivation, start, value_of
from ..expressions import Expr, Operation, expr, matrix, op, rational_value
from ..expressions.tree import Symbol, add, mul
from ..expressions.tree import rows_of as _rows_of
from ..rules.matrices import Zeros, evaluate_entries, multiply_matrix_vector, named_matrix, reshape, written_product
from ..rules.matrices import shape_of as _shape_of
from ..rules.matrices import vec_of as _vec_of
from ..rules.writing import ZERO, exact, is_zero

Pair = tuple[int, int]

def shape_of(value: object) -> Pair:
    """(rows, columns) of a matrix, a given or an answer."""
    return _shape_of(value_of(value))


def rows_of(value: object) -> tuple[tuple[Expr, ...], ...]:
    return _rows_of(value_of(value))


def vec_image(image: object) -> Operation:
    """The rows of the image under one another, as a column."""
    return _vec_of(value_of(image))


def pair(value: int | Pair, what: str = "value") -> Pair:
    """An int stands for both directions: 3 -> (3, 3).  Raises ValueError for anything that is no int or pair of ints."""
    both = (value, value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not (isinstance(both, tuple) and len(both) == 2 and all(isinstance(v, int) and not isinstance(v, bool) for v in both)):
        raise ValueError(f"{what} is an int or a pair of ints (height, width), not {value!r}")
    return both


def output_length(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """floor((N + 2P - D(K - 1) - 1)/S) + 1: the number of places at which the kernel fits.  Raises ValueError where it is not positive."""
    if kernel < 1 or stride < 1 or dilation < 1 or padding < 0 or size < 1:
        raise ValueError(f"size {size}, kernel {kernel}, stride {stride} and dilation {dilation} are at least 1, padding {padding} at least 0")
    length = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    if size + 2 * padding < dilation * (kernel - 1) + 1:
        raise ValueError(f"the kernel covers {dilation * (kernel - 1) + 1}, the padded input has {size + 2 * padding}")
    return length


def output_shape(input_shape: Pair, kernel_shape: Pair, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1) -> Pair:
    """(height, width) of the output; see output_length."""
    stride, padding, dilation = pair(stride, "stride"), pair(padding, "padding"), pair(dilation, "dilation")
    return (output_length(input_shape[0], kernel_shape[0], stride[0], padding[0], dilation[0]),
            output_length(input_shape[1], kernel_shape[1], stride[1], padding[1], dilation[1]))


def symbolic_kernel(height: int, width: int, name: str = "w") -> Operation:
    """The kernel with the entries w_{i,j}, counted from 1."""
    return named_matrix(name, height, width)


def symbolic_image(height: int, width: int, name: str = "x") -> Operation:
    return named_matrix(name, height, width)


def flip(kernel: Expr) -> Operation:
    """The kernel turned by 180 degrees: rows and columns in reverse order."""
    return matrix([list(reversed(row)) for row in reversed(rows_of(kernel))])


def direct(kernel: Expr, image: Expr, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1, *, evaluate: bool = True) -> Operation:
    """The output by the definition, entry by entry, without any matrix product.

    ``evaluate=False`` keeps every entry as the sum that the definition writes; pixels outside the image are left out.
    """
    weights, pixels = rows_of(kernel), rows_of(image)
    (height, width), (s_h, s_w), (p_h, p_w), (d_h, d_w) = shape_of(image), pair(stride), pair(padding), pair(dilation)
    rows, columns = output_shape((height, width), shape_of(kernel), stride, padding, dilation)

    def entry(i: int, j: int) -> Expr:
        terms = []
        for a, line in enumerate(weights):
            for b, weight in enumerate(line):
                y, x = i * s_h + a * d_h - p_h, j * s_w + b * d_w - p_w
                if 0 <= y < height and 0 <= x < width:
                    terms.append(mul(weight, pixels[y][x]))
        total = add(*terms)
        value = exact(total) if evaluate else None
        return total if value is None else expr(value)

    return matrix([[entry(i, j) for j in range(columns)] for i in range(rows)])


def toeplitz(kernel: Expr, input_shape: Pair, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1) -> Operation:
    """The matrix W with ``vec(y) = W vec(x)``: (output height * output width) x (input height * input width).

    The columns stand for the pixels of the image itself; padding adds no columns, its pixels are 0.
    """
    height, width = input_shape
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    rows, columns = output_shape(input_shape, shape_of(kernel), stride, padding, dilation)
    lines = []
    for i in range(rows):
        for j in range(columns):
            line: list[Expr] = [ZERO] * (height * width)
            for a, weights in enumerate(rows_of(kernel)):
                for b, weight in enumerate(weights):
                    y, x = i * s_h + a * d_h - p_h, j * s_w + b * d_w - p_w
                    if 0 <= y < height and 0 <= x < width:
                        line[y * width + x] = weight
            lines.append(line)
    return matrix(lines)


def circulant(kernel: Expr, input_shape: Pair) -> Operation:
    """The matrix of the cyclic cross-correlation, in which the image continues periodically (circular padding), stride 1.

    It is square, (height * width) on each side, doubly blocked circulant, and as many outputs come out as pixels go in.
    Raises ValueError where the kernel is larger than the image: then weights would fall on the same pixel.
    """
    height, width = input_shape
    k_h, k_w = shape_of(kernel)
    if k_h > height or k_w > width:
        raise ValueError(f"the kernel is {k_h} by {k_w}, the image only {height} by {width}")
    lines = []
    for i in range(height):
        for j in range(width):
            line: list[Expr] = [ZERO] * (height * width)
            for a, weights in enumerate(rows_of(kernel)):
                for b, weight in enumerate(weights):
                    line[(i + a) % height * width + (j + b) % width] = weight
            lines.append(line)
    return matrix(lines)


def circular_padding(image: Expr, kernel_shape: Pair) -> Operation:
    """The image continued periodically by the kernel's size less one, below and to the right.

    Its cross-correlation without padding is the cyclic one: ``direct(kernel, circular_padding(x, shape))`` has the entries of
    ``circulant(kernel, input_shape)`` times vec(x).
    """
    rows = rows_of(image)
    height, width = shape_of(image)
    return matrix([[rows[i % height][j % width] for j in range(width + kernel_shape[1] - 1)] for i in range(height + kernel_shape[0] - 1)])


def rows_without_wrapping(input_shape: Pair, kernel_shape: Pair) -> tuple[int, ...]:
    """Which rows of ``circulant`` (from 0) make up ``toeplitz``: those of the outputs at which the kernel does not reach over the edge."""
    height, width = output_shape(input_shape, kernel_shape)
    return tuple(i * input_shape[1] + j for i in range(height) for j in range(width))


# --- structure ------------------------------------------------------------------------------------------------

def is_toeplitz(value: Expr) -> bool:
    """True where every diagonal from upper left to lower right holds one expression."""
    rows = rows_of(value)
    return all(rows[i][j] == rows[i - 1][j - 1] for i in range(1, len(rows)) for j in range(1, len(rows[0])))


def is_circulant(value: Expr) -> bool:
    """True for a square matrix in which every row is the row above it, moved one place to the right and wrapped around."""
    rows = rows_of(value)
    return len(rows) == len(rows[0]) and all(rows[i] == rows[i - 1][-1:] + rows[i - 1][:-1] for i in range(1, len(rows)))


def blocks_of(value: Expr, block_shape: Pair) -> tuple[tuple[Operation, ...], ...]:
    """The matrix cut into blocks.  Raises ValueError where the blocks do not fit."""
    (height, width), (b_h, b_w) = shape_of(value), block_shape
    if height % b_h or width % b_w:
        raise ValueError(f"blocks of {b_h} by {b_w} do not fit into a {height} by {width} matrix")
    rows = rows_of(value)
    return tuple(tuple(matrix([row[j:j + b_w] for row in rows[i:i + b_h]]) for j in range(0, width, b_w)) for i in range(0, height, b_h))


def is_doubly_blocked_toeplitz(value: Expr, block_shape: Pair) -> bool:
    """True where the blocks repeat along block diagonals and every block is a Toeplitz matrix."""
    blocks = blocks_of(value, block_shape)
    repeats = all(blocks[i][j] == blocks[i - 1][j - 1] for i in range(1, len(blocks)) for j in range(1, len(blocks[0])))
    return repeats and all(is_toeplitz(block) for line in blocks for block in line)


def is_doubly_blocked_circulant(value: Expr, block_shape: Pair) -> bool:
    """True where the blocks wrap around as the entries of a circulant matrix do, and every block is circulant."""
    blocks = blocks_of(value, block_shape)
    wraps = len(blocks) == len(blocks[0]) and all(blocks[i] == blocks[i - 1][-1:] + blocks[i - 1][:-1] for i in range(1, len(blocks)))
    return wraps and all(is_circulant(block) for line in blocks for block in line)


@dataclass(frozen=True, slots=True)
class Structure:
    """How W is built.

    ``layout``: the matrix of blocks with the names T_1, T_2... and 0 for a block of zeros; ``blocks``: each name with its matrix.
    ``nonzeros``: places of W at which a weight stands, row by row as (row, column), counted from 0; ``size``: all places.
    ``toeplitz``, ``circulant``, ``doubly_blocked_toeplitz``, ``doubly_blocked_circulant``: what W is, checked entry by entry.
    """

    shape: Pair
    block_shape: Pair
    layout: Operation
    blocks: tuple[tuple[Expr, Operation], ...]
    nonzeros: tuple[Pair, ...]
    toeplitz: bool
    circulant: bool
    doubly_blocked_toeplitz: bool
    doubly_blocked_circulant: bool

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]


def structure(value: Expr, block_shape: Pair, name: str = "T") -> Structure:
    """The block structure of a convolution matrix; for ``toeplitz(kernel, (h, w))`` blocks are (output width, w) in shape.

    Equal blocks get one name, in the order in which they are met.
    """
    blocks = blocks_of(value, block_shape)
    names: dict[Operation, Expr] = {}

    def label(block: Operation) -> Expr:
        if all(is_zero(entry) for row in rows_of(block) for entry in row):
            return ZERO
        return names.setdefault(block, op("index", name, len(names) + 1))

    layout = matrix([[label(block) for block in line] for line in blocks])
    nonzeros = tuple((i, j) for i, row in enumerate(rows_of(value)) for j, entry in enumerate(row) if not is_zero(entry))
    return Structure(shape_of(value), block_shape, layout, tuple((n, b) for b, n in names.items()), nonzeros, is_toeplitz(value), is_circulant(value),
                     is_doubly_blocked_toeplitz(value, block_shape), is_doubly_blocked_circulant(value, block_shape))


# --- derivations ----------------------------------------------------------------------------------------------

def product_derivation(kernel: Expr, image: Expr, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1, *,
                       name: str = "y", zeros: str = "pattern") -> Derivation:
    """``vec(y) = W vec(x)``, worked out row by row and laid out as the output image again.

    Steps: the product with W and vec(x) in place; every row as a written sum; products; sums; the image.  With names in the
    kernel or the image it ends with the sums.  ``zeros``: "pattern" leaves out the products with the zeros of W where no weight
    stands and writes the weights that happen to be 0; "skip" leaves out both; "keep" writes all products.
    """
    shape = output_shape(shape_of(image), shape_of(kernel), stride, padding, dilation)
    big = toeplitz(kernel, shape_of(image), stride, padding, dilation)
    work = start(op("eq", op("vec", Symbol(name)), mul(big, vec_image(image))), title="Convolution as a matrix product")
    work = work.then(multiply_matrix_vector(zeros=_zeros(zeros, kernel, image, stride, padding, dilation)))
    entries = [entry for row in rows_of(work.value) for entry in row]
    if all(exact(entry) is not None for entry in entries) and any(rational_value(entry) is None for entry in entries):
        work = work.then(evaluate_entries())
    return work.then(reshape(*shape))


def row_derivations(kernel: Expr, image: Expr, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1, *,
                    name: str = "y", zeros: str = "pattern") -> tuple[Derivation, ...]:
    """One derivation for each row of W: ``y_k = w_11*x_11 + ...`` as written, then its products, then its value.

    The outputs are numbered from 1 as vec numbers them, row by row.
    """
    big, pixels = toeplitz(kernel, shape_of(image), stride, padding, dilation), tuple(e for row in rows_of(image) for e in row)
    skipped = _zeros(zeros, kernel, image, stride, padding, dilation)
    found = []
    for k, row in enumerate(rows_of(big)):
        total = written_product(row, pixels, zeros=skipped, number=k)
        work = start(op("eq", op("index", name, k + 1), total), title=f"Row {k + 1}")
        found.append(work.then(evaluate_entries()) if exact(total) is not None and rational_value(total) is None else work)
    return tuple(found)


def _zeros(zeros: str, kernel: Expr, image: Expr, stride: int | Pair, padding: int | Pair, dilation: int | Pair) -> Zeros:
    """What the matrix rules leave out: for "pattern" the places of W at which no weight stands, whatever the weights are."""
    if zeros != "pattern":
        return zeros
    pattern = toeplitz(symbolic_kernel(*shape_of(kernel)), shape_of(image), stride, padding, dilation)
    return frozenset((i, j) for i, row in enumerate(rows_of(pattern)) for j, entry in enumerate(row) if is_zero(entry))
