"""The scaling symmetries of any differentiable function, discovered from samples and certified at finite scales."""

from psitheory.symmetry.discover import discover_symmetries
from psitheory.symmetry.function import LossFunction, as_loss_function
from psitheory.symmetry.generator import Generator
from psitheory.symmetry.symmetries import Symmetries

__all__ = ["Generator", "LossFunction", "Symmetries", "as_loss_function", "discover_symmetries"]
