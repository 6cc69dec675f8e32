"""Descent on a Rayleigh quotient, many steps at a time."""

from __future__ import annotations

import numpy as np

from psitheory.compiled.jit import compiled

_TILE = 256
"""Rows that are stepped together, so that they and their images stay in the cache from step to step."""


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
    w: np.ndarray,
    matrix: np.ndarray,
    rate: np.ndarray,
    on_quotient: bool,
    steps: int,
    seen: tuple[np.ndarray, np.ndarray, np.ndarray],
    total: np.ndarray,
    least: np.ndarray,
    ordinary: tuple[float, float],
) -> bool:
    r"""Step rows w (K, d) in place; tell whether all squared norms stayed within ``ordinary``.

    Parameters
    ----------
    rate : array, (K,)
        :math:`\eta`, which multiplies :math:`\|w\|^2\nabla f` on the quotient, or :math:`\nabla f`.
    steps : int
        None are needed to look at w.
    seen : three arrays, (K,)
        Where f, :math:`\|w\|^2` and G of the w that came are written.
    total, least : array, (K,)
        Receive the sum, and the least, of G over the points from which a step was taken.
    """
    low, high = ordinary
    losses, squares, gs = seen
    product = np.empty((min(_TILE, len(w)), w.shape[1]), w.dtype)
    for start in range(0, len(w), _TILE):
        stop = min(start + _TILE, len(w))
        tile, image = w[start:stop], product[: stop - start]
        for t in range(max(steps, 1)):
            np.dot(tile, matrix, image)
            for k in range(len(tile)):
                i = start + k
                square = along = squared_gradient = 0.0
                for j in range(w.shape[1]):
                    square += tile[k, j] * tile[k, j]
                    along += tile[k, j] * image[k, j]
                loss, double = along / square, 2 / square
                factor = rate[i] * square if on_quotient else rate[i]
                for j in range(w.shape[1]):
                    image[k, j] = (image[k, j] - loss * tile[k, j]) * double
                for j in range(w.shape[1]):
                    squared_gradient += image[k, j] * image[k, j]
                if not low < square < high:
                    return False
                if not low < squared_gradient < high and not _is_zero(image, k):
                    return False
                g = square * squared_gradient
                if t == 0:
                    losses[i], squares[i], gs[i] = loss, square, g
                if steps:
                    total[i] += g
                    least[i] = min(least[i], g)
                    for j in range(w.shape[1]):
                        tile[k, j] -= factor * image[k, j]
    return True


@compiled
def _is_zero(rows: np.ndarray, k: int) -> bool:
    for j in range(rows.shape[1]):  # noqa: SIM110  # a generator is not compiled
        if rows[k, j] != 0:
            return False
    return True
