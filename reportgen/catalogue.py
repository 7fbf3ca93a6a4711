"""The rules and the views, each with an example: what ``reportgen explain rules`` and README.md say of them.

Tests run every example, and compare the lists with what there is, so that neither can go stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleExample:
    """``before`` becomes ``after`` by ``call``, provided that ``conditions`` hold.

    ``start`` and ``lead``: the derivation that comes to ``before``, where it does not begin there; ``assume``: its assumptions.
    """

    rule: str
    before: str
    call: str
    after: str
    conditions: str = ""
    assume: tuple[str, ...] = ()
    start: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """What ``{{ x.view }}`` shows; ``call`` is how it is written, "" the value itself."""

    view: str
    call: str
    shows: str


RULES: dict[str, tuple[RuleExample, ...]] = {
    "Values and arithmetic": (
        RuleExample("substitute", "N + 2P", "substitute(N=32, P=0)", "32 + 2*0"),
        RuleExample("substitute_vector", "x_1^2 + x_2^2", 'substitute_vector("x", w)', "3^2 + 4^2"),
        RuleExample("expand_sum", "sum(x_i, i, 1, 3)", "expand_sum()", "x_1 + x_2 + x_3"),
        RuleExample("evaluate", "32 + 2*0 - 27", "evaluate()", "5"),
    ),
    "Algebra": (
        RuleExample("isolate", "O = N/S + 1", 'isolate("S")', "S = N/(O - 1)", "S != 0, O != 1"),
        RuleExample("quadratic_formula", "x^2 + 5x + 6 = 0", 'quadratic_formula("x")', "x = -2 or x = -3"),
        RuleExample("solve_system", "2x + 3y = 7 and x - y = 1", 'solve_system("x", "y")', "x = 2 and y = 1"),
        RuleExample("take", "x = 2 and y = 1", 'take("y")', "y = 1"),
        RuleExample("check_solutions", "x = 4 or x = 1", "check_solutions()", "x = 4", "", (), "sqrt(x) = x - 2",
                    'apply_to_both_sides("square"), rewrite("x = x^2 - 4*x + 4"), rewrite("x^2 - 5*x + 4 = 0"), quadratic_formula("x")'),
        RuleExample("add_both_sides", "x - 3 = y", "add_both_sides(3)", "x = y + 3"),
        RuleExample("subtract_both_sides", "x + 3 = y", "subtract_both_sides(3)", "x = y - 3"),
        RuleExample("multiply_both_sides", "x/S = y", 'multiply_both_sides("S")', "x = S*y", "S != 0"),
        RuleExample("divide_both_sides", "S*x = y", 'divide_both_sides("S")', "x = y/S", "S != 0"),
        RuleExample("swap_sides", "a < b", "swap_sides()", "b > a"),
        RuleExample("apply_to_both_sides", "y = exp(x)", 'apply_to_both_sides("ln")', "ln(y) = ln(exp(x))", "y > 0"),
        RuleExample("expand", "(x + 1)(x + 2)", "expand()", "x^2 + 3x + 2"),
        RuleExample("collect", "a*x + b*x + c", 'collect("x")', "x*(a + b) + c"),
        RuleExample("factor", "x^2 - 1", "factor()", "(x + 1)*(x - 1)"),
        RuleExample("cancel", "(x^2 - 1)/(x - 1)", "cancel()", "x + 1", "x != 1"),
        RuleExample("together", "1/x + 1/y", "together()", "(y + x)/(x*y)", "x != 0, y != 0"),
        RuleExample("rewrite", "x^2 + 2x", 'rewrite("(x + 1)^2 - 1", "Complete the square")', "(x + 1)^2 - 1"),
        RuleExample("simplify_to", "x + x + y", 'simplify_to("2x + y")', "2x + y"),
    ),
    "Matrices": (
        RuleExample("multiply_matrix_vector", "[[a, b], [c, d]]*[[x], [y]]", "multiply_matrix_vector()", "[[a*x + b*y], [c*x + d*y]]"),
        RuleExample("matrix_product", "[[1, 2]]*[[5, 6], [7, 8]]", "matrix_product()", "[[1*5 + 2*7, 1*6 + 2*8]]"),
        RuleExample("evaluate_entries", "[[2*3 + 1*0], [4*3]]", "evaluate_entries()", "[[6], [12]]"),
        RuleExample("add_matrices", "[[1, 2]] + [[3, 4]]", "add_matrices()", "[[1 + 3, 2 + 4]]"),
        RuleExample("scale_matrix", "k*[[a, b]]", "scale_matrix()", "[[k*a, k*b]]"),
        RuleExample("transpose", "transpose([[1, 2]])", "transpose()", "[[1], [2]]"),
        RuleExample("vec", "vec([[a, b], [c, d]])", "vec()", "[[a], [b], [c], [d]]"),
        RuleExample("reshape", "vec(y) = [[a], [b], [c], [d]]", "reshape(2, 2)", "y = [[a, b], [c, d]]"),
    ),
    "Logarithms": (
        RuleExample("log_of_product", "ln(a*b)", "log_of_product()", "ln(a) + ln(b)", "a > 0, b > 0"),
        RuleExample("log_of_quotient", "ln(a/b)", "log_of_quotient()", "ln(a) - ln(b)", "a > 0, b > 0"),
        RuleExample("log_of_power", "ln(a^n)", "log_of_power()", "n*ln(a)", "a > 0"),
        RuleExample("log_of_one", "ln(1) + ln(e)", "log_of_one()", "0 + 1"),
        RuleExample("log_inverse", "ln(e^x)", "log_inverse()", "x"),
        RuleExample("expand_logs", "ln(a*b^2/c)", "expand_logs()", "ln(a) + 2*ln(b) - ln(c)", "a > 0, b > 0, c > 0"),
        RuleExample("combine_logs", "a*ln(x) + b*ln(y)", "combine_logs()", "ln(x^a*y^b)", "x > 0, y > 0"),
        RuleExample("change_base", "log(x, 2)", "change_base()", "ln(x)/ln(2)", "x > 0"),
        RuleExample("collect_base", "ln(x)/ln(2)", "collect_base()", "log(x, 2)", "x > 0"),
    ),
    "Sums": (
        RuleExample("split_sum", "sum(a_i + b_i, i, 1, n)", "split_sum()", "sum(a_i, i, 1, n) + sum(b_i, i, 1, n)"),
        RuleExample("pull_constants", "sum(c*a_i, i, 1, n)", "pull_constants()", "c*sum(a_i, i, 1, n)"),
        RuleExample("sum_of_constant", "sum(c, i, 1, n)", "sum_of_constant()", "n*c", "n >= 0"),
        RuleExample("linearity", "sum(c*a_i + 1, i, 1, n)", "linearity()", "c*sum(a_i, i, 1, n) + n", "n >= 0"),
    ),
    "Calculus": (
        RuleExample("define", "f(z)", 'define("f(z)", "z^2"), a fact for start(..., assume=[...])', "f(z)"),
        RuleExample("unfold", "f(3)", 'unfold("f")', "3^2", "", ("f(z) = z^2",)),
        RuleExample("differentiate", "f = z^2", 'differentiate("z")', "diff(f, z) = 2*z"),
        RuleExample("tidy", "3*(2*z) - 0", "tidy()", "6*z"),
        RuleExample("limit_of", "f(x) = 1/x", 'limit_of("x", "inf")', "limit(f(x), x, inf) = 0"),
        RuleExample("evaluate_limit", "limit(1/x, x, inf)", "evaluate_limit()", "0"),
        RuleExample("integrate", "integral(3*x^2, x, 0, 2)", "integrate()", "2^3 - 0^3"),
        RuleExample("sign_table", "x^2 - 1", 'sign_table("x^2 - 1", "x"), an answer of its own', "x^2 - 1"),
    ),
}
NO_RULES = frozenset({"define", "sign_table"})      # called by themselves, not in .then(...)

VIEWS: dict[str, tuple[ViewEntry, ...]] = {
    "every given and answer": (
        ViewEntry("verdict", "verdict", "what the judge says of all its steps, in words"),
        ViewEntry("strength", "strength", "the weakest of its verdicts, one word: exact"),
        ViewEntry("where", "where", "the givens that it rests on, with their sources"),
    ),
    "values: givens, derivations, Value": (
        ViewEntry("", "", "the exact value with its unit"),
        ViewEntry("value", "value", "without the unit"),
        ViewEntry("exact", "exact", "as a fraction or closed form: 1/5 where 0.2 was given"),
        ViewEntry("list", "list", "a vector's entries in a row, for a sentence: 12, 15, 9"),
        ViewEntry("decimal", "decimal(2)", "the certified rounding to two decimals, without the unit, zeros kept, ties to the even digit"),
        ViewEntry("percent", "percent(1)", "a hundred times the value, rounded to one decimal, with %"),
        ViewEntry("unit", "unit", "the unit"),
        ViewEntry("name", "name", "its name in formulas"),
        ViewEntry("symbol", "symbol", "the same"),
        ViewEntry("equation", "equation", "name = value"),
        ViewEntry("source", "source", "a given's source"),
    ),
    "derivations": (
        ViewEntry("steps", "steps", "every line, with what was done and under which condition; stands alone in its paragraph"),
        ViewEntry("steps", 'steps("compact")', "the lines only"),
        ViewEntry("formula", "formula", "the first line"),
        ViewEntry("substitution", "substitution", "the line with the values in place"),
        ViewEntry("conclusion", "conclusion", "the last line"),
        ViewEntry("line", "line(2)", "a line by its number, 0 for the first, -1 for the last"),
        ViewEntry("chain", "chain", "formula = substitution = result in one line"),
        ViewEntry("assumptions", "assumptions", "what is assumed"),
        ViewEntry("conditions", "conditions", "what must hold beside that"),
    ),
    "claims": (
        ViewEntry("statement", "statement", "the statement"),
        ViewEntry("formula", "formula", "the same"),
        ViewEntry("assumptions", "assumptions", "what is assumed"),
        ViewEntry("conditions", "conditions", "what must hold beside that"),
        ViewEntry("counterexample", "counterexample", "a point at which it fails"),
        ViewEntry("right_when", "right_when", "where a refuted claim is right after all"),
        ViewEntry("left", "left", "the left side's value there, with the views of a value"),
        ViewEntry("right", "right", "the right side's"),
    ),
    "tables and corrections": (
        ViewEntry("table", "table", "the table; stands alone in its paragraph"),
        ViewEntry("cell", "cell(1, 2)", "the value in the first row and second column"),
    ),
    "report": (
        ViewEntry("weakest", "weakest", "the weakest verdict of the whole report"),
        ViewEntry("strengths", "strengths", "a table: how many steps are established how strongly"),
    ),
}


def rules() -> tuple[RuleExample, ...]:
    return tuple(example for group in RULES.values() for example in group)


def result_of(example: RuleExample) -> str:
    if example.rule == "define":
        return "lets unfold and differentiate open f"
    if example.rule == "sign_table":
        return "where it is positive, zero, negative"
    return example.after + (f"   ({example.conditions})" if example.conditions else "")


def rules_text() -> str:
    """All rules for a terminal."""
    lines = []
    for title, group in RULES.items():
        lines += [title, *aligned([(f"  {e.before}", e.call, "->", result_of(e)) for e in group]), ""]
    return "\n".join([*lines, "One of them: reportgen explain RULE.  In answers.py: from reportgen.rules import isolate, substitute, evaluate"])


def views_text(views: Iterable[tuple[str, Sequence[ViewEntry]]] = tuple(VIEWS.items())) -> str:
    """Views for a terminal."""
    lines = []
    for title, group in views:
        name = "report" if title == "report" else "x"
        lines += [title[0].upper() + title[1:], *aligned([(f"  {{{{ {name}{'.' if v.call else ''}{v.call} }}}}", v.shows) for v in group]), ""]
    return "\n".join([*lines, "A part of a group is {{ group.part }}, all of them {% for d in group %}{{ d.steps }}{% endfor %}.  A figure is "
                      "![caption](figure:name){#fig:name}."])


def readme_rules() -> str:
    """The table of rules in README.md."""
    rows = ["| | rule | does |", "| --- | --- | --- |"]
    for title, group in RULES.items():
        for number, e in enumerate(group):
            rows.append(f"| {title if number == 0 else ''} | `{e.call.partition(', a')[0] if e.rule in NO_RULES else e.call}` | {_change(e)} |")
    return "\n".join(rows)


def _change(example: RuleExample) -> str:
    if example.rule in NO_RULES:
        return result_of(example)
    under = f" ({', '.join(f'`{c}`' for c in example.conditions.split(', '))})" if example.conditions else ""
    return f"`{example.before}` → `{example.after}`{under}"


def readme_views() -> str:
    """The table of views in README.md."""
    rows = ["| of | view | shows |", "| --- | --- | --- |"]
    for title, group in VIEWS.items():
        name = "report" if title == "report" else "x"
        rows += [f"| {title if number == 0 else ''} | `{{{{ {name}{'.' if v.call else ''}{v.call} }}}}` | {v.shows} |" for number, v in enumerate(group)]
    return "\n".join(rows)


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows in columns as wide as their widest cell; the last one is left as it is."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
