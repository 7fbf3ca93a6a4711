"""Question 5: why no very small mini-batch with batch normalisation.

A mini-batch holds m values x_1, ..., x_m of one feature, drawn independently from a distribution with mean mu and
variance sigma^2; mu_B and sigma_B^2 are the batch's own mean and variance.
"""

from __future__ import annotations

from reportgen.derivation import Table, Value, claim, start
from reportgen.expressions import Number, Operation, Symbol, expr, op, parse, rational_value, rows_of
from reportgen.expressions import replace as exchange
from reportgen.ledger import rounded_literal
from reportgen.rules.algebra import rewrite
from reportgen.rules.arithmetic import evaluate, substitute

_SIZE = ("m >= 1", "sigma > 0")


def _entries(given):
    return [row[0] for row in rows_of(given.value)]


def _moment(text):
    """A formula in which E(...) is an expectation."""
    return parse(text, functions={"E", "Var"})


def _rounded(name, value, places):
    """A certified decimal as a cell of a table: the judge proves the rounding."""
    literal = rounded_literal(name, value, places)
    return Value(literal, statement=op("eq", Operation("round", (value, expr(places))), literal))


# --- the formulas of batch normalisation ------------------------------------------------------------------------------------

def batch_mean():
    """The mean of the batch."""
    return start("mu_B = (1/m)*sum(x_i, i, 1, m)")


def batch_variance():
    """The variance of the batch: divided by m, as batch normalisation does while training."""
    return start("sigma_B^2 = (1/m)*sum((x_i - mu_B)^2, i, 1, m)")


def normalised():
    """What the layer passes on before scale and shift."""
    return start("x_hat[i] = (x_i - mu_B)/sqrt(sigma_B^2 + epsilon)")


def zero():
    """The number zero, for the text."""
    return Value(expr(0))


# --- how far the batch's statistics are from the truth ---------------------------------------------------------------------

def mean_noise():
    """The variance of the batch mean; the two laws are facts about variances, every step from them is judged."""
    return start(_moment("Var(mu_B)"), assume=_SIZE).then(
        rewrite(_moment("Var((1/m)*sum(x_i, i, 1, m))"), "Definition of the batch mean", "definition",
                given=[parse("mu_B = (1/m)*sum(x_i, i, 1, m)")]),
        rewrite(_moment("(1/m)^2*Var(sum(x_i, i, 1, m))"), "A constant factor comes out squared", "law of the variance",
                given=[_moment("Var((1/m)*sum(x_i, i, 1, m)) = (1/m)^2*Var(sum(x_i, i, 1, m))")]),
        rewrite(_moment("(1/m)^2*sum(Var(x_i), i, 1, m)"), "The values are drawn independently: variances add", "law of the variance",
                given=[_moment("Var(sum(x_i, i, 1, m)) = sum(Var(x_i), i, 1, m)")]),
        rewrite(_moment("(1/m)^2*sum(sigma^2, i, 1, m)"), "Every value has the same variance", "definition",
                given=[_moment("sum(Var(x_i), i, 1, m) = sum(sigma^2, i, 1, m)")]),
        rewrite("(1/m)^2*(m*sigma^2)", "A sum of equal terms"),
        rewrite("sigma^2/m", "Cancel"))


def generating():
    """The moment generating function of a standard normal value: a fact; its derivatives at zero are the moments."""
    return start(parse("M(t) = e^(t^2/2)", functions={"M"}))


def second_derivative():
    """Second derivative of the moment generating function."""
    return start("diff(e^(t^2/2), t, 2)").then(
        rewrite("diff(t*e^(t^2/2), t)", "Chain rule"),
        rewrite("(t^2 + 1)*e^(t^2/2)", "Product rule and chain rule"))


def fourth_derivative(second_derivative):
    """Fourth derivative of the moment generating function."""
    return start("diff(e^(t^2/2), t, 4)").then(
        rewrite(op("diff", second_derivative.value, parse("t"), expr(2)), "The second derivative, differentiated twice"),
        rewrite("diff((t^3 + 3*t)*e^(t^2/2), t)", "Product rule and chain rule"),
        rewrite("(t^4 + 6*t^2 + 3)*e^(t^2/2)", "Product rule and chain rule"))


def second_moment(second_derivative):
    """E(Z^2) = 1."""
    return start(second_derivative.value).then(substitute(t=expr(0)), rewrite("1", "A power of e with exponent zero is one"))


def fourth_moment(fourth_derivative):
    """E(Z^4) = 3."""
    return start(fourth_derivative.value).then(substitute(t=expr(0)), rewrite("3", "A power of e with exponent zero is one"))


