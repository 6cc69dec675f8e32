r"""What stands above the last layer: losses of outputs (..., k, N), a column for each sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import BALLS, Array, dot, namespace
from psitheory.errors import looked_up


@dataclass(frozen=True)
class Head:
    r"""The mean :math:`F = \frac1N\sum_s \ell(z_s, y_s)` over samples, with derivatives in the outputs z.

    Attributes
    ----------
    name : str
    value_and_slope : callable
        Maps outputs and targets, (..., k, N) each, to F (...) and :math:`\nabla F` (..., k, N), which takes
        the memory of the outputs.
    moved_slope : callable
        Maps :math:`\nabla F`, targets and a direction x to :math:`\nabla^2 F\,x`, (..., k, N).
    """

    name: str
    value_and_slope: Callable[[Array, Array], tuple[Array, Array]]
    moved_slope: Callable[[Array, Array, Array], Array]


def _cross_entropy(logits: Array, one_hot: Array) -> tuple[Array, Array]:
    xp = namespace(logits)
    n = logits.shape[-1]
    if xp is not BALLS:  # balls do not overflow, and a maximum would cost them width
        is_complex = logits.dtype.kind == "c"
        logits -= xp.max(logits.real if is_complex else logits, axis=-2, keepdims=True)
    chosen = dot(_flat(logits), _flat(one_hot))
    odds = xp.exp(logits) if logits.dtype == object else np.exp(logits, out=logits)
    total = xp.sum(odds, axis=-2, keepdims=True)
    loss = (xp.sum(_flat(xp.log(total)), axis=-1) - chosen) / n
    odds /= total * n
    odds -= one_hot / n
    return loss, odds


def _moved_cross_entropy(slope: Array, one_hot: Array, x: Array) -> Array:
    xp = namespace(slope)
    probability = slope + one_hot / slope.shape[-1]  # of each label, over N
    x = x - xp.sum(probability * x, axis=-2, keepdims=True) * slope.shape[-1]
    return probability * x


def _squared(outputs: Array, targets: Array) -> tuple[Array, Array]:
    n = outputs.shape[-1]
    outputs -= targets
    flat = _flat(outputs)
    loss = dot(flat, flat) / n
    outputs /= n
    outputs *= 2
    return loss, outputs


def _moved_squared(slope: Array, _: Array, x: Array) -> Array:
    return 2 * x / slope.shape[-1]


def _flat(x: Array) -> Array:
    return x.reshape(*x.shape[:-2], -1)


_HEADS = {
    item.name: item
    for item in (
        Head("cross-entropy", _cross_entropy, _moved_cross_entropy),
        Head("squared", _squared, _moved_squared),
    )
}

NAMES = tuple(_HEADS)
"""The losses that :func:`head` knows."""


def head(name: str) -> Head:
    r"""Return a head: cross-entropy, :math:`\ell = \log\sum_j e^{z_j} - z_y`; squared, :math:`\|z - y\|^2`.

    Raises
    ------
    UnknownName
        If ``name`` is not one of :data:`NAMES`; the message lists them.
    """
    return looked_up(_HEADS, name, "loss")
