"""Scale types of JAX functions, by their jaxpr; loaded on demand."""

from psitheory.scaletypes.models.jax.trace import traced
from psitheory.scaletypes.models.jax.without_constants import without_constants

__all__ = ["traced", "without_constants"]
