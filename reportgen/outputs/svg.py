"""An SVG file made fit to stand inside an HTML page: ids of its own, a name for those who cannot see it."""

from __future__ import annotations

import re
from html import escape

_PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_ROOT = re.compile(r"<svg\b([^>]*)>", re.DOTALL)


def inline(svg: bytes, name: str, title: str) -> str:
    """The ``<svg>`` element with each id prefixed by ``name`` and described by ``title``."""
    text = _PROLOG.sub("", svg.decode("utf-8")).strip()
    prefix = re.sub(r"[^A-Za-z0-9_-]", "-", name) + "-"
    ids = set(re.findall(r'\bid="([^"]+)"', text))

    def known(before: str, id_: str, after: str) -> str:
        return f"{before}{prefix}{id_}{after}" if id_ in ids else f"{before}{id_}{after}"

    text = re.sub(r'(\bid=")([^"]+)(")', lambda m: known(*m.groups()), text)
    text = re.sub(r"(url\(#)([^)]+)(\))", lambda m: known(*m.groups()), text)
    text = re.sub(r'((?:xlink:)?href="#)([^"]+)(")', lambda m: known(*m.groups()), text)
    # matplotlib's only style sheet speaks of all elements; inside a page it would speak of the page
    text = re.sub(r'<style type="text/css">\s*\*\{([^}]*)\}\s*</style>', "", text)
    match = _ROOT.search(text)
    if match is None:
        return f'<p>{escape(title)}</p>'
    root = re.sub(r'\s(?:role|aria-[\w-]+)="[^"]*"', "", match.group(1))
    title_id = f"{prefix}title"
    head = (f'<svg{root} role="img" aria-labelledby="{title_id}" stroke-linejoin="round" stroke-linecap="butt">'
            f'<title id="{title_id}">{escape(title)}</title>')
    return head + text[match.end():]
