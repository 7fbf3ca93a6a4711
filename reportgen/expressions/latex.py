"""The LaTeX half of the grammar: commands such as ``\\frac``, ``\\sum`` and ``\\begin{pmatrix}``."""

from __future__ import annotations

from .lexer import GREEK, ParseError
from .tree import Expr, Number, Operation, Symbol, matrix

_ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde", "dot": "dot"}
LATEX_FUNCTIONS = {**{name: name for name in ("exp", "ln", "log", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "det", "min", "max")},
                    "arcsin": "asin", "arccos": "acos", "arctan": "atan"}
_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "vmatrix", "smallmatrix"})
_SETS = {"Z": "ZZ", "N": "NN", "R": "RR", "Q": "QQ"}


class LatexCommands:
    """Mixed into the parser (parser.py), whose methods it calls."""

    def command(self) -> Expr:
        token = self.take()
        name = token.text
        if name in GREEK:
            return self.named({"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi"}.get(name, name))
        if name == "pi":
            return Symbol("pi")
        if name == "infty":
            return Symbol("inf")
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return self.fraction()
        if name in ("binom", "dbinom", "tbinom"):
            top = self.group()
            return Operation("binomial", (top, self.group()))
        if name == "sqrt":
            if not self.latex:
                return Operation("sqrt", (self.argument(),))
            if self.accept("["):
                degree = self.logic(0)
                self.expect("]")
                return Operation("root", (self.group(), degree))
            return Operation("sqrt", (self.group() if self.at("{") else self.primary(),))
        if name in LATEX_FUNCTIONS:
            return self.latex_function(LATEX_FUNCTIONS[name])
        if name in ("sum", "prod"):
            return self.big_operator(name)
        if name == "int":
            return self.integral()
        if name == "lim":
            return self.limit()
        if name in _ACCENTS:
            return self.accented(_ACCENTS[name])
        if name == "mathbb":
            self.expect("{")
            if self.here.kind != "name":
                self.fail("expected a letter")
            letter = self.take().text
            self.expect("}")
            return Symbol(_SETS.get(letter, letter))
        if name == "boldsymbol" and self.at("{"):
            return self.group()
        fences = {"lvert": ("\\rvert", "abs"), "lVert": ("\\rVert", "norm"), "|": ("\\|", "norm"),
                  "lfloor": ("\\rfloor", "floor"), "lceil": ("\\rceil", "ceil")}
        if name in fences:
            self.position -= 1
            value = self.between_bars(*fences[name])
            order = self.script_after("_") if value.head == "norm" else None
            return value if order is None else Operation("norm", (*value.args, order))
        if name == "{":
            items = [] if self.at("\\}") else [self.logic(0)]
            while self.accept(",", ";"):
                items.append(self.logic(0))
            self.expect("\\}")
            return Operation("set", tuple(items))
        if name.startswith("begin:"):
            return self.environment(name[6:])
        self.position -= 1
        raise ParseError(f"the command \\{name} is not understood", token.offset, token.length)

    def fraction(self) -> Expr:
        derivative = self.derivative_sign()
        if derivative:
            return derivative
        top = self.group() if self.at("{") else self.primary()
        bottom = self.group() if self.at("{") else self.primary()
        return Operation("div", (top, bottom))

    def derivative_sign(self) -> Expr | None:
        """``\\frac{\\mathrm{d}^{2}}{\\mathrm{d}z^{2}} f``: the derivative of the factor that follows."""
        start = self.position

        def is_d() -> bool:
            return (self.here.kind in ("text", "name") and self.here.text == "d") or self.at("\\partial")

        def order() -> Expr | None:
            if not self.accept("^"):
                return None
            return self.group() if self.at("{") else self.primary()

        if self.accept("{") and is_d():
            self.take()
            upper = order()
            if self.accept("}") and self.accept("{") and is_d():
                self.take()
                if self.here.kind != "end" and not self.at("}"):
                    variable = self.primary()
                    lower = order()
                    if upper == lower and self.accept("}"):
                        body = self.bracketed() if self.at("[") else self.power()
                        return Operation("diff", (body, variable) if upper is None else (body, variable, upper))
        self.position = start
        return None

    def latex_function(self, head: str) -> Expr:
        base = self.script_after("_") if head == "log" else None
        exponent = self.script_after("^")
        if head in ("min", "max"):
            self.expect("(")
            value: Expr = self.checked(head, self.arguments(")"))
        elif head == "log" and base is None and self.at("("):
            self.take()
            value = self.checked(head, self.arguments(")"))
        else:
            argument = self.argument()
            value = Operation(head, (argument,) if base is None else (argument, base))
        return value if exponent is None else Operation("pow", (value, exponent))

    def script_after(self, sign: str) -> Expr | None:
        if not self.accept(sign):
            return None
        return self.group() if self.at("{") else self.primary()

    def big_operator(self, head: str) -> Expr:
        self.expect("_")
        self.expect("{")
        index = self.sum()
        if not isinstance(index, Symbol):
            self.fail("the index of a sum is a name")
        self.expect("=")
        lower = self.sum()
        self.expect("}")
        upper = self.script_after("^")
        if upper is None:
            self.fail("expected the upper limit of the sum")
        return Operation(head, (self.term(), index, lower, upper))

    def limit(self) -> Expr:
        self.expect("_")
        self.expect("{")
        variable = self.sum()
        self.expect("\\to")
        point = self.signed_limit_point()
        side: tuple[Expr, ...] = ()
        if self.accept("^"):
            self.expect("{")
            side = (Number("1"),) if self.accept("+") else (Operation("neg", (Number("1"),)),) if self.accept("-") else ()
            self.expect("}")
        self.expect("}")
        return Operation("limit", (self.term(), variable, point, *side))

    def integral(self) -> Expr:
        """``\\int_{a}^{b} f \\, \\mathrm{d}x``: the integrand is a sum of terms and ends where a d and a name follow."""
        lower = self.script_after("_")
        upper = self.script_after("^")
        if (lower is None) != (upper is None):
            self.fail("an integral has two limits or none")
        self.integrals += 1
        body: Expr = Number("1") if self.at_differential() else self.sum()
        self.integrals -= 1
        if not self.at_differential():
            self.fail("expected the d of an integral")
        self.take()
        variable = self.primary()
        return Operation("integral", (body, variable) if lower is None or upper is None else (body, variable, lower, upper))

    def at_differential(self) -> bool:
        """True at the d of dx."""
        following = self.tokens[self.position + 1] if self.here.kind != "end" else self.here
        return self.here.kind in ("name", "text") and self.here.text == "d" \
            and (following.kind == "name" or (following.kind == "command" and following.text in GREEK))

    def signed_limit_point(self) -> Expr:
        """A limit's point: no power is read here, because ``0^{+}`` is a side."""
        if self.accept("-"):
            return Operation("neg", (self.postfix(),))
        return self.postfix()

    def accented(self, accent: str) -> Expr:
        self.expect("{")
        token = self.take()
        if token.kind not in ("name", "text", "command"):
            self.fail("an accent stands on a name")
        self.expect("}")
        return self.named(f"{token.text}_{accent}")

    def environment(self, name: str) -> Expr:
        closer = "\\end:" + name
        if name in _MATRICES or name == "cases":
            cells = self.cells(closer)
            if name == "cases":
                return Operation("cases", tuple(cell for row in cells for cell in row))
            value: Expr = matrix(cells)
            return Operation("det", (value,)) if name == "vmatrix" else value
        self.fail(f"the environment {name} is not understood")
        raise AssertionError

    def cells(self, closer: str) -> list[list[Expr]]:
        """The cells of an environment, row by row: ``&`` between cells, ``\\\\`` between rows (one at the end is allowed)."""
        rows: list[list[Expr]] = [[]]
        while True:
            rows[-1].append(self.logic(0))
            if self.accept("&"):
                continue
            self.accept("\\\\")
            if self.accept(closer):
                return rows
            if self.tokens[self.position - 1].text != "\\":
                self.fail("expected & or \\\\")
            rows.append([])
