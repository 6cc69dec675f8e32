"""Descent on a Rayleigh quotient, many steps at a time."""

from __future__ import annotations

import math

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
    out: np.ndarray,
) -> bool:
    r"""Write to ``out`` where rows w (K, d) come in so many steps; tell whether all stayed within ``ordinary``.

    Powers of two are taken out of each row, so that what is of extreme size does not depend on the representative.

    Parameters
    ----------
    rate : array, (K,)
        :math:`\eta`, which multiplies :math:`\|w\|^2\nabla f` on the quotient, or :math:`\nabla f`.
    steps : int
        None are needed to look at w.
    seen : three arrays, (K,)
        Where f, :math:`\|w\|` and G of w are written.
    total, least : array, (K,)
        Receive the sum, and the least, of G over the points from which a step was taken.
    ordinary : two numbers
        Between them squared norms have to stay, and those of gradients that are not zero.
    """
    low, high = ordinary
    losses, norms, gs = seen
    tile = min(_TILE, len(w))
    all_rows, all_products, scale = (
        np.empty((tile, w.shape[1]), w.dtype),
        np.empty((tile, w.shape[1]), w.dtype),
        np.empty(tile),
    )
    for start in range(0, len(w), _TILE):
        stop = min(start + _TILE, len(w))
        rows, products = all_rows[: stop - start], all_products[: stop - start]
        for k in range(len(rows)):
            scale[k] = _power_of_two(w[start + k])
            for j in range(w.shape[1]):
                rows[k, j] = w[start + k, j] / scale[k]
        for t in range(max(steps, 1)):
            np.dot(rows, matrix, products)
            for k in range(len(rows)):
                i = start + k
                square = along = rest = 0.0
                for j in range(w.shape[1]):
                    square += rows[k, j] * rows[k, j]
                    along += rows[k, j] * products[k, j]
                loss, double = along / square, 2 / square
                for j in range(w.shape[1]):
                    rest += (products[k, j] - loss * rows[k, j]) ** 2
                squared_gradient = rest * double * double
                if not low < square < high:
                    return False
                if not low < squared_gradient < high and not _is_critical(rows[k], products[k], loss):
                    return False
                g = square * squared_gradient
                if t == 0:
                    losses[i], norms[i], gs[i] = loss, math.sqrt(square) * scale[k], g
                if steps:
                    total[i] += g
                    least[i] = min(least[i], g)
                    factor = 2 * rate[i] if on_quotient else rate[i] / scale[k] / scale[k] * double
                    for j in range(w.shape[1]):
                        rows[k, j] -= factor * (products[k, j] - loss * rows[k, j])
        for k in range(len(rows)):
            for j in range(w.shape[1]):
                out[start + k, j] = rows[k, j] * scale[k]
    return True


@compiled
def _power_of_two(row: np.ndarray) -> float:
    """Return the largest power of two that is not above the largest entry."""
    largest = 0.0
    for x in row:
        largest = max(largest, abs(x))
    return math.ldexp(1.0, math.frexp(largest)[1] - 1)


@compiled
def _is_critical(row: np.ndarray, product: np.ndarray, loss: float) -> bool:
    for j in range(len(row)):  # noqa: SIM110  # a generator is not compiled
        if product[j] - loss * row[j] != 0:
            return False
    return True
