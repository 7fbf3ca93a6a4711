"""Functions, big operators and matrices of the claim reader: what takes arguments in a way of its own."""

from __future__ import annotations

from ..expressions import Expr, Number, Operation, Symbol, matrix
from .measures import without
from .reading import Unreadable, _Reader, call, number
from .vocabulary import INVERSE, ONE_ARGUMENT

_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "vmatrix", "smallmatrix", "Bmatrix", "Vmatrix", "array"})


def listed(r: _Reader, name: str) -> Expr:
    name = "gcd" if name in ("hcf", "gcf") else name
    if r.here.text == "of" and r.here.kind == "word":  # LCM of 4 and 6
        r.place += 1
        items = [r.primary()]
        while r.at(",", "and") and r.starts(r.ahead()) or r.at(",") and r.ahead().text == "and":
            r.place += 2 if r.ahead().text == "and" else 1
            items.append(r.primary())
        return Operation(name, tuple(items)) if name in ("max", "min") else call(name, *items)
    close = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}.get(r.here.text)
    if close is None or r.here.kind != "op":
        raise Unreadable(f"{name} without its arguments")
    r.place += 1
    if close == "}" and r.accept("\\{"):
        close = "\\}"
    items = [r.side()]
    while r.accept(","):
        items.append(r.side())
    r.expect(close)
    if len(items) == 1 and isinstance(items[0], Operation) and items[0].head in ("tuple", "set"):
        items = list(items[0].args)
    return Operation(name, tuple(items)) if name in ("max", "min") else call(name, *items)


def divided(r: _Reader, factors: list[Expr], heads: list[str]) -> tuple[list[Expr], list[str]]:
    """``2/3 ÷ 4/9``: the bar of a fraction of plain numbers may bind closer than the sign of division (a choice)."""
    if "d" not in heads:
        return factors, heads
    places = [k for k in range(len(heads)) if heads[k] == "/" and isinstance(factors[k], Number) and isinstance(factors[k + 1], Number)]
    if places:
        r.choices.add("divided-fractions")
        if "divided-fractions" in r.other:
            factors, heads = list(factors), list(heads)
            for k in reversed(places):
                factors[k : k + 2] = [Operation("div", (factors[k], factors[k + 1]))]
                del heads[k]
    return factors, ["/" if head == "d" else head for head in heads]


def scientific(r: _Reader, factors: list[Expr], heads: list[str]) -> tuple[list[Expr], list[str]]:
    """``1.0 x 10^-14 / 2.5 x 10^-4``: the power of ten may belong to the number before it, which stands below the bar (a choice)."""
    places = [k for k in range(len(heads) - 1) if heads[k] == "/" and heads[k + 1] == "*" and isinstance(factors[k + 1], Number) and _of_ten(factors[k + 2])]
    if not places:
        return factors, heads
    r.choices.add("scientific")
    if "scientific" in r.other:
        factors, heads = list(factors), list(heads)
        for k in reversed(places):
            factors[k + 1 : k + 3] = [Operation("mul", (factors[k + 1], factors[k + 2]))]
            del heads[k + 1]
    return factors, heads


def _of_ten(tree: Expr) -> bool:
    tree = without(tree)
    return isinstance(tree, Operation) and tree.head == "pow" and tree.args[0] == Number("10")


def remainder_sign(r: _Reader) -> bool:
    """``17 % 5``, as programs write it: a number follows the sign."""
    return not r.letters and r.at("%") and r.ahead().kind == "number" and r.ahead().glued == r.here.glued


def negative_remainder(r: _Reader, term: Expr) -> Expr | None:
    """``-7 % 3``: programs take the remainder of -7 (a choice)."""
    if r.letters or not (isinstance(term, Operation) and term.head == "apply" and term.args[0] == Symbol("mod")):
        return None
    r.choices.add("negative-remainder")
    return call("mod", Operation("neg", (term.args[1],)), term.args[2]) if "negative-remainder" in r.other else None


