"""Optimisers as pure pairs of functions: ``init`` makes a state, ``step`` maps weights and state on."""

from psitheory.optimizers.euclidean import GradientDescent
from psitheory.optimizers.interface import Optimizer, Rate, State
from psitheory.optimizers.psi import PSIGradientDescent

__all__ = ["GradientDescent", "Optimizer", "PSIGradientDescent", "Rate", "State"]
