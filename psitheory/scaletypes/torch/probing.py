"""Operations of PyTorch without a rule: run again on inputs multiplied by powers of two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.probing import read_off
from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.call import Call
from psitheory.scaletypes.torch.shadow import values


def probed(call: Call) -> list[np.ndarray]:
    """Return the degrees of the results, or keep that the operation is not derived."""
    inputs = [x for x in call.tensors() if np.any(x.d)]
    found = read_off(lambda scaled: _run(call, scaled), inputs, call.outs, call.rules.trace.degrees)
    if found is None:
        call.rules.trace.missing(call.name)
        return [np.zeros(o.shape, np.int64) for o in call.outs]
    return found


def _run(call: Call, scaled: Callable[[Typed], np.ndarray]) -> list[np.ndarray] | None:
    def changed(x: Any) -> Any:
        if isinstance(x, Typed):
            return torch.from_numpy(scaled(x))
        return type(x)(map(changed, x)) if type(x) in (list, tuple) else x

    try:
        out = call.func(*map(changed, call.args), **{name: changed(x) for name, x in call.kwargs.items()})
    except Exception:  # it cannot be run again by itself
        return None
    outs = out if isinstance(out, (tuple, list)) else (out,)
    return [values(t) for t in outs if isinstance(t, torch.Tensor)]
