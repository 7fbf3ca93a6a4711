"""What ``reportgen explain WORD`` says: the code of a finding, the rules, the views, one of them, or what a field knows."""

from __future__ import annotations

import inspect

from reportgen import catalogue
from reportgen.config import did_you_mean
from reportgen.diagnostics import CODES, EXIT_UNABLE, Finding, FindingsError


def explain_word(word: str) -> str:
    """The explanation of a word that stands alone.  Raises FindingsError (usage) for an unknown one."""
    if word in CODES:
        title, text = CODES[word]
        return f"{word}: {title}\n\n{text}"
    if word in ("rules", "rule"):
        return catalogue.rules_text()
    if word in ("views", "view"):
        return catalogue.views_text()
    if word == "codes":
        return "\n".join(catalogue.aligned([(code, title) for code, (title, _) in CODES.items()]))
    if word == "grammar":
        from reportgen.claims.grammar import grammar

        return grammar()
    name = word.removesuffix("()")
    found = [text for text in (_rule(name), _view(name.lstrip(".")), _domain(name)) if text]
    if found:
        return "\n\n".join(found)
    known = [*_DOMAINS] + [e.rule for e in catalogue.rules()] + [v.view for group in catalogue.VIEWS.values() for v in group if v.view] + [*CODES]
    near = did_you_mean(word, known)
    message = f"{word!r} is no code of a finding, no rule, no view and no field; to explain an answer, name the report and the answer"
    hint = "type: reportgen explain rules, explain views, explain codes, explain statistics, or explain REPORT ANSWER"
    raise FindingsError(Finding("usage", message, hint=f"{near + ' ' if near else ''}{hint}"), exit_code=EXIT_UNABLE)


def _rule(name: str) -> str:
    example = next((e for e in catalogue.rules() if e.rule == name), None)
    if example is None:
        return ""
    import reportgen.rules

    rule = getattr(reportgen.rules, name)
    parameters = [p.replace(annotation=inspect.Parameter.empty) for p in inspect.signature(rule).parameters.values()]
    return "\n".join([f"{name}{inspect.Signature(parameters)}", "",
                      *("  " + line if line else "" for line in inspect.getdoc(rule).splitlines()), "",
                      "Example", f"  {example.before}   {example.call}   ->   {catalogue.result_of(example)}", "",
                      f"In answers.py: from reportgen.rules import {name}"])


_DOMAINS = ("statistics", "neural", "convolution")


def _domain(name: str) -> str:
    """A field's functions, each with the first line of what it says of itself; or one of them with all of it."""
    import importlib

    parts = []
    for domain in _DOMAINS:
        module = importlib.import_module(f"reportgen.domains.{domain}")
        functions = [f for f, thing in vars(module).items() if (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__ == module.__name__
                     and not f.startswith("_") and inspect.getdoc(thing)]
        if name == domain:
            rows = [(f"  {f}", inspect.getdoc(getattr(module, f)).splitlines()[0]) for f in functions]
            parts.append("\n".join([*catalogue.aligned(rows), "", f"One of them: reportgen explain {functions[-1]}.  "
                                                                  f"In answers.py: from reportgen.domains.{domain} import {functions[-1]}"]))
        elif name in functions:
            function = getattr(module, name)
            parameters = [p.replace(annotation=inspect.Parameter.empty) for p in inspect.signature(function).parameters.values()]
            parts.append("\n".join([f"{name}{inspect.Signature(parameters)}", "",
                                    *("  " + line if line else "" for line in inspect.getdoc(function).splitlines()), "",
                                    f"In answers.py: from reportgen.domains.{domain} import {name}"]))
    return "\n\n".join(parts)


def _view(name: str) -> str:
    found = [(kind, [v for v in group if v.view == name]) for kind, group in catalogue.VIEWS.items() if name]
    found = [(kind, group) for kind, group in found if group]
    return catalogue.views_text(found) if found else ""
