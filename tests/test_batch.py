"""The executors: one interface, the same bytes, each report exactly once, whoever dies."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reportgen.batch import archive, work
from reportgen.batch.delivery import Delivery, decode, encode, moved
from reportgen.batch.executors import Dask, Inline, Job, Processes
from reportgen.batch.store import Store
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.variants.data import Record
from reportgen.variants.make import Plan
from tests.variants_sample import ANSWERS, sample

ROOT = Path(__file__).resolve().parent.parent

# Each variant leaves a mark that it began, and one of them kills its worker once.
MARKS = ANSWERS + '''

def marked(v):
    import os, pathlib, secrets, signal, time
    from reportgen.expressions import rational_value
    number, room = rational_value(v.value), pathlib.Path(os.environ["MARKS"])
    (room / f"{number}-{secrets.token_hex(4)}").write_text(str(os.getpid()))
    if number == 13 and not (room / "killed").exists():
        (room / "killed").write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 66:
        os.kill(os.getpid(), signal.SIGKILL)
    if (room / "slow").exists():
        time.sleep(0.3)
    return v.value
'''


def records(*numbers: int) -> list[dict]:
    return [Record(f"s{n}", {"name": f"N{n}"}, {"v": str(n)}).data() for n in numbers]


@pytest.fixture
def job(tmp_path, monkeypatch):
    (tmp_path / "marks").mkdir()
    monkeypatch.setenv("MARKS", str(tmp_path / "marks"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = sample(tmp_path / "braking", answers=MARKS)
    return Job(archive.pack(folder), folder, Plan(("questions", "key"), ("md",)).data())


def collected(deliveries) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        assert delivery.id not in found, "arrived twice"
        found[delivery.id] = delivery
    return found


def plain(found: dict[str, Delivery]) -> dict[str, dict[str, bytes]]:
    assert not [d.findings for d in found.values() if d.failed]
    return {name: dict(found[name].files) for name in sorted(found)}


# --- deliveries -----------------------------------------------------------------------------------------------

DELIVERY = Delivery("s1", {"students/s1/q.pdf": b"%PDF\n\0\xff", "teachers/s1/k.md": b""}, {"id": "s1", "answers": {"b": ["1", "2"], "a": []}},
                    (Finding("step-undecided", "m", Span("answers.py", 3, 1, 2), "h", "warning"),))


def test_a_delivery_comes_back_as_it_was():
    assert decode(encode(DELIVERY), "s1") == DELIVERY
    assert list(decode(encode(DELIVERY), "s1").row["answers"]) == ["b", "a"]      # the order of columns


def test_every_altered_byte_is_noticed():
    data = encode(DELIVERY)
    unnoticed = []
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        try:
            if decode(altered, "s1").files != DELIVERY.files:
                unnoticed.append(at)
        except FindingsError as error:
            assert error.findings[0].code == "delivery-altered"
    assert not unnoticed
    for cut in (data[:-1], data + b"x", data[:10], b"", b"\x80\x04pickle"):
        with pytest.raises(FindingsError):
            decode(cut, "s1")
    with pytest.raises(FindingsError):
        decode(data, "s2")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", ""])
def test_no_file_leads_out_of_the_folder(path):
    with pytest.raises(FindingsError):
        decode(encode(Delivery("s1", {path: b"x"})), "s1")


def test_findings_are_named_by_the_authors_folder(tmp_path):
    here, there = tmp_path / "copy", tmp_path / "report"
    finding = Finding("answers-failed", f"in {here}/answers.py", Span(str(here / "answers.py"), 3), "h")
    assert moved([finding], here, there)[0].span == Span(str(there / "answers.py"), 3) and str(here) not in moved([finding], here, there)[0].message


def test_an_archive_stays_in_its_folder(tmp_path):
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("../evil", "x")
    with pytest.raises(ValueError, match="not a name"):
        archive.unpack(out.getvalue(), tmp_path / "a")
    assert not (tmp_path / "evil").exists()


def test_a_delivery_is_kept_once(tmp_path):
    store = Store(tmp_path)
    store.put(DELIVERY, "key")
    store.put(DELIVERY, "key")
    with pytest.raises(FindingsError, match="arrived twice"):
        store.put(Delivery("s1", {"students/s1/q.pdf": b"other"}), "key")
    assert (tmp_path / "students/s1/q.pdf").read_bytes() == b"%PDF\n\0\xff"
    again = Store(tmp_path)
    assert again.finished("s1", "key").row == DELIVERY.row and again.finished("s1", "other") is None and again.finished("s2", "key") is None
    (tmp_path / "teachers/s1/k.md").write_bytes(b"x")
    assert again.finished("s1", "key") is None


def test_a_full_disk_is_told_and_names_nothing_finished(tmp_path, monkeypatch):
    import errno
    store = Store(tmp_path)
    real, count = Path.write_bytes, [0]

    def full(self, data):
        count[0] += 1
        if count[0] == 2:
            raise OSError(errno.ENOSPC, "no space")
        return real(self, data)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FindingsError, match="disk is full"):
        store.put(DELIVERY, "key")
    monkeypatch.undo()
    assert Store(tmp_path).finished("s1", "key") is None and not list(tmp_path.rglob("*.tmp"))


# --- the executors --------------------------------------------------------------------------------------------

def test_processes_make_what_inline_makes(job):
    wanted = records(*range(20, 29))
    assert plain(collected(Processes(2).run(job, wanted))) == plain(collected(Inline().run(job, wanted)))


def test_errors_come_back_as_findings(job, tmp_path):
    folder = sample(tmp_path / "other", answers=ANSWERS + "\n\ndef bad(v):\n    raise ValueError('no')\n")
    other = Job(archive.pack(folder), folder, dict(job.plan))
    for executor in (Inline(), Processes(2)):
        (delivery,) = executor.run(other, records(20))
        (finding,) = delivery.findings
        assert delivery.failed and not delivery.files and finding.message == "bad: ValueError: no" and finding.span.file == str(folder / "answers.py")


def test_a_worker_that_dies_costs_nothing(job, tmp_path):
    wanted = records(*range(10, 18))
    made = collected(Processes(2).run(job, wanted))
    assert (tmp_path / "marks/killed").exists()
    assert plain(made) == plain(collected(Inline().run(job, wanted)))


def test_what_kills_worker_after_worker_is_told(job, tmp_path):
    (tmp_path / "marks/killed").write_text("")
    found = collected(Processes(2).run(job, records(20, 66, 21, 22)))
    assert found["s66"].failed and found["s66"].findings[0].code == "variant-failed" and "died 3 times" in found["s66"].findings[0].message
    assert len(plain({name: d for name, d in found.items() if name != "s66"})) == 3


def test_a_worker_of_another_version_does_nothing(job):
    key = work.archived(job.archive, job.name)
    arguments = list(job.arguments(key, records(20)[0]))
    arguments[-1] = "0" * 64
    delivery = decode(work.deliver(*arguments), "s20")
    assert delivery.findings[0].code == "executor-missing" and "another version" in delivery.findings[0].message and not delivery.files


# --- a cluster ------------------------------------------------------------------------------------------------

def test_without_dask_it_is_told_what_to_type(job, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FindingsError) as caught:
        list(Dask("tcp://127.0.0.1:1").run(job, records(1)))
    assert caught.value.exit_code == 2 and "reportgen[cluster]" in caught.value.findings[0].hint


def _dask():
    return pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def cluster(marks, tmp_path_factory):
    """A scheduler and three worker processes, each without a nanny: who dies stays dead."""
    _dask()
    room = tmp_path_factory.mktemp("dask")
    environment = {**os.environ, "MARKS": str(marks), "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "60s"}
    started: list[subprocess.Popen] = []

    def start(*arguments: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]], cwd=room, env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(room / "scheduler.json"))
        deadline = time.monotonic() + 60
        while not (room / "scheduler.json").exists():
            assert time.monotonic() < deadline, "the scheduler did not begin"
            time.sleep(0.05)
        address = json.loads((room / "scheduler.json").read_text())["address"]
        workers = [start("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", f"w{i}") for i in range(3)]
        yield address, workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_a_cluster_with_a_worker_killed_in_mid_work(cluster, marks, job, monkeypatch):
    address, workers = cluster
    from distributed import Client
    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(3, timeout=60)
    monkeypatch.setenv("MARKS", str(marks))
    (marks / "killed").write_text("")
    (marks / "slow").write_text("")
    wanted = records(*range(20, 44))
    killed: list[int] = []

    def kill() -> None:
        # as soon as one worker is seen to have begun a second report: it is in the middle of that
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            begun = [path.read_text() for path in marks.glob("[0-9]*-*")]
            busy = [w.pid for w in workers if begun.count(str(w.pid)) >= 2]
            if busy:
                os.kill(busy[0], signal.SIGKILL)
                killed.append(busy[0])
                return
            time.sleep(0.01)
    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    found = collected(Dask(address).run(job, wanted))
    thread.join()
    assert len(killed) == 1 and sum(w.poll() is not None for w in workers) == 1
    begun = [path.name.split("-")[0] for path in marks.glob("[0-9]*-*")]
    assert len(begun) > len(set(begun)) == 24       # what the dead one was at was begun again
    for path in marks.glob("*"):
        path.unlink()
    (marks / "killed").write_text("")
    inline = plain(collected(Inline().run(job, wanted)))
    assert plain(found) == inline and len(inline) == 24
    # the same once more, on what is left of the cluster: the same bytes
    again = collected(Dask(address).run(job, wanted[:5]))
    assert plain(again) == {name: inline[name] for name in again}


def test_variants_on_a_cluster_by_the_command_line(cluster, tmp_path, capsys):
    from reportgen.cli import run

    folder = sample(tmp_path / "braking")
    (tmp_path / "s.csv").write_text("id,name,v\ns1,A,20\ns2,B,21\ns3,C,x\n")
    common = ["variants", str(folder), "--data", str(tmp_path / "s.csv"), "--to", "pdf", "--parts", "questions,key"]
    assert run([*common, "--scheduler", cluster[0], "-o", str(tmp_path / "far")]) == 1
    assert "2 built" in capsys.readouterr().out
    assert run([*common, "-j", "1", "-o", str(tmp_path / "near")]) == 1
    far, near = ({p.relative_to(tmp_path / n): hashlib.sha256(p.read_bytes()).hexdigest() for p in (tmp_path / n).rglob("*") if p.is_file()} for n in ("far", "near"))
    assert far == near and any(p.suffix == ".pdf" for p in far)


def test_a_scheduler_that_does_not_answer_is_told(job, monkeypatch):
    _dask()
    monkeypatch.setattr("reportgen.batch.executors.CONNECT_SECONDS", 0.5)
    with pytest.raises(FindingsError) as caught:
        list(Dask("tcp://127.0.0.1:9").run(job, records(1)))
    assert caught.value.exit_code == 2 and caught.value.findings[0].code == "executor-missing" and "tcp://127.0.0.1:9" in caught.value.findings[0].message


def test_nothing_is_left_behind(job, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "room"))
    (tmp_path / "room").mkdir()
    script = ("import sys; sys.path.insert(0, sys.argv[1])\n"
              "from pathlib import Path\nfrom reportgen.batch.executors import Job, Processes\nfrom reportgen.batch import archive\n"
              "if __name__ == '__main__':\n"
              "    folder = Path(sys.argv[2])\n"
              "    job = Job(archive.pack(folder), folder, {'parts': ['key'], 'formats': ['md'], 'engine': 'typst', 'strict': False, 'asked': None})\n"
              "    found = list(Processes(2).run(job, [{'id': f's{n}', 'texts': {}, 'values': {'v': str(n)}} for n in range(20, 24)]))\n"
              "    print(sum(not d.failed for d in found))\n")
    path = tmp_path / "run.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, str(path), str(ROOT), str(job.folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4" and not list((tmp_path / "room").iterdir())
