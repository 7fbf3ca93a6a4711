"""LaTeX and Markdown sources read as what they will show: text and formulas in order, descriptions of pictures apart."""

from __future__ import annotations

import re

from reportgen.readback.expected import SHAPES
from reportgen.readback.formula import tex_numerals
from reportgen.readback.numerals import Numeral, in_text
from reportgen.readback.page import Read


class _Reader:
    """What both have in common: text is collected in pieces, each with its place, and read when it ends."""

    def __init__(self, source: str, target: str) -> None:
        self.source = source
        self.read = Read()
        self._order = SHAPES[target].formulas
        self._flow: list[tuple[str, int]] = []

    def _text(self, text: str, at: int) -> None:
        self._flow.append((text, at))

    def _flush(self, role: str = "") -> None:
        flow, self._flow = self._flow, []
        whole = "".join(text for text, _ in flow)
        at = k = 0
        for found, role_, start, end in in_text(whole, role):
            while at + len(flow[k][0]) <= start:
                at += len(flow[k][0])
                k += 1
            place = flow[k][1] + start - at
            self.read.seen.append(Numeral(found, role_, at=place, end=place + end - start))

    def _formula(self, start: int, end: int, role: str = "") -> None:
        self._flush(role)
        self.read.seen += [Numeral(found, role_, at=start + first, end=start + last) for found, role_, first, last in
                           tex_numerals(self.source[start:end], self._order, role)]

    def _said(self, text: str, at: int) -> None:
        self.read.said += [Numeral(found, role, at=at + start, end=at + end) for found, role, start, end in in_text(text)]


# --- LaTeX ----------------------------------------------------------------------------------------------------

_TEX = re.compile(r"\\begin\{(?:equation|verbatim|Verbatim)\}|\\[A-Za-z@]+\*?|\\.|[{}$~%&]|[^\\{}$~%&]+", re.DOTALL)
# command -> what its arguments are: o an option that is not shown, x an argument that is not shown
_SKIPPED = {"label": "x", "hyperref": "o", "href": "x", "hypertarget": "x", "setcounter": "xx", "vspace": "x", "hspace": "x", "vspace*": "x",
            "hspace*": "x", "color": "ox", "textcolor": "x", "definecolor": "xxx", "ref": "x", "pageref": "x", "pageref*": "x", "fontsize": "xx",
            "addcontentsline": "xxx", "multicolumn": "xx", "multirow": "xx", "rule": "oxx", "renewcommand": "xx", "linewidth": "", "item": "",
            "begin": "x", "end": "x", "thispagestyle": "x", "raisebox": "x", "addtocounter": "xx", "setlength": "xx", "cmidrule": "x",
            "cline": "x", "phantom": "x", "footnotemark": "o", "def": ""}
_COLUMNS = frozenset("longtable tabular array minipage tabularx".split())


def latex(source: str) -> Read:
    """The numerals of a LaTeX file, from the beginning of its document on."""
    return _Latex(source, "tex").run()


