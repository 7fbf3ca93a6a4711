"""Derivatives and limits, step by step: markers ``d/dz [ . ]`` are pushed inwards, one level a step, and every rule is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace as changed
from fractions import Fraction
from functools import partial
from math import gcd

from ..derivation import Derivation, Rule, RuleError, Step, formula_of, name_of, side_of_work, start
from ..expressions import Expr, Operation, Symbol, expr, is_op, is_relation, mul, op, rational_value, replace, to_text, walk
from ..expressions.tree import transform
from .derivatives import Pushed, define, definition_of, known_sign, logistic_definition, order_of, push
from .forms import depends, known_facts, nonzero, total
from .making import rule_factory
from .writing import ONE, ZERO, exact, factors_of, minus, over, plus, power, times, unsigned

MAX_LEVELS = 60
INF = Symbol("inf")


# --- derivatives ----------------------------------------------------------------------------------------------

def derivative_of(formula: "str | Expr | Derivation", name: "str | Expr", *, order: int = 1, assume: Iterable["str | Expr"] = (), title: str = "",
                  detail: str = "full") -> Derivation:
    """The derivation of ``diff(e, x) = ...`` for an expression e, or of ``diff(f, x) = ...`` for a definition f = e.

    The definition then counts among the assumptions.
    """
    body, x = formula_of(formula), name_of(name)
    marks = (x,) if order == 1 else (x, expr(order))
    facts = [formula_of(a) for a in assume]
    if is_op(body, "eq"):
        begin = op("eq", op("diff", body.args[0], *marks), op("diff", body.args[1], *marks))
        facts.append(define(body))
    else:
        begin = op("diff", body, *marks)
    return start(begin, assume=facts, title=title).then(differentiate(detail=detail))


@rule_factory
def differentiate(name: "str | Expr | None" = None, *, detail: str = "full") -> Rule:
    """Take the derivatives that stand in the expression (or on the right side of an equation), one level a step.

    With a name, ``f = e`` first becomes ``diff(f, name) = diff(e, name)``; f is then what e says it is, for every value of the name.
    ``detail="short"``: one step, the levels as its substeps.  An expression without a derivative has nothing to differentiate: begin with
    ``derivative_of(e, name)`` or ``start("diff(e, z)")``.
    """
    if detail not in ("full", "short"):
        raise ValueError('detail is "full" or "short"')
    return partial(_differentiate, x=None if name is None else name_of(name), detail=detail)


def _differentiate(derivation: Derivation, x: Expr | None, detail: str) -> Iterator[Step]:
    at = derivation.conclusion
    if x is not None and is_op(at, "eq"):
        _refuse_a_product_meant_as_function(at.args[0], x)
        both = op("eq", op("diff", at.args[0], x), op("diff", at.args[1], x))
        yield Step("differentiate", at, both, ("Differentiate both sides with respect to ", x), given=(at,), link="implies")
        at = both
    here, _ = _side(at, _on_the_left(at))
    if not _has_derivative(here):
        hint = f"start with diff({to_text(here)}, {to_text(x)})" if x is not None else "name the variable: differentiate(\"z\")"
        raise RuleError(f"differentiate: no derivative stands in {to_text(here)}; {hint}")
    steps = list(_levels(changed(derivation, start=at, steps=())))
    if not steps:
        raise RuleError(f"differentiate: nothing is known of {to_text(here)}")
    if detail == "full":
        yield from steps
        return
    conditions = tuple(dict.fromkeys(c for s in steps for c in s.conditions))
    given = tuple(dict.fromkeys(g for s in steps for g in s.given))
    yield Step("differentiate", at, steps[-1].after, ("Differentiate",), conditions, given, tuple(steps))


def _refuse_a_product_meant_as_function(left: Expr, x: Expr) -> None:
    """``M(x) = ...`` is read as M times x, as formulas of mechanics write products; nobody differentiates that."""
    if is_op(left, "mul") and len(left.args) == 2 and left.args[1] == x and isinstance(left.args[0], Symbol):
        name, of = to_text(left.args[0]), to_text(x)
        raise RuleError(f"differentiate: {name}({of}) on the left was read as the product {name}*{of}", hint=f"write {name} = ... without ({of})")


def _has_derivative(value: Expr) -> bool:
    return any(is_op(node, "diff") for node in walk(value))


def _on_the_left(at: Expr) -> bool:
    """True for an equation such as diff(f, x) = 0 with an expression f: its derivatives stand on the left alone."""
    if not is_relation(at) or _has_derivative(at.args[1]) or not _has_derivative(at.args[0]):
        return False
    left = at.args[0]
    named = is_op(left, "diff") and (isinstance(left.args[0], Symbol) or is_op(left.args[0], "apply", "index"))
    return not named      # diff(f, x) = 2x: f is only a name


def _side(at: Expr, left: bool) -> tuple[Expr, Callable[[Expr], Expr]]:
    """The part that is differentiated, and how to put it back."""
    if left:
        return at.args[0], lambda new: Operation(at.head, (new, *at.args[1:]))
    return side_of_work(at)


def _levels(derivation: Derivation) -> Iterator[Step]:
    """Steps until no marker can be pushed further, then one that tidies up."""
    at = derivation.conclusion
    first = at
    left = _on_the_left(at)
    for _ in range(MAX_LEVELS):
        here, put = _side(at, left)
        used: list[Pushed] = []
        after = put(_push_all(here, derivation.assumptions, used))
        if not used:
            break
        text = ", ".join(dict.fromkeys(rule for p in used for rule in p.rule.split(", ")))
        yield Step("differentiate", at, after, (text[0].upper() + text[1:],), tuple(dict.fromkeys(c for p in used for c in p.conditions)),
                   tuple(dict.fromkeys(g for p in used for g in p.given)))
        if _nested(at) > _nested(after):
            # a derivative is done that another one is taken of: simplify it first
            simple, conditions = _simplified(after, derivation.assumptions, left)
            if simple != after:
                yield Step("tidy", after, simple, ("Simplify",), conditions)
                after = simple
        at = after
    else:
        raise RuleError(f"differentiate: more than {MAX_LEVELS} levels")
    simple, conditions = _simplified(at, derivation.assumptions, left)
    if at != first and simple != at:
        yield Step("tidy", at, simple, ("Simplify",), conditions)


def _simplified(statement: Expr, facts: Iterable[Expr], left: bool = False) -> tuple[Expr, tuple[Expr, ...]]:
    """The statement with its expression tidied, and what must not be 0 for it because it was cancelled."""
    here, put = _side(statement, left)
    cancelled: dict[Expr, None] = {}
    after = put(neat(here, cancelled))
    known = tuple(facts)
    return after, tuple(c for part in cancelled if known_sign(part, known) not in ("+", "-") for c in nonzero(part))


def _nested(value: Expr) -> int:
    """How many derivatives are taken of expressions in which derivatives stand."""
    return sum(1 for node in walk(value) if is_op(node, "diff") and any(is_op(inner, "diff") for inner in walk(node.args[0])))


def _push_all(value: Expr, facts: tuple[Expr, ...], used: list[Pushed]) -> Expr:
    """Every marker without a marker inside it pushed one level; a marker of higher order becomes nested ones at once."""
    if not isinstance(value, Operation):
        return value
    if value.head == "diff":
        body, x = value.args[:2]
        order = order_of(value)
        if any(is_op(node, "diff") for node in walk(body)):
            before = len(used)
            inner = _push_all(body, facts, used)
            if len(used) > before:
                return Operation("diff", (inner, *value.args[1:]))
        pushed = push(body, x, facts)
        if pushed is None:
            return value
        used.append(pushed)
        if order == 1:
            return pushed.after
        return op("diff", pushed.after, x) if order == 2 else op("diff", pushed.after, x, order - 1)
    args = tuple(_push_all(a, facts, used) for a in value.args)
    return value if args == value.args else Operation(value.head, args)


def neat(value: Expr, cancelled: dict[Expr, None] | None = None, *, closed: bool = False) -> Expr:
    """Zeros, ones and double signs gone, numerals multiplied and added, signs in front; no factor moves, no bracket opens.

    With ``cancelled`` equal factors above and below a fraction bar go, and are noted there (they must not be 0).
    ``closed``: what has no name in it is worked out.
    """
    if not isinstance(value, Operation):
        return value
    number = exact(value) if closed else None
    if number is not None:
        return expr(number)
    args = value.args if value.head not in ("index", "apply") else value.args[1:]
    args = (*value.args[:len(value.args) - len(args)], *(neat(a, cancelled, closed=closed) for a in args))
    if value.head == "add":
        return _like_terms(plus(*args))
    if value.head == "mul":
        return _joined(times(*args), cancelled)
    if value.head == "neg":
        return minus(args[0])
    if value.head == "div" and exact(args[1]) != 0:
        return _cancel(*args, cancelled) if cancelled is not None else over(*args)
    if value.head == "pow" and not (exact(args[0]) == 0 and exact(args[1]) is not None):
        base, n = _as_power(args[0])
        outer = exact(args[1])
        if base != args[0] and outer is not None and outer > 0 and outer.denominator == 1:
            return power(base, expr(n * outer))     # (T^2)^2 is T^4
        return power(*args)
    if value.head == "pow" and exact(args[1]) > 0:
        return ZERO
    return value if args == value.args else Operation(value.head, args)


def _like_terms(value: Expr) -> Expr:
    """Terms that differ in their numeral only become one, where the first of them stands; plain numerals are added up."""
    if not is_op(value, "add"):
        return value
    found: dict[tuple[Expr, ...], Fraction] = {}
    firsts: dict[tuple[Expr, ...], Expr] = {}
    for term in value.args:
        coefficient, rest = _coefficient(term)
        key = tuple(sorted(rest, key=to_text))
        firsts.setdefault(key, mul(*rest))
        found[key] = found.get(key, Fraction(0)) + coefficient
    if len(found) == len(value.args):
        return total([value])
    return total([plus(*(times(expr(c), firsts[key]) if key else expr(c) for key, c in found.items()))])


def _coefficient(term: Expr) -> tuple[Fraction, tuple[Expr, ...]]:
    negative, bare = unsigned(term)
    factors = factors_of(bare)
    value = rational_value(factors[0])
    coefficient, rest = (value, factors[1:]) if value is not None else (Fraction(1), factors)
    return -coefficient if negative else coefficient, rest


def _cancel(top: Expr, bottom: Expr, cancelled: dict[Expr, None]) -> Expr:
    """top/bottom without the factors that stand in both, numerals in lowest terms."""
    negative, top = unsigned(top)
    sign, bottom = unsigned(bottom)
    above, below = [_as_power(f) for f in factors_of(top)], [_as_power(f) for f in factors_of(bottom)]
    for i, (base, n) in enumerate(above):
        for j, (other, m) in enumerate(below):
            if base == other and n and m and exact(base) is None:
                common = min(n, m)
                n -= common
                above[i], below[j] = (base, n), (other, m - common)
                cancelled.setdefault(base)
    coefficient = Fraction(1)
    for parts, flip in ((above, False), (below, True)):
        for k, (base, n) in enumerate(parts):
            value = rational_value(base)
            if value is not None and value != 0 and n == 1:
                coefficient = coefficient / value if flip else coefficient * value
                parts[k] = (base, Fraction(0))
    up = times(expr(coefficient.numerator), *(power(b, expr(n)) for b, n in above if n))
    down = times(expr(coefficient.denominator), *(power(b, expr(n)) for b, n in below if n))
    out = over(up, down)
    return minus(out) if negative != sign else out


def _as_power(factor: Expr) -> tuple[Expr, Fraction]:
    n = exact(factor.args[1]) if is_op(factor, "pow") else None
    return (factor.args[0], n) if n is not None and n > 0 and n.denominator == 1 else (factor, Fraction(1))


def _joined(product: Expr, cancelled: dict[Expr, None] | None = None) -> Expr:
    """Equal factors as a power where the first of them stands; ``1/a`` at the end of a product under its bar: 2*(1/a) -> 2/a."""
    negative, bare = unsigned(product)
    if not is_op(bare, "mul") or any(is_op(node, "matrix") for node in walk(bare)):
        return product
    out: list[tuple[Expr, Fraction]] = []
    for base, n in map(_as_power, bare.args):
        at = next((k for k, (other, _) in enumerate(out) if other == base and exact(base) is None), None)
        if at is None:
            out.append((base, n))
        else:
            out[at] = (base, out[at][1] + n)
    factors = [power(base, expr(n)) for base, n in out]
    if cancelled is not None:
        factors = _numeral_under_bar(factors, cancelled)
    if is_op(factors[-1], "div") and factors[-1].args[0] == ONE and len(factors) > 1 and exact(factors[-1]) is None:
        top, bottom = times(*factors[:-1]), factors[-1].args[1]
        bare = over(top, bottom) if cancelled is None else _cancel(top, bottom, cancelled)
    else:
        bare = times(*factors)
    return minus(bare) if negative else bare


def _numeral_under_bar(factors: list[Expr], cancelled: dict[Expr, None]) -> list[Expr]:
    """2*(a/(2*m)) -> a/m: a whole number in front goes into the first fraction whose denominator it shortens."""
    front = rational_value(factors[0])
    if front is None or front.denominator != 1:
        return factors
    for k, factor in enumerate(factors[1:], start=1):
        below = rational_value(factors_of(factor.args[1])[0]) if is_op(factor, "div") else None
        if below is not None and below.denominator == 1 and gcd(int(front), int(below)) > 1:
            return [*factors[1:k], _cancel(times(factors[0], factor.args[0]), factor.args[1], cancelled), *factors[k + 1:]]
    return factors


@rule_factory
def tidy() -> Rule:
    """Zeros, ones and double signs gone, numerals multiplied, equal neighbours as powers."""
    return _tidy


def _tidy(derivation: Derivation) -> Iterator[Step]:
    after, conditions = _simplified(derivation.conclusion, derivation.assumptions)
    if after == derivation.conclusion:
        raise RuleError(f"tidy: there is nothing to simplify in {to_text(after)}")
    yield Step("tidy", derivation.conclusion, after, ("Simplify",), conditions)


# --- definitions ----------------------------------------------------------------------------------------------

@rule_factory
def unfold(name: "str | Expr") -> Rule:
    """A defined function or name written out: ``sigma(z)`` -> ``1/(1 + e^(-z))``.  The definition is among the derivation's assumptions."""
    return partial(_unfold, name=Symbol(name) if isinstance(name, str) else name)


