"""What lies between the matrix products of a batch-norm network: forward, at the outputs, and backward.

Arrays are those of one run: units, samples.  A row is the activations of one unit; it stays in the cache from its
statistics to what is done with them.
"""

from __future__ import annotations

import math

import numpy as np

from psitheory.compiled.jit import compiled, elementwise, exponential, tanh

TANH, RELU = 0, 1
ACTIVATIONS = {"tanh": TANH, "relu": RELU}

_MANY = 2.0**64  # from there on a logarithm is taken; the next factor is at most the number of classes


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
    units, samples = z.shape
    low, high = ordinary
    for i in range(units):
        mean = square = 0.0
        if not is_centred:
            for s in range(samples):
                mean += z[i, s]
            mean /= samples
            for s in range(samples):
                z[i, s] -= mean
        for s in range(samples):
            square += z[i, s] * z[i, s]
        square = square / samples + eps
        root = math.sqrt(square)
        if not low < square / squares[i] < high or not root > max(bound[i], of_mean * abs(mean)):
            return False
        sigma[i] = root
        g, b, inverse = gamma[i], beta[i], 1 / root
        if activation == TANH:
            for s in range(samples):
                z[i, s] *= inverse
                out[i, s] = tanh(g * z[i, s] + b)
        else:
            for s in range(samples):
                z[i, s] *= inverse
                outer = g * z[i, s] + b
                out[i, s] = outer if outer > 0 else 0.0
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
    units, samples = z.shape
    for i in range(units):
        along = total = 0.0
        if activation == TANH:
            for s in range(samples):
                delta[i, s] *= 1 - h[i, s] * h[i, s]
        else:
            for s in range(samples):
                delta[i, s] = delta[i, s] if h[i, s] > 0 else 0.0
        for s in range(samples):
            along += delta[i, s] * z[i, s]
            total += delta[i, s]
        of_gamma[i], of_beta[i] = along, total
        along, total, factor = along / samples, total / samples, gamma[i] / sigma[i]
        _pull_back(delta[i], z[i], total, along, factor)


@elementwise
def _pull_back(delta: np.ndarray, z: np.ndarray, mean: float, along: float, factor: float) -> None:
    for s in range(len(delta)):
        delta[s] = (delta[s] - mean - z[s] * along) * factor


@compiled
def squared_loss(outputs: np.ndarray, bias: np.ndarray, targets: np.ndarray, of_bias: np.ndarray) -> float:
    """Add the bias to ``outputs``, turn them into the derivative of the mean squared loss, and return that loss."""
    units, samples = outputs.shape
    loss = 0.0
    for i in range(units):
        total = 0.0
        for s in range(samples):
            outputs[i, s] += bias[i] - targets[i, s]
        for s in range(samples):
            loss += outputs[i, s] * outputs[i, s]
            total += outputs[i, s]
        for s in range(samples):
            outputs[i, s] *= 2 / samples
        of_bias[i] = total * 2 / samples
    return float(loss / samples)


@compiled
def cross_entropy(logits: np.ndarray, bias: np.ndarray, one_hot: np.ndarray, of_bias: np.ndarray) -> float:
    """Add the bias to ``logits``, turn them into the derivative of the mean cross-entropy, and return that loss."""
    classes, samples = logits.shape
    largest, total = np.full(samples, -np.inf, logits.dtype), np.zeros(samples, logits.dtype)
    for c in range(classes):
        for s in range(samples):
            logits[c, s] += bias[c]
            largest[s] = max(largest[s], logits[c, s])
    chosen = logs = 0.0
    for c in range(classes):
        for s in range(samples):
            chosen += (logits[c, s] - largest[s]) * one_hot[c, s]
        for s in range(samples):
            logits[c, s] = exponential(logits[c, s] - largest[s])
            total[s] += logits[c, s]
    product = 1.0
    for s in range(samples):
        product *= total[s]  # each is at least 1; a logarithm takes as long as dozens of products
        if product > _MANY:
            logs, product = logs + math.log(product), 1.0
    logs += math.log(product)
    for s in range(samples):
        total[s] = 1 / (total[s] * samples)
    for c in range(classes):
        of_one = 0.0
        for s in range(samples):
            logits[c, s] = logits[c, s] * total[s] - one_hot[c, s] / samples
        for s in range(samples):
            of_one += logits[c, s]
        of_bias[c] = of_one
    return float((logs - chosen) / samples)
