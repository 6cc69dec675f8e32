"""Step an optimiser on a model without end, on mini-batches or on all samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, repeat
from typing import Any, Literal, TypeAlias

import numpy as np

from psitheory.arithmetic import BALLS, RATIONALS, Array, namespace
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic, shown
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers.interface import Optimizer, State

Sampling: TypeAlias = Literal["shared", "independent"]
"""Whether all runs of an ensemble see the same mini-batches, or each its own."""


def iterate(
    model: Model,
    optimizer: Optimizer,
    starts: Array,
    *,
    rng: np.random.Generator | None = None,
    batch_size: int | None = None,
    sampling: Sampling = "shared",
    state: State | None = None,
) -> Iterator[tuple[int, Array, Evaluation, State]]:
    """Yield ``(t, w, evaluation, state)`` for t = 0, 1, … without end.

    The parameters are those of :func:`~psitheory.experiments.descend`, and what the optimiser carries, if it does
    not begin afresh.  A run that meets a dead neuron after its start has NaN for loss and gradient from there on;
    the others of its ensemble go on.

    Raises
    ------
    ArgumentTypeError
        If ``model`` has no layout and no ``evaluate``, or ``optimizer`` is no instance with ``init`` and ``step``.
    ArgumentError
        As :func:`~psitheory.experiments.descend` does.
    """
    if isinstance(model, type) or not (hasattr(model, "evaluate") and hasattr(model, "layout")):
        raise ArgumentTypeError(f"model is {shown(model)}; an object with a layout and evaluate(w) is needed")
    if isinstance(optimizer, type) or not (hasattr(optimizer, "init") and hasattr(optimizer, "step")):
        raise ArgumentTypeError(
            f"optimizer is {shown(optimizer)}; an instance with init and step is needed, such as GradientDescent(0.1)"
        )
    layout = model.layout
    w = layout.check(starts, "starts")
    batches = _batches(model, rng, batch_size, sampling, tuple(w.shape[:-1]))
    return steps_on(model, optimizer, w, batches, optimizer.init(layout, w) if state is None else state)


def steps_on(
    model: Model,
    optimizer: Optimizer,
    w: Array,
    batches: Iterator[np.ndarray | None],
    state: State,
    *,
    alive: np.ndarray | None = None,
) -> Iterator[tuple[int, Array, Evaluation, State]]:
    """Yield what :func:`iterate` does, from weights that are not looked at; ``alive`` is that of :class:`Survivors`."""
    layout, evaluate = model.layout, Survivors(model, alive)
    for t in count():
        evaluation = evaluate(w, next(batches))
        if evaluation.squared_norms is None:  # once an iteration, for the step and for what is recorded
            evaluation = replace(evaluation, squared_norms=layout.ordinary_squares(w))
        yield t, w, evaluation, state
        w, state = optimizer.step(layout, w, evaluation, state)
        _refuse_endless_ratios(w, t + 1)


LONGEST = 1 << 17
"""So many bits a ratio may have: a step of a Rayleigh quotient takes three times as many as the one before."""


def _refuse_endless_ratios(w: Array, steps: int) -> None:
    """Return if the ratios of a run can still be computed with.

    Raises
    ------
    NotInArithmetic
        If they have so many digits that a few steps more would not come to an end.
    """
    if w.dtype == object and namespace(w) is RATIONALS and max(x.height_bits() for x in w.flat) > LONGEST:
        raise NotInArithmetic(f"after {steps} steps the ratios of a run have more than {LONGEST} binary digits")


class Survivors:
    """Evaluates a model on an ensemble of runs; those that fail after the first time read NaN ever after."""

    def __init__(self, model: Model, alive: np.ndarray | None = None) -> None:
        """Take the runs that may fail at the first time already, (...); none of them if left out."""
        self._model = model
        self._alive = alive
        self._all = alive is None or bool(alive.all())

    def __call__(self, w: Array, batch: np.ndarray | None) -> Evaluation:
        """Return the evaluation at ``w`` (..., n), NaN on the runs that have failed."""
        if self._alive is None:
            evaluation = self._model.evaluate(w, batch)
            self._alive = np.ones(w.shape[:-1], dtype=bool)
            return evaluation
        try:
            return self._evaluate_alive(w, batch)
        except ArgumentError:  # a dead neuron, or weights that are no longer finite
            self._alive = self._alive & self._sound(w, batch)
            self._all = bool(self._alive.all())
            return self._evaluate_alive(w, batch)

    def _evaluate_alive(self, w: Array, batch: np.ndarray | None) -> Evaluation:
        alive = self._alive
        assert alive is not None
        if self._all:
            return self._model.evaluate(w, batch)
        nan = not_a_number(w)
        if not alive.any():
            return Evaluation(np.full_like(w[..., 0], nan), np.full_like(w, nan))
        if batch is not None and batch.ndim > 1:
            batch = batch[alive]
        found = self._model.evaluate(w[alive], batch)

        def scattered(values: Array) -> Array:
            out = np.full(alive.shape + values.shape[1:], nan, dtype=values.dtype)
            out[alive] = values
            return out

        return Evaluation(scattered(found.loss), scattered(found.gradient))

    def _sound(self, w: Array, batch: np.ndarray | None) -> np.ndarray:
        """Tell which runs can be evaluated by themselves."""
        sound = np.zeros(w.shape[:-1], dtype=bool)
        for index in np.ndindex(sound.shape):
            try:
                self._model.evaluate(w[index], batch if batch is None or batch.ndim == 1 else batch[index])
            except ArgumentError:  # a dead neuron, or weights that are no longer finite
                continue
            sound[index] = True
        return sound


def not_a_number(like: Array) -> Any:
    """Return NaN in the arithmetic of ``like``.

    Raises
    ------
    NotInArithmetic
        On rationals and symbols, which have none.
    """
    xp = namespace(like)
    if xp is BALLS:
        return BALLS.element(float("nan"))
    if isinstance(xp, ObjectNamespace):
        raise NotInArithmetic(f"a run broke, and there is no NaN in the arithmetic of {xp.name}")
    return float("nan")


def _batches(
    model: Model,
    rng: np.random.Generator | None,
    batch_size: int | None,
    sampling: Sampling,
    lead: tuple[int, ...],
) -> Iterator[np.ndarray | None]:
    """Return an endless iterator of sample indices, (b,) if shared and (..., b) if not; None for all samples."""
    if sampling not in ("shared", "independent"):
        raise ArgumentError(f"sampling is {shown(sampling)}; 'shared' or 'independent' is needed")
    if not (rng is None or isinstance(rng, np.random.Generator)):
        raise ArgumentTypeError(f"rng is {shown(rng)}; a numpy.random.Generator is needed")
    if batch_size is None:
        return repeat(None)
    samples = getattr(model, "samples", None)
    if samples is None:
        raise ArgumentError(
            f"batch_size is {shown(batch_size)}, but {type(model).__name__} has no samples to draw from"
        )
    if not isinstance(batch_size, (int, np.integer)) or not 1 <= batch_size <= samples:
        raise ArgumentError(f"batch_size is {shown(batch_size)}; an integer from 1 to the {samples} samples is needed")
    if rng is None:
        raise ArgumentTypeError(f"rng is {shown(rng)}; mini-batches need a numpy.random.Generator to draw them")
    if sampling == "shared":
        return (rng.choice(samples, batch_size, replace=False, shuffle=False) for _ in repeat(None))
    everyone = np.broadcast_to(np.arange(samples), (*lead, samples))
    return (rng.permuted(everyone, axis=-1)[..., :batch_size] for _ in repeat(None))
