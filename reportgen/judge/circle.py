"""Inequalities between sines and cosines of one angle, for all angles: polynomials in t = tan(angle/2), and the angle pi by itself.

cos = (1 - t^2)/(1 + t^2), sin = 2t/(1 + t^2) reach every point of the circle but (-1, 0).  Certifies the inequality for every
real value of the name; what is refuted is refuted at an angle 2 atan(t).  Source: DLMF 4.21(iii).
"""

from __future__ import annotations

from ..expressions import Expr, Number, Operation, Symbol, is_op, symbols, walk
from ..obligation import Verdict, proved, refuted
from . import cells, trigonometry
from .conditions import Facts
from .exact import Field
from .forms import Decide, Quotient


def prove(statement: Expr, assumptions: tuple[Expr, ...], decide: Decide) -> Verdict | None:
    """PROVED or REFUTED for a relation in one name that stands only in sines and cosines of one angle; None for others."""
    names = symbols(statement)
    if not is_op(statement, "lt", "le", "gt", "ge", "ne", "eq") or len(names) != 1 or any(names[0] in symbols(a) for a in assumptions):
        return None
    if not any(is_op(n, *trigonometry.HEADS) for n in walk(statement)):
        return None
    field = Field(32)
    field.angle_unit = trigonometry.unit(statement)
    Facts(field, ())
    q = field.lowest(field.reduced(field.sub(field.normal(statement.args[0]), field.normal(statement.args[1]))))
    if field.divisors or field.requirements or q.num == 0:
        return None
    used = {i for part in (q.num, q.den) for i, d in enumerate(part.degrees()) if d and names[0] in symbols(field.atoms[i].expr)}
    circular = {i for i in used if is_op(field.atoms[i].expr, "sin", "cos")}
    inside = {i for i in used if field.atoms[i].kind == "abs"}
    if used - circular - inside or len({field.atoms[i].expr.args[0] for i in circular}) > 1:
        return None
    angles = {n.args[0] for i in used for n in walk(field.atoms[i].expr) if is_op(n, "sin", "cos")}
    if len(angles) != 1:
        return None
    angle, = angles
    if not _turns(angle, Symbol(names[0])):
        return None
    t = Symbol("tangent of half the angle")
    square = Operation("pow", (t, Number("2")))
    below = Operation("add", (Number("1"), square))
    put = {"cos": Operation("div", (Operation("add", (Number("1"), Operation("neg", (square,)))), below)),
           "sin": Operation("div", (Operation("mul", (Number("2"), t)), below))}
    behind = {"cos": Operation("neg", (Number("1"),)), "sin": Number("0")}
    tree, zero = field.to_expr(Quotient(q.num, q.den)), Number("0")

    def exchanged(node: Expr, values: dict[str, Expr]) -> Expr:
        if is_op(node, "sin", "cos") and node.args[0] == angle:
            return values[node.head]
        return Operation(node.head, tuple(exchanged(a, values) for a in node.args)) if isinstance(node, Operation) else node

    if names[0] in symbols(exchanged(tree, behind)):      # the name stands beside the angle too
        return None
    at_pi = decide(Operation(statement.head, (exchanged(tree, behind), zero)), ())
    if at_pi.refuted:
        return refuted("exact", "half-angle", sides=at_pi.sides, witness={"fails at": "the angle pi"})
    found = cells.prove(Operation(statement.head, (exchanged(tree, put), zero)), ())
    if found is None and statement.head != "eq":
        return None
    if found is not None and found.refuted:
        return refuted("exact", "half-angle", witness={"fails at": f"2 atan(t), t in {dict(found.witness).get('fails at', '')}"})
    if found is not None and found.proved and not found.conditions and at_pi.proved:
        return proved("exact", "half-angle", {"t": "tan of half the angle", **dict(found.witness)})
    return None


def _turns(angle: Expr, x: Symbol) -> bool:
    """True for a rational multiple of x and nothing else: every angle is reached."""
    field = Field(16)
    q = field.lowest(field.normal(angle))
    place = field.index[("symbol", x.name)]
    return q.den.is_constant() and len(q.num) == 1 and q.num.degrees()[place] == 1 and q.num.total_degree() == 1