def between(r: _Reader, factors: list[Expr], heads: list[str]) -> Expr | None:
    """Two-place signs that are no product: ``mod``, ``//``, ``%``, ``choose``, unions.  None where none of them stands here."""
    word = r.spell(r.here)
    if word in ("\\mod", "\\bmod", "mod") or r.here.kind == "text" and word == "" and r.here.text == "mod" or remainder_sign(r):
        name = "mod"
    elif word in ("\\cup", "\\cap", "\\setminus"):
        name = r.here.text
    elif word == "//" and not r.letters:
        name = "//"
    elif word == "\\choose" and not r.letters and r.depth <= 2 and r.starts(r.ahead()):
        name = "choose"
    else:
        return None
    r.place += 1
    before, after = r.joined(factors, heads), r.factor()
    if name == "//":
        return Operation("floor", (Operation("div", (before, after)),))
    return Operation("binomial", (before, after)) if name == "choose" else call(name, before, after)


def function(r: _Reader, name: str) -> Expr:
    """A function with its base, its power and its argument, in brackets or without."""
    base: Expr | None = None
    power: Expr | None = None
    bare = r.place > 0 and not r.text.startswith("\\", r.tokens[r.place - 1].start)
    while r.at("_", "^") and not (name != "log" and r.at("_")):
        if r.accept("_"):
            whole = bare and r.here.kind == "number" and r.here.text.isdigit() and r.ahead().text == "("  # log_10(100) outside of TeX
            base = r.primary() if whole else r.script()
        else:
            r.place += 1
            power = r.script(power=True)
    head = ONE_ARGUMENT[name]
    if power is not None and power == Operation("neg", (Number("1"),)):
        if head not in INVERSE:
            raise Unreadable(f"\\{name} to the power -1")
        head, power = INVERSE[head], None
    argument = _argument(r)
    if head == "log":
        if base is None:
            r.choices.add("natural-log")
            base = None if "natural-log" in r.other else Number("10")
            if r.letters:
                base = Number("10") if "log-10" in r.other else None
        result: Expr = Operation("log", (argument,) if base is None else (argument, base))
    elif head == "log10":
        result = Operation("log", (argument, Number("10")))
    elif head in ("cis", "arg", "re", "im"):
        result = call(head, argument)
    elif head == "exp":
        result = Operation("exp", (argument,))
    else:
        if head in ("sin", "cos", "tan", "cot", "sec", "csc") and not r.letters:
            argument = _maybe_degrees(r, argument)
        result = Operation(head, (argument,))
    return result if power is None else Operation("pow", (result, power))


def _maybe_degrees(r: _Reader, argument: Expr) -> Expr:
    """sin(30) may mean degrees: a choice, where the argument is a whole number of at least 10."""
    if isinstance(argument, Number) and argument.text.isdigit() and int(argument.text) >= 10:
        r.choices.add("degrees")
        if "degrees" in r.other:
            return call("degree", argument)
    return argument


def _argument(r: _Reader) -> Expr:
    """In brackets: the bracket and what stands on it (a factorial, a power).  Without: the factors up to a sign, a dot or a function."""
    if r.at("{"):
        r.place += 1
        inner = r.side()
        r.close_group()
        return inner if not r.at("!") else r.postfix(inner)
    if r.at("(", "[", "|", "\\lvert", "\\lfloor"):
        return r.postfix(r.primary()) if not r.at("^") else r.primary()
    if r.accept("-"):
        return Operation("neg", (_argument(r),))
    factors = [r.power()]
    while r.starts(r.here) and not r.at("(", "[", "|", "\\|") and not _is_function(r) or r.here.kind == "number" and r.juxtaposed_number():
        factors.append(r.power())
    result = factors[0] if len(factors) == 1 else Operation("mul", tuple(factors))
    if r.at("/") and r.here.glued and r.ahead().glued and r.ahead().kind in ("number", "letter"):
        r.choices.add("slash-in-argument")
        if "slash-in-argument" not in r.other:
            r.place += 1
            result = Operation("div", (result, r.power()))
    return result


