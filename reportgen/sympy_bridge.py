"""The one door to SymPy: our tree to SymPy so that it can search, and what it finds back to our tree by its structure.

SymPy is imported on first use.  What comes back is only a suggestion: whoever uses it states a step or a claim, and the judge
decides.  No text passes through SymPy's parsers in either direction.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .expressions import (Expr, Number, Operation, ParseError, Symbol, add, expr, is_op, matrix, mul, op, parse, rational_value, rows_of,
                          to_text, walk)


MAX_DEGREE = 30     # of a polynomial whose zeros are looked for


class BridgeError(ValueError):
    """A form has no counterpart on the other side, or a search found nothing that can be stated."""


_SAME_FUNCTIONS = {"sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc", "asin": "asin", "acos": "acos", "atan": "atan",
                   "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "exp": "exp", "abs": "Abs", "sign": "sign", "floor": "floor", "ceil": "ceiling",
                   "factorial": "factorial", "binomial": "binomial", "min": "Min", "max": "Max", "sqrt": "sqrt", "ln": "log"}
_BACK_FUNCTIONS = {theirs: ours for ours, theirs in _SAME_FUNCTIONS.items() if ours not in ("sqrt",)}
_RELATIONS = {"eq": "Eq", "ne": "Ne", "lt": "Lt", "le": "Le", "gt": "Gt", "ge": "Ge"}
_BACK_RELATIONS = {"Equality": "eq", "Unequality": "ne",
                   "StrictLessThan": "lt", "LessThan": "le", "StrictGreaterThan": "gt", "GreaterThan": "ge"}
_LOGIC = {"and": "And", "or": "Or", "not": "Not"}
_BACK_LOGIC = {theirs: ours for ours, theirs in _LOGIC.items()}


# --- there --------------------------------------------------------------------------------------------------------

def to_sympy(value: Expr) -> Any:
    """The value as a SymPy object, evaluated as SymPy likes: for searching only.

    Names become real symbols; an indexed name x_1 becomes one symbol whose name spells it (``symbol_of``).
    Raises BridgeError for heads that SymPy does not have (round, norm, vec, approx, element, iff, implies).
    """
    import sympy as sp

    return _to(value, sp)


def symbol_of(name: Expr) -> Any:
    """The SymPy symbol that stands for a name or an indexed name in ``to_sympy``."""
    import sympy as sp

    return _to(name, sp)


def _to(value: Expr, sp: Any) -> Any:
    if isinstance(value, Number):
        return sp.Rational(value.value.numerator, value.value.denominator)
    if isinstance(value, Symbol):
        constants = {"pi": sp.pi, "e": sp.E, "inf": sp.oo}
        return constants[value.name] if value.name in constants else sp.Symbol(value.name, real=True)
    head, args = value.head, value.args
    if head == "index":
        return sp.Symbol(to_text(value), real=True)
    if head == "apply":
        if not isinstance(args[0], Symbol):
            raise BridgeError(f"{to_text(value)}: only a named function has a counterpart in SymPy")
        return sp.Function(args[0].name)(*(_to(a, sp) for a in args[1:]))
    if head == "cases":
        pairs = [(_to(args[i], sp), _to(args[i + 1], sp)) for i in range(0, len(args) - 1, 2)]
        if len(args) % 2:
            pairs.append((_to(args[-1], sp), True))
        return sp.Piecewise(*pairs)
    if head == "matrix":
        return sp.ImmutableMatrix([[_to(cell, sp) for cell in row] for row in rows_of(value)])
    if head == "set":
        return sp.FiniteSet(*(_to(a, sp) for a in args))
    inner = [_to(a, sp) for a in args]
    if head in _SAME_FUNCTIONS:
        return getattr(sp, _SAME_FUNCTIONS[head])(*inner)
    if head in _RELATIONS:
        return getattr(sp, _RELATIONS[head])(*inner)
    if head in _LOGIC:
        return getattr(sp, _LOGIC[head])(*inner)
    build = _BUILD.get(head)
    if build is None:
        raise BridgeError(f"{head} has no counterpart in SymPy")
    return build(sp, inner)


def _sum(values: list[Any]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def _product(values: list[Any]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


_BUILD: dict[str, Callable[[Any, list[Any]], Any]] = {
    "add": lambda sp, a: _sum(a), "neg": lambda sp, a: -a[0], "mul": lambda sp, a: _product(a), "div": lambda sp, a: a[0] / a[1],
    "pow": lambda sp, a: a[0] ** a[1], "root": lambda sp, a: sp.real_root(a[0], a[1]), "log": lambda sp, a: sp.log(*a),
    "sum": lambda sp, a: sp.Sum(a[0], tuple(a[1:])), "prod": lambda sp, a: sp.Product(a[0], tuple(a[1:])),
    "diff": lambda sp, a: sp.Derivative(*a[:1], (a[1], a[2])) if len(a) == 3 else sp.Derivative(*a),
    "integral": lambda sp, a: sp.Integral(a[0], tuple(a[1:]) if len(a) == 4 else a[1]),
    "limit": lambda sp, a: sp.Limit(a[0], a[1], a[2], "+-" if len(a) == 3 else "+" if a[3] > 0 else "-"),
    "tuple": lambda sp, a: sp.Tuple(*a), "row": lambda sp, a: sp.Tuple(*a),
    "transpose": lambda sp, a: a[0].T, "det": lambda sp, a: a[0].det(), "inverse": lambda sp, a: a[0].inv(),
}


# --- and back -----------------------------------------------------------------------------------------------------

def from_sympy(obj: Any, like: Expr | None = None) -> Expr:
    """A SymPy object as a written tree, by its structure.

    Terms and factors stand in the order in which they appear in ``like``; without it, highest degree first and names by the alphabet.
    Raises TypeError for a Float (it is not exact), BridgeError for what has no written form here.
    """
    import sympy as sp

    if isinstance(obj, (int, Fraction)) and not isinstance(obj, bool):
        return expr(obj)
    if isinstance(obj, (str, float)):
        raise TypeError(f"{obj!r} is not an exact SymPy object")
    return _Reader(sp, like).read(obj)


class _Reader:
    def __init__(self, sp: Any, like: Expr | None) -> None:
        self.sp = sp
        self.place: dict[Expr, int] = {}
        if like is not None:
            for node in walk(like):
                self.place.setdefault(node, len(self.place))

    def read(self, obj: Any) -> Expr:
        sp = self.sp
        if isinstance(obj, sp.Float):
            raise TypeError("a SymPy Float is not exact; use Rational")
        if isinstance(obj, sp.Rational):
            return expr(Fraction(int(obj.p), int(obj.q)))
        if isinstance(obj, sp.Symbol):
            return name_from(obj.name)
        for constant, name in ((sp.pi, "pi"), (sp.E, "e"), (sp.oo, "inf")):
            if obj is constant:
                return Symbol(name)
        if obj is sp.S.NegativeInfinity:
            return op("neg", "inf")
        if isinstance(obj, sp.Add):
            return self.sum(obj)
        if isinstance(obj, sp.Mul):
            return self.product(obj)
        if isinstance(obj, sp.Pow):
            return self.power(obj)
        name = type(obj).__name__
        if name in _BACK_RELATIONS:
            return Operation(_BACK_RELATIONS[name], tuple(self.read(a) for a in obj.args))
        if name in _BACK_LOGIC:
            return Operation(_BACK_LOGIC[name], tuple(self.read(a) for a in sorted(obj.args, key=sp.default_sort_key)))
        if isinstance(obj, (sp.Sum, sp.Product, sp.Integral)):
            return self.big(obj)
        if isinstance(obj, sp.Derivative):
            return self.derivative(obj)
        if isinstance(obj, sp.Limit):
            return self.limit(obj)
        if isinstance(obj, sp.Piecewise):
            return self.cases(obj)
        if isinstance(obj, sp.MatrixBase):
            if not obj.rows or not obj.cols:
                raise BridgeError("a matrix without entries has no written form")
            return matrix([[self.read(obj[i, j]) for j in range(obj.cols)] for i in range(obj.rows)])
        if isinstance(obj, sp.Tuple):
            return Operation("tuple", tuple(self.read(a) for a in obj.args))
        if isinstance(obj, sp.FiniteSet):
            return Operation("set", tuple(self.read(a) for a in sorted(obj.args, key=sp.default_sort_key)))
        if isinstance(obj, (sp.Function, sp.Min, sp.Max)):
            return self.function(obj, name)
        raise BridgeError(f"{name} has no written form here: {obj}")

    def function(self, obj: Any, name: str) -> Expr:
        args = [self.read(a) for a in obj.args]
        if name == "log" and len(args) == 1:
            return Operation("ln", tuple(args))
        if name in _BACK_FUNCTIONS:
            ordered = sorted(args, key=self.key) if name in ("Min", "Max") else args
            return Operation(_BACK_FUNCTIONS[name], tuple(ordered))
        if isinstance(obj, self.sp.core.function.AppliedUndef):
            return Operation("apply", (Symbol(name), *args))
        raise BridgeError(f"the function {name} has no written form here")

    # --- sums
    def sum(self, obj: Any) -> Expr:
        terms = [(self.degree(a), self.read(a)) for a in obj.args]
        terms.sort(key=lambda item: (self.position(item[1]), *item[0], self.key(item[1])))
        shown = [term for _, term in terms]
        if is_op(shown[0], "neg"):      # a sum begins with a term that is added, where there is one
            first = next((i for i, term in enumerate(shown) if not is_op(term, "neg")), 0)
            shown.insert(0, shown.pop(first))
        return add(*shown)

    def degree(self, term: Any) -> tuple[Any, ...]:
        """Sort key of a term: constants last, higher degree first, then exponents by the alphabet of names."""
        names = sorted(term.free_symbols, key=lambda s: s.name)
        if not names:
            return (1, 0, ())
        powers = term.as_powers_dict()
        exponents = [(name.name, -powers[name] if name in powers and powers[name].is_number else 0) for name in names]
        return (0, float(sum(power for _, power in exponents)), tuple((name, float(power)) for name, power in exponents))

    def position(self, term: Expr) -> int:
        """Where the term, or the first piece of it that is not a number, stands in ``like``."""
        if not self.place:
            return 0
        inner = term.args[0] if is_op(term, "neg") else term
        if inner in self.place:
            return self.place[inner]
        found = [self.place[node] for node in walk(inner) if node in self.place and not isinstance(node, Number)]
        return min(found, default=len(self.place))

    def key(self, value: Expr) -> tuple[int, str]:
        return (self.place.get(value, len(self.place)), to_text(value))

    # --- products
    def product(self, obj: Any) -> Expr:
        sp = self.sp
        coefficient, above, below = Fraction(1), [], []
        for factor in obj.args:
            if isinstance(factor, sp.Float):
                raise TypeError("a SymPy Float is not exact; use Rational")
            if isinstance(factor, sp.Rational):
                coefficient *= Fraction(int(factor.p), int(factor.q))
            elif isinstance(factor, sp.Pow) and factor.exp.could_extract_minus_sign() and factor.base is not sp.E:
                below.append(self.inverse(factor))
            else:
                above.append(self.read(factor))
        above.sort(key=self.factor_key)
        below.sort(key=self.factor_key)
        top, bottom = abs(coefficient.numerator), coefficient.denominator
        over = mul(*([expr(top)] if top != 1 or not above else []), *above)
        under = mul(*([expr(bottom)] if bottom != 1 else []), *below)
        result = over if under == Number("1") else Operation("div", (over, under))
        return Operation("neg", (result,)) if coefficient < 0 else result

    def factor_key(self, value: Expr) -> tuple[Any, ...]:
        """Numbers and roots of them, constants, names and their powers, functions, brackets."""
        base = value.args[0] if is_op(value, "pow") else value
        if rational_value(base) is not None or is_op(value, "sqrt", "root") and rational_value(value.args[0]) is not None:
            kind = 0
        elif base in (Symbol("pi"), Symbol("e")):
            kind = 1
        elif isinstance(base, Symbol) or is_op(base, "index"):
            kind = 2
        elif is_op(base, "add"):
            kind = 4
        else:
            kind = 3
        return (kind, self.place.get(value, self.place.get(base, len(self.place))), to_text(value))

    def inverse(self, obj: Any) -> Expr:
        """What stands under the bar for a power with a negative exponent."""
        return self.read(self.sp.Pow(obj.base, -obj.exp, evaluate=False) if obj.exp != -1 else obj.base)

    def power(self, obj: Any) -> Expr:
        sp = self.sp
        base, exponent = obj.base, obj.exp
        if base is sp.E:
            return Operation("exp", (self.read(exponent),))
        if exponent.could_extract_minus_sign() and isinstance(exponent, sp.Rational):
            return Operation("div", (Number("1"), self.inverse(obj)))
        if isinstance(exponent, sp.Rational) and exponent.p == 1 and exponent.q > 1:
            inner = self.read(base)
            return op("sqrt", inner) if exponent.q == 2 else op("pow", inner, Fraction(1, int(exponent.q)))
        if exponent == 1:
            return self.read(base)
        return Operation("pow", (self.read(base), self.read(exponent)))

    # --- the rest
    def big(self, obj: Any) -> Expr:
        head = {"Sum": "sum", "Product": "prod", "Integral": "integral"}[type(obj).__name__]
        if len(obj.limits) != 1 or len(obj.limits[0]) not in ((3,) if head != "integral" else (1, 3)):
            raise BridgeError(f"{obj} has bounds that have no written form here")
        return Operation(head, (self.read(obj.function), *(self.read(a) for a in obj.limits[0])))

    def derivative(self, obj: Any) -> Expr:
        result = self.read(obj.expr)
        for variable, count in obj.variable_count:
            result = Operation("diff", (result, self.read(variable), *([] if count == 1 else [self.read(count)])))
        return result

    def limit(self, obj: Any) -> Expr:
        body, variable, point, direction = obj.args
        side = {"+": (expr(1),), "-": (expr(-1),)}.get(str(direction), ())
        if point.is_infinite:
            side = ()
        return Operation("limit", (self.read(body), self.read(variable), self.read(point), *side))

    def cases(self, obj: Any) -> Expr:
        parts: list[Expr] = []
        for value, condition in obj.args:
            parts.append(self.read(value))
            if condition is self.sp.true:
                break
            parts.append(self.read(condition))
        if len(parts) < 2:
            return parts[0]
        return Operation("cases", tuple(parts))


def name_from(name: str) -> Expr:
    """The name or indexed name that a SymPy symbol's name spells: "x_1" is index(x, 1).  Raises BridgeError for anything else."""
    try:
        value = parse(name, syntax="plain")
    except ParseError:
        value = None
    if not (isinstance(value, Symbol) or is_op(value, "index")):
        raise BridgeError(f"the symbol {name!r} has no written form here")
    return value


