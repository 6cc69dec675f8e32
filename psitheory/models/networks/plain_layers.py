"""What networks without normalisation share: layers of free weights and biases, starts, curvature by differences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout, free
from psitheory.models.data import labels_of


def layers(sizes: Iterable[tuple[int, int]]) -> Layout:
    """Return the free parts W1 (n, m), b1 (n,), W2, b2, … for the pairs (m, n) of what goes in and what comes out."""
    return Layout(*(part for k, (m, n) in enumerate(sizes, 1) for part in (free(f"W{k}", n, m), free(f"b{k}", n))))


def labels_from_zero(targets: Any, name: str, samples: int) -> np.ndarray:
    """Return labels (N,) of at least 0.

    Raises
    ------
    ArgumentError
        If there is not one for each sample, or one is negative.
    ArgumentTypeError
        If they are no integers.
    """
    labels = labels_of(targets, name, "one class label from 0 for each sample is")
    if len(labels) != samples or labels.min() < 0:
        raise ArgumentError(f"{name} is {shown(targets)}; {samples} labels of at least 0 are needed")
    return labels


def one_hot(labels: np.ndarray, classes: int) -> Array:
    """Return labels (..., N) as columns (..., k, N) of zeros and a one."""
    return (labels[..., None, :] == np.arange(classes)[:, None]).astype(float)


def start(layout: Layout, count: int, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    r"""Return normal weights ``(*shape, n)`` of variance :math:`2/m` for so many layers, and biases of zero."""
    w = np.zeros((*shape, layout.n))
    for k in range(1, count + 1):
        weights = layout.view(f"W{k}", w)
        weights[...] = rng.normal(size=weights.shape) * np.sqrt(2 / weights.shape[-1])
    return w


def hessian_by_differences(model: Any, w: Array, x: Array) -> Array:
    """Return the Hessian times x by central differences of the gradient."""
    step = 1e-6 / max(float(np.abs(x).max()), 1e-300)
    return (model.evaluate(w + step * x).gradient - model.evaluate(w - step * x).gradient) / (2 * step)
