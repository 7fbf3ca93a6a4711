"""The rules: each is made by a factory, takes a derivation and returns its next steps.

They stand in the order in which one meets them; ``reportgen/catalogue.py`` has an example of each, which a test runs.
"""

from __future__ import annotations

# values and arithmetic
from .arithmetic import substitute
from .arithmetic import substitute_vector
from .arithmetic import expand_sum
from .arithmetic import evaluate

# algebra: one relation or expression into the next
from .isolate import isolate
from .quadratic import quadratic_formula
from .systems import solve_system
from .systems import take
from .algebra import add_both_sides
from .algebra import subtract_both_sides
from .algebra import multiply_both_sides
from .algebra import divide_both_sides
from .algebra import swap_sides
from .algebra import apply_to_both_sides
from .algebra import expand
from .algebra import collect
from .algebra import factor
from .algebra import cancel
from .algebra import together
from .algebra import rewrite
from .algebra import simplify_to
# matrices, row by row
from .matrices import multiply_matrix_vector
from .matrices import matrix_product
from .matrices import evaluate_entries
from .matrices import add_matrices
from .matrices import scale_matrix
from .matrices import transpose
from .matrices import vec
from .matrices import reshape

# logarithms: the arguments must be positive, and each rule says which
from .logarithms import log_of_product
from .logarithms import log_of_quotient
from .logarithms import log_of_power
from .logarithms import log_of_one
from .logarithms import log_inverse
from .logarithms import expand_logs
from .logarithms import combine_logs
from .logarithms import change_base
from .logarithms import collect_base

# after a step in one direction only
from .checking import check_solutions

# finite sums with symbolic bounds
from .sums import split_sum
from .sums import pull_constants
from .sums import sum_of_constant
from .sums import linearity

# calculus
from .calculus import define
from .calculus import unfold
from .calculus import differentiate
from .calculus import tidy
from .calculus import limit_of
from .calculus import evaluate_limit
from .integration import integrate

# no rule of a derivation, but claims: where an expression of one name is positive, negative, zero
from .signs import sign_table

__all__ = ["add_both_sides", "add_matrices", "apply_to_both_sides", "cancel", "change_base", "check_solutions", "collect",
           "collect_base", "combine_logs", "define", "differentiate", "divide_both_sides", "evaluate",
           "evaluate_entries", "evaluate_limit", "expand", "expand_logs", "expand_sum", "factor", "integrate", "isolate",
           "limit_of", "linearity", "log_inverse", "log_of_one", "log_of_power", "log_of_product", "log_of_quotient",
           "matrix_product", "multiply_both_sides", "multiply_matrix_vector", "pull_constants", "quadratic_formula",
           "reshape", "rewrite", "scale_matrix", "sign_table", "simplify_to", "solve_system", "split_sum", "substitute",
           "substitute_vector", "subtract_both_sides", "sum_of_constant", "swap_sides", "take", "tidy", "together",
           "transpose", "unfold", "vec"]
