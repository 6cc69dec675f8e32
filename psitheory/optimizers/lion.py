r"""Lion: the signs of a direction that mixes the new gradient with a mean of the old ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_factor, check_nonnegative, check_rate
from psitheory.optimizers.euclidean import Momentum, decayed
from psitheory.optimizers.interface import Rate
from psitheory.optimizers.rate import at_step, spread


@dataclass(frozen=True, eq=False)
class Lion:
    r"""Lion, as published; p = 1.

    :math:`w^+ = (1 - \eta\lambda)w - \eta\operatorname{sign}(\beta_1m + (1-\beta_1)\nabla f)`,
    :math:`m^+ = \beta_2m + (1-\beta_2)\nabla f` from zero; sign 0 = 0.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        :math:`\eta`.
    beta1, beta2 : number
        In [0, 1).
    decay : number, array or PerBlock
        :math:`\lambda`, decoupled; on blocks only, unless a :class:`PerBlock` says so.

    Raises
    ------
    ArgumentError
        If the rate is not positive, the decay negative, or a beta outside [0, 1).

    References
    ----------
    Chen et al., *Symbolic discovery of optimization algorithms*, NeurIPS 2023 (arXiv 2302.06675), algorithm 2.
    """

    rate: Rate
    beta1: Any = field(default=0.9, kw_only=True)
    beta2: Any = field(default=0.99, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.beta1, "beta1")
        check_factor(self.beta2, "beta2")
        check_nonnegative(self.decay, "decay")

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zero."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        eta, gradient = at_step(self.rate, state.t, layout, w), evaluation.gradient
        beta1, beta2 = spread(self.beta1, layout, w), spread(self.beta2, layout, w)
        direction = namespace(w).sign(state.buffer * beta1 + gradient * (1 - beta1))
        buffer = state.buffer * beta2 + gradient * (1 - beta2)
        return decayed(w, eta, self.decay, layout) - direction * eta, Momentum(state.t + 1, buffer)
