"""reportgen: reports in which every number is computed and judged.

Two flows meet at one judge:

    givens -> derivation -> obligations --.                .-> ledger -> template -> document -> outputs
                                          |-> the judge ---|
    submission -> claims -> obligations --'                '-> verdicts -> corrections

Writing.  A report is a folder: ``givens.toml`` holds every number that enters, exact and with its source;
``answers.py`` holds one function an answer, which derives it step by step; ``report.md`` holds the prose.
``build.build`` reads the givens, runs the answers in the order in which they need each other, has every step
judged, enters what was judged into the ledger, renders the template from the ledger alone, and writes PDF,
LaTeX, Markdown and HTML.

Correcting.  What somebody else wrote is read line by line; each claim in it is an obligation like a step of a
derivation, and the same judge says proved, refuted (with a point where it fails) or undecided.

SymPy may search, and is never believed.  Only a judged value enters the ledger, and only the ledger puts a
number on a page.
"""

__version__ = "0.1.0"
