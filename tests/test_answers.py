"""answers.py as a graph: order, findings that name what is wrong, isolation between reports."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import traceback

import pytest
from hypothesis import given, strategies as st

from reportgen.answers import load
from reportgen.diagnostics import Finding, FindingsError, Span
from reportgen.expressions import Symbol, expr
from reportgen.givens import Given


def givens_of(**values):
    return {name: Given(name, expr(value), "", Symbol(name), "test", Span("givens.toml", 1, 1)) for name, value in values.items()}


GIVENS = givens_of(N=32, P=2)


def write(folder, text, name="answers.py"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def keep(answer, result):
    return result


def wrong(path, givens=GIVENS):
    with pytest.raises(FindingsError) as caught:
        load(path, givens).evaluate(givens, keep)
    return caught.value.findings


# --- what works -------------------------------------------------------------------------------------------------

def test_order_and_results(tmp_path):
    graph = load(write(tmp_path, '''
        """Answers."""
        from fractions import Fraction

        def total(first, second):
            "The sum of both."
            return first + second

        def _double(value):
            return 2 * value

        def second(first, *, P):
            return _double(first) + int(P.value.text)

        def first(N):
            return int(N.value.text)

        unused = Fraction(1, 2)
        '''), GIVENS)
    assert [a.name for a in graph.answers] == ["total", "second", "first"]  # the source's order
    assert graph.order == ("first", "second", "total")
    assert graph.evaluate(GIVENS, keep) == {"first": 32, "second": 66, "total": 98}
    assert graph["total"].doc == "The sum of both."
    assert [p.name for p in graph["second"].parameters] == ["first", "P"]
    assert (graph["total"].span.line, graph["total"].span.column, graph["total"].span.length) == (5, 5, 5)
    assert graph["second"].parameters[1].span.column == 22


def test_wrap_sees_each_answer_and_passes_on_what_it_makes(tmp_path):
    graph = load(write(tmp_path, "def b(a): return a\ndef a(N): return 'x'\n"), GIVENS)
    assert graph.evaluate(GIVENS, lambda answer, result: (answer.name, result)) == {"a": ("a", "x"), "b": ("b", ("a", "x"))}


def test_only_what_is_needed(tmp_path):
    graph = load(write(tmp_path, "def a(N): return 1\ndef b(a): return 2\ndef c(): raise ValueError('not called')\n"), GIVENS)
    assert graph.evaluate(GIVENS, keep, only=["b"]) == {"a": 1, "b": 2}
    assert graph.closure(["b"]) == {"a", "b"}


def test_no_answers(tmp_path):
    assert load(write(tmp_path, "_x = 1\n"), GIVENS).evaluate(GIVENS, keep) == {}


def test_decorated_function(tmp_path):
    graph = load(write(tmp_path, "import functools\n@functools.cache\ndef a(N):\n    return 1\n"), GIVENS)
    assert graph.evaluate(GIVENS, keep) == {"a": 1}
    assert graph["a"].span.line == 3


def test_long_chain_needs_no_recursion(tmp_path):
    text = "def a0(): return 0\n" + "".join(f"def a{i}(a{i - 1}): return a{i - 1} + 1\n" for i in range(1, 3000))
    graph = load(write(tmp_path, "\n".join(reversed(text.splitlines()))), GIVENS)
    assert graph.order[0] == "a0" and len(graph.order) == 3000
    assert graph.evaluate(GIVENS, keep)["a2999"] == 2999


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_any_graph_is_ordered_or_has_a_circle(tmp_path_factory, edges):
    needs = {n: sorted({b for a, b in edges if a == n}) for n in range(10)}
    text = "".join(f"def a{n}({', '.join(f'a{m}' for m in needs[n])}): return {n}\n" for n in range(10))
    path = write(tmp_path_factory.getbasetemp() / "any", text)
    try:
        order = [int(name[1:]) for name in load(path, ()).order]
    except FindingsError as error:
        for finding in error.findings:
            assert finding.code == "answer-cycle"
            circle = [int(part.strip()[1:]) for part in finding.message.split(": ")[1].split("->")]
            assert circle[0] == circle[-1]
            assert all(b in needs[a] for a, b in zip(circle, circle[1:], strict=False))
    else:
        assert sorted(order) == list(range(10))
        assert all(order.index(m) < order.index(n) for n in needs for m in needs[n])


# --- findings ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "code", "line", "column", "piece", "hint"), [
    ("def a(b): pass\ndef b(a): pass\n", "answer-cycle", 2, 7, "a -> b -> a", ""),
    ("def a(b): pass\ndef b(c): pass\ndef c(a): pass\n", "answer-cycle", 3, 7, "a -> b -> c -> a", ""),
    ("def x(a): pass\ndef a(b): pass\ndef b(a): pass\n", "answer-cycle", 3, 7, "a -> b -> a", ""),
    ("def a(a): pass\n", "answer-cycle", 1, 7, "a -> a", ""),
    ("def a(Q): pass\n", "answer-unknown", 1, 7, "a needs Q", "known: N, P"),
    ("def a(p): pass\n", "answer-unknown", 1, 7, "a needs p", "did you mean P?"),
    ("def kernel_size(N): pass\ndef b(kernal_size): pass\n", "answer-unknown", 2, 7, "kernal_size", "did you mean kernel_size?"),
    ("def a(_h): pass\ndef _h(): pass\n", "answer-unknown", 1, 7, "_h", ""),
    ("def a(*N): pass\n", "answer-unknown", 1, 8, "takes any arguments", ""),
    ("def a(**kw): pass\n", "answer-unknown", 1, 9, "takes any arguments", ""),
    ("def a(N=3): pass\n", "answer-unknown", 1, 7, "default value", "make it a given"),
    ("def a(*, N=3): pass\n", "answer-unknown", 1, 10, "default value", ""),
    ("def a(N, /): pass\n", "answer-unknown", 1, 7, "positional only", ""),
    ("def a(): pass\n\ndef a(): pass\n", "answer-duplicate", 3, 5, "twice: in line 1", ""),
    ("def N(): pass\n", "answer-duplicate", 1, 5, "a given and an answer", ""),
    ("def pi(): pass\n", "answer-duplicate", 1, 5, "already has a meaning", ""),
    ("def a(): pass\na = 3\n", "answer-duplicate", 1, 5, "another value", ""),
    ("async def a(): pass\n", "answers-failed", 1, 11, "async", ""),
    ("def größe(): pass\n", "answers-failed", 1, 5, "letters other than", ""),
    ("def a(:\n", "answers-failed", 1, 7, "not Python", ""),
    ("def a():\n\treturn 1\n        return 2\n", "answers-failed", 3, None, "not Python", ""),
    ("x = 'abc\n", "answers-failed", 1, 5, "not Python", ""),
    ("x = 1\0\n", "answers-failed", None, None, "not Python", ""),
    ("x = 1\ny = 1/0\n", "answers-failed", 2, 5, "ZeroDivisionError: division by zero", ""),
    ("import no_such_module_here\n", "answers-failed", 1, 1, "ModuleNotFoundError", "no_such_module_here.py beside"),
    ("raise SystemExit(0)\n", "answers-failed", 1, 1, "SystemExit", ""),
    ("def a(N):\n    é = 1; return é / 0\n", "answers-failed", 2, 19, "a: ZeroDivisionError", ""),
    ("def a(N):\n    return _help()\ndef _help():\n    raise KeyError('k')\n", "answers-failed", 4, 5, "a: KeyError: 'k'", ""),
    ("import json\ndef a(N):\n    return json.loads('{')\n", "answers-failed", 3, 12, "a: JSONDecodeError", ""),
    ("def a(N): exit(0)\n", "answers-failed", 1, 11, "a: SystemExit", ""),
    ("def a(N):\n    from reportgen.derivation import start\n    return start('O = (')\n", "formula-unreadable", 3, 12, "a: ", ""),
    ("def a(N):\n    from reportgen.derivation import RuleError\n    raise RuleError('isolate: no F')\n",
     "rule-not-applicable", 3, 5, "a: isolate: no F", ""),
])
def test_wrong(tmp_path, text, code, line, column, piece, hint):
    (finding,) = wrong(write(tmp_path, text))
    assert finding.code == code
    assert piece in finding.message
    assert hint in finding.hint
    assert finding.span.file.endswith("answers.py")
    if line is not None:
        assert finding.span.line == line
    if column is not None:
        assert finding.span.column == column


def test_all_findings_at_once(tmp_path):
    findings = wrong(write(tmp_path, "def a(Q): pass\ndef b(b): pass\ndef N(): pass\nimport no_such_module_here\n"))
    assert [(f.code, f.span.line) for f in findings] == [
        ("answer-unknown", 1), ("answer-cycle", 2), ("answer-duplicate", 3), ("answers-failed", 4)]


def test_all_failures_but_not_those_that_follow_from_them(tmp_path):
    called = []
    graph = load(write(tmp_path, "def a(N): return 1/0\ndef b(a): return 1\ndef c(b): return 1\n"
                                 "def d(N): raise ValueError\ndef f(N): return 5\n"), GIVENS)
    with pytest.raises(FindingsError) as caught:
        graph.evaluate(GIVENS, lambda answer, result: called.append(answer.name))
    assert [f.message for f in caught.value.findings] == ["a: ZeroDivisionError: division by zero", "d: ValueError"]
    assert called == ["f"]
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_findings_of_a_rule_get_the_author_s_line(tmp_path):
    path = write(tmp_path, '''
        from reportgen.diagnostics import Finding, FindingsError
        def a(N):
            raise FindingsError(Finding("answer-kind", "a float"))
        ''')
    (finding,) = wrong(path)
    assert (finding.code, finding.message, finding.span.line) == ("answer-kind", "a: a float", 4)


def test_findings_of_wrap_keep_their_place_or_get_the_function_s(tmp_path):
    graph = load(write(tmp_path, "\ndef a(N): return 1\n"), GIVENS)

    def refuse(answer, result):
        raise FindingsError(Finding("answer-kind", "no"))

    with pytest.raises(FindingsError) as caught:
        graph.evaluate(GIVENS, refuse)
    assert (caught.value.findings[0].span.line, caught.value.findings[0].span.column) == (2, 5)


def test_interrupt_passes(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        load(write(tmp_path, "raise KeyboardInterrupt\n"), GIVENS)


def test_missing(tmp_path):
    with pytest.raises(FindingsError) as caught:
        load(tmp_path / "answers.py", GIVENS)
    assert caught.value.findings[0].code == "file-missing"


# --- the author's own modules -----------------------------------------------------------------------------------

def test_siblings(tmp_path):
    write(tmp_path, "import deeper\ndef size(): return deeper.SIZE\n", "helper.py")
    write(tmp_path, "SIZE = 7\n", "deeper.py")
    path = write(tmp_path, '''
        import helper
        from helper import size
        from .deeper import SIZE
        from . import deeper as below
        def a(): return size()
        def b():
            import late
            return late.VALUE
        def c(): return helper.deeper is below and SIZE
        ''')
    write(tmp_path, "VALUE = 9\n", "late.py")
    graph = load(path, GIVENS)
    assert graph.evaluate(GIVENS, keep) == {"a": 7, "b": 9, "c": 7}
    assert [p.name for p, _ in graph.files] == ["answers.py", "helper.py", "deeper.py"]


def test_two_reports_do_not_see_each_other(tmp_path):
    graphs = []
    for name in ("one", "two"):
        write(tmp_path / name, f"WHO = {name!r}\n", "helper.py")
        graphs.append(load(write(tmp_path / name, "import helper\nseen = []\ndef a():\n    seen.append(1)\n    import helper as again\n"
                                                  "    return helper.WHO, again.WHO, len(seen)\n"), GIVENS))
    assert [g.evaluate(GIVENS, keep)["a"] for g in graphs] == [("one", "one", 1), ("two", "two", 1)]
    (finding,) = wrong(write(tmp_path / "three", "import helper\n"))
    assert "ModuleNotFoundError" in finding.message
    assert "helper" not in sys.modules and "answers" not in sys.modules
    assert str(tmp_path / "one") not in sys.path


def test_a_sibling_never_shadows_a_library_for_others(tmp_path):
    write(tmp_path, "raise RuntimeError('not yours')\n", "statistics.py")
    write(tmp_path, "raise RuntimeError('not yours')\n", "colorsys.py")
    graph = load(write(tmp_path, "import random\ndef a(): return 1\n"), GIVENS)  # random is free to import statistics
    assert graph.evaluate(GIVENS, keep) == {"a": 1}
    import colorsys
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_error_in_a_sibling_is_shown_there(tmp_path):
    write(tmp_path, "def f():\n    return [][0]\n", "helper.py")
    (finding,) = wrong(write(tmp_path, "from helper import f\ndef a(): return f()\n"))
    assert finding.span.file.endswith("helper.py") and finding.span.line == 2
    write(tmp_path, "def f(:\n", "helper.py")
    (finding,) = wrong(tmp_path / "answers.py")
    assert finding.message.startswith("helper.py is not Python") and (finding.span.line, finding.span.column) == (1, 7)


def test_dataclasses_with_annotations_as_text(tmp_path):
    graph = load(write(tmp_path, '''
        from __future__ import annotations
        from dataclasses import dataclass
        @dataclass
        class _Layer:
            size: int
        def a(): return _Layer(3).size
        '''), GIVENS)
    assert graph.evaluate(GIVENS, keep) == {"a": 3}


def test_no_bytecode_is_left_in_the_report(tmp_path):
    write(tmp_path, "X = 1\n", "helper.py")
    load(write(tmp_path, "import helper\n"), GIVENS)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answers.py", "helper.py"]


def test_prints_go_to_standard_error(tmp_path, capsys):
    load(write(tmp_path, "print('one')\ndef a():\n    print('two')\n"), GIVENS).evaluate(GIVENS, keep)
    said = capsys.readouterr()
    assert said.out == "" and said.err == "one\ntwo\n"


def test_tracebacks_show_the_author_s_source(tmp_path):
    graph = load(write(tmp_path, "def a():\n    return 1 / 0  # here\n"), GIVENS)
    try:
        graph.functions["a"]()
    except ZeroDivisionError as error:
        assert "# here" in "".join(traceback.format_exception(error))


def test_files_have_digests_that_follow_the_text(tmp_path):
    first = load(write(tmp_path, "x = 1\n"), ()).files
    again = load(write(tmp_path, "x = 1\n"), ()).files
    other = load(write(tmp_path, "x = 2\n"), ()).files
    assert first == again != other


def test_loading_needs_no_sympy(tmp_path):
    path = write(tmp_path, "def a(): return 1\n")
    code = f"import sys\nfrom pathlib import Path\nfrom reportgen.answers import load\nload(Path({str(path)!r}), ())\n" \
           "assert not {'sympy', 'numpy', 'matplotlib', 'jinja2', 'flint'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- places and streams -----------------------------------------------------------------------------------------

RULES = "from reportgen.derivation import start\nfrom reportgen.rules import *\n\n"


def place_of(path, finding):
    line = path.read_text().splitlines()[finding.span.line - 1]
    return line[finding.span.column - 1:finding.span.column - 1 + finding.span.length]


def test_a_rule_that_does_not_apply_is_shown_where_it_is_called(tmp_path):
    path = write(tmp_path, RULES + """
