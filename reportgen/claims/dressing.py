"""What people write around a claim and on it without changing what it says: environments, bold type, "Thus", "(in total)"."""

from __future__ import annotations

import re

_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{(?:align(?:ed|at)?|gather(?:ed)?|equation|split|eqnarray|multline|flalign|displaymath|math|center)\*?\}")
_NUMBER = r"[-−]?\s*(?:\\?\$)?\s*\d[\d,]*(?:\.\d+)?\s*\\?%?"
_BOLD = re.compile(rf"((?:=|≈|\\approx)\s*)(\*\*|__)\s*(?P<bold>{_NUMBER})\s*\2(?!\s*[\d(])")
_STYLED = re.compile(
    r"((?:^|=|\\approx|≈|[-+*/({]|\\times|\\cdot)\s*)"
    rf"\\(?:mathbf|boldsymbol|bm|textbf|text|mathrm|underline|uline|mathit|textit|emph|mathsf|textcolor\{{\w+\}})\s*\{{\s*(?P<styled>{_NUMBER})\s*\}}"
)
_LEAD = re.compile(
    r"^\s*(?:(?:\\(?:therefore|because|Rightarrow|implies|Longrightarrow|quad|qquad|;|,)|=>|⇒|∴|→)\s*"
    r"|(?:so|thus|hence|therefore|then|and|also|now|since|because|that is|i\.e\.|we (?:have|get|find|obtain)|this (?:gives|is|means)|it follows that)\b"
    r"(?!\s*[=(])[\s,:]*)+(?=\S)",
    re.I,
)
_GIVEN = re.compile(r"^\s*\(?[A-Za-z]\s*=\s*[-−]?[\d.]+\)?\s*:\s+(?=[^:]*=)")  # x = 3: 2(3) + 1 = 7
_STEP = re.compile(r"^\s*(?:step|case|part|question|problem|example|line|eq)\.?\s*\d+[a-z]?\s*[:.)]\s+(?=\S)", re.I)
_TEXT_LABEL = re.compile(r"^\s*\\(?:text|textbf|mathrm)\s*\{[^{}\d=]*:\s*\}")
_RUPEES = re.compile(r"\bR[se] ?\.? ?(?=[\d(])|(?<=\d) ?/ ?-(?! ?[\d(])")
_SQUARE = re.compile(r"\b(sq|cu) ?\. ?(ft|in|m|cm|mm|km|yd|mi|units?)\b ?\.?")
_LOG_OF = re.compile(r"(?<![A-Za-z\\])log_?(10|2)(?= ?\()")  # log10(100), log2(8)
_PROMPT = re.compile(r"^\s*(?:>>>|In ?\[\d+\]:)\s*")
_OLD_STYLE = re.compile(r"\{\s*\\(rm|it|bf|sf)(?![A-Za-z])\s*([^{}]*)\}")
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
_SUPERSCRIPT = re.compile("[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LABEL = re.compile(r"^\s*(?:[A-Za-z][A-Za-z'-]+\s+){0,5}[A-Za-z][A-Za-z'-]+\s*:\s+(?=[$\\(-]*\s*\d)")
_COUNTS = (  # words that change what is said
    r"half|twice|times|more|less|minus|plus|hundred|thousand|million|billion|dozen|percent|cents?|squared|"
    r"cubed|each|or|not|remainder|r|mod|divided|over|no|false|wrong|incorrect|untrue|impossible|absurd|"
    r"contradict\w*|if|suppose|assume|about|approximately|round\w*"
)
COUNT_WORDS = re.compile(rf"\b(?:{_COUNTS})\b", re.I)
_WORD = rf"(?!(?:{_COUNTS})\b)[A-Za-z]+"
_ASIDE = re.compile(rf"(?<=\S)\s*\(\s*{_WORD}(?:[\s,.]+{_WORD}){{0,7}}[\s,.]*\)[\s.,]*$")
_REST = re.compile(rf"(?<=[\d}})%])\s*,?\s+(?:and|so|which|because|since|that|who|left)\b(?:[\s,'-]+{_WORD}){{0,14}}[\s.,;!]*$", re.I)
_END = re.compile(r"(?:[✓✔✅](?: ?[A-Za-z]+){1,3}$|\\(?=\s*$)|\\(?:blacksquare|square|qed|Box|checkmark|quad|qquad|;|,|!)|✓|✔|□|■|∎)[\s.$]*$")


def undressed(text: str) -> str:
    """The claim alone.  What is taken away holds no number, no sign and no word that counts or compares."""
    if "\\begin" in text:
        text = _ENVIRONMENT.sub(" ", text)
    text = text.strip()
    if text.startswith((">>>", "In")):
        text = _PROMPT.sub("", text)
    if "Rs" in text or "Re" in text:
        text = _RUPEES.sub("", text)
    if "sq" in text or "cu" in text:
        text = _SQUARE.sub(r"\1 \2", text)
    if "log" in text:
        text = _LOG_OF.sub(r"log_{\1}", text)
    if text.startswith(("\\[", "\\(")):
        text = text[2:]
    while (shorter := _END.sub("", text)) != text:
        text = shorter.rstrip()
    text = _LEAD.sub("", text, count=1)
    if ":" in text or text[:1].isalpha():
        text = _GIVEN.sub("", _TEXT_LABEL.sub("", _LABEL.sub("", _STEP.sub("", text))))
    if not text.isascii():
        text = _SUPERSCRIPT.sub(lambda m: "^{" + "".join(_RAISED[c] for c in m.group()) + "}", text)
    if "**" in text or "__" in text:
        text = _BOLD.sub(lambda m: m[1] + m["bold"], text)
    if "\\" in text:
        text = _OLD_STYLE.sub(r"\\text{\2}", text)
        text = _STYLED.sub(lambda m: f"{m[1]}{{{m['styled']}}}", text)
    if text.endswith("left over"):
        text = text[:-5]
    if text and (text[-1].isalpha() or text[-1] in ").,;!"):
        text = _ASIDE.sub("", text)
        if "\\" not in text:
            text = _REST.sub("", text)
    return text


_MARK = re.compile(r"\s*(?:[-*•]|\(?[a-zA-Z0-9]{1,2}[.)])\s+(?=\S)")


def unmarked(text: str) -> str | None:
    """The claim without the mark of a list before it (``- ``, ``(2) ``, ``b) ``); None where there is no such mark."""
    found = _MARK.match(text)
    return text[found.end() :] if found else None
