"""The table of optimisers as text and as data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rich.table import Table

from psitheory.experiments.optimizer_table import OptimizerRow

NOTES = (
    "p: the rate becomes ηa^p where the weights become a·w (for methods with one number for the whole gradient, and "
    "polar factors, one common a); derived by scale types and the same by runs, or * by runs alone.",
    "equivariant: at one rate, runs from rescaled starts are the same up to scale (full), visit the same classes "
    "(class), or neither; the scales of each neuron, or one of all weights.",
    "rotations: whether turning each block by itself goes unnoticed.",
    "constants: by which power of a each must be multiplied; none: no power will do, since it stands in two places.",
)
_WORDS = {None: "", True: "yes", False: "no"}


def optimizers_table(rows: Sequence[OptimizerRow]) -> Table:
    """Return the table, a line for each method."""
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for name in ("method", "p", "equivariant", "tangent moments", "rotations", "constants"):
        table.add_column(name, justify="left", no_wrap=name != "constants")
    for row in rows:
        level = row.equivariance if row.level == "none" else f"{row.equivariance}, {row.level}"
        constants = ", ".join(f"{name.replace('_', ' ')} {_power(e)}" for name, e in row.units.items())
        p = f"{row.observed}*" if row.exponent is None else str(row.exponent)
        table.add_row(row.title, p, level, _WORDS[row.tangent_moments], _WORDS[row.rotations], constants)
    return table


def optimizers_data(rows: Sequence[OptimizerRow]) -> list[dict[str, Any]]:
    """Return the rows as plain data; exponents are numbers."""
    return [
        {
            "title": row.title,
            "exponent": _number(row.exponent),
            "observed": _number(row.observed),
            "equivariance": row.equivariance,
            "level": row.level,
            "tangent_moments": row.tangent_moments,
            "rotations": row.rotations,
            "units": {name: _number(e) for name, e in row.units.items()},
            "not_derived": row.reason,
        }
        for row in rows
    ]


def _power(e: Fraction | None) -> str:
    return "none" if e is None else "unchanged" if e == 0 else f"a^{e}"


def _number(e: Fraction | None) -> float | None:
    return None if e is None else float(e)
