"""Proof scripts: for each kind of statement what usually proves it, in order, cheap first.

Nothing here has to be right: Coq's kernel checks every proof, and a script that does not prove its lemma costs only the
attempt.  So the judge's normal forms and derivatives may be used freely to say where a proof should go.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from ..expressions import Expr, Number, Operation, Symbol, is_op, rational_value, replace, symbols, transform, walk
from ..judge import calculus, enclosure
from ..judge.conditions import Facts
from ..judge.definitions import prepare
from ..judge.exact import Field
from ..judge.forms import Overflow, Quotient, Undefined, Unsupported, prime_factors
from ..obligation import Obligation
from .lemma import Lemma
from .writer import Unwritten, Writer, diff_parts

_MISSING = (Unsupported, Undefined, Overflow, Unwritten, RecursionError, ValueError, ZeroDivisionError, AttributeError, KeyError, TypeError)


def scripts(lemma: Lemma) -> tuple[str, ...]:
    """Tactics, each of which may prove the lemma as a whole."""
    return tuple(dict.fromkeys(_scripts(lemma)))


def _scripts(lemma: Lemma) -> Iterator[str]:
    proof = _Proof(lemma)
    goal = proof.goal
    plain = proof.whole([], proof.main(goal))
    if not any(is_op(n, "diff", "sum", "floor", "ceil") for n in walk(goal)):
        yield plain
    if any(is_op(f, "eq") for f in proof.known):
        yield proof.whole([], proof.by_hypotheses())
    if any(is_op(n, "sum") for n in walk(goal)):
        yield proof.whole([], proof.main(goal))
        yield proof.whole([], proof.term_by_term(goal))
    helps = proof.helps()
    if not helps:
        yield plain
    else:
        yield proof.whole(helps, proof.main(goal))
        yield proof.whole(helps, proof.by_hypotheses())
    if is_op(goal, "eq"):
        for alternative in proof.from_assumptions():
            yield proof.whole(helps, alternative)


class _Proof:
    """The scripts of one lemma, all under its names."""

    def __init__(self, lemma: Lemma) -> None:
        self.lemma = lemma
        self.writer: Writer = lemma.writer
        self.goal = self.unfold(lemma.goal)
        self.known = [self.unfold(f) for _, f in lemma.hypotheses if f is not None]
        self.lets = [n for n in lemma.binders if n in {self.writer.names[("function", f, len(p))] for f, (p, _) in self.writer.functions.items()
                                                       if ("function", f, len(p)) in self.writer.names}]

    def unfold(self, expr: Expr) -> Expr:
        def applied(node: Expr) -> Expr:
            if is_op(node, "apply") and node.args[0].name in self.writer.functions:
                parameters, body = self.writer.functions[node.args[0].name]
                if len(parameters) == len(node.args) - 1:
                    return replace(body, dict(zip(parameters, node.args[1:])))
            return node

        return transform(expr, applied)

    # --- the frame
    def whole(self, helps: list[str], main: str) -> str:
        names = [*self.lemma.binders, *(f"H{i}" for i in range(len(self.lemma.hypotheses)))]
        steps = [f"intros {' '.join(names)}"] if names else ["idtac"]
        steps += [f"subst {n}" for n in self.lets] + ["cbv beta"]
        if any(is_op(n, "factorial", "binomial") for n in walk(self.lemma.goal)):
            steps.append("rg_whole")
        steps += helps
        for part in self.lemma.parts:
            if "ex_derive" in part:
                way = "first [assumption | eexists; eassumption | eexists; rg_derive]"
            else:
                way = "first [assumption | subst; rg_side | subst; rg_exps; rg_side]"
            steps.append(f"split; [{way} |]")
        return "; ".join([*steps, main])

    # --- statements
    def main(self, goal: Expr) -> str:
        head = goal.head
        if head in ("and", "tuple"):
            return f"rg_split; first [{' | '.join(dict.fromkeys(self.main(a) for a in goal.args))}]"
        if head == "or":
            tries = [f"{side}; {self.main(a)}" for side, a in (("left", goal.args[0]), ("right", goal.args[-1]))]
            return f"first [{' | '.join(f'({t})' for t in tries)}]"
        if head == "iff":
            return f"split; [{self.implied(*goal.args)} | {self.implied(*reversed(goal.args))}]"
        if head == "approx" or (head == "eq" and is_op(goal.args[0], "round")):
            return "subst; rg_rounding"
        if head == "eq" and any(is_op(a, "limit") for a in goal.args):
            return self.limits(goal)
        if head == "eq":
            if self.writer.is_matrix(goal.args[0]) or is_op(goal.args[0], "tuple"):
                return "subst; rg_split; rg_value"
            return "subst; first [rg_value | rg_terms; rg_value]"
        if head in ("lt", "le", "gt", "ge", "ne"):
            return self.order(goal)
        if head == "element":
            return "first [exact I | eexists; subst; first [reflexivity | lra]]"
        return "first [assumption | lra]"

    def by_hypotheses(self) -> str:
        """Equations that are assumed, used from left to right."""
        equations = [f"H{i}" for i, (_, f) in enumerate(self.lemma.hypotheses) if is_op(f, "eq")]
        rewrite = "; ".join(f"rewrite ?{h}" for h in equations)
        return f"first [assumption | {rewrite or 'idtac'}; first [reflexivity | rg_split; rg_value | subst; rg_terms; rewrite ?H0; rg_value] | lra | nra]"

    def term_by_term(self, goal: Expr) -> str:
        """Two sums over one range whose terms are equal; a derivative in a term is taken there."""
        steps = []
        for number, node in enumerate(dict.fromkeys(n for n in walk(goal) if is_op(n, "diff"))):
            outer = [n for n in walk(goal) if is_op(n, "sum") and any(m == node for m in walk(n.args[0]))]
            if not outer:
                continue
            index = outer[0].args[1]
            try:
                body, variable, order = diff_parts(node)
                value = calculus.derivative(body, variable)
                env = {index.name: ("j_", "Z")}
                steps.append(f"assert (HT{number} : forall j_ : Z, is_derive {self.writer.body(body, variable, env)} {self.writer.term(variable)} "
                             f"{self.writer.term(value, env)}) by (intros; rg_derive)")
            except _MISSING:
                continue
        rewrite = "; ".join(f"rewrite ?(is_derive_unique _ _ _ (HT{k} j_))" for k in range(len(steps)))
        helps = [*steps, *self.help_derivatives()]
        close = f"apply bigsum_ext; intros j_ Hj; cbv beta; {rewrite or 'idtac'}; rg_value"
        return "; ".join([*helps, f"first [{close} | f_equal; {close}]"])

    def order(self, goal: Operation) -> str:
        """Inequalities: arithmetic, or the sign of the difference as a product of factors."""
        left, right = goal.args
        if goal.head in ("lt", "le"):
            left, right = right, left
        tries = ["subst; rg_order"]
        left, right = (transform(self.differentiated(side), self.without_bars) for side in (left, right))
        bounds = self.exponential_bounds(left, right)
        try:
            shape = self.writer.term(_tidy(Operation("add", (left, Operation("neg", (right,))))))
            difference = f"({self.writer.term(left)} - {self.writer.term(right)})"
            close = {"gt": "rg_pos", "lt": "rg_pos", "ge": "rg_side", "le": "rg_side", "ne": "rg_ne"}[goal.head]
            turn = {"gt": "apply Rminus_gt; unfold Rgt", "lt": "apply Rminus_gt; unfold Rgt", "ge": "apply Rminus_ge; apply Rle_ge",
                    "le": "apply Rge_le; apply Rminus_ge; apply Rle_ge", "ne": "apply Rminus_not_eq"}[goal.head]
            tries.append(f"assert (HD : {difference} = {shape}) by (subst; rg_value); {turn}; rewrite HD; clear HD; {bounds}subst; {close}")
        except _MISSING:
            pass
        return f"first [{' | '.join(f'({t})' for t in tries)}]"

    def differentiated(self, expr: Expr) -> Expr:
        """Derivatives replaced by their values, as ``help_derivatives`` writes them."""
        def value(node: Expr) -> Expr:
            if not is_op(node, "diff") or is_op(node.args[0], "apply"):
                return node
            body, variable, order = diff_parts(node)
            for _ in range(order):
                body = _tidy(calculus.derivative(body, variable))
            return body

        return transform(expr, value)

    def without_bars(self, node: Expr) -> Expr:
        """An absolute value of what is assumed to have a sign."""
        if is_op(node, "abs"):
            for fact in self.known:
                if is_op(fact, "gt", "ge", "lt", "le") and fact.args == (node.args[0], Number("0")):
                    return node.args[0] if fact.head in ("gt", "ge") else Operation("neg", node.args)
        return node

    def exponential_bounds(self, *sides: Expr) -> str:
        """From z < c: exp z < exp c and exp (-c) < exp (-z), with exp c as a number where c is a logarithm."""
        steps = []
        if not any(is_op(n, "exp", "pow") for side in sides for n in walk(side)):
            return ""
        for i, (_, fact) in enumerate(self.lemma.hypotheses):
            if is_op(fact, "lt", "gt"):
                a, b = fact.args if fact.head == "lt" else fact.args[::-1]
                a, b = self.writer.term(a), self.writer.term(b)
                steps.append(f"assert (HE{i} : exp {a} < exp {b}) by (apply exp_increasing; lra); rewrite ?exp_Ropp, ?exp_ln in HE{i} by lra; "
                             f"assert (HG{i} : exp (- {b}) < exp (- {a})) by (apply exp_increasing; lra); rewrite ?Ropp_involutive in HG{i}; "
                             f"rewrite ?exp_ln in HG{i} by lra; try (rewrite (exp_Ropp (ln _)), exp_ln in HG{i} by lra); ")
        return "".join(steps)

    # --- from one equation to another
    def implied(self, given: Expr, wanted: Expr) -> str:
        tries = ["intro HA; subst; rg_split; first [assumption | symmetry; assumption | lra | nra]"]
        if is_op(given, "and"):
            tries.append("intro HA; " + "decompose [and] HA; clear HA; subst; rg_split; first [assumption | lra]")
        elif is_op(given, "or"):
            cases = [self.implied(g, wanted) for g in given.args]
            tries = [f"intros [HB | HB]; revert HB; [{cases[0]} | {cases[1]}]"] if len(cases) == 2 else tries
        else:
            multiple = self.multiple(given, wanted)
            if multiple:
                tries.insert(0, multiple)
            tries.append("intro HA; assert (HB := f_equal ln HA); revert HB; rg_logs; unfold Rpower; rg_logs; intro HB; rg_facts; "
                         "first [lra | apply Rmult_eq_reg_l with (2 := HB); rg_ne | field_simplify_eq; [lra | rg_side]]")
            tries.append("intro HA; rewrite HA; first [rg_value | field_simplify_eq; rg_value]")
            tries.append("intro HA; subst; rg_exps; rg_value")
            tries.append("intro HA; apply ln_inv; [rg_side | rg_side | rg_logs; lra]")
        return f"first [{' | '.join(f'({t})' for t in tries)}]"

    def multiple(self, given: Expr, wanted: Expr) -> str | None:
        """wanted's difference is a multiple of given's; where wanted is ``or``, the product of the differences is."""
        if not is_op(given, "eq") or not is_op(wanted, "eq", "or"):
            return None
        goals = wanted.args if is_op(wanted, "or") else (wanted,)
        if any(not is_op(g, "eq") for g in goals) or len(goals) > 2:
            return None
        product = _product([Operation("add", (g.args[0], Operation("neg", (g.args[1],)))) for g in goals])
        try:
            ready = prepare(Obligation(Operation("iff", (given, Operation("eq", (product, Number("0"))))),
                                       (*self.lemma.obligation.assumptions, *self.lemma.conditions)))
            field = Field(48)
            Facts(field, ready.assumptions)
            (low, high), (p, _) = (side.args for side in ready.statement.args)
            below = field.lowest(field.reduced(field.sub(field.normal(low), field.normal(high))))
            above = field.lowest(field.reduced(field.normal(p)))
            if below.num == 0:
                return None
            factor = field.lowest(Quotient(above.num * below.den, above.den * below.num))
            ratio = self.writer.term(field.to_expr(factor))
            left, right = (self.writer.term(a) for a in given.args)
            terms = [f"({self.writer.term(g.args[0])} - {self.writer.term(g.args[1])})" for g in goals]
        except _MISSING:
            return None
        close = "apply Rminus_diag_uniq; rewrite HZ, (Rminus_diag_eq _ _ HA); ring"
        if len(goals) == 2:
            close = ("assert (HY : " + " * ".join(terms) + " = 0) by (rewrite HZ, (Rminus_diag_eq _ _ HA); ring); "
                     "destruct (Rmult_integral _ _ HY) as [HX | HX]; [left | right]; apply Rminus_diag_uniq; exact HX")
        return f"intro HA; assert (HZ : {' * '.join(terms)} = {ratio} * ({left} - {right})) by (clear HA; subst; rg_value); {close}"

    def from_assumptions(self) -> Iterator[str]:
        """An equation that follows from an assumed one."""
        for i, (_, fact) in enumerate(self.lemma.hypotheses):
            if is_op(fact, "eq"):
                multiple = self.multiple_without_definition(self.unfold(fact))
                if multiple:
                    yield f"revert H{i}; {multiple}"

    def multiple_without_definition(self, fact: Expr) -> str | None:
        rest = tuple(a for a in self.lemma.obligation.assumptions if self.unfold(a) != fact)
        other = _Proof.__new__(_Proof)
        other.lemma, other.writer, other.goal, other.known, other.lets = self.lemma, self.writer, self.goal, self.known, self.lets
        object.__setattr__(other, "lemma", _with_assumptions(self.lemma, rest))
        return other.multiple(fact, self.goal)

    # --- helps: equations that are proved first and then rewritten
    def helps(self) -> list[str]:
        steps: list[str] = []
        for maker in (self.help_floors, self.help_derivatives, self.help_sums, self.help_powers, self.help_logs):
            try:
                steps += maker()
            except _MISSING:
                continue
        return steps

    def help_floors(self) -> list[str]:
        steps = []
        for node in dict.fromkeys(n for n in walk(self.goal) if is_op(n, "floor", "ceil")):
            ready = prepare(Obligation(Operation("eq", (node.args[0], Number("0"))), self.lemma.obligation.assumptions))
            value = enclosure.evaluate(ready.statement.args[0], bits=256)
            middle = _near(value)
            k = floor(middle) if node.head == "floor" else -floor(-middle)
            text = self.writer.term(node)
            steps.append(f"assert (HF{len(steps)} : {text} = {k}) by (apply ({node.head}R_at ({k})); subst; split; first [lra | interval])")
        return [*steps, *(f"rewrite HF{i}" for i in range(len(steps)))]

    def help_derivatives(self) -> list[str]:
        steps: list[str] = []
        found = dict.fromkeys(n for n in walk(self.goal) if is_op(n, "diff") and not _under_binder(self.goal, n))
        for number, node in enumerate(sorted(found, key=lambda n: sum(1 for _ in walk(n)))):
            body, variable, order = diff_parts(node)
            point = self.writer.term(variable)
            function = self.writer.body(body, variable, {})
            if is_op(body, "apply"):
                continue
            names = [f"HD{number}_{k}" for k in range(order + 1)]
            current, chain = body, []
            for _ in range(order):
                current = _tidy(calculus.derivative(current, variable))
                chain.append(current)
            if order == 1:
                steps.append(f"assert ({names[0]} : is_derive {function} {point} {self.writer.term(current)}) by (subst; rg_derive)")
                steps.append(f"rewrite ?(is_derive_unique _ _ _ {names[0]})")
                continue
            steps += self.higher(names, function, chain, body, variable)
        return steps

    def higher(self, names: list[str], function: str, chain: list[Expr], body: Expr, variable: Symbol) -> list[str]:
        """A derivative of higher order: everywhere, one order after the other; or only nearby, for the second."""
        point, order = self.writer.term(variable), len(chain)
        bound = self.writer.fresh("t")
        at = {variable.name: (bound, "R")}
        needs = " /\\ ".join(dict.fromkeys(self.writer.defined(body, at, True))) or "True"
        values = [self.writer.term(c, at) for c in chain]
        functions = [self.writer.body(c, variable, {}) for c in chain]
        steps = [f"assert ({names[1]} : forall {bound} : R, Derive_n {function} 1 {bound} = {values[0]}) by "
                 f"(clear; intros; apply is_derive_unique; assert ({needs}) by rg_side; rg_derive)"]
        for k in range(2, order + 1):
            before = f"exact {names[1]}" if k == 2 else f"intros; apply {names[k - 1]}"
            claim = f"forall {bound} : R, ex_derive_n {function} {k} {bound} /\\ Derive_n {function} {k} {bound} = {values[k - 1]}"
            steps.append(f"assert ({names[k]} : {claim}) by (apply (next_everywhere {function} {functions[k - 2]} {functions[k - 1]} {k - 1}); "
                         f"[{before} | clear; intros {bound}; assert ({needs}) by rg_side; rg_derive])")
        everywhere = "; ".join([*steps, f"destruct ({names[order]} {point}) as [{names[0]}a {names[0]}]"])
        if order != 2:
            return [everywhere, f"rewrite {names[0]}"]
        nearby = (f"assert ({names[1]} : locally {point} (fun {bound} : R => Derive_n {function} 1 {bound} = {values[0]})) by "
                  f"({self.nearby(needs, bound, point)}; apply is_derive_unique; rg_derive); "
                  f"destruct (derive_n_value {function} 1 {point} {self.writer.term(chain[1])}) as [{names[0]}a {names[0]}]; "
                  f"[apply (next_derive {function} {functions[0]} 1 _ _ {names[1]}); rg_derive | ]")
        return [f"first [{everywhere} | {nearby}]", f"rewrite {names[0]}"]

    def nearby(self, needs: str, bound: str, point: str) -> str:
        """From "near the point" to any point near it, with what is needed to have a value there."""
        return (f"assert (HL : locally {point} (fun {bound} : R => {needs})) by (repeat apply filter_and; "
                f"first [apply locally_pos; [auto_derive; rg_side | rg_side] | apply locally_ne; [auto_derive; rg_side | rg_side]]); "
                f"apply filter_imp with (2 := HL); clear HL; intros {bound} HL; repeat match goal with H : _ /\\ _ |- _ => destruct H end")

    def help_sums(self) -> list[str]:
        steps: list[str] = []
        found = [n for n in dict.fromkeys(walk(self.goal)) if is_op(n, "sum") and not _under_binder(self.goal, n)]
        for node in found:
            body, index, low, high = node.args
            field = Field(48)
            Facts(field, tuple(self.lemma.obligation.assumptions))
            marked = Symbol("index mark")
            q = field.lowest(field.reduced(field.normal(replace(body, {index: marked}))))
            dependent = {i for i, atom in enumerate(field.atoms) if calculus.depends(atom.expr, marked)}
            if any(q.den.degrees()[i] for i in dependent):
                continue
            pieces: dict[tuple[int, ...], dict] = {}
            for exponents, coefficient in q.num.to_dict().items():
                varying = tuple(e if i in dependent else 0 for i, e in enumerate(exponents))
                pieces.setdefault(varying, {})[tuple(0 if i in dependent else e for i, e in enumerate(exponents))] = coefficient
            bounds = f"({self.writer.whole(low, {})})%Z ({self.writer.whole(high, {})})%Z"
            terms = []
            for varying, outside in pieces.items():
                factor = self.writer.term(field.to_expr(Quotient(field.ctx.from_dict(outside), q.den)))
                inner = replace(field.to_expr(Quotient(field.ctx.from_dict({varying: 1}), field.one)), {marked: Symbol("index_i")})
                function = f"(fun i_ : Z => {self.writer.term(inner, {'index_i': ('i_', 'Z')})})" if any(varying) else "(fun _ : Z => 1)"
                terms.append(f"{factor} * bigsum {function} {bounds}")
            text = self.writer.term(node)
            k = len(steps)
            steps.append(f"assert (HS{k} : {text} = {' + '.join(terms) or '0'}) by (unfold bigsum; generalize (Z.to_nat ({self.writer.whole(high, {})} - "
                         f"{self.writer.whole(low, {})} + 1)); let n := fresh in let IH := fresh in intros n; induction n as [| n IH]; cbn [rsum]; "
                         f"[rg_eq | rewrite IH; rg_eq])")
        count = len(steps)
        if count:
            steps += [f"try rewrite HS{k}" for k in range(count)]
            steps += ["rewrite ?bigsum_one by (first [lia | rg_integers; rg_arith])", "rewrite ?plus_IZR, ?minus_IZR"]
        return steps

    def help_powers(self) -> list[str]:
        """A power whose exponent is a name that is given as a whole number."""
        steps: list[str] = []
        found = (n for n in walk(self.goal) if is_op(n, "pow") and rational_value(n.args[1]) is None and n.args[0] != Symbol("e"))
        for node in dict.fromkeys(n for n in found if not _under_binder(self.goal, n)):
            base, exponent = node.args
            ready = prepare(Obligation(Operation("eq", (exponent, Number("0"))), self.lemma.obligation.assumptions))
            field = Field(8)
            value = field.rational(field.normal(ready.statement.args[0]))
            if value is None or value.denominator != 1 or not 0 <= value <= 400:
                continue
            text = self.writer.term(base)
            steps.append(f"assert (HP{len(steps)} : {self.writer.term(node)} = {text} ^ {value}) by (replace {self.writer.term(exponent)} with (INR {value}) "
                         f"by (subst; cbn [INR]; lra); apply Rpower_pow; subst; rg_side)")
        return [*steps, *(f"rewrite ?HP{k}" for k in range(len(steps)))]

    def help_logs(self) -> list[str]:
        """The logarithm of a rational as a sum of logarithms of primes."""
        steps: list[str] = []
        logs = [n.args[0] for n in walk(self.goal) if is_op(n, "ln", "log")] + [n.args[1] for n in walk(self.goal) if is_op(n, "log") and len(n.args) == 2]
        for argument in dict.fromkeys(logs):
            if symbols(argument):
                continue
            field = Field(8)
            value = field.rational(field.normal(argument))
            if value is None or value <= 0 or value == 1:
                continue
            parts = prime_factors(value)
            if len(parts) == 1 and parts[0][1] == 1:
                continue
            over = " * ".join(f"{p} ^ {e}" for p, e in parts if e > 0) or "1"
            under = " * ".join(f"{p} ^ {-e}" for p, e in parts if e < 0)
            total = " + ".join(f"({e}) * ln {p}" for p, e in parts)
            text = self.writer.term(argument)
            shape = f"({over})" + (f" / ({under})" if under else "")
            steps.append(f"assert (HL{len(steps)} : ln {text} = {total}) by (replace {text} with ({shape}) by lra; rg_logs; lra)")
        return [*steps, *(f"rewrite ?HL{k}" for k in range(len(steps)))]

    def limits(self, goal: Operation) -> str:
        """At a point where the function is smooth its value; at infinity as a smooth function of exp z or exp (-z), which goes to 0."""
        ways = [self.limit(side) for side in goal.args if is_op(side, "limit")]
        if len(ways) == 1:
            return f"subst; {ways[0]}"
        try:
            field = Field(48)
            value = self.writer.term(field.to_expr(field.lowest(field.normal(goal.args[1]))))
        except _MISSING:
            return "fail"
        return f"subst; exists {value}; split; [{ways[0]} | {ways[1]}]"

    def limit(self, node: Operation) -> str:
        body, variable, point = node.args[:3]
        close = "auto_derive; rg_derive_side | rg_value"
        if len(node.args) == 4:
            return f"(first [apply limit_at_right | apply limit_at_left]; [{close}])"
        down = point == Operation("neg", (Symbol("inf"),))
        if not down and point != Symbol("inf"):
            return f"(apply limit_at; [{close}])"
        small = Symbol("small value")
        grown = Operation("exp", (variable,))
        try:
            field = Field(48)
            shape = replace(field.to_expr(field.lowest(field.normal(body))), {grown: small if down else Operation("div", (Number("1"), small))})
            if variable in set(walk(shape)):
                return "fail"
            function = self.writer.body(_tidy(shape), small, {})
        except _MISSING:
            return "fail"
        return f"(apply ({'limit_minus' if down else 'limit_plus'} _ {function}); [intros; cbv beta; rg_value | {close}])"


# --- small helps ----------------------------------------------------------------------------------------------

def _with_assumptions(lemma: Lemma, assumptions: tuple[Expr, ...]) -> Lemma:
    from dataclasses import replace as changed

    return changed(lemma, obligation=Obligation(lemma.obligation.statement, assumptions, lemma.obligation.name))


def _product(factors: list[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Operation("mul", tuple(factors))


def _factored(field: Field, q: Quotient) -> Expr:
    """The quotient with numerator and denominator as products of powers of irreducible factors."""
    def side(poly) -> Expr:
        content, factors = poly.factor()
        parts = [field.poly_expr(field.ctx.constant(content))] + [
            field.poly_expr(f) if e == 1 else Operation("pow", (field.poly_expr(f), Number(str(e)))) for f, e in factors]
        return _product(parts)

    return side(q.num) if q.den == 1 else Operation("div", (side(q.num), side(q.den)))


def _tidy(expr: Expr) -> Expr:
    """The same value as one fraction of factors, with exponentials, logarithms, roots and the like left as they are."""
    atoms: dict[Expr, Symbol] = {}

    def closed(node: Expr) -> Expr:
        if not isinstance(node, Operation):
            return node
        power = node.head == "pow" and (rational_value(node.args[1]) is None or rational_value(node.args[1]).denominator != 1)
        if node.head in ("add", "neg", "mul", "div") or (node.head == "pow" and not power):
            return Operation(node.head, tuple(closed(a) for a in node.args))
        return atoms.setdefault(node, Symbol(f"atom {len(atoms)}"))

    if any(is_op(n, "sum", "diff", "apply", "index") for n in walk(expr)):
        return expr
    try:
        field = Field(48)
        shape = _factored(field, field.lowest(field.normal(closed(expr))))
    except _MISSING:
        return expr
    return replace(shape, {symbol: node for node, symbol in atoms.items()})


def _near(value) -> object:
    from fractions import Fraction

    from flint import fmpq

    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    return Fraction(float(enclosure.to_arb(value).mid()))


def _under_binder(goal: Expr, node: Expr) -> bool:
    """True where the node uses a name that is bound around it."""
    for outer in walk(goal):
        if is_op(outer, "sum", "prod", "limit", "diff") and outer != node and any(n == node for n in walk(outer.args[0])):
            if outer.args[1].name in symbols(node) or is_op(outer, "diff"):
                return True
    return False


__all__ = ["scripts"]
