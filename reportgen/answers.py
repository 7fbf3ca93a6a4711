"""answers.py: a graph of functions, one an answer, whose parameters name the givens and answers that they need.

The graph is read from the source before anything runs, so that unknown names, circles and duplicates are all
reported, whatever else is wrong with the file.  The file then runs under its real name: places in messages are
the author's.  It may import other modules of the report's folder; they live in a private table, so that two
reports in one process never see each other's.

Public functions at the top level are answers; names that begin with ``_`` are the author's own helpers.  A long
answers.py can be split: ``answers_*.py`` beside it are read as if they stood in it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace

from reportgen.config import did_you_mean, read_text
from reportgen.derivation import MAKE_IT_A_GIVEN, RuleError
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.expressions import ParseError
from reportgen.givens import RESERVED, Given
from reportgen.sources import syntax

# What evaluate calls with an answer and what its function returned; its own result is what other answers receive.
Wrap = Callable[["Answer", object], object]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name that an answer needs, and where it says so."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Answer:
    """One function of answers.py; ``span`` is the place of its name, ``doc`` its docstring."""

    name: str
    parameters: tuple[Parameter, ...]
    span: Span
    doc: str = ""


@dataclass(frozen=True, slots=True)
class AnswerGraph:
    """The answers of a report in the order of the source, and an order in which each comes after what it needs.

    ``files`` are the author's Python files that ran, with their SHA-256.
    """

    path: Path
    answers: tuple[Answer, ...]
    order: tuple[str, ...]
    files: tuple[tuple[Path, str], ...]
    functions: Mapping[str, Callable[..., object]]

    def __getitem__(self, name: str) -> Answer:
        for answer in self.answers:
            if answer.name == name:
                return answer
        raise KeyError(name)

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """The answers named and all answers that they need."""
        needed: set[str] = set()
        waiting = list(names)
        known = {a.name: a for a in self.answers}
        while waiting:
            name = waiting.pop()
            if name in known and name not in needed:
                needed.add(name)
                waiting.extend(p.name for p in known[name].parameters)
        return frozenset(needed)

    def needing(self, *names: str) -> frozenset[str]:
        """The answers that need one of these, directly or through others."""
        found: set[str] = set()
        known = {a.name: a for a in self.answers}
        for name in self.order:  # each comes after what it needs
            if any(p.name in names or p.name in found for p in known[name].parameters):
                found.add(name)
        return frozenset(found)

    def last(self, *names: str) -> AnswerGraph:
        """The graph with the answers that need one of these after all others."""
        late = self.needing(*names)
        return replace(self, order=(*(n for n in self.order if n not in late), *(n for n in self.order if n in late)))

    def evaluate(self, givens: Mapping[str, Given], wrap: Wrap, only: Iterable[str] | None = None) -> dict[str, object]:
        """Call the functions in order and return what ``wrap`` made of each result, by name.

        With ``only``, no more than these and what they need.  What ``givens`` holds is not run.  Raises FindingsError when all that
        could run has run: an answer that needs a failed one is left out without a finding of its own.
        """
        wanted = self.closure(only if only is not None else self.order) - givens.keys()
        results: dict[str, object] = {}
        findings: list[Finding] = []
        cause: BaseException | None = None
        known = {a.name: a for a in self.answers}
        for name in self.order:
            if name not in wanted:
                continue
            answer = known[name]
            try:
                arguments = {p.name: results[p.name] if p.name not in givens else givens[p.name] for p in answer.parameters}
            except KeyError:
                continue  # what it needs has failed, and that has its finding
            try:
                with _quiet_stdout():
                    result = self.functions[name](**arguments)
            except (Exception, SystemExit) as error:
                cause = cause or error
                findings.extend(_findings_from(error, name, [p for p, _ in self.files], answer.span))
                continue
            try:
                results[name] = wrap(answer, result)
            except FindingsError as error:  # anything else would be a fault of ours, not of the author's
                cause = cause or error
                findings.extend(f if f.span is not None else replace(f, span=answer.span) for f in error.findings)
        if findings:
            raise FindingsError(*findings) from cause
        return results


def load(path: Path, givens: Iterable[str]) -> AnswerGraph:
    """Read and run answers.py, and ``answers_*.py`` beside it as parts of it; ``givens`` are the names of the givens.

    Raises FindingsError with all findings: file-missing, file-unreadable, answers-failed, answer-unknown,
    answer-duplicate, answer-cycle.
    """
    answers, order, sources, findings = _scan(path, tuple(givens))
    workshop = _Workshop(path.parent)
    cause: BaseException | None = None
    functions: dict[str, Callable[..., object]] = {}
    for part, source in sources.items():
        try:
            with _quiet_stdout():
                module = workshop.modules.get(part.stem) or workshop.run(part.stem, part, source)
        except (Exception, SystemExit) as error:
            cause = cause or error
            findings += _findings_from(error, "", [*workshop.files, part], Span(str(part)))
            continue
        for answer in (a for a in answers if a.span.file == str(part)):
            function = getattr(module, answer.name, None)
            if callable(function):
                functions[answer.name] = function
            else:
                findings.append(Finding("answer-duplicate", f"{answer.name} is defined as an answer, and then given another value",
                                        answer.span, "give one of them another name"))
    if findings:
        raise FindingsError(*sorted(findings, key=lambda f: f.span or Span(""))) from cause
    return AnswerGraph(path, answers, order, tuple(workshop.files.items()), functions)


def read(path: Path, givens: Iterable[str]) -> AnswerGraph:
    """The graph as the sources have it, without running them: it has no functions.  Raises FindingsError as ``load`` does."""
    answers, order, sources, findings = _scan(path, tuple(givens))
    if findings:
        raise FindingsError(*sorted(findings, key=lambda f: f.span or Span("")))
    return AnswerGraph(path, answers, order, tuple((part, hashlib.sha256(source.encode()).hexdigest()) for part, source in sources.items()), {})


def _scan(path: Path, givens: tuple[str, ...]) -> tuple[tuple[Answer, ...], tuple[str, ...], dict[Path, str], list[Finding]]:
    """The answers of the source, an order for them, the text of each part, and what is wrong."""
    findings: list[Finding] = []
    found: dict[str, Answer] = {}
    sources: dict[Path, str] = {}
    for part in (path, *sorted(path.parent.glob("answers_*.py"))):
        sources[part] = read_text(part)
        findings += _collect(_parsed(part, sources[part]), part, sources[part], givens, found)
    answers = tuple(found.values())
    findings += _unknown(answers, givens)
    order, circles = _order(answers)
    return answers, order, sources, [*findings, *circles]


def _parsed(path: Path, source: str) -> ast.Module:
    """The syntax tree of an author's file.  Raises FindingsError (answers-failed) at the place of the fault."""
    try:
        return syntax(source)
    except SyntaxError as error:
        span = Span(str(path), error.lineno or 0, error.offset or 0,
                    max(1, (error.end_offset or 0) - (error.offset or 0)) if error.end_lineno == error.lineno else 1)
        raise FindingsError(Finding("answers-failed", f"{path.name} is not Python: {error.msg}", span)) from error
    except (ValueError, RecursionError) as error:
        raise FindingsError(Finding("answers-failed", f"{path.name} is not Python: {error}", Span(str(path)))) from error


