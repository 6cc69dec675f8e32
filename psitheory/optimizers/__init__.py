"""Optimisers as pure pairs of functions: ``init`` makes a state, ``step`` maps weights and state on."""

from psitheory.optimizers.adaptive import Adagrad, Adam, RMSprop, adamw
from psitheory.optimizers.armijo import PSIArmijo
from psitheory.optimizers.euclidean import GradientDescent, HeavyBall, Nesterov
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.optimizers.interface import Optimizer, Rate, State
from psitheory.optimizers.lengths import LARS, BarzilaiBorwein, Clipped, NormalisedDescent, Polyak, SignDescent
from psitheory.optimizers.line_search import ExactLineSearch, NonlinearCG
from psitheory.optimizers.newton import QuotientNewton
from psitheory.optimizers.psi import PSIGradientDescent, PSIMomentum
from psitheory.optimizers.psi_polyak import PSIPolyak
from psitheory.optimizers.rapidity import AdaptiveRapidityDescent, RapidityDescent
from psitheory.optimizers.rate import PerBlock
from psitheory.optimizers.schedules import Schedule, decay_as_schedule

__all__ = [
    "LARS",
    "Adagrad",
    "Adam",
    "AdaptiveRapidityDescent",
    "BarzilaiBorwein",
    "Clipped",
    "ExactLineSearch",
    "GradientDescent",
    "HeavyBall",
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
    "QuotientNewton",
    "RMSprop",
    "RapidityDescent",
    "Rate",
    "RiemannianGradientDescent",
    "Schedule",
    "SignDescent",
    "State",
    "adamw",
    "decay_as_schedule",
]
