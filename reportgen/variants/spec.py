"""variants.toml: how values are drawn, what must hold of them, which columns are texts, which answers are asked.

    texts = ["group"]                       # further columns of the data that are texts, as id and name are
    distinct = true                         # no two variants alike in what is drawn or given
    hold = ["size in ZZ", "p < q"]          # must hold of every variant, about givens and answers

    [asked]                                 # the answers of the marking sheet, with their decimal places
    size = 0
    bce = 6

    [draw]                                  # for --seed: one line a given
    N = { integers = [16, 64], step = 16 }
    rate = { decimals = ["0.1", "0.9"], step = "0.1", except = ["0.5"] }
    base = { choices = [2, "1/3", "sqrt(2)"], weights = [2, 1, 1] }
    noise = { normal = ["10", "2"], step = "0.5", within = ["5", "15"] }
    w = { integers = [-5, 5], except = [0], shape = [3] }     # a vector; shape = [2, 3] is a matrix

    [range]                                 # for values from data as for drawn ones
    rate = ["0", "1"]
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from reportgen.config import did_you_mean, kind, load_toml
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.expressions import Expr, ParseError, expr, parse, rational_value, to_text
from reportgen.givens import Given, InexactText, exact_value
from reportgen.toml_places import Places, places
from reportgen.variants.constraints import names_in

MOST_VALUES = 1_000_000     # that one draw chooses among
TEXTS = ("name",)           # columns that are texts without being listed
_KEYS = ("texts", "distinct", "hold", "asked", "draw", "range")
_KINDS = ("integers", "decimals", "choices", "normal")
_FIELDS = {"integers": ("step", "except", "shape"), "decimals": ("step", "except", "shape"), "choices": ("weights", "shape"),
           "normal": ("step", "within", "except", "shape")}
Path_ = tuple["str | int", ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """How one given is drawn: the values in order, and up to which of ``total`` equal chances each one reaches.

    ``shape``: () for a number, (n,) for a vector, (n, m) for a matrix; each entry is drawn by itself.
    """

    name: str
    values: tuple[Expr, ...]
    upto: tuple[int, ...]
    shape: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return self.upto[-1]


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of every variant: the text as written, its tree, and the names in it."""

    text: str
    statement: Expr
    names: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Spec:
    """What variants.toml says; everything empty where there is no such file."""

    texts: tuple[str, ...] = TEXTS
    distinct: bool = False
    hold: tuple[Rule, ...] = ()
    asked: Mapping[str, int] | None = None      # None: what only the parts for teachers show
    draws: tuple[Draw, ...] = ()
    ranges: Mapping[str, tuple[Fraction, Fraction]] | None = None
    path: Path | None = None


def read_spec(folder: Path, givens: Mapping[str, Given], answers: tuple[str, ...]) -> Spec:
    """The Spec of a report; ``answers`` are the names of its answers.

    Raises FindingsError with all the findings: variants-invalid, file-unreadable.
    """
    path = folder / "variants.toml"
    if not path.exists():
        return Spec()
    text, table = load_toml(path, "variants-invalid")
    reader = _Reader(path, places(text), givens, answers)
    spec = reader.spec(table)
    if reader.findings:
        raise FindingsError(*sorted(reader.findings, key=lambda finding: finding.span))
    return spec


