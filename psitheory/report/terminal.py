"""Reports as text: a table of claims, a block for each law that does not hold, one summary line."""

from __future__ import annotations

import io
import json
import shlex
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from psitheory.checking import CounterfeitReport, Evidence, LawReport, Report, Verdict, Witness
from psitheory.report.survivors import survivors
from psitheory.report.tables import LEGEND, STYLES, counted, verdict_lines, verdict_table

if TYPE_CHECKING:
    from psitheory.runner.judging.judge import Outcome

Piece = Table | Text | str
Line = tuple[str, str]

INDENT = 13
LONGEST_COMMAND = 2000
"""A witness that makes a longer command is replayed from the JSON report instead."""


def pieces(report: Report, targets: Sequence[str | None] | None = None, *, width: int | None = None) -> list[Piece]:
    """Return the report from top to bottom: the table, the blocks, the summary.

    Parameters
    ----------
    report : Report
    targets : sequence, optional
        What names each claim on a command line; its id where that is None.
    width : int, optional
        The width to keep to; none if left out.
    """
    table = verdict_table(report)
    console = _console(io.StringIO())
    fits = width is None or Measurement.get(console, console.options, table).minimum <= width
    out: list[Piece] = [table if fits else verdict_lines(report, width or 0), ""]
    for block in failures(report, targets, width=width):
        out += [block, ""]
    told = survivors(report, width)
    return [*out, *told, *([""] if told else []), *legend(report, width), _filled(summary(report), width)]


def failures(report: Report, targets: Sequence[str | None] | None = None, *, width: int | None = None) -> list[Text]:
    """Return one block for each law that does not hold: claimed, observed, smallest, means, replay."""
    blocks = []
    for claim, target in zip(report.claims, targets or [None] * len(report.claims), strict=True):
        about = f"claim: {claim.id}, {claim.title}"
        if not claim.laws:
            blocks.append(_block(claim.verdict, "no law", about, [("means", "there is nothing to check")], width))
        for law in claim.laws:
            if law.verdict is not Verdict.HOLDS:
                lines = _law_lines(report, target or claim.id, claim.id, law)
                blocks.append(_block(law.verdict, law.name, about, lines, width))
    return blocks


def legend(report: Report, width: int | None = None) -> list[Piece]:
    """Return what *proved* and *held* mean, where a law is one or the other."""
    if not counted(report):
        return []
    lines = [f"{word:<7} {meaning}" for word, meaning in LEGEND.items()]
    return [Text("\n".join(_filled(line, width, " " * 8) for line in lines), style="dim"), ""]


def _filled(line: str, width: int | None, later: str = "") -> str:
    return line if width is None else textwrap.fill(line, width, subsequent_indent=later)


def summary(report: Report) -> str:
    """Return one line: how many claims hold, are refuted, are inconclusive, and how many laws are proved."""
    counts = {v: sum(claim.verdict is v for claim in report.claims) for v in Verdict}
    words = {v: v.lower() for v in Verdict} | {Verdict.HOLDS: "holds" if counts[Verdict.HOLDS] == 1 else "hold"}
    parts = ", ".join(f"{n} {words[v]}" for v, n in counts.items() if n)
    n = len(report.claims)
    laws = f" {counted(report)}." if counted(report) else ""
    settings = f"Effort {report.effort}, seed {report.seed}, {report.seconds:.1f} seconds."
    left = f" Interrupted before {', '.join(report.unfinished)} {'were' if len(report.unfinished) > 1 else 'was'} done."
    return f"{n} claim{'s' * (n != 1)}: {parts or 'none done'}.{laws}{left if report.unfinished else ''} {settings}"


def next_steps(target: str | None, *, drawn: str | None = None, page: Path | None = None) -> Text:
    """Return what one may type next.

    Parameters
    ----------
    target : str, optional
        What names the claim to look at.
    drawn : str, optional
        What names a claim that has figures.
    page : Path, optional
        Where the report was written as a page.
    """
    steps = []
    if page is not None:
        steps.append((str(page), "the evidence as a page: open it in a browser"))
    if target is not None:
        steps.append((f"psitheory show {shlex.quote(target)}", "what it claims, and why"))
    if drawn is not None:
        steps.append((f"psitheory figures {shlex.quote(drawn)}", "its figures, for slides and pages"))
    if target is not None and page is None:
        steps.append((f"psitheory verify {shlex.quote(target)} --report report", "its evidence as a page"))
    wide = max((len(command) for command, _ in steps), default=0)
    return Text("\n".join(["Next:", *(f"  {command:<{wide}}  {what}" for command, what in steps)]), style="dim")


def outcome_text(name: str, outcome: Outcome, kind: str) -> Text:
    """Return what became of one case that was replayed."""
    verdict = {"passed": Verdict.HOLDS, "failed": Verdict.REFUTED}.get(outcome.status, Verdict.INCONCLUSIVE)
    lines = []
    if outcome.left or outcome.right:
        lines.append(("observed", _sides(outcome.left, outcome.right, outcome.relation, verdict)))
    if outcome.note:
        lines.append(("note", outcome.note))
    return _block(verdict, name, f"on this input, in {kind}", lines, None)


