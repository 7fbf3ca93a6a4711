"""What a build rests on and what it wrote, put down so that the next one runs only what it must, and can say why.

For each target a *snapshot*: everything that it was made from, by name, with a digest and what a person is told of it.  ``key``
is what decides: results (givens and answers), the template and the files it includes, layouts, tools, options.  ``leaves`` is
what the results came from; it decides nothing here and is there for the reasons.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import digests, pandoc, trace
from reportgen.cache import Cache
from reportgen.incremental import Memory
from reportgen.reads import inputs, recording

if TYPE_CHECKING:
    from reportgen.deriving import Derived

Facts = dict[str, list[str]]        # name -> [digest, text]
_TEXT = (".md", ".toml", ".py", ".typ", ".tex", ".html", ".css", ".mplstyle", ".txt", ".csv", ".js")
_FOR_PAGES = frozenset({"reportgen", "python", "platform", "locale", "PYPANDOC_PANDOC", "python_flint"})
NEVER = "it was never built"
FIRST = (NEVER, "nothing was kept yet", "--no-cache")       # reasons that go without saying


class Books:
    """The books of one build: what was kept, what is now, what will be kept.  A context: the end writes them."""

    def __init__(self, folder: Path, out: Path, engine: str, strict: bool, template: str, *, renew: bool = False,
                 overridden: bool = False, kernel: str = "") -> None:
        self.folder, self.out, self.engine = folder, out, engine
        self.cache = Cache(out)
        self.present = trace.common(engine, strict, template, kernel)
        if overridden:      # by something that is in no file: the short way is not open the next time
            self.present.append(("option", "overrides", "yes"))
        self.trace = [] if renew else trace.read(str(out))
        tools = {name: value for kind, name, value in self.present if kind == "tool" and name not in digests.PAGE and name not in digests.ONLY}
        tools |= {f"layout {name}": value for kind, name, value in self.present if kind == "layout" and name.endswith(".mplstyle")}
        self.memory = Memory(folder, self.cache, tools, ignore=renew)
        before = self.memory.before
        self.before: dict[str, Any] = {name: record for name, record in _mapping(before, "targets").items() if isinstance(record, dict)}
        self._snapshots = _mapping(before, "snapshots")
        self._page_files = {"report.toml", template}
        self._tools = digests.digest_of_texts(*(f"{name} {value}" for kind, name, value in self.present if kind == "tool"))
        written = _mapping(before, "written")
        self._pages: dict[str, Any] = {}
        if written.get("tools") == self._tools and not renew:
            pandoc.take({name: text for name, text in _mapping(written, "parts").items() if isinstance(text, str)})
            self._pages = _mapping(before, "pages")
        self._made: dict[str, dict[str, Any]] = {}
        self._said: dict[str, str] = {}
        self._foreseen: dict[str, Any] = {}

    # --- what is now
    def survey(self, target: str) -> dict[str, Facts]:
        """The snapshot of a target as far as it is known without deriving: answers are taken to come out as they did."""
        now = self.snapshot(target)
        before = self._snapshots.get(self.before[target].get("snapshot", ""), {})
        for name, fact in before.get("key", {}).items():
            if name.startswith("answer "):
                now["key"].setdefault(name, fact)
        if differences := _differing(before.get("leaves", {}), now["leaves"]):
            now["key"]["causes"] = [digests.digest_of_texts(*differences), ""]
        return now

    def snapshot(self, target: str, read: Iterable[str] | None = None, *, wait: bool = True) -> dict[str, Facts]:
        """What a target is made from, as things are now: with the files that were read for it, or may be.

        ``wait`` False: without what only figures say that are still being drawn.
        """
        key: Facts = {}
        leaves: Facts = {}
        files = set(read) if read is not None else self._page_files | set(self.before.get(target, {}).get("files", ()))
        for kind, name, value in self.present:
            if kind == "option":
                key[f"{kind} {name}"] = [value, value]
            elif kind == "tool":
                about_it = name in _FOR_PAGES or name in digests.PAGE or digests.ONLY.get(name) == target or (name, target) == ("tex", "pdf")
                (key if about_it else leaves)[f"tool {name}"] = [value, value]
            elif digests.layout_target(name) in ("", target) or (self.engine, target, name) == ("latexmk", "pdf", "layout/report.tex"):
                key[f"layout {name}"] = [value, line_digests(Path(digests.layouts_folder(), name))]
        memory = self.memory
        for name, digest in memory.result_digests(wait=wait).items():
            if text := memory.text_of(name):
                key[f"given {name}"] = [digest, text]
            elif name not in ("submission", "marks"):
                key[f"answer {name}"] = [digest, ""]
        key["givens in order"] = [digests.digest_of_texts(*memory.givens()), ""]      # the ledger and the list of sources keep it
        for name in sorted(files):
            key[f"file {name}"] = [memory.file_now(name), self._lines(name)]
        key["names"] = [digests.digest_of_texts(*(n for n in digests.tree(str(self.folder)) if not n.endswith(".py"))), ""]
        for name in sorted(memory.files(wait=wait) - files):
            if not name.endswith(".py"):
                leaves[f"file {name}"] = [memory.file_now(name), self._lines(name)]
        leaves |= {f"code {label}": [digest, ""] for label, digest in memory.code_digests().items()}
        return {"key": key, "leaves": leaves}

    def _lines(self, name: str) -> str:
        """Short digests of a text file's lines: enough to say which changed."""
        return line_digests(self.folder / name) if name.endswith(_TEXT) else ""

    def warm(self, targets: Iterable[str]) -> None:
        """Let the engine of the PDF lay out the page of the last build, of which the next one will differ little."""
        if "pdf" not in targets or self.engine != "typst" or not isinstance(page := self._pages.get("pdf"), list):
            return
        from reportgen.outputs import typst

        text, names = page
        records = _mapping(self.memory.before, "answers")
        figures = {name: self.cache.figure(records[name]["figure"]["svg"]) for name in names if "figure" in records.get(name, ())}
        typst.warm(text, {name: svg for name, svg in figures.items() if svg is not None})

    # --- what fits
    def why(self, target: str, snapshot: Callable[[str], Mapping[str, Facts]] | None = None) -> str:
        """Why a target must be made, or "" where it stands as it must; ``snapshot`` says what it would be made from.

        Waits for figures that are being drawn only where nothing else decides.
        """
        record = self.before.get(target)
        if record is None or self.memory.reason:
            return self.memory.reason or NEVER
        before = self._snapshots.get(record.get("snapshot", ""))
        if not isinstance(before, dict):
            return NEVER
        from reportgen.why import differences

        if snapshot is None and self.memory.coming:
            early = self.snapshot(target, wait=False)
            for part, facts in early.items():       # what is not known yet is taken to be as it was
                for name, fact in before.get(part, {}).items():
                    if name.startswith(("answer ", "file ")):
                        facts.setdefault(name, fact)
            if _key(before) != _key(early):
                return differences(before, early)
        now = snapshot(target) if snapshot is not None else self.snapshot(target)
        if _key(before) != _key(now):
            return differences(before, now)
        for name, digest in record.get("outputs", {}).items():
            found = digests.file_digest(os.path.join(self.out, name))
            if found != digest:
                return f"{name} is missing" if found == digests.ABSENT else f"{name} was changed since it was written"
        return ""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read meanwhile belongs to the page."""
        with recording() as seen:
            try:
                yield
            finally:
                self._page_files |= {name for name in inputs(seen, str(self.folder)) if not name.endswith((".py", "/"))}

    # --- what was done
    def stands(self, target: str) -> None:
        """A target was found as it must be."""
        self._made[target] = {**self.before[target], "now": "", "fits": True}

    def made(self, target: str, files: Mapping[str, bytes], because: str) -> None:
        """A target was made, and these are its files."""
        self._made[target] = {"outputs": {name: digests.digest(data) for name, data in files.items()}, "files": sorted(self._page_files),
                              "because": because, "now": because, "snapshot": "", "fits": True}

    def failed(self, target: str, because: str) -> None:
        """A target could not be made: what is on the disk is what an earlier build wrote."""
        if target in self.before:
            self._made[target] = {**self.before[target], "now": because, "fits": False}

    def say(self, about: str, text: str) -> None:
        """What is to be said again where nothing has to be done."""
        self._said[about] = text.replace("\t", " ").replace("\n", " ")

    def said(self, about: str) -> str:
        return next((parts[2] for parts in self.trace if parts[0] == "said" and parts[1] == about), "")

    # --- the end
    def foresee(self, derived: Derived) -> None:
        """Have ready what will be put down of the answers: the page is made, and its formats are not."""
        self._foreseen = self.memory.kept(derived.ledger)

    def inputs(self) -> list[str]:
        """Every file that this build rests on; folders that were listed end in ``/``."""
        kept = {name for record in self._made.values() for name in record.get("files", ())}
        return sorted(self.memory.files() | self._page_files | kept | {"givens.toml", "./"})

    def close(self, derived: Derived | None) -> None:
        """Put down what is known now; a build that found nothing wrong and one that did."""
        if derived is None:
            return
        targets = {**self.before, **self._made}
        snapshots: dict[str, Any] = {}
        for name, record in targets.items():
            if not record["snapshot"]:      # at the end, when figures that were drawn meanwhile are there
                facts = self.snapshot(name, record["files"])
                record["snapshot"] = digests.digest(repr(facts).encode("utf-8", "surrogatepass"))
                snapshots[record["snapshot"]] = facts
            elif record.get("snapshot") in self._snapshots:
                snapshots[record["snapshot"]] = self._snapshots[record["snapshot"]]
        kept = (self._foreseen or self.memory.kept(derived.ledger)) | {
            "targets": {name: {k: v for k, v in record.items() if k != "fits"} for name, record in targets.items()},
            "snapshots": snapshots, "runs": self.memory.ran, "written": {"tools": self._tools, "parts": pandoc.kept()}, "pages": self._pages_now()}
        now = [*self.present, *self.memory.lines(self.inputs())]
        state = trace.state(now)
        lines = list(now)
        for name, record in targets.items():
            earlier = next((parts[2] for parts in self.trace if parts[:2] == ("target", name)), "")
            lines.append(("target", name, state if record.get("fits") else earlier))
            lines += [("output", name, file, digest) for file, digest in record["outputs"].items()]
        said = {parts[1]: parts[2] for parts in self.trace if parts[0] == "said"} | self._said
        lines += [("said", about, text) for about, text in said.items()]
        self.cache.save(kept, self.memory.figures, lines)


    def _pages_now(self) -> dict[str, Any]:
        if self._made.get("pdf", {}).get("now") and self.engine == "typst" and "reportgen.outputs.typst" in sys.modules:
            from reportgen.outputs import typst

            return {"pdf": typst.last()}
        return self._pages


def line_digests(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    return " ".join(digests.digest(line)[:8] for line in data.splitlines())


def _differing(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> list[str]:
    return [name for name in dict.fromkeys((*now, *before)) if (before.get(name) or [""])[0] != (now.get(name) or [""])[0]]


def _key(snapshot: Mapping[str, Facts]) -> dict[str, str]:
    return {name: fact[0] for name, fact in snapshot.get("key", {}).items()}


def _mapping(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return dict(found) if isinstance(found, dict) else {}


__all__ = ["FIRST", "NEVER", "Books", "Facts", "line_digests"]
