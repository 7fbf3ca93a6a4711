"""What an answer's code consists of: its function, and everything in the author's files that it can reach.

Each file is cut into its top-level definitions.  A definition reaches those whose names it mentions, in its own file or in a
module beside it that it imports from, and so on; every statement that is no definition (``random.seed(1)``) belongs to all.
Where code looks names up as texts (``globals``, ``eval``), it reaches everything.  Too much is safe, too little is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .digests import digest_of_texts

_LOOKS_UP = frozenset({"globals", "vars", "eval", "exec", "__import__", "importlib", "compile"})
_MUTATORS = frozenset({"append", "add", "update", "extend", "insert", "pop", "popitem", "remove", "discard", "clear", "setdefault", "sort", "reverse",
                       "appendleft", "popleft", "__setitem__", "seed", "shuffle"})
ALL = "*"


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level definition: what it binds, what it mentions, and the digest of its text.

    ``label`` is how a person calls it ("function loss"), ``line`` where it begins; ``imports`` are (module, name or "*").
    """

    label: str
    binds: tuple[str, ...]
    mentions: frozenset[str]
    imports: tuple[tuple[str, str], ...]
    text: str
    line: int
    last: int


@dataclass(frozen=True, slots=True)
class Module:
    """One of the author's files; ``remembers`` says that a function of it changes what stands outside of it."""

    name: str
    blocks: tuple[Block, ...]
    remembers: bool = False

    def binding(self, name: str) -> tuple[Block, ...]:
        return tuple(b for b in self.blocks if name in b.binds)

    def loose(self) -> tuple[Block, ...]:
        """Statements that define nothing, or not only: they run for everybody."""
        return tuple(b for b in self.blocks if b.label.startswith("statement"))

    def around(self, line: int) -> Block | None:
        return next((b for b in self.blocks if b.line <= line <= b.last), None)


def module(name: str, source: str, tree: ast.Module | None = None) -> Module:
    """The definitions of a file.  Raises SyntaxError where it is no Python."""
    tree = tree if tree is not None else syntax(source)
    lines = source.splitlines(keepends=True)
    blocks: list[Block] = []
    walks = [(node, _inside(node)) for node in tree.body]
    for node, inside in walks:
        blocks += _blocks(node, inside, lines)
    constants = {n for b in blocks if b.label.startswith("constant") for n in b.binds}
    return Module(name, tuple(blocks), any(_remembers(inside, constants) for node, inside in walks if isinstance(node, (ast.FunctionDef, ast.ClassDef))))


def _inside(node: ast.AST) -> list[ast.AST]:
    """What ``ast.walk`` gives, but for the contexts of names; in a fifth of the time."""
    out = [node]
    for item in out:        # it grows
        for field in item._fields:
            value = getattr(item, field, None)
            if isinstance(value, list):
                out += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST) and field != "ctx":
                out.append(value)
    return out


@lru_cache(maxsize=64)
def syntax(source: str) -> ast.Module:
    """The syntax tree of a file, not to be changed: a build asks more than once.  Raises SyntaxError where it is no Python."""
    return ast.parse(source)


@lru_cache(maxsize=64)
def read(name: str, source: str) -> Module:
    """``module``, once for each text: a build asks more than once."""
    return module(name, source)


def _blocks(node: ast.stmt, inside: Sequence[ast.AST], lines: Sequence[str]) -> Iterator[Block]:
    first, last = node.lineno, node.end_lineno or node.lineno
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    text = "".join(lines[first - 1:last])
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            said = ast.unparse(ast.ImportFrom(node.module, [alias], node.level) if isinstance(node, ast.ImportFrom) else ast.Import([alias]))
            binds = () if alias.name == "*" else (alias.asname or alias.name.partition(".")[0],)
            label = "statement" if alias.name == "*" else "import of"
            yield Block(f"{label} {alias.name}", binds, frozenset(), tuple(_imports([node], alias)), digest_of_texts(said), first, last)
        return
    mentions = frozenset(n.id for n in inside if isinstance(n, ast.Name))
    imports = tuple(_imports(inside))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        label, binds = f"{'class' if isinstance(node, ast.ClassDef) else 'function'} {node.name}", (node.name,)
        if not isinstance(node, ast.ClassDef):      # a parameter of an answer has the name of another answer
            mentions -= {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and (names := _plain_names(node)):
        label, binds = f"constant {', '.join(names)}", names
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return      # a docstring
    else:
        label = f"statement in line {first}"
        binds = tuple(dict.fromkeys(n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)))
        binds += tuple(n.name for n in inside if isinstance(n, (ast.FunctionDef, ast.ClassDef)))
        binds += tuple(a.asname or a.name.partition(".")[0] for n in inside if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names)
    yield Block(label, binds, mentions, imports, digest_of_texts(text), first, last)


def _plain_names(node: ast.Assign | ast.AnnAssign) -> tuple[str, ...]:
    """The names that an assignment binds, where it does nothing else to them."""
    found: list[str] = []
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
            if not isinstance(part, ast.Name):
                return ()
            found.append(part.id)
    return tuple(found)


def _imports(nodes: object, only: ast.alias | None = None) -> Iterator[tuple[str, str]]:
    for node in nodes:      # type: ignore[attr-defined]
        if isinstance(node, ast.ImportFrom) and node.level <= 1:
            for alias in [only] if only else node.names:
                yield (node.module, alias.name) if node.module else (alias.name, ALL)
        elif isinstance(node, ast.Import):
            for alias in [only] if only else node.names:
                yield alias.name, ALL


def _remembers(inside: Sequence[ast.AST], constants: set[str]) -> bool:
    """True where a function keeps something for the next call: ``global``, or a change of what a constant holds."""
    local = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {a.arg for n in inside if isinstance(n, ast.arguments) for a in (*n.posonlyargs, *n.args, *n.kwonlyargs)}
    outside = constants - local
    for inner in inside:
        if isinstance(inner, ast.Global):
            return True
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, (ast.Store, ast.Del)) and _base(inner) in outside:
            return True
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _MUTATORS and _base(inner.func) in outside:
            return True
    return False


def _base(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


# --- what is reached ----------------------------------------------------------------------------------------------

def reached(modules: Mapping[str, Module], start: str, name: str) -> dict[str, str]:
    """Everything that the definition ``name`` of the module ``start`` reaches: ``file: label`` -> digest of its text."""
    found: dict[tuple[str, int, str], Block] = {}
    waiting: list[tuple[str, Block]] = [(start, b) for b in modules[start].binding(name)]
    waiting += [(m.name, b) for m in modules.values() for b in m.loose()]
    while waiting:
        where, block = waiting.pop()
        key = (where, block.line, block.label)
        if key in found:
            continue
        found[key] = block
        here = modules[where]
        if block.mentions & _LOOKS_UP or any(m == "importlib" for m, _ in block.imports):
            waiting += [(m.name, b) for m in modules.values() for b in m.blocks]
        waiting += [(where, b) for mentioned in block.mentions for b in here.binding(mentioned)]
        for other, wanted in block.imports:
            if other in modules:
                # ``from m import f`` where m only passes f on finds m's own import of it
                target = modules[other]
                waiting += [(other, b) for b in (target.blocks if wanted == ALL else target.binding(wanted) or target.blocks)]
    texts: dict[str, list[str]] = {}
    for (where, _, _), block in sorted(found.items()):
        # a statement's line is no part of its name: it moves when lines are put in above it
        texts.setdefault(f"{where}.py: {block.label.partition(' in line')[0]}", []).append(block.text)
    return {label: digest_of_texts(*parts) for label, parts in texts.items()}
