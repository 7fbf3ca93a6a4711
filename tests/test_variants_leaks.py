"""What is for teachers never stands in a student's file: tried in each channel of each format."""

from __future__ import annotations

import base64
import re
import zlib

import pytest

from reportgen.deriving import derive, open_report
from reportgen.diagnostics import FindingsError
from reportgen.document import Document
from reportgen.shown import TOKEN
from reportgen.variants import make as making
from reportgen.variants.channels import channels
from reportgen.variants.data import Record
from reportgen.variants.make import Plan, make
from tests.variants_sample import ANSWERS, TEMPLATE, sample

SECRET = "Reaction comes before braking, as every careful driver remembers"
FORMATS = ("pdf", "html", "md", "tex")
RECORD = Record("s1", {"name": "Ann"}, {"v": "24"})     # s = 24*0.8 + 576/16 = 19.2 + 36 = 55.2 m


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = sample(tmp_path_factory.mktemp("leaks") / "braking")
    report = open_report(folder)
    return report, make(report, Plan(making.PARTS, FORMATS), RECORD)


@pytest.fixture(scope="module")
def guarded(made):
    """(what looks for leaks, the question paper) of a variant."""
    from reportgen.variants import leaks
    from reportgen.variants.view import VariantView

    report, _ = made
    given = making.override(report.givens, RECORD)
    derived = derive(report, overrides={"v": given["v"]})
    names = {"variant": VariantView({"id": "s1", "name": "Ann"})}
    asked = leaks.asked_of(derived, None, names)
    assert asked == {"distance": None}
    page = making._page(derived, Plan(making.PARTS, FORMATS), "questions", RECORD, names)
    return leaks.Guard(derived, asked, names), page


def texts(name, data):
    return "\n".join(c.text for c in channels(name, data))


def test_students_get_the_question_and_teachers_the_rest(made):
    files = made[1].files
    students = {n: d for n, d in files.items() if n.startswith("students/")}
    assert sorted(students) == [f"students/s1/questions.{e}" for e in sorted(FORMATS)]
    assert "teachers/s1/ledger.json" in files and not any("ledger" in n for n in students)
    for name, data in files.items():
        if name.endswith("json"):
            continue
        text = texts(name, data)
        told = "careful driver" in " ".join(text.split()), "55.2" in text
        assert told == {"questions": (False, False), "solution": (True, True), "key": (False, True)}[re.split(r"[/.]", name)[2]], name
        assert "Ann" in text and "24" in text


def test_the_teachers_ledger_holds_what_all_documents_show(made, tmp_path):
    import json

    from reportgen.ledger_verify import verify
    (tmp_path / "ledger.json").write_bytes(made[1].files["teachers/s1/ledger.json"])
    assert not verify(tmp_path / "ledger.json").findings
    shown = [(s["entry"], s["view"]) for s in json.loads((tmp_path / "ledger.json").read_text())["shown"]]
    assert ("distance", "steps") in shown and ("distance", "") in shown and shown.count(("v", "")) == 3


def test_a_plain_build_shows_everything(made):
    from reportgen.page import make_page

    page = make_page(derive(made[0]))
    assert [entry for entry, _ in page.document.shown].count("distance") == 2 and ("variant", "name") in page.document.shown


# --- each channel, by hand ------------------------------------------------------------------------------------

def add(data: bytes, before: bytes, what: bytes) -> bytes:
    assert data.count(before) >= 1
    return data.replace(before, what + before, 1)


def pdf_with(data: bytes, objects: bytes) -> bytes:
    """The PDF with more objects in it; what reads strings needs no table of where they are."""
    return add(data, b"\nxref", b"\n" + objects) if b"\nxref" in data else data + b"\n" + objects


