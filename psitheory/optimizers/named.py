"""Optimisers by name, as a command line asks for them: at rates that suit weights of norm 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.models.interface import Model
from psitheory.optimizers.adaptive import Adam, RMSprop
from psitheory.optimizers.armijo import PSIArmijo
from psitheory.optimizers.euclidean import GradientDescent, HeavyBall, Nesterov
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.lengths import BarzilaiBorwein, NormalisedDescent, Polyak
from psitheory.optimizers.psi import PSIGradientDescent, PSIMomentum


class Named(NamedTuple):
    r"""An optimiser, its title, and its scaling exponent p.

    Rate :math:`\eta a^p` from :math:`a\cdot w_0` follows, class for class, rate :math:`\eta` from :math:`w_0`; so at
    one rate the steps that it takes from afar grow like :math:`a^p`.
    """

    optimizer: Optimizer
    title: str
    exponent: int


def named_optimizer(name: str, model: Model, *, rate: float, length: float) -> Named:
    r"""Return the optimiser called ``name`` for ``model``.

    ================  ========================================================  =
    name              method                                                    p
    ================  ========================================================  =
    ``gd``            gradient descent, rate η                                  2
    ``momentum``      heavy ball, rate η/10, β = 0.9                            2
    ``nesterov``      Nesterov's momentum, rate η/10, β = 0.9                   2
    ``normalised``    normalised gradient descent, steps of the given length    1
    ``adam``          Adam without eps, rate length/√n                          1
    ``rmsprop``       RMSprop without eps, rate length/√n                       1
    ``bb``            Barzilai and Borwein, first rate η                        0
    ``polyak``        Polyak's step; the minimum must be known                  0
    ``psi-gd``        PSI-GD, rate η                                            0
    ``psi-momentum``  PSI-GD with momentum, rate η/10, β = 0.9                  0
    ``psi-armijo``    PSI-GD with backtracking from 8η                          0
    ``rgd``           Riemannian gradient descent along geodesics, rate η       0
    ================  ========================================================  =

    Parameters
    ----------
    name : str
    model : Model
    rate : positive number
        :math:`\eta`, such as 1/L.
    length : positive number
        How far methods of fixed step lengths go at each step, from weights of norm 1.

    Raises
    ------
    UnknownName
        If no optimiser has that name; the message lists those that exist.
    ArgumentError
        If the method needs the minimum of a model that does not know it.

    Examples
    --------
    >>> from psitheory.models import Cosine
    >>> named_optimizer("psi-gd", Cosine(np.eye(2)[0]), rate=0.5, length=0.1).title
    'PSI-GD'
    """
    if name not in _BUILDERS:
        raise UnknownName(f"optimizer is {shown(name)}; one of {', '.join(NAMES)} is needed")
    title, exponent, build = _BUILDERS[name]
    return Named(build(model, rate, length), title, exponent)


def _per_weight(model: Model, length: float) -> float:
    """Return the rate at which a step of ±rate in each weight is ``length`` long."""
    return length / float(np.sqrt(model.layout.n))


def _polyak(model: Model, rate: float, length: float) -> Optimizer:
    minimum = getattr(model, "minimum", None)
    if minimum is None:
        raise ArgumentError(f"optimizer is 'polyak', but {type(model).__name__} does not know its minimum")
    return Polyak(float(minimum))


_BUILDERS: dict[str, tuple[str, int, Callable[[Model, float, float], Optimizer]]] = {
    "gd": ("gradient descent", 2, lambda model, rate, length: GradientDescent(rate)),
    "momentum": ("heavy ball", 2, lambda model, rate, length: HeavyBall(rate / 10, 0.9)),
    "nesterov": ("Nesterov", 2, lambda model, rate, length: Nesterov(rate / 10, 0.9)),
    "normalised": ("normalised GD", 1, lambda model, rate, length: NormalisedDescent(length)),
    "adam": ("Adam", 1, lambda model, rate, length: Adam(_per_weight(model, length), eps=0)),
    "rmsprop": ("RMSprop", 1, lambda model, rate, length: RMSprop(_per_weight(model, length), eps=0)),
    "bb": ("Barzilai-Borwein", 0, lambda model, rate, length: BarzilaiBorwein(rate)),
    "polyak": ("Polyak", 0, _polyak),
    "psi-gd": ("PSI-GD", 0, lambda model, rate, length: PSIGradientDescent(rate)),
    "psi-momentum": ("PSI-GD with momentum", 0, lambda model, rate, length: PSIMomentum(rate / 10, 0.9)),
    "psi-armijo": ("PSI-GD with backtracking", 0, lambda model, rate, length: PSIArmijo(model, 8 * rate)),
    "rgd": ("RGD", 0, lambda model, rate, length: RiemannianGradientDescent(rate)),
}

NAMES = tuple(_BUILDERS)
"""The optimisers that :func:`named_optimizer` knows."""
