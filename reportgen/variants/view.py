"""``variant`` in a template: whose report this is.  Texts of the data are data: nodes of the document's tree, never Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.shown import Shown

BLANK = "\u2026"


class VariantView:
    """``{{ variant.id }}``, ``{{ variant.name }}``; of a report that is built by itself, every text is a blank."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = texts

    def __getattr__(self, name: str) -> Shown:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._texts is None:
            return self._text(name, BLANK)
        if name not in self._texts:
            raise AttributeError(f"a variant has {', '.join(self._texts)}, not {name}")
        return self._text(name, self._texts[name])

    def _text(self, name: str, text: str) -> Shown:
        return Shown("variant", name, text, None, None, text)

    def _show(self) -> Shown:
        return self.id
