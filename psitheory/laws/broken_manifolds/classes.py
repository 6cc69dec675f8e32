"""Quotients that are wrong on purpose: a method of each depends on the representative."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, dot, norm
from psitheory.geometry import PSIQuotient
from psitheory.geometry import sphere as exact


class DistanceOfRepresentatives(PSIQuotient):
    """A quotient with the distance of the representatives."""

    def dist(self, w: Array, z: Array) -> Array:
        return norm(w - z)


class ExponentialOfRepresentatives(PSIQuotient):
    """A quotient whose geodesics take lengths of vectors for angles."""

    def exp(self, w: Array, x: Array) -> Array:
        return self.layout.map(exact.exp, lambda v, x: v + x, w, x)


class UnscaledRetraction(PSIQuotient):
    """A quotient whose steps do not grow with the representative."""

    def retract(self, w: Array, x: Array) -> Array:
        return self.canonical(w) + x


class UnscaledLogarithm(PSIQuotient):
    """A quotient whose logarithm is that of unit representatives."""

    def log(self, w: Array, z: Array) -> Array:
        return super().log(self.canonical(w), z)


class LogarithmOfTheEnd(PSIQuotient):
    """A quotient whose logarithm grows with the representative of its end."""

    def log(self, w: Array, z: Array) -> Array:
        return self.layout.scale(self.layout.norms(z), super().log(w, z))


class UnscaledTransport(PSIQuotient):
    """A quotient whose transport forgets the scale where it starts."""

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        return self.layout.scale(self.layout.norms(w), super().transport(w, z, x))


class JointCanonical(PSIQuotient):
    """A quotient whose standard representatives keep the ratios of the norms."""

    def canonical(self, w: Array) -> Array:
        return self.layout.scale(1 / self.layout.norms(w)[..., :1] * np.ones(self.layout.m), w)


class NoVertical(PSIQuotient):
    """A quotient whose vertical part is always zero, though its horizontal part is right."""

    def vertical(self, w: Array, z: Array) -> Array:
        return 0 * z


class UnitProjection(PSIQuotient):
    """A quotient whose projection is right for unit representatives alone."""

    def horizontal(self, w: Array, z: Array) -> Array:
        return self.layout.map(exact.project, lambda _, z: z, w, z)

    project = horizontal


class OverflowingMetric(PSIQuotient):
    """A quotient whose metric squares norms that may be large."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        blocks = np.sum(self.layout.dots(x, y) / self.layout.dots(w, w), axis=-1)
        return blocks + dot(self.layout.free_part(x), self.layout.free_part(y))
