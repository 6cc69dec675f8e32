"""Operations of PyTorch without a rule: run again on scaled inputs, or taken apart into operations that have one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch._decomp import decomposition_table

from psitheory.scaletypes.probing import read_as_wholes, read_off
from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.call import Call
from psitheory.scaletypes.torch.shadow import values


def probed(call: Call) -> list[np.ndarray] | None:
    """Return the degrees of the results as runs tell them, or None if they cannot be told."""
    inputs = [x for x in call.tensors() if np.any(x.d)]
    again = partial(_run, call)
    found = read_off(again, inputs, call.outs, call.rules.trace.degrees)
    given = _flat(call)
    if found is not None or not all(any(x is own for own in given) for x in inputs):  # numbers are not scaled
        return found
    return read_as_wholes(again, inputs, call.outs, call.rules, call.name)


def parts_of(func: Any, outs: Sequence[Any]) -> Callable[..., Any] | None:
    """Return PyTorch's own definition of an operation by simpler ones, if it has one that can be followed.

    What is written in place is read elsewhere, and parts of complex numbers have no degrees of their own.
    """
    if func._schema.is_mutable or any(t.is_complex() for t in outs):
        return None
    found: Callable[..., Any] | None = decomposition_table.get(func)
    return found


def _flat(call: Call) -> list[Any]:
    given = (*call.args, *call.kwargs.values())
    return [x for a in given for x in (a if isinstance(a, (list, tuple)) else (a,))]


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
