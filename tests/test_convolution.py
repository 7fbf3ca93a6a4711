"""Convolution as a matrix product, against NumPy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.domains.convolution import (circulant, circular_padding, direct, flip, is_circulant, is_doubly_blocked_circulant, is_doubly_blocked_toeplitz, is_toeplitz,
                                           output_shape, product_derivation, row_derivations, rows_without_wrapping, structure, symbolic_image, symbolic_kernel, toeplitz,
                                           vec_image)
from reportgen.expressions import expr, matrix, parse, rational_value, rows_of, to_text
from reportgen.judge import judge

IMAGE = parse("[[10, 10, 0, 0], [10, 10, 0, 0], [10, 10, 0, 0], [10, 10, 0, 0]]")
SOBEL = parse("[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]")


def to_array(value):
    return np.array([[rational_value(e) for e in row] for row in rows_of(value)], dtype=object)


def from_array(array):
    return matrix([[expr(int(e)) for e in row] for row in array])


def correlate(x, w, stride, padding, dilation):
    """The definition by NumPy's slices: a dilated kernel laid over the padded image."""
    x = np.pad(x, [(padding[0],) * 2, (padding[1],) * 2])
    spread = np.zeros(((w.shape[0] - 1) * dilation[0] + 1, (w.shape[1] - 1) * dilation[1] + 1), dtype=int)
    spread[::dilation[0], ::dilation[1]] = w
    windows = np.lib.stride_tricks.sliding_window_view(x, spread.shape)[::stride[0], ::stride[1]]
    return np.einsum("ijab,ab->ij", windows, spread)


small = st.integers(1, 3)
pairs = st.tuples(small, small)


@st.composite
def problems(draw):
    kernel, stride, dilation = draw(pairs), draw(pairs), draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    size = tuple(draw(st.integers(max(1, d * (k - 1) + 1 - 2 * p), d * (k - 1) + 5)) for k, d, p in zip(kernel, dilation, padding))
    cell = st.integers(-9, 9)
    x = np.array([[draw(cell) for _ in range(size[1])] for _ in range(size[0])])
    w = np.array([[draw(cell) for _ in range(kernel[1])] for _ in range(kernel[0])])
    return x, w, stride, padding, dilation


@settings(max_examples=60, deadline=None)
@given(problems())
def test_matrix_definition_and_numpy_agree(problem):
    x, w, stride, padding, dilation = problem
    expected = correlate(x, w, stride, padding, dilation)
    kernel, image = from_array(w), from_array(x)
    assert output_shape(x.shape, w.shape, stride, padding, dilation) == expected.shape
    big = to_array(toeplitz(kernel, x.shape, stride, padding, dilation))
    assert big.shape == (expected.size, x.size)
    assert (big.dot(x.reshape(-1)) == expected.reshape(-1)).all()
    assert (to_array(direct(kernel, image, stride, padding, dilation)) == expected).all()
    work = product_derivation(kernel, image, stride, padding, dilation)
    assert (to_array(work.value) == expected).all()


@settings(max_examples=30, deadline=None)
@given(problems())
def test_cyclic_convolution_is_circulant(problem):
    x, w, *_ = problem
    if w.shape[0] > x.shape[0] or w.shape[1] > x.shape[1]:
        with pytest.raises(ValueError, match="only"):
            circulant(from_array(w), x.shape)
        return
    big = circulant(from_array(w), x.shape)
    wrapped = np.pad(x, [(0, w.shape[0] - 1), (0, w.shape[1] - 1)], mode="wrap")
    expected = correlate(wrapped, w, (1, 1), (0, 0), (1, 1))
    assert (to_array(big).dot(x.reshape(-1)) == expected.reshape(-1)).all()
    assert is_doubly_blocked_circulant(big, (x.shape[1], x.shape[1]))
    assert (to_array(direct(from_array(w), circular_padding(from_array(x), w.shape))) == expected).all()
    rows = rows_of(big)
    assert rows_of(toeplitz(from_array(w), x.shape)) == tuple(rows[i] for i in rows_without_wrapping(x.shape, w.shape))


def test_the_homework_by_hand():
    work = product_derivation(SOBEL, IMAGE)
    assert to_text(work.conclusion) == "y = [[-40, -40], [-40, -40]]"
    assert [s.rule for s in work.steps] == ["multiply matrix and vector", "evaluate products", "evaluate sums", "vec", "reshape"]
    flipped = product_derivation(flip(SOBEL), IMAGE)
    assert to_text(flipped.value) == "[[40, 40], [40, 40]]"
    rows = row_derivations(SOBEL, IMAGE)
    assert to_text(rows[0].start) == "y_1 = (-1)*10 + 0*10 + 1*0 + (-2)*10 + 0*10 + 2*0 + (-1)*10 + 0*10 + 1*0"
    assert [to_text(s.after) for s in rows[0].steps] == ["y_1 = -10 + 0 + 0 - 20 + 0 + 0 - 10 + 0 + 0", "y_1 = -40"]
    assert len(rows) == 4 and all(to_text(r.value) == "-40" for r in rows)


