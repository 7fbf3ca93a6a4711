"""Question 2: a convolution written as a product with a sparse matrix.

First with names in the kernel and the image, which shows the structure, then with the assignment's numbers; then the other reading
of the word "convolution", and what a circulant matrix would be.
"""

from __future__ import annotations

from reportgen.derivation import Value, claim, start
from reportgen.domains.convolution import (circulant, direct, flip, product_derivation, row_derivations, shape_of, structure, symbolic_image,
                                           symbolic_kernel, toeplitz, vec_image)
from reportgen.expressions import Number, Symbol, column, expr, matrix, mul, op, rows_of
from reportgen.rules import evaluate, substitute
from reportgen.rules.matrices import evaluate_entries, multiply_matrix_vector, reshape, vec


# --- sizes --------------------------------------------------------------------------------------------------------

def output_side(kernel_size, output_size, x_image, w_kernel, stride, padding):
    """Height and width of the output: the equation of question 1."""
    return output_size.then(substitute(N=shape_of(x_image)[0], F=shape_of(w_kernel)[0], P=padding, S=stride), evaluate())


def outputs(output_side):
    """Number of outputs, so of rows of W."""
    return start("m = O^2").then(substitute(O=output_side), evaluate())


def pixels(x_image):
    """Number of pixels, so of columns of W."""
    return start("n = N^2").then(substitute(N=shape_of(x_image)[0]), evaluate())


def weights(w_kernel):
    """Number of weights of the kernel: in each row of W each of them stands once."""
    return start("k = F^2").then(substitute(F=shape_of(w_kernel)[0]), evaluate())


# --- with names ---------------------------------------------------------------------------------------------------

def kernel_names(w_kernel):
    """A kernel of names."""
    return Value(symbolic_kernel(*shape_of(w_kernel)))


def image_names(x_image):
    """An image of names."""
    return Value(symbolic_image(*shape_of(x_image)))


def conv_formula():
    """One output of the layer, as the layer computes it."""
    return start("y[i,j] = sum(sum(w[a,b]*x[i + a - 1,j + b - 1], b, 1, F), a, 1, F)")


def first_output(kernel_names, image_names):
    """The first output written out."""
    return start(op("eq", op("index", "y", 1, 1), rows_of(direct(kernel_names, image_names, evaluate=False))[0][0]))


def second_output(kernel_names, image_names):
    """The output beside it: the same weights, one pixel further."""
    return start(op("eq", op("index", "y", 1, 2), rows_of(direct(kernel_names, image_names, evaluate=False))[0][1]))


def W_names(kernel_names, image_names):
    """W for a kernel of names: one row for each output, one column for each pixel."""
    return Value(toeplitz(kernel_names.value, shape_of(image_names)))


def _structure(big, image, rows):
    return structure(big.value, (rows, shape_of(image)[1]))


def layout(W_names, image_names, output_side):
    """W as a matrix of blocks."""
    return Value(op("eq", Symbol("W"), _structure(W_names, image_names, int(output_side.value.text)).layout))


def blocks(W_names, image_names, output_side):
    """The blocks, one for each row of the kernel."""
    found = _structure(W_names, image_names, int(output_side.value.text)).blocks
    return {f"T{k}": Value(op("eq", name, block)) for k, (name, block) in enumerate(found, start=1)}


def blocks_are_W(W_names, blocks, output_side):
    """The blocks laid out as the layout says are W itself: row by row of blocks, zeros elsewhere."""
    parts = [rows_of(b.value.args[1]) for b in blocks.values()]
    height, width, zero = len(parts[0]), len(parts[0][0]), Number("0")
    count = int(output_side.value.text)
    lines = []
    for i in range(count):
        line = [None] * i + parts + [None] * (count - 1 - i)
        for r in range(height):
            lines.append([entry for part in line for entry in (part[r] if part else [zero] * width)])
    return claim(op("eq", W_names.value, matrix(lines)))


def W_is_convolution(W_names, kernel_names, image_names):
    """For every kernel and every image of these sizes: W vec(x) is the convolution, output by output."""
    return claim(op("eq", mul(W_names.value, vec_image(image_names)), vec_image(direct(kernel_names, image_names, evaluate=False))))


