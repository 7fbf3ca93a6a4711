"""Item 6: what the submission states, judged line by line.

Nothing that the submission says is typed here: a row names a line and reads it.  Where the line changes, the row follows, or
says that it can't be read.  The verdicts are the judge's; ``right`` and ``why`` are ours.
"""

from __future__ import annotations

from reportgen.corrections import Corrections, correction, right_side, same
from reportgen.derivation import Claim, Value, claim, start
from reportgen.expressions import Number, Operation, Symbol, expr, is_op, op, parse, walk
from reportgen.expressions import replace as exchange
from reportgen.ledger import rounded_literal
from reportgen.rules import evaluate, isolate
from reportgen.rules.algebra import rewrite
from reportgen.submission import terms_in

# What is repaired so that a piece can be read at all; the rows that use it say so.
_LOWER_LIMIT = {r"\\sum_\{i\}": r"\\sum_{i=1}"}
_INDEX = {r"\\sum_\{1\}\^\{n\} w": r"\\sum_{i=1}^{n} w_i"}

# Lines of the submission, and cells of its layer table.
_SIZE, _REARRANGED, _KERNELS = 21, 23, (29, 35, 41)
_LAYERS, _LOG_SOFTMAX, _TOTAL = range(44, 55), 55, 56
_SHAPE, _COUNT = 2, 3
_PUT_IN = (25, 27, 33, 39)
_COST, _COST_A, _COST_B = 83, 101, 110
_SUMS = 90


def _asked(statement, *assume) -> Claim:
    """A claim that may come out either way."""
    return Claim(statement, tuple(parse(a) if isinstance(a, str) else a for a in assume), "any")


def _equal(pairs) -> Operation:
    """All these pairs are equal, as one statement."""
    equations = [op("eq", a, b) for a, b in pairs]
    return op("and", *equations) if len(equations) > 1 else equations[0]


def _first(value, head):
    """The first operation with this head in a formula."""
    return next(node for node in walk(value) if is_op(node, head))


def _evaluated(value):
    return start(value).then(evaluate()).value


# --- question 1 ---------------------------------------------------------------------------------------------------

def stated_size(submission):
    """The output-size equation as the submission has it."""
    return Value(submission.stated(_SIZE).formula(without=r" for Conv2d-\d+"))


def stated_rearrangement(submission):
    """What the submission makes of it."""
    return Value(submission.line(_REARRANGED).formula())


def rearrangement_line(submission):
    """Where that stands."""
    return Value(expr(submission.line(_REARRANGED).line))


def rearrangement(stated_size, stated_rearrangement):
    """Is the rearrangement equivalent to the equation that it comes from, for sizes that a convolution can have?"""
    return _asked(op("iff", stated_size.value, stated_rearrangement.value),
                  "S >= 1", "S in ZZ", "N >= 1", "F >= 1", "P >= 0", "Output >= 1")


def rearrangement_right(stated_size):
    """The rearrangement worked out."""
    return start(stated_size.value).then(isolate("F"))


def rearrangement_excess(stated_rearrangement, rearrangement_right):
    """By how much the stated right side misses: what it says for F less what is right, as a product."""
    stated = op("neg", right_side(stated_rearrangement.value))
    return claim(op("eq", op("add", stated, op("neg", rearrangement_right.value)), parse("(S - 1)*(N + 2*P)")))


def rearrangement_exactly(stated_size, stated_rearrangement):
    """The rearrangement holds just where that product is zero."""
    return claim(op("iff", stated_rearrangement.value, parse("S = 1 or N + 2*P = 0")), assume=[stated_size.value, "S > 0"])


