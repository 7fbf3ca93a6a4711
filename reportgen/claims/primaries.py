"""What a factor of a claim can be: numbers, names, brackets, fractions, functions, big operators, matrices."""

from __future__ import annotations

from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol, replace, symbols
from . import measures, operators, words
from .quantities import named
from .reading import Unreadable, _Reader, call, number
from .vocabulary import DOTS, GREEK, NUMBER_WORDS, ONE_ARGUMENT, RELATIONS

_NAMED = {
    "pi": Symbol("pi"),
    "infty": Symbol("inf"),
    "i": Symbol("i"),
    "imath": Symbol("i"),
    "emptyset": Operation("set", ()),
    "varnothing": Operation("set", ()),
}
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "sfrac", "nicefrac"})
_BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})
_WRAPPERS = frozenset(
    {
        "boxed",
        "fbox",
        "cancel",
        "bcancel",
        "xcancel",
        "mathrel",
        "ensuremath",
        "vec",
        "hat",
        "widehat",
        "tilde",
        "not",
        "mathord",
        "smash",
        "hbox",
        "mathstrut",
        "textcolor",
        "color",
        "framebox",
        "ul",
    }
)
_PARTS = {"half": "2", "third": "3", "quarter": "4", "fourth": "4"}
_CALL_NAMES = frozenset({"gcd", "lcm", "max", "min", "GCD", "LCM", "HCF", "GCF", "hcf"})


def primary(r: _Reader) -> Expr:
    token = r.here
    if token.kind == "number":
        return _number(r)
    if token.kind == "recurring":
        r.place += 1
        whole, fixed, period = token.text.split(".")
        top = int(whole + fixed + period) - int((whole + fixed) or 0)
        return number(Fraction(top, (10 ** len(period) - 1) * 10 ** len(fixed)))
    if token.kind == "letter":
        return _letter(r)
    if token.kind == "begin":
        return operators.environment(r)
    if token.kind == "command":
        return _command(r)
    if token.kind == "text":
        return _text(r)
    if token.kind == "word":
        return _word(r)
    if token.kind == "space":
        r.place += 1
        return primary(r)
    if token.text in ("(", "[", "\\{", "{"):
        return _bracket(r)
    if token.text in ("|", "\\|"):
        r.place += 1
        r.bars += 1
        inner = r.side()
        r.expect(token.text)
        r.bars -= 1
        return Operation("norm" if token.text == "\\|" else "abs", (inner,))
    if token.text in ("_", "^") and r.ahead().text in ("{", "n") or token.text in ("_", "^") and r.ahead().kind == "number":
        return _ncr(r)
    if token.text in ("/", "*", "=", ")"):
        raise Unreadable(f"nothing stands before {token.text!r}")
    raise Unreadable(f"{token.text or 'the end'!r} where a number was expected")


def _number(r: _Reader) -> Expr:
    token = r.here
    r.place += 1
    value = r.literal(token.text)
    after, second, third = r.here, r.ahead(), r.ahead(2)
    if "." in token.text and r.spell(after) in DOTS and (second.kind == "end" or r.spell(second) in RELATIONS or second.text in (")", "%", ",", ".", "}")):
        r.place += 1
        return call("cut", value)
    if after.kind == "command" and after.text in _FRACTIONS and token.text.isdigit():
        mixed = _mixed(r, value)
        if mixed is not None:
            return mixed
    if (
        token.text.isdigit()
        and after.kind == "number"
        and not after.glued
        and second.text == "/"
        and second.glued
        and third.kind == "number"
        and third.glued
        and after.text.isdigit()
        and third.text.isdigit()
        and int(after.text) < int(third.text)
    ):
        r.place += 3
        return Operation("add", (value, Operation("div", (Number(after.text), Number(third.text)))))
    if after.text == "_" and after.kind == "op" and token.text.isdigit():
        return _in_base(r, token.text)
    if after.kind == "letter" and after.text in "CP" and second.kind == "number" and not r.letters:
        r.place += 2
        return _choose(after.text, value, Number(second.text))
    return value


def _in_base(r: _Reader, digits: str) -> Expr:
    r.place += 1
    base = r.script()
    base = base.name if isinstance(base, Symbol) else base
    words = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "sixteen": 16}
    b = words.get(base) if isinstance(base, str) else int(base.text) if isinstance(base, Number) and base.text.isdigit() else None
    if b is None or not 2 <= b <= 36 or any(int(d) >= b for d in digits):
        raise Unreadable("a number in a base that does not fit it")
    return number(int(digits, b))


