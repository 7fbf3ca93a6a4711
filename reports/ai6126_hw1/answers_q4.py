"""Question 4: why an L1 loss rather than an L2 loss for some data.

One number c stands for the model's prediction, x_1, ..., x_n are the targets, r = x_i - c a residual.
"""

from __future__ import annotations

from fractions import Fraction

from reportgen.derivation import Table, Value, claim, start
from reportgen.expressions import Operation, add, expr, op, parse, rational_value, rows_of
from reportgen.ledger import rounded_literal
from reportgen.rules.algebra import expand, rewrite
from reportgen.rules.arithmetic import evaluate, expand_sum, substitute
from reportgen.rules.calculus import differentiate
from reportgen.rules.isolate import isolate


def _entries(given):
    return [row[0] for row in rows_of(given.value)]


def _numbers(*givens):
    """The values of vectors and single givens, sorted."""
    found = []
    for given in givens:
        entries = _entries(given) if getattr(given.value, "head", "") == "matrix" else [given.value]
        found += [rational_value(e) for e in entries]
    return sorted(found)


def _rounded(name, value, places):
    """A certified decimal as a cell of a table: the judge proves the rounding."""
    literal = rounded_literal(name, value, places)
    return Value(literal, statement=op("eq", Operation("round", (value, expr(places))), literal))


# --- the norms behind the names of the losses ---------------------------------------------------------------------------

def norm_1():
    """The norm that gives the L1 loss its name."""
    return start("norm(w, 1) = sum(abs(w_i), i, 1, n)")


def norm_2():
    """The square of the norm that gives the L2 loss its name."""
    return start("norm(w, 2)^2 = sum(w_i^2, i, 1, n)")


# --- the squared loss: the mean -----------------------------------------------------------------------------------------

def l2_cost():
    """The sum of the squared residuals."""
    return start("S_2 = sum((x_i - c)^2, i, 1, n)")


def l2_slope():
    """Its derivative, taken under the sum."""
    return start("diff(sum((x_i - c)^2, i, 1, n), c)", assume=["n >= 1"]).then(
        differentiate(), rewrite("-2*(sum(x_i, i, 1, n) - n*c)", "Split the sum"))


def l2_minimiser(l2_slope):
    """Where the derivative is zero: at the mean."""
    return start(op("eq", l2_slope.value, expr(0))).then(isolate("c"))


def l2_curvature():
    """The second derivative is positive, so that this is the only minimum."""
    return start("diff(sum((x_i - c)^2, i, 1, n), c, 2)", assume=["n >= 1"]).then(
        rewrite("diff(-2*(sum(x_i, i, 1, n) - n*c), c)", "Differentiate the first derivative"), differentiate())


def l2_square():
    """The same without derivatives: the cost at c exceeds the cost at the mean by n times the distance squared."""
    return claim("sum((x_i - c)^2, i, 1, n) = sum((x_i - x_bar)^2, i, 1, n) + n*(c - x_bar)^2",
                 assume=["n >= 1", "x_bar = sum(x_j, j, 1, n)/n"])


# --- the absolute loss: the median --------------------------------------------------------------------------------------

def l1_cost():
    """The sum of the absolute residuals."""
    return start("S_1 = sum(abs(x_i - c), i, 1, n)")


_SPLIT = ("k >= 0", "n >= k")


def l1_split():
    """The same between the k-th and the next of the sorted targets: k of them lie below c, the other n - k above."""
    return start("S_1 = sum(c - x_i, i, 1, k) + sum(x_i - c, i, k + 1, n)", assume=_SPLIT)


def l1_slope():
    """The slope between two neighbours in the sorted targets counts: so many below, less so many above."""
    return start("diff(sum(c - x_i, i, 1, k) + sum(x_i - c, i, k + 1, n), c)", assume=_SPLIT).then(
        rewrite("sum(1, i, 1, k) + sum(-1, i, k + 1, n)", "Differentiate under the sums"),
        rewrite("k - (n - k)", "Count the terms"), expand())


def l1_signs():
    """The cost falls while fewer than half of the targets lie below c, and rises once more than half do."""
    return {
        "falls": claim("2*k - n < 0", assume=["k < n/2"]),
        "flat": claim("2*k - n = 0", assume=["k = n/2"]),
        "rises": claim("2*k - n > 0", assume=["k > n/2"]),
    }