UTF16 = b"<" + (b"\xfe\xff" + SECRET.encode("utf-16-be")).hex().encode() + b">"
PACKED = zlib.compress(b"/Contents (" + SECRET.encode() + b")")
LEAKS = [
    ("html", "text", lambda d: add(d, b"</body>", f"<p>{SECRET}</p>".encode())),
    ("html", "hidden text", lambda d: add(d, b"</body>", f"<p hidden>{SECRET}</p>".encode())),
    ("html", "text in pieces", lambda d: add(d, b"</body>", b"<p><em>Reaction</em> comes <b>be</b>fore bra&shy;king, as <i>every</i> careful&nbsp;driver</p>")),
    ("html", "popover", lambda d: add(d, b"</body>", f"<div popover id=x>{SECRET}</div>".encode())),
    ("html", "details", lambda d: add(d, b"</body>", f"<details><summary>?</summary>{SECRET}</details>".encode())),
    ("html", "attribute", lambda d: add(d, b"</body>", f'<p title="{SECRET}"></p>'.encode())),
    ("html", "entities in an attribute", lambda d: add(d, b"</body>", f'<p data-x="{"".join(f"&#{ord(c)};" for c in SECRET)}"></p>'.encode())),
    ("html", "odd attribute", lambda d: add(d, b"</body>", f'<p onclick="{SECRET}"></p>'.encode())),
    ("html", "comment", lambda d: add(d, b"</body>", f"<!-- {SECRET} -->".encode())),
    ("html", "script", lambda d: add(d, b"</body>", f"<script>x = '{SECRET}'</script>".encode())),
    ("html", "style", lambda d: add(d, b"</head>", f"<style>p::after {{content: '{SECRET}'}}</style>".encode())),
    ("html", "meta", lambda d: add(d, b"</head>", f'<meta name="description" content="{SECRET}">'.encode())),
    ("html", "data address", lambda d: add(d, b"</body>", b'<a href="data:text/plain;base64,' + base64.b64encode(SECRET.encode()) + b'">')),
    ("html", "value in an attribute", lambda d: add(d, b"</body>", b'<p title="55.2 m"></p>')),
    ("html", "value in a comment", lambda d: add(d, b"</body>", b"<!-- 55.2 -->")),
    ("html", "value in a script", lambda d: add(d, b"</body>", b"<script>s = 55.2</script>")),
    ("html", "popover of an answer", lambda d: add(d, b"</body>", b'<button popovertarget="why-distance">?</button>')),
    ("md", "text", lambda d: d + f"\n{SECRET}\n".encode()),
    ("md", "comment", lambda d: d + f"\n<!-- {SECRET} -->\n".encode()),
    ("md", "value in a comment", lambda d: d + b"\n<!-- 55.2 -->\n"),
    ("md", "over two lines", lambda d: d + SECRET.replace(" ", "\n").encode()),
    ("tex", "text", lambda d: d + SECRET.encode()),
    ("tex", "comment", lambda d: d + f"\n% {SECRET}\n".encode()),
    ("tex", "value in a comment", lambda d: d + b"\n% 55.2\n"),
    ("tex", "PDF title", lambda d: d + f"\\hypersetup{{pdfkeywords={{{SECRET}}}}}".encode()),
    ("pdf", "metadata", lambda d: pdf_with(d, b"<</Keywords (" + SECRET.encode() + b")>>")),
    ("pdf", "metadata as UTF-16", lambda d: pdf_with(d, b"<</Subject " + UTF16 + b">>")),
    ("pdf", "value in metadata", lambda d: pdf_with(d, b"<</Subject (55.2)>>")),
    ("pdf", "bookmark", lambda d: pdf_with(d, b"99 0 obj <</Title (" + SECRET.encode() + b")>> endobj")),
    ("pdf", "description", lambda d: pdf_with(d, b"99 0 obj <</Alt (" + SECRET.encode() + b")>> endobj")),
    ("pdf", "note", lambda d: pdf_with(d, b"99 0 obj <</Contents (" + SECRET.replace("c", "\\143").encode() + b")>> endobj")),
    ("pdf", "packed objects", lambda d: pdf_with(d, b"99 0 obj <</Type/ObjStm/Length 9/Filter/FlateDecode>>\nstream\n" + PACKED + b"\nendstream endobj")),
    ("pdf", "attachment", lambda d: pdf_with(d, b"99 0 obj <</Type/EmbeddedFile/Length 9>>\nstream\n" + SECRET.encode() + b"\nendstream endobj")),
    ("pdf", "value in an attachment", lambda d: pdf_with(d, b"99 0 obj <</Type/EmbeddedFile>>\nstream\ns = 55.2\nendstream endobj")),
    ("pdf", "XMP", lambda d: pdf_with(d, b"99 0 obj <</Type/Metadata/Subtype/XML>>\nstream\n<dc:description>" + SECRET.encode() + b"</dc:description>\nendstream endobj")),
    ("pdf", "value in XMP", lambda d: pdf_with(d, b"99 0 obj <</Type/Metadata/Subtype/XML>>\nstream\n<dc:subject>55.2</dc:subject>\nendstream endobj")),
]


