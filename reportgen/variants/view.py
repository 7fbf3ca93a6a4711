"""``variant`` in a template: whose report this is.  Texts of the data are data: nodes of the document's tree, never Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.diagnostics import Finding, FindingsError
from reportgen.shown import Shown

BLANK = "\u2026"


class VariantView:
    """``{{ variant.id }}``, ``{{ variant.name }}``.  Where there are no columns of texts each is a blank, and so is the id of a
    report that is built by itself."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = texts

    def __getattr__(self, name: str) -> Shown:
        if name.startswith("_"):
            raise AttributeError(name)
        texts = self._texts or {}
        if name not in texts and len(texts) > 1:
            raise FindingsError(Finding("template-undefined", f"the data have no column {name}, which the template shows", None,
                                        f"a variant has {', '.join(texts)}"))
        return self._text(name, texts.get(name, BLANK))

    def _text(self, name: str, text: str) -> Shown:
        return Shown("variant", name, text, None, None, text)

    def _show(self) -> Shown:
        return self.id
