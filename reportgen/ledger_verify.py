"""A ledger.json checked again, from its own text alone.

Two questions.  Does each obligation hold as it is written: the core replays its certificate, and every field of the verdict must
come out as it stands.  (What has no certificate claims no proof; the search judges it again, and it is counted apart.)
And does the rest of the file say what the obligations establish: the entries are built again from their records, and conclusions,
values, roundings, sources and every text shown on the page must follow from them.  Whoever changes one place and the digest is
found out by the other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import ROUNDINGS
from .derivation import Claim, Table, value_of
from .diagnostics import Finding, FindingsError, Span
from .expressions import Expr, Number, Operation
from .ledger import FORMAT, Entry, Judged, Ledger, finding_of, given_record, judged_record
from .judge_worker import JudgeWorker
from .ledger_records import Plain, Recorded, canonical_digest, content_from, read, read_all
from .judge.certificates import accepted
from .obligation import Obligation, Verdict, undecided

_AGAIN = "run reportgen build again"
_UNREADABLE = (KeyError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Verification:
    """What judging a ledger's own text again gave: the new verdicts in order, and what disagrees with what is written."""

    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]

    def replayed(self) -> int:
        """How many verdicts the core gave from their certificates."""
        return sum(bool(j.verdict.certificate) for j in self.judged)

    def counts(self) -> Counter[str]:
        return Counter(j.strength if j.expect == "proved" else "reported" for j in self.judged)


