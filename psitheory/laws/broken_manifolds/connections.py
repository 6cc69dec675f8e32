"""Geodesics of other metrics, and transports of other connections, on the plane and near points of the sphere."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot
from psitheory.geometry import Euclidean
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


def turned(x: Array, angle: Array) -> Array:
    """Return vectors of the plane, turned."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine * x[..., 0] - sine * x[..., 1], sine * x[..., 0] + cosine * x[..., 1]], axis=-1)


class SpiralExponential(Euclidean):
    """An exponential of the plane whose curves turn with the length of their velocity."""

    def exp(self, w: Array, x: Array) -> Array:
        return w + turned(x, dot(x, x))


class TwistingTransport(Euclidean):
    """A transport of the plane that turns vectors by as much as they move along the first axis: it has torsion."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return turned(x, z[..., 0] - w[..., 0])


class CubicTransport(Euclidean):
    """The same by the third power, which is right to first order but does not add up."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return turned(x, (z[..., 0] - w[..., 0]) ** 3)


class FlatNearTransport(PlainSphere):
    """The parallel transport, by projection between points less than 0.2 apart."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        near = dot(w - z, w - z, keepdims=True) < 0.04
        return np.where(near, exact.project(z, x), exact.transport(w, z, x))
