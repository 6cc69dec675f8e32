"""Instances on which the bounds of chapter C are nearly met, or false ones are broken."""

import numpy as np

from proofs_check.sharper.runs import stairs
from psitheory.models import RankOne, Rayleigh

NEAR_THE_BOTTOM = {"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([16.0, 1.0])}
"""At T = 1 the ratio of observed to bound is cos²θ = 256/257 here, and tends to 1 at the minimum."""

TWO_CYCLE = {"steps": 2, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([3.0, 1.0])}
"""cos 2θ = 0.8: at η = 2.5/L the run alternates between two classes, mirror images of each other."""

SLOW = {"steps": 8, "model": Rayleigh(np.diag([0.0, 1 / 16, 1.0])), "w": np.array([4.0, 1.0, 0.0])}
"""An eigenvalue gap that is small beside L: the gradient falls slowly in the first steps."""

FLAT_BLOCKS = {"steps": 1, "model": RankOne(np.eye(2) / 64), "w": np.array([1.0, 0.0, 1.0, 0.0, 0.125]), "c": 1.0}
"""The blocks, whose L̃ is small, stand at their best directions: all of G is that of v, whose L̃ is about 1."""

UNEQUAL = {
    "steps": 8,
    "model": RankOne(np.diag([2.0, 0.0])),
    "w": np.array([1.0, 0.0, 64.0, 8.0, 2.0]),
    "c": 63 / 64,
}
"""The short block is at its minimum for any direction of the long one, which hardly moves."""


def staircase(steps, y):
    """Return T steps that meet the slope y each, where L is one-sided: the stairs fall steeply."""
    return stairs(y, float(np.arctan(y)), steps)
