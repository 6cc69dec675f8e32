"""Our manifolds and models inside Pymanopt's optimisers.

Pymanopt's own manifolds need no adapter: :func:`psitheory.conformance.check_manifold` knows their names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymanopt
from pymanopt.manifolds.manifold import Manifold as PymanoptManifold

from psitheory.geometry import Manifold
from psitheory.models.interface import Model


class FromPsitheory(PymanoptManifold):  # type: ignore[misc]
    """One of our manifolds under the names of Pymanopt, for one point at a time.

    Parameters
    ----------
    manifold : Manifold
        Such as :class:`~psitheory.geometry.PSIQuotient` or :class:`~psitheory.geometry.Sphere`.
    rng : numpy.random.Generator
        Draws the starts of Pymanopt's optimisers.
    """

    def __init__(self, manifold: Manifold, rng: np.random.Generator) -> None:
        self.manifold, self._rng = manifold, rng
        super().__init__(repr(manifold), manifold.dimension)

    @property
    def typical_dist(self) -> float:
        """Return π√(number of blocks), the diameter of a product of spheres."""
        layout = getattr(self.manifold, "layout", None)
        return float(np.pi * np.sqrt(max(getattr(layout, "m", 1), 1)))

    def inner_product(self, point: Any, tangent_vector_a: Any, tangent_vector_b: Any) -> float:
        """Return the metric."""
        return float(self.manifold.inner(point, tangent_vector_a, tangent_vector_b))

    def norm(self, point: Any, tangent_vector: Any) -> float:
        """Return the length of a tangent vector."""
        return float(self.manifold.norm(point, tangent_vector))

    def dist(self, point_a: Any, point_b: Any) -> float:
        """Return the geodesic distance."""
        return float(self.manifold.dist(point_a, point_b))

    def projection(self, point: Any, vector: Any) -> Any:
        """Return the tangent (horizontal) part of an ambient vector."""
        return self.manifold.project(point, vector)

    to_tangent_space = projection

    def euclidean_to_riemannian_gradient(self, point: Any, euclidean_gradient: Any) -> Any:
        """Return the Riemannian gradient."""
        return self.manifold.gradient(point, euclidean_gradient)

    def euclidean_to_riemannian_hessian(
        self, point: Any, euclidean_gradient: Any, euclidean_hessian: Any, tangent_vector: Any
    ) -> Any:
        """Return the Riemannian Hessian along a tangent vector."""
        return self.manifold.hessian(point, euclidean_gradient, euclidean_hessian, tangent_vector)

    def retraction(self, point: Any, tangent_vector: Any) -> Any:
        """Return the retraction."""
        return self.manifold.retract(point, tangent_vector)

    def exp(self, point: Any, tangent_vector: Any) -> Any:
        """Return the end of the geodesic."""
        return self.manifold.exp(point, tangent_vector)

    def log(self, point_a: Any, point_b: Any) -> Any:
        """Return the initial velocity of the shortest geodesic."""
        return self.manifold.log(point_a, point_b)

    def transport(self, point_a: Any, point_b: Any, tangent_vector_a: Any) -> Any:
        """Return the parallel transport."""
        return self.manifold.transport(point_a, point_b, tangent_vector_a)

    def pair_mean(self, point_a: Any, point_b: Any) -> Any:
        """Return the point half-way."""
        return self.manifold.exp(point_a, self.manifold.log(point_a, point_b) / 2)

    def random_point(self) -> Any:
        """Return a random point."""
        return self.manifold.random_point(self._rng)

    def random_tangent_vector(self, point: Any) -> Any:
        """Return a random tangent vector of length 1."""
        x = self.manifold.random_tangent(self._rng, point)
        return x / self.norm(point, x)

    def zero_vector(self, point: Any) -> Any:
        """Return the zero tangent vector."""
        return np.zeros_like(point)


def problem(model: Model, manifold: Manifold, rng: np.random.Generator) -> Any:
    """Return the ``pymanopt.Problem`` of minimising a model on one of our manifolds.

    Loss, gradient and Hessian are the model's own; nothing is differentiated automatically.
    """
    adapted = FromPsitheory(manifold, rng)

    @pymanopt.function.numpy(adapted)  # type: ignore[untyped-decorator]
    def cost(w: Any) -> float:
        return float(model.evaluate(w).loss)

    @pymanopt.function.numpy(adapted)  # type: ignore[untyped-decorator]
    def gradient(w: Any) -> Any:
        return model.evaluate(w).gradient

    @pymanopt.function.numpy(adapted)  # type: ignore[untyped-decorator]
    def hessian(w: Any, x: Any) -> Any:
        return model.hessian_vector(w, x)

    return pymanopt.Problem(adapted, cost, euclidean_gradient=gradient, euclidean_hessian=hessian)