@pytest.mark.parametrize("target, channel, alter", LEAKS, ids=[f"{t}: {c}" for t, c, _ in LEAKS])
def test_a_leak_in_any_channel_is_found(made, guarded, target, channel, alter):
    guard, page = guarded
    name = f"report.{target}"
    clean = made[1].files[f"students/s1/questions.{target}"]
    guard.files(page, target, "typst", {name: clean})
    with pytest.raises(FindingsError) as caught:
        guard.files(page, target, "typst", {name: alter(clean)})
    assert {f.code for f in caught.value.findings} == {"variant-leak"}


def test_a_solution_in_place_of_the_questions_is_found(made, guarded):
    guard, page = guarded
    for target in FORMATS:
        with pytest.raises(FindingsError):
            guard.files(page, target, "typst", {f"report.{target}": made[1].files[f"teachers/s1/solution.{target}"]})


def test_a_pdf_page_with_the_secret_is_found(guarded, tmp_path):
    import typst

    guard, page = guarded
    (tmp_path / "a.typ").write_text(f'#set text(hyphenate: true)\n#box(width: 4cm)[#set par(justify: true)\n{SECRET}]')
    with pytest.raises(FindingsError, match="the pages"):
        guard.files(page, "pdf", "typst", {"report.pdf": typst.compile(str(tmp_path / "a.typ"))})


# --- what an author can do wrong ------------------------------------------------------------------------------

def refused(tmp_path, target="md", **parts):
    variants = parts.pop("variants", "[asked]\ndistance = 1\n")
    report = open_report(sample(tmp_path / "braking", variants=variants, **parts))
    from reportgen.variants.command import _answers
    from reportgen.variants.spec import read_spec

    asked = read_spec(report.folder, report.givens, _answers(report)).asked
    with pytest.raises(FindingsError) as caught:
        make(report, Plan(("questions",), (target,), asked=asked), RECORD)
    return caught.value.findings


def test_an_asked_answer_in_the_question_is_refused_at_its_line(tmp_path):
    (finding,) = refused(tmp_path, template=TEMPLATE + "\nAll in all {{ distance.decimal(1) }}.\n")
    assert finding.code == "variant-leak" and "{{ distance.decimal(1) }}" in finding.message and finding.span.line == 15


def test_what_is_asked_may_be_named_and_its_formula_shown(tmp_path):
    report = open_report(sample(tmp_path / "braking", template=TEMPLATE + "\nUse {{ distance.formula }} for {{ distance.name }} in {{ distance.unit }}.\n"))
    assert make(report, Plan(("questions",), ("md",), asked={"distance": 1}), RECORD).files


FIGURE = '''

def _drawn(text):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, text)
    return figure
'''


def test_a_figure_drawn_from_an_answer_is_refused(tmp_path):
    (finding,) = refused(tmp_path, template=TEMPLATE + "\n![A car](figure:car)\n", answers=ANSWERS + FIGURE + "\ndef _half(x):\n    return x\n\n"
                         "def between(distance):\n    return distance.value\n\ndef car(between):\n    return _drawn('far')\n")
    assert finding.code == "variant-leak" and "figure car" in finding.message and "distance" in finding.message


def test_a_figure_that_says_what_a_teacher_says_is_refused(tmp_path):
    found = refused(tmp_path, template=TEMPLATE + "\n![A car](figure:car)\n", answers=ANSWERS + FIGURE + f"\ndef car(v):\n    return _drawn('{SECRET}')\n")
    assert any("figure car" in f.message for f in found)


def test_a_figure_in_a_part_for_teachers_is_not_among_the_students_files(tmp_path):
    template = TEMPLATE.replace("{{ distance.steps }}", "{{ distance.steps }}\n\n![A car](figure:car)")
    report = open_report(sample(tmp_path / "braking", template=template, answers=ANSWERS + FIGURE + "\ndef car(distance):\n    return _drawn('far')\n"))
    files = make(report, Plan(making.PARTS, ("md", "tex")), RECORD).files
    assert not any("figures" in n for n in files if n.startswith("students/")) and any("figures" in n for n in files if n.startswith("teachers/"))