# --- reading the graph from the source ------------------------------------------------------------------------

def _collect(tree: ast.Module, path: Path, source: str, givens: tuple[str, ...], answers: dict[str, Answer]) -> list[Finding]:
    """Enter the answers of one file into ``answers``; what is wrong with them is returned."""
    lines = source.splitlines()
    findings: list[Finding] = []
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("_"):
            continue
        span = _place(path, lines, node.lineno, node.col_offset, len(node.name), after=node.name)
        if not node.name.isascii():
            findings.append(Finding("answers-failed", f"the name {node.name!r} has letters other than a to z, which files and links "
                                    "could not carry", span, "write it with a to z, digits and _"))
        if isinstance(node, ast.AsyncFunctionDef):
            findings.append(Finding("answers-failed", f"{node.name} is async; an answer is a plain function", span, "write def"))
        if node.name in answers:
            findings.append(Finding("answer-duplicate", f"the answer {node.name} is defined twice: "
                                    f"{_elsewhere(answers[node.name].span, path)} and here", span, "give one of them another name"))
            continue
        if node.name in givens:
            findings.append(Finding("answer-duplicate", f"{node.name} is a given and an answer", span,
                                    "give the answer another name"))
        elif node.name in RESERVED:
            findings.append(Finding("answer-duplicate", f"{node.name} already has a meaning in formulas or templates", span,
                                    "give the answer another name"))
        parameters, problems = _parameters(node, path, lines)
        findings += problems
        answers[node.name] = Answer(node.name, parameters, span, ast.get_docstring(node) or "")
    return findings


