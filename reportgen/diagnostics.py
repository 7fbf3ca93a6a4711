"""Diagnostics: what is wrong, where, and what to type next.

A finding is a value; nothing here prints.  Every message that a user can meet gets a stable code and a
long explanation in ``CODES``; the sentence itself carries both sides where two things disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_UNABLE = 2


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: 1-based line and column, ``length`` characters long (0: unknown)."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 0

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return place


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnostic: ``code`` (a key of CODES), what is wrong, where, and what to type next."""

    code: str
    message: str
    span: Span | None = None
    hint: str = ""
    severity: str = "error"  # "error" or "warning"
    source: str | None = None  # the line that ``span`` is in, where the file cannot show it

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"no such finding code: {self.code}")


class FindingsError(Exception):
    """Raised where work cannot go on: carries all the findings that were collected, and the exit code they deserve."""

    def __init__(self, *findings: Finding, exit_code: int = EXIT_FINDINGS) -> None:
        super().__init__("; ".join(f.message for f in findings))
        self.findings = findings
        self.exit_code = exit_code


# code -> (what it is called, what it means and what to do).  The one place for wording by code.
CODES: dict[str, tuple[str, str]] = {
    # --- authoring: files
    "file-missing": ("a file is missing", "A file that the report needs is not there. Check the name and the folder."),
    "file-unreadable": ("a file cannot be read", "The file exists but its text could not be read as UTF-8, or access was denied."),
    "config-invalid": ("report.toml has a wrong entry", "An entry of report.toml is of the wrong kind or has an unknown name."),
    "given-invalid": ("a given is wrong", "A given is an exact quantity: an integer, or a text such as \"0.2\", \"1/3\" or \"sqrt(2)\", "
                      "a list of those for a vector, a list of lists for a matrix. A TOML float is refused, because 0.2 typed as a float is not 1/5."),
    "given-source": ("a given has no source", "Every given says where it comes from: source = \"assignment, question 1\"."),
    # --- authoring: answers.py
    "answers-failed": ("answers.py could not be run", "Running answers.py raised an error; the place and the message are shown."),
    "answer-cycle": ("answers need each other in a circle", "An answer's parameters name what it needs; these need each other."),
    "answer-unknown": ("an answer needs an unknown name", "A parameter of an answer function names neither a given nor an answer."),
    "answer-duplicate": ("a name is defined twice", "A given and an answer, or two answers, have the same name."),
    "answer-kind": ("an answer is of the wrong kind",
                    "An answer function returns a Derivation, an exact value, a table, or a matplotlib figure; never a float or a plain string."),
    "rule-not-applicable": ("a rule cannot be applied here", "The rule's precondition does not hold for this expression."),
    "formula-unreadable": ("a formula cannot be read", "The text is not a formula that the parser accepts."),
    # --- judging
    "step-refuted": ("a step is wrong", "The judge found a point at which the step does not hold. Both sides and the point are shown."),
    "step-undecided": ("a step could not be decided", "The judge could neither prove nor refute the step. With --strict this fails the build."),
    "ledger-invalid": ("the ledger cannot be read", "ledger.json is missing, cut short or altered. Build the report again."),
    "ledger-mismatch": ("the ledger disagrees with itself",
                        "Judging the ledger's own text again, and building its entries again from their records, gave something else than what is "
                        "written there; or, with --inputs, the report's folder gives another ledger. Build the report again."),
    "output-differs": ("a finished file is not the one of this ledger",
                       "The files beside ledger.json must show what it says was shown, and with --inputs be what the report's folder gives, byte for "
                       "byte. One of them is of another build, or was altered: build the report again, or delete the old file."),
    "kernel-unproved": ("an obligation is not checked by the kernel",
                        "No proof was found that Coq's kernel accepts, or the statement is of a kind that is not written for "
                        "Coq. The obligation keeps the strength that the judge gave it."),
    "kernel-failed": ("the kernel's check failed as a whole",
                      "Coq did not accept the theory, or the time was over. Every obligation keeps the strength that the judge gave it."),
    # --- template
    "template-syntax": ("the template cannot be read", "Jinja could not parse the template."),
    "template-undefined": ("a name is not defined",
                           "The template uses a name that is neither a given nor an answer, or a view that the value does not have."),
    "template-plain-text": ("a plain value in the template",
                            "Only values of the ledger can be shown. Text and numbers computed in the template or elsewhere are refused."),
    "template-forbidden": ("the template does something forbidden",
                           "Templates run in a sandbox; they hold prose, loops, ifs and includes, and compute nothing."),
    "typed-number": ("a number was typed",
                     "A numeral stands in the text that comes from no value. Make it a given or an answer, or declare it under [declared] in "
                     "report.toml."),
    "raw-markup": ("raw markup in the text",
                   "Raw HTML, TeX or Typst, scripts and styles in the text are refused: the text goes to every format, and no format may be told "
                   "what another is not."),
    "formula-false": ("a formula on the page does not hold",
                      "The formula between dollars is a relation between numbers, and the judge refutes it, although each of its "
                      "values is right by itself. Compute the right side as an answer, or correct the formula."),
    "typed-sign": ("a sign was typed before a value",
                   "A minus typed before {{ value }} shows a number that was never computed. Make the negative value an answer."),
    "figure-number": ("a figure shows a number that comes from no value",
                      "A numeral in a title or label of a figure is not one of the values that the figure function was given."),
    "reference-unknown": ("a cross-reference leads nowhere", "No equation, figure, table or section has this label."),
    "label-duplicate": ("a label is used twice", "Labels of equations, figures, tables and sections are unique in a report."),
    "figure-missing": ("a figure is missing", "The template shows an image that is neither a figure function nor a file of the report."),
    "figure-failed": ("a figure could not be drawn", "The figure function raised an error; the message is shown."),
    "rounding-undecided": ("a rounding could not be certified",
                           "No precision up to the limit puts the value into one rounding cell. Show it exactly, or with other places."),
    # --- outputs
    "engine-missing": ("an engine is not installed", "The program that makes this format is not installed; `reportgen doctor` says what to type."),
    "engine-failed": ("an engine failed", "Pandoc, Typst or TeX reported an error or a warning; a document with a warning is not delivered."),
    "numeral-altered": ("a numeral of a finished file is another than was meant",
                        "The finished file was read again: at this place it shows another numeral, sign or exponent than the document has."),
    "numeral-missing": ("a numeral is missing in a finished file", "The finished file was read again: a numeral of the document is not in it."),
    "numeral-untraced": ("a numeral of a finished file comes from nowhere",
                         "The finished file was read again: this numeral comes from no value, no declared number, no name and no numbering."),
    "output-failed": ("an output could not be written", "Writing failed; the last good file is still in place."),
    "locked": ("another build is at work",
               "One build at a time writes to a folder of outputs. Another process holds its lock; it is named in the message. The lock of a process "
               "that has ended, however it ended, is noticed and taken over, so there is nothing to be deleted."),
    "nothing-built": ("nothing was built", "No report was found, so there is nothing to show."),
    # --- submission and corrections
    "correction-unread": ("a correction's line does not hold what is expected",
                          "The stated value is read from the submission by line; that line does not hold it."),
    # --- claims in somebody else's document
    "claim-refuted": ("a claim is wrong",
                      "Both sides of the claim were computed exactly, or in balls that do not meet, and they differ by more than a rounding. Their "
                      "values are shown."),
    "claim-total": ("a total is not the sum",
                    "A row of totals (total, sum, Summe...) states another number than the cells above it add up to, as they are printed. Cells that "
                    "are totals themselves stand for what is above them; empty cells count as nothing. A last column that is headed as a total "
                    "states the sums of its rows, where it does so in most of them. Where the parts are rounded, or the number may "
                    "be a mean, nothing is refuted."),
    "claim-step": ("a line does not follow from the line before",
                   "Two equations in the same names stand one under the other, and the second is no consequence of the first: at the point that is "
                   "shown the first holds and the second does not. Lines after it that do follow from it are marked as right, given this line."),
    "claim-follow-up": ("right, given an earlier mistake",
                        "The line follows from a line that is wrong: a fair marker takes nothing off for it. It does not count as refuted; correct the "
                        "line that is named, and then this one."),
    "claim-wrong-answer": ("a wrong answer",
                           "With --against REPORT: the claim states an answer of the report, by its place in a table or by the name on its left side, "
                           "and its value is another. It may well be true as arithmetic and answer another question."),
    "claim-missing": ("an answer that is not stated",
                      "With --against REPORT: nothing in the document was found to state this answer of the report. Which answers are asked is said by "
                      "[asked] in variants.toml; without it all answers with a name are, and rows of tables that the document has in part."),
    "claim-working": ("a right answer with a working that is not right",
                      "With --against REPORT: the values are those of the answer, and what is written is not quite what gives them: a vector without "
                      "its commas, an entry that has fewer terms than the others."),
    "claim-near": ("a claim is right only roughly",
                   "The sides differ by no more than careless rounding explains: a decimal that was cut off or is one unit off in its last place, "
                   "figures that were rounded before, a whole number that is a rounding without saying so. A printed decimal is right where it is "
                   "within half a unit of its last place."),
    "claim-undecided": ("a claim could not be decided", "The claim was read, and could neither be proved nor refuted; the reason says why."),
    "claim-unreadable": ("a claim could not be read",
                         "Something in the claim is not known to the reader; what it is stands in the message. Nothing was guessed."),
    # --- variants
    "variants-invalid": ("variants.toml has a wrong entry", "variants.toml says how values are drawn, what must hold of them, which further columns "
                         "are texts, and which answers are asked. An entry of it is of the wrong kind or names something that there is not."),
    "variant-cell": ("a cell of the data is wrong",
                     "A cell is read as a value of givens.toml is: an exact number such as 0.2, 1/3 or sqrt(2), with the unit of its given or none. "
                     "The row is left out; the others are built."),
    "variant-column": ("a column of the data is unknown", "A column is the id, names a given that it overrides, or is listed as a text in variants.toml."),
    "variant-duplicate": ("two rows have one id",
                          "Each row has an id of its own, also where capitals are not told from small letters. The later row is left out."),
    "variant-refused": ("a variant is refused", "Values break a rule of variants.toml, or for a drawn variant none was found that keeps them all. "
                        "The variant is left out; the others are built."),
    "variant-leak": ("something for teachers stands in a student's file",
                     "The finished file for students was read again, with its metadata, attributes, comments and figures. It holds a text or a value that "
                     "only the parts for teachers show. The file is not delivered."),
    "variant-failed": ("a variant could not be built", "One variant failed; its findings are told, and the other variants are built."),
    "executor-missing": ("where the work should be done is not there",
                         "The scheduler does not answer, has no workers, workers of another version, or Dask is not installed."),
    "delivery-altered": ("a file arrived altered", "The bytes that a worker sent do not have the digest that it named, or the same work came back "
                         "with other bytes. Nothing of that delivery was written."),
    # --- use
    "usage": ("wrong usage", "See reportgen --help."),
    "interrupted": ("interrupted", "The work was interrupted; the last good outputs are still in place."),
    "internal": ("an error in reportgen itself", "This is a fault of reportgen. Run again with --debug and report it."),
}


