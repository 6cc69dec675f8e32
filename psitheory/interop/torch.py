"""psitheory for PyTorch: PSI-SGD, a monitor of scales in training, and a network that is exactly scale-invariant."""

from __future__ import annotations

from psitheory.interop.torch_monitor import ScaleMonitor as ScaleMonitor
from psitheory.interop.torch_network import ExactBatchNorm as ExactBatchNorm
from psitheory.interop.torch_network import exact_network as exact_network
from psitheory.interop.torch_psi_sgd import PSISGD as PSISGD

__all__ = ["PSISGD", "ExactBatchNorm", "ScaleMonitor", "exact_network"]
