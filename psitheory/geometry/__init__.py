"""Manifolds: the PSI quotient, unit spheres, flat space."""

from psitheory.geometry.euclidean import Euclidean
from psitheory.geometry.interface import Manifold, Quotient
from psitheory.geometry.psi import PSIQuotient
from psitheory.geometry.sphere import Sphere

__all__ = ["Euclidean", "Manifold", "PSIQuotient", "Quotient", "Sphere"]
