"""Question 3: why not the mean squared error, the binary cross-entropy, its value on three durians, and L2 regularisation.

Throughout, sigma(z) = 1/(1 + e^(-z)) is the predicted probability of an odd-shaped durian, z the score (logit) that the
network computes, y the label: 1 for odd-shaped, 0 for rounded.
"""

from __future__ import annotations

from reportgen.derivation import Table, Value, claim, start
from reportgen.expressions import Operation, add, expr, op, parse, rows_of
from reportgen.ledger import rounded_literal
from reportgen.rules.algebra import rewrite
from reportgen.rules.arithmetic import evaluate, expand_sum, substitute, substitute_vector
from reportgen.rules.calculus import differentiate, evaluate_limit, unfold
from reportgen.rules.isolate import isolate
from reportgen.rules.logarithms import collect_base, combine_logs, expand_logs

_SIGMOID = ("sigma(z) = 1/(1 + e^(-z))",)


def _formula(text):
    """A formula in which J is the cost as a function of a weight."""
    return parse(text, functions={"J", "sigma"})


def _entries(given):
    return [row[0] for row in rows_of(given.value)]


def _rounded(name, value, places):
    """A certified decimal as a cell of a table: the judge proves the rounding."""
    literal = rounded_literal(name, value, places)
    return Value(literal, statement=op("eq", Operation("round", (value, expr(places))), literal))


# --- (i) the mean squared error -------------------------------------------------------------------------------------

def sigmoid():
    """The prediction as a function of the score."""
    return start("sigma(z) = 1/(1 + e^(-z))")


def sigmoid_slope():
    """The derivative of the sigmoid in terms of the sigmoid itself."""
    return start("diff(sigma(z), z)", assume=_SIGMOID).then(
        unfold("sigma"), rewrite("e^(-z)/(1 + e^(-z))^2", "Reciprocal rule and chain rule"),
        rewrite("1/(1 + e^(-z))*(1 - 1/(1 + e^(-z)))",
                ("Split off one factor; ", parse("e^(-z)/(1 + e^(-z)) = 1 - 1/(1 + e^(-z))"))),
        rewrite("sigma(z)*(1 - sigma(z))", "Definition of the sigmoid"))


def mse_slope():
    """First derivative of the squared error of one example in the score."""
    return start("diff((sigma(z) - y)^2, z)", assume=_SIGMOID).then(
        differentiate())


def mse_curvature():
    """Second derivative of the squared error of one example in the score, for either label."""
    return start("diff((sigma(z) - y)^2, z, 2)", assume=_SIGMOID).then(
        rewrite("diff(2*(sigma(z) - y)*sigma(z)*(1 - sigma(z)), z)", "First derivative"),
        rewrite("2*(sigma(z)*(1 - sigma(z)) + (sigma(z) - y)*(1 - 2*sigma(z)))*diff(sigma(z), z)", "Product rule"),
        rewrite("2*sigma(z)*(1 - sigma(z))*(2*(1 + y)*sigma(z) - 3*sigma(z)^2 - y)", "Collect"))


def mse_curvature_odd(mse_curvature, odd):
    """The second derivative for an odd-shaped durian, factored: its sign is that of 3 sigma - 1."""
    return start(mse_curvature.value, assume=_SIGMOID).then(
        substitute(y=odd), evaluate("short"),
        rewrite("2*sigma(z)*(1 - sigma(z))^2*(3*sigma(z) - 1)", "Factor"))


def mse_curvature_rounded(mse_curvature, rounded):
    """The second derivative for a rounded durian, factored: its sign is that of 2 - 3 sigma."""
    return start(mse_curvature.value, assume=_SIGMOID).then(
        substitute(y=rounded), evaluate("short"),
        rewrite("2*sigma(z)^2*(1 - sigma(z))*(2 - 3*sigma(z))", "Factor"))


def inflection_odd():
    """The score at which the squared error of an odd-shaped durian changes its curvature."""
    return start("1/(1 + e^(-z)) = 1/3").then(isolate("z"))