def _mixed(r: _Reader, whole: Expr) -> Expr | None:
    """``2\\frac{1}{2}`` is a mixed number where the fraction is proper and of plain digits."""
    start = r.place
    fraction = primary(r)
    top, below = fraction.args if isinstance(fraction, Operation) and fraction.head == "div" else (None, None)
    if isinstance(top, Number) and isinstance(below, Number) and top.text.isdigit() and below.text.isdigit() and 0 < int(top.text) < int(below.text):
        r.choices.add("mixed-product")
        if "mixed-product" not in r.other:
            return Operation("add", (whole, fraction))
    r.place = start
    return None


def _letter(r: _Reader) -> Expr:
    token = r.here
    name = token.text
    r.place += 1
    if name == "j" and not r.letters and token.glued and r.place > 1 and r.tokens[r.place - 2].kind == "number":  # 2 + 5j, as engineers and programs write it
        return Symbol("i")
    if name in "CP" and r.at("(") and not r.letters:
        r.place += 1
        first = r.side()
        if r.accept(","):
            second = r.side()
            r.expect(")")
            return _choose(name, first, second)
        raise Unreadable(f"the function {name}")
    symbol: Expr = Symbol(name)
    if r.at("_") and name not in "ie":
        r.place += 1
        below = r.script()
        symbol = Operation("index", (symbol, below))
    while r.at("'"):
        r.place += 1
        symbol = Symbol((symbol.name if isinstance(symbol, Symbol) else "f") + "_prime")
    if not r.letters and r.at("(") and r.here.glued and isinstance(symbol, Symbol) and name not in "iexXCP" and name not in r.variables:
        r.place += 1
        arguments = [r.side()]
        while r.accept(","):
            arguments.append(r.side())
        r.expect(")")
        return Operation("apply", (symbol, *arguments))
    if r.letters and r.at("(") and r.here.glued and name in "fghpqPQFGTS" and _is_call(r):
        r.place += 1
        arguments = [r.side()]
        while r.accept(","):
            arguments.append(r.side())
        r.expect(")")
        return Operation("apply", (symbol if isinstance(symbol, Symbol) else Symbol("f"), *arguments))
    return symbol


def _is_call(r: _Reader) -> bool:
    """f(x), P(4), f(x + 1), but not p(q+1) in a product: the name stands always before a bracket in the whole claim."""
    name = r.tokens[r.place - 1].text
    if name in r.variables:
        return False
    for i, token in enumerate(r.tokens):
        if token.kind == "letter" and token.text == name and not (i + 1 < len(r.tokens) and r.tokens[i + 1].text == "("):
            return False
    return name in "fghPF" or sum(t.text == name for t in r.tokens) > 1


def _choose(name: str, n: Expr, k: Expr) -> Expr:
    return Operation("binomial", (n, k)) if name == "C" else call("permutations", n, k)


def _ncr(r: _Reader) -> Expr:
    """``_5C_2``, ``{}_5C_2``, ``^5P_2``."""
    r.place += 1
    n = r.script()
    kind = r.here.text
    if kind not in ("C", "P"):
        raise Unreadable("a script without a base")
    r.place += 1
    if not r.accept("_"):
        raise Unreadable("a script without a base")
    return _choose(kind, n, r.script())