@pytest.mark.parametrize("kernel, image, stride, padding", [
    (SOBEL, IMAGE, 1, 0), (SOBEL, IMAGE, 2, 1), (symbolic_kernel(3, 3), IMAGE, 1, 0), (symbolic_kernel(2, 2), symbolic_image(3, 3), 1, 1)])
def test_the_judge_proves_every_step(kernel, image, stride, padding):
    found = [*product_derivation(kernel, image, stride, padding).obligations("y")]
    for row in row_derivations(kernel, image, stride, padding):
        found.extend(row.obligations("y_k"))
    assert found and all(judge(obligation).proved for obligation in found)


def test_zeros_written_or_not():
    full = row_derivations(SOBEL, IMAGE, zeros="keep")[0].start
    bare = row_derivations(SOBEL, IMAGE, zeros="skip")[0].start
    assert len(full.args[1].args) == 16
    assert to_text(bare) == "y_1 = (-1)*10 + 1*0 + (-2)*10 + 2*0 + (-1)*10 + 1*0"


def test_structure_of_the_symbolic_matrix():
    big = toeplitz(symbolic_kernel(3, 3), (4, 4))
    found = structure(big, (2, 4))
    assert found.shape == (4, 16) and found.size == 64 and len(found.nonzeros) == 36
    assert to_text(found.layout) == "[[T_1, T_2, T_3, 0], [0, T_1, T_2, T_3]]"
    assert to_text(found.blocks[1][1]) == "[[w[2, 1], w[2, 2], w[2, 3], 0], [0, w[2, 1], w[2, 2], w[2, 3]]]"
    assert found.doubly_blocked_toeplitz and not (found.toeplitz or found.circulant or found.doubly_blocked_circulant)
    cyclic = structure(circulant(symbolic_kernel(3, 3), (4, 4)), (4, 4))
    assert cyclic.doubly_blocked_circulant and cyclic.doubly_blocked_toeplitz and not cyclic.circulant
    assert to_text(cyclic.layout) == "[[T_1, T_2, T_3, 0], [0, T_1, T_2, T_3], [T_3, 0, T_1, T_2], [T_2, T_3, 0, T_1]]"


def test_one_dimension_is_toeplitz_and_circulant():
    assert is_toeplitz(toeplitz(symbolic_kernel(1, 3), (1, 6)))
    assert is_circulant(circulant(symbolic_kernel(1, 3), (1, 6)))
    assert not is_circulant(toeplitz(symbolic_kernel(1, 3), (1, 6)))


@pytest.mark.parametrize("text, toeplitz_, circulant_", [
    ("[[1, 2], [2, 1]]", True, True),
    ("[[1, 2], [3, 1]]", True, False),
    ("[[a, b, c], [c, a, b], [b, c, a]]", True, True),
    ("[[a, b, c], [b, c, a], [c, a, b]]", False, False),   # a Hankel matrix: constant along the other diagonals
    ("[[1, 2, 3], [0, 1, 2]]", True, False),
    ("[[1, 2], [2, 3]]", False, False),
])
def test_what_is_toeplitz_and_circulant(text, toeplitz_, circulant_):
    assert (is_toeplitz(parse(text)), is_circulant(parse(text))) == (toeplitz_, circulant_)


def test_stride_breaks_the_toeplitz_pattern():
    big = toeplitz(symbolic_kernel(3, 3), (5, 5), stride=2)
    assert not is_doubly_blocked_toeplitz(big, (2, 5))


@pytest.mark.parametrize("arguments, message", [
    (((2, 2), (3, 3)), "the kernel covers 3, the padded input has 2"),
    (((4, 4), (3, 3), 0), "at least 1"),
    (((4, 4), (3, 3), 1, -1), "at least 0"),
    (((4, 4), (3, 3), 1.0), "int or a pair"),
    (((4, 4), (3, 3), (1, 1, 1)), "int or a pair"),
    (((4, 4), (3, 3), True), "int or a pair"),
])
def test_wrong_shapes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        output_shape(*arguments)


def test_blocks_must_fit():
    with pytest.raises(ValueError, match="do not fit"):
        structure(toeplitz(symbolic_kernel(3, 3), (4, 4)), (3, 4))


def test_symbolic_output_is_the_definition():
    work = product_derivation(symbolic_kernel(2, 2), symbolic_image(3, 3))
    assert work.value == direct(symbolic_kernel(2, 2), symbolic_image(3, 3))
    assert to_text(vec_image(symbolic_image(2, 2))) == "[[x[1, 1]], [x[1, 2]], [x[2, 1]], [x[2, 2]]]"
