r"""Losses of one output against one target, with two derivatives in the output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psitheory.arithmetic import Array, namespace
from psitheory.errors import looked_up
from psitheory.models.layers.activations import sigmoid, softplus

OfPair = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Loss:
    r"""A function :math:`\ell(a, y)` of an output a and a target y.

    Attributes
    ----------
    name : str
    value, slope, curvature : callable
        :math:`\ell`, :math:`\partial_a\ell` and :math:`\partial_a^2\ell`, entry by entry.
    """

    name: str
    value: OfPair
    slope: OfPair
    curvature: OfPair


def _logistic_curvature(a: Array, y: Array) -> Array:
    return y * y * (sigmoid(a * y) * sigmoid(-(a * y)))


_LOSSES = {
    item.name: item
    for item in (
        Loss(
            "squared",
            lambda a, y: (a - y) * (a - y),
            lambda a, y: 2 * (a - y),
            lambda a, y: 2 * namespace(a).ones_like(a),
        ),
        Loss(
            "logistic",
            lambda a, y: softplus(-(a * y)),
            lambda a, y: -(y * sigmoid(-(a * y))),
            _logistic_curvature,
        ),
    )
}

NAMES = tuple(_LOSSES)
"""The losses that :func:`loss` knows."""


def loss(name: str) -> Loss:
    r"""Return the loss called ``name``: squared, :math:`(a-y)^2`; logistic, :math:`\log(1+e^{-ay})`, y = ±1.

    Raises
    ------
    UnknownName
        If ``name`` is not one of :data:`NAMES`; the message lists them.
    """
    return looked_up(_LOSSES, name, "loss")
