"""The command line: ``psitheory verify | claims | show | replay | race | check``.

Exit codes: 0 all hold, 1 something is refuted, 3 something is inconclusive, 2 bad use, 70 the program itself failed.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory import __version__
from psitheory.errors import ArgumentError, PsitheoryError
from psitheory.verification import ONE_THREAD, Progress, WorkerDied, check_options, verify_entries

if TYPE_CHECKING:
    from psitheory.checking import ClaimReport
    from psitheory.registry import Entry
    from psitheory.report.terminal import Piece

BAD_USE, FAILED, INTERRUPTED = 2, 70, 130

app = typer.Typer(
    name="psitheory",
    help="Check the theory of scale-invariant optimisation on running code.",
    epilog="Exit codes: 0 all hold, 1 something is refuted, 3 something is inconclusive, 2 bad use.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; an error that was raised on purpose is shown as its sentence."""
    os.environ.update(ONE_THREAD)
    try:
        app()
    except PsitheoryError as error:
        print(f"psitheory: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(FAILED if isinstance(error, WorkerDied) else BAD_USE)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            print("psitheory: interrupted", file=sys.stderr)
        raise
    except Exception:
        traceback.print_exc()
        print("psitheory: the program itself failed, as the lines above tell; nothing was verified", file=sys.stderr)
        sys.exit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"psitheory {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Take the options that stand before the command."""


@app.command()
def verify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID|FILE.py", help="Claims or files of theorems; all claims if left out."),
    ] = None,
    chapter: Annotated[str | None, typer.Option(metavar="C", help="Only this chapter: its letter or name.")] = None,
    effort: Annotated[str, typer.Option(metavar="quick|standard|deep", help="How many cases, for how long.")] = "quick",
    seed: Annotated[int, typer.Option(metavar="N", help="All randomness derives from it.")] = 0,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes; as many as processors if left out.")
    ] = None,
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
    from psitheory.registry import select
    from psitheory.report import files, page, terminal

    check_options(effort, seed, workers)
    if json is not None and json != "-":
        files.check_writable(Path(json), "--json")
    if report is not None:
        page.check_folder(report)
    entries = select(targets, chapter=chapter)
    with _progress(entries) as progress:
        found = verify_entries(entries, effort=effort, seed=seed, workers=workers, progress=progress)
    named = [entry.target for entry in entries]
    if json == "-":
        _print([files.as_json(found.to_dict()).rstrip("\n")])
    else:
        _print(terminal.pieces(found, named, width=_width()))
        if json is not None:
            files.write_whole(Path(json), files.as_json(found.to_dict()), "--json")
    if report is not None:
        page.write_page(found, [entry.theorem for entry in entries], report, named)
    raise typer.Exit(found.exit_code)


