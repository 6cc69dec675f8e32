"""Tables of claims: one line for each where there is room, two lines on a narrow terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from psitheory.checking import KINDS, ClaimReport, Grade, LawReport, Report, Theorem, Verdict

STYLES: Mapping[Verdict, str] = {
    Verdict.HOLDS: "green",
    Verdict.REFUTED: "red",
    Verdict.INCONCLUSIVE: "yellow",
}
SHORT = {kind: kind for kind in KINDS} | {"powers of two": "2^k"}
"""The kinds of evidence as they head a column."""

LEGEND = {
    "proved": "laws that are true of everything in a scope, which `psitheory verify --json` and the page name",
    "held": "laws that were tried in a number of cases, of which none refutes them; nothing more is known",
}
"""What the two ways to hold mean, each under the word that heads its column."""

SIDES = {"equal": "residual", "at most": "ratio"}
"""What is shown of the worst case of each relation."""

TITLE_WIDTH = 24
UNBROKEN = "\N{NO-BREAK SPACE}"


def verdict_table(report: Report) -> Table:
    """Return the table of claims: verdict, laws proved and tried, cases by arithmetic, worst side, counterfeits."""
    kinds = [kind for kind in KINDS if any(kind in claim.cases for claim in report.claims)]
    sides = [side for side in SIDES if any(worst(claim, side) is not None for claim in report.claims)]
    counts = [*(SHORT[kind] for kind in kinds), *(SIDES[side] for side in sides)]
    table = _table(("id", "title", "verdict"), (*LEGEND, *counts, "counterfeits", "seconds"))
    table.columns[1].min_width = min(TITLE_WIDTH, max((len(claim.title) for claim in report.claims), default=0))
    for claim in report.claims:
        table.add_row(
            Text(claim.id, style="bold"),
            claim.title,
            verdict_of(claim),
            *(str(claim.count(grade) or "") for grade in Grade),
            *(str(claim.cases.get(kind, "")) for kind in kinds),
            *(number(worst(claim, side)) for side in sides),
            "{}/{}".format(*claim.refuted_counterfeits),
            f"{claim.seconds:.1f}",
        )
    return table


def verdict_lines(report: Report, width: int) -> Text:
    """Return the same as two lines for each claim: the verdict, and below it what it rests on."""
    ids = max((len(claim.id) for claim in report.claims), default=0) + 2
    verdicts = max((len(verdict_of(claim).plain) for claim in report.claims), default=0) + 2
    text = Text()
    for claim in report.claims:
        title = textwrap.wrap(claim.title, max(width - ids - verdicts, TITLE_WIDTH)) or [""]
        text.append(f"{claim.id:<{ids}}", style="bold").append(verdict_of(claim))
        text.append(" " * (verdicts - len(verdict_of(claim).plain)))
        text.append(f"\n{' ' * (ids + verdicts)}".join(title))
        for line in textwrap.wrap(_evidence_in_words(claim), max(width - ids, TITLE_WIDTH)):
            text.append(f"\n{' ' * ids}{line.replace(UNBROKEN, ' ')}", style="dim")
        text.append("\n")
    text.rstrip()
    return text


def claims_table(theorems: Sequence[Theorem]) -> Table:
    """Return the table of what can be verified."""
    table = _table(("id", "title", "chapter", "source"), ("laws", "counterfeits"))
    for theorem in theorems:
        table.add_row(
            Text(theorem.id, style="bold"),
            theorem.title,
            theorem.chapter,
            theorem.source.key if theorem.source else "",
            str(len(theorem.laws)),
            str(sum(len(law.counterfeits) for law in theorem.laws)),
        )
    return table


def verdict_of(item: ClaimReport | LawReport) -> Text:
    """Return the verdict in its colour."""
    return Text(str(item.verdict), style=f"bold {STYLES[item.verdict]}")


def counted(item: ClaimReport | Report) -> str:
    """Return how many laws are proved, and how many were tried and held, such as ``PROVED 7 laws, HELD 2``."""
    counts = ((word.upper(), item.count(grade)) for word, grade in zip(LEGEND, Grade, strict=True))
    words = [f"{word} {n}" for word, n in counts if n]
    return ", ".join([f"{words[0]} law{'s' * (words[0].split()[1] != '1')}", *words[1:]]) if words else ""


def worst(claim: ClaimReport, relation: str) -> float | None:
    """Return the largest residual of the equalities, or ratio left/right of the inequalities, of a claim."""
    seen = [e.worst for law in claim.laws for e in law.evidence if e.relation == relation and e.worst is not None]
    return max(seen, default=None)


def _evidence_in_words(claim: ClaimReport) -> str:
    laws = [counted(claim)] if counted(claim) else []
    cases = [f"{claim.cases[kind]} {SHORT[kind]}" for kind in KINDS if kind in claim.cases]
    sides = [f"{name} {number(worst(claim, side))}" for side, name in SIDES.items() if worst(claim, side) is not None]
    rest = [*sides, "counterfeits {}/{}".format(*claim.refuted_counterfeits), f"{claim.seconds:.1f} s"]
    groups = (", ".join(part.replace(" ", UNBROKEN) for part in group) for group in (laws, cases, rest))
    return "; ".join(filter(None, groups))


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), collapse_padding=True)
    for head in left:
        table.add_column(head, no_wrap=head != "title", overflow="fold")
    for head in right:
        table.add_column(head, no_wrap=True, justify="right")
    return table


def number(x: float | None) -> str:
    """Return a side as it is shown: three digits where it is of usual size, else its power of ten."""
    if x is None:
        return ""
    return "0" if x == 0 else f"{x:.3f}" if 1e-3 <= abs(x) < 1e3 else f"{x:.0e}"