def inflection_rounded():
    """The same for a rounded durian."""
    return start("1/(1 + e^(-z)) = 2/3").then(
        isolate("z"), rewrite("z = ln(2)", ("The logarithm of a reciprocal: ", parse("-ln(1/2) = ln(2)"))))


def mse_shape():
    """Where the squared error bends down, where up, and that the boundary is exact."""
    one, zero = "diff((sigma(z) - 1)^2, z, 2)", "diff((sigma(z) - 0)^2, z, 2)"
    return {
        "odd_concave": claim(f"{one} < 0", assume=(*_SIGMOID, "z < -ln(2)")),
        "odd_zero": claim(f"{one} = 0 <=> z = -ln(2)", assume=_SIGMOID),
        "odd_convex": claim(f"{one} > 0", assume=(*_SIGMOID, "z > -ln(2)")),
        "rounded_convex": claim(f"{zero} > 0", assume=(*_SIGMOID, "z < ln(2)")),
        "rounded_zero": claim(f"{zero} = 0", assume=(*_SIGMOID, "z = ln(2)")),
        "rounded_concave": claim(f"{zero} < 0", assume=(*_SIGMOID, "z > ln(2)")),
    }


def mse_signs(mse_shape):
    """The same as a table; what stands in it is what was judged."""
    rows = []
    flat = "not: the curvature is zero"
    for name, bends in (("odd_concave", "down"), ("odd_zero", flat), ("odd_convex", "up"),
                        ("rounded_convex", "up"), ("rounded_zero", flat), ("rounded_concave", "down")):
        label = "odd-shaped" if name.startswith("odd") else "rounded"
        judged = mse_shape[name]
        where = judged.statement.args[1] if judged.statement.head == "iff" else judged.assumptions[-1]
        rows.append((label, where, bends))
    return Table(("Durian", "where", "the squared error bends"), tuple(rows), align="lll")


def bce_slope():
    """First derivative of the cross-entropy of one example in the score: prediction minus label."""
    return start("diff(-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z))), z)", assume=_SIGMOID).then(
        rewrite("-(y/sigma(z) - (1 - y)/(1 - sigma(z)))*diff(sigma(z), z)", "Chain rule"),
        rewrite("-(y/sigma(z) - (1 - y)/(1 - sigma(z)))*sigma(z)*(1 - sigma(z))", "Derivative of the sigmoid"),
        rewrite("-(y*(1 - sigma(z)) - (1 - y)*sigma(z))", "Cancel the denominators"),
        rewrite("sigma(z) - y", "Multiply out"))


def bce_curvature(bce_slope):
    """Second derivative of the cross-entropy: it does not depend on the label."""
    return start("diff(-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z))), z, 2)", assume=_SIGMOID).then(
        rewrite(op("diff", bce_slope.value, "z"), "Differentiate the first derivative"),
        rewrite("sigma(z)*(1 - sigma(z))", "Derivative of the sigmoid"))


def bce_convex():
    """The cross-entropy bends upwards at every score, for every label."""
    return claim("diff(-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z))), z, 2) > 0", assume=_SIGMOID)


def slope_limits():
    """The slopes of both losses for an odd-shaped durian where the score runs off to either side."""
    mse, bce = "2*(sigma(z) - 1)*sigma(z)*(1 - sigma(z))", "sigma(z) - 1"

    def limit(body, point):
        return parse(f"limit({body}, z, {point})")

    return {
        "mse_wrong": start(limit(mse, "-inf"), assume=_SIGMOID).then(
            rewrite("limit(-2*u/(1 + u)^3, u, 0, 1)", ("With ", parse("u = e^z"))), evaluate_limit()),
        "bce_wrong": start(limit(bce, "-inf"), assume=_SIGMOID).then(
            rewrite("limit(-1/(1 + u), u, 0, 1)", ("With ", parse("u = e^z"))), evaluate_limit()),
        "mse_right": start(limit(mse, "inf"), assume=_SIGMOID).then(evaluate_limit()),
        "bce_right": start(limit(bce, "inf"), assume=_SIGMOID).then(evaluate_limit()),
    }


