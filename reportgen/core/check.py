"""``check``: does a certificate show that a statement follows from its assumptions, or that it fails at a point?

Nothing is searched.  A certificate is JSON data, ``{}`` where the form of the statement decides by itself; ARCHITECTURE.md has its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations
from operator import and_, mul
from typing import Any

from flint import ctx, fmpq, fmpq_mpoly

from .normal import Field, Overflow
from .reader import Refused, Tree, read, refuse_if
from .signs import ALLOWED, NEG, POS, ZER, Inconsistent, supposed, times
from .trees import CONSTANTS, ONE, ZERO, contains, free, put, rational_of, settled, simpler, walk
from .values import COMPARED, MAX_BITS, MAX_PLACES, At, Value, entries, is_matrix, rounding

_BITS, _SIZES, _ROOM = (64, 256, 1024, 4096), (4, 8, 16, 32, 64, 128, 256, 512), (1, 8, 64)
_ARITHMETIC = frozenset({"number", "add", "mul", "neg", "div", "eq", "pow", "iff", "matrix", "row"})
_CALCULUS = ("diff", "integral", "limit")
_INEQUALITIES = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}      # -> what holds where it does not
_room: ContextVar[int] = ContextVar("room", default=1)      # for atoms that are not seen at first
Certificate = Mapping[str, Any]
Solved = tuple[str, tuple[fmpq_mpoly, fmpq_mpoly], list[tuple[fmpq_mpoly, int]]]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The statement holds for all values that satisfy the assumptions and the conditions, or (``refuted``) it fails for some."""

    strength: str            # "exact" or "enclosure"
    method: str
    refuted: bool = False
    conditions: tuple[Tree, ...] = ()
    values: tuple[Value, ...] = ()      # of both sides, if closed; of a rounding the value, its rounding, what is shown, the places
    bits: int = 0                       # of the balls


def check(statement: str | Tree, assumptions: Sequence[str | Tree], certificate: Certificate | None = None) -> Accepted:
    """Of texts, or of what ``read`` makes of them.  Raises Refused where the certificate does not show the statement."""
    before, ctx.prec, certificate = ctx.prec, 64, certificate or {}
    for room in _ROOM:
        _room.set(room)
        try:
            goal, *given = (simpler(read(part) if isinstance(part, str) else part) for part in (statement, *assumptions))
            return _fails(goal, given, certificate["point"]) if "point" in certificate else _prove(goal, given, certificate)
        except Overflow:
            continue
        except Exception as error:      # whatever goes wrong, nothing was shown
            raise error if isinstance(error, Refused) else Refused(f"{type(error).__name__}: {error}") from None
        finally:
            ctx.prec = before
    raise Refused("too many different terms")


def _prepared(goal: Tree, assumptions: Sequence[Tree], functions_too: bool) -> tuple[Tree, tuple[Tree, ...], dict[Tree, Tree]]:
    """(the goal, the other assumptions, values) with everything put in that an equation ``x = ...`` or ``f(x) = ...`` defines."""
    values: dict[Tree, Tree] = {}
    functions: dict[str, tuple[tuple, Tree]] = {}
    rest, waiting, kept = [], list(assumptions), []
    while waiting:
        fact = waiting.pop(0)
        left, right = fact[1:] if fact[0] == "eq" else (ONE, ONE)
        if fact[0] == "and":
            waiting[:0] = fact[1:]
        elif left[0] in ("name", "index") and left not in values and not contains(right, left) and left[1] not in CONSTANTS:
            values[left] = right
        elif functions_too and left[0] == "apply" and all(part[0] == "name" for part in left[2:]) and len(set(left)) == len(left) \
                and left[1][1] not in functions and not any(node[0] == "apply" and node[1] == left[1] for node in walk(right)):
            functions[left[1][1]] = left[2:], right
        else:
            rest.append(fact)
    for fact in (settled(fact, values, functions) for fact in rest):
        held = At().holds(fact) if not free(fact) else None
        refuse_if(held is False, "the assumptions contradict each other", Inconsistent)
        if held is None:
            kept.append(fact)
    return settled(goal, values, functions), tuple(kept), {name: settled(value, values, functions) for name, value in values.items()}


