"""What is made ready or remembered beside the work changes nothing of what comes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.beside import Meanwhile
from reportgen.build import build
from reportgen.claims import guard
from reportgen.claims.known import Known, judge_new
from reportgen.diagnostics import Finding, FindingsError
from reportgen.outputs import typst
from reportgen.page import Begun
from reportgen.reads import recording
from reportgen.sharing import split

GIVENS = '[a]\nvalue = 2\nsymbol = "a"\nsource = "task"\n'
ANSWERS = "from reportgen.derivation import start\nfrom reportgen.rules import evaluate, substitute\n\n\ndef double(a):\n" \
          '    return start("d = 2*a").then(substitute(a=a), evaluate())\n'


@pytest.fixture
def report(tmp_path) -> Path:
    folder = tmp_path / "reports" / "small"
    folder.mkdir(parents=True)
    for name, text in (("givens.toml", GIVENS), ("answers.py", ANSWERS), ("report.toml", 'title = "Small"\n'), ("report.md", "# One\n\nIt is {{ double }}.\n")):
        (folder / name).write_text(text)
    return folder


def made(report: Path, out: Path, **options) -> bytes:
    result = build(report, ["pdf"], out, **options)
    assert result.exit_code == 0
    return (out / "report.pdf").read_bytes()


@pytest.mark.parametrize("earlier", ["", "$1/2$ #[", "= Another page\n$ 7/2 $", None], ids=["none", "nonsense", "another", "its own"])
def test_an_earlier_page_changes_nothing(report, tmp_path, monkeypatch, earlier):
    """Typst lays out the last page while the next one is made, whatever that page was."""
    warmed: list[str] = []
    honest = typst.warm
    monkeypatch.setattr(typst, "warm", lambda text, figures: warmed.append(text) or honest(text, figures))
    if earlier is not None:
        monkeypatch.setattr(typst, "last", lambda: (earlier, ()))
    made(report, tmp_path / "out", cache="use")
    assert warmed == []
    monkeypatch.setattr(typst, "_last", ("", ()))      # a process that comes later
    (report / "report.md").write_text("# One\n\nThat is {{ double }}.\n")
    again = made(report, tmp_path / "out", cache="use")
    assert len(warmed) == 1 and (warmed[0] == earlier if earlier is not None else "It is" in warmed[0])
    assert again == made(report, tmp_path / "cold")


def test_what_a_thread_reads_is_nobodys_input(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_text("1")
    theirs.write_text("2")
    with recording() as seen:
        assert Meanwhile(theirs.read_text).result() == "2" and ours.read_text() == "1"
    assert str(ours) in seen and str(theirs) not in seen
    with pytest.raises(FileNotFoundError):
        Meanwhile((tmp_path / "none").read_text).result()


@pytest.mark.parametrize("going", [False, True])
@pytest.mark.parametrize("wrong", ["", "finish", "expect", "check"])
def test_a_format_that_is_begun_is_finished_once_and_told_of_in_its_turn(going, wrong):
    done: list[str] = []

    def step(name: str, answer):
        def work(*given):
            done.append(name)
            if name == wrong:
                raise FindingsError(Finding("engine-failed", name))
            return answer(*given)
        return work

    begun = Begun(step("finish", lambda: {"a": b"1"}), step("expect", lambda: 7), step("check", lambda files, wanted: done.append(f"{files} {wanted}")))
    if going:
        begun.go_on()
        begun.go_on()
    if wrong:
        with pytest.raises(FindingsError) as caught:
            begun()
        assert caught.value.findings[0].message == wrong
    else:
        assert begun() == {"a": b"1"} and done.count("{'a': b'1'} 7") == 1
    assert done.count("finish") == (1 if going or wrong != "expect" else 0) and done.count("check") <= 1


# --- claims that were judged before -----------------------------------------------------------------------------------

def request(claim: str, **more) -> bytes:
    return json.dumps({"id": 0, "form": "line", "claim": claim, **more}).encode()


def comparison(claim: str, wanted: str, others) -> bytes:
    return json.dumps({"id": 0, "form": "compare", "claim": claim, "wanted": wanted, "senses": [], "others": others}).encode()


def judged(requests, known) -> tuple[list, list[bytes]]:
    asked: list[bytes] = []

    def judge(lines):
        for line in lines:
            asked.append(line)
            yield guard._read(line, guard.answer(line, judge_record).encode())
    from reportgen.claims.records import judge_record

    found = [{key: value for key, value in answer.items() if key != "ms"} for answer in judge_new(requests, judge, known)]
    return found, asked


def test_only_what_is_new_is_judged():
    claims = [request("1 + 1 = 2"), request("1 + 1 = 3"), request("2 + 2 = 4")]
    known = Known()
    first, asked = judged(claims, known)
    assert asked == claims and [a["verdict"] for a in first] == ["proved", "refuted", "proved"]
    later = Known(json.loads(json.dumps(known.asked)))      # as it is kept
    again, asked = judged([claims[2], request("3 + 3 = 7"), claims[0], claims[1]], later)
    assert asked == [request("3 + 3 = 7")]
    assert again == [first[2], {**first[1], "reason": again[1]["reason"], "sides": again[1]["sides"]}, first[0], first[1]]
    assert len(later.asked) == 4 and judged([], later) == ([], [])


def test_a_comparison_that_looked_at_the_other_answers_is_made_again_with_others():
    right, wrong = comparison("d = 61706", "61706", [["x", "5"]]), comparison("d = 61816", "61706", [["x", "5"]])
    known = Known()
    (one, two), _ = judged([right, wrong], known)
    assert one["result"] == "right" and two["result"] == "wrong" and two["like"] == []
    others = [["x", "61816"]]
    (one_again, two_again), asked = judged([comparison("d = 61706", "61706", others), comparison("d = 61816", "61706", others)], known)
    assert asked == [comparison("d = 61816", "61706", others)] and one_again == one and two_again["like"] == [["x", "61816"]]
    assert judged([wrong], known) == ([two], [])


def test_what_another_run_might_find_otherwise_is_not_kept():
    known = Known()
    known.learn(b'{"claim": "a"}', {"verdict": "undecided", "reason": "gave up: longer than 1 seconds"})
    known.learn(b'{"claim": "b"}', {"verdict": "undecided", "reason": "internal: ValueError: x"})
    assert known.asked == {} and known.get(b'{"claim": "a"}') is None


def test_a_worker_is_kept_and_one_that_has_ended_is_replaced():
    def verdicts() -> list[str]:
        return [answer["verdict"] for answer in guard.judge_lines([request("1 + 1 = 2")], spare=True)]

    assert verdicts() == ["proved"]
    first = guard._spare[0].process
    assert verdicts() == ["proved"] and guard._spare[0].process is first
    first.kill()
    first.wait()
    assert verdicts() == ["proved"] and guard._spare[0].process is not first
    guard._end_spare()
    assert guard._spare == []


# --- copies of a process

def test_typst_stays_in_the_process_that_has_begun_it(report, tmp_path):
    """Its threads are not in a copy: there a page would wait for them for ever."""
    for names in (["html", "pdf"], ["pdf", "html", "md", "tex"], ["md", "pdf"]):
        here, there = split(names, "typst", names[:1])
        assert "pdf" in here and sorted(here + there) == sorted(names)
    text = f"from pathlib import Path\nfrom reportgen.build import build\nreport, out = Path({str(report)!r}), Path({str(tmp_path / 'out')!r})\n" \
           "for formats in (['pdf'], ['html', 'pdf'], ['md', 'html', 'pdf', 'tex']):\n    assert build(report, formats, out, cache='renew').exit_code == 0\n"
    subprocess.run([sys.executable, "-c", text], check=True, timeout=120, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
