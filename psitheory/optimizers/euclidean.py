r"""Methods of the flat space: what practice runs, and what does not descend to the quotient."""

from __future__ import annotations

from dataclasses import dataclass

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step, check_rate, is_schedule


@dataclass(frozen=True, eq=False)
class GradientDescent:
    r"""Gradient descent, :math:`w^+ = w - \eta\nabla f(w)`.

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
        return w - evaluation.gradient * at_step(self.rate, t, w), (t + 1 if is_schedule(self.rate) else ())
