"""Deriving only what must be: an answer is taken from the cache where nothing that it was made from has changed.

An answer is made from its code (its function and all that this reaches, ``sources``), from the givens and answers that its parameters
name (by their content, so that an answer that comes out as before stops what follows from running), from the files that its
function read, and from the tools.  A verdict is taken only for the statement and the assumptions whose digest it is filed under; what
an answer states is worked out from its content, so a content that says something else has no verdict here, and is judged.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import digests, sources, trace
from reportgen.claims.known import Known
from reportgen.codec import Place, Unknown, decode, encode
from reportgen.deriving import Recalled
from reportgen.diagnostics import FindingsError, Span
from reportgen.expressions import Expr, ParseError, is_op, parse, to_text
from reportgen.givens import Given
from reportgen.judge_worker import verdict_from, verdict_record
from reportgen.reads import inputs, outside_modules, recording
from reportgen.sources import Block, Module, reached

if TYPE_CHECKING:
    from reportgen.answers import Answer, AnswerGraph
    from reportgen.cache import Cache
    from reportgen.ledger import Ledger
    from reportgen.obligation import Obligation, Verdict
    from reportgen.studio import Coming

FORMAT = 1
_DAMAGED = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)
# Modules from outside a report's folder stay loaded: by folder, their names and files, and by file what was loaded of it.
_OUTSIDE: dict[str, dict[str, str]] = {}
_LOADED: dict[str, str] = {}
# What another run might decide otherwise is not kept.
_FLEETING = ("timeout", "memory", "gave up")


class Verdicts:
    """Verdicts by the digest of what they are about: the text of a statement and of its assumptions."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._kept = kept
        self.taken = 0

    def __call__(self, obligation: Obligation) -> Verdict | None:
        record = self._kept.get(about(obligation)) if self._kept else None
        if record is None:
            return None
        try:
            found = verdict_from(record)
        except _DAMAGED:
            return None
        if (found.proved or found.refuted) and not found.certificate:
            return None     # what nobody can check again is found again
        self.taken += 1
        return found


def about(obligation: Obligation) -> str:
    """The digest of a statement and its assumptions, by their canonical text."""
    return digests.digest_of_texts(to_text(obligation.statement), *(to_text(a) for a in obligation.assumptions))


