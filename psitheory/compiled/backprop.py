"""Backpropagation and descent of a batch-norm network, one run after the other: what one needs stays in the cache."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from psitheory.compiled.jit import compiled, elementwise, power_of_two, squared_norm
from psitheory.compiled.network import cross_entropy, normalised, pulled_back, squared_loss


class Shape(NamedTuple):
    """What a network is made of.

    Attributes
    ----------
    widths : int array, (L + 2,)
        Of the inputs, of the L hidden layers, and of the outputs.
    starts : int array
        Where W1, W2, …, then, if affine, gamma1, beta1, gamma2, …, then V and c begin in the flat weights.
    rows : int array, (m, 2)
        Where each row of W1, W2, … begins and ends there.
    activation : int
    affine, is_squared : bool
        Whether there are gamma and beta, and whether the loss is the squared one; else it is the cross-entropy.
    eps : float
    rounding : float
        The part of what a deviation was computed from that it has to exceed.
    ordinary : two floats
        Between them squared norms have to lie.
    """

    widths: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    activation: int
    affine: bool
    is_squared: bool
    eps: float
    rounding: float
    ordinary: tuple[float, float]

    def memory(self, samples: int) -> int:
        """Return how many numbers a run needs beside its weights: z and h of all layers, outputs, and two slopes."""
        hidden = self.widths[1:-1]
        return int((2 * hidden.sum() + self.widths[-1] + 2 * hidden.max()) * samples)


class Batch(NamedTuple):
    """Centred inputs (b, d, N) and (b, N, d), targets (b, k, N), sizes (b,) of inputs; b is 1 where runs share them."""

    columns: np.ndarray
    rows: np.ndarray
    targets: np.ndarray
    sizes: np.ndarray


@compiled
def gradients(w: np.ndarray, shape: Shape, batch: Batch, memory: np.ndarray, loss: np.ndarray, out: np.ndarray) -> bool:
    """Write losses (K,) and gradients (K, n) at w (K, n); tell whether all rows are ordinary, and no neuron dead."""
    m = len(shape.rows)
    point, scale, squares = np.empty_like(w[0]), np.empty(m, w.dtype), np.empty(m, w.dtype)
    for k in range(len(w)):
        _to_units(w[k], shape, point, scale)
        loss[k] = _gradient(point, shape, batch, k % len(batch.rows), memory, squares, out[k])
        if not math.isfinite(loss[k]):
            return False
        for i in range(m):
            out[k, shape.rows[i, 0] : shape.rows[i, 1]] /= scale[i]
    return True


@compiled
def descended(
    x: np.ndarray,
    shape: Shape,
    batch: Batch,
    memory: np.ndarray,
    rate: np.ndarray,
    on_quotient: bool,
    steps: int,
    seen: tuple[np.ndarray, np.ndarray, np.ndarray],
    total: np.ndarray,
    least: np.ndarray,
    out: np.ndarray,
) -> bool:
    r"""Write to ``out`` where x come in so many steps; tell whether all stayed ordinary, finite and alive.

    x (K, n + m) are weights whose rows are without a power of two, and those powers.  The other parameters are those
    of :func:`psitheory.compiled.rayleigh.advanced`; norms are (K, m).
    """
    m, free = len(shape.rows), shape.rows[-1, 1]
    n = x.shape[1] - m
    losses, norms, gs = seen
    squares, gradient = np.empty(m, x.dtype), np.empty(n, x.dtype)
    out[:] = x
    for k in range(len(x)):
        w, scale = out[k, :n], x[k, n:]
        for t in range(max(steps, 1)):
            loss = _gradient(w, shape, batch, 0, memory, squares, gradient)
            g = _riemannian_square(gradient, squares, shape)
            if not math.isfinite(g + loss + w[free:].sum()):
                return False
            if t == 0:
                losses[k], gs[k] = loss, g
                norms[k] = np.sqrt(squares) * scale
            if steps:
                total[k] += g
                least[k] = min(least[k], g)
                for i in range(m):
                    factor = rate[k] * squares[i] if on_quotient else rate[k] / scale[i] / scale[i]
                    row = slice(shape.rows[i, 0], shape.rows[i, 1])
                    _step(w[row], factor, gradient[row])
                _step(w[free:], rate[k], gradient[free:])
        if not squared_norm(w) < shape.ordinary[1]:  # the last step from a small scale may lead far out
            return False
    return True


@elementwise
def _step(w: np.ndarray, factor: float, gradient: np.ndarray) -> None:
    for j in range(len(w)):
        w[j] -= factor * gradient[j]


@compiled
def _to_units(w: np.ndarray, shape: Shape, out: np.ndarray, scale: np.ndarray) -> None:
    """Write to ``out`` weights w without a power of two for each row, ``scale``: 1 where eps breaks the invariance."""
    out[:] = w
    for i in range(len(shape.rows)):
        row = out[shape.rows[i, 0] : shape.rows[i, 1]]
        scale[i] = power_of_two(row) if shape.eps == 0 else 1
        row /= scale[i]


@compiled
def _riemannian_square(gradient: np.ndarray, squares: np.ndarray, shape: Shape) -> float:
    """Return G, or NaN where the square of a row of the gradient under- or overflows."""
    low, high = shape.ordinary
    total = 0.0
    for i in range(len(shape.rows)):
        row = gradient[shape.rows[i, 0] : shape.rows[i, 1]]
        g = squared_norm(row)
        if not low < g < high and (g != 0 or row.any()):
            return math.nan
        total += squares[i] * g
    return float(total + squared_norm(gradient[shape.rows[-1, 1] :]))


@compiled
def _gradient(
    w: np.ndarray,
    shape: Shape,
    batch: Batch,
    own: int,
    memory: np.ndarray,
    squares: np.ndarray,
    out: np.ndarray,
) -> float:
    """Return the loss, or NaN; write the gradient (n,) and the squared norms of rows (m,) on the batch ``own``."""
    scales = np.empty((3, len(squares)), w.dtype)  # gamma, beta, sigma
    if not _forward(w, shape, batch, own, memory, squares, scales):
        return math.nan
    widths, starts, n = shape.widths, shape.starts, batch.rows.shape[1]
    hidden = len(squares)
    h = _matrix(memory, (2 * hidden - widths[-2]) * n, widths[-2], n)
    slope = _matrix(memory, 2 * hidden * n, widths[-1], n)
    delta = _matrix(memory, (2 * hidden + widths[-1]) * n, widths[-2], n)
    v, bias, of_bias = _matrix(w, starts[-2], widths[-1], widths[-2]), w[starts[-1] :], out[starts[-1] :]
    np.dot(v, h, slope)
    if shape.is_squared:
        loss = float(squared_loss(slope, bias, batch.targets[own], of_bias))
    else:
        loss = float(cross_entropy(slope, bias, batch.targets[own], of_bias))
    np.dot(slope, h.T, _matrix(out, starts[-2], widths[-1], widths[-2]))
    np.dot(v.T, slope, delta)
    _backward(w, shape, batch, own, memory, scales, out)
    return loss


@compiled
def _forward(
    w: np.ndarray, shape: Shape, batch: Batch, own: int, memory: np.ndarray, squares: np.ndarray, scales: np.ndarray
) -> bool:
    """Write z and h of all layers to ``memory``, and squares, gamma, beta and sigma; tell whether all is ordinary."""
    widths, starts, n, depth = shape.widths, shape.starts, batch.rows.shape[1], len(shape.widths) - 2
    low, high = shape.ordinary
    gamma, beta, sigma, bound = scales[0], scales[1], scales[2], np.zeros_like(squares)
    gamma[:], beta[:] = 1, 0
    for j in range(len(squares)):
        squares[j] = squared_norm(w[shape.rows[j, 0] : shape.rows[j, 1]])
        if not low < squares[j] < high:
            return False
    h, first = batch.columns[own], 0
    for i in range(1, depth + 1):
        layer = slice(first, first + widths[i])
        if i == 1:
            bound[layer] = np.sqrt(squares[layer]) * (batch.sizes[own] * shape.rounding)
        if shape.affine:
            at = depth + 2 * (i - 1)
            gamma[layer] = w[starts[at] : starts[at + 1]]
            beta[layer] = w[starts[at + 1] : starts[at + 2]]
        z = _matrix(memory, first * n, widths[i], n)
        np.dot(_matrix(w, starts[i - 1], widths[i], widths[i - 1]), h, z)
        h = _matrix(memory, (len(squares) + first) * n, widths[i], n)
        if not normalised(
            z,
            shape.activation,
            gamma[layer],
            beta[layer],
            shape.eps,
            squares[layer],
            (low**0.8, high**0.8),  # less, for the ratio of what lies there to what it is divided by
            bound[layer],
            i == 1,
            0.0 if i == 1 else shape.rounding,
            sigma[layer],
            h,
        ):
            return False
        first += widths[i]
    return True


@compiled
def _backward(
    w: np.ndarray, shape: Shape, batch: Batch, own: int, memory: np.ndarray, scales: np.ndarray, out: np.ndarray
) -> None:
    """Write the gradient in the hidden layers, from the derivative in the last activations, which ``memory`` holds."""
    widths, starts, n, depth = shape.widths, shape.starts, batch.rows.shape[1], len(shape.widths) - 2
    hidden = scales.shape[1]
    spare = 2 * hidden + widths[-1]
    gamma, sigma = scales[0], scales[2]
    first = hidden
    for i in range(depth, 0, -1):
        layer, first = slice(first - widths[i], first), first - widths[i]
        delta = _matrix(memory, (spare + (depth - i) % 2 * widths[1:-1].max()) * n, widths[i], n)
        z, h = _matrix(memory, first * n, widths[i], n), _matrix(memory, (hidden + first) * n, widths[i], n)
        of_gamma, of_beta = np.empty(widths[i], w.dtype), np.empty(widths[i], w.dtype)
        pulled_back(delta, z, h, shape.activation, gamma[layer], sigma[layer], of_gamma, of_beta)
        if shape.affine:
            at = depth + 2 * (i - 1)
            out[starts[at] : starts[at + 1]] = of_gamma
            out[starts[at + 1] : starts[at + 2]] = of_beta
        of_weights = _matrix(out, starts[i - 1], widths[i], widths[i - 1])
        if i == 1:
            np.dot(delta, batch.rows[own], of_weights)
        else:
            below = _matrix(memory, (hidden + first - widths[i - 1]) * n, widths[i - 1], n)
            np.dot(delta, below.T, of_weights)
            passed = (spare + (depth - i + 1) % 2 * widths[1:-1].max()) * n
            weights = _matrix(w, starts[i - 1], widths[i], widths[i - 1])
            np.dot(weights.T, delta, _matrix(memory, passed, widths[i - 1], n))


@compiled
def _matrix(flat: np.ndarray, start: int, rows: int, columns: int) -> np.ndarray:
    return flat[start : start + rows * columns].reshape(rows, columns)
