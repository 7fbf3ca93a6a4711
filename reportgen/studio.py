"""Figures drawn by a process beside the one that derives, so that both cores of a machine have something to do.

The process is a copy of this one (``fork``), made when the first function that draws is called: it runs that function and the
others that draw, and sends what they drew.  Meanwhile this process goes on without matplotlib; a figure is a ``Coming`` here, and
whoever asks for its bytes waits for them.  A function goes to the studio only if its code names matplotlib, the report shows
``figure:NAME``, no other answer needs what it returns, and no function of the report keeps anything from one call to the next: so
where it runs makes no difference.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from reportgen.beside import Beside
from reportgen.diagnostics import Finding, FindingsError
from reportgen.figures import Figure

if TYPE_CHECKING:
    from reportgen.answers import AnswerGraph

LIBRARY = "matplotlib"


class Coming(Figure):
    """A figure that is still being drawn; asking for what it shows waits for it.

    Raises FindingsError: what its function or the drawing raised.
    """

    __slots__ = ("_studio",)

    def __init__(self, name: str, studio: Studio) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_studio", studio)

    def _drawn(self) -> tuple[Figure, frozenset[str]]:
        return self._studio.wait(self.name)

    is_there = property(lambda self: self._studio.has(self.name), doc="Whether it has come, or never will.")
    svg = property(lambda self: self._drawn()[0].svg)
    pdf = property(lambda self: self._drawn()[0].pdf)
    texts = property(lambda self: self._drawn()[0].texts)
    reads = property(lambda self: self._drawn()[1], doc="The files that its function read.")


def is_drawn(figure: Figure) -> bool:
    """Whether nobody has to wait for it."""
    return not isinstance(figure, Coming) or figure.is_there


class Studio:
    """Runs the functions of a report that draw.

    ``work(names, send)`` is called in the process beside this one: it runs these answers and sends, by name, each drawn figure with
    the files that its function read, or the findings instead.
    """

    def __init__(self, work: Callable[[list[str], Send], None]) -> None:
        self._work = work
        self._names: list[str] = []
        self.there: dict[str, tuple[Figure, frozenset[str]] | tuple[Finding, ...]] = {}
        self._process: Beside | None = None
        self.inside = False     # this is the process that draws

    def adopt(self, graph: AnswerGraph) -> AnswerGraph:
        """The graph with the functions that draw exchanged for ones that return a ``Coming`` at once."""
        self._names = drawing(graph)
        return replace(graph, functions={name: self._stand_in(name, function) if name in self._names else function
                                         for name, function in graph.functions.items()})

    def _stand_in(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(**arguments: object) -> object:
            if self.inside:
                return function(**arguments)
            if self._process is None:
                self._process = Beside(lambda send: self._draw(self._names[self._names.index(name):], send), patient=True)
            return Coming(name, self)
        return call

    def _draw(self, names: list[str], send: Callable[[object], None]) -> None:
        self.inside = True
        _without_manuals()
        self._work(names, lambda name, what: send((name, what)))

    def wait(self, name: str) -> tuple[Figure, frozenset[str]]:
        """The figure, and the files that its function read.  Raises FindingsError: what its function or the drawing raised."""
        while name not in self.there:
            try:
                self._receive()
            except EOFError:
                self.close()
                raise FindingsError(Finding("figure-failed", f"the figure {name} could not be drawn: the process that draws has ended")) from None
        figure, *reads = there = self.there[name]
        if isinstance(figure, Finding):
            raise FindingsError(*there)
        return figure, reads[0]

    def has(self, name: str) -> bool:
        """Whether nobody would wait for this figure."""
        try:
            while name not in self.there and self._process is not None and self._process.has_said():
                self._receive()
        except (EOFError, OSError, ValueError):     # it has ended
            return True
        return name in self.there

    def _receive(self) -> None:
        if self._process is None:
            raise EOFError
        found, what = self._process.item()
        self.there[found] = what
        if len(self.there) == len(self._names):
            self.close()

    def close(self) -> None:
        """End the process, whatever it does; nothing more will come."""
        if self._process is not None and not self.inside:
            self._process.close()


Send = Callable[[str, object], None]


def _without_manuals() -> None:
    """Matplotlib writes the documentation of each class's ``set`` as it is imported, by looking at all its methods: a quarter of
    the time of that import, and nobody reads it here."""
    if LIBRARY in sys.modules or importlib.util.find_spec(LIBRARY) is None:
        return
    import matplotlib.artist

    if hasattr(matplotlib.artist.Artist, "_update_set_signature_and_docstring") and hasattr(matplotlib.artist, "kwdoc"):
        matplotlib.artist.Artist._update_set_signature_and_docstring = classmethod(lambda cls: None)
        matplotlib.artist.kwdoc = lambda artist: ""


def drawing(graph: AnswerGraph) -> list[str]:
    """The answers that can be drawn beside the others, in the order of the graph."""
    needed = {p.name for answer in graph.answers for p in answer.parameters} | graph.needing("marks")     # they look at the ledger
    able = [name for name in graph.order if name not in needed and name in graph.functions and names_library(graph.functions[name])]
    if not able or not keeps_nothing(path for path, _ in graph.files):
        return []
    shown = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in graph.path.parent.rglob("*.md"))
    return [name for name in able if re.search(rf"figure:{name}\b", shown)]


def names_library(function: Callable[..., object]) -> bool:
    """Whether the code of a function, or of functions of the same file that it calls, names matplotlib."""
    seen: set[CodeType] = set()
    waiting: list[tuple[CodeType, Mapping[str, Any]]] = []
    if isinstance(function, FunctionType):
        waiting.append((function.__code__, function.__globals__))
    while waiting:
        code, scope = waiting.pop()
        if code in seen:
            continue
        seen.add(code)
        waiting += [(inner, scope) for inner in code.co_consts if isinstance(inner, CodeType)]
        for name in code.co_names:
            thing = scope.get(name)
            if name.partition(".")[0] == LIBRARY or getattr(thing, "__name__", "").partition(".")[0] == LIBRARY:
                return True
            if isinstance(thing, FunctionType) and thing.__globals__ is scope:
                waiting.append((thing.__code__, scope))
    return False


def keeps_nothing(files: Iterable[Any]) -> bool:
    """Whether no function of these files changes what stands outside of it."""
    from reportgen.sources import read

    try:
        return not any(read(path.stem, path.read_text(encoding="utf-8")).remembers for path in files)
    except (OSError, ValueError, SyntaxError):
        return False
