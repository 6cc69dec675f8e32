"""
Discover symmetries
===================

Which parameters can be rescaled against each other without changing a function?  No need to know its architecture:
samples of gradients tell.

A function that nobody described
--------------------------------
"""

import numpy as np

from psitheory import discover_symmetries


def loss(w):
    """A layer behind batch norm without eps, then ReLU and a linear layer."""
    h = np.array([[1.0, 0.5], [-1.0, 2.0], [0.3, -0.7], [0.9, 0.1]]) @ w["W"].T
    z = (h - h.mean(axis=0)) / h.std(axis=0)
    out = np.maximum(z * w["gamma"], 0) @ w["V"]
    return np.sum((out - np.array([1.0, 0.0, -1.0, 0.5])) ** 2)


rng = np.random.default_rng(0)
start = {"W": rng.normal(size=(3, 2)), "gamma": rng.uniform(0.5, 2, 3), "V": rng.normal(size=3)}
found = discover_symmetries(loss, start)
print(found)

# %%
# The gap in the singular values, and each generator's exponents
# ----------------------------------------------------------------
#
# Rows are generators: multiplying the blue parameters by a and the red ones by 1/a changes nothing.

symmetries = found.exhibit

# %%
# Three rows of W by themselves, and each gamma against its entry of V: six in all.

assert found.dimension == 6
