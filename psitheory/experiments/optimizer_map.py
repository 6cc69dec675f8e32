"""The table of optimisers as a figure: which method has which property."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments.optimizer_table import EXPONENTS, OptimizerRow

YES, NO, NONE = 0, 1, 2


def optimizer_map(rows: Sequence[OptimizerRow]) -> Exhibit:
    """Return the table of :func:`~psitheory.experiments.optimizer_table` as an exhibit, a row of cells a method."""
    columns = [_cells(row) for row in rows]
    names = list(columns[0])
    return Exhibit(
        "map",
        "What the methods make of the scale and of the axes of the weights",
        "p is the power of a by which the rate must grow where weights are multiplied by a; it is derived by scale "
        "types, but for methods that leave the arithmetic, and is what runs show. Constants have units where every "
        "decay, eps and threshold has a power of a of its own.",
        {
            "x": np.arange(len(names)),
            "y": -np.arange(len(rows)),
            "z": np.array([list(cells.values()) for cells in columns]),
        },
        {
            "x": "property",
            "y": "method",
            "z": "has it",
            "xticks": ",".join(names),
            "yticks": ",".join(row.title.replace(",", " with") for row in rows),
            str(YES): "yes",
            str(NO): "no",
            str(NONE): "has none",
        },
    )


def _cells(row: OptimizerRow) -> dict[str, int]:
    p = row.exponent if row.exponent is not None else row.observed
    units = all(e is not None for e in row.units.values()) if row.units else None
    return {
        **{f"p = {power}": _cell(p == power) for power in EXPONENTS},
        "same classes": _cell(row.equivariance != "none"),
        "same weights": _cell(row.equivariance == "full"),
        "neuron by neuron": _cell(row.level == "each neuron"),
        "moments tangent": _cell(row.tangent_moments),
        "rotations": _cell(row.rotations),
        "constants have units": _cell(units),
    }


def _cell(answer: bool | None) -> int:
    return NONE if answer is None else YES if answer else NO
