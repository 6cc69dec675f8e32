"""The command ``race``: which optimiser gets to a goal in how many steps, from starts of all scales."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psitheory.commands.output import show_pieces

if TYPE_CHECKING:
    from psitheory.commands.racing import Finished


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
    from psitheory.commands.racing import run_race

    check_outputs(out, json)
    finished = run_race(
        model, optimizers, scales=scales, count=count, max_steps=max_steps, target=target, rate=rate, seed=seed
    )
    show_pieces(finished.pieces())
    write(finished, out=out, json=json)


def write(finished: Finished, *, out: Path | None, json: Path | None) -> None:
    """Write the figure and the data, each whole or not at all."""
    from psitheory import plotting
    from psitheory.report import files

    if out is not None:
        plotting.save(finished.exhibit, out)
    if json is not None:
        files.write_whole(json, files.as_json(finished.to_dict()), "--json")


def check_outputs(out: Path | None, json: Path | None) -> None:
    """Raise unless the files can be written, so that a long race is not run in vain."""
    from psitheory import plotting
    from psitheory.report import files

    for option, path in (("--out", out), ("--json", json)):
        if path is not None:
            files.check_writable(path, option)
    if out is not None:
        plotting.check_format(out, "--out")
