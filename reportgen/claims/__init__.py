"""Claims that somebody else wrote: what is asserted, and whether it holds.

    text -> tokens -> tree (reading) -> chain of sides (chains) -> verdict (chains, rounding)
    lines -> verdict (steps)        two forms of an answer -> verdict (pairs)

``records`` judges one JSON record; ``guard`` runs that in a process that is ended on time and memory.  Nothing here
evaluates text: the reader knows a fixed list of words, and what it does not know is "undecided" with the place.
"""

from __future__ import annotations
