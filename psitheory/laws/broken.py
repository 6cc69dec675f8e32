"""Subjects that are wrong on purpose, each in one way: what the laws must refute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psitheory.arithmetic import Array, dot
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.interface import State


class FlatMetric(PSIQuotient):
    r"""The quotient with the metric :math:`\langle x, y\rangle` of the ambient space, no class function."""

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        return dot(x, y)


class JointProjection(PSIQuotient):
    """The quotient that removes the radial direction of the whole vector instead of one for each block."""

    def vertical(self, w: Array, z: Array) -> Array:
        return dot(z, w, keepdims=True) / dot(w, w, keepdims=True) * w

    def horizontal(self, w: Array, z: Array) -> Array:
        return z - self.vertical(w, z)


class NoProjection(PSIQuotient):
    """The quotient that takes every vector for horizontal."""

    def horizontal(self, w: Array, z: Array) -> Array:
        return z


class HalfProjection(PSIQuotient):
    """The quotient that removes only half of the vertical part."""

    def horizontal(self, w: Array, z: Array) -> Array:
        return z - self.vertical(w, z) / 2


class Unlifted(PSIQuotient):
    """The quotient that uses one and the same vector at every representative."""

    def lift(self, w: Array, x: Array, to: Array) -> Array:
        return x


class EuclideanGradient(PSIQuotient):
    """The quotient that takes the Euclidean gradient for the Riemannian one."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return gradient


class ProportionalGradient(PSIQuotient):
    r"""The quotient with :math:`r_i\nabla_i f` for a gradient, one factor r short."""

    def gradient(self, w: Array, gradient: Array) -> Array:
        return self.layout.scale(self.layout.norms(w), gradient)


class HessianWithoutProjection(PSIQuotient):
    r"""The quotient with :math:`r_i^2(\nabla^2 f\,x)_i` for a Hessian, without the projection on the left."""

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        return self.gradient(w, hessian_vector)


class FirstOrderRetraction(PSIQuotient):
    """The quotient whose retraction drifts sideways by a second-order term, so that it is of first order only."""

    def retract(self, w: Array, x: Array) -> Array:
        lengths = self.block_norms(w, x)
        return super().retract(w, self.layout.scale(1 + lengths, x))


def of(kind: Any, manifold: PSIQuotient) -> Any:
    """Return the broken neighbour of ``manifold``."""
    return kind(manifold.layout)


@dataclass(frozen=True, eq=False)
class _ScaledDescent:
    """Gradient descent with a rate that depends on the norms of the blocks, by a wrong power of them."""

    rate: Any

    def init(self, layout: Layout, w: Array) -> State:
        return ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        return w - self.rate * layout.scale(self.factor(layout.norms(w)), evaluation.gradient), state

    def factor(self, norms: Array) -> Array:
        """Return what multiplies the rate of each block."""
        return norms


class NormGradientDescent(_ScaledDescent):
    r"""The update :math:`w - \eta\|w\|\nabla f`, one factor of the norm short of PSI-GD."""


class NormalisedGradientDescent(_ScaledDescent):
    r"""The update :math:`w - (\eta/\|w\|)\nabla f`."""

    def factor(self, norms: Array) -> Array:
        return 1 / norms
