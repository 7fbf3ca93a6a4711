"""Sums of products over anything that is not a sum or a product: what expand, collect and isolate count with.

A term is a rational coefficient times powers of atoms (names, functions, roots, sums under a fraction bar).  Terms keep the order
in which they were met, so that what comes out reads like what went in.  No SymPy: exact and small.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

from ..derivation import RuleError
from ..expressions import Expr, Number, Operation, add, is_op, mul, rational_value
from .forms import MAX_DIGITS, ONE, ZERO, check_size, depends, factors_of, is_decimal, negated, number, quotient, terms_of

MAX_POLYNOMIAL_TERMS = 400
MAX_EXPONENT = 40

Monomial = frozenset[tuple[Expr, int]]     # exponents may be negative


class Terms:
    """Terms in the order in which they were met: (monomial, coefficient) pairs, not yet merged."""

    def __init__(self, parts: Iterable[tuple[Monomial, Fraction]], seen: dict[Expr, int], decimal: bool) -> None:
        self.parts = list(parts)
        self.seen = seen              # atom -> place of its first appearance
        self.decimal = decimal

    def merged(self) -> Terms:
        """Like terms combined where the first of them stood; terms that vanish left out."""
        sums: dict[Monomial, Fraction] = {}
        for monomial, coefficient in self.parts:
            sums[monomial] = sums.get(monomial, Fraction(0)) + coefficient
        return Terms(((m, c) for m, c in sums.items() if c), self.seen, self.decimal)

    def degree(self, name: Expr) -> int:
        """The largest exponent of the name (0 where it does not occur)."""
        return max((dict(m).get(name, 0) for m, _ in self.parts), default=0)

    def least(self, name: Expr) -> int:
        return min((dict(m).get(name, 0) for m, _ in self.parts), default=0)

    def by_power(self, name: Expr) -> dict[int, Expr]:
        """Exponent of the name -> its coefficient as an expression, highest exponent first.

        Raises RuleError where the name also stands inside an atom: x + sqrt(x) is no polynomial in x.
        """
        groups: dict[int, list[tuple[Monomial, Fraction]]] = {}
        for monomial, coefficient in self.merged().parts:
            powers = dict(monomial)
            exponent = powers.pop(name, 0)
            if any(depends(atom, name) for atom in powers):
                raise RuleError("the name also stands inside a function, a root or a denominator")
            groups.setdefault(exponent, []).append((frozenset(powers.items()), coefficient))
        return {k: Terms(groups[k], self.seen, self.decimal).expr() for k in sorted(groups, reverse=True)}

    def term(self, monomial: Monomial, coefficient: Fraction) -> Expr:
        """One term as written: number first, atoms in the order of their first appearance, negative exponents under the bar."""
        ordered = sorted(monomial, key=lambda item: self.seen[item[0]])
        above = [_power(atom, k) for atom, k in ordered if k > 0]
        below = [_power(atom, -k) for atom, k in ordered if k < 0]
        return quotient([number(coefficient, self.decimal), *above], below)

    def expr(self) -> Expr:
        """The sum as written; a sum whose first term is negative begins with a positive one where there is one."""
        shown = [self.term(m, c) for m, c in self.parts]
        if not shown:
            return ZERO
        if is_op(shown[0], "neg"):
            first = next((i for i, t in enumerate(shown) if not is_op(t, "neg")), 0)
            shown.insert(0, shown.pop(first))
        return add(*shown)


def _power(atom: Expr, exponent: int) -> Expr:
    return atom if exponent == 1 else Operation("pow", (atom, number(exponent)))


def terms(value: Expr) -> Terms:
    """The value multiplied out, like terms not yet combined.

    Raises RuleError above MAX_POLYNOMIAL_TERMS terms, for exponents above MAX_EXPONENT, and for a division by zero.
    """
    seen: dict[Expr, int] = {}
    parts = _expand(value, seen)
    return Terms(parts, seen, is_decimal(value))


_Parts = list[tuple[Monomial, Fraction]]
_UNIT: Monomial = frozenset()


def _expand(value: Expr, seen: dict[Expr, int]) -> _Parts:
    literal = rational_value(value)
    if literal is not None:
        return [(_UNIT, literal)] if literal else []
    if is_op(value, "add"):
        return _checked([part for a in value.args for part in _expand(a, seen)])
    if is_op(value, "neg"):
        return [(m, -c) for m, c in _expand(value.args[0], seen)]
    if is_op(value, "mul"):
        result: _Parts = [(_UNIT, Fraction(1))]
        for factor in value.args:
            result = _product(result, _expand(factor, seen))
        return result
    if is_op(value, "div"):
        return _product(_expand(value.args[0], seen), _inverse(value.args[1], seen, 1))
    if is_op(value, "pow"):
        exponent = rational_value(value.args[1])
        if exponent is not None and exponent.denominator == 1:
            k = exponent.numerator
            if k < 0:
                return _inverse(value.args[0], seen, -k)
            inner = _expand(value.args[0], seen)
            if len(inner) == 1 and k <= MAX_DIGITS:
                return [(_raised(inner[0][0], k), check_size(inner[0][1] ** k))]
            if k > MAX_EXPONENT:
                raise RuleError(f"a sum to the power of {k} is too long to multiply out; {MAX_EXPONENT} is the most")
            result = [(_UNIT, Fraction(1))]
            for _ in range(k):
                result = _product(result, inner)
                if k > 2:
                    result = Terms(result, seen, False).merged().parts
            return result
    return [(_atom(value, seen, 1), Fraction(1))]


def _inverse(value: Expr, seen: dict[Expr, int], power: int) -> _Parts:
    """1/value^power: term by term only where value is one term; a sum under the bar is one atom."""
    inner = Terms(_expand(value, seen), seen, False).merged().parts
    if not inner:
        raise RuleError("a division by zero comes up")
    if len(inner) == 1:
        monomial, coefficient = inner[0]
        return [(_raised(monomial, -power), 1 / coefficient**power)]
    return [(_atom(value, seen, -power), Fraction(1))]


def _atom(value: Expr, seen: dict[Expr, int], power: int) -> Monomial:
    seen.setdefault(value, len(seen))
    return frozenset({(value, power)})


def _raised(monomial: Monomial, power: int) -> Monomial:
    return frozenset((a, k * power) for a, k in monomial) if power else _UNIT


def _product(left: _Parts, right: _Parts) -> _Parts:
    _size(len(left) * len(right))
    out: _Parts = []
    for m, c in left:
        for n, d in right:
            powers = dict(m)
            for atom, k in n:
                powers[atom] = powers.get(atom, 0) + k
            out.append((frozenset((a, k) for a, k in powers.items() if k), c * d))
    return out


def _checked(parts: _Parts) -> _Parts:
    _size(len(parts))
    return parts


def _size(count: int) -> None:
    if count > MAX_POLYNOMIAL_TERMS:
        raise RuleError(f"{count} terms come up; {MAX_POLYNOMIAL_TERMS} are the most")


def collected(value: Expr, name: Expr) -> Expr:
    """The value as a sum of powers of the name, highest first, each with its coefficient in brackets where that is a sum."""
    groups = terms(value).by_power(name)
    shown = []
    for exponent, coefficient in groups.items():
        if exponent == 0:
            shown.extend(coefficient.args if is_op(coefficient, "add") else (coefficient,))
        else:
            shown.append(times_power(coefficient, name, exponent))
    return add(*shown) if shown else ZERO


def times_power(coefficient: Expr, name: Expr, exponent: int) -> Expr:
    """coefficient * name^exponent as written: x^2, -x, (a + b) x."""
    if exponent < 0:
        return quotient([coefficient], [_power(name, -exponent)])
    power = _power(name, exponent)
    if is_op(coefficient, "neg"):
        return negated(times_power(coefficient.args[0], name, exponent))
    if coefficient == ONE:
        return power
    if isinstance(coefficient, Number) or not is_op(coefficient, "add"):
        return quotient([coefficient, power])
    return mul(power, coefficient) if exponent == 1 else mul(coefficient, power)


def least_common(parts: Iterable[Expr]) -> Expr:
    """A common denominator: the least common multiple of the numbers, and every other factor to its highest power."""
    numbers, most = 1, {}
    for part in parts:
        here: dict[Expr, int] = {}
        for factor in factors_of(part):
            base, power = factor, 1
            exponent = rational_value(factor.args[1]) if is_op(factor, "pow") else None
            if exponent is not None and exponent.denominator == 1 and exponent > 0:
                base, power = factor.args[0], exponent.numerator
            literal = rational_value(base)
            if literal is None:
                here[base] = here.get(base, 0) + power
            elif literal.denominator == 1 and literal:
                numbers = lcm(numbers, abs(literal.numerator) ** power)
        for base, power in here.items():
            most[base] = max(most.get(base, 0), power)
    return mul(*([number(numbers)] if numbers != 1 or not most else []), *[_power(base, power) for base, power in most.items()])


def over_common_denominator(value: Expr) -> Expr:
    """A sum of fractions as one fraction: 1/z - 1/y -> (y - z)/(z y).  The value itself where no term has a denominator."""
    parts = terms_of(value)
    bare = [t.args[0] if is_op(t, "neg") else t for t in parts]
    below = [t.args[1] for t in bare if is_op(t, "div")]
    if not below:
        return value
    common = least_common(below)
    above = []
    for part, inner in zip(parts, bare, strict=True):
        scaled = _scaled(inner, common)
        above.extend(terms_of(negated(scaled) if inner is not part else scaled))
    top = add(*above)
    merged = terms(top).merged()
    return quotient([merged.expr() if len(merged.parts) < len(terms_of(top)) else top], [common])


def _scaled(value: Expr, common: Expr) -> Expr:
    """value * common, where common is a multiple of value's denominator: what is left of common times the numerator."""
    above, below = value.args if is_op(value, "div") else (value, ONE)
    powers: dict[Expr, int] = {}
    coefficient = Fraction(1)
    for source, sign in ((common, 1), (below, -1)):
        for factor in factors_of(source):
            base, power = factor, 1
            exponent = rational_value(factor.args[1]) if is_op(factor, "pow") else None
            if exponent is not None and exponent.denominator == 1 and exponent > 0:
                base, power = factor.args[0], exponent.numerator
            literal = rational_value(base)
            if literal is not None:
                coefficient *= literal ** (sign * power)
            else:
                powers[base] = powers.get(base, 0) + sign * power
    rest = [_power(base, power) for base, power in powers.items() if power]
    return quotient([number(coefficient), *rest, above])
