"""Taking a constant away at its line, while the code runs: added ones become 0, limits become infinite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from psitheory.scaletypes.trace import Trace

ADDING = frozenset(["add", "sub", "rsub", "addcmul", "addcdiv", "lerp"])
LIMITING = frozenset(["clamp", "clamp_min", "clamp_max", "maximum", "minimum", "max", "min", "fmax", "fmin"])


def without_constants(
    name: str, args: Any, kwargs: dict[str, Any], trace: Trace, is_fixed: Callable[[Any], bool]
) -> tuple[Any, dict[str, Any]]:
    """Return the arguments of an operation, without the constants if its line is one of those that are removed."""
    if not trace.removed or (name not in ADDING and name not in LIMITING) or trace.here() not in trace.removed:
        return args, kwargs
    args = list(args)
    if name in ADDING:
        fixed = [is_fixed(x) for x in args[:2]]
        if fixed[0] != fixed[1]:
            place = fixed.index(True)
            args[place] = args[place].zero_() if isinstance(args[place], torch.Tensor) else 0.0
        return args, kwargs
    largest = "max" in name if name != "clamp" else False
    if name in ("clamp", "clamp_min", "clamp_max"):
        limits = {"clamp": ("min", "max"), "clamp_min": ("min",), "clamp_max": ("max",)}[name]
        for place, limit in enumerate(limits, start=1):
            end = float("-inf" if limit == "min" else "inf")
            if len(args) > place and args[place] is not None:
                args[place] = _like(args[place], end)
            elif kwargs.get(limit) is not None:
                kwargs[limit] = _like(kwargs[limit], end)
    elif len(args) == 2 and isinstance(args[1], torch.Tensor):
        for place in (0, 1):
            if is_fixed(args[place]) and not is_fixed(args[1 - place]):
                args[place] = _like(args[place], float("-inf" if largest else "inf"))
    return args, kwargs


def _like(x: Any, end: float) -> Any:
    return torch.full_like(x, end) if isinstance(x, torch.Tensor) else end
