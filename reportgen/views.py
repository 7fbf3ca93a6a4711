"""What a template can say of a value: ``{{ x }}``, ``{{ x.decimal(6) }}``, ``{{ x.steps }}``.

Every view is the ledger's own text type (``Shown``); nothing else passes the template's gate.  A view that shows a
rounding has it certified first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import worked
from .derivation import Claim, Derivation, Rounded, Step, Table, value_of
from .diagnostics import Finding, FindingsError
from .drawing import entries
from .expressions import Expr, Number, Operation, expr, is_op, to_text
from .ledger import ORDER, Entry, Judged, Ledger
from .mathprint import NumberStyle, to_latex
from .pandoctree import Node, math, words
from .shown import Shown
from .wording import STRENGTH_MEANINGS, counterexample_shown, exact_form, plain_text, right_when_shown, unit_latex, unit_plain, verdict_text, where_text


@dataclass(frozen=True, slots=True)
class Context:
    """What every view needs: the ledger and how numerals look in the report's language."""

    ledger: Ledger
    style: NumberStyle


class View:
    """One entry of the ledger as the template sees it."""

    def __init__(self, context: Context, entry: Entry) -> None:
        self._context = context
        self._entry = entry

    # --- making Shown
    def _shown(self, view: str, expr: Expr, unit: str = "") -> Shown:
        latex = to_latex(expr, self._context.style)
        plain = plain_text(expr, self._context.style)
        if unit and is_op(expr, "and", "or"):      # x = 2 A and y = 1 A: the unit is each one's
            parts = [self._shown(view, part, unit) for part in expr.args]
            return Shown(self._entry.name, view, f" {expr.head} ".join(p.plain for p in parts),
                         f" \\text{{ {expr.head} }} ".join(p.latex or "" for p in parts), None, f" {expr.head} ".join(p.alt for p in parts))
        if unit:
            latex += unit_latex(unit)
            plain += unit_plain(unit)
        return Shown(self._entry.name, view, plain, latex, None, to_text(expr) + (f" {unit}" if unit else ""))

    def _text(self, view: str, text: str) -> Shown:
        return Shown(self._entry.name, view, text, None, None, text)

    def _listed(self, view: str, relations: tuple[Expr, ...]) -> Shown:
        """``a > 0, v > 0``, or the word none."""
        if not relations:
            return self._text(view, "none")
        latex = ",\\ ".join(to_latex(r, self._context.style) for r in relations)
        plain = ", ".join(to_text(r) for r in relations)
        return Shown(self._entry.name, view, plain, latex, None, plain)

    def _blocks(self, view: str, blocks: tuple[Node, ...], plain: str) -> Shown:
        return Shown(self._entry.name, view, plain, None, blocks, plain)

    def _show(self) -> Shown:
        """What ``{{ x }}`` is."""
        raise AttributeError(f"{self._entry.name} has no form of its own: choose a view, such as {', '.join(_views(self)[:3])}")

    # --- what everything has
    @property
    def verdict(self) -> Shown:
        """The weakest verdict of all its obligations, in words."""
        return self._text("verdict", verdict_text(_judged(self._context.ledger, self._entry)))

    @property
    def strength(self) -> Shown:
        found = _judged(self._context.ledger, self._entry)
        return self._text("strength", min((j.strength for j in found), key=ORDER.index, default="given"))

    @property
    def where(self) -> Shown:
        """The givens that it rests on, with their sources."""
        return self._text("where", where_text(self._context.ledger, self._entry.name, self._context.style))


