"""Many steps at once where a model and a method are compiled together: from one recorded time to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from psitheory.arithmetic import Array, ordinary_range
from psitheory.compiled import is_compiled
from psitheory.experiments.coordinates import Coordinates
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.models.interface import Model
from psitheory.optimizers.checks import PerBlock, is_schedule
from psitheory.optimizers.euclidean import GradientDescent
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.psi import PSIGradientDescent
from psitheory.optimizers.rate import at_step, is_zero


class Stretch(NamedTuple):
    """Loss, G and norms (..., m) where a stretch begins, what it adds to the sums, and the coordinates of its end.

    These lie in memory that the stretch after the next is written to.
    """

    loss: np.ndarray
    squared_gradient: np.ndarray
    norms: np.ndarray
    sum_squared_gradient: np.ndarray
    min_squared_gradient: np.ndarray
    final: np.ndarray


_LARGEST = 512
"""Beyond that dimension eigenvectors take as long as hundreds of steps, and the loop costs little beside a step."""

_Seen: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
_Passes: TypeAlias = Callable[[np.ndarray, int, _Seen, np.ndarray, np.ndarray, np.ndarray], bool]
"""Take coordinates (K, n + m) so many steps on: write what begins there (f, norms, G), add to sums, lessen minima."""


class Advance:
    """Runs many steps at once, in ``coordinates`` that are kept from one stretch to the next."""

    def __init__(self, passes: _Passes, coordinates: Coordinates) -> None:
        self._passes = passes
        self.coordinates = coordinates
        self._memory: Iterator[np.ndarray] | None = None

    def __call__(self, x: np.ndarray, steps: int) -> Stretch | None:
        """Run so many steps; None where the loop has to, since a row is of extreme size or no longer finite."""
        lead, rows = x.shape[:-1], x.reshape(-1, x.shape[-1])
        if self._memory is None:
            self._memory = cycle([np.empty_like(rows) for _ in range(2)])
        loss, g, least = np.empty((3, len(rows)), x.dtype)
        norms, total = np.empty((len(rows), self.coordinates.layout.m), x.dtype), np.zeros(len(rows))
        least[:] = np.inf
        final = next(self._memory)
        if not self._passes(rows, steps, (loss, norms, g), total, least, final):
            return None
        return Stretch(
            loss.reshape(lead),
            g.reshape(lead),
            norms.reshape(*lead, norms.shape[-1]),
            total.reshape(lead),
            least.reshape(lead),
            final.reshape(x.shape),
        )


def advancer(model: Model, optimizer: Optimizer, w: Array) -> Advance | None:
    """Return what runs many steps from floats such as ``w`` at once, or None where only the loop can.

    Compiled are Rayleigh quotients and batch-norm networks under gradient descent, on the quotient or flat, with rates
    that stay and no decay.
    """
    if not is_compiled(w) or getattr(model, "engine", "numpy") != "numba":
        return None
    rate = _plain_rate(optimizer)
    if rate is None:
        return None
    rates = np.broadcast_to(at_step(rate, 0, model.layout, w), (*w.shape[:-1], 1)).astype(w.dtype).reshape(-1)
    on_quotient = type(optimizer) is PSIGradientDescent
    if type(model) is Rayleigh and is_compiled(model.matrix):
        return _on_eigenvectors(model, w.dtype, rates, on_quotient)
    if type(model) is BatchNormMLP and model.compiled and is_compiled(model.inputs):
        passes = model.compiled.descender(w, model.samples_for(w), rates, on_quotient)
        return Advance(passes, Coordinates(model.layout, are_scaled=model.eps == 0))
    return None


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


def _on_eigenvectors(model: Rayleigh, dtype: np.dtype[Any], rates: np.ndarray, on_quotient: bool) -> Advance | None:
    if len(model.matrix) > _LARGEST:
        return None
    from psitheory.compiled.rayleigh import advanced

    values, vectors = (x.astype(dtype) for x in model.eigenvectors)
    ordinary = ordinary_range(dtype)

    def passes(x: np.ndarray, steps: int, seen: _Seen, total: np.ndarray, least: np.ndarray, out: np.ndarray) -> bool:
        return bool(advanced(x, values, rates, on_quotient, steps, seen, total, least, ordinary, out))

    return Advance(passes, Coordinates(model.layout, basis=vectors))