def corrections_q1(submission, rearrangement, kernel_size, kernels, stride, network, shapes_agree, total):
    """Question 1, line by line."""
    wrong = submission.line(_REARRANGED)
    results = [submission.stated(line, r"F = .*") for line in _KERNELS]
    put_in = [submission.math(line) if "$" in submission.line(line).text else submission.line(line) for line in _PUT_IN]
    counts = [submission.cell(line, _COUNT) for line in _LAYERS]
    stated_counts = [right_side(piece.formula()) for piece in counts]
    right_counts = [layer.value for layer in network.values()]
    shapes = [submission.cell(line, _SHAPE) for line in (*_LAYERS, _LOG_SOFTMAX)]
    softmax, in_all = submission.cell(_LOG_SOFTMAX, _COUNT), submission.cell(_TOTAL, _COUNT)

    def sizes(piece):
        """A stated shape without the batch, as the network's shapes are written."""
        inside = tuple(row.args[0] for row in piece.formula().args[1:])
        return op("tuple", *inside) if len(inside) > 1 else inside[0]

    arithmetic = [piece.formula().args for piece in counts if is_op(piece.formula(), "eq")]
    compared = [*arithmetic, *zip(stated_counts, right_counts[:-1], strict=True)]
    wanted = [agreed.statement.args[0] for agreed in shapes_agree.values()]
    batch = shapes[0].formula().args[0].args[0]
    return Corrections((
        correction(
            wrong, submission.line(_SIZE), stated=wrong.formula(), claim=rearrangement, right=kernel_size,
            why=(". The factor ", parse("S"), " multiplies ", parse("O - 1"), " only. The line holds just where ", parse("S = 1"), " or ",
                 parse("N + 2*P = 0"), ".")),
        correction(
            *put_in, stated=(put_in[0].formula(), ", and the other layers likewise"),
            claim=_asked(_equal((right_side(line.formula()), op("neg", k.value)) for line, k in
                                zip(put_in, (kernels["conv1"], *kernels.values()), strict=True))),
            right=("the same: the numbers are put in rightly, and with the stride ", stride.value, " the line that they are put into is right as well.")),
        correction(
            *results, stated=results[0].formula(),
            claim=_asked(_equal((right_side(r.formula()), k.value) for r, k in zip(results, kernels.values(), strict=True))),
            right="the same for all three convolutions. Every stride here is one, so that the slip above does no harm."),
        correction(
            *counts, stated=f"parameter counts from {submission.cell(_LAYERS[0], 1).text} to {submission.cell(_LAYERS[-1], 1).text}",
            claim=_asked(_equal(compared)),
            right="the same, and every product is worked out correctly."),
        correction(
            *shapes, stated="output shapes of all layers",
            claim=_asked(_equal(zip(map(sizes, shapes), wanted, strict=True))),
            right=("the same; the ", batch, " in front stands for any batch size.")),
        correction(
            softmax, stated=softmax.formula(), claim=_asked(softmax.formula()),
            answer=same(right_side(softmax.formula()), right_counts[-1]), right=right_counts[-1],
            why=(": this layer turns scores into log-probabilities, ", parse("x_i - ln(sum(e^(x_j), j, 1, d))"),
                 ". It has no weights and no biases.")),
        correction(
            in_all, stated=in_all.formula(),
            claim=_asked(op("eq", op("add", *stated_counts, right_side(softmax.formula())), in_all.formula())),
            answer=same(in_all.formula(), total), right=total.value,
            why=(": the column is added up correctly, but carries the ", right_side(softmax.formula()), " of the line above."))),
        "The first question of the submission.")


# --- question 2 ---------------------------------------------------------------------------------------------------

