"""Numbers for sections, equations, figures and tables, and the references to them.

The syntax is that of pandoc-crossref: ``$$ ... $$ {#eq:label}``, ``{#fig:label}``, ``{#tbl:label}``, ``{#sec:label}``;
``@eq:label``, ``[@fig:a; @fig:b]``, ``-@tbl:label`` (the number alone).  Numbers are decided here, once, for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reportgen.diagnostics import Finding, Span
from reportgen.pandoctree import Node, link, plain_text, span, string, words

KINDS = ("eq", "fig", "tbl", "sec")

# Words on the page by language; "question" is the word of headings of the class .question.
LANGUAGES: dict[str, dict[str, str]] = {
    "en": {"eq": "Equation", "fig": "Figure", "tbl": "Table", "sec": "Section", "question": "Question",
           "eqs": "Equations", "figs": "Figures", "tbls": "Tables", "secs": "Sections", "questions": "Questions",
           "and": "and", "contents": "Contents", "skip": "Skip to the text", "page": "Page", "of": "of",
           "details": "How it was computed", "close": "Close", "values": "Values in this formula",
           "months": "January February March April May June July August September October November December",
           "date": "{day} {month} {year}",
           "point": ".", "none declared": "No number on these pages was typed: each one is a given with its source or was computed from givens.",
           "one declared": "One numeral on these pages is declared in report.toml and was not computed: {listed}.",
           "declared": "{count} numerals on these pages are declared in report.toml and were not computed: {listed}.",
           "half-even": "A value halfway between two decimals is rounded to the one with the even last digit.",
           "half-up": "A value halfway between two decimals is rounded away from zero."},
    "de": {"eq": "Gleichung", "fig": "Abbildung", "tbl": "Tabelle", "sec": "Abschnitt", "question": "Aufgabe",
           "eqs": "Gleichungen", "figs": "Abbildungen", "tbls": "Tabellen", "secs": "Abschnitte", "questions": "Aufgaben",
           "and": "und", "contents": "Inhalt", "skip": "Zum Text springen", "page": "Seite", "of": "von",
           "details": "So wurde gerechnet", "close": "Schließen", "values": "Werte in dieser Formel",
           "months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
           "date": "{day}. {month} {year}",
           "point": ",", "none declared": "Keine Zahl auf diesen Seiten wurde getippt: jede ist eine Angabe mit Quelle oder wurde aus Angaben berechnet.",
           "one declared": "Eine Ziffernfolge auf diesen Seiten ist in report.toml angemeldet und nicht berechnet: {listed}.",
           "declared": "{count} Ziffernfolgen auf diesen Seiten sind in report.toml angemeldet und nicht berechnet: {listed}.",
           "half-even": "Ein Wert in der Mitte zwischen zwei Dezimalzahlen wird zur geraden letzten Ziffer gerundet.",
           "half-up": "Ein Wert in der Mitte zwischen zwei Dezimalzahlen wird von null weg gerundet."},
    "fr": {"eq": "Équation", "fig": "Figure", "tbl": "Tableau", "sec": "Section", "question": "Question",
           "eqs": "Équations", "figs": "Figures", "tbls": "Tableaux", "secs": "Sections", "questions": "Questions",
           "and": "et", "contents": "Table des matières", "skip": "Aller au texte", "page": "Page", "of": "sur",
           "details": "Comment c’est calculé", "close": "Fermer", "values": "Valeurs de cette formule",
           "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
           "date": "{day} {month} {year}",
           "point": ",", "none declared": "Aucun nombre de ces pages n’a été saisi : chacun est une donnée avec sa source ou a été calculé.",
           "one declared": "Un nombre de ces pages est déclaré dans report.toml et n’a pas été calculé : {listed}.",
           "declared": "{count} nombres de ces pages sont déclarés dans report.toml et n’ont pas été calculés : {listed}.",
           "half-even": "Une valeur à mi-chemin entre deux décimaux est arrondie à celui dont le dernier chiffre est pair.",
           "half-up": "Une valeur à mi-chemin entre deux décimaux est arrondie en s’éloignant de zéro."},
    "es": {"eq": "Ecuación", "fig": "Figura", "tbl": "Tabla", "sec": "Sección", "question": "Pregunta",
           "eqs": "Ecuaciones", "figs": "Figuras", "tbls": "Tablas", "secs": "Secciones", "questions": "Preguntas",
           "and": "y", "contents": "Índice", "skip": "Ir al texto", "page": "Página", "of": "de",
           "details": "Cómo se calculó", "close": "Cerrar", "values": "Valores de esta fórmula",
           "months": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
           "date": "{day} de {month} de {year}",
           "point": ",", "none declared": "Ningún número de estas páginas fue tecleado: cada uno es un dato con su fuente o fue calculado.",
           "one declared": "Un número de estas páginas está declarado en report.toml y no fue calculado: {listed}.",
           "declared": "{count} números de estas páginas están declarados en report.toml y no fueron calculados: {listed}.",
           "half-even": "Un valor a medio camino entre dos decimales se redondea al de última cifra par.",
           "half-up": "Un valor a medio camino entre dos decimales se redondea alejándose de cero."},
}


def wording(language: str) -> Mapping[str, str]:
    """The words of a language such as "en" or "de-CH"; English where there are none."""
    return LANGUAGES.get(language.lower().replace("_", "-").split("-")[0], LANGUAGES["en"])


@dataclass(frozen=True, slots=True)
class Label:
    """A numbered thing: its name ("eq:bce"), kind, number ("3", "1.2") and how a reference calls it."""

    name: str
    kind: str
    number: str
    word: str
    title: str = ""


@dataclass(slots=True)
class Numbering:
    """Counters and labels of one document, filled in document order."""

    words: Mapping[str, str]
    place: Callable[[str, int], Span | None]
    labels: dict[str, Label] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    _sections: list[int] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, kind: str, name: str) -> str:
        """The next number of a kind; registers the label, if there is one."""
        self._counts[kind] += 1
        number = str(self._counts[kind])
        self._register(Label(name, kind, number, kind))
        return number

    def _register(self, label: Label) -> None:
        if not label.name:
            return
        times = self._seen[label.name] = self._seen.get(label.name, 0) + 1
        if label.name in self.labels:
            first, again = self.place(label.name, 1), self.place(label.name, times)
            self.findings.append(Finding(
                "label-duplicate", f"the label {label.name} is used twice; the first one is at {first}", again,
                hint="give each equation, figure, table and section a label of its own"))
        else:
            self.labels[label.name] = label

    def heading(self, header: Node, top: int) -> Node:
        """The header with its number in front; the level ``top`` is counted 1, 2, 3..."""
        level, (name, classes, pairs), inlines = header["c"]
        title = plain_text(inlines)
        if "unnumbered" in classes:
            self._register(Label(name, "sec", "", "sec", title))
            return header
        depth = level - top
        # A level that was left out counts as 1, so that no number holds a 0.
        self._sections = [count or 1 for count in (self._sections + [0] * depth)[:depth]] + [
            (self._sections[depth] if depth < len(self._sections) else 0) + 1]
        number = ".".join(map(str, self._sections))
        word = "question" if "question" in classes else "sec"
        self._register(Label(name, "sec", number, word, title))
        front = f"{self.words['question']} {number}." if word == "question" else number
        numbered = [span(words(front), classes=["number"]), {"t": "Space"}, *inlines]
        return {"t": "Header", "c": [level, [name, classes, pairs], numbered]}

    # --- references

    def resolve(self, cite: Node) -> list[Node]:
        """The links for one citation node, or its findings."""
        citations = cite["c"][0]
        found: list[tuple[Label, bool]] = []
        for citation in citations:
            name = citation["citationId"]
            label = self.labels.get(name) or self.labels.get(name[:1].lower() + name[1:])
            if label is None:
                self.findings.append(self._unknown(name))
            else:
                found.append((label, citation["citationMode"]["t"] == "SuppressAuthor"))
        if len(found) < len(citations):
            return [string("?")]
        out: list[Node] = []
        same = len({label.word for label, _ in found}) == 1 and len(found) > 1 and not found[0][1]
        if same:
            out += [string(self.words[found[0][0].word + "s"]), string("\u00a0")]
        for index, (label, bare) in enumerate(found):
            if index:
                out += words(f" {self.words['and']} " if index == len(found) - 1 else ", ")
            number = f"({label.number})" if label.kind == "eq" else label.number
            if not label.number:
                text = label.title
            elif bare or same:
                text = number
            else:
                text = f"{self.words[label.word]}\u00a0{number}"
            out.append(link([string(text)] if " " not in text else words(text), f"#{label.name}", ["reference"]))
        return out

    def _unknown(self, name: str) -> Finding:
        import difflib
        near = difflib.get_close_matches(name, list(self.labels), n=1)
        times = self._seen["@" + name] = self._seen.get("@" + name, 0) + 1
        hint = f"did you mean @{near[0]}?" if near else (
            "labels are written {#eq:name}, {#fig:name}, {#tbl:name} or {#sec:name}; a plain @ is written \\@")
        return Finding("reference-unknown", f"nothing has the label {name}", self.place("@" + name, times), hint=hint)


def caption(words_of: Mapping[str, str], kind: str, number: str, blocks: Sequence[Node]) -> list[Node]:
    """A caption with "Figure 1. " in front."""
    front = span(words(f"{words_of[kind]} {number}."), classes=["number"])
    if blocks and blocks[0]["t"] in ("Plain", "Para"):
        return [{"t": "Plain", "c": [front, {"t": "Space"}, *blocks[0]["c"]]}, *blocks[1:]]
    return [{"t": "Plain", "c": [front]}, *blocks]
