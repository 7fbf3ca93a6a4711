"""Sums, products and quotients built as one writes them by hand; what rules of arithmetic and algebra share.

Nothing here decides whether a step is true: that is the judge's.  These functions only choose a form: a minus sign
stands in front, numbers stand first in a product, a sum of one term is that term.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from ..derivation import Derivation, RuleError
from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, add, expr, is_op, is_relation, mul, rational_value, to_text, walk

ZERO, ONE, TWO = Number("0"), Number("1"), Number("2")
MAX_DIGITS = 4_000      # of one number: what the parser reads back
DECIMAL_PLACES = 12     # a decimal longer than this is shown as a fraction

INEQUALITIES = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}   # and what each becomes when the sides change places
CONNECTIVES = ("and", "or", "iff", "implies", "not")


# --- numbers --------------------------------------------------------------------------------------------------

def is_decimal(value: Expr) -> bool:
    """True where a literal inside is typed with a decimal mark."""
    return any(isinstance(node, Number) and "." in node.text for node in walk(value))


def check_size(value: Fraction) -> Fraction:
    """The value itself.  Raises RuleError where it has more digits than a page or the parser takes."""
    bits = max(abs(value.numerator).bit_length(), value.denominator.bit_length())
    if bits > 3.33 * MAX_DIGITS:
        raise RuleError(f"a number with about {bits * 3 // 10} digits comes up; {MAX_DIGITS} are the most")
    return value


def number(value: Fraction | int, decimal: bool = False) -> Expr:
    """A literal: a decimal where wanted, terminating and of reasonable length; otherwise an integer or a fraction."""
    value = check_size(Fraction(value))
    if decimal and value.denominator != 1:
        places = decimal_places(value)
        if places is not None and places <= DECIMAL_PLACES:
            digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
            literal = Number(f"{digits[:-places]}.{digits[-places:]}")
            return literal if value > 0 else Operation("neg", (literal,))
    return expr(value)


def decimal_places(value: Fraction) -> int | None:
    """Digits after the decimal mark of a terminating decimal, None for 1/3."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


# --- sums -----------------------------------------------------------------------------------------------------

def terms_of(value: Expr) -> tuple[Expr, ...]:
    """The signed terms of a sum, sums inside sums opened; a subtracted bracket stays one term."""
    if is_op(value, "add"):
        return tuple(term for part in value.args for term in terms_of(part))
    return (value,)


def negated(value: Expr) -> Expr:
    """The value with the other sign, written without a double minus: -x -> x, -2x -> 2x, a sum in brackets."""
    if is_op(value, "neg"):
        return value.args[0]
    if value == ZERO:
        return value
    if is_op(value, "mul", "div") and is_op(value.args[0], "neg"):
        first = value.args[0].args[0]
        if value.head == "mul" and first == ONE:
            return mul(*value.args[1:])
        return Operation(value.head, (first, *value.args[1:]))
    return Operation("neg", (value,))


def is_negative(value: Expr) -> bool:
    """True where a minus sign stands in front."""
    return is_op(value, "neg") or (is_op(value, "mul", "div") and is_negative(value.args[0]))


def opposite(value: Expr) -> Expr:
    """Minus the value with the sign taken into a sum, terms that become positive first: s - N -> N - s."""
    if not is_op(value, "add"):
        return negated(value)
    turned = [part for term in terms_of(value) for part in terms_of(negated(term))]
    return add(*[t for t in turned if not is_negative(t)], *[t for t in turned if is_negative(t)])


def total(terms: Iterable[Expr]) -> Expr:
    """The sum of the terms: zeros left out, plain numbers combined where the last of them stands."""
    parts = [part for term in terms for part in terms_of(term)]
    literals = [i for i, part in enumerate(parts) if rational_value(part) is not None]
    if len(literals) > 1:
        value = sum((rational_value(parts[i]) for i in literals), Fraction(0))
        combined = number(value, any(is_decimal(parts[i]) for i in literals))
        # the number goes last among the terms, as one writes it, unless it was the first and the only one in front
        at = literals[-1]
        parts = [combined if i == at else part for i, part in enumerate(parts) if i == at or i not in literals]
    return add(*[part for part in parts if part != ZERO])


