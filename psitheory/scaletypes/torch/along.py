"""Letting constants follow the scales at their line, while the code runs: what is added or compared scales along.

A run from rescaled weights then meets each constant of such a line as large, beside what it stands with, as the first
run did.  If nothing else breaks its scaling law, both do the same.  Values that a limit puts in place of others stay
what they are: only which of the two is taken is decided as at scale 1.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.trace import Trace

ADDING = frozenset(["add", "sub", "rsub", "addcmul", "addcdiv", "lerp"])
COMPARING = frozenset(["gt", "lt", "ge", "le"])
CLAMPS = {"clamp": ("min", "max"), "clamp_min": ("min",), "clamp_max": ("max",)}
EXTREMES = frozenset(["maximum", "minimum", "max", "min", "fmax", "fmin"])
TOUCHED = ADDING | COMPARING | EXTREMES | CLAMPS.keys()


class Degreed(Protocol):
    """What knows the degrees of arguments."""

    trace: Trace

    def is_fixed(self, x: Any) -> bool:
        """Tell whether an argument is made of constants alone."""
        ...

    def ids(self, x: Any) -> np.ndarray:
        """Return the degrees of an argument."""
        ...

    def known_as(self, t: Any, ids: Any, *, fixed: bool) -> Any:
        """Give a tensor its degrees, and return it."""
        ...


def scaled_along(name: str, args: Any, kwargs: dict[str, Any], memory: Degreed, *, in_place: bool) -> Any:
    """Return the arguments of an operation, constants scaled along if its line is one of those where they are."""
    trace = memory.trace
    kind = Kind.CONSTANT if name in ADDING else Kind.WINDOW
    if name not in TOUCHED or not trace.follows(kind):
        return args, kwargs
    args, kwargs = list(args), dict(kwargs)
    if name in ADDING:
        _add(args, memory, in_place=in_place)
    elif name in COMPARING:
        _compare(args, memory, in_place=in_place)
    elif name in CLAMPS:
        _clamp(args, kwargs, CLAMPS[name], memory, in_place=in_place)
    elif len(args) == 2 and isinstance(args[1], torch.Tensor if name in ("max", "min") else (torch.Tensor, float)):
        limit = "min" if "max" in name else "max"
        _clamp(args, kwargs, (limit,), memory, in_place=in_place)
    return args, kwargs


def _compare(args: list[Any], memory: Degreed, *, in_place: bool) -> None:
    x, y = args[:2]
    scaled = _beside(x, y, memory)
    if isinstance(y, torch.Tensor) or not isinstance(scaled, torch.Tensor):
        args[1] = scaled
        return
    back = x * (torch.as_tensor(y, dtype=scaled.dtype) / scaled) if y else x  # operations with a number take no tensor
    args[0] = args[0].copy_(back) if in_place else memory.known_as(back, memory.ids(x), fixed=memory.is_fixed(x))


def _add(args: list[Any], memory: Degreed, *, in_place: bool) -> None:
    fixed = [memory.is_fixed(x) for x in args[:2]]
    if fixed[0] == fixed[1]:
        return
    place = fixed.index(True)
    scaled = _beside(args[1 - place], args[place], memory)
    if place == 0 and in_place:
        args[0].copy_(scaled)  # what is written into it takes its place at once
    else:
        args[place] = scaled


def _clamp(
    args: list[Any], kwargs: dict[str, Any], limits: tuple[str, ...], memory: Degreed, *, in_place: bool
) -> None:
    x = args[0]
    for place, limit in enumerate(limits, start=1):
        given = args[place] if len(args) > place else kwargs.get(limit)
        if given is not None:
            x = _taken(x, given, memory, largest=limit == "min")
            open_end = float("-inf" if limit == "min" else "inf")
            end = torch.full_like(given, open_end) if isinstance(given, torch.Tensor) else open_end
            if len(args) > place:
                args[place] = end
            else:
                kwargs[limit] = end
    if in_place:
        memory.known_as(args[0].copy_(x), memory.ids(x), fixed=memory.is_fixed(x))
    else:
        args[0] = x


def _taken(x: Any, y: Any, memory: Degreed, *, largest: bool) -> Any:
    """Return the larger, or smaller, as it would be chosen at scale 1."""
    limit = _beside(x, y, memory)
    first = x >= limit if largest else x <= limit
    out = torch.where(first, x, torch.as_tensor(y, dtype=x.dtype))
    ids = np.where(first.numpy(), memory.ids(x), memory.ids(y))
    return memory.known_as(out, ids, fixed=memory.is_fixed(x) and memory.is_fixed(y))


def _beside(x: Any, y: Any, memory: Degreed) -> Any:
    """Return y, scaled as x is rather than as itself is."""
    ids_x, ids_y = memory.ids(x), memory.ids(y)
    factor = np.exp2(memory.trace.power(ids_x) - memory.trace.power(ids_y))
    if factor.ndim == 0 and not isinstance(y, torch.Tensor):
        return float(y) * float(factor)
    dtype = y.dtype if isinstance(y, torch.Tensor) else x.dtype
    scaled = (torch.as_tensor(y, dtype=torch.float64) * torch.from_numpy(np.array(factor))).to(dtype)
    return memory.known_as(scaled, np.broadcast_to(ids_y, scaled.shape), fixed=memory.is_fixed(y))
