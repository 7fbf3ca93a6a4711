"""Derivatives on the written tree, rule by rule, and limits of quotients of exponential polynomials.  No SymPy."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, count_nodes, is_op, rational_value, replace, transform, walk
from ..expressions.tree import expr as literal

from . import pieces
from .forms import Quotient, Undefined, Unsupported

if TYPE_CHECKING:
    from .exact import Field

MAX_NODES = 30_000      # of a derivative of high order, which every rule makes longer
_ONE, _ZERO, _TWO = Number("1"), Number("0"), Number("2")


def integer(value: int) -> Expr:
    return literal(value)


def rational(value: Fraction) -> Expr:
    return literal(value)


BINDERS = ("sum", "prod", "limit", "integral", "diff")


def binds(value: Expr, name: Expr) -> bool:
    """True where a sum, a limit, an integral or a derivative in the tree is taken over the name."""
    return any(is_op(node, *BINDERS) and node.args[1] == name for node in walk(value))


def depends(value: Expr, name: Expr) -> bool:
    """True where name occurs in the tree (bound or not: callers use names that are not bound)."""
    return any(node == name for node in walk(value))


def mentions(value: Expr, name: Expr) -> bool:
    """``depends``, but the letter of an entry is no name: x_1 does not mention x."""
    if value == name or not isinstance(value, Operation):
        return value == name
    return any(mentions(part, name) for part in value.args[is_op(value, "index"):])


# --- derivatives ----------------------------------------------------------------------------------------------

# u -> f'(u); the chain rule multiplies by u'
_OUTER = {
    "exp": lambda u: Operation("exp", (u,)),
    "ln": lambda u: Operation("div", (_ONE, u)),
    "sqrt": lambda u: Operation("div", (_ONE, Operation("mul", (_TWO, Operation("sqrt", (u,)))))),
    "sin": lambda u: Operation("cos", (u,)),
    "cos": lambda u: Operation("neg", (Operation("sin", (u,)),)),
    "tan": lambda u: Operation("div", (_ONE, Operation("pow", (Operation("cos", (u,)), _TWO)))),
    "cot": lambda u: Operation("neg", (Operation("div", (_ONE, Operation("pow", (Operation("sin", (u,)), _TWO)))),)),
    "sec": lambda u: Operation("div", (Operation("sin", (u,)), Operation("pow", (Operation("cos", (u,)), _TWO)))),
    "csc": lambda u: Operation("neg", (Operation("div", (Operation("cos", (u,)), Operation("pow", (Operation("sin", (u,)), _TWO)))),)),
    "tanh": lambda u: Operation("div", (_ONE, Operation("pow", (Operation("cosh", (u,)), _TWO)))),
    "asin": lambda u: Operation("div", (_ONE, Operation("sqrt", (Operation("add", (_ONE, Operation("neg", (Operation("pow", (u, _TWO)),)))),)))),
    "acos": lambda u: Operation("neg", (_OUTER["asin"](u),)),
    "atan": lambda u: Operation("div", (_ONE, Operation("add", (_ONE, Operation("pow", (u, _TWO)))))),
    "sinh": lambda u: Operation("cosh", (u,)),
    "cosh": lambda u: Operation("sinh", (u,)),
    "abs": lambda u: Operation("div", (u, Operation("abs", (u,)))),    # where u is not 0: the divisor becomes a side condition
}


def differentiate(expr: Operation) -> Expr | None:
    """The derivative that ``diff(f, x[, n])`` stands for, as a tree without ``diff``; None where f is a name of unknown meaning.

    Raises Unsupported for what has no rule.
    """
    body, variable = expr.args[:2]
    if not (isinstance(variable, Symbol) and variable.name not in CONSTANTS or is_op(variable, "index")):
        raise Unsupported("a derivative with respect to something that is no name")
    order = rational_value(expr.args[2]) if len(expr.args) == 3 else Fraction(1)
    if order is None or order.denominator != 1 or not 1 <= order <= 12:
        raise Unsupported("a derivative of this order")
    if body != variable and (isinstance(body, Symbol) or is_op(body, "index")) or is_op(body, "apply"):
        return None
    for _ in range(int(order)):
        body = derivative(body, variable)
        if count_nodes(body) > MAX_NODES:
            raise Unsupported("a derivative with too many parts")
    if any(is_op(node, "ln", "log") for node in walk(expr.args[0])):      # 1/x is no derivative of ln x where x is negative
        return Operation("add", (body, Operation("mul", (_ZERO, expr.args[0]))))
    return body


def _perhaps_same(node: Expr, x: Expr) -> bool:
    """True for w_i beside w_j or w_1: the same letter, and positions that are not two different numbers."""
    if node == x or not is_op(node, "index") or node.args[0] != x.args[0] or len(node.args) != len(x.args):
        return False
    pairs = [(rational_value(a), rational_value(b)) for a, b in zip(node.args[1:], x.args[1:])]
    return not any(a is not None and b is not None and a != b for a, b in pairs)


def derivative(u: Expr, x: Expr) -> Expr:
    """du/dx by sum, product, quotient, power and chain rules.  Other names are constants.  Raises Unsupported."""

    if u == x:
        return _ONE
    if is_op(x, "index") and any(_perhaps_same(node, x) for node in walk(u)):
        raise Unsupported("a derivative by one of several indexed names that may be the same")
    if not depends(u, x):
        return _ZERO
    if not isinstance(u, Operation):
        return _ZERO
    head, args = u.head, u.args
    if head == "add":
        return Operation("add", tuple(derivative(a, x) for a in args))
    if head == "neg":
        return Operation("neg", (derivative(args[0], x),))
    if head == "mul":
        terms = tuple(Operation("mul", (*args[:i], derivative(a, x), *args[i + 1:])) for i, a in enumerate(args) if depends(a, x))
        return terms[0] if len(terms) == 1 else Operation("add", terms)
    if head == "div":
        a, b = args
        if not depends(b, x):
            return Operation("div", (derivative(a, x), b))
        top = Operation("add", (Operation("mul", (derivative(a, x), b)), Operation("neg", (Operation("mul", (a, derivative(b, x))),))))
        return Operation("div", (top, Operation("pow", (b, _TWO))))
    if head == "pow":
        return _power_rule(args[0], args[1], x)
    if head == "root":
        return _power_rule(args[0], Operation("div", (_ONE, args[1])), x)
    if head == "log":
        natural = Operation("ln", (args[0],))
        return derivative(natural if len(args) == 1 else Operation("div", (natural, Operation("ln", (args[1],)))), x)
    if head == "sum" and not depends(args[2], x) and not depends(args[3], x) and args[1] != x:
        return Operation("sum", (derivative(args[0], x), *args[1:]))
    if head == "diff":
        inner = differentiate(u)
        if inner is not None:
            return derivative(inner, x)
        if args[1] == x and (len(args) == 2 or isinstance(args[2], Number)):      # d/dx of d^n f/dx^n, f unknown
            return Operation("diff", (args[0], x, integer(int(args[2].value) + 1 if len(args) == 3 else 2)))
    if head == "apply" and args[1:] == (x,):      # a function of which nothing is known keeps its derivative's sign
        return Operation("diff", (u, x))
    if head in _OUTER:
        return Operation("mul", (_OUTER[head](args[0]), derivative(args[0], x)))
    if head in ("cases", "max", "min", "sign", "floor", "ceil"):
        return pieces.derivative(u, x)
    if head == "integral" and len(args) == 4 and not depends(args[0], x) and isinstance(args[1], Symbol) and pieces.continuous(args[0]):
        # the fundamental theorem: the integrand at the ends, times their derivatives
        terms = [Operation("mul", (replace(args[0], {args[1]: end}), derivative(end, x))) for end in args[2:]]
        return Operation("add", (terms[1], Operation("neg", (terms[0],))))
    raise Unsupported(f"the derivative of {head}")


def _power_rule(base: Expr, exponent: Expr, x: Expr) -> Expr:
    if not depends(exponent, x):
        lowered = Operation("pow", (base, Operation("add", (exponent, Operation("neg", (_ONE,))))))
        value = rational_value(exponent)
        if value is not None and value == 1:
            return derivative(base, x)
        if value is not None and value.denominator == 1:
            lowered = Operation("pow", (base, integer(int(value) - 1)))
        return Operation("mul", (exponent, lowered, derivative(base, x)))
    power = Operation("pow", (base, exponent))
    if base == Symbol("e"):
        return Operation("mul", (power, derivative(exponent, x)))
    logarithm = Operation("ln", (base,))    # u**v = exp(v ln u): needs u > 0, which ln records
    return Operation("mul", (power, derivative(Operation("mul", (exponent, logarithm)), x)))


# --- limits ---------------------------------------------------------------------------------------------------

def _settle_inside(field: "Field", marked: Symbol, before: set[Expr]) -> None:
    """Divisors met in a limit's body: those without the bound name stay; one in x and exp(x) that is not zero throughout has no zero
    close to the limit's point, beside the point itself.  Raises Unsupported for others, and for domains that need the bound name.
    """
    if any(depends(w, marked) for w in field.requirements):
        raise Unsupported("the limit of an expression that may have no value")
    for written in [w for w in field.divisors if w not in before and depends(w, marked)]:
        for factor, _ in field.divisors.pop(written).factor()[1]:
            inside = [i for i, d in enumerate(factor.degrees()) if d and depends(field.atoms[i].expr, marked)]
            if not inside:
                field.divisors.setdefault(field.poly_expr(factor), factor)
                continue
            parts: dict[tuple[int, ...], dict] = {}
            for exponents, coefficient in factor.to_dict().items():
                rest = tuple(0 if i in inside else e for i, e in enumerate(exponents))
                parts.setdefault(tuple(exponents[i] for i in inside), {})[rest] = coefficient
            simple = all(field.atoms[i].expr in (marked, Operation("exp", (marked,))) for i in inside)
            coefficients = [field.ctx.from_dict(p) for p in parts.values()]
            if not simple or not any(c.is_constant() or field.facts is not None and field.facts.nonzero(c) for c in coefficients):
                raise Unsupported("the limit of an expression that may have no value")


def _limit_of_pieces(field: "Field", expr: Operation) -> "Quotient":
    """The limit of the pieces that hold close to the point, on the side asked for or on both."""
    body, variable, point = expr.args[:3]
    if any(is_op(node, "sum", "prod", "limit", "integral", "diff") and node.args[1] == variable for node in walk(body)):
        raise Unsupported("a limit of cases in which the name is bound again")
    end = point.args[0] if is_op(point, "neg") else point
    if end == Symbol("inf"):
        sides = [1 if is_op(point, "neg") else -1]     # towards inf from below, towards -inf from above
        at = Fraction(0)
    else:
        side = rational_value(expr.args[3]) if len(expr.args) == 4 else None
        sides, at = [1, -1] if side is None else [1 if side > 0 else -1], rational_value(point)
    if at is None:
        raise Unsupported("a piecewise limit at this point")
    found = [limit(field, Operation("limit", (_pieces_near(body, variable, point, at, s), *expr.args[1:]))) for s in sides]
    if not all(field.is_zero(field.sub(found[0], other)) for other in found[1:]):
        raise Undefined("the limits from the two sides are not shown to be equal")
    return found[0]


def _pieces_near(body: Expr, variable: Symbol, point: Expr, at: Fraction, side: int) -> Expr:
    """The tree with each ``cases`` exchanged for the piece that holds on an interval beside the point, which itself is not in it."""
    def chosen(node: Expr) -> Expr:
        if not is_op(node, "cases"):
            return node
        for i in range(0, len(node.args) - 1, 2):
            if _holds_near(node.args[i + 1], variable, point, at, side):
                return node.args[i]
        if len(node.args) % 2:
            return node.args[-1]
        raise Unsupported("a limit where no case holds")

    return transform(body, chosen)


def _holds_near(condition: Expr, variable: Symbol, point: Expr, at: Fraction, side: int) -> bool:
    """Whether ``x < c`` (c a rational) holds for all x close to the point on its side.  Raises Unsupported for other conditions."""
    if is_op(condition, "and", "or"):
        parts = [_holds_near(a, variable, point, at, side) for a in condition.args]
        return all(parts) if condition.head == "and" else any(parts)
    if not is_op(condition, "lt", "le", "gt", "ge", "eq", "ne"):
        raise Unsupported("a limit of cases with such a condition")
    head, (left, right) = condition.head, condition.args
    if right == variable:
        head, left, right = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(head, head), right, left
    bound = rational_value(right)
    if left != variable or bound is None:
        raise Unsupported("a limit of cases with such a condition")
    if head in ("eq", "ne"):
        return head == "ne"
    if is_op(point, "neg") and point.args[0] == Symbol("inf"):
        above = False
    elif point == Symbol("inf"):
        above = True
    else:
        above = at > bound or at == bound and side > 0
    return above == (head in ("gt", "ge"))


def limit(field: "Field", expr: Operation) -> "Quotient":
    """The limit of a quotient of polynomials in x and exp(x).

    At infinity the terms are ordered by growth (the power of exp(x) first, then the power of x): the leading terms
    decide.  At a finite point the reduced quotient is continuous where its denominator is not zero.
    Raises Unsupported, also where the limit is infinite.
    """

    body, variable, point = expr.args[:3]
    if not isinstance(variable, Symbol):
        raise Unsupported("a limit in an expression")
    if any(is_op(node, "cases") for node in walk(body)):
        return _limit_of_pieces(field, expr)
    # a name of its own: what is assumed of a free name says nothing about a bound one of the same letters
    marked = Symbol(f"limit {field.depth}")
    body, variable = replace(body, {variable: marked}), marked
    before = set(field.divisors)
    field.depth += 1
    q = field.lowest(field.reduced(field.normal(body)))
    field.depth -= 1
    _settle_inside(field, marked, before)
    x = field.normal(variable)
    x_place = field.gens.index(x.num) if x.num in field.gens else None
    exp_place = None
    for i, atom in enumerate(field.atoms):
        if i != x_place and depends(atom.expr, variable) and (q.num.degrees()[i] or q.den.degrees()[i]):
            if atom.kind == "exp" and atom.expr.args[0] == variable:
                exp_place = i
            else:
                raise Unsupported("the limit of this kind of expression")
    end = point.args[0] if is_op(point, "neg") else point
    if end != Symbol("inf"):
        return field.normal(replace(field.to_expr(q), {variable: point}))
    upwards = not is_op(point, "neg")

    def growth(exponents: tuple[int, ...]) -> tuple[int, int]:
        power_of_exp = exponents[exp_place] if exp_place is not None else 0
        return (power_of_exp if upwards else -power_of_exp), exponents[x_place]

    def leading(poly):
        terms = poly.to_dict()
        top = max(growth(e) for e in terms)
        rest = {}
        for exponents, coefficient in terms.items():
            if growth(exponents) == top:
                kept = tuple(0 if i in (x_place, exp_place) else e for i, e in enumerate(exponents))
                rest[kept] = coefficient if upwards or exponents[x_place] % 2 == 0 else -coefficient
        return top, field.ctx.from_dict(rest)

    if q.num == 0:
        return q
    (top, above), (bottom, below) = leading(q.num), leading(q.den)
    if not below.is_constant():
        field.divisors.setdefault(field.poly_expr(below), below)
    if top < bottom:
        return field.constant(0)
    if top > bottom:
        raise Unsupported("an infinite limit")
    return Quotient(above, below)