def corrections_q2(submission, rows, outputs, pixels, product):
    """Question 2, line by line."""
    first, second = submission.math(68).sums()
    third, *others = submission.math(70).sums()
    written = expr(len((first, second, third, *others)))
    entries = submission.math(72).sums()
    final = submission.stated(74, r"= (.*)\^T", math=1)
    values = [row.value for row in rows.values()]
    count = expr(terms_in(second.formula()))

    def whole(piece, row):
        """A row with all its products and the right sum."""
        return _asked(_equal([(piece.formula(), row), (expr(terms_in(piece.formula())), pixels.value)]))

    return Corrections((
        correction(
            submission.line(66),
            right=("announced, and then not done: the matrix is nowhere written down. (The word “circulant” is the assignment's. With its ",
                   outputs.value, " rows and ", pixels.value, " columns the matrix is not square, so it is none; it is a Toeplitz matrix in blocks.)")),
        correction(
            first, stated="first row", claim=whole(first, values[0]),
            right=("the same: ", pixels.value, " products with the sum ", values[0], ".")),
        correction(
            second, stated=("second row, with ", count, " products"), claim=_asked(op("eq", count, pixels.value)),
            right=(pixels.value, " products: four zeros are missing, those of the last four pixels, which the window does not reach, and "
                   "the others stand in the order of the first row instead of one place further right. The sum ",
                   _evaluated(second.formula()), " is right all the same.")),
        correction(
            third, stated="third row", claim=whole(third, values[2]),
            right=("the same: ", pixels.value, " products with the sum ", values[2], ".")),
        correction(
            third, stated=(written, " rows in all"), claim=_asked(op("eq", written, outputs.value)),
            right=(outputs.value, ": the fourth row, for the window at the lower right, is missing. It adds up to ", values[3], ".")),
        correction(
            submission.math(72), stated=(expr(len(entries)), " entries"), claim=_asked(op("eq", expr(len(entries)), outputs.value)),
            right=(outputs.value, ", one for each window.")),
        correction(
            *entries[-2:], stated=f"“{entries[-1].text}”, twice",
            claim=_asked(_equal((entry.formula(), value) for entry, value in zip(entries[-2:], values[-2:], strict=True))),
            right=(values[-1], ": the product of the middle row of the kernel is missing; the sum as written is ",
                   _evaluated(entries[-1].formula()), ".")),
        correction(
            final, stated=op("transpose", final.formula()), claim=_asked(_equal(zip(final.formula().args, values, strict=True))),
            right=("the same four numbers. Without commas they read as a subtraction, whose result is ", _evaluated(final.formula()),
                   "; and the output is an image: ", product.value, "."))),
        "The second question of the submission.")


# --- question 3 ---------------------------------------------------------------------------------------------------

def stated_cost(submission):
    """The submission's binary cross-entropy, read as it stands: the sum ends with the first product."""
    return Value(submission.math(_COST).formula(repair=_LOWER_LIMIT))


def bracketed_cost(stated_cost):
    """The same with the brackets that it needs."""
    front, rest = stated_cost.value.args
    total = _first(front, "sum")
    return Value(exchange(front, {total: Operation("sum", (op("add", total.args[0], rest), *total.args[1:]))}))


def cost_brackets(stated_cost, bracketed_cost):
    """Do the missing brackets matter?"""
    return _asked(op("eq", stated_cost.value, bracketed_cost.value), "y_hat > 0", "y_hat < 1", "N >= 1", "N in ZZ")


def written_bits(submission):
    """The line with the examples put in, as it stands: the factor in front times the sum of the three brackets; then the sums worked out."""
    factor = submission.stated(_SUMS, r"(-\\frac\{\d+\}\{\d+\})", math=1).formula()
    parts = [part.formula() for part in submission.math(_SUMS).sums()]
    return start(op("eq", "J", op("mul", factor, op("add", *parts)))).then(
        rewrite(op("eq", "J", op("neg", op("mul", op("neg", factor) if not is_op(factor, "neg") else factor.args[0],
                                           op("add", *(t for part in parts for t in _carried_out(part)))))), "Carry out the sums"))


def _carried_out(part):
    """What a bracket comes to in which a sign of summation stands before a constant: the constant times the number of terms, and the rest."""
    total, rest = part.args
    body, _, lower, upper = total.args
    times = _evaluated(op("add", upper, op("neg", lower), Number("1")))
    found = []
    for count, product in ((times, body), (Number("1"), rest)):
        factor, log = product.args
        factor, log = _evaluated(op("mul", count, factor)), op("log", _evaluated(log.args[0]), log.args[1])
        if factor != Number("0"):
            found.append(log if factor == Number("1") else op("mul", factor, log))
    return found


def sums_line(submission):
    """Where that stands."""
    return Value(expr(submission.math(_SUMS).line))


def stated_mean(submission):
    """The mean of the three terms, as the submission rounds them."""
    return Value(submission.stated(96, r"= (.*)", math=1).formula())


def rounding_of_rounded(submission, stated_mean):
    """Does the submission's last digit come from its own rounded terms?"""
    return claim(op("approx", stated_mean.value, submission.stated(107, r"= (.*)").formula()))


def penalty(submission):
    """The factor of the submission's penalty."""
    return Value(submission.stated(_COST_A, r"\\frac\{\\lambda\}\{2m\}", math=1).formula())


def penalty_right(penalty):
    """The same with the letter that counts the examples in the mean in front."""
    return Value(exchange(penalty.value, {Symbol("m"): Symbol("N")}))