def a(N):
    return start("y = x + 1").then(
        isolate("x"),
        substitute(z=N), evaluate())


def b(N):
    return start("y = x + 1").then(isolate("x"),
        substitute(y="0.0031"))


def c(N):
    return start("[[1, 2]]*[[3], [4]]").then(evaluate())


def _tail():
    return evaluate_entries()


def d(N):
    return start("x").then(_tail())
""")
    found = wrong(path)
    assert [f.code for f in found] == ["rule-not-applicable"] * 4
    assert [place_of(path, f) for f in found] == ["substitute(z=N)", 'substitute(y="0.0031")', "evaluate()", "evaluate_entries()"]
    assert "the text '0.0031', not an exact value" in found[1].message and "make it a given" in found[1].hint
    assert found[2].hint == "use multiply_matrix_vector()"


def test_a_refuted_step_is_shown_where_its_rule_is_called(tmp_path):
    from reportgen.ledger import Ledger

    path = write(tmp_path, RULES + """
def a(N):
    return start("y = x + 1").then(isolate("x"), rewrite("y + 3",
        "Wrong"))


def b(N):
    return start("(x + 1)^2").then(
        rewrite("x^2 + 1"),
        evaluate())
""")
    graph = load(path, GIVENS)
    ledger = Ledger()
    graph.evaluate(GIVENS, lambda answer, result: ledger.add_answer(answer.name, result, (), answer.span))
    found = ledger.findings()
    assert [f.code for f in found] == ["step-refuted"] * 2 and [f.span.line for f in found] == [6, 12]
    assert place_of(path, found[1]) == 'rewrite("x^2 + 1")'


@pytest.mark.parametrize("body, hint", [("return N * 2", "float(v)"), ("return float(N.value)", "takes the given or answer itself")])
def test_python_arithmetic_is_pointed_to_derivations(tmp_path, body, hint):
    finding, = wrong(write(tmp_path, f"def a(N):\n    {body}\n"))
    assert finding.code == "answers-failed" and hint in finding.hint


def test_nothing_that_answers_write_reaches_standard_output(tmp_path, capfd):
    path = write(tmp_path, "import os\nprint('one')\nos.write(1, b'two')\n\ndef a(N):\n    print('three')\n    os.write(1, b'four')\n    os.system('echo five')\n    return 1\n")
    load(path, GIVENS).evaluate(GIVENS, keep)
    os.write(1, b"after")
    out, err = capfd.readouterr()
    assert out == "after" and all(word in err for word in ("two", "four", "five"))
