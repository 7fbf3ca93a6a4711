"""Rules of arithmetic: values in place of names, sums written out, arithmetic in readable steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..derivation import MAKE_IT_A_GIVEN, Derivation, Rule, RuleError, Step, name_of, value_of
from ..expressions import Expr, Number, Operation, add, expr, is_op, mul, op, rational_value, rows_of, symbols, to_text, walk
from .evaluation import MAX_PASSES, fully, one_pass
from .forms import ONE, ZERO, depends, is_decimal, link_of, listed, map_sides, number
from .making import rule_factory
from .work import caption_of, is_final

MAX_TERMS = 60          # of a sum that is written out
_CAPTION_VALUES = 8     # more values than this are not listed in the caption


# --- values in place of names -----------------------------------------------------------------------------------

@rule_factory
def substitute(*sources: object, **values: object) -> Rule:
    """The formula with the values in place, as written by hand; nothing is worked out.

    Values are given by name (``substitute(N=32, P=padding)``), in a mapping (``{"x_1": 2, "lambda": "..."}``), or as things that
    know their own name: givens, and derivations that end in ``name = value``.  A value is a Given, a Derivation, an Expr, an
    int, a Fraction or a SymPy object.

        N + 2P - S(O - 1)   substitute(N=32, P=0, S=1, O=28)   ->   32 + 2*0 - 1(28 - 1)

    Raises RuleError where a name does not occur, and for floats and text.
    """
    mapping = _mapping(sources, values)

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        missing = [name for name in mapping if not depends(before, name)]
        if missing:
            hint = "; write the sum out first, with expand_sum()" if any(is_op(n, "sum", "prod") for n in walk(before)) else ""
            names = ", ".join(to_text(n) for n in missing)
            raise RuleError(f"substitute: {names} {'does' if len(missing) == 1 else 'do'} not occur in {to_text(before)} "
                            f"(its names: {', '.join(symbols(before)) or 'none'}){hint}", hint="" if hint else f"leave {names} out of substitute(...)")
        after = place(before, mapping)
        if after == before:
            return ()
        equations = tuple(op("eq", name, value) for name, value in mapping.items())
        short = equations if len(equations) <= _CAPTION_VALUES else ()
        caption = ("Substitute ", *listed(short)) if short else ("Substitute the values",)
        return (Step("substitute", before, after, caption, given=equations, link=link_of(before)),)

    return rule


@rule_factory
def substitute_vector(name: str | Expr, vector: object) -> Rule:
    """The entries of a vector (a column, a row, or a tuple) in place of ``x_1``, ``x_2``...

        x_1^2 + x_2^2   substitute_vector("x", given)  with x = (3, -4)   ->   3^2 + (-4)^2

    Raises RuleError where no indexed name occurs, or one lies outside the vector.
    """
    letter = name_of(name)
    entries = entries_of(value_of(vector))

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        wanted = {node: node.args[1] for node in walk(before)
                  if is_op(node, "index") and node.args[0] == letter and len(node.args) == 2}
        mapping: dict[Expr, Expr] = {}
        for node, position in sorted(wanted.items(), key=lambda item: rational_value(item[1]) or 0):
            at = rational_value(position)
            if at is None:
                continue
            if at.denominator != 1 or not 1 <= at <= len(entries):
                raise RuleError(f"substitute_vector: {to_text(node)} lies outside a vector of {len(entries)} entries")
            mapping[node] = entries[int(at) - 1]
        if not mapping:
            raise RuleError(f"substitute_vector: no {to_text(letter)}_1, {to_text(letter)}_2... in {to_text(before)}; write sums out first, with expand_sum()")
        return substitute(mapping)(derivation)

    return rule


def entries_of(vector: Expr) -> tuple[Expr, ...]:
    """The entries of a column, of a matrix of one row, or of a tuple.  Raises RuleError for anything else."""
    if is_op(vector, "tuple"):
        return vector.args
    if is_op(vector, "matrix"):
        rows = rows_of(vector)
        if len(rows[0]) == 1:
            return tuple(row[0] for row in rows)
        if len(rows) == 1:
            return rows[0]
    raise RuleError(f"{to_text(vector)} is not a vector")


def _mapping(sources: Iterable[object], values: Mapping[str, object]) -> dict[Expr, Expr]:
    mapping: dict[Expr, Expr] = {}
    for source in sources:
        if isinstance(source, Mapping):
            for name, value in source.items():
                mapping[name_of(name)] = _exact(name, value)
            continue
        name = source.name if isinstance(source, Derivation) else getattr(source, "symbol", None)
        if name is None:
            raise RuleError(f"substitute: {source!r} has no name of its own; write substitute(name=value)")
        mapping[name_of(name)] = _exact(name, source)
    for name, value in values.items():
        mapping[name_of(name)] = _exact(name, value)
    if not mapping:
        raise RuleError("substitute: no values were given")
    return mapping


class InexactValue(RuleError, TypeError):
    """A float or a text where an exact value is needed."""


def _exact(name: str | Expr, value: object) -> Expr:
    try:
        return value_of(value)
    except TypeError:
        what = f"the text {value!r}" if isinstance(value, str) else f"the float {value!r}" if isinstance(value, float) else f"a {type(value).__name__}"
        raise InexactValue(f"substitute: {name if isinstance(name, str) else to_text(name)} is {what}, not an exact value", hint=MAKE_IT_A_GIVEN) from None


def place(value: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """The tree with the values in place.  Names bound by a sum, a limit or a derivative, and the letter of an indexed name, stay.

    A product in a product, and a sum as a term of a sum, are written without brackets.
    """
    if value in mapping:
        return mapping[value]
    if not isinstance(value, Operation):
        return value
    head = value.head
    if head in ("index", "apply"):
        args = (value.args[0], *(place(a, mapping) for a in value.args[1:]))
    elif head in ("sum", "prod", "limit", "integral", "diff"):
        inner = {k: v for k, v in mapping.items() if k != value.args[1]}
        outer = inner if head == "diff" else mapping
        args = (place(value.args[0], inner), value.args[1], *(place(a, outer) for a in value.args[2:]))
    else:
        args = tuple(place(a, mapping) for a in value.args)
    if head in ("mul", "add"):
        args = tuple(part for new, old in zip(args, value.args, strict=True)
                     for part in (new.args if is_op(new, head) and not is_op(old, head) else (new,)))
    return value if args == value.args else Operation(head, args)


# --- sums written out -------------------------------------------------------------------------------------------

@rule_factory
def expand_sum(limit: int = MAX_TERMS) -> Rule:
    """Sums and products with whole-number bounds written out term by term.

        sum(x_i^2, i, 1, 3)   ->   x_1^2 + x_2^2 + x_3^2

    Raises RuleError where there is none, where a bound is no whole number, and above ``limit`` terms.
    """
    def rule(derivation: Derivation) -> tuple[Step, ...]:
        before = derivation.conclusion
        bigs = [node for node in walk(before) if is_op(node, "sum", "prod")]
        if not bigs:
            raise RuleError(f"expand_sum: there is no sum or product sign in {to_text(before)}")
        after = map_sides(before, lambda side: written_out(side, limit))
        if after == before:
            raise RuleError(f"expand_sum: the bounds of {to_text(bigs[0])} are not whole numbers; substitute them first")
        what = "sum" if bigs[0].head == "sum" else "product"
        return (Step("expand_sum", before, after, (f"Write the {what} out",), link=link_of(before)),)

    return rule


def written_out(value: Expr, limit: int = MAX_TERMS) -> Expr:
    """The value with its outermost finite sums and products as terms and factors."""
    if not isinstance(value, Operation):
        return value
    if value.head in ("sum", "prod"):
        body, index, lower, upper = value.args
        first, last = rational_value(fully(lower)), rational_value(fully(upper))
        if first is None or last is None or first.denominator != 1 or last.denominator != 1:
            return value
        count = int(last - first) + 1
        if count > limit:
            raise RuleError(f"expand_sum: {to_text(value)} has {count} terms; {limit} are the most that are written out")
        parts = [_indices(place(body, {index: expr(k)})) for k in range(int(first), int(last) + 1)]
        if not parts:
            return ZERO if value.head == "sum" else ONE
        return add(*parts) if value.head == "sum" else mul(*parts)
    args = tuple(written_out(a, limit) for a in value.args)
    if value.head == "add":
        args = tuple(part for new, old in zip(args, value.args, strict=True)
                     for part in (new.args if is_op(new, "add") and is_op(old, "sum") else (new,)))
    return value if args == value.args else Operation(value.head, args)


def _indices(value: Expr) -> Expr:
    """x_{1+1} is written x_2 at once."""
    if not isinstance(value, Operation):
        return value
    if value.head == "index":
        return Operation("index", (value.args[0], *(fully(a) for a in value.args[1:])))
    args = tuple(_indices(a) for a in value.args)
    return value if args == value.args else Operation(value.head, args)


# --- arithmetic -------------------------------------------------------------------------------------------------

@rule_factory
def evaluate(steps: str = "full") -> Rule:
    """The arithmetic done in readable steps: innermost brackets and products first, then sums; independent work in the same step.

        32 + 2*0 - 1*(28 - 1)   ->   32 + 0 - 27   ->   5

    Exact throughout: integers, fractions, decimals (what comes of 0.2 is written as one where it has reasonable length), powers,
    roots that come out, abs, floor, ceil, factorials, binomials, min and max.  Names stay as they are.
    ``steps="short"``: at most two steps.  Nothing to do: no step.
    Raises RuleError for a division by zero, 0^0, a root of a negative number, numbers too large to write, and matrices that a
    rule of their own multiplies or adds.
    """
    if steps not in ("full", "short"):
        raise RuleError(f"evaluate: steps is \"full\" or \"short\", not {steps!r}")

    def rule(derivation: Derivation) -> tuple[Step, ...]:
        found = evaluation_steps(derivation.conclusion)
        if not found:
            _refuse_matrices(derivation.conclusion)
        if steps == "full" or len(found) <= 2:
            return found
        early = found[:-1]
        conditions = tuple(dict.fromkeys(c for step in early for c in step.conditions))
        return (Step("evaluate", early[0].before, early[-1].after, ("Evaluate the parts",), conditions, substeps=early, link=early[0].link), found[-1])

    return rule


def _refuse_matrices(value: Expr) -> None:
    """Nothing to evaluate is no fault, but for work on matrices, which stays undone."""
    for node in walk(value):
        parts = [is_op(a, "matrix") for a in node.args] if is_op(node, "mul", "add", "transpose", "vec") else []
        if not any(parts):
            continue
        if node.head == "mul":
            pair = next((b for (a, b), (m, n) in zip(zip(node.args, node.args[1:]), zip(parts, parts[1:])) if m and n), None)
            rule = "scale_matrix" if pair is None else "multiply_matrix_vector" if len(rows_of(pair)[0]) == 1 else "matrix_product"
        else:
            rule = "add_matrices" if node.head == "add" else node.head
            if node.head == "add" and not all(parts):
                continue
        raise RuleError(f"evaluate: arithmetic on numbers is done, and {to_text(node) if len(to_text(node)) < 80 else 'the matrices'} is left",
                        hint=f"use {rule}()")


def _as_decimal(side: Expr) -> Expr:
    """225/4 as 56.25, where the whole side is such a fraction."""
    size = side.args[0] if is_op(side, "neg") else side
    written = number(abs(rational_value(side)), True) if is_op(size, "div") and is_final(size) else size
    return side if not isinstance(written, Number) else Operation("neg", (written,)) if size is not side else written


def evaluation_steps(value: Expr) -> tuple[Step, ...]:
    """The steps of ``evaluate`` from a statement or an expression."""
    found: list[Step] = []
    decimal = is_decimal(value)
    for _ in range(MAX_PASSES):
        after, work = one_pass(value, decimal=decimal)
        if after == value and found and decimal:
            after = map_sides(value, _as_decimal)
            work.kinds.add("divide")
        if after == value:
            return tuple(found)
        found.append(Step("evaluate", value, after, (caption_of(work.kinds),), tuple(work.conditions), link=link_of(value)))
        value = after
    raise RuleError("evaluate: the arithmetic does not come to an end")



__all__ = ["entries_of", "evaluate", "evaluation_steps", "expand_sum", "place", "substitute", "substitute_vector", "written_out"]
