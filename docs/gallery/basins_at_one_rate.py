"""
Which minimum is reached, from each class and each length?
==========================================================

The same loss, the same rate, two methods.  Columns are classes: under PSI-GD a column has one colour, since the length
of the start does not matter; under gradient descent short starts of a class go elsewhere than long ones.
"""

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent, descend
from psitheory.checking import Exhibit
from psitheory.models import Circle

model, rate = Circle.several_minima(), 0.15
angles, lengths = np.linspace(-np.pi, np.pi, 97), np.geomspace(0.05, 5, 49)
starts = lengths[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
minima = np.sort(model.minima())


def reached(method):
    """Return the number of the minimum that is nearest after 1,500 steps, (lengths, angles)."""
    final = descend(model, method, starts, 1500, record=[1500]).final
    away = np.arctan2(final[..., 1], final[..., 0])[..., None] - minima
    return np.abs((away + np.pi) % (2 * np.pi) - np.pi).argmin(axis=-1)


gd, psi_gd = reached(GradientDescent(rate)), reached(PSIGradientDescent(rate))
figure = Exhibit(
    "map",
    f"Basins at one rate, η = {rate:g}",
    "f = cos 3θ + cos(θ + 0.4).  A column holds the equivalent starts of one class; dotted lines mark the minima.  At "
    "this rate PSI-GD gives each class one minimum; GD gives short and long starts of one class different ones.",
    {"x": angles, "y": lengths, "z": np.stack([gd, psi_gd]), "marks": minima},
    {
        "x": "angle of the start",
        "y": "length of the start",
        "z": "minimum reached",
        "panels": "GD,PSI-GD",
        "xunit": "pi",
        "yscale": "log",
        "marks": "minima",
        **{str(k): f"θ = {angle / np.pi:.2f}π".replace("-", "−") for k, angle in enumerate(minima)},
    },
)

# %%
# PSI-GD reaches the same minimum from every length of a class; GD does not.

assert (psi_gd == psi_gd[0]).all()
assert (gd != gd[-1]).any()
