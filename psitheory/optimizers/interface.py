"""What an optimiser is: a pure pair of functions, ``init`` and ``step``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, runtime_checkable

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation

Rate: TypeAlias = "float | Array | Callable[[int], float | Array]"
"""A positive number, one for each trajectory (an array over the ensemble axes), or a function of the step count."""

State: TypeAlias = Any
"""Whatever an optimiser carries from step to step; ``()`` if nothing."""


@runtime_checkable
class Optimizer(Protocol):
    """A method: ``state = init(layout, w)`` and ``w, state = step(layout, w, evaluation, state)``."""

    def init(self, layout: Layout, w: Array) -> State:
        """Return the state before the first step from ``w`` (..., n)."""
        ...

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state, given the evaluation of the model at ``w``."""
        ...
