"""Manifolds: the PSI quotient, unit spheres, lines, flat space."""

from psitheory.geometry.compiled import CompiledPSIQuotient
from psitheory.geometry.euclidean import Euclidean
from psitheory.geometry.interface import Manifold, Quotient
from psitheory.geometry.lines import Lines
from psitheory.geometry.psi import PSIQuotient
from psitheory.geometry.sphere import Sphere

__all__ = ["CompiledPSIQuotient", "Euclidean", "Lines", "Manifold", "PSIQuotient", "Quotient", "Sphere"]
