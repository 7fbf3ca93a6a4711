"""What ``reportgen check`` reads, on one page: ``reportgen explain grammar``.

EXAMPLES are the lines of that page that a test reads: what is accepted with its verdict, what is refused with its reason.
"""

from __future__ import annotations

# (what it is, how it is written, a claim, its verdict)
EXAMPLES: tuple[tuple[str, str, str, str], ...] = (
    ("chain", "side = side ≈ side < side ...; every link is judged, but for formulas that stand before their numbers", "1/2 + 1/3 = 5/6 < 1", "proved"),
    ("product", "2*3, 2·3, 2 x 3, 2 \\times 3, 2 \\cdot 3, 2(3), (2)(3)", "3(4) + 2 \\cdot 5 = 22", "proved"),
    ("quotient", "6/3, 6 \\div 3, \\frac{6}{3}, \\frac63; 17 // 5, 17 % 5, 3 R 2 as remainder; 2 1/2 and 2\\frac{1}{2} are 2.5",
     "\\frac{84}{2} \\div 2\\frac{1}{3} = 18", "proved"),
    ("power, root", "2^10, 2^{10}, 2**10, \\sqrt{2}, \\sqrt[3]{8}; \\pm on both sides", "\\sqrt[3]{8} \\cdot 2^{3} = 16", "proved"),
    ("factorial, binomial", "5!, \\binom{5}{2}, 5 choose 2", "5! - \\binom{5}{2} = 110", "proved"),
    ("function", "sin, cos, tan ..., ln, log (to base 10 in a numeric claim, then e), log_2, exp, |x|, floor, ceil, gcd, lcm, min, max",
     "\\log_2 8 + \\gcd(12, 18) = 9", "proved"),
    ("angle", "30°, 30^\\circ", "\\sin 30^\\circ = \\frac12", "proved"),
    ("sum, product, dots", "\\sum_{k=1}^{10} k, \\prod, 1 + 2 + ... + 10, where the law is settled", "\\sum_{k=1}^{10} k = 1 + 2 + \\dots + 10 = 55", "proved"),
    ("matrix, vector", "\\begin{pmatrix}..\\end{pmatrix}, (1, 2)", "2 (1, 2) = (2, 4)", "proved"),
    ("thousands", "48 120, 48,120, 48{,}120", "48,000 + 120 = 48{,}120", "proved"),
    ("percent, money", "20%, 20\\%, $5", "20% of $80 = $16", "proved"),
    ("units", "5 kN·m, 5 m s^{-1}, 5\\,\\frac{\\text{N}}{\\text{m}}, 5 km per hour, 5 ft 4 in, 3 cats", "36 km / 0.5 h = 72 km/h = 20 m/s", "proved"),
    ("recurring", "0.\\overline{3}", "0.\\overline{3} = 1/3", "proved"),
    ("rounding", "a printed decimal is right within half a unit of its last place", "2/3 = 0.667", "proved"),
    ("cut off", "one unit off in the last place, or cut off: weaker than refuted (claim-near)", "2/3 = 0.666", "undecided"),
    ("congruence", "17 \\equiv 2 \\pmod{5}", "17 \\equiv 2 \\pmod{5}", "proved"),
    ("inequality", "<, >, \\le, \\ge", "\\pi < 22/7", "proved"),
    ("what is wrong", "both sides are shown; \\boxed{..} is its content", "7 \\cdot 8 = \\boxed{54}", "refuted"),
    ("denial", "\\ne, and words such as \"suppose\", \"is false\" around it: no claim", "2 + 2 \\ne 5", "no-claim"),
    ("unknown word", "refused at its place, never guessed", "\\frobnicate{3} + 1 = 4", "undecided"),
)

_BEFORE = """What `reportgen check` reads

Where claims are looked for
  Markdown, text      between $..$, $$..$$, \\(..\\), \\[..\\], in ```math; arithmetic between words (so 3*21 = 63 years);
                      a line that is an equation and nothing else; cells of tables with tabulators or |
  LaTeX               the same (siunitx, too), and equation, align, gather, multline, alignat, eqnarray ..., tabular; \\newcommand and \\def
                      without recursion; nothing is included, nothing executed
  PDF                 its text layer, page by page: raised letters are powers; stacked fractions are not read
  passed over         code, comments, links, scripts; in LaTeX the preamble

What one claim may be
"""

_AFTER = """
What lines and tables assert
  = under a line      goes on from the last side of the line before: an identity, where both have the same names
  equation under      follows from the equation before? It is refuted only where it shows that it rearranges that one: the same
  equation            names, and one of: one unknown and not solved yet; a word such as "so" between; the same letters moved to
                      other sides. Systems and lists of equations are left alone. What follows from a wrong line is right,
                      given that line (claim-follow-up), and does not count as refuted.
  definition          x := 3, "let x = 3", "where x = 3" are no claims; until the next heading x is 3 in what follows.
                      A single formula with names (E = mc^2) is no claim.
  total               in a row that begins with total, sum, subtotal, Summe, gesamt ... a number is the sum of its column, as printed;
                      in a last column headed so the sum of its row, where most rows add up
  identity            an equation with the same names on both sides is proved where it holds for all of them, and else no claim
  units               of both sides are compared exactly (SI, the usual others, gallons of America): 5 N/m is not 5 N/cm, J no unit of power. A
                      printed decimal is a rounding. 60 mph * 2 = 120 miles is proved, v = 60 km/h * 2 = 120 km undecided, as what has a second
                      sense: 25 C, 20 °C = 20 K, 1 GB = 1024 MB, 1 year = 365 days, 2 g = 4 h. Words must be the same on both sides; with a
                      unit on one side only the numbers count. Letters are units in plain text, in a formula in \\mathrm or behind a space
  reported speech     words of doubt in the sentence, a table with a "verdict", "the submission states ...", a proof by
                      contradiction, counting modulo n or in base two: what is wrong there is no claim
  answers             with --against REPORT: a cell by its row and column, an equation by its name, a formula by the title before it;
                      letters may differ, entries of a vector are told one by one, units are compared where both are known

Limits
  64 MB a file (256 MB and 5,000 pages a PDF), 20,000 characters a formula, 60 nested brackets, 1.5 seconds and 1 GB a claim.
  What exceeds them is a finding, and the rest of the document is checked.

Codes: claim-refuted, claim-step, claim-total, claim-wrong-answer, claim-follow-up, claim-working, claim-near, claim-missing,
claim-undecided, claim-unreadable; `reportgen explain CODE` tells what each means."""


def grammar() -> str:
    """The page."""
    width = max(len(name) for name, *_ in EXAMPLES)
    rows = [f"  {name.ljust(width)}  {how}\n  {'':{width}}      {claim}    [{verdict}]" for name, how, claim, verdict in EXAMPLES]
    return _BEFORE + "\n".join(rows) + "\n" + _AFTER
