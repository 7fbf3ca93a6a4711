"""Antiderivatives by linear algebra: F = sum of c_i m_i with unknown numbers c_i, and F' = f compared term by term.

The m_i are products of what the integrand is made of (names, exponentials, logarithms, roots, sines and cosines), one degree
higher, over its denominator with one power less, and the logarithms, arc tangents and arc sines that its denominators and
roots call for.  What is found is an antiderivative by construction, wherever both have a value; finding none says nothing.
Source: M. Bronstein, "Symbolic Integration I" (parallel integration after Risch and Norman).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

from flint import fmpq, fmpq_mat, fmpq_mpoly

from ..expressions import Expr, Number, Operation, Symbol
from ..expressions.tree import add, mul
from . import calculus, trigonometry
from .calculus import depends, integer
from .conditions import Facts
from .exact import Field
from .forms import Quotient, Undefined, Unsupported

MAX_UNKNOWNS = 160
MAX_SYMBOLIC = 40      # unknowns where names stand in the coefficients


@dataclass(frozen=True, slots=True)
class Found:
    """``tree``: F; ``gaussian``: (c, q) for each multiple of the integral of exp(q), q quadratic in x, that is left over."""

    tree: Expr
    gaussian: tuple[tuple[Expr, Expr], ...] = ()


def find(body: Expr, x: Symbol, assumptions: tuple[Expr, ...]) -> Found | None:
    """An antiderivative of the body in x under the assumptions; None where this method has none.  Raises Unsupported, Undefined."""
    field = Field(64)
    field.angle_unit = trigonometry.unit(Operation("eq", (body, Number("0"))))
    Facts(field, assumptions)
    x_place = field.gens.index(field.normal(x).num)
    return _Ansatz(field, x, x_place, field.lowest(field.reduced(field.normal(body)))).solve()


class _Ansatz:
    def __init__(self, field: Field, x: Symbol, x_place: int, f: Quotient) -> None:
        self.field, self.x, self.x_place, self.f = field, x, x_place, f
        self.slopes: dict[int, Quotient] = {}

    def moving(self) -> list[int]:
        return [i for i, atom in enumerate(self.field.atoms) if depends(atom.expr, self.x)]

    def slope(self, i: int) -> Quotient:
        """The derivative of an atom."""
        if i not in self.slopes:
            self.slopes[i] = self.field.lowest(self.field.reduced(self.field.normal(calculus.derivative(self.field.atoms[i].expr, self.x))))
        return self.slopes[i]

    def derivative(self, q: Quotient) -> Quotient:
        """d/dx of a normal form, by the derivatives of its atoms."""
        field = self.field
        total = field.constant(0)
        for i in self.moving():
            if q.num.degrees()[i] or q.den.degrees()[i]:
                above = q.num.derivative(i) * q.den - q.num * q.den.derivative(i)
                total = field.add(total, field.mul(Quotient(above, q.den * q.den), self.slope(i)))
        return field.lowest(field.reduced(total))

    def candidates(self) -> list[tuple[Expr | None, Quotient, Quotient]]:
        """(tree, or None for the normal form itself; normal form; derivative) of every m_i."""
        field, f = self.field, self.f
        moving = [i for i in self.moving() if f.num.degrees()[i] or f.den.degrees()[i] or i == self.x_place]
        for i in list(moving):      # what differentiating brings in: the sine beside the cosine, the argument of a logarithm
            slope = self.slope(i)
            moving += [j for j in self.moving() if j not in moving and any(part.degrees()[j] for part in slope)]
        below = field.one
        exponential = {i for i in moving if field.atoms[i].kind == "exp"}
        for factor, exponent in f.den.factor()[1]:
            used = [i for i in moving if factor.degrees()[i]]
            alone = len(used) == 1 and used[0] in exponential and len(factor) == 1      # exp(-x) is 1/exp(x)
            below = below * factor ** (exponent if alone or not used else exponent - 1)
        degrees = [f.num.degrees()[i] for i in moving]
        limits = [1 if field.atoms[i].relation is not None and field.atoms[i].relation[0] == 2 else d + 1 for i, d in zip(moving, degrees)]
        limits = [min(limit, d) if i in exponential else limit for i, limit, d in zip(moving, limits, degrees)]
        highest = max((sum(e[i] for i in moving) for e in f.num.to_dict()), default=0) + 1
        if prod(limit + 1 for limit in limits) > 4_000:
            raise Unsupported("an integrand with too many parts")
        out: list[tuple[Expr | None, Quotient, Quotient]] = []
        for powers in product(*(range(limit + 1) for limit in limits)):
            if any(powers) and sum(powers) <= highest or below != field.one and not any(powers):
                exponents = [0] * len(field.gens)
                for i, e in zip(moving, powers):
                    exponents[i] = e
                q = field.lowest(Quotient(field.ctx.from_dict({tuple(exponents): 1}), below))
                out.append((None, q, self.derivative(q)))
        if len(out) > MAX_UNKNOWNS:
            raise Unsupported("an integrand with too many parts")
        for tree in self._special(f, moving):
            try:
                slope = field.lowest(field.reduced(field.normal(calculus.derivative(tree, self.x))))
            except (Unsupported, Undefined):
                continue
            out.append((tree, field.constant(0), slope))
        return out

    def _special(self, f: Quotient, moving: list[int]) -> list[Expr]:
        """Logarithms of denominators, arc tangents of quadratic ones, and what a root of a quadratic calls for."""
        field, trees = self.field, []
        factors = {str(factor): factor for q in (f, *(self.slope(i) for i in moving)) for factor, _ in q.den.factor()[1]}
        for factor in factors.values():
            used = [i for i in moving if factor.degrees()[i]]
            if not used:
                continue
            written = field.poly_expr(factor)
            trees.append(Operation("ln", (Operation("abs", (written,)),)))
            if used == [self.x_place] and factor.degrees()[self.x_place] == 2:
                a, b, c = self._quadratic(factor)
                gap = field.sub(field.mul(field.constant(4), field.mul(a, c)), field.mul(b, b))
                sign = field.sign(gap)
                inner = add(mul(integer(2), field.to_expr(a), self.x), field.to_expr(b))
                if sign == "+":
                    trees.append(Operation("atan", (Operation("div", (inner, Operation("sqrt", (field.to_expr(gap),)))),)))
                elif sign == "-":
                    root = Operation("sqrt", (field.to_expr(field.neg(gap)),))
                    over = Operation("div", (add(inner, Operation("neg", (root,))), add(inner, root)))
                    trees.append(Operation("ln", (Operation("abs", (over,)),)))
        for root, radicand in self._square_roots(moving):
            a, b, c = self._quadratic(radicand)
            inner = add(mul(integer(2), field.to_expr(a), self.x), field.to_expr(b))
            if field.sign(a) == "-":
                gap = field.sub(field.mul(b, b), field.mul(field.constant(4), field.mul(a, c)))
                trees.append(Operation("asin", (Operation("div", (inner, Operation("sqrt", (field.to_expr(gap),)))),)))
            elif field.sign(a) == "+":
                rest = mul(integer(2), Operation("sqrt", (field.to_expr(a),)), root)
                trees.append(Operation("ln", (Operation("abs", (add(inner, rest),)),)))
        return trees

    def _square_roots(self, moving: list[int]) -> list[tuple[Expr, fmpq_mpoly]]:
        """Square roots of quadratic polynomials in x, also as products of two roots of linear ones: (root, radicand)."""
        found: dict[int, tuple[Expr, fmpq_mpoly]] = {}
        for i in moving:
            atom = self.field.atoms[i]
            if atom.kind == "root" and atom.relation[0] == 2 and atom.relation[1].den.is_constant():
                radicand = atom.relation[1].num / atom.relation[1].den.leading_coefficient()
                if [j for j in moving if radicand.degrees()[j]] == [self.x_place]:
                    found[i] = atom.expr, radicand
        linear = [v for v in found.values() if v[1].degrees()[self.x_place] == 1]
        pairs = [(mul(a[0], b[0]), a[1] * b[1]) for k, a in enumerate(linear) for b in linear[k + 1:]]
        return [v for v in (*found.values(), *pairs) if v[1].degrees()[self.x_place] == 2]

    def _quadratic(self, poly: fmpq_mpoly) -> tuple[Quotient, Quotient, Quotient]:
        parts: list[dict] = [{}, {}, {}]
        for e, c in poly.to_dict().items():
            parts[2 - e[self.x_place]][e[:self.x_place] + (0,) + e[self.x_place + 1:]] = c
        return tuple(Quotient(self.field.ctx.from_dict(p), self.field.one) for p in parts)

    def gaussians(self) -> list[tuple[Expr, Quotient]]:
        """Exponents q, quadratic in x, whose exponential the integrand holds, and that exponential."""
        field, found = self.field, []
        exponents = {}
        for i in self.moving():
            atom = field.atoms[i]
            if atom.kind == "exp" and (self.f.num.degrees()[i] or self.f.den.degrees()[i]):
                argument = field.lowest(field.normal(atom.expr.args[0]))
                if argument.den.is_constant() and argument.num.degrees()[self.x_place] in (1, 2):
                    exponents[i] = argument
        if not any(q.num.degrees()[self.x_place] == 2 for q in exponents.values()):
            return []
        top = {i: self.f.num.degrees()[i] - self.f.den.degrees()[i] for i in exponents}
        total, value = field.constant(0), field.constant(1)
        for i, k in top.items():
            total = field.add(total, field.mul(field.constant(k), exponents[i]))
            atom = Quotient(field.gens[i], field.one)
            value = field.mul(value, Quotient((atom.num if k > 0 else field.one) ** abs(k), (field.one if k > 0 else atom.num) ** abs(k)))
        if total.num.degrees()[self.x_place] == 2:
            found.append((field.to_expr(field.lowest(total)), value))
        return found

    # --- the linear system
    def solve(self) -> Found | None:
        field = self.field
        if self.f.num == 0:
            return Found(Number("0"))
        candidates = self.candidates()
        gaussians = self.gaussians()
        slopes = [slope for *_, slope in candidates] + [value for _, value in gaussians]
        columns = [*slopes, self.f]
        common = field.one
        for q in columns:
            common = common * (q.den / common.gcd(q.den))
        moving = set(self.moving())
        rows: dict[tuple[int, ...], list[dict]] = {}
        for number, q in enumerate(columns):
            whole = field.reduced(Quotient(q.num * (common / q.den), field.one))
            if not whole.den.is_constant():
                raise Unsupported("roots of quotients in an integrand")
            for exponents, coefficient in (whole.num / whole.den.leading_coefficient()).to_dict().items():
                key = tuple(e if i in moving else 0 for i, e in enumerate(exponents))
                rest = tuple(0 if i in moving else e for i, e in enumerate(exponents))
                line = rows.setdefault(key, [{} for _ in columns])
                line[number][rest] = coefficient
        values = self._numbers(rows, len(slopes))
        if values is None:
            values = self._symbolic(rows, len(slopes))
        if not values:
            return None
        terms, left = [], []
        for (tree, q, _), value in zip(candidates, values):
            if value.num != 0:
                product_ = field.to_expr(field.lowest(field.mul(value, q))) if tree is None else mul(field.to_expr(value), tree)
                terms.append(product_)
        for (exponent, _), value in zip(gaussians, values[len(candidates):]):
            if value.num != 0:
                left.append((field.to_expr(value), exponent))
        return Found(add(*terms), tuple(left))

    def _numbers(self, rows: dict, unknowns: int) -> list[Quotient] | None:
        if any(any(e) for line in rows.values() for part in line for e in part):
            return None
        matrix = fmpq_mat([[next(iter(part.values()), fmpq(0)) for part in line] for line in rows.values()])
        reduced, rank = matrix.rref()
        values = [self.field.constant(0)] * unknowns
        for r in range(rank):
            lead = next(c for c in range(unknowns + 1) if reduced[r, c] != 0)
            if lead == unknowns:
                return []      # no solution; [] so that the symbolic way is not tried in vain
            values[lead] = Quotient(self.field.ctx.constant(reduced[r, unknowns]), self.field.one)
        return values

    def _symbolic(self, rows: dict, unknowns: int) -> list[Quotient] | None:
        if not any(any(e) for line in rows.values() for part in line for e in part):
            return None
        if unknowns > MAX_SYMBOLIC:
            raise Unsupported("an integrand with too many parts")
        field = self.field
        lines = [[Quotient(field.ctx.from_dict(part), field.one) for part in line] for line in rows.values()]
        pivots: list[tuple[int, list[Quotient]]] = []
        for column in range(unknowns):
            at = next((i for i, line in enumerate(lines) if not field.is_zero(line[column])), None)
            if at is None:
                continue
            pivot = lines.pop(at)
            pivot = [self._over(q, pivot[column]) for q in pivot]
            pivots = [(c, self._minus(line, pivot, column)) for c, line in pivots] + [(column, pivot)]
            lines = [self._minus(line, pivot, column) for line in lines]
        if any(not field.is_zero(line[unknowns]) for line in lines):
            return None
        values = [field.constant(0)] * unknowns
        for column, line in pivots:
            values[column] = field.lowest(line[unknowns])
        return values

    def _over(self, q: Quotient, by: Quotient) -> Quotient:
        return self.field.lowest(self.field.reduced(self.field.div(q, by, self.field.to_expr(by)))) if q.num != 0 else q

    def _minus(self, line: list[Quotient], pivot: list[Quotient], column: int) -> list[Quotient]:
        field, by = self.field, line[column]
        if by.num == 0:
            return line
        return [field.lowest(field.reduced(field.sub(a, field.mul(by, b)))) if b.num != 0 else a for a, b in zip(line, pivot)]
