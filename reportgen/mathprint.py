"""Expression -> LaTeX, in the order in which it was written; nothing is evaluated, sorted or combined.

What is printed reads back as the same tree (``parse(to_latex(e)) == e``).  Only numerals depend on a style:
thousands separator and decimal mark of the report's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .expressions.lexer import GREEK
from .expressions.parser import DEFAULT_FUNCTIONS
from .expressions.tree import Expr, Number, Operation, Symbol, is_op, rational_value


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numerals look: ``thousands`` and ``decimal`` as plain text, groups from ``group_from`` digits on."""

    thousands: str = ","
    decimal: str = "."
    group_from: int = 5


LANGUAGE_STYLES = {"en": NumberStyle(), "de": NumberStyle("\u202f", ","), "fr": NumberStyle("\u202f", ","), "es": NumberStyle("\u202f", ",")}
_TEX_SEPARATORS = {",": "{,}", ".": "{.}", "\u202f": "\\,", " ": "\\,", "": ""}


def style_for(language: str) -> NumberStyle:
    """The number style of a language tag (``en``, ``de-CH``...); English where the language has no row."""
    return LANGUAGE_STYLES.get(language.split("-")[0], LANGUAGE_STYLES["en"])


def numeral(text: str, style: NumberStyle = LANGUAGE_STYLES["en"], *, tex: bool = False) -> str:
    """A decimal literal with the style's separators: ``61706`` -> ``61,706``; zeros at the end are kept."""
    whole, dot, part = text.partition(".")
    if len(whole) >= style.group_from:
        separator = _TEX_SEPARATORS.get(style.thousands, style.thousands) if tex else style.thousands
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", lambda _: separator, whole)     # a function: the TeX has backslashes
    if not dot:
        return whole
    mark = "{" + style.decimal + "}" if tex and style.decimal != "." else style.decimal
    return whole + mark + part


_FUNCTIONS = {"ln": "\\ln", "log": "\\log", "exp": "\\exp", "sin": "\\sin", "cos": "\\cos", "tan": "\\tan", "cot": "\\cot", "sec": "\\sec",
              "csc": "\\csc", "asin": "\\arcsin", "acos": "\\arccos", "atan": "\\arctan", "sinh": "\\sinh", "cosh": "\\cosh", "tanh": "\\tanh",
              "det": "\\det", "min": "\\min", "max": "\\max"}
_TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"})
_RELATIONS = {"eq": "=", "ne": "\\neq", "lt": "<", "le": "\\le", "gt": ">", "ge": "\\ge", "approx": "\\approx", "element": "\\in"}
_SETS = {"ZZ": "\\mathbb{Z}", "NN": "\\mathbb{N}", "RR": "\\mathbb{R}", "QQ": "\\mathbb{Q}"}
_ACCENTS = {"hat": "hat", "bar": "bar", "tilde": "tilde", "dot": "dot"}
_FENCED = {"abs": ("\\lvert", "\\rvert"), "norm": ("\\lVert", "\\rVert"), "floor": ("\\lfloor", "\\rfloor"), "ceil": ("\\lceil", "\\rceil")}

(_IFF, _IMPLIES, _OR, _AND, _NOT, _RELATION, _SUM, _SIGN, _PRODUCT, _POWER, _ATOM) = range(11)
_LEVELS = {"iff": _IFF, "implies": _IMPLIES, "or": _OR, "and": _AND, "not": _NOT, "add": _SUM, "neg": _SIGN, "mul": _PRODUCT,
           "sum": _PRODUCT, "prod": _PRODUCT, "limit": _PRODUCT, "diff": _PRODUCT, "integral": _ATOM, "pow": _POWER, "transpose": _POWER, "factorial": _POWER}
_TALL = ("\\frac", "\\sum", "\\prod", "\\begin", "\\lim", "\\left", "\\binom", "^{")


def to_latex(value: Expr, style: NumberStyle = LANGUAGE_STYLES["en"]) -> str:
    """TeX of the tree, without delimiters."""
    return _Printer(style).show(value)


def symbol_latex(name: str) -> str:
    """TeX of a name: ``lambda`` -> ``\\lambda``, ``y_hat`` -> ``\\hat{y}``, ``F_in`` -> ``F_{\\mathrm{in}}``."""
    if name in _SETS:
        return _SETS[name]
    if name == "inf":
        return "\\infty"
    if name == "e":
        return "\\mathrm{e}"
    base, *rest = name.split("_")
    shown = "\\" + base if base in GREEK or base == "pi" else base if len(base) == 1 else f"\\mathrm{{{base}}}"
    below = []
    for part in rest:
        if part in _ACCENTS:
            shown = f"\\{_ACCENTS[part]}{{{shown}}}"
        else:
            below.append(part)
    return shown + (f"_{{\\mathrm{{{'_'.join(below)}}}}}" if below else "")


