"""The command ``verify``: every claim, or some, with verdict, evidence and the fate of its counterfeits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.checking import Verdict
from psitheory.commands.completion import complete_claims
from psitheory.commands.output import INTERRUPTED, progress_bar, show_pieces, width
from psitheory.environment import cpus
from psitheory.limits import CASE_SECONDS
from psitheory.verification import Interrupted, check_options, selected, verify_entries

if TYPE_CHECKING:
    from rich.text import Text

    from psitheory.checking import Report
    from psitheory.registry import Entry


def verify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|FILE.py",
            help="Claims or files of theorems; all claims if left out.",
            autocompletion=complete_claims,
        ),
    ] = None,
    chapter: Annotated[str | None, typer.Option(metavar="C", help="Only this chapter: its letter or name.")] = None,
    effort: Annotated[str, typer.Option(metavar="quick|standard|deep", help="How many cases, for how long.")] = "quick",
    seed: Annotated[int, typer.Option(metavar="N", help="All randomness derives from it.")] = 0,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes; as many as processors if left out.")
    ] = None,
    case_limit: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="For one case, one draw from a domain, or the loading of a file; a law that takes longer is "
            "inconclusive.  0: no limit, for debuggers (with --workers 1 all runs in this process).",
        ),
    ] = CASE_SECONDS,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report as JSON; - prints it, and nothing else.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report as one self-contained HTML page in DIR.")
    ] = None,
) -> None:
    """Verify claims, all of them if none is named.

    Each gets a verdict with its evidence, and each of its counterfeits must be refuted.
    """
    from psitheory.report import files, page

    check_options(effort, seed, workers, case_limit)
    if json is not None and json != "-":
        files.check_writable(Path(json), "--json")
    if report is not None:
        page.check_folder(report)
    entries = selected(targets, chapter=chapter, case_limit=case_limit)
    try:
        with progress_bar(entries) as progress:
            found = verify_entries(
                entries, effort=effort, seed=seed, workers=workers, case_limit=case_limit, progress=progress
            )
    except Interrupted as stop:  # what was done is kept
        _deliver(stop.report, entries, json, report, workers)
        raise typer.Exit(INTERRUPTED) from stop
    _deliver(found, entries, json, report, workers)
    raise typer.Exit(found.exit_code)


def _deliver(
    found: Report, entries: Sequence[Entry], json: str | None, folder: Path | None, workers: int | None
) -> None:
    """Write the files, and then print: what cannot be printed costs no file."""
    from psitheory.report import files, page, terminal

    done = [entry for entry in entries if entry.theorem.id not in found.unfinished]
    named = [entry.target for entry in done]
    if json is not None and json != "-":
        files.write_whole(Path(json), files.as_json(found.to_dict()), "--json")
    if folder is not None:
        theorems = [entry.theorem for entry in done]
        page.write_page(found, theorems, folder, named, workers=cpus() if workers is None else workers)
    if json == "-":
        show_pieces([files.as_json(found.to_dict()).rstrip("\n")])
        return
    show_pieces(terminal.pieces(found, named, width=width()))
    if width() is not None:
        show_pieces(["", _next_steps(found, done, folder)])
    elif folder is not None:
        show_pieces([f"The report is {folder / page.NAME}: open it in a browser."])


def _next_steps(found: Report, entries: Sequence[Entry], folder: Path | None) -> Text:
    """Return what to type next about the first claim that does not hold, or the first of all."""
    from psitheory.report import page, terminal

    order = sorted(range(len(entries)), key=lambda i: found.claims[i].verdict is Verdict.HOLDS)
    targets = [entries[i].target for i in order]
    drawn = [entries[i].target for i in order if entries[i].theorem.exhibits]
    made = folder / page.NAME if folder is not None else None
    return terminal.next_steps(next(iter(targets), None), drawn=next(iter(drawn), None), page=made)