# --- searches -------------------------------------------------------------------------------------------------------

def solutions(relation: Expr, name: Expr) -> tuple[Expr, ...]:
    """All real solutions of an equation for a name, in increasing order where they are numbers; () where there is none.

    For polynomials and quotients of them in the name, or in its exponential: with names in the coefficients up to degree 2, with
    numbers where every real zero can be written exactly.  Raises BridgeError for everything else.
    """
    import sympy as sp

    if not is_op(relation, "eq"):
        raise BridgeError("only an equation can be searched for solutions")
    symbol = symbol_of(name)
    left, right = (to_sympy(a) for a in relation.args)
    whole = sp.together(left - right)
    above, below = sp.fraction(whole)
    if above.free_symbols - {symbol}:
        return tuple(from_sympy(root, like=relation) for root in _symbolic_zeros(above, symbol))
    return tuple(from_sympy(root) for root in real_zeros(above, symbol) if sp.simplify(below.subs(symbol, root)) != 0)


def _symbolic_zeros(obj: Any, symbol: Any) -> list[Any]:
    """The zeros of a polynomial of degree 1 or 2 whose coefficients hold names, by the formula."""
    import sympy as sp

    try:
        polynomial = sp.Poly(obj, symbol)
    except sp.PolynomialError:
        raise BridgeError("the equation is no polynomial in the name") from None
    if polynomial.degree() > 2 or any(c.has(symbol) for c in polynomial.all_coeffs()):
        raise BridgeError("the degree is above 2 and the coefficients hold names")
    if polynomial.degree() < 2:
        c1, c0 = polynomial.coeff_monomial(symbol), polynomial.coeff_monomial(1)
        return [-c0 / c1]
    c2, c1, c0 = polynomial.all_coeffs()
    root = sp.sqrt(sp.factor(c1**2 - 4 * c2 * c0))
    return [(-c1 + root) / (2 * c2), (-c1 - root) / (2 * c2)]


