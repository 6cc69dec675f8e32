r"""Activation functions with their first two derivatives, in every arithmetic where they exist.

Each function maps arrays to arrays entry by entry.  On complex numbers, as complex steps need them,
a piecewise function chooses its branch by the real part; on balls that straddle a kink it returns the
hull of both branches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import BALLS, Array, namespace
from psitheory.errors import looked_up

Elementwise = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    r"""A function :math:`\varphi` of one variable.

    Attributes
    ----------
    name : str
    value, slope, curvature : callable
        :math:`\varphi`, :math:`\varphi'` and :math:`\varphi''`, entry by entry.
    value_and_slope : callable
        ``(value, slope)``, sharing what the two have in common.
    write : callable, optional
        ``write(x, value, slope)`` does the same on real floats, into two arrays that exist already.
    """

    name: str
    value: Elementwise
    slope: Elementwise
    curvature: Elementwise
    value_and_slope: Callable[[Array], tuple[Array, Array]]
    write: Callable[[Array, Array, Array], None] | None = None


def is_positive(x: Array) -> Array:
    """Return whether the real part is positive; ``None`` where a ball leaves it open."""
    is_complex = getattr(getattr(x, "dtype", None), "kind", "") == "c"
    return namespace(x).greater(x.real if is_complex else x, 0)


def identity(x: Array) -> Array:
    """Return ``x``."""
    return x


def _one(x: Array) -> Array:
    return namespace(x).ones_like(x)


def _zero(x: Array) -> Array:
    return namespace(x).zeros_like(x)


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent."""
    return namespace(x).tanh(x)


def _tanh_value_and_slope(x: Array) -> tuple[Array, Array]:
    t = tanh(x)
    return t, 1 - t * t


def _tanh_write(x: Array, value: Array, slope: Array) -> None:
    np.tanh(x, out=value)
    np.multiply(value, value, out=slope)
    np.subtract(1, slope, out=slope)


def _tanh_curvature(x: Array) -> Array:
    t, slope = _tanh_value_and_slope(x)
    return -2 * t * slope


def sigmoid(x: Array) -> Array:
    r"""Return :math:`1/(1+e^{-x})`."""
    return _softplus_value_and_slope(x)[1]


def softplus(x: Array) -> Array:
    r"""Return :math:`\log(1+e^x)`."""
    return _softplus_value_and_slope(x)[0]


def _softplus_value_and_slope(x: Array) -> tuple[Array, Array]:
    xp = namespace(x)
    if xp is BALLS:  # balls do not overflow, and |x| would cost them width
        return xp.log1p(xp.exp(x)), 1 / (1 + xp.exp(-x))
    positive = is_positive(x)
    decay = xp.exp(xp.where(positive, -x, x))  # at most 1: no overflow
    return xp.where(positive, x, _zero(x)) + xp.log1p(decay), xp.where(positive, _one(x), decay) / (1 + decay)


def _softplus_curvature(x: Array) -> Array:
    return sigmoid(x) * sigmoid(-x)


def relu(x: Array) -> Array:
    r"""Return :math:`\max(x, 0)`."""
    return namespace(x).where(is_positive(x), x, _zero(x))


def _relu_slope(x: Array) -> Array:
    return namespace(x).where(is_positive(x), _one(x), _zero(x))


def _relu_write(x: Array, value: Array, slope: Array) -> None:
    np.maximum(x, 0, out=value)
    np.greater(x, 0, out=slope)


def sine(x: Array) -> Array:
    """Return the sine."""
    return namespace(x).sin(x)


def _cosine(x: Array) -> Array:
    return namespace(x).cos(x)


def _pair(value: Elementwise, slope: Elementwise) -> Callable[[Array], tuple[Array, Array]]:
    return lambda x: (value(x), slope(x))


_ACTIVATIONS = {
    item.name: item
    for item in (
        Activation(
            "tanh", tanh, lambda x: _tanh_value_and_slope(x)[1], _tanh_curvature, _tanh_value_and_slope, _tanh_write
        ),
        Activation("relu", relu, _relu_slope, _zero, _pair(relu, _relu_slope), _relu_write),
        Activation("softplus", softplus, sigmoid, _softplus_curvature, _softplus_value_and_slope),
        Activation("sine", sine, _cosine, lambda x: -sine(x), _pair(sine, _cosine)),
        Activation("identity", identity, _one, _zero, _pair(identity, _one)),
    )
}

NAMES = tuple(_ACTIVATIONS)
"""The activations that :func:`activation` knows."""


def activation(name: str) -> Activation:
    """Return the activation called ``name``.

    Raises
    ------
    UnknownName
        If ``name`` is not one of :data:`NAMES`; the message lists them.

    Examples
    --------
    >>> import numpy as np
    >>> activation("relu").value(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return looked_up(_ACTIVATIONS, name, "activation")
