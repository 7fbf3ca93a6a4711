"""A tolerant reader of claims: tokens into sides, relations and Expr trees.

The grammar, loosest first::

    claim    := side (relation side)*                       relation: = == \\approx ~= < <= \\le > >= \\ge \\equiv \\ne
    side     := sum (":" sum)*                              a ratio
    sum      := ["+"|"-"|"\\pm"] product (("+"|"-"|"\\pm") product)*
    product  := factor (("*"|"x"|"\\times"|"\\cdot"|"/"|"\\div"|"of"|nothing) factor)*
    factor   := ("+"|"-") factor | postfix ["^" script]...
    postfix  := primary ("!" | "%" | degree | unit words | "per" word | "/" word)*
    primary  := number | mixed number | name | "(" side ")" | "|" side "|" | \\frac | \\sqrt | function | big operator | matrix | ...

Where people mean different things by one spelling (``\\log``, ``2\\frac{1}{2}``, ``2^10``) the reader notes a *choice*; the
caller asks for the other reading by naming it in ``other``.  What is unknown raises Unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..expressions import Expr, Operation, Symbol
from .dressing import undressed
from .quantities import Unit
from .scripts import Scripts, number
from .tokens import Token, Unreadable, normalize, tokenize
from .vocabulary import DOTS, NUMBER_WORDS, RELATIONS, TEXT_FUNCTIONS, WORD_OPERATORS

MAX_DEPTH = 60
_BETWEEN = frozenset(
    """cdot times div ast pm mp rfloor rceil rvert rVert pmod bmod mod over choose cup cap circ degree
    rangle setminus wedge vee land lor prime""".split()
)  # commands that begin no factor
_ENDS = frozenset({"+", "-", "=", ")", "]", "}", ",", ";", "<", ">", "&", "\\\\", "\\}", "\\approx", "\\le", "\\ge", "\\leq", "\\geq"})  # of a product


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain: ``tree``, its numbers; ``units``, the words that stood with them; ``measured``, the numbers with their units,
    each of which is noted as its place in ``measures`` (None where there is none); ``labels``, words that tell of what it is."""

    tree: Expr | None
    text: str
    units: tuple[str, ...] = ()
    measured: Expr | None = None
    measures: tuple[Unit, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """``rels`` has one relation fewer than there are sides.  ``modulus`` stands with \\equiv.  ``choices``: see the module.

    ``named``: letters to which the document gave a value.
    """

    sides: tuple[Side, ...]
    rels: tuple[str, ...]
    choices: frozenset[str] = frozenset()
    modulus: Expr | None = None
    degrees: bool = False
    named: frozenset[str] = frozenset()


def read(text: str, *, letters: bool = False, other: frozenset[str] = frozenset(), variables: frozenset[str] = frozenset()) -> Reading:
    """The chain that the text asserts; ``variables`` are names that are no functions, even before a bracket.  Raises Unreadable."""
    normal = normalize(text if letters else undressed(text))
    reader = _Reader(tokenize(normal, letters), normal, letters, other, variables)
    try:
        return reader.claim()
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except (ValueError, IndexError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable(str(error)) from None


def read_expression(text: str, *, letters: bool = True, other: frozenset[str] = frozenset()) -> Expr:
    """One side without a relation.  Raises Unreadable."""
    reading = read(text, letters=letters, other=other)
    if reading.rels or reading.sides[0].tree is None:
        raise Unreadable("a relation where an expression was expected" if reading.rels else "no expression")
    return reading.sides[0].tree


def call(name: str, *args: Expr) -> Operation:
    return Operation("apply", (Symbol(name), *args))


def is_list(tree: Expr) -> bool:
    return isinstance(tree, Operation) and tree.head in ("matrix", "tuple")


class _Reader(Scripts):
    def __init__(self, tokens: list[Token], text: str, letters: bool, other: frozenset[str], variables: frozenset[str] = frozenset()) -> None:
        self.tokens = tokens
        self.text = text
        self.letters = letters
        self.other = other
        self.variables = variables
        self.place = 0
        self.depth = 0
        self.bars = 0
        self.cells = 0  # matrices around this place
        self.units: list[str] = []
        self.measures: list[Unit] = []
        self.labels: list[str] = []
        self.choices: set[str] = set()
        self.degrees = False
        self.modulus: Expr | None = None
        self.end = Token("end", "")

    # --- the stream
    @property
    def here(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    def ahead(self, k: int = 1) -> Token:
        return self.tokens[self.place + k] if self.place + k < len(self.tokens) else self.end

    @staticmethod
    def spell(token: Token) -> str:
        return token.spelled

    def at(self, *words: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].spelled in words

    def accept(self, *words: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place].spelled in words:
            self.place += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise Unreadable(f"expected {word!r}, found {self.here.text or 'the end'!r}")

    # --- claim
    def claim(self) -> Reading:
        sides, rels = [], []
        while self.accept(",", ".", ";", ":", "&", "**"):
            pass
        begin = self.here.start
        while True:
            self.units = []
            tree = self.side_or_nothing()
            self.soft()
            text = self.text[begin : self.here.start if self.here.kind != "end" else len(self.text)].strip()
            noted = tree is not None and bool(self.measures)
            numbers = measures.without(tree) if noted else tree
            sides.append(Side(numbers, text, tuple(self.units), tree if noted else None, tuple(self.measures), tuple(self.labels)))
            self.measures, self.labels = [], []
            relation = self.relation()
            if relation is None:
                break
            rels.append(relation)
            begin = self.here.start
        self.trailing()
        return Reading(tuple(sides), tuple(rels), frozenset(self.choices), self.modulus, self.degrees)

    def soft(self) -> None:
        """Separators without meaning before a relation or the end."""
        while (
            self.here.kind == "space"
            or self.at("&")
            or (
                self.at(",", ".", ";", "\\\\", "**")
                and (self.ahead().kind == "end" or self.spell(self.ahead()) in RELATIONS or self.spell(self.ahead()) in ("&", ".", "\\\\", "**"))
            )
        ):
            self.place += 1

    def relation(self) -> str | None:
        if self.here.kind == "word" and (found := words.relation(self)):
            return found
        word = self.spell(self.here)
        if word not in RELATIONS:
            return None
        self.place += 1
        self.accept("&")
        if word == "\\not":
            self.place += 1
            return "ne" if self.tokens[self.place - 1].text == "=" else "to"
        if RELATIONS[word] == "eq":
            while self.accept("="):
                pass
        return RELATIONS[word]

    def trailing(self) -> None:
        if self.at("\\pmod", "\\bmod", "(") and self.modulus is None:
            self.pmod()
        self.soft()
        while self.at(".", ",", ";", ":", "!", "\\\\", "&", "\\blacksquare", "\\square", "\\qed", "\\checkmark"):
            self.place += 1
        if self.at("?"):
            raise Unreadable("a question")
        if self.here.kind != "end":
            raise Unreadable(f"nothing is known of {self.here.text!r} here")

    def at_modulus(self) -> bool:
        return self.at("(") and self.ahead().text in ("mod", "bmod", "modulo")

    def pmod(self) -> None:
        if self.accept("\\pmod"):
            self.modulus = self.factor() if self.here.kind == "number" else self.script()  # \pmod 10 means 10
        elif self.at_modulus():
            self.place += 2
            self.modulus = self.sum()
            self.expect(")")

    def side_or_nothing(self) -> Expr | None:
        """A side; None where it is made of words only."""
        if self.spell(self.here) in RELATIONS or self.here.kind == "end":
            if self.here.kind == "end" or self.place:
                raise Unreadable("a relation without a side")
            return None
        start = self.place
        while self.here.kind in ("word", "text", "space") or self.at(",", ":"):
            self.place += 1
        if self.place > start and (self.spell(self.here) in RELATIONS):
            return None
        if self.place > start and self.here.kind == "end" and self.tokens[start].text.lower() not in NUMBER_WORDS:
            if self.place == start + 1 and self.tokens[start].text in ("RHS", "LHS"):
                return None
            raise Unreadable("words without a number")
        self.place = start
        return self.side()

    def side(self) -> Expr:
        parts = [self.sum()]
        while self.at(":") and self.starts(self.ahead()):
            self.place += 1
            parts.append(self.sum())
        if len(parts) == 1:
            return parts[0]
        return Operation("div", (parts[0], parts[1])) if len(parts) == 2 else call("ratio", *parts)

    def sum(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH}")
        terms: list[Expr] = []
        dots = False
        first = True
        while True:
            sign = ""
            self.skip_words_operators()
            if self.accept("+"):
                sign = "+"
            elif self.accept("-"):
                sign = "-"
            elif self.at("\\pm", "\\mp"):
                self.place += 1
                sign = "pm"
            elif not first:
                break
            if self.spell(self.here) in DOTS:
                self.place += 1
                dots = True
                terms.append(Symbol("dots"))
            else:
                term = self.product()
                term = words.added_percent(self, terms, term) if sign else term
                if sign == "-" and first and (turned := operators.negative_remainder(self, term)) is not None:
                    sign, term = "+", turned
                terms.append(Operation("neg", (term,)) if sign == "-" else call("pm", term) if sign == "pm" else term)
            first = False
        self.depth -= 1
        if dots:
            return call("series", *terms)
        return terms[0] if len(terms) == 1 else Operation("add", tuple(terms))

    def skip_words_operators(self) -> None:
        if self.at("&") and not self.cells and self.spell(self.ahead()) in ("+", "-", "\\pm"):
            self.place += 1
        if self.here.kind == "word" and self.here.text in ("plus", "minus"):
            self.tokens[self.place] = Token("op", WORD_OPERATORS[self.here.text])

    # --- products
    def starts(self, token: Token) -> bool:
        """Whether the token can begin a factor."""
        if token.kind in ("number", "recurring", "letter", "begin"):
            return True
        if token.kind == "command":
            return token.spelled not in RELATIONS and token.text not in _BETWEEN and token.spelled not in DOTS
        if token.kind == "text":
            return token.text in TEXT_FUNCTIONS
        return token.kind == "op" and token.text in ("(", "[", "{", "\\{") or (token.text == "|" and not self.bars) or token.text == "\\|" and not self.bars

    def product(self) -> Expr:
        factors = [self.factor()]
        heads: list[str] = []
        dots = False
        while self.here.kind != "end" and self.here.spelled not in _ENDS and not self.at_modulus():
            if self.here.kind == "letter" and self.here.text in "xX" and not self.letters and self.times_sign():
                self.place += 1
                head = "*"
            elif self.accept("*", "\\cdot", "\\times", "\\ast", "\\cdotp", "\\star"):
                head = "*"
            elif self.here.kind == "word" and self.here.text == "divided" and self.ahead().text == "by":
                self.place += 2
                head = "/"
            elif self.at("/", "\\div", "\\slash"):
                if words.unit_below(self):
                    factors[-1] = measures.under(self, factors[-1], self.units[-1][1:])
                    continue
                head = "/" if self.here.text != "div" else "d"
                self.place += 1
            elif self.here.kind in ("word", "text") and self.here.text in ("times", "of", "x") and self.starts(self.ahead()):
                self.place += 1
                head = "*"
            elif (found := operators.between(self, factors, heads)) is not None:
                factors, heads = [found], []
                continue
            elif self.at("**") and self.starts(self.ahead()):
                break
            elif self.spell(self.here) in ("\\cdots", "\\dotsm", "\\dots", "\\ldots") and self.dots_in_product():
                head = "j"
            elif self.starts(self.here) and self.here.kind != "number" and not (self.here.text == "|" and self.bars):
                head = "j"
            elif self.here.kind in ("number", "recurring") and self.juxtaposed_number():
                head = "j"
            else:
                break
            if self.spell(self.here) in DOTS:
                self.place += 1
                dots = True
                factors.append(Symbol("dots"))
            else:
                crossed = self.spell(self.tokens[self.place - 1]) == "\\times" and is_list(factors[-1])
                factor = self.factor()
                if crossed and is_list(factor):
                    factors[-1] = call("cross", factors[-1], factor)
                    continue
                factors.append(factor)
            heads.append(head)
        if dots:
            if "/" in heads or "d" in heads:
                raise Unreadable("dots in a quotient")
            return call("product", *factors)
        return self.joined(factors, heads)

    def dots_in_product(self) -> bool:
        token = self.ahead()
        before = self.spell(self.tokens[self.place - 1])
        if before in ("*", "\\cdot", "\\times"):
            return True
        return self.here.text in ("cdots", "dotsm") and (self.starts(token) or self.spell(token) in ("*", "\\cdot", "\\times"))

    def times_sign(self) -> bool:
        """x between two numbers is a times sign."""
        after = self.ahead()
        if after.kind == "letter" and after.text in "xX":
            return False
        return after.kind in ("number", "recurring", "command") or after.kind == "op" and after.text in ("(", "[", "{", "-", "$", "|")

    def juxtaposed_number(self) -> bool:
        """A number after a factor is a product where something separates them: a bracket, a script, a name, a radical."""
        before = self.tokens[self.place - 1]
        if before.kind in ("number", "recurring"):
            return self.place >= 2 and self.tokens[self.place - 2].text == "^"
        if before.kind == "word" or before.kind == "text":
            return False
        return before.kind in ("command", "letter") or before.text in (")", "}", "]", "!", "|")

    def joined(self, factors: list[Expr], heads: list[str]) -> Expr:
        """Left to right; products by juxtaposition bind no closer than the others (the other reading is a choice)."""
        if len(factors) == 1:
            return factors[0]
        factors, heads = operators.scientific(self, *operators.divided(self, *measures.fractions_of_a_unit(self, factors, heads)))
        if len(factors) == 1:
            return factors[0]
        closer = "j" in heads and "/" in heads and any(h == "j" and "/" in heads[:i] for i, h in enumerate(heads))
        if closer:
            self.choices.add("close-products")
            if "close-products" in self.other:
                kept, rest = [factors[0]], []
                for head, factor in zip(heads, factors[1:]):
                    if head == "j":
                        kept[-1] = Operation("mul", (kept[-1], factor))
                    else:
                        kept.append(factor)
                        rest.append(head)
                factors, heads = kept, rest
        result = factors[0]
        run = [result]
        for head, factor in zip(heads, factors[1:]):
            if head == "/":
                top = run[0] if len(run) == 1 else Operation("mul", tuple(run))
                run = [Operation("div", (top, factor))]
            else:
                run.append(factor)
        return run[0] if len(run) == 1 else Operation("mul", tuple(run))

    # --- factors
    def factor(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH}")
        try:
            if self.accept("-"):
                return Operation("neg", (self.factor(),))
            if self.accept("+"):
                return self.factor()
            if self.at("\\pm"):
                self.place += 1
                return call("pm", self.factor())
            return self.power()
        finally:
            self.depth -= 1

    def power(self) -> Expr:
        base = self.postfix(self.primary())
        while self.at("^", "**", "'"):
            if self.at("'"):
                raise Unreadable("a prime")
            if self.at("**") and not self.starts(self.ahead()) and self.ahead().text != "-":
                self.place += 1
                continue
            if self.degree():
                self.degrees = True
                base = self.postfix(call("degree", base))
                continue
            plain = self.tokens[self.place].text == "**"
            self.place += 1
            if plain:
                exponent = self.factor()
            else:
                exponent = self.script(power=True)
                if self.at("^") and not self.degree_next():  # 2^3^2 is 2^(3^2); the other reading is a choice
                    self.choices.add("left-power")
                    while self.at("^") and not self.degree_next() and "left-power" not in self.other:
                        self.place += 1
                        tower = [exponent, self.script(power=True)]
                        while self.at("^") and not self.degree_next():
                            self.place += 1
                            tower.append(self.script(power=True))
                        exponent = tower.pop()
                        while tower:
                            exponent = Operation("pow", (tower.pop(), exponent))
            if isinstance(exponent, Symbol) and exponent.name in ("th", "st", "nd", "rd"):
                continue
            if exponent in (Symbol("T"), Symbol("top")) and isinstance(base, Operation) and base.head == "matrix":
                base = Operation("transpose", (base,))
            else:
                base = self.postfix(Operation("pow", (base, exponent)))
        return base

    def postfix(self, value: Expr) -> Expr:
        while True:
            kind = self.here.kind
            if kind in ("end", "number"):
                return value
            if (with_unit := measures.attached(self, value)) is not None:
                value = with_unit
                continue
            if kind == "op" and not self.at("!=", "!", "%"):
                return value
            if self.at("!=") and self.here.glued:  # 5!=120
                self.tokens[self.place : self.place + 1] = [Token("op", "!", True), Token("op", "=", True)]
            if self.at("!"):
                self.place += 1
                if self.at("!") and self.here.glued:
                    self.place += 1
                    value = call("doublefactorial", value)
                else:
                    value = Operation("factorial", (value,))
            elif self.at("%") and not operators.remainder_sign(self):
                self.place += 1
                value = call("percent", value)
            elif self.at("\\degree", "\\circ"):
                self.place += 1
                self.degrees = True
                value = call("degree", value)
            elif self.here.kind in ("word", "text") or self.here.kind == "letter" and not self.letters:
                scaled = words.units_after(self, value)
                if scaled is None:
                    return value
                value = scaled
            else:
                return value

    def primary(self) -> Expr:
        return primaries.primary(self)


__all__ = ["Reading", "Side", "Unreadable", "call", "number", "read", "read_expression"]

from . import measures, operators, primaries, words  # noqa: E402  (the other parts of the grammar; they need what stands above)
