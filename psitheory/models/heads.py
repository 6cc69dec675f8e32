r"""What stands above the last layer: losses of outputs (..., k, N), a column for each sample.

Each function returns the mean over the samples and its derivative with respect to the outputs.
"""

from __future__ import annotations

from psitheory.arithmetic import BALLS, Array, dot, namespace


def cross_entropy(logits: Array, one_hot: Array) -> tuple[Array, Array]:
    r"""Return the mean of :math:`\log\sum_j e^{z_j} - z_y` and its derivative, ``(softmax - one_hot)/N``.

    Parameters
    ----------
    logits : array, (..., k, N)
        Overwritten with the derivative.
    one_hot : array, (..., k, N)
        1 where the row is the label of the column, else 0.
    """
    xp = namespace(logits)
    n = logits.shape[-1]
    if xp is not BALLS:  # balls do not overflow, and a maximum would cost them width
        is_complex = logits.dtype.kind == "c"
        logits -= xp.max(logits.real if is_complex else logits, axis=-2, keepdims=True)
    chosen = dot(_flat(logits), _flat(xp.broadcast_to(one_hot, logits.shape)))
    odds = xp.exp(logits)
    total = xp.sum(odds, axis=-2)
    loss = (xp.sum(xp.log(total), axis=-1) - chosen) / n
    odds /= total[..., None, :]
    odds -= one_hot
    odds /= n
    return loss, odds


def squared(outputs: Array, targets: Array) -> tuple[Array, Array]:
    r"""Return the mean of :math:`\tfrac12\|z - y\|^2` and its derivative, :math:`(z - y)/N`; (..., k, N) each."""
    n = outputs.shape[-1]
    residual = outputs - targets
    flat = _flat(residual)
    return dot(flat, flat) / (2 * n), residual / n


def _flat(x: Array) -> Array:
    return namespace(x).reshape(x, (*x.shape[:-2], x.shape[-2] * x.shape[-1]))