def _bracket(r: _Reader) -> Expr:
    opened = r.here.text
    r.place += 1
    if opened == "{" and r.at("}"):
        r.place += 1
        if r.at("_", "^"):
            return _ncr(r)
        return primary(r)
    bars, r.bars = r.bars, 0
    items: list[Expr] = []
    closers = {"(": (")", "]"), "[": ("]", ")"), "\\{": ("\\}",), "{": ("}",)}[opened]
    if opened == "\\{" and r.accept("\\}"):
        return Operation("set", ())
    while True:
        r.soft_inside()
        if r.at(*closers):
            break
        item = r.side()
        if r.at("\\choose", "\\over", "\\atop"):
            word = r.here.text
            r.place += 1
            below = r.side()
            item = Operation("binomial", (item, below)) if word == "choose" else Operation("div", (item, below))
        items.append(item)
        if r.at("=", "\\in", "<", ">", "\\le", "\\ge", "\\leq", "\\geq", "\\equiv"):
            raise Unreadable("a relation inside brackets")
        if not r.at(",", ";", *closers):
            break
    close = r.here.text
    if not r.accept(*closers):
        raise Unreadable(f"expected {closers[0]!r}, found {r.here.text or 'the end'!r}")
    r.bars = bars
    if not items:
        raise Unreadable("empty brackets")
    if opened == "\\{":
        if len(items) == 1 and not r.letters:
            return items[0]
        return Operation("set", tuple(items))
    if len(items) == 1 and opened == "[" and close == "]" and r.at("_") and len(symbols(items[0])) == 1:
        return _between(r, items[0])
    if len(items) == 1:
        return items[0] if opened != "{" or not isinstance(items[0], Operation) or items[0].head in ("add", "neg", "mul", "div", "pow", "apply") else items[0]
    if opened == "{":
        return Operation("set", tuple(items))
    if opened == "(" and close == ")":
        return Operation("tuple", tuple(items))
    if opened == "[" and close == "]" and len(items) > 2:
        return Operation("tuple", tuple(items))
    if len(items) == 2:
        return call("interval" + ("c" if opened == "[" else "o") + ("c" if close == "]" else "o"), *items)
    raise Unreadable("brackets of two kinds")


def _between(r: _Reader, inner: Expr) -> Expr:
    """``[F]_a^b`` is F at b less F at a."""
    r.expect("_")
    lower = r.script()
    r.expect("^")
    upper = r.script(power=True)
    name = Symbol(symbols(inner)[0])
    return Operation("add", (replace(inner, {name: upper}), Operation("neg", (replace(inner, {name: lower}),))))


def _text(r: _Reader) -> Expr:
    word = r.here.text.strip()
    if word in _CALL_NAMES:
        r.place += 1
        return operators.listed(r, word.lower())
    if word in ONE_ARGUMENT:
        r.place += 1
        return operators.function(r, word)
    if word in ("i", "e") or len(word) == 1 and word.isalpha():
        r.place += 1
        return Symbol(word)
    if word.replace(".", "").isdigit() and word[-1] != "." and word[0] != ".":
        r.place += 1
        return Number(word)
    if r.letters:
        if (unit := measures.lone(r)) is not None:
            return unit
        r.place += 1
        return Symbol("text_" + "".join(c for c in word if c.isalnum()))
    return _word(r)


def _word(r: _Reader) -> Expr:
    """Words in the place of a number: number words; a unit alone counts as 1 (``\\dfrac{\\text{inches}}{\\text{foot}}``)."""
    word = r.here.text.strip().lower()
    if word in NUMBER_WORDS and word != "half" and (r.ahead().kind == "end" or r.ahead().kind == "op"):
        r.place += 1
        return number(NUMBER_WORDS[word])
    if word in ("twice", "double", "triple") and r.starts(r.ahead()):
        r.place += 1
        return Operation("mul", (Number("3" if word == "triple" else "2"), r.factor()))
    if word in _PARTS and r.ahead().text == "of" and r.starts(r.ahead(2)):
        r.place += 2
        return Operation("div", (r.factor(), Number(_PARTS[word])))
    before = r.tokens[r.place - 1].text if r.place else ""
    if (unit := measures.lone(r)) is not None:
        return unit
    if before in ("{", "frac", "dfrac", "tfrac") and (r.here.kind == "text" or named(word)):
        words.unit_words(r)
        if r.at("}"):
            return Number("1")
    raise Unreadable(f"the word {word[:40]!r} where a number was expected")


# --- commands


