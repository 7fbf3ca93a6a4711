"""Exponentials and logarithms in normal form: one factor a monomial, one logarithm a prime or an irreducible factor."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq_mpoly

from ..expressions import Expr, Number, Operation, to_text
from .forms import Quotient, Undefined, prime_factors


class Exponentials:
    """Mixed into Field (exact.py), whose methods it calls."""

    def _exp(self, expr: Operation) -> Quotient:
        return self._exponential(self.normal(expr.args[0]))

    def _exponential(self, q: Quotient) -> Quotient:
        """exp of a normal form, one factor a monomial: exp(a + 2b) = exp(a) exp(b)**2; exp(n ln p) = p**n."""
        q = self.lowest(self.reduced(q))
        if not q.den.is_constant():
            lead, sign = q.num.leading_coefficient(), 1
            if lead < 0:
                q, sign = self.neg(q), -1
            atom = self.atom(("exp", *self.key(q)), "exp", Operation("exp", (self.to_expr(q),)))
            return atom if sign == 1 else Quotient(self.one, atom.num)
        num = q.num / q.den.leading_coefficient()
        result = self.constant(1)
        for exponents, coefficient in num.to_dict().items():
            rate = Fraction(int(coefficient.p), int(coefficient.q))
            argument = self._argument_of_single_ln(exponents)
            if argument is not None:
                factor = self._rational_power(argument, rate)
            else:
                monomial = Quotient(self.ctx.from_dict({exponents: 1}), self.one)
                part = Operation("div", (self.to_expr(monomial), Number(str(rate.denominator)))) if rate.denominator > 1 else self.to_expr(monomial)
                # exp(m/3) has its own relation to exp(m), so that exp(m/3)**3 = exp(m)
                base = self.atom(("exp", exponents), "exp", Operation("exp", (self.to_expr(monomial),)))
                if rate.denominator == 1:
                    factor = base
                else:
                    factor = self.atom(("exp", exponents, rate.denominator), "exp", Operation("exp", (part,)), (rate.denominator, base))
                factor = self.power(factor, abs(rate.numerator), Number("1"))
                if rate < 0:
                    factor = Quotient(factor.den, factor.num)
            result = self.mul(result, factor)
        return result

    def _argument_of_single_ln(self, exponents: tuple[int, ...]) -> Expr | None:
        places = [i for i, e in enumerate(exponents) if e]
        if len(places) == 1 and exponents[places[0]] == 1 and self.atoms[places[0]].kind == "ln":
            return self.atoms[places[0]].expr.args[0]
        return None

    def _rational_power(self, base: Expr, rate: Fraction) -> Quotient:
        root = self.normal(base) if rate.denominator == 1 else self._root_of(base, rate.denominator)
        return self.power(root, rate.numerator, base)

    def _ln(self, expr: Operation) -> Quotient:
        result = self._logarithm(expr.args[0])
        if result is None:
            raise Undefined(f"the logarithm of {to_text(expr.args[0])}, which is not positive")
        return result

    def _log(self, expr: Operation) -> Quotient:
        if len(expr.args) == 1:
            return self._ln(expr)
        base = self._logarithm(expr.args[1])
        top = self._logarithm(expr.args[0])
        if base is None or top is None:
            raise Undefined(f"the logarithm {to_text(expr)}")
        return self.div(top, base, Operation("ln", (expr.args[1],)))

    def _logarithm(self, argument: Expr) -> Quotient | None:
        """ln as a sum over the factors that are known to be positive; None where the argument is known not to be positive."""
        q = self.lowest(self.reduced(self.normal(argument)))
        value = self.rational(q)
        if value is not None:
            if value <= 0:
                return None
            total = self.constant(0)
            for prime, exponent in prime_factors(value):
                total = self.add(total, self.mul(self.constant(exponent), self._ln_atom(self.constant(prime), Number(str(prime)))))
            return total
        factors = self._positive_factors(q)
        if factors is None:
            self.require("gt", argument, q)
            return self._ln_atom(q, self.to_expr(q))
        total = self.constant(0)
        for factor, exponent in factors:
            total = self.add(total, self.mul(self.constant(exponent), factor))
        return total

    def _positive_factors(self, q: Quotient) -> list[tuple[Quotient, int]] | None:
        """(ln of factor, exponent) for every factor of q, or None where one of them is not known to be positive."""
        parts: list[tuple[Quotient, int]] = []
        if self.facts is None:
            return None
        flips = 0
        for poly, side in ((q.num, 1), (q.den, -1)):
            content, factors = poly.factor()
            number = Fraction(int(content.p), int(content.q))
            flips += number < 0
            parts += [(self._ln_atom(self.constant(p), Number(str(p))), e * side) for p, e in prime_factors(abs(number))]
            for factor, exponent in factors:
                sign = self.facts.sign(factor)
                if sign == "-":
                    factor, flips = -factor, flips + exponent
                elif sign != "+":
                    return None
                parts.append((self._ln_ofprime_factors(factor), exponent * side))
        return parts if flips % 2 == 0 else None

    def _ln_ofprime_factors(self, factor: fmpq_mpoly) -> Quotient:
        terms = factor.to_dict()
        if len(terms) == 1:
            (exponents, coefficient), = terms.items()
            places = [i for i, e in enumerate(exponents) if e]
            if len(places) == 1 and exponents[places[0]] == 1 and coefficient == 1:
                atom = self.atoms[places[0]]
                if atom.kind == "exp":
                    return self.normal(atom.expr.args[0])
                if atom.kind == "root":
                    k, value = atom.relation
                    inner = self._logarithm(self.to_expr(value))
                    if inner is not None:
                        return self.mul(self.constant(Fraction(1, k)), inner)
        q = Quotient(factor, self.one)
        return self._ln_atom(q, self.to_expr(q))

    def _ln_atom(self, q: Quotient, argument: Expr) -> Quotient:
        return self.atom(("ln", *self.key(q)), "ln", Operation("ln", (argument,)))
