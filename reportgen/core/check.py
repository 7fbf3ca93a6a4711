"""``check``: does a certificate show that a statement follows from its assumptions, or that it fails at a point?

Nothing is searched.  A certificate is JSON data: ``{}`` where the form of the statement decides by itself, otherwise

    have      [[statement, certificate], ...]: shown first, then assumed
    suppose   [relation, ...]: conditions without which the statement has no value; they stay conditions
    parts     [certificate, ...] of a conjunction, of an implication's cases or of a tuple's entries
    by        a rule of RULES, with what it asks for
    point     [[name, rational], ...]: the statement fails there
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, ctx, fmpq, fmpq_mpoly

from .normal import ALLOWED, Field, Overflow, Quotient
from .reader import Tree, read
from .signs import NEG, POS, ZER, Inconsistent, roots_between, times, univariate
from .trees import CONSTANTS, ONE, ZERO, Refused, contains, free, put, settled, walk
from .values import COMPARED, MAX_BITS, At, NoValue, Value, entries, is_matrix, rounding

MAX_ATOMS, MAX_DEPTH, CLOSED_BITS = 512, 12, (64, 256, 1024, 4096)
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_UNKNOWN = ("apply", "diff", "integral")
_SIZES, _ROOM = (4, 8, 16, 32, 64, 128, 256), (1, 8, 64)
_room: ContextVar[int] = ContextVar("room", default=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was shown: for all values that satisfy the assumptions and the conditions the statement holds, or ``refuted``: it fails for some."""

    strength: str            # "exact" or "enclosure"
    method: str
    refuted: bool = False
    conditions: tuple[Tree, ...] = ()
    witness: tuple[tuple[str, str], ...] = ()
    sides: tuple[str, str] = ("", "")


def check(statement: str, assumptions: Sequence[str], certificate: Mapping[str, Any] | None = None) -> Accepted:
    """Raises Refused, with what is missing, where the certificate does not show the statement."""
    before, ctx.prec = ctx.prec, 64
    try:
        goal, given = read(statement), tuple(read(text) for text in assumptions)
        if "point" in (certificate or {}):
            return refutation(goal, given, certificate["point"])
        for room in _ROOM:      # for more atoms than are seen at first
            _room.set(room)
            try:
                return prove(goal, given, certificate or {})
            except Overflow:
                continue
        raise Refused("too many different terms")
    except Refused:
        raise
    except Exception as error:      # whatever goes wrong, nothing was shown
        raise Refused(f"{type(error).__name__}: {error}") from None
    finally:
        ctx.prec = before


# --- assumptions ----------------------------------------------------------------------------------------------

def prepared(goal: Tree, assumptions: Sequence[Tree], functions_too: bool = True) -> tuple[Tree, tuple[Tree, ...], dict[Tree, Tree]]:
    """The goal and the other assumptions with everything put in that is defined by an equation ``x = ...`` or ``f(x) = ...``."""
    values: dict[Tree, Tree] = {}
    functions: dict[str, tuple[tuple, Tree]] = {}
    rest = []
    for fact in _flat(assumptions):
        if fact[0] == "eq":
            left, right = fact[1:]
            if left[0] in ("name", "index") and left not in values and not contains(right, left) and left[1] not in CONSTANTS:
                values[left] = right
                continue
            if functions_too and left[0] == "apply" and all(part[0] == "name" for part in left[2:]) and left[1][1] not in functions \
                    and len(set(left)) == len(left) and not any(node[0] == "apply" and node[1] == left[1] for node in walk(right)):
                functions[left[1][1]] = left[2:], right
                continue
        rest.append(fact)
    kept = []
    for fact in (settled(fact, values, functions) for fact in rest):
        held = At().holds(fact) if not free(fact) else None
        if held is False:
            raise Inconsistent("the assumptions contradict each other")
        if held is None:
            kept.append(fact)
    return settled(goal, values, functions), tuple(kept), {name: settled(value, values, functions) for name, value in values.items()}


def _flat(facts: Sequence[Tree]) -> list[Tree]:
    return [part for fact in facts for part in (_flat(fact[1:]) if fact[0] == "and" else [fact])]


# --- proofs ---------------------------------------------------------------------------------------------------

