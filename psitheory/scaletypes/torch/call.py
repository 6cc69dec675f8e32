"""One call of an operation of PyTorch, as its rule sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.scaletypes.rules import Rules, Typed


@dataclass
class Call:
    """One call of an operation: its arguments as they were before, tensors with their degrees; then its results."""

    name: str
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    rules: Rules
    outs: list[np.ndarray] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the first result."""
        return self.outs[0].shape

    def get(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, default)

    def typed(self, x: Any, *, added: bool = False) -> Typed:
        """Return an argument with its degree; a literal that is added or compared has an unknown of its own."""
        if isinstance(x, Typed):
            return x
        trace = self.rules.trace
        if isinstance(x, float) and float(x) in trace.known:
            degree, fixed = trace.known[float(x)]
            return Typed(np.float64(x), np.int64(degree), fixed)
        degree = trace.literal(float(x)) if added and not isinstance(x, (bool, complex)) else 0
        return Typed(np.asarray(x), np.int64(degree), fixed=True)

    def number(self, x: Any) -> int:
        """Return the degree of a number that multiplies."""
        return int(self.typed(x).d)

    def tensors(self) -> list[Typed]:
        """Return all tensors, and numbers that are known."""
        found: list[Typed] = []
        for a in (*self.args, *self.kwargs.values()):
            for x in a if isinstance(a, (list, tuple)) else (a,):
                if isinstance(x, Typed) or (isinstance(x, float) and x in self.rules.trace.known):
                    found.append(self.typed(x))
        return found

    def writes(self, outs: Sequence[Any]) -> bool:
        """Tell whether the operation computes anything."""
        return bool(outs)


def axes_of(x: Typed, dim: Any) -> tuple[int, ...]:
    """Return the axes that ``dim`` names, all of them if it names none."""
    n = max(len(x.shape), 1)
    if dim is None or isinstance(dim, bool) or (isinstance(dim, (list, tuple)) and not dim):
        return tuple(range(len(x.shape)))
    return tuple(i % n for i in ((dim,) if isinstance(dim, int) else dim)) if x.shape else ()
