"""Methods without noise on Rayleigh quotients of diagonal matrices with eigenvalues from 0 to 1: L = 2, minimum 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.experiments.descend import descend
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.rates import bounds

FAMILY, WIDER = "Rayleigh quotients of four eigenvalues", "Rayleigh quotients of six eigenvalues"
"""Long runs meet more eigenvalues: at T = 100 six are worse than four, up to T = 10 they are not."""


def _parameters(inner: int) -> list[tuple[float, float]]:
    """Limit exponents of eigenvalues and of the start beside its first entry, and a share of the largest rate."""
    return [(-5.0, 0.0)] * inner + [(-4.0, 4.0)] * (inner + 1) + [(0.02, 0.98)]


@dataclass(frozen=True, eq=False)
class Quotients:
    """Rayleigh quotients of the matrices (S, d, d), one for each column of weights (..., S, d)."""

    matrices: np.ndarray

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of([self.matrices.shape[-1]])

    def evaluate(self, w: np.ndarray, batch: Any = None) -> Evaluation:
        """Return each column's own quotient and its gradient."""
        square = np.vecdot(w, w)[..., None]
        product = (self.matrices @ w[..., None])[..., 0]
        loss = np.vecdot(w, product)[..., None] / square
        return Evaluation(loss[..., 0], 2 * (product - loss * w) / square)

    def hessian_vector(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return each column's own product."""
        here = self.evaluate(w)
        product = (self.matrices @ x[..., None])[..., 0] - here.loss[..., None] * x
        radial = np.vecdot(here.gradient, x)[..., None] * w + np.vecdot(w, x)[..., None] * here.gradient
        return np.asarray(2 * (product - radial) / np.vecdot(w, w)[..., None])


def diagonals(x: np.ndarray) -> Instances:
    """Return eigenvalues 0, 10^x…, 1, a unit start and the share of the largest rate."""
    edge, inner = np.zeros((len(x), 1)), x.shape[1] // 2 - 1
    eigenvalues = np.concatenate([edge, 10.0 ** x[:, :inner], edge + 1], axis=1)
    w = np.concatenate([edge + 1, 10.0 ** x[:, inner:-1]], axis=1)
    return {"eigenvalues": eigenvalues, "w": w / np.linalg.norm(w, axis=1, keepdims=True), "share": x[:, -1]}


def _run(instance: Instances, method: Any, steps: int) -> Any:
    eigenvalues = instance["eigenvalues"]
    model = Quotients(eigenvalues[..., None] * np.eye(eigenvalues.shape[-1]))
    return descend(model, method, instance["w"], steps, record=[0, steps])


def _minimum(method: Callable[[Any], Any], bound: bounds.Bound) -> Callable[[Instances, int], np.ndarray]:
    """Compare min G at η = 1/L with ``bound``."""

    def ratio(instance: Instances, steps: int) -> np.ndarray:
        seen = _run(instance, method(0.5), steps)
        return np.asarray(seen.min_squared_gradient[-1] / bound(smoothness=2.0, gap=seen.loss[0], steps=steps))

    return ratio


def _sum(method: Callable[[Any], Any], bound: bounds.Bound) -> Callable[[Instances, int], np.ndarray]:
    """Compare the sum of G with ``bound``, at a share of the largest rate 2/L = 1."""

    def ratio(instance: Instances, steps: int) -> np.ndarray:
        rate = instance["share"]
        seen = _run(instance, method(rate), steps)
        drop = seen.loss[0] - seen.loss[-1]
        return np.asarray(seen.sum_squared_gradient[-1] / bound(drop=drop, rate=rate, smoothness=2.0))

    return ratio


def _gradient_descent(instance: Instances, steps: int) -> np.ndarray:
    rate = instance["share"] / 2  # of r²/L
    seen = _run(instance, GradientDescent(rate), steps)
    bound = bounds.GD(gap=seen.loss[0], rate=rate, largest_square=1.0, free=0, steps=steps)
    return np.asarray(seen.min_squared_gradient[-1] / bound)


def _dominated(instance: Instances, steps: int) -> np.ndarray:
    seen = _run(instance, PSIGradientDescent(0.5), steps)
    second = np.sort(instance["eigenvalues"], axis=1)[:, 1]
    start = seen.loss[0]
    bound = bounds.DOMINATED(gap=start, dominance=2 * (second - start), smoothness=2.0, steps=steps)
    return np.where(start < second, seen.loss[-1] / bound, 0)


def _trial(bound: bounds.Bound, ratio: Callable[[Instances, int], np.ndarray], inner: int = 2) -> Trial:
    return Trial(bound, FAMILY if inner == 2 else WIDER, lambda steps: _parameters(inner), diagonals, ratio)


TRIALS = (
    _trial(bounds.PSI_GD, _minimum(PSIGradientDescent, bounds.PSI_GD)),
    _trial(bounds.PSI_GD, _minimum(PSIGradientDescent, bounds.PSI_GD), inner=4),
    _trial(bounds.PSI_GD_SUM, _sum(PSIGradientDescent, bounds.PSI_GD_SUM)),
    _trial(bounds.GD, _gradient_descent),
    _trial(bounds.DOMINATED, _dominated),
    _trial(bounds.RGD, _minimum(RiemannianGradientDescent, bounds.RGD)),
    _trial(bounds.RGD_SUM, _sum(RiemannianGradientDescent, bounds.RGD_SUM)),
)