def steepest(mse_slope, odd):
    """The slope of the squared error at the inflection point: the largest that it ever has."""
    return start(mse_slope.value).then(
        substitute({"y": odd}), rewrite("-2*s*(1 - s)^2", ("Write ", parse("s"), " for the prediction"), given=["sigma(z) = s"]),
        substitute(s=parse("1/3")), evaluate("short"))


def steepest_bound():
    """Nowhere is the squared error steeper than there."""
    return claim("diff((sigma(z) - 1)^2, z) >= -8/27", assume=_SIGMOID)


def slopes(confidences):
    """Both slopes at a few predictions for an odd-shaped durian."""
    rows = []
    for s in _entries(confidences):
        mse = start("2*(s - 1)*s*(1 - s)").then(substitute(s=s), evaluate())
        bce = start("s - 1").then(substitute(s=s), evaluate())
        ratio = start("2*s*(1 - s)").then(substitute(s=s), evaluate())
        rows.append((Value(s), mse, bce, ratio))
    return Table((parse("s"), "slope of the squared error", "slope of the cross-entropy", "ratio"), tuple(rows), align="dddd")


# --- (ii) one example ---------------------------------------------------------------------------------------------------

_INSIDE = ("y_hat > 0", "1 - y_hat > 0")


def likelihood():
    """The probability that the model gives to the label that was seen."""
    return start("L = y_hat^y*(1 - y_hat)^(1 - y)", assume=_INSIDE)


def likelihood_cases(likelihood, odd, rounded):
    """One formula for both labels."""
    return {
        "odd": start(likelihood, assume=_INSIDE).then(substitute(y=odd), evaluate("short")),
        "rounded": start(likelihood, assume=_INSIDE).then(substitute(y=rounded), evaluate("short")),
    }


def bce_one():
    """The negative logarithm of the likelihood of one example."""
    return start("ell = -ln(y_hat^y*(1 - y_hat)^(1 - y))", assume=_INSIDE).then(expand_logs())


def bce_cases(bce_one, odd, rounded):
    """What is left of it for each label."""
    return {
        "odd": start(bce_one, assume=_INSIDE).then(substitute(y=odd), evaluate("short")),
        "rounded": start(bce_one, assume=_INSIDE).then(substitute(y=rounded), evaluate("short")),
    }


# --- (iii) three examples -----------------------------------------------------------------------------------------------

def bce_mean_formula():
    """The cost: the mean of the losses; the minus sign and the fraction stand before the whole sum."""
    return start("J = -(1/m)*sum(y_i*ln(y_hat[i]) + (1 - y_i)*ln(1 - y_hat[i]), i, 1, m)", title="BCE")


def bce_nats(bce_mean_formula, labels, predictions):
    """The mean cross-entropy of the three durians in nats."""
    ys, predicted = _entries(labels), _entries(predictions)
    count = len(ys)
    inside = [parse(f"{side} > 0") for i in range(1, count + 1) for side in (f"y_hat[{i}]", f"1 - y_hat[{i}]")]
    return start(bce_mean_formula, assume=inside).then(
        substitute(m=count), expand_sum(),
        substitute_vector("y", labels), substitute_vector("y_hat", predictions),
        rewrite(_mean_of_losses(op("add", op("mul", y, op("ln", p)), op("mul", _less(y), op("ln", _less(p))))
                                for y, p in zip(ys, predicted, strict=True)), "Work out the brackets"),
        rewrite(_mean_of_losses(op("ln", p if y == expr(1) else _less(p)) for y, p in zip(ys, predicted, strict=True)),
                "Leave out what is multiplied by zero, and factors of one"),
        combine_logs(),
        rewrite("1/3*ln(100/9)", ("As ", parse("-ln(x) = ln(1/x)"))))


def _less(value):
    """One less this, worked out."""
    return start(op("add", expr(1), op("neg", value))).then(evaluate()).value


def _mean_of_losses(losses):
    """J = -(1/m) times the sum of these."""
    terms = tuple(losses)
    return op("eq", "J", op("neg", op("mul", op("div", expr(1), expr(len(terms))), add(*terms))))


