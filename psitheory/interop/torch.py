"""psitheory for PyTorch: PSI-SGD as a ``torch.optim.Optimizer``, and a network that is exactly scale-invariant."""

from __future__ import annotations

from psitheory.interop.torch_network import ExactBatchNorm as ExactBatchNorm
from psitheory.interop.torch_network import exact_network as exact_network
from psitheory.interop.torch_psi_sgd import PSISGD as PSISGD

__all__ = ["PSISGD", "ExactBatchNorm", "exact_network"]
