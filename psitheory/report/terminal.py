"""Reports as text: a table of claims, a block for each law that does not hold, one summary line."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from psitheory.checking import (
    KINDS,
    ClaimReport,
    CounterfeitReport,
    Evidence,
    LawReport,
    Report,
    Theorem,
    Verdict,
    Witness,
)

if TYPE_CHECKING:
    from psitheory.runner.judge import Outcome

STYLES: Mapping[Verdict, str] = {
    Verdict.HOLDS: "bold green",
    Verdict.REFUTED: "bold red",
    Verdict.INCONCLUSIVE: "bold yellow",
}
SHORT = {
    "symbols": "symbols",
    "rationals": "rationals",
    "powers of two": "2^k",
    "balls": "balls",
    "floats": "floats",
    "controls": "controls",
}
"""The kinds of evidence as they head a column."""

LONGEST_COMMAND = 2000
"""A witness that makes a longer command is read from the JSON report instead."""


def verdict_table(report: Report) -> Table:
    """Return the table of claims: verdict, cases by arithmetic, worst side, counterfeits, seconds."""
    kinds = [kind for kind in KINDS if any(kind in claim.cases for claim in report.claims)]
    table = _table(
        "id", "title", "verdict", *(SHORT[kind] for kind in kinds), "residual", "ratio", "refuted", "seconds"
    )
    for column in table.columns[3:]:
        column.justify = "right"
    for claim in report.claims:
        refuted, of = claim.refuted_counterfeits
        table.add_row(
            Text(claim.id, style="bold"),
            claim.title,
            graded(claim),
            *(str(claim.cases.get(kind, "")) for kind in kinds),
            _number(worst(claim, "equal")),
            _number(worst(claim, "at most")),
            f"{refuted}/{of}",
            f"{claim.seconds:.1f}",
        )
    return table


def claims_table(theorems: Sequence[Theorem]) -> Table:
    """Return the table of what can be verified."""
    table = _table("id", "title", "chapter", "source", "laws", "counterfeits")
    for column in table.columns[4:]:
        column.justify = "right"
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
    text = Text(str(item.verdict), style=STYLES[item.verdict])
    return text.append(f" {item.grade}", style="not bold") if item.grade else text


def worst(claim: ClaimReport, relation: str) -> float | None:
    """Return the largest residual of the equalities, or ratio left/right of the inequalities, of a claim."""
    seen = [e.worst for law in claim.laws for e in law.evidence if e.relation == relation and e.worst is not None]
    return max(seen, default=None)


def failures(report: Report, targets: Mapping[str, str] | None = None) -> list[Text]:
    """Return one block of text for each law that does not hold, with the command that replays it.

    Parameters
    ----------
    report : Report
    targets : mapping, optional
        What names a claim on a command line, by id, where that is not its id.
    """
    blocks = []
    for claim in report.claims:
        target = (targets or {}).get(claim.id, claim.id)
        if not claim.laws:
            blocks.append(_block(Verdict.INCONCLUSIVE, claim, claim.title, [("means", "the theorem has no law")]))
        blocks += [_law_block(claim, law, target) for law in claim.laws if law.verdict is not Verdict.HOLDS]
    return blocks


def summary(report: Report) -> str:
    """Return one line: how many claims hold, are refuted, are inconclusive."""
    counts = {v: sum(claim.verdict is v for claim in report.claims) for v in Verdict}
    words = {
        Verdict.HOLDS: "holds" if counts[Verdict.HOLDS] == 1 else "hold",
        Verdict.REFUTED: "refuted",
        Verdict.INCONCLUSIVE: "inconclusive",
    }
    parts = ", ".join(f"{n} {words[v]}" for v, n in counts.items() if n)
    n = len(report.claims)
    return (
        f"{n} claim{'s' * (n != 1)}: {parts}. Effort {report.effort}, seed {report.seed}, {report.seconds:.1f} seconds."
    )


def plain(items: Iterable[Table | Text | str]) -> str:
    """Return tables and texts as aligned text without colours, wrapping nothing."""
    out = io.StringIO()
    console = Console(file=out, width=10_000, color_system=None, force_terminal=False, legacy_windows=False)
    for item in items:
        console.print(item, markup=False, highlight=False, soft_wrap=isinstance(item, str | Text))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def text(report: Report, targets: Mapping[str, str] | None = None) -> str:
    """Return the whole report as plain text."""
    return plain(pieces(report, targets))


def pieces(report: Report, targets: Mapping[str, str] | None = None) -> list[Table | Text | str]:
    """Return the report from top to bottom: the table, the blocks, the summary."""
    out: list[Table | Text | str] = [verdict_table(report), ""]
    for block in failures(report, targets):
        out += [block, ""]
    return [*out, summary(report)]


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), collapse_padding=True)
    for head in heads:
        is_title = head == "title"
        table.add_column(head, no_wrap=not is_title, overflow="fold", min_width=16 if is_title else None)
    return table


def _law_block(claim: ClaimReport, law: LawReport, target: str) -> Text:
    decisive = next((e for e in law.evidence if e.verdict is law.verdict), None)
    lines = [("claimed", law.says)]
    if law.verdict is Verdict.REFUTED and decisive is not None and decisive.witness is not None:
        lines += _refutation(decisive, decisive.witness)
        lines.append(("means", f"{claim.id} fails on this input: the claim, its law here, or the code it ran is wrong"))
        lines.append(("replay", replay_command(target, law.name, decisive.witness)))
    elif decisive is not None or not law.evidence:
        lines.append(("observed", law.note))
        lines.append(("means", "nothing is decided, and what is not decided does not hold"))
    else:
        lines += _survivors(law.counterfeits)
        lines.append(("means", "a check that was not seen to fail shows nothing"))
    return _block(law.verdict, claim, law.name, lines)


def _refutation(evidence: Evidence, witness: Witness) -> list[tuple[str, str]]:
    cases = f"{evidence.cases} case{'s' * (evidence.cases != 1)}"
    return [
        (
            "observed",
            f"{_sides(witness.left, witness.right, evidence.relation, evidence.verdict)}   in {evidence.kind}, {cases}",
        ),
        ("smallest", "  ".join(f"{name}={value}" for name, value in witness.shown.items())),
    ]


def _survivors(counterfeits: Sequence[CounterfeitReport]) -> list[tuple[str, str]]:
    if not counterfeits:
        return [("observed", "it has no counterfeit")]
    return [
        ("observed", f"its counterfeit {c.name} was not refuted ({c.says}){': ' * bool(c.note)}{c.note}")
        for c in counterfeits
        if c.verdict is not Verdict.REFUTED
    ]


def outcome_text(name: str, outcome: Outcome) -> Text:
    """Return what became of one case that was replayed."""
    verdict = {"passed": Verdict.HOLDS, "failed": Verdict.REFUTED}.get(outcome.status, Verdict.INCONCLUSIVE)
    block = Text(str(verdict), style=STYLES[verdict]).append(f"  {name} on this input", style="bold")
    if outcome.left or outcome.right:
        block.append("\n  observed   ", style="dim").append(
            _sides(outcome.left, outcome.right, outcome.relation, verdict)
        )
    if outcome.note:
        block.append("\n  note       ", style="dim").append(outcome.note)
    return block


def _sides(left: str, right: str, relation: str, verdict: Verdict) -> str:
    if relation == "equal":
        return f"{left} against {right}"
    return f"{left} {'exceeds' if verdict is Verdict.REFUTED else 'against at most'} {right}"


def replay_command(target: str, law: str, witness: Witness) -> str:
    """Return the command line that replays a witness."""
    start = f"psitheory replay {shlex.quote(target)} {law} --kind {shlex.quote(witness.kind)} --witness "
    command = start + shlex.quote(json.dumps(witness.inputs, ensure_ascii=False))
    return command if len(command) <= LONGEST_COMMAND else f"{start}@report.json   (report.json: from verify --json)"


def _block(verdict: Verdict, claim: ClaimReport, name: str, lines: Iterable[tuple[str, str]]) -> Text:
    block = Text()
    block.append(f"{verdict}", style=STYLES[verdict])
    block.append(f"  {name}", style="bold")
    block.append(f"   claim: {claim.id}, {claim.title}")
    for head, line in lines:
        block.append(f"\n  {head:<10} ", style="dim")
        block.append(line)
    return block


def _number(x: float | None) -> str:
    if x is None:
        return ""
    return "0" if x == 0 else f"{x:.3f}" if 1e-3 <= abs(x) < 1e3 else f"{x:.0e}"
