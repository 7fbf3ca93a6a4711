"""Nothing is lost: two builds at once, processes that are killed, full disks, folders that cannot be written, no network."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reportgen import lock, trace
from reportgen.build import build
from reportgen.cli import run
from reportgen.diagnostics import FindingsError
from reportgen.resources import templates_folder

FORMATS = ("html", "md", "pdf", "tex")
FIGURE = '''

def plot(v):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot([0, float(v)], [0, 1])
    axes.set_title("speed")
    return figure
'''


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_report(tmp_path)


def make_report(base: Path) -> Path:
    shutil.copytree(templates_folder() / "starter", base / "reports" / "car")
    return base / "reports" / "car"


def with_figure(report: Path) -> Path:
    with (report / "answers.py").open("a") as handle:
        handle.write(FIGURE)
    with (report / "report.md").open("a") as handle:
        handle.write("\n![The speed](figure:plot){#fig:plot}\n")
    return report


def environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "reportgen", *arguments]


def outputs(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and ".cache" not in p.parts}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def fast(report: Path) -> None:
    edit(report / "givens.toml", "value = 20", "value = 16")


# --- two at once ----------------------------------------------------------------------------------------------------

def test_two_builds_at_once_do_one_after_the_other(report, tmp_path):
    both = [subprocess.Popen(command("build", "--to", "md,html"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0] and [err for _, err in said] == ["", ""]
    first, second = sorted((out for out, _ in said), key=lambda out: "unchanged" in out)
    assert first.count("built") == 3 and second.count("unchanged") == 3        # the second found all done
    assert "waiting: " in second and "is being built by process " in second


def test_a_lock_is_waited_for_and_not_for_ever(report, tmp_path):
    with lock.held(Path("build/car")):
        began = time.monotonic()
        with pytest.raises(FindingsError) as caught:
            build(report, ["md"], Path("build/car"), cache="use", wait=0.3)
        assert 0.2 < time.monotonic() - began < 30
    finding, = caught.value.findings
    assert finding.code == "locked" and f"is being built by process {os.getpid()}" in finding.message and caught.value.exit_code == 2
    assert not Path("build/car").exists()
    assert build(report, ["md"], Path("build/car"), cache="use", wait=0.3).exit_code == 0


@pytest.mark.parametrize("system_locks", [True, False])
def test_the_lock_of_a_dead_process_is_taken_over(report, monkeypatch, system_locks):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    path = Path("build/.cache/car/lock")
    path.parent.mkdir(parents=True)
    path.write_text(f"{child.pid}\n")
    if not system_locks:
        monkeypatch.setattr(lock, "fcntl", None)
    with lock.held(Path("build/car"), wait=0.2):
        assert path.read_text() == f"{os.getpid()}\n"
    assert path.read_text() == ""
    path.write_text("nonsense")
    with lock.held(Path("build/car"), wait=0.2):
        pass


def test_a_lock_without_the_systems_help_is_respected(report, monkeypatch):
    monkeypatch.setattr(lock, "fcntl", None)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        path = Path("build/.cache/car/lock")
        path.parent.mkdir(parents=True)
        path.write_text(f"{other.pid}\n")
        with pytest.raises(FindingsError), lock.held(Path("build/car"), wait=0.2):
            pass
    finally:
        other.kill()
        other.wait()
    with lock.held(Path("build/car"), wait=0.2):
        pass


def test_a_killed_holder_lets_go(report, tmp_path):
    code = "import sys, time\nfrom pathlib import Path\nfrom reportgen import lock\nwith lock.held(Path('build/car')):\n    print('held', flush=True)\n    time.sleep(60)\n"
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(FindingsError), lock.held(Path("build/car"), wait=0.1):
        pass
    holder.kill()
    holder.wait()
    with lock.held(Path("build/car"), wait=5):
        pass


def test_a_forked_process_does_not_hold_the_lock_on(report):
    with lock.held(Path("build/car")):
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            os.close(theirs)
            os.read(ours, 1)        # until the parent lets it go
            os._exit(0)
        os.close(ours)
    try:
        with lock.held(Path("build/car"), wait=0.2):
            pass
    finally:
        os.close(theirs)
        os.waitpid(child, 0)
    # the parent may also end without a word
    code = ("import os, time\nfrom pathlib import Path\nfrom reportgen import lock\nheld = lock.held(Path('build/car'))\nheld.__enter__()\n"
            "child = os.fork()\nif child:\n    print(child, flush=True)\n    os._exit(0)\nos.close(1)\nos.close(2)\ntime.sleep(60)\n")
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, timeout=50)
    try:
        with lock.held(Path("build/car"), wait=0.2):
            pass
    finally:
        os.kill(int(done.stdout), signal.SIGKILL)


# --- killed at any moment -------------------------------------------------------------------------------------------

def killed_builds(base: Path, moments: int, seed: int) -> list[float]:
    """Kill builds of changed inputs at random moments; whatever happens, every output is a whole one of some build, and the next
    build makes all right.  The moments at which a build was really killed."""
    report = with_figure(make_report(base))
    out = base / "build" / "car"
    chance = random.Random(seed)
    states = {}
    for value in (20, 16, 25):
        edit_given(report, value)
        fresh = base / f"cold{value}" / "car"
        began = time.monotonic()
        assert build(report, FORMATS, fresh, cache="off").exit_code == 0
        states[value] = outputs(fresh)
    kinds = ([], ["--no-cache"])
    takes = []
    for options in kinds:
        for value in (16, 20):
            edit_given(report, value)
            began = time.monotonic()
            subprocess.run(command("build", "-q", *options), cwd=base, env=environment(), check=True)
        takes.append(time.monotonic() - began)
    assert outputs(out) == states[20]
    value, really = 20, []
    while len(really) < moments:
        value = chance.choice([v for v in states if v != value])
        edit_given(report, value)
        kind = chance.random() < 0.3
        moment = chance.uniform(0, takes[kind])
        process = subprocess.Popen(command("build", "-q", *kinds[kind]), cwd=base, env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            really.append(moment)
        process.wait()
        found = outputs(out)
        whole = {name: data for name, data in found.items() if not name.endswith(".tmp")}
        assert set(whole) == set(states[value])
        for name, data in whole.items():
            assert data in {state[name] for state in states.values()}, f"{name} is of no build, killed after {moment:.3f} s"
        for main, figure in (("report.md", "figures/plot.svg"), ("report.tex", "figures/plot.pdf")):
            of = {v for v in states if states[v][main] == whole[main]}
            assert of & {v for v in states if states[v][figure] == whole[figure]}, f"{main} and {figure} are of two builds"
        if chance.random() < 0.5:       # sometimes the next build meets what two have left
            subprocess.run(command("build", "-q"), cwd=base, env=environment(), check=True)
            assert outputs(out) == states[value] and not list(base.rglob("*.tmp"))
    subprocess.run(command("build", "-q"), cwd=base, env=environment(), check=True)
    assert outputs(out) == states[value] and not list((base / "build").rglob("*.tmp"))
    return really


def edit_given(report: Path, value: int) -> None:
    text = (report / "givens.toml").read_text()
    head, _, rest = text.partition("value = ")
    (report / "givens.toml").write_text(head + f"value = {value}" + rest[rest.index("\n"):])


def test_killed_at_a_few_random_moments(tmp_path):
    assert len(killed_builds(tmp_path, 5, seed=random.randrange(1 << 30))) == 5


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("REPORTGEN_SLOW"), reason="takes minutes; set REPORTGEN_SLOW=1")
def test_killed_at_a_hundred_random_moments(tmp_path):
    assert len(killed_builds(tmp_path, 100, seed=7)) == 100


def test_what_a_killed_build_left_is_cleared_away(report, tmp_path):
    build(report, ["md"], Path("build/car"), cache="use")
    left = [Path("build/car") / ".report.md.0123456789ab.tmp", Path("build/.cache/car") / ".trace.0123456789ab.tmp"]
    mine = Path("build/car") / ".notes.tmp"
    for path in (*left, mine):
        path.write_text("half")
    fast(report)
    build(report, ["md"], Path("build/car"), cache="use")
    assert not any(path.exists() for path in left) and mine.exists()


# --- no room, no right to write ---------------------------------------------------------------------------------------

def limited(size: int):
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)        # the system then says EFBIG
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def test_files_that_may_not_grow(report, tmp_path):
    build(report, FORMATS, Path("build/car"), cache="use")
    before = outputs(Path("build"))
    fast(report)
    done = subprocess.run(command("build"), cwd=tmp_path, env=environment(), capture_output=True, text=True, preexec_fn=limited(3000))
    assert done.returncode == 2 and "error[output-failed]" in done.stderr and "Traceback" not in done.stderr
    after = outputs(Path("build"))
    assert set(after) == set(before) and not list(Path("build").rglob("*.tmp"))
    changed = {name for name in before if after[name] != before[name]}
    assert all(len(after[name]) <= 3000 for name in changed)      # what fitted was made, what did not stands as it was
    assert build(report, FORMATS, Path("build/car"), cache="use").exit_code == 0
    build(report, FORMATS, Path("fresh/car"), cache="off")
    assert outputs(Path("build/car")) == outputs(Path("fresh/car"))


def mounted(options: str, script: str, base: Path, *, size: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script with ``build`` a file system of its own; skipped where that is not permitted."""
    place = base / "build"
    place.mkdir(exist_ok=True)
    whole = f"mount -t tmpfs -o {size or 'size=50m'} tmpfs {place} || exit 99\ncp -a {base}/kept/. {place}/ 2>/dev/null\n{options}\n{script}\n"
    done = subprocess.run(["unshare", "-m", "sh", "-c", whole], cwd=base, env=environment(), capture_output=True, text=True)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("file systems cannot be mounted here")
    return done


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_a_full_disk(report, tmp_path):
    build(report, FORMATS, tmp_path / "kept" / "car", cache="use")
    before = outputs(tmp_path / "kept")
    used = sum(p.stat().st_size // 4096 * 4 + 4 for p in (tmp_path / "kept").rglob("*") if p.is_file()) + 40
    fast(report)
    python = " ".join(command("build"))
    script = f"{python} > said 2>&1; echo $? > code; cp -a build after; rm -f build/ballast; {python} -q; echo $? >> code; cp -a build healed"
    done = mounted("dd if=/dev/zero of=build/ballast bs=4k 2>/dev/null", script, tmp_path, size=f"size={used + 400}k")
    assert (tmp_path / "code").read_text().split() == ["2", "0"], done.stderr + (tmp_path / "said").read_text()
    assert "the disk is full" in (tmp_path / "said").read_text() and "Traceback" not in (tmp_path / "said").read_text()
    after = outputs(tmp_path / "after")
    after.pop("ballast")
    assert after == before
    build(report, FORMATS, tmp_path / "fresh" / "car", cache="off")
    assert outputs(tmp_path / "healed") == outputs(tmp_path / "fresh")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_a_folder_that_cannot_be_written(report, tmp_path):
    build(report, ["md"], tmp_path / "kept" / "car", cache="use")
    python = " ".join(command("build", "--to", "md"))
    script = f"{python} > first 2>&1; echo $? > code; sed -i 's/value = 20/value = 16/' reports/car/givens.toml; {python} > second 2>&1; echo $? >> code"
    mounted(f"mount -o remount,ro {tmp_path}/build", script, tmp_path)
    assert (tmp_path / "code").read_text().split() == ["0", "2"]
    assert "unchanged" in (tmp_path / "first").read_text()        # nothing is to be done, so nothing has to be written
    assert "error[output-failed]" in (tmp_path / "second").read_text() and "read-only" in (tmp_path / "second").read_text()


# --- things that go away ----------------------------------------------------------------------------------------------

def test_an_input_that_changes_while_it_is_built_is_built_again(report, monkeypatch):
    from reportgen import page

    honest = page.ledger_bytes

    def meanwhile(made):
        fast(report)      # after the givens were read
        monkeypatch.setattr("reportgen.build.ledger_bytes", honest)
        return honest(made)

    monkeypatch.setattr("reportgen.build.ledger_bytes", meanwhile)
    build(report, ["md"], Path("build/car"), cache="use")
    assert trace.unchanged(str(report), "build/car", ["md"]) is None
    result = build(report, ["md"], Path("build/car"), cache="use")
    assert result.targets[-1].cause.startswith("given v: 20 m/s -> 16 m/s")


def test_an_input_that_vanishes_while_it_is_built(report, capsys):
    build(report, ["md"], Path("build/car"), cache="use")
    before = outputs(Path("build"))
    with (report / "answers.py").open("a") as handle:
        handle.write("\n\ndef gone(v):\n    import os\n    os.unlink(os.path.join(os.path.dirname(__file__), 'report.md'))\n    return v.value\n")
    kept = (report / "report.md").read_text()
    assert run(["build", "--to", "md"]) == 1 and "error[file-missing]" in capsys.readouterr().err
    assert outputs(Path("build")) == before
    (report / "report.md").write_text(kept)
    edit(report / "answers.py", "    os.unlink", "    0 and os.unlink")
    assert run(["build", "-q", "--to", "md"]) == 0


def test_outputs_that_vanish_come_back(report):
    build(report, ["md"], Path("build/car"), cache="use")
    before = outputs(Path("build"))
    shutil.rmtree("build/car")
    build(report, ["md"], Path("build/car"), cache="use")
    assert outputs(Path("build")) == before
    shutil.rmtree("build/.cache")
    assert {t.status for t in build(report, ["md"], Path("build/car"), cache="use").targets} == {"unchanged"}


def test_a_missing_engine_is_found_when_it_comes(report, monkeypatch, tmp_path):
    search = os.environ["PATH"]
    monkeypatch.setenv("PATH", "")
    result = build(report, ["pdf", "md"], Path("build/car"), engine="latexmk", cache="use")
    assert result.exit_code == 2 and [t.status for t in result.targets] == ["built", "failed", "built"]
    again = build(report, ["pdf", "md"], Path("build/car"), engine="latexmk", cache="use")
    assert [t.status for t in again.targets] == ["unchanged", "failed", "unchanged"]        # tried again each time
    monkeypatch.setenv("PATH", search)
    result = build(report, ["pdf", "md"], Path("build/car"), cache="use")
    assert [t.status for t in result.targets] == ["unchanged", "built", "unchanged"]


# --- no network -------------------------------------------------------------------------------------------------------

WATCHED = '''
import os, sys

def _watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        family = getattr(arguments[0], "family", arguments[1] if event == "socket.__new__" else None)
        if family != 1:      # AF_UNIX
            with open(os.environ["SOCKETS"], "a") as log:
                log.write(f"{sys.argv}: {event} {arguments}\\n")

sys.addaudithook(_watch)
'''


def test_no_socket_is_opened_by_python_or_its_children(report, tmp_path):
    with_figure(report)
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(WATCHED)
    surroundings = environment()
    surroundings |= {"PYTHONPATH": os.pathsep.join([str(tmp_path / "hook"), surroundings["PYTHONPATH"]]), "SOCKETS": str(tmp_path / "sockets")}
    subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], env=surroundings, check=True)
    assert "socket.__new__" in (tmp_path / "sockets").read_text()       # the hook sees what it must
    (tmp_path / "sockets").unlink()
    subprocess.run(command("build", "-q"), cwd=tmp_path, env=surroundings, check=True)
    assert sorted(outputs(tmp_path / "build" / "car"))[-4:] == [f"report.{f}" for f in FORMATS]
    assert not (tmp_path / "sockets").exists(), (tmp_path / "sockets").read_text()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_process_of_a_build_speaks_to_the_network(report, tmp_path):
    with_figure(report)
    log = tmp_path / "calls"
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg,bind", "-o", str(log), *command("build", "-q")], cwd=tmp_path,
                          env=environment(), capture_output=True, text=True)
    if "ptrace" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("processes cannot be traced here")
    assert done.returncode == 0, done.stderr
    calls = [line for line in log.read_text().splitlines() if "(" in line and "+++" not in line and "---" not in line]
    assert [line for line in calls if "AF_INET" in line or "AF_NETLINK" in line or "AF_PACKET" in line] == []


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_a_build_without_any_network_gives_the_same(report, tmp_path):
    with_figure(report)
    done = subprocess.run(["unshare", "-n", *command("build", "-q", "--out", "alone")], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    if "unshare" in done.stderr:
        pytest.skip("networks cannot be taken away here")
    assert (done.returncode, done.stderr) == (0, "")
    subprocess.run(command("build", "-q"), cwd=tmp_path, env=environment(), check=True)
    assert outputs(tmp_path / "alone") == outputs(tmp_path / "build")
