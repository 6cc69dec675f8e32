"""The random-walk model: gradients are noise, orthogonal to the weights and of degree -1, and nothing else."""

import numpy as np

from psitheory.layout import Layout
from psitheory.models.interface import Evaluation


def run(optimizer, start, steps, strength, rng):
    """Return the weights (R, d) before and after the last of some steps from ``start``, with ‖ξ‖ = strength.

    g = Pξ/r with ξ uniform on a sphere, so that E‖Pξ‖² = (1 - 1/d)‖ξ‖².
    """
    layout, w = Layout.of([start.shape[-1]]), start
    state, before = optimizer.init(layout, w), w
    for _ in range(steps):
        noise = rng.normal(size=w.shape)
        noise *= strength / np.linalg.norm(noise, axis=-1, keepdims=True)
        square = np.sum(w * w, axis=-1, keepdims=True)
        gradient = (noise - w * (np.sum(noise * w, axis=-1, keepdims=True) / square)) / np.sqrt(square)
        before = w
        w, state = optimizer.step(layout, w, Evaluation(np.zeros(len(w)), gradient), state)
    return before, w


def versines(before, after):
    """Return 1 - cos of the turns (R,)."""
    norms = np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
    return 1 - np.sum(before * after, axis=-1) / norms
