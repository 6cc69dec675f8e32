"""The figure of claim C2: the steps to a small gradient from equivalent starts, a U for gradient descent."""

import numpy as np

from proofs_check.rates.arrivals import FAR, PLANE, THRESHOLD
from psitheory.checking import Exhibit
from psitheory.checking.fits import log_log_slope
from psitheory.experiments.arrival import steps_to_reach
from psitheory.optimizers import GradientDescent, PSIGradientDescent


def the_u_and_the_flat_line(rng):
    """Show the steps to G ≤ 0.02 against the scale of an equivalent start."""
    scales, u = np.geomspace(1 / 40, 15, 61), np.array([np.cos(0.8), np.sin(0.8)])
    gd, psi_gd = (
        steps_to_reach(PLANE, method(0.5), scales[:, None] * u, THRESHOLD, most_steps=50_000).astype(float)
        for method in (GradientDescent, PSIGradientDescent)
    )
    theta = rng.uniform(0.6, 1.1, 40)
    drawn = steps_to_reach(
        PLANE, GradientDescent(0.5), FAR[:, None] * np.stack([np.cos(theta), np.sin(theta)], axis=-1), THRESHOLD
    )
    return Exhibit(
        "curves",
        "Steps to G ≤ 0.02 from equivalent starts",
        "Gradient descent pays for the representative, like a² far out and like 1/a² near the origin; PSI-GD does not "
        f"see it. Slope against a² for a from 1.5 to 15, over 40 random classes: {log_log_slope(FAR**2, drawn)}.",
        {
            "x": scales,
            "gd": gd,
            "psi_gd": psi_gd,
            "far": np.where(scales > 3, 2 * gd[-1] * (scales / scales[-1]) ** 2, np.nan),
            "near": np.where(scales < 0.3, 2 * gd[0] * (scales / scales[0]) ** -2, np.nan),
        },
        {
            "x": "scale a of the start",
            "y": "steps until G ≤ 0.02",
            "gd": "gradient descent",
            "psi_gd": "PSI-GD",
            "far": "∝ a²",
            "near": "∝ 1/a²",
            "guides": "far,near",
            "xscale": "log",
            "yscale": "log",
        },
    )
