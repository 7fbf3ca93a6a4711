"""A ledger.json checked again, from its own text alone.

Two questions.  Does each obligation hold as it is written: the core replays its certificate, and every field of the verdict must
come out as it stands.  (What has no certificate claims no proof; the search judges it again, and it is counted apart.)
And does the rest of the file say what the obligations establish: the entries are built again from their records, and conclusions,
values, roundings, sources and every text shown on the page must follow from them; a record has the keys of its kind and no others.
Whoever changes one place and the digest is found out by the other.

What Coq's kernel accepted is taken as written, shows in no strength here, and is asked again by ``kernel.verification``.

What a file cannot tell by itself: what an author says freely (the source of a given), what was left out as a whole or stands in
another order, and where on the page a text stood.  ``ledger_files`` asks the finished files and the report's inputs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from . import __version__
from .config import LANGUAGES, ROUNDINGS
from .derivation import Claim, Table, value_of
from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, Number, Operation
from .ledger import FORMAT, Entry, Judged, Ledger, finding_of, given_record, judged_record
from .judge_worker import JudgeWorker
from .ledger_records import Plain, Recorded, canonical_digest, content_from, read, read_all
from .shown import Shown
from .judge.certificates import accepted
from .obligation import Obligation, Verdict, undecided

_AGAIN = "run reportgen build again"
_UNREADABLE = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
_KEYS = frozenset({"format", "report", "language", "version", "rounding", "givens", "answers", "roundings", "shown", "strengths", "weakest", "digest"})
_SHOWN = {"entry": str, "view": str, "text": str, "file": str, "line": int}
_COQ = re.compile(r"(\d+(\.\d+)+)?")
_NO_ENTRIES = ("submission", "marks")      # what an answer can use beside the ledger's entries


@dataclass(frozen=True, slots=True)
class Verification:
    """What judging a ledger's own text again gave: the new verdicts in order, and what disagrees with what is written."""

    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    ledger: Ledger | None = None        # built again from the records
    by_coq: tuple[str, ...] = ()        # what is written as accepted by Coq's kernel: nobody but Coq can say whether that is so

    @property
    def failed(self) -> bool:
        return any(f.severity == "error" for f in self.findings)

    def with_findings(self, *more: Finding) -> Verification:
        return replace(self, findings=(*self.findings, *more))

    def replayed(self) -> int:
        """How many verdicts the core gave from their certificates."""
        return sum(bool(j.verdict.certificate) for j in self.judged)

    def counts(self) -> Counter[str]:
        return Counter(j.strength if j.expect == "proved" else "reported" for j in self.judged)


