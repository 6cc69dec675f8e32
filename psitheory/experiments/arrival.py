r"""How many steps a method takes to make the gradient small."""

from __future__ import annotations

import math
from numbers import Number

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.experiments.iterate import iterate
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models.interface import Model
from psitheory.optimizers.interface import Optimizer, State


def steps_to_reach(
    model: Model, optimizer: Optimizer, starts: Array, threshold: Array, *, most_steps: int = 100_000
) -> np.ndarray:
    r"""Return the first t with :math:`G(w_t) \le` ``threshold`` for each run, (...), -1 for those that do not arrive.

    Parameters
    ----------
    model : Model
    optimizer : Optimizer
    starts : float array, (..., n)
    threshold : number, or array (...)
        What the squared Riemannian gradient norm is to reach.
    most_steps : int
        Runs that are still under way after so many steps, and runs that break, do not arrive.

    Raises
    ------
    ArgumentError
        If the starts do not fit the model, or the threshold or the number of steps is not positive.

    Examples
    --------
    >>> from psitheory.models import Rayleigh
    >>> from psitheory.optimizers import GradientDescent
    >>> model, w = Rayleigh(np.diag([0.0, 1.0])), np.array([[1.0, 1.0], [10.0, 10.0]])
    >>> steps_to_reach(model, GradientDescent(0.5), w, 1e-3)
    array([  8, 829])
    """
    if not np.all(np.asarray(threshold) > 0):
        raise ArgumentError(f"threshold is {shown(threshold)}; a positive number is needed")
    if most_steps < 0:
        raise ArgumentError(f"most_steps is {most_steps}; at least 0 is needed")
    w = model.layout.check(starts, "starts")
    lead = w.shape[:-1]
    arrived, runs = np.full(math.prod(lead), -1), np.arange(math.prod(lead)).reshape(lead)
    threshold = np.broadcast_to(threshold, lead)
    before, state, separable = 0, None, _has_plain_options(optimizer)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        while True:
            course = iterate(model, optimizer, w, state=state)
            for t, w, evaluation, state in course:  # noqa: B007
                square = riemannian_square(model.layout, w, evaluation.gradient)
                arrived[runs[(arrived[runs] < 0) & (square <= threshold)]] = before + t
                under_way = (arrived[runs] < 0) & np.isfinite(square)
                if before + t == most_steps or not under_way.any():
                    return arrived.reshape(lead)
                if separable and 2 * np.count_nonzero(under_way) <= runs.size:
                    break
            # the slowest run may take thousands of times as long as the others, which need not go on
            runs, threshold, w, state = runs[under_way], threshold[under_way], w[under_way], of_runs(state, under_way)
            before += t


def _has_plain_options(optimizer: Optimizer) -> bool:
    """Tell whether no option of the method can be one for each run, so that runs can be left out."""
    options = getattr(optimizer, "__dict__", None)
    return options is not None and all(isinstance(option, (Number, str, Model)) for option in options.values())


def of_runs(state: State, runs: np.ndarray) -> State:
    """Return what an optimiser carries for ``runs`` (...), a mask of the ensemble."""
    if isinstance(state, tuple):
        parts = [of_runs(part, runs) for part in state]
        return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
    return state[runs] if np.ndim(state) else state
