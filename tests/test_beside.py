"""A copy of this process that answers what it is sent: its answers, its limits, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from reportgen.beside import Answering

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no copy of a process can be made here")
MB = 1 << 20


def _serve(source, sink):
    for line in source:
        size = int(line)
        if size < 0:
            raise ValueError("no size")
        try:
            found = len(bytearray(size))
        except MemoryError:
            found = -1
        print("this goes nowhere")
        sink.write(b"%d\n" % found)
        sink.flush()


@pytest.fixture
def process():
    made = Answering(_serve, 200 * MB)
    yield made
    made.kill()
    made.wait()
    made.stdin.close()
    made.stdout.close()


def ask(process: Answering, size: int) -> int:
    process.stdin.write(b"%d\n" % size)
    return int(process.stdout.readline())


def test_it_answers_and_says_nothing_else(process, capfd):
    assert [ask(process, size) for size in (3, 5)] == [3, 5]
    assert process.poll() is None and capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_it_has_so_much_memory_beside_what_this_process_has(process):
    held = bytearray(300 * MB)      # after it was made: no business of the copy
    assert ask(process, 100 * MB) == 100 * MB and ask(process, 400 * MB) == -1 and ask(process, 1) == 1
    assert held[-1] == 0
    larger = Answering(_serve, 200 * MB)    # what is held by now does not count against it
    try:
        assert ask(larger, 100 * MB) == 100 * MB and ask(larger, 400 * MB) == -1
    finally:
        larger.kill()
        assert larger.wait() == -signal.SIGKILL
        larger.stdin.close()
        larger.stdout.close()


def test_its_end_is_told_as_that_of_a_program(process):
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.stdin.close()
    assert process.wait(10) == 0 and process.poll() == 0 and process.stdout.read() == b""
    process.kill()      # of what has ended, nothing
    assert process.wait() == 0


def test_an_error_in_it_ends_it(process):
    process.stdin.write(b"-1\n")
    assert process.stdout.readline() == b"" and process.wait(10) == 1


def test_it_is_killed(process):
    process.kill()
    assert process.wait(10) == -signal.SIGKILL and process.poll() == -signal.SIGKILL
