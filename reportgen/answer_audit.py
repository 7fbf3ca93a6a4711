"""Numbers in the texts of answers: labels of figures, cells and captions of tables, captions of steps.

Each must be a value that the answer's function was given (of tables and steps also one that they hold), a certified
rounding of one, or declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from reportgen.derivation import Claim, Derivation, Step, Table, Value
from reportgen.diagnostics import Finding, FindingsError
from reportgen.expressions import Expr, Number, is_op, rational_value, symbols, to_text, walk
from reportgen.figures import Figure, audit_texts
from reportgen.ledger import Entry, Ledger, rounded_literal

MAX_PLACES = 15  # a label with more decimals is not meant to be read


def text_findings(entry: Entry, ledger: Ledger, declared: Iterable[str]) -> tuple[Finding, ...]:
    """A finding (typed-number) for each numeral in the texts of a table or derivation that comes from no value of theirs."""
    texts = tuple(dict.fromkeys(_texts(entry.content)))
    if not audit_texts(texts, declared):      # the common case: nothing to compare
        return ()
    expressions = [*expressions_of(entry.content), *(e for name in entry.uses if name in ledger.entries for e in expressions_of(ledger.entries[name].content))]
    scalars = list(dict.fromkeys(_scalars(expressions)))
    return tuple(
        Finding("typed-number", f"a text of {entry.name} holds {numeral}, which is no value of this answer", entry.span,
                "put the value there as a formula: (\"costs \", price.value, \" euros\"), or declare the text in report.toml")
        for numeral in audit_texts(texts, {*declared, *_literals(expressions)}) if not _is_rounding(numeral, scalars))


def _texts(content: object) -> Iterator[str]:
    """The words of a table or derivation; a caption is words and formulas in turn."""
    if isinstance(content, Derivation):
        for step in _all_steps(content.steps):
            yield " ".join(piece for piece in step.caption if isinstance(piece, str))
    elif isinstance(content, Table):
        yield content.caption
        for cell in (*content.columns, *(c for row in content.rows for c in row)):
            if isinstance(cell, str):
                yield cell
            elif isinstance(cell, tuple):
                yield " ".join(piece for piece in cell if isinstance(piece, str))
            else:
                yield from _texts(cell)


def _all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all_steps(step.substeps)


def figure_findings(entry: Entry, ledger: Ledger, declared: Iterable[str]) -> tuple[Finding, ...]:
    """A finding (figure-number) for each numeral in the figure's texts that comes from no value it was given."""
    figure = entry.content
    if not isinstance(figure, Figure):
        return ()
    expressions = [e for name in entry.uses if name in ledger.entries for e in expressions_of(ledger.entries[name].content)]
    allowed = {*declared, *_literals(expressions)}
    scalars = list(dict.fromkeys(_scalars(expressions)))
    return tuple(
        Finding("figure-number", f"the figure {entry.name} shows {numeral}, which is no value that its function was given", entry.span,
                "let its function take the value as a parameter and format that, or declare the text in report.toml")
        for numeral in audit_texts(figure.texts, allowed) if not _is_rounding(numeral, scalars))


def expressions_of(content: object) -> Iterator[Expr]:
    """The expressions that an answer holds: of a derivation what it starts with and all that follows."""
    if isinstance(content, Expr):
        yield content
    elif isinstance(content, Derivation):
        yield content.start
        for step in content.steps:
            yield step.after
    elif isinstance(content, Claim):
        yield content.statement
    elif isinstance(content, Table):
        for row in content.rows:
            yield from expressions_of(row)
    elif isinstance(content, Mapping):
        for part in content.values():
            yield from expressions_of(part)
    elif isinstance(content, (tuple, list)):
        for part in content:
            yield from expressions_of(part)
    elif isinstance(content, Value) or isinstance(getattr(content, "value", None), Expr):  # a given
        yield content.value


def _literals(expressions: Iterable[Expr]) -> Iterator[str]:
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Number):
                yield node.text
            value = rational_value(node)
            if value is not None and (text := _decimal(value)) is not None:
                yield text


def _decimal(value: Fraction) -> str | None:
    """The decimal of a rational whose expansion ends soon: 1/5 is 0.2."""
    for places in range(MAX_PLACES + 1):
        if (value * 10 ** places).denominator == 1:
            digits = str(abs(value.numerator) * 10 ** places // value.denominator).rjust(places + 1, "0")
            return f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return None


def _scalars(expressions: Iterable[Expr]) -> Iterator[Expr]:
    """What could be shown rounded: closed values, the right sides of equations, the entries of matrices."""
    for expression in expressions:
        if is_op(expression, "eq"):
            yield from _scalars(expression.args)
        elif is_op(expression, "matrix", "row", "tuple"):
            yield from _scalars(expression.args)
        elif not symbols(expression):
            yield expression


def _is_rounding(numeral: str, scalars: Iterable[Expr]) -> bool:
    """True where the numeral is the certified rounding of one of the values to as many places as it shows."""
    plain = numeral.replace(",", "")
    whole, point, part = plain.partition(".")
    if not (whole + part).isascii() or not (whole + part).isdigit() or len(part) > MAX_PLACES:
        return False
    for scalar in scalars:
        try:
            rounded = rounded_literal("", scalar, len(part))
        except (FindingsError, ValueError, TypeError, ArithmeticError):
            continue  # no number, or none that could be certified: it explains nothing
        shown = rounded.args[0] if is_op(rounded, "neg") else rounded
        if to_text(shown) == plain:
            return True
    return False


