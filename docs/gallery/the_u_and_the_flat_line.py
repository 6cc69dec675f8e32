"""
How many steps does a start of each scale need?
===============================================

Gradient descent is slow from short weights, since its first steps throw them far out, and slow from long ones, since
its steps turn them little.  PSI-GD does not notice.
"""

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent
from psitheory.checking import Exhibit
from psitheory.experiments import steps_to_reach
from psitheory.models import Cosine

model, rate, goal = Cosine(np.array([1.0, 0.0])), 0.5, 0.02
scales = np.geomspace(1 / 30, 12, 61)
starts = scales[:, None] * np.array([np.cos(0.8), np.sin(0.8)])
gd, psi_gd = (
    steps_to_reach(model, method(rate), starts, goal, most_steps=50_000).astype(float)
    for method in (GradientDescent, PSIGradientDescent)
)
figure = Exhibit(
    "curves",
    "The U of gradient descent and the flat line of PSI-GD",
    f"Steps until G ≤ {goal:g}, from equivalent starts at the rate {rate:g}.",
    {"x": scales, "gd": gd, "psi_gd": psi_gd},
    {"x": "scale of the start", "y": "steps", "gd": "GD", "psi_gd": "PSI-GD", "xscale": "log", "yscale": "log"},
)

# %%
# Every scale costs PSI-GD the same; the ends of the U cost gradient descent a hundred times its least.

assert (psi_gd == psi_gd[0]).all()
assert min(gd[0], gd[-1]) > 100 * gd.min()
