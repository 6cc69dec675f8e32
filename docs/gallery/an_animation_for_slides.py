"""
How do equivalent starts move, step by step?
============================================

The plane of one block of two weights.  Three representatives of one class descend; rays from the origin are classes.
Gradient descent moves the three at different paces, and they part; under PSI-GD they stay on one ray.
"""

import tempfile
from pathlib import Path

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent, descend
from psitheory.checking import Exhibit
from psitheory.models import Circle
from psitheory.plotting import animate

model, steps = Circle.several_minima(), 80
starts = np.array([[0.11], [0.8], [1.6]]) * np.array([np.cos(0.5), -np.sin(0.5)])


def paths(method):
    """Return the points of the three runs, (3, steps + 1, 2)."""
    return np.moveaxis(descend(model, method, starts, steps, record=range(steps + 1), keep_points=True).points, 1, 0)


gd, psi_gd = paths(GradientDescent(0.03)), paths(PSIGradientDescent(0.03))
turn = model.minima()
minima = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
animation = Path(tempfile.mkdtemp()) / "equivalent_starts.gif"
animate(
    Exhibit(
        "path",
        "Three representatives of one class",
        "The same rate for both; rays are the classes of the minima.",
        {"rays": np.stack([0 * minima, 2.2 * minima], axis=-2), "GD": gd, "PSI-GD": psi_gd},
        {"guides": "rays", "rays": "classes of the minima", "x": "w₁", "y": "w₂"},
    ),
    animation,
    frames=40,
    seconds=4,
)

# %%
# The classes of PSI-GD's three runs are one at every step; GD's are not.

angles = np.arctan2(psi_gd[..., 1], psi_gd[..., 0])
assert np.ptp(angles, axis=0).max() < 1e-12
assert np.ptp(np.arctan2(gd[..., 1], gd[..., 0]), axis=0).max() > 0.1
