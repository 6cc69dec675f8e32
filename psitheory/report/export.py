r"""Tables of claims as Markdown and as LaTeX, for papers, issues and slides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from psitheory.checking import KINDS, ClaimReport, Grade, Report
from psitheory.report.tables import LEGEND, SHORT, SIDES, number, worst

Rows = list[list[str]]

TEXT_COLUMNS = 3
"""Id, title and verdict are words; what follows are numbers, which stand to the right."""

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


def rows(claims: Sequence[ClaimReport]) -> Rows:
    """Return the table of claims as text, its head first: verdict, grades, cases by arithmetic, counterfeits."""
    kinds = [kind for kind in KINDS if any(kind in claim.cases for claim in claims)]
    sides = [side for side in SIDES if any(worst(claim, side) is not None for claim in claims)]
    head = ["id", "title", "verdict", *LEGEND, *(SHORT[k] for k in kinds), *(SIDES[s] for s in sides), "counterfeits"]
    body = [
        [
            claim.id,
            claim.title,
            str(claim.verdict),
            *(str(claim.count(grade) or "") for grade in Grade),
            *(str(claim.cases.get(kind, "")) for kind in kinds),
            *(number(worst(claim, side)) for side in sides),
            "{}/{}".format(*claim.refuted_counterfeits),
        ]
        for claim in claims
    ]
    return [head, *body]


def to_markdown(report: Report) -> str:
    """Return the table of claims as GitHub's Markdown."""
    head, *body = [[_in_markdown(cell) for cell in row] for row in rows(report.claims)]
    rule = ["---" if k < TEXT_COLUMNS else "---:" for k in range(len(head))]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *body))


def to_latex(report: Report) -> str:
    """Return the table of claims as a LaTeX ``tabular`` with rules of the package booktabs.

    Letters outside ASCII stay as they are: XeLaTeX and LuaLaTeX set them.
    """
    head, *body = [[_in_latex(cell) for cell in row] for row in rows(report.claims)]
    columns = "l" * TEXT_COLUMNS + "r" * (len(head) - TEXT_COLUMNS)
    lines = [" & ".join(row) + r" \\" for row in (head, *body)]
    parts = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", lines[0], r"\midrule", *lines[1:], r"\bottomrule"]
    return "\n".join([*parts, r"\end{tabular}", ""])


def _in_markdown(text: str) -> str:
    return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", text)


def _in_latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)
