"""Item 6: the submission, held against the answers of this report by the checker.

Which claims there are, where, what is wrong with them and what is right comes from ``marks``; a finding is named by the question
it stands under, by its code and by the answer it was held against.  What is written here are a teacher's remarks: on findings, and
on prose, where there is nothing to judge and the submission's own words say what is meant.
"""

from __future__ import annotations

from reportgen.derivation import Claim, Value, claim, start
from reportgen.expressions import Number, Symbol, expr, is_op, op, parse, walk
from reportgen.expressions import replace as exchange
from reportgen.corrections import right_side
from reportgen.marks import remark
from reportgen.rules import evaluate, isolate
from reportgen.rules.algebra import rewrite


# --- question 1: the rearrangement --------------------------------------------------------------------------------

def _slip(marks):
    return marks.one("claim-step", "Question 1")


def stated_size(marks):
    """The output-size equation as the submission has it."""
    return Value(marks.before(_slip(marks)).formula)


def stated_rearrangement(marks):
    """What the submission makes of it."""
    return Value(_slip(marks).formula)


def rearrangement_line(marks):
    """Where that stands."""
    return Value(expr(_slip(marks).line))


def rearrangement(stated_size, stated_rearrangement):
    """Is the rearrangement equivalent to the equation that it comes from, for sizes that a convolution can have?"""
    sizes = ("S >= 1", "S in ZZ", "N >= 1", "F >= 1", "P >= 0", "Output >= 1")
    return Claim(op("iff", stated_size.value, stated_rearrangement.value), tuple(map(parse, sizes)), "any")


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


def corrections_q1(marks, kernel_size):
    """Question 1, line by line."""
    return marks.corrections(
        "Question 1",
        remark(" The right one is ", kernel_size, ": the factor ", parse("S"), " multiplies ", parse("O - 1"), " only. The line holds just where ",
               parse("S = 1"), " or ", parse("N + 2*P = 0"), ".", code="claim-step"),
        remark(": every stride of the homework is one, so that the slip does no harm.", code="claim-follow-up"),
        remark(": this layer turns scores into log-probabilities, ", parse("x_i - ln(sum(e^(x_j), j, 1, d))"),
               ". It has no weights and no biases.", on="layer_table"),
        caption="The first question of the submission.")


# --- question 2 ---------------------------------------------------------------------------------------------------

def corrections_q2(marks, outputs, pixels, rows, product):
    """Question 2, line by line."""
    return marks.corrections(
        "Question 2",
        remark("announced, and then not done: the matrix is nowhere written down. (The word “circulant” is the assignment's. With its ",
               outputs.value, " rows and ", pixels.value, " columns the matrix is not square, so it is none; it is a Toeplitz matrix in blocks.)",
               quote="Converting matrix w into sparse Toeplitz circulant matrix"),
        remark(" The fourth row, for the window at the lower right, is missing. It adds up to ", rows["row4"].value, ".", on="outputs_column",
               code="claim-wrong-answer"),
        remark(" Four zeros are missing, those of the last four pixels, which the window does not reach, and the others stand "
               "in the order of the first row instead of one place further right.", on="outputs_column", code="claim-working"),
        remark(" There is one output for each window.", on="outputs_column", code="claim-wrong-answer"),
        remark(" It is the product of the middle row of the kernel that is missing.", on="outputs_column", code="claim-wrong-answer"),
        remark(" And the output is an image: ", product.value, ".", on="outputs_column", code="claim-working"),
        caption="The second question of the submission.")


# --- question 3 ---------------------------------------------------------------------------------------------------

def _asked(marks, mark):
    """The claim and the answer beside it, as one statement for the judge."""
    return marks.asked(mark)[1]


def cost_brackets(marks):
    """Do the missing brackets matter?"""
    return _asked(marks, marks.one("claim-wrong-answer", "Question 3", of="bce_mean_formula"))


def _with_sums(marks):
    """The line that goes on with signs of summation before numbers."""
    return marks.one("claim-wrong-answer", "Question 3", of="bce_nats", that=lambda mark: mark.judged.beside.sums)


def written_bits(marks):
    """That line as it stands: the factor in front times the sum of the brackets; then the sums worked out."""
    whole = _with_sums(marks).formula
    parts = [node for node in walk(whole) if is_op(node, "add") and is_op(node.args[0], "sum")]
    inner = next(node for node in walk(whole) if is_op(node, "add") and set(node.args) == set(parts))
    return start(op("eq", "J", whole)).then(
        rewrite(op("eq", "J", exchange(whole, {inner: op("add", *(t for part in parts for t in _carried_out(part)))})), "Carry out the sums"))


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


def _evaluated(value):
    return start(value).then(evaluate()).value


def sums_line(marks):
    """Where that stands."""
    return Value(expr(_with_sums(marks).line))


def _result(marks):
    """The submission's last number: a decimal that rests on the line before."""
    return marks.one("claim-follow-up", "Question 3", of="bce_nats", that=lambda mark: isinstance(mark.formula, Number))


def rounding_of_rounded(marks):
    """Does the submission's last digit come from its own rounded terms?"""
    result = _result(marks)
    return claim(op("approx", marks.before(result).formula, result.formula))


