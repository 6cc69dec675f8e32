"""Scale types of PyTorch modules; loaded on demand."""

from psitheory.scaletypes.models.torch.trace import Trace, traced

__all__ = ["Trace", "traced"]
