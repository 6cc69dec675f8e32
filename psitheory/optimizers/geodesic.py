r"""Gradient descent along geodesics of the PSI quotient."""

from __future__ import annotations

from dataclasses import dataclass

from psitheory.arithmetic import Array
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_rate, is_schedule
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step


@dataclass(frozen=True, eq=False)
class RiemannianGradientDescent:
    r"""Gradient descent by the exponential map, :math:`w^+ = \mathrm{Exp}_{[w]}(-\eta\,\mathrm{grad} f(w))`.

    Each block turns by :math:`\eta r_i\|\nabla_i f\|` and keeps its norm; free parts step as in flat space.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
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
        psi = PSIQuotient(layout)
        velocity = -layout.times_squared_norms(w, evaluation.gradient) * at_step(self.rate, t, layout, w)
        return psi.exp(w, velocity), (t + 1 if is_schedule(self.rate) else ())