def _elsewhere(span: Span, path: Path) -> str:
    return f"in line {span.line}" if span.file == str(path) else f"in {Path(span.file).name}, line {span.line},"


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path,
                lines: list[str]) -> tuple[tuple[Parameter, ...], list[Finding]]:
    arguments = node.args
    findings: list[Finding] = []

    def place(a: ast.arg) -> Span:
        return _place(path, lines, a.lineno, a.col_offset, len(a.arg))

    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            findings.append(Finding("answer-unknown", f"{node.name} takes any arguments by {star.arg}; an answer names what it "
                                    "needs", place(star), "name the givens and answers"))
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(plain), reversed(arguments.defaults), strict=False))
    defaults |= {a: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    for a in defaults:
        # A default would be a number that enters through no given.
        findings.append(Finding("answer-unknown", f"the parameter {a.arg} of {node.name} has a default value; a parameter names a "
                                "given or an answer", place(a), f"make it a given, or take {a.arg} out"))
    for a in arguments.posonlyargs:
        findings.append(Finding("answer-unknown", f"the parameter {a.arg} of {node.name} is positional only; parameters are "
                                "found by name", place(a), "take out the /"))
    names = [a for a in (*plain, *arguments.kwonlyargs) if a not in defaults]
    return tuple(Parameter(a.arg, place(a)) for a in names), findings


def _unknown(answers: tuple[Answer, ...], givens: tuple[str, ...]) -> list[Finding]:
    known = [*givens, *(a.name for a in answers)]
    return [Finding("answer-unknown", f"{answer.name} needs {p.name}, which is neither a given nor an answer", p.span,
                    did_you_mean(p.name, [k for k in known if k != answer.name]) or "define it in givens.toml or answers.py")
            for answer in answers for p in answer.parameters if p.name not in known]


def _order(answers: tuple[Answer, ...]) -> tuple[tuple[str, ...], list[Finding]]:
    """An order in which each answer follows what it needs, near the source's; and a finding for every circle met."""
    known = {a.name: a for a in answers}
    findings: list[Finding] = []
    done: dict[str, None] = {}
    for root in answers:
        trail: dict[str, Iterator[Parameter]] = {}  # the way from the root to here, in order
        if root.name not in done:
            trail[root.name] = iter(root.parameters)
        while trail:
            name = next(reversed(trail))
            parameter = next(trail[name], None)
            if parameter is None:
                del trail[name]
                done[name] = None
            elif parameter.name in trail:
                way = list(trail)
                circle = [*way[way.index(parameter.name):], parameter.name]
                what = "needs itself" if len(circle) == 2 else "need each other in a circle"
                findings.append(Finding("answer-cycle", f"answers {what}: {' -> '.join(circle)}" if len(circle) > 2
                                        else f"{name} {what}: {' -> '.join(circle)}", parameter.span,
                                        "take one of the parameters out"))
            elif parameter.name in known and parameter.name not in done:
                trail[parameter.name] = iter(known[parameter.name].parameters)
    return tuple(done), findings


# --- running it -----------------------------------------------------------------------------------------------

@lru_cache(maxsize=64)     # run anew each time, and compiled once
def _code(source: str, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


class _Workshop:
    """Runs the author's files, and finds the modules of the report's folder before any others, for those files only.

    The modules are entered in ``sys.modules`` under names that belong to the folder, because dataclasses and pickle
    look there; no other report can import them by accident.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = "_report_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        self.modules: dict[str, ModuleType] = {}
        self.files: dict[Path, str] = {}

    def run(self, name: str, path: Path, source: str) -> ModuleType:
        module = ModuleType(f"{self.prefix}.{name}")
        module.__file__ = str(path)
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self.import_}
        self.files[path] = hashlib.sha256(source.encode()).hexdigest()
        self.modules[name] = sys.modules[module.__name__] = module
        try:
            exec(_code(source, str(path)), module.__dict__)  # noqa: S102 (the author's own file)
        except BaseException:
            del self.modules[name], sys.modules[module.__name__]
            raise
        return module

    def import_(self, name: str, globals: Mapping[str, object] | None = None, locals: Mapping[str, object] | None = None,
                fromlist: tuple[str, ...] = (), level: int = 0) -> object:
        if level == 1 and not name:  # from . import helpers
            return SimpleNamespace(**{wanted: self.sibling(wanted) for wanted in fromlist})
        if level <= 1 and "." not in name and (self.folder / f"{name}.py").is_file():
            return self.sibling(name)
        return builtins.__import__(name, globals, locals, fromlist, level)

    def sibling(self, name: str) -> ModuleType:
        if name not in self.modules:
            path = self.folder / f"{name}.py"
            if not path.is_file():
                raise ModuleNotFoundError(f"no module named {name!r} in {self.folder}", name=name)
            self.run(name, path, read_text(path))
        return self.modules[name]


@contextlib.contextmanager
def _quiet_stdout() -> Iterator[None]:
    """What the author prints goes to standard error, whether by print, by a library in C or by a program that is called:
    standard output holds only what was asked for."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            sys.__stdout__.flush()
            kept = os.dup(1)
        except (OSError, ValueError, AttributeError):     # there is no standard output
            yield
            return
        try:
            os.dup2(2, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _findings_from(error: BaseException, answer: str, files: Iterable[Path], fallback: Span) -> list[Finding]:
    """The findings that an exception in the author's code deserves, at the author's line."""
    known = {str(p) for p in files}
    span = _author_place(error, known) or fallback
    who = f"{answer}: " if answer else ""
    if isinstance(error, FindingsError):
        return [f if f.span is not None else replace(f, message=who + f.message, span=span) for f in error.findings]
    if isinstance(error, ParseError):
        return [Finding("formula-unreadable", f"{who}{error.message}", span)]
    if isinstance(error, RuleError):
        called = error.place if error.place is not None and error.place.file in known else span
        return [Finding("rule-not-applicable", f"{who}{error}", called, error.hint)]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return [Finding("answers-failed", f"{Path(error.filename).name} is not Python: {error.msg}",
                        Span(error.filename, error.lineno, error.offset or 0))]
    text = str(error).strip().split("\n")[0]
    message = f"{who}{type(error).__name__}" + (f": {text}" if text else "")
    return [Finding("answers-failed", message, span, _hint(error, text))]


_OURS = r"'(Given|Derivation|Value|Number|Operation|Symbol)'"


def _hint(error: BaseException, text: str) -> str:
    """What to type where Python's own message would not say it."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"install it, or put {error.name}.py beside answers.py"
    if not isinstance(error, TypeError):
        return ""
    if text.startswith(("float() argument", "must be real number")):
        return "float(v) takes the given or answer itself, not a piece of it, and is for figures only"
    if "unsupported operand" in text and re.search(_OURS, text):
        return "values are computed by derivations: start(\"s = v*t\").then(substitute(v=v, t=t), evaluate()); in a figure write float(v)"
    if "not an exact number" in text or "not an exact value" in text:
        return MAKE_IT_A_GIVEN
    return ""


def _author_place(error: BaseException, files: set[str]) -> Span | None:
    """The innermost line of the traceback that is in one of the author's files."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in files and frame.lineno:
            lines = _lines(frame.filename)
            column = end = None
            if frame.colno is not None and frame.end_colno is not None and frame.end_lineno == frame.lineno:
                column, end = frame.colno, frame.end_colno
            if column is None or end is None:
                return Span(frame.filename, frame.lineno)
            return _place(Path(frame.filename), lines, frame.lineno, column, 0, end=end)
    return None


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _place(path: Path, lines: list[str], line: int, column: int, length: int, *, after: str = "", end: int = -1) -> Span:
    """A Span from Python's places, whose columns count bytes from 0; with ``after``, of that name in the rest of the line."""
    raw = lines[line - 1].encode() if 0 < line <= len(lines) else b""
    text = raw.decode(errors="replace")
    start = len(raw[:column].decode(errors="replace"))
    if end >= 0:
        length = max(1, len(raw[:end].decode(errors="replace")) - start)
    if after:
        # behind the word def: a name such as "d" would otherwise be found inside it
        start = max(start, text.find(after, start + 4))
    return Span(str(path), line, start + 1, length)
