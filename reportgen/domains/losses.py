"""Loss functions of classification and regression: formulas, and the derivations that explain them.

Sources: Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 5.5 (likelihood), 6.2 (cross-entropy) and 7.1 (weight decay);
Huber, "Robust estimation of a location parameter" (1964).
"""

from __future__ import annotations

from ..derivation import Derivation, RuleError, Step, start, value_of
from ..expressions import Expr, Number, Operation, Symbol, expr, is_op, op, parse, replace
from ..expressions.tree import transform
from ..rules.arithmetic import evaluate, expand_sum, substitute, substitute_vector
from ..rules.calculus import derivative_of, differentiate, limit_derivation, neat, tidy
from ..rules.derivatives import logistic_definition
from ..rules.evaluation import fully
from ..rules.logarithms import combine_logs, log_of_power, log_of_product
from ..rules.statistics import become, entries
from ..rules.writing import exact, minus, plus, terms_of

LOGISTIC = logistic_definition()    # sigma(z) = 1/(1 + e^(-z)), to be assumed: start(..., assume=[LOGISTIC])


# --- formulas -------------------------------------------------------------------------------------------------

def logistic(argument: "str | Expr" = "z") -> Expr:
    """1/(1 + e^(-z))."""
    return replace(LOGISTIC.args[1], {Symbol("z"): parse(argument) if isinstance(argument, str) else argument})


def cross_entropy(label: "str | Expr" = "y", prediction: "str | Expr" = "y_hat", base: object = None) -> Expr:
    """-(y ln p + (1 - y) ln(1 - p)): the binary cross-entropy of one example, with ``base`` in logarithms of that base."""
    y, p = (parse(v) if isinstance(v, str) else v for v in (label, prediction))

    def log(argument: Expr) -> Expr:
        return op("ln", argument) if base is None else op("log", argument, value_of(base))

    return op("neg", op("add", op("mul", y, log(p)), op("mul", op("add", 1, op("neg", y)), log(op("add", 1, op("neg", p))))))


def mean_cross_entropy(base: object = None) -> Expr:
    """-(1/n) sum of [y_i ln p_i + (1 - y_i) ln(1 - p_i)], p_i written y_hat_i."""
    inner = cross_entropy(op("index", "y", "i"), op("index", "y_hat", "i"), base).args[0]
    return op("neg", op("mul", parse("1/n"), op("sum", inner, "i", 1, "n")))


def squared_error(label: "str | Expr" = "y", prediction: "str | Expr" = "y_hat") -> Expr:
    """(y_hat - y)^2 of one example."""
    y, p = (parse(v) if isinstance(v, str) else v for v in (label, prediction))
    return op("pow", op("add", p, op("neg", y)), 2)


def mean_squared_error() -> Expr:
    """(1/n) sum of (y_hat_i - y_i)^2."""
    return op("mul", parse("1/n"), op("sum", squared_error(op("index", "y", "i"), op("index", "y_hat", "i")), "i", 1, "n"))


def mean_absolute_error() -> Expr:
    """(1/n) sum of |y_hat_i - y_i|."""
    return op("mul", parse("1/n"), op("sum", op("abs", parse("y_hat[i] - y_i")), "i", 1, "n"))


def huber(residual: "str | Expr" = "r", threshold: "str | Expr" = "delta") -> Expr:
    """r^2/2 where |r| <= delta, delta (|r| - delta/2) beyond: quadratic near 0 as the squared error, straight far out as the absolute one."""
    r, d = (parse(v) if isinstance(v, str) else v for v in (residual, threshold))
    size = op("abs", r)
    return op("cases", op("div", op("pow", r, 2), 2), op("le", size, d),
              op("mul", d, op("add", size, op("neg", op("div", d, 2)))), op("gt", size, d))


def l2_penalty() -> Expr:
    """(lambda/(2 m)) sum of w_j^2."""
    return op("mul", parse("lambda/(2*m)"), op("sum", parse("w_j^2"), "j", 1, "k"))


# --- derivations ----------------------------------------------------------------------------------------------

