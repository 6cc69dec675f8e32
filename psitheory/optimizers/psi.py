r"""Methods of the PSI quotient: each step commutes with positive rescalings of the blocks.

Free parts are stepped as in flat space.  From :math:`a\cdot w`, with buffers to match, every method here
leads to :math:`a\cdot w^+`; bit for bit where all :math:`a_i` are powers of two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_choice, check_factor, check_nonnegative, check_rate, is_schedule
from psitheory.optimizers.euclidean import Momentum, coupled, decayed, less
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step, is_zero, spread


@dataclass(frozen=True, eq=False)
class PSIGradientDescent:
    r"""Gradient descent on the quotient; on mini-batches, PSI-SGD.

    Blocks step :math:`w_i^+ = (1 - \eta\lambda)w_i - \eta\|w_i\|^2\nabla_i f(w)`, free parts
    :math:`v^+ = v - \eta\nabla_v f(w)`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        :math:`\eta`; a callable maps the step count to it.
    decay : number, array or PerBlock
        :math:`\lambda`, decoupled.  It acts on blocks only, unless a :class:`PerBlock` says so.

    Raises
    ------
    ArgumentError
        If the rate is not positive, or the decay negative.
    """

    rate: Rate
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_nonnegative(self.decay, "decay")

    def init(self, layout: Layout, w: Array) -> State:
        """Return the step count if the rate is a schedule, else nothing."""
        return 0 if is_schedule(self.rate) else ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        t = state or 0
        eta = at_step(self.rate, t, layout, w)
        step = _times_squared_norms(layout, w, evaluation.gradient, eta, evaluation.squared_norms)
        return less(decayed(w, eta, self.decay, layout), step), (t + 1 if is_schedule(self.rate) else ())


@dataclass(frozen=True, eq=False)
class PSIMomentum:
    r"""PSI-SGD with momentum, whose buffer is kept in one of two units.

    Tangent units: :math:`m^+ = \beta m + r^2\nabla f + \mu w`, :math:`w^+ = (1 - \eta\lambda)w - \eta m^+`;
    a run from :math:`a\cdot w_0` with buffer :math:`a\cdot m_0` visits the same classes.

    Gradient units: :math:`m^+ = \beta m + \nabla f`, :math:`w^+ = (1 - \eta\lambda)w - \eta r^2m^+`;
    there the buffer is :math:`m_0/a`.

    Parameters
    ----------
    rate, decay
        As for :class:`PSIGradientDescent`.
    momentum : number
        :math:`\beta`, at least 0 and less than 1.
    units : {"tangent", "gradient"}
    coupled_decay : number, array or PerBlock
        :math:`\mu`; in tangent units only, since L2 inside the gradient would not be equivariant.

    Raises
    ------
    ArgumentError
        If the rate is not positive, a decay is negative, the momentum lies outside [0, 1), the units are
        unknown, or there is a coupled decay in gradient units.
    """

    rate: Rate
    momentum: Any
    units: Literal["tangent", "gradient"] = field(default="tangent", kw_only=True)
    coupled_decay: Any = field(default=0, kw_only=True)
    decay: Any = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.momentum, "momentum")
        check_nonnegative(self.coupled_decay, "coupled_decay")
        check_nonnegative(self.decay, "decay")
        check_choice(self.units, "units", "tangent", "gradient")
        if self.units == "gradient" and not is_zero(self.coupled_decay):
            raise ArgumentError(f"coupled_decay is {shown(self.coupled_decay)}; gradient units need it to be 0")

    def init(self, layout: Layout, w: Array) -> Momentum:
        """Return the step count 0 and a buffer of zeros, which fits every representative."""
        return Momentum(0, namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Momentum) -> tuple[Array, Momentum]:
        """Return the next weights and state."""
        eta = at_step(self.rate, state.t, layout, w)
        buffer = state.buffer * spread(self.momentum, layout, w)
        if self.units == "tangent":
            gradient = layout.times_squared_norms(w, evaluation.gradient)
            buffer = buffer + coupled(gradient, self.coupled_decay, layout, w)
            step = buffer * eta
        else:
            buffer = buffer + evaluation.gradient
            step = _times_squared_norms(layout, w, buffer, eta)
        return less(decayed(w, eta, self.decay, layout), step), Momentum(state.t + 1, buffer)


def _times_squared_norms(layout: Layout, w: Array, z: Array, eta: Any, squares: Array | None = None) -> Array:
    r"""Return :math:`\eta_i r_i^2 z_i`; a rate for each row is cheaper to multiply with the squares than with z."""
    if type(eta) is not float and np.ndim(eta) and eta.shape[-1] != 1:
        return layout.times_squared_norms(w, z, squares=squares) * eta
    return layout.times_squared_norms(w, z, eta, squares=squares)
