"""Layer sizes and parameter counts, against counting by another route."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.derivation import start
from reportgen.domains.neural import (AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, LayerError, Linear, LogSoftmax, MaxPool2d, Network, ReLU,
                                      size_derivation)
from reportgen.expressions import parse, to_text
from reportgen.judge import judge

LENET = Network((1, 32, 32), [Conv2d(1, 6, 5), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2), Conv2d(16, 120, 5), ReLU(),
                              Flatten(listed=False), Linear(120, 84), ReLU(), Linear(84, 10), LogSoftmax()])


def test_the_homework_network():
    found = [(row.name, row.output_shape, row.count) for row in LENET.trace() if row.number]
    assert found == [
        ("Conv2d-1", (6, 28, 28), 156), ("ReLU-2", (6, 28, 28), 0), ("MaxPool2d-3", (6, 14, 14), 0), ("Conv2d-4", (16, 10, 10), 2416),
        ("ReLU-5", (16, 10, 10), 0), ("MaxPool2d-6", (16, 5, 5), 0), ("Conv2d-7", (120, 1, 1), 48120), ("ReLU-8", (120, 1, 1), 0),
        ("Linear-9", (84,), 10164), ("ReLU-10", (84,), 0), ("Linear-11", (10,), 850), ("LogSoftmax-12", (10,), 0)]
    assert to_text(LENET.total().value) == "61706"
    assert to_text(LENET.total().start) == "P = P_1 + P_4 + P_7 + P_9 + P_11"


def test_each_number_is_derived():
    conv = LENET.trace()[0]
    assert to_text(conv.parameters.start) == "P = (k_h*k_w*c_in + 1)*c_out"
    assert to_text(conv.parameters.steps[0].after) == "P = (5*5*1 + 1)*6"
    assert to_text(conv.sizes[0].steps[0].after) == "H_out = floor((32 - 5 + 2*0)/1) + 1"
    assert [to_text(d.value) for d in conv.sizes] == ["28", "28"]
    for row in LENET.trace():
        for size, derivation in zip(row.output_shape[1:], row.sizes if len(row.output_shape) == 3 else ()):
            assert derivation.value == parse(str(size))
        assert row.obligations("x") or row.count == 0


def test_the_judge_proves_every_step():
    found = [o for row in LENET.trace() for o in row.obligations(row.name)]
    found += LENET.total().obligations("total")
    found += size_derivation("height", 7, 3, 2, 1, 2, ceil_mode=True).obligations("ceil")
    found += Conv2d(4, 8, (3, 5), groups=2).parameters().obligations("groups")
    assert len(found) > 60 and all(judge(obligation).proved for obligation in found)


def test_table_ends_with_the_total():
    table = LENET.table()
    assert table.total and len(table.rows) == 13 and to_text(table.rows[-1][2].value) == "61706"
    assert to_text(table.rows[0][1]) == "(6, 28, 28)" and to_text(table.rows[11][1]) == "10"


def windows(size, kernel, stride, padding, dilation, ceil_mode):
    """Counted, not calculated: places at which the window lies inside, or (ceil_mode) at least begins before the padding on the right."""
    reach, room = dilation * (kernel - 1) + 1, size + 2 * padding
    inside = [p for p in range(0, room, stride) if p + reach <= room]
    if not ceil_mode:
        return len(inside)
    more = inside[-1] + stride     # one window may hang over the edge
    return len(inside) + (inside[-1] + reach < room and more < size + padding)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), st.booleans())
def test_sizes_by_counting_windows(size, kernel, stride, padding, dilation, ceil_mode):
    if 2 * padding > kernel:
        padding = kernel // 2
    layer = MaxPool2d(kernel, stride, padding, dilation, ceil_mode)
    if dilation * (kernel - 1) + 1 > size + 2 * padding:
        with pytest.raises(LayerError, match="the kernel covers"):
            Network((1, size, size), [layer]).trace()
        return
    expected = windows(size, kernel, stride, padding, dilation, ceil_mode)
    row = Network((2, size, size), [layer]).trace()[0]
    assert row.output_shape == (2, expected, expected)
    assert [d.value for d in row.sizes] == [parse(str(expected))] * 2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)), st.booleans())
def test_convolution_parameters_by_counting_connections(groups, a, b, kernel, bias):
    c_in, c_out = groups * a, groups * b
    weights = sum(1 for o in range(c_out) for i in range(c_in) if o // b == i // a for _ in range(kernel[0] * kernel[1]))
    layer = Conv2d(c_in, c_out, kernel, groups=groups, bias=bias)
    assert layer.parameters().value == parse(str(weights + (c_out if bias else 0)))


@pytest.mark.parametrize("layer, shape, after, count", [
    (Linear(3, 4, bias=False), (3,), (4,), 12),
    (Linear(3, 4), (3,), (4,), 16),
    (BatchNorm2d(6), (6, 4, 4), (6, 4, 4), 12),
    (BatchNorm2d(6, affine=False), (6, 4, 4), (6, 4, 4), 0),
    (Flatten(), (6, 4, 5), (120,), 0),
    (Dropout(), (6, 4, 5), (6, 4, 5), 0),
    (AvgPool2d((2, 3)), (1, 4, 9), (1, 2, 3), 0),
    (Conv2d(4, 8, (3, 5), (2, 1), (1, 2), (1, 2), 2), (4, 9, 20), (8, 5, 16), 248),
])
def test_single_layers(layer, shape, after, count):
    row = Network(shape, [layer]).trace()[0]
    assert (row.output_shape, row.count) == (after, count)


@pytest.mark.parametrize("shape, layers, message", [
    ((3, 32, 32), [Conv2d(1, 6, 5)], "Conv2d-1: the input has 3 channels, the layer takes 1"),
    ((1, 32, 32), [Conv2d(1, 6, 5), ReLU(), Conv2d(8, 6, 5)], "Conv2d-3: the input has 6 channels, the layer takes 8"),
    ((1, 4, 8), [Conv2d(1, 6, 5)], "Conv2d-1: the kernel covers 5 in height, the padded input has 4"),
    ((1, 8, 4), [MaxPool2d(5)], "MaxPool2d-1: the kernel covers 5 in width, the padded input has 4"),
    ((1, 8, 8), [Linear(64, 3)], r"Linear-1: the input has shape \(1, 8, 8\), the layer takes \(64,\); put Flatten"),
    ((60,), [Linear(64, 3)], "Linear-1: the input has 60 features, the layer takes 64"),
    ((60,), [Conv2d(60, 3, 1)], r"Conv2d-1: the input has shape \(60,\)"),
    ((6, 4, 4), [BatchNorm2d(5)], "BatchNorm2d-1: the input has 6 channels, the layer takes 5"),
])
def test_shapes_that_do_not_fit_name_the_layer_and_both_sides(shape, layers, message):
    with pytest.raises(ValueError, match=message):
        Network(shape, layers).trace()


@pytest.mark.parametrize("make, message", [
    (lambda: Conv2d(4, 6, 3, groups=3), "3 groups do not divide 4 in channels"),
    (lambda: Conv2d(6, 4, 3, groups=3), "3 groups do not divide 4 out channels"),
    (lambda: Conv2d(1, 1, 0), "kernel is at least 1, not 0"),
    (lambda: Conv2d(1, 1, 3, stride=0), "stride is at least 1"),
    (lambda: Conv2d(1, 1, 3, padding=-1), "padding is at least 0"),
    (lambda: Conv2d(1, 1, 2.5), "int or a pair"),
    (lambda: Conv2d(1, 1, (3, 3, 3)), "3 parts"),
    (lambda: Conv2d(True, 1, 3), "int or a pair"),
    (lambda: Conv2d(1, 1, Fraction(5, 2)), "int or a pair"),
    (lambda: MaxPool2d(2, padding=2), "more than half"),
    (lambda: Linear(0, 3), "at least 1"),
    (lambda: Network((1, 0, 3), []), "positive ints"),
    (lambda: Network((1, 2.0, 3), []), "positive ints"),
])
def test_wrong_numbers_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_answers_and_exact_values_stand_for_ints():
    kernel = start("F = 5")
    assert Conv2d(1, 6, kernel) == Conv2d(1, 6, 5)
    assert Conv2d(1, parse("6"), (kernel, Fraction(5))) == Conv2d(1, 6, (5, 5))


def test_a_network_without_parameters():
    assert to_text(Network((3,), [ReLU()]).total().conclusion) == "P = 0"


def test_dilated_sizes_use_the_general_formula():
    assert to_text(size_derivation("width", 9, 3, dilation=2).start) == "W_out = floor((W_in + 2*p_w - d_w*(k_w - 1) - 1)/s_w) + 1"
    assert to_text(size_derivation("width", 9, 3, dilation=2).value) == "5"
