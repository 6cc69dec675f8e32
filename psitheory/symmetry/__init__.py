"""The scaling symmetries of any differentiable function, discovered from samples and certified at finite scales."""

from psitheory.symmetry.discover import Symmetries, discover_symmetries
from psitheory.symmetry.function import LossFunction, as_loss_function
from psitheory.symmetry.generator import Generator

__all__ = ["Generator", "LossFunction", "Symmetries", "as_loss_function", "discover_symmetries"]