def _is_function(r: _Reader) -> bool:
    return r.here.kind in ("command", "text") and (r.here.text in ONE_ARGUMENT or r.here.text in ("log", "boxed", "sum", "int", "text", "lim", "gcd", "lcm"))


# --- big operators


def big(r: _Reader, name: str) -> Expr:
    lower = upper = index = None
    while r.at("_", "^"):
        if r.accept("_"):
            r.expect("{")
            index = r.product()
            if isinstance(index, Symbol):
                r.variables |= {index.name}  # k(k+1) is a product
            r.expect("=")
            lower = r.sum()
            r.close_group()
        else:
            r.place += 1
            upper = r.script(power=True)
    if lower is None or upper is None or not isinstance(index, Symbol):
        raise Unreadable(f"\\{name} without its bounds")
    body = r.product()
    return Operation(name, (body, index, lower, upper))


def integral(r: _Reader) -> Expr:
    lower = upper = None
    while r.at("_", "^"):
        which = r.here.text
        r.place += 1
        bound = r.script(power=True) if not r.at("-") else Operation("neg", (r.factor(),))
        lower, upper = (bound, upper) if which == "_" else (lower, bound)
    start = r.place
    depth = 0
    for i in range(start, len(r.tokens)):
        text = r.tokens[i].text
        depth += (text in ("(", "{", "[")) - (text in (")", "}", "]"))
        if depth == 0 and text == "d" and r.tokens[i].kind == "letter" and i + 1 < len(r.tokens) and r.tokens[i + 1].kind in ("letter", "command"):
            variable = Symbol(r.tokens[i + 1].text)
            kept, end = r.tokens, r.tokens[i + 2 :]
            inner = _Reader(kept[start:i] or [type(kept[0])("number", "1")], r.text, r.letters, r.other, r.variables)
            body = inner.side()
            if inner.here.kind != "end":
                raise Unreadable("an integrand")
            r.choices |= inner.choices
            r.tokens = kept[: i + 2] + end
            r.place = i + 2
            return Operation("integral", (body, variable) if lower is None else (body, variable, lower, upper))
    raise Unreadable("an integral without its variable")


def limit(r: _Reader) -> Expr:
    r.expect("_")
    r.expect("{")
    variable = r.product()
    if not r.accept("\\to", "\\rightarrow", "->") or not isinstance(variable, Symbol):
        raise Unreadable("a limit without its point")
    point = r.sum()
    side: tuple[Expr, ...] = ()
    if r.at("^"):
        r.place += 1
        mark = r.script(power=True)
        side = (number(1) if mark == Symbol("+") else number(-1),)
    r.close_group()
    return Operation("limit", (r.product(), variable, point, *side))


def environment(r: _Reader) -> Expr:
    name = r.here.text
    r.place += 1
    if name not in _MATRICES:
        raise Unreadable(f"the environment {name}")
    if name == "array" and r.at("{"):
        while not r.accept("}"):
            r.place += 1
    rows: list[tuple[Expr, ...]] = []
    row: list[Expr] = []
    bars, r.bars = r.bars, 0
    r.cells += 1
    while True:
        if r.here.kind == "end":
            raise Unreadable("an environment that is not closed")
        row.append(r.side())
        if r.accept("&"):
            continue
        closing = r.here.kind == "close"
        if not closing and not r.accept("\\\\"):
            raise Unreadable(f"{r.here.text!r} in a matrix")
        rows.append(tuple(row))
        row = []
        if closing or r.here.kind == "close":
            r.place += 1
            break
    r.bars = bars
    r.cells -= 1
    if len({len(x) for x in rows}) != 1:
        raise Unreadable("rows of different lengths")
    tree = matrix(rows)
    return Operation("det", (tree,)) if name == "vmatrix" else tree