class ValueView(View):
    """A given, a value, or a derivation's result."""

    @property
    def _value(self) -> Expr:
        if self._entry.value is None:
            raise AttributeError(f"{self._entry.name} has no value")
        return self._entry.value

    def _show(self) -> Shown:
        return self._shown("", self._value, self._entry.unit)

    @property
    def value(self) -> Shown:
        return self._shown("value", self._value)

    @property
    def exact(self) -> Shown:
        """The value as a fraction or closed form: 0.2 is shown as 1/5."""
        return self._shown("exact", exact_form(self._value))

    @property
    def list(self) -> Shown:
        """A vector's entries in a row, as one lists data in a sentence: 12, 15, 9."""
        found = entries(self._value)
        if found is None:
            raise AttributeError(f"{self._entry.name} is no vector, so it has no list of entries")
        style, unit = self._context.style, self._entry.unit
        mark = ";" if style.decimal == "," else ","
        plain = f"{mark} ".join(plain_text(e, style) for e in found) + unit_plain(unit)
        canonical = ", ".join(map(to_text, found)) + (f" {unit}" if unit else "")
        return Shown(self._entry.name, "list", plain, f"{mark}\\ ".join(to_latex(e, style) for e in found) + unit_latex(unit), None, canonical)

    def decimal(self, places: int) -> Shown:
        """The certified rounding to so many decimals, zeros kept; ties by the rule in report.toml."""
        return self._rounded(f"decimal({places})", self._value, places)

    def percent(self, places: int = 0) -> Shown:
        return self._rounded(f"percent({places})", Operation("mul", (Number("100"), self._value)), places, "%")

    def _rounded(self, view: str, value: Expr, places: int, unit: str = "") -> Shown:
        if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= 10_000:
            raise AttributeError("the number of decimal places is a whole number from 0 to 10000")
        judged = self._context.ledger.certify(self._entry.name, value, places)
        return self._shown(view, judged.obligation.statement.args[1], unit)

    @property
    def unit(self) -> Shown:
        unit = self._entry.unit
        return Shown(self._entry.name, "unit", unit_plain(unit).removeprefix("\u00a0"), unit_latex(unit).removeprefix("\\,"), None, unit)

    @property
    def name(self) -> Shown:
        """The name in formulas: the given's symbol, or the left side of the derived equation."""
        return self._shown("name", self._name())

    def _name(self) -> Expr:
        content = self._entry.content
        found = content.name if isinstance(content, Derivation) else getattr(content, "symbol", None)
        if found is None:
            raise AttributeError(f"{self._entry.name} has no name in formulas")
        return found

    symbol = name

    @property
    def equation(self) -> Shown:
        return self._shown("equation", Operation("eq", (self._name(), self._value)), self._entry.unit)

    @property
    def source(self) -> Shown:
        return self._text("source", self._entry.source)


class DerivationView(ValueView):
    @property
    def _derivation(self) -> Derivation:
        return self._entry.content

    @property
    def formula(self) -> Shown:
        return self._shown("formula", self._derivation.start)

    @property
    def conclusion(self) -> Shown:
        return self._shown("conclusion", self._derivation.conclusion)

    def line(self, number: int) -> Shown:
        """The line of this number: 0 is the start, -1 the last."""
        found = worked.lines(self._derivation)
        if not isinstance(number, int) or not -len(found) <= number < len(found):
            raise AttributeError(f"{self._entry.name} has lines 0 to {len(found) - 1}")
        return self._shown(f"line({number})", found[number])

    @property
    def substitution(self) -> Shown:
        """The line with the values in place."""
        step = self._substituted()
        if step is None:
            raise AttributeError(f"{self._entry.name} has no step that puts values in")
        return self._shown("substitution", step.after)

    def _substituted(self) -> Step | None:
        found = [s for s in self._derivation.steps if s.rule.startswith("substitute")]
        return found[-1] if found else None

    @property
    def chain(self) -> Shown:
        """Formula = substitution = result in one line, left sides that repeat left out."""
        picked = [self._derivation.start]
        step = self._substituted()
        for line in ([step.after] if step else []) + [self._derivation.conclusion]:
            if line != picked[-1]:
                picked.append(line)
        parts = [to_latex(picked[0], self._context.style)]
        for before, line in zip(picked, picked[1:]):
            if is_op(line, "eq") and is_op(before, "eq") and line.args[0] == before.args[0]:
                parts.append("= " + to_latex(line.args[1], self._context.style))
            else:
                parts.append(("\\quad\\Rightarrow\\quad " if is_op(line, "eq") else "= ") + to_latex(line, self._context.style))
        alt = " ; ".join(to_text(line) for line in picked)
        return Shown(self._entry.name, "chain", alt, " ".join(parts), None, alt)

    @property
    def assumptions(self) -> Shown:
        """What the derivation assumes."""
        return self._listed("assumptions", self._derivation.assumptions)

    @property
    def conditions(self) -> Shown:
        """The side conditions of all steps: those that the rules state, and those that only the judge met."""
        met = [c for conditions in open_conditions(self._entry).values() for c in conditions]
        return self._listed("conditions", tuple(dict.fromkeys([*(c for s in self._derivation.steps for c in s.conditions), *met])))

    @property
    def steps(self) -> "Steps":
        return Steps(self._blocks("steps", worked.steps_blocks(
            self._derivation, self._context.style, open_conditions=open_conditions(self._entry)), self._plain_steps()), self)

    def _compact(self) -> Shown:
        return self._blocks("steps(compact)", worked.steps_blocks(self._derivation, self._context.style, reasons=False), self._plain_steps())

    def _plain_steps(self) -> str:
        return "; ".join(to_text(line) for line in worked.lines(self._derivation))