def l1_odd():
    """For an odd number of targets, n = 2 r + 1, the slope jumps from -1 to 1 at the middle one, where k goes from r to r + 1."""
    return {
        "before": claim("2*k - n <= -1", assume=["n = 2*r + 1", "k <= r"]),
        "after": claim("2*k - n >= 1", assume=["n = 2*r + 1", "k >= r + 1"]),
    }


# --- an exact data set --------------------------------------------------------------------------------------------------

def targets(measurements, outlier):
    """The sorted targets, without and with the outlier."""
    return {name: Value(op("tuple", *(expr(x) for x in numbers)))
            for name, numbers in (("clean", _numbers(measurements)), ("outlier", _numbers(measurements, outlier)))}


def _mean(numbers):
    n = len(numbers)
    terms = [expr(x) for x in numbers]
    return start("c = sum(x_i, i, 1, n)/n").then(
        substitute(n=n), expand_sum(), substitute({f"x_{i}": x for i, x in enumerate(terms, start=1)}), evaluate("short"))


def mean_clean(measurements):
    """The mean of the targets."""
    return _mean(_numbers(measurements))


def mean_outlier(measurements, outlier):
    """The mean with one outlier among them."""
    return _mean(_numbers(measurements, outlier))


def mean_shift(mean_clean, mean_outlier):
    """How far the outlier moves the mean."""
    return start("Delta = c_new - c_old").then(substitute(c_new=mean_outlier, c_old=mean_clean), evaluate())


def _cost(numbers, c):
    return add(*(op("abs", op("add", expr(x), op("neg", c))) for x in numbers))


def _gaps(numbers):
    """The slope of the absolute cost on each gap of the sorted targets, each judged on the cost itself."""
    n, c = len(numbers), parse("c")
    rows = []
    for k in range(n + 1):
        inside = ([op("lt", expr(numbers[k - 1]), c)] if k else []) + ([op("lt", c, expr(numbers[k]))] if k < n else [])
        slope = expr(2*k - n)
        judged = Value(slope, statement=op("eq", op("diff", _cost(numbers, c), c), slope), assumptions=tuple(inside))
        where = inside[0] if len(inside) == 1 else op("and", *inside)
        rows.append((where, expr(k), expr(n - k), judged))
    return Table(("where", "targets below", "targets above", "slope"), tuple(rows), align="lrrr")


def gaps_clean(measurements):
    """Slopes of the absolute cost without the outlier."""
    return _gaps(_numbers(measurements))


def gaps_outlier(measurements, outlier):
    """Slopes of the absolute cost with the outlier."""
    return _gaps(_numbers(measurements, outlier))


def median_clean(measurements):
    """The middle one of an odd number of targets; the judge compares its cost with the cost on every gap."""
    return _minimum(_numbers(measurements))


def median_outlier(measurements, outlier):
    """With an even number every point between the two middle ones is a minimum; their midpoint is the usual choice."""
    return _minimum(_numbers(measurements, outlier))