def penalty_letters(penalty, penalty_right):
    """The two agree just where the letters mean the same number."""
    return claim(op("iff", op("eq", penalty.value, penalty_right.value), parse("m = N")), assume=["lambda > 0", "N > 0", "m > 0"])


def corrections_q3(submission, stated_cost, bracketed_cost, cost_brackets, written_bits, penalty, penalty_right,
                   bce_bits, bce_nats):
    """Question 3, line by line."""
    costs, written = ([submission.math(line) for line in lines] for lines in ((_COST, _COST_A, _COST_B), (_SUMS, 92, 94)))
    change, from_two = submission.math(86), submission.math(88)
    lower, upper = _first(from_two.formula(), "sum").args[2:]
    parts = [part.formula() for part in submission.math(_SUMS).sums()]
    terms = submission.stated(96, r"\[(.*)\\right", math=1)
    result = submission.stated(107, r"= (.*)")
    places = len(result.text.partition(".")[2])
    shown = rounded_literal("corrections_q3", bce_bits.value, places)
    meant = [_meant(part) for part in parts]

    def losses(first):
        return op("sum", parse("l_i"), "i", first, upper)

    return Corrections((
        correction(
            submission.stated(80, r"^\w+\) (.*)\."),
            right="right, and only asserted. The squared error is convex in the prediction and not in the score: after a sigmoid its curvature "
                  "changes sign; the answer to the third question proves it. The last word should be “converge”. Why that is harder is not said: the "
                  "gradient vanishes where the network is surely wrong."),
        correction(
            *costs, stated=("read as ", stated_cost.value), claim=cost_brackets,
            right=bracketed_cost.value,
            why=(". Without brackets the sum ends before the plus sign. The lower limit is ours: in ",
                 *_lines([c for c in costs if "_{i}" in c.text]), " there is none. And in all of them the labels and predictions lack their index.")),
        correction(
            change, stated=change.formula(), claim=_asked(change.formula(), "x > 0"),
            right="the same: the rule for a change of base."),
        correction(
            from_two, stated=("the losses of the examples summed, read as ", losses(lower)), claim=_asked(op("eq", losses(lower), losses(Number("1")))),
            right=losses(Number("1")),
            why=": there are three examples, and the first is left out; with it goes the largest loss."),
        correction(
            *written, stated=("sums from ", *_listed(_starts(parts)), " inside the terms"),
            claim=same(right_side(written_bits.start), bce_bits.value), right=bce_bits.value,
            why=(". A sum with its examples put in is already written out: a sign of summation before a constant multiplies it. Besides, "
                 "a bracket is opened and never closed in ", *_lines(line for line in written if line.unclosed() == 1), "; in line ",
                 expr(written[-1].line), " the factor before the first dot is lost too.")),
        correction(
            terms,
            claim=_asked(op("and", *(op("approx", log, value) for log, value in zip(meant, terms.formula().args, strict=True)))),
            right="the same: the three terms that were meant, to the decimals shown."),
        correction(
            result, stated=result.formula(), claim=_asked(op("approx", bce_bits.value, result.formula())), right=shown,
            why=(" bits. The last digit is lost by adding terms that were rounded before: their mean does round to ",
                 result.formula(), ". The unit is missing: line ", expr(submission.math(_COST).line), " writes the logarithm without a base, and it is "
                 "the base two that makes these bits. With the natural logarithm the cost is ", bce_nats.value, " nats.")),
        correction(
            submission.stated(_COST_A, r"\\frac\{\\lambda\}\{2m\}", math=1), stated=("the factor ", penalty.value),
            claim=_asked(op("eq", penalty.value, penalty_right.value), "m = N", "lambda > 0", "N > 0"),
            right=("right if ", parse("m"), " is the number of examples; but the mean in front of it calls that number ", parse("N"),
                   ". One letter should do for both.")),
        correction(
            submission.stated(103, r"= (.*)"),
            right="right: it says how strong the penalty is."),
        correction(
            submission.stated(112, r"^(.*?)\."),
            right="the reverse: it is small data sets that a network learns by heart. The more data there are, the less it overfits."),
        correction(
            submission.stated(112, r"Overfitting means that (.*?) and"),
            right="large weights are a common sign of overfitting, but not what the word means: a small loss on the training data beside a large one "
                  "on data that the network has not seen."),
        correction(
            submission.stated(112, r"Overfitting means that .*? and (.*?)\."),
            right="the other way round: the training loss of an overfitted network is close to zero."),
        correction(
            submission.stated(112, r"For example, (.*?)\."),
            right="gradient descent can come to rest in a local minimum with the penalty as well as without. That is no matter of overfitting."),
        correction(
            submission.stated(112, r"Adding (.*)"), submission.line(114),
            right="no weights are added; a penalty is. It changes the cost, and with it where the minima lie: they move towards smaller "
                  "weights. It helps no descent out of a local minimum."),
        correction(
            submission.stated(114, r"regularization is added to (.*)\."),
            right="right: each step multiplies the weights by a factor less than one before it follows the gradient of the data.")),
        "The third question of the submission.")


