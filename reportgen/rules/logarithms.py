"""The laws of logarithms.  Each says which arguments must be positive: ``ln(a b) = ln a + ln b`` needs a > 0 and b > 0.

``ln x`` and ``log(x)`` are natural, ``log(x, b)`` has base b.  Logarithms of different bases never meet in one law; ``change_base``
brings them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..derivation import Caption, Derivation, Rule, RuleError, Step, value_of
from ..expressions import Expr, Operation, Symbol, expr, is_op, op, to_text
from ..expressions.tree import transform
from .forms import sign_of
from .making import rule_factory
from .writing import ONE, ZERO, exact, factors_of, is_one, over, power, terms_of, times, unsigned

E = Symbol("e")
_NATURAL = E


# --- what a logarithm is --------------------------------------------------------------------------------------

def argument_and_base(value: Expr) -> tuple[Expr, Expr] | None:
    """(argument, base) of a logarithm; the base of ``ln`` is the constant e.  None for anything else."""
    if is_op(value, "ln") or (is_op(value, "log") and len(value.args) == 1):
        return value.args[0], _NATURAL
    return (value.args[0], value.args[1]) if is_op(value, "log") else None


def logarithm(argument: Expr, base: Expr = _NATURAL) -> Expr:
    return op("ln", argument) if base == _NATURAL else op("log", argument, base)


class _Laws:
    """One application of a law: collects the conditions on the way.

    ``simple``: a condition on a product, quotient or power is stated of its parts (b > 0 in place of b^2 > 0), which is
    more than needed but is what the next law asks for anyway.
    """

    def __init__(self, derivation: Derivation, simple: bool = False) -> None:
        self.assumptions = derivation.assumptions
        self.simple = simple
        self.conditions: dict[Expr, None] = {}

    def positive(self, value: Expr, rule: str) -> None:
        """Note that value > 0 is needed; a value known to be positive needs no note, one that is not is refused."""
        number = exact(value)
        sign = ("+" if number > 0 else "-") if number is not None else sign_of(value, self.assumptions)
        if sign in ("-", "0", "<="):
            raise RuleError(f"{rule}: the logarithm needs a positive argument, {to_text(value)} is not")
        if sign == "+":
            return
        if self.simple and is_op(value, "mul", "div", "pow", "sqrt"):
            for part in value.args[:1] if value.head == "pow" else value.args:
                self.positive(part, rule)
        else:
            self.conditions.setdefault(op("gt", value, ZERO))


def _everywhere(derivation: Derivation, rule: str, caption: str | Caption, change: Callable[[Expr, _Laws], Expr], wanted: str,
                simple: bool = False) -> Iterator[Step]:
    """One step that applies a law wherever it fits, innermost first."""
    before, laws = derivation.conclusion, _Laws(derivation, simple)
    after = transform(before, lambda node: change(node, laws))
    if after == before:
        raise RuleError(f"{rule}: there is no {wanted} in {to_text(before)}")
    yield Step(rule, before, _unbracketed(after), (caption,) if isinstance(caption, str) else caption, tuple(laws.conditions))


def _unbracketed(value: Expr) -> Expr:
    """Sums that came to stand inside sums are opened, as one writes them."""
    def opened(node: Expr) -> Expr:
        if is_op(node, "add") and any(is_op(term, "add") for term in node.args):
            return Operation("add", tuple(part for term in node.args for part in terms_of(term)))
        return node
    return transform(value, opened)


# --- one law a rule -------------------------------------------------------------------------------------------

@rule_factory
def log_of_product() -> Rule:
    """ln(a b) = ln a + ln b, for a > 0 and b > 0."""
    return partial(_everywhere, rule="log of a product", caption="The logarithm of a product is the sum of the logarithms",
                   change=_product, wanted="logarithm of a product")


def _product(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is None or not is_op(found[0], "mul"):
        return node
    for factor in found[0].args:
        laws.positive(factor, "log of a product")
    return Operation("add", tuple(logarithm(factor, found[1]) for factor in found[0].args))


@rule_factory
def log_of_quotient() -> Rule:
    """ln(a/b) = ln a - ln b, for a > 0 and b > 0; ln(1/b) = -ln b."""
    return partial(_everywhere, rule="log of a quotient", caption="The logarithm of a quotient is the difference of the logarithms",
                   change=_quotient, wanted="logarithm of a quotient")


def _quotient(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is None or not is_op(found[0], "div"):
        return node
    top, bottom = found[0].args
    laws.positive(top, "log of a quotient")
    laws.positive(bottom, "log of a quotient")
    below = op("neg", logarithm(bottom, found[1]))
    return below if is_one(top) else op("add", logarithm(top, found[1]), below)


@rule_factory
def log_of_power() -> Rule:
    """ln(a^n) = n ln a, for a > 0 (for negative a and even n it fails: ln x^2 is 2 ln |x|); ln sqrt(a) = 1/2 ln a."""
    return partial(_everywhere, rule="log of a power", caption="The exponent comes in front of the logarithm", change=_power,
                   wanted="logarithm of a power")


def _power(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is None:
        return node
    inner = found[0]
    if is_op(inner, "pow") and inner.args[0] != found[1]:
        base, exponent = inner.args
    elif is_op(inner, "sqrt", "root"):
        base, exponent = inner.args[0], op("div", 1, 2 if inner.head == "sqrt" else inner.args[1])
    else:
        return node
    laws.positive(base, "log of a power")
    return times(exponent, logarithm(base, found[1]))


@rule_factory
def log_of_one() -> Rule:
    """ln 1 = 0, ln e = 1, log_b b = 1."""
    return partial(_everywhere, rule="log of one", caption=("The logarithm of ", ONE, " is ", ZERO, ", that of the base is ", ONE), change=_trivial,
                   wanted="logarithm of 1 or of its base")


def _trivial(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is None:
        return node
    if is_one(found[0]):
        return ZERO
    return ONE if found[0] == found[1] else node


@rule_factory
def log_inverse() -> Rule:
    """ln(e^x) = x for every x; e^(ln x) = x for x > 0; the same for other bases."""
    return partial(_everywhere, rule="inverse", caption="Logarithm and power of one base undo each other", change=_inverse,
                   wanted="logarithm of a power of its base, and no power of a logarithm")


def _inverse(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is not None:
        inner, base = found
        if is_op(inner, "pow") and inner.args[0] == base:
            return inner.args[1]
        return inner.args[0] if is_op(inner, "exp") and base == E else node
    raised = (E, node.args[0]) if is_op(node, "exp") else node.args if is_op(node, "pow") else None
    found = argument_and_base(raised[1]) if raised else None
    if found is None or found[1] != raised[0]:
        return node
    laws.positive(found[0], "inverse")
    return found[0]


@rule_factory
def expand_logs() -> Rule:
    """Products, quotients and powers under logarithms taken apart, one law a step, until none is left."""
    return _expand


def _expand(derivation: Derivation) -> Iterator[Step]:
    work, laws = derivation, tuple(partial(law, simple=True) for law in (log_of_product(), log_of_quotient(), log_of_power()))
    found = True
    while found:
        found = False
        for law in laws:
            try:
                work, found = work.then(law), True
            except RuleError as error:
                if "positive argument" in str(error):
                    raise
    if work is derivation:
        raise RuleError(f"expand logs: there is no product, quotient or power under a logarithm in {to_text(derivation.conclusion)}")
    yield from work.steps[len(derivation.steps):]


# --- many logarithms into one ---------------------------------------------------------------------------------

@rule_factory
def combine_logs() -> Rule:
    """A sum of logarithms of one base as one logarithm, numbers worked out exactly.

    Steps: factors become exponents (``a ln x`` -> ``ln x^a``, ``-ln(1/5)`` -> ``ln 5``), then one logarithm of the product
    (``ln x + ln y`` -> ``ln(x y)``), then the numbers.  So -ln(1/5) - ln(1/2) - ln(9/10) -> ln(5) + ln(2) + ln(10/9) ->
    ln(5*2*10/9) -> ln(100/9).  Terms without a logarithm stay behind it.  Works in every sum of the expression that has such terms.
    """
    return _combine


def _combine(derivation: Derivation) -> Iterator[Step]:
    at, rule, done = derivation.conclusion, "combine logs", 0
    for change, caption in ((_lift, "Factors become exponents"), (_merge, "The sum of the logarithms is the logarithm of the product"),
                            (_work_out, "Work out the argument")):
        laws = _Laws(derivation, simple=True)
        if done == 0 and change is _work_out:
            break      # nothing was combined: numbers under a logarithm are not this rule's work
        after = _unbracketed(transform(at, lambda node, change=change, laws=laws: change(node, laws)))
        if after != at:
            yield Step(rule, at, after, (caption,), tuple(laws.conditions))
            at, done = after, done + 1
    if not done:
        raise RuleError(f"{rule}: no two logarithms of one base are added in {to_text(at)}")


def _log_term(term: Expr) -> tuple[Expr, Expr, Expr] | None:
    """(factor, argument, base) of ``-3*ln(x)`` and the like; None where there is not exactly one logarithm as a factor."""
    negative, bare = unsigned(term)
    below: Expr = ONE
    if is_op(bare, "div"):
        bare, below = bare.args
    found = [(i, argument_and_base(f)) for i, f in enumerate(factors_of(bare)) if argument_and_base(f) is not None]
    if len(found) != 1 or _has_log(below):
        return None
    place, (argument, base) = found[0]
    rest = tuple(f for i, f in enumerate(factors_of(bare)) if i != place)
    if any(_has_log(f) for f in rest):
        return None
    factor = over(times(*rest), below)
    return (op("neg", factor) if negative else factor), argument, base


def _has_log(value: Expr) -> bool:
    return argument_and_base(value) is not None or (isinstance(value, Operation) and any(_has_log(a) for a in value.args))


def _groups(node: Expr) -> dict[Expr, int]:
    """How often each base occurs among the logarithmic terms of a sum."""
    counts: dict[Expr, int] = {}
    for term in terms_of(node) if is_op(node, "add") else ():
        found = _log_term(term)
        if found:
            counts[found[2]] = counts.get(found[2], 0) + 1
    return counts


def _lift(node: Expr, laws: _Laws) -> Expr:
    counts = _groups(node)

    def lifted(term: Expr) -> Expr:
        found = _log_term(term)
        if found is None or counts[found[2]] < 2 or is_one(found[0]):
            return term
        factor, argument, base = found
        laws.positive(argument, "combine logs")
        number, by = exact(argument), exact(factor)
        if by == -1:
            return logarithm(expr(1 / number) if number else op("div", 1, argument), base)
        if number and by is not None and by.denominator == 1 and abs(by) <= 64:
            return logarithm(power(argument, factor) if by > 0 else expr(number ** int(by)), base)
        return logarithm(power(argument, factor), base)

    if not is_op(node, "add") or max(counts.values(), default=0) < 2:
        return node
    return Operation("add", tuple(lifted(term) for term in node.args))


def _merge(node: Expr, laws: _Laws) -> Expr:
    bases = {base for base, count in _groups(node).items() if count > 1}
    if not bases:
        return node
    done: set[Expr] = set()
    terms: list[Expr] = []
    for term in node.args:
        found = _log_term(term)
        if found is None or found[2] not in bases or not is_one(found[0]):
            terms.append(term)
        elif found[2] not in done:
            done.add(found[2])
            parts = [f[1] for f in map(_log_term, node.args) if f and f[2] == found[2] and is_one(f[0])]
            for part in parts:
                laws.positive(part, "combine logs")
            terms.append(logarithm(Operation("mul", tuple(q for p in parts for q in factors_of(p))), found[2]))
    return terms[0] if len(terms) == 1 else Operation("add", tuple(terms))


def _work_out(node: Expr, laws: _Laws) -> Expr:
    found = argument_and_base(node)
    if found is None:
        return node
    value = exact(found[0])
    if value is None:
        return logarithm(_tidy(found[0]), found[1])
    return logarithm(expr(value), found[1])


def _tidy(value: Expr) -> Expr:
    """Factors 1/x go under one fraction bar: x*(1/y) -> x/y."""
    if not is_op(value, "mul"):
        return value
    above = [f.args[0] if is_op(f, "div") and exact(f) is None else f for f in value.args]
    below = [f.args[1] for f in value.args if is_op(f, "div") and exact(f) is None]
    return over(times(*above), times(*below)) if below else times(*above)


# --- bases ----------------------------------------------------------------------------------------------------

@rule_factory
def change_base(base: object = "e") -> Rule:
    """Every logarithm in another base: to "e" log_2 x = ln x / ln 2; to 2 ln x = ln 2 * log_2 x; to 10 log_2 x = log_10 x / log_10 2.

    The base is "e", a number, or a name (then b > 0 and b != 1 are conditions).
    """
    target = E if base == "e" else Symbol(base) if isinstance(base, str) else value_of(base)
    number = exact(target)
    if number is not None and (number <= 0 or number == 1):
        raise RuleError(f"change of base: {to_text(target)} is no base; a base is positive and not 1")
    return partial(_change_base, target=target)


def _change_base(derivation: Derivation, target: Expr) -> Iterator[Step]:
    laws = _Laws(derivation)
    before = derivation.conclusion

    def changed(node: Expr) -> Expr:
        found = argument_and_base(node)
        if found is None or found[1] == target:
            return node
        argument, base = found
        laws.positive(argument, "change of base")
        for b in (base, target):
            if b != E and exact(b) is None:
                laws.positive(b, "change of base")
                laws.conditions.setdefault(op("ne", b, 1))
        if base == E:
            return op("mul", op("ln", target), logarithm(argument, target))
        return op("div", logarithm(argument, target), logarithm(base, target))

    # from the leaves up a logarithm made by the change would be met again only below its own new node, so none is changed twice
    after = transform(before, changed)
    if after == before:
        raise RuleError(f"change of base: there is no logarithm of another base in {to_text(before)}")
    name = "natural logarithms" if target == E else "logarithms of base "
    yield Step("change of base", before, after, ("Change to ", name) if target == E else ("Change to ", name, target), tuple(laws.conditions))


@rule_factory
def collect_base() -> Rule:
    """A quotient of two logarithms of one base as one logarithm: ln x / ln b = log_b x."""
    return partial(_everywhere, rule="change of base", caption="A quotient of logarithms is a logarithm of the other base", change=_collect,
                   wanted="quotient of two logarithms of one base")


def _collect(node: Expr, laws: _Laws) -> Expr:
    if not is_op(node, "div"):
        return node
    top, bottom = argument_and_base(node.args[1]), argument_and_base(node.args[0])
    if top is None or bottom is None or top[1] != bottom[1]:
        return node
    for argument in (bottom[0], top[0]):
        laws.positive(argument, "change of base")
    if is_one(top[0]):
        raise RuleError("change of base: ln 1 is 0 and divides nothing")
    if exact(top[0]) is None:
        laws.conditions.setdefault(op("ne", top[0], 1))
    return logarithm(bottom[0], top[0])


__all__ = ["argument_and_base", "change_base", "collect_base", "combine_logs", "expand_logs", "log_inverse", "log_of_one", "log_of_power",
           "log_of_product", "log_of_quotient", "logarithm"]