def cross_entropy_from_likelihood() -> Derivation:
    """From the Bernoulli likelihood L = p^y (1 - p)^(1 - y) of one example to -ln L, the binary cross-entropy; p is written y_hat."""
    likelihood = parse("L = y_hat^y*(1 - y_hat)^(1 - y)")
    work = start(likelihood, assume=["y_hat > 0", "1 - y_hat > 0"], title="From the likelihood to the cross-entropy")

    def negative_logarithm(derivation: Derivation) -> tuple[Step, ...]:
        now = derivation.conclusion
        after = op("eq", op("neg", op("ln", now.args[0])), op("neg", op("ln", now.args[1])))
        return (Step("negative logarithm", now, after, ("Take the negative logarithm of both sides",), given=(now,), link="implies"),)

    return work.then(negative_logarithm, log_of_product(), log_of_power())


def mean_cross_entropy_of(labels: object, predictions: object, *, name: str = "J", base: object = None) -> Derivation:
    """The mean binary cross-entropy of given labels (0 or 1) and predictions (between 0 and 1), exact.

    Steps: n and the sum written out; the values; products with 0 and 1; one logarithm.  ``base=2`` gives bits, without a base nats.
    Raises RuleError for labels and predictions of different number, labels other than 0 and 1, and predictions not between 0 and 1.
    """
    y, p = entries(labels), entries(predictions)
    if len(y) != len(p):
        raise RuleError(f"cross-entropy: {len(y)} labels, but {len(p)} predictions")
    if any(exact(v) not in (0, 1) for v in y):
        raise RuleError("cross-entropy: the labels are 0 or 1")
    if any(not 0 < exact(v) < 1 for v in p):
        raise RuleError("cross-entropy: the predictions lie between 0 and 1")
    work = start(op("eq", name, mean_cross_entropy(base)), title="Mean binary cross-entropy")
    work = work.then(substitute(n=len(y)), expand_sum(), substitute_vector("y", op("tuple", *y)), substitute_vector("y_hat", op("tuple", *p)))
    if len(y) == 1:      # one term: there is nothing to combine
        return work.then(_work_out_terms, tidy())
    return work.then(_work_out_terms, _distribute_sign, combine_logs())


def _work_out_terms(derivation: Derivation) -> tuple[Step, ...]:
    """1 - 1, 1 - 0.2 and products with 0 and 1 worked out: 1 ln(0.2) + (1 - 1) ln(1 - 0.2) becomes ln(0.2)."""
    now = derivation.conclusion

    def inside(node: Expr) -> Expr:
        return Operation(node.head, (fully(node.args[0]), *node.args[1:])) if is_op(node, "ln", "log") else node

    first = Operation("eq", (now.args[0], transform(now.args[1], lambda n: fully(n) if is_op(n, "add") and _plain(n) else inside(n))))
    steps = [Step("evaluate", now, first, ("Work out the differences",))] if first != now else []
    second = Operation("eq", (first.args[0], _neat_terms(first.args[1])))
    if second != first:
        steps.append(Step("evaluate", first, second, ("Leave out products with ", Number("0"), " and factors ", Number("1"))))
    return tuple(steps)


def _plain(value: Expr) -> bool:
    return exact(value) is not None


def _neat_terms(value: Expr) -> Expr:
    """The sum inside the brackets tidied term by term, equal terms kept apart; the factor in front stays as written."""
    if is_op(value, "neg"):
        return op("neg", _neat_terms(value.args[0]))
    if is_op(value, "mul"):
        return Operation("mul", tuple(_tidy_sum(a) if not _plain(a) else a for a in value.args))
    return _tidy_sum(value)


def _tidy_sum(value: Expr) -> Expr:
    return plus(*(_tidy_sum(term) for term in value.args)) if is_op(value, "add") else neat(value)


def _distribute_sign(derivation: Derivation) -> tuple[Step, ...]:
    """-(1/3)(ln a + ln b) becomes (1/3)(-ln a - ln b)."""
    now = derivation.conclusion
    side = now.args[1]
    if not (is_op(side, "neg") and is_op(side.args[0], "mul") and is_op(side.args[0].args[-1], "add")):
        return ()
    *front, inner = side.args[0].args
    after = Operation("eq", (now.args[0], Operation("mul", (*front, Operation("add", tuple(minus(t) for t in terms_of(inner)))))))
    return (Step("distribute sign", now, after, ("Take the minus sign into the brackets",)),)


