"""Nothing for teachers in a student's file: the finished files are read again, and every channel of them is looked through.

What is secret is found from the template: what the whole document shows and the question paper does not (runs of words,
values), and the answers that are asked.  A block ``{% only solution %}`` is not even run for a question paper, so this
looks for what other ways there are: another part of the template, a figure, a popover, an attribute, a comment, metadata.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from reportgen.crossref import wording
from reportgen.deriving import Derived
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.document import Document
from reportgen.expressions import Operation, symbols
from reportgen.ledger import Entry
from reportgen.page import Page
from reportgen.pandoctree import nodes
from reportgen.readback import expected
from reportgen.shown import TOKEN, Rendered, Shown
from reportgen.variants.channels import Channel, channels

GRAM = 4            # so many words in a row are told from chance
LETTERS = 8         # so many letters tell a shorter run
# Views that say what is asked, and not what comes out.
HARMLESS = frozenset({"name", "symbol", "unit", "formula", "statement", "assumptions"})
HEADS_OF_STATEMENTS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "approx", "element", "and", "or", "not", "iff", "implies"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMERAL = re.compile(r"\d+(?:(?:[.,\u202f\u00a0'\u2019]|\{,\}|\\,)\d+)*")
_TOLD = 10          # findings for one file


def known(derived: Derived, asked: Mapping[str, int]) -> Mapping[str, int]:
    """The answers asked.  Raises FindingsError (variants-invalid) for a part of a group that there is not."""
    for name in asked:
        if name not in derived.ledger.entries:
            raise FindingsError(Finding("variants-invalid", f"[asked] names {name}, which the answers do not have"))
    return asked


def asked_of(derived: Derived, asked: Mapping[str, int] | None, names: Mapping[str, object]) -> Mapping[str, int | None]:
    """The answers asked, with their decimal places: those of variants.toml, or all that only the parts for teachers show."""
    if asked is not None:
        return known(derived, asked)
    entries = derived.ledger.entries
    students = _standing(told(derived, names, "questions"))
    others = dict.fromkeys(shown.entry for shown in told(derived, names, "").shown.values() if shown.entry not in students)
    return {name: None for name in others if name in entries and has_result(entries[name])}


def _standing(rendered: Rendered) -> set[str]:
    """The entries of which something stands in the text: what a template only asks about stands nowhere."""
    return {rendered.shown[match[1]].entry for match in TOKEN.finditer(rendered.text)}


def open_answers(derived: Derived, names: Mapping[str, object]) -> tuple[Finding, ...]:
    """A warning where nobody said which answers are asked, and the question paper shows answers with a value."""
    entries = derived.ledger.entries
    shown = sorted(name for name in _standing(told(derived, names, "questions")) if name in entries and has_result(entries[name]))
    if not shown:
        return ()
    return (Finding("variant-leak", f"the question paper shows {', '.join(shown)}, worked out from the givens, and no [asked] says what is asked",
                    hint="add [asked] to variants.toml: then no paper for students may show them", severity="warning"),)


def has_result(entry: Entry) -> bool:
    """Whether an entry is an answer with a value: not a formula with names in it, not a relation."""
    value = entry.value
    return entry.kind in ("derivation", "value") and value is not None and not symbols(value) and (
        not isinstance(value, Operation) or HEADS_OF_STATEMENTS.isdisjoint([value.head]))


def told(derived: Derived, names: Mapping[str, object], part: str) -> Rendered:
    """The rendered template of a part; the ledger keeps no trace of it."""
    from reportgen import template, views
    from reportgen.mathprint import style_for

    return template.render(derived.meta.folder, {**views.views(derived.ledger.beside(), style_for(derived.meta.language)), **names}, part=part)


class Guard:
    """What a student must not see, of one variant."""

    def __init__(self, derived: Derived, asked: Mapping[str, object], names: Mapping[str, object]) -> None:
        self.derived, self.asked = derived, frozenset(asked)
        self.students, everything = told(derived, names, "questions"), told(derived, names, "")
        open_ = {(s.entry, s.view) for s in self.students.shown.values()}
        secret = [s for s in everything.shown.values() if (s.entry, s.view) not in open_ and s.view not in HARMLESS
                  and (s.entry in self.asked or s.entry not in {e for e, _ in open_})]
        self.open_words = words(" ".join([_plain(self.students), *_furniture(derived)]))
        runs = [run for text in (_plain(everything), *(_blocks_text(s) for s in secret)) for line in text.split("\n") for run in _runs(line)]
        self.grams, self.short = _telling(runs, self.open_words)
        self.numerals = {n for s in secret for text in (s.plain, s.latex or "", _blocks_text(s)) for n in numerals(text)}
        self.numerals -= numerals(_plain(self.students, visible=True))

    # --- the document

    def document(self, document: Document) -> None:
        """Raises FindingsError (variant-leak): the question paper shows an answer, or a figure that is drawn from one."""
        findings = []
        for entry, view in document.shown:
            if self._is_asked(entry) and view not in HARMLESS:
                what = f"{{{{ {entry}{'.' + view if view else ''} }}}}"
                findings.append(Finding("variant-leak", f"the question paper shows {what}, an answer that is asked", self._place(entry, view),
                                        "put it between {% only solution %} and {% endonly %}, or take it out of [asked]"))
        for name in document.figures:
            used = sorted(entry for entry in self._closure(name) if self._is_asked(entry))
            if used:
                findings.append(Finding("variant-leak", f"the question paper shows the figure {name}, which is drawn from {', '.join(used)}, and that is asked",
                                        self.derived.ledger.entries[name].span, "draw it from givens, or put it between {% only solution %} and {% endonly %}"))
        if findings:
            raise FindingsError(*dict.fromkeys(findings))

    def _is_asked(self, entry: str) -> bool:
        return entry in self.asked or any(name.startswith(entry + ".") for name in self.asked)

    def _closure(self, name: str) -> set[str]:
        seen, waiting = set(), [name]
        while waiting:
            entry = self.derived.ledger.entries.get(waiting.pop())
            if entry is not None and entry.name not in seen:
                seen.add(entry.name)
                waiting.extend(entry.uses)
        return seen

    def _place(self, entry: str, view: str) -> Span | None:
        for match in TOKEN.finditer(self.students.text):
            shown = self.students.shown[match[1]]
            if (shown.entry, shown.view) == (entry, view):
                return self.students.span(match.start())
        return None

    # --- the files

    def files(self, page: Page, target: str, engine: str, files: Mapping[str, bytes]) -> None:
        """Raises FindingsError (variant-leak) with the file and the channel of what must not be there."""
        allowed = self._allowed(page, target, engine)
        findings: list[Finding] = []
        for name, data in files.items():
            for channel in channels(name, data):
                findings += self._in(name, channel, allowed)
        shown = set(page.document.entries)
        for figure in page.document.figures:
            texts = " ".join(page.derived.figures[figure].texts)
            findings += self._in(f"figure {figure}", Channel("its texts", texts, numerals=True), allowed)
        if target == "html":
            ids = set(re.findall(r'(?:id|popovertarget|href)="#?why-([\w.-]+)"', files["report.html"].decode("utf-8")))
            for entry in sorted(e for found in ids for e in found.removesuffix("-title").split("--") if self._is_asked(e) and e not in shown):
                findings.append(_leak("report.html", "a popover", f"explains {entry}, an answer that is asked"))
        if findings:
            raise FindingsError(*findings[:_TOLD])

    def _allowed(self, page: Page, target: str, engine: str) -> set[str]:
        """The numerals that the student's own document accounts for."""
        meant = expected(page.document, page.derived.meta, page.details, target, engine)
        found = {n.text for part in meant.parts.values() for n in (*part.seen, *part.said)} | {n.text for n in meant.header}
        meta = page.derived.meta
        texts = " ".join((meta.title, meta.subtitle, meta.author, meta.course, meta.date))
        own = json.dumps(page.document.blocks, ensure_ascii=False)      # with the descriptions of formulas and pictures
        return {_canonical(text) for text in found} | numerals(texts) | numerals(own)

    def _in(self, file: str, channel: Channel, allowed: set[str]) -> Iterator[Finding]:
        there = words(channel.text)
        grams = {tuple(there[i:i + GRAM]) for i in range(len(there) - GRAM + 1)}
        for gram in sorted(grams & self.grams)[:1]:
            yield _leak(file, channel.name, f'says "{" ".join(gram)}", which only a part for teachers does')
        line = f" {' '.join(there)} "
        for run in self.short if channel.plain else ():
            if f" {run} " in line:
                yield _leak(file, channel.name, f'says "{run}", which only a part for teachers does')
                break
        if channel.numerals:
            for numeral in sorted((numerals(channel.text) & self.numerals) - allowed)[:1]:
                yield _leak(file, channel.name, f"holds {numeral}, which only a part for teachers shows")


