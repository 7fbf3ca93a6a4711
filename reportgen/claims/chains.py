"""Numeric claims: is every link of ``a = b \\approx c < d`` right?

Equal values are proved exactly: rational arithmetic, the separation bound of ``zero``, the judge's normal forms.  Unequal ones
are refuted by balls that do not meet, unless a printed decimal is the rounding of the other side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from flint import acb, fmpq

from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, symbols, to_text, transform, walk
from ..obligation import Obligation
from . import nearness, rounding, series, unit_sense, zero
from .arrays import Matrix, NoValue, Several, Value, as_acb, fraction
from .dressing import unmarked
from .reading import Reading, Side, Unreadable, read
from .values import evaluate

PROVED, REFUTED, UNDECIDED, NO_CLAIM = "proved", "refuted", "undecided", "no-claim"
_SURE = frozenset({"natural-log", "degrees", "tex-digits", "cents", "slash-in-argument", "dozen"})  # choices whose other reading is as good as the first
_SUPPOSED = re.compile(r"(?:suppose|assume|assuming|supposing|imagine|were it true)(?: that| for contradiction that)?[\s,:]*[$\\(\[]*\s*$", re.I)
_DENIED = re.compile(
    r"^[\s$.,;:\\)\]]*(?:,\s*which\s+)?(?:is|was|would be)\s+(?:false|wrong|incorrect|not true|not correct|untrue|impossible|absurd"
    r"|a contradiction|contradictory)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict`` and ``reason``; ``code`` names the finding; ``link`` the first wrong link of a chain, ``step`` the first wrong line."""

    verdict: str
    reason: str = ""
    code: str = ""
    link: int | None = None
    step: int | None = None
    sides: tuple[str, str] = ("", "")


def judge_text(claim: str, context: str = "") -> Outcome:
    """The verdict on a numeric claim; ``context`` is the text around it."""
    said = _not_asserted(claim, context)
    if said:
        return Outcome(NO_CLAIM, said, "no-claim")
    try:
        reading = read(claim, letters="\\int" in claim)
    except Unreadable as error:
        rest = _without_first(claim) or ((bare := unmarked(claim)) and judge_text(bare, context))
        if rest:
            return rest
        return Outcome(UNDECIDED, f"cannot be read: {error}", "claim-unreadable")
    if not reading.rels:
        return Outcome(NO_CLAIM, "nothing is asserted", "no-claim")
    first = judge_reading(reading)
    if first.verdict == REFUTED and nearness.said_rounded(context, first.sides):
        first = Outcome(UNDECIDED, "rounded, as the words say", "claim-near", first.link, sides=first.sides)
    if first.verdict == REFUTED and (bare := unmarked(claim)) and judge_text(bare, context).verdict == PROVED:
        first = Outcome(UNDECIDED, "right if it begins with the mark of a list", "claim-ambiguous", first.link, sides=first.sides)
    if first.verdict in (PROVED, NO_CLAIM) or not reading.choices:
        return first
    return _other_readings(claim, reading, first)


def judge_in_document(claim: str, context: str, formula: bool) -> Outcome:
    """A claim that a scanner found: it may be an equation to be solved, a definition or no claim at all, and then nothing is said."""
    from .documents import doubted

    said = _not_asserted(claim, context)
    if said:
        return Outcome(NO_CLAIM, said, "no-claim")
    best: Outcome | None = None
    for other in (frozenset(), frozenset({"log-10"})) if formula else (None,):
        if other is None:
            outcome = judge_text(claim)
        else:
            try:
                reading = read(claim.lstrip("=& "), letters=True, other=other)
            except Unreadable as error:
                return Outcome(UNDECIDED, f"cannot be read: {error}", "claim-unreadable")
            if not reading.rels:
                return Outcome(NO_CLAIM, "nothing is asserted", "no-claim")
            if any(s.tree == Symbol("e") or s.tree is not None and any(n in (Symbol("i"), Symbol("I")) for n in walk(s.tree)) for s in reading.sides):
                return Outcome(NO_CLAIM, "a name that may stand for anything", "no-claim")
            outcome = judge_reading(reading)
            if outcome.verdict == REFUTED and reading.choices - {"natural-log"}:
                outcome = _other_readings(claim, reading, outcome)
        if best is None or outcome.verdict == PROVED:
            best = outcome
        if outcome.verdict == PROVED or "\\log" not in claim:
            break
    assert best is not None
    if best.code == "claim-open" or best.verdict == UNDECIDED and "has no value" in best.reason:
        return Outcome(NO_CLAIM, "an equation with names", "no-claim")
    if best.verdict == REFUTED and doubted(context):
        return Outcome(NO_CLAIM, "the words around it say that it may not be meant", "no-claim")
    return best


