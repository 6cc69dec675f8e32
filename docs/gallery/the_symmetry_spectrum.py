"""
How many scaling symmetries does a network have?
================================================

Nobody told the computer where batch norm is.  The null space of a matrix of samples tells how many independent ways
there are to rescale parameters without changing the loss, and which parameters each one touches.
"""

import numpy as np

from psitheory import discover_symmetries
from psitheory.models import BatchNormMLP

rng = np.random.default_rng(0)
inputs, labels = rng.normal(size=(40, 4)), rng.integers(0, 3, 40)
model = BatchNormMLP(inputs, labels, hidden=(5,), affine=True, activation="relu")
found = discover_symmetries(model, seed=0)
figure = found.exhibit

# %%
# Two for each of five neurons: its incoming weights, and its affine part against its outgoing weights.

print(found)
assert found.dimension == 10
