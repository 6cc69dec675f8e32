"""Rotations from the right, by which the bases of one subspace differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.conformance.manifolds.subjects.forms import Form
from psitheory.conformance.manifolds.subjects.invariants import adjoint


@dataclass(frozen=True)
class Rotation:
    """An element of the group that acts from the right: orthogonal matrices for each array, or None."""

    matrices: tuple[np.ndarray | None, ...]

    def __rtruediv__(self, one: int) -> Rotation:
        """Return the inverse, as ``1 / a``."""
        return Rotation(tuple(None if q is None else adjoint(q) for q in self.matrices))

    def __str__(self) -> str:
        return "; ".join(" ".join(np.array2string(q, precision=4).split()) for q in self.matrices if q is not None)


def orthogonal(rng: np.random.Generator, leaf: Form) -> np.ndarray:
    """Return an orthogonal matrix for each of the matrices of an array, in three of four draws of determinant 1.

    A QR factorisation gives reflections alone of two columns, and these are their own inverses.
    """
    q = np.linalg.qr(gaussian(rng, leaf))[0]
    if rng.uniform() < 0.75:
        q[..., 0] /= np.linalg.det(q)[..., None]
    return np.asarray(q)


def gaussian(rng: np.random.Generator, leaf: Form) -> np.ndarray:
    """Return a normal matrix for each of the matrices of an array, to be applied from the right."""
    shape = (*leaf.matrices[:-2], leaf.matrices[-1], leaf.matrices[-1])
    z = rng.normal(size=shape)
    return z + 1j * rng.normal(size=shape) if leaf.complex else z
