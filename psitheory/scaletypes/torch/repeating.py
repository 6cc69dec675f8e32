"""What a step of a PyTorch optimiser does, as far as rules may look at it."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from psitheory.scaletypes.optimizers.repeating import Watch, seen_of
from psitheory.scaletypes.torch.shadow import values

ADDING = frozenset(["add", "add_", "sub", "sub_", "rsub"])
POWERS = frozenset(["pow", "pow_", "float_power", "float_power_"])


def done_by(step: Callable[[], object], watch: Watch) -> Hashable:
    """Take a step, and return what it did, with the number of instructions that ran so far."""
    done = _Done()
    with watch.watched(), done:
        step()
    return hash(tuple(done.operations)), watch.count


class _Done(TorchDispatchMode):  # type: ignore[misc]
    """The operations of a step, each with what its rule may look at."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[int] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, (home, name) = kwargs or {}, func._schema.name.split("::")
        if home == "profiler":  # which marks where steps begin and end
            return func(*args, **kwargs)
        signed = name in ADDING and any(isinstance(x, float) for x in args)
        given = () if func.is_view else (*args, *kwargs.values())
        exactly = [name in POWERS and k > 0 for k in range(len(given))]
        kept = (_seen(x, exactly=e, signed=signed) for x, e in zip(given, exactly, strict=True))
        self.operations.append(hash((func, *kwargs, *kept)))
        return func(*args, **kwargs)


def _seen(x: Any, *, exactly: bool, signed: bool) -> Hashable:
    """Return what a rule may look at of an argument: of floats where they are zero, of whole numbers all."""
    if isinstance(x, (list, tuple)):
        return tuple(_seen(y, exactly=exactly, signed=signed) for y in x)
    if isinstance(x, torch.Tensor):
        return seen_of(values(x), exactly=exactly, signed=signed)
    return x if exactly or not isinstance(x, float) else (x != 0, math.isfinite(x))