_LABEL = re.compile(r"^(?:[^=\d]|(?<=\^)\d|(?<=\^\{)\d(?=\})|(?<=_)\d|(?<=_\{)\d+(?=\})|\([^()=]*\))*$")


def _without_first(claim: str) -> Outcome | None:
    """What stands before the first sign of equality cannot be read: the rest is judged.  What it names may be anything."""
    head, sign, rest = claim.partition("=")
    if not sign or not re.search(r"=|\\approx|≈|<|>", rest) or head.rstrip().endswith(("\\not", "!", "<", ">")) or head.count("{") != head.count("}"):
        return None
    found = judge_text(rest)
    if found.verdict == REFUTED or found.verdict == PROVED and _LABEL.match(head):
        return found
    return None


def _other_readings(claim: str, reading: Reading, first: Outcome) -> Outcome:
    result = first
    others = [frozenset({c}) for c in sorted(reading.choices)] + ([reading.choices] if len(reading.choices) > 1 else [])
    for other in others:
        try:
            found = judge_reading(read(claim, other=other))
        except Unreadable:
            continue
        if found.verdict == PROVED:
            if other <= _SURE:
                return Outcome(PROVED, f"{found.reason} ({', '.join(sorted(other))})", found.code)
            return Outcome(UNDECIDED, f"right if read otherwise ({', '.join(sorted(other))})", "claim-ambiguous")
        if found.verdict == UNDECIDED and first.verdict == REFUTED and found.code == "claim-near":
            result = Outcome(UNDECIDED, f"near if read otherwise ({', '.join(sorted(other))})", "claim-ambiguous")
    return result


def _not_asserted(claim: str, context: str) -> str:
    if re.search(r"\\neq?\b|≠|\\not\s*=|!=(?!=)", claim) and not re.search(r"\d!\s*=", claim):
        return "says that two things differ"
    if "?" in claim:
        return "a question"
    if context and context != claim:
        core = claim.strip(" .,;$")
        place = context.find(core)
        if place >= 0:
            if _SUPPOSED.search(context[:place]):
                return "a supposition"
            if _DENIED.search(context[place + len(core) :]):
                return "said to be false"
    return ""


# --- one reading ------------------------------------------------------------------------------------------------


def judge_reading(reading: Reading) -> Outcome:
    """All links of one reading."""
    if "ne" in reading.rels:
        return Outcome(NO_CLAIM, "says that two things differ", "no-claim")
    if any(r in ("then", "iff") for r in reading.rels):
        return _statements(reading)
    if any(r in ("to", "element") for r in reading.rels):
        return Outcome(UNDECIDED, "a relation that is not judged here", "claim-unsupported")
    sides, rels = list(reading.sides), list(reading.rels)
    while sides and rels and (sides[0].tree is None or is_name(sides[0].tree) or _is_named_thing(sides[0].tree)) and rels[0] in ("eq", "approx"):
        sides, rels = sides[1:], rels[1:]  # what stands first is being named
    if not rels:
        return Outcome(NO_CLAIM, "a definition", "no-claim")
    if any(s.tree is None for s in sides):
        return Outcome(UNDECIDED, "words where a number was expected", "claim-unreadable")
    names = sorted({n for s in sides for n in free_names(s.tree)})
    if names and not any(not free_names(a.tree) and not free_names(b.tree) for a, b in zip(sides, sides[1:])):
        return Outcome(UNDECIDED, f"{', '.join(names[:4])} without a value", "claim-open")
    degrees = True
    if reading.degrees and not any(_has_angle(s.tree) for s in sides):
        degrees = False
    outcome = _links(sides, rels, reading, degrees)
    if outcome.verdict != PROVED and reading.degrees and not degrees:
        other = _links(sides, rels, reading, True)
        return other if other.verdict == PROVED else outcome
    return outcome