class Memory:
    """What the last build of a report kept, while the next one derives; and what that one will keep."""

    def __init__(self, folder: Path, cache: Cache, tools: Mapping[str, str], *, ignore: bool = False) -> None:
        self.folder, self.cache, self.tools = folder, cache, dict(tools)
        kept, self.reason = (None, "--no-cache") if ignore else cache.load()
        self.before: Mapping[str, Any] = kept or {}        # of any tools: why and what changed is told from it
        usable = kept is not None and kept.get("format") == FORMAT and kept.get("tools") == self.tools
        if kept is not None and not usable:
            self.reason = _tools_changed(kept.get("tools"), self.tools) or "the cache is of another version"
        self._kept: Mapping[str, Any] = kept if usable and kept is not None else {}
        self.verdicts = Verdicts(self._part("verdicts"))
        self.claims = Known(self._part("claims"))
        self.records: dict[str, dict[str, Any]] = {}       # of this build
        self.ran: dict[str, str] = {}                      # answers whose functions ran, and why
        self.figures: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._modules: dict[str, Module] = {}
        self._code: dict[str, dict[str, str]] = {}
        self._names: dict[str, tuple[str, str]] = {}       # of a file: in the report's folder, and as a module
        self._begins: dict[tuple[str, str], tuple[str, int]] = {}      # file and first line of a definition
        self._cut = True        # the modules are cut up from their text, not from what is kept of that
        self._homes: dict[str, str] = {}
        self._loaded: AnswerGraph | None = None
        self._load_reads: dict[str, str] = {}
        self._pending: dict[str, Any] = {}
        self._coming: dict[str, tuple[Answer, Coming]] = {}
        self._late: list[tuple[Answer, object]] | None = None if self._kept else []      # learned, and not put down yet
        self.pdf = True     # figures are needed as PDF, too
        self._all = True
        # before anything is read: what changes while we work has another digest the next time
        self._now = {name: digests.file_digest(str(folder / name)) for name in digests.tree(str(folder))}
        self._file("./")

    def _part(self, name: str) -> Mapping[str, Any]:
        found = self._kept.get(name)
        return found if isinstance(found, dict) else {}

    # --- the graph
    def graph(self, known: Mapping[str, object], adopt: Callable[[AnswerGraph], AnswerGraph] = lambda graph: graph) -> AnswerGraph:
        """The answers of the report; their functions run, or give what is kept.  Raises FindingsError as ``answers.load`` does.

        ``adopt`` is given the graph with the author's functions, before any of them runs (``studio``).
        """
        from dataclasses import replace

        from reportgen import answers

        path = self.folder / "answers.py"
        self._enter(known)
        self._adopt = adopt
        self._load_reads = dict(self._part("load"))
        if not self._load_reads or any(self._file(name) != digest for name, digest in self._load_reads.items()):
            graph = self._load(path)
        else:
            # the same files ran without a finding before, with the same tools; they run again when a function of theirs must
            graph = self._graph_kept(path) or answers.read(path, known)
        self._graph = graph
        self._cut_up(graph, unchanged=self._loaded is None)
        self._needed_as_drawn = {p.name for a in graph.answers for p in a.parameters}
        self._all = not any(m.remembers for m in self._modules.values()) or all(self.why(a) == "" for a in graph.answers)
        return replace(graph, functions=_Functions(self, graph))

    def _load(self, path: Path) -> AnswerGraph:
        """Run the author's files, and learn which they read."""
        from reportgen import answers

        folder = str(self.folder)
        theirs = _OUTSIDE.setdefault(folder, {})
        for name, file in list(theirs.items()):      # a module of theirs that this process has loaded before, and that has changed since
            if name in sys.modules and digests.file_digest(file) != _LOADED.get(file):
                del sys.modules[name], theirs[name]
        importlib.invalidate_caches()
        before = frozenset(sys.modules)
        with recording() as seen:
            loaded = answers.load(path, self._known)
        self._loaded = self._adopt(loaded)      # which looks at the template; that says nothing of the answers
        for name, file in outside_modules(folder, before).items():
            theirs[name] = file
            _LOADED[file] = digests.file_digest(file)
        self._load_reads = {name: self._file(name) for name in inputs(seen, folder) | {"*.py", *theirs.values()} if "__pycache__" not in name}
        return self._loaded

    def _graph_kept(self, path: Path) -> AnswerGraph | None:
        """The graph that the last build found in the same files, where the same names are known beside it."""
        from reportgen.answers import Answer, AnswerGraph, Parameter

        kept = self._part("graph")
        if kept.get("known") != sorted(self._known):
            return None
        try:
            files = tuple((self.folder / name, digest) for name, digest in kept["files"])
            found = tuple(Answer(name, tuple(Parameter(p, self._span(place)) for p, place in parameters), self._span(place), doc)
                          for name, place, doc, parameters in kept["answers"])
            return AnswerGraph(path, found, tuple(kept["order"]), files, {})
        except _DAMAGED:
            return None

    def _graph_record(self) -> dict[str, Any]:
        def place(span: Span) -> Place:
            return [Path(span.file).relative_to(self.folder).as_posix(), "", span.line, span.column, span.length]

        return {"known": sorted(self._known), "order": list(self._graph.order), "files": [[path.name, digest] for path, digest in self._graph.files],
                "answers": [[a.name, place(a.span), a.doc, [[p.name, place(p.span)] for p in a.parameters]] for a in self._graph.answers]}

    def survey(self, known: Mapping[str, object]) -> AnswerGraph:
        """The answers as their sources have them, for asking ``why``; nothing of the author's runs."""
        from reportgen import answers

        self._enter(known)
        self._load_reads = dict(self._part("load")) or {"answers.py": ""}
        graph = answers.read(self.folder / "answers.py", known)
        self._cut_up(graph)
        return graph

    def _enter(self, known: Mapping[str, object]) -> None:
        self._known = known
        for name, thing in known.items():
            if isinstance(thing, Given):
                self._digests[name] = given_digest(thing)
                self._texts[name] = to_text(thing.value) + (f" {thing.unit}" if thing.unit else "")
            else:
                self._digests[name] = self._file("submission.md")

    def _cut_up(self, graph: AnswerGraph, *, unchanged: bool = False) -> None:
        """The author's files by their definitions; where they are as they were, by what is kept of these."""
        self._homes = {a.name: Path(a.span.file).stem for a in graph.answers}
        self._about_marks = graph.needing("marks")
        try:
            self._modules = {name: Module(name, tuple(Block(label, (), frozenset(), (), text, line, last) for label, text, line, last in blocks), remembers)
                             for name, (remembers, blocks) in self._part("blocks").items()} if unchanged else {}
        except _DAMAGED:
            self._modules = {}
        self._begins.clear()
        self._cut = not self._modules
        if not self._cut:
            return
        files = {name for name in self._load_reads if name.endswith(".py") and "/" not in name} | {path.name for path, _ in graph.files}
        self._modules = {}
        for name in sorted(files - {"*.py"}):
            if (self.folder / name).is_file():
                self._modules[name[:-3]] = sources.read(name[:-3], (self.folder / name).read_text(encoding="utf-8"))

    def _file(self, name: str) -> str:
        if name not in self._now:
            path = self.folder / name
            self._now[name] = digests.digest_of_texts(*(n for n in digests.tree(str(self.folder), ".py") if "/" not in n)) if name == "*.py" \
                else trace.listing(str(path)) if name.endswith("/") else digests.file_digest(str(path))
        return self._now[name]

    # --- one answer
    def call(self, answer: Answer, arguments: Mapping[str, object]) -> object:
        """What the answer's function returns, or what is kept of it."""
        why = self.why(answer) or ("" if self._all else "the author's files keep something from one answer to the next")
        if not why:
            content = self._recall(answer)
            if content is not None:
                return content
            why = "what was kept of it could not be read"
        self.ran[answer.name] = why
        if self._loaded is None:
            self._load(self.folder / "answers.py")
        with recording() as seen:
            result = self._loaded.functions[answer.name](**arguments)
        self._pending[answer.name] = {name: self._file(name) for name in inputs(seen, str(self.folder)) if name not in self._load_reads}
        return result

    def why(self, answer: Answer) -> str:
        """Why the answer must be made again, or "" where it need not be."""
        record = self._part("answers").get(answer.name)
        if not isinstance(record, dict):
            return self.reason or "it is new"
        if "figure" not in record and "things" not in record:
            return "it is of a class of the report's own, which is not kept"
        if self.pdf and not record.get("figure", {"pdf": True})["pdf"]:
            return "it was not drawn as PDF"
        return changes(record, self.code(answer), self._uses(answer), {name: self._file(name) for name in record.get("reads", {})}, self._texts)

    def due(self) -> bool:
        """Whether an answer must be made again."""
        return any(self.why(answer) for answer in self._graph.answers)

    def code(self, answer: Answer) -> dict[str, str]:
        if answer.name not in self._code and not self._cut:
            kept = self._part("answers").get(answer.name)
            if kept is not None:
                return kept.get("code", {})
            self._cut_up(self._graph)
        if answer.name not in self._code:
            # what was read while the author's files were run may be in anything that they define
            loaded = {name: self._file(name) for name in self._load_reads if name not in ("./", "*.py") and ("/" in name or not name.endswith(".py"))}
            self._code[answer.name] = {**loaded, **reached(self._modules, self._homes[answer.name], answer.name)}
        return self._code[answer.name]

    def _uses(self, answer: Answer) -> dict[str, str]:
        kept = self._part("answers")
        found = {}
        for p in answer.parameters:
            # before it is this answer's turn: what it was
            known = self._digests.get(p.name) or (kept.get(p.name) or {}).get("digest", "")
            found[p.name] = digests.digest_of_texts(known, *self._marked_against()) if p.name == "marks" else known
        return found

    def _marked_against(self) -> list[str]:
        """What the marks of a submission rest on: every given, and every answer but figures and those that rest on the marks themselves."""
        return [f"{name} {digest}" for name, digest in sorted(self._digests.items()) if name not in ("submission", "marks") and name not in self._about_marks
                and "figure" not in self.records.get(name, {"figure"} if name not in self._known else ())]

    def _recall(self, answer: Answer) -> Recalled | None:
        record = self._part("answers")[answer.name]
        try:
            if "figure" in record:
                from reportgen.figures import Figure

                kept = {form: self.cache.figure(record["figure"][form]) for form in ("svg", "pdf") if record["figure"][form]}
                if None in kept.values() or self.pdf and "pdf" not in kept or answer.name in self._needed_as_drawn:
                    return None
                content: object = Figure(answer.name, kept["svg"], kept.get("pdf", b""), tuple(record["figure"]["texts"]))
                self.figures |= {record["figure"][form]: data for form, data in kept.items()}
            elif "things" in record:
                content = decode(record["things"], record["places"], self._span)
            else:
                return None
        except _DAMAGED:
            return None
        self.records[answer.name] = record
        self._digests[answer.name] = record["digest"]
        return Recalled(content)

    def learn(self, answer: Answer, content: object) -> None:
        """Keep an answer whose function ran; where nothing was kept before, nobody asks for that until the end."""
        if answer.name not in self.ran:
            return
        if self._late is None:
            self._put_down(answer, content)
        else:
            self._late.append((answer, content))

    def _put_down_late(self) -> None:
        late, self._late = self._late, None
        for answer, content in late or ():
            self._put_down(answer, content)

    def _put_down(self, answer: Answer, content: object) -> None:
        from reportgen.figures import Figure
        from reportgen.studio import Coming

        if isinstance(content, Coming) and answer.name not in self._coming:
            self._coming[answer.name] = answer, content     # nobody waits for it before its digest is asked for
            return
        if isinstance(content, Coming):
            self._pending[answer.name] = {name: self._file(name) for name in content.reads if name not in self._load_reads}
        record: dict[str, Any] = {"code": self.code(answer), "uses": self._uses(answer), "reads": self._pending.pop(answer.name, {}),
                                  "because": self.ran[answer.name], "texts": {p.name: self._texts[p.name] for p in answer.parameters if p.name in self._texts}}
        if isinstance(content, Figure):
            svg, pdf = (digests.digest(data) if data else "" for data in (content.svg, content.pdf))
            self.figures |= {svg: content.svg} | ({pdf: content.pdf} if pdf else {})
            # the PDF is the same drawing, and not always asked for
            record |= {"figure": {"svg": svg, "pdf": pdf, "texts": list(content.texts)}, "digest": digests.digest_of_texts(svg, *content.texts)}
        else:
            try:
                things, places = encode(content, self._place)
            except (Unknown, RecursionError):
                # of a class of the author's own: made again each time, and so is all that needs it
                record["digest"] = ""
            else:
                text = json.dumps(things, ensure_ascii=False)
                record |= {"things": things, "places": places, "digest": digests.digest(text.encode("utf-8", "surrogatepass"))}
        self._digests[answer.name] = record["digest"]
        self.records[answer.name] = record

    def _settle(self) -> None:
        """Keep the figures that were drawn in the meantime; one that could not be is told of where it is shown."""
        self._put_down_late()
        while self._coming:
            name = next(iter(self._coming))
            try:
                self._put_down(*self._coming[name])
            except FindingsError:
                self._digests[name] = ""
            del self._coming[name]

    def rounding(self, value: Expr, places: int, rule: str) -> Expr | None:
        """What the last build stated of the rounding of a value, to be judged."""
        text = self._part("roundings").get(f"{rule} {places}: {to_text(value)}")
        try:
            statement = parse(text, "plain") if isinstance(text, str) else None
        except ParseError:
            return None
        about_it = statement is not None and is_op(statement, "eq") and is_op(statement.args[0], "round", "add") and statement.args[0].args[0] == value
        return statement if about_it else None

    # --- places: a file of the report, the definition in it, the line in that
    def _place(self, span: Span) -> Place:
        found = self._names.get(span.file)
        if found is None:
            path = Path(span.file)
            try:
                found = path.relative_to(self.folder).as_posix(), path.stem
            except ValueError:
                found = "", ""
            self._names[span.file] = found
        name, stem = found
        if not name:
            return [span.file, None, span.line, span.column, span.length]
        block = self._modules[stem].around(span.line) if stem in self._modules and name.endswith(".py") else None
        return [name, block.label if block else "", span.line - block.line if block else span.line, span.column, span.length]

    def _span(self, place: Place) -> Span:
        name, label, line, column, length = place
        if label is None:
            return Span(str(name), int(line), int(column), int(length))
        found = self._begins.get((name, label))
        if found is None:
            block = next((b for b in self._modules[name[:-3]].blocks if b.label == label), None) if label and name[:-3] in self._modules else None
            found = self._begins[name, label] = str(self.folder / str(name)), block.line if block else 0
        return Span(found[0], found[1] + int(line), int(column), int(length))

    # --- the end
    def kept(self, ledger: Ledger) -> dict[str, Any]:
        """All that the next build may take, as data."""
        self._settle()
        verdicts = {}
        for obligation, verdict in ledger.verdicts():
            if verdict.proved or verdict.refuted or not verdict.reason.startswith(_FLEETING):
                verdicts[about(obligation)] = verdict_record(verdict)
        roundings = {f"{ledger.rounding} {key.partition('/round ')[2]}": to_text(judged.obligation.statement) for key, judged in ledger.roundings.items()}
        blocks = {m.name: [m.remembers, [[b.label, b.text, b.line, b.last] for b in m.blocks]] for m in self._modules.values()}
        return {"format": FORMAT, "tools": self.tools, "load": self._load_reads, "graph": self._graph_record(), "blocks": blocks, "answers": self.records,
                "verdicts": verdicts, "roundings": roundings, "claims": self.claims.asked or dict(self._part("claims"))}

    @property
    def coming(self) -> bool:
        """True while figures are being drawn."""
        self._put_down_late()
        return bool(self._coming)

    def files(self, *, wait: bool = True) -> set[str]:
        """Every file that deriving rested on, relative to the report's folder or by its full path."""
        self._settle() if wait else self._put_down_late()
        found = {name for name in self._load_reads if name != "*.py"}
        for record in self.records.values():
            found |= set(record.get("reads", ()))
        return found

    def lines(self, names: Iterable[str]) -> trace.Lines:
        """The trace's lines of these files, with the digests that they had before they were read."""
        return [("list" if name.endswith("/") else "file", trace.written(name), self._file(name)) for name in sorted(set(names))]

    def file_now(self, name: str) -> str:
        """The digest of a file, from before it was read."""
        return self._file(name)

    def text_of(self, name: str) -> str:
        """A given's value as a person is told it."""
        return self._texts.get(name, "")

    def givens(self) -> tuple[str, ...]:
        """The names of the givens, in the order of the file."""
        return tuple(self._texts)

    def result_digests(self, *, wait: bool = True) -> dict[str, str]:
        """By name, the digest of each given and answer."""
        self._settle() if wait else self._put_down_late()
        return dict(self._digests)

    def code_digests(self) -> dict[str, str]:
        """Every definition of the author's files, ``file: label`` -> digest."""
        return {f"{m.name}.py: {b.label.partition(' in line')[0]}": b.text for m in self._modules.values() for b in m.blocks}