class _Latex(_Reader):
    def run(self) -> Read:
        source = self.source
        at = source.find("\\begin{document}")
        at = at + len("\\begin{document}") if at >= 0 else 0
        roles: list[tuple[int, str]] = []       # the depth at which a raised or lowered group ends
        depth = 0
        while at < len(source):
            match = _TEX.match(source, at)
            assert match is not None
            piece, start, at = match.group(), at, match.end()
            role = roles[-1][1] if roles else ""
            if piece[0] not in "\\{}$~%&":
                self._text(piece, start)
            elif piece == "{":
                depth += 1
            elif piece == "}":
                depth -= 1
                if roles and roles[-1][0] > depth:
                    self._flush(role)
                    roles.pop()
            elif piece in "~&":
                self._text(" ", start)
            elif piece == "%":
                end = source.find("\n", at)
                at = len(source) if end < 0 else end
            elif piece == "\\(":
                at = self._math(at, "\\)", role)
            elif piece == "\\[":
                at = self._math(at, "\\]", role)
            elif piece == "$":
                at = self._math(at, "$", role)
            elif piece == "\\begin{equation}":
                at = self._equation(at)
            elif piece.startswith(("\\begin{verb", "\\begin{Verb")):
                end = source.find("\\end{" + piece[7:], at)
                end = len(source) if end < 0 else end
                self._text(source[at:end], at)
                self._flush()
                at = end
            else:
                at = self._command(piece[1:], start, at, roles, depth)
        self._flush()
        return self.read

    def _math(self, at: int, close: str, role: str) -> int:
        end = self.source.find(close, at)
        end = len(self.source) if end < 0 else end
        start, stop = self._fitted(at, end)
        self._formula(start, stop, role)
        return end + len(close)

    def _fitted(self, at: int, end: int) -> tuple[int, int]:
        """The formula inside ``\\fitted{room}{...}``."""
        match = re.compile(r"\s*\\fitted\{[^{}]*\}\{").match(self.source, at)
        if match is None:
            return at, end
        return match.end(), max(match.end(), self.source.rfind("}", match.end(), end))

    def _equation(self, at: int) -> int:
        source = self.source
        close = "\\end{equation}"
        end = source.find(close, at)
        end = len(source) if end < 0 else end
        head = re.compile(r"\s*(?:\\tag\{([^{}]*)\})?\s*(?:\\label\{[^{}]*\})?").match(source, at)
        assert head is not None
        self._flush()
        if head.group(1):
            self._text(head.group(1), head.start(1))
            self._flush()
        self._formula(*self._fitted(head.end(), end))
        return end + len(close)

    def _command(self, name: str, start: int, at: int, roles: list[tuple[int, str]], depth: int) -> int:
        if not name[0].isalpha():
            self._text(name if name in "#$%&_{}-" else " ", start + (name in "#$%&_{}"))
            return at
        if name in ("textsuperscript", "textsubscript"):
            self._flush(roles[-1][1] if roles else "")
            roles.append((depth + 1, "sup" if name == "textsuperscript" else "sub"))
            return at
        if name == "includegraphics":
            return self._picture(at)
        if name == "texorpdfstring":
            # the first argument is shown; the second is for bookmarks
            end = self._argument_end(at)
            inner = _Latex(self.source[:end], "tex")
            inner.source = " " * (at + 1) + self.source[at + 1:end - 1]
            self._flush()
            self.read.seen += inner.run().seen
            return self._argument_end(end)
        if name == "def":
            return self.source.find("}", at) + 1
        if name in ("begin", "end", "item", "footnote", "caption", "section", "subsection", "subsubsection", "paragraph", "par", "tabularnewline"):
            self._flush(roles[-1][1] if roles else "")
        if name == "begin":
            environment = self.source[at + 1:self._argument_end(at) - 1]
            at = self._argument_end(at)
            if environment in _COLUMNS:
                at = self._argument_end(self._options_end(at))
            return at
        if name == "item":
            return self._options_end(at) if self.source.startswith("[]", at) else at
        for what in _SKIPPED.get(name, ""):
            at = self._options_end(at) if what == "o" else self._argument_end(self._options_end(at))
        if name not in _SKIPPED and self.source[at:at + 1] == " " and self.source[start - 1:start].isdigit():
            self._text(" ", at)     # a command parts what stands on both sides of it
        return at

    def _picture(self, at: int) -> int:
        end = self._options_end(at)
        alt = self.source.find("alt={", at, end)
        if alt >= 0:
            self._said(self.source[alt + 5:self._argument_end(alt + 4) - 1], alt + 5)
        return self._argument_end(end)

    def _options_end(self, at: int) -> int:
        if not self.source.startswith("[", at):
            return at
        depth = 0
        for end in range(at, len(self.source)):
            character = self.source[end]
            depth += (character == "{") - (character == "}")
            if character == "]" and depth == 0:
                return end + 1
        return len(self.source)

    def _argument_end(self, at: int) -> int:
        while at < len(self.source) and self.source[at].isspace():
            at += 1
        if not self.source.startswith("{", at):
            return at
        depth = 0
        for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(self.source, at):
            depth += (match.group() == "{") - (match.group() == "}")
            if depth == 0:
                return match.end()
        return len(self.source)


