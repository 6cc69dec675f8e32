"""Optimisers as pure pairs of functions: ``init`` makes a state, ``step`` maps weights and state on."""

from psitheory.optimizers.adaptive import Adagrad, Adam, RMSprop, adamw
from psitheory.optimizers.armijo import PSIArmijo
from psitheory.optimizers.euclidean import GradientDescent, HeavyBall, Nesterov
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.optimizers.interface import Optimizer, Rate, State
from psitheory.optimizers.lengths import LARS, BarzilaiBorwein, Clipped, NormalisedDescent, Polyak, SignDescent
from psitheory.optimizers.psi import PSIGradientDescent, PSIMomentum
from psitheory.optimizers.rapidity import AdaptiveRapidityDescent, RapidityDescent
from psitheory.optimizers.rate import PerBlock

__all__ = [
    "LARS",
    "Adagrad",
    "Adam",
    "AdaptiveRapidityDescent",
    "BarzilaiBorwein",
    "Clipped",
    "GradientDescent",
    "HeavyBall",
    "Nesterov",
    "NormalisedDescent",
    "Optimizer",
    "PSIArmijo",
    "PSIGradientDescent",
    "PSIMomentum",
    "PerBlock",
    "Polyak",
    "RMSprop",
    "RapidityDescent",
    "Rate",
    "RiemannianGradientDescent",
    "SignDescent",
    "State",
    "adamw",
]
