r"""Staircases with cliffs on the circle: the worst functions that a one-sided L allows.

Each stair falls at once to where :math:`\tau' = 1`, τ the rapidity of the slope, leads back to the height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.arithmetic.hyperbolic import log_cosh
from psitheory.experiments.descend import descend
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.models import Circle
from psitheory.optimizers import PSIGradientDescent, RapidityDescent
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.rates import bounds


@dataclass(frozen=True, eq=False)
class Cliffs:
    """An even function of the angle with L = 1, least at 0, of slope ``height`` at the end of each stair and beyond.

    Attributes
    ----------
    height, stride : array
        They broadcast with angles.
    stairs : int
    """

    height: Any
    stride: Any
    stairs: int

    @property
    def start(self) -> Any:
        """Return the angle of the upper end of the last stair."""
        return np.arctanh(self.height) + self.stairs * self.stride

    def derivative(self, theta: Any, order: int) -> Any:
        """Return the derivative of order 0 or 1 at each angle from -π to π."""
        x, foot = np.abs(theta), np.arctanh(self.height)
        stair = np.clip(np.ceil((x - foot) / self.stride) - 1, 0, max(self.stairs - 1, 0))
        low = foot - self.stride  # the rapidity behind a cliff
        y = np.clip(x - foot - stair * self.stride, 0, self.stride)
        on_stairs, above = (x > foot) & (self.stairs > 0), np.maximum(x - self.start, 0)
        if order == 1:
            slope = np.where(on_stairs, np.tanh(low + y), np.tanh(np.minimum(x, foot)))
            return np.sign(theta) * np.where(above > 0, self.height, slope)
        rise = log_cosh(low + y) - log_cosh(low)
        whole = log_cosh(foot) - log_cosh(low)
        climbed = np.where(on_stairs, stair * whole + rise, 0)
        return log_cosh(np.minimum(x, foot)) + climbed + self.height * above


def _trial(bound: bounds.Bound, method: Any, turn: Callable[[Any], Any]) -> Trial:
    def ratio(instance: Instances, steps: int) -> np.ndarray:
        height = instance["height"][:, None]
        wave = Cliffs(height, (1 - instance["shortfall"][:, None]) * turn(height), steps - 1)
        w = np.concatenate([np.cos(wave.start), np.sin(wave.start)], axis=-1)
        seen = descend(Circle(wave), method(1.0), w, steps, record=[0, steps])
        assert seen.min_squared_gradient is not None
        given = {"smoothness": 1.0, "gap": seen.loss[0], "blocks": 1, "steps": steps}
        found = seen.min_squared_gradient[-1] / bound(**{name: given[name] for name in bound.constants})
        return np.asarray(np.where(wave.start[:, 0] < np.pi, found, 0))

    return Trial(bound, "staircases with cliffs on the circle", _limits, _instances, ratio)


def _limits(steps: int) -> list[tuple[float, float]]:
    """Return the ranges of the exponents of height and shortfall; all stairs must fit on half the circle."""
    return [(-4.0, np.log10(np.tanh(3 / steps))), (-9.0, -3.0)]


def _instances(x: np.ndarray) -> Instances:
    return {"height": 10.0 ** x[:, 0], "shortfall": 10.0 ** x[:, 1]}


TRIALS = (
    _trial(bounds.RAPIDITY, RapidityDescent, np.arctanh),
    _trial(bounds.PSI_GD_SHARP, PSIGradientDescent, np.arctan),
    _trial(bounds.PSI_GD, PSIGradientDescent, np.arctan),
    _trial(bounds.RGD, RiemannianGradientDescent, np.abs),  # which turns by the slope itself
)
