"""One level of differentiation: what a named rule makes of ``diff(u, x)``.

Every function here takes the body of a marker ``d/dx [u]`` and returns what stands in its place, with smaller markers inside where
the rule leaves derivatives to be taken.  Names other than x are constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from fractions import Fraction

from ..derivation import RuleError
from ..expressions import Expr, Operation, Symbol, expr, is_op, mul, op, parse, rational_value, replace, to_text, walk
from .forms import depends, nonzero, sign_of
from .writing import ONE, ZERO, exact, power

E, TWO = Symbol("e"), expr(2)
LOGISTIC = frozenset({"sigma"})     # names read as the logistic function where no definition says otherwise


@dataclass(frozen=True, slots=True)
class Pushed:
    """``after`` in place of the marker; ``rule`` names what was used; ``conditions`` and ``given`` go into the step."""

    rule: str
    after: Expr
    conditions: tuple[Expr, ...] = ()
    given: tuple[Expr, ...] = field(default=())


def define(name: "str | Expr", formula: "str | Expr | None" = None) -> Expr:
    """A definition as a fact for ``start(..., assume=[...])``: ``define("sigma(z)", "1/(1 + e^(-z))")``, or whole: ``define("f = z^2")``.

    Raises RuleError where the left side is neither a name nor a function of names.
    """
    left = parse(name) if isinstance(name, str) else name
    if formula is None:
        if not is_op(left, "eq"):
            raise RuleError(f"define: {to_text(left)} is no definition; write define(name, formula)")
        left, right = left.args
    else:
        right = parse(formula) if isinstance(formula, str) else formula
    plain = isinstance(left, Symbol) or is_op(left, "index") or (is_op(left, "apply") and all(isinstance(a, Symbol) for a in left.args[1:]))
    if not plain:
        raise RuleError(f"define: {to_text(left)} is neither a name nor a function of names, such as sigma(z)")
    return op("eq", left, right)


def logistic_definition(name: str = "sigma", variable: str = "z") -> Expr:
    """sigma(z) = 1/(1 + e^(-z)), the logistic function."""
    return define(f"{name}({variable})", f"1/(1 + e^(-{variable}))")


def definition_of(name: Expr, facts: Iterable[Expr]) -> tuple[tuple[Expr, ...], Expr] | None:
    """(parameters, formula) of the function ``name`` among the facts; None where none defines it."""
    for fact in facts:
        if is_op(fact, "eq") and is_op(fact.args[0], "apply") and fact.args[0].args[0] == name:
            return fact.args[0].args[1:], fact.args[1]
    return None


def is_logistic(name: Expr, facts: Iterable[Expr]) -> bool:
    """True where the facts define the function as the logistic one, or do not define a function that is called sigma."""
    found = definition_of(name, facts)
    if found is None:
        return isinstance(name, Symbol) and name.name in LOGISTIC
    (variable, *rest), formula = found
    forms = [parse(text) for text in ("1/(1 + e^(-t))", "1/(1 + exp(-t))", "1/(e^(-t) + 1)", "e^t/(1 + e^t)", "e^t/(e^t + 1)")]
    return not rest and replace(formula, {variable: Symbol("t")}) in forms


def known_sign(value: Expr, facts: Iterable[Expr]) -> str | None:
    """What ``forms.sign_of`` knows, and that a logistic function lies between 0 and 1."""
    known = tuple(facts)
    rest = value
    if is_op(value, "add") and len(value.args) == 2 and value.args[0] == ONE and is_op(value.args[1], "neg"):
        rest = value.args[1].args[0]      # 1 - sigma(z)
    if is_op(rest, "apply") and len(rest.args) == 2 and is_logistic(rest.args[0], known):
        return "+"
    return sign_of(value, known)


# --- one level ------------------------------------------------------------------------------------------------

# u -> f'(u), the rule's name, and what it needs
_OUTER: dict[str, tuple[Callable[[Expr], Expr], str]] = {
    "sin": (lambda u: op("cos", u), "derivative of the sine"),
    "cos": (lambda u: op("neg", op("sin", u)), "derivative of the cosine"),
    "tan": (lambda u: op("div", 1, op("pow", op("cos", u), 2)), "derivative of the tangent"),
    "sinh": (lambda u: op("cosh", u), "derivative of sinh"),
    "cosh": (lambda u: op("sinh", u), "derivative of cosh"),
    "tanh": (lambda u: op("add", 1, op("neg", op("pow", op("tanh", u), 2))), "derivative of tanh"),
    "atan": (lambda u: op("div", 1, op("add", 1, op("pow", u, 2))), "derivative of the arc tangent"),
}


def push(u: Expr, x: Expr, facts: tuple[Expr, ...] = ()) -> Pushed | None:
    """What d/dx [u] becomes by one rule; None where u is a name alone, which may stand for anything, or a
    function of x that nothing defines: then it stays as written.

    Raises RuleError where there is no rule.
    """
    if u == x:
        return Pushed("identity rule", ONE)
    twin = next((node for node in walk(u) if perhaps_same(node, x)), None)
    if twin is not None:
        raise RuleError(f"differentiate: whether {to_text(twin)} is {to_text(x)} is not known; write the sum out first, with expand_sum()")
    if isinstance(u, Symbol) or (is_op(u, "index") and not depends(u, x)):
        return None
    if not depends(u, x):
        return Pushed("constant rule", ZERO)
    mark = _Marker(x)
    found = _rule(u, x, mark, facts)
    return found if found is None else replaced(found, rule=", ".join((found.rule, *mark.at_once)))


def _rule(u: Operation, x: Expr, mark: "_Marker", facts: tuple[Expr, ...]) -> Pushed | None:
    head, args = u.head, u.args
    if head == "add":
        return Pushed("sum rule", Operation("add", tuple(mark.signed(a) for a in args)))
    if head == "neg":
        return Pushed("constant factor rule", op("neg", mark(args[0])))
    if head == "mul":
        return _product(args, x, mark)
    if head == "div":
        return _quotient(args[0], args[1], x, mark, facts)
    if head == "pow":
        return _power(args[0], args[1], x, mark, facts)
    if head == "sqrt":
        outer = op("div", 1, mul(TWO, u)) if args[0] == x else op("div", mark(args[0]), mul(TWO, u))
        return Pushed(_chain("derivative of the square root", args[0], x), outer, _positive(args[0], facts))
    if head == "root":
        return Pushed("root as a power", mark(op("pow", args[0], op("div", 1, args[1]))), _positive(args[0], facts))
    if head == "exp":
        return Pushed(_chain("exponential rule", args[0], x), u if args[0] == x else mul(mark(args[0]), u))
    if head == "ln" or (head == "log" and len(args) == 1):
        return Pushed(_chain("derivative of the logarithm", args[0], x), op("div", ONE if args[0] == x else mark(args[0]), args[0]), _positive(args[0], facts))
    if head == "log" and not depends(args[1], x):
        below = mul(args[0], op("ln", args[1]))
        return Pushed(_chain("derivative of the logarithm", args[0], x), op("div", ONE if args[0] == x else mark(args[0]), below),
                      _positive(args[0], facts) + _positive(args[1], facts))
    if head == "abs":
        sign = op("div", args[0], u)
        return Pushed(_chain("derivative of the absolute value", args[0], x), sign if args[0] == x else mul(sign, mark(args[0])), nonzero(args[0]))
    if head in _OUTER:
        outer, rule = _OUTER[head]
        value = outer(args[0])
        return Pushed(_chain(rule, args[0], x), value if args[0] == x else mul(value, mark(args[0])))
    if head == "sum" and args[1] != x and not any(depends(a, x) for a in args[2:]):
        return Pushed("sum rule under the summation sign", op("sum", mark(args[0]), *args[1:]))
    if head == "apply":
        return _applied(u, x, mark, facts)
    if head == "index":
        raise RuleError(f"differentiate: {to_text(u)} has a position that depends on {to_text(x)}")
    raise RuleError(f"differentiate: there is no rule for the derivative of {to_text(u)}")


def perhaps_same(node: Expr, x: Expr) -> bool:
    """True for w_i beside w_j or w_1: one letter, and positions that are not two different numbers."""
    if node == x or not is_op(node, "index") or not is_op(x, "index") or node.args[0] != x.args[0] or len(node.args) != len(x.args):
        return False
    pairs = [(rational_value(a), rational_value(b)) for a, b in zip(node.args[1:], x.args[1:])]
    return not any(a is not None and b is not None and a != b for a, b in pairs)


class _Marker:
    """d/dx [ . ]; what is constant or x itself gets its derivative 0 or 1 at once, as one writes it by hand."""

    def __init__(self, x: Expr) -> None:
        self.x = x
        self.at_once: dict[str, None] = {}

    def __call__(self, u: Expr) -> Expr:
        if u == self.x:
            self.at_once["identity rule"] = None
            return ONE
        if not depends(u, self.x):
            self.at_once["constant rule"] = None
            return ZERO
        return op("diff", u, self.x)

    def signed(self, term: Expr) -> Expr:
        """d/dx of a term of a sum, its minus sign outside."""
        return op("neg", self(term.args[0])) if is_op(term, "neg") else self(term)


def _chain(rule: str, inner: Expr, x: Expr) -> str:
    return rule if inner == x else f"chain rule ({rule})"


def _positive(value: Expr, facts: Iterable[Expr]) -> tuple[Expr, ...]:
    number = exact(value)
    if number is not None and number <= 0:
        raise RuleError(f"differentiate: {to_text(value)} is not positive, as the rule needs")
    return () if value == E or number is not None or known_sign(value, facts) == "+" else (op("gt", value, ZERO),)


def _not_zero(value: Expr, facts: Iterable[Expr]) -> tuple[Expr, ...]:
    return () if known_sign(value, facts) in ("+", "-") else nonzero(value)


def _product(factors: tuple[Expr, ...], x: Expr, mark: _Marker) -> Pushed:
    constant = tuple(f for f in factors if not depends(f, x))
    varying = tuple(f for f in factors if depends(f, x))
    if constant:
        return Pushed("constant factor rule", mul(*constant, mark(mul(*varying))))
    terms = tuple(mul(*varying[:i], mark(f), *varying[i + 1:]) for i, f in enumerate(varying))
    return Pushed("product rule", Operation("add", terms))


def _quotient(top: Expr, bottom: Expr, x: Expr, mark: _Marker, facts: tuple[Expr, ...]) -> Pushed:
    if not depends(bottom, x):
        return Pushed("constant factor rule", op("div", mark(top), bottom), _not_zero(bottom, facts))
    square = op("pow", bottom, TWO)
    if not depends(top, x):
        change = mark(bottom) if top == ONE else mul(top, mark(bottom))
        return Pushed("reciprocal rule", op("neg", op("div", change, square)), _not_zero(bottom, facts))
    above = op("add", mul(mark(top), bottom), op("neg", mul(top, mark(bottom))))
    return Pushed("quotient rule", op("div", above, square), _not_zero(bottom, facts))


def _power(base: Expr, exponent: Expr, x: Expr, mark: _Marker, facts: tuple[Expr, ...]) -> Pushed:
    if not depends(exponent, x):
        n = exact(exponent)
        lowered = power(base, expr(n - 1) if n is not None else op("add", exponent, op("neg", 1)))
        front = () if n == 1 else (expr(n) if n is not None else exponent,)
        whole = n is not None and n.denominator == 1
        conditions = () if whole and n > 0 else _not_zero(base, facts) if whole else _positive(base, facts)
        if n == 0:
            return Pushed("constant rule", ZERO, conditions)
        inner = () if base == x else (mark(base),)
        return Pushed(_chain("power rule", base, x), mul(*front, *(() if lowered == ONE and (front or inner) else (lowered,)), *inner), conditions)
    u = op("pow", base, exponent)
    if base == E:
        return Pushed(_chain("exponential rule", exponent, x), u if exponent == x else mul(mark(exponent), u))
    logarithm = op("ln", base)
    if not depends(base, x):
        whole = mul(u, logarithm) if exponent == x else mul(u, logarithm, mark(exponent))
        return Pushed(_chain("exponential rule", exponent, x), whole, _positive(base, facts))
    return Pushed("logarithmic differentiation", mul(u, mark(mul(exponent, logarithm))), _positive(base, facts))


def _applied(u: Operation, x: Expr, mark: _Marker, facts: tuple[Expr, ...]) -> Pushed | None:
    name, *arguments = u.args
    if len(arguments) == 1 and is_logistic(name, facts):
        own = mul(u, op("add", 1, op("neg", u)))
        given = () if definition_of(name, facts) else (logistic_definition(name.name),)
        rule = "derivative of the logistic function"
        after = own if arguments[0] == x else mul(*own.args, mark(arguments[0]))
        return Pushed(_chain(rule, arguments[0], x), after, (), given)
    if definition_of(name, facts):
        raise RuleError(f"differentiate: write {to_text(u)} out first, with unfold({to_text(name)!r})")
    if arguments == [x]:
        return None
    raise RuleError(f"differentiate: nothing says what {to_text(name)} is; assume define(\"{to_text(name)}(t)\", ...)")


def order_of(marker: Operation) -> int:
    """The order of ``diff(u, x, n)``: 1 where it is not written.  Raises RuleError for an order that is no small whole number."""
    value = rational_value(marker.args[2]) if len(marker.args) == 3 else Fraction(1)
    if value is None or value.denominator != 1 or not 1 <= value <= 12:
        raise RuleError(f"differentiate: {to_text(marker)} has no whole order from 1 to 12")
    return int(value)