class _Printer:
    def __init__(self, style: NumberStyle) -> None:
        self.style = style

    def show(self, value: Expr) -> str:
        if isinstance(value, Number):
            return numeral(value.text, self.style, tex=True)
        if isinstance(value, Symbol):
            return symbol_latex(value.name)
        method = getattr(self, "show_" + value.head, None)
        if method is not None:
            return method(value.args)
        if value.head in _RELATIONS:
            return f"{self.at(value.args[0], _SUM)} {_RELATIONS[value.head]} {self.at(value.args[1], _SUM)}"
        if value.head in _FENCED:
            left, right = _FENCED[value.head]
            inner = self.show(value.args[0])
            stretch = any(tall in inner for tall in _TALL)
            below = f"_{{{self.show(value.args[1])}}}" if len(value.args) > 1 else ""
            return (f"\\left{left} {inner} \\right{right}" if stretch else f"{left} {inner} {right}") + below
        if value.head in _FUNCTIONS:
            return self.function(value)
        return f"\\operatorname{{{value.head}}}{self.brackets(self.list(value.args))}"

    # --- brackets
    def at(self, value: Expr, level: int) -> str:
        """The expression, in brackets where it binds looser than level."""
        shown = self.show(value)
        return shown if level_of(value) >= level else self.brackets(shown)

    def brackets(self, shown: str, left: str = "(", right: str = ")") -> str:
        return f"\\left{left}{shown}\\right{right}" if any(tall in shown for tall in _TALL) else f"{left}{shown}{right}"

    def list(self, args: tuple[Expr, ...]) -> str:
        return ", ".join(self.show(a) for a in args)

    # --- arithmetic
    def show_add(self, args: tuple[Expr, ...]) -> str:
        parts = [self.at(args[0], _SIGN)]
        for term in args[1:]:
            minus = is_op(term, "neg")
            parts.append(("- " if minus else "+ ") + self.at(term.args[0] if minus else term, _PRODUCT))
        return " ".join(parts)

    def show_neg(self, args: tuple[Expr, ...]) -> str:
        return "-" + self.at(args[0], _PRODUCT)

    def show_mul(self, args: tuple[Expr, ...]) -> str:
        out = ""
        for i, factor in enumerate(args):
            last = i == len(args) - 1
            shown = self.at(factor, _POWER)
            # a product inside a product, and anything whose body would swallow the next factor, keeps its brackets
            if level_of(factor) == _PRODUCT and last and not is_op(factor, "mul"):
                shown = self.show(factor)
            out = shown if not out else out + self.times(args[i - 1], factor, shown) + shown
        return out

    def times(self, left: Expr, right: Expr, shown: str) -> str:
        """A dot where two factors side by side would be misread, a thin space or nothing elsewhere."""
        if shown[0].isdigit() or is_op(right, "div") and _numeric_start(right) and _numeric(left):
            return " \\cdot "
        if _open_function(left) or _word(left) or _word(right) or left == Symbol("d"):      # d x would end an integral
            return " \\cdot "
        if isinstance(left, Symbol) and left.name in DEFAULT_FUNCTIONS and shown.startswith(("(", "\\left(")):
            return " \\cdot "
        if _numeric(left) and rational_value(right) is not None:
            return " \\cdot "
        if is_op(right, *_FUNCTIONS, "sum", "prod", "matrix") or is_op(left, "matrix"):
            return " \\, "
        return " "

    def show_div(self, args: tuple[Expr, ...]) -> str:
        return f"\\frac{{{self.show(args[0])}}}{{{self.show(args[1])}}}"

    def show_pow(self, args: tuple[Expr, ...]) -> str:
        base, exponent = args
        if is_op(base, *_TRIGONOMETRIC):
            return f"{_FUNCTIONS[base.head]}^{{{self.show(exponent)}}}{self.brackets(self.show(base.args[0]))}"
        plain = isinstance(base, (Number, Symbol)) or is_op(base, "index", "apply", "abs", "tuple", "norm")
        shown = self.show(base)
        return (shown if plain else self.brackets(shown)) + f"^{{{self.show(exponent)}}}"

    def show_transpose(self, args: tuple[Expr, ...]) -> str:
        plain = isinstance(args[0], (Number, Symbol)) or is_op(args[0], "index", "matrix")
        shown = self.show(args[0])
        return (shown if plain else self.brackets(shown)) + "^{\\top}"

    def show_factorial(self, args: tuple[Expr, ...]) -> str:
        plain = isinstance(args[0], (Number, Symbol)) or is_op(args[0], "index", "apply")
        shown = self.show(args[0])
        return (shown if plain else self.brackets(shown)) + "!"

    def show_sqrt(self, args: tuple[Expr, ...]) -> str:
        return f"\\sqrt{{{self.show(args[0])}}}"

    def show_root(self, args: tuple[Expr, ...]) -> str:
        return f"\\sqrt[{self.show(args[1])}]{{{self.show(args[0])}}}"

    def show_binomial(self, args: tuple[Expr, ...]) -> str:
        return f"\\binom{{{self.show(args[0])}}}{{{self.show(args[1])}}}"

    # --- functions and names
    def function(self, value: Operation) -> str:
        name = _FUNCTIONS[value.head]
        if value.head == "log" and len(value.args) == 2:
            name += f"_{{{self.show(value.args[1])}}}"
        if value.head in ("min", "max"):
            return name + self.brackets(self.list(value.args))
        argument = self.show(value.args[0])
        return f"{name} {argument}" if _open_function(value) else name + self.brackets(argument)

    def show_index(self, args: tuple[Expr, ...]) -> str:
        return f"{self.show(args[0])}_{{{', '.join(self.show(a) for a in args[1:])}}}"

    def show_apply(self, args: tuple[Expr, ...]) -> str:
        return self.show(args[0]) + self.brackets(self.list(args[1:]))

    # --- big operators and calculus
    def big(self, sign: str, args: tuple[Expr, ...]) -> str:
        body, index, lower, upper = args
        return f"{sign}_{{{self.show(index)} = {self.show(lower)}}}^{{{self.show(upper)}}} {self.at(body, _PRODUCT)}"

    def show_sum(self, args: tuple[Expr, ...]) -> str:
        return self.big("\\sum", args)

    def show_prod(self, args: tuple[Expr, ...]) -> str:
        return self.big("\\prod", args)

    def show_diff(self, args: tuple[Expr, ...]) -> str:
        order = f"^{{{self.show(args[2])}}}" if len(args) == 3 else ""
        simple = isinstance(args[0], Symbol) or is_op(args[0], "apply", "index")
        body = self.show(args[0]) if simple else f"\\left[{self.show(args[0])}\\right]"
        return f"\\frac{{\\mathrm{{d}}{order}}}{{\\mathrm{{d}}{self.show(args[1])}{order}}} {body}"

    def show_limit(self, args: tuple[Expr, ...]) -> str:
        side = "" if len(args) < 4 else "^{-}" if is_op(args[3], "neg") else "^{+}"
        return f"\\lim_{{{self.show(args[1])} \\to {self.show(args[2])}{side}}} {self.at(args[0], _PRODUCT)}"

    def show_integral(self, args: tuple[Expr, ...]) -> str:
        limits = f"_{{{self.show(args[2])}}}^{{{self.show(args[3])}}}" if len(args) == 4 else ""
        return f"\\int{limits} {self.at(args[0], _PRODUCT)} \\, \\mathrm{{d}}{self.show(args[1])}"

    # --- collections
    def show_matrix(self, args: tuple[Expr, ...]) -> str:
        return "\\begin{pmatrix}" + " \\\\ ".join(" & ".join(self.show(c) for c in row.args) for row in args) + "\\end{pmatrix}"

    def show_tuple(self, args: tuple[Expr, ...]) -> str:
        return self.brackets(self.list(args))

    def show_set(self, args: tuple[Expr, ...]) -> str:
        return f"\\left\\{{{self.list(args)}\\right\\}}"

    def show_cases(self, args: tuple[Expr, ...]) -> str:
        pairs = [args[i:i + 2] for i in range(0, len(args), 2)]
        return "\\begin{cases}" + " \\\\ ".join(" & ".join(self.show(a) for a in pair) for pair in pairs) + "\\end{cases}"

    # --- logic
    def show_and(self, args: tuple[Expr, ...]) -> str:
        return " \\text{ and } ".join(self.at(a, _NOT) for a in args)

    def show_or(self, args: tuple[Expr, ...]) -> str:
        return " \\text{ or } ".join(self.at(a, _AND) for a in args)

    def show_not(self, args: tuple[Expr, ...]) -> str:
        return f"\\neg {self.at(args[0], _RELATION)}"

    def show_iff(self, args: tuple[Expr, ...]) -> str:
        return f"{self.at(args[0], _IMPLIES)} \\iff {self.at(args[1], _IMPLIES)}"

    def show_implies(self, args: tuple[Expr, ...]) -> str:
        return f"{self.at(args[0], _OR)} \\implies {self.at(args[1], _OR)}"