# --- products -------------------------------------------------------------------------------------------------

def factors_of(value: Expr) -> tuple[Expr, ...]:
    """The factors of a product, products inside products opened."""
    if is_op(value, "mul"):
        return tuple(factor for part in value.args for factor in factors_of(part))
    return (value,)


def quotient(above: Sequence[Expr], below: Sequence[Expr] = ()) -> Expr:
    """The product of ``above`` over the product of ``below``, tidy: one fraction bar, one sign in front (or taken into a
    lone sum), one number first, equal factors above and below cancelled, brackets last."""
    coefficient, decimal = Fraction(1), False
    upper: list[Expr] = []
    lower: list[Expr] = []

    def take(factor: Expr, over: bool) -> None:
        nonlocal coefficient, decimal
        value = rational_value(factor)
        if value is not None:
            if not over and value == 0:
                raise RuleError("a division by zero comes up")
            coefficient = coefficient * value if over else coefficient / value
            decimal = decimal or is_decimal(factor)
        elif is_op(factor, "neg"):
            coefficient = -coefficient
            take(factor.args[0], over)
        elif is_op(factor, "mul"):
            for part in factor.args:
                take(part, over)
        elif is_op(factor, "div"):
            take(factor.args[0], over)
            take(factor.args[1], not over)
        else:
            mine, other = (upper, lower) if over else (lower, upper)
            if factor in other:
                other.remove(factor)
            else:
                mine.append(factor)

    for factor in above:
        take(factor, True)
    for factor in below:
        take(factor, False)
    if coefficient == 0:
        return ZERO
    if coefficient < 0 and len(upper) == 1 and is_op(upper[0], "add") and abs(coefficient.numerator) == 1:
        coefficient, upper = -coefficient, [opposite(upper[0])]
    size = abs(coefficient)
    places = decimal_places(size) if decimal else None
    if places is not None and places <= DECIMAL_PLACES:
        top, bottom = number(size, True), ONE
    else:
        top, bottom = number(size.numerator), number(size.denominator)
    if len(upper) == 1 and len(lower) == 1 and is_op(upper[0], "add") and is_op(lower[0], "add") and all(map(is_negative, upper[0].args)):
        upper, lower = [opposite(upper[0])], [opposite(lower[0])]     # (-y - 1)/(1 - y) is written (y + 1)/(y - 1)
    upper.sort(key=lambda factor: is_op(factor, "add"))
    lower.sort(key=lambda factor: is_op(factor, "add"))
    over = mul(*([top] if top != ONE or not upper else []), *upper)
    under = mul(*([bottom] if bottom != ONE else []), *lower)
    result = over if under == ONE else Operation("div", (over, under))
    return negated(result) if coefficient < 0 else result


def product(*factors: Expr) -> Expr:
    return quotient(factors)


# --- asking ---------------------------------------------------------------------------------------------------

def depends(value: Expr, name: Expr) -> bool:
    """True where the name occurs: x in x^2, x_1 in x_1 + x_2.  An indexed name does not depend on its bare letter."""
    if value == name:
        return True
    if not isinstance(value, Operation):
        return False
    args = value.args[1:] if value.head in ("index", "apply") else value.args
    if value.head in ("sum", "prod", "limit") and value.args[1] == name:
        args = value.args[2:]
    return any(depends(a, name) for a in args)


def occurrences(value: Expr, name: Expr) -> int:
    """How often the name occurs."""
    return sum(1 for node in walk(value) if node == name)


def denominators(value: Expr) -> Iterator[Expr]:
    """What stands under a fraction bar or has a negative exponent anywhere in the value; literals that are not zero are left out."""
    for node in walk(value):
        if is_op(node, "div"):
            part = node.args[1]
        elif is_op(node, "pow") and is_negative(node.args[1]):
            part = node.args[0]
        else:
            continue
        if not rational_value(part):
            yield part


