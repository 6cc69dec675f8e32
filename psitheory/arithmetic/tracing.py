"""Questions to arrays whose values may not be there: while a function is traced, compiled or mapped, none is."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def known_any(flags: Any) -> bool:
    """Tell whether some flag is known to be set.

    Of an array whose values cannot be looked at (under ``jax.jit``, ``jax.vmap``, ``torch.vmap``, ``torch.compile``, or
    on the device "meta") nothing is known: a check passes it, and what it guards against shows as NaN.
    """
    if isinstance(flags, (np.ndarray, np.bool_, bool)):
        return bool(np.any(flags))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(flags, torch.Tensor):
        if torch.compiler.is_compiling() or flags.device.type == "meta":
            return False
        try:
            return bool(flags.any())
        except RuntimeError:  # a tensor that stands for many, under torch.vmap
            return False
    jax = sys.modules.get("jax")
    if jax is not None and isinstance(flags, jax.core.Tracer):
        return False
    from array_api_compat import array_namespace

    return bool(array_namespace(flags).any(flags))


def device_of(like: Any) -> dict[str, Any]:
    """Return the keyword that puts a new array beside ``like``: PyTorch's device; JAX places constants by itself."""
    torch = sys.modules.get("torch")
    return {"device": like.device} if torch is not None and isinstance(like, torch.Tensor) else {}
