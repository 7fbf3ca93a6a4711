"""One function an answer; its parameters are the givens and answers that it needs."""

from reportgen.derivation import start
from reportgen.rules import evaluate, isolate, substitute


def stopping_distance(v, t, a):
    """The way until the car stands: reaction, then braking."""
    return start("s = v*t + v^2/(2*a)", assume=["a > 0"], unit="m").then(substitute(v=v, t=t, a=a), evaluate())


def reserve(d, stopping_distance):
    """What is left of the distance to the obstacle."""
    return start("r = d - s", unit="m").then(substitute(d=d, s=stopping_distance), evaluate())


def latest_reaction(v, a, d):
    """The longest reaction time with which the car stops at the obstacle."""
    formula = start("d = v*t + v^2/(2*a)", assume=["a > 0", "v > 0"], unit="s").then(isolate("t"))
    return formula.then(substitute(d=d, v=v, a=a), evaluate())
