"""psitheory for PyTorch: PSI-SGD as a ``torch.optim.Optimizer``."""

from __future__ import annotations

from psitheory.interop.torch_psi_sgd import PSISGD as PSISGD

__all__ = ["PSISGD"]
