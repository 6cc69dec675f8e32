"""The figure of claim J5: the rate with a two-sided constant, on flat and on steep staircases."""

import numpy as np

from proofs_check.sharper.runs import least, stairs
from psitheory.checking import Exhibit
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_GD, PSI_GD_TWO_SIDED


def the_rate_on_flat_and_steep_staircases(rng):
    """Show min G/LΔ on staircases whose stairs fall by slopes of 1, of 4 and at once, against the three bounds."""
    horizons = np.unique(np.rint(np.geomspace(1, 32, 11)).astype(int))
    seen: dict[float, list[float]] = {fall: [] for fall in (1.0, 4.0, 2.0**20)}
    for steps in map(int, horizons):
        y = min(1 / 16, 2.5 / (steps + 1))
        for fall, rows in seen.items():
            instance = stairs(y, float(np.arctan(y)), steps, fall=fall)
            gap, smallest = least(instance["model"], PSIGradientDescent(1.0), instance["w"], steps)
            rows.append(smallest / gap)
    flat, four, steep = (np.array(rows) for rows in seen.values())
    return Exhibit(
        "rate",
        "PSI-GD with joint Hessians in [-M, L]",
        "Staircases whose stairs fall as steeply as M allows meet the bounds for M = L, 4L and, with cliffs, the "
        "one-sided 2LΔ/T.  For M = L it is the worst case of gradient descent in Euclidean space.",
        {
            "steps": horizons,
            "flat": flat,
            "four": four,
            "steep": steep,
            "bound": PSI_GD_TWO_SIDED(smoothness=1.0, lower=1.0, gap=1.0, steps=horizons),
            "of_four": PSI_GD_TWO_SIDED(smoothness=1.0, lower=4.0, gap=1.0, steps=horizons),
            "one_sided": PSI_GD(smoothness=1.0, gap=1.0, steps=horizons),
        },
        {
            "steps": "number of steps T",
            "y": "min G/LΔ",
            "flat": "staircases, M = L",
            "four": "staircases, M = 4L",
            "steep": "staircases with cliffs",
            "bound": "4LΔ/(3T - 1)",
            "of_four": "bound for M = 4L",
            "one_sided": "2LΔ/T",
            "points": "flat,four,steep",
            "guides": "of_four,one_sided",
        },
    )


FIGURES = (the_rate_on_flat_and_steep_staircases,)
