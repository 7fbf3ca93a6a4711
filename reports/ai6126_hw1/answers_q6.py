"""Item 6: what the submission states, judged line by line.

Nothing that the submission says is typed here: a row names a line and reads it.  Where the line changes, the row follows or says
that it can't be read.
"""

from __future__ import annotations

from reportgen.corrections import Corrections, correction, right_side, same
from reportgen.derivation import Claim, Value, claim, start
from reportgen.expressions import Number, Operation, Symbol, expr, is_op, matrix, op, parse, walk
from reportgen.expressions import replace as exchange
from reportgen.rules import evaluate, isolate, substitute
from reportgen.submission import terms_in

# What is repaired so that a piece can be read at all; every repair is spoken of in the row that uses it.
_LOWER_LIMIT = {r"\\sum_\{i\}": r"\\sum_{i=1}"}
_NO_INDEX = {r"\\sum_\{1\}\^\{n\} w": r"\\sum_{i=1}^{n} w_i"}

_SIZE_LINE, _REARRANGED = 21, 23
_FIRST_ROW, _LAST_ROW, _LOG_SOFTMAX, _TOTAL = 44, 54, 55, 56
_COUNTS, _SHAPES = 3, 2          # cells of the layer table


def _any(statement, *assume) -> Claim:
    return Claim(statement, tuple(parse(a) if isinstance(a, str) else a for a in assume), "any")


def _all(pairs) -> Operation:
    """All these pairs are equal, as one statement."""
    equations = [op("eq", a, b) for a, b in pairs]
    return op("and", *equations) if len(equations) > 1 else equations[0]


def _columns(value):
    return tuple(row.args[0] for row in value.args)


def _sum_in(value):
    return next(node for node in walk(value) if is_op(node, "sum"))


def _evaluated(value):
    return start(value).then(evaluate()).value


# --- question 1 ---------------------------------------------------------------------------------------------------

def stated_size(submission):
    """The output-size equation as the submission has it."""
    return Value(submission.stated(_SIZE_LINE).formula(without=r" for Conv2d-\d+"))


def stated_rearrangement(submission):
    """What the submission makes of it."""
    return Value(submission.line(_REARRANGED).formula())


def rearrangement_line(submission):
    """Where that stands."""
    return Value(expr(submission.line(_REARRANGED).line))


def rearrangement(submission, stated_size):
    """Is the rearrangement equivalent to the equation that it comes from?"""
    return _any(op("iff", stated_size.value, submission.line(_REARRANGED).formula()),
                "S >= 1", "S in ZZ", "N >= 1", "F >= 1", "P >= 0", "Output >= 1")


def rearrangement_right(stated_size):
    """The rearrangement worked out."""
    return start(stated_size.value, assume=["S > 0"]).then(isolate("F"))


def rearrangement_excess(submission, rearrangement_right):
    """By how much the stated right side misses: what it says for F less what is right, as a product."""
    stated = right_side(submission.line(_REARRANGED).formula())
    return claim(op("eq", op("add", op("neg", stated), op("neg", rearrangement_right.value)), parse("(S - 1)*(N + 2*P)")))


def rearrangement_exactly(submission, stated_size):
    """The rearrangement holds just where that product is zero."""
    return claim(op("iff", submission.line(_REARRANGED).formula(), parse("S = 1 or N + 2*P = 0")), assume=[stated_size.value, "S > 0"])


