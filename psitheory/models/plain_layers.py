"""What networks without normalisation share: layers of free weights and biases, starts, curvature by differences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout, free


def layers(sizes: Iterable[tuple[int, int]]) -> Layout:
    """Return the free parts W1 (n, m), b1 (n,), W2, b2, … for the pairs (m, n) of what goes in and what comes out."""
    return Layout(*(part for k, (m, n) in enumerate(sizes, 1) for part in (free(f"W{k}", n, m), free(f"b{k}", n))))


def start(layout: Layout, count: int, rng: np.random.Generator) -> Array:
    r"""Return normal weights of variance :math:`2/m` for so many layers, and biases of zero."""
    w = np.zeros(layout.n)
    for k in range(1, count + 1):
        weights = layout.view(f"W{k}", w)
        weights[...] = rng.normal(size=weights.shape) * np.sqrt(2 / weights.shape[1])
    return w


def hessian_by_differences(model: Any, w: Array, x: Array) -> Array:
    """Return the Hessian times x by central differences of the gradient."""
    step = 1e-6 / max(float(np.abs(x).max()), 1e-300)
    return (model.evaluate(w + step * x).gradient - model.evaluate(w - step * x).gradient) / (2 * step)
