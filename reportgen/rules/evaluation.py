"""Arithmetic one level at a time: what is innermost first, everything independent in the same pass.

``one_pass`` takes an expression or a relation and returns the next line a careful person would write, which kinds of
work were done in it, and the conditions met (0/x is 0 only where x is not).  All numbers are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from ..derivation import RuleError
from ..expressions import Expr, Number, Operation, Symbol, add, is_op, mul, rational_value, to_text
from .forms import MAX_DIGITS, ONE, ZERO, denominators, is_decimal, negated, nonzero, number, terms_of
from .functions import FUNCTIONS
from .roots import exact_root
from .work import Work, is_final, worked_out
from .writing import over, plus, times

MAX_PASSES = 200
_MINUS_ZERO = Operation("neg", (ZERO,))


def one_pass(value: Expr, *, decimal: bool = False) -> tuple[Expr, Work]:
    """The value one level simpler; the same value where nothing is left to do.

    ``decimal``: 450/8 is 56.25, not 225/4, because decimals were written where it comes from.

    Raises RuleError for a division by zero, 0^0, a root of a negative number, and numbers too large to write.
    """
    work = Work(decimal=decimal)
    return _visit(value, work), work


def fully(value: Expr) -> Expr:
    """The value with all its arithmetic done.  Raises RuleError as ``one_pass`` does."""
    for _ in range(MAX_PASSES):
        after, _work = one_pass(value)
        if after == value:
            return value
        value = after
    raise RuleError("the arithmetic does not come to an end")


def _visit(value: Expr, work: Work) -> Expr:
    if not isinstance(value, Operation) or value.head in ("diff", "integral", "limit"):
        return value       # the name there is bound; their rules come first
    if value.head in ("index", "apply"):
        args = (value.args[0], *(_visit(a, work) for a in value.args[1:]))
        return value if args == value.args else Operation(value.head, args)
    if value.head in ("sum", "prod"):
        inside = Work(work.kinds, [], refuse_conditions=True, decimal=work.decimal)
        args = (_visit(value.args[0], inside), value.args[1], *(_visit(a, work) for a in value.args[2:]))
        return value if args == value.args else Operation(value.head, args)
    if value.head == "add" and _same_denominators(value.args):
        return _reduce(value, work)     # 3/6 + 1/6: the fractions were just brought to this form
    # 1 - 0 is worked out at once, not by way of 1 + 0
    args = tuple(a if value.head == "add" and a == _MINUS_ZERO else _visit(a, work) for a in value.args)
    if args != value.args:
        return _fold(Operation(value.head, args))
    return _reduce(value, work)


def _fold(value: Operation) -> Expr:
    """A factor 1 or a divisor 1 beside a number that has just come out is not carried to the next line."""
    if value.head == "mul":
        kept = tuple(a for a in value.args if a != ONE)
        if len(kept) < len(value.args) and len(kept) <= 1 and all(is_final(a) for a in kept):
            return mul(*kept)
    if value.head == "div" and value.args[1] == ONE and is_final(value.args[0]):
        return value.args[0]
    if value.head == "add" and ZERO in value.args and not all(is_final(a) for a in value.args):
        return add(*[a for a in value.args if a not in (ZERO, _MINUS_ZERO)])
    return value


def _reduce(value: Operation, work: Work) -> Expr:
    rule = _RULES.get(value.head)
    if rule is None:
        return value
    after = rule(value, work)
    return value if after is None else after


def _guard(work: Work, *parts: Expr) -> bool:
    """Notes that the parts must not be zero; False where a bound name stands in the way."""
    conditions = nonzero(*parts)
    if conditions and work.refuse_conditions:
        return False
    work.conditions.extend(c for c in conditions if c not in work.conditions)
    return True


# --- sums, signs, products, quotients, powers -------------------------------------------------------------------

def _neg(value: Operation, work: Work) -> Expr | None:
    inner = value.args[0]
    if is_op(inner, "neg"):
        work.kinds.add("sign")
        return inner.args[0]
    if inner == ZERO:
        work.kinds.add("neutral")
        return ZERO
    if is_op(inner, "mul", "div") and is_op(inner.args[0], "neg"):
        work.kinds.add("sign")
        return negated(inner)
    return None


def _fraction_parts(value: Expr) -> tuple[Fraction, Fraction] | None:
    """Numerator with sign, and denominator, as written, of an integer or a fraction of integers."""
    if is_op(value, "neg"):
        inner = None if is_op(value.args[0], "neg") else _fraction_parts(value.args[0])
        return None if inner is None else (-inner[0], inner[1])
    if isinstance(value, Number):
        return None if "." in value.text else (value.value, Fraction(1))
    if is_op(value, "div") and all(isinstance(a, Number) and "." not in a.text for a in value.args) and value.args[1].value:
        return value.args[0].value, value.args[1].value
    return None


def _same_denominators(args: tuple[Expr, ...]) -> bool:
    parts = [_fraction_parts(a) for a in args]
    return None not in parts and parts[0][1] > 1 and len({p[1] for p in parts}) == 1


def _add(value: Operation, work: Work) -> Expr | None:
    terms = terms_of(value)
    if all(is_final(t) or _fraction_parts(t) for t in terms):
        parts = [_fraction_parts(t) for t in terms]
        if None not in parts and any(p[1] > 1 for p in parts):
            return _add_fractions(value, parts, work)
        result = sum((rational_value(t) for t in terms), Fraction(0))
        _name_sum(terms, work)
        return number(result, is_decimal(value))
    kept = [t for t in terms if t not in (ZERO, _MINUS_ZERO)]
    if len(kept) < len(terms):
        work.kinds.add("neutral")
        return add(*kept)
    literals = [i for i, t in enumerate(terms) if is_final(t)]
    if len(literals) > 1:
        result = worked_out("combine", work, sum((rational_value(terms[i]) for i in literals), Fraction(0)), *(terms[i] for i in literals))
        return add(*[result if i == literals[-1] else t for i, t in enumerate(terms) if i == literals[-1] or i not in literals]) \
            if result != ZERO else add(*[t for i, t in enumerate(terms) if i not in literals])
    return _like_terms(terms, work)


def _like_terms(terms: tuple[Expr, ...], work: Work) -> Expr | None:
    """5 sqrt(2) + 2 sqrt(2) - pi/3 -> 7 sqrt(2) - pi/3: equal roots of numbers, and multiples of pi, where the first of them stands."""
    split = [_multiple_of_constant(t) for t in terms]
    totals: dict[Expr, Fraction] = {}
    for part in split:
        if part is not None:
            totals[part[1]] = totals.get(part[1], Fraction(0)) + part[0]
    if len(totals) == sum(part is not None for part in split):
        return None
    _name_sum(tuple(t for t, part in zip(terms, split) if part is not None), work)
    out, seen = [], set()
    for term, part in zip(terms, split):
        if part is None:
            out.append(term)
        elif part[1] not in seen:
            seen.add(part[1])
            share = totals[part[1]]
            size = over(times(number(abs(share.numerator)), part[1]), number(share.denominator))
            out.append(Operation("neg", (size,)) if share < 0 else size)
    return plus(*out)


def _multiple_of_constant(term: Expr) -> tuple[Fraction, Expr] | None:
    """(2/3, sqrt(5)) for 2 sqrt(5)/3; None for what is no rational multiple of a root of a whole number or of pi, and for decimals."""
    if is_op(term, "neg"):
        inner = _multiple_of_constant(term.args[0])
        return None if inner is None else (-inner[0], inner[1])
    if is_op(term, "div"):
        inner, below = _multiple_of_constant(term.args[0]), rational_value(term.args[1])
        return None if inner is None or not below or is_decimal(term) else (inner[0] / below, inner[1])
    if is_op(term, "mul") and len(term.args) == 2 and rational_value(term.args[0]) is not None and not is_decimal(term):
        inner = _multiple_of_constant(term.args[1])
        return None if inner is None else (rational_value(term.args[0]) * inner[0], inner[1])
    if term == Symbol("pi") or (is_op(term, "sqrt") and isinstance(term.args[0], Number)):
        return Fraction(1), term
    return None


def _name_sum(terms: tuple[Expr, ...], work: Work) -> None:
    taken = sum(1 for t in terms[1:] if is_op(t, "neg"))
    if taken:
        work.kinds.add("subtract")
    if taken < len(terms) - 1:
        work.kinds.add("add")


def _add_fractions(value: Operation, parts: list[tuple[Fraction, Fraction]], work: Work) -> Expr:
    common = lcm(*(int(p[1]) for p in parts))
    above = [p[0] * common / p[1] for p in parts]
    if all(p[1] == common for p in parts):
        _name_sum(value.args, work)
        return _written_fraction(sum(above), Fraction(common))
    work.kinds.add("common")
    return Operation("add", tuple(_written_fraction(a, Fraction(common), keep=True) for a in above))


def _written_fraction(above: Fraction, below: Fraction, keep: bool = False) -> Expr:
    """A fraction as it comes out, not reduced; 0 and whole numbers over 1 are plain numbers unless they are to be added yet."""
    if above == 0 and not keep:
        return ZERO
    written: Expr = Operation("div", (number(abs(above)), number(below)))
    return Operation("neg", (written,)) if above < 0 else written


def _mul(value: Operation, work: Work) -> Expr | None:
    factors = [f for part in value.args for f in (part.args if is_op(part, "mul") else (part,))]
    if all(is_final(f) for f in factors):
        parts = [_fraction_parts(f) for f in factors]
        if None in parts or all(p[1] == 1 for p in parts):
            result = Fraction(1)
            for f in factors:
                result *= rational_value(f)
            return worked_out("multiply", work, result, value)
        return _multiply_fractions(parts, work)
    if ZERO in factors:
        if not _guard(work, *denominators(value)):
            return None
        work.kinds.add("neutral")
        return ZERO
    kept = [f for f in factors if f != ONE]
    if len(kept) < len(factors):
        work.kinds.add("neutral")
        return mul(*kept)
    literals = [f for f in factors if is_final(f)]
    if len(literals) == 1:
        at = factors.index(literals[0])
        into = _into_numerator(literals[0], factors[:at], factors[at + 1:], work)
        if into is not None:
            return into
    if len(literals) > 1 or (literals and factors[0] != literals[0] and rational_value(literals[0]) is not None):
        result = Fraction(1)
        for f in literals:
            result *= rational_value(f)
        rest = [f for f in factors if f not in literals]
        lead = worked_out("multiply", work, abs(result), *literals)
        answer = mul(*([lead] if lead != ONE else []), *rest)
        return negated(answer) if result < 0 else answer
    signs = sum(1 for f in factors if is_op(f, "neg"))
    if signs:
        work.kinds.add("sign")
        answer = mul(*[f.args[0] if is_op(f, "neg") else f for f in factors])
        return negated(answer) if signs % 2 else answer
    return None


def _into_numerator(literal: Expr, before: list[Expr], after: list[Expr], work: Work) -> Expr | None:
    """(4x/y)*0.5 -> 2x/y, 20*(sqrt(3)/2) -> 20 sqrt(3)/2: a number beside a fraction is multiplied with what is above its bar."""
    others = [*before, *after]
    for k, factor in enumerate(others):
        if not is_op(factor, "div") or is_final(factor):
            continue
        above = factor.args[0].args if is_op(factor.args[0], "mul") else (factor.args[0],)
        if not after and is_final(above[0]):
            lead = worked_out("multiply", work, rational_value(above[0]) * rational_value(literal), above[0], literal)
            rest = above[1:]
        elif not before and _multiple_of_constant(factor) is not None and isinstance(literal, Number):
            lead = worked_out("multiply", work, literal.value, literal)
            rest = above
        else:
            continue
        top = mul(*([lead] if lead != ONE or not rest else []), *rest)
        return mul(*others[:k], Operation("div", (top, factor.args[1])), *others[k + 1:])
    return None


def _multiply_fractions(parts: list[tuple[Fraction, Fraction]], work: Work) -> Expr:
    work.kinds.add("multiply")
    above, below = Fraction(1), Fraction(1)
    for a, b in parts:
        above, below = above * a, below * b
    if above == 0:
        return ZERO
    return _written_fraction(above, below)


def _div(value: Operation, work: Work) -> Expr | None:
    above, below = value.args
    if rational_value(below) == 0:
        raise RuleError(f"evaluate: a division by zero in {to_text(value)}")
    if is_final(above) and is_final(below):
        if is_final(value):
            return None
        top, bottom = rational_value(above), rational_value(below)
        if is_op(below, "div") or (is_op(below, "neg") and is_op(below.args[0], "div")):
            work.kinds.add("reciprocal")
            return Operation("mul", (above, number(1 / bottom)))
        if is_op(above, "div") or (is_op(above, "neg") and is_op(above.args[0], "div")):
            inner = _fraction_parts(above)
            if inner is not None and bottom.denominator == 1:
                work.kinds.add("divide")
                sign = -1 if bottom < 0 else 1
                return _written_fraction(sign * inner[0], inner[1] * abs(bottom))
        result = top / bottom
        whole = result.denominator == 1 or is_decimal(value) or (work.decimal and isinstance(number(abs(result), True), Number))
        sign_only = {top.denominator, bottom.denominator} == {1} and result.denominator == abs(bottom)
        return worked_out("divide" if whole else "sign" if sign_only else "cancel", work, result, value)
    if below == ONE:
        work.kinds.add("neutral")
        return above
    if above == ZERO:
        if not _guard(work, below, *denominators(below)):
            return None
        work.kinds.add("neutral")
        return ZERO
    if is_op(above, "neg") or is_op(below, "neg"):
        work.kinds.add("sign")
        signs = is_op(above, "neg") + is_op(below, "neg")
        bare = tuple(a.args[0] if is_op(a, "neg") else a for a in (above, below))
        answer = _cancel_numbers(*bare, work) or Operation("div", bare)
        return Operation("neg", (answer,)) if signs == 1 else answer
    return _cancel_numbers(above, below, work)


def _cancel_numbers(above: Expr, below: Expr, work: Work) -> Expr | None:
    """(4x)/(6y) -> (2x)/(3y), (2 + 4x)/2 -> 1 + 2x: numbers in front of products."""
    if is_op(above, "add"):
        return _cancel_in_sum(above, below, work)
    top, top_rest = _leading(above)
    bottom, bottom_rest = _leading(below)
    if top is None or bottom is None:
        return None
    ratio = Fraction(top, bottom)
    if ratio.denominator == bottom and ratio.numerator == top:
        return None
    work.kinds.add("cancel")
    lead, under = ratio.numerator, ratio.denominator
    upper = mul(*([number(lead)] if lead != 1 or not top_rest else []), *top_rest)
    lower = mul(*([number(under)] if under != 1 else []), *bottom_rest)
    return upper if lower == ONE else Operation("div", (upper, lower))


def _cancel_in_sum(above: Operation, below: Expr, work: Work) -> Expr | None:
    """A whole number that divides every term above and the number below."""
    bottom, rest = _leading(below)
    bare = [t.args[0] if is_op(t, "neg") else t for t in above.args]
    leads = [_leading(t) for t in bare]
    if bottom is None or any(lead is None for lead, _ in leads):
        return None
    common = gcd(bottom, *(lead for lead, _ in leads))
    if common == 1:
        return None
    work.kinds.add("cancel")
    parts = []
    for term, (lead, others) in zip(above.args, leads, strict=True):
        part = mul(*([number(lead // common)] if lead != common or not others else []), *others)
        parts.append(Operation("neg", (part,)) if is_op(term, "neg") else part)
    lower = mul(*([number(bottom // common)] if bottom != common else []), *rest)
    return add(*parts) if lower == ONE else Operation("div", (add(*parts), lower))


def _leading(value: Expr) -> tuple[int | None, tuple[Expr, ...]]:
    if is_op(value, "mul") and isinstance(value.args[0], Number) and "." not in value.args[0].text and value.args[0] != ZERO:
        return int(value.args[0].text), value.args[1:]
    if isinstance(value, Number) and "." not in value.text and value != ZERO:
        return int(value.text), ()
    return None, ()


def _pow(value: Operation, work: Work) -> Expr | None:
    base, power = value.args
    exponent = rational_value(power) if is_final(power) else None
    if exponent is None:
        if base == ONE and not is_op(power, "div"):
            work.kinds.add("neutral")
            return ONE
        return None
    if exponent == 0 and base == ZERO:
        raise RuleError("evaluate: 0^0 has no value")
    if exponent == 1:
        work.kinds.add("neutral")
        return base
    if exponent == 0:
        if not _guard(work, base, *denominators(base)):
            return None
        work.kinds.add("neutral")
        return ONE
    if is_op(base, "sqrt") and exponent == 2 and not work.refuse_conditions:
        work.kinds.add("power")
        if rational_value(base.args[0]) is None:
            work.conditions.append(Operation("ge", (base.args[0], ZERO)))
        return base.args[0]
    if not is_final(base):
        return None
    known = rational_value(base)
    if known == 0 and exponent < 0:
        raise RuleError(f"evaluate: a division by zero in {to_text(value)}")
    if exponent.denominator == 1:
        digits = max(abs(known.numerator).bit_length(), known.denominator.bit_length()) * abs(exponent.numerator) * 0.302
        if digits > MAX_DIGITS and known not in (0, 1, -1):
            raise RuleError(f"evaluate: {to_text(value)} has more than {MAX_DIGITS} digits; leave it as a power")
        if abs(known) in (0, 1):
            return worked_out("power", work, known**2 if exponent % 2 == 0 else known, base)
        return worked_out("power", work, known**exponent.numerator, base)
    root = exact_root(known, exponent.denominator)
    if root is None or abs(exponent.numerator) > 100:
        return None
    return worked_out("power", work, root**exponent.numerator, base)


_RULES: dict[str, Callable[[Operation, Work], Expr | None]] = {"neg": _neg, "add": _add, "mul": _mul, "div": _div, "pow": _pow, **FUNCTIONS}
