"""Sums and products with dots: ``1 + 2 + \\dots + 10``, ``1 + \\frac{2}{3} + \\frac{2}{9} + \\dotsb``.

The terms that are written must fit one law: an arithmetic or geometric sequence of values, or one form whose numbers go up
in equal steps.  A law that the written terms do not settle is no reading.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, walk
from .arrays import NoValue, Value, _plus, _product, fraction
from .values import MAX_TERMS, _Evaluation

DOTS = Symbol("dots")


def total(evaluation: _Evaluation, terms: tuple[Expr, ...], *, product: bool) -> Value:
    if terms.count(DOTS) != 1:
        raise NoValue("dots more than once")
    place = terms.index(DOTS)
    before, after = terms[:place], terms[place + 1 :]
    if len(before) < 2 and not (product and len(before) == 1 and len(after) == 1) and not (len(before) == 1 and len(after) == 1):
        if len(before) < 2:
            raise NoValue("dots after one term")
    if not after:
        if product:
            raise NoValue("an infinite product")
        return _infinite(evaluation, before)
    last = after[-1]
    extra: tuple[Expr, ...] = ()
    laws = (_by_values, _by_form) if all(isinstance(t, Number) for t in (*before, *after)) else (_by_form, _by_values)
    for k in range(len(after)):  # the first term after the dots that fits closes the sequence; what follows it is added
        for parts in (law(evaluation, before, after[: k + 1]) for law in laws):
            if parts is not None and (k == len(after) - 1 or _breaks(evaluation, before, after, k)):
                last, extra = parts, after[k + 1 :]
                break
        else:
            continue
        break
    else:
        raise NoValue("dots whose law is not settled")
    result: Value = fmpq(1 if product else 0)
    for value in last:
        result = _product(result, value) if product else _plus(result, value)
    for term in extra:
        value = evaluation.value(term)
        result = _product(result, value) if product else _plus(result, value)
    return result


def settled(tree: Expr) -> bool:
    """Whether every series with dots in the tree shows enough of its law that another law is out of the question."""
    for node in walk(tree):
        if isinstance(node, Operation) and node.head == "apply" and node.args[0] in (Symbol("series"), Symbol("product")):
            before = node.args[1 : node.args.index(DOTS)]
            after = node.args[node.args.index(DOTS) + 1 :]
            steps = len(before) > 1 and all(isinstance(a, Number) for a in before) and abs(before[1].value - before[0].value) == 1
            if len(before) < 3 and not (steps and len(after) == 1) and not (len(before) == 2 and len(after) == 2):
                return False
    return True


def endless(evaluation: _Evaluation, body: Expr, index: Expr, lower: Expr) -> Value:
    """A geometric series: the index stands in exponents of constants only, so that the quotient of neighbours is constant."""
    from .values import _Evaluation as Evaluation
    from .values import contains_name

    def geometric(tree: Expr) -> bool:
        if not contains_name(tree, index.name):
            return True
        if not isinstance(tree, Operation):
            return False
        if tree.head in ("mul", "div", "neg"):
            return all(geometric(a) for a in tree.args)
        return (
            tree.head == "pow"
            and not contains_name(tree.args[0], index.name)
            and linear(tree.args[1])
            or tree.head == "pow"
            and geometric(tree.args[0])
            and not contains_name(tree.args[1], index.name)
        )

    def linear(tree: Expr) -> bool:
        if not contains_name(tree, index.name) or tree == index:
            return True
        if not isinstance(tree, Operation):
            return False
        if tree.head in ("add", "neg"):
            return all(linear(a) for a in tree.args)
        return tree.head == "mul" and all(linear(a) for a in tree.args) and sum(contains_name(a, index.name) for a in tree.args) == 1

    if not isinstance(index, Symbol) or not geometric(body):
        raise NoValue("an infinite sum")
    first = evaluation.whole(lower)
    x, y = (Evaluation(evaluation.degrees, evaluation.literal, {**evaluation.env, index: fmpq(first + k)}).value(body) for k in (0, 1))
    if not isinstance(x, fmpq) or not isinstance(y, fmpq) or x == 0 or abs(y / x) >= 1:
        raise NoValue("an infinite sum")
    return x / (1 - y / x)


def _breaks(evaluation: _Evaluation, before: tuple[Expr, ...], after: tuple[Expr, ...], k: int) -> bool:
    """The whole of what follows the dots fits no law: then the sequence ends before."""
    return _by_values(evaluation, before, after) is None and _by_form(evaluation, before, after) is None


def _values(evaluation: _Evaluation, terms: tuple[Expr, ...]) -> list[Fraction] | None:
    out = []
    for term in terms:
        value = evaluation.value(term)
        if not isinstance(value, fmpq):
            return None
        out.append(fraction(value))
    return out


def _by_values(evaluation: _Evaluation, before: tuple[Expr, ...], after: tuple[Expr, ...]) -> list[fmpq] | None:
    first, end = _values(evaluation, before), _values(evaluation, after)
    if first is None or end is None:
        return None
    if len(first) == 1:
        return None
    for law in (_arithmetic, _geometric):
        found = law(first, end)
        if found is not None:
            return [fmpq(v.numerator, v.denominator) for v in found]
    return None


def _arithmetic(first: list[Fraction], end: list[Fraction]) -> list[Fraction] | None:
    step = first[1] - first[0]
    if step == 0 or any(b - a != step for a, b in zip(first, first[1:])) or any(b - a != step for a, b in zip(end, end[1:])):
        return None
    count = (end[-1] - first[0]) / step + 1
    if count.denominator != 1 or not len(first) + len(end) <= count <= MAX_TERMS:
        return None
    return [first[0] + step * k for k in range(int(count))]


def _geometric(first: list[Fraction], end: list[Fraction]) -> list[Fraction] | None:
    if 0 in first:
        return None
    ratio = first[1] / first[0]
    if ratio in (0, 1, -1) or any(b / a != ratio for a, b in zip(first, first[1:])) or any(a and b / a != ratio for a, b in zip(end, end[1:])):
        return None
    out = [first[0]]
    while out[-1] != end[-1]:
        if len(out) > 2_000 or len(out) > 4 and abs(ratio) > 1 and abs(out[-1]) > abs(end[-1]) or abs(ratio) < 1 and abs(out[-1]) < abs(end[-1]):
            return None
        out.append(out[-1] * ratio)
    return out if len(out) >= len(first) + len(end) else None


def _infinite(evaluation: _Evaluation, before: tuple[Expr, ...]) -> Value:
    first = _values(evaluation, before)
    if first is None or len(first) < 3 or 0 in first:
        raise NoValue("an endless sum whose law is not settled")
    for skip in (0, 1):  # 1 + 2/3 + 2/9 + ...: the first term may stand apart
        rest = first[skip:]
        if len(rest) < 3:
            continue
        ratio = rest[1] / rest[0]
        if all(b / a == ratio for a, b in zip(rest, rest[1:])) and abs(ratio) < 1:
            value = sum(first[:skip], Fraction(0)) + rest[0] / (1 - ratio)
            return fmpq(value.numerator, value.denominator)
    raise NoValue("an endless sum whose law is not settled")


def _by_form(evaluation: _Evaluation, before: tuple[Expr, ...], after: tuple[Expr, ...]) -> list[Value] | None:
    """One form for all terms, the numbers in it going up by equal steps with the place of the term."""
    if len(before) < 2:
        return None
    steps: list[Fraction] = []

    def count(a: Expr, b: Expr, z: Expr) -> int | None:
        """The number of steps from a to z, None where a, b, z are not of one form or disagree."""
        if isinstance(a, Number) and isinstance(b, Number) and isinstance(z, Number):
            step = b.value - a.value
            if step == 0:
                return 0 if z.value == a.value else None
            steps.append((z.value - a.value) / step)
            return 1
        if (
            isinstance(a, Operation)
            and isinstance(b, Operation)
            and isinstance(z, Operation)
            and a.head == b.head == z.head
            and len(a.args) == len(b.args) == len(z.args)
        ):
            for parts in zip(a.args, b.args, z.args):
                if count(*parts) is None:
                    return None
            return 0
        return 0 if a == b == z else None

    if count(before[0], before[1], after[-1]) is None or not steps or len(set(steps)) != 1 or steps[0].denominator != 1:
        return None
    n = int(steps[0])
    if not len(before) <= n <= MAX_TERMS:
        return None

    def at(a: Expr, b: Expr, k: int) -> Expr:
        if isinstance(a, Number):
            from .reading import number

            return a if a == b else number(a.value + (b.value - a.value) * k)
        if isinstance(a, Operation):
            return Operation(a.head, tuple(at(x, y, k) for x, y in zip(a.args, b.args)))
        return a

    written = {**dict(enumerate(before)), **{n - len(after) + 1 + i: term for i, term in enumerate(after)}}
    out = []
    for k in range(n + 1):
        value = evaluation.value(at(before[0], before[1], k))
        if k in written and evaluation.value(written[k]) != value:
            return None
        out.append(value)
    return out
