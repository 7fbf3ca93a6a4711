"""Rules over matrices: where they apply, and where they must not."""

from __future__ import annotations

import pytest

from reportgen.derivation import RuleError, start
from reportgen.expressions import parse, to_text
from reportgen.judge import judge
from reportgen.rules.matrices import (add_matrices, evaluate_entries, matrix_product, multiply_matrix_vector, named_matrix, reshape, reshaped,
                                      scale_matrix, transpose, vec, written_product)

APPLIES = [
    (multiply_matrix_vector(), "[[1, 2], [3, 4]]*[[5], [6]]", "[[1*5 + 2*6], [3*5 + 4*6]]"),
    (multiply_matrix_vector(), "v = [[a, 0], [0, b]]*[[x], [y]]", "v = [[a*x + 0*y], [0*x + b*y]]"),
    (multiply_matrix_vector(zeros="skip"), "v = [[a, 0], [0, b]]*[[x], [y]]", "v = [[a*x], [b*y]]"),
    (multiply_matrix_vector(zeros="skip"), "[[0, 0], [0, 1]]*[[x], [y]]", "[[0], [1*y]]"),
    (multiply_matrix_vector(zeros=frozenset({(0, 1)})), "[[a, 0], [0, b]]*[[x], [y]]", "[[a*x], [0*x + b*y]]"),
    (multiply_matrix_vector(zeros=frozenset({(0, 0)})), "[[a, 0], [0, b]]*[[x], [y]]", "[[a*x + 0*y], [0*x + b*y]]"),
    (multiply_matrix_vector(), "k*[[1, 2]]*[[5], [6]]", "k*[[1*5 + 2*6]]"),
    (matrix_product(), "[[1, 2], [3, 4]]*[[0, 1], [1, 0]]", "[[1*0 + 2*1, 1*1 + 2*0], [3*0 + 4*1, 3*1 + 4*0]]"),
    (matrix_product(), "[[a], [b]]*[[c, d]]", "[[a*c, a*d], [b*c, b*d]]"),
    (evaluate_entries(), "[[1*5 + 2*6], [3*5 + 4*6]]", "[[17], [39]]"),
    (evaluate_entries(), "y = (-1)*10 + 0*3 - 1/2", "y = -21/2"),
    (evaluate_entries(), "[[2*3*x + 0*y]]", "[[6*x]]"),
    (transpose(), "transpose([[1, 2, 3]])", "[[1], [2], [3]]"),
    (transpose(), "A = 2*transpose([[a, b], [c, d]])", "A = 2*[[a, c], [b, d]]"),
    (vec(), "vec([[1, 2], [3, 4]])", "[[1], [2], [3], [4]]"),
    (reshape(2, 2), "vec(y) = [[1], [2], [3], [4]]", "y = [[1, 2], [3, 4]]"),
    (reshape(1, 4), "vec(y) = [[1], [2], [3], [4]]", "y = [[1, 2, 3, 4]]"),
    (add_matrices(), "[[1, 2]] + [[a, b]] - [[c, d]]", "[[1 + a - c, 2 + b - d]]"),
    (scale_matrix(), "k*[[1, a], [0, 2]]", "[[k, k*a], [0, k*2]]"),
]

REFUSES = [
    (multiply_matrix_vector(), "[[1, 2]]*[[1, 2]]", "2 columns, the right one 1 rows"),
    (multiply_matrix_vector(), "[[1, 2], [3, 4]]*[[0, 1], [1, 0]]", "use matrix_product"),
    (multiply_matrix_vector(), "A*[[1], [2]]", "no two matrices"),
    (multiply_matrix_vector(), "x + 1", "no product"),
    (matrix_product(), "[[1, 2]]*k*[[1], [2]]", "no two matrices"),
    (evaluate_entries(), "[[1, 2]]", "nothing to work out"),
    (evaluate_entries(), "x", "nothing to work out"),
    (transpose(), "transpose(A)", "no transpose of a matrix"),
    (vec(), "[[1, 2]]", "no vec of a matrix"),
    (reshape(2, 3), "vec(y) = [[1], [2], [3], [4]]", "4 entries do not make a 2 by 3 matrix"),
    (reshape(2, 2), "y = [[1], [2], [3], [4]]", "vec"),
    (reshape(2, 2), "vec(y) = [[1, 2, 3, 4]]", "vec"),
    (add_matrices(), "[[1, 2]] + [[1], [2]]", "1 by 2, 2 by 1"),
    (add_matrices(), "[[1, 2]] + 1", "not a sum of matrices"),
    (scale_matrix(), "[[1]]*[[2]]", "not a number or name times a matrix"),
]


@pytest.mark.parametrize("rule, before, after", APPLIES)
def test_rule_applies(rule, before, after):
    assert to_text(start(before).then(rule).conclusion) == after


@pytest.mark.parametrize("rule, before, message", REFUSES)
def test_rule_refuses(rule, before, message):
    with pytest.raises(RuleError, match=message):
        start(before).then(rule)


@pytest.mark.parametrize("rule, before, after", APPLIES)
def test_the_judge_proves_every_step(rule, before, after):
    for obligation in start(before).then(rule).obligations("t"):
        verdict = judge(obligation)
        assert verdict.proved, f"{obligation}: {verdict.reason}"


def test_every_row_is_a_substep():
    step = start("[[1, 2], [3, 4]]*[[5], [6]]").then(multiply_matrix_vector()).steps[0]
    assert [to_text(s.statement) for s in step.substeps] == ["[[1, 2]]*[[5], [6]] = [[1*5 + 2*6]]", "[[3, 4]]*[[5], [6]] = [[3*5 + 4*6]]"]


def test_nothing_is_evaluated_while_writing():
    assert to_text(written_product((parse("0"), parse("2")), (parse("7"), parse("3")))) == "0*7 + 2*3"
    with pytest.raises(ValueError):
        written_product((parse("1"),), (parse("1"), parse("2")))
    with pytest.raises(ValueError, match="zeros"):
        multiply_matrix_vector(zeros="drop")


def test_data_helpers():
    assert to_text(named_matrix("w", 1, 2)) == "[[w[1, 1], w[1, 2]]]"
    with pytest.raises(ValueError, match="6"):
        reshaped(parse("[[1, 2], [3, 4]]"), 2, 3)