def square_noise(second_moment, fourth_moment):
    """The variance of the square of a standard normal value."""
    return start(_moment("Var(Z^2)")).then(
        rewrite(_moment("E(Z^4) - E(Z^2)^2"), "Mean of the square less the square of the mean", "law of the variance",
                given=[_moment("Var(Z^2) = E(Z^4) - E(Z^2)^2")]),
        substitute({_moment("E(Z^4)"): fourth_moment}), substitute({_moment("E(Z^2)"): second_moment}),
        evaluate("short"))


def spread():
    """What Cochran's theorem speaks of: the scale of the batch variance and the number of squares in it."""
    return {"scale": Value(parse("sigma^2/m")), "squares": Value(parse("m - 1"))}


def variance_mean(second_moment):
    """The mean of the batch variance: a batch sees too little of the spread."""
    return start(_moment("E(sigma_B^2)"), assume=_SIZE).then(
        rewrite(_moment("E(sigma^2/m*Q)"), "Normal values: the batch variance is a sum of squares", "Cochran's theorem",
                given=[_moment("E(sigma_B^2) = E(sigma^2/m*Q)")]),
        rewrite(_moment("sigma^2/m*E(Q)"), "A constant factor comes out", "law of the mean",
                given=[_moment("E(sigma^2/m*Q) = sigma^2/m*E(Q)")]),
        rewrite(op("mul", parse("sigma^2/m"), op("mul", parse("m - 1"), second_moment.value)),
                "There are so many squares, each with mean one", "law of the mean",
                given=[op("eq", _moment("E(Q)"), op("mul", parse("m - 1"), second_moment.value))]),
        rewrite("(m - 1)/m*sigma^2", "Collect"))


def variance_noise(square_noise):
    """The variance of the batch variance, for normal values."""
    return start(_moment("Var(sigma_B^2)"), assume=_SIZE).then(
        rewrite(_moment("Var(sigma^2/m*Q)"), "Normal values: the batch variance is a sum of squares", "Cochran's theorem",
                given=[_moment("Var(sigma_B^2) = Var(sigma^2/m*Q)")]),
        rewrite(_moment("(sigma^2/m)^2*Var(Q)"), "A constant factor comes out squared", "law of the variance",
                given=[_moment("Var(sigma^2/m*Q) = (sigma^2/m)^2*Var(Q)")]),
        rewrite(op("mul", parse("(sigma^2/m)^2"), op("mul", parse("m - 1"), square_noise.value)),
                "Independent squares: their variances add", "law of the variance",
                given=[op("eq", _moment("Var(Q)"), op("mul", parse("m - 1"), square_noise.value))]),
        rewrite("2*(m - 1)/m^2*sigma^4", "Collect"))


def relative_noise(variance_noise, variance_mean):
    """The standard deviation of the batch variance as a share of its mean."""
    return start(op("eq", "q", op("div", op("sqrt", variance_noise.value), variance_mean.value)), assume=("m > 1", "sigma > 0")).then(
        rewrite("q = sqrt(2/(m - 1))", "Square root of the numerator, and cancel"))


def relative_at(relative_noise, small_batch, large_batch):
    """The same for two batch sizes."""
    return {name: start(relative_noise).then(substitute(m=size), evaluate("short")) for name, size in (("small", small_batch), ("large", large_batch))}


def noise_falls():
    """Both kinds of noise fall as the batch grows, without ever reaching zero."""
    return {
        "mean": claim("sigma^2/(m + 1) < sigma^2/m", assume=_SIZE),
        "variance": claim("2/m < 2/(m - 1)", assume=["m > 1"]),
    }


# --- batches of one class only ------------------------------------------------------------------------------------------------

def one_class():
    """The probability that all m labels are odd-shaped, or all rounded."""
    return start("P = p^m + (1 - p)^m", assume=["p > 0", "p < 1"])


def one_class_falls():
    """What one more example takes away from that probability is positive."""
    return {
        "difference": claim("p^m + (1 - p)^m - (p^(m + 1) + (1 - p)^(m + 1)) = p^m*(1 - p) + (1 - p)^m*p", assume=["p > 0", "p < 1"]),
        "positive": claim("p^m*q + q^m*p > 0", assume=["p > 0", "q > 0"]),
    }


def one_class_small(one_class, share_odd, small_batch):
    """The same for a small batch, with numbers."""
    return start(one_class).then(substitute(share_odd, small_batch), evaluate())


# --- updates per epoch ----------------------------------------------------------------------------------------------------------

def updates():
    """One update a batch; the last batch may be smaller."""
    return start("U = ceil(n/m)")


def updates_small(updates, images, small_batch):
    """For the small batch, with numbers."""
    return start(updates).then(substitute(images, small_batch), evaluate())


_PLACES = 6


def one_class_below(batch_sizes, share_odd, one_class):
    """Where that probability would round to zero: that it is less than the last place that is shown."""
    found, unit = {}, Number("0." + "1".rjust(_PLACES, "0"))
    for m in _entries(batch_sizes):
        chance = exchange(one_class.value, {Symbol("p"): share_odd.value, Symbol("m"): m})
        if not rational_value(rounded_literal("one_class_below", chance, _PLACES)):
            found[f"m{rational_value(m)}"] = claim(op("lt", chance, unit))
    return found


