"""A pandoc that stays writes what a fresh one writes."""

from __future__ import annotations

import os
import signal

import pytest

from reportgen import pandoc, pandoc_kept
from reportgen.diagnostics import FindingsError
from reportgen.resources import layout, templates_folder


@pytest.fixture
def keeping(monkeypatch):
    monkeypatch.setattr(pandoc, "_keeping", True)


def formula(tex: str, display: bool = False) -> dict:
    return {"t": "Para", "c": [{"t": "Math", "c": [{"t": "DisplayMath" if display else "InlineMath"}, tex]}]}


def words(text: str) -> dict:
    return {"t": "Para", "c": [{"t": "Str", "c": text}]}


def test_the_same_bytes_for_every_output_of_a_report(monkeypatch):
    """Each call that the four formats make, with its layout and options, by both."""
    from reportgen.deriving import open_report
    from reportgen.variants.data import Record
    from reportgen.variants.make import Plan, make

    calls = []
    write = pandoc.write

    def noted(blocks, to, **more):
        calls.append((blocks, to, more, write(blocks, to, **more)))
        return calls[-1][-1]
    monkeypatch.setattr(pandoc, "write", noted)
    make(open_report(templates_folder() / "starter"), Plan((), ("pdf", "html", "md", "tex")), Record("s1", {"name": "Zoë <&> $x$"}, {}))
    assert sorted({to.split("+")[0] for _, to, _, _ in calls}) == ["gfm", "html5", "latex", "typst"]
    monkeypatch.setattr(pandoc, "_keeping", True)
    for _ in range(2):
        for blocks, to, more, text in calls:
            assert write(blocks, to, **more) == text, to


def test_texts_of_every_kind(keeping, monkeypatch):
    blocks = [words("Zoë 李 \U0001d7d9 \"q\" \\ {x} <b> #eval(1) \x7f"), formula("\\frac{1}{2} + \\sqrt[3]{x_1^2}"), formula("\\int_0^1 x\\,dx", True), {"t": "Para", "c": [{"t": "Str", "c": "käse"}, {"t": "Space"}] * 20_000}]
    for to in ("typst", "html5", "latex", "gfm"):
        options = list(pandoc_kept.OPTIONS) if to == "html5" else []
        kept = pandoc.write(blocks, to, options=options)
        monkeypatch.setattr(pandoc, "_keeping", False)
        assert pandoc.write(blocks, to, options=options) == kept
        monkeypatch.setattr(pandoc, "_keeping", True)


def test_a_warning_is_a_failure_and_the_next_document_is_written(keeping):
    with pytest.raises(FindingsError, match="foo"):
        pandoc.write([formula("\\foo{1}")], "typst")
    assert pandoc.write([formula("x")], "typst") == "$x$\n"
    with pytest.raises(FindingsError) as caught:
        pandoc.write([{"t": "Nonsense"}], "typst")
    assert caught.value.findings[0].code == "engine-failed"
    assert pandoc.write([words("a")], "typst") == "a\n"


def test_one_that_died_is_begun_again(keeping):
    assert pandoc.write([words("a")], "typst") == "a\n"
    process = pandoc_kept.kept(pandoc.executable(), pandoc.TIMEOUT)._process
    assert pandoc.write([words("b")], "typst") == "b\n" and pandoc_kept.kept(pandoc.executable(), pandoc.TIMEOUT)._process is process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert pandoc.write([words("c")], "typst") == "c\n"


def test_one_that_does_not_answer_is_ended(keeping, monkeypatch):
    one = pandoc_kept.Kept(pandoc.executable(), 2.0)
    assert one.write('{"pandoc-api-version":[1,23],"meta":{},"blocks":[]}', "typst", None, {})[1] == ""
    os.kill(one._process.pid, signal.SIGSTOP)
    with pytest.raises(FindingsError, match="did not answer"):
        one.write('{"pandoc-api-version":[1,23],"meta":{},"blocks":[]}', "typst", None, {})
    assert one._process is None


def test_it_serves_its_own_process_only(keeping):
    pandoc.write([words("a")], "typst")
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(write, pandoc.write([words("child")], "typst").encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"child\n"
    assert pandoc.write([words("b")], "typst") == "b\n"


def test_it_is_used_for_many_documents_and_renewed(keeping, monkeypatch):
    monkeypatch.setattr(pandoc_kept, "MOST", 3)
    one = pandoc_kept.kept(pandoc.executable(), pandoc.TIMEOUT)
    pids = []
    for n in range(8):
        assert pandoc.write([words(f"a{n}")], "typst") == f"a{n}\n"
        pids.append(one._process.pid)
    assert 3 <= len(set(pids)) <= 4
    assert (layout("report.typ")).is_file()
