"""Question 1: kernel sizes, output shapes and parameter counts of the network.

The assignment gives the output shapes.  The kernel sizes follow from them, and from the kernel sizes the counts; at the end the
network is built from its layers and its shapes are compared with the assignment's.
"""

from __future__ import annotations

from dataclasses import replace

from reportgen.derivation import Claim, Derivation, Table, Value, claim, start
from reportgen.domains.neural import Conv2d, Flatten, Linear, LogSoftmax, MaxPool2d, Network, ReLU, total_of, whole
from reportgen.expressions import Expr, Symbol, is_op, op, parse, rows_of
from reportgen.expressions import replace as exchange
from reportgen.rules import evaluate, isolate, substitute

# How the counts are written in this report: theta_k for layer k, because P is the padding here; d for the width of a linear layer.
_LETTER = "theta"
_NAMES = {Symbol("n_in"): Symbol("d_in"), Symbol("n_out"): Symbol("d_out")}


def _entries(given) -> tuple[Expr, ...]:
    return tuple(row[0] for row in rows_of(given.value))


# --- the assignment -----------------------------------------------------------------------------------------------

def side(input_shape):
    """Height and width of the input image."""
    return Value(_entries(input_shape)[1])


def assignment_shapes(input_shape, shape_conv1, shape_pool3, shape_conv4, shape_pool6, shape_conv7, features9, features11):
    """What the assignment says of the network."""
    rows = [("Input", input_shape), ("Conv2d-1, ReLU-2", shape_conv1), ("MaxPool2d-3", shape_pool3), ("Conv2d-4, ReLU-5", shape_conv4),
            ("MaxPool2d-6", shape_pool6), ("Conv2d-7, ReLU-8", shape_conv7), ("Linear-9, ReLU-10", features9), ("Linear-11, LogSoftmax-12", features11)]
    shown = ((name, op("tuple", *_entries(given)) if is_op(given.value, "matrix") else given.value) for name, given in rows)
    return Table(("Layers", "Output shape"), tuple(shown), "ll",
                 caption="The network of the assignment. Shapes are (channels, height, width), without the batch.")


# --- kernel sizes -------------------------------------------------------------------------------------------------

def output_size():
    """The output-size equation of a convolution."""
    return start("O = (N - F + 2P)/S + 1")


def kernel_size(output_size):
    """The equation solved for the kernel size."""
    return output_size.then(isolate("F"))


def kernels(kernel_size, input_shape, stride, padding, shape_conv1, shape_pool3, shape_conv4, shape_pool6, shape_conv7):
    """The kernel size of each convolution, from its input and output heights."""
    def solved(before, after, title):
        n, o = _entries(before)[1], _entries(after)[1]
        derivation = start(kernel_size, title=title).then(substitute(N=n, P=padding, S=stride, O=o), evaluate())
        return derivation

    return {"conv1": solved(input_shape, shape_conv1, "Conv2d-1"),
            "conv4": solved(shape_pool3, shape_conv4, "Conv2d-4"),
            "conv7": solved(shape_pool6, shape_conv7, "Conv2d-7")}


def kernels_check(output_size, kernels, input_shape, stride, padding, shape_conv1, shape_pool3, shape_conv4, shape_pool6, shape_conv7):
    """The output-size equation with everything in place: it must give the assignment's heights again."""
    def checked(before, after, kernel):
        derivation = output_size.then(substitute(N=_entries(before)[1], F=kernel, P=padding, S=stride))
        return op("eq", derivation.value, _entries(after)[1])

    return claim(op("and", checked(input_shape, shape_conv1, kernels["conv1"]), checked(shape_pool3, shape_conv4, kernels["conv4"]),
                    checked(shape_pool6, shape_conv7, kernels["conv7"])))


# --- pooling ------------------------------------------------------------------------------------------------------

def pool_window():
    """Windows of k pixels that neither overlap nor leave gaps: O of them cover N pixels."""
    return start("O*k = N").then(isolate("k"))


def pool_equation(output_size, padding):
    """The output-size equation without padding, with a stride that is the window, says the same."""
    return claim(op("iff", exchange(output_size.start, {Symbol("F"): Symbol("k"), Symbol("S"): Symbol("k"), Symbol("P"): padding.value}), parse("O*k = N")),
                 assume=["k > 0"])


def pools(pool_window, shape_conv1, shape_pool3, shape_conv4, shape_pool6):
    """The window of each pooling."""
    def solved(before, after, title):
        return start(pool_window, title=title).then(substitute(N=_entries(before)[1], O=_entries(after)[1]), evaluate())

    return {"pool3": solved(shape_conv1, shape_pool3, "MaxPool2d-3"), "pool6": solved(shape_conv4, shape_pool6, "MaxPool2d-6")}


# --- the network --------------------------------------------------------------------------------------------------

