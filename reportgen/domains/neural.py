"""Layers of a network: output sizes and parameter counts, each as a formula, a substitution and a result.

A network is a list of layers.  Shapes are (channels, height, width) or (features,), without the batch.

Sources.  Output sizes of convolution and pooling, and the rule for ``ceil_mode``: PyTorch's documentation of ``torch.nn`` (Conv2d,
MaxPool2d, AvgPool2d); Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).  Parameter counts: the
shapes of ``weight`` and ``bias`` in the same documentation, as in Goodfellow, Bengio and Courville, "Deep Learning" (2016), chapter 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import prod

from ..derivation import Derivation, Table, start, value_of
from ..expressions import Expr, Operation, add, expr, op
from ..obligation import Obligation
from ..rules.arithmetic import evaluate, substitute
from ..rules.writing import exact

Shape = tuple[int, ...]
Pair = tuple[int, int]


class LayerError(ValueError):
    """A layer does not fit: its own numbers are wrong, or they disagree with the shape that comes in."""


def _pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else value


def whole(value: object) -> int:
    """The int that an int, an exact expression, a given or an answer stands for.  Raises TypeError or ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = exact(value_of(value))
    if number is None or number.denominator != 1:
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def _check_numbers(layer: object, least: dict[str, int]) -> None:
    """Every number of a layer as an int (or a pair of ints), refused where it is none or too small; givens and answers may stand for ints."""
    kind = type(layer).__name__
    for name, smallest in least.items():
        value = getattr(layer, name)
        if isinstance(value, tuple) and len(value) != 2:
            raise LayerError(f"{kind}: {name} has {len(value)} parts, a pair has 2")
        try:
            parts = tuple(whole(part) for part in (value if isinstance(value, tuple) else (value,)))
        except (TypeError, ValueError):
            raise LayerError(f"{kind}: {name} is an int or a pair of ints, not {value!r}") from None
        if min(parts) < smallest:
            raise LayerError(f"{kind}: {name} is at least {smallest}, not {min(parts)}")
        object.__setattr__(layer, name, parts if isinstance(value, tuple) else parts[0])


def _substituted(formula: str | Operation, title: str, **values: int) -> Derivation:
    work = start(formula, title=title)
    return work.then(substitute(**values), evaluate())


# --- sizes ----------------------------------------------------------------------------------------------------

_SIDES = ("height", "width")
_LETTER = {"height": "H", "width": "W"}


def size_derivation(side: str, size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, *, ceil_mode: bool = False) -> Derivation:
    """The output height or width: formula, substitution, result.  Letters: H or W, kernel k, stride s, padding p, dilation d.

    floor((H_in + 2p - d(k - 1) - 1)/s) + 1, and for a dilation of 1 the usual (H_in - k + 2p)/s + 1.  With ``ceil_mode`` the quotient is
    rounded up and a window that would begin in the padding on the right is dropped: at most ceil((H_in + p)/s) windows begin before it.
    """
    letter, index = _LETTER[side], side[0]
    used = {f"{letter}_in": size, f"k_{index}": kernel, f"s_{index}": stride, f"p_{index}": padding}
    span = f"{letter}_in - k_{index} + 2*p_{index}"
    if dilation != 1:
        used[f"d_{index}"] = dilation
        span = f"{letter}_in + 2*p_{index} - d_{index}*(k_{index} - 1) - 1"
    if ceil_mode:
        formula = f"{letter}_out = min(ceil(({span})/s_{index}) + 1, ceil(({letter}_in + p_{index})/s_{index}))"
    else:
        formula = f"{letter}_out = floor(({span})/s_{index}) + 1"
    return _substituted(formula, f"Output {side}", **used)


