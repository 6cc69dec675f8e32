"""Tables of claims: one line for each where there is room, two lines on a narrow terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from psitheory.checking import KINDS, ClaimReport, LawReport, Report, Theorem, Verdict

STYLES: Mapping[Verdict, str] = {
    Verdict.HOLDS: "green",
    Verdict.REFUTED: "red",
    Verdict.INCONCLUSIVE: "yellow",
}
SHORT = {kind: kind for kind in KINDS} | {"powers of two": "2^k"}
"""The kinds of evidence as they head a column."""

SIDES = {"equal": "residual", "at most": "ratio"}
"""What is shown of the worst case of each relation."""

TITLE_WIDTH = 24
UNBROKEN = "\N{NO-BREAK SPACE}"


def verdict_table(report: Report) -> Table:
    """Return the table of claims: verdict, cases by arithmetic, worst side, counterfeits, seconds."""
    kinds = [kind for kind in KINDS if any(kind in claim.cases for claim in report.claims)]
    sides = [side for side in SIDES if any(worst(claim, side) is not None for claim in report.claims)]
    counts = [*(SHORT[kind] for kind in kinds), *(SIDES[side] for side in sides)]
    table = _table(("id", "title", "verdict"), (*counts, "counterfeits", "seconds"))
    table.columns[1].min_width = min(TITLE_WIDTH, max((len(claim.title) for claim in report.claims), default=0))
    for claim in report.claims:
        table.add_row(
            Text(claim.id, style="bold"),
            claim.title,
            graded(claim),
            *(str(claim.cases.get(kind, "")) for kind in kinds),
            *(_number(worst(claim, side)) for side in sides),
            "{}/{}".format(*claim.refuted_counterfeits),
            f"{claim.seconds:.1f}",
        )
    return table


def verdict_lines(report: Report, width: int) -> Text:
    """Return the same as two lines for each claim: the verdict, and below it what it rests on."""
    ids = max((len(claim.id) for claim in report.claims), default=0) + 2
    verdicts = max((len(graded(claim).plain) for claim in report.claims), default=0) + 2
    text = Text()
    for claim in report.claims:
        title = textwrap.wrap(claim.title, max(width - ids - verdicts, TITLE_WIDTH)) or [""]
        text.append(f"{claim.id:<{ids}}", style="bold").append(graded(claim))
        text.append(" " * (verdicts - len(graded(claim).plain)))
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


def graded(item: ClaimReport | LawReport) -> Text:
    """Return the verdict with its grade, such as ``HOLDS proved``."""
    text = Text().append(str(item.verdict), style=f"bold {STYLES[item.verdict]}")
    return text.append(f" {item.grade}", style=STYLES[item.verdict]) if item.grade else text


def worst(claim: ClaimReport, relation: str) -> float | None:
    """Return the largest residual of the equalities, or ratio left/right of the inequalities, of a claim."""
    seen = [e.worst for law in claim.laws for e in law.evidence if e.relation == relation and e.worst is not None]
    return max(seen, default=None)


def _evidence_in_words(claim: ClaimReport) -> str:
    cases = [f"{claim.cases[kind]} {SHORT[kind]}" for kind in KINDS if kind in claim.cases]
    sides = [f"{name} {_number(worst(claim, side))}" for side, name in SIDES.items() if worst(claim, side) is not None]
    rest = [*sides, "counterfeits {}/{}".format(*claim.refuted_counterfeits), f"{claim.seconds:.1f} s"]
    groups = (", ".join(part.replace(" ", UNBROKEN) for part in group) for group in (cases, rest))
    return "; ".join(filter(None, groups))


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), collapse_padding=True)
    for head in left:
        table.add_column(head, no_wrap=head != "title", overflow="fold")
    for head in right:
        table.add_column(head, no_wrap=True, justify="right")
    return table


def _number(x: float | None) -> str:
    if x is None:
        return ""
    return "0" if x == 0 else f"{x:.3f}" if 1e-3 <= abs(x) < 1e3 else f"{x:.0e}"
