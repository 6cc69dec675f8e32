r"""Batch-normalisation preconditioning (BNP): what batch norm does to a layer's gradient, without batch norm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_factor, check_nonnegative, check_rate


class Statistics(NamedTuple):
    """Means and variances (..., m) of the inputs to a layer."""

    mean: Array
    variance: Array


def batch_statistics(inputs: Array, runs: int = 0) -> Statistics:
    """Return mean and population variance of the inputs (N, m); of images (N, c, r, s) those of each channel.

    Of an ensemble, the first ``runs`` axes tell runs apart: (..., N, m) or (..., N, c, r, s).
    """
    xp, inputs = namespace(inputs), _channels(inputs, runs)
    mean = xp.mean(inputs, axis=-2, keepdims=True)
    away = inputs - mean
    return Statistics(mean[..., 0, :], xp.mean(away * away, axis=-2))


def _channels(inputs: Array, runs: int) -> Array:
    """Return inputs (..., N, m) as they are, images (..., N, c, r, s) as (..., Nrs, c)."""
    if inputs.ndim == runs + 2:
        return inputs
    return np.moveaxis(inputs, runs + 1, -1).reshape(*inputs.shape[:runs], -1, inputs.shape[runs + 1])


def for_each_tap(statistics: Statistics, taps: int) -> Statistics:
    """Return statistics (ck²,) for the entries of filters, incoming channel by channel, from those (c,) of channels."""
    return Statistics(*(np.repeat(part, taps, axis=-1) for part in statistics)) if taps > 1 else statistics


@dataclass(frozen=True, eq=False)
class RunningStatistics:
    r"""Running means of the statistics of batches, and the variance that divides: positive even for batches of one.

    :math:`\mu \leftarrow \rho\mu + (1-\rho)\mu_B`, likewise for :math:`\sigma^2`, from 0 and 1;
    :math:`\tilde\sigma^2 = \sigma^2 + \epsilon_1\max\sigma^2 + \epsilon_2`.

    Parameters
    ----------
    momentum : number
        :math:`\rho`.
    relative, absolute : number
        :math:`\epsilon_1`, :math:`\epsilon_2`.
    """

    momentum: Any = field(default=0.99, kw_only=True)
    relative: Any = field(default=1e-2, kw_only=True)
    absolute: Any = field(default=1e-4, kw_only=True)

    def __post_init__(self) -> None:
        check_factor(self.momentum, "momentum")
        check_nonnegative(self.relative, "relative")
        check_nonnegative(self.absolute, "absolute")

    def init(self, inputs: Array, runs: int = 0) -> Statistics:
        """Return means of zero and variances of one for inputs or images, as :func:`batch_statistics` takes them."""
        xp, first = namespace(inputs), _channels(inputs, runs)[..., 0, :]
        return Statistics(xp.zeros_like(first), xp.ones_like(first))

    def update(self, running: Statistics, inputs: Array, runs: int = 0) -> Statistics:
        """Return the running statistics after a batch."""
        rho, seen = self.momentum, batch_statistics(inputs, runs)
        return Statistics(
            rho * running.mean + (1 - rho) * seen.mean, rho * running.variance + (1 - rho) * seen.variance
        )

    def divisor(self, running: Statistics) -> Statistics:
        r"""Return the means and :math:`\tilde\sigma^2`."""
        variance = running.variance
        largest = namespace(variance).max(variance, axis=-1, keepdims=True)
        return Statistics(running.mean, variance + self.relative * largest + self.absolute)


def precondition(bias: Array, weights: Array, statistics: Statistics, q2: Any = 1) -> tuple[Array, Array]:
    r"""Return :math:`q^{-2}PP^\top` of the gradient of a layer, in the two lines of the algorithm as published.

    :math:`G_W \leftarrow (G_W - G_b\mu^\top)/(q^2\sigma^2)`, then :math:`G_b \leftarrow G_b/q^2 - G_W\mu` **with the
    new** :math:`G_W`; :math:`P = \begin{pmatrix}1 & -(\mu/\sigma)^\top\\0 & \mathrm{diag}(1/\sigma)\end{pmatrix}`.

    Parameters
    ----------
    bias, weights : array, (..., k) and (..., k, m)
        :math:`G_b` and :math:`G_W`, for k neurons.
    statistics : Statistics
        :math:`\mu` and :math:`\sigma^2`, (..., m).
    q2 : number
        :math:`q^2`, see :func:`layer_scale`.
    """
    mean, variance = (part[..., None, :] for part in statistics)
    weights = (weights - bias[..., None] * mean) / (q2 * variance)
    return bias / q2 - dot(weights, mean), weights


def layer_scale(inputs: Array, taps: int = 1, runs: int = 0) -> Any:
    r"""Return :math:`q^2 = \max(m/N, 1)` for inputs (..., N, m) of a dense layer, of so many axes of runs.

    For a convolution of images (..., N, c, r, s) by filters of k² taps it is :math:`\max(k^2c/N, \sqrt{rs})`.
    """
    samples, width = inputs.shape[runs], inputs.shape[runs + 1] * taps
    if inputs.ndim > runs + 2:
        return max(width / samples, math.sqrt(math.prod(inputs.shape[runs + 2 :])))
    xp = namespace(inputs)
    one = xp.ones_like(inputs[(0,) * (runs + 1)][:1])[0]
    return one * max(width, samples) / samples


class Running(NamedTuple):
    """Running statistics of the inputs of each layer, by the name of its weights; none before the first batch."""

    layers: Mapping[str, Statistics]


@dataclass(frozen=True, eq=False)
class BNP:
    r"""Gradient descent preconditioned as batch norm would, :math:`\hat w - \eta q^{-2}PP^\top\nabla f` in each layer.

    Models must say what their layers saw, as :class:`psitheory.models.networks.plain.PlainMLP` and
    :class:`psitheory.models.networks.plain_conv.PlainConvNet` do: ``statistics[W]``, (..., N, m), or images
    (..., N, c, r, s) where the layer is a convolution, for weights W whose biases are called the same with b, one for
    each of the weights (..., n) of an ensemble.  A convolution has one mean and one variance for each channel, whatever
    the tap.  Other parameters take a plain step.

    Parameters
    ----------
    rate : positive number
        :math:`\eta`.
    rule : RunningStatistics

    Raises
    ------
    ArgumentError
        If the rate is not positive.
    """

    rate: Any
    rule: RunningStatistics = field(default_factory=RunningStatistics, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def init(self, layout: Layout, w: Array) -> Running:
        """Return no statistics: those of a layer start as it is first seen."""
        return Running({})

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Running) -> tuple[Array, Running]:
        """Return the next weights and running statistics."""
        direction, running, runs = evaluation.gradient + 0, {}, w.ndim - 1
        for name, inputs in evaluation.statistics.items():
            last = state.layers.get(name) or self.rule.init(inputs, runs)
            running[name] = self.rule.update(last, inputs, runs)
            bias, weights = layout.view(name.replace("W", "b"), direction), layout.view(name, direction)
            taps = weights.shape[-1] // inputs.shape[runs + 1]
            divisor = for_each_tap(self.rule.divisor(running[name]), taps)
            scale = layer_scale(inputs, taps, runs)
            bias[...], weights[...] = precondition(bias + 0, weights + 0, divisor, scale)
        return w - direction * self.rate, Running(running)