def _unfold(derivation: Derivation, name: Expr) -> Iterator[Step]:
    here, put = side_of_work(derivation.conclusion)
    found = definition_of(name, derivation.assumptions)
    if found is not None:
        parameters, formula = found

        def change(node: Expr) -> Expr:
            if is_op(node, "apply") and node.args[0] == name and len(node.args) == len(parameters) + 1:
                return replace(formula, dict(zip(parameters, node.args[1:])))
            return node
        after = transform(here, change)
        shown = next(f for f in derivation.assumptions if is_op(f, "eq") and is_op(f.args[0], "apply") and f.args[0].args[0] == name)
    else:
        shown = next((f for f in derivation.assumptions if is_op(f, "eq") and f.args[0] == name), None)
        if shown is None:
            raise RuleError(f"unfold: no assumption defines {to_text(name)}")
        after = replace(here, {name: shown.args[1]})
    if after == here:
        raise RuleError(f"unfold: {to_text(name)} does not occur in {to_text(here)}")
    yield Step("unfold", derivation.conclusion, put(after), ("Write ", shown, " out"))


# --- limits ---------------------------------------------------------------------------------------------------

def limit_derivation(formula: "str | Expr", name: "str | Expr", point: object, *, assume: Iterable["str | Expr"] = (), title: str = "") -> Derivation:
    """The derivation of ``limit(e, x, point) = ...``; defined functions in e are written out first."""
    facts = tuple(formula_of(a) for a in assume)
    work = start(op("limit", formula_of(formula), name_of(name), _point(point)), assume=facts, title=title)
    return work.then(evaluate_limit())


