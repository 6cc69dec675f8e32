"""Counterfeits of the runner's own making that survive, as text: what nothing that was tried tells from a law."""

from __future__ import annotations

import textwrap

from rich.text import Text

from psitheory.checking import ClaimReport, LawReport, Report

MEANING = "what they change does not matter, or no case shows that it does"
"""What it means that one survives."""


def survivors(report: Report, width: int | None = None) -> list[Text]:
    """Return one block for each claim with survivors, after a line that counts; nothing if none were made.

    Parameters
    ----------
    report : Report
    width : int, optional
        The width to keep to; none if left out.
    """
    made = [c for claim in report.claims for law in claim.laws for c in law.own]
    if not made:
        return []
    blocks = [_claim(claim, width) for claim in report.claims if any(law.survivors for law in claim.laws)]
    count = sum(len(law.survivors) for claim in report.claims for law in claim.laws)
    head = f"Of {len(made)} counterfeits of the runner's own making {count} survive{'s' if count == 1 else ''}"
    return [Text(_filled(f"{head}: {MEANING}." if count else f"{head}.", width, "")), *blocks]


def _claim(claim: ClaimReport, width: int | None) -> Text:
    lines = [_filled(line, width, indent) for law in claim.laws if law.survivors for line, indent in _law(law)]
    return Text("\n".join([f"  {claim.id}  {claim.title}", *lines]), style="dim")


def _law(law: LawReport) -> list[tuple[str, str]]:
    head = f"    {law.name}: {len(law.survivors)} of {len(law.own)} survive"
    return [(head, " " * 6), *((f"      {c.says}", " " * 10) for c in law.survivors)]


def _filled(line: str, width: int | None, later: str) -> str:
    return line if width is None else textwrap.fill(line, width, subsequent_indent=later, break_on_hyphens=False)