def corrections_q1(submission, rearrangement, kernel_size, kernels, network, shapes_agree, total):
    """Question 1, line by line."""
    wrong = submission.line(_REARRANGED)
    results = [submission.stated(line, r"F = .*") for line in (29, 35, 41)]
    rows = range(_FIRST_ROW, _LAST_ROW + 1)
    counts = [submission.cell(line, _COUNTS) for line in rows]
    stated_counts = [right_side(piece.formula()) for piece in counts]
    right_counts = [layer.value for layer in network.values()]
    shapes = [submission.cell(line, _SHAPES) for line in (*rows, _LOG_SOFTMAX)]
    right_shapes = [agreed.statement.args[0] for agreed in shapes_agree.values()]

    def without_batch(shape):
        sizes = _columns(shape)[1:]
        return op("tuple", *sizes) if len(sizes) > 1 else sizes[0]

    softmax, sum_ = submission.cell(_LOG_SOFTMAX, _COUNTS), submission.cell(_TOTAL, _COUNTS)
    column = [*stated_counts, right_side(softmax.formula())]
    return Corrections((
        correction(wrong, submission.line(_SIZE_LINE), stated=wrong.formula(), claim=rearrangement,
                   right=kernel_size,
                   why=(". The factor ", parse("S"), " multiplies ", parse("O - 1"), " only. Right just where ", parse("S = 1"), " or ", parse("N + 2*P = 0"), ".")),
        correction(*results, stated=results[0].formula(),
                   claim=_any(_all((right_side(piece.formula()), kernel.value) for piece, kernel in zip(results, kernels.values(), strict=True))),
                   right=("the same for all three convolutions. Every stride here is one, so that the slip above does no harm.",)),
        correction(*counts, stated=(f"parameter counts of the layers from {submission.cell(_FIRST_ROW, 1).text} to Linear-11",),
                   claim=_any(_all([*((piece.formula().args) for piece in counts if is_op(piece.formula(), "eq")), *zip(stated_counts, right_counts[:-1], strict=True)])),
                   right=("the same, and every product is worked out correctly.",)),
        correction(*shapes, stated=("output shapes of all layers",),
                   claim=_any(_all(zip((without_batch(piece.formula()) for piece in shapes), right_shapes, strict=True))),
                   right=("the same; the ", _columns(shapes[0].formula())[0], " in front stands for any batch size.",)),
        correction(softmax, stated=softmax.formula(), claim=_any(softmax.formula()), answer=same(right_side(softmax.formula()), right_counts[-1]),
                   right=(right_counts[-1],), why=(": this layer turns scores into log-probabilities, ", parse("x_i - ln(sum(e^(x_j), j, 1, d))"),
                                                   ". It has no weights and no biases.")),
        correction(sum_, stated=(sum_.formula(),), claim=_any(op("eq", op("add", *column), sum_.formula())), answer=same(sum_.formula(), total),
                   right=(total.value,), why=(": the column is added up correctly, but carries the ", right_side(softmax.formula()), " of the line above."))),
        "Question 1 of the submission.")


# --- question 2 ---------------------------------------------------------------------------------------------------

def heading_claim(outputs, pixels):
    """A circulant matrix is square."""
    return _any(op("eq", outputs.value, pixels.value))


def corrections_q2(submission, rows, outputs, pixels, product, heading_claim):
    """Question 2, line by line."""
    first, second = submission.math(68).sums()
    third, *further = submission.math(70).sums()
    entries = submission.math(72).sums()
    final = submission.stated(74, r"= (.*)\^T", math=1)
    values = [row.value for row in rows.values()]
    count, vector = expr(terms_in(second.formula())), final.formula().args
    heading = submission.line(66)
    written = 3 + len(further)
    return Corrections((
        correction(heading, claim=heading_claim,
                   right=("it has ", outputs.value, " rows and ", pixels.value, " columns, and a circulant matrix is square. It is a Toeplitz matrix in blocks. "
                          "The submission announces it and does not write it down.")),
        correction(first, stated=("first row",), claim=_any(_all([(first.formula(), values[0]), (expr(terms_in(first.formula())), pixels.value)])),
                   right=("the same: ", pixels.value, " products with the sum ", values[0], ".")),
        correction(second, stated=("second row, with ", count, " products",), claim=_any(op("eq", count, pixels.value)),
                   right=(pixels.value, " products: four zeros are missing, those of the last four pixels, which the window does not reach, and the others stand "
                          "in the order of the first row instead of one place further right. The sum ", _evaluated(second.formula()), " is right all the same.")),
        correction(third, stated=("third row",), claim=_any(_all([(third.formula(), values[2]), (expr(terms_in(third.formula())), pixels.value)])),
                   right=("the same: ", pixels.value, " products with the sum ", values[2], ".")),
        correction(third, stated=(expr(written), " rows in all",), claim=_any(op("eq", expr(written), outputs.value)),
                   right=(outputs.value, ": the fourth row, for the window at the lower right, is missing. It adds up to ", values[3], ".")),
        correction(submission.math(72), stated=(expr(len(entries)), " entries",), claim=_any(op("eq", expr(len(entries)), outputs.value)),
                   right=(outputs.value, ", one for each window.")),
        correction(entries[-2], entries[-1], stated=(entries[-1].formula(), ", twice"),
                   claim=_any(_all((piece.formula(), value) for piece, value in zip(entries[-2:], values[-2:], strict=True))),
                   right=(values[-1], ": the product of the middle row of the kernel is missing; the sum as written is ", _evaluated(entries[-1].formula()), ".")),
        correction(final, stated=(op("transpose", final.formula()),), claim=_any(_all(zip(vector, values, strict=True))),
                   right=("the same four numbers. Without commas they read as a subtraction, whose result is ", _evaluated(final.formula()),
                          "; and the output is an image: ", product.value, "."))),
        "Question 2 of the submission.")


# --- question 3 ---------------------------------------------------------------------------------------------------

_OPEN = ("y_hat > 0", "y_hat < 1", "N >= 1", "N in ZZ")


