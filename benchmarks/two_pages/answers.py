"""The two-page job: kernel sizes, a parameter table, a convolution as a matrix product, a cross-entropy, and one figure."""

from __future__ import annotations

from reportgen.derivation import Table, Value, start
from reportgen.domains.convolution import product_derivation, shape_of, toeplitz
from reportgen.expressions import op, parse, rows_of
from reportgen.rules import evaluate, expand_sum, isolate, substitute, substitute_vector


def output_size():
    return start("O = (N - F + 2P)/S + 1")


def kernel_size(output_size):
    return output_size.then(isolate("F"))


def first_kernel(kernel_size, side, padding, stride, after_first):
    return start(kernel_size, title="Conv-1").then(substitute(N=side, P=padding, S=stride, O=after_first), evaluate())


def pooled(after_first):
    return start("h = N/2", title="Pool-2").then(substitute(N=after_first), evaluate())


def second_kernel(kernel_size, pooled, padding, stride, after_second):
    return start(kernel_size, title="Conv-3").then(substitute(N=pooled, P=padding, S=stride, O=after_second), evaluate())


def _entry(vector, index):
    return rows_of(vector.value)[index][0]


def first_count(first_kernel, channels):
    return start("theta_1 = (F^2*c_1 + 1)*c_2").then(substitute(F=first_kernel, c_1=_entry(channels, 0), c_2=_entry(channels, 1)), evaluate())


def second_count(second_kernel, channels):
    return start("theta_3 = (F^2*c_2 + 1)*c_3").then(substitute(F=second_kernel, c_2=_entry(channels, 1), c_3=_entry(channels, 2)), evaluate())


def linear_count(after_second, channels, classes):
    return start("theta_4 = (c_3*h^2 + 1)*k").then(substitute(c_3=_entry(channels, 2), h=after_second, k=classes), evaluate())


def parameters(first_count, second_count, linear_count):
    return start("theta = theta_1 + theta_3 + theta_4").then(
        substitute(theta_1=first_count, theta_3=second_count, theta_4=linear_count), evaluate())


def table(first_kernel, pooled, second_kernel, side, after_first, after_second, first_count, second_count, linear_count, classes, parameters):
    rows = (("Conv-1", side, first_kernel, after_first, first_count), ("Pool-2", after_first, "", pooled, ""),
            ("Conv-3", pooled, second_kernel, after_second, second_count), ("Linear-4", after_second, "", classes, linear_count),
            ("Total", "", "", "", parameters))
    return Table(("Layer", "Height before", "Kernel", "After", "Parameters"), rows, "lrrrr", True, "The network, layer by layer.")


def W(kernel, image):
    return Value(op("eq", parse("W"), toeplitz(kernel, shape_of(image))))


def product(kernel, image):
    return product_derivation(kernel, image)


def cross_entropy(labels, predictions):
    inside = [f"{name} > 0" for i in range(1, 4) for name in (f"y_hat[{i}]", f"1 - y_hat[{i}]")]
    return start("J = -(1/m)*sum(y_i*ln(y_hat[i]) + (1 - y_i)*ln(1 - y_hat[i]), i, 1, m)", assume=inside).then(
        substitute(m=3), expand_sum(), substitute_vector("y", labels), substitute_vector("y_hat", predictions), evaluate())


def losses(predictions):
    import numpy as np
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.2), layout="constrained")
    axes = figure.add_subplot()
    p = np.linspace(0.02, 0.98, 200)
    axes.plot(p, -np.log(p), label="label one")
    axes.plot(p, -np.log(1 - p), label="label zero")
    marks = np.asarray(predictions, dtype=float).ravel()
    axes.plot(marks, np.zeros_like(marks), "|", color="black", markersize=12)
    axes.set_xlabel("prediction")
    axes.set_ylabel("loss")
    axes.legend(frameon=False)
    return figure
