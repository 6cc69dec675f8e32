"""Transports that are wrong on purpose, each in one way."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot
from psitheory.geometry import Euclidean
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


class CurvedTransport(PlainSphere):
    """A transport that is not linear."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return exact.transport(w, z, x) * (1 + dot(x, x, keepdims=True) / 1000)


class FlatTransport(PlainSphere):
    """A transport that leaves vectors as they are."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return x


class ProjectingTransport(PlainSphere):
    """A transport by projection, which shortens vectors."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return exact.project(z, x)


class ReversingTransport(PlainSphere):
    """The parallel transport with the sign turned."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return -exact.transport(w, z, x)


class TurningTransport(PlainSphere):
    """The parallel transport with a quarter turn about the normal (d = 3)."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.cross(z, exact.transport(w, z, x))


class QuarterTurn(Euclidean):
    """A transport of the plane that turns vectors by a right angle."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return np.stack([-x[..., 1], x[..., 0]], axis=-1)
