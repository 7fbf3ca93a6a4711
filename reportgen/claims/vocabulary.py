"""What the claim reader knows by name: relations, functions, letters, dots."""

from __future__ import annotations

# relation -> how it is written
_RELATIONS = {
    "eq": r"= ==",
    "approx": r"~= \approx \simeq \cong \doteq \approxeq \sim \thickapprox",
    "lt": r"< \lt",
    "le": r"<= \le \leq \leqslant \leqq",
    "gt": r"> \gt",
    "ge": r">= \ge \geq \geqslant \geqq",
    "ne": r"!= \ne \neq \not",
    "congruent": r"\equiv",
    "element": r"\in",
    "to": r"\to \mapsto -> \rightarrow \propto \mid \parallel \perp \subset \subseteq \ll \gg \notin \neg",
    "then": r"\implies \Rightarrow \Longrightarrow \rightarrow =>",
    "iff": r"\iff \Leftrightarrow <=> \Longleftrightarrow",
}
RELATIONS = {word: head for head, words in _RELATIONS.items() for word in words.split()}
# function as it is written -> head
TRIG = {name: name for name in "sin cos tan cot sec csc sinh cosh tanh".split()} | {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "tg": "tan",
    "ctg": "cot",
    "Arcsin": "asin",
    "Arccos": "acos",
    "Arctan": "atan",
}
INVERSE = {"sin": "asin", "cos": "acos", "tan": "atan"}
ONE_ARGUMENT = TRIG | {name: name for name in "exp ln floor ceil abs cis arg det log".split()} | {"lg": "log10", "Re": "re", "Im": "im"}
TEXT_FUNCTIONS = frozenset("""GCD Im LCM Re adj arccos arcsin arctan cis cos det exp gcd lcm ln log max min proj sgn sin tan""".split())
GREEK = frozenset(
    """Delta Gamma Lambda Omega Phi Pi Psi Sigma Theta Upsilon Xi alpha beta chi delta ell epsilon eta gamma hbar iota kappa lambda mu nu omega phi
    psi rho sigma tau theta upsilon varepsilon varphi vartheta xi zeta""".split()
)
DOTS = frozenset(r""".. ... \cdots \dots \dotsb \dotsc \dotsi \dotsm \dotso \ldots \vdots""".split())
NUMBER_WORDS: dict[str, int] = {word: k for k, word in enumerate("zero one two three four five six seven eight nine ten".split())}
WORD_OPERATORS = {"times": "*", "plus": "+", "minus": "-", "of": "*", "x": "*", "X": "*"}
