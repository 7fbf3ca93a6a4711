"""Atomic writes: whatever goes wrong, the old file stays and nothing half-written is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from reportgen import files
from reportgen.diagnostics import FindingsError
from reportgen.files import write_file, write_files


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_write_and_overwrite(tmp_path):
    target = tmp_path / "out" / "report.md"
    assert write_file(target, b"one") is True
    assert target.read_bytes() == b"one"
    assert write_file(target, b"two!") is True
    assert target.read_bytes() == b"two!" and names(tmp_path) == ["out/report.md"]


def test_a_set_with_folders(tmp_path):
    changed = write_files(tmp_path / "out", {"report.md": b"a", "figures/loss.svg": b"b", "figures/deep/x.pdf": b""})
    assert [p.name for p in changed] == ["report.md", "loss.svg", "x.pdf"]
    assert names(tmp_path) == ["out/figures/deep/x.pdf", "out/figures/loss.svg", "out/report.md"]


def test_unchanged_files_are_left_alone(tmp_path):
    write_files(tmp_path, {"a": b"1", "b": b"2"})
    os.utime(tmp_path / "a", (1, 1))
    changed = write_files(tmp_path, {"a": b"1", "b": b"3"})
    assert [p.name for p in changed] == ["b"]
    assert (tmp_path / "a").stat().st_mtime == 1


def test_same_length_in_the_same_second_is_still_a_change(tmp_path):
    write_file(tmp_path / "a", b"abc")
    assert write_file(tmp_path / "a", b"abd") is True
    assert (tmp_path / "a").read_bytes() == b"abd"


def test_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        write_file(tmp_path / "a", b"1")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"old")
    (tmp_path / "a").symlink_to(tmp_path / "real" / "a")
    write_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink() and (tmp_path / "real" / "a").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "."])
def test_names_that_lead_out_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="not a name inside"):
        write_files(tmp_path / "out", {name: b"x"})
    assert names(tmp_path) == []


@pytest.mark.parametrize(("number", "piece"), [
    (errno.ENOSPC, "the disk is full"),
    (errno.EDQUOT, "quota"),
    (errno.EROFS, "read-only"),
    (errno.EIO, os.strerror(errno.EIO)),
])
def test_a_failing_write_keeps_the_old_set(tmp_path, monkeypatch, number, piece):
    write_files(tmp_path, {"a": b"old a", "b": b"old b"})
    real = os.fsync
    calls = []

    def failing(handle):
        calls.append(handle)
        if len(calls) == 2:  # the first new file is complete, the second is not
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(files.os, "fsync", failing)
    with pytest.raises(FindingsError) as caught:
        write_files(tmp_path, {"a": b"new a", "b": b"new b"})
    (finding,) = caught.value.findings
    assert finding.code == "output-failed" and piece in finding.message and "last good file" in finding.message
    assert finding.span.file == str(tmp_path / "b")
    assert caught.value.exit_code == 2
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").read_bytes() == b"old a" and (tmp_path / "b").read_bytes() == b"old b"


def test_a_failing_rename_says_what_was_renewed(tmp_path, monkeypatch):
    write_files(tmp_path, {"a": b"old a", "b": b"old b"})
    real = os.replace

    def failing(source, target):
        if str(target).endswith("a"):
            raise PermissionError(errno.EACCES, "denied")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    with pytest.raises(FindingsError) as caught:
        write_files(tmp_path, {"a": b"new a", "b": b"new b"})
    assert "permission denied; b had been renewed before" in caught.value.findings[0].message   # the first, which needs the rest, comes last
    assert names(tmp_path) == ["a", "b"] and (tmp_path / "a").read_bytes() == b"old a"


def test_interrupt_leaves_nothing(tmp_path, monkeypatch):
    write_file(tmp_path / "a", b"old")

    def interrupted(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a", b"new")
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "report.md").mkdir()
    with pytest.raises(FindingsError) as caught:
        write_files(tmp_path, {"other": b"x", "report.md": b"x"})
    assert "a folder of that name is in the way" in caught.value.findings[0].message
    assert names(tmp_path) == []


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "out").write_bytes(b"precious")
    with pytest.raises(FindingsError) as caught:
        write_file(tmp_path / "out" / "report.md", b"x")
    assert "a file is where a folder should be" in caught.value.findings[0].message
    assert (tmp_path / "out").read_bytes() == b"precious"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_really_full_device(tmp_path, monkeypatch):
    real = os.open

    def full(path, flags, mode=0o777):
        return real("/dev/full", os.O_WRONLY) if str(path).endswith(".tmp") else real(path, flags, mode)

    monkeypatch.setattr(files.os, "open", full)
    with pytest.raises(FindingsError) as caught:
        write_file(tmp_path / "a", b"x" * 100)
    assert "the disk is full" in caught.value.findings[0].message


KILLED = """
import sys
from pathlib import Path
from reportgen.files import write_file
folder = Path(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    number += 1
    write_file(folder / "a", (str(number % 10) * 200_000).encode())
"""


def test_killed_while_writing_the_file_is_whole(tmp_path):
    for delay in (0.0, 0.01, 0.03):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
        process.stdout.readline()
        while not (tmp_path / "a").exists():
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        data = (tmp_path / "a").read_bytes()
        assert len(data) == 200_000 and len(set(data)) == 1
