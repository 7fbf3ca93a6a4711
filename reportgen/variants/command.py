"""``reportgen variants``: from arguments to variants, a marking sheet, and an exit code."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportgen.batch.archive import digest, digest_of, pack, tools
from reportgen.batch.delivery import Delivery
from reportgen.batch.executors import Dask, Executor, Inline, Job, Processes
from reportgen.batch.store import Store
from reportgen.deriving import Report, derive, open_report
from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError
from reportgen.expressions import Expr
from reportgen.obligation import undecided
from reportgen.variants import seeds, sheet, stress
from reportgen.variants.constraints import broken
from reportgen.variants.data import Record, Row, numbered, out_of_range, override, read_rows, record_of
from reportgen.variants.make import PARTS, Plan, check_part
from reportgen.variants.shared import Shared
from reportgen.variants.spec import Rule, Spec, read_spec

SEEDS = "teachers/seeds.csv"
SHEET = "teachers/marking.csv"
_LISTED = 50        # failing variants told one by one


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for.  ``parts`` None: all three where the template tells them apart, else the whole report."""

    data: Path | None = None
    id_column: str = "id"
    seed: int | None = None
    count: int = 0
    stress: int = 0
    parts: tuple[str, ...] | None = None
    formats: tuple[str, ...] = ("pdf",)
    engine: str = "typst"
    strict: bool = False
    jobs: int = 1
    scheduler: str = ""


@dataclass(slots=True)
class Outcome:
    """What the command came to."""

    built: int = 0
    unchanged: int = 0
    failed: list[Delivery] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)      # of data and draws
    rows: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return EXIT_FINDINGS if self.failed or any(f.severity == "error" for f in self.findings) else EXIT_CLEAN


Progress = Callable[[int, int, int], None]      # (done, all, failed)


def build_variants(folder: Path, out: Path, wanted: Wanted, *, say: Callable[[str], None] = lambda text: None,
                   tell: Callable[[Sequence[Finding]], None] = lambda findings: None, progress: Progress = lambda done, total, failed: None) -> Outcome:
    """Build what is wanted into ``out``; ``say`` gets lines, ``tell`` findings as they are met.

    Raises FindingsError where nothing can be begun: the report, its variants.toml or the columns of the data are wrong, or nothing
    was asked for.
    """
    check_part(wanted.parts or ())
    report = open_report(folder)
    spec = read_spec(folder, report.givens, _answers(report))
    outcome = Outcome()
    rows = _rows(report, spec, wanted, outcome)
    drawer = _Drawer(report, spec, rows, wanted)
    store = Store(out)
    drawn, refused = drawer.settle({} if wanted.stress else seeds.read_held(out / SEEDS))
    outcome.findings += refused
    tell(outcome.findings)
    if drawer.refusals and not wanted.stress:
        say(f"{sum(drawer.refusals.values())} draws refused: " + ", ".join(f"{n} by {why}" for why, n in drawer.refusals.most_common(5)))
    texts = {row.id: row.texts for row in rows}
    records = [record_of(d.student, texts[d.student], d.values) for d in drawn]
    place = {row.id: number for number, row in enumerate(rows)}
    records.sort(key=lambda record: place[record.id])
    if not records:
        raise FindingsError(*(outcome.findings or [Finding("nothing-built", "there is no variant to build")]))
    archive = pack(folder, [*filter(None, [wanted.data]), folder / "variants.toml"])
    if wanted.stress:
        return _stress(Job(archive, folder, {"stress": True, "strict": wanted.strict}), records, wanted, outcome, say, progress)
    plan = Plan(_parts(folder, wanted), wanted.formats, wanted.engine, wanted.strict, spec.asked)
    _build(Job(archive, folder, plan.data()), records, store, wanted, outcome, tell, progress)
    order = {record.id: number for number, record in enumerate(records)}
    outcome.rows.sort(key=lambda row: order[row["id"]])
    if wanted.seed is not None:
        store.text(SEEDS, seeds.held_text(drawn))
    sheet_path = store.text(SHEET, sheet.text(outcome.rows))
    say(f"{folder.resolve().name}: {outcome.built} built, {outcome.unchanged} unchanged, {len(outcome.failed)} failed, "
        f"{len(outcome.findings)} refused; {sheet_path}")
    gone = store.others(order)
    if gone:
        say(f"{len(gone)} variants in {out} are of an earlier list: {', '.join(gone[:5])}" + (" ..." if len(gone) > 5 else ""))
    return outcome


