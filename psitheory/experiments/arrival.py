r"""How many steps a method takes to make the gradient small."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown
from psitheory.experiments.iterate import iterate
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models.interface import Model
from psitheory.optimizers.interface import Optimizer


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
    arrived: np.ndarray | None = None
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for t, w, evaluation, _ in iterate(model, optimizer, starts):
            square = riemannian_square(model.layout, w, evaluation.gradient)
            if arrived is None:
                arrived = np.full(np.shape(square), -1)
            arrived = np.where((arrived < 0) & (square <= threshold), t, arrived)
            under_way = (arrived < 0) & np.isfinite(square)
            if t == most_steps or not under_way.any():
                return arrived
    raise AssertionError("iterate never ends")