def describe(finding: Finding, *, source_line: str | None = None) -> str:
    """The finding as text: headline, place, the line with the faulty part underlined, hint."""
    title, _ = CODES[finding.code]
    out = [f"{finding.severity}[{finding.code}]: {finding.message}"]
    if finding.span is not None:
        out.append(f"  --> {finding.span}")
        if source_line is None:
            source_line = finding.source if finding.source is not None else _line_of(finding.span)
        if source_line is not None and finding.span.line:
            number = str(finding.span.line)
            pad = " " * len(number)
            source_line, column, length = _window(source_line, finding.span.column, finding.span.length)
            out.append(f" {pad} |")
            out.append(f" {number} | {source_line}")
            if column:
                lead = "".join("\t" if c == "\t" else " " for c in source_line[: column - 1])
                out.append(f" {pad} | {lead}{'^' * max(1, length)}")
    if finding.hint:
        out.append(f"  hint: {finding.hint}")
    elif finding.span is None and not finding.message:
        out.append(f"  {title}")
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in "\n".join(out))  # no escape sequences of strangers


LONGEST_LINE = 200      # of the author's text in a message


def _window(line: str, column: int, length: int) -> tuple[str, int, int]:
    """The piece of a long line around the place, with the place in it."""
    if len(line) <= LONGEST_LINE:
        return line, column, length
    first = max(0, min(column - 1 - 60, len(line) - LONGEST_LINE))
    piece = line[first:first + LONGEST_LINE]
    before, after = "..." if first else "", "..." if first + LONGEST_LINE < len(line) else ""
    at = column - first + len(before) if column else 0
    return before + piece + after, at, min(length, len(before) + len(piece) - at + 1)


def _line_of(span: Span) -> str | None:
    """The text of the span's line, or None where the file cannot be read."""
    try:
        with Path(span.file).open(encoding="utf-8", errors="replace") as handle:
            for number, text in enumerate(handle, start=1):
                if number == span.line:
                    return text.rstrip("\r\n")
    except OSError:
        pass
    return None