def pattern_places(W_names):
    """Places of W at which a weight stands."""
    return Value(expr(sum(entry != Number("0") for row in rows_of(W_names.value) for entry in row)))


def filling(weights, pixels):
    """The share of each row of W at whose places a weight stands."""
    return start("q = k/n").then(substitute(k=weights, n=pixels), evaluate())


# --- with numbers -------------------------------------------------------------------------------------------------

def W(w_kernel, x_image):
    """W for the assignment's kernel."""
    return Value(op("eq", Symbol("W"), toeplitz(w_kernel, shape_of(x_image))))


def vec_x(x_image):
    """The image as a vector, row under row."""
    return start(op("eq", op("apply", "v", "x"), op("vec", x_image.value))).then(vec())


def vec_x_row(x_image):
    """The same vector, transposed to save space."""
    return Value(op("eq", op("transpose", op("apply", "v", "x")), matrix([[e for row in rows_of(x_image.value) for e in row]])))


def product(w_kernel, x_image):
    """W v(x), row by row, and the output as an image."""
    return product_derivation(w_kernel, x_image)


def rows(w_kernel, x_image):
    """Each row of W v(x) as a sum: the products of the weights, those that happen to be zero with them."""
    return {f"row{k}": d for k, d in enumerate(row_derivations(w_kernel, x_image), start=1)}


def rows_in_full(w_kernel, x_image):
    """Each row with all its products, those with the zeros of W too."""
    return {f"row{k}": d for k, d in enumerate(row_derivations(w_kernel, x_image, zeros="keep"), start=1)}


def outputs_column(W, vec_x, rows):
    """All outputs under one another."""
    values = column([row.value for row in rows.values()])
    return Value(op("eq", op("mul", "W", op("apply", "v", "x")), values), statement=op("eq", mul(W.value.args[1], vec_x.value), values))


def output(product):
    """The output as an image."""
    return Value(product.conclusion)


def directly(w_kernel, x_image, product):
    """The definition, without any matrix product, gives the same image."""
    return claim(op("eq", direct(w_kernel, x_image, evaluate=False), product.value))


def column_sums(w_kernel):
    """Why all outputs agree: the image does not change from row to row, so that only the kernel's column sums matter."""
    ones = matrix([[Number("1")] * shape_of(w_kernel)[0]])
    return start(op("eq", Symbol("c"), mul(ones, w_kernel.value))).then(_rows_times_columns(), evaluate_entries())


def _rows_times_columns():
    from reportgen.rules.matrices import matrix_product

    return matrix_product()


# --- the other reading --------------------------------------------------------------------------------------------

def flipped(w_kernel):
    """The kernel turned by half a turn."""
    return Value(flip(w_kernel.value))


def flipped_is_minus(w_kernel, flipped):
    """This kernel changes its sign when it is turned."""
    return claim(op("eq", flipped.value, op("neg", w_kernel.value)))


def true_convolution(flipped, x_image):
    """Convolution in the sense of signal processing: the same product with the flipped kernel."""
    return product_derivation(flipped.value, x_image.value, name="z")


# --- circulant ----------------------------------------------------------------------------------------------------

def toeplitz_example():
    """A small square Toeplitz matrix of names."""
    a, b, c, d, f = (Symbol(s) for s in "abcdf")
    return Value(matrix([[a, b, c], [d, a, b], [f, d, a]]))


def circulant_example():
    """The circulant matrix with the same first row."""
    a, b, c = (Symbol(s) for s in "abc")
    return Value(matrix([[a, b, c], [c, a, b], [b, c, a]]))


def C_layout(kernel_names, image_names):
    """The matrix of the cyclic convolution in blocks: they wrap around."""
    return Value(op("eq", Symbol("C"), structure(circulant(kernel_names, shape_of(image_names)), (shape_of(image_names)[1],) * 2, "K").layout))


