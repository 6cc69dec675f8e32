"""Models by name, as a command line asks for them: what to minimise, and where to start."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array
from psitheory.compiled import Engine
from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.models.datasets import dataset
from psitheory.models.functions.circle import Circle
from psitheory.models.functions.cosine import Cosine
from psitheory.models.functions.rayleigh import Rayleigh
from psitheory.models.interface import Model
from psitheory.models.networks.mlp import BatchNormMLP
from psitheory.models.networks.neuron import Neuron


class Named(NamedTuple):
    """A model, and ``starts(rng, shape=())``, which draws starting weights ``(*shape, n)`` with unit blocks."""

    model: Model
    starts: Callable[..., Array]


def named_model(name: str, **options: Any) -> Named:
    """Return the model called ``name`` with a function that draws starts.

    =============  =====================================================================================
    ``digits``     batch-norm network on images of digits; ``hidden=(32,), rows=256, seed=0`` (which rows),
                   and what :class:`~psitheory.models.BatchNormMLP` takes
    ``wine``       the same on wines; ``hidden=(8,), rows=None`` (all)
    ``neuron``     batch-norm neuron on normal inputs; ``d=3, samples=20, seed=0``, activation, loss, eps
    ``rayleigh``   Rayleigh quotient of a symmetric normal matrix; ``d=50, seed=0, engine="numpy"``
    ``cosine``     minus the cosine with a fixed direction; ``d=3``
    ``circle``     cos 3θ + cos(θ + 0.4), which has three minima
    =============  =====================================================================================

    Raises
    ------
    UnknownName
        If no model has that name; the message lists those that exist.
    ArgumentError
        If the model has no such option.

    Examples
    --------
    >>> model, starts = named_model("rayleigh", d=4)
    >>> starts(np.random.default_rng(0), (7,)).shape
    (7, 4)
    """
    if name not in NAMES:
        raise UnknownName(f"model is {shown(name)}; one of {', '.join(NAMES)} is needed")
    build = _BUILDERS[name]
    known = set(inspect.signature(build).parameters)
    if "network" in known:
        known = (known - {"network"}) | {"activation", "loss", "affine", "eps", "engine"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise ArgumentError(
            f"option {unknown[0]!r} is none of the model {name}; it has {', '.join(sorted(known)) or 'none'}"
        )
    model = build(**options)
    return Named(model, lambda rng, shape=(): unit_start(model, rng, shape))


def unit_start(model: Model, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
    """Return starting weights (*shape, n) with unit blocks: the model's own initialisation if it is a network."""
    if isinstance(model, BatchNormMLP):
        return model.layout.units(model.initial(rng, shape))
    return model.layout.units(rng.normal(size=(*shape, model.layout.n)))


def _digits(hidden: tuple[int, ...] = (32,), rows: int | None = 256, seed: int = 0, **network: Any) -> Model:
    inputs, labels = dataset("digits", rows=rows, rng=np.random.default_rng(seed))
    return BatchNormMLP(inputs, labels, hidden=hidden, classes=10, **network)


def _wine(hidden: tuple[int, ...] = (8,), rows: int | None = None, seed: int = 0, **network: Any) -> Model:
    inputs, labels = dataset("wine", rows=rows, rng=np.random.default_rng(seed))
    return BatchNormMLP(inputs, labels, hidden=hidden, classes=3, **network)


def _neuron(
    d: int = 3, samples: int = 20, seed: int = 0, activation: str = "tanh", loss: str = "squared", eps: float = 0
) -> Model:
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(samples, d)), np.sign(rng.normal(size=samples))
    return Neuron(inputs, targets, activation, loss, eps)


def _rayleigh(d: int = 50, seed: int = 0, engine: Engine = "numpy") -> Model:
    matrix = np.random.default_rng(seed).normal(size=(d, d))
    return Rayleigh((matrix + matrix.T) / np.sqrt(2 * d), engine=engine)


def _cosine(d: int = 3) -> Model:
    return Cosine(np.eye(d)[0])


_BUILDERS: dict[str, Callable[..., Model]] = {
    "digits": _digits,
    "wine": _wine,
    "neuron": _neuron,
    "rayleigh": _rayleigh,
    "cosine": _cosine,
    "circle": Circle.several_minima,
}

NAMES = tuple(_BUILDERS)
"""The models that :func:`named_model` knows."""
