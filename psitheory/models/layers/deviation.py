r"""Root mean squares of rows that may be of any size, and which of them rounding alone has made."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.arithmetic.objects import ObjectNamespace


def deviation(z: Array, eps: Any, scale: Array | int = 1) -> Array:
    r"""Return :math:`\sqrt{\operatorname{mean} z^2 + \epsilon/s^2}` of each row of ``z``, (..., 1).

    Rows whose squares over- or underflow are divided by a power of two before: an infinite deviation would read
    as a zero gradient, and one of zero as a dead neuron.

    Parameters
    ----------
    z : array, (..., N)
    eps : number
    scale : array (..., 1) or 1
        s, a power of two, of 1 or more if ``eps`` is not 0.
    """
    with np.errstate(over="ignore"):
        square = dot(z, z, keepdims=True) / z.shape[-1]
    if eps != 0:
        square = square + (eps / scale) / scale
    xp = namespace(square)
    if isinstance(xp, ObjectNamespace) or _are_safe(square):
        return xp.sqrt(square)
    _, stretch = rescaled(z)
    if isinstance(stretch, int):
        return np.sqrt(square)
    stretch = stretch[..., None]
    if eps != 0:  # what is tiny must stay so beside eps
        stretch = np.maximum(stretch, 1 / scale)
    z = z / stretch
    square = dot(z, z, keepdims=True) / z.shape[-1]
    if eps != 0:
        root = np.sqrt(eps) / scale / stretch
        square = square + root * root
    return np.sqrt(square) * stretch


def are_dead(sigma: Array, size: Array) -> np.ndarray:
    """Tell which deviations are zero, or in floats no larger than rounding of terms of that ``size`` may make them.

    A ball that straddles zero passes, and so does what is not finite.
    """
    if isinstance(namespace(sigma), ObjectNamespace):
        zero: np.ndarray = np.frompyfunc(lambda x: x == 0, 1, 1)(sigma).astype(bool)
        return zero
    sigma = sigma.real
    return np.asarray((sigma <= np.abs(size.real) * (8 * np.finfo(sigma.dtype).eps)) & np.isfinite(sigma))


def _are_safe(square: np.ndarray) -> bool:
    real = square.real
    root = np.ldexp(np.ones((), real.dtype), np.finfo(real.dtype).minexp // 2)  # of the smallest normal number
    return bool(((real > root) & (real < 1 / root)).all())
