"""Coordinates in which compiled passes run: rows without their powers of two, in a basis, with those powers beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import rescaled
from psitheory.layout import Layout


@dataclass(frozen=True)
class Coordinates:
    r"""Coordinates (..., n + m) of weights: :math:`(w_i/s_i)`, the free part, then the m powers of two :math:`s_i`.

    What is of extreme size does then not depend on the representative, and a run commutes with powers of two bit for
    bit.

    Attributes
    ----------
    layout : Layout
    are_scaled : bool
        Whether each :math:`s_i` is the largest power of two not above the largest entry; else all are 1.
    basis : array (n, n), optional
        An orthonormal basis in columns, in which weights are taken.
    """

    layout: Layout
    are_scaled: bool = True
    basis: np.ndarray | None = None

    def of(self, w: np.ndarray) -> np.ndarray:
        """Return the coordinates of weights (..., n), in memory of their own."""
        y, s = (w, 1) if self.basis is None else rescaled(w)
        y = y if self.basis is None else y @ self.basis
        scales = self.layout.reduce(_power_of_two, y) if self.are_scaled else np.ones_like(y[..., : self.layout.m])
        out = np.concatenate([y / self.layout.expand(scales), scales], axis=-1)
        if not isinstance(s, int):
            out[..., self.layout.n :] *= s[..., None]
        return out

    def weights(self, x: np.ndarray) -> np.ndarray:
        """Return the weights (..., n) that have the coordinates x, (..., n + m)."""
        n = self.layout.n
        rows = x[..., :n] if self.basis is None else x[..., :n] @ self.basis.T
        return np.asarray(self.layout.scale(x[..., n:], rows))


def _power_of_two(rows: np.ndarray) -> np.ndarray:
    largest = np.abs(rows).max(axis=-1)
    return np.asarray(np.ldexp(np.ones((), rows.dtype), np.frexp(largest)[1] - 1))