def read_records(path: Path) -> dict[str, Any]:
    """The data of a ledger.json.  Raises FindingsError (ledger-invalid, file-missing)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once, parse_float=_no_float, parse_constant=_no_float)
    except FileNotFoundError:
        raise FindingsError(Finding("file-missing", f"there is no ledger at {path}", hint="run reportgen build first"), exit_code=2) from None
    except (OSError, ValueError, RecursionError) as error:
        raise FindingsError(Finding("ledger-invalid", f"{path} cannot be read: {error}", hint=_AGAIN), exit_code=2) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FindingsError(Finding("ledger-invalid", f"{path} is not a ledger of this version", hint=_AGAIN), exit_code=2)
    return data


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a record has a key twice: {', '.join(key for key, _ in pairs)}")
    return found


def _no_float(text: str) -> None:
    raise ValueError(f"{text} is not exact, and no ledger holds such a number")


def verify(path: Path, *, strict: bool = False) -> Verification:
    """Judge every obligation of a ledger.json again, from the file's own text, and compare with what it says.

    Raises FindingsError where the file cannot be read; disagreements are findings (ledger-mismatch) that name the obligation or
    the entry.
    """
    return verify_records(read_records(path), str(path), strict=strict)


def verify_records(data: Mapping[str, Any], file: str = "", *, strict: bool = False, worker: JudgeWorker | None = None) -> Verification:
    """``verify`` of data that is read already."""
    check = _Check(data, Span(file), Ledger(worker=worker, rounding=str(data.get("rounding"))))
    check.head()
    judged = check.obligations(strict)
    check.entries()
    check.roundings()
    check.shown()
    check.summary()
    by_coq = tuple(j.obligation.name for j in judged if j.coq)
    return Verification(tuple(replace(j, coq="") for j in judged), tuple(dict.fromkeys(check.findings)), check.again, by_coq)


class _Check:
    def __init__(self, data: Mapping[str, Any], place: Span, again: Ledger) -> None:
        self.data, self.place = data, place
        self.findings: list[Finding] = []
        self.again = again      # built from the records; what it says must be what is written
        self.replayed: dict[tuple[Expr, tuple[Expr, ...]], Verdict] = {}
        again.known = lambda obligation: self.replayed.get((obligation.statement, obligation.assumptions))

    def mismatch(self, message: str) -> None:
        self.findings.append(Finding("ledger-mismatch", message, self.place, _AGAIN))

    def invalid(self, what: str, error: Exception) -> None:
        self.findings.append(Finding("ledger-invalid", f"{what} cannot be read: {type(error).__name__}: {error}", self.place, _AGAIN))

    def _list(self, key: str) -> list[Mapping[str, Any]]:
        found = self.data.get(key)
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            self.findings.append(Finding("ledger-invalid", f"{key} is no list of records", self.place, _AGAIN))
            return []
        return found

    def head(self) -> None:
        """What the ledger says of itself."""
        data = self.data
        for key in sorted(_KEYS ^ data.keys()):
            self.mismatch(f"{key}: the ledger {'has no such entry' if key in _KEYS else 'has this entry, which no ledger has'}")
        if data.get("digest") != canonical_digest(data):
            self.mismatch("the ledger was changed after it was written: its digest does not fit its text")
        if not same(data.get("format"), FORMAT):
            self.mismatch(f"format: {_short(data.get('format'))} is not of this version")
        if data.get("rounding") not in ROUNDINGS:
            self.mismatch(f"rounding: {_short(data.get('rounding'))} is no rule for ties")
        if str(data.get("language")).partition("-")[0] not in LANGUAGES:
            self.mismatch(f"language: {_short(data.get('language'))} is none in which a report can be")
        if not isinstance(data.get("report"), str):
            self.mismatch(f"report: {_short(data.get('report'))} is no name of a report")
        if data.get("version") != __version__:
            self.mismatch(f"version: the ledger is of reportgen {_short(data.get('version'))}; this is {__version__}, whose verdicts may be worded otherwise")

    # --- the obligations, each from its own text
    def obligations(self, strict: bool) -> list[Judged]:
        asked: list[tuple[Mapping[str, Any], Judged]] = []
        for where, record in self._records():
            try:
                obligation = Obligation(read(record["statement"]), read_all(record["assumptions"]), record["name"])
                self._replay(record, obligation)
                if not _COQ.fullmatch(record["coq"]):
                    raise ValueError(f"{record['coq']!r} is no version of Coq")
                self.again.coq[obligation.statement, obligation.assumptions] = record["coq"]
                asked.append((record, self.again.judged(obligation, record["expect"], record["rule"])))
            except _UNREADABLE as error:
                self.invalid(f"the obligation {where} {record.get('name', '')}", error)
        for record, judged in asked:
            self._compare(record["name"], record, judged_record(judged), "judged again")
            found = finding_of(judged, self.place, strict)
            self.findings += [found] if found else []
        return [judged for _, judged in asked]

    def _replay(self, record: Mapping[str, Any], obligation: Obligation) -> None:
        """What the core says of the record's own text and certificate becomes the verdict on this obligation, wherever it is met."""
        key = obligation.statement, obligation.assumptions
        if record["certificate"] is None or key in self.replayed:
            return
        asked = _Asked(record["certificate"])
        found = accepted(record["statement"], record["assumptions"], asked)
        if found is None:
            self.mismatch(f"{record['name']}: its certificate does not show its statement")
        elif idle := asked.idle():
            self.mismatch(f"{record['name']}: its certificate holds what the core does not ask for: {', '.join(idle)}")
        self.replayed[key] = found or undecided("the certificate does not show it")

    def _records(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(where it stands, record)"""
        for answer in self._list("answers"):
            obligations = answer.get("obligations")
            if not isinstance(obligations, list) or not all(isinstance(o, dict) for o in obligations):
                self.mismatch(f"{answer.get('name')} has no list of obligations")
                continue
            yield from ((f"of {answer.get('name')}", record) for record in obligations)
        yield from (("among the roundings", record) for record in self._list("roundings"))

    def _compare(self, name: object, written: Mapping[str, Any], found: Mapping[str, Any], how: str) -> None:
        for key in dict.fromkeys((*found, *written)):
            if key not in found:
                self.mismatch(f"{name}: a record of this kind has no {key!r}")
            elif key not in written:
                self.mismatch(f"{name}: {key} is missing, {how} it is {_short(found[key])}")
            elif not same(written[key], found[key]):
                self.mismatch(f"{name}: {key} is written as {_short(written[key])}, {how} it is {_short(found[key])}")

    # --- the entries, built again
    def entries(self) -> None:
        """Givens and answers from their records: obligations, conclusions, values and sources must follow from their steps."""
        for number, record in enumerate(self._list("givens"), start=1):
            self._entered(record, f"given {number}", self._enter_given, given_record)
        for number, record in enumerate(self._list("answers"), start=1):
            self._entered(record, f"answer {number}", self._enter_answer, self.again.answer_record)
        for name in self.again.entries:
            group, dot, part = name.rpartition(".")
            if dot and part not in getattr(self.again.entries.get(group), "content", ()):
                self.mismatch(f"{name} is part of no group in the ledger")

    def _entered(self, record: Mapping[str, Any], where: str, enter, describe) -> None:
        name = record.get("name", where)
        try:
            entry = enter(record)
            found = describe(entry)
        except FindingsError as error:
            self.findings.extend(error.findings)
        except _UNREADABLE as error:
            self.invalid(f"the entry {name}", error)
        else:
            written = dict(record)
            theirs, ours = written.pop("obligations", ()), found.pop("obligations", ())
            if isinstance(theirs, list) and all(isinstance(o, dict) for o in theirs):      # else it is told already
                if len(theirs) != len(ours):
                    self.mismatch(f"{name} has {len(theirs)} obligations, its steps make {len(ours)}")
                for one, other in zip(theirs, ours, strict=False):
                    self._compare(one.get("name"), one, other, f"by the steps of {name}")
            self._compare(name, written, found, "by its steps")

    def _enter_given(self, record: Mapping[str, Any]) -> Entry:
        from .givens import Given

        _texts(record, "name", "unit", "source")
        return self.again.add_given(Given(record["name"], read(record["value"]), record["unit"], read(record["symbol"]), record["source"], self.place))

    def _enter_answer(self, record: Mapping[str, Any]) -> Entry:
        _texts(record, "name", "unit", "kind")
        content, name, uses = content_from(record), record["name"], tuple(record["uses"])
        missing = [used for used in uses if used not in self.again.entries and used not in _NO_ENTRIES]
        if missing:
            self.mismatch(f"{name} uses {', '.join(missing)}, which the ledger does not have before it")
        if isinstance(content, dict):
            parts = [f"{name}.{key}" for key in content]
            missing = [part for part in parts if part not in self.again.entries]
            if missing:
                self.mismatch(f"{name} has the parts {', '.join(missing)}, which the ledger does not have before it")
            elif parts != self.again.in_order(parts):
                self.mismatch(f"{name} has its parts in another order than the ledger")
            for part in parts:
                if part in self.again.entries and self.again.entries[part].uses != uses:
                    self.mismatch(f"{name} uses {', '.join(uses) or 'nothing'}, and its part {part} {', '.join(self.again.entries[part].uses) or 'nothing'}")
            return self.again._add(Entry(name, "group", content, uses=uses, span=self.place))
        if not isinstance(content, (Plain, Recorded)):
            return self.again.add_answer(name, content, uses, self.place)
        claims = content.claims if isinstance(content, Recorded) else ()
        judged = tuple(self.again.judged(o, content.expects[o.name]) for o in claims)
        return self.again._add(Entry(name, record["kind"], content, uses=uses, judged=judged, span=self.place))

    # --- roundings and the page
    def roundings(self) -> None:
        """A rounding is one of its entry's value (or of a hundred times it, or of a cell), to the places that its name says."""
        records = self._list("roundings")
        for before, record in zip(records, records[1:]):
            if str(before.get("name")) > str(record.get("name")):
                self.mismatch(f"the rounding {record.get('name')} stands after {before.get('name')}: they are in the order of their names")
        for record in records:
            name = str(record.get("name"))
            try:
                statement = read(record["statement"])
                value = statement.args[0].args[0]     # of round(value, places), or of a tie, value + 0.5
                entry, _, view = name.rpartition("/")
                places = re.fullmatch(r"decimal\((0|[1-9]\d{0,4})\)", view)
                known = self.again.entries.get(entry.partition("[")[0])
                fits = known is not None and places is not None and value in _roundable(known) and not record["assumptions"]
                if fits:
                    again = len(self.again.roundings)
                    found = self.again.certify(entry, value, int(places[1]))
                    self._compare(name, record, judged_record(found), "rounded again")
                    if again == len(self.again.roundings):
                        self.mismatch(f"the rounding {name} is there twice")
            except FindingsError as error:
                self.findings.extend(error.findings)
                fits = True
            except _UNREADABLE as error:
                self.invalid(f"the rounding {name}", error)
                continue
            if not fits:
                self.mismatch(f"{name}: the ledger has no such value to be rounded: {_short(record['statement'])}")

    def shown(self) -> None:
        """Every text on the page is what its entry and view give."""
        from .mathprint import style_for
        from .views import Context

        context = Context(self.again, style_for(str(self.data.get("language") or "en")))
        for record in self._list("shown"):
            place = f"{record.get('entry')}.{record.get('view')} in {record.get('file')}, line {record.get('line')}"
            if {key: type(value) for key, value in record.items()} != _SHOWN or record["line"] < 1 or record["file"] != PurePath(record["file"]).name \
                    or not record["file"]:
                self.mismatch(f"{place}: a shown text has an entry, a view, a text, the name of a file and the number of a line, and nothing else")
                continue
            try:
                view, text = text_of(context, record["entry"], record["view"])
            except FindingsError as error:
                self.findings.extend(error.findings)
            except _UNREADABLE as error:
                self.mismatch(f"{place}: shown is {_short(record['text'])}, and the ledger has nothing to show there: {error}")
            else:
                if text != record["text"]:
                    self.mismatch(f"{place}: shown is {_short(record['text'])}, the ledger gives {_short(text)}")
                if view != record["view"]:
                    self.mismatch(f"{place}: the view is called {view!r}")
        held = {str(record.get("name")) for record in self._list("roundings")}
        for judged in self.again.roundings.values():
            if judged.obligation.name not in held:
                self.mismatch(f"{judged.obligation.name} is shown, and the ledger has no such rounding")

    def summary(self) -> None:
        for key, found in (("strengths", dict(sorted(self.again.counts().items()))), ("weakest", self.again.weakest())):
            if not same(self.data.get(key), found):
                self.mismatch(f"{key}: written as {_short(self.data.get(key))}, judged again {_short(found)}")


def _texts(record: Mapping[str, Any], *keys: str) -> None:
    for key in keys:
        if not isinstance(record[key], str):
            raise TypeError(f"{key} is no text")


def _roundable(entry: Entry) -> list[Expr]:
    if isinstance(entry.content, Table):
        values = [value_of(cell) for row in entry.content.rows for cell in row if hasattr(cell, "value")]
    elif isinstance(entry.content, Claim):     # the sides of a refuted claim where it fails
        from .judge.counterexample import failing_at

        judged = entry.judged[0]
        relation = failing_at(judged.obligation, judged.verdict.counterexample) if judged.verdict.refuted else None
        values = [] if relation is None else list(relation.args)
    else:
        values = [] if entry.value is None else [entry.value]
    return values + [Operation("mul", (Number("100"), v)) for v in values]


_VIEW = re.compile(r"([a-z]\w*)(?:\(([^()]*)\))?\.?")


def shown_of(context: Any, name: str, view: str) -> Shown | None:
    """What a view such as "", "decimal(6)" or "steps(compact)" puts on the page; None for a table of which only the cells are recorded.

    Raises KeyError, TypeError, AttributeError, ValueError, IndexError, FindingsError where there is nothing of that name to show.
    """
    from .views import ReportView, view_of

    entry = context.ledger.entries[name] if name != "report" else None
    if (name, view) == ("report", "strengths") or entry is not None and view in ("", "table") and (
            entry.kind == "table" or isinstance(entry.content, (Plain, Recorded))):
        return None
    found: Any = ReportView(context) if entry is None else view_of(context, entry)
    at = 0
    while at < len(view):      # "left.decimal(6)" is a view of a view
        match = _VIEW.match(view, at)
        if match is None:
            raise ValueError(f"no view {view!r}")
        at = match.end()
        found = getattr(found, match[1])
        if match[2] is not None:
            found = found(*(int(a) if a.strip().lstrip("-").isdigit() else a.strip() for a in match[2].split(",")))
    while hasattr(found, "_show"):
        found = found._show()
    return found


def text_of(context: Any, name: str, view: str) -> tuple[str, str]:
    """(the view by its own name, its plain text).  Raises what ``shown_of`` raises."""
    from .views import view_of

    found = shown_of(context, name, view)
    if found is not None:
        return found.view, found.plain
    if name == "report":
        return view, "table of strengths"
    entry = context.ledger.entries[name]
    # of another kind: the cells are what was judged
    return "table", view_of(context, entry)._plain_table() if entry.kind == "table" else f"table {name}"


class _Asked(dict[str, Any]):
    """A certificate that knows what the core has asked for: what it never asks for shows nothing, and could be anything."""

    def __init__(self, certificate: Any) -> None:
        super().__init__((key, _asked(value)) for key, value in certificate.items())
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def idle(self) -> list[str]:
        """The keys that were not asked for, in here or further down."""
        found = [key for key in self if key not in self.read]
        return found + [inner for key, value in self.items() if key in self.read for part in _parts(value) for inner in part.idle()]


def _asked(value: Any) -> Any:
    return _Asked(value) if isinstance(value, dict) else [_asked(item) for item in value] if isinstance(value, list) else value


def _parts(value: Any) -> Iterator[_Asked]:
    if isinstance(value, _Asked):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def same(written: object, found: object) -> bool:
    """Equal, and of the same types: 1, True and 1.0 are not the same."""
    if isinstance(written, dict) and isinstance(found, dict):
        return written.keys() == found.keys() and all(same(value, found[key]) for key, value in written.items())
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(map(same, written, found))
    return type(written) is type(found) and written == found


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."


__all__ = ["Verification", "read_records", "same", "shown_of", "text_of", "verify", "verify_records"]
