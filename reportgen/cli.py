"""The command line: arguments in, exit code out; the one module that prints.

Exit codes: 0 clean, 1 findings or a failed target, 2 the work could not be done, or wrong usage.  Standard output
holds what was asked for; findings and everything else go to standard error.  Heavy imports happen inside the
commands, so that ``--help`` and ``--version`` answer at once.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TextIO

from reportgen import __version__
from reportgen.diagnostics import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNABLE, Finding, FindingsError, describe

if TYPE_CHECKING:
    from pathlib import Path
FORMATS = ("pdf", "tex", "md", "html")
ENGINES = ("typst", "latexmk")
# What people know from other tools -> what to type here.
ELSEWHERE = {
    "test": "make test runs the tests; reportgen verify REPORT judges a built report again",
    "lint": "make lint; reportgen build REPORT tells every finding in a report",
    "clean": "outputs are in build/REPORT, which can be deleted; make clean deletes build/",
    **dict.fromkeys(("preview", "serve", "live"), "reportgen watch REPORT builds on each change and serves the HTML"),
    **dict.fromkeys(("open", "view"), "open build/REPORT/report.html or report.pdf"),
    **dict.fromkeys(("init", "create", "start", "quickstart"), "type reportgen new DIR"),
    **dict.fromkeys(("render", "run", "make", "compile", "pdf", "export", "convert"), "type reportgen build REPORT, with --to pdf for one format"),
    **dict.fromkeys(("list", "ls", "show", "status"), "reportgen values REPORT lists every given and answer"),
    **dict.fromkeys(("rules", "views"), "reportgen explain rules, reportgen explain views"),
    "prove": "reportgen verify REPORT --kernel has every step proved by Coq; with build --kernel the report shows it",
    "help": "reportgen --help, reportgen COMMAND --help",
    "version": "reportgen --version",
    **dict.fromkeys(("install", "setup"), "reportgen doctor says what is missing and what to type to get it"),
    "accept": "make accept takes the Markdown and LaTeX of the homework for the golden files",
}
EPILOG = "exit codes: 0 clean, 1 findings or a failed target, 2 could not do the work or wrong usage"


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code; never raises but for faults under --debug."""
    gc.set_threshold(400_000, 20, 100)   # a report is a million small values that live to its end: collecting often was a seventh of the time
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without a sign shows its number
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has printed the help, the version or the error
        return stop.code if isinstance(stop.code, int) else EXIT_UNABLE
    terminal = Terminal(options.verbosity, options.color)
    try:
        with _terminated_is_interrupted():
            return options.command(options, terminal)
    except FindingsError as error:
        if options.debug:
            _trace(error)
        terminal.findings(error.findings)
        return error.exit_code
    except KeyboardInterrupt:
        terminal.findings([Finding("interrupted", "interrupted; the last good outputs are still in place")])
        return EXIT_UNABLE
    except Exception as error:
        if options.debug:
            raise
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        terminal.findings([Finding("internal", f"an error in reportgen itself: {text}",
                                   hint="run again with --debug to see where, and report it")])
        return EXIT_UNABLE


