"""The command ``figures``: the figures of claims, as files for slides, pages and columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from psitheory.commands.completion import complete_claims
from psitheory.commands.output import show_pieces
from psitheory.errors import ArgumentError, TimeUp

if TYPE_CHECKING:
    from psitheory.registry import Entry

FORMATS = ("svg", "pdf", "png")
NOT_ALL = 3
"""The exit code where something is missing, as of a verification that left something undecided."""


def figures(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|FILE.py",
            help="Claims or files; all claims if left out.",
            autocompletion=complete_claims,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go; made if it does not exist.")] = Path(
        "figures"
    ),
    format: Annotated[str, typer.Option(metavar="svg|pdf|png", help="The format of the files.")] = "svg",
    size: Annotated[str, typer.Option(metavar="slide|page|column", help="What they are for.")] = "page",
    grey: Annotated[bool, typer.Option("--grey", help="In shades of grey.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="All randomness derives from it.")] = 0,
) -> None:
    """Draw the figures of claims, each into a file.

    Its title and caption stand in the file's metadata, and as text beside it.  One that cannot be drawn is told, the
    others are drawn, and the exit code is 3.
    """
    from psitheory.registry import select

    _check(out, format, size, seed)
    makers = _makers(select(targets))
    if not makers:
        raise ArgumentError(f"targets: {', '.join(targets or ())} has no figure; psitheory show tells of each claim")
    out.mkdir(exist_ok=True)
    drawn = [_draw(out / f"{name}.{format}", make, size, grey, seed) for name, make in makers]
    show_pieces([f"{sum(drawn)} figure{'s' * (sum(drawn) != 1)} in {out}; captions lie beside them."])
    if not all(drawn):
        raise typer.Exit(NOT_ALL)


def _draw(path: Path, make: Callable[[Any], Any], size: str, grey: bool, seed: int) -> bool:
    """Draw one figure and say so, or why not; return whether it was drawn."""
    from psitheory.report.drawings import made, why_not

    try:
        exhibit = made(make, seed)
        exhibit.save(path, size=size, grey=grey, caption=True)
    except (Exception, TimeUp) as error:  # whatever code of others raises costs its own figure
        show_pieces([f"not drawn: {why_not(make, error)}"])
        return False
    show_pieces([f"{path}  {exhibit.title}"])
    return True


def _makers(entries: Sequence[Entry]) -> list[tuple[str, Callable[[Any], Any]]]:
    theorems = [entry.theorem for entry in entries]
    return [(f"{theorem.id}-{make.__name__}", make) for theorem in theorems for make in theorem.exhibits]


def _check(out: Path, format: str, size: str, seed: int) -> None:
    """Raise before anything is computed, if it could not be written."""
    from psitheory.plotting import SIZES
    from psitheory.report.files import check_folder

    for option, value, known in (("--format", format, FORMATS), ("--size", size, tuple(SIZES))):
        if value not in known:
            raise ArgumentError(f"{option} is {value!r}; one of {', '.join(known)} is needed")
    if seed < 0:
        raise ArgumentError(f"--seed is {seed}; at least 0 is needed")
    check_folder(out, "--out", f"figure.{format}")
