"""Which steps of an optimiser do what none before them did: the others ask for no equation of their own.

Two steps do the same if they call the same operations, with the same whole numbers, on numbers that are zero in the
same places, and run instructions that ran before.  Floats may differ: no rule looks at them, but for exponents, and for
signs where a constant is added.  To tell this of a step costs a tenth of deriving its types.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from psitheory.scaletypes.torch.shadow import values

ADDING = frozenset(["add", "add_", "sub", "sub_", "rsub"])
POWERS = frozenset(["pow", "pow_", "float_power", "float_power_"])
NEVER_ALIKE = 60
"""Steps of which each does something new, after which nothing else is expected of the rest."""


class Watch(Protocol):
    """Notes the instructions that run: how many different ones so far."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        ...

    def watched(self) -> AbstractContextManager[None]:
        """Note those that run inside the block."""
        ...


def last_new(step: Callable[[], object], steps: int, watch: Watch) -> int:
    """Return the last of so many steps that did what none before it did."""
    seen: set[int] = set()
    last = 0
    for t in range(1, steps + 1):
        before, done = watch.count, _Done()
        with watch.watched(), done:
            step()
        found = hash(tuple(done.operations))
        if found not in seen or watch.count > before:
            last = t
        if last == t == NEVER_ALIKE == len(seen) + 1:
            return steps
        seen.add(found)
    return last


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
        found = values(x)
        of_floats = found.dtype.kind in "fc" or not found.ndim  # one whole number counts steps
        kept = found if exactly or not of_floats else np.sign(found.real).astype(np.int8) if signed else found != 0
        return tuple(x.shape), kept.tobytes()
    return x if exactly or not isinstance(x, float) else (x != 0, np.isfinite(x))