def real_zeros(obj: Any, symbol: Any) -> list[Any]:
    """Real zeros, exactly and increasing, of a SymPy polynomial in ``symbol`` or in its exponential with numbers as coefficients.

    Raises BridgeError where the expression is zero everywhere, is of another kind, or has a zero that cannot be written exactly.
    """
    import sympy as sp

    obj = sp.expand(obj)
    if not obj.has(symbol):
        if obj == 0:
            raise BridgeError("the expression is zero everywhere")
        return []
    if not obj.has(sp.exp):
        return _polynomial_zeros(obj, symbol)
    u = sp.Dummy("u", positive=True)
    inner = sp.expand(sp.powsimp(obj).replace(lambda e: isinstance(e, sp.exp), lambda e: _power_of(e, symbol, u)))
    if inner.has(symbol):
        raise BridgeError("the expression is rational neither in the name nor in its exponential")
    positive = [root for root in _polynomial_zeros(sp.numer(sp.together(inner)), u) if root.evalf(40) > 0]
    return [sp.expand_log(sp.log(root), force=True) if root.is_Rational else sp.log(root) for root in positive]


def _power_of(e: Any, symbol: Any, u: Any) -> Any:
    """exp(k x + c) as e^c u^k."""
    import sympy as sp

    slope = sp.expand(e.args[0]).coeff(symbol, 1)
    rest = sp.expand(e.args[0] - slope * symbol)
    if not slope.is_Integer or rest.has(symbol):
        raise BridgeError("the expression is not rational in the exponential of the name")
    return sp.exp(rest) * u**slope


