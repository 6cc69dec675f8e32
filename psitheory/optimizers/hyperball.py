r"""Methods that keep the norm of every block: whatever another method proposes, put back on its sphere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_method, check_rate
from psitheory.optimizers.interface import Optimizer, State


class OnSphere(NamedTuple):
    """The norms that are kept, (..., m), and the state of the inner method."""

    radius: Array
    inner: State


def hyperball_step(layout: Layout, w: Array, x: Array, eta: Any, radius: Array) -> Array:
    r"""Return :math:`R\,n(w - \eta R\,n(x))`, block by block; free parts step by :math:`v - x`."""
    away = layout.map(lambda x: x, lambda x: 0 * x, x)
    share = eta * radius * _inverse(layout.norms(away))
    moved = layout.map(lambda w, x: w - x, lambda v, x: v - x, w, layout.scale(share, x))
    return layout.scale(radius, layout.units(moved))


def _inverse(norms: Array) -> Array:
    """Return 1/r, and 0 where r is 0, so that nothing moves where there is no direction."""
    xp = namespace(norms)
    positive = xp.greater(norms, xp.zeros_like(norms))
    return xp.where(positive, 1 / xp.where(positive, norms, xp.ones_like(norms)), xp.zeros_like(norms))


@dataclass(frozen=True, eq=False)
class Hyperball:
    r"""Steps of a fixed relative length on spheres, :math:`w^+ = R\,n(w - \eta R\,n(U))` with :math:`R = \|w_0\|`.

    U is what the inner method would subtract; :math:`n(x) = x/\|x\|` for each block.  Free parts take the step of the
    inner method.  Classes do not depend on R if the direction of U is a function of the class.

    Parameters
    ----------
    inner : Optimizer
        Its steps may depend on gradients only (GD, momentum, Adam); a decay of its own has no effect.
    rate : positive number
        :math:`\eta`.

    Raises
    ------
    ArgumentError
        If the rate is not positive.
    """

    inner: Optimizer
    rate: Any

    def __post_init__(self) -> None:
        check_method(self.inner, "inner")
        check_rate(self.rate)

    def init(self, layout: Layout, w: Array) -> OnSphere:
        """Return the norms of the start and the state of the inner method."""
        return OnSphere(layout.norms(w), self.inner.init(layout, w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: OnSphere) -> tuple[Array, OnSphere]:
        """Return the next weights and state."""
        # from zero weights the inner step is -U to the last digit, where w - (w - U) would cancel
        step, inner = self.inner.step(layout, 0 * w, evaluation, state.inner)
        return hyperball_step(layout, w, -step, self.rate, state.radius), OnSphere(state.radius, inner)


@dataclass(frozen=True, eq=False)
class Renormalised:
    r"""The step of the inner method, each block put back to the norm of the start; with Adam inside, like nGPT.

    Parameters
    ----------
    inner : Optimizer
    """

    inner: Optimizer

    def __post_init__(self) -> None:
        check_method(self.inner, "inner")

    def init(self, layout: Layout, w: Array) -> OnSphere:
        """Return the norms of the start and the state of the inner method."""
        return OnSphere(layout.norms(w), self.inner.init(layout, w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: OnSphere) -> tuple[Array, OnSphere]:
        """Return the next weights and state."""
        moved, inner = self.inner.step(layout, w, evaluation, state.inner)
        return layout.scale(state.radius, layout.units(moved)), OnSphere(state.radius, inner)
