"""The losses that can be explored: models of one block in the plane or in space, and what the page knows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from psitheory.experiments import descend
from psitheory.models import Circle, Cosine, Model, Neuron, Rayleigh
from psitheory.optimizers import RapidityDescent
from psitheory.rates import largest_curvature

STARTS = 64
"""From so many classes minima are sought, evenly spread; each that is known has a basin far larger than 1/64."""
STEPS = 1000
STILL = 1e-18
"""A squared gradient norm this small is at a critical point, up to the rounding of a class."""
APART = 1e-3
"""Minima nearer than this are one: they are found to about 1e-9, and no two of these losses are nearer than 0.5."""


class Explored(NamedTuple):
    """A model, its name and title on the page, and how the page's own code gets its numbers.

    Attributes
    ----------
    name, title, formula : str
    kind : str
        Which function of the page's code evaluates it.
    build : callable
        Makes the model.
    numbers : callable
        Takes the model, and gives what that function needs, as JSON.
    """

    name: str
    title: str
    formula: str
    kind: str
    build: Callable[[], Model]
    numbers: Callable[[Any], dict[str, Any]]

    def data(self) -> dict[str, Any]:
        """Return all that the page must know, as plain numbers: those of the loss, its size, L and its minima."""
        model = self.build()
        said = {"name": self.name, "title": self.title, "formula": self.formula, "kind": self.kind}
        bound = smoothness(model)
        found = minima(model, bound)
        return {
            **said,
            "size": model.layout.n,
            "numbers": self.numbers(model),
            "smoothness": bound,
            "minima": [{"at": u.tolist(), "loss": float(model.evaluate(u).loss)} for u in found],
        }


def minima(model: Model, bound: float) -> np.ndarray:
    """Return the local minima that descent finds, as unit vectors (K, d), from low to high; ``bound`` is L."""
    starts = spread_out(model.layout.n, STARTS)
    run = descend(model, RapidityDescent(bound), starts, STEPS, record=[STEPS])
    still = run.squared_gradient[-1] < STILL
    units, losses = model.layout.units(run.final)[still], run.loss[-1][still]
    kept: list[np.ndarray] = []
    for u in units[np.argsort(losses)]:
        if all(np.linalg.norm(u - other) > APART for other in kept):
            kept.append(u)
    return np.asarray(kept)


def smoothness(model: Model) -> float:
    """Return L: the model's, or the largest curvature on a grid where it knows none."""
    known = getattr(model, "smoothness", None)
    if known is not None:
        return float(known.value)
    return float(max(largest_curvature(model, u).value for u in spread_out(model.layout.n, 400)))


def spread_out(size: int, count: int) -> np.ndarray:
    """Return ``count`` unit vectors (count, size), evenly spread: by angle, or along a spiral."""
    at = np.arange(count) + 0.5
    if size == 2:
        angle = 2 * np.pi * at / count
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    height, turn = 1 - 2 * at / count, np.pi * (1 + np.sqrt(5)) * at
    across = np.sqrt(1 - height * height)
    return np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=-1)


def _neuron(seed: int, size: int) -> Neuron:
    rng = np.random.default_rng(seed)  # of these seeds the losses have several minima
    return Neuron(rng.normal(size=(6, size)).round(1), rng.normal(size=6).round(1))


def _wave(model: Circle) -> dict[str, Any]:
    wave: Any = model.wave
    return {"cosines": wave.cosines.tolist(), "sines": wave.sines.tolist()}


def _samples(model: Neuron) -> dict[str, Any]:
    return {"inputs": model.inputs.tolist(), "targets": model.targets.tolist()}


def _matrix(model: Rayleigh) -> dict[str, Any]:
    return {"matrix": model.matrix.tolist()}


def _direction(model: Cosine) -> dict[str, Any]:
    return {"direction": model.direction.tolist()}


NEURON = "mean of (tanh z − y)² over 6 samples, z = batch norm of x·w"

LOSSES = (
    Explored("waves", "waves on the circle", "cos 3θ + cos(θ + 0.4)", "wave", Circle.several_minima, _wave),
    Explored("neuron", "batch-norm neuron, 2 inputs", NEURON, "neuron", lambda: _neuron(38, 2), _samples),
    Explored("cosine", "cosine on the circle", "−cos ∠(w, e₁)", "cosine", lambda: Cosine([1.0, 0.0]), _direction),
    Explored(
        "rayleigh", "Rayleigh quotient on the sphere", "wᵀAw/‖w‖², A = diag(1, 2, 4)", "rayleigh",
        lambda: Rayleigh(np.diag([1.0, 2.0, 4.0])), _matrix,
    ),
    Explored("neuron3", "batch-norm neuron, 3 inputs", NEURON, "neuron", lambda: _neuron(7, 3), _samples),
    Explored("cosine3", "cosine on the sphere", "−cos ∠(w, e₁)", "cosine", lambda: Cosine([1.0, 0.0, 0.0]), _direction),
)  # fmt: skip
"""Three whose classes are the circle, three whose classes are the sphere."""
