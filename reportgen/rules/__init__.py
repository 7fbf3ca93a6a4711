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
# no rule of a derivation, but claims: where an expression of one name is positive, negative, zero
from .signs import sign_table                 # x^2 - 1           ->  intervals and zeros          sign_table("x^2 - 1", "x")

__all__ = ["add_both_sides", "apply_to_both_sides", "cancel", "collect", "divide_both_sides", "evaluate", "expand",
           "expand_sum", "factor", "isolate", "multiply_both_sides", "quadratic_formula", "rewrite", "sign_table",
           "simplify_to", "substitute", "substitute_vector", "subtract_both_sides", "swap_sides", "together"]
