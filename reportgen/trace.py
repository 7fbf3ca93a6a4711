"""The trace of a build: what was read, by digest, and what was written.  Where all is as it was, there is nothing to do.

A trace is text under a seal (``digests.sealed``), a line an entry, parts separated by tabs:

    option  engine      typst               what was asked for
    tool    sympy       1.14.0              what is installed, the interpreter, the locale, the package's own source
    layout  report.typ  DIGEST
    file    report.md   DIGEST              relative to the report's folder, else the full path; "-": there was none
    list    .           DIGEST              the names of the files below this folder
    target  pdf         DIGEST              the digest of all lines above when this target was last made, or found to be as it must be
    output  pdf         report.pdf  DIGEST  a file of this target
    said    pdf         TEXT                what is to be said again: a line of JSON

``unchanged`` is all that a build with nothing to do runs.  It compares bytes; clocks and dates of files are never asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from reportgen import digests
from reportgen.digests import digest_of_texts, file_digest

TITLE = "reportgen-trace-1"
FILE = "trace"
Lines = list[tuple[str, ...]]


def folder_of(out: str) -> str:
    """Where what is kept for the outputs in ``out`` lies: ``build/.cache/NAME`` for ``build/NAME``."""
    parent, name = os.path.split(os.path.abspath(out))
    return os.path.join(parent, ".cache", name)


def read(out: str) -> Lines:
    """The trace of the outputs in ``out``; empty where there is none, or none that can be believed."""
    try:
        with open(os.path.join(folder_of(out), FILE), "rb") as stream:
            data = stream.read()
    except OSError:
        return []
    body = digests.unsealed(TITLE, data)
    if body is None:
        return []
    return [tuple(line.split("\t")) for line in body.decode("utf-8", "surrogateescape").split("\n") if line]


def text(lines: Iterable[tuple[str, ...]]) -> bytes:
    """The trace as it is written; empty where nothing may be kept."""
    body = "".join("\t".join(parts) + "\n" for parts in lines)
    return digests.sealed(TITLE, body.encode("utf-8", "surrogateescape"))


# --- the present state ------------------------------------------------------------------------------------------

def common(engine: str, strict: bool, template: str = "report.md", kernel: str = "") -> Lines:
    """The lines that do not depend on the report: options, tools, layouts.  ``kernel``: the version of Coq that is asked, where one is."""
    tools = {**digests.surroundings(), **digests.installed(), "reportgen": digests.own_source()}
    if engine == "latexmk":
        tools["tex"] = digests.program_digest(digests.TEX_PROGRAMS)
    tools = {name: value.replace("\t", " ").replace("\n", " ") for name, value in tools.items()}
    return [("option", "engine", engine), ("option", "strict", str(strict)), ("option", "template", template),
            *([("option", "kernel", kernel)] if kernel else []), *(("tool", name, value) for name, value in sorted(tools.items())),
            *(("layout", name, value) for name, value in sorted(digests.layouts().items()))]


def files(folder: str, names: Iterable[str]) -> Lines:
    """The lines of these files and listed folders (their names end in ``/``), as they are now."""
    found: Lines = []
    for name in sorted(set(names)):
        path = os.path.join(folder, name)
        if name.endswith("/"):
            found.append(("list", written(name), listing(path)))
        else:
            found.append(("file", written(name), file_digest(path)))
    return found


def written(name: str) -> str:
    """A name without the signs that end a part or a line."""
    return name.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") if any(c in name for c in "\\\t\n") else name


def meant(text: str) -> str:
    """The name that was written so."""
    if "\\" not in text:
        return text
    return "\\".join(part.replace("\\t", "\t").replace("\\n", "\n") for part in text.split("\\\\"))


def listing(folder: str) -> str:
    return digest_of_texts(*digests.tree(folder))


def state(lines: Iterable[tuple[str, ...]]) -> str:
    """The digest of a list of lines."""
    return digest_of_texts(*("\t".join(parts) for parts in lines))


# --- nothing to do ----------------------------------------------------------------------------------------------

class Unchanged:
    """What a build with nothing to do has to say: (target, main file) pairs, the texts kept for it, and the files it rests on."""

    __slots__ = ("folder", "targets", "said", "inputs")

    def __init__(self, folder: str, targets: list[tuple[str, str]], said: dict[str, str], inputs: list[str]) -> None:
        self.folder, self.targets, self.said, self.inputs = folder, targets, said, inputs


def unchanged(folder: str, out: str, targets: Iterable[str] | None, engine: str = "typst", strict: bool = False,
              template: str = "report.md", present: Lines | None = None) -> Unchanged | None:
    """What there is to say where every input and every output is as the trace has it; else None.  ``targets``: None for the report's own.

    ``present`` are the lines of ``common``, where they are at hand.
    """
    kept = read(out)
    if not kept:
        return None
    made = {parts[1]: parts[2] for parts in kept if parts[0] == "target"}
    said = {parts[1]: parts[2] for parts in kept if parts[0] == "said"}
    wanted = ["ledger", *(targets if targets is not None else said.get("formats", "").split())]
    if len(wanted) == 1 or any(name not in made for name in wanted):
        return None
    inputs = [meant(parts[1]) for parts in kept if parts[0] in ("file", "list")]
    now = (present if present is not None else common(engine, strict, template)) + files(folder, inputs)
    digest = state(now)
    if any(made[name] != digest for name in wanted) or not whole(out, kept, wanted):
        return None
    return Unchanged(folder, [(name, main_file(name)) for name in wanted], said, inputs)


def whole(out: str, kept: Lines, wanted: Iterable[str]) -> bool:
    """True where all files of these targets have the bytes that they were written with."""
    wanted = set(wanted)
    return all(file_digest(os.path.join(out, parts[2])) == parts[3] for parts in kept if parts[0] == "output" and parts[1] in wanted)


def main_file(target: str) -> str:
    return "ledger.json" if target == "ledger" else f"report.{target}"


__all__ = ["FILE", "TITLE", "Lines", "Unchanged", "common", "files", "folder_of", "listing", "main_file", "meant", "read", "state", "text", "unchanged",
           "whole", "written"]
