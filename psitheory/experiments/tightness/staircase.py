r"""Staircases on the circle: functions on which a method meets one and the same gradient at every step.

In a flat space they are the worst smooth functions there are: between two points at which the slope is g, at the
distance g/L, the slope dips to g/2 as steeply as L allows, so that f falls by no more than :math:`3g^2/(4L)` a step.
On the circle, with slopes that are small beside L, they are as bad for PSI-GD and, from the unit circle, for gradient
descent, up to :math:`O(g^2)`; for RGD by the exponential map they are as bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.experiments.descend import descend
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.models import Circle
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.rates import bounds


@dataclass(frozen=True, eq=False)
class Staircase:
    """An even function of the angle, least at 0, with slope ``height`` at the beginning and end of each stair.

    The slope changes at the rate ``bend`` or not at all; the stairs begin ``height/bend`` from the minimum.

    Attributes
    ----------
    height, bend, stride : array
        Slope at the ends of stairs, largest second derivative and length of a stair; they broadcast with angles.
    stairs : int
    """

    height: Any
    bend: Any
    stride: Any
    stairs: int

    @property
    def start(self) -> Any:
        """Return the angle of the upper end of the last stair."""
        return self.height / self.bend + self.stairs * self.stride

    def derivative(self, theta: Any, order: int) -> Any:
        """Return the derivative of the given order, 0 to 2, at each angle from -π to π."""
        x, foot = np.abs(theta), self.height / self.bend
        past = x - foot
        stair = np.clip(np.floor(past / self.stride), 0, max(self.stairs - 1, 0))
        y = past - stair * self.stride
        into, out_of = np.minimum(y, self.stride / 2), np.minimum(self.stride - y, self.stride / 2)
        above = np.clip(x - self.start, 0, foot)
        where = [x < foot, x < self.start]
        if order == 0:
            low, first = self._area(foot), self._area(self.stride / 2)
            on_stairs = low + 2 * stair * first + np.where(
                y < self.stride / 2, self._area(into), 2 * first - self._area(out_of)
            )  # fmt: skip
            top = low + 2 * self.stairs * first + self._area(above)
            return np.select(where, [self.bend * x * x / 2, on_stairs], top)
        if order == 1:
            slope = np.select(
                where,
                [self.bend * x, self.height - self.bend * np.minimum(into, out_of)],
                self.height - self.bend * above,
            )
            return np.sign(theta) * slope
        falling = np.where(y < self.stride / 2, -self.bend, self.bend)
        return np.select(where, [self.bend + 0 * x, falling], np.where(above < foot, -self.bend, 0 * x))

    def _area(self, y: Any) -> Any:
        """Return the integral from 0 to ``y`` of a slope that falls from the height."""
        return self.height * y - self.bend * y * y / 2


def _of(instance: Instances, steps: int, *, geodesic: bool) -> Staircase:
    """Return staircases with L = 1 for PSI-GD, or L_g = 1, on which T steps have one gradient, up to a shortfall.

    Stairs are shorter than steps by that share: from a point above the end of a stair errors would double each step,
    from one below they vanish.
    """
    height, stride = instance["height"][:, None], 1 - instance["shortfall"][:, None]
    if geodesic:
        return Staircase(height, 1 + 0 * height, stride * height, steps - 1)
    return Staircase(height, 1 - height * height, stride * np.arctan(height), steps - 1)


def _trial(bound: bounds.Bound, method: Any, *, geodesic: bool = False) -> Trial:
    def ratio(instance: Instances, steps: int) -> np.ndarray:
        wave = _of(instance, steps, geodesic=geodesic)
        w = np.concatenate([np.cos(wave.start), np.sin(wave.start)], axis=-1)
        seen = descend(Circle(wave), method(1.0), w, steps, record=[0, steps])
        assert seen.min_squared_gradient is not None
        given = {"smoothness": 1.0, "gap": seen.loss[0], "steps": steps, "rate": 1.0, "largest_square": 1.0, "free": 0}
        given["lower"] = 1.0
        return np.asarray(seen.min_squared_gradient[-1] / bound(**{name: given[name] for name in bound.constants}))

    return Trial(bound, "staircases on the circle", _limits, _instances, ratio)


def _limits(steps: int) -> list[tuple[float, float]]:
    """Return the ranges of the exponents of height and shortfall; all stairs must fit on half the circle."""
    return [(-4.0, np.log10(2 / (steps + 2))), (-9.0, -3.0)]


def _instances(x: np.ndarray) -> Instances:
    return {"height": 10.0 ** x[:, 0], "shortfall": 10.0 ** x[:, 1]}


TRIALS = (
    _trial(bounds.PSI_GD, PSIGradientDescent),
    _trial(bounds.PSI_GD_TWO_SIDED, PSIGradientDescent),
    _trial(bounds.GD, GradientDescent),
    _trial(bounds.RGD, RiemannianGradientDescent, geodesic=True),
)
