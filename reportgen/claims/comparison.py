"""A claimed value against the answer that was asked for: right, right as a rounding, nearly, wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from flint import acb, fmpq

from ..expressions import Expr, Number, Operation, ParseError, Symbol, is_op, parse, symbols, to_text
from ..expressions import replace as exchange
from . import rounding
from .arrays import Matrix, NoValue, Several, Value, as_acb, fraction
from .chains import _Chain, _flat, _short, free_names
from .formulas import compare_formula
from .reading import Side, Unreadable, read
from .values import evaluate
from .vectors import compare_vector

RIGHT, NEAR, WRONG, UNREAD = "right", "near", "wrong", "unread"
MAX_OTHERS = 1_000
WHOLE = 0.02  # a whole number may be this far from the answer that it is the rounding of
MIN_FIGURES = 4  # a shorter number is like too many others


def compare(
    claim: str, wanted: str, others: Sequence[tuple[str, str]], senses: Sequence[str] = (), *, formulas: Sequence[str] = (), earlier: Sequence[str] = (),
    columns: int = 0, facts: Sequence[tuple[str, str]] = (), named: Sequence[tuple[str, str]] = (),
) -> dict[str, object]:
    """What the last side of the claim is against ``wanted`` (a formula in plain text; "" where the answer is a formula with names).

    Where it is wrong, ``like`` names those of the ``others`` (label, value) that it nearly is, each with the rounding to its places;
    ``same_as`` says which of the ``earlier`` sides of its chain has the same value.  ``formulas`` are those that the answer goes
    through, for claims with names; ``columns``: see ``vectors``.  ``facts`` are the values put into the formulas, ``named`` what the
    document stated of some of these names before: ``rests_on`` says with which of these the claim would be right.
    """
    repaired: list[str] = []
    try:
        if wanted and (entries := _entries(wanted, claim)) is not None and (found := _vector(claim, entries, columns)) is not None:
            return found
        side = _last_side(claim, repaired)
        value = _finite(evaluate(side))
        asked = _value(wanted) if wanted else None
    except (Unreadable, NoValue, ParseError, RecursionError) as error:
        return compare_formula(claim, formulas) if formulas else {"result": UNREAD, "reason": str(error)}
    if asked is None:
        return {"result": UNREAD, "reason": "a number, where a formula was asked for"}
    result = _compared(side, value, wanted)
    if result == WRONG and any(_compared(side, value, sense) in (RIGHT, NEAR) for sense in senses):
        return {"result": UNREAD, "reason": "the name has this value elsewhere"}
    found = {"result": result, "claimed": _decimal(value, side), "asked": _decimal(asked, side), "repaired": repaired, "tree": to_text(side)}
    if result == RIGHT:
        return found
    found["same_as"] = [k for k, text in enumerate(earlier) if _agrees(side, value, text)]
    if result == WRONG:
        found["rests_on"] = _rests_on(side, value, formulas, facts, named)
        found["like"] = _like(side, value, others)
        if not found["like"] and (bare := _without_sums(side)) is not None and (like := _like(bare, _finite(evaluate(bare)), (("", wanted), *others))):
            found["sums"], found["like"] = True, like
    return found


def _rests_on(side: Expr, value: Value, formulas: Sequence[str], facts: Sequence[tuple[str, str]], named: Sequence[tuple[str, str]]) -> list[str]:
    """The names whose earlier statements, put into the formula of the answer, give this value."""
    if not named or not formulas:
        return []
    try:
        stated = {name: _last_side(text, []) for name, text in named}
        known = {parse(name, "plain"): parse(text, "plain") for name, text in facts}
        formula = next(f.args[-1] for f in (parse(text, "plain") for text in formulas) if set(symbols(f.args[-1])) <= {n for k in known for n in symbols(k)})
        put = {name: stated.get(re.sub(r"[\s*]", "", to_text(name)), right) for name, right in known.items()}
        tree = exchange(formula, put)
        if _compared(side, value, to_text(tree)) in (RIGHT, NEAR):
            return [name for name, _ in named]
    except (Unreadable, NoValue, ParseError, RecursionError, StopIteration):
        pass
    return []


def _like(side: Expr, value: Value, others: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Other answers that the value is, to its places."""
    shown = rounding.printed(side)
    if shown is not None and len(str(shown.value.numerator).strip("0")) < MIN_FIGURES:
        return []
    if shown is None and isinstance(value, fmpq) and value.q < 10**MIN_FIGURES and not rounding.decimals(side):
        return []
    like = []
    for label, text in others[:MAX_OTHERS]:
        try:
            near = _compared(side, value, text) in (RIGHT, NEAR)
            if near:
                like.append((label, _decimal(_value(text), side)))
        except (NoValue, ParseError, RecursionError):
            continue
    return like[:3]


