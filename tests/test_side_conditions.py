"""Side conditions that others imply are left out; what is left out holds wherever what is left does."""

from __future__ import annotations

import random

import pytest
from flint import fmpq

from reportgen.expressions import Symbol, expr, op, parse, to_text
from reportgen.judge import enclosure, judge
from reportgen.judge.conditions import Facts, open_conditions
from reportgen.judge.exact import Field
from reportgen.judge.forms import Inconsistent, Overflow, Undefined, Unsupported
from reportgen.obligation import Obligation


@pytest.mark.parametrize(("statement", "assumptions", "conditions"), [
    ("ln(x^2) + ln(x) = 3ln(x)", (), ["x > 0"]),
    ("ln(x*y) = ln(x) + ln(y)", (), ["x > 0", "y > 0"]),
    ("ln(2x) - ln(x) = ln(2)", (), ["x > 0"]),
    ("ln(x + 1) + ln(x) = ln(x^2 + x)", (), ["x > 0"]),
    ("ln(x/y) = ln(x) - ln(y)", (), ["x > 0", "y > 0"]),
    ("ln(x)/x*x = ln(x)", (), ["x > 0"]),
    ("sqrt(x)*ln(x)/x = ln(x)/sqrt(x)", (), ["x > 0"]),
    ("sqrt(x - 1)*sqrt(x) = sqrt(x*(x - 1))", (), ["x - 1 >= 0"]),
    ("sqrt(x)^2/x = 1", (), ["x != 0", "x >= 0"]),          # neither implies the other
    ("n!/(n - 1)! = n", (), ["n - 1 >= 0"]),
    ("binomial(n, 2) = n(n - 1)/2", (), ["n - 2 >= 0"]),
    ("n!/n! = 1", ("n in NN",), []),
    ("x*y/(x*y) = 1", ("x*y > 0",), []),
    ("y/y = 1", ("x*y > 0",), []),                          # where a product is not zero no factor is
    ("x/x = 1", ("x^2 != 0",), []),
    ("y/y = 1", ("x*y >= 0",), ["y != 0"]),
    ("y/y = 1", ("x + y > 0",), ["y != 0"]),
    ("1/(x^2 - 1) = 1/2*(1/(x - 1) - 1/(x + 1))", (), ["x - 1 != 0", "x + 1 != 0"]),
])
def test_printed(statement, assumptions, conditions):
    verdict = judge(Obligation(parse(statement), tuple(map(parse, assumptions))))
    assert verdict.proved and [to_text(c) for c in verdict.conditions] == conditions


FACTS = [parse(f) for f in ("x > 0", "y >= 1", "x*y > 0", "z < 0", "x > y", "x^2*z != 0", "y in NN")]
VALUES = [fmpq(a, b) for a in range(-4, 5) for b in (1, 2, 3)]


def formula(chance: random.Random, depth: int):
    if depth == 0 or chance.random() < 0.25:
        return chance.choice([Symbol("x"), Symbol("y"), Symbol("z"), expr(1), expr(2)])
    head = chance.choice(["add", "mul", "sub", "div", "ln", "sqrt", "pow", "exp", "abs"])
    first = formula(chance, depth - 1)
    if head in ("ln", "sqrt", "exp", "abs"):
        return op(head, first)
    if head == "pow":
        return op("pow", first, chance.choice([2, 3]))
    second = formula(chance, depth - 1)
    return op("add", first, op("neg", second)) if head == "sub" else op(head, first, second)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_left_out_is_implied(seed):
    chance = random.Random(seed)
    left_out = 0
    for _ in range(150):
        made = [op("div", 1, formula(chance, 2)) if chance.random() < 0.4 else op(chance.choice(["ln", "sqrt"]), formula(chance, 2)) for _ in range(3)]
        assumed = tuple(chance.sample(FACTS, chance.randint(0, 2)))
        try:
            field = Field(32)
            Facts(field, assumed)
            for part in made:
                field.normal(part)
            kept = open_conditions(field)
        except (Unsupported, Undefined, Overflow, Inconsistent):
            continue
        met = [*(op("ne", written, 0) for written in field.divisors), *field.requirements]
        left_out += len(met) - len(kept)
        for _ in range(25):
            point = {Symbol(name): chance.choice(VALUES) for name in "xyz"}
            if all(enclosure.holds(c, point) is True for c in (*assumed, *kept)):
                assert not [to_text(c) for c in met if enclosure.holds(c, point) is False], (list(map(to_text, made)), list(map(to_text, kept)), point)
    assert left_out > 50
