"""Operations of PyTorch without a rule: run again on scaled inputs, or taken apart into operations that have one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch._decomp import decomposition_table

from psitheory.scaletypes.nested import leaves, mapped
from psitheory.scaletypes.probing import read_as_wholes, read_off
from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.call import Call
from psitheory.scaletypes.torch.shadow import values


def probed(call: Call) -> list[np.ndarray] | None:
    """Return the degrees of the results as runs tell them, or None if they cannot be told."""
    inputs = [x for x in call.tensors() if np.any(x.d)]
    again = partial(_run, call)
    found = read_off(again, inputs, call.outs, call.rules.trace.degrees)
    given = list(leaves((call.args, call.kwargs)))
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


def _run(call: Call, scaled: Callable[[Typed], np.ndarray]) -> list[np.ndarray] | None:
    args, kwargs = mapped(
        lambda x: torch.from_numpy(scaled(x)) if isinstance(x, Typed) else x, (call.args, call.kwargs)
    )
    try:
        out = call.func(*args, **kwargs)
    except Exception:  # it cannot be run again by itself
        return None
    outs = out if isinstance(out, (tuple, list)) else (out,)
    return [values(t) for t in outs if isinstance(t, torch.Tensor)]
