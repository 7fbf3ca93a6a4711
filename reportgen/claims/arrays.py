"""The values that claims have: exact rationals, complex balls, matrices and tuples of them, and arithmetic with these."""

from __future__ import annotations

from fractions import Fraction

from flint import acb, arb, fmpq, fmpz

Scalar = fmpq | acb


class NoValue(Exception):
    """The tree has no value here, or none that can be computed within the limits."""


class Matrix(tuple):
    """Rows of scalars."""


class Several(tuple):
    """Components of a tuple."""


Value = Scalar | Matrix | Several


def as_acb(value: Scalar) -> acb:
    return acb(arb(value)) if isinstance(value, fmpq) else value


def exact(value: Fraction | int) -> fmpq:
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


def fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


# --- lists of numbers


def _plus(a: Value, b: Value) -> Value:
    if isinstance(a, (fmpq, acb)) and isinstance(b, (fmpq, acb)):
        return a + b if isinstance(a, fmpq) == isinstance(b, fmpq) else as_acb(a) + as_acb(b)
    if isinstance(a, Matrix) and isinstance(b, Matrix) and len(a) == len(b) and len(a[0]) == len(b[0]):
        return Matrix(tuple(_plus(x, y) for x, y in zip(r, s)) for r, s in zip(a, b))
    if isinstance(a, Several) and isinstance(b, Several) and len(a) == len(b):
        return Several(_plus(x, y) for x, y in zip(a, b))
    raise NoValue("a sum of things of different shape")


def _scaled(a: Value, k: Scalar) -> Value:
    if isinstance(a, Matrix):
        return Matrix(tuple(_scaled(x, k) for x in row) for row in a)
    if isinstance(a, Several):
        return Several(_scaled(x, k) for x in a)
    if isinstance(a, fmpq) and isinstance(k, fmpq):
        return a * k
    if isinstance(a, fmpq) and a == 0:
        return a
    return as_acb(a) * as_acb(k)


def _product(a: Value, b: Value) -> Value:
    if isinstance(a, (fmpq, acb)):
        return _scaled(b, a)
    if isinstance(b, (fmpq, acb)):
        return _scaled(a, b)
    if isinstance(a, Several) and isinstance(b, Several) and len(a) == len(b):
        return _dot(a, b)
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        if len(a[0]) == len(b):
            return _only(Matrix(tuple(_dot(row, column) for column in zip(*b)) for row in a))
        if len(a[0]) == len(b[0]) == 1 and len(a) == len(b):
            return _dot([r[0] for r in a], [r[0] for r in b])
    raise NoValue("a product of things of different shape")


def _only(m: Matrix) -> Value:
    return m


def _dot(a, b) -> Scalar:
    total: Scalar = fmpq(0)
    for x, y in zip(a, b):
        total = _plus(total, _scaled(x, y))
    return total


def _matrix_power(base: Matrix, power: Scalar) -> Value:
    if not isinstance(power, fmpq) or power.q != 1 or len(base) != len(base[0]) or not -1 <= power <= 200 or len(base) > 6:
        raise NoValue("a power of a matrix")
    k = int(power.p)
    if k == -1:
        return _inverse(base)
    result: Value = Matrix(tuple(fmpq(int(i == j)) for j in range(len(base))) for i in range(len(base)))
    for _ in range(k):
        result = _product(result, base)
    return result


def _determinant(m: Matrix) -> Scalar:
    if len(m) == 1:
        return m[0][0]
    total: Scalar = fmpq(0)
    for j, entry in enumerate(m[0]):
        minor = Matrix(tuple(x for k, x in enumerate(row) if k != j) for row in m[1:])
        term = _scaled(_determinant(minor), entry)
        total = _plus(total, _scaled(term, fmpq(-1)) if j % 2 else term)
    return total


def _inverse(m: Matrix) -> Value:
    d = _determinant(m)
    if isinstance(d, fmpq) and d == 0 or isinstance(d, acb) and d.contains(acb(0)):
        raise NoValue("a matrix without an inverse")
    n = len(m)
    if n == 1:
        return Matrix(((1 / d,),))
    rows = []
    for i in range(n):
        row = []
        for j in range(n):
            minor = Matrix(tuple(x for k, x in enumerate(r) if k != i) for h, r in enumerate(m) if h != j)
            row.append(_scaled(_scaled(_determinant(minor), 1 / d), fmpq(-1 if (i + j) % 2 else 1)))
        rows.append(tuple(row))
    return Matrix(rows)


# --- exact special values


def _root_of_rational(value: fmpq, n: int) -> fmpq | None:
    """The n-th root of a non-negative rational where it is rational."""
    parts = []
    for part in (int(value.p), int(value.q)):
        if part in (0, 1):
            parts.append(part)
            continue
        root = int(fmpz(part).root(n))
        if root**n != part:
            return None
        parts.append(root)
    return fmpq(parts[0], parts[1])


def _rational_log(a: fmpq, b: fmpq) -> fmpq | None:
    """log_b a where it is rational: both powers of one rational."""
    if a <= 0 or b <= 0 or b == 1:
        return None
    if a == 1:
        return fmpq(0)

    # Euclid on exponents: a = c^m, b = c^n
    def exponents(u: fmpq, v: fmpq, depth: int = 0) -> tuple[int, int] | None:
        if u == v:
            return 1, 1
        if depth > 60 or u == 1 or v == 1:
            return None
        if u < 1:
            found = exponents(1 / u, v, depth + 1)
            return None if found is None else (-found[0], found[1])
        if v < 1:
            found = exponents(u, 1 / v, depth + 1)
            return None if found is None else (found[0], -found[1])
        if u < v:
            found = exponents(v, u, depth + 1)
            return None if found is None else (found[1], found[0])
        if max(int(u.p).bit_length(), int(v.p).bit_length()) > 4000:
            return None
        found = exponents(u / v, v, depth + 1)
        return None if found is None else (found[0] + found[1], found[1])

    found = exponents(a, b)
    return None if found is None else fmpq(found[0], found[1])