def _polynomial_zeros(obj: Any, symbol: Any) -> list[Any]:
    import sympy as sp

    try:
        polynomial = sp.Poly(obj, symbol)
    except sp.PolynomialError:
        raise BridgeError("the expression is rational neither in the name nor in its exponential") from None
    if polynomial.degree() < 1:
        return []
    if polynomial.degree() > MAX_DEGREE or not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        if polynomial.degree() > 2:
            raise BridgeError("the zeros cannot be written exactly")
    found: list[Any] = []
    for part, _times in polynomial.factor_list()[1]:
        rational = part.domain.is_QQ or part.domain.is_ZZ
        if part.degree() > 2:
            if rational and part.count_roots() == 0:
                continue
            raise BridgeError("the zeros cannot be written exactly")
        real = [root for root in sp.roots(part, symbol) if root.is_real or abs(sp.im(root.evalf(40))) < sp.Rational(1, 10**30)]
        if any(root.has(sp.I) for root in real):
            raise BridgeError("the zeros cannot be written exactly")
        found.extend(real)
    return sorted(set(found), key=lambda root: root.evalf(40))


def searched(value: Expr, search: Callable[[Any], Any], like: Expr | None = None) -> Expr:
    """``search`` (factor, cancel...) applied to the value in SymPy, and the result in our written form."""
    return from_sympy(search(to_sympy(value)), like=value if like is None else like)