def _answers(report: Report) -> tuple[str, ...]:
    """The names of the report's answers."""
    from reportgen import answers

    known = {**report.givens, **({"submission": None} if (report.folder / "submission.md").is_file() else {})}
    return tuple(answer.name for answer in answers.load(report.folder / "answers.py", known).answers)


def _rows(report: Report, spec: Spec, wanted: Wanted, outcome: Outcome) -> list[Row]:
    from reportgen.diagnostics import Span

    if wanted.stress:
        return [Row(0, name, {}, {}, Span("")) for name in numbered(wanted.stress)]
    if wanted.data is not None:
        rows, findings = read_rows(wanted.data, report.givens, spec, wanted.id_column)
        outcome.findings += findings
        return rows
    if wanted.count:
        return [Row(0, name, {}, {}, Span("")) for name in numbered(wanted.count)]
    raise FindingsError(Finding("usage", "there is nothing to make variants from",
                                hint="type --data students.csv, or --count 30 --seed 1 with draws in variants.toml"), exit_code=EXIT_UNABLE)


class _Drawer:
    """Values for each row: from its cells, and drawn; checked by the rules."""

    def __init__(self, report: Report, spec: Spec, rows: Iterable[Row], wanted: Wanted) -> None:
        self.report, self.spec, self.wanted = report, spec, wanted
        self.rows = {row.id: row for row in rows}
        cells = {name for row in self.rows.values() for name in row.values}
        seeded = wanted.seed is not None or bool(wanted.stress)
        self.draws = tuple(d for d in spec.draws if seeded and d.name not in cells)
        if seeded and not self.draws:
            why = ": each given that variants.toml draws has a column" if spec.draws else ""
            raise FindingsError(Finding("variants-invalid", f"there is nothing to draw{why}",
                                        hint="write [draw] into variants.toml: N = { integers = [1, 10] }"), exit_code=EXIT_UNABLE)
        if wanted.count and wanted.data is None and not seeded:
            raise FindingsError(Finding("usage", "all the variants would be alike", hint="type --seed N, with draws in variants.toml"), exit_code=EXIT_UNABLE)
        self.quick = tuple(r for r in spec.hold if set(r.names) <= set(report.givens))
        self.slow = () if wanted.stress else tuple(r for r in spec.hold if r not in self.quick)
        self.refusals: Counter[str] = Counter()
        # rules ask for values; the steps are judged when the variant is built
        self.memory = Shared(report.folder, verdicts=lambda obligation: undecided("not asked"))

    def settle(self, held: Mapping[str, tuple[int, str]]) -> tuple[list[seeds.Drawn], list[Finding]]:
        """What each row gets, and a finding for each that gets nothing."""
        drawn: list[seeds.Drawn] = []
        findings: list[Finding] = []
        fixed = {row.id: row.values for row in self.rows.values()}
        for found in seeds.settle(self.draws, self.wanted.seed or 0, self.rows, self.check, distinct=self.spec.distinct and not self.wanted.stress,
                                  held=held, fixed=fixed):
            if isinstance(found, seeds.Drawn):
                drawn.append(found)
            else:
                findings.append(self.refused(*found))
        return drawn, sorted(findings, key=lambda f: (f.span.line if f.span else 0, f.message))

    def refused(self, student: str, reason: str) -> Finding:
        row = self.rows[student]
        where = f"row {row.number}, {student}" if row.number else student
        return Finding("variant-refused", f"{where}: {reason}", row.span if row.number else None,
                       "change the row's values" if row.values else "make the draws wider, or the rules of variants.toml weaker")

    def check(self, student: str, values: Mapping[str, Expr]) -> str:
        """Why the values of a student are refused, or ""."""
        known = {**{name: given.value for name, given in self.report.givens.items()}, **values}
        for name, value in values.items():
            outside = out_of_range(value, self.spec, name)
            if outside:
                return self._count(f"the range of {name}", f"{name}: {outside}")
        for rule in self.quick:
            reason = broken(rule.statement, {name: known[name] for name in rule.names})
            if reason:
                return self._count(f'"{rule.text}"', f'the rule "{rule.text}" is broken: {reason}')
        return self._slow(student, values, known) if self.slow else ""

    def _slow(self, student: str, values: Mapping[str, Expr], known: Mapping[str, Expr]) -> str:
        record = record_of(student, {}, values)
        try:
            found = answers_at(self.report, record, self.slow, self.memory)
        except FindingsError as error:
            return self._count(error.findings[0].code, error.findings[0].message)
        for rule in self.slow:
            missing = [name for name in rule.names if name not in known and name not in found]
            reason = f"{missing[0]} has no value" if missing else broken(rule.statement, {n: known[n] if n in known else found[n] for n in rule.names})
            if reason:
                return self._count(f'"{rule.text}"', f'the rule "{rule.text}" is broken: {reason}')
        return ""

    def _count(self, kind: str, reason: str) -> str:
        self.refusals[kind] += 1
        return reason