def C_blocks(kernel_names, image_names):
    """Its blocks: each is a circulant matrix."""
    found = structure(circulant(kernel_names, shape_of(image_names)), (shape_of(image_names)[1],) * 2, "K").blocks
    return {f"K{k}": Value(op("eq", name, block)) for k, (name, block) in enumerate(found, start=1)}


def _kept(image, output_side):
    """Places in vec of the outputs whose window does not wrap around."""
    side, width = int(output_side.value.text), shape_of(image)[1]
    return [i * width + j for i in range(side) for j in range(side)]


def W_in_C(kernel_names, image_names, W_names, output_side):
    """W is made of those rows of C whose window does not wrap around: a matrix that picks rows, times C, is W."""
    big = circulant(kernel_names, shape_of(image_names))
    count = len(rows_of(big))
    pick = matrix([[expr(int(j == k)) for j in range(count)] for k in _kept(image_names, output_side)])
    return claim(op("eq", mul(pick, big), W_names.value))


def C_rows_kept(image_names, output_side):
    """Which rows of C are W's, counted from 1."""
    return Value(op("tuple", *(k + 1 for k in _kept(image_names, output_side))))


def cyclic(w_kernel, x_image):
    """The cyclic convolution of the assignment's image: as many outputs as pixels."""
    height, width = shape_of(x_image)
    work = start(op("eq", op("vec", Symbol("u")), mul(circulant(w_kernel, (height, width)), vec_image(x_image))))
    return work.then(multiply_matrix_vector(zeros="skip"), evaluate_entries(), reshape(height, width))


# --- figure -------------------------------------------------------------------------------------------------------

def sparsity(W, w_kernel, x_image):
    """Where W has weights, and where C has them."""
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    kernel = [int(e.value if hasattr(e, "value") else -e.args[0].value) for row in rows_of(w_kernel.value) for e in row]
    levels = sorted(set(kernel))
    # the kernel in names tells the weights that are 0 from the places without a weight
    named, shape = symbolic_kernel(*shape_of(w_kernel)), shape_of(x_image)
    value_of = dict(zip((e for row in rows_of(named) for e in row), kernel, strict=True))
    shades = ["#0072B2", "#56B4E9", "#BFBFBF", "#E69F00", "#D55E00"]
    colours = dict(zip(levels, shades if len(levels) == len(shades) else colormaps["cividis"]([i / max(1, len(levels) - 1) for i in range(len(levels))])))
    shades = ListedColormap(["white", *(colours[v] for v in levels)])
    norm = BoundaryNorm([i - 0.5 for i in range(len(levels) + 2)], len(levels) + 1)

    figure = Figure(figsize=(6.4, 3.4))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    for axes, big, title in ((left, toeplitz(named, shape), "$W$: no padding"), (right, circulant(named, shape), "$C$: circular padding")):
        cells = [[0 if e == Number("0") else 1 + levels.index(value_of[e]) for e in row] for row in rows_of(big)]
        axes.imshow(cells, cmap=shades, norm=norm, interpolation="none")
        height, width = len(cells), len(cells[0])
        axes.set_title(title)
        axes.set_xticks([k - 0.5 for k in range(0, width + 1, shape[1])], labels=[])
        step = len(cells) // shape[0] if height > shape[0] else height // 2
        axes.set_yticks([k - 0.5 for k in range(0, height + 1, step)], labels=[])
        axes.set_xticks([k - 0.5 for k in range(width + 1)], minor=True)
        axes.set_yticks([k - 0.5 for k in range(height + 1)], minor=True)
        axes.grid(which="minor", color="#E5E5E5", linewidth=0.4)
        axes.grid(which="major", color="#404040", linewidth=0.8)
        axes.tick_params(which="both", length=0)
        axes.set_xlabel("pixel")
        axes.set_ylabel("output")
        for side in axes.spines.values():
            side.set_visible(True)
    figure.legend(handles=[Patch(facecolor=colours[v], label=str(v).replace("-", "\u2212")) for v in levels]
                  + [Patch(facecolor="white", edgecolor="#B0B0B0", label="no weight")],
                  loc="outside lower center", ncols=len(levels) + 1, title="weight")
    return figure
