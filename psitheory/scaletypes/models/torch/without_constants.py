"""A forward pass whose small constants are taken out: where one was seen to stand beside something that scales."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from psitheory.scaletypes.models.torch.call import Call
from psitheory.scaletypes.models.torch.dispatch import Dispatch
from psitheory.scaletypes.models.torch.layers import BESIDE_NORMS

SHRINK = 2.0**-60
"""What a constant is multiplied by to take it out: too small to be felt, and still no division by zero."""
ADDING = {"add", "sub", "rsub", "clamp", "clamp_min", "maximum", "fmax"}


class WithoutConstants(Dispatch):
    """Multiplies by 2^-60 some constants where they are added, bound from below or are handed to a normalisation.

    A constant is known again by its value: all of one value are taken out, wherever they stand.

    Parameters
    ----------
    constants : iterable of float
    again : bool
        Whether a backward pass is run, of which only that is meant which runs forward once more, under a checkpoint.
    """

    def __init__(self, constants: Iterable[float], *, again: bool = False) -> None:
        super().__init__()
        self.constants, self.again = set(constants), again

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operation without its constant."""
        if self.again and not torch.is_grad_enabled():
            return func(*args, **(kwargs or {}))
        call = Call(func, args, kwargs or {})
        if call.name in ADDING:
            return func(*map(self._smaller, args), **{k: self._smaller(x) for k, x in (kwargs or {}).items()})
        if call.name == "embedding_renorm" and BESIDE_NORMS in self.constants:
            rows = call["indices"].unique()
            call.first[rows] = _shortened(call.first[rows], call["norm_type"], 0, call["max_norm"])
            return call.first
        if call.op == "renorm" and BESIDE_NORMS in self.constants:
            return _shortened(call.first, call["p"], call["dim"], call["maxnorm"])
        eps = next((name for name in ("eps", "epsilon") if name in call.values), None)
        if eps is None or float(call[eps] or 0.0) not in self.constants:
            return call.run()
        names = [x.name for x in func._schema.arguments]
        small = (call[eps] or torch.finfo(call.first.dtype).eps) * SHRINK
        if names.index(eps) < len(args):
            return func(*[small if n == eps else x for n, x in zip(names, args, strict=False)], **(kwargs or {}))
        return func(*args, **{**(kwargs or {}), eps: small})

    def _smaller(self, x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            is_number = x.numel() == 1 and x.is_floating_point() and not x.requires_grad
            return x * SHRINK if is_number and float(x) in self.constants else x
        return x * SHRINK if isinstance(x, float) and x in self.constants else x


def _shortened(x: Any, order: float, axis: int, limit: float) -> Any:
    """Give the slices of an axis that are too long the length ``limit``, with no eps beside it."""
    others = [k for k in range(x.dim()) if k != axis % x.dim()]
    lengths = torch.linalg.vector_norm(x, order, dim=others, keepdim=True)
    return torch.where(lengths > limit, x * (limit / lengths), x)
