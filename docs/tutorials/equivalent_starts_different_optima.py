"""
Equivalent starts, different optima
===================================

Two starts that are the same network can end at different networks under gradient descent, just because one was
initialised longer.  PSI-GD takes equivalent starts to equivalent ends, step by step.

One class, three lengths
------------------------
"""

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent, PSIQuotient, descend
from psitheory.models import Circle

model = Circle.several_minima()
psi = PSIQuotient(model.layout)
starts = np.array([[0.2], [1.0], [5.0]]) * np.array([np.cos(-0.8), np.sin(-0.8)])


def angles(method, steps=3000):
    final = descend(model, method, starts, steps).final
    return np.arctan2(final[:, 1], final[:, 0])


print("minima   ", np.round(np.sort(model.minima()), 3))
print("GD       ", np.round(angles(GradientDescent(0.15)), 3))
print("PSI-GD   ", np.round(angles(PSIGradientDescent(0.15)), 3))
assert np.ptp(angles(PSIGradientDescent(0.15))) < 1e-12

# %%
# Along the way
# -------------
#
# The classes of PSI-GD's runs are one at each step; those of GD part in the first.  Scales that are powers of two
# make even the floats the same, bit for bit.

run = descend(model, PSIGradientDescent(0.15), np.array([[1.0], [4.0]]) * starts[1], 50, keep_points=True)
assert (run.points[:, 1] == 4 * run.points[:, 0]).all()
run

# %%
# Is it chaos, or the rule?
# -------------------------
#
# On long runs rounding errors grow, for any method.  ``compare_classes`` judges against control runs whose starts are
# moved by one unit in the last place: a defect ten times as large as theirs is a violation, and a smaller one is not.

from psitheory.experiments import compare_classes
from psitheory.models import named_model

network, draw = named_model("wine")
rng = np.random.default_rng(0)
w = draw(rng)
scales = 10 ** rng.uniform(-1, 1, (1, network.layout.m))
for method in (PSIGradientDescent(0.1), GradientDescent(0.1)):
    found = compare_classes(network, method, w, scales, 200, rng=rng)
    print(f"{type(method).__name__:<20} {found.verdict}, classes end {found.distances[0, -1]:.1e} apart")