def batch_table(batch_sizes, share_odd, images, updates, one_class, one_class_below):
    """Everything over the size of the batch."""
    rows = []
    for m in _entries(batch_sizes):
        size = rational_value(m)
        spread = op("div", expr(1), op("sqrt", m))
        relative = op("sqrt", op("div", expr(2), expr(size - 1))) if size > 1 else None
        chance = start(one_class).then(substitute({"p": share_odd, "m": m}), evaluate("short"))
        count = start(updates).then(substitute({"n": images, "m": m}), evaluate("short"))
        below = one_class_below.get(f"m{size}")
        batches = op("eq", op("ceil", op("div", images.value, m)), count.value)
        rows.append((Value(m), _rounded(f"mean_{size}", spread, 3),
                     "undefined" if relative is None else _rounded(f"variance_{size}", relative, 3),
                     _rounded(f"one_class_{size}", chance.value, _PLACES) if below is None else ("< ", below.statement.args[1]),
                     Value(count.value, statement=batches)))
    return Table((parse("m"), "noise of the mean", "noise of the variance", "one class only", "updates"), tuple(rows), align="rdddr")


# --- batches of one and of two ------------------------------------------------------------------------------------------------

def single_mean(batch_mean):
    """A batch of one is its own mean."""
    return start(batch_mean).then(substitute(m=expr(1)), rewrite("x_1", "One term, over one"))


def single_variance(single_mean):
    """And its variance is zero."""
    return start("sigma_B^2 = (1/m)*sum((x_i - mu_B)^2, i, 1, m)").then(
        substitute(m=expr(1)), rewrite("(x_1 - mu_B)^2", "One term, over one"), substitute(single_mean), rewrite("0", "Nothing is left"))


def single_output():
    """So the normalised value is zero, whatever came in."""
    return start("x_hat[1] = (x_1 - mu_B)/sqrt(sigma_B^2 + epsilon)", assume=["epsilon > 0"]).then(
        substitute({"mu_B": parse("x_1"), "sigma_B": expr(0)}),
        rewrite("0/sqrt(epsilon)", "The input cancels"), rewrite("0", "Zero over something positive"))


def single_layer(single_output):
    """What the layer then passes on is its own shift."""
    return start("y_1 = gamma*x_hat[1] + beta").then(substitute({"x_hat[1]": single_output}), evaluate())


def single_slope():
    """No gradient reaches what lies below the layer."""
    return claim("diff((x - x)/sqrt((x - x)^2 + epsilon), x) = 0", assume=["epsilon > 0"])


def pair_output():
    """A batch of two keeps the sign of the difference, and nothing else (epsilon left out)."""
    return start("x_hat[1] = (x_1 - mu_B)/sqrt(sigma_B^2)", assume=["x_1 > x_2"]).then(
        rewrite("(x_1 - (x_1 + x_2)/2)/sqrt(((x_1 - (x_1 + x_2)/2)^2 + (x_2 - (x_1 + x_2)/2)^2)/2)", "Mean and variance of two values", "definition",
                given=["mu_B = (x_1 + x_2)/2", "sigma_B = sqrt(((x_1 - (x_1 + x_2)/2)^2 + (x_2 - (x_1 + x_2)/2)^2)/2)"]),
        rewrite("((x_1 - x_2)/2)/sqrt(((x_1 - x_2)/2)^2)", "Simplify the differences"),
        rewrite("1", ("As ", parse("x_1 > x_2"))))


# --- figure ---------------------------------------------------------------------------------------------------------------------

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#c25b12", "#8a8a8a"


def batch_noise(batch_sizes, share_odd):
    """Noise of the batch's statistics, and the chance of one class only, over the size of the batch."""
    import numpy as np
    from matplotlib.figure import Figure

    sizes = np.array([float(rational_value(m)) for m in _entries(batch_sizes)])
    m, p = np.geomspace(sizes.min(), sizes.max(), 300), float(rational_value(share_odd.value))
    figure = Figure(figsize=(7.2, 2.9), layout="constrained")
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    left.plot(m, 1/np.sqrt(m), color=_BLUE, label="of the mean")
    left.plot(m[m >= 2], np.sqrt(2/(m[m >= 2] - 1)), color=_ORANGE, label="of the variance")
    left.set_ylabel("relative noise")
    left.legend(frameon=False, loc="upper right")
    right.plot(m, p**m + (1 - p)**m, color=_BLUE)
    right.set_ylabel("probability of one class only")
    for axes in (left, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks(sizes, [f"{int(s)}" for s in sizes])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_xlim(sizes.min(), sizes.max())
        axes.set_xlabel("batch size $m$")
        axes.spines[["top", "right"]].set_visible(False)
    return figure
