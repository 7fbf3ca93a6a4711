"""Numeric claims: is every link of ``a = b \\approx c < d`` right?

Equal values are proved exactly: rational arithmetic, the separation bound of ``zero``, the judge's normal forms.  Unequal ones
are refuted by balls that do not meet, unless a printed decimal is the rounding of the other side.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..expressions import CONSTANTS, Expr, Number, Operation, Symbol, symbols, walk
from . import measured, nearness, phrases, runon, signs, unit_sense
from .dressing import COUNT_WORDS, unmarked
from .links import Chain as _Chain
from .links import flat as _flat
from .links import plain
from .links import short as _short
from .macros import expanded
from .outcome import NO_CLAIM, PROVED, REFUTED, UNDECIDED, Outcome
from .reading import Reading, Side, Unreadable, read

# whose other reading is as good as the first
_SURE = frozenset({
    "natural-log", "degrees", "tex-digits", "cents", "slash-in-argument", "dozen",
    "scientific", "divided-fractions", "negative-remainder", "fraction-of-a-unit",
})
MAX_LINKS = 60  # of a chain whose first side cannot be read
_SUPPOSED = re.compile(r"(?:suppose|assume|assuming|supposing|imagine|were it true)(?: that| for contradiction that)?[\s,:]*[$\\(\[]*\s*$", re.I)
_DENIED = re.compile(
    r"^[\s$.,;:\\)\]]*(?:,\s*which\s+)?(?:is|was|would be)\s+(?:false|wrong|incorrect|not true|not correct|untrue|impossible|absurd"
    r"|a contradiction|contradictory)\b",
    re.I,
)


_GIVEN = re.compile(r"(?<![A-Za-z\\])([A-Za-z])\s*(?::?=|is\b)")


def judge_text(claim: str, context: str = "") -> Outcome:
    """The verdict on a numeric claim; ``context`` is the text around it."""
    said = _not_asserted(claim, context)
    if said:
        return Outcome(NO_CLAIM, said, "no-claim")
    if "\\SI{" in claim or "\\qty{" in claim:
        claim = expanded(claim, {})
    try:
        reading = read(claim, letters="\\int" in claim)
    except Unreadable as error:
        bare = unmarked(claim)
        rest = _without_first(claim) or bare and judge_text(bare, context) or _in_sentence(claim)
        if rest and not (bare and rest.code == "claim-unreadable"):
            return rest
        return Outcome(UNDECIDED, f"cannot be read: {error}", "claim-unreadable")
    if not reading.rels:
        return Outcome(NO_CLAIM, "nothing is asserted", "no-claim")
    reading = replace(reading, named=frozenset(_GIVEN.findall(context.replace(claim, " "))) if context else frozenset())
    first = judge_reading(reading)
    if first.verdict == REFUTED and nearness.said_rounded(context, first.sides):
        first = Outcome(UNDECIDED, "rounded, as the words say", "claim-near", first.link, sides=first.sides)
    if first.verdict == REFUTED and (bare := unmarked(claim)) and judge_text(bare, context).verdict == PROVED:
        first = Outcome(UNDECIDED, "right if it begins with the mark of a list", "claim-ambiguous", first.link, sides=first.sides)
    if first.verdict in (PROVED, NO_CLAIM) or not reading.choices:
        return first
    return _other_readings(claim, reading, first)


def judge_in_document(claim: str, context: str, formula: bool, named: frozenset[str] = frozenset(), typeset: bool = True) -> Outcome:
    """A claim that a scanner found: it may be an equation to be solved, a definition or no claim at all, and then nothing is said.

    ``named``: letters to which the document gave a value.  ``typeset``: spaces in the formula mean nothing.
    """
    from .quotes import doubted

    said = _not_asserted(claim, context)
    if said:
        return Outcome(NO_CLAIM, said, "no-claim")
    claim = _EVENT.sub("P =", claim)
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
            outcome = _letters_as_units(claim, reading, judge_reading(reading), named, typeset)
            anything = any(s.tree == Symbol("e") or s.tree is not None and _has_i(s.tree) for s in reading.sides)
            chain = len(reading.sides) > 2 and all(s.tree is not None and _has_i(s.tree) for s in reading.sides[1:])
            if anything and outcome.verdict != PROVED and not chain and not _COMPLEX.search(claim + context):
                return Outcome(NO_CLAIM, "a name that may stand for anything", "no-claim")
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


_EVENT = re.compile(r"^\s*\\?(?:P|Pr|mathbb\{P\}|text\{P\})\s*(?:\\left)?[(\[][^()=\[\]]*(?:[<>|]|\\mid|\\le|\\ge)[^()=\[\]]*[)\]]\s*(?==)")  # P(Z < 1.5) = ...
_COMPLEX = re.compile(
    r"(?<![A-Za-z\\])i\^\{?2|e\^\{?i|\d ?i\s*(?:\||\\right\|)|\\left\s*\|[^|=]*\di\b|\\overline\{[^{}]*\di|\\sqrt\{-|complex|imaginary|conjugate", re.I
)


def _has_i(tree: Expr) -> bool:
    """i as a name of its own, not as the index of a sum."""
    bound = {n.args[1] for n in walk(tree) if isinstance(n, Operation) and n.head in ("sum", "prod")}
    return any(n in (Symbol("i"), Symbol("I")) and n not in bound for n in walk(tree))


_LABEL = re.compile(r"^(?:[^=\d]|(?<=\^)\d|(?<=\^\{)\d(?=\})|(?<=_)\d|(?<=_\{)\d+(?=\})|\([^()=]*\))*$")


def _without_first(claim: str) -> Outcome | None:
    """What stands before the first sign of equality cannot be read: the rest is judged.  What it names may be anything."""
    head, sign, rest = claim.partition("=")
    if not sign or rest.count("=") > MAX_LINKS or not re.search(r"=|\\approx|≈|<|>", rest):
        return None
    if head.rstrip().endswith(("\\not", "!", "<", ">")) or head.count("{") != head.count("}"):
        return None
    found = judge_text(rest)
    if found.verdict == REFUTED or found.verdict == PROVED and _LABEL.match(head):
        return found
    return None


_COUNTS = re.compile(r"[-+−–*×÷·/^=≈<>≤≥\\]")


def _in_sentence(claim: str) -> Outcome | None:
    """Arithmetic between words: each piece of it is judged, the gravest verdict counts.  Signs outside of the pieces leave it open."""
    if "\\" in claim or any(word in claim for word in ("is false", "is wrong")):
        return None
    pieces = list(phrases.find(claim))
    if not pieces or [(0, len(claim))] == pieces:
        return None
    found = [judge_text(claim[begin:end]) for begin, end in pieces]
    for verdict in (REFUTED, UNDECIDED, NO_CLAIM):
        for outcome in found:
            if outcome.verdict == verdict:
                return outcome if verdict == REFUTED and not COUNT_WORDS.search(claim[pieces[0][1] :]) else None
    rest, place = "", 0
    for begin, end in pieces:
        rest, place = rest + claim[place:begin], end
    rest += claim[place:]
    return None if _COUNTS.search(rest) or COUNT_WORDS.search(claim[pieces[0][1] :]) else found[0]


def _letters_as_units(claim: str, reading: Reading, first: Outcome, named: frozenset[str], typeset: bool) -> Outcome:
    """``5\\,m = 500\\,cm``: in a formula letters are names, unless a space stands between a number and them, on all sides."""
    if first.verdict == PROVED or not reading.choices & {"letter-units", "spaced-letter-units"}:
        return first
    try:
        other = read(claim.lstrip("=& "), letters=True, other=frozenset({"letter-units"}))
    except Unreadable:
        return first
    told = [side for side in other.sides if side.tree is None or not is_name(side.tree)]
    if len(told) < 2 or any(s.measured is None or any(u.letter and u.text in named for u in s.measures) for s in told):
        return first
    found = judge_reading(replace(other, named=named))
    spaced = "spaced-letter-units" in reading.choices and (typeset or any(u.letter for s in told for u in s.measures))
    return found if found.verdict == PROVED or found.verdict == REFUTED and not spaced else first


def _other_readings(claim: str, reading: Reading, first: Outcome) -> Outcome:
    result = first
    choices = reading.choices
    others = [frozenset({c}) for c in sorted(choices)] + ([choices] if len(choices) > 1 else [])
    for other in others:
        try:
            found = judge_reading(replace(read(claim, other=other), named=reading.named))
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
    while len(rels) > 1 and rels[0] in ("eq", "approx") and sides[0].tree is not None and free_names(sides[0].tree):
        sides, rels = sides[1:], rels[1:]  # a formula, before its numbers are put in
    while len(rels) > 1 and rels[-1] in ("eq", "approx") and (sides[-1].tree is None or is_name(sides[-1].tree)):
        sides, rels = sides[:-1], rels[:-1]  # = 13 = RHS
    if not rels:
        return Outcome(NO_CLAIM, "a definition", "no-claim")
    if signs.has_both(sides):
        return signs.judge(sides, rels, lambda part: judge_reading(Reading(tuple(part), tuple(rels), reading.choices, reading.modulus, reading.degrees)))
    if unit_sense.in_other_units(sides) and rels[0] == "eq":
        return _told_in_other_units(sides, rels, reading)
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
    return runon.told(outcome, sides, rels) if outcome.verdict == REFUTED and len(rels) > 1 else outcome


def _told_in_other_units(sides: list[Side], rels: list[str], reading: Reading) -> Outcome:
    rest = judge_reading(Reading(tuple(sides[1:]), tuple(rels[1:]), reading.choices, reading.modulus, reading.degrees))
    if rest.verdict != PROVED:
        return rest
    same = measured.same(sides[0], sides[-1], reading.degrees, _Chain)
    if same is None or same.verdict == UNDECIDED:
        return Outcome(UNDECIDED, "a quantity in units that may convert", "claim-units")
    return Outcome(PROVED, f"{rest.reason}; the units convert") if same.verdict == PROVED else replace(same, link=0)


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
    chain = _Chain(sides, degrees, reading.named, "\\Delta" in reading.sides[0].text or "elta" in reading.sides[0].text)
    worst: Outcome | None = None
    proofs: list[str] = []
    for k, rel in enumerate(rels):
        found = chain.link(k, rel, reading.modulus)
        if found.verdict == REFUTED:
            return Outcome(REFUTED, found.reason, found.code, k, sides=found.sides)
        if found.verdict == UNDECIDED and worst is None:
            worst = Outcome(UNDECIDED, found.reason, found.code, k, sides=found.sides)
        proofs.append(found.reason)
    return worst or Outcome(PROVED, "; ".join(dict.fromkeys(proofs)), "")


__all__ = ["NO_CLAIM", "Outcome", "PROVED", "REFUTED", "UNDECIDED", "_Chain", "_flat", "_short", "judge_in_document", "judge_reading", "judge_text", "plain"]