def _statements(reading: Reading) -> Outcome:
    outcomes, begin = [], 0
    for k, rel in enumerate((*reading.rels, "then")):
        if rel in ("then", "iff"):
            part = Reading(reading.sides[begin : k + 1], reading.rels[begin:k], reading.choices, reading.modulus, reading.degrees)
            outcomes.append(judge_reading(part) if part.rels else Outcome(UNDECIDED, "half a statement", "claim-unreadable"))
            begin = k + 1
    for verdict in (REFUTED, UNDECIDED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return outcomes[0]


def is_name(tree: Expr | None) -> bool:
    """A name, an indexed name or an unknown function of something: what an equation may define."""
    if isinstance(tree, Symbol):
        return tree.name not in CONSTANTS and tree.name not in ("i", "I")
    return isinstance(tree, Operation) and (tree.head == "index" or tree.head == "apply" and len(tree.args[0].name) == 1)


def _is_named_thing(tree: Expr) -> bool:
    """``\\bar{x}``, ``x^2``, ``|v|``, a bare ``I``: what stands first is told its value."""
    if tree == Symbol("I"):
        return True
    if isinstance(tree, Operation) and (tree.head in ("abs", "norm") or tree.head == "pow" and isinstance(tree.args[1], Number)):
        return is_name(tree.args[0])
    return isinstance(tree, Operation) and tree.head == "apply" and tree.args[0] == Symbol("conj") and is_name(tree.args[1])


def free_names(tree: Expr) -> tuple[str, ...]:
    return tuple(n for n in symbols(tree) if n not in ("i", "I", "dots"))


def _has_angle(tree: Expr) -> bool:
    return any(
        isinstance(n, Operation)
        and n.head in ("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan")
        or n == Symbol("pi")
        or isinstance(n, Operation)
        and n.head == "apply"
        and n.args[0] == Symbol("cis")
        for n in walk(tree)
    )


def _links(sides: list[Side], rels: list[str], reading: Reading, degrees: bool) -> Outcome:
    chain = _Chain(sides, degrees)
    worst: Outcome | None = None
    proofs: list[str] = []
    for k, rel in enumerate(rels):
        found = chain.link(k, rel, reading.modulus)
        if found.verdict == REFUTED:
            running = _run_on(chain, sides, rels, k)
            return running or Outcome(REFUTED, found.reason, found.code, k, sides=found.sides)
        if found.verdict == UNDECIDED and worst is None:
            worst = Outcome(UNDECIDED, found.reason, found.code, k, sides=found.sides)
        proofs.append(found.reason)
    return worst or Outcome(PROVED, "; ".join(dict.fromkeys(proofs)), "")


def _run_on(chain: "_Chain", sides: list[Side], rels: list[str], k: int) -> Outcome | None:
    """``16 + 5 = 21/3 = 7``: each side goes on from the value of the one before.  Right as a calculation, wrong as an equation."""
    return None


class _Chain:
    """The values of the sides, computed once."""

    def __init__(self, sides: list[Side], degrees: bool) -> None:
        self.sides = sides
        self.degrees = degrees
        self.values: dict[int, Value] = {}
        self.rounded: frozenset[str] = frozenset()  # literals that are roundings of what stands before them

    def value(self, k: int, bits: int = 128) -> Value:
        if bits != 128:
            return evaluate(self.sides[k].tree, bits, degrees=self.degrees)
        if k not in self.values:
            self.values[k] = evaluate(self.sides[k].tree, 128, degrees=self.degrees)
        return self.values[k]

    def link(self, k: int, rel: str, modulus: Expr | None) -> Outcome:
        a, b = self.sides[k].tree, self.sides[k + 1].tree
        try:
            x, y = self.value(k), self.value(k + 1)
            if any(isinstance(v, acb) and not v.is_finite() for v in (x, y)):
                raise NoValue("a number too large")
        except NoValue as error:
            return self.without_value(a, b, rel, str(error))
        if isinstance(x, (Matrix, Several)) or isinstance(y, (Matrix, Several)):
            return self.lists(x, y, rel, a, b)
        if rel == "congruent" or rel == "eq" and modulus is not None:
            return _congruent(x, y, modulus)
        if rel in ("lt", "le", "gt", "ge"):
            return self.order(k, x, y, rel)
        for cut, value in ((b, x), (a, y)):
            if rounding.is_cut(cut) and rounding.cuts(value, cut):
                self.rounded |= rounding.decimals(cut)
                return Outcome(PROVED, "the first figures of the exact value")
        same = self.same(x, y, a, b)
        if same:
            self.rounded |= rounding.decimals(b) & self.rounded
            return Outcome(PROVED, same)
        if same is None:
            return Outcome(UNDECIDED, "both sides agree as far as they were computed, but no proof was found", "claim-agreed")
        return self.unequal(k, rel, x, y)

    def without_value(self, a: Expr, b: Expr, rel: str, why: str) -> Outcome:
        if rel == "eq" and a == b:
            return Outcome(PROVED, "both sides are written alike")
        if rel in ("eq", "le", "ge") and _judged(a, b):
            return Outcome(PROVED, "normal forms")
        return Outcome(UNDECIDED, why, "claim-unsupported")

    def same(self, x: fmpq | acb, y: fmpq | acb, a: Expr, b: Expr) -> str | None | bool:
        """How equality was proved; False where the values differ; None where that is open."""
        if isinstance(x, fmpq) and isinstance(y, fmpq):
            return "exact arithmetic" if x == y else False
        if not as_acb(x).overlaps(as_acb(y)):
            return False
        if zero.is_zero(zero.rewritten(Operation("add", (a, Operation("neg", (b,)))), self.degrees), self.degrees):
            return "a bound on algebraic numbers"
        if _judged(a, b):
            return "normal forms"
        for bits in (1024, 8192):
            try:
                if not as_acb(evaluate(a, bits, degrees=self.degrees)).overlaps(as_acb(evaluate(b, bits, degrees=self.degrees))):
                    return False
            except NoValue:
                break
        return None

    def lists(self, x: Value, y: Value, rel: str, a: Expr, b: Expr) -> Outcome:
        flat = [_flat(v) for v in (x, y)]
        if (
            rel not in ("eq", "approx")
            or None in flat
            or len(flat[0]) != len(flat[1])
            or (isinstance(x, Matrix) and isinstance(y, Matrix) and len(x) != len(y))
        ):
            return Outcome(UNDECIDED, "things of different shape", "claim-unsupported")
        open_ = False
        for p, q in zip(*flat):
            if isinstance(p, fmpq) and isinstance(q, fmpq):
                if p != q:
                    return Outcome(REFUTED, f"{_short(p)} is not {_short(q)}", "claim-refuted", sides=(_short(p), _short(q)))
            elif not as_acb(p).overlaps(as_acb(q)):
                return Outcome(REFUTED, f"{_short(p)} is not {_short(q)}", "claim-refuted", sides=(_short(p), _short(q)))
            else:
                open_ = True
        if not open_:
            return Outcome(PROVED, "exact arithmetic, entry by entry")
        if isinstance(a, Operation) and isinstance(b, Operation) and a.head == b.head == "tuple":
            pairs = list(zip(a.args, b.args))
        elif isinstance(a, Operation) and isinstance(b, Operation) and a.head == b.head == "matrix":
            pairs = [(p, q) for r, s in zip(a.args, b.args) for p, q in zip(r.args, s.args)]
        else:
            pairs = []
        if pairs and all(zero.is_zero(Operation("add", (p, Operation("neg", (q,)))), self.degrees) or _judged(p, q) for p, q in pairs):
            return Outcome(PROVED, "a bound on algebraic numbers, entry by entry")
        return Outcome(UNDECIDED, "the entries agree to 38 digits, but no proof was found", "claim-agreed")

    def order(self, k: int, x: fmpq | acb, y: fmpq | acb, rel: str) -> Outcome:
        if isinstance(x, acb) and x.imag != 0 or isinstance(y, acb) and y.imag != 0:
            return Outcome(UNDECIDED, "complex numbers have no order", "claim-unsupported")
        p, q = (v if isinstance(v, fmpq) else v.real for v in (x, y))
        if rel in ("gt", "ge"):
            p, q = q, p
        if p < q or rel in ("le", "ge") and isinstance(p, fmpq) and isinstance(q, fmpq) and p == q:
            return Outcome(PROVED, "the order of the values")
        if p > q or rel in ("lt", "gt") and isinstance(p, fmpq) and isinstance(q, fmpq) and p == q:
            return Outcome(REFUTED, f"{_short(x)} and {_short(y)} are in the other order", "claim-refuted", sides=(_short(x), _short(y)))
        same = self.same(x, y, self.sides[k].tree, self.sides[k + 1].tree)
        if same:
            return Outcome(PROVED, same) if rel in ("le", "ge") else Outcome(REFUTED, "both sides are equal", "claim-refuted", sides=(_short(x), _short(y)))
        return Outcome(UNDECIDED, "the order was not decided", "claim-agreed")

    # --- values that differ
    def unequal(self, k: int, rel: str, x: fmpq | acb, y: fmpq | acb) -> Outcome:
        a, b = self.sides[k].tree, self.sides[k + 1].tree
        if self.is_rounding(k, rel):
            if rel == "eq" and rounding.relative(x, y) > nearness.FAR:
                return Outcome(UNDECIDED, "a rounding to very few figures, called equal", "claim-near", sides=(_short(x), _short(y)))
            return Outcome(PROVED, "the rounding of the exact value")
        if (hundred := nearness.in_percent(a, b, x)) is not None:
            return Outcome(PROVED, "percent as a unit") if hundred else Outcome(UNDECIDED, "percent as a unit, roughly", "claim-near")
        sides = (_short(x), _short(y))
        near = nearness.near(self.sides[k], self.sides[k + 1], rel, x, y, self.rounded, self.degrees)
        if near:
            return Outcome(UNDECIDED, near, "claim-near", sides=sides)
        units = set(self.sides[k].units) | set(self.sides[k + 1].units)
        if not series.settled(a) or not series.settled(b):
            return Outcome(UNDECIDED, "dots whose law is not settled", "claim-ambiguous", sides=sides)
        if unit_sense.converts(self.sides[k], self.sides[k + 1], x, y):
            return Outcome(PROVED, "the units convert")
        if unit_sense.may_name_a_unit(self.sides[k], self.sides[k + 1]):
            return Outcome(UNDECIDED, "a number with a unit and a number", "claim-units", sides=sides)
        if "~unit" in units:
            return Outcome(UNDECIDED, "units that were taken for 1", "claim-units", sides=sides)
        if self.sides[k].units and self.sides[k + 1].units and not unit_sense.agree(self.sides[k].units, self.sides[k + 1].units):
            return Outcome(UNDECIDED, f"units that may convert: {', '.join(sorted(units)[:4])}", "claim-units", sides=sides)
        return Outcome(REFUTED, f"{sides[0]} is not {sides[1]}", "claim-refuted", sides=sides)

    def is_rounding(self, k: int, rel: str) -> bool:
        """Side k + 1 rounds one of the sides before it, or side k rounds side k + 1."""
        b = self.sides[k + 1].tree
        new = rounding.decimals(b) - rounding.decimals(self.sides[k].tree)
        shown = rounding.printed(b)
        if shown is not None and not shown.decimal and rel == "approx":
            x = self.values[k]
            unit = Fraction(1)
            while shown.value and (shown.value / (unit * 10)).denominator == 1 and shown.value:
                unit *= 10
            if rounding.rounds_to(x, rounding.Printed(shown.value, unit, True)):
                self.rounded |= {n.text for n in walk(b) if isinstance(n, Number)}
                return True
        if new:
            ball = None
            for j in range(k, -1, -1):
                x = self.values.get(j)
                if x is None or isinstance(x, (Matrix, Several)):
                    continue
                if shown is not None:
                    held = rounding.rounds_to(x, shown)
                elif sum(isinstance(n, Number) and "." in n.text for n in walk(b)) > 1:
                    continue  # 0.3 + 0.006 is a sum of what it says, not a rounding of something
                else:
                    if ball is None:
                        new -= rounding.exact_ones(self.sides[k].tree, new, self.degrees)
                        ball = rounding.interval(b, new, self.degrees)
                    held = ball is not None and bool(ball.contains(as_acb(x)))
                if held:
                    self.rounded |= new
                    return True
        old = rounding.decimals(self.sides[k].tree) - rounding.decimals(b)
        before = rounding.printed(self.sides[k].tree)
        if before is not None and before.decimal and not new and k == 0:  # 0.333 = 1/3
            if rounding.rounds_to(self.values[k + 1], before):
                self.rounded |= old
                return True
        return False


def _flat(value: Value) -> list | None:
    if isinstance(value, Several):
        return list(value)
    if isinstance(value, Matrix):
        return [x for row in value for x in row]
    return None


def _short(value: Value) -> str:
    if isinstance(value, fmpq):
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > 10_000:      # str would refuse it
            return as_acb(value).str(12, radius=False)
        whole = str(fraction(value))
        return whole if len(whole) <= 40 else whole[:20] + "..." + whole[-10:]
    if isinstance(value, acb):
        return value.str(12, radius=False)
    return "(" + ", ".join(_short(v) for v in (_flat(value) or [])) + ")"


def _congruent(x: Value, y: Value, modulus: Expr | None) -> Outcome:
    if modulus is None or not isinstance(x, fmpq) or not isinstance(y, fmpq):
        return Outcome(UNDECIDED, "a congruence without its modulus", "claim-unsupported")
    m = evaluate(modulus)
    if not isinstance(m, fmpq) or m.q != 1 or m == 0:
        return Outcome(UNDECIDED, "a modulus that is no whole number", "claim-unsupported")
    difference = fraction(x - y)
    from math import gcd

    if gcd(difference.denominator, int(m.p)) != 1:
        return Outcome(UNDECIDED, "no inverse", "claim-unsupported")
    if difference.numerator % int(m.p) == 0:
        return Outcome(PROVED, "exact arithmetic")
    return Outcome(REFUTED, f"{_short(x)} and {_short(y)} differ modulo {m}", "claim-refuted", sides=(_short(x), _short(y)))


def _judged(a: Expr, b: Expr) -> bool:
    """The judge's normal forms prove a = b."""
    try:
        statement = Operation("eq", (plain(a), plain(b)))
    except NoValue:
        return False
    from ..judge import judge

    return judge(Obligation(statement)).proved


def plain(tree: Expr, imaginary: bool = False) -> Expr:
    """The tree in the judge's words; ``imaginary``: i may stand in it (the judge must then not see it).  Raises NoValue for what it has no word for."""

    def change(node: Expr) -> Expr:
        if isinstance(node, Operation) and node.head == "apply" and len(node.args[0].name) > 1:
            name, args = node.args[0].name, node.args[1:]
            if name == "percent":
                return Operation("div", (args[0], Number("100")))
            if name == "degree":
                return Operation("div", (Operation("mul", (args[0], Symbol("pi"))), Number("180")))
            raise NoValue(f"{name} is not known to the judge")
        if isinstance(node, Symbol) and node.name in ("i", "I") and not imaginary:
            raise NoValue("a complex number")
        return node

    return transform(tree, change)


__all__ = ["NO_CLAIM", "Outcome", "PROVED", "REFUTED", "UNDECIDED", "judge_reading", "judge_text", "plain", "to_text"]
