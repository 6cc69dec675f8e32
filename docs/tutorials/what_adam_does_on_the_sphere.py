"""
What Adam does on the sphere
============================

Scale-invariant weights live on spheres, whatever the optimiser thinks.  Any method that adds a step to w moves its
class u = w/‖w‖ along the sphere, and what it does there can be read off.

A step as it is seen on the sphere
----------------------------------

Only the part of a step at right angles to w turns it, and it turns by about the *effective rate* times that part.
"""

import numpy as np

from psitheory import GradientDescent, PSIQuotient, check_optimizer, descend
from psitheory.checking import Exhibit
from psitheory.models import named_model
from psitheory.optimizers import Adam

model, starts = named_model("neuron", d=3)
psi, start = PSIQuotient(model.layout), starts(np.random.default_rng(3))


def turns(method, scale, steps=150):
    """Return by how many radians each step turns the weights."""
    points = descend(model, method, scale * start, steps, record=range(steps + 1), keep_points=True).points
    return psi.dist(points[:-1], points[1:])


steps = np.arange(1, 151)
curves = {
    "GD, r₀ = 1": turns(GradientDescent(0.05), 1.0),
    "GD, r₀ = 4": turns(GradientDescent(0.05), 4.0),
    "Adam, r₀ = 1": turns(Adam(0.02), 1.0),
    "Adam, r₀ = 4": turns(Adam(0.02), 4.0),
}
seen = Exhibit(
    "curves",
    "How far each step turns a neuron",
    "A start of four times the length: GD turns about a sixteenth as far, Adam about a quarter as far.",
    {"x": steps, **{name: np.maximum(turn, 1e-12) for name, turn in curves.items()}},
    {"x": "step", "y": "turn (radians)", "yscale": "log"},
)

# %%
# The first turn shows the powers: GD's falls like 1/r², Adam's like 1/r.

ratio_gd = curves["GD, r₀ = 1"][0] / curves["GD, r₀ = 4"][0]
ratio_adam = np.tan(curves["Adam, r₀ = 1"][0]) / np.tan(curves["Adam, r₀ = 4"][0])
print(f"GD: {ratio_gd:.2f}   Adam: {ratio_adam:.2f}")
assert ratio_gd > 2 * ratio_adam

# %%
# What the check says
# -------------------
#
# With eps = 0 Adam's class path is the same from a·w if its rate is a times as large: the exponent is 1.  The eps that
# everybody adds breaks even that.

report = check_optimizer(Adam(0.01, eps=0))
print(report.properties["exponent"])
report

# %%
# Chapter E has the theorems (effective rates, and SGD as an AdamG* of its own), E2 a figure on a network on digits.

assert report.properties["exponent"] == 1