def _network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11) -> Network:
    channels = [whole(_entries(shape)[0]) for shape in (input_shape, shape_conv1, shape_conv4, shape_conv7)]
    s, p = whole(stride), whole(padding)

    def convolution(k, kernel):
        return Conv2d(channels[k], channels[k + 1], whole(kernel.value), stride=s, padding=p)

    return Network([whole(n) for n in _entries(input_shape)], [
        convolution(0, kernels["conv1"]), ReLU(), MaxPool2d(whole(pools["pool3"].value)),
        convolution(1, kernels["conv4"]), ReLU(), MaxPool2d(whole(pools["pool6"].value)),
        convolution(2, kernels["conv7"]), ReLU(), Flatten(listed=False),
        Linear(channels[3], whole(features9)), ReLU(),
        Linear(whole(features9), whole(features11)), LogSoftmax()])


def _rows(network: Network):
    return [row for row in network.trace() if row.layer.listed]


def _renamed(derivation: Derivation, number: int) -> Derivation:
    """The derivation of a parameter count with this report's names in it."""
    names = _NAMES | {Symbol("P"): op("index", _LETTER, number)}

    def new(value):
        return value if isinstance(value, str) else exchange(value, names)

    steps = tuple(replace(step, before=new(step.before), after=new(step.after), caption=tuple(map(new, step.caption)), given=tuple(map(new, step.given)),
                          conditions=tuple(map(new, step.conditions))) for step in derivation.steps)
    return replace(derivation, start=new(derivation.start), steps=steps)


def network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11):
    """The network traced layer by layer: for each listed layer its parameter count, derived."""
    built = _network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11)
    return {_key(row): replace(_renamed(row.parameters, row.number), title=row.name) for row in _rows(built)}


def _key(row) -> str:
    kind = type(row.layer).__name__.lower().removesuffix("2d")
    return f"{kind.replace('maxpool', 'pool')}{row.number}"


def sizes(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11):
    """The output heights of convolutions and poolings, forwards: formula, substitution, result."""
    built = _network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11)
    return {_key(row): row.sizes[0] for row in _rows(built) if row.sizes}


def shapes_agree(input_shape, stride, padding, kernels, pools, shape_conv1, shape_pool3, shape_conv4, shape_pool6, shape_conv7, features9, features11):
    """Each layer's shape, computed from the layers, against the assignment's."""
    built = _network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11)
    wanted = {1: shape_conv1, 2: shape_conv1, 3: shape_pool3, 4: shape_conv4, 5: shape_conv4, 6: shape_pool6, 7: shape_conv7, 8: shape_conv7,
              9: features9, 10: features9, 11: features11, 12: features11}

    def agreed(row) -> Claim:
        given = wanted[row.number]
        return claim(op("eq", row.shape, op("tuple", *_entries(given)) if len(row.output_shape) > 1 else given.value))

    return {_key(row): agreed(row) for row in _rows(built)}


def agreement(shapes_agree):
    """All shapes at once."""
    return claim(op("and", *(agreed.statement for agreed in shapes_agree.values())))


def conv_count():
    """The parameters of a convolution with biases."""
    return start(f"{_LETTER} = (k_h*k_w*c_in + 1)*c_out")


def linear_count():
    """The parameters of a linear layer with biases."""
    return start(f"{_LETTER} = (d_in + 1)*d_out")


def size_table(sizes, network, shapes_agree):
    """Forwards through the network: every height that a window makes."""
    def worked(derivation):
        return next(step.after for step in derivation.steps if step.rule == "substitute").args[1]

    rows = [(network[key].title, worked(derivation), derivation.value) for key, derivation in sizes.items()]
    return Table(("Layer", "Substitution", "Output height"), tuple(rows), "llr", caption="Output heights computed forwards; the widths are the same.")


def layer_table(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11, network, total):
    """The whole table: layer, output shape, parameters."""
    built = _network(input_shape, stride, padding, kernels, pools, shape_conv1, shape_conv4, shape_conv7, features9, features11)

    def worked(derivation):
        found = [step.after.args[1] for step in derivation.steps if step.rule == "substitute"]
        return found[0] if found else "none"

    rows = [(row.name, row.shape, worked(network[_key(row)]), network[_key(row)].value) for row in _rows(built)]
    rows.append(("Total", "", "", total.value))
    return Table(("Layer", "Output shape", "Weights and biases", "Parameters"), tuple(rows), "lllr", True,
                 "The network, layer by layer. Shapes are (channels, height, width), without the batch.")


def total(network):
    """All parameters: the sum over the layers that have any."""
    counts = {int(d.name.args[1].text): whole(d.value) for d in network.values() if whole(d.value)}
    return total_of(counts, _LETTER)


def largest_share(network, total):
    """How much of the total the largest layer holds."""
    return start(op("eq", Symbol("q"), op("div", network["conv7"].name, Symbol(_LETTER)))).then(
        substitute({network["conv7"].name: network["conv7"].value, _LETTER: total.value}), evaluate())
