"""The one door to pandoc: text to its JSON tree, and the tree to a format.

The binary comes with the wheel ``pypandoc_binary`` and is run in its sandbox, without a shell.  A warning of pandoc
is a failure: a formula that it could not convert would be missing from the page.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportgen.diagnostics import EXIT_UNABLE, Finding, FindingsError

TIMEOUT = 120  # seconds; a report takes a tenth of one
# Macros would let a report redefine what its formulas say; metadata belongs into report.toml.
MARKDOWN = "markdown-latex_macros-yaml_metadata_block-pandoc_title_block-implicit_header_references"

# labels that are used twice are found by crossref, with their places
_EXPECTED = re.compile(r"^\[WARNING\] Duplicate identifier.*\n?", re.MULTILINE)

Block = dict[str, Any]


@cache
def executable() -> str:
    """The path of the pandoc binary; raises FindingsError (engine-missing)."""
    try:
        import pypandoc
        found = pypandoc.get_pandoc_path()
    except (ImportError, OSError) as error:
        raise FindingsError(Finding(
            "engine-missing", "pandoc is not installed",
            hint="type: python -m pip install pypandoc_binary"), exit_code=EXIT_UNABLE) from error
    return str(found)


@cache
def api_version() -> tuple[int, ...]:
    """The version of the JSON tree that this pandoc speaks."""
    return tuple(json.loads(run(["-f", "markdown", "-t", "json"], ""))["pandoc-api-version"])


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


@lru_cache(maxsize=8)     # variants of one template have one text, until their values are put in
def read_markdown(text: str) -> str:
    """The JSON text of the tree of pandoc Markdown."""
    return run(["-f", MARKDOWN, "-t", "json"], text)


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


def _meta(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    if isinstance(value, str):
        return {"t": "MetaInlines", "c": [{"t": "Str", "c": value}]}
    return {"t": "MetaList", "c": [_meta(item) for item in value]}
