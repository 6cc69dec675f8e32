"""PSI-SGD on means of two Rayleigh quotients of the plane, one of them drawn at each step.

The two differ from diag(0, 1) by one symmetric matrix, one way and the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.experiments.tightness.quotients import Quotients
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.experiments.trajectory import riemannian_square
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates import bounds

_RUNS = 512
"""So many equally likely courses are followed: all there are for T ≤ 10; beyond, each goes on in one way only."""
_EXACT_STEPS = 10

_PARAMETERS = [(-3.0, 1.0), (0.0, float(np.pi)), (-4.0, 4.0), (0.02, 1.0)]
"""Exponent and angle of the difference, exponent of the start's slope, share of the rate 1/L."""

_Rates = Callable[[int], Any]
"""The rates (S,) at each step."""
_Rule = Callable[[np.ndarray, np.ndarray, np.ndarray, int], _Rates]
"""The rates that gap, variance and share (S,) mean at the horizon T."""


def _pairs(x: np.ndarray) -> Instances:
    """Return the difference [[a, b], [b, -a]] as (a, b), a unit start and the share."""
    size, angle = 10.0 ** x[:, 0], x[:, 1]
    w = np.stack([np.ones(len(x)), 10.0 ** x[:, 2]], axis=1)
    noise = size[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"noise": noise, "w": w / np.linalg.norm(w, axis=1, keepdims=True), "share": x[:, 3]}


def _mean_squares(instance: Instances, rate: _Rates, steps: int) -> np.ndarray:
    """Return the expectation of G at each t < T, (T, S)."""
    diagonal, swap = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    part = instance["noise"][..., None, None]
    around = part[:, 0] * diagonal + part[:, 1] * swap
    middle = Quotients(np.broadcast_to(np.diag([0.0, 1.0]), around.shape))
    sides = [Quotients(middle.matrices + sign * around) for sign in (-1, 1)]
    rng, points, out = np.random.default_rng(0), instance["w"][None], []
    for t in range(steps):
        out.append(riemannian_square(middle.layout, points, middle.evaluate(points).gradient).mean(axis=0))
        method = PSIGradientDescent(np.broadcast_to(rate(t), points.shape[:-1]))
        one, other = (method.step(middle.layout, points, side.evaluate(points), ())[0] for side in sides)
        if 2 * len(points) <= _RUNS:
            points = np.concatenate([one, other])
        else:
            points = np.where(rng.integers(0, 2, points.shape[:-1])[..., None] > 0, one, other)
    return np.stack(out)


def _trial(bound: bounds.Bound, rule: _Rule) -> Trial:
    second_half = "width" in bound.constants

    def ratio(instance: Instances, steps: int) -> np.ndarray:
        gap, share = instance["w"][:, 1] ** 2, instance["share"]
        variance = 4 * np.sum(instance["noise"] ** 2, axis=1)  # four times the largest eigenvalue of the square
        squares = _mean_squares(instance, rule(gap, variance, share, steps), steps)[steps // 2 * second_half :]
        given = {"gap": gap, "width": 1.0, "variance": variance, "smoothness": 2.0, "steps": steps}
        given |= {"rate": share / 2, "scale": share / 2}
        return np.asarray(squares.min(axis=0) / bound(**{name: given[name] for name in bound.constants}))

    family = "two mini-batches, Rayleigh quotients of the plane"
    return Trial(bound, family, lambda steps: _PARAMETERS, _pairs, ratio, _EXACT_STEPS, second_half)


def _fixed(gap: np.ndarray, variance: np.ndarray, share: np.ndarray, steps: int) -> _Rates:
    return lambda t: share / 2


def _tuned(gap: np.ndarray, variance: np.ndarray, share: np.ndarray, steps: int) -> _Rates:
    return lambda t: np.minimum(0.5, np.sqrt(gap / (steps * variance)))


def _decreasing(gap: np.ndarray, variance: np.ndarray, share: np.ndarray, steps: int) -> _Rates:
    return lambda t: share / 2 / np.sqrt(t + 1)


TRIALS = (
    _trial(bounds.PSI_SGD, _fixed),
    _trial(bounds.PSI_SGD_TUNED, _tuned),
    _trial(bounds.PSI_SGD_DECREASING, _decreasing),
    _trial(bounds.PSI_SGD_WINDOW, _decreasing),
)