@app.command()
def claims(json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the claims that can be verified."""
    from psitheory.registry import library
    from psitheory.report import describe, files, tables

    theorems = [entry.theorem for entry in library()]
    if json:
        _print([files.as_json([describe.as_dict(theorem) for theorem in theorems]).rstrip("\n")])
    else:
        _print([tables.claims_table(theorems)])


@app.command()
def show(target: Annotated[str, typer.Argument(metavar="ID|FILE.py")]) -> None:
    """Show a claim in full.

    Its statement, assumptions, proof in words, laws and counterfeits, source and BibTeX.
    """
    from psitheory.registry import find
    from psitheory.report import describe

    _print([describe.theorem_text(entry.theorem) for entry in find(target)])


@app.command()
def replay(
    target: Annotated[str, typer.Argument(metavar="ID|FILE.py")],
    law: Annotated[str, typer.Argument(metavar="LAW", help="The name of a law, or of a counterfeit.")],
    witness: Annotated[
        str,
        typer.Option(metavar="JSON|@FILE", help="The inputs, or a file with them, or a report written by --json."),
    ],
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="The arithmetic, such as floats or 'powers of two'.")
    ] = None,
) -> None:
    """Run one case again.

    The inputs are those that a report prints, or carries as JSON.
    """
    from psitheory.replaying import replay_case
    from psitheory.report import terminal

    outcome = replay_case(target, law, witness, kind)
    _print([terminal.outcome_text(law, outcome)])
    raise typer.Exit({"passed": 0, "failed": 1}.get(outcome.status, 3))


@app.command()
def race(
    model: Annotated[str, typer.Option(metavar="NAME", help="A model by name, such as rayleigh or digits.")],
    optimizers: Annotated[str, typer.Option(metavar="NAME,…", help="Optimizers by name.")] = "gd,psi-gd",
    scales: Annotated[str | None, typer.Option(metavar="LOW:HIGH", help="Scales of the starts.")] = None,
    count: Annotated[int, typer.Option(metavar="K", help="How many scales, log-spaced.")] = 33,
    max_steps: Annotated[int, typer.Option(metavar="N", help="Runs that take more are censored.")] = 50_000,
    target: Annotated[
        float | None, typer.Option(metavar="G", help="The squared gradient to reach; 1/100 of the first if left out.")
    ] = None,
    rate: Annotated[float | None, typer.Option(metavar="ETA", help="The learning rate; 1/L if left out.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Draws the starts.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="FIG", help="Draw it; the ending says the format.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JSON.")] = None,
) -> None:
    """Race optimizers from equivalent starts.

    Counts the steps to a small gradient against the scale of the start, and fits the slope at large scales.
    """
    from psitheory.race_command import check_outputs, run_race, write

    check_outputs(out, json)
    finished = run_race(
        model, optimizers, scales=scales, count=count, max_steps=max_steps, target=target, rate=rate, seed=seed
    )
    _print(finished.pieces())
    write(finished, out=out, json=json)


@app.command()
def check(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="package.module:name or file.py:name.")],
    kind: Annotated[
        str | None, typer.Option(metavar="manifold|model|optimizer|retraction", help="Found out if left out.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="LAW", help="Only this law; may be repeated.")] = None,
    expected: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON: a reason for each law that is expected to be refuted.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="All randomness derives from it.")] = 0,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report as JSON; - prints it, and nothing else.")
    ] = None,
) -> None:
    """Check your own manifold, model or optimizer: this runs the code of TARGET.

    TARGET may also be a function without arguments that returns one of these, or a report of a check.
    """
    from psitheory.checking_command import check_output, run_check, write

    check_output(json)
    report = run_check(target, kind=kind, only=only, expected=expected, seed=seed)
    _print([write(report, json)])
    raise typer.Exit(report.exit_code)


def _width() -> int | None:
    """Return the width of the terminal, None if stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _print(pieces: Iterable[Piece]) -> None:
    """Print to stdout: with colours on a terminal, else plain aligned lines."""
    from rich.console import Console
    from rich.table import Table

    from psitheory.report import terminal

    try:
        if sys.stdout.isatty():
            console = Console(highlight=False)
            for piece in pieces:
                console.print(piece, markup=False, soft_wrap=not isinstance(piece, Table))
        else:
            sys.stdout.write(terminal.plain(pieces))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; the exit code still tells the verdict
        _write_no_more()
    except OSError as error:
        _write_no_more()
        raise ArgumentError(f"the standard output cannot be written: {error.strerror}") from error


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _progress(entries: Sequence[Entry]) -> Iterator[Progress | None]:
    """Show a progress bar on stderr while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    waiting = {i: entry.theorem.id for i, entry in enumerate(entries)}

    def words() -> str:
        names = list(waiting.values())
        return "checking " + ", ".join(names[:6]) + ("…" if len(names) > 6 else "")

    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words(), total=len(entries))

        def done(i: int, _: ClaimReport) -> None:
            waiting.pop(i)
            bar.update(task, advance=1, description=words())

        yield done


if __name__ == "__main__":
    main()
