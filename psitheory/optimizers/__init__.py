"""Optimisers as pure pairs of functions: ``init`` makes a state, ``step`` maps weights and state on."""

from psitheory.optimizers.adaptive import Adagrad, Adam, RMSprop, adamw
from psitheory.optimizers.armijo import PSIArmijo
from psitheory.optimizers.checks import PerBlock
from psitheory.optimizers.euclidean import GradientDescent, HeavyBall, Nesterov
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.optimizers.grassmann import SGDG, AdamG
from psitheory.optimizers.hyperball import Hyperball, Renormalised
from psitheory.optimizers.image import ImageStep, image_step
from psitheory.optimizers.interface import Optimizer, Rate, State
from psitheory.optimizers.lengths import LARS, BarzilaiBorwein, Clipped, NormalisedDescent, Polyak, SignDescent
from psitheory.optimizers.line_search import ExactLineSearch, NonlinearCG
from psitheory.optimizers.lion import Lion
from psitheory.optimizers.muon import Muon
from psitheory.optimizers.newton import QuotientNewton
from psitheory.optimizers.projected import SGDP, AdamP, Centralised, ProjectedDescent
from psitheory.optimizers.psi import PSIGradientDescent, PSIMomentum
from psitheory.optimizers.psi_polyak import PSIPolyak
from psitheory.optimizers.rapidity import AdaptiveRapidityDescent, RapidityDescent
from psitheory.optimizers.schedules import Schedule, decay_as_schedule
from psitheory.optimizers.srt import SGDMRT, AdamGStar, AdamSRT, adam_s
from psitheory.optimizers.wngrad import SphericalWNGrad

__all__ = [
    "LARS",
    "SGDG",
    "SGDMRT",
    "SGDP",
    "Adagrad",
    "Adam",
    "AdamG",
    "AdamGStar",
    "AdamP",
    "AdamSRT",
    "AdaptiveRapidityDescent",
    "BarzilaiBorwein",
    "Centralised",
    "Clipped",
    "ExactLineSearch",
    "GradientDescent",
    "HeavyBall",
    "Hyperball",
    "ImageStep",
    "Lion",
    "Muon",
    "Nesterov",
    "NonlinearCG",
    "NormalisedDescent",
    "Optimizer",
    "PSIArmijo",
    "PSIGradientDescent",
    "PSIMomentum",
    "PSIPolyak",
    "PerBlock",
    "Polyak",
    "ProjectedDescent",
    "QuotientNewton",
    "RMSprop",
    "RapidityDescent",
    "Rate",
    "Renormalised",
    "RiemannianGradientDescent",
    "Schedule",
    "SignDescent",
    "SphericalWNGrad",
    "State",
    "adam_s",
    "adamw",
    "decay_as_schedule",
    "image_step",
]
