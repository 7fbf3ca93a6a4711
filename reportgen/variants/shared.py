"""What all variants of a report have in common, worked out once in a process.

An answer that needs no given of which a variant has its own value is the same in each: its content is kept, and a figure as it
was drawn.  So is a verdict, by the statement and the assumptions that it is about.  Nothing of a variant is kept that another
could come out differently by (a test builds variants alone and after others, in any order); a report whose functions keep something
themselves from one call to the next shares no answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import answers, sources
from reportgen.claims.known import Known
from reportgen.deriving import Recalled
from reportgen.expressions import Expr
from reportgen.figures import Figure
from reportgen.obligation import Obligation, Verdict

if TYPE_CHECKING:
    from reportgen.answers import Answer, AnswerGraph
    from reportgen.ledger import Ledger

MOST_VERDICTS = 1_000
# What another run might decide otherwise is not kept.
_FLEETING = ("timeout", "memory", "gave up")


class Verdicts:
    """The verdicts of this process, the latest asked for kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Verdict] = OrderedDict()

    def __call__(self, obligation: Obligation) -> Verdict | None:
        key = (obligation.statement, obligation.assumptions)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def learn(self, ledger: Ledger) -> None:
        """Keep what a ledger was told."""
        for obligation, verdict in ledger.verdicts():
            if not verdict.reason.startswith(_FLEETING):
                self._kept[obligation.statement, obligation.assumptions] = verdict
        while len(self._kept) > MOST_VERDICTS:
            self._kept.popitem(last=False)


class Shared:
    """The memory that ``derive`` asks, for the variants of the report in ``folder``."""

    def __init__(self, folder: Path, verdicts: Callable[[Obligation], Verdict | None] | None = None) -> None:
        self.folder = folder
        self.verdicts = verdicts or Verdicts()
        self.claims = Known()
        self._contents: dict[tuple[str, bool], object] = {}     # (answer, figures as PDF) -> content, of what no variant changes
        self._own: frozenset[str] = frozenset()
        self._common: frozenset[str] = frozenset()
        self._pdf = False

    def of(self, own: Iterable[str], *, pdf: bool) -> Shared:
        """For a variant that has values of its own for these givens."""
        self._own, self._pdf = frozenset(own), pdf
        return self

    def due(self) -> bool:
        """Whether anything has to be made ready: not for one variant after the other."""
        return False

    def graph(self, known: Mapping[str, object], adopt: Callable[[AnswerGraph], AnswerGraph] = lambda graph: graph) -> AnswerGraph:
        """The answers, loaded anew; the functions of those that no variant changes give what is kept."""
        graph = adopt(answers.load(self.folder / "answers.py", known))
        needed = {p.name for a in graph.answers for p in a.parameters}
        changed = graph.needing(*self._own, "submission", "marks")
        remembers = any(sources.read(path.stem, path.read_text(encoding="utf-8")).remembers for path, _ in graph.files)
        self._common = frozenset() if remembers else frozenset(a.name for a in graph.answers if a.name not in changed)
        return replace(graph, functions={name: self._asked(name, function, name in needed) for name, function in graph.functions.items()})

    def _asked(self, name: str, function: Callable[..., object], needed: bool) -> Callable[..., object]:
        kept = self._contents.get((name, self._pdf))
        # who needs a figure needs the thing that was drawn, not the drawing
        if name not in self._common or kept is None or needed and isinstance(kept, Figure):
            return function
        return lambda **arguments: Recalled(kept)

    def rounding(self, value: Expr, places: int, rule: str) -> Expr | None:
        """No statement of a rounding: each variant has its own."""
        return None

    def judged(self, ledger: Ledger) -> None:
        """Keep the verdicts of a variant that is done."""
        if isinstance(self.verdicts, Verdicts):
            self.verdicts.learn(ledger)

    def learn(self, answer: Answer, content: object) -> None:
        """Keep the content of an answer that no variant changes."""
        if answer.name in self._common:
            self._contents[answer.name, self._pdf] = content


__all__ = ["Shared", "Verdicts"]