class _Functions(Mapping[str, Any]):
    """The functions of a graph, each of which asks the memory first."""

    def __init__(self, memory: Memory, graph: AnswerGraph) -> None:
        self._memory, self._graph = memory, graph

    def __getitem__(self, name: str) -> Any:
        answer = self._graph[name]
        return lambda **arguments: self._memory.call(answer, arguments)

    def __iter__(self) -> Iterator[str]:
        return (a.name for a in self._graph.answers)

    def __len__(self) -> int:
        return len(self._graph.answers)


def given_digest(given: Given) -> str:
    """The digest of all that a given says; its place in the file is no part of it."""
    return digests.digest_of_texts(given.name, to_text(given.value), given.unit, to_text(given.symbol), given.source)


def changes(record: Mapping[str, Any], code: Mapping[str, str], uses: Mapping[str, str], reads: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """What an answer was made from that is not as it was, in words; "" where all is."""
    before = record.get("code", {})
    found = [f"{label} {_how(label in before, label in code)}" for label in dict.fromkeys((*code, *before)) if code.get(label) != before.get(label)]
    kept, said = record.get("uses", {}), record.get("texts", {})
    for name in dict.fromkeys((*uses, *kept)):
        if uses.get(name) == kept.get(name) and kept.get(name) != "":
            continue
        if name in texts or name in said:
            was, now = said.get(name), texts.get(name)
            found.append(f"given {name}: {was} -> {now}" if was != now and was and now else f"given {name} {_how(name in kept, name in uses)}")
        else:
            found.append(f"{'answer ' if name not in ('submission', 'marks') else ''}{name} {_how(name in kept, name in uses)}")
    found += [f"file {name} changed" for name, digest in record.get("reads", {}).items() if reads.get(name) != digest]
    return "; ".join(found)


def _tools_changed(before: object, now: Mapping[str, str]) -> str:
    was = before if isinstance(before, dict) else {}
    old, new = ({name: str(version).split(" (")[0] for name, version in versions.items()} for versions in (was, now))
    found = ["reportgen itself changed" if name == "reportgen" else f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
             for name in dict.fromkeys((*now, *was)) if was.get(name) != now.get(name)]
    return "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")


def _how(was: bool, is_now: bool) -> str:
    return "changed" if was and is_now else "is new" if is_now else "is gone"


__all__ = ["FORMAT", "Memory", "Recalled", "Verdicts", "about", "changes", "given_digest"]