class _Reader:
    def __init__(self, path: Path, where: Places, givens: Mapping[str, Given], answers: tuple[str, ...]) -> None:
        self.path, self.file, self.where = path, str(path), where
        self.givens, self.answers = givens, answers
        self.findings: list[Finding] = []

    def wrong(self, path: Path_, message: str, hint: str = "", *, key: bool = False) -> None:
        place = self.where.key if key else self.where.value
        self.findings.append(Finding("variants-invalid", message, place(self.file, path), hint))

    def spec(self, table: Mapping[str, object]) -> Spec:
        for key in table:
            if key not in _KEYS:
                self.wrong((key,), f"variants.toml has no entry called {key!r}", did_you_mean(key, _KEYS), key=True)
        distinct = table.get("distinct", False)
        if not isinstance(distinct, bool):
            self.wrong(("distinct",), f"distinct is true or false, not {kind(distinct)}", "write distinct = true")
        return Spec(self.texts(table), distinct is True, self.hold(table), self.asked(table), self.draws(table), self.ranges(table), self.path)

    def texts(self, table: Mapping[str, object]) -> tuple[str, ...]:
        found = [name for name in TEXTS if name not in self.givens]
        for index, name in self.items(table, "texts", 'texts = ["group"]'):
            if not isinstance(name, str) or not (name.isidentifier() and name.isascii()) or name.startswith("_"):
                self.wrong(("texts", index), f"{name!r} cannot be the name of a column of texts", "use letters, digits and _")
            elif name in self.givens or name == "id":
                self.wrong(("texts", index), f"{name} is {'the id' if name == 'id' else 'a given'}, not a column of texts", "take it out of the list")
            elif name not in found:
                found.append(name)
        return tuple(found)

    def items(self, table: Mapping[str, object], key: str, example: str) -> list[tuple[int, object]]:
        value = table.get(key, [])
        if not isinstance(value, list):
            self.wrong((key,), f"{key} is a list, not {kind(value)}", f"write {example}")
            return []
        return list(enumerate(value))

    def tables(self, table: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((key,), f"{key} is a table, not {kind(value)}", f"write [{key}]")
        return {}

    def given(self, path: Path_, name: str) -> bool:
        if name in self.givens:
            return True
        self.wrong(path, f"{name} is no given", did_you_mean(name, self.givens), key=True)
        return False

    # --- rules

    def hold(self, table: Mapping[str, object]) -> tuple[Rule, ...]:
        rules = []
        known = {to_text(g.symbol): name for name, g in self.givens.items()}
        for index, text in self.items(table, "hold", 'hold = ["p < q"]'):
            path = ("hold", index)
            if not isinstance(text, str):
                self.wrong(path, f"a rule is a text, not {kind(text)}", 'write "p < q"')
                continue
            try:
                statement = parse(text, "plain")
            except ParseError as error:
                self.wrong(path, f"{text!r} is no statement: {error.message}", 'write a relation such as "p < q" or "size in ZZ"')
                continue
            if getattr(statement, "head", "") not in ("eq", "ne", "lt", "le", "gt", "ge", "element", "and", "or", "not", "implies", "iff"):
                self.wrong(path, f"{text!r} states nothing", 'write a relation such as "p < q" or "size in ZZ"')
                continue
            names, strangers = names_in(statement, [*self.givens, *self.answers])
            for name in strangers:
                hint = f"write the given's name: {known[name]}" if name in known else did_you_mean(name, [*self.givens, *self.answers])
                self.wrong(path, f"{text!r} names {name}, which is neither a given nor an answer", hint)
            if not names and not strangers:
                self.wrong(path, f"{text!r} names no given and no answer")
            rules.append(Rule(text, statement, names, self.where.value(self.file, path)))
        return tuple(rules)

    def asked(self, table: Mapping[str, object]) -> Mapping[str, int] | None:
        if "asked" not in table:
            return None
        found: dict[str, int] = {}
        for name, digits in self.tables(table, "asked").items():
            if name.partition(".")[0] not in self.answers:
                self.wrong(("asked", name), f"{name} is no answer", did_you_mean(name, self.answers), key=True)
            elif isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 1000:
                self.wrong(("asked", name), f"{name} is asked to a number of decimal places, not to {digits!r}", f"write {name} = 2")
            else:
                found[name] = digits
        return found

    def ranges(self, table: Mapping[str, object]) -> Mapping[str, tuple[Fraction, Fraction]]:
        found = {}
        for name, value in self.tables(table, "range").items():
            if self.given(("range", name), name):
                pair = self.pair(("range", name), value)
                if pair is not None:
                    found[name] = pair
        return found

    # --- draws

    def draws(self, table: Mapping[str, object]) -> tuple[Draw, ...]:
        found = []
        for name, entry in self.tables(table, "draw").items():
            path = ("draw", name)
            if not self.given(path, name):
                continue
            kinds = [k for k in _KINDS if isinstance(entry, dict) and k in entry]
            if not isinstance(entry, dict) or len(kinds) != 1:
                self.wrong(path, f"the draw of {name} is one of {', '.join(_KINDS)}", "write N = { integers = [1, 10] }")
                continue
            (how,) = kinds
            strangers = [key for key in entry if key != how and key not in _FIELDS[how]]
            for key in strangers:
                self.wrong((*path, key), f"a draw of {how} has no {key!r}", did_you_mean(key, _FIELDS[how]), key=True)
            before = len(self.findings)
            chances = getattr(self, "_" + how)(path, entry)
            if chances is None or strangers:
                continue
            for index, value in enumerate(self.listed(path, entry, "except")):
                chances = [(v, weight) for v, weight in chances if v != value]
                if value is None:
                    self.wrong((*path, "except", index), "this is no exact number")
            chances = [(v, weight) for v, weight in chances if weight]
            shape = self.shape((*path, "shape"), entry.get("shape", []))
            if not chances:
                self.wrong(path, f"there is nothing to choose from for {name}", "make the range wider, or take values out of except")
            elif len(self.findings) == before:
                values = tuple(v if not isinstance(v, Fraction) else expr_of(v) for v, _ in chances)
                found.append(Draw(name, values, tuple(accumulate(weight for _, weight in chances)), shape))
        return tuple(found)

    def _integers(self, path: Path_, entry: Mapping[str, object]) -> list[tuple[object, int]] | None:
        return self._grid(path, entry, "integers", Fraction(1), whole=True)

    def _decimals(self, path: Path_, entry: Mapping[str, object]) -> list[tuple[object, int]] | None:
        if "step" not in entry:
            self.wrong(path, "decimals need a step", 'write { decimals = ["0.1", "0.9"], step = "0.1" }')
            return None
        return self._grid(path, entry, "decimals", None)

    def _grid(self, path: Path_, entry: Mapping[str, object], key: str, step: Fraction | None, whole: bool = False) -> list[tuple[object, int]] | None:
        pair = self.pair((*path, key), entry[key])
        if "step" in entry or step is None:
            step = self.number((*path, "step"), entry.get("step"))
        if pair is None or step is None:
            return None
        low, high = pair
        if step <= 0:
            self.wrong((*path, "step"), "a step is greater than zero")
            return None
        if whole and (low.denominator, high.denominator, step.denominator) != (1, 1, 1):
            self.wrong((*path, key), "integers go from a whole number to a whole number, in whole steps", "write decimals, with a step")
            return None
        count = math.floor((high - low) / step) + 1
        if count > MOST_VALUES:
            self.wrong((*path, key), f"there are {count} values to choose from, more than {MOST_VALUES}", "make the step larger")
            return None
        return [(low + i * step, 1) for i in range(count)]

    def _choices(self, path: Path_, entry: Mapping[str, object]) -> list[tuple[object, int]] | None:
        values = self.listed(path, entry, "choices", expressions=True)
        weights = entry.get("weights", [1] * len(values))
        if not isinstance(weights, list) or len(weights) != len(values) or not all(type(w) is int and 0 <= w <= 10**6 for w in weights):
            self.wrong((*path, "weights"), "weights are whole numbers, one a choice", f"write weights = {[1] * len(values)}")
            return None
        return list(zip(values, weights)) if None not in values else None

    def _normal(self, path: Path_, entry: Mapping[str, object]) -> list[tuple[object, int]] | None:
        """The normal distribution on a grid: each point's chance is its density, rounded to 1 in 2^40 of the highest.

        Densities are computed in decimal arithmetic, whose exponential is correctly rounded: the same on each machine.
        """
        both = self.listed(path, entry, "normal")
        step = self.number((*path, "step"), entry.get("step")) if "step" in entry else None
        if len(both) != 2 or None in both or both[1] <= 0 or step is None or step <= 0:
            self.wrong((*path, "normal"), "a normal distribution has a mean, a standard deviation above zero, and the step of its grid",
                       'write { normal = ["10", "2"], step = "0.5" }')
            return None
        mean, deviation = both
        pair = self.pair((*path, "within"), entry["within"]) if "within" in entry else (mean - 4 * deviation, mean + 4 * deviation)
        if pair is None:
            return None
        first, last = math.ceil(pair[0] / step), math.floor(pair[1] / step)
        if last - first > MOST_VALUES:
            self.wrong((*path, "step"), f"there are more than {MOST_VALUES} values to choose from", "make the step larger")
            return None
        with decimal.localcontext(decimal.Context(prec=40)) as context:
            def density(value: Fraction) -> int:
                exponent = -((value - mean) / deviation) ** 2 / 2
                power = context.divide(decimal.Decimal(exponent.numerator), decimal.Decimal(exponent.denominator))
                return int(context.multiply(power.exp(context), decimal.Decimal(2**40)))
            return [(i * step, density(i * step)) for i in range(first, last + 1)]

    # --- pieces

    def number(self, path: Path_, value: object) -> Fraction | None:
        """A rational number that is written as an integer or an exact text."""
        found = self.exact(path, value)
        number = None if found is None else _rational(found)
        if found is not None and number is None:
            self.wrong(path, f"{to_text(found)} is not rational")
        return number

    def exact(self, path: Path_, value: object) -> Expr | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return expr(value)
        if isinstance(value, str):
            try:
                return exact_value(value, whole=False)
            except InexactText as error:
                self.wrong(path, str(error), error.hint)
                return None
        self.wrong(path, f"a value is an exact number, not {kind(value)}", 'write an integer, or a text such as "0.2"')
        return None

    def listed(self, path: Path_, entry: Mapping[str, object], key: str, *, expressions: bool = False) -> list:
        value = entry.get(key, [])
        if not isinstance(value, list):
            self.wrong((*path, key), f"{key} is a list, not {kind(value)}", f'write {key} = ["0.5"]')
            return []
        made = [(self.exact if expressions else self.number)((*path, key, i), item) for i, item in enumerate(value)]
        return made

    def pair(self, path: Path_, value: object) -> tuple[Fraction, Fraction] | None:
        if not isinstance(value, list) or len(value) != 2:
            self.wrong(path, f"{path[-1]} has a least and a greatest value", f"write {path[-1]} = [1, 10]")
            return None
        low, high = (self.number((*path, i), item) for i, item in enumerate(value))
        if low is None or high is None:
            return None
        if low > high:
            self.wrong(path, f"the least value, {low}, is above the greatest, {high}")
            return None
        return low, high

    def shape(self, path: Path_, value: object) -> tuple[int, ...]:
        if isinstance(value, list) and len(value) <= 2 and all(type(n) is int and 1 <= n <= 1000 for n in value):
            return tuple(value)
        self.wrong(path, "a shape is the length of a vector, or the rows and columns of a matrix", "write shape = [3]")
        return ()


def expr_of(value: Fraction) -> Expr:
    """A rational as one would write it: a decimal where it has one of at most 12 places, else a quotient."""
    places = next((n for n in range(13) if (value * 10**n).denominator == 1), None)
    if not places:
        return expr(value)
    from reportgen.ledger import decimal_literal
    return decimal_literal(value, places)


def _rational(value: Expr) -> Fraction | None:
    found = rational_value(value)
    if found is None:
        from reportgen.judge import enclosure
        ball = enclosure.evaluate(value)
        found = enclosure.as_fraction(ball) if isinstance(ball, enclosure.Rational) else None
    return found


__all__ = ["Draw", "Rule", "Spec", "expr_of", "read_spec"]