def _leak(file: str, channel: str, what: str) -> Finding:
    return Finding("variant-leak", f"{channel} of a student's {file} {what}", hint="put what it comes from between {% only solution %} and {% endonly %}")


# --- words and numerals ---------------------------------------------------------------------------------------

def words(text: str) -> list[str]:
    """The words of a text, without marks, hyphens at line ends and forms of letters."""
    text = unicodedata.normalize("NFKC", text)
    return _WORD.findall(re.sub(r"[\u00ad\ufffe\u0002]\s*|(?<=[^\W\d_])-\s*\n\s*", "", text).casefold())


def _runs(line: str) -> list[list[str]]:
    """The words between values, formulas and markup."""
    pieces = re.split(r"\$[^$]*\$|\{[^{}]*\}|\]\([^)]*\)|@[\w:-]+|`[^`]*`|[\ue000\ue001]", line)
    return [found for piece in pieces if (found := words(piece))]


def _telling(runs: Iterable[list[str]], open_words: list[str]) -> tuple[set[tuple[str, ...]], list[str]]:
    """What tells the teacher's text: rows of four words, and shorter runs as a whole, that the student's own text does not have."""
    whole = f" {' '.join(open_words)} "
    grams: set[tuple[str, ...]] = set()
    short: dict[str, None] = {}
    for run in runs:
        if len(run) < GRAM:
            text = " ".join(run)
            if len(text) >= LETTERS and f" {text} " not in whole:
                short[text] = None
        grams |= {tuple(run[i:i + GRAM]) for i in range(len(run) - GRAM + 1)}
    return grams - {tuple(open_words[i:i + GRAM]) for i in range(len(open_words) - GRAM + 1)}, list(short)


