"""The command ``optimizers``: how each method of the library depends on the scale of the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from psitheory.commands.output import show_pieces


def optimizers(
    json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it too: .png, .svg or .pdf.")] = None,
) -> None:
    """Show how each method depends on the scale and the axes of the weights.

    Its scaling exponent, derived from the code and compared with runs; whether runs from rescaled weights agree, and
    for which scales; whether its moments are tangent; whether rotations of a block are noticed; and how decays, eps
    and thresholds must scale.
    """
    from psitheory.experiments.optimizer_map import optimizer_map
    from psitheory.experiments.optimizer_table import optimizer_table
    from psitheory.plotting import check_format, save
    from psitheory.report import files
    from psitheory.report.optimizers import NOTES, optimizers_data, optimizers_table

    if out is not None:
        check_format(out, "--out")
    rows = optimizer_table()
    if out is not None:
        save(optimizer_map(rows), out)
    if json:
        show_pieces([files.as_json(optimizers_data(rows)).rstrip("\n")])
    else:
        show_pieces([optimizers_table(rows), "", *NOTES])