# --- Markdown -------------------------------------------------------------------------------------------------

_MARKDOWN = re.compile(r"(?P<display>\$\$.*?\$\$|^```math$.*?^```$)|(?P<inline>\$`[^`]+`\$|\$(?:\\.|[^$\\])+\$)|(?P<fence>^(?P<ticks>`{3,}).*?^(?P=ticks)`*$)"
                       r"|(?P<code>(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`))|(?P<picture>!\[(?P<alt>(?:\\.|[^\]\\])*)\]\([^)\s]*(?:\s\"[^\"]*\")?\))"
                       r"|(?P<note>\[\^(?P<number>[^\]\s]+)\](?P<colon>:)?)|(?P<target>\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s\"[^\"]*\")?\)))"
                       r"|(?P<auto><https?:[^<>\s]*>)|(?P<tag></?(?P<name>[A-Za-z]+)[^<>]*>)|(?P<entity>&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z]+);)"
                       r"|(?P<escape>\\.)|(?P<bar>\|)|(?P<mark>[*`])|(?P<break>\n(?=\n|\s*(?:[-*]|\d+\.)\s|\s*\||#))|(?P<text>[^\\$`\[\]!<&|*\n]+|.|\n)",
                       re.DOTALL | re.MULTILINE)


def markdown(source: str) -> Read:
    """The numerals of a Markdown file."""
    return _Markdown(source, "md").run()


class _Markdown(_Reader):
    def run(self) -> Read:
        from html import unescape
        roles = [""]
        for match in _MARKDOWN.finditer(self.source):
            kind, at = match.lastgroup, match.start()
            kind = next(name for name in _KINDS if match.group(name) is not None) if kind not in _PLAIN else kind
            if kind in ("text", "escape"):
                self._text(match.group()[kind == "escape":], at + (kind == "escape"))
            elif kind == "display":
                before, after = (7, 3) if match.group().startswith("`") else (2, 2)
                self._display(at + before, match.end() - after, roles[-1])
            elif kind == "inline":
                self._formula(at + 1, match.end() - 1, roles[-1])
            elif kind == "code":
                ticks = len(match.group("tick"))
                self._text(match.group()[ticks:-ticks], at + ticks)
            elif kind == "fence":
                self._flush()
                self._text(match.group(), at)
                self._flush()
            elif kind == "picture":
                self._flush(roles[-1])
                self._said(re.sub(r"\\(.)", r" \1", match.group("alt")), match.start("alt"))
            elif kind == "note":
                self._flush(roles[-1])
                role = "" if match.group("colon") else "sup"
                self.read.seen.append(Numeral(match.group("number"), role, at=match.start("number"), end=match.end("number")))
            elif kind == "auto":
                self._text(match.group()[1:-1], at + 1)
            elif kind == "entity":
                self._text(unescape(match.group()), at)
            elif kind == "tag":
                name = match.group("name").lower()
                if name in ("sup", "sub"):
                    self._flush(roles[-1])
                    if match.group().startswith("</"):
                        roles[1:] = roles[1:-1]
                    else:
                        roles.append(name)
                elif name not in ("a", "em", "strong", "span", "code", "u", "s", "del"):
                    self._flush(roles[-1])
            elif kind in ("bar", "break"):
                self._flush(roles[-1])
        self._flush()
        return self.read

    def _display(self, start: int, end: int, role: str) -> None:
        tag = re.compile(r"\\tag\{([^{}]*)\}\s*\Z").search(self.source[start:end])
        self._formula(start, start + tag.start() if tag else end, role)
        if tag:
            self._text(tag.group(1), start + tag.start(1))
            self._flush()


_PLAIN = frozenset({"text", "escape", "bar", "mark", "break", "entity", "auto", "display", "inline"})
_KINDS = ("display", "inline", "fence", "code", "picture", "note", "target", "auto", "tag", "entity", "escape", "bar", "mark", "break", "text")
