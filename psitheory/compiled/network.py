"""What lies between the matrix products of a batch-norm network: forward, at the outputs, and backward.

Arrays are three-dimensional: runs, units, samples.  A row is the activations of one unit of one run; it stays in the
cache from its statistics to what is done with them.
"""

from __future__ import annotations

import math

import numpy as np

from psitheory.compiled.jit import compiled, exponential, tanh

TANH, RELU = 0, 1
ACTIVATIONS = {"tanh": TANH, "relu": RELU}


@compiled
def normalised(
    z: np.ndarray,
    activation: int,
    gamma: np.ndarray,
    beta: np.ndarray,
    eps: float,
    squares: np.ndarray,
    ordinary: tuple[float, float],
    bound: np.ndarray,
    is_centred: bool,
    of_mean: float,
    sigma: np.ndarray,
    out: np.ndarray,
) -> bool:
    r"""Normalise the rows of ``z`` in place, and write the activations of :math:`\gamma\hat z + \beta` to ``out``.

    Returns False, and leaves the rest undone, where the variance of a row, with eps, over the squared norm of its
    weights, ``squares``, is not within ``ordinary``, or its root ``sigma`` not beyond both ``bound`` and ``of_mean``
    times the size of its mean: such a row may be constant.
    """
    runs, units, samples = z.shape
    low, high = ordinary
    for k in range(runs):
        for i in range(units):
            mean = square = 0.0
            if not is_centred:
                for s in range(samples):
                    mean += z[k, i, s]
                mean /= samples
                for s in range(samples):
                    z[k, i, s] -= mean
            for s in range(samples):
                square += z[k, i, s] * z[k, i, s]
            square = square / samples + eps
            root = math.sqrt(square)
            if not low < square / squares[k, i] < high or not root > max(bound[k, i], of_mean * abs(mean)):
                return False
            sigma[k, i] = root
            g, b, inverse = gamma[k, i], beta[k, i], 1 / root
            if activation == TANH:
                for s in range(samples):
                    z[k, i, s] *= inverse
                    out[k, i, s] = tanh(g * z[k, i, s] + b)
            else:
                for s in range(samples):
                    z[k, i, s] *= inverse
                    outer = g * z[k, i, s] + b
                    out[k, i, s] = outer if outer > 0 else 0.0
    return True


@compiled
def pulled_back(
    delta: np.ndarray,
    z: np.ndarray,
    h: np.ndarray,
    activation: int,
    gamma: np.ndarray,
    sigma: np.ndarray,
    of_gamma: np.ndarray,
    of_beta: np.ndarray,
) -> None:
    r"""Turn ``delta``, a derivative in the activations h, into the derivative in what was normalised to z.

    With δ the derivative in :math:`\gamma z + \beta`: :math:`\frac\gamma\sigma(\delta - \operatorname{mean}\delta -
    z\operatorname{mean}(\delta z))`.  The derivatives in gamma and beta are the two sums, times the samples.
    """
    runs, units, samples = z.shape
    for k in range(runs):
        for i in range(units):
            along = total = 0.0
            if activation == TANH:
                for s in range(samples):
                    delta[k, i, s] *= 1 - h[k, i, s] * h[k, i, s]
            else:
                for s in range(samples):
                    delta[k, i, s] = delta[k, i, s] if h[k, i, s] > 0 else 0.0
            for s in range(samples):
                along += delta[k, i, s] * z[k, i, s]
                total += delta[k, i, s]
            of_gamma[k, i], of_beta[k, i] = along, total
            along, total, factor = along / samples, total / samples, gamma[k, i] / sigma[k, i]
            for s in range(samples):
                delta[k, i, s] = (delta[k, i, s] - total - z[k, i, s] * along) * factor


@compiled
def cross_entropy(
    logits: np.ndarray, bias: np.ndarray, one_hot: np.ndarray, loss: np.ndarray, of_bias: np.ndarray
) -> None:
    """Add the bias to ``logits``, turn them into the derivative of the mean cross-entropy, and write ``loss``.

    ``one_hot`` is (1, classes, samples) where all runs see the same samples.
    """
    runs, classes, samples = logits.shape
    largest, total = np.empty(samples, logits.dtype), np.empty(samples, logits.dtype)
    for k in range(runs):
        hits = one_hot[k % len(one_hot)]
        largest[:] = -np.inf
        for c in range(classes):
            for s in range(samples):
                logits[k, c, s] += bias[k, c]
                largest[s] = max(largest[s], logits[k, c, s])
        total[:] = 0
        chosen = 0.0
        for c in range(classes):
            for s in range(samples):
                chosen += (logits[k, c, s] - largest[s]) * hits[c, s]
            for s in range(samples):
                logits[k, c, s] = exponential(logits[k, c, s] - largest[s])
                total[s] += logits[k, c, s]
        logs = 0.0
        for s in range(samples):
            logs += math.log(total[s])
            total[s] = 1 / (total[s] * samples)
        loss[k] = (logs - chosen) / samples
        for c in range(classes):
            of_one = 0.0
            for s in range(samples):
                logits[k, c, s] = logits[k, c, s] * total[s] - hits[c, s] / samples
            for s in range(samples):
                of_one += logits[k, c, s]
            of_bias[k, c] = of_one
