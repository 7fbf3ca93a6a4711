"""The ledger and what lies beside it: do the finished files show what it says, and do the report's inputs give it?

A ledger that holds together may still be the one of another build.  ``files_beside`` asks the finished files, which needs nothing
but them: whatever the ledger says was shown must be there as often as it says.  ``from_inputs`` derives the report again and
compares all of it, byte by byte: nothing can be changed, left out or put in another order that this does not notice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .config import FORMATS
from .diagnostics import EXIT_UNABLE, Finding, FindingsError, Span
from .ledger_verify import same, shown_of

if TYPE_CHECKING:
    from .ledger import Ledger

_TOLD = 20      # findings about one file
_BOX = re.compile(r'<div popover id="why-([^"]+)"')
_LANGUAGE = re.compile(r'<html[^>]*\slang="([^"]*)"')


# --- the finished files -----------------------------------------------------------------------------------------

def files_beside(folder: Path, data: Mapping[str, Any], ledger: Ledger) -> list[Finding]:
    """Of each report.pdf, .tex, .md and .html in the ledger's folder: the numerals that it ought to show and does not.

    ``ledger`` is what verifying has built again from ``data``, in which it found nothing wrong.  The findings are output-differs;
    FindingsError (engine-missing) where a PDF cannot be read.
    """
    found: list[Finding] = []
    for target in FORMATS:
        path = folder / f"report.{target}"
        if path.is_file():
            found += list(_missing(path, target, data, ledger))[:_TOLD]
    return found


def _missing(path: Path, target: str, data: Mapping[str, Any], ledger: Ledger) -> Iterator[Finding]:
    there = Counter(_pieces(_there(path, target)))
    for record, numerals in zip(data["shown"], _meant(data, ledger, target), strict=True):
        there.subtract(_pieces(numerals))
        if missing := list(dict.fromkeys(text for text in numerals if any(there[piece] < 0 for piece in _pieces([text])))):
            there = +there      # told once: what comes after is not lacking for this
            yield _differs(path, f"{record['entry']}.{record['view']} is shown by the ledger as {_short(record['text'])}, and {path.name} does not show "
                                 f"{', '.join(missing)} there, or not so often")
    if target == "html":
        page = path.read_text(encoding="utf-8", errors="replace")
        shown = {record["entry"] for record in data["shown"]} - {"report"}
        boxes = {name for name in _BOX.findall(page) if name in ledger.entries}
        for name in sorted(boxes ^ shown):
            yield _differs(path, f"{path.name} shows {name}, and the ledger does not say so" if name in boxes else f"{path.name} does not show {name}")
        language = _LANGUAGE.search(page)
        if language is None or language[1] != data["language"]:
            yield _differs(path, f"language: the ledger says {data['language']}, and {path.name} {language[1] if language else 'none'}")


def _differs(path: Path, message: str) -> Finding:
    return Finding("output-differs", message, Span(str(path)), "the two are of different builds: run reportgen build again")


def _there(path: Path, target: str) -> Iterable[str]:
    """The numerals and signs of a finished file, but for the boxes of an HTML page that open."""
    if target == "pdf":
        try:
            from .readback.pdf import sheets
            return [numeral.text for sheet in sheets(path.read_bytes()) for numeral in sheet.body]
        except ImportError as error:
            raise FindingsError(Finding("engine-missing", "pypdfium2 is not installed, with which a finished PDF is read again",
                                        hint="type: python -m pip install pypdfium2"), exit_code=EXIT_UNABLE) from error
        except Exception:      # pdfium's own errors have no common base: what cannot be read shows nothing
            return []
    text = path.read_text(encoding="utf-8", errors="replace")
    if target == "html":
        from .readback.page import Page
        parts = Page(text).parts
        return [numeral.text for name in ("text", "notes") if name in parts for numeral in parts[name].seen]
    from .readback import sources
    return [numeral.text for numeral in (sources.latex if target == "tex" else sources.markdown)(text).seen]


def _meant(data: Mapping[str, Any], ledger: Ledger, target: str) -> Iterator[list[str]]:
    """The numerals of each shown text, as a format shows them."""
    from .mathprint import style_for
    from .readback.expected import SHAPES, Builder
    from .views import Context, view_of

    context = Context(ledger, style_for(data["language"]))
    shape = SHAPES["pdf typst" if target == "pdf" else target]
    for record in data["shown"]:
        shown = shown_of(context, record["entry"], record["view"])
        builder = Builder(shape)
        if shown is None:
            entry = ledger.entries.get(record["entry"])
            if entry is None or entry.kind != "table":      # corrections, the table of strengths: their cells are not in the ledger as they are shown
                yield []
                continue
            shown = view_of(context, entry).table
        if shown.blocks is not None:
            builder.blocks(shown.blocks)
        elif shown.latex is not None:
            builder.formula(shown.latex)
        else:
            builder.text(shown.plain)
            builder.flush()
        yield [numeral.text for numeral in builder.part.seen]


def _pieces(numerals: Iterable[str]) -> Iterator[str]:
    """Split at commas, which a page shows as gaps; roots are drawn."""
    return (piece for text in numerals if text != "√" for piece in text.split(","))


# --- the inputs -------------------------------------------------------------------------------------------------

def from_inputs(source: Path, out: Path, data: Mapping[str, Any], ledger: Ledger, *, engine: str = "typst", strict: bool = False) -> list[Finding]:
    """What the report in ``source``, derived and rendered again, gives otherwise than the ledger and the finished files in ``out`` have it.

    ``ledger`` is as for ``files_beside``; what Coq's kernel accepted is taken from there.  Raises FindingsError where the report cannot be built.
    """
    from .deriving import derive
    from .page import ledger_bytes, make_page, make_target

    targets = [target for target in FORMATS if (out / f"report.{target}").is_file()]
    derived = derive(source, pdf="tex" in targets or engine != "typst")
    derived.ledger.raise_to(ledger.coq)
    page = make_page(derived, strict=strict)
    again = json.loads(ledger_bytes(page))
    hint = "the report's inputs have changed, or the ledger was: run reportgen build again"
    found = [Finding("ledger-mismatch", message, Span(str(out / "ledger.json")), hint) for message in differences(data, again)]
    if not found:
        for target in targets:
            found += [_differs(out / name, f"{name} is not the file that the report's inputs give")
                      for name, made in make_target(page, target, engine).items() if not _is(out / name, made)]
    return found[:_TOLD] + ([Finding("ledger-mismatch", f"and {len(found) - _TOLD} more")] if len(found) > _TOLD else [])


def _is(path: Path, made: bytes) -> bool:
    try:
        return path.read_bytes() == made
    except OSError:
        return False


def differences(written: object, again: object, name: str = "", key: str = "") -> Iterator[str]:
    """Where a ledger is not the one that its inputs give: a sentence for each place, with the name of its record."""
    if same(written, again):
        return
    if isinstance(written, dict) and isinstance(again, dict):
        name = str(again.get("name") or again.get("entry") or name)
        for part in sorted(again.keys() | written.keys()):
            if part not in written or part not in again:
                yield f"{name or key or part}: {part} {'is missing' if part in again else 'belongs there in no ledger'}"
            elif part != "digest":
                yield from differences(written[part], again[part], name, f"{key}.{part}" if key else part)
    elif isinstance(written, list) and isinstance(again, list):
        at = next((i for i, (one, other) in enumerate(zip(written, again, strict=False)) if not same(one, other)), min(len(written), len(again)))
        if len(written) == len(again) and [_name(item) for item in written] == [_name(item) for item in again]:
            for i, (one, other) in enumerate(zip(written, again, strict=True)):
                yield from differences(one, other, name, f"{key}[{i + 1}]")
        else:
            one, other = (_short(_name(items[at]) or items[at]) if at < len(items) else "nothing" for items in (written, again))
            yield f"{name or key}: place {at + 1} of {key}, which are {len(written)}, holds {one}; the report's inputs give {len(again)}, and there {other}"
    else:
        yield f"{name or key}: {key} is written as {_short(written)}, the report's inputs give {_short(again)}"


def _name(record: object) -> str:
    if not isinstance(record, dict):
        return ""
    return str(record["name"]) if "name" in record else f"{record['entry']}.{record.get('view')}" if "entry" in record else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


__all__ = ["differences", "files_beside", "from_inputs"]
