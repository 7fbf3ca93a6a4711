"""The one door to pandoc: text to its JSON tree, and the tree to a format.

The binary comes with the wheel ``pypandoc_binary`` and is run in its sandbox, without a shell.  A warning of pandoc
is a failure: a formula that it could not convert would be missing from the page.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError
from reportgen.pandoctree import rewrite

TIMEOUT = 120  # seconds; a report takes a tenth of one
# Macros would let a report redefine what its formulas say; metadata belongs into report.toml.
MARKDOWN = "markdown-latex_macros-yaml_metadata_block-pandoc_title_block-implicit_header_references"

# labels that are used twice are found by crossref, with their places
_EXPECTED = re.compile(r"^\[WARNING\] Duplicate identifier.*\n?", re.MULTILINE)

_VERSION = re.compile(r'\{"pandoc-api-version":\[([\d,]+)\]')

_CUT = "\uE0FF"                             # stands between two parts of what pandoc reads or writes
_CUT_READ = ',{"t":"Para","c":[{"t":"Str","c":"' + _CUT + '"}]},'
_BLOCKS = re.compile(r'\{"pandoc-api-version":\[[\d,]+\],"meta":\{\},"blocks":\[(.*)\]\}\s*', re.DOTALL)
_HEADED = re.compile(r'\{"t":"Header","c":\[\d,\["([^"]*)"')
_NUMBERED = re.compile(r"-\d+\Z")

Block = dict[str, Any]


@cache
def executable() -> str:
    """The path of the pandoc binary; raises FindingsError (engine-missing).

    It is the one inside the wheel, whatever other pandoc this machine has: its version is the one that the lock names.
    """
    if named := os.environ.get("PYPANDOC_PANDOC"):
        return named
    spec = importlib.util.find_spec("pypandoc")
    for place in (spec.submodule_search_locations if spec else None) or ():
        inside = os.path.join(place, "files", "pandoc.exe" if os.name == "nt" else "pandoc")
        if os.access(inside, os.X_OK):
            return inside
    try:
        import pypandoc     # without a binary: it looks for one; and it imports much
        found = pypandoc.get_pandoc_path()
    except (ImportError, OSError) as error:
        raise FindingsError(Finding(
            "engine-missing", "pandoc is not installed",
            hint="type: python -m pip install pypandoc_binary"), exit_code=EXIT_UNABLE) from error
    return str(found)


def api_version() -> tuple[int, ...]:
    """The version of the JSON tree that this pandoc speaks: each tree that it reads begins with it."""
    if not _version:
        read_markdown("")
    return _version


_version: tuple[int, ...] = ()


def run(arguments: Sequence[str], text: str, *, timeout: float = TIMEOUT) -> str:
    """Pandoc's output for ``text``; raises FindingsError (engine-missing, engine-failed) on an error or a warning."""
    command = [executable(), "--sandbox", *arguments]
    try:
        done = subprocess.run(command, input=text.encode("utf-8"), capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise FindingsError(Finding("engine-failed", f"pandoc did not answer within {timeout:g} seconds")) from error
    except OSError as error:
        raise FindingsError(Finding(
            "engine-missing", f"pandoc could not be started: {error.strerror}",
            hint="type: python -m pip install --force-reinstall pypandoc_binary"), exit_code=EXIT_UNABLE) from error
    said = _EXPECTED.sub("", done.stderr.decode("utf-8", "replace")).strip()
    if done.returncode or said:
        raise FindingsError(Finding("engine-failed", f"pandoc: {said or f'exit code {done.returncode}'}"))
    return done.stdout.decode("utf-8")


@lru_cache(maxsize=8)   # variants of a report and its rebuilds differ in their values, and seldom in their text
def read_markdown(text: str) -> str:
    """The JSON text of the tree of pandoc Markdown."""
    global _version
    tree = run(["-f", MARKDOWN, "-t", "json"], text)
    found = _VERSION.match(tree)
    _version = tuple(map(int, found[1].split(","))) if found else tuple(json.loads(tree)["pandoc-api-version"])
    return tree


def read_in_pieces(text: str) -> list[str]:
    """The blocks of pandoc Markdown, as JSON lists that follow each other; a piece (``cutting``) that was read before is not read again.

    What pandoc names headings by their words depends on the headings before, where two have the same: such a text is read as a whole.
    """
    from reportgen.cutting import pieces

    found = _read(pieces(text))
    return found if len(found) == 1 or _named_apart(found) else _read([text])


def _named_apart(pieces: Sequence[str]) -> bool:
    """Whether each heading is named by its own words alone."""
    names = [name for blocks in pieces for name in _HEADED.findall(blocks)]
    return len(set(names)) == len(names) and not any(map(_NUMBERED.search, names))


def _read(cut: list[str]) -> list[str]:
    import hashlib

    names = ["read " + hashlib.sha256(piece.encode("utf-8", "surrogatepass")).hexdigest() for piece in cut]
    known = dict(_kept)
    missing = {name: piece for name, piece in zip(names, cut) if name not in known}
    if missing:
        tree = read_markdown(f"\n\n{_CUT}\n\n".join(missing.values()))
        found = _BLOCKS.fullmatch(tree)
        blocks = found[1] if found else json.dumps(json.loads(tree)["blocks"], ensure_ascii=False)[1:-1]
        parts = blocks.split(_CUT_READ) if len(missing) > 1 else [blocks]
        if len(parts) != len(missing) or len(parts) > 1 and not _named_apart(parts):
            return _read(["".join(cut)])
        new = dict(zip(missing, parts))
        known |= new
        _keep(new)
    _last["read"] = frozenset(names)
    return [f"[{known[name]}]" for name in names]


def write(blocks: Sequence[Block], to: str, *, meta: Mapping[str, Any] | None = None, template: Path | None = None,
          options: Sequence[str] = ()) -> str:
    """The tree in the format ``to``; ``meta`` values are strings, lists of strings, or trees (``MetaInlines``...)."""
    tree = {"pandoc-api-version": list(api_version()), "blocks": list(blocks),
            "meta": {name: _meta(value) for name, value in (meta or {}).items()}}
    text = json.dumps(tree, ensure_ascii=False)     # surrogates cannot be encoded and would only come from a broken value
    if _keeping:
        from reportgen.pandoc_kept import OPTIONS, kept

        layout = None if template is None else template.read_text(encoding="utf-8")
        text = _unwarned(*kept(executable(), TIMEOUT).write(text, to, layout, dict(OPTIONS[option] for option in options)))
        return text if layout is not None or text.endswith("\n") else text + "\n"     # as the command line does
    arguments = ["-f", "json", "-t", to, "--wrap=none", *options]
    if template is not None:
        arguments.append(f"--template={template}")
    return run(arguments, text)


_keeping = False


def keep() -> None:
    """From now on one pandoc serves this process: right where many documents are written."""
    global _keeping
    _keeping = True


def _unwarned(text: str, said: str) -> str:
    said = _EXPECTED.sub("", "".join(f"[WARNING] {line}\n" for line in said.splitlines())).strip()
    if said:
        raise FindingsError(Finding("engine-failed", f"pandoc: {said}"))
    return text


# --- in parts -------------------------------------------------------------------------------------------------

_FORMULA = re.compile("\uE0FD([^\uE0FE]+)\uE0FE")
_MOST = 24_000_000                          # characters that are kept
_kept: dict[str, str] = {}                  # what was written before: format and digest of the part -> its text
_kept_size = 0
_last: dict[str, frozenset[str]] = {}       # by format: the parts of the last page


def write_in_parts(blocks: Sequence[Block], to: str, *, raw: str, meta: Mapping[str, Any] | None = None, template: Path | None = None,
                   options: Sequence[str] = (), formulas: bool = False) -> str:
    """What ``write`` answers, for a format in which each block is written without regard to its neighbours (Typst; HTML but for notes).

    What was written before in this process is not written again: a page whose sentence has changed, a variant.  ``raw``: the
    format's name in raw blocks.  With ``formulas`` each formula is written once, wherever it stands.
    """
    import hashlib

    def digest(*texts: str) -> str:
        return f"{to} " + hashlib.sha256("\0".join((*options, *texts)).encode("utf-8", "surrogatepass")).hexdigest()

    parts: dict[str, list[Block]] = {}      # what must be written, by digest

    def formula(node: Block) -> Block:
        name = digest("formula", node["c"][0]["t"], node["c"][1])
        parts.setdefault(name, [{"t": "Plain", "c": [node]}])
        return {"t": "RawInline", "c": [raw, f"\uE0FD{name}\uE0FE"]}

    given = blocks
    if formulas:
        blocks = rewrite(list(blocks), formula, ("Math",))
    order = []
    texts = [json.dumps(block, ensure_ascii=False) for block in blocks]
    if not blocks or any('"t": "Note"' in text for text in texts):      # no text of the author's has quotes without a backslash there
        return write(given, to, meta=meta, template=template, options=options)
    for block, text in zip(blocks, texts):
        name = digest(text)
        parts.setdefault(name, [block])
        order.append(name)
    trees = {name: _meta(value) for name, value in (meta or {}).items()}
    frame = digest("frame", json.dumps(trees, ensure_ascii=False), template.read_text(encoding="utf-8") if template else "")
    known = dict(_kept)
    _last[to] = frozenset((*parts, frame))
    missing = [name for name in parts if name not in known]
    if missing or frame not in known:
        cut: Block = {"t": "RawBlock", "c": [raw, _CUT]}
        text = write([cut, *(one for name in missing for one in (*parts[name], cut))], to, meta=trees, template=template, options=options)
        head, *written, tail = text.split(_CUT)
        if len(written) != len(missing):
            raise FindingsError(Finding("engine-failed", "pandoc wrote a report in other parts than it was given"))
        new = {**dict(zip(missing, written)), frame: head + _CUT + tail}
        known |= new
        _keep(new)
    head, _, tail = known[frame].partition(_CUT)
    text = head + _joined([known[name] for name in order]) + tail.removeprefix("\n")
    return _FORMULA.sub(lambda match: known[match[1]].strip("\n"), text) if formulas else text


def kept() -> dict[str, str]:
    """What the last page in each format is made of, for a process that comes later."""
    return {name: text for name, text in _kept.items() if name in _last.get(name.partition(" ")[0], (name,))}


def take(parts: Mapping[str, str]) -> None:
    """Take what a process before this one has written with the same tools, which whoever calls has made sure of."""
    _keep(dict(parts))


def _joined(parts: Sequence[str]) -> str:
    """The parts with the empty lines between them that one or the other wants."""
    out: list[str] = []
    wanted = 0
    for part in parts:
        inside = part[1:].strip("\n")       # the first line feed ends the cut
        if out:
            out.append("\n" * max(wanted, len(part) - len(part.lstrip("\n")), 1))
        out.append(inside)
        wanted = len(part) - len(part.rstrip("\n"))
    return "".join(out) + "\n"


def _keep(new: Mapping[str, str]) -> None:
    """Keep what was written, and drop what is oldest where there is too much."""
    global _kept_size
    for name, text in new.items():
        _kept_size += len(text) - len(_kept.pop(name, ""))
        _kept[name] = text
    while _kept_size > _MOST:
        _kept_size -= len(_kept.pop(next(iter(_kept))))


def _meta(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    if isinstance(value, str):
        return {"t": "MetaInlines", "c": [{"t": "Str", "c": value}]}
    return {"t": "MetaList", "c": [_meta(item) for item in value]}
