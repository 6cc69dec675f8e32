r"""Spectral normalisation, W/σ: σ(W) is one number, which a rescaling of rows changes by no power.

Where what follows divides by the size of its input, σ has no say, and rows of W scale one by one.  Elsewhere σ must
scale as W does, whose entries then scale together: :class:`psitheory.scaletypes.models.rules.Opaque` stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.utils._python_dispatch import _disable_current_modes


@contextmanager
def spectral_norms(trace: Any) -> Iterator[None]:
    """Take W/σ(W), in both forms that PyTorch has, as one operation."""
    new, old = _SpectralNorm.forward, SpectralNorm.compute_weight

    def forward(self: Any, weight: Any) -> Any:
        return new(self, weight) if weight.ndim == 1 else _normalised(trace, weight, lambda: new(self, weight))

    def compute_weight(self: Any, module: Any, *args: Any, **kwargs: Any) -> Any:
        weight = getattr(module, f"{self.name}_orig")
        return _normalised(trace, weight, lambda: old(self, module, *args, **kwargs))

    _SpectralNorm.forward, SpectralNorm.compute_weight = forward, compute_weight
    try:
        yield
    finally:
        _SpectralNorm.forward, SpectralNorm.compute_weight = new, old


def _normalised(trace: Any, weight: Any, run: Callable[[], Any]) -> Any:
    with torch._C.DisableTorchFunction(), _disable_current_modes():
        out = run()
        if trace.memory.knows(weight):
            ids = trace.memory.read(weight)
            size = trace.rules.opaque(ids, "spectral norm")
            trace.memory.write(out, trace.rules.combine(ids, size, 1, -1))
    return out
