"""Letting constants follow the scales at their line while a jaxpr runs: what is added or compared scales along.

Values that a limit puts in place of others stay what they are: only which of the two is taken is decided as at scale 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.jax.operations import Call, Item
from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.trace import Trace

ADDING = frozenset(["add", "sub", "add_any", "hypot"])
COMPARING = frozenset(["lt", "le", "gt", "ge"])


def scaled_along(call: Call) -> tuple[Sequence[Item], Typed | None]:
    """Return the inputs of an equation, constants scaled along, and its output where that is not computed from them.

    Its degrees are those of what is taken so, which another choice at the values themselves does not give.
    """
    trace, args = call.rules.trace, list(call.args)
    kind = Kind.CONSTANT if call.name in ADDING else Kind.WINDOW
    if not trace.follows(kind) or not args or not args[0].is_real:
        return args, None
    if call.name in ADDING and args[0].fixed != args[1].fixed:
        k = 0 if args[0].fixed else 1
        args[k] = replace(args[k], x=_beside(call.given(1 - k), call.given(k), trace))
    elif call.name in COMPARING:
        args[1] = replace(args[1], x=_beside(call.given(0), call.given(1), trace))
    elif call.name in ("max", "min"):
        return args, _taken(call.given(0), call.given(1), trace, largest=call.name == "max")
    elif call.name == "clamp":
        low, x, high = (call.given(i) for i in range(3))
        return args, _taken(_taken(x, low, trace, largest=True), high, trace, largest=False)
    return args, None


def _taken(x: Typed, y: Typed, trace: Trace, *, largest: bool) -> Typed:
    """Return the larger, or smaller, as it would be chosen at scale 1."""
    limit = _beside(x, y, trace)
    first = x.x >= limit if largest else x.x <= limit
    return Typed(np.where(first, x.x, y.x), np.where(first, x.d, y.d), x.fixed and y.fixed)


def _beside(x: Typed, y: Typed, trace: Trace) -> np.ndarray:
    """Return the values of y, scaled as x is rather than as itself is."""
    factor = np.exp2(trace.power(x.d) - trace.power(y.d))
    return np.asarray(y.x * factor, dtype=y.x.dtype)
