"""Many steps at once where a model and a method are compiled together: from one recorded time to the next."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import NamedTuple, TypeAlias

import numpy as np

from psitheory.arithmetic import Array, ordinary_range, rescaled
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.models.data import matched
from psitheory.models.interface import Model
from psitheory.optimizers.checks import PerBlock, is_schedule
from psitheory.optimizers.euclidean import GradientDescent
from psitheory.optimizers.interface import Optimizer
from psitheory.optimizers.psi import PSIGradientDescent
from psitheory.optimizers.rate import at_step, is_zero


class Stretch(NamedTuple):
    """Loss, G and norms (..., m) where a stretch begins, what it adds to the sums, and where it ends.

    The end lies in memory that the stretch after the next is written to.
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
"""Take rows w (K, n) so many steps on: write where they begin (f, norms, G), add to sums, lessen minima, write ends."""


class Advance:
    """Runs many steps at once, in the coordinates that an orthonormal ``basis``, (n, n) in columns, gives, if any."""

    def __init__(self, passes: _Passes, m: int, like: np.ndarray, basis: np.ndarray | None = None) -> None:
        self._passes, self._m, self._basis = passes, m, basis
        self._memory = cycle([np.empty((like.size // like.shape[-1], like.shape[-1]), like.dtype) for _ in range(2)])

    def enter(self, w: np.ndarray) -> np.ndarray:
        """Return the coordinates of weights (..., n); both commute with powers of two bit for bit."""
        return w if self._basis is None else _turned(w, self._basis)

    def leave(self, x: np.ndarray) -> np.ndarray:
        """Return the weights that have the coordinates x, (..., n)."""
        return x if self._basis is None else _turned(x, self._basis.T)

    def __call__(self, x: np.ndarray, steps: int) -> Stretch | None:
        """Run so many steps; None where the loop has to, since a row is of extreme size or no longer finite."""
        lead, rows, final = x.shape[:-1], np.ascontiguousarray(x).reshape(-1, x.shape[-1]), next(self._memory)
        loss, g, least = np.empty((3, len(rows)), x.dtype)
        norms, total = np.empty((len(rows), self._m), x.dtype), np.zeros(len(rows))
        least[:] = np.inf
        if not self._passes(rows, steps, (loss, norms, g), total, least, final):
            return None
        return Stretch(
            loss.reshape(lead),
            g.reshape(lead),
            norms.reshape(*lead, self._m),
            total.reshape(lead),
            least.reshape(lead),
            final.reshape(x.shape),
        )


def _turned(x: np.ndarray, basis: np.ndarray) -> np.ndarray:
    y, s = rescaled(x)
    turned: np.ndarray = y @ basis
    return turned if isinstance(s, int) else turned * s[..., None]


def advancer(model: Model, optimizer: Optimizer, w: Array) -> Advance | None:
    """Return what runs many steps from floats such as ``w`` at once, or None where only the loop can.

    Compiled are Rayleigh quotients and batch-norm networks under gradient descent, on the quotient or flat, with rates
    that stay and no decay.
    """
    if type(w) is not np.ndarray or w.dtype.kind != "f" or getattr(model, "engine", "numpy") != "numba":
        return None
    rate = _plain_rate(optimizer)
    if rate is None:
        return None
    rates = np.broadcast_to(at_step(rate, 0, model.layout, w), (*w.shape[:-1], 1)).astype(w.dtype).reshape(-1)
    on_quotient = type(optimizer) is PSIGradientDescent
    if type(model) is Rayleigh and type(model.matrix) is np.ndarray and model.matrix.dtype.kind == "f":
        return _on_eigenvectors(matched(model.matrix, w), rates, on_quotient, w)
    if type(model) is BatchNormMLP and model.compiled and model.inputs.dtype.kind == "f":
        return Advance(model.compiled.descender(w, model.samples_for(w), rates, on_quotient), model.layout.m, w)
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


def _on_eigenvectors(matrix: np.ndarray, rates: np.ndarray, on_quotient: bool, w: np.ndarray) -> Advance | None:
    if len(matrix) > _LARGEST:
        return None
    from psitheory.compiled.rayleigh import advanced

    values, vectors = np.linalg.eigh(matrix)
    ordinary = ordinary_range(w.dtype)

    def passes(w: np.ndarray, steps: int, seen: _Seen, total: np.ndarray, least: np.ndarray, out: np.ndarray) -> bool:
        return bool(advanced(w, values, rates, on_quotient, steps, seen, total, least, ordinary, out))

    return Advance(passes, 1, w, vectors)
