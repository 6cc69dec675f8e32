"""What commands print: pieces on stdout, a bar of progress on stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from psitheory.errors import ArgumentError

if TYPE_CHECKING:
    from psitheory.checking import ClaimReport
    from psitheory.registry import Entry
    from psitheory.report.terminal import Piece
    from psitheory.verification import Progress


INTERRUPTED = 130
"""The exit code of what a signal ended: 128 and the number of SIGINT."""


def width() -> int | None:
    """Return the width to keep to: that of ``COLUMNS``, or of the terminal; None if there is neither."""
    if os.environ.get("COLUMNS", "").isdecimal():
        return max(int(os.environ["COLUMNS"]), 1)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def show_pieces(pieces: Iterable[Piece]) -> None:
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
def progress_bar(entries: Sequence[Entry]) -> Iterator[Progress | None]:
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