def _length(layer: str, side: str, size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    covered, room = dilation * (kernel - 1) + 1, size + 2 * padding
    if covered > room:
        raise LayerError(f"{layer}: the kernel covers {covered} in {side}, the padded input has {room}")
    if ceil_mode:
        return min(-((covered - room) // stride) + 1, -(-(size + padding) // stride))
    return (room - covered) // stride + 1


# --- layers ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Conv2d:
    """A 2-D convolution.  ``weight`` is (c_out, c_in/groups, k_h, k_w), ``bias`` (c_out): (k_h k_w c_in/groups + 1) c_out parameters."""

    in_channels: int
    out_channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: int | Pair = 0
    dilation: int | Pair = 1
    groups: int = 1
    bias: bool = True
    listed = True

    def __post_init__(self) -> None:
        _check_numbers(self, {"in_channels": 1, "out_channels": 1, "kernel": 1, "stride": 1, "padding": 0, "dilation": 1, "groups": 1})
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise LayerError(f"Conv2d: {self.groups} groups do not divide {getattr(self, name)} {name.replace('_', ' ')}")

    def output(self, shape: Shape, layer: str) -> Shape:
        _image(shape, layer)
        _matches(layer, "channels", shape[0], self.in_channels)
        return (self.out_channels, *_window(self, shape, layer))

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        return _window_derivations(self, shape)

    def parameters(self) -> Derivation:
        weights = "k_h*k_w*c_in" + ("/g" if self.groups > 1 else "")
        formula = f"P = ({weights} + 1)*c_out" if self.bias else f"P = k_h*k_w*{'(c_in/g)' if self.groups > 1 else 'c_in'}*c_out"
        used = {"k_h": _pair(self.kernel)[0], "k_w": _pair(self.kernel)[1], "c_in": self.in_channels, "c_out": self.out_channels}
        if self.groups > 1:
            used["g"] = self.groups
        return _substituted(formula, "Parameters", **used)


@dataclass(frozen=True, slots=True)
class MaxPool2d:
    """The largest value of each window; ``stride=None`` is the kernel's size.  No parameters."""

    kernel: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False
    listed = True

    def __post_init__(self) -> None:
        _check_pooling(self)

    def output(self, shape: Shape, layer: str) -> Shape:
        _image(shape, layer)
        return (shape[0], *_window(self, shape, layer))

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        return _window_derivations(self, shape)

    def parameters(self) -> Derivation:
        return no_parameters()


@dataclass(frozen=True, slots=True)
class AvgPool2d:
    """The mean of each window; ``stride=None`` is the kernel's size.  No parameters, no dilation (PyTorch has none here)."""

    kernel: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ceil_mode: bool = False
    listed = True

    def __post_init__(self) -> None:
        _check_pooling(self)

    output = MaxPool2d.output
    sizes = MaxPool2d.sizes
    parameters = MaxPool2d.parameters


@dataclass(frozen=True, slots=True)
class Linear:
    """y = A x + b on the last (here: the only) axis: (n_in + 1) n_out parameters with a bias."""

    in_features: int
    out_features: int
    bias: bool = True
    listed = True

    def __post_init__(self) -> None:
        _check_numbers(self, {"in_features": 1, "out_features": 1})

    def output(self, shape: Shape, layer: str) -> Shape:
        if len(shape) != 1:
            raise LayerError(f"{layer}: the input has shape {_shown(shape)}, the layer takes ({self.in_features},); put Flatten() before it")
        _matches(layer, "features", shape[0], self.in_features)
        return (self.out_features,)

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        return ()

    def parameters(self) -> Derivation:
        formula = "P = (n_in + 1)*n_out" if self.bias else "P = n_in*n_out"
        return _substituted(formula, "Parameters", n_in=self.in_features, n_out=self.out_features)


@dataclass(frozen=True, slots=True)
class BatchNorm2d:
    """Normalisation by channel: with ``affine`` one scale and one shift for each channel, 2 c parameters.

    The running mean and variance are buffers, not parameters: nothing learns them by gradient.
    """

    channels: int
    affine: bool = True
    listed = True

    def __post_init__(self) -> None:
        _check_numbers(self, {"channels": 1})

    def output(self, shape: Shape, layer: str) -> Shape:
        _image(shape, layer)
        _matches(layer, "channels", shape[0], self.channels)
        return shape

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        return ()

    def parameters(self) -> Derivation:
        return _substituted("P = 2*c", "Parameters", c=self.channels) if self.affine else no_parameters()


@dataclass(frozen=True, slots=True)
class Flatten:
    """All axes into one.  ``listed=False``: a reshape in the program that no layer table lists, so it gets no number."""

    listed: bool = True

    def output(self, shape: Shape, layer: str) -> Shape:
        return (prod(shape),)

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        if len(shape) != 3:
            return ()
        return (_substituted("n = c*H*W", "Features", c=shape[0], H=shape[1], W=shape[2]),)

    def parameters(self) -> Derivation:
        return no_parameters()


class _SameShape:
    """A layer that changes values, not shapes, and has nothing to learn."""

    __slots__ = ()
    listed = True

    def output(self, shape: Shape, layer: str) -> Shape:
        return shape

    def sizes(self, shape: Shape) -> tuple[Derivation, ...]:
        return ()

    def parameters(self) -> Derivation:
        return no_parameters()


@dataclass(frozen=True, slots=True)
class ReLU(_SameShape):
    """max(0, x) for every entry."""


@dataclass(frozen=True, slots=True)
class Sigmoid(_SameShape):
    """1/(1 + e^(-x)) for every entry."""


@dataclass(frozen=True, slots=True)
class Tanh(_SameShape):
    """tanh x for every entry."""


@dataclass(frozen=True, slots=True)
class Softmax(_SameShape):
    """e^(x_i) / sum of e^(x_j)."""


@dataclass(frozen=True, slots=True)
class LogSoftmax(_SameShape):
    """x_i - ln(sum of e^(x_j)): no weight, no bias."""


@dataclass(frozen=True, slots=True)
class Dropout(_SameShape):
    """Sets entries to 0 at random while training; its rate is not learnt."""


Layer = Conv2d | MaxPool2d | AvgPool2d | Linear | BatchNorm2d | Flatten | ReLU | Sigmoid | Tanh | Softmax | LogSoftmax | Dropout


def no_parameters() -> Derivation:
    """``P = 0``: the layer holds nothing that training changes."""
    return start("P = 0", title="Parameters")


def _check_pooling(layer: "MaxPool2d | AvgPool2d") -> None:
    least = {"kernel": 1, "padding": 0}
    if layer.stride is not None:
        least["stride"] = 1
    if any(f.name == "dilation" for f in fields(layer)):
        least["dilation"] = 1
    _check_numbers(layer, least)
    for kernel, padding in zip(_pair(layer.kernel), _pair(layer.padding)):
        if 2 * padding > kernel:
            raise LayerError(f"{type(layer).__name__}: a padding of {padding} is more than half of the kernel's {kernel}, so a window could hold no pixel")


def _window(layer: "Conv2d | MaxPool2d | AvgPool2d", shape: Shape, name: str) -> Shape:
    return tuple(_length(name, side, size, *numbers) for side, size, numbers in _window_numbers(layer, shape))


def _window_derivations(layer: "Conv2d | MaxPool2d | AvgPool2d", shape: Shape) -> tuple[Derivation, ...]:
    return tuple(size_derivation(side, size, *numbers[:4], ceil_mode=numbers[4]) for side, size, numbers in _window_numbers(layer, shape))


def _window_numbers(layer: "Conv2d | MaxPool2d | AvgPool2d", shape: Shape) -> list[tuple[str, int, tuple[int, int, int, int, bool]]]:
    kernel, padding = _pair(layer.kernel), _pair(layer.padding)
    stride = kernel if layer.stride is None else _pair(layer.stride)
    dilation = _pair(getattr(layer, "dilation", 1))
    ceil_mode = getattr(layer, "ceil_mode", False)
    return [(side, shape[1 + i], (kernel[i], stride[i], padding[i], dilation[i], ceil_mode)) for i, side in enumerate(_SIDES)]


def _image(shape: Shape, layer: str) -> None:
    if len(shape) != 3:
        raise LayerError(f"{layer}: the input has shape {_shown(shape)}, the layer takes (channels, height, width)")


def _matches(layer: str, what: str, found: int, expected: int) -> None:
    if found != expected:
        raise LayerError(f"{layer}: the input has {found} {what}, the layer takes {expected}")


def _shown(shape: Shape) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


# --- network --------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class LayerRow:
    """One line of the layer table.  ``name`` is type and number ("Conv2d-1"); ``number`` is 0 for a layer that is not listed."""

    name: str
    number: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    sizes: tuple[Derivation, ...]
    parameters: Derivation

    @property
    def count(self) -> int:
        """The number of parameters, exact."""
        return int(self.parameters.value.value)

    @property
    def shape(self) -> Expr:
        """The output shape as a tuple of numbers, to be shown."""
        return op("tuple", *self.output_shape) if len(self.output_shape) > 1 else expr(self.output_shape[0])

    def obligations(self, name: str) -> tuple[Obligation, ...]:
        """Those of the sizes and of the parameter count."""
        found = list(self.parameters.obligations(f"{name}/parameters"))
        for side, derivation in zip(_SIDES, self.sizes):
            found.extend(derivation.obligations(f"{name}/{side}"))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Network:
    """An input shape and the layers in order.  ``first`` is the number of the first listed layer."""

    input_shape: Shape
    layers: tuple[Layer, ...]
    first: int = 1

    def __init__(self, input_shape: Sequence[int], layers: Sequence[Layer], first: int = 1) -> None:
        try:
            object.__setattr__(self, "input_shape", tuple(whole(size) for size in input_shape))
        except (TypeError, ValueError):
            raise LayerError(f"the input shape is a tuple of positive ints, not {input_shape!r}") from None
        object.__setattr__(self, "layers", tuple(layers))
        object.__setattr__(self, "first", first)
        if not self.input_shape or min(self.input_shape) < 1:
            raise LayerError(f"the input shape is a tuple of positive ints, not {self.input_shape!r}")

    def trace(self) -> tuple[LayerRow, ...]:
        """What each layer makes of the shape, with derivations.  Raises LayerError (a ValueError) at the first layer that does not fit."""
        rows, shape, number = [], self.input_shape, self.first
        for layer in self.layers:
            kind = type(layer).__name__
            name = f"{kind}-{number}" if layer.listed else kind
            after = layer.output(shape, name)
            rows.append(LayerRow(name, number if layer.listed else 0, layer, shape, after, layer.sizes(shape), layer.parameters()))
            shape, number = after, number + layer.listed
        return tuple(rows)

    def total(self, symbol: str = "P") -> Derivation:
        """The number of all parameters: the sum over the layers that have any, then with their counts, then added up."""
        counts = {row.number: row.count for row in self.trace() if row.count}
        return total_of(counts, symbol)

    def table(self) -> Table:
        """Layer, output shape, parameters; the last row is the total."""
        rows: list[tuple[object, ...]] = [(row.name, row.shape, row.parameters) for row in self.trace() if row.layer.listed]
        return Table(("Layer", "Output shape", "Parameters"), (*rows, ("Total", "", self.total())), "lcr", True)


def total_of(counts: dict[int, int], symbol: str = "P") -> Derivation:
    """``P = P_1 + P_4 + ...`` with the counts of the numbered layers put in and added up."""
    if not counts:
        return start(op("eq", symbol, 0), title="Total")
    names = {number: op("index", symbol, number) for number in counts}
    work = start(op("eq", symbol, add(*names.values())), title="Total")
    return work.then(substitute(**{f"{symbol}_{number}": count for number, count in counts.items()}), evaluate())


__all__ = ["AvgPool2d", "BatchNorm2d", "Conv2d", "Dropout", "Flatten", "Layer", "LayerError", "LayerRow", "Linear", "LogSoftmax", "MaxPool2d", "Network",
           "ReLU", "Sigmoid", "Softmax", "Tanh", "no_parameters", "size_derivation", "total_of", "whole"]
