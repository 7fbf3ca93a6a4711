"""The judge: an obligation in, a verdict out.  It reads our own tree and never meets SymPy.

What is believed is ``core``: most statements it decides by their form alone, without any search.  For the others this package
searches, cheap to expensive: normal forms, zero sets, signs, cases, induction, then small points that refute; what it finds becomes
a certificate (``certificates``), and the verdict is the one that the core accepts.  Sampling comes last and is called "agreed".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from flint import fmpq

from ..expressions import Expr, Number, Operation, Symbol, is_op, parse, symbols, to_text, walk
from ..obligation import Obligation, Status, Verdict, proved, refuted, undecided
from . import cases, certificates, counterexample, enclosure, integrals, methods, relations, soundness, trigonometry
from .conditions import Facts, open_conditions
from .definitions import prepare
from .exact import Field
from .forms import Inconsistent, Overflow, Undefined, Unsupported

MAX_ATOMS = 512
MAX_REDUCED = 80                # statements to which one obligation is reduced, by all methods together
_begun: list[None] = []         # those of the obligation at hand
_RATIONAL = frozenset({"iff", "eq", "ne", "lt", "le", "gt", "ge", "add", "neg", "mul", "div"})
_STRENGTH_ORDER = {"enclosure": 0, "exact": 1, "kernel": 2}


def judge(obligation: Obligation) -> Verdict:
    """PROVED, REFUTED or UNDECIDED.  Never raises for a statement that it cannot decide: the reason says why."""
    assumptions = [certificates.tree_of(a) for a in obligation.assumptions]
    return core_verdict(certificates.tree_of(obligation.statement), assumptions) or certified(obligation)


def core_verdict(statement: str | tuple, assumptions: Sequence[str | tuple]) -> Verdict | None:
    """What the core decides by the form of the statement, without a search."""
    found = certificates.accepted(statement, assumptions, {})
    if found is not None and found.proved and soundness.contradictory(assumptions, found.conditions, every=False):
        return undecided("the assumptions contradict each other" + (", or what must hold for a value to exist" if found.conditions else ""))
    return found


def certified(obligation: Obligation) -> Verdict:
    """What the search finds, with a certificate that the core accepts; "searched" where it accepts none."""
    found = certificates.at_hand(obligation) or search(obligation)
    if found.proved and soundness.contradictory([certificates.tree_of(a) for a in obligation.assumptions]):
        return undecided("the assumptions contradict each other")
    return found if found.certificate or found.status is Status.UNDECIDED else certificates.certified(obligation, found, judge)


def search(obligation: Obligation) -> Verdict:
    """The verdict of the search alone."""
    try:
        prepared = prepare(obligation)
        if prepared.inconsistent is not None:
            return undecided(f"the assumptions contradict each other: {to_text(prepared.inconsistent)} is false")
        _begun.clear()
        pointed = None
        if is_op(prepared.statement, "eq") and any(is_op(node, "sum", "prod") for node in walk(prepared.statement)):
            pointed = counterexample.search(prepared.statement, prepared.assumptions)      # cheaper than what can be tried to prove a sum
        verdict = refuted("exact", "counterexample", pointed.point, pointed.sides) if pointed else \
            soundness.confirmed(_settled(_decide(prepared.statement, prepared.assumptions)), prepared.statement, prepared.assumptions, _decide)
        if verdict.refuted and not verdict.counterexample:
            Facts(Field(MAX_ATOMS), prepared.assumptions)      # raises where they contradict each other
        return _with_definitions(verdict, obligation, prepared.definitions) if verdict.counterexample else verdict
    except Inconsistent as error:
        return undecided(f"the assumptions contradict each other: {error}")
    except Unsupported as error:
        return undecided(f"unsupported: {error}")
    except RecursionError:
        return undecided("gave up: nested too deeply")
    except (ArithmeticError, ValueError, MemoryError) as error:      # a number of thousands of digits, mostly
        return undecided(f"gave up: {error}")


def decided(statement: Expr, assumptions: tuple[Expr, ...]) -> bool:
    """Whether a statement is proved without conditions, or the assumptions contradict each other: quickly, or not at all."""
    try:
        found = _decide(statement, assumptions, methods.MAX_DEPTH - 2)
    except Inconsistent:
        return True
    except (Unsupported, Undefined, Overflow, RecursionError, ArithmeticError, ValueError):
        return False
    return found.proved and not found.conditions


def _settled(verdict: Verdict) -> Verdict:
    """A condition without names is true or it is none: what cannot be shown leaves the statement open."""
    kept = []
    for condition in verdict.conditions:
        if symbols(condition) or any(is_op(node, "apply", "diff", "integral") for node in walk(condition)):
            kept.append(condition)
        elif enclosure.holds(condition, bits=1024) is not True:
            return undecided(f"gave up: it needs {to_text(condition)}, which is not shown")
    return replace(verdict, conditions=tuple(kept)) if verdict.proved else verdict


def _with_definitions(verdict: Verdict, obligation: Obligation, definitions: tuple[Expr, ...]) -> Verdict:
    """The counterexample with the values of the names that were put in, all in the order in which the obligation names them."""
    point = counterexample.Point({parse(n, "plain"): fmpq(v.numerator, v.denominator) for n, v in verdict.counterexample})
    counterexample.add_definitions(point, definitions)
    order = {n: i for i, n in enumerate(counterexample.free_names(*obligation.assumptions, obligation.statement))}
    named = sorted(point.items(), key=lambda item: order.get(item[0], len(order)))
    return replace(verdict, counterexample=tuple((to_text(n), Fraction(int(v.p), int(v.q))) for n, v in named))


def _decide(statement: Expr, assumptions: tuple[Expr, ...], splits: int = 0) -> Verdict:
    if not isinstance(statement, Operation):
        return undecided("unsupported: not a relation")
    head = statement.head
    if head == "and":
        return _weakest([_decide(a, assumptions, splits) for a in statement.args])
    if head == "eq" and all(is_op(a, "tuple") for a in statement.args):
        return _decide_tuples(*statement.args, assumptions, splits)
    if head == "approx":
        return _decide_rounding(statement.args[0], statement.args[1], assumptions)
    if head == "eq" and is_op(statement.args[0], "round"):
        value, places = statement.args[0].args
        return _decide_rounding(value, statement.args[1], assumptions, places)
    if head == "implies" and is_op(statement.args[0], "or") and _values_of_a_name(statement.args[0]):
        parts = (Operation("implies", (part, statement.args[1])) for part in statement.args[0].args)
        return _weakest([_decide(part, assumptions, splits) for part in parts])
    if head == "implies" and _values_of_a_name(statement.args[0]):
        return _decide_at_value(statement.args[0], statement.args[1], assumptions, splits)
    if head == "implies" and not (is_op(statement.args[0], "eq", "or") and is_op(statement.args[1], "eq", "or")):
        inner = prepare(Obligation(statement.args[1], (*assumptions, statement.args[0])), functions_too=False)
        if inner.inconsistent is None:
            verdict = _decide(inner.statement, inner.assumptions, splits)
            if verdict.refuted and not verdict.counterexample:      # false in itself: does the premise ever hold?
                return _by_points(statement, assumptions, undecided("gave up: no point found at which the premise holds"))
            return _with_definitions(verdict, Obligation(statement, assumptions), inner.definitions) if verdict.counterexample else verdict
    closed = not symbols(statement)
    if closed:
        verdict = _closed(statement)
        if verdict is not None:
            return verdict
    # most of what is false fails at a small point: cheaper than the methods, and than normal forms where a point is a line of fractions
    looks = not splits and head != "or" and not closed
    early = looks and head == "iff" and not any(isinstance(node, Operation) and node.head not in _RATIONAL for node in walk(statement))
    if early and (pointed := _by_points(statement, assumptions, undecided(""), 2)).refuted:
        return pointed
    size = 24
    while True:
        try:
            verdict = _exact(statement, assumptions, size)
            break
        except Overflow:
            size *= 2
            if size > MAX_ATOMS:
                return undecided("gave up: too many different terms")
        except Undefined as error:
            verdict = undecided(f"without a value: {error}")
            break
        except Unsupported as error:
            verdict = undecided(f"unsupported: {error}")
            break
    if verdict.proved or verdict.refuted:
        return verdict
    def deeper(s: Expr, a: tuple[Expr, ...]) -> Verdict:
        _begun.append(None)
        return _decide(s, a, splits + 1) if len(_begun) <= MAX_REDUCED else undecided("gave up: too many cases")

    if looks and not early and (pointed := _by_points(statement, assumptions, verdict, 2)).refuted:
        return pointed
    further = methods.attempt(statement, assumptions, deeper) if splits < methods.MAX_DEPTH else None
    if further is not None and further.refuted and not further.counterexample:      # a point that a teacher would choose, where there is one
        pointed = _by_points(statement, assumptions, further)
        return pointed if pointed.refuted else further
    further = further or _by_cases(statement, assumptions, splits)
    return further or _by_points(statement, assumptions, verdict, splits)


def _values_of_a_name(premise: Expr) -> bool:
    """True for ``x = 4`` and for ``x = 4 or x = 1``: one name, and values without names."""
    parts = premise.args if is_op(premise, "or") else (premise,)
    return all(is_op(p, "eq") and isinstance(p.args[0], Symbol) and p.args[0] == parts[0].args[0] and not symbols(p.args[1]) for p in parts)


def _decide_at_value(premise: Operation, wanted: Expr, assumptions: tuple[Expr, ...], splits: int) -> Verdict:
    """``x = 4 => ...``: the value put in.  Where the assumptions exclude it there is nothing to hold."""
    inner = prepare(Obligation(wanted, (premise, *assumptions)), functions_too=False)
    if inner.inconsistent is not None:
        return undecided("gave up: the premise contradicts the assumptions")
    verdict = _decide(inner.statement, inner.assumptions, splits)
    if not verdict.refuted:
        return verdict
    try:
        value = enclosure.evaluate(premise.args[1])
    except enclosure.NoValue:
        return verdict
    if not isinstance(value, fmpq) or any(name == to_text(premise.args[0]) for name, _ in verdict.counterexample):
        return verdict
    return replace(verdict, counterexample=((to_text(premise.args[0]), enclosure.as_fraction(value)), *verdict.counterexample))


def _decide_tuples(left: Operation, right: Operation, assumptions: tuple[Expr, ...], splits: int) -> Verdict:
    """Tuples are equal where they have one length and equal entries."""
    if len(left.args) != len(right.args):
        return refuted("exact", "lengths", sides=(f"{len(left.args)} entries", f"{len(right.args)} entries"))
    return _weakest([_decide(Operation("eq", pair), assumptions, splits) for pair in zip(left.args, right.args)])


def _by_cases(statement: Expr, assumptions: tuple[Expr, ...], splits: int) -> Verdict | None:
    """Proved where both cases are, refuted where one is; a case that the assumptions exclude is left out."""
    found = cases.split(statement) if splits < cases.MAX_SPLITS else None
    if found is None:
        return None
    condition, given = found
    verdicts: list[Verdict] = []
    for case, holds in ((condition, True), (cases.negation(condition), False)):
        other = cases.negation(case)
        excluded = _decide(other, assumptions, cases.MAX_SPLITS)
        if not excluded.proved or excluded.conditions:
            prepared = prepare(Obligation(given(holds), (*assumptions, case)), functions_too=False)
            if prepared.inconsistent is None:
                try:
                    verdicts.append(_decide(prepared.statement, prepared.assumptions, splits + 1))
                except Inconsistent:      # a case that cannot occur
                    continue
    joined = _weakest(verdicts) if verdicts else None
    if joined is None or not (joined.proved or joined.refuted):
        return None
    if joined.refuted and not joined.counterexample:      # no point is known to lie in that case
        return None
    if joined.proved:
        return replace(joined, method=f"cases by {to_text(condition)}; {joined.method}")
    return joined


def _closed(statement: Expr) -> Verdict | None:
    """A statement without names: exact arithmetic or balls of rising precision decide it, unless both sides may be equal."""
    if statement.head not in ("eq", "ne", "lt", "le", "gt", "ge"):
        held = enclosure.holds(statement, bits=256)
        if held is None:
            return None
        sides = counterexample.sides_at(statement, counterexample.Point())
        return proved("enclosure", "evaluation") if held else refuted("enclosure", "evaluation", sides=sides)
    bits = 64
    most = integrals.MAX_BITS if any(is_op(node, "integral") for node in walk(statement)) else 4096
    while bits <= most:
        try:
            left, right = (enclosure.evaluate(a, bits=bits) for a in statement.args)
        except enclosure.NoValue:
            bits *= 4
            continue
        order = enclosure.compare(left, right)
        if order is not None:
            exact = isinstance(left, fmpq) and isinstance(right, fmpq)
            strength, method = ("exact", "rational arithmetic") if exact else ("enclosure", "balls")
            sides = tuple(str(v) if isinstance(v, fmpq) else v.str(20) for v in (left, right))
            witness = {"left": sides[0], "right": sides[1]} | ({} if exact else {"bits": str(bits)})
            if order in enclosure._HOLDS[statement.head]:
                return proved(strength, method, witness)
            return refuted(strength, method, sides=(_short(left), _short(right)), witness=witness)
        bits *= 4
    return None


def _short(value: enclosure.Value) -> str:
    return str(value) if isinstance(value, fmpq) else value.str(12, radius=False)


def _exact(statement: Expr, assumptions: tuple[Expr, ...], size: int, rounds: int = 2) -> Verdict:
    """Normal forms, zero sets and signs.  Assumed equations that are linear in a name are solved for it first."""
    field = Field(size)
    field.angle_unit = trigonometry.unit(statement)
    facts = Facts(field, assumptions)
    solved = _solve_assumption(field, facts, assumptions)
    if solved is not None:
        rest, definition = solved
        again = prepare(Obligation(statement, (*rest, definition)), functions_too=False)
        if again.inconsistent is not None:
            raise Inconsistent(f"{to_text(again.inconsistent)} is false")
        inner = _exact(again.statement, again.assumptions, size)
        return inner if inner.proved else undecided("gave up: not proved by normal forms")
    head = statement.head
    if head == "eq":
        found = relations.equation(field, facts, statement) or relations.integral(field, statement, lambda s: _decide(s, assumptions))
        entries = [] if found else relations.differing_entries(field, statement)
        if entries:
            return _decide_entries(entries, assumptions, open_conditions(field))
    elif head in ("ne", "lt", "le", "gt", "ge"):
        found = relations.inequality(field, facts, statement, assumptions)
    elif head == "iff":
        found = _without_loss(relations.equivalence(field, facts, *statement.args), statement, assumptions)
    elif head == "implies":
        found = _without_loss(relations.implication(field, facts, *statement.args), statement, assumptions)
    elif head == "or":
        found = next((v for a in statement.args if (v := _exact(a, assumptions, size)).proved), None)
    else:
        raise Unsupported(f"a statement of the form {head}")
    return found or _under_requirements(field, statement, assumptions, size, rounds) or undecided("gave up: not proved by normal forms")


def _without_loss(found: Verdict | None, statement: Expr, assumptions: tuple[Expr, ...]) -> Verdict | None:
    return found if found and soundness.loses_nothing(statement, assumptions, found.conditions) else None


def _decide_entries(entries: list[Expr], assumptions: tuple[Expr, ...], conditions: tuple[Expr, ...]) -> Verdict:
    """Refuted where one entry is, proved where all are."""
    verdicts: list[Verdict] = []
    for entry in entries:
        verdicts.append(_decide(entry, assumptions))
        if verdicts[-1].refuted or sum(not v.proved for v in verdicts) > 2:      # each open one costs a search
            break
    joined = _weakest(verdicts)
    return replace(joined, conditions=tuple(dict.fromkeys((*conditions, *joined.conditions)))) if joined.proved else joined


def _under_requirements(field: Field, statement: Expr, assumptions: tuple[Expr, ...], size: int, rounds: int) -> Verdict | None:
    """Proved where both sides have a value: what the statement needs to have one (``x > 0`` for ln x) is assumed and stays a condition."""
    needed = tuple(r for r in open_conditions(field) if r not in assumptions)
    if statement.head in ("iff", "implies"):
        # a solution of one side at which the other has no value would be lost: only what both (the first) need may be assumed
        first, second = (_domain(side, assumptions, size) for side in statement.args)
        needed = tuple(r for r in first if statement.head == "implies" or r in second)
    if not field.requirements or not needed or not rounds:
        return None
    try:
        inner = _exact(statement, (*assumptions, *needed), size, rounds - 1)      # what is assumed may be written in another way there
    except Inconsistent:
        return undecided("without a value under the assumptions")
    if not inner.proved:
        return None
    return replace(inner, conditions=tuple(dict.fromkeys((*needed, *inner.conditions))))


def _domain(relation: Expr, assumptions: tuple[Expr, ...], size: int) -> tuple[Expr, ...]:
    """What a relation needs to have a value, divisors left out."""
    field = Field(size)
    field.angle_unit = trigonometry.unit(relation)
    Facts(field, assumptions)
    field.requirements.clear()
    for part in relation.args if is_op(relation, "or", "and") else (relation,):
        for side in part.args:
            field.normal(side)
    return tuple(r for r in open_conditions(field, every=True) if r in field.requirements)


def _solve_assumption(field: Field, facts: Facts, assumptions: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], Expr] | None:
    """An assumed equation c1*v + c0 = 0 with c1 never zero, as v = -c0/c1; the other assumptions beside it."""
    for fact in assumptions:
        if not is_op(fact, "eq") or any(is_op(a, "matrix", "tuple") for a in fact.args):
            continue
        try:
            poly = field.reduced(field.sub(field.normal(fact.args[0]), field.normal(fact.args[1]))).num
        except (Unsupported, Undefined):
            continue
        for place, atom in enumerate(field.atoms):
            if atom.kind != "symbol" or not isinstance(atom.expr, Symbol) or poly.degrees()[place] != 1:
                continue
            c1, c0 = {}, {}
            for exponents, coefficient in poly.to_dict().items():
                (c1 if exponents[place] else c0)[exponents[:place] + (0,) + exponents[place + 1:]] = coefficient
            slope = field.ctx.from_dict(c1)
            value = Operation("neg", (Operation("div", (field.poly_expr(field.ctx.from_dict(c0)), field.poly_expr(slope))),))
            if facts.nonzero(slope) and atom.expr.name not in symbols(value):
                rest = tuple(a for a in assumptions if a != fact)
                return rest, Operation("eq", (atom.expr, value))
    return None


def _decide_rounding(value: Expr, shown: Expr, assumptions: tuple[Expr, ...], places: Expr | None = None) -> Verdict:
    """Is ``shown`` the rounding of ``value``: to ``places``, or to as many decimals as it is written with?  Ties go to the even digit."""
    written = shown.args[0] if is_op(shown, "neg") else shown
    if places is None:
        if not isinstance(written, Number):
            return undecided("unsupported: an approximation that is not a decimal")
        digits = len(written.text.partition(".")[2])
    else:
        number = places.value if isinstance(places, Number) else None
        if number is None or number.denominator != 1 or number > enclosure.MAX_PLACES:
            return undecided("unsupported: the number of decimal places")
        digits = int(number)
    result = None
    try:
        rational, conditions = enclosure.evaluate(value), ()
        if not isinstance(rational, fmpq):
            result = enclosure.certified_round(value, digits)
    except enclosure.NoValue:
        rational = None
    try:
        if isinstance(rational, fmpq):      # a number at once: no names, no conditions
            rational = Fraction(int(rational.p), int(rational.q))
        elif result is not None:            # a ball inside one cell: no tie, whatever the number is
            rational = None
        else:
            field = Field(24)
            Facts(field, assumptions)
            rational = field.rational(field.lowest(field.reduced(field.normal(value))))
            conditions = open_conditions(field)
    except (Unsupported, Undefined, Overflow):
        rational, conditions = None, ()
    try:
        target = enclosure.evaluate(shown)
        if rational is not None:
            rounded, ball, bits = enclosure.round_half_even(rational, digits), str(rational), 0
        else:
            result = result or enclosure.certified_round(value, digits)
            if result is None:
                return undecided(f"gave up: no {enclosure.MAX_BITS}-bit ball lies in one rounding cell")
            rounded, ball, bits = result
    except enclosure.NoValue as error:
        return undecided(f"without a value: {error}")
    if not isinstance(target, fmpq):
        return undecided("unsupported: a rounding that is not a decimal")
    tie = rational is not None and (2 * rational * 10 ** digits).denominator == 1 and (rational * 10 ** digits).denominator != 1
    half = Fraction(1, 2 * 10 ** digits)
    cell = f"{_decimal(rounded - half, digits + 1)} to {_decimal(rounded + half, digits + 1)}"
    witness = {"enclosure": ball, "places": str(digits), "rounding": _decimal(rounded, digits), "cell": cell}
    witness |= ({"bits": str(bits)} if bits else {}) | ({"tie": "half even"} if tie else {})
    strength = "exact" if rational is not None else "enclosure"
    if Fraction(int(target.p), int(target.q)) == rounded:
        return proved(strength, "rounding of a rational" if rational is not None else "ball inside one rounding cell", witness, conditions)
    return refuted(strength, "rounding", sides=(_decimal(rounded, digits), to_text(shown)), witness=witness)


def _decimal(value: Fraction, places: int) -> str:
    scaled = abs(value) * 10 ** places
    digits = str(scaled.numerator).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + (digits[:-places] + "." + digits[-places:] if places else digits)


def _by_points(statement: Expr, assumptions: tuple[Expr, ...], so_far: Verdict, splits: int = 0) -> Verdict:
    """What exact methods left open: refuted at a point, or sampled; with fewer points for what it was reduced to."""
    found = None
    if is_op(statement, "iff"):
        first, second = statement.args
        for given, wanted in ((first, second), (second, first)):
            if is_op(given, "eq") and found is None:
                found = counterexample.search(wanted, assumptions, given, splits)
    elif is_op(statement, "implies") and is_op(statement.args[0], "eq"):
        found = counterexample.search(statement.args[1], assumptions, statement.args[0], splits)
    if found is None:
        found = counterexample.search(statement, assumptions, None, splits)
    if found is not None:
        return refuted("exact", "counterexample", found.point, found.sides)
    agreed = 0 if splits else counterexample.sample(statement, assumptions)
    if agreed:
        return undecided(so_far.reason, agreed=True, witness={"points": str(agreed)})
    return so_far


def _weakest(verdicts: list[Verdict]) -> Verdict:
    """The verdict on a conjunction: refuted where a part is, proved where all are, with the weakest strength."""
    for verdict in verdicts:
        if verdict.refuted:
            return verdict
    for verdict in verdicts:
        if not verdict.proved:
            return verdict
    weakest = min(verdicts, key=lambda v: _STRENGTH_ORDER[v.strength])
    conditions = tuple(dict.fromkeys(c for v in verdicts for c in v.conditions))
    return Verdict(Status.PROVED, weakest.strength, weakest.method, weakest.witness, conditions)


__all__ = ["certified", "core_verdict", "judge", "search"]
