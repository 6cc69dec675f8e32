r"""Methods that choose the length of a step from the size of the gradient or of the weights.

A ratio 0/0 counts as 0.  Each docstring gives the exponent p for which rate :math:`\eta a^p` from
:math:`a\cdot w_0` follows, class for class, rate :math:`\eta` from :math:`w_0`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, norm, rescaled
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.adaptive import ratio
from psitheory.optimizers.checks import check_choice, check_finite, check_positive, check_rate
from psitheory.optimizers.interface import Rate, State
from psitheory.optimizers.rate import at_step, by_kind, spread


class _Counting:
    """Methods whose state is the step count."""

    def init(self, layout: Layout, w: Array) -> int:
        """Return the step count 0."""
        return 0


@dataclass(frozen=True, eq=False)
class SignDescent(_Counting):
    r"""Sign gradient descent, :math:`w^+ = w - \eta\operatorname{sign}\nabla f`; p = 1.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    """

    rate: Rate

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: int) -> tuple[Array, int]:
        """Return the next weights and state."""
        sign = namespace(w).sign(evaluation.gradient)
        return w - sign * at_step(self.rate, state, layout, w), state + 1


@dataclass(frozen=True, eq=False)
class NormalisedDescent(_Counting):
    r"""Normalised gradient descent, :math:`w^+ = w - \eta\,\nabla f/\|\nabla f\|`; p = 1.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    per : {"whole", "block"}
        Which norm divides: that of the whole gradient, or that of each block's (and of the free part's).

    Raises
    ------
    ArgumentError
        If the rate is not positive, or ``per`` is unknown.
    """

    rate: Rate
    per: Literal["whole", "block"] = field(default="whole", kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_choice(self.per, "per", "whole", "block")

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: int) -> tuple[Array, int]:
        """Return the next weights and state."""
        gradient = evaluation.gradient
        size = _column(norm(gradient)) if self.per == "whole" else _sizes(layout, gradient)
        return w - ratio(gradient, size) * at_step(self.rate, state, layout, w), state + 1


@dataclass(frozen=True, eq=False)
class Clipped(_Counting):
    r"""Clipped gradient descent, :math:`w^+ = w - \eta\min(1, \nu/\|\nabla f\|)\nabla f`; p = 2 with :math:`\nu/a`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
    threshold : positive number, or array (...) over the ensemble
        :math:`\nu`.
    """

    rate: Rate
    threshold: Any

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_positive(self.threshold, "threshold")

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: int) -> tuple[Array, int]:
        """Return the next weights and state."""
        xp, gradient = namespace(w), evaluation.gradient
        size = _column(norm(gradient))
        threshold = spread(self.threshold, layout, w)
        factor = threshold / xp.maximum(size, threshold + xp.zeros_like(size))
        return w - gradient * factor * at_step(self.rate, state, layout, w), state + 1


@dataclass(frozen=True, eq=False)
class LARS(_Counting):
    r"""Layer-wise adaptive rates, a layer being a block; p = 0.

    :math:`w_i^+ = w_i - \eta\,(r_i/\|\nabla_i f\|)\nabla_i f`.  The free part steps :math:`v^+ = v - \eta\nabla_v f`.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable

    References
    ----------
    You, Gitman and Ginsburg, "Large batch training of convolutional networks", 2017.
    """

    rate: Rate

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: int) -> tuple[Array, int]:
        """Return the next weights and state."""

        def on_rows(w: Array, z: Array) -> Array:
            return ratio(z, norm(z)[..., None]) * norm(w)[..., None]

        direction = layout.map(on_rows, lambda _, z: z, w, evaluation.gradient)
        return w - direction * at_step(self.rate, state, layout, w), state + 1


@dataclass(frozen=True, eq=False)
class Polyak:
    r"""Polyak's step, :math:`w^+ = w - (f - f_*)/\|\nabla f\|^2\,\nabla f`; p = 0.

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
        gap = _column(evaluation.loss) - spread(self.minimum, layout, w)
        gradient, s = rescaled(evaluation.gradient)
        direction = gradient * ratio(gap, dot(gradient, gradient, keepdims=True))
        return w - (direction if isinstance(s, int) else direction / s[..., None]), state


class Secant(NamedTuple):
    """The step count, and the point and the gradient before (..., n)."""

    t: int
    point: Array
    gradient: Array


@dataclass(frozen=True, eq=False)
class BarzilaiBorwein:
    r"""Gradient descent with the rate of Barzilai and Borwein.

    That is :math:`|\langle s, y\rangle|/\langle y, y\rangle` with the last changes s of w and
    y of :math:`\nabla f`.  The first step has the given rate: p = 2 there, and 0 after.

    Parameters
    ----------
    rate : positive number, array (...) over the ensemble, PerBlock, or callable
        The rate of the first step.

    References
    ----------
    Barzilai and Borwein, "Two-point step size gradient methods", 1988.
    """

    rate: Rate

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def init(self, layout: Layout, w: Array) -> Secant:
        """Return the step count 0, and no point before."""
        zeros = namespace(w).zeros_like(w)
        return Secant(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Secant) -> tuple[Array, Secant]:
        """Return the next weights and state."""
        gradient = evaluation.gradient
        if state.t == 0:
            eta = at_step(self.rate, 0, layout, w)
        else:
            change, s = rescaled(gradient - state.gradient)
            slope = namespace(w).abs(dot(w - state.point, change, keepdims=True))
            eta = ratio(slope, dot(change, change, keepdims=True))
            eta = eta if isinstance(s, int) else eta / s[..., None]
        return w - gradient * eta, Secant(state.t + 1, w, gradient)


def _column(x: Array) -> Array:
    """Return ``x`` (...) as (..., 1); a lone number of an exact arithmetic is no array yet."""
    return (x if hasattr(x, "ndim") else np.asarray(x))[..., None]


def _sizes(layout: Layout, z: Array) -> Array:
    """Return at each entry the norm of its block, or of the free part, (..., n)."""
    of_blocks = layout.expand(layout.norms(z)) if layout.m else z
    return by_kind(layout, z, of_blocks, _column(norm(layout.free_part(z))) if layout.p else 0)