def _agrees(side: Expr, value: Value, text: str) -> bool:
    """Whether an earlier side of the chain has this value, to the places shown."""
    try:
        other = _finite(evaluate(_last_side(text, [])))
    except (Unreadable, NoValue, ParseError, RecursionError):
        return False
    if not isinstance(value, (fmpq, acb)) or not isinstance(other, (fmpq, acb)):
        return False
    shown = rounding.printed(side)
    if shown is not None and shown.decimal:
        return rounding.rounds_to(other, shown)
    return value == other if isinstance(value, fmpq) and isinstance(other, fmpq) else as_acb(value).overlaps(as_acb(other))


def _last_side(claim: str, repaired: list[str]) -> Expr:
    """The last side as a tree without names; ``repaired`` is told what had to be supplied first."""
    claim = claim.lstrip("=& ")
    try:
        side = read(claim, letters=True).sides[-1].tree
    except Unreadable:
        side = None
        for said, changed in _repairs(claim):
            repaired.append(said)
            claim = changed
            try:
                side = read(claim, letters=True).sides[-1].tree
                break
            except Unreadable:
                continue
        if side is None:
            raise
    if side is None or free_names(side):
        raise Unreadable("no number")
    return side


def _repairs(claim: str) -> Iterator[tuple[str, str]]:
    """What may make a formula readable, one thing after another: a lost factor, brackets that are never closed."""
    changed, count = re.subn(r"(\\sum(?:_\{[^{}]*\}|\^\{[^{}]*\}|[_^]\w)*)\s*\\cdot", r"\1 ", claim)
    if count:
        yield "a factor before a dot is missing", changed
    opened: list[str] = []
    for mark in re.findall(r"[()\[\]]", changed):
        if mark in "([":
            opened.append(")" if mark == "(" else "]")
        elif opened and opened[-1] == mark:
            opened.pop()
        elif opened and mark in opened:  # an inner bracket that is never closed
            while opened.pop() != mark:
                pass
        else:
            return
    if opened or changed != claim:
        yield "a bracket is never closed", _closed(re.sub(r"\\(?:left|right)(?![a-z])", "", changed))


def _closed(text: str) -> str:
    """The text with each bracket closed: an inner one before the outer one is, the others at the end."""
    out, opened = [], []
    for char in text:
        if char in "([":
            opened.append(")" if char == "(" else "]")
        elif char in ")]" and char in opened:
            while (mark := opened.pop()) != char:
                out.append(mark)
        out.append(char)
    return "".join(out) + "".join(reversed(opened))


def _without_sums(side: Expr) -> Expr | None:
    """Signs of summation before what does not depend on their index are left out; None where there are none."""

    def bare(node: Expr) -> Expr:
        if isinstance(node, Operation):
            node = Operation(node.head, tuple(map(bare, node.args)))
            if node.head == "sum" and isinstance(node.args[1], Symbol) and node.args[1].name not in symbols(node.args[0]):
                return node.args[0]
        return node

    changed = bare(side)
    return changed if changed != side else None


