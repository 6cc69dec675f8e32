r"""Polyak's step on the quotient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.adaptive import ratio
from psitheory.optimizers.checks import check_finite
from psitheory.optimizers.interface import State
from psitheory.optimizers.rate import spread


@dataclass(frozen=True, eq=False)
class PSIPolyak:
    r"""Polyak's step on the quotient, :math:`w^+ = w - \frac{f - f_*}G\,\mathrm{grad} f`; p = 0 for each block.

    For one block and p = 0 it is Polyak's step, since :math:`G = r^2\|\nabla f\|^2`.  A ratio 0/0 counts as 0.

    Parameters
    ----------
    minimum : number, or array (...) over the ensemble
        :math:`f_*`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If the minimum is no finite number.
    """

    minimum: Any

    def __post_init__(self) -> None:
        check_finite(self.minimum, "minimum")

    def init(self, layout: Layout, w: Array) -> State:
        """Return nothing: the step depends on the point alone."""
        return ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        direction = layout.times_squared_norms(w, evaluation.gradient)
        square = dot(direction, evaluation.gradient, keepdims=True)
        gap = np.reshape(evaluation.loss, square.shape) - spread(self.minimum, layout, w)
        return w - direction * ratio(gap, square), state