def bce_bits(bce_nats):
    """The same cost in bits: the natural logarithm over ln 2."""
    return start(op("eq", parse("J_bits"), op("div", "J", parse("ln(2)")))).then(
        substitute(J=bce_nats), rewrite("1/3*(ln(100/9)/ln(2))", "Constant factor"), collect_base())


def bce_terms(labels, predictions, bce_nats, bce_bits):
    """Each durian's share, exactly and to six decimals."""
    rows, places = [], 6
    for i, (y, y_hat) in enumerate(zip(_entries(labels), _entries(predictions), strict=True), start=1):
        loss = start("-(y*ln(y_hat) + (1 - y)*ln(1 - y_hat))").then(substitute(y=y, y_hat=y_hat), evaluate("short"))
        rows.append((expr(i), Value(y), Value(y_hat), loss, _rounded(f"term{i}", loss.value, places),
                     _rounded(f"bits{i}", op("div", loss.value, parse("ln(2)")), places)))
    rows.append(("mean", "", "", Value(bce_nats.value), _rounded("mean", bce_nats.value, places), _rounded("bits", bce_bits.value, places)))
    return Table((parse("i"), parse("y_i"), parse("y_hat[i]"), "loss", "in nats", "in bits"), tuple(rows), align="rrrldd", total=True)


def labels_first(predictions):
    """The prediction for the first durian, to be named in the text."""
    return {"prediction": Value(_entries(predictions)[0])}


# --- (iv) L2 regularisation ---------------------------------------------------------------------------------------------

_COST = ("m > 0", "lambda > 0", "eta > 0")


def cost_a():
    """Model A: the mean cross-entropy and the penalty."""
    return start("J_A = -(1/m)*sum(y_i*ln(y_hat[i]) + (1 - y_i)*ln(1 - y_hat[i]), i, 1, m) + lambda/(2*m)*sum(w_j^2, j, 1, d)", title="Model A")


def cost_b():
    """Model B: the mean cross-entropy alone."""
    return start("J_B = -(1/m)*sum(y_i*ln(y_hat[i]) + (1 - y_i)*ln(1 - y_hat[i]), i, 1, m)", title="Model B")


def step_b():
    """Gradient descent without the penalty."""
    return start(_formula("w - eta*diff(J(w), w)"))


def step_a():
    """Gradient descent with the penalty, for one weight (the squares of the others do not depend on it)."""
    return start(_formula("w - eta*diff(J(w) + lambda/(2*m)*w^2, w)"), assume=_COST).then(
        differentiate(),
        rewrite(_formula("w - eta*lambda/m*w - eta*diff(J(w), w)"), "Multiply out"),
        rewrite(_formula("(1 - eta*lambda/m)*w - eta*diff(J(w), w)"), "Collect the weight"))


def curvature_a():
    """The penalty adds a positive constant to the curvature in every weight."""
    return claim(_formula("diff(J(w) + lambda/(2*m)*w^2, w, 2) = diff(J(w), w, 2) + lambda/m"), assume=["lambda > 0", "m > 0"])


def shrink(eta, lam, m_train):
    """The factor by which the penalty multiplies a weight at each step."""
    return start("rho = 1 - eta*lambda/m").then(substitute(eta, lam, m_train), evaluate())


def worked_a(w_now, slope_now, eta, shrink):
    """One step of model A with numbers."""
    return start("w_new = rho*w - eta*g").then(substitute(shrink, w_now, slope_now, eta), evaluate())


def worked_b(w_now, slope_now, eta):
    """The same step of model B."""
    return start("w_new = w - eta*g").then(substitute(w_now, slope_now, eta), evaluate())


def decay():
    """What the penalty does alone: with no slope in the data a weight decays geometrically."""
    return start("w_k = rho^k*w_0")


def half_life(shrink):
    """The number of steps in which a weight that the data do not hold in place loses half its size."""
    return start("rho^k = 1/2").then(substitute(shrink),
        rewrite(op("eq", op("mul", "k", op("ln", shrink.value)), parse("ln(1/2)")), "Take the logarithm of both sides"), isolate("k"))


def half_life_steps(half_life):
    """The first whole step after which less than half is left."""
    return start(op("eq", "K", op("ceil", half_life.value))).then(
        rewrite(op("eq", "K", expr(_ceiling(half_life.value))), "Round up"))


