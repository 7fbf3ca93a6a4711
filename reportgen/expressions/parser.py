"""The one grammar of formulas: tokens of plain text or LaTeX into the written tree.

Precedence, loosest first: iff, implies, or, and, not, relations, sums, products and quotients, sign, powers,
postfix.  Products by juxtaposition bind as ``*`` does.  Nothing is evaluated: ``-a/b`` is neg(div(a, b)).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .latex import LATEX_FUNCTIONS, LatexCommands
from .lexer import CALL_HEADS, PLAIN_NAME, WORD_FUNCTIONS, ParseError, Token, is_latex, tokenize
from .tree import HEADS, Expr, Number, Operation, Symbol, column, is_op, matrix

MAX_DEPTH = 100     # of brackets, signs and powers while reading
MAX_HEIGHT = 200    # of the tree: a/b/c/d grows by one a quotient
_NO_NAMES = frozenset({"and", "or", "not", "in"}) | CALL_HEADS | frozenset(WORD_FUNCTIONS)

DEFAULT_FUNCTIONS = frozenset({"f", "g", "h", "sigma", "Var", "Cov", "Pr"})

_RELATIONS = {"=": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~=": "approx",
              "\\ne": "ne", "\\neq": "ne", "\\le": "le", "\\leq": "le", "\\ge": "ge", "\\geq": "ge", "\\lt": "lt", "\\gt": "gt",
              "\\approx": "approx", "\\leqslant": "le", "\\geqslant": "ge", "\\in": "element", "in": "element"}
_IFF = {"<=>", "<->", "\\iff", "\\Leftrightarrow", "\\Longleftrightarrow"}
_IMPLIES = {"=>", "\\implies", "\\Rightarrow", "\\Longrightarrow"}
_AND = {"and", "\\land", "\\wedge"}
_OR = {"or", "\\lor", "\\vee"}
_NOT = {"not", "\\lnot", "\\neg"}
_TIMES = {"*", "\\cdot", "\\times", "\\ast"}
_OVER = {"/", "\\div"}
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def parse(text: str, syntax: str = "auto", functions: Iterable[str] = DEFAULT_FUNCTIONS) -> Expr:
    """The written tree of a formula.

    ``syntax`` is "plain", "latex" or "auto" (LaTeX where there is a backslash or a brace).  A name in ``functions``
    followed by a parenthesis is a function, every other name a factor.  Raises ParseError with the offset.
    """
    return _parsed(text, syntax, frozenset(functions))


@lru_cache(maxsize=4096)      # trees never change, and a report reads the same formulas again and again
def _parsed(text: str, syntax: str, functions: frozenset[str]) -> Expr:
    latex = is_latex(text) if syntax == "auto" else syntax == "latex"
    parser = _Parser(tokenize(text, latex), latex, functions)
    try:
        result = parser.logic(0)
    except ValueError as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(str(error), parser.here.offset) from None
    except RecursionError:
        raise ParseError("nested too deeply", parser.here.offset) from None
    parser.expect_end()
    if _height(result) > MAX_HEIGHT:
        raise ParseError(f"the formula has more than {MAX_HEIGHT} levels", 0, len(text))
    return result


def _height(value: Expr) -> int:
    """Levels of the tree, counted without recursion."""
    highest, stack = 0, [(value, 1)]
    while stack:
        node, level = stack.pop()
        highest = max(highest, level)
        if isinstance(node, Operation):
            stack.extend((a, level + 1) for a in node.args)
    return highest


class _Parser(LatexCommands):
    def __init__(self, tokens: list[Token], latex: bool, functions: frozenset[str]) -> None:
        self.tokens = tokens
        self.position = 0
        self.latex = latex
        self.functions = functions
        self.depth = 0
        self.integrals = 0  # open integrals: a d before a name then ends the integrand
        self.bars = 0      # open absolute values: a bar then closes

    # --- the stream
    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def word(self) -> str:
        """The token as the tables above spell it: commands with their backslash."""
        token = self.here
        return "\\" + token.text if token.kind == "command" else token.text if token.kind != "text" else ""

    def take(self) -> Token:
        token = self.here
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, *words: str) -> bool:
        return self.here.kind != "end" and self.word() in words

    def accept(self, *words: str) -> bool:
        if self.at(*words):
            self.position += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            self.fail(f"expected {word!r}")

    def expect_end(self) -> None:
        if self.here.kind != "end":
            self.fail("the formula should end here")

    def fail(self, message: str) -> None:
        token = self.here
        found = "the end" if token.kind == "end" else repr(self.word() or token.text)
        raise ParseError(f"{message}, found {found}", token.offset, max(1, token.length))

    # --- logic and relations
    def logic(self, level: int) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}")
        try:
            return self._logic(level)
        finally:
            self.depth -= 1

    def _logic(self, level: int) -> Expr:
        if level == 0:
            left = self._logic(1)
            return Operation("iff", (left, self._logic(1))) if self.accept(*_IFF) else left
        if level == 1:
            left = self._logic(2)
            return Operation("implies", (left, self._logic(2))) if self.accept(*_IMPLIES) else left
        if level in (2, 3):
            words, head = (_OR, "or") if level == 2 else (_AND, "and")
            parts = [self._logic(level + 1)]
            while self.joined(words):
                parts.append(self._logic(level + 1))
            return parts[0] if len(parts) == 1 else Operation(head, tuple(parts))
        if self.accept(*_NOT):
            return Operation("not", (self._logic(4),))
        return self.relation()

    def joined(self, words: set[str]) -> bool:
        if self.here.kind == "text" and self.here.text in words:
            self.position += 1
            return True
        return self.accept(*words)

    def relation(self) -> Expr:
        sides, heads = [self.sum()], []
        while self.here.kind != "end" and self.word() in _RELATIONS:
            heads.append(_RELATIONS[self.word()])
            self.take()
            sides.append(self.sum())
        if not heads:
            return sides[0]
        links = tuple(Operation(h, (a, b)) for h, a, b in zip(heads, sides, sides[1:]))
        return links[0] if len(links) == 1 else Operation("and", links)

    # --- arithmetic
    def sum(self) -> Expr:
        terms = [self.signed_term()]
        while self.at("+", "-"):
            minus = self.take().text == "-"
            term = self.signed_term()
            terms.append(Operation("neg", (term,)) if minus else term)
        return terms[0] if len(terms) == 1 else Operation("add", tuple(terms))

    def signed_term(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}")
        try:
            if self.accept("-"):
                return Operation("neg", (self.signed_term(),))
            if self.accept("+"):
                return self.signed_term()
            return self.term()
        finally:
            self.depth -= 1

    def term(self) -> Expr:
        current, open_product = self.power(), False
        while True:
            if self.accept(*_TIMES):
                factor = self.factor_after_operator()
            elif self.accept(*_OVER):
                current, open_product = Operation("div", (current, self.factor_after_operator())), False
                continue
            elif self.starts_factor():
                factor = self.power()
            else:
                return current
            current = Operation("mul", (*current.args, factor)) if open_product else Operation("mul", (current, factor))
            open_product = True

    def factor_after_operator(self) -> Expr:
        return Operation("neg", (self.factor_after_operator(),)) if self.accept("-") else self.power()

    def starts_factor(self) -> bool:
        """True where a factor follows without an operator.  A number never does: ``x 2`` is a slip, not a product."""
        token = self.here
        if self.integrals and self.at_differential():
            return False
        if token.kind in ("name", "function"):
            return token.text not in ("and", "or", "not", "in")
        if token.kind == "text":
            return token.text not in ("and", "or", "not")
        if token.kind == "op":
            return token.text == "(" or (token.text in "{" and self.latex) or (token.text == "|" and not self.bars)
        if token.kind == "command":
            word = "\\" + token.text
            return not (word in _RELATIONS or word in _IFF or word in _IMPLIES or word in _AND or word in _OR or word in _TIMES or word in _OVER
                        or word.startswith("\\end:") or word in ("\\\\", "\\rvert", "\\rVert", "\\rfloor", "\\rceil", "\\to", "\\}", "\\|"))
        return False

    def power(self) -> Expr:
        base = self.postfix()
        if self.accept("^", "**"):
            base = self.exponent(base)
        return base

    def exponent(self, base: Expr) -> Expr:
        if self.latex and self.at("\\top"):
            self.take()
            return Operation("transpose", (base,))
        if self.latex and self.at("{") and self.tokens[self.position + 1].text == "top":
            self.position += 2
            self.expect("}")
            return Operation("transpose", (base,))
        return Operation("pow", (base, self.script()))

    def script(self) -> Expr:
        """What stands after ``^``: in LaTeX a group or one token, in plain text a signed power (right associative)."""
        if self.latex:
            if self.at("{"):
                return self.group()
            if self.here.kind == "number" and len(self.here.text) > 1 and "." not in self.here.text:
                token = self.here      # x^12 in LaTeX is x^1 2; nobody means that
                self.fail(f"write ^{{{token.text}}} with braces")
            return self.primary()
        if self.accept("-"):
            return Operation("neg", (self.script(),))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}")
        value = self.power()
        self.depth -= 1
        return value

    def postfix(self) -> Expr:
        value = self.primary()
        while self.at("!"):
            self.take()
            value = Operation("factorial", (value,))
        return value

    def group(self) -> Expr:
        self.expect("{")
        value = self.logic(0)
        self.expect("}")
        return value

    # --- primaries
    def primary(self) -> Expr:
        token = self.here
        if token.kind == "number":
            return Number(self.take().text)
        if token.kind == "name":
            return self.named(self.take().text)
        if token.kind == "text":
            return self.from_text(self.take())
        if token.kind == "function":
            return self.plain_function(self.take().text)
        if token.kind == "op":
            if token.text in "([{":
                return self.bracketed()
            if token.text == "|":
                return self.between_bars("|", "abs")
        if token.kind == "command":
            return self.command()
        self.fail("expected a number, a name or an expression in brackets")
        raise AssertionError

    def bracketed(self) -> Expr:
        opener = self.take().text
        if opener == "[" and not self.latex:
            return self.bracket_list()
        bars, self.bars = self.bars, 0
        first = self.logic(0)
        items = [first]
        while opener == "(" and self.accept(","):
            items.append(self.logic(0))
        self.expect(_CLOSERS[opener])
        self.bars = bars
        return first if len(items) == 1 else Operation("tuple", tuple(items))

    def bracket_list(self) -> Expr:
        """``[[1, 2], [3, 4]]`` is a matrix, ``[1, 2, 3]`` a column."""
        rows: list[list[Expr]] = []
        nested = self.at("[")
        while True:
            if nested:
                self.expect("[")
                rows.append(self.arguments("]"))
            else:
                rows.append([self.logic(0)])
            if not self.accept(","):
                break
        self.expect("]")
        return matrix(rows) if nested else column([r[0] for r in rows])

    def arguments(self, closer: str) -> list[Expr]:
        items = [self.logic(0)]
        while self.accept(","):
            items.append(self.logic(0))
        self.expect(closer)
        return items

    def between_bars(self, closer: str, head: str) -> Expr:
        self.take()
        self.bars += 1
        value = self.logic(0)
        self.bars -= 1
        self.expect(closer)
        return Operation(head, (value,))

    def named(self, name: str) -> Expr:
        """A symbol with what belongs to it: subscript, index in brackets, arguments."""
        if name in _NO_NAMES or not PLAIN_NAME.fullmatch(name):
            self.position -= 1
            self.fail(f"{name!r} is not a name")
        value: Expr = Symbol(name)
        if self.accept("_"):
            value = self.subscript(name)
        elif not self.latex and self.at("[") and self.here.glued:
            self.take()
            value = Operation("index", (value, *self.arguments("]")))
        if self.at("(") and isinstance(value, Symbol) and value.name in self.functions:
            self.take()
            value = Operation("apply", (value, *self.arguments(")")))
        return value

    def subscript(self, name: str) -> Expr:
        if self.here.kind == "number":
            return Operation("index", (Symbol(name), Number(self.take().text)))
        if self.here.kind == "text":
            return self.text_below(name)
        if self.here.kind == "name":
            return Operation("index", (Symbol(name), Symbol(self.take().text)))
        if self.at("{"):
            self.take()
            if self.here.kind == "text" and self.tokens[self.position + 1].text == "}":
                value = self.text_below(name)
                self.expect("}")
                return value
            parts: list[Expr] = []
            for part in self.arguments("}"):
                letters = is_op(part, "mul") and all(isinstance(a, Symbol) for a in part.args)
                parts.extend(part.args if letters else (part,))    # w_{ij} has two indices
            return Operation("index", (Symbol(name), *parts))
        if self.here.kind == "command":
            return Operation("index", (Symbol(name), self.primary()))
        self.fail("expected a subscript")
        raise AssertionError

    def text_below(self, name: str) -> Expr:
        """F_{\\text{in}} is a name, F_{\\text{i}} is F_i."""
        word = self.here.text.replace("-", "_")
        if len(word) == 1 and word.isascii() and word.isalpha():
            return Operation("index", (Symbol(name), Symbol(self.take().text)))
        if not PLAIN_NAME.fullmatch(f"{name}_{word}"):
            self.fail(f"{word!r} is not a name")
        self.take()
        return Symbol(f"{name}_{word}")

    def from_text(self, token: Token) -> Expr:
        word = token.text
        if word in WORD_FUNCTIONS or word in CALL_HEADS:
            return self.plain_function(word)
        if not word or not all(c.isalnum() or c in "_-" for c in word) or not word[0].isalpha():
            raise ParseError(f"the text {word!r} is not a name", token.offset, token.length)
        return self.named(word.replace("-", "_"))

    def plain_function(self, word: str) -> Expr:
        if word in CALL_HEADS:
            self.expect("(")
            if word == "set" and self.accept(")"):
                return Operation("set", ())
            return self.checked(word, self.arguments(")"))
        if word in ("log2", "log10"):
            return Operation("log", (self.argument(), Number(word[3:])))
        head = WORD_FUNCTIONS[word]
        if head == "log":
            if self.accept("_"):
                base = self.script() if self.latex else self.primary()
                return Operation("log", (self.argument(), base))
            if self.at("("):
                self.take()
                return self.checked("log", self.arguments(")"))
        if head == "norm" and self.accept("("):
            return self.checked("norm", self.arguments(")"))
        return Operation(head, (self.argument(),))

    def checked(self, head: str, args: list[Expr]) -> Expr:
        least, most = HEADS[head]
        if len(args) < least or (most is not None and len(args) > most):
            self.fail(f"{head} takes {least if least == most else f'{least} to {most or chr(8734)}'} arguments, "
                      f"not {len(args)}")
        if head in ("sum", "prod", "limit", "integral") and not isinstance(args[1], Symbol) \
                or head == "diff" and not (isinstance(args[1], Symbol) or is_op(args[1], "index")):
            self.fail(f"the second argument of {head} is a name")
        if head in ("index", "apply") and not isinstance(args[0], Symbol):
            self.fail(f"the first argument of {head} is a name")
        if head == "matrix" and (not all(is_op(a, "row") for a in args) or len({len(a.args) for a in args}) != 1):
            self.fail("a matrix is made of rows of one length")
        if head == "limit" and len(args) == 4 and args[3] not in (Number("1"), Operation("neg", (Number("1"),))):
            self.fail("the side of a limit is 1 or -1")
        if head == "integral" and len(args) == 3 or head == "tuple" and len(args) == 1:
            self.fail(f"{head} does not take {len(args)} arguments")
        return Operation(head, tuple(args))

    def argument(self) -> Expr:
        """A function's argument: in brackets, or the factors that follow without an operator (``ln 2x``)."""
        if self.at("("):
            self.take()
            value = self.logic(0)
            self.expect(")")
            return value
        if self.latex and self.at("{"):
            return self.group()
        factors = [self.power()]
        while self.starts_factor() and not self.at("(") and self.here.kind != "function" and not self.is_function_command():
            factors.append(self.power())
        return factors[0] if len(factors) == 1 else Operation("mul", tuple(factors))

    def is_function_command(self) -> bool:
        return self.here.kind == "command" and (self.here.text in LATEX_FUNCTIONS or self.here.text in ("sum", "prod", "lim", "int"))
