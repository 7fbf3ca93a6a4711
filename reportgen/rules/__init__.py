"""The rules: each is made by a factory, takes a derivation and returns its next steps.

One line a rule, in the order in which one meets them, with an example of what it does.
"""

from __future__ import annotations

# values and arithmetic
from .arithmetic import substitute            # N + 2P            ->  32 + 2*0                     substitute(N=32, P=0)
from .arithmetic import substitute_vector     # x_1^2 + x_2^2     ->  3^2 + 4^2                    substitute_vector("x", v)
from .arithmetic import expand_sum            # sum(x_i, i, 1, 3) ->  x_1 + x_2 + x_3              expand_sum()
from .arithmetic import evaluate              # 32 + 2*0 - 27     ->  32 + 0 - 27  ->  5           evaluate()

# algebra: one relation or expression into the next
from .isolate import isolate                  # O = N/S + 1       ->  ...  ->  S = N/(O - 1)       isolate("S")
from .quadratic import quadratic_formula      # x^2 + 5x + 6 = 0  ->  x = -2 or x = -3             quadratic_formula("x")
from .algebra import add_both_sides           # x - 3 = y         ->  x = y + 3                    add_both_sides(3)
from .algebra import subtract_both_sides      # x + 3 = y         ->  x = y - 3                    subtract_both_sides(3)
from .algebra import multiply_both_sides      # x/S = y           ->  x = S y       (S != 0)       multiply_both_sides("S")
from .algebra import divide_both_sides        # S x = y           ->  x = y/S       (S != 0)       divide_both_sides("S")
from .algebra import swap_sides               # a < b             ->  b > a                        swap_sides()
from .algebra import apply_to_both_sides      # y = exp(x)        ->  ln(y) = ln(exp(x))  (y > 0)  apply_to_both_sides("ln")
from .algebra import expand                   # (x + 1)(x + 2)    ->  ...  ->  x^2 + 3x + 2        expand()
from .algebra import collect                  # a x + b x + c     ->  x (a + b) + c                collect("x")
from .algebra import factor                   # x^2 - 1           ->  (x + 1)(x - 1)               factor()
from .algebra import cancel                   # (x^2 - 1)/(x - 1) ->  x + 1         (x != 1)       cancel()
from .algebra import together                 # 1/x + 1/y         ->  (y + x)/(x y)                together()
from .algebra import rewrite                  # x^2 + 2x          ->  (x + 1)^2 - 1                rewrite("(x + 1)^2 - 1", "Complete the square")
from .algebra import simplify_to              # the same, named "simplify"
# matrices, row by row
from .matrices import multiply_matrix_vector  # [[a, b]]*[x, y]   ->  [a x + b y]                  multiply_matrix_vector(zeros="skip")
from .matrices import matrix_product          # A*B               ->  row times column, written    matrix_product()
from .matrices import evaluate_entries        # [2*3 + 1*0]       ->  [6 + 0]  ->  [6]             evaluate_entries()
from .matrices import add_matrices            # A + B             ->  entry by entry               add_matrices()
from .matrices import scale_matrix            # k*[[1, 2]]        ->  [[k, k*2]]                   scale_matrix()
from .matrices import transpose               # transpose([[1,2]])->  [[1], [2]]                   transpose()
from .matrices import vec                     # vec([[a,b],[c,d]])->  [a, b, c, d]  (row-major)    vec()
from .matrices import reshape                 # vec(y) = [a,b,c,d]->  y = [[a, b], [c, d]]         reshape(2, 2)

# logarithms: the arguments must be positive, and each rule says which
from .logarithms import log_of_product        # ln(a b)           ->  ln a + ln b                  log_of_product()
from .logarithms import log_of_quotient       # ln(a/b)           ->  ln a - ln b                  log_of_quotient()
from .logarithms import log_of_power          # ln(a^n)           ->  n ln a                       log_of_power()
from .logarithms import log_of_one            # ln 1 + ln e       ->  0 + 1                        log_of_one()
from .logarithms import log_inverse           # ln(e^x)           ->  x                            log_inverse()
from .logarithms import expand_logs           # ln(a b^2/c)       ->  ln a + 2 ln b - ln c         expand_logs()
from .logarithms import combine_logs          # a ln x + b ln y   ->  ln(x^a y^b)                  combine_logs()
from .logarithms import change_base           # log_2 x           ->  ln x/ln 2                    change_base(), change_base(10)
from .logarithms import collect_base          # ln x/ln 2         ->  log_2 x                      collect_base()

# after a step in one direction only
from .checking import check_solutions        # x = 4 or x = 1    ->  x = 4                        check_solutions()

# finite sums with symbolic bounds
from .sums import split_sum                   # sum(a_i + b_i)    ->  sum(a_i) + sum(b_i)          split_sum()
from .sums import pull_constants              # sum(c a_i)        ->  c sum(a_i)                   pull_constants()
from .sums import sum_of_constant             # sum(c, i, 1, n)   ->  n c                          sum_of_constant()
from .sums import linearity                   # the three laws above, until none applies           linearity()

# calculus
from .calculus import define                  # a fact: start(..., assume=[define("sigma(z)", "1/(1 + e^(-z))")])
from .calculus import unfold                  # sigma(z)          ->  1/(1 + e^(-z))               unfold("sigma")
from .calculus import differentiate           # f = z^2           ->  diff(f, z) = 2 z             differentiate("z")
from .calculus import tidy                    # 3*(2*z) - 0       ->  6 z                          tidy()
from .calculus import limit_of                # f(x) = 1/x        ->  limit(f(x), x, inf) = 0      limit_of("x", "inf")
from .calculus import evaluate_limit          # limit(1/x, x, inf)->  0                            evaluate_limit()

# no rule of a derivation, but claims: where an expression of one name is positive, negative, zero
from .signs import sign_table                 # x^2 - 1           ->  intervals and zeros          sign_table("x^2 - 1", "x")

__all__ = ["add_both_sides", "add_matrices", "apply_to_both_sides", "cancel", "change_base", "check_solutions", "collect",
           "collect_base", "combine_logs", "define", "differentiate", "divide_both_sides", "evaluate",
           "evaluate_entries", "evaluate_limit", "expand", "expand_logs", "expand_sum", "factor", "isolate",
           "limit_of", "linearity", "log_inverse", "log_of_one", "log_of_power", "log_of_product", "log_of_quotient",
           "matrix_product", "multiply_both_sides", "multiply_matrix_vector", "pull_constants", "quadratic_formula",
           "reshape", "rewrite", "scale_matrix", "sign_table", "simplify_to", "split_sum", "substitute",
           "substitute_vector", "subtract_both_sides", "sum_of_constant", "swap_sides", "tidy", "together",
           "transpose", "unfold", "vec"]