class Steps:
    """``x.steps`` and ``x.steps("compact")``."""

    def __init__(self, shown: Shown, view: DerivationView) -> None:
        self._full, self._view = shown, view

    def _show(self) -> Shown:
        return self._full

    def __call__(self, form: str = "full") -> Shown:
        if form not in ("full", "compact"):
            raise AttributeError('steps are shown as steps or steps("compact")')
        return self._full if form == "full" else self._view._compact()


class ClaimView(View):
    @property
    def _claim(self) -> Claim:
        return self._entry.content

    def _show(self) -> Shown:
        return self.statement

    @property
    def statement(self) -> Shown:
        return self._shown("statement", self._claim.statement)

    formula = statement

    @property
    def left(self) -> "SideView":
        return SideView(self._context, self._entry, 0)

    @property
    def right(self) -> "SideView":
        return SideView(self._context, self._entry, 1)

    @property
    def assumptions(self) -> Shown:
        return self._listed("assumptions", self._claim.assumptions)

    @property
    def conditions(self) -> Shown:
        return self._listed("conditions", self._entry.judged[0].verdict.conditions)

    @property
    def counterexample(self) -> Shown:
        point = self._entry.judged[0].verdict.counterexample
        if not point:
            raise AttributeError(f"{self._entry.name} has no counterexample: it is {self._entry.judged[0].verdict.status.value}")
        return counterexample_shown(self._entry.name, point, self._context.style)

    @property
    def right_when(self) -> Shown:
        """Where a refuted claim is right after all: S = 1 or N + 2 P = 0."""
        return right_when_shown(self._entry.name, self._entry.judged[0].obligation, self._context.style)


class SideView(ValueView):
    """One side of a refuted claim at its counterexample: exact where it is rational, a certified decimal elsewhere."""

    def __init__(self, context: Context, entry: Entry, which: int) -> None:
        super().__init__(context, entry)
        self._which = which

    @property
    def _value(self) -> Expr:
        from .judge.counterexample import failing_at

        obligation, verdict = self._entry.judged[0].obligation, self._entry.judged[0].verdict
        relation = failing_at(obligation, verdict.counterexample) if verdict.counterexample or verdict.sides[0] else None
        if relation is None:
            raise AttributeError(f"{self._entry.name} has no counterexample with two values")
        return relation.args[self._which]

    def _show(self) -> Shown:
        from .judge import enclosure

        value = enclosure.evaluate(self._value)
        if isinstance(value, enclosure.Rational):
            return self._shown("right" if self._which else "left", expr(enclosure.as_fraction(value)))
        return self.decimal(6)

    def _rounded(self, view: str, value: Expr, places: int, unit: str = "") -> Shown:
        return super()._rounded(("right." if self._which else "left.") + view, value, places, unit)


class TableView(View):
    @property
    def _table(self) -> Table:
        return self._entry.content

    def _show(self) -> Shown:
        return self.table

    @property
    def table(self) -> Shown:
        block = worked.table_block(self._table, self._context.style, self._inlines)
        return self._blocks("table", (block,), self._plain_table())

    def _plain_table(self) -> str:
        """All cells as text: what the ledger keeps of the page."""
        return "; ".join(" | ".join(self._plain(cell, i, j) for j, cell in enumerate(row)) for i, row in enumerate(self._table.rows, start=1))

    def _plain(self, thing: object, row: int, column: int) -> str:
        if thing is None or isinstance(thing, str):
            return thing or ""
        if isinstance(thing, tuple) and not hasattr(thing, "value"):
            return "".join(p if isinstance(p, str) else plain_text(p, self._context.style) for p in thing)
        if isinstance(thing, Shown):
            return thing.plain
        if hasattr(thing, "places"):
            judged = self._context.ledger.certify(f"{self._entry.name}[{row},{column + 1}]", _expr_of(thing.value), thing.places)
            return plain_text(judged.obligation.statement.args[1], self._context.style)
        return plain_text(_expr_of(thing), self._context.style)

    def cell(self, row: int, column: int) -> Shown:
        """The value in a row and column, counted from 1."""
        try:
            thing = self._table.rows[row - 1][column - 1]
        except (IndexError, TypeError):
            raise AttributeError(f"{self._entry.name} has {len(self._table.rows)} rows of {len(self._table.columns)} cells") from None
        if isinstance(thing, str):
            return self._text(f"cell({row},{column})", thing)
        return self._shown(f"cell({row},{column})", _expr_of(thing))

    def _inlines(self, thing: object, row: int, column: int) -> list[Node]:
        if thing is None:
            return []
        if isinstance(thing, Rounded):
            judged = self._context.ledger.certify(f"{self._entry.name}[{row},{column + 1}]", _expr_of(thing.value), thing.places)
            return [math(to_latex(judged.obligation.statement.args[1], self._context.style))]
        if isinstance(thing, tuple) and not hasattr(thing, "value"):     # a caption: text with formulas in it
            return worked.caption_inlines(thing, self._context.style)
        if isinstance(thing, Shown):
            return [math(thing.latex)] if thing.latex is not None else words(thing.plain)
        return [math(to_latex(_expr_of(thing), self._context.style))]