def _entries(wanted: str, claim: str) -> list[Expr] | None:
    """The entries of an answer that is a vector, or one number where the claim is a list."""
    tree = parse(wanted, "plain")
    if isinstance(tree, Number) and claim.startswith("["):
        return [tree]
    while is_op(tree, "transpose"):
        tree = tree.args[0]
    if is_op(tree, "tuple"):
        return list(tree.args)
    if is_op(tree, "matrix") and (len(tree.args) == 1 or all(len(row.args) == 1 for row in tree.args)):
        return [entry for row in tree.args for entry in row.args]
    return None


def _vector(claim: str, wanted: Sequence[Expr], columns: int) -> dict[str, object] | None:
    """The claim as a vector in another dress than the reader knows; None where it is none."""

    def compared(tree: Expr, asked: Expr) -> str:
        return _compared(tree, _finite(evaluate(tree)), to_text(asked))

    found = compare_vector(claim, wanted, columns, compared, lambda tree: _decimal(_finite(evaluate(tree)), tree))
    return found if found["result"] == "vector" else None


@lru_cache(maxsize=4_096)
def _value(text: str) -> Value:
    return _finite(evaluate(parse(text, "plain")))


def _finite(value: Value) -> Value:
    if any(isinstance(v, acb) and not v.is_finite() for v in (_flat(value) or [value])):
        raise NoValue("a number too large")
    return value


def _compared(side: Expr, value: Value, wanted: str) -> str:
    asked = _value(wanted)
    if isinstance(value, (Matrix, Several)) or isinstance(asked, (Matrix, Several)):
        a, b = _flat(value), _flat(asked)
        if a is None or b is None or len(a) != len(b):
            return UNREAD
        if any(not as_acb(p).overlaps(as_acb(q)) for p, q in zip(a, b)):
            return WRONG
        return RIGHT if all(isinstance(p, fmpq) and isinstance(q, fmpq) for p, q in zip(a, b)) else UNREAD
    tree = parse(wanted, "plain")
    same = _Chain([Side(side, ""), Side(tree, "")], True).same(value, asked, side, tree)
    if same is None:
        return UNREAD  # they agree as far as they were computed, and no proof was found
    if same:
        return RIGHT
    shown = rounding.printed(side)
    carried = frozenset(t for t in rounding.decimals(side) if rounding.figures(t) >= rounding.MIN_FIGURES)
    if shown is None and carried:  # its figures are rounded, as far as anybody can tell
        ball = rounding.interval(side, carried, False)
        return NEAR if ball is not None and ball.overlaps(as_acb(asked)) else WRONG
    if shown is None:
        return WRONG
    if not shown.decimal:  # rounded to a whole number, and nothing says so
        whole = not (isinstance(asked, fmpq) and asked.q == 1) and rounding.rounds_to(asked, shown)
        return NEAR if whole and rounding.relative(asked, value) <= WHOLE else WRONG
    if rounding.rounds_to(asked, shown):
        return RIGHT
    gap = abs((as_acb(asked) - as_acb(value)).real)
    return NEAR if gap < as_acb(fmpq(shown.unit.numerator, shown.unit.denominator)).real else WRONG


def _decimal(value: Value, side: Expr) -> str:
    """The value as it would be printed in the place of ``side``: whole numbers as such, others to as many places, or six."""
    if isinstance(value, fmpq) and value.q <= 1000 and (value.q == 1 or rounding.printed(side) is None):
        return _short(value)
    if isinstance(value, (fmpq, acb)) and as_acb(value).imag == 0:
        shown = rounding.printed(side)
        places = len(str(shown.unit.denominator)) - 1 if shown is not None and shown.decimal else 6
        nearest = (as_acb(value).real * 10**places + as_acb(fmpq(1, 2)).real).floor().unique_fmpz()
        if nearest is not None and abs(nearest) < 10**30:
            digits = str(abs(int(nearest))).rjust(places + 1, "0")
            text = ("-" if nearest < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
            exactly = isinstance(value, fmpq) and fraction(value) == Fraction(text)
            return text.rstrip("0").rstrip(".") if exactly and "." in text and not (shown is not None and shown.decimal) else text
    return _short(value)