def answers_at(report: Report, record: Record, rules: Iterable[Rule], memory: Shared) -> dict[str, Expr]:
    """The answers that rules name, for a record's values.  Raises FindingsError where they cannot be derived: degenerate values."""
    names = {name for rule in rules for name in rule.names if name not in report.givens}
    given = override(report.givens, record)
    derived = derive(report, sorted(names), draw=False, overrides={name: given[name] for name in record.values},
                     memory=memory.of(record.values, pdf=False))
    return {name: derived.ledger.entries[name].value for name in names if derived.ledger.entries[name].value is not None}


def _parts(folder: Path, wanted: Wanted) -> tuple[str, ...]:
    if wanted.parts is not None:
        return tuple(part for part in PARTS if part in wanted.parts)
    sources = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.rglob("*.md")) if path.name != "submission.md"]
    return PARTS if any("only" in text and "{%" in text and "endonly" in text for text in sources) else ()


def _executor(wanted: Wanted) -> Executor:
    if wanted.scheduler:
        return Dask(wanted.scheduler)
    return Processes(wanted.jobs) if wanted.jobs > 1 else Inline()


def _build(job: Job, records: Sequence[Record], store: Store, wanted: Wanted, outcome: Outcome, tell: Callable[[Sequence[Finding]], None],
           progress: Progress) -> None:
    """Build what is not finished; a warning is told once, however many variants have it."""
    base = digest_of([digest(job.archive), dict(job.plan), tools()])
    keys = {record.id: digest_of([base, record.data()]) for record in records}
    told: set[tuple[str, str]] = set()
    done = 0

    def enter(delivery: Delivery) -> None:
        nonlocal done
        done += 1
        if delivery.failed:
            outcome.failed.append(delivery)
        else:
            outcome.rows.append(delivery.row)
        fresh = [f for f in delivery.findings if f.severity != "error" and (f.code, f.message) not in told]
        told.update((f.code, f.message) for f in fresh)
        tell(fresh)
        progress(done, len(records), len(outcome.failed))

    def waiting() -> Iterator[dict[str, Any]]:
        for record in records:
            found = store.finished(record.id, keys[record.id])
            if found is None:
                yield record.data()
            else:
                outcome.unchanged += 1
                enter(found)

    for delivery in _executor(wanted).run(job, waiting()):
        if not delivery.failed:
            try:
                store.put(delivery, keys[delivery.id])
                outcome.built += 1
            except FindingsError as error:
                if error.findings[0].code == "output-failed":
                    raise       # the disk is full: nothing else would fare better
                delivery = Delivery(delivery.id, findings=error.findings)
        enter(delivery)


def _stress(job: Job, records: Sequence[Record], wanted: Wanted, outcome: Outcome, say: Callable[[str], None], progress: Progress) -> Outcome:
    start = time.perf_counter()
    for delivery in _executor(wanted).run(job, (record.data() for record in records)):
        outcome.rows.append(delivery.row)
        if delivery.failed:
            outcome.failed.append(delivery)
        progress(len(outcome.rows), len(records), len(outcome.failed))
    outcome.failed.sort(key=lambda delivery: delivery.id)
    outcome.built = len(outcome.rows) - len(outcome.failed)
    for delivery in outcome.failed[:_LISTED]:
        say(f"{delivery.id} fails with {stress.told(delivery.row) if delivery.row else 'an error'}")
    if len(outcome.failed) > _LISTED:
        say(f"... and {len(outcome.failed) - _LISTED} more")
    say(f"{job.name}: {len(outcome.rows)} variants derived and judged in {time.perf_counter() - start:.1f} s, {len(outcome.failed)} failing; "
        f"steps: {stress.summary(outcome.rows)}")
    return outcome


__all__ = ["Outcome", "Wanted", "answers_at", "build_variants"]
