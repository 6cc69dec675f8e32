"""The laws of curves on any manifold: retraction, exponential, logarithm and distance.

Points are compared through :meth:`canonical`, the standard representative, which is the point itself where
there is only one.
"""

from __future__ import annotations

from typing import Protocol

from psitheory.arithmetic import Array
from psitheory.checking import Observation, at_most, equal
from psitheory.geometry import Manifold


class Represented(Manifold, Protocol):
    """A manifold whose points have a standard representative."""

    def canonical(self, w: Array) -> Array:
        """Return the standard representative of the point."""
        ...


def retraction_of_zero_stays_at_the_point(manifold: Represented, w: Array, x: Array) -> Observation:
    """Along the zero vector the retraction does not move."""
    return equal(manifold.canonical(manifold.retract(w, 0 * x)), manifold.canonical(w))


def exponential_of_zero_stays_at_the_point(manifold: Represented, w: Array, x: Array) -> Observation:
    """Along the zero vector the geodesic does not move."""
    return equal(manifold.canonical(manifold.exp(w, 0 * x)), manifold.canonical(w))


def logarithm_inverts_exponential(manifold: Manifold, w: Array, x: Array) -> Observation:
    r"""A tangent vector within the injectivity radius comes back: :math:`\log_w\exp_w x = x`."""
    return equal(manifold.log(w, manifold.exp(w, x)), x)


def distance_is_the_length_of_the_geodesic(manifold: Manifold, w: Array, x: Array) -> Observation:
    r"""The geodesic along x ends at the distance of its length: :math:`d(w, \exp_w x) = \|x\|_w`."""
    return equal(manifold.dist(w, manifold.exp(w, x)), manifold.norm(w, x))


def distance_is_symmetric(manifold: Manifold, w: Array, z: Array) -> Observation:
    """The way there is as long as the way back."""
    return equal(manifold.dist(w, z), manifold.dist(z, w))


def distance_obeys_the_triangle_inequality(manifold: Manifold, w: Array, z: Array, q: Array) -> Observation:
    r"""No detour is shorter: :math:`d(w, q) \le d(w, z) + d(z, q)`."""
    return at_most(manifold.dist(w, q), manifold.dist(w, z) + manifold.dist(z, q))
