"""
Where do equivalent starts go?
==============================

A neuron behind batch norm with three weights: its loss is a function on the sphere.  Three starts of one class, of
different lengths, follow three paths under gradient descent, and one path under PSI-GD.
"""

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent, PSIQuotient, descend
from psitheory.checking import Exhibit
from psitheory.models import Neuron
from psitheory.plotting import chart, on_sphere

rng = np.random.default_rng(7)
model = Neuron(rng.normal(size=(6, 3)).round(1), rng.normal(size=6).round(1))
psi = PSIQuotient(model.layout)
start, lengths = np.array([-5.0, 0.0, 1.0]) / np.sqrt(26), np.array([[0.5], [1.5], [3.0]])


def classes(method):
    """Return the classes along the segments of each run, (runs, points, 3)."""
    points = descend(model, method, lengths * start, 200, record=range(201), keep_points=True).points
    along = np.arange(8)[:, None, None] / 8
    inside = points[:-1, None] + along * (points[1:] - points[:-1])[:, None]
    return np.moveaxis(psi.canonical(inside.reshape(-1, *points.shape[1:])), 1, 0)


gd, psi_gd = classes(GradientDescent(0.25)), classes(PSIGradientDescent(0.25))
longitude, latitude = chart(121, 241)
loss = model.evaluate(on_sphere(longitude, latitude[:, None])).loss
figure = Exhibit(
    "path",
    "One class, three lengths: GD and PSI-GD on S²",
    "The loss of a batch-norm neuron in shades (dark is low) and level lines; stars are the two minima reached.  From "
    "one class (circle) GD takes a path for each length, and the shortest start ends (square) at another minimum; the "
    "three paths of PSI-GD are one.  Marks are steps.",
    {
        "sphere": loss,
        **{f"GD, length {length:g}": path for length, path in zip(lengths[:, 0], gd, strict=True)},
        "PSI-GD, all three": psi_gd[0],
        "minima": np.stack([gd[0, -1], psi_gd[0, -1]]),
    },
    {"every": "8", "view": "8,172", "points": "minima"},
)

# %%
# Under GD the shortest start ends elsewhere; under PSI-GD all three end at one class.

assert psi.dist(gd[0, -1], gd[2, -1]) > 1
assert psi.dist(psi_gd[0, -1], psi_gd[1:, -1]).max() < 1e-12
