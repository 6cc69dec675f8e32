"""How far the last step of SGD-G turns, against its bound, at γ = 0.9."""

from __future__ import annotations

import numpy as np

from psitheory.experiments.iterate import iterate
from psitheory.experiments.tightness.quotients import FAMILY, Quotients, diagonals
from psitheory.experiments.tightness.trial import Instances, Trial
from psitheory.geometry import sphere
from psitheory.optimizers import SGDG
from psitheory.rates import bounds

MOMENTUM = 0.9


def _limits(steps: int) -> list[tuple[float, float]]:
    """Return those of a quotient and a start, and of the exponents of rate and threshold."""
    return [(-5.0, 0.0)] * 2 + [(-4.0, 4.0)] * 3 + [(-2.0, 0.0), (-1.0, 0.0)]


def _instances(x: np.ndarray) -> Instances:
    found = diagonals(x[:, :-1])
    return {
        "eigenvalues": found["eigenvalues"],
        "w": found["w"],
        "rate": 10.0 ** x[:, -2],
        "threshold": 10.0 ** x[:, -1],
    }


def _turn(instance: Instances, steps: int) -> np.ndarray:
    eigenvalues, before = instance["eigenvalues"], instance["w"]
    model = Quotients(eigenvalues[..., None] * np.eye(eigenvalues.shape[-1]))
    given = {"rate": instance["rate"], "threshold": instance["threshold"], "momentum": MOMENTUM}
    for t, w, _, _ in iterate(model, SGDG(**given), before):
        if t == steps:
            return np.asarray(sphere.angle(before, w) / bounds.CLIPPED_TURN(**given, steps=steps))
        before = w
    raise AssertionError("iterate never ends")


TRIALS = (Trial(bounds.CLIPPED_TURN, FAMILY, _limits, _instances, _turn),)