def _prove(goal: Tree, assumptions: Sequence[Tree], certificate: Certificate, depth: int = 0) -> Accepted:
    goal, given, values = _prepared(goal, assumptions, functions_too=depth == 0)      # further down f(x) = 0 speaks of one x
    conditions: tuple[Tree, ...] = ()
    for text, inner in certificate.get("have", ()):
        lemma = simpler(read(text))
        if lemma[0] not in _INEQUALITIES and (lemma[0] != "eq" or any(node[0] in _CALCULUS for part in (goal, *given) for node in walk(part))):
            raise Refused("a lemma that is no inequality, and no equation that leaves derivatives alone")
        conditions += _shown(lemma, given, inner, depth).conditions
        goal, given, _ = _prepared(goal, (*given, lemma), functions_too=False)
    found = _by_form(goal, given, certificate, depth)
    for value in values.values() if found.refuted else ():
        At().value(value)      # what defines a name has a value, or the assumptions never hold
    kept = []
    for condition in dict.fromkeys(conditions + found.conditions):
        if free(condition) or any(node[0] in ("apply", *_CALCULUS) for node in walk(condition)):
            kept.append(condition)
        elif At().holds(condition) is not True:
            raise Refused("a condition without names that is not shown")
    if kept and len(kept) + len(given) > 1:
        with supposed():      # refused where the assumptions exclude the conditions: nothing is left to hold
            field_of(ONE, (*given, *kept))
    return replace(found, conditions=tuple(kept)) if kept or found.conditions else found


def _shown(goal: Tree, assumptions: Sequence[Tree], certificate: Certificate, depth: int) -> Accepted:
    """``_prove`` of a part, where a refutation is of no use."""
    found = _prove(goal, assumptions, certificate, depth + 1)
    refuse_if(found.refuted, "a part that is false")
    return found


def _all(found: Sequence[Accepted], method: str = "") -> Accepted:
    """All of it: refuted where a part is, as strong as the weakest part."""
    weakest = min(found, key=lambda part: (not part.refuted, part.strength == "exact"))
    conditions = tuple(dict.fromkeys(condition for part in found for condition in part.conditions))
    return replace(weakest, method=method or weakest.method, conditions=conditions)