@rule_factory
def limit_of(name: "str | Expr", point: object) -> Rule:
    """From ``f = e`` to ``limit(f, x, point) = limit(e, x, point)`` and on to the value.  ``point``: a number, "inf" or "-inf"."""
    return partial(_limit_of, x=name_of(name), point=_point(point))


@rule_factory
def evaluate_limit() -> Rule:
    """Work out the limits that stand in the expression (or on the right side): rational in x, or in e^x, at a finite point or at infinity.

    At infinity x = 1/u, or u = e^(-x) (u = e^x at minus infinity), and u goes to 0 from above; there the value is put in, once a common
    power of u is cancelled where the denominator would be 0.  Of e^(-t/tau) it must be known that it goes to 0: ``assume=["tau > 0"]``.
    """
    return _evaluate_limit


def _point(point: object) -> Expr:
    if point in ("inf", "-inf"):
        return INF if point == "inf" else op("neg", INF)
    return formula_of(point) if not isinstance(point, int) else expr(point)


def _limit_of(derivation: Derivation, x: Expr, point: Expr) -> Iterator[Step]:
    at = derivation.conclusion
    if not is_op(at, "eq"):
        raise RuleError(f"limit: {to_text(at)} is no equation; begin with limit_derivation(e, name, point)")
    if not depends(at.args[0], x):
        raise RuleError(f"limit: {to_text(at.args[0])} does not show {to_text(x)}; write the definition as f({to_text(x)}) = ...")
    both = op("eq", *(op("limit", side, x, point) for side in at.args))
    yield Step("limit", at, both, ("Take the limit on both sides",), given=(at,), link="implies")
    yield from _evaluate_limit(changed(derivation, start=both, steps=()))