def level_of(value: Expr) -> int:
    """How tightly the printed form holds together."""
    if isinstance(value, Operation):
        if value.head in _RELATIONS:
            return _RELATION
        return _LEVELS.get(value.head, _ATOM)
    return _ATOM


def _open_function(value: Expr) -> bool:
    """True for a function printed without brackets: ``\\ln 2``."""
    if not is_op(value, *_FUNCTIONS) or value.head in ("min", "max"):
        return False
    argument = value.args[0]
    if value.head == "exp":
        return False
    return isinstance(argument, Number) or (isinstance(argument, Symbol) and not _word(argument) and argument.name not in DEFAULT_FUNCTIONS) \
        or is_op(argument, "index") or (is_op(argument, "div") and rational_value(argument) is not None)


def _word(value: Expr) -> bool:
    """True for a name of several letters, which needs a dot beside it."""
    return isinstance(value, Symbol) and symbol_latex(value.name).startswith("\\mathrm")


def _numeric(value: Expr) -> bool:
    """True where the printed form ends in a digit or a fraction of numbers, so that a fraction of numbers after it would be misread as a mixed number."""
    return isinstance(value, Number) or rational_value(value) is not None or is_op(value, "pow", "factorial")


def _numeric_start(value: Expr) -> bool:
    return rational_value(value) is not None or is_op(value, "div") and _numeric(value.args[0])
