"""The figure of claim C4: the guaranteed line and the local one."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import DOMINATED


def linear_convergence(rng):
    """Show f - f* on a Rayleigh quotient, the guaranteed line and the local one."""
    model = Rayleigh(np.diag([0.0, 1.0, 2.5, 4.0]))
    w, steps, smoothness = np.array([1.0, 0.9, 0.2, 0.2]), np.arange(41), 8.0
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, 40, record=steps)
    local = (1 - 2 / smoothness) ** (2 * steps)
    bound = [
        DOMINATED(gap=seen.loss[0], dominance=2 * (1 - seen.loss[0]), smoothness=smoothness, steps=int(t))
        for t in steps
    ]
    return Exhibit(
        "curves",
        "PSI-GD on a Rayleigh quotient: linear convergence",
        "The guarantee knows only the start; near the minimum f falls by ρ² = 9/16 a step.",
        {"x": steps, "observed": seen.loss, "bound": np.array(bound), "local": 3 * seen.loss[-1] / local[-1] * local},
        {
            "x": "step",
            "y": "f - f*",
            "observed": "f - f*",
            "bound": "guarantee",
            "local": "ρ² a step",
            "guides": "bound,local",
            "yscale": "log",
        },
    )
