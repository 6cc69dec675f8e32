r"""Methods of the PSI quotient: each step commutes with positive rescalings of the blocks."""

from __future__ import annotations

from dataclasses import dataclass

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step, check_rate, is_schedule


@dataclass(frozen=True, eq=False)
class PSIGradientDescent:
    r"""Gradient descent on the quotient, :math:`w_i^+ = w_i - \eta\|w_i\|^2\nabla_i f(w)`.

    Free parts step :math:`v^+ = v - \eta\nabla_v f(w)`.  From :math:`a \cdot w` the step leads to
    :math:`a \cdot w^+`; bit for bit where every :math:`a_i` is a power of two.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, or callable
        :math:`\eta`; a callable maps the step count to it.

    Raises
    ------
    ArgumentError
        If the rate is not positive.
    """

    rate: Rate

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def init(self, layout: Layout, w: Array) -> State:
        """Return the step count if the rate is a schedule, else nothing."""
        return 0 if is_schedule(self.rate) else ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        t = state or 0
        gradient = layout.times_squared_norms(w, evaluation.gradient)
        return w - gradient * at_step(self.rate, t, w), (t + 1 if is_schedule(self.rate) else ())
