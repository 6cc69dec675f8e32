"""Every method of the library, with each of its constants at work, as tables of all methods need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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

_DECAYS: Mapping[str, Any] = {"coupled_decay": 0.013, "decay": 0.017}
_EPS = 1e-3

METHODS: Mapping[str, Callable[[Model], Optimizer]] = {
    "gradient descent": lambda model: GradientDescent(0.11, **_DECAYS),
    "heavy ball": lambda model: HeavyBall(0.11, 0.9, **_DECAYS),
    "Nesterov": lambda model: Nesterov(0.11, 0.9, **_DECAYS),
    "clipped GD": lambda model: Clipped(0.11, 0.23),
    "centralised GD": lambda model: Centralised(GradientDescent(0.11)),
    "SGDP": lambda model: SGDP(0.11, momentum=0.9, eps=_EPS),
    "SGD-MRT": lambda model: SGDMRT(0.11, 0.9),
    "Padam": lambda model: Adam(0.011, eps=0, roots=2),
    "Adam": lambda model: Adam(0.011, eps=_EPS, eps_inside=1e-6, coupled_decay=0.013),
    "AdamW": lambda model: adamw(0.011, decay=0.17, eps=_EPS),
    "AdamP": lambda model: AdamP(0.011, eps=_EPS),
    "RMSprop": lambda model: RMSprop(0.011, eps=_EPS, **_DECAYS),
    "Adagrad": lambda model: Adagrad(0.11, eps=_EPS, **_DECAYS),
    "AdamS": lambda model: adam_s(0.011, eps=_EPS),
    "AdamSRT": lambda model: AdamSRT(0.011, eps=_EPS),
    "sign descent": lambda model: SignDescent(0.011),
    "Lion": lambda model: Lion(0.011, decay=0.17),
    "normalised GD": lambda model: NormalisedDescent(0.11),
    "normalised by block": lambda model: NormalisedDescent(0.11, per="block"),
    "Muon": lambda model: Muon(0.11),
    "nGPT-like Adam": lambda model: Renormalised(Adam(0.011, eps=0)),
    "LARS": lambda model: LARS(0.011),
    "Polyak": lambda model: Polyak(0.01),
    "Barzilai-Borwein": lambda model: BarzilaiBorwein(0.011),
    "exact line search": lambda model: ExactLineSearch(model),
    "nonlinear CG": lambda model: NonlinearCG(model),
    "hyperball": lambda model: Hyperball(GradientDescent(0.11), 0.11),
    "projected GD": lambda model: ProjectedDescent(0.11),
    "spherical WNGrad": lambda model: SphericalWNGrad(0.7, rate=0.11),
    "SGD-G": lambda model: SGDG(0.11),
    "Adam-G": lambda model: AdamG(0.11),
    "AdamG*": lambda model: AdamGStar(0.11, beta=0.97, start=0.7),
    "RGD": lambda model: RiemannianGradientDescent(0.11),
    "PSI-GD": lambda model: PSIGradientDescent(0.11, decay=0.17),
    "PSI-GD, momentum": lambda model: PSIMomentum(0.011, 0.9),
    "PSI-Armijo": lambda model: PSIArmijo(model, 0.9),
    "PSI-Polyak": lambda model: PSIPolyak(0.01),
    "rapidity descent": lambda model: RapidityDescent(9.1),
    "rapidity, L sought": lambda model: AdaptiveRapidityDescent(model, 0.7),
    "quotient Newton": lambda model: QuotientNewton(model),
}
"""How to make each method for a model, by title; constants have many digits, so that none is taken for another."""
