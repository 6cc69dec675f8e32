"""What a manifold is, and what a quotient adds.  Points ``w``, tangent vectors ``x``, ``y``, ambient vectors ``z``."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from psitheory.arithmetic import Array


@runtime_checkable
class Manifold(Protocol):
    """A Riemannian manifold, embedded or represented in flat arrays (..., n); all methods broadcast."""

    @property
    def dimension(self) -> int:
        """Return the dimension of the manifold."""
        ...

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        """Return the metric of two tangent vectors at ``w``."""
        ...

    def norm(self, w: Array, x: Array) -> Array:
        """Return the length of a tangent vector at ``w``."""
        ...

    def dist(self, w: Array, z: Array) -> Array:
        """Return the geodesic distance of two points."""
        ...

    def project(self, w: Array, z: Array) -> Array:
        """Return the tangent vector at ``w`` nearest to the ambient vector ``z``."""
        ...

    def retract(self, w: Array, x: Array) -> Array:
        """Return the point reached from ``w`` along ``x`` by the retraction."""
        ...

    def exp(self, w: Array, x: Array) -> Array:
        """Return the point reached at time 1 by the geodesic from ``w`` with velocity ``x``."""
        ...

    def log(self, w: Array, z: Array) -> Array:
        """Return the initial velocity of the shortest geodesic from ``w`` to ``z``."""
        ...

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return the parallel transport of ``x`` from ``w`` to ``z`` along the shortest geodesic."""
        ...

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return the Riemannian gradient that belongs to a Euclidean one."""
        ...

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        """Return the Riemannian Hessian applied to ``x``, from Euclidean gradient and Hessian-vector product."""
        ...

    def random_point(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return random points."""
        ...

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        """Return random tangent vectors at ``w``."""
        ...

    def defect(self, w: Array) -> Array:
        """Return by how much ``w`` misses being a point: 0 on the manifold."""
        ...


@runtime_checkable
class Quotient(Manifold, Protocol):
    """A manifold whose points are orbits; arrays are representatives, tangent vectors horizontal lifts."""

    def act(self, a: Array, w: Array) -> Array:
        """Return the representative ``a·w``."""
        ...

    def canonical(self, w: Array) -> Array:
        """Return the standard representative of the class of ``w``."""
        ...

    def align(self, w: Array, z: Array) -> Array:
        """Return the representative of the class of ``z`` on the horizontal leaf of ``w``."""
        ...

    def vertical(self, w: Array, z: Array) -> Array:
        """Return the part of ``z`` along the orbit of ``w``."""
        ...

    def horizontal(self, w: Array, z: Array) -> Array:
        """Return the part of ``z`` orthogonal to the orbit of ``w``."""
        ...

    def lift(self, w: Array, x: Array, to: Array) -> Array:
        """Return the lift at ``to``, another representative, of the tangent vector lifted as ``x`` at ``w``."""
        ...

    def same_class(self, w: Array, z: Array) -> Array:
        """Tell whether two representatives belong to one orbit."""
        ...