def _by_form(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    head, parts = goal[0], goal[1:]
    if head == "eq" and parts[0][0] == parts[1][0] == "tuple" and len(parts[0]) == len(parts[1]):
        head, parts = "and", [("eq", a, b) for a, b in zip(parts[0][1:], parts[1][1:])]
    if head == "and":
        inner = certificate.get("parts") or [{}] * len(parts)
        return _all([_prove(part, given, c, depth + 1) for part, c in zip(parts, inner, strict=True)])
    if head == "approx":
        _, digits = parts[1][1] if parts[1][0] == "neg" else parts[1]      # a number: it has no names
        return _rounding(parts[0], parts[1], len(digits.partition(".")[2]), given)
    if head == "eq" and parts[0][0] == "round":
        return _rounding(parts[0][1], parts[1], At().whole(At().value(parts[0][2]), 0, MAX_PLACES), given)
    if head == "implies":
        premises = parts[0][1:] if parts[0][0] == "or" else (parts[0],)
        inner = certificate.get("parts") or [certificate] * len(premises)
        if all(p[0] == "eq" and p[1][0] == "name" and p[1] == premises[0][1] and not free(p[2]) for p in premises):
            return _all([_shown(parts[1], (p, *given), c, depth) for p, c in zip(premises, inner, strict=True)])
        if not (parts[0][0] in ("eq", "or") and parts[1][0] in ("eq", "or")):
            return _shown(parts[1], (*given, parts[0]), certificate, depth)
    if "by" in certificate:
        return RULES[certificate["by"]](goal, given, certificate, depth)
    return (_closed(goal, certificate, given) if not free(goal) else None) or _in_a_field(goal, given)


def _closed(goal: Tree, certificate: Certificate, given: tuple[Tree, ...]) -> Accepted | None:
    """A statement without names: by exact arithmetic, or by balls of rising precision."""
    for ctx.prec in [min(int(certificate["bits"]), MAX_BITS)] if "bits" in certificate else _BITS:
        at = At()
        held = at.holds(goal)
        if held is True or held is False and not given:      # the assumptions may never hold: that is shown by a point
            values = at.compared if goal[0] in COMPARED and not any(part[0] == "tuple" or is_matrix(part) for part in goal[1:]) else ()
            strength, method = ("exact", "rational arithmetic") if at.exact else ("enclosure", "balls")
            return Accepted(strength, method, not held, values=values, bits=0 if at.exact else ctx.prec)
    return None


def _rounding(tree: Tree, shown: Tree, places: int, given: tuple[Tree, ...]) -> Accepted:
    """Is ``shown`` the rounding to so many decimals?  Ties go to the even digit."""
    target, rounded, bits = At().value(shown), None, 64 + int(places * 3.4)
    while rounded is None and bits <= MAX_BITS:
        ctx.prec, bits = bits, 4 * bits
        try:
            value = At().value(tree)
        except Refused:
            continue
        rounded = rounding(value, places)
    refuse_if(rounded is None or not isinstance(target, fmpq), "no ball in one rounding cell")
    field_of(ONE, given)      # refused where the assumptions contradict each other
    exact = isinstance(value, fmpq)
    strength, method, bits = ("exact", "rounding of a rational", 0) if exact else ("enclosure", "ball inside one rounding cell", ctx.prec)
    return Accepted(strength, method, target != rounded, (), (value, rounded, target, fmpq(places)), bits)


def field_of(goal: Tree, given: Sequence[Tree]) -> Field:
    """The field of a statement, its assumptions learned."""
    seen = {node for part in (goal, *given) for node in walk(part) if node[0] not in _ARITHMETIC}
    field = Field(next((size for size in _SIZES if size > len(seen) * _room.get()), _SIZES[-1]))
    for fact in given:
        field.learn(fact)
    field.consistent()
    return field


def _in_a_field(goal: Tree, given: tuple[Tree, ...]) -> Accepted:
    """By normal forms; what a relation needs to have a value (x > 0 for ln x) is assumed where that helps, and is a condition."""
    field, conditions = field_of(goal, given), ()
    try:
        method = _relation(field, goal)
    except Refused:
        needed = [relation for relation in field.needs if relation[0] != "ne"]
        if not needed or goal[0] in ("iff", "implies"):
            raise
        conditions = field.open_conditions()      # from which all that is needed follows
        with supposed():
            field = field_of(goal, (*given, *needed))
            method = _relation(field, goal)
    return Accepted("exact", method, conditions=conditions + field.open_conditions())


def _relation(field: Field, goal: Tree) -> str:
    """The method by which normal forms show the statement.  Raises Refused."""
    head, parts = goal[0], goal[1:]
    if head == "eq" and any(map(is_matrix, parts)):
        rows, others = (entries(part, field.normal, (field.add, field.mul, field.neg, field.div)) for part in parts)
        pairs = [pair for row, other in zip(rows, others, strict=True) for pair in zip(row, other, strict=True)]
        refuse_if(not all(_is_zero(field, field.reduced(field.sub(a, b))[0]) for a, b in pairs), "entries that are not shown to be equal")
        return "matrix entries by normal form"
    if head == "eq":
        num = field.difference(goal)[0]
        refuse_if(not _is_zero(field, num), "normal forms that differ")
        return "normal form" if num == 0 else "normal form modulo an assumed equation"
    if head in ALLOWED:
        num, den = field.difference(goal)
        refuse_if(times(field.sign(num), field.sign(den) & ~ZER) & ~ALLOWED[head], "a sign that is not shown")
        return "signs"
    if head in ("iff", "implies"):
        return _equivalence(field, head, *parts)
    raise Refused(f"a statement of the form {head}")


def _is_zero(field: Field, num: fmpq_mpoly) -> bool:
    """Zero, or zero wherever an assumed equation holds: every factor of that divides it or is never zero."""
    def covers(given: fmpq_mpoly) -> bool:
        return all(divmod(num, factor)[1] == 0 or not field.sign(factor) & ZER for factor, _ in field.factors((given, field.one))[1])
    return num == 0 or any(given != 0 and covers(given) for given in field.equations)


def _equivalence(field: Field, head: str, first: Tree, second: Tree) -> str:
    if second[0] == "eq" and first == ("eq", *(("vec", part) for part in second[1:])) and not all(map(is_matrix, second[1:])):
        return "vec is one to one"      # on matrices of one shape, which a name has from what it is equal to
    a, b = nothing_lost(field, head, first, second)
    heads = {part[0] for part in (*a, *b)}
    if heads == {"eq"} or heads == {"ne"} and len(a) == len(b) == 1 and head == "iff":
        if _contained(field, a, b) and (head == "implies" or _contained(field, b, a)):
            return "same zero set" if head == "iff" else "zero set contained"
    elif head == "iff" and len(a) == len(b) == 1 and heads <= _INEQUALITIES.keys():
        (relation, difference, _), (other, (num, den), _) = *a, *b
        ratio = field.sign_of(field.lowest(field.mul(difference, (den, num)))) if num != 0 else 0
        if ratio in (POS, NEG) and times(ALLOWED[other], ratio) == ALLOWED[relation]:
            return "differences in a positive ratio"
    raise Refused("an equivalence that is not shown")


def _solutions(field: Field, relation: Tree) -> list[Solved]:
    """Of each of the relations joined by ``or``: head, difference, and what it needs to have a value, polynomials with their signs."""
    found = []
    for part in relation[1:] if relation[0] == "or" else (relation,):
        refuse_if(part[0] not in COMPARED or any(map(is_matrix, part[1:])), "the solutions of something else than relations")
        outside, field.needs = field.needs, {}
        difference = field.difference(part)
        found.append((part[0], difference, [need for need in field.needs.values() if field.sign(need[0]) & ~need[1]]))
        field.needs = {**outside, **field.needs}
    return found


def _families(field: Field, part: Solved) -> list[fmpq_mpoly]:
    """The factors whose zeros solve an equation: not those on which it has no value."""
    _, (num, _), needs = part
    with field.supposing(needs):
        return [f for f, _ in field.factors((num, field.one))[1] if field.sign(f) & ZER
                and all(field.sign(value) & signs for p, signs in needs for value in _values_on(field, p, f))]


def nothing_lost(field: Field, head: str, first: Tree, second: Tree) -> tuple[list[Solved], list[Solved]]:
    """The solutions of both sides.  Refused where one may have no value at a solution (in several names: at a family) of the other."""
    counted_alike(field, head, first, second)
    a, b = _solutions(field, first), _solutions(field, second)
    strict = len(free(first) | free(second)) < 2 and not any(node[0] == "index" for side in (first, second) for node in walk(side))
    for part, there in [*((part, b) for part in a), *((part, a) for part in b if head == "iff")]:
        relation, (num, den), own = part
        region = [] if relation == "eq" else [(num * den, ALLOWED[relation])]
        with field.supposing(own + region):
            needs = [need for _, _, others in there for need in others if field.sign(need[0]) & ~need[1]]
            needs.sort(key=lambda need: need[1] != NEG | POS)      # divisors first, which are known then
            lost = num == 0 and needs or region and any(strict or signs != NEG | POS for _, signs in needs)
            for factor in _families(field, part) if needs and not lost and relation in ("eq", "le", "ge") else ():
                for i, (p, signs) in enumerate(needs):
                    with field.supposing(needs[:i]):
                        lost = lost or _may_fail(field, p, signs, factor, strict)
        refuse_if(lost, "solutions at which the other side may have no value")
    return a, b


def counted_alike(field: Field, head: str, *sides: Tree) -> None:
    """Refused where a solution may be no whole number and the other side needs one: in factorials, as bounds of sums, as indices."""
    first, second = ([_counts(part) - field.whole for part in (side[1:] if side[0] == "or" else (side,))] for side in sides)
    lost = [there - part for part in first for there in second] + [there - part for part in second for there in first if head == "iff"]
    refuse_if(any(lost), "solutions that may be no whole numbers")


def _counts(tree: Tree) -> set[Tree]:
    places = {"factorial": 1, "index": 2, "sum": 3, "prod": 3}
    return {part for node in walk(tree) for part in node[places.get(node[0], len(node)):] if free(part) & free(tree)}


def _contained(field: Field, a: list[Solved], b: list[Solved]) -> bool:
    """Whether every zero of a is one of b."""
    whole = field.reduced((reduce(mul, (num for _, (num, _), _ in b), field.one), field.one))[0]
    return all(0 in _values_on(field, whole, f) for part in a if part[1][0] != 0 for f in _families(field, part)) \
        and (whole == 0 or all(num != 0 for _, (num, _), _ in a))


def _values_on(field: Field, poly: fmpq_mpoly, factor: fmpq_mpoly) -> Iterator[fmpq_mpoly]:
    """Polynomials with the sign that ``poly`` has where the factor is zero: a rest of division, values at what solves it for a name."""
    yield field.reduced((divmod(poly, factor)[1], field.one))[0]
    used = [(i, field.atoms[i].tree) for i, degree in enumerate(factor.degrees()) if degree]
    for i, name in used:
        slope = factor.derivative(i)
        together = (free(name) & free(other) if name[0] == "name" else _shared(name, other) for j, other in used if j != i)
        if name[0] in ("name", "index") and not slope.degrees()[i] and not any(together):
            outside, field.needs = field.needs, {}
            value = field.lowest(field.normal(put(field.polynomial(poly), {name: field.tree((field.gens[i] * slope - factor, slope))})))
            field.needs = outside
            yield value[0] * value[1]


def _may_fail(field: Field, poly: fmpq_mpoly, signs: int, factor: fmpq_mpoly, strict: bool) -> bool:
    """Whether the polynomial may have other signs where the factor is zero; unless ``strict``, may be zero on a whole part of that."""
    values = list(_values_on(field, poly, factor))
    found = reduce(and_, map(field.sign, values))
    if not found & ~signs or not found & signs or signs != NEG | POS or len(values) > 1:
        return bool(found & ~signs) and (strict or signs != NEG | POS or not all(_without_roots(field, value) for value in values))
    a, b = (_without_roots(field, part) for part in (poly, factor))
    moving = [(i, atom.tree) for i, atom in enumerate(field.atoms) if atom.named and (a.degrees()[i] > 0 or b.degrees()[i] > 0)]
    if any(_shared(u, v) for (_, u), (_, v) in combinations(moving, 2)) or not a.gcd(b).is_constant():
        return True      # functions of one name, or a part that both have
    if len(moving) < 2:
        return not moving or bool(field.sign(a.resultant(b, moving[0][0])) & ZER)
    definite = any(b.degrees()[i] == 2 and not field.sign(b.discriminant(i)) & POS for i, _ in moving)      # zero at single points
    return definite or field.sign(factor) in (POS | ZER, NEG | ZER) or any(u[0] not in ("name", "index") for _, u in moving)


def _without_roots(field: Field, poly: fmpq_mpoly) -> fmpq_mpoly:
    """A polynomial that is zero wherever this one is, in atoms that have no relation."""
    for i in field.related:
        if poly.degrees()[i] > 0:
            k, (above, below) = field.atoms[i].relation
            poly = field.bounded((field.gens[i] ** k * below - above).resultant(poly, i), field.one)[0]
    return poly


def _shared(a: Tree, b: Tree) -> bool:
    """Whether a name stands in both; two names or entries beside each other do not depend on each other."""
    return bool(free(a) & free(b)) and not (a[0] in ("name", "index") and b[0] in ("name", "index"))


def _cases(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    """Shown where ``on`` holds and where it does not: {"on": relation, "then": certificate, "else": certificate}."""
    on = simpler(read(certificate["on"]))
    field = field_of(on, given)
    field.difference(on)
    refuse_if(field.open_conditions(), "cases by a condition that may have no value")
    found = []
    for case, inner in (on, certificate["then"]), ((_INEQUALITIES[on[0]], *on[1:]), certificate["else"]):
        try:
            found.append(_shown(goal, (*given, case), inner, depth))
        except Inconsistent:      # a case that cannot occur
            continue
    return _all(found, f"cases by {certificate['on']}")


def _via(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    """An equivalence or implication in two steps: {"via": statement, "parts": [certificate, certificate]}."""
    (head, first, last), middle = goal, simpler(read(certificate["via"]))
    refuse_if(head not in ("iff", "implies"), "no two steps")
    steps = zip(((head, first, middle), (head, middle, last)), certificate["parts"], strict=True)
    return _all([_shown(step, given, inner, depth) for step, inner in steps])


def _induction(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    """``sum(f(k), k, a, n) = g(n)`` for whole n >= a: {"base": of g(a) = f(a), "step": of g(n) = g(n - 1) + f(n)}; products likewise."""
    (head, body, index, lower, n), closed = goal[1:] if goal[1][0] in ("sum", "prod") else goal[:0:-1]
    shape = goal[0] == "eq" and head in ("sum", "prod") and n[0] == "name" and not contains(lower, n) and not contains(body, n)
    refuse_if(not shape or getattr(rational_of(lower), "q", 1) != 1, "no induction on this")      # between whole numbers no term is
    others = tuple(fact for fact in given if n[1] not in free(fact))      # what is assumed of n holds for the last one only
    base = _shown(("eq", put(closed, {n: lower}), put(body, {index: lower})), others, certificate["base"], depth)
    combined = ("add" if head == "sum" else "mul", put(closed, {n: ("add", n, ("neg", ONE))}), put(body, {index: n}))
    step = _shown(("eq", closed, combined), (*others, ("ge", n, ("add", lower, ONE))), certificate["step"], depth)
    refuse_if(any(n[1] in free(condition) for condition in step.conditions), "a step that is missing for one n: it breaks the chain")
    whole = ("and", ("element", n, ("name", "ZZ")), ("ge", n, lower))
    return _all([replace(base, conditions=(whole, *base.conditions)), step], "induction")


def _function(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    """{"of": "ln", "exp" or k > 0}: u = v <=> f(u) = f(v), or "turned"; u = v >= 0 from u^k = v^k; exp(u) < exp(v) {"from": "u < v"}."""
    of, number, field = certificate["of"], certificate["of"] not in ("ln", "exp"), field_of(goal, given)

    def same(side: Tree, image: Tree) -> bool:
        return field.difference(("eq", ("pow", side, ("number", str(int(of)))) if number else (of, side), image))[0] == 0

    refuse_if(number and int(of) < 1, "no such power")
    if goal[0] in ("iff", "implies"):
        nothing_lost(field, *goal)      # both sides are positive where their logarithms are needed
        (head, u, v), (other, *images) = goal[:0:-1] if certificate.get("turned") and goal[0] == "iff" else goal[1:]
        lossy = goal[0] == "iff" and number and int(of) % 2 == 0 and any(field.sign_of(field.normal(side)) & NEG for side in (u, v))
        good = head == other == "eq" and not lossy and same(u, images[0]) and same(v, images[1])
    elif goal[0] == "eq":
        powers = [("pow", side, ("number", str(int(of)))) for side in goal[1:]]
        return _all([_shown(part, given, {}, depth) for part in (*(("ge", side, ZERO) for side in goal[1:]), ("eq", *powers))])
    else:
        source = simpler(read(certificate["from"]))
        good = source in given and source[0] == goal[0] in COMPARED and of == "exp" and all(map(same, source[1:], goal[1:]))
    refuse_if(not good, "not one function of both sides, or not one to one here")
    return Accepted("exact", f"{of} of both sides", conditions=field.open_conditions())


def _antiderivative(goal: Tree, given: tuple[Tree, ...], certificate: Certificate, depth: int) -> Accepted:
    """``integral(f, x) = F`` by dF/dx = f; ``integral(f, x, a, b)`` by {"F": ...} whose derivative f is on all of [a, b]."""
    left, right = goal[1:] if goal[1][0] == "integral" else goal[:0:-1]
    body, x, *ends = left[1:]
    F = simpler(read(certificate["F"])) if ends else right
    within = (("ge", x, ends[0]), ("le", x, ends[1])) if ends else ()
    if goal[0] != "eq" or not ends and not contains(right, x) or ends and (free(left) or any(x[1] in free(fact) for fact in given)):
        raise Refused("no antiderivative of this")
    found = [_shown(("eq", ("diff", F, x), body), (*given, *within), certificate.get("proof", {}), depth)]
    if ends:
        refuse_if(found[0].conditions or At().holds(("le", *ends)) is not True, "an integrand that may have no value between the ends")
        found.append(_shown(("eq", ("add", put(F, {x: ends[1]}), ("neg", put(F, {x: ends[0]}))), right), given, {}, depth))
    return _all(found, "fundamental theorem" if ends else "derivative of the antiderivative")

RULES = {"cases": _cases, "via": _via, "induction": _induction, "function": _function, "antiderivative": _antiderivative}


def _fails(goal: Tree, assumptions: Sequence[Tree], point: Sequence[Sequence[str]]) -> Accepted:
    """The statement is false where its names have these values, and all assumptions hold there."""
    env: dict[Tree, Value] = {}
    for name, value in point:
        tree, number = read(name), fmpq(*(int(part) for part in value.split("/")))
        refuse_if(tree[0] not in ("name", "index") or tree[1] in CONSTANTS or str(number) != value or tree in env, f"a value for {name}")
        env[tree] = number
    statement, rest, values = _prepared(goal, assumptions, functions_too=True)
    ctx.prec = 128
    refuse_if(any(At(env).holds(fact) is not True for fact in rest), "an assumption does not hold at the point")
    for name, value in values.items():
        found = At(env).value(value) if not is_matrix(value) and value[0] != "tuple" else None
        refuse_if(name in env and not (isinstance(found, fmpq) and found == env[name]), "a name with another value than its definition gives")
    at = At(env)
    refuse_if(at.holds(statement) is not False, "the statement is not false at the point")
    return Accepted("exact" if at.exact else "enclosure", "counterexample", True)
