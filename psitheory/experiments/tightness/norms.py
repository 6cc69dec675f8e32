"""Bounds that norms and line searches obey, on Rayleigh quotients of diagonal matrices with eigenvalues from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.experiments.tightness.quotients import FAMILY, Quotients, diagonals
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.experiments.trajectory import riemannian_square
from psitheory.optimizers import GradientDescent, PSIArmijo, PSIGradientDescent
from psitheory.rates import bounds

_QUOTIENT = [(-5.0, 0.0)] * 2 + [(-4.0, 4.0)] * 3
_FACTOR, _SLOPE = 0.9, 0.5


def _model(instance: Instances) -> Quotients:
    eigenvalues = instance["eigenvalues"]
    return Quotients(eigenvalues[..., None] * np.eye(eigenvalues.shape[-1]))


def _squares(model: Quotients, method: Any, w: np.ndarray, steps: int) -> np.ndarray:
    """Return G at each t < T, (T, S)."""
    state, out = method.init(model.layout, w), []
    for _ in range(steps):
        here = model.evaluate(w)
        out.append(riemannian_square(model.layout, w, here.gradient))
        w, state = method.step(model.layout, w, here, state)
    return np.stack(out)


def _odometer(instance: Instances, steps: int) -> np.ndarray:
    """Compare the sum of squared turns of PSI-GD at η = 1/L = 1/2 with 2Δ/L."""
    model = _model(instance)
    turns = np.arctan(np.sqrt(_squares(model, PSIGradientDescent(0.5), instance["w"], steps)) / 2)
    return np.asarray((turns**2).sum(axis=0) / bounds.ODOMETER(smoothness=2.0, gap=model.evaluate(instance["w"]).loss))


def _any_rate(instance: Instances, steps: int) -> np.ndarray:
    """Compare min G of gradient descent from norm 1 at rates over four decades with its bound."""
    rate = 10.0 ** instance["exponent"]
    least = _squares(_model(instance), GradientDescent(rate), instance["w"], steps).min(axis=0)
    given = {"smoothness": 2.0 + 0 * rate, "width": 1.0, "largest_gradient": 1.0, "largest_square": 1.0}
    return np.asarray(least / bounds.GD_ANY_RATE(rate=rate, steps=steps, **given))


def _armijo(instance: Instances, steps: int) -> np.ndarray:
    """Compare min G of PSI-GD with backtracking by 0.9 at c = 1/2 with its bound."""
    model, start = _model(instance), 10.0 ** instance["exponent"]
    method = PSIArmijo(model, start, factor=_FACTOR, slope=_SLOPE)
    least = _squares(model, method, instance["w"], steps).min(axis=0)
    rate = np.minimum(start, 2 * _FACTOR * (1 - _SLOPE) / 2)
    gap = model.evaluate(instance["w"]).loss
    return np.asarray(least / bounds.PSI_ARMIJO(gap=gap, rate=rate, slope=_SLOPE, steps=steps))


def _instances(x: np.ndarray) -> Instances:
    """Return a quotient and a start, and the exponent of a rate."""
    found = diagonals(x)
    return {"eigenvalues": found["eigenvalues"], "w": found["w"], "exponent": x[:, -1]}


def _trial(bound: bounds.Bound, ratio: Any, exponents: tuple[float, float]) -> Trial:
    return Trial(bound, FAMILY, lambda steps: [*_QUOTIENT, exponents], _instances, ratio)


TRIALS = (
    _trial(bounds.ODOMETER, _odometer, (0.0, 1.0)),
    _trial(bounds.GD_ANY_RATE, _any_rate, (-2.0, 2.0)),
    _trial(bounds.PSI_ARMIJO, _armijo, (-1.0, 0.5)),
)
