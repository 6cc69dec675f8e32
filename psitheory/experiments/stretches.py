"""Many steps at once where a model and a method are compiled together: from one recorded time to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from psitheory.arithmetic import Array, ordinary_range
from psitheory.models import Rayleigh
from psitheory.models.data import matched
from psitheory.models.interface import Model
from psitheory.optimizers.checks import PerBlock, is_schedule
from psitheory.optimizers.euclidean import GradientDescent
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.psi import PSIGradientDescent
from psitheory.optimizers.rate import at_step, is_zero


class Stretch(NamedTuple):
    """Loss, G and norms (..., m) where a stretch begins, what it adds to the sums, and where it ends."""

    loss: np.ndarray
    squared_gradient: np.ndarray
    norms: np.ndarray
    sum_squared_gradient: np.ndarray
    min_squared_gradient: np.ndarray
    final: np.ndarray


Advance: TypeAlias = Callable[[np.ndarray, int], Stretch | None]
"""Runs so many steps from w; None where the loop has to, since a row is of extreme size or no longer finite."""


def advancer(model: Model, optimizer: Optimizer, w: Array) -> Advance | None:
    """Return what runs many steps from floats such as ``w`` at once, or None where only the loop can.

    Compiled are Rayleigh quotients under gradient descent, on the quotient or flat, with rates that stay and no decay.
    """
    if type(model) is not Rayleigh or model.engine != "numba":
        return None
    if type(w) is not np.ndarray or w.dtype.kind != "f" or type(model.matrix) is not np.ndarray:
        return None
    rate = _plain_rate(optimizer)
    if rate is None or model.matrix.dtype.kind != "f":
        return None
    rates = np.broadcast_to(at_step(rate, 0, model.layout, w), (*w.shape[:-1], 1)).astype(w.dtype).reshape(-1)
    matrix, on_quotient = matched(model.matrix, w), type(optimizer) is PSIGradientDescent
    return lambda w, steps: _rayleigh(matrix, rates, on_quotient, w, steps)


def _plain_rate(optimizer: Optimizer) -> object | None:
    """Return the rate of gradient descent if it is one number for each run, and there is no decay."""
    if type(optimizer) is PSIGradientDescent:
        decays = [optimizer.decay]
    elif type(optimizer) is GradientDescent:
        decays = [optimizer.decay, optimizer.coupled_decay]
    else:
        return None
    plain = not is_schedule(optimizer.rate) and not isinstance(optimizer.rate, PerBlock) and all(map(is_zero, decays))
    return optimizer.rate if plain else None


def _rayleigh(matrix: np.ndarray, rates: np.ndarray, on_quotient: bool, w: np.ndarray, steps: int) -> Stretch | None:
    from psitheory.compiled.rayleigh import advanced

    lead, rows = w.shape[:-1], np.ascontiguousarray(w).reshape(-1, w.shape[-1])
    loss, norms, g, least = np.empty((4, len(rows)), w.dtype)
    total, final, least[:] = np.zeros(len(rows)), np.empty_like(rows), np.inf
    seen, ordinary = (loss, norms, g), ordinary_range(w.dtype)
    if not advanced(rows, matrix, rates, on_quotient, steps, seen, total, least, ordinary, final):
        return None
    return Stretch(
        loss.reshape(lead),
        g.reshape(lead),
        norms.reshape(*lead, 1),
        total.reshape(lead),
        least.reshape(lead),
        final.reshape(w.shape),
    )
