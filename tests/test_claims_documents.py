"""Documents of others: places of claims, what is passed over, formats, hostile files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from xml.etree import ElementTree

import pytest

from reportgen.claims.documents import Document, expanded


def found(text: str, name: str = "a.md") -> list[tuple[str, int, int]]:
    return [(f.text, f.place.line, f.place.column) for f in Document(name, text.encode()).claims()]


@pytest.mark.parametrize(("text", "expected"), [
    ("so 3*21 = 63 years", [("3*21 = 63 years", 1, 4)]),
    ("a\r\nwe get $2+2=4$ here", [("2+2=4", 2, 9)]),
    ("\\[ 1+1 \\\\ &= 2 \\]", [("1+1 = 2", 1, 12)]),
    ("$$\n\\begin{aligned} a &= 1 \\\\ b &= 2 \\end{aligned}\n$$", [("a &= 1", 2, 17), ("b &= 2", 2, 27)]),
    ("Conv2d-4\t[-1, 16]\t(5x5x6+1) x16 = 2416", [("(5x5x6+1) x16 = 2416", 1, 19)]),
    ("| a | 2+3 = 6 | b |", [("2+3 = 6", 1, 7)]),
    ("`2+2=5` and ```3+3=7```", []), ("```\n2+2=5\n```", []), ("```math\n2+2=5\n```", [("2+2=5", 2, 1)]), ("<!-- 2+2=5 -->", []), ("<script>1+1=3</script>", []),
    ("costs $5 and $6 more", []), ("https://a.b/?x=1+1=3", []), ("as n - 5 = 3", []), ("and 3 + 4x = 7", []), ("if a^2 + 2 = 3", []),
    ("## F = 5", [("F = 5", 1, 4)]), ("Size for a1 =  $\\frac{N}{2}$  + 1", [("\\text{Size} =   \\frac{N}{2}   + 1", 1, 1)]), ("\n= 1.5\n", [("= 1.5", 2, 1)])])
def test_places(text, expected):
    assert found(text) == expected


def test_latex_comments_preamble_and_macros():
    text = "\\newcommand{\\half}{\\frac{1}{2}}\n\\def\\twice#1{2 \\cdot #1}\n% $1=2$\n\\begin{document}\n$\\half + \\half = \\twice{1}$ % 1+1=3\n\\end{document}"
    pieces = list(Document("a.tex", text.encode()).claims())
    assert len(pieces) == 1 and pieces[0].place.line == 5
    assert "\\frac{1}{2}" in pieces[0].text and "2 \\cdot 1" in pieces[0].text


def test_a_macro_bomb_stays_small():
    macros = {chr(97 + k): (0, f"\\{chr(98 + k)}\\{chr(98 + k)}" * 10) for k in range(20)}
    assert len(expanded("\\a" * 50, macros)) <= 20_000


def run(tmp_path, content: bytes, *options: str, name: str = "d.md") -> subprocess.CompletedProcess:
    path = tmp_path / name
    path.write_bytes(content)
    return subprocess.run([sys.executable, "-m", "reportgen", "check", str(path), *options], capture_output=True, text=True, timeout=15, check=False)


DOCUMENT = b"# T\n\nWe have $2+2=5$ and 3*4 = 12, and $1/3 = 0.34$.\n"


def test_the_terminal_shows_the_line_and_both_values(tmp_path):
    done = run(tmp_path, DOCUMENT)
    assert done.returncode == 1
    assert "error[claim-refuted]" in done.stderr and "d.md:3:10" in done.stderr and "^^^^^" in done.stderr and "the left side is 4, the right side is 5" in done.stderr
    assert "warning[claim-near]" in done.stderr
    assert "1 proved, 1 refuted, 1 undecided, 0 no-claim; 0 could not be read" in done.stdout


@pytest.mark.parametrize(("option", "code"), [("refuted", 1), ("undecided", 1), ("never", 0)])
def test_fail_on(tmp_path, option, code):
    assert run(tmp_path, DOCUMENT, "--fail-on", option).returncode == code
    assert run(tmp_path, b"1+1 = 2", "--fail-on", option).returncode == 0
    assert run(tmp_path, b"$1/3 = 0.34$", "--fail-on", option).returncode == (1 if option == "undecided" else 0)


def test_formats(tmp_path):
    claims = json.loads(run(tmp_path, DOCUMENT, "--format", "json").stdout)
    assert [c["verdict"] for c in claims["claims"]] == ["refuted", "proved", "undecided"] and claims["summary"]["refuted"] == 1
    sarif = json.loads(run(tmp_path, DOCUMENT, "--format", "sarif").stdout)
    result = sarif["runs"][0]["results"][0]
    assert sarif["version"] == "2.1.0" and result["ruleId"] == "claim-refuted" and result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    suite = ElementTree.fromstring(run(tmp_path, DOCUMENT, "--format", "junit").stdout)
    assert suite.get("tests") == "3" and suite.get("failures") == "1"
    assert ",line=3,col=10," in run(tmp_path, DOCUMENT, "--format", "github").stdout
    page = run(tmp_path, b"<b>x</b> so 2+2 = 5", "--format", "html").stdout
    assert "<b>" not in page and '<mark class="wrong">2+2 = 5</mark>' in page


def test_a_missing_file_and_usage(tmp_path):
    done = subprocess.run([sys.executable, "-m", "reportgen", "check", str(tmp_path / "no.md")], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "is not there" in done.stderr
    assert subprocess.run([sys.executable, "-m", "reportgen", "check"], capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize("content", [
    b"$9^{9^{9^9}} = 1$", b"$(10^8)! = 1$", b"{" * 1_000_000, b"$" + b"{" * 1_000_000 + b"=1$", b"1" + b"+1" * 100_000 + b"=1", b"$0." + b"3" * 1_000_000 + b"=1$", b"$\\input{/etc/passwd} = 1$",
    b"\\def\\a{\\b\\b}\\def\\b{\\a\\a}$\\a = 1$", b'`x` __import__("os").system("true") = 1 + 1', bytes(range(256)) * 4000, b"\xff\xfe" * 10_000, b"<script>" * 100_000, b"$" * 500_000, b"=" * 500_000, b"\\[" * 200_000,
    b"\\begin{align}" * 50_000, b"```" * 100_001, b"(" * 300_000 + b"=", b"1=" * 100_000, b"1 " * 300_000 + b"=1", b"`" * 300_000, b"<!--" * 100_000, b"](" * 200_000, b"\\(" * 200_000, b"$a\n" * 100_000, b"| 1 = 2 " * 20_000],
    ids=lambda c: c[:12].decode("latin-1").encode("unicode_escape").decode())
def test_hostile_documents_end_and_the_rest_is_checked(tmp_path, content):
    begin = time.perf_counter()
    done = run(tmp_path, b"1+1 = 3\n\n" + content, "--fail-on", "never")
    assert done.returncode == 0, done.stderr[-500:]
    assert ":1:1\n" in done.stderr and "root:" not in done.stdout + done.stderr
    assert time.perf_counter() - begin < 8
