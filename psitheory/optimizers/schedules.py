r"""Rates that do what weight decay does: growing exponentially (claims B7 and H7)."""

from __future__ import annotations

import math
from typing import NamedTuple

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.optimizers.checks import PerBlock, check_factor, check_rate
from psitheory.optimizers.euclidean import HeavyBall, Momentum


class Schedule(NamedTuple):
    r"""A method without decay that visits the same classes, and how its weights compare.

    Attributes
    ----------
    optimizer : HeavyBall
        With momentum γ in its buffer, which at growing rates means :math:`\gamma/\alpha^2` in differences of weights.
        Free parameters keep their rate.
    alpha : number
        :math:`w_t = \alpha^t\hat w_t` on the blocks, the run with decay on the left.
    rate : number
        η.
    """

    optimizer: HeavyBall
    alpha: float
    rate: float

    def init(self, layout: Layout, w: Array) -> Momentum:
        r"""Return the state that matches a zero buffer of the run with decay, :math:`\hat w_{-1} = \alpha w`."""
        share = (self.alpha - 1) / (self.rate * self.alpha)
        return Momentum(0, layout.map(lambda rows: share * rows, lambda v: 0 * v, w))


def decay_as_schedule(rate: float, decay: float, momentum: float = 0.0) -> Schedule:
    r"""Return heavy ball without decay that visits the classes of heavy ball with decay.

    :math:`w^+ = w + \gamma(w - w_{-1}) - \eta(\nabla f + \lambda w)` has :math:`w_t = \alpha^t\hat w_t`, α the larger
    root of :math:`x^2 - (1 + \gamma - \eta\lambda)x + \gamma`, and :math:`\hat w` the momentum :math:`\gamma/\alpha^2`,
    the rate :math:`\eta\alpha^{-2t-1}` and the start :math:`\hat w_{-1} = \alpha w_{-1}`: a zero buffer of the one is
    not one of the other.

    Parameters
    ----------
    rate, decay, momentum : number
        η, λ (inside the gradient of the blocks, as L2), γ.

    Raises
    ------
    ArgumentError
        If :math:`\eta\lambda > (1 - \sqrt\gamma)^2`: the roots are not real, or the momentum is 1 or more.

    Examples
    --------
    >>> round(decay_as_schedule(0.1, 0.1, 0.25).alpha, 6)
    0.986606
    """
    check_rate(rate)
    check_rate(decay, "decay")
    check_factor(momentum, "momentum")
    product, sum_ = rate * decay, 1 + momentum - rate * decay
    if product > (1 - math.sqrt(momentum)) ** 2:
        raise ArgumentError(
            f"rate times decay is {shown(product)}; at most (1 - √momentum)² is needed, which is "
            f"{(1 - math.sqrt(momentum)) ** 2:.6g}"
        )
    alpha = (sum_ + math.sqrt(max(sum_ * sum_ - 4 * momentum, 0.0))) / 2
    return Schedule(HeavyBall(lambda t: PerBlock(rate * alpha ** (-2 * t - 1), rate), momentum), alpha, rate)