class CorrectionsView(TableView):
    """Corrections are shown as their table; what it says of each statement is the judge's."""

    def _plain_table(self) -> str:
        return f"table {self._entry.name}"

    @property
    def _table(self) -> Table:
        return self._entry.content.table(self._context.ledger.judge)


class GroupView:
    """Several answers under one name: ``{{ layers.conv1.steps }}``, ``{% for d in layers %}``."""

    def __init__(self, context: Context, entry: Entry) -> None:
        self._parts = {key: view_of(context, context.ledger.entries[f"{entry.name}.{key}"]) for key in entry.content}
        self._name = entry.name

    def __getattr__(self, key: str) -> object:
        if key.startswith("_"):
            raise AttributeError(key)
        try:
            return self._parts[key]
        except KeyError:
            raise AttributeError(f"{self._name} has {', '.join(self._parts)}, not {key}") from None

    def _show(self) -> Shown:
        raise FindingsError(Finding("template-plain-text", f"{self._name} is a group of answers", hint="show one of its parts: "
                                    + ", ".join(f"{{{{ {self._name}.{key} }}}}" for key in self._parts)))

    def __getitem__(self, key: str) -> object:
        return self._parts[key]

    def __iter__(self) -> Iterator[object]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)


class FigureView:
    """A figure's name in a template: no text can hold it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _show(self) -> Shown:
        raise FindingsError(Finding("template-plain-text", f"{self._name} is a figure, which stands in a paragraph of its own",
                                    hint=f"write ![caption](figure:{self._name}){{#fig:{self._name}}}"))

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._show()


class ReportView:
    """``report`` in a template: what was proved, and how strongly."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def weakest(self) -> Shown:
        text = self._context.ledger.weakest()
        return Shown("report", "weakest", text, None, None, text)

    @property
    def strengths(self) -> Shown:
        """A table: how many obligations are established how strongly."""
        counts = self._context.ledger.counts()
        table = Table(("How established", "What that means", "Obligations"),
                      tuple((name, meaning, Number(str(counts[name]))) for name, meaning in STRENGTH_MEANINGS.items() if counts[name]), "llr")
        block = worked.table_block(table, self._context.style, lambda thing, row, column: [math(to_latex(_expr_of(thing), self._context.style))])
        return Shown("report", "strengths", "table of strengths", None, (block,), "table of strengths")


# --- making views ---------------------------------------------------------------------------------------------

_VIEWS = {"given": ValueView, "value": ValueView, "derivation": DerivationView, "claim": ClaimView, "table": TableView, "group": GroupView,
          "corrections": CorrectionsView}


def views(ledger: Ledger, style: NumberStyle) -> dict[str, object]:
    """The names that a template can use."""
    context = Context(ledger, style)
    found: dict[str, object] = {"report": ReportView(context)}
    for entry in ledger.entries.values():
        if "." not in entry.name:
            found[entry.name] = FigureView(entry.name) if entry.kind == "figure" else view_of(context, entry)
    return found


def view_of(context: Context, entry: Entry) -> object:
    maker = _VIEWS.get(entry.kind)
    if maker is None:
        maker = TableView if hasattr(entry.content, "rows") else View
    return maker(context, entry)


def _views(view: object) -> list[str]:
    return [name for name in dir(type(view)) if not name.startswith("_")]


def open_conditions(entry: Entry) -> dict[int, tuple[Expr, ...]]:
    """By number of the step: side conditions that the judge met and neither the assumptions nor the step state."""
    found: dict[int, tuple[Expr, ...]] = {}
    for judged in entry.judged:
        number = judged.obligation.name.rpartition("/")[2]
        if number.isdigit() and judged.verdict.conditions:
            found[int(number)] = judged.verdict.conditions
    return found


def _judged(ledger: Ledger, entry: Entry) -> list[Judged]:
    own = list(entry.judged)
    return own + [j for key, j in ledger.roundings.items() if j.obligation.name.startswith(entry.name + "/")]


def _expr_of(thing: object) -> Expr:
    return value_of(thing)


__all__ = ["Context", "Rounded", "View", "views"]
