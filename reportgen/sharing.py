"""The formats of a page shared out between this process and one beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from reportgen.beside import Beside, possible
from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.page import begin_target

if TYPE_CHECKING:
    from reportgen.page import Page

Files = dict[str, bytes]
Make = Callable[[], Files]
# what making a format and reading it again costs, one with the other
COSTS = {"pdf": 10, "pdf latexmk": 100, "tex": 3, "md": 3, "html": 12}
WITH_FIGURES = ("html",)        # formats of which nothing can be done before the figures are drawn


def attempt(begin: Callable[[], Make]) -> Make:
    """What ``begin`` answers, or a function that raises what it raised: it is told when it is that format's turn."""
    try:
        return begin()
    except FindingsError as error:
        failed = error

    def fail() -> Files:
        raise failed
    return fail


def begin(page: Page, names: Sequence[str], engine: str) -> dict[str, Make]:
    """What can be done of the first format before the figures are drawn, and of others as long as they are not."""
    begun = {name: attempt(lambda name=name: begin_target(page, name, engine, alone=len(names) == 1)) for name in names[:1]}
    for name in names[1:]:
        if page.figures_are_drawn():
            break
        if name not in WITH_FIGURES:
            begun[name] = attempt(lambda name=name: begin_target(page, name, engine))
    return begun


def split(names: Sequence[str], engine: str, mine: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """The formats in two parts of about the same cost, those of ``mine`` in the first one, and what Typst makes.

    Typst's threads are not in a copy of a process that has begun them: there it would wait for them for ever.
    """
    mine = {*mine, "pdf"} if engine == "typst" else mine
    cost = {name: COSTS.get(f"{name} {engine}", COSTS.get(name, 3)) for name in names}
    parts: tuple[list[str], list[str]] = ([name for name in names if name in mine], [])
    for name in sorted((name for name in names if name not in mine), key=lambda name: -cost[name]):
        min(parts, key=lambda part: sum(cost[one] for one in part)).append(name)
    return tuple(sorted(part, key=names.index) for part in parts)  # type: ignore[return-value]


def shared(page: Page, names: Sequence[str], engine: str, begun: Mapping[str, Make]) -> dict[str, Make]:
    """By format, a function that answers its files; half of the work is done by a process beside this one from now on.

    Whoever asks for a format that is made there has those that are made here done first.  The functions raise what
    ``make_target`` raises.
    """
    here, there = split(names, engine, tuple(begun)) if len(names) > 1 and possible() else (list(names), [])
    makes: dict[str, Make] = {name: begun.get(name) or (lambda name=name: begin_target(page, name, engine)()) for name in here}
    if not there:
        return makes

    def work(send: Callable[[object], None]) -> None:
        for name in there:
            try:
                send((name, begin_target(page, name, engine)(), (), 0))
            except FindingsError as error:
                send((name, None, error.findings, error.exit_code))

    process = Beside(work)
    done: dict[str, Make] = {}

    def mine(name: str) -> Files:
        if name not in done:
            done[name] = _done(makes[name])
        return done[name]()

    def theirs(name: str) -> Files:
        for other in here:
            if other not in done:
                done[other] = _done(makes[other])
        while name not in done:
            try:
                found, files, findings, code = process.item()
            except EOFError:
                process.close()
                raise FindingsError(Finding("engine-failed", f"the process that makes {name} has ended"), exit_code=EXIT_UNABLE) from None
            done[found] = _given(files, findings, code)
        if all(other in done for other in there):
            process.close()
        return done[name]()

    return {name: (lambda name=name: mine(name)) if name in here else (lambda name=name: theirs(name)) for name in names}


def _done(make: Make) -> Make:
    """The function's files, made now; or what it raises, for later."""
    files: list[Files] = []

    def begin() -> Make:
        files.append(make())
        return lambda: files[0]
    return attempt(begin)


def _given(files: Files | None, findings: Sequence[Finding], code: int) -> Make:
    def give() -> Files:
        if files is None:
            raise FindingsError(*findings, exit_code=code)
        return files
    return give