def plain(items: Iterable[Piece]) -> str:
    """Return tables and texts as aligned text without colours, wrapping nothing."""
    out = io.StringIO()
    console = _console(out)
    for item in items:
        console.print(item, markup=False, highlight=False, soft_wrap=not isinstance(item, Table))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def text(report: Report, targets: Sequence[str | None] | None = None) -> str:
    """Return the whole report as plain text."""
    return plain(pieces(report, targets))


def replay_command(report: Report, target: str, law: str, witness: Witness, data: str = "report.json") -> str:
    """Return the command line that shows a witness again.

    Inputs that no text can carry (a symbol, a function) are found again by the same search; long ones are read from
    ``data``, the report as JSON.
    """
    inputs = json.dumps(witness.inputs, ensure_ascii=False)
    if '"opaque"' in inputs:
        return f"psitheory verify {shlex.quote(target)} --effort {report.effort} --seed {report.seed}"
    start = f"psitheory replay {shlex.quote(target)} {law} --kind {shlex.quote(witness.kind)} --witness "
    command = start + shlex.quote(inputs)
    return command if len(command) <= LONGEST_COMMAND else f"{start}{shlex.quote(f'@{data}')}"


def _replay_line(report: Report, target: str, law: str, witness: Witness) -> str:
    command = replay_command(report, target, law, witness)
    return command + ("   (written by verify --json report.json)" if command.endswith("@report.json") else "")


def _law_lines(report: Report, target: str, id: str, law: LawReport) -> list[Line]:
    decisive = min((e for e in law.evidence if e.verdict is law.verdict), key=_abstractness, default=None)
    lines = [("claimed", law.says)]
    if law.verdict is Verdict.REFUTED and decisive is not None and decisive.witness is not None:
        return [
            *lines,
            *_refutation(decisive, decisive.witness),
            *[("beside", f"{e.kind}: {e.note}") for e in law.evidence if e.within],
            ("means", f"{id} fails on this input: the claim, this law of it, or the code that it ran is wrong"),
            ("replay", _replay_line(report, target, law.name, decisive.witness)),
        ]
    if decisive is not None or law.gap or not law.evidence:
        undecided = [*lines, ("observed", law.note)]
        if decisive is not None and decisive.witness is not None:
            undecided.append(("smallest", _in_words(decisive.witness)))
        undecided.append(("means", "nothing is decided, and what is not decided does not hold"))
        if decisive is not None and decisive.witness is not None:
            undecided.append(("replay", _replay_line(report, target, law.name, decisive.witness)))
        return undecided
    return [*lines, *_survivors(law.counterfeits), ("means", "a check that was not seen to fail shows nothing")]


def _abstractness(evidence: Evidence) -> int:
    """Return 0 if a witness of plain numbers is at hand, 1 if it is symbolic, 2 if there is none."""
    return 2 if evidence.witness is None else int('"opaque"' in json.dumps(evidence.witness.inputs))


def _refutation(evidence: Evidence, witness: Witness) -> list[Line]:
    sides = _sides(witness.left, witness.right, evidence.relation, evidence.verdict)
    cases = f"{evidence.cases} case{'s' * (evidence.cases != 1)}"
    return [
        ("observed", f"{sides}   in {evidence.kind}, {cases}"),
        ("smallest", _in_words(witness)),
    ]


def _in_words(witness: Witness) -> str:
    return "  ".join(f"{name}={value}" for name, value in witness.shown.items())


def _survivors(counterfeits: Sequence[CounterfeitReport]) -> list[Line]:
    alive = [c for c in counterfeits if c.verdict is not Verdict.REFUTED]
    if not alive:
        return [("observed", "it has no counterfeit")]
    notes = [f" ({c.note})" if c.note else "" for c in alive]
    return [
        ("observed", f"its counterfeit {c.name} was not refuted{note}: {c.says}")
        for c, note in zip(alive, notes, strict=True)
    ]


def _sides(left: str, right: str, relation: str, verdict: Verdict) -> str:
    if relation == "equal":
        return f"{left} against {right}"
    return f"{left} {'exceeds' if verdict is Verdict.REFUTED else 'against at most'} {right}"


def _block(verdict: Verdict, name: str, about: str, lines: Iterable[Line], width: int | None) -> Text:
    block = Text().append(str(verdict), style=f"bold {STYLES[verdict]}").append(f"  {name}", style="bold")
    block.append(f"   {about}")
    for head, line in lines:
        block.append(f"\n  {head:<10} ", style="dim").append(line if head == "replay" else _hanging(line, width))
    return block


def _hanging(line: str, width: int | None) -> str:
    """Return the line wrapped below itself; a replay line is never wrapped, so that it can be copied."""
    if width is None:
        return line
    wrapped = textwrap.wrap(line, max(width - INDENT, 20), break_on_hyphens=False, drop_whitespace=True)
    return f"\n{' ' * INDENT}".join(wrapped)


def _console(out: io.StringIO) -> Console:
    return Console(file=out, width=10_000, color_system=None, force_terminal=False, legacy_windows=False)
