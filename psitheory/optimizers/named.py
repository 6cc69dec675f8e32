"""Optimisers by name, as a command line asks for them: at rates that suit weights of norm 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.models.interface import Model
from psitheory.optimizers.adaptive import Adagrad, Adam, RMSprop, adamw
from psitheory.optimizers.armijo import PSIArmijo
from psitheory.optimizers.euclidean import GradientDescent, HeavyBall, Nesterov
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.optimizers.grassmann import SGDG, AdamG
from psitheory.optimizers.hyperball import Hyperball, Renormalised
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.lengths import LARS, BarzilaiBorwein, Clipped, NormalisedDescent, Polyak, SignDescent
from psitheory.optimizers.line_search import ExactLineSearch, NonlinearCG
from psitheory.optimizers.lion import Lion
from psitheory.optimizers.muon import Muon
from psitheory.optimizers.newton import QuotientNewton
from psitheory.optimizers.projected import SGDP, AdamP, Centralised, ProjectedDescent
from psitheory.optimizers.psi import PSIGradientDescent, PSIMomentum
from psitheory.optimizers.psi_polyak import PSIPolyak
from psitheory.optimizers.rapidity import AdaptiveRapidityDescent, RapidityDescent
from psitheory.optimizers.srt import SGDMRT, AdamGStar, AdamSRT, adam_s
from psitheory.optimizers.wngrad import SphericalWNGrad


class Named(NamedTuple):
    r"""An optimiser, its title, and how it depends on the scale of the weights.

    Attributes
    ----------
    exponent : int
        p, for which rate :math:`\eta a^p` from :math:`a\cdot w_0` follows, class for class, rate :math:`\eta` from
        :math:`w_0`.
    growth : int or None
        q, where the steps that it takes at one rate grow like :math:`a^q` from afar: p, unless steps also shrink with
        their number.  None if they grow like no power.
    """

    optimizer: Optimizer
    title: str
    exponent: int
    growth: int | None


def named_optimizer(name: str, model: Model, *, rate: float, length: float) -> Named:
    r"""Return the optimiser called ``name`` for ``model``.

    ================  ==========================================================  ====
    name              method                                                      p
    ================  ==========================================================  ====
    ``gd``            gradient descent, rate η                                    2
    ``momentum``      heavy ball, rate η/10, β = 0.9                              2
    ``nesterov``      Nesterov's momentum, rate η/10, β = 0.9                     2
    ``clipped``       gradient descent, rate η, steps of at most the length       2
    ``normalised``    normalised gradient descent, steps of the given length      1
    ``sign``          sign descent, rate length/√n                                1
    ``lion``          Lion, rate length/√n                                        1
    ``adam``          Adam without eps, rate length/√n                            1
    ``adamw``         the same with decoupled decay 0.01                          1
    ``rmsprop``       RMSprop without eps, rate length/√n                         1
    ``adagrad``       Adagrad without eps, rate 10 length/√n                      1
    ``lars``          LARS, each block by the given length over its norm          0
    ``bb``            Barzilai and Borwein, first rate η                          0
    ``polyak``        Polyak's step; the minimum must be known                    0
    ``psi-gd``        PSI-GD, rate η                                              0
    ``psi-momentum``  PSI-GD with momentum, rate η/10, β = 0.9                    0
    ``psi-armijo``    PSI-GD with backtracking from 8η                            0
    ``psi-rd``        rapidity descent, L = 1/η                                   0
    ``psi-rd-search`` rapidity descent, L sought from 1/16η on                    0
    ``psi-polyak``    Polyak's step on the quotient; the minimum must be known     0
    ``newton``        Newton's method on the quotient                             0
    ``exact``         gradient descent by exact line search                       0
    ``cg``            nonlinear conjugate gradients, Polak-Ribière                0
    ``hyperball``     steps of the given length on the spheres of the start       0
    ``ngpt``          Adam without eps on the spheres of the start                1
    ``muon``          Muon, polar factors of the given length                     1
    ``wngrad``        WNGrad on the unit spheres, b = 1/η at first                0
    ``rgd``           Riemannian gradient descent along geodesics, rate η         0
    ``projected``     projected gradient descent on unit spheres, rate η          0
    ``sgd-g``         SGD-G on lines, rate η/10, γ = 0.9, ν = 0.1                 0
    ``adam-g``        Adam-G on lines, rate length                                0
    ``adam-g*``       AdamG*, rate 10 length, β = 0.99, v₀ = 1                     0
    ``adam-s``        Adam without eps, one second moment a block                 1
    ``adam-srt``      the same, moments rescaled and transported                  1
    ``adamp``         AdamP without eps, rate length/√n                           1
    ``sgd-mrt``       heavy ball with transported buffer, rate η/10, β = 0.9      2
    ``sgdp``          SGDP without eps, rate η/10, β = 0.9                        2
    ``centralised``   gradient descent on centralised gradients, rate η           2
    ================  ==========================================================  ====

    The exponent of ``clipped`` is for a threshold over a, that of ``adamw`` for a decay over a.

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
    return Named(build(model, rate, length), title, exponent, _GROWTH.get(name, exponent))


def _per_weight(model: Model, length: float) -> float:
    """Return the rate at which a step of ±rate in each weight is ``length`` long."""
    return length / float(np.sqrt(model.layout.n))