def cross_entropy_gradient() -> Derivation:
    """d/dz of the cross-entropy of sigma(z): sigma(z) - y, which does not vanish where the prediction is wrong."""
    work = derivative_of(op("eq", "C", cross_entropy("y", "sigma(z)")), "z", assume=[LOGISTIC], title="Gradient of the cross-entropy")
    return work.then(become("sigma(z) - y", "Multiply out and collect"))


def squared_error_gradient() -> Derivation:
    """d/dz of (sigma(z) - y)^2: 2 (sigma(z) - y) sigma(z) (1 - sigma(z))."""
    return derivative_of("E = (sigma(z) - y)^2", "z", assume=[LOGISTIC], title="Gradient of the squared error")


def squared_error_curvature() -> Derivation:
    """The second derivative of (sigma(z) - y)^2 as 2 sigma (1 - sigma) times a quadratic polynomial in sigma, whose sign changes."""
    first = squared_error_gradient().value
    work = start(op("eq", op("diff", "E", "z", 2), op("diff", first, "z")), assume=[LOGISTIC], title="Curvature of the squared error")
    return work.then(differentiate(detail="short"),
                     become("2*sigma(z)*(1 - sigma(z))*(-3*sigma(z)^2 + 2*(1 + y)*sigma(z) - y)", "Factor"))


def cross_entropy_curvature() -> Derivation:
    """The second derivative of the cross-entropy of sigma(z): sigma(z)(1 - sigma(z)), never negative."""
    work = start(op("eq", op("diff", "C", "z", 2), op("diff", parse("sigma(z) - y"), "z")), assume=[LOGISTIC], title="Curvature of the cross-entropy")
    return work.then(differentiate())


def vanishing_gradient(label: int = 1) -> Derivation:
    """The limit of the squared error's gradient where the prediction is as wrong as can be: z -> -inf for label 1, z -> inf for label 0."""
    if label not in (0, 1):
        raise RuleError("vanishing gradient: the label is 0 or 1")
    gradient = neat(replace(squared_error_gradient().value, {Symbol("y"): expr(label)}))
    return limit_derivation(gradient, "z", "-inf" if label else "inf", assume=[LOGISTIC], title="The gradient vanishes where the error is largest")


def weight_decay_step() -> Derivation:
    """One step of gradient descent on C + (lambda/(2m)) w^2: the weight shrinks by the factor 1 - eta lambda/m before C's gradient g acts."""
    work = start("w_new = w - eta*(g + lambda/m*w)", assume=["m > 0"], title="A gradient step with the penalty")
    return work.then(become("w - eta*g - eta*lambda/m*w", "Multiply out"), become("(1 - eta*lambda/m)*w - eta*g", "Collect what multiplies w"))


def penalty_gradient() -> Derivation:
    """d/dw of (lambda/(2m)) w^2 = (lambda/m) w, for one weight."""
    work = derivative_of("R = lambda/(2*m)*w^2", "w", assume=["m > 0"], title="Gradient of the penalty")
    return work if work.value == parse("lambda/m*w") else work.then(become("lambda/m*w", "Cancel"))


def weight_decay_example(weight: object, gradient: object, rate: object, penalty: object, size: object) -> Derivation:
    """One step with numbers: w_new = (1 - eta lambda/m) w - eta g."""
    work = start(weight_decay_step().conclusion, title="A gradient step with numbers")
    return work.then(substitute({"w": value_of(weight), "g": value_of(gradient), "eta": value_of(rate), "lambda": value_of(penalty), "m": value_of(size)}),
                     evaluate())


__all__ = ["LOGISTIC", "cross_entropy", "cross_entropy_curvature", "cross_entropy_from_likelihood", "cross_entropy_gradient", "huber", "l2_penalty",
           "logistic", "mean_absolute_error", "mean_cross_entropy", "mean_cross_entropy_of", "mean_squared_error",
           "penalty_gradient", "squared_error", "squared_error_curvature", "squared_error_gradient", "vanishing_gradient", "weight_decay_example",
           "weight_decay_step"]