def nonzero(*parts: Expr) -> tuple[Expr, ...]:
    """Conditions ``part != 0``, factor by factor, without repetition; nothing for numbers that are not zero."""
    found: dict[Expr, None] = {}
    for part in parts:
        for factor in factors_of(part):
            while is_op(factor, "neg"):
                factor = factor.args[0]
            if is_op(factor, "div"):
                for condition in nonzero(*factor.args):
                    found.setdefault(condition)
                continue
            if is_op(factor, "pow") and (rational_value(factor.args[1]) or 0) > 0:
                factor = factor.args[0]
            if sign_of(factor) in ("+", "-"):
                continue
            found.setdefault(_differs_from_zero(factor))
    return tuple(found)


def _differs_from_zero(value: Expr) -> Expr:
    """a - c != 0 is written a != c, and O - 1 != 0 as O != 1."""
    if is_op(value, "add") and len(value.args) == 2:
        first, second = value.args
        if is_op(first, "neg") and not is_op(second, "neg"):
            first, second = second, first
        if is_op(second, "neg") or rational_value(second) is not None:
            left, right = first, negated(second)
            if rational_value(left) is not None:
                left, right = right, left
            return Operation("ne", (left, right))
        if rational_value(first) is not None:
            return Operation("ne", (second, negated(first)))
    return Operation("ne", (value, ZERO))


def sign_of(value: Expr, assumptions: Iterable[Expr] = ()) -> str | None:
    """What is known of the sign: "+", "-", "0", ">=" (not negative), "<=" (not positive), or None.

    Known are numbers, what an assumption says of a name or of a written expression, and what follows through products,
    quotients, powers, exp, sqrt, abs and sums of one sign.
    """
    known = tuple(assumptions)
    literal = rational_value(value)
    if literal is not None:
        return "+" if literal > 0 else "-" if literal < 0 else "0"
    stated = _stated_sign(value, known)
    if stated is not None:
        return stated
    if value in (Symbol("pi"), Symbol("e")) or is_op(value, "exp"):
        return "+"
    if is_op(value, "ln"):
        inside = rational_value(value.args[0])
        if inside is None:      # ln(1 - p) is negative where 0 < p < 1
            beyond = sign_of(total((value.args[0], Operation("neg", (ONE,)))), known)
            return beyond if beyond == "+" or (beyond == "-" and sign_of(value.args[0], known) == "+") else None
        return None if inside <= 0 else "+" if inside > 1 else "0" if inside == 1 else "-"
    if not isinstance(value, Operation):
        return None
    if value.head == "add" and (compared := _compared_sign(value, known)) is not None:
        return compared
    if value.head == "neg":
        return _TURNED.get(sign_of(value.args[0], known))
    if value.head in ("abs", "sqrt", "norm"):
        inside = sign_of(value.args[0], known)
        return "+" if inside == "+" or (inside == "-" and value.head != "sqrt") else ">="
    if value.head == "pow":
        base, exponent = sign_of(value.args[0], known), rational_value(value.args[1])
        if base == "+":
            return "+"
        if exponent is not None and exponent.denominator == 1 and exponent % 2 == 0:
            return "+" if base == "-" else ">=" if exponent > 0 else None
        return None
    parts = [sign_of(a, known) for a in value.args] if value.head in ("add", "mul", "div") else [None]
    if None in parts:
        return None
    if value.head == "add":
        if all(p in ("+", ">=", "0") for p in parts):
            return "+" if "+" in parts else ">="
        if all(p in ("-", "<=", "0") for p in parts):
            return "-" if "-" in parts else "<="
        return None
    result = "+"
    for part in parts:
        result = _TIMES.get((result, part))
        if result is None:
            return None
    return result


_TURNED = {"+": "-", "-": "+", "0": "0", ">=": "<=", "<=": ">="}
_TIMES = {("+", s): s for s in _TURNED} | {("-", s): t for s, t in _TURNED.items()} | {("0", s): "0" for s in _TURNED} \
    | {(">=", "+"): ">=", (">=", "-"): "<=", (">=", ">="): ">=", (">=", "<="): "<=", (">=", "0"): "0"} \
    | {("<=", "+"): "<=", ("<=", "-"): ">=", ("<=", ">="): "<=", ("<=", "<="): ">=", ("<=", "0"): "0"}


