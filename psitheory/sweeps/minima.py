"""Which minimum a run came to: last classes that are near each other are one."""

from __future__ import annotations

import numpy as np

APART = 0.05
"""Representatives of unit blocks whose distance is a larger share of their norm are at different minima.  A run that
arrived is within about √target/μ of its own, which is less unless the curvature μ is nearly zero."""


def minima(weights: np.ndarray, losses: np.ndarray, *, apart: float = APART) -> tuple[np.ndarray, np.ndarray]:
    r"""Return which minimum each run came to, (K,), and the loss of each minimum, ascending.

    In the order of their losses, each run belongs to the first minimum whose leader is near, or leads a new one.

    Parameters
    ----------
    weights : array, (K, n)
        Last weights with unit blocks.
    losses : array, (K,)
    apart : float
        Largest distance within a minimum, as a share of the norm of the weights.

    Examples
    --------
    >>> found, values = minima(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1e-3]]), np.array([2.0, 1.0, 2.0]))
    >>> found, values
    (array([1, 0, 1]), array([1., 2.]))
    """
    belongs = np.full(len(weights), -1)
    leaders: list[float] = []
    for k in np.argsort(losses, kind="stable"):
        if belongs[k] >= 0:
            continue
        free = belongs < 0
        distance = np.linalg.norm(weights - weights[k], axis=-1)
        belongs[free & (distance <= apart * np.linalg.norm(weights[k]))] = len(leaders)
        leaders.append(float(losses[k]))
    return belongs, np.asarray(leaders)