def read_records(path: Path) -> dict[str, Any]:
    """The data of a ledger.json.  Raises FindingsError (ledger-invalid, file-missing)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FindingsError(Finding("file-missing", f"there is no ledger at {path}", hint="run reportgen build first"), exit_code=2) from None
    except (OSError, ValueError, RecursionError) as error:
        raise FindingsError(Finding("ledger-invalid", f"{path} cannot be read: {error}", hint=_AGAIN), exit_code=2) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FindingsError(Finding("ledger-invalid", f"{path} is not a ledger of this version", hint=_AGAIN), exit_code=2)
    return data


def verify(path: Path, *, strict: bool = False) -> Verification:
    """Judge every obligation of a ledger.json again, from the file's own text, and compare with what it says.

    Raises FindingsError where the file cannot be read; disagreements are findings (ledger-mismatch) that name the obligation or
    the entry.
    """
    return verify_records(read_records(path), str(path), strict=strict)


def verify_records(data: Mapping[str, Any], file: str = "", *, strict: bool = False, worker: JudgeWorker | None = None) -> Verification:
    """``verify`` of data that is read already."""
    check = _Check(data, Span(file), Ledger(worker=worker, rounding=str(data.get("rounding"))))
    if data.get("digest") != canonical_digest(data):
        check.mismatch("the ledger was changed after it was written: its digest does not fit its text")
    if data.get("format") != FORMAT:
        check.mismatch(f"format {data.get('format')!r} is not of this version")
    if data.get("rounding") not in ROUNDINGS:
        check.mismatch(f"{data.get('rounding')!r} is no rule for ties")
    judged = check.obligations(strict)
    check.entries()
    check.roundings()
    check.shown()
    check.summary()
    return Verification(tuple(judged), tuple(dict.fromkeys(check.findings)))


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

    # --- the obligations, each from its own text
    def obligations(self, strict: bool) -> list[Judged]:
        asked: list[tuple[Mapping[str, Any], Judged]] = []
        for record in self._records():
            try:
                obligation = Obligation(read(record["statement"]), read_all(record["assumptions"]), record["name"])
                self._replay(record, obligation)
                asked.append((record, Judged(obligation, self.again.ask(obligation), record["expect"], record["rule"])))
            except _UNREADABLE as error:
                self.invalid(f"the obligation {record.get('name')}", error)
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
        found = accepted(record["statement"], record["assumptions"], record["certificate"])
        if found is None:
            self.mismatch(f"{record['name']}: its certificate does not show its statement")
        self.replayed[key] = found or undecided("the certificate does not show it")

    def _records(self) -> Iterator[Mapping[str, Any]]:
        for answer in self._list("answers"):
            obligations = answer.get("obligations")
            if not isinstance(obligations, list) or not all(isinstance(o, dict) for o in obligations):
                self.mismatch(f"{answer.get('name')} has no list of obligations")
                continue
            yield from obligations
        yield from self._list("roundings")

    def _compare(self, name: object, written: Mapping[str, Any], found: Mapping[str, Any], how: str) -> None:
        for key in dict.fromkeys((*found, *written)):
            if key not in written or key not in found or written[key] != found[key]:
                self.mismatch(f"{name}: {key} is written as {_short(written.get(key))}, {how} it is {_short(found.get(key))}")

    # --- the entries, built again
    def entries(self) -> None:
        """Givens and answers from their records: obligations, conclusions, values and sources must follow from their steps."""
        for record in self._list("givens"):
            self._entered(record, self._enter_given, given_record)
        for record in self._list("answers"):
            self._entered(record, self._enter_answer, self.again.answer_record)

    def _entered(self, record: Mapping[str, Any], enter, describe) -> None:
        name = record.get("name")
        try:
            entry = enter(record)
            found = describe(entry)
        except FindingsError as error:
            self.findings.extend(error.findings)
        except _UNREADABLE as error:
            self.invalid(f"the entry {name}", error)
        else:
            written = dict(record)
            pairs = zip(written.pop("obligations", ()), found.pop("obligations", ()), strict=False)
            if len(record.get("obligations", ())) != len(entry.judged):
                self.mismatch(f"{name} has {len(record['obligations'])} obligations, its steps make {len(entry.judged)}")
            for theirs, ours in pairs:
                self._compare(theirs.get("name"), theirs, ours, f"by the steps of {name}")
            self._compare(name, written, found, "by its steps")

    def _enter_given(self, record: Mapping[str, Any]) -> Entry:
        from .givens import Given

        return self.again.add_given(Given(record["name"], read(record["value"]), record["unit"], read(record["symbol"]), record["source"], self.place))

    def _enter_answer(self, record: Mapping[str, Any]) -> Entry:
        content, name, uses = content_from(record), record["name"], tuple(record["uses"])
        missing = [used for used in uses if used not in self.again.entries and used not in ("submission", "marks")]
        if missing:
            self.mismatch(f"{name} uses {', '.join(missing)}, which the ledger does not have before it")
        if isinstance(content, dict):
            missing = [key for key in content if f"{name}.{key}" not in self.again.entries]
            if missing:
                self.mismatch(f"{name} has the parts {', '.join(missing)}, which the ledger does not have before it")
            return self.again._add(Entry(name, "group", content, uses=uses, span=self.place))
        if not isinstance(content, (Plain, Recorded)):
            return self.again.add_answer(name, content, uses, self.place)
        claims = content.claims if isinstance(content, Recorded) else ()
        judged = tuple(Judged(o, self.again.ask(o), content.expects[o.name]) for o in claims)
        return self.again._add(Entry(name, record["kind"], content, unit=record["unit"], uses=uses, judged=judged, span=self.place))

    # --- roundings and the page
    def roundings(self) -> None:
        """A rounding is one of its entry's value (or of a hundred times it, or of a cell), to the places that its name says."""
        for record in self._list("roundings"):
            name = record.get("name")
            try:
                statement = read(record["statement"])
                value = statement.args[0].args[0]     # of round(value, places), or of a tie, value + 0.5
                entry, _, view = name.rpartition("/")
                places = re.fullmatch(r"decimal\((\d{1,5})\)", view)
                known = self.again.entries.get(entry.partition("[")[0])
                fits = known is not None and places is not None and value in _roundable(known) and not record["assumptions"]
                if fits:
                    found = self.again.certify(entry, value, int(places[1]))
                    self._compare(name, record, judged_record(found), "rounded again")
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

        context = Context(self.again, style_for(self.data.get("language") or "en"))
        for record in self._list("shown"):
            place = f"{record.get('entry')}.{record.get('view')} in {record.get('file')}, line {record.get('line')}"
            try:
                text = _text_of(context, record["entry"], record["view"])
            except FindingsError as error:
                self.findings.extend(error.findings)
            except (*_UNREADABLE, IndexError) as error:
                self.mismatch(f"{place}: shown is {_short(record.get('text'))}, and the ledger has nothing to show there: {error}")
            else:
                if text != record.get("text"):
                    self.mismatch(f"{place}: shown is {_short(record.get('text'))}, the ledger gives {_short(text)}")
        held = {record.get("name") for record in self._list("roundings")}
        for judged in self.again.roundings.values():
            if judged.obligation.name not in held:
                self.mismatch(f"{judged.obligation.name} is shown, and the ledger has no such rounding")

    def summary(self) -> None:
        for key, found in (("strengths", dict(sorted(self.again.counts().items()))), ("weakest", self.again.weakest())):
            if self.data.get(key) != found:
                self.mismatch(f"{key}: written as {_short(self.data.get(key))}, judged again {_short(found)}")


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


def _text_of(context: Any, name: str, view: str) -> str:
    """The plain text of a view such as "", "decimal(6)" or "steps(compact)"."""
    from .views import ReportView, view_of

    if (name, view) == ("report", "strengths"):
        return "table of strengths"
    if view in ("", "table") and name != "report" and isinstance(context.ledger.entries[name].content, (Plain, Recorded)):
        return f"table {name}"     # of another kind: the cells are what was judged
    if view in ("", "table") and name != "report" and context.ledger.entries[name].kind == "table":
        return view_of(context, context.ledger.entries[name])._plain_table()
    found: Any = ReportView(context) if name == "report" else view_of(context, context.ledger.entries[name])
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
    return found.plain


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."


__all__ = ["Verification", "read_records", "verify", "verify_records"]
