"""The figure of claim J8: how far below 2LΔ/T its bounds are, and how nearly staircases meet them."""

import numpy as np

from proofs_check.sharper.gains import h
from proofs_check.sharper.runs import least, stairs
from psitheory.checking import Exhibit
from psitheory.optimizers import PSIGradientDescent, RapidityDescent
from psitheory.rates.bounds import PSI_GD_SHARP, RAPIDITY

DEPTH = 3.0
"""How far the staircases reach from the pole, of π."""


def _height(steps, turn):
    """Return the y for which T - 1 turns and a foot of artanh y are as deep as that."""
    low, high = 0.0, 0.995
    for _ in range(60):
        y = (low + high) / 2
        low, high = (y, high) if (steps - 1) * turn(y) + np.arctanh(y) < DEPTH else (low, y)
    return low


def both_bounds_against_two_l_delta_over_t(rng):
    """Show min G over 2LΔ/T on the deepest staircases of PSI-GD and of rapidity descent, and the bounds there."""
    horizons = np.unique(np.rint(np.geomspace(1, 40, 14)).astype(int))
    columns: dict[str, list[float]] = {name: [] for name in ("psi", "closed", "exact", "rapidity", "bound")}
    for steps in map(int, horizons):
        y = _height(steps, np.arctan)
        instance = stairs(y, float(np.arctan(y)), steps)
        gap, seen = least(instance["model"], PSIGradientDescent(1.0), instance["w"], steps)
        exact = (steps - 1) * h(np.array(y)) - np.log1p(-y * y) / 2
        columns["psi"].append(seen / (2 * gap / steps))
        columns["exact"].append(y * y / (2 * exact / steps))
        columns["closed"].append(PSI_GD_SHARP(smoothness=1.0, gap=gap, blocks=1, steps=steps) / (2 * gap / steps))
        y = _height(steps, np.arctanh)
        instance = stairs(y, float(np.arctanh(y)), steps)
        gap, seen = least(instance["model"], RapidityDescent(1.0), instance["w"], steps)
        columns["rapidity"].append(seen / (2 * gap / steps))
        columns["bound"].append(RAPIDITY(smoothness=1.0, gap=gap, blocks=1, steps=steps) / (2 * gap / steps))
    return Exhibit(
        "curves",
        "Below 2LΔ/T: PSI-GD at 1/L and rapidity descent",
        "Each T has the deepest staircases with cliffs that fit on the circle, one for each method.  Both methods meet "
        "their exact bounds; the closed bound of PSI-GD is nearly met once the slopes are small.  As Δ/LT → 0 nothing "
        "lies below 2LΔ/T.",
        {"x": horizons, **{name: np.array(values) for name, values in columns.items()}},
        {
            "x": "number of steps T",
            "y": "min G / (2LΔ/T)",
            "psi": "PSI-GD on its staircases",
            "exact": "its exact bound",
            "closed": "its closed bound",
            "rapidity": "rapidity descent on its staircases",
            "bound": "its bound",
            "points": "psi,rapidity",
            "guides": "exact,closed,bound",
            "xscale": "log",
        },
    )


FIGURES = (both_bounds_against_two_l_delta_over_t,)
