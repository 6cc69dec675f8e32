"""The one loop: run an optimiser on a model from an ensemble of starts, and record the course."""

from __future__ import annotations

from itertools import repeat

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.experiments.iterate import Sampling, Survivors, iterate, steps_on
from psitheory.experiments.log import Log
from psitheory.experiments.stretches import Advance, advancer
from psitheory.experiments.trajectory import Record, Trajectory, recorded_times
from psitheory.models.interface import Model
from psitheory.optimizers.interface import Optimizer


def descend(
    model: Model,
    optimizer: Optimizer,
    starts: Array,
    steps: int,
    *,
    record: Record = None,
    rng: np.random.Generator | None = None,
    batch_size: int | None = None,
    sampling: Sampling = "shared",
    keep_points: bool = False,
) -> Trajectory:
    r"""Run ``steps`` steps of ``optimizer`` on ``model`` from every start, and record the course.

    Takes memory for a few copies of the weights and for what is recorded, whatever the number of steps.

    Parameters
    ----------
    model : Model
    optimizer : Optimizer
    starts : array, (..., n)
        Starting weights, of any arithmetic; leading axes, if any, are the ensemble.
    steps : int
        T; the recorded times lie in 0 … T.
    record : callable, sequence of int, or None
        The times to record, such as :func:`log_spaced` gives; None for 200 log-spaced ones.
    rng : numpy.random.Generator, optional
        Draws the mini-batches.
    batch_size : int, optional
        Samples in a mini-batch, drawn afresh each step and without repetition; all samples if left out.
    sampling : {"shared", "independent"}
        Whether all runs see the same mini-batches, or each its own.
    keep_points : bool
        Whether to record the weights too.

    Raises
    ------
    ArgumentTypeError
        If the model or the optimiser is none (a class is no instance).
    ArgumentError
        If the starts do not fit the model, have a zero block or are not finite; if there are not as many
        samples as a mini-batch needs; if a recorded time lies outside 0 … T.
    DeadNeuron
        If a start has a dead neuron; a later one breaks its own run only.
    """
    if not isinstance(steps, (int, np.integer)) or isinstance(steps, bool) or steps < 0:
        raise ArgumentError(f"steps is {shown(steps)}; an integer of at least 0 is needed")
    times = recorded_times(record, int(steps))
    runs = iterate(model, optimizer, starts, rng=rng, batch_size=batch_size, sampling=sampling)
    on_all_samples = None if batch_size is None else Survivors(model)
    log = Log(model.layout, times, keep_points=keep_points, running=on_all_samples is None)
    begin = 0
    # a run that overflows is marked as broken; NumPy's warnings would only say it again
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        advance = None if batch_size else advancer(model, optimizer, starts)
        if advance:
            begin, w = _by_stretches(advance, starts, [0, *times.tolist(), int(steps)], log)
            if begin > steps:
                return log.trajectory(w)
            alive = (
                np.ones(w.shape[:-1], bool) if begin else None
            )  # a start that is dead raises, what died later breaks
            runs = steps_on(model, optimizer, w, repeat(None), optimizer.init(model.layout, w), alive=alive)
        for t, w, evaluation, _ in runs:
            t += begin
            if on_all_samples is not None and log.is_due(t):
                evaluation = on_all_samples(w, None)
            log.see(t, w, evaluation)
            if t == steps:
                break
    return log.trajectory(w)


def _by_stretches(advance: Advance, starts: np.ndarray, times: list[int], log: Log) -> tuple[int, np.ndarray]:
    """Run from each of the ``times`` to the next; return where the loop has to go on, and the weights there.

    That is after the last time if nothing is left to it.
    """
    marks, x = sorted(set(times)), advance.coordinates.of(starts)

    def weights(t: int) -> np.ndarray:
        return advance.coordinates.weights(x) if t else starts

    for t, until in zip(marks, [*marks[1:], marks[-1]], strict=True):
        stretch = advance(x, until - t)
        if stretch is None:
            return t, weights(t)
        log.see_stretch(t, weights(t) if log.keep_points else None, stretch)
        x = stretch.final
    return marks[-1] + 1, weights(marks[-1])