def _starts(parts):
    """``i = 1``, ``i = 2``...: where the sums in the parts start."""
    return [op("eq", *_first(part, "sum").args[1:3]) for part in parts]


def _meant(part):
    """The logarithm of a bracket whose factor is not zero."""
    inside, outside = part.args
    return next(log for factor, log in (inside.args[0].args, outside.args) if _evaluated(factor) != Number("0"))


def _lines(pieces):
    """``line 90``, ``lines 90 and 94``, as text with formulas in it."""
    numbers = [expr(piece.line) for piece in pieces]
    return ["lines " if len(numbers) > 1 else "line ", *_listed(numbers)]


def _listed(items):
    """a, b and c, as text with formulas in it."""
    out = [items[0]]
    for k, item in enumerate(items[1:], start=2):
        out += [" and " if k == len(items) else ", ", item]
    return out


# --- questions 4 and 5 --------------------------------------------------------------------------------------------

def corrections_q4(submission):
    """Question 4, line by line."""
    one, two = (submission.math(118, k).formula(repair=_INDEX) for k in (1, 2))
    size = parse("abs(w_i)")
    right = exchange(right_side(one), {parse("w_i"): size})
    squares = exchange(right, {size: op("pow", size, 2)})
    larger, bound = submission.stated(118, r"If the error is .*?losses"), submission.stated(118, r"larger than (\d+)")
    return Corrections((
        correction(
            submission.math(118), stated=("read as ", one), claim=_asked(op("eq", right_side(one), right), "n >= 1", "n in ZZ"),
            right=op("eq", one.args[0], right),
            why=": without absolute values, errors of opposite signs cancel. The sum as it is written has no index; the one shown is ours."),
        correction(
            submission.math(118, 2), stated=("read as ", two), claim=_asked(op("eq", right_side(two), squares), "n >= 1", "n in ZZ"),
            right="the same, with an index at the sum and at the summand."),
        correction(
            larger, claim=_asked(parse("u^2 > u"), op("gt", "u", bound.formula())),
            right="the same; and an error less than one shrinks, which is why the L2 loss hardly minds small ones."),
        correction(
            submission.stated(118, r"If the error is too large, (.*?)\."),
            right="it is reduced all the same, at the price of all the others: the squared cost has its minimum elsewhere, at the mean instead of "
                  "the median."),
        correction(
            submission.stated(118, r"This also mean that (.*?) in term"),
            right="right, and the heart of the matter; what is missing is why. And the letter in the formulas is that of the weights, while a loss "
                  "is taken of the errors.")),
        "The fourth question of the submission.")


def corrections_q5(submission):
    """Question 5, line by line."""
    return Corrections((
        correction(
            submission.stated(122, r"\d\) (.*)\."),
            right="true, but no reason that concerns batch normalisation; and it is the size of the batch, not of the data set, that makes the "
                  "difference: more updates per epoch, each of which uses the hardware badly."),
        correction(
            submission.stated(123, r"\d\) (.*)\."),
            right="right, and the heart of the matter. What is missing is how inaccurate: the variance of the batch mean is inversely "
                  "proportional to the batch size. So it is the number of images in the batch that counts, not their proportion."),
        correction(
            submission.stated(124, r"\d\) (.*?)\."),
            right="right as far as it goes: a small batch often holds one class only."),
        correction(
            submission.stated(124, r"\. (.*)\."),
            right="not here: the negative examples are one of the two kinds of fruit, and each photograph shows a durian.")),
        "The fifth question of the submission.")