def _penalised(marks):
    """The cost with two letters for one number, and these letters."""
    mark = marks.one("claim-wrong-answer", "Question 3", that=lambda mark: mark.judged.beside.merged)
    return mark.formula, parse(mark.judged.beside.merged[0]).args


def penalty_letters(marks):
    """The two letters of the penalised cost agree just where they mean the same number."""
    cost, (one, other) = _penalised(marks)
    penalty = next(node for node in walk(cost) if is_op(node, "div") and node.args[0] == Symbol("lambda"))
    return claim(op("iff", op("eq", penalty, exchange(penalty, {one: other})), op("eq", one, other)),
                 assume=["lambda > 0", *(op("gt", letter, Number("0")) for letter in (other, one))])


def corrections_q3(marks, bce_bits, bce_nats):
    """Question 3, line by line."""
    return marks.corrections(
        "Question 3",
        remark("right, and only asserted. The squared error is convex in the prediction and not in the score: after a sigmoid its curvature "
               "changes sign; the answer to the third question proves it. The last word should be “converge”. Why that is harder is not said: the "
               "gradient vanishes where the network is surely wrong.",
               quote="Mean square error (MSE) cost function is non-convex especially in binary classification. Thus, it is not guaranteed to "
                     "minimize the loss function and is harder to coverage"),
        remark(" And the labels and predictions lack their index.", on="bce_mean_formula"),
        remark(" There are three examples, and the first is left out; with it goes the largest loss.", on="bce_nats", code="claim-wrong-answer"),
        remark(" A sum with its examples put in is already written out.", on="bce_nats", code="claim-wrong-answer"),
        remark(" The three terms are those that were meant, to the decimals shown; but the unit is missing. The cost is written without a base "
               "of its logarithm, and it is the base two that makes these bits; with the natural logarithm it is ", bce_nats.value, " nats.", on="bce_nats",
               code="claim-wrong-answer"),
        remark(" The change of base is right.", on="bce_nats", code="claim-follow-up"),
        remark(" The last digit is lost by adding terms that were rounded before.", on="bce_nats", code="claim-follow-up"),
        remark("right: it says how strong the penalty is.", quote="= regularization parameter"),
        remark("the reverse: it is small data sets that a network learns by heart. The more data there are, the less it overfits.",
               quote="Normally when training with big datasets, the network will experience overfitting issue"),
        remark("large weights are a common sign of overfitting, but not what the word means: a small loss on the training data beside a large one "
               "on data that the network has not seen.", quote="the weights are huge"),
        remark("the other way round: the training loss of an overfitted network is close to zero.", quote="cannot minimize the losses toward zero"),
        remark("gradient descent can come to rest in a local minimum with the penalty as well as without. That is no matter of overfitting.",
               quote="without regularization, the model will stop training when it stuck at some local minimum point"),
        remark("no weights are added; a penalty is. It changes the cost, and with it where the minima lie: they move towards smaller "
               "weights. It helps no descent out of a local minimum.",
               quote="Adding additional weights will help the model to not only prevent the model from stop training but also give the model some "
                     "weights to 'move out' of the local minimum"),
        remark("right: each step multiplies the weights by a factor less than one before it follows the gradient of the data.",
               quote="regularization is added to force the weight to decay toward zero and prevent overfitting"),
        caption="The third question of the submission.")


# --- questions 4 and 5 --------------------------------------------------------------------------------------------

def corrections_q4(marks):
    """Question 4, line by line."""
    return marks.corrections(
        "Question 4",
        remark("right; and an error less than one shrinks, which is why the L2 loss hardly minds small ones.",
               quote="for L2 norm the error will be much larger compared to L1 norm losses"),
        remark("it is reduced all the same, at the price of all the others: the squared cost has its minimum elsewhere, at the mean instead of "
               "the median.", quote="it will be harder to minimize toward zero"),
        remark("right, and the heart of the matter; what is missing is why. And the letter in the formulas is that of the weights, while a loss "
               "is taken of the errors.",
               quote="L2 norm loss will be sensitive to outliers. Therefore, L1 norm loss is more robust than L2 norm loss"),
        caption="The fourth question of the submission.")


def corrections_q5(marks):
    """Question 5, line by line."""
    return marks.corrections(
        "Question 5",
        remark("true, but no reason that concerns batch normalisation; and it is the size of the batch, not of the data set, that makes the "
               "difference: more updates per epoch, each of which uses the hardware badly.",
               quote="The training duration will be very long if the datasets is very large"),
        remark("right, and the heart of the matter. What is missing is how inaccurate: the variance of the batch mean is inversely "
               "proportional to the batch size. So it is the number of images in the batch that counts, not their proportion.",
               quote="A very small mini-batch size will not provide accurate statistics for batch normalization because a small proportion of the datasets "
                     "cannot represent the whole datasets"),
        remark("right as far as it goes: a small batch often holds one class only.",
               quote="If you use a very small mini-batch size, the chances of getting positive and negative datasets will be unequal"),
        remark("not here: the negative examples are one of the two kinds of fruit, and each photograph shows a durian.",
               quote="Negative datasets normally refer to background images or images that are not related to the datasets to learn a larger distribution to "
                     "reduce false positives"),
        caption="The fifth question of the submission.")
