"""Integrals by the fundamental theorem: SymPy looks for an antiderivative, the judge differentiates it."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import Derivation, Rule, RuleError, Step
from ..expressions import Expr, Operation, Symbol, add, is_op, is_relation, op, rational_value, replace, symbols, to_text, walk
from ..expressions.tree import transform
from .calculus import neat
from .forms import depends, negated, terms_of
from .making import rule_factory

_INFINITE = (Symbol("inf"), op("neg", "inf"))


@rule_factory
def integrate() -> Rule:
    """Take the integrals that stand in the expression (or in an equation), one a step.

        integral(3*x^2, x, 0, 2)   ->   2^3 - 0^3        integral(2*x, x)   ->   x^2 + C

    At an infinite bound the limit of the antiderivative is written.
    Raises RuleError where no integral stands, where one stands inside another's bounds, and where no antiderivative is found.
    """
    return _integrate


def _integrate(derivation: Derivation) -> Iterator[Step]:
    at = derivation.conclusion
    found = next(_innermost(at), None)
    if found is None:
        raise RuleError(f"integrate: no integral stands in {to_text(at)}")
    while found is not None:
        body, x = found.args[:2]
        primitive = antiderivative(body, x)
        caption = ("An antiderivative of ", body, " is ", primitive)
        if len(found.args) == 2:
            constant = _free_constant(at)
            if not any(is_op(node, "ln", "log") for node in walk(body)):
                primitive = transform(primitive, _of_any_sign)
            caption = ("An antiderivative of ", body, " is ", primitive)
            after = replace(at, {found: add(*terms_of(primitive), constant)})
            caption = (*caption, "; ", constant, " is any constant")
        else:
            low, high = found.args[2:]
            after = replace(at, {found: add(_value_at(primitive, x, high), negated(_value_at(primitive, x, low)))})
        yield Step("integrate", at, after, caption, link="equivalent" if is_relation(at) else "equal")
        at = after
        found = next(_innermost(at), None)


def antiderivative(body: Expr, x: Expr) -> Expr:
    """An antiderivative that SymPy finds, tidied.  Raises RuleError where there is none in closed form."""
    import sympy

    from ..sympy_bridge import BridgeError, from_sympy, symbol_of, to_sympy

    refusal = RuleError(f"integrate: no antiderivative of {to_text(body)} was found; state one with rewrite(...), and the judge differentiates it")
    if not depends(body, x):
        return neat(op("mul", body, x))
    try:
        found = sympy.integrate(to_sympy(body), symbol_of(x))
        found = found.replace(lambda e: isinstance(e, sympy.Piecewise), lambda e: _general(e, symbol_of(x)))
        if found.has(sympy.Integral, sympy.Piecewise):
            raise refusal
        return neat(from_sympy(found, like=body), {})
    except (BridgeError, NotImplementedError, TypeError):
        raise refusal from None


def _general(cases: object, x: object) -> object:
    """Of x^(n + 1)/(n + 1), or ln(x) where n is -1, the first: the judge says where it holds.  Cases of x itself stay."""
    return cases if any(condition.has(x) for _, condition in cases.args) else cases.args[0].expr


def _of_any_sign(node: Expr) -> Expr:
    """ln(x) as ln|x|, an antiderivative of 1/x on both sides of 0."""
    plain = is_op(node, "ln") and not is_op(node.args[0], "abs") and rational_value(node.args[0]) is None
    return op("ln", op("abs", node.args[0])) if plain else node


def _innermost(value: Expr) -> Iterator[Operation]:
    for node in walk(value):
        if is_op(node, "integral") and not any(is_op(inner, "integral") for part in node.args for inner in walk(part)):
            yield node


def _value_at(primitive: Expr, x: Expr, bound: Expr) -> Expr:
    return op("limit", primitive, x, bound) if bound in _INFINITE else replace(primitive, {x: bound})


def _free_constant(at: Expr) -> Expr:
    return Symbol(next(name for name in ("C", "K", "C_0", "C_1", "C_2") if name not in symbols(at)))
