"""What strangers send: each ends in a finding, the rest is still judged, nothing is executed or shown as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.beside import Answering
from reportgen.claims import guard
from reportgen.claims.documents import Document
from reportgen.claims.guard import judge_lines
from reportgen.claims.records import judge_record
from reportgen.diagnostics import FindingsError

VERDICTS = {"proved", "refuted", "undecided", "no-claim"}
PIECES = st.sampled_from(
    r"""1 2 0 10 99999 1.5 .3 x a i e j \pi + - * / // % ^ ^{ _ _{ ( ) [ ] { } \{ \} | ! = \approx < \le \ge \equiv \pmod{7} \frac{ \sqrt{ \sqrt[3]{ \binom{ \sum_{k=1}^{ \prod
    \int_0^1 dx \lim \log_2 \ln \sin \circ ^\circ \cdot \times \div \pm \dots \cup \infty \text{and} \text{ \begin{pmatrix} \end{pmatrix} & \\ , . ; : ? $ $3 Rs. \% hours minutes
    feet 5 inches dozen each of over mod choose C P R remainder is and so ½ ² − × ÷ √ π ≈ ° Ω ₂ \overline{ \boxed{ \color{red} \left( \right) 0x1F 1e3 3/4 1,000 \\, \mathbb{R}""".split()
)


@given(st.lists(PIECES, max_size=25), st.lists(PIECES, max_size=15), st.sampled_from(["", " "]))
@settings(max_examples=300, deadline=None)
def test_no_record_raises(left, right, blank):
    a, b = blank.join(left), blank.join(right)
    for record in ({"claim": f"{a} = {b}"}, {"text": f"so {a} = {b}."}, {"lhs": a, "rhs": b}, {"lines": [a, f"= {b}", f"{b} = {a}"]}):
        assert judge_record(record)["verdict"] in VERDICTS


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_no_document_raises(text):
    for name in ("a.md", "a.tex", "a.txt"):
        for found in Document(name, text.encode("utf-8", "surrogatepass")).claims():
            assert judge_record({"claim": found.text, "form": found.form if found.form != "total" else "cell", "text": found.context})["verdict"] in VERDICTS


# inputs on which the checker once hung or failed, found by a fuzzer guided by coverage
FOUND = [
    {"claim": "1 pre w\n(q+4)(q+" + "A" * 5000 + "p+1)+2)(p"},  # an aside in brackets, read in exponential time
    {"lhs": "$90^\\circ$", "rhs": "$\\begin{pmatrix} x \\\\ y \\end{pmatrix} = \\frac{t}{6} \\begin{pmatrix} 3 \\\\ 2 \\end{pmatrix}$"},  # a number beside a matrix
    {"lhs": "$(-\\infty,-2)\\cup(2,\\infty)$", "rhs": "$x<-2 \\text{ or } x>2$"},  # ranges in a list
    {"claim": "\\sum_{k=1}^{20000} k! = 1"}, {"claim": "\\prod_{k=1}^{10000} k^{1000} = 1"},  # minutes of large numbers
    {"claim": "\\sum_{i=1}^{1000} \\sum_{j=1}^{1000} \\sum_{k=1}^{1000} i \\cdot j \\cdot k = 1"}]


def test_what_the_fuzzer_found_is_answered():
    answers = list(judge_lines([json.dumps({"id": k, **r}).encode() for k, r in enumerate(FOUND)]))
    assert [a["id"] for a in answers] == list(range(len(FOUND)))
    assert all(a["verdict"] in VERDICTS and "internal" not in a["reason"] and "gave up: longer" not in a["reason"] for a in answers)


REPEATED = ["a", "1", "(", ")", "{", "[", "$", " ", "=", ".", ",", "-", "1,", "a ", "(a ", "\\text{", "\\, ", "½", "²", "1/2 ", "so ", "Rs. ", "_", "|", "Step 1: ", "3 apples + ", "+ 1 "]


def test_long_repeats_are_read_in_time():
    """Each of them as claim, text, pair and line, within the limits of one claim: none is given up for its time."""
    records = []
    for seed in REPEATED:
        long = (seed * 1500)[:1200]
        records += [{"claim": f"1 = {long}!"}, {"text": f"x {long} = 2"}, {"lhs": "1", "rhs": f"{long}!"}, {"lines": ["x = 1", f"{long} = 1"]}]
    answers = list(judge_lines([json.dumps(r).encode() for r in records], seconds=10))
    assert len(answers) == len(records) and not [a for a in answers if "longer than" in a["reason"]]


@pytest.mark.parametrize("text", [
    "``` " * 60_000, "`" * 60_000, "$" * 60_000, "$x" * 60_000, "](" * 60_000, "<!--" * 60_000, "\\begin{align}" * 20_000, "(" * 60_000 + "1 = 1", "= " * 60_000, "|1" * 30_000,
    "word " * 40_000 + "= 3", "3 apples + " * 20_000 + "1 = 2", "½" * 60_000 + "= 1", "\\newcommand{\\a}" * 20_000, "\r" * 60_000, "\x00" * 60_000, "> " * 30_000, " " * 200_000])
def test_documents_of_one_thing_repeated(text):
    claims = [f.text for f in Document("a.md", f"$2+2=4$\n\n{text}\n\nso 3*4 = 12\n".encode()).claims()]
    assert "2+2=4" in claims and "3*4 = 12" in claims


def test_one_bad_record_costs_only_its_own_verdict(monkeypatch):
    monkeypatch.setattr(guard, "AHEAD", 8)
    slow = {"claim": " + ".join(f"\\sqrt[{k + 2}]{{{k + 2}^{{{k}/7}} + \\sin {k}}}" for k in range(2, 60)) + " = 1", "id": "slow"}
    records = [{"id": k, "claim": f"{k} + 1 = {k + 1}"} for k in range(40)]
    records[17] = slow
    records[23] = {"id": "big", "claim": "9" * 5000 + " = 1"}
    answers = list(judge_lines([json.dumps(r).encode() for r in records], 2, seconds=5))
    assert [a["id"] for a in answers] == [r["id"] for r in records]
    assert all(a["verdict"] == "proved" for a in answers if isinstance(a["id"], int))


@pytest.mark.parametrize("copied", [True, False])
def test_a_spare_worker_is_used_again(monkeypatch, copied):
    if copied and (not hasattr(os, "fork") or sys.platform == "darwin"):
        pytest.skip("no copy of a process can be made here")
    monkeypatch.setattr(guard, "copies", lambda: copied)
    pids = []
    try:
        for _ in range(2):
            answers = list(judge_lines([json.dumps({"claim": claim}).encode() for claim in ("1 + 1 = 2", "2 + 2 = 5")], seconds=5, spare=True))
            assert [a["verdict"] for a in answers] == ["proved", "refuted"]
            (spare,) = guard._spare
            pids.append(spare.process.pid)
            assert isinstance(spare.process, Answering) == copied
        assert pids[0] == pids[1]
        spare.process.kill()      # something else ended it
        spare.process.wait()
        assert next(judge_lines([b'{"claim": "1 + 1 = 2"}'], spare=True))["verdict"] == "proved"
    finally:
        guard._end_spare()


@pytest.mark.parametrize("jobs", [1, 2])
def test_other_work_is_done_while_a_worker_judges(jobs):
    done = []
    pieces = [lambda k=k: done.append(k) for k in range(5)]
    lines = [json.dumps({"id": k, "claim": f"{k} + 1 = {k + 1}"}).encode() for k in range(60)]
    answers = list(judge_lines(lines, jobs, seconds=5, meanwhile=pieces))
    assert [a["id"] for a in answers] == list(range(60)) and all(a["verdict"] == "proved" for a in answers)
    assert done == [0, 1, 2, 3, 4]      # before a worker has begun there is nothing but waiting


def test_a_copy_that_takes_too_long_is_ended(monkeypatch):
    if not hasattr(os, "fork") or sys.platform == "darwin":
        pytest.skip("no copy of a process can be made here")

    def slow(record):
        if record["claim"] == "slow":
            time.sleep(60)
        return judge_record(record)

    monkeypatch.setattr(guard, "copies", lambda: True)
    monkeypatch.setattr("reportgen.claims.records.judge_record", slow)
    try:
        answers = list(judge_lines([json.dumps({"claim": claim}).encode() for claim in ("1 + 1 = 2", "slow", "2 + 2 = 5")], seconds=1, spare=True))
    finally:
        guard._end_spare()
    assert [a["verdict"] for a in answers] == ["proved", "undecided", "refuted"] and "longer than 1 second" in answers[1]["reason"]


def test_a_worker_that_cannot_start_is_said_once(monkeypatch, tmp_path):
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    with pytest.raises(FindingsError) as caught:
        list(judge_lines([b'{"claim": "1=1"}'] * 50))
    assert caught.value.exit_code == 2


HOSTILE = """Here is \x1b[31m\x07\x00 \u202e red <script>alert(1)</script> <img src=x onerror=alert(2)> text.

so 1+1 = 3 " onmouseover="x \x1b]0;title\x07 \u202e
::error::x so 2+2 = 5 is what \x00 they say
__import__('os').system('touch PWNED') = 1
"""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "html"])
def test_nothing_is_shown_as_it_stands(tmp_path, form):
    path = tmp_path / "a.md"
    path.write_text(HOSTILE, encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "reportgen", "check", str(path), "--format", form], capture_output=True, cwd=tmp_path, check=False,
                          env={"PYTHONPATH": str(Path(__file__).resolve().parent.parent), "PATH": "/usr/bin:/bin"})
    shown = (done.stdout + done.stderr).decode()
    assert done.returncode == 1 and not (tmp_path / "PWNED").exists()
    assert not any(c in shown for c in "\x1b\x07\x00\u202e")
    if form in ("html", "junit"):
        assert "<script>alert" not in shown and "<img src" not in shown and '" onmouseover' not in shown
    if form == "github":
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in shown.splitlines() if line.startswith("::"))