def _minimum(model: Model, name: str) -> float:
    minimum = getattr(model, "minimum", None)
    if minimum is None:
        raise ArgumentError(f"optimizer is {name!r}, but {type(model).__name__} does not know its minimum")
    return float(minimum)


_BUILDERS: dict[str, tuple[str, int, Callable[[Model, float, float], Optimizer]]] = {
    "gd": ("gradient descent", 2, lambda model, rate, length: GradientDescent(rate)),
    "momentum": ("heavy ball", 2, lambda model, rate, length: HeavyBall(rate / 10, 0.9)),
    "nesterov": ("Nesterov", 2, lambda model, rate, length: Nesterov(rate / 10, 0.9)),
    "clipped": ("clipped GD", 2, lambda model, rate, length: Clipped(rate, length / rate)),
    "normalised": ("normalised GD", 1, lambda model, rate, length: NormalisedDescent(length)),
    "sign": ("sign descent", 1, lambda model, rate, length: SignDescent(_per_weight(model, length))),
    "lion": ("Lion", 1, lambda model, rate, length: Lion(_per_weight(model, length))),
    "adam": ("Adam", 1, lambda model, rate, length: Adam(_per_weight(model, length), eps=0)),
    "adamw": ("AdamW", 1, lambda model, rate, length: adamw(_per_weight(model, length), eps=0)),
    "rmsprop": ("RMSprop", 1, lambda model, rate, length: RMSprop(_per_weight(model, length), eps=0)),
    "adagrad": ("Adagrad", 1, lambda model, rate, length: Adagrad(10 * _per_weight(model, length), eps=0)),
    "lars": ("LARS", 0, lambda model, rate, length: LARS(length)),
    "bb": ("Barzilai-Borwein", 0, lambda model, rate, length: BarzilaiBorwein(rate)),
    "polyak": ("Polyak", 0, lambda model, rate, length: Polyak(_minimum(model, "polyak"))),
    "psi-gd": ("PSI-GD", 0, lambda model, rate, length: PSIGradientDescent(rate)),
    "psi-momentum": ("PSI-GD with momentum", 0, lambda model, rate, length: PSIMomentum(rate / 10, 0.9)),
    "psi-armijo": ("PSI-GD with backtracking", 0, lambda model, rate, length: PSIArmijo(model, 8 * rate)),
    "psi-rd": ("rapidity descent", 0, lambda model, rate, length: RapidityDescent(1 / rate)),
    "hyperball": ("hyperball", 0, lambda model, rate, length: Hyperball(GradientDescent(rate), length)),
    "wngrad": ("WNGrad on the sphere", 0, lambda model, rate, length: SphericalWNGrad(1 / rate, rate=rate)),
    "ngpt": ("nGPT-like Adam", 1, lambda model, rate, length: Renormalised(Adam(_per_weight(model, length), eps=0))),
    "muon": ("Muon", 1, lambda model, rate, length: Muon(length)),
    "psi-rd-search": (
        "rapidity descent, L sought",
        0,
        lambda model, rate, length: AdaptiveRapidityDescent(model, 1 / (16 * rate)),
    ),
    "psi-polyak": ("PSI-Polyak", 0, lambda model, rate, length: PSIPolyak(_minimum(model, "psi-polyak"))),
    "newton": ("quotient Newton", 0, lambda model, rate, length: QuotientNewton(model)),
    "exact": ("exact line search", 0, lambda model, rate, length: ExactLineSearch(model)),
    "cg": ("nonlinear CG", 0, lambda model, rate, length: NonlinearCG(model)),
    "rgd": ("RGD", 0, lambda model, rate, length: RiemannianGradientDescent(rate)),
    "projected": ("projected GD", 0, lambda model, rate, length: ProjectedDescent(rate)),
    "sgd-g": ("SGD-G", 0, lambda model, rate, length: SGDG(rate / 10)),
    "adam-g": ("Adam-G", 0, lambda model, rate, length: AdamG(length)),
    "adam-g*": ("AdamG*", 0, lambda model, rate, length: AdamGStar(10 * length, beta=0.99, start=1.0)),
    "adam-s": ("AdamS", 1, lambda model, rate, length: adam_s(_per_weight(model, length), eps=0)),
    "adam-srt": ("AdamSRT", 1, lambda model, rate, length: AdamSRT(_per_weight(model, length), eps=0)),
    "adamp": ("AdamP", 1, lambda model, rate, length: AdamP(_per_weight(model, length), eps=0)),
    "sgd-mrt": ("SGD-MRT", 2, lambda model, rate, length: SGDMRT(rate / 10, 0.9)),
    "sgdp": ("SGDP", 2, lambda model, rate, length: SGDP(rate / 10, momentum=0.9, eps=0)),
    "centralised": ("centralised GD", 2, lambda model, rate, length: Centralised(GradientDescent(rate))),
}

# Adagrad's steps shrink like 1/√t, so that T of them go as far as √T; AdamW's decay takes w to any norm in log a steps
_GROWTH: dict[str, int | None] = {"adagrad": 2, "adamw": None}

NAMES = tuple(_BUILDERS)
"""The optimisers that :func:`named_optimizer` knows."""