def stated_cost(submission):
    """The submission's binary cross-entropy, read as it stands: the sum ends with the first product."""
    return Value(submission.math(83).formula(repair=_LOWER_LIMIT))


def bracketed_cost(stated_cost):
    """The same with the brackets that it needs."""
    front, rest = stated_cost.value.args
    total = _sum_in(front)
    whole = Operation("sum", (Operation("add", (total.args[0], rest)), *total.args[1:]))
    return Value(exchange(front, {total: whole}))


def cost_brackets(stated_cost, bracketed_cost):
    """Do the missing brackets matter?"""
    return _any(op("eq", stated_cost.value, bracketed_cost.value), *_OPEN)


def _written_bits(submission, line):
    """-1/3 of the three bracketed sums of a line whose outer bracket is never closed."""
    whole = submission.math(line)
    factor = submission.stated(line, r"(-\\frac\{\d+\}\{\d+\})", math=1).formula()
    return op("mul", factor, op("add", *(part.formula() for part in whole.sums())))


def written_bits(submission):
    """Line 90 as it stands, with its outer bracket closed."""
    return start(op("eq", "J", _written_bits(submission, 90))).then(evaluate())


def penalty_letters(submission):
    """The penalty with the letter of line 101 and with the letter of the mean in front: the same just where the letters mean the same."""
    penalty = submission.stated(101, r"\\frac\{\\lambda\}\{2m\}", math=1).formula()
    return claim(op("iff", op("eq", op("mul", penalty, "Q"), op("mul", exchange(penalty, {Symbol("m"): Symbol("N")}), "Q")), op("eq", "m", "N")),
                 assume=["lambda > 0", "Q > 0", "N > 0", "m > 0"])


def corrections_q3(submission, stated_cost, bracketed_cost, cost_brackets, written_bits, bce_bits, bce_nats):
    """Question 3, line by line."""
    change = submission.math(86)
    from_two = submission.math(88)
    bounds = _sum_in(from_two.formula()).args[2:]
    terms = submission.stated(96, r"\[(.*)\\right", math=1)
    inner = [part.formula() for part in submission.math(90).sums()]
    logs = [next(node for node in walk(part.args[1] if k else part.args[0]) if is_op(node, "log")) for k, part in enumerate(inner)]
    shown = terms.formula().args
    result = submission.stated(107, r"= (.*)")
    places = len(result.text.partition(".")[2])
    rounded = start(op("round", bce_bits.value, places)).then(_rounding(bce_bits.value, places)).value
    mean = submission.stated(96, r"= (.*)", math=1)
    penalty = submission.stated(101, r"\\frac\{\\lambda\}\{2m\}", math=1)
    right_penalty = exchange(penalty.formula(), {Symbol("m"): Symbol("N")})
    losses = [op("sum", parse("l_i"), "i", *pair) for pair in (bounds, (Number("1"), bounds[1]))]
    unclosed = expr(submission.math(90).unclosed())
    return Corrections((
        correction(submission.stated(80, r"^\w+\) (.*?)\."), claim=None,
                   right=("the squared error is convex in the prediction and not in the score: after a sigmoid its curvature changes sign. That is asserted here; "
                          "the answer to the third question proves it. That it is “", submission.stated(80, r"is (harder to \w+)").text,
                          "” (converge) has a reason, which is not given: the gradient vanishes where the network is surely wrong.")),
        correction(submission.math(83), submission.math(110), submission.math(101), stated=stated_cost.value, claim=cost_brackets, right=bracketed_cost.value,
                   why=(". Without brackets the sum ends before the plus sign. In two of the three lines the sum also has no lower limit, and in all of them the labels "
                        "and predictions lack their index.")),
        correction(change, stated=change.formula(), claim=_any(change.formula(), "x > 0"), right=("the same: the rule for a change of base.",)),
        correction(from_two, stated=("losses summed as ", _shown_sum(bounds)), claim=_any(op("eq", *losses)), right=_shown_sum(losses[1].args[2:]),
                   why=(": there are three examples, and the first is left out; with it goes the largest loss.",)),
        correction(submission.math(90), submission.math(92), submission.math(94),
                   stated=("sums from ", *_starts(inner), " inside the terms",), claim=same(written_bits.value, bce_bits.value), right=bce_bits.value,
                   why=(". A sum with its examples put in is already written out: a sign of summation before a constant multiplies it. Besides, brackets that are opened and never "
                        "closed in the first of the three lines: ", unclosed, "; and in the last a factor before the dot is lost.")),
        correction(terms, stated=terms.formula(), claim=_any(op("and", *(op("approx", log, value) for log, value in zip(logs, shown, strict=True)))),
                   right=("the same: the three terms that were meant, to the decimals shown.",)),
        correction(result, stated=result.formula(), claim=_any(op("approx", bce_bits.value, result.formula())), right=rounded,
                   why=(" bits. The last digit is lost by adding terms that were rounded before: ", mean.formula(), " does round to ", result.formula(),
                        ". The number is in bits (logarithms to the base two), which is not said; the loss of line ", expr(submission.math(83).line),
                        " has the natural logarithm, and in nats it is ", bce_nats.value, ".")),
        correction(penalty, stated=penalty.formula(), claim=_any(op("eq", penalty.formula(), right_penalty), "lambda > 0", "N > 0", "m > 0"), right=right_penalty,
                   why=(" with the same letter as in the mean in front, or say that both letters count the examples.")),
        correction(submission.stated(112, r"Overfitting means that (.*?)\."),
                   right=("it is the other way round. An overfitted network has a training loss near zero; what stays high is its loss on examples that it has not seen.",)),
        correction(submission.stated(112, r"Adding (.*)"), submission.line(114),
                   right=("no weights are added; a penalty is. It changes the cost, and with it where the minima lie: they move towards smaller weights. It helps no "
                          "descent out of a local minimum.",)),
        correction(submission.stated(114, r"regularization is added to (.*)\."),
                   right=("right: each step multiplies them by a factor less than one before it follows the gradient of the data.",))),
        "Question 3 of the submission.")