class Terminal:
    """Where words go: ``say`` and ``show`` to standard output, ``note`` and ``findings`` to standard error."""

    def __init__(self, verbosity: int = 0, color: str = "auto") -> None:
        self.verbosity = verbosity
        self.color = color

    def colored(self, stream: TextIO) -> bool:
        if self.color != "auto":
            return self.color == "always"
        # https://no-color.org: set to anything but nothing
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()

    def say(self, text: str) -> None:
        """A line of progress or a sum, left out with -q."""
        if self.verbosity >= 0:
            self.show(text)

    def show(self, text: str) -> None:
        """What was asked for."""
        try:
            print(text, flush=True)
        except BrokenPipeError:  # the reader has seen enough; the work goes on
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (stays open until the end)

    def note(self, text: str) -> None:
        """A remark that only -v shows, on standard error."""
        if self.verbosity > 0:
            print(text, file=sys.stderr, flush=True)

    def findings(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.severity == "error" or self.verbosity >= 0:
                print(self._painted(describe(finding)), file=sys.stderr, flush=True)

    def _painted(self, text: str) -> str:
        if not self.colored(sys.stderr):
            return text
        head, *rest = text.split("\n")
        kind, colon, message = head.partition(": ")
        paint = "33" if kind.startswith("warning") else "31"
        lines = [f"\x1b[1;{paint}m{kind}\x1b[0m\x1b[1m{colon}{message}\x1b[0m"]
        for line in rest:
            if line.lstrip(" |").strip("^") == "" and "^" in line:
                line = f"\x1b[{paint}m{line}\x1b[0m"
            elif line.startswith(("  -->", "  hint:")):
                mark, _, text = line.strip().partition(" ")
                line = f"  \x1b[36m{mark}\x1b[0m {text}"
            lines.append(line)
        return "\n".join(lines)


# --- the commands ---------------------------------------------------------------------------------------------

def _build(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.buildcommand import JsonLines, Lines, build_reports
    from reportgen.reports import find_reports

    as_json = options.log_format == "json"
    return build_reports(find_reports(options.reports), lambda folder: _out(options, folder), options.to,
                         JsonLines(terminal.show) if as_json else Lines(terminal), engine=options.engine, strict=options.strict,
                         cache="renew" if options.no_cache else "use", depfile=options.depfile, kernel=options.kernel,
                         trace=_trace if options.debug else lambda error: None)


def _watch(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.buildcommand import JsonLines, Lines
    from reportgen.reports import find_report
    from reportgen.watching import watch

    opened = None
    if options.open:
        import webbrowser
        opened = webbrowser.open
    folder = find_report(options.report)
    return watch(folder, _out(options, folder), options.to, JsonLines(terminal.show) if options.log_format == "json" else Lines(terminal),
                 terminal.note if options.log_format == "json" else terminal.show, engine=options.engine, strict=options.strict, port=options.port,
                 opened=opened)


def _verify(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.reports import find_report
    from reportgen.verifying import verify

    folder = find_report(options.report)
    if options.keep and not options.kernel:
        raise FindingsError(Finding("usage", "--keep keeps the proofs of --kernel", hint="add --kernel"), exit_code=EXIT_UNABLE)
    if options.engine and not options.inputs:
        raise FindingsError(Finding("usage", "--engine makes the PDF of --inputs", hint="add --inputs"), exit_code=EXIT_UNABLE)
    result = verify(_out(options, folder), strict=options.strict, kernel=options.kernel, keep=options.keep, name=folder.resolve().name,
                    inputs=folder if options.inputs else None, engine=options.engine or "typst")
    terminal.show(result.table)
    terminal.findings(result.findings)
    return result.exit_code


def _explain(options: argparse.Namespace, terminal: Terminal) -> int:
    if options.answer is None:
        from reportgen.explain_word import explain_word

        terminal.show(explain_word(options.report))
        return EXIT_CLEAN
    from reportgen.reports import find_report
    from reportgen.explain import explain

    text, findings = explain(find_report(options.report), options.answer)
    return _told(terminal, text, findings)


def _why(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.reports import find_report
    from reportgen.why import why

    folder = find_report(options.report)
    terminal.show(why(folder, _out(options, folder), options.target))
    return EXIT_CLEAN


def _values(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.reports import find_report
    from reportgen.explain import values

    text, findings = values(find_report(options.report), as_json=options.json)
    return _told(terminal, text, findings)


def _told(terminal: Terminal, text: str, findings: Sequence[Finding]) -> int:
    terminal.show(text)
    terminal.findings(findings)
    return EXIT_FINDINGS if any(f.severity == "error" for f in findings) else EXIT_CLEAN


def _check(options: argparse.Namespace, terminal: Terminal) -> int:
    from pathlib import Path

    from reportgen.claims.command import check_files, check_records

    if options.jsonl:
        if options.files or options.against is not None or options.out is not None:
            raise FindingsError(Finding("usage", "check --jsonl reads standard input and takes no files and no report",
                                        hint="type: reportgen check --jsonl < records.jsonl"), exit_code=EXIT_UNABLE)
        return check_records(terminal.show, terminal.note, jobs=options.jobs, fail_on=options.fail_on or "never")
    if not options.files:
        raise FindingsError(Finding("usage", "check needs a file", hint="type: reportgen check FILE..., or check --jsonl for records on standard input"),
                            exit_code=EXIT_UNABLE)
    key = None
    if options.against is not None:
        from reportgen.reports import find_report
        from reportgen.claims.against import Key

        key = Key.of(find_report(options.against))
    return check_files(options.files, terminal.show, terminal.findings, jobs=options.jobs, form=options.format, fail_on=options.fail_on or "refuted",
                       verbose=terminal.verbosity > 0, key=key, out=Path(options.out) if options.out else None)


def _variants(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.variants.progress import run_variants

    return run_variants(options, terminal)


def _new(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.starter import new

    folder = new(options.folder)
    terminal.say(f"{folder} is a small working report; type: reportgen build {shlex.quote(str(folder))}")
    return EXIT_CLEAN


def _doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    from reportgen.doctor import examine

    report = examine()
    terminal.show(report.text)
    return EXIT_CLEAN if report.sound else EXIT_UNABLE


def _out(options: argparse.Namespace, folder: Path) -> Path:
    from pathlib import Path

    return Path(options.out if options.out is not None else "build") / folder.resolve().name


# --- the arguments --------------------------------------------------------------------------------------------

class _Parser(argparse.ArgumentParser):
    """Usage errors as findings, with a hint at the nearest word."""

    def error(self, message: str) -> NoReturn:
        hint = f"type: {self.prog} --help"
        choice = re.match(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if choice:
            from difflib import get_close_matches
            argument, typed, known = choice[1], choice[2], [word.strip(" '") for word in choice[3].split(",")]
            if argument == "COMMAND" and typed in ELSEWHERE:
                print(describe(Finding("usage", f"{self.prog}: there is no command {typed!r}: {ELSEWHERE[typed]}")), file=sys.stderr)
                raise SystemExit(EXIT_UNABLE)
            near = get_close_matches(typed, known, n=1)
            message = f"there is no {argument.removeprefix('--').lower()} {typed!r}; known: {', '.join(known)}"
            hint = f"did you mean {near[0]}?" if near else hint
        print(describe(Finding("usage", f"{self.prog}: {message}", hint=hint)), file=sys.stderr)
        raise SystemExit(EXIT_UNABLE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="reportgen", description="Reports in which every number is computed and judged.", epilog=EPILOG,
                     allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"reportgen {__version__}")
    _common(parser, verbosity=0, color="auto", debug=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, function: Callable[[argparse.Namespace, Terminal], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=EPILOG, allow_abbrev=False)
        sub.set_defaults(command=function)
        _common(sub, **dict.fromkeys(("verbosity", "color", "debug"), argparse.SUPPRESS))
        return sub

    build = command("build", _build, "build reports: derive, judge, render")
    build.add_argument("reports", nargs="*", metavar="REPORT", help="a report's folder, or its name under reports/ (default: all there)")
    _what_to_build(build, "comma-separated: pdf,tex,md,html (default: what report.toml says)")
    build.add_argument("--no-cache", action="store_true", help="run everything, whatever was kept of the last build")
    build.add_argument("--kernel", action="store_true", help="have every step proved in Coq, too, and show it (minutes the first time; needs Coq)")
    build.add_argument("--depfile", metavar="FILE", help="write to FILE, as a rule of make, which files the outputs rest on")
    _out_option(build)

    watch = command("watch", _watch, "build on each change, and serve the HTML on this machine, where it loads itself again")
    watch.add_argument("report", metavar="REPORT")
    _what_to_build(watch, "formats to build beside HTML, such as pdf")
    watch.add_argument("--port", type=_port, default=0, metavar="N", help="where the HTML is served on 127.0.0.1 (default: a free one)")
    watch.add_argument("--open", action="store_true", help="open it in the browser")
    _out_option(watch)

    verify = command("verify", _verify, "judge every obligation of a built report again, from its ledger alone, and look whether the files beside it show it")
    verify.add_argument("report", metavar="REPORT")
    verify.add_argument("--strict", action="store_true", help="exit 1 if an obligation is undecided, too")
    verify.add_argument("--inputs", action="store_true", help="derive and render the report again, too: ledger and files must be what its inputs give")
    verify.add_argument("--engine", choices=ENGINES, help="with --inputs: what the PDF was made with (default: typst)")
    verify.add_argument("--kernel", action="store_true", help="have every obligation proved in Coq, too (minutes; needs Coq)")
    verify.add_argument("--keep", metavar="FOLDER", help="with --kernel: write the Coq theory to FOLDER/REPORT.v")
    _out_option(verify)

    explain = command("explain", _explain, "show how an answer was derived: rules, side conditions, verdicts, sources")
    explain.add_argument("report", metavar="REPORT",
                         help="a report; or, alone: rules, views, grammar, one of these, or the code of a finding such as typed-number")
    explain.add_argument("answer", metavar="ANSWER", nargs="?", help="the name of an answer or a given, or group.part")

    why = command("why", _why, "say why an output or an answer was made the last time, and whether it would be made now")
    why.add_argument("report", metavar="REPORT")
    why.add_argument("target", metavar="TARGET", nargs="?", help="report.pdf, ledger.json... or the name of an answer (default: every output)")
    _out_option(why)

    values = command("values", _values, "list every given and answer")
    values.add_argument("report", metavar="REPORT")
    values.add_argument("--json", action="store_true", help="as JSON")

    check = command("check", _check, "read a document that somebody else wrote and say of each claim: proved, refuted or undecided")
    check.add_argument("files", nargs="*", metavar="FILE", help="Markdown, LaTeX, plain text or PDF")
    check.add_argument("--jsonl", action="store_true", help="one JSON record a line on standard input, one verdict a line on standard output")
    check.add_argument("--against", metavar="REPORT",
                       help="a report whose answers are the right ones: what is true as arithmetic and wrong as an answer is found")
    check.add_argument("--format", choices=("text", "json", "sarif", "junit", "github", "html", "pdf"), default="text",
                       help="of what is written (default: text)")
    check.add_argument("--out", "-o", metavar="FILE", help="write it to FILE and not on standard output")
    check.add_argument("--fail-on", choices=("refuted", "undecided", "never"), help="what makes the exit code 1 (default: refuted; with --jsonl: never)")
    check.add_argument("-j", "--jobs", type=_jobs, default=1, metavar="N", help="processes that judge at the same time (default: 1)")

    variants = command("variants", _variants, "build one report a row of a CSV file, or of drawn values: questions, solutions, keys, a marking sheet")
    variants.add_argument("report", metavar="REPORT")
    variants.add_argument("--data", metavar="FILE", help="a CSV file: a row a variant, its columns override the givens of their names")
    variants.add_argument("--id", metavar="COLUMN", default="id", help="the column that tells the variants apart (default: id)")
    variants.add_argument("--seed", type=_whole, metavar="N", help="draw values as variants.toml says; the same seed and id give the same values")
    variants.add_argument("--count", type=_count, default=0, metavar="N", help="so many variants without data, called v1, v2...")
    variants.add_argument("--stress", type=_count, default=0, metavar="N",
                          help="derive and judge so many drawn variants, and list those that fail; builds nothing")
    variants.add_argument("--parts", type=_words, metavar="PARTS",
                          help="comma-separated: questions,solution,key (default: all where the template tells them apart, else the whole report)")
    variants.add_argument("--to", type=_formats, metavar="FORMATS", default=("pdf",), help="comma-separated: pdf,tex,md,html (default: pdf)")
    variants.add_argument("--engine", choices=ENGINES, default="typst", help="what makes the PDF (default: typst)")
    variants.add_argument("--strict", action="store_true", help="an undecided step fails its variant")
    variants.add_argument("-j", "--jobs", type=_jobs, metavar="N", help="processes that work at the same time (default: one a processor)")
    variants.add_argument("--scheduler", metavar="ADDRESS", help="the Dask scheduler whose workers do the work: tcp://HOST:8786")
    variants.add_argument("--out", "-o", metavar="DIR", help="where the variants are: DIR/REPORT/variants/ (default: build)")

    new = command("new", _new, "make a small working report to begin from")
    new.add_argument("folder", metavar="DIR", help="a folder that is empty or not there yet")

    command("doctor", _doctor, "tell what is installed, what is missing, and what to type to get it")
    return parser


def _common(parser: argparse.ArgumentParser, *, verbosity: object, color: object, debug: object) -> None:
    # The same options before and after the command: the command's have no default, so that they never undo the first ones.
    group = parser.add_argument_group("output")
    level = group.add_mutually_exclusive_group()
    level.add_argument("-q", "--quiet", dest="verbosity", action="store_const", const=-1, default=verbosity, help="only errors")
    level.add_argument("-v", "--verbose", dest="verbosity", action="store_const", const=1, default=verbosity, help="say more: each file written")
    group.add_argument("--color", choices=("auto", "always", "never"), default=color, help="default: auto; NO_COLOR turns it off")
    group.add_argument("--debug", action="store_true", default=debug, help="show stack traces")


def _out_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", "-o", metavar="DIR", help="where outputs are: DIR/REPORT/ (default: build)")


def _what_to_build(parser: argparse.ArgumentParser, formats: str) -> None:
    parser.add_argument("--to", type=_formats, metavar="FORMATS", help=formats)
    parser.add_argument("--engine", choices=ENGINES, default="typst", help="what makes the PDF (default: typst)")
    parser.add_argument("--strict", action="store_true", help="an undecided step fails the build")
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="of what is told: lines for people, or JSON lines (default: text)")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes from 1 to 256")
    return int(text)


def _whole(text: str) -> int:
    if not text.removeprefix("-").isdigit() or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000000")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _formats(text: str) -> tuple[str, ...]:
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    for part in wanted:
        if part not in FORMATS:
            raise argparse.ArgumentTypeError(f"{part!r} is not a format; known: {', '.join(FORMATS)}")
    if not wanted:
        raise argparse.ArgumentTypeError(f"no format; known: {', '.join(FORMATS)}")
    return tuple(f for f in FORMATS if f in wanted)


# --- the surroundings -----------------------------------------------------------------------------------------

@contextmanager
def _terminated_is_interrupted() -> Iterator[None]:
    """A polite request to end is treated as Ctrl-C is, so that no temporary file stays behind."""

    def stop(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _trace(error: FindingsError) -> None:
    import traceback

    traceback.print_exception(error, file=sys.stderr)


__all__ = ["EXIT_CLEAN", "EXIT_FINDINGS", "EXIT_UNABLE", "Terminal", "run"]
