"""Trees as Coq terms and propositions, and what must hold for them to have a value.

Coq's division, logarithm and roots are total functions, so "has a value" (no divisor is zero, no logarithm of a number
that is not positive, the derivative exists) is a proposition of its own here.  Names are numbered and spelled anew from
letters and digits, so that no name of a report is ever Coq text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, replace, to_text, walk

MAX_TERMS = 400          # of a sum, or entries of a matrix, that are written out
MAX_LITERAL = 40         # under a factorial or binomial coefficient
_RELATION = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_UNARY = {"exp": "exp", "sin": "sin", "cos": "cos", "abs": "Rabs", "floor": "floorR", "ceil": "ceilR", "tan": "tan", "atan": "atan",
          "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "sqrt": "sqrt", "ln": "ln"}
_MATRIX_HEADS = ("matrix", "add", "neg", "mul", "transpose", "pow", "div", "vec")


class Unwritten(Exception):
    """There is no Coq text for this; the message says for what.  The obligation keeps the strength that it has."""


@dataclass(slots=True)
class Writer:
    """Writes trees as Coq terms and propositions under one table of names."""

    functions: dict[str, tuple[tuple[Expr, ...], Expr]] = field(default_factory=dict)     # with a definition
    integers: frozenset[str] = frozenset()
    sequences: frozenset[str] = frozenset()                                               # indexed by more than literals
    shapes: Mapping[str, tuple[int, int]] = field(default_factory=dict)                   # names that stand for matrices
    names: dict[tuple, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)                                   # Coq name -> its type
    derived: dict[str, int] = field(default_factory=dict)                                 # unknown function -> how often differentiated
    count: int = 0

    # --- names
    def name(self, key: tuple, hint: str, kind: str) -> str:
        if key not in self.names:
            clean = re.sub(r"[^A-Za-z0-9]", "", hint)[:20]
            self.names[key] = f"v{len(self.names)}_{clean}"
            self.kinds[self.names[key]] = kind
        return self.names[key]

    def fresh(self, hint: str) -> str:
        self.count += 1
        return f"b{self.count}_" + re.sub(r"[^A-Za-z0-9]", "", hint)[:20]

    def symbol(self, name: str) -> str:
        return self.name(("symbol", name), name, "Z" if name in self.integers else "R")

    # --- integers
    def whole(self, expr: Expr, env: Mapping[str, tuple[str, str]]) -> str:
        """An integer term in Z.  Raises Unwritten."""
        if isinstance(expr, Number):
            if expr.value.denominator != 1:
                raise Unwritten("a bound that is no integer")
            return str(expr.value.numerator)
        if isinstance(expr, Symbol):
            if expr.name in env and env[expr.name][1] == "Z":
                return env[expr.name][0]
            if expr.name not in env and expr.name in self.integers:
                return self.symbol(expr.name)
            raise Unwritten(f"the index {expr.name}")
        if is_op(expr, "neg"):
            return f"(- {self.whole(expr.args[0], env)})"
        if is_op(expr, "add", "mul"):
            sign = " + " if expr.head == "add" else " * "
            return "(" + sign.join(self.whole(a, env) for a in expr.args) + ")"
        raise Unwritten("an index or bound of this kind")

    # --- reals
    def term(self, expr: Expr, env: Mapping[str, tuple[str, str]] | None = None) -> str:
        """A real term.  Raises Unwritten."""
        env = env or {}
        if isinstance(expr, Number):
            return rational_text(expr.value)
        if isinstance(expr, Symbol):
            return self._name_term(expr.name, env)
        head, args = expr.head, expr.args
        if head in ("add", "mul"):
            parts = [self.term(args[0], env)]
            for a in args[1:]:
                minus = head == "add" and is_op(a, "neg")
                parts.append(("- " if minus else "+ " if head == "add" else "* ") + self.term(a.args[0] if minus else a, env))
            return "(" + " ".join(parts) + ")"
        if head == "neg":
            return f"(- {self.term(args[0], env)})"
        if head == "div":
            return f"({self.term(args[0], env)} / {self.term(args[1], env)})"
        if head == "pow":
            return self._power(args[0], args[1], env)
        if head == "root":
            degree = rational_value(args[1])
            if degree == 2:
                return f"(sqrt {self.term(args[0], env)})"
            return f"(Rpower {self.term(args[0], env)} (/ {self.term(args[1], env)}))"
        if head == "log" and len(args) == 2:
            return f"(ln {self.term(args[0], env)} / ln {self.term(args[1], env)})"
        if head == "log":
            return f"(ln {self.term(args[0], env)})"
        if head in _UNARY:
            return f"({_UNARY[head]} {self.term(args[0], env)})"
        if head in ("min", "max"):
            text = self.term(args[0], env)
            for a in args[1:]:
                text = f"(R{head} {text} {self.term(a, env)})"
            return text
        if head in ("factorial", "binomial"):
            values = [rational_value(a) for a in args]
            if any(v is None or v.denominator != 1 or not 0 <= v <= MAX_LITERAL for v in values):
                raise Unwritten(f"{head} of more than small numbers")
            return f"(IZR ({head}Z {' '.join(str(v) for v in values)}))"
        method = {"index": self._index, "apply": self._apply, "sum": self._sum, "diff": self._diff}.get(head)
        if method is None:
            raise Unwritten(f"the operation {head}")
        return method(expr, env)

    def _name_term(self, name: str, env: Mapping[str, tuple[str, str]]) -> str:
        if name in env:
            text, kind = env[name]
            return f"(IZR {text})" if kind == "Z" else text
        if name == "pi":
            return "PI"
        if name == "e":
            return "(exp 1)"
        if name == "inf":
            raise Unwritten("infinity as a number")
        if name in self.shapes:
            raise Unwritten("a matrix as a number")
        text = self.symbol(name)
        return f"(IZR {text})" if name in self.integers else text

    def _power(self, base: Expr, exponent: Expr, env: Mapping[str, tuple[str, str]]) -> str:
        if base == Symbol("e") and "e" not in env:
            return f"(exp {self.term(exponent, env)})"
        value = rational_value(exponent)
        if value is not None and value.denominator == 1 and abs(value) <= 10_000:
            power = f"({self.term(base, env)} ^ {abs(value.numerator)})"
            return power if value >= 0 else f"(/ {power})"
        return f"(Rpower {self.term(base, env)} {self.term(exponent, env)})"

    def _index(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> str:
        base = expr.args[0]
        if not isinstance(base, Symbol):
            raise Unwritten("an index on an expression")
        indices = expr.args[1:]
        if base.name in self.sequences:
            text = self.name(("sequence", base.name, len(indices)), base.name, " -> ".join(["Z"] * len(indices)) + " -> R")
            return "(" + " ".join([text, *(f"({self.whole(i, env)})%Z" for i in indices)]) + ")"
        return self.name(("index", expr), base.name + "_" + "_".join(to_text(i) for i in indices), "R")

    def _apply(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> str:
        function, *args = expr.args
        if not isinstance(function, Symbol):
            raise Unwritten("an expression as a function")
        text = self.name(("function", function.name, len(args)), function.name, " -> ".join(["R"] * (len(args) + 1)))
        return "(" + " ".join([text, *(self.term(a, env) for a in args)]) + ")"

    def _sum(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> str:
        body, index, low, high = expr.args
        bound = self.fresh(index.name)
        inner = self.term(body, {**env, index.name: (bound, "Z")})
        return f"(bigsum (fun {bound} : Z => {inner}) ({self.whole(low, env)})%Z ({self.whole(high, env)})%Z)"

    def body(self, body: Expr, variable: Expr, env: Mapping[str, tuple[str, str]]) -> str:
        """``fun x => body`` for a variable that is a name.  Raises Unwritten."""
        if not isinstance(variable, Symbol) or variable.name in self.integers or variable.name in self.shapes:
            raise Unwritten("a derivative or limit in something that is not a name")
        bound = self.fresh(variable.name)
        return f"(fun {bound} : R => {self.term(body, {**env, variable.name: (bound, 'R')})})"

    def _diff(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> str:
        body, variable, order = diff_parts(expr)
        self._note_derivatives(expr)
        function, point = self.body(body, variable, env), self.term(variable, env)
        return f"(Derive {function} {point})" if order == 1 else f"(Derive_n {function} {order} {point})"

    def _note_derivatives(self, expr: Operation) -> None:
        depth = sum(diff_parts(node)[2] for node in walk(expr) if is_op(node, "diff"))
        for node in walk(expr.args[0]):
            if is_op(node, "apply") and node.args[0].name not in self.functions:
                if len(node.args) != 2:
                    raise Unwritten("a derivative of a function of several names")
                key = node.args[0].name
                self.derived[key] = max(self.derived.get(key, 0), depth)

    # --- propositions
    def prop(self, expr: Expr, env: Mapping[str, tuple[str, str]] | None = None) -> str:
        """A relation or a combination of relations.  Raises Unwritten."""
        env = env or {}
        if not isinstance(expr, Operation):
            raise Unwritten("something that is no relation")
        head, args = expr.head, expr.args
        if head in ("and", "or"):
            return "(" + (" /\\ " if head == "and" else " \\/ ").join(self.prop(a, env) for a in args) + ")"
        if head == "iff":
            return f"({self.prop(args[0], env)} <-> {self.prop(args[1], env)})"
        if head == "implies":
            return f"({self.prop(args[0], env)} -> {self.prop(args[1], env)})"
        if head == "not":
            return f"(~ {self.prop(args[0], env)})"
        if head == "element":
            return self._element(args[0], args[1], env)
        if head == "approx" or (head == "eq" and is_op(args[0], "round")):
            value, units, scale = rounding_parts(expr)
            return f"(rounds_to {self.term(value, env)} ({units}) {scale})"
        if head == "eq" and any(is_op(a, "limit") for a in args):
            return self._limits(args, env)
        if head not in _RELATION:
            raise Unwritten(f"the statement {head}")
        if self.is_matrix(args[0]) or self.is_matrix(args[1]) or (is_op(args[0], "tuple", "row") and is_op(args[1], "tuple", "row")):
            if head != "eq":
                raise Unwritten("an order of matrices")
            return "(" + " /\\ ".join(f"{self.term(a, env)} = {self.term(b, env)}" for a, b in self.entry_pairs(*args)) + ")"
        if head == "eq" and env == {} and self._integer_value(*args):
            return f"({self.symbol(args[0].name)} = ({self.whole(args[1], env)})%Z)"
        return f"({self.term(args[0], env)} {_RELATION[head]} {self.term(args[1], env)})"

    def _integer_value(self, left: Expr, right: Expr) -> bool:
        value = rational_value(right)
        return isinstance(left, Symbol) and left.name in self.integers and value is not None and value.denominator == 1

    def _element(self, what: Expr, where: Expr, env: Mapping[str, tuple[str, str]]) -> str:
        if not isinstance(where, Symbol):
            raise Unwritten("a set of this kind")
        integer = isinstance(what, Symbol) and what.name in self.integers and what.name not in env
        if where.name == "RR" or (where.name == "ZZ" and integer):
            return "True"
        if where.name == "NN" and integer:
            return f"(0 <= {self.symbol(what.name)})%Z"
        if where.name in ("ZZ", "NN"):
            bound = self.fresh("k")
            return f"(exists {bound} : {'Z' if where.name == 'ZZ' else 'nat'}, {self.term(what, env)} = {'IZR' if where.name == 'ZZ' else 'INR'} {bound})"
        raise Unwritten(f"the set {where.name}")

    def _limits(self, sides: tuple[Expr, ...], env: Mapping[str, tuple[str, str]]) -> str:
        """A limit and its value, or two limits with one value."""
        if all(is_op(side, "limit") for side in sides):
            bound = self.fresh("l")
            return f"(exists {bound} : R, {self._limit_is(sides[0], bound, env)} /\\ {self._limit_is(sides[1], bound, env)})"
        limit, value = sides if is_op(sides[0], "limit") else sides[::-1]
        return self._limit_is(limit, self.term(value, env), env)

    def _limit_is(self, expr: Operation, value: str, env: Mapping[str, tuple[str, str]]) -> str:
        body, variable, point = expr.args[:3]
        if len(expr.args) == 3:
            return f"(is_lim {self.body(body, variable, env)} {self.point(point, env)} {value})"
        return f"(filterlim {self.body(body, variable, env)} {self._side(expr, env)} (locally {value}))"

    def _side(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> str:
        side = rational_value(expr.args[3])
        if side not in (1, -1):
            raise Unwritten("the side of a limit")
        return f"({'at_right' if side == 1 else 'at_left'} {self.term(expr.args[2], env)})"

    def point(self, point: Expr, env: Mapping[str, tuple[str, str]]) -> str:
        if point == Symbol("inf"):
            return "p_infty"
        if point == Operation("neg", (Symbol("inf"),)):
            return "m_infty"
        return f"(Finite {self.term(point, env)})"

    # --- matrices
    def is_matrix(self, expr: Expr) -> bool:
        if isinstance(expr, Symbol):
            return expr.name in self.shapes
        return is_op(expr, "matrix") or (is_op(expr, *_MATRIX_HEADS) and any(self.is_matrix(a) for a in expr.args))

    def entry_pairs(self, left: Expr, right: Expr) -> list[tuple[Expr, Expr]]:
        """The entries of both sides beside each other.  Raises Unwritten where the shapes differ."""
        if is_op(left, "tuple", "row") and is_op(right, "tuple", "row"):
            rows, others = [left.args], [right.args]
        else:
            rows, others = self.entries(left), self.entries(right)
        if [len(r) for r in rows] != [len(r) for r in others]:
            raise Unwritten("matrices of different shapes")
        if sum(len(r) for r in rows) > MAX_TERMS:
            raise Unwritten("a large matrix")
        return [pair for r, s in zip(rows, others) for pair in zip(r, s)]

    def entries(self, expr: Expr) -> list[list[Expr]]:
        """A matrix-valued tree by its entries: products and sums written out, nothing evaluated.  ``vec`` stacks rows.

        Raises Unwritten.
        """
        if isinstance(expr, Symbol) and expr.name in self.shapes:
            height, width = self.shapes[expr.name]
            return [[Operation("index", (Symbol(expr.name + " entry"), Number(str(i)), Number(str(j)))) for j in range(1, width + 1)]
                    for i in range(1, height + 1)]
        if is_op(expr, "matrix"):
            return [list(row.args) for row in expr.args]
        if is_op(expr, "neg"):
            return [[Operation("neg", (a,)) for a in r] for r in self.entries(expr.args[0])]
        if is_op(expr, "transpose"):
            return [list(r) for r in zip(*self.entries(expr.args[0]))]
        if is_op(expr, "vec"):
            return [[a] for r in self.entries(expr.args[0]) for a in r]
        if is_op(expr, "div") and not self.is_matrix(expr.args[1]):
            return [[Operation("div", (a, expr.args[1])) for a in r] for r in self.entries(expr.args[0])]
        if is_op(expr, "add"):
            parts = [self.entries(a) for a in expr.args]
            if len({(len(p), len(p[0])) for p in parts}) != 1:
                raise Unwritten("a sum of matrices of different shapes")
            return [[Operation("add", cell) for cell in zip(*rows)] for rows in zip(*parts)]
        if is_op(expr, "pow"):
            power = rational_value(expr.args[1])
            if power is None or power.denominator != 1 or not 1 <= power <= 8:
                raise Unwritten("a power of a matrix")
            return self._product([expr.args[0]] * int(power))
        if is_op(expr, "mul"):
            return self._product(expr.args)
        raise Unwritten("a matrix operation")

    def _product(self, factors: Iterable[Expr]) -> list[list[Expr]]:
        result: list[list[Expr]] | None = None
        scalars: list[Expr] = []
        for factor in factors:
            if not self.is_matrix(factor):
                scalars.append(factor)
                continue
            value = self.entries(factor)
            if result is not None and len(result[0]) != len(value):
                raise Unwritten("a product of matrices that do not fit")
            result = value if result is None else [[_dot(row, [r[j] for r in value]) for j in range(len(value[0]))] for row in result]
        return [[Operation("mul", (*scalars, a)) for a in r] for r in result] if scalars else result

    # --- having a value
    def defined(self, expr: Expr, env: Mapping[str, tuple[str, str]] | None = None, open_: bool = False) -> list[str]:
        """What must hold for every part of the expression to have a value; ``open_``: also nearby, as under a derivative."""
        env = env or {}
        if not isinstance(expr, Operation):
            return []
        head, args = expr.head, expr.args
        if head == "eq" and (self.is_matrix(args[0]) or self.is_matrix(args[1])):
            return [d for pair in self.entry_pairs(*args) for side in pair for d in self.defined(side, env, open_)]
        if head in ("diff", "limit", "sum"):
            return getattr(self, "_defined_" + head)(expr, env)
        if head == "element":
            return self.defined(args[0], env)
        if head in ("index",):
            return []
        if head == "round":
            return self.defined(args[0], env)
        found = [d for a in (args[1:] if head == "apply" else args) for d in self.defined(a, env, open_)]
        if head == "apply" and args[0].name in self.functions:
            parameters, body = self.functions[args[0].name]
            if len(parameters) == len(args) - 1:
                found += self.defined(replace(body, dict(zip(parameters, args[1:]))), env, open_)
        if head == "div" and not _nonzero_literal(args[1]):
            found.append(f"({self.term(args[1], env)} <> 0)")
        elif head == "pow" and not (args[0] == Symbol("e") and "e" not in env):
            value = rational_value(args[1])
            if value is None or value.denominator != 1 or abs(value) > 10_000:
                found.append(f"(0 < {self.term(args[0], env)})")
            elif value <= 0 and not _nonzero_literal(args[0]):
                found.append(f"({self.term(args[0], env)} <> 0)")
        elif head == "sqrt" or (head == "root" and rational_value(args[1]) == 2):
            found.append(f"(0 {'<' if open_ else '<='} {self.term(args[0], env)})")
        elif head in ("ln", "log", "root"):
            found.append(f"(0 < {self.term(args[0], env)})")
            if head == "log" and len(args) == 2:
                found += [f"(0 < {self.term(args[1], env)})", f"({self.term(args[1], env)} <> 1)"]
            if head == "root":
                found.append(f"({self.term(args[1], env)} <> 0)")
        elif head == "tan":
            found.append(f"(cos {self.term(args[0], env)} <> 0)")
        return found

    def _defined_diff(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> list[str]:
        body, variable, order = diff_parts(expr)
        self._note_derivatives(expr)
        function, point = self.body(body, variable, env), self.term(variable, env)
        exists = f"(ex_derive {function} {point})" if order == 1 else f"(ex_derive_n {function} {order} {point})"
        return [*self.defined(body, env, True), exists]

    def _defined_limit(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> list[str]:
        body, variable, point = expr.args[:3]
        bound = self.fresh(variable.name)
        inner = self.defined(body, {**env, variable.name: (bound, "R")})
        near = f"Rbar_locally' {self.point(point, env)}" if len(expr.args) == 3 else self._side(expr, env)
        return [f"({near} (fun {bound} : R => {d}))" for d in inner]

    def _defined_sum(self, expr: Operation, env: Mapping[str, tuple[str, str]]) -> list[str]:
        body, index, low, high = expr.args
        bound = self.fresh(index.name)
        inner = self.defined(body, {**env, index.name: (bound, "Z")})
        lower, upper = self.whole(low, env), self.whole(high, env)
        return [f"({lower} <= {upper} + 1)%Z", *(f"(forall {bound} : Z, ({lower} <= {bound} <= {upper})%Z -> {d})" for d in inner)]


# --- parts ----------------------------------------------------------------------------------------------------

def rational_text(value: Fraction) -> str:
    """A rational as Coq text: integers as they are, others as a quotient of two integers."""
    whole = str(value.numerator) if value >= 0 else f"(- {-value.numerator})"
    return whole if value.denominator == 1 else f"({whole} / {value.denominator})"


def diff_parts(expr: Operation) -> tuple[Expr, Expr, int]:
    order = rational_value(expr.args[2]) if len(expr.args) == 3 else Fraction(1)
    if order is None or order.denominator != 1 or not 1 <= order <= 12:
        raise Unwritten("a derivative of this order")
    return expr.args[0], expr.args[1], int(order)


def rounding_parts(expr: Operation) -> tuple[Expr, int, int]:
    """(value, k, s) where the statement says that the value rounds to k/s, s a power of ten.  Raises Unwritten."""
    value, shown = expr.args
    minus = is_op(shown, "neg")
    written = shown.args[0] if minus else shown
    if not isinstance(written, Number):
        raise Unwritten("a rounding that is not a decimal")
    places = Fraction(len(written.text.partition(".")[2]))
    if is_op(value, "round"):
        value, digits = value.args
        places = rational_value(digits)
        if places is None or places.denominator != 1 or not 0 <= places <= 1000:
            raise Unwritten("the number of decimal places")
    scale = 10 ** int(places)
    units = written.value * scale * (-1 if minus else 1)
    if units.denominator != 1:
        raise Unwritten("a rounding with more digits than it says")
    return value, int(units), scale


def _dot(row: list[Expr], column: list[Expr]) -> Expr:
    terms = tuple(Operation("mul", pair) for pair in zip(row, column))
    return terms[0] if len(terms) == 1 else Operation("add", terms)


def _nonzero_literal(expr: Expr) -> bool:
    value = rational_value(expr)
    return value is not None and value != 0