def _minimum(numbers):
    n = len(numbers)
    if n % 2:
        middle = numbers[n//2]
        return start(op("eq", "c", expr(middle)))
    low, high = numbers[n//2 - 1], numbers[n//2]
    return start("c = (x_low + x_high)/2").then(substitute(x_low=expr(low), x_high=expr(high)), evaluate("short"))


def median_best(measurements, outlier, median_clean, median_outlier):
    """On every gap the cost is at least the cost at the median, without and with the outlier."""
    found = {}
    for name, numbers, median in (("clean", _numbers(measurements), median_clean), ("outlier", _numbers(measurements, outlier), median_outlier)):
        c, n = parse("c"), len(numbers)
        for k in range(n + 1):
            inside = ([op("ge", c, expr(numbers[k - 1]))] if k else []) + ([op("le", c, expr(numbers[k]))] if k < n else [])
            found[f"{name}_{k}"] = claim(op("ge", _cost(numbers, c), _cost(numbers, median.value)), assume=inside)
    return found


def median_shift(median_clean, median_outlier):
    """How far the outlier moves the median."""
    return start("Delta = c_new - c_old").then(substitute(c_new=median_outlier, c_old=median_clean), evaluate())


# --- gradients, and the Huber loss ----------------------------------------------------------------------------------------

def slopes_of_losses():
    """What one residual contributes to the gradient."""
    return {
        "l2": start("diff(r^2, r)").then(differentiate()),
        "l1_above": start("diff(abs(r), r)", assume=["r > 0"]).then(rewrite("diff(r, r)", "For positive residuals"), rewrite("1", "Identity rule")),
        "l1_below": start("diff(abs(r), r)", assume=["r < 0"]).then(rewrite("diff(-r, r)", "For negative residuals"), rewrite("-1", "Identity rule")),
    }


def huber():
    """Quadratic near zero, linear far out."""
    return start(parse("H(r) = cases(r^2/2, abs(r) <= delta, delta*abs(r) - delta^2/2, abs(r) > delta)", functions={"H"}))


_FAR = "delta*abs(r) - delta^2/2"


def huber_slopes():
    """Its gradient: the residual itself, cut off at plus and minus delta."""
    return {
        "near": start("diff(r^2/2, r)").then(differentiate()),
        "above": start(f"diff({_FAR}, r)", assume=["delta > 0", "r > delta", "r > 0"]).then(
            rewrite("diff(delta*r - delta^2/2, r)", "For positive residuals"), differentiate()),
        "below": start(f"diff({_FAR}, r)", assume=["delta > 0", "r < -delta", "r < 0"]).then(
            rewrite("diff(delta*(-r) - delta^2/2, r)", "For negative residuals"), differentiate()),
    }


def huber_joins():
    """At both joins the pieces agree in value and in slope."""
    found = {}
    for name, point in (("above", "r = delta"), ("below", "r = -delta")):
        found[name] = claim(f"{_FAR} = r^2/2 and diff({_FAR}, r) = diff(r^2/2, r)", assume=["delta > 0", point])
    return found


def joins():
    """The two joins, to be named in the text."""
    return {"above": start("r = delta"), "below": start("r = -delta")}


def huber_bound():
    """The line never lies above the parabola that it continues."""
    return claim(f"{_FAR} <= r^2/2", assume=["delta > 0", "r > 0"])


def _huber_equation(numbers, delta):
    """The slope of the Huber cost is zero: the far targets' pull, delta each, balances the residuals of the near ones."""
    bound = rational_value(delta.value)
    c = _huber_root(numbers, bound)
    near = [x for x in numbers if abs(x - c) <= bound]
    ends = sum((x > c) - (x < c) for x in numbers if abs(x - c) > bound)
    pull = expr(0) if ends == 0 else parse("delta") if ends == 1 else op("mul", expr(ends), "delta")
    return start(op("eq", pull, add(*(op("add", "c", op("neg", expr(x))) for x in near))))


def _huber_root(numbers, bound):
    """The zero of the decreasing, piecewise linear sum of clipped residuals."""
    def total(c):
        return sum(max(-bound, min(bound, x - c)) for x in numbers)

    corners = sorted({x + s*bound for x in numbers for s in (-1, 1)})
    for low, high in zip(corners, corners[1:], strict=False):
        above, below = total(low), total(high)
        if above >= 0 >= below and above != below:
            return low + (high - low)*Fraction(above, above - below)
    raise ValueError("no minimum")


def huber_outlier(measurements, outlier, delta):
    """The minimiser of the Huber cost with the outlier: it pulls with delta, not with its distance."""
    return _huber_equation(_numbers(measurements, outlier), delta).then(substitute(delta), expand(), isolate("c"))


def huber_clean(measurements, delta):
    """The minimiser of the Huber cost without the outlier."""
    return _huber_equation(_numbers(measurements), delta).then(expand(), isolate("c"))


def huber_inside(measurements, outlier, delta, huber_outlier, huber_clean):
    """The residuals lie on the pieces of the Huber loss that the equations take for them."""
    found = {}
    for name, numbers, at in (("clean", _numbers(measurements), huber_clean), ("outlier", _numbers(measurements, outlier), huber_outlier)):
        c, bound = rational_value(at.value), rational_value(delta.value)
        parts = [op("le" if abs(x - c) <= bound else "gt", op("abs", op("add", expr(x), op("neg", at.value))), delta.value) for x in numbers]
        found[name] = claim(op("and", *parts))
    return found


def huber_shift(huber_clean, huber_outlier):
    """How far the outlier moves the Huber minimiser."""
    return start("Delta = c_new - c_old").then(substitute(c_new=huber_outlier, c_old=huber_clean), evaluate())


def shifts(mean_clean, mean_outlier, mean_shift, huber_clean, huber_outlier, huber_shift, median_clean, median_outlier, median_shift):
    """The three minimisers side by side."""
    def row(name, *found):
        return (name, *(_rounded(f"{name}_{k}", d.value, 1) for k, d in enumerate(found)))

    return Table(("loss", "minimiser without", "with the outlier", "moved by"), (
        row("squared: the mean", mean_clean, mean_outlier, mean_shift),
        row("Huber", huber_clean, huber_outlier, huber_shift),
        row("absolute: the median", median_clean, median_outlier, median_shift)), align="lddd")


# --- where the two losses come from ---------------------------------------------------------------------------------------

def noise():
    """Minus the logarithm of the density of the noise: Gaussian noise gives the squared loss, Laplace noise the absolute one."""
    return {
        "gauss": start("-ln(e^(-r^2/(2*s^2))/(s*sqrt(2*pi)))", assume=["s > 0"]).then(
            rewrite("r^2/(2*s^2) + ln(s*sqrt(2*pi))", "Logarithm of a quotient, logarithm of an exponential")),
        "laplace": start("-ln(e^(-abs(r)/b)/(2*b))", assume=["b > 0"]).then(
            rewrite("abs(r)/b + ln(2*b)", "Logarithm of a quotient, logarithm of an exponential")),
    }


# --- figures --------------------------------------------------------------------------------------------------------------

_BLUE, _ORANGE, _GREEN, _GREY = "#1f5fa8", "#c25b12", "#3f7d3a", "#8a8a8a"


def _axes(count, width=7.2, height=2.9):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(1, count, i + 1) for i in range(count)]


def robust_losses():
    """The three losses of one residual, and their slopes: what the residual contributes to the gradient."""
    import numpy as np

    r, bound = np.linspace(-3, 3, 601), 1.0
    near = np.abs(r) <= bound
    figure, (left, right) = _axes(2)
    for values, slope, colour, label in ((r**2/2, r, _ORANGE, "squared, halved"), (np.abs(r), np.sign(r), _BLUE, "absolute"),
                                         (np.where(near, r**2/2, bound*np.abs(r) - bound**2/2), np.clip(r, -bound, bound), _GREEN, "Huber")):
        left.plot(r, values, color=colour, label=label)
        right.plot(r, np.where(np.abs(r) < 0.005, np.nan, slope) if label == "absolute" else slope, color=colour,
                   linestyle=(0, (4, 2)) if label == "Huber" else "-")
    left.set_ylabel("loss")
    right.set_ylabel("slope")
    left.legend(frameon=False, loc="upper center")
    for axes in (left, right):
        axes.axhline(0, color=_GREY, linewidth=0.6)
        axes.set_xlim(-3, 3)
        axes.set_xlabel("residual $r$")
        axes.set_xticks([-2, -1, 0, 1, 2])
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def robust_costs(measurements, outlier, delta):
    """The costs of the whole data set with the outlier, each scaled to its own minimum, near the bulk of the data."""
    import numpy as np

    numbers = np.array([float(x) for x in _numbers(measurements, outlier)])
    c, bound = np.linspace(0, 25, 1001), float(rational_value(delta.value))
    r = numbers[:, None] - c[None, :]
    figure, (axes,) = _axes(1, height=3.1)
    for values, colour, label in (((r**2).sum(0), _ORANGE, "squared: minimum at the mean"), (np.abs(r).sum(0), _BLUE, "absolute: minimum at the median"),
                                  (np.where(np.abs(r) <= bound, r**2/2, bound*np.abs(r) - bound**2/2).sum(0), _GREEN, "Huber")):
        scaled = values/values.min()
        axes.plot(c, scaled, color=colour, label=label)
        axes.plot([c[scaled.argmin()]], [1], "o", color=colour, markersize=5)
    axes.plot(numbers[numbers <= 25], np.full((numbers <= 25).sum(), 0.93), "|", color="black", markersize=9)
    axes.set_xlim(0, 25)
    axes.set_ylim(0.9, 1.75)
    axes.set_xlabel("prediction $c$")
    axes.set_ylabel("cost, relative to its minimum")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    return figure
