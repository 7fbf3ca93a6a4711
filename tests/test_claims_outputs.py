"""What is written about a document: SARIF by its schema, JUnit, the terminal; PDFs; the page of the grammar; the codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zlib
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from reportgen.claims import sheet
from reportgen.claims.chains import judge_text
from reportgen.claims.documents import Document
from reportgen.claims.formats import Judged
from reportgen.claims.grammar import EXAMPLES, grammar
from reportgen.claims.marking import judge_document
from reportgen.claims.pdftext import read_pdf
from reportgen.diagnostics import CODES, Finding, Span, describe


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "reportgen", *arguments], capture_output=True, text=True, timeout=30, check=False)


# --- SARIF: the part of the 2.1.0 schema that a result file of ours can touch.  (type, or object: (required, properties)); nothing else is allowed.

MESSAGE = (("text",), {"text": str, "markdown": str, "id": str, "arguments": [str]})
TEXT = (("text",), {"text": str, "markdown": str})
REGION = ((), {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1, "charOffset": 0, "charLength": 0, "snippet": ((), {"text": str})})
LOCATION = ((), {"id": 0, "message": MESSAGE, "physicalLocation": ((), {"artifactLocation": ((), {"uri": "uri", "index": 0}), "region": REGION})})
RULE = (("id",), {"id": str, "name": str, "shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT, "helpUri": "uri"})
RESULT = (("message",), {"ruleId": str, "ruleIndex": 0, "level": {"none", "note", "warning", "error"}, "kind": str, "message": MESSAGE, "locations": [LOCATION], "relatedLocations": [LOCATION]})
DRIVER = (("name",), {"name": str, "version": str, "informationUri": "uri", "rules": [RULE]})
RUN = (("tool",), {"tool": (("driver",), {"driver": DRIVER}), "columnKind": {"utf16CodeUnits", "unicodeCodePoints"}, "results": [RESULT], "properties": dict})
LOG = (("version", "runs"), {"$schema": "uri", "version": {"2.1.0"}, "runs": [RUN]})


def assert_valid(value: object, schema: object, where: str = "log") -> None:
    if isinstance(schema, tuple):
        required, properties = schema
        assert isinstance(value, dict), where
        assert set(required) <= set(value) <= set(properties), f"{where}: {sorted(value)}"
        for key, item in value.items():
            assert_valid(item, properties[key], f"{where}.{key}")
    elif isinstance(schema, list):
        assert isinstance(value, list), where
        for k, item in enumerate(value):
            assert_valid(item, schema[0], f"{where}[{k}]")
    elif isinstance(schema, set):
        assert value in schema, where
    elif schema == "uri":
        assert isinstance(value, str) and " " not in value and urlsplit(value).geturl() == value, where
    elif isinstance(schema, int):
        assert isinstance(value, int) and value >= schema, where
    else:
        assert isinstance(value, schema), where


DOCUMENT = "# T\n\nWe have $2+2=5$, $1/3 = 0.34$ and 2*3 = 6.\n\n2x + 3 = 9\n\n2x = 12\n\nx = 6\n\nü\t3\ny\t4\nTotal\t8\n"


def test_sarif_is_what_the_schema_asks_for(tmp_path):
    path = tmp_path / "a file with ü <b>.md"
    path.write_text(DOCUMENT)
    log = json.loads(run("check", str(path), "--format", "sarif").stdout)
    assert_valid(log, LOG)
    results = log["runs"][0]["results"]
    places = [(r["ruleId"], r["level"], *(r["locations"][0]["physicalLocation"]["region"][k] for k in ("startLine", "startColumn", "endColumn"))) for r in results]
    assert places == [("claim-refuted", "error", 3, 10, 15), ("claim-near", "warning", 3, 19, 29), ("claim-step", "error", 7, 1, 8), ("claim-follow-up", "warning", 9, 1, 6), ("claim-total", "error", 13, 7, 8)]
    assert results[3]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 7
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)


def test_sarif_without_results_and_the_exit_code(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("nothing")
    done = run("check", str(path), "--format", "sarif")
    assert_valid(json.loads(done.stdout), LOG)
    assert done.returncode == 0
    path.write_text(DOCUMENT)
    assert {run("check", str(path), "--format", f).returncode for f in ("text", "json", "sarif", "junit", "github", "html")} == {1}


def test_sarif_columns_are_utf16_code_units(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("\U0001d465\U0001d466 ü\t so 2+2 = 5\r\n")
    (result,) = json.loads(run("check", str(path), "--format", "sarif").stdout)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    line = path.read_bytes().decode().split("\r\n")[0].encode("utf-16-le")
    begin, end = (2 * (location["region"][k] - 1) for k in ("startColumn", "endColumn"))
    assert line[begin:end].decode("utf-16-le") == "2+2 = 5"
    assert location["artifactLocation"]["uri"] == path.as_uri()


def test_junit_is_well_formed_and_adds_up(tmp_path):
    path = tmp_path / "a & b.md"
    path.write_text(DOCUMENT + "\x0b so 2+2 = 5 <x> \x01\n")
    root = ElementTree.fromstring(run("check", str(path), "--format", "junit").stdout)
    assert root.tag == "testsuites" and [s.tag for s in root] == ["testsuite"]
    cases = list(root.iter("testcase"))
    for element in (root, root[0]):
        assert (int(element.get("tests")), int(element.get("failures")), int(element.get("skipped"))) == (
            len(cases), len(list(root.iter("failure"))), len(list(root.iter("skipped"))))
    assert all(case.get("classname") == str(path) and case.get("name") for case in cases) and len(list(root.iter("failure"))) == 4
    assert {f.get("type") for f in root.iter("failure")} == {"claim-refuted", "claim-step", "claim-total"}


def test_github_annotations_are_escaped(tmp_path):
    path = tmp_path / "a,b:c%.md"
    path.write_text("50% so 100%*2 = 3 and $2+2=5$\n")
    lines = run("check", str(path), "--format", "github").stdout.strip().split("\n")
    assert all(line.startswith("::error file=") and line.count("::") == 2 for line in lines) and lines
    assert "a%2Cb%3Ac%25.md,line=1,col=" in lines[0] and "title=a claim is wrong" in lines[0]


def test_the_document_with_its_marks_as_a_page_and_as_a_pdf(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("<script>alert(1)</script>\n\n" + DOCUMENT + "#set page(fill: red) *x* $2+2=5$ \\ é漢\n")
    page, paper = tmp_path / "m.html", tmp_path / "m.pdf"
    assert run("check", str(path), "--format", "html", "-o", str(page)).returncode == 1
    text = page.read_text()
    assert "<script>alert" not in text and '<mark class="wrong">2+2=5</mark>' in text and '<mark class="given">x = 6</mark>' in text
    assert re.findall(r'<td class="n">(\d+)</td>', text) == [str(k) for k in range(1, len(path.read_text().split("\n")))]
    assert run("check", str(path), "--format", "pdf", "-o", str(paper)).returncode == 1
    said = "".join(read_pdf(paper.read_bytes()).pages)
    assert "4 is not 5" in said and "#set page(fill: red)" in said.replace("\u200b", "") and "does not follow from line 7" in " ".join(said.split())


def test_a_long_document_is_shown_where_there_is_something_to_see():
    lines = [(0, k, f"line {k}") for k in range(1, sheet.MAX_LINES + 100)]
    found = [Judged("a.md", 50, 1, 4, "line", "line 50", "refuted", "claim-refuted", "r"), Judged("a.md", 2000, 1, 4, "line", "line 2000", "no-claim", "no-claim", "")]
    assert [r.number for r in sheet.rows(lines, found)] == [0, 48, 49, 50, 51, 52, 0]


# --- the terminal


def test_the_terminal(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(DOCUMENT)
    done = run("check", str(path))
    assert "2 proved, 3 refuted, 1 undecided, 1 no-claim; 0 could not be read; 1 of the proved rest on a mistake" in done.stdout
    assert "error[claim-total]: the total 8 is wrong: the column adds up to 7, not 8" in done.stderr and " 13 | Total\t8\n    |      \t^\n" in done.stderr
    assert "error[claim-step]: 2x = 12 does not follow from line 5: with x = 3" in done.stderr and "the left side is 6, the right side is 12" in done.stderr
    assert "warning[claim-follow-up]: x = 6: right, given line 7" in done.stderr


def test_no_escape_sequences_of_strangers_and_long_lines_in_part():
    shown = describe(Finding("claim-refuted", "a\x1b[31m", Span("f.md", 1, 201, 5), source="x" * 200 + "1+1=3\x1b\u202e" + "y" * 500))
    assert "\x1b" not in shown and "\u202e" not in shown and max(map(len, shown.split("\n"))) < 240
    line, marks = shown.split("\n")[3:5]
    assert line[marks.index("^") : marks.rindex("^") + 1] == "1+1=3"


@pytest.mark.parametrize("code", [c for c in CODES if c.startswith("claim-")])
def test_explain_knows_the_codes(code):
    done = run("explain", code)
    assert done.returncode == 0 and CODES[code][1] in done.stdout


# --- the grammar


@pytest.mark.parametrize(("name", "how", "claim", "verdict"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_the_grammar_tells_the_truth(name, how, claim, verdict):
    assert judge_text(claim).verdict == verdict and claim in grammar()


def test_the_grammar_is_one_page():
    text = run("explain", "grammar").stdout
    assert text.strip() == grammar().strip() and text.count("\n") < 80


WRONG = "2+2=5"
FOUND = [
    *(("a.md", t) for t in ("$2+2=5$", "$$2+2=5$$", "\\(2+2=5\\)", "\\[2+2=5\\]", "```math\n2+2=5\n```", "so 2+2=5 it is", "and\n\ny = 2+2=5", "a\tb\nx\t2+2=5",
                            "| a | b |\n|--|--|\n| x | 2+2=5 |", "x := 3\n\n$2x = 7$", "Let $x = 3$. Then $2x = 7$.", "where $x = 3$, so $2x = 7$",
                            "$$(x+1)^2 = x^2+2x+1$$\n$$= x^2 + 2x + 2$$")),
    *(("a.tex", f"\\begin{{{e}}}2+2=5\\end{{{e}}}") for e in ("equation", "align", "align*", "gather", "multline", "eqnarray", "displaymath")),
    ("a.tex", "\\begin{alignat}{2}2+2=5\\end{alignat}"), ("a.tex", "\\begin{tabular}{lr}a & b\\\\ x & $2+2=5$\\end{tabular}"),
    ("a.tex", "\\newcommand{\\two}{2}$\\two+\\two=5$"), ("a.tex", "\\def\\two{2}$\\two+\\two=5$")]
PASSED_OVER = [
    *(("a.md", t) for t in ("`2+2=5`", "```\n2+2=5\n```", "<!-- 2+2=5 -->", "[a](x?2+2=5)", "<script>2+2=5</script>", "$E = mc^2$", "Let $x = 3$.\n\n# New\n\n$2x = 7$")),
    ("a.tex", "2+2=5 \\begin{document} x"), ("a.tex", "\\begin{document} % 2+2=5\n x"), ("a.tex", "\\begin{verbatim}2+2=5\\end{verbatim}")]


@pytest.mark.parametrize(("name", "text"), FOUND)
def test_where_claims_are_looked_for(name, text):
    (wrong,) = [j for j in judge_document(Document(name, text.encode())) if j.verdict == "refuted"]
    assert wrong.text.endswith(WRONG) or wrong.text in ("2x = 7", "= x^2 + 2x + 2")


@pytest.mark.parametrize(("name", "text"), PASSED_OVER)
def test_what_is_passed_over(name, text):
    assert not [j for j in judge_document(Document(name, text.encode())) if j.verdict != "no-claim"]


# --- PDF


def pdf(*pages: bytes, count: int | None = None) -> bytes:
    """A PDF with these content streams, written by hand."""
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * k) for k in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count or len(pages)), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for k, stream in enumerate(pages):
        packed = zlib.compress(stream, 9)
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>" % (first + 2 * k + 1))
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed))
    out, places = b"%PDF-1.4\n", []
    for k, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (k, body)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, b"".join(b"%010d 00000 n \n" % p for p in places)) + \
        b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def text(*lines: tuple[int, int, int, str]) -> bytes:
    return b"".join(b"BT /F1 %d Tf %d %d Td (%s) Tj ET\n" % (size, x, y, t.replace("(", "\\(").replace(")", "\\)").encode()) for size, x, y, t in lines)


def marked(data: bytes):
    return [(j.page, j.line, j.column, j.verdict, j.code) for j in judge_document(Document("a.pdf", data))]


def test_page_and_line_of_a_claim():
    data = pdf(text((12, 20, 300, "so 2+2 = 5"), (12, 20, 270, "and 2*3 = 6")), text((12, 20, 300, "2x + 3 = 9"), (12, 20, 270, "2x = 12"), (12, 20, 240, "x = 6")))
    assert marked(data) == [(1, 1, 4, "refuted", "claim-refuted"), (1, 2, 5, "proved", ""), (2, 1, 1, "no-claim", "no-claim"), (2, 2, 1, "refuted", "claim-step"), (2, 3, 1, "proved", "claim-follow-up")]
    document = Document("a.pdf", data)
    assert [document.source(f.place) for f in document.claims()][1:3] == ["and 2*3 = 6", "2x + 3 = 9"]


def test_raised_letters_are_powers_and_stacked_ones_are_not_read():
    assert marked(pdf(text((12, 20, 300, "3*10"), (8, 46, 305, "2"), (12, 52, 300, " = 300")))) == [(1, 1, 1, "proved", "")]
    stacked = marked(pdf(text((12, 20, 308, "1"), (12, 20, 294, "2"), (12, 30, 301, "+ 2 = 5"))))
    assert stacked and all(v == "undecided" and c == "claim-unreadable" for *_, v, c in stacked)


@pytest.mark.parametrize(("data", "says"), [
    (b"%PDF-1.4 junk", "no PDF"), (b"%PDF-" + b"\0" * 100_000, "no PDF"), (pdf(b"BT /F1 12 Tf 10 10 Td (1+1=3) Tj ET\n" * 15_000_000), "page 0"),
    (pdf(b"").replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]"), "")], ids=["junk", "zeros", "bomb", "circle"])
def test_hostile_pdfs_end(data, says):
    begin = time.perf_counter()
    found = read_pdf(data)
    assert says in found.missing and not "".join(found.pages).strip()
    assert time.perf_counter() - begin < 8


def test_a_pdf_on_the_command_line(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(b"", text((12, 20, 300, "so 2+2 = 5"))))
    done = run("check", str(path))
    assert done.returncode == 1 and "a.pdf, page 2:1:4" in done.stderr and "^^^^^^^" in done.stderr
    path.write_bytes(b"%PDF-1.4 junk")
    done = run("check", str(path))
    assert done.returncode == 2 and "warning[file-unreadable]" in done.stderr
