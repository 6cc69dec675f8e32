"""Small models and losses of which theory says which parameters are scale-invariant."""

from __future__ import annotations

import numpy as np

from psitheory.models import BatchNormMLP, NormalisedLayer

RNG = np.random.default_rng(0)
X, LABELS, Y = RNG.normal(size=(12, 3)), RNG.integers(0, 2, 12), RNG.normal(size=(12, 1))
POSITIONS = RNG.normal(size=(12, 5, 3))


def network(**options):
    return BatchNormMLP(X, LABELS, classes=2, **({"hidden": (3, 2)} | options))


def layer(norm, **options):
    return NormalisedLayer(POSITIONS if norm == "instance" else X, Y, norm, **({"hidden": 6} | options))


def levels(report, *names):
    return (
        {name: report.properties[name] for name in names}
        if names
        else {name: value for name, value in report.properties.items() if isinstance(value, str)}
    )


def head(h):
    """Return a loss of hidden activations (N, units) that is neither even nor odd."""
    c = np.linspace(-1, 1, h.size).reshape(h.shape)
    return float(np.mean((np.tanh(h) - c) ** 2))


def batch_norm(z, eps=0.0):
    z = z - z.mean(axis=0)
    return z / np.sqrt((z * z).mean(axis=0) + eps)


def layer_norm(z, eps=0.0):
    return batch_norm(z.T, eps).T


LINEAR = {"W": np.arange(12.0).reshape(4, 3) % 5, "b": np.zeros(4)}
"""A point at which entries and biases are zero: nothing may be read off there."""
