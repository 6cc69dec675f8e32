"""Models: losses on flat weights whose layout says which blocks are scale-invariant."""

from psitheory.models.activations import Activation, activation
from psitheory.models.cosine import Cosine
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.interface import Evaluation, Model, Smoothness
from psitheory.models.rayleigh import Rayleigh

__all__ = [
    "Activation",
    "Cosine",
    "Evaluation",
    "Model",
    "Rayleigh",
    "Smoothness",
    "activation",
    "complex_step_hessian_vector",
]
