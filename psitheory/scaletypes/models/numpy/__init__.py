"""Scale types of functions written in NumPy, by arrays that know their degrees."""

from psitheory.scaletypes.models.numpy.array import NotTraced, Traced
from psitheory.scaletypes.models.numpy.trace import traced, without_constants

__all__ = ["NotTraced", "Traced", "traced", "without_constants"]