def rounding_of_rounded(submission):
    """Where the submission's last digit comes from: its own rounded terms."""
    mean, result = submission.stated(96, r"= (.*)", math=1), submission.stated(107, r"= (.*)")
    return _any(op("approx", mean.formula(), result.formula()))


def _rounding(value, places):
    from reportgen.derivation import Step
    from reportgen.ledger import rounded_literal

    literal = rounded_literal("corrections", value, places)
    return lambda derivation: (Step("round", derivation.conclusion, literal, ("Round",)),)


def _shown_sum(bounds):
    return op("sum", parse("l_i"), "i", *bounds)


def _starts(parts):
    """``i = 1``, ``i = 2`` and ``i = 3`` as text with formulas."""
    lower = [op("eq", *_sum_in(part).args[1:3]) for part in parts]
    out = []
    for k, equation in enumerate(lower):
        out += ([] if not k else [" and "] if k == len(lower) - 1 else [", "]) + [equation]
    return tuple(out)


# --- questions 4 and 5 --------------------------------------------------------------------------------------------

def corrections_q4(submission):
    """Question 4, line by line."""
    one, two = (submission.math(118, k) for k in (1, 2))
    stated = one.formula(repair=_NO_INDEX)
    square = two.formula(repair=_NO_INDEX)
    total = right_side(stated)
    right = exchange(total, {parse("w_i"): parse("abs(w_i)")})
    squared, bound = submission.stated(118, r"If the error is .*?losses"), submission.stated(118, r"larger than (\d+)")
    return Corrections((
        correction(one, stated=stated, claim=_any(op("eq", total, right), "n >= 1", "n in ZZ"), right=op("eq", stated.args[0], right),
                   why=(": without absolute values, errors of opposite signs cancel. The index is missing too.",)),
        correction(two, stated=square, claim=_any(op("eq", right_side(square), exchange(right, {parse("abs(w_i)"): parse("abs(w_i)^2")})), "n >= 1", "n in ZZ"),
                   right=("the same, with an index at the summand.",)),
        correction(squared, claim=_any(parse("u^2 > u"), op("gt", "u", bound.formula())),
                   right=("the same; and an error less than one shrinks, which is why the L2 loss hardly minds small ones.",)),
        correction(submission.stated(118, r"Therefore, (.*?) in term"),
                   right=("right about outliers. But the letter in the formulas is that of the weights, while a loss is taken of the errors; and a large loss is "
                          "not “", submission.stated(118, r"will be (harder to .*?)\.").text, "”: its minimum lies elsewhere, at the mean instead of the median.",))),
        "Question 4 of the submission.")


def corrections_q5(submission):
    """Question 5, line by line."""
    return Corrections((
        correction(submission.stated(122, r"\d\) (.*)\."),
                   right=("true, but no reason that concerns batch normalisation, and it is the batch, not the data set, that makes the difference: more updates per "
                          "epoch, each of which uses the hardware badly.",)),
        correction(submission.stated(123, r"\d\) (.*?) because"),
                   right=("right, and the heart of the matter. What is missing is how inaccurate: the variance of the batch mean is inversely proportional to the batch size.",)),
        correction(submission.stated(124, r"\d\) (.*?)\."),
                   right=("right as far as it goes: a small batch often holds one class only. But the negative examples are not “",
                          submission.stated(124, r"refer to (\w+ \w+)").text, "” here: they are one of the two kinds of fruit.")),
        ),
        "Question 5 of the submission.")
