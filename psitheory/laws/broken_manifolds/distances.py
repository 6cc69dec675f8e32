"""Distances and logarithms that are wrong on purpose, each in one way."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import Euclidean
from psitheory.geometry import sphere as exact
from psitheory.laws.broken_manifolds.sphere import PlainSphere


class ProjectionForLogarithm(PlainSphere):
    """A logarithm that is the projected chord."""

    def log(self, w: Array, z: Array) -> Array:
        return exact.project(w, z - w)


class ArccosLogarithm(PlainSphere):
    """A logarithm whose length is by arccos."""

    def log(self, w: Array, z: Array) -> Array:
        along = exact.log(w, z)
        return along / (norm(along, keepdims=True) + 1e-300) * _arccos(dot(w, z, keepdims=True))


class ChordDistance(PlainSphere):
    """The distance through the ball."""

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z)


class ShortDistance(PlainSphere):
    """A distance that is 1e-8 too short."""

    def dist(self, w: Array, z: Array) -> Array:
        return exact.angle(w, z) * (1 - 1e-8)


class SlopingDistance(PlainSphere):
    """A distance that is longer the way up."""

    def dist(self, w: Array, z: Array) -> Array:
        return exact.angle(w, z) * (1 + (z - w)[..., 0] / 100)


class SquaredDistance(PlainSphere):
    """The square of the distance."""

    def dist(self, w: Array, z: Array) -> Array:
        angle = exact.angle(w, z)
        return angle * angle


class ArccosDistance(PlainSphere):
    """The distance by arccos, which is noise near 0 and near π."""

    def dist(self, w: Array, z: Array) -> Array:
        return _arccos(dot(w, z))


class ArcsinDistance(PlainSphere):
    """The distance by arcsin of half the chord, which is noise near π."""

    def dist(self, w: Array, z: Array) -> Array:
        return 2 * np.arcsin(np.minimum(norm(w - z) / 2, 1))


class LongLogarithm(Euclidean):
    """A logarithm of flat space that is 1e-8 too long."""

    def log(self, w: Array, z: Array) -> Array:
        return (z - w) * (1 + 1e-8)


class WithoutExponential:
    """Flat space without an exponential, with a distance that is 1e-8 too long."""

    def __init__(self, n: int) -> None:
        self.flat = Euclidean(n)

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "norm", "log", "random_point", "random_tangent"):
            return getattr(self.flat, name)
        raise AttributeError(name)

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z) * (1 + 1e-8)


class DistanceByProducts(WithoutExponential):
    """Flat space without an exponential, whose distance is lost in products where points are near."""

    def dist(self, w: Array, z: Array) -> Array:
        return np.sqrt(np.maximum(dot(w, w) - 2 * dot(w, z) + dot(z, z), 0))


class BackwardLogarithm(WithoutExponential):
    """Flat space without an exponential, with a logarithm that leads away, as far as the other point is."""

    def log(self, w: Array, z: Array) -> Array:
        return w - z

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z)


def _arccos(cosine: Array) -> Array:
    return np.arccos(np.clip(cosine, -1, 1))
