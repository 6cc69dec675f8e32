"""Gradients of a Rayleigh quotient, and descent on it in a basis of eigenvectors, many steps at a time."""

from __future__ import annotations

import math

import numpy as np

from psitheory.compiled.jit import compiled, squared_norm


@compiled
def to_gradient(w: np.ndarray, product: np.ndarray, squares: np.ndarray, loss: np.ndarray) -> None:
    """Turn rows ``product`` = A w, where w has the squared norms ``squares``, into gradients; write the quotients."""
    for k in range(len(w)):
        along = 0.0
        for j in range(w.shape[1]):
            along += w[k, j] * product[k, j]
        quotient, double = along / squares[k], 2 / squares[k]
        for j in range(w.shape[1]):
            product[k, j] = (product[k, j] - quotient * w[k, j]) * double
        loss[k] = quotient


@compiled
def advanced(
    x: np.ndarray,
    values: np.ndarray,
    rate: np.ndarray,
    on_quotient: bool,
    steps: int,
    seen: tuple[np.ndarray, np.ndarray, np.ndarray],
    total: np.ndarray,
    least: np.ndarray,
    ordinary: tuple[float, float],
    out: np.ndarray,
) -> bool:
    r"""Write to ``out`` where x come in so many steps; tell whether all stayed within ``ordinary``.

    x (K, d + 1) are coordinates of w in a basis of eigenvectors, where a product with the matrix is one with its
    eigenvalues ``values``, without a power of two, which comes last.

    Parameters
    ----------
    rate : array, (K,)
        :math:`\eta`, which multiplies :math:`\|w\|^2\nabla f` on the quotient, or :math:`\nabla f`.
    steps : int
        None are needed to look at w.
    seen : arrays (K,), (K, 1), (K,)
        Where f, :math:`\|w\|` and G of w are written.
    total, least : array, (K,)
        Receive the sum, and the least, of G over the points from which a step was taken.
    ordinary : two numbers
        Between them squared norms have to stay, and G below the second.
    """
    low, high = ordinary
    losses, norms, gs = seen
    out[:] = x
    for k in range(len(x)):
        row, scale = out[k, :-1], x[k, -1]
        for t in range(max(steps, 1)):
            square = along = rest = 0.0
            for j in range(len(row)):
                square += row[j] * row[j]
                along += values[j] * (row[j] * row[j])
            loss = along / square
            for j in range(len(row)):
                rest += ((values[j] - loss) * row[j]) ** 2
            g = 4 * (rest / square)
            if not (low < square < high and g < high):
                return False
            if t == 0:
                losses[k], norms[k, 0], gs[k] = loss, math.sqrt(square) * scale, g
            if steps:
                total[k] += g
                least[k] = min(least[k], g)
                factor = 2 * rate[k] if on_quotient else rate[k] / scale / scale * (2 / square)
                for j in range(len(row)):
                    row[j] -= factor * ((values[j] - loss) * row[j])
        if not squared_norm(row) < high:  # the last step from a small scale may lead far out
            return False
    return True