def _command(r: _Reader) -> Expr:
    name = r.here.text
    r.place += 1
    if name in _NAMED:
        return _NAMED[name]
    if name in _FRACTIONS:
        start = r.place
        if not r.letters and _unit_group(r) and _unit_group(r):
            return Number("1")
        r.place = start
        if r.letters:
            found = _derivative(r)
            if found is not None:
                return found
        top = _above_or_below(r)
        return Operation("div", (top, _above_or_below(r)))
    if name in _BINOMIALS:
        if r.at("("):
            pair = _bracket(r)
            return Operation("binomial", pair.args)
        top = r.script()
        return Operation("binomial", (top, r.script()))
    if name in ("sqrt", "cbrt", "surd"):
        return _root(r, name)
    if name in _WRAPPERS:
        if name in ("color", "textcolor"):
            if r.at("{"):
                while r.here.kind != "end" and not r.accept("}"):
                    r.place += 1
            return primary(r)
        if name.endswith("cancel") and not r.letters and _unit_group(r):
            return Number("1")
        return r.script() if name in ("vec", "hat", "widehat", "tilde") or r.at("{") else primary(r)
    if name in ("underbrace", "overbrace"):
        inner = r.script()
        if r.at("_", "^"):
            depth = 0
            while r.here.kind != "end":  # the note under the brace
                depth += (r.here.text == "{") - (r.here.text == "}")
                r.place += 1
                if depth == 0 and r.tokens[r.place - 1].text not in "_^":
                    break
        return inner
    if name in ("overline", "bar"):
        inner = r.script()
        if isinstance(inner, Operation) and inner.head == "mul" and all(isinstance(a, (Symbol, Number)) for a in inner.args):
            raise Unreadable("digits or names under a bar")
        if isinstance(inner, Number):
            raise Unreadable("digits under a bar")
        return call("conj", inner)
    if name in ("lfloor", "lceil"):
        inner = r.side()
        r.expect("\\r" + name[1:])
        return Operation("floor" if name == "lfloor" else "ceil", (inner,))
    if name in ("lvert", "lVert"):
        inner = r.side()
        r.expect("\\r" + name[1:])
        return Operation("abs" if name == "lvert" else "norm", (inner,))
    if name == "langle":
        items = [r.side()]
        while r.accept(","):
            items.append(r.side())
        r.expect("\\rangle")
        return Operation("tuple", tuple(items))
    if name.lower() in ("gcd", "lcm", "hcf", "gcf", "max", "min"):
        return operators.listed(r, name.lower())
    if name in ONE_ARGUMENT or name in ("log", "exp"):
        return operators.function(r, name)
    if name in ("sum", "prod"):
        return operators.big(r, name)
    if name == "int":
        return operators.integral(r)
    if name == "lim":
        return operators.limit(r)
    if name in GREEK:
        symbol: Expr = Symbol(name)
        if r.accept("_"):
            symbol = Operation("index", (symbol, r.script()))
        return symbol
    if name in ("angle", "measuredangle", "triangle"):
        letters = []
        while r.here.kind in ("letter", "word"):
            letters.append(r.here.text)
            r.place += 1
        return Symbol("_".join((name, *letters)))
    if name == "round" and r.at("("):
        return operators.listed(r, name)
    raise Unreadable(f"the command \\{name}")


def _above_or_below(r: _Reader) -> Expr:
    """A part of a fraction; ``{\\text{min}}`` is one minute."""
    if r.at("{") and r.ahead().kind == "text" and r.ahead(2).text == "}":
        start = r.place
        r.place += 1
        if (unit := measures.lone(r)) is not None and r.accept("}"):
            return unit
        r.place = start
    return r.script()


def _derivative(r: _Reader) -> Expr | None:
    """``\\frac{d}{dx} ...`` as a derivative; ``\\frac{dy}{dx}`` is not read."""
    texts = [r.ahead(k).text for k in range(8)]
    if texts[:2] != ["{", "d"]:
        return None
    if texts[2:5] == ["}", "{", "d"] and r.ahead(5).kind in ("letter", "command") and texts[6] == "}":
        r.place += 7
        return Operation("diff", (r.product(), Symbol(texts[5])))
    if "}" in texts and texts[texts.index("}") + 1 : texts.index("}") + 3] == ["{", "d"]:
        raise Unreadable("a derivative")
    return None


def _unit_group(r: _Reader) -> bool:
    """``{\\text{inches}}`` or ``{\\cancel{\\text{foot}}}``: passed over, and noted as a unit that was taken for 1."""
    start = r.place
    depth = 0
    while r.here.kind != "end":
        token = r.here
        if token.text == "{" and token.kind == "op":
            depth += 1
        elif token.text == "}" and token.kind == "op":
            depth -= 1
        elif not (token.kind in ("text", "space") and not any(c.isdigit() for c in token.text) or token.kind == "command" and token.text.endswith("cancel")):
            break
        r.place += 1
        if depth == 0 and r.tokens[r.place - 1].text == "}":
            r.units.append("~unit")
            return True
    r.place = start
    return False


def _root(r: _Reader, name: str) -> Expr:
    degree: Expr | None = Number("3") if name == "cbrt" else None
    if r.accept("["):
        degree = r.side()
        r.expect("]")
    inner = primary(r) if r.at("(") or name in ("surd", "cbrt") else r.script()
    if degree is None or degree == Number("2"):
        return Operation("sqrt", (inner,))
    return Operation("root", (inner, degree))