def _compared_sign(value: Operation, facts: Iterable[Expr]) -> str | None:
    """The sign of a difference that a fact compares: 1 - p is positive where p < 1 is assumed."""
    terms = Counter(terms_of(value))
    found = None
    for fact in facts:
        if is_op(fact, "and"):
            sign = _compared_sign(value, fact.args)
        elif is_op(fact, "lt", "le", "gt", "ge"):
            greater, less = fact.args if fact.head in ("gt", "ge") else fact.args[::-1]
            above = Counter(terms_of(greater)) + Counter(negated(t) for t in terms_of(less))
            below = Counter(terms_of(less)) + Counter(negated(t) for t in terms_of(greater))
            strict = fact.head in ("lt", "gt")
            sign = ("+" if strict else ">=") if terms == above else ("-" if strict else "<=") if terms == below else None
        else:
            sign = None
        found = sign if sign in ("+", "-") or found is None else found
    return found


def _stated_sign(value: Expr, assumptions: Iterable[Expr]) -> str | None:
    found = None
    for fact in assumptions:
        if is_op(fact, "and"):
            inner = _stated_sign(value, fact.args)
            found = inner if inner in ("+", "-", "0") or found is None else found
            continue
        if not is_op(fact, "lt", "le", "gt", "ge", "eq"):
            continue
        left, right = fact.args
        head = fact.head
        if right == value and left != value:
            left, right, head = right, left, INEQUALITIES.get(head, head)
        bound = rational_value(right)
        if left != value or bound is None:
            continue
        if head == "eq":
            return "+" if bound > 0 else "-" if bound < 0 else "0"
        if (head == "gt" and bound >= 0) or (head == "ge" and bound > 0):
            return "+"
        if (head == "lt" and bound <= 0) or (head == "le" and bound < 0):
            return "-"
        if head == "ge" and bound == 0:
            found = ">="
        if head == "le" and bound == 0:
            found = "<="
    return found


def known_facts(derivation: Derivation) -> tuple[Expr, ...]:
    """What holds from here on: the assumptions, and what the steps so far have stated as conditions or used as facts."""
    facts = list(derivation.assumptions)
    for step in derivation.steps:
        facts.extend(step.conditions)
        facts.extend(step.given)
    return tuple(dict.fromkeys(facts))


def relied_on(derivation: Derivation, value: Expr) -> tuple[Expr, ...]:
    """The facts beside the assumptions that the sign of the value comes from: a step that uses it states them."""
    if sign_of(value, derivation.assumptions) == sign_of(value, known_facts(derivation)):
        return ()
    return tuple(f for f in known_facts(derivation) if f not in derivation.assumptions)


# --- the sides of a statement ---------------------------------------------------------------------------------

def relation_of(derivation: Derivation, rule: str) -> Operation:
    """The relation where the derivation stands.  Raises RuleError where it is an expression."""
    current = derivation.conclusion
    if not is_relation(current):
        raise RuleError(f"{rule}: this needs an equation or an inequality, not {to_text(current)}")
    return current


def link_of(statement: Expr) -> str:
    """The link of a step that begins with this: relations, alone or joined by and/or, are equivalent; expressions are equal."""
    return "equivalent" if is_relation(statement) or is_op(statement, *CONNECTIVES) else "equal"


def map_sides(statement: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """``change`` applied to an expression, to the sides of a relation, or to the sides of every relation joined by and, or..."""
    if is_relation(statement) or is_op(statement, *CONNECTIVES):
        return Operation(statement.head, tuple(map_sides(a, change) for a in statement.args))
    return change(statement)


def listed(items: Sequence[object], between: str = ", ", last: str = " and ") -> tuple[object, ...]:
    """Items of a caption with commas between them and "and" before the last one."""
    out: list[object] = []
    for i, item in enumerate(items):
        if i:
            out.append(last if i == len(items) - 1 else between)
        out.append(item)
    return tuple(out)


__all__ = ["CONNECTIVES", "CONSTANTS", "INEQUALITIES", "ONE", "TWO", "ZERO", "check_size", "decimal_places", "denominators", "depends", "factors_of",
           "is_decimal", "is_negative", "known_facts", "link_of", "listed", "map_sides", "negated", "nonzero", "number", "occurrences", "opposite",
           "product", "quotient", "relation_of", "relied_on", "sign_of", "terms_of", "total"]
