"""The judge in a process that can be killed: limits hold, and nothing else is lost."""

from __future__ import annotations

import os
import signal
import sys
import time
from fractions import Fraction

import pytest

from reportgen.beside import Answering
from reportgen.expressions import parse
from reportgen.judge import judge
from reportgen.judge_worker import JudgeWorker, judge_text, verdict_from, verdict_record
from reportgen.ledger import Ledger
from reportgen.obligation import Obligation, Status

# A double sum of a million sines at thousands of digits: endless for our purposes, and small as a text.
ENDLESS = "sum(sum(sin(i*j), i, 1, 2000), j, 1, 2000) = 3"


def obligation(statement, *assumptions):
    return Obligation(parse(statement), tuple(parse(a) for a in assumptions), "it")


@pytest.fixture(params=["program", "copy"])
def worker(request, monkeypatch):
    made = JudgeWorker(seconds=1.0)
    if request.param == "copy":     # also beside threads that other tests have left
        if not hasattr(os, "fork") or sys.platform == "darwin":
            pytest.skip("no copy of a process can be made here")
        monkeypatch.setattr("reportgen.judge_worker.copies", lambda: True)
        made.begin()
        assert isinstance(made._process, Answering)
    yield made
    made.close()


@pytest.mark.parametrize("statement, assumptions", [
    ("1 + 1 = 2", ()), ("1 + 1 = 3", ()), ("x + x = 2x", ()), ("x = 2x", ("x > 0",)), ("(x^2 - 1)/(x - 1) = x + 1", ()),
    ("pi ~= 3.14159", ()), ("O = (N - F + 2P)/S + 1 <=> -F = S*(O - 1 - 2P - N)", ("S > 0",)), ("f(x) = f(y)", ()),
    ("sum(k, k, 1, n) = n*(n + 1)/2", ()), ("[[1, 2], [3, 4]]*[1, 1] = [3, 7]", ()), ("x_1 + x_2 = x_2 + x_1", ()),
])
def test_the_verdict_is_the_judges(worker, statement, assumptions):
    asked = obligation(statement, *assumptions)
    assert worker.judge(asked) == judge(asked)


def test_verdicts_survive_the_way_as_data():
    verdict = judge(obligation("x = 2x", "x >= 1/2"))
    assert verdict.refuted and all(isinstance(v, Fraction) for _, v in verdict.counterexample)
    assert verdict_from(verdict_record(verdict)) == verdict


def test_the_time_limit_holds_and_the_rest_goes_on(worker):
    worker.judge(obligation("1 = 1"))
    began = time.monotonic()
    tickets = [worker.submit(obligation(s)) for s in ("2 + 2 = 4", ENDLESS, "2 + 2 = 5", "3 + 3 = 6")]
    found = [t.verdict() for t in tickets]
    assert [v.status for v in found] == [Status.PROVED, Status.UNDECIDED, Status.REFUTED, Status.PROVED]
    assert found[1].reason == "timeout" and worker.restarts == 1
    assert time.monotonic() - began < 30


def test_an_endless_one_costs_only_itself_while_the_caller_is_busy(worker):
    slow, quick = worker.submit(obligation(ENDLESS)), worker.submit(obligation("1 = 1"))
    assert quick.verdict().proved and slow.verdict().reason == "timeout"


def test_the_memory_limit_holds():
    small = JudgeWorker(seconds=60, memory=400 << 20)
    try:
        eater = "round(pi, 9999) = 3 and " + " and ".join(["x = x"] * 3)
        assert small.judge(obligation(eater)).status is not Status.PROVED
        # allocate in the process itself: the judge refuses what it can see to be large
        small.judge(obligation("1 = 1"))
        os.kill(small._process.pid, signal.SIGABRT)      # how FLINT ends without memory
        found = [small.submit(obligation(s)) for s in ("2 = 2", "3 = 3")]
        assert found[0].verdict().reason == "memory" and found[1].verdict().proved
    finally:
        small.close()


def test_a_process_that_dies_is_started_again(worker):
    worker.judge(obligation("1 = 1"))
    os.kill(worker._process.pid, signal.SIGTERM)
    first, second = worker.submit(obligation("2 = 2")), worker.submit(obligation("3 = 3"))
    assert first.verdict().reason.startswith("gave up: the judge's process ended") and second.verdict().proved


def test_more_than_the_pipes_hold(worker):
    tickets = [worker.submit(obligation(f"x_{i} + {'1 + ' * 60}{i} = {i + 60} + x_{i}")) for i in range(600)]
    assert all(t.verdict().proved for t in tickets) and worker.restarts == 0


def test_what_waits_when_the_worker_is_closed_is_undecided(worker):
    ticket = worker.submit(obligation(ENDLESS))
    worker.close()
    assert ticket.verdict().status is Status.UNDECIDED


def test_text_that_is_none_is_undecided():
    assert judge_text(["1 +"]).reason.startswith("unsupported: its text cannot be read back")


def test_an_error_of_the_judge_is_undecided(monkeypatch):
    import reportgen.judge

    monkeypatch.setattr(reportgen.judge, "search", lambda o: 1 / 0)
    assert judge_text(["x = 1"]).reason == "gave up: ZeroDivisionError in the judge"


def test_the_ledger_asks_and_does_not_wait(worker):
    ledger = Ledger(worker=worker)
    from reportgen.derivation import claim

    began = time.monotonic()
    ledger.add_answer("slow", claim(ENDLESS))
    ledger.add_answer("quick", claim("1 = 1"))
    entered = time.monotonic() - began
    assert ledger.entries["quick"].judged[0].verdict.proved
    assert ledger.entries["slow"].judged[0].verdict.reason == "timeout"
    assert entered < 1.0 and "timeout" in ledger.findings()[0].message


def test_a_process_is_renewed_after_many_obligations(monkeypatch):
    monkeypatch.setattr("reportgen.judge_worker.RENEW", 5)
    worker = JudgeWorker()
    pids = []
    try:
        for n in range(1, 19):
            assert worker.judge(Obligation(parse(f"{n} + {n} = {2 * n}"), ())).proved
            pids.append(worker._process.pid)
        assert len(set(pids)) == 4 and worker.restarts == 0      # 18 in fives
    finally:
        worker.close()