def test_the_teachers_text_again_in_the_open_is_no_leak(tmp_path):
    report = open_report(sample(tmp_path / "braking", template=TEMPLATE + f"\n{SECRET}.\n"))
    assert make(report, Plan(("questions",), ("md",)), RECORD).files


@pytest.mark.parametrize("text, says", [("{% only teacher %}x{% endonly %}", "no document 'teacher'"), ("{% only %}x{% endonly %}", "only needs"),
                                        ("{% only key %}x", "endonly"), ("{% only key key %}x{% endonly %}", "expected")])
def test_wrong_blocks_are_told(tmp_path, text, says):
    found = refused(tmp_path, template=TEMPLATE + "\n" + text + "\n")
    assert found[0].code == "template-syntax" and says in found[0].message, found


# --- names are data -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "*bold* _x_ [a](b) `c` $x^2$ {{ v }} {% only key %}", "\\input{secret} #eval(1) @v ~ ^", "O'Neil & Sons, 3rd",
                                  "-->", "]]>", "李小龍 Ærø", "{=html}", "---", "# head", "|a|b|", "%"])
def test_a_name_is_text_in_every_format(tmp_path, name):
    report = open_report(sample(tmp_path / "braking"))
    files = make(report, Plan(("questions",), ("html", "md", "tex")), Record("s1", {"name": name}, {})).files
    page = files["students/s1/questions.html"].decode()
    body = page[page.index("<h2"):]
    assert "<script>" not in page and "<em>x</em>" not in page
    import html
    seen = re.sub(r"<[^>]*>", "", body)
    assert "belongs to " + name in " ".join(html.unescape(seen).split()), seen[:300]
    import subprocess

    from reportgen import pandoc
    # Markdown read again, as what is written here is read elsewhere, gives the same text
    read = subprocess.run([pandoc.executable(), "-f", "gfm", "-t", "plain", "--wrap=none"], input=files["students/s1/questions.md"], capture_output=True, check=True)
    assert "belongs to " + name in " ".join(read.stdout.decode().split())
    tex = files["students/s1/questions.tex"].decode().partition("\\begin{document}")[2]
    assert "\\input" not in tex and "\\(x^2" not in tex and "$x" not in tex.replace("\\$x", "") and ("%" not in name or "\\%" in tex)


def test_names_stand_in_the_pdf(tmp_path):
    report = open_report(sample(tmp_path / "braking"))
    made = make(report, Plan(("questions",), ("pdf",)), Record("s1", {"name": 'Zoë #eval("1") $x$ *b* \\ <a>'}, {}))
    assert 'Zoë #eval("1") $x$ *b* \\ <a>' in " ".join(texts("a.pdf", made.files["students/s1/questions.pdf"]).split())


def test_a_column_that_is_not_there_is_told(tmp_path):
    report = open_report(sample(tmp_path / "braking", template=TEMPLATE.replace("variant.name", "variant.group")))
    with pytest.raises(FindingsError) as caught:
        make(report, Plan(("questions",), ("md",)), RECORD)
    assert caught.value.findings[0].code == "template-undefined" and "no column group" in caught.value.findings[0].message


def test_documents_are_what_the_guard_reads(guarded):
    guard, page = guarded
    assert isinstance(page.document, Document) and not TOKEN.search(str(page.document.blocks)) and "distance" not in page.document.entries


@pytest.mark.parametrize("line, warned", [
    ("{{ distance }}", True), ("{% set h = distance %}{{ h.decimal(1) }}", True), ("{{ v }}", False), ("{% if distance.value %}far{% endif %}", False)])
def test_answers_that_the_question_paper_shows_are_told_where_nothing_is_asked(tmp_path, line, warned):
    """What a template only asks about stands nowhere, so the answer stays asked."""
    folder = sample(tmp_path / "braking")
    with (folder / "report.md").open("a", encoding="utf-8") as handle:
        handle.write(f"\n\nThe car: {line}\n")
    report = open_report(folder)
    told = [w for w in make(report, Plan(making.PARTS, ("md",)), RECORD).warnings if w.code == "variant-leak"]
    assert [w.severity for w in told] == ["warning"]*warned
    assert all("distance" in w.message and "[asked]" in w.message for w in told)