def _evaluate_limit(derivation: Derivation) -> Iterator[Step]:
    from .limits import steps_of

    at = derivation.conclusion
    here, put = side_of_work(at)
    if not is_op(here, "limit"):
        yield from _limits_inside(derivation, here, put)
        return
    for name in dict.fromkeys(node.args[0] for node in walk(here.args[0]) if is_op(node, "apply")):
        step = next(iter(_unfold(changed(derivation, start=at, steps=()), name)))
        yield step
        at = step.after
        here, put = side_of_work(at)
    facts = known_facts(derivation)
    for caption, after, conditions in steps_of(here, facts):
        yield Step("limit", at, put(after), caption, conditions)
        at = put(after)


def _limits_inside(derivation: Derivation, here: Expr, put: Callable[[Expr], Expr]) -> Iterator[Step]:
    """The limits that stand in a sum or a product, one after the other, as ``integrate`` leaves them at an infinite bound."""
    from .limits import steps_of

    if not any(is_op(node, "limit") for node in walk(here)):
        raise RuleError(f"limit: no limit stands in {to_text(here)}", hint="begin with limit_of(name, point)")
    at, facts = derivation.conclusion, known_facts(derivation)
    while (limit := next((node for node in walk(here) if is_op(node, "limit")), None)) is not None:
        for caption, after, conditions in steps_of(limit, facts):
            here, limit = replace(here, {limit: after}), after
            yield Step("limit", at, put(here), caption, conditions)
            at = put(here)


__all__ = ["define", "derivative_of", "differentiate", "evaluate_limit", "limit_derivation", "limit_of", "logistic_definition", "neat", "tidy", "unfold"]
