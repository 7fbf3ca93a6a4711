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

__all__ = ["evaluate", "expand_sum", "isolate", "substitute", "substitute_vector"]
