"""What stands above and below a line of a claim: exponents, indices, degree signs, and the single digits that TeX takes."""

from __future__ import annotations

from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol
from .tokens import Token, Unreadable


def number(value: int | Fraction) -> Expr:
    value = Fraction(value)
    if value < 0:
        return Operation("neg", (number(-value),))
    if value.denominator == 1:
        return Number(str(value.numerator))
    return Operation("div", (Number(str(value.numerator)), Number(str(value.denominator))))


class Scripts:
    """The part of the reader for scripts; the rest of it is in ``reading``."""

    def degree_next(self) -> bool:
        after, second = self.ahead(), self.ahead(2)
        return after.kind == "command" and after.text in ("circ", "degree") or after.text == "{" and second.text in ("circ", "degree")

    def degree(self) -> bool:
        """``^\\circ``, ``^{\\circ}``, ``^o``: passed over."""
        after, second, third = self.ahead(), self.ahead(2), self.ahead(3)
        if after.kind == "command" and after.text in ("circ", "degree"):
            self.place += 2
        elif after.text == "{" and second.kind == "command" and second.text in ("circ", "degree", "c") and third.text == "}":
            self.place += 4
        elif after.kind == "letter" and after.text == "o":
            self.place += 2
        else:
            return False
        return True

    def script(self, power: bool = False) -> Expr:
        """What ``^``, ``_``, ``\\frac`` and the like take: a group, one digit, one letter, a command."""
        if self.accept("{"):
            if self.here.kind == "text" and self.ahead().text == "}":
                name = self.here.text
                self.place += 2
                return Symbol(name or "_")
            inner = self.side()
            self.close_group()
            return inner
        token = self.here
        if token.kind == "number":
            return self.digits(power)
        if power and self.accept("-"):
            return Operation("neg", (self.script(power=True),))
        if token.kind == "text":
            self.place += 1
            return Symbol(token.text or "_")
        if token.text == "(" and power:
            return self.primary()
        if token.kind in ("command", "letter", "recurring"):
            return self.primary()
        if token.kind == "op" and token.text in ("*", "+"):
            self.place += 1
            return Symbol(token.text)
        raise Unreadable(f"a script of {token.text!r}")

    def digits(self, power: bool) -> Expr:
        """A number where TeX takes one digit.  For powers the whole number is the first reading, unless another script follows it."""
        token = self.here
        if len(token.text) == 1:
            self.place += 1
            return Number(token.text)
        if power:
            self.choices.add("tex-digits")
            scripted = self.ahead().text == "^" and not self.degree_follows() or "." in token.text and False
            if scripted == ("tex-digits" in self.other):
                self.place += 1
                return self.literal(token.text)
        first, rest = token.text[0], token.text[1:]
        if not rest.replace(".", "").isdigit():
            raise Unreadable(f"a script of {token.text!r}")
        if rest.startswith("."):
            self.place += 1
            return self.literal(token.text)
        self.tokens[self.place] = Token("number", rest, True, token.start + 1, token.end)
        self.tokens.insert(self.place, Token("number", first, True, token.start, token.start + 1))
        self.place += 1
        return Number(first)

    def degree_follows(self) -> bool:
        after = self.ahead(2)
        return after.text in ("circ", "degree") or after.text == "{" and self.ahead(3).text in ("circ", "degree")

    def close_group(self) -> None:
        self.soft_inside()
        self.expect("}")

    def soft_inside(self) -> None:
        while self.at(",", ".", ";", "&") or self.here.kind == "space":
            self.place += 1

    def literal(self, text: str) -> Expr:
        mantissa, exponent = text, ""
        for mark in "eE":
            if mark in text:
                mantissa, exponent = text.split(mark)
        tree: Expr = Number(mantissa)
        if exponent:
            power = number(int(exponent))
            tree = Operation("mul", (tree, Operation("pow", (Number("10"), power))))
        return tree