def _ceiling(value):
    from fractions import Fraction
    from math import ceil

    return ceil(Fraction(rounded_literal("half_life", value, 6).text))


def no_minimum():
    """Without a penalty a weight that already separates the data never comes to rest: its slope stays negative."""
    return claim("diff(-ln(1/(1 + e^(-(w*x)))), w) < 0", assume=["x > 0"])


def no_minimum_limit():
    """The loss that growing weights tend to, and never reach."""
    return start("limit(ln(1 + e^(-w)), w, inf)")


def resting_point():
    """Where model A comes to rest if the data alone would pull the weight to w_fit."""
    return start("a*(w - w_fit) + lambda/m*w = 0", assume=["a > 0", "lambda > 0", "m > 0"]).then(isolate("w"))


def resting_point_here(resting_point, pull, w_rest, lam, m_train):
    """The same with numbers."""
    return start(resting_point).then(substitute({"a": pull, "w_fit": w_rest, "lambda": lam, "m": m_train}), evaluate())


def resting_point_closer():
    """With the penalty the weight rests strictly between zero and the value that fits the data best."""
    return claim("0 < a*w_fit/(a + lambda/m) and a*w_fit/(a + lambda/m) < w_fit", assume=["a > 0", "lambda > 0", "m > 0", "w_fit > 0"])


# --- figures --------------------------------------------------------------------------------------------------------------

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#c25b12", "#8a8a8a"


def _axes(count, width=7.2, height=2.9):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(1, count, i + 1) for i in range(count)]


def loss_curves():
    """Both losses of an odd-shaped durian, and their slopes, over the score."""
    import numpy as np

    z = np.linspace(-8, 5, 400)
    s = 1/(1 + np.exp(-z))
    at = -np.log(2)
    figure, (left, right) = _axes(2)
    left.plot(z, -np.log(s), color=_BLUE, label="cross-entropy")
    left.plot(z, (s - 1)**2, color=_ORANGE, label="squared error")
    left.plot([at], [(1/3 - 1)**2], "o", color=_ORANGE, markersize=5)
    left.set_ylabel("loss")
    left.set_ylim(0, 5)
    right.plot(z, s - 1, color=_BLUE, label="cross-entropy")
    right.plot(z, 2*(s - 1)*s*(1 - s), color=_ORANGE, label="squared error")
    right.plot([at], [-8/27], "o", color=_ORANGE, markersize=5)
    right.set_ylabel("slope")
    for axes in (left, right):
        axes.axvspan(-8, at, color=_ORANGE, alpha=0.08, linewidth=0)
        axes.axhline(0, color=_GREY, linewidth=0.6)
        axes.set_xlim(-8, 5)
        axes.set_xlabel("score $z$")
        axes.spines[["top", "right"]].set_visible(False)
    left.legend(frameon=False, loc="upper right")
    return figure


def weight_decay(eta, lam, m_train, w_now, w_rest, pull):
    """A weight over the steps of gradient descent: left where the data are silent, right where they pull it to w_rest."""
    rate, strength, count = (float(g.value.value) for g in (eta, lam, m_train))
    first, goal, curvature = (float(g.value.value) for g in (w_now, w_rest, pull))
    steps = range(201)
    figure, axes = _axes(2)
    for panel, pulled in zip(axes, (0.0, curvature), strict=True):
        for penalty, colour, label in ((strength, _BLUE, "A: with the penalty"), (0.0, _ORANGE, "B: without")):
            w, path = first, []
            for _ in steps:
                path.append(w)
                w -= rate*(pulled*(w - goal) + penalty/count*w)
            panel.plot(steps, path, color=colour, label=label)
        panel.set_xlabel("step")
        panel.set_ylim(0, 1.1*first)
        panel.set_xlim(0, 200)
        panel.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("weight")
    axes[0].set_title("the data do not hold the weight", fontsize=9)
    axes[1].set_title("the data pull it to a value of their own", fontsize=9)
    axes[1].legend(frameon=False, loc="upper right")
    return figure