def prove(goal: Tree, assumptions: Sequence[Tree], certificate: Mapping[str, Any], depth: int = 0, functions_too: bool = True) -> Accepted:
    if depth > MAX_DEPTH:
        raise Refused("a certificate nested too deeply")
    conditions: tuple[Tree, ...] = ()
    for text, inner in certificate.get("have", ()):
        lemma = read(text)
        conditions += proof(lemma, assumptions, inner, depth + 1).conditions
        assumptions = (*assumptions, lemma)
    goal, given, _ = prepared(goal, assumptions, functions_too)
    found = _by_form(goal, given, certificate, depth)
    return replace(found, conditions=_closed_ones(tuple(dict.fromkeys(conditions + found.conditions))))


def proof(goal: Tree, assumptions: Sequence[Tree], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """``prove``, where a refutation is of no use."""
    found = prove(goal, assumptions, certificate, depth)
    if found.refuted:
        raise Refused("a part that is false")
    return found


def _closed_ones(conditions: tuple[Tree, ...]) -> tuple[Tree, ...]:
    """A condition without names is true, or the statement is not shown."""
    kept = tuple(c for c in conditions if free(c) or any(node[0] in _UNKNOWN for node in walk(c)))
    for condition in conditions:
        if condition not in kept and At().holds(condition) is not True:
            raise Refused("it needs something without names that is not shown")
    return kept


def _all(found: list[Accepted]) -> Accepted:
    """A conjunction: refuted where a part is; as strong as the weakest part."""
    for part in found:
        if part.refuted:
            return part
    weakest = min(found, key=lambda part: part.strength == "exact")
    return replace(weakest, conditions=tuple(dict.fromkeys(c for part in found for c in part.conditions)))


def _by_form(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    head, parts = goal[0], goal[1:]
    inner = certificate.get("parts") or [{}] * len(parts)
    if head == "and":
        return _all([prove(part, given, c, depth + 1) for part, c in zip(parts, inner, strict=True)])
    if head == "eq" and parts[0][0] == parts[1][0] == "tuple" and len(parts[0]) == len(parts[1]):
        pairs = [("eq", a, b) for a, b in zip(parts[0][1:], parts[1][1:])]
        return _all([prove(pair, given, c, depth + 1) for pair, c in zip(pairs, certificate.get("parts") or [{}] * len(pairs), strict=True)])
    if head == "approx":
        written = parts[1][1] if parts[1][0] == "neg" else parts[1]
        if written[0] != "number":
            raise Refused("an approximation that is no decimal")
        return _rounding(parts[0], parts[1], len(written[1].partition(".")[2]), given)
    if head == "eq" and parts[0][0] == "round" and not free(parts[0][2]):
        return _rounding(parts[0][1], parts[1], At().places(parts[0][2]), given)
    if head == "implies":
        premises = parts[0][1:] if parts[0][0] == "or" else (parts[0],)
        if all(p[0] == "eq" and p[1][0] == "name" and p[1] == premises[0][1] and not free(p[2]) for p in premises):
            cs = certificate.get("parts") or [certificate] * len(premises)
            return _all([proof_of_premise(parts[1], p, given, c, depth) for p, c in zip(premises, cs, strict=True)])
        if not (parts[0][0] in ("eq", "or") and parts[1][0] in ("eq", "or")):
            found = prove(parts[1], (*given, parts[0]), certificate, depth + 1, functions_too=False)
            if found.refuted:
                raise Refused("the conclusion is false: does the premise hold anywhere?")
            return found
    if not free(goal) and "by" not in certificate:
        found = _closed(goal, certificate.get("bits"), given)
        if found is not None:
            return found
    if "by" in certificate:
        return RULES[certificate["by"]](goal, given, certificate, depth)
    return _in_a_field(goal, given, certificate)


def proof_of_premise(goal: Tree, premise: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    found = prove(goal, (premise, *given), certificate, depth + 1, functions_too=False)
    if found.refuted:
        raise Refused("false at the value of the premise: that is shown by a point")
    return found


def _text(value: Value) -> str:
    return value.str(12, radius=False) if isinstance(value, arb) else str(value)


def _closed(goal: Tree, bits: int | None, given: tuple[Tree, ...]) -> Accepted | None:
    """A statement without names: by exact arithmetic, or by balls of rising precision."""
    integral = any(node[0] == "integral" for node in walk(goal))
    for ctx.prec in [min(int(bits), MAX_BITS)] if bits else CLOSED_BITS[:2] if integral else CLOSED_BITS:
        at = At()
        held = at.holds(goal)
        if held is None:
            if at.exact:
                break
            continue
        if not held and given:
            return None      # the assumptions may never hold: that is shown by a point
        witness, sides = () if at.exact else (("bits", str(ctx.prec)),), ("", "")
        if goal[0] in COMPARED and not any(is_matrix(part) for part in goal[1:]):
            sides = tuple(_text(At().value(part)) for part in goal[1:])
            witness = (("left", sides[0]), ("right", sides[1]), *witness)
        return Accepted("exact" if at.exact else "enclosure", "rational arithmetic" if at.exact else "balls", not held, (), witness,
                        sides if not held else ("", ""))
    return None


def _rounding(tree: Tree, shown: Tree, places: int, given: tuple[Tree, ...]) -> Accepted:
    """Is ``shown`` the rounding to so many decimals?  Ties go to the even digit."""
    target, conditions, rounded = At().value(shown), (), None
    if free(tree):
        field = _field(tree, given)
        value = field.rational(field.lowest(field.normal(tree)))
        conditions = field.open_conditions()
        rounded = None if value is None else rounding(value, places)
    else:
        bits = 64 + int(places * 3.4)
        while rounded is None and bits <= MAX_BITS:
            ctx.prec, bits = bits, 2 * bits
            try:
                value = At().value(tree)
                rounded = rounding(value, places)
            except NoValue:
                if 2 * bits > 4096:
                    raise
    if rounded is None or not isinstance(target, fmpq):
        raise Refused("no ball in one rounding cell")
    exact, half = isinstance(value, fmpq), fmpq(1, 2 * 10 ** places)
    digits = places + 12 + int(abs(rounded.p) // rounded.q).bit_length() // 3
    cell = f"{_decimal(rounded - half, places + 1)} to {_decimal(rounded + half, places + 1)}"
    witness = [("enclosure", str(value) if exact else value.str(digits)), ("places", str(places)), ("rounding", _decimal(rounded, places)), ("cell", cell)]
    witness += [] if exact else [("bits", str(ctx.prec))]
    if exact and abs(value - rounded) == half:
        witness.append(("tie", "half even"))
    method = "rounding of a rational" if exact else "ball inside one rounding cell"
    right = target == rounded
    return Accepted("exact" if exact else "enclosure", method, not right, conditions, tuple(witness),
                    ("", "") if right else (_decimal(rounded, places), str(target)))


def _decimal(value: fmpq, places: int) -> str:
    digits = str(int((abs(value) * 10 ** places).p)).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + (digits[:-places] + "." + digits[-places:] if places else digits)


# --- by normal forms ------------------------------------------------------------------------------------------

def _field(goal: Tree, given: Sequence[Tree]) -> Field:
    """The field of a statement, its assumptions learned."""
    seen = {node for part in (goal, *given) for node in walk(part) if node[0] not in ("number", "add", "mul", "neg", "div", "eq")}
    field = Field(next((size for size in _SIZES if size > len(seen) * _room.get()), MAX_ATOMS), goal)
    for fact in given:
        field.learn(fact)
    field.consistent()
    return field


def _in_a_field(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any]) -> Accepted:
    supposed = tuple(read(text) for text in certificate.get("suppose", ()))
    if supposed and not set(supposed) <= _needed(goal, given):
        raise Refused("supposed is what the statement does not need")
    field = _field(goal, (*given, *supposed))
    method = _relation(field, goal, certificate)
    return Accepted("exact", method, conditions=supposed + field.open_conditions())


def _needed(goal: Tree, given: tuple[Tree, ...]) -> set[Tree]:
    """What a statement needs to have a value; of an equivalence what both sides need, of an implication what the first needs."""
    def of(side: Tree) -> set[Tree]:
        field = _field(goal, given)
        field.needs.clear()
        for part in side[1:] if side[0] in ("or", "and") else (side,):
            field.difference(part)
        return {relation for relation in field.needs if relation[0] != "ne"}
    if goal[0] == "iff":
        return of(goal[1]) & of(goal[2])
    return of(goal[1] if goal[0] == "implies" else goal)


def _relation(field: Field, goal: Tree, certificate: Mapping[str, Any]) -> str:
    """The method by which normal forms show the statement.  Raises Refused."""
    head, parts = goal[0], goal[1:]
    if head == "eq":
        matrices = any(map(is_matrix, parts))
        if matrices:
            rows, others = (entries(part, field.normal, (field.add, field.mul, field.neg, field.div)) for part in parts)
            if [len(row) for row in rows] != [len(row) for row in others]:
                raise Refused("matrices of different shapes")
            apart = [field.reduced(field.sub(a, b))[0] for pair in zip(rows, others) for a, b in zip(*pair)]
        else:
            apart = [field.difference(goal)[0]]
        if all(num == 0 for num in apart):
            return "matrix entries by normal form" if matrices else "normal form"
        if all(num == 0 or any(_covers(field, equation, num) for equation in field.equations) for num in apart):
            return "normal form modulo an assumed equation"
        raise Refused("normal forms that differ")
    if head in ALLOWED:
        num, den = field.difference(goal)
        if times(field.sign(num), field.sign(den) & ~ZER) & ~ALLOWED[head]:
            raise Refused("a sign that is not shown")
        return "signs"
    if head == "or":
        for part in parts:
            try:
                return _relation(field, part, certificate)
            except Inconsistent:
                raise
            except Refused:
                continue
    if head in ("iff", "implies"):
        return _equivalence(field, head, *parts)
    raise Refused(f"a statement of the form {head}")


def _covers(field: Field, given: fmpq_mpoly, wanted: fmpq_mpoly) -> bool:
    """Whether given = 0 implies wanted = 0: every factor of given divides wanted or is never zero."""
    return given != 0 and all(divmod(wanted, factor)[1] == 0 or not field.sign(factor) & ZER for factor, _ in field.factors((given, field.one))[1])


def _equivalence(field: Field, head: str, first: Tree, second: Tree) -> str:
    if first[0] == second[0] == "eq" and first[1][0] == first[2][0] == "vec" and (first[1][1], first[2][1]) == second[1:]:
        return "vec is one to one"      # on matrices of one shape, which a name has from what it is equal to
    if first[0] == second[0] == "ne":
        first, second = ("eq", *first[1:]), ("eq", *second[1:])
        if head == "implies":
            first, second = second, first
    if first[0] in ("eq", "or") and second[0] in ("eq", "or"):
        (a, da), (b, db) = _zero_set(field, first), _zero_set(field, second)
        if not _contained(field, a, da, b, db) or head == "iff" and not _contained(field, b, db, a, da):
            raise Refused("solutions that are not shown to be the same")
        return "same zero set" if head == "iff" else "zero set contained"
    if head == "iff" and first[0] in _OPPOSITE and second[0] in _OPPOSITE:
        (a, a_up), (b, b_up) = ((field.difference(side), side[0]) for side in (first, second))
        ratio = field.lowest((a[0] * b[1], a[1] * b[0])) if b[0] != 0 else (field.zero, field.one)
        strict = [up in ("lt", "gt") for up in (a_up, b_up)]
        signs = field.sign(ratio[0] * ratio[1])
        wanted = POS if (a_up in ("gt", "ge")) == (b_up in ("gt", "ge")) else NEG
        if strict[0] == strict[1] and signs == wanted:
            return "differences in a positive ratio"
    raise Refused("an equivalence that is not shown")


def _zero_set(field: Field, relation: Tree) -> tuple[fmpq_mpoly, list[fmpq_mpoly]]:
    """The polynomial whose zeros solve equations joined by ``or``, and the divisors that they have."""
    outside, field.needs = field.needs, {}
    poly = field.one
    for part in relation[1:] if relation[0] == "or" else (relation,):
        if part[0] != "eq" or any(map(is_matrix, part[1:])):
            raise Refused("a zero set of something else than equations")
        poly = poly * field.difference(part)[0]
    divisors = [p for r, (p, _) in field.needs.items() if r[0] == "ne"]
    field.needs = {**outside, **field.needs}
    return field.reduced((poly, field.one))[0], divisors


def _contained(field: Field, a: fmpq_mpoly, own: list[fmpq_mpoly], b: fmpq_mpoly, others: list[fmpq_mpoly]) -> bool:
    """Whether every zero of a is one of b.  A family of zeros of a where a divisor of b is zero too is lost, and then it is not."""
    if a == 0:
        return b == 0
    for factor, _ in field.factors((a, field.one))[1]:
        if not field.sign(factor) & ZER or any(divmod(d, factor)[1] == 0 for d in own):
            continue
        if divmod(b, factor)[1] != 0 or any(not factor.gcd(d).is_constant() for d in others):
            return False
    return True


# --- rules that a certificate names ---------------------------------------------------------------------------

def _cases(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """Shown where ``on`` holds and where it does not: {"on": relation, "then": certificate, "else": certificate}."""
    on = read(certificate["on"])
    field = _field(on, given)
    field.difference(on)      # it has a value everywhere
    if field.open_conditions():
        raise Refused("cases by a condition that may have no value")
    found = [proof(goal, (*given, case), certificate[key], depth + 1) for case, key in ((on, "then"), ((_OPPOSITE[on[0]], *on[1:]), "else"))]
    return replace(_all(found), method=f"cases by {certificate['on']}; {found[0].method}")


def _absurd(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """The assumptions contradict each other, as in a case that cannot occur: {"of": one of them, "proof": of its negation}."""
    of = read(certificate["of"])
    rest = tuple(fact for fact in given if fact != of)
    if of not in given:
        raise Refused("no such assumption")
    return replace(proof((_OPPOSITE[of[0]], *of[1:]), rest, certificate["proof"], depth + 1), method="a case that cannot occur")


def _induction(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """``sum(f(k), k, a, n) = g(n)`` for whole n from a on: {"base": g(a) = f(a), "step": g(n) = g(n - 1) + f(n)}; products likewise."""
    (head, body, index, lower, n), closed = goal[1:] if goal[1][0] in ("sum", "prod") else goal[:0:-1]
    if goal[0] != "eq" or head not in ("sum", "prod") or n[0] != "name" or contains(lower, n) or contains(body, n) or any(
            node[0] in ("sum", "prod") for node in walk(closed)):
        raise Refused("no induction on this")
    first, before = put(closed, {n: lower}), put(closed, {n: ("add", n, ("neg", ONE))})
    others = tuple(fact for fact in given if n[1] not in free(fact))      # what is assumed of n holds for the last one only
    _field(ONE, (*given, ("ge", n, lower)))      # raises where no n is allowed
    base = proof(("eq", first, put(body, {index: lower})), others, certificate.get("base", {}), depth + 1)
    combined = ("add" if head == "sum" else "mul", before, put(body, {index: n}))
    step = proof(("eq", closed, combined), (*others, ("ge", n, ("add", lower, ONE))), certificate.get("step", {}), depth + 1)
    if any(n[1] in free(c) for c in step.conditions) or "enclosure" in (base.strength, step.strength):
        raise Refused("a step that is missing for one n")      # it would break the chain
    whole = ("and", ("element", n, ("name", "ZZ")), ("ge", n, lower))
    return Accepted("exact", "induction", conditions=(whole, *base.conditions, *step.conditions))


def _function(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """A relation from one of the same function of both sides: {"of": "ln", "exp" or an exponent, "proof": ...}.

    Of ``u = v <=> f(u) = f(v)`` where f is one to one; of ``f(u) < f(v)`` from an assumed ``u < v`` where f rises; of ``u = v`` from
    ``u^k = v^k`` and u, v >= 0.
    """
    of = certificate["of"]
    def image(side: Tree) -> Tree:
        return (of, side) if of in ("ln", "exp") else ("pow", side, ("number", str(int(of))))
    if goal[0] in ("iff", "implies"):
        (head, u, v), (other, *images) = goal[1:] if certificate.get("side", 1) == 1 or goal[0] == "implies" else goal[:0:-1]
        field = _field(goal, given)
        signs = [field.sign_of(field.normal(side)) for side in (u, v)]
        even = of not in ("ln", "exp") and int(of) % 2 == 0
        if head != "eq" or other != "eq" or of == "ln" and POS not in signs or even and goal[0] == "iff" and any(s & NEG for s in signs) \
                or of not in ("ln", "exp") and int(of) < 1:
            raise Refused("a function that is not one to one here")
        for side, wanted in zip((u, v), images):
            if field.difference(("eq", image(side), wanted))[0] != 0:
                raise Refused("not the function of the sides")
        return Accepted("exact", f"{of} of both sides", conditions=field.open_conditions())
    u, v = goal[1:]
    if goal[0] == "eq":
        found = [proof(part, given, {}, depth + 1) for part in (("ge", u, ZERO), ("ge", v, ZERO), ("eq", image(u), image(v)))]
        if of in ("ln", "exp") or int(of) < 1:
            raise Refused("a power")
        return replace(_all(found), method=f"power {int(of)} of both sides")
    source = read(certificate["from"])
    field = _field(goal, given)
    if source not in given or source[0] != goal[0] or of != "exp" or goal[0] not in COMPARED:
        raise Refused("no such assumption")
    if any(field.difference(("eq", image(a), b))[0] != 0 for a, b in zip(source[1:], (u, v))):
        raise Refused("not the function of the sides")
    return Accepted("exact", f"{of} of both sides", conditions=field.open_conditions())


def _antiderivative(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """``integral(f, x) = F`` by dF/dx = f; between ends by an F given as {"F": ...} and an enclosure, which shows f to be continuous."""
    left, right = goal[1:] if goal[1][0] == "integral" else goal[:0:-1]
    body, x, *ends = left[1:]
    if goal[0] != "eq":
        raise Refused("no equation of an integral")
    if not ends:
        if not contains(right, x):
            raise Refused("an antiderivative without its name")
        return replace(proof(("eq", ("diff", right, x), body), given, certificate.get("proof", {}), depth + 1), method="derivative of the antiderivative")
    F = read(certificate["F"])
    At().value(left)
    found = [proof(("eq", ("diff", F, x), body), given, {}, depth + 1),
             proof(("eq", ("add", put(F, {x: ends[1]}), ("neg", put(F, {x: ends[0]}))), right), given, {}, depth + 1)]
    return replace(_all(found), conditions=found[1].conditions, method="fundamental theorem")


def _roots(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """An equation in exp(z) alone against ``z = c`` (or several): its positive roots are exactly the exp(c), by Sturm's theorem."""
    sides = goal[1:] if certificate.get("side", 1) == 1 else goal[:0:-1]
    claimed = sides[1][1:] if sides[1][0] == "or" else (sides[1],)
    name, field = claimed[0][1], _field(goal, given)
    poly, _ = _zero_set(field, sides[0])
    used = [i for i, d in enumerate(poly.degrees()) if d]
    if goal[0] != "iff" or any(c[0] != "eq" or c[1] != name for c in claimed) or len(used) != 1 or field.atoms[used[0]].tree != ("exp", name):
        raise Refused("no equation in one exponential")
    one = univariate(poly, used[0])
    points = {field.rational(field.lowest(field.normal(("exp", c[2])))) for c in claimed}
    if None in points or any(one(p) != 0 for p in points) or roots_between(one, fmpq(0), None) != len(points):
        raise Refused("other roots")
    return Accepted("exact", "all positive roots in exp (Sturm)", conditions=field.open_conditions())


def _sum_of_products(goal: Tree, given: tuple[Tree, ...], certificate: Mapping[str, Any], depth: int) -> Accepted:
    """A difference as a sum of products of known signs: {"terms": [[expression, ...], ...]}."""
    field = _field(goal, given)
    num, den = field.difference(goal)
    total, signs = field.constant(0), ZER
    from .signs import plus
    for term in certificate["terms"]:
        product, sign = field.constant(1), POS
        for text in term:
            factor = field.normal(read(text))
            product, sign = field.mul(product, factor), times(sign, field.sign_of(factor))
        total, signs = field.add(total, product), plus(signs, sign)
    if field.lowest(field.sub(total, (num, den)))[0] != 0 or signs & ~ALLOWED[goal[0]]:
        raise Refused("a sum that does not show the sign")
    return Accepted("exact", "a sum of products of known signs", conditions=field.open_conditions())


RULES = {"cases": _cases, "absurd": _absurd, "induction": _induction, "function": _function, "antiderivative": _antiderivative, "roots": _roots,
         "sum": _sum_of_products}


# --- refutations ----------------------------------------------------------------------------------------------

def refutation(goal: Tree, assumptions: Sequence[Tree], point: Sequence[Sequence[str]]) -> Accepted:
    """The statement is false where its names have these values, and all assumptions hold there."""
    env: dict[Tree, fmpq] = {}
    for name, value in point:
        tree, number = read(name), fmpq(*(int(part) for part in value.split("/")))
        if tree[0] not in ("name", "index", "apply") or tree[1] in CONSTANTS or str(number) != value:
            raise Refused(f"a value for {name}")
        env[tree] = number
    statement, rest, values = prepared(goal, assumptions)
    ctx.prec = 128
    if any(At(env).holds(fact) is not True for fact in rest):
        raise Refused("an assumption does not hold at the point")
    for name, value in values.items():
        if value[0] not in ("matrix", "tuple"):
            found = At(env).value(value)
            if name in env and found != env[name]:
                raise Refused("a name with another value than its definition gives")
    at = At(env)
    if at.holds(statement) is not False:
        raise Refused("the statement is not false at the point")
    return Accepted("exact" if at.exact else "enclosure", "counterexample", True, sides=_sides(statement, env))


def _sides(statement: Tree, env: dict[Tree, fmpq]) -> tuple[str, str]:
    """The values of both sides of the last relation that fails."""
    for node in reversed(list(walk(statement))):
        if node[0] in COMPARED and At(env).holds(node) is False:
            try:
                return tuple(_text(At(env).value(part)) for part in node[1:])
            except NoValue:
                return "", ""
    return "", ""