def numerals(text: str) -> set[str]:
    return {_canonical(match) for match in _NUMERAL.findall(text)}


def _canonical(numeral: str) -> str:
    """A numeral without what groups its digits: 61,706 is 61706."""
    digits = re.sub(r"\{,\}|\\,|[\s'\u2019\u202f\u00a0]", ",", numeral)
    return digits.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits) else digits.replace(",", ".")


def _plain(rendered: Rendered, *, visible: bool = False) -> str:
    """The author's text of a rendered template; with ``visible`` the values shown, too."""
    return TOKEN.sub(lambda m: f" {rendered.shown[m[1]].plain} {_blocks_text(rendered.shown[m[1]])} " if visible else "\ue000", rendered.text)


def _blocks_text(shown: Shown) -> str:
    found = []
    for node in nodes(list(shown.blocks or ())):
        if node["t"] == "Str":
            found.append(node["c"])
        elif node["t"] == "Math":
            found.append(f" $ {node['c'][1]} $ ")
        elif node["t"] in ("Para", "Plain", "Table"):
            found.append("\n")
    return " ".join(found)


def _furniture(derived: Derived) -> Iterator[str]:
    """Words that a page has of itself."""
    meta = derived.meta
    yield from (meta.title, meta.subtitle, meta.author, meta.course)
    yield from wording(meta.language).values()
    yield from (given.source for given in derived.givens.values())


__all__ = ["Guard", "asked_of", "known", "numerals", "open_answers", "told", "words"]
