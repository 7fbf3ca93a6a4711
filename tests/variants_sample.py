"""A small report with parts for teachers, for the tests of variants and batch."""

from __future__ import annotations

from pathlib import Path

GIVENS = '''[v]
value = 20
unit = "m/s"
source = "sheet: the car's speed"

[t]
value = "0.8"
unit = "s"
source = "sheet: the reaction time"

[a]
value = 8
unit = "m/s^2"
source = "sheet: the brakes"
'''

ANSWERS = '''from reportgen.derivation import start
from reportgen.rules import evaluate, substitute


def distance(v, t, a):
    return start("s = v*t + v^2/(2*a)", assume=["a > 0"], unit="m").then(substitute(v=v, t=t, a=a), evaluate())


def braking(v, a):
    return start("b = v^2/(2*a)", assume=["a > 0"], unit="m").then(substitute(v=v, a=a), evaluate())
'''

TEMPLATE = '''# Braking

This paper belongs to {{ variant.name }}. A car goes at {{ v }}, reacts after {{ t }} and brakes with {{ a }}. How far does it go?

{% only solution %}
Reaction comes before braking, as every careful driver remembers:

{{ distance.steps }}
{% endonly %}

{% only solution, key %}
The car stops after {{ distance }}.
{% endonly %}
'''

REPORT = '''title = "Braking"
language = "en"
date = 2024-03-01
formats = ["pdf"]
'''


def sample(folder: Path, *, givens: str = GIVENS, answers: str = ANSWERS, template: str = TEMPLATE, variants: str = "") -> Path:
    """A report's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("givens.toml", givens), ("answers.py", answers), ("report.md", template), ("report.toml", REPORT)):
        (folder / name).write_text(text, encoding="utf-8")
    if variants:
        (folder / "variants.toml").write_text(variants, encoding="utf-8")
    return folder
