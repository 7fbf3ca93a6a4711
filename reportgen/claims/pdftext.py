"""The text layer of a PDF, page by page, read in a process that is ended on time and memory.

A stranger's PDF may be a bomb: the process may use ``LIMIT_BYTES``, and must deliver a page within ``PAGE_SECONDS``.  What was
delivered before it was ended is kept, and a sentence says what is missing.
"""

from __future__ import annotations

import json
import math
import re
import selectors
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from .guard import LIMIT_BYTES

STACKED = "\ue000"  # behind a line of a formula in two dimensions
MAX_BYTES = 256 << 20  # of the file
MAX_PAGES = 5_000
MAX_PAGE_TEXT = 200_000  # characters
MAX_TEXT = 32 << 20
START_SECONDS = 10.0
PAGE_SECONDS = 1.5
TOTAL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of each page, and what could not be read ("" if all was)."""

    pages: tuple[str, ...]
    missing: str = ""


def read_pdf(data: bytes) -> PdfText:
    """The pages of a PDF.  Nothing in it raises; what cannot be read is told."""
    if len(data) > MAX_BYTES:
        return PdfText((), f"is larger than {MAX_BYTES >> 20} MB")
    process = subprocess.Popen([sys.executable, "-m", "reportgen.claims.pdftext"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None and process.stdout is not None
    pages: list[str] = []
    missing = ""
    try:
        try:
            process.stdin.write(data)
            process.stdin.close()
        except BrokenPipeError:
            pass
        size, buffer, begin, last, ready = 0, b"", time.monotonic(), time.monotonic(), False
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                limit = min(last + (PAGE_SECONDS if ready else START_SECONDS), begin + TOTAL_SECONDS)
                if not selector.select(max(0.0, limit - time.monotonic())):
                    missing = f"takes too long after page {len(pages)}"
                    break
                chunk = process.stdout.read1(1 << 16)  # type: ignore[attr-defined]
                if not chunk:
                    missing = f"cannot be read after page {len(pages)}: memory, or the reader ended"
                    break
                *lines, buffer = (buffer + chunk).split(b"\n")
                last = time.monotonic() if lines else last
                ended = None
                for line in lines:
                    record = json.loads(line)
                    if "ready" in record:
                        ready = True
                    elif "end" in record:
                        ended = str(record["end"])
                    else:
                        pages.append(record["page"])
                        size += len(record["page"])
                if ended is not None or size > MAX_TEXT:
                    missing = "has too much text; the rest was not read" if ended is None else ended
                    break
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return PdfText(tuple(pages), missing)


def tidied(page: str) -> str:
    """A page's text with plain line ends and plain letters (those of formulas have code points of their own), ending with its line."""
    page = page.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\x02", "-").replace("\ufffe", "-")
    return "".join(map(_plain, page)).rstrip("\n") + "\n"


def _plain(char: str) -> str:
    if char < "\u2100":
        return char
    if char in "\u22c5\u2217":
        return "·" if char == "\u22c5" else "*"
    if "\U0001d400" <= char <= "\U0001d7ff" or "\ufb00" <= char <= "\ufb06":
        simple = unicodedata.normalize("NFKC", char)
        return simple if len(simple) == 1 else char
    return char


def serve() -> None:
    """The process's side: the file on standard input, one JSON object a page on standard output."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # a system without limits still has the clock
        pass

    def tell(**record: object) -> None:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()

    import pypdfium2

    data = sys.stdin.buffer.read()
    tell(ready=True)
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except Exception as error:  # pdfium's word for it, whatever it is
        tell(end=f"is no PDF that can be read: {str(error)[:100]}")
        return
    for number in range(min(count, MAX_PAGES)):
        try:
            page = document[number]
            text = page.get_textpage()
            tell(page=_laid_out(text))
            text.close()
            page.close()
        except Exception:
            tell(page="")
    tell(end=f"has {count} pages; those after {MAX_PAGES} were not read" if count > MAX_PAGES else "")


def _laid_out(page) -> str:
    """The page's text, raised and lowered letters as ``^{...}`` and ``_{...}``.

    A line so near to its neighbour that the two are one formula (a stacked fraction, bounds of a sum) ends with ``STACKED``: its
    letters do not say what it means.
    """
    import ctypes

    import pypdfium2.raw as pdfium

    raw, x, y = page.raw, ctypes.c_double(), ctypes.c_double()
    lines: list[list[_Char]] = [[]]
    high = ""
    for k in range(min(page.count_chars(), MAX_PAGE_TEXT)):
        code = pdfium.FPDFText_GetUnicode(raw, k)
        if 0xD800 <= code <= 0xDBFF:
            high = chr(code)
            continue
        char = (high + chr(code)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        high = ""
        if char == "\n":
            lines.append([])
        elif char != "\r":
            known = pdfium.FPDFText_IsGenerated(raw, k) != 1 and not char.isspace() and pdfium.FPDFText_GetCharOrigin(raw, k, x, y)
            size = pdfium.FPDFText_GetFontSize(raw, k) if known else math.nan
            lines[-1].append(_Char(char, x.value if known else math.nan, y.value if known else math.nan, size))
    whole: list[list[_Char]] = []
    levels: list[tuple[float, float]] = []
    for line in lines:  # pdfium begins a new line at a raised letter: what goes on to the right on the same base is one line
        base, size = _level(line)
        right = max((c.x for c in whole[-1] if c.x == c.x), default=math.inf) if whole else math.inf
        if levels and abs(levels[-1][0] - base) < 0.1 * size and next((c.x for c in line if c.x == c.x), -math.inf) > right:
            whole[-1] += line
            levels[-1] = _level(whole[-1])
        else:
            whole.append(line)
            levels.append((base, size))
    out = [_scripted(line, *level) for line, level in zip(whole, levels)]
    for k, (base, size) in enumerate(levels):
        if any(abs(base - other) < 0.95 * max(size, near) for other, near in (*levels[max(0, k - 2) : k], *levels[k + 1 : k + 3])):
            out[k] += STACKED
    return "\n".join(out)


class _Char(NamedTuple):
    """A letter with its origin in points and its size; not-a-number where it has none."""

    char: str
    x: float
    y: float
    size: float


def _level(line: list[_Char]) -> tuple[float, float]:
    """The base and the size of most of the line's letters, the larger ones first."""
    sizes = Counter(round(c.size, 1) for c in line if c.size == c.size)
    size = max(sizes, default=math.nan)
    bases = Counter(round(c.y, 1) for c in line if abs(c.size - size) < 0.1)
    return max(bases, key=bases.__getitem__, default=math.nan), size


def _scripted(line: list[_Char], base: float, size: float) -> str:
    text, state = "", ""
    for char, _, y, _ in line:
        level = state if y != y else "^{" if y - base > 0.15 * size else "_{" if base - y > 0.1 * size else ""
        if level != state:
            space = text[len(text.rstrip()) :] if state else ""
            text = (text.rstrip() + "}" + space if state else text) + level
            state = level
        text += char
    text = text.rstrip() + "}" if state else text
    return re.sub(r"\^\{(\d+)\}", r"^\1", text)


if __name__ == "__main__":
    serve()
